/* SPDX-License-Identifier: ISC */
/* simdjson's DOM behind parsers/json.h: its parser: the one C++ file. */
extern "C" {
#include "parsers/json.h"
#include "parsers/jsonscan.h"
#include "parsers/jsontape.h"
}

#include <cstring>
#include <new>

#include <simdjson.h>

using namespace simdjson;

struct json_doc {
    struct jsontape tape = {};
    dom::parser parser;
};

namespace
{

static_assert(SIMDJSON_PADDING <= WIRE_PADDING, "a payload's padding must be enough for simdjson");

/* How many texts stand before this one: each lies in simdjson's buffer as length, bytes, NUL. */
size_t string_number(const struct jsontape &t, slice s)
{
    const char *p = t.texts, *end = s.ptr - sizeof(uint32_t);
    size_t n = 0;
    for (; p < end; n++) {
        uint32_t len;
        std::memcpy(&len, p, sizeof len);
        p += sizeof len + len + 1;
    }
    return n;
}

bool refuse(slice text, error_code error, struct fault *f)
{
    size_t at, line, column;
    const char *why;
    if (error == MEMALLOC || error == CAPACITY)
        return fault_set(f, WIRE_LIMIT, "JSON: out of memory");
    enum jsonscan found = jsonscan(text, &at, &why);
    jsonscan_place(text, at, &line, &column);
    switch (found) {
    case JSONSCAN_TRUNCATED:
        return fault_set(f, WIRE_TRUNCATED,
                         "line %zu, column %zu: the payload ends before its JSON does: %s", line,
                         column, why);
    case JSONSCAN_DEEP:
        return fault_set(f, WIRE_LIMIT, "line %zu, column %zu: %s", line, column, why);
    case JSONSCAN_BROKEN:
        return fault_set(f, WIRE_SYNTAX, "line %zu, column %zu: %s", line, column, why);
    case JSONSCAN_FINE:
        break;
    }
    return fault_set(f, error == DEPTH_ERROR ? WIRE_LIMIT : WIRE_SYNTAX, "line 1, column 1: %s",
                     error_message(error));
}

bool refuse_twice(slice text, const struct jsontape &t, slice key, struct fault *f)
{
    size_t line, column;
    jsonscan_place(text, jsonscan_string(text, string_number(t, key)), &line, &column);
    slice shown = slice_sub(key, 0, 60);
    return fault_set(f, WIRE_SYNTAX,
                     "line %zu, column %zu: the key \"%.*s\" stands twice in one object", line,
                     column, SLICE_FMT(shown));
}

bool parse(json_doc *d, slice text, struct json *root, struct fault *f)
{
    dom::element e;
    /* simdjson counts the document itself as a level */
    error_code error = d->parser.allocate(text.len, JSON_DEPTH_MAX + 1);
    if (!error)
        error = d->parser.parse(text.ptr, text.len, false).get(e);
    if (error)
        return refuse(text, error, f);
    const dom::document &doc = d->parser.doc;
    d->tape.words = doc.tape.get();
    d->tape.texts = reinterpret_cast<const char *>(doc.string_buf.get());
    d->tape.length = d->tape.words[0] & UINT32_MAX;
    slice culprit;
    switch (jsontape_keys(&d->tape, &culprit)) {
    case JSONTAPE_FULL:
        return fault_set(f, WIRE_LIMIT, "JSON: out of memory");
    case JSONTAPE_TWICE:
        return refuse_twice(text, d->tape, culprit, f);
    case JSONTAPE_ONCE:
        break;
    }
    *root = {&d->tape, 1};
    return true;
}

} // namespace

extern "C" {

bool json_parse(struct input *in, struct json_doc **out, struct json *root, struct fault *f)
{
    slice text;
    if (!input_text(in, slice{nullptr, 0}, f) || !input_all(in, &text, f))
        return false;
    json_doc *d = new (std::nothrow) json_doc;
    if (!d)
        return fault_set(f, WIRE_LIMIT, "JSON: out of memory");
    d->tape.arrays.arena = input_arena(in);
    if (!parse(d, text, root, f)) {
        delete d;
        return false;
    }
    *out = d;
    return true;
}

void json_free(struct json_doc *d)
{
    delete d;
}
}
