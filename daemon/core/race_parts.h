/* SPDX-License-Identifier: ISC */
/* Districts and seats of two texts, side by side. */
#ifndef TALLYD_CORE_RACE_PARTS_H
#define TALLYD_CORE_RACE_PARTS_H

#include "daemon/core/office.h"

/* Parts of one side without their like on the other, into `lone`, which has room for all of them;
 * *odd_kind: some have it with another kind. `wide`: "District 5" may be the 5th Circuit. */
size_t race_parts_lone(const struct office_part *a, size_t na, const struct office_part *b,
                       size_t nb, bool wide, const struct office_part **lone, bool *odd_kind);

/* "District 3 Ward 2" is no "District 2 Ward 3", though each has a 2 and a 3: the part of `a` that
 * is another in `b`. NULL: none surely; *odd_kind: but there may be, a number is of no kind. */
const struct office_part *race_parts_crossed(const struct office_part *a, size_t na,
                                             const struct office_part *b, size_t nb, bool wide,
                                             bool *odd_kind);

#endif
