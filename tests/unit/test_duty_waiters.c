/* SPDX-License-Identifier: ISC */
/* Who is told that a decision is kept on both, and who is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/duty_waiters.h"

enum { UNTOLD = -1, UNTIL_MS = 1000 };

static void on_told(enum duty_kept kept, void *ctx)
{
    *(int *)ctx = (int)kept;
}

/* What one is told whose decision has that place, at a time before its end. */
static int told(struct desk_place place, struct desk_place now, struct desk_place kept, bool over)
{
    struct duty_waiter *all = NULL;
    int answer = UNTOLD;
    assert_true(duty_waiters_add(&all, place, UNTIL_MS, on_told, &answer));
    duty_waiters_release(&all, now, kept, UNTIL_MS - 1, over);
    duty_waiters_free(&all);
    return answer;
}

static void test_what_is_kept_on_both_is_told_so_and_else_waits(void **state)
{
    const struct desk_place none = {0}, five = {7, 5}, six = {7, 6};
    (void)state;
    assert_int_equal(told(five, six, five, false), DUTY_BOTH);
    assert_int_equal(told(six, six, five, false), UNTOLD);
    assert_int_equal(told(none, six, five, false), UNTOLD);
    assert_int_equal(told(none, six, six, false), DUTY_BOTH);
    assert_int_equal(told(five, six, five, true), DUTY_BOTH);
    assert_int_equal(told(six, six, five, true), DUTY_HERE);
}

/* Another took over before the row was on our disk: it is in no stream, however far ours was kept.
 */
static void test_who_is_fenced_calls_nothing_without_a_place_kept_on_both(void **state)
{
    const struct desk_place none = {0}, five = {7, 5};
    (void)state;
    assert_int_equal(told(none, five, five, true), DUTY_HERE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_kept_on_both_is_told_so_and_else_waits),
        cmocka_unit_test(test_who_is_fenced_calls_nothing_without_a_place_kept_on_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
