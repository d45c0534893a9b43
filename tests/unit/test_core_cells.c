/* SPDX-License-Identifier: ISC */
/* What an attacker who knows who carries which tag can compute from the cells that are shown. */
#include <setjmp.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "daemon/core/cells.h"
#include "tests/unit/random.h"
#include "tests/unit/sampled.h"

enum { MIN = 5 };
#define A 1u
#define B 2u
#define C 4u
#define D 8u

static uint64_t choose(const struct cells_kind *kinds, size_t n, size_t tags)
{
    return cells_choose(kinds, n, tags, MIN);
}

/* The rule as it is written, of one tag among 40. */
static void test_one_cell(void **state)
{
    static const struct {
        int64_t endorsed, won, lost;
        bool shown;
    } rows[] = {
        {20, 8, 7, true},  {5, 5, 0, true},    {4, 0, 0, false},   {4, 4, 0, false},
        {20, 4, 8, false}, {20, 8, 1, false},  {20, 0, 0, true},   {20, 0, 20, true},
        {35, 10, 9, true}, {36, 10, 9, false}, {40, 10, 9, false}, {0, 0, 0, false},
        {5, 5, 5, true},   {35, 0, 5, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct cells_kind kinds[] = {{0, 40 - rows[i].endorsed, 0, 0},
                                           {A, rows[i].endorsed, rows[i].won, rows[i].lost}};
        if ((choose(kinds, 2, 1) != 0) != rows[i].shown)
            fail_msg("row %zu", i);
    }
    assert_int_equal(cells_choose(NULL, 0, 0, MIN), 0);
    const struct cells_kind whole[] = {{A, 40, 20, 20}};
    assert_int_equal(choose(whole, 1, 1), 0); /* everybody: the complement is empty */
}

/* Differences: each pair or three would give a group of two away. */
static void test_differences(void **state)
{
    static const struct cells_kind nested[] = {{0, 20, 0, 0}, {A, 2, 0, 0}, {A | B, 10, 0, 0}};
    static const struct cells_kind nested_far[] = {{0, 20, 0, 0}, {A, 6, 0, 0}, {A | B, 10, 0, 0}};
    static const struct cells_kind rest[] = {{0, 2, 0, 0}, {A, 19, 0, 0}, {B, 19, 0, 0}};
    static const struct cells_kind both[] = {{A, 19, 0, 0}, {B, 19, 0, 0}, {A | B, 2, 0, 0}};
    static const struct cells_kind parts[] = {
        {0, 2, 0, 0}, {A, 12, 0, 0}, {B, 11, 0, 0}, {C, 10, 0, 0}, {D, 9, 0, 0}};
    static const struct cells_kind inside[] = {
        {0, 20, 0, 0}, {A, 2, 0, 0}, {A | B, 10, 0, 0}, {A | C, 9, 0, 0}};
    static const struct cells_kind won[] = {{0, 20, 0, 0}, {A, 8, 1, 0}, {A | B, 10, 6, 0}};
    static const struct cells_kind same[] = {{0, 20, 0, 0}, {A | B, 10, 6, 0}};
    (void)state;
    assert_int_equal(choose(nested, 3, 2), A); /* the larger one stays */
    assert_int_equal(choose(nested_far, 3, 2), A | B);
    assert_int_equal(choose(rest, 3, 2), A); /* of equals the first */
    assert_int_equal(choose(both, 3, 2), A);
    assert_int_equal(choose(parts, 5, 4), A | B | C);
    assert_int_equal(choose(inside, 4, 3), A | B);
    assert_int_equal(choose(won, 3, 2), A);      /* one winner is left between them */
    assert_int_equal(choose(same, 2, 2), A | B); /* nothing is between them */
}

/* Beside many others too, a part and its parts do not leave two over. */
static void test_differences_among_many(void **state)
{
    enum { OTHERS = 9, WHOLE = 1 << OTHERS, PART = WHOLE << 1 };
    struct cells_kind kinds[OTHERS + 5];
    size_t n = 0;
    (void)state;
    for (; n < OTHERS; n++)
        kinds[n] = (struct cells_kind){UINT64_C(1) << n, 100, 0, 0};
    for (int i = 0; i < 3; i++)
        kinds[n++] = (struct cells_kind){WHOLE | (PART << i), 20 - i, 0, 0};
    kinds[n++] = (struct cells_kind){WHOLE, 2, 0, 0};
    kinds[n++] = (struct cells_kind){0, 100, 0, 0};
    assert_int_equal(choose(kinds, n, OTHERS + 4), PART * 4 - 1);
}

/* Every sum of shown cells and everybody, each added, left out or taken away. */
static void attack(const struct cells_kind *kinds, size_t n, uint64_t shown, size_t tags)
{
    int times[6] = {0}; /* the last one: everybody */
    int64_t everybody = 0;

    for (size_t k = 0; k < n; k++)
        everybody += kinds[k].endorsed;

    for (;;) {
        int64_t group[3] = {0};
        int sign = 0, at = 0, used = 0;
        bool is_group = true;
        for (size_t k = 0; k < n; k++) {
            int sum = times[tags];
            for (size_t t = 0; t < tags; t++)
                if ((shown >> t & 1) && (kinds[k].tags >> t & 1))
                    sum += times[t];
            if (sum == 0)
                continue;
            is_group &= (sum == 1 || sum == -1) && (sign == 0 || sign == sum);
            sign = sum;
            group[0] += kinds[k].endorsed;
            group[1] += kinds[k].won;
            group[2] += kinds[k].lost;
        }
        for (size_t t = 0; t < tags; t++)
            used += times[t] != 0 && (shown >> t & 1);
        if (is_group && sign != 0 && used > 0 && group[0] * 2 <= everybody) {
            bool small = group[0] < MIN;
            for (int i = 1; i < 3 && !(used == 1 && times[tags] != 0); i++)
                small |= group[i] > 0 && group[i] < MIN;
            if (small)
                fail_msg("a group of %d, %d won, %d lost", (int)group[0], (int)group[1],
                         (int)group[2]);
        }
        while (at <= (int)tags && times[at] == 1)
            times[at++] = -1;
        if (at > (int)tags)
            return;
        times[at]++;
    }
}

static void test_attacks_fail(void **state)
{
    struct random r = {.state = 77};
    size_t shown_in_all = 0, possible = 0;
    (void)state;
    for (int round = 0; round < 1000; round++) {
        struct cells_kind kinds[12];
        size_t n = 2 + random_below(&r, 11), tags = 1 + random_below(&r, 5);
        for (size_t k = 0; k < n; k++) {
            int64_t endorsed = random_between(&r, 1, 30);
            int64_t won = random_below(&r, 3) ? 0 : random_between(&r, 0, endorsed);
            /* a kind is everyone with these tags: no two alike */
            uint64_t carried = k < (UINT64_C(1) << tags) ? k : 0;
            if (k > 0 && carried == 0) {
                n = k;
                break;
            }
            kinds[k] = (struct cells_kind){carried, endorsed, won, endorsed - won};
        }
        uint64_t shown = choose(kinds, n, tags);
        attack(kinds, n, shown, tags);
        shown_in_all += (size_t)__builtin_popcountll(shown);
        possible += tags;
    }
    assert_true(shown_in_all * 4 > possible); /* and much is still shown */
}

/* Many tags, and more kinds than are looked at: nothing rather than too much. */
static void test_limits(void **state)
{
    static struct cells_kind kinds[5000];
    (void)state;
    /* the last of 64 tags: all of them, or the half of them, which takes a sixteenth of the time */
    const size_t tags = every() > 1 ? 32 : 64;
    for (size_t k = 0; k < tags; k++)
        kinds[k] = (struct cells_kind){UINT64_C(1) << (63 - k), 50, 20, 20};
    kinds[tags] = (struct cells_kind){0, 50, 20, 20};
    assert_true(cells_choose(kinds, tags + 1, 64, MIN) == UINT64_MAX << (64 - tags));
    for (size_t k = 0; k < 5000; k++)
        kinds[k] = (struct cells_kind){k % 2, 50, 20, 20};
    assert_int_equal(cells_choose(kinds, 5000, 1, MIN), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_cell),
        cmocka_unit_test(test_differences),
        cmocka_unit_test(test_differences_among_many),
        cmocka_unit_test(test_attacks_fail),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
