/* SPDX-License-Identifier: ISC */
/* `tallyctl source test` as the daemon answers it: by a tallyd of its own that tries the source
 * (trial.h), with this one's configuration files, as they are, and its credentials. */
#ifndef TALLYD_DESK_TEST_H
#define TALLYD_DESK_TEST_H

#include "daemon/app_state.h"
#include "daemon/edge/control.h"

/* The answer comes later. It begins with a line that has the exit code. Who asks may name a source
 * or an address: not a file, for it would be read as this user; and no credential. */
int desk_test(struct app *a, const struct control_request *q, struct buf *body);

#endif
