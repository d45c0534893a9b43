/* SPDX-License-Identifier: ISC */
/* Offices that one person holds, and the states where several do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/core/seats.h"

/* A chamber with districts of several members: a second place there is a win. */
static void chambers_with_several_members_are_of_no_one_seat(void **state)
{
    static const struct {
        const char *office, *several;
    } rows[] = {
        {"state-senate", "VT WV"},
        {"state-house", "AZ ID MD ND NH NJ SD VT WA WV"},
        {"sheriff", ""},
        {"governor", ""},
        {"city-clerk", ""},
        {"town-clerk", ""},
        {"township-clerk", ""},
        {"village-clerk", ""},
        {"township-treasurer", ""},
        {"chief-magistrate", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct office_class class = {.slug = rows[i].office};
        for (size_t s = 0; s < states_count; s++)
            if (seats_single(&class, &states[s]) ==
                (strstr(rows[i].several, states[s].code) != NULL))
                fail_msg("%s in %s", rows[i].office, states[s].code);
    }
}

static void what_the_table_has_not_is_unknown(void **state)
{
    const struct office_class board = {.slug = "school-board"};

    (void)state;
    assert_false(seats_single(&board, states_find(SLICE("GA"))));
    assert_false(seats_single(office_class_named("township-supervisor"), states_find(SLICE("PA"))));
    assert_false(seats_single(NULL, states_find(SLICE("GA"))));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chambers_with_several_members_are_of_no_one_seat),
        cmocka_unit_test(what_the_table_has_not_is_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
