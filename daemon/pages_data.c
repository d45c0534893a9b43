/* SPDX-License-Identifier: ISC */
/* Resources of the count. What went out as a message is shown as it went out; the others are made
 * of the model, while nothing in it waits for the disk. */
#include "daemon/pages_data.h"

#include <inttypes.h>
#include <stdio.h>

#include "daemon/app_state.h"
#include "daemon/base/jsonw.h"
#include "daemon/base/num.h"
#include "daemon/base/when.h"
#include "daemon/core/documents.h"
#include "daemon/core/statement.h"

#define SCRATCH_MAX ((size_t)64 << 20)
#define PAGE_MAX ((size_t)64 << 20)

/* ---- queries ---- */

/* "name=value&...": the values asked for, by name; empty where there is none. False: there is
 * another, and the answer says which there are. */
struct wanted {
    const char *name;
    struct slice value;
};

static bool read_query(struct slice query, struct wanted *wanted, size_t n,
                       struct http_answer *answer, struct buf *body)
{
    struct slice item;
    while (query.len > 0 && slice_next(&query, '&', &item)) {
        size_t equals = slice_find(item, SLICE("=")), i = 0;
        struct slice name = slice_sub(item, 0, equals);
        while (i < n && !slice_is(name, wanted[i].name))
            i++;
        if (i < n && equals != SIZE_MAX) {
            wanted[i].value = slice_sub(item, equals + 1, item.len);
            continue;
        }
        answer->status = 400;
        buf_addf(body, "'%.*s' is no parameter here; there %s ", SLICE_FMT(name),
                 n == 1 ? "is" : "are");
        for (size_t k = 0; k < n; k++)
            buf_addf(body, "%s%s=", k ? ", " : "", wanted[k].name);
        return false;
    }
    return true;
}

/* "EPOCH-SEQ" */
static bool read_stamp(struct slice text, int64_t *epoch, int64_t *seq)
{
    struct slice first;
    return slice_next(&text, '-', &first) && num_parse(first, 1, INT64_MAX, epoch) &&
           num_parse(text, 1, INT64_MAX, seq);
}

static void tag(struct http_answer *answer, int64_t epoch, int64_t seq)
{
    snprintf(answer->etag, sizeof answer->etag, "\"%" PRId64 "-%" PRId64 "\"", epoch, seq);
}

void pages_not_ready(const struct app *a, struct http_answer *answer, struct buf *body)
{
    struct duty_view duty;
    duty_view(a->duty, &duty);
    answer->status = 503;
    answer->type = "text/plain; charset=utf-8";
    answer->no_store = true;
    if (duty.role->state == ROLE_STANDBY)
        buf_addz(body, "standby: another tallyd serves\n");
    else if (duty.role->state == ROLE_LOOKING)
        buf_addz(body, "not ready: who of two daemons serves is being found out\n");
    else
        buf_addz(body, "not ready: the last known state is being restored\n");
}

static bool published(const struct app *a, struct http_answer *answer, struct buf *body,
                      struct outbox_view *view)
{
    if (a->ready)
        outbox_view(a->outbox, view);
    if (a->ready && view->totals.len > 0 && view->frozen.epoch > 0)
        return true;
    pages_not_ready(a, answer, body);
    return false;
}

/* ---- what was on air ---- */

/* The row that was on air at a stamp; 400 or 404 where there was none. */
static bool find_shown(const struct app *a, const struct outbox_view *view, const struct wanted *at,
                       struct arena *scratch, struct writer_shown *out, struct http_answer *answer,
                       struct buf *body)
{
    struct err e = {0};
    int64_t epoch, seq;
    if (!read_stamp(at->value, &epoch, &seq)) {
        answer->status = 400;
        buf_addf(body, "%s=%.*s: write EPOCH-SEQ, as ETag has it", at->name, SLICE_FMT(at->value));
        return false;
    }
    bool ahead = epoch > view->epoch || (epoch == view->epoch && seq > view->last_seq);
    if (!ahead && shown_find(a->shown, epoch, seq, scratch, out, &e))
        return true;
    answer->status = e.kind == ERR_AGAIN ? 503 : 404;
    buf_addf(body, "%s=%.*s: %s", at->name, SLICE_FMT(at->value),
             ahead ? "that has not been published yet" : e.text);
    return false;
}

static bool read_style(struct slice word, size_t *style, struct http_answer *answer,
                       struct buf *body)
{
    *style = STATEMENT_SHORT;
    for (size_t i = 0; i < STATEMENT_STYLES; i++)
        if (slice_is(word, statement_styles[i]))
            *style = i;
    if (word.len == 0 || slice_is(word, statement_styles[*style]))
        return true;
    answer->status = 400;
    buf_addf(body, "style=%.*s: there are short, long and slack", SLICE_FMT(word));
    return false;
}

void pages_statement(struct slice path, struct slice query, struct http_answer *answer,
                     struct buf *body, void *ctx)
{
    const struct app *a = ctx;
    struct wanted wanted[] = {{.name = "style"}, {.name = "at"}};
    struct outbox_view view;
    struct writer_shown row;
    size_t style;
    (void)path;
    if (!published(a, answer, body, &view) || !read_query(query, wanted, 2, answer, body) ||
        !read_style(wanted[0].value, &style, answer, body))
        return;
    answer->type = "text/plain; charset=utf-8";
    if (wanted[1].value.len == 0) {
        tag(answer, view.frozen.epoch, view.frozen.seq);
        buf_add(body, view.frozen.statements[style]);
        buf_addc(body, '\n');
        return;
    }
    struct arena *scratch = arena_new(SCRATCH_MAX);
    if (find_shown(a, &view, &wanted[1], scratch, &row, answer, body)) {
        tag(answer, row.epoch, row.seq);
        buf_add(body, row.texts[style]);
        buf_addc(body, '\n');
    }
    arena_free(scratch);
}

/* The value of a name in "name value\n" lines. */
static int64_t count_of(struct slice lines, struct slice name)
{
    struct slice line;
    int64_t n = 0;
    while (slice_next(&lines, '\n', &line))
        if (slice_starts(line, name) && line.len > name.len && line.ptr[name.len] == ' ' &&
            num_parse(slice_sub(line, name.len + 1, line.len), INT64_MIN, INT64_MAX, &n))
            break;
    return n;
}

static void stamp_json(struct jsonw *j, const char *key, int64_t epoch, int64_t seq, int64_t when)
{
    jsonw_object(j, key);
    jsonw_int(j, "epoch", epoch);
    jsonw_int(j, "seq", seq);
    jsonw_when(j, "time", when);
    jsonw_object_end(j);
}

/* What has changed from one row to what is on air. */
static void write_since(const struct settings *s, const struct writer_shown *then,
                        const struct frozen_view *now, struct buf *body)
{
    struct slice rest = now->counts, line;
    struct jsonw j;
    jsonw_init(&j, body);
    jsonw_object(&j, NULL);
    jsonw_str(&j, "election", s->election);
    jsonw_strz(&j, "mode", mode_name(s->mode));
    stamp_json(&j, "since", then->epoch, then->seq, then->at_ms);
    stamp_json(&j, "now", now->epoch, now->seq, now->at_ms);
    jsonw_object(&j, "changed");
    while (slice_next(&rest, '\n', &line)) {
        struct slice name = slice_sub(line, 0, slice_find(line, SLICE(" ")));
        int64_t is = count_of(now->counts, name);
        int64_t was = count_of(then->texts[STATEMENT_STYLES], name);
        if (line.len == 0 || is == was || slice_is(name, "as_of_seconds"))
            continue;
        jsonw_key(&j, name);
        jsonw_object(&j, NULL);
        jsonw_int(&j, "was", was);
        jsonw_int(&j, "now", is);
        jsonw_int(&j, "change", is - was);
        jsonw_object_end(&j);
    }
    jsonw_object_end(&j);
    jsonw_object_end(&j);
    buf_addc(body, '\n');
}

/* ---- what is made of the model ---- */

enum made {
    STATE_JSON,
    OFFICE_JSON,
    TAG_JSON,
    ALL_CSV,
    STATE_CSV,
    OFFICE_CSV,
    TAG_CSV,
    CORRECTIONS_JSON,
    CORRECTIONS_TEXT,
    OPEN_CSV
};

static const struct {
    const char *by; /* NULL: not of totals */
    bool json;
} kinds[APP_PAGES] = {
    [STATE_JSON] = {"state", true},     [OFFICE_JSON] = {"office", true},
    [TAG_JSON] = {"tag", true},         [ALL_CSV] = {"", false},
    [STATE_CSV] = {"state", false},     [OFFICE_CSV] = {"office", false},
    [TAG_CSV] = {"tag", false},         [CORRECTIONS_JSON] = {NULL, true},
    [CORRECTIONS_TEXT] = {NULL, false}, [OPEN_CSV] = {NULL, false},
};

static bool make(const struct app *a, enum made what, struct buf *out, struct err *e)
{
    const struct model *m = river_model(a->night->river);
    struct arena *scratch = arena_new(SCRATCH_MAX);
    bool ok = scratch != NULL;
    if (ok && kinds[what].by)
        ok = documents_public(m, slice_of(kinds[what].by), kinds[what].json, scratch, out, e);
    else if (ok && what == OPEN_CSV)
        ok = documents_open(m, clock_now(&a->args.clock), scratch, out) ||
             err_set(e, ERR_BUG, "out of memory");
    else if (ok)
        documents_corrections(m, kinds[what].json, out);
    arena_free(scratch);
    return ok;
}

/* The page as of now; while the model is ahead of what is published, as it was made last. */
static void serve(struct app *a, enum made what, struct http_answer *answer, struct buf *body)
{
    struct app_page *made = &a->made[what];
    struct outbox_view view;
    struct err e = {0};
    if (!published(a, answer, body, &view))
        return;
    if (!view.waiting) {
        buf_done(&made->body);
        buf_init(&made->body, PAGE_MAX);
        if (!make(a, what, &made->body, &e)) {
            buf_done(&made->body);
            answer->status = e.kind == ERR_USAGE ? 400 : 503;
            buf_addz(body, e.text);
            return;
        }
        tag(answer, view.epoch, view.last_seq);
        snprintf(made->etag, sizeof made->etag, "%s", answer->etag);
    }
    if (made->body.len == 0) {
        answer->status = 503;
        buf_addz(body, "a change waits for the disk; try again");
        return;
    }
    snprintf(answer->etag, sizeof answer->etag, "%s", made->etag);
    answer->type = what == CORRECTIONS_TEXT ? "text/plain; charset=utf-8"
                   : kinds[what].json       ? "application/json"
                                            : "text/csv; charset=utf-8";
    buf_add(body, buf_slice(&made->body));
}

/* Totals by something. */
static void serve_by(struct app *a, struct slice by, bool json, struct http_answer *answer,
                     struct buf *body)
{
    struct err e = {0};
    struct buf none;
    for (size_t i = 0; i < APP_PAGES; i++)
        if (kinds[i].by && kinds[i].json == json && slice_is(by, kinds[i].by)) {
            serve(a, (enum made)i, answer, body);
            return;
        }
    if (!a->ready) {
        pages_not_ready(a, answer, body);
        return;
    }
    buf_init(&none, 0);
    if (!documents_public(river_model(a->night->river), by, json, NULL, &none, &e)) {
        answer->status = 400;
        buf_addz(body, e.text);
    }
    buf_done(&none);
}

static void no_filter(struct slice path, struct slice query, enum made what,
                      struct http_answer *answer, struct buf *body, void *ctx)
{
    (void)path;
    if (query.len > 0) {
        answer->status = 400;
        buf_addz(body, "this resource takes no parameters");
        return;
    }
    serve(ctx, what, answer, body);
}

/* ---- handlers ---- */

void pages_totals(struct slice path, struct slice query, struct http_answer *answer,
                  struct buf *body, void *ctx)
{
    struct app *a = ctx;
    struct wanted wanted[] = {{.name = "by"}, {.name = "since"}};
    struct outbox_view view;
    struct writer_shown then;
    (void)path;
    if (!published(a, answer, body, &view) || !read_query(query, wanted, 2, answer, body))
        return;
    if (wanted[0].value.len > 0 && wanted[1].value.len > 0) {
        answer->status = 400;
        buf_addz(body, "by= and since= are two questions; ask one");
    } else if (wanted[0].value.len > 0) {
        serve_by(a, wanted[0].value, true, answer, body);
    } else if (wanted[1].value.len > 0) {
        struct arena *scratch = arena_new(SCRATCH_MAX);
        if (find_shown(a, &view, &wanted[1], scratch, &then, answer, body)) {
            tag(answer, view.frozen.epoch, view.frozen.seq);
            write_since(&a->night->plan->settings, &then, &view.frozen, body);
        }
        arena_free(scratch);
    } else {
        tag(answer, view.epoch, view.seq);
        buf_add(body, view.totals);
        buf_addc(body, '\n');
    }
}

void pages_totals_csv(struct slice path, struct slice query, struct http_answer *answer,
                      struct buf *body, void *ctx)
{
    struct wanted by = {.name = "by"};
    (void)path;
    if (read_query(query, &by, 1, answer, body))
        serve_by(ctx, by.value, false, answer, body);
}

void pages_corrections(struct slice path, struct slice query, struct http_answer *answer,
                       struct buf *body, void *ctx)
{
    no_filter(path, query, CORRECTIONS_JSON, answer, body, ctx);
}

void pages_corrections_text(struct slice path, struct slice query, struct http_answer *answer,
                            struct buf *body, void *ctx)
{
    no_filter(path, query, CORRECTIONS_TEXT, answer, body, ctx);
}

void pages_open(struct slice path, struct slice query, struct http_answer *answer, struct buf *body,
                void *ctx)
{
    no_filter(path, query, OPEN_CSV, answer, body, ctx);
}
