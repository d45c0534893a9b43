/* SPDX-License-Identifier: ISC */
/* Counts as text files write them: digits, or a marker that says nobody knows. */
#ifndef TALLYD_PARSERS_COUNT_H
#define TALLYD_PARSERS_COUNT_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "daemon/base/slice.h"

enum count_verdict { COUNT_READ, COUNT_UNKNOWN, COUNT_BAD };

struct count_style {
    bool quote;           /* a field in quotes is what stands between them */
    bool thousands;       /* "14,813": commas before groups of three */
    struct slice unknown; /* markers with commas between them: "*, -, N/A" */
};

/* A whole field: digits up to RESULTS_VOTES_MAX, white space around them; blank or a marker is
 * unknown. *out is set when it was read. */
enum count_verdict count_read(struct slice raw, const struct count_style *style, int64_t *out);

/* A few digits and nothing else, as nearly all fields are; false says nothing. */
static inline bool count_digits(struct slice raw, int64_t *out)
{
    int64_t n = 0;
    if (raw.len - 1 >= 15)
        return false;
    for (size_t i = 0; i < raw.len; i++) {
        unsigned digit = (unsigned)(raw.ptr[i] - '0');
        if (digit > 9)
            return false;
        n = n * 10 + digit;
    }
    *out = n;
    return true;
}

/* The same where the eight bytes that end with the field may all be read: without a branch for each
 * digit. */
static inline bool count_digits_behind(struct slice raw, int64_t *out)
{
    uint64_t word, high;
    if (raw.len - 1 >= 8)
        return count_digits(raw, out);
    memcpy(&word, raw.ptr + raw.len - 8, sizeof word);
    word = (le64toh(word) ^ UINT64_C(0x3030303030303030)) >> 8 * (8 - raw.len) << 8 * (8 - raw.len);
    high = (word + UINT64_C(0x7676767676767676)) | word;
    if (high & UINT64_C(0x8080808080808080))
        return false;
    /* pairs of digits, then of pairs, then of those: each multiplication adds ten times the one to
     * the other */
    word = (word * (1 + (UINT64_C(10) << 8)) >> 8) & UINT64_C(0x00ff00ff00ff00ff);
    word = (word * (1 + (UINT64_C(100) << 16)) >> 16) & UINT64_C(0x0000ffff0000ffff);
    *out = (int64_t)(word * (1 + (UINT64_C(10000) << 32)) >> 32);
    return true;
}

/* A small number out of clean text, -1 when it is none. */
int64_t count_small(struct slice text);

/* "381/381", "547 of 568", "12 / 40 precincts": the first two numbers. False: they are not there.
 */
bool count_progress(struct slice text, int64_t *reporting, int64_t *total);

#endif
