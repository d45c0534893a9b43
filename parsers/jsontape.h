/* SPDX-License-Identifier: ISC */
/* What simdjson's parser leaves behind: a tape of words, a kind and a number each, and the texts
 * they point to. For json.cc, which makes it, and jsonvalue.c, which reads it.
 *
 * A word's first byte is its kind: r the root; { } [ ] with, at the opening ones, the index behind
 * the closing one (and, above that, the number of members, saturated); " with the offset of a text,
 * which lies there as its length in 4 bytes, its bytes and a NUL; l u d with the number itself in
 * the word that follows; t f n. Members of an object alternate key and value.
 *
 * A shape is the keys of an object in their order. Shapes are a tree: each but the first, which has
 * no key, is another one and one key more. A feed has few of them and objects without number, so
 * that what a shape was asked for once is known of all its objects. Once jsontape_keys went over
 * the objects, a key's word is k and the shape that ends with it, and the word that closes an
 * object points to its page of the directory: its shape, and then where its values are.
 */
#ifndef TALLYD_PARSERS_JSONTAPE_H
#define TALLYD_PARSERS_JSONTAPE_H

#include <string.h>

#include "parsers/arrays.h"

#define JSONTAPE_PAYLOAD UINT64_C(0xffffffffffffff)
#define JSONTAPE_ASKED 256 /* powers of two */
#define JSONTAPE_ASKED_MAX 24
#define JSONTAPE_TABLES 256
#define JSONTAPE_TABLE_MAX 18

struct jsontape_key {
    uint64_t text;   /* its offset */
    uint64_t object; /* the last one that has it, of those that made shapes */
};

struct jsontape_shape {
    uint64_t text;    /* of its last key: the offset, */
    uint64_t counted; /* the bits that count of its first eight bytes, length included: */
    uint64_t head, tail;
    uint32_t tail_at;   /* and of its last eight, which are there */
    uint32_t key;       /* that key's number */
    uint32_t parent;    /* without that key */
    uint32_t count;     /* of its keys */
    uint32_t next[2];   /* what was this and one key more the last times; 0: nothing yet */
    uint32_t inside[2]; /* what the object under its last key began with */
};

struct jsontape {
    uint64_t *words;
    const char *texts;
    uint64_t length; /* of the words */
    struct arrays arrays;
    struct jsontape_key *keys;
    struct jsontape_shape *shapes;
    uint32_t key_count, key_room, shape_count, shape_room;
    struct index key_index, shape_index;
    uint64_t marked; /* the object that all keys of know so far */
    uint32_t *directory;
    uint32_t directory_count;
    struct { /* keys that shapes were asked for; a place: of the value on a page, or 0 */
        char text[JSONTAPE_ASKED_MAX];
        uint32_t len, shape, place;
    } asked[JSONTAPE_ASKED];
    struct { /* the same of tables of keys, where no place is beyond a byte */
        const struct slice *keys;
        uint32_t shape;
        uint8_t count, places[JSONTAPE_TABLE_MAX + 1];
    } tables[JSONTAPE_TABLES];
};

enum jsontape_keys { JSONTAPE_ONCE, JSONTAPE_TWICE, JSONTAPE_FULL };

/* Tell the shapes of all objects. When a key stands twice in one, *culprit is the later one in the
 * texts. */
enum jsontape_keys jsontape_keys(struct jsontape *t, struct slice *culprit) MUST_USE;

/* Where the value of this key is on the pages of a shape; 0 when it has no such key. */
uint32_t jsontape_place(struct jsontape *t, uint32_t shape, struct slice key);

/* The same for all keys of a table that never changes; NULL when there are too many for it. */
const uint8_t *jsontape_places(struct jsontape *t, uint32_t shape, const struct slice *keys,
                               size_t n);

/* ---- words ---- */

static inline char jsontape_kind(const struct jsontape *t, uint64_t at)
{
    return (char)(t->words[at] >> 56);
}

static inline uint64_t jsontape_key_word(uint32_t shape)
{
    return (uint64_t)'k' << 56 | shape;
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
    return jsontape_text(t, t->shapes[jsontape_payload(t, at)].text);
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

/* The object's page of the directory: its shape, and then where its values are. */
static inline const uint32_t *jsontape_page(const struct jsontape *t, uint64_t object)
{
    return t->directory + (uint32_t)t->words[jsontape_end(t, object) - 1];
}

#endif
