/* SPDX-License-Identifier: ISC */
/* A redis-server of the test's own, on a socket in a directory of its own; REDIS_SERVER names
 * another program that is one. */
#ifndef TALLYD_TESTS_REDIS_SERVER_H
#define TALLYD_TESTS_REDIS_SERVER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/edge/scratch.h"
#include "daemon/edge/timer.h"

#define REDIS_SERVER_PATIENCE_US INT64_C(30000000)

struct redis_server {
    char directory[64], socket[100];
    pid_t pid;
};

/* The directory alone. */
static inline bool redis_server_new(struct redis_server *s)
{
    signal(SIGPIPE, SIG_IGN); /* servers are ended while they are spoken to */
    snprintf(s->directory, sizeof s->directory, "/tmp/tallyd-redis-XXXXXX");
    bool ok = mkdtemp(s->directory) != NULL;
    snprintf(s->socket, sizeof s->socket, "%s/redis.sock", s->directory);
    return ok;
}

static inline void redis_server_start(struct redis_server *s, const char *const *more)
{
    const char *argv[28] = {"redis-server", "--bind",  "127.0.0.1",  "--port",    "0",
                            "--unixsocket", s->socket, "--save",     "",          "--appendonly",
                            "no",           "--dir",   s->directory, "--logfile", "/dev/null"};
    size_t n = 15;
    if (getenv("REDIS_SERVER"))
        argv[0] = getenv("REDIS_SERVER");
    while (more && *more)
        argv[n++] = *more++;
    unlink(s->socket);
    s->pid = fork();
    if (s->pid == 0) {
        execvp(argv[0], (char *const *)argv);
        _exit(127);
    }
}

/* A connection of the test's own; waits until the server is there. */
static inline redisContext *redis_server_look(const struct redis_server *s, const char *user,
                                              const char *password)
{
    int64_t end = timer_now_us() + REDIS_SERVER_PATIENCE_US;
    struct timeval patience = {10, 0};
    while (timer_now_us() < end) {
        redisContext *c = redisConnectUnix(s->socket);
        if (c && !c->err) {
            redisSetTimeout(c, patience);
            redisReply *r =
                password ? redisCommand(c, "AUTH %s %s", user, password) : redisCommand(c, "PING");
            bool ok = r && r->type == REDIS_REPLY_STATUS;
            if (r)
                freeReplyObject(r);
            if (ok)
                return c;
        }
        redisFree(c);
        usleep(5000);
    }
    fail_msg("no redis-server");
    return NULL;
}

static inline void redis_server_stop(struct redis_server *s)
{
    if (s->pid > 0) {
        kill(s->pid, SIGKILL);
        waitpid(s->pid, NULL, 0);
    }
    s->pid = 0;
}

static inline void redis_server_done(struct redis_server *s)
{
    redis_server_stop(s);
    scratch_remove(s->directory); /* a server of a cluster has left its nodes.conf */
    assert_int_not_equal(access(s->directory, F_OK), 0);
}

#endif
