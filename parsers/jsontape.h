/* SPDX-License-Identifier: ISC */
/* A JSON text read into words, a word a value. For json.cc, which finds the text's marks, and
 * json.h, which reads the words.
 *
 * A word's first byte is its kind: t f n; l, a whole number within the 56 bits that follow; w, one
 * beyond them, which `wide` has at that index; u d, a number that is not whole or beyond 63 bits;
 * ", a text: three bytes its length, four where it begins in the JSON text, or, where the length is
 * JSONTAPE_APART, its index in `apart`; { [ with, in the last four bytes, where the container's
 * page is among the words. A page is the number of members and, in the last four bytes, the shape
 * of an object; and then the members' words in their order, one behind the other.
 */
#ifndef TALLYD_PARSERS_JSONTAPE_H
#define TALLYD_PARSERS_JSONTAPE_H

#include "parsers/jsonshape.h"

#define JSONTAPE_PAYLOAD UINT64_C(0xffffffffffffff)
#define JSONTAPE_APART 0xffffff /* a text with escapes, or that long */
#define JSONTAPE_SPARE 4        /* words more than a text has marks */

struct jsontape {
    const char *text;
    uint64_t *words;
    struct slice *apart;
    int64_t *wide;
    uint32_t word_count, apart_count, apart_room, wide_count, wide_room;
    struct jsonshapes shapes;
};

enum jsontape_verdict {
    JSONTAPE_FINE,
    JSONTAPE_BROKEN, /* it is no JSON */
    JSONTAPE_DEEP,
    JSONTAPE_TWICE, /* a key in one object */
    JSONTAPE_FULL,  /* memory is out */
};

/* Where in a JSON text something begins: brackets, colons, commas, texts (all of which end, are
 * UTF-8 and hold no bare control characters, but for what stands behind a backslash), and whatever
 * else is no white space, of which nothing is known: not even that it is UTF-8. Behind the
 * last mark is the length of the text, twice, and behind the text lie WIRE_PADDING zeros. */
struct jsontape_marks {
    struct slice text;
    const uint32_t *at;
    size_t count;
};

struct jsontape_culprit { /* what is wrong: where in the text; and the key that stands twice */
    size_t at;
    struct slice key;
};

/* Read all of it. The words, and as many more for values whose container is not yet closed, are the
 * caller's: JSONTAPE_SPARE more than there are marks. */
enum jsontape_verdict jsontape_read(struct jsontape *t, const struct jsontape_marks *marks,
                                    uint64_t *open, struct arena *a, uint64_t *root,
                                    struct jsontape_culprit *culprit) MUST_USE;

/* ---- words ---- */

static inline uint64_t jsontape_word(char kind, uint64_t payload)
{
    return (uint64_t)(unsigned char)kind << 56 | payload;
}

static inline char jsontape_kind(uint64_t word)
{
    return (char)(word >> 56);
}

static inline struct slice jsontape_text(const struct jsontape *t, uint64_t word)
{
    uint32_t len = word >> 32 & JSONTAPE_APART;
    if (len == JSONTAPE_APART)
        return t->apart[(uint32_t)word];
    return (struct slice){t->text + (uint32_t)word, len};
}

/* Of a container: its page. */
static inline const uint64_t *jsontape_page(const struct jsontape *t, uint64_t word)
{
    return t->words + (uint32_t)word;
}

static inline uint32_t jsontape_count(const uint64_t *page)
{
    return (uint32_t)(*page >> 32);
}

static inline uint32_t jsontape_shape(const uint64_t *page)
{
    return (uint32_t)*page;
}

#endif
