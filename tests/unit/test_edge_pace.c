/* SPDX-License-Identifier: ISC */
/* Delays: within their bounds, spread, and the same for the same seed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "daemon/edge/pace.h"

static struct pace pace_of(uint64_t seed)
{
    return (struct pace){
        .jitter_bp = 1000, .backoff_first_ms = 5000, .backoff_most_ms = 60000, .seed = seed};
}

static void test_interval(void **state)
{
    struct pace p = pace_of(3), again = pace_of(3);
    int64_t least = INT64_MAX, most = 0, sum = 0;
    (void)state;
    for (int i = 0; i < 10000; i++) {
        int64_t ms = pace_interval(&p, 30000, PACE_EVEN);
        assert_int_equal(ms, pace_interval(&again, 30000, PACE_EVEN));
        least = ms < least ? ms : least;
        most = ms > most ? ms : most;
        sum += ms;
    }
    assert_in_range(least, 27000, 27100);
    assert_in_range(most, 32900, 33000);
    assert_in_range(sum / 10000, 29900, 30100);
    p.jitter_bp = 0;
    assert_int_equal(pace_interval(&p, 50, PACE_EVEN), 50);
}

static void test_moods_keep_to_their_bounds(void **state)
{
    struct pace p = {.least_ms = 10000, .most_ms = 60000, .early_ms = 120000};
    static const struct {
        int64_t interval;
        enum pace_mood mood;
        int64_t is;
    } rows[] = {
        {30000, PACE_BUSY, 15000},   {15000, PACE_BUSY, 10000},    {5000, PACE_BUSY, 5000},
        {300000, PACE_BUSY, 150000}, {30000, PACE_QUIET, 60000},   {20000, PACE_QUIET, 40000},
        {50000, PACE_QUIET, 60000},  {300000, PACE_QUIET, 300000}, {100, PACE_QUIET, 200},
        {30000, PACE_EARLY, 120000}, {10000, PACE_EARLY, 50000},   {300000, PACE_EARLY, 300000},
        {100, PACE_EARLY, 500},      {30000, PACE_EVEN, 30000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(pace_interval(&p, rows[i].interval, rows[i].mood), rows[i].is);
}

static void test_moods(void **state)
{
    static const struct {
        int64_t rest;
        bool changed;
        int64_t since, interval;
        enum pace_mood mood;
    } rows[] = {
        {0, false, 0, 30000, PACE_EVEN},        {0, true, 0, 30000, PACE_BUSY},
        {0, true, 119999, 30000, PACE_BUSY},    {0, true, 120000, 30000, PACE_EVEN},
        {0, true, 1799999, 30000, PACE_EVEN},   {0, true, 1800000, 30000, PACE_QUIET},
        {0, false, 1800000, 30000, PACE_QUIET}, {0, true, 1800000, 3600000, PACE_BUSY},
        {1, true, 0, 30000, PACE_EARLY},        {1, false, 1800000, 30000, PACE_EARLY},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(pace_mood(rows[i].rest, rows[i].changed, rows[i].since, rows[i].interval),
                         rows[i].mood);
}

/* Five thousand that begin within five seconds use the whole interval from the second poll on. */
static void test_the_second_poll_spreads_over_the_interval(void **state)
{
    struct pace p = pace_of(6);
    int in_tenth[10] = {0};
    char name[20];
    (void)state;
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "source-%d", i);
        int64_t second = pace_second(&p, slice_of(name), 0, 10000);
        assert_in_range(second, 5000, 10000);
        in_tenth[(pace_start(&p, slice_of(name), 0, 10000) + second) % 10000 / 1000]++;
    }
    for (int i = 0; i < 10; i++)
        assert_in_range(in_tenth[i], 400, 600);
    assert_int_equal(pace_second(&p, SLICE("a"), 0, 1), 1);
}

static void test_backoff(void **state)
{
    static const int64_t whole[] = {5000, 10000, 20000, 40000, 60000, 60000, 60000};
    struct pace p = pace_of(4);
    (void)state;
    for (int failures = 1; failures <= 7; failures++) {
        int64_t least = INT64_MAX, most = 0;
        for (int i = 0; i < 2000; i++) {
            int64_t ms = pace_backoff(&p, failures, 0);
            least = ms < least ? ms : least;
            most = ms > most ? ms : most;
        }
        assert_in_range(least, whole[failures - 1] / 2, whole[failures - 1] * 52 / 100);
        assert_in_range(most, whole[failures - 1] * 98 / 100, whole[failures - 1]);
    }
    assert_in_range(pace_backoff(&p, 1000000, 0), 30000, 60000);
    assert_int_equal(pace_backoff(&p, 1, 120000), 120000);
    assert_in_range(pace_backoff(&p, 9, 1000), 30000, 60000);
}

static void test_start(void **state)
{
    struct pace p = pace_of(5);
    int in_tenth[10] = {0};
    char name[20];
    (void)state;
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "source-%d", i);
        int64_t ms = pace_start(&p, slice_of(name), 0, 10000);
        assert_in_range(ms, 0, 4999); /* data is wanted soon */
        in_tenth[ms / 500]++;
    }
    for (int i = 0; i < 10; i++)
        assert_in_range(in_tenth[i], 400, 600);
    assert_in_range(pace_start(&p, SLICE("a"), 0, 50), 0, 49);
    assert_int_equal(pace_start(&p, SLICE("a"), 0, 10000), pace_start(&p, SLICE("a"), 0, 10000));
    assert_int_not_equal(pace_start(&p, SLICE("a"), 0, 10000),
                         pace_start(&p, SLICE("a"), 1, 10000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interval),
        cmocka_unit_test(test_moods),
        cmocka_unit_test(test_moods_keep_to_their_bounds),
        cmocka_unit_test(test_the_second_poll_spreads_over_the_interval),
        cmocka_unit_test(test_backoff),
        cmocka_unit_test(test_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
