/* SPDX-License-Identifier: ISC */
/* Numbers for messages: seq and prev of an epoch, and the envelope's text.
 * Pure. */
#ifndef TALLYD_CORE_STREAM_H
#define TALLYD_CORE_STREAM_H

#include "daemon/base/buf.h"
#include "daemon/base/err.h"
#include "daemon/core/message.h"
#include "daemon/core/settings.h"

struct stream;

/* At most `cap` channels; every envelope says `owner`. Settings and owner are borrowed. NULL:
 * memory is out. */
struct stream *stream_new(const struct settings *s, struct slice owner, size_t cap);
void stream_free(struct stream *st); /* accepts NULL */

/* A new epoch: seq starts at 1 again, no channel has a previous message. */
void stream_begin(struct stream *st, int64_t epoch);
int64_t stream_epoch(const struct stream *st);

/* Give the message its number and write its envelope. `snap` is written (else left empty) when the
 * message has a snapshot: the envelope itself, or for calls a JSON list of the claims in snap_data,
 * each with this epoch and seq. *seq is the number it took. A message without data (of
 * core_snapshot: calls, which are never announced again) takes a number and has an empty envelope.
 * False: the channel cap is reached or a buffer failed; no number is taken. */
bool stream_number(struct stream *st, const struct message *m, int64_t now_ms, struct buf *envelope,
                   struct buf *snap, int64_t *seq, struct err *e) MUST_USE;

/* A heartbeat takes no number; it tells the last one of each channel. */
bool stream_heartbeat(const struct stream *st, int64_t now_ms, struct buf *envelope,
                      struct err *e) MUST_USE;

/* The message of a call event that was stored (its id, channel and data) and has not been
 * acknowledged: to be numbered again. */
struct message stream_event(struct slice event_id, struct slice channel, struct slice data);

#endif
