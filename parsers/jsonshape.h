/* SPDX-License-Identifier: ISC */
/* The shapes of a document's objects: by them a key that stands twice is refused, and a key is
 * found without comparing texts.
 *
 * A shape is the keys of an object in their order. Shapes are a tree: each but the first, which has
 * no key, is another one and one key more. A feed has few of them and objects without number, so
 * that what a shape was asked for once is known of all its objects, and an object's next key is
 * guessed: what followed the last time. A guess is held against the bytes of the text.
 */
#ifndef TALLYD_PARSERS_JSONSHAPE_H
#define TALLYD_PARSERS_JSONSHAPE_H

#include <endian.h>
#include <string.h>

#include "parsers/arrays.h"

#define JSONSHAPE_ASKED 256 /* powers of two */
#define JSONSHAPE_ASKED_MAX 24
#define JSONSHAPE_TABLES 256
#define JSONSHAPE_TABLE_MAX 18

struct jsonshape {
    uint64_t counted; /* the bits that count of its last key's first eight bytes, as it stands in */
    uint64_t head, tail;       /* a text, quotes included: those bytes, */
    uint32_t tail_at;          /* and the last eight, which are there */
    uint32_t key;              /* that key's number */
    uint32_t parent;           /* without that key */
    uint32_t count;            /* of its keys */
    uint32_t next[2];          /* what was this and one key more the last times; 0: nothing yet */
    uint32_t inside[2];        /* what the object under its last key began with */
    const struct slice *names; /* all its keys; made when an object has no more */
};

struct jsonshape_key {
    struct slice text;
    uint32_t depth; /* of the innermost object that was marked to have it; 0: none */
    bool plain;     /* it stands in a text as it is, between quotes */
};

struct jsonshapes {
    struct arrays arrays;
    struct jsonshape_key *keys;
    struct jsonshape *all;
    struct jsonshape_undo {
        uint32_t key, depth;
    } * undo; /* what marks were before */
    uint32_t key_count, key_room, count, room, undo_count, undo_room;
    struct index key_index, index;
    struct { /* keys that shapes were asked for; a place: from 1, or 0 */
        char text[JSONSHAPE_ASKED_MAX];
        uint32_t len, shape, place;
    } asked[JSONSHAPE_ASKED];
    struct { /* the same of tables of keys, where no place is beyond a byte */
        const struct slice *keys;
        uint32_t shape;
        uint8_t count, places[JSONSHAPE_TABLE_MAX + 1];
    } tables[JSONSHAPE_TABLES];
};

enum jsonshape_verdict { JSONSHAPE_ONCE, JSONSHAPE_TWICE, JSONSHAPE_FULL };

/* The shape without keys is there then. False when memory is out. */
bool jsonshape_init(struct jsonshapes *s, struct arena *a) MUST_USE;

/* An object whose keys are being read. */
struct jsonshape_object {
    uint32_t above;  /* the shape that ends with the key it stands under */
    uint32_t depth;  /* from 1 */
    uint32_t undo;   /* how many marks there were before its own */
    uint32_t marked; /* the shape whose keys it has marked */
};
static inline struct jsonshape_object jsonshape_open(const struct jsonshapes *s, uint32_t above,
                                                     uint32_t depth)
{
    return (struct jsonshape_object){above, depth, s->undo_count, 0};
}

/* The shape at a key of the object that is not the guess. It is the guess from here on. */
enum jsonshape_verdict jsonshape_learn(struct jsonshapes *s, struct jsonshape_object *o,
                                       uint32_t from, struct jsonshape_key key,
                                       uint32_t *shape) MUST_USE;

/* The object has no more keys than this shape. False when memory is out. */
bool jsonshape_close(struct jsonshapes *s, const struct jsonshape_object *o,
                     uint32_t shape) MUST_USE;

/* Where the value of this key is, from 1, in objects of a shape; 0 when it has no such key. */
uint32_t jsonshape_place(struct jsonshapes *s, uint32_t shape, struct slice key);

/* The same for all keys of a table that never changes; NULL when there are too many for it. */
const uint8_t *jsonshape_places(struct jsonshapes *s, uint32_t shape, const struct slice *keys,
                                size_t n);

/* ---- guesses ---- */

static inline uint64_t jsonshape_eight(const char *s)
{
    uint64_t bytes;
    memcpy(&bytes, s, sizeof bytes);
    return le64toh(bytes);
}

/* What an object goes on with behind the keys of `shape`, or begins with. */
static inline uint32_t jsonshape_guess(const struct jsonshapes *s, uint32_t shape)
{
    return s->all[shape].next[0];
}
static inline uint32_t jsonshape_first(const struct jsonshapes *s, uint32_t above)
{
    return s->all[above].inside[0];
}

bool jsonshape_same_middle(const struct jsonshapes *s, uint32_t shape, const char *at);

/* Does the shape end with the key that stands at `at`, with its quotes? A key longer than what lies
 * behind any text (WIRE_PADDING) is no guess, so this may read on. */
static inline bool jsonshape_ends_with(const struct jsonshapes *s, uint32_t shape, const char *at)
{
    const struct jsonshape *g = &s->all[shape];
    uint64_t differs =
        (jsonshape_eight(at) ^ g->head) | (jsonshape_eight(at + g->tail_at) ^ g->tail);
    return !(differs & g->counted) && (g->tail_at <= 8 || jsonshape_same_middle(s, shape, at));
}

#endif
