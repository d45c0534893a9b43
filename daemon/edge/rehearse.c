/* SPDX-License-Identifier: ISC */
/* fork(2), and a pipe back that the loop reads. */
#include "daemon/edge/rehearse.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "daemon/edge/file.h"
#include "daemon/edge/timer.h"

#define AT_ONCE 4 /* each is a copy of our memory, and a core's work */
#define TEXT_MAX ((size_t)16 << 20)

struct rehearsal {
    struct rehearsals *all;
    struct rehearsal *next;
    pid_t pid;
    int fd;
    struct event *readable;
    struct timer *late;
    struct buf said;
    rehearse_done *done;
    void *ctx;
};

/* Ahead of the text. */
struct outcome {
    bool ok;
    struct err e;
};

/* ---- in the copy ---- */

/* A connection that the daemon closes has to end, though it is open here too. */
static void close_all_but(int fd)
{
    if (fd > 3)
        close_range(3, (unsigned)fd - 1, 0);
    close_range((unsigned)fd + 1, ~0U, 0);
}

static void perform(rehearse_act *act, void *ctx, int fd)
{
    struct outcome o = {0};
    struct buf text;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close_all_but(fd);
    buf_init(&text, TEXT_MAX);
    o.ok = act(ctx, &text, &o.e);
    if (o.ok && text.failed)
        o.ok = err_set(&o.e, ERR_BUG, "what it would do needs too much memory to tell");
    bool told = file_write(fd, (struct slice){(const char *)&o, sizeof o}) &&
                (!o.ok || file_write(fd, buf_slice(&text)));
    _exit(told ? 0 : 1);
}

/* ---- here ---- */

/* Its words, taken apart. */
static void tell(const struct rehearsal *r, bool whole)
{
    struct slice said = buf_slice(&r->said);
    struct outcome o = {0};

    whole &= !r->said.failed && said.len >= sizeof o;
    if (whole)
        memcpy(&o, said.ptr, sizeof o);
    else
        err_set(&o.e, ERR_AGAIN, "what it would do could not be found out; try again");
    r->done(o.ok, o.ok ? slice_sub(said, sizeof o, said.len) : (struct slice){"", 0}, &o.e, r->ctx);
}

static void discard(struct rehearsal *r)
{
    if (r->readable)
        event_free(r->readable);
    timer_free(r->late);
    close(r->fd);
    buf_done(&r->said);
    free(r);
}

/* Off the list: its copy gone, and told. */
static void end(struct rehearsal *r, bool whole)
{
    kill(r->pid, SIGKILL); /* if it did not end */
    while (waitpid(r->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    tell(r, whole);
    discard(r);
}

static void finish(struct rehearsal *r, bool whole)
{
    struct rehearsal **at = &r->all->first;

    while (*at != r)
        at = &(*at)->next;
    *at = r->next;
    r->all->count--;
    end(r, whole);
}

static void on_late(void *ctx)
{
    finish(ctx, false);
}

static void on_readable(evutil_socket_t fd, short what, void *ctx)
{
    struct rehearsal *r = ctx;
    char room[65536];
    ssize_t n = read(fd, room, sizeof room);

    (void)what;
    if (n > 0)
        buf_add(&r->said, (struct slice){room, (size_t)n});
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        finish(r, n == 0);
}

static pid_t copy(rehearse_act *act, void *ctx, const int pair[2])
{
    sigset_t all, before;

    sigfillset(&all); /* a signal is the daemon's: its handlers would tell the daemon's own loop */
    sigprocmask(SIG_BLOCK, &all, &before);
    pid_t pid = fork();
    if (pid == 0)
        perform(act, ctx, pair[1]);
    int failed = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = failed;
    return pid;
}

bool rehearse(struct rehearsals *all, rehearse_act *act, void *ctx, rehearse_done *done,
              void *done_ctx, struct err *e)
{
    struct rehearsal *r = calloc(1, sizeof *r);
    int pair[2];

    if (all->count >= AT_ONCE || !r) {
        free(r);
        return err_set(e, ERR_AGAIN,
                       "what it would do cannot be found out now: others ask; try "
                       "again");
    }
    if (pipe2(pair, O_CLOEXEC) != 0) {
        free(r);
        return err_errno(e, ERR_AGAIN, "what it would do cannot be found out now");
    }
    *r = (struct rehearsal){.all = all, .fd = pair[0], .done = done, .ctx = done_ctx};
    buf_init(&r->said, TEXT_MAX + sizeof(struct outcome));
    r->readable = event_new(all->base, r->fd, EV_READ | EV_PERSIST, on_readable, r);
    r->late = timer_new(all->base, on_late, r);
    bool ready = r->readable && r->late && fcntl(r->fd, F_SETFL, O_NONBLOCK) == 0;
    r->pid = ready ? copy(act, ctx, pair) : -1;
    close(pair[1]);
    if (r->pid < 0) {
        discard(r);
        return err_errno(e, ERR_AGAIN, "what it would do cannot be found out now");
    }
    r->next = all->first;
    all->first = r;
    all->count++;
    event_add(r->readable, NULL);
    timer_set(r->late, all->patience_ms);
    return true;
}

void rehearse_end(struct rehearsals *all)
{
    struct rehearsal *r = all->first, *next;

    all->first = NULL;
    all->count = 0;
    for (; r; r = next) {
        next = r->next;
        end(r, false);
    }
}
