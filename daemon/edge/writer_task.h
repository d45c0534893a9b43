/* SPDX-License-Identifier: ISC */
/* A writer's job as it waits in the queue: a copy that owns all its text, and its payloads apart.
 */
#ifndef TALLYD_EDGE_WRITER_TASK_H
#define TALLYD_EDGE_WRITER_TASK_H

#include "daemon/edge/writer.h"

struct writer_task {
    struct writer_task *next;
    struct arena *arena;
    struct writer_job job; /* files: none, they are papers */
    void (*done)(bool ok, const char *text, void *ctx);
    void *ctx;
    bool ok;
    char text[256]; /* not ok: why */
};

/* A payload to be filed. */
struct writer_paper {
    struct writer_paper *next;
    struct arena *arena;
    struct writer_file row; /* holds a reference to its payload */
    struct slice key;       /* its source and file in one */
    const char *name;       /* under payloads/ */
    size_t bytes;
    bool superseded;             /* a newer one waits: only the digest is recorded */
    struct writer_task *barrier; /* instead of all that: a task that waits for those before it */
};

/* Rows only. NULL: memory. */
struct writer_task *writer_task_new(const struct writer_job *job);
void writer_task_free(struct writer_task *t);
bool writer_task_has_rows(const struct writer_task *t);

struct writer_paper *writer_paper_new(const struct writer_file *row);
void writer_paper_free(struct writer_paper *p);

#endif
