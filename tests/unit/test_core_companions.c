/* SPDX-License-Identifier: ISC */
/* Payloads that come again because their companions changed. */
#include "tests/unit/core_world.h"

#define MAYOR(a, b) "contest 7|Mayor|GA\n choice 1|Ann|Dem\n choice 2|Bob|Rep\n total " a " " b "\n"
#define CLERK(a, b) "contest 8|Clerk|GA\n choice 1|Cy|\n choice 2|Dee|\n total " a " " b "\n"

/* A companion lent no name, and then does: the bytes are the same, what they say is not. */
static void the_same_bytes_with_other_companions_are_read_anew(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("1000", "900"));
    struct results batch = batch_of(w->arena, MAYOR("1000", "900") CLERK("5", "6"));
    struct event event = {.type = EVENT_BATCH,
                          .batch = &batch,
                          .digest = w->m.feeds[0].files[0].digest,
                          .received_ms = w->start + 60000,
                          .again = true};
    assert_true(feed_take(&w->m, &event, w->start + 60000, &w->report, &w->err));
    assert_int_equal(w->report.verdict, VERDICT_ACCEPTED);
    assert_true(w->report.keep);
    assert_int_equal(world_votes(w, 0, "8", "", "Dee"), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_bytes_with_other_companions_are_read_anew,
                                        world_set_up, world_tear_down),
    };
    return cmocka_run_group_tests_name("core_companions", tests, NULL, NULL);
}
