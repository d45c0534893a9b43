/* SPDX-License-Identifier: ISC */
/* Traps of Clarity's files that do not show in CSV: places, times, flags, marks. */
#include "tests/unit/format_case.h"

#define CHOICE "<Choice key='1' text='A B' totalVotes='5'/>"
#define COUNTY(attrs) "<Contest key='0001' text='Mayor' voteFor='1' " attrs ">" CHOICE "</Contest>"
#define DETAIL(region, turnout, contests)                                                          \
    "<ElectionResult><Timestamp>11/6/2020 1:05:50 PM EST</Timestamp>"                              \
    "<ElectionName>General</ElectionName><ElectionDate>11/3/2020</ElectionDate>"                   \
    "<Region>" region "</Region>" turnout contests "</ElectionResult>"

static void a_county_file_names_its_county_and_total(void **state)
{
    (void)state;
    struct format_case c = {
        .format = "clarity",
        .payload = DETAIL("Palm Beach", "<VoterTurnout totalVoters='0' ballotsCast='410'/>",
                          COUNTY("precinctsReporting='871' precinctsReported='579'"))};
    assert_true(case_run(&c));
    const struct results_contest *k = c.r.contests;
    assert_text(&c, k->county, "Palm Beach");
    assert_text(&c, k->state, "");
    assert_text(&c, k->id, "0001");
    assert_int_equal(c.r.units[k->first_unit].total, 871);
    assert_int_equal(c.r.units[k->first_unit].reporting, 579);
    assert_int_equal(k->registered, -1);
    assert_int_equal(k->ballots, 410);
    assert_int_equal(k->flags, 0);
    case_done(&c);
}

/* Gwinnett's second language is Gwinnett's: what the file says is the key, and matching reads it.
 */
static void texts_stay_as_the_file_has_them(void **state)
{
    (void)state;
    struct format_case c = {
        .format = "clarity",
        .payload = DETAIL("Gwinnett", "",
                          "<Contest key='1' text='President of the United States/Presidentede "
                          "los Estados Unidos'><Choice key='001' text=\"Roque ''Rocky'' De La "
                          "Fuente (I) (Rep)\" party='NP' totalVotes='0'/></Contest>")};
    assert_true(case_run(&c));
    assert_text(&c, c.r.contests->text,
                "President of the United States/Presidentede los Estados Unidos");
    assert_text(&c, c.r.choices->name, "Roque ''Rocky'' De La Fuente (I) (Rep)");
    assert_text(&c, c.r.choices->id, "001");
    assert_text(&c, c.r.choices->party, "Rep");
    assert_int_equal(c.r.choices->flags, RESULTS_INCUMBENT);
    case_done(&c);
}

/* Before the first result the file is whole, and all of it is zero. */
static void a_file_of_zeros_has_every_contest(void **state)
{
    (void)state;
    struct format_case c = {.format = "clarity",
                            .payload =
                                "{\"Contests\":[{\"A\":\"-1\",\"C\":[\"10\",\"11\"],\"V\":[[0,0],"
                                "[0]]},{\"A\":\"Bacon\",\"C\":[\"10\"],\"V\":[[0,0]]}]}"};
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 2);
    for (uint32_t i = 0; i < c.r.head->cells; i++)
        assert_int_equal(c.r.cells[i].votes, 0);
    case_done(&c);
}

static void ranked_choice_is_told_in_the_summary(void **state)
{
    (void)state;
    struct format_case c = {.format = "clarity",
                            .payload =
                                "[{\"K\":\"1\",\"C\":\"Mayor\",\"IsRCV\":true,\"CH\":[\"A\"],"
                                "\"V\":[3]},{\"K\":\"2\",\"C\":\"Clerk\",\"IsRCV\":false,"
                                "\"CH\":[\"B\"],\"V\":[3]}]"};
    assert_true(case_run(&c));
    assert_int_equal(c.r.contests[0].flags, RESULTS_RANKED);
    assert_int_equal(c.r.contests[1].flags, 0);
    case_done(&c);
}

static void a_state_file_names_its_state(void **state)
{
    (void)state;
    struct format_case c = {.format = "clarity",
                            .payload = DETAIL("GA", "", COUNTY("precinctsParticipating='9'"))};
    assert_true(case_run(&c));
    assert_text(&c, c.r.contests->county, "");
    assert_text(&c, c.r.contests->state, "GA");
    assert_int_equal(c.r.units->total, 9);
    assert_int_equal(c.r.units->reporting, -1);
    case_done(&c);
}

static void options_override_the_region(void **state)
{
    (void)state;
    struct format_case c = {.format = "clarity",
                            .options = "state=FL\ncounty=Leon\n",
                            .payload = DETAIL("GA", "", COUNTY("precinctsReporting='9'"))};
    assert_true(case_run(&c));
    assert_text(&c, c.r.contests->county, "Leon");
    assert_text(&c, c.r.contests->state, "FL");
    case_done(&c);
}

static void times_and_dates_are_read_as_written_in_the_us(void **state)
{
    (void)state;
    int64_t want;
    struct format_case c = {.format = "clarity", .payload = DETAIL("GA", "", COUNTY(""))};
    assert_true(when_parse(SLICE("2020-11-06T18:05:50Z"), false, &want));
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->own_time_ms, want);
    assert_text(&c, c.r.head->election_date, "2020-11-03");
    assert_text(&c, c.r.head->election_name, "General");
    assert_int_equal(c.r.head->test, -1);
    case_done(&c);
}

static void yes_and_no_make_a_measure_whatever_isquestion_says(void **state)
{
    (void)state;
    struct format_case c = {
        .format = "clarity",
        .payload = DETAIL("CO", "",
                          "<Contest key='1' text='Judge - Dunn' isQuestion='false'>"
                          "<Choice key='1' text='Yes/For' party='Y' totalVotes='5'/></Contest>")};
    assert_true(case_run(&c));
    assert_int_equal(c.r.contests->flags, RESULTS_MEASURE);
    assert_text(&c, c.r.choices->party, "");
    case_done(&c);
}

static void an_incumbent_is_one_before_a_party_mark_only(void **state)
{
    (void)state;
    struct format_case c = {
        .format = "clarity",
        .payload = DETAIL("GA", "",
                          "<Contest key='1' text='Senate'>"
                          "<Choice key='1' text='A B (I) (Rep)' party='NP' totalVotes='5'/>"
                          "<Choice key='2' text='C D (I)' party='NP' totalVotes='5'/>"
                          "<Choice key='3' text='E F (Rep)' party='DEM' totalVotes='5'/>"
                          "</Contest>")};
    assert_true(case_run(&c));
    assert_int_equal(c.r.choices[0].flags, RESULTS_INCUMBENT);
    assert_text(&c, c.r.choices[0].party, "Rep");
    assert_int_equal(c.r.choices[1].flags, 0);
    assert_text(&c, c.r.choices[1].party, "");
    assert_text(&c, c.r.choices[2].party, "DEM");
    case_done(&c);
}

static void no_winner_anywhere_means_the_site_marks_none(void **state)
{
    (void)state;
#define ROW(key, wins)                                                                             \
    "{\"K\":\"" key "\",\"C\":\"x" key "\",\"CH\":[\"A B\",\"C D\"],\"P\":[\"\",\"\"],"            \
    "\"V\":[1,2],\"W\":" wins "}"
    struct format_case none = {.format = "clarity",
                               .payload = "[" ROW("1", "[0,0]") "," ROW("2", "[0,0]") "]"};
    struct format_case one = {.format = "clarity",
                              .payload = "[" ROW("1", "[0,0]") "," ROW("2", "[0,1]") "]"};
    assert_true(case_run(&none));
    assert_int_equal(none.r.contests[0].flags, 0);
    case_done(&none);
    assert_true(case_run(&one));
    assert_int_equal(one.r.contests[0].flags, RESULTS_MARKS_STATED);
    assert_int_equal(one.r.contests[1].flags, RESULTS_MARKS_STATED);
    assert_int_equal(one.r.choices[2].mark, RESULTS_UNMARKED);
    assert_int_equal(one.r.choices[3].mark, RESULTS_WON);
    case_done(&one);
}

static void an_area_file_has_no_time_of_its_own(void **state)
{
    (void)state;
    struct format_case c = {
        .format = "clarity",
        .options = "state=GA\n",
        .companion =
            DETAIL("GA", "", "<Contest key='1' text='Levy' voteFor='1'>" CHOICE "</Contest>"),
        .payload = "{\"Contests\":[{\"A\":\"-1\",\"C\":[\"1\"],\"V\":[[0]]}]}"};
    assert_true(case_run(&c));
    assert_true(c.r.head->own_time_ms == WHEN_UNKNOWN);
    assert_text(&c, c.r.contests->state, "GA");
    assert_text(&c, c.r.contests->text, "Levy");
    assert_text(&c, c.r.choices->id, "0");
    assert_text(&c, c.r.choices->name, "A B");
    assert_int_equal(c.r.cells->votes, 0);
    case_done(&c);
}

static void a_damaged_companion_is_named(void **state)
{
    (void)state;
    struct format_case c = {.format = "clarity",
                            .companion = "<ElectionResult><Contest",
                            .payload = "{\"Contests\":[]}"};
    assert_refused(&c, WIRE_TRUNCATED, "companion 1: ");
}

static void other_documents_are_refused(void **state)
{
    (void)state;
    static const char *const other[] = {"<Results/>", "{}", "[1]", "{\"Contests\":[{\"A\":1}]}"};
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        struct format_case c = {.format = "clarity", .payload = other[i]};
        assert_refused(&c, WIRE_SCHEMA, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_county_file_names_its_county_and_total),
        cmocka_unit_test(texts_stay_as_the_file_has_them),
        cmocka_unit_test(a_file_of_zeros_has_every_contest),
        cmocka_unit_test(ranked_choice_is_told_in_the_summary),
        cmocka_unit_test(a_state_file_names_its_state),
        cmocka_unit_test(options_override_the_region),
        cmocka_unit_test(times_and_dates_are_read_as_written_in_the_us),
        cmocka_unit_test(yes_and_no_make_a_measure_whatever_isquestion_says),
        cmocka_unit_test(an_incumbent_is_one_before_a_party_mark_only),
        cmocka_unit_test(no_winner_anywhere_means_the_site_marks_none),
        cmocka_unit_test(an_area_file_has_no_time_of_its_own),
        cmocka_unit_test(a_damaged_companion_is_named),
        cmocka_unit_test(other_documents_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
