/* SPDX-License-Identifier: ISC */
/* CSV for the press: CRLF, as_of and mode in front of every row, cells that a spreadsheet would
 * take for formulas made text. */
#ifndef TALLYD_CORE_PRESS_H
#define TALLYD_CORE_PRESS_H

#include "daemon/base/buf.h"
#include "daemon/core/model.h"

struct press {
    struct buf *out;
    const struct model *m;
};

/* The names of the columns, ended by NULL. Columns are only ever added at the end. */
void press_head(struct press *p, const char *const *names);
void press_row(struct press *p);                      /* begins a row: as_of and mode */
void press_row_of(struct press *p, int64_t as_of_ms); /* ... of another moment */
void press_text(struct press *p, struct slice text);
void press_known(struct press *p, int64_t n, bool known); /* else empty */
/* The cells under "checked_at" and "stale": when any source answered last, and whether what the row
 * says may be old because some do not. */
void press_checked(struct press *p, bool stale);
void press_end(struct press *p);

#endif
