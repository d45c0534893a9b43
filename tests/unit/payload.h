/* SPDX-License-Identifier: ISC */
/* Payloads for tests of the readers: whole, or arriving run by run at an address that changes each
 * time, so that whoever keeps a pointer over a wait is found by the sanitizer. */
#ifndef TALLYD_TESTS_PAYLOAD_H
#define TALLYD_TESTS_PAYLOAD_H

#include <stdlib.h>
#include <string.h>

#include "parsers/input.h"
#include "tests/unit/random.h"

struct arriving {
    struct slice all;
    char *now; /* what has arrived */
    size_t have;
    size_t step; /* bytes at a time; 0: random */
    struct random random;
    size_t waits;
};

static inline bool arriving_wait(void *ctx, const char **base, size_t *have, bool *end)
{
    struct arriving *a = ctx;
    size_t step = a->step ? a->step : (size_t)random_between(&a->random, 0, 40000);
    if (step > a->all.len - a->have)
        step = a->all.len - a->have;
    free(a->now);
    a->have += step;
    a->waits++;
    a->now = calloc(1, a->have + WIRE_PADDING);
    if (a->have)
        memcpy(a->now, a->all.ptr, a->have);
    *base = a->now;
    *have = a->have;
    *end = a->have == a->all.len && (a->step || a->waits % 3 == 0); /* the end may come alone */
    return true;
}

static inline struct input_source arriving_source(struct arriving *a, struct slice all, size_t step)
{
    *a = (struct arriving){.all = all, .step = step, .random = {step + 77}};
    return (struct input_source){.wait = arriving_wait, .ctx = a, .padded = true};
}

static inline void arriving_done(struct arriving *a)
{
    free(a->now);
}

#endif
