/* SPDX-License-Identifier: ISC */
/* RFC 4180: records out of text as people really save them, and fields into text. */
#ifndef TALLYD_BASE_CSV_H
#define TALLYD_BASE_CSV_H

#include "daemon/base/arena.h"
#include "daemon/base/buf.h"
#include "daemon/base/err.h"

struct csv {
    struct slice rest; /* what is still to read */
    char sep;
    size_t line; /* where the last record began, from 1 */
    size_t next; /* the line `rest` begins on */
};

/* Begin reading: a UTF-8 BOM is skipped, the separator (',', ';' or tab) found from the first line,
 * which is skipped where it says no more than that ("sep=;"). */
void csv_init(struct csv *c, struct slice text);

/* The next record's fields (quotes resolved, newlines in quotes kept) into an array from the arena;
 * at most `cap` fields. They point into the text, or into the arena where a quote was doubled.
 * CRLF, LF and CR end a record; a wholly empty line is skipped. False with e->kind ERR_NONE at the
 * end, with ERR_DATA (line and column named) on a damaged record, after which nothing more is read.
 */
bool csv_next(struct csv *c, struct arena *a, size_t cap, struct slice **fields, size_t *n,
              struct err *e) MUST_USE;

/* One field, quoted where it must be. The caller adds separators and line ends. */
void csv_field(struct buf *out, struct slice value);

/* ... for a spreadsheet: what it would take for a formula, also behind blanks or in full-width
 * signs, gets a ' in front and is text. Numbers stay numbers. */
void csv_cell(struct buf *out, struct slice value);

#endif
