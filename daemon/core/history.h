/* SPDX-License-Identifier: ISC */
/* Earlier cycles, as a CSV with the columns cycle, won and called. */
#ifndef TALLYD_CORE_HISTORY_H
#define TALLYD_CORE_HISTORY_H

#include "daemon/base/arena.h"
#include "daemon/base/err.h"
#include "daemon/core/settings.h"

/* Into an array from the arena. Columns of other names are passed over. False with ERR_DATA: line
 * and column named. */
bool history_parse(struct slice csv, struct arena *a, struct settings_cycle **out, size_t *n,
                   struct err *e) MUST_USE;

#endif
