/* SPDX-License-Identifier: ISC */
/* A rehearsal: something is really done, by a copy of this process that ends with it. What it would
 * bring comes back as text, and nothing else does: no list of what has to be undone can forget
 * anything. */
#ifndef TALLYD_EDGE_REHEARSE_H
#define TALLYD_EDGE_REHEARSE_H

#include "daemon/base/buf.h"
#include "daemon/base/err.h"

/* What is done: plain computation. There it has one thread and no signals, and the locks of other
 * threads may be taken for good: no files, sockets, logging, database. */
typedef bool rehearse_act(void *ctx, struct buf *out, struct err *e);

/* True, and what `act` appended is appended to `out`; false, and *e is what it set; or ERR_AGAIN:
 * there was no copy, or it did not end within seconds. Waits for it. */
bool rehearse(rehearse_act *act, void *ctx, struct buf *out, struct err *e) MUST_USE;

#endif
