/* SPDX-License-Identifier: ISC */
/* The options of the shape a file has. */
#include "parsers/shape.h"

#include <string.h>

#include "daemon/base/num.h"
#include "parsers/pattern.h"

#define HEAD 4096
#define LINES 20

static const struct slice prefix = SLICE_INIT("shape.");

struct option {
    struct slice key, value;
    struct slice shape; /* NAME of "shape.NAME.KEY", and then `key` is KEY */
};

static bool next_option(struct slice *rest, struct option *o)
{
    struct slice line;
    *o = (struct option){0};
    if (!slice_next(rest, '\n', &line))
        return false;
    size_t equals = slice_find(line, SLICE("="));
    o->key = slice_trim(slice_sub(line, 0, equals));
    if (equals != SIZE_MAX)
        o->value = slice_trim(slice_sub(line, equals + 1, line.len));
    struct slice inner = slice_sub(o->key, prefix.len, o->key.len);
    size_t dot = slice_find(inner, SLICE("."));
    if (slice_starts(o->key, prefix) && dot != SIZE_MAX) {
        o->shape = slice_sub(inner, 0, dot);
        o->key = slice_sub(inner, dot + 1, inner.len);
    }
    return true;
}

static bool next_line(struct slice *head, struct slice *line)
{
    if (!slice_next(head, '\n', line))
        return false;
    if (slice_ends(*line, SLICE("\r")))
        line->len--;
    return true;
}

static size_t characters(struct slice s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += ((unsigned char)s.ptr[i] & 0xc0) != 0x80;
    return n;
}

static bool width_fits(struct slice head, const struct option *o, bool *fits, struct fault *f)
{
    struct slice line = {NULL, 0};
    int64_t width;
    if (!num_parse(o->value, 1, HEAD, &width))
        return fault_set(f, WIRE_SCHEMA, "option shape.%.*s.when-width: it is a number",
                         SLICE_FMT(o->shape));
    while (!slice_trim(line).len && next_line(&head, &line))
        ;
    size_t trimmed = line.len;
    while (trimmed && line.ptr[trimmed - 1] == ' ')
        trimmed--;
    *fits = characters(line) == (size_t)width ||
            characters(slice_sub(line, 0, trimmed)) == (size_t)width;
    return true;
}

static bool line_fits(struct arena *a, struct slice head, const struct option *o, bool *fits,
                      struct fault *f)
{
    struct pattern *list = NULL;
    struct pattern *p;
    struct slice line;
    bool ok = pattern_new(a, &list, SLICE("shape"), o->value, 0, &p, f);
    *fits = false;
    for (int i = 0; ok && i < LINES && !*fits && next_line(&head, &line); i++)
        *fits = pattern_match(p, line, NULL);
    patterns_done(&list);
    return ok;
}

/* The name of the first shape that fits; ptr NULL: none does. */
static bool find_shape(const struct job *j, struct slice head, struct slice *shape, struct fault *f)
{
    struct slice rest = j->options;
    struct option o;
    while (!shape->ptr && next_option(&rest, &o)) {
        bool fits = false;
        if (!o.shape.ptr)
            continue;
        if (slice_is(o.key, "when-width") && !width_fits(head, &o, &fits, f))
            return false;
        if (slice_is(o.key, "when") && !line_fits(j->arena, head, &o, &fits, f))
            return false;
        if (fits)
            *shape = o.shape;
    }
    return true;
}

/* Does the shape have a key of its own for this one? */
static bool replaced(const struct job *j, struct slice shape, struct slice key)
{
    struct slice rest = j->options;
    struct option o;
    while (next_option(&rest, &o)) {
        if (o.shape.ptr && slice_eq(o.shape, shape) && slice_eq(o.key, key))
            return true;
    }
    return false;
}

bool shape_options(const struct job *j, struct input *in, struct slice *out, struct fault *f)
{
    struct slice head, shape = {NULL, 0}, rest = j->options;
    struct option o;
    if (!input_peek(in, HEAD, &head, f) || !find_shape(j, head, &shape, f))
        return false;
    char *text = arena_alloc(j->arena, j->options.len + 2), *at = text;
    if (!text)
        return fault_set(f, WIRE_LIMIT, "out of memory");
    while (next_option(&rest, &o)) {
        if (o.shape.ptr ? !slice_eq(o.shape, shape) : shape.ptr && replaced(j, shape, o.key))
            continue;
        if (o.key.ptr)
            memcpy(at, o.key.ptr, o.key.len);
        at += o.key.len;
        *at++ = '=';
        if (o.value.ptr)
            memcpy(at, o.value.ptr, o.value.len);
        at += o.value.len;
        *at++ = '\n';
    }
    *out = (struct slice){text, (size_t)(at - text)};
    return true;
}
