/* SPDX-License-Identifier: ISC */
/* The shapes of a document's objects, so that looking for a key is not comparing texts. */
#include "parsers/jsontape.h"

#include <endian.h>

#include "daemon/base/hash.h"

/* ---- keys and shapes ---- */

static struct slice key_text(const struct jsontape *t, uint32_t i)
{
    return jsontape_text(t, t->keys[i].text);
}

static bool key_is(const void *tape, uint32_t i, const void *text)
{
    return slice_eq(key_text(tape, i), *(const struct slice *)text);
}

static uint32_t key_find(const struct jsontape *t, struct slice text)
{
    return index_find(&t->key_index, key_is, t, &text, hash64(text, 0));
}

/* The key of this text, a new one if need be; ARRAYS_NONE when memory is out. */
static uint32_t key_of(struct jsontape *t, uint64_t text)
{
    struct slice bytes = jsontape_text(t, text);
    uint32_t i = key_find(t, bytes);
    if (i != ARRAYS_NONE)
        return i;
    i = t->key_count;
    if (!arrays_grow(&t->arrays, &t->keys, &t->key_room, (uint64_t)i + 1, sizeof *t->keys,
                     UINT32_MAX / 4))
        return ARRAYS_NONE;
    t->keys[i] = (struct jsontape_key){.text = text};
    return index_add(&t->key_index, &t->arrays, t->key_count++, hash64(bytes, 0)) ? i : ARRAYS_NONE;
}

struct step { /* from a shape to the one with one key more */
    uint32_t from, key;
};

static bool shape_is(const void *tape, uint32_t i, const void *step)
{
    const struct jsontape_shape *s = &((const struct jsontape *)tape)->shapes[i];
    const struct step *by = step;
    return s->parent == by->from && s->key == by->key;
}

static uint64_t step_hash(struct step by)
{
    return index_mix(index_mix(0, by.from), by.key);
}

static inline uint64_t eight(const char *s)
{
    uint64_t bytes;
    memcpy(&bytes, s, sizeof bytes);
    return le64toh(bytes);
}

/* Of a key longer than its two ends: kept out of the way of the others. */
__attribute__((noinline)) static bool same_middle(const char *texts,
                                                  const struct jsontape_shape *shape, const char *s)
{
    for (uint32_t at = 8; at < shape->tail_at; at += 8) {
        if (eight(s + at) != eight(texts + shape->text + at))
            return false;
    }
    return true;
}

/* Does the shape end with the key that stands at `s`? Behind the last text of a tape is padding
 * enough to read on. */
static inline bool ends_with(const char *texts, const struct jsontape_shape *shape, const char *s)
{
    uint64_t differs = (eight(s) ^ shape->head) | (eight(s + shape->tail_at) ^ shape->tail);
    return !(differs & shape->counted) && (shape->tail_at <= 8 || same_middle(texts, shape, s));
}

/* A shape there was not yet is the only one that can have a key twice. Once an object has made one,
 * each further key makes one, too: so its keys are marked once, and then one by one. */
static enum jsontape_keys mark(struct jsontape *t, uint64_t object, struct step by)
{
    for (uint32_t i = t->marked == object ? 0 : by.from; i; i = t->shapes[i].parent)
        t->keys[t->shapes[i].key].object = object;
    t->marked = object;
    if (t->keys[by.key].object == object)
        return JSONTAPE_TWICE;
    t->keys[by.key].object = object;
    return JSONTAPE_ONCE;
}

static enum jsontape_keys shape_new(struct jsontape *t, struct step by, uint64_t text)
{
    if (!arrays_grow(&t->arrays, &t->shapes, &t->shape_room, (uint64_t)t->shape_count + 1,
                     sizeof *t->shapes, UINT32_MAX / 4))
        return JSONTAPE_FULL;
    size_t n = sizeof(uint32_t) + jsontape_text(t, text).len; /* as it stands on the tape */
    uint32_t tail_at = n > 8 ? (uint32_t)n - 8 : 0;
    t->shapes[t->shape_count] =
        (struct jsontape_shape){.text = text,
                                .counted = UINT64_MAX >> (n < 8 ? 64 - 8 * n : 0),
                                .head = eight(t->texts + text),
                                .tail = eight(t->texts + text + tail_at),
                                .tail_at = tail_at,
                                .key = by.key,
                                .parent = by.from,
                                .count = t->shapes[by.from].count + 1};
    return index_add(&t->shape_index, &t->arrays, t->shape_count++, step_hash(by)) ? JSONTAPE_ONCE
                                                                                   : JSONTAPE_FULL;
}

/* The shape of `from` and this key, made in the object if need be. */
static enum jsontape_keys shape_of(struct jsontape *t, uint64_t object, uint32_t from,
                                   uint64_t text, uint32_t *shape)
{
    const struct step by = {from, key_of(t, text)};
    if (by.key == ARRAYS_NONE)
        return JSONTAPE_FULL;
    *shape = index_find(&t->shape_index, shape_is, t, &by, step_hash(by));
    if (*shape != ARRAYS_NONE)
        return JSONTAPE_ONCE;
    *shape = t->shape_count;
    enum jsontape_keys verdict = mark(t, object, by);
    return verdict == JSONTAPE_ONCE ? shape_new(t, by, text) : verdict;
}

/* The shape at a key that is not the first guess: the second one, or any. It is the first guess
 * from here on. */
__attribute__((noinline)) static enum jsontape_keys shape_learn(struct jsontape *t, uint64_t object,
                                                                uint32_t from, uint32_t above,
                                                                uint64_t text, uint32_t *shape)
{
    *shape = from ? t->shapes[from].next[1] : t->shapes[above].inside[1];
    if (!ends_with(t->texts, &t->shapes[*shape], t->texts + text)) {
        enum jsontape_keys verdict = shape_of(t, object, from, text, shape);
        if (verdict != JSONTAPE_ONCE)
            return verdict;
    }
    uint32_t *guesses = from ? t->shapes[from].next : t->shapes[above].inside;
    guesses[1] = guesses[0];
    guesses[0] = *shape;
    return JSONTAPE_ONCE;
}

/* ---- containers ---- */

/* May a container open among the words from `at` to `end`? Four are looked at in one go, be they
 * words of the array, numbers or what stands behind it: so short arrays cost no branches. */
static inline bool may_open(const struct jsontape *t, uint64_t at, uint64_t end)
{
    bool found = end + 4 > t->length;
    for (; at < end && !found; at += 4) {
        for (uint64_t i = at; i < at + 4; i++)
            found |= (t->words[i] >> 56 | 0x20) == '{'; /* or [ */
    }
    return found;
}

/* May there be objects to read in the value? Not in an array of plain items. */
static inline bool may_hold(const struct jsontape *t, uint64_t at)
{
    char kind = jsontape_kind(t, at);
    uint64_t end = jsontape_end(t, at) - 1;
    return kind == '{' || (kind == '[' && jsontape_payload(t, at) >> 32 != end - at - 1 &&
                           may_open(t, at + 1, end));
}

static enum jsontape_keys container_keys(struct jsontape *t, uint64_t at, uint32_t above,
                                         struct slice *culprit);

static enum jsontape_keys array_keys(struct jsontape *t, uint64_t array, uint32_t above,
                                     struct slice *culprit)
{
    uint64_t end = jsontape_end(t, array) - 1;
    enum jsontape_keys verdict = JSONTAPE_ONCE;
    for (uint64_t at = array + 1; at < end && verdict == JSONTAPE_ONCE;) {
        char kind = jsontape_kind(t, at);
        if (!jsontape_is_container(kind)) {
            at += 1 + jsontape_is_number(kind);
            continue;
        }
        if (may_hold(t, at))
            verdict = container_keys(t, at, above, culprit);
        at = jsontape_end(t, at);
    }
    return verdict;
}

/* The members of an object that are deep: a bit each, the last one for all from there on. */
#define DEEP_LAST 63

__attribute__((noinline)) static enum jsontape_keys
member_keys(struct jsontape *t, const uint32_t *page, uint64_t deep, struct slice *culprit)
{
    enum jsontape_keys verdict = JSONTAPE_ONCE;
    for (; deep; deep &= deep - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(deep);
        uint32_t end = i < DEEP_LAST ? i + 1 : t->shapes[page[0]].count;
        for (; i < end && verdict == JSONTAPE_ONCE; i++) {
            uint64_t at = page[1 + i];
            if (may_hold(t, at))
                verdict = container_keys(t, at, (uint32_t)t->words[at - 1], culprit);
        }
    }
    return verdict;
}

/* The keys of one object first, those of what is in it then. */
__attribute__((noinline)) static enum jsontape_keys
object_keys(struct jsontape *t, uint64_t object, uint32_t above, struct slice *culprit)
{
    const struct jsontape_shape *shapes = t->shapes;
    const char *texts = t->texts;
    uint64_t *words = t->words, *at = words + object + 1, deep = 0;
    uint64_t *end = words + jsontape_end(t, object) - 1;
    uint32_t *page = t->directory + t->directory_count, *value = page + 1;
    uint32_t shape = 0, guess = shapes[above].inside[0];
    while (at < end) {
        uint64_t text = *at & JSONTAPE_PAYLOAD;
        if (!ends_with(texts, &shapes[guess], texts + text)) {
            enum jsontape_keys verdict = shape_learn(t, object, shape, above, text, &guess);
            if (verdict != JSONTAPE_ONCE) {
                *culprit = jsontape_text(t, text);
                return verdict;
            }
            shapes = t->shapes; /* they may have moved */
        }
        *at++ = jsontape_key_word(guess);
        char kind = (char)(*at >> 56);
        *value++ = (uint32_t)(at - words);
        if (jsontape_is_container(kind)) {
            ptrdiff_t i = value - page - 2;
            deep |= UINT64_C(1) << (i < DEEP_LAST ? i : DEEP_LAST);
            at = words + (uint32_t)*at;
        } else {
            at += 1 + jsontape_is_number(kind);
        }
        shape = guess;
        guess = shapes[shape].next[0];
    }
    page[0] = shape;
    *end = (uint64_t)'}' << 56 | t->directory_count;
    t->directory_count += (uint32_t)(value - page);
    return deep ? member_keys(t, page, deep, culprit) : JSONTAPE_ONCE;
}

/* The keys of all objects in a container, which stands under that key. As deep as the text may be
 * nested. */
static enum jsontape_keys container_keys(struct jsontape *t, uint64_t at, uint32_t above,
                                         struct slice *culprit)
{
    return jsontape_kind(t, at) == '{' ? object_keys(t, at, above, culprit)
                                       : array_keys(t, at, above, culprit);
}

enum jsontape_keys jsontape_keys(struct jsontape *t, struct slice *culprit)
{
    /* A page takes fewer items than its object takes words, but not half as few: an object in it is
     * an item and no word. */
    t->directory = arena_room(t->arrays.arena, t->length * sizeof *t->directory);
    if (!t->directory ||
        !arrays_grow(&t->arrays, &t->shapes, &t->shape_room, 1, sizeof *t->shapes, UINT32_MAX / 4))
        return JSONTAPE_FULL;
    /* The one without keys, which the document stands under: no text is as long as it says. */
    t->shapes[0] = (struct jsontape_shape){.counted = UINT64_MAX, .head = UINT64_MAX};
    t->shape_count = 1;
    return may_hold(t, 1) ? container_keys(t, 1, 0, culprit) : JSONTAPE_ONCE;
}

/* ---- asking ---- */

static uint32_t find_place(const struct jsontape *t, uint32_t shape, uint32_t key)
{
    while (shape && t->shapes[shape].key != key)
        shape = t->shapes[shape].parent;
    return t->shapes[shape].count;
}

static size_t slot_of(const void *keys, uint32_t shape)
{
    return (size_t)index_mix(shape, (uintptr_t)keys);
}

uint32_t jsontape_place(struct jsontape *t, uint32_t shape, struct slice key)
{
    size_t slot = slot_of(key.ptr, shape) % JSONTAPE_ASKED;
    if (t->asked[slot].shape == shape && t->asked[slot].len == key.len &&
        memcmp(t->asked[slot].text, key.ptr, key.len) == 0)
        return t->asked[slot].place;
    uint32_t place = find_place(t, shape, key_find(t, key));
    if (key.len > 0 && key.len <= JSONTAPE_ASKED_MAX) {
        memcpy(t->asked[slot].text, key.ptr, key.len);
        t->asked[slot].len = (uint32_t)key.len;
        t->asked[slot].shape = shape;
        t->asked[slot].place = place;
    }
    return place;
}

const uint8_t *jsontape_places(struct jsontape *t, uint32_t shape, const struct slice *keys,
                               size_t n)
{
    size_t slot = slot_of(keys, shape) % JSONTAPE_TABLES;
    if (n > JSONTAPE_TABLE_MAX || t->shapes[shape].count > UINT8_MAX)
        return NULL;
    if (t->tables[slot].keys != keys || t->tables[slot].shape != shape ||
        t->tables[slot].count != n) {
        for (size_t i = 0; i < n; i++)
            t->tables[slot].places[i] = (uint8_t)jsontape_place(t, shape, keys[i]);
        t->tables[slot].keys = keys;
        t->tables[slot].shape = shape;
        t->tables[slot].count = (uint8_t)n;
    }
    return t->tables[slot].places;
}
