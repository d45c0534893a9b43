/* SPDX-License-Identifier: ISC */
/* A rehearsal: a script (script.h) played onto a replay, and the report of it on standard output:
 * what was on air when, what happened, and each difference from what was expected. */
#ifndef TALLYD_DRILL_H
#define TALLYD_DRILL_H

#include "daemon/clock.h"
#include "daemon/core/core.h"
#include "daemon/edge/archive.h"
#include "daemon/plan.h"
#include "daemon/script.h"

struct drill;
struct river;

/* Read the script of that name. Plan, clock and record are borrowed and outlive it. Problems of the
 * script go to `problems`, a line each. */
bool drill_new(const struct plan *plan, const struct clock *clock, const struct archive *record,
               const char *path, struct drill **out, struct buf *problems, struct err *e) MUST_USE;
void drill_free(struct drill *d); /* accepts NULL */

/* When the next line is due; WHEN_NEVER: none is left. */
int64_t drill_due(const struct drill *d);
/* Do it. Returns the source whose files are to be told anew because of it; NONE: of none. */
uint32_t drill_act(struct drill *d, struct river *river);

/* What is wrong with the source now; NULL: nothing. */
const struct script_line *drill_fault(const struct drill *d, uint32_t source);
/* It did something to a poll. One of a batch is noted by drill_edit. */
void drill_befell(struct drill *d, const struct script_line *fault);
/* What the script makes of a batch, in its own copy; and what its payload's digest becomes by it.
 */
struct digest drill_edit(struct drill *d, uint32_t source, const struct results *batch,
                         struct digest of);

/* For the river: what an event brought. */
void drill_told(const struct event *ev, const struct effects *fx, void *drill);

/* The last lines of the report. False: something was not as expected, or not as the script says. */
bool drill_end(struct drill *d);

#endif
