/* SPDX-License-Identifier: ISC */
/* When to ask again: the interval with its jitter, sooner or later by what a file has lately said;
 * the back-off of what fails; where in the interval each begins. */
#ifndef TALLYD_EDGE_PACE_H
#define TALLYD_EDGE_PACE_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/base/slice.h"

struct pace {
    int64_t jitter_bp, backoff_first_ms, backoff_most_ms;
    int64_t least_ms, most_ms; /* what intervals come down to, and go up to, by themselves */
    int64_t early_ms;          /* ... and go up to where nothing is expected yet */
    uint64_t seed, drawn;      /* drawn: so many numbers, from 0 */
};

/* The first poll of `name`, spread over the interval but never over more than a few seconds: data
 * is wanted soon. */
int64_t pace_start(const struct pace *p, struct slice name, uint32_t file, int64_t interval_ms);

/* The second poll: so much later that in the end the whole interval is used. */
int64_t pace_second(const struct pace *p, struct slice name, uint32_t file, int64_t interval_ms);

#define PACE_BUSY_POLLS 4
#define PACE_QUIET_MS INT64_C(1800000)

enum pace_mood {
    PACE_EVEN,
    PACE_BUSY,  /* it changed within PACE_BUSY_POLLS intervals: half of one, at least least_ms */
    PACE_QUIET, /* it has not for PACE_QUIET_MS: twice the interval, at most most_ms */
    PACE_EARLY  /* nothing is expected yet: five times, at most early_ms */
};

/* rest_ms: until anything is expected; 0: it is. since_ms: since it `changed`, or else since it is
 * asked at all. */
enum pace_mood pace_mood(int64_t rest_ms, bool changed, int64_t since_ms, int64_t interval_ms);

/* The interval by the mood, more or less by up to the jitter. A bound on the wrong side of the
 * interval leaves it as it is. */
int64_t pace_interval(struct pace *p, int64_t interval_ms, enum pace_mood mood);

/* After so many failures in a row (>= 1): doubled each time up to the most, of that between half
 * and all; never sooner than the site asks for. */
int64_t pace_backoff(struct pace *p, int failures, int64_t retry_after_ms);

#endif
