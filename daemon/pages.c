/* SPDX-License-Identifier: ISC */
/* HTTP resources. */
#include "daemon/pages.h"

#include <stdio.h>
#include <string.h>

#include "daemon/app_state.h"
#include "daemon/base/when.h"
#include "daemon/core/lost.h"
#include "daemon/core/source_state.h"
#include "daemon/core/tally.h"
#include "daemon/desk_duty.h"
#include "daemon/edge/process.h"
#include "daemon/edge/workers.h"
#include "daemon/events.h"
#include "daemon/pages_data.h"
#include "daemon/pages_made.h"
#include "daemon/pages_model.h"
#include "daemon/schema.h"
#include "daemon/web.h"

#define METRICS_MS 50
#define METRICS_MAX ((size_t)64 << 20)

static void page_livez(struct slice path, struct slice query, struct http_answer *answer,
                       struct buf *body, void *ctx)
{
    (void)path, (void)query, (void)ctx;
    answer->type = "text/plain; charset=utf-8";
    answer->no_store = true;
    buf_addz(body, "ok\n");
}

/* Redis down is 200 degraded: polling, calls and HTTP go on. */
static void page_readyz(struct slice path, struct slice query, struct http_answer *answer,
                        struct buf *body, void *ctx)
{
    struct app *a = ctx;
    struct outbox_view view;
    (void)path, (void)query;
    if (!a->ready) {
        pages_not_ready(a, answer, body);
        return;
    }
    answer->type = "text/plain; charset=utf-8";
    answer->no_store = true;
    outbox_view(a->outbox, &view);
    if (view.waiting_ms > OUTBOX_DISK_SLOW_MS)
        buf_addz(body, "degraded: the disk does not answer; calls wait for it\n");
    else if (view.fenced)
        buf_addz(body, "degraded: another tallyd publishes to Redis\n");
    else if (view.redis_configured && !view.redis_connected)
        buf_addz(body, "degraded: Redis cannot be used; tallyctl status says why\n");
    else if (lost_any(river_model(a->night->river)))
        buf_addz(body, "degraded: the list has lost what was called or decided; see tallyctl "
                       "status\n");
    else
        buf_addz(body, "ok\n");
}

/* ---- /metrics: Prometheus' text format ---- */

enum kind { GAUGE, COUNTER, HISTOGRAM };

enum family {
    BUILD_INFO,
    ENDORSEMENTS,
    FLIPS,
    REVIEW_ITEMS,
    LOST,
    SOURCE_ANSWERS,
    SOURCE_STATUS,
    SOURCE_POLLS,
    SOURCE_SUCCESS,
    SOURCE_CHANGE,
    VERDICTS_TOTAL,
    POLL_DURATION,
    PARSE_DURATION,
    WORKER_EXITS,
    CALLS,
    RETRACTIONS,
    REDIS_CONNECTED,
    REDIS_PUBLISHED,
    CHANGE_TO_PUBLISH,
    LOOP_DELAY,
    RELOAD_OK,
    READY,
    ROLE,
    STANDBY_LAG,
    SSE_CLIENTS,
};

static const struct {
    const char *name;
    enum kind kind;
    const char *help;
} families[] = {
    [BUILD_INFO] = {"tallyd_build_info", GAUGE, "Version of this daemon; always 1."},
    [ENDORSEMENTS] = {"tallyd_endorsements", GAUGE, "Endorsed candidacies by state of the count."},
    [FLIPS] = {"tallyd_flips", GAUGE, "Seats won that another party held."},
    [REVIEW_ITEMS] = {"tallyd_review_items", GAUGE, "Matches that wait for a person."},
    [LOST] = {"tallyd_lost", GAUGE, "Whether the list lacks what was called or decided."},
    [SOURCE_ANSWERS] = {"tallyd_source_up", GAUGE, "Whether the last poll of this source worked."},
    [SOURCE_STATUS] = {"tallyd_source_status", GAUGE,
                       "1 for what this source is, in one word; of several files the worst off."},
    [SOURCE_POLLS] = {"tallyd_source_polls_total", COUNTER, "Polls of a source by result."},
    [SOURCE_SUCCESS] = {"tallyd_source_last_success_timestamp_seconds", GAUGE,
                        "When this source last answered well; 0: never."},
    [SOURCE_CHANGE] = {"tallyd_source_last_change_timestamp_seconds", GAUGE,
                       "When the content of this source last changed; 0: never."},
    [VERDICTS_TOTAL] = {"tallyd_verdicts_total", COUNTER,
                        "Judgements on payloads, contests and units."},
    [POLL_DURATION] = {"tallyd_poll_duration_seconds", HISTOGRAM, "Time of a poll."},
    [PARSE_DURATION] = {"tallyd_parse_duration_seconds", HISTOGRAM,
                        "Time from a body's last byte to its batch."},
    [WORKER_EXITS] = {"tallyd_worker_exits_total", COUNTER, "Parser processes by how they ended."},
    [CALLS] = {"tallyd_calls_total", COUNTER, "Calls taken since the start, by authority."},
    [RETRACTIONS] = {"tallyd_call_retractions_total", COUNTER,
                     "Calls taken back since the start, by authority."},
    [REDIS_CONNECTED] = {"tallyd_redis_connected", GAUGE, "Whether the Redis connection is up."},
    [REDIS_PUBLISHED] = {"tallyd_redis_published_messages_total", COUNTER,
                         "Messages given to Redis, by type."},
    [CHANGE_TO_PUBLISH] = {"tallyd_change_to_publish_seconds", HISTOGRAM,
                           "From a feed's last byte to Redis' acknowledgement."},
    [LOOP_DELAY] = {"tallyd_loop_delay_seconds", HISTOGRAM, "How late the loop runs its timers."},
    [RELOAD_OK] = {"tallyd_config_last_reload_successful", GAUGE,
                   "Whether the last reload worked."},
    [READY] = {"tallyd_ready_seconds", GAUGE, "How long the start took until it was ready."},
    [ROLE] = {"tallyd_role", GAUGE, "1 for what this daemon is: active, standby or else."},
    [STANDBY_LAG] = {"tallyd_standby_lag_seconds", GAUGE,
                     "How long the standby has not had all that is decided; 0: it has, or there is "
                     "none."},
    [SSE_CLIENTS] = {"tallyd_http_sse_clients", GAUGE, "Readers of /v1/events."},
};

static void head(struct buf *out, enum family f)
{
    static const char *const kinds[] = {
        [GAUGE] = "gauge", [COUNTER] = "counter", [HISTOGRAM] = "histogram"};
    buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", families[f].name, families[f].help,
             families[f].name, kinds[families[f].kind]);
}

/* A family of one number. */
static void single(struct buf *out, enum family f, int64_t value)
{
    head(out, f);
    buf_addf(out, "%s %lld\n", families[f].name, (long long)value);
}

/* One number of a family that is told apart by a label. */
static void labelled(struct buf *out, enum family f, const char *label, const char *of,
                     int64_t value)
{
    buf_addf(out, "%s{%s=\"%s\"} %lld\n", families[f].name, label, of, (long long)value);
}

static const char *name_of(const struct settings *s, size_t source)
{
    return s->sources[source].name.ptr; /* checked and NUL-ended by the configuration */
}

static void source_results(const struct night *n, struct buf *out)
{
    static const char *const results[POLL_RESULTS] = {[POLL_CHANGED] = "changed",
                                                      [POLL_UNCHANGED] = "unchanged",
                                                      [POLL_FAILED] = "failed",
                                                      [POLL_REFUSED] = "refused"};
    const struct settings *s = &n->plan->settings;
    const struct metrics_source *m = n->metrics.sources;
    head(out, SOURCE_POLLS);
    for (size_t i = 0; i < s->source_count; i++)
        for (int k = 0; k < POLL_RESULTS; k++)
            buf_addf(out, "%s{source=\"%s\",result=\"%s\"} %lld\n", families[SOURCE_POLLS].name,
                     name_of(s, i), results[k], (long long)m[i].polls[k]);
    head(out, VERDICTS_TOTAL);
    for (size_t i = 0; i < s->source_count; i++)
        for (int v = 0; v < VERDICTS; v++)
            if (m[i].verdicts[v] > 0)
                buf_addf(out, "%s{source=\"%s\",verdict=\"%s\"} %lld\n",
                         families[VERDICTS_TOTAL].name, name_of(s, i), verdict_info[v].name,
                         (long long)m[i].verdicts[v]);
}

static void source_metrics(const struct night *n, int64_t now_ms, struct buf *out)
{
    const struct model *model = river_model(n->river);
    const struct settings *s = &n->plan->settings;
    const struct metrics_source *m = n->metrics.sources;
    head(out, SOURCE_ANSWERS);
    for (size_t i = 0; i < s->source_count; i++)
        labelled(out, SOURCE_ANSWERS, "source", name_of(s, i), m[i].up);
    head(out, SOURCE_STATUS);
    for (uint32_t i = 0; i < s->source_count; i++)
        buf_addf(out, "%s{source=\"%s\",status=\"%s\"} 1\n", families[SOURCE_STATUS].name,
                 name_of(s, i), source_states[source_state_of(model, i, now_ms)].name);
    head(out, SOURCE_SUCCESS);
    for (size_t i = 0; i < s->source_count; i++)
        labelled(out, SOURCE_SUCCESS, "source", name_of(s, i), m[i].last_success_ms / 1000);
    head(out, SOURCE_CHANGE);
    for (size_t i = 0; i < s->source_count; i++)
        labelled(out, SOURCE_CHANGE, "source", name_of(s, i), m[i].last_change_ms / 1000);
    source_results(n, out);
}

static void tally_metrics(const struct model *m, struct buf *out)
{
    static const enum tally_count outcomes[] = {TALLY_WON, TALLY_LOST, TALLY_ADVANCED,
                                                TALLY_PENDING};
    struct tally t = {0};
    tally_all(&t, m, NULL);
    head(out, ENDORSEMENTS);
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        labelled(out, ENDORSEMENTS, "outcome", tally_names[outcomes[i]], t.n[outcomes[i]]);
    single(out, FLIPS, t.n[TALLY_FLIPS]);
    single(out, REVIEW_ITEMS, m->review_count);
    single(out, LOST, lost_any(m));
}

static void claim_metrics(const struct metrics *m, struct buf *out)
{
    head(out, CALLS);
    for (size_t i = 0; i < METRICS_AUTHORITIES; i++)
        labelled(out, CALLS, "by", metrics_authorities[i], m->calls[i]);
    head(out, RETRACTIONS);
    for (size_t i = 0; i < METRICS_AUTHORITIES; i++)
        labelled(out, RETRACTIONS, "by", metrics_authorities[i], m->retractions[i]);
}

static void duration_metrics(const struct metrics *m, struct buf *out)
{
    char labels[100];
    head(out, POLL_DURATION);
    metrics_histogram(&m->poll, families[POLL_DURATION].name, "", out);
    head(out, PARSE_DURATION);
    for (size_t i = 0; i < m->parse_count; i++) {
        snprintf(labels, sizeof labels, "format=\"%s\"", m->parse[i].format);
        metrics_histogram(&m->parse[i].times, families[PARSE_DURATION].name, labels, out);
    }
    head(out, LOOP_DELAY);
    metrics_histogram(&m->loop_delay, families[LOOP_DELAY].name, "", out);
}

static void worker_metrics(const struct workers *w, struct buf *out)
{
    static const char *const reasons[WIRE_FAILURES] = {[WIRE_OK] = "ok",
                                                       [WIRE_BLOCKED] = "blocked",
                                                       [WIRE_TRUNCATED] = "truncated",
                                                       [WIRE_SYNTAX] = "syntax",
                                                       [WIRE_SCHEMA] = "schema",
                                                       [WIRE_LIMIT] = "limit",
                                                       [WIRE_INTERNAL] = "internal",
                                                       [WIRE_CRASHED] = "crashed",
                                                       [WIRE_OVERRAN] = "overran",
                                                       [WIRE_MISUSE] = "misuse"};
    head(out, WORKER_EXITS);
    for (int i = 0; i < WIRE_FAILURES; i++)
        labelled(out, WORKER_EXITS, "reason", reasons[i], workers_exits(w, (enum wire_failure)i));
}

static void publish_metrics(const struct outbox_view *view, struct buf *out)
{
    const int64_t *n = view->by_type;
    single(out, REDIS_CONNECTED, view->redis_connected);
    head(out, REDIS_PUBLISHED); /* by the type of the envelope */
    labelled(out, REDIS_PUBLISHED, "type", "totals", n[MESSAGE_TOTALS] + n[MESSAGE_STATE_TOTALS]);
    labelled(out, REDIS_PUBLISHED, "type", "race", n[MESSAGE_RACE]);
    labelled(out, REDIS_PUBLISHED, "type", "call", n[MESSAGE_CALL]);
    labelled(out, REDIS_PUBLISHED, "type", "retraction", n[MESSAGE_RETRACTION]);
    head(out, CHANGE_TO_PUBLISH);
    metrics_histogram(view->change_to_publish, families[CHANGE_TO_PUBLISH].name, "", out);
}

static void role_metrics(const struct app *a, struct buf *out)
{
    static const struct {
        const char *name;
        enum role_state state;
    } roles[] = {{"active", ROLE_ACTIVE}, {"standby", ROLE_STANDBY}};
    struct duty_view duty;
    bool other = true;
    duty_view(a->duty, &duty);
    head(out, ROLE);
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        bool is = duty.role->state == roles[i].state && !a->yielding;
        labelled(out, ROLE, "role", roles[i].name, is);
        other &= !is;
    }
    labelled(out, ROLE, "role", "other", other);
    head(out, STANDBY_LAG);
    buf_addf(out, "%s ", families[STANDBY_LAG].name);
    metrics_seconds(duty.standby_lives ? duty.kept_ms * 1000 : 0, out);
    buf_addc(out, '\n');
}

static void write_metrics(const struct app *a, struct buf *body)
{
    const struct night *n = a->night;
    struct outbox_view view;
    struct duty_view duty;
    head(body, BUILD_INFO);
    labelled(body, BUILD_INFO, "version", TALLYD_VERSION, 1);
    role_metrics(a, body);
    if (a->ready)
        tally_metrics(river_model(n->river), body);
    if (desk_duty_serves(a)) /* one that stands by polls none */
        source_metrics(n, clock_now(&a->args.clock), body);
    claim_metrics(&n->metrics, body);
    duration_metrics(&n->metrics, body);
    worker_metrics(a->workers, body);
    duty_view(a->duty, &duty);
    if (a->outbox) {
        outbox_view(a->outbox, &view);
        publish_metrics(&view, body);
    } else {
        single(body, REDIS_CONNECTED, duty.linked);
    }
    single(body, SSE_CLIENTS, (int64_t)http_streams(a->http));
    single(body, RELOAD_OK, n->metrics.reload_ok);
    head(body, READY);
    buf_addf(body, "%s ", families[READY].name);
    metrics_seconds(a->ready ? a->ready_us - a->serves_us : 0, body);
    buf_addc(body, '\n');
    process_metrics(body);
}

/* A crowd that asks costs a making in a while. */
static void page_metrics(struct slice path, struct slice query, struct http_answer *answer,
                         struct buf *body, void *ctx)
{
    struct app *a = ctx;
    int64_t now = clock_monotonic_us();
    (void)path, (void)query;
    answer->type = "text/plain; version=0.0.4; charset=utf-8";
    answer->no_store = true;
    if (a->metrics.len == 0 || now - a->metrics_us >= METRICS_MS * 1000) {
        buf_done(&a->metrics);
        buf_init(&a->metrics, METRICS_MAX);
        write_metrics(a, &a->metrics);
        a->metrics_us = now;
    }
    buf_add(body, buf_slice(&a->metrics));
    body->failed |= a->metrics.failed;
}

static void page_schema(struct slice path, struct slice query, struct http_answer *answer,
                        struct buf *body, void *ctx)
{
    (void)path, (void)query, (void)ctx;
    answer->type = "application/schema+json";
    snprintf(answer->etag, sizeof answer->etag, "\"%s-%zu\"", TALLYD_VERSION, strlen(schema_json));
    buf_addz(body, schema_json);
}

static void page_style(struct slice path, struct slice query, struct http_answer *answer,
                       struct buf *body, void *ctx)
{
    (void)path, (void)query, (void)ctx;
    answer->type = "text/css; charset=utf-8";
    buf_addz(body, web_board_css);
}

static void page_script(struct slice path, struct slice query, struct http_answer *answer,
                        struct buf *body, void *ctx)
{
    (void)path, (void)query, (void)ctx;
    answer->type = "text/javascript; charset=utf-8";
    buf_addz(body, web_board_js);
}

static unsigned events_begin(struct slice query, struct http_answer *answer, struct buf *body,
                             void *ctx)
{
    const struct app *a = ctx;
    if (a->ready)
        return events_topics(query, answer, body);
    pages_not_ready(a, answer, body);
    return 0;
}

static void events_begun(struct http_stream *s, struct slice last_id, void *ctx)
{
    const struct app *a = ctx;
    events_first(a->events, s, last_id);
}

const struct http_route pages_routes[] = {
    {.path = "/", .handler = pages_model},
    {.path = "/embed", .handler = pages_model},
    {.path = "/board.css", .handler = page_style},
    {.path = "/board.js", .handler = page_script},
    {.path = "/v1/statement.txt", .handler = pages_statement},
    {.path = "/v1/totals.json", .handler = pages_totals},
    {.path = "/v1/totals.csv", .handler = pages_model},
    {.path = "/v1/races.json", .handler = pages_model},
    {.path = "/v1/races.csv", .handler = pages_model},
    {.path = "/v1/races/", .handler = pages_model},
    {.path = "/v1/winners.csv", .handler = pages_model},
    {.path = "/v1/calls.json", .handler = pages_model},
    {.path = "/v1/calls.csv", .handler = pages_model},
    {.path = "/v1/corrections.json", .handler = pages_model},
    {.path = "/v1/corrections.txt", .handler = pages_model},
    {.path = "/v1/open.csv", .handler = pages_model},
    {.path = "/v1/sources.json", .handler = pages_model},
    {.path = "/v1/sources.csv", .handler = pages_model},
    {.path = "/v1/site.tsv", .handler = pages_model},
    {.path = "/v1/schema.json", .handler = page_schema},
    {.path = "/metrics", .handler = page_metrics},
    {.path = "/livez", .handler = page_livez},
    {.path = "/readyz", .handler = page_readyz},
    {.path = "/v1/events", .stream = events_begin, .first = events_begun},
    {.path = NULL},
};
