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
    struct jsonw j;
};

void table_begin(struct table *r);
void table_add(struct table *r, const struct slice *cells); /* one a column */
void table_end(struct table *r);

#endif
