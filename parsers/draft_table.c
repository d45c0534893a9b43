/* SPDX-License-Identifier: ISC */
/* Separator, quotes, titles, header, rows and footers of a file nobody has described. */
#include "parsers/draft_table.h"

#include <string.h>

#include "daemon/base/text.h"
#include "parsers/column.h"
#include "parsers/count.h"
#include "parsers/pool.h"

#define PROBE 400       /* lines looked at for the separator */
#define TITLES 20       /* lines before the header, at most */
#define REMEMBERED 5000 /* distinct values of a column */

/* ---- reading ---- */

struct look { /* one pass over the payload */
    struct records records;
    struct column_scratch scratch;
    struct column_style style;
};

static bool look_open(struct draft_table *t, struct slice bytes, struct look *l, struct fault *f)
{
    struct input_memory *memory = arena_alloc(t->arena, sizeof *memory);
    struct input *in;
    if (!memory)
        return fault_set(f, WIRE_LIMIT, "out of memory");
    memory->bytes = bytes;
    const struct input_source source = input_from_memory(memory);
    *l = (struct look){.scratch.arena = t->arena, .style = {.quote = t->quote, .guess = !t->utf8}};
    return input_open(t->arena, &source, INPUT_MAX, &in, f) && input_text(in, SLICE("utf-8"), f) &&
           records_open(t->arena, in, t->separator, t->quote, &l->records, f);
}

/* The text of a field of the line at hand. */
static struct slice cell(struct look *l, size_t n)
{
    struct column_part part = {.kind = COLUMN_FIELD, .field = (int32_t)n};
    const struct column c = {&part, 1};
    return column_text(&c, l->records.fields, l->records.n, l->style, &l->scratch);
}

static size_t filled_cells(const struct records *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++) {
        struct slice s = slice_trim(r->fields[i]);
        n += s.len > 0 && !slice_is(s, "\"\"");
    }
    return n;
}

/* ---- separator ---- */

struct cutting { /* how well a separator cuts */
    size_t columns;
    unsigned share; /* of the lines that have as many, in thousandths */
    bool quotes;
};

static void judge(const size_t *counts, size_t n, struct cutting *c)
{
    size_t best = 0;
    for (size_t i = 0; i < n; i++) {
        size_t same = 0;
        for (size_t k = 0; k < n; k++)
            same += counts[k] == counts[i];
        if (counts[i] > 1 && same > best) {
            best = same;
            c->columns = counts[i];
        }
    }
    c->share = n ? (unsigned)(best * 1000 / n) : 0;
}

static bool try_cutting(struct draft_table *t, struct slice bytes, struct cutting *c)
{
    size_t counts[PROBE], n = 0, quoted = 0, fields = 0;
    struct look l;
    struct fault f;
    bool more = true;
    *c = (struct cutting){0};
    if (!look_open(t, bytes, &l, &f))
        return false;
    while (n < PROBE && more) {
        if (!records_next(&l.records, &more, &f))
            return false;
        if (!more)
            break;
        for (size_t i = 0; i < l.records.n; i++) {
            struct slice s = slice_trim(l.records.fields[i]);
            fields += s.len > 0;
            quoted += slice_starts(s, SLICE("\""));
        }
        counts[n++] = l.records.n;
    }
    judge(counts, n, c);
    c->quotes = quoted > 0;
    /* a few quotes in a file of tabs are nicknames */
    return !t->quote || t->separator != '\t' || quoted * 3 >= fields || !quoted;
}

/* What begins as JSON, as XML or as a page is no table, whatever it is cut by. */
static bool is_table(struct slice bytes, struct fault *f)
{
    struct slice s = slice_trim(bytes);

    if (s.len > 0 && (s.ptr[0] == '{' || s.ptr[0] == '['))
        return fault_set(
            f, WIRE_SCHEMA,
            "it is JSON, for which there are no mappings: take what else its site has, "
            "a CSV or a page, or write a format (CONTRIBUTING.md)");
    if (s.len == 0)
        return fault_set(f, WIRE_SCHEMA, "it is empty");
    if (s.ptr[0] == '<')
        return fault_set(f, WIRE_SCHEMA,
                         "it is %s: html-table reads it by XPath (tallyd.conf(5), WEB PAGES)",
                         slice_starts(s, SLICE("<?xml")) ? "XML" : "a web page or XML");
    return true;
}

static bool find_separator(struct draft_table *t, struct slice bytes, struct fault *f)
{
    static const char separators[] = {',', '\t', ';', '|'};
    struct draft_table best = *t;
    unsigned most = 0;
    bool quoted = false; /* quotes enclose fields: a separator within is none, whatever fits */
    for (size_t i = 0; i < 2 * sizeof separators; i++) {
        struct cutting c;
        t->separator = separators[i / 2];
        t->quote = i % 2 == 0;
        quoted &= !t->quote;
        if (quoted || !try_cutting(t, bytes, &c) || c.columns < 2)
            continue;
        quoted = t->quote && c.quotes && c.share >= 600;
        unsigned score = c.share + (unsigned)(c.columns < 20 ? c.columns : 20);
        if (score > most) {
            most = score;
            best.separator = t->separator;
            best.quote = t->quote;
            best.quotes = c.quotes;
            best.columns = c.columns;
        }
    }
    if (most < 500 || best.columns > DRAFT_COLUMNS)
        return fault_set(f, WIRE_SCHEMA,
                         "no separator cuts it into columns: text of fixed widths is read by "
                         "fixed-width, a web page by html-table (tallyd.conf(5))");
    *t = best;
    return true;
}

/* ---- columns ---- */

static bool is_count(struct slice s, bool *commas)
{
    int64_t n;
    const struct count_style style = {.thousands = true};
    *commas = slice_find(s, SLICE(",")) != SIZE_MAX;
    return s.len && count_read(s, &style, &n) == COUNT_READ;
}

static bool is_decimal(struct slice s)
{
    bool point = false, digit = false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        point |= c == '.' || c == '%';
        digit |= c >= '0' && c <= '9';
        if (!(c >= '0' && c <= '9') && c != '.' && c != '%' && c != ',' && c != ' ' && c != '-')
            return false;
    }
    return point && digit;
}

/* Of a figure out of another: nothing else stands there. */
static bool is_pair(struct slice s)
{
    int64_t a, b;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!(c >= '0' && c <= '9') && !strchr(" ,/of", c))
            return false;
    }
    return count_progress(s, &a, &b) && a <= b;
}

static bool remember(struct draft_table *t, struct draft_column *c, struct slice s)
{
    uint32_t before = c->values.count, number = UINT32_MAX;
    if (before < REMEMBERED && !memo_find(&c->values, &s, 1, &number))
        return false;
    if (c->values.count != before) {
        if (!pool_grow(t->arena, &c->texts, &c->text_room, (uint64_t)number + 1, sizeof s,
                       REMEMBERED))
            return false;
        c->texts[number] = arena_copy(t->arena, s);
    }
    c->changes += number == UINT32_MAX || number != c->last;
    c->last = number;
    return true;
}

static bool see_cell(struct draft_table *t, struct draft_column *c, struct slice s)
{
    bool commas;
    int64_t n = 0;
    const struct count_style style = {.thousands = true};
    if (!remember(t, c, s))
        return false;
    if (!s.len)
        return true;
    c->filled++;
    c->length += s.len;
    if (is_count(s, &commas)) {
        c->counts++;
        c->commas += commas;
        c->padded += s.len > 1 && s.ptr[0] == '0';
        if (count_read(s, &style, &n) == COUNT_READ && n > c->most)
            c->most = n;
    } else if (is_decimal(s)) {
        c->decimals++;
    } else if (is_pair(s)) {
        c->pairs++;
    }
    return true;
}

static bool see_row(struct draft_table *t, struct look *l)
{
    struct records *r = &l->records;
    t->rows++;
    if (r->n < t->columns && !t->narrow++)
        t->narrow_line = arena_copy(t->arena, r->line);
    for (size_t i = 0; i < t->columns; i++) {
        l->scratch.used = 0;
        struct slice s = cell(l, i);
        if (!s.ptr || !see_cell(t, &t->column[i], s))
            return false;
        if (t->sample_rows < DRAFT_SAMPLE)
            t->sample[t->sample_rows * t->columns + i] = arena_copy(t->arena, s);
    }
    t->sample_rows += t->sample_rows < DRAFT_SAMPLE;
    for (size_t i = t->columns; i < r->n; i++) {
        if (slice_trim(r->fields[i]).len) {
            t->wide++;
            break;
        }
    }
    return true;
}

/* ---- lines ---- */

/* Names of columns: nearly all are there, none is a figure. */
static bool is_header(const struct draft_table *t, struct look *l)
{
    size_t names = 0;
    bool commas;
    if (l->records.n + 2 < t->columns)
        return false;
    for (size_t i = 0; i < l->records.n; i++) {
        l->scratch.used = 0;
        struct slice s = cell(l, i);
        if (is_count(s, &commas) || is_decimal(s) || is_pair(s))
            return false;
        names += s.len > 0;
    }
    return names * 4 >= t->columns * 3;
}

/* Hardly anything stands in it: a title, or a note at the end. */
static bool is_note(const struct draft_table *t, const struct records *r)
{
    size_t filled = filled_cells(r);
    return r->n * 2 <= t->columns || (filled == 1 && t->columns > 2);
}

static bool take_header(struct draft_table *t, struct look *l)
{
    t->header = true;
    t->columns = l->records.n > t->columns ? l->records.n : t->columns;
    for (size_t i = 0; i < t->columns && i < l->records.n; i++) {
        l->scratch.used = 0;
        t->column[i].name = arena_copy(t->arena, cell(l, i));
    }
    return t->columns <= DRAFT_COLUMNS;
}

/* The titles and the header, if there is one; the first row is then the line at hand. */
static bool read_top(struct draft_table *t, struct look *l, bool *more, struct fault *f)
{
    for (int line = 0; line < TITLES; line++) {
        if (!records_next(&l->records, more, f))
            return false;
        if (!*more)
            return true;
        if (is_header(t, l))
            return take_header(t, l) ? records_next(&l->records, more, f)
                                     : fault_set(f, WIRE_LIMIT, "more columns than any feed has");
        if (!is_note(t, &l->records))
            return true;
        if (t->title_count < DRAFT_EDGE)
            t->titles[t->title_count] = arena_copy(t->arena, l->records.line);
        t->title_count++;
    }
    return true;
}

/* A note is a footer as long as no row follows. */
static bool read_rows(struct draft_table *t, struct look *l, bool more, struct fault *f)
{
    while (more) {
        t->ended = l->records.ended;
        if (is_note(t, &l->records)) {
            if (t->footer_count < DRAFT_EDGE)
                t->footers[t->footer_count++] = arena_copy(t->arena, l->records.line);
        } else if (!see_row(t, l)) {
            return fault_set(f, WIRE_LIMIT, "out of memory");
        }
        if (!records_next(&l->records, &more, f))
            return false;
    }
    return true;
}

bool draft_table_read(struct arena *a, struct slice bytes, struct draft_table *t, struct fault *f)
{
    struct look l;
    bool more = true;
    *t = (struct draft_table){.arena = a, .utf8 = text_is_utf8(bytes)};
    if (!is_table(bytes, f) || !find_separator(t, bytes, f) || !look_open(t, bytes, &l, f) ||
        !read_top(t, &l, &more, f))
        return false;
    for (size_t i = 0; i < t->columns; i++) {
        memo_init(&t->column[i].values, a, 0);
        t->column[i].last = UINT32_MAX;
    }
    t->sample = arena_array(a, DRAFT_SAMPLE * t->columns, sizeof *t->sample);
    if (!t->sample)
        return fault_set(f, WIRE_LIMIT, "out of memory");
    if (!read_rows(t, &l, more, f))
        return false;
    return t->rows ? true : fault_set(f, WIRE_SCHEMA, "it has no rows");
}

struct slice draft_cell(const struct draft_table *t, size_t row, size_t column)
{
    return t->sample[row * t->columns + column];
}
