/* SPDX-License-Identifier: ISC */
/* A first mapping for a delimited file nobody has described: a [source] section to paste, each line
 * with the reason it was guessed for, tried on the file itself. */
#ifndef TALLYD_PARSERS_DRAFT_H
#define TALLYD_PARSERS_DRAFT_H

#include "daemon/base/arena.h"
#include "daemon/base/buf.h"
#include "parsers/fault.h"

/* `bytes`: the whole payload, unwrapped; `name`: of the source. False (ERR_DATA) when the file is
 * no table whose columns tell contest, choice and votes. */
bool draft(struct arena *a, struct slice bytes, struct slice name, struct buf *out,
           struct fault *f) MUST_USE;

#endif
