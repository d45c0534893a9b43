/* SPDX-License-Identifier: ISC */
/* AP Elections API: which row counts, what is a call, what a reply says of itself. */
#include <stdio.h>
#include <string.h>

#include "tests/unit/format_case.h"

#define WHO(id, more) "{\"last\":\"L" id "\",\"candidateID\":\"" id "\"" more "}"
#define ANN(more) WHO("1", ",\"first\":\"Ann\",\"party\":\"Dem\",\"voteCount\":7" more)
#define BOB(more) WHO("2", ",\"first\":\"Bob\",\"party\":\"GOP\",\"voteCount\":5" more)
#define ROW(level, more, who)                                                                      \
    "{\"statePostal\":\"OH\",\"level\":\"" level "\"," more "\"candidates\":[" who "]}"
#define STATE(who) ROW("state", "\"stateName\":\"Ohio\",", who)
#define PLACE(name, fips, id, who)                                                                 \
    ROW("subunit",                                                                                 \
        "\"reportingunitName\":\"" name "\",\"reportingunitID\":\"" id "\",\"fipsCode\":\"" fips   \
        "\",",                                                                                     \
        who)
#define RACE(more, rows)                                                                           \
    "{\"raceID\":\"77\",\"raceTypeID\":\"G\",\"officeID\":\"G\",\"officeName\":\"Governor\"," more \
    "\"reportingUnits\":[" rows "]}"
#define REPLY(more, races)                                                                         \
    "{\"electionDate\":\"2031-11-04\",\"timestamp\":\"2031-11-05T01:00:00.5Z\"," more              \
    "\"races\":[" races "]}"
#define ONE(more, rows) REPLY("", RACE(more, rows))

static struct format_case run_with(const char *payload, const char *options)
{
    struct format_case c = {.format = "ap", .payload = payload, .options = options};
    if (!case_run(&c))
        fail_msg("%s", c.fault.err.text);
    return c;
}

static struct format_case run(const char *payload)
{
    return run_with(payload, NULL);
}

static void refused(const char *payload, const char *why)
{
    struct format_case c = {.format = "ap", .payload = payload};
    assert_refused(&c, WIRE_SCHEMA, why);
}

static void winner_is_read_from_the_states_row_alone(void **state)
{
    (void)state;
    struct format_case c =
        run(ONE("", STATE(ANN(",\"winner\":\"X\"") "," BOB(",\"winner\":\"N\"")) "," PLACE(
                        "Adams", "39001", "3", BOB(",\"winner\":\"X\"") "," ANN(""))));
    assert_int_equal(c.r.choices[0].mark, RESULTS_WON);
    assert_int_equal(c.r.choices[1].mark, RESULTS_UNMARKED);
    assert_int_equal(c.r.contests->flags, RESULTS_MARKS_STATED);
    /* rows order their candidates by rank: they are joined by id */
    assert_int_equal(results_cell(&c.r, c.r.contests, 1, 0)->votes, 7);
    case_done(&c);
}

/* A reply may hold races of several states, whatever state its source is for. */
static void a_race_is_of_the_state_it_says(void **state)
{
    (void)state;
    struct format_case c = run_with(ONE("", STATE(ANN(""))), "state=GA\n");
    assert_text(&c, c.r.contests->state, "OH");
    assert_text(&c, c.r.contests->text, "OH Governor");
    case_done(&c);
}

static void the_country_is_the_whole_where_its_states_stand_beside_it(void **state)
{
    (void)state;
    static const char *const rows[] = {
        ROW("national", "", ANN(",\"winner\":\"X\"")) "," STATE(BOB("")) "," STATE(ANN("")),
        STATE(BOB("")) "," STATE(ANN("")) "," ROW("national", "", ANN(",\"winner\":\"X\"")),
    };
    for (size_t i = 0; i < 2; i++) {
        char payload[3000];
        snprintf(payload, sizeof payload, ONE("", "%s"), rows[i]);
        struct format_case c = run(payload);
        assert_int_equal(c.r.contests->choices, 1);
        assert_int_equal(c.r.contests->units, 1);
        assert_int_equal(c.r.choices[0].mark, RESULTS_WON);
        case_done(&c);
    }
    refused(ONE("", STATE(ANN("")) "," STATE(ANN(""))), "2 rows of the whole state");
}

static void absence_of_every_winner_states_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *payload;
        uint32_t flags;
    } cases[] = {
        {ONE("", STATE(ANN("") "," BOB(""))), 0},
        {ONE("", STATE(ANN("") "," BOB(",\"winner\":\"N\""))), RESULTS_MARKS_STATED},
        {ONE("", STATE(ANN(",\"winner\":null"))), RESULTS_MARKS_STATED},
        {ONE("", STATE(ANN("")) "," PLACE("Adams", "39001", "3", ANN(",\"winner\":\"X\""))), 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct format_case c = run(cases[i].payload);
        assert_int_equal(c.r.contests->flags, cases[i].flags);
        assert_int_equal(c.r.choices->mark, RESULTS_UNMARKED);
        case_done(&c);
    }
}

static void runoff_is_advanced_and_a_strange_mark_is_refused(void **state)
{
    (void)state;
    struct format_case c =
        run(ONE("\"numRunoff\":2,", STATE(ANN(",\"winner\":\"R\"") "," BOB(",\"winner\":\"R\""))));
    assert_int_equal(c.r.choices[0].mark, RESULTS_ADVANCED);
    assert_int_equal(c.r.choices[1].mark, RESULTS_ADVANCED);
    assert_int_equal(c.r.contests->places, 2);
    case_done(&c);
    refused(ONE("", STATE(ANN(",\"winner\":\"Q\""))), "no known mark");
    refused(ONE("", STATE(ANN(",\"winner\":true"))), "no known mark");
}

static void call_status_of_version_3_says_that_nobody_is_called(void **state)
{
    (void)state;
    static const struct {
        const char *payload;
        uint32_t flags;
    } cases[] = {
        {ONE("\"raceCallStatus\":\"Too Early to Call\",", STATE(ANN(""))), RESULTS_MARKS_STATED},
        {ONE("\"raceCallStatus\":\"Uncalled\",", STATE(ANN(""))), RESULTS_MARKS_STATED},
        {ONE("\"raceCallStatus\":\"Called\",", STATE(ANN(""))), 0},
        {ONE("\"raceCallStatus\":\"Something New\",", STATE(ANN(""))), 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct format_case c = run(cases[i].payload);
        assert_int_equal(c.r.contests->flags, cases[i].flags);
        case_done(&c);
    }
    refused(ONE("\"raceCallStatus\":\"Uncalled\",", STATE(ANN(",\"winner\":\"X\""))),
            "and yet a candidate has won");
}

static void a_call_has_its_time_in_version_3(void **state)
{
    (void)state;
    int64_t called, updated;
    struct format_case c =
        run(ONE("", ROW("state", "\"lastUpdated\":\"2031-11-05T02:00:00Z\",",
                        ANN(",\"winner\":\"X\",\"winnerDateTime\":\"2031-11-05T01:22:04.103Z\""))));
    assert_true(when_parse(SLICE("2031-11-05T01:22:04.103Z"), false, &called));
    assert_true(when_parse(SLICE("2031-11-05T02:00:00Z"), false, &updated));
    assert_int_equal(c.r.contests->called_ms, called);
    assert_int_equal(c.r.contests->updated_ms, updated);
    case_done(&c);
}

static void seats_are_num_winners_and_one_where_it_is_left_out(void **state)
{
    (void)state;
    static const struct {
        const char *payload;
        int seats;
    } cases[] = {{ONE("\"numWinners\":3,", STATE(ANN(""))), 3},
                 {ONE("", STATE(ANN(""))), 1},
                 {ONE("", STATE(ANN(",\"winner\":\"X\"") "," BOB(",\"winner\":\"X\""))), -1},
                 {REPLY("", "{\"raceID\":\"77\",\"raceTypeID\":\"X\",\"officeName\":\"Mayor\","
                            "\"reportingUnits\":[" STATE(ANN("")) "]}"),
                  -1},
                 {REPLY("", "{\"raceID\":\"77\",\"officeID\":\"I\",\"officeName\":\"Question\","
                            "\"reportingUnits\":[" STATE(ANN("")) "]}"),
                  -1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct format_case c = run(cases[i].payload);
        assert_int_equal(c.r.contests->seats, cases[i].seats);
        case_done(&c);
    }
}

static void an_uncontested_race_says_so_and_has_no_precincts(void **state)
{
    (void)state;
    struct format_case c =
        run(ONE("\"uncontested\":true,",
                ROW("state", "\"precinctsReporting\":0,\"precinctsTotal\":0,", ANN(""))));
    assert_int_equal(c.r.contests->flags, RESULTS_UNCONTESTED);
    assert_int_equal(c.r.units->reporting, -1);
    assert_int_equal(c.r.units->total, -1);
    case_done(&c);
}

static void measures_are_questions_and_yes_is_no_party(void **state)
{
    (void)state;
    struct format_case c = run(REPLY(
        "",
        "{\"raceID\":\"77\",\"officeID\":\"I\",\"officeName\":\"Question\",\"seatName\":"
        "\"2-Ferries\",\"seatNum\":\"2\",\"reportingUnits\":[" STATE(
            "{\"last\":\"Yes\",\"party\":\"Yes\",\"candidateID\":\"9\",\"voteCount\":1}") "]}"));
    assert_int_equal(c.r.contests->flags, RESULTS_MEASURE);
    assert_text(&c, c.r.contests->text, "OH Question 2-Ferries");
    assert_text(&c, c.r.contests->district, "");
    assert_text(&c, c.r.choices->name, "Yes");
    assert_text(&c, c.r.choices->party, "");
    case_done(&c);
}

static void towns_share_a_fips_code_and_are_no_counties(void **state)
{
    (void)state;
#define ME_ROW(level, more)                                                                        \
    "{\"statePostal\":\"ME\",\"level\":\"" level "\"" more ",\"candidates\":[" ANN("") "]}"
    struct format_case c = run(
        ONE("", ME_ROW("state", "") "," ME_ROW(
                    "subunit",
                    ",\"reportingunitName\":\"Perry\",\"reportingunitID\":\"5\","
                    "\"fipsCode\":\"23029\"") "," ME_ROW("subunit", ",\"reportingunitName\":\"Mail "
                                                                    "Ballots C.D. 1\"")));
    assert_int_equal(c.r.contests->units, 3);
    assert_int_equal(c.r.units[1].type, RESULTS_MUNICIPALITY);
    assert_text(&c, c.r.units[1].id, "5");
    assert_int_equal(c.r.units[2].type, RESULTS_MUNICIPALITY);
    assert_text(&c, c.r.units[2].name, "Mail Ballots C.D. 1");
    case_done(&c);
    c = run(ONE("", ME_ROW("state", "") "," ME_ROW("FIPSCode", ",\"fipsCode\":\"23029\"")));
    assert_int_equal(c.r.units[1].type, RESULTS_COUNTY);
    case_done(&c);
}

static void a_fips_code_of_two_rows_is_no_county_anywhere(void **state)
{
    (void)state;
    struct format_case c =
        run(ONE("", STATE(ANN("")) "," PLACE("Adams", "39001", "1", ANN("")) "," PLACE(
                        "North", "39003", "2", ANN("")) "," PLACE("South", "39003", "3", ANN(""))));
    const enum results_unit_type want[] = {RESULTS_TOTAL, RESULTS_COUNTY, RESULTS_MUNICIPALITY,
                                           RESULTS_MUNICIPALITY};
    for (int i = 0; i < 4; i++)
        assert_int_equal(c.r.units[i].type, want[i]);
    assert_text(&c, c.r.units[1].id, "39001");
    case_done(&c);
}

static void names_of_rows_occur_in_two_spellings(void **state)
{
    (void)state;
    struct format_case c =
        run(ONE("", STATE(ANN("")) "," ROW("district",
                                           "\"reportingUnitName\":\"District 1\","
                                           "\"reportingUnitID\":\"8\",",
                                           ANN(""))));
    assert_text(&c, c.r.units[1].name, "District 1");
    assert_text(&c, c.r.units[1].id, "8");
    case_done(&c);
}

static void a_race_has_one_row_of_the_whole_state(void **state)
{
    (void)state;
    refused(ONE("", PLACE("Adams", "39001", "1", ANN(""))), "0 rows of the whole state");
    refused(ONE("", STATE(ANN("")) "," STATE(ANN(""))), "2 rows of the whole state");
    struct format_case c = run(
        ONE("", "{\"statePostal\":\"US\",\"level\":\"national\",\"candidates\":[" ANN("") "]}"));
    assert_text(&c, c.r.contests->state, "");
    assert_text(&c, c.r.contests->text, "US Governor");
    case_done(&c);
    c = run(ONE("\"statePostal\":\"IA\",", "{\"level\":\"state\",\"candidates\":[" ANN("") "]}"));
    assert_text(&c, c.r.contests->state, "IA");
    case_done(&c);
}

static void a_race_id_is_unique_in_its_state_only(void **state)
{
    (void)state;
    struct format_case c = run(REPLY(
        "", RACE("", STATE(ANN(""))) "," RACE("", "{\"statePostal\":\"UT\",\"level\":\"state\","
                                                  "\"candidates\":[" BOB("") "]}")));
    assert_int_equal(c.r.head->contests, 2);
    assert_text(&c, c.r.contests[0].text, "OH Governor");
    assert_text(&c, c.r.contests[1].text, "UT Governor");
    assert_text(&c, c.r.contests[1].state, "UT");
    case_done(&c);
}

/* Before there are results a race has no rows; it keeps its key when they come. */
static void before_results_votes_are_unknown_and_the_race_is_the_same(void **state)
{
    (void)state;
    static const char *const payloads[] = {
        REPLY("", "{\"raceID\":\"77\",\"statePostal\":\"OH\",\"raceTypeID\":\"R\",\"officeName\":"
                  "\"Governor\",\"candidates\":[{\"last\":\"L1\",\"candidateID\":\"1\"}]}"),
        REPLY("",
              "{\"raceID\":\"77\",\"raceType\":\"Primary\",\"raceTypeID\":\"R\",\"party\":\"GOP\","
              "\"officeName\":\"Governor\",\"reportingUnits\":[" STATE(ANN("")) "]}")};
    for (int i = 0; i < 2; i++) {
        struct format_case c = run(payloads[i]);
        assert_text(&c, c.r.contests->id, "77");
        assert_text(&c, c.r.contests->text, "OH Governor GOP");
        assert_text(&c, c.r.contests->election_type, "Primary");
        assert_text(&c, c.r.contests->party, "GOP");
        assert_int_equal(c.r.contests->flags, 0);
        assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, i ? 7 : VOTES_UNKNOWN);
        case_done(&c);
    }
}

static void a_rehearsal_is_a_test_even_in_part(void **state)
{
    (void)state;
    static const struct {
        const char *payload;
        int test;
    } cases[] = {{ONE("", STATE(ANN(""))), -1},
                 {ONE("\"test\":false,", STATE(ANN(""))), 0},
                 {ONE("\"test\":true,", STATE(ANN(""))), 1},
                 {ONE("\"resultsType\":\"test\",", STATE(ANN(""))), 1},
                 {ONE("\"resultsType\":\"live\",", STATE(ANN(""))), 0},
                 {REPLY("", RACE("\"test\":false,",
                                 STATE(ANN(""))) ",{\"raceID\":\"78\",\"test\":true,"
                                                 "\"reportingUnits\":[" STATE(ANN("")) "]}"),
                  1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct format_case c = run(cases[i].payload);
        assert_int_equal(c.r.head->test, cases[i].test);
        case_done(&c);
    }
}

static void the_payload_is_as_far_as_its_slowest_race(void **state)
{
    (void)state;
#define TABULATION(a, b)                                                                           \
    REPLY("", RACE("\"tabulationStatus\":\"" a "\",",                                              \
                   STATE(ANN(""))) ",{\"raceID\":\"78\","                                          \
                                   "\"tabulationStatus\":\"" b                                     \
                                   "\",\"reportingUnits\":[" STATE(ANN("")) "]}")
    static const struct {
        const char *payload;
        enum results_status status;
    } cases[] = {{ONE("", STATE(ANN(""))), RESULTS_STATUS_UNKNOWN},
                 {TABULATION("Vote Certified", "Active Tabulation"), RESULTS_UNOFFICIAL},
                 {TABULATION("Vote Certified", "End of AP Tabulation"), RESULTS_COMPLETE},
                 {TABULATION("Vote Certified", "Vote Certified"), RESULTS_CERTIFIED},
                 {ONE("\"resultsType\":\"certified\",", STATE(ANN(""))), RESULTS_CERTIFIED}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct format_case c = run(cases[i].payload);
        assert_int_equal(c.r.head->status, cases[i].status);
        case_done(&c);
    }
}

static void a_reply_names_the_next_request_and_knows_when_it_is_a_delta(void **state)
{
    (void)state;
#define NEXT "\"nextrequest\":\"https://api.ap.org/v2/x?minDateTime=1\","
    struct format_case c = run(REPLY(NEXT, RACE("", STATE(ANN("")))));
    assert_text(&c, c.r.head->next_url, "https://api.ap.org/v2/x?minDateTime=1");
    assert_int_equal(c.r.head->delta, 0);
    assert_int_equal(c.r.head->own_time_ms % 1000, 500);
    assert_text(&c, c.r.head->election_date, "2031-11-04");
    case_done(&c);
    c = run_with(REPLY(NEXT, RACE("", STATE(ANN("")))), "delta=yes\n");
    assert_int_equal(c.r.head->delta, 1);
    case_done(&c);
    c = run(REPLY(NEXT "\"isTruncated\":false,", ""));
    assert_int_equal(c.r.head->delta, 1);
    assert_int_equal(c.r.head->contests, 0);
    case_done(&c);
    refused(REPLY(NEXT, ""), "holds no contests");
}

static void votes_that_are_no_count_make_the_race_bad(void **state)
{
    (void)state;
    static const char *const wrong[] = {"-1", "1.5", "\"7\"", "true", "[7]"};
    char payload[1000];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(payload, sizeof payload, ONE("", STATE(WHO("1", ",\"voteCount\":%s"))), wrong[i]);
        refused(payload, "race 77, state: voteCount");
    }
    struct format_case c = run(ONE("", STATE(WHO("1", ",\"voteCount\":null"))));
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, VOTES_UNKNOWN);
    case_done(&c);
}

static void a_candidate_is_on_the_states_row_once(void **state)
{
    (void)state;
    refused(ONE("", STATE(ANN("") "," ANN(""))), "stands twice");
    refused(ONE("", STATE(ANN("")) "," PLACE("Adams", "39001", "1", BOB(""))),
            "race 77, Adams: candidateID \"2\" is not in the state's row");
    refused(ONE("", STATE("{\"last\":\"L\",\"voteCount\":1}")), "is missing");
    refused(REPLY("", "{\"reportingUnits\":[]}"), "races[0] has no raceID");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(winner_is_read_from_the_states_row_alone),
        cmocka_unit_test(a_race_is_of_the_state_it_says),
        cmocka_unit_test(the_country_is_the_whole_where_its_states_stand_beside_it),
        cmocka_unit_test(absence_of_every_winner_states_nothing),
        cmocka_unit_test(runoff_is_advanced_and_a_strange_mark_is_refused),
        cmocka_unit_test(call_status_of_version_3_says_that_nobody_is_called),
        cmocka_unit_test(a_call_has_its_time_in_version_3),
        cmocka_unit_test(seats_are_num_winners_and_one_where_it_is_left_out),
        cmocka_unit_test(an_uncontested_race_says_so_and_has_no_precincts),
        cmocka_unit_test(measures_are_questions_and_yes_is_no_party),
        cmocka_unit_test(towns_share_a_fips_code_and_are_no_counties),
        cmocka_unit_test(a_fips_code_of_two_rows_is_no_county_anywhere),
        cmocka_unit_test(names_of_rows_occur_in_two_spellings),
        cmocka_unit_test(a_race_has_one_row_of_the_whole_state),
        cmocka_unit_test(a_race_id_is_unique_in_its_state_only),
        cmocka_unit_test(before_results_votes_are_unknown_and_the_race_is_the_same),
        cmocka_unit_test(a_rehearsal_is_a_test_even_in_part),
        cmocka_unit_test(the_payload_is_as_far_as_its_slowest_race),
        cmocka_unit_test(a_reply_names_the_next_request_and_knows_when_it_is_a_delta),
        cmocka_unit_test(votes_that_are_no_count_make_the_race_bad),
        cmocka_unit_test(a_candidate_is_on_the_states_row_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
