/* SPDX-License-Identifier: ISC */
/* May a new endorsement list follow the running one? After polls close, who counts is for people to
 * decide, with a reason: a reload may correct a row, but not take one away,
 * nor give its id to somebody else, nor change what a win of it is counted as. */
#ifndef TALLYD_FOLLOW_H
#define TALLYD_FOLLOW_H

#include "daemon/core/model.h"

/* False and *e: the first row that may not change so. */
bool follow_allowed(const struct model *running, const struct endorsements *next, int64_t now_ms,
                    struct err *e) MUST_USE;

#endif
