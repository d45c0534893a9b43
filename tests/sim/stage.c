/* SPDX-License-Identifier: ISC */
/* Addresses to payloads. A version is a moment: what it says never changes. */
#include "tests/sim/stage.h"

#include <stdlib.h>

#include "daemon/base/num.h"
#include "daemon/base/when.h"
#include "tests/sim/write.h"

#define BODY_MAX ((size_t)64 << 20)
#define FIRST_VERSION 310000

static const struct {
    const char *path, *zipped, *direct, *type;
    void (*write)(const struct write_what *w, struct buf *out);
} sites[FORMATS] = {
    [FORMAT_COUNTY] = {"{version}/reports/detail.xml", "{version}/reports/detailxml.zip",
                       "detail.xml", "text/xml", write_county},
    [FORMAT_STATE] = {"{version}/reports/detail.xml", "{version}/reports/detailxml.zip",
                      "detail.xml", "text/xml", write_state},
    [FORMAT_AREAS] = {"{version}/json/ALL.json", NULL, "ALL.json", "application/json", write_areas},
    [FORMAT_SUMMARY] = {"{version}/json/en/summary.json", NULL, "summary.json", "application/json",
                        write_summary},
    [FORMAT_DDHQ] = {NULL, NULL, "races.json", "application/json", write_ddhq},
    [FORMAT_AP] = {NULL, NULL, "all.json", "application/json", write_ap},
};

struct play { /* one feed */
    const struct generate *night;
    size_t feed;
    struct slice prefix;
    struct buf body, zipped;
    char version[8];
};

struct stage {
    struct arena *arena;
    struct play *plays;
    size_t count;
};

static const struct scenario_feed *feed_of(const struct play *p)
{
    return &p->night->s->feeds[p->feed];
}

const char *stage_path(const struct scenario_feed *f)
{
    if (f->direct)
        return sites[f->format].direct;
    return f->zip && sites[f->format].zipped ? sites[f->format].zipped : sites[f->format].path;
}

static bool give(struct play *p, int64_t t, struct serve_answer *out)
{
    const struct scenario_feed *f = feed_of(p);
    struct write_what w = {p->night, p->feed, t};
    buf_clear(&p->body);
    sites[f->format].write(&w, &p->body);
    out->type = sites[f->format].type;
    out->body = buf_slice(&p->body);
    out->modified_ms = t;
    out->etag = f->direct;
    if (f->zip) {
        buf_clear(&p->zipped);
        write_zip(SLICE("detail.xml"), buf_slice(&p->body), &p->zipped);
        out->type = "application/x-zip-compressed";
        out->body = buf_slice(&p->zipped);
        out->no_gzip = true;
    }
    return !p->body.failed && !p->zipped.failed;
}

/* Which names stand at which position, for ALL.json: a detail.xml from before the first vote. */
static bool give_names(struct play *p, struct serve_answer *out)
{
    struct write_what w = {p->night, p->feed, p->night->s->date};
    buf_clear(&p->body);
    write_state(&w, &p->body);
    out->type = "text/xml";
    out->body = buf_slice(&p->body);
    out->modified_ms = w.t;
    out->etag = true;
    return !p->body.failed;
}

static bool give_version(struct play *p, int64_t t, struct serve_answer *out)
{
    const struct scenario_feed *f = feed_of(p);
    int64_t n = FIRST_VERSION + (t - p->night->s->date) / f->every_ms;
    struct buf text;
    buf_init(&text, sizeof p->version);
    buf_addf(&text, "%lld", (long long)n);
    for (size_t i = 0; i < text.len; i++)
        p->version[i] = text.ptr[i];
    out->body = (struct slice){p->version, text.len};
    out->type = "text/plain";
    out->modified_ms = t;
    out->etag = true;
    buf_done(&text);
    return true;
}

static bool play(struct slice rest, int64_t now_ms, struct serve_answer *out, void *ctx)
{
    struct play *p = ctx;
    const struct scenario_feed *f = feed_of(p);
    struct slice path = slice_of(stage_path(f)), first;
    int64_t t = generate_written(p->night->s, f, now_ms), version;
    if (f->format == FORMAT_AREAS && slice_is(rest, "names.xml"))
        return give_names(p, out);
    if (f->direct)
        return slice_eq(rest, path) && give(p, t, out);
    if (slice_is(rest, "current_ver.txt"))
        return give_version(p, t, out);
    slice_next(&path, '/', &first);
    if (!slice_next(&rest, '/', &first) || !slice_eq(rest, path) ||
        !num_parse(first, FIRST_VERSION, FIRST_VERSION + 100000, &version))
        return false;
    int64_t of = p->night->s->date + (version - FIRST_VERSION) * f->every_ms;
    return of <= t && give(p, of, out);
}

bool stage_new(const struct generate *night, struct serve *s, struct stage **out, struct err *e)
{
    struct stage *st = calloc(1, sizeof *st);
    size_t n = night->s->feed_count;
    if (!st || !(st->arena = arena_new((size_t)1 << 20)) ||
        !(st->plays = calloc(n + 1, sizeof *st->plays))) {
        stage_free(st);
        return err_set(e, ERR_BUG, "out of memory");
    }
    for (; st->count < n; st->count++) {
        struct play *p = &st->plays[st->count];
        *p = (struct play){.night = night, .feed = st->count};
        buf_init(&p->body, BODY_MAX);
        buf_init(&p->zipped, BODY_MAX);
        p->prefix = arena_printf(st->arena, "/%.*s/", SLICE_FMT(night->s->feeds[st->count].name));
        if (!p->prefix.ptr || !serve_add(s, p->prefix, play, p)) {
            stage_free(st);
            return err_set(e, ERR_BUG, "too many feeds");
        }
    }
    *out = st;
    return true;
}

void stage_free(struct stage *st)
{
    if (!st)
        return;
    for (size_t i = 0; i < st->count; i++) {
        buf_done(&st->plays[i].body);
        buf_done(&st->plays[i].zipped);
    }
    free(st->plays);
    arena_free(st->arena);
    free(st);
}
