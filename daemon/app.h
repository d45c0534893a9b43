/* SPDX-License-Identifier: ISC */
/* The daemon as a whole: everything it holds, started and stopped in order, reloaded by swapping.
 */
#ifndef TALLYD_APP_H
#define TALLYD_APP_H

#include "daemon/app_state.h"

/* Run until SIGTERM or SIGINT; the plan becomes the app's. Returns the exit code; *e says why when
 * it is not 0. */
int app_run(const struct app_args *args, struct plan *plan, struct err *e);

/* tallyd -1: poll every source once, print `what` (statement, totals, races, cards or matches),
 * return the exit code. */
int app_once(const struct app_args *args, struct plan *plan, const char *what, struct err *e);

#endif
