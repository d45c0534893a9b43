/* SPDX-License-Identifier: ISC */
/* Tables out of tab-separated lines. */
#include "daemon/ctl_table.h"

#include "daemon/base/csv.h"
#include "daemon/base/text.h"

#define COLUMNS_MAX 64

struct column {
    size_t width;
    bool number;
};

static bool looks_number(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((s.ptr[i] < '0' || s.ptr[i] > '9') && s.ptr[i] != '.' && s.ptr[i] != '-' &&
            s.ptr[i] != '%' && s.ptr[i] != ',')
            return false;
    return true;
}

static size_t measure(struct slice tsv, struct column columns[COLUMNS_MAX])
{
    struct slice line, field;
    size_t most = 0;
    for (bool head = true; slice_next(&tsv, '\n', &line); head = false) {
        size_t n = 0;
        while (n < COLUMNS_MAX && slice_next(&line, '\t', &field)) {
            size_t width = text_width(field);
            if (head)
                columns[n] = (struct column){.number = true};
            if (width > columns[n].width)
                columns[n].width = width;
            if (!head && !looks_number(field))
                columns[n].number = false;
            n++;
        }
        if (n > most)
            most = n;
    }
    return most;
}

static void pad(struct buf *out, size_t n)
{
    while (n-- > 0)
        buf_addc(out, ' ');
}

/* How many bytes of the line fit into that many columns? */
static size_t fitting(struct slice line, size_t columns)
{
    size_t fits = line.len;
    while (text_width(slice_sub(line, 0, fits)) > columns)
        do
            fits--;
        while (fits > 0 && ((unsigned char)line.ptr[fits] & 0xC0) == 0x80);
    return fits;
}

static void add_cut(struct slice text, size_t columns, struct buf *out)
{
    if (text_width(text) <= columns) {
        buf_add(out, text);
        return;
    }
    buf_add(out, slice_sub(text, 0, fitting(text, columns - 1)));
    buf_addz(out, "…");
}

/* Take from the widest column of text, one by one, until all fits or none can give more. */
static void shrink(struct column columns[COLUMNS_MAX], size_t n, size_t room)
{
    enum { LEAST = 8, GAP = 2 };
    size_t all = n > 0 ? (n - 1) * GAP : 0;
    for (size_t i = 0; i < n; i++)
        all += columns[i].width;
    for (; room > 0 && n > 2 && all > room; all--) {
        struct column *widest = NULL;
        for (size_t i = 0; i < n; i++)
            if (!columns[i].number && columns[i].width > (widest ? widest->width : LEAST))
                widest = &columns[i];
        if (!widest)
            return;
        widest->width--;
    }
}

void ctl_table(struct slice tsv, size_t room, struct buf *out)
{
    struct column columns[COLUMNS_MAX] = {{0}};
    struct slice line, field;
    size_t most = measure(tsv, columns);
    shrink(columns, most, room);
    while (slice_next(&tsv, '\n', &line)) {
        if (line.len == 0)
            continue;
        for (size_t i = 0; i < most && slice_next(&line, '\t', &field); i++) {
            size_t width = text_width(field);
            size_t gap = width < columns[i].width ? columns[i].width - width : 0;
            if (columns[i].number)
                pad(out, gap);
            add_cut(field, columns[i].width, out);
            if (i + 1 < most) {
                if (!columns[i].number)
                    pad(out, gap);
                buf_addz(out, "  ");
            }
        }
        buf_addc(out, '\n');
    }
}

void ctl_csv(struct slice tsv, struct buf *out)
{
    struct slice line, field;
    size_t columns = 0;
    for (bool head = true; slice_next(&tsv, '\n', &line); head = false) {
        size_t n = 0;
        if (line.len == 0)
            continue;
        for (; slice_next(&line, '\t', &field); n++) {
            if (n > 0)
                buf_addc(out, ',');
            csv_field(out, field);
        }
        if (head)
            columns = n;
        for (; n < columns; n++) /* empty fields at the end of a line */
            buf_addc(out, ',');
        buf_addc(out, '\n');
    }
}

void ctl_cut(struct slice lines, size_t columns, struct buf *out)
{
    struct slice line;
    while (lines.len > 0 && slice_next(&lines, '\n', &line)) {
        if (columns == 0)
            buf_add(out, line);
        else
            add_cut(line, columns, out);
        buf_addc(out, '\n');
    }
}
