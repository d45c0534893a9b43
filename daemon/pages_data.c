/* SPDX-License-Identifier: ISC */
/* Totals and the sentence: what went out as a message is shown as it went out. */
#include "daemon/pages_data.h"

#include <inttypes.h>
#include <stdio.h>

#include "daemon/app_state.h"
#include "daemon/base/jsonw.h"
#include "daemon/base/num.h"
#include "daemon/base/text.h"
#include "daemon/base/when.h"
#include "daemon/core/statement.h"
#include "daemon/pages_made.h"
#include "daemon/pages_model.h"

#define SCRATCH_MAX ((size_t)64 << 20)

/* ---- queries ---- */

/* "name=value&...": the values asked for, by name; empty where there is none. False: there is
 * another, and the answer says which there are. */
struct wanted {
    const char *name;
    struct slice value;
};

static bool read_query(struct slice query, struct wanted *wanted, size_t n, struct arena *scratch,
                       struct http_answer *answer, struct buf *body)
{
    struct slice raw;
    while (query.len > 0 && slice_next(&query, '&', &raw)) {
        struct slice plain = http_decode(raw, scratch);
        struct slice item = text_clean_copy(plain.ptr ? plain : raw, scratch);
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

static struct arena *new_scratch(struct http_answer *answer, struct buf *body)
{
    struct arena *scratch = arena_new(SCRATCH_MAX);
    if (!scratch) {
        answer->status = 503;
        buf_addz(body, "out of memory; try again later");
    }
    return scratch;
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

static void statement(const struct app *a, struct slice query, const struct outbox_view *view,
                      struct arena *scratch, struct http_answer *answer, struct buf *body)
{
    struct wanted wanted[] = {{.name = "style"}, {.name = "at"}};
    struct writer_shown row;
    size_t style;
    if (!read_query(query, wanted, 2, scratch, answer, body) ||
        !read_style(wanted[0].value, &style, answer, body))
        return;
    answer->type = "text/plain; charset=utf-8";
    if (wanted[1].value.len == 0) {
        tag(answer, view->frozen.epoch, view->frozen.seq);
        buf_add(body, view->frozen.statements[style]);
        buf_addc(body, '\n');
    } else if (find_shown(a, view, &wanted[1], scratch, &row, answer, body)) {
        tag(answer, row.epoch, row.seq);
        buf_add(body, row.texts[style]);
        buf_addc(body, '\n');
    }
}

void pages_statement(struct slice path, struct slice query, struct http_answer *answer,
                     struct buf *body, void *ctx)
{
    const struct app *a = ctx;
    struct outbox_view view;
    (void)path;
    if (!pages_published(a, answer, body, &view))
        return;
    struct arena *scratch = new_scratch(answer, body);
    if (!scratch)
        return;
    statement(a, query, &view, scratch, answer, body);
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

/* ---- handlers ---- */

static void totals(struct app *a, const struct wanted wanted[2], const struct outbox_view *view,
                   struct arena *scratch, struct http_answer *answer, struct buf *body)
{
    struct writer_shown then;
    if (wanted[0].value.len > 0) {
        answer->status = 400;
        buf_addz(body, "by= and since= are two questions; ask one");
    } else if (wanted[1].value.len == 0) {
        tag(answer, view->epoch, view->seq);
        buf_add(body, view->totals);
        buf_addc(body, '\n');
    } else if (find_shown(a, view, &wanted[1], scratch, &then, answer, body)) {
        tag(answer, view->frozen.epoch, view->frozen.seq);
        write_since(&a->night->plan->settings, &then, &view->frozen, body);
    }
}

void pages_totals(struct slice path, struct slice query, struct http_answer *answer,
                  struct buf *body, void *ctx)
{
    struct app *a = ctx;
    struct wanted wanted[] = {{.name = "by"}, {.name = "since"}};
    struct outbox_view view;
    if (!pages_published(a, answer, body, &view))
        return;
    struct arena *scratch = new_scratch(answer, body);
    if (!scratch)
        return;
    bool read = read_query(query, wanted, 2, scratch, answer, body);
    if (read && wanted[0].value.len > 0 && wanted[1].value.len == 0)
        pages_model(path, query, answer, body, ctx);
    else if (read)
        totals(a, wanted, &view, scratch, answer, body);
    arena_free(scratch);
}
