/* SPDX-License-Identifier: ISC */
/* Pages by XPath: whose value counts, what a check does, and which pages are no results at all. */
#include <stdio.h>

#include "daemon/base/buf.h"
#include "parsers/charset.h"
#include "tests/unit/format_case.h"

#define OPTIONS                                                                                    \
    "xpath.contest=//table\nxpath.contest-name=caption\nxpath.row=tr[td]\n"                        \
    "xpath.candidate=td[1]\nxpath.votes=td[2]\nthousands=yes\n"
#define ROW(name, votes) "<tr><td>" name "</td><td>" votes "</td></tr>\n"
#define TABLE(title, rows) "<table><caption>" title "</caption>\n" rows "</table>\n"
#define PAGE(body) "<!DOCTYPE html>\n<html><head><title>Larch</title></head>" body "</html>\n"
#define TWO                                                                                        \
    PAGE(TABLE("Mayor", ROW("Ann", "1,204") ROW("Bob", "7"))                                       \
             TABLE("Clerk", ROW("Cyd", "3") ROW("Dan", "4")))

static struct format_case given(const char *page, const char *options)
{
    struct err e;
    assert_true(charset_init(&e));
    return (struct format_case){.format = "html-table", .payload = page, .options = options};
}

static int64_t votes(const struct format_case *c, size_t contest, uint32_t choice)
{
    return results_cell(&c->r, &c->r.contests[contest], 0, choice)->votes;
}

static void refused(const char *page, const char *options, enum wire_failure kind, const char *why)
{
    struct format_case c = given(page, options);
    assert_refused(&c, kind, why);
}

static void contests_and_rows_are_found(void **state)
{
    (void)state;
    struct format_case c = given(TWO, OPTIONS);
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 2);
    assert_text(&c, c.r.contests[1].text, "Clerk");
    assert_int_equal(votes(&c, 0, 0), 1204);
    assert_int_equal(votes(&c, 1, 1), 4);
    case_done(&c);
}

static void rows_may_say_their_contest(void **state)
{
    (void)state;
    struct format_case c = given(TWO, "xpath.row=//tr[td]\nxpath.contest-name=../caption\n"
                                      "xpath.candidate=td[1]\nxpath.votes=td[2]\nthousands=yes\n");
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 2);
    assert_int_equal(votes(&c, 1, 0), 3);
    case_done(&c);
}

/* The nearer one counts, and a blank one leaves it to what is farther. */
static void the_nearest_value_counts(void **state)
{
    (void)state;
    static const char page[] = PAGE(
        "<h1>9 of 10</h1>" TABLE("<i>1 of 2</i> <b>Mayor</b>", ROW("Ann", "5"))
            TABLE("<i></i> <b>Clerk</b>", ROW("Cyd", "3")) TABLE("<b>Judge</b>", ROW("Dan", "4")));
    struct format_case c = given(page, OPTIONS "xpath.page.progress=//h1\n"
                                               "xpath.contest.progress=caption/i\n");
    assert_true(case_run(&c));
    const int32_t want[3] = {1, 9, 9};
    for (int i = 0; i < 3; i++)
        assert_int_equal(c.r.units[c.r.contests[i].first_unit].reporting, want[i]);
    case_done(&c);
}

/* A choice seen before, in another county: the contest begun last was left out in its place. */
static void the_contest_of_a_bad_row_is_left_out(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 1 << 16);
    buf_addz(&b, "<!DOCTYPE html><html><table>"
                 "<tr><td>Mayor</td><td>Ann</td><td>Elm</td><td>5</td></tr>"
                 "<tr><td>Clerk</td><td>Cyd</td><td>Elm</td><td>3</td></tr>"
                 "<tr><td>Mayor</td><td>Ann</td><td>Oak</td><td>99</td><td>5</td></tr>");
    for (int i = 0; i < 200; i++)
        buf_addf(&b, "<tr><td>Judge %d</td><td>Dan</td><td>Elm</td><td>1</td></tr>", i);
    buf_addz(&b, "</table></html>\n");
    struct format_case c =
        given(b.ptr, "xpath.row=//tr\nxpath.contest-name=td[1]\nxpath.candidate=td[2]\n"
                     "xpath.county=td[3]\nxpath.votes=td[4]\nxpath.check.row=count(td)=4\n");
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->problems, 1);
    assert_text(&c, c.r.problems[0].contest_text, "Mayor");
    assert_text(&c, c.r.contests[0].text, "Clerk");
    case_done(&c);
    buf_done(&b);
}

static void mappings_treat_roles_as_columns(void **state)
{
    (void)state;
    static const char page[] =
        PAGE(TABLE("Council (Vote for 2)",
                   ROW("Ann (DEM)", "5") ROW("Bob", "*") ROW("Over Votes", "9") ROW("Total", "5")));
    struct format_case c =
        given(page, OPTIONS "cut.votes-allowed.contest=\\(Vote for ([0-9]+)\\)$\n"
                            "cut.party.choice=\\(([A-Z]+)\\)$\n"
                            "drop.choice=^Total$\nunknown=*\n");
    assert_true(case_run(&c));
    assert_text(&c, c.r.contests[0].text, "Council");
    assert_int_equal(c.r.contests[0].votes_allowed, 2);
    assert_int_equal(c.r.contests[0].choices, 2);
    assert_text(&c, c.r.choices[0].party, "DEM");
    assert_int_equal(votes(&c, 0, 1), VOTES_UNKNOWN);
    case_done(&c);
}

static void a_check_of_the_page_refuses_it(void **state)
{
    (void)state;
    struct format_case c = given(TWO, OPTIONS "xpath.check.page=count(//tr) = 4\n");
    assert_true(case_run(&c));
    case_done(&c);
    refused(TWO, OPTIONS "xpath.check.page=count(//tr) = 5\n", WIRE_SYNTAX, "xpath.check.page");
}

/* One of two contests is more than the share that may be bad: the message is the contest's. */
static void a_check_of_a_contest_or_row_makes_its_contest_bad(void **state)
{
    (void)state;
    refused(TWO, OPTIONS "xpath.check.contest=not(contains(., 'Cyd'))\n", WIRE_SCHEMA,
            "1 of 2 contests cannot be read; the first, \"Clerk\": line 7: xpath.check.contest");
    refused(TWO, OPTIONS "xpath.check.row=td[2] != '7'\n", WIRE_SCHEMA,
            "\"Mayor\": line 4: xpath.check.row does not hold");
    refused(PAGE(TABLE("Mayor", ROW("Ann", "5")) TABLE("Clerk", "")),
            OPTIONS "xpath.check.contest=tr\n", WIRE_SYNTAX, "a contest without rows");
}

/* The end tag of the first table is lost: its rows would be joined by the next one's. */
static void a_row_belongs_to_one_contest(void **state)
{
    (void)state;
    static const char page[] = "<html><h3>Mayor</h3><table><tr><td>Ann<td>5</tr>"
                               "<h3>Clerk</h3><table><tr><td>Cyd<td>3</tr></table></html>";
    refused(page,
            "xpath.contest=//h3\nxpath.contest-name=.\nxpath.row=following::tr\n"
            "xpath.candidate=td[1]\nxpath.votes=td[2]\n",
            WIRE_SYNTAX, "for two contests");
}

static void a_page_without_contests_is_blocked_by_its_title(void **state)
{
    (void)state;
    refused(PAGE("<p>You are in a queue.</p>"), OPTIONS, WIRE_BLOCKED,
            "a web page in which xpath.contest finds nothing: Larch");
    refused("<html><h2>Access denied</h2></html>", OPTIONS, WIRE_BLOCKED, "Access denied");
    refused("<html>x</html>", OPTIONS, WIRE_BLOCKED, "without a title");
    refused(PAGE(TABLE("Mayor", "")), OPTIONS, WIRE_BLOCKED, "xpath.row finds nothing");
}

static void what_is_no_page_is_no_success(void **state)
{
    (void)state;
    refused("", OPTIONS, WIRE_TRUNCATED, "empty");
    refused("{\"contests\":[]}", OPTIONS, WIRE_SYNTAX, "no HTML");
    refused("a,b\n1,2\n", OPTIONS, WIRE_SYNTAX, "no HTML");
    refused("<html><table><tr><td>Ann<td>5</table>", OPTIONS, WIRE_TRUNCATED, "<html>");
}

static void votes_are_digits_only(void **state)
{
    (void)state;
    static const char *const bad[] = {"-5", "5.0", "5%", "0,204", "1,20", "5\x01", "5 5", "five"};
    char page[400];
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(page, sizeof page, PAGE(TABLE("Mayor", ROW("Ann", "%s"))), bad[i]);
        refused(page, OPTIONS, WIRE_SCHEMA, "is no count");
    }
}

static void wrong_options_are_named(void **state)
{
    (void)state;
    refused(TWO, OPTIONS "xpath.chioce=td\n", WIRE_SCHEMA, "option xpath.chioce: there is no");
    refused(TWO, OPTIONS "xpath.party=td[\n", WIRE_SCHEMA, "option xpath.party: no XPath");
    refused(TWO, "xpath.contest=//table\n", WIRE_SCHEMA, "option xpath.row is missing");
    refused(TWO, "xpath.row=//tr\nxpath.contest-name=td\nxpath.candidate=td\n", WIRE_SCHEMA,
            "votes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contests_and_rows_are_found),
        cmocka_unit_test(rows_may_say_their_contest),
        cmocka_unit_test(the_nearest_value_counts),
        cmocka_unit_test(the_contest_of_a_bad_row_is_left_out),
        cmocka_unit_test(mappings_treat_roles_as_columns),
        cmocka_unit_test(a_check_of_the_page_refuses_it),
        cmocka_unit_test(a_check_of_a_contest_or_row_makes_its_contest_bad),
        cmocka_unit_test(a_row_belongs_to_one_contest),
        cmocka_unit_test(a_page_without_contests_is_blocked_by_its_title),
        cmocka_unit_test(what_is_no_page_is_no_success),
        cmocka_unit_test(votes_are_digits_only),
        cmocka_unit_test(wrong_options_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
