/* SPDX-License-Identifier: ISC */
/* The keys of a document: numbered, so that looking for one is not comparing texts. */
#include "parsers/jsontape.h"

#include <endian.h>

#include "daemon/base/hash.h"

static struct slice key_text(const struct jsontape *t, uint32_t i)
{
    return jsontape_text(t, t->keys[i].text);
}

static bool key_is(const void *tape, uint32_t i, const void *text)
{
    return slice_eq(key_text(tape, i), *(const struct slice *)text);
}

static uint64_t key_hash(const void *tape, uint32_t i)
{
    return hash64(key_text(tape, i), 0);
}

static const struct index_of by_text = {key_is, key_hash};

static uint32_t key_find(const struct jsontape *t, struct slice text)
{
    return index_find(&t->index, &by_text, t, &text, hash64(text, 0));
}

/* Eight bytes, of which the first n count. */
static inline uint64_t eight(const char *s, size_t n)
{
    static const uint64_t counted[] = {0,
                                       UINT64_C(0xff),
                                       UINT64_C(0xffff),
                                       UINT64_C(0xffffff),
                                       UINT64_C(0xffffffff),
                                       UINT64_C(0xffffffffff),
                                       UINT64_C(0xffffffffffff),
                                       UINT64_C(0xffffffffffffff),
                                       UINT64_MAX};
    uint64_t bytes;
    memcpy(&bytes, s, sizeof bytes);
    return le64toh(bytes) & counted[n];
}

/* A text of the tape told from others: its length with its first bytes, and its last ones. Texts of
 * up to 12 bytes are that and nothing else; behind the last one is padding enough. */
struct look {
    const char *s;
    size_t n; /* with the length's own bytes */
    uint64_t head, tail;
};

static inline struct look look_at(const struct jsontape *t, uint64_t text)
{
    struct look l = {.s = t->texts + text};
    uint32_t len;
    memcpy(&len, l.s, sizeof len);
    l.n = sizeof len + len;
    size_t counted = l.n < 8 ? l.n : 8;
    l.head = eight(l.s, counted);
    l.tail = eight(l.s + l.n - counted, counted);
    return l;
}

static inline bool looks_like(const struct jsontape *t, const struct look *l,
                              const struct jsontape_key *key)
{
    if (l->head != key->head || l->tail != key->tail)
        return false;
    for (size_t at = 8; at + 8 < l->n; at += 8) {
        if (eight(l->s + at, 8) != eight(t->texts + key->text + at, 8))
            return false;
    }
    return true;
}

/* The key of this text, a new one if need be; ARRAYS_NONE when memory is out. */
static uint32_t key_of(struct jsontape *t, uint64_t text, const struct look *l)
{
    uint32_t i = key_find(t, jsontape_text(t, text));
    if (i != ARRAYS_NONE)
        return i;
    i = t->key_count;
    if (!arrays_grow(&t->arrays, &t->keys, &t->key_room, (uint64_t)i + 1, sizeof *t->keys,
                     UINT32_MAX / 4))
        return ARRAYS_NONE;
    t->keys[i] = (struct jsontape_key){.text = text, .head = l->head, .tail = l->tail};
    return index_add(&t->index, &t->arrays, &by_text, t, t->key_count++) ? i : ARRAYS_NONE;
}

/* One of two keys that it probably is. */
static inline uint32_t key_guess(const struct jsontape *t, const uint32_t guesses[2],
                                 const struct look *l)
{
    for (int i = 0; i < 2; i++) {
        if (guesses[i] && looks_like(t, l, &t->keys[guesses[i]]))
            return guesses[i];
    }
    return ARRAYS_NONE;
}

static inline void key_learn(uint32_t guesses[2], uint32_t i)
{
    if (guesses[0] != i) {
        guesses[1] = guesses[0];
        guesses[0] = i;
    }
}

/* The key that the object stands under; key 0, which is none, for an item of an array. */
static uint32_t key_above(const struct jsontape *t, uint64_t object)
{
    uint64_t i = jsontape_payload(t, object - 1);
    return jsontape_kind(t, object - 1) == 'k' && i < t->key_count ? (uint32_t)i : 0;
}

/* Room for a page of the directory, so many members in all. */
static bool page_room(struct jsontape *t, uint64_t object, uint64_t end)
{
    uint64_t most = (end - object) / 2 + t->directory_count + 2;
    return most <= t->directory_room || arrays_grow(&t->arrays, &t->directory, &t->directory_room,
                                                    most, sizeof *t->directory, UINT32_MAX / 4);
}

/* May there be objects in the value from..to? Not in an array that has no more words than items. */
static inline bool may_hold(const struct jsontape *t, uint64_t from, uint64_t to)
{
    return to > from + 2 &&
           (jsontape_kind(t, from) == '{' || jsontape_payload(t, from) >> 32 != to - from - 2);
}

/* The keys of one object. *deep: there may be objects in it. */
static enum jsontape_keys object_keys(struct jsontape *t, uint64_t object, bool *deep,
                                      struct slice *culprit)
{
    uint64_t end = jsontape_end(t, object) - 1;
    uint32_t last = key_above(t, object), mask = 0;
    if (!page_room(t, object, end))
        return JSONTAPE_FULL;
    uint32_t *page = t->directory + t->directory_count, *value = page + 2;
    *deep = false;
    for (uint64_t at = object + 1, next; at < end; at = next) {
        uint64_t text = jsontape_payload(t, at);
        struct look l = look_at(t, text);
        struct jsontape_key *before = &t->keys[last];
        uint32_t i = key_guess(t, at == object + 1 ? before->inside : before->next, &l);
        if (i == ARRAYS_NONE && (i = key_of(t, text, &l)) == ARRAYS_NONE)
            return JSONTAPE_FULL;
        if (t->keys[i].object == object) {
            *culprit = jsontape_text(t, text);
            return JSONTAPE_TWICE;
        }
        before = &t->keys[last]; /* they may have moved */
        key_learn(at == object + 1 ? before->inside : before->next, i);
        t->keys[i].object = object;
        t->words[at] = jsontape_key_word(i);
        mask |= UINT32_C(1) << i % 32;
        *value++ = (uint32_t)at + 1;
        last = i;
        next = jsontape_skip(t, at + 1);
        *deep |= may_hold(t, at + 1, next);
    }
    page[0] = mask;
    page[1] = (uint32_t)(value - page) - 2;
    t->words[end] = (uint64_t)'}' << 56 | t->directory_count;
    t->directory_count += (uint32_t)(value - page);
    return JSONTAPE_ONCE;
}

enum jsontape_keys jsontape_keys(struct jsontape *t, struct slice *culprit)
{
    if (!arrays_grow(&t->arrays, &t->keys, &t->key_room, 1, sizeof *t->keys, UINT32_MAX / 4))
        return JSONTAPE_FULL;
    t->key_count = 1;
    for (uint64_t at = 1; at < t->length; at++) {
        char kind = jsontape_kind(t, at);
        bool deep = true;
        if (jsontape_is_number(kind))
            at++;
        if (kind != '{')
            continue;
        enum jsontape_keys verdict = object_keys(t, at, &deep, culprit);
        if (verdict != JSONTAPE_ONCE)
            return verdict;
        if (!deep)
            at = jsontape_end(t, at) - 1;
    }
    return JSONTAPE_ONCE;
}

uint32_t jsontape_number(struct jsontape *t, struct slice key)
{
    size_t slot = (size_t)(index_mix(0, (uintptr_t)key.ptr) % JSONTAPE_ASKED);
    for (size_t i = slot; i <= (slot | 1); i++) {
        if (t->asked[i].len == key.len && memcmp(t->asked[i].text, key.ptr, key.len) == 0)
            return t->asked[i].number;
    }
    uint32_t number = key_find(t, key);
    if (key.len > 0 && key.len <= JSONTAPE_ASKED_MAX) {
        t->asked[slot | 1] = t->asked[slot];
        memcpy(t->asked[slot].text, key.ptr, key.len);
        t->asked[slot].len = (uint32_t)key.len;
        t->asked[slot].number = number;
    }
    return number;
}

const uint32_t *jsontape_numbers(struct jsontape *t, const struct slice *keys, size_t n)
{
    size_t slot = (size_t)(index_mix(0, (uintptr_t)keys) % JSONTAPE_TABLES);
    if (n > JSONTAPE_TABLE_MAX)
        return NULL;
    if (t->tables[slot].keys != keys || t->tables[slot].count != n) {
        for (size_t i = 0; i < n; i++)
            t->tables[slot].numbers[i] = jsontape_number(t, keys[i]);
        t->tables[slot].keys = keys;
        t->tables[slot].count = (uint32_t)n;
    }
    return t->tables[slot].numbers;
}

uint64_t jsontape_member(struct jsontape *t, uint64_t object, uint32_t number)
{
    const uint32_t *page = t->directory + (uint32_t)t->words[jsontape_end(t, object) - 1];
    const uint32_t mask = page[0], count = page[1], *values = page + 2;
    uint32_t *place = &t->keys[number].place;
    uint64_t word = jsontape_key_word(number);
    if (!(mask >> number % 32 & 1))
        return 0;
    if (*place < count && t->words[values[*place] - 1] == word)
        return values[*place]; /* objects alike have it at the same place */
    for (uint32_t i = 0; i < count; i++) {
        if (t->words[values[i] - 1] == word) {
            *place = i;
            return values[i];
        }
    }
    return 0;
}
