/* SPDX-License-Identifier: ISC */
/* posix_spawn(3) and pipes back. */
#include "daemon/edge/errand.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "daemon/edge/timer.h"

#define AT_ONCE 2

extern char **environ;

struct spoken { /* one of its two ways to speak */
    struct errand *errand;
    int fd;
    struct event *readable;
    struct buf said;
};

struct errand {
    struct errands *all;
    struct errand *next;
    pid_t pid;
    struct spoken spoken[2];
    int open; /* of them */
    struct timer *late;
    errand_done *done;
    void *ctx;
};

/* out: its standard output; errors: the other one, -1 for ours. 0, or why not. */
static int start(char *const *argv, int out, int errors, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t none, all;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    if (errors >= 0)
        posix_spawn_file_actions_adddup2(&actions, errors, 2);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int failed = posix_spawn(pid, argv[0], &actions, &attr, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    return failed;
}

static int wait_for(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return ERR_BUG;
    return WIFEXITED(status) ? WEXITSTATUS(status) : ERR_AGAIN;
}

/* ---- on the loop ---- */

static void discard(struct errand *r)
{
    for (int i = 0; i < 2; i++) {
        if (r->spoken[i].readable)
            event_free(r->spoken[i].readable);
        if (r->spoken[i].fd >= 0)
            close(r->spoken[i].fd);
        buf_done(&r->spoken[i].said);
    }
    timer_free(r->late);
    free(r);
}

/* Off the list already. */
static void end(struct errand *r, bool whole)
{
    if (!whole)
        kill(r->pid, SIGKILL);
    int code = wait_for(r->pid);
    r->done(whole ? code : ERR_AGAIN, buf_slice(&r->spoken[0].said), buf_slice(&r->spoken[1].said),
            r->ctx);
    discard(r);
}

static void finish(struct errand *r, bool whole)
{
    struct errand **at = &r->all->first;

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
    struct spoken *s = ctx;
    char room[65536];
    ssize_t n = read(fd, room, sizeof room);

    (void)what;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0)
        buf_add(&s->said, (struct slice){room, (size_t)n});
    if (s->said.failed) {
        finish(s->errand, false);
    } else if (n <= 0) {
        event_del(s->readable);
        if (--s->errand->open == 0)
            finish(s->errand, true);
    }
}

static bool listen_to(struct errand *r, int i, int fd)
{
    struct spoken *s = &r->spoken[i];

    s->errand = r;
    s->fd = fd;
    buf_init(&s->said, ERRAND_TEXT_MAX);
    s->readable = event_new(r->all->base, fd, EV_READ | EV_PERSIST, on_readable, s);
    return s->readable && fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && event_add(s->readable, NULL) == 0;
}

bool errand_start(struct errands *all, char *const *argv, errand_done *done, void *ctx,
                  struct err *e)
{
    int out[2] = {-1, -1}, errors[2] = {-1, -1};

    if (all->count >= AT_ONCE)
        return err_set(e, ERR_AGAIN, "others are at it; try again in a moment");
    struct errand *r = calloc(1, sizeof *r);
    if (!r || pipe2(out, O_CLOEXEC) != 0 || pipe2(errors, O_CLOEXEC) != 0) {
        err_errno(e, ERR_AGAIN, "%s cannot be started", argv[0]);
        if (out[0] >= 0) {
            close(out[0]);
            close(out[1]);
        }
        free(r);
        return false;
    }
    *r = (struct errand){.all = all, .open = 2, .done = done, .ctx = ctx};
    bool heard = listen_to(r, 0, out[0]), both = listen_to(r, 1, errors[0]) && heard;
    r->late = timer_new(all->base, on_late, r);
    int failed = both && r->late ? start(argv, out[1], errors[1], &r->pid) : ENOMEM;
    close(out[1]);
    close(errors[1]);
    if (failed != 0) {
        discard(r);
        errno = failed;
        return err_errno(e, ERR_AGAIN, "%s cannot be started", argv[0]);
    }
    r->next = all->first;
    all->first = r;
    all->count++;
    timer_set(r->late, all->patience_ms);
    return true;
}

void errands_end(struct errands *all)
{
    struct errand *r = all->first, *next;

    all->first = NULL;
    all->count = 0;
    for (; r; r = next) {
        next = r->next;
        end(r, false);
    }
}

/* ---- waited for ---- */

bool errand_run(char *const *argv, struct buf *out, int *code, struct err *e)
{
    char room[65536];
    ssize_t n;
    pid_t pid;
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) != 0)
        return err_errno(e, ERR_AGAIN, "%s cannot be started", argv[0]);
    int failed = start(argv, fds[1], -1, &pid);
    close(fds[1]);
    if (failed != 0) {
        close(fds[0]);
        errno = failed;
        return err_errno(e, ERR_NOINPUT, "%s cannot be started", argv[0]);
    }
    while ((n = read(fds[0], room, sizeof room)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0)
            buf_add(out, (struct slice){room, (size_t)n});
    close(fds[0]);
    *code = wait_for(pid);
    return !out->failed || err_set(e, ERR_BUG, "%s prints too much", argv[0]);
}
