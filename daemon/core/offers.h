/* SPDX-License-Identifier: ISC */
/* What each source would put on air of a race, and which of them is to be: freshness, priority,
 * lag. */
#ifndef TALLYD_CORE_OFFERS_H
#define TALLYD_CORE_OFFERS_H

#include "daemon/core/model.h"

/* What one source, or several parts, would put on air: contests whose totals are added, but for
 * those of different primaries, which stay lines apart. */
struct offer {
    struct feed_contest **contests;
    uint32_t count;
    uint32_t source;     /* the first of its contests': its name and its place in the order */
    struct slice county; /* the one county whose votes it has; empty: not limited */
    bool whole;          /* covers the race */
    int64_t total;       /* of all its contests: how far it has counted */
    bool complete;       /* no part of it is missing, and no primary that another offer has */
    bool stands;  /* complete, fresh, in order: may stay on air, though no longer in its feed */
    bool usable;  /* and there: may take over */
    bool lagging; /* lost its place */
    bool shown;   /* merge.c: on air now */
};

struct offers { /* of one race, now */
    const struct model *m;
    struct race *r;
    int64_t now_ms;
    struct arena *scratch;
    struct offer *list;
    uint32_t count;
};

/* Fill list and count from r->contests; the rest is set. The primaries that one source has of a
 * cross-filed race are one offer. Sources declared as parts (part = NAME) of one place are added
 * into one offer, the best of those of each name; it is complete when every name that is configured
 * has a contest. False: scratch is full. */
bool offers_make(struct offers *g, struct err *e) MUST_USE;

/* Keep the contests' lag_since, and take their place from those that have lagged for too long:
 * behind another source of the same county, or (`whole`) of the whole race, or behind `least`,
 * which the sum of its counties has. */
void offers_look_at_lag(struct offers *g, bool whole, int64_t least);

/* The offer, of the whole race or of one county, to be on air where that of source `on_air` (NONE:
 * nothing) is: the pinned one; else of those that are fit and not below what is on air, the one of
 * the highest priority. NULL: none has votes. */
struct offer *offers_choose(const struct offers *g, bool whole, struct slice county,
                            uint32_t on_air);
/* Before the first vote: any that is in order, to show names at zero; of one county where it is not
 * NULL. */
struct offer *offers_choose_idle(const struct offers *g, const struct slice *county);

/* Does a whole state elect it? */
bool offers_is_statewide(const struct model *m, const struct race *r);

/* Is the county one of those in which the list says that the race lies? */
enum endorse_tri offers_list_names(const struct model *m, const struct race *r,
                                   struct slice county);
/* Has a county that the list does not name a contest of the race, be it that whose lines they are
 * waits in review? Then the list does not say all of them. */
bool offers_list_is_short(const struct model *m, const struct race *r);

/* Does this contest, of a source that may be of one county, cover the whole race? A race of which
 * two counties have a contest lies in both, whatever the list says; else it says in which counties
 * a race lies; where it does not, `covers = county` is believed. */
bool offers_is_whole(const struct model *m, const struct race *r, const struct feed_contest *c);

/* ... and does the list say so, or the kind of office? A district of the state, or a circuit of a
 * court, may reach beyond the county whose feed it is in, where nothing says that it does. */
bool offers_is_surely_whole(const struct model *m, const struct race *r,
                            const struct feed_contest *c);

/* Is it of one county, and does the list not say that the race lies in others too? Then it is the
 * whole at most until another county's source has it too. */
bool offers_may_be_part(const struct model *m, const struct race *r, const struct feed_contest *c);
/* ... and has one? */
bool offers_is_part(const struct model *m, const struct race *r, const struct feed_contest *c);

/* All votes of a contest: how far it has counted. */
int64_t offers_total(const struct feed_contest *c);
/* Is the total itself held? A county that is held leaves the total as the source counts it. */
bool offers_is_held(const struct feed_contest *c);
/* The one county whose votes a contest has; empty: it is not limited to one. */
struct slice offers_county(const struct model *m, const struct feed_contest *c);

/* Was its file reached in time (or, after a start, not yet asked), and is its source not paused? */
bool offers_is_fresh(const struct offers *g, const struct feed_contest *c);

bool offers_is_pinned(const struct offers *g, const struct offer *o);
/* Are both of the whole race, or both of one county? */
bool offers_compare(const struct offer *a, const struct offer *b);
bool offers_may_lead(const struct offer *o);
/* a is more than lag_bp below b. */
bool offers_far_below(const struct offers *g, int64_t a, int64_t b);

#endif
