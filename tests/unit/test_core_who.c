/* SPDX-License-Identifier: ISC */
/* Two lines that are one person's, and two that are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/core/who.h"

static void two_ways_to_write_a_name_are_one_person(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } cases[] = {
        {"John P Smith", "JOHN P. SMITH", true},
        {"John P Smith", "Smith, John P", true},
        {"CASEY, ROBERT P JR", "Robert P. Casey Jr.", true},
        {"Robert P Casey", "Robert P Casey Jr", false},
        {"Ann Archer", "Bo Li", false},
        {"Ann Archer / Bo Li", "Ann Archer / bo li", true},
        {"Ann Archer / Bo Li", "Ann Archer", false},
        {"Write-in", "Write In", true},
        {"", "", false},
        {"...", "...", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct slice a = slice_of(cases[i].a), b = slice_of(cases[i].b);
        if (who_same_text(a, b) != cases[i].same || who_same_text(b, a) != cases[i].same)
            fail_msg("%s, %s", cases[i].a, cases[i].b);
    }
}

/* Sides of a measure may begin with the same dozen of words. */
static void names_that_differ_only_at_their_end_are_two(void **state)
{
#define LONG "To spend what is left of the old bridge fund of the town on "
    (void)state;
    assert_false(who_same_text(SLICE(LONG "a road"), SLICE(LONG "a school")));
    assert_true(who_same_text(SLICE(LONG "a road"), SLICE(LONG "A Road.")));
#undef LONG
}

static void without_memory_nobody_is_read(void **state)
{
    struct arena *a = arena_new(1 << 16);
    struct who w;
    (void)state;
    for (size_t left = 0; left < 2; left++) {
        arena_reset(a);
        arena_refuse_after(a, left);
        assert_false(who_read(SLICE("Smith, John P"), a, &w));
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_ways_to_write_a_name_are_one_person),
        cmocka_unit_test(names_that_differ_only_at_their_end_are_two),
        cmocka_unit_test(without_memory_nobody_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
