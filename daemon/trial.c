/* SPDX-License-Identifier: ISC */
/* Fetch it, read it in every way, judge it, report. */
#include "daemon/trial.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/presets.h"
#include "daemon/base/log.h"
#include "daemon/base/text.h"
#include "daemon/base/when.h"
#include "daemon/edge/answer.h"
#include "daemon/edge/process.h"
#include "daemon/edge/timer.h"
#include "daemon/edge/workers.h"
#include "daemon/trial_report.h"

#define MEMORY_MAX ((size_t)256 << 20)
#define REPORT_MAX ((size_t)64 << 20)
#define TEXTS_MAX ((size_t)4 << 20)
#define NOTES_MAX 1000
#define NAME "tested" /* of a source that is none yet */
#define TRIES "try"   /* begins the names of those that stand for a format each */

struct trial {
    const struct app_args *args;
    const struct trial_args *what;
    struct arena *arena;
    struct event_base *base;
    struct workers *workers;
    struct plan *plan;   /* of the source alone */
    struct plan *others; /* of a source for each format; NULL: none could be made */
    struct clock clock;
    struct metrics metrics;
    struct river *river;
    struct trial_found found;
    size_t under_way; /* attempts */
};

/* ---- what is tried ---- */

static bool is_url(const char *what)
{
    return strstr(what, "://") != NULL;
}

static bool is_place(const char *what)
{
    return strchr(what, '/') != NULL;
}

/* The section it would have. */
static bool write_section(const struct trial *t, struct slice format, struct buf *out,
                          struct err *e)
{
    const char *what = t->what->what;
    char *path = is_url(what) ? NULL : realpath(what, NULL);
    bool ok = is_url(what) || path != NULL || err_errno(e, ERR_NOINPUT, "%s", what);
    buf_addf(out, "[source " NAME "]\n%s = %s\n", is_url(what) ? "url" : "path",
             path ? path : what);
    if (format.len > 0)
        buf_addf(out, "format = %.*s\n", SLICE_FMT(format));
    for (int i = 0; ok && i < t->what->key_count; i++) {
        struct slice value = slice_of(t->what->keys[i]), key;
        bool said = slice_find(value, SLICE("=")) != SIZE_MAX && slice_next(&value, '=', &key);
        if (!said || slice_find(value, SLICE("\n")) != SIZE_MAX)
            ok = err_set(e, ERR_USAGE, "'%s' is no KEY=VALUE of a source", t->what->keys[i]);
        else
            buf_addf(out, "%.*s = %.*s\n", SLICE_FMT(slice_trim(key)),
                     SLICE_FMT(slice_trim(value)));
    }
    free(path);
    return ok && (!out->failed || err_set(e, ERR_USAGE, "the keys are too long"));
}

static bool says_format(const struct trial *t)
{
    for (int i = 0; i < t->what->key_count; i++)
        if (slice_eq(slice_trim(slice_sub(slice_of(t->what->keys[i]), 0, 6)), SLICE("format")))
            return true;
    return false;
}

static bool load(const struct trial *t, const char *name, struct slice more, struct plan **out,
                 struct buf *problems, struct err *e)
{
    struct plan_args args = {.config = t->args->config,
                             .simulated = t->args->clock.simulated,
                             .speed = t->args->clock.speed};
    args.config.more_name = more.len > 0 ? name : NULL;
    args.config.more = more;
    return plan_make(&args, out, problems, e);
}

/* Nothing but the source of this name, or, where it has counties, all that are made of it. */
static bool keep_only(struct plan *p, struct slice name)
{
    bool exactly = settings_find_source(&p->settings, name) != NONE;
    struct settings_source *kept = (struct settings_source *)p->settings.sources; /* our own */
    size_t n = 0;
    for (size_t i = 0; i < p->settings.source_count; i++) {
        struct slice is = kept[i].name;
        bool of = slice_starts(is, name) && is.len > name.len && is.ptr[name.len] == '.';
        if (!(exactly ? slice_eq(is, name) : of))
            continue;
        kept[n] = kept[i];
        p->poller_sources[n] = p->poller_sources[i];
        p->config->sources[n++] = p->config->sources[i];
    }
    p->settings.source_count = p->poller.source_count = p->config->source_count = n;
    return n > 0;
}

static bool unknown(const struct plan *p, const char *what, struct err *e)
{
    const char *near = NULL, **names = calloc(p->config->source_count + 1, sizeof *names);
    for (size_t i = 0; names && i < p->config->source_count; i++)
        names[i] = p->config->sources[i].name.ptr;
    if (names)
        near = text_did_you_mean(slice_of(what), names, p->config->source_count);
    free(names);
    return err_set(e, ERR_USAGE,
                   "no source is named '%s'%s%s%s; an address begins with https://, and a file's "
                   "path has a / in it (./FILE)",
                   what, near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}

/* A place is a source of its own now; a name is one that has all it needs. */
static bool may_be_tried(const struct trial *t, const struct plan *plan, struct slice name,
                         struct err *e)
{
    if (is_place(t->what->what))
        return settings_find_source(&plan->settings, name) != NONE ||
               err_set(e, ERR_BUG, "the source is not there");
    return t->what->key_count == 0 ||
           err_set(e, ERR_USAGE, "%s has its keys in the configuration: no '%s' here",
                   t->what->what, t->what->keys[0]);
}

/* The plan of the source alone, problems told. */
static bool make_plan(struct trial *t, struct slice format, struct err *e)
{
    bool place = is_place(t->what->what);
    struct plan *plan = NULL;
    struct buf problems, section;
    buf_init(&problems, TEXTS_MAX);
    buf_init(&section, TEXTS_MAX);
    bool ok = (!place || write_section(t, format, &section, e)) &&
              load(t, "the source", buf_slice(&section), &plan, &problems, e);
    fprintf(stderr, "%.*s", SLICE_FMT(buf_slice(&problems)));
    if (!ok && e->kind == ERR_CONFIG && slice_starts(buf_slice(&problems), SLICE("the source:")))
        err_set(e, ERR_CONFIG, "what was typed makes no source; nothing is tried");
    struct slice name = slice_of(place ? NAME : t->what->what);
    ok = ok && may_be_tried(t, plan, name, e);
    size_t all = ok ? plan->config->source_count : 0;
    if (ok && !keep_only(plan, name)) {
        plan->config->source_count = all; /* as they were */
        ok = unknown(plan, t->what->what, e);
    }
    if (ok) {
        plan_free(t->plan);
        t->plan = plan;
    } else {
        plan_free(plan);
    }
    buf_done(&section);
    buf_done(&problems);
    return ok;
}

/* ---- the formats ---- */

/* Those that need a mapping of their own read nothing without it. */
static bool reads_alone(const struct format *f)
{
    return !f->pointer && !format_takes(f, SLICE("column.x"));
}

static void write_try(const struct config_source *like, struct slice format, struct buf *out)
{
    buf_addf(out, "[source " TRIES ".%.*s]\nformat = %.*s\nurl = https://example.org/\n",
             SLICE_FMT(format), SLICE_FMT(format));
    buf_addz(out, "calls = no\n");
    if (like->state.len > 0)
        buf_addf(out, "state = %.*s\n", SLICE_FMT(like->state));
    if (like->county.len > 0)
        buf_addf(out, "county = %.*s\n", SLICE_FMT(like->county));
}

static struct slice directory_of(const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash ? (struct slice){file, (size_t)(slash - file)} : SLICE(".");
}

/* A plan of a source each, but of its own format. What is wrong with it is said of the
 * configuration elsewhere. */
static void plan_others(struct trial *t)
{
    const struct config_source *like = &t->plan->config->sources[0];
    struct slice own = t->found.format;
    struct presets presets = {0};
    struct buf text, ignored;
    struct err e = {0};
    buf_init(&text, TEXTS_MAX);
    buf_init(&ignored, TEXTS_MAX);
    struct problems problems = {.out = &ignored};
    for (const struct format *f = formats; f->name; f++)
        if (reads_alone(f) && !slice_is(own, f->name))
            write_try(like, slice_of(f->name), &text);
    if (presets_read(directory_of(t->args->config.file), t->arena, &problems, &presets, &e))
        for (size_t i = 0; i < presets.count; i++)
            if (!presets.items[i].bad && !slice_eq(own, presets.items[i].name))
                write_try(like, presets.items[i].name, &text);
    if (load(t, "formats", buf_slice(&text), &t->others, &ignored, &e))
        keep_only(t->others, SLICE(TRIES));
    else
        t->others = NULL;
    buf_done(&text);
    buf_done(&ignored);
}

/* ---- fetching ---- */

static struct trial_file *file_of(struct trial *t, uint32_t source, uint32_t file)
{
    for (size_t i = 0; i < t->found.file_count; i++)
        if (t->found.files[i].source == source && t->found.files[i].file == file)
            return &t->found.files[i];
    return NULL;
}

static enum poller_answer on_news(const struct poller_news *news, void *ctx)
{
    struct trial *t = ctx;
    struct trial_file *f = file_of(t, news->source, news->file);
    struct arena *a = t->arena;
    f->us = news->poll_us;
    f->etag = arena_copy(a, news->etag);
    f->last_modified = arena_copy(a, news->last_modified);
    f->version = arena_copy(a, news->version);
    if (news->http) {
        f->status = news->http->status;
        f->redirects = news->http->redirects;
        f->type = arena_copy(a, news->http->type);
        f->encoding = arena_copy(a, news->http->encoding);
        f->redirected = arena_copy(a, news->http->place);
    }
    f->verdict = news->what == NEWS_FAILED ? news->verdict : VERDICT_INTERNAL;
    f->text = arena_copy(a, news->text);
    if (news->what != NEWS_BATCH)
        return POLLER_TAKEN;
    f->payload = payload_ref(news->payload);
    for (; f->companion_count < news->companion_count; f->companion_count++)
        f->companions[f->companion_count] =
            payload_ref((struct payload *)news->companions[f->companion_count]);
    return POLLER_TAKEN;
}

static void on_idle(void *ctx)
{
    struct trial *t = ctx;
    loop_stop(t->base);
}

static struct slice place_of(const struct config_file *file)
{
    return file->url.len > 0 ? file->url : file->path;
}

static bool list_files(struct trial *t, struct err *e)
{
    const struct config *c = t->plan->config;
    size_t n = 0;
    for (size_t i = 0; i < c->source_count; i++)
        n += c->sources[i].file_count;
    struct trial_file *files = arena_array(t->arena, n + 1, sizeof *files);
    if (!files)
        return err_set(e, ERR_BUG, "out of memory");
    for (uint32_t i = 0; i < c->source_count; i++)
        for (uint32_t k = 0; k < c->sources[i].file_count; k++) {
            const struct config_source *s = &c->sources[i];
            files[t->found.file_count++] =
                (struct trial_file){.source = i,
                                    .file = k,
                                    .name = arena_printf(t->arena, "%.*s%s%.*s", SLICE_FMT(s->name),
                                                         s->files[k].name.len > 0 ? " " : "",
                                                         SLICE_FMT(s->files[k].name)),
                                    .place = arena_copy(t->arena, place_of(&s->files[k])),
                                    .by_path = s->files[k].url.len == 0};
        }
    t->found.files = files;
    return true;
}

static bool fetch(struct trial *t, struct err *e)
{
    const struct poller_calls calls = {.news = on_news, .idle = on_idle, .ctx = t};
    struct poller *poller;
    t->plan->poller.once = t->plan->poller.raw = true;
    if (!list_files(t, e) || !poller_new(t->base, &t->plan->poller, t->workers, &calls, &poller, e))
        return false;
    poller_start(poller);
    loop_run(t->base);
    poller_free(poller);
    return true;
}

/* ---- reading ---- */

static void on_read(struct work *work, void *ctx)
{
    struct trial *t = ctx;
    (void)work;
    if (--t->under_way == 0)
        loop_stop(t->base);
}

static void attempt(struct trial *t, struct trial_file *file, const struct poller_source *as,
                    bool own)
{
    struct trial_attempt *a = &t->found.attempts[t->found.attempt_count++];
    *a = (struct trial_attempt){.source = as, .file = file, .own = own};
    a->work = (struct work){.format = as->format,
                            .options = as->options,
                            .payload = file->payload,
                            .credentials = t->plan->poller_sources[file->source].credentials,
                            .done = on_read,
                            .ctx = t};
    for (size_t i = 0; own && i < file->companion_count; i++)
        a->work.companions[a->work.companion_count++] = file->companions[i];
    t->under_way++;
    workers_submit(t->workers, &a->work);
}

/* Each file as its source says; and one of them as everything else, too. */
static bool read_all(struct trial *t, bool own, struct err *e)
{
    size_t tries = t->others ? t->others->poller.source_count : 0;
    struct trial_file *first = NULL;
    t->found.attempts =
        arena_array(t->arena, t->found.file_count + tries + 1, sizeof *t->found.attempts);
    if (!t->found.attempts)
        return err_set(e, ERR_BUG, "out of memory");
    for (size_t i = 0; i < t->found.file_count; i++) {
        struct trial_file *f = &t->found.files[i];
        if (!f->payload)
            continue;
        first = first ? first : f;
        if (own)
            attempt(t, f, &t->plan->poller_sources[f->source], true);
    }
    for (size_t i = 0; first && i < tries; i++)
        attempt(t, first, &t->others->poller_sources[i], false);
    if (t->under_way > 0)
        loop_run(t->base);
    return true;
}

static struct trial_attempt *best_of(const struct trial_found *f)
{
    struct trial_attempt *best = NULL;
    for (size_t i = 0; i < f->attempt_count; i++) {
        struct trial_attempt *a = &f->attempts[i];
        if (a->work.failure == WIRE_OK &&
            (!best || a->work.results.head->choices > best->work.results.head->choices))
            best = a;
    }
    return best;
}

/* Nothing, or a page for people, is that to each format. */
static void tell_unread(struct trial *t, struct trial_file *f)
{
    f->verdict = VERDICT_SCHEMA;
    f->text = SLICE("no format that is known reads it");
    for (size_t i = 0; i < t->found.attempt_count; i++) {
        const struct work *w = &t->found.attempts[i].work;
        if (w->failure == WIRE_BLOCKED ||
            (w->failure != WIRE_OK && payload_bytes(f->payload).len == 0)) {
            f->verdict = work_verdict(w);
            f->text = slice_of(w->text);
        }
    }
}

/* The source has no format yet: it gets the one that reads it best, if one does. */
static bool choose(struct trial *t, struct err *e)
{
    struct trial_attempt *best = best_of(&t->found);
    if (!best && t->found.files[0].payload)
        tell_unread(t, &t->found.files[0]);
    if (!best)
        return true;
    best->own = true;
    t->found.format = best->source->preset;
    return make_plan(t, best->source->preset, e);
}

/* What would have to be written for it. */
static bool keep_section(struct trial *t, bool guess, struct err *e)
{
    struct buf section;
    if (!is_place(t->what->what) || (guess && t->found.format.len == 0)) /* not worth one yet */
        return true;
    buf_init(&section, TEXTS_MAX);
    bool ok = write_section(t, guess ? t->found.format : SLICE(""), &section, e);
    t->found.section = arena_copy(t->arena, buf_slice(&section));
    buf_done(&section);
    return ok;
}

static void take_read(struct trial *t)
{
    for (size_t i = 0; i < t->found.attempt_count; i++) {
        const struct trial_attempt *a = &t->found.attempts[i];
        struct trial_file *f = a->file;
        if (!a->own)
            continue;
        f->verdict = work_verdict(&a->work);
        f->text = slice_of(a->work.text);
        f->parse_us = a->work.wall_us;
        f->read = a->work.failure == WIRE_OK ? &a->work.results : NULL;
    }
}

/* ---- judging ---- */

static void on_told(const struct event *ev, const struct effects *fx, void *ctx)
{
    struct trial *t = ctx;
    struct trial_file *f = file_of(t, ev->source, ev->file);
    if (ev->type != EVENT_BATCH)
        return;
    f->judged = true;
    f->verdict = fx->verdict;
    f->text = arena_copy(t->arena, fx->verdict_text);
    for (size_t i = 0; i < fx->note_count && t->found.note_count < NOTES_MAX; i++) {
        const struct verdict_note *n = &fx->notes[i];
        t->found.notes[t->found.note_count++] =
            (struct trial_note){.verdict = n->verdict,
                                .contest = arena_copy(t->arena, n->contest),
                                .unit = arena_copy(t->arena, n->unit),
                                .text = arena_copy(t->arena, n->text)};
    }
}

/* A core that nothing was shown to before takes all of it. */
static bool judge(struct trial *t, struct err *e)
{
    const struct river_parts parts = {.base = t->base,
                                      .plan = t->plan,
                                      .clock = &t->clock,
                                      .metrics = &t->metrics,
                                      .stepped = true,
                                      .told = on_told,
                                      .told_ctx = t};
    t->found.note_count = 0;
    river_free(t->river);
    t->river = NULL;
    if (!river_new(&parts, NULL, &t->river, e))
        return false;
    river_start(t->river);
    for (size_t i = 0; i < t->found.file_count; i++) {
        const struct trial_file *f = &t->found.files[i];
        const struct poller_news news = {.source = f->source,
                                         .file = f->file,
                                         .what = NEWS_BATCH,
                                         .batch = f->read,
                                         .payload = f->payload,
                                         .digest = f->read ? payload_digest(f->payload)
                                                           : (struct digest){0},
                                         .version = f->version,
                                         .parse_us = f->parse_us};
        if (f->read)
            river_news(&news, t->river);
    }
    t->found.model = river_model(t->river);
    return true;
}

static bool is_early(const struct trial_found *f)
{
    bool early = false;
    for (size_t i = 0; i < f->file_count; i++)
        early |= f->files[i].judged && f->files[i].verdict == VERDICT_EARLY;
    for (size_t i = 0; i < f->note_count; i++)
        early |= f->notes[i].verdict == VERDICT_EARLY;
    return early;
}

/* When all races have closed. */
static int64_t last_close(const struct model *m)
{
    int64_t last = 0;
    for (uint32_t i = 0; i < m->race_count; i++)
        if (m->races[i].polls_close_ms != WHEN_UNKNOWN && m->races[i].polls_close_ms > last)
            last = m->races[i].polls_close_ms;
    return last;
}

/* Now; and what comes before polls close as if they had. */
static bool judge_all(struct trial *t, struct err *e)
{
    bool any = false;
    for (size_t i = 0; i < t->found.file_count; i++)
        any |= t->found.files[i].read != NULL;
    t->found.notes = arena_array(t->arena, NOTES_MAX, sizeof *t->found.notes);
    if (!t->found.notes || !metrics_init(&t->metrics, t->plan->settings.source_count, e))
        return t->found.notes || err_set(e, ERR_BUG, "out of memory");
    if (!any)
        return true;
    if (!judge(t, e))
        return false;
    int64_t closed = last_close(t->found.model) + WHEN_MINUTE;
    if (!is_early(&t->found) || closed <= t->found.now_ms)
        return true;
    t->found.later_ms = closed;
    clock_stand(&t->clock, closed);
    return judge(t, e);
}

/* ---- all of it ---- */

static bool try_it(struct trial *t, struct err *e)
{
    bool guess = is_place(t->what->what) && !says_format(t);
    if (!make_plan(t, guess ? slice_of(formats[0].name) : SLICE(""), e)) {
        struct err why = *e;
        if (guess && why.kind == ERR_CONFIG && t->what->key_count > 0)
            err_set(e, why.kind, "%s; a key that a format has needs format=FORMAT beside it",
                    why.text);
        return false;
    }
    const struct config *c = t->plan->config;
    const struct workers_settings w = {.program = c->workers.program.ptr,
                                       .count = c->workers.count,
                                       .spares = 2,
                                       .memory = c->workers.memory,
                                       .cpu_ms = c->workers.cpu,
                                       .wall_after_ms = c->workers.wall_after_last_byte};
    if (!(t->base = loop_new()))
        return err_set(e, ERR_BUG, "out of memory");
    if (!(t->workers = workers_new(t->base, &w, e)) || !fetch(t, e))
        return false;
    if (!guess)
        t->found.format = arena_copy(t->arena, t->plan->config->sources[0].format);
    plan_others(t);
    if (!read_all(t, !guess, e) || (guess && !choose(t, e)) || !keep_section(t, guess, e))
        return false;
    take_read(t);
    t->found.settings = &t->plan->settings;
    t->found.now_ms = clock_now(&t->clock);
    return judge_all(t, e);
}

static void end(struct trial *t)
{
    river_free(t->river);
    for (size_t i = 0; i < t->found.attempt_count; i++)
        work_done(&t->found.attempts[i].work);
    workers_free(t->workers);
    for (size_t i = 0; i < t->found.file_count; i++) {
        struct trial_file *f = &t->found.files[i];
        payload_free(f->payload);
        for (size_t k = 0; k < f->companion_count; k++)
            payload_free((struct payload *)f->companions[k]);
    }
    metrics_done(&t->metrics);
    loop_free(t->base);
    plan_free(t->others);
    plan_free(t->plan);
    arena_free(t->arena);
}

int trial_run(const struct app_args *args, const struct trial_args *what, struct err *e)
{
    struct trial t = {.args = args, .what = what, .clock = args->clock};
    struct buf out;
    int code = ERR_BUG;
    signal(SIGPIPE, SIG_IGN);
    process_raise_limits();
    buf_init(&out, REPORT_MAX);
    if (!(t.arena = arena_new(MEMORY_MAX)))
        err_set(e, ERR_BUG, "out of memory");
    else if (try_it(&t, e))
        code = trial_report(&t.found, what->json, &out);
    else
        code = (int)e->kind;
    if (out.failed || (out.len > 0 && fwrite(out.ptr, 1, out.len, stdout) != out.len) ||
        fflush(stdout) != 0) {
        err_set(e, ERR_BUG, "the report could not be written");
        code = ERR_BUG;
    }
    buf_done(&out);
    end(&t);
    return code;
}
