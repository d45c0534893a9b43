/* SPDX-License-Identifier: ISC */
/* Memory that is freed all at once, with a cap on how much it may become. */
#ifndef TALLYD_BASE_ARENA_H
#define TALLYD_BASE_ARENA_H

#include <stdint.h>

#include "daemon/base/slice.h"

struct arena;

/* A new arena that hands out at most `cap` bytes in all, what alignment skips counted. NULL when
 * memory is out. */
struct arena *arena_new(size_t cap);
void arena_free(struct arena *a);  /* accepts NULL */
void arena_reset(struct arena *a); /* everything handed out is gone; keeps its first block */

/* Did it ever refuse, since it was new or reset? Then what lies in it need not be whole. */
bool arena_refused(const struct arena *a);

/* For tests: refuse after so many allocations more. */
void arena_refuse_after(struct arena *a, size_t allocations);

/* Zeroed, aligned to 16. NULL when the cap is passed or memory is out. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_array(struct arena *a, size_t count, size_t size); /* overflow-checked */

/* The same, but that it begins with a copy of `len` bytes. */
void *arena_longer(struct arena *a, const void *from, size_t len, size_t size);

/* An array with room for one more behind its first `count`: what it was while there is, else a copy
 * twice as long, zeros behind; *room is how many that holds. NULL, and *room as it was: as above.
 */
void *arena_more(struct arena *a, void *array, uint32_t count, uint32_t *room, size_t size);

/* The same with whatever lay there: for who reads nothing but what he wrote. */
void *arena_room(struct arena *a, size_t size);

/* A copy with a NUL behind it (not counted). ptr is NULL on failure, never for an empty input. */
struct slice arena_copy(struct arena *a, struct slice s);
struct slice arena_printf(struct arena *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
