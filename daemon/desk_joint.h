/* SPDX-License-Identifier: ISC */
/* Many calls of one file as one: all of them or none, shown together, and what was shown is what is
 * done. */
#ifndef TALLYD_DESK_JOINT_H
#define TALLYD_DESK_JOINT_H

#include "daemon/edge/control.h"

struct app;

/* tallyctl's own verb for `call --from`. Its words: the file's name, how (below), the preview's
 * fingerprint or nothing, and the rows, parted by 0x1d, the words of each by 0x1e: its line in the
 * file, and what would be typed behind `call`. */
#define DESK_JOINT_VERB "call --from"
#define DESK_JOINT_SHOW "show" /* what it would do */
#define DESK_JOINT_CONFIRMED                                                                       \
    "confirmed"            /* a person has seen that, and it is done if it is so still */
#define DESK_JOINT_DO "do" /* nobody looks: ids are to be whole */

/* Answer it: an exit code and a body, or CONTROL_LATER. All of it is rehearsed, and done only where
 * nothing is refused and nobody has called or decided anything since. */
int desk_joint(struct app *app, const struct control_request *request, struct buf *body);

#endif
