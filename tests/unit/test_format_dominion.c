/* SPDX-License-Identifier: ISC */
/* Dominion's report: votes that stand there several times, attributes that must be there, totals
 * that must agree; and a county's CSV. */
#include "tests/unit/format_case.h"

#define CELLS(election_day, mail)                                                                  \
    "<cgGroup_Collection><cgGroup countingGroupName='Election Day' vot7='" election_day            \
    "'/><cgGroup countingGroupName='Mail' vot7='" mail "'/></cgGroup_Collection>"
#define CHOICE(name, groups, total, more)                                                          \
    "<chGroup><candidateNameTextBox4 candidateNameTextBox4='" name                                 \
    "'><Textbox2 Textbox2=''/>" groups "<Textbox13 " total                                         \
    " Textbox17='0.5'/></candidateNameTextBox4>" more "</chGroup>"
#define PARTY(name, votes)                                                                         \
    "<partyGroup><Textbox2 Textbox2='Party' Textbox6='" name "'/><Textbox13 vot9='" votes          \
    "'/></partyGroup>"
#define STATISTICS(precincts, ballots)                                                             \
    "<ContestStatistics><Report Name='ContestStatisticsRPT'><Details Textbox2='" precincts         \
    "'/><Textbox9 ballots2='" ballots "'/><Textbox9 undervotes3='9'/><Textbox9 Textbox13='0'/>"    \
    "</Report></ContestStatistics>"
#define CONTEST(title, statistics, choices, total)                                                 \
    "<ContestIdGroup contestId='" title "'>" statistics                                            \
    "<CandidateResults><Report Name='x'>" choices "<Textbox5><Textbox13 " total                    \
    "/></Textbox5></Report></CandidateResults>"                                                    \
    "</ContestIdGroup>"
#define REPORT(title, contests)                                                                    \
    "<Report Name='ElectionSummaryReportRPT'>" title                                               \
    "<TabBatchGroup_Collection><TabBatchGroup contestId=''>"                                       \
    "<Details reported='Precincts Reported: 1 of 9'/>" contests                                    \
    "</TabBatchGroup></TabBatchGroup_Collection></Report>"
#define MAYOR CONTEST("MAYOR ", "", CHOICE("ANN ", "", "vot8='5'", ""), "votes3='5'")

static struct format_case dominion(const char *payload, const char *options)
{
    return (struct format_case){
        .format = "dominion-summary", .payload = payload, .options = options};
}

static void votes_by_party_and_of_write_ins_are_no_more_votes(void **state)
{
    (void)state;
    struct format_case c =
        dominion(REPORT("", CONTEST("MAYOR   ", "",
                                    CHOICE("ANN ", CELLS("2", "3"), "vot8='5'", PARTY("REP", "5"))
                                        CHOICE("Write-in ", CELLS("1", "0"), "vot8='1'",
                                               "<writeinGroup choiceName2='Write-in '><Textbox13 "
                                               "vot12='1'/></writeinGroup>"),
                                    "votes3='6'")),
                 "county=Alder\nstate=CO\n");
    assert_true(case_run(&c));
    assert_int_equal(c.r.contests->choices, 2);
    assert_text(&c, c.r.contests->text, "MAYOR");
    assert_text(&c, c.r.contests->county, "Alder");
    assert_text(&c, c.r.contests->state, "CO");
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 5);
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 1)->votes, 1);
    assert_text(&c, c.r.choices[0].party, "REP");
    assert_int_equal(c.r.choices[1].flags, RESULTS_WRITE_IN);
    case_done(&c);
}

static void a_mark_of_byte_order_is_no_csv(void **state)
{
    (void)state;
    struct format_case c = dominion("\xef\xbb\xbf" REPORT("", MAYOR), NULL);
    assert_true(case_run(&c));
    assert_text(&c, c.r.contests->text, "MAYOR");
    case_done(&c);
}

static void a_candidate_of_two_parties_is_of_none(void **state)
{
    (void)state;
    struct format_case c = dominion(
        REPORT("", CONTEST("MAYOR", "",
                           CHOICE("ANN", "", "vot8='5'", PARTY("DEM", "3") PARTY("WFP", "2")),
                           "votes3='5'")),
        NULL);
    assert_true(case_run(&c));
    assert_text(&c, c.r.choices[0].party, "");
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 5);
    case_done(&c);
}

static void a_contest_says_its_precincts_and_ballots(void **state)
{
    (void)state;
    struct format_case c = dominion(
        REPORT("", CONTEST("MAYOR",
                           STATISTICS("Precincts Reported: 51 of 1,037 0.05", "412,121 / 522265 "),
                           CHOICE("ANN", "", "vot8='1,005'", ""), "votes3='1005'")
                       CONTEST("CLERK", STATISTICS("Precincts Reported: 0 of 1 0", "0 / 0 "),
                               CHOICE("BEA", "", "vot8='0'", ""), "votes3='0'")),
        NULL);
    assert_true(case_run(&c));
    assert_int_equal(c.r.units[0].reporting, 51);
    assert_int_equal(c.r.units[0].total, 1037);
    assert_int_equal(c.r.contests[0].ballots, 412121);
    assert_int_equal(c.r.contests[0].registered, 522265);
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 1005);
    assert_int_equal(c.r.units[1].reporting, 0);
    assert_int_equal(c.r.contests[1].ballots, -1);
    assert_int_equal(c.r.contests[1].registered, -1);
    case_done(&c);
}

static void the_title_says_date_name_and_status(void **state)
{
    (void)state;
    static const struct {
        const char *payload;
        enum results_status status;
    } all[] = {
        {REPORT("<Title><Report Name='Title' Textbox3='General' Textbox9='2030-11-05T00:00:00' "
                "Textbox8='Alder&#xA;Unofficial Final Results'/></Title>",
                MAYOR),
         RESULTS_UNOFFICIAL},
        {REPORT("<Title><Report Name='Title' Textbox3='General' Textbox9='2030-11-05T00:00:00' "
                "Textbox8='Official Results'/></Title>",
                MAYOR),
         RESULTS_OFFICIAL},
        {REPORT("<Title><Report Name='Title' Textbox3='General' Textbox9='2030-11-05T00:00:00' "
                "Textbox8='Final Summary Report'/></Title>",
                MAYOR),
         RESULTS_COMPLETE},
        {REPORT("<Title><Report Name='Title' Textbox3='General' Textbox9='2030-11-05T00:00:00' "
                "Textbox8='Summary'/></Title>",
                MAYOR),
         RESULTS_STATUS_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct format_case c = dominion(all[i].payload, NULL);
        assert_true(case_run(&c));
        assert_int_equal(c.r.head->status, all[i].status);
        assert_text(&c, c.r.head->election_date, "2030-11-05");
        assert_text(&c, c.r.head->election_name, "General");
        case_done(&c);
    }
}

static void measures_are_told_by_their_answers(void **state)
{
    (void)state;
    struct format_case c = dominion(
        REPORT("",
               CONTEST("MEASURE A", "", CHOICE("BONDS - YES ", "", "vot8='5'", ""), "votes3='5'")
                   CONTEST("PROPOSITION 2", "", CHOICE("NO ", "", "vot8='5'", ""), "votes3='5'")
                       MAYOR),
        NULL);
    const uint32_t want[3] = {RESULTS_MEASURE, RESULTS_MEASURE, 0};
    assert_true(case_run(&c));
    for (int i = 0; i < 3; i++)
        assert_int_equal(c.r.contests[i].flags, want[i]);
    case_done(&c);
}

static void a_blank_count_is_unknown_and_not_added_up(void **state)
{
    (void)state;
    struct format_case c = dominion(REPORT("", CONTEST("MAYOR", "",
                                                       CHOICE("ANN", CELLS("9", "9"), "vot8=''", "")
                                                           CHOICE("BEA", "", "vot8='4'", ""),
                                                       "votes3='7'")),
                                    NULL);
    assert_true(case_run(&c));
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, VOTES_UNKNOWN);
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 1)->votes, 4);
    case_done(&c);
}

static void what_does_not_agree_or_is_no_count_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *payload, *why;
    } all[] = {
        {REPORT("", CONTEST("MAYOR", "", CHOICE("ANN", "", "vot8='5'", ""), "votes3='6'")),
         "its choices have 5 votes, its total is 6"},
        {REPORT("",
                CONTEST("MAYOR", "", CHOICE("ANN", CELLS("3", "3"), "vot8='5'", ""), "votes3='5'")),
         "the groups of \"ANN\" add up to more"},
        {REPORT("", CONTEST("MAYOR", "", CHOICE("ANN", "", "vot8='-5'", ""), "votes3='-5'")),
         "vot8 \"-5\" is not a count of votes"},
        {REPORT("", CONTEST("MAYOR", "", CHOICE("ANN", "", "vot8='5.0'", ""), "votes3='5'")),
         "not a count of votes"},
        {REPORT("", CONTEST("MAYOR", "",
                            CHOICE("ANN", "", "vot8='5'", "") CHOICE("ANN ", "", "vot8='5'", ""),
                            "votes3='10'")),
         "\"ANN\" stands twice"},
        {REPORT("", MAYOR CONTEST("MAYOR", "", CHOICE("ANN", "", "vot8='6'", ""), "votes3='6'")),
         "there twice and differs"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct format_case c = dominion(all[i].payload, NULL);
        assert_refused(&c, WIRE_SCHEMA, all[i].why);
    }
}

/* The designer may name the cells anew: then nothing is read rather than something else. */
static void what_must_be_there_is_named_when_it_is_not(void **state)
{
    (void)state;
    static const struct {
        const char *payload, *why;
    } all[] = {
        {REPORT("", CONTEST("MAYOR", "", CHOICE("ANN", "", "vot10='5'", ""), "votes3='5'")),
         "no total (vot8)"},
        {REPORT("", CONTEST("MAYOR", "",
                            "<chGroup><candidateNameTextBox5 "
                            "candidateNameTextBox5='ANN'/></chGroup>",
                            "votes3='5'")),
         "no name (candidateNameTextBox4)"},
        {REPORT("", CONTEST("MAYOR", "", CHOICE("ANN", "", "vot8='5'", ""), "votes4='5'")),
         "has no total (votes3)"},
        {REPORT("", CONTEST(" ", "", CHOICE("ANN", "", "vot8='5'", ""), "votes3='5'")),
         "without contestId"},
        {REPORT("", ""), "no contests"},
        {"<Report Name='ElectionSummaryReportRPT'><TabBatchGroup contestId='1'>" MAYOR
         "</TabBatchGroup><TabBatchGroup contestId='2'>" MAYOR "</TabBatchGroup></Report>",
         "split by batch"},
        {"<Report Name='StatementOfVotesCastRPT'/>", "the report is \"StatementOfVotesCastRPT\""},
        {"<Result/>", "the document is a \"Result\""},
        {"Race,Votes\nMAYOR,5\n", "Contest Title"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct format_case c = dominion(all[i].payload, NULL);
        assert_refused(&c, WIRE_SCHEMA, all[i].why);
    }
    struct format_case c = dominion("<Report Name='ElectionSummaryReportRPT'><Tab", NULL);
    assert_refused(&c, WIRE_TRUNCATED, "line 1");
}

#define CSV_HEAD                                                                                   \
    "\"Contest Title\",\"Choice Name\",\"Active Voters*\",\"Total Votes\",\"Total Undervotes\"\n"

static void a_countys_csv_has_thousands_notes_and_repeated_undervotes(void **state)
{
    (void)state;
    struct format_case c = dominion(CSV_HEAD "\"Mayor\",\"Ann\",\"1,535\",\"1,406\",13\n"
                                             "\"Mayor\",\"Bea\",\"1,535\",359,13\n"
                                             "\"* Active Voters are total voters.\",,,,\n",
                                    "county=Alder\n");
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 1);
    assert_int_equal(c.r.head->problems, 0);
    assert_int_equal(c.r.contests->choices, 2);
    assert_text(&c, c.r.contests->county, "Alder");
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 1406);
    assert_int_equal(c.r.units[0].registered, 1535);
    case_done(&c);
    struct format_case bad = dominion(CSV_HEAD "\"Mayor\",\"Ann\",9,\"14,06\",13\n", NULL);
    assert_refused(&bad, WIRE_SCHEMA, "line 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(votes_by_party_and_of_write_ins_are_no_more_votes),
        cmocka_unit_test(a_mark_of_byte_order_is_no_csv),
        cmocka_unit_test(a_candidate_of_two_parties_is_of_none),
        cmocka_unit_test(a_contest_says_its_precincts_and_ballots),
        cmocka_unit_test(the_title_says_date_name_and_status),
        cmocka_unit_test(measures_are_told_by_their_answers),
        cmocka_unit_test(a_blank_count_is_unknown_and_not_added_up),
        cmocka_unit_test(what_does_not_agree_or_is_no_count_is_refused),
        cmocka_unit_test(what_must_be_there_is_named_when_it_is_not),
        cmocka_unit_test(a_countys_csv_has_thousands_notes_and_repeated_undervotes),
    };
    return cmocka_run_group_tests_name("format-dominion", tests, NULL, NULL);
}
