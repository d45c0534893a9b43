/* SPDX-License-Identifier: ISC */
/* JSON read by simdjson (its DOM parser, dispatched at run time), seen from C. A BOM is stripped; a
 * key that stands twice in one object is refused, as is nesting deeper than 64; of numbers only
 * whole ones of 64 bits can be had. */
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
    uint64_t at;
};

struct json_doc;

/* Parse all of the input. Damage is WIRE_SYNTAX or, when the text is a prefix of a JSON text,
 * WIRE_TRUNCATED, with line and column. The document lives until json_free (its memory is
 * simdjson's own, capped by the input's size, and the input's arena). */
bool json_parse(struct input *in, struct json_doc **out, struct json *root,
                struct fault *f) MUST_USE;
void json_free(struct json_doc *d); /* accepts NULL */

static inline bool json_is(struct json v, char kind) /* kind: as a tape has it */
{
    return v.doc && jsontape_kind(v.doc, v.at) == kind;
}
enum json_type json_type(struct json v);

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
    if (!json_is(v, 'l')) /* 'u' is beyond 63 bits */
        return false;
    memcpy(out, &v.doc->words[v.at + 1], sizeof *out);
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
    return v.doc && json_is(v, '"') ? jsontape_text(v.doc, jsontape_payload(v.doc, v.at))
                                    : (struct slice){NULL, 0};
}
size_t json_count(struct json v); /* members of an array or object; 0 else */

/* Walk an array or object: start with *w = {0}. key is empty in arrays. */
struct json_walk {
    uint64_t next, end;
    bool begun, keyed; /* keyed: an object */
};
static inline bool json_next(struct json container, struct json_walk *w, struct slice *key,
                             struct json *value)
{
    if (!w->begun) {
        w->begun = true;
        w->keyed = json_is(container, '{');
        if (!w->keyed && !json_is(container, '['))
            return false;
        w->next = container.at + 1;
        w->end = jsontape_end(container.doc, container.at) - 1;
    }
    if (w->next >= w->end)
        return false;
    *key = (struct slice){NULL, 0};
    if (w->keyed)
        *key = jsontape_key_text(container.doc, w->next++);
    *value = (struct json){container.doc, w->next};
    w->next = jsontape_skip(container.doc, w->next);
    return true;
}

/* The items of an array, of anything else none, one after the other; then JSON_NONE. */
struct json_items {
    struct jsontape *doc;
    uint64_t next, end;
};
static inline struct json_items json_items_of(struct json array)
{
    if (!array.doc || !json_is(array, '['))
        return (struct json_items){NULL, 0, 0};
    return (struct json_items){array.doc, array.at + 1, jsontape_end(array.doc, array.at) - 1};
}
static inline struct json json_item(struct json_items *items)
{
    struct json item = {items->doc, items->next};
    if (items->next >= items->end)
        return (struct json){NULL, 0};
    items->next = jsontape_skip(items->doc, items->next);
    return item;
}

#endif
