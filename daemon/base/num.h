/* SPDX-License-Identifier: ISC */
/* Numbers out of text, whole field or nothing, no locale; and sums that notice overflow. */
#ifndef TALLYD_BASE_NUM_H
#define TALLYD_BASE_NUM_H

#include <stdint.h>

#include "daemon/base/slice.h"

/* Optional '-', then digits, nothing else; min <= value <= max. False leaves *out alone. */
bool num_parse(struct slice s, int64_t min, int64_t max, int64_t *out)
    __attribute__((warn_unused_result));

/* Bytes as "64M", "512K", "2G", "100"; powers of 1024. */
bool num_parse_size(struct slice s, int64_t *out) __attribute__((warn_unused_result));

/* Milliseconds from "50ms", "30s", "15m", "2h", "1d". A bare number is refused. */
bool num_parse_duration(struct slice s, int64_t *ms) __attribute__((warn_unused_result));

/* *sum += add; false on overflow (*sum unchanged). */
bool num_add(int64_t *sum, int64_t add) __attribute__((warn_unused_result));

#endif
