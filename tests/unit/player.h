/* SPDX-License-Identifier: ISC */
/* Plays a night of tests/nights: a real configuration, real readers, the pure core. What a night's
 * folder holds and how its text is written: CONTRIBUTING.md. */
#ifndef TALLYD_TESTS_UNIT_PLAYER_H
#define TALLYD_TESTS_UNIT_PLAYER_H

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/base/map.h"
#include "daemon/base/num.h"
#include "daemon/base/when.h"
#include "daemon/core/core.h"
#include "daemon/plan.h"
#include "parsers/job.h"
#include "tests/unit/night_truth.h"

#define PLAYER_SHARED "../shared/feeds"
#define PLAYER_FILE ((size_t)64 << 20)
enum { PLAYER_EXPECTED = 64 };

/* A line of the night's text that does something, and those below it that say what it must do. */
struct player_step {
    int64_t when;
    size_t order; /* in the text */
    int line;
    bool recorded; /* one of many of a recording: nothing is expected of it by itself */
    uint32_t source, file;
    enum { STEP_PAYLOAD, STEP_UNCHANGED, STEP_FAILED, STEP_DESK, STEP_TICK } what;
    struct slice path, inlined, companion, version; /* PAYLOAD: path, or the bytes themselves */
    bool delta;
    struct slice words; /* FAILED, DESK */
    struct slice expected[PLAYER_EXPECTED];
    size_t expected_count;
};

/* From `when` on this person never has fewer votes on air in this race. */
struct player_floor {
    struct slice race, name;
    int64_t votes, when;
};

struct player {
    const char *name;
    char folder[200];
    struct arena *a; /* of the whole night */
    struct plan *plan;
    struct core *core;
    struct effects out;
    struct player_step *steps;
    size_t step_count, step_room;
    struct slice counts[16]; /* what all steps together must come to, a source each */
    size_t count_count;
    struct player_floor floors[8];
    size_t floor_count;
    int64_t waits;       /* how many true falls of a recording only the desk can end */
    int64_t from, to;    /* of recordings */
    bool skipped;        /* its recordings are not there */
    struct map *digests; /* "source:file" -> struct digest *: of the payload last taken */
    size_t (*payloads)[VERDICTS], (*notes)[VERDICTS]; /* by source */
    bool seen[VERDICTS];
    struct night_truth truth;
    int line; /* at hand, for messages; and the time */
    int64_t now;
};

#define PLAYER_FAIL(p, ...)                                                                        \
    do {                                                                                           \
        player_says(p);                                                                            \
        fail_msg(__VA_ARGS__);                                                                     \
    } while (0)

static inline void player_says(const struct player *p)
{
    char when[25] = "-";

    if (p->now)
        when_format(p->now, when);
    print_error("tests/nights/%s/night:%d (%s):\n", p->name, p->line, when);
}

/* ---- files ---- */

static inline struct slice player_read(struct player *p, const char *path)
{
    FILE *f = fopen(path, "rb");

    if (!f)
        return (struct slice){NULL, 0};
    fseek(f, 0, SEEK_END);
    long size = ftell(f);
    rewind(f);
    char *room = arena_alloc(p->a, (size_t)size + 1);
    assert_non_null(room);
    size_t n = fread(room, 1, (size_t)size, f);
    fclose(f);
    return (struct slice){room, n};
}

static inline const char *player_run(const char *program, char *const argv[])
{
    int status = 1;
    pid_t child = fork();

    if (child == 0) {
        if (!freopen("/dev/null", "w", stdout))
            _exit(126);
        execv(program, argv);
        _exit(127);
    }
    return child > 0 && waitpid(child, &status, 0) == child && status == 0 ? NULL : program;
}

/* Where a recording lies: its archive is unpacked once and kept for the next run. NULL: there are
 * none beside the project. */
static inline const char *player_feeds(struct slice archive)
{
    static char folder[300];
    const char *build = getenv("TALLYD_BUILD");
    char name[64];

    if (access(PLAYER_SHARED "/unpack", X_OK) != 0)
        return NULL;
    snprintf(folder, sizeof folder, "%s/feeds", build ? build : "build");
    snprintf(name, sizeof name, "%.*s", SLICE_FMT(archive));
    char *mkdir[] = {"mkdir", "-p", folder, NULL};
    char *unpack[] = {"unpack", folder, name, NULL};
    if (player_run("/bin/mkdir", mkdir) || player_run(PLAYER_SHARED "/unpack", unpack))
        return NULL;
    return folder;
}

/* "feeds:ARCHIVE/..." or a file of the night's own folder. ptr NULL: a recording, and not there. */
static inline struct slice player_path(struct player *p, struct slice words)
{
    if (!slice_starts(words, SLICE("feeds:")))
        return arena_printf(p->a, "%s/%.*s", p->folder, SLICE_FMT(words));
    words = slice_sub(words, 6, words.len);
    struct slice rest = words, archive;
    slice_next(&rest, '/', &archive);
    const char *folder = player_feeds(archive);
    if (!folder)
        p->skipped = true;
    return folder ? arena_printf(p->a, "%s/%.*s", folder, SLICE_FMT(words))
                  : (struct slice){NULL, 0};
}

/* ---- the text ---- */

static inline struct slice player_word(struct slice *rest)
{
    struct slice word = {"", 0};

    *rest = slice_trim(*rest);
    if (!slice_next(rest, ' ', &word))
        return SLICE("");
    *rest = slice_trim(*rest);
    return slice_trim(word);
}

/* "20:10", "25:50" of the day after, "20:10:30", all of the election's zone and day; or
 * 2025-11-02T05:30:00Z. */
static inline bool player_when(const struct player *p, struct slice s, int64_t *out)
{
    struct slice h = s, m, sec;
    int64_t hour, minute, second = 0;

    if (s.len > 8)
        return when_parse(s, false, out);
    if (!slice_next(&h, ':', &m) || !num_parse(m, 0, 99, &hour) || !slice_next(&h, ':', &sec) ||
        !num_parse(sec, 0, 59, &minute))
        return false;
    if (h.len && !num_parse(h, 0, 59, &second))
        return false;
    const struct settings *set = &p->plan->settings;
    *out = zone_from_local(set->zone, set->date + hour * WHEN_HOUR + minute * WHEN_MINUTE +
                                          second * WHEN_SECOND);
    return true;
}

static inline void player_source(struct player *p, struct slice words, uint32_t *source,
                                 uint32_t *file)
{
    struct slice name;

    slice_next(&words, '/', &name);
    for (uint32_t i = 0; i < p->plan->settings.source_count; i++) {
        const struct settings_source *s = &p->plan->settings.sources[i];
        for (uint32_t k = 0; slice_eq(s->name, name) && k < s->file_count; k++)
            if (slice_eq(s->files[k], words)) {
                *source = i;
                *file = k;
                return;
            }
    }
    PLAYER_FAIL(p, "no source or file is called %.*s", SLICE_FMT(name));
}

static inline struct player_step *player_add(struct player *p)
{
    if (p->step_count == p->step_room) {
        size_t room = p->step_room ? 2 * p->step_room : 64;
        p->steps = realloc(p->steps, room * sizeof *p->steps);
        assert_non_null(p->steps);
        p->step_room = room;
    }
    struct player_step *s = &p->steps[p->step_count];
    *s = (struct player_step){.order = p->step_count++, .line = p->line};
    return s;
}

/* PATH [with COMPANION] [version V] [delta] */
static inline void player_payload(struct player *p, struct player_step *s, struct slice rest)
{
    s->what = STEP_PAYLOAD;
    for (struct slice word; (word = player_word(&rest)).len;) {
        if (slice_is(word, "with"))
            s->companion = player_path(p, player_word(&rest));
        else if (slice_is(word, "version"))
            s->version = player_word(&rest);
        else if (slice_is(word, "delta"))
            s->delta = true;
        else
            s->path = player_path(p, word);
    }
}

static inline void player_step(struct player *p, int64_t when, struct slice rest)
{
    struct player_step *s = player_add(p);
    struct slice word = player_word(&rest);

    s->when = when;
    if (slice_is(word, "tick")) {
        s->what = STEP_TICK;
        return;
    }
    if (slice_is(word, "desk")) {
        s->what = STEP_DESK;
        s->words = rest;
        return;
    }
    player_source(p, word, &s->source, &s->file);
    word = player_word(&rest);
    s->words = rest;
    if (slice_is(word, "="))
        player_payload(p, s, rest);
    else if (slice_is(word, "unchanged"))
        s->what = STEP_UNCHANGED;
    else if (slice_is(word, "failed"))
        s->what = STEP_FAILED;
    else
        PLAYER_FAIL(p, "'%.*s' is nothing a source does", SLICE_FMT(word));
}

/* ---- recordings ---- */

static inline void player_recorded(struct player *p, const struct player_step *like, int64_t when,
                                   struct slice path, struct slice version)
{
    if (when < p->from || when > p->to || access(path.ptr, R_OK) != 0)
        return;
    struct player_step *s = player_add(p);
    size_t order = s->order;
    *s = *like;
    s->order = order;
    s->recorded = true;
    s->when = when;
    s->path = path;
    s->version = version;
}

/* "2024-11-05-{nnn}-{YYYY-MM-DDThhmm}.txt": in braces n is any digit, and Y M D h m s digits of the
 * local time. */
static inline bool player_name_time(const struct player *p, struct slice pattern, struct slice name,
                                    int64_t *when)
{
    static const char letters[] = "YMDhms";
    int64_t n[6] = {0};
    bool in = false;
    size_t at = 0;

    for (size_t i = 0; i < pattern.len; i++) {
        char c = pattern.ptr[i];
        if (c == '{' || c == '}') {
            in = c == '{';
            continue;
        }
        const char *l = in ? strchr(letters, c) : NULL;
        char is = at < name.len ? name.ptr[at] : '\0';
        bool digit = is >= '0' && is <= '9';
        if (in && (l || c == 'n') ? !digit : is != c)
            return false;
        if (l)
            n[l - letters] = 10 * n[l - letters] + (is - '0');
        at++;
    }
    struct slice day = arena_printf(p->a, "%04d-%02d-%02d", (int)n[0], (int)n[1], (int)n[2]);
    if (at != name.len || !when_parse_date(day, when))
        return false;
    *when = zone_from_local(p->plan->settings.zone,
                            *when + n[3] * WHEN_HOUR + n[4] * WHEN_MINUTE + n[5] * WHEN_SECOND);
    return true;
}

/* play SOURCE[/FILE] FOLDER PATTERN [with END]: each file of the folder whose name fits; with the
 * companion whose name ends otherwise from its first dot on. */
static inline void player_play(struct player *p, struct slice rest)
{
    struct player_step like = {.line = p->line, .what = STEP_PAYLOAD};
    char wild[600];
    glob_t found;

    player_source(p, player_word(&rest), &like.source, &like.file);
    struct slice folder = player_path(p, player_word(&rest)), pattern = player_word(&rest);
    player_word(&rest);
    struct slice other = player_word(&rest);
    if (!folder.ptr)
        return;
    snprintf(wild, sizeof wild, "%.*s/*", SLICE_FMT(folder));
    assert_int_equal(glob(wild, 0, NULL, &found), 0);
    size_t before = p->step_count;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct slice path = arena_copy(p->a, slice_of(found.gl_pathv[i]));
        struct slice name = slice_sub(path, folder.len + 1, path.len);
        int64_t when;
        if (!player_name_time(p, pattern, name, &when))
            continue;
        if (other.len) /* called alike up to its first dot */
            like.companion = arena_printf(
                p->a, "%.*s/%.*s%.*s", SLICE_FMT(folder),
                SLICE_FMT(slice_sub(name, 0, slice_find(name, SLICE(".")))), SLICE_FMT(other));
        player_recorded(p, &like, when, path, SLICE(""));
    }
    globfree(&found);
    if (p->step_count == before)
        PLAYER_FAIL(p, "no file of %.*s fits", SLICE_FMT(folder));
}

/* The pointer as observed, where its recorder did not damage it; else a number from the row's
 * place. */
static inline struct slice player_observed(struct player *p, struct slice pointers,
                                           struct slice time, struct slice row, int64_t base)
{
    struct slice line, found = {NULL, 0};
    int64_t n = 0;

    while (slice_next(&pointers, '\n', &line)) {
        struct slice at, version = {NULL, 0};
        if (!slice_next(&line, ' ', &at) || at.len < 20 || slice_cmp(at, time) > 0)
            continue;
        slice_next(&line, ' ', &version);
        found = slice_trim(version);
    }
    if (num_parse(found, 0, 999999, &n) && found.len == 6)
        return found;
    return num_parse(row, 0, 10000, &n) ? arena_printf(p->a, "%lld", (long long)(base + n))
                                        : SLICE("");
}

/* manifest SOURCE FOLDER [pointer FILE BASE] [with COMPANION]: the rows of FOLDER/MANIFEST.tsv,
 * "number, time, status, file". */
static inline void player_manifest(struct player *p, struct slice rest)
{
    struct player_step like = {.line = p->line, .what = STEP_PAYLOAD};
    struct slice pointers = {NULL, 0}, line;
    int64_t base = 0;

    player_source(p, player_word(&rest), &like.source, &like.file);
    struct slice folder = player_path(p, player_word(&rest));
    for (struct slice word; (word = player_word(&rest)).len;) {
        struct slice path = player_path(p, player_word(&rest));
        if (!path.ptr)
            return;
        if (slice_is(word, "with")) {
            like.companion = path;
            continue;
        }
        pointers = player_read(p, path.ptr);
        assert_true(num_parse(player_word(&rest), 0, INT32_MAX, &base));
    }
    if (!folder.ptr)
        return;
    struct slice list =
        player_read(p, arena_printf(p->a, "%.*s/MANIFEST.tsv", SLICE_FMT(folder)).ptr);
    assert_non_null(list.ptr);
    while (slice_next(&list, '\n', &line)) {
        struct slice f[4] = {{NULL, 0}};
        int64_t when;
        for (size_t i = 0; i < 4; i++)
            slice_next(&line, '\t', &f[i]);
        if (!when_parse(f[1], false, &when))
            continue;
        struct slice version =
            pointers.ptr ? player_observed(p, pointers, f[1], f[0], base) : SLICE("");
        player_recorded(p, &like, when,
                        arena_printf(p->a, "%.*s/%.*s", SLICE_FMT(folder), SLICE_FMT(f[3])),
                        version);
    }
}

/* ---- lines ---- */

static inline void player_floor(struct player *p, struct slice rest)
{
    struct player_floor *f = &p->floors[p->floor_count++];

    f->race = player_word(&rest);
    f->name = player_word(&rest);
    if (!num_parse(player_word(&rest), 0, INT64_MAX, &f->votes) ||
        !slice_is(player_word(&rest), "from") || !player_when(p, rest, &f->when))
        PLAYER_FAIL(p, "floor RACE NAME VOTES from TIME");
}

static inline void player_line(struct player *p, struct slice line)
{
    struct slice rest = line, word = player_word(&rest);
    int64_t when;

    if (slice_is(word, "play"))
        player_play(p, rest);
    else if (slice_is(word, "manifest"))
        player_manifest(p, rest);
    else if (slice_is(word, "counts"))
        p->counts[p->count_count++] = rest;
    else if (slice_is(word, "waits")) {
        if (!num_parse(rest, 0, INT32_MAX, &p->waits))
            PLAYER_FAIL(p, "waits NUMBER");
    } else if (slice_is(word, "floor"))
        player_floor(p, rest);
    else if (slice_is(word, "window")) {
        if (!player_when(p, player_word(&rest), &p->from) || !player_when(p, rest, &p->to))
            PLAYER_FAIL(p, "window FROM TO");
    } else if (player_when(p, word, &when))
        player_step(p, when, rest);
    else
        PLAYER_FAIL(p, "no line begins with '%.*s'", SLICE_FMT(word));
}

static inline void player_parse(struct player *p, struct slice text)
{
    struct slice line;

    for (p->line = 1; slice_next(&text, '\n', &line); p->line++) {
        struct player_step *last = p->step_count ? &p->steps[p->step_count - 1] : NULL;
        struct slice trimmed = slice_trim(line);
        if (!trimmed.len || trimmed.ptr[0] == '#')
            continue;
        if (line.ptr[0] == '>') { /* a line of the payload; the payload is all such lines */
            if (!last || last->what != STEP_PAYLOAD || last->path.len)
                PLAYER_FAIL(p, "a line of a payload that is not there");
            line = slice_sub(line, line.len > 1 && line.ptr[1] == ' ' ? 2 : 1, line.len);
            last->inlined =
                arena_printf(p->a, "%.*s%.*s\n", SLICE_FMT(last->inlined), SLICE_FMT(line));
        } else if (line.ptr[0] == ' ') {
            if (!last || last->expected_count == PLAYER_EXPECTED)
                PLAYER_FAIL(p, "an expectation of nothing, or one too many");
            last->expected[last->expected_count++] = trimmed;
        } else {
            player_line(p, trimmed);
        }
    }
}

static inline int player_order(const void *a, const void *b)
{
    const struct player_step *x = a, *y = b;

    if (x->when != y->when)
        return x->when < y->when ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

#endif
