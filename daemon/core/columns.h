/* SPDX-License-Identifier: ISC */
/* The columns an endorsement list may have, and how a cell of each is read. */
#ifndef TALLYD_CORE_COLUMNS_H
#define TALLYD_CORE_COLUMNS_H

#include "daemon/base/arena.h"
#include "daemon/base/buf.h"
#include "daemon/core/endorsement.h"

#define COLUMNS 40

struct columns_reader { /* of one list */
    struct arena *a;
    struct buf *problems;
    size_t problem_count;
    size_t line;        /* of the record: the header is line 1 */
    const char *column; /* of the cell; NULL: the row as a whole */
    int64_t date;
    bool full; /* the arena is */
};

struct column {
    const char *name;
    size_t offset; /* of a slice in struct endorsement, when read is NULL */
    void (*read)(struct columns_reader *r, struct slice value, struct endorsement *e);
    bool required, passed_on; /* passed_on: known, kept by others, not read here */
    bool list;                /* its items are cleaned one by one */
};

extern const struct column columns[COLUMNS];

enum { COLUMNS_PROBLEMS = 200 }; /* that many are written down */

/* Write down what is wrong with the cell, or the row, at hand. */
void columns_problem(struct columns_reader *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Lower case with '_' for blanks, dashes and dots: how words of closed sets and headers are
 * compared. */
struct slice columns_word(struct columns_reader *r, struct slice s);

/* Text as it is kept; what is no text is a problem. */
struct slice columns_clean(struct columns_reader *r, struct slice raw);

#endif
