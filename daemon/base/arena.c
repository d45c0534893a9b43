/* SPDX-License-Identifier: ISC */
/* Memory that is freed all at once: a chain of blocks, each twice the last, filled from the front.
 */
#include "daemon/base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN = 16, FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20 };

struct block {
    struct block *older;
    size_t used, room;
    bool zeroed; /* it is all zero where it was not handed out */
    _Alignas(ALIGN) char bytes[];
};

struct arena {
    struct block *newest;
    size_t used, cap;
    size_t left; /* allocations until it refuses; for tests */
    bool refused;
};

struct arena *arena_new(size_t cap)
{
    struct arena *a = calloc(1, sizeof(*a));

    if (a) {
        a->cap = cap;
        a->left = SIZE_MAX;
    }
    return a;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    while (a->newest) {
        struct block *b = a->newest;
        a->newest = b->older;
        free(b);
    }
    free(a);
}

void arena_reset(struct arena *a)
{
    while (a->newest && a->newest->older) {
        struct block *b = a->newest;
        a->newest = b->older;
        free(b);
    }
    if (a->newest) {
        a->newest->used = 0;
        a->newest->zeroed = false;
    }
    a->used = 0;
    a->refused = false;
}

bool arena_refused(const struct arena *a)
{
    return a->refused;
}

void arena_refuse_after(struct arena *a, size_t allocations)
{
    a->left = allocations;
}

static void *refuse(struct arena *a)
{
    a->refused = true;
    return NULL;
}

static bool add_block(struct arena *a, size_t size)
{
    size_t room = a->newest ? 2 * a->newest->room : FIRST_BLOCK;

    if (room > LARGEST_BLOCK)
        room = LARGEST_BLOCK;
    if (room < size)
        room = size;
    /* A large block comes zeroed from the system, and what of it is never used is never touched. */
    bool large = room > LARGEST_BLOCK;
    struct block *b = large ? calloc(1, sizeof(*b) + room) : malloc(sizeof(*b) + room);
    if (!b)
        return false;
    *b = (struct block){.older = a->newest, .room = room, .zeroed = large};
    a->newest = b;
    return true;
}

/* Not zeroed; align is a power of two. What alignment skips counts as used, so that the cap is
 * about memory. */
static inline void *take(struct arena *a, size_t size, size_t align)
{
    struct block *b = a->newest;
    size_t skip = b ? -b->used & (align - 1) : 0;

    if (size > a->cap - a->used || a->left == 0)
        return refuse(a);
    if (!b || size + skip > b->room - b->used) {
        if (!add_block(a, size))
            return refuse(a);
        b = a->newest;
        skip = 0;
    }
    if (size + skip > a->cap - a->used)
        return refuse(a);
    a->left--;
    void *at = b->bytes + b->used + skip;
    b->used += size + skip;
    a->used += size + skip;
    return at;
}

void *arena_alloc(struct arena *a, size_t size)
{
    void *at = take(a, size, ALIGN);

    return at && !a->newest->zeroed ? memset(at, 0, size) : at;
}

void *arena_longer(struct arena *a, const void *from, size_t len, size_t size)
{
    char *at = take(a, size, ALIGN);

    if (!at)
        return NULL;
    if (!a->newest->zeroed)
        memset(at + len, 0, size - len);
    return memcpy(at, from, len);
}

void *arena_more(struct arena *a, void *array, uint32_t count, uint32_t *room, size_t size)
{
    if (count < *room)
        return array;
    uint32_t more = *room ? 2 * *room : 8;
    void *longer = arena_array(a, more, size);
    if (!longer)
        return NULL;
    if (count)
        memcpy(longer, array, count * size);
    *room = more;
    return longer;
}

void *arena_room(struct arena *a, size_t size)
{
    return take(a, size, ALIGN);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t total;

    return __builtin_mul_overflow(count, size, &total) ? refuse(a) : arena_alloc(a, total);
}

struct slice arena_copy(struct arena *a, struct slice s)
{
    char *at = s.len < SIZE_MAX ? take(a, s.len + 1, 1) : refuse(a);

    if (!at)
        return (struct slice){NULL, 0};
    if (s.len)
        memcpy(at, s.ptr, s.len);
    at[s.len] = '\0';
    return (struct slice){at, s.len};
}

struct slice arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *at = n < 0 ? NULL : take(a, (size_t)n + 1, 1);
    if (!at)
        return (struct slice){NULL, 0};
    va_start(ap, fmt);
    vsnprintf(at, (size_t)n + 1, fmt, ap);
    va_end(ap);
    return (struct slice){at, (size_t)n};
}
