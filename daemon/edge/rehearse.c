/* SPDX-License-Identifier: ISC */
/* fork(2). */
#include "daemon/edge/rehearse.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "daemon/edge/file.h"

#define TEXT_MAX ((size_t)16 << 20)

struct rehearsal {
    rehearse_act *act;
    void *act_ctx;
    rehearse_done *done;
    void *ctx;
};

/* Ahead of the text. */
struct outcome {
    bool ok;
    struct err e;
};

/* A connection that the daemon closes has to end, though it is open here too. */
static void close_all_but(int fd)
{
    if (fd > 3)
        close_range(3, (unsigned)fd - 1, 0);
    close_range((unsigned)fd + 1, ~0U, 0);
}

/* In the copy. */
static void perform(const struct rehearsal *r, int fd)
{
    struct outcome o = {0};
    struct buf text;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    close_all_but(fd);
    buf_init(&text, TEXT_MAX);
    o.ok = r->act(r->act_ctx, &text, &o.e);
    if (o.ok && text.failed)
        o.ok = err_set(&o.e, ERR_BUG, "what it would do needs too much memory to tell");
    bool told = file_write(fd, (struct slice){(const char *)&o, sizeof o}) &&
                (!o.ok || file_write(fd, buf_slice(&text)));
    _exit(told ? 0 : 1);
}

static pid_t copy(void *ctx, const int *pipes)
{
    sigset_t all, before;

    sigfillset(&all); /* a signal is the daemon's: its handlers would tell the daemon's own loop */
    sigprocmask(SIG_BLOCK, &all, &before);
    pid_t pid = fork();
    if (pid == 0)
        perform(ctx, pipes[0]);
    int failed = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    errno = failed;
    return pid;
}

/* Its words, taken apart. */
static void on_done(int code, const struct slice *said, void *ctx)
{
    struct rehearsal *r = ctx;
    struct outcome o = {0};

    if (code == 0 && said->len >= sizeof o)
        memcpy(&o, said->ptr, sizeof o);
    else
        err_set(&o.e, ERR_AGAIN, "what it would do could not be found out; try again");
    r->done(o.ok, o.ok ? slice_sub(*said, sizeof o, said->len) : SLICE(""), &o.e, r->ctx);
    free(r);
}

bool rehearse(struct children *all, rehearse_act *act, void *ctx, rehearse_done *done,
              void *done_ctx, struct err *e)
{
    struct rehearsal *r = malloc(sizeof *r);

    if (!r)
        return err_set(e, ERR_AGAIN, "out of memory");
    *r = (struct rehearsal){act, ctx, done, done_ctx};
    if (child_start(all, 1, sizeof(struct outcome) + TEXT_MAX, copy, r, on_done, r, e))
        return true;
    free(r);
    return err_prefix(e, "what it would do cannot be found out now");
}
