/* SPDX-License-Identifier: ISC */
/* Bytes somebody else owns: a pointer and a length, not NUL-terminated. */
#ifndef TALLYD_BASE_SLICE_H
#define TALLYD_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
    const char *ptr; /* may be NULL when len is 0 */
    size_t len;
};

#define SLICE(literal) ((struct slice){"" literal, sizeof(literal) - 1})
#define SLICE_INIT(literal)                                                                        \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    }                                      /* for static tables */
#define SLICE_FMT(s) (int)(s).len, (s).ptr /* for printf "%.*s" */

static inline struct slice slice_of(const char *z) /* NULL gives the empty slice */
{
    return (struct slice){z, z ? strlen(z) : 0};
}
static inline bool slice_eq(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}
static inline bool slice_is(struct slice a, const char *z)
{
    return slice_eq(a, slice_of(z));
}
bool slice_eq_nocase(struct slice a, struct slice b); /* ASCII case only */
int slice_cmp(struct slice a, struct slice b);        /* by bytes, shorter first */
bool slice_starts(struct slice s, struct slice prefix);
bool slice_ends(struct slice s, struct slice suffix);
static inline struct slice slice_sub(struct slice s, size_t from, size_t to)
{ /* clamped to s */
    to = to > s.len ? s.len : to;
    from = from > to ? to : from;
    return (struct slice){from ? s.ptr + from : s.ptr, to - from};
}
static inline bool slice_blank(char c) /* ASCII white space */
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}
static inline struct slice slice_trim(struct slice s)
{ /* of white space at both ends */
    if (s.len && s.ptr[0] > ' ' && s.ptr[s.len - 1] > ' ')
        return s; /* as most is */
    while (s.len && slice_blank(s.ptr[s.len - 1]))
        s.len--;
    while (s.len && slice_blank(*s.ptr))
        s = (struct slice){s.ptr + 1, s.len - 1};
    return s;
}
size_t slice_find(struct slice s, struct slice needle);        /* offset, or SIZE_MAX */
size_t slice_find_nocase(struct slice s, struct slice needle); /* the same, ASCII case aside */

/* Cut the next field off *rest at `sep`: false when *rest is spent. "a,,b" gives three fields, "a,"
 * one (nothing is left behind the separator); an empty *rest gives none. */
bool slice_next(struct slice *rest, char sep, struct slice *field);

#endif
