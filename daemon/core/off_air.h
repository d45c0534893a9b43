/* SPDX-License-Identifier: ISC */
/* Why a source's figures of a race are not on air, in words. */
#ifndef TALLYD_CORE_OFF_AIR_H
#define TALLYD_CORE_OFF_AIR_H

#include "daemon/base/buf.h"
#include "daemon/core/model.h"

/* "stale", "fewer votes than pa", ... False, and nothing is written: the contest's figures are on
 * air, or nobody's are. */
bool off_air_why(const struct model *m, const struct race *r, const struct feed_contest *c,
                 int64_t now_ms, struct buf *out);

#endif
