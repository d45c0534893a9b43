/* SPDX-License-Identifier: ISC */
/* An open-addressing table whose keys remember their successors. */
#include "parsers/memo.h"

#include <string.h>

#include "parsers/pool.h"

#define LUCK_MAX 16
#define SLOTS_FEW 4096 /* a table of fewer grows faster */
#define KEYS_MAX (UINT32_C(1) << 28)

struct memo_key {  /* behind what is kept, with each part's length, and then each part, behind it */
    uint32_t size; /* of what stands behind it */
    uint32_t next; /* the number of the other key that followed it last time */
    uint32_t lengths[];
};

struct memo_slot {
    uint32_t tag;    /* so that hardly any key is looked at in vain */
    uint32_t number; /* plus 1; 0: the slot is free */
};

void memo_init(struct memo *m, struct arena *a, size_t kept)
{
    *m = (struct memo){.arena = a, .kept = (uint32_t)(kept + 7) & ~7u};
}

static inline size_t size_of(const struct slice *parts, size_t n)
{
    size_t size = n * sizeof(uint32_t);
    for (size_t i = 0; i < n; i++)
        size += parts[i].len;
    return size;
}

/* One to eight bytes as a number: their first and their last. */
static inline uint64_t word(const char *p, size_t len)
{
    uint32_t first, last;
    uint16_t a, b;
    if (len >= sizeof first) {
        memcpy(&first, p, sizeof first);
        memcpy(&last, p + len - sizeof last, sizeof last);
        return first | (uint64_t)last << 32;
    }
    if (len == 1)
        return (unsigned char)*p;
    memcpy(&a, p, sizeof a);
    memcpy(&b, p + len - sizeof b, sizeof b);
    return a | (uint64_t)b << 32;
}

static inline bool equal(const char *a, const char *b, size_t len)
{
    return len > 8 ? memcmp(a, b, len) == 0 : word(a, len) == word(b, len);
}

static inline bool same(const struct memo_key *k, const struct slice *parts, size_t n, size_t size)
{
    const char *at = (const char *)(k->lengths + n);
    if (k->size != size)
        return false;
    for (size_t i = 0; i < n; at += parts[i++].len) {
        if (k->lengths[i] != parts[i].len ||
            (parts[i].len && !equal(at, parts[i].ptr, parts[i].len)))
            return false;
    }
    return true;
}

static inline uint64_t eight(const char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Of more than eight bytes: sixteen at a time, the last sixteen perhaps partly again. */
static inline uint64_t hash_long(struct slice s, uint64_t h)
{
    const char *at = s.ptr, *const last = s.ptr + s.len - 8;
    h ^= s.len;
    for (; at + 8 < last; at += 16)
        h = fold(eight(at) ^ UINT64_C(0x9e3779b97f4a7c15), eight(at + 8) ^ h);
    return fold(eight(s.len < 16 ? s.ptr : last - 8) ^ UINT64_C(0xd6e8feb86659fd93),
                eight(last) ^ h);
}

static inline uint32_t hash(const struct slice *parts, size_t n)
{
    uint64_t h = n;
    for (size_t i = 0; i < n; i++) {
        if (parts[i].len > 8)
            h = hash_long(parts[i], h);
        else
            h = index_mix(h, parts[i].len ? word(parts[i].ptr, parts[i].len) + parts[i].len : 0);
    }
    return (uint32_t)(h ^ h >> 32);
}

static inline void enter(struct memo_slot *slots, uint32_t room, struct memo_slot slot)
{
    uint32_t at = slot.tag & (room - 1);
    while (slots[at].number)
        at = (at + 1) & (room - 1);
    slots[at] = slot;
}

static bool slots_grow(struct memo *m)
{
    if (m->count < m->slot_room / 2)
        return true;
    uint32_t room = m->slot_room ? m->slot_room * (m->slot_room < SLOTS_FEW ? 4 : 2) : 64;
    struct memo_slot *slots = arena_array(m->arena, room, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t i = 0; i < m->slot_room; i++) {
        if (m->slots[i].number)
            enter(slots, room, m->slots[i]);
    }
    m->slots = slots;
    m->slot_room = room;
    return true;
}

/* Its number; UINT32_MAX when it is not there. */
static inline uint32_t find(const struct memo *m, uint32_t tag, const struct slice *parts, size_t n,
                            size_t size)
{
    uint32_t at = tag & (m->slot_room - 1);
    if (!m->slot_room)
        return UINT32_MAX;
    for (; m->slots[at].number; at = (at + 1) & (m->slot_room - 1)) {
        uint32_t number = m->slots[at].number - 1;
        if (m->slots[at].tag == tag && same(m->keys[number], parts, n, size))
            return number;
    }
    return UINT32_MAX;
}

static bool add(struct memo *m, uint32_t tag, const struct slice *parts, size_t n, size_t size)
{
    struct memo_key *k = NULL;
    char *room = size < UINT32_MAX ? arena_room(m->arena, m->kept + sizeof *k + size) : NULL;
    if (!room || !slots_grow(m) ||
        !pool_grow(m->arena, &m->keys, &m->room, (uint64_t)m->count + 1, sizeof *m->keys, KEYS_MAX))
        return false;
    memset(room, 0, m->kept);
    k = (void *)(room + m->kept);
    char *to = (char *)(k->lengths + n);
    k->size = (uint32_t)size;
    k->next = 0;
    for (size_t i = 0; i < n; to += parts[i++].len) {
        k->lengths[i] = (uint32_t)parts[i].len;
        if (parts[i].len)
            memcpy(to, parts[i].ptr, parts[i].len);
    }
    m->keys[m->count] = k;
    enter(m->slots, m->slot_room, (struct memo_slot){tag, ++m->count});
    return true;
}

/* For a number of parts that is known where it is called: most keys have one or two. */
__attribute__((always_inline)) static inline bool
find_or_add(struct memo *m, const struct slice *parts, size_t n, uint32_t *number)
{
    size_t size = size_of(parts, n);
    if (m->count && same(m->keys[m->last], parts, n, size)) {
        *number = m->last;
        return true;
    }
    if (m->count && (m->luck > 0 || m->turn++ % 16 == 0)) {
        uint32_t guess = m->keys[m->last]->next;
        if (same(m->keys[guess], parts, n, size)) {
            m->luck += m->luck < LUCK_MAX;
            *number = m->last = guess;
            return true;
        }
        m->luck -= m->luck > 0;
    }
    uint32_t tag = hash(parts, n), found = find(m, tag, parts, n, size);
    if (found == UINT32_MAX) {
        if (!add(m, tag, parts, n, size))
            return false;
        found = m->count - 1;
    }
    m->keys[m->last]->next = found;
    *number = m->last = found;
    return true;
}

bool memo_find(struct memo *m, const struct slice *parts, size_t n, uint32_t *number)
{
    if (n == 1)
        return find_or_add(m, parts, 1, number);
    if (n == 2)
        return find_or_add(m, parts, 2, number);
    return find_or_add(m, parts, n, number);
}
