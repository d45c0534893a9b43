/* SPDX-License-Identifier: ISC */
/* An open-addressing table whose keys remember their successors. */
#include "parsers/memo.h"

#include <string.h>

#include "daemon/base/hash.h"
#include "parsers/pool.h"

#define KEYS_MAX (UINT32_C(1) << 28)

struct memo_key {
    const char *bytes; /* each part's length as uint32_t, then each part's bytes */
    uint64_t hash;
    uint32_t next; /* the number of the key that followed it last time */
};

void memo_init(struct memo *m, struct arena *a)
{
    *m = (struct memo){.arena = a};
}

static bool same(const struct memo_key *k, const struct slice *parts, size_t n)
{
    const char *at = k->bytes + n * sizeof(uint32_t);
    for (size_t i = 0; i < n; i++) {
        uint32_t len;
        memcpy(&len, k->bytes + i * sizeof len, sizeof len);
        if (len != parts[i].len || (len && memcmp(at, parts[i].ptr, len) != 0))
            return false;
        at += len;
    }
    return true;
}

static uint32_t *slot_of(struct memo *m, uint64_t hash, const struct slice *parts, size_t n)
{
    uint32_t at = (uint32_t)hash & (m->slot_room - 1);
    for (; m->slots[at]; at = (at + 1) & (m->slot_room - 1)) {
        const struct memo_key *k = &m->keys[m->slots[at] - 1];
        if (k->hash == hash && same(k, parts, n))
            break;
    }
    return &m->slots[at];
}

static bool slots_grow(struct memo *m)
{
    if (m->count < m->slot_room / 2)
        return true;
    uint32_t room = m->slot_room ? m->slot_room * 2 : 256;
    uint32_t *slots = arena_array(m->arena, room, sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t i = 0; i < m->count; i++) {
        uint32_t at = (uint32_t)m->keys[i].hash & (room - 1);
        while (slots[at])
            at = (at + 1) & (room - 1);
        slots[at] = i + 1;
    }
    m->slots = slots;
    m->slot_room = room;
    return true;
}

static bool add(struct memo *m, uint64_t hash, const struct slice *parts, size_t n)
{
    size_t size = n * sizeof(uint32_t);
    for (size_t i = 0; i < n; i++)
        size += parts[i].len;
    char *bytes = arena_alloc(m->arena, size), *at = bytes;
    if (!bytes || !slots_grow(m) ||
        !pool_grow(m->arena, &m->keys, &m->room, (uint64_t)m->count + 1, sizeof *m->keys, KEYS_MAX))
        return false;
    for (size_t i = 0; i < n; i++, at += sizeof(uint32_t))
        memcpy(at, &(uint32_t){(uint32_t)parts[i].len}, sizeof(uint32_t));
    for (size_t i = 0; i < n; at += parts[i++].len) {
        if (parts[i].len)
            memcpy(at, parts[i].ptr, parts[i].len);
    }
    uint32_t *slot = slot_of(m, hash, parts, n);
    m->keys[m->count] = (struct memo_key){bytes, hash, 0};
    *slot = ++m->count;
    return true;
}

bool memo_find(struct memo *m, const struct slice *parts, size_t n, uint32_t *number)
{
    if (m->count) {
        uint32_t guess = m->keys[m->last].next;
        if (same(&m->keys[guess], parts, n)) {
            *number = m->last = guess;
            return true;
        }
    }
    uint64_t hash = n;
    for (size_t i = 0; i < n; i++)
        hash = hash64(parts[i], hash);
    uint32_t found = m->slot_room ? *slot_of(m, hash, parts, n) : 0;
    if (!found) {
        if (!add(m, hash, parts, n))
            return false;
        found = m->count;
    }
    m->keys[m->last].next = found - 1;
    *number = m->last = found - 1;
    return true;
}
