/* SPDX-License-Identifier: ISC */
/* Addresses to payloads. A version is a moment: what it says never changes. */
#include "tests/sim/stage.h"

#include <stdlib.h>

#include "daemon/base/num.h"
#include "daemon/base/when.h"

#define BODY_MAX ((size_t)64 << 20)

struct play { /* one feed */
    struct write write;
    struct slice prefix;
    struct buf path, body, zipped;
    char version[8];
};

struct stage {
    struct arena *arena;
    struct play *plays;
    size_t count;
};

bool stage_versioned(struct write *w)
{
    struct buf path;
    buf_init(&path, 4096);
    write_path(w, &path);
    bool is = slice_find(buf_slice(&path), SLICE("{version}/")) != SIZE_MAX;
    buf_done(&path);
    return is;
}

static bool give(struct play *p, const struct template *what, int64_t t, struct serve_answer *out)
{
    buf_clear(&p->body);
    write_payload(&p->write, what, t, &p->body);
    out->type = what->type.ptr;
    out->body = buf_slice(&p->body);
    out->modified_ms = t;
    return !p->body.failed;
}

/* The feed's own file. */
static bool give_own(struct play *p, int64_t t, struct serve_answer *out)
{
    const struct template *own = p->write.template;
    if (!give(p, own, t, out))
        return false;
    if (p->write.feed->zip) {
        buf_clear(&p->zipped);
        write_zip(own->zip_member, out->body, &p->zipped);
        out->type = "application/x-zip-compressed";
        out->body = buf_slice(&p->zipped);
        out->no_gzip = true;
    }
    return !p->zipped.failed;
}

static bool give_companion(struct play *p, struct slice path, int64_t t, struct serve_answer *out)
{
    const struct template *own = p->write.template;
    for (size_t i = 0; i < own->companion_count; i++) {
        const struct template_companion *c = &own->companions[i];
        if (slice_eq(c->path, path)) {
            out->etag = true;
            return give(p, c->what, c->early ? p->write.night->s->date : t, out);
        }
    }
    return false;
}

static bool give_version(struct play *p, int64_t t, struct serve_answer *out)
{
    struct buf text;
    buf_init(&text, sizeof p->version);
    buf_addf(&text, "%lld", (long long)write_version(&p->write, t));
    for (size_t i = 0; i < text.len; i++)
        p->version[i] = text.ptr[i];
    out->body = (struct slice){p->version, text.len};
    out->type = "text/plain";
    out->modified_ms = t;
    out->etag = true;
    buf_done(&text);
    return true;
}

/* "minDateTime=2026-11-04T02%3a15%3a00.194Z": what has changed since. */
static int64_t read_since(struct slice query)
{
    struct slice pair;
    int64_t since = WHEN_UNKNOWN;
    while (slice_next(&query, '&', &pair)) {
        char text[40];
        size_t n = 0;
        if (!slice_starts(pair, SLICE("minDateTime=")))
            continue;
        for (size_t i = sizeof "minDateTime=" - 1; i < pair.len && n < sizeof text; i++) {
            bool colon = slice_starts(slice_sub(pair, i, pair.len), SLICE("%3a"));
            text[n++] = colon ? ':' : pair.ptr[i];
            i += colon ? 2 : 0;
        }
        if (!when_parse((struct slice){text, n}, false, &since))
            since = WHEN_UNKNOWN;
    }
    return since;
}

/* VERSION/ and what stands behind it: a version that is, and the path as the feed has it. */
static bool give_of_version(struct play *p, struct slice rest, int64_t t, struct serve_answer *out)
{
    const struct scenario_feed *f = p->write.feed;
    struct slice path = buf_slice(&p->path), word;
    int64_t version;
    bool listed = f->counties && slice_starts(rest, SLICE(WRITE_ELECTION "/"));
    if (f->counties)
        slice_next(&path, '/', &word);
    slice_next(&path, '/', &word);
    if (listed)
        slice_next(&rest, '/', &word);
    if (!slice_next(&rest, '/', &word) ||
        !num_parse(word, WRITE_VERSION, WRITE_VERSION + 100000, &version))
        return false;
    int64_t of = p->write.night->s->date + (version - WRITE_VERSION) * f->every_ms;
    if (of > t)
        return false;
    if (!f->counties || listed)
        return slice_eq(rest, path) && give_own(p, of, out);
    struct slice list = p->write.template->counties.path;
    slice_next(&list, '/', &word);
    return slice_eq(rest, list) && give(p, p->write.template->counties.what, of, out);
}

static bool play(struct slice rest, struct slice query, int64_t now_ms, struct serve_answer *out,
                 void *ctx)
{
    struct play *p = ctx;
    int64_t t = generate_written(p->write.night->s, p->write.feed, now_ms);
    p->write.since = read_since(query);
    if (give_companion(p, rest, t, out))
        return true;
    if (stage_versioned(&p->write))
        return slice_is(rest, "current_ver.txt") ? give_version(p, t, out)
                                                 : give_of_version(p, rest, t, out);
    out->etag = true;
    return slice_eq(rest, buf_slice(&p->path)) && give_own(p, t, out);
}

static bool add_play(struct stage *st, const struct generate *night, struct serve *s)
{
    struct play *p = &st->plays[st->count];
    buf_init(&p->path, 4096);
    buf_init(&p->body, BODY_MAX);
    buf_init(&p->zipped, BODY_MAX);
    if (!write_begin(&p->write, night, st->count, st->arena))
        return false;
    write_path(&p->write, &p->path);
    p->prefix = arena_printf(st->arena, "/%.*s/", SLICE_FMT(p->write.feed->name));
    p->write.site = arena_printf(st->arena, "http://127.0.0.1:%d/%.*s", serve_port(s),
                                 SLICE_FMT(p->write.feed->name));
    return p->prefix.ptr && p->write.site.ptr && serve_add(s, p->prefix, play, p);
}

bool stage_new(const struct generate *night, struct serve *s, struct stage **out, struct err *e)
{
    struct stage *st = calloc(1, sizeof *st);
    size_t n = night->s->feed_count;
    if (!st || !(st->arena = arena_new((size_t)64 << 20)) ||
        !(st->plays = calloc(n + 1, sizeof *st->plays))) {
        stage_free(st);
        return err_set(e, ERR_BUG, "out of memory");
    }
    for (; st->count < n; st->count++)
        if (!add_play(st, night, s)) {
            st->count++;
            stage_free(st);
            return err_set(e, ERR_BUG, "too many feeds");
        }
    *out = st;
    return true;
}

void stage_free(struct stage *st)
{
    if (!st)
        return;
    for (size_t i = 0; i < st->count; i++) {
        buf_done(&st->plays[i].path);
        buf_done(&st->plays[i].body);
        buf_done(&st->plays[i].zipped);
    }
    free(st->plays);
    arena_free(st->arena);
    free(st);
}
