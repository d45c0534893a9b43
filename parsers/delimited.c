/* SPDX-License-Identifier: ISC */
/* Text of lines cut into fields by a separator, read as a mapping says. */
#include <inttypes.h>
#include <string.h>

#include "daemon/base/num.h"
#include "parsers/drivers.h"
#include "parsers/sheet.h"

#define TITLE_LINES 20 /* before the header, at most, where the mapping does not say how many */

struct table {
    struct sheet sheet;
    bool header;
    size_t width;   /* fields a row must have */
    size_t columns; /* that the header names; 0: none does */
    size_t found;   /* columns found in the header tried */
};

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
static bool is_called(const struct table *t, size_t field, struct slice name)
{
    const struct records *r = &t->sheet.records;
    struct column_part part = {.kind = COLUMN_FIELD, .field = (int32_t)field};
    const struct column c = {&part, 1};
    char room[400];
    struct column_scratch scratch = {.arena = t->sheet.job.arena, .at = room, .room = sizeof room};
    struct slice text = column_text(&c, r->fields, r->n, t->sheet.mapping.style, &scratch);
    return slice_eq_nocase(text, name);
}

static bool find_column(void *ctx, struct slice name, int32_t *field)
{
    struct table *t = ctx;
    size_t i = 0;
    if (!numbered(t, name, field)) {
        while (t->header && i < t->sheet.records.n && !is_called(t, i, name))
            i++;
        if (!t->header || i == t->sheet.records.n)
            return false;
        *field = (int32_t)i;
        t->width = i + 1 > t->width ? i + 1 : t->width;
    }
    t->found++;
    return true;
}

static bool bind(struct table *t, struct fault *f)
{
    const struct column_finder finder = {find_column, t};
    t->width = t->found = 0;
    return mapping_bind(&t->sheet.mapping, &finder, f);
}

/* The header is the first line that has all the mapping names. Where none does, the fault is that
 * of the line that came nearest. */
static bool find_header(struct table *t, struct fault *f)
{
    struct fault nearest = {WIRE_OK, {0}};
    size_t most = 0;
    bool more = true;
    int64_t skip = t->sheet.skip;
    for (int64_t line = 0; line <= (skip >= 0 ? skip : TITLE_LINES); line++) {
        struct fault why;
        if (!sheet_line(&t->sheet, &more, f))
            return false;
        if (!more)
            break;
        if (line >= skip && bind(t, &why)) {
            t->columns = t->sheet.records.n;
            return true;
        }
        if (line >= skip && (nearest.kind == WIRE_OK || t->found > most)) {
            fault_set(&nearest, why.kind, "line %" PRIu64 ": %s", t->sheet.records.number,
                      why.err.text);
            most = t->found;
        }
        if (!sheet_no_row(&t->sheet, f))
            return false;
    }
    if (nearest.kind == WIRE_OK)
        return fault_set(f, WIRE_TRUNCATED, "line 1: there is no header");
    *f = nearest;
    return false;
}

static bool skip_titles(struct table *t, struct fault *f)
{
    bool more = true;
    for (int64_t i = 0; i < t->sheet.skip && more; i++) {
        if (!sheet_line(&t->sheet, &more, f) || (more && !sheet_no_row(&t->sheet, f)))
            return false;
    }
    return bind(t, f);
}

/* ---- rows ---- */

/* A row says more than the header has names for: a separator within a text, or a quote lost. */
static bool is_long(const struct table *t)
{
    const struct records *r = &t->sheet.records;
    for (size_t i = t->columns; t->columns > 0 && i < r->n; i++)
        if (r->fields[i].len > 0)
            return true;
    return false;
}

/* A quote within a field that begins with none: the one that opened it is gone, or it is of
 * another text. Pairs are a nickname's. */
static bool has_half_quote(const struct records *r)
{
    if (!r->quote || !memchr(r->line.ptr, '"', r->line.len))
        return false;
    for (size_t i = 0; i < r->n; i++) {
        struct slice field = r->fields[i];
        bool odd = false;
        if (field.len == 0 || *field.ptr == '"')
            continue;
        for (const char *at = field.ptr;
             (at = memchr(at, '"', (size_t)(field.ptr + field.len - at))); at++)
            odd = !odd;
        if (odd)
            return true;
    }
    return false;
}

static bool read_rows(struct table *t, struct fault *f)
{
    const struct records *r = &t->sheet.records;
    bool more = true;
    for (;;) {
        if (!sheet_row(&t->sheet, &more, f))
            return false;
        if (!more)
            return rows_finish(t->sheet.rows, f);
        if (r->n < t->width && !t->sheet.ragged)
            return sheet_short(&t->sheet, r->n, t->width, "fields", f);
        if (is_long(t) && !t->sheet.ragged)
            return fault_set(f, WIRE_SYNTAX,
                             "line %" PRIu64 ": %zu fields, the header has %zu: a separator within "
                             "a text, or a quote lost",
                             r->number, r->n, t->columns);
        if (has_half_quote(r))
            return fault_set(f, WIRE_SYNTAX,
                             "line %" PRIu64 ": a quote alone within a field; if quotes are "
                             "characters like others here, set quote = no",
                             r->number);
        if (!rows_add(t->sheet.rows, r->fields, r->n, r->number, f))
            return false;
    }
}

/* One file: rows to take, or names to lend. */
static bool read_file(struct job *j, struct input *in, const struct rows_how *how, struct fault *f)
{
    struct table t;
    bool ok = sheet_open(j, in, how, true, &t.sheet, f) &&
              mapping_yes(&t.sheet.job, "header", true, &t.header, f) &&
              (t.header ? find_header(&t, f) : skip_titles(&t, f)) &&
              rows_new(&t.sheet.job, &t.sheet.mapping, how, &t.sheet.rows, f) && read_rows(&t, f);
    sheet_done(&t.sheet);
    return ok;
}

static bool parse(struct job *j, struct fault *f)
{
    const struct rows_how how = {.place = "line", .adjacent = true};
    return sheet_read(j, read_file, how, f);
}

const struct driver delimited_driver = {.name = "delimited", .parse = parse};
