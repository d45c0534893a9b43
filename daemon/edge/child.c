/* SPDX-License-Identifier: ISC */
/* Pipes back, a time limit, and a list. */
#include "daemon/edge/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "daemon/base/buf.h"
#include "daemon/edge/timer.h"

struct ear { /* what hears one of its pipes */
    struct child *child;
    int fd;
    struct event *readable;
    struct buf said;
};

struct child {
    struct children *all;
    struct child *next;
    pid_t pid;
    struct ear ears[CHILD_PIPES_MAX];
    int pipes, open; /* of the ears */
    struct timer *late;
    child_done *done;
    void *ctx;
};

int child_wait(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return ERR_AGAIN;
    return WIFEXITED(status) ? WEXITSTATUS(status) : ERR_AGAIN;
}

static void discard(struct child *c)
{
    for (int i = 0; i < c->pipes; i++) {
        if (c->ears[i].readable)
            event_free(c->ears[i].readable);
        close(c->ears[i].fd);
        buf_done(&c->ears[i].said);
    }
    timer_free(c->late);
    free(c);
}

/* Off the list already. */
static void end(struct child *c, bool whole)
{
    struct slice said[CHILD_PIPES_MAX] = {{NULL, 0}};
    if (!whole)
        kill(c->pid, SIGKILL);
    int code = child_wait(c->pid);
    for (int i = 0; i < c->pipes; i++)
        said[i] = buf_slice(&c->ears[i].said);
    c->done(whole ? code : ERR_AGAIN, said, c->ctx);
    discard(c);
}

static void finish(struct child *c, bool whole)
{
    struct child **at = &c->all->first;
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    c->all->count--;
    end(c, whole);
}

static void on_late(void *ctx)
{
    finish(ctx, false);
}

static void on_readable(evutil_socket_t fd, short what, void *ctx)
{
    struct ear *ear = ctx;
    char room[65536];
    ssize_t n = read(fd, room, sizeof room);
    (void)what;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0)
        buf_add(&ear->said, (struct slice){room, (size_t)n});
    if (n < 0 || ear->said.failed) {
        finish(ear->child, false);
    } else if (n == 0) {
        event_del(ear->readable);
        if (--ear->child->open == 0)
            finish(ear->child, true);
    }
}

static bool listen_to(struct child *c, int fd, size_t most)
{
    struct ear *ear = &c->ears[c->pipes++];
    ear->child = c;
    ear->fd = fd;
    buf_init(&ear->said, most);
    ear->readable = event_new(c->all->base, fd, EV_READ | EV_PERSIST, on_readable, ear);
    return ear->readable && fcntl(fd, F_SETFL, O_NONBLOCK) == 0 &&
           event_add(ear->readable, NULL) == 0;
}

/* Pipes to it, and the time it has. `theirs`: its ends; those that are open where this fails. */
static bool prepare(struct child *c, int pipes, size_t most, int *theirs)
{
    for (int i = 0; i < pipes; i++) {
        int pair[2];
        if (pipe2(pair, O_CLOEXEC) != 0)
            return false;
        theirs[i] = pair[1];
        if (!listen_to(c, pair[0], most))
            return false;
    }
    errno = ENOMEM;
    return (c->late = timer_new(c->all->base, on_late, c)) != NULL;
}

bool child_start(struct children *all, int pipes, size_t most, child_make *make, void *make_ctx,
                 child_done *done, void *ctx, struct err *e)
{
    int theirs[CHILD_PIPES_MAX] = {-1, -1};
    if (all->count >= all->at_once)
        return err_set(e, ERR_AGAIN, "others are at it; try again in a moment");
    struct child *c = calloc(1, sizeof *c);
    if (!c)
        return err_set(e, ERR_AGAIN, "out of memory; try again in a moment");
    *c = (struct child){.all = all, .open = pipes, .done = done, .ctx = ctx};
    bool ready = prepare(c, pipes, most, theirs);
    c->pid = ready ? make(make_ctx, theirs) : -1;
    int failed = errno;
    for (int i = 0; i < CHILD_PIPES_MAX; i++)
        if (theirs[i] >= 0)
            close(theirs[i]);
    if (c->pid < 0) {
        discard(c);
        errno = failed;
        return err_errno(e, ERR_AGAIN, "no process can be started");
    }
    c->next = all->first;
    all->first = c;
    all->count++;
    timer_set(c->late, all->patience_ms);
    return true;
}

void children_end(struct children *all)
{
    struct child *c = all->first, *next;
    all->first = NULL;
    all->count = 0;
    for (; c; c = next) {
        next = c->next;
        end(c, false);
    }
}
