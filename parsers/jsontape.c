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

static inline uint64_t eight(const char *s)
{
    uint64_t bytes;
    memcpy(&bytes, s, sizeof bytes);
    return le64toh(bytes);
}

/* Is it the key that stands at `s`? Behind the last text of a tape is padding enough to read on. */
static inline bool key_at(const struct jsontape *t, const struct jsontape_key *key, const char *s)
{
    if (((eight(s) ^ key->head) | (eight(s + key->tail_at) ^ key->tail)) & key->counted)
        return false;
    for (uint32_t at = 8; at < key->tail_at; at += 8) {
        if (eight(s + at) != eight(t->texts + key->text + at))
            return false;
    }
    return true;
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
    size_t n = sizeof(uint32_t) + bytes.len; /* as it stands on the tape */
    uint32_t tail_at = n > 8 ? (uint32_t)n - 8 : 0;
    t->keys[i] = (struct jsontape_key){.text = text,
                                       .counted = UINT64_MAX >> (n < 8 ? 64 - 8 * n : 0),
                                       .head = eight(t->texts + text),
                                       .tail = eight(t->texts + text + tail_at),
                                       .tail_at = tail_at};
    return index_add(&t->index, &t->arrays, &by_text, t, t->key_count++) ? i : ARRAYS_NONE;
}

/* The key of a text that is not the first guess: the second one, or any. It is the first guess from
 * here on. */
__attribute__((noinline)) static uint32_t key_learn(struct jsontape *t, uint32_t last, bool inside,
                                                    uint64_t text)
{
    uint32_t *guesses = inside ? t->keys[last].inside : t->keys[last].next, i = guesses[1];
    if ((!i || !key_at(t, &t->keys[i], t->texts + text)) && (i = key_of(t, text)) == ARRAYS_NONE)
        return ARRAYS_NONE;
    guesses = inside ? t->keys[last].inside : t->keys[last].next; /* they may have moved */
    guesses[1] = guesses[0];
    guesses[0] = i;
    return i;
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
    uint32_t last = key_above(t, object), guess = t->keys[last].inside[0], mask = 0;
    if (!page_room(t, object, end))
        return JSONTAPE_FULL;
    uint32_t *page = t->directory + t->directory_count, *value = page + 2;
    *deep = false;
    for (uint64_t at = object + 1, next; at < end; at = next) {
        uint64_t text = jsontape_payload(t, at);
        if ((!guess || !key_at(t, &t->keys[guess], t->texts + text)) &&
            (guess = key_learn(t, last, at == object + 1, text)) == ARRAYS_NONE)
            return JSONTAPE_FULL;
        struct jsontape_key *key = &t->keys[guess];
        if (key->object == object) {
            *culprit = jsontape_text(t, text);
            return JSONTAPE_TWICE;
        }
        key->object = object;
        t->words[at] = jsontape_key_word(guess);
        mask |= UINT32_C(1) << guess % 32;
        *value++ = (uint32_t)at + 1;
        next = jsontape_skip(t, at + 1);
        *deep |= may_hold(t, at + 1, next);
        last = guess;
        guess = key->next[0];
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
