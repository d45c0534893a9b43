/* SPDX-License-Identifier: ISC */
/* Interned texts: one growing string of bytes, and an index of what feeds wrote for them. */
#include "parsers/pool.h"

#include "daemon/base/hash.h"
#include "daemon/base/text.h"

#define FIRST_ROOM 4096
#define RAW_MAX 4096 /* longer raw texts are cleaned each time they come */

struct pool_entry {
    const char *raw; /* as the feed wrote it; NULL: as it lies in the pool */
    uint32_t raw_len;
    struct results_text text;
    uint32_t next; /* the entry that was looked for after it */
};

static struct slice entry_raw(const struct pool *p, uint32_t i)
{
    const struct pool_entry *e = &p->entries[i];
    return e->raw ? (struct slice){e->raw, e->raw_len} : pool_text(p, e->text);
}

static bool entry_is(const void *pool, uint32_t i, const void *raw)
{
    return slice_eq(entry_raw(pool, i), *(const struct slice *)raw);
}

static bool add_entry(struct pool *p, struct slice raw, struct results_text text, uint64_t hash)
{
    if (!arrays_grow(p->arrays, &p->entries, &p->entry_room, (uint64_t)p->entry_count + 1,
                     sizeof *p->entries, UINT32_MAX / 4))
        return false;
    p->entries[p->entry_count] = (struct pool_entry){raw.ptr, (uint32_t)raw.len, text, 0};
    p->entries[p->last].next = p->entry_count;
    p->last = p->entry_count;
    return index_add(&p->index, p->arrays, p->entry_count++, hash);
}

static uint64_t raw_hash(struct slice raw)
{
    return hash64(raw, 0);
}

/* Texts follow each other in the same order again and again: then nothing needs looking up. */
static bool found(struct pool *p, uint32_t i, struct results_text *out)
{
    p->entries[p->last].next = i;
    p->last = i;
    *out = p->entries[i].text;
    return true;
}

static bool find(struct pool *p, struct slice raw, uint64_t hash, struct results_text *out)
{
    uint32_t i = index_find(&p->index, entry_is, p, &raw, hash);
    return i != ARRAYS_NONE && found(p, i, out);
}

static bool find_next(struct pool *p, struct slice raw, struct results_text *out)
{
    uint32_t i = p->entry_count ? p->entries[p->last].next : 0;
    return i < p->entry_count && slice_eq(entry_raw(p, i), raw) && found(p, i, out);
}

bool pool_init(struct pool *p, struct arrays *a)
{
    *p = (struct pool){.arrays = a, .len = 1};
    return arrays_grow(a, &p->bytes, &p->room, FIRST_ROOM, 1, FIRST_ROOM) &&
           index_reserve(&p->index, a, FIRST_ROOM);
}

struct slice pool_text(const struct pool *p, struct results_text t)
{
    return (struct slice){p->bytes + t.off, t.len};
}

static bool add_text(struct pool *p, struct slice s, uint64_t hash, struct results_text *out)
{
    uint64_t at = ((uint64_t)p->len + RESULTS_WORD - 1) / RESULTS_WORD * RESULTS_WORD;
    uint64_t end = at + s.len + 1;
    const struct results_text text = {(uint32_t)at, (uint32_t)s.len};
    if (!arrays_grow(p->arrays, &p->bytes, &p->room, end, 1, (uint32_t)RESULTS_MAX) ||
        !arrays_grow(p->arrays, &p->hashes, &p->hash_room, end / RESULTS_WORD + 1,
                     sizeof *p->hashes, (uint32_t)RESULTS_MAX))
        return false;
    memcpy(p->bytes + at, s.ptr, s.len); /* its NUL: new room is zeroed */
    p->hashes[at / RESULTS_WORD] = hash;
    *out = text;
    p->len = (uint32_t)end;
    return add_entry(p, (struct slice){NULL, 0}, text, hash);
}

bool pool_add_clean(struct pool *p, struct slice s, struct results_text *out)
{
    *out = (struct results_text){0, 0};
    if (!s.len)
        return true;
    uint64_t hash = raw_hash(s);
    return find(p, s, hash, out) || add_text(p, s, hash, out);
}

bool pool_add(struct pool *p, struct slice raw, struct results_text *out)
{
    *out = (struct results_text){0, 0};
    if (!raw.len || find_next(p, raw, out))
        return true;
    uint64_t hash = raw_hash(raw);
    if (find(p, raw, hash, out))
        return true;
    if (text_is_plain(raw) || text_is_clean(raw))
        return add_text(p, raw, hash, out);
    struct slice clean = text_clean_copy(raw, p->arrays->arena);
    if (!clean.ptr || !pool_add_clean(p, clean, out))
        return false;
    if (!out->len || raw.len > RAW_MAX)
        return true;
    struct slice copy = arena_copy(p->arrays->arena, raw);
    return copy.ptr && add_entry(p, copy, *out, hash);
}

bool pool_grow_more(struct arena *a, void *array, uint32_t *room, uint64_t need, size_t size,
                    uint32_t cap)
{
    struct arrays alone = {.arena = a};
    return arrays_grow_more(&alone, array, room, need, size, cap);
}
