/* SPDX-License-Identifier: ISC */
/* Sources made of files and companions, and the means they share. */
#include "daemon/edge/poller.h"

#include <stdlib.h>

#include "daemon/edge/companions.h"
#include "daemon/edge/dues.h"
#include "daemon/edge/pointer.h"
#include "daemon/edge/poll.h"
#include "daemon/edge/timer.h"

struct source {
    struct poller *poller;
    const struct poller_source *set;
    struct companions *companions; /* NULL: none */
    struct poll **files;
};

struct poller {
    struct poll_shared shared;
    struct source *sources;
    struct poll **files;
    size_t file_count;
    struct timer *nothing; /* with `once`: there is no file */
};

static void start_files(struct source *s)
{
    for (size_t i = 0; i < s->set->file_count; i++)
        poll_start(s->files[i]);
}

static void on_companions(void *ctx)
{
    struct source *s = ctx;
    for (size_t i = 0; i < s->set->file_count; i++) {
        if (poll_started(s->files[i]))
            poll_again(s->files[i]);
        else
            poll_start(s->files[i]);
    }
}

static bool is_asleep(void *ctx)
{
    const struct source *s = ctx;
    const struct poller *p = s->poller;
    return poll_rest(&p->shared, (uint32_t)(s - p->sources)) == POLLER_NEVER;
}

static void on_companion_failed(enum verdict verdict, struct slice text, void *ctx)
{
    struct source *s = ctx;
    for (size_t i = 0; i < s->set->file_count; i++)
        if (!poll_started(s->files[i])) /* with `once` the first failure was its poll */
            poll_refuse(s->files[i], verdict, text);
}

/* ---- life ---- */

static bool source_init(struct poller *p, uint32_t at, struct poll **files, struct err *e)
{
    struct source *s = &p->sources[at];
    const struct companions_calls calls = {
        .changed = on_companions, .failed = on_companion_failed, .asleep = is_asleep, .ctx = s};
    *s = (struct source){.poller = p, .set = &p->shared.set->sources[at], .files = files};
    bool ok = true;
    if (s->set->companion_count > 0) {
        s->companions = companions_new(p->shared.base, &p->shared.means, s->set,
                                       (size_t)p->shared.set->max_body, poll_settle(&p->shared, at),
                                       &p->shared.pace, &calls, e);
        ok = s->companions != NULL;
    }
    for (uint32_t i = 0; ok && i < s->set->file_count; i++) {
        files[i] = poll_new(&p->shared, at, i, (size_t)(files + i - p->files), s->companions, e);
        ok = files[i] != NULL;
    }
    return ok || err_prefix(e, "source %.*s", SLICE_FMT(s->set->name));
}

static void on_due(size_t file, void *ctx)
{
    struct poller *p = ctx;
    poll_begin(p->files[file]);
}

static void on_nothing(void *ctx)
{
    struct poller *p = ctx;
    p->shared.calls.idle(p->shared.calls.ctx);
}

/* Room for everything and the means to ask; the sources come after it. */
static bool equip(struct poller *p, struct err *e)
{
    const struct poller_settings *set = p->shared.set;
    size_t connections = 16, hosts = 0;
    for (size_t i = 0; i < set->source_count; i++) {
        const struct poller_source *s = &set->sources[i];
        p->file_count += s->file_count;
        connections += s->file_count + s->companion_count + (s->version_url.len > 0) +
                       (s->counties_url.len > 0);
        hosts += s->file_count + s->companion_count + 1;
    }
    const struct fetcher_settings fetcher = {.timeout_ms = set->timeout_ms,
                                             .user_agent = set->user_agent,
                                             .networks = set->networks,
                                             .network_count = set->network_count,
                                             .proxy = set->proxy,
                                             .proxy_user = set->proxy_user,
                                             .connections = connections};
    p->sources = calloc(set->source_count + 1, sizeof *p->sources);
    p->files = calloc(p->file_count + 1, sizeof *p->files);
    p->shared.means.gate = gate_new(p->shared.base, set->max_per_host, hosts + 1);
    p->shared.dues = dues_new(p->shared.base, p->file_count, on_due, p);
    p->nothing = timer_new(p->shared.base, on_nothing, p);
    p->shared.pointers = pointers_new(&p->shared.means);
    if (p->sources == NULL || p->files == NULL || p->shared.means.gate == NULL ||
        p->shared.dues == NULL || p->nothing == NULL || p->shared.pointers == NULL)
        return err_set(e, ERR_AGAIN, "no memory to poll %zu sources", set->source_count);
    p->shared.means.fetcher = fetcher_new(p->shared.base, &fetcher, e);
    if (p->shared.means.fetcher == NULL)
        return false;
    p->shared.means.quota_ms = set->backoff_first_ms;
    p->shared.means.base = p->shared.base;
    p->shared.means.drops = drops_new(p->shared.base, hosts + 1);
    p->shared.means.reader = reader_new(p->shared.base, e);
    return p->shared.means.reader != NULL;
}

bool poller_new(struct event_base *base, const struct poller_settings *settings,
                struct workers *workers, const struct poller_calls *calls, struct poller **out,
                struct err *e)
{
    struct poller *p = calloc(1, sizeof *p);
    if (p == NULL)
        return err_set(e, ERR_AGAIN, "no memory");
    p->shared.set = settings;
    p->shared.base = base;
    p->shared.workers = workers;
    p->shared.calls = *calls;
    p->shared.pace = (struct pace){.jitter_bp = settings->jitter_bp,
                                   .backoff_first_ms = settings->backoff_first_ms,
                                   .backoff_most_ms = settings->backoff_most_ms,
                                   .least_ms = settings->least_ms,
                                   .most_ms = settings->most_ms,
                                   .early_ms = settings->early_ms,
                                   .seed = settings->seed};
    bool ok = equip(p, e);
    struct poll **files = p->files;
    for (size_t i = 0; ok && i < settings->source_count; i++) {
        ok = source_init(p, (uint32_t)i, files, e);
        files += settings->sources[i].file_count;
    }
    if (ok)
        *out = p;
    else
        poller_free(p);
    return ok;
}

void poller_free(struct poller *p)
{
    if (p == NULL)
        return;
    reader_free(p->shared.means.reader); /* first: its jobs lie in what follows */
    drops_free(p->shared.means.drops);   /* so do its files */
    for (size_t i = 0; p->files != NULL && i < p->file_count; i++)
        poll_free(p->files[i]);
    for (size_t i = 0; p->sources != NULL && i < p->shared.set->source_count; i++)
        companions_free(p->sources[i].companions);
    pointers_free(p->shared.pointers);
    fetcher_free(p->shared.means.fetcher);
    gate_free(p->shared.means.gate);
    dues_free(p->shared.dues);
    timer_free(p->nothing);
    free(p->sources);
    free(p->files);
    free(p);
}

void poller_restore(struct poller *p, uint32_t source, uint32_t file, struct slice etag,
                    struct slice last_modified, struct slice version, struct digest digest)
{
    const struct source *s = &p->sources[source];
    if (s->companions == NULL)
        poll_know(s->files[file], etag, last_modified, version, digest);
}

void poller_restore_delta(struct poller *p, uint32_t source, uint32_t file, struct digest digest)
{
    const struct source *s = &p->sources[source];
    if (s->companions == NULL)
        poll_know_deltas(s->files[file], digest);
}

void poller_inherit(struct poller *p, const struct poller *was)
{
    gate_inherit(p->shared.means.gate, was->shared.means.gate);
}

bool poller_continue(struct poller *p, uint32_t source, uint32_t file, const struct poller *was,
                     uint32_t was_source, uint32_t was_file)
{
    return poll_continue(p->sources[source].files[file], was->sources[was_source].files[was_file]);
}

void poller_start(struct poller *p)
{
    p->shared.to_come = p->file_count;
    if (p->shared.set->once && p->file_count == 0)
        timer_set(p->nothing, 0);
    for (size_t i = 0; i < p->shared.set->source_count; i++) {
        if (p->sources[i].companions != NULL)
            companions_start(p->sources[i].companions);
        else
            start_files(&p->sources[i]);
    }
}

void poller_hold(struct poller *p, bool hold)
{
    p->shared.held = hold;
    for (size_t i = 0; !hold && i < p->file_count; i++)
        poll_wake(p->files[i]);
}

size_t poller_under_way(const struct poller *p)
{
    struct poller_state s;
    size_t n = 0;
    for (size_t i = 0; i < p->file_count; i++) {
        poll_state(p->files[i], &s);
        n += poll_started(p->files[i]) && s.next_in_ms < 0;
    }
    return n;
}

size_t poller_soon(struct poller *p, uint32_t source)
{
    size_t n = 0;
    for (size_t i = 0; i < p->shared.set->sources[source].file_count; i++)
        n += poll_soon(p->sources[source].files[i]);
    return n;
}

int64_t poller_rests(const struct poller *p, uint32_t source)
{
    int64_t most = 0;
    for (size_t i = 0; i < p->shared.set->sources[source].file_count; i++) {
        int64_t rest = poll_rests(p->sources[source].files[i]);
        most = rest > most ? rest : most;
    }
    return most;
}

void poller_state(const struct poller *p, uint32_t source, uint32_t file, struct poller_state *out)
{
    poll_state(p->sources[source].files[file], out);
}
