/* SPDX-License-Identifier: ISC */
/* JSON, seen from C: its marks found by simdjson (its kernels, dispatched at run time), its grammar
 * read by jsontape.c. A BOM is stripped; a key that stands twice in one object is refused, as is
 * nesting deeper than 64; of numbers only whole ones of 64 bits can be had. */
#ifndef TALLYD_PARSERS_JSON_H
#define TALLYD_PARSERS_JSON_H

#include <stdint.h>

#include "parsers/input.h"
#include "parsers/jsontape.h"

enum json_type {
    JSON_NONE,
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

struct json { /* a value; {0} is JSON_NONE: what a missing member gives */
    struct jsontape *doc;
    uint64_t word;
};

struct json_doc;

/* Parse all of the input. Damage is WIRE_SYNTAX or, when the text is a prefix of a JSON text,
 * WIRE_TRUNCATED, with line and column. The document lives until json_free, at most as long as the
 * input: its texts lie there. (Its own memory is capped by the input's size, and the input's
 * arena.)
 */
bool json_parse(struct input *in, struct json_doc **out, struct json *root,
                struct fault *f) MUST_USE;
void json_free(struct json_doc *d); /* accepts NULL */

static inline bool json_is(struct json v, char kind) /* kind: as a tape has it */
{
    return jsontape_kind(v.word) == kind;
}

static inline enum json_type json_type(struct json v)
{
    switch (jsontape_kind(v.word)) {
    case '[':
        return JSON_ARRAY;
    case '{':
        return JSON_OBJECT;
    case 'l':
    case 'w':
    case 'u':
    case 'd':
        return JSON_NUMBER;
    case '"':
        return JSON_STRING;
    case 't':
    case 'f':
        return JSON_BOOL;
    case 'n':
        return JSON_NULL;
    default:
        return JSON_NONE;
    }
}

/* The member of this key; JSON_NONE when absent or not an object. */
struct json json_member(struct json object, struct slice key);
static inline struct json json_get(struct json object, const char *key)
{
    return json_member(object, (struct slice){key, strlen(key)});
}
/* Several: out[i] becomes that of keys[i], or JSON_NONE. `keys` is a constant table, known by its
 * address. */
void json_pick(struct json object, const struct slice *keys, size_t n, struct json *out);

/* A number without fraction, in range; strings are refused. */
MUST_USE static inline bool json_int(struct json v, int64_t *out)
{
    if (json_is(v, 'l')) {
        *out = (int64_t)(v.word << 8) >> 8;
        return true;
    }
    if (!json_is(v, 'w')) /* 'u' is beyond 63 bits */
        return false;
    *out = v.doc->wide[v.word & JSONTAPE_PAYLOAD];
    return true;
}
MUST_USE static inline bool json_bool(struct json v, bool *out)
{
    if (!json_is(v, 't') && !json_is(v, 'f'))
        return false;
    *out = json_is(v, 't');
    return true;
}
/* ptr NULL when it is not a string; lives as long as the document. */
static inline struct slice json_str(struct json v)
{
    return json_is(v, '"') ? jsontape_text(v.doc, v.word) : (struct slice){NULL, 0};
}
static inline size_t json_count(struct json v) /* members of an array or object; 0 else */
{
    return json_is(v, '[') || json_is(v, '{') ? jsontape_count(jsontape_page(v.doc, v.word)) : 0;
}

/* The items of an array, of anything else none, one after the other; then JSON_NONE. */
struct json_items {
    struct jsontape *doc;
    const uint64_t *next, *end;
};
static inline struct json_items json_items_of(struct json array)
{
    if (!json_is(array, '['))
        return (struct json_items){NULL, NULL, NULL};
    const uint64_t *page = jsontape_page(array.doc, array.word);
    return (struct json_items){array.doc, page + 1, page + 1 + jsontape_count(page)};
}
static inline struct json json_item(struct json_items *items)
{
    if (items->next == items->end)
        return (struct json){NULL, 0};
    return (struct json){items->doc, *items->next++};
}

/* Walk an array or object: start with *w = {0}. key is empty in arrays. */
struct json_walk {
    const uint64_t *next, *end;
    const struct slice *names; /* of an object */
};
static inline bool json_next(struct json container, struct json_walk *w, struct slice *key,
                             struct json *value)
{
    if (!w->next) {
        if (!json_count(container))
            return false;
        const uint64_t *page = jsontape_page(container.doc, container.word);
        w->next = page + 1;
        w->end = page + 1 + jsontape_count(page);
        w->names = container.doc->shapes.all[jsontape_shape(page)].names; /* an array's: none */
    }
    if (w->next == w->end)
        return false;
    *key = w->names ? *w->names++ : (struct slice){NULL, 0};
    *value = (struct json){container.doc, *w->next++};
    return true;
}

#endif
