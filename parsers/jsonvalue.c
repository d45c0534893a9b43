/* SPDX-License-Identifier: ISC */
/* Values of a JSON document, read off simdjson's tape. */
#include "parsers/json.h"

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

/* What stands at this place of an object's page; 0: nowhere. */
static inline struct json value_at(struct json object, const uint32_t *page, uint32_t place)
{
    return place ? (struct json){object.doc, page[place]} : (struct json){NULL, 0};
}

struct json json_member(struct json object, struct slice key)
{
    if (!json_is(object, '{'))
        return (struct json){NULL, 0};
    const uint32_t *page = jsontape_page(object.doc, object.at);
    return value_at(object, page, jsontape_place(object.doc, page[0], key));
}

void json_pick(struct json object, const struct slice *keys, size_t n, struct json *out)
{
    bool is_object = json_is(object, '{');
    const uint32_t *page = is_object ? jsontape_page(object.doc, object.at) : NULL;
    const uint8_t *places = is_object ? jsontape_places(object.doc, page[0], keys, n) : NULL;
    for (size_t i = 0; i < n; i++)
        out[i] = places ? value_at(object, page, places[i]) : json_member(object, keys[i]);
}

size_t json_count(struct json v)
{
    struct json_walk w = {0};
    struct slice key;
    struct json child;
    size_t n = 0;
    if (!json_is(v, '[') && !json_is(v, '{'))
        return 0;
    n = jsontape_payload(v.doc, v.at) >> 32;
    if (n < 0xffffff) /* the tape's own count ends here */
        return n;
    for (n = 0; json_next(v, &w, &key, &child); n++)
        ;
    return n;
}
