/* SPDX-License-Identifier: ISC */
/* JSON read by simdjson (its DOM parser, dispatched at run time), seen from C. A BOM is stripped; a
 * key that stands twice in one object is refused, as is nesting deeper than 64; of numbers only
 * whole ones of 64 bits can be had. */
#ifndef TALLYD_PARSERS_JSON_H
#define TALLYD_PARSERS_JSON_H

#include <stdint.h>

#include "parsers/input.h"

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
    const void *doc;
    uint64_t at;
};

struct json_doc;

/* Parse all of the input. Damage is WIRE_SYNTAX or, when the text is a prefix of a JSON text,
 * WIRE_TRUNCATED, with line and column. The document lives until json_free (its memory is
 * simdjson's own, capped by the input's size). */
bool json_parse(struct input *in, struct json_doc **out, struct json *root,
                struct fault *f) MUST_USE;
void json_free(struct json_doc *d); /* accepts NULL */

enum json_type json_type(struct json v);
struct json json_get(struct json object,
                     const char *key); /* JSON_NONE when absent or not an object */
/* Several members: out[i] becomes that of keys[i], or JSON_NONE. */
void json_pick(struct json object, const struct slice *keys, size_t n, struct json *out);
bool json_int(struct json v,
              int64_t *out) MUST_USE; /* a number without fraction, in range; strings are refused */
bool json_bool(struct json v, bool *out) MUST_USE;
struct slice
json_str(struct json v); /* ptr NULL when it is not a string; lives as long as the document */
size_t json_count(struct json v); /* members of an array or object; 0 else */

/* Walk an array or object: start with *at = {0}. key is empty in arrays. */
struct json_walk {
    uint64_t next, end;
    bool begun, keyed; /* keyed: an object */
};
bool json_next(struct json container, struct json_walk *w, struct slice *key, struct json *value);

#endif
