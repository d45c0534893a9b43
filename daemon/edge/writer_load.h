/* SPDX-License-Identifier: ISC */
/* Everything durable, read at once and checked: rows that cannot be ours are ERR_DATA. */
#ifndef TALLYD_EDGE_WRITER_LOAD_H
#define TALLYD_EDGE_WRITER_LOAD_H

#include "daemon/base/arena.h"
#include "daemon/base/err.h"
#include "daemon/edge/writer_rows.h"

/* On a connection of its own to the database `path`; names of payloads become paths below
 * `directory`. */
bool writer_load_all(const char *directory, const char *path, struct arena *a,
                     struct writer_loaded *out, struct err *e) MUST_USE;

#endif
