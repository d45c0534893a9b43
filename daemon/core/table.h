/* SPDX-License-Identifier: ISC */
/* Rows of texts for people: tab-separated lines with a head, or a JSON array of objects. */
#ifndef TALLYD_CORE_TABLE_H
#define TALLYD_CORE_TABLE_H

#include "daemon/base/buf.h"
#include "daemon/base/jsonw.h"

struct table {
    const char *const *names; /* of the columns */
    size_t count;
    bool json;
    struct buf *out;
    unsigned numbers; /* bit i: column i is one of numbers, in JSON too; empty is null there */
    /* NULL: it stands alone. Else one of several: text has it as a line ahead of the head and an
     * empty line behind the rows, or nothing where there are none; JSON is a member of `into`. */
    const char *title;
    struct jsonw *into; /* an object */
    size_t began, rows; /* table.c's own */
    struct jsonw j;
};

void table_begin(struct table *r);
void table_add(struct table *r, const struct slice *cells); /* one a column */
void table_end(struct table *r);

#endif
