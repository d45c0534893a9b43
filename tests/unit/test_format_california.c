/* SPDX-License-Identifier: ISC */
/* California's own feeds: what their samples cannot show, times, flags, places, and what a file
 * says of itself. */
#include "tests/unit/format_case.h"

#include "parsers/field.h"

#define PACIFIC "zone=PST8PDT,M3.2.0,M11.1.0\n"

static int64_t moment(const char *z)
{
    int64_t when;
    assert_true(when_parse(slice_of(z), false, &when));
    return when;
}

static void figures_have_commas_only_in_front_of_threes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t plain, commas; /* -1: none */
    } cases[] = {
        {"0", 0, 0},
        {" 56249 ", 56249, 56249},
        {"1,234", -1, 1234},
        {"12,345", -1, 12345},
        {"999,999", -1, 999999},
        {"3,205,434", -1, 3205434},
        {"9,007,199,254,740,991", -1, RESULTS_VOTES_MAX},
        {"9,007,199,254,740,992", -1, -1},
        {"1234,567", -1, -1},
        {"12,34", -1, -1},
        {"1,2345", -1, -1},
        {",123", -1, -1},
        {"123,", -1, -1},
        {"1,,234", -1, -1},
        {"1 234", -1, -1},
        {"-1", -1, -1},
        {"-0", -1, -1},
        {"-1,234", -1, -1},
        {"+5", -1, -1},
        {"1.0", -1, -1},
        {"Z,ZZ9", -1, -1},
        {"*", -1, -1},
        {"--", -1, -1},
        {",", -1, -1},
        {"", -1, -1},
        {"11,111,111,111,111,111,111,111,111", -1, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct slice s = slice_of(cases[i].text);
        struct job j = {.options = SLICE("unknown=*, --\n")};
        bool unknown = s.len == 0 || slice_is(s, "*") || slice_is(s, "--");
        int64_t votes = -5;
        if (field_text_count(s, false) != cases[i].plain ||
            field_text_count(s, true) != cases[i].commas)
            fail_msg("\"%s\"", cases[i].text);
        assert_int_equal(field_text_votes(&j, s, true, &votes), unknown || cases[i].commas >= 0);
        assert_int_equal(votes, unknown                ? VOTES_UNKNOWN
                                : cases[i].commas >= 0 ? cases[i].commas
                                                       : -5);
    }
}

/* ---- ca-sos ---- */

#define CA_RACE(title, time, votes)                                                                \
    "{\"raceTitle\":\"" title "\",\"ReportingTime\":\"" time "\",\"Reporting\":\"96.3% (547 of "   \
    "568) precincts reporting\",\"candidates\":[{\"Name\":\"A "                                    \
    "B\",\"Party\":\"Dem\",\"Votes\":\"" votes                                                     \
    "\",\"incumbent\":true},{\"Name\":\"C D\",\"Party\":\"Non\",\"Votes\":\"1\"}]}"

static void ca_sos_times_are_pacific_and_each_race_has_its_own(void **state)
{
    (void)state;
    struct format_case c = {
        .format = "ca-sos",
        .options = PACIFIC,
        .payload = "[" CA_RACE(
            "Governor - Statewide Results", "November 9, 2022, 5:40 p.m.",
            "2") "," CA_RACE("Controller - Statewide Results", "November 5, 2022, 12:05 a.m.",
                             "2") "," CA_RACE("Treasurer - Statewide Results", "", "2") "]"};
    assert_true(case_run(&c));
    assert_int_equal(c.r.contests[0].updated_ms, moment("2022-11-10T01:40:00Z"));
    assert_int_equal(c.r.contests[1].updated_ms, moment("2022-11-05T07:05:00Z"));
    assert_int_equal(c.r.contests[2].updated_ms, WHEN_UNKNOWN);
    assert_int_equal(c.r.head->own_time_ms, moment("2022-11-10T01:40:00Z"));
    assert_int_equal(c.r.head->status, RESULTS_STATUS_UNKNOWN);
    assert_int_equal(c.r.choices[0].flags, RESULTS_INCUMBENT);
    assert_text(&c, c.r.choices[1].party, ""); /* "Non" is none */
    assert_text(&c, c.r.contests[0].state, "CA");
    assert_text(&c, c.r.contests[0].county, "");
    assert_int_equal(c.r.contests[0].flags, 0);
    case_done(&c);
}

static void ca_sos_a_page_of_a_county_is_that_countys_part(void **state)
{
    (void)state;
    struct format_case c = {.format = "ca-sos",
                            .payload = CA_RACE("Governor - San Benito County Results", "", "2")};
    assert_true(case_run(&c));
    assert_text(&c, c.r.contests[0].county, "San Benito");
    assert_text(&c, c.r.contests[0].text, "Governor - San Benito County Results");
    case_done(&c);
}

static void ca_sos_a_measure_is_one_and_its_percents_are_nothing(void **state)
{
    (void)state;
    struct format_case c = {
        .format = "ca-sos",
        .payload = "{\"raceTitle\":\"Ballot Measures - Statewide Results\",\"ballot-measures\":[{"
                   "\"Number\":1,\"Name\":\"Fog\",\"yesPercent\":\"65.0\",\"yesVotes\":\"10\","
                   "\"noPercent\":\"35.0\",\"noVotes\":null}]}"};
    assert_true(case_run(&c));
    assert_text(&c, c.r.contests[0].text, "Ballot Measures - Statewide Results: 1 Fog");
    assert_int_equal(c.r.contests[0].flags, RESULTS_MEASURE);
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 10);
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 1)->votes, VOTES_UNKNOWN);
    assert_int_equal(c.r.units[0].reporting, -1);
    case_done(&c);
}

static void ca_sos_negative_and_cut_are_refused(void **state)
{
    (void)state;
    struct format_case negative = {.format = "ca-sos",
                                   .payload = CA_RACE("Governor - Statewide Results", "", "-2")};
    struct format_case cut = {.format = "ca-sos", .payload = "[{\"raceTitle\":\"Governor"};
    assert_refused(&negative, WIRE_SCHEMA, "\"-2\" is not a count of votes");
    assert_refused(&cut, WIRE_TRUNCATED, "line 1");
}

/* ---- la-county ---- */

#define LA(timestamp, contests)                                                                    \
    "{\"Election\":{\"ID\":4300,\"Title\":\"General Election\",\"Date\":\"2022-11-08T00:00:00-"    \
    "08:00\",\"ContestGroups\":[{\"Name\":\"x\",\"Contests\":[" contests                           \
    "]}]},\"Timestamp\":\"" timestamp "\"}"
#define LA_CONTEST(type, vote_for)                                                                 \
    "{\"Title\":\"SHERIFF " type vote_for "\",\"Type\":\"" type "\",\"VoteFor\":\"" vote_for "\"," \
    "\"Candidates\":[{\"Name\":\"A B\",\"Party\":\"Non Partisan\",\"Votes\":5}]}"

static void la_county_time_with_and_without_fraction_is_pacific(void **state)
{
    (void)state;
    struct format_case whole = {.format = "la-county",
                                .options = PACIFIC,
                                .payload = LA("2022-11-09T03:35:19", LA_CONTEST("Candidate", ""))};
    struct format_case fraction = {.format = "la-county",
                                   .options = PACIFIC,
                                   .payload =
                                       LA("2022-10-25T09:02:03.147", LA_CONTEST("Candidate", ""))};
    assert_true(case_run(&whole));
    assert_int_equal(whole.r.head->own_time_ms, moment("2022-11-09T11:35:19Z"));
    assert_text(&whole, whole.r.head->election_date, "2022-11-08");
    assert_text(&whole, whole.r.head->election_name, "General Election");
    case_done(&whole);
    assert_true(case_run(&fraction));
    assert_int_equal(fraction.r.head->own_time_ms, moment("2022-10-25T16:02:03.147Z"));
    case_done(&fraction);
}

static void la_county_votes_allowed_is_told_in_words(void **state)
{
    (void)state;
    struct format_case c = {
        .format = "la-county",
        .payload = LA(
            "", LA_CONTEST("Candidate", "Vote for no more than three") "," LA_CONTEST(
                    "Candidate",
                    "Vote for no more than 7") "," LA_CONTEST("Candidate",
                                                              "") "," LA_CONTEST("Candidate",
                                                                                 "Vote for some"))};
    assert_true(case_run(&c));
    assert_int_equal(c.r.contests[0].votes_allowed, 3);
    assert_int_equal(c.r.contests[1].votes_allowed, 7);
    assert_int_equal(c.r.contests[2].votes_allowed, -1);
    assert_int_equal(c.r.contests[3].votes_allowed, -1);
    case_done(&c);
}

static void la_county_is_of_its_county_also_where_the_state_votes(void **state)
{
    (void)state;
    struct format_case c = {.format = "la-county",
                            .payload = LA("", LA_CONTEST("Judicial", "") "," LA_CONTEST(
                                                  "Measure", "") "," LA_CONTEST("Manual", ""))};
    assert_true(case_run(&c));
    assert_text(&c, c.r.contests[0].county, "Los Angeles");
    assert_text(&c, c.r.contests[0].state, "CA");
    assert_int_equal(c.r.contests[1].flags, RESULTS_MEASURE);
    assert_int_equal(c.r.contests[2].flags, 0);
    case_done(&c);
}

/* The type is that of justices and of judges who are elected. */
static void la_county_a_judicial_contest_is_a_question_where_it_is_answered(void **state)
{
    (void)state;
    struct format_case c = {
        .format = "la-county",
        .payload =
            LA("", LA_CONTEST("Judicial", "") ",{\"Title\":\"Keep\",\"Type\":\"Judicial\","
                                              "\"Candidates\":[{\"Name\":\"YES\",\"Votes\":2},"
                                              "{\"Name\":\"NO\",\"Votes\":1}]}")};
    assert_true(case_run(&c));
    assert_int_equal(c.r.contests[0].flags, 0);
    assert_int_equal(c.r.contests[1].flags, RESULTS_MEASURE);
    case_done(&c);
}

/* ---- la-ets ---- */

#define ETS(title, status, time, records, end)                                                     \
    "000ET0042      County of Los Angeles\r\n000ET0042      " title "\r\n"                         \
    "000ET0042      " status "\r\n000TD0042      " time "\r\n" records "999EF0042      " end       \
    "\r\n"
#define ETS_CONTEST                                                                                \
    "001CC00  03   1PRESIDENTIAL PREFERENCE      DEM\r\n"                                          \
    "001PT00  03   1DEMOCRATIC\r\n"                                                                \
    "001CN00  03   1   KEITH NUDD                                                    43     3.57"  \
    "\r\n001DR00  03   1REGISTRATION     2,447,583\r\n"

static void la_ets_says_what_election_when_and_how_final(void **state)
{
    (void)state;
    static const struct {
        const char *status;
        enum results_status want;
    } cases[] = {
        {ETS("NOVEMBER 04, 2014 - GENERAL ELECTION", "Final Official Election Returns",
             "13:07 11/25/2014", ETS_CONTEST, "9"),
         RESULTS_OFFICIAL},
        {ETS("NOVEMBER 04, 2014 - GENERAL ELECTION", "Semi-Final Official Election Returns",
             "13:07 11/25/2014", ETS_CONTEST, "9"),
         RESULTS_UNOFFICIAL},
        {ETS("NOVEMBER 04, 2014 - GENERAL ELECTION", "Semi-Official Election Returns",
             "AS OF 13:07 11/25/2014", ETS_CONTEST, "9"),
         RESULTS_UNOFFICIAL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct format_case c = {.format = "la-ets", .options = PACIFIC, .payload = cases[i].status};
        assert_true(case_run(&c));
        assert_int_equal(c.r.head->status, cases[i].want);
        assert_int_equal(c.r.head->own_time_ms, moment("2014-11-25T21:07:00Z"));
        assert_text(&c, c.r.head->election_date, "2014-11-04");
        assert_text(&c, c.r.head->election_name, "GENERAL ELECTION");
        assert_int_equal(c.r.head->test, -1);
        case_done(&c);
    }
}

static void la_ets_a_test_election_is_one(void **state)
{
    (void)state;
    struct format_case c = {.format = "la-ets",
                            .payload = ETS("June 4, 1996 - Test Election",
                                           "Semi-Official Election Returns",
                                           "AS OF 17:15 04/07/1998", ETS_CONTEST, "9")};
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->test, 1);
    assert_text(&c, c.r.head->election_date, "1996-06-04");
    case_done(&c);
}

static void la_ets_a_primary_is_its_partys_and_voters_are_the_contests(void **state)
{
    (void)state;
    struct format_case c = {.format = "la-ets",
                            .payload = ETS("JUNE 07, 2016 - PRIMARY", "", "", ETS_CONTEST, "9")};
    assert_true(case_run(&c));
    assert_text(&c, c.r.contests[0].text, "PRESIDENTIAL PREFERENCE DEM");
    assert_text(&c, c.r.contests[0].party, "DEMOCRATIC");
    assert_text(&c, c.r.contests[0].county, "Los Angeles");
    assert_int_equal(c.r.contests[0].registered, 2447583);
    assert_int_equal(c.r.contests[0].flags, 0);
    case_done(&c);
}

/* In 2020 the record was there and its figures were not. */
static void la_ets_precincts_without_figures_are_unknown(void **state)
{
    (void)state;
    struct format_case c = {
        .format = "la-ets",
        .payload = ETS("", "", "",
                       ETS_CONTEST "001PR00  03   1TOTAL PRECINCTS                   PRECINCTS "
                                   "REPORTING\r\n",
                       "10")};
    assert_true(case_run(&c));
    assert_int_equal(c.r.units[0].total, -1);
    assert_int_equal(c.r.units[0].reporting, -1);
    case_done(&c);
}

static void la_ets_columns_are_characters_not_bytes(void **state)
{
    (void)state;
    struct format_case c = {
        .format = "la-ets",
        .payload = ETS("", "", "",
                       "001CC00  03    SHERIFF\r\n001CN00  03       MARÍA PEÑÓN            DEM"
                       "                             1,000,043     3.57\r\n",
                       "7")};
    assert_true(case_run(&c));
    assert_text(&c, c.r.choices[0].name, "MARÍA PEÑÓN");
    assert_text(&c, c.r.choices[0].party, "DEM");
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 1000043);
    case_done(&c);
}

/* 18 characters, whatever their bytes, or all 23 of the field. */
static void la_ets_a_name_that_fills_its_field_may_be_cut(void **state)
{
#define ETS_NAME(name) "001CN00  03       " name "DEM                                     7\r\n"
    (void)state;
    static const uint32_t want[] = {0, RESULTS_NAME_CUT, 0, RESULTS_NAME_CUT, RESULTS_NAME_CUT};
    struct format_case c = {
        .format = "la-ets",
        .payload = ETS("", "", "",
                       "001CC00  03    SHERIFF\r\n" ETS_NAME("CHRISTOPHER JOHNS      ") ETS_NAME(
                           "CHRISTOPHER JOHNSO     ") ETS_NAME("CHRISTOPHER JOHNSON    ")
                           ETS_NAME("MARÍA PEÑÓN DE LAS     ") ETS_NAME("ANN SMYTHE-MONTGOMERY-H"),
                       "11")};
    assert_true(case_run(&c));
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(c.r.choices[i].flags, want[i]);
    case_done(&c);
}

static void la_ets_votes_wider_than_their_field_are_not_cut(void **state)
{
    (void)state;
    struct format_case c = {
        .format = "la-ets",
        .payload = ETS("", "", "",
                       "001CC00  03    SHERIFF\r\n001CN00  03       A B                    DEM"
                       "                            12,000,043     3.57\r\n",
                       "7")};
    assert_true(case_run(&c));
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 12000043);
    case_done(&c);
}

static void la_ets_refuses_what_has_no_place(void **state)
{
    (void)state;
    struct format_case no_title = {
        .format = "la-ets",
        .payload = ETS("", "", "", "001CN00  03       A B                    DEM\r\n", "6")};
    struct format_case two_titles = {
        .format = "la-ets",
        .payload = ETS("", "", "", "001CC00  03    SHERIFF\r\n" ETS_CONTEST, "10")};
    struct format_case no_answer = {
        .format = "la-ets",
        .payload = ETS("", "", "",
                       "001MC00  03    STATE MEASURE 1\r\n001MT00  03          1 - BONDS"
                       "                      - NO                    78,179\r\n",
                       "7")};
    struct format_case no_record = {.format = "la-ets", .payload = "hello\n"};
    assert_refused(&no_title, WIRE_SCHEMA, "line 5: a candidate whose contest has no title");
    assert_refused(&two_titles, WIRE_SCHEMA, "line 6: a record \"CC\" has no place here");
    assert_refused(&no_answer, WIRE_SCHEMA, "line 6: a NO without its YES");
    assert_refused(&no_record, WIRE_SYNTAX, "line 1: no record");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_have_commas_only_in_front_of_threes),
        cmocka_unit_test(ca_sos_times_are_pacific_and_each_race_has_its_own),
        cmocka_unit_test(ca_sos_a_page_of_a_county_is_that_countys_part),
        cmocka_unit_test(ca_sos_a_measure_is_one_and_its_percents_are_nothing),
        cmocka_unit_test(ca_sos_negative_and_cut_are_refused),
        cmocka_unit_test(la_county_time_with_and_without_fraction_is_pacific),
        cmocka_unit_test(la_county_votes_allowed_is_told_in_words),
        cmocka_unit_test(la_county_a_judicial_contest_is_a_question_where_it_is_answered),
        cmocka_unit_test(la_county_is_of_its_county_also_where_the_state_votes),
        cmocka_unit_test(la_ets_says_what_election_when_and_how_final),
        cmocka_unit_test(la_ets_a_test_election_is_one),
        cmocka_unit_test(la_ets_a_primary_is_its_partys_and_voters_are_the_contests),
        cmocka_unit_test(la_ets_precincts_without_figures_are_unknown),
        cmocka_unit_test(la_ets_columns_are_characters_not_bytes),
        cmocka_unit_test(la_ets_a_name_that_fills_its_field_may_be_cut),
        cmocka_unit_test(la_ets_votes_wider_than_their_field_are_not_cut),
        cmocka_unit_test(la_ets_refuses_what_has_no_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
