/* SPDX-License-Identifier: ISC */
/* A map from byte strings to pointers: the entries in order of insertion, and an open-addressed
 * index into them. A removed entry stays, dead, until the entries are full: then the living move
 * together or the room doubles. */
#include "daemon/base/map.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/hash.h"

enum { FIRST_ROOM = 8 };

struct entry {
    struct slice key;
    void *value;
    uint32_t hash; /* enough for the index: it never has more slots than that */
    bool live;
};

struct map {
    struct entry *entries;
    uint32_t *index; /* 2 * room slots: 0 is free, else the entry's number + 1 */
    size_t used;     /* entries written, the dead among them */
    size_t room;     /* a power of two, or 0 */
    size_t first;    /* no entry below it lives: a queue stays cheap to walk */
    size_t count, cap;
    bool copy_keys;
};

struct map *map_new(size_t cap, bool copy_keys)
{
    struct map *m = calloc(1, sizeof(*m));

    if (m) {
        m->cap = cap < UINT32_MAX / 4 ? cap : UINT32_MAX / 4;
        m->copy_keys = copy_keys;
    }
    return m;
}

static void free_key(const struct map *m, struct entry *e)
{
    if (m->copy_keys)
        free((char *)(uintptr_t)e->key.ptr);
    e->key = (struct slice){NULL, 0};
}

void map_free(struct map *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->used; i++)
        if (m->entries[i].live)
            free_key(m, &m->entries[i]);
    free(m->entries);
    free(m->index);
    free(m);
}

static struct entry *find(const struct map *m, struct slice key, uint32_t hash)
{
    if (m->count == 0)
        return NULL;
    size_t mask = 2 * m->room - 1;
    for (size_t at = hash & mask; m->index[at]; at = (at + 1) & mask) {
        struct entry *e = &m->entries[m->index[at] - 1];
        if (e->live && e->hash == hash && slice_eq(e->key, key))
            return e;
    }
    return NULL;
}

static struct entry *lookup(const struct map *m, struct slice key)
{
    return find(m, key, (uint32_t)hash64(key, 0));
}

/* Point the index at an entry; there is always a free slot, as at most half are taken. */
static void enter(struct map *m, size_t number)
{
    size_t mask = 2 * m->room - 1, at = m->entries[number].hash & mask;

    while (m->index[at])
        at = (at + 1) & mask;
    m->index[at] = (uint32_t)(number + 1);
}

static void compact(struct map *m)
{
    size_t to = 0;

    for (size_t i = 0; i < m->used; i++)
        if (m->entries[i].live)
            m->entries[to++] = m->entries[i];
    m->used = to;
    m->first = 0;
    memset(m->index, 0, 2 * m->room * sizeof(*m->index));
    for (size_t i = 0; i < m->used; i++)
        enter(m, i);
}

static bool make_room(struct map *m)
{
    if (m->used < m->room)
        return true;
    /* Compact only when that frees a quarter, so that removals and insertions cost O(1) on average.
     */
    if (m->room && m->count <= m->room - m->room / 4) {
        compact(m);
        return true;
    }
    size_t room = m->room ? 2 * m->room : FIRST_ROOM;
    uint32_t *index = calloc(2 * room, sizeof(*index));
    struct entry *entries = index ? realloc(m->entries, room * sizeof(*entries)) : NULL;
    if (!entries) {
        free(index);
        return false;
    }
    free(m->index);
    m->index = index;
    m->entries = entries;
    m->room = room;
    compact(m);
    return true;
}

static bool own_key(const struct map *m, struct slice *key)
{
    if (!m->copy_keys)
        return true;
    char *copy = malloc(key->len ? key->len : 1);
    if (!copy)
        return false;
    if (key->len)
        memcpy(copy, key->ptr, key->len);
    key->ptr = copy;
    return true;
}

bool map_put(struct map *m, struct slice key, void *value)
{
    uint32_t hash = (uint32_t)hash64(key, 0);
    struct entry *e = find(m, key, hash);

    if (e) {
        e->value = value;
        if (!m->copy_keys)
            e->key = key; /* the old key may go away with the old value */
        return true;
    }
    if (m->count >= m->cap || !make_room(m) || !own_key(m, &key))
        return false;
    m->entries[m->used] = (struct entry){key, value, hash, true};
    enter(m, m->used++);
    m->count++;
    return true;
}

void *map_get(const struct map *m, struct slice key)
{
    const struct entry *e = lookup(m, key);

    return e ? e->value : NULL;
}

bool map_has(const struct map *m, struct slice key)
{
    return lookup(m, key) != NULL;
}

void *map_remove(struct map *m, struct slice key)
{
    struct entry *e = lookup(m, key);

    if (!e)
        return NULL;
    void *value = e->value;
    free_key(m, e);
    e->live = false;
    m->count--;
    while (m->first < m->used && !m->entries[m->first].live)
        m->first++;
    return value;
}

size_t map_count(const struct map *m)
{
    return m->count;
}

bool map_next(const struct map *m, size_t *at, struct slice *key, void **value)
{
    if (*at < m->first)
        *at = m->first;
    while (*at < m->used && !m->entries[*at].live)
        ++*at;
    if (*at >= m->used)
        return false;
    const struct entry *e = &m->entries[(*at)++];
    if (key)
        *key = e->key;
    if (value)
        *value = e->value;
    return true;
}
