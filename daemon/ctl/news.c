/* SPDX-License-Identifier: ISC */
/* Two ways of asking, and one table of what is asked. */
#include "daemon/ctl/news.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/base/counted.h"
#include "daemon/base/html.h"
#include "daemon/base/when.h"
#include "daemon/ctl/client.h"
#include "daemon/ctl/table.h"
#include "daemon/ctl/url.h"
#include "daemon/edge/get.h"
#include "daemon/edge/listen.h"

#define LOST_MAX 400
#define ANSWER_MAX ((size_t)64 << 20)
#define SOCKET_MS 1000
#define LOCAL_SECONDS 3 /* of one that is here: it answers in some ms, or hangs */
#define LIVE_MS 10000   /* the age of sources, while news come by themselves */
#define POLL_MS 2000    /* while they do not */
#define STEP_MS 200
#define OLD_MS (2 * WHEN_MINUTE)

/* What is asked, and where it goes. */
enum asked { ASK_STATUS, ASK_TOTALS, ASK_PANELS, ASKS = ASK_PANELS + PANELS };

static const struct {
    const char *request;
    const char *page; /* of HTTP; NULL: there is none */
} asks[ASKS] = {
    [ASK_STATUS] = {"status\x1f-o=tsv\n", NULL},
    [ASK_TOTALS] = {"totals\x1f-o=tsv\n", "/v1/totals.csv"},
    [ASK_PANELS + PANEL_CALLS] = {"calls\x1f-o=tsv\n", "/v1/calls.csv"},
    [ASK_PANELS + PANEL_CLOSEST] = {"todo\x1f-o=tsv\n", "/v1/open.csv"},
    [ASK_PANELS +
        PANEL_STATES] = {"totals\x1f-o=tsv\x1f--by\x1fstate\n", "/v1/totals.csv?by=state"},
    [ASK_PANELS + PANEL_SOURCES] = {"source list\x1f-o=tsv\n", "/v1/sources.csv"},
    [ASK_PANELS + PANEL_MATCHES] = {"match list\x1f-o=tsv\n", NULL},
};

struct ctl_news {
    const char *socket, *url;
    struct get *get;       /* NULL: the socket is asked */
    struct listen *listen; /* ... */
    char etags[ASKS][GET_ETAG];
    struct buf answers[ASKS], closest, page, fresh;
    int64_t asked_ms, heard_ms, made_ms; /* monotonic; made: the wall clock's, of HTTP's figures */
    bool rung;
    char lost[LOST_MAX], note[160];
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool ctl_news_new(const char *socket_path, const char *url, struct ctl_news **out, struct err *e)
{
    struct ctl_news *n = calloc(1, sizeof *n);
    if (!n)
        return err_set(e, ERR_BUG, "out of memory");
    n->socket = socket_path;
    n->url = url;
    n->made_ms = WHEN_UNKNOWN;
    for (int i = 0; i < ASKS; i++)
        buf_init(&n->answers[i], ANSWER_MAX);
    buf_init(&n->closest, ANSWER_MAX);
    buf_init(&n->page, ANSWER_MAX);
    buf_init(&n->fresh, ANSWER_MAX);
    if (url && (!get_new(url, &n->get, e) || !listen_new(url, &n->listen, e))) {
        ctl_news_free(n);
        return false;
    }
    if (url)
        get_hurry(n->get);
    *out = n;
    return true;
}

void ctl_news_free(struct ctl_news *n)
{
    if (!n)
        return;
    for (int i = 0; i < ASKS; i++)
        buf_done(&n->answers[i]);
    buf_done(&n->closest);
    buf_done(&n->page);
    buf_done(&n->fresh);
    get_free(n->get);
    listen_free(n->listen);
    free(n);
}

/* ---- HTTP's tables as the socket's ---- */

enum kind { AS_IS, CLOCK_TIME, WHAT, RACE, UNITS, AGE };

struct wanted {
    const char *name, *from;
    enum kind kind;
};

static const struct wanted panels[PANELS][10] = {
    [PANEL_CALLS] = {{"time", "time", CLOCK_TIME},
                     {"what", "outcome", WHAT},
                     {"candidate", "candidate", AS_IS},
                     {"race", "office", RACE},
                     {"state", "state", AS_IS},
                     {"by", "by", AS_IS},
                     {"why", "reason", AS_IS},
                     {"id", "id", AS_IS},
                     {"endorsement", "endorsement_id", AS_IS}},
    [PANEL_CLOSEST] = {{"units", "units_reporting", UNITS},
                       {"margin", "margin", AS_IS},
                       {"percent", "margin_percent", AS_IS},
                       {"standing", "standing", AS_IS},
                       {"state", "state", AS_IS},
                       {"candidate", "candidate", AS_IS},
                       {"office", "office", RACE},
                       {"id", "endorsement_id", AS_IS},
                       {"why", "why", AS_IS}},
    [PANEL_STATES] = {{"state", "state", AS_IS},
                      {"won", "won", AS_IS},
                      {"lost", "lost", AS_IS},
                      {"pending", "pending", AS_IS},
                      {"flips", "flips", AS_IS},
                      {"leading", "leading", AS_IS}},
    [PANEL_SOURCES] = {{"source", "source", AS_IS},
                       {"file", "file", AS_IS},
                       {"state", "state", AS_IS},
                       {"county", "county", AS_IS},
                       {"status", "status", AS_IS},
                       {"success", "last_success", AGE},
                       {"change", "last_change", AGE},
                       {"held", "held", AS_IS},
                       {"verdict", "verdict", AS_IS},
                       {"text", "text", AS_IS}},
};

static struct slice cell(const struct ctl_row *row, const char *name)
{
    return ctl_row_cell(row, slice_of(name));
}

/* "2026-11-04T03:12:45.120Z" is 03:12 UTC: HTTP does not say in which zone the election is. */
static void write_time(struct slice when, struct buf *out)
{
    if (when.len >= 16)
        buf_addf(out, "%.5s UTC", when.ptr + 11);
}

static void write_age(struct slice when, struct slice now, struct buf *out)
{
    int64_t then_ms, now_is;
    if (when_parse(when, false, &then_ms) && when_parse(now, false, &now_is))
        buf_addf(out, "%" PRId64 "s", (now_is - then_ms) / WHEN_SECOND);
    else
        buf_addz(out, "never");
}

static void add_part(struct slice text, const char *before, struct buf *out)
{
    if (text.len > 0)
        buf_addf(out, "%s%.*s", before, SLICE_FMT(text));
}

static void write_cell(const struct wanted *w, const struct ctl_row *row, struct buf *out)
{
    struct slice is = cell(row, w->from);
    bool back = slice_is(cell(row, "type"), "retraction");
    switch (w->kind) {
    case AS_IS:
        buf_add(out, is);
        break;
    case CLOCK_TIME:
        write_time(is, out);
        break;
    case WHAT:
        buf_addz(out, back ? "no longer " : "");
        buf_add(out, back ? cell(row, "was") : is);
        break;
    case RACE:
        buf_add(out, is);
        add_part(cell(row, "district"), " ", out);
        add_part(cell(row, "place"), ", ", out);
        add_part(cell(row, "seat"), ", ", out);
        break;
    case UNITS:
        if (is.len > 0)
            buf_addf(out, "%.*s/%.*s", SLICE_FMT(is), SLICE_FMT(cell(row, "units_total")));
        break;
    case AGE:
        write_age(is, cell(row, "now"), out);
        break;
    }
}

struct shaping {
    const struct wanted *wanted;
    struct buf *out;
};

static void shape_row(const struct ctl_row *row, void *ctx)
{
    const struct shaping *s = ctx;
    size_t n = 0;
    while (n < 10 && s->wanted[n].name)
        n++;
    for (size_t i = 0; i < n; i++) {
        char room[2048];
        struct buf text;
        buf_init_over(&text, room, sizeof room);
        if (row->cells == row->names)
            buf_addz(&text, s->wanted[i].name);
        else
            write_cell(&s->wanted[i], row, &text);
        ctl_url_cell(buf_slice(&text), i + 1 == n, s->out);
    }
}

bool ctl_news_panel(enum ctl_panel panel, struct slice csv, struct buf *out, struct err *e)
{
    struct shaping s = {panels[panel], out};
    return ctl_url_each(csv, shape_row, &s, e);
}

/* ---- what status says ---- */

struct summing {
    int64_t sources, answer;
    bool answers;
    char source[200], election[200], now[32];
};

static void keep_text(struct slice text, char *room, size_t size)
{
    struct buf out;
    buf_init_over(&out, room, size);
    buf_add(&out, slice_sub(text, 0, size - 1));
}

/* A source answers when each of its files does, which stand together. */
static void sum_row(const struct ctl_row *row, void *ctx)
{
    struct summing *s = ctx;
    bool answers = slice_is(cell(row, "answers"), "yes") && !slice_is(cell(row, "status"), "stale");
    if (row->cells == row->names)
        return;
    if (s->sources == 0 || !slice_is(cell(row, "source"), s->source)) {
        s->sources++;
        s->answer += s->answers = answers;
    } else if (s->answers && !answers) {
        s->answers = false;
        s->answer--;
    }
    keep_text(cell(row, "source"), s->source, sizeof s->source);
    keep_text(cell(row, "election"), s->election, sizeof s->election);
    keep_text(cell(row, "now"), s->now, sizeof s->now);
}

static bool write_status(struct ctl_news *n, struct slice sources, struct err *e)
{
    struct summing s = {0};
    struct buf *out = &n->answers[ASK_STATUS];
    struct slice rest = buf_slice(&n->answers[ASK_TOTALS]), line;
    if (!ctl_url_each(sources, sum_row, &s, e))
        return false;
    buf_clear(out);
    buf_addf(out, "election\t%s\nsources\t%" PRId64 "\nsources_up\t%" PRId64 "\nhttp\t%s\n",
             s.election, s.sources, s.answer, n->url);
    while (slice_next(&rest, '\n', &line)) /* the mode is a column of theirs */
        if (slice_starts(line, SLICE("mode\t")))
            buf_addf(out, "%.*s\n", SLICE_FMT(line));
    if (!when_parse(slice_of(s.now), false, &n->made_ms))
        n->made_ms = WHEN_UNKNOWN;
    return true;
}

/* ---- asking ---- */

static bool ask_socket(struct ctl_news *n, struct err *e)
{
    bool ok = true;
    int code = 0;
    e->kind = ERR_NONE;
    for (int i = 0; i < ASKS && ok; i++)
        ok = ctl_ask_quiet(n->socket, slice_of(asks[i].request), LOCAL_SECONDS, ctl_keep,
                           &n->answers[i], &code, e) &&
             code == 0;
    if (!ok && e->kind == ERR_NONE)
        err_set(e, ERR_AGAIN, "the daemon does not serve just now");
    return ok;
}

static bool shape(int which, struct slice csv, struct buf *out, struct err *e)
{
    return which == ASK_TOTALS ? ctl_url_rows(csv, NULL, true, out, e)
                               : ctl_news_panel((enum ctl_panel)(which - ASK_PANELS), csv, out, e);
}

/* One page: as it was where nothing has changed. */
static bool ask_page(struct ctl_news *n, int which, struct err *e)
{
    bool same = false;
    buf_clear(&n->page);
    if (!get_page(n->get, asks[which].page, n->etags[which], &n->page, &same, e))
        return false;
    if (same)
        return true;
    buf_clear(&n->answers[which]);
    return shape(which, buf_slice(&n->page), &n->answers[which], e) &&
           (which != ASK_PANELS + PANEL_SOURCES || write_status(n, buf_slice(&n->page), e));
}

static bool ask_pages(struct ctl_news *n, struct err *e)
{
    bool ok = true;
    for (int i = 0; i < ASKS && ok; i++) {
        ok = !asks[i].page || ask_page(n, i, e);
        if (!ok)
            n->etags[i][0] = '\0'; /* what was half taken is taken again */
    }
    return ok;
}

bool ctl_news_ask(struct ctl_news *n, struct ctl_board *b, struct err *e)
{
    bool ok = n->get ? ask_pages(n, e) : ask_socket(n, e);
    n->asked_ms = now_ms();
    n->rung = false;
    snprintf(n->lost, sizeof n->lost, "%.*s", LOST_MAX - 1, ok ? "" : e->text);
    if (ok)
        n->heard_ms = n->asked_ms;
    buf_clear(&n->closest);
    ctl_board_closest(buf_slice(&n->answers[ASK_PANELS + PANEL_CLOSEST]), "percent", &n->closest);
    b->status = buf_slice(&n->answers[ASK_STATUS]);
    b->totals = buf_slice(&n->answers[ASK_TOTALS]);
    for (int i = 0; i < PANELS; i++)
        b->panels[i] = buf_slice(&n->answers[ASK_PANELS + i]);
    b->panels[PANEL_CLOSEST] = buf_slice(&n->closest);
    b->no_matches = n->get ? "not over HTTP: match list, where tallyd runs" : NULL;
    ctl_news_age(n, b);
    return ok;
}

int ctl_news_wait(struct ctl_news *n)
{
    int64_t now = now_ms(), every = SOCKET_MS;
    if (n->listen) {
        n->rung |= listen_step(n->listen, now, 0);
        every = listen_live(n->listen) && !n->lost[0] ? LIVE_MS : POLL_MS;
    }
    int64_t left = n->rung && !n->lost[0] ? 0 : n->asked_ms + every - now;
    if (left <= 0)
        return 0;
    return n->listen && left > STEP_MS ? STEP_MS : (int)left;
}

void ctl_news_age(struct ctl_news *n, struct ctl_board *b)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    int64_t behind = (int64_t)t.tv_sec * 1000 - n->made_ms;
    bool live = !n->listen || listen_live(n->listen);
    struct buf note;
    buf_init_over(&note, n->note, sizeof n->note);
    b->lost = n->lost[0] ? n->lost : NULL;
    b->age_s = n->heard_ms ? (now_ms() - n->heard_ms) / 1000 : 0;
    b->old = !live && n->made_ms != WHEN_UNKNOWN && behind > OLD_MS;
    if (b->old)
        buf_addf(&note, "OLD: a copy, made " COUNTED " ago",
                 COUNT_OF(behind / WHEN_MINUTE, "minute", "minutes"));
    else if (!live)
        buf_addf(&note, "asked every %d s", POLL_MS / 1000);
    b->note = note.len > 0 ? n->note : NULL;
}

bool ctl_news_explain(struct ctl_news *n, struct slice id, struct buf *out, struct err *e)
{
    char room[512], etag[GET_ETAG] = "";
    struct buf words;
    bool same, ok;
    int code;
    buf_init_over(&words, room, sizeof room);
    buf_clear(out);
    if (!n->get) {
        buf_addf(&words, "explain\x1f%.*s\n", SLICE_FMT(id));
        return !words.failed &&
               ctl_ask_quiet(n->socket, buf_slice(&words), LOCAL_SECONDS, ctl_keep, out, &code, e);
    }
    buf_addz(&words, "/v1/races.csv?");
    html_query(&words, id);
    buf_clear(&n->page);
    buf_clear(&n->fresh);
    ok = !words.failed && get_page(n->get, words.ptr, etag, &n->page, &same, e) &&
         ctl_url_rows(buf_slice(&n->page),
                      "race_id choice party primary votes endorsement_id standing units_reporting "
                      "units_total flags updated",
                      false, &n->fresh, e);
    if (ok) {
        ctl_table(buf_slice(&n->fresh), 0, out);
        buf_addz(out, "\nwhy it is so is not over HTTP: tallyctl explain, where tallyd runs\n");
    }
    return ok;
}
