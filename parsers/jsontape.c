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

/* Of a key longer than its two ends: kept out of the way of the others. */
__attribute__((noinline)) static bool same_middle(const struct jsontape *t,
                                                  const struct jsontape_key *key, const char *s)
{
    for (uint32_t at = 8; at < key->tail_at; at += 8) {
        if (eight(s + at) != eight(t->texts + key->text + at))
            return false;
    }
    return true;
}

/* Is it the key that stands at `s`? Behind the last text of a tape is padding enough to read on. */
static inline bool key_at(const struct jsontape *t, const struct jsontape_key *key, const char *s)
{
    return !(((eight(s) ^ key->head) | (eight(s + key->tail_at) ^ key->tail)) & key->counted) &&
           (key->tail_at <= 8 || same_middle(t, key, s));
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
    if (!key_at(t, &t->keys[i], t->texts + text) && (i = key_of(t, text)) == ARRAYS_NONE)
        return ARRAYS_NONE;
    guesses = inside ? t->keys[last].inside : t->keys[last].next; /* they may have moved */
    guesses[1] = guesses[0];
    guesses[0] = i;
    return i;
}

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

static enum jsontape_keys member_keys(struct jsontape *t, const uint32_t *page, uint64_t deep,
                                      struct slice *culprit)
{
    enum jsontape_keys verdict = JSONTAPE_ONCE;
    for (; deep; deep &= deep - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(deep), end = i < DEEP_LAST ? i + 1 : page[1];
        for (; i < end && verdict == JSONTAPE_ONCE; i++) {
            uint64_t at = page[2 + i];
            if (may_hold(t, at))
                verdict = container_keys(t, at, (uint32_t)t->words[at - 1], culprit);
        }
    }
    return verdict;
}

/* The keys of one object first, so that each knows the last object that has it. */
static enum jsontape_keys object_keys(struct jsontape *t, uint64_t object, uint32_t above,
                                      struct slice *culprit)
{
    uint64_t *words = t->words, *at = words + object + 1;
    uint64_t *end = words + jsontape_end(t, object) - 1, deep = 0;
    uint32_t *page = t->directory + t->directory_count, *value = page + 2;
    uint32_t last = above, guess = t->keys[above].inside[0], mask = 0;
    while (at < end) {
        uint64_t text = *at & JSONTAPE_PAYLOAD;
        if (!key_at(t, &t->keys[guess], t->texts + text) &&
            (guess = key_learn(t, last, value == page + 2, text)) == ARRAYS_NONE)
            return JSONTAPE_FULL;
        struct jsontape_key *key = &t->keys[guess];
        if (key->object == object) {
            *culprit = jsontape_text(t, text);
            return JSONTAPE_TWICE;
        }
        key->object = object;
        mask |= UINT32_C(1) << guess % 32;
        *at++ = jsontape_key_word(guess);
        if (jsontape_is_container((char)(*at >> 56)))
            deep |= UINT64_C(1) << (value - page < 2 + DEEP_LAST ? value - page - 2 : DEEP_LAST);
        *value++ = (uint32_t)(at - words);
        at = words + jsontape_skip(t, (uint64_t)(at - words));
        last = guess;
        guess = key->next[0];
    }
    page[0] = mask;
    page[1] = (uint32_t)(value - page) - 2;
    *end = (uint64_t)'}' << 56 | t->directory_count;
    t->directory_count += 2 + page[1];
    return member_keys(t, page, deep, culprit);
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
    /* A page takes no more items than its object takes words. */
    t->directory = arena_room(t->arrays.arena, t->length * sizeof *t->directory);
    if (!t->directory ||
        !arrays_grow(&t->arrays, &t->keys, &t->key_room, 1, sizeof *t->keys, UINT32_MAX / 4))
        return JSONTAPE_FULL;
    /* Key 0 is none, and what the document stands under: no text is as long as it says. */
    t->keys[0] = (struct jsontape_key){.counted = UINT64_MAX, .head = UINT64_MAX};
    t->key_count = 1;
    return may_hold(t, 1) ? container_keys(t, 1, 0, culprit) : JSONTAPE_ONCE;
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

/* The table's place: where it is, else where there is room, else another one's. */
static size_t table_at(const struct jsontape *t, const struct slice *keys)
{
    size_t first = (size_t)(index_mix(0, (uintptr_t)keys) % JSONTAPE_TABLES);
    for (size_t i = 0; i < JSONTAPE_TABLES; i++) {
        size_t at = (first + i) % JSONTAPE_TABLES;
        if (t->tables[at].keys == keys || !t->tables[at].keys)
            return at;
    }
    return first;
}

const uint32_t *jsontape_numbers(struct jsontape *t, const struct slice *keys, size_t n)
{
    if (n > JSONTAPE_TABLE_MAX)
        return NULL;
    size_t at = table_at(t, keys);
    if (t->tables[at].keys != keys || t->tables[at].count != n) {
        for (size_t i = 0; i < n; i++)
            t->tables[at].numbers[i] = jsontape_number(t, keys[i]);
        t->tables[at].keys = keys;
        t->tables[at].count = (uint32_t)n;
    }
    return t->tables[at].numbers;
}

uint64_t jsontape_search(struct jsontape *t, const uint32_t *page, uint32_t number)
{
    uint32_t *place = &t->keys[number].place, count = page[1];
    uint32_t at = *place > 0 && *place <= count ? *place - 1 : 0; /* one member less before it? */
    for (uint32_t i = 0; i < count; i++, at = at + 1 < count ? at + 1 : 0) {
        if (!jsontape_is_at(t, page, at, number))
            continue;
        *place = at;
        return page[2 + at];
    }
    return 0;
}
