/* SPDX-License-Identifier: ISC */
/* The two call feeds: what is a call, what is not, and the times and seats beside it. */
#include <stdio.h>
#include <string.h>

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

/* What changes a race later is no part of when it was called. */
static void ddhq_says_when_it_called(void **state)
{
    (void)state;
    int64_t called;
    struct format_case c = {
        .format = "ddhq",
        .payload = DDHQ(DDHQ_RACE(
            "7", "2021-01-06 08:06:18", "1,\"called_time\":\"2021-01-06T03:14:49+00:00\"",
            "") "," DDHQ_RACE("8", "2021-01-06 08:06:17", "null,\"called_time\":null", ""))};
    assert_true(when_parse(SLICE("2021-01-06T03:14:49Z"), false, &called));
    assert_true(case_run(&c));
    assert_int_equal(c.r.contests[0].called_ms, called);
    assert_int_equal(c.r.contests[1].called_ms, WHEN_UNKNOWN);
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

/* Taken as "not called", each of these would retract every call of the feed. */
static void ddhq_called_that_is_missing_or_of_another_kind_makes_the_race_bad(void **state)
{
    (void)state;
    static const char whole[] = DDHQ(DDHQ_RACE("7", "", "2", ""));
    static const char *const wrong[] = {"true",  "false",  "{\"id\":2}", "1.5",           "9", "0",
                                        "[[2]]", "[null]", "[2,\"\"]",   "\"Democratic\""};
    char payload[2000];
    const char *at = strstr(whole, ",\"called\":2");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct format_case c = {.format = "ddhq", .payload = payload};
        snprintf(payload, sizeof payload, "%.*s,\"called\":%s%s", (int)(at - whole), whole,
                 wrong[i], at + strlen(",\"called\":2"));
        assert_refused(&c, WIRE_SCHEMA, "called");
    }
    struct format_case gone = {.format = "ddhq", .payload = payload};
    snprintf(payload, sizeof payload, "%.*s%s", (int)(at - whole), whole,
             at + strlen(",\"called\":2"));
    assert_refused(&gone, WIRE_SCHEMA, "toplineResults.called is missing");
}

static void ddhq_null_an_empty_text_and_an_empty_list_are_not_called(void **state)
{
    (void)state;
    static const char *const payloads[] = {DDHQ(DDHQ_RACE("7", "", "null", "")),
                                           DDHQ(DDHQ_RACE("7", "", "\"\"", "")),
                                           DDHQ(DDHQ_RACE("7", "", "[]", ""))};
    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
        struct format_case c = {.format = "ddhq", .payload = payloads[i]};
        assert_true(case_run(&c));
        assert_int_equal(c.r.contests->flags, RESULTS_MARKS_STATED);
        assert_int_equal(c.r.choices[0].mark, RESULTS_UNMARKED);
        assert_int_equal(c.r.choices[1].mark, RESULTS_UNMARKED);
        case_done(&c);
    }
}

static void ddhq_an_id_as_text_and_a_list_of_ids_are_calls(void **state)
{
    (void)state;
    static const char *const payloads[] = {DDHQ(DDHQ_RACE("7", "", "\"2\"", "")),
                                           DDHQ(DDHQ_RACE("7", "", "[2]", "")),
                                           DDHQ(DDHQ_RACE("7", "", "[\"1\",2]", ""))};
    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
        struct format_case c = {.format = "ddhq", .payload = payloads[i]};
        assert_true(case_run(&c));
        assert_int_equal(c.r.choices[0].mark, i == 2 ? RESULTS_WON : RESULTS_UNMARKED);
        assert_int_equal(c.r.choices[1].mark, RESULTS_WON);
        case_done(&c);
    }
}

#define AP_ROW(id, winner) "{\"candidateID\":\"" id "\",\"voteCount\":5,\"winner\":\"" winner "\"}"
#define AP(test, race)                                                                             \
    "{\"timestamp\":\"2021-01-06T03:39:00.638Z\",\"test\":" test ",\"results\":[" race "]}"

static void ap_marks_come_from_the_summary_alone(void **state)
{
    (void)state;
    struct format_case c = {
        .format = "ap-interactive",
        .payload = AP(
            "true",
            "{\"raceID\":\"GA-S-1\",\"summary\":{\"ruid\":\"GA\",\"results\":"
            "[" AP_ROW("a", "X") "," AP_ROW("b", "N") "," AP_ROW("c", "R") "," AP_ROW(
                "d", "") "," AP_ROW("e", "Uncalled") "]},"
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

#define AP_RACE(rows)                                                                              \
    AP("false", "{\"raceID\":\"GA-S-1\",\"summary\":{\"results\":["                                \
                "{\"candidateID\":\"a\",\"voteCount\":5" rows "},"                                 \
                "{\"candidateID\":\"b\",\"voteCount\":4}]}}")

static void ap_a_winner_that_is_no_known_mark_makes_the_race_bad(void **state)
{
    (void)state;
    static const char *const payloads[] = {
        AP_RACE(",\"winner\":\"Z\""),     AP_RACE(",\"winner\":\"x\""),
        AP_RACE(",\"winner\":true"),      AP_RACE(",\"winner\":[\"X\"]"),
        AP_RACE(",\"winner\":{\"X\":1}"), AP_RACE(",\"winner\":1")};
    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
        struct format_case c = {.format = "ap-interactive", .payload = payloads[i]};
        assert_refused(&c, WIRE_SCHEMA, "winner of candidate a");
    }
}

static void ap_marks_are_stated_only_where_a_row_has_the_field(void **state)
{
    (void)state;
    static const struct {
        const char *payload;
        unsigned flags;
    } cases[] = {{AP_RACE(""), 0},
                 {AP_RACE(",\"victor\":\"X\""), 0},
                 {AP_RACE(",\"winner\":null"), RESULTS_MARKS_STATED},
                 {AP_RACE(",\"winner\":\"\""), RESULTS_MARKS_STATED},
                 {AP_RACE(",\"winner\":\"N\""), RESULTS_MARKS_STATED}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct format_case c = {.format = "ap-interactive", .payload = cases[i].payload};
        assert_true(case_run(&c));
        assert_int_equal(c.r.contests->flags, cases[i].flags);
        assert_int_equal(c.r.choices[0].mark, RESULTS_UNMARKED);
        case_done(&c);
    }
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
        cmocka_unit_test(ddhq_says_when_it_called),
        cmocka_unit_test(ddhq_called_marks_one_and_null_none),
        cmocka_unit_test(ddhq_called_that_is_missing_or_of_another_kind_makes_the_race_bad),
        cmocka_unit_test(ddhq_null_an_empty_text_and_an_empty_list_are_not_called),
        cmocka_unit_test(ddhq_an_id_as_text_and_a_list_of_ids_are_calls),
        cmocka_unit_test(ap_a_winner_that_is_no_known_mark_makes_the_race_bad),
        cmocka_unit_test(ap_marks_are_stated_only_where_a_row_has_the_field),
        cmocka_unit_test(ap_marks_come_from_the_summary_alone),
        cmocka_unit_test(ap_state_from_the_race_when_the_summary_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
