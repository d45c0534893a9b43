/* SPDX-License-Identifier: ISC */
/* The endorsement list: a CSV as organisations keep it, read whole or refused whole. */
#ifndef TALLYD_CORE_ENDORSE_H
#define TALLYD_CORE_ENDORSE_H

#include <stdint.h>

#include "daemon/base/arena.h"
#include "daemon/base/buf.h"
#include "daemon/base/err.h"
#include "daemon/core/endorsement.h"

/* A column of the list that goes by another name in this organisation's export:
 * column.candidate_name = Full Name. */
struct endorse_column {
    struct slice ours, theirs;
};

/* Read a whole list. Every problem of the file is in *problems (each "LINE: column NAME: why and
 * fix"; capped) and the result is false; nothing is kept then. All memory from the arena. `date` is
 * used where a row has no election_date. */
bool endorse_parse(struct slice csv, const struct endorse_column *columns, size_t column_count,
                   int64_t date, struct arena *a, struct endorsements *out, struct buf *problems,
                   struct err *e) MUST_USE;

#endif
