/* SPDX-License-Identifier: ISC */
/* The night simulator: serves a recorded or an invented night over real HTTP, on loopback. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "daemon/base/num.h"
#include "daemon/base/when.h"
#include "daemon/clock.h"
#include "tests/sim/record.h"
#include "tests/sim/setup.h"
#include "tests/sim/stage.h"

#define NIGHT_MAX ((size_t)256 << 20)

struct options {
    const char *night, *root, *scenario;
    const char *formats; /* --formats: the folder of templates */
    const char *config;  /* --write-config */
    int64_t figures;     /* --figures; WHEN_UNKNOWN */
    bool list;
    struct clock clock;
    int64_t port;
};

/* What is played: one of the two. */
struct show {
    struct record *record;
    struct arena *arena;
    struct templates templates;
    struct scenario scenario;
    struct generate generated;
    struct stage *stage;
};

static void usage(FILE *out)
{
    fputs("usage: sim --night FILE --root DIR [--clock T[,N[,AT]]] [--port N]\n"
          "       sim --scenario FILE [--clock T[,N[,AT]]] [--port N]\n"
          "       sim --scenario FILE --write-config DIR --port N | --list | --figures T\n"
          "  Plays a recorded or an invented night. Prints `port N` when it listens on 127.0.0.1,\n"
          "  and what it served when it is told to stop.\n"
          "  --write-config  what tallyd needs to watch the invented night at that port\n"
          "  --list          its contests and candidates\n"
          "  --figures T     what each feed says at that time, as CSV\n"
          "  --formats DIR   the templates of an invented night's formats; tests/sim/formats\n",
          out);
}

static bool parse_option(int c, struct options *o, struct err *e)
{
    switch (c) {
    case 'n':
        o->night = optarg;
        return true;
    case 'r':
        o->root = optarg;
        return true;
    case 's':
        o->scenario = optarg;
        return true;
    case 'F':
        o->formats = optarg;
        return true;
    case 'w':
        o->config = optarg;
        return true;
    case 'l':
        o->list = true;
        return true;
    case 'f':
        return when_parse(slice_of(optarg), false, &o->figures) ||
               err_set(e, ERR_USAGE, "--figures %s: must be like 2026-11-04T02:00:00Z", optarg);
    case 'p':
        return num_parse(slice_of(optarg), 0, 65535, &o->port) ||
               err_set(e, ERR_USAGE, "--port %s: must be a number up to 65535", optarg);
    case 'c':
        return clock_parse(slice_of(optarg), &o->clock, e);
    }
    return err_set(e, ERR_USAGE, "wrong usage");
}

static bool parse(int argc, char **argv, struct options *o)
{
    static const struct option longs[] = {
        {"night", required_argument, NULL, 'n'},        {"root", required_argument, NULL, 'r'},
        {"scenario", required_argument, NULL, 's'},     {"formats", required_argument, NULL, 'F'},
        {"write-config", required_argument, NULL, 'w'}, {"list", no_argument, NULL, 'l'},
        {"figures", required_argument, NULL, 'f'},      {"clock", required_argument, NULL, 'c'},
        {"port", required_argument, NULL, 'p'},         {0}};
    struct err e = {0};
    int c;
    while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
        if (!parse_option(c, o, &e)) {
            fprintf(stderr, "sim: %s\n", e.text);
            return false;
        }
    return optind == argc && (o->scenario ? !o->night : o->night && o->root);
}

static int64_t now(void *ctx)
{
    const struct options *o = ctx;
    return clock_now(&o->clock);
}

static void on_stop(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what;
    event_base_loopbreak(ctx);
}

/* ---- an invented night ---- */

static bool read_file(const char *path, struct arena *a, struct slice *out, struct err *e)
{
    struct buf text;
    char chunk[65536];
    size_t n;
    FILE *f = fopen(path, "re");
    if (!f)
        return err_errno(e, ERR_NOINPUT, "%s", path);
    buf_init(&text, NIGHT_MAX);
    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        buf_add(&text, (struct slice){chunk, n});
    bool ok = !ferror(f) && !text.failed;
    fclose(f);
    *out = arena_copy(a, buf_slice(&text));
    buf_done(&text);
    return (ok && out->ptr) || err_set(e, ERR_DATA, "%s: cannot be read whole", path);
}

static bool invent(const struct options *o, struct show *show, struct err *e)
{
    struct slice text;
    if (!(show->arena = arena_new(NIGHT_MAX)))
        return err_set(e, ERR_BUG, "out of memory");
    if (!read_file(o->scenario, show->arena, &text, e))
        return false;
    if (!templates_load(o->formats, show->arena, &show->templates, e))
        return false;
    return (scenario_read(text, &show->templates, show->arena, &show->scenario, e) &&
            generate_night(&show->scenario, show->arena, &show->generated, e)) ||
           err_prefix(e, "%s", o->scenario);
}

/* What is asked of the scenario without playing it. */
static int answer(const struct options *o, const struct show *show, struct err *e)
{
    struct buf out;
    if (o->config)
        return setup_write(&show->generated, o->config, (int)o->port, e) ? 0 : (int)e->kind;
    buf_init(&out, NIGHT_MAX);
    bool ok = true;
    if (o->list)
        setup_list(&show->generated, &out);
    else
        ok = setup_figures(&show->generated, o->figures, &out, e);
    ok = ok && !out.failed && fwrite(out.ptr, 1, out.len, stdout) == out.len && fflush(stdout) == 0;
    buf_done(&out);
    return ok || err_set(e, ERR_BUG, "the output could not be written") ? 0 : (int)e->kind;
}

/* ---- playing ---- */

static bool set_stage(struct options *o, struct serve *s, struct show *show, struct err *e)
{
    if (o->scenario)
        return stage_new(&show->generated, s, &show->stage, e);
    show->record = record_new(s, o->night, o->root, now(o), e);
    return show->record != NULL;
}

static void report(struct options *o, const struct serve *s, const struct show *show)
{
    struct serve_counts c = serve_counts(s);
    printf("served %lld unchanged %lld missing %lld bytes %lld behind %lld\n", (long long)c.full,
           (long long)c.unchanged, (long long)c.missing, (long long)c.bytes,
           (long long)(show->record ? record_behind(show->record, now(o)) : 0));
}

static int play(struct options *o, struct show *show, struct err *e)
{
    int code = 0;
    struct event *term = NULL, *intr = NULL;
    struct event_base *base = event_base_new();
    struct serve *s = base ? serve_new(base, (int)o->port, now, o, e) : NULL;
    if (!s || !set_stage(o, s, show, e)) {
        code = e->kind ? (int)e->kind : ERR_BUG;
        goto out;
    }
    term = evsignal_new(base, SIGTERM, on_stop, base);
    intr = evsignal_new(base, SIGINT, on_stop, base);
    evsignal_add(term, NULL);
    evsignal_add(intr, NULL);
    printf("port %d\n", serve_port(s));
    fflush(stdout);
    event_base_dispatch(base);
    report(o, s, show);
    event_free(term);
    event_free(intr);
out:
    stage_free(show->stage);
    record_free(show->record);
    serve_free(s);
    if (base)
        event_base_free(base);
    return code;
}

int main(int argc, char **argv)
{
    struct options o = {
        .formats = "tests/sim/formats", .clock = clock_real(), .figures = WHEN_UNKNOWN};
    struct show show = {0};
    struct err e = {0};
    int code;
    if (!parse(argc, argv, &o)) {
        usage(stderr);
        return ERR_USAGE;
    }
    signal(SIGPIPE, SIG_IGN);
    if (o.scenario && !invent(&o, &show, &e))
        code = (int)e.kind;
    else if (o.config || o.list || o.figures != WHEN_UNKNOWN)
        code = answer(&o, &show, &e);
    else
        code = play(&o, &show, &e);
    if (code != 0)
        fprintf(stderr, "sim: %s\n", e.text);
    arena_free(show.arena);
    return code;
}
