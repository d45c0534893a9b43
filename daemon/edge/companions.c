/* SPDX-License-Identifier: ISC */
/* One timer and one question a companion. */
#include "daemon/edge/companions.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/hash.h"
#include "daemon/base/log.h"
#include "daemon/base/text.h"
#include "daemon/edge/payload.h"
#include "daemon/edge/polling.h"
#include "daemon/edge/timer.h"
#include "parsers/wire.h"

#define INTERVALS 20 /* of the source, from one question to the next */

struct companion {
    struct companions *all;
    struct ask ask;
    struct timer *timer;
    struct payload *payload; /* NULL: not yet */
    struct digest digest;
    int failures; /* in a row */
    bool asking;
    bool refused; /* nothing can be read with what is there: it is asked for soon */
    bool put;     /* another file was put in its place since it was asked for */
};

struct companions {
    const struct poller_source *source;
    struct pace *pace;
    struct companions_calls calls;
    size_t count, there;
    bool started;
    struct companion one[];
};

static void on_time(void *ctx)
{
    struct companion *c = ctx;
    const struct companions *all = c->all;
    if (all->calls.asleep(all->calls.ctx)) {
        timer_set(c->timer, POLLER_ASLEEP_MS);
        return;
    }
    c->asking = true;
    c->put = false;
    ask_start(&c->ask, SLICE(""), false);
}

static void on_put(void *ctx)
{
    struct companion *c = ctx;
    c->put = true;
    if (!c->asking && c->all->started)
        timer_set(c->timer, 0);
}

static void wait(struct companion *c, int64_t retry_after_ms)
{
    const struct companions *all = c->all;
    c->asking = false;
    if (c->put) {
        timer_set(c->timer, 0);
        return;
    }
    timer_set(c->timer,
              c->failures > 0
                  ? pace_backoff(all->pace, c->failures, retry_after_ms)
                  : pace_interval(all->pace, all->source->interval_ms * INTERVALS, PACE_EVEN));
}

static void fail(struct companion *c, const struct answer *a)
{
    const struct companions *all = c->all;
    char text[TEXT_MAX + 40];
    c->failures++;
    snprintf(text, sizeof text, "companion %zu: %.*s", (size_t)(c - all->one) + 1,
             SLICE_FMT(a->text));
    wait(c, a->retry_after_ms);
    if (c->payload == NULL)
        all->calls.failed(a->verdict, slice_of(text), all->calls.ctx);
    else if (c->failures == 1)
        log_warn("source %.*s: %s; the one from before is kept", SLICE_FMT(all->source->name),
                 text);
}

static void on_answer(const struct answer *a, void *ctx)
{
    struct companion *c = ctx;
    struct companions *all = c->all;
    if (a->what == ANSWER_FAILED) {
        fail(c, a);
        return;
    }
    bool body = a->what == ANSWER_BODY;
    struct digest digest = body ? payload_digest(a->payload) : c->digest;
    bool same = c->payload != NULL && digest_eq(digest, c->digest);
    c->refused = c->refused && same;
    c->failures = c->refused ? c->failures + 1 : 0;
    wait(c, 0);
    if (body && !c->refused)
        ask_accept(&c->ask);
    if (same)
        return;
    all->there += c->payload == NULL;
    payload_free(c->payload);
    c->payload = payload_ref(a->payload);
    c->digest = digest;
    if (all->there == all->count)
        all->calls.changed(all->calls.ctx);
}

struct companions *companions_new(struct event_base *base, const struct ask_means *means,
                                  const struct poller_source *source, size_t cap, int64_t settle_ms,
                                  struct pace *pace, const struct companions_calls *calls,
                                  struct err *e)
{
    size_t n = source->companion_count;
    struct companions *all = NULL;
    if (n > WIRE_COMPANIONS_MAX) {
        err_set(e, ERR_CONFIG, "%zu companions; at most %d", n, WIRE_COMPANIONS_MAX);
        return NULL;
    }
    for (size_t i = 0; i < n; i++) {
        if (slice_find(source->companions[i].url, SLICE("{version}")) == SIZE_MAX)
            continue;
        err_set(e, ERR_CONFIG,
                "a companion is fetched before any version is known: write its url "
                "without {version}");
        return NULL;
    }
    all = calloc(1, sizeof *all + n * sizeof *all->one);
    if (all == NULL) {
        err_set(e, ERR_AGAIN, "no memory");
        return NULL;
    }
    all->source = source;
    all->pace = pace;
    all->calls = *calls;
    for (; all->count < n; all->count++) {
        struct companion *c = &all->one[all->count];
        const struct poller_companion *what = &source->companions[all->count];
        const struct fetch_calls own = {.done = on_answer, .ctx = c};
        c->all = all;
        c->timer = timer_new(base, on_time, c);
        bool ok = ask_init(&c->ask, means, source, what->url, what->path, cap, &own, e);
        if (ok && c->timer != NULL) {
            ask_watch(&c->ask, settle_ms, on_put);
            continue;
        }
        if (ok)
            err_set(e, ERR_AGAIN, "no memory");
        all->count++;
        companions_free(all);
        return NULL;
    }
    return all;
}

void companions_free(struct companions *all)
{
    if (all == NULL)
        return;
    for (size_t i = 0; i < all->count; i++) {
        ask_done(&all->one[i].ask);
        timer_free(all->one[i].timer);
        payload_free(all->one[i].payload);
    }
    free(all);
}

void companions_start(struct companions *all)
{
    all->started = true;
    for (size_t i = 0; i < all->count; i++)
        timer_set(all->one[i].timer, 0);
}

void companions_refuse(struct companions *all)
{
    for (size_t i = 0; i < all->count; i++) {
        struct companion *c = &all->one[i];
        if (c->refused)
            continue;
        c->refused = true;
        c->failures++;
        ask_forget(&c->ask);
        if (!c->asking)
            wait(c, 0);
    }
}

void companions_accept(struct companions *all)
{
    for (size_t i = 0; i < all->count; i++)
        all->one[i].refused = false;
}

size_t companions_take(const struct companions *all, const struct payload **out)
{
    for (size_t i = 0; i < all->count; i++)
        out[i] = payload_ref(all->one[i].payload);
    return all->count;
}
