/* SPDX-License-Identifier: ISC */
/* What is durable and counts for nothing, or for another thing, because the list says otherwise
 * since: a restart takes
 * the list as it is, and could let a number fall that nobody took back. It cannot go on counting
 * what it has no row for: the row alone says whose win it is, in which state, of what seat. So it
 * is said aloud, until the row is back or the desk has spoken. */
#ifndef TALLYD_CORE_LOST_H
#define TALLYD_CORE_LOST_H

#include "daemon/core/model.h"

struct lost {
    struct slice id;   /* an endorsement_id or a race_id, as it was */
    struct slice what; /* "was called won by ap at ..., and the list has no such row" */
    struct slice way;  /* what mends it */
    bool counts;       /* as the row is now */
};

/* Calls that stand, the latest of each candidacy first; then decisions that nothing has ended. An
 * array from the arena; NULL: memory. */
struct lost *lost_list(const struct model *m, struct arena *a, size_t *n);
/* Is there any? Also when that cannot be found out for want of memory. */
bool lost_any(const struct model *m);

#endif
