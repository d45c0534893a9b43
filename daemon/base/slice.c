/* SPDX-License-Identifier: ISC */
/* Bytes somebody else owns: compared, cut and searched. */
#include "daemon/base/slice.h"

#include <stdint.h>
#include <string.h>

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool slice_eq_nocase(struct slice a, struct slice b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i]))
            return false;
    return true;
}

int slice_cmp(struct slice a, struct slice b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int diff = n ? memcmp(a.ptr, b.ptr, n) : 0;

    if (diff)
        return diff;
    return a.len < b.len ? -1 : a.len > b.len;
}

bool slice_starts(struct slice s, struct slice prefix)
{
    return s.len >= prefix.len && slice_eq(slice_sub(s, 0, prefix.len), prefix);
}

bool slice_ends(struct slice s, struct slice suffix)
{
    return s.len >= suffix.len && slice_eq(slice_sub(s, s.len - suffix.len, s.len), suffix);
}

size_t slice_find(struct slice s, struct slice needle)
{
    if (needle.len == 0)
        return 0;
    if (needle.len > s.len)
        return SIZE_MAX;
    const char *at = memmem(s.ptr, s.len, needle.ptr, needle.len);
    return at ? (size_t)(at - s.ptr) : SIZE_MAX;
}

size_t slice_find_nocase(struct slice s, struct slice needle)
{
    const char first = needle.len ? (char)(*needle.ptr | 0x20) : 0;
    for (size_t at = 0; at + needle.len <= s.len; at++) {
        if ((!needle.len || (s.ptr[at] | 0x20) == first) &&
            slice_eq_nocase(slice_sub(s, at, at + needle.len), needle))
            return at;
    }
    return SIZE_MAX;
}

bool slice_next(struct slice *rest, char sep, struct slice *field)
{
    if (rest->len == 0)
        return false;
    const char *at = memchr(rest->ptr, sep, rest->len);
    size_t n = at ? (size_t)(at - rest->ptr) : rest->len;
    *field = slice_sub(*rest, 0, n);
    *rest = slice_sub(*rest, at ? n + 1 : n, rest->len);
    return true;
}
