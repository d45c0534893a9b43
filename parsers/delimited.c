/* SPDX-License-Identifier: ISC */
/* Text of lines cut into fields by a separator, read as a mapping says. */
#include <inttypes.h>
#include <string.h>

#include "daemon/base/num.h"
#include "parsers/drivers.h"
#include "parsers/field.h"
#include "parsers/records.h"
#include "parsers/rows.h"

#define TITLE_LINES 20 /* before the header, at most, where the mapping does not say how many */

struct table {
    struct job *job;
    struct mapping mapping;
    struct records records;
    struct rows *rows;
    int64_t skip; /* lines before the header or the first row; -1: until the header is found */
    bool header, ragged, any_last;
    size_t width; /* fields a row must have */
    size_t found; /* columns found in the header tried */
};

static bool yes_or_no(const struct job *j, const char *key, bool usual, bool *out, struct fault *f)
{
    struct slice v = job_option(j, key);
    *out = v.ptr ? slice_is(v, "yes") : usual;
    if (!v.ptr || *out || slice_is(v, "no"))
        return true;
    return fault_set(f, WIRE_SCHEMA, "option %s: it is yes or no, not \"%.*s\"", key, SLICE_FMT(v));
}

static bool read_separator(const struct job *j, char *out, struct fault *f)
{
    static const struct {
        const char *name;
        char c;
    } names[] = {{"comma", ','}, {"tab", '\t'}, {"semicolon", ';'}, {"pipe", '|'}};
    struct slice v = job_option(j, "separator");
    *out = !v.ptr ? ',' : v.len == 1 ? v.ptr[0] : '\0';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        *out = slice_is(v, names[i].name) ? names[i].c : *out;
    if (*out && *out != '"')
        return true;
    return fault_set(f, WIRE_SCHEMA,
                     "option separator: it is comma, tab, semicolon, pipe or a character");
}

static bool read_options(struct table *t, struct fault *f)
{
    const struct job *j = t->job;
    char separator;
    bool quote;
    struct slice last = job_option(j, "last-line"), skip = job_option(j, "skip-lines");
    t->skip = -1;
    t->any_last = slice_is(last, "any");
    if (last.ptr && !t->any_last && !slice_is(last, "ended"))
        return fault_set(f, WIRE_SCHEMA, "option last-line: it is ended or any");
    if (skip.ptr && !num_parse(skip, 0, 1000, &t->skip))
        return fault_set(f, WIRE_SCHEMA, "option skip-lines: it is a number, at most 1000");
    if (!read_separator(j, &separator, f) || !yes_or_no(j, "quote", true, &quote, f) ||
        !yes_or_no(j, "header", true, &t->header, f) ||
        !yes_or_no(j, "ragged", false, &t->ragged, f) ||
        !mapping_read((struct job *)j, &t->mapping, f))
        return false;
    t->mapping.style.quote = t->mapping.count.quote = quote;
    return records_open(j->arena, j->input, separator, quote, &t->records, f);
}

/* ---- columns ---- */

/* "#9" and "#-1". */
static bool numbered(struct table *t, struct slice name, int32_t *field)
{
    int64_t n;
    if (!slice_starts(name, SLICE("#")) ||
        !num_parse(slice_sub(name, 1, name.len), -RECORDS_FIELDS_MAX, RECORDS_FIELDS_MAX, &n) ||
        n == 0)
        return false;
    *field = (int32_t)(n > 0 ? n - 1 : n);
    size_t needs = (size_t)(n > 0 ? n : -n);
    t->width = needs > t->width ? needs : t->width;
    return true;
}

/* Is this field of the header called so? Case and white space aside. */
static bool is_called(struct table *t, size_t field, struct slice name)
{
    struct column_part part = {.kind = COLUMN_FIELD, .field = (int32_t)field};
    const struct column c = {&part, 1};
    char room[400];
    struct column_scratch scratch = {.arena = t->job->arena, .at = room, .room = sizeof room};
    struct slice text =
        column_text(&c, t->records.fields, t->records.n, t->mapping.style, &scratch);
    return slice_eq_nocase(text, name);
}

static bool find_column(void *ctx, struct slice name, int32_t *field)
{
    struct table *t = ctx;
    if (numbered(t, name, field)) {
        t->found++;
        return true;
    }
    for (size_t i = 0; t->header && i < t->records.n; i++) {
        if (is_called(t, i, name)) {
            *field = (int32_t)i;
            t->width = i + 1 > t->width ? i + 1 : t->width;
            t->found++;
            return true;
        }
    }
    return false;
}

static bool bind(struct table *t, struct fault *f)
{
    const struct column_finder finder = {find_column, t};
    t->width = t->found = 0;
    return mapping_bind(&t->mapping, &finder, f);
}

/* ---- lines ---- */

/* The header is the first line that has all the mapping names. Where none does, the fault is that
 * of the line that came nearest. */
static bool find_header(struct table *t, struct fault *f)
{
    struct fault nearest = {WIRE_OK, {0}};
    size_t most = 0;
    bool more = true;
    for (int64_t line = 0; line <= (t->skip >= 0 ? t->skip : TITLE_LINES); line++) {
        struct fault why;
        if (!records_next(&t->records, &more, f))
            return false;
        if (!more)
            break;
        if (line < t->skip)
            continue;
        if (bind(t, &why))
            return true;
        if (nearest.kind == WIRE_OK || t->found > most) {
            fault_set(&nearest, why.kind, "line %" PRIu64 ": %s", t->records.number, why.err.text);
            most = t->found;
        }
    }
    if (nearest.kind == WIRE_OK)
        return fault_set(f, WIRE_TRUNCATED, "line 1: there is no header");
    *f = nearest;
    return false;
}

static bool skip_titles(struct table *t, struct fault *f)
{
    bool more = true;
    for (int64_t i = 0; i < t->skip && more; i++) {
        if (!records_next(&t->records, &more, f))
            return false;
    }
    return bind(t, f);
}

static bool too_short(struct table *t, struct fault *f)
{
    const struct records *r = &t->records;
    return fault_set(f, r->ended ? WIRE_SYNTAX : WIRE_TRUNCATED,
                     "line %" PRIu64 ": it has %zu fields, the mapping needs %zu", r->number, r->n,
                     t->width);
}

static bool read_rows(struct table *t, struct fault *f)
{
    struct records *r = &t->records;
    bool more = true;
    for (;;) {
        if (!records_next(r, &more, f))
            return false;
        if (!more)
            return true;
        if (!r->ended && !t->any_last)
            return fault_set(f, WIRE_TRUNCATED,
                             "line %" PRIu64 ": the last line has no end; if this feed never ends "
                             "it, set last-line = any",
                             r->number);
        if (r->n < t->width && !t->ragged)
            return too_short(t, f);
        if (!rows_add(t->rows, r->fields, r->n, r->number, f))
            return false;
    }
}

static bool parse(struct job *j, struct fault *f)
{
    const struct rows_how how = {.place = "line", .adjacent = true};
    struct table t = {.job = j};
    bool ok = input_text(j->input, job_option(j, "charset"), f) && read_options(&t, f) &&
              (t.header ? find_header(&t, f) : skip_titles(&t, f)) &&
              rows_new(j, &t.mapping, &how, &t.rows, f) && read_rows(&t, f) &&
              rows_finish(t.rows, f);
    mapping_done(&t.mapping);
    return ok;
}

const struct driver delimited_driver = {.name = "delimited", .parse = parse};
