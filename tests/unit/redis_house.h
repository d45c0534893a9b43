/* SPDX-License-Identifier: ISC */
/* Publishers against a redis-server of the test's own: two sides, and an eye and an ear of the
 * test's. */
#ifndef TALLYD_TESTS_REDIS_HOUSE_H
#define TALLYD_TESTS_REDIS_HOUSE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <dirent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/edge/redis.h"
#include "daemon/edge/redis_tls.h"
#include "daemon/edge/timer.h"
#include "tests/unit/redis_server.h"

#define PATIENCE_US INT64_C(30000000)
#define P "tally:v1"

struct side { /* one publisher and what it was told */
    struct event_base *base;
    struct redis *redis;
    int64_t there, fenced_by;
    int ready, lost, fenced;
    size_t acknowledged;
    int64_t command_ms;
    char why[300], ids[400];
};

struct house {
    struct redis_server at;
    redisContext *eye; /* looks */
    redisContext *ear; /* is subscribed */
    struct side a, b;
};

/* ---- the server ---- */

static inline void stop_server(struct house *h)
{
    if (h->eye)
        redisFree(h->eye);
    if (h->ear)
        redisFree(h->ear);
    h->eye = h->ear = NULL;
    redis_server_stop(&h->at);
}

static inline void open_house(struct house *h)
{
    redis_server_start(&h->at, NULL);
    h->eye = redis_server_look(&h->at, NULL, NULL);
}

/* ---- publishers ---- */

static inline void on_ready(int64_t epoch, void *ctx)
{
    struct side *s = ctx;
    s->there = epoch;
    s->ready++;
}

static inline void on_acknowledged(struct slice id, int64_t last_byte_us, void *ctx)
{
    struct side *s = ctx;
    size_t len = strlen(s->ids);
    (void)last_byte_us;
    s->acknowledged++;
    if (id.len > 0)
        snprintf(s->ids + len, sizeof s->ids - len, "%.*s ", SLICE_FMT(id));
}

static inline void on_fenced(int64_t epoch, void *ctx)
{
    struct side *s = ctx;
    s->fenced++;
    s->fenced_by = epoch;
}

static inline void on_lost(const char *why, void *ctx)
{
    struct side *s = ctx;
    s->lost++;
    snprintf(s->why, sizeof s->why, "%s", why);
}

static inline void start_side(const struct house *h, struct side *s, const char *owner,
                              const char *user, const char *password)
{
    char url[128];
    struct err e = {0};
    snprintf(url, sizeof url, "unix://%s", h->at.socket);
    struct redis_settings set = {.url = slice_of(url),
                                 .prefix = SLICE(P),
                                 .user = slice_of(user),
                                 .password = slice_of(password),
                                 .owner = slice_of(owner),
                                 .mode = SLICE("test"),
                                 .election = SLICE("2021-01-05"),
                                 .version = SLICE("0"),
                                 .heartbeat_ms = 5000,
                                 .command_ms = s->command_ms};
    struct redis_calls calls = {on_ready, on_acknowledged, on_fenced, on_lost, s};
    *s = (struct side){.base = loop_new(), .command_ms = s->command_ms};
    if (!redis_new(s->base, &set, &calls, &s->redis, &e))
        fail_msg("%s", e.text);
}

static inline void end_side(struct side *s)
{
    redis_free(s->redis);
    if (s->base)
        loop_free(s->base);
    *s = (struct side){0};
}

static inline void turn(struct side *s)
{
    struct timeval tv = {0, 5000};
    event_base_loopexit(s->base, &tv);
    event_base_dispatch(s->base);
}

#define UNTIL(side, condition)                                                                     \
    do {                                                                                           \
        int64_t end_us = timer_now_us() + PATIENCE_US;                                             \
        while (!(condition) && timer_now_us() < end_us)                                            \
            turn(side);                                                                            \
        if (!(condition))                                                                          \
            fail_msg("never: %s (last lost: %s)", #condition, (side)->why);                        \
    } while (0)

static inline void ready_side(const struct house *h, struct side *s, const char *owner)
{
    start_side(h, s, owner, "", "");
    UNTIL(s, s->ready == 1);
}

static inline struct redis_commit totals(int64_t epoch, int64_t seq, const char *envelope)
{
    return (struct redis_commit){.epoch = epoch,
                                 .seq = seq,
                                 .channel = SLICE("totals"),
                                 .envelope = slice_of(envelope),
                                 .snap = SLICE("totals"),
                                 .snap_value = slice_of(envelope),
                                 .plain = SLICE("won 3\nlost 1\n"),
                                 .last_byte_us = 1};
}

static inline struct redis_commit race(int64_t epoch, int64_t seq, const char *id,
                                       const char *envelope)
{
    return (struct redis_commit){.epoch = epoch,
                                 .seq = seq,
                                 .channel = SLICE("race:GA:x"),
                                 .envelope = slice_of(envelope),
                                 .snap = SLICE("races"),
                                 .field = slice_of(id),
                                 .snap_value = slice_of(envelope)};
}

static inline struct redis_commit call(int64_t epoch, int64_t seq, const char *event, int64_t score)
{
    return (struct redis_commit){.epoch = epoch,
                                 .seq = seq,
                                 .channel = SLICE("calls:GA"),
                                 .envelope = SLICE("{\"call\":1}"),
                                 .snap = SLICE("calls"),
                                 .field = SLICE("ga-senate"),
                                 .snap_value = SLICE("[{}]"),
                                 .winner = SLICE("ossoff"),
                                 .score = score,
                                 .event_id = slice_of(event)};
}

/* A small snapshot: totals, one race, the claims of one. */
static inline void begin(struct side *s, int64_t epoch)
{
    struct redis_commit all[] = {totals(epoch, 1, "{\"t\":1}"), race(epoch, 2, "one", "{\"r\":1}"),
                                 call(epoch, 3, "", 1000)};
    all[2].envelope = (struct slice){0};
    assert_true(redis_begin(s->redis, epoch, all, 3));
}

/* A is there, with epoch 7. */
static inline void open_on_air(struct house *h)
{
    open_house(h);
    ready_side(h, &h->a, "A");
    begin(&h->a, 7);
}

/* ---- looking ---- */

static inline char *ask(struct house *h, const char *command)
{
    static char text[8192];
    redisReply *r = redisCommand(h->eye, command);
    assert_non_null(r);
    text[0] = '\0';
    if (r->type == REDIS_REPLY_INTEGER)
        snprintf(text, sizeof text, "%lld", r->integer);
    else if (r->str)
        snprintf(text, sizeof text, "%s", r->str);
    for (size_t i = 0; i < r->elements; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s ", r->element[i]->str);
    freeReplyObject(r);
    return text;
}

#define IS(house, command, answer) assert_string_equal(ask(house, command), answer)

static inline void listen_to(struct house *h, const char *pattern)
{
    h->ear = redis_server_look(&h->at, NULL, NULL);
    redisReply *r = redisCommand(h->ear, "PSUBSCRIBE %s", pattern);
    assert_non_null(r);
    freeReplyObject(r);
}

/* The next message: "channel text". */
static inline char *hear(struct house *h)
{
    static char text[4096];
    redisReply *r = NULL;
    if (redisGetReply(h->ear, (void **)&r) != REDIS_OK)
        fail_msg("nothing heard: %s", h->ear->errstr);
    snprintf(text, sizeof text, "%s %s", r->element[2]->str + strlen(P ":"), r->element[3]->str);
    freeReplyObject(r);
    return text;
}

static inline int set_up(void **state)
{
    struct house *h = calloc(1, sizeof *h);
    *state = redis_server_new(&h->at) ? h : NULL;
    return *state ? 0 : -1;
}

static inline int tear_down(void **state)
{
    struct house *h = *state;
    end_side(&h->a);
    end_side(&h->b);
    stop_server(h);
    redis_server_done(&h->at);
    free(h);
    return 0;
}

#define HOUSE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static inline void begin_again(struct house *h, int ready, int64_t epoch)
{
    int64_t began = timer_now_us();
    UNTIL(&h->a, h->a.ready == ready);
    assert_true(timer_now_us() - began < 10 * 2000000); /* the goal is 2 s */
    begin(&h->a, epoch);
    struct redis_commit m = totals(epoch, 4, "{\"t\":3}");
    size_t before = h->a.acknowledged;
    assert_true(redis_publish(h->a.redis, &m));
    UNTIL(&h->a, h->a.acknowledged == before + 1);
    IS(h, "GET " P ":snap:totals", "{\"t\":3}");
    IS(h, "HGET " P ":snap:races one", "{\"r\":1}");
}

#endif
