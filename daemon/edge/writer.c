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

#include "daemon/base/counted.h"
#include "daemon/base/log.h"
#include "daemon/base/map.h"
#include "daemon/edge/timer.h"
#include "daemon/edge/writer_archive.h"
#include "daemon/edge/writer_db.h"
#include "daemon/edge/writer_files.h"
#include "daemon/edge/writer_keep.h"
#include "daemon/edge/writer_load.h"
#include "daemon/edge/writer_thin.h"

#define TASKS_MAX 50000
#define THIN_FIRST 1000                /* papers in the queue */
#define PAYLOADS_MAX ((size_t)1 << 30) /* bytes that wait to be filed */
#define GONE_MAX 100000
#define RECORDS_MAX 100000
#define RECORDS_BYTES_MAX ((size_t)256 << 20)
#define LATER_MS 5

struct writer {
    struct event *wake, *later;
    int wake_fd, lock_fd;
    char *directory, *path;
    pthread_t thread;
    bool running;
    pthread_mutex_t mutex;
    pthread_cond_t changed;

    /* under the mutex */
    struct writer_tasks queue, answered;
    struct writer_papers papers_queue;
    size_t thin_at; /* when it has so many, those are dropped that newer ones replace */
    size_t jobs;
    size_t waiting, waiting_bytes; /* tasks and payload bytes anywhere in here */
    bool finish, abandon, idle;
    struct writer_records records;
    struct writer_archive_state archived;
    size_t recording, recording_bytes; /* in the thread's own queue */
    int64_t lost;                      /* records that found no room */
    bool losing;

    /* the thread's own */
    struct writer_keep keep;
    struct writer_archive *archive; /* NULL: none */
};

/* ---- back to the loop ---- */

static void ring(struct writer *w)
{
    uint64_t one = 1;
    while (write(w->wake_fd, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

static void answer(struct writer_tasks *list, void *ctx)
{
    struct writer *w = ctx;
    pthread_mutex_lock(&w->mutex);
    writer_tasks_move(list, &w->answered);
    pthread_mutex_unlock(&w->mutex);
    ring(w);
}

static void on_spent(size_t bytes, void *ctx)
{
    struct writer *w = ctx;
    pthread_mutex_lock(&w->mutex);
    w->waiting_bytes -= bytes;
    pthread_mutex_unlock(&w->mutex);
}

static void tell(struct writer *w)
{
    struct writer_tasks list;
    writer_tasks_init(&list);
    pthread_mutex_lock(&w->mutex);
    writer_tasks_move(&w->answered, &list);
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

static void on_later(evutil_socket_t fd, short what, void *ctx)
{
    struct writer *w = ctx;
    (void)fd, (void)what;
    pthread_mutex_lock(&w->mutex);
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->mutex);
}

/* With the mutex held. Later: Redis and its subscribers are to be woken first, perhaps on the same
 * processor. */
static void wake(struct writer *w, bool later)
{
    static const struct timeval moment = {.tv_usec = LATER_MS * 1000};
    if (!later)
        pthread_cond_signal(&w->changed);
    else if (!event_pending(w->later, EV_TIMEOUT, NULL))
        event_add(w->later, &moment);
}

/* ---- the thread ---- */

static void fetch(struct writer *w)
{
    writer_tasks_move(&w->queue, &w->keep.rows);
    writer_papers_move(&w->papers_queue, &w->keep.papers);
    w->thin_at = THIN_FIRST;
    if (!w->archive)
        return;
    struct writer_records *queue = writer_archive_queue(w->archive);
    writer_records_move(&w->records, queue);
    w->recording = queue->count;
    w->recording_bytes = queue->bytes;
    writer_archive_state(w->archive, &w->archived);
}

/* What counts comes first: the archive has its turn when nothing else is due. */
static int64_t due_at(const struct writer *w)
{
    int64_t keep = writer_keep_due(&w->keep), archive = writer_archive_due(w->archive, w->finish);
    return keep < archive ? keep : archive;
}

static void do_work(struct writer *w, int64_t now_us)
{
    if (writer_keep_due(&w->keep) <= now_us)
        writer_keep_work(&w->keep, now_us);
    else
        writer_archive_work(w->archive, now_us);
}

/* With the mutex held: until there is something to do. False: the end. */
static bool wait_for_work(struct writer *w)
{
    for (;;) {
        fetch(w);
        int64_t due = due_at(w);
        if (w->abandon)
            return false;
        if (due <= timer_now_us())
            return true;
        if (w->finish && due == INT64_MAX)
            return false;
        if (due == INT64_MAX) {
            pthread_cond_wait(&w->changed, &w->mutex);
            continue;
        }
        struct timespec at = {.tv_sec = due / 1000000, .tv_nsec = due % 1000000 * 1000};
        pthread_cond_timedwait(&w->changed, &w->mutex, &at);
    }
}

static void *work(void *ctx)
{
    struct writer *w = ctx;
    pthread_mutex_lock(&w->mutex);
    while (wait_for_work(w)) {
        pthread_mutex_unlock(&w->mutex);
        do_work(w, timer_now_us());
        pthread_mutex_lock(&w->mutex);
    }
    w->idle = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->mutex);
    return NULL;
}

/* ---- jobs in ---- */

/* Everything of the job as it will be queued; *bytes is what its payloads weigh. */
static bool copy_job(const struct writer_job *job, struct writer_task **task,
                     struct writer_papers *papers, size_t *bytes)
{
    struct writer_paper *p;
    *bytes = 0;
    if (!(*task = writer_task_new(job)))
        return false;
    for (size_t i = 0; i < job->file_count; i++) {
        if (!(p = writer_paper_new(&job->files[i])))
            return false;
        *bytes += p->bytes;
        writer_papers_add(papers, p);
    }
    for (size_t i = 0; i < job->memo_count; i++) {
        if (!(p = writer_paper_of_memo(&job->memos[i])))
            return false;
        *bytes += p->bytes;
        writer_papers_add(papers, p);
    }
    if (writer_task_has_rows(*task))
        return true;
    if (!(p = calloc(1, sizeof *p)))
        return false;
    p->barrier = *task;
    *task = NULL;
    writer_papers_add(papers, p);
    return true;
}

/* With the mutex held: its papers into the queue, which the thread may not empty for long. */
static void queue_papers(struct writer *w, struct writer_papers *papers)
{
    struct writer_papers *const lists[] = {&w->papers_queue};
    w->jobs++;
    for (struct writer_paper *p = papers->first; p; p = p->next)
        p->job = w->jobs;
    writer_papers_move(papers, &w->papers_queue);
    if (w->papers_queue.count < w->thin_at)
        return;
    w->waiting_bytes -= writer_papers_thin(lists, 1);
    w->thin_at = 2 * w->papers_queue.count + THIN_FIRST;
}

bool writer_submit(struct writer *w, const struct writer_job *job,
                   void (*done)(bool ok, const char *text, void *ctx), void *ctx, struct err *e)
{
    struct writer_papers papers;
    struct writer_task *task = NULL;
    size_t bytes;
    writer_papers_init(&papers);
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
            writer_tasks_add(&w->queue, task);
        queue_papers(w, &papers);
        wake(w, job->later);
    }
    pthread_mutex_unlock(&w->mutex);
    if (!ok) {
        writer_task_free(task);
        for (struct writer_paper *p; (p = writer_papers_take(&papers)) != NULL;)
            writer_paper_free(p);
    }
    return ok;
}

bool writer_full(struct writer *w)
{
    pthread_mutex_lock(&w->mutex);
    bool full = w->waiting >= TASKS_MAX / 10 * 9 || w->waiting_bytes >= PAYLOADS_MAX / 10 * 9;
    pthread_mutex_unlock(&w->mutex);
    return full;
}

/* ---- the archive ---- */

static bool needed_payloads(struct map *digests, void *ctx)
{
    return writer_db_payloads(((struct writer *)ctx)->keep.db, digests);
}

bool writer_record_to(struct writer *w, const char *directory, int64_t keep, struct err *e)
{
    struct writer_archive *a = writer_archive_new(directory, keep, needed_payloads, w);
    if (!a)
        return err_set(e, ERR_BUG, "out of memory");
    pthread_mutex_lock(&w->mutex);
    w->archive = a;
    pthread_mutex_unlock(&w->mutex);
    return true;
}

void writer_record(struct writer *w, const struct archive_row *row, struct payload *payload)
{
    struct writer_record *r = w->archive ? writer_record_new(row, payload) : NULL;
    struct writer_records mine;
    if (!w->archive)
        return;
    writer_records_init(&mine);
    if (r)
        writer_records_add(&mine, r);
    pthread_mutex_lock(&w->mutex);
    bool room = r && w->records.count + w->recording < RECORDS_MAX &&
                w->records.bytes + w->recording_bytes + mine.bytes <= RECORDS_BYTES_MAX;
    bool first = !room && !w->losing;
    w->losing = !room;
    w->lost += !room;
    if (room) {
        writer_records_move(&mine, &w->records);
        wake(w, true);
    }
    pthread_mutex_unlock(&w->mutex);
    writer_records_free(&mine);
    if (first)
        log_error("archive: it cannot keep up; what comes now is not recorded");
}

void writer_recording(struct writer *w, struct writer_recording *out)
{
    pthread_mutex_lock(&w->mutex);
    *out = (struct writer_recording){.bytes = w->archived.bytes,
                                     .recorded = w->archived.recorded,
                                     .lost = w->lost,
                                     .waiting = (int64_t)(w->records.count + w->recording)};
    memcpy(out->why, w->archived.why, sizeof out->why);
    pthread_mutex_unlock(&w->mutex);
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
    if ((w->keep.papers_fd = writer_files_open(path, e)) < 0)
        return false;
    return writer_db_open(w->path, &w->keep.db, e) || err_prefix(e, "%s", w->directory);
}

/* An epoch is on disk before the first payload is: payloads beside a database that knows of none
 * are of a night whose database was lost. To begin anew would publish its calls as never made. */
static bool refuse_lost(struct writer *w, const struct writer_loaded *l, struct err *e)
{
    if (l->epoch > 0 || l->file_count > 0 || l->claim_count > 0 ||
        !writer_files_any(w->keep.papers_fd))
        return true;
    return err_set(e, ERR_DATA,
                   "%s: tallyd.db is missing or empty, yet payloads/ has the payloads of a night: "
                   "its calls would be published as never made. Stop here: bring tallyd.db back "
                   "(with its -wal, if there is one); or, to begin anew, move %s/payloads away",
                   w->directory, w->directory);
}

static bool wanted(const char *name, void *ctx)
{
    return writer_db_refers(((struct writer *)ctx)->keep.db, name);
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
    w->wake_fd = w->lock_fd = w->keep.papers_fd = -1;
    writer_tasks_init(&w->queue);
    writer_tasks_init(&w->answered);
    writer_papers_init(&w->papers_queue);
    writer_records_init(&w->records);
    writer_tasks_init(&w->keep.rows);
    writer_papers_init(&w->keep.papers);
    writer_papers_init(&w->keep.owed);
    w->keep.answer = answer;
    w->keep.spent = on_spent;
    w->keep.ctx = w;
    pthread_mutex_init(&w->mutex, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&w->changed, &attr);
    pthread_condattr_destroy(&attr);
    w->keep.directory = w->directory = strdup(directory);
    if (asprintf(&w->path, "%s/tallyd.db", directory) < 0)
        w->path = NULL;
    w->keep.gone = map_new(GONE_MAX, true);
    w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return w;
}

bool writer_open(struct event_base *base, const char *directory, struct arena *a,
                 struct writer_loaded *loaded, struct writer **out, struct err *e)
{
    struct writer *w = writer_new(directory);
    bool ok = w && w->directory && w->path && w->keep.gone && w->wake_fd >= 0 &&
              (w->wake = event_new(base, w->wake_fd, EV_READ | EV_PERSIST, on_wake, w)) != NULL &&
              event_add(w->wake, NULL) == 0 && (w->later = evtimer_new(base, on_later, w)) != NULL;
    if (!ok)
        err_set(e, ERR_BUG, "out of memory");
    ok = ok && open_files(w, e) && writer_load(w, a, loaded, e) && refuse_lost(w, loaded, e);
    if (ok) {
        writer_files_sweep(w->keep.papers_fd, wanted, w);
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
    writer_papers_move(&w->keep.papers, &w->keep.owed);
    for (struct writer_paper *p; (p = writer_papers_take(&w->keep.owed)) != NULL;
         writer_paper_free(p)) {
        if (!p->barrier)
            continue;
        writer_tasks_add(&w->keep.rows, p->barrier);
        p->barrier = NULL;
    }
    for (struct writer_task *t = w->keep.rows.first; t; t = t->next)
        writer_task_refuse(t, "tallyd ends and it could not be written; see the log");
    if (w->keep.rows.first)
        log_error("state: " COUNTED " could not be written to %s before the end",
                  COUNT_OF(w->keep.rows.count, "job", "jobs"), w->directory);
    writer_tasks_move(&w->keep.rows, &w->answered);
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
    writer_records_free(&w->records);
    writer_archive_free(w->archive);
    if (w->later)
        event_free(w->later);
    writer_db_close(w->keep.db);
    map_free(w->keep.gone);
    const int fds[] = {w->wake_fd, w->keep.papers_fd, w->lock_fd};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->mutex);
    free(w->directory);
    free(w->path);
    free(w);
}
