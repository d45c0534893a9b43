/* SPDX-License-Identifier: ISC */
/* The queue, its thread, and the way back to the loop. Rows go first and at once; payloads follow a
 * few megabytes at a time. */
#include "daemon/edge/writer.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/base/map.h"
#include "daemon/edge/payload.h"
#include "daemon/edge/timer.h"
#include "daemon/edge/writer_db.h"
#include "daemon/edge/writer_files.h"
#include "daemon/edge/writer_task.h"

#define TASKS_MAX 50000
#define PAYLOADS_MAX ((size_t)1 << 30) /* bytes that wait to be filed */
#define PAPERS_MAX 100000
#define SLICE_BYTES ((size_t)4 << 20) /* of payloads between two looks at the rows */
#define RETRY_FIRST_MS 100
#define RETRY_MOST_MS 5000

struct tasks {
    struct writer_task *first, **end;
    size_t count;
};
struct papers {
    struct writer_paper *first, **end;
};

/* When what failed is tried again. */
struct retry {
    int64_t at_us, wait_ms; /* wait_ms 0: nothing has failed */
};

struct writer {
    struct event *wake;
    int wake_fd, lock_fd, papers_fd; /* papers_fd: the directory of payloads */
    char *directory, *path;
    struct writer_db *db;
    pthread_t thread;
    bool running;
    pthread_mutex_t mutex;
    pthread_cond_t changed;

    /* under the mutex */
    struct tasks queue, answered;
    struct papers papers_queue;
    size_t waiting, waiting_bytes; /* tasks and payload bytes anywhere in here */
    bool finish, abandon, idle;

    /* the thread's own */
    struct tasks rows;
    struct papers papers, owed; /* owed: could not be written, until owed_retry */
    struct retry rows_retry, owed_retry;
    struct map *gone; /* names of payloads that may not be referred to any more */
};

static void add_task(struct tasks *list, struct writer_task *t)
{
    t->next = NULL;
    *list->end = t;
    list->end = &t->next;
    list->count++;
}

static void add_paper(struct papers *list, struct writer_paper *p)
{
    p->next = NULL;
    *list->end = p;
    list->end = &p->next;
}

static void move_tasks(struct tasks *from, struct tasks *to)
{
    if (from->first) {
        *to->end = from->first;
        to->end = from->end;
        to->count += from->count;
    }
    *from = (struct tasks){.end = &from->first};
}

static void move_papers(struct papers *from, struct papers *to)
{
    if (from->first) {
        *to->end = from->first;
        to->end = from->end;
    }
    *from = (struct papers){.end = &from->first};
}

static struct writer_paper *first_paper(struct papers *list)
{
    struct writer_paper *p = list->first;
    if (p && !(list->first = p->next))
        list->end = &list->first;
    return p;
}

static void postpone(struct retry *r)
{
    r->wait_ms = r->wait_ms == 0 ? RETRY_FIRST_MS : 2 * r->wait_ms;
    if (r->wait_ms > RETRY_MOST_MS)
        r->wait_ms = RETRY_MOST_MS;
    r->at_us = timer_now_us() + r->wait_ms * 1000;
}

/* ---- back to the loop ---- */

static void ring(struct writer *w)
{
    uint64_t one = 1;
    while (write(w->wake_fd, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

static void answer(struct writer *w, struct tasks *list)
{
    pthread_mutex_lock(&w->mutex);
    move_tasks(list, &w->answered);
    pthread_mutex_unlock(&w->mutex);
    ring(w);
}

static void tell(struct writer *w)
{
    struct tasks list = {.end = &list.first};
    pthread_mutex_lock(&w->mutex);
    move_tasks(&w->answered, &list);
    w->waiting -= list.count;
    pthread_mutex_unlock(&w->mutex);
    while (list.first) {
        struct writer_task *t = list.first;
        list.first = t->next;
        if (t->done)
            t->done(t->ok, t->text, t->ctx);
        writer_task_free(t);
    }
}

static void on_wake(evutil_socket_t fd, short what, void *ctx)
{
    uint64_t count;
    (void)what;
    while (read((int)fd, &count, sizeof count) < 0 && errno == EINTR)
        ;
    tell(ctx);
}

/* ---- rows, on the thread ---- */

static void refuse(struct writer_task *t, const char *why)
{
    t->ok = false;
    snprintf(t->text, sizeof t->text, "%.*s", (int)sizeof t->text - 1, why);
}

/* All rows in one transaction. *bad is the job that can never be kept, NULL when the disk is to
 * blame. */
static bool commit_rows(struct writer *w, struct writer_task **bad, struct err *e)
{
    *bad = NULL;
    bool ok = writer_db_begin(w->db, e);
    for (struct writer_task *t = w->rows.first; ok && t; t = t->next)
        if (t->ok && !(ok = writer_db_rows(w->db, &t->job, e)) && e->kind == ERR_DATA)
            *bad = t;
    ok = ok && writer_db_commit(w->db, e);
    if (!ok)
        writer_db_rollback(w->db);
    return ok;
}

static void keep_rows(struct writer *w)
{
    struct writer_task *bad;
    struct err e = {0};
    while (w->rows.first) {
        if (commit_rows(w, &bad, &e)) {
            if (w->rows_retry.wait_ms > 0)
                log_info("state: %s can be written again", w->path);
            w->rows_retry = (struct retry){0};
            answer(w, &w->rows);
        } else if (bad) {
            refuse(bad, e.text);
        } else {
            if (w->rows_retry.wait_ms == 0)
                log_error(
                    "state: %s; calls wait until it can be written, it is tried again (in %s)",
                    e.text, w->directory);
            postpone(&w->rows_retry);
            return;
        }
    }
}

/* ---- payloads, on the thread ---- */

static void spend(struct writer *w, struct writer_paper *p)
{
    pthread_mutex_lock(&w->mutex);
    w->waiting_bytes -= p->bytes;
    pthread_mutex_unlock(&w->mutex);
    payload_free(p->row.payload);
    p->row.payload = NULL;
    p->bytes = 0;
}

/* Only the newest payload of a file is written: give back the memory of those that a later one
 * replaces. */
static void supersede(struct writer *w)
{
    struct map *newest[2] = {map_new(PAPERS_MAX, false), map_new(PAPERS_MAX, false)};
    struct papers *const lists[] = {&w->owed, &w->papers};
    for (size_t i = 0; newest[0] && newest[1] && i < 2; i++)
        for (struct writer_paper *p = lists[i]->first; p; p = p->next) {
            if (p->barrier || p->superseded)
                continue;
            for (int held = p->row.held; held < 2; held++) {
                struct writer_paper *old = map_remove(newest[held], p->key);
                if (old) {
                    old->superseded = true;
                    spend(w, old);
                }
            }
            if (!map_put(newest[p->row.held], p->key, p))
                break; /* then more is written than need be */
        }
    map_free(newest[0]);
    map_free(newest[1]);
}

static bool write_paper(struct writer *w, struct writer_paper *p, struct err *e)
{
    if (p->superseded)
        return true;
    if (p->row.payload)
        return writer_files_write(w->papers_fd, p->name, payload_bytes(p->row.payload), e);
    return writer_files_has(w->papers_fd, p->name) ||
           err_set(e, ERR_DATA, "payloads/%s is not there", p->name);
}

/* Rows that refer to what is now surely there. */
static bool commit_papers(struct writer *w, const struct papers *list, struct err *e)
{
    if (!writer_files_sync(w->papers_fd, e))
        return false;
    bool ok = writer_db_begin(w->db, e);
    for (struct writer_paper *p = list->first; ok && p; p = p->next)
        ok = p->superseded ? writer_db_digest(w->db, &p->row, e)
                           : writer_db_file(w->db, &p->row, p->name, w->gone, e);
    ok = ok && writer_db_commit(w->db, e);
    if (!ok)
        writer_db_rollback(w->db);
    return ok;
}

static void clear_gone(struct writer *w)
{
    size_t at = 0;
    struct slice name;
    void *unused;
    while (map_next(w->gone, &at, &name, &unused)) {
        char text[256];
        snprintf(text, sizeof text, "%.*s", SLICE_FMT(name));
        if (!writer_db_refers(w->db, text))
            writer_files_remove(w->papers_fd, text);
        map_remove(w->gone, name);
    }
}

static void owe(struct writer *w, struct writer_paper *p, const struct err *e)
{
    if (w->owed_retry.wait_ms == 0)
        log_error(
            "state: %.*s: its payload cannot be kept: %s; a restart would begin with an older "
            "one; it is tried again (in %s)",
            SLICE_FMT(p->row.source), e->text, w->directory);
    add_paper(&w->owed, p);
}

static void free_papers(struct writer *w, struct papers *list)
{
    for (struct writer_paper *p; (p = first_paper(list)) != NULL;) {
        spend(w, p);
        writer_paper_free(p);
    }
}

/* Everything written so far in this slice gets its rows; or all of it is owed. */
static bool settle(struct writer *w, struct papers *written)
{
    struct err e = {0};
    if (!written->first)
        return true;
    if (commit_papers(w, written, &e)) {
        clear_gone(w);
        free_papers(w, written);
        return true;
    }
    for (struct writer_paper *p; (p = first_paper(written)) != NULL;)
        owe(w, p, &e);
    return false;
}

/* A slice of payloads, and the barriers among them. */
static void keep_papers(struct writer *w)
{
    struct papers written = {.end = &written.first};
    struct tasks passed = {.end = &passed.first};
    struct err e = {0};
    bool failed = false;
    size_t bytes = 0;
    supersede(w);
    for (struct writer_paper *p; bytes < SLICE_BYTES && (p = first_paper(&w->papers)) != NULL;) {
        if (p->barrier) {
            failed |= !settle(w, &written);
            if (w->owed.first)
                refuse(p->barrier, "a payload could not be written; see the log");
            add_task(&passed, p->barrier);
            p->barrier = NULL;
            writer_paper_free(p);
            continue;
        }
        bytes += p->bytes;
        if (write_paper(w, p, &e)) {
            add_paper(&written, p);
        } else if (e.kind == ERR_DATA) {
            log_error("state: %.*s: %s", SLICE_FMT(p->row.source), e.text);
            spend(w, p);
            writer_paper_free(p);
        } else {
            owe(w, p, &e);
            failed = true;
        }
    }
    failed |= !settle(w, &written);
    if (failed)
        postpone(&w->owed_retry);
    else if (!w->owed.first && w->owed_retry.wait_ms > 0) {
        log_info("state: payloads can be written again");
        w->owed_retry = (struct retry){0};
    }
    answer(w, &passed);
}

/* What was owed comes before what is newer. */
static void try_owed(struct writer *w)
{
    move_papers(&w->papers, &w->owed);
    move_papers(&w->owed, &w->papers);
}

/* ---- the thread ---- */

static void fetch(struct writer *w)
{
    move_tasks(&w->queue, &w->rows);
    move_papers(&w->papers_queue, &w->papers);
}

/* With the mutex held: until there is something to do. False: the end. */
static bool wait_for_work(struct writer *w)
{
    for (;;) {
        int64_t now = timer_now_us(), until = INT64_MAX;
        fetch(w);
        if (w->abandon)
            return false;
        if (w->papers.first || (w->rows.first && now >= w->rows_retry.at_us) ||
            (w->owed.first && now >= w->owed_retry.at_us))
            return true;
        if (w->finish && !w->rows.first && !w->owed.first)
            return false;
        if (w->rows.first)
            until = w->rows_retry.at_us;
        if (w->owed.first && w->owed_retry.at_us < until)
            until = w->owed_retry.at_us;
        if (until == INT64_MAX) {
            pthread_cond_wait(&w->changed, &w->mutex);
            continue;
        }
        struct timespec at = {.tv_sec = until / 1000000, .tv_nsec = until % 1000000 * 1000};
        pthread_cond_timedwait(&w->changed, &w->mutex, &at);
    }
}

static void *work(void *ctx)
{
    struct writer *w = ctx;
    pthread_mutex_lock(&w->mutex);
    while (wait_for_work(w)) {
        pthread_mutex_unlock(&w->mutex);
        if (w->rows.first && timer_now_us() >= w->rows_retry.at_us)
            keep_rows(w);
        if (w->owed.first && timer_now_us() >= w->owed_retry.at_us)
            try_owed(w);
        if (w->papers.first)
            keep_papers(w);
        pthread_mutex_lock(&w->mutex);
    }
    w->idle = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->mutex);
    return NULL;
}

/* ---- jobs in ---- */

/* Everything of the job as it will be queued; *bytes is what its payloads weigh. */
static bool copy_job(const struct writer_job *job, struct writer_task **task, struct papers *papers,
                     size_t *bytes)
{
    struct writer_paper *p;
    *bytes = 0;
    if (!(*task = writer_task_new(job)))
        return false;
    for (size_t i = 0; i < job->file_count; i++) {
        if (!(p = writer_paper_new(&job->files[i])))
            return false;
        *bytes += p->bytes;
        add_paper(papers, p);
    }
    if (writer_task_has_rows(*task))
        return true;
    if (!(p = calloc(1, sizeof *p)))
        return false;
    p->barrier = *task;
    *task = NULL;
    add_paper(papers, p);
    return true;
}

bool writer_submit(struct writer *w, const struct writer_job *job,
                   void (*done)(bool ok, const char *text, void *ctx), void *ctx, struct err *e)
{
    struct papers papers = {.end = &papers.first};
    struct writer_task *task = NULL;
    size_t bytes;
    bool ok = copy_job(job, &task, &papers, &bytes);
    if (!ok)
        err_set(e, ERR_BUG, "out of memory for what is to be written to %s", w->directory);
    for (struct writer_paper *p = papers.first; ok && p; p = p->next)
        if (p->barrier)
            p->barrier->done = done, p->barrier->ctx = ctx;
    if (task)
        task->done = done, task->ctx = ctx;
    pthread_mutex_lock(&w->mutex);
    if (ok && w->finish)
        ok = err_set(e, ERR_AGAIN, "the writer is closing");
    else if (ok && (w->waiting >= TASKS_MAX || w->waiting_bytes + bytes > PAYLOADS_MAX))
        ok = err_set(e, ERR_AGAIN,
                     "%zu jobs and %zu bytes wait to be written to %s; is its disk full?",
                     w->waiting, w->waiting_bytes, w->directory);
    if (ok) {
        w->waiting++;
        w->waiting_bytes += bytes;
        if (task)
            add_task(&w->queue, task);
        move_papers(&papers, &w->papers_queue);
        pthread_cond_signal(&w->changed);
    }
    pthread_mutex_unlock(&w->mutex);
    if (!ok) {
        writer_task_free(task);
        for (struct writer_paper *p; (p = first_paper(&papers)) != NULL;)
            writer_paper_free(p);
    }
    return ok;
}

/* ---- life ---- */

/* One process a directory; the lock goes with the process, whatever ends it. */
static bool lock(struct writer *w, struct err *e)
{
    char path[4096], pid[32] = "";
    snprintf(path, sizeof path, "%s/lock", w->directory);
    w->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (w->lock_fd < 0)
        return err_errno(e, ERR_CONFIG, "state directory: cannot open %s", path);
    if (flock(w->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        ssize_t n = read(w->lock_fd, pid, sizeof pid - 1);
        return err_set(e, ERR_AGAIN,
                       "state directory %s is in use by another tallyd (process %.*s); stop it, or "
                       "give this one a directory of its own",
                       w->directory, (int)(n > 0 ? strcspn(pid, "\n") : 1), n > 0 ? pid : "?");
    }
    int n = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    if (ftruncate(w->lock_fd, 0) != 0 || pwrite(w->lock_fd, pid, (size_t)n, 0) != n)
        log_warn("state: %s does not tell who holds it: %s", path, strerror(errno));
    return true;
}

static bool open_files(struct writer *w, struct err *e)
{
    char path[4096];
    if (mkdir(w->directory, 0750) != 0 && errno != EEXIST)
        return err_errno(e, ERR_CONFIG, "state directory: cannot make %s", w->directory);
    if (!lock(w, e))
        return false;
    snprintf(path, sizeof path, "%s/payloads", w->directory);
    if ((w->papers_fd = writer_files_open(path, e)) < 0)
        return false;
    return writer_db_open(w->path, &w->db, e) || err_prefix(e, "%s", w->directory);
}

static bool wanted(const char *name, void *ctx)
{
    return writer_db_refers(((struct writer *)ctx)->db, name);
}

static bool start_thread(struct writer *w, struct err *e)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the loop's */
    int code = pthread_create(&w->thread, NULL, work, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    w->running = code == 0;
    return w->running || err_set(e, ERR_BUG, "cannot start the writer: %s", strerror(code));
}

static struct writer *writer_new(const char *directory)
{
    struct writer *w = calloc(1, sizeof *w);
    pthread_condattr_t attr;
    if (!w)
        return NULL;
    w->wake_fd = w->lock_fd = w->papers_fd = -1;
    w->queue.end = &w->queue.first;
    w->answered.end = &w->answered.first;
    w->rows.end = &w->rows.first;
    w->papers_queue.end = &w->papers_queue.first;
    w->papers.end = &w->papers.first;
    w->owed.end = &w->owed.first;
    pthread_mutex_init(&w->mutex, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&w->changed, &attr);
    pthread_condattr_destroy(&attr);
    w->directory = strdup(directory);
    if (asprintf(&w->path, "%s/tallyd.db", directory) < 0)
        w->path = NULL;
    w->gone = map_new(PAPERS_MAX, true);
    w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return w;
}

bool writer_open(struct event_base *base, const char *directory, struct arena *a,
                 struct writer_loaded *loaded, struct writer **out, struct err *e)
{
    struct writer *w = writer_new(directory);
    bool ok = w && w->directory && w->path && w->gone && w->wake_fd >= 0 &&
              (w->wake = event_new(base, w->wake_fd, EV_READ | EV_PERSIST, on_wake, w)) != NULL &&
              event_add(w->wake, NULL) == 0;
    if (!ok)
        err_set(e, ERR_BUG, "out of memory");
    ok = ok && open_files(w, e) && writer_load(w, a, loaded, e);
    if (ok) {
        writer_files_sweep(w->papers_fd, wanted, w);
        ok = start_thread(w, e);
    }
    if (ok)
        *out = w;
    else
        writer_close(w, 0);
    return ok;
}

bool writer_load(struct writer *w, struct arena *a, struct writer_loaded *loaded, struct err *e)
{
    return writer_load_all(w->directory, w->path, a, loaded, e) ||
           err_prefix(e, "%s", w->directory);
}

/* The thread ends by itself when all is done; after the wait it is told to give up. */
static void stop_thread(struct writer *w, int64_t wait_ms)
{
    int64_t until = timer_now_us() + wait_ms * 1000;
    struct timespec at = {.tv_sec = until / 1000000, .tv_nsec = until % 1000000 * 1000};
    int code = 0;
    pthread_mutex_lock(&w->mutex);
    w->finish = true;
    pthread_cond_broadcast(&w->changed);
    while (!w->idle && code == 0)
        code = pthread_cond_timedwait(&w->changed, &w->mutex, &at);
    w->abandon = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->mutex);
    pthread_join(w->thread, NULL);
}

/* What could not be kept is told so. */
static void give_up(struct writer *w)
{
    move_papers(&w->papers, &w->owed);
    for (struct writer_paper *p; (p = first_paper(&w->owed)) != NULL; writer_paper_free(p)) {
        if (!p->barrier)
            continue;
        add_task(&w->rows, p->barrier);
        p->barrier = NULL;
    }
    for (struct writer_task *t = w->rows.first; t; t = t->next)
        refuse(t, "tallyd ends and it could not be written; see the log");
    if (w->rows.first)
        log_error("state: %zu jobs could not be written to %s before the end", w->rows.count,
                  w->directory);
    move_tasks(&w->rows, &w->answered);
}

void writer_close(struct writer *w, int64_t wait_ms)
{
    if (!w)
        return;
    if (w->running) {
        stop_thread(w, wait_ms);
        fetch(w);
        give_up(w);
        tell(w);
    }
    if (w->wake)
        event_free(w->wake);
    writer_db_close(w->db);
    map_free(w->gone);
    const int fds[] = {w->wake_fd, w->papers_fd, w->lock_fd};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->mutex);
    free(w->directory);
    free(w->path);
    free(w);
}
