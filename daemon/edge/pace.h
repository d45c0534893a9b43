/* SPDX-License-Identifier: ISC */
/* When to ask again: the interval with its jitter, the back-off of what fails, where in the first
 * interval to begin. */
#ifndef TALLYD_EDGE_PACE_H
#define TALLYD_EDGE_PACE_H

#include <stdint.h>

#include "daemon/base/slice.h"

struct pace {
    int64_t jitter_bp, backoff_first_ms, backoff_most_ms;
    uint64_t seed, drawn; /* drawn: so many numbers, from 0 */
};

/* The first poll of `name`, spread over the interval but never over more than a few seconds: data
 * is wanted soon. */
int64_t pace_start(const struct pace *p, struct slice name, uint32_t file, int64_t interval_ms);

/* The interval, more or less by up to the jitter. */
int64_t pace_interval(struct pace *p, int64_t interval_ms);

/* After so many failures in a row (>= 1): doubled each time up to the most, of that between half
 * and all; never sooner than the site asks for. */
int64_t pace_backoff(struct pace *p, int failures, int64_t retry_after_ms);

#endif
