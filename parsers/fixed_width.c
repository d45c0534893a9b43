/* SPDX-License-Identifier: ISC */
/* Text of lines whose columns are ranges of characters, read as a mapping says. */
#include <inttypes.h>

#include "daemon/base/num.h"
#include "parsers/drivers.h"
#include "parsers/pool.h"
#include "parsers/records.h"
#include "parsers/rows.h"

#define COLUMNS_MAX 1000
#define WIDTH_MAX 10000 /* characters */

struct range { /* characters, from 0; `to` is not in it */
    uint32_t from, to;
};

struct sheet {
    struct job *job;
    struct mapping mapping;
    struct records records;
    struct rows *rows;
    struct range *ranges;
    struct slice *fields;
    uint32_t count, room, width;
    int64_t skip;
    bool any_last, ragged;
};

static bool read_options(struct sheet *s, struct fault *f)
{
    const struct job *j = s->job;
    struct slice skip = job_option(j, "skip-lines");
    s->any_last = slice_is(job_option(j, "last-line"), "any");
    s->ragged = slice_is(job_option(j, "ragged"), "yes");
    if (skip.ptr && !num_parse(skip, 0, 1000, &s->skip))
        return fault_set(f, WIRE_SCHEMA, "option skip-lines: it is a number, at most 1000");
    return mapping_read(s->job, &s->mapping, f) &&
           records_open(j->arena, j->input, '\0', false, &s->records, f);
}

/* "33-88", or "7": one character. */
static bool find_range(void *ctx, struct slice name, int32_t *field)
{
    struct sheet *s = ctx;
    size_t dash = slice_find(name, SLICE("-"));
    int64_t from, to;
    if (!num_parse(slice_trim(slice_sub(name, 0, dash)), 1, WIDTH_MAX, &from))
        return false;
    to = from;
    if (dash != SIZE_MAX &&
        !num_parse(slice_trim(slice_sub(name, dash + 1, name.len)), from, WIDTH_MAX, &to))
        return false;
    if (!pool_grow(s->job->arena, &s->ranges, &s->room, (uint64_t)s->count + 1, sizeof *s->ranges,
                   COLUMNS_MAX))
        return false;
    s->ranges[s->count] = (struct range){(uint32_t)from - 1, (uint32_t)to};
    *field = (int32_t)s->count++;
    s->width = from > s->width ? (uint32_t)from : s->width;
    return true;
}

static bool bind(struct sheet *s, struct fault *f)
{
    const struct column_finder finder = {find_range, s};
    if (!mapping_bind(&s->mapping, &finder, f))
        return false;
    s->fields = arena_array(s->job->arena, s->count + 1, sizeof *s->fields);
    return s->fields || fault_set(f, WIRE_LIMIT, "out of memory");
}

static bool is_ascii(struct slice s)
{
    unsigned char all = 0;
    for (size_t i = 0; i < s.len; i++)
        all |= (unsigned char)s.ptr[i];
    return all < 0x80;
}

/* The offset of the n-th character from `at` on, whose own number is *from; its end when there are
 * fewer. */
static size_t character(struct slice line, size_t at, uint32_t *from, uint32_t n)
{
    while (at < line.len && *from < n) {
        at++;
        while (at < line.len && ((unsigned char)line.ptr[at] & 0xc0) == 0x80)
            at++;
        ++*from;
    }
    return at;
}

static void cut_fields(struct sheet *s, struct slice line)
{
    bool ascii = is_ascii(line);
    for (uint32_t i = 0; i < s->count; i++) {
        const struct range *r = &s->ranges[i];
        uint32_t at = 0;
        size_t from = ascii ? r->from : character(line, 0, &at, r->from);
        size_t to = ascii ? r->to : character(line, from, &at, r->to);
        s->fields[i] = slice_trim(slice_sub(line, from, to));
    }
}

static uint32_t width(struct slice line)
{
    uint32_t n = 0;
    character(line, 0, &n, UINT32_MAX);
    return n;
}

static bool read_rows(struct sheet *s, struct fault *f)
{
    struct records *r = &s->records;
    bool more = true;
    for (int64_t n = 0;; n++) {
        if (!records_next(r, &more, f))
            return false;
        if (!more)
            return true;
        if (!r->ended && !s->any_last)
            return fault_set(f, WIRE_TRUNCATED,
                             "line %" PRIu64 ": the last line has no end; if this feed never ends "
                             "it, set last-line = any",
                             r->number);
        if (n < s->skip)
            continue;
        if (!s->ragged && width(r->line) < s->width)
            return fault_set(f, r->ended ? WIRE_SYNTAX : WIRE_TRUNCATED,
                             "line %" PRIu64 ": it has %u characters, the mapping needs %u",
                             r->number, width(r->line), s->width);
        cut_fields(s, r->line);
        if (!rows_add(s->rows, s->fields, s->count, r->number, f))
            return false;
    }
}

static bool parse(struct job *j, struct fault *f)
{
    const struct rows_how how = {.place = "line"};
    struct sheet s = {.job = j};
    bool ok = input_text(j->input, job_option(j, "charset"), f) && read_options(&s, f) &&
              bind(&s, f) && rows_new(j, &s.mapping, &how, &s.rows, f) && read_rows(&s, f) &&
              rows_finish(s.rows, f);
    mapping_done(&s.mapping);
    return ok;
}

const struct driver fixed_width_driver = {.name = "fixed-width", .parse = parse};
