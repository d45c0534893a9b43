/* SPDX-License-Identifier: ISC */
/* Words about duty. */
#include "daemon/desk_duty.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/app_state.h"
#include "daemon/base/when.h"
#include "daemon/edge/http.h"

static struct slice place_text(struct desk_place at, char room[48])
{
    snprintf(room, 48, "%lld-%lld", (long long)at.epoch, (long long)at.number);
    return at.epoch > 0 ? slice_of(room) : SLICE("");
}

bool desk_duty_serves(const struct app *a)
{
    return a->outbox && a->night->river && !a->yielding;
}

/* "last heard 5 min ago"; empty: never. */
static void add_heard(const struct duty_view *v, struct buf *out)
{
    static const struct {
        int64_t seconds;
        const char *word;
    } units[] = {{3600, "h"}, {60, "min"}, {1, "s"}};
    size_t i = 0;
    if (v->heard_s < 0)
        return;
    while (units[i].seconds > 1 && v->heard_s < 2 * units[i].seconds)
        i++;
    buf_addf(out, "last heard %lld %s ago", (long long)(v->heard_s / units[i].seconds),
             units[i].word);
}

static void pair_standby(const struct duty_view *v, struct pairs *p)
{
    struct buf text;
    buf_init(&text, 100);
    buf_addz(&text, v->role->state != ROLE_ACTIVE ? "this one"
                    : v->standby_lives            ? "follows"
                    : v->role->partner            ? "does not answer, "
                                                  : "none");
    if (v->role->state == ROLE_ACTIVE && !v->standby_lives && v->role->partner)
        add_heard(v, &text);
    pair_str(p, "standby", buf_slice(&text));
    buf_done(&text);
}

void desk_duty_pairs(const struct app *a, struct pairs *p)
{
    struct duty_view v;
    char room[48];
    duty_view(a->duty, &v);
    pair_str(p, "role", slice_of(a->yielding ? "stepping down" : role_word(v.role)));
    pair_str(p, "lease", slice_of(v.lease));
    pair_standby(&v, p);
    pair_str(p, "standby_kept", place_text(v.kept, room));
    pair_int(p, "standby_lag_ms", v.standby_lives ? v.kept_ms : 0);
    if (v.role->state != ROLE_ACTIVE)
        pair_str(p, "last_decision", slice_of(v.last));
}

void desk_duty_http(const struct app *a, struct pairs *p)
{
    char address[HTTP_ADDRESS] = "";
    if (a->http)
        http_address(a->http, address);
    pair_int(p, "http_port", a->http ? http_port(a->http) : 0);
    pair_str(p, "http", slice_of(address));
}

/* What keeps one that stands by from being well; what is to be known where it is. */
static const char *standby_but(const struct duty_view *v)
{
    if (v->differs[0])
        return v->differs;
    if (!v->whole)
        return "it has not all that was decided, see the log, and does not take over by itself";
    if (v->unsaid[0])
        return "Redis does not let it say what it has kept, see the log";
    return v->copy ? "one's state directory is a copy of the other's, see the log" : NULL;
}

static void write_well(const struct duty_view *v, char *text, size_t size)
{
    bool well = v->linked && v->lease[0] && v->whole && !v->differs[0] && !v->unsaid[0];
    const char *but = standby_but(v), *lease = "; nobody holds the lease";
    if (!v->linked)
        lease = "; Redis does not answer";
    else if (v->lease[0])
        lease = " for ";
    if (v->role->state == ROLE_STANDBY)
        snprintf(text, size, "%s: it stands by%s%s%s%s", well ? "yes" : "no", lease,
                 v->linked ? v->lease : "", but ? "; " : "", but ? but : "");
    else
        snprintf(text, size, "no: it does not serve yet (%s)%s", role_word(v->role),
                 v->linked ? "" : "; Redis does not answer, and another tallyd may serve");
}

void desk_duty_status(const struct app *a, struct pairs *p)
{
    const struct settings *s = &a->night->plan->settings;
    struct duty_view v;
    char text[1200], now[25];
    duty_view(a->duty, &v);
    write_well(&v, text, sizeof text);
    when_format(clock_now(&a->args.clock), now);
    pair_str(p, "well", slice_of(text));
    pair_str(p, "election", s->election);
    pair_str(p, "mode", slice_of(mode_name(s->mode)));
    pair_str(p, "clock", slice_of(now));
    pair_str(p, "version", SLICE(TALLYD_VERSION));
    pair_str(p, "ready", v.role->state == ROLE_STANDBY ? SLICE("no: standby") : SLICE("no"));
    desk_duty_pairs(a, p);
    pair_int(p, "epoch", 0);
    pair_int(p, "sources", (int64_t)s->source_count);
    pair_str(p, "redis", v.linked ? SLICE("connected") : SLICE("not reachable"));
    pair_str(p, "redis_at", slice_of(v.redis_at));
    desk_duty_http(a, p);
    pair_int(p, "ready_ms", -1);
}

int desk_duty_refuse(const struct app *a, struct buf *body)
{
    struct duty_view v;
    duty_view(a->duty, &v);
    if (v.role->state == ROLE_STANDBY && v.lease[0])
        buf_addf(body, "this tallyd is the standby; ask the active one, %s\n", v.lease);
    else if (v.role->state == ROLE_STANDBY)
        buf_addz(body, "this tallyd is the standby, and nobody holds the lease; tallyctl takeover "
                       "makes it the active one\n");
    else if (v.linked || !v.role->partner)
        buf_addz(body, "not ready: who of two daemons serves is being found out; try again\n");
    else
        buf_addz(body, "not ready: Redis does not answer, and another tallyd is known, which may "
                       "serve; when it does not, tallyctl takeover makes this one the active\n");
    return ERR_AGAIN;
}

/* ---- takeover ---- */

struct asked {
    struct app *app;
    uint64_t ticket;
    size_t length;
    char said[];
};

static void on_taken(bool ok, const char *text, void *ctx)
{
    struct asked *w = ctx;
    if (w->app->control)
        control_answer(w->app->control, w->ticket, ok ? 0 : ERR_AGAIN, slice_of(text));
    free(w);
}

static int refused(const struct err *e, struct buf *body)
{
    buf_addf(body, "%s\n", e->text);
    return (int)e->kind;
}

int desk_duty_take_over(struct app *a, const struct control_request *q, struct buf *body)
{
    bool dry = q->arg_count == 1 && slice_is(q->args[0], "--dry-run");
    struct duty_view v;
    struct err e = {0};
    if (q->arg_count > dry) {
        buf_addz(body, "usage: tallyctl takeover\n");
        return ERR_USAGE;
    }
    duty_view(a->duty, &v);
    if (dry && v.role->state != ROLE_ACTIVE) {
        duty_tell(a->duty, body);
        buf_addz(body, "The takeover goes on from there: what was decided later, and kept only on "
                       "the active one, is lost.\n");
        return 0;
    }
    struct asked *w = calloc(1, sizeof *w);
    if (!w)
        return ERR_BUG;
    *w = (struct asked){.app = a, .ticket = q->ticket};
    if (duty_take_over(a->duty, on_taken, w, &e))
        return CONTROL_LATER;
    free(w);
    return refused(&e, body);
}

/* ---- the configuration ---- */

int desk_duty_reload(struct app *a, const struct control_request *q, struct buf *body)
{
    struct duty_view v;
    bool sources_only = false;
    for (size_t i = 0; i < q->arg_count; i++) {
        sources_only |= slice_is(q->args[i], "sources");
        if (!slice_is(q->args[i], "sources") && !slice_is(q->args[i], "--wait")) {
            buf_addz(body, "usage: tallyctl reload [sources] [--wait]\n");
            return ERR_USAGE;
        }
    }
    duty_view(a->duty, &v);
    if (a->reloading) {
        buf_addz(body, "a reload is going on; try again\n");
        return ERR_AGAIN;
    }
    if (!a->ready && v.role->state != ROLE_STANDBY)
        return desk_duty_refuse(a, body);
    a->reload_ticket = q->ticket;
    a->sources_only = sources_only;
    a->reload(a);
    a->sources_only = false;
    if (a->reloading)
        return CONTROL_LATER;
    buf_add(body, buf_slice(&a->reload_said)); /* it has ended already */
    return a->reload_code;
}

int desk_duty_config(struct app *a, const struct control_request *q, struct buf *body)
{
    struct err e = {0};
    if (slice_is(q->verb, "config dump"))
        config_dump(a->night->plan->config, body);
    else if (!a->check(a, body, &e))
        return refused(&e, body);
    else
        buf_addz(body, "the configuration is right, and a reload would take it\n");
    return 0;
}

/* ---- kept on both ---- */

static void add_here(const struct app *a, struct buf *out)
{
    struct duty_view v;
    duty_view(a->duty, &v);
    buf_addf(out, "kept here only: the standby has not said within %d s that it has it",
             DUTY_WAIT_MS / 1000);
    if (v.heard_s >= 0) {
        buf_addz(out, " (");
        add_heard(&v, out);
        buf_addc(out, ')');
    }
    buf_addz(out, "; a takeover now would lose it\n");
}

static void on_kept(enum duty_kept kept, void *ctx)
{
    struct asked *w = ctx;
    struct buf body;
    buf_init(&body, w->length + 400);
    buf_add(&body, (struct slice){w->said, w->length});
    if (kept == DUTY_BOTH)
        buf_addz(&body, "kept on both\n");
    else if (kept == DUTY_HERE)
        add_here(w->app, &body);
    if (w->app->control)
        control_answer(w->app->control, w->ticket, kept == DUTY_HERE ? ERR_AGAIN : 0,
                       buf_slice(&body));
    buf_done(&body);
    free(w);
}

void desk_duty_answer(struct app *a, uint64_t ticket, struct slice said)
{
    struct asked *w = calloc(1, sizeof *w + said.len);
    if (!w) {
        control_answer(a->control, ticket, ERR_BUG, SLICE("out of memory; it is kept here\n"));
        return;
    }
    *w = (struct asked){.app = a, .ticket = ticket, .length = said.len};
    if (said.len > 0)
        memcpy(w->said, said.ptr, said.len);
    duty_wait(a->duty, on_kept, w);
}
