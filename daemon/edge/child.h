/* SPDX-License-Identifier: ISC */
/* Children of this process that the loop listens to until they have said all: a copy of ourselves
 * (rehearse.h), another program (errand.h). */
#ifndef TALLYD_EDGE_CHILD_H
#define TALLYD_EDGE_CHILD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "daemon/base/err.h"
#include "daemon/base/slice.h"

#define CHILD_PIPES_MAX 2

struct child;
struct event_base;

struct children { /* those that are going on; the first three are set, the rest is zero */
    struct event_base *base;
    int64_t patience_ms; /* one that takes longer is ended */
    size_t at_once;      /* no more than so many */
    struct child *first;
    size_t count;
};

/* Make it: `pipes` are its ends to speak by. Its pid, or -1 and errno. */
typedef pid_t child_make(void *ctx, const int *pipes);

/* From the loop: what it said through each pipe. `code`: its exit code, or ERR_AGAIN where it did
 * not end by itself, took too long or said too much. */
typedef void child_done(int code, const struct slice *said, void *ctx);

/* `most`: of bytes through each pipe. `make` is called before this returns. True: `done` is called,
 * once. False, ERR_AGAIN: it could not be made, or as many as may be are at work. */
bool child_start(struct children *all, int pipes, size_t most, child_make *make, void *make_ctx,
                 child_done *done, void *ctx, struct err *e) MUST_USE;

/* End all of them; whoever waits is told. */
void children_end(struct children *all);

/* Wait for it: its exit code, or ERR_AGAIN. */
int child_wait(pid_t pid);

#endif
