/* SPDX-License-Identifier: ISC */
/* Whole files: at start, at reload, in a thread or a copy of the process; never on the loop of a
 * running night. */
#ifndef TALLYD_EDGE_FILE_H
#define TALLYD_EDGE_FILE_H

#include "daemon/base/arena.h"
#include "daemon/base/err.h"

/* The file's bytes in the arena (a NUL behind them). Missing is ERR_NOINPUT, larger than `max`
 * ERR_DATA. */
bool file_read(const char *path, size_t max, struct arena *a, struct slice *out,
               struct err *e) MUST_USE;

/* All of it to a descriptor, in as many steps as that takes. False, and errno: not all. */
bool file_write(int fd, struct slice bytes) MUST_USE;

#endif
