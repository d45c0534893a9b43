/* SPDX-License-Identifier: ISC */
/* tallyctl's rows as a table and as CSV. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "daemon/ctl/table.h"

static void expect(void (*make)(struct slice tsv, struct buf *out), const char *tsv,
                   const char *wanted)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    make(slice_of(tsv), &out);
    assert_false(out.failed);
    assert_string_equal(out.len > 0 ? out.ptr : "", wanted);
    buf_done(&out);
}

static void table(struct slice tsv, struct buf *out)
{
    ctl_table(tsv, 0, out);
}

static void test_columns_are_aligned(void **state)
{
    (void)state;
    expect(table, "name\tvotes\tparty\nPoe\t7\tR\nLongfellow\t12345\tDem\n",
           "name        votes  party\n"
           "Poe             7  R\n"
           "Longfellow  12345  Dem\n");
}

static void test_numbers_with_signs_and_shares_are_numbers(void **state)
{
    (void)state;
    expect(table, "a\tb\tc\n-1\t50.5%\t1,000\n22\t5%\t2\n",
           " a      b      c\n"
           "-1  50.5%  1,000\n"
           "22     5%      2\n");
}

static void test_one_word_makes_a_column_text(void **state)
{
    (void)state;
    expect(table, "n\nx\n10\n", "n\nx\n10\n");
    expect(table, "n\tm\n1\t2\nunknown\t3\n", "n        m\n1        2\nunknown  3\n");
}

static void test_width_is_of_characters(void **state)
{
    (void)state;
    expect(table, "n\tm\nMuñoz\tx\nLee\ty\n", "n      m\nMuñoz  x\nLee    y\n");
    expect(table, "n\tm\n日本\tx\nLeed\ty\n", "n     m\n日本  x\nLeed  y\n");
}

static void test_csv_quotes_what_needs_it(void **state)
{
    (void)state;
    expect(ctl_csv, "a\tb\nSmith, Jo\t\"X\"\n", "a,b\n\"Smith, Jo\",\"\"\"X\"\"\"\n");
}

/* A row that ended in an empty field had one column less than its head. */
static void test_csv_rows_keep_their_empty_ends(void **state)
{
    (void)state;
    expect(ctl_csv, "a\tb\tc\n1\t\t\n\t2\t\n1\t2\t3\n", "a,b,c\n1,,\n,2,\n1,2,3\n");
}

/* A name could open a page, or begin a program. */
static void test_csv_is_no_formula(void **state)
{
    (void)state;
    expect(ctl_csv, "a\tb\n=HYPERLINK(1)\t-112\n@SUM(1)\t+0.5\n-2+3\t7\n",
           "a,b\n'=HYPERLINK(1),-112\n'@SUM(1),+0.5\n'-2+3,7\n");
}

static void test_nothing_is_nothing(void **state)
{
    (void)state;
    expect(table, "", "");
    expect(ctl_csv, "", "");
    expect(table, "a\tb\n", "a  b\n");
}

/* More columns than a table has room for: none of its lines may break. */
static void test_many_columns(void **state)
{
    (void)state;
    char wide[401];
    struct buf out;
    for (size_t i = 0; i < 400; i++)
        wide[i] = i % 2 ? '\t' : 'x';
    wide[399] = '\n';
    wide[400] = '\0';
    buf_init(&out, 1 << 20);
    ctl_table(slice_of(wide), 0, &out);
    assert_true(out.len > 0 && out.ptr[out.len - 1] == '\n');
    buf_done(&out);
}

static void test_lines_are_cut_to_the_terminal(void **state)
{
    static const struct {
        size_t columns;
        const char *wanted;
    } cases[] = {{80, "Muñoz won\nok\n"}, {9, "Muñoz won\nok\n"}, {8, "Muñoz w…\nok\n"},
                 {3, "Mu…\nok\n"},        {4, "Muñ…\nok\n"},      {1, "…\n…\n"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out;
        buf_init(&out, 1 << 10);
        ctl_cut(SLICE("Muñoz won\nok\n"), cases[i].columns, &out);
        assert_string_equal(out.ptr, cases[i].wanted);
        buf_done(&out);
    }
}

/* Lines ran over the edge of the terminal and into each other. */
static void test_a_table_fits_the_terminal(void **state)
{
    static const char tsv[] = "id\tname\tvotes\twhy\n"
                              "ga-state-senate-1\tMuñoz, Maria\t1234567890\tcounting\n"
                              "x\tLee\t1\t\n";
    static const struct {
        size_t columns;
        const char *wanted;
    } cases[] = {
        {53, "id                 name               votes  why\n"
             "ga-state-senate-1  Muñoz, Maria  1234567890  counting\n"
             "x                  Lee                    1\n"},
        {48, "id            name               votes  why\n" /* an id gives when the others have */
             "ga-state-se…  Muñoz, Maria  1234567890  counting\n"
             "x             Lee                    1\n"},
        {40, "id        name           votes  why\n" /* it can give no more */
             "ga-stat…  Muñoz, …  1234567890  counting\n"
             "x         Lee                1\n"},
        {10, "id        name           votes  why\n"
             "ga-stat…  Muñoz, …  1234567890  counting\n"
             "x         Lee                1\n"},
    };
    struct buf out;
    (void)state;
    buf_init(&out, 1 << 10);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buf_clear(&out);
        ctl_table(slice_of(tsv), cases[i].columns, &out);
        assert_string_equal(out.ptr, cases[i].wanted);
    }
    buf_clear(&out);
    ctl_table(SLICE("what\tis\nwell\tno: 0 of 1 source answers\n"), 10, &out);
    assert_string_equal(out.ptr, "what  is\nwell  no: 0 of 1 source answers\n"); /* all of it */
    buf_done(&out);
}

/* On a narrow terminal every column was cut to a few letters, ids among them, and lines still ran
 * over: what a table can spare goes, ids stay whole, and names and figures can be read. */
static void test_a_narrow_terminal_has_fewer_columns(void **state)
{
    static const char races[] =
        "race_"
        "id\tstate\toffice\tplace\tdistrict\tstatus\tendorsements\tours\tunits\tsource\tflags\t"
        "updated\n"
        "2026-11-03-ga-alder-county-commission-1\tGA\tCounty Commission\tAlder\t1\tuncalled\t"
        "peg-marlowe-2026-11-03-ga-alder-county-commission-1\tPeg Marlowe 1400 "
        "unclear\t12/20\talder\t\t"
        "9:00 p.m. ET on Nov. 3\n";
    struct buf out;
    (void)state;
    buf_init(&out, 1 << 12);
    ctl_table(slice_of(races), 100, &out);
    assert_string_equal(
        out.ptr,
        "race_id                                  state  office            status    ours\n"
        "2026-11-03-ga-alder-county-commission-1  GA     County Commissi…  uncalled  Peg Marlowe "
        "1400 "
        "unclear\n"
        "(not shown for want of room: place, district, endorsements, units, source, updated; -o "
        "csv "
        "has all)\n");
    buf_clear(&out);
    ctl_table(slice_of(races), 300, &out);
    assert_null(strstr(out.ptr, "not shown"));
    assert_non_null(strstr(out.ptr, "  peg-marlowe-2026-11-03-ga-alder-county-commission-1  "));
    buf_done(&out);
}

/* What is decided by was cut off at the edge. */
static void test_lines_are_broken_at_blanks(void **state)
{
    static const struct {
        const char *text, *wanted;
        size_t columns, indent;
    } cases[] = {
        {"because the list says\nso\n", "because the\n    list\n    says\nso\n", 12, 4},
        {"because the list says\n", "because the list says\n", 0, 4},
        {"abcdefghijkl\n", "abcdefgh\n  ijkl\n", 8, 2},
        {"Muñoz Muñoz\n", "Muñoz\nMuñoz\n", 5, 4},
        {"\n\na\n", "\n\na\n", 5, 2},
        {"", "", 5, 2},
    };
    struct buf out;
    (void)state;
    buf_init(&out, 1 << 12);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        buf_clear(&out);
        ctl_wrap(slice_of(cases[i].text), cases[i].columns, cases[i].indent, &out);
        assert_string_equal(out.ptr ? out.ptr : "", cases[i].wanted);
    }
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_are_aligned),
        cmocka_unit_test(test_numbers_with_signs_and_shares_are_numbers),
        cmocka_unit_test(test_one_word_makes_a_column_text),
        cmocka_unit_test(test_width_is_of_characters),
        cmocka_unit_test(test_csv_quotes_what_needs_it),
        cmocka_unit_test(test_csv_rows_keep_their_empty_ends),
        cmocka_unit_test(test_csv_is_no_formula),
        cmocka_unit_test(test_nothing_is_nothing),
        cmocka_unit_test(test_many_columns),
        cmocka_unit_test(test_lines_are_cut_to_the_terminal),
        cmocka_unit_test(test_a_table_fits_the_terminal),
        cmocka_unit_test(test_a_narrow_terminal_has_fewer_columns),
        cmocka_unit_test(test_lines_are_broken_at_blanks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
