/* SPDX-License-Identifier: ISC */
/* RFC 4180: a record is measured first, then cut into fields. */
#include "daemon/base/csv.h"

#include <stdint.h>
#include <string.h>

/* One field as it stands in the text. */
struct raw {
    struct slice inside; /* without the quotes round it */
    bool doubled;        /* it holds quotes written twice */
    size_t newlines;     /* in quotes */
    size_t end;          /* offset of what ended it */
};

static const char separators[] = {',', ';', '\t'};

static bool ends_line(char c)
{
    return c == '\n' || c == '\r';
}

static char find_separator(struct slice text)
{
    size_t counts[3] = {0, 0, 0}, best = 0;
    bool quoted = false;

    for (size_t i = 0; i < text.len && (quoted || !ends_line(text.ptr[i])); i++) {
        if (text.ptr[i] == '"')
            quoted = !quoted;
        for (size_t k = 0; k < 3 && !quoted; k++)
            counts[k] += text.ptr[i] == separators[k];
    }
    for (size_t k = 1; k < 3; k++)
        if (counts[k] > counts[best])
            best = k;
    return separators[best];
}

/* How long the line end at `at` is: 2 for CRLF, else 1; 0 when none is there. */
static size_t line_end(struct slice s, size_t at)
{
    if (at >= s.len || !ends_line(s.ptr[at]))
        return 0;
    return s.ptr[at] == '\r' && at + 1 < s.len && s.ptr[at + 1] == '\n' ? 2 : 1;
}

/* A first line "sep=;", which Excel writes and heeds: how long it is with its end; 0: there is
 * none.
 */
static size_t separator_line(struct slice text)
{
    static const struct slice says = SLICE_INIT("sep=");

    if (!slice_eq_nocase(slice_sub(text, 0, says.len), says) || text.len <= says.len ||
        !memchr(separators, text.ptr[says.len], sizeof separators))
        return 0;
    size_t end = line_end(text, says.len + 1);
    return end > 0 ? says.len + 1 + end : 0;
}

void csv_init(struct csv *c, struct slice text)
{
    struct slice bom = SLICE("\xef\xbb\xbf");

    if (slice_starts(text, bom))
        text = slice_sub(text, bom.len, text.len);
    *c = (struct csv){.rest = text, .sep = find_separator(text), .line = 1, .next = 1};
    size_t said = separator_line(text);
    if (said == 0)
        return;
    c->sep = text.ptr[sizeof "sep=" - 1];
    c->rest = slice_sub(text, said, text.len);
    c->line = c->next = 2;
}

/* What is wrong with the field at `at` (then r->end is where), or NULL. */
static const char *measure(const struct csv *c, size_t at, struct raw *r)
{
    struct slice s = c->rest;
    size_t i = at;

    *r = (struct raw){.end = at};
    if (i == s.len || s.ptr[i] != '"') {
        while (i < s.len && s.ptr[i] != c->sep && !ends_line(s.ptr[i]))
            i++;
        r->inside = slice_sub(s, at, i);
        r->end = i;
        return NULL;
    }
    for (i++; i < s.len; i++) {
        if (ends_line(s.ptr[i])) {
            i += line_end(s, i) - 1;
            r->newlines++;
        }
        if (s.ptr[i] != '"')
            continue;
        if (i + 1 == s.len || s.ptr[i + 1] != '"')
            break;
        r->doubled = true;
        i++;
    }
    if (i >= s.len)
        return "a quote is opened and never closed";
    r->inside = slice_sub(s, at + 1, i);
    r->end = i + 1;
    if (r->end < s.len && s.ptr[r->end] != c->sep && !ends_line(s.ptr[r->end]))
        return "text follows a closing quote; write a quote inside a field twice";
    return NULL;
}

/* "" becomes ". ptr NULL when the arena is full. */
static struct slice undouble(struct slice s, struct arena *a)
{
    struct slice copy = arena_copy(a, s);
    char *to = (char *)(uintptr_t)copy.ptr;

    if (!to)
        return copy;
    for (size_t i = 0; i < s.len; i++) {
        *to++ = s.ptr[i];
        if (s.ptr[i] == '"')
            i++;
    }
    copy.len = (size_t)(to - copy.ptr);
    return copy;
}

/* Counts the record's fields and lines, and finds where it ends. */
static bool measure_record(struct csv *c, size_t cap, size_t *n, size_t *end, struct err *e)
{
    struct raw r;
    size_t at = 0, count = 0, line = c->line;

    for (;; at = r.end + 1) {
        const char *wrong = measure(c, at, &r);
        if (!wrong && ++count > cap)
            wrong = "too many fields";
        if (wrong) {
            size_t start = at; /* a column counts from the start of the field's own line */
            while (start > 0 && !ends_line(c->rest.ptr[start - 1]))
                start--;
            err_set(e, ERR_DATA, "line %zu, column %zu: %s", line, at - start + 1, wrong);
            c->rest = (struct slice){NULL, 0};
            return false;
        }
        line += r.newlines;
        if (r.end == c->rest.len || ends_line(c->rest.ptr[r.end]))
            break;
    }
    *n = count;
    *end = r.end;
    c->next = line;
    return true;
}

bool csv_next(struct csv *c, struct arena *a, size_t cap, struct slice **fields, size_t *n,
              struct err *e)
{
    size_t count, end, skipped;

    while ((skipped = line_end(c->rest, 0)) > 0) {
        c->rest = slice_sub(c->rest, skipped, c->rest.len);
        c->next++;
    }
    *e = (struct err){.kind = ERR_NONE};
    if (c->rest.len == 0)
        return false;
    c->line = c->next;
    if (!measure_record(c, cap, &count, &end, e))
        return false;
    struct slice *list = arena_array(a, count, sizeof(*list));
    struct raw r = {.end = 0};
    for (size_t i = 0, at = 0; list && i < count; i++, at = r.end + 1) {
        (void)measure(c, at, &r);
        list[i] = r.doubled ? undouble(r.inside, a) : r.inside;
        if (!list[i].ptr)
            list = NULL;
    }
    if (!list) {
        c->rest = (struct slice){NULL, 0};
        return err_set(e, ERR_DATA, "line %zu: more text than the memory allowed for it", c->line);
    }
    size_t eol = line_end(c->rest, end);
    c->rest = slice_sub(c->rest, end + eol, c->rest.len);
    c->next += eol > 0;
    *fields = list;
    *n = count;
    return true;
}

static bool needs_quotes(struct slice s)
{
    static const char special[] = {',', ';', '\t', '"', '\r', '\n'};

    for (size_t i = 0; i < s.len; i++)
        if (memchr(special, s.ptr[i], sizeof(special)))
            return true;
    return s.len > 0 && (s.ptr[0] == ' ' || s.ptr[s.len - 1] == ' ');
}

void csv_field(struct buf *out, struct slice value)
{
    if (!needs_quotes(value)) {
        buf_add(out, value);
        return;
    }
    buf_addc(out, '"');
    for (size_t i = 0; i < value.len; i++) {
        if (value.ptr[i] == '"')
            buf_addc(out, '"');
        buf_addc(out, value.ptr[i]);
    }
    buf_addc(out, '"');
}

/* ---- spreadsheets ---- */

/* The length of the first of these that the text begins with; 0: of none. */
static size_t starts_with(struct slice s, const char *const *words)
{
    for (; *words; words++)
        if (slice_starts(s, slice_of(*words)))
            return strlen(*words);
    return 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "-12", "+0.5" */
static bool is_number(struct slice s)
{
    size_t i = s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+'), from = i;

    while (i < s.len && is_digit(s.ptr[i]))
        i++;
    if (i == from || i == s.len)
        return i > from;
    from = ++i;
    while (i < s.len && is_digit(s.ptr[i]))
        i++;
    return s.ptr[from - 1] == '.' && i > from && i == s.len;
}

static bool is_formula(struct slice s)
{
    /* U+00A0, U+2000 to U+200A, U+202F, U+205F, U+3000 are blanks too */
    static const char *const blanks[] = {" ",
                                         "\t",
                                         "\r",
                                         "\n",
                                         "\xc2\xa0",
                                         "\xe2\x80\x80",
                                         "\xe2\x80\x81",
                                         "\xe2\x80\x82",
                                         "\xe2\x80\x83",
                                         "\xe2\x80\x84",
                                         "\xe2\x80\x85",
                                         "\xe2\x80\x86",
                                         "\xe2\x80\x87",
                                         "\xe2\x80\x88",
                                         "\xe2\x80\x89",
                                         "\xe2\x80\x8a",
                                         "\xe2\x80\xaf",
                                         "\xe2\x81\x9f",
                                         "\xe3\x80\x80",
                                         NULL};
    /* ... and U+FF1D, U+FF0B, U+FF0D, U+FF20 are = + - @ */
    static const char *const signs[] = {
        "=", "+", "-", "@", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0", NULL};
    static const char ends[] = {'\t', '\r', '\n'}; /* old ones take what is behind these */
    size_t n;

    if (s.len > 0 && memchr(ends, s.ptr[0], sizeof ends))
        return true;
    if (is_number(s))
        return false;
    while ((n = starts_with(s, blanks)) > 0)
        s = slice_sub(s, n, s.len);
    return starts_with(s, signs) > 0;
}

void csv_cell(struct buf *out, struct slice value)
{
    struct buf guarded;

    if (!is_formula(value)) {
        csv_field(out, value);
        return;
    }
    buf_init(&guarded, value.len + 2);
    buf_addc(&guarded, '\'');
    buf_add(&guarded, value);
    csv_field(out, buf_slice(&guarded));
    out->failed |= guarded.failed;
    buf_done(&guarded);
}
