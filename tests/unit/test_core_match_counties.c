/* SPDX-License-Identifier: ISC */
/* Two contests of one source that fit one of ours: the counties' parts of one race, or two races.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/core_match_help.h"

enum { AP = 1 };

#define SENATE "candidate_name,state,office,district\nAnn Wu,GA,State Senate,1\n"
#define COUNCIL "candidate_name,state,office,jurisdiction\nAnn Wu,GA,Mayor,Clinton\n"

static const struct {
    const char *list;
    const char *text[2], *county[2];
    int linked; /* how many of the two */
} rows[] = {
    /* the counties' parts of a district */
    {SENATE, {"State Senate District 1", "State Senate District 1"}, {"Cobb", "Fulton"}, 2},
    {SENATE, {"State Senate District 1", "STATE SENATE DISTRICT 1"}, {"Cobb", "Fulton"}, 2},
    /* one county twice */
    {SENATE, {"State Senate District 1", "State Senate District 1"}, {"Cobb", "Cobb"}, 0},
    {SENATE, {"State Senate District 1", "State Senate District 1"}, {"Cobb", "COBB"}, 0},
    /* who is to say that it is a part? */
    {SENATE, {"State Senate District 1", "State Senate District 1"}, {"", "Fulton"}, 0},
    {SENATE, {"State Senate District 1", "State Senate District 1"}, {"Cobb", ""}, 0},
    {SENATE, {"State Senate District 1", "State Senate District 1"}, {"", ""}, 0},
    /* two texts are two contests */
    {SENATE, {"State Senate District 1", "State Senate Dist 1"}, {"Cobb", "Fulton"}, 0},
    /* an office of a town: two towns of that name */
    {COUNCIL, {"Mayor - Clinton", "Mayor - Clinton"}, {"Cobb", "Fulton"}, 0},
};

/* Two counties' contests of one source are added up only where they must be one race. */
static void counties_parts_are_told_from_two_races(void **state)
{
    int wrong = 0;
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct night n;
        struct feed_contest *c[2];
        night_open(&n, rows[i].list);
        for (int k = 0; k < 2; k++) {
            c[k] = contest_of(&n, AP, "7", rows[i].text[k], "Ann Wu|Bo Li");
            c[k]->state = SLICE("GA");
            c[k]->county = slice_of(rows[i].county[k]);
        }
        for (int k = 0; k < 2; k++)
            match(&n, c[k]);
        int got = (linked(&n, 0, c[0]) >= 0) + (linked(&n, 0, c[1]) >= 0);
        if (got != rows[i].linked || in_review(&n, 0) != 2 - got) {
            print_error("row %zu: %d linked, %d in review\n", i, got, in_review(&n, 0));
            wrong++;
        }
        night_close(&n);
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counties_parts_are_told_from_two_races),
    };
    return cmocka_run_group_tests_name("core_match_counties", tests, NULL, NULL);
}
