/* SPDX-License-Identifier: ISC */
/* Votes in rows of their own for each vote type: added up, once each, or held against the row that
 * states their sum. */
#ifndef TALLYD_PARSERS_TYPES_H
#define TALLYD_PARSERS_TYPES_H

#include "parsers/job.h"

struct entry;
struct rows;
struct types;

struct types *types_new(struct job *j); /* NULL when memory is out */

/* One row's votes of a type, in the contest of the row at hand; `total`: the type that is the sum
 * of the others. A type twice in a cell with two values makes the contest bad. */
bool types_add(struct types *t, struct rows *r, struct entry e, uint32_t type, bool total) MUST_USE;

/* Enter every cell: its total where it is stated, which its parts may not exceed, else their sum.
 */
bool types_finish(struct types *t, struct rows *r) MUST_USE;

#endif
