/* SPDX-License-Identifier: ISC */
extern "C" {
#include "tests/unit/json_reference.h"
}

#include <string>

#include <simdjson.h>

using namespace simdjson;

namespace
{

void put(struct buf *dump, char kind, std::string_view s)
{
    buf_addf(dump, "%c%zu:", kind, s.size());
    buf_add(dump, slice{s.data(), s.size()});
    buf_addc(dump, '\n');
}

void put(struct buf *dump, dom::element e)
{
    switch (e.type()) {
    case dom::element_type::ARRAY:
        buf_addf(dump, "[%zu\n", dom::array(e).size());
        for (dom::element v : dom::array(e))
            put(dump, v);
        return;
    case dom::element_type::OBJECT:
        buf_addf(dump, "{%zu\n", dom::object(e).size());
        for (auto field : dom::object(e)) {
            put(dump, 'k', field.key);
            put(dump, field.value);
        }
        return;
    case dom::element_type::INT64:
        buf_addf(dump, "%lld\n", static_cast<long long>(int64_t(e)));
        return;
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE:
        buf_addz(dump, "number\n");
        return;
    case dom::element_type::STRING:
        put(dump, 's', std::string_view(e));
        return;
    case dom::element_type::BOOL:
        buf_addz(dump, bool(e) ? "true\n" : "false\n");
        return;
    case dom::element_type::NULL_VALUE:
        buf_addz(dump, "null\n");
        return;
    }
}

} // namespace

extern "C" const char *json_reference_kernel(int n)
{
    static const implementation *const first = get_active_implementation();
    for (const implementation *kernel : get_available_implementations()) {
        if (kernel->supported_by_runtime_system() && n-- == 0) {
            static std::string name;
            name = kernel->name();
            get_active_implementation() = kernel;
            return name.c_str();
        }
    }
    get_active_implementation() = first;
    return nullptr;
}

extern "C" enum json_reference json_reference(struct slice text, struct buf *dump)
{
    dom::parser parser;
    dom::element root;
    error_code error = parser.allocate(text.len, 65); /* the document is a level, too */
    if (!error)
        error = parser.parse(text.ptr, text.len, false).get(root);
    if (error) { /* what is said of numbers differs from version to version */
        std::string_view why = error_message(error);
        bool number = why.find("number") != why.npos || why.find("integer") != why.npos;
        return number ? JSON_REFERENCE_NUMBER : JSON_REFERENCE_BROKEN;
    }
    put(dump, root);
    return JSON_REFERENCE_FINE;
}
