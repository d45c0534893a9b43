/* SPDX-License-Identifier: ISC */
/* What is remembered of texts and of matches, against libc asked anew each time. */
#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "parsers/pattern.h"

enum { TEXTS = 3000, PIECES_MOST = 5 };

/* The same texts in each run. */
static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 16;
}

static struct slice make_text(uint32_t *seed, char *room, size_t size)
{
    static const char *const pieces[] = {"(1) Position",
                                         "(12) positions",
                                         "4 Year Term ",
                                         " ",
                                         "x",
                                         "D",
                                         "-D",
                                         "DD",
                                         "7",
                                         "Mayor",
                                         "(D) ",
                                         ")",
                                         "-"};
    int len = 0;
    for (uint32_t i = next(seed) % PIECES_MOST + 1; i > 0; i--)
        len += snprintf(room + len, size - (size_t)len, "%s",
                        pieces[next(seed) % (sizeof pieces / sizeof pieces[0])]);
    return (struct slice){room, (size_t)len};
}

static void groups_are(const struct slice *groups, struct slice s, const regmatch_t *m, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (m[i].rm_so < 0) {
            assert_null(groups[i].ptr);
            continue;
        }
        assert_ptr_equal(groups[i].ptr, s.ptr + m[i].rm_so);
        assert_int_equal(groups[i].len, m[i].rm_eo - m[i].rm_so);
    }
}

static void a_match_that_came_before_has_the_groups_of_its_own_place(void **state)
{
    static const char *const sources[] = {"\\(([0-9]+)\\) Positions?",
                                          "( [0-9]+ Year Terms?)? \\([0-9]+\\) Positions?()$",
                                          "-(D\\>)?(D)?(\\<x)?",
                                          "(D)?\\B(D)?(x|$)?",
                                          "(^D|D)(D*)",
                                          "(D|DD)(x|Dx)?"};
    struct arena *a = arena_new(64 << 20);
    struct pattern *list = NULL;
    uint32_t seed = 7;
    (void)state;
    for (size_t k = 0; k < sizeof sources / sizeof sources[0]; k++) {
        struct pattern *p;
        struct fault f;
        regex_t regex;
        assert_true(
            pattern_new(a, &list, SLICE("cut"), slice_of(sources[k]), PATTERN_GROUPS, &p, &f));
        assert_int_equal(regcomp(&regex, sources[k], REG_EXTENDED), 0);
        for (int i = 0; i < TEXTS; i++) {
            char room[100];
            struct slice s = make_text(&seed, room, sizeof room), groups[PATTERN_GROUPS];
            regmatch_t m[PATTERN_GROUPS];
            bool there = regexec(&regex, room, PATTERN_GROUPS, m, 0) == 0;
            assert_int_equal(pattern_match(p, s, groups), there);
            if (there)
                groups_are(groups, s, m, PATTERN_GROUPS);
        }
        regfree(&regex);
    }
    patterns_done(&list);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_match_that_came_before_has_the_groups_of_its_own_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
