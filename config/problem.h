/* SPDX-License-Identifier: ISC */
/* What is wrong with a configuration, said so that it can be mended: the place, the line itself,
 * why, and the fix. */
#ifndef TALLYD_CONFIG_PROBLEM_H
#define TALLYD_CONFIG_PROBLEM_H

#include "daemon/base/buf.h"

#define PROBLEMS_MAX 100 /* written out; the rest is only counted */

struct problems {
    struct buf *out; /* borrowed */
    size_t count;
};

struct problem_line {
    const char *file;
    size_t number;     /* from 1 */
    struct slice text; /* without its line end */
};

/* One paragraph. `at` points into line->text (NULL: its start) and gives the column, counted in
 * characters; `fix` may be NULL. A line that may hold a secret is shown without its value. */
void problem_add(struct problems *p, const struct problem_line *line, const char *at,
                 const char *fix, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* One that has no line: a file that cannot be read. */
void problem_add_file(struct problems *p, const char *file, const char *fix, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* The closing line when some were only counted. */
void problem_close(struct problems *p);

/* Column of `at` in the line, in characters from 1. */
size_t problem_column(const struct problem_line *line, const char *at);

#endif
