/* SPDX-License-Identifier: ISC */
/* Whole files, read at start and at reload only: never on the loop of a running night. */
#ifndef TALLYD_EDGE_FILE_H
#define TALLYD_EDGE_FILE_H

#include "daemon/base/arena.h"
#include "daemon/base/err.h"
#include "daemon/base/zone.h"

/* The file's bytes in the arena (a NUL behind them). Missing is ERR_NOINPUT, larger than `max`
 * ERR_DATA. */
bool file_read(const char *path, size_t max, struct arena *a, struct slice *out,
               struct err *e) MUST_USE;

/* A zone of the system's database by its IANA name; ERR_CONFIG when there is none of that name. The
 * caller frees. */
bool file_zone(struct slice name, struct zone **out, struct err *e) MUST_USE;

#endif
