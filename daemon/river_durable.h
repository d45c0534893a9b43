/* SPDX-License-Identifier: ISC */
/* What was durable, into a core that has had no event yet: claims, decisions, rulings, names,
 * memos. What is no longer configured is left out. */
#ifndef TALLYD_RIVER_DURABLE_H
#define TALLYD_RIVER_DURABLE_H

#include "daemon/core/core.h"
#include "daemon/edge/writer.h"
#include "daemon/plan.h"

bool river_durable(struct core *core, const struct plan *plan, const struct writer_loaded *loaded,
                   struct err *e) MUST_USE;

#endif
