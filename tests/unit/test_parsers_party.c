/* SPDX-License-Identifier: ISC */
/* Whose contest is it: all voters', or a party's, in files that give both primaries one name. */
#include <stdio.h>
#include <string.h>

#include "parsers/charset.h"
#include "tests/unit/format_case.h"

#define OPTIONS                                                                                    \
    "column.contest=Race\ncolumn.choice=Name\ncolumn.party=Party\ncolumn.contest-party=Party\n"    \
    "column.seats=Seats\ncolumn.votes=Votes\n"
#define HEADER "Race,Name,Party,Seats,Votes\n"

/* "Race/party=choices;" of each contest. */
static void gives(const char *more, const char *rows, const char *want)
{
    char options[600], payload[2000], text[1000] = "";
    size_t n = 0;
    snprintf(options, sizeof options, "%s%s", OPTIONS, more);
    snprintf(payload, sizeof payload, "%s%s", HEADER, rows);
    struct format_case c = {.format = "delimited", .payload = payload, .options = options};
    if (!case_run(&c))
        fail_msg("%s", c.fault.err.text);
    for (uint32_t i = 0; i < c.r.head->contests; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%.*s/%.*s=%u;",
                              SLICE_FMT(results_text(&c.r, c.r.contests[i].text)),
                              SLICE_FMT(results_text(&c.r, c.r.contests[i].party)),
                              c.r.contests[i].choices);
    assert_string_equal(text, want);
    case_done(&c);
}

#define BOTH                                                                                       \
    "Mayor,Ann,DEM,1,1\nMayor,Bo,REP,1,2\nMayor,Cy,Dem,1,3\nMayor,Di,LIB,1,3\nClerk,Ed,NP,1,4\n"   \
    "Clerk,Flo,,1,5\nClerk,Write-in,,1,0\n"

static void a_party_has_a_contest_where_told_so(void **state)
{
    (void)state;
    gives("contest-per-party=yes\n", BOTH,
          "Mayor - DEM/DEM=1;Mayor - REP/REP=1;Mayor - Dem/Dem=1;Mayor - LIB/LIB=1;Clerk/=3;");
    gives("contest-per-party=no\n", BOTH, "Mayor/=4;Clerk/=3;");
}

static void more_of_a_party_than_seats_are_a_primary(void **state)
{
    (void)state;
    gives("contest-per-party=auto\nvalue.contest-party.Dem=DEM\n", BOTH,
          "Mayor - DEM/DEM=2;Mayor - REP/REP=1;Mayor - LIB/LIB=1;Clerk/=3;");
    /* in November each party has as many as can win */
    gives("contest-per-party=auto\n",
          "Board,Ann,DEM,2,1\nBoard,Bo,DEM,2,1\nBoard,Cy,REP,2,1\nMayor,Di,DEM,1,1\n"
          "Mayor,Ed,REP,1,1\n",
          "Board/=3;Mayor/=2;");
    /* two who are of no party, or written in, are no party's many */
    gives("contest-per-party=auto\n",
          "Mayor,Di,DEM,1,1\nMayor,Ed,REP,1,1\nMayor,Flo,IND,1,1\nMayor,Gus,IND,1,1\n"
          "Mayor,Hal (Write-in),DEM,1,1\n",
          "Mayor/=5;");
}

static void somebody_listed_twice_makes_no_primary(void **state)
{
    (void)state;
    char rows[1000];
    size_t n = (size_t)snprintf(rows, sizeof rows,
                                "A,Ann Roe,DEM,1,1\nA,Ann B. Roe,DEM,1,1\nA,Bo,REP,1,1\n");
    for (char c = 'B'; c <= 'D'; c++)
        n += (size_t)snprintf(rows + n, sizeof rows - n, "%c,Ann,DEM,1,1\n%c,Bo,REP,1,1\n", c, c);
    gives("contest-per-party=auto\n", rows, "A/=3;B/=2;C/=2;D/=2;");
}

static void who_comes_again_in_other_rows_is_one_person(void **state)
{
    (void)state;
    gives("contest-per-party=auto\n",
          "A,Ann,DEM,1,1\nA,Bo,REP,1,1\nB,Ann,DEM,1,1\nB,Bo,REP,1,1\nA,Ann,DEM,1,1\nA,Bo,REP,1,1\n",
          "A/=2;B/=2;");
}

/* On the day of a primary a seat may be filled for good. */
static void a_special_election_is_of_all_parties_unless_it_is_a_primary_too(void **state)
{
    (void)state;
    const char *rows = "Mayor,Ann,DEM,1,1\nMayor,Bo,DEM,1,2\nMayor,Cy,REP,1,3\n"
                       "Special Clerk,Di,DEM,1,1\nSpecial Clerk,Ed,REP,1,1\n";
    gives("contest-per-party=auto\ncontest-all-parties.Race=^Special\n", rows,
          "Mayor - DEM/DEM=2;Mayor - REP/REP=1;Special Clerk/=2;");
    gives("contest-per-party=auto\ncontest-all-parties.Race=^Special\n",
          "Special Clerk,Di,DEM,1,1\nSpecial Clerk,Ed,REP,1,1\nSpecial Clerk,Flo,REP,1,1\n",
          "Special Clerk - DEM/DEM=1;Special Clerk - REP/REP=2;");
}

static void commissioners_of_two_counties_are_no_party_of_many(void **state)
{
    (void)state;
    const char *rows = "Mayor@Ash,Ann,DEM,1,1\nMayor@Ash,Bo,REP,1,1\nMayor@Elm,Cy,DEM,1,1\n"
                       "Mayor@Elm,Di,REP,1,1\n";
    gives("contest-per-party=auto\ncut.county.contest=@([A-Za-z]+)$\ncontest-per-county=roster\n"
          "column.county=Race\ncut.county.county=@(.*)$\n",
          rows, "Mayor/=2;Mayor/=2;");
}

/* What is read twice is converted once. */
static void another_charset_is_read_once(void **state)
{
    (void)state;
    struct err e;
    struct format_case c = {.format = "delimited",
                            .payload = HEADER "Mayor,Jos\xe9,DEM,1,1\nMayor,Bo,DEM,1,2\n",
                            .options = OPTIONS "contest-per-party=auto\ncharset=windows-1252\n"};
    assert_true(charset_init(&e));
    assert_true(case_run(&c));
    assert_text(&c, c.r.choices[0].name, "Jos\xc3\xa9");
    assert_text(&c, c.r.contests[0].text, "Mayor - DEM");
    case_done(&c);
}

static void what_it_may_be_is_told(void **state)
{
    (void)state;
    struct format_case c = {
        .format = "delimited", .payload = HEADER BOTH, .options = OPTIONS "contest-per-party=a\n"};
    assert_refused(&c, WIRE_SCHEMA, "option contest-per-party: it is yes, no or auto");
    c = (struct format_case){.format = "html-table",
                             .payload = "<html><table><tr><td>a</td><td>1</td></tr></table></html>",
                             .options = "contest-per-party=auto\nxpath.contest-name=1\n"
                                        "xpath.row=//tr\nxpath.candidate=td[1]\nxpath.votes=td[2]"
                                        "\n"};
    assert_refused(&c, WIRE_SCHEMA, "auto is for text of lines");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_party_has_a_contest_where_told_so),
        cmocka_unit_test(more_of_a_party_than_seats_are_a_primary),
        cmocka_unit_test(somebody_listed_twice_makes_no_primary),
        cmocka_unit_test(who_comes_again_in_other_rows_is_one_person),
        cmocka_unit_test(a_special_election_is_of_all_parties_unless_it_is_a_primary_too),
        cmocka_unit_test(commissioners_of_two_counties_are_no_party_of_many),
        cmocka_unit_test(another_charset_is_read_once),
        cmocka_unit_test(what_it_may_be_is_told),
    };
    return cmocka_run_group_tests_name("parsers-party", tests, NULL, NULL);
}
