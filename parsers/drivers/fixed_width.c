/* SPDX-License-Identifier: ISC */
/* Text of lines whose columns are ranges of characters, read as a mapping says. */
#include <inttypes.h>

#include "daemon/base/num.h"
#include "daemon/base/text.h"
#include "parsers/drivers.h"
#include "parsers/pool.h"
#include "parsers/sheet.h"

#define COLUMNS_MAX 1000
#define WIDTH_MAX 10000 /* characters */

struct range { /* characters, from 0; `to` is not in it */
    uint32_t from, to;
};

struct table {
    struct sheet sheet;
    struct range *ranges;
    struct slice *fields;
    uint32_t count, room, width;
    uint32_t shortest; /* characters of a line so far */
};

/* "33-88", or "7": one character. */
static bool find_range(void *ctx, struct slice name, int32_t *field)
{
    struct table *t = ctx;
    size_t dash = slice_find(name, SLICE("-"));
    int64_t from, to;
    if (!num_parse(slice_trim(slice_sub(name, 0, dash)), 1, WIDTH_MAX, &from))
        return false;
    to = from;
    if (dash != SIZE_MAX &&
        !num_parse(slice_trim(slice_sub(name, dash + 1, name.len)), from, WIDTH_MAX, &to))
        return false;
    if (!pool_grow(t->sheet.job.arena, &t->ranges, &t->room, (uint64_t)t->count + 1,
                   sizeof *t->ranges, COLUMNS_MAX))
        return false;
    t->ranges[t->count] = (struct range){(uint32_t)from - 1, (uint32_t)to};
    *field = (int32_t)t->count++;
    t->width = from > t->width ? (uint32_t)from : t->width;
    return true;
}

static bool bind(struct table *t, struct fault *f)
{
    const struct column_finder finder = {find_range, t};
    if (!mapping_bind(&t->sheet.mapping, &finder, f))
        return false;
    t->fields = arena_array(t->sheet.job.arena, t->count + 1, sizeof *t->fields);
    return t->fields || fault_set(f, WIRE_LIMIT, "out of memory");
}

/* Characters are bytes: in ASCII, and in a line that is no UTF-8, which is then of one of the
 * charsets that have one byte a character. */
static bool is_of_bytes(struct slice line)
{
    unsigned char all = 0;
    for (size_t i = 0; i < line.len; i++)
        all |= (unsigned char)line.ptr[i];
    return all < 0x80 || !text_is_utf8(line);
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

static void cut_fields(struct table *t, struct slice line)
{
    bool bytes = is_of_bytes(line);
    for (uint32_t i = 0; i < t->count; i++) {
        const struct range *r = &t->ranges[i];
        uint32_t at = 0;
        size_t from = bytes ? r->from : character(line, 0, &at, r->from);
        size_t to = bytes ? r->to : character(line, from, &at, r->to);
        t->fields[i] = slice_trim(slice_sub(line, from, to));
    }
}

static uint32_t width(struct slice line)
{
    uint32_t n = 0;
    if (is_of_bytes(line))
        return (uint32_t)line.len;
    character(line, 0, &n, UINT32_MAX);
    return n;
}

static bool read_rows(struct table *t, struct fault *f)
{
    bool more = true;
    for (;;) {
        if (!sheet_row(&t->sheet, &more, f))
            return false;
        if (!more)
            return rows_finish(t->sheet.rows, f);
        struct slice line = t->sheet.records.line;
        uint32_t has = width(line);
        if (!t->sheet.ragged && has < t->width)
            return sheet_short(&t->sheet, has, t->width, "characters", f);
        if (!t->sheet.records.ended && has < t->shortest)
            return fault_set(f, WIRE_TRUNCATED,
                             "line %" PRIu64 ": the last line has %u characters, and no other "
                             "fewer than %u",
                             t->sheet.records.number, has, t->shortest);
        t->shortest = has < t->shortest ? has : t->shortest;
        cut_fields(t, line);
        if (!rows_add(t->sheet.rows, t->fields, t->count, t->sheet.records.number, f))
            return false;
    }
}

static bool read_file(struct job *j, struct input *in, const struct rows_how *how, struct fault *f)
{
    struct table t = {.shortest = UINT32_MAX};
    bool ok = sheet_open(j, in, how, false, &t.sheet, f) && bind(&t, f) &&
              sheet_skip(&t.sheet, f) &&
              rows_new(&t.sheet.job, &t.sheet.mapping, how, &t.sheet.rows, f);
    t.sheet.ragged |= how->names != NULL; /* names were cut off the rows: others lend them */
    ok = ok && read_rows(&t, f);
    sheet_done(&t.sheet);
    return ok;
}

static bool parse(struct job *j, struct fault *f)
{
    const struct rows_how how = {.place = "line"};
    return sheet_read(j, read_file, how, f);
}

const struct driver fixed_width_driver = {.name = "fixed-width", .parse = parse};
