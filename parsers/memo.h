/* SPDX-License-Identifier: ISC */
/* Numbers for what was seen before: the same bytes give the same number, counted from 0 in order of
 * first sight, so that what was made of them is found again: in an array, or with them.
 *
 * Rows of a file come in an order that repeats: the last key once more, and what followed it last
 * time, are tried first, before anything is hashed. */
#ifndef TALLYD_PARSERS_MEMO_H
#define TALLYD_PARSERS_MEMO_H

#include <stdint.h>

#include "daemon/base/arena.h"
#include "daemon/base/err.h"

struct memo {
    struct arena *arena;
    struct memo_key **keys;
    struct memo_slot *slots;
    uint32_t count, room, slot_room, last;
    uint32_t luck, turn; /* guesses are made while they come true, else now and then */
    uint32_t kept;       /* bytes kept with each */
};

/* With each number so many bytes are kept, zeroed at first, which stay where they are. */
void memo_init(struct memo *m, struct arena *a, size_t kept);
static inline void *memo_kept(const struct memo *m, uint32_t number)
{
    return (char *)m->keys[number] - m->kept;
}

/* The number of these parts taken together; it was new when m->count has grown. False when memory
 * is out. */
bool memo_find(struct memo *m, const struct slice *parts, size_t n, uint32_t *number) MUST_USE;

#endif
