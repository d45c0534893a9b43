/* SPDX-License-Identifier: ISC */
/* simdjson's DOM behind parsers/json.h: the one C++ file. */
extern "C" {
#include "parsers/json.h"
#include "parsers/jsonscan.h"
}

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <type_traits>

#include <simdjson.h>

using namespace simdjson;

struct json_doc {
    dom::parser parser;
};

namespace
{

static_assert(SIMDJSON_PADDING <= WIRE_PADDING, "a payload's padding must be enough for simdjson");

/* A struct json is simdjson's own handle (document, index on its tape), carried through C as bytes.
 */
template <class T> T handle(const void *doc, uint64_t at)
{
    struct json raw = {doc, at};
    T t;
    static_assert(std::is_trivially_copyable<T>::value && sizeof t == sizeof raw, "handle");
    std::memcpy(static_cast<void *>(&t), &raw, sizeof t);
    return t;
}

template <class T> struct json raw(const T &t)
{
    struct json v;
    static_assert(std::is_trivially_copyable<T>::value && sizeof t == sizeof v, "handle");
    std::memcpy(&v, &t, sizeof v);
    return v;
}

dom::element element_of(struct json v)
{
    return handle<dom::element>(v.doc, v.at);
}

dom::array array_of(dom::element e)
{
    dom::array a;
    return e.get_array().get(a) ? dom::array() : a;
}

dom::object object_of(dom::element e)
{
    dom::object o;
    return e.get_object().get(o) ? dom::object() : o;
}

slice slice_from(std::string_view s)
{
    return slice{s.data(), s.size()};
}

/* A key of the object being looked at. The tag tells most keys apart at a glance: its length and
 * three of its bytes. */
struct key {
    std::string_view text;
    uint32_t tag;
};

uint32_t tag_of(std::string_view s)
{
    if (s.empty())
        return 0;
    auto byte = [s](size_t at) { return static_cast<uint32_t>(static_cast<uint8_t>(s[at])); };
    return static_cast<uint32_t>(s.size()) << 24 | byte(0) << 16 | byte(s.size() / 2) << 8 |
           byte(s.size() - 1);
}

/* Keys of the objects on the way to the one being looked at, in one stack. */
struct keys {
    struct key *items = nullptr;
    size_t count = 0, room = 0;
    ~keys()
    {
        std::free(items);
    }
    bool push(std::string_view text)
    {
        if (count == room) {
            size_t more = room ? room * 2 : 256;
            void *p = std::realloc(static_cast<void *>(items), more * sizeof *items);
            if (!p)
                return false;
            items = static_cast<struct key *>(p);
            room = more;
        }
        new (&items[count++]) key{text, tag_of(text)};
        return true;
    }
};

/* The later one of two equal keys, or one with a NULL pointer. simdjson keeps texts in the order of
 * the document. */
std::string_view twice(key *k, size_t n)
{
    if (n > 24) {
        std::sort(k, k + n, [](const key &a, const key &b) {
            return a.text == b.text ? a.text.data() < b.text.data() : a.text < b.text;
        });
        for (size_t i = 1; i < n; i++) {
            if (k[i].text == k[i - 1].text)
                return k[i].text;
        }
        return {};
    }
    uint64_t seen = 0; /* of 64 sorts of tags */
    for (size_t i = 0; i < n; i++) {
        uint64_t bit = uint64_t(1) << (k[i].tag * 0x9e3779b1u >> 26);
        for (size_t j = 0; (seen & bit) && j < i; j++) {
            if (k[i].tag == k[j].tag && k[i].text == k[j].text)
                return k[i].text;
        }
        seen |= bit;
    }
    return {};
}

/* No object of the tree has a key twice; else *culprit. The depth is capped by the parser. */
bool keys_unique(dom::element e, keys &stack, std::string_view *culprit)
{
    if (e.is_array()) {
        dom::array array = array_of(e);
        for (dom::element child : array) {
            if ((child.is_array() || child.is_object()) && !keys_unique(child, stack, culprit))
                return false;
        }
        return true;
    }
    if (!e.is_object())
        return true;
    size_t from = stack.count;
    bool deeper = false;
    dom::object object = object_of(e);
    for (auto field : object) {
        deeper |= field.value.is_array() || field.value.is_object();
        if (!stack.push(field.key))
            return false;
    }
    *culprit = twice(stack.items + from, stack.count - from);
    if (culprit->data())
        return false;
    stack.count = from;
    if (!deeper)
        return true;
    for (auto field : object) {
        if ((field.value.is_array() || field.value.is_object()) &&
            !keys_unique(field.value, stack, culprit))
            return false;
    }
    return true;
}

/* How many texts stand before this one: each lies in simdjson's buffer as length, bytes, NUL. */
size_t string_number(const dom::document &doc, std::string_view s)
{
    const uint8_t *p = doc.string_buf.get();
    const uint8_t *end = reinterpret_cast<const uint8_t *>(s.data()) - sizeof(uint32_t);
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

bool refuse_twice(slice text, const dom::document &doc, std::string_view key, struct fault *f)
{
    size_t line, column;
    jsonscan_place(text, jsonscan_string(text, string_number(doc, key)), &line, &column);
    slice shown = slice_from(key.substr(0, 60));
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
    keys stack;
    std::string_view culprit;
    if (!keys_unique(e, stack, &culprit)) {
        if (!culprit.data())
            return fault_set(f, WIRE_LIMIT, "JSON: out of memory");
        return refuse_twice(text, d->parser.doc, culprit, f);
    }
    *root = raw(e);
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

enum json_type json_type(struct json v)
{
    if (!v.doc)
        return JSON_NONE;
    switch (element_of(v).type()) {
    case dom::element_type::ARRAY:
        return JSON_ARRAY;
    case dom::element_type::OBJECT:
        return JSON_OBJECT;
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE:
        return JSON_NUMBER;
    case dom::element_type::STRING:
        return JSON_STRING;
    case dom::element_type::BOOL:
        return JSON_BOOL;
    case dom::element_type::NULL_VALUE:
        return JSON_NULL;
    }
    return JSON_NONE;
}

struct json json_get(struct json object, const char *key)
{
    dom::element value;
    if (json_type(object) != JSON_OBJECT || object_of(element_of(object)).at_key(key).get(value))
        return (struct json){nullptr, 0};
    return raw(value);
}

void json_pick(struct json object, const struct slice *keys, size_t n, struct json *out)
{
    uint64_t lengths = 0; /* of the keys wanted; those from 64 on count as 63 */
    for (size_t i = 0; i < n; i++) {
        out[i] = (struct json){nullptr, 0};
        lengths |= uint64_t(1) << std::min<size_t>(keys[i].len, 63);
    }
    if (json_type(object) != JSON_OBJECT)
        return;
    for (auto field : object_of(element_of(object))) {
        if (!(lengths >> std::min<size_t>(field.key.size(), 63) & 1))
            continue;
        for (size_t i = 0; i < n; i++) {
            if (keys[i].len == field.key.size() && *keys[i].ptr == field.key[0] &&
                std::memcmp(keys[i].ptr, field.key.data(), keys[i].len) == 0) {
                out[i] = raw(field.value);
                break;
            }
        }
    }
}

bool json_int(struct json v, int64_t *out)
{
    int64_t value;
    if (json_type(v) != JSON_NUMBER || element_of(v).get_int64().get(value))
        return false;
    *out = value;
    return true;
}

bool json_bool(struct json v, bool *out)
{
    bool value;
    if (json_type(v) != JSON_BOOL || element_of(v).get_bool().get(value))
        return false;
    *out = value;
    return true;
}

struct slice json_str(struct json v)
{
    if (json_type(v) != JSON_STRING)
        return slice{nullptr, 0};
    std::string_view s;
    return element_of(v).get_string().get(s) ? slice{nullptr, 0} : slice_from(s);
}

size_t json_count(struct json v)
{
    struct json_walk w = {};
    struct slice key;
    struct json child;
    size_t n = 0;
    enum json_type type = json_type(v);
    if (type == JSON_ARRAY)
        n = array_of(element_of(v)).size();
    if (type == JSON_OBJECT)
        n = object_of(element_of(v)).size();
    if (n < 0xFFFFFF) /* simdjson's own count ends here */
        return n;
    for (n = 0; json_next(v, &w, &key, &child); n++)
        ;
    return n;
}

bool json_next(struct json container, struct json_walk *w, struct slice *key, struct json *value)
{
    if (!w->begun) {
        enum json_type type = json_type(container);
        if (type != JSON_ARRAY && type != JSON_OBJECT)
            return false;
        dom::element e = element_of(container);
        w->begun = true;
        w->keyed = type == JSON_OBJECT;
        w->next = w->keyed ? raw(object_of(e).begin()).at : raw(array_of(e).begin()).at;
        w->end = w->keyed ? raw(object_of(e).end()).at : raw(array_of(e).end()).at;
    }
    if (w->next >= w->end)
        return false;
    *key = slice{nullptr, 0};
    if (!w->keyed) {
        auto at = handle<dom::array::iterator>(container.doc, w->next);
        *value = raw(*at);
        w->next = raw(++at).at;
    } else {
        auto at = handle<dom::object::iterator>(container.doc, w->next);
        *key = slice_from(at.key());
        *value = raw(at.value());
        w->next = raw(++at).at;
    }
    return true;
}
}
