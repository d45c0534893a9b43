/* SPDX-License-Identifier: ISC */
/* The bytes of one answer of a feed, in a memfd that grows while they arrive and that workers may
 * map and read.
 *
 * It never shrinks and is always at least WIRE_PADDING zero bytes longer than what it holds. Only
 * the mapping made here can write to it: the file is sealed against any other from its first
 * moment.
 */
#ifndef TALLYD_EDGE_PAYLOAD_H
#define TALLYD_EDGE_PAYLOAD_H

#include "daemon/base/err.h"
#include "daemon/base/hash.h"
#include "daemon/base/slice.h"

struct payload;

/* Empty; will never hold more than `cap` bytes. NULL and *e when the system has no descriptor or
 * memory. */
struct payload *payload_new(size_t cap, struct err *e);

/* Whoever keeps it takes a reference, and drops it with payload_free: the last one out gives the
 * memory back. The count is safe between threads; the bytes are once it is finished. */
struct payload *payload_ref(struct payload *p);
void payload_free(struct payload *p); /* accepts NULL */

/* A whole regular file, finished. NULL and *e: ERR_NOINPUT when it cannot be read, ERR_DATA when
 * over the cap. */
struct payload *payload_from_file(const char *path, size_t cap, struct err *e);

/* Add bytes behind. On failure nothing was added: ERR_DATA when the cap would be passed, ERR_AGAIN
 * when memory is out. */
bool payload_append(struct payload *p, struct slice bytes, struct err *e) MUST_USE;

/* These are all. Nothing may be appended after it. */
void payload_finish(struct payload *p);
bool payload_finished(const struct payload *p);

/* What is there; stays where it is until payload_free, whatever is appended. */
struct slice payload_bytes(const struct payload *p);
size_t payload_cap(const struct payload *p);
struct digest payload_digest(const struct payload *p);

/* A new descriptor that can only read; the caller closes it. -1 and *e on failure. */
int payload_reader(const struct payload *p, struct err *e);

#endif
