/* SPDX-License-Identifier: ISC */
/* One option of a mapping judged without a file: for those who read it long before there is one. */
#ifndef TALLYD_PARSERS_MAPPING_CHECK_H
#define TALLYD_PARSERS_MAPPING_CHECK_H

#include "daemon/base/arena.h"
#include "daemon/base/err.h"

/* False and *e (ERR_CONFIG) when the mapping could not be read with it. Options that are none of
 * a mapping's pass. */
bool mapping_check(struct slice key, struct slice value, struct arena *a, struct err *e) MUST_USE;

/* Why a regular expression must not be compiled here, where no limit holds; NULL: nothing. */
const char *mapping_regex_excess(struct slice source);

#endif
