/* SPDX-License-Identifier: ISC */
/* A table: which command reads which resource, and what of it. */
#include "daemon/ctl/url.h"

#include <stdio.h>
#include <string.h>

#include "daemon/base/csv.h"
#include "daemon/base/html.h"
#include "daemon/base/text.h"
#include "daemon/core/site.h"
#include "daemon/edge/get.h"

#define ANSWER_MAX ((size_t)64 << 20)
#define SCRATCH_MAX ((size_t)256 << 20)
#define FIELDS_MAX 128
#define PATH_MAX_HERE 6000

enum shape { SHAPE_TEXT, SHAPE_WELL, SHAPE_ROWS, SHAPE_COUNTS };

static const struct reading {
    const char *words;
    const char *rows, *json; /* NULL: not in this form */
    const char *columns;     /* of the rows; NULL: all */
    enum shape shape;
    const char *option; /* "--by" is by= of the query; NULL: words are filters */
} readings[] = {
    {"status", "/readyz", NULL, NULL, SHAPE_WELL, NULL},
    {"statement", "/v1/statement.txt", NULL, NULL, SHAPE_TEXT, "--style"},
    {"totals", "/v1/totals.csv", "/v1/totals.json", NULL, SHAPE_COUNTS, "--by"},
    {"races", "/v1/races.csv", "/v1/races.json",
     "race_id state office place district status choice party votes standing units_reporting "
     "units_total flags updated",
     SHAPE_ROWS, NULL},
    {"show", "/v1/races.csv", "/v1/races.json",
     "race_id choice party primary votes endorsement_id standing", SHAPE_ROWS, NULL},
    {"calls", "/v1/calls.csv", "/v1/calls.json",
     "time type outcome candidate office district state by reason id endorsement_id stands",
     SHAPE_ROWS, NULL},
    {"todo", "/v1/open.csv", NULL,
     "units_reporting units_total margin margin_percent standing state candidate office district "
     "endorsement_id why primary flags",
     SHAPE_ROWS, NULL},
    {"source list", "/v1/sources.csv", "/v1/sources.json",
     "source file state county status last_success last_change own_time held verdict text",
     SHAPE_ROWS, NULL},
};

/* What is kept from HTTP on purpose, and why. */
static const struct {
    const char *words, *why;
} kept[] = {
    {"coverage",
     "which of the list are in no feed, and who watches whom, is for those who may use the "
     "control socket"},
    {"match list", "what waits for a decision is for those who may use the control socket"},
};

static const struct reading *find(const struct command *c, struct err *e)
{
    struct slice words = slice_of(c->words);
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (slice_is(words, kept[i].words)) {
            err_set(e, ERR_USAGE, "%s is not published over HTTP: %s; run it where tallyd runs",
                    c->words, kept[i].why);
            return NULL;
        }
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++)
        if (slice_is(words, readings[i].words))
            return &readings[i];
    char room[300];
    struct buf list;
    buf_init_over(&list, room, sizeof room);
    buf_addz(&list, "watch, tail, ");
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++)
        buf_addf(&list, "%s%s", i ? ", " : "", readings[i].words);
    err_set(e, ERR_USAGE,
            "%s needs the control socket: run it where tallyd runs, without --url; over HTTP there "
            "are %.*s",
            c->words, SLICE_FMT(buf_slice(&list)));
    return NULL;
}

/* "--by state" is ?by=state; filters are a query of words. */
static bool add_query(const struct reading *r, int argc, char **argv, struct buf *path,
                      struct err *e)
{
    if (argc > 0 && r->option && (argc != 2 || !slice_is(slice_of(argv[0]), r->option)))
        return err_set(e, ERR_USAGE, "%s takes %s and one value", r->words, r->option);
    for (int i = r->option ? 1 : 0; i < argc; i++) {
        buf_addc(path, i > 0 && !r->option ? '&' : '?');
        if (r->option)
            buf_addf(path, "%s=", r->option + 2);
        html_query(path, slice_of(argv[i]));
    }
    return !path->failed || err_set(e, ERR_USAGE, "the words are too long for an address");
}

/* ---- what comes back ---- */

void ctl_url_cell(struct slice text, bool last, struct buf *out)
{
    text_harmless(text, true, out);
    buf_addc(out, last ? '\n' : '\t');
}

struct slice ctl_row_cell(const struct ctl_row *r, struct slice name)
{
    for (size_t i = 0; i < r->n; i++)
        if (slice_eq(r->names[i], name))
            return r->cells[i];
    return (struct slice){0}; /* a tallyd of another version has it not */
}

bool ctl_url_each(struct slice csv, void (*each)(const struct ctl_row *row, void *ctx), void *ctx,
                  struct err *e)
{
    struct arena *a = arena_new(SCRATCH_MAX);
    struct ctl_row row = {0};
    struct slice *names, *cells;
    struct csv reader;
    size_t n = 0;
    csv_init(&reader, csv);
    e->kind = ERR_NONE;
    bool ok = a && csv_next(&reader, a, FIELDS_MAX, &names, &row.n, e);
    if (ok) {
        row.names = row.cells = names;
        each(&row, ctx);
    }
    while (ok && csv_next(&reader, a, FIELDS_MAX, &cells, &n, e)) {
        row.cells = cells;
        ok = n == row.n;
        if (ok)
            each(&row, ctx);
    }
    arena_free(a);
    return (ok && e->kind == ERR_NONE) ||
           err_set(e, ERR_DATA, "the answer is no table of a tallyd");
}

struct choosing {
    const char *columns;
    bool turned;
    struct buf *out;
};

static void turn(const struct ctl_row *row, struct buf *out)
{
    if (row->cells == row->names)
        buf_addz(out, "count\tvalue\n");
    for (size_t i = 0; i < row->n && row->cells != row->names; i++) {
        ctl_url_cell(row->names[i], false, out);
        ctl_url_cell(row->cells[i], true, out);
    }
}

static void choose(const struct ctl_row *row, void *ctx)
{
    const struct choosing *c = ctx;
    struct slice rest = slice_of(c->columns), column;
    if (c->turned) {
        turn(row, c->out);
        return;
    }
    while (slice_next(&rest, ' ', &column))
        ctl_url_cell(row->cells == row->names ? column : ctl_row_cell(row, column), rest.len == 0,
                     c->out);
    for (size_t i = 0; i < row->n && !c->columns; i++)
        ctl_url_cell(row->cells[i], i + 1 == row->n, c->out);
}

bool ctl_url_rows(struct slice csv, const char *columns, bool turned, struct buf *out,
                  struct err *e)
{
    struct choosing c = {columns, turned, out};
    return ctl_url_each(csv, choose, &c, e) &&
           (!out->failed || err_set(e, ERR_DATA, "the answer is no table of a tallyd"));
}

static bool shape(const struct reading *r, bool whole, bool json, struct slice body,
                  struct buf *out, struct err *e)
{
    if (r->shape >= SHAPE_ROWS && !json)
        return ctl_url_rows(body, r->columns, r->shape == SHAPE_COUNTS && whole, out, e);
    if (r->shape == SHAPE_WELL)
        buf_addf(out, "what\tis\nwell\t%s: ", slice_starts(body, SLICE("ok")) ? "yes" : "no");
    text_harmless(body, false, out);
    return !out->failed || err_set(e, ERR_DATA, "the answer is too long");
}

/* ---- a copy ---- */

/* A word as it is in the names of a copy's files: "state:GA" is state=GA, "--by state" by=state. */
static bool add_word(const struct reading *r, char **argv, struct buf *out)
{
    static const char plain[] = "=_-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    struct slice word = slice_of(argv[r->option ? 1 : 0]);
    if (r->option)
        buf_addf(out, "%s=", r->option + 2);
    for (size_t i = 0; i < word.len; i++) {
        char c = word.ptr[i] == ':' ? '=' : word.ptr[i];
        if (!memchr(plain, c, sizeof plain - 1))
            return false;
        buf_addc(out, c);
    }
    return true;
}

/* The address of the file that has the answer in a copy. False: none can have it. */
static bool name_file(const struct reading *r, const char *from, int argc, char **argv,
                      struct buf *out)
{
    char room[PATH_MAX_HERE];
    struct buf address;
    buf_init_over(&address, room, sizeof room);
    buf_addf(&address, "%s?", from);
    if (argc != (r->option ? 2 : 1) || !add_word(r, argv, &address))
        return false;
    buf_addc(out, '/');
    site_file(buf_slice(&address), out);
    return !address.failed && !out->failed;
}

/* The server took no notice of the query: what it sent is of everything. */
static bool ask_copy(struct get *g, const struct reading *r, const char *from, int argc,
                     char **argv, struct buf *body, struct err *e)
{
    char room[PATH_MAX_HERE], etag[GET_ETAG] = "";
    struct buf file;
    bool same = false;
    struct err missing = {0};
    buf_clear(body);
    buf_init_over(&file, room, sizeof room);
    if (name_file(r, from, argc, argv, &file) && get_page(g, file.ptr, etag, body, &same, &missing))
        return true;
    return err_set(e, ERR_NO,
                   "this is a static copy, which has no answer to that: of races it has one word "
                   "of state:, status: or office:, of totals --by, of the statement --style; ask "
                   "tallyd itself, or choose in the whole of it");
}

bool ctl_url(const char *url, const struct command *c, int argc, char **argv, bool json,
             struct buf *out, struct err *e)
{
    const struct reading *r = find(c, e);
    char room[PATH_MAX_HERE], etag[GET_ETAG] = "";
    struct get *g = NULL;
    struct buf path, body;
    bool same = false, ok = false;
    if (!r)
        return false;
    const char *from = json && r->shape != SHAPE_TEXT ? r->json : r->rows;
    if (!from)
        return err_set(e, ERR_USAGE, "over HTTP, %s has %s -o json", r->words,
                       json ? "no" : "only");
    buf_init_over(&path, room, sizeof room);
    buf_init(&body, ANSWER_MAX);
    buf_addz(&path, from);
    ok = add_query(r, argc, argv, &path, e) && get_new(url, &g, e) &&
         get_page(g, path.ptr, etag, &body, &same, e) &&
         (get_answered(g, path.ptr) || ask_copy(g, r, from, argc, argv, &body, e)) &&
         shape(r, argc == 0, json, buf_slice(&body), out, e);
    get_free(g);
    buf_done(&body);
    return ok;
}
