/* SPDX-License-Identifier: ISC */
/* What an event brought, into the log and the metrics. */
#ifndef TALLYD_RIVER_LOG_H
#define TALLYD_RIVER_LOG_H

#include "daemon/core/core.h"
#include "daemon/metrics.h"

void river_log(const struct model *m, struct metrics *metrics, const struct effects *fx,
               const struct event *ev);

#endif
