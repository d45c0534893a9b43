/* SPDX-License-Identifier: ISC */
/* The map against a plain list under random operations; fingerprints against their published
 * values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "daemon/base/hash.h"
#include "daemon/base/map.h"
#include "tests/unit/random.h"

enum { KEYS = 300 };

struct model {
    int keys[KEYS]; /* in order of insertion */
    void *values[KEYS];
    size_t n;
};

static size_t model_find(const struct model *model, int key)
{
    size_t i = 0;

    while (i < model->n && model->keys[i] != key)
        i++;
    return i;
}

static void model_remove(struct model *model, size_t i)
{
    model->n--;
    memmove(model->keys + i, model->keys + i + 1, (model->n - i) * sizeof(model->keys[0]));
    memmove(model->values + i, model->values + i + 1, (model->n - i) * sizeof(model->values[0]));
}

static void assert_same(const struct map *map, const struct model *model)
{
    size_t at = 0, i = 0;
    struct slice key;
    void *value;
    char text[16];

    assert_int_equal(map_count(map), model->n);
    for (; map_next(map, &at, &key, &value); i++) {
        snprintf(text, sizeof(text), "k%d", model->keys[i]);
        assert_true(slice_is(key, text));
        assert_ptr_equal(value, model->values[i]);
    }
    assert_int_equal(i, model->n);
}

static void random_walk(uint64_t seed, size_t cap, unsigned keys)
{
    struct random r = {seed};
    struct model model = {.n = 0};
    struct map *map = map_new(cap, true);
    static char values[1000];

    for (int step = 0; step < 6000; step++) {
        char text[16];
        int key = (int)random_below(&r, keys);
        size_t i = model_find(&model, key);
        struct slice s = {text, (size_t)snprintf(text, sizeof(text), "k%d", key)};
        bool growing = step / 500 % 2 == 0; /* fill and drain by turns */

        assert_int_equal(map_has(map, s), i < model.n);
        assert_ptr_equal(map_get(map, s), i < model.n ? model.values[i] : NULL);
        if (random_below(&r, 10) < (growing ? 7 : 2)) {
            void *value = &values[random_below(&r, sizeof(values))];
            bool fits = i < model.n || model.n < cap;
            assert_int_equal(map_put(map, s, value), fits);
            if (fits) {
                model.keys[i] = key;
                model.values[i] = value;
                model.n += i == model.n;
            }
        } else {
            assert_ptr_equal(map_remove(map, s), i < model.n ? model.values[i] : NULL);
            if (i < model.n)
                model_remove(&model, i);
        }
        if (step % 37 == 0)
            assert_same(map, &model);
    }
    assert_same(map, &model);
    map_free(map);
}

static void map_agrees_with_a_list(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++) {
        random_walk(seed, 100000, KEYS);
        random_walk(seed, 50, 80);
        random_walk(seed, 1, 3);
    }
}

static void current_entry_may_be_removed(void **state)
{
    (void)state;
    struct map *map = map_new(1000, true);
    char text[16];
    int seen = 0;
    size_t at = 0;
    struct slice key;
    void *value;

    for (int i = 0; i < 100; i++) {
        snprintf(text, sizeof(text), "%d", i);
        assert_true(map_put(map, slice_of(text), map));
    }
    while (map_next(map, &at, &key, &value)) {
        snprintf(text, sizeof(text), "%d", seen);
        assert_true(slice_is(key, text));
        if (seen++ % 3 == 0)
            assert_ptr_equal(map_remove(map, key), map);
    }
    assert_int_equal(seen, 100);
    assert_int_equal(map_count(map), 66);
    map_free(map);
    map_free(NULL);
}

static void null_values_and_odd_keys_are_present(void **state)
{
    (void)state;
    struct map *map = map_new(10, false);

    assert_true(map_put(map, (struct slice){NULL, 0}, NULL));
    assert_true(map_put(map, SLICE("a\0b"), NULL));
    assert_true(map_has(map, SLICE("")));
    assert_true(map_has(map, SLICE("a\0b")));
    assert_false(map_has(map, SLICE("a\0c")));
    assert_int_equal(map_count(map), 2);
    assert_null(map_remove(map, SLICE("")));
    assert_false(map_has(map, SLICE("")));
    assert_true(map_has(map, SLICE("a\0b")));
    map_free(map);
}

/* With keys that live in the values, the old value may be freed once the new one is in. */
static void borrowed_key_follows_the_value(void **state)
{
    (void)state;
    struct map *map = map_new(10, false);
    char old_value[] = "key", new_value[] = "key";

    assert_true(map_put(map, slice_of(old_value), old_value));
    assert_true(map_put(map, slice_of(new_value), new_value));
    memset(old_value, '#', 3);
    assert_ptr_equal(map_get(map, SLICE("key")), new_value);
    map_free(map);
}

/* A queue that lives long: removals at the front must not make it slow or large. */
static void queue_stays_quick(void **state)
{
    (void)state;
    struct map *map = map_new(64, true);
    char text[16];

    for (int i = 0; i < 200000; i++) {
        snprintf(text, sizeof(text), "%d", i);
        assert_true(map_put(map, slice_of(text), map));
        if (map_count(map) < 64)
            continue;
        size_t at = 0;
        struct slice key;
        assert_true(map_next(map, &at, &key, NULL));
        snprintf(text, sizeof(text), "%d", i - 63);
        assert_true(slice_is(key, text));
        assert_non_null(map_remove(map, key));
    }
    map_free(map);
}

/* From the sanity tests of xxHash 0.8: XXH3 of no bytes, seed 0. */
static void fingerprints_are_xxh3(void **state)
{
    (void)state;
    char hex[33];
    struct digest d, back;

    assert_true(hash64(SLICE(""), 0) == UINT64_C(0x2d06800538d394c2));
    assert_true(hash64((struct slice){NULL, 0}, 0) == UINT64_C(0x2d06800538d394c2));
    digest_hex(digest_of(SLICE("")), hex);
    assert_string_equal(hex, "99aa06d3014798d86001c324468d497f");
    d = digest_of(SLICE("tally"));
    assert_false(digest_eq(d, digest_of(SLICE("tallz"))));
    digest_hex(d, hex);
    assert_true(digest_parse(slice_of(hex), &back));
    assert_true(digest_eq(d, back));
    assert_false(digest_parse(slice_sub(slice_of(hex), 0, 31), &back));
    hex[20] = 'G';
    assert_false(digest_parse(slice_of(hex), &back));
}

/* However the bytes come, and whenever one looks. */
static void a_digest_of_pieces_is_that_of_the_whole(void **state)
{
    static char bytes[100000];
    struct random r = {3};

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)random_next(&r);
    for (int round = 0; round < 200; round++) {
        size_t len = random_below(&r, round % 2 ? 1000 : sizeof bytes), at = 0;
        struct digester *d = digester_new();
        while (at < len) {
            size_t n = 1 + random_below(&r, round % 3 ? 300 : 20000);
            n = n < len - at ? n : len - at;
            digester_add(d, (struct slice){bytes + at, n});
            at += n;
            if (round % 5 == 0)
                assert_true(digest_eq(digester_digest(d), digest_of((struct slice){bytes, at})));
        }
        assert_true(digest_eq(digester_digest(d), digest_of((struct slice){bytes, len})));
        digester_free(d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(map_agrees_with_a_list),
        cmocka_unit_test(current_entry_may_be_removed),
        cmocka_unit_test(null_values_and_odd_keys_are_present),
        cmocka_unit_test(borrowed_key_follows_the_value),
        cmocka_unit_test(queue_stays_quick),
        cmocka_unit_test(fingerprints_are_xxh3),
        cmocka_unit_test(a_digest_of_pieces_is_that_of_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
