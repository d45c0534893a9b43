/* SPDX-License-Identifier: ISC */
/* Whole contests and races: what their units tell, and that neither is ever two of the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/core_match_help.h"

static struct feed_unit county_unit(const char *name)
{
    return (struct feed_unit){.type = RESULTS_COUNTY, .name = slice_of(name)};
}

/* "COUNTY WIDE Sheriff" is the sheriff of the one county that has votes in it. */
static void units_tell_the_county(void **state)
{
    struct feed_unit one[] = {{.type = RESULTS_TOTAL}, county_unit("Cobb"), county_unit("COBB")};
    struct feed_unit two[] = {{.type = RESULTS_TOTAL}, county_unit("Cobb"), county_unit("Fulton")};
    struct feed_unit other[] = {{.type = RESULTS_TOTAL}, county_unit("Fulton")};
    struct night n;
    (void)state;

    night_open(&n, "candidate_name,state,office,county,jurisdiction\n"
                   "Jo Lee,GA,Sheriff,Cobb,\nAnn Wu,GA,Mayor,Cobb,Acworth\n");
    struct feed_contest *c = contest_of(&n, SOS, "1", "COUNTY WIDE Sheriff", "Jo Lee|Bo Fox");
    c->units = one;
    c->unit_count = 3;
    match(&n, c);
    assert_int_equal(linked(&n, 0, c), 0);
    c->units = two;
    match(&n, c);
    assert_int_equal(linked(&n, 0, c), -1);
    c->units = other;
    c->unit_count = 2;
    match(&n, c);
    assert_int_equal(linked(&n, 0, c), -1);
    assert_int_equal(in_review(&n, 0), 0);
    /* A town's contest may yet get votes of our county. */
    c = contest_of(&n, SOS, "2", "Acworth Mayor", "Ann Wu");
    c->units = other;
    c->unit_count = 2;
    match(&n, c);
    assert_int_equal(linked(&n, 1, c), -1);
    assert_int_equal(in_review(&n, 1), 1);
    night_close(&n);
}

/* The list has one race where the feed has two contests: incumbents' and the others', say. */
static void two_contests_are_never_one_race(void **state)
{
    struct night n;
    (void)state;

    for (int turned = 0; turned < 2; turned++) {
        night_open(&n, "candidate_name,state,office,district\n"
                       "Jo Lee,CO,District Judge,52\nAnn Wu,CO,District Judge,52\n");
        struct feed_contest *c[] = {
            contest_of(&n, CO, "1", "52nd District Judge of District Court Incumbent", "Jo Lee"),
            contest_of(&n, CO, "2", "52nd District Judge of District Court Non-Incumbent",
                       "Ann Wu")};
        match(&n, c[turned]);
        assert_int_equal(linked(&n, (uint32_t)turned, c[turned]), 0);
        match(&n, c[!turned]);
        assert_int_equal(linked(&n, 0, c[0]), -1);
        assert_int_equal(linked(&n, 1, c[1]), -1);
        assert_int_equal(n.m.review_count, 2);
        c[1]->gone = true;
        match(&n, c[1]);
        assert_int_equal(linked(&n, 0, c[0]), 0);
        night_close(&n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(units_tell_the_county),
        cmocka_unit_test(two_contests_are_never_one_race),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
