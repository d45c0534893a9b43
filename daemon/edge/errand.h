/* SPDX-License-Identifier: ISC */
/* Another program, run to its end: what it printed and its exit code. It has our environment, no
 * input, and none of our descriptors. */
#ifndef TALLYD_EDGE_ERRAND_H
#define TALLYD_EDGE_ERRAND_H

#include "daemon/base/buf.h"
#include "daemon/edge/child.h"

#define ERRAND_TEXT_MAX ((size_t)48 << 20) /* of what it prints; more ends it */

/* Start argv[0], a path; `done` is told its output and its errors, in this order (child.h). */
bool errand_start(struct children *all, char *const *argv, child_done *done, void *ctx,
                  struct err *e) MUST_USE;

/* For programs that have nothing else to do: wait for it. What it complains of goes where ours
 * does. */
bool errand_run(char *const *argv, struct buf *out, int *code, struct err *e) MUST_USE;

#endif
