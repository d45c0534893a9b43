/* SPDX-License-Identifier: ISC */
/* The lease, the epoch and the desk's stream as two daemons see them, against a real redis-server.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <event2/event.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/edge/partner.h"
#include "daemon/edge/timer.h"
#include "tests/unit/redis_server.h"

#define PATIENCE_US INT64_C(30000000)
#define P "tally:v1"

struct side {
    struct partner *partner;
    int looks, raised, refused, renewed, fenced, ends, lost, forbidden, unsaid, said;
    char lease[200], owner[200], why[200], kept[200], entries[2000];
    int64_t epoch, desk;
    bool live;
};

struct house {
    struct redis_server at;
    redisContext *eye;
    struct event_base *base;
    struct side a, b;
};

static void copy(char *to, size_t size, struct slice s)
{
    snprintf(to, size, "%.*s", (int)s.len, s.len ? s.ptr : "");
}

static void on_looked(const struct partner_look *look, void *ctx)
{
    struct side *s = ctx;
    s->looks++;
    s->epoch = look->epoch;
    s->desk = look->desk;
    s->live = look->live;
    copy(s->lease, sizeof s->lease, look->lease);
    copy(s->owner, sizeof s->owner, look->owner);
}

static void on_lost(const char *why, void *ctx)
{
    struct side *s = ctx;
    s->lost++;
    snprintf(s->why, sizeof s->why, "%s", why);
}

static void on_entry(int64_t epoch, int64_t number, const struct slice *texts, size_t count,
                     void *ctx)
{
    struct side *s = ctx;
    size_t at = strlen(s->entries);
    at += (size_t)snprintf(s->entries + at, sizeof s->entries - at, "%lld-%lld", (long long)epoch,
                           (long long)number);
    for (size_t i = 0; i < count; i++)
        at +=
            (size_t)snprintf(s->entries + at, sizeof s->entries - at, " %.*s", SLICE_FMT(texts[i]));
    snprintf(s->entries + at, sizeof s->entries - at, "; ");
}

static void on_read(bool end, void *ctx)
{
    struct side *s = ctx;
    s->ends += end;
}

static void on_forbidden(bool reading, const char *why, void *ctx)
{
    struct side *s = ctx;
    s->forbidden += reading;
    s->unsaid += !reading && why[0];
    s->said += !reading && !why[0];
}

static void on_raised(bool taken, struct slice why, void *ctx)
{
    struct side *s = ctx;
    s->raised += taken;
    s->refused += !taken;
    copy(s->why, sizeof s->why, why);
}

static void on_renewed(bool fenced, struct slice kept, void *ctx)
{
    struct side *s = ctx;
    s->renewed += !fenced;
    s->fenced += fenced;
    copy(s->kept, sizeof s->kept, kept);
}

static void start_side(struct house *h, struct side *s, const char *owner)
{
    char url[128];
    struct err e = {0};
    snprintf(url, sizeof url, "unix://%s", h->at.socket);
    struct redis_settings set = {
        .url = slice_of(url), .prefix = SLICE(P), .owner = slice_of(owner)};
    struct partner_calls calls = {on_looked,    on_lost,   on_entry,   on_read,
                                  on_forbidden, on_raised, on_renewed, s};
    if (!partner_new(h->base, &set, &calls, &s->partner, &e))
        fail_msg("%s", e.text);
}

static int set_up(void **state)
{
    struct house *h = calloc(1, sizeof *h);
    if (!redis_server_new(&h->at))
        return -1;
    redis_server_start(&h->at, NULL);
    h->eye = redis_server_look(&h->at, NULL, NULL);
    h->base = loop_new();
    start_side(h, &h->a, "east-1111-7.a");
    start_side(h, &h->b, "west-2222-8.b");
    *state = h;
    return 0;
}

static int tear_down(void **state)
{
    struct house *h = *state;
    partner_free(h->a.partner);
    partner_free(h->b.partner);
    loop_free(h->base);
    redisFree(h->eye);
    redis_server_done(&h->at);
    free(h);
    return 0;
}

static void turn(struct house *h)
{
    struct timeval tv = {0, 5000};
    event_base_loopexit(h->base, &tv);
    event_base_dispatch(h->base);
}

#define UNTIL(h, condition)                                                                        \
    do {                                                                                           \
        int64_t end_us = timer_now_us() + PATIENCE_US;                                             \
        while (!(condition) && timer_now_us() < end_us)                                            \
            turn(h);                                                                               \
        if (!(condition))                                                                          \
            fail_msg("never: %s", #condition);                                                     \
    } while (0)

static void is(struct house *h, const char *command, const char *wanted)
{
    char got[300] = "";
    redisReply *r = redisCommand(h->eye, command);
    assert_non_null(r);
    for (size_t i = 0; i < r->elements; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s ",
                 r->element[i]->str ? r->element[i]->str : "-");
    if (r->elements == 0 && r->str)
        snprintf(got, sizeof got, "%s", r->str);
    if (r->type == REDIS_REPLY_INTEGER)
        snprintf(got, sizeof got, "%lld", r->integer);
    freeReplyObject(r);
    if (wanted)
        assert_string_equal(got, wanted);
}

#define META "HMGET " P ":snap:meta epoch owner next next_owner"

static void both_look(struct house *h)
{
    UNTIL(h, h->a.looks > 0 && h->b.looks > 0);
}

static void test_one_takes_the_epoch_and_the_lease_with_it(void **state)
{
    struct house *h = *state;
    both_look(h);
    assert_string_equal(h->b.lease, "");
    assert_true(partner_raise(h->a.partner, 7, false));
    UNTIL(h, h->a.raised == 1);
    is(h, META, "- - 7 east-1111-7.a ");
    UNTIL(h, strcmp(h->b.lease, "east-1111-7.a") == 0 && h->b.epoch == 7);
    assert_true(partner_raise(h->b.partner, 8, false));
    UNTIL(h, h->b.refused == 1);
    assert_string_equal(h->b.why, "HELD east-1111-7.a");
    assert_true(partner_raise(h->b.partner, 7, true));
    UNTIL(h, h->b.refused == 2);
    assert_string_equal(h->b.why, "OLD 7");
    is(h, META, "- - 7 east-1111-7.a ");
    assert_true(partner_raise(h->b.partner, 8, true));
    UNTIL(h, h->b.raised == 1);
    is(h, META, "- - 8 west-2222-8.b ");
    is(h, "GET " P ":lease", "west-2222-8.b");
    assert_true(partner_renew(h->a.partner, 7));
    UNTIL(h, h->a.fenced == 1);
    is(h, "GET " P ":lease", "west-2222-8.b");
}

/* The first by name takes the even epochs, the second the odd ones, above any that is known. */
static void test_two_that_know_each_other_never_take_the_same_epoch(void **state)
{
    const struct slice east = SLICE("east-1111-"), west = SLICE("west-2222-"), nobody = SLICE("");
    (void)state;
    for (int64_t known = 0; known < 20; known++) {
        int64_t a = partner_epoch(known, east, west), b = partner_epoch(known, west, east);
        assert_true(a % 2 == 0 && a > known && a <= known + 2);
        assert_true(b % 2 == 1 && b > known && b <= known + 2);
        assert_int_equal(partner_epoch(known, east, nobody), known + 1);
    }
}

static void test_the_lease_ends_by_itself_and_is_renewed(void **state)
{
    struct house *h = *state;
    both_look(h);
    partner_raise(h->a.partner, 7, false);
    UNTIL(h, h->a.raised == 1);
    is(h, "PEXPIRE " P ":lease 1500", "1");
    UNTIL(h, h->b.lease[0] != '\0');
    UNTIL(h, h->b.lease[0] == '\0');
    partner_renew(h->a.partner, 7);
    UNTIL(h, h->a.renewed == 1);
    is(h, "GET " P ":lease", "east-1111-7.a");
    UNTIL(h, h->b.lease[0] != '\0');
    is(h, "PEXPIRE " P ":lease 1", "1");
    UNTIL(h, h->b.lease[0] == '\0');
    assert_true(partner_raise(h->b.partner, 9, false)); /* nobody's: no force is needed */
    UNTIL(h, h->b.raised == 1);
    is(h, "DEL " P ":snap:meta", NULL); /* as after it was emptied: the lease alone tells */
    partner_renew(h->a.partner, 7);
    UNTIL(h, h->a.fenced == 1);
}

static void test_another_process_of_the_same_directory_is_the_same_daemon(void **state)
{
    struct house *h = *state;
    both_look(h);
    is(h, "SET " P ":lease east-1111-6.z PX 8000", NULL);
    assert_true(partner_raise(h->a.partner, 7, false));
    UNTIL(h, h->a.raised == 1);
    is(h, "GET " P ":lease", "east-1111-7.a");
    is(h, "SET " P ":lease east-11112-6.z PX 8000", NULL); /* not the same, though it begins so */
    assert_true(partner_raise(h->a.partner, 9, false));
    UNTIL(h, h->a.refused == 1);
}

static void test_an_epoch_begun_by_another_fences(void **state)
{
    struct house *h = *state;
    both_look(h);
    partner_raise(h->a.partner, 7, false);
    UNTIL(h, h->a.raised == 1);
    is(h, "HSET " P ":snap:meta epoch 9 owner west-2222-8.b", NULL);
    partner_renew(h->a.partner, 7);
    UNTIL(h, h->a.fenced == 1);
    partner_renew(h->a.partner, 9);
    UNTIL(h, h->a.renewed == 1); /* not newer than its own: the scripts of redis.c judge that */
}

/* Run until it has looked twice more: what was put there before is in the second. */
static void look_again(struct house *h)
{
    int looks = h->a.looks;
    UNTIL(h, h->a.looks >= looks + 2);
}

/* Else it may be of a dump. */
static void test_what_is_there_is_live_when_something_is_published(void **state)
{
    static const char *const published[] = {"HSET " P ":snap:meta seq 6",
                                            "HSET " P ":snap:meta epoch 9"};
    struct house *h = *state;
    is(h, "HSET " P ":snap:meta epoch 7 owner west-2222-8.b seq 5", NULL);
    look_again(h);
    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        int lost = h->a.lost;
        is(h, "CLIENT KILL TYPE normal SKIPME yes", NULL);
        UNTIL(h, h->a.lost > lost);
        look_again(h);
        assert_false(h->a.live);
        is(h, published[i], NULL);
        look_again(h);
        assert_true(h->a.live);
    }
}

static void test_what_the_standby_kept_is_told(void **state)
{
    struct house *h = *state;
    both_look(h);
    partner_raise(h->a.partner, 7, false);
    assert_true(partner_keep(h->b.partner, 7, 12));
    partner_renew(h->a.partner, 7);
    UNTIL(h, h->a.renewed == 1 && h->a.raised == 1);
    if (h->a.kept[0] == '\0') { /* it was quicker than the other connection */
        partner_renew(h->a.partner, 7);
        UNTIL(h, h->a.renewed == 2);
    }
    assert_string_equal(h->a.kept, "7-12 west-2222-");
    assert_true(partner_keep(h->a.partner, 7, 99)); /* another standby is passed over */
    partner_renew(h->a.partner, 7);
    int before = h->a.renewed;
    UNTIL(h, h->a.renewed > before);
    assert_string_equal(h->a.kept, "7-12 west-2222-");
    partner_raise(h->b.partner, 8, true); /* it is no standby any more */
    UNTIL(h, h->b.raised == 1);
    is(h, "EXISTS " P ":kept", "0");
}

static void test_the_stream_is_read_from_any_place_and_to_its_end(void **state)
{
    struct house *h = *state;
    is(h, "XADD " P ":desk 7-1 begin 2", NULL);
    is(h, "XADD " P ":desk 7-2 claim 1 by ap", NULL);
    both_look(h);
    assert_string_equal(h->a.entries, "");
    partner_follow(h->a.partner, 0, 0);
    partner_follow(h->b.partner, 7, 1);
    UNTIL(h, h->a.ends > 0 && h->b.ends > 0);
    assert_string_equal(h->a.entries, "7-1 begin 2; 7-2 claim 1 by ap; ");
    assert_string_equal(h->b.entries, "7-2 claim 1 by ap; ");
    h->a.entries[0] = '\0';
    is(h, "XADD " P ":desk 7-3 told c1", NULL);
    UNTIL(h, h->a.entries[0]);
    assert_string_equal(h->a.entries, "7-3 told c1; ");
    h->a.entries[0] = h->b.entries[0] = '\0';
    partner_rest(h->b.partner);
    is(h, "FLUSHALL", NULL);
    is(h, "XADD " P ":desk 8-1 begin 1", NULL); /* another epoch's, whole */
    UNTIL(h, h->a.entries[0]);
    assert_string_equal(h->a.entries, "8-1 begin 1; ");
    h->a.entries[0] = '\0';
    partner_follow(h->a.partner, 0, 0);
    UNTIL(h, h->a.entries[0]);
    assert_string_equal(h->a.entries, "8-1 begin 1; ");
    assert_string_equal(h->b.entries, "");
}

/* A start has to read it to its end: it does not wait there for one entry more. */
static void test_the_end_of_the_stream_is_told_at_once(void **state)
{
    enum { TRIES = 4, LIMIT_US = 60000 }; /* of what is to wait 100 ms and more otherwise */
    struct house *h = *state;
    int64_t least = PATIENCE_US;
    is(h, "XADD " P ":desk 7-1 begin 2", NULL);
    both_look(h);
    for (int i = 0; i < TRIES && least >= LIMIT_US; i++) {
        int ends = h->a.ends, looks = h->a.looks;
        partner_follow(h->a.partner, 0, 0);
        int64_t from = timer_now_us();
        UNTIL(h, h->a.ends > ends);
        int64_t took = timer_now_us() - from;
        least = took < least ? took : least;
        partner_rest(h->a.partner);
        UNTIL(h, h->a.looks > looks + 2); /* nothing is being read any more */
    }
    assert_true(least < LIMIT_US);
}

static void test_it_comes_back_after_a_loss(void **state)
{
    struct house *h = *state;
    both_look(h);
    partner_follow(h->a.partner, 0, 0);
    UNTIL(h, h->a.ends > 0);
    redisFree(h->eye);
    redis_server_stop(&h->at);
    UNTIL(h, h->a.lost > 0 && h->b.lost > 0);
    assert_false(partner_raise(h->a.partner, 9, true));
    redis_server_start(&h->at, NULL);
    h->eye = redis_server_look(&h->at, NULL, NULL);
    int looks = h->b.looks;
    is(h, "XADD " P ":desk 9-1 begin 1", NULL);
    UNTIL(h, h->a.entries[0] && h->b.looks > looks);
    assert_string_equal(h->a.entries, "9-1 begin 1; ");
}

static void test_a_full_redis_keeps_the_lease_the_epoch_and_what_is_kept(void **state)
{
    struct house *h = *state;
    both_look(h);
    is(h, "CONFIG SET maxmemory 1", "OK");
    assert_true(partner_raise(h->a.partner, 7, false));
    UNTIL(h, h->a.raised == 1);
    assert_true(partner_keep(h->b.partner, 7, 12));
    is(h, "PEXPIRE " P ":lease 100", "1");
    partner_renew(h->a.partner, 7);
    UNTIL(h, h->a.renewed == 1);
    UNTIL(h, strcmp(h->b.lease, "east-1111-7.a") == 0);
    for (int n = 2; strcmp(h->a.kept, "7-12 west-2222-") != 0; n++) {
        partner_renew(h->a.partner, 7);
        UNTIL(h, h->a.renewed == n);
    }
    assert_true(partner_raise(h->b.partner, 8, true));
    UNTIL(h, h->b.raised == 1);
    is(h, META, "- - 8 west-2222-8.b ");
    assert_true(h->a.lost + h->b.lost == 0);
}

/* Looks go on: who may not read the stream still sees the lease. */
static void test_a_stream_that_may_not_be_read_is_said_and_tried_again(void **state)
{
    struct house *h = *state;
    both_look(h);
    is(h, "ACL SETUSER default -xread", "OK");
    partner_follow(h->a.partner, 0, 0);
    UNTIL(h, h->a.forbidden > 2);
    int looks = h->a.looks;
    UNTIL(h, h->a.looks > looks + 2);
    assert_true(h->a.lost == 0 && h->a.ends == 0);
    is(h, "ACL SETUSER default +xread", "OK");
    UNTIL(h, h->a.ends > 0);
}

/* By a replica: the standby was without a connection every few seconds. But it does not stay there
 * for ever: another may be the master by now, under the same name. */
static void test_what_is_kept_and_refused_costs_no_connection(void **state)
{
    struct house *h = *state;
    both_look(h);
    is(h, "REPLICAOF 127.0.0.1 1", "OK");
    for (int n = 1; n <= 9; n++) {
        assert_true(partner_keep(h->b.partner, 7, n));
        UNTIL(h, h->b.unsaid == n);
    }
    is(h, "REPLICAOF NO ONE", "OK");
    assert_true(partner_keep(h->b.partner, 7, 10));
    UNTIL(h, h->b.said == 1);
    assert_int_equal(h->b.lost, 0);
    is(h, "REPLICAOF 127.0.0.1 1", "OK");
    for (int n = 10; n <= 19; n++) {
        assert_int_equal(h->b.lost, 0);
        assert_true(partner_keep(h->b.partner, 7, n));
        UNTIL(h, h->b.unsaid == n);
    }
    UNTIL(h, h->b.lost == 1);
    assert_non_null(strstr(h->b.why, "READONLY"));
}

static void test_how_far_the_stream_went_is_seen_without_it(void **state)
{
    struct house *h = *state;
    both_look(h);
    assert_int_equal(h->b.desk, 0);
    is(h, "HSET " P ":snap:meta epoch 7 owner east-1111-7.a desk 12", NULL);
    UNTIL(h, h->b.desk == 12);
    is(h, "HSET " P ":snap:meta desk many", NULL);
    UNTIL(h, h->b.desk == 0);
}

/* "WRONGTYPE Operation against a key" was all that was said, not against which. */
static void test_a_key_of_another_kind_is_named(void **state)
{
    struct house *h = *state;
    static const char *const keys[] = {"lease", "kept"};
    both_look(h);
    for (int i = 0; i < 2; i++) {
        char make[100], named[100];
        snprintf(make, sizeof make, "HSET " P ":%s a b", keys[i]);
        snprintf(named, sizeof named, "wrong kind of value: " P ":%s; another program", keys[i]);
        is(h, make, "1");
        UNTIL(h, strstr(h->a.why, named));
        snprintf(make, sizeof make, "DEL " P ":%s", keys[i]);
        is(h, make, "1");
    }
}

/* As on a replica. */
static void test_a_refused_epoch_is_a_loss(void **state)
{
    struct house *h = *state;
    both_look(h);
    is(h, "REPLICAOF 127.0.0.1 1", "OK");
    assert_true(partner_raise(h->a.partner, 7, false));
    UNTIL(h, h->a.lost > 0);
    assert_non_null(strstr(h->a.why, "READONLY"));
    assert_int_equal(h->a.raised + h->a.refused, 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_one_takes_the_epoch_and_the_lease_with_it),
        cmocka_unit_test(test_two_that_know_each_other_never_take_the_same_epoch),
        T(test_the_lease_ends_by_itself_and_is_renewed),
        T(test_another_process_of_the_same_directory_is_the_same_daemon),
        T(test_an_epoch_begun_by_another_fences),
        T(test_what_is_there_is_live_when_something_is_published),
        T(test_what_the_standby_kept_is_told),
        T(test_the_stream_is_read_from_any_place_and_to_its_end),
        T(test_the_end_of_the_stream_is_told_at_once),
        T(test_it_comes_back_after_a_loss),
        T(test_a_full_redis_keeps_the_lease_the_epoch_and_what_is_kept),
        T(test_a_stream_that_may_not_be_read_is_said_and_tried_again),
        T(test_what_is_kept_and_refused_costs_no_connection),
        T(test_how_far_the_stream_went_is_seen_without_it),
        T(test_a_key_of_another_kind_is_named),
        T(test_a_refused_epoch_is_a_loss),
    };
    log_start(LOG_LEVEL_ERROR - 1, 0);
    signal(SIGPIPE, SIG_IGN); /* as the daemon does: a Redis may go while it is written to */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
