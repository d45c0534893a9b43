/* SPDX-License-Identifier: ISC */
/* tallyctl's rows as a table and as CSV. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "daemon/ctl_table.h"

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
             "x                  Lee                    1  \n"},
        {48, "id            name               votes  why\n"
             "ga-state-se…  Muñoz, Maria  1234567890  counting\n"
             "x             Lee                    1  \n"},
        {40, "id        name           votes  why\n" /* it can give no more */
             "ga-stat…  Muñoz, …  1234567890  counting\n"
             "x         Lee                1  \n"},
        {10, "id        name           votes  why\n"
             "ga-stat…  Muñoz, …  1234567890  counting\n"
             "x         Lee                1  \n"},
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns_are_aligned),
        cmocka_unit_test(test_numbers_with_signs_and_shares_are_numbers),
        cmocka_unit_test(test_one_word_makes_a_column_text),
        cmocka_unit_test(test_width_is_of_characters),
        cmocka_unit_test(test_csv_quotes_what_needs_it),
        cmocka_unit_test(test_csv_rows_keep_their_empty_ends),
        cmocka_unit_test(test_nothing_is_nothing),
        cmocka_unit_test(test_many_columns),
        cmocka_unit_test(test_lines_are_cut_to_the_terminal),
        cmocka_unit_test(test_a_table_fits_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
