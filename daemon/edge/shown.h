/* SPDX-License-Identifier: ISC */
/* What was once on air, looked up in the writer's database: one row by its key, on a read-only
 * connection of its own. It waits for nothing the writer does, and so may be asked by the loop. */
#ifndef TALLYD_EDGE_SHOWN_H
#define TALLYD_EDGE_SHOWN_H

#include "daemon/base/arena.h"
#include "daemon/base/err.h"
#include "daemon/edge/writer_rows.h"

struct shown;

/* Of the database in the writer's directory, after writer_open. */
bool shown_open(const char *directory, struct shown **out, struct err *e) MUST_USE;
void shown_close(struct shown *s); /* accepts NULL */

/* What was on air when seq was the newest of its epoch. Text in the arena. False: ERR_NO, there was
 * nothing, ERR_AGAIN, the database does not answer now. */
bool shown_find(struct shown *s, int64_t epoch, int64_t seq, struct arena *a,
                struct writer_shown *out, struct err *e) MUST_USE;

#endif
