/* SPDX-License-Identifier: ISC */
/* Pennsylvania's RSS: what its title may be believed, and which tables are whole. */
#include <stdio.h>
#include <string.h>

#include "daemon/base/buf.h"
#include "tests/unit/format_case.h"

#define GENERAL                                                                                    \
    "PA 2030 General Election RSS Feed by Office  - Precincts  4,005 Out of 9,152 Districts "      \
    "(43.76%)  - IN PERSON BALLOT REPORTING ONLY (Unofficial, Testing)"
#define RSS(title, items)                                                                          \
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><rss version=\"2.0\"><channel><title>" title        \
    "</title><lastBuildDate>Nov  5 2030 10:24PM</lastBuildDate>" items "</channel></rss>"
#define ITEM(title, heads, rows)                                                                   \
    "<item><title>" title "</title><description><![CDATA[<table>" heads rows                       \
    "</table>]]></description></item>"
#define HEADS5                                                                                     \
    "<tr><td><b>County</b></td><td><b>Candidate Name</b></td><td><b>Party</b></td>"                \
    "<td><b>Votes</b></td><td><b>% of Vote</b></td></tr>"
#define HEADS8                                                                                     \
    "<tr><td>County</td><td>Candidate Name</td><td>Party</td><td>Election Day Votes</td>"          \
    "<td>Mail Votes</td><td>Provisional Votes</td><td>Total Votes</td><td>% of Vote</td></tr>"
#define ROW5(county, name, party, votes)                                                           \
    "<tr><td>" county "</td><td>" name "</td><td>" party "</td><td>" votes                         \
    "</td><td>50.00</td></tr>"
#define ROW8(county, name, party, day, mail, other, votes)                                         \
    "<tr><td>" county "</td><td>" name "</td><td>" party "</td><td>" day "</td><td>" mail          \
    "</td><td>" other "</td><td>" votes "</td><td>50.00</td></tr>"

static struct format_case given(const char *payload)
{
    return (struct format_case){.format = "pa-rss", .payload = payload, .options = ""};
}

static void refused(const char *payload, enum wire_failure kind, const char *why)
{
    struct format_case c = given(payload);
    assert_refused(&c, kind, why);
}

static int64_t total(const struct format_case *c, size_t contest, uint32_t choice)
{
    return results_cell(&c->r, &c->r.contests[contest], 0, choice)->votes;
}

/* "(Unofficial, Testing)" stood there on June 19, 2020, weeks after the vote. */
static void testing_in_the_title_says_nothing(void **state)
{
    (void)state;
    struct format_case c =
        given(RSS(GENERAL, ITEM("Mayor", HEADS5, ROW5("ADAMS", "ANN", "DEM", "5"))));
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->test, -1);
    assert_int_equal(c.r.head->status, RESULTS_UNOFFICIAL);
    assert_text(&c, c.r.head->election_name, "PA 2030 General Election");
    case_done(&c);
}

static void counties_are_summed_and_thousands_read(void **state)
{
    (void)state;
    struct format_case c = given(
        RSS(GENERAL,
            ITEM("Attorney General", HEADS8,
                 ROW8("ADAMS", "BRIDEN, JOSEF  R  ", "DEM", "10,843", "8,888", "111", "19,842")
                     ROW8("McKEAN", "BRIDEN, JOSEF  R  ", "DEM", "1,204", "0", "0", "1,204"))));
    assert_true(case_run(&c));
    assert_int_equal(total(&c, 0, 0), 21046);
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->derived, 1);
    assert_text(&c, c.r.choices[0].name, "BRIDEN, JOSEF R");
    assert_int_equal(c.r.contests[0].units, 3);
    case_done(&c);
}

static void parts_must_come_to_the_total(void **state)
{
    (void)state;
    refused(RSS(GENERAL, ITEM("Mayor", HEADS8, ROW8("ADAMS", "ANN", "DEM", "1", "2", "3", "7"))),
            WIRE_SCHEMA, "the total is 7, its election day, mail and provisional votes are 6");
    struct format_case c =
        given(RSS(GENERAL, ITEM("Mayor", HEADS8,
                                ROW8("ADAMS", "ANN", "DEM", "1", "", "3", "7")))); /* unknown */
    assert_true(case_run(&c));
    assert_int_equal(total(&c, 0, 0), 7);
    case_done(&c);
}

static void a_primary_has_a_contest_for_each_party(void **state)
{
    (void)state;
    struct format_case c = given(RSS(
        "PA 2030 Primary Election Results by Office  9,127 Out of 9,128 Districts",
        ITEM("Mayor", HEADS5, ROW5("ADAMS", "ANN", "DEM", "5") ROW5("ADAMS", "BOB", "REP", "6"))));
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 2);
    assert_text(&c, c.r.contests[0].text, "Mayor - DEM");
    assert_text(&c, c.r.contests[1].party, "REP");
    assert_text(&c, c.r.head->election_name, "PA 2030 Primary Election");
    case_done(&c);
    c = given(
        RSS(GENERAL, ITEM("Mayor", HEADS5,
                          ROW5("ADAMS", "ANN", "DEM", "5") ROW5("ADAMS", "BOB", "REP", "6"))));
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 1);
    case_done(&c);
}

/* Split by party, each of its candidates would lead alone. */
static void a_special_election_on_primary_day_is_one_contest(void **state)
{
    (void)state;
    struct format_case c =
        given(RSS("PA 2030 Primary Election Results by Office  9,127 Out of 9,128 Districts",
                  ITEM("Special Election - Senator in the General Assembly (22nd)", HEADS5,
                       ROW5("ADAMS", "ANN", "DEM", "5") ROW5("ADAMS", "BOB", "REP", "6"))));
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 1);
    assert_int_equal(c.r.contests[0].choices, 2);
    assert_text(&c, c.r.contests[0].party, "");
    case_done(&c);
}

/* The districts of the title are the state's; and the first item is a CDATA of over 64 KB. */
static void only_a_contest_of_all_counties_has_the_states_districts(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 20);
    buf_addz(&b, "<?xml version=\"1.0\"?><rss><channel><title>" GENERAL "</title>"
                 "<item><title>Governor</title><description><![CDATA[<table>" HEADS5);
    for (int i = 0; i < 67 * 8; i++)
        buf_addf(&b,
                 "<tr><td style=\"padding-right:10px;padding-left:10px;text-align:left;"
                 "background-color:#b0c4de\">COUNTY %d</td><td>NAME %d</td><td>P</td>"
                 "<td>1</td><td>0.00</td></tr>",
                 i % 67, i / 67);
    buf_addz(&b, "</table>]]></description></item>" ITEM(
                     "Mayor", HEADS5, ROW5("COUNTY 1", "ANN", "DEM", "5")) "</channel></rss>");
    assert_true(b.len > 70000);
    struct format_case c = given(b.ptr);
    assert_true(case_run(&c));
    assert_int_equal(total(&c, 0, 7), 67);
    assert_int_equal(c.r.units[0].reporting, 4005);
    assert_int_equal(c.r.units[0].total, 9152);
    assert_int_equal(c.r.units[c.r.contests[1].first_unit].total, -1);
    case_done(&c);
    buf_done(&b);
}

/* From the second county on every row is of a contest and choice seen before. */
static void by_county_each_row_counts_in_its_own_contest(void **state)
{
#define HEADS_BY_COUNTY                                                                            \
    "<tr><td>Office</td><td>Candidate Name</td><td>Party</td><td>Votes</td><td>%</td></tr>"
#define TWO_OFFICES(county, more)                                                                  \
    ITEM(county, HEADS_BY_COUNTY,                                                                  \
         ROW5("Mayor", "ANN", "DEM", "5") ROW5("Mayor", "BOB", "REP", "6")                         \
             ROW5("Clerk", "CYD", "DEM", "7") more)
    (void)state;
    struct format_case c = given(RSS("PA 2030 General Election Results by County (Unofficial)",
                                     TWO_OFFICES("ADAMS", ROW5("Clerk", "DAN", "REP", "8"))
                                         TWO_OFFICES("BEAVER", ROW5("Clerk", "DAN", "REP", "8"))));
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 2);
    assert_int_equal(total(&c, 0, 1), 12);
    assert_int_equal(total(&c, 1, 1), 16);
    case_done(&c);
    refused(RSS("PA 2030 General Election Results by County (Unofficial)",
                TWO_OFFICES("ADAMS", ROW5("Clerk", "DAN", "REP", "8")) TWO_OFFICES("BEAVER", "")),
            WIRE_SCHEMA, "\"Clerk\": 3 rows for 2 choices in 2 counties");
}

static void a_choice_without_a_county_of_its_contest_is_no_sum(void **state)
{
    (void)state;
    refused(RSS(GENERAL, ITEM("Mayor", HEADS5,
                              ROW5("ADAMS", "ANN", "DEM", "5") ROW5("BEAVER", "ANN", "DEM", "5")
                                  ROW5("ADAMS", "BOB", "REP", "6"))),
            WIRE_SCHEMA, "3 rows for 2 choices in 2 counties");
    struct format_case c =
        given(RSS(GENERAL, ITEM("Mayor", HEADS5,
                                ROW5("ADAMS", "ANN", "DEM", "5") ROW5("BEAVER", "ANN", "DEM", "5")
                                    ROW5("ADAMS", "Write-In", "", "6"))));
    assert_true(case_run(&c));
    assert_int_equal(total(&c, 0, 1), 6);
    case_done(&c);
}

static void by_county_items_are_counties(void **state)
{
    (void)state;
    static const char heads[] = "Office";
    char payload[3000];
    snprintf(payload, sizeof payload,
             RSS("PA 2030 General Election Results by County",
                 ITEM("ADAMS",
                      "<tr><td>4 Out of 49 Districts (8.16%%)</td></tr></table><table>"
                      "<tr><td>%s</td><td>Candidate Name</td><td>Party</td><td>Votes</td>"
                      "<td>%% of Vote</td></tr>",
                      ROW5("Mayor", "ANN", "DEM", "5"))
                     ITEM("BEAVER",
                          "<tr><td>%s</td><td>Candidate Name</td><td>Party</td><td>Votes</td>"
                          "<td>%% of Vote</td></tr>",
                          ROW5("Mayor", "ANN", "DEM", "6"))),
             heads, heads);
    struct format_case c = given(payload);
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 1);
    assert_int_equal(total(&c, 0, 0), 11);
    assert_text(&c, c.r.units[2].name, "BEAVER");
    case_done(&c);
}

static void damage_is_not_guessed_around(void **state)
{
    (void)state;
    static const char whole[] =
        RSS(GENERAL, ITEM("Mayor", HEADS5, ROW5("ADAMS", "ANN", "DEM", "5")));
    static const struct {
        const char *from, *to, *why;
        enum wire_failure kind;
    } cases[] = {
        {"<td>ADAMS", "<td ADAMS", "names no county", WIRE_SYNTAX},
        {"<td>ADAMS</td>", "<td>ADAMS", NULL, WIRE_OK}, /* browsers close it as well */
        {"<tr><td>ADAMS", "<ur><td>ADAMS", "cells outside of rows", WIRE_SYNTAX},
        {"<td>ANN", "ANN", "4 cells, not 5", WIRE_SYNTAX},
        {"<b>Votes", "<b>Voces", "no table of votes", WIRE_SCHEMA},
        {"<b>County", "<b>Country", "lacks the column", WIRE_SCHEMA},
        {"<b>Party", "<b>Votes", "\"Votes\" is there twice", WIRE_SCHEMA},
        {"<td>5<", "<td>-5<", "is no count", WIRE_SCHEMA},
        {"<title>Mayor</title>", "", "no title", WIRE_SCHEMA},
        {"</item>", "", "line 1", WIRE_SYNTAX},
        {"<rss", "<feed", "no RSS", WIRE_SCHEMA},
    };
    char payload[3000];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *at = strstr(whole, cases[i].from);
        assert_non_null(at);
        snprintf(payload, sizeof payload, "%.*s%s%s", (int)(at - whole), whole, cases[i].to,
                 at + strlen(cases[i].from));
        struct format_case c = given(payload);
        if (cases[i].kind == WIRE_OK) {
            assert_true(case_run(&c));
            case_done(&c);
        } else {
            assert_refused(&c, cases[i].kind, cases[i].why);
        }
    }
}

static void what_is_not_the_feed_is_refused(void **state)
{
    (void)state;
    refused("<!DOCTYPE html><html><head><title>Request unsuccessful.</title></head></html>",
            WIRE_BLOCKED, "Request unsuccessful.");
    refused(RSS(GENERAL, ""), WIRE_SCHEMA, "no item");
    refused("<?xml version=\"1.0\"?><rss><channel><title>x</title>", WIRE_TRUNCATED, "ends before");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(testing_in_the_title_says_nothing),
        cmocka_unit_test(counties_are_summed_and_thousands_read),
        cmocka_unit_test(parts_must_come_to_the_total),
        cmocka_unit_test(a_primary_has_a_contest_for_each_party),
        cmocka_unit_test(a_special_election_on_primary_day_is_one_contest),
        cmocka_unit_test(only_a_contest_of_all_counties_has_the_states_districts),
        cmocka_unit_test(a_choice_without_a_county_of_its_contest_is_no_sum),
        cmocka_unit_test(by_county_each_row_counts_in_its_own_contest),
        cmocka_unit_test(by_county_items_are_counties),
        cmocka_unit_test(damage_is_not_guessed_around),
        cmocka_unit_test(what_is_not_the_feed_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
