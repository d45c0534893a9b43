/* SPDX-License-Identifier: ISC */
/* Starting, reloading and stopping the daemon. */
#include "daemon/app.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "daemon/app_state.h"
#include "daemon/base/counted.h"
#include "daemon/base/log.h"
#include "daemon/base/when.h"
#include "daemon/carry.h"
#include "daemon/desk.h"
#include "daemon/edge/control.h"
#include "daemon/edge/http.h"
#include "daemon/edge/notify.h"
#include "daemon/edge/process.h"
#include "daemon/edge/scratch.h"
#include "daemon/edge/timer.h"
#include "daemon/events.h"
#include "daemon/follow.h"
#include "daemon/pages.h"
#include "daemon/pages_made.h"
#include "daemon/plan_notes.h"
#include "daemon/serve.h"

#define LOADED_MAX ((size_t)1 << 30)
#define PULSE_MS 10
#define CALM_MS 1000 /* a reload waits for polls under way, whose answers would be lost */
#define CALM_STEP_MS 10
#define CLOSE_WAIT_MS 10000
#define PREVIEW_MS 10000 /* a decision itself takes less than one second */
#define PREVIEWS 4       /* at once: each is a copy of our memory, and a core's work */
#define TEST_MS 180000   /* of a source: a transfer, and payloads read in every way */
#define TESTS 2
#define PROBLEMS_ROOM (1 << 20)

/* ---- one night: what follows from a plan ---- */

static void night_free(struct night *n)
{
    if (!n)
        return;
    player_free(n->player);
    drill_free(n->drill);
    poller_free(n->poller);
    restore_free(n->restore);
    river_free(n->river);
    recorder_free(n->recorder);
    metrics_done(&n->metrics);
    arena_free(n->loaded_arena);
    plan_free(n->plan);
    free(n);
}

/* Takes the plan; frees it on failure too. */
static struct night *night_new(struct plan *plan, struct err *e)
{
    struct night *n = calloc(1, sizeof *n);
    if (!n) {
        plan_free(plan);
        err_set(e, ERR_BUG, "out of memory");
        return NULL;
    }
    n->plan = plan;
    n->loaded_arena = arena_new(LOADED_MAX);
    if (n->loaded_arena && metrics_init(&n->metrics, plan->settings.source_count, e))
        return n;
    err_set(e, ERR_BUG, "out of memory");
    night_free(n);
    return NULL;
}

static void on_hup(void *ctx);

/* ---- reload: a second night is made from the same durable truth; whole, it takes over ---- */

static void reload_ended(struct app *a, bool ok)
{
    a->reloading = false;
    a->reload_code = ok ? 0 : ERR_CONFIG;
    if (a->control)
        control_answer(a->control, a->reload_ticket, a->reload_code, buf_slice(&a->reload_said));
    a->night->metrics.reload_ok = ok;
    notify_send("READY=1");
    if (a->hup_again)
        on_hup(a);
}

static void show_night(struct app *a)
{
    const struct plan *plan = a->night->plan;
    outbox_restart(a->outbox, &plan->settings, plan->config->redis.min_interval,
                   plan->config->redis.heartbeat);
}

static void reload_failed(struct app *a, const char *why)
{
    log_error("reload: %s; the running configuration stays", why);
    buf_addf(&a->reload_said, "%s; the running configuration stays\n", why);
    if (a->next) {
        night_free(a->next);
        a->next = NULL;
        poller_hold(a->night->poller, false);
        show_night(a); /* was paused */
        river_start(a->night->river);
    }
    reload_ended(a, false);
}

/* A denominator that has grown is no secret. */
static void tell_added(const struct app *a, const struct night *old, const struct night *fresh)
{
    struct buf names;
    buf_init(&names, 65536);
    size_t n = follow_added(river_model(old->river), river_model(fresh->river),
                            clock_now(&a->args.clock), &names);
    if (n > 0)
        log_warn("reload: " COUNTED " new though polls have closed: %.*s",
                 COUNT_OF(n, "row of the list is", "rows of the list are"),
                 SLICE_FMT(buf_slice(&names)));
    buf_done(&names);
}

static void on_reloaded(void *ctx)
{
    struct app *a = ctx;
    struct night *old = a->night, *fresh = a->next;
    tell_added(a, old, fresh);
    serve_tell_lost(river_model(fresh->river));
    metrics_take_over(&fresh->metrics, &fresh->plan->settings, &old->metrics, &old->plan->settings);
    carry_over(fresh, old);
    a->night = fresh;
    a->next = NULL;
    serve_identify(a);
    show_night(a);
    if (a->http)
        http_set_cors_origin(a->http, fresh->plan->config->http.cors_origin);
    serve_run(fresh);
    night_free(old);
    buf_addf(&a->reload_said, "done; " COUNTED ", %zu endorsed%s\n",
             COUNT_OF(fresh->plan->settings.source_count, "source", "sources"),
             plan_counted(fresh->plan),
             fresh->plan->list_waits ? "; the list runs as it was: its file has changed since"
                                     : "");
    log_info("reload: %.*s", (int)a->reload_said.len - 1, a->reload_said.ptr);
    reload_ended(a, true);
}

/* A standby has nothing but a plan. */
static void swap_standby(struct app *a, struct night *next)
{
    night_free(a->night);
    a->night = next;
    serve_identify(a);
    log_info("reload: done; this tallyd is the standby");
    buf_addz(&a->reload_said, "done; this tallyd is the standby\n");
    reload_ended(a, true);
}

/* It served, and stands by from now on; nothing of the other night is on its way to the disk. */
static void give_up_reload(struct app *a)
{
    night_free(a->next);
    a->next = NULL;
    a->hup_again = true;
    log_error("reload: given up; it is tried again by the standby");
    a->reloading = false;
    if (a->control)
        control_answer(a->control, a->reload_ticket, ERR_AGAIN,
                       SLICE("given up; it is tried again by the standby\n"));
}

/* All that the running night brought is on disk. */
static void on_flushed(bool ok, const char *text, void *ctx)
{
    struct app *a = ctx;
    struct err e = {0};
    if (a->yielding || !a->next)
        return; /* it is given up */
    if (!ok)
        reload_failed(a, text);
    else if (!writer_load(a->writer, a->next->loaded_arena, &a->next->loaded, &e) ||
             !serve_prepare(a, a->next, on_reloaded, &e))
        reload_failed(a, e.text);
}

/* No poll is under way, or there is one that takes long. Nothing may change while the durable truth
 * is read again, and what is queued must be in it. */
static void on_calm(void *ctx)
{
    struct app *a = ctx;
    struct err e = {0};
    struct writer_job nothing = {0};
    if (a->yielding || !a->next)
        return; /* it is given up */
    if (poller_under_way(a->night->poller) > 0 && clock_monotonic_us() < a->calm_until_us) {
        timer_set(a->calm, CALM_STEP_MS);
        return;
    }
    river_pause(a->night->river);
    outbox_pause(a->outbox);
    if (!writer_submit(a->writer, &nothing, on_flushed, a, &e))
        reload_failed(a, e.text);
}

static bool may_reload(const struct app *a, const struct plan *plan, struct err *e)
{
    return config_may_reload(a->night->plan->config, plan->config, a->sources_only, e);
}

/* The configuration of now, if the running daemon may take it; problems, a line each, go to `said`.
 */
static struct night *read_next(struct app *a, struct buf *said, struct err *e)
{
    struct plan_args args = {.config = a->args.config,
                             .simulated = a->args.clock.simulated,
                             .speed = a->args.clock.speed};
    if (a->sources_only) /* somebody may be editing the list */
        args.list = a->night->plan->list;
    struct plan *plan = NULL;
    struct night *n = NULL;
    int64_t now = clock_now(&a->args.clock);
    args.config.today = now - now % WHEN_DAY;
    if (!plan_make(&args, &plan, said, e))
        return NULL;
    if (may_reload(a, plan, e) &&
        (!a->night->river ||
         follow_allowed(river_model(a->night->river), &plan->settings, &plan->endorsed, now, e)))
        n = night_new(plan, e);
    else
        plan_free(plan);
    return n;
}

static bool check_next(struct app *a, struct buf *said, struct err *e)
{
    struct night *n = read_next(a, said, e);
    bool ok = n != NULL;
    if (n)
        plan_notes(n->plan, said);
    night_free(n);
    return ok;
}

/* The time lets the manager tell this READY=1 from an older one: sd_notify(3). */
static void tell_reloading(void)
{
    char state[80];
    snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%lld",
             (long long)clock_monotonic_us());
    notify_send(state);
}

static void on_hup(void *ctx)
{
    struct app *a = ctx;
    struct err e = {0};
    struct duty_view duty;
    if (a->args.recording) {
        buf_clear(&a->reload_said);
        buf_addz(&a->reload_said, "a replay goes on with what it began with; start it anew\n");
        a->reload_code = ERR_NO;
        return;
    }
    duty_view(a->duty, &duty);
    bool stands = duty.role->state == ROLE_STANDBY && !a->outbox;
    /* what is read by then may be older than this */
    a->hup_again = a->reloading || !(a->ready || stands);
    if (a->hup_again)
        return;
    a->reloading = true;
    tell_reloading();
    buf_done(&a->reload_said);
    buf_init(&a->reload_said, PROBLEMS_ROOM);
    struct night *next = read_next(a, &a->reload_said, &e);
    a->sources_only = false;
    for (struct slice rest = buf_slice(&a->reload_said), line; slice_next(&rest, '\n', &line);)
        log_error("%.*s", SLICE_FMT(line));
    if (!next) {
        reload_failed(a, e.text);
        return;
    }
    if (stands) {
        swap_standby(a, next);
        return;
    }
    a->next = next;
    a->calm_until_us = clock_monotonic_us() + CALM_MS * 1000;
    poller_hold(a->night->poller, true);
    on_calm(a);
}

/* ---- signals and pulses ---- */

static void on_stop(void *ctx)
{
    struct app *a = ctx;
    notify_send("STOPPING=1");
    log_info("stopping");
    loop_stop(a->base);
}

/* How late the loop runs a timer: what every other piece of work had to wait. */
static void on_pulse(void *ctx)
{
    struct app *a = ctx;
    int64_t now = clock_monotonic_us();
    int64_t late = now - a->pulse_due_us;
    metrics_observe(&a->night->metrics.loop_delay, late > 0 ? late : 0);
    a->pulse_due_us = now + PULSE_MS * 1000;
    timer_set(a->pulse, PULSE_MS);
}

static void on_watchdog(void *ctx)
{
    struct app *a = ctx;
    notify_send("WATCHDOG=1");
    timer_set(a->watchdog, notify_watchdog_ms());
}

static bool start_timers(struct app *a, struct err *e)
{
    a->term = loop_signal(a->base, SIGTERM, on_stop, a);
    a->intr = loop_signal(a->base, SIGINT, on_stop, a);
    a->hup = loop_signal(a->base, SIGHUP, on_hup, a);
    a->pulse = timer_new(a->base, on_pulse, a);
    a->calm = timer_new(a->base, on_calm, a);
    a->watchdog = timer_new(a->base, on_watchdog, a);
    if (!a->term || !a->intr || !a->hup || !a->pulse || !a->calm || !a->watchdog)
        return err_set(e, ERR_BUG, "out of memory");
    a->pulse_due_us = clock_monotonic_us() + PULSE_MS * 1000;
    timer_set(a->pulse, PULSE_MS);
    if (notify_watchdog_ms() > 0)
        timer_set(a->watchdog, notify_watchdog_ms());
    return true;
}

/* ---- start and stop ---- */

static bool start_recording(struct app *a, const struct config *c, struct err *e)
{
    return c->archive.directory.len == 0 || a->args.recording ||
           writer_record_to(a->writer, c->archive.directory.ptr, c->archive.keep, e);
}

static bool start_workers(struct app *a, const struct plan *plan, struct err *e)
{
    const struct config *c = plan->config;
    struct workers_settings s = {.program = c->workers.program.ptr,
                                 .count = c->workers.count,
                                 .spares = 2,
                                 .memory = c->workers.memory,
                                 .cpu_ms = c->workers.cpu,
                                 .wall_after_ms = c->workers.wall_after_last_byte};
    a->workers = workers_new(a->base, &s, e);
    return a->workers != NULL;
}

static bool start_doors(struct app *a, struct err *e)
{
    const struct config *c = a->night->plan->config;
    struct http_settings s = {.listen = c->http.listen,
                              .cors_origin = c->http.cors_origin,
                              .hosts = c->http.hosts.items,
                              .host_count = c->http.hosts.count,
                              .max_streams = (size_t)c->http.max_sse_clients};
    char address[HTTP_ADDRESS];
    if (s.listen.len > 0 && !http_new(a->base, &s, pages_routes, a, &a->http, e))
        return false;
    if (a->http) {
        http_address(a->http, address);
        log_info("http: listening at %s/", address);
    }
    events_to(a->events, a->http);
    if (c->control.socket.len == 0)
        return true;
    return control_new(a->base, c->control.socket.ptr, c->control.group.ptr, desk_answer, a,
                       &a->control, e);
}

static bool read_drill(struct app *a, const struct plan *plan, struct err *e)
{
    struct buf problems;
    struct slice rest, line;
    if (!a->args.rehearse)
        return true;
    buf_init(&problems, PROBLEMS_ROOM);
    bool ok = drill_new(plan, &a->args.clock, &a->args.recording->all, a->args.rehearse,
                        &a->night->drill, &problems, e);
    rest = buf_slice(&problems);
    while (slice_next(&rest, '\n', &line))
        log_error("%.*s", SLICE_FMT(line));
    buf_done(&problems);
    return ok;
}

/* A replay has a state directory of its own, is no live watch for anybody, and where it is as fast
 * as it can be, hides nothing between two messages. */
static bool prepare_replay(struct app *a, struct plan *plan, struct err *e)
{
    if (!a->args.recording)
        return true;
    if (plan->settings.mode == MODE_LIVE)
        plan->settings.mode = MODE_REHEARSAL;
    if (a->args.speed == 0)
        plan->config->redis.min_interval = 0;
    if (!read_drill(a, plan, e) || !scratch_make(a->scratch, sizeof a->scratch, e))
        return false;
    plan->config->state.directory = slice_of(a->scratch);
    return true;
}

static bool app_start(struct app *a, struct plan *plan, struct err *e)
{
    if (!(a->night = night_new(plan, e)) || !prepare_replay(a, plan, e))
        return false;
    if (!(a->base = loop_new()) || !(a->pages = page_cache_new()) ||
        !(a->events = events_new(a->base)))
        return err_set(e, ERR_BUG, "out of memory");
    a->rehearsals = (struct children){a->base, PREVIEW_MS, PREVIEWS, NULL, 0};
    a->errands = (struct children){a->base, TEST_MS, TESTS, NULL, 0};
    struct night *n = a->night;
    if (!start_timers(a, e) || !start_workers(a, plan, e) ||
        !writer_open(a->base, plan->config->state.directory.ptr, n->loaded_arena, &n->loaded,
                     &a->writer, e) ||
        !start_recording(a, plan->config, e) ||
        !shown_open(plan->config->state.directory.ptr, &a->shown, e) || !serve_new(a, e) ||
        !start_doors(a, e))
        return false;
    duty_start(a->duty);
    *e = a->failure;
    return e->kind == ERR_NONE;
}

static void app_stop(struct app *a)
{
    children_end(&a->rehearsals);
    children_end(&a->errands);
    control_free(a->control);
    a->control = NULL; /* closing the writer may publish */
    if (a->events)
        events_to(a->events, NULL); /* closing the writer may publish */
    http_free(a->http);
    serve_stop(a->next);
    serve_stop(a->night);
    writer_close(a->writer, CLOSE_WAIT_MS);
    outbox_free(a->outbox);
    serve_free(a);
    shown_close(a->shown);
    page_cache_free(a->pages);
    buf_done(&a->metrics);
    events_free(a->events);
    night_free(a->next);
    night_free(a->night);
    workers_free(a->workers);
    timer_free(a->term);
    timer_free(a->intr);
    timer_free(a->hup);
    timer_free(a->watchdog);
    timer_free(a->pulse);
    timer_free(a->calm);
    buf_done(&a->told);
    buf_done(&a->reload_said);
    loop_free(a->base);
    scratch_remove(a->scratch);
}

/* What a poll frees is there for the next one: so much that is free at the heap's end stays ours,
 * and no piece below the second figure is had from the kernel by itself. By default it is 128 KB
 * for both, and each poll asks the kernel anew. Larger pieces go back as soon as they are free. */
static void keep_some_heap(void)
{
    mallopt(M_TRIM_THRESHOLD, 2 << 20);
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
}

int app_run(const struct app_args *args, struct plan *plan, struct err *e)
{
    struct app a = {.args = *args,
                    .started_us = clock_monotonic_us(),
                    .reload = on_hup,
                    .check = check_next,
                    .give_up_reload = give_up_reload};
    buf_init(&a.told, 4096);
    buf_init(&a.reload_said, PROBLEMS_ROOM);
    signal(SIGPIPE, SIG_IGN);
    process_raise_limits();
    keep_some_heap();
    int code = 0;
    if (app_start(&a, plan, e)) {
        loop_run(a.base);
        *e = a.failure;
        log_info("stopped");
    }
    code = (int)e->kind;
    app_stop(&a);
    return code;
}
