/* SPDX-License-Identifier: ISC */
/* The two call feeds: what is a call, what is not, and the times and seats beside it. */
#include "tests/unit/format_case.h"

#define DDHQ_RACE(id, updated, called, more)                                                       \
    "{\"race_id\":" id ",\"abb\":\"GA\",\"office\":\"US Senate\",\"name\":\"Runoff\"," more        \
    "\"race_date\":\"2021-01-05\",\"last_updated\":\"" updated "\",\"toplineResults\":{"           \
    "\"votes\":{\"2\":1,\"1\":3},\"called\":" called "},\"candidates\":["                          \
    "{\"cand_id\":1,\"first_name\":\"A\",\"last_name\":\"B\",\"incumbent\":1},"                    \
    "{\"cand_id\":2,\"first_name\":\"C\",\"last_name\":\"D\",\"incumbent\":0}]}"
#define DDHQ(races) "{\"total\":2,\"next_page_url\":\"x\",\"data\":[" races "]}"

static void ddhq_each_race_has_its_own_time(void **state)
{
    (void)state;
    int64_t first, second;
    struct format_case c = {
        .format = "ddhq",
        .payload = DDHQ(DDHQ_RACE("7", "2021-01-06 08:06:18", "null",
                                  "") "," DDHQ_RACE("8", "2021-01-06 08:06:17", "2", ""))};
    assert_true(when_parse(SLICE("2021-01-06T08:06:18Z"), false, &first));
    assert_true(when_parse(SLICE("2021-01-06T08:06:17Z"), false, &second));
    assert_true(case_run(&c));
    assert_int_equal(c.r.contests[0].updated_ms, first);
    assert_int_equal(c.r.contests[1].updated_ms, second);
    assert_int_equal(c.r.head->own_time_ms, first);
    assert_text(&c, c.r.head->election_date, "2021-01-05");
    case_done(&c);
}

static void ddhq_called_marks_one_and_null_none(void **state)
{
    (void)state;
    struct format_case c = {.format = "ddhq",
                            .payload = DDHQ(DDHQ_RACE("7", "", "null", "") "," DDHQ_RACE(
                                "8", "", "2", "\"expected_winners\":2,"))};
    assert_true(case_run(&c));
    for (int i = 0; i < 2; i++)
        assert_int_equal(c.r.contests[i].flags, RESULTS_MARKS_STATED);
    const enum results_mark want[4] = {RESULTS_UNMARKED, RESULTS_UNMARKED, RESULTS_UNMARKED,
                                       RESULTS_WON};
    for (int i = 0; i < 4; i++)
        assert_int_equal(c.r.choices[i].mark, want[i]);
    assert_int_equal(c.r.choices[0].flags, RESULTS_INCUMBENT);
    assert_int_equal(c.r.contests[0].seats, -1);
    assert_int_equal(c.r.contests[1].seats, 2);
    assert_text(&c, c.r.contests[0].state, "GA");
    assert_text(&c, c.r.contests[0].office, "US Senate");
    assert_text(&c, c.r.contests[0].election_type, "Runoff");
    /* joined by id: the votes stand in another order than the candidates */
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 3);
    case_done(&c);
}

#define AP_ROW(id, winner) "{\"candidateID\":\"" id "\",\"voteCount\":5,\"winner\":\"" winner "\"}"
#define AP(test, race)                                                                             \
    "{\"timestamp\":\"2021-01-06T03:39:00.638Z\",\"test\":" test ",\"results\":[" race "]}"

static void ap_marks_come_from_the_summary_alone(void **state)
{
    (void)state;
    struct format_case c = {
        .format = "ap-interactive",
        .payload =
            AP("true",
               "{\"raceID\":\"GA-S-1\",\"summary\":{\"ruid\":\"GA\",\"results\":"
               "[" AP_ROW("a", "X") "," AP_ROW("b", "N") "," AP_ROW("c", "R") "," AP_ROW(
                   "d", "") "," AP_ROW("e", "U") "]},"
                                                 "\"results\":{\"13001\":{\"results\":[" AP_ROW(
                                                     "b", "X") "]}}}")};
    assert_true(case_run(&c));
    const enum results_mark want[5] = {RESULTS_WON, RESULTS_UNMARKED, RESULTS_ADVANCED,
                                       RESULTS_UNMARKED, RESULTS_UNMARKED};
    assert_int_equal(c.r.head->choices, 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(c.r.choices[i].mark, want[i]);
    assert_int_equal(c.r.contests->flags, RESULTS_MARKS_STATED);
    assert_int_equal(c.r.head->test, 1);
    assert_int_equal(c.r.head->own_time_ms % 1000, 638);
    assert_text(&c, c.r.contests->state, "GA");
    assert_int_equal(c.r.units[1].type, RESULTS_COUNTY);
    case_done(&c);
}

static void ap_state_from_the_race_when_the_summary_has_none(void **state)
{
    (void)state;
    struct format_case c = {.format = "ap-interactive",
                            .payload = AP("false",
                                          "{\"raceID\":\"ME-L-7\",\"numWinners\":3,\"numRunoff\":6,"
                                          "\"summary\":{\"results\":[" AP_ROW("a", "") "]}}")};
    assert_true(case_run(&c));
    assert_text(&c, c.r.contests->state, "ME");
    assert_int_equal(c.r.contests->seats, 3);
    assert_int_equal(c.r.contests->places, 6);
    assert_int_equal(c.r.head->test, 0);
    case_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ddhq_each_race_has_its_own_time),
        cmocka_unit_test(ddhq_called_marks_one_and_null_none),
        cmocka_unit_test(ap_marks_come_from_the_summary_alone),
        cmocka_unit_test(ap_state_from_the_race_when_the_summary_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
