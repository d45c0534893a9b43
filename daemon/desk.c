/* SPDX-License-Identifier: ISC */
/* The control socket's verbs. */
#include "daemon/desk.h"

#include <stdio.h>

#include "daemon/app_state.h"
#include "daemon/base/counted.h"
#include "daemon/base/num.h"
#include "daemon/base/when.h"
#include "daemon/core/commands.h"
#include "daemon/core/documents.h"
#include "daemon/core/held.h"
#include "daemon/core/lost.h"
#include "daemon/core/source_state.h"
#include "daemon/core/statement.h"
#include "daemon/core/tally.h"
#include "daemon/desk_decide.h"
#include "daemon/desk_duty.h"
#include "daemon/desk_joint.h"
#include "daemon/desk_test.h"
#include "daemon/edge/poller.h"

struct question {
    struct app *app;
    const struct control_request *request;
    bool json;
    const struct slice *words; /* arguments without options */
    size_t word_count;
};

static const struct model *model_of(const struct question *q)
{
    return river_model(q->app->night->river);
}

/* ---- status ---- */

static bool any_paused(const struct model *m)
{
    bool any = false;
    for (size_t i = 0; i < m->settings->source_count; i++)
        any |= m->feeds[i].paused;
    return any;
}

static void pair_redis(struct pairs *p, const struct app *a, const struct outbox_view *view)
{
    char text[400];
    struct duty_view duty;
    duty_view(a->duty, &duty);
    const char *away = view->redis_away[0] ? view->redis_away : duty.why;
    snprintf(text, sizeof text, "%s%s%s",
             !view->redis_configured ? "not configured"
             : view->fenced          ? "fenced: another tallyd publishes there"
             : view->redis_connected ? "connected"
             : view->redis_up        ? "connected, but not well"
                                     : "not connected",
             view->redis_connected || !away[0] ? "" : ": ", view->redis_connected ? "" : away);
    pair_str(p, "redis", slice_of(text));
    pair_str(p, "redis_at", slice_of(view->redis_at));
}

/* The answer to the question people ask first. */
static void pair_well(struct pairs *p, const struct question *q, const struct outbox_view *view)
{
    const struct night *n = q->app->night;
    int64_t now = clock_now(&q->app->args.clock), all = (int64_t)n->plan->settings.source_count;
    int64_t up = source_state_answering(model_of(q), now);
    bool stale = statement_staleness(model_of(q), now).stale;
    bool redis = !view->redis_configured || (view->redis_connected && !view->fenced);
    struct duty_view duty;
    uint32_t source = 0;
    size_t at = 0;
    duty_view(q->app->duty, &duty);
    const struct {
        bool is, harmless;
        const char *says;
    } also[] = {
        {stale, false, up == all ? ", but not all of their news is fresh" : ""},
        {!redis, false, "; see redis below"},
        {lost_any(model_of(q)), false, "; see orphaned below"},
        {view->waiting_ms > OUTBOX_DISK_SLOW_MS, false,
         "; nothing new is told before the disk has it: is it full?"},
        {duty.role->partner && !duty.standby_lives, true, "; see standby below"},
        {any_paused(model_of(q)), true, "; the desk has paused some, see sources_paused below"},
        {held_next(model_of(q), &source, &at), true, "; guards hold something, see held below"},
    };
    bool well = q->app->ready && (up > 0 || all == 0);
    char text[400];
    struct buf more;
    buf_init(&more, 300);
    for (size_t i = 0; i < sizeof also / sizeof *also; i++) {
        well &= !also[i].is || also[i].harmless;
        buf_addz(&more, also[i].is ? also[i].says : "");
    }
    snprintf(text, sizeof text, "%s: %lld of " COUNTED "%.*s", well ? "yes" : "no", (long long)up,
             COUNT_OF(all, "source answers", "sources answer"), SLICE_FMT(buf_slice(&more)));
    buf_done(&more);
    pair_str(p, "well", slice_of(text));
}

/* What is durable and has no row of the list any more: how many, and the first. */
static void pair_orphaned(struct pairs *p, const struct model *m)
{
    struct arena *a = arena_new(16 << 20);
    size_t n = 0;
    const struct lost *list = a ? lost_list(m, a, &n) : NULL;
    pair_int(p, "orphaned", list ? (int64_t)n : -1);
    pair_str(p, "orphaned_first",
             list && n > 0 ? arena_printf(a, "%.*s %.*s: %.*s", SLICE_FMT(list->id),
                                          SLICE_FMT(list->what), SLICE_FMT(list->way))
                           : SLICE(""));
    arena_free(a);
}

/* Nothing that feeds call counts: that is before everything else. */
static void pair_frozen(struct pairs *p, const struct model *m)
{
    char room[4096];
    struct buf text;
    if (m->frozen == 0)
        return;
    buf_init_over(&text, room, sizeof room);
    buf_addz(&text, "all races: feeds call nothing new before tallyctl release");
    for (uint32_t i = 0; i < m->decision_count; i++)
        if (m->decisions[i].number == m->frozen) {
            buf_addz(&text, "; ");
            documents_decision_line(m, &m->decisions[i], &text);
        }
    pair_str(p, "frozen", buf_slice(&text));
}

/* How many contests, and the first, with what is on air and what waits. */
static void pair_held(struct pairs *p, const struct model *m)
{
    struct buf text;
    const struct feed_contest *c, *first = NULL;
    uint32_t source = 0;
    size_t at = 0;
    int64_t n = 0;
    for (; (c = held_next(m, &source, &at)); n++)
        first = first ? first : c;
    buf_init(&text, 65536);
    if (first) {
        buf_addf(&text, "%.*s: ", SLICE_FMT(m->settings->sources[first->source].name));
        held_write(m, first, &text);
    }
    pair_int(p, "held", n);
    pair_str(p, "held_first", buf_slice(&text));
    buf_done(&text);
}

/* Where the night is recorded, and how well. */
static void pair_archive(struct pairs *p, const struct app *a)
{
    const struct config *c = a->night->plan->config;
    struct writer_recording r;
    char text[500];
    if (!a->night->recorder)
        return;
    writer_recording(a->writer, &r);
    snprintf(text, sizeof text, "%s%s%lld of %lld MB in %.*s", r.why, r.why[0] ? "; " : "",
             (long long)(r.bytes >> 20), (long long)(c->archive.keep >> 20),
             SLICE_FMT(slice_sub(c->archive.directory, 0, 150)));
    pair_str(p, "archive", slice_of(text));
    pair_int(p, "archive_waiting", r.waiting);
    pair_int(p, "archive_lost", r.lost);
}

/* Which the desk has stopped, by whom, and why. */
static void write_paused(const struct model *m, struct buf *out)
{
    for (uint32_t i = 0; i < m->settings->source_count; i++) {
        if (!m->feeds[i].paused)
            continue;
        uint32_t k = m->decision_count; /* the last is the one that stands */
        while (k-- > 0 && !(slice_is(m->decisions[k].verb, "source pause") &&
                            slice_eq(m->decisions[k].target, m->settings->sources[i].name)))
            continue;
        buf_addz(out, out->len > 0 ? "; " : "");
        documents_decision_line(m, &m->decisions[k], out);
    }
}

static void pair_sources(struct pairs *p, const struct question *q)
{
    const struct model *m = model_of(q);
    struct buf text;
    buf_init(&text, 65536);
    source_state_write(m, clock_now(&q->app->args.clock), &text);
    pair_str(p, "sources_are", buf_slice(&text));
    buf_clear(&text);
    write_paused(m, &text);
    pair_str(p, "sources_paused", buf_slice(&text));
    buf_done(&text);
}

static void pair_ready(struct pairs *p, const struct app *a)
{
    char text[100] = "yes";
    size_t done, all;
    if (!a->ready) {
        restore_progress(a->night->restore, &done, &all);
        snprintf(text, sizeof text, "no: restoring, %zu of %zu payloads", done, all);
    }
    pair_str(p, "ready", slice_of(text));
}

static int verb_status(struct question *q, struct buf *body)
{
    const struct app *a = q->app;
    const struct settings *s = &a->night->plan->settings;
    struct outbox_view view;
    struct tally all = {0};
    struct pairs p;
    char now[25];
    pairs_begin(&p, q->json, body);
    if (!desk_duty_serves(a)) {
        desk_duty_status(a, &p);
        pairs_end(&p);
        return 0;
    }
    outbox_view(a->outbox, &view);
    tally_all(&all, model_of(q), NULL);
    when_format(clock_now(&a->args.clock), now);
    pair_frozen(&p, model_of(q));
    pair_well(&p, q, &view);
    pair_str(&p, "election", s->election);
    pair_str(&p, "mode", slice_of(mode_name(s->mode)));
    pair_str(&p, "clock", slice_of(now));
    pair_str(&p, "version", SLICE(TALLYD_VERSION));
    pair_ready(&p, a);
    desk_duty_pairs(a, &p);
    pair_int(&p, "epoch", view.epoch);
    pair_int(&p, "seq", view.seq);
    pair_int(&p, "listed", all.n[TALLY_LISTED]);
    pair_int(&p, "endorsed", all.n[TALLY_ENDORSED]);
    pair_int(&p, "races", all.n[TALLY_RACES]);
    pair_int(&p, "waiting_matches", model_of(q)->review_count);
    pair_orphaned(&p, model_of(q));
    pair_held(&p, model_of(q));
    pair_int(&p, "sources", (int64_t)s->source_count);
    pair_int(&p, "sources_up", source_state_answering(model_of(q), clock_now(&a->args.clock)));
    pair_sources(&p, q);
    pair_redis(&p, q->app, &view);
    pair_int(&p, "waiting_for_disk_ms", view.waiting_ms);
    pair_archive(&p, a);
    pair_int(&p, "published", view.published);
    desk_duty_http(a, &p);
    pair_int(&p, "loop_delay_p99_us", metrics_quantile(&a->night->metrics.loop_delay, 990));
    pair_int(&p, "ready_ms", a->ready ? (a->ready_us - a->serves_us) / 1000 : -1);
    pairs_end(&p);
    return 0;
}

/* ---- the others ---- */

static int verb_totals(struct question *q, struct buf *body)
{
    static const struct {
        const char *word;
        enum documents_by by;
    } parts[] = {{"state", DOCUMENTS_STATE}, {"office", DOCUMENTS_LEVEL}, {"tag", DOCUMENTS_TAG}};
    enum documents_by by = DOCUMENTS_ALL;
    if (q->word_count > 0) {
        size_t i = 0;
        while (i < 3 && !(q->word_count == 2 && slice_is(q->words[0], "--by") &&
                          slice_is(q->words[1], parts[i].word)))
            i++;
        if (i == 3) {
            buf_addz(body, "tallyctl totals takes --by state, --by office or --by tag\n");
            return ERR_USAGE;
        }
        by = parts[i].by;
    }
    struct arena *scratch = arena_new(16 << 20);
    bool ok = scratch && documents_totals_rows(model_of(q), by, q->json, scratch, body);
    arena_free(scratch);
    return ok ? 0 : ERR_BUG;
}

static int verb_races(struct question *q, struct buf *body)
{
    struct err e = {0};
    if (documents_races(model_of(q), q->words, q->word_count, q->json, body, &e))
        return 0;
    buf_clear(body);
    buf_addf(body, "%s\n", e.text);
    return (int)e.kind;
}

static int verb_statement(struct question *q, struct buf *body)
{
    struct outbox_view view;
    size_t style = STATEMENT_SHORT;
    outbox_view(q->app->outbox, &view);
    if (!q->app->ready) {
        buf_addz(body, "not ready: the last known state is being restored\n");
        return ERR_AGAIN;
    }
    if (q->word_count > 0) {
        while (style < STATEMENT_STYLES &&
               !(q->word_count == 2 && slice_is(q->words[0], "--style") &&
                 slice_is(q->words[1], statement_styles[style])))
            style++;
        if (style == STATEMENT_STYLES) {
            buf_addf(body, "tallyctl statement takes --style short, long or slack, not '%.*s'\n",
                     SLICE_FMT(q->words[q->word_count - 1]));
            return ERR_USAGE;
        }
    }
    buf_add(body, view.frozen.statements[style]);
    buf_addc(body, '\n');
    return 0;
}

static int verb_watch(struct question *q, struct buf *body)
{
    control_keep(q->request->client);
    verb_statement(q, body); /* what there is already; the rest comes by itself */
    return 0;
}

static int verb_todo(struct question *q, struct buf *body)
{
    struct arena *scratch = arena_new(64 << 20);
    bool ok = scratch &&
              documents_todo(model_of(q), clock_now(&q->app->args.clock), q->json, scratch, body);
    arena_free(scratch);
    return ok ? 0 : ERR_BUG;
}

/* What was told; with -f, what comes too. */
static int verb_tail(struct question *q, struct buf *body)
{
    int64_t most = 20;
    bool follow = q->word_count > 0 && slice_is(q->words[q->word_count - 1], "-f");
    size_t words = q->word_count - follow;
    if (words > 1 || (words == 1 && !num_parse(q->words[0], 1, UINT32_MAX, &most))) {
        buf_addz(body, "tallyctl tail takes how many, and -f\n");
        return ERR_USAGE;
    }
    documents_told(model_of(q), (uint32_t)most, body);
    if (follow)
        control_keep(q->request->client);
    return 0;
}

static int verb_show(struct question *q, struct buf *body)
{
    struct err e = {0};
    if (q->word_count == 1 && documents_show(model_of(q), q->words[0], q->json, body, &e))
        return 0;
    buf_clear(body);
    if (q->word_count != 1)
        err_set(&e, ERR_USAGE, "tallyctl show takes one id, or a part of an id or name");
    buf_addf(body, "%s\n", e.text);
    return (int)e.kind;
}

static int verb_explain(struct question *q, struct buf *body)
{
    struct err e = {0};
    struct tally t = {0};
    if (q->word_count != 1) {
        buf_addz(
            body,
            "tallyctl explain takes one id of an endorsement or race, or a part of an id or name; "
            "tallyctl races lists them; or count:won, by any name that tallyctl totals has\n");
        return ERR_USAGE;
    }
    tally_all(&t, model_of(q), NULL);
    if (documents_explain(model_of(q), &t, q->words[0], clock_now(&q->app->args.clock), body, &e))
        return 0;
    buf_clear(body);
    buf_addf(body, "%s\n", e.text);
    return (int)e.kind;
}

static int verb_source_list(struct question *q, struct buf *body)
{
    documents_sources(model_of(q), clock_now(&q->app->args.clock), q->json, body);
    return 0;
}

/* The source that the only word names; false: there is none. */
static bool find_source(const struct question *q, uint32_t *out, struct buf *body)
{
    const struct settings *s = model_of(q)->settings;
    struct slice name = q->word_count == 1 ? q->words[0] : SLICE("");
    if ((*out = settings_find_source(s, name)) != NONE)
        return true;
    buf_addf(body, "no source is named '%.*s'; give one of", SLICE_FMT(name));
    for (size_t i = 0; i < s->source_count; i++)
        buf_addf(body, "%s %.*s", i ? "," : "", SLICE_FMT(s->sources[i].name));
    buf_addc(body, '\n');
    return false;
}

static int verb_source_held(struct question *q, struct buf *body)
{
    uint32_t source;
    if (q->word_count > 0 && !find_source(q, &source, body))
        return ERR_USAGE;
    held_rows(model_of(q), q->word_count > 0 ? q->words[0] : SLICE(""), q->json, body);
    return 0;
}

static int verb_source_poll(struct question *q, struct buf *body)
{
    uint32_t source;
    if (!find_source(q, &source, body))
        return ERR_USAGE;
    if (model_of(q)->feeds[source].paused) {
        buf_addz(body, "it is paused; tallyctl source resume lets it be polled\n");
        return ERR_NO;
    }
    size_t n = poller_soon(q->app->night->poller, source);
    if (n == 0) {
        buf_addz(body, "it is being polled, or its site has asked for a rest\n");
        return ERR_AGAIN;
    }
    buf_addf(body, COUNTED " polled now; tallyctl source list has what comes\n",
             COUNT_OF(n, "file is", "files are"));
    return 0;
}

static int verb_record(struct question *q, struct buf *body)
{
    uint32_t source = NONE;
    if (q->word_count > 0 && !find_source(q, &source, body))
        return ERR_USAGE;
    if (!q->app->night->recorder) {
        buf_addz(body, "nothing is recorded: set [archive] directory, and restart tallyd\n");
        return ERR_NO;
    }
    recorder_rows(q->app->night->recorder, source, q->json, body);
    return 0;
}

static int verb_replay(struct question *q, struct buf *body)
{
    const struct app *a = q->app;
    struct player_view v;
    struct pairs p;
    char now[25], end[25];
    if (!a->night->player) {
        buf_addz(body, "this tallyd polls; a replay is started with tallyd --replay DIR\n");
        return ERR_NO;
    }
    player_view(a->night->player, &v);
    when_format(v.now_ms, now);
    when_format(v.end_ms, end);
    pairs_begin(&p, q->json, body);
    pair_str(&p, "archive", slice_of(a->args.replay));
    pair_str(&p, "state", v.over ? SLICE("over") : SLICE("plays"));
    pair_str(&p, "clock", slice_of(now));
    pair_str(&p, "ends", slice_of(end));
    pair_int(&p, "played", (int64_t)v.played);
    pair_int(&p, "polls", (int64_t)v.count);
    pair_int(&p, "skipped", (int64_t)v.skipped);
    pair_int(&p, "speed", a->args.speed);
    pairs_end(&p);
    return 0;
}

static int verb_calls(struct question *q, struct buf *body)
{
    documents_calls_rows(model_of(q), q->json, body);
    return 0;
}

static int verb_coverage(struct question *q, struct buf *body)
{
    documents_coverage(model_of(q), q->json, body);
    return 0;
}

static int verb_match_list(struct question *q, struct buf *body)
{
    documents_match_list(model_of(q), q->json, body);
    return 0;
}

static int verb_match_decisions(struct question *q, struct buf *body)
{
    documents_match_decisions(model_of(q), q->json, body);
    return 0;
}

static int verb_decisions(struct question *q, struct buf *body)
{
    documents_decisions(model_of(q), q->json, body);
    return 0;
}

static const struct verb {
    const char *name;
    int (*answer)(struct question *q, struct buf *body);
} verbs[] = {
    {"status", verb_status},
    {"totals", verb_totals},
    {"races", verb_races},
    {"statement", verb_statement},
    {"watch", verb_watch},
    {"tail", verb_tail},
    {"show", verb_show},
    {"explain", verb_explain},
    {"source list", verb_source_list},
    {"source held", verb_source_held},
    {"source poll", verb_source_poll},
    {"record", verb_record},
    {"replay", verb_replay},
    {"todo", verb_todo},
    {"calls", verb_calls},
    {"coverage", verb_coverage},
    {"match list", verb_match_list},
    {"match decisions", verb_match_decisions},
    {"decisions", verb_decisions},
};

int desk_answer(const struct control_request *request, struct buf *body, void *app)
{
    struct question q = {
        .app = app, .request = request, .words = request->args, .word_count = request->arg_count};
    if (q.word_count > 0 && slice_starts(q.words[0], SLICE("-o="))) {
        q.json = slice_is(q.words[0], "-o=json");
        q.words++;
        q.word_count--;
    }
    if (slice_is(request->verb, "takeover"))
        return desk_duty_take_over(app, request, body);
    if (slice_is(request->verb, "reload"))
        return desk_duty_reload(app, request, body);
    if (slice_is(request->verb, "config check") || slice_is(request->verb, "config dump"))
        return desk_duty_config(app, request, body);
    if (slice_is(request->verb, "source test"))
        return desk_test(app, request, body);
    if (!desk_duty_serves(app) && !slice_is(request->verb, "status"))
        return desk_duty_refuse(app, body);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (slice_is(request->verb, verbs[i].name))
            return verbs[i].answer(&q, body);
    if (slice_is(request->verb, JOINT_VERB))
        return desk_joint(app, request, body);
    if (desk_decides(request->verb))
        return desk_decide(app, request, body);
    buf_addf(body, "this tallyd (%s) does not know '%.*s'\n", TALLYD_VERSION,
             SLICE_FMT(request->verb));
    return ERR_USAGE;
}
