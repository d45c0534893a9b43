/* SPDX-License-Identifier: ISC */
/* CSV as people save it: written and read again, its line ends, its damage and its caps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "daemon/base/csv.h"
#include "tests/unit/random.h"

/* All records as "field|field/field|field". */
static char *read_all(const char *text, size_t n, char sep, struct err *e)
{
    struct arena *a = arena_new(1 << 20);
    char *copy = malloc(n ? n : 1); /* exactly its size, for the sanitizer */
    struct slice *fields;
    struct csv c;
    struct buf out;
    size_t count;

    assert_non_null(copy);
    memcpy(copy, text, n);
    buf_init(&out, 100000);
    csv_init(&c, (struct slice){copy, n});
    if (sep)
        assert_int_equal(c.sep, sep);
    while (csv_next(&c, a, 100, &fields, &count, e)) {
        buf_addf(&out, "%zu:", c.line);
        for (size_t i = 0; i < count; i++) {
            buf_add(&out, fields[i]);
            buf_addc(&out, i + 1 < count ? '|' : '/');
        }
    }
    assert_false(csv_next(&c, a, 100, &fields, &count, &(struct err){.kind = ERR_NONE}));
    arena_free(a);
    free(copy);
    buf_addc(&out, ' ');
    buf_addc(&out, '\0');
    return out.ptr;
}

static void records_as_people_save_them(void **state)
{
    (void)state;
    const struct {
        const char *text;
        char sep;
        const char *expected;
    } cases[] = {
        {"", 0, " "},
        {"\n\r\n\r", 0, " "},
        {"a", ',', "1:a/ "},
        {"a,b\nc,d\n", ',', "1:a|b/2:c|d/ "},
        {"a,b\r\n\r\nc,d", ',', "1:a|b/3:c|d/ "},
        {"a,b\rc,d\r", ',', "1:a|b/2:c|d/ "},
        {"\xef\xbb\xbf"
         "a;b,c;d\n1;2;3",
         ';', "1:a|b,c|d/2:1|2|3/ "},
        {"a\tb\n", '\t', "1:a|b/ "},
        {"\"x;y;z\",b\n", ',', "1:x;y;z|b/ "},
        {"\"a\nb\";c\n", ';', "1:a\nb|c/ "},
        {"a,\n,\n", ',', "1:a|/2:|/ "},
        {"\"a\"\"b\",\"\",\"\"\"\"\n", ',', "1:a\"b||\"/ "},
        {"\"a\nb\r\nc\",d\ne", ',', "1:a\nb\r\nc|d/4:e/ "},
        {"5\" pipe,it\"s\n", ',', "1:5\" pipe|it\"s/ "},
        {" a , b ", ',', "1: a | b / "},
        {"sep=;\r\na,x;b\n1;2\n", ';', "2:a,x|b/3:1|2/ "}, /* Excel's */
        {"\xef\xbb\xbfSEP=,\na;x,b\n", ',', "2:a;x|b/ "},
        {"sep=;", ';', "1:sep=|/ "}, /* without an end it is a record */
        {"sep=;a\n1;2", ';', "1:sep=|a/2:1|2/ "},
        {"sep=|\na\n", ',', "1:sep=|/2:a/ "},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err e = {.kind = ERR_BUG};
        char *got = read_all(cases[i].text, strlen(cases[i].text), cases[i].sep, &e);
        assert_string_equal(got, cases[i].expected);
        assert_int_equal(e.kind, ERR_NONE);
        free(got);
    }
}

static void damage_is_named(void **state)
{
    (void)state;
    const struct {
        const char *text, *before, *where;
    } cases[] = {
        {"a,b\n\"c,d\n", "1:a|b/ ", "line 2, column 1: "},
        {"a,b\nc,\"d\"x\n", "1:a|b/ ", "line 2, column 3: "},
        {"\"a\n\",bb,\"c\" ,d\n", " ", "line 2, column 6: "},
        {"\"", " ", "line 1, column 1: "},
        {"\"\"\"", " ", "line 1, column 1: "},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct err e = {.kind = ERR_NONE};
        char *got = read_all(cases[i].text, strlen(cases[i].text), 0, &e);
        assert_string_equal(got, cases[i].before);
        assert_int_equal(e.kind, ERR_DATA);
        assert_memory_equal(e.text, cases[i].where, strlen(cases[i].where));
        free(got);
    }
}

static void caps_are_reported(void **state)
{
    (void)state;
    struct arena *a = arena_new(64);
    struct err e = {.kind = ERR_NONE};
    struct slice *fields = NULL;
    struct csv c;
    size_t n = 77;

    csv_init(&c, SLICE("a,b,c,d\n"));
    assert_true(csv_next(&c, a, 4, &fields, &n, &e));
    csv_init(&c, SLICE("a,b,c,d\n"));
    fields = NULL;
    n = 77;
    assert_false(csv_next(&c, a, 3, &fields, &n, &e));
    assert_int_equal(e.kind, ERR_DATA);
    assert_non_null(strstr(e.text, "too many fields"));
    csv_init(&c, SLICE("a,b,c,d\n"));
    assert_false(csv_next(&c, a, 4, &fields, &n, &e)); /* the arena is spent */
    assert_int_equal(e.kind, ERR_DATA);
    assert_null(fields);
    assert_int_equal(n, 77);
    arena_free(a);
}

static void written_is_read_again(void **state)
{
    (void)state;
    struct random r = {61};
    char values[6][20];
    size_t lens[6];

    for (int round = 0; round < 20000; round++) {
        struct arena *a = arena_new(10000);
        struct err e = {.kind = ERR_NONE};
        size_t n = 2 + random_below(&r, 5), count;
        struct slice *fields;
        struct buf text;
        struct csv c;

        buf_init(&text, 10000);
        for (size_t i = 0; i < n; i++) {
            lens[i] = random_below(&r, sizeof(values[0]));
            for (size_t k = 0; k < lens[i]; k++)
                values[i][k] = "ab,;\t\"\r\n \xc3'|"[random_below(&r, 12)];
            csv_field(&text, (struct slice){values[i], lens[i]});
            buf_addz(&text, i + 1 < n ? "," : round % 2 ? "\r\n" : "\n");
        }
        csv_init(&c, buf_slice(&text));
        assert_int_equal(c.sep, ',');
        if (!csv_next(&c, a, n, &fields, &count, &e))
            fail_msg("%s: %s", e.text, text.ptr);
        assert_int_equal(count, n);
        for (size_t i = 0; i < n; i++)
            assert_true(slice_eq(fields[i], (struct slice){values[i], lens[i]}));
        assert_false(csv_next(&c, a, n, &fields, &count, &e));
        assert_int_equal(e.kind, ERR_NONE);
        buf_done(&text);
        arena_free(a);
    }
}

static void what_a_spreadsheet_would_reckon_is_text(void **state)
{
    static const struct {
        const char *is, *wanted;
    } cells[] = {
        {"", ""},
        {"Ann Lee", "Ann Lee"},
        {"Lee-Ann", "Lee-Ann"},
        {"=1+1", "'=1+1"},
        {"+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"},
        {"-2+3", "'-2+3"},
        {"@SUM(1)", "'@SUM(1)"},
        {"=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""},
        {"\tx", "\"'\tx\""},
        {"\rx", "\"'\rx\""},
        {"\nx", "\"'\nx\""},
        {" =1+1", "' =1+1"},
        {"\xc2\xa0=1+1", "'\xc2\xa0=1+1"},
        {"\xe2\x80\x8a \xe3\x80\x80@x", "'\xe2\x80\x8a \xe3\x80\x80@x"},
        {"\xef\xbc\x9d"
         "1",
         "'\xef\xbc\x9d"
         "1"},
        {"\xef\xbc\x8b"
         "1",
         "'\xef\xbc\x8b"
         "1"},
        {"\xef\xbc\x8d"
         "1",
         "'\xef\xbc\x8d"
         "1"},
        {"\xef\xbc\xa0"
         "x",
         "'\xef\xbc\xa0"
         "x"},
        /* numbers */
        {"12", "12"},
        {"-12", "-12"},
        {"+41", "+41"},
        {"-5.26", "-5.26"},
        {"-1.", "'-1."},
        {"-.5", "'-.5"},
        {"-1x", "'-1x"},
        {"-1-1", "'-1-1"},
        {"-1.5.2", "'-1.5.2"},
        {"-", "'-"},
        {" ", "\" \""},
        {" x", "\" x\""},
    };
    char room[100];
    struct buf out;

    (void)state;
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        buf_init_over(&out, room, sizeof room);
        csv_cell(&out, slice_of(cells[i].is));
        buf_addc(&out, '\0');
        assert_string_equal(room, cells[i].wanted);
    }
}

static void any_bytes_are_harmless(void **state)
{
    (void)state;
    struct random r = {62};
    char text[60];

    for (int i = 0; i < 50000; i++) {
        struct err e = {.kind = ERR_BUG};
        size_t n = random_below(&r, sizeof(text));
        for (size_t k = 0; k < n; k++)
            text[k] = "a,\"\n\r;"[random_below(&r, 6)];
        free(read_all(text, n, 0, &e));
        assert_true(e.kind == ERR_NONE || e.kind == ERR_DATA);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_as_people_save_them),
        cmocka_unit_test(damage_is_named),
        cmocka_unit_test(caps_are_reported),
        cmocka_unit_test(written_is_read_again),
        cmocka_unit_test(any_bytes_are_harmless),
        cmocka_unit_test(what_a_spreadsheet_would_reckon_is_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
