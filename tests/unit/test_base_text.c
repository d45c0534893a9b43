/* SPDX-License-Identifier: ISC */
/* Cleaned text is clean whatever went in; folding brings spellings of one name together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "daemon/base/text.h"
#include "tests/unit/random.h"
#include "tests/unit/sampled.h"

/* Clean by the words of the header, decided without the code under test. */
static void assert_clean(struct slice s)
{
    int32_t last = ' ';
    char copy[TEXT_MAX + 1];

    assert_true(s.len <= TEXT_MAX);
    memcpy(copy, s.ptr, s.len);
    copy[s.len] = '\0';
    for (size_t at = 0; at < s.len;) {
        utf8proc_int32_t c;
        utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)copy + at,
                                              (utf8proc_ssize_t)(s.len - at), &c);
        assert_true(n > 0);
        assert_false(c < 0x20 || (c >= 0x7f && c < 0xa0));
        assert_false(c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
                     (c >= 0x2066 && c <= 0x2069));
        assert_false((c >= 0x200b && c <= 0x200d) || c == 0x2060 || c == 0xfeff);
        assert_false(c == 0xa0 || c == 0x2028 || c == 0x2029 || c == 0x3000 || c == 0x2003);
        assert_false(c == ' ' && last == ' ');
        last = c;
        at += (size_t)n;
    }
    assert_true(s.len == 0 || last != ' ');
    utf8proc_uint8_t *nfc = utf8proc_NFC((const utf8proc_uint8_t *)copy);
    assert_string_equal((const char *)nfc, copy);
    free(nfc);
}

/* Bytes at random, or characters at random from the parts of Unicode that give trouble. */
static size_t random_text(struct random *r, int kind, char out[1000])
{
    static const struct {
        int32_t from, to;
    } areas[] = {{0, 0x7f},        {0x20, 0x22},       {0x80, 0x24f},      {0x300, 0x36f},
                 {0x590, 0x6ff},   {0x1100, 0x11ff},   {0x1e00, 0x206f},   {0x3000, 0x30ff},
                 {0xac00, 0xac40}, {0xf900, 0xffff},   {0x1d100, 0x1d1ff}, {0x2f800, 0x2fa1f},
                 {0x61, 0x7a},     {0xe0000, 0xe007f}, {0x900, 0x9ff},     {0, 0x10ffff}};
    size_t len = 0, n = random_below(r, 250);

    for (size_t i = 0; i < n; i++) {
        size_t k = random_below(r, sizeof(areas) / sizeof(areas[0]));
        int32_t c = (int32_t)random_between(r, areas[k].from, areas[k].to);
        if (kind == 0 || random_below(r, 50) == 0)
            out[len++] = (char)random_next(r);
        else if (c < 0xd800 || c > 0xdfff)
            len += (size_t)utf8proc_encode_char(c, (utf8proc_uint8_t *)out + len);
    }
    return len;
}

static void cleaned_text_is_clean(void **state)
{
    (void)state;
    struct random r = {51};
    struct buf once, twice;
    char text[1000];
    int changed = 0;

    buf_init(&once, TEXT_MAX);
    buf_init(&twice, TEXT_MAX);
    for (int i = 0; i < 20000; i += every()) {
        struct slice s = {text, random_text(&r, i % 4, text)};
        buf_clear(&once);
        buf_clear(&twice);
        text_clean(s, &once);
        assert_false(once.failed);
        assert_clean(buf_slice(&once));
        assert_true(text_is_clean(buf_slice(&once)));
        text_clean(buf_slice(&once), &twice);
        assert_true(slice_eq(buf_slice(&once), buf_slice(&twice)));
        assert_int_equal(text_is_clean(s), slice_eq(s, buf_slice(&once)));
        changed += !text_is_clean(s);
    }
    assert_true(changed * every() > 15000);
    buf_done(&once);
    buf_done(&twice);
}

struct pair {
    const char *in, *out;
};

static void check_pairs(const struct pair *p, size_t n,
                        struct slice (*f)(struct slice, struct arena *))
{
    struct arena *a = arena_new(100000);

    for (size_t i = 0; i < n; i++) {
        struct slice got = f(slice_of(p[i].in), a);
        assert_non_null(got.ptr);
        assert_string_equal(got.ptr, p[i].out);
        got = f(got, a); /* done twice is done once */
        assert_string_equal(got.ptr, p[i].out);
    }
    arena_free(a);
}

static void cleaning_by_hand(void **state)
{
    (void)state;
    const struct pair pairs[] = {
        {"", ""},
        {" \t\r\n ", ""},
        {"Joe Biden", "Joe Biden"},
        {"  Joe \xc2\xa0\t Biden\n", "Joe Biden"},
        {"e\xcc\x81", "\xc3\xa9"},
        {"\xe2\x84\xab", "\xc3\x85"},                 /* ANGSTROM SIGN */
        {"\xe0\xa5\x98", "\xe0\xa4\x95\xe0\xa4\xbc"}, /* NFC takes this one apart */
        {"a\xffz", "a\xef\xbf\xbdz"},
        {"a\xed\xa0\x80z", "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz"}, /* a surrogate */
        {"a\xc0\x80z", "a\xef\xbf\xbd\xef\xbf\xbdz"},                 /* an overlong NUL */
        {"a\xe2\x82", "a\xef\xbf\xbd\xef\xbf\xbd"},                   /* cut short */
        {"\xef\xbb\xbfName", "Name"},
        {"a\xe2\x80\xaez\xe2\x81\xa6", "az"},
        {"a\xe2\x80\x8b \xe2\x80\x8b b", "a b"},
        {"a\xef\xbf\xb9z\xe3\x85\xa4", "az"}, /* annotation anchor, Hangul filler */
        {"a\x1b[31mz\x7f", "a[31mz"},
        {"a\xc2\x85z", "a z"}, /* NEL */
        {"a\xc2\x9bz", "az"},  /* CSI */
    };
    check_pairs(pairs, sizeof(pairs) / sizeof(pairs[0]), text_clean_copy);
    assert_false(text_is_clean(SLICE("a  b")));
    assert_false(text_is_clean(SLICE("a ")));
    assert_false(text_is_clean(SLICE("a\0b")));
    assert_true(text_is_clean((struct slice){NULL, 0}));
}

static void long_text_is_cut_at_a_character(void **state)
{
    (void)state;
    static char text[300000];
    struct arena *a = arena_new(1000);

    for (size_t i = 0; i + 3 < sizeof(text); i += 3)
        memcpy(text + i, "\xe2\x82\xac", 3);
    struct slice s = text_clean_copy(slice_of(text), a);
    assert_int_equal(s.len, 198);
    memset(text, 'x', sizeof(text));
    text[199] = ' ';
    s = text_clean_copy((struct slice){text, sizeof(text)}, a);
    assert_int_equal(s.len, 199);
    for (size_t i = 0; i + 2 < sizeof(text); i += 2)
        memcpy(text + i, "\xcc\x81", 2); /* nothing but marks */
    s = text_clean_copy((struct slice){text, sizeof(text) - 2}, a);
    assert_int_equal(s.len, 200);
    while (text_clean_copy(SLICE("x"), a).ptr)
        ;
    assert_null(text_fold_copy(SLICE("x"), a).ptr);
    arena_free(a);
}

static void folding_by_hand(void **state)
{
    (void)state;
    const struct pair pairs[] = {
        {"O'N\xc3\xa9ill-D\xc3\xad"
         "az, Jr.",
         "oneill diaz jr"},
        {"O\xe2\x80\x99Neill", "oneill"},
        {"O\xe2\x80\x98Neill", "oneill"},
        {"Kahu\xca\xbbulaokalani", "kahuulaokalani"},
        {"\xe2\x80\x9c"
         "Buddy\xe2\x80\x9d Carter",
         "buddy carter"},
        {"L.S. \"CASEY\" CAGLE  (REP)", "ls casey cagle rep"},
        {"Smith\xe2\x80\x93Jones\xe2\x80\x91"
         "Doe\xe2\x80\x94X",
         "smith jones doe x"},
        {"Nu\xc3\xb1"
         "ez",
         "nunez"},
        {"Nun\xcc\x83"
         "ez",
         "nunez"},
        {"\xc4\xb0stanbul STRASSE stra\xc3\x9f"
         "e",
         "istanbul strasse strasse"},
        {"\xef\xbc\xaa\xef\xbc\xaf\xef\xbc\xa5", "joe"},
        {"\xef\xac\x81nch", "finch"},
        {" -- ", ""},
        {"", ""},
        {"a\xff"
         "b",
         "a b"},
        {"so\xc2\xad"
         "ft",
         "soft"},
        {"Measure 1/2 & No. 3", "measure 1 2 no 3"},
        {"\xd0\x98\xd0\x92\xd0\x90\xd0\x9d", "\xd0\xb8\xd0\xb2\xd0\xb0\xd0\xbd"},
    };
    check_pairs(pairs, sizeof(pairs) / sizeof(pairs[0]), text_fold_copy);
}

static void folding_of_each_ascii_character(void **state)
{
    (void)state;
    struct arena *a = arena_new(100000);
    for (int n = 0; n < 0x80; n++) {
        char c = (char)n;
        char text[] = {'a', c, 'b'};
        bool letter = isalnum((unsigned char)c), nothing = c && strchr("'.`", c);
        bool blank =
            !nothing && !letter && (isgraph((unsigned char)c) || isspace((unsigned char)c));
        char folded[] = {'a', letter ? (char)tolower((unsigned char)c) : ' ', 'b'};
        struct slice want = letter || blank ? (struct slice){folded, 3} : SLICE("ab");
        assert_true(slice_eq(text_fold_copy((struct slice){text, 3}, a), want));
    }
    arena_free(a);
}

static void folding_is_idempotent(void **state)
{
    (void)state;
    struct random r = {52};
    struct buf once, twice;
    char text[1000];

    buf_init(&once, 100000);
    buf_init(&twice, 100000);
    for (int i = 0; i < 20000; i += every()) {
        struct slice s = {text, random_text(&r, i % 4, text)};
        buf_clear(&once);
        buf_clear(&twice);
        text_fold(s, &once);
        text_fold(buf_slice(&once), &twice);
        assert_true(slice_eq(buf_slice(&once), buf_slice(&twice)));
        assert_true(slice_eq(slice_trim(buf_slice(&once)), buf_slice(&once)));
        assert_true(once.len == 0 || slice_find(buf_slice(&once), SLICE("  ")) == SIZE_MAX);
    }
    buf_done(&once);
    buf_done(&twice);
}

/* A copy is the same, whichever way it was made: 5,000 texts of each kind. */
static void folded_copy_is_what_is_folded(void **state)
{
    (void)state;
    struct random r = {53};
    struct arena *a = arena_new(1 << 16);
    struct buf folded;
    char text[1000];

    buf_init(&folded, 100000);
    for (int i = 0; i < 20000; i += every()) {
        struct slice s = {text, random_text(&r, i % 4, text)};
        if (i % 8 < 4) { /* ASCII alone */
            for (size_t k = 0; k < s.len; k++)
                text[k] = (char)(text[k] & 0x7f);
        }
        buf_clear(&folded);
        arena_reset(a);
        text_fold(s, &folded);
        assert_true(slice_eq(text_fold_copy(s, a), buf_slice(&folded)));
    }
    buf_done(&folded);
    arena_free(a);
}

static void widths(void **state)
{
    (void)state;
    assert_int_equal(text_width(SLICE("abc")), 3);
    assert_int_equal(text_width(SLICE("\xc3\xa9")), 1);
    assert_int_equal(text_width(SLICE("e\xcc\x81")), 1);
    assert_int_equal(text_width(SLICE("\xe6\x97\xa5\xe6\x9c\xac")), 4);
    assert_int_equal(text_width((struct slice){NULL, 0}), 0);
}

static void brackets_at_the_end(void **state)
{
    static const struct {
        const char *text, *word;
        bool ends;
    } rows[] = {{"Jo Poe (I) (Rep)", "rep", true},
                {"Jo Poe (I) (Rep)", "I", false},
                {"Jo Poe Rep)", "Rep", false},
                {"Jo Poe (Rep", "Re", false},
                {"(Rep)", "Rep", false},
                {"x(Rep)", "Rep", true},
                {"Rep)", "Rep", false},
                {"", "", false},
                {"Jo Poe (Republican)", "Rep", false}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (text_ends_in_brackets(slice_of(rows[i].text), slice_of(rows[i].word)) != rows[i].ends)
            fail_msg("%s, %s", rows[i].text, rows[i].word);
}

static void nearest_words(void **state)
{
    (void)state;
    const char *const words[] = {
        "listen", "interval", "stale-after",
        "calls",  "call",     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"};
    const size_t n = sizeof(words) / sizeof(words[0]);
    char longer[66];

    assert_string_equal(text_did_you_mean(SLICE("intervall"), words, n), "interval");
    assert_string_equal(text_did_you_mean(SLICE("lsiten"), words, n), "listen");
    assert_string_equal(text_did_you_mean(SLICE("stale_aftr"), words, n), "stale-after");
    assert_string_equal(text_did_you_mean(SLICE("call"), words, n), "call");
    assert_string_equal(text_did_you_mean(SLICE("calld"), words, n), "calls");
    assert_null(text_did_you_mean(SLICE("zz"), words, n));
    assert_null(text_did_you_mean(SLICE(""), words, n));
    assert_null(text_did_you_mean(SLICE("stxxx-afxxr"), words, n));
    assert_null(text_did_you_mean(SLICE("listen"), words, 0));
    memset(longer, 'x', sizeof(longer));
    assert_null(text_did_you_mean((struct slice){longer, 65}, words, n));
    assert_null(text_did_you_mean((struct slice){longer, 64}, words, n));
}

/* Each byte at each place, and each pair of blanks: what is looked at sixteen bytes at a time is
 * what a look at each byte finds. */
static void plain_text_is_told_at_every_place(void **state)
{
    (void)state;
    for (size_t len = 1; len <= 40; len++) {
        char text[41];
        for (size_t at = 0; at < len; at++) {
            for (int c = 0; c <= 0xff; c++) {
                const struct slice s = {text, len};
                memset(text, 'x', len);
                text[at] = (char)c;
                bool edge = at == 0 || at + 1 == len;
                bool plain = c > ' ' ? c <= '~' : c == ' ' && !edge;
                assert_int_equal(text_is_plain(s), plain);
                assert_int_equal(text_is_plain_but(s, '"', '&'), plain && c != '"' && c != '&');
                if (c < 0x80)
                    assert_int_equal(text_is_clean(s), plain);
            }
            for (size_t to = at + 1; to + 1 < len && at > 0; to++) {
                memset(text, 'x', len);
                text[at] = text[to] = ' ';
                assert_int_equal(text_is_clean((struct slice){text, len}), to > at + 1);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_is_told_at_every_place),
        cmocka_unit_test(cleaned_text_is_clean),
        cmocka_unit_test(cleaning_by_hand),
        cmocka_unit_test(long_text_is_cut_at_a_character),
        cmocka_unit_test(folding_by_hand),
        cmocka_unit_test(folding_of_each_ascii_character),
        cmocka_unit_test(folding_is_idempotent),
        cmocka_unit_test(folded_copy_is_what_is_folded),
        cmocka_unit_test(widths),
        cmocka_unit_test(brackets_at_the_end),
        cmocka_unit_test(nearest_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
