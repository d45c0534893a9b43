/* SPDX-License-Identifier: ISC */
/* Values of rows: written, bound, read. */
#include "parsers/column.h"

#include <string.h>

#include "daemon/base/text.h"
#include "parsers/charset.h"
#include "parsers/pool.h"

#define PARTS_MAX 64
#define SCRATCH 16384

/* ---- binding ---- */

struct binding {
    struct arena *arena;
    struct slice option;
    const struct column_finder *finder;
    struct column out;
    uint32_t room;
    struct fault *fault;
};

static bool add(struct binding *b, struct column_part part)
{
    if (!pool_grow(b->arena, &b->out.parts, &b->room, b->out.count + 1, sizeof part, PARTS_MAX))
        return fault_set(b->fault, WIRE_SCHEMA, "option %.*s: more than %d parts",
                         SLICE_FMT(b->option), PARTS_MAX);
    b->out.parts[b->out.count++] = part;
    return true;
}

/* Cut what stands before `sep` off *rest, where `sep` stands outside braces. */
static bool next_part(struct slice *rest, struct slice sep, struct slice *part)
{
    int depth = 0;
    if (!rest->ptr)
        return false;
    for (size_t i = 0; i + sep.len <= rest->len; i++) {
        depth += rest->ptr[i] == '{' ? 1 : rest->ptr[i] == '}' ? -1 : 0;
        if (depth == 0 && memcmp(rest->ptr + i, sep.ptr, sep.len) == 0) {
            *part = slice_sub(*rest, 0, i);
            *rest = slice_sub(*rest, i + sep.len, rest->len);
            return true;
        }
    }
    *part = *rest;
    *rest = (struct slice){NULL, 0};
    return true;
}

enum verdict { BOUND, NOT_THERE, WRONG };

/* A name or several with "|": one part. */
static enum verdict bind_field(struct binding *b, struct slice text)
{
    struct slice rest = text, name;
    struct column_part part = {.kind = COLUMN_FIELD, .text = slice_trim(text)};
    while (next_part(&rest, SLICE(" | "), &name)) {
        name = slice_trim(name);
        if (slice_is(name, "-"))
            return BOUND;
        if (b->finder->find(b->finder->ctx, name, &part.field)) {
            part.text = name;
            return add(b, part) ? BOUND : WRONG;
        }
    }
    return NOT_THERE;
}

/* "A + {B | C}". */
static enum verdict bind_sum(struct binding *b, struct slice text)
{
    struct slice name;
    enum verdict v = BOUND;
    while (v == BOUND && next_part(&text, SLICE(" + "), &name)) {
        name = slice_trim(name);
        if (slice_starts(name, SLICE("{")) && slice_ends(name, SLICE("}")))
            name = slice_sub(name, 1, name.len - 1);
        v = bind_field(b, name);
    }
    return v;
}

static bool add_text(struct binding *b, struct slice text)
{
    return !text.len || add(b, (struct column_part){.kind = COLUMN_TEXT, .text = text});
}

/* From the first of {{ }} [[ ]] { [ ] on. */
static enum verdict bind_mark(struct binding *b, struct slice *text, bool *open)
{
    char c = text->ptr[0];
    bool twice = text->len > 1 && text->ptr[1] == c;
    if (twice) {
        *text = slice_sub(*text, 2, text->len);
        return add_text(b, (struct slice){text->ptr - 1, 1}) ? BOUND : WRONG;
    }
    if (c == '{') {
        size_t end = slice_find(*text, SLICE("}"));
        struct slice name = slice_sub(*text, 1, end);
        *text = slice_sub(*text, end == SIZE_MAX ? end : end + 1, text->len);
        return end == SIZE_MAX ? WRONG : bind_field(b, name);
    }
    if (c == '}' || *open == (c == '['))
        return WRONG;
    *open = c == '[';
    *text = slice_sub(*text, 1, text->len);
    struct column_part part = {.kind = *open ? COLUMN_OPEN : COLUMN_CLOSE};
    return add(b, part) ? BOUND : WRONG;
}

static enum verdict bind_template(struct binding *b, struct slice text)
{
    static const char marks[] = {'{', '}', '[', ']'};
    bool open = false;
    enum verdict v = BOUND;
    while (text.len && v == BOUND) {
        size_t plain = 0;
        while (plain < text.len && !memchr(marks, text.ptr[plain], sizeof marks))
            plain++;
        if (!add_text(b, slice_sub(text, 0, plain)))
            return WRONG;
        text = slice_sub(text, plain, text.len);
        if (text.len)
            v = bind_mark(b, &text, &open);
    }
    return open && v == BOUND ? WRONG : v;
}

static enum verdict bind_one(struct binding *b, struct slice text, enum column_kind kind)
{
    if (slice_is(text, "-"))
        return BOUND;
    if (kind == COLUMN_OF_FIGURES)
        return bind_sum(b, text);
    return slice_find(text, SLICE("{")) != SIZE_MAX ? bind_template(b, text) : bind_field(b, text);
}

bool column_bind(struct arena *a, struct slice option, struct slice text,
                 const struct column_finder *finder, enum column_kind kind, struct column *out,
                 struct fault *f)
{
    struct binding b = {.arena = a, .option = option, .finder = finder, .fault = f};
    struct slice rest = text, one;
    f->kind = WIRE_OK;
    while (next_part(&rest, SLICE(" | "), &one)) {
        one = slice_trim(one);
        b.out.count = 0;
        enum verdict v = bind_one(&b, one, kind);
        if (v == WRONG && f->kind == WIRE_OK)
            fault_set(f, WIRE_SCHEMA, "option %.*s: \"%.*s\" is no template", SLICE_FMT(option),
                      SLICE_FMT(one));
        if (v == WRONG)
            return false;
        if (v == BOUND) {
            *out = b.out;
            return true;
        }
    }
    return fault_set(f, WIRE_SCHEMA, "there is no column \"%.*s\" (option %.*s)", SLICE_FMT(text),
                     SLICE_FMT(option));
}

/* ---- reading ---- */

static bool reserve(struct column_scratch *s, size_t more)
{
    if (s->used + more <= s->room)
        return true;
    size_t room = more > SCRATCH ? more : SCRATCH; /* earlier texts stay where they are */
    char *at = arena_alloc(s->arena, room);
    if (!at)
        return false;
    *s = (struct column_scratch){.arena = s->arena, .at = at, .room = room};
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct pen { /* white space folds to one blank, none at the ends */
    char *start, *at;
    bool blank;
};

static void put(struct pen *p, struct slice s)
{
    for (size_t i = 0; i < s.len;) {
        size_t from = i;
        while (i < s.len && !is_blank(s.ptr[i]))
            i++;
        if (i > from && p->blank)
            *p->at++ = ' ';
        if (i > from) {
            memmove(p->at, s.ptr + from, i - from);
            p->at += i - from;
            p->blank = false;
        }
        for (; i < s.len && is_blank(s.ptr[i]); i++)
            p->blank = p->at > p->start;
    }
}

/* The same, of what has no blank to fold. */
static void put_folded(struct pen *p, struct slice s)
{
    if (!s.len)
        return;
    if (p->blank)
        *p->at++ = ' ';
    memcpy(p->at, s.ptr, s.len);
    p->at += s.len;
    p->blank = false;
}

static size_t utf8(uint32_t c, char out[4])
{
    if (c < 0x80)
        return out[0] = (char)c, 1;
    if (c < 0x800)
        return out[0] = (char)(0xc0 | c >> 6), out[1] = (char)(0x80 | (c & 0x3f)), 2;
    size_t n = c < 0x10000 ? 3 : 4;
    out[0] = (char)(n == 3 ? 0xe0 | c >> 12 : 0xf0 | c >> 18);
    for (size_t i = 1; i < n; i++)
        out[i] = (char)(0x80 | (c >> 6 * (n - 1 - i) & 0x3f));
    return n;
}

/* The character of "#8217" or "#x2019"; 0: none. */
static uint32_t entity_number(struct slice s)
{
    bool hex = s.len > 1 && (s.ptr[1] | 0x20) == 'x';
    uint32_t c = 0;
    for (size_t i = hex ? 2 : 1; i < s.len; i++) {
        char d = (char)(s.ptr[i] | 0x20);
        bool letter = hex && d >= 'a' && d <= 'f';
        if (!letter && (s.ptr[i] < '0' || s.ptr[i] > '9'))
            return 0;
        c = c * (hex ? 16 : 10) + (uint32_t)(letter ? d - 'a' + 10 : s.ptr[i] - '0');
        if (c > 0x10ffff)
            return 0;
    }
    return c >= 0xd800 && c < 0xe000 ? 0 : c;
}

size_t column_entity(struct slice s, char out[4], size_t *len)
{
    static const struct {
        const char *name;
        uint32_t c;
    } names[] = {{"amp", '&'},  {"lt", '<'},    {"gt", '>'},
                 {"quot", '"'}, {"apos", '\''}, {"nbsp", 0xa0}};
    size_t end = slice_find(slice_sub(s, 0, 12), SLICE(";"));
    uint32_t c = 0;
    if (end == SIZE_MAX || end < 2)
        return 0;
    struct slice name = slice_sub(s, 1, end);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        c = slice_is(name, names[i].name) ? names[i].c : c;
    if (name.ptr[0] == '#')
        c = entity_number(name);
    *len = c ? utf8(c, out) : 0;
    return c ? end + 1 : 0;
}

static void put_decoded(struct pen *p, struct slice s)
{
    char c[4];
    size_t at, len;
    while ((at = slice_find(s, SLICE("&"))) != SIZE_MAX) {
        put(p, slice_sub(s, 0, at));
        size_t took = column_entity(slice_sub(s, at, s.len), c, &len);
        put(p, took ? (struct slice){c, len} : SLICE("&"));
        s = slice_sub(s, at + (took ? took : 1), s.len);
    }
    put(p, s);
}

/* A field that reads as it lies there: plain characters, no blank to fold, no quote or entity to
 * read. Most do. */
static inline bool as_it_lies(struct slice raw, struct column_style style, struct slice *text)
{
    bool quoted = false;
    raw = slice_trim(raw);
    if (style.quote && raw.len > 1 && raw.ptr[0] == '"' && raw.ptr[raw.len - 1] == '"') {
        quoted = true;
        raw = slice_trim((struct slice){raw.ptr + 1, raw.len - 2});
    }
    *text = raw.len ? raw : SLICE("");
    return !raw.len || text_is_plain_but(raw, quoted ? '"' : '\0', style.decode ? '&' : '\0');
}

/* The field; false when it has other than plain characters. */
static bool put_field(struct pen *p, struct slice raw, struct column_style style)
{
    struct slice lying;
    if (as_it_lies(raw, style, &lying)) {
        put_folded(p, lying);
        return true;
    }
    raw = slice_trim(raw);
    if (style.quote && raw.len > 1 && raw.ptr[0] == '"' && raw.ptr[raw.len - 1] == '"') {
        raw = slice_sub(raw, 1, raw.len - 1);
        for (size_t at; (at = slice_find(raw, SLICE("\"\""))) != SIZE_MAX;
             raw = slice_sub(raw, at + 2, raw.len))
            put(p, slice_sub(raw, 0, at + 1));
    }
    if (style.decode)
        put_decoded(p, raw);
    else
        put(p, raw);
    return false;
}

static bool field_blank(struct slice raw, struct column_style style)
{
    raw = slice_trim(raw);
    return !raw.len || (style.quote && raw.len > 1 && raw.ptr[0] == '"' &&
                        !slice_trim(slice_sub(raw, 1, raw.len - 1)).len);
}

/* The part behind the ] of the group that begins at `i`, when a column in it is blank; else `i`. */
static uint32_t skip_group(const struct column *c, uint32_t i, const struct slice *fields, size_t n,
                           struct column_style style)
{
    bool blank = false;
    uint32_t end = i;
    for (; c->parts[end].kind != COLUMN_CLOSE; end++) {
        const struct column_part *p = &c->parts[end];
        blank |= p->kind == COLUMN_FIELD && field_blank(column_field(fields, n, p->field), style);
    }
    return blank ? end : i;
}

/* As it is, where there is no converter. */
static struct slice from_windows(struct slice s, struct column_scratch *scratch)
{
    const struct charset *windows = charset_find(SLICE("windows-1252"));
    struct slice rest = s;
    size_t room = 3 * s.len;
    if (!windows)
        return s;
    if (!reserve(scratch, room))
        return (struct slice){NULL, 0};
    char *start = scratch->at + scratch->used, *at = start;
    while (charset_convert(windows, &rest, &at, &room))
        ;
    scratch->used += (size_t)(at - start);
    return rest.len ? s : (struct slice){start, (size_t)(at - start)};
}

/* Blanks that do not break lines are blanks; in place. */
static struct slice fold_hard_blanks(char *s, size_t len)
{
    static const struct slice hard = SLICE_INIT("\xc2\xa0");
    struct pen p = {s, s, false};
    struct slice rest = {s, len};
    size_t at;
    while ((at = slice_find(rest, hard)) != SIZE_MAX) {
        put(&p, slice_sub(rest, 0, at)); /* never ahead of what it reads */
        put(&p, SLICE(" "));
        rest = slice_sub(rest, at + hard.len, rest.len);
    }
    put(&p, rest);
    return (struct slice){s, (size_t)(p.at - s)};
}

/* Bytes that are enough for a text. */
static size_t room_for(const struct column *c, const struct slice *fields, size_t n)
{
    size_t most = 1;
    for (uint32_t i = 0; i < c->count; i++)
        most += c->parts[i].kind == COLUMN_FIELD
                    ? column_field(fields, n, c->parts[i].field).len + 1
                    : c->parts[i].text.len + 1;
    return most;
}

/* Put together of parts, or read of what does not read as it lies; most texts are neither. */
__attribute__((noinline)) static struct slice make_text(const struct column *c,
                                                        const struct slice *fields, size_t n,
                                                        struct column_style style,
                                                        struct column_scratch *scratch)
{
    size_t most = room_for(c, fields, n);
    if (!reserve(scratch, most))
        return (struct slice){NULL, 0};
    char *start = scratch->at + scratch->used;
    struct pen p = {start, start, false};
    bool plain = true;
    for (uint32_t i = 0; i < c->count; i++) {
        const struct column_part *part = &c->parts[i];
        if (part->kind == COLUMN_OPEN)
            i = skip_group(c, i, fields, n, style);
        else if (part->kind == COLUMN_TEXT)
            put(&p, part->text);
        else if (part->kind == COLUMN_FIELD)
            plain &= put_field(&p, column_field(fields, n, part->field), style);
    }
    struct slice text = {start, (size_t)(p.at - start)};
    scratch->used += most;
    if (!plain && style.guess && !text_is_utf8(text))
        text = from_windows(text, scratch);
    return text.len && memchr(text.ptr, '\xc2', text.len)
               ? fold_hard_blanks((char *)(uintptr_t)text.ptr, text.len)
               : text;
}

struct slice column_text(const struct column *c, const struct slice *fields, size_t n,
                         struct column_style style, struct column_scratch *scratch)
{
    struct slice lying;
    if (c->count == 1 && c->parts->kind == COLUMN_FIELD &&
        as_it_lies(column_field(fields, n, c->parts->field), style, &lying))
        return lying;
    return make_text(c, fields, n, style, scratch);
}
