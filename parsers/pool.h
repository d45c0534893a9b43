/* SPDX-License-Identifier: ISC */
/* The texts of a batch, cleaned, each once: equal texts are equal offsets. And arrays that grow in
 * an arena. */
#ifndef TALLYD_PARSERS_POOL_H
#define TALLYD_PARSERS_POOL_H

#include "parsers/results.h"

struct pool {
    struct arena *arena;
    char *bytes; /* as a batch has them: a NUL first and behind each text */
    uint32_t len, room;
    struct pool_slot *slots;
    uint32_t slot_count, slot_room;
};

bool pool_init(struct pool *p, struct arena *a) MUST_USE;

/* Clean the text, put it into the pool unless it is there. False when memory is out. */
bool pool_add(struct pool *p, struct slice raw, struct results_text *out) MUST_USE;

/* As pool_add for what is clean already, or is to stay as it is. */
bool pool_add_clean(struct pool *p, struct slice s, struct results_text *out) MUST_USE;

struct slice pool_text(const struct pool *p, struct results_text t);

/* Room for `need` items in the array that `array` points to the pointer of, by doubling, at most
 * `cap`. What is new is zeroed. */
bool pool_grow(struct arena *a, void *array, uint32_t *room, uint64_t need, size_t size,
               uint32_t cap) MUST_USE;

#endif
