/* SPDX-License-Identifier: ISC */
/* What each source says: payloads are judged, and what is good of them becomes the figures of that
 * source. Figures of one source never touch another's; merge.h chooses among them. */
#ifndef TALLYD_CORE_FEED_H
#define TALLYD_CORE_FEED_H

#include "daemon/core/event.h"
#include "daemon/core/report.h"

/* m->settings is set: make m->feeds. On failure what was made is undone. */
bool feed_init(struct model *m, struct err *e) MUST_USE;
void feed_done(struct model *m); /* accepts what was never made */

/* What was durable, before the first payload. */
bool feed_restore_name(struct model *m, const struct learned *name, struct err *e) MUST_USE;
bool feed_restore_digest(struct model *m, uint32_t source, uint32_t file, struct digest d,
                         struct err *e) MUST_USE;

/* Judge a payload (an EVENT_BATCH) and take what is good. The same bytes again change nothing, but
 * where they were read with other companions. On
 * failure (memory) what was taken until then stays: every contest is whole. Marks are taken as they
 * come: calls.c judges them. */
bool feed_take(struct model *m, const struct event *event, int64_t now_ms, struct feed_report *out,
               struct err *e) MUST_USE;

/* EVENT_UNCHANGED: the site serves the bytes of `digest`, still. Those on air: the file is fresh.
 * Others: it has stepped back, and when it stays so its contests are in doubt. */
bool feed_unchanged(struct model *m, const struct event *event, int64_t now_ms,
                    struct feed_report *out, struct err *e) MUST_USE;
/* EVENT_FAILED: the last verdict of that file. */
void feed_failed(struct model *m, uint32_t source, uint32_t file, enum verdict verdict,
                 struct slice text);

/* One payload that waited for polls to close and need wait no longer is judged again, as feed_take
 * would. *judged is false when there is none: call it until then. */
bool feed_tick(struct model *m, int64_t now_ms, struct feed_report *out, bool *judged,
               struct err *e) MUST_USE;
/* Polls close at other times now: whatever waits for them is judged by the next feed_tick. */
void feed_polls_moved(struct model *m);
int64_t feed_next_tick(const struct model *m, int64_t now_ms); /* WHEN_NEVER */

/* Was this file reached recently enough? A file never reached is not fresh. */
bool feed_fresh(const struct model *m, uint32_t source, uint32_t file, int64_t now_ms);

#endif
