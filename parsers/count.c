/* SPDX-License-Identifier: ISC */
/* Digits into numbers. */
#include "parsers/count.h"

#include <string.h>

#include "daemon/base/num.h"
#include "parsers/results.h"

static bool is_unknown(struct slice s, struct slice markers)
{
    struct slice marker;
    while (slice_next(&markers, ',', &marker)) {
        if (slice_eq_nocase(s, slice_trim(marker)))
            return true;
    }
    return s.len == 0;
}

/* s without its commas in `out`; false unless they stand before groups of three. */
static bool without_commas(struct slice s, char out[20], size_t *len)
{
    size_t run = 0;
    bool comma = false;
    *len = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] != ',') {
            if (*len == 20)
                return false;
            out[(*len)++] = s.ptr[i];
            run++;
            continue;
        }
        if (run == 0 || run > 3 || (comma && run != 3))
            return false;
        if (!comma && s.ptr[0] == '0') /* nobody writes "0,204" */
            return false;
        comma = true;
        run = 0;
    }
    return !comma || run == 3;
}

/* What is no plain run of digits. */
static enum count_verdict read_slowly(struct slice s, const struct count_style *style, int64_t *out)
{
    char digits[20];
    s = slice_trim(s);
    if (style->quote && s.len > 1 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
        s = slice_trim(slice_sub(s, 1, s.len - 1));
    if (is_unknown(s, style->unknown))
        return COUNT_UNKNOWN;
    if (style->thousands && memchr(s.ptr, ',', s.len)) {
        if (!without_commas(s, digits, &s.len))
            return COUNT_BAD;
        s.ptr = digits;
    }
    return s.ptr[0] != '-' && num_parse(s, 0, RESULTS_VOTES_MAX, out) ? COUNT_READ : COUNT_BAD;
}

enum count_verdict count_read(struct slice raw, const struct count_style *style, int64_t *out)
{
    return count_digits(raw, out) ? COUNT_READ : read_slowly(raw, style, out);
}

int64_t count_small(struct slice text)
{
    int64_t n;
    return num_parse(text, 0, INT32_MAX, &n) ? n : -1;
}

bool count_progress(struct slice text, int64_t *reporting, int64_t *total)
{
    struct slice numbers[2];
    size_t n = 0;
    for (size_t i = 0; i < text.len && n < 2;) {
        size_t end = i;
        while (end < text.len && ((text.ptr[end] >= '0' && text.ptr[end] <= '9') ||
                                  (text.ptr[end] == ',' && end > i)))
            end++;
        if (end > i)
            numbers[n++] = slice_sub(text, i, end);
        i = end > i ? end : i + 1;
    }
    const struct count_style style = {.thousands = true};
    int64_t r, t;
    if (n < 2 || count_read(numbers[0], &style, &r) != COUNT_READ ||
        count_read(numbers[1], &style, &t) != COUNT_READ)
        return false;
    *reporting = r;
    *total = t;
    return true;
}
