/* SPDX-License-Identifier: ISC */
/* What simdjson's parser leaves behind: a tape of words, a kind and a number each, and the texts
 * they point to. For json.cc, which makes it, and jsonvalue.c, which reads it.
 *
 * A word's first byte is its kind: r the root; { } [ ] with, at the opening ones, the index behind
 * the closing one (and, above that, the number of members, saturated); " with the offset of a text,
 * which lies there as its length in 4 bytes, its bytes and a NUL; l u d with the number itself in
 * the word that follows; t f n. Members of an object alternate key and value. Once jsontape_keys
 * went over them, a key's word is k and the key's number, and the word that closes an object points
 * to its page of the directory.
 */
#ifndef TALLYD_PARSERS_JSONTAPE_H
#define TALLYD_PARSERS_JSONTAPE_H

#include <string.h>

#include "parsers/arrays.h"

#define JSONTAPE_PAYLOAD UINT64_C(0xffffffffffffff)
#define JSONTAPE_ASKED 256
#define JSONTAPE_ASKED_MAX 24
#define JSONTAPE_TABLES 8
#define JSONTAPE_TABLE_MAX 14

struct jsontape_key {
    uint64_t text;    /* its offset */
    uint64_t object;  /* the last one that has it */
    uint64_t counted; /* the bits that count of its first eight bytes, length included: */
    uint64_t head, tail;
    uint32_t tail_at;   /* and of its last eight, which are there */
    uint32_t place;     /* which member it was where it was found last */
    uint32_t next[2];   /* the keys that followed it the last times; 0: none yet */
    uint32_t inside[2]; /* those that the object under it began with */
};

struct jsontape {
    uint64_t *words;
    const char *texts;
    uint64_t length; /* of the words */
    struct arrays arrays;
    struct jsontape_key *keys;
    uint32_t key_count, key_room;
    struct index index;
    /* The directory, a page an object: which keys it has, a bit each by their numbers modulo 32,
     * and then where its values are. */
    uint32_t *directory;
    uint32_t directory_count;
    struct { /* keys asked for, by where they lie in the program */
        char text[JSONTAPE_ASKED_MAX];
        uint32_t len, number;
    } asked[JSONTAPE_ASKED];
    struct { /* tables of keys asked for, and the keys' numbers */
        const struct slice *keys;
        uint32_t count, numbers[JSONTAPE_TABLE_MAX];
    } tables[JSONTAPE_TABLES];
};

enum jsontape_keys { JSONTAPE_ONCE, JSONTAPE_TWICE, JSONTAPE_FULL };

/* Number the keys, the same ones alike. When one stands twice in an object, *culprit is the later
 * one in the texts. */
enum jsontape_keys jsontape_keys(struct jsontape *t, struct slice *culprit) MUST_USE;

/* The key's number; ARRAYS_NONE when no object of the document has it. */
uint32_t jsontape_number(struct jsontape *t, struct slice key);

/* The numbers of all keys of a table that never changes; NULL when there are too many. */
const uint32_t *jsontape_numbers(struct jsontape *t, const struct slice *keys, size_t n);

/* ---- words ---- */

static inline char jsontape_kind(const struct jsontape *t, uint64_t at)
{
    return (char)(t->words[at] >> 56);
}

static inline uint64_t jsontape_key_word(uint32_t number)
{
    return (uint64_t)'k' << 56 | number;
}

static inline uint64_t jsontape_payload(const struct jsontape *t, uint64_t at)
{
    return t->words[at] & JSONTAPE_PAYLOAD;
}

static inline struct slice jsontape_text(const struct jsontape *t, uint64_t offset)
{
    const char *s = t->texts + offset;
    uint32_t len;
    memcpy(&len, s, sizeof len);
    return (struct slice){s + sizeof len, len};
}

/* The key whose word is at `at`. */
static inline struct slice jsontape_key_text(const struct jsontape *t, uint64_t at)
{
    return jsontape_text(t, t->keys[jsontape_payload(t, at)].text);
}

/* Behind the container that begins at `at`. */
static inline uint64_t jsontape_end(const struct jsontape *t, uint64_t at)
{
    return (uint32_t)t->words[at];
}

static inline bool jsontape_is_number(char kind)
{
    const uint32_t numbers = 1u << 'l' % 32 | 1u << 'u' % 32 | 1u << 'd' % 32;
    return numbers >> (unsigned char)kind % 32 & 1; /* by five bits all kinds but brackets differ */
}

static inline bool jsontape_is_container(char kind)
{
    return kind == '{' || kind == '[';
}

/* Behind the value at `at`. */
static inline uint64_t jsontape_skip(const struct jsontape *t, uint64_t at)
{
    char kind = jsontape_kind(t, at);
    if (jsontape_is_container(kind))
        return jsontape_end(t, at);
    return at + 1 + jsontape_is_number(kind);
}

/* ---- members ---- */

/* The object's page of the directory. */
static inline const uint32_t *jsontape_page(const struct jsontape *t, uint64_t object)
{
    return t->directory + (uint32_t)t->words[jsontape_end(t, object) - 1];
}

static inline bool jsontape_is_at(const struct jsontape *t, const uint32_t *page, uint32_t place,
                                  uint32_t number)
{
    return place < page[1] && t->words[page[2 + place] - 1] == jsontape_key_word(number);
}

/* The same where the key is not where it was in the object before. */
uint64_t jsontape_search(struct jsontape *t, const uint32_t *page, uint32_t number);

/* The value the object of this page has under the key of this number; 0 when it has none. */
static inline uint64_t jsontape_member(struct jsontape *t, const uint32_t *page, uint32_t number)
{
    if (number == ARRAYS_NONE || !(page[0] >> number % 32 & 1))
        return 0;
    uint32_t place = t->keys[number].place; /* objects alike have it at the same one */
    return jsontape_is_at(t, page, place, number) ? page[2 + place]
                                                  : jsontape_search(t, page, number);
}

#endif
