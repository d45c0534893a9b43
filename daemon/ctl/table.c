/* SPDX-License-Identifier: ISC */
/* Tables out of tab-separated lines. */
#include "daemon/ctl/table.h"

#include "daemon/base/csv.h"
#include "daemon/base/text.h"

#define COLUMNS_MAX 64

struct column {
    size_t width;
    bool number;
    bool id;    /* it is worth nothing when it is cut */
    bool read;  /* the table is for it */
    bool empty; /* in all rows */
    bool left_out;
    struct slice name;
};

/* By how a table begins, the columns that a narrow terminal goes without, the first first. */
static const struct {
    const char *begins, *spare;
    const char *read; /* the one that the table is for */
} narrow[] = {
    {"race_id\tstate\toffice\t", "endorsements updated source flags units district place status",
     "ours"},
    {"time\twhat\tcandidate\t", "endorsement id why by", "candidate"},
    {"units\tmargin\tpercent\t", "percent units district margin", "candidate"},
    {"coverage\tendorsement_id\t", "watched_by status district", "candidate"},
    {"endorsement_id\tcandidate_name\t", "others listed votes place race_id party source", "why"},
    {"source\tfile\tstate\t", "own held county state file", "source"},
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
                columns[n] =
                    (struct column){.number = true,
                                    .empty = true,
                                    .name = field,
                                    .id = slice_is(field, "id") || slice_ends(field, SLICE("_id"))};
            columns[n].empty &= head || field.len == 0;
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

enum { LEAST = 8, NARROW = 14, READ = 36, GAP = 2 };

/* How narrow it may be made before columns are left out. */
static size_t least_of(const struct column *c)
{
    size_t least = c->read ? READ : NARROW;
    return c->number || c->id || c->width < least ? c->width : least;
}

static size_t width_of(const struct column *columns, size_t n, bool least)
{
    size_t all = 0;
    for (size_t i = 0; i < n; i++)
        if (!columns[i].left_out)
            all += (least ? least_of(&columns[i]) : columns[i].width) + GAP;
    return all > 0 ? all - GAP : 0;
}

static struct column *find(struct column *columns, size_t n, struct slice name)
{
    for (size_t i = 0; i < n; i++)
        if (slice_eq(columns[i].name, name))
            return &columns[i];
    return NULL;
}

/* Leave columns out until the others need not be cut to less than a word: first those that say
 * nothing, then those that the table can spare. */
static void leave_out(struct column columns[COLUMNS_MAX], size_t n, size_t room, struct slice tsv)
{
    struct slice spare = {0}, name;
    for (size_t i = 0; i < sizeof narrow / sizeof narrow[0]; i++) {
        if (!slice_starts(tsv, slice_of(narrow[i].begins)))
            continue;
        spare = slice_of(narrow[i].spare);
        struct column *read = find(columns, n, slice_of(narrow[i].read));
        if (read)
            read->read = true;
    }
    if (room == 0 || spare.len == 0)
        return;
    for (size_t i = 0; i < n && width_of(columns, n, false) > room; i++)
        columns[i].left_out = columns[i].empty;
    while (width_of(columns, n, true) > room && slice_next(&spare, ' ', &name)) {
        struct column *c = find(columns, n, name);
        if (c)
            c->left_out = true;
    }
}

/* The widest column of text that can give; NULL: none can. */
static struct column *widest_of(struct column *columns, size_t n, bool all)
{
    struct column *widest = NULL;
    for (size_t i = 0; i < n; i++) {
        struct column *c = &columns[i];
        if (!c->number && !c->left_out && c->width > (all ? LEAST : least_of(c)) &&
            (all || !c->id) && (!widest || c->width > widest->width))
            widest = c;
    }
    return widest;
}

/* Take from the widest, one by one, until all fits or none can give more; from ids, and below what
 * can be read well, when the others have given. */
static void shrink(struct column columns[COLUMNS_MAX], size_t n, size_t room)
{
    size_t all = width_of(columns, n, false);
    for (; room > 0 && n > 2 && all > room; all--) {
        struct column *widest = widest_of(columns, n, false);
        widest = widest ? widest : widest_of(columns, n, true);
        if (!widest)
            return;
        widest->width--;
    }
}

static void add_row(const struct column *columns, size_t most, struct slice line, struct buf *out)
{
    const struct column *before = NULL;
    size_t owed = 0; /* blanks, before the next column */
    struct slice field;
    for (size_t i = 0; i < most && slice_next(&line, '\t', &field); i++) {
        const struct column *c = &columns[i];
        size_t width = text_width(field), gap = width < c->width ? c->width - width : 0;
        if (c->left_out)
            continue;
        pad(out, before ? owed + GAP : 0);
        pad(out, c->number ? gap : 0);
        add_cut(field, c->width, out);
        owed = c->number ? 0 : gap;
        before = c;
    }
    buf_addc(out, '\n');
}

static void say_left_out(const struct column *columns, size_t n, struct buf *out)
{
    const char *before = "(not shown for want of room: ";
    bool any = false;
    for (size_t i = 0; i < n; i++)
        if (columns[i].left_out && !columns[i].empty) {
            buf_addf(out, "%s%.*s", before, SLICE_FMT(columns[i].name));
            before = ", ";
            any = true;
        }
    buf_addz(out, any ? "; -o csv has all)\n" : "");
}

void ctl_table(struct slice tsv, size_t room, struct buf *out)
{
    struct column columns[COLUMNS_MAX] = {{0}};
    struct slice line, rest = tsv;
    size_t most = measure(tsv, columns);
    leave_out(columns, most, room, tsv);
    shrink(columns, most, room);
    while (slice_next(&rest, '\n', &line))
        if (line.len > 0)
            add_row(columns, most, line, out);
    say_left_out(columns, most, out);
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
            csv_cell(out, field);
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

/* Its beginning, at the end of a character: more than fits, unless it is full of what has no width.
 */
static struct slice window(struct slice line, size_t columns)
{
    size_t end = 8 * columns + 8;
    while (end < line.len && ((unsigned char)line.ptr[end] & 0xC0) == 0x80)
        end++;
    return slice_sub(line, 0, end);
}

/* One line; how many columns are there for what goes on is never nothing. */
static void wrap_line(struct slice line, size_t columns, size_t indent, struct buf *out)
{
    for (size_t room = columns; text_width(line) > room; room = columns - indent) {
        size_t fits = fitting(window(line, room), room), at = fits;
        while (at > 0 && line.ptr[at] != ' ')
            at--;
        bool blank = slice_trim(slice_sub(line, 0, at)).len > 0;
        at = blank ? at : fits > 0 ? fits : line.len;
        buf_add(out, slice_sub(line, 0, at));
        buf_addc(out, '\n');
        pad(out, indent);
        line = slice_sub(line, at + blank, line.len);
    }
    buf_add(out, line);
    buf_addc(out, '\n');
}

void ctl_wrap(struct slice lines, size_t columns, size_t indent, struct buf *out)
{
    struct slice line;
    if (indent * 2 > columns)
        indent = 0;
    while (lines.len > 0 && slice_next(&lines, '\n', &line)) {
        if (columns == 0)
            buf_addf(out, "%.*s\n", SLICE_FMT(line));
        else
            wrap_line(line, columns, indent, out);
    }
}
