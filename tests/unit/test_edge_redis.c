/* SPDX-License-Identifier: ISC */
/* Publishing against a real redis-server on a socket of its own: order, fence, emptied, killed,
 * stopped. */
#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/unit/redis_house.h"

/* ---- tests ---- */

static void test_order_and_keys(void **state)
{
    struct house *h = *state;
    open_house(h);
    listen_to(h, P ":*");
    ready_side(h, &h->a, "A");
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

static void test_a_snapshot_clears_what_is_gone(void **state)
{
    struct house *h = *state;
    open_on_air(h);
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

/* Nor does what an attempt before has left where it is put together, which no other does either. */
static void test_a_snapshot_begins_anew_in_a_place_of_its_own(void **state)
{
    struct house *h = *state;
    open_house(h);
    ready_side(h, &h->a, "A");
    ask(h, "HSET " P ":stage:races:A ghost {}");
    ask(h, "HSET " P ":stage:races:B other {}");
    begin(&h->a, 7);
    struct redis_commit next = totals(7, 4, "{}");
    assert_true(redis_publish(h->a.redis, &next));
    UNTIL(&h->a, h->a.acknowledged == 1);
    IS(h, "HKEYS " P ":snap:races", "one ");
    IS(h, "KEYS " P ":stage:*", P ":stage:races:B ");
}

/* A number that was, as from a connection thought dead, changes nothing. */
static void test_an_old_number_is_refused(void **state)
{
    struct house *h = *state;
    open_on_air(h);
    struct redis_commit first = race(7, 5, "one", "{\"r\":5}"),
                        late = race(7, 5, "one", "{\"r\":4}");
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
    ready_side(h, &h->a, "A");
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
    open_on_air(h);
    struct redis_commit m = totals(7, 4, "{\"by\":\"A\"}");
    assert_true(redis_publish(h->a.redis, &m));
    UNTIL(&h->a, h->a.acknowledged == 1);
    ready_side(h, &h->b, "B");
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
    open_on_air(h);
    ask(h, "HSET " P ":snap:meta epoch 9 owner B");
    ask(h, "CLIENT KILL TYPE normal SKIPME yes");
    UNTIL(&h->a, h->a.fenced == 1);
    assert_int_equal(h->a.ready, 1);
    assert_int_equal(h->a.fenced_by, 9);
}

/* What it took there by itself is not another's. */
static void test_one_that_was_away_is_not_fenced_by_its_own_next_epoch(void **state)
{
    struct house *h = *state;
    open_on_air(h);
    ask(h, "HSET " P ":snap:meta next 9 next_owner A");
    ask(h, "CLIENT KILL TYPE normal SKIPME yes");
    UNTIL(&h->a, h->a.ready == 2);
    assert_int_equal(h->a.there, 9);
    assert_int_equal(h->a.fenced, 0);
}

/* How often this command was run. */
static long count_of(struct house *h, const char *command)
{
    char name[64];
    redisReply *r = redisCommand(h->eye, "INFO commandstats");
    snprintf(name, sizeof name, "cmdstat_%s:calls=", command);
    assert_non_null(r);
    const char *at = strstr(r->str, name);
    long n = at ? strtol(at + strlen(name), NULL, 10) : 0;
    freeReplyObject(r);
    return n;
}

/* Redis does nothing else while it does one. */
static void test_no_call_has_more_than_some_bytes(void **state)
{
    struct house *h = *state;
    enum { N = 60, SIZE = 60000 }; /* few, and 3.6 MB of them to be staged and to be told */
    static char text[SIZE], ids[N][24];
    static struct redis_commit all[N];
    open_house(h);
    ready_side(h, &h->a, "A");
    memset(text, 'v', sizeof text - 1);
    for (int i = 0; i < N; i++) {
        snprintf(ids[i], sizeof ids[i], "race-%d", i);
        all[i] = race(7, i + 1, ids[i], text);
    }
    assert_true(redis_begin(h->a.redis, 7, all, N));
    struct redis_commit next = totals(7, N + 1, "{}");
    assert_true(redis_publish(h->a.redis, &next));
    UNTIL(&h->a, h->a.acknowledged == 1);
    assert_in_range(count_of(h, "evalsha"), 2 * 3 + 2, 2 * 5 + 2);
}

/* Each of many that were on their way says that Redis is empty: it was asked, and an epoch raised,
 * for the first. */
static void test_many_answers_to_one_loss_are_one_epoch(void **state)
{
    struct house *h = *state;
    enum { MANY = 4 };
    open_on_air(h);
    for (int i = 0; i < 1 + MANY; i++) {
        struct redis_commit m = totals(7, 4 + i, "{}");
        assert_true(redis_publish(h->a.redis, &m));
        UNTIL(&h->a, i > 0 || h->a.acknowledged == 1);
        if (i == 0)
            ask(h, "FLUSHALL");
    }
    UNTIL(&h->a, h->a.ready == 2);
    begin(&h->a, 8);
    struct redis_commit next = totals(8, 9, "{}");
    assert_true(redis_publish(h->a.redis, &next));
    UNTIL(&h->a, h->a.acknowledged == 2);
    assert_int_equal(h->a.ready, 2);
    assert_int_equal(h->a.lost, 0);
    assert_int_equal(count_of(h, "script|load"), 2); /* so often it has asked */
}

/* What always fails behind the snapshot is tried less and less often: each time is an epoch. */
static void test_a_snapshot_that_is_shown_and_not_told_is_not_tried_at_once(void **state)
{
    struct house *h = *state;
    open_house(h);
    ask(h, "ACL SETUSER half on >pw ~" P ":* &* +@all -xadd");
    int64_t from = timer_now_us();
    start_side(h, &h->a, "A", "half", "pw");
    for (int n = 1; n <= 6; n++) {
        UNTIL(&h->a, h->a.ready == n);
        begin(&h->a, 6 + n);
    }
    assert_true(timer_now_us() - from > 700000);
    IS(h, "HGET " P ":snap:meta owner", "A");
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
    ready_side(h, &h->a, "A");
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

/* Numbers that Lua reads and we do not fenced epoch after epoch, each with a write to the disk. */
static void test_nonsense_for_a_number_is_replaced(void **state)
{
    static const char *const epochs[] = {"1e300", "99999999999999999999", "0x7fffffffffffffff",
                                         "-8"},
                             *const others[] = {"next 1e9 next_owner B", "seq 1e9", "seq zz"};
    struct house *h = *state;
    int64_t epoch = 7;
    char hset[100];
    open_house(h);
    start_side(h, &h->a, "A", "", "");
    begin_again(h, 1, epoch);
    for (size_t i = 0; i < sizeof epochs / sizeof *epochs; i++) {
        struct redis_commit m = totals(epoch, 5, "{}");
        snprintf(hset, sizeof hset, "HSET " P ":snap:meta epoch %s owner B", epochs[i]);
        ask(h, hset);
        assert_true(redis_publish(h->a.redis, &m));
        begin_again(h, (int)i + 2, ++epoch);
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct redis_commit m = totals(epoch, 5 + (int64_t)i, "{}");
        size_t before = h->a.acknowledged;
        snprintf(hset, sizeof hset, "HSET " P ":snap:meta %s", others[i]);
        ask(h, hset);
        assert_true(redis_publish(h->a.redis, &m));
        UNTIL(&h->a, h->a.acknowledged == before + 1);
    }
    assert_int_equal(h->a.fenced, 0);
    assert_int_equal(h->a.lost, 0);
}

/* One key lost alone, as by eviction: who reads the snapshot then would take a part for all. */
static void test_a_key_that_is_lost_alone_is_noticed_in_silence(void **state)
{
    static const char *const keys[] = {"snap:totals", "snap:races", "h:totals", "winners"};
    struct house *h = *state;
    open_house(h);
    start_side(h, &h->a, "A", "", "");
    begin_again(h, 1, 7);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char del[100], exists[100];
        snprintf(del, sizeof del, "DEL " P ":%s", keys[i]);
        snprintf(exists, sizeof exists, "EXISTS " P ":%s", keys[i]);
        IS(h, exists, "1");
        ask(h, del);
        begin_again(h, 2 + (int)i, 8 + (int)i);
        IS(h, exists, "1");
    }
    assert_int_equal(h->a.lost, 0);
}

/* ... and does not hide behind the messages that write to it again. */
static void test_a_key_that_is_lost_alone_is_noticed_with_the_next_message(void **state)
{
    struct house *h = *state;
    open_house(h);
    listen_to(h, P ":*");
    start_side(h, &h->a, "A", "", "");
    begin_again(h, 1, 7);
    ask(h, "DEL " P ":snap:races");
    struct redis_commit m = race(7, 5, "two", "{\"r\":2}");
    assert_true(redis_publish(h->a.redis, &m));
    begin_again(h, 2, 8);
    IS(h, "HKEYS " P ":snap:races", "one ");
    static const char *const heard[] = {"totals {\"t\":1}", "race:GA:x {\"r\":1}",
                                        "totals {\"t\":3}"};
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(hear(h), heard[i % 3]); /* and not what could not be kept */
    assert_int_equal(h->a.lost, 0);
}

/* As by eviction: it was shown anew thirteen times a second. */
static void test_what_is_lost_again_and_again_is_shown_anew_once_a_second(void **state)
{
    struct house *h = *state;
    int64_t epoch = 7, from = timer_now_us();
    open_house(h);
    start_side(h, &h->a, "A", "", "");
    for (int ready = 1; ready <= 8; ready++) {
        begin_again(h, ready, epoch++);
        ask(h, "FLUSHALL");
        struct redis_commit m = totals(epoch - 1, 5, "{}");
        assert_true(redis_publish(h->a.redis, &m));
        if (ready == 5)
            from = timer_now_us();
    }
    assert_true(timer_now_us() - from > 1500000); /* three, each up to half a second early */
    UNTIL(&h->a, h->a.ready == 9);
    assert_int_equal(h->a.lost, 0);
}

/* The last winner that is taken back leaves no key, and that is no loss. */
static void test_winners_that_are_none_any_more_are_not_missed(void **state)
{
    struct house *h = *state;
    open_house(h);
    start_side(h, &h->a, "A", "", "");
    begin_again(h, 1, 7);
    struct redis_commit back = call(7, 5, "r5", -1), next = totals(7, 6, "{}");
    assert_true(redis_publish(h->a.redis, &back));
    assert_true(redis_publish(h->a.redis, &next));
    assert_true(redis_heartbeat(h->a.redis, 7, SLICE("{}")));
    UNTIL(&h->a, h->a.acknowledged == 4);
    assert_int_equal(h->a.ready, 1);
    IS(h, "EXISTS " P ":winners", "0");
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
           "&" P ":calls:* &" P ":heartbeat");
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

static void free_port(char text[16])
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    snprintf(text, 16, "%d", ntohs(at.sin_port));
    close(fd);
}

static void start_at(struct side *s, const char *url, const char *prefix)
{
    struct redis_settings set = {
        .url = slice_of(url), .prefix = slice_of(prefix), .owner = SLICE("A")};
    struct redis_calls calls = {on_ready, on_acknowledged, on_fenced, on_lost, s};
    struct err e = {0};
    *s = (struct side){.base = loop_new()};
    if (!redis_new(s->base, &set, &calls, &s->redis, &e))
        fail_msg("%s", e.text);
    UNTIL(s, s->ready == 1);
}

/* Another node may have its place long before it would have been given up; and one that takes a
 * connection and does not greet is none. */
static void test_a_node_of_a_cluster_that_hangs_is_left_soon(void **state)
{
    struct house *h = *state;
    char url[64], port[16], bus[16];
    const char *const more[] = {
        "--cluster-enabled",     "yes",       "--port", port, "--cluster-port", bus,
        "--cluster-announce-ip", "127.0.0.1", NULL};
    free_port(port);
    free_port(bus);
    redis_server_start(&h->at, more);
    h->eye = redis_server_look(&h->at, NULL, NULL);
    IS(h, "CLUSTER ADDSLOTSRANGE 0 16383", "OK");
    for (int i = 0; i < 3000 && !strstr(ask(h, "CLUSTER INFO"), "cluster_state:ok"); i++)
        usleep(10000);
    snprintf(url, sizeof url, "redis://localhost:%s", port); /* which knows itself by another */
    start_at(&h->a, url, "{tally}:v1");
    begin(&h->a, 7);
    struct redis_commit m = totals(7, 4, "{}");
    assert_true(redis_publish(h->a.redis, &m));
    UNTIL(&h->a, h->a.acknowledged == 1);
    kill(h->at.pid, SIGSTOP);
    UNTIL(&h->a, h->a.lost == 1);
    assert_string_equal(h->a.why, "no answer for 2000 ms");
    UNTIL(&h->a, h->a.lost == 2);
    assert_string_equal(h->a.why, "no answer for 1500 ms");
    kill(h->at.pid, SIGCONT);
    UNTIL(&h->a, h->a.ready == 2);
}

/* By name and port, with a database: the name is looked up without blocking. */
static void test_by_name(void **state)
{
    struct house *h = *state;
    char url[64], port[16];
    const char *const more[] = {"--port", port, NULL};
    free_port(port);
    redis_server_start(&h->at, more);
    h->eye = redis_server_look(&h->at, NULL, NULL);
    snprintf(url, sizeof url, "redis://localhost:%s/3", port);
    start_at(&h->a, url, P);
    ask(h, "SELECT 3");
    begin_again(h, 1, 7);
    IS(h, "HGET " P ":snap:meta owner", "A");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOUSE(test_order_and_keys),
        HOUSE(test_a_snapshot_clears_what_is_gone),
        HOUSE(test_a_snapshot_begins_anew_in_a_place_of_its_own),
        HOUSE(test_an_old_number_is_refused),
        HOUSE(test_a_large_snapshot),
        HOUSE(test_no_call_has_more_than_some_bytes),
        HOUSE(test_the_older_owner_is_fenced),
        HOUSE(test_fenced_while_away),
        HOUSE(test_nonsense_for_a_number_is_replaced),
        HOUSE(test_one_that_was_away_is_not_fenced_by_its_own_next_epoch),
        HOUSE(test_many_answers_to_one_loss_are_one_epoch),
        HOUSE(test_a_snapshot_that_is_shown_and_not_told_is_not_tried_at_once),
        HOUSE(test_the_same_epoch_is_not_shared),
        HOUSE(test_calls_never_acknowledged_go_with_the_snapshot),
        HOUSE(test_emptied),
        HOUSE(test_emptied_in_silence),
        HOUSE(test_a_key_that_is_lost_alone_is_noticed_in_silence),
        HOUSE(test_a_key_that_is_lost_alone_is_noticed_with_the_next_message),
        HOUSE(test_what_is_lost_again_and_again_is_shown_anew_once_a_second),
        HOUSE(test_winners_that_are_none_any_more_are_not_missed),
        HOUSE(test_script_flushed),
        HOUSE(test_killed_and_started_empty),
        HOUSE(test_too_much_at_once),
        HOUSE(test_a_snapshot_in_part_is_not_shown),
        HOUSE(test_stopped),
        HOUSE(test_addresses),
        HOUSE(test_a_node_of_a_cluster_that_hangs_is_left_soon),
        HOUSE(test_by_name),
    };
    log_start(LOG_LEVEL_ERROR - 1, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
