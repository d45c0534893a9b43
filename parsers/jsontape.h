/* SPDX-License-Identifier: ISC */
/* What simdjson's parser leaves behind: a tape of words, a kind and a number each, and the texts
 * they point to. For json.cc, which makes it, and jsonvalue.c, which reads it.
 *
 * A word's first byte is its kind: r the root; { } [ ] with, at the opening ones, the index behind
 * the closing one (and, above that, the number of members, saturated); " with the offset of a text,
 * which lies there as its length in 4 bytes, its bytes and a NUL; l u d with the number itself in
 * the word that follows; t f n. Members of an object alternate key and value; once jsontape_keys
 * went over them, a key's word has the key's number in place of an offset.
 */
#ifndef TALLYD_PARSERS_JSONTAPE_H
#define TALLYD_PARSERS_JSONTAPE_H

#include <string.h>

#include "parsers/arrays.h"

#define JSONTAPE_ASKED 64

struct jsontape_key {
    struct slice text;
    uint64_t object, value; /* an object that has it, the last one looked into, and where */
    uint32_t next;          /* what followed it last time, plus 1 */
};

struct jsontape {
    uint64_t *words;
    const char *texts;
    uint64_t length; /* of the words */
    struct arrays arrays;
    struct jsontape_key *keys;
    uint32_t key_count, key_room;
    struct index index;
    uint64_t object; /* the one whose members the keys tell of */
    struct {         /* keys asked for, by where they lie in the program */
        const char *key;
        uint32_t found; /* plus 1 */
    } asked[JSONTAPE_ASKED];
};

enum jsontape_keys { JSONTAPE_ONCE, JSONTAPE_TWICE, JSONTAPE_FULL };

/* Number the keys, the same ones alike. When one stands twice in an object, *culprit is the later
 * one in the texts. */
enum jsontape_keys jsontape_keys(struct jsontape *t, struct slice *culprit) MUST_USE;

/* The key's number; ARRAYS_NONE when no object of the document has it. */
uint32_t jsontape_number(struct jsontape *t, struct slice key);

/* Let the keys tell of this object. */
void jsontape_look_into(struct jsontape *t, uint64_t object);

/* ---- words ---- */

static inline char jsontape_kind(const struct jsontape *t, uint64_t at)
{
    return (char)(t->words[at] >> 56);
}

static inline uint64_t jsontape_payload(const struct jsontape *t, uint64_t at)
{
    return t->words[at] & UINT64_C(0xffffffffffffff);
}

static inline struct slice jsontape_text(const struct jsontape *t, uint64_t word)
{
    const char *s = t->texts + (word & UINT64_C(0xffffffffffffff));
    uint32_t len;
    memcpy(&len, s, sizeof len);
    return (struct slice){s + sizeof len, len};
}

/* Behind the container that begins at `at`. */
static inline uint64_t jsontape_end(const struct jsontape *t, uint64_t at)
{
    return (uint32_t)t->words[at];
}

static inline bool jsontape_is_number(char kind)
{
    return kind == 'l' || kind == 'u' || kind == 'd';
}

/* Behind the value at `at`. */
static inline uint64_t jsontape_skip(const struct jsontape *t, uint64_t at)
{
    char kind = jsontape_kind(t, at);
    if (kind == '{' || kind == '[')
        return jsontape_end(t, at);
    return at + 1 + jsontape_is_number(kind);
}

#endif
