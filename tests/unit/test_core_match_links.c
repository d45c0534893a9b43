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

/* A party that the feed knows and the list says is another: for people, however the contest or the
 * line was found. What is silent, or in no table, contradicts nothing. */
static void a_known_party_that_contradicts_is_for_people(void **state)
{
    static const struct {
        const char *list;
        uint32_t source;
        const char *text, *choices;
        int linked, review;
    } parties[] = {
#define WU(columns, values) "candidate_name,state," columns "\nAnn Wu,GA," values "\n"
        {WU("office,district,party", "State Senate,1,D"), 0, "State Senate District 1",
         "Bo Li=DEM|Ann Wu=REP", -1, 1},
        {WU("office,district,party", "State Senate,1,D"), 0, "State Senate District 1",
         "Bo Li=DEM|Ann Wu=Nonpartisan", 1, 0},
        {WU("office,district,party", "State Senate,1,Green"), 0, "State Senate District 1",
         "Ann Wu=G", 0, 0},
        {WU("office,district,party", "State Senate,1,DFL"), 0, "State Senate District 1",
         "Ann Wu=Democratic-Farmer-Labor", 0, 0},
        {WU("office,district,party", "State Senate,1,R"), 0, "State Senate District 1",
         "Ann Wu=G.O.P.", 0, 0},
        {WU("office,source_hints,party", "Mayor,sos=7,D"), 0, "Chief of it", "Ann Wu=Republican",
         -1, 1},
        {WU("office,source_hints,party", "Mayor,sos=7,D"), 0, "Chief of it", "Ann Wu", 0, 0},
        {WU("office,source_hints,party", "Mayor,sos=7,D"), 0, "Chief of it", "Ann Wu=NPA", 0, 0},
        {WU("office,source_hints,party", "Mayor,sos=7,"), 0, "Chief of it", "Ann Wu=REP", 0, 0},
        {WU("office,source_hints,party", "Mayor,sos=7,D"), 0, "Chief of it",
         "Ann Wu=REP|Ann Wu=DEM", 1, 0},
        {WU("office,ap_candidate_id,party", "Governor,55,D"), AP, "Governor", "#55:Ann Wu=GOP", -1,
         1},
        {WU("office,ap_candidate_id,party", "Governor,55,D"), AP, "Governor", "#55:Ann Wu=Dem", 0,
         0},
        {WU("office,ap_candidate_id,party", "Governor,55,D"), AP, "Governor", "#55:Ann Wu", 0, 0},
        {WU("office,ap_candidate_id,party", "Governor,55,"), AP, "Governor", "#55:Ann Wu=GOP", 0,
         0},
#undef WU
    };
    int wrong = 0;
    (void)state;

    for (size_t i = 0; i < sizeof parties / sizeof parties[0]; i++) {
        struct night n;
        night_open(&n, parties[i].list);
        struct feed_contest *c =
            contest_of(&n, parties[i].source, "7", parties[i].text, parties[i].choices);
        c->state = SLICE("GA");
        match(&n, c);
        if (linked(&n, 0, c) != parties[i].linked || in_review(&n, 0) != parties[i].review) {
            print_error("row %zu: %d is linked, %d in review\n", i, linked(&n, 0, c),
                        in_review(&n, 0));
            wrong++;
        }
        night_close(&n);
    }
    assert_int_equal(wrong, 0);
}

/* Two of three say the same: the list still contradicts itself. */
static void a_list_that_differs_leaves_seats_and_places_unknown(void **state)
{
    static const struct {
        const char *seats[3], *places[3];
        int64_t is_seats, is_places;
    } said[] = {
        {{"1", "2", "1"}, {"2", "2", "2"}, -1, 2},
        {{"1", "1", "1"}, {"2", "3", "2"}, 1, -1},
        {{"", "3", ""}, {"", "", "2"}, 3, 2},
        {{"", "", ""}, {"", "", ""}, -1, -1},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
        struct night n;
        char csv[400];
        size_t len = (size_t)snprintf(
            csv, sizeof(csv), "candidate_name,state,office,race_id,seats_to_fill,advance_to\n");
        for (int k = 0; k < 3; k++)
            len += (size_t)snprintf(csv + len, sizeof(csv) - len,
                                    "P%c Wu,GA,School Board,board,%s,%s\n", 'a' + k,
                                    said[i].seats[k], said[i].places[k]);
        night_open(&n, csv);
        assert_int_equal(n.m.race_count, 1);
        assert_int_equal(n.m.races[0].seats, said[i].is_seats);
        assert_int_equal(n.m.races[0].places, said[i].is_places);
        night_close(&n);
    }
}

/* Another of ours who only may be in the contest keeps nobody from a sure match. */
static void anothers_maybe_blocks_no_sure_match(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, SENATE "Bo Li,GA,State Senate,\n");
    struct feed_contest *c = contest_of(&n, 0, "1", "State Senate District 1", "Ann Wu|Bo Li");
    match(&n, c);
    assert_int_equal(linked(&n, 0, c), 0);
    assert_int_equal(linked(&n, 1, c), -1);
    assert_int_equal(in_review(&n, 1), 1);
    night_close(&n);
}

static void a_race_lies_in_its_county_where_no_place_is_said(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, "candidate_name,state,office,county,jurisdiction\n"
                   "Ann Wu,GA,Sheriff,Cobb,\nBo Li,GA,Mayor,Cobb,Acworth\n");
    assert_true(slice_is(n.m.races[match_race_of(&n.m, 0)].jurisdiction, "Cobb"));
    assert_true(slice_is(n.m.races[match_race_of(&n.m, 1)].jurisdiction, "Acworth"));
    night_close(&n);
}

/* ---- what is told as a change ---- */

static void a_link_that_moves_to_another_line_is_a_change(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, SENATE);
    struct feed_contest *c = contest_of(&n, 0, "1", "State Senate District 1", "Ann Wu|Bo Li");
    assert_true(match(&n, c));
    assert_false(match(&n, c));
    set_choices(&n, c, "Bo Li|Ann Wu");
    assert_true(match(&n, c));
    assert_int_equal(linked(&n, 0, c), 1);
    assert_false(match(&n, c));
    night_close(&n);
}

static void a_line_that_is_another_of_ours_is_a_change(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, SENATE "Bo Li,GA,State Senate,1\n");
    struct feed_contest *c = contest_of(&n, 0, "1", "State Senate District 1", "Ann Wu|Cy Fox");
    assert_true(match(&n, c));
    set_choices(&n, c, "Bo Li|Cy Fox");
    assert_true(match(&n, c));
    assert_int_equal(linked(&n, 0, c), -1);
    assert_int_equal(linked(&n, 1, c), 0);
    night_close(&n);
}

/* A feed gave its contest another id: the old one is gone, the new one has the same people. */
static void a_contest_in_the_place_of_another_is_a_change(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, SENATE);
    struct feed_contest *was = contest_of(&n, 0, "1", "State Senate District 1", "Ann Wu|Bo Li");
    struct feed_contest *is = contest_of(&n, 0, "2", "State Senate District 1", "Ann Wu|Bo Li");
    assert_true(match(&n, was));
    was->gone = true;
    assert_true(match(&n, is));
    assert_int_equal(linked(&n, 0, was), -1);
    assert_int_equal(linked(&n, 0, is), 0);
    assert_false(match(&n, is));
    night_close(&n);
}

static void a_match_that_a_person_confirms_is_a_change(void **state)
{
    struct night n;
    struct err e;
    bool changed = false;
    (void)state;

    night_open(&n, SENATE);
    struct feed_contest *c = contest_of(&n, 0, "1", "State Senate District 1", "Ann Wu|Bo Li");
    assert_true(match(&n, c));
    struct match_decision d = match_decision_of(&n.m, &n.m.races[0].links[0], MATCH_ACCEPT);
    assert_true(match_decide(&n.m, &d, &changed, &e));
    assert_true(match(&n, c));
    assert_int_equal(n.m.races[0].links[0].band, BAND_DECIDED);
    night_close(&n);
}

/* A name that its feed may have cut is a prefix of ours, where nobody else's too. */
static void a_cut_name_links_where_one_of_ours_fits(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, SENATE "Christopher Johnson,GA,State Senate,3\n"
                          "Christopher Johnston,GA,State Senate,4\n"
                          "Christopher Johnson,GA,State Senate,4\n"
                          "Christopher Johnson,GA,State Senate,5\n");
    struct feed_contest *c[] = {
        contest_of(&n, 0, "3", "State Senate District 3", "ANN OAK|CHRISTOPHER JOHNSO"),
        contest_of(&n, 0, "4", "State Senate District 4", "CHRISTOPHER JOHNS|ANN OAK"),
        contest_of(&n, 0, "5", "State Senate District 5", "CHRISTOPHER JOHNSO|CHRISTOPHER JOHNSO"),
    };
    match(&n, c[0]);
    assert_int_equal(linked(&n, 1, c[0]), -1); /* no parser said that it may be cut */
    for (int i = 0; i < 3; i++) {
        for (uint32_t k = 0; k < c[i]->choice_count; k++)
            c[i]->choices[k].flags |= RESULTS_NAME_CUT;
        match(&n, c[i]);
    }
    assert_int_equal(linked(&n, 1, c[0]), 1);
    assert_int_equal(in_review(&n, 1), 0);
    for (uint32_t e = 2; e <= 3; e++) { /* two of ours */
        assert_int_equal(linked(&n, e, c[1]), -1);
        assert_int_equal(in_review(&n, e), 1);
    }
    assert_int_equal(linked(&n, 4, c[2]), -1); /* two of theirs */
    assert_int_equal(in_review(&n, 4), 2);
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counties_parts_are_told_from_two_races),
        cmocka_unit_test(a_known_party_that_contradicts_is_for_people),
        cmocka_unit_test(a_list_that_differs_leaves_seats_and_places_unknown),
        cmocka_unit_test(anothers_maybe_blocks_no_sure_match),
        cmocka_unit_test(a_race_lies_in_its_county_where_no_place_is_said),
        cmocka_unit_test(a_link_that_moves_to_another_line_is_a_change),
        cmocka_unit_test(a_line_that_is_another_of_ours_is_a_change),
        cmocka_unit_test(a_contest_in_the_place_of_another_is_a_change),
        cmocka_unit_test(a_match_that_a_person_confirms_is_a_change),
        cmocka_unit_test(a_cut_name_links_where_one_of_ours_fits),
    };
    return cmocka_run_group_tests_name("core_match_links", tests, NULL, NULL);
}
