/* SPDX-License-Identifier: ISC */
/* What log lines look like on standard error, and how often a repeated one may appear. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/log.h"

static char caught[8000];

/* Runs `say` with standard error caught in a pipe. */
static const char *catch_stderr(void (*say)(void))
{
    int ends[2], kept = dup(STDERR_FILENO);

    assert_int_equal(pipe(ends), 0);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    close(ends[1]);
    say();
    assert_true(dup2(kept, STDERR_FILENO) >= 0); /* the last writer of the pipe is gone with it */
    close(kept);
    ssize_t n = read(ends[0], caught, sizeof(caught) - 1);
    assert_true(n >= 0);
    caught[n] = '\0';
    close(ends[0]);
    return caught;
}

static void say_all_levels(void)
{
    log_error("bad %d", 1);
    log_warn("odd");
    log_info("fine");
    log_debug("detail");
}

static void levels_and_prefixes(void **state)
{
    (void)state;
    log_start(LOG_LEVEL_INFO, 0);
    assert_string_equal(catch_stderr(say_all_levels), "bad 1\nodd\nfine\n");
    log_start(LOG_LEVEL_ERROR, 1);
    assert_string_equal(catch_stderr(say_all_levels), "<3>bad 1\n");
    log_start(LOG_LEVEL_DEBUG, 1);
    assert_string_equal(catch_stderr(say_all_levels), "<3>bad 1\n<4>odd\n<6>fine\n<7>detail\n");
}

static void say_controls(void)
{
    errno = ENOSPC;
    log_error("%s", "a\nb\x1b[0m\x7f \xc3\xa9");
    assert_int_equal(errno, ENOSPC);
}

static void say_long(void)
{
    char text[5000];

    memset(text, '\x01', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    log_error("%s", text);
    memset(text, 'x', sizeof(text) - 1);
    log_error("%s", text);
}

static void one_call_is_one_line(void **state)
{
    (void)state;
    log_start(LOG_LEVEL_INFO, 1);
    assert_string_equal(catch_stderr(say_controls), "<3>a\\x0ab\\x1b[0m\\x7f \xc3\xa9\n");
    const char *text = catch_stderr(say_long);
    const char *end = strchr(text, '\n');
    assert_non_null(end);
    assert_in_range(end - text, 2000, 2100);
    assert_memory_equal(end + 1, "<3>xxx", 6);
    assert_int_equal(strlen(strchr(end + 1, '\n')), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(levels_and_prefixes),
        cmocka_unit_test(one_call_is_one_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
