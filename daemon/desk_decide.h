/* SPDX-License-Identifier: ISC */
/* The verbs of tallyctl by which people decide: their words made a decision, which is previewed, or
 * taken and answered when it is durable. */
#ifndef TALLYD_DESK_DECIDE_H
#define TALLYD_DESK_DECIDE_H

#include "daemon/edge/control.h"

struct app;
struct arena;
struct decision;

/* Behind which stands what it would do now. */
#define DESK_CHANGED                                                                               \
    "what it would do is no longer what was shown; nothing is done. It would be now:\n"

/* Is this verb one of them? */
bool desk_decides(struct slice verb);

/* The words of a request as a decision, which points into them and into *argument. False: what is
 * wrong with them, in the body. */
bool desk_words(const struct control_request *request, struct decision *out, struct buf *argument,
                struct buf *body);

/* Its words copied. False: memory. */
bool desk_keep(struct arena *a, struct decision *d);

/* Answer it: an exit code and a body, or CONTROL_LATER. */
int desk_decide(struct app *app, const struct control_request *request, struct buf *body);

#endif
