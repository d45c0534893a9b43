/* SPDX-License-Identifier: ISC */
/* One step after the other: the clock is set, a poll or a tick happens, and what comes of it is
 * told. */
#include "daemon/player.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/base/when.h"
#include "daemon/drill.h"
#include "daemon/edge/payload.h"
#include "daemon/edge/timer.h"
#include "daemon/edge/workers.h"
#include "daemon/river.h"

#define RECORDING_MAX ((size_t)4 << 30)
#define LOOK_MS 100      /* a person's decision may have made the core want its tick earlier */
#define TICK_LEAST_MS 20 /* as the river's, of election time here */

struct file {             /* of a source, as its poller would know it */
    struct digest on_air; /* zero: none */
    struct digest companions[WIRE_COMPANIONS_MAX];
    size_t companion_count;
    const struct archive_row *row;    /* the last of the record; NULL: none yet */
    const struct archive_row *read;   /* the last one with bytes that could be read, ... */
    const struct archive_row *before; /* ... and the one before it, of other bytes */
    bool again;                       /* a script wants it told anew */
};

struct player {
    struct player_parts p;
    struct timer *next;
    size_t at, skipped, unread; /* unread: of those skipped */
    int64_t tick_ms;            /* the last one */
    struct file **files;
    bool any_again; /* of the files */
    bool over;
    /* the poll under way */
    uint32_t source, file;
    const struct archive_row *row;
    struct payload *payload;
    struct work work;
    bool working;
};

/* ---- the record ---- */

bool recording_open(const char *directory, struct recording *out, struct err *e)
{
    struct recording r = {.directory = directory, .arena = arena_new(RECORDING_MAX)};
    bool ok = r.arena ? archive_read(directory, r.arena, &r.all, e)
                      : err_set(e, ERR_BUG, "out of memory");
    if (ok && r.all.count == 0)
        ok = err_set(e, ERR_DATA, "archive %s: nothing is recorded there", directory);
    if (ok && r.all.torn > 0)
        log_warn("archive %s: %zu lines cannot be read, and are left out", directory, r.all.torn);
    if (ok)
        *out = r;
    else
        recording_close(&r);
    return ok;
}

void recording_close(struct recording *r)
{
    arena_free(r->arena);
    r->arena = NULL;
}

/* The next poll; NULL: all are played. */
static const struct archive_row *next_row(const struct player *p)
{
    const struct archive *all = &p->p.recording->all;
    return p->at < all->count ? all->rows[p->at] : NULL;
}

static struct file *file_at_hand(const struct player *p)
{
    return &p->files[p->source][p->file];
}

/* VERDICT_INTERNAL: of a tallyd that had others. */
static enum verdict verdict_of(const struct archive_row *row)
{
    enum verdict v = verdict_named(row->verdict);
    return v == VERDICTS ? VERDICT_INTERNAL : v;
}

/* ---- a step ---- */

static void plan_step(void *ctx);

static void step_done(struct player *p)
{
    if (p->p.settle)
        p->p.settle(plan_step, p, p->p.ctx);
    else
        plan_step(p);
}

static void skip(struct player *p)
{
    p->skipped++;
    plan_step(p);
}

static void tell(struct player *p, struct poller_news *news)
{
    const struct archive_row *row = p->row;
    struct file *f = file_at_hand(p);
    news->source = p->source;
    news->file = p->file;
    news->delta = row->delta;
    news->version = row->version;
    news->etag = row->etag;
    news->last_modified = row->last_modified;
    news->last_byte_us = timer_now_us();
    enum poller_answer answer = river_news(news, p->p.river);
    if (news->what == NEWS_BATCH && answer != POLLER_REFUSED) {
        f->on_air = news->digest;
        f->companion_count = row->companion_count;
        memcpy(f->companions, row->companions, sizeof f->companions);
    } else if (news->what == NEWS_UNCHANGED && answer != POLLER_TAKEN) {
        f->on_air = (struct digest){0};
    }
    step_done(p);
}

static void fail(struct player *p, enum verdict verdict, struct slice text)
{
    tell(p, &(struct poller_news){.what = NEWS_FAILED, .verdict = verdict, .text = text});
}

static void drop(struct player *p)
{
    work_done(&p->work);
    while (p->work.companion_count > 0)
        payload_free((struct payload *)p->work.companions[--p->work.companion_count]);
    payload_free(p->payload);
    p->payload = NULL;
}

/* The bytes that are on air, read with other companions. */
static bool is_again(const struct file *f, const struct archive_row *row)
{
    if (!digest_eq(f->on_air, row->digest) || f->companion_count != row->companion_count)
        return false;
    bool same = true;
    for (size_t i = 0; i < row->companion_count; i++)
        same &= digest_eq(f->companions[i], row->companions[i]);
    return !same;
}

static void on_parsed(struct work *work, void *ctx)
{
    struct player *p = ctx;
    struct digest digest = payload_digest(p->payload);
    p->working = false;
    if (work->failure == WIRE_OK) {
        struct poller_news news = {.what = NEWS_BATCH,
                                   .batch = &work->results,
                                   .payload = p->payload,
                                   .digest = digest,
                                   .again = is_again(file_at_hand(p), p->row),
                                   .companions = work->companions,
                                   .companion_count = work->companion_count,
                                   .parse_us = work->wall_us};
        if (p->p.drill)
            news.digest = drill_edit(p->p.drill, p->source, &work->results, digest);
        if (digest_eq(news.digest, file_at_hand(p)->on_air) && !news.again)
            news = (struct poller_news){.what = NEWS_UNCHANGED, .digest = news.digest};
        tell(p, &news);
    } else {
        fail(p, work_verdict(work), slice_of(work->text));
    }
    drop(p);
}

/* What a script leaves of it. */
static struct payload *instead_of(struct payload *whole, struct slice bytes, struct err *e)
{
    struct payload *p = payload_new(payload_cap(whole), e);
    if (p && !payload_append(p, bytes, e)) {
        payload_free(p);
        p = NULL;
    }
    if (p)
        payload_finish(p);
    payload_free(whole);
    return p;
}

static bool is_of_bytes(const struct script_line *fault)
{
    enum script_fault how = fault->fault->fault;
    return how == SCRIPT_CUT || how == SCRIPT_EMPTY || how == SCRIPT_PAGE;
}

static bool spoil(struct player *p, enum script_fault how, struct err *e)
{
    static const struct slice page =
        SLICE_INIT("<!DOCTYPE html>\n<html><head><title>Service unavailable</title></head>"
                   "<body><h1>Service unavailable</h1></body></html>\n");
    struct slice bytes = payload_bytes(p->payload);
    if (how == SCRIPT_CUT)
        bytes = slice_sub(bytes, 0, bytes.len / 2);
    else if (how == SCRIPT_EMPTY)
        bytes.len = 0;
    else if (how == SCRIPT_PAGE)
        bytes = page;
    else
        return true;
    p->payload = instead_of(p->payload, bytes, e);
    return p->payload != NULL;
}

static bool open_payloads(struct player *p, const struct archive_row *row, struct err *e)
{
    const char *directory = p->p.recording->directory;
    size_t cap = (size_t)p->p.plan->poller.max_body;
    p->payload = archive_payload(directory, row->digest, cap, e);
    bool ok = p->payload != NULL;
    for (size_t i = 0; ok && i < row->companion_count; i++) {
        p->work.companions[i] = archive_payload(directory, row->companions[i], cap, e);
        if ((ok = p->work.companions[i] != NULL))
            p->work.companion_count++;
    }
    return ok;
}

static void read_payload(struct player *p, const struct script_line *fault)
{
    const struct poller_source *from = &p->p.plan->poller_sources[p->source];
    const struct archive_row *row = p->row;
    struct err e = {0};
    p->work = (struct work){.format = from->format,
                            .options = row->delta > 0 ? from->delta_options : from->options,
                            .done = on_parsed,
                            .ctx = p};
    if (!open_payloads(p, row, &e) || (fault && !spoil(p, fault->fault->fault, &e))) {
        log_warn("replay: %.*s: %s; this poll is left out", SLICE_FMT(row->source), e.text);
        drop(p);
        p->unread++;
        skip(p);
        return;
    }
    if (fault && is_of_bytes(fault))
        drill_befell(p->p.drill, fault);
    p->work.payload = p->payload;
    p->working = true;
    workers_submit(p->p.workers, &p->work);
}

/* The file at hand is as the record has it last, and as the script makes it. */
static void play(struct player *p)
{
    const struct script_line *fault = p->p.drill ? drill_fault(p->p.drill, p->source) : NULL;
    struct file *f = file_at_hand(p);
    f->again = false;
    p->row = f->row;
    if (fault && fault->fault->fault == SCRIPT_SILENT) {
        drill_befell(p->p.drill, fault);
        fail(p, fault->fault->verdict, slice_of(fault->fault->text));
        return;
    }
    /* a script hides what came meanwhile, or makes something else of what is there */
    if (p->p.drill && f->row->what == ARCHIVE_UNCHANGED && f->read)
        p->row = f->read;
    if (fault && fault->fault->fault == SCRIPT_FLAP && f->before) {
        p->row = f->before;
        drill_befell(p->p.drill, fault);
    }
    if (archive_has_payload(p->row))
        read_payload(p, fault);
    else if (p->row->what == ARCHIVE_UNCHANGED)
        tell(p, &(struct poller_news){.what = NEWS_UNCHANGED, .digest = f->on_air});
    else
        fail(p, verdict_of(p->row), p->row->text);
}

/* A poll of the record is due. */
static void play_next(struct player *p)
{
    const struct archive_row *row = next_row(p);
    p->at++;
    if (!settings_find_file(&p->p.plan->settings, row->source, row->file, &p->source, &p->file)) {
        skip(p);
        return;
    }
    struct file *f = file_at_hand(p);
    f->row = row;
    if (row->what == ARCHIVE_PAYLOAD && (!f->read || !digest_eq(f->read->digest, row->digest))) {
        f->before = f->read;
        f->read = row;
    }
    play(p);
}

/* One of those that a script wants told anew; they have been told once. */
static bool play_again(struct player *p)
{
    const struct settings *s = &p->p.plan->settings;
    for (uint32_t i = 0; p->any_again && i < s->source_count; i++)
        for (uint32_t k = 0; k < s->sources[i].file_count; k++)
            if (p->files[i][k].again) {
                p->source = i;
                p->file = k;
                play(p);
                return true;
            }
    p->any_again = false;
    return false;
}

static void act(struct player *p)
{
    uint32_t source = drill_act(p->p.drill, p->p.river);
    for (size_t k = 0; source != NONE && k < p->p.plan->settings.sources[source].file_count; k++) {
        struct file *f = &p->files[source][k];
        p->any_again |= f->again = f->row != NULL;
    }
    step_done(p);
}

/* When the core's next tick is, at the earliest. */
static int64_t tick_due(const struct player *p)
{
    int64_t due = river_next_tick(p->p.river), least = p->tick_ms + TICK_LEAST_MS;
    return due == WHEN_NEVER || due >= least ? due : least;
}

enum step { STEP_TICK, STEP_POLL, STEP_SCRIPT, STEPS };

/* What comes next, and when: of one moment in the order of the enumeration. STEPS: nothing. */
static enum step what_next(const struct player *p, int64_t *due)
{
    const struct archive_row *row = next_row(p);
    const int64_t times[STEPS] = {
        [STEP_TICK] = tick_due(p),
        [STEP_POLL] = row ? row->received_ms : WHEN_NEVER,
        [STEP_SCRIPT] = p->p.drill ? drill_due(p->p.drill) : WHEN_NEVER,
    };
    enum step next = STEP_POLL;
    if (times[STEP_SCRIPT] < times[next])
        next = STEP_SCRIPT;
    if (times[next] == WHEN_NEVER)
        return STEPS;
    if (times[STEP_TICK] < times[next])
        next = STEP_TICK;
    *due = times[next];
    if (*due < clock_now(p->p.clock)) /* of a script that begins before the record */
        *due = clock_now(p->p.clock);
    return next;
}

static void on_next(void *ctx)
{
    struct player *p = ctx;
    int64_t due;
    if (play_again(p))
        return;
    enum step next = what_next(p, &due);
    if (next == STEPS || clock_now(p->p.clock) < due) {
        plan_step(p);
        return;
    }
    clock_stand(p->p.clock, due);
    if (next == STEP_POLL) {
        play_next(p);
    } else if (next == STEP_SCRIPT) {
        act(p);
    } else {
        p->tick_ms = due;
        river_tick(p->p.river);
        step_done(p);
    }
}

static void plan_step(void *ctx)
{
    struct player *p = ctx;
    int64_t due = 0, wait = 0;
    enum step next = what_next(p, &due);
    if (next == STEPS && !p->any_again) {
        p->over = true;
        p->p.over(p->p.ctx);
        return;
    }
    if (next != STEPS && !p->any_again && p->p.speed == 0) {
        clock_stand(p->p.clock, due);
    } else if (next != STEPS && !p->any_again) {
        clock_run(p->p.clock, due);
        wait = clock_until(p->p.clock, due);
    }
    timer_set(p->next, wait < LOOK_MS ? wait : LOOK_MS);
}

/* ---- life ---- */

static bool make_files(struct player *p)
{
    const struct settings *s = &p->p.plan->settings;
    p->files = calloc(s->source_count + 1, sizeof *p->files);
    for (size_t i = 0; p->files && i < s->source_count; i++)
        if (!(p->files[i] = calloc(s->sources[i].file_count + 1, sizeof **p->files)))
            return false;
    return p->files != NULL;
}

bool player_new(const struct player_parts *parts, struct player **out, struct err *e)
{
    struct player *p = calloc(1, sizeof *p);
    if (!p)
        return err_set(e, ERR_BUG, "out of memory");
    p->p = *parts;
    p->tick_ms = p->p.recording->all.rows[0]->received_ms;
    p->next = timer_new(parts->base, on_next, p);
    if (p->next && make_files(p)) {
        *out = p;
        return true;
    }
    player_free(p);
    return err_set(e, ERR_BUG, "out of memory");
}

void player_free(struct player *p)
{
    if (!p)
        return;
    if (p->working)
        workers_cancel(p->p.workers, &p->work);
    drop(p);
    for (size_t i = 0; p->files && i < p->p.plan->settings.source_count; i++)
        free(p->files[i]);
    free(p->files);
    timer_free(p->next);
    free(p);
}

void player_start(struct player *p)
{
    plan_step(p);
}

void player_view(const struct player *p, struct player_view *out)
{
    const struct archive *all = &p->p.recording->all;
    *out = (struct player_view){.played = p->at,
                                .count = all->count,
                                .skipped = p->skipped,
                                .unread = p->unread,
                                .torn = all->torn,
                                .now_ms = clock_now(p->p.clock),
                                .end_ms = all->rows[all->count - 1]->received_ms,
                                .over = p->over};
}
