/* SPDX-License-Identifier: ISC */
/* Another program, run to its end: what it printed and its exit code. It has our environment, no
 * input, and none of our descriptors. */
#ifndef TALLYD_EDGE_ERRAND_H
#define TALLYD_EDGE_ERRAND_H

#include <stdint.h>

#include "daemon/base/buf.h"
#include "daemon/base/err.h"

#define ERRAND_TEXT_MAX ((size_t)48 << 20) /* of what it prints; more ends it */

struct errand;
struct event_base;

struct errands { /* those that are going on; base and patience are set, the rest is zero */
    struct event_base *base;
    int64_t patience_ms; /* one that takes longer is ended */
    struct errand *first;
    size_t count;
};

/* From the loop. `code`: its exit code, or ERR_AGAIN where it did not end by itself. */
typedef void errand_done(int code, struct slice out, struct slice errors, void *ctx);

/* Start argv[0], a path. True: `done` is called, once. False, ERR_AGAIN: it cannot be started, or
 * several are at work. */
bool errand_start(struct errands *all, char *const *argv, errand_done *done, void *ctx,
                  struct err *e) MUST_USE;
/* End all of them; whoever waits is told. */
void errands_end(struct errands *all);

/* For programs that have nothing else to do: wait for it. What it complains of goes where ours
 * does. */
bool errand_run(char *const *argv, struct buf *out, int *code, struct err *e) MUST_USE;

#endif
