/* SPDX-License-Identifier: ISC */
/* The delimited engine: files as counties write them, and damage. */
#include <stdio.h>

#include "tests/unit/format_case.h"

#define COLUMNS "column.contest=Race\ncolumn.choice=Candidate\ncolumn.votes=Votes\n"
#define HEAD "Race,Candidate,Votes\n"

static void refused(const char *options, const char *payload, enum wire_failure kind,
                    const char *why)
{
    struct format_case c = {.format = "delimited", .options = options, .payload = payload};
    assert_refused(&c, kind, why);
}

/* The total of the contest's choice, counted from 0. */
static int64_t total(const struct format_case *c, uint32_t contest, uint32_t choice)
{
    return results_cell(&c->r, &c->r.contests[contest], 0, choice)->votes;
}

/* One contest "Mayor" with these two totals. */
static void reads(const char *options, const char *payload, int64_t first, int64_t second)
{
    struct format_case c = {.format = "delimited", .options = options, .payload = payload};
    if (!case_run(&c))
        fail_msg("%s", c.fault.err.text);
    assert_int_equal(c.r.head->contests, 1);
    assert_int_equal(c.r.contests[0].choices, 2);
    assert_text(&c, c.r.contests[0].text, "Mayor");
    assert_text(&c, c.r.choices[0].name, "Ann Lee");
    assert_text(&c, c.r.choices[1].name, "Bo, Jr.");
    assert_int_equal(total(&c, 0, 0), first);
    assert_int_equal(total(&c, 0, 1), second);
    case_done(&c);
}

static void test_line_ends_quotes_and_blanks(void **state)
{
    (void)state;
    reads(COLUMNS, HEAD "Mayor,Ann Lee,5\nMayor,\"Bo, Jr.\",6\n", 5, 6);
    reads(COLUMNS, "Race,Candidate,Votes\r\nMayor,Ann Lee,5\r\n\r\nMayor,\"Bo, Jr.\",6\r\n", 5, 6);
    reads(COLUMNS, "Race,Candidate,Votes\rMayor,Ann Lee,5\rMayor,\"Bo, Jr.\",6\r", 5, 6);
    reads(COLUMNS,
          "\"Race\" ,\"Candidate\" , Votes\nMayor ,Ann  Lee, 5\n,,\nMayor, \"Bo,\nJr.\" ,\"6\"\n",
          5, 6);
    reads(COLUMNS "separator=pipe\n",
          "race|CANDIDATE|votes|x|\nMayor|Ann Lee|5|\nMayor|Bo, Jr.|6|||\n", 5, 6);
}

static void test_titles_before_the_header(void **state)
{
    (void)state;
    reads(COLUMNS,
          "Lake County\nas of 9 p.m., unofficial\n" HEAD "Mayor,Ann Lee,5\nMayor,\"Bo, Jr.\",6\n",
          5, 6);
    reads(COLUMNS "skip-lines=1\n", "Race\n" HEAD "Mayor,Ann Lee,5\nMayor,\"Bo, Jr.\",6\n", 5, 6);
    refused(COLUMNS "skip-lines=1\n", "a\nb\n" HEAD "Mayor,Ann Lee,5\n", WIRE_SCHEMA,
            "line 2: there is no column \"Race\" (option column.contest); it has b");
}

static void test_quote_no_keeps_nicknames(void **state)
{
    (void)state;
    struct format_case c = {.format = "delimited",
                            .options = COLUMNS "separator=tab\nquote=no\n",
                            .payload = "Race\tCandidate\tVotes\nMayor\t\"Ox\" Oakes\t5\n"};
    assert_true(case_run(&c));
    assert_text(&c, c.r.choices[0].name, "\"Ox\" Oakes");
    case_done(&c);
    refused(COLUMNS "separator=tab\n", "Race\tCandidate\tVotes\nMayor\t\"Ox\" Oakes\t5\n",
            WIRE_SYNTAX, "line 2: text behind a field's closing quote");
}

static void test_damage_is_located(void **state)
{
    (void)state;
    refused(COLUMNS, HEAD "Mayor,Ann Lee,5\nMayor,Bo,6", WIRE_TRUNCATED,
            "line 3: the last line has no end");
    refused(COLUMNS, HEAD "Mayor,Ann Lee,5\nMayor,Bo\n", WIRE_SYNTAX, "line 3: it has 2 fields");
    refused(COLUMNS "last-line=any\n", HEAD "Mayor,Ann Lee,5\nMayor,Bo", WIRE_TRUNCATED,
            "line 3: it has 2 fields");
    refused(COLUMNS, HEAD "Mayor,\"Ann Lee,5\n", WIRE_TRUNCATED,
            "line 2: the payload ends inside a field's quotes");
    refused(COLUMNS, "Race,Name,Votes\nMayor,Ann,5\n", WIRE_SCHEMA,
            "line 1: there is no column \"Candidate\" (option column.choice); it has Race, Name, "
            "Votes");
    refused(COLUMNS, "List\nRace;Candidate;Votes\nMayor;Ann;5\n", WIRE_SCHEMA,
            "near the top; lines seem cut otherwise: separator = semicolon");
    refused(COLUMNS, "<H>\nlist\n", WIRE_SCHEMA,
            "line 1: there is no column \"Race\" (option column.contest), nor in any other line");
    refused(COLUMNS, HEAD, WIRE_SCHEMA, "it holds no contests");
    /* a quote lost within "12,444": its rest would be another column */
    refused(COLUMNS, HEAD "Mayor,Ann Lee, 12,444\",5\n", WIRE_SYNTAX,
            "line 2: 5 fields, the header has 3");
}

/* Votes and rank are digits both: with a separator lost between them and the party, the rank was
 * taken for the votes. */
static void test_a_lost_separator_is_not_the_next_columns_votes(void **state)
{
    static const char columns[] = "header=no\ncolumn.contest=#1\ncolumn.choice=#2\n"
                                  "column.votes=#4\n";
    (void)state;
    refused(COLUMNS, "Race,Candidate,Party,Votes,Rank\nMayor,Ann,D,100,1\nMayor,Bo D,90,2\n",
            WIRE_SYNTAX, "line 3: 4 fields, the header has 5");
    refused(COLUMNS "last-line=any\n",
            "Race,Candidate,Party,Votes,Rank\nMayor,Ann,D,100,1\nMayor,Bo,D,90", WIRE_TRUNCATED,
            "line 3: 4 fields, the header has 5");
    refused(columns, "Mayor,Ann,D,100,1\nMayor,Bo D,90,2\n", WIRE_SYNTAX,
            "line 2: 4 fields, the first row has 5");
    refused(columns, "Mayor,Ann,D,100,1\nMayor,Bo, Jr.,D,90,2\n", WIRE_SYNTAX,
            "line 2: 6 fields, the first row has 5");
    reads(COLUMNS "ragged=yes\n",
          "Race,Candidate,Votes,Rank\nMayor,Ann Lee,5,1\nMayor,\"Bo, Jr.\",6\n", 5, 6);
}

static void test_two_columns_of_one_name_are_told_apart(void **state)
{
    (void)state;
    refused(COLUMNS, "Race,Candidate,Votes, votes\nMayor,Ann,1,2\n", WIRE_SCHEMA,
            "line 1: two columns are called \"Votes\"; say which by its number, such as #3");
    refused("column.contest=Race\ncolumn.choice=Candidate\ncolumn.votes=Votes | Total\n",
            "Race,Candidate,Votes,Total,Votes\nMayor,Ann,1,2,3\n", WIRE_SCHEMA,
            "line 1: two columns");
    reads("column.contest=Race\ncolumn.choice=Candidate\ncolumn.votes=#-1\n",
          "Race,Candidate,Votes,Votes\nMayor,Ann Lee,1,5\nMayor,\"Bo, Jr.\",2,6\n", 5, 6);
    reads(COLUMNS, "Race,Candidate,Votes,%,%\nMayor,Ann Lee,5,1,1\nMayor,\"Bo, Jr.\",6,1,1\n", 5,
          6);
}

static void test_votes_are_digits(void **state)
{
    static const char *const wrong[] = {"-5",
                                        "1.0",
                                        "1,204",
                                        "1e3",
                                        "5 votes",
                                        "99999999999999999",
                                        "18446744073709551621", /* 2^64 + 5 */
                                        "9007199254740992"};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char payload[200];
        snprintf(payload, sizeof payload, HEAD "Mayor,Ann Lee,\"%s\"\n", wrong[i]);
        refused(COLUMNS, payload, WIRE_SCHEMA, "line 2: Votes: ");
    }
    reads(COLUMNS "thousands=yes\n", HEAD "Mayor,Ann Lee,\"1,204\"\nMayor,\"Bo, Jr.\",204\n", 1204,
          204);
    static const char *const groups[] = {"12,04",  "1,23,456", "1234,567", ",123",
                                         "1,234,", "0,204",    "1,,234"};
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        char payload[200];
        snprintf(payload, sizeof payload, HEAD "Mayor,Ann Lee,\"%s\"\n", groups[i]);
        refused(COLUMNS "thousands=yes\n", payload, WIRE_SCHEMA, "line 2: Votes: ");
    }
}

static void test_unknown_is_never_zero(void **state)
{
    (void)state;
    reads(COLUMNS, HEAD "Mayor,Ann Lee,\nMayor,\"Bo, Jr.\",0\n", VOTES_UNKNOWN, 0);
    reads(COLUMNS "unknown=*, N/A\n", HEAD "Mayor,Ann Lee,*\nMayor,\"Bo, Jr.\",n/a\n",
          VOTES_UNKNOWN, VOTES_UNKNOWN);
    refused(COLUMNS, HEAD "Mayor,Ann Lee,*\n", WIRE_SCHEMA,
            "line 2: Votes: \"*\" is no count; where that says that nobody knows it, set unknown "
            "to it");
    refused(COLUMNS, HEAD "Mayor,Ann Lee,\"1,204\"\n", WIRE_SCHEMA,
            "line 2: Votes: \"1,204\" is no count; where figures have commas in front of three "
            "digits, set thousands = yes");
}

static void test_one_cell_twice(void **state)
{
    (void)state;
    reads(COLUMNS, HEAD "Mayor,Ann Lee,5\nMayor,\"Bo, Jr.\",6\nMayor,Ann Lee,5\n", 5, 6);
    refused(COLUMNS, HEAD "Mayor,Ann Lee,5\nMayor,\"Bo, Jr.\",6\nMayor,Ann Lee,7\n", WIRE_SCHEMA,
            "two different values, 5 and 7; where rows are of precincts or of vote types, "
            "column.precinct or column.type is missing");
}

static void test_wrong_mappings_name_the_option(void **state)
{
    (void)state;
    refused("column.contest=Race\ncolumn.choice=Candidate\n", HEAD "Mayor,Ann Lee,5\n", WIRE_SCHEMA,
            "column.votes");
    refused(COLUMNS "column.colour=Race\n", HEAD, WIRE_SCHEMA, "option column.colour");
    refused(COLUMNS "keep.Race=(\n", HEAD, WIRE_SCHEMA, "option keep.Race");
    refused(COLUMNS "separator=xy\n", HEAD, WIRE_SCHEMA, "option separator");
    refused("column.contest={Race\n", HEAD, WIRE_SCHEMA, "option column.contest");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_ends_quotes_and_blanks),
        cmocka_unit_test(test_titles_before_the_header),
        cmocka_unit_test(test_quote_no_keeps_nicknames),
        cmocka_unit_test(test_damage_is_located),
        cmocka_unit_test(test_a_lost_separator_is_not_the_next_columns_votes),
        cmocka_unit_test(test_two_columns_of_one_name_are_told_apart),
        cmocka_unit_test(test_votes_are_digits),
        cmocka_unit_test(test_unknown_is_never_zero),
        cmocka_unit_test(test_one_cell_twice),
        cmocka_unit_test(test_wrong_mappings_name_the_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
