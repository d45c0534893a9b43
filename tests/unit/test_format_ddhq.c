/* SPDX-License-Identifier: ISC */
/* Decision Desk HQ's versions 3 and 4, by their documented fields: lists of calls, who goes on,
 * test data, pages, towns. test_format_calls.c has version 2. */
#include <stdio.h>

#include "tests/unit/format_case.h"

#define CALLS(called, advancing)                                                                   \
    ",\"called_candidates\":" called ",\"advancing_candidates\":" advancing
#define RACE(id, more, topline, places)                                                            \
    "{\"race_id\":" id                                                                             \
    ",\"state\":\"NH\",\"state_name\":\"New Hampshire\",\"office\":\"US House\","                  \
    "\"name\":\"Primary\",\"race_date\":\"2030-09-10\"" more ",\"topline_results\":{\"votes\":{"   \
    "\"2\":1,\"1\":3},\"total_votes\":4" topline "}" places ",\"candidates\":["                    \
    "{\"cand_id\":1,\"first_name\":\"A\",\"last_name\":\"B\",\"incumbent\":true},"                 \
    "{\"cand_id\":2,\"first_name\":\"C\",\"last_name\":\"D\",\"incumbent\":false}]}"
#define PAGE(more, races) "{\"next_page_url\":null" more ",\"data\":[" races "]}"
#define ONE(more, topline, places) PAGE("", RACE("7", more, topline, places))
#define NOBODY CALLS("[]", "[]")

static struct format_case ddhq(const char *payload)
{
    return (struct format_case){.format = "ddhq", .payload = payload};
}

static void a_list_of_calls_marks_each_and_has_their_times(void **state)
{
    (void)state;
    int64_t want;
    static const char *const payloads[] = {
        ONE("",
            CALLS("[2,1]", "[]") ",\"call_times\":[{\"cand_id\":2,\"called_time\":"
                                 "\"2030-09-11T02:10:09.000Z\"},{\"cand_id\":1,\"called_time\":"
                                 "\"2030-09-11T01:10:09.000Z\"}]",
            ""),
        ONE("",
            CALLS("[2,1]", "null") ",\"call_times\":[\"2030-09-11T01:10:09.000Z\","
                                   "\"2030-09-11T02:10:09.000Z\"]",
            ""),
    };
    assert_true(when_parse(SLICE("2030-09-11T02:10:09Z"), false, &want));
    for (size_t i = 0; i < 2; i++) {
        struct format_case c = ddhq(payloads[i]);
        assert_true(case_run(&c));
        assert_int_equal(c.r.contests->called_ms, want);
        assert_int_equal(c.r.contests->flags, RESULTS_MARKS_STATED);
        assert_int_equal(c.r.choices[0].mark, RESULTS_WON);
        assert_int_equal(c.r.choices[1].mark, RESULTS_WON);
        assert_int_equal(c.r.choices[0].flags, RESULTS_INCUMBENT);
        assert_int_equal(c.r.choices[1].flags, 0);
        assert_text(&c, c.r.contests->state, "NH");
        assert_text(&c, c.r.contests->text, "New Hampshire US House Primary");
        case_done(&c);
    }
}

static void nobody_called_is_stated_and_no_time(void **state)
{
    (void)state;
    static const char *const payloads[] = {ONE("", NOBODY, ""), ONE("", CALLS("null", "null"), ""),
                                           ONE("", CALLS("[]", "[]") ",\"call_times\":[]", "")};
    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
        struct format_case c = ddhq(payloads[i]);
        assert_true(case_run(&c));
        assert_int_equal(c.r.contests->flags, RESULTS_MARKS_STATED);
        assert_int_equal(c.r.choices[0].mark, RESULTS_UNMARKED);
        assert_true(c.r.contests->called_ms == WHEN_UNKNOWN);
        case_done(&c);
    }
}

/* The lesser claim: a win that is none would be the worst there is. */
static void who_goes_on_has_not_won(void **state)
{
    (void)state;
    struct format_case c = ddhq(
        ONE(",\"advance_candidates\":\"true\",\"expected_winners\":2", CALLS("[1]", "[1,2]"), ""));
    assert_true(case_run(&c));
    assert_int_equal(c.r.choices[0].mark, RESULTS_ADVANCED);
    assert_int_equal(c.r.choices[1].mark, RESULTS_ADVANCED);
    assert_int_equal(c.r.contests->seats, -1);
    case_done(&c);
}

static void seats_are_the_expected_winners(void **state)
{
    (void)state;
    static const char *const payloads[] = {
        ONE(",\"expected_winners\":2,\"uncontested\":true", NOBODY, ""),
        ONE(",\"expected_winners\":2,\"uncontested\":true,\"advance_candidates\":\"false\"", NOBODY,
            ""),
        ONE(",\"expected_winners\":2,\"uncontested\":true,\"advance_candidates\":false", NOBODY,
            ""),
    };
    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
        struct format_case c = ddhq(payloads[i]);
        assert_true(case_run(&c));
        assert_int_equal(c.r.contests->seats, 2);
        assert_int_equal(c.r.contests->flags, RESULTS_MARKS_STATED | RESULTS_UNCONTESTED);
        case_done(&c);
    }
}

static void a_call_for_a_stranger_or_no_list_at_all_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *payload, *why;
    } all[] = {
        {ONE("", CALLS("[9]", "[]"), ""), "called_candidates 9 is no candidate of it"},
        {ONE("", CALLS("[]", "[9]"), ""), "advancing_candidates 9 is no candidate of it"},
        {ONE("", CALLS("[null]", "[]"), ""), "is no candidate's id"},
        {ONE("", CALLS("[]", "[{\"cand_id\":2}]"), ""), "is no candidate's id"},
        {ONE("", CALLS("true", "[]"), ""), "is no candidate's id"},
        {ONE("", ",\"advancing_candidates\":[]", ""),
         "topline_results.called_candidates is missing"},
        {ONE("", ",\"called\":2", ""), "topline_results.called_candidates is missing"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct format_case c = ddhq(all[i].payload);
        assert_refused(&c, WIRE_SCHEMA, all[i].why);
    }
}

static void each_race_says_whether_it_is_a_test(void **state)
{
    (void)state;
    static const struct {
        const char *payload;
        int test;
    } all[] = {
        {ONE(",\"test_data\":true", NOBODY, ""), 1},
        {ONE(",\"test_data\":false", NOBODY, ""), 0},
        {ONE("", NOBODY, ""), -1},
        {PAGE(",\"test_data\":true", RACE("7", "", NOBODY, "")), 1},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct format_case c = ddhq(all[i].payload);
        assert_true(case_run(&c));
        assert_int_equal(c.r.head->test, all[i].test);
        case_done(&c);
    }
    struct format_case mixed = ddhq(PAGE("", RACE("7", ",\"test_data\":true", NOBODY, "") "," RACE(
                                                 "8", ",\"test_data\":false", NOBODY, "")));
    assert_refused(&mixed, WIRE_SCHEMA, "test data among real races");
}

/* One rehearsal among a night's races is left out, and does not make a test of the night. */
static void a_test_among_many_races_is_left_out(void **state)
{
    (void)state;
    static char payload[200000];
    size_t n = (size_t)snprintf(payload, sizeof payload, "{\"next_page_url\":null,\"data\":[");
    for (int i = 0; i < 120; i++)
        n += (size_t)snprintf(payload + n, sizeof payload - n,
                              "%s" RACE("%d", ",\"test_data\":%s", NOBODY, ""), i > 0 ? "," : "", i,
                              i == 50 ? "true" : "false");
    snprintf(payload + n, sizeof payload - n, "]}");
    struct format_case c = ddhq(payload);
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 119);
    assert_int_equal(c.r.head->problems, 1);
    assert_int_equal(c.r.head->test, 0);
    case_done(&c);
}

static void towns_are_within_their_county(void **state)
{
    (void)state;
    struct format_case c = ddhq(
        ONE(",\"district\":2", NOBODY,
            ",\"counties\":[{\"id\":5,\"county\":\"Alder\",\"fips\":\"33001\",\"precincts\":{"
            "\"total\":0,\"reporting\":0},\"votes\":{\"1\":3,\"2\":1},\"vcus\":[{\"id\":1,\"vcu\":"
            "\"Elm\",\"fips\":\"\",\"precincts\":{\"total\":2,\"reporting\":1},"
            "\"votes\":{\"1\":3,\"2\":0}}]}]"));
    assert_true(case_run(&c));
    assert_int_equal(c.r.contests->units, 3);
    assert_text(&c, c.r.contests->district, "2");
    assert_text(&c, c.r.units[1].id, "33001");
    assert_int_equal(c.r.units[1].total, -1); /* it reports by estimates */
    assert_int_equal(c.r.units[1].reporting, -1);
    assert_int_equal(c.r.units[2].type, RESULTS_MUNICIPALITY);
    assert_text(&c, c.r.units[2].name, "Alder / Elm");
    assert_int_equal(c.r.units[2].reporting, 1);
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 3);
    case_done(&c);
}

static void the_last_page_ends_where_the_total_does(void **state)
{
    (void)state;
    static const char *const whole[] = {
        PAGE(",\"total\":1", RACE("7", "", NOBODY, "")),
        PAGE(",\"total\":1,\"page\":1,\"limit\":50", RACE("7", "", NOBODY, "")),
        PAGE(",\"total\":11,\"page\":3,\"limit\":5", RACE("7", "", NOBODY, "")),
    };
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        struct format_case c = ddhq(whole[i]);
        assert_true(case_run(&c));
        case_done(&c);
    }
    static const char *const cut[] = {
        PAGE(",\"total\":2", RACE("7", "", NOBODY, "")),
        PAGE(",\"total\":2,\"page\":1,\"limit\":1", RACE("7", "", NOBODY, "")),
        PAGE(",\"total\":12,\"page\":3,\"limit\":5", RACE("7", "", NOBODY, "")),
        "{\"next_page_url\":\"\",\"total\":2,\"data\":[" RACE("7", "", NOBODY, "") "]}",
    };
    for (size_t i = 0; i < sizeof cut / sizeof *cut; i++) {
        struct format_case c = ddhq(cut[i]);
        assert_refused(&c, WIRE_TRUNCATED, "there is no next page");
    }
    struct format_case first =
        ddhq("{\"next_page_url\":\"/races?page=2\",\"total\":9,\"data\":[" RACE("7", "", NOBODY,
                                                                                "") "]}");
    assert_true(case_run(&first));
    case_done(&first);
}

static void what_else_ddhq_serves_is_refused_for_what_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *payload, *why;
    } all[] = {
        {"{\"count\":1,\"results\":[{\"id\":\"8e\",\"votes\":{\"1\":2},\"called\":1}]}",
         "version 1"},
        {"{\"controlling_party\":\"\",\"changed_seats\":[]}", "seats by party"},
        {"{\"delegates\":[]}", "no array \"data\""},
        {"{\"data\":[{\"race_id\":1,\"topline_results\":{},\"candidates\":[]}]}",
         "no topline_results.votes"},
        {"{\"data\":[]}", "no contests"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct format_case c = ddhq(all[i].payload);
        assert_refused(&c, WIRE_SCHEMA, all[i].why);
    }
}

/* A page may hold races of several states, whatever state its source is for. */
static void a_race_is_of_the_state_it_says(void **state)
{
    (void)state;
    struct format_case c = ddhq(ONE("", NOBODY, ""));
    c.options = "state=GA\n";
    assert_true(case_run(&c));
    assert_text(&c, c.r.contests->state, "NH");
    case_done(&c);
}

static void a_race_may_be_the_document(void **state)
{
    (void)state;
    static const char *const payloads[] = {RACE("7", "", NOBODY, ""),
                                           "{\"data\":" RACE("7", "", NOBODY, "") "}"};
    for (size_t i = 0; i < 2; i++) {
        struct format_case c = ddhq(payloads[i]);
        assert_true(case_run(&c));
        assert_int_equal(c.r.head->contests, 1);
        assert_text(&c, c.r.contests->id, "7");
        assert_text(&c, c.r.head->election_date, "2030-09-10");
        case_done(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_of_calls_marks_each_and_has_their_times),
        cmocka_unit_test(nobody_called_is_stated_and_no_time),
        cmocka_unit_test(who_goes_on_has_not_won),
        cmocka_unit_test(seats_are_the_expected_winners),
        cmocka_unit_test(a_call_for_a_stranger_or_no_list_at_all_is_refused),
        cmocka_unit_test(each_race_says_whether_it_is_a_test),
        cmocka_unit_test(a_test_among_many_races_is_left_out),
        cmocka_unit_test(towns_are_within_their_county),
        cmocka_unit_test(the_last_page_ends_where_the_total_does),
        cmocka_unit_test(a_race_is_of_the_state_it_says),
        cmocka_unit_test(a_race_may_be_the_document),
        cmocka_unit_test(what_else_ddhq_serves_is_refused_for_what_it_is),
    };
    return cmocka_run_group_tests_name("format-ddhq", tests, NULL, NULL);
}
