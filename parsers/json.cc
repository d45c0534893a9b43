/* SPDX-License-Identifier: ISC */
/* simdjson's first stage behind parsers/json.h: the one C++ file. The stage finds where in a text
 * something begins, sees to it that texts end, hold no bare control characters and are UTF-8, and
 * is what simdjson's On-Demand asks for, too, of the kernel for this processor. */
extern "C" {
#include "parsers/json.h"
#include "parsers/jsonscan.h"
#include "parsers/jsontape.h"
}

#include <memory>
#include <new>

#include <simdjson.h>

using namespace simdjson;

struct json_doc {
    struct jsontape tape = {};
    std::unique_ptr<uint64_t[]> words;
};

namespace
{

bool no_memory(struct fault *f)
{
    return fault_set(f, WIRE_LIMIT, "JSON: out of memory");
}

/* Of what is JSON by its grammar only a number is refused that is too large: the one at `from`. */
bool refuse(slice text, size_t from, struct fault *f)
{
    size_t at, line, column;
    const char *why;
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
    jsonscan_place(text, from, &line, &column);
    return fault_set(f, WIRE_SYNTAX, "line %zu, column %zu: a number is too large", line, column);
}

/* Damage behind such a key is told first: then it is no JSON at all, or not all of it. */
bool refuse_twice(slice text, const jsontape_culprit &culprit, struct fault *f)
{
    size_t line, column;
    const char *why;
    if (jsonscan(text, &column, &why) != JSONSCAN_FINE)
        return refuse(text, culprit.at, f);
    jsonscan_place(text, culprit.at, &line, &column);
    slice shown = slice_sub(culprit.key, 0, 60);
    return fault_set(f, WIRE_SYNTAX,
                     "line %zu, column %zu: the key \"%.*s\" stands twice in one object", line,
                     column, SLICE_FMT(shown));
}

bool parse(json_doc *d, slice text, struct arena *a, struct json *root, struct fault *f)
{
    std::unique_ptr<internal::dom_parser_implementation> stage;
    /* simdjson counts the document itself as a level */
    error_code error = get_active_implementation()->create_dom_parser_implementation(
        text.len, JSON_DEPTH_MAX + 1, stage);
    if (!error)
        error = stage->stage1(reinterpret_cast<const uint8_t *>(text.ptr), text.len,
                              stage1_mode::regular);
    if (error)
        return error == MEMALLOC || error == CAPACITY ? no_memory(f) : refuse(text, 0, f);
    jsontape_marks marks = {text, stage->structural_indexes.get(), stage->n_structural_indexes};
    std::unique_ptr<uint64_t[]> open(new (std::nothrow) uint64_t[marks.count + JSONTAPE_SPARE]);
    d->words.reset(new (std::nothrow) uint64_t[marks.count + JSONTAPE_SPARE]);
    if (!open || !d->words)
        return no_memory(f);
    d->tape.words = d->words.get();
    jsontape_culprit culprit;
    *root = {&d->tape, 0};
    switch (jsontape_read(&d->tape, &marks, open.get(), a, &root->word, &culprit)) {
    case JSONTAPE_BROKEN:
    case JSONTAPE_DEEP:
        return refuse(text, culprit.at, f);
    case JSONTAPE_TWICE:
        return refuse_twice(text, culprit, f);
    case JSONTAPE_FULL:
        return no_memory(f);
    case JSONTAPE_FINE:
        break;
    }
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
        return no_memory(f);
    if (!parse(d, text, input_arena(in), root, f)) {
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
