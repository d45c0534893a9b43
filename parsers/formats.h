/* SPDX-License-Identifier: ISC */
/* Facts about every format, for all programs: no code of any parser hangs from here. */
#ifndef TALLYD_PARSERS_FORMATS_H
#define TALLYD_PARSERS_FORMATS_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/base/slice.h"

struct format {
    const char *name;
    const char *about;     /* one line for people: what it is, where it is used */
    const char *authority; /* who makes its marks calls: "ap", "ddhq", else "official" */
    bool votes;            /* carries votes, by default */
    bool calls;            /* its marks are calls, by default */
    bool pointer;          /* names a version; has no contests */
    bool page;             /* is or may be a web page: none is refused before it was read */
    const char *timezone;  /* of local times in it, an IANA name; NULL: it has none, or they vary */
    const char *const *options; /* option keys it takes besides the common ones, "column." for a
                                   family; NULL-ended; may be NULL */
};

extern const struct format formats[]; /* ends with a NULL name */

const struct format *format_find(struct slice name); /* NULL when unknown */

/* The known name most like this one, or NULL. */
const char *format_did_you_mean(struct slice name);

/* Options every format takes ("precincts", "charset", "timezone", "state", "county", "unknown"),
 * NULL-ended. */
extern const char *const format_common_options[];

/* Is it one of these, or of the format's own? An option that ends in a dot is a family. */
bool format_takes(const struct format *f, struct slice option);

#endif
