/* SPDX-License-Identifier: ISC */
/* Who is due when, of any number, against a plain list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>

#include "daemon/edge/dues.h"
#include "daemon/edge/timer.h"
#include "tests/unit/random.h"

#define MOST 70

static struct {
    struct dues *dues;
    size_t count, fired;
    int64_t due_us[MOST], last_us; /* as they should be */
    int times[MOST];
    int64_t again_ms; /* each sets itself so; -1: it does not */
} d;

static void on_fire(size_t who, void *ctx)
{
    assert_ptr_equal(ctx, &d);
    assert_true(who < d.count);
    assert_true(d.due_us[who] <= timer_now_us());
    for (size_t i = 0; i < d.count; i++)
        assert_true(d.due_us[who] <= d.due_us[i]);
    d.due_us[who] = d.again_ms < 0 ? DUES_NEVER : timer_now_us() + d.again_ms * 1000;
    d.times[who]++;
    d.fired++;
    if (d.again_ms >= 0)
        dues_set(d.dues, who, d.due_us[who]);
}

static void set(size_t who, int64_t at_us)
{
    d.due_us[who] = at_us;
    dues_set(d.dues, who, at_us);
}

static struct event_base *begin(size_t count)
{
    struct event_base *base = loop_new();
    d.dues = dues_new(base, count, on_fire, &d);
    assert_non_null(d.dues);
    d.count = count;
    d.fired = 0;
    d.again_ms = -1;
    for (size_t i = 0; i < MOST; i++) {
        d.due_us[i] = DUES_NEVER;
        d.times[i] = 0;
    }
    return base;
}

static void end(struct event_base *base)
{
    dues_free(d.dues);
    loop_free(base);
}

static void test_all_are_due_in_order_and_once(void **state)
{
    (void)state;
    for (size_t count = 1; count < MOST; count += count < 10 ? 1 : 13) {
        struct event_base *base = begin(count);
        struct random r = {.state = count};
        int64_t now = timer_now_us();
        for (size_t i = 0; i < 5 * count; i++) /* most of them more than once */
            set(random_below(&r, (uint32_t)count), now + random_below(&r, 20000) - 5000);
        size_t set_ones = 0;
        for (size_t i = 0; i < count; i++)
            set_ones += d.due_us[i] != DUES_NEVER;
        event_base_dispatch(base); /* until no timer is left */
        assert_int_equal(d.fired, set_ones);
        for (size_t i = 0; i < count; i++)
            assert_true(d.times[i] <= 1 && d.due_us[i] == DUES_NEVER);
        end(base);
    }
}

static void test_what_is_set_anew_and_never(void **state)
{
    struct event_base *base = begin(3);
    int64_t now = timer_now_us();
    (void)state;
    set(0, now + 3600 * INT64_C(1000000));
    set(1, now + 3600 * INT64_C(1000000));
    set(2, now);
    set(2, DUES_NEVER);
    set(0, DUES_NEVER);
    set(1, now - 1); /* sooner than it was */
    event_base_dispatch(base);
    assert_int_equal(d.fired, 1);
    assert_int_equal(d.times[1], 1);
    end(base);
}

/* One that is due again at once leaves the loop its turn. */
static void test_the_loop_has_its_turn(void **state)
{
    struct event_base *base = begin(2);
    (void)state;
    d.again_ms = 0;
    set(0, timer_now_us());
    for (int i = 0; i < 10; i++)
        event_base_loop(base, EVLOOP_ONCE);
    assert_true(d.fired >= 10);
    end(base);
}

static void test_of_none(void **state)
{
    struct event_base *base = begin(0);
    (void)state;
    event_base_dispatch(base);
    assert_int_equal(d.fired, 0);
    end(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_are_due_in_order_and_once),
        cmocka_unit_test(test_what_is_set_anew_and_never),
        cmocka_unit_test(test_the_loop_has_its_turn),
        cmocka_unit_test(test_of_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
