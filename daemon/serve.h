/* SPDX-License-Identifier: ISC */
/* Serving and standing by: what the app begins and ends when its duty says so (duty.h). River,
 * poller and outbox are made from what is on disk, and taken down when nothing of them is on its
 * way there any more. */
#ifndef TALLYD_SERVE_H
#define TALLYD_SERVE_H

#include "daemon/app_state.h"

/* Name this process, and make its duty. The writer is open. */
bool serve_new(struct app *a, struct err *e) MUST_USE;
void serve_free(struct app *a); /* timers and duty; after the writer is closed */

/* River, poller and the reading of what is durable, of the night that is or that a reload makes;
 * nothing runs yet. */
bool serve_prepare(struct app *a, struct night *n, void (*restored)(void *ctx),
                   struct err *e) MUST_USE;
void serve_run(struct night *n);

/* A reload has read the credentials of Redis anew. */
void serve_identify(struct app *a);
/* To the log: what counts for nothing any more, and nobody took it back. */
void serve_tell_lost(const struct model *m);

/* No more news of it; what it has decided may still be on its way to the disk. Accepts NULL. */
void serve_stop(struct night *n);

#endif
