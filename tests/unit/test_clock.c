/* SPDX-License-Identifier: ISC */
/* The election clock: read from its option, and run at its speed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "daemon/base/when.h"
#include "daemon/clock.h"

static int64_t real_ms(void)
{
    return (int64_t)time(NULL) * WHEN_SECOND;
}

static void test_the_real_clock_is_the_real_time(void **state)
{
    (void)state;
    struct clock c = clock_real();
    int64_t off = clock_now(&c) - real_ms();
    assert_false(c.simulated);
    assert_true(off >= -1000 && off <= 2000);
}

static void test_what_the_option_takes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t speed, real; /* real 0: now */
    } good[] = {{"2021-01-05T23:50:00Z", 1, 0},
                {"2021-01-05T23:50:00Z,300", 300, 0},
                {"2021-01-05T18:50:00-05:00,1", 1, 0},
                {"2021-01-05T23:50:00Z,20,1609891200", 20, 1609891200000},
                {"2021-01-05T23:50:00Z,20,1609891200.2", 20, 1609891200200},
                {"2021-01-05T23:50:00Z,20,1609891200.025", 20, 1609891200025},
                {"2021-01-05T23:50:00Z,100000,1", 100000, 1000}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct clock c = {0};
        struct err e = {0};
        if (!clock_parse(slice_of(good[i].text), &c, &e))
            fail_msg("%s: %s", good[i].text, e.text);
        assert_true(c.simulated);
        assert_int_equal(c.origin_ms, INT64_C(1609890600000));
        assert_int_equal(c.speed, good[i].speed);
        if (good[i].real)
            assert_int_equal(c.real_ms, good[i].real);
        else
            assert_true(c.real_ms - real_ms() <= 2000 && c.real_ms - real_ms() >= -1000);
    }
}

static void test_what_it_refuses_and_leaves_alone(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "now",
                                      "2021-01-05",
                                      "2021-01-05T23:50:00",
                                      "2021-01-05T23:50:00Z,0",
                                      "2021-01-05T23:50:00Z,-1",
                                      "2021-01-05T23:50:00Z,1.5",
                                      "2021-01-05T23:50:00Z,100001",
                                      "2021-01-05T23:50:00Z,2,x",
                                      "2021-01-05T23:50:00Z,2,1.0001",
                                      "2021-01-05T23:50:00Z,2,1.2.3",
                                      "2021-01-05T23:50:00Z,2,-5",
                                      "2021-01-05T23:50:00Z,2,5,6"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct clock c, before;
        struct err e = {0};
        memset(&c, 7, sizeof c);
        before = c;
        if (clock_parse(slice_of(bad[i]), &c, &e))
            fail_msg("taken: %s", bad[i]);
        assert_int_equal(e.kind, ERR_USAGE);
        assert_non_null(strstr(e.text, "--clock"));
        assert_memory_equal(&c, &before, sizeof c);
    }
}

static void test_it_runs_at_its_speed(void **state)
{
    (void)state;
    struct clock real = clock_real();
    struct clock c = {.origin_ms = 5000000, .real_ms = real.real_ms - 2000, .speed = 300};
    int64_t now = clock_now(&c) - 5000000;
    assert_true(now >= 2000 * 300 && now < 12000 * 300);
}

/* Waiting as long as clock_until says is never too short, and less than a step too long. */
static void test_until_is_rounded_up(void **state)
{
    (void)state;
    struct clock c = clock_real();
    c.real_ms +=
        1000000; /* it stands well before its origin, so that little time passes in between */
    c.speed = 7;
    assert_int_equal(clock_until(&c, clock_now(&c) - 1), 0);
    for (int64_t ahead = 1000; ahead < 1050; ahead++) {
        int64_t now = clock_now(&c);
        int64_t wait = clock_until(&c, now + ahead);
        int64_t passed = (clock_now(&c) - now) / c.speed;
        assert_true(wait <= (ahead + c.speed - 1) / c.speed);
        assert_true((wait + passed) * c.speed >= ahead - c.speed + 1);
    }
}

static void test_durations_do_not_run_backwards(void **state)
{
    (void)state;
    int64_t last = clock_monotonic_us();
    for (int i = 0; i < 10000; i++) {
        int64_t now = clock_monotonic_us();
        assert_true(now >= last);
        last = now;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_real_clock_is_the_real_time),
        cmocka_unit_test(test_what_the_option_takes),
        cmocka_unit_test(test_what_it_refuses_and_leaves_alone),
        cmocka_unit_test(test_it_runs_at_its_speed),
        cmocka_unit_test(test_until_is_rounded_up),
        cmocka_unit_test(test_durations_do_not_run_backwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
