/* SPDX-License-Identifier: ISC */
/* What of the polls goes into the archive: each payload that is another than before, each change
 * between answering and failing, and now and then that all is as it was. */
#ifndef TALLYD_RECORDER_H
#define TALLYD_RECORDER_H

#include "daemon/core/model.h"
#include "daemon/edge/polling.h"
#include "daemon/edge/writer.h"
#include "daemon/plan.h"

struct recorder;

/* Both are borrowed and outlive it. NULL: memory. */
struct recorder *recorder_new(const struct plan *plan, struct writer *writer);
void recorder_free(struct recorder *r); /* accepts NULL */

/* A poll, when the core has judged it. */
void recorder_news(struct recorder *r, const struct poller_news *news, enum verdict verdict,
                   struct slice text, int64_t now_ms);

/* What of each file of this source (NONE: of all) is recorded since it was made, as rows for
 * people. */
void recorder_rows(const struct recorder *r, uint32_t source, bool json, struct buf *out);

#endif
