/* SPDX-License-Identifier: ISC */
/* The frozen: every sentence that was on air, with its counts, under its epoch-seq, for good. What
 * is not on disk yet is not shown, so that no one can have read, and cite, what a crash takes back.
 */
#ifndef TALLYD_FROZEN_H
#define TALLYD_FROZEN_H

#include "daemon/core/message.h"
#include "daemon/edge/writer.h"

struct frozen;

/* `shown` is called whenever a newer one may be shown. NULL: memory is out. */
struct frozen *frozen_new(struct writer *w, void (*shown)(void *ctx), void *ctx);
/* Accepts NULL. What the writer has not answered by then is let go when it does: after the writer
 * is closed. */
void frozen_free(struct frozen *f);

/* A totals message went out. One that says the same as the one before needs no row of its own.
 * False: it could not be given to the writer; that is logged, and what was shown stays. */
bool frozen_keep(struct frozen *f, int64_t epoch, int64_t seq, int64_t at_ms,
                 const struct message *m);

/* What may be shown. Epoch 0: nothing yet. Slices live until the loop goes on. */
struct frozen_view {
    int64_t epoch, seq, at_ms;
    struct slice statements[STATEMENT_STYLES];
    struct slice counts; /* "name value\n" */
};
void frozen_view(const struct frozen *f, struct frozen_view *out);

#endif
