/* SPDX-License-Identifier: ISC */
/* Who waits for a sentence is told once, when it is shown, and is not forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/awaited.h"

static char told[16];
static size_t told_count;

static void tell(void *ctx)
{
    told[told_count++] = *(char *)ctx;
    told[told_count] = 0;
}

static void told_is(const char *whom)
{
    assert_string_equal(told, whom);
    told_count = 0;
    told[0] = 0;
}

static void what_is_shown_answers_those_it_has_in_it(void **state)
{
    struct awaited a = {0};
    (void)state;
    assert_true(awaited_add(&a, tell, "a"));
    awaited_shown(&a, 9, 9);
    told_is(""); /* not numbered: what is shown is older */
    awaited_number(&a, 7, 3);
    assert_true(awaited_add(&a, tell, "b"));
    awaited_shown(&a, 7, 2);
    told_is("");
    awaited_number(&a, 7, 4);
    awaited_shown(&a, 7, 3);
    told_is("a");
    awaited_shown(&a, 8, 1); /* a new epoch has all of it */
    told_is("b");
    awaited_shown(&a, 9, 1);
    told_is("");
}

static void who_came_first_is_told_first(void **state)
{
    struct awaited a = {0};
    (void)state;
    awaited_add(&a, tell, "a");
    awaited_add(&a, tell, "b");
    awaited_add(&a, tell, "c");
    awaited_number(&a, 1, 1);
    awaited_shown(&a, 1, 1);
    told_is("abc");
}

static void nobody_waits_for_good(void **state)
{
    struct awaited a = {0};
    (void)state;
    awaited_add(&a, tell, "a");
    awaited_late(&a);
    told_is("");
    awaited_add(&a, tell, "b");
    awaited_late(&a);
    told_is("a");
    awaited_add(&a, tell, "c");
    awaited_end(&a);
    told_is("bc");
    assert_null(a.first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_waits_for_good),
        cmocka_unit_test(what_is_shown_answers_those_it_has_in_it),
        cmocka_unit_test(who_came_first_is_told_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
