/* SPDX-License-Identifier: ISC */
/* How much of what is long is played: of its cases one in EVERY, from the first on. make check
 * plays one in seven; make test, cover and check-san say EVERY=1. */
#ifndef TALLYD_TESTS_SAMPLED_H
#define TALLYD_TESTS_SAMPLED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static inline int every(void)
{
    const char *said = getenv("EVERY");
    int n = said ? atoi(said) : 7;

    assert_true(n > 0);
    return n;
}

/* A case that is long and cannot be shortened. */
static inline void only_in_the_whole(void)
{
    if (every() > 1)
        skip(); /* too long for make check: make test, cover and check-san play it (EVERY=1) */
}

#endif
