/* SPDX-License-Identifier: ISC */
/* fork(2), and a pipe back. */
#include "daemon/edge/rehearse.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_S 10 /* a decision itself takes less than one second */
#define TEXT_MAX ((size_t)16 << 20)

/* Ahead of the text. */
struct outcome {
    bool ok;
    struct err e;
};

static bool write_all(int fd, const void *bytes, size_t n)
{
    for (const char *at = bytes; n > 0;) {
        ssize_t w = write(fd, at, n);
        if (w < 0 && errno != EINTR)
            return false;
        at += w > 0 ? w : 0;
        n -= w > 0 ? (size_t)w : 0;
    }
    return true;
}

/* In the copy. */
static void perform(rehearse_act *act, void *ctx, int fd)
{
    struct outcome o = {0};
    struct buf text;
    sigset_t end;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGALRM, SIG_DFL); /* whatever it waits for, it does not for long */
    sigemptyset(&end);
    sigaddset(&end, SIGALRM);
    sigprocmask(SIG_UNBLOCK, &end, NULL);
    alarm(PATIENCE_S);
    buf_init(&text, TEXT_MAX);
    o.ok = act(ctx, &text, &o.e);
    if (o.ok && text.failed)
        o.ok = err_set(&o.e, ERR_BUG, "what it would do needs too much memory to tell");
    bool told = write_all(fd, &o, sizeof o) &&
                (!o.ok || write_all(fd, buf_slice(&text).ptr, buf_slice(&text).len));
    _exit(told ? 0 : 1);
}

/* All it says, until it ends. */
static bool listen_to(int fd, struct buf *said)
{
    char room[65536];
    ssize_t n;

    while ((n = read(fd, room, sizeof room)) != 0) {
        if (n > 0)
            buf_add(said, (struct slice){room, (size_t)n});
        else if (errno != EINTR)
            return false;
    }
    return !said->failed;
}

/* Its words, taken apart. */
static bool take(struct slice said, bool whole, struct buf *out, struct err *e)
{
    struct outcome o;

    if (!whole || said.len < sizeof o)
        return err_set(e, ERR_AGAIN, "what it would do could not be found out; try again");
    memcpy(&o, said.ptr, sizeof o);
    if (o.ok)
        buf_add(out, slice_sub(said, sizeof o, said.len));
    else
        *e = o.e;
    return o.ok;
}

bool rehearse(rehearse_act *act, void *ctx, struct buf *out, struct err *e)
{
    sigset_t all, before;
    struct buf said;
    int pair[2];

    if (pipe2(pair, O_CLOEXEC) != 0)
        return err_errno(e, ERR_AGAIN, "what it would do cannot be found out now");
    sigfillset(&all); /* a signal is the daemon's: its handlers would tell the daemon's own loop */
    sigprocmask(SIG_BLOCK, &all, &before);
    pid_t pid = fork();
    if (pid == 0)
        perform(act, ctx, pair[1]);
    int failed = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        errno = failed;
        return err_errno(e, ERR_AGAIN, "what it would do cannot be found out now");
    }
    buf_init(&said, TEXT_MAX + sizeof(struct outcome));
    bool whole = listen_to(pair[0], &said);
    close(pair[0]); /* it ends, if it did not */
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    bool ok = take(buf_slice(&said), whole, out, e);
    buf_done(&said);
    return ok;
}
