/* SPDX-License-Identifier: ISC */
/* Bytes somebody else owns: a pointer and a length, not NUL-terminated. */
#ifndef TALLYD_BASE_SLICE_H
#define TALLYD_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>

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

struct slice slice_of(const char *z); /* NULL gives the empty slice */
bool slice_eq(struct slice a, struct slice b);
bool slice_is(struct slice a, const char *z);
bool slice_eq_nocase(struct slice a, struct slice b); /* ASCII case only */
int slice_cmp(struct slice a, struct slice b);        /* by bytes, shorter first */
bool slice_starts(struct slice s, struct slice prefix);
bool slice_ends(struct slice s, struct slice suffix);
struct slice slice_sub(struct slice s, size_t from, size_t to); /* clamped to s */
struct slice slice_trim(struct slice s);                        /* ASCII white space at both ends */
size_t slice_find(struct slice s, struct slice needle);         /* offset, or SIZE_MAX */

/* Cut the next field off *rest at `sep`: false when *rest is spent. "a,,b" gives three fields, "a,"
 * one (nothing is left behind the separator); an empty *rest gives none. */
bool slice_next(struct slice *rest, char sep, struct slice *field);

#endif
