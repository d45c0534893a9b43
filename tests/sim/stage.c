/* SPDX-License-Identifier: ISC */
/* Addresses to payloads. A version is a moment: what it says never changes. */
#include "tests/sim/stage.h"

#include <stdlib.h>

#include "daemon/base/num.h"
#include "daemon/base/when.h"

#define BODY_MAX ((size_t)64 << 20)
#define FIRST_VERSION 310000

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
    bool is = slice_starts(buf_slice(&path), SLICE("{version}/"));
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
    int64_t n = FIRST_VERSION + (t - p->write.night->s->date) / p->write.feed->every_ms;
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
    const struct scenario_feed *f = p->write.feed;
    int64_t date = p->write.night->s->date, version;
    struct slice path = buf_slice(&p->path), first;
    int64_t t = generate_written(p->write.night->s, f, now_ms);
    if (give_companion(p, rest, t, out))
        return true;
    if (!slice_starts(path, SLICE("{version}/"))) {
        out->etag = true;
        return slice_eq(rest, path) && give_own(p, t, out);
    }
    if (slice_is(rest, "current_ver.txt"))
        return give_version(p, t, out);
    slice_next(&path, '/', &first);
    if (!slice_next(&rest, '/', &first) || !slice_eq(rest, path) ||
        !num_parse(first, FIRST_VERSION, FIRST_VERSION + 100000, &version))
        return false;
    int64_t of = date + (version - FIRST_VERSION) * f->every_ms;
    return of <= t && give_own(p, of, out);
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
    return p->prefix.ptr && serve_add(s, p->prefix, play, p);
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
