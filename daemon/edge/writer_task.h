/* SPDX-License-Identifier: ISC */
/* A writer's job as it waits in the queue: a copy that owns all its text, and its payloads apart.
 */
#ifndef TALLYD_EDGE_WRITER_TASK_H
#define TALLYD_EDGE_WRITER_TASK_H

#include "daemon/base/arena.h"
#include "daemon/edge/writer_rows.h"

struct writer_task {
    struct writer_task *next;
    struct arena *arena;
    struct writer_job job; /* files: none, they are papers */
    void (*done)(bool ok, const char *text, void *ctx);
    void *ctx;
    bool ok;
    char text[256]; /* not ok: why */
};

/* A payload to be filed, or a memo. */
struct writer_paper {
    struct writer_paper *next;
    struct arena *arena;
    struct writer_file row;  /* holds a reference to its payload */
    struct writer_memo memo; /* text.ptr: instead of a payload */
    struct slice key;        /* its source and file, or the race of a memo, in one */
    const char *name;        /* under payloads/ */
    size_t bytes;
    size_t job;      /* papers of one job follow each other, and are committed at once */
    size_t era;      /* while they are thinned (writer_thin.h) */
    bool superseded; /* a newer one waits: only the digest is recorded; never of what deltas that
                        wait come after */
    struct writer_task *barrier; /* instead of all that: a task that waits for those before it */
    char texts[];                /* of the memo */
};

/* Queues: oldest first. */
struct writer_tasks {
    struct writer_task *first, **end;
    size_t count;
};
struct writer_papers {
    struct writer_paper *first, **end;
    size_t count;
};
void writer_tasks_init(struct writer_tasks *list);
void writer_papers_init(struct writer_papers *list);
void writer_tasks_add(struct writer_tasks *list, struct writer_task *t);
void writer_papers_add(struct writer_papers *list, struct writer_paper *p);
/* All of one behind the other. */
void writer_tasks_move(struct writer_tasks *from, struct writer_tasks *to);
void writer_papers_move(struct writer_papers *from, struct writer_papers *to);
struct writer_paper *writer_papers_take(struct writer_papers *list); /* NULL: empty */

/* It will be answered with this reason. */
void writer_task_refuse(struct writer_task *t, const char *why);

/* Rows only. NULL: memory. */
struct writer_task *writer_task_new(const struct writer_job *job);
void writer_task_free(struct writer_task *t);
bool writer_task_has_rows(const struct writer_task *t);

struct writer_paper *writer_paper_new(const struct writer_file *row);
struct writer_paper *writer_paper_of_memo(const struct writer_memo *memo);
void writer_paper_free(struct writer_paper *p);

#endif
