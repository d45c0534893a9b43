/* SPDX-License-Identifier: ISC */
/* Which election day a payload is of: what it states; else the only one that has come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/base/when.h"
#include "daemon/base/zone.h"
#include "daemon/core/days.h"

static void silence_says_a_day_only_before_the_next(void **state)
{
    int64_t first, second, date;
    struct err e;
    (void)state;

    assert_true(when_parse_date(SLICE("2026-11-03"), &first));
    assert_true(when_parse_date(SLICE("2026-12-01"), &second));
    struct zone *zone = zone_from_rule(SLICE("EST5EDT,M3.2.0,M11.1.0"), &e);
    assert_non_null(zone);
    struct endorsement rows[] = {{.date = first}, {.date = second}};
    struct endorsements list = {.list = rows, .count = 2}, one = {.list = rows, .count = 1};
    struct settings settings = {.date = first, .zone = zone};
    struct model m = {.settings = &settings, .endorsed = &list};
    const int64_t midnight = second + 5 * WHEN_HOUR; /* Eastern time */

    assert_int_equal(days_of(&m, SLICE(""), midnight - 1, &date), DAY_TAKEN);
    assert_int_equal(date, first);
    assert_int_equal(days_of(&m, SLICE("soon"), midnight, &date), DAY_UNKNOWN);
    assert_int_equal(date, first);
    assert_int_equal(days_of(&m, SLICE("2026-12-01"), midnight, &date), DAY_STATED);
    assert_int_equal(date, second);
    assert_int_equal(days_of(&m, SLICE("2026-12-02"), midnight, &date), DAY_STATED);
    assert_false(days_ours(&m, date));
    assert_true(days_ours(&m, first) && days_ours(&m, second));
    m.endorsed = &one;
    assert_int_equal(days_of(&m, SLICE(""), midnight, &date), DAY_TAKEN);
    zone_free(zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(silence_says_a_day_only_before_the_next)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
