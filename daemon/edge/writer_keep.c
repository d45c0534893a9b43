/* SPDX-License-Identifier: ISC */
/* Rows go first and at once; payloads follow a few megabytes at a time. */
#include "daemon/edge/writer_keep.h"

#include <stdio.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/base/map.h"
#include "daemon/edge/payload.h"
#include "daemon/edge/timer.h"
#include "daemon/edge/writer_db.h"
#include "daemon/edge/writer_files.h"
#include "daemon/edge/writer_thin.h"

#define SLICE_BYTES ((size_t)4 << 20) /* of payloads between two looks at the rows */
#define RETRY_FIRST_MS 100
#define RETRY_MOST_MS 5000

static void postpone(struct writer_retry *r)
{
    r->wait_ms = r->wait_ms == 0 ? RETRY_FIRST_MS : 2 * r->wait_ms;
    if (r->wait_ms > RETRY_MOST_MS)
        r->wait_ms = RETRY_MOST_MS;
    r->at_us = timer_now_us() + r->wait_ms * 1000;
}

/* ---- rows, on the thread ---- */

/* All rows in one transaction. *bad is the job that can never be kept, NULL when the disk is to
 * blame. */
static bool commit_rows(struct writer_keep *k, struct writer_task **bad, struct err *e)
{
    *bad = NULL;
    bool ok = writer_db_begin(k->db, e);
    for (struct writer_task *t = k->rows.first; ok && t; t = t->next)
        if (t->ok && !(ok = writer_db_rows(k->db, &t->job, e)) && e->kind == ERR_DATA)
            *bad = t;
    ok = ok && writer_db_commit(k->db, e);
    if (!ok)
        writer_db_rollback(k->db);
    return ok;
}

static void keep_rows(struct writer_keep *k)
{
    struct writer_task *bad;
    struct err e = {0};
    while (k->rows.first) {
        if (commit_rows(k, &bad, &e)) {
            if (k->rows_retry.wait_ms > 0)
                log_info("state: %s can be written again", k->directory);
            k->rows_retry = (struct writer_retry){0};
            k->answer(&k->rows, k->ctx);
        } else if (bad) {
            writer_task_refuse(bad, e.text);
        } else {
            if (k->rows_retry.wait_ms == 0)
                log_error(
                    "state: %s; calls wait until it can be written, it is tried again (in %s)",
                    e.text, k->directory);
            postpone(&k->rows_retry);
            return;
        }
    }
}

/* ---- payloads, on the thread ---- */

static void spend(struct writer_keep *k, struct writer_paper *p)
{
    k->spent(p->bytes, k->ctx);
    payload_free(p->row.payload);
    p->row.payload = NULL;
    p->bytes = 0;
}

/* Give back the memory of what later ones replace. */
static void thin(struct writer_keep *k)
{
    struct writer_papers *const lists[] = {&k->owed, &k->papers};
    k->spent(writer_papers_thin(lists, 2), k->ctx);
}

static bool write_paper(struct writer_keep *k, struct writer_paper *p, struct err *e)
{
    return p->superseded || !p->row.payload ||
           writer_files_write(k->papers_fd, p->name, payload_bytes(p->row.payload), e);
}

static bool commit_paper(struct writer_keep *k, const struct writer_paper *p, struct err *e)
{
    if (p->memo.text.ptr)
        return writer_db_memo(k->db, &p->memo, e);
    return p->superseded ? writer_db_digest(k->db, &p->row, e)
                         : writer_db_file(k->db, &p->row, p->name, k->gone, e);
}

/* Rows that refer to what is now surely there. */
static bool commit_papers(struct writer_keep *k, const struct writer_papers *list, struct err *e)
{
    if (!writer_files_sync(k->papers_fd, e))
        return false;
    bool ok = writer_db_begin(k->db, e);
    for (struct writer_paper *p = list->first; ok && p; p = p->next)
        ok = commit_paper(k, p, e);
    ok = ok && writer_db_commit(k->db, e);
    if (!ok)
        writer_db_rollback(k->db);
    return ok;
}

static void clear_gone(struct writer_keep *k)
{
    size_t at = 0;
    struct slice name;
    void *unused;
    while (map_next(k->gone, &at, &name, &unused)) {
        char text[256];
        snprintf(text, sizeof text, "%.*s", SLICE_FMT(name));
        if (!writer_db_refers(k->db, text))
            writer_files_remove(k->papers_fd, text);
        map_remove(k->gone, name);
    }
}

static void owe(struct writer_keep *k, struct writer_paper *p, const struct err *e)
{
    if (k->owed_retry.wait_ms == 0)
        log_error(
            "state: %.*s: its payload cannot be kept: %s; a restart would begin with an older "
            "one; it is tried again (in %s)",
            SLICE_FMT(p->row.source), e->text, k->directory);
    writer_papers_add(&k->owed, p);
}

static void free_papers(struct writer_keep *k, struct writer_papers *list)
{
    for (struct writer_paper *p; (p = writer_papers_take(list)) != NULL;) {
        spend(k, p);
        writer_paper_free(p);
    }
}

/* A part of the queue that is being filed. */
struct part {
    struct writer_papers written; /* their rows are to be committed, all at once */
    struct writer_tasks reached;  /* barriers behind them */
    struct writer_tasks passed;   /* barriers to be answered */
    size_t bytes, job;            /* so far, and whose the last was */
    bool failed, ended;
};

/* Everything written so far gets its rows, or all of it is owed; the barriers behind it pass. */
static void settle(struct writer_keep *k, struct part *s)
{
    struct err e = {0};
    if (s->written.first && commit_papers(k, &s->written, &e)) {
        clear_gone(k);
        free_papers(k, &s->written);
    }
    for (struct writer_paper *p; (p = writer_papers_take(&s->written)) != NULL; s->failed = true)
        owe(k, p, &e);
    for (struct writer_task *t = k->owed.first ? s->reached.first : NULL; t; t = t->next)
        writer_task_refuse(t, "a payload could not be written; see the log");
    writer_tasks_move(&s->reached, &s->passed);
}

/* Is the next thing a barrier that rows given before it have not passed yet? */
static bool barred(const struct writer_keep *k)
{
    return k->papers.first && k->papers.first->barrier && k->rows.first;
}

/* The next paper of the part, in which whole jobs are: a payload's memos are kept with it. NULL: it
 * is at its end. */
static struct writer_paper *next_paper(struct writer_keep *k, const struct part *s)
{
    const struct writer_paper *first = k->papers.first;
    bool ends = !first || s->ended || (s->bytes >= SLICE_BYTES && first->job != s->job);
    return ends || barred(k) ? NULL : writer_papers_take(&k->papers);
}

/* What nobody waits for shares the disk's time with what comes behind it. Takes the paper. */
static void reach(struct writer_keep *k, struct part *s, struct writer_paper *p)
{
    bool later = p->barrier->job.later;
    writer_tasks_add(&s->reached, p->barrier);
    p->barrier = NULL;
    writer_paper_free(p);
    if (later)
        return;
    settle(k, s);
    s->ended = s->failed; /* so that what is owed is thinned by what comes behind */
}

/* Takes the paper. */
static void file(struct writer_keep *k, struct part *s, struct writer_paper *p)
{
    struct err e = {0};
    s->bytes += p->bytes;
    if (write_paper(k, p, &e)) {
        writer_papers_add(&s->written, p);
    } else if (e.kind == ERR_DATA) {
        log_error("state: %.*s: %s", SLICE_FMT(p->row.source), e.text);
        spend(k, p);
        writer_paper_free(p);
    } else {
        owe(k, p, &e);
        s->failed = true;
    }
}

/* A few megabytes of payloads, and the barriers among them. */
static void keep_papers(struct writer_keep *k)
{
    struct part s = {0};
    writer_papers_init(&s.written);
    writer_tasks_init(&s.reached);
    writer_tasks_init(&s.passed);
    thin(k);
    for (struct writer_paper *p; (p = next_paper(k, &s)) != NULL;) {
        s.job = p->job;
        if (p->barrier)
            reach(k, &s, p);
        else
            file(k, &s, p);
    }
    settle(k, &s);
    if (s.failed)
        postpone(&k->owed_retry);
    else if (!k->owed.first && k->owed_retry.wait_ms > 0) {
        log_info("state: payloads can be written again");
        k->owed_retry = (struct writer_retry){0};
    }
    k->answer(&s.passed, k->ctx);
}

/* What was owed comes before what is newer. */
static void try_owed(struct writer_keep *k)
{
    writer_papers_move(&k->papers, &k->owed);
    writer_papers_move(&k->owed, &k->papers);
}

/* ---- together ---- */

int64_t writer_keep_due(const struct writer_keep *k)
{
    int64_t due = k->papers.first && !barred(k) ? 0 : INT64_MAX;
    if (k->rows.first && k->rows_retry.at_us < due)
        due = k->rows_retry.at_us;
    if (k->owed.first && k->owed_retry.at_us < due)
        due = k->owed_retry.at_us;
    return due;
}

void writer_keep_work(struct writer_keep *k, int64_t now_us)
{
    if (k->rows.first && now_us >= k->rows_retry.at_us)
        keep_rows(k);
    if (k->owed.first && now_us >= k->owed_retry.at_us)
        try_owed(k);
    if (k->papers.first && !barred(k))
        keep_papers(k);
}
