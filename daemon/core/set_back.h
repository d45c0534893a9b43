/* SPDX-License-Identifier: ISC */
/* A clock that was set back: whatever waits, ages or is compared goes back with it, and keeps the
 * age it had. */
#ifndef TALLYD_CORE_SET_BACK_H
#define TALLYD_CORE_SET_BACK_H

#include "daemon/core/model.h"

/* The election clock showed was_ms and shows now_ms, which is earlier. Moved are times that others
 * are measured against: since when figures, files and marks wait, when sources were heard, what is
 * newer than a claim, the as-of. Not moved is what is said of a moment (when a claim or a
 * correction was made), what a feed says of its own time, and when polls close. */
void set_back(struct model *m, int64_t was_ms, int64_t now_ms);

/* What the clock has shown at least, after a restart: the newest of what was heard. */
int64_t set_back_latest(const struct model *m);

#endif
