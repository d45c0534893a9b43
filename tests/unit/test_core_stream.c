/* SPDX-License-Identifier: ISC */
/* seq, prev, envelopes, heartbeats. */
#include "tests/unit/night.h"

#include "daemon/core/stream.h"
#include "tests/unit/json_check.h"
#include "tests/unit/random.h"

static struct settings settings = {.date = NIGHT_DATE, .mode = MODE_REHEARSAL};

static void test_an_envelope(void **state)
{
    struct stream *st = stream_new(&settings, SLICE("1.a"), 10);
    struct message m = {.type = MESSAGE_RACE,
                        .channel = SLICE("race:GA:r1"),
                        .snap = SLICE("races"),
                        .field = SLICE("r1"),
                        .data = SLICE("{\"a\":1}")};
    struct buf envelope, snap;
    struct err e;
    int64_t seq;
    (void)state;
    buf_init(&envelope, 4096);
    buf_init(&snap, 4096);
    stream_begin(st, 7);
    assert_true(stream_number(st, &m, NIGHT_AT(0), &envelope, &snap, &seq, &e));
    assert_int_equal(seq, 1);
    assert_string_equal(
        envelope.ptr,
        "{\"v\":1,\"type\":\"race\",\"epoch\":7,\"owner\":\"1.a\",\"seq\":1,\"prev\":0,\"time\":"
        "\"2026-11-03T19:00:00.000Z\",\"election\":\"2026-11-03\",\"mode\":"
        "\"rehearsal\",\"data\":{\"a\":1}}");
    assert_string_equal(snap.ptr, envelope.ptr);
    buf_clear(&envelope);
    assert_true(stream_heartbeat(st, NIGHT_AT(0) + 60 * WHEN_SECOND, &envelope, &e));
    assert_true(night_says(buf_slice(&envelope), "\"races\":{\"r1\":1}"));
    buf_clear(&envelope);
    assert_true(stream_heartbeat(st, NIGHT_AT(2), &envelope, &e));
    assert_true(night_says(buf_slice(&envelope), "\"races\":{}"));
    assert_true(json_check(buf_slice(&envelope)));
    buf_clear(&envelope);
    assert_true(stream_number(st, &m, NIGHT_AT(3), &envelope, &snap, &seq, &e));
    assert_int_equal(seq, 2); /* a heartbeat took none */
    buf_done(&envelope);
    buf_done(&snap);
    stream_free(st);
}

static void test_calls_have_a_list_for_a_snapshot(void **state)
{
    struct stream *st = stream_new(&settings, SLICE("1.a"), 10);
    struct message m = {.type = MESSAGE_CALL,
                        .channel = SLICE("calls:GA"),
                        .snap = SLICE("calls"),
                        .snap_data = SLICE("{\"id\":\"c1\"}\n{\"id\":\"c2\"}\n")};
    struct buf envelope, snap;
    struct err e;
    int64_t seq;
    (void)state;
    buf_init(&envelope, 4096);
    buf_init(&snap, 4096);
    stream_begin(st, 7);
    assert_true(stream_number(st, &m, NIGHT_AT(0), &envelope, &snap, &seq, &e));
    assert_int_equal(envelope.len, 0); /* no data: nothing to announce */
    assert_string_equal(
        snap.ptr, "[{\"epoch\":7,\"seq\":1,\"id\":\"c1\"},{\"epoch\":7,\"seq\":1,\"id\":\"c2\"}]");
    assert_int_equal(stream_event(SLICE("r3"), SLICE("calls:GA"), SLICE("{}")).type,
                     MESSAGE_RETRACTION);
    assert_int_equal(stream_event(SLICE("c3"), SLICE("calls:GA"), SLICE("{}")).type, MESSAGE_CALL);
    buf_done(&envelope);
    buf_done(&snap);
    stream_free(st);
}

/* Who missed a message learns it from the heartbeat, under the name of what it was about. */
static void test_a_heartbeat_tells_the_last_of_every_channel(void **state)
{
    struct stream *st = stream_new(&settings, SLICE("1.a"), 10);
    const struct message sent[] = {
        {.type = MESSAGE_TOTALS, .channel = SLICE("totals")},
        {.type = MESSAGE_STATE_TOTALS, .channel = SLICE("totals:state:GA")},
        {.type = MESSAGE_CALL, .channel = SLICE("calls:GA")},
        {.type = MESSAGE_RETRACTION, .channel = SLICE("calls:CT")},
        {.type = MESSAGE_RACE, .channel = SLICE("race:GA:r1")},
    };
    struct buf envelope, snap;
    struct err e;
    int64_t seq;
    (void)state;
    buf_init(&envelope, 4096);
    buf_init(&snap, 4096);
    stream_begin(st, 7);
    for (size_t i = 0; i < sizeof sent / sizeof sent[0]; i++) {
        struct message m = sent[i];
        m.data = SLICE("{}");
        assert_true(stream_number(st, &m, NIGHT_AT(0), &envelope, &snap, &seq, &e));
        buf_clear(&envelope);
        buf_clear(&snap);
    }
    assert_true(stream_heartbeat(st, NIGHT_AT(0), &envelope, &e));
    assert_true(night_says(buf_slice(&envelope), "\"totals\":1"));
    assert_true(night_says(buf_slice(&envelope), "\"states\":{\"GA\":2}"));
    assert_true(night_says(buf_slice(&envelope), "\"GA\":3"));
    assert_true(night_says(buf_slice(&envelope), "\"CT\":4"));
    assert_true(night_says(buf_slice(&envelope), "\"races\":{\"r1\":5}"));
    buf_done(&envelope);
    /* one that has no room is refused, not cut short */
    buf_init(&envelope, 100);
    assert_false(stream_heartbeat(st, NIGHT_AT(0), &envelope, &e));
    buf_done(&envelope);
    buf_done(&snap);
    stream_free(st);
}

/* Whatever is sent: seq counts by one, prev is the one before on the same channel, a new epoch
 * starts anew, and a refused message takes no number. */
static void test_seq_and_prev(void **state)
{
    static const char *const channels[] = {"totals", "totals:state:GA", "calls:GA", "calls:NJ",
                                           "race:GA:a"};
    static const enum message_type types[] = {MESSAGE_TOTALS, MESSAGE_STATE_TOTALS, MESSAGE_CALL,
                                              MESSAGE_RETRACTION, MESSAGE_RACE};
    struct stream *st = stream_new(&settings, SLICE("1.a"), 5);
    struct random r = {.state = 9};
    struct buf envelope, snap;
    struct err e;
    (void)state;
    buf_init(&envelope, 4096);
    buf_init(&snap, 4096);
    for (int64_t epoch = 1; epoch < 5; epoch++) {
        int64_t last[5] = {0}, seq = 0;
        stream_begin(st, epoch);
        for (int64_t i = 1; i < 100; i++) {
            uint64_t k = random_below(&r, 5);
            char expect[64];
            struct message m = {
                .type = types[k], .channel = slice_of(channels[k]), .data = SLICE("{}")};
            buf_clear(&envelope);
            assert_true(stream_number(st, &m, i, &envelope, &snap, &seq, &e));
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
    assert_true(stream_number(st, &more, 1, &envelope, &snap, &seq, &e));
    assert_int_equal(seq, 100);
    buf_done(&envelope);
    buf_done(&snap);
    stream_free(st);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_envelope),
        cmocka_unit_test(test_calls_have_a_list_for_a_snapshot),
        cmocka_unit_test(test_a_heartbeat_tells_the_last_of_every_channel),
        cmocka_unit_test(test_seq_and_prev),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
