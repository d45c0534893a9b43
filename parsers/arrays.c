/* SPDX-License-Identifier: ISC */
/* All blocks are powers of two, so that each fits where one was wanted before. */
#include "parsers/arrays.h"

#include <string.h>

#define SMALLEST 5 /* 32 bytes */

/* The class of the smallest block for so many bytes. */
static unsigned class_of(uint64_t bytes)
{
    unsigned bits = bytes > 1 ? 64 - (unsigned)__builtin_clzll(bytes - 1) : 0;
    return bits > SMALLEST ? bits - SMALLEST : 0;
}

/* A block with `len` bytes of another in front, zero behind them. */
static void *take(struct arrays *a, unsigned class, const void *from, size_t len)
{
    size_t bytes = (size_t)1 << (class + SMALLEST);
    char *block = a->spare[class];
    if (!block)
        return len ? arena_longer(a->arena, from, len, bytes) : arena_alloc(a->arena, bytes);
    memcpy(&a->spare[class], block, sizeof a->spare[class]);
    memset(block + len, 0, bytes - len);
    if (len)
        memcpy(block, from, len);
    return block;
}

static void give(struct arrays *a, void *block, unsigned class)
{
    memcpy(block, &a->spare[class], sizeof block);
    a->spare[class] = block;
}

bool arrays_grow_more(struct arrays *a, void *array, uint32_t *room, uint64_t need, size_t size,
                      uint32_t cap)
{
    void *old, *new;
    unsigned class = class_of(need * size);
    memcpy(&old, array, sizeof old); /* the pointer's own type is the caller's */
    if (need > cap || class >= ARRAYS_CLASSES || !(new = take(a, class, old, *room * size)))
        return false;
    if (*room)
        give(a, old, class_of(*room * size));
    memcpy(array, &new, sizeof new);
    uint64_t more = ((uint64_t)1 << (class + SMALLEST)) / size;
    *room = more < cap ? (uint32_t)more : cap;
    return true;
}

/* ---- indexes: open addressing, at most half full ---- */

uint32_t index_find(const struct index *x, index_is *is, const void *list, const void *key,
                    uint64_t hash)
{
    uint32_t mask = x->room - 1, tag = (uint32_t)hash;
    if (!x->room)
        return ARRAYS_NONE;
    for (uint32_t at = tag & mask; x->slots[at].item; at = (at + 1) & mask) {
        if (x->slots[at].tag == tag && is(list, x->slots[at].item - 1, key))
            return x->slots[at].item - 1;
    }
    return ARRAYS_NONE;
}

static void enter(struct index *x, struct index_slot slot)
{
    uint32_t mask = x->room - 1, at = slot.tag & mask;
    while (x->slots[at].item)
        at = (at + 1) & mask;
    x->slots[at] = slot;
}

bool index_reserve(struct index *x, struct arrays *a, uint32_t room)
{
    return arrays_grow(a, &x->slots, &x->room, room, sizeof *x->slots, UINT32_MAX / 4);
}

bool index_add(struct index *x, struct arrays *a, uint32_t item, uint64_t hash)
{
    if (x->count >= x->room / 2) {
        struct index wider = {.count = x->count};
        if (!index_reserve(&wider, a, x->room ? (x->room < 1024 ? 4 : 2) * x->room : 8) ||
            !wider.slots)
            return false;
        for (uint32_t i = 0; i < x->room; i++) {
            if (x->slots[i].item)
                enter(&wider, x->slots[i]);
        }
        if (x->room)
            give(a, x->slots, class_of(x->room * sizeof *x->slots));
        *x = wider;
    }
    enter(x, (struct index_slot){(uint32_t)hash, item + 1});
    x->count++;
    return true;
}
