/* SPDX-License-Identifier: ISC */
/* The checks against what real feeds get wrong, each a pure judgement on the figures of one contest
 * or one unit of it. */
#ifndef TALLYD_CORE_GUARD_H
#define TALLYD_CORE_GUARD_H

#include "daemon/core/model.h"

/* One unit's figures: on air, and as a new payload has them; one a choice, in the same order. */
struct guard_figures {
    const int64_t *was, *is;
    uint32_t count;
};

/* What a fall is judged by: the choice that falls most, as a share of its figure on air. */
struct guard_fall {
    enum verdict verdict; /* ACCEPTED: nothing falls. FALL_FLAG, FALL_HOLD, FALL_DESK */
    uint32_t choice;      /* the worst */
    int64_t was, is;      /* its figures; `is` VOTES_UNKNOWN when the feed no longer says */
};
struct guard_fall guard_fall(const struct settings_guards *g, struct guard_figures f);

/* What becomes of a hold for a fall, now that a newer, changed payload says `f`: FALL_HOLD,
 * FALL_DESK (it stays), RESTORED (back, or above) or CORRECTED (it stood long enough). */
enum verdict guard_fall_held(const struct settings_guards *g, const struct feed_hold *hold,
                             struct guard_fall f, struct digest payload, int64_t now_ms);

/* Has a hold of the kind that time confirms stood: another payload, confirm_ms after the first? */
bool guard_confirmed(const struct settings_guards *g, const struct feed_hold *hold,
                     struct digest payload, int64_t now_ms);

/* Loaded twice: every choice has about double, none of those at zero any vote. SMALL: too few votes
 * to tell. */
enum guard_double { GUARD_SMALL, GUARD_PLAIN, GUARD_TWICE };
enum guard_double guard_doubled(const struct settings_guards *g, struct guard_figures f,
                                int32_t units_were, int32_t units_are);

/* Do two choices have each other's figures? `exact`: these and no more, whatever else was counted
 * since; for falls too small to be held for themselves. */
bool guard_swapped(struct guard_figures f, bool exact, uint32_t *a, uint32_t *b);

/* What becomes of a hold for a swap: RESTORED (they are back), CORRECTED (what waits stood long
 * enough), SWAPPED (it stands), or what else `f`, against what is on air, is. */
enum verdict guard_swap_held(const struct settings_guards *g, const struct feed_hold *hold,
                             struct guard_figures f, struct digest payload, int64_t now_ms);

/* More ballots than voters, or more votes than ballots allow: OVERVOTE, OVERVOTE_FLAG or ACCEPTED.
 * -1: unknown. */
struct guard_ballots {
    int64_t votes, registered, ballots, allowed;
    bool registers_on_day; /* the state has registration on the day */
};
enum verdict guard_overvote(const struct settings_guards *g, struct guard_ballots b);

/* Which choice of the contest each choice of the payload is: `map` has one entry a payload choice;
 * NONE is a new one. By id and name and party; what one side does not say does not differ. */
struct guard_roster {
    enum verdict verdict;     /* ACCEPTED; SWAPPED: ids and names changed places; ROSTER_CHANGED */
    uint32_t fresh;           /* new choices */
    struct slice id, was, is; /* the first that differs */
};
struct guard_roster guard_roster(const struct feed_contest *c, const struct feed_choice *choices,
                                 uint32_t count, uint32_t *map, struct arena *scratch);

/* Which choices these are, in whatever order. */
struct digest guard_roster_digest(const struct feed_choice *choices, uint32_t count,
                                  struct arena *scratch);

#endif
