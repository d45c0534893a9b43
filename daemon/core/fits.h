/* SPDX-License-Identifier: ISC */
/* One contest against the endorsements: which choices fit whom, how well and why; nothing is
 * decided here. */
#ifndef TALLYD_CORE_FITS_H
#define TALLYD_CORE_FITS_H

#include "daemon/core/match_index.h"

struct fit {
    uint32_t endorsement;
    uint32_t choice; /* NONE: only the contest is in question */
    uint32_t person; /* which of the running mates of the choice */
    bool full;       /* nothing in doubt but what other fits may bring */
    bool decided;    /* a person accepted it */
    bool race_same; /* by all that the contest says it is the race: only the line may be in doubt */
    bool kept;      /* match.c's: it was automatic until another contest of the source fitted too */
    bool shared;    /* match.c's: another of ours is on the line too, or the contest is two races */
    enum band band; /* match.c's decision */
    const char *note; /* ... and what keeps a full fit from being automatic */
    struct slice why;
    struct slice told; /* match_links.c's: both, as the queue has them; empty: not made yet */
};

struct match_fits { /* of a contest: feed_contest.fits */
    struct fit *list;
    uint32_t count, room;
    const char *party; /* whose primary it is, as far as it says */
};

/* Every fit of the contest, ordered by endorsement, into scratch. False only when scratch is full.
 */
bool fits_find(const struct model *m, const struct feed_contest *c, struct arena *scratch,
               struct match_fits *out) MUST_USE;

/* Those of one endorsement: from *from to before the result. */
uint32_t fits_of(const struct match_fits *fits, uint32_t endorsement, uint32_t *from);

/* "Donald J. Trump (I) (Rep)" and "DONALD J TRUMP" are the same in full: what fusion asks for. */
bool fits_same_full_name(struct slice a, struct slice b, struct arena *scratch);

#endif
