/* SPDX-License-Identifier: ISC */
/* Another program, by posix_spawn(3): waited for here, or by child.h while the loop goes on. */
#include "daemon/edge/errand.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

extern char **environ;

/* out: its standard output; errors: the other one, -1 for ours. Its pid, or -1 and errno. */
static pid_t start(char *const *argv, int out, int errors)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t none, all;
    pid_t pid;

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
    int failed = posix_spawn(&pid, argv[0], &actions, &attr, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    errno = failed;
    return failed == 0 ? pid : -1;
}

static pid_t make(void *argv, const int *pipes)
{
    return start(argv, pipes[0], pipes[1]);
}

bool errand_start(struct children *all, char *const *argv, child_done *done, void *ctx,
                  struct err *e)
{
    return child_start(all, 2, ERRAND_TEXT_MAX, make, (void *)(uintptr_t)argv, done, ctx, e) ||
           err_prefix(e, "%s cannot be run now", argv[0]);
}

bool errand_run(char *const *argv, struct buf *out, int *code, struct err *e)
{
    char room[65536];
    ssize_t n;
    int fds[2];

    if (pipe2(fds, O_CLOEXEC) != 0)
        return err_errno(e, ERR_AGAIN, "%s cannot be started", argv[0]);
    pid_t pid = start(argv, fds[1], -1);
    int failed = errno;
    close(fds[1]);
    if (pid < 0) {
        close(fds[0]);
        errno = failed;
        return err_errno(e, ERR_NOINPUT, "%s cannot be started", argv[0]);
    }
    while ((n = read(fds[0], room, sizeof room)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0)
            buf_add(out, (struct slice){room, (size_t)n});
    close(fds[0]);
    *code = child_wait(pid);
    return !out->failed || err_set(e, ERR_BUG, "%s prints too much", argv[0]);
}
