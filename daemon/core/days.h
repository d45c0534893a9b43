/* SPDX-License-Identifier: ISC */
/* Which of our election days a payload is of. */
#ifndef TALLYD_CORE_DAYS_H
#define TALLYD_CORE_DAYS_H

#include "daemon/core/model.h"

/* Is it the watch's day, or that of a row of its list? */
bool days_ours(const struct model *m, int64_t date);

/* The day a payload is of, midnight UTC, in *date: as it states (perhaps not ours); where it is
 * silent, the watch's, which it has to be as long as no other day of ours has come (in the zone of
 * the settings) by `received_ms`. */
enum feed_day days_of(const struct model *m, struct slice stated, int64_t received_ms,
                      int64_t *date);

#endif
