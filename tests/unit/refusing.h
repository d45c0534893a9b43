/* SPDX-License-Identifier: ISC */
/* Memory that ends where a test says: the program's allocations come here (-Wl,--wrap, see the
 * Makefile). One of the heap's, or all of one arena's from a certain one on, are refused. */
#ifndef TALLYD_TESTS_REFUSING_H
#define TALLYD_TESTS_REFUSING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "daemon/base/arena.h"
#include "tests/unit/sampled.h"

static bool armed;                      /* within a call of what is tested */
static size_t heap_calls;               /* so far in this play */
static size_t heap_fails_at = SIZE_MAX; /* this call fails; SIZE_MAX: none */
static size_t arenas;                   /* made in this play */
static size_t arena_chosen = SIZE_MAX;  /* which of them refuses; SIZE_MAX: none */
static size_t arena_allocations;        /* after how many */
static struct arena *chosen;
static bool refused;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
struct arena *__real_arena_new(size_t cap);
void __real_arena_free(struct arena *a);
void __real_arena_reset(struct arena *a);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
struct arena *__wrap_arena_new(size_t cap);
void __wrap_arena_free(struct arena *a);
void __wrap_arena_reset(struct arena *a);

static inline bool gives(void)
{
    if (!armed || heap_calls++ != heap_fails_at)
        return true;
    refused = true;
    return false;
}

void *__wrap_malloc(size_t size)
{
    return gives() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return gives() ? __real_calloc(count, size) : NULL;
}

void *__wrap_realloc(void *old, size_t size)
{
    return gives() ? __real_realloc(old, size) : NULL;
}

struct arena *__wrap_arena_new(size_t cap)
{
    struct arena *a = __real_arena_new(cap);

    if (a && armed && arenas++ == arena_chosen) {
        chosen = a;
        arena_refuse_after(a, arena_allocations);
    }
    return a;
}

/* Before what it refused is forgotten. */
static inline void look(const struct arena *a)
{
    if (a && a == chosen)
        refused |= arena_refused(a);
}

void __wrap_arena_free(struct arena *a)
{
    look(a);
    if (a == chosen)
        chosen = NULL;
    __real_arena_free(a);
}

void __wrap_arena_reset(struct arena *a)
{
    look(a);
    __real_arena_reset(a);
}

static inline void refusing_begin(void)
{
    heap_calls = arenas = 0;
    refused = false;
    chosen = NULL;
}

/* Play with each heap allocation refused once, then with each arena ending at each allocation, or
 * with as many of them as are played. How many plays that were. */
static inline size_t refusing_everywhere(void (*play)(void *), void *of)
{
    size_t plays = 1, step = (size_t)every();

    heap_fails_at = arena_chosen = SIZE_MAX;
    play(of);
    size_t heap = heap_calls, all = arenas;
    for (heap_fails_at = 0; heap_fails_at < heap; heap_fails_at += step, plays++)
        play(of);
    heap_fails_at = SIZE_MAX;
    for (size_t k = 0; k < all; k++)
        for (arena_chosen = k, arena_allocations = 0, refused = true; refused; plays++) {
            play(of);
            arena_allocations += step;
        }
    arena_chosen = SIZE_MAX;
    return plays;
}

#endif
