/* SPDX-License-Identifier: ISC */
/* Which counts by tag may be shown, so that neither they nor their sums and differences tell of a
 * few people. */
#ifndef TALLYD_CORE_CELLS_H
#define TALLYD_CORE_CELLS_H

#include <stddef.h>
#include <stdint.h>

enum { CELLS_MAX = 64 }; /* tags */

struct cells_kind { /* all who carry exactly these tags */
    uint64_t tags;  /* bit i: tag i */
    int64_t endorsed, won, lost;
};

/* The set of tags, of `tag_count`, whose counts may be shown beside those of everybody. A cell
 * appears when it and its complement are at least `min` people, and its won and its lost are each 0
 * or at least `min`; the larger ones are let in first, and one that would make another group that
 * is no such cell computable stays out. */
uint64_t cells_choose(const struct cells_kind *kinds, size_t kind_count, size_t tag_count,
                      int64_t min);

#endif
