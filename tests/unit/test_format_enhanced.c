/* SPDX-License-Identifier: ISC */
/* Enhanced Voting: what is a share of what, what null says, and what else a site serves. */
#include "tests/unit/format_case.h"

#define OPTION(id, votes, more)                                                                    \
    "{\"id\":\"" id "\",\"name\":\"Person " id "\",\"voteCount\":" votes more "}"
#define ITEM(id, name, more, options)                                                              \
    "{\"id\":\"" id "\",\"name\":\"" name "\"" more ",\"ballotOptions\":[" options "]}"
#define EXPORT(place, items, localities)                                                           \
    "{\"electionDate\":\"2030-11-05\",\"createdAt\":\"2030-11-06T02:03:04.5678901Z\","             \
    "\"results\":{\"name\":\"" place "\",\"ballotItems\":[" items "]},"                            \
    "\"localResults\":[" localities "]}"
#define LOCALITY(name, items)                                                                      \
    "{\"id\":\"" name "\",\"name\":\"" name "\",\"ballotItems\":[" items "]}"
#define GOVERNOR(votes) ITEM("S1", "Governor", "", OPTION("1", votes, ""))

#define DATA_ITEM(id, more, options)                                                               \
    "{\"id\":\"" id "\",\"name\":[{\"languageId\":\"en\",\"text\":\"Contest " id "\"}]" more       \
    ",\"summaryResults\":{\"ballotOptions\":[" options "]}}"
#define DATA(election, items)                                                                      \
    "{\"ballotItemWithBreakdown\":null,\"ballotItems\":[" items "],\"election\":{" election "},"   \
    "\"jurisdiction\":{\"name\":[{\"languageId\":\"en\",\"text\":\"Cascadia\"}]}}"

static struct format_case enhanced(const char *payload, const char *options)
{
    return (struct format_case){.format = "enhanced", .payload = payload, .options = options};
}

static void a_locality_has_a_share_and_adds_nothing(void **state)
{
    (void)state;
    struct format_case c = enhanced(EXPORT("Cascadia", GOVERNOR("30"),
                                           LOCALITY("Alder County", GOVERNOR("10")) "," LOCALITY(
                                               "Birch County", GOVERNOR("20"))),
                                    NULL);
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 1);
    assert_int_equal(c.r.contests->units, 3);
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 30);
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->derived, 0);
    assert_int_equal(results_cell(&c.r, c.r.contests, 2, 0)->votes, 20);
    assert_int_equal(c.r.units[1].type, RESULTS_COUNTY);
    assert_text(&c, c.r.units[1].name, "Alder County");
    assert_text(&c, c.r.contests->county, "");
    case_done(&c);
}

/* An id is a county's own where the jurisdiction has none by that id and name. */
static void what_only_localities_have_is_a_contest_of_each(void **state)
{
    (void)state;
    struct format_case c = enhanced(
        EXPORT(
            "Cascadia", GOVERNOR("30"),
            LOCALITY("Alder County", ITEM("C7", "Sheriff", "", OPTION("1", "5", ""))) "," LOCALITY(
                "Birch County", ITEM("C7", "Sheriff", "", OPTION("1", "7", "")) "," ITEM(
                                    "S1", "Coroner", "", OPTION("1", "8", "")))),
        NULL);
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 4);
    assert_int_equal(c.r.contests[0].units, 1);
    assert_text(&c, c.r.contests[1].county, "Alder County");
    assert_text(&c, c.r.contests[2].county, "Birch County");
    assert_text(&c, c.r.contests[3].text, "Coroner");
    assert_int_equal(results_cell(&c.r, &c.r.contests[2], 0, 0)->votes, 7);
    case_done(&c);
}

static void a_county_that_runs_its_own_site_is_the_county(void **state)
{
    (void)state;
    struct format_case c = enhanced(
        EXPORT("Alder County, CA", ITEM("C7", "Sheriff", "", OPTION("1", "9", "")),
               LOCALITY("Elm Township", ITEM("C7", "Sheriff", "", OPTION("1", "5", "")) "," ITEM(
                                            "T1", "Trustee", "", OPTION("1", "4", "")))),
        NULL);
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 2);
    assert_text(&c, c.r.contests[0].county, "Alder County");
    assert_text(&c, c.r.contests[1].county, "Alder County");
    assert_int_equal(c.r.units[1].type, RESULTS_MUNICIPALITY);
    case_done(&c);
}

static void precincts_of_two_counties_may_have_one_name(void **state)
{
    (void)state;
    static const char payload[] =
        EXPORT("Cascadia", GOVERNOR("30"),
               LOCALITY("Alder County",
                        ITEM("S1", "Governor", "",
                             OPTION("1", "10",
                                    ",\"precinctResults\":[{\"id\":\"1\",\"voteCount\":9}"
                                    "]"))) "," LOCALITY("Birch County",
                                                        ITEM("S1", "Governor", "",
                                                             OPTION("1", "20",
                                                                    ",\"precinctResults\":[{"
                                                                    "\"id\":\"1\","
                                                                    "\"voteCount\":20}]"))));
    struct format_case c = enhanced(payload, "precincts=yes\n");
    assert_true(case_run(&c));
    assert_int_equal(c.r.contests->units, 5);
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 30);
    assert_int_equal(results_cell(&c.r, c.r.contests, 1, 0)->votes, 10);
    case_done(&c);
    c = enhanced(payload, NULL);
    assert_true(case_run(&c));
    assert_int_equal(c.r.contests->units, 3);
    case_done(&c);
}

static void zero_of_zero_precincts_is_not_said(void **state)
{
    (void)state;
    struct format_case c = enhanced(
        EXPORT("Cascadia",
               ITEM("S1", "Governor", ",\"precinctsParticipating\":0,\"precinctsReporting\":0",
                    OPTION("1", "3", "")) "," ITEM("S2", "Auditor",
                                                   ",\"precinctsParticipating\":9,"
                                                   "\"precinctsReporting\":0",
                                                   OPTION("1", "3", "")),
               ""),
        NULL);
    assert_true(case_run(&c));
    assert_int_equal(c.r.units[0].total, -1);
    assert_int_equal(c.r.units[0].reporting, -1);
    assert_int_equal(c.r.units[1].total, 9);
    assert_int_equal(c.r.units[1].reporting, 0);
    case_done(&c);
    c = enhanced(EXPORT("Cascadia", GOVERNOR("3"),
                        LOCALITY("Alder County",
                                 ITEM("S1", "Governor",
                                      ",\"precinctsParticipating\":0,\"precinctsReporting\":0",
                                      OPTION("1", "3", "")))),
                 NULL);
    assert_true(case_run(&c));
    assert_int_equal(c.r.units[1].total, -1);
    assert_int_equal(c.r.units[1].reporting, -1);
    case_done(&c);
    c = enhanced(DATA("", DATA_ITEM("1",
                                    ",\"reportingStatus\":{\"reportingUnits\":0,"
                                    "\"totalUnits\":0}",
                                    OPTION("1", "5", ""))),
                 NULL);
    assert_true(case_run(&c));
    assert_int_equal(c.r.units[0].total, -1);
    case_done(&c);
}

static void null_votes_are_unknown_and_not_zero(void **state)
{
    (void)state;
    struct format_case c = enhanced(
        EXPORT("Cascadia", GOVERNOR("null"), LOCALITY("Alder County", GOVERNOR("4"))), NULL);
    assert_true(case_run(&c));
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, VOTES_UNKNOWN);
    assert_int_equal(results_cell(&c.r, c.r.contests, 1, 0)->votes, 4);
    case_done(&c);
}

static void what_is_no_count_of_votes_is_refused(void **state)
{
    (void)state;
    static const char *const payloads[] = {
        EXPORT("Cascadia", GOVERNOR("-1"), ""),
        EXPORT("Cascadia", GOVERNOR("1.5"), ""),
        EXPORT("Cascadia", GOVERNOR("\"12\""), ""),
        EXPORT("Cascadia", GOVERNOR("12,\"groupResults\":[{\"voteCount\":\"12\"}]"), ""),
        EXPORT("Cascadia", ITEM("S1", "Governor", "", "{\"id\":\"1\",\"name\":\"A\",\"votes\":12}"),
               ""),
    };
    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
        struct format_case c = enhanced(payloads[i], NULL);
        assert_refused(&c, WIRE_SCHEMA, "not a count of votes");
    }
}

static void parts_may_be_less_than_the_count_and_never_more(void **state)
{
    (void)state;
    struct format_case c =
        enhanced(EXPORT("Cascadia",
                        GOVERNOR("12,\"groupResults\":[{\"voteCount\":5},{\"voteCount\":6}]"), ""),
                 NULL);
    assert_true(case_run(&c));
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 12);
    case_done(&c);
    c = enhanced(EXPORT("Cascadia",
                        GOVERNOR("12,\"groupResults\":[{\"voteCount\":null},{\"voteCount\":14}]"),
                        ""),
                 NULL);
    assert_true(case_run(&c)); /* nothing is known of the sum */
    case_done(&c);
    struct format_case groups =
        enhanced(EXPORT("Cascadia",
                        GOVERNOR("12,\"groupResults\":[{\"voteCount\":7},{\"voteCount\":6}]"), ""),
                 NULL);
    assert_refused(&groups, WIRE_SCHEMA, "groups adds up to 13");
    struct format_case precincts =
        enhanced(EXPORT("Cascadia",
                        GOVERNOR("12,\"precinctResults\":[{\"id\":\"1\",\"voteCount\":13}]"), ""),
                 "precincts=yes\n");
    assert_refused(&precincts, WIRE_SCHEMA, "precincts adds up to 13");
}

static void a_contest_or_option_there_twice_is_refused(void **state)
{
    (void)state;
    struct format_case option = enhanced(
        EXPORT("Cascadia",
               ITEM("S1", "Governor", "", OPTION("1", "5", "") "," OPTION("1", "5", "")), ""),
        NULL);
    assert_refused(&option, WIRE_SCHEMA, "it stands twice");
    struct format_case contest =
        enhanced(EXPORT("Cascadia", GOVERNOR("5") "," GOVERNOR("6"), ""), NULL);
    assert_refused(&contest, WIRE_SCHEMA, "there twice and differs");
    struct format_case locality = enhanced(
        EXPORT("Cascadia", GOVERNOR("30"),
               LOCALITY("Alder County", GOVERNOR("5")) "," LOCALITY("Alder County", GOVERNOR("6"))),
        NULL);
    assert_refused(&locality, WIRE_SCHEMA, "two different values");
}

/* Ids are told apart by name too: a locality's other name is another choice of the same id. */
static void a_share_with_another_name_for_an_id_is_refused(void **state)
{
    (void)state;
    struct format_case c = enhanced(
        EXPORT("Cascadia", GOVERNOR("30"),
               LOCALITY("Alder County",
                        ITEM("S1", "Governor", "",
                             "{\"id\":\"1\",\"name\":\"Somebody Else\",\"voteCount\":3}"))),
        NULL);
    assert_refused(&c, WIRE_SCHEMA, "has two names");
}

/* A locality may list a write-in of its own; not somebody of the jurisdiction under a new id. */
static void a_line_only_a_locality_has_is_a_choice_summed(void **state)
{
    (void)state;
    struct format_case c =
        enhanced(EXPORT("Cascadia", GOVERNOR("30"),
                        LOCALITY("Alder County",
                                 ITEM("S1", "Governor", "",
                                      OPTION("1", "3", "") "," OPTION(
                                          "7", "2", ""))) "," LOCALITY("Birch County",
                                                                       ITEM("S1", "Governor", "",
                                                                            OPTION("7", "4", "")))),
                 NULL);
    assert_true(case_run(&c));
    assert_int_equal(c.r.contests->choices, 2);
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 1)->votes, 6);
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 1)->derived, 1);
    case_done(&c);
    c = enhanced(EXPORT("Cascadia", GOVERNOR("30"),
                        LOCALITY("Alder County",
                                 ITEM("S1", "Governor", "",
                                      "{\"id\":\"9\",\"name\":\"Person 1\",\"voteCount\":3}"))),
                 NULL);
    assert_refused(&c, WIRE_SCHEMA, "under another id");
}

static void only_true_and_false_say_something_of_a_winner(void **state)
{
    (void)state;
    struct format_case c = enhanced(
        DATA(
            "\"isOfficialResults\":true,\"isProduction\":false,"
            "\"asOf\":\"2030-06-17T01:02:03.0017849Z\"",
            DATA_ITEM("1", "", OPTION("1", "5", ",\"isWinner\":null") "," OPTION("2", "4", ",\"isWinner\":null")) "," DATA_ITEM(
                "2", "",
                OPTION("1", "5", ",\"isWinner\":false") "," OPTION(
                    "2", "4",
                    ",\"isWinner\":false")) "," DATA_ITEM("3", "",
                                                          OPTION("1", "5", ",\"isWinner\":false") "," OPTION(
                                                              "2", "6",
                                                              ",\"isWinner\":true")) "," DATA_ITEM("4",
                                                                                                   "",
                                                                                                   OPTION(
                                                                                                       "1",
                                                                                                       "5",
                                                                                                       ",\"isWinner\":\"true\""))),
        NULL);
    const uint32_t flags[4] = {0, RESULTS_MARKS_STATED, RESULTS_MARKS_STATED, 0};
    const enum results_mark marks[7] = {[5] = RESULTS_WON};
    assert_true(case_run(&c));
    for (int i = 0; i < 4; i++)
        assert_int_equal(c.r.contests[i].flags, flags[i]);
    for (int i = 0; i < 7; i++)
        assert_int_equal(c.r.choices[i].mark, marks[i]);
    case_done(&c);
}

static void data_says_its_time_status_and_whether_it_is_a_test(void **state)
{
    (void)state;
    int64_t want;
    struct format_case c = enhanced(
        DATA("\"isOfficialResults\":true,\"isProduction\":false,"
             "\"electionDate\":\"2030-06-16T00:00:00\",\"lastUpdated\":\"2030-06-17T01:00:00Z\","
             "\"asOf\":\"2030-06-17T01:02:03.0017849Z\"",
             DATA_ITEM("1", ",\"partyName\":\"REP\"",
                       OPTION("1", "5", ",\"isQualifiedWriteIn\":true"))),
        "state=UT\n");
    assert_true(when_parse(SLICE("2030-06-17T01:02:03.001Z"), false, &want));
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->own_time_ms, want);
    assert_int_equal(c.r.head->status, RESULTS_OFFICIAL);
    assert_int_equal(c.r.head->test, 1);
    assert_text(&c, c.r.head->election_date, "2030-06-16");
    assert_text(&c, c.r.contests->state, "UT");
    assert_text(&c, c.r.contests->party, "REP");
    assert_int_equal(c.r.choices->flags, RESULTS_WRITE_IN);
    case_done(&c);
    c = enhanced(EXPORT("Cascadia", GOVERNOR("1"), ""), NULL);
    assert_true(when_parse(SLICE("2030-11-06T02:03:04.567Z"), false, &want));
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->own_time_ms, want);
    assert_int_equal(c.r.head->status, RESULTS_STATUS_UNKNOWN);
    assert_int_equal(c.r.head->test, -1);
    case_done(&c);
}

static void vote_for_is_a_number_or_a_sentence_with_one(void **state)
{
    (void)state;
    struct format_case c = enhanced(
        DATA(
            "",
            DATA_ITEM("1", ",\"voteFor\":[{\"languageId\":\"en\",\"text\":\"Vote for up to 3\"}]", OPTION("1", "5", "")) "," DATA_ITEM(
                "2", ",\"voteFor\":2",
                OPTION("1", "5",
                       "")) "," DATA_ITEM("3", ",\"voteFor\":[{\"text\":\"Vote for 1 or 2\"}]",
                                          OPTION(
                                              "1", "5",
                                              "")) "," DATA_ITEM("4",
                                                                 ",\"voteFor\":[{\"text\":\"Vote "
                                                                 "for one\"}]",
                                                                 OPTION(
                                                                     "1", "5",
                                                                     "")) "," DATA_ITEM("5",
                                                                                        ",\"voteFor"
                                                                                        "\":null",
                                                                                        OPTION(
                                                                                            "1",
                                                                                            "5",
                                                                                            ""))),
        NULL);
    const int want[5] = {3, 2, -1, 1, -1};
    assert_true(case_run(&c));
    for (int i = 0; i < 5; i++)
        assert_int_equal(c.r.contests[i].votes_allowed, want[i]);
    case_done(&c);
}

static void ranked_choice_and_questions_are_told(void **state)
{
    (void)state;
    struct format_case c = enhanced(
        DATA("",
             DATA_ITEM(
                 "1", ",\"rankedChoiceSummaryResults\":{\"rounds\":[]}",
                 OPTION("1", "5",
                        "")) "," DATA_ITEM("2",
                                           ",\"rankedChoiceSummaryResults\":null,\"contestType\":"
                                           "\"BallotMeasure\"",
                                           OPTION(
                                               "1", "5",
                                               "")) "," DATA_ITEM("3",
                                                                  ",\"contestType\":\"Candidate\"",
                                                                  "{\"id\":\"1\",\"name\":[{"
                                                                  "\"languageId\":\"en\",\"text\":"
                                                                  "\"YES\"}],"
                                                                  "\"voteCount\":3}")),
        NULL);
    const uint32_t want[3] = {RESULTS_RANKED, RESULTS_MEASURE, RESULTS_MEASURE};
    assert_true(case_run(&c));
    for (int i = 0; i < 3; i++)
        assert_int_equal(c.r.contests[i].flags, want[i]);
    case_done(&c);
}

static void more_votes_than_the_stated_total_are_refused(void **state)
{
    (void)state;
    struct format_case c =
        enhanced(DATA("", DATA_ITEM("1", ",\"voteFor\":1,\"voteTotal\":8",
                                    OPTION("1", "5", "") "," OPTION("2", "4", ""))),
                 NULL);
    assert_refused(&c, WIRE_SCHEMA, "its options have 9 votes, voteTotal is 8");
    c = enhanced(DATA("", DATA_ITEM("1", ",\"voteFor\":2,\"voteTotal\":8",
                                    OPTION("1", "5", "") "," OPTION("2", "4", ""))),
                 NULL);
    assert_true(case_run(&c));
    case_done(&c);
}

static void statistics_are_no_options(void **state)
{
    (void)state;
    struct format_case c = enhanced(
        EXPORT(
            "Cascadia",
            ITEM("S1", "Governor", "",
                 "{\"id\":\"9\",\"name\":\"Undervotes\",\"voteCount\":70}," OPTION("1", "5", "")),
            LOCALITY("Alder County", ITEM("S1", "Governor", "",
                                          "{\"id\":\"9\",\"name\":\"Undervotes\",\"voteCount\":"
                                          "70}," OPTION("1", "3", "")))),
        NULL);
    assert_true(case_run(&c));
    assert_int_equal(c.r.contests->choices, 1);
    assert_int_equal(results_cell(&c.r, c.r.contests, 1, 0)->votes, 3);
    case_done(&c);
}

static void a_party_is_a_text_an_object_or_only_in_the_name(void **state)
{
    (void)state;
    struct format_case c = enhanced(
        DATA(
            "",
            DATA_ITEM(
                "1", "",
                OPTION("1", "1", ",\"party\":{\"abbreviation\":\"REP\"}") "," OPTION(
                    "2", "1",
                    ",\"politicalParty\":\"Dem\"") ","
                                                   "{\"id\":\"3\",\"name\":\"Ida Pell "
                                                   "(Lib)\",\"voteCount\":1,"
                                                   "\"party\":{\"abbreviation\":\"\",\"name\":[]}},"
                                                   "{\"id\":\"4\",\"name\":\"Rufus Ott "
                                                   "(I)\",\"voteCount\":1,"
                                                   "\"party\":{\"name\":[{\"languageId\":\"en\","
                                                   "\"text\":\"Green\"}]}}")),
        NULL);
    static const char *const want[4] = {"REP", "Dem", "Lib", "Green"};
    assert_true(case_run(&c));
    for (int i = 0; i < 4; i++)
        assert_text(&c, c.r.choices[i].party, want[i]);
    assert_int_equal(c.r.choices[2].flags, 0);
    assert_int_equal(c.r.choices[3].flags, RESULTS_INCUMBENT);
    case_done(&c);
}

static void what_else_a_site_serves_is_refused_for_what_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *payload, *why;
    } all[] = {
        {"{\"childLocalities\":[],\"elections\":[{\"publicElectionId\":\"x\"}]}", "catalogue"},
        {"{\"asOf\":\"2030-06-17T01:02:03Z\",\"isOfficialResults\":false}", "format = pointer"},
        {"{\"election\":{\"asOf\":\"2030-06-17T01:02:03Z\"}}", "format = pointer"},
        {"{\"ballotItemWithBreakdown\":{},\"ballotItems\":[],\"election\":{}}", "by locality"},
        {"{\"localities\":[]}", "neither"},
        {"[]", "neither"},
        {"{\"results\":{\"ballotItems\":[]}}", "localResults"},
        {"{\"results\":{},\"localResults\":[]}", "results.ballotItems"},
        {"{\"results\":{\"ballotItems\":[{\"id\":\"1\"}]},\"localResults\":[]}", "ballotItems[0]"},
        {"{\"results\":{\"ballotItems\":[]},\"localResults\":[{\"ballotItems\":[]}]}",
         "localResults[0]"},
        {"{\"ballotItems\":[],\"election\":{}}", "no contests"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct format_case c = enhanced(all[i].payload, NULL);
        assert_refused(&c, WIRE_SCHEMA, all[i].why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_locality_has_a_share_and_adds_nothing),
        cmocka_unit_test(what_only_localities_have_is_a_contest_of_each),
        cmocka_unit_test(a_county_that_runs_its_own_site_is_the_county),
        cmocka_unit_test(precincts_of_two_counties_may_have_one_name),
        cmocka_unit_test(zero_of_zero_precincts_is_not_said),
        cmocka_unit_test(null_votes_are_unknown_and_not_zero),
        cmocka_unit_test(what_is_no_count_of_votes_is_refused),
        cmocka_unit_test(parts_may_be_less_than_the_count_and_never_more),
        cmocka_unit_test(a_contest_or_option_there_twice_is_refused),
        cmocka_unit_test(a_share_with_another_name_for_an_id_is_refused),
        cmocka_unit_test(a_line_only_a_locality_has_is_a_choice_summed),
        cmocka_unit_test(only_true_and_false_say_something_of_a_winner),
        cmocka_unit_test(data_says_its_time_status_and_whether_it_is_a_test),
        cmocka_unit_test(vote_for_is_a_number_or_a_sentence_with_one),
        cmocka_unit_test(ranked_choice_and_questions_are_told),
        cmocka_unit_test(more_votes_than_the_stated_total_are_refused),
        cmocka_unit_test(statistics_are_no_options),
        cmocka_unit_test(a_party_is_a_text_an_object_or_only_in_the_name),
        cmocka_unit_test(what_else_a_site_serves_is_refused_for_what_it_is),
    };
    return cmocka_run_group_tests_name("format-enhanced", tests, NULL, NULL);
}
