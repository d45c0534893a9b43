/* SPDX-License-Identifier: ISC */
/* Claims: taken from marks, kept for good, taken back with care. What stands follows from them
 * alone (standings.h). */
#ifndef TALLYD_CORE_CALLS_H
#define TALLYD_CORE_CALLS_H

#include "daemon/core/model.h"

#define CALLS_RANKS 16 /* authorities at most: desk, those of settings->call_order, unopposed */

/* What is being looked at, for one event. */
struct calls_look {
    int64_t now_ms;
    uint32_t source, file; /* whose payload, new or confirmed, is seen: what is missing in it counts
                              as seen. NONE: nobody's */
    uint32_t vanished;     /* out: races in which a mark is newly gone */
    const struct feed_contest *moved; /* out: NULL, or where an official mark went from one choice
                                         to another: its source calls nothing more */
    const struct feed_contest *early; /* out: NULL, or whose official marks are newly known to be
                                         of before polls closed */
};

/* Cross-filed (primaries.h), a candidacy has a claim for each of its lines that is won, and of each
 * in which it is out a note (fading.h). When it is out in all, and stands in no other, that is a
 * claim of its own, of no line: what stands follows from claims alone. */

/* After match_init: standings, and the index by endorsement_id. calls_done accepts what was never
 * made. */
bool calls_init(struct model *m, struct err *e) MUST_USE;
void calls_done(struct model *m);

/* Does a claim count, after what the desk has frozen and released? A call of the desk's counts
 * until it is released; a feed's, when it came before a freeze. */
bool calls_heard(const struct model *m, const struct race *r, const struct claim *c);

/* End a call whose match the desk takes back (unmatch.h): that counts under a freeze too. */
bool calls_unmatch(struct model *m, const struct claim *call, struct slice reason, int64_t now_ms,
                   struct err *e) MUST_USE;

/* The latest claim of an authority on an endorsement, or on one of its lines (also that it is out
 * there), whether or not it is heard; NULL: none ever. */
const struct claim *calls_latest(const struct model *m, uint32_t endorsement, struct slice by,
                                 struct slice line);

/* A claim that was durable, in order of number; copied. One that claims_endorsement_of does not
 * know is kept and counts nowhere. */
bool calls_restore(struct model *m, const struct claim *claim, struct err *e) MUST_USE;

/* Has an official mark of the race gone from one choice to another? Then its source's marks call
 * nothing more tonight, in whatever race of the same payload: scan all races before the first look.
 * Reads r->seats and r->places as the last look left them. */
bool calls_scan(struct model *m, struct race *r, struct calls_look *look, struct err *e) MUST_USE;

/* Where a word stands, as text for people. ptr NULL: memory. */
struct slice calls_evidence(const struct model *m, const struct feed_contest *c, uint32_t choice);

/* Take the claims that the race's marks now justify, and note marks that are gone: m->claims and
 * m->fading grow, standings stay as they were. Sets r->seats, r->places, and RACE_CONFLICT anew.
 * The same marks again add nothing. */
bool calls_look(struct model *m, struct race *r, struct calls_look *look, struct err *e) MUST_USE;

/* After the last look of an event: when calls vanished from settings->guards.retract_many races at
 * once, none of them fades until its mark is back or the desk decides. *held: how many now for
 * that.
 */
bool calls_hold(struct model *m, const struct calls_look *look, uint32_t *held,
                struct err *e) MUST_USE;

/* 0 for the desk, then settings->call_order, CALLS_RANKS - 1 for unopposed; -1: an authority that
 * counts nowhere. */
int calls_rank(const struct settings *s, struct slice by);

/* Counts among the endorsed (and not withdrawn, disqualified, off the ballot, postponed). */
bool calls_counts(const struct endorsement *e);

#endif
