/* SPDX-License-Identifier: ISC */
/* The desk's stream, and who takes the next epoch, against a real redis-server. */
#include "tests/unit/redis_house.h"

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
    ready_side(h, &h->a, "A");
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
    ready_side(h, &h->a, "A");
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

/* Alone, by whoever: it is noticed, and all is shown again. */
static void test_a_desk_s_stream_that_is_lost_or_cut_is_noticed(void **state)
{
    static const char *const lost[] = {"DEL " P ":desk",       "XDEL " P ":desk 8-1",
                                       "XDEL " P ":desk 9-3",  "DEL " P ":desk",
                                       "XDEL " P ":desk 11-1", "XDEL " P ":desk 12-3"};
    struct house *h = *state;
    const struct slice one[] = {SLICE("claim"), SLICE("1")};
    const struct redis_entry both[] = {{one, 2}, {one, 2}};
    open_house(h);
    ready_side(h, &h->a, "A");
    for (size_t i = 0; i < 6; i++) {
        int epoch = 7 + (int)i, ready = h->a.ready;
        size_t heard;
        assert_true(redis_stage_desk(h->a.redis, epoch, both, 2));
        begin(&h->a, epoch);
        struct redis_commit called = call(epoch, 4, "c5", 99);
        assert_true(redis_publish(h->a.redis, &called));
        heard = h->a.acknowledged;
        assert_true(redis_heartbeat(h->a.redis, epoch, SLICE("{}")));
        UNTIL(&h->a, h->a.acknowledged == heard + 2);
        assert_int_equal(h->a.ready, ready); /* it is all there */
        ask(h, lost[i]);
        if (i < 3) /* where much is told, no other look is taken */
            assert_true(redis_heartbeat(h->a.redis, epoch, SLICE("{}")));
        UNTIL(&h->a, h->a.ready == ready + 1);
    }
}

static void test_who_has_taken_the_next_epoch_fences(void **state)
{
    struct house *h = *state;
    open_on_air(h);
    struct redis_commit next = totals(7, 4, "{}");
    assert_true(redis_publish(h->a.redis, &next));
    UNTIL(&h->a, h->a.acknowledged == 1);
    ask(h, "HSET " P ":snap:meta next 8 next_owner B");
    next = totals(7, 5, "{}");
    assert_true(redis_publish(h->a.redis, &next));
    UNTIL(&h->a, h->a.fenced == 1);
    assert_int_equal(h->a.fenced_by, 8);
    IS(h, "XLEN " P ":log", "3");

    ready_side(h, &h->b, "B");
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
    open_on_air(h);
    ask(h, "HSET " P ":snap:meta next 8 next_owner B");
    ask(h, "CLIENT KILL TYPE normal SKIPME yes");
    UNTIL(&h->a, h->a.fenced == 1);
    assert_int_equal(h->a.ready, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOUSE(test_the_desk_s_stream_is_replaced_whole_and_follows_in_order),
        HOUSE(test_a_large_desk_s_stream_is_staged_in_pieces),
        HOUSE(test_a_desk_s_stream_that_is_lost_or_cut_is_noticed),
        HOUSE(test_who_has_taken_the_next_epoch_fences),
        HOUSE(test_who_was_on_air_and_finds_the_next_epoch_taken_is_fenced),
    };
    log_start(LOG_LEVEL_ERROR - 1, 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
