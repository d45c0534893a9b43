/* SPDX-License-Identifier: ISC */
/* Numbers that look random and are the same in every run (xorshift64*). */
#ifndef TALLYD_TESTS_UNIT_RANDOM_H
#define TALLYD_TESTS_UNIT_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state; /* not 0 */
};

static inline uint64_t random_next(struct random *r)
{
    r->state ^= r->state >> 12;
    r->state ^= r->state << 25;
    r->state ^= r->state >> 27;
    return r->state * UINT64_C(2685821657736338717);
}

static inline uint64_t random_below(struct random *r, uint64_t n)
{
    return (random_next(r) >> 11) % n;
}

/* from <= value <= to */
static inline int64_t random_between(struct random *r, int64_t from, int64_t to)
{
    return from + (int64_t)random_below(r, (uint64_t)(to - from) + 1);
}

#endif
