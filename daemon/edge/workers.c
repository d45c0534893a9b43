/* SPDX-License-Identifier: ISC */
/* The queue, the spares at work, and the care of the nursery. */
#include "daemon/edge/workers.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/edge/spare.h"

#define PAUSE_MIN_MS 50 /* before a nursery is started again; doubles up to */
#define PAUSE_MAX_MS 5000
#define PATIENCE_MS 5000  /* for a nursery that was asked for a spare */
#define LAST_WORDS_MS 200 /* for the nursery to tell how a worker died */
#define HOPELESS 6        /* misfortunes in a row, about 1.5 s of them */
#define LEAVE_MS 5        /* who has answered is killed, and the batch freed, so much later */

enum state { FREE, IDLE, RUNNING, DYING /* hung up without an answer; why is not known yet */ };

struct slot {
    struct spare spare; /* first: a work knows its slot by it */
    enum state state;
    struct workers *w;
    struct work *work;
    struct event *heard, *writable, *late;
    bool gone; /* the nursery told its wait status */
    int status;
    int64_t since_us;
};

struct list { /* of works, in order */
    struct work *first, *last;
};

struct workers {
    struct event_base *base;
    struct workers_settings set;
    char *program;
    struct list queue[2]; /* those that are growing, and whole ones */
    struct list failed;   /* callbacks still to come */
    struct list spent;    /* copies of works, of which only what to give back counts */
    struct event *deliver;
    struct slot *slots;
    size_t slot_count;
    struct spare *leaving; /* workers that have answered well, at most as many as slots */
    size_t leaving_count;
    struct event *part;
    int64_t asked; /* spares the nursery owes us */
    pid_t nursery;
    int fd; /* to the nursery; -1 while there is none */
    struct event *nursery_heard, *nursery_late, *again;
    int misfortunes; /* in a row */
    int64_t exits[WIRE_FAILURES];
};

static void pump(struct workers *w);

static int64_t now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void arm(struct event *timer, int64_t ms)
{
    struct timeval tv = {ms / 1000, (ms % 1000) * 1000};
    event_add(timer, &tv);
}

static void drop_event(struct event **ev)
{
    if (*ev != NULL)
        event_free(*ev);
    *ev = NULL;
}

/* ---- works ---- */

static void append(struct list *l, struct work *work)
{
    work->next = NULL;
    if (l->last != NULL)
        l->last->next = work;
    else
        l->first = work;
    l->last = work;
}

static bool unlink_work(struct list *l, struct work *work)
{
    struct work *before = NULL, *at = l->first;
    while (at != NULL && at != work) {
        before = at;
        at = at->next;
    }
    if (at == NULL)
        return false;
    if (before != NULL)
        before->next = work->next;
    else
        l->first = work->next;
    if (l->last == work)
        l->last = before;
    return true;
}

/* Fail a work that no worker has; its callback comes from the loop. */
static void fail_later(struct workers *w, struct work *work, const char *why)
{
    work_fail(work, WIRE_INTERNAL, slice_of(why));
    w->exits[work->failure]++;
    append(&w->failed, work);
    event_active(w->deliver, EV_TIMEOUT, 1);
}

static void on_deliver(evutil_socket_t fd, short what, void *ctx)
{
    struct workers *w = ctx;
    struct work *work = w->failed.first;
    (void)fd, (void)what;
    if (work == NULL)
        return;
    unlink_work(&w->failed, work);
    if (w->failed.first != NULL)
        event_active(w->deliver, EV_TIMEOUT, 1);
    work->done(work, work->ctx);
}

/* ---- slots ---- */

static void release(struct slot *s)
{
    drop_event(&s->heard);
    drop_event(&s->writable);
    drop_event(&s->late);
    spare_done(&s->spare);
    if (s->work != NULL)
        s->work->spare = NULL;
    s->work = NULL;
    s->state = FREE;
}

static void on_part(evutil_socket_t fd, short what, void *ctx)
{
    struct workers *w = ctx;
    (void)fd, (void)what;
    while (w->leaving_count > 0)
        spare_done(&w->leaving[--w->leaving_count]);
    for (struct work *spent; (spent = w->spent.first) != NULL;) {
        unlink_work(&w->spent, spent);
        work_done(spent);
        free(spent);
    }
}

static void part_soon(struct workers *w)
{
    if (!event_pending(w->part, EV_TIMEOUT, NULL))
        arm(w->part, LEAVE_MS);
}

/* To free its memory takes the kernel a while, on the processor that Redis is to be woken on. */
static void see_off(struct workers *w, struct spare *spare)
{
    if (w->leaving_count == w->slot_count)
        on_part(-1, 0, w);
    w->leaving[w->leaving_count++] = *spare;
    part_soon(w);
}

/* The work has its result: let the next one in, then tell. The callback comes last, but for the
 * worker's end: the news are more urgent. */
static void finish(struct slot *s)
{
    struct workers *w = s->w;
    struct work *work = s->work;
    struct spare spare = s->spare;
    bool well = work->failure == WIRE_OK;
    spare_init(&s->spare, -1, -1, 0);
    work->wall_us = now_us() - s->since_us;
    w->exits[work->failure]++;
    if (work->failure <= WIRE_INTERNAL) /* a worker that answers was born well */
        w->misfortunes = 0;
    release(s);
    pump(w);
    work->done(work, work->ctx);
    if (well)
        see_off(w, &spare);
    else
        spare_done(&spare);
}

static void finish_failed(struct slot *s, enum wire_failure failure, const char *why)
{
    work_fail(s->work, failure, slice_of(why));
    finish(s);
}

/* What a wait status means; signals that are not named here are crashes. */
static const struct {
    int signal;
    enum wire_failure failure;
    const char *text;
} deaths[] = {
    {SIGXCPU, WIRE_OVERRAN,
     "the worker used up its processor time; raise [workers] cpu if it should"},
    {SIGXFSZ, WIRE_LIMIT, "the worker's batch was too large; raise [workers] memory if it should"},
    {SIGSYS, WIRE_MISUSE, "the worker made a system call that is not allowed"},
    {SIGKILL, WIRE_CRASHED, "the worker was killed, perhaps for want of memory in the machine"},
};

static void finish_dead(struct slot *s)
{
    char text[120];
    if (!s->gone) {
        finish_failed(s, WIRE_CRASHED, "the worker hung up without an answer");
        return;
    }
    if (!WIFSIGNALED(s->status)) {
        snprintf(text, sizeof text, "the worker ended without an answer, exit code %d",
                 WEXITSTATUS(s->status));
        finish_failed(s, WIRE_CRASHED, text);
        return;
    }
    for (size_t i = 0; i < sizeof deaths / sizeof *deaths; i++) {
        if (deaths[i].signal == WTERMSIG(s->status)) {
            finish_failed(s, deaths[i].failure, deaths[i].text);
            return;
        }
    }
    snprintf(text, sizeof text, "the worker crashed: signal %d (%s)", WTERMSIG(s->status),
             strsignal(WTERMSIG(s->status)));
    finish_failed(s, WIRE_CRASHED, text);
}

static void trouble(struct workers *w, const char *why);

static void on_spare(evutil_socket_t fd, short what, void *ctx)
{
    struct slot *s = ctx;
    (void)fd, (void)what;
    enum spare_news news;
    while ((news = spare_listen(&s->spare)) == SPARE_PIECE) {
        if (spare_take_piece(&s->spare, s->work))
            continue;
        finish(s);
        return;
    }
    if (news == SPARE_SILENT)
        return;
    if (s->state == IDLE) {
        release(s);
        trouble(s->w, "a spare ended before it had a payload");
        return;
    }
    switch (news) {
    case SPARE_SILENT:
    case SPARE_PIECE:
        break;
    case SPARE_ANSWERED:
        spare_judge(&s->spare, s->work);
        finish(s);
        break;
    case SPARE_MISUSED:
        finish_failed(s, WIRE_MISUSE, "the worker said what it may not");
        break;
    case SPARE_DIED:
        s->state = DYING;
        event_del(s->heard);
        if (s->gone)
            finish_dead(s);
        else
            arm(s->late, LAST_WORDS_MS);
        break;
    }
}

static void on_late(evutil_socket_t fd, short what, void *ctx)
{
    struct slot *s = ctx;
    (void)fd, (void)what;
    if (s->state == DYING)
        finish_dead(s);
    else
        finish_failed(s, WIRE_OVERRAN,
                      "no answer in the time allowed after the last byte "
                      "([workers] wall-after-last-byte)");
}

/* Tell the spare of new bytes, now or when it has read what it was told; its time runs from the
 * end. */
static void tell(struct slot *s)
{
    if (!spare_tell(&s->spare, s->work))
        event_add(s->writable, NULL);
    if (payload_finished(s->work->payload) && !event_pending(s->late, EV_TIMEOUT, NULL)) {
        s->since_us = now_us();
        arm(s->late, s->w->set.wall_after_ms);
    }
}

static void on_writable(evutil_socket_t fd, short what, void *ctx)
{
    struct slot *s = ctx;
    (void)fd, (void)what;
    if (s->state == RUNNING)
        tell(s);
}

/* ---- the nursery ---- */

static void drop_nursery(struct workers *w)
{
    drop_event(&w->nursery_heard);
    event_del(w->nursery_late);
    if (w->fd >= 0)
        close(w->fd);
    w->fd = -1;
    w->asked = 0;
    if (w->nursery > 0)
        kill(w->nursery, SIGKILL);
}

/* The nursery, or a spare that had no part in any payload, failed: start anew after a pause. */
static void trouble(struct workers *w, const char *why)
{
    int64_t pause = PAUSE_MAX_MS;
    if (event_pending(w->again, EV_TIMEOUT, NULL))
        return;
    if (w->misfortunes < 7)
        pause = (int64_t)PAUSE_MIN_MS << w->misfortunes;
    w->misfortunes++;
    drop_nursery(w);
    log_warn("workers: %s: %s; starting it again in %lld ms", w->program, why, (long long)pause);
    arm(w->again, pause);
    if (w->misfortunes < HOPELESS)
        return;
    char text[TEXT_MAX];
    snprintf(text, sizeof text, "no worker can be started: %s", why);
    for (int whole = 0; whole < 2; whole++)
        for (struct work *work; (work = w->queue[whole].first) != NULL;) {
            unlink_work(&w->queue[whole], work);
            fail_later(w, work, text);
        }
}

static void on_born(struct workers *w, const struct wire_message *m, int fd, int pidfd);
static void on_gone(struct workers *w, const struct wire_message *m);

/* One message of the nursery and its descriptors (-1 where there is none). */
static ssize_t hear(int from, struct wire_message *m, int fds[2])
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(2 * sizeof(int))];
    } control;
    struct iovec io = {m, sizeof *m};
    struct msghdr h = {
        .msg_iov = &io, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    fds[0] = fds[1] = -1;
    ssize_t n = recvmsg(from, &h, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    struct cmsghdr *c = n > 0 ? CMSG_FIRSTHDR(&h) : NULL;
    if (c != NULL && c->cmsg_type == SCM_RIGHTS)
        memcpy(fds, CMSG_DATA(c), c->cmsg_len - CMSG_LEN(0));
    return n;
}

static void on_nursery(evutil_socket_t fd, short what, void *ctx)
{
    struct workers *w = ctx;
    struct wire_message m;
    int fds[2];
    (void)what;
    ssize_t n = hear(fd, &m, fds);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n == sizeof m && m.type == WIRE_BORN && fds[0] >= 0 && fds[1] >= 0 && w->asked > 0) {
        on_born(w, &m, fds[0], fds[1]);
        return;
    }
    for (int i = 0; i < 2; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    if (n == sizeof m && m.type == WIRE_GONE)
        on_gone(w, &m);
    else
        trouble(w, n == sizeof m ? "cannot take a spare" : "it ended");
}

static void on_nursery_late(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what;
    trouble(ctx, "gives no spare");
}

static bool start_nursery(struct workers *w, struct err *e)
{
    char memory[24], cpu[24], socket[] = "3";
    char nursery_flag[] = "--nursery", memory_flag[] = "--memory", cpu_flag[] = "--cpu";
    char *argv[] = {w->program, nursery_flag, socket, memory_flag, memory, cpu_flag, cpu, NULL};
    char *envp[] = {NULL}; /* nothing of ours is its business */
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t none, all;
    int pair[2];

    snprintf(memory, sizeof memory, "%lld", (long long)w->set.memory);
    snprintf(cpu, sizeof cpu, "%lld", (long long)(w->set.cpu_ms + 999) / 1000);
    if (w->nursery > 0) /* killed a pause ago at least */
        waitpid(w->nursery, NULL, WNOHANG);
    w->nursery = 0;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return err_errno(e, ERR_AGAIN, "no socket for it");
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pair[1], 3);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawnattr_setflags(&attr,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
    errno = posix_spawn(&w->nursery, w->program, &actions, &attr, argv, envp);
    int failed = errno;
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    close(pair[1]);
    if (failed != 0) {
        close(pair[0]);
        w->nursery = 0;
        errno = failed;
        return err_errno(e, ERR_NOINPUT, "cannot start it");
    }
    w->fd = pair[0];
    w->nursery_heard = event_new(w->base, w->fd, EV_READ | EV_PERSIST, on_nursery, w);
    event_add(w->nursery_heard, NULL);
    return true;
}

static void on_again(evutil_socket_t fd, short what, void *ctx)
{
    struct workers *w = ctx;
    struct err e;
    (void)fd, (void)what;
    if (!start_nursery(w, &e))
        trouble(w, e.text);
    else
        pump(w);
}

/* Ask for as many spares as shall be ready. */
static void ask(struct workers *w)
{
    static const struct wire_message spawn = {.type = WIRE_SPAWN};
    int64_t ready = w->asked;
    for (size_t i = 0; i < w->slot_count; i++)
        ready += w->slots[i].state == IDLE;
    for (; w->fd >= 0 && ready < w->set.spares; ready++) {
        if (send(w->fd, &spawn, sizeof spawn, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
            return; /* its end or its lateness will tell */
        if (w->asked++ == 0)
            arm(w->nursery_late, PATIENCE_MS);
    }
}

static struct slot *find_slot(struct workers *w, enum state state)
{
    for (size_t i = 0; i < w->slot_count; i++)
        if (w->slots[i].state == state)
            return &w->slots[i];
    return NULL;
}

static void on_born(struct workers *w, const struct wire_message *m, int fd, int pidfd)
{
    struct slot *s = find_slot(w, FREE); /* there is one: slots are spares and all that may run */
    spare_init(&s->spare, fd, pidfd, m->pid);
    s->state = IDLE;
    s->gone = false;
    s->heard = event_new(w->base, fd, EV_READ | EV_PERSIST, on_spare, s);
    s->writable = event_new(w->base, fd, EV_WRITE, on_writable, s);
    s->late = evtimer_new(w->base, on_late, s);
    event_add(s->heard, NULL);
    if (--w->asked == 0)
        event_del(w->nursery_late);
    else
        arm(w->nursery_late, PATIENCE_MS);
    pump(w);
}

static void on_gone(struct workers *w, const struct wire_message *m)
{
    for (size_t i = 0; i < w->slot_count; i++) {
        struct slot *s = &w->slots[i];
        if (s->state == FREE || s->spare.pid != m->pid || s->gone)
            continue;
        s->gone = true;
        s->status = m->status;
        if (s->state == DYING)
            finish_dead(s);
        return;
    }
}

/* ---- the queue ---- */

static bool dequeue(struct workers *w, struct work *work)
{
    return unlink_work(&w->queue[1], work) || unlink_work(&w->queue[0], work);
}

/* The first work that may start: whole payloads and growing ones have `count` places each. */
static struct work *next_work(struct workers *w)
{
    int64_t room[2] = {w->set.count, w->set.count};
    for (size_t i = 0; i < w->slot_count; i++)
        if (w->slots[i].work != NULL)
            room[payload_finished(w->slots[i].work->payload)]--;
    for (int whole = 1; whole >= 0; whole--)
        if (room[whole] > 0 && w->queue[whole].first != NULL)
            return w->queue[whole].first;
    return NULL;
}

static void pump(struct workers *w)
{
    struct work *work;
    struct slot *s;
    struct err e;
    while ((s = find_slot(w, IDLE)) != NULL && (work = next_work(w)) != NULL) {
        bool given = spare_give(&s->spare, work, &e);
        if (!given && e.kind == ERR_AGAIN) { /* a dead spare; the work stays first */
            release(s);
            trouble(w, e.text);
            continue;
        }
        dequeue(w, work);
        if (!given) {
            release(s);
            fail_later(w, work, e.text);
            continue;
        }
        s->state = RUNNING;
        s->work = work;
        s->since_us = now_us();
        work->spare = &s->spare;
        tell(s);
    }
    ask(w);
}

void workers_submit(struct workers *w, struct work *work)
{
    work->spare = NULL;
    append(&w->queue[payload_finished(work->payload)], work);
    pump(w);
}

static struct slot *slot_of(const struct work *work)
{
    return (struct slot *)work->spare;
}

void workers_more(struct workers *w, struct work *work)
{
    (void)w;
    struct slot *s = slot_of(work);
    if (s != NULL && s->state == RUNNING)
        tell(s);
}

void workers_end(struct workers *w, struct work *work)
{
    workers_more(w, work);
    if (unlink_work(&w->queue[0], work))
        append(&w->queue[1], work);
    pump(w); /* it has left the growing ones */
}

void workers_cancel(struct workers *w, struct work *work)
{
    if (slot_of(work) != NULL)
        release(slot_of(work));
    else if (!dequeue(w, work))
        unlink_work(&w->failed, work);
    pump(w);
}

void workers_put_away(struct workers *w, struct work *work)
{
    struct work *spent = malloc(sizeof *spent);
    if (spent == NULL) {
        work_done(work);
        return;
    }
    *spent = *work;
    append(&w->spent, spent);
    part_soon(w);
    work->batch_bytes = (struct slice){NULL, 0};
    work->pieces = NULL;
    work_done(work);
}

int64_t workers_exits(const struct workers *w, enum wire_failure how)
{
    return w->exits[how];
}

int64_t workers_nursery(const struct workers *w)
{
    return w->fd >= 0 ? w->nursery : 0;
}

/* ---- life ---- */

struct workers *workers_new(struct event_base *base, const struct workers_settings *settings,
                            struct err *e)
{
    struct workers *w = calloc(1, sizeof *w);
    if (w == NULL)
        goto out;
    w->base = base;
    w->fd = -1;
    w->set = *settings;
    w->slot_count = (size_t)(2 * settings->count + settings->spares);
    w->slots = calloc(w->slot_count, sizeof *w->slots);
    w->leaving = calloc(w->slot_count, sizeof *w->leaving);
    w->part = evtimer_new(base, on_part, w);
    w->program = strdup(settings->program);
    w->deliver = evtimer_new(base, on_deliver, w);
    w->again = evtimer_new(base, on_again, w);
    w->nursery_late = evtimer_new(base, on_nursery_late, w);
    if (w->slots == NULL || w->leaving == NULL || w->program == NULL || w->part == NULL ||
        w->deliver == NULL || w->again == NULL || w->nursery_late == NULL)
        goto out;
    for (size_t i = 0; i < w->slot_count; i++) {
        w->slots[i].w = w;
        spare_init(&w->slots[i].spare, -1, -1, 0);
    }
    if (start_nursery(w, e)) {
        ask(w);
        return w;
    }
    err_prefix(e, "workers: %s", w->program);
    workers_free(w);
    return NULL;
out:
    err_set(e, ERR_BUG, "workers: no memory");
    workers_free(w);
    return NULL;
}

void workers_free(struct workers *w)
{
    if (w == NULL)
        return;
    for (size_t i = 0; w->slots != NULL && i < w->slot_count; i++)
        release(&w->slots[i]);
    on_part(-1, 0, w);
    if (w->nursery_late != NULL)
        drop_nursery(w);
    if (w->nursery > 0)
        waitpid(w->nursery, NULL, 0);
    drop_event(&w->part);
    drop_event(&w->deliver);
    drop_event(&w->again);
    drop_event(&w->nursery_late);
    free(w->slots);
    free(w->leaving);
    free(w->program);
    free(w);
}
