/* SPDX-License-Identifier: ISC */
/* Votes in rows of their own for each vote type: added up, once each, or held against the row that
 * states their sum. */
#ifndef TALLYD_PARSERS_TYPES_H
#define TALLYD_PARSERS_TYPES_H

#include "parsers/job.h"

struct types;

struct types_cell { /* by the builder's numbers */
    uint32_t contest, unit, choice;
};

struct types *types_new(struct job *j); /* NULL when memory is out */

/* One row's votes of a type; `total`: the type that is the sum of the others. A type twice in a
 * cell with two values makes the contest bad, which is the builder's current one. */
bool types_add(struct types *t, struct types_cell cell, uint32_t type, bool total, int64_t votes,
               struct fault *f) MUST_USE;

/* Give every cell to the builder: its total where it is stated, which its parts may not exceed,
 * else their sum. */
bool types_finish(struct types *t, struct fault *f) MUST_USE;

#endif
