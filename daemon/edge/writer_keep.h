/* SPDX-License-Identifier: ISC */
/* What the writer's thread does: rows into the database, payloads into files, and again later what
 * failed. Nothing here is shared: it belongs to the thread while that runs. */
#ifndef TALLYD_EDGE_WRITER_KEEP_H
#define TALLYD_EDGE_WRITER_KEEP_H

#include "daemon/edge/writer_task.h"

struct map;
struct writer_db;

/* When what failed is tried again. */
struct writer_retry {
    int64_t at_us, wait_ms; /* wait_ms 0: nothing has failed */
};

struct writer_keep {
    const char *directory;
    struct writer_db *db;
    int papers_fd;               /* the directory of payloads */
    struct map *gone;            /* names of payloads that may not be referred to any more */
    struct writer_tasks rows;    /* to be committed, in order */
    struct writer_papers papers; /* to be filed, and barriers among them */
    struct writer_papers owed;   /* could not be written, until owed_retry */
    struct writer_retry rows_retry, owed_retry;
    void (*answer)(struct writer_tasks *done, void *ctx); /* takes them all */
    void (*spent)(size_t bytes, void *ctx);               /* of payloads that wait no more */
    void *ctx;
};

/* When there is something to do (monotonic; 0: at once, INT64_MAX: nothing). */
int64_t writer_keep_due(const struct writer_keep *k);
/* Do what is due: all rows, then a few megabytes of payloads. */
void writer_keep_work(struct writer_keep *k, int64_t now_us);

#endif
