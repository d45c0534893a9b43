/* SPDX-License-Identifier: ISC */
/* A directory of our own for as long as we run. */
#ifndef TALLYD_EDGE_SCRATCH_H
#define TALLYD_EDGE_SCRATCH_H

#include <stddef.h>

#include "daemon/base/err.h"

/* A new one below $TMPDIR, or /tmp; its path. */
bool scratch_make(char *path, size_t size, struct err *e) MUST_USE;
/* It, and all that lies in it. Nothing for the empty path. */
void scratch_remove(const char *path);

#endif
