/* SPDX-License-Identifier: ISC */
/* A rehearsal: something is really done, by a copy of this process that ends with it, while this
 * one goes on. What it would bring comes back as text, and nothing else does: no list of what has
 * to be undone can forget anything. */
#ifndef TALLYD_EDGE_REHEARSE_H
#define TALLYD_EDGE_REHEARSE_H

#include "daemon/base/buf.h"
#include "daemon/edge/child.h"

/* What is done: plain computation. There it has one thread, no signals and no descriptors, and the
 * locks of other threads may be taken for good: no files, sockets, logging, database. */
typedef bool rehearse_act(void *ctx, struct buf *out, struct err *e);

/* How it came out, from the loop: `ok` and the text, or what `act` set; or ERR_AGAIN: its copy did
 * not end as it should. */
typedef void rehearse_done(bool ok, struct slice text, const struct err *e, void *ctx);

/* Begin. `act` has its ctx as it is now; this one may be gone when it runs. True: `done` is called,
 * once. False, ERR_AGAIN: no copy can be made, or several are at work. */
bool rehearse(struct children *all, rehearse_act *act, void *ctx, rehearse_done *done,
              void *done_ctx, struct err *e) MUST_USE;

#endif
