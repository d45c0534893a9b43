/* SPDX-License-Identifier: ISC */
/* The SQLite database of the writer: its tables, and rows in. Everything here blocks; one thread at
 * a time. */
#ifndef TALLYD_EDGE_WRITER_DB_H
#define TALLYD_EDGE_WRITER_DB_H

#include "daemon/base/err.h"
#include "daemon/base/map.h"
#include "daemon/edge/writer_rows.h"

struct writer_db;

/* Open or make it: WAL, synchronous=FULL, checked. */
bool writer_db_open(const char *path, struct writer_db **out, struct err *e) MUST_USE;
void writer_db_close(struct writer_db *db); /* accepts NULL */

/* A transaction. What fails with ERR_DATA will fail again, with ERR_AGAIN may not; after any
 * failure only writer_db_rollback follows. */
bool writer_db_begin(struct writer_db *db, struct err *e) MUST_USE;
bool writer_db_rows(struct writer_db *db, const struct writer_job *job, struct err *e) MUST_USE;
/* The payload `name` is what the row says, or what is filed already counts for more; names that no
 * longer are go into `gone`. */
bool writer_db_file(struct writer_db *db, const struct writer_file *row, const char *name,
                    struct map *gone, struct err *e) MUST_USE;
bool writer_db_memo(struct writer_db *db, const struct writer_memo *memo, struct err *e) MUST_USE;
/* Only that these bytes were on air. */
bool writer_db_digest(struct writer_db *db, const struct writer_file *row, struct err *e) MUST_USE;
bool writer_db_commit(struct writer_db *db, struct err *e) MUST_USE;
void writer_db_rollback(struct writer_db *db);

/* Does a row refer to the payload of that name? When in doubt it does. */
bool writer_db_refers(struct writer_db *db, const char *name);
/* The digests of all payloads that rows refer to, 32 hex digits each. False: not all. */
bool writer_db_payloads(struct writer_db *db, struct map *digests) MUST_USE;

#endif
