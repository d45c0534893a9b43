/* SPDX-License-Identifier: ISC */
/* Durable truth: one thread owns the SQLite database and every file under the state directory. Jobs go in by queue, are
 * committed in groups (synchronous=FULL), and are answered on the loop in the order they were given.
 */
#ifndef TALLYD_EDGE_WRITER_H
#define TALLYD_EDGE_WRITER_H

#include <stdint.h>

#include "daemon/base/arena.h"
#include "daemon/base/err.h"
#include "daemon/base/hash.h"

struct event_base;
struct payload;
struct writer;

/* Rows as they are stored; the app translates from and to the core's structs. Text is copied by writer_submit. */
struct writer_claim {
    int64_t number, at_ms, called_at_ms;
    int outcome;
    struct slice race_id, endorsement_id, by, basis, reason, evidence;
};
struct writer_name {
    struct slice source, contest, choice, name, party;
};
struct writer_file { /* the last accepted payload of a file; or the newest that is held, beside it */
    struct slice source, file;
    bool held;                /* an accepted one removes the held one of its file */
    struct payload *payload;  /* referenced until filed; written to payloads/ under a temporary name, synced, renamed.
                                 NULL: its bytes are filed already (what was held is accepted now), only the row changes */
    struct digest digest;
    struct slice version, etag, last_modified;
    int64_t received_ms;      /* election clock */
};
struct writer_event { /* a call message Redis has not acknowledged yet; removed by writer_acknowledge */
    struct slice id, channel, data;
};

struct writer_job {
    const struct writer_claim *claims;          size_t claim_count;
    const struct writer_name *names;            size_t name_count;
    const struct writer_file *files;            size_t file_count;
    const struct writer_event *events;          size_t event_count;
    const struct slice *acknowledged;           size_t acknowledged_count; /* event ids */
    int64_t epoch;                              /* > 0: to be kept as the epoch on disk */
};

/* Everything that was durable, for the app's restore. Lives in the arena given. */
struct writer_loaded {
    struct writer_claim *claims;   size_t claim_count;   /* by number */
    struct writer_name *names;     size_t name_count;
    struct writer_loaded_file {
        struct slice source, file, path, version, etag, last_modified;
        bool held;
        struct digest digest;
        int64_t received_ms;
    } *files;                      size_t file_count;    /* by received_ms, an accepted one before the held one of its file */
    struct writer_loaded_digest {  /* payloads once on air, oldest first, at most 256 a file */
        struct slice source, file;
        struct digest digest;
    } *digests;                    size_t digest_count;
    struct writer_event *events;   size_t event_count;   /* unacknowledged, in order */
    int64_t epoch;                 /* 0: none yet */
};

/* Open (make) the directory and database, refuse a second process on it (flock), read everything. Blocking: before the loop runs. */
bool writer_open(struct event_base *base, const char *directory, struct arena *a, struct writer_loaded *loaded,
                 struct writer **out, struct err *e) MUST_USE;

/* Read everything again, for a reload: only while nothing is queued. Blocking. */
bool writer_load(struct writer *w, struct arena *a, struct writer_loaded *loaded, struct err *e) MUST_USE;

/* Copy the job into the queue. done(ok, ctx) runs on the loop. Of a job with rows: when they are on disk, in order of
 * submission among such jobs; its files follow, so that no call waits for a large payload. Of one with files only, or with
 * nothing: when all submitted before it is on disk, files too; not ok when one of them could not be written.
 * What fails for want of disk is tried again until writer_close gives up, and logged; not ok: the text says why.
 * False: queue cap passed, or closing. */
bool writer_submit(struct writer *w, const struct writer_job *job,
                   void (*done)(bool ok, const char *text, void *ctx), void *ctx, struct err *e) MUST_USE;

/* Finish what is queued (at most `wait_ms`), stop the thread, close. */
void writer_close(struct writer *w, int64_t wait_ms); /* accepts NULL */

#endif
