/* SPDX-License-Identifier: ISC */
#include "parsers/base64.h"

#include <stdint.h>

/* 0 to 63, or -1. */
static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* How many of the last characters only fill the last group up: 0 to 2. */
static size_t fill_of(struct slice s)
{
    return slice_ends(s, SLICE("==")) ? 2 : slice_ends(s, SLICE("="));
}

bool base64_decode(struct slice s, size_t padding, struct arena *a, struct slice *out, size_t *at)
{
    size_t digits = s.len - fill_of(s), n = 0;
    uint32_t bits = 0;
    char *to;
    *at = s.len;
    if (s.len % 4 != 0) {
        *at = s.len - s.len % 4;
        return false;
    }
    if ((to = arena_alloc(a, s.len / 4 * 3 + padding + 1)) == NULL)
        return false;
    for (size_t i = 0; i < digits; i++) {
        int value = value_of(s.ptr[i]);
        if (value < 0) {
            *at = i;
            return false;
        }
        bits = bits << 6 | (uint32_t)value;
        if (i % 4 != 0) /* 12, 18, 24 bits are there: one more byte is whole */
            to[n++] = (char)(bits >> (6 - 2 * (i % 4)) & 0xff);
    }
    if (digits < s.len && (bits & (s.len - digits == 2 ? 0xfU : 0x3U)) != 0) {
        *at = digits - 1; /* bits that no byte needs */
        return false;
    }
    *out = (struct slice){to, n};
    return true;
}
