/* SPDX-License-Identifier: ISC */
/* Files and directories of the configuration, read whole and with a cap. */
#ifndef TALLYD_CONFIG_READ_FILE_H
#define TALLYD_CONFIG_READ_FILE_H

#include "daemon/base/arena.h"
#include "daemon/base/err.h"

#define READ_DIRECTORY_MAX 10000

/* All of a regular file of at most `max` bytes. ERR_NOINPUT: there is none; ERR_DENIED: not ours to
 * read; ERR_CONFIG: too large or no regular file. */
bool read_file(const char *path, size_t max, struct arena *a, struct slice *out,
               struct err *e) MUST_USE;

/* The paths of a directory's *.conf files, sorted by name; hidden ones are left out, and a
 * directory that is not there is empty. */
bool read_directory(const char *path, struct arena *a, const char ***out, size_t *count,
                    struct err *e) MUST_USE;

#endif
