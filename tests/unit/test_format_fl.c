/* SPDX-License-Identifier: ISC */
/* Florida's two shapes: what their samples cannot show. */
#include "tests/unit/format_case.h"

#include "parsers/charset.h"

#define HEADER                                                                                     \
    "ElectionDate\tPartyCode\tPartyName\tRaceCode\tRaceName\tCountyCode\tCountyName\tJuris1num\t"  \
    "Juris2num\tPrecincts\tPrecinctsReporting\tCanNameLast\tCanNameFirst\tCanNameMiddle\tCanVotes" \
    "\r\n"
#define ROW(party, race, county, juris, inside, last, first, votes)                                \
    "08/28/2018\t" party "\tx\tx\t" race "\t" county "\t" county " County\t" juris                 \
    "\t \t9\t" inside "\t" last "\t" first "\t\t" votes "\r\n"

static void the_results_file_says_date_district_and_county(void **state)
{
    (void)state;
    struct format_case c = {.format = "fl",
                            .payload =
                                HEADER ROW("REP", "US Rep 12", "ALA", "012", "4", "A", "B", "1")
                                    ROW("REP", "US Rep 12", "ALA", "012", "4", "C", "D", "2")};
    assert_true(case_run(&c));
    assert_text(&c, c.r.head->election_date, "2018-08-28");
    assert_text(&c, c.r.contests[0].district, "012");
    assert_text(&c, c.r.contests[0].state, "FL");
    assert_text(&c, c.r.contests[0].party, "REP");
    assert_text(&c, c.r.contests[0].text, "US Rep 12 (REP)");
    assert_int_equal(c.r.units[1].type, RESULTS_COUNTY);
    assert_text(&c, c.r.units[1].id, "ALA");
    assert_text(&c, c.r.units[1].name, "ALA County");
    case_done(&c);
}

/* A party's code is its candidates' in a general election, and the contest's in a primary. */
static void a_general_election_is_never_told_apart_by_party(void **state)
{
    (void)state;
    struct format_case general = {
        .format = "fl",
        .payload = HEADER ROW("REP", "Governor", "ALA", "", "4", "A", "B", "1")
            ROW("DEM", "Governor", "ALA", "", "4", "C", "D", "2")
                ROW("NPA", "Governor", "ALA", "", "4", "E", "F", "3")};
    struct format_case primary = {
        .format = "fl",
        .payload = HEADER ROW("REP", "Governor", "ALA", "", "4", "A", "B", "1")
            ROW("REP", "Governor", "ALA", "", "4", "G", "H", "1")
                ROW("DEM", "Governor", "ALA", "", "4", "C", "D", "2")
                    ROW("DEM", "Governor", "ALA", "", "4", "E", "F", "3")
                        ROW("REP", "Senator", "ALA", "", "4", "I", "J", "3")};
    assert_true(case_run(&general));
    assert_int_equal(general.r.head->contests, 1);
    assert_int_equal(general.r.head->choices, 3);
    assert_text(&general, general.r.contests[0].party, "");
    assert_text(&general, general.r.choices[1].party, "DEM");
    case_done(&general);
    assert_true(case_run(&primary));
    assert_int_equal(primary.r.head->contests, 3);
    assert_text(&primary, primary.r.contests[0].text, "Governor (REP)");
    assert_text(&primary, primary.r.contests[1].text, "Governor (DEM)");
    /* one candidate left of two: still the primary's contest */
    assert_text(&primary, primary.r.contests[2].text, "Senator (REP)");
    case_done(&primary);
}

static void questions_are_measures_and_write_ins_are_named(void **state)
{
    (void)state;
    struct format_case c = {
        .format = "fl",
        .payload = HEADER ROW("NOP", "Frogs", "ALA", "", "4", "Yes for Approval", " ", "1")
            ROW("NOP", "Frogs", "ALA", "", "4", "No for Rejection", " ", "2")
                ROW("WRI", "Governor", "ALA", "", "4", "Blass", "Piotr", "0")};
    assert_true(case_run(&c));
    assert_int_equal(c.r.contests[0].flags, RESULTS_MEASURE);
    assert_int_equal(c.r.contests[1].flags, 0);
    assert_int_equal(c.r.choices[2].flags, RESULTS_WRITE_IN);
    assert_text(&c, c.r.choices[2].party, "");
    case_done(&c);
}

/* Somebody written in for judge stands beside the others, in a primary too. */
static void a_write_in_of_a_primary_is_in_the_contest_of_no_party(void **state)
{
    (void)state;
    struct format_case c = {.format = "fl",
                            .payload = HEADER ROW("REP", "Governor", "ALA", "", "4", "A", "B", "1")
                                ROW("REP", "Governor", "ALA", "", "4", "G", "H", "1")
                                    ROW("NOP", "Judge", "ALA", "", "4", "C", "D", "2")
                                        ROW("WRI", "Judge", "ALA", "", "4", "E", "F", "3")};
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 2);
    assert_text(&c, c.r.contests[1].text, "Judge");
    assert_text(&c, c.r.contests[1].party, "");
    assert_int_equal(c.r.contests[1].choices, 2);
    assert_int_equal(c.r.choices[3].flags, RESULTS_WRITE_IN);
    case_done(&c);
    /* and is missed there when a row of it is gone */
    c = (struct format_case){.format = "fl",
                             .payload = HEADER ROW("NOP", "Judge", "ALA", "", "4", "C", "D", "2")
                                 ROW("WRI", "Judge", "ALA", "", "4", "E", "F", "3")
                                     ROW("NOP", "Judge", "BAY", "", "4", "C", "D", "2")
                                         ROW("REP", "Governor", "ALA", "", "4", "A", "B", "1")
                                             ROW("REP", "Governor", "ALA", "", "4", "G", "H", "1")};
    assert_refused(&c, WIRE_SCHEMA, "no row for each");
}

static void another_charset_is_read_once(void **state)
{
    (void)state;
    struct err e;
    struct format_case c = {.format = "fl",
                            .options = "charset=windows-1252\n",
                            .payload = HEADER ROW("REP", "Mayor", "ALA", "", "4",
                                                  "Nu\xf1"
                                                  "ez",
                                                  "Jos\xe9", "1")};
    assert_true(charset_init(&e));
    assert_true(case_run(&c));
    assert_text(&c, c.r.choices[0].name, "José Nuñez");
    case_done(&c);
}

#define INFO                                                                                       \
    "\xef\xbb\xbf[r|FLDOS|1|Senator|Republican Primary|11]\r\n[r|FLDOS|2|Senator|Democratic "      \
    "Primary|12]\r\n[c|FLDOS|3|11|Alder|Ann|5]\r\n[c|FLDOS|4|12|Birch|Bo|6]\r\n"                   \
    "[u|FLDOS|5|Alachua|12001]\r\n[p|FLDOS|6|11|12001|9]\r\n[p|FLDOS|7|12|12001|9]\r\n\r\n"

static void both_parties_primaries_have_one_name_and_two_ids(void **state)
{
    (void)state;
    struct format_case c = {.format = "fl",
                            .companion = INFO,
                            .payload = "[V|FLDOS|70|I|11|12001|4|5|100]\r\n"
                                       "[V|FLDOS|71|I|12|12001|4|6|200]\r\n"};
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 2);
    assert_text(&c, c.r.contests[0].id, "11");
    assert_text(&c, c.r.contests[0].text, "Senator (REP)");
    assert_text(&c, c.r.contests[0].party, "REP");
    assert_text(&c, c.r.contests[0].election_type, "Republican Primary");
    assert_text(&c, c.r.contests[1].text, "Senator (DEM)");
    assert_text(&c, c.r.choices[0].id, "5");
    assert_text(&c, c.r.choices[0].name, "Ann Alder");
    assert_text(&c, c.r.units[1].id, "12001");
    assert_text(&c, c.r.units[1].name, "Alachua");
    assert_int_equal(c.r.units[1].reporting, 4);
    assert_int_equal(c.r.units[1].total, 9);
    assert_int_equal(c.r.units[0].reporting, 4);
    case_done(&c);
}

static void a_mark_of_byte_order_hides_neither_shape(void **state)
{
    (void)state;
    struct format_case votes = {.format = "fl",
                                .payload = "\xef\xbb\xbf[V|FLDOS|1|I|11|12001|4|5|100]\r\n"};
    struct format_case info = {.format = "fl", .payload = INFO};
    assert_true(case_run(&votes));
    assert_text(&votes, votes.r.contests[0].id, "11");
    case_done(&votes);
    assert_refused(&info, WIRE_SCHEMA, "an Info file");
}

static void the_sequence_number_is_no_id(void **state)
{
    (void)state;
    static const char *const payloads[] = {"[V|FLDOS|1|I|11|12001|4|5|100]\r\n",
                                           "[V|FLDOS|997297|I|11|12001|4|5|100]\r\n"};
    for (size_t i = 0; i < 2; i++) {
        struct format_case c = {.format = "fl", .payload = payloads[i]};
        assert_true(case_run(&c));
        assert_text(&c, c.r.contests[0].id, "11");
        assert_text(&c, c.r.contests[0].text, "");
        assert_text(&c, c.r.choices[0].id, "5");
        case_done(&c);
    }
}

static void a_companion_that_is_none_is_named(void **state)
{
    (void)state;
    struct format_case page = {
        .format = "fl", .companion = "<html>\n", .payload = "[V|FLDOS|1|I|11|12001|4|5|100]\r\n"};
    struct format_case cut = {.format = "fl",
                              .companion = "[r|FLDOS|1|Senator|Republican Primary|11]\r\n[c|FL",
                              .payload = "[V|FLDOS|1|I|11|12001|4|5|100]\r\n"};
    assert_refused(&page, WIRE_SYNTAX, "companion: line 1: no record in [ ]");
    assert_refused(&cut, WIRE_TRUNCATED, "companion: line 2: the last line has no end");
}

static void files_of_neither_shape_are_refused(void **state)
{
    (void)state;
    struct format_case header = {.format = "fl", .payload = HEADER};
    struct format_case other = {.format = "fl", .payload = "a,b\n1,2\n"};
    struct format_case column = {.format = "fl",
                                 .payload = "ElectionDate\tRaceName\r\n08/28/2018\tx\r\n"};
    assert_refused(&header, WIRE_SCHEMA, "it holds no contests");
    assert_refused(&other, WIRE_SCHEMA, "line 1");
    assert_refused(&column, WIRE_SCHEMA, "line 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_results_file_says_date_district_and_county),
        cmocka_unit_test(a_general_election_is_never_told_apart_by_party),
        cmocka_unit_test(questions_are_measures_and_write_ins_are_named),
        cmocka_unit_test(a_write_in_of_a_primary_is_in_the_contest_of_no_party),
        cmocka_unit_test(another_charset_is_read_once),
        cmocka_unit_test(both_parties_primaries_have_one_name_and_two_ids),
        cmocka_unit_test(a_mark_of_byte_order_hides_neither_shape),
        cmocka_unit_test(the_sequence_number_is_no_id),
        cmocka_unit_test(a_companion_that_is_none_is_named),
        cmocka_unit_test(files_of_neither_shape_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
