/* SPDX-License-Identifier: ISC */
/* Values of a JSON document, read off simdjson's tape. */
#include <string.h>

#include "parsers/json.h"
#include "parsers/jsontape.h"

static struct jsontape *tape_of(struct json v)
{
    return (struct jsontape *)(uintptr_t)v.doc;
}

enum json_type json_type(struct json v)
{
    if (!v.doc)
        return JSON_NONE;
    switch (jsontape_kind(v.doc, v.at)) {
    case '[':
        return JSON_ARRAY;
    case '{':
        return JSON_OBJECT;
    case 'l':
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

static bool is(struct json v, char kind)
{
    return v.doc && jsontape_kind(v.doc, v.at) == kind;
}

static struct json member(struct json object, struct slice key)
{
    struct jsontape *t = tape_of(object);
    uint32_t i = is(object, '{') ? jsontape_number(t, key) : ARRAYS_NONE;
    if (i == ARRAYS_NONE)
        return (struct json){NULL, 0};
    if (t->keys[i].object != object.at && t->object != object.at)
        jsontape_look_into(t, object.at);
    if (t->keys[i].object != object.at)
        return (struct json){NULL, 0};
    return (struct json){t, t->keys[i].value};
}

struct json json_get(struct json object, const char *key)
{
    return member(object, slice_of(key));
}

void json_pick(struct json object, const struct slice *keys, size_t n, struct json *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = member(object, keys[i]);
}

bool json_int(struct json v, int64_t *out)
{
    const struct jsontape *t = v.doc;
    if (!is(v, 'l')) /* 'u' is beyond 63 bits */
        return false;
    memcpy(out, &t->words[v.at + 1], sizeof *out);
    return true;
}

bool json_bool(struct json v, bool *out)
{
    if (!is(v, 't') && !is(v, 'f'))
        return false;
    *out = is(v, 't');
    return true;
}

struct slice json_str(struct json v)
{
    return is(v, '"') ? jsontape_text(v.doc, ((const struct jsontape *)v.doc)->words[v.at])
                      : (struct slice){NULL, 0};
}

size_t json_count(struct json v)
{
    struct json_walk w = {0};
    struct slice key;
    struct json child;
    size_t n = 0;
    if (!is(v, '[') && !is(v, '{'))
        return 0;
    n = jsontape_payload(v.doc, v.at) >> 32;
    if (n < 0xffffff) /* the tape's own count ends here */
        return n;
    for (n = 0; json_next(v, &w, &key, &child); n++)
        ;
    return n;
}

bool json_next(struct json container, struct json_walk *w, struct slice *key, struct json *value)
{
    const struct jsontape *t = container.doc;
    if (!w->begun) {
        if (!is(container, '[') && !is(container, '{'))
            return false;
        w->begun = true;
        w->next = container.at + 1;
        w->end = jsontape_end(t, container.at) - 1;
    }
    if (w->next >= w->end)
        return false;
    *key = (struct slice){NULL, 0};
    if (jsontape_kind(t, container.at) == '{')
        *key = t->keys[t->words[w->next++]].text;
    *value = (struct json){t, w->next};
    w->next = jsontape_skip(t, w->next);
    return true;
}
