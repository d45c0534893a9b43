/* SPDX-License-Identifier: ISC */
/* The table of tallyctl's commands, held against what is typed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "daemon/core/commands.h"

enum { WORDS_MAX = 2 };

/* What was typed, as words: {"match", "list", "-o"} and how many. */
static int typed(struct slice line, char room[], char *argv[])
{
    int n = 0;
    struct slice word;
    while (slice_next(&line, ' ', &word)) {
        memcpy(room, word.ptr, word.len);
        room[word.len] = '\0';
        argv[n++] = room;
        room += word.len + 1;
    }
    return n;
}

/* Each command is found by its words, whatever stands behind, and with its first letter twice it is
 * the nearest. */
static void test_each_is_found_by_its_words_and_is_the_nearest_to_them(void **state)
{
    (void)state;
    for (const struct command *c = commands; c->words; c++) {
        char room[100], *argv[4], line[100];
        int taken, spaces = strchr(c->words, ' ') != NULL;
        int n = snprintf(line, sizeof line, "%s behind", c->words);
        assert_true(n > 0 && (size_t)n < sizeof line);
        n = typed(slice_of(line), room, argv);
        assert_ptr_equal(command_find(n, argv, &taken), c);
        assert_int_equal(taken, 1 + spaces);
        assert_ptr_equal(command_named(slice_of(c->words)), c);

        snprintf(line, sizeof line, "%c%s", c->words[0], c->words);
        n = typed(slice_of(line), room, argv);
        assert_null(command_find(n, argv, &taken));
        assert_string_equal(command_nearest(n, argv), c->words);
    }
}

static void test_what_is_like_none_has_no_nearest(void **state)
{
    char long_word[200], *argv[] = {long_word, long_word};
    int taken;
    (void)state;
    memset(long_word, 'x', sizeof long_word - 1);
    long_word[sizeof long_word - 1] = '\0';
    for (int n = 1; n <= WORDS_MAX; n++) {
        assert_null(command_find(n, argv, &taken));
        assert_null(command_nearest(n, argv));
    }
    assert_null(command_find(0, argv, &taken));
}

/* What stands in the usage is what may be typed: a word each, those in brackets may be left out,
 * "..." is any number. */
static void test_usage_says_how_many_words(void **state)
{
    static const struct {
        const char *words;
        size_t least, most;
    } known[] = {
        {"status", 0, 0},
        {"show", 1, 1},
        {"match accept", 1, SIZE_MAX},
        {"races", 0, SIZE_MAX},
        {"match join", 4, SIZE_MAX},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        size_t least, most;
        command_arity(command_named(slice_of(known[i].words)), &least, &most);
        assert_int_equal(least, known[i].least);
        assert_true(most == known[i].most);
    }
}

/* All of them, a line each, or those of one first word; what is too long has its text below. */
static void test_list_has_each_once(void **state)
{
    struct buf all, match;
    size_t lines = 0, of_match = 0;
    (void)state;
    buf_init(&all, 1 << 16);
    buf_init(&match, 1 << 16);
    commands_list(SLICE(""), &all);
    commands_list(SLICE("match"), &match);
    for (const struct command *c = commands; c->words; c++) {
        char begins[100];
        bool of = strncmp(c->words, "match ", strlen("match ")) == 0;
        snprintf(begins, sizeof begins, "  %-15s ", c->words);
        assert_non_null(strstr(all.ptr, begins));
        assert_true((strstr(match.ptr, begins) != NULL) == of);
        of_match += of;
    }
    for (const char *at = match.ptr; (at = strstr(at, "  match ")); at++)
        lines++;
    assert_int_equal(lines, of_match);
    buf_done(&all);
    buf_done(&match);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_is_found_by_its_words_and_is_the_nearest_to_them),
        cmocka_unit_test(test_what_is_like_none_has_no_nearest),
        cmocka_unit_test(test_usage_says_how_many_words),
        cmocka_unit_test(test_list_has_each_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
