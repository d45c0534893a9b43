/* SPDX-License-Identifier: ISC */
/* Recorded nights out of manifests. */
#include "tests/sim/record.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/arena.h"
#include "daemon/base/num.h"
#include "daemon/base/when.h"

#define RECORD_MAX ((size_t)1 << 30)
#define TRACKS_MAX 64
#define STEPS_MAX 20000
#define WORDS_MAX 8

struct step {
    int64_t time_ms, row;
    struct slice body;
    const char *type;
    struct slice version; /* of a versioned track */
};

struct track { /* one folder, being played */
    struct step *steps;
    size_t count, at; /* `at`: the one on air */
    bool served;      /* its body has been asked for */
    struct slice name;
};

struct record {
    struct arena *arena;
    const char *root;
    int64_t start_ms;
    struct track *tracks[TRACKS_MAX];
    size_t track_count;
};

/* ---- reading ---- */

static bool slurp(struct record *r, const char *path, struct slice *out, struct err *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0) {
        if (fd >= 0)
            close(fd);
        return err_errno(e, ERR_NOINPUT, "%s", path);
    }
    char *p = arena_alloc(r->arena, (size_t)st.st_size + 1);
    ssize_t n = p ? read(fd, p, (size_t)st.st_size) : -1;
    close(fd);
    if (n != st.st_size)
        return err_set(e, ERR_DATA, "%s: cannot be read whole", path);
    *out = (struct slice){p, (size_t)n};
    return true;
}

static struct slice below(struct record *r, struct slice folder, struct slice name)
{
    return arena_printf(r->arena, "%s/%.*s/%.*s", r->root, SLICE_FMT(folder), SLICE_FMT(name));
}

static struct slice inside(struct record *r, struct slice path)
{
    return arena_printf(r->arena, "%s/%.*s", r->root, SLICE_FMT(path));
}

static const char *type_of(struct slice name)
{
    return slice_find(name, SLICE(".html")) != SIZE_MAX ? "text/html"
           : slice_ends(name, SLICE(".json"))           ? "application/json"
           : slice_ends(name, SLICE(".xml"))            ? "text/xml"
                                                        : "application/octet-stream";
}

/* "poll_no TAB time TAB commit TAB file TAB ..."; rows whose file is not there are skipped. */
static bool read_step(struct record *r, struct slice folder, struct slice line, struct step *out,
                      bool *there, struct err *e)
{
    struct slice word[WORDS_MAX] = {{0}};
    size_t n = 0;
    *there = false;
    while (n < WORDS_MAX && slice_next(&line, '\t', &word[n]))
        n++;
    if (n < 4 || !num_parse(word[0], 0, INT64_MAX, &out->row))
        return true;
    if (!when_parse(word[1], true, &out->time_ms))
        return err_set(e, ERR_DATA, "%.*s/MANIFEST.tsv: '%.*s' is no time", SLICE_FMT(folder),
                       SLICE_FMT(word[1]));
    struct slice path = below(r, folder, word[3]);
    if (access(path.ptr, R_OK) != 0)
        return true;
    out->type = type_of(word[3]);
    *there = true;
    return slurp(r, path.ptr, &out->body, e);
}

static bool read_track(struct record *r, struct slice folder, struct track **out, struct err *e)
{
    struct slice text, line;
    struct track *t = arena_alloc(r->arena, sizeof *t);
    if (!t || !(t->steps = arena_array(r->arena, STEPS_MAX, sizeof *t->steps)) ||
        r->track_count == TRACKS_MAX)
        return err_set(e, ERR_BUG, "too much to play");
    if (!slurp(r, below(r, folder, SLICE("MANIFEST.tsv")).ptr, &text, e))
        return false;
    while (slice_next(&text, '\n', &line)) {
        bool there;
        if (t->count == STEPS_MAX || !read_step(r, folder, line, &t->steps[t->count], &there, e))
            return t->count < STEPS_MAX
                       ? false
                       : err_set(e, ERR_DATA, "%.*s: too many steps", SLICE_FMT(folder));
        t->count += there;
    }
    if (t->count == 0)
        return err_set(e, ERR_DATA, "%.*s: nothing to play", SLICE_FMT(folder));
    while (t->at + 1 < t->count && t->steps[t->at + 1].time_ms <= r->start_ms)
        t->at++;
    r->tracks[r->track_count++] = t;
    *out = t;
    return true;
}

/* ---- versions ---- */

static bool six_digits(struct slice s)
{
    int64_t n;
    return s.len == 6 && num_parse(s, 0, 999999, &n);
}

/* What the recorded pointer said at `time_ms`; empty before the first row. */
static struct slice pointer_at(struct slice text, int64_t time_ms)
{
    struct slice line, found = {0}, when;
    int64_t t;
    while (slice_next(&text, '\n', &line)) {
        if (!slice_next(&line, slice_find(line, SLICE("\t")) < 40 ? '\t' : ' ', &when) ||
            !when_parse(when, true, &t))
            continue;
        if (t > time_ms)
            break;
        found = slice_trim(line);
    }
    return found;
}

static bool read_versions(struct record *r, struct track *t, struct slice pointers, int64_t first,
                          struct err *e)
{
    struct slice text;
    if (!slurp(r, inside(r, pointers).ptr, &text, e))
        return false;
    for (size_t i = 0; i < t->count; i++) {
        struct step *s = &t->steps[i];
        s->version = pointer_at(text, s->time_ms);
        if (!six_digits(s->version))
            s->version = arena_printf(r->arena, "%lld", (long long)(first + s->row));
    }
    return true;
}

/* ---- playing ---- */

static bool next_is_due(const struct track *t, int64_t now_ms)
{
    return t->at + 1 < t->count && t->steps[t->at + 1].time_ms <= now_ms;
}

static void give(struct track *t, bool etag, struct serve_answer *out)
{
    const struct step *s = &t->steps[t->at];
    out->type = s->type;
    out->body = s->body;
    out->modified_ms = s->time_ms;
    out->etag = etag;
    t->served = true;
}

static bool play_sequence(struct slice rest, struct slice query, int64_t now_ms,
                          struct serve_answer *out, void *ctx)
{
    (void)query;
    struct track *t = ctx;
    if (rest.len > 0)
        return false;
    if (t->served && next_is_due(t, now_ms))
        t->at++;
    give(t, true, out);
    return true;
}

/* A pointer that goes back to a version whose body went out before: no client asks for that again.
 */
static bool known_before(const struct track *t)
{
    const struct step *now = &t->steps[t->at];
    for (size_t i = 0; i < t->at; i++)
        if (slice_eq(t->steps[i].version, now->version) && slice_eq(t->steps[i].body, now->body))
            return true;
    return false;
}

static bool play_pointer(struct track *t, int64_t now_ms, struct serve_answer *out)
{
    if (t->served && next_is_due(t, now_ms)) {
        t->at++;
        t->served = false;
    }
    t->served |= known_before(t);
    out->type = "text/plain";
    out->body = t->steps[t->at].version;
    out->modified_ms = t->steps[t->at].time_ms;
    out->etag = true;
    return true;
}

/* The body of a version is that of its latest step so far: a page in its place may give way to
 * data. */
static bool play_version(struct track *t, struct slice version, int64_t now_ms,
                         struct serve_answer *out)
{
    if (slice_eq(version, t->steps[t->at].version)) {
        if (t->served && next_is_due(t, now_ms) && slice_eq(t->steps[t->at + 1].version, version))
            t->at++;
        give(t, false, out);
        return true;
    }
    for (size_t i = t->at; i-- > 0;)
        if (slice_eq(t->steps[i].version, version)) {
            out->type = t->steps[i].type;
            out->body = t->steps[i].body;
            out->modified_ms = t->steps[i].time_ms;
            return true;
        }
    return false;
}

static bool play_versioned(struct slice rest, struct slice query, int64_t now_ms,
                           struct serve_answer *out, void *ctx)
{
    (void)query;
    struct track *t = ctx;
    struct slice version;
    if (slice_is(rest, "/current_ver.txt"))
        return play_pointer(t, now_ms, out);
    rest = slice_sub(rest, 1, rest.len);
    return slice_next(&rest, '/', &version) && slice_eq(rest, t->name) &&
           play_version(t, version, now_ms, out);
}

static bool play_file(struct slice rest, struct slice query, int64_t now_ms,
                      struct serve_answer *out, void *ctx)
{
    (void)query;
    const struct step *s = ctx;
    (void)now_ms;
    out->type = s->type;
    out->body = s->body;
    out->etag = true;
    return rest.len == 0;
}

/* ---- the night file ---- */

static bool add_line(struct record *r, struct serve *s, struct slice line, struct err *e)
{
    struct slice word[WORDS_MAX] = {{0}};
    struct track *t;
    int64_t first = 0;
    size_t n = 0;
    while (n < WORDS_MAX && slice_next(&line, ' ', &word[n]))
        n++;
    if (n == 3 && slice_is(word[0], "file")) {
        struct step *step = arena_alloc(r->arena, sizeof *step);
        step->type = type_of(word[2]);
        return slurp(r, inside(r, word[2]).ptr, &step->body, e) &&
               serve_add(s, word[1], play_file, step);
    }
    if (n == 3 && slice_is(word[0], "sequence"))
        return read_track(r, word[2], &t, e) && serve_add(s, word[1], play_sequence, t);
    if (n == 6 && slice_is(word[0], "versioned") && num_parse(word[5], 0, INT64_MAX, &first)) {
        if (!read_track(r, word[2], &t, e) || !read_versions(r, t, word[4], first, e))
            return false;
        t->name = word[3];
        return serve_add(s, word[1], play_versioned, t);
    }
    return err_set(e, ERR_DATA, "night file: cannot understand a line that begins with '%.*s'",
                   SLICE_FMT(word[0]));
}

struct record *record_new(struct serve *s, const char *night_file, const char *root,
                          int64_t start_ms, struct err *e)
{
    struct record *r = calloc(1, sizeof *r);
    struct slice text, line;
    if (!r || !(r->arena = arena_new(RECORD_MAX))) {
        record_free(r);
        err_set(e, ERR_BUG, "out of memory");
        return NULL;
    }
    r->root = root;
    r->start_ms = start_ms;
    bool ok = slurp(r, night_file, &text, e);
    while (ok && slice_next(&text, '\n', &line))
        if (line.len > 0 && line.ptr[0] != '#')
            ok = add_line(r, s, line, e);
    if (ok)
        return r;
    record_free(r);
    return NULL;
}

void record_free(struct record *r)
{
    if (!r)
        return;
    arena_free(r->arena);
    free(r);
}

int64_t record_behind(const struct record *r, int64_t now_ms)
{
    int64_t behind = 0;
    for (size_t i = 0; i < r->track_count; i++) {
        const struct track *t = r->tracks[i];
        behind += !t->served;
        for (size_t k = t->at + 1; k < t->count && t->steps[k].time_ms <= now_ms; k++)
            behind++;
    }
    return behind;
}
