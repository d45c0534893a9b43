/* SPDX-License-Identifier: ISC */
/* Payloads as files: named by what they are of and what they hold, so that one is never changed,
 * only made and taken away; whole on disk before anything refers to it. */
#ifndef TALLYD_EDGE_WRITER_FILES_H
#define TALLYD_EDGE_WRITER_FILES_H

#include "daemon/base/arena.h"
#include "daemon/base/err.h"
#include "daemon/base/hash.h"

/* "SOURCE.FILE.DIGEST"; what is no letter, digit, '-' or '_' becomes %XX; long parts are cut. NULL:
 * the arena is full. */
const char *writer_files_name(struct slice source, struct slice file, struct digest digest,
                              struct arena *a);

/* Make the directory when it is missing, and open it. -1 and *e. */
int writer_files_open(const char *path, struct err *e);

/* The bytes under that name, synced; the name itself is safe after writer_files_sync. One that is
 * there already, whole, stays as it is. */
bool writer_files_write(int directory, const char *name, struct slice bytes,
                        struct err *e) MUST_USE;
bool writer_files_sync(int directory, struct err *e) MUST_USE;
/* Is there a file of that name? */
bool writer_files_has(int directory, const char *name);
/* Is there any payload at all? */
bool writer_files_any(int directory);
void writer_files_remove(int directory, const char *name);

/* Take away every file that `wanted` does not know: what a crash left behind. */
void writer_files_sweep(int directory, bool (*wanted)(const char *name, void *ctx), void *ctx);

#endif
