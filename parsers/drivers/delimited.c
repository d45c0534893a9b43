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
    bool from_right;    /* a column is counted so: rows may have any number of others before it */
    size_t width;       /* fields the mapping uses */
    size_t columns;     /* of the header, or the first row where there is none; 0: not seen yet */
    size_t least;       /* fields a row must have: those but blank ones at their end */
    size_t found;       /* columns found in the header tried */
    struct slice twice; /* a name of the mapping that two of its columns have */
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
    t->from_right |= n < 0;
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

/* The first field of the header from this one on that is called so; how many there are: none is. */
static size_t next_called(const struct table *t, size_t i, struct slice name)
{
    while (i < t->sheet.records.n && !is_called(t, i, name))
        i++;
    return i;
}

static bool find_column(void *ctx, struct slice name, int32_t *field)
{
    struct table *t = ctx;
    if (!numbered(t, name, field)) {
        size_t n = t->header ? t->sheet.records.n : 0, i = next_called(t, 0, name);
        if (i >= n)
            return false;
        if (next_called(t, i + 1, name) < n)
            t->twice = name;
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
    t->twice = (struct slice){NULL, 0};
    if (!mapping_bind(&t->sheet.mapping, &finder, f))
        return false;
    return !t->twice.ptr ||
           fault_set(f, WIRE_SCHEMA,
                     "two columns are called \"%.*s\"; say which by its number, such as #%zu",
                     SLICE_FMT(t->twice), next_called(t, 0, t->twice) + 1);
}

/* The line at hand says how many fields rows have. */
static void measure(struct table *t)
{
    const struct records *r = &t->sheet.records;
    t->columns = t->least = r->n;
    while (t->least > t->width && !slice_trim(r->fields[t->least - 1]).len)
        t->least--;
}

/* The line at hand as names of columns, for whoever has to find the right one. */
static struct slice names_here(const struct table *t)
{
    const struct records *r = &t->sheet.records;
    struct arena *a = t->sheet.job.arena;
    struct slice out = SLICE("");
    size_t i = 0;
    for (; i < r->n && out.len < 120; i++)
        out = arena_printf(a, "%.*s%s%.*s", SLICE_FMT(out), i ? ", " : "",
                           SLICE_FMT(slice_sub(slice_trim(r->fields[i]), 0, 40)));
    return arena_printf(a, "%.*s%s", SLICE_FMT(out), i < r->n ? ", ..." : "");
}

/* What cuts the line at hand into fields, where the mapping's separator does not; NULL: nothing. */
static const char *cut_by(const struct table *t)
{
    static const struct {
        char c;
        const char *name;
    } others[] = {{'\t', "tab"}, {';', "semicolon"}, {'|', "pipe"}, {',', "comma"}};
    const struct records *r = &t->sheet.records;
    for (size_t i = 0; r->n == 1 && i < sizeof others / sizeof others[0]; i++) {
        size_t n = 0;
        for (size_t at = 0; at < r->line.len; at++)
            n += r->line.ptr[at] == others[i].c;
        if (n > 1)
            return others[i].name;
    }
    return NULL;
}

/* Why there is none: the fault of the line that came nearest, and the names it has (none: it came
 * not near; then perhaps what lines are cut by instead). False. */
static bool no_header(const struct fault *nearest, struct slice has, const char *cut,
                      struct fault *f)
{
    struct slice text = slice_of(nearest->err.text);
    if (nearest->kind == WIRE_OK)
        return fault_set(f, WIRE_TRUNCATED, "line 1: there is no header");
    *f = *nearest;
    if (slice_find(text, SLICE("there is no column")) == SIZE_MAX)
        return false;
    return has.len
               ? fault_set(f, nearest->kind, "%.*s; it has %.*s", SLICE_FMT(text), SLICE_FMT(has))
               : fault_set(f, nearest->kind, "%.*s, nor in any other line near the top%s%s",
                           SLICE_FMT(text), cut ? "; lines seem cut otherwise: separator = " : "",
                           cut ? cut : "");
}

/* The header is the first line that has all the mapping names. Where none does, the fault is that
 * of the line that came nearest. */
static bool find_header(struct table *t, struct fault *f)
{
    struct fault nearest = {WIRE_OK, {0}};
    struct slice has = {NULL, 0};
    const char *cut = NULL;
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
            measure(t);
            return true;
        }
        if (line >= skip && (nearest.kind == WIRE_OK || t->found > most)) {
            fault_set(&nearest, why.kind, "line %" PRIu64 ": %s", t->sheet.records.number,
                      why.err.text);
            most = t->found;
            has = most || skip >= 0 ? names_here(t) : has;
        }
        cut = cut ? cut : cut_by(t);
        if (!sheet_no_row(&t->sheet, f))
            return false;
    }
    return no_header(&nearest, has, cut, f);
}

/* ---- rows ---- */

/* A row says more than there are columns for: a separator within a text, or a quote lost. */
static bool is_long(const struct table *t)
{
    const struct records *r = &t->sheet.records;
    for (size_t i = t->columns; i < r->n; i++)
        if (r->fields[i].len > 0)
            return true;
    return false;
}

/* With a field too few or too many the figures would be another column's. */
static bool check_width(struct table *t, struct fault *f)
{
    const struct records *r = &t->sheet.records;
    const char *like = t->header ? "the header" : "the first row";
    if (r->n < t->width)
        return sheet_short(&t->sheet, r->n, t->width, "fields", f);
    if (!t->header && t->from_right)
        return true;
    if (!t->columns)
        measure(t);
    if (r->n < t->least)
        return fault_set(f, r->ended ? WIRE_SYNTAX : WIRE_TRUNCATED,
                         "line %" PRIu64 ": %zu fields, %s has %zu: a separator lost; if rows may "
                         "be short here, set ragged = yes",
                         r->number, r->n, like, t->least);
    if (is_long(t))
        return fault_set(f, WIRE_SYNTAX,
                         "line %" PRIu64 ": %zu fields, %s has %zu: a separator within a text, or "
                         "a quote lost",
                         r->number, r->n, like, t->columns);
    return true;
}

/* A quote within a field that begins with none: the one that opened it is gone, or it is of
 * another text. Pairs are a nickname's. */
static bool has_half_quote(const struct records *r)
{
    if (!r->quote || r->tidy || !memchr(r->line.ptr, '"', r->line.len))
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
        if (!t->sheet.ragged && !check_width(t, f))
            return false;
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
    struct table t = {.columns = 0};
    bool ok = sheet_open(j, in, how, true, &t.sheet, f) &&
              mapping_yes(&t.sheet.job, "header", true, &t.header, f) &&
              (t.header ? find_header(&t, f) : sheet_skip(&t.sheet, f) && bind(&t, f)) &&
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
