/* SPDX-License-Identifier: ISC */
/* Which choice of which contest is which endorsement's: automatic only where nothing is in doubt.
 */
#ifndef TALLYD_CORE_MATCH_H
#define TALLYD_CORE_MATCH_H

#include "daemon/core/model.h"

/* Make m->races from m->endorsed (ids, places, seats; polls_close_ms WHEN_UNKNOWN, nothing on air)
 * and the indexes match_contest needs. Settings and strings must be set; once, before the first
 * contest. All memory from m->strings. */
bool match_init(struct model *m, struct err *e) MUST_USE;

/* Judge one contest of a feed again, after its roster or texts changed. Sets contest->race, and
 * races' links and contests and m->review where anything changed, also of other contests of its
 * source: an endorsement that now fits two of them goes to review in both. True when any link
 * changed. e->kind is ERR_NONE but when memory is out: false then, and what was linked before
 * stays. */
bool match_contest(struct model *m, struct feed_contest *c, struct err *e) MUST_USE;

/* The race an endorsement competes in. */
uint32_t match_race_of(const struct model *m, uint32_t endorsement);

#endif
