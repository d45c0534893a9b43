/* SPDX-License-Identifier: ISC */
/* The texts of a batch, cleaned, each once: equal texts are equal offsets. */
#ifndef TALLYD_PARSERS_POOL_H
#define TALLYD_PARSERS_POOL_H

#include <string.h>

#include "parsers/arrays.h"
#include "parsers/results.h"

struct pool {
    struct arrays *arrays;
    char *bytes; /* as a batch has them: a NUL first and behind each text */
    uint32_t len, room;
    uint64_t *hashes; /* of the texts, by their places (results_digest) */
    uint32_t hash_room;
    struct pool_entry *entries;
    uint32_t entry_count, entry_room;
    uint32_t last; /* the entry last found */
    struct index index;
};

bool pool_init(struct pool *p, struct arrays *a) MUST_USE;

/* Clean the text, put it into the pool unless it is there. False when memory is out. */
bool pool_add(struct pool *p, struct slice raw, struct results_text *out) MUST_USE;

/* As pool_add for what is clean already, or is to stay as it is. */
bool pool_add_clean(struct pool *p, struct slice s, struct results_text *out) MUST_USE;

struct slice pool_text(const struct pool *p, struct results_text t);

/* Adding `raw` would give this very text: said without looking it up, so false says nothing. */
static inline bool pool_is(const struct pool *p, struct results_text t, struct slice raw)
{
    return t.len == raw.len && (!t.len || memcmp(p->bytes + t.off, raw.ptr, t.len) == 0);
}

/* As pool_add, where it is probably `like` once more. */
MUST_USE static inline bool pool_add_like(struct pool *p, struct slice raw,
                                          struct results_text like, struct results_text *out)
{
    *out = like;
    return pool_is(p, like, raw) || pool_add(p, raw, out);
}

/* As arrays_grow, for an array on its own. */
bool pool_grow_more(struct arena *a, void *array, uint32_t *room, uint64_t need, size_t size,
                    uint32_t cap) MUST_USE;
static inline bool pool_grow(struct arena *a, void *array, uint32_t *room, uint64_t need,
                             size_t size, uint32_t cap)
{
    return need <= *room || pool_grow_more(a, array, room, need, size, cap);
}

#endif
