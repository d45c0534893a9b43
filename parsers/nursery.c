/* SPDX-License-Identifier: ISC */
/* Fork ready spares on request, reap them, tell how they ended. */
#include "parsers/nursery.h"

#include <errno.h>
#include <fcntl.h>
#include <libxml/parser.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "parsers/charset.h"
#include "parsers/input.h"
#include "parsers/json.h"
#include "parsers/results.h"
#include "parsers/sandbox.h"
#include "parsers/wire.h"
#include "parsers/worker.h"

enum { SOCKET = 3, SIGNALS = 4 }; /* the nursery's own descriptors */
enum { EXIT_BUG = 70, EXIT_SYSTEM = 71, GO_ON = -1 };

static int fail(const char *what)
{
    fprintf(stderr, "tally-parse: nursery: %s: %s\n", what, strerror(errno));
    return EXIT_SYSTEM;
}

/* Whatever libraries set up on first use must be there before the first fork: a spare can open
 * nothing. */
static bool warm_up(struct err *e)
{
    struct arena *a = arena_new(1 << 20);
    struct input_memory text = {SLICE("{}")};
    struct input_source source = input_from_memory(&text);
    struct input *in;
    struct json_doc *doc;
    struct json root;
    struct fault f = {0};

    /* With a zone named, libc does not look for /etc/localtime at each time of a zip's entry. */
    if (setenv("TZ", "UTC0", 1) != 0)
        return err_set(e, ERR_BUG, "no memory");
    tzset();
    xmlInitParser();
    bool ok = charset_init(e);
    if (ok && (a == NULL || !input_open(a, &source, 1 << 10, &in, &f) ||
               !json_parse(in, &doc, &root, &f)))
        ok = err_set(e, ERR_BUG, "the JSON reader does not start: %s", f.err.text);
    else if (ok)
        json_free(doc);
    arena_free(a);
    return ok;
}

/* Descriptors to where they belong; everything else closed. */
static bool settle(int socket_fd)
{
    if (socket_fd != SOCKET && dup2(socket_fd, SOCKET) < 0)
        return false;
    int null_fd = open("/dev/null", O_RDWR);
    if (null_fd < 0 || dup2(null_fd, 0) < 0 || dup2(null_fd, 1) < 0)
        return false;
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    if (sigprocmask(SIG_SETMASK, &mask, NULL) != 0 || close_range(SIGNALS, ~0U, 0) != 0)
        return false;
    return signalfd(-1, &mask, 0) == SIGNALS;
}

static _Noreturn void be_spare(int job_socket, const struct nursery_limits *limits)
{
    struct err e;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_IGN);
    int64_t batch_max = limits->memory < RESULTS_MAX ? limits->memory : RESULTS_MAX;
    /* Its socket takes the place of the nursery's; the other end of it, above all, must go, or it
     * never sees an end. */
    if (dup2(job_socket, WORKER_SOCKET) < 0 || close_range(WORKER_SOCKET + 1, ~0U, 0) != 0) {
        fail("cannot set up a spare");
        _exit(EXIT_SYSTEM);
    }
    if (!sandbox_enter(limits->memory, batch_max, limits->cpu_ms,
                       WORKER_BATCH + 1 + WIRE_COMPANIONS_MAX, &e)) {
        fprintf(stderr, "tally-parse: %s\n", e.text);
        _exit(EXIT_SYSTEM);
    }
    _exit(worker_run(limits->memory));
}

/* One message, with descriptors; blocking. */
static bool say(const struct wire_message *m, const int *fds, size_t n)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(2 * sizeof(int))];
    } control = {0};
    struct iovec io = {(void *)m, sizeof *m};
    struct msghdr h = {.msg_iov = &io, .msg_iovlen = 1};
    if (n > 0) {
        h.msg_control = &control;
        h.msg_controllen = CMSG_SPACE(n * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&h);
        *c = (struct cmsghdr){CMSG_LEN(n * sizeof(int)), SOL_SOCKET, SCM_RIGHTS};
        memcpy(CMSG_DATA(c), fds, n * sizeof(int));
    }
    return sendmsg(SOCKET, &h, MSG_NOSIGNAL) == sizeof *m;
}

static bool spawn(const struct nursery_limits *limits)
{
    int pair[2], fds[2] = {-1, -1};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return false;
    pid_t pid = fork();
    if (pid == 0)
        be_spare(pair[1], limits);
    close(pair[1]);
    fds[0] = pair[0];
    fds[1] = pid < 0 ? -1 : pidfd_open(pid, 0);
    struct wire_message born = {.type = WIRE_BORN, .pid = (uint32_t)pid};
    bool ok = fds[1] >= 0 && say(&born, fds, 2);
    int saved = errno;
    close(fds[0]); /* no later spare may inherit it */
    if (fds[1] >= 0)
        close(fds[1]);
    errno = saved;
    return ok;
}

static bool reap(void)
{
    struct signalfd_siginfo info;
    if (read(SIGNALS, &info, sizeof info) < 0)
        return false;
    struct wire_message gone = {.type = WIRE_GONE};
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        gone.pid = (uint32_t)pid;
        gone.status = status;
        if (!say(&gone, NULL, 0))
            return false;
    }
    return true;
}

/* Is tallyd? What it has not read of ours makes it a reset. */
static bool is_gone(void)
{
    return errno == EPIPE || errno == ECONNRESET;
}

/* A message of tallyd: one more spare. What to exit with, or GO_ON. */
static int answer(const struct nursery_limits *limits)
{
    struct wire_message m;
    ssize_t n = recv(SOCKET, &m, sizeof m, 0);
    if (n <= 0) /* its end, or a reset when something was still unread */
        return 0;
    if (n != sizeof m || m.type != WIRE_SPAWN) {
        fprintf(stderr, "tally-parse: nursery: not a message of its protocol\n");
        return EXIT_BUG;
    }
    if (!spawn(limits))
        return is_gone() ? 0 : fail("cannot fork a spare");
    return GO_ON;
}

static int serve(const struct nursery_limits *limits)
{
    struct pollfd fds[2] = {{SOCKET, POLLIN, 0}, {SIGNALS, POLLIN, 0}};
    int code = GO_ON;
    while (code == GO_ON) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return fail("poll");
        if (fds[1].revents != 0 && !reap())
            return is_gone() ? 0 : fail("cannot tell who is gone");
        if (fds[0].revents != 0)
            code = answer(limits);
    }
    return code;
}

int nursery_run(int socket_fd, const struct nursery_limits *limits)
{
    struct err e;
    /* A nursery without its tallyd is of no use; the spares end by their sockets, busy ones by
     * their time. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return fail("prctl");
    if (!settle(socket_fd))
        return fail("cannot set up descriptors");
    if (!warm_up(&e)) {
        fprintf(stderr, "tally-parse: nursery: %s\n", e.text);
        return EXIT_BUG;
    }
    return serve(limits);
}
