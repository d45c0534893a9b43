/* SPDX-License-Identifier: ISC */
/* HTTP resources. */
#include "daemon/pages.h"

#include <stdio.h>

#include "daemon/app_state.h"
#include "daemon/base/when.h"
#include "daemon/core/tally.h"
#include "daemon/edge/process.h"
#include "daemon/edge/workers.h"

static void not_ready(struct http_answer *answer, struct buf *body)
{
    answer->status = 503;
    answer->type = "text/plain; charset=utf-8";
    answer->no_store = true;
    buf_addz(body, "not ready: the last known state is being restored\n");
}

static bool published(const struct app *a, struct http_answer *answer, struct buf *body,
                      struct outbox_view *view)
{
    outbox_view(a->outbox, view);
    if (!a->ready || view->totals.len == 0) {
        not_ready(answer, body);
        return false;
    }
    snprintf(answer->etag, sizeof answer->etag, "\"%lld-%lld\"", (long long)view->epoch,
             (long long)view->seq);
    return true;
}

static void page_totals(struct slice path, struct slice query, struct http_answer *answer,
                        struct buf *body, void *ctx)
{
    struct outbox_view view;
    (void)path, (void)query;
    if (!published(ctx, answer, body, &view))
        return;
    buf_add(body, view.totals);
    buf_addc(body, '\n');
}

static void page_statement(struct slice path, struct slice query, struct http_answer *answer,
                           struct buf *body, void *ctx)
{
    struct outbox_view view;
    (void)path, (void)query;
    if (!published(ctx, answer, body, &view))
        return;
    answer->type = "text/plain; charset=utf-8";
    buf_add(body, view.statement);
    buf_addc(body, '\n');
}

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
        not_ready(answer, body);
        return;
    }
    answer->type = "text/plain; charset=utf-8";
    answer->no_store = true;
    outbox_view(a->outbox, &view);
    if (view.fenced)
        buf_addz(body, "degraded: another tallyd publishes to Redis\n");
    else if (view.redis_configured && !view.redis_connected)
        buf_addz(body, "degraded: Redis cannot be reached\n");
    else
        buf_addz(body, "ok\n");
}

/* ---- /metrics ---- */

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void source_metrics(const struct night *n, struct buf *out)
{
    static const char *const results[POLL_RESULTS] = {[POLL_CHANGED] = "changed",
                                                      [POLL_UNCHANGED] = "unchanged",
                                                      [POLL_FAILED] = "failed",
                                                      [POLL_REFUSED] = "refused"};
    const struct settings *s = &n->plan->settings;
    head(out, "tallyd_source_up", "gauge", "Whether the last poll of this source worked.");
    for (size_t i = 0; i < s->source_count; i++)
        buf_addf(out, "tallyd_source_up{source=\"%.*s\"} %d\n", SLICE_FMT(s->sources[i].name),
                 n->metrics.sources[i].up);
    head(out, "tallyd_source_polls_total", "counter", "Polls of a source by result.");
    for (size_t i = 0; i < s->source_count; i++)
        for (int k = 0; k < POLL_RESULTS; k++)
            buf_addf(out, "tallyd_source_polls_total{source=\"%.*s\",result=\"%s\"} %lld\n",
                     SLICE_FMT(s->sources[i].name), results[k],
                     (long long)n->metrics.sources[i].polls[k]);
    head(out, "tallyd_source_last_success_timestamp_seconds", "gauge",
         "When this source last answered well.");
    for (size_t i = 0; i < s->source_count; i++)
        buf_addf(out, "tallyd_source_last_success_timestamp_seconds{source=\"%.*s\"} %lld\n",
                 SLICE_FMT(s->sources[i].name),
                 (long long)(n->metrics.sources[i].last_success_ms / 1000));
    head(out, "tallyd_source_last_change_timestamp_seconds", "gauge",
         "When the content of this source last changed.");
    for (size_t i = 0; i < s->source_count; i++)
        buf_addf(out, "tallyd_source_last_change_timestamp_seconds{source=\"%.*s\"} %lld\n",
                 SLICE_FMT(s->sources[i].name),
                 (long long)(n->metrics.sources[i].last_change_ms / 1000));
    head(out, "tallyd_verdicts_total", "counter", "Judgements on payloads, contests and units.");
    for (size_t i = 0; i < s->source_count; i++)
        for (int v = 0; v < VERDICTS; v++)
            if (n->metrics.sources[i].verdicts[v] > 0)
                buf_addf(out, "tallyd_verdicts_total{source=\"%.*s\",verdict=\"%s\"} %lld\n",
                         SLICE_FMT(s->sources[i].name), verdict_info[v].name,
                         (long long)n->metrics.sources[i].verdicts[v]);
}

/* By source while it is polled; by format what its workers needed. */
static void duration_metrics(const struct night *n, struct buf *out)
{
    const struct settings *s = &n->plan->settings;
    char labels[300];
    head(out, "tallyd_poll_duration_seconds", "histogram", "Time of a poll, by source.");
    for (size_t i = 0; i < s->source_count; i++) {
        snprintf(labels, sizeof labels, "source=\"%.*s\"", SLICE_FMT(s->sources[i].name));
        metrics_histogram(&n->metrics.sources[i].poll, "tallyd_poll_duration_seconds", labels, out);
    }
    head(out, "tallyd_parse_duration_seconds", "histogram",
         "Time from a body's last byte to its batch, by source and format.");
    for (size_t i = 0; i < s->source_count; i++) {
        snprintf(labels, sizeof labels, "source=\"%.*s\",format=\"%.*s\"",
                 SLICE_FMT(s->sources[i].name), SLICE_FMT(n->plan->poller_sources[i].format));
        metrics_histogram(&n->metrics.sources[i].parse, "tallyd_parse_duration_seconds", labels,
                          out);
    }
}

static void tally_metrics(const struct model *m, struct buf *out)
{
    static const enum tally_count outcomes[] = {TALLY_WON, TALLY_LOST, TALLY_ADVANCED,
                                                TALLY_PENDING};
    struct tally t = {0};
    tally_all(&t, m, NULL);
    head(out, "tallyd_endorsements", "gauge", "Endorsed candidacies by state of the count.");
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        buf_addf(out, "tallyd_endorsements{outcome=\"%s\"} %lld\n", tally_names[outcomes[i]],
                 (long long)t.n[outcomes[i]]);
    head(out, "tallyd_flips", "gauge", "Seats won that another party held.");
    buf_addf(out, "tallyd_flips %lld\n", (long long)t.n[TALLY_FLIPS]);
    head(out, "tallyd_review_items", "gauge", "Matches that wait for a person.");
    buf_addf(out, "tallyd_review_items %u\n", m->review_count);
}

static void worker_metrics(const struct app *a, struct buf *out)
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
    head(out, "tallyd_worker_exits_total", "counter", "Parser processes by how they ended.");
    for (int i = 0; i < WIRE_FAILURES; i++)
        buf_addf(out, "tallyd_worker_exits_total{reason=\"%s\"} %lld\n", reasons[i],
                 (long long)workers_exits(a->workers, (enum wire_failure)i));
}

static void gauge(struct buf *out, const char *name, const char *help, int64_t value)
{
    head(out, name, "gauge", help);
    buf_addf(out, "%s %lld\n", name, (long long)value);
}

static void page_metrics(struct slice path, struct slice query, struct http_answer *answer,
                         struct buf *body, void *ctx)
{
    struct app *a = ctx;
    const struct night *n = a->night;
    struct outbox_view view;
    (void)path, (void)query;
    answer->type = "text/plain; version=0.0.4; charset=utf-8";
    answer->no_store = true;
    outbox_view(a->outbox, &view);
    head(body, "tallyd_build_info", "gauge", "Version and build of this daemon; always 1.");
    buf_addf(body, "tallyd_build_info{version=\"%s\"} 1\n", TALLYD_VERSION);
    tally_metrics(river_model(n->river), body);
    source_metrics(n, body);
    duration_metrics(n, body);
    worker_metrics(a, body);
    head(body, "tallyd_calls_total", "counter", "Race calls published since the start.");
    buf_addf(body, "tallyd_calls_total %lld\n", (long long)n->metrics.calls);
    head(body, "tallyd_call_retractions_total", "counter",
         "Race calls taken back since the start.");
    buf_addf(body, "tallyd_call_retractions_total %lld\n", (long long)n->metrics.retractions);
    gauge(body, "tallyd_redis_connected", "Whether the Redis connection is up.",
          view.redis_connected);
    head(body, "tallyd_redis_published_messages_total", "counter",
         "Messages that Redis acknowledged.");
    buf_addf(body, "tallyd_redis_published_messages_total %lld\n", (long long)view.published);
    head(body, "tallyd_change_to_publish_seconds", "summary",
         "From a feed's last byte to Redis' acknowledgement.");
    buf_addf(body, "tallyd_change_to_publish_seconds_sum %lld.%06lld\n",
             (long long)(view.publish_us / 1000000), (long long)(view.publish_us % 1000000));
    buf_addf(body, "tallyd_change_to_publish_seconds_count %lld\n", (long long)view.publish_count);
    head(body, "tallyd_loop_delay_seconds", "histogram",
         "How late the event loop runs its timers.");
    metrics_histogram(&n->metrics.loop_delay, "tallyd_loop_delay_seconds", "", body);
    gauge(body, "tallyd_config_last_reload_successful", "Whether the last reload worked.",
          n->metrics.reload_ok);
    head(body, "tallyd_ready_seconds", "gauge", "How long the start took until it was ready.");
    buf_addf(body, "tallyd_ready_seconds %lld.%06lld\n",
             (long long)((a->ready_us - a->started_us) / 1000000 * a->ready),
             (long long)((a->ready_us - a->started_us) % 1000000 * a->ready));
    process_metrics(body);
}

const struct http_route pages_routes[] = {
    {"/v1/totals.json", page_totals}, {"/v1/statement.txt", page_statement},
    {"/livez", page_livez},           {"/readyz", page_readyz},
    {"/metrics", page_metrics},       {NULL, NULL},
};
