/* SPDX-License-Identifier: ISC */
/* Cross-filed primaries: who is one candidacy in two parties' contests, and who is left to people.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "daemon/core/primaries.h"
#include "tests/unit/core_match_help.h"

#define HEAD                                                                                       \
    "candidate_name,state,office,jurisdiction,district,county,election_type,party,contest_party\n"
#define BOARD(type, party, of)                                                                     \
    HEAD "Ann Archer,PA,School Director,Elk Valley School District,,Elk," type "," party "," of "\n"
#define OPEN BOARD("primary", "", "")
#define OURS "Ann Archer|Bo Li"
#define DEM_BOARD "DEM School Director Elk Valley"
#define REP_BOARD "REP School Director Elk Valley"

static const struct {
    const char *list;
    const char *text[2], *choices[2];
    int linked[2]; /* choice or -1 */
    int review;
} rows[] = {
    {OPEN, {DEM_BOARD, REP_BOARD}, {OURS, "Cy Cox|Ann Archer"}, {0, 1}, 0},
    {OPEN,
     {"School Director Elk Valley - Democratic", "School Director Elk Valley - Republican"},
     {OURS, OURS},
     {0, 0},
     0},
    {OPEN,
     {"School Director Elk Valley (D)", "School Director Elk Valley (R)"},
     {OURS, OURS},
     {0, 0},
     0},
    /* whoever stands has the primary's party there, and may be of either */
    {BOARD("primary", "D", ""),
     {DEM_BOARD, REP_BOARD},
     {"Ann Archer=DEM", "Ann Archer=REP"},
     {0, 0},
     0},
    {BOARD("primary", "R", ""),
     {DEM_BOARD, REP_BOARD},
     {"Ann Archer=DEM", "Ann Archer=REP"},
     {0, 0},
     0},
    /* ... but not in the other's alone */
    {BOARD("primary", "D", ""),
     {DEM_BOARD, REP_BOARD},
     {"Cy Cox=DEM", "Ann Archer=REP"},
     {-1, -1},
     1},
    {OPEN, {DEM_BOARD, REP_BOARD}, {"Cy Cox=DEM", "Ann Archer=REP"}, {-1, 0}, 0},
    /* two people, as far as the names show */
    {OPEN, {DEM_BOARD, REP_BOARD}, {"Ann Archer", "Ann Archer Jr."}, {-1, -1}, 2},
    {OPEN, {DEM_BOARD, REP_BOARD}, {"Ann B. Archer", "Ann C. Archer"}, {-1, -1}, 2},
    {OPEN, {DEM_BOARD, REP_BOARD}, {"Ann Archer", "Ann C. Archer"}, {-1, -1}, 2},
    /* sure in one, to be found out in the other */
    {OPEN, {DEM_BOARD, REP_BOARD}, {"Ann Archer", "Barbara Archer"}, {0, -1}, 1},
    {OPEN, {DEM_BOARD, REP_BOARD}, {"Ann Archer", "A. Archer"}, {0, -1}, 1},
    /* two contests, for all that is known */
    {OPEN, {DEM_BOARD " 2 Year Term", REP_BOARD " 4 Year Term"}, {OURS, OURS}, {-1, -1}, 2},
    {OPEN, {DEM_BOARD, "DEM School Director, Elk Valley"}, {OURS, OURS}, {-1, -1}, 2},
    {OPEN, {"School Director Elk Valley", REP_BOARD}, {OURS, OURS}, {-1, -1}, 2},
    {HEAD "Ann Archer,PA,School Director,Elk Valley School District,1,Elk,primary,,\n",
     {DEM_BOARD " Region 1", REP_BOARD " Region 2"},
     {OURS, OURS},
     {0, -1},
     0},
    /* one of the two is named, or there is no primary */
    {BOARD("primary", "D", "D"), {DEM_BOARD, REP_BOARD}, {OURS, OURS}, {0, -1}, 0},
    {BOARD("general", "", ""), {DEM_BOARD, REP_BOARD}, {OURS, OURS}, {-1, -1}, 2},
    /* the table, and what is not in it */
    {HEAD "Ann Archer,PA,Judge of the Court of Common Pleas,,,Elk,primary,,\n",
     {"DEM Judge of the Court of Common Pleas", "REP Judge of the Court of Common Pleas"},
     {OURS, OURS},
     {0, 0},
     0},
    {HEAD "Ann Archer,PA,Magisterial District Judge,,05-2-01,Elk,primary,,\n",
     {"DEM Magisterial District Judge 05-2-01", "REP Magisterial District Judge 05-2-01"},
     {OURS, OURS},
     {0, 0},
     0},
    {HEAD "Ann Archer,PA,Judge of the Superior Court,,,,primary,,\n",
     {"DEM Judge of the Superior Court", "REP Judge of the Superior Court"},
     {OURS, OURS},
     {-1, -1},
     2},
    {HEAD "Ann Archer,PA,Sheriff,,,Elk,primary,,\n",
     {"DEM Sheriff", "REP Sheriff"},
     {OURS, OURS},
     {-1, -1},
     2},
    {HEAD "Ann Archer,OH,School Board,Elk Valley School District,,Elk,primary,,\n",
     {"DEM School Board Elk Valley", "REP School Board Elk Valley"},
     {OURS, OURS},
     {-1, -1},
     2},
};

static bool as_said(size_t row, bool backwards)
{
    struct night n;
    struct feed_contest *c[2];
    int got[2];

    night_open(&n, rows[row].list);
    for (int k = 0; k < 2; k++) {
        c[k] = contest_of(&n, US, k ? "8" : "7", rows[row].text[k], rows[row].choices[k]);
        c[k]->state = n.list.list[0].state;
        c[k]->county = SLICE("Elk");
    }
    match(&n, c[backwards]);
    match(&n, c[!backwards]);
    for (int k = 0; k < 2; k++)
        got[k] = linked(&n, 0, c[k]);
    bool ok = got[0] == rows[row].linked[0] && got[1] == rows[row].linked[1] &&
              in_review(&n, 0) == rows[row].review;
    if (!ok)
        print_error("row %zu: %d and %d are linked, %d in review%s%.*s\n", row, got[0], got[1],
                    in_review(&n, 0), n.m.review_count ? ": " : "",
                    n.m.review_count ? (int)n.m.review[0].why.len : 0,
                    n.m.review_count ? n.m.review[0].why.ptr : "");
    uint32_t primaries = (got[0] >= 0) + (got[1] >= 0);
    bool open = n.m.match && primaries_are_open(&n.list.list[0], office_class_named("school-board"),
                                                states_find(n.list.list[0].state));
    if (open && primaries_count(&n.m.races[0]) != primaries) {
        print_error("row %zu: %u primaries\n", row, primaries_count(&n.m.races[0]));
        ok = false;
    }
    night_close(&n);
    return ok;
}

static void one_candidacy_is_matched_in_both_parties_primaries(void **state)
{
    int wrong = 0;
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int backwards = 0; backwards < 2; backwards++)
            wrong += !as_said(i, backwards);
    assert_int_equal(wrong, 0);
}

/* Another of the race who stands in one primary only does not stand in the way. */
static void those_of_one_board_may_stand_in_different_primaries(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, OPEN "Bo Li,PA,School Director,Elk Valley School District,,Elk,primary,,\n"
                        "Cy Cox,PA,School Director,Elk Valley School District,,Elk,primary,R,\n");
    struct feed_contest *dem = contest_of(&n, US, "7", DEM_BOARD, "Ann Archer|Bo Li");
    struct feed_contest *rep = contest_of(&n, US, "8", REP_BOARD, "Cy Cox|Ann Archer");
    dem->state = rep->state = SLICE("PA");
    dem->county = rep->county = SLICE("Elk");
    match(&n, dem);
    match(&n, rep);
    assert_int_equal(n.m.race_count, 1);
    assert_int_equal(linked(&n, 0, dem), 0);
    assert_int_equal(linked(&n, 0, rep), 1);
    assert_int_equal(linked(&n, 1, dem), 1);
    assert_int_equal(linked(&n, 2, rep), 0);
    assert_int_equal(n.m.review_count, 0);
    assert_int_equal(primaries_count(&n.m.races[0]), 2);
    assert_string_equal(primaries_of(&n.m.races[0], rep), "rep");
    struct race r = {.primaries = 2};
    assert_int_equal(primaries_room(&r, 3), 6);
    assert_int_equal(primaries_room(&r, -1), -1);
    night_close(&n);
}

/* Two of three that fit are one party's: which of them it is nobody can tell, and the third goes
 * with one of the two. */
static void two_contests_of_one_party_are_not_told_apart_by_a_third(void **state)
{
    static const char *const texts[] = {DEM_BOARD, REP_BOARD, REP_BOARD};
    (void)state;

    for (int first = 0; first < 3; first++) {
        struct night n;
        struct feed_contest *c[3];
        night_open(&n, OPEN);
        for (int k = 0; k < 3; k++) {
            int i = (first + k) % 3;
            c[i] = contest_of(&n, US, i == 2 ? "9" : "8", texts[i], OURS);
            c[i]->state = SLICE("PA");
            c[i]->county = SLICE("Elk");
            match(&n, c[i]);
        }
        for (int k = 0; k < 3; k++)
            assert_int_equal(linked(&n, 0, c[k]), -1);
        assert_int_equal(in_review(&n, 0), 3);
        night_close(&n);
    }
}

/* Two contests of a source are one race in two primaries when every word but the party's is the
 * same, wherever the feed has it. */
static void primaries_of_one_race_differ_in_the_party_alone(void **state)
{
#define REST "Elk", "1", "School Director", "primary"
    static const struct {
        const char *text, *county, *district, *office, *type;
        bool same;
    } others[] = {
        {"REP School Director", REST, true},
        {"School Director (Republican Party)", REST, true},
        {"REP School Director 2 years", REST, false},
        {"REP School Director", "Fox", "1", "School Director", "primary", false},
        {"REP School Director", "Elk", "2", "School Director", "primary", false},
        {"REP School Director", "Elk", "1", "Rep School Director", "Republican primary", true},
        {"REP School Director", "Elk", "1", "School Director 2 years", "primary", false},
        {"REP School Director", "Elk", "1", "School Director", "special primary", false},
        {"REP School Director", "Elk", "1", "", "primary", false},
    };
#undef REST
    struct feed_contest dem = {.text = SLICE("DEM School Director"),
                               .county = SLICE("Elk"),
                               .district = SLICE("1"),
                               .office = SLICE("School Director"),
                               .election_type = SLICE("primary")};
    struct arena *a = arena_new(1 << 20);
    (void)state;

    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct feed_contest rep = {.text = slice_of(others[i].text),
                                   .county = slice_of(others[i].county),
                                   .district = slice_of(others[i].district),
                                   .office = slice_of(others[i].office),
                                   .election_type = slice_of(others[i].type)};
        if (primaries_same_contest(&dem, &rep, a) != others[i].same ||
            primaries_same_contest(&rep, &dem, a) != others[i].same)
            fail_msg("row %zu", i);
    }
    arena_free(a);
}

/* Nobody has to say that winning such a primary is a nomination; a list may say that it is not. */
static void a_cross_filed_primary_is_won_as_a_nomination(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, "candidate_name,state,office,jurisdiction,election_type,wins\n"
                   "Ann Archer,PA,School Director,Elk Valley,primary,\n"
                   "Bo Li,PA,School Director,Elk Valley,primary,seat\n"
                   "Cy Cox,PA,School Director,Elk Valley,general,\n"
                   "Di Dow,GA,School Board,Elk Valley,primary,\n");
    const enum endorse_wins wins[] = {WINS_NOMINATION, WINS_SEAT, WINS_SEAT, WINS_SEAT};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(n.list.list[i].wins, wins[i]);
    night_close(&n);
}

/* A person decides line by line. */
static void a_decision_on_one_primary_leaves_the_other_open(void **state)
{
    struct night n;
    struct err e;
    bool changed;
    (void)state;

    night_open(&n, OPEN);
    struct feed_contest *c[2] = {contest_of(&n, US, "7", DEM_BOARD, "Ann Archer"),
                                 contest_of(&n, US, "8", REP_BOARD, "Ann C. Archer")};
    for (int k = 0; k < 2; k++) {
        c[k]->state = SLICE("PA");
        match(&n, c[k]);
    }
    assert_int_equal(in_review(&n, 0), 2);
    struct match_decision d = match_decision_of(&n.m, &n.m.review[0], MATCH_ACCEPT);
    d.number = 1;
    assert_true(match_decide(&n.m, &d, &changed, &e));
    for (int k = 0; k < 2; k++)
        match(&n, c[k]);
    assert_int_equal((linked(&n, 0, c[0]) >= 0) + (linked(&n, 0, c[1]) >= 0), 1);
    assert_int_equal(in_review(&n, 0), 1);
    d = match_decision_of(&n.m, &n.m.review[0], MATCH_ACCEPT);
    d.number = 2;
    assert_true(match_decide(&n.m, &d, &changed, &e));
    for (int k = 0; k < 2; k++)
        match(&n, c[k]);
    assert_int_equal((linked(&n, 0, c[0]) >= 0) + (linked(&n, 0, c[1]) >= 0), 2);
    assert_int_equal(primaries_count(&n.m.races[0]), 2);
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_candidacy_is_matched_in_both_parties_primaries),
        cmocka_unit_test(those_of_one_board_may_stand_in_different_primaries),
        cmocka_unit_test(two_contests_of_one_party_are_not_told_apart_by_a_third),
        cmocka_unit_test(primaries_of_one_race_differ_in_the_party_alone),
        cmocka_unit_test(a_cross_filed_primary_is_won_as_a_nomination),
        cmocka_unit_test(a_decision_on_one_primary_leaves_the_other_open),
    };
    return cmocka_run_group_tests_name("core_primaries", tests, NULL, NULL);
}
