/* SPDX-License-Identifier: ISC */
#include "parsers/figure.h"

#include "daemon/base/num.h"
#include "parsers/results.h"

#define DIGITS_MAX 19 /* of the largest int64 */

/* s without its commas; 0 where one stands anywhere but in front of each three digits. */
static size_t without_commas(struct slice s, char out[DIGITS_MAX])
{
    size_t n = 0;
    if (s.len % 4 == 0)
        return 0;
    for (size_t i = 0; i < s.len; i++) {
        bool due = (s.len - i) % 4 == 0;
        if (due != (s.ptr[i] == ',') || n == DIGITS_MAX)
            return 0;
        if (!due)
            out[n++] = s.ptr[i];
    }
    return n;
}

bool figure_parse(struct slice s, enum figure_style style, int64_t *out)
{
    char digits[DIGITS_MAX];
    s = slice_trim(s);
    if (slice_starts(s, SLICE("-")))
        return false;
    if (style == FIGURE_COMMAS && slice_find(s, SLICE(",")) != SIZE_MAX)
        s = (struct slice){digits, without_commas(s, digits)};
    return num_parse(s, 0, INT64_MAX, out);
}

bool figure_votes(struct slice s, enum figure_style style, int64_t *out)
{
    if (slice_trim(s).len > 0)
        return figure_parse(s, style, out);
    *out = VOTES_UNKNOWN;
    return true;
}

int64_t figure_count(struct slice s, enum figure_style style)
{
    int64_t n;
    return figure_parse(s, style, &n) ? n : -1;
}
