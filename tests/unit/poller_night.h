/* SPDX-License-Identifier: ISC */
/* What the tests of the poller stand on: a scripted site, real workers, and what the poller told.
 */
#ifndef TALLYD_TESTS_POLLER_NIGHT_H
#define TALLYD_TESTS_POLLER_NIGHT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/edge/payload.h"
#include "daemon/edge/poller.h"
#include "daemon/edge/timer.h"
#include "daemon/edge/workers.h"
#include "tests/unit/site.h"

#define NEWS_MAX 4000
#define MAX_BODY (4 << 20)

struct told {
    int what;
    uint32_t source, file;
    enum verdict verdict;
    int64_t votes, at_us, delta;
    char version[80], text[300], etag[80], name[80];
};

struct night {
    struct event_base *base;
    struct site site;
    struct workers *workers;
    struct poller *p;
    struct poller_settings set;
    struct poller_source source[8];
    struct poller_file file[8][8];
    struct poller_companion companion;
    char urls[12][200];
    size_t url_count;
    struct slice network;
    /* what the listener does and hears */
    bool refuse, hold;
    int idle, coming;
    struct told told[NEWS_MAX];
    int count, count_of[3];
    /* what the site does */
    int64_t votes;
    const char *pointer, *good, *fault; /* fault: a path that answers with `fault_status` */
    const char *fault_status, *fault_headers, *names;
    struct buf body;
    int asked[8];            /* by what is asked, see below */
    int conditional;         /* with If-None-Match */
    int conditional_version; /* of these, for a file under a version */
    int64_t asked_us[400];
    bool no_etag;
};

enum { ASKED_DATA, ASKED_POINTER, ASKED_VERSIONED, ASKED_NAMES, ASKED_NAMES_AGAIN };

static inline enum poller_answer on_news(const struct poller_news *news, void *ctx)
{
    struct night *n = ctx;
    assert_true(n->count < NEWS_MAX);
    struct told *t = &n->told[n->count++];
    *t = (struct told){.what = news->what,
                       .source = news->source,
                       .file = news->file,
                       .verdict = news->verdict,
                       .delta = news->delta,
                       .at_us = timer_now_us()};
    snprintf(t->version, sizeof t->version, "%.*s", SLICE_FMT(news->version));
    snprintf(t->text, sizeof t->text, "%.*s", SLICE_FMT(news->text));
    snprintf(t->etag, sizeof t->etag, "%.*s", SLICE_FMT(news->etag));
    n->count_of[news->what]++;
    if (news->what != NEWS_BATCH)
        return POLLER_TAKEN;
    const struct results *r = news->batch;
    t->votes = results_cell(r, &r->contests[0], 0, 0)->votes;
    snprintf(t->name, sizeof t->name, "%.*s", SLICE_FMT(results_text(r, r->choices[0].name)));
    assert_true(digest_eq(news->digest, payload_digest(news->payload)));
    assert_true(news->last_byte_us > 0 && news->last_byte_us <= timer_now_us());
    return n->refuse ? POLLER_REFUSED : n->hold ? POLLER_HELD : POLLER_TAKEN;
}

static inline void on_idle(void *ctx)
{
    struct night *n = ctx;
    n->idle++;
}

static inline void on_coming(void *ctx)
{
    struct night *n = ctx;
    n->coming++;
}

/* ---- the site ---- */

static inline void ap_body(struct buf *out, int64_t votes, size_t padding)
{
    buf_clear(out);
    buf_addf(out,
             "{\"timestamp\":\"2026-11-04T03:39:00.638Z\",\"test\":false,\"results\":[{\"raceID\":"
             "\"GA-S-1\",\"summary\":{\"precinctsTotal\":2,\"precinctsReporting\":1,\"results\":["
             "{\"candidateID\":\"A\",\"voteCount\":%lld,\"winner\":\"N\"}]}}]",
             (long long)votes);
    for (size_t i = 0; i < padding; i++)
        buf_addc(out, ' ');
    buf_addc(out, '}');
}

static inline void answer(struct site_request *q, void *ctx)
{
    struct night *n = ctx;
    char headers[100], path[100];
    snprintf(path, sizeof path, "%.*s", SLICE_FMT(q->path));
    if (q->number < 400)
        n->asked_us[q->number] = timer_now_us();
    if (site_header(q, "if-none-match").len > 0) {
        n->conditional++;
        n->conditional_version += strncmp(path, "/v/", 3) == 0;
    }
    if (n->fault != NULL && strcmp(path, n->fault) == 0) {
        site_reply(q, n->fault_status, n->fault_headers, slice_of("<html>Please wait</html>"));
        return;
    }
    if (strcmp(path, "/pointer") == 0) {
        n->asked[ASKED_POINTER]++;
        snprintf(headers, sizeof headers, "ETag: \"p%s\"\r\n", n->pointer);
        if (slice_eq(site_header(q, "if-none-match"),
                     slice_sub(slice_of(headers), 6, strlen(headers) - 2)))
            site_reply(q, "304 Not Modified", "", SLICE(""));
        else
            site_reply(q, "200 OK", headers, slice_of(n->pointer));
        return;
    }
    if (strcmp(path, "/names") == 0) {
        n->asked[ASKED_NAMES]++;
        n->asked[ASKED_NAMES_AGAIN] += site_header(q, "if-none-match").len > 0;
        site_reply(q, "200 OK", "ETag: \"n\"\r\n", slice_of(n->names));
        return;
    }
    n->asked[strncmp(path, "/v/", 3) == 0 ? ASKED_VERSIONED : ASKED_DATA]++;
    headers[0] = '\0';
    if (!n->no_etag)
        snprintf(headers, sizeof headers, "ETag: \"%lld\"\r\n", (long long)n->votes);
    if (!n->no_etag && slice_eq(site_header(q, "if-none-match"),
                                slice_sub(slice_of(headers), 6, strlen(headers) - 2))) {
        site_reply(q, "304 Not Modified", "", SLICE(""));
        return;
    }
    if (n->body.len == 0 || n->good == NULL)
        ap_body(&n->body, n->votes, 0);
    site_reply(q, "200 OK", headers, n->good != NULL ? slice_of(n->good) : buf_slice(&n->body));
}

/* ---- a night ---- */

/* From now on, until n->fault is NULL. */
static inline void answer_data(struct night *n, const char *status, const char *headers)
{
    n->fault = "/data";
    n->fault_status = status;
    n->fault_headers = headers;
}

static inline void begin_with(struct night *n, void (*how)(struct site_request *q, void *ctx))
{
    struct workers_settings w = {.count = 4,
                                 .spares = 2,
                                 .memory = INT64_C(256) << 20,
                                 .cpu_ms = 5000,
                                 .wall_after_ms = 5000};
    struct err e;
    memset(n, 0, sizeof *n);
    n->base = loop_new();
    n->network = SLICE("127.0.0.0/8");
    n->votes = 1;
    n->pointer = "100";
    buf_init(&n->body, MAX_BODY * 2);
    site_open(&n->site, n->base, how, n);
    w.program = getenv("TALLY_PARSE") != NULL ? getenv("TALLY_PARSE") : "build/tally-parse";
    n->workers = workers_new(n->base, &w, &e);
    if (n->workers == NULL)
        fail_msg("%s", e.text);
    n->set = (struct poller_settings){.jitter_bp = 1000,
                                      .timeout_ms = 3000,
                                      .max_body = MAX_BODY,
                                      .backoff_first_ms = 20,
                                      .backoff_most_ms = 160,
                                      .max_per_host = 2,
                                      .user_agent = SLICE("test"),
                                      .networks = &n->network,
                                      .network_count = 1,
                                      .sources = n->source,
                                      .seed = 1};
}

static inline void begin(struct night *n)
{
    begin_with(n, answer);
}

static inline struct slice url(struct night *n, const char *path)
{
    char *to = n->urls[n->url_count++];
    assert_true(n->url_count <= 12);
    snprintf(to, sizeof n->urls[0], "http://127.0.0.1:%d%s", n->site.port, path);
    return slice_of(to);
}

static inline struct poller_source *add_source(struct night *n, const char *name, const char *path)
{
    size_t i = n->set.source_count++;
    n->source[i] = (struct poller_source){.name = slice_of(name),
                                          .format = SLICE("ap-interactive"),
                                          .files = n->file[i],
                                          .file_count = 1,
                                          .interval_ms = 20};
    n->file[i][0].url = url(n, path);
    return &n->source[i];
}

static inline void make(struct night *n)
{
    const struct poller_calls calls = {
        .news = on_news, .idle = on_idle, .coming = on_coming, .ctx = n};
    struct err e;
    if (!poller_new(n->base, &n->set, n->workers, &calls, &n->p, &e))
        fail_msg("%s", e.text);
}

static inline void start(struct night *n)
{
    make(n);
    poller_start(n->p);
}

static inline void end(struct night *n)
{
    poller_free(n->p);
    workers_free(n->workers);
    site_close(&n->site);
    loop_free(n->base);
    buf_done(&n->body);
}

static inline int open_descriptors(void)
{
    int count = 0;
    DIR *d = opendir("/proc/self/fd");
    while (d != NULL && readdir(d) != NULL)
        count++;
    closedir(d);
    return count;
}

static int descriptors;

static inline int set_up(void **state)
{
    (void)state;
    descriptors = open_descriptors();
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    if (open_descriptors() == descriptors)
        return 0;
    print_error("%d descriptors were left open\n", open_descriptors() - descriptors);
    return 1;
}

static inline struct told *last_told(struct night *n)
{
    return &n->told[n->count - 1];
}

static inline struct told *first_of(struct night *n, int what)
{
    for (int i = 0; i < n->count; i++)
        if (n->told[i].what == what)
            return &n->told[i];
    fail_msg("no such news");
    return NULL;
}

/* ---- what changes and what does not ---- */

#endif
