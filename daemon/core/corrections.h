/* SPDX-License-Identifier: ISC */
/* What was told and no longer holds: listed for the night. Everything here follows from claims and
 * decisions, so that a restart lists the same. */
#ifndef TALLYD_CORE_CORRECTIONS_H
#define TALLYD_CORE_CORRECTIONS_H

#include "daemon/core/model.h"

/* After an endorsement's outcome was derived anew; `was`: before. One that was pending corrects
 * nothing. What one moment brings is one correction. False: memory. */
bool corrections_outcome(struct model *m, uint32_t endorsement, enum outcome was,
                         int64_t at_ms) MUST_USE;

/* Anything else, such as a status; texts live as long as the model. False: memory. */
bool corrections_add(struct model *m, const struct correction *c) MUST_USE;

#endif
