/* SPDX-License-Identifier: ISC */
/* Many calls of one file as one: all of them or none, shown together, and what was shown is what is
 * done. */
#ifndef TALLYD_DESK_JOINT_H
#define TALLYD_DESK_JOINT_H

#include "daemon/edge/control.h"

struct app;

/* Answer it (JOINT_VERB): an exit code and a body, or CONTROL_LATER. All of it is rehearsed, and
 * done only where nothing is refused and nobody has called or decided anything since. */
int desk_joint(struct app *app, const struct control_request *request, struct buf *body);

#endif
