/* SPDX-License-Identifier: ISC */
/* The desk's word on whose figures a race has. */
#ifndef TALLYD_CORE_PINS_H
#define TALLYD_CORE_PINS_H

#include "daemon/core/model.h"

/* The desk pins a race to a source by name: its votes are on air whatever the others have and
 * however old they are, once there are any. Of a source of one county: the sum of the counties is,
 * with its votes, while that lacks none. Merge the race afterwards. `restored`: said before, so
 * that the source need not have shown the race yet. Refused (ERR_NO, nothing changes): no such
 * source, its votes are not used, it has no contest of the race, it is pinned already, it has one
 * county of a race whose counties are neither summed nor all there. */
bool pins_set(const struct model *m, struct race *r, struct slice source, bool restored,
              struct err *e) MUST_USE;
/* ERR_NO: it is not pinned. */
bool pins_drop(struct race *r, struct err *e) MUST_USE;

#endif
