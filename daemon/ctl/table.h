/* SPDX-License-Identifier: ISC */
/* Rows for people and programs: tab-separated lines made into an aligned table or CSV. Pure. */
#ifndef TALLYD_CTL_TABLE_H
#define TALLYD_CTL_TABLE_H

#include "daemon/base/buf.h"

/* The first line is the head. Columns of numbers align right; a terminal's columns are counted, not
 * bytes. Where lines would be longer than `columns` (0: any length), columns that are empty and
 * those that a table can spare are left out, which a last line says, then the widest columns of
 * text are cut, ids last, each at most to a few letters; of no more than two, names and values,
 * none is. */
void ctl_table(struct slice tsv, size_t columns, struct buf *out);

/* RFC 4180 with LF. */
void ctl_csv(struct slice tsv, struct buf *out);
/* Lines cut to that many columns of a terminal. */
void ctl_cut(struct slice lines, size_t columns, struct buf *out);

/* Lines broken at blanks where they are longer than that many columns; what goes on stands `indent`
 * columns in. A word that is longer is broken anywhere. */
void ctl_wrap(struct slice lines, size_t columns, size_t indent, struct buf *out);

#endif
