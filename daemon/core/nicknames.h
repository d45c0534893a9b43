/* SPDX-License-Identifier: ISC */
/* Short forms of first names: a table. */
#ifndef TALLYD_CORE_NICKNAMES_H
#define TALLYD_CORE_NICKNAMES_H

#include "daemon/base/slice.h"

/* Whether two folded first names are known as forms of one name: bill and william, bill and will.
 */
bool nicknames_same(struct slice a, struct slice b);

#endif
