/* SPDX-License-Identifier: ISC */
/* The reading commands over the read-only HTTP, instead of the control socket. */
#ifndef TALLYD_CTL_URL_H
#define TALLYD_CTL_URL_H

#include "daemon/base/buf.h"
#include "daemon/base/err.h"
#include "daemon/core/commands.h"

/* What the tallyd at `url` publishes for this command, in the form in which the control socket
 * would answer: rows as tab-separated lines with a head, or JSON, or text. Nothing in it moves a
 * terminal. ERR_USAGE: HTTP does not have it; the text says what has. */
bool ctl_url(const char *url, const struct command *c, int argc, char **argv, bool json,
             struct buf *out, struct err *e) MUST_USE;

/* A row of a table of HTTP's. The head comes first, as a row whose cells are the names. */
struct ctl_row {
    const struct slice *names, *cells;
    size_t n;
};
/* The cell of this name; empty: a tallyd of another version has it not. */
struct slice ctl_row_cell(const struct ctl_row *row, struct slice name);
/* Each row in turn. ERR_DATA: it is no such table. */
bool ctl_url_each(struct slice csv, void (*each)(const struct ctl_row *row, void *ctx), void *ctx,
                  struct err *e) MUST_USE;
/* A cell of a tab-separated line, harmless, and what stands behind it. */
void ctl_url_cell(struct slice text, bool last, struct buf *out);

/* A press's CSV as such lines, of these columns (parted by blanks, in this order; NULL: of all), or
 * `turned`, a line for each column of its only row. */
bool ctl_url_rows(struct slice csv, const char *columns, bool turned, struct buf *out,
                  struct err *e) MUST_USE;

#endif
