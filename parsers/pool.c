/* SPDX-License-Identifier: ISC */
/* Interned texts: an open-addressing table over one growing string of bytes. */
#include "parsers/pool.h"

#include <string.h>

#include "daemon/base/hash.h"
#include "daemon/base/text.h"

#define RAW_MAX 4096 /* longer raw texts are cleaned each time they come */

struct pool_slot {
    const char *raw; /* as the feed wrote it; NULL: as it lies in the pool */
    uint32_t raw_len;
    struct results_text text; /* len 0: the slot is free */
};

bool pool_grow(struct arena *a, void *array, uint32_t *room, uint64_t need, size_t size,
               uint32_t cap)
{
    void *old, *new;
    if (need <= *room)
        return true;
    if (need > cap)
        return false;
    uint64_t more = need > 2 * (uint64_t)*room ? need : 2 * (uint64_t)*room;
    if (more < 4)
        more = 4;
    if (more > cap)
        more = cap;
    if (!(new = arena_array(a, (size_t)more, size)))
        return false;
    memcpy(&old, array, sizeof old); /* the pointer's own type is the caller's */
    if (*room)
        memcpy(new, old, *room * size);
    memcpy(array, &new, sizeof new);
    *room = (uint32_t)more;
    return true;
}

bool pool_init(struct pool *p, struct arena *a)
{
    *p = (struct pool){.arena = a};
    p->len = 1;
    return pool_grow(a, &p->bytes, &p->room, 1, 1, 1 << 10);
}

struct slice pool_text(const struct pool *p, struct results_text t)
{
    return (struct slice){p->bytes + t.off, t.len};
}

static struct slice slot_raw(const struct pool *p, const struct pool_slot *s)
{
    return s->raw ? (struct slice){s->raw, s->raw_len} : pool_text(p, s->text);
}

static struct pool_slot *slot_of(struct pool *p, struct slice raw)
{
    uint32_t at = (uint32_t)hash64(raw, 0) & (p->slot_room - 1);
    while (p->slots[at].text.len && !slice_eq(slot_raw(p, &p->slots[at]), raw))
        at = (at + 1) & (p->slot_room - 1);
    return &p->slots[at];
}

/* Keep the table at most half full. */
static bool slots_grow(struct pool *p)
{
    struct pool_slot *old = p->slots;
    uint32_t had = p->slot_room;
    if (p->slot_count < had / 2)
        return true;
    if (had > UINT32_MAX / 4)
        return false;
    uint32_t room = had ? had * 2 : 1024;
    struct pool_slot *slots = arena_array(p->arena, room, sizeof *slots);
    if (!slots)
        return false;
    p->slots = slots;
    p->slot_room = room;
    for (uint32_t i = 0; i < had; i++) {
        if (old[i].text.len)
            *slot_of(p, slot_raw(p, &old[i])) = old[i];
    }
    return true;
}

bool pool_add_clean(struct pool *p, struct slice s, struct results_text *out)
{
    *out = (struct results_text){0, 0};
    if (!s.len)
        return true;
    if (!slots_grow(p))
        return false;
    struct pool_slot *slot = slot_of(p, s);
    if (!slot->text.len) {
        uint64_t end = (uint64_t)p->len + s.len + 1;
        if (!pool_grow(p->arena, &p->bytes, &p->room, end, 1, (uint32_t)RESULTS_MAX))
            return false;
        memcpy(p->bytes + p->len, s.ptr, s.len); /* its NUL: new room is zeroed */
        *slot = (struct pool_slot){.text = {p->len, (uint32_t)s.len}};
        p->len = (uint32_t)end;
        p->slot_count++;
    }
    *out = slot->text;
    return true;
}

bool pool_add(struct pool *p, struct slice raw, struct results_text *out)
{
    *out = (struct results_text){0, 0};
    if (!raw.len)
        return true;
    if (!slots_grow(p))
        return false;
    struct pool_slot *slot = slot_of(p, raw);
    if (slot->text.len) {
        *out = slot->text;
        return true;
    }
    if (text_is_clean(raw))
        return pool_add_clean(p, raw, out);
    struct slice clean = text_clean_copy(raw, p->arena);
    if (!clean.ptr || !pool_add_clean(p, clean, out))
        return false;
    if (!out->len || raw.len > RAW_MAX)
        return true;
    struct slice copy = arena_copy(p->arena, raw);
    if (!copy.ptr || !slots_grow(p))
        return false;
    *slot_of(p, raw) = (struct pool_slot){copy.ptr, (uint32_t)copy.len, *out};
    p->slot_count++;
    return true;
}
