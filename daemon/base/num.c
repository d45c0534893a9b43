/* SPDX-License-Identifier: ISC */
/* Numbers out of text, whole field or nothing. */
#include "daemon/base/num.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool num_parse(struct slice s, int64_t min, int64_t max, int64_t *out)
{
    size_t i = s.len > 0 && s.ptr[0] == '-';
    bool negative = i == 1;
    int64_t value = 0;

    if (i == s.len)
        return false;
    for (; i < s.len; i++) { /* downwards when negative: INT64_MIN has no positive twin */
        int64_t digit = s.ptr[i] - '0';
        if (!is_digit(s.ptr[i]) || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, negative ? -digit : digit, &value))
            return false;
    }
    if (value < min || value > max)
        return false;
    *out = value;
    return true;
}

struct unit {
    struct slice suffix;
    int64_t factor;
};

static const struct unit sizes[] = {
    {SLICE_INIT("K"), INT64_C(1) << 10},
    {SLICE_INIT("M"), INT64_C(1) << 20},
    {SLICE_INIT("G"), INT64_C(1) << 30},
    {SLICE_INIT(""), 1},
};

static const struct unit durations[] = {
    {SLICE_INIT("ms"), 1},      {SLICE_INIT("s"), 1000},     {SLICE_INIT("m"), 60000},
    {SLICE_INIT("h"), 3600000}, {SLICE_INIT("d"), 86400000},
};

static bool parse_with_unit(struct slice s, const struct unit *units, size_t n, int64_t *out)
{
    for (size_t i = 0; i < n; i++) {
        if (!slice_ends(s, units[i].suffix))
            continue;
        int64_t value;
        struct slice number = slice_sub(s, 0, s.len - units[i].suffix.len);
        if (!num_parse(number, 0, INT64_MAX / units[i].factor, &value))
            return false;
        *out = value * units[i].factor;
        return true;
    }
    return false;
}

bool num_parse_size(struct slice s, int64_t *out)
{
    return parse_with_unit(s, sizes, sizeof(sizes) / sizeof(sizes[0]), out);
}

bool num_parse_duration(struct slice s, int64_t *ms)
{
    return parse_with_unit(s, durations, sizeof(durations) / sizeof(durations[0]), ms);
}
