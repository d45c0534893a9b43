/* SPDX-License-Identifier: ISC */
/* Arrays that grow in an arena, where what one outgrows serves the next; and indexes that find an
 * item of an array by its key. */
#ifndef TALLYD_PARSERS_ARRAYS_H
#define TALLYD_PARSERS_ARRAYS_H

#include <stdint.h>

#include "daemon/base/arena.h"
#include "daemon/base/err.h"

#define ARRAYS_CLASSES 28 /* of 32 bytes, 64 and so on */
#define ARRAYS_NONE UINT32_MAX

struct arrays {
    struct arena *arena;
    void *spare[ARRAYS_CLASSES]; /* blocks outgrown, by size, each pointing to the next */
};

/* Room for `need` items in the array that `array` points to the pointer of, at least doubled, at
 * most `cap`. What is new is zeroed. False when that is more than the cap or than memory. */
bool arrays_grow_more(struct arrays *a, void *array, uint32_t *room, uint64_t need, size_t size,
                      uint32_t cap) MUST_USE;
static inline bool arrays_grow(struct arrays *a, void *array, uint32_t *room, uint64_t need,
                               size_t size, uint32_t cap)
{
    return need <= *room || arrays_grow_more(a, array, room, need, size, cap);
}

/* An index over items 0, 1, ... of a list that its functions know. */
struct index {
    uint32_t *slots; /* an item's number plus 1; 0: free */
    uint32_t room, count;
};
struct index_of {
    bool (*is)(const void *list, uint32_t item, const void *key);
    uint64_t (*hash)(const void *list, uint32_t item);
};

/* The item with this key, whose hash that is; ARRAYS_NONE when there is none. */
uint32_t index_find(const struct index *x, const struct index_of *of, const void *list,
                    const void *key, uint64_t hash);

/* Room, a power of two, in an index that is empty: where much is to come. */
bool index_reserve(struct index *x, struct arrays *a, uint32_t room) MUST_USE;

/* Enter an item that is not there. False when memory is out. */
bool index_add(struct index *x, struct arrays *a, const struct index_of *of, const void *list,
               uint32_t item) MUST_USE;

/* Numbers mixed to a hash. */
static inline uint64_t index_mix(uint64_t hash, uint64_t more)
{
    hash = (hash ^ more) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

#endif
