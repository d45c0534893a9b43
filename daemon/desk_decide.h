/* SPDX-License-Identifier: ISC */
/* The verbs of tallyctl by which people decide: their words made a decision, which is previewed, or
 * taken and answered when it is durable. */
#ifndef TALLYD_DESK_DECIDE_H
#define TALLYD_DESK_DECIDE_H

#include "daemon/edge/control.h"

struct app;

/* Is this verb one of them? */
bool desk_decides(struct slice verb);

/* Answer it: an exit code and a body, or CONTROL_LATER. */
int desk_decide(struct app *app, const struct control_request *request, struct buf *body);

#endif
