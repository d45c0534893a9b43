/* SPDX-License-Identifier: ISC */
/* Frames: a head of the totals, then as many panels beside each other as have room. */
#include "daemon/ctl/board.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/counted.h"
#include "daemon/base/num.h"
#include "daemon/base/text.h"
#include "daemon/ctl/table.h"

#define PANEL_COLUMNS 58 /* what a panel wants, at least */
#define FIELDS_MAX 32
#define PAGE_INDENT 11
#define PAGE_MAX ((size_t)64 << 20)
#define HEAD_LINES 4 /* title, headline, bar, tabs */

/* ---- what a panel shows ---- */

struct shown {
    const char *field; /* of the head */
    const char *title;
    size_t least; /* columns */
    bool grows;   /* takes what is left */
    bool number;
};

static const struct panel {
    const char *name, *id;
    struct shown columns[8]; /* the first are the last to go; ended by NULL */
} panels[PANELS] = {
    [PANEL_CALLS] = {"Calls",
                     "endorsement",
                     {{"time", "time", 10, false, false},
                      {"what", "what", 13, false, false},
                      {"candidate", "candidate", 12, true, false},
                      {"race", "race", 12, true, false},
                      {"by", "by", 9, false, false},
                      {"state", "st", 2, false, false}}},
    [PANEL_CLOSEST] = {"Closest",
                       "id",
                       {{"candidate", "candidate", 12, true, false},
                        {"margin", "margin", 8, false, true},
                        {"percent", "%", 5, false, true},
                        {"units", "units", 9, false, true},
                        {"office", "office", 10, true, false},
                        {"state", "st", 2, false, false},
                        {"standing", "standing", 9, false, false}}},
    [PANEL_STATES] = {"States",
                      NULL,
                      {{"state", "state", 5, true, false},
                       {"won", "won", 5, false, true},
                       {"lost", "lost", 5, false, true},
                       {"pending", "to call", 7, false, true},
                       {"flips", "flips", 5, false, true},
                       {"leading", "leading", 7, false, true}}},
    [PANEL_SOURCES] = {"Sources",
                       NULL,
                       {{"source", "source", 10, true, false},
                        {"status", "status", 11, false, false},
                        {"success", "checked", 7, false, true},
                        {"change", "changed", 7, false, true},
                        {"held", "held", 4, false, true},
                        {"verdict", "verdict", 10, false, false}}},
    [PANEL_MATCHES] = {"Matches",
                       "race_id",
                       {{"candidate_name", "candidate", 12, true, false},
                        {"choice", "line of the feed", 12, true, false},
                        {"source", "source", 10, false, false},
                        {"why", "why", 12, true, false}}},
};

/* ---- rows of tab-separated lines ---- */

/* The i-th field; an empty one where the line is shorter. */
static struct slice field_at(struct slice line, size_t i)
{
    struct slice field = {0};
    for (size_t k = 0; k <= i; k++)
        if (!slice_next(&line, '\t', &field))
            return (struct slice){0};
    return field;
}

static size_t field_named(struct slice head, const char *name)
{
    struct slice field;
    for (size_t i = 0; slice_next(&head, '\t', &field); i++)
        if (slice_is(field, name))
            return i;
    return SIZE_MAX;
}

static struct slice value_of(struct slice lines, const char *key)
{
    struct slice line;
    while (slice_next(&lines, '\n', &line))
        if (slice_is(field_at(line, 0), key))
            return field_at(line, 1);
    return (struct slice){0};
}

static bool has_text(struct slice line, const char *text)
{
    struct slice word = slice_of(text);
    for (size_t i = 0; i + word.len <= line.len; i++)
        if (slice_eq_nocase(slice_sub(line, i, i + word.len), word))
            return true;
    return false;
}

/* The next row that the filter leaves. */
static bool next_row(struct slice *rest, const char *filter, struct slice *line)
{
    while (slice_next(rest, '\n', line))
        if (line->len > 0 && has_text(*line, filter))
            return true;
    return false;
}

size_t ctl_board_rows(const struct ctl_board *b, const struct ctl_view *v, enum ctl_panel panel)
{
    struct slice rest = b->panels[panel], line;
    size_t n = 0;
    slice_next(&rest, '\n', &line);
    while (next_row(&rest, v->filter, &line))
        n++;
    return n;
}

struct slice ctl_board_id(const struct ctl_board *b, const struct ctl_view *v)
{
    struct slice rest = b->panels[v->panel], head = {0}, line = {0};
    size_t n = 0;
    slice_next(&rest, '\n', &head);
    size_t at = panels[v->panel].id ? field_named(head, panels[v->panel].id) : SIZE_MAX;
    while (at != SIZE_MAX && next_row(&rest, v->filter, &line))
        if (n++ == v->row)
            return field_at(line, at);
    return (struct slice){0};
}

struct sorted {
    struct slice line;
    int64_t size;
    size_t at;
};

static int by_size(const void *left, const void *right)
{
    const struct sorted *a = left, *b = right;
    if (a->size != b->size)
        return a->size < b->size ? -1 : 1;
    return a->at < b->at ? -1 : a->at > b->at;
}

/* "+41", "-1.25", in hundredths, without its sign. */
static bool read_size(struct slice text, int64_t *out)
{
    int64_t whole, part = 0;
    while (text.len > 0 && (text.ptr[0] == '+' || text.ptr[0] == '-'))
        text = slice_sub(text, 1, text.len);
    size_t dot = slice_find(text, SLICE("."));
    if (dot != SIZE_MAX && !num_parse(slice_sub(text, dot + 1, text.len), 0, 99, &part))
        return false;
    if (!num_parse(slice_sub(text, 0, dot == SIZE_MAX ? text.len : dot), 0, INT64_MAX / 100 - 1,
                   &whole))
        return false;
    *out = whole * 100 + part;
    return true;
}

void ctl_board_closest(struct slice tsv, const char *column, struct buf *out)
{
    struct slice rest = tsv, head = {0}, line;
    size_t n = 0, room = 0;
    struct sorted *list = NULL;
    slice_next(&rest, '\n', &head);
    size_t at = field_named(head, column);
    buf_add(out, head);
    buf_addc(out, '\n');
    for (struct slice all = rest; slice_next(&all, '\n', &line);)
        room++;
    list = calloc(room + 1, sizeof *list);
    while (list && at != SIZE_MAX && slice_next(&rest, '\n', &line))
        if (read_size(field_at(line, at), &list[n].size)) {
            list[n].line = line;
            list[n].at = n;
            n++;
        }
    if (list)
        qsort(list, n, sizeof *list, by_size);
    for (size_t i = 0; i < n; i++) {
        buf_add(out, list[i].line);
        buf_addc(out, '\n');
    }
    free(list);
}

/* ---- letters ---- */

/* The bytes of the first character, 1 where it is none. */
static size_t character(struct slice s)
{
    size_t n = 1;
    while (n < s.len && n < 4 && ((unsigned char)s.ptr[n] & 0xc0) == 0x80)
        n++;
    return n;
}

/* A character as it may be shown, and its columns: no control, nothing that is not seen, '?' for
 * what is none or the terminal has no letter for. */
static struct slice glyph(struct slice c, bool utf8, size_t *width)
{
    unsigned char first = (unsigned char)c.ptr[0];
    *width = 1;
    if (c.len == 1 && first < 0x80)
        return first < 0x20 || first == 0x7f ? SLICE(" ") : c;
    if (!utf8 || c.len == 1 || !text_is_utf8(c))
        return SLICE("?");
    *width = text_is_seen(c) ? text_width(c) : 0;
    return text_is_seen(c) ? c : (struct slice){0};
}

static size_t columns_of(struct slice text, bool utf8)
{
    size_t all = 0, w;
    while (text.len > 0) {
        struct slice c = slice_sub(text, 0, character(text));
        glyph(c, utf8, &w);
        all += w;
        text = slice_sub(text, c.len, text.len);
    }
    return all;
}

/* Text in exactly `width` columns: cut, or filled with blanks. */
static void put(struct buf *out, struct slice text, size_t width, bool right, bool utf8)
{
    size_t used = 0, w;
    if (right)
        for (size_t n = columns_of(text, utf8); used + n < width; used++)
            buf_addc(out, ' ');
    while (text.len > 0) {
        struct slice c = slice_sub(text, 0, character(text));
        struct slice shown = glyph(c, utf8, &w);
        if (used + w > width)
            break;
        buf_add(out, shown);
        used += w;
        text = slice_sub(text, c.len, text.len);
    }
    for (; used < width; used++)
        buf_addc(out, ' ');
}

void ctl_board_text(struct slice text, size_t cols, bool utf8, struct buf *out)
{
    put(out, text, cols, false, utf8);
}

static void putz(struct buf *out, const char *text, size_t width, bool utf8)
{
    put(out, slice_of(text), width, false, utf8);
}

enum style { PLAIN, BOLD, REVERSE, DIM, WARN };

static void style(struct buf *out, enum style s, struct ctl_caps caps)
{
    static const char *const colors[] = {"\x1b[0m", "\x1b[1m", "\x1b[7m", "\x1b[2m", "\x1b[1;31m"};
    static const char *const plain[] = {"\x1b[0m", "\x1b[1m", "\x1b[7m", "\x1b[0m", "\x1b[1m"};
    buf_addz(out, caps.color ? colors[s] : plain[s]);
}

/* ---- a panel, line by line ---- */

/* Which columns fit, and how wide: those at the end are left out first. */
static size_t fit(const struct panel *p, size_t width, size_t widths[7])
{
    size_t n = 0, used = 0, growing = 0;
    for (; n < 7 && p->columns[n].field; n++) {
        size_t more = p->columns[n].least + (n > 0);
        if (n > 0 && used + more > width)
            break;
        widths[n] = p->columns[n].least;
        used += more;
        growing += p->columns[n].grows;
    }
    for (size_t i = 0; i < n && used < width && growing > 0; i++)
        if (p->columns[i].grows) {
            size_t share = (width - used) / growing--;
            widths[i] += share;
            used += share;
        }
    if (used > width) /* not even the first */
        widths[0] = width;
    return n;
}

static size_t fitted_width(const size_t *widths, size_t n)
{
    size_t all = n > 0 ? n - 1 : 0;
    for (size_t i = 0; i < n; i++)
        all += widths[i];
    return all;
}

static void fill(struct buf *out, size_t from, size_t to)
{
    for (; from < to; from++)
        buf_addc(out, ' ');
}

/* Its titles, or one of its rows; in `width` columns. */
static void put_row(struct buf *out, const struct panel *p, struct slice head, struct slice line,
                    bool titles, size_t width, bool utf8)
{
    size_t widths[7];
    size_t n = fit(p, width, widths);
    for (size_t i = 0; i < n; i++) {
        const struct shown *c = &p->columns[i];
        size_t at = field_named(head, c->field);
        struct slice text = titles           ? slice_of(c->title)
                            : at == SIZE_MAX ? (struct slice){0}
                                             : field_at(line, at);
        if (i > 0)
            buf_addc(out, ' ');
        put(out, text, widths[i], c->number, utf8);
    }
    fill(out, fitted_width(widths, n), width);
}

/* The i-th line of a panel of so many: titles, then rows from such a one on that the chosen is
 * seen. */
static void put_nothing(const struct ctl_board *b, const struct ctl_view *v, enum ctl_panel which,
                        size_t width, struct ctl_caps caps, struct buf *out)
{
    const char *why = v->filter[0] ? "nothing fits the filter" : "nothing yet";
    if (which == PANEL_MATCHES && b->no_matches)
        why = b->no_matches;
    putz(out, why, width, caps.utf8);
}

static void panel_line(const struct ctl_board *b, const struct ctl_view *v, enum ctl_panel which,
                       size_t i, size_t lines, size_t width, struct ctl_caps caps, struct buf *out)
{
    const struct panel *p = &panels[which];
    struct slice rest = b->panels[which], head = {0}, line = {0};
    size_t room = lines > 2 ? lines - 2 : 1;
    size_t first = which == v->panel && v->row >= room ? v->row - room + 1 : 0;
    if (i == 0) {
        style(out, which == v->panel ? REVERSE : BOLD, caps);
        putz(out, p->name, width, caps.utf8);
        style(out, PLAIN, caps);
        return;
    }
    slice_next(&rest, '\n', &head);
    if (i == 1) {
        style(out, DIM, caps);
        put_row(out, p, head, head, true, width, caps.utf8);
        style(out, PLAIN, caps);
        return;
    }
    size_t wanted = first + i - 2, n = 0;
    while (next_row(&rest, v->filter, &line))
        if (n++ == wanted) {
            bool chosen = which == v->panel && wanted == v->row;
            if (chosen)
                style(out, REVERSE, caps);
            put_row(out, p, head, line, false, width, caps.utf8);
            if (chosen)
                style(out, PLAIN, caps);
            return;
        }
    if (i == 2 && n == 0)
        put_nothing(b, v, which, width, caps, out);
    else
        fill(out, 0, width);
}

/* ---- the head ---- */

static int64_t count(const struct ctl_board *b, const char *name)
{
    int64_t n = 0;
    struct slice value = value_of(b->totals, name);
    return value.len > 0 && num_parse(value, 0, INT64_MAX, &n) ? n : 0;
}

/* What makes the figures doubtful stands before names, which may fill the line. */
static void title_line(const struct ctl_board *b, size_t cols, struct ctl_caps caps,
                       struct buf *out)
{
    struct slice mode = value_of(b->status, "mode");
    bool real = mode.len == 0 || slice_is(mode, "live");
    char room[512];
    struct buf text;
    buf_init_over(&text, room, sizeof room);
    if (b->lost)
        buf_addf(&text, "NO CONNECTION for %" PRId64 " s  ", b->age_s);
    else if (b->note && b->old)
        buf_addf(&text, "%s  ", b->note);
    if (!real)
        buf_addf(&text, "*** %.*s *** ", SLICE_FMT(mode));
    if (b->lost)
        buf_addf(&text, "%s  ", b->lost);
    else
        buf_addf(&text, "%.*s of %.*s sources answer  ",
                 SLICE_FMT(value_of(b->status, "sources_up")),
                 SLICE_FMT(value_of(b->status, "sources")));
    if (b->note && !b->lost && !b->old)
        buf_addf(&text, "%s  ", b->note);
    buf_add(&text, value_of(b->status, "election"));
    if (!b->lost)
        buf_addf(&text, "  %.*s", SLICE_FMT(value_of(b->status, "http")));
    style(out, b->lost || b->old || !real ? WARN : BOLD, caps);
    put(out, buf_slice(&text), cols, false, caps.utf8);
    style(out, PLAIN, caps);
}

static void headline(const struct ctl_board *b, size_t cols, struct ctl_caps caps, struct buf *out)
{
    char room[256];
    struct buf text;
    buf_init_over(&text, room, sizeof room);
    buf_addf(&text, "%" PRId64 " won of %" PRId64 " called  " COUNTED "  " COUNTED "  ",
             count(b, "won"), count(b, "called"), COUNT_OF(count(b, "flips"), "flip", "flips"),
             COUNT_OF(count(b, "states_won"), "state", "states"));
    if (count(b, "advanced") > 0)
        buf_addf(&text, "%" PRId64 " advanced  ", count(b, "advanced"));
    buf_addf(&text, "%" PRId64 " to call of %" PRId64, count(b, "pending") - count(b, "void"),
             count(b, "endorsed"));
    style(out, BOLD, caps);
    put(out, buf_slice(&text), cols, false, caps.utf8);
    style(out, PLAIN, caps);
}

/* "####////....": won, lost, still to call. */
static void bar_line(const struct ctl_board *b, size_t cols, struct ctl_caps caps, struct buf *out)
{
    int64_t all = count(b, "endorsed");
    const struct {
        int64_t n;
        const char *utf8, *plain;
    } parts[] = {{count(b, "won"), "█", "#"},
                 {count(b, "advanced"), "▒", "="},
                 {count(b, "lost"), "╱", "/"}};
    size_t used = 0;
    int64_t sum = 0;
    for (size_t i = 0; i < 3 && all > 0; i++) {
        sum += parts[i].n;
        for (size_t to = (size_t)(sum * (int64_t)cols / all); used < to && used < cols; used++)
            buf_addz(out, caps.utf8 ? parts[i].utf8 : parts[i].plain);
    }
    for (; used < cols; used++)
        buf_addz(out, caps.utf8 ? "·" : ".");
}

static void tabs_line(const struct ctl_board *b, const struct ctl_view *v, size_t cols,
                      struct ctl_caps caps, struct buf *out)
{
    char room[256];
    struct buf text;
    buf_init_over(&text, room, sizeof room);
    if (v->typing || v->filter[0]) {
        buf_addf(&text, "/%s%s", v->filter, v->typing ? "_" : "  (/ and Enter: all again)");
    } else {
        for (int i = 0; i < PANELS; i++)
            buf_addf(&text, "%d %s %zu  ", i + 1, panels[i].name,
                     ctl_board_rows(b, v, (enum ctl_panel)i));
        buf_addz(&text, "? help");
    }
    put(out, buf_slice(&text), cols, false, caps.utf8);
}

/* ---- pages over all ---- */

static const char help[] =
    "1-5         the panel: calls, closest, states, sources, matches\n"
    "Tab         the next panel\n"
    "arrows, j k up and down\n"
    "Enter       from a feed's row to the total, for the chosen row; arrows scroll\n"
    "/           show only rows with this text; Enter ends it, Esc clears it\n"
    "?           this page; any key goes back\n"
    "q           quit\n";

/* Whole, over several lines where the screen is too narrow: "  feed     ..." goes on below its
 * text. */
static void wrap_page(const struct ctl_view *v, size_t cols, struct buf *out)
{
    buf_init(out, PAGE_MAX);
    if (v->help)
        buf_addz(out, help);
    else
        ctl_wrap(v->page, cols, PAGE_INDENT, out);
}

size_t ctl_board_page_end(const struct ctl_view *v, size_t cols, size_t rows)
{
    struct buf page;
    size_t n = 0;
    wrap_page(v, cols, &page);
    for (size_t i = 0; i < page.len; i++)
        n += page.ptr[i] == '\n';
    buf_done(&page);
    return n > rows ? n - rows : 0;
}

static void page_lines(const struct ctl_view *v, size_t cols, size_t rows, struct ctl_caps caps,
                       struct buf *out)
{
    struct slice line, text;
    struct buf page;
    wrap_page(v, cols, &page);
    text = buf_slice(&page);
    for (size_t i = 0; i < (v->help ? 0 : v->page_line); i++)
        slice_next(&text, '\n', &line);
    for (size_t i = 0; i < rows; i++) {
        line = (struct slice){0};
        if (text.len > 0)
            slice_next(&text, '\n', &line);
        buf_addz(out, i ? "\r\n" : "");
        put(out, line, cols, false, caps.utf8);
    }
    buf_done(&page);
}

void ctl_board_render(const struct ctl_board *b, const struct ctl_view *v, size_t cols, size_t rows,
                      struct ctl_caps caps, struct buf *out)
{
    if (v->help || v->page.len > 0) {
        page_lines(v, cols, rows, caps, out);
        return;
    }
    void (*const heads[])(const struct ctl_board *, size_t, struct ctl_caps,
                          struct buf *) = {title_line, headline, bar_line};
    for (size_t i = 0; i < rows && i < 3; i++) {
        buf_addz(out, i ? "\r\n" : "");
        heads[i](b, cols, caps, out);
    }
    if (rows > 3) {
        buf_addz(out, "\r\n");
        tabs_line(b, v, cols, caps, out);
    }
    size_t beside = cols / PANEL_COLUMNS;
    beside = beside < 1 ? 1 : beside > PANELS ? PANELS : beside;
    for (size_t i = HEAD_LINES; i < rows; i++) {
        size_t left = cols;
        buf_addz(out, "\r\n");
        for (size_t k = 0; k < beside; k++) {
            size_t width = (left - 3 * (beside - k - 1)) / (beside - k);
            panel_line(b, v, (enum ctl_panel)((v->panel + k) % PANELS), i - HEAD_LINES,
                       rows - HEAD_LINES, width, caps, out);
            left -= width;
            if (k + 1 < beside) {
                buf_addz(out, caps.utf8 ? " │ " : " | ");
                left -= 3;
            }
        }
    }
}
