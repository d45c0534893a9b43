/* SPDX-License-Identifier: ISC */
/* Numbers out of text, whole field or nothing, no locale; and sums that notice overflow. */
#ifndef TALLYD_BASE_NUM_H
#define TALLYD_BASE_NUM_H

#include <stdint.h>

#include "daemon/base/slice.h"

/* One to 18 digits and nothing else: most of what is a number. */
static inline bool num_digits(struct slice s, int64_t *out)
{
    int64_t value = 0;
    if (s.len == 0 || s.len > 18)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned digit = (unsigned char)s.ptr[i] - (unsigned)'0';
        if (digit > 9)
            return false;
        value = value * 10 + (int64_t)digit;
    }
    *out = value;
    return true;
}

/* Optional '-', then digits, nothing else; min <= value <= max. False leaves *out alone. */
bool num_parse(struct slice s, int64_t min, int64_t max, int64_t *out)
    __attribute__((warn_unused_result));

/* Bytes as "64M", "512K", "2G", "100"; powers of 1024. */
bool num_parse_size(struct slice s, int64_t *out) __attribute__((warn_unused_result));

/* Milliseconds from "50ms", "30s", "15m", "2h", "1d". A bare number is refused. */
bool num_parse_duration(struct slice s, int64_t *ms) __attribute__((warn_unused_result));

/* *sum += add; false on overflow (*sum unchanged). */
__attribute__((warn_unused_result)) static inline bool num_add(int64_t *sum, int64_t add)
{
    int64_t total;
    if (__builtin_add_overflow(*sum, add, &total))
        return false;
    *sum = total;
    return true;
}

#endif
