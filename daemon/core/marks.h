/* SPDX-License-Identifier: ISC */
/* What an authority's feeds say of a candidacy right now: their marks, read together with the seats
 * of the race. Nothing is decided here and nothing remembered. */
#ifndef TALLYD_CORE_MARKS_H
#define TALLYD_CORE_MARKS_H

#include "daemon/core/model.h"

enum marks_opinion {
    MARKS_SILENT,   /* nothing, or nothing that may be used: no call and no retraction follows */
    MARKS_UNCALLED, /* the feed states its marks, and there is none for this one */
    MARKS_WON,
    MARKS_LOST,
    MARKS_ADVANCED,
};

struct marks_word {
    enum marks_opinion opinion;
    const struct feed_contest *contest; /* where it stands; NULL when silent */
    uint32_t choice;                    /* of the contest */
    const char *basis;                  /* "mark", "seats-filled", "places-filled" */
    /* why it cannot be believed: sources of this authority differ, or mark more winners than there
     * are seats, or one in a round that may elect nobody; NULL: it can */
    const char *conflict;
};

/* Does it say that somebody has won, or goes on? */
bool marks_is_winner(enum results_mark mark);

/* Are two lines of a contest of the race one person (fusion)? By name, as linked, or as the desk
 * has said. */
bool marks_one_person(const struct race *r, const struct feed_contest *c, uint32_t a, uint32_t b);

/* Has the source nothing of the race but parts? */
bool marks_only_part(const struct model *m, const struct race *r, uint32_t source);

/* Set r->seats and r->places from what the race's endorsements and contests state; -1 when none
 * does. False: they disagree, and it is -1 too. Sets r->win, by which marks are read from then on,
 * and r->ranked.
 */
bool marks_seats(const struct model *m, struct race *r);

/* May it be that more go on from this race than have its seats? Then its winners are no one else's
 * loss: how many go on is not known. */
bool marks_goes_on(const struct model *m, const struct race *r);

/* The word of authority `by` on an endorsement in one primary (primaries_next): each is a contest
 * of its own, and what is said of one says nothing of another. */
struct marks_word marks_say_of(const struct model *m, const struct race *r, uint32_t endorsement,
                               struct slice by, const char *primary);

/* The same of one source, where it speaks for `by`. */
struct marks_word marks_source_says(const struct model *m, const struct race *r,
                                    uint32_t endorsement, struct slice by, const char *primary,
                                    uint32_t source);

/* The strongest of its words in all its primaries: won in one is won; lost is lost in all. */
struct marks_word marks_say(const struct model *m, const struct race *r, uint32_t endorsement,
                            struct slice by);

/* May it stand in one more primary than it has links in: because the list leaves open in which and
 * only one is known, or because a person is to say whether it does? */
bool marks_may_stand_elsewhere(const struct model *m, const struct race *r, uint32_t endorsement);

/* How many of ours may win, or go on, in all primaries of the race where `each` may in one; -1: not
 * known, also because the list leaves open in which of them and not two have been seen. */
int64_t marks_room(const struct model *m, const struct race *r, int64_t each);

/* How many seats and places of a next round `by` marks as called, ours or not, in all primaries. */
void marks_count(const struct model *m, const struct race *r, struct slice by, int64_t *seats,
                 int64_t *places);

/* Do two endorsements stand on one line of a contest (a ticket)? */
bool marks_share(const struct race *r, uint32_t a, uint32_t b);

/* Is there a vote on a write-in line of any contest of the race that names this endorsement? */
bool marks_write_in_votes(const struct race *r, uint32_t endorsement);

/* Do so many others stand by name in a contest of this endorsement that there is not a seat for
 * each? `voted`: who has votes alone is asked for. */
bool marks_opponents(const struct model *m, const struct race *r, uint32_t endorsement, bool voted);

/* WON: a call feed says that this endorsement's contest is uncontested; UNCALLED: one that knows
 * the contest does not say so, and none does. */
struct marks_word marks_uncontested(const struct model *m, const struct race *r,
                                    uint32_t endorsement);

#endif
