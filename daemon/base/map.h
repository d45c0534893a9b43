/* SPDX-License-Identifier: ISC */
/* A map from byte strings to pointers that remembers the order of insertion. */
#ifndef TALLYD_BASE_MAP_H
#define TALLYD_BASE_MAP_H

#include "daemon/base/slice.h"

struct map;

/* At most `cap` entries. With copy_keys the map owns copies of its keys; without, keys must outlive
 * their entries: putting a key again makes the map point at the new key. */
struct map *map_new(size_t cap, bool copy_keys);
void map_free(struct map *m); /* values are the caller's; accepts NULL */

void *map_get(const struct map *m, struct slice key); /* NULL when absent */

/* Insert or replace. False when the cap is reached or memory is out (the map is unchanged). A NULL
 * value is allowed only as "present": use map_has. */
bool map_put(struct map *m, struct slice key, void *value) __attribute__((warn_unused_result));
bool map_has(const struct map *m, struct slice key);
void *map_remove(struct map *m,
                 struct slice key); /* the old value or NULL; order of the rest is kept */

size_t map_count(const struct map *m);

/* Iterate in order of insertion: start with *at = 0. Removing the current entry while iterating is
 * allowed. */
bool map_next(const struct map *m, size_t *at, struct slice *key, void **value);

#endif
