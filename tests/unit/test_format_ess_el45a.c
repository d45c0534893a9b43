/* SPDX-License-Identifier: ISC */
/* ES&S summary reports: pages, columns, headings, and what must not be taken for votes. */
#include <stdio.h>

#include "tests/unit/format_case.h"

#define HEADS(report, page, columns)                                                               \
    "SUMMARY REPT-GROUP DETAIL       General Election       Official Results\n"                    \
    "                                Alder County, Cascadia\n"                                     \
    "                                November 5, 2030\n"                                           \
    "Run Date:11/06/30 01:57 AM      Report " report "     Page " page "\n\n"                      \
    "                                       TOTAL VOTES     %" columns "\n\n"
#define PLAIN HEADS("EL45A", "001", "")
#define GROUPED HEADS("EL45A", "001", "        EARLY         ELECTION DAY")
#define CONTEST(title) title "\n(VOTE FOR)  1\n    (WITH 2 OF 3 PRECINCTS COUNTED)\n"
/* name, total right-aligned to character 51, percent to 59, groups to 73 and 87 */
#define FIONA " Fiona Marmore (Dem) .  .  .  .  .  .  .      1,445   25.71"
#define BASIL " Basil Thornquist (ind) .  .  .  .  .  .         20     .36"

#define YES " Yes  .  .  .  .  .  .  .  .  .  .  .  .      3,809   73.88"
#define NO " No.  .  .  .  .  .  .  .  .  .  .  .  .      1,347   26.12"
#define WRITE_IN " WRITE-IN.  .  .  .  .  .  .  .  .  .  .          7     .12"
#define NOTHING " Fiona Marmore (Dem) .  .  .  .  .  .  ."
#define GROUPS "         1,400            45"
#define BLANK "        " /* a percent that is blank */

static struct format_case report(const char *payload)
{
    return (struct format_case){.format = "ess-el45a", .payload = payload};
}

static void a_report_says_place_status_date_and_time(void **state)
{
    (void)state;
    int64_t want;
    struct format_case c =
        report("\033&l2a1o6c059F0p16.66h3b6T\033&a00L\n" PLAIN CONTEST("Governor") FIONA "\n");
    c.options = "state=KS\n";
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->status, RESULTS_OFFICIAL);
    assert_text(&c, c.r.head->election_date, "2030-11-05");
    assert_text(&c, c.r.head->election_name, "General Election");
    assert_text(&c, c.r.contests->county, "Alder County");
    assert_text(&c, c.r.contests->state, "KS");
    assert_text(&c, c.r.contests->id, "");
    assert_int_equal(c.r.contests->votes_allowed, 1);
    assert_int_equal(c.r.units->reporting, 2);
    assert_int_equal(c.r.units->total, 3);
    assert_true(when_parse(SLICE("2030-11-06T01:57:00Z"), false, &want));
    assert_true(c.r.head->own_time_ms == WHEN_UNKNOWN || c.r.head->own_time_ms == want);
    case_done(&c);
}

static void codes_for_the_printer_are_no_text(void **state)
{
    (void)state;
    struct format_case c =
        report(PLAIN CONTEST("\033(s3BGovernor\033(s0B") "\033&d0D" FIONA "\033&d@\r\n");
    assert_true(case_run(&c));
    assert_text(&c, c.r.contests->text, "Governor");
    assert_text(&c, c.r.choices->name, "Fiona Marmore (Dem)");
    case_done(&c);
}

static void unofficial_is_not_official(void **state)
{
    (void)state;
    struct format_case c =
        report("SUMMARY REPT       Official Primary Election       UNOFFICIAL RESULTS\n"
               "Report EL45A     Page 001\n"
               "                                       TOTAL VOTES     %\n" CONTEST("Governor")
                   FIONA "\n");
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->status, RESULTS_UNOFFICIAL);
    assert_text(&c, c.r.head->election_name, "Official Primary Election");
    case_done(&c);
}

static void a_blank_percent_shifts_nothing(void **state)
{
    (void)state;
    struct format_case c = report(GROUPED CONTEST("Governor") FIONA GROUPS
                                  "\n"
                                  " Ivo St. Pell (ind)  .  .  .  .  .  .  .          0" BLANK
                                  "             0             0\n");
    assert_true(case_run(&c));
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 1445);
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 1)->votes, 0);
    assert_text(&c, c.r.choices[1].name, "Ivo St. Pell (ind)");
    assert_text(&c, c.r.choices[1].party, "ind");
    case_done(&c);
}

/* Each would give the first group, or nothing, as the total. */
static void columns_missing_damaged_or_too_large_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *line, *why;
    } all[] = {
        {NOTHING "           " BLANK GROUPS "\n", "has not the columns"},
        {FIONA "         1,400\n", "has not the columns"},
        {FIONA "\n", "has not the columns"},
        {FIONA "         1,4x0            45\n", "no count of votes"},
        {FIONA "         1,400            -5\n", "no count of votes"},
        {FIONA "         1,400            46\n", "its groups add up to more than its total"},
        {NOTHING "      14,45   25.71" GROUPS "\n", "no count of votes"},
        {" Fiona Marmore (Dem) and Basil O. Thornq12345678901   25.71" GROUPS "\n", "run together"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char payload[2000];
        snprintf(payload, sizeof payload, "%s%s", GROUPED CONTEST("Governor"), all[i].line);
        struct format_case c = report(payload);
        assert_refused(&c, WIRE_SCHEMA, all[i].why);
    }
}

static void a_blank_total_is_unknown(void **state)
{
    (void)state;
    struct format_case c = report(PLAIN CONTEST("Governor") NOTHING "\n" BASIL "\n");
    assert_true(case_run(&c));
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, VOTES_UNKNOWN);
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 1)->votes, 20);
    case_done(&c);
}

static void leaders_are_no_part_of_a_name_and_its_own_dots_are(void **state)
{
    (void)state;
    struct format_case c = report(PLAIN CONTEST(
        "Governor") " Fiona Marmore Jr..  .  .  .  .  .  .  .      1,445   25.71\n"
                    " D. E. Lee  .  .  .  .  .  .  .  .  .  .         20     .36\n" WRITE_IN "\n");
    assert_true(case_run(&c));
    assert_text(&c, c.r.choices[0].name, "Fiona Marmore Jr.");
    assert_text(&c, c.r.choices[1].name, "D. E. Lee");
    assert_text(&c, c.r.choices[2].name, "WRITE-IN");
    assert_int_equal(c.r.choices[2].flags, RESULTS_WRITE_IN);
    case_done(&c);
}

/* Characters, not bytes, make a column. */
static void an_accent_moves_no_column(void **state)
{
    (void)state;
    static const char *const names[] = {
        " Moisés Núñez Peña.  .  .  .  .  .  .  .      1,445   25.71" GROUPS "\n",
        " Mois\351s N\372\361ez Pe\361a.  .  .  .  .  .  .  .      1,445   25.71" GROUPS "\n"};
    static const char *const want[] = {"Moisés Núñez Peña", "Mois\xef\xbf\xbds N"};
    for (size_t i = 0; i < 2; i++) {
        char payload[2000];
        snprintf(payload, sizeof payload, "%s%s", GROUPED CONTEST("Governor"), names[i]);
        struct format_case c = report(payload);
        assert_true(case_run(&c));
        struct slice name = results_text(&c.r, c.r.choices[0].name);
        assert_true(slice_starts(name, slice_of(want[i])));
        assert_false(slice_ends(name, SLICE(".")));
        assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 1445);
        case_done(&c);
    }
}

static void titles_may_be_long_and_end_in_a_dot_or_a_number(void **state)
{
    (void)state;
    struct format_case c = report(
        PLAIN CONTEST("Board of Education Member District Nr. 12\nElm Unified School District")
            FIONA "\n" BASIL "\n\n" CONTEST("Court of Appeals - Odell Vane Jr.") YES "\n" NO "\n");
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 2);
    assert_text(&c, c.r.contests[0].text,
                "Board of Education Member District Nr. 12 Elm Unified School District");
    assert_text(&c, c.r.contests[1].text, "Court of Appeals - Odell Vane Jr.");
    assert_int_equal(c.r.contests[0].flags, 0);
    assert_int_equal(c.r.contests[1].flags, RESULTS_MEASURE);
    case_done(&c);
}

static void counts_of_voters_are_no_contest(void **state)
{
    (void)state;
    struct format_case c = report(
        PLAIN " PRECINCTS COUNTED (OF 3)  .  .  .  .  .          2   66.67\n"
              " REGISTERED VOTERS - TOTAL .  .  .  .  .      8,938\n"
              " BALLOTS CAST - TOTAL.  .  .  .  .  .  .      5,648\n"
              " BALLOTS CAST - BLANK.  .  .  .  .  .  .          0\n"
              " VOTER TURNOUT - TOTAL  .  .  .  .  .  .              63.19\n"
              " VOTER TURNOUT - BLANK  .  .  .  .  .  .\n\n" CONTEST(
                  "Tax") " OVER VOTES .  .  .  .  .  .  .  .  .  .          3\n" YES "\n" NO "\n"
                         " UNDER VOTES.  .  .  .  .  .  .  .  .  .        124\n\n"
                         "Sheriff\n(VOTE FOR)  1\n    (WITH 1 OF 1 PRECINCTS COUNTED)\n" BASIL
                         "\n");
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 2);
    assert_int_equal(c.r.contests[0].choices, 2);
    assert_int_equal(c.r.contests[0].flags, RESULTS_MEASURE);
    assert_int_equal(c.r.contests[0].registered, 8938);
    assert_int_equal(c.r.contests[0].ballots, 5648);
    assert_int_equal(c.r.contests[1].ballots, -1); /* not every voter of the county votes in it */
    case_done(&c);
}

static void a_contest_goes_on_over_the_page(void **state)
{
    (void)state;
    struct format_case c = report(PLAIN CONTEST("Governor") FIONA "\f" HEADS("EL45A", "002", "")
                                      BASIL "\n\n" CONTEST("Sheriff") FIONA "\n");
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 2);
    assert_int_equal(c.r.contests[0].choices, 2);
    case_done(&c);
}

static void a_party_heading_tells_contests_of_one_title_apart(void **state)
{
    (void)state;
    struct format_case c =
        report(PLAIN "      ********** (DEMOCRATIC) **********\n\n" CONTEST("US President") FIONA
               "\n\nREPUBLICAN PARTY\n\n" CONTEST("US President") BASIL
               "\n\nCITY OFFICES\n\n" CONTEST("Mayor") FIONA "\n");
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 3);
    assert_text(&c, c.r.contests[0].text, "DEMOCRATIC - US President");
    assert_text(&c, c.r.contests[0].party, "DEMOCRATIC");
    assert_text(&c, c.r.contests[1].text, "REPUBLICAN PARTY - US President");
    assert_text(&c, c.r.contests[2].text, "Mayor");
    assert_text(&c, c.r.contests[2].party, "");
    case_done(&c);
}

/* Also where they say the same, as before the first count: they are two contests. */
static void without_a_heading_contests_of_one_title_are_refused(void **state)
{
    (void)state;
    struct format_case differ =
        report(PLAIN CONTEST("US President") FIONA "\n\n" CONTEST("US President") BASIL "\n");
    assert_refused(&differ, WIRE_SCHEMA, "a second contest has this title");
    struct format_case same =
        report(PLAIN CONTEST("US President") FIONA "\n\n" CONTEST("US President") FIONA "\n");
    assert_refused(&same, WIRE_SCHEMA, "a second contest has this title");
}

static void the_same_name_twice_is_refused(void **state)
{
    (void)state;
    struct format_case c = report(PLAIN CONTEST("Governor") FIONA "\n" FIONA "\n");
    assert_refused(&c, WIRE_SCHEMA, "stands twice");
}

static void what_is_cut_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *payload, *why;
    } all[] = {
        {PLAIN CONTEST("Governor") " Fiona Marmore (Dem) .  .  .  .  .  .  .      1,4", "no end"},
        {PLAIN CONTEST("Governor"), "ends behind the title"},
        {PLAIN CONTEST("Governor") FIONA "\n\nSheriff\n", "ends behind the title"},
        {PLAIN CONTEST("Governor") FIONA "\f" HEADS("EL45A", "003", "") BASIL "\n",
         "page 3 follows page 1"},
        {PLAIN CONTEST("Governor") FIONA "\fSUMMARY REPT-GROUP DETAIL\n     Alder County\n",
         "within a page's heads"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct format_case c = report(all[i].payload);
        assert_refused(&c, WIRE_TRUNCATED, all[i].why);
    }
}

static void what_is_no_summary_is_refused_for_what_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *payload, *why;
    } all[] = {
        {HEADS("EL30A", "001", "") CONTEST("Governor") FIONA "\n", "the report is \"EL30A\""},
        {"race,votes\nGovernor,5\n", "no column heads"},
        {"                                       TOTAL VOTES     %\n", "says \"Report EL45A\""},
        {PLAIN FIONA "\n", "votes outside a contest"},
        {PLAIN CONTEST("Governor") FIONA "\n(VOTE FOR)  3\n", "without a title"},
        {PLAIN CONTEST("Governor") "(VOTE FOR)  3\n" FIONA "\n", "without a title"},
        {PLAIN "(VOTE FOR)  3\n", "below no contest"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct format_case c = report(all[i].payload);
        assert_refused(&c, WIRE_SCHEMA, all[i].why);
    }
    struct format_case c =
        report(PLAIN CONTEST("Governor") FIONA "\n   * see above\n heriff\n" BASIL "\n");
    assert_refused(&c, WIRE_SYNTAX, "neither a title nor votes");
}

/* name to character 50, votes right-aligned to 60, percent to 68 */
#define OLD_COLUMNS "                                                       VOTES PERCENT\n\n"
#define OLD_HEADS(page)                                                                            \
    "SUMMARY REPORT         Alder County, Cascadia       Official Results\n"                       \
    "RUN DATE:11/06/30      General Election\n"                                                    \
    "RUN TIME:01:57 AM      November 5, 2030       REPORT-EL45  PAGE " page "\n\n" OLD_COLUMNS
#define OLD_FIONA "           Fiona Marmore (Dem) .  .  .  .  .  .  .      1,445   25.71\n"

static void the_older_report_begins_farther_to_the_right(void **state)
{
    (void)state;
    struct format_case c =
        report(OLD_HEADS("001") "          Governor\n          VOTE FOR NO MORE THAN  1\n"
                                "           (WITH 2 OF 3 PRECINCTS COUNTED)\n" OLD_FIONA);
    assert_true(case_run(&c));
    assert_text(&c, c.r.contests->text, "Governor");
    assert_text(&c, c.r.contests->county, "Alder County");
    assert_int_equal(c.r.contests->votes_allowed, 1);
    assert_int_equal(c.r.units->reporting, 2);
    assert_text(&c, c.r.choices->name, "Fiona Marmore (Dem)");
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 1445);
    assert_text(&c, c.r.head->election_name, "General Election");
    case_done(&c);
    c = report(OLD_HEADS("001") "          Governor\n     Vote for 1\n" OLD_FIONA);
    assert_refused(&c, WIRE_SYNTAX, "\"Vote for 1\" begins before the report's columns do");
    c = report("SUMMARY REPORT\n     VOTES PERCENT            VOTES PERCENT\n");
    assert_refused(&c, WIRE_SCHEMA, "two contests stand beside each other");
}

static void a_web_page_holds_the_report_as_it_is(void **state)
{
    (void)state;
    struct format_case c = report("<html><head><title>x</title></head>\n<body>\n<PRE class=r>" PLAIN
                                  "<b>Governor &amp;&nbsp;more</b>\n(VOTE FOR)  1\n" FIONA
                                  "</PRE>\n<hr><pre>" HEADS("EL45A", "002", "")
                                      CONTEST("Fish < Wildlife") BASIL "</pre></body></html>");
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 2);
    assert_text(&c, c.r.contests[0].text, "Governor & more");
    assert_text(&c, c.r.contests[1].text, "Fish < Wildlife");
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 1445);
    case_done(&c);
    c = report("<html>\n\n<pre>\n" PLAIN CONTEST("Governor") FIONA "\n");
    assert_refused(&c, WIRE_TRUNCATED, "before </html>");
    c = report("<html>\n<pre>\n" PLAIN CONTEST("Governor") FIONA "\n</html>");
    assert_refused(&c, WIRE_TRUNCATED, "without its end");
    c = report("<html>\n\n<pre>\n" PLAIN CONTEST("Governor") " heriff\n</pre></html>");
    assert_refused(&c, WIRE_SYNTAX, "line 14: \"heriff\"");
    c = report("<html><head><title>Please wait</title></head><body>busy</body></html>");
    assert_refused(&c, WIRE_BLOCKED, "Please wait");
}

static void a_name_that_fills_its_columns_has_lost_its_end(void **state)
{
    (void)state;
    struct format_case c = report(
        PLAIN CONTEST("Governor") " Thornquist and O'Dell-Ashgrove III (Rep      4,049   73.81\n"
                                  " Bartholomew Featherstonehaugh-Smythe-No        100   40.00\n"
                                  " Bartholomew Q. Featherstone Esq. (Dem)          10    4.00\n");
    assert_true(case_run(&c));
    assert_text(&c, c.r.choices[0].name, "Thornquist and O'Dell-Ashgrove III");
    assert_text(&c, c.r.choices[0].party, "Rep");
    assert_int_equal(c.r.choices[0].flags, 0);
    assert_int_equal(c.r.choices[1].flags, RESULTS_NAME_CUT);
    assert_int_equal(c.r.choices[2].flags, 0);
    case_done(&c);
}

static void totals_of_write_ins_are_counted_once(void **state)
{
    (void)state;
    struct format_case c = report(PLAIN CONTEST("Governor") FIONA
                                  "\n"
                                  " Write-In Totals                                20\n"
                                  " Write-In: Ida Pell                             17\n"
                                  " Not Assigned                                    3\n"
                                  "\n" CONTEST("Sheriff") BASIL
                                  "\n"
                                  " Write-In Totals                                20\n"
                                  " Over Votes                                      2\n");
    assert_true(case_run(&c));
    assert_int_equal(c.r.contests[0].choices, 3);
    assert_text(&c, c.r.choices[1].name, "Write-In: Ida Pell");
    assert_int_equal(c.r.choices[2].flags, RESULTS_WRITE_IN);
    assert_int_equal(c.r.contests[1].choices, 2);
    assert_text(&c, c.r.choices[4].name, "Write-In Totals");
    case_done(&c);
    c = report(PLAIN CONTEST("Governor") FIONA
               "\n"
               " Write-In Totals                                20\n"
               " Write-In: Ida Pell                             21\n");
    assert_refused(&c, WIRE_SCHEMA, "has 20 votes, the write-ins behind it 21");
}

static void a_line_whose_first_letter_is_damaged_is_no_choice(void **state)
{
    (void)state;
    struct format_case c = report(PLAIN CONTEST("Governor") FIONA
                                  "\n"
                                  "0UNDER VOTES.  .  .  .  .  .  .  .  .        124\n");
    assert_refused(&c, WIRE_SCHEMA, "its first letter is damaged");
    c = report(PLAIN "Governor\n(VOTE FOR)  1\n    (WITH 2 OF 3 PRECINCTS COUNTED)" FIONA "\n" BASIL
                     "\n");
    assert_refused(&c, WIRE_SYNTAX, "votes stand behind a remark");
}

static void a_heading_that_only_sounds_like_a_party_is_none(void **state)
{
    (void)state;
    static const char *const headings[] = {
        "CONSTITUTIONAL AMENDMENTS", "GREENE COUNTY OFFICES", "GREEN TOWNSHIP", "PARTY OFFICES",
        "REFORMATORY BOARD",         "NONPARTISAN OFFICES"};
    static const char *const parties[] = {"GREEN", "DEMOCRATIC PARTY", "REPUBLICAN BALLOT",
                                          "Working Families Party"};
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++) {
        char payload[2000];
        snprintf(payload, sizeof payload, "%s%s\n\n%s\n", PLAIN, headings[i],
                 CONTEST("Governor") FIONA);
        struct format_case c = report(payload);
        assert_true(case_run(&c));
        assert_text(&c, c.r.contests->text, "Governor");
        assert_text(&c, c.r.contests->party, "");
        case_done(&c);
    }
    for (size_t i = 0; i < sizeof parties / sizeof *parties; i++) {
        char payload[2000];
        snprintf(payload, sizeof payload, "%s%s\n\n%s\n", PLAIN, parties[i],
                 CONTEST("Governor") FIONA);
        struct format_case c = report(payload);
        assert_true(case_run(&c));
        assert_text(&c, c.r.contests->party, parties[i]);
        case_done(&c);
    }
}

static void how_many_to_vote_for_is_told_in_many_ways(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int n;
    } all[] = {{"(VOTE FOR)  3", 3},
               {"VOTE FOR  3", 3},
               {"(VOTE FOR 3)", 3},
               {"VOTE FOR NOT MORE THAN TWO", 2},
               {"VOTE FOR NO MORE THAN 2", 2},
               {"(VOTE FOR ANY)", -1},
               {"(VOTE FOR) ONE", 1}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char payload[2000];
        snprintf(payload, sizeof payload, "%sCouncil\n%s\n%s\n", PLAIN, all[i].line, FIONA);
        struct format_case c = report(payload);
        assert_true(case_run(&c));
        assert_int_equal(c.r.contests->votes_allowed, all[i].n);
        case_done(&c);
    }
}

static void a_line_of_write_ins_for_each_seat_adds_up(void **state)
{
    (void)state;
    struct format_case c = report(PLAIN CONTEST("Council") FIONA
                                  "\n"
                                  " WRITE-IN                                       10\n"
                                  " WRITE-IN                                        5\n");
    assert_true(case_run(&c));
    assert_int_equal(c.r.contests->choices, 2);
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 1)->votes, 15);
    case_done(&c);
}

/* A title that is lost must not give its votes to the contest before. */
static void a_title_without_remarks_is_still_another_contest(void **state)
{
    (void)state;
    struct format_case c = report(PLAIN CONTEST("Governor") FIONA "\n\nSheriff\n" BASIL "\n");
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 2);
    assert_int_equal(c.r.contests[1].votes_allowed, -1);
    case_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_says_place_status_date_and_time),
        cmocka_unit_test(codes_for_the_printer_are_no_text),
        cmocka_unit_test(unofficial_is_not_official),
        cmocka_unit_test(a_blank_percent_shifts_nothing),
        cmocka_unit_test(columns_missing_damaged_or_too_large_are_refused),
        cmocka_unit_test(a_blank_total_is_unknown),
        cmocka_unit_test(leaders_are_no_part_of_a_name_and_its_own_dots_are),
        cmocka_unit_test(an_accent_moves_no_column),
        cmocka_unit_test(titles_may_be_long_and_end_in_a_dot_or_a_number),
        cmocka_unit_test(counts_of_voters_are_no_contest),
        cmocka_unit_test(a_contest_goes_on_over_the_page),
        cmocka_unit_test(a_party_heading_tells_contests_of_one_title_apart),
        cmocka_unit_test(without_a_heading_contests_of_one_title_are_refused),
        cmocka_unit_test(the_same_name_twice_is_refused),
        cmocka_unit_test(what_is_cut_is_told),
        cmocka_unit_test(what_is_no_summary_is_refused_for_what_it_is),
        cmocka_unit_test(a_line_whose_first_letter_is_damaged_is_no_choice),
        cmocka_unit_test(a_heading_that_only_sounds_like_a_party_is_none),
        cmocka_unit_test(how_many_to_vote_for_is_told_in_many_ways),
        cmocka_unit_test(a_line_of_write_ins_for_each_seat_adds_up),
        cmocka_unit_test(totals_of_write_ins_are_counted_once),
        cmocka_unit_test(a_name_that_fills_its_columns_has_lost_its_end),
        cmocka_unit_test(a_web_page_holds_the_report_as_it_is),
        cmocka_unit_test(the_older_report_begins_farther_to_the_right),
        cmocka_unit_test(a_title_without_remarks_is_still_another_contest),
    };
    return cmocka_run_group_tests_name("format-ess-el45a", tests, NULL, NULL);
}
