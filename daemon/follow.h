/* SPDX-License-Identifier: ISC */
/* May a new endorsement list follow the running one? After polls close, who counts is for people to
 * decide, with a reason: a reload may correct a row, but not take one away, nor give its id to
 * somebody else, nor change what a win of it is counted as, nor open polls again.
 * It may add rows, to closed races too. What must not happen unseen is that a number that was told
 * loses what it rests on; a row that was forgotten, or lost and is put back, takes nothing from
 * anybody, and no decision of the desk can make one. The log names them. */
#ifndef TALLYD_FOLLOW_H
#define TALLYD_FOLLOW_H

#include "daemon/base/buf.h"
#include "daemon/core/model.h"

/* `s`: the settings that come with `next`. False and *e: the first row that may not change so. */
bool follow_allowed(const struct model *running, const struct settings *s,
                    const struct endorsements *next, int64_t now_ms, struct err *e) MUST_USE;

/* How many rows are new though polls have closed in their races; the first ones by their ids. */
size_t follow_added(const struct model *was, const struct model *now, int64_t now_ms,
                    struct buf *names);

#endif
