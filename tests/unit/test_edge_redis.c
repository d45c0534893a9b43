/* SPDX-License-Identifier: ISC */
/* Publishing against a real redis-server on a socket of its own: order, fence, emptied, killed,
 * stopped, forbidden. */
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

static void stop_server(struct house *h)
{
    if (h->eye)
        redisFree(h->eye);
    if (h->ear)
        redisFree(h->ear);
    h->eye = h->ear = NULL;
    redis_server_stop(&h->at);
}

static void open_house(struct house *h)
{
    redis_server_start(&h->at, NULL);
    h->eye = redis_server_look(&h->at, NULL, NULL);
}

/* ---- publishers ---- */

static void on_ready(int64_t epoch, void *ctx)
{
    struct side *s = ctx;
    s->there = epoch;
    s->ready++;
}

static void on_acknowledged(struct slice id, int64_t last_byte_us, void *ctx)
{
    struct side *s = ctx;
    size_t len = strlen(s->ids);
    (void)last_byte_us;
    s->acknowledged++;
    if (id.len > 0)
        snprintf(s->ids + len, sizeof s->ids - len, "%.*s ", SLICE_FMT(id));
}

static void on_fenced(int64_t epoch, void *ctx)
{
    struct side *s = ctx;
    s->fenced++;
    s->fenced_by = epoch;
}

static void on_lost(const char *why, void *ctx)
{
    struct side *s = ctx;
    s->lost++;
    snprintf(s->why, sizeof s->why, "%s", why);
}

static void start_side(const struct house *h, struct side *s, const char *owner, const char *user,
                       const char *password)
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

static void end_side(struct side *s)
{
    redis_free(s->redis);
    if (s->base)
        loop_free(s->base);
    *s = (struct side){0};
}

static void turn(struct side *s)
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

static struct redis_commit totals(int64_t epoch, int64_t seq, const char *envelope)
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

static struct redis_commit race(int64_t epoch, int64_t seq, const char *id, const char *envelope)
{
    return (struct redis_commit){.epoch = epoch,
                                 .seq = seq,
                                 .channel = SLICE("race:GA:x"),
                                 .envelope = slice_of(envelope),
                                 .snap = SLICE("races"),
                                 .field = slice_of(id),
                                 .snap_value = slice_of(envelope)};
}

static struct redis_commit call(int64_t epoch, int64_t seq, const char *event, int64_t score)
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
static void begin(struct side *s, int64_t epoch)
{
    struct redis_commit all[] = {totals(epoch, 1, "{\"t\":1}"), race(epoch, 2, "one", "{\"r\":1}"),
                                 call(epoch, 3, "", 1000)};
    all[2].envelope = (struct slice){0};
    assert_true(redis_begin(s->redis, epoch, all, 3));
}

/* ---- looking ---- */

static char *ask(struct house *h, const char *command)
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

static void listen_to(struct house *h, const char *pattern)
{
    h->ear = redis_server_look(&h->at, NULL, NULL);
    redisReply *r = redisCommand(h->ear, "PSUBSCRIBE %s", pattern);
    assert_non_null(r);
    freeReplyObject(r);
}

/* The next message: "channel text". */
static char *hear(struct house *h)
{
    static char text[4096];
    redisReply *r = NULL;
    if (redisGetReply(h->ear, (void **)&r) != REDIS_OK)
        fail_msg("nothing heard: %s", h->ear->errstr);
    snprintf(text, sizeof text, "%s %s", r->element[2]->str + strlen(P ":"), r->element[3]->str);
    freeReplyObject(r);
    return text;
}

/* ---- tests ---- */

static void test_order_and_keys(void **state)
{
    struct house *h = *state;
    open_house(h);
    listen_to(h, P ":*");
    start_side(h, &h->a, "A", "", "");
    UNTIL(&h->a, h->a.ready == 1);
    assert_int_equal(h->a.there, 0);
    struct redis_commit early = totals(7, 1, "{}");
    assert_false(redis_publish(h->a.redis, &early));
    begin(&h->a, 7);
    struct redis_commit more[] = {race(7, 4, "two", "{\"r\":2}"), call(7, 5, "c5", 99),
                                  totals(7, 6, "{\"t\":2}")};
    for (size_t i = 0; i < 3; i++)
        assert_true(redis_publish(h->a.redis, &more[i]));
    assert_true(redis_heartbeat(h->a.redis, 7, SLICE("{\"beat\":1}")));
    UNTIL(&h->a, h->a.acknowledged == 4); /* the heartbeat is the fourth */
    assert_string_equal(h->a.ids, "c5 ");
    assert_int_equal(redis_published(h->a.redis), 3);
    static const char *const heard[] = {"totals {\"t\":1}",    "race:GA:x {\"r\":1}",
                                        "race:GA:x {\"r\":2}", "calls:GA {\"call\":1}",
                                        "totals {\"t\":2}",    "heartbeat {\"beat\":1}"};
    for (size_t i = 0; i < sizeof heard / sizeof *heard; i++)
        assert_string_equal(hear(h), heard[i]);
    IS(h, "GET " P ":snap:totals", "{\"t\":2}");
    IS(h, "HGET " P ":snap:races one", "{\"r\":1}");
    IS(h, "HGET " P ":snap:races two", "{\"r\":2}");
    IS(h, "HGET " P ":snap:calls ga-senate", "[{}]");
    IS(h, "HMGET " P ":snap:meta epoch owner seq mode election version",
       "7 A 6 test 2021-01-05 0 ");
    IS(h, "HMGET " P ":h:totals won lost", "3 1 ");
    IS(h, "ZSCORE " P ":winners ossoff", "99");
    IS(h, "XLEN " P ":log", "5"); /* the claims of the snapshot were no message */
    assert_true(atoi(ask(h, "PTTL " P ":alive")) > 10000);
    IS(h, "PTTL " P ":snap:races", "-1"); /* staging's time is off */
    IS(h, "KEYS *stage*", "");
    struct redis_commit back = call(7, 7, "r5", -1);
    assert_true(redis_publish(h->a.redis, &back));
    UNTIL(&h->a, h->a.acknowledged == 5);
    IS(h, "ZCARD " P ":winners", "0");
    redisReply *r = redisCommand(h->eye, "XREVRANGE " P ":log + - COUNT 1");
    assert_string_equal(r->element[0]->element[0]->str, "7-7");
    freeReplyObject(r);
}

/* The entries of the desk's stream: "id: texts; ". */
static char *desk(struct house *h)
{
    static char text[4096];
    redisReply *r = redisCommand(h->eye, "XRANGE " P ":desk - +");
    assert_non_null(r);
    text[0] = '\0';
    for (size_t i = 0; i < r->elements; i++) {
        const redisReply *fields = r->element[i]->element[1];
        size_t at = strlen(text);
        at += (size_t)snprintf(text + at, sizeof text - at, "%s:", r->element[i]->element[0]->str);
        for (size_t k = 0; k < fields->elements; k++)
            at += (size_t)snprintf(text + at, sizeof text - at, " %s", fields->element[k]->str);
        snprintf(text + at, sizeof text - at, "; ");
    }
    freeReplyObject(r);
    return text;
}

static void test_the_desk_s_stream_is_replaced_whole_and_follows_in_order(void **state)
{
    struct house *h = *state;
    const struct slice one[] = {SLICE("claim"), SLICE("1")}, two[] = {SLICE("claim"), SLICE("2")};
    const struct redis_entry first = {one, 2}, both[] = {{one, 2}, {two, 2}};
    open_house(h);
    start_side(h, &h->a, "A", "", "");
    UNTIL(&h->a, h->a.ready == 1);
    assert_false(redis_desk(h->a.redis, 7, both, 2));
    assert_true(redis_stage_desk(h->a.redis, 7, &first, 1));
    begin(&h->a, 7);
    struct redis_commit called = call(7, 4, "c5", 99), plain = totals(7, 5, "{}");
    assert_true(redis_desk(h->a.redis, 7, both, 2));
    assert_true(redis_publish(h->a.redis, &called));
    assert_true(redis_publish(h->a.redis, &plain));
    assert_int_equal(redis_desk_number(h->a.redis), 4);
    UNTIL(&h->a, h->a.acknowledged == 2);
    assert_string_equal(desk(h), "7-1: claim 1; 7-2: claim 1; 7-3: claim 2; 7-4: told c5; ");
    assert_true(redis_stage_desk(h->a.redis, 8, both, 2));
    assert_string_equal(desk(h), "7-1: claim 1; 7-2: claim 1; 7-3: claim 2; 7-4: told c5; ");
    begin(&h->a, 8);
    called = call(8, 4, "c6", 99);
    assert_true(redis_publish(h->a.redis, &called));
    UNTIL(&h->a, h->a.acknowledged == 3);
    assert_string_equal(desk(h), "8-1: claim 1; 8-2: claim 2; 8-3: told c6; ");
    IS(h, "PTTL " P ":desk", "-1");
    IS(h, "KEYS *stage*", "");
}

static void test_a_large_desk_s_stream_is_staged_in_pieces(void **state)
{
    enum { N = 900 };
    struct house *h = *state;
    static struct slice texts[24];
    static struct redis_entry all[N];
    open_house(h);
    start_side(h, &h->a, "A", "", "");
    UNTIL(&h->a, h->a.ready == 1);
    for (size_t i = 0; i < 24; i++)
        texts[i] = SLICE("text");
    for (size_t i = 0; i < N; i++)
        all[i] = (struct redis_entry){texts, 24};
    assert_true(redis_stage_desk(h->a.redis, 7, all, N));
    begin(&h->a, 7);
    struct redis_commit next = totals(7, 4, "{}");
    assert_true(redis_publish(h->a.redis, &next));
    UNTIL(&h->a, h->a.acknowledged == 1);
    IS(h, "XLEN " P ":desk", "900");
}

static void test_who_has_taken_the_next_epoch_fences(void **state)
{
    struct house *h = *state;
    open_house(h);
    start_side(h, &h->a, "A", "", "");
    UNTIL(&h->a, h->a.ready == 1);
    begin(&h->a, 7);
    struct redis_commit next = totals(7, 4, "{}");
    assert_true(redis_publish(h->a.redis, &next));
    UNTIL(&h->a, h->a.acknowledged == 1);
    ask(h, "HSET " P ":snap:meta next 8 next_owner B");
    next = totals(7, 5, "{}");
    assert_true(redis_publish(h->a.redis, &next));
    UNTIL(&h->a, h->a.fenced == 1);
    assert_int_equal(h->a.fenced_by, 8);
    IS(h, "XLEN " P ":log", "3");

    start_side(h, &h->b, "B", "", "");
    UNTIL(&h->b, h->b.ready == 1);
    assert_int_equal(h->b.there, 8);
    begin(&h->b, 8);
    next = totals(8, 4, "{}");
    assert_true(redis_publish(h->b.redis, &next));
    UNTIL(&h->b, h->b.acknowledged == 1);
    IS(h, "HMGET " P ":snap:meta epoch owner", "8 B ");
    IS(h, "HEXISTS " P ":snap:meta next", "0");
}

static void test_who_was_on_air_and_finds_the_next_epoch_taken_is_fenced(void **state)
{
    struct house *h = *state;
    open_house(h);
    start_side(h, &h->a, "A", "", "");
    UNTIL(&h->a, h->a.ready == 1);
    begin(&h->a, 7);
    ask(h, "HSET " P ":snap:meta next 8 next_owner B");
    ask(h, "CLIENT KILL TYPE normal SKIPME yes");
    UNTIL(&h->a, h->a.fenced == 1);
    assert_int_equal(h->a.ready, 1);
}

static void test_a_snapshot_clears_what_is_gone(void **state)
{
    struct house *h = *state;
    open_house(h);
    start_side(h, &h->a, "A", "", "");
    UNTIL(&h->a, h->a.ready == 1);
    begin(&h->a, 7);
    struct redis_commit two = race(7, 4, "two", "{}");
    assert_true(redis_publish(h->a.redis, &two));
    UNTIL(&h->a, h->a.acknowledged == 1);
    begin(&h->a, 8); /* as after a reload, on the same connection */
    struct redis_commit next = totals(8, 4, "{\"t\":9}");
    assert_true(redis_publish(h->a.redis, &next));
    UNTIL(&h->a, h->a.acknowledged == 2);
    IS(h, "HKEYS " P ":snap:races", "one ");
    IS(h, "HMGET " P ":snap:meta epoch seq", "8 4 ");
    IS(h, "ZSCORE " P ":winners ossoff", "1000");
    struct redis_commit all = totals(9, 1, "{}");
    assert_true(redis_begin(h->a.redis, 9, &all, 1));
    next = totals(9, 2, "{}");
    assert_true(redis_publish(h->a.redis, &next));
    UNTIL(&h->a, h->a.acknowledged == 3);
    IS(h, "EXISTS " P ":snap:races " P ":snap:calls " P ":winners", "0");
}

/* A number that was, as from a connection thought dead, changes nothing. */
static void test_an_old_number_is_refused(void **state)
{
    struct house *h = *state;
    open_house(h);
    start_side(h, &h->a, "A", "", "");
    UNTIL(&h->a, h->a.ready == 1);
    begin(&h->a, 7);
    struct redis_commit first = race(7, 5, "one", "{\"r\":5}"),
                        late = race(7, 4, "one", "{\"r\":4}");
    assert_true(redis_publish(h->a.redis, &first));
    assert_true(redis_publish(h->a.redis, &late));
    UNTIL(&h->a, h->a.ready == 2);
    assert_int_equal(h->a.acknowledged, 1);
    assert_int_equal(h->a.lost, 0);
    IS(h, "HGET " P ":snap:races one", "{\"r\":5}");
}

/* Larger than one call may be: it is shown at once all the same. */
static void test_a_large_snapshot(void **state)
{
    struct house *h = *state;
    enum { N = 3000 };
    static char text[2000], ids[N][24];
    static struct redis_commit all[N];
    open_house(h);
    listen_to(h, P ":*");
    start_side(h, &h->a, "A", "", "");
    UNTIL(&h->a, h->a.ready == 1);
    memset(text, 'v', sizeof text - 1);
    for (int i = 0; i < N; i++) {
        snprintf(ids[i], sizeof ids[i], "race-%d", i);
        all[i] = race(7, i + 1, ids[i], text);
    }
    assert_true(redis_begin(h->a.redis, 7, all, N));
    struct redis_commit next = totals(7, N + 1, "{}");
    assert_true(redis_publish(h->a.redis, &next));
    UNTIL(&h->a, h->a.acknowledged == 1);
    hear(h);
    IS(h, "HLEN " P ":snap:races", "3000");
    IS(h, "HGET " P ":snap:meta seq", "3001");
    IS(h, "XLEN " P ":log", "3001");
}

static void test_the_older_owner_is_fenced(void **state)
{
    struct house *h = *state;
    open_house(h);
    start_side(h, &h->a, "A", "", "");
    UNTIL(&h->a, h->a.ready == 1);
    begin(&h->a, 7);
    struct redis_commit m = totals(7, 4, "{\"by\":\"A\"}");
    assert_true(redis_publish(h->a.redis, &m));
    UNTIL(&h->a, h->a.acknowledged == 1);
    start_side(h, &h->b, "B", "", "");
    UNTIL(&h->b, h->b.ready == 1);
    assert_int_equal(h->b.there, 7);
    begin(&h->b, 8);
    struct redis_commit of_b = totals(8, 4, "{\"by\":\"B\"}");
    assert_true(redis_publish(h->b.redis, &of_b));
    UNTIL(&h->b, h->b.acknowledged == 1);
    m.seq = 5;
    assert_true(redis_publish(h->a.redis, &m));
    UNTIL(&h->a, h->a.fenced == 1);
    assert_int_equal(h->a.fenced_by, 8);
    assert_false(redis_publish(h->a.redis, &m));
    assert_false(redis_connected(h->a.redis));
    IS(h, "GET " P ":snap:totals", "{\"by\":\"B\"}");
    IS(h, "HMGET " P ":snap:meta epoch owner", "8 B ");
}

/* One that lost its connection and finds a younger owner does not take the place back. */
static void test_fenced_while_away(void **state)
{
    struct house *h = *state;
    open_house(h);
    start_side(h, &h->a, "A", "", "");
    UNTIL(&h->a, h->a.ready == 1);
    begin(&h->a, 7);
    ask(h, "HSET " P ":snap:meta epoch 9 owner B");
    ask(h, "CLIENT KILL TYPE normal SKIPME yes");
    UNTIL(&h->a, h->a.fenced == 1);
    assert_int_equal(h->a.ready, 1);
    assert_int_equal(h->a.fenced_by, 9);
}

static void test_the_same_epoch_is_not_shared(void **state)
{
    struct house *h = *state;
    open_house(h);
    start_side(h, &h->a, "A", "", "");
    start_side(h, &h->b, "B", "", "");
    UNTIL(&h->a, h->a.ready == 1);
    UNTIL(&h->b, h->b.ready == 1);
    begin(&h->a, 7);
    struct redis_commit m = totals(7, 4, "{}");
    assert_true(redis_publish(h->a.redis, &m));
    UNTIL(&h->a, h->a.acknowledged == 1);
    begin(&h->b, 7);
    UNTIL(&h->b, h->b.fenced == 1);
    IS(h, "HGET " P ":snap:meta owner", "A");
}

static void begin_again(struct house *h, int ready, int64_t epoch)
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

static void test_emptied(void **state)
{
    struct house *h = *state;
    open_house(h);
    start_side(h, &h->a, "A", "", "");
    begin_again(h, 1, 7);
    ask(h, "FLUSHALL");
    struct redis_commit m = totals(7, 5, "{}"), event = call(7, 6, "c6", 1);
    assert_true(redis_publish(h->a.redis, &m));
    assert_true(redis_publish(h->a.redis, &event));
    UNTIL(&h->a, h->a.ready == 2);
    assert_int_equal(h->a.there, 0);
    assert_string_equal(h->a.ids, ""); /* the call was not taken: it comes again */
    IS(h, "DBSIZE", "0");              /* nothing but a snapshot may be the first */
    begin_again(h, 2, 8);
    assert_int_equal(h->a.lost, 0);
    /* meta alone gone: the log's ids must still rise */
    ask(h, "DEL " P ":snap:meta");
    assert_true(redis_heartbeat(h->a.redis, 8, SLICE("{}")));
    UNTIL(&h->a, h->a.ready == 3);
    assert_int_equal(h->a.there, 8);
    begin_again(h, 3, 9);
}

/* Behind the snapshot, and of its numbers: a reader of it has what they say. */
static void test_calls_never_acknowledged_go_with_the_snapshot(void **state)
{
    struct house *h = *state;
    struct redis_commit all[] = {totals(7, 1, "{\"t\":1}"), call(7, 2, "c8", -1),
                                 call(7, 3, "r8", -1)};
    for (size_t i = 1; i < 3; i++)
        all[i].snap = all[i].field = all[i].snap_value = all[i].winner = (struct slice){0};
    open_house(h);
    listen_to(h, P ":*");
    start_side(h, &h->a, "A", "", "");
    UNTIL(&h->a, h->a.ready == 1);
    assert_true(redis_begin(h->a.redis, 7, all, 3));
    struct redis_commit early = totals(7, 3, "{\"t\":3}");
    assert_true(
        redis_publish(h->a.redis, &early)); /* with it `begin` is tried: 3 was taken by it */
    UNTIL(&h->a, h->a.ready == 2);
    assert_string_equal(h->a.ids, "c8 r8 ");
    assert_string_equal(hear(h), "totals {\"t\":1}");
    assert_string_equal(hear(h), "calls:GA {\"call\":1}");
    assert_string_equal(hear(h), "calls:GA {\"call\":1}");
    IS(h, "HGET " P ":snap:meta seq", "3");
    IS(h, "EXISTS " P ":snap:calls", "0");
}

/* Nothing is written meanwhile: the probe finds it, not the next message. */
static void test_emptied_in_silence(void **state)
{
    struct house *h = *state;
    open_house(h);
    start_side(h, &h->a, "A", "", "");
    begin_again(h, 1, 7);
    ask(h, "FLUSHALL");
    int64_t from = timer_now_us();
    UNTIL(&h->a, h->a.ready == 2);
    print_message("noticed after %lld ms\n", (long long)((timer_now_us() - from) / 1000));
    assert_int_equal(h->a.there, 0);
    begin_again(h, 2, 8);
    assert_int_equal(h->a.lost, 0);
}

static void test_script_flushed(void **state)
{
    struct house *h = *state;
    open_house(h);
    start_side(h, &h->a, "A", "", "");
    begin_again(h, 1, 7);
    ask(h, "SCRIPT FLUSH");
    struct redis_commit m = totals(7, 5, "{}");
    assert_true(redis_publish(h->a.redis, &m));
    begin_again(h, 2, 8);
    assert_int_equal(h->a.lost, 0);
}

static void test_killed_and_started_empty(void **state)
{
    struct house *h = *state;
    open_house(h);
    start_side(h, &h->a, "A", "", "");
    begin_again(h, 1, 7);
    stop_server(h);
    UNTIL(&h->a, h->a.lost == 1);
    struct redis_commit m = totals(7, 5, "{}");
    assert_false(redis_publish(h->a.redis, &m));
    UNTIL(&h->a, h->a.lost == 2 && strstr(h->a.why, "cannot connect"));
    for (int i = 0; i < 60; i++)
        turn(&h->a); /* it is tried again and again, and told once */
    assert_int_equal(h->a.lost, 2);
    open_house(h);
    begin_again(h, 2, 8);
}

static void test_wrong_password(void **state)
{
    static const char *const locked[] = {"--requirepass", "open sesame", NULL};
    struct house *h = *state;
    redis_server_start(&h->at, locked);
    h->eye = redis_server_look(&h->at, "default", "open sesame");
    start_side(h, &h->a, "A", "", "wrong");
    UNTIL(&h->a, h->a.lost == 1);
    assert_non_null(strstr(h->a.why, "WRONGPASS"));
    assert_non_null(strstr(h->a.why, "password-credential"));
    assert_null(strstr(h->a.why, "wrong"));
    end_side(&h->a);
    start_side(h, &h->a, "A", "", "");
    UNTIL(&h->a, h->a.lost == 1);
    assert_non_null(strstr(h->a.why, "NOAUTH"));
    end_side(&h->a);
    start_side(h, &h->a, "A", "default", "open sesame");
    begin_again(h, 1, 7);
}

/* The shipped rules are enough for the publisher, and no more than that. */
static void test_the_shipped_acl(void **state)
{
    struct house *h = *state;
    char *path = realpath("config/redis/users.acl", NULL);
    const char *with_file[] = {"--aclfile", path, NULL};
    assert_non_null(path); /* tests run at the top of the tree */
    redis_server_start(&h->at, with_file);
    free(path);
    h->eye = redis_server_look(&h->at, "default", "change-me-admin");
    start_side(h, &h->a, "A", "tally-publisher", "change-me-publisher");
    begin_again(h, 1, 7);
    assert_true(redis_heartbeat(h->a.redis, 7, SLICE("{}")));
    redisContext *reader = redis_server_look(&h->at, "tally-subscriber", "change-me-subscriber");
    static const struct {
        const char *command;
        bool allowed;
    } cases[] = {
        {"GET " P ":snap:totals", true},     {"HGETALL " P ":snap:races", true},
        {"XRANGE " P ":log - +", true},      {"EXISTS " P ":alive", true},
        {"ZRANGE " P ":winners 0 -1", true}, {"SET " P ":snap:totals 0", false},
        {"PUBLISH " P ":totals 0", false},   {"FLUSHALL", false},
        {"GET " P ":stage:totals:A", false}, {"PSUBSCRIBE *", false},
        {"SUBSCRIBE " P ":totals", true},    {"SUBSCRIBE " P ":calls:GA", true},
        {"PSUBSCRIBE " P ":*", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        redisReply *r = redisCommand(reader, cases[i].command);
        assert_non_null(r);
        if ((r->type != REDIS_REPLY_ERROR) != cases[i].allowed)
            fail_msg("%s: %s", cases[i].command, r->str ? r->str : "allowed");
        freeReplyObject(r);
    }
    redisFree(reader);
}

static void test_a_forbidden_channel(void **state)
{
    struct house *h = *state;
    open_house(h);
    ask(h, "ACL SETUSER half on >pw ~" P ":* +@all resetchannels &" P ":totals &" P ":race:GA:x "
           "&" P ":calls:*");
    start_side(h, &h->a, "A", "half", "pw");
    UNTIL(&h->a, h->a.ready == 1);
    begin(&h->a, 7);
    struct redis_commit m = totals(7, 4, "{}");
    m.channel = SLICE("totals:state:GA");
    m.snap = SLICE("states");
    m.field = SLICE("GA");
    assert_true(redis_publish(h->a.redis, &m));
    UNTIL(&h->a, h->a.lost == 1);
    assert_non_null(strstr(h->a.why, "may not publish on " P ":totals:state:GA"));
    IS(h, "HLEN " P ":snap:states", "0"); /* it was seen before the first write */
}

/* Half of it could not be put together: what was shown stays. */
static void test_a_snapshot_in_part_is_not_shown(void **state)
{
    struct house *h = *state;
    enum { N = 1200 };
    static char ids[N][24];
    static struct redis_commit all[N];
    open_house(h);
    for (int i = 0; i < N; i++) {
        snprintf(ids[i], sizeof ids[i], "race-%d", i);
        all[i] = race(8, i + 1, ids[i], "{}");
    }
    ask(h, "ACL SETUSER half on >pw ~" P ":* +@all resetchannels &" P ":totals &" P ":race:GA:x "
           "&" P ":calls:*");
    start_side(h, &h->a, "A", "half", "pw");
    UNTIL(&h->a, h->a.ready == 1);
    begin(&h->a, 7);
    for (size_t wrong = 0; wrong < N; wrong += N - 1) { /* in the first part, and in the last */
        int lost = h->a.lost, ready = h->a.ready;
        all[wrong].channel = SLICE("race:GA:forbidden");
        assert_true(redis_begin(h->a.redis, 8, all, N));
        UNTIL(&h->a, h->a.lost > lost);
        assert_non_null(strstr(h->a.why, "race:GA:forbidden"));
        UNTIL(&h->a, h->a.ready > ready);
        all[wrong].channel = SLICE("race:GA:x");
        IS(h, "HGET " P ":snap:meta epoch", "7");
        IS(h, "GET " P ":snap:totals", "{\"t\":1}");
        IS(h, "HLEN " P ":snap:races", "1");
        IS(h, "XLEN " P ":log", "2");
    }
    assert_true(redis_begin(h->a.redis, 8, all, N));
    UNTIL(&h->a, strcmp(ask(h, "HLEN " P ":snap:races"), "1200") == 0);
    ask(h, "CONFIG SET maxmemory 1"); /* what begins with deleting is let through, the rest not */
    int lost = h->a.lost;
    all[0].epoch = 9;
    assert_true(redis_begin(h->a.redis, 9, all, N));
    UNTIL(&h->a, h->a.lost > lost);
    IS(h, "HGET " P ":snap:meta epoch", "8");
    IS(h, "HLEN " P ":snap:races", "1200");
}

/* Redis stands still: what waits for it stays below the cap, then the connection is given up. */
static void test_stopped(void **state)
{
    struct house *h = *state;
    static char text[4000];
    size_t taken = 0;
    open_house(h);
    h->a.command_ms = 400;
    start_side(h, &h->a, "A", "", "");
    begin_again(h, 1, 7);
    memset(text, 'x', sizeof text - 1);
    kill(h->at.pid, SIGSTOP);
    int64_t memory = (int64_t)mallinfo2().uordblks + (int64_t)mallinfo2().hblkhd;
    for (int i = 0; i < 20000; i++) {
        struct redis_commit m = totals(7, 5 + i, text);
        taken += redis_publish(h->a.redis, &m);
        if (i % 500 == 0)
            turn(&h->a);
    }
    memory = (int64_t)mallinfo2().uordblks + (int64_t)mallinfo2().hblkhd - memory;
    assert_true(taken > 100 && taken <= 1000);
    assert_true(memory < INT64_C(40) << 20); /* 20,000 of them are 160 MB */
    UNTIL(&h->a, h->a.lost == 1);
    assert_non_null(strstr(h->a.why, "no answer for 400 ms"));
    kill(h->at.pid, SIGCONT);
    begin_again(h, 2, 8);
}

/* As it is when Redis is slow for a moment: no connection is lost, the snapshot tells what was
 * dropped. */
static void test_too_much_at_once(void **state)
{
    struct house *h = *state;
    open_house(h);
    start_side(h, &h->a, "A", "", "");
    begin_again(h, 1, 7);
    size_t taken = 0;
    for (int i = 0; i < 1500; i++) {
        struct redis_commit m = totals(7, 5 + i, "{}");
        taken += redis_publish(h->a.redis, &m);
    }
    assert_int_equal(taken, 1000);
    UNTIL(&h->a, h->a.ready == 2);
    assert_int_equal(h->a.acknowledged, 1 + 1000);
    assert_int_equal(h->a.there, 7);
    begin_again(h, 2, 8);
    assert_int_equal(h->a.lost, 0);
}

static void test_addresses(void **state)
{
    static const struct {
        const char *url, *word;
    } cases[] = {{"rediss://redis.example.org/0", "without TLS"},
                 {"redis://", "not redis://"},
                 {"redis://h:99999", "not redis://"},
                 {"redis://h/x", "not redis://"},
                 {"http://h", "not redis://"},
                 {"redis://[::1", "not redis://"},
                 {"redis://[::1]:7/3", NULL},
                 {"redis://localhost", NULL}};
    struct event_base *base = loop_new();
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct redis_settings set = {.url = slice_of(cases[i].url), .prefix = SLICE(P)};
        struct redis_calls calls = {on_ready, on_acknowledged, on_fenced, on_lost, NULL};
        struct redis *r = NULL;
        struct err e = {0};
        bool ok = redis_new(base, &set, &calls, &r, &e);
        bool tls = slice_starts(set.url, SLICE("rediss://")) && redis_tls_exists(&e);
        assert_int_equal(ok, tls || cases[i].word == NULL);
        if (!ok && (e.kind != ERR_CONFIG || !strstr(e.text, cases[i].word)))
            fail_msg("%s: %s", cases[i].url, e.text);
        redis_free(r);
    }
    loop_free(base);
}

/* By name and port, with a database: the name is looked up without blocking. */
static void test_by_name(void **state)
{
    struct house *h = *state;
    struct side *s = &h->a;
    char url[64], port[16];
    struct err e = {0};
    open_house(h);
    /* a free port: Redis is asked to take one, until one is free */
    int number = 20000 + (int)(getpid() % 20000);
    for (int i = 0; i < 50; i++) {
        snprintf(port, sizeof port, "%d", ++number);
        redisReply *r = redisCommand(h->eye, "CONFIG SET port %s", port);
        bool ok = r->type == REDIS_REPLY_STATUS;
        freeReplyObject(r);
        if (ok)
            break;
    }
    snprintf(url, sizeof url, "redis://localhost:%s/3", port);
    struct redis_settings set = {.url = slice_of(url), .prefix = SLICE(P), .owner = SLICE("A")};
    struct redis_calls calls = {on_ready, on_acknowledged, on_fenced, on_lost, s};
    *s = (struct side){.base = loop_new()};
    assert_true(redis_new(s->base, &set, &calls, &s->redis, &e));
    UNTIL(s, s->ready == 1);
    ask(h, "SELECT 3");
    begin(s, 7);
    struct redis_commit m = totals(7, 4, "{}");
    assert_true(redis_publish(s->redis, &m));
    UNTIL(s, s->acknowledged == 1);
    IS(h, "HGET " P ":snap:meta owner", "A");
}

static int set_up(void **state)
{
    struct house *h = calloc(1, sizeof *h);
    *state = redis_server_new(&h->at) ? h : NULL;
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    struct house *h = *state;
    end_side(&h->a);
    end_side(&h->b);
    stop_server(h);
    redis_server_done(&h->at);
    free(h);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define HOUSE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
        HOUSE(test_order_and_keys),
        HOUSE(test_a_snapshot_clears_what_is_gone),
        HOUSE(test_the_desk_s_stream_is_replaced_whole_and_follows_in_order),
        HOUSE(test_a_large_desk_s_stream_is_staged_in_pieces),
        HOUSE(test_who_has_taken_the_next_epoch_fences),
        HOUSE(test_who_was_on_air_and_finds_the_next_epoch_taken_is_fenced),
        HOUSE(test_an_old_number_is_refused),
        HOUSE(test_a_large_snapshot),
        HOUSE(test_the_older_owner_is_fenced),
        HOUSE(test_fenced_while_away),
        HOUSE(test_the_same_epoch_is_not_shared),
        HOUSE(test_calls_never_acknowledged_go_with_the_snapshot),
        HOUSE(test_emptied),
        HOUSE(test_emptied_in_silence),
        HOUSE(test_script_flushed),
        HOUSE(test_killed_and_started_empty),
        HOUSE(test_wrong_password),
        HOUSE(test_the_shipped_acl),
        HOUSE(test_a_forbidden_channel),
        HOUSE(test_too_much_at_once),
        HOUSE(test_a_snapshot_in_part_is_not_shown),
        HOUSE(test_stopped),
        HOUSE(test_addresses),
        HOUSE(test_by_name),
    };
    signal(SIGPIPE, SIG_IGN);
    log_start(LOG_LEVEL_ERROR - 1, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
