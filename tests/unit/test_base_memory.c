/* SPDX-License-Identifier: ISC */
/* Slices, errors, arenas and buffers: what they promise at their edges and at their caps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/base/arena.h"
#include "daemon/base/buf.h"
#include "daemon/base/err.h"
#include "daemon/base/slice.h"
#include "tests/unit/random.h"

static void assert_text(struct slice s, const char *expected)
{
    assert_non_null(s.ptr);
    assert_int_equal(s.len, strlen(expected));
    assert_memory_equal(s.ptr, expected, s.len);
}

static void slices_are_cut(void **state)
{
    (void)state;
    struct slice rest = SLICE("a,,b"), field;
    assert_true(slice_next(&rest, ',', &field));
    assert_text(field, "a");
    assert_true(slice_next(&rest, ',', &field));
    assert_text(field, "");
    assert_true(slice_next(&rest, ',', &field));
    assert_text(field, "b");
    assert_false(slice_next(&rest, ',', &field));
    assert_text(slice_sub(SLICE("abc"), 1, 99), "bc");
    assert_text(slice_sub(SLICE("abc"), 3, 1), "");
    assert_int_equal(slice_sub((struct slice){NULL, 0}, 5, 9).len, 0);
    assert_text(slice_trim(SLICE(" \t a b\r\n")), "a b");
    assert_text(slice_trim(SLICE(" \n ")), "");
}

static void slices_are_compared(void **state)
{
    (void)state;
    const struct slice empty = {NULL, 0};
    assert_true(slice_eq(empty, SLICE("")));
    assert_true(slice_is(empty, NULL));
    assert_false(slice_is(SLICE("ab"), "abc"));
    assert_true(slice_eq_nocase(SLICE("aZ[\xc3\x89"), SLICE("Az[\xc3\x89")));
    assert_false(slice_eq_nocase(SLICE("@"), SLICE("`")));
    assert_true(slice_cmp(SLICE("ab"), SLICE("abc")) < 0);
    assert_true(slice_cmp(SLICE("b"), SLICE("abc")) > 0);
    assert_true(slice_cmp(SLICE("\x7f"), SLICE("\x80")) < 0);
    assert_int_equal(slice_cmp(empty, SLICE("")), 0);
    assert_true(slice_starts(SLICE("abc"), SLICE("ab")));
    assert_true(slice_ends(SLICE("abc"), SLICE("bc")));
    assert_true(slice_ends(empty, empty));
    assert_false(slice_ends(SLICE("bc"), SLICE("abc")));
    assert_int_equal(slice_find(SLICE("abcabd"), SLICE("abd")), 3);
    assert_true(slice_find(SLICE("abc"), SLICE("abcd")) == SIZE_MAX);
    assert_int_equal(slice_find(empty, empty), 0);
    assert_int_equal(slice_find_nocase(SLICE("abcABd"), SLICE("aBD")), 3);
    assert_true(slice_find_nocase(SLICE("abc"), SLICE("abcd")) == SIZE_MAX);
    assert_int_equal(slice_find_nocase(empty, empty), 0);
}

static void errors_are_cut_and_prefixed(void **state)
{
    (void)state;
    struct err e = {.kind = ERR_NONE};
    char longer[3000];

    assert_false(err_set(&e, ERR_DATA, "row %d", 7));
    assert_false(err_prefix(&e, "file %s", "x.csv"));
    assert_int_equal(e.kind, ERR_DATA);
    assert_string_equal(e.text, "file x.csv: row 7");
    errno = ENOENT;
    assert_false(err_errno(&e, ERR_NOINPUT, "open %s", "x"));
    assert_string_equal(e.text, "open x: No such file or directory");
    assert_false(err_set(&e, ERR_BUG, "again: %s", e.text)); /* its own text as an argument */
    assert_string_equal(e.text, "again: open x: No such file or directory");

    for (int shift = 0; shift < 3; shift++) { /* a cut never leaves part of a character */
        memset(longer, 'x', sizeof(longer));
        for (size_t i = (size_t)shift; i + 3 < sizeof(longer); i += 3)
            memcpy(longer + i, "\xe2\x82\xac", 3);
        longer[sizeof(longer) - 1] = '\0';
        assert_false(err_set(&e, ERR_DATA, "%s", longer));
        size_t n = strlen(e.text);
        assert_in_range(n, sizeof(e.text) - 3, sizeof(e.text) - 1);
        assert_int_equal((n - (size_t)shift) % 3, 0);
    }
}

static void arena_gives_zeroed_aligned_memory(void **state)
{
    (void)state;
    struct arena *a = arena_new(4 << 20);
    struct random r = {11};

    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 500; i++) {
            size_t size = random_below(&r, i % 50 ? 200 : 20000);
            unsigned char *at = arena_alloc(a, size);
            assert_non_null(at);
            assert_int_equal((uintptr_t)at % 16, 0);
            for (size_t k = 0; k < size; k++)
                assert_int_equal(at[k], 0);
            memset(at, 0xa5, size);
            assert_text(arena_copy(a, slice_sub(SLICE("odd"), 0, (size_t)i % 4)), i % 4 == 0   ? ""
                                                                                  : i % 4 == 1 ? "o"
                                                                                  : i % 4 == 2
                                                                                      ? "od"
                                                                                      : "odd");
        }
        arena_reset(a);
    }
    assert_text(arena_printf(a, "%d-%s", 5, "x"), "5-x");
    assert_text(arena_copy(a, (struct slice){NULL, 0}), "");
    arena_free(a);
    arena_free(NULL);
}

static void arena_lengthens_a_copy(void **state)
{
    (void)state;
    static const size_t sizes[] = {3, 100, 3000,
                                   (size_t)3 << 20}; /* the last in a block of its own */
    struct arena *a = arena_new(8 << 20);

    memset(arena_alloc(a, 3500), 0xa5, 3500);
    arena_reset(a);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        unsigned char *at = arena_longer(a, "abc", 3, sizes[i]);
        assert_non_null(at);
        assert_int_equal((uintptr_t)at % 16, 0);
        assert_memory_equal(at, "abc", 3);
        for (size_t k = 3; k < sizes[i]; k++)
            assert_int_equal(at[k], 0);
    }
    assert_non_null(arena_room(a, 100));
    assert_null(arena_room(a, 8 << 20));
    assert_null(arena_longer(a, "abc", 3, 8 << 20));
    arena_free(a);
}

static void arena_cap_is_kept(void **state)
{
    (void)state;
    struct arena *a = arena_new(10000);
    size_t n = 0;

    assert_null(arena_alloc(a, 10001));
    assert_null(arena_alloc(a, SIZE_MAX));
    assert_null(arena_array(a, SIZE_MAX / 2, 3));
    assert_null(arena_copy(a, (struct slice){"", SIZE_MAX}).ptr);
    while (arena_alloc(a, 100))
        n++;
    assert_in_range(n, 80, 100);
    arena_reset(a);
    for (n = 0; arena_copy(a, SLICE("")).ptr; n++)
        ;
    assert_int_equal(n, 10000); /* strings are not aligned: all of it can be had */
    assert_null(arena_printf(a, "x").ptr);
    arena_reset(a);
    assert_non_null(arena_alloc(a, 10000)); /* as good as new */
    arena_free(a);

    a = arena_new(100);
    assert_non_null(arena_copy(a, SLICE("x")).ptr);
    assert_null(arena_alloc(a, 98)); /* it would fit but for its alignment */
    arena_reset(a);
    void *first = arena_alloc(a, 50);
    arena_reset(a);
    assert_ptr_equal(arena_alloc(a, 50), first);
    arena_free(a);
}

static void buffer_matches_a_plain_copy(void **state)
{
    (void)state;
    static char plain[60000];
    struct random r = {12};
    struct buf b;
    size_t n = 0;

    buf_init(&b, sizeof(plain));
    for (int i = 0; i < 4000; i++) {
        char word[32];
        size_t len = (size_t)snprintf(word, sizeof(word), "%d,", (int)random_below(&r, 99999));
        if (i % 3 == 0)
            buf_addf(&b, "%.*s", (int)len, word);
        else if (i % 3 == 1)
            buf_add(&b, (struct slice){word, len});
        else
            buf_addz(&b, word);
        memcpy(plain + n, word, len);
        n += len;
        if (i % 100 == 99) {
            size_t drop = random_below(&r, 300);
            buf_drop(&b, drop);
            memmove(plain, plain + drop, n - drop);
            n -= drop;
        }
        assert_false(b.failed);
        assert_int_equal(b.len, n);
        assert_int_equal(b.ptr[n], '\0');
    }
    assert_memory_equal(b.ptr, plain, n);
    buf_drop(&b, SIZE_MAX);
    assert_int_equal(b.len, 0);
    buf_done(&b);
    buf_done(&b);
}

static void buffer_cap_sticks(void **state)
{
    (void)state;
    for (size_t cap = 0; cap < 600; cap += 7) {
        struct buf b;
        buf_init(&b, cap);
        for (size_t i = 0; i < cap; i++)
            buf_addc(&b, 'x');
        assert_false(b.failed);
        assert_int_equal(b.len, cap);
        buf_addf(&b, "%d", 1);
        assert_true(b.failed);
        buf_drop(&b, cap);
        buf_addc(&b, 'y'); /* room there is, but the failure sticks */
        buf_addf(&b, "%s", "");
        assert_int_equal(b.len, 0);
        buf_clear(&b);
        buf_addc(&b, 'z');
        assert_int_equal(b.failed, cap == 0);
        assert_int_equal(b.len, cap > 0);
        buf_done(&b);
    }
}

static void buffer_format_that_does_not_fit_leaves_no_trace(void **state)
{
    (void)state;
    struct buf b;

    buf_init(&b, 10);
    buf_addz(&b, "12345678");
    buf_addf(&b, "%s", "abc");
    assert_true(b.failed);
    assert_string_equal(b.ptr, "12345678");
    buf_clear(&b);
    buf_addf(&b, "%s", "0123456789");
    assert_false(b.failed);
    assert_string_equal(b.ptr, "0123456789");
    buf_done(&b);
}

static void buffer_writes_numbers_as_printf_does(void **state)
{
    (void)state;
    struct random r = {5};
    int64_t n[200] = {0, 1, -1, 9, 10, -10, INT64_MAX, INT64_MIN};
    struct buf b;

    buf_init(&b, 100);
    for (size_t i = 0; i < sizeof n / sizeof *n; i++) {
        char expected[32];
        if (i > 7)
            n[i] = random_between(&r, INT64_MIN / 2, INT64_MAX / 2) >> random_below(&r, 63);
        snprintf(expected, sizeof expected, "%lld", (long long)n[i]);
        buf_clear(&b);
        buf_addi(&b, n[i]);
        assert_string_equal(b.ptr, expected);
    }
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_are_cut),
        cmocka_unit_test(slices_are_compared),
        cmocka_unit_test(errors_are_cut_and_prefixed),
        cmocka_unit_test(arena_gives_zeroed_aligned_memory),
        cmocka_unit_test(arena_lengthens_a_copy),
        cmocka_unit_test(arena_cap_is_kept),
        cmocka_unit_test(buffer_matches_a_plain_copy),
        cmocka_unit_test(buffer_cap_sticks),
        cmocka_unit_test(buffer_writes_numbers_as_printf_does),
        cmocka_unit_test(buffer_format_that_does_not_fit_leaves_no_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
