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

/* An index over items 0, 1, ... of a list; what tells them apart is the caller's. */
struct index_slot {
    uint32_t tag;  /* of the hash, so that hardly any item is looked at in vain */
    uint32_t item; /* its number plus 1; 0: free */
};
struct index {
    struct index_slot *slots;
    uint32_t room, count;
};
typedef bool index_is(const void *list, uint32_t item, const void *key);

/* The item with this key, whose hash that is; ARRAYS_NONE when there is none. */
uint32_t index_find(const struct index *x, index_is *is, const void *list, const void *key,
                    uint64_t hash);

/* Room, a power of two, in an index that is empty: where much is to come. */
bool index_reserve(struct index *x, struct arrays *a, uint32_t room) MUST_USE;

/* Enter an item that is not there. False when memory is out. */
bool index_add(struct index *x, struct arrays *a, uint32_t item, uint64_t hash) MUST_USE;

/* Numbers mixed to a hash. */
static inline uint64_t index_mix(uint64_t hash, uint64_t more)
{
    hash = (hash ^ more) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

#endif
