/* SPDX-License-Identifier: ISC */
/* What is wrong with a configuration: a located paragraph with the line and a caret under the
 * place. */
#include "config/problem.h"

#include "config/url.h"

enum { SHOWN_BEFORE = 60, SHOWN_MOST = 100 }; /* bytes of the line around the place */

static bool starts_character(char c)
{
    return ((unsigned char)c & 0xc0) != 0x80;
}

size_t problem_column(const struct problem_line *line, const char *at)
{
    size_t column = 1;

    for (const char *c = line->text.ptr; at && c < at; c++)
        column += starts_character(*c);
    return column;
}

/* Headers and addresses are where keys and passwords end up: their values are never repeated. */
static struct slice without_secret(struct slice text)
{
    size_t equals = slice_find(text, SLICE("="));

    if (equals == (size_t)-1)
        return text;
    struct slice key = slice_trim(slice_sub(text, 0, equals));
    struct slice value = slice_trim(slice_sub(text, equals + 1, text.len));
    bool secret = slice_starts(key, SLICE("header")) || url_shows_secret(value);
    return secret ? slice_sub(text, 0, equals + 1) : text;
}

static void add_shown(struct buf *out, struct slice shown)
{
    for (size_t i = 0; i < shown.len; i++) {
        unsigned char c = (unsigned char)shown.ptr[i];
        buf_addc(out, (char)(c < 0x20 || c == 0x7f ? ' ' : c));
    }
}

/* The part of a long line round `place` that is shown, cut between characters. */
static void choose_part(struct slice line, size_t place, size_t *from, size_t *to)
{
    *from = place > SHOWN_BEFORE && line.len > SHOWN_MOST ? place - SHOWN_BEFORE : 0;
    while (*from > 0 && !starts_character(line.ptr[*from]))
        --*from;
    *to = line.len - *from > SHOWN_MOST ? *from + SHOWN_MOST : line.len;
    while (*to<line.len && * to> * from && !starts_character(line.ptr[*to]))
        --*to;
}

static void add_line(struct buf *out, struct slice text, const char *at)
{
    struct slice shown = without_secret(text);
    size_t place = at ? (size_t)(at - text.ptr) : 0, from, to;
    bool hidden = shown.len < text.len;

    if (place > shown.len)
        place = shown.len;
    choose_part(shown, place, &from, &to);
    buf_addz(out, from > 0 ? "    ..." : "    ");
    add_shown(out, slice_sub(shown, from, to));
    buf_addz(out, hidden ? " (value not shown)\n    " : to < shown.len ? "...\n    " : "\n    ");
    buf_addz(out, from > 0 ? "   " : "");
    for (size_t i = from; i < place; i++)
        if (starts_character(shown.ptr[i]))
            buf_addc(out, ' ');
    buf_addz(out, "^\n");
}

static bool is_counted_only(struct problems *p)
{
    return ++p->count > PROBLEMS_MAX;
}

void problem_add(struct problems *p, const struct problem_line *line, const char *at,
                 const char *fix, const char *fmt, ...)
{
    va_list ap;

    if (is_counted_only(p))
        return;
    buf_addf(p->out, "%s:%zu:%zu: ", line->file, line->number, problem_column(line, at));
    va_start(ap, fmt);
    buf_addv(p->out, fmt, ap);
    va_end(ap);
    buf_addc(p->out, '\n');
    if (line->text.ptr) /* what is missing altogether has a place, but no line */
        add_line(p->out, line->text, at);
    if (fix)
        buf_addf(p->out, "    %s\n", fix);
}

void problem_add_file(struct problems *p, const char *file, const char *fix, const char *fmt, ...)
{
    va_list ap;

    if (is_counted_only(p))
        return;
    buf_addf(p->out, "%s: ", file);
    va_start(ap, fmt);
    buf_addv(p->out, fmt, ap);
    va_end(ap);
    buf_addc(p->out, '\n');
    if (fix)
        buf_addf(p->out, "    %s\n", fix);
}

void problem_close(struct problems *p)
{
    if (p->count > PROBLEMS_MAX)
        buf_addf(p->out, "and %zu more\n", p->count - PROBLEMS_MAX);
}
