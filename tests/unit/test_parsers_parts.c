/* SPDX-License-Identifier: ISC */
/* Which contests of counties are one race: told by who stands in them. */
#include <stdio.h>
#include <string.h>

#include "tests/unit/format_case.h"

#define OPTIONS                                                                                    \
    "column.county=County\ncolumn.contest=Race\ncolumn.choice=Name\ncolumn.votes=Votes\n"          \
    "contest-per-county=roster\n"
#define HEADER "County,Race,Name,Votes\n"

static void gives(const char *more, const char *rows, const char *want)
{
    char options[600], payload[1200];
    snprintf(options, sizeof options, "%s%s", OPTIONS, more);
    snprintf(payload, sizeof payload, "%s%s", HEADER, rows);
    delimited_gives(options, payload, want);
}

static void the_same_people_in_two_counties_are_one_race(void **state)
{
    (void)state;
    gives("",
          "Ash,Town Council,Ana Roe,10\nAsh,Town Council,Bo Low,5\nAsh,Mayor,Cy,1\n"
          "Elm,Town Council,Bo Low,7\nElm,Town Council,Ana Roe,2\n",
          "Town Council@ Ana Roe=12 [Ash 10] [Elm 2] Bo Low=12 [Ash 5] [Elm 7]; "
          "Mayor@ Cy=1 [Ash 1]; ");
}

static void other_people_under_one_title_are_two_races(void **state)
{
    (void)state;
    gives("",
          "Ash,Commissioner 1,Ana Roe,10\nElm,Commissioner 1,Bo Low,7\n"
          "Oak,Commissioner 1,Ana Roe,1\nOak,Commissioner 1,Bo Low,2\n",
          "Commissioner 1@Ash Ana Roe=10; Commissioner 1@Elm Bo Low=7; "
          "Commissioner 1@Oak Ana Roe=1 Bo Low=2; ");
}

/* One more who stands is another race, whichever county comes first. */
static void more_people_in_one_county_are_another_race(void **state)
{
    (void)state;
    gives("", "Ash,Judge,Ana Roe,10\nElm,Judge,Ana Roe,7\nElm,Judge,Bo Low,2\n",
          "Judge@Ash Ana Roe=10; Judge@Elm Ana Roe=7 Bo Low=2; ");
    gives("", "Elm,Judge,Ana Roe,7\nElm,Judge,Bo Low,2\nAsh,Judge,Ana Roe,10\n",
          "Judge@Elm Ana Roe=7 Bo Low=2; Judge@Ash Ana Roe=10; ");
    gives("",
          "Elm,Judge,Ana Roe,7\nAsh,Judge,Ana Roe,10\nOak,Judge,Ana Roe,3\nOak,Judge,Bo Low,2\n",
          "Judge@Elm Ana Roe=7; Judge@Ash Ana Roe=10; Judge@Oak Ana Roe=3 Bo Low=2; ");
}

/* A fire district of two counties, and another of its number somewhere else. */
static void a_race_of_two_counties_is_one_beside_its_namesake(void **state)
{
    (void)state;
    gives("",
          "Ash,Fire 3,Ana Roe,10\nOak,Fire 3,Cy Fir,3\nElm,Fire 3,Ana Roe,7\nAsh,Fire 3,Bo Low,1\n"
          "Elm,Fire 3,Bo Low,2\n",
          "Fire 3@ Ana Roe=17 [Ash 10] [Elm 7] Bo Low=3 [Ash 1] [Elm 2]; Fire 3@Oak Cy Fir=3; ");
    gives(
        "",
        "Ash,Fire 3,Ana Roe,10\nOak,Fire 3,Cy Fir,3\nElm,Fire 3,Ana Roe,7\nFir,Fire 3,Cy Fir,1\n",
        "Fire 3@Ash Ana Roe=10; Fire 3@Oak Cy Fir=3; Fire 3@Elm Ana Roe=7; Fire 3@Fir Cy Fir=1; ");
}

static void a_title_in_another_letter_case_is_the_same(void **state)
{
    (void)state;
    gives("",
          "Ash,Legislative District 31 Senator,Ana,10\nElm,LEGISLATIVE DISTRICT 31 Senator,Ana,7\n",
          "Legislative District 31 Senator@ Ana=17 [Ash 10] [Elm 7]; ");
    gives("", "Ash,County Auditor,Ana,10\nElm,COUNTY Auditor,Bo,7\n",
          "County Auditor@Ash Ana=10; COUNTY Auditor@Elm Bo=7; ");
    gives("",
          "Ash,City of Elm Levy,Yes,10\nAsh,City of Elm Levy,No,1\nElm,CITY OF ELM Levy,Yes,3\n"
          "Elm,CITY OF ELM Levy,No,4\n",
          "City of Elm Levy@Ash Yes=10 No=1; CITY OF ELM Levy@Elm Yes=3 No=4; ");
}

static void people_of_another_party_or_id_are_others(void **state)
{
    static const char party[] = "cut.party.choice=\\(([A-Z]+)\\)$\n";
    static const char id[] = "cut.choice-id.choice=#([0-9]+)$\n";
    (void)state;
    gives(party, "Ash,Judge,Ana Roe (DEM),10\nElm,Judge,Ana Roe (REP),7\n",
          "Judge@Ash Ana Roe=10; Judge@Elm Ana Roe=7; ");
    gives(party, "Ash,Judge,Ana Roe (DEM),10\nElm,Judge,Ana Roe (DEM),7\n",
          "Judge@ Ana Roe=17 [Ash 10] [Elm 7]; ");
    gives(id, "Ash,Judge,Ana Roe #1,10\nElm,Judge,Ana Roe #2,7\n",
          "Judge@Ash Ana Roe=10; Judge@Elm Ana Roe=7; ");
    gives(id, "Ash,Judge,Ana Roe #1,10\nElm,Judge,Ana Roe #1,7\n",
          "Judge@ Ana Roe=17 [Ash 10] [Elm 7]; ");
}

static void write_in_lines_tell_nothing(void **state)
{
    (void)state;
    gives("",
          "Ash,Mayor,Ana Roe,10\nAsh,Mayor,Write-in,1\nElm,Mayor,Ana Roe,7\n"
          "Ash,Precinct Officer,Write-in,2\nElm,Precinct Officer,Write-in,3\n",
          "Mayor@ Ana Roe=17 [Ash 10] [Elm 7] Write-in=1 [Ash 1] [Elm -2]; "
          "Precinct Officer@Ash Write-in=2; Precinct Officer@Elm Write-in=3; ");
}

/* Titles that only letter case tells apart are two where one county has both. */
static void two_titles_of_one_county_are_two_races(void **state)
{
    (void)state;
    gives("",
          "Ash,Board Ward a,Ana,10\nAsh,Board Ward A,Ana,3\n"
          "Elm,Board Ward A,Ana,7\nOak,Mayor,Cy,1\n",
          "Board Ward a@Ash Ana=10; Board Ward A@Ash Ana=3; Board Ward A@Elm Ana=7; "
          "Mayor@ Cy=1 [Oak 1]; ");
}

/* "No Candidate Filed" stands in many towns' contests. */
static void lines_of_nobody_tell_nothing(void **state)
{
    (void)state;
    gives("",
          "Ash,Park Clerk,No Candidate Filed,0\nAsh,Park Clerk,Write-in,10\n"
          "Elm,Park Clerk,No Candidate Filed,0\nElm,Park Clerk,Write-in,7\n",
          "Park Clerk@Ash No Candidate Filed=0 Write-in=10; "
          "Park Clerk@Elm No Candidate Filed=0 Write-in=7; ");
    gives("",
          "Ash,Park Clerk,Ana,1\nAsh,Park Clerk,NO PETITION FILED,0\n"
          "Elm,Park Clerk,Bo,2\nOak,Park Clerk,Ana,3\nOak,Park Clerk,NO PETITION FILED,0\n",
          "Park Clerk@Ash Ana=1 NO PETITION FILED=0; Park Clerk@Elm Bo=2; "
          "Park Clerk@Oak Ana=3 NO PETITION FILED=0; ");
}

static void questions_of_one_title_stay_apart(void **state)
{
    (void)state;
    const char *rows = "Ash,Question 1,Yes,10\nAsh,Question 1,No,1\n"
                       "Elm,Question 1,Yes,3\nElm,Question 1,No,4\n";
    gives("", rows, "Question 1@Ash Yes=10 No=1; Question 1@Elm Yes=3 No=4; ");
    gives("",
          "Ash,Levy,\"Yes, Levy\",10\nAsh,Levy,\"No, Levy\",1\nElm,Levy,\"Yes, Levy\",3\n"
          "Elm,Levy,\"No, Levy\",4\n",
          "Levy@Ash Yes, Levy=10 No, Levy=1; Levy@Elm Yes, Levy=3 No, Levy=4; ");
    gives("contest-whole.Race=^Question\n", rows,
          "Question 1@ Yes=13 [Ash 10] [Elm 3] No=5 [Ash 1] [Elm 4]; ");
}

static void what_is_wrong_in_one_county_is_wrong_with_the_race(void **state)
{
    (void)state;
    char rows[4000];
    size_t n =
        (size_t)snprintf(rows, sizeof rows, HEADER "Ash,Mayor,Ana Roe,10\nElm,Mayor,Ana Roe,-7\n");
    for (int i = 0; i < 100; i++) /* one bad contest of a hundred may be left out */
        n += (size_t)snprintf(rows + n, sizeof rows - n, "Ash,Judge %d,Cy,1\n", i);
    struct format_case c = {.format = "delimited", .payload = rows, .options = OPTIONS};
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 100);
    assert_int_equal(c.r.head->problems, 1);
    assert_text(&c, c.r.problems[0].contest_text, "Mayor");
    case_done(&c);
}

/* A row that lost its county was a contest beside those of the counties, and missing in one. */
static void rows_without_a_county_are_no_contest_beside_those_of_counties(void **state)
{
    static const char same[] =
        HEADER "Ash,Mayor,Ana Roe,10\nElm,Mayor,Ana Roe,7\n,Mayor,Ana Roe,3\n";
    static const char other[] =
        HEADER "Ash,Mayor,Ana Roe,10\nElm,Mayor,Bo Low,7\n,Mayor,Bo Low,3\n";
    const char *const payloads[] = {same, other};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct format_case c = {.format = "delimited", .payload = payloads[i], .options = OPTIONS};
        assert_refused(&c, WIRE_SCHEMA, "some of its rows have a county, and some have none");
    }
    struct format_case c = {.format = "delimited",
                            .payload = other,
                            .options = "column.county=County\ncolumn.contest=Race\n"
                                       "column.choice=Name\ncolumn.votes=Votes\n"
                                       "contest-per-county=yes\n"};
    assert_refused(&c, WIRE_SCHEMA, "line 4: a row without a county");
    gives("", ",Mayor,Ana Roe,10\n,Mayor,Bo Low,7\nAsh,Clerk,Cy,1\n",
          "Mayor@ Ana Roe=10 Bo Low=7; Clerk@ Cy=1 [Ash 1]; ");
}

static void a_county_keeps_what_it_says_of_itself(void **state)
{
    (void)state;
    struct format_case c = {.format = "delimited",
                            .options = OPTIONS
                            "precincts=yes\ncolumn.precinct=Precinct\ncolumn.registered=Reg\n",
                            .payload = "County,Precinct,Race,Name,Votes,Reg\nAsh,,Mayor,Ana,10,50\n"
                                       "Elm,North,Mayor,Ana,3,20\nElm,South,Mayor,Ana,4,30\n"};
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 1);
    const struct results_contest *k = &c.r.contests[0];
    assert_int_equal(results_cell(&c.r, k, 0, 0)->votes, 17);
    assert_int_equal(k->units, 5);
    const struct results_unit *u = &c.r.units[k->first_unit];
    assert_text(&c, u[1].name, "Ash");
    assert_int_equal(u[1].registered, 50);
    assert_text(&c, u[2].name, "Elm");
    assert_int_equal(results_cell(&c.r, k, 2, 0)->votes, 7);
    assert_text(&c, u[3].name, "Elm / North");
    case_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_people_in_two_counties_are_one_race),
        cmocka_unit_test(other_people_under_one_title_are_two_races),
        cmocka_unit_test(more_people_in_one_county_are_another_race),
        cmocka_unit_test(a_race_of_two_counties_is_one_beside_its_namesake),
        cmocka_unit_test(a_title_in_another_letter_case_is_the_same),
        cmocka_unit_test(people_of_another_party_or_id_are_others),
        cmocka_unit_test(write_in_lines_tell_nothing),
        cmocka_unit_test(two_titles_of_one_county_are_two_races),
        cmocka_unit_test(lines_of_nobody_tell_nothing),
        cmocka_unit_test(questions_of_one_title_stay_apart),
        cmocka_unit_test(what_is_wrong_in_one_county_is_wrong_with_the_race),
        cmocka_unit_test(rows_without_a_county_are_no_contest_beside_those_of_counties),
        cmocka_unit_test(a_county_keeps_what_it_says_of_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
