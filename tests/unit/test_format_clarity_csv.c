/* SPDX-License-Identifier: ISC */
/* Clarity's summary.csv: two charsets, numbered rows, contests without ids, zeros that say nothing.
 */
#include <stdio.h>

#include "parsers/charset.h"
#include "tests/unit/format_case.h"

#define HEAD                                                                                       \
    "\"line number\",\"contest name\",\"choice name\",\"party name\",\"total votes\","             \
    "\"percent of votes\",\"registered voters\",\"ballots cast\",\"num Area total\","              \
    "\"num Area rptg\",\"over votes\",\"under votes\"\n"
#define ROW(n, contest, choice, votes, more)                                                       \
    n ",\"" contest "\",\"" choice "\",\"\"," votes ",1.0," more "\n"
#define PLAIN "0,0,3,2,\"1\",\"2\""

static struct format_case clarity(const char *payload, const char *options)
{
    return (struct format_case){.format = "clarity", .payload = payload, .options = options};
}

static void names_are_utf8_else_windows_1252_else_as_told(void **state)
{
    (void)state;
    static const struct {
        const char *payload, *options, *want;
    } all[] = {
        {HEAD ROW("1", "Mayor", "Pe\303\261a", "5", PLAIN), NULL, "Pe\303\261a"},
        {HEAD ROW("1", "Mayor", "Pe\361a", "5", PLAIN), NULL, "Pe\303\261a"},
        {HEAD ROW("1", "Mayor", "Pe\361a", "5", PLAIN), "charset=iso-8859-1\n", "Pe\303\261a"},
        {HEAD ROW("1", "Mayor", "Pe\244a", "5", PLAIN), "charset=cp437\n", "Pe\303\261a"},
        {"\xef\xbb\xbf" HEAD ROW("1", "Mayor", "Pe\303\261a", "5", PLAIN), NULL, "Pe\303\261a"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct format_case c = clarity(all[i].payload, all[i].options);
        assert_true(case_run(&c));
        assert_text(&c, c.r.choices->name, all[i].want);
        case_done(&c);
    }
}

static void votes_allowed_stand_behind_the_name(void **state)
{
    (void)state;
    struct format_case c = clarity(HEAD ROW("1", "Council (Vote For 3)", "A", "5", PLAIN)
                                       ROW("2", "Council (Vote For Two)", "A", "5", PLAIN)
                                           ROW("3", "Tax (2030)", "Yes/For", "5", PLAIN),
                                   "county=Alder\nstate=CO\n");
    assert_true(case_run(&c));
    assert_text(&c, c.r.contests[0].text, "Council");
    assert_int_equal(c.r.contests[0].votes_allowed, 3);
    assert_text(&c, c.r.contests[1].text, "Council (Vote For Two)");
    assert_int_equal(c.r.contests[1].votes_allowed, -1);
    assert_text(&c, c.r.contests[2].text, "Tax (2030)");
    assert_int_equal(c.r.contests[2].flags, RESULTS_MEASURE);
    assert_int_equal(c.r.contests[0].flags, 0);
    assert_text(&c, c.r.contests[0].county, "Alder");
    assert_text(&c, c.r.contests[0].state, "CO");
    assert_text(&c, c.r.contests[0].id, "");
    case_done(&c);
}

/* "num Area rptg" is 0 in all 602 rows of a complete state. */
static void nothing_reported_with_votes_is_unknown(void **state)
{
    (void)state;
    struct format_case c = clarity(HEAD ROW("1", "A", "x", "5", "0,0,64,0,\"0\",\"0\"")
                                       ROW("2", "A", "y", "0", "0,0,64,0,\"0\",\"0\"")
                                           ROW("3", "B", "x", "0", "70,50,64,0,\"0\",\"0\"")
                                               ROW("4", "C", "x", "9", "0,0,64,1,\"0\",\"0\"")
                                                   ROW("5", "D", "x", "9", "0,0,0,0,\"0\",\"0\""),
                                   NULL);
    const int reporting[4] = {-1, 0, 1, -1}, total[4] = {64, 64, 64, -1};
    assert_true(case_run(&c));
    for (int i = 0; i < 4; i++) {
        const struct results_unit *u = &c.r.units[c.r.contests[i].first_unit];
        assert_int_equal(u->reporting, reporting[i]);
        assert_int_equal(u->total, total[i]);
    }
    assert_int_equal(c.r.contests[0].registered, -1);
    assert_int_equal(c.r.contests[1].registered, 70);
    assert_int_equal(c.r.contests[1].ballots, 50);
    case_done(&c);
}

static void two_contests_of_one_name_are_refused(void **state)
{
    (void)state;
    static const char *const payloads[] = {
        HEAD ROW("1", "A", "x", "5", PLAIN) ROW("2", "B", "x", "5", PLAIN)
            ROW("3", "A", "y", "5", PLAIN),
        HEAD ROW("1", "A", "x", "5", PLAIN) ROW("2", "A", "y", "5", "0,0,3,2,\"1\",\"3\""),
        HEAD ROW("1", "A", "x", "5", PLAIN) ROW("2", "A", "y", "5", "0,0,4,2,\"1\",\"2\""),
    };
    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
        struct format_case c = clarity(payloads[i], NULL);
        assert_refused(&c, WIRE_SCHEMA, "another contest has this name");
    }
    struct format_case twice =
        clarity(HEAD ROW("1", "A", "x", "5", PLAIN) ROW("2", "A", "x", "5", PLAIN), NULL);
    assert_refused(&twice, WIRE_SCHEMA, "\"x\" stands twice");
}

/* Before counts differ, nothing else tells the two parties' primaries of one name apart. */
static void both_parties_primaries_of_one_name_are_not_one_contest(void **state)
{
    (void)state;
    static const char rows[] = HEAD "1,\"Clerk\",\"Ann\",\"DEM\",6,60.00,0,0,9,0,\"0\",\"0\"\n"
                                    "2,\"Clerk\",\"Bo\",\"DEM\",4,40.00,0,0,9,0,\"0\",\"0\"\n"
                                    "3,\"Clerk\",\"Cy\",\"REP\",7,100.00,0,0,9,0,\"0\",\"0\"\n";
    struct format_case c = clarity(rows, NULL);
    assert_refused(&c, WIRE_SCHEMA,
                   "another contest has this name: its percents are more than 100");
    c = clarity(HEAD "1,\"Clerk\",\"Ann\",\"\",1,33.34,0,0,9,0,\"0\",\"0\"\n"
                     "2,\"Clerk\",\"Bo\",\"\",1,33.34,0,0,9,0,\"0\",\"0\"\n"
                     "3,\"Clerk\",\"Cy\",\"\",1,33.34,0,0,9,0,\"0\",\"0\"\n"
                     "4,\"Board (Vote For 2)\",\"Di\",\"\",1,100.00,0,0,9,0,\"0\",\"0\"\n"
                     "5,\"Board (Vote For 2)\",\"Ed\",\"\",1,100.00,0,0,9,0,\"0\",\"0\"\n",
                NULL);
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 2);
    case_done(&c);
}

static void a_row_lost_or_cut_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *payload, *why;
        enum wire_failure kind;
    } all[] = {
        {HEAD ROW("1", "A", "x", "5", PLAIN) ROW("3", "A", "y", "5", PLAIN),
         "line number \"3\" follows 1", WIRE_TRUNCATED},
        {HEAD ROW("2", "A", "x", "5", PLAIN), "line number \"2\" follows 0", WIRE_TRUNCATED},
        {HEAD ROW("x", "A", "x", "5", PLAIN), "line number \"x\" follows 0", WIRE_TRUNCATED},
        {HEAD "1,\"A\",\"x\",\"\",5,1.0,0,0,3,2,\"1\",\"2\"", "has no end", WIRE_TRUNCATED},
        {HEAD "1,\"A\",\"x\",\"\",5,1.0,0,0,3,2,\"1\n", "quotes", WIRE_TRUNCATED},
        {HEAD "1,\"A\",\"x\",\"\",5,1.0,0,0,3,2\n", "10 fields, the header has 12", WIRE_SYNTAX},
        {HEAD "1,\"A, x\"B,\"x\",\"\",5,1.0,0,0,3,2,\"1\",\"2\"\n", "line 2", WIRE_SYNTAX},
        {HEAD "1,A, Ward 1,x,\"\",5,1.0,0,0,3,2,\"1\",\"2\"\n", "13 fields, the header has 12",
         WIRE_SYNTAX},
        {HEAD, "no contests", WIRE_SCHEMA},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct format_case c = clarity(all[i].payload, NULL);
        assert_refused(&c, all[i].kind, all[i].why);
    }
}

/* "NO PETITION FILED" for each seat; but not behind another choice, where two contests of one name
 * would look so. */
static void lines_of_nobody_for_each_seat_are_one_choice(void **state)
{
    (void)state;
    struct format_case c = clarity(HEAD ROW("1", "Council", "Ann", "5", PLAIN)
                                       ROW("2", "Council", "NO PETITION FILED", "0", PLAIN)
                                           ROW("3", "Council", "NO PETITION FILED", "0", PLAIN)
                                               ROW("4", "Council", "Write-in", "2", PLAIN)
                                                   ROW("5", "Council", "Write-in", "1", PLAIN),
                                   NULL);
    assert_true(case_run(&c));
    assert_int_equal(c.r.contests->choices, 3);
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 1)->votes, 0);
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 2)->votes, 3);
    case_done(&c);
    c = clarity(
        HEAD ROW("1", "Council", "Ann", "5", PLAIN) ROW("2", "Council", "Write-in", "2", PLAIN)
            ROW("3", "Council", "Bo", "5", PLAIN) ROW("4", "Council", "Write-in", "2", PLAIN),
        NULL);
    assert_refused(&c, WIRE_SCHEMA, "\"Write-in\" stands twice");
}

/* Clarity doubles no quotes itself: some sites write them doubled into the names. */
static void quotes_within_names_may_be_doubled_or_not(void **state)
{
    (void)state;
    static const struct {
        const char *written, *name;
    } all[] = {
        {"William \"Bill\" Smith, Jr.", "William \"Bill\" Smith, Jr."},
        {"William \"\"Bill\"\" Smith, Jr.", "William \"Bill\" Smith, Jr."},
        {"Smith, William \"Bill\"", "Smith, William \"Bill\""},
        {"\"Mokah\" Jasmine Johnson (Dem)", "\"Mokah\" Jasmine Johnson (Dem)"},
        {"\"\"Mokah\"\" Jasmine Johnson (Dem)", "\"Mokah\" Jasmine Johnson (Dem)"},
        {"Smith \"Bill\", Jr.", "Smith \"Bill\", Jr."},
        {"Smith \"Bill\"/\"Bo\" Roe", "Smith \"Bill\"/\"Bo\" Roe"},
        {"O\"Dell", "O\"Dell"},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char payload[2000];
        snprintf(payload, sizeof payload,
                 "%s1,\"A\",\"%s\",\"\",5,50.00,%s\r\n2,\"A\",\"Ann \"\"Bo\"\" "
                 "Roe\",\"REP\",5,50.00,%s\r\n",
                 HEAD, all[i].written, PLAIN, PLAIN);
        struct format_case c = clarity(payload, NULL);
        if (!case_run(&c))
            fail_msg("%s: %s", all[i].written, c.fault.err.text);
        assert_int_equal(c.r.contests->choices, 2);
        assert_text(&c, c.r.choices[0].name, all[i].name);
        assert_text(&c, c.r.choices[1].name, "Ann \"Bo\" Roe");
        assert_text(&c, c.r.choices[1].party, "REP");
        assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 5);
        case_done(&c);
    }
}

static void votes_are_digits_and_blank_is_unknown(void **state)
{
    (void)state;
    static const char *const wrong[] = {"-5", "5.0", "1e3", "\"1,005\"", "x"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char payload[1000];
        snprintf(payload, sizeof payload, "%s1,\"A\",\"x\",\"\",%s,1.0,%s\n", HEAD, wrong[i],
                 PLAIN);
        struct format_case c = clarity(payload, NULL);
        assert_refused(&c, WIRE_SCHEMA, "is not a count of votes");
    }
    struct format_case c =
        clarity(HEAD ROW("1", "A", "x", "", PLAIN) ROW("2", "A", "y", "7", PLAIN), NULL);
    assert_true(case_run(&c));
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, VOTES_UNKNOWN);
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 1)->votes, 7);
    case_done(&c);
}

static void columns_go_by_name_and_some_may_miss(void **state)
{
    (void)state;
    struct format_case c =
        clarity("contest name,total votes,choice name,num County total,num County rptg\n"
                "Mayor,5,\"Marmore, Fiona (Dem)\",9,4\nMayor,6,Overvotes,9,4\n",
                NULL);
    assert_true(case_run(&c));
    assert_int_equal(c.r.contests->choices, 1);
    assert_text(&c, c.r.choices->name, "Marmore, Fiona (Dem)");
    assert_text(&c, c.r.choices->party, "Dem");
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 5);
    assert_int_equal(c.r.units->total, 9);
    case_done(&c);
    struct format_case none = clarity("contest name,choice name,votes\nMayor,A,5\n", NULL);
    assert_refused(&none, WIRE_SCHEMA, "\"total votes\"");
    struct format_case people =
        clarity("\r\n\r\nPrecinct       Registered Voters\r\nElm       5\r\n", NULL);
    assert_refused(&people, WIRE_SCHEMA, "detail.txt");
}

static int open_charsets(void **state)
{
    struct err e;
    (void)state;
    return charset_init(&e) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_utf8_else_windows_1252_else_as_told),
        cmocka_unit_test(votes_allowed_stand_behind_the_name),
        cmocka_unit_test(nothing_reported_with_votes_is_unknown),
        cmocka_unit_test(two_contests_of_one_name_are_refused),
        cmocka_unit_test(both_parties_primaries_of_one_name_are_not_one_contest),
        cmocka_unit_test(a_row_lost_or_cut_is_told),
        cmocka_unit_test(lines_of_nobody_for_each_seat_are_one_choice),
        cmocka_unit_test(quotes_within_names_may_be_doubled_or_not),
        cmocka_unit_test(votes_are_digits_and_blank_is_unknown),
        cmocka_unit_test(columns_go_by_name_and_some_may_miss),
    };
    return cmocka_run_group_tests_name("format-clarity-csv", tests, open_charsets, NULL);
}
