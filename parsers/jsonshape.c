/* SPDX-License-Identifier: ISC */
#include "parsers/jsonshape.h"

#include "daemon/base/hash.h"
#include "parsers/wire.h"

/* ---- keys ---- */

static bool key_is(const void *shapes, uint32_t i, const void *text)
{
    return slice_eq(((const struct jsonshapes *)shapes)->keys[i].text, *(const struct slice *)text);
}

static uint32_t key_find(const struct jsonshapes *s, struct slice text)
{
    return index_find(&s->key_index, key_is, s, &text, hash64(text, 0));
}

/* The number of this key, a new one if need be; ARRAYS_NONE when memory is out. */
static uint32_t key_of(struct jsonshapes *s, struct jsonshape_key key)
{
    uint32_t i = key_find(s, key.text);
    if (i != ARRAYS_NONE)
        return i;
    i = s->key_count;
    if (!arrays_grow(&s->arrays, &s->keys, &s->key_room, (uint64_t)i + 1, sizeof *s->keys,
                     UINT32_MAX / 4))
        return ARRAYS_NONE;
    s->keys[i] = key;
    return index_add(&s->key_index, &s->arrays, s->key_count++, hash64(key.text, 0)) ? i
                                                                                     : ARRAYS_NONE;
}

/* ---- shapes ---- */

struct step { /* from a shape to the one with one key more */
    uint32_t from, key;
};

static bool shape_is(const void *shapes, uint32_t i, const void *step)
{
    const struct jsonshape *g = &((const struct jsonshapes *)shapes)->all[i];
    const struct step *by = step;
    return g->parent == by->from && g->key == by->key;
}

static uint64_t step_hash(struct step by)
{
    return index_mix(index_mix(0, by.from), by.key);
}

/* Of a key longer than its two ends: kept out of the way of the others. */
bool jsonshape_same_middle(const struct jsonshapes *s, uint32_t shape, const char *at)
{
    const struct jsonshape *g = &s->all[shape];
    const char *is = s->keys[g->key].text.ptr - 1;
    for (uint32_t i = 8; i < g->tail_at; i += 8) {
        if (jsonshape_eight(at + i) != jsonshape_eight(is + i))
            return false;
    }
    return true;
}

/* As a guess it is never right, whatever stands there: head and tail are the same eight bytes. */
#define NOWHERE ((struct jsonshape){.counted = UINT64_MAX, .tail = UINT64_MAX})

bool jsonshape_init(struct jsonshapes *s, struct arena *a)
{
    s->arrays.arena = a;
    if (!arrays_grow(&s->arrays, &s->all, &s->room, 1, sizeof *s->all, UINT32_MAX / 4))
        return false;
    s->all[0] = NOWHERE;
    s->count = 1;
    return true;
}

static enum jsonshape_verdict shape_new(struct jsonshapes *s, struct step by)
{
    const struct jsonshape_key *key = &s->keys[by.key];
    if (!arrays_grow(&s->arrays, &s->all, &s->room, (uint64_t)s->count + 1, sizeof *s->all,
                     UINT32_MAX / 4))
        return JSONSHAPE_FULL;
    struct jsonshape *g = &s->all[s->count];
    *g = NOWHERE;
    g->key = by.key;
    g->parent = by.from;
    g->count = s->all[by.from].count + 1;
    size_t n = key->text.len + 2;
    if (key->plain && n <= WIRE_PADDING) {
        const char *at = key->text.ptr - 1;
        g->tail_at = n > 8 ? (uint32_t)n - 8 : 0;
        g->counted = UINT64_MAX >> (n < 8 ? 64 - 8 * n : 0);
        g->head = jsonshape_eight(at);
        g->tail = jsonshape_eight(at + g->tail_at);
    }
    return index_add(&s->index, &s->arrays, s->count++, step_hash(by)) ? JSONSHAPE_ONCE
                                                                       : JSONSHAPE_FULL;
}

/* ---- keys that stand twice ---- */

/* The object has this key. Whose mark it was is kept: an object within another may have it, too. */
static enum jsonshape_verdict mark(struct jsonshapes *s, const struct jsonshape_object *o,
                                   uint32_t key)
{
    uint32_t n = s->undo_count;
    if (s->keys[key].depth == o->depth)
        return JSONSHAPE_TWICE;
    if (!arrays_grow(&s->arrays, &s->undo, &s->undo_room, (uint64_t)n + 1, sizeof *s->undo,
                     UINT32_MAX / 4))
        return JSONSHAPE_FULL;
    s->undo[s->undo_count++] = (struct jsonshape_undo){key, s->keys[key].depth};
    s->keys[key].depth = o->depth;
    return JSONSHAPE_ONCE;
}

/* A shape there was not yet is the only one that can have a key twice: then the keys of its object
 * are marked, those that are not yet. */
static enum jsonshape_verdict mark_all(struct jsonshapes *s, struct jsonshape_object *o,
                                       struct step by)
{
    enum jsonshape_verdict verdict = JSONSHAPE_ONCE;
    for (uint32_t i = by.from; i != o->marked && verdict == JSONSHAPE_ONCE; i = s->all[i].parent)
        verdict = mark(s, o, s->all[i].key);
    return verdict == JSONSHAPE_ONCE ? mark(s, o, by.key) : verdict;
}

/* The shape of `from` and this key, made in the object if need be. */
static enum jsonshape_verdict shape_of(struct jsonshapes *s, struct jsonshape_object *o,
                                       uint32_t from, struct jsonshape_key key, uint32_t *shape)
{
    const struct step by = {from, key_of(s, key)};
    if (by.key == ARRAYS_NONE)
        return JSONSHAPE_FULL;
    *shape = index_find(&s->index, shape_is, s, &by, step_hash(by));
    if (*shape != ARRAYS_NONE)
        return JSONSHAPE_ONCE;
    *shape = s->count;
    enum jsonshape_verdict verdict = mark_all(s, o, by);
    o->marked = *shape;
    return verdict == JSONSHAPE_ONCE ? shape_new(s, by) : verdict;
}

enum jsonshape_verdict jsonshape_learn(struct jsonshapes *s, struct jsonshape_object *o,
                                       uint32_t from, struct jsonshape_key key, uint32_t *shape)
{
    *shape = from ? s->all[from].next[1] : s->all[o->above].inside[1];
    if (!key.plain || !jsonshape_ends_with(s, *shape, key.text.ptr - 1)) {
        enum jsonshape_verdict verdict = shape_of(s, o, from, key, shape);
        if (verdict != JSONSHAPE_ONCE)
            return verdict;
    }
    uint32_t *guesses = from ? s->all[from].next : s->all[o->above].inside;
    guesses[1] = guesses[0];
    guesses[0] = *shape;
    return JSONSHAPE_ONCE;
}

static bool name_all(struct jsonshapes *s, uint32_t shape)
{
    struct jsonshape *g = &s->all[shape];
    struct slice *names = arena_room(s->arrays.arena, g->count * sizeof *names);
    g->names = names;
    for (uint32_t i = shape, n = g->count; names && n > 0; i = s->all[i].parent)
        names[--n] = s->keys[s->all[i].key].text;
    return names != NULL;
}

bool jsonshape_close(struct jsonshapes *s, const struct jsonshape_object *o, uint32_t shape)
{
    while (s->undo_count > o->undo) {
        const struct jsonshape_undo *was = &s->undo[--s->undo_count];
        s->keys[was->key].depth = was->depth;
    }
    return s->all[shape].names || name_all(s, shape);
}

/* ---- asking ---- */

static uint32_t find_place(const struct jsonshapes *s, uint32_t shape, uint32_t key)
{
    while (shape && s->all[shape].key != key)
        shape = s->all[shape].parent;
    return s->all[shape].count;
}

static size_t slot_of(const void *keys, uint32_t shape)
{
    return (size_t)index_mix(shape, (uintptr_t)keys);
}

uint32_t jsonshape_place(struct jsonshapes *s, uint32_t shape, struct slice key)
{
    size_t slot = slot_of(key.ptr, shape) % JSONSHAPE_ASKED;
    if (s->asked[slot].shape == shape && s->asked[slot].len == key.len &&
        memcmp(s->asked[slot].text, key.ptr, key.len) == 0)
        return s->asked[slot].place;
    uint32_t place = find_place(s, shape, key_find(s, key));
    if (key.len > 0 && key.len <= JSONSHAPE_ASKED_MAX) {
        memcpy(s->asked[slot].text, key.ptr, key.len);
        s->asked[slot].len = (uint32_t)key.len;
        s->asked[slot].shape = shape;
        s->asked[slot].place = place;
    }
    return place;
}

const uint8_t *jsonshape_places(struct jsonshapes *s, uint32_t shape, const struct slice *keys,
                                size_t n)
{
    size_t slot = slot_of(keys, shape) % JSONSHAPE_TABLES;
    if (n > JSONSHAPE_TABLE_MAX || s->all[shape].count > UINT8_MAX)
        return NULL;
    if (s->tables[slot].keys != keys || s->tables[slot].shape != shape ||
        s->tables[slot].count != n) {
        for (size_t i = 0; i < n; i++)
            s->tables[slot].places[i] = (uint8_t)jsonshape_place(s, shape, keys[i]);
        s->tables[slot].keys = keys;
        s->tables[slot].shape = shape;
        s->tables[slot].count = (uint8_t)n;
    }
    return s->tables[slot].places;
}
