/* SPDX-License-Identifier: ISC */
/* seq, prev, envelopes, heartbeats. */
#include "tests/unit/night.h"

#include "daemon/core/stream.h"
#include "tests/unit/json_check.h"
#include "tests/unit/random.h"

static struct stream *st;
static struct buf envelope, snap;
static struct err e;

/* One that begins with epoch 7 and has room for five channels. */
static int set_up(void **state)
{
    static const struct settings settings = {.date = NIGHT_DATE, .mode = MODE_REHEARSAL};
    (void)state;
    st = stream_new(&settings, SLICE("1.a"), 5);
    stream_begin(st, 7);
    buf_init(&envelope, 4096);
    buf_init(&snap, 4096);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    buf_done(&envelope);
    buf_done(&snap);
    stream_free(st);
    return 0;
}

/* The number that a message is given, its envelope the only text there. */
static int64_t numbered(const struct message *m, int64_t at_ms)
{
    int64_t seq = -1;
    buf_clear(&envelope);
    buf_clear(&snap);
    assert_true(stream_number(st, m, at_ms, &envelope, &snap, &seq, &e));
    return seq;
}

static void heartbeat(int64_t at_ms)
{
    buf_clear(&envelope);
    assert_true(stream_heartbeat(st, at_ms, &envelope, &e));
}

static void test_an_envelope(void **state)
{
    struct message m = {.type = MESSAGE_RACE,
                        .channel = SLICE("race:GA:r1"),
                        .snap = SLICE("races"),
                        .field = SLICE("r1"),
                        .data = SLICE("{\"a\":1}")};
    (void)state;
    assert_int_equal(numbered(&m, NIGHT_AT(0)), 1);
    assert_string_equal(
        envelope.ptr,
        "{\"v\":1,\"type\":\"race\",\"epoch\":7,\"owner\":\"1.a\",\"seq\":1,\"prev\":0,\"time\":"
        "\"2026-11-03T19:00:00.000Z\",\"election\":\"2026-11-03\",\"mode\":"
        "\"rehearsal\",\"data\":{\"a\":1}}");
    assert_string_equal(snap.ptr, envelope.ptr);
    heartbeat(NIGHT_AT(0) + 60 * WHEN_SECOND);
    assert_true(night_says(buf_slice(&envelope), "\"races\":{\"r1\":1}"));
    heartbeat(NIGHT_AT(2));
    assert_true(night_says(buf_slice(&envelope), "\"races\":{}"));
    assert_true(json_check(buf_slice(&envelope)));
    assert_int_equal(numbered(&m, NIGHT_AT(3)), 2); /* a heartbeat took none */
}

static void test_calls_have_a_list_for_a_snapshot(void **state)
{
    struct message m = {.type = MESSAGE_CALL,
                        .channel = SLICE("calls:GA"),
                        .snap = SLICE("calls"),
                        .snap_data = SLICE("{\"id\":\"c1\"}\n{\"id\":\"c2\"}\n")};
    (void)state;
    numbered(&m, NIGHT_AT(0));
    assert_int_equal(envelope.len, 0); /* no data: nothing to announce */
    assert_string_equal(
        snap.ptr, "[{\"epoch\":7,\"seq\":1,\"id\":\"c1\"},{\"epoch\":7,\"seq\":1,\"id\":\"c2\"}]");
    assert_int_equal(stream_event(SLICE("r3"), SLICE("calls:GA"), SLICE("{}")).type,
                     MESSAGE_RETRACTION);
    assert_int_equal(stream_event(SLICE("c3"), SLICE("calls:GA"), SLICE("{}")).type, MESSAGE_CALL);
}

/* Who missed a message learns it from the heartbeat, under the name of what it was about. */
static void test_a_heartbeat_tells_the_last_of_every_channel(void **state)
{
    const struct message sent[] = {
        {.type = MESSAGE_TOTALS, .channel = SLICE("totals")},
        {.type = MESSAGE_STATE_TOTALS, .channel = SLICE("totals:state:GA")},
        {.type = MESSAGE_CALL, .channel = SLICE("calls:GA")},
        {.type = MESSAGE_RETRACTION, .channel = SLICE("calls:CT")},
        {.type = MESSAGE_RACE, .channel = SLICE("race:GA:r1")},
    };
    (void)state;
    for (size_t i = 0; i < sizeof sent / sizeof sent[0]; i++) {
        struct message m = sent[i];
        m.data = SLICE("{}");
        numbered(&m, NIGHT_AT(0));
    }
    heartbeat(NIGHT_AT(0));
    assert_true(night_says(buf_slice(&envelope), "\"totals\":1"));
    assert_true(night_says(buf_slice(&envelope), "\"states\":{\"GA\":2}"));
    assert_true(night_says(buf_slice(&envelope), "\"GA\":3"));
    assert_true(night_says(buf_slice(&envelope), "\"CT\":4"));
    assert_true(night_says(buf_slice(&envelope), "\"races\":{\"r1\":5}"));
    buf_done(&envelope);
    /* one that has no room is refused, not cut short */
    buf_init(&envelope, 100);
    assert_false(stream_heartbeat(st, NIGHT_AT(0), &envelope, &e));
}

/* Whatever is sent: seq counts by one, prev is the one before on the same channel, a new epoch
 * starts anew, and a refused message takes no number. */
static void test_seq_and_prev(void **state)
{
    static const char *const channels[] = {"totals", "totals:state:GA", "calls:GA", "calls:NJ",
                                           "race:GA:a"};
    static const enum message_type types[] = {MESSAGE_TOTALS, MESSAGE_STATE_TOTALS, MESSAGE_CALL,
                                              MESSAGE_RETRACTION, MESSAGE_RACE};
    struct random r = {.state = 9};
    (void)state;
    for (int64_t epoch = 1; epoch < 5; epoch++) {
        int64_t last[5] = {0};
        stream_begin(st, epoch);
        for (int64_t i = 1; i < 100; i++) {
            uint64_t k = random_below(&r, 5);
            char expect[64];
            struct message m = {
                .type = types[k], .channel = slice_of(channels[k]), .data = SLICE("{}")};
            assert_int_equal(numbered(&m, i), i);
            snprintf(expect, sizeof expect, "\"seq\":%lld,\"prev\":%lld,", (long long)i,
                     (long long)last[k]);
            assert_true(night_says(buf_slice(&envelope), expect));
            last[k] = i;
        }
    }
    struct message more = {
        .type = MESSAGE_RACE, .channel = SLICE("race:GA:b"), .data = SLICE("{}")};
    int64_t seq = -1;
    assert_false(
        stream_number(st, &more, 1, &envelope, &snap, &seq, &e)); /* its cap: five channels */
    assert_int_equal(seq, -1);
    more.channel = SLICE("race:GA:a");
    assert_int_equal(numbered(&more, 1), 100);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_envelope),
        TEST(test_calls_have_a_list_for_a_snapshot),
        TEST(test_a_heartbeat_tells_the_last_of_every_channel),
        TEST(test_seq_and_prev),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
