/* SPDX-License-Identifier: ISC */
/* The archive's part of the writer's thread: polls into tables, payloads into gzip, a piece at a
 * time, behind everything else; and the oldest payloads out again when all takes more than it may.
 *
 * Nothing waits for it. What cannot be written is tried again while there is room to wait, then
 * left out and counted. A payload that the state directory has as the last good one of a file is
 * never taken away. Not synced: a crash of the machine may cost the last seconds.
 */
#ifndef TALLYD_EDGE_WRITER_ARCHIVE_H
#define TALLYD_EDGE_WRITER_ARCHIVE_H

#include <stdint.h>

#include "daemon/base/map.h"
#include "daemon/edge/archive.h"

struct writer_archive;

/* In the queue: a payload, a line about it, or both. */
struct writer_record {
    struct writer_record *next;
    struct payload *payload; /* NULL: none; a reference */
    int64_t received_ms;
    size_t line_len; /* 0: none */
    char line[];
};
struct writer_records {
    struct writer_record *first, **end;
    size_t count, bytes;
};
void writer_records_init(struct writer_records *list);
void writer_records_add(struct writer_records *list, struct writer_record *r);
void writer_records_move(struct writer_records *from, struct writer_records *to);
void writer_records_free(struct writer_records *list);
/* NULL: memory. */
struct writer_record *writer_record_new(const struct archive_row *row, struct payload *payload);

struct writer_archive_state { /* for people */
    int64_t bytes, recorded;  /* on disk; payloads and lines since the start */
    char why[256];            /* it cannot be written now; empty: it can */
};

/* needed(digests, ctx): put the digest, 32 hex digits, of each payload that may not go into the map
 * (copied keys); false: it cannot be told now. NULL: memory. */
struct writer_archive *writer_archive_new(const char *directory, int64_t keep,
                                          bool (*needed)(struct map *digests, void *ctx),
                                          void *ctx);
void writer_archive_free(struct writer_archive *a); /* accepts NULL */
struct writer_records *writer_archive_queue(struct writer_archive *a);
/* Monotonic; 0: at once, INT64_MAX: nothing. `ending`: what failed is not waited for. */
int64_t writer_archive_due(const struct writer_archive *a, bool ending);
void writer_archive_work(struct writer_archive *a, int64_t now_us);
void writer_archive_state(const struct writer_archive *a, struct writer_archive_state *out);

#endif
