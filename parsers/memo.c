/* SPDX-License-Identifier: ISC */
/* An open-addressing table whose keys remember their successors. */
#include "parsers/memo.h"

#include "parsers/arrays.h"

#define LUCK_MAX 16
#define SLOTS_FEW 4096 /* a table of fewer grows faster */
#define KEYS_MAX (UINT32_C(1) << 28)

struct memo_slot {
    uint64_t hash;        /* so that hardly any key is looked at in vain */
    struct memo_key *key; /* NULL: the slot is free */
};

void memo_init(struct memo *m, struct arena *a, size_t kept)
{
    *m = (struct memo){.arena = a, .kept = (uint32_t)(kept + 7) & ~7u};
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
        h = fold(memo_word(at, 8) ^ UINT64_C(0x9e3779b97f4a7c15), memo_word(at + 8, 8) ^ h);
    return fold(memo_word(s.len < 16 ? s.ptr : last - 8, 8) ^ UINT64_C(0xd6e8feb86659fd93),
                memo_word(last, 8) ^ h);
}

static inline uint64_t hash(const struct slice *parts, size_t n)
{
    uint64_t h = n;
    for (size_t i = 0; i < n; i++) {
        if (parts[i].len > 8)
            h = hash_long(parts[i], h);
        else
            h = index_mix(h, parts[i].len ? word(parts[i].ptr, parts[i].len) + parts[i].len : 0);
    }
    return h ^ h >> 32;
}

static inline void enter(struct memo_slot *slots, uint32_t room, struct memo_slot slot)
{
    uint32_t at = slot.hash & (room - 1);
    while (slots[at].key)
        at = (at + 1) & (room - 1);
    slots[at] = slot;
}

static bool slots_grow(struct memo *m)
{
    if (m->count < m->room / 2)
        return true;
    uint32_t room = m->room ? m->room * (m->room < SLOTS_FEW ? 4 : 2) : 64;
    struct memo_slot *slots =
        m->count < KEYS_MAX ? arena_array(m->arena, room, sizeof *slots) : NULL;
    if (!slots)
        return false;
    for (uint32_t i = 0; i < m->room; i++) {
        if (m->slots[i].key)
            enter(slots, room, m->slots[i]);
    }
    m->slots = slots;
    m->room = room;
    return true;
}

/* NULL when it is not there. */
static inline struct memo_key *find(const struct memo *m, uint64_t hash, const struct slice *parts,
                                    size_t n)
{
    uint32_t at = hash & (m->room - 1);
    if (!m->room)
        return NULL;
    for (; m->slots[at].key; at = (at + 1) & (m->room - 1)) {
        if (m->slots[at].hash == hash && memo_is(m->slots[at].key, parts, n))
            return m->slots[at].key;
    }
    return NULL;
}

static size_t size_of(const struct slice *parts, size_t n)
{
    size_t size = n * sizeof(uint32_t);
    for (size_t i = 0; i < n; i++)
        size += parts[i].len;
    return size;
}

static struct memo_key *add(struct memo *m, uint64_t hash, const struct slice *parts, size_t n)
{
    struct memo_key *k = NULL;
    size_t size = size_of(parts, n);
    char *room = size < UINT32_MAX ? arena_room(m->arena, m->kept + sizeof *k + size) : NULL;
    if (!room || !slots_grow(m))
        return NULL;
    memset(room, 0, m->kept);
    k = (void *)(room + m->kept);
    char *to = (char *)(k->lengths + n);
    k->number = m->count++;
    k->next = NULL;
    for (size_t i = 0; i < n; to += parts[i++].len) {
        k->lengths[i] = (uint32_t)parts[i].len;
        if (parts[i].len)
            memcpy(to, parts[i].ptr, parts[i].len);
    }
    enter(m->slots, m->room, (struct memo_slot){hash, k});
    return k;
}

struct memo_key *memo_seek(struct memo *m, const struct slice *parts, size_t n)
{
    struct memo_key *last = m->last, *k = last ? last->next : NULL;
    if (k && (m->luck > 0 || m->turn++ % 16 == 0)) {
        if (memo_is(k, parts, n)) {
            m->luck += m->luck < LUCK_MAX;
            return m->last = k;
        }
        m->luck -= m->luck > 0;
    }
    uint64_t h = hash(parts, n);
    if (!(k = find(m, h, parts, n)) && !(k = add(m, h, parts, n)))
        return NULL;
    if (last)
        last->next = k;
    return m->last = k;
}

bool memo_find(struct memo *m, const struct slice *parts, size_t n, uint32_t *number)
{
    const struct memo_key *k = memo_key(m, parts, n);
    *number = k ? k->number : 0;
    return k != NULL;
}
