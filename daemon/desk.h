/* SPDX-License-Identifier: ISC */
/* The desk: the daemon's side of the control socket, which answers what tallyctl asks; one table of
 * verbs. */
#ifndef TALLYD_DESK_H
#define TALLYD_DESK_H

#include "daemon/edge/control.h"

/* For control_new, with the struct app as ctx. */
int desk_answer(const struct control_request *request, struct buf *body, void *app);

#endif
