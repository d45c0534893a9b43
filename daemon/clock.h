/* SPDX-License-Identifier: ISC */
/* The election clock: real time; or a recorded night's, which ran N times as fast since some
 * moment; or one that a player moves. */
#ifndef TALLYD_CLOCK_H
#define TALLYD_CLOCK_H

#include <stdint.h>

#include "daemon/base/err.h"
#include "daemon/base/slice.h"

#define CLOCK_SPEED_MAX 100000

struct clock {
    int64_t origin_ms; /* the election clock showed this ... */
    int64_t real_ms;   /* ... at this real time */
    int64_t speed;     /* and runs this many times as fast */
    bool simulated;
    int64_t until_ms; /* it stands still from there on, until it is moved; 0: never */
};

/* The real clock. */
struct clock clock_real(void);

/* "T[,N[,AT]]": T in RFC 3339, N a whole number (1), AT in Unix seconds with up to three decimals
 * (now). */
bool clock_parse(struct slice text, struct clock *out, struct err *e) MUST_USE;

int64_t clock_now(const struct clock *c);

/* Real milliseconds until the election clock shows `when`; 0 when it is past. */
int64_t clock_until(const struct clock *c, int64_t when);

/* Move it to `when`, where it stands still. */
void clock_stand(struct clock *c, int64_t when);
/* Let it run, from what it shows now on, as far as `until`. */
void clock_run(struct clock *c, int64_t until);

/* CLOCK_MONOTONIC in microseconds, for durations. */
int64_t clock_monotonic_us(void);

#endif
