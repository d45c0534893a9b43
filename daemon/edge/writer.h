/* SPDX-License-Identifier: ISC */
/* Durable truth: one thread owns the SQLite database and every file under the state directory. Jobs
 * go in by queue, are committed in groups (synchronous=FULL), and are answered on the loop in the
 * order they were given.
 */
#ifndef TALLYD_EDGE_WRITER_H
#define TALLYD_EDGE_WRITER_H

#include "daemon/base/arena.h"
#include "daemon/base/err.h"
#include "daemon/edge/archive.h"
#include "daemon/edge/writer_rows.h"

struct event_base;
struct writer;

/* Open (make) the directory and database, refuse a second process on it (flock), read everything.
 * Blocking: before the loop runs. */
bool writer_open(struct event_base *base, const char *directory, struct arena *a,
                 struct writer_loaded *loaded, struct writer **out, struct err *e) MUST_USE;

/* Read everything again, for a reload: only while nothing is queued. Blocking. */
bool writer_load(struct writer *w, struct arena *a, struct writer_loaded *loaded,
                 struct err *e) MUST_USE;

/* Copy the job into the queue. done(ok, ctx) runs on the loop. Of a job with rows: when they are on
 * disk, in order of submission among such jobs; its files follow, so that no call waits for a large
 * payload. Of one with files and memos only, or with nothing: when all submitted before it is on
 * disk, files too, or newer ones of them wait and nobody waits for it (job.later); not ok when one
 * of them could not be written. A file and the memos of its job are on disk at the same moment.
 * What fails for want of disk is tried again until writer_close gives up, and logged; not ok: the
 * text says why. False: queue cap passed, or closing. */
bool writer_submit(struct writer *w, const struct writer_job *job,
                   void (*done)(bool ok, const char *text, void *ctx), void *ctx,
                   struct err *e) MUST_USE;

/* Is so much waiting that the next jobs may be refused? Then take no news until there is room. */
bool writer_full(struct writer *w);

/* From now on what is recorded goes into this directory, of at most `keep` bytes
 * (writer_archive.h). Once. */
bool writer_record_to(struct writer *w, const char *directory, int64_t keep,
                      struct err *e) MUST_USE;
/* A poll, and its payload (referenced; NULL: it is there already, or none came); without a source
 * in the row only the payload. Nobody is told what became of it: what finds no room is left out,
 * counted and logged. Nothing when there is no archive. */
void writer_record(struct writer *w, const struct archive_row *row, struct payload *payload);

struct writer_recording { /* for people */
    int64_t bytes, recorded, lost, waiting;
    char why[256]; /* it cannot be written now; empty: it can */
};
void writer_recording(struct writer *w, struct writer_recording *out);

/* Finish what is queued (at most `wait_ms`), stop the thread, close. */
void writer_close(struct writer *w, int64_t wait_ms); /* accepts NULL */

#endif
