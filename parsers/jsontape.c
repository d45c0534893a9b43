/* SPDX-License-Identifier: ISC */
/* The keys of a document: numbered, so that looking for one is not comparing texts. */
#include "parsers/jsontape.h"

#include "daemon/base/hash.h"

static bool key_is(const void *tape, uint32_t i, const void *text)
{
    const struct jsontape *t = tape;
    return slice_eq(t->keys[i].text, *(const struct slice *)text);
}

static uint64_t key_hash(const void *tape, uint32_t i)
{
    const struct jsontape *t = tape;
    return hash64(t->keys[i].text, 0);
}

static const struct index_of by_text = {key_is, key_hash};

static uint32_t key_find(const struct jsontape *t, struct slice text)
{
    return index_find(&t->index, &by_text, t, &text, hash64(text, 0));
}

/* The key of this word, a new one if need be; ARRAYS_NONE when memory is out. `guess`, plus 1, is
 * what it probably is. */
static uint32_t key_of(struct jsontape *t, uint64_t word, uint32_t guess)
{
    struct slice text = jsontape_text(t, word);
    if (guess && slice_eq(t->keys[guess - 1].text, text))
        return guess - 1;
    uint32_t i = key_find(t, text);
    if (i != ARRAYS_NONE)
        return i;
    i = t->key_count;
    if (!arrays_grow(&t->arrays, &t->keys, &t->key_room, (uint64_t)i + 1, sizeof *t->keys,
                     UINT32_MAX / 4))
        return ARRAYS_NONE;
    t->keys[i] = (struct jsontape_key){.text = text};
    return index_add(&t->index, &t->arrays, &by_text, t, t->key_count++) ? i : ARRAYS_NONE;
}

/* The keys of one object. *first, plus 1, is the first key of the object before. */
static enum jsontape_keys object_keys(struct jsontape *t, uint64_t object, uint32_t *first,
                                      struct slice *culprit)
{
    uint64_t end = jsontape_end(t, object) - 1;
    uint32_t last = ARRAYS_NONE;
    for (uint64_t at = object + 1; at < end; at = jsontape_skip(t, at + 1)) {
        uint32_t i = key_of(t, t->words[at], last == ARRAYS_NONE ? *first : t->keys[last].next);
        if (i == ARRAYS_NONE)
            return JSONTAPE_FULL;
        struct jsontape_key *key = &t->keys[i];
        if (key->object == object) {
            *culprit = jsontape_text(t, t->words[at]);
            return JSONTAPE_TWICE;
        }
        key->object = object;
        key->value = at + 1;
        t->words[at] = i;
        if (last == ARRAYS_NONE)
            *first = i + 1;
        else
            t->keys[last].next = i + 1;
        last = i;
    }
    return JSONTAPE_ONCE;
}

enum jsontape_keys jsontape_keys(struct jsontape *t, struct slice *culprit)
{
    uint32_t first = 0;
    for (uint64_t at = 1; at < t->length; at++) {
        char kind = jsontape_kind(t, at);
        if (jsontape_is_number(kind))
            at++;
        if (kind != '{')
            continue;
        enum jsontape_keys verdict = object_keys(t, at, &first, culprit);
        if (verdict != JSONTAPE_ONCE)
            return verdict;
    }
    return JSONTAPE_ONCE;
}

uint32_t jsontape_number(struct jsontape *t, struct slice key)
{
    size_t slot = (uintptr_t)key.ptr / 4 % JSONTAPE_ASKED;
    uint32_t i = t->asked[slot].found - 1;
    if (t->asked[slot].key == key.ptr && slice_eq(t->keys[i].text, key))
        return i;
    i = key_find(t, key);
    if (i != ARRAYS_NONE) {
        t->asked[slot].key = key.ptr;
        t->asked[slot].found = i + 1;
    }
    return i;
}

void jsontape_look_into(struct jsontape *t, uint64_t object)
{
    uint64_t end = jsontape_end(t, object) - 1;
    for (uint64_t at = object + 1; at < end; at = jsontape_skip(t, at + 1)) {
        struct jsontape_key *key = &t->keys[t->words[at]];
        key->object = object;
        key->value = at + 1;
    }
    t->object = object;
}
