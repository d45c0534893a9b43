/* SPDX-License-Identifier: ISC */
#include "parsers/json.h"

/* The member at this place of an object's page; 0: none. */
static inline struct json member_at(struct json object, const uint64_t *page, uint32_t place)
{
    return place ? (struct json){object.doc, page[place]} : (struct json){NULL, 0};
}

struct json json_member(struct json object, struct slice key)
{
    if (!json_is(object, '{'))
        return (struct json){NULL, 0};
    const uint64_t *page = jsontape_page(object.doc, object.word);
    return member_at(object, page, jsonshape_place(&object.doc->shapes, jsontape_shape(page), key));
}

void json_pick(struct json object, const struct slice *keys, size_t n, struct json *out)
{
    bool is_object = json_is(object, '{');
    const uint64_t *page = is_object ? jsontape_page(object.doc, object.word) : NULL;
    const uint8_t *places =
        is_object ? jsonshape_places(&object.doc->shapes, jsontape_shape(page), keys, n) : NULL;
    for (size_t i = 0; i < n; i++)
        out[i] = places ? member_at(object, page, places[i]) : json_member(object, keys[i]);
}
