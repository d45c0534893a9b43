/* SPDX-License-Identifier: ISC */
/* Up, and down again. */
#include "daemon/serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/counted.h"
#include "daemon/base/hash.h"
#include "daemon/base/log.h"
#include "daemon/core/lost.h"
#include "daemon/edge/control.h"
#include "daemon/edge/file.h"
#include "daemon/edge/notify.h"
#include "daemon/edge/timer.h"
#include "daemon/events.h"

#define LOADED_MAX ((size_t)1 << 30)
#define LOST_MAX ((size_t)64 << 20)
#define FIGURES_MS 10000 /* so long a takeover waits for sources that do not answer */
#define FIGURES_LOOK_MS 50
#define DRAIN_AGAIN_MS 100

#define SETTLED_LOOK_MS 1

/* ---- a replay ---- */

/* Is all of the last step told? Nothing waits for the disk, and the sentence is shown. */
static void on_settled(void *ctx)
{
    struct app *a = ctx;
    struct outbox_view view;
    outbox_view(a->outbox, &view);
    if (view.waiting)
        timer_set(a->settled, SETTLED_LOOK_MS);
    else
        outbox_when_shown(a->outbox, a->after_settled, a->after_ctx);
}

static void settle(void (*done)(void *ctx), void *done_ctx, void *ctx)
{
    struct app *a = ctx;
    a->after_settled = done;
    a->after_ctx = done_ctx;
    on_settled(a);
}

static void on_over(void *ctx)
{
    struct app *a = ctx;
    struct player_view v;
    player_view(a->night->player, &v);
    log_info("replay: over: %zu of " COUNTED " played; what it ended with stays on air",
             v.played - v.skipped, COUNT_OF(v.count, "poll", "polls"));
    if (v.skipped + v.torn > 0)
        log_warn("replay: " PLAYED, PLAYED_OF(v));
    if (a->night->drill)
        (void)drill_end(a->night->drill); /* who reads it sees what differs */
}

static bool make_player(struct app *a, struct night *n, struct err *e)
{
    struct player_parts parts = {.base = a->base,
                                 .plan = n->plan,
                                 .clock = &a->args.clock,
                                 .river = n->river,
                                 .workers = a->workers,
                                 .recording = a->args.recording,
                                 .drill = n->drill,
                                 .speed = a->args.speed,
                                 .settle = settle,
                                 .over = on_over,
                                 .ctx = a};
    return !a->args.recording || player_new(&parts, &n->player, e);
}

/* ---- one night ---- */

static void on_idle(void *ctx)
{
    (void)ctx; /* only asked for with `once` */
}

static bool start_recorder(struct app *a, struct night *n, struct err *e)
{
    if (n->recorder || a->args.recording || n->plan->config->archive.directory.len == 0)
        return true; /* a replay is recorded already */
    n->recorder = recorder_new(n->plan, a->writer);
    return n->recorder || err_set(e, ERR_BUG, "out of memory");
}

bool serve_prepare(struct app *a, struct night *n, void (*restored)(void *ctx), struct err *e)
{
    if (!start_recorder(a, n, e))
        return false;
    struct river_parts parts = {.base = a->base,
                                .plan = n->plan,
                                .clock = &a->args.clock,
                                .writer = a->writer,
                                .outbox = a->outbox,
                                .metrics = &n->metrics,
                                .recorder = n->recorder,
                                .stepped = a->args.recording != NULL,
                                .told = n->drill ? drill_told : NULL,
                                .told_ctx = n->drill};
    if (!river_new(&parts, &n->loaded, &n->river, e))
        return false;
    struct poller_calls calls = {.rest = river_rest,
                                 .coming = river_coming,
                                 .news = river_news,
                                 .idle = on_idle,
                                 .ctx = n->river};
    n->plan->poller.seed = (uint64_t)clock_monotonic_us() ^ (uint64_t)getpid() << 32;
    if (!poller_new(a->base, &n->plan->poller, a->workers, &calls, &n->poller, e))
        return false;
    struct restore_parts from = {.plan = n->plan,
                                 .loaded = &n->loaded,
                                 .workers = a->workers,
                                 .river = n->river,
                                 .poller = n->poller};
    n->restore = restore_new(a->base, &from, restored, a, e);
    return n->restore != NULL && make_player(a, n, e);
}

void serve_run(struct night *n)
{
    river_start(n->river);
    if (n->player)
        player_start(n->player);
    else
        poller_start(n->poller);
}

void serve_stop(struct night *n)
{
    if (!n)
        return;
    player_free(n->player);
    poller_free(n->poller);
    restore_free(n->restore);
    n->player = NULL;
    n->poller = NULL;
    n->restore = NULL;
}

void serve_tell_lost(const struct model *m)
{
    struct arena *a = arena_new(LOST_MAX);
    size_t n = 0;
    const struct lost *list = a ? lost_list(m, a, &n) : NULL;
    for (size_t i = 0; i < n && list; i++)
        log_error("list: %.*s %.*s: it %s; %.*s", SLICE_FMT(list[i].id), SLICE_FMT(list[i].what),
                  list[i].counts ? "counts as that now" : "does not count", SLICE_FMT(list[i].way));
    arena_free(a);
}

/* ---- from restored to ready ---- */

static void on_began(void *ctx)
{
    struct app *a = ctx;
    const struct plan *plan = a->night->plan;
    char status[200];
    a->ready = true;
    a->ready_us = clock_monotonic_us();
    snprintf(status, sizeof status, "READY=1\nSTATUS=" COUNTED ", %zu endorsed",
             COUNT_OF(plan->settings.source_count, "source", "sources"), plan_counted(plan));
    notify_send(status);
    log_info("ready after %lld ms: " COUNTED ", %zu endorsed",
             (long long)(a->ready_us - a->serves_us) / 1000,
             COUNT_OF(plan->settings.source_count, "source", "sources"), plan_counted(plan));
    duty_began(a->duty);
    if (a->hup_again)
        a->reload(a);
}

/* Has every file of every source come, well or not, since this poller was made? */
static bool all_polled(const struct night *n)
{
    const struct settings *s = &n->plan->settings;
    for (uint32_t i = 0; i < s->source_count; i++)
        for (uint32_t k = 0; k < s->sources[i].file_count; k++) {
            struct poller_state state;
            poller_state(n->poller, i, k, &state);
            if (state.changed + state.unchanged + state.failed == 0)
                return false;
        }
    return true;
}

/* Where we have no payloads of what went before: figures first, else what it showed would fall to
 * nothing. */
static void on_figures(void *ctx)
{
    struct app *a = ctx;
    bool late = clock_monotonic_us() - a->serves_us >= FIGURES_MS * 1000;
    if (!late && !all_polled(a->night)) {
        timer_set(a->figures, FIGURES_LOOK_MS);
        return;
    }
    if (late)
        log_warn("role: not every source has answered yet; figures are missing until it does");
    outbox_start(a->outbox);
}

static void on_restored(void *ctx)
{
    struct app *a = ctx;
    serve_tell_lost(river_model(a->night->river));
    if (!a->over)
        outbox_start(a->outbox);
    serve_run(a->night);
    if (a->over)
        timer_set(a->figures, 0);
}

/* ---- the outbox ---- */

static void give_snapshot(struct effects *out, void *ctx)
{
    struct app *a = ctx;
    river_snapshot(a->night->river, out);
}

static void tell_readers(const struct message *m, int64_t epoch, int64_t seq, struct slice envelope,
                         void *ctx)
{
    struct app *a = ctx;
    events_add(a->events, m, epoch, seq, envelope);
}

static void tell_watchers(const struct message *m, void *ctx)
{
    struct app *a = ctx;
    struct buf line;
    if (!a->control || m->line.len == 0)
        return;
    if (m->type == MESSAGE_TOTALS) {
        if (slice_eq(m->line, buf_slice(&a->told)))
            return; /* the same counts, at another time: no news for people */
        buf_clear(&a->told);
        buf_add(&a->told, m->line);
    }
    buf_init(&line, 4096);
    buf_addf(&line, "%.*s  %.*s\n", SLICE_FMT(m->when), SLICE_FMT(m->line));
    control_tell(a->control, buf_slice(&line));
    buf_done(&line);
}

static void on_fenced(int64_t epoch, void *ctx)
{
    struct app *a = ctx;
    (void)epoch;
    duty_fenced(a->duty);
}

static int64_t next_epoch(int64_t known, void *ctx)
{
    const struct app *a = ctx;
    return duty_epoch(a->duty, known);
}

static struct redis_settings redis_of(const struct app *a)
{
    const struct plan *plan = a->night->plan;
    const struct config *c = plan->config;
    return (struct redis_settings){.url = c->redis.url,
                                   .prefix = c->redis.prefix,
                                   .user = plan->redis_user,
                                   .password = plan->redis_password,
                                   .sentinels = {.addresses = c->redis.sentinels.items,
                                                 .count = c->redis.sentinels.count,
                                                 .master = c->redis.sentinel_master,
                                                 .user = plan->sentinel_user,
                                                 .password = plan->sentinel_password},
                                   .loopback = plan->simulated,
                                   .owner = slice_of(a->owner),
                                   .mode = slice_of(mode_name(plan->settings.mode)),
                                   .election = c->election.dates.items[0],
                                   .version = SLICE(TALLYD_VERSION),
                                   .heartbeat_ms = c->redis.heartbeat};
}

static bool start_outbox(struct app *a, struct err *e)
{
    struct night *n = a->night;
    const struct config *c = n->plan->config;
    struct slice owner = slice_of(a->owner);
    struct outbox_settings s = {
        .election = &n->plan->settings,
        .clock = &a->args.clock,
        .redis = redis_of(a),
        .apart = !duty_may_publish(a->duty),
        .instance = slice_sub(owner, 0, a->instance_len),
        .history = &n->loaded,
        .min_interval_ms = c->redis.min_interval,
        .heartbeat_ms = c->redis.heartbeat,
        .disk_epoch = n->loaded.epoch,
        .unacknowledged = n->loaded.events,
        .unacknowledged_count = n->loaded.event_count,
    };
    struct outbox_calls calls = {.snapshot = give_snapshot,
                                 .began = on_began,
                                 .published = tell_watchers,
                                 .epoch = next_epoch,
                                 .numbered = tell_readers,
                                 .fenced = on_fenced,
                                 .ctx = a};
    return outbox_new(a->base, a->writer, &s, &calls, &a->outbox, e);
}

/* ---- what duty says ---- */

/* What is on disk now; what was loaded at the start is that still, unless it was followed since. */
static bool load(struct app *a, struct err *e)
{
    struct night *n = a->night;
    if (!a->stood)
        return true;
    arena_free(n->loaded_arena);
    n->loaded = (struct writer_loaded){0};
    n->loaded_arena = arena_new(LOADED_MAX);
    if (!n->loaded_arena)
        return err_set(e, ERR_BUG, "out of memory");
    return writer_load(a->writer, n->loaded_arena, &n->loaded, e);
}

static void on_serve(bool over, void *ctx)
{
    struct app *a = ctx;
    a->stood |= over;
    a->serves_us = a->stood ? clock_monotonic_us() : a->started_us;
    bool loaded = load(a, &a->failure);
    const struct writer_loaded *l = &a->night->loaded;
    a->over = a->stood || (l->file_count == 0 && l->claim_count + l->decision_count > 0);
    if (loaded && start_outbox(a, &a->failure) &&
        serve_prepare(a, a->night, on_restored, &a->failure))
        return;
    loop_stop(a->base);
}

static void on_publish(void *ctx)
{
    struct app *a = ctx;
    struct redis_settings s = redis_of(a);
    struct err e = {0};
    if (a->outbox && !outbox_connect(a->outbox, &s, &e))
        log_error("redis: %s", e.text);
}

void serve_identify(struct app *a)
{
    struct redis_settings s = redis_of(a);
    duty_identify(a->duty, &s);
    if (duty_may_publish(a->duty))
        on_publish(a);
}

/* All that it decided is on disk, and nobody will answer for it any more. */
static void on_drained(bool ok, const char *text, void *ctx)
{
    struct app *a = ctx;
    (void)ok, (void)text; /* a payload that is lost is another daemon's to poll now */
    if (!a->yielding)
        return; /* the daemon ends */
    river_free(a->night->river);
    a->night->river = NULL;
    outbox_free(a->outbox);
    a->outbox = NULL;
    a->yielding = false;
    if (a->next)
        a->give_up_reload(a);
    duty_rested(a->duty);
}

static void on_drain(void *ctx)
{
    struct app *a = ctx;
    struct writer_job nothing = {0};
    struct err e = {0};
    if (!writer_submit(a->writer, &nothing, on_drained, a, &e))
        timer_set(a->drain, DRAIN_AGAIN_MS);
}

static void on_yield(void *ctx)
{
    struct app *a = ctx;
    log_error("role: another tallyd serves now; this one stops polling and publishing, and stands "
              "by");
    if (a->control)
        control_tell(a->control, SLICE("this tallyd stands by now: watch the one that serves\n"));
    a->ready = false;
    events_end(a->events); /* a heartbeat would say that what was read here still holds */
    a->yielding = a->stood = true;
    timer_cancel(a->figures);
    serve_stop(a->next);
    serve_stop(a->night);
    if (a->night->river)
        river_pause(a->night->river);
    outbox_hush(a->outbox);
    on_drain(a);
}

static void on_shown(int64_t *epoch, struct desk_place *desk, void *ctx)
{
    const struct app *a = ctx;
    struct outbox_view view = {0};
    if (a->outbox)
        outbox_view(a->outbox, &view);
    *epoch = view.epoch;
    *desk = view.desk;
}

static struct desk_night night_of(void *ctx)
{
    const struct app *a = ctx;
    return desk_night_of(&a->night->plan->settings);
}

static void on_standing(void *ctx)
{
    struct app *a = ctx;
    a->stood = true;
    notify_send("READY=1\nSTATUS=does not serve, see tallyctl status");
    if (a->hup_again)
        a->reload(a);
}

/* ---- life ---- */

/* The state directory where it is: on which machine, since it was started, and which directory
 * there. A copy is another one, and so is ours after a reboot. */
static uint32_t place_of(const char *directory)
{
    struct stat st = {0};
    struct slice boot = {0};
    struct err e = {0};
    struct arena *a = arena_new(1 << 16);
    struct buf text;
    buf_init(&text, 200);
    if (a && file_read("/proc/sys/kernel/random/boot_id", 100, a, &boot, &e))
        buf_add(&text, boot);
    if (stat(directory, &st) == 0)
        buf_addf(&text, "%llu %llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
    uint32_t place = (uint32_t)hash64(buf_slice(&text), 0);
    buf_done(&text);
    arena_free(a);
    return place;
}

/* HOST-DIRECTORY-PLACE-PROCESS: partner.h. */
static void name_owner(struct app *a, const char *directory, int64_t instance)
{
    char host[64] = "";
    uint32_t random = 0;
    gethostname(host, sizeof host - 1);
    if (getentropy(&random, sizeof random) != 0)
        random = (uint32_t)clock_monotonic_us();
    a->instance_len = (size_t)snprintf(a->owner, sizeof a->owner, "%s-%016llx-%08x-", host,
                                       (unsigned long long)instance, place_of(directory));
    snprintf(a->owner + a->instance_len, sizeof a->owner - a->instance_len, "%ld.%08x",
             (long)getpid(), random);
}

bool serve_new(struct app *a, struct err *e)
{
    name_owner(a, a->night->plan->config->state.directory.ptr, a->night->loaded.instance);
    struct duty_settings s = {.redis = redis_of(a), .loaded = &a->night->loaded};
    struct duty_calls calls = {.serve = on_serve,
                               .publish = on_publish,
                               .yield = on_yield,
                               .shown = on_shown,
                               .night = night_of,
                               .standing = on_standing,
                               .ctx = a};
    a->figures = timer_new(a->base, on_figures, a);
    a->drain = timer_new(a->base, on_drain, a);
    a->settled = timer_new(a->base, on_settled, a);
    if (!a->figures || !a->drain || !a->settled)
        return err_set(e, ERR_BUG, "out of memory");
    return duty_new(a->base, a->writer, &s, &calls, &a->duty, e);
}

void serve_free(struct app *a)
{
    duty_free(a->duty);
    timer_free(a->figures);
    timer_free(a->drain);
    timer_free(a->settled);
}
