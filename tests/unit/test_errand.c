/* SPDX-License-Identifier: ISC */
/* Other programs, run on the loop: all that they say and how they end is told, once, whatever they
 * do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "daemon/edge/errand.h"
#include "daemon/edge/timer.h"

static struct children all;

struct told {
    int times, code;
    struct buf out, errors;
};

static int set_up(void **state)
{
    (void)state;
    all = (struct children){loop_new(), 60000, 2, NULL, 0};
    return all.base == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    loop_free(all.base);
    return 0;
}

static void hear(int code, const struct slice *said, void *ctx)
{
    struct told *t = ctx;
    t->times++;
    t->code = code;
    buf_add(&t->out, said[0]);
    buf_add(&t->errors, said[1]);
    if (all.count == 0)
        loop_stop(all.base);
}

static bool begin(const char *script, struct told *t, struct err *e)
{
    char *argv[] = {(char *)"/bin/sh", (char *)"-c", (char *)(uintptr_t)script, NULL};
    *t = (struct told){0};
    buf_init(&t->out, ERRAND_TEXT_MAX);
    buf_init(&t->errors, ERRAND_TEXT_MAX);
    return errand_start(&all, argv, hear, t, e);
}

static void done(struct told *t)
{
    buf_done(&t->out);
    buf_done(&t->errors);
}

static void test_what_it_says_and_how_it_ends(void **state)
{
    static const struct {
        const char *script, *out, *errors;
        int code;
    } rows[] = {
        {"echo out; echo bad >&2; exit 3", "out\n", "bad\n", 3},
        {"exec >&-; echo late >&2", "", "late\n", 0}, /* one pipe is closed before the other */
        {"cat", "", "", 0},                           /* it has no input */
        {"echo half; kill -9 $$", "half\n", "", ERR_AGAIN},
        {"kill -TERM $$; echo no", "", "", ERR_AGAIN}, /* no signal of ours is blocked in it */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct told t;
        struct err e;
        assert_true(begin(rows[i].script, &t, &e));
        loop_run(all.base);
        assert_int_equal(t.times, 1);
        assert_int_equal(t.code, rows[i].code);
        assert_true(slice_is(buf_slice(&t.out), rows[i].out));
        assert_true(slice_is(buf_slice(&t.errors), rows[i].errors));
        assert_int_equal(all.count, 0);
        done(&t);
    }
}

static void test_one_that_hangs_or_never_stops_talking_is_ended(void **state)
{
    static const char *const scripts[] = {"echo begun; exec sleep 1000", "exec yes"};
    (void)state;
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        struct told t;
        struct err e;
        all.patience_ms = i == 0 ? 300 : 60000;
        assert_true(begin(scripts[i], &t, &e));
        loop_run(all.base);
        assert_int_equal(t.times, 1);
        assert_int_equal(t.code, ERR_AGAIN);
        done(&t);
    }
    all.patience_ms = 60000;
}

static void test_one_that_is_not_there_and_one_too_many(void **state)
{
    char *argv[] = {(char *)"/nonexistent/program", NULL};
    struct told first, second, third;
    struct err e = {0};
    (void)state;
    assert_false(errand_start(&all, argv, hear, NULL, &e));
    assert_non_null(strstr(e.text, "/nonexistent/program"));
    assert_int_equal(all.count, 0);

    assert_true(begin("exec sleep 1000", &first, &e));
    assert_true(begin("exec sleep 1000", &second, &e));
    assert_false(begin("exit 0", &third, &e));
    assert_int_equal(e.kind, ERR_AGAIN);
    children_end(&all);
    assert_int_equal(first.times + second.times, 2);
    assert_int_equal(first.code, ERR_AGAIN);
    assert_int_equal(third.times, 0);
    done(&first);
    done(&second);
    done(&third);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_it_says_and_how_it_ends),
        cmocka_unit_test(test_one_that_hangs_or_never_stops_talking_is_ended),
        cmocka_unit_test(test_one_that_is_not_there_and_one_too_many),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
