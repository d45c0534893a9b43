/* SPDX-License-Identifier: ISC */
/* A thread, a list to it and a list back. */
#include "daemon/edge/reader.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include "daemon/edge/payload.h"
#include "daemon/edge/timer.h"

struct list {
    struct read_job *first, *last;
};

struct reader {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct list wanted, read; /* under the lock */
    bool stop;                /* too */
    bool running;
    int fd; /* eventfd: something was read */
    struct event *event;
};

static void append(struct list *l, struct read_job *job)
{
    job->next = NULL;
    if (l->last != NULL)
        l->last->next = job;
    else
        l->first = job;
    l->last = job;
}

static struct read_job *take(struct list *l)
{
    struct read_job *job = l->first;
    if (job == NULL)
        return NULL;
    l->first = job->next;
    if (l->first == NULL)
        l->last = NULL;
    return job;
}

static bool stamp_of(const char *path, struct stamp *out, struct err *e)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return err_errno(e, ERR_NOINPUT, "%s", path);
    *out = (struct stamp){.mtime_ns = st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec,
                          .size = st.st_size,
                          .inode = st.st_ino,
                          .device = st.st_dev};
    return true;
}

static bool stamp_eq(const struct stamp *a, const struct stamp *b)
{
    return a->mtime_ns == b->mtime_ns && a->size == b->size && a->inode == b->inode &&
           a->device == b->device;
}

/* How long it is to be left alone yet: by its own time, where our clock can be laid against it; or
 * else, of a file system of another machine, by how long we have seen it so. */
static int64_t unrest_of(struct read_job *job)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t age = now.tv_sec * 1000 + now.tv_nsec / 1000000 - job->stamp.mtime_ns / 1000000;
    int64_t seen = (timer_now_us() - job->seen_us) / 1000;
    if (!stamp_eq(&job->stamp, &job->seen)) {
        job->seen = job->stamp;
        job->seen_us = timer_now_us();
        seen = 0;
    }
    if (age >= 0 && age > seen)
        seen = age;
    return seen < job->settle_ms && !job->at_once ? job->settle_ms - seen : 0;
}

static void look_at_folder(struct read_job *job)
{
    char folder[4096];
    struct stat st;
    const char *slash = strrchr(job->path, '/');
    size_t len = slash ? (size_t)(slash - job->path) + 1 : 0;
    job->folder_inode = job->folder_device = 0;
    if (len == 0 || len >= sizeof folder)
        return;
    memcpy(folder, job->path, len);
    folder[len] = '\0';
    if (stat(folder, &st) != 0)
        return;
    job->folder_inode = st.st_ino;
    job->folder_device = st.st_dev;
}

/* Read it, unless it is as it was. What is changed while it is read is neither the old nor the new.
 */
static void do_job(struct read_job *job)
{
    struct stamp after = {0};
    job->same = false;
    job->again_ms = 0;
    job->payload = NULL;
    look_at_folder(job);
    if (!stamp_of(job->path, &job->stamp, &job->err))
        return;
    job->same = stamp_eq(&job->stamp, &job->known);
    if (job->same || (job->again_ms = unrest_of(job)) > 0)
        return;
    job->payload = payload_from_file(job->path, job->cap, &job->err);
    if (job->payload == NULL)
        return;
    if (stamp_of(job->path, &after, &job->err) && stamp_eq(&after, &job->stamp))
        return;
    err_set(&job->err, ERR_AGAIN, "%s: changed while it was read", job->path);
    job->again_ms = job->settle_ms;
    payload_free(job->payload);
    job->payload = NULL;
}

static void *work(void *ctx)
{
    struct reader *r = ctx;
    static const uint64_t one = 1;
    pthread_mutex_lock(&r->lock);
    while (!r->stop) {
        struct read_job *job = take(&r->wanted);
        if (job == NULL) {
            pthread_cond_wait(&r->wake, &r->lock);
            continue;
        }
        pthread_mutex_unlock(&r->lock);
        do_job(job);
        pthread_mutex_lock(&r->lock);
        append(&r->read, job);
        if (write(r->fd, &one, sizeof one) < 0)
            continue; /* only when the loop is 2^64 behind */
    }
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

static void on_read(evutil_socket_t fd, short what, void *ctx)
{
    struct reader *r = ctx;
    uint64_t count;
    (void)what;
    if (read(fd, &count, sizeof count) < 0)
        return;
    for (;;) {
        pthread_mutex_lock(&r->lock);
        struct read_job *job = take(&r->read);
        pthread_mutex_unlock(&r->lock);
        if (job == NULL)
            return;
        job->done(job);
    }
}

static bool start(struct reader *r)
{
    sigset_t all, before;
    sigfillset(&all); /* signals are the loop's */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    r->running = pthread_create(&r->thread, NULL, work, r) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return r->running;
}

struct reader *reader_new(struct event_base *base, struct err *e)
{
    struct reader *r = calloc(1, sizeof *r);
    if (r == NULL) {
        err_set(e, ERR_AGAIN, "no memory to read files");
        return NULL;
    }
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->wake, NULL);
    r->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    r->event = r->fd < 0 ? NULL : event_new(base, r->fd, EV_READ | EV_PERSIST, on_read, r);
    if (r->event != NULL && event_add(r->event, NULL) == 0 && start(r))
        return r;
    reader_free(r);
    err_set(e, ERR_AGAIN, "no thread to read files");
    return NULL;
}

void reader_free(struct reader *r)
{
    if (r == NULL)
        return;
    pthread_mutex_lock(&r->lock);
    r->stop = true;
    pthread_cond_signal(&r->wake);
    pthread_mutex_unlock(&r->lock);
    if (r->running)
        pthread_join(r->thread, NULL);
    for (struct read_job *job; (job = take(&r->read)) != NULL;) {
        payload_free(job->payload);
        job->payload = NULL;
    }
    if (r->event != NULL)
        event_free(r->event);
    if (r->fd >= 0)
        close(r->fd);
    pthread_cond_destroy(&r->wake);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

void reader_submit(struct reader *r, struct read_job *job)
{
    pthread_mutex_lock(&r->lock);
    append(&r->wanted, job);
    pthread_cond_signal(&r->wake);
    pthread_mutex_unlock(&r->lock);
}
