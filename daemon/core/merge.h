/* SPDX-License-Identifier: ISC */
/* One race, one source: which source's figures of a race are on air. */
#ifndef TALLYD_CORE_MERGE_H
#define TALLYD_CORE_MERGE_H

#include "daemon/core/model.h"

/* Choose the source, or the counties to sum, and fill the race's figures: on_air, summed,
 * counties*, choices, units_*, updated_ms, and the flags DISAGREEMENT, IN_DOUBT, CORRECTED,
 * PARTIAL, GONE, STALE, SOURCE_CHANGED (others are left alone). *changed: anything of that differs
 * from before. Also counts r->primaries. While every source is at zero on_air is NONE and the
 * choices stand at 0. Reads r->links, r->contests and the desk's joins, and settles these
 * (joins.h). Memory from m->strings. On failure the race is as before. */
bool merge_race(struct model *m, struct race *r, int64_t now_ms, bool *changed,
                struct err *e) MUST_USE;

/* When a source next becomes stale or has lagged long enough to lose its place, so that races are
 * to be merged again without any news. WHEN_NEVER. */
int64_t merge_next_tick(const struct model *m, int64_t now_ms);

#endif
