/* SPDX-License-Identifier: ISC */
/* A night of its own for each test of a file that has one `list`, and room to write in. */
#ifndef TALLYD_TESTS_NIGHT_EACH_H
#define TALLYD_TESTS_NIGHT_EACH_H

#include "tests/unit/night.h"

static struct night n;
static struct arena *scratch;
static struct buf out;

/* *state: the list. */
static int night_set_up(void **state)
{
    night_open(&n, *state);
    buf_init(&out, 1 << 20);
    scratch = arena_new((size_t)16 << 20);
    return scratch ? 0 : -1;
}

static int night_tear_down(void **state)
{
    (void)state;
    buf_done(&out);
    arena_free(scratch);
    night_close(&n);
    return 0;
}

/* A set-up of the file's own begins with night_set_up(). */
#define NIGHT_TEST_AFTER(set_up, f)                                                                \
    cmocka_unit_test_prestate_setup_teardown(f, set_up, night_tear_down, (void *)(uintptr_t)list)
#define NIGHT_TEST(f) NIGHT_TEST_AFTER(night_set_up, f)

#endif
