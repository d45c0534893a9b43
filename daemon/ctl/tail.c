/* SPDX-License-Identifier: ISC */
/* Whatever is new is asked for, when there is news or it is time; a call is known by its id. */
#include "daemon/ctl/tail.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "daemon/base/arena.h"
#include "daemon/base/counted.h"
#include "daemon/base/map.h"
#include "daemon/base/num.h"
#include "daemon/base/text.h"
#include "daemon/ctl/url.h"
#include "daemon/edge/get.h"
#include "daemon/edge/listen.h"

#define PAGE_MAX ((size_t)64 << 20)
#define CALLS_MAX 1000000
#define LIVE_MS 30000 /* news come by themselves */
#define POLL_MS 2000  /* they do not */
#define STEP_MS 1000
#define SAY_MS 60000 /* that the connection is lost */

struct tail {
    const struct ctl_tail *t;
    struct get *get;
    struct listen *listen;
    struct map *told; /* ids */
    char calls_etag[GET_ETAG], totals_etag[GET_ETAG];
    struct buf page, lines, totals, was;
    struct arena *a;
    struct slice *fresh; /* lines of calls, the latest first */
    uint32_t fresh_count, fresh_room;
    bool failed;               /* memory */
    int64_t heard_ms, said_ms; /* said 0: it is not lost */
    bool polled;               /* said */
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct slice cell(const struct ctl_row *row, const char *name)
{
    return ctl_row_cell(row, slice_of(name));
}

/* "2026-11-04 03:12 UTC  " */
static void write_time(struct slice when, struct buf *out)
{
    if (when.len >= 16)
        buf_addf(out, "%.10s %.5s UTC  ", when.ptr, when.ptr + 11);
}

static void add_part(struct slice text, const char *before, struct buf *out)
{
    if (text.len > 0)
        buf_addf(out, "%s%.*s", before, SLICE_FMT(text));
}

/* As the control socket words it. */
static void write_call(const struct ctl_row *row, struct buf *out)
{
    bool back = slice_is(cell(row, "type"), "retraction");
    write_time(cell(row, "time"), out);
    buf_addf(out, "%-10s  %.*s  %.*s, %.*s", back ? "RETRACTION" : "CALL",
             SLICE_FMT(cell(row, "state")), SLICE_FMT(cell(row, "candidate")),
             SLICE_FMT(cell(row, "office")));
    add_part(cell(row, "district"), " ", out);
    add_part(cell(row, "place"), ", ", out);
    add_part(cell(row, "seat"), ", ", out);
    buf_addf(out, ": %s%.*s by %.*s", back ? "no longer " : "",
             SLICE_FMT(cell(row, back ? "was" : "outcome")), SLICE_FMT(cell(row, "by")));
}

static void take_call(const struct ctl_row *row, void *ctx)
{
    struct tail *w = ctx;
    struct slice id = cell(row, "id");
    char room[2048], plain[2048];
    struct buf line, harmless;
    if (row->cells == row->names || map_has(w->told, id))
        return;
    buf_init_over(&line, room, sizeof room);
    buf_init_over(&harmless, plain, sizeof plain);
    write_call(row, &line);
    text_harmless(buf_slice(&line), true, &harmless);
    struct slice *list = arena_more(w->a, w->fresh, w->fresh_count, &w->fresh_room, sizeof *list);
    struct slice kept = arena_copy(w->a, buf_slice(&harmless));
    w->failed |= !list || !kept.ptr || !map_put(w->told, id, NULL);
    if (w->failed)
        return;
    w->fresh = list;
    w->fresh[w->fresh_count++] = kept;
}

static void write_totals(const struct ctl_row *row, void *ctx)
{
    static const char *const names[] = {"won",  "called",  "flips",    "pending",
                                        "void", "leading", "trailing", "advanced"};
    int64_t n[sizeof names / sizeof *names] = {0};
    struct tail *w = ctx;
    if (row->cells == row->names)
        return;
    for (size_t i = 0; i < sizeof n / sizeof *n; i++)
        if (!num_parse(cell(row, names[i]), 0, INT64_MAX, &n[i]))
            n[i] = 0;
    buf_clear(&w->totals);
    buf_addf(&w->totals, "totals      %" PRId64 " won of %" PRId64 " called, " COUNTED ", ", n[0],
             n[1], COUNT_OF(n[2], "flip", "flips"));
    if (n[7] > 0)
        buf_addf(&w->totals, "%" PRId64 " advanced, ", n[7]);
    buf_addf(&w->totals, "%" PRId64 " to go; %" PRId64 " leading, %" PRId64 " trailing\n",
             n[3] - n[4], n[5], n[6]);
    if (slice_eq(buf_slice(&w->totals), buf_slice(&w->was)))
        return;
    buf_clear(&w->was);
    buf_add(&w->was, buf_slice(&w->totals));
    write_time(cell(row, "as_of"), &w->lines);
    buf_add(&w->lines, buf_slice(&w->totals));
}

/* ---- asking ---- */

/* A table, where it has changed. */
static bool ask(struct tail *w, const char *path, char etag[GET_ETAG],
                void (*each)(const struct ctl_row *row, void *ctx), struct err *e)
{
    bool same = false;
    buf_clear(&w->page);
    return get_page(w->get, path, etag, &w->page, &same, e) &&
           (same || ctl_url_each(buf_slice(&w->page), each, w, e));
}

/* False: not all of it could be had; the lines of what could are to be printed all the same, for
 * they do not come again. */
static bool ask_all(struct tail *w, size_t most, struct err *e)
{
    arena_reset(w->a);
    w->fresh = NULL;
    w->fresh_count = w->fresh_room = 0;
    buf_clear(&w->lines);
    bool ok = ask(w, "/v1/calls.csv", w->calls_etag, take_call, e);
    for (uint32_t i = w->fresh_count < most ? w->fresh_count : (uint32_t)most; i-- > 0;)
        buf_addf(&w->lines, "%.*s\n", SLICE_FMT(w->fresh[i]));
    if (ok && w->t->totals)
        ok = ask(w, "/v1/totals.csv", w->totals_etag, write_totals, e);
    return ok && (!(w->failed || w->lines.failed) || err_set(e, ERR_BUG, "out of memory"));
}

static bool tell_sentence(struct tail *w, struct err *e)
{
    char etag[GET_ETAG] = "";
    bool same;
    buf_clear(&w->page);
    buf_clear(&w->lines);
    if (!get_page(w->get, "/v1/statement.txt", etag, &w->page, &same, e))
        return false;
    text_harmless(slice_trim(buf_slice(&w->page)), true, &w->lines);
    buf_addc(&w->lines, '\n');
    w->t->print(buf_slice(&w->lines), w->t->ctx);
    return true;
}

/* ---- whether it can be had ---- */

static void say_lost(struct tail *w, const struct err *e, int64_t now)
{
    if (w->said_ms && now - w->said_ms < SAY_MS)
        return;
    fprintf(stderr, "tallyctl: connection lost %lld s ago: %s; what was told may be out of date\n",
            (long long)(now - w->heard_ms) / 1000, e->text);
    w->said_ms = now;
}

static void say_there(struct tail *w, int64_t now)
{
    if (w->said_ms)
        fprintf(stderr, "tallyctl: connected again, after %lld s\n",
                (long long)(now - w->heard_ms) / 1000);
    w->heard_ms = now;
    w->said_ms = 0;
}

static void say_polled(struct tail *w)
{
    if (!w->polled)
        fprintf(stderr, "tallyctl: no news come by themselves from there: it is asked every %d s\n",
                POLL_MS / 1000);
    w->polled = true;
}

static void follow(struct tail *w)
{
    int64_t asked = now_ms();
    struct err e = {0};
    for (bool goes_on = true, rung = false; goes_on;) {
        int64_t now = now_ms();
        rung |= listen_step(w->listen, now, STEP_MS);
        bool live = listen_live(w->listen);
        now = now_ms();
        if (!(rung && !w->said_ms) && now - asked < (live ? LIVE_MS : POLL_MS))
            continue;
        asked = now;
        bool all = ask_all(w, SIZE_MAX, &e);
        goes_on = w->lines.len == 0 || w->t->print(buf_slice(&w->lines), w->t->ctx);
        if (!all) {
            say_lost(w, &e, now);
            w->calls_etag[0] = w->totals_etag[0] = '\0';
            continue;
        }
        say_there(w, now);
        rung = false;
        if (!live)
            say_polled(w);
    }
}

static bool begin(struct tail *w, struct err *e)
{
    buf_init(&w->page, PAGE_MAX);
    buf_init(&w->lines, PAGE_MAX);
    buf_init(&w->totals, 4096);
    buf_init(&w->was, 4096);
    w->a = arena_new(PAGE_MAX);
    w->told = map_new(CALLS_MAX, true);
    return (w->a && w->told) || err_set(e, ERR_BUG, "out of memory");
}

int ctl_tail(const struct ctl_tail *t)
{
    struct tail w = {.t = t};
    struct err e = {0};
    bool ok = begin(&w, &e) && get_new(t->url, &w.get, &e) && listen_new(t->url, &w.listen, &e) &&
              (!t->totals || tell_sentence(&w, &e)) && ask_all(&w, t->count, &e);
    if (!ok)
        fprintf(stderr, "tallyctl: %s\n", e.text);
    if (ok && (w.lines.len == 0 || t->print(buf_slice(&w.lines), t->ctx)) && t->follow) {
        get_hurry(w.get);
        w.heard_ms = now_ms();
        follow(&w);
    }
    get_free(w.get);
    listen_free(w.listen);
    map_free(w.told);
    arena_free(w.a);
    buf_done(&w.page);
    buf_done(&w.lines);
    buf_done(&w.totals);
    buf_done(&w.was);
    return ok ? 0 : (int)e.kind;
}
