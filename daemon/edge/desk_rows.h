/* SPDX-License-Identifier: ISC */
/* The desk's stream as text: rows of the writer into entries, and entries into rows.
 *
 * An entry is names and values in turn. A name of a table (claim, decision, ruling, note, event,
 * told) begins a row, its value is the row's first column; the names behind it are the other
 * columns, by the names they have in the database. Columns that are not known are passed over, so
 * that a newer tallyd may have more of them. Two rows are not of the database: `begin N` with
 * `writer NAME` and what night it is (desk_night.h), in the first of the N entries that are the
 * whole history (an epoch begins with them), and `told ID`: Redis has published this call event.
 *
 *     1-1  begin 3  writer east-5d2e9c0f4b1a7788-0a1b2c3d-  mode live  date 2025-11-04  ...
 *     1-2  decision 1  at_ms 1604451600000  verb call  target ada-quill  ...
 *     1-3  claim 2  at_ms 1604451600000  outcome 1  endorsement_id ada-quill  ...
 *     1-4  claim 3 ...  event c3  channel calls:GA  data {...}
 *     1-5  told c3
 */
#ifndef TALLYD_EDGE_DESK_ROWS_H
#define TALLYD_EDGE_DESK_ROWS_H

#include "daemon/base/arena.h"
#include "daemon/base/err.h"
#include "daemon/edge/redis.h"
#include "daemon/edge/writer_rows.h"

/* Entries that own their text: freed as one. */
struct desk_entries {
    struct desk_entries *next; /* the caller's */
    struct arena *arena;
    struct redis_entry *list;
    size_t count;
};

/* Claims, decisions, rulings and notes of the job, and with `events` its call events. No rows: no
 * entries. NULL: memory. */
struct desk_entries *desk_rows_write(const struct writer_job *job, bool events);
void desk_entries_free(struct desk_entries *e); /* accepts NULL */

/* What is read, until it is one job: arrays and texts live in the arena. */
struct desk_read {
    struct arena *arena;
    struct writer_job job; /* acknowledged: what was told */
    int64_t begin;         /* > 0: this entry begins so many, which are all there is */
    struct slice writer;   /* with begin: whose disk they are of */
    struct slice mode, date, name, list; /* with begin: of what night; empty: not said */
};

/* Add the rows of an entry to what was read. ERR_DATA: a row cannot be ours. */
bool desk_rows_read(const struct slice *texts, size_t count, struct desk_read *out,
                    struct err *e) MUST_USE;

#endif
