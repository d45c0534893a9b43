/* SPDX-License-Identifier: ISC */
/* Names as feeds spoil them: quotes that do not close, brackets of brackets, marks and titles in
 * every place. A row a text and what is read of it; and what holds for any two of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "daemon/core/name.h"

static const struct {
    const char *text, *joined, *last, *suffix;
    size_t nicks, people;
} rows[] = {
    {"Bob \"Bobby Smith", "bobbobbysmith", "smith", "", 0, 1},
    {"Bob (Bobby Smith", "bobbobbysmith", "smith", "", 0, 1},
    {"Ann 'Annie' Lee", "annlee", "lee", "", 1, 1},
    {"'Annie' Lee", "lee", "lee", "", 1, 1},
    {"Annie' Lee'", "annielee", "lee", "", 0, 1},
    {"Ann ('Annie') Lee", "annlee", "lee", "", 1, 1},
    {"Lee, 'Annie' Ann", "annlee", "lee", "", 1, 1},
    {"Ann Lee (Jr.)", "annlee", "lee", "jr", 0, 1},
    {"Ann Lee ()", "annlee", "lee", "", 0, 1},
    {"Ann (Bob Lee) Lee", "annlee", "lee", "", 0, 1},
    {"Ann (Al) (Bo) (Cy) (Di) Lee", "annlee", "lee", "", 3, 1},
    {"J. DELL (I)R", "jdell", "dell", "", 0, 1},
    {"J. DELL (I)XYZ", "jdellxyz", "xyz", "", 0, 1},
    {"J. DELL (I)Rx Y", "jdellrxy", "y", "", 0, 1},
    {"\"Ann\"D Lee", "dlee", "lee", "", 1, 1},
    {"- Smith", "smith", "smith", "", 0, 1},
    {"Smith - Jones", "smithjones", "jones", "", 0, 1},
    {"Smith - REP", "smith", "smith", "", 0, 1},
    {"a b c d e f g h i j k l m n", "abcdefghijkl", "l", "", 0, 1},
    {"Dr. Smith", "drsmith", "smith", "", 0, 1},
    {"Dr. Ann Smith", "annsmith", "smith", "", 0, 1},
    {"Judge Dr. Ann Smith", "annsmith", "smith", "", 0, 1},
    {"Write-in Ann Lee", "annlee", "lee", "", 0, 1},
    {"Ann Lee Write-in", "annlee", "lee", "", 0, 1},
    {"Ann Lee write in Hope", "annleewriteinhope", "hope", "", 0, 1},
    {"Lee, Ann, Jr.", "annlee", "lee", "jr", 0, 1},
    {"Lee, Ann, Dem", "annlee", "lee", "", 0, 1},
    {"Lee, Dem", "lee", "lee", "", 0, 1},
    {"Lee,, Ann", "annlee", "lee", "", 0, 1},
    {", Ann", "ann", "ann", "", 0, 1},
    {"Ma, Jo", "joma", "ma", "", 0, 1},
    {"Vi, Ann", "annvi", "vi", "", 0, 1},
    {"Ann Jones MD", "annjones", "jones", "", 0, 1},
    {"Ann V", "annv", "v", "", 0, 1},
    {"Ann Jones V", "annjones", "jones", "v", 0, 1},
    {"Jones, Ann V", "annvjones", "jones", "", 0, 1},
    {"Mr. III", "mr", "mr", "iii", 0, 1},
    {"Ann Lee/Bob Ray/Cy Fox/Di Low", "annleebobraycyfoxdilow", "low", "", 0, 3},
    {"Ann (D/R) Lee", "annlee", "lee", "", 0, 1},
    {"Ann) Lee/Bob Ray", "annleebobray", "ray", "", 0, 2},
    {"A/B", "ab", "b", "", 0, 1},
    {"Ann Lee & Bob Ray", "annleebobray", "ray", "", 0, 2},
    {"/ Bob Ray", "bobray", "ray", "", 0, 1},
    {"...", "", "", "", 0, 1},
};
#define ROWS (sizeof rows / sizeof rows[0])

static struct arena *a;

static struct name read(const char *text)
{
    struct name n;

    assert_true(name_read(slice_of(text), a, &n));
    return n;
}

static void every_text_is_read_so(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        struct slice people[NAME_PEOPLE];
        struct name n = read(rows[i].text);
        size_t count = name_split(slice_of(rows[i].text), people);
        if (!slice_is(n.joined, rows[i].joined) || !slice_is(n.last, rows[i].last) ||
            !slice_is(n.suffix, rows[i].suffix) || n.nick_count != rows[i].nicks ||
            count != rows[i].people)
            fail_msg("%s: %.*s, %.*s, %.*s, %zu, %zu", rows[i].text, SLICE_FMT(n.joined),
                     SLICE_FMT(n.last), SLICE_FMT(n.suffix), n.nick_count, count);
    }
}

/* Whoever is compared, the order does not matter, and two that are the same share a last word. */
static void any_two_are_compared_alike_both_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++)
        for (size_t k = 0; k < ROWS; k++) {
            struct name x = read(rows[i].text), y = read(rows[k].text);
            enum name_fit fit = name_compare(&x, &y);
            if (fit != name_compare(&y, &x))
                fail_msg("%s / %s", rows[i].text, rows[k].text);
            if (x.count == 0 || y.count == 0)
                assert_int_equal(fit, NAME_NO);
        }
}

/* Words beyond any name's: nobody is taken for another because of what both begin with. */
static void long_words_are_compared_whole(void **state)
{
    struct name x = read("Ann Aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd"),
                y = read("Ann Aaaaaaaaaabbbbbbbbbbccccccccccdddddddddx"),
                z = read("Ann Aaaaaaaaaa");
    (void)state;
    assert_int_equal(name_compare(&x, &x), NAME_SAME);
    assert_int_not_equal(name_compare(&x, &y), NAME_SAME);
    assert_int_not_equal(name_compare(&x, &z), NAME_SAME);
    assert_int_not_equal(name_compare(&z, &x), NAME_SAME);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_is_read_so),
        cmocka_unit_test(any_two_are_compared_alike_both_ways),
        cmocka_unit_test(long_words_are_compared_whole),
    };
    a = arena_new((size_t)16 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(a);
    return failed;
}
