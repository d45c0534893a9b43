/* SPDX-License-Identifier: ISC */
/* EML 510: the whole beside its counties, questions, and what tells test data. */
#include <stdio.h>

#include "tests/unit/format_case.h"

#define PERSON(id, votes)                                                                          \
    "<Selection><AffiliationIdentifier><RegisteredName>Green</RegisteredName>"                     \
    "</AffiliationIdentifier><Candidate><CandidateIdentifier IdNumber=\"" id "\"/>"                \
    "<CandidateFullName><PersonFullName>P" id "</PersonFullName></CandidateFullName></Candidate>"  \
    "<ValidVotes>" votes "</ValidVotes><CountMetric Id=\"PR\">99</CountMetric></Selection>"
#define ANSWER(word, votes)                                                                        \
    "<Selection><Candidate><ProposalItem ReferendumOptionIdentifier=\"" word "\"/></Candidate>"    \
    "<ValidVotes>" votes "</ValidVotes></Selection>"
#define WHOLE(pr, tp, selections)                                                                  \
    "<TotalVotes><CountMetric Id=\"PR\">" pr "</CountMetric><CountMetric Id=\"TP\">" tp            \
    "</CountMetric><CountMetric Id=\"RT\"/>" selections "</TotalVotes>"
#define COUNTY(id, name, pr, tp, selections)                                                       \
    "<ReportingUnitVotes><ReportingUnitIdentifier IdNumber=\"" id "\">" name                       \
    "</ReportingUnitIdentifier><CountMetric Id=\"PR\">" pr                                         \
    "</CountMetric><CountMetric Id=\"TP\">" tp "</CountMetric>" selections "</ReportingUnitVotes>"
#define CONTEST(id, name, blocks)                                                                  \
    "<Contest><ContestIdentifier IdNumber=\"" id "\"><ContestName>" name                           \
    "</ContestName></ContestIdentifier>" blocks "</Contest>"
#define EML_OF(status, event, contests)                                                            \
    "<EML Id=\"510\"><EMLHeader><IssueDate>2030-11-05T21:30:00-08:00</IssueDate>"                  \
    "<OfficialStatusDetail><OfficialStatus>" status "</OfficialStatus></OfficialStatusDetail>"     \
    "</EMLHeader><Count><EventIdentifier><EventName>" event "</EventName></EventIdentifier>"       \
    "<Election><ElectionIdentifier IdNumber=\"20301009\"/><Contests>" contests                     \
    "</Contests></Election></Count></EML>"
#define EML(contests) EML_OF("UnOfficial", "Event", contests)

static struct format_case run(const char *payload)
{
    struct format_case c = {.format = "eml510", .payload = payload};
    if (!case_run(&c))
        fail_msg("%s", c.fault.err.text);
    return c;
}

static void refused(const char *payload, const char *why)
{
    struct format_case c = {.format = "eml510", .payload = payload};
    assert_refused(&c, WIRE_SCHEMA, why);
}

static void the_whole_and_its_counties_are_never_both_added(void **state)
{
    (void)state;
    struct format_case c = run(EML(CONTEST(
        "0200", "Governor",
        WHOLE("7", "10", PERSON("389", "9")) COUNTY("1", "Alameda", "4", "5", PERSON("389", "5"))
            COUNTY("2", "Alpine", "3", "5", PERSON("389", "4")))));
    const struct results_cell *total = results_cell(&c.r, c.r.contests, 0, 0);
    assert_int_equal(total->votes, 9);
    assert_int_equal(total->derived, 0);
    assert_int_equal(c.r.contests->units, 3);
    assert_int_equal(c.r.units[1].type, RESULTS_COUNTY);
    assert_text(&c, c.r.units[1].name, "Alameda");
    assert_text(&c, c.r.contests->id, "0200");
    assert_text(&c, c.r.contests->state, "CA");
    assert_text(&c, c.r.contests->text, "Governor");
    assert_text(&c, c.r.choices->id, "389");
    assert_text(&c, c.r.choices->name, "P389");
    assert_text(&c, c.r.choices->party, "Green");
    case_done(&c);
}

/* A Selection has CountMetrics of its own. */
static void precincts_are_metrics_of_the_block_alone(void **state)
{
    (void)state;
    struct format_case c =
        run(EML(CONTEST("1", "Governor",
                        WHOLE("7", "10", PERSON("389", "9"))
                            COUNTY("1", "Alameda", "4", "5", PERSON("389", "9")))));
    assert_int_equal(c.r.units[0].reporting, 7);
    assert_int_equal(c.r.units[0].total, 10);
    assert_int_equal(c.r.units[1].reporting, 4);
    assert_int_equal(c.r.units[1].total, 5);
    case_done(&c);
}

static void counties_alone_add_up(void **state)
{
    (void)state;
    struct format_case c =
        run(EML(CONTEST("1", "Governor",
                        COUNTY("1", "Alameda", "4", "5", PERSON("389", "5"))
                            COUNTY("2", "Alpine", "3", "5", PERSON("389", "4")))));
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 9);
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->derived, 1);
    case_done(&c);
}

static void proposals_are_questions_with_yes_and_no(void **state)
{
    (void)state;
    struct format_case c =
        run(EML(CONTEST("1", "Water Bond", WHOLE("0", "1", ANSWER("Yes", "6") ANSWER("No", "4")))
                    CONTEST("2", "Governor", WHOLE("0", "1", PERSON("389", "9")))));
    assert_int_equal(c.r.contests[0].flags, RESULTS_MEASURE);
    assert_int_equal(c.r.contests[1].flags, 0);
    assert_text(&c, c.r.choices[0].name, "Yes");
    assert_text(&c, c.r.choices[0].id, "");
    case_done(&c);
}

static void test_data_are_told_by_the_events_name_alone(void **state)
{
    (void)state;
#define EVENT(name) EML_OF("UnOfficial", name, CONTEST("1", "G", WHOLE("0", "1", PERSON("1", "9"))))
    static const struct {
        const char *payload;
        int test;
    } cases[] = {{EVENT("California_2014_General_Election_TEST_DATA"), 1},
                 {EVENT("Test of the Primary"), 1},
                 {EVENT("California_2014_General_Election"), -1},
                 {EVENT("The Greatest Contest"), -1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct format_case c = run(cases[i].payload);
        assert_int_equal(c.r.head->test, cases[i].test);
        case_done(&c);
    }
}

/* ElectionIdentifier holds the day of issue. */
static void the_header_says_when_and_how_official(void **state)
{
    (void)state;
    int64_t issued;
    struct format_case c =
        run(EML_OF("Official", "Event", CONTEST("1", "G", WHOLE("0", "1", PERSON("1", "9")))));
    assert_true(when_parse(SLICE("2030-11-06T05:30:00Z"), false, &issued));
    assert_int_equal(c.r.head->own_time_ms, issued);
    assert_int_equal(c.r.head->status, RESULTS_OFFICIAL);
    assert_text(&c, c.r.head->election_name, "Event");
    assert_text(&c, c.r.head->election_date, "");
    case_done(&c);
}

static void a_530_and_other_documents_are_refused_by_name(void **state)
{
    (void)state;
    refused("<EML Id=\"530\"><Statistics/></EML>", "an EML 530");
    refused("<EML Id=\"520\"><Result/></EML>", "\"EML\" of Id 520, not an EML 510");
    refused("<feed/>", "\"feed\", not an EML 510");
    refused("<EML Id=\"510\"/>", "without the element Count");
    refused(EML(""), "holds no contests");
}

static void votes_that_are_no_count_make_the_contest_bad(void **state)
{
    (void)state;
    static const char *const wrong[] = {"-1", "1.0", "1,000", "x"};
    char payload[2000];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(payload, sizeof payload,
                 EML(CONTEST("1", "Governor", WHOLE("0", "1", PERSON("389", "%s")))), wrong[i]);
        refused(payload, "is not a count of votes");
    }
    refused(EML(CONTEST("1", "G",
                        WHOLE("0", "1",
                              "<Selection><Candidate><CandidateIdentifier "
                              "IdNumber=\"1\"/></Candidate></Selection>"))),
            "without ValidVotes");
    struct format_case c = run(EML(CONTEST("1", "Governor", WHOLE("0", "1", PERSON("389", "")))));
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, VOTES_UNKNOWN);
    case_done(&c);
}

static void a_selection_or_place_twice_makes_the_contest_bad(void **state)
{
    (void)state;
    refused(EML(CONTEST("1", "G", WHOLE("0", "1", PERSON("1", "9") PERSON("1", "9")))),
            "stands twice in one place");
    refused(
        EML(CONTEST("1", "G", WHOLE("0", "1", PERSON("1", "9")) WHOLE("0", "1", PERSON("1", "9")))),
        "a second TotalVotes");
    refused(EML(CONTEST("1", "G",
                        WHOLE("0", "1", PERSON("1", "9"))
                            COUNTY("1", "Alpine", "0", "1", PERSON("1", "4"))
                                COUNTY("1", "Alpine", "0", "1", PERSON("1", "5")))),
            "two different values");
    refused(EML(CONTEST("1", "G",
                        WHOLE("0", "1", PERSON("1", "9"))
                            COUNTY("1", "Alpine", "0", "1", PERSON("2", "9")))),
            "not among the whole's");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_and_its_counties_are_never_both_added),
        cmocka_unit_test(precincts_are_metrics_of_the_block_alone),
        cmocka_unit_test(counties_alone_add_up),
        cmocka_unit_test(proposals_are_questions_with_yes_and_no),
        cmocka_unit_test(test_data_are_told_by_the_events_name_alone),
        cmocka_unit_test(the_header_says_when_and_how_official),
        cmocka_unit_test(a_530_and_other_documents_are_refused_by_name),
        cmocka_unit_test(votes_that_are_no_count_make_the_contest_bad),
        cmocka_unit_test(a_selection_or_place_twice_makes_the_contest_bad),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
