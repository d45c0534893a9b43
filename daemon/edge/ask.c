/* SPDX-License-Identifier: ISC */
/* Questions by URL go through the gate to a transfer, those by path to the reader. */
#include "daemon/edge/ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/text.h"
#include "daemon/edge/payload.h"
#include "daemon/edge/polling.h"
#include "daemon/edge/timer.h"

#define URL_MAX_LEN 8192
#define WRITER_MS 30000   /* who writes nothing for so long keeps a file open, and has written it */
#define PATIENCE_MS 60000 /* with one that is written to all the time */

static void add_encoded(struct buf *out, struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                     (c != '\0' && strchr("-._~/", c) != NULL);
        buf_addf(out, plain ? "%c" : "%%%02X", c);
    }
}

/* Put the version in its places, encoded as a part of a path. "105379/270230" is a county's
 * election and its version there. */
static void expand(struct buf *out, struct slice url, struct slice version)
{
    size_t slash = slice_find(version, SLICE("/"));
    bool two = slash != SIZE_MAX;
    const struct {
        struct slice mark, value;
    } places[] = {
        {SLICE("{version}"), slice_sub(version, two ? slash + 1 : 0, version.len)},
        {SLICE("{election}"), slice_sub(version, 0, two ? slash : 0)},
    };
    buf_clear(out);
    while (url.len > 0) {
        size_t k = 0;
        while (k < 2 && !slice_starts(url, places[k].mark))
            k++;
        if (k < 2)
            add_encoded(out, places[k].value);
        else
            buf_addc(out, url.ptr[0]);
        url = slice_sub(url, k < 2 ? places[k].mark.len : 1, url.len);
    }
}

static void set(char *to, size_t room, struct slice s)
{
    snprintf(to, room, "%.*s", SLICE_FMT(s));
}

static void tell(struct ask *a, const struct answer *answer)
{
    a->calls.done(answer, a->calls.ctx);
}

static void tell_failed(struct ask *a, struct answer answer, const char *why)
{
    struct buf text;
    buf_init(&text, TEXT_MAX + 1);
    text_clean(slice_of(why), &text);
    answer.what = ANSWER_FAILED;
    answer.text = buf_slice(&text);
    answer.last_byte_us = timer_now_us();
    tell(a, &answer);
    buf_done(&text);
}

static void tell_failure(struct ask *a, enum verdict verdict, const char *why)
{
    tell_failed(a, (struct answer){.verdict = verdict}, why);
}

/* It is our host's wish, or its quota's, and not of this file alone. */
static void note_rest(const struct ask *a, const struct answer *answer)
{
    bool refused = answer->http.status == 403 || answer->http.status == 429;
    if (answer->what != ANSWER_FAILED)
        return;
    if (answer->retry_after_ms > 0 && (refused || answer->http.status == 503))
        gate_rest(a->entry.host, answer->retry_after_ms);
    else if (refused && a->source->has_credential)
        gate_rest(a->entry.host, a->means->quota_ms);
}

/* It is at home again, and not under way. */
static void leave(struct ask *a)
{
    gate_leave(a->means->gate, &a->entry);
    a->entry.host = a->home;
}

static void on_fetched(const struct answer *answer, void *ctx)
{
    struct ask *a = ctx;
    note_rest(a, answer);
    gate_asked(&a->entry);
    leave(a);
    set(a->fresh.etag, sizeof a->fresh.etag, answer->etag);
    set(a->fresh.last_modified, sizeof a->fresh.last_modified, answer->last_modified);
    tell(a, answer);
}

static void on_grew(struct payload *payload, void *ctx)
{
    struct ask *a = ctx;
    if (a->calls.grew != NULL)
        a->calls.grew(payload, a->calls.ctx);
}

static void on_found(bool kept, void *ctx)
{
    struct ask *a = ctx;
    gate_found(a->means->gate, &a->entry, kept);
}

static void give_up(struct ask *a, struct answer answer, const char *why)
{
    ask_stop(a);
    a->fresh = (struct ask_validators){0};
    tell_failed(a, answer, why);
}

static void refuse(struct ask *a, int64_t rest_ms)
{
    give_up(a, (struct answer){.verdict = VERDICT_BLOCKED, .retry_after_ms = rest_ms},
            a->entry.host == a->home ? "its host has asked to wait"
                                     : "the host that it is redirected to has asked to wait");
}

static void go_on(struct gate_entry *entry)
{
    struct ask *a = (struct ask *)((char *)entry - offsetof(struct ask, entry));
    struct err e;
    int64_t rest = gate_rests(entry->host);
    if (rest > 0)
        refuse(a, rest);
    else if (!fetch_go_on(a->fetch, &e))
        give_up(a, (struct answer){.verdict = VERDICT_INTERNAL}, e.text);
}

static bool on_moved(const char *url, void *ctx)
{
    struct ask *a = ctx;
    struct gate_host *there = gate_visit(a->means->gate, slice_of(url));
    if (there == a->entry.host && gate_rests(there) == 0)
        return false;
    leave(a);
    if (there == NULL) {
        give_up(a, (struct answer){.verdict = VERDICT_INTERNAL}, "redirected to too many hosts");
        return true;
    }
    a->entry.host = there;
    a->entry.go = go_on;
    gate_enter(a->means->gate, &a->entry);
    return true;
}

static void on_gate(struct gate_entry *entry)
{
    struct ask *a = (struct ask *)((char *)entry - offsetof(struct ask, entry));
    struct err e;
    int64_t rest = gate_rests(entry->host);
    const struct fetch_request r = {
        .url = a->expanded.ptr,
        .etag = slice_of(a->full ? NULL : a->known.etag),
        .last_modified = slice_of(a->full ? NULL : a->known.last_modified),
        .headers = a->source->headers,
        .header_count = a->source->header_count,
        .has_credential = a->source->has_credential,
        .credentials = a->source->credentials,
        .cap = a->cap,
    };
    a->started_us = timer_now_us();
    if (rest > 0) {
        refuse(a, rest);
        return;
    }
    if (!fetch_start(a->fetch, &r, &e))
        give_up(a, (struct answer){.verdict = VERDICT_INTERNAL}, e.text);
}

static void enter(struct ask *a)
{
    a->entry.go = on_gate;
    gate_enter(a->means->gate, &a->entry);
}

/* ---- by path ---- */

/* How long who writes to it is waited for. */
static int64_t writer_ms(const struct ask *a)
{
    int64_t quiet = (timer_now_us() - a->drop.written_us) / 1000;
    return a->drop.writing && a->job.settle_ms > 0 && quiet < WRITER_MS ? WRITER_MS - quiet : 0;
}

static void wait_again(struct ask *a, int64_t ms)
{
    if (timer_now_us() - a->started_us > PATIENCE_MS * INT64_C(1000)) {
        tell_failure(a, VERDICT_CUT, "it is written to all the time");
        return;
    }
    a->waiting = true;
    timer_set(a->again, ms);
}

static void look(void *ctx)
{
    struct ask *a = ctx;
    int64_t writer = writer_ms(a);
    a->waiting = false;
    drops_look(&a->drop);
    if (writer > 0) {
        wait_again(a, writer);
        return;
    }
    a->job.at_once = a->drop.whole;
    a->drop.whole = false;
    reader_submit(a->means->reader, &a->job);
}

static void on_put(struct drop *drop)
{
    struct ask *a = (struct ask *)((char *)drop - offsetof(struct ask, drop));
    if (a->waiting)
        timer_set(a->again, 0);
    else
        a->put(a->calls.ctx);
}

static void on_file(struct read_job *job)
{
    struct ask *a = (struct ask *)((char *)job - offsetof(struct ask, job));
    drops_saw(&a->drop, job->folder_inode, job->folder_device);
    if (job->again_ms > 0 && a->again != NULL) {
        wait_again(a, job->again_ms);
        return;
    }
    struct payload *payload = job->payload;
    struct answer answer = {.what = job->same ? ANSWER_SAME : ANSWER_BODY,
                            .payload = payload,
                            .last_byte_us = timer_now_us()};
    job->payload = NULL;
    a->fresh.stamp = job->stamp;
    if (payload != NULL || job->same)
        tell(a, &answer);
    else
        tell_failure(a,
                     job->err.kind == ERR_NOINPUT ? VERDICT_UNREACHABLE
                     : job->err.kind == ERR_DATA  ? VERDICT_TOO_BIG
                                                  : VERDICT_CUT,
                     job->err.text);
    payload_free(payload);
}

bool ask_init(struct ask *a, const struct ask_means *means, const struct poller_source *source,
              struct slice url, struct slice path, size_t cap, const struct fetch_calls *calls,
              struct err *e)
{
    const struct fetch_calls own = {
        .grew = on_grew, .found = on_found, .moved = on_moved, .done = on_fetched, .ctx = a};
    *a = (struct ask){.means = means, .source = source, .url = url, .cap = cap, .calls = *calls};
    buf_init(&a->expanded, URL_MAX_LEN);
    a->job = (struct read_job){.cap = cap, .done = on_file};
    if (url.len == 0) {
        a->job.path = strndup(path.ptr, path.len);
        return a->job.path != NULL || err_set(e, ERR_AGAIN, "no memory");
    }
    a->fetch = fetch_new(means->fetcher, &own, e);
    a->entry.host = a->home = gate_host(means->gate, url);
    return a->fetch != NULL && (a->home != NULL || err_set(e, ERR_AGAIN, "no memory"));
}

void ask_watch(struct ask *a, int64_t settle_ms, void (*put)(void *ctx))
{
    if (a->url.len > 0 || settle_ms == 0)
        return;
    a->again = timer_new(a->means->base, look, a);
    if (a->again == NULL)
        return; /* by its interval, then, and as it is */
    a->job.settle_ms = settle_ms;
    a->put = put;
    a->drop = (struct drop){.path = a->job.path, .put = on_put};
    drops_add(a->means->drops, &a->drop);
}

void ask_done(struct ask *a)
{
    timer_free(a->again);
    fetch_free(a->fetch);
    free(a->job.path);
    buf_done(&a->expanded);
    *a = (struct ask){0};
}

void ask_start(struct ask *a, struct slice version, bool full)
{
    a->full = full;
    if (a->url.len == 0) {
        a->job.known = full ? (struct stamp){0} : a->known.stamp;
        a->started_us = timer_now_us();
        look(a);
        return;
    }
    expand(&a->expanded, a->url, version);
    enter(a);
}

void ask_start_at(struct ask *a, struct slice url)
{
    a->full = true;
    buf_clear(&a->expanded);
    buf_add(&a->expanded, url);
    enter(a);
}

void ask_stop(struct ask *a)
{
    if (a->fetch == NULL)
        return;
    fetch_stop(a->fetch);
    leave(a);
}

void ask_know(struct ask *a, struct slice etag, struct slice last_modified)
{
    set(a->known.etag, sizeof a->known.etag, etag);
    set(a->known.last_modified, sizeof a->known.last_modified, last_modified);
}

void ask_accept(struct ask *a)
{
    a->known = a->fresh;
}

void ask_forget(struct ask *a)
{
    a->known = (struct ask_validators){0};
}

int64_t ask_rests(const struct ask *a)
{
    return a->home != NULL ? gate_rests(a->home) : 0;
}
