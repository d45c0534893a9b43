/* SPDX-License-Identifier: ISC */
/* Numbers for what was seen before: the same bytes give the same number, counted from 0 in order of
 * first sight, so that what was made of them is found again: in an array, or with them.
 *
 * Rows of a file come in an order that repeats: the last key once more, and what followed it last
 * time, are tried first, before anything is hashed. */
#ifndef TALLYD_PARSERS_MEMO_H
#define TALLYD_PARSERS_MEMO_H

#include <stdint.h>
#include <string.h>

#include "daemon/base/arena.h"
#include "daemon/base/err.h"

struct memo_key {          /* behind what is kept, with each part's length, and then each part */
    struct memo_key *next; /* the other key that followed it last time; NULL: none */
    uint32_t number;
    uint32_t lengths[];
};
struct memo {
    struct arena *arena;
    struct memo_key *last; /* found last; NULL: none */
    struct memo_slot *slots;
    uint32_t count, room;
    uint32_t luck, turn; /* guesses are made while they come true, else now and then */
    uint32_t kept;       /* bytes kept with each */
};

/* With each number so many bytes are kept, zeroed at first, which stay where they are. */
void memo_init(struct memo *m, struct arena *a, size_t kept);
static inline void *memo_kept(const struct memo *m, struct memo_key *k)
{
    return (char *)k - m->kept;
}

static inline uint64_t memo_word(const char *p, size_t len)
{
    uint64_t v = 0;
    memcpy(&v, p, len);
    return v;
}

/* Most texts are short, and differ where they begin. */
static inline bool memo_equal(const char *a, const char *b, size_t len)
{
    if (len >= 8) {
        if (memo_word(a, 8) != memo_word(b, 8) ||
            memo_word(a + len - 8, 8) != memo_word(b + len - 8, 8))
            return false;
        return len <= 16 || memcmp(a + 8, b + 8, len - 16) == 0;
    }
    if (len >= 4)
        return memo_word(a, 4) == memo_word(b, 4) &&
               memo_word(a + len - 4, 4) == memo_word(b + len - 4, 4);
    return !len || (a[0] == b[0] && a[len / 2] == b[len / 2] && a[len - 1] == b[len - 1]);
}

/* Are these the key's parts? */
__attribute__((always_inline)) static inline bool memo_is(const struct memo_key *k,
                                                          const struct slice *parts, size_t n)
{
    const char *at = (const char *)(k->lengths + n);
    for (size_t i = 0; i < n; at += parts[i++].len) {
        if (k->lengths[i] != parts[i].len || !memo_equal(at, parts[i].ptr, parts[i].len))
            return false;
    }
    return true;
}

/* The key of these parts taken together; it was new when m->count has grown. NULL when memory is
 * out. */
struct memo_key *memo_seek(struct memo *m, const struct slice *parts, size_t n);
__attribute__((always_inline)) static inline struct memo_key *
memo_key(struct memo *m, const struct slice *parts, size_t n)
{
    return m->last && memo_is(m->last, parts, n) ? m->last : memo_seek(m, parts, n);
}

/* The same, by its number. False when memory is out. */
bool memo_find(struct memo *m, const struct slice *parts, size_t n, uint32_t *number) MUST_USE;

#endif
