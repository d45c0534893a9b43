/* SPDX-License-Identifier: ISC */
/* The steps of a poll, and what becomes known by its end. */
#include "daemon/edge/poll.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/sweep.h"
#include "daemon/base/text.h"
#include "daemon/base/log.h"
#include "daemon/edge/companions.h"
#include "daemon/edge/cursor.h"
#include "daemon/edge/dues.h"
#include "daemon/edge/payload.h"
#include "daemon/edge/pointer.h"
#include "daemon/edge/timer.h"
#include "daemon/edge/work.h"
#include "daemon/edge/workers.h"

#define URL_ROOM 4096
#define FRESH_PART 10 /* of an interval: so old an answer may be that another file asked for */
#define STAGES 2      /* version-url, then counties-url */
#define REFUSED_AS 64 /* failures in a row: a quota is not waited for in small steps */
#define STREAM_FROM ((size_t)256 << 10) /* a body this large is parsed while it comes */

struct stage { /* on the way to a version: a file that names it */
    const char *key;
    struct pointer *pointer;
    struct pointer_wait wait;
    struct slice options;
    char said[TEXT_MAX + 1]; /* last */
    bool known;              /* that is of the bytes of this digest */
    struct digest digest;
};

struct poll {
    struct poll_shared *shared;
    const struct poller_source *set;
    struct companions *companions; /* NULL: none */
    uint32_t source, index;
    size_t number; /* of all files */
    enum { NEW, REST, ASKING_VERSION, READING_VERSION, FETCHING, PARSING } step;
    struct ask body;
    struct stage stages[STAGES];
    size_t stage_count, stage; /* the one that is asked */
    /* the poll under way */
    struct payload *payload; /* while a worker has it */
    struct work work;
    bool submitted;
    bool reparsing;                 /* the payload on air, for new companions */
    const struct answer_http *http; /* while it is at hand */
    int64_t begun_us, asked_us, due_us, poll_us, last_byte_us, retry_after_ms;
    int64_t changed_us, started_us; /* changed: what it says; 0: not since the start */
    /* what is known */
    char version[TEXT_MAX + 1]; /* of what is on air */
    char pointed[TEXT_MAX + 1]; /* what the pointer said last */
    bool on_air;
    struct digest digest; /* of what is on air */
    struct payload *last; /* it, kept where a new companion would need it */
    bool companion_new;   /* since the last parse began */
    /* What the feed says to ask next, and how many changes came since all of it did. DELTAS_MAX:
     * all of it is to be asked for, unconditionally. */
    char *next;
    int64_t deltas;
    bool delta;   /* the poll under way asks for a change */
    bool refused; /* the site did not want the last question, and does not say when it will */
    bool put;     /* another file was put in its place since it was looked at */
    bool strayed; /* it once named another host, and that was said */
    struct poller_state state;
};

/* ---- settling ---- */

static void set_text(char *to, struct slice s)
{
    snprintf(to, TEXT_MAX + 1, "%.*s", SLICE_FMT(s));
}

/* Only all of the file can tell how it stands. */
static void want_whole(struct poll *f)
{
    if (f->deltas > 0 || f->delta)
        f->deltas = POLLER_DELTAS_MAX;
}

/* Remember where the payload that was taken says to ask next. */
static void follow(struct poll *f, const struct poller_news *news)
{
    const struct poller_file *file = &f->set->files[f->index];
    struct slice next = results_text(news->batch, news->batch->head->next_url);
    struct buf url;
    free(f->next);
    f->next = NULL;
    f->deltas = news->delta;
    if (next.len == 0 || file->url.len == 0 || f->stage_count > 0)
        return;
    buf_init(&url, URL_ROOM);
    bool ours = cursor_write(file->url, next, file->secrets, &url);
    if (ours)
        f->next = strndup(url.ptr, url.len); /* without memory all of it is asked for */
    else if (!f->strayed)
        log_warn("%.*s: it says to ask for changes elsewhere than at its own host; all of it is "
                 "asked for each time",
                 SLICE_FMT(f->set->name));
    f->strayed |= !ours;
    buf_done(&url);
}

static struct slice version_of(const struct poll *f)
{
    return slice_of(f->reparsing ? f->version : f->pointed);
}

static void drop_work(struct poll *f)
{
    workers_put_away(f->shared->workers, &f->work);
    for (size_t i = 0; i < f->work.companion_count; i++)
        payload_free((struct payload *)f->work.companions[i]);
    payload_free(f->payload);
    f->work.companion_count = 0;
    f->payload = NULL;
    f->submitted = false;
}

int64_t poll_rest(const struct poll_shared *p, uint32_t source)
{
    return p->calls.rest != NULL && !p->set->once ? p->calls.rest(source, p->calls.ctx) : 0;
}

/* From the beginning of a poll that ended well to the next one. */
static int64_t next_interval(struct poll *f, int64_t now)
{
    struct pace *pace = &f->shared->pace;
    int64_t rest = poll_rest(f->shared, f->source), interval = f->set->interval_ms;
    bool changed = f->changed_us > 0;
    int64_t since = (now - (changed ? f->changed_us : f->started_us)) / 1000;
    enum pace_mood mood = pace_mood(rest, changed, since, interval);
    int64_t delay = pace_interval(pace, interval, mood);
    if (f->state.polls == 1 && mood != PACE_EARLY)
        delay = pace_second(pace, f->set->name, f->index, interval);
    /* no rest goes beyond its end; all who end it do not ask at once */
    int64_t open = rest - (now - f->begun_us) / 1000;
    if (rest > 0 && rest < POLLER_NEVER && open < delay)
        delay = open + pace_start(pace, f->set->name, f->index, interval);
    return delay;
}

static void poll_at(struct poll *f, int64_t due_us)
{
    f->due_us = due_us;
    dues_set(f->shared->dues, f->number, due_us);
}

static void poll_now(struct poll *f)
{
    poll_at(f, timer_now_us());
}

static void schedule(struct poll *f)
{
    struct poll_shared *p = f->shared;
    const struct poller_state *s = &f->state;
    int64_t now = timer_now_us(), delay, due;
    if (f->companion_new && f->last != NULL && s->failures_in_a_row == 0) {
        due = now;
    } else if (s->failures_in_a_row > 0) {
        delay = pace_backoff(&p->pace, f->refused ? REFUSED_AS : s->failures_in_a_row,
                             f->retry_after_ms);
        if (f->retry_after_ms > 0) /* all of its host wait for the same moment */
            delay += pace_start(&p->pace, f->set->name, f->index, f->set->interval_ms);
        due = now + delay * 1000;
    } else {
        delay = next_interval(f, now);
        due = f->begun_us + delay * 1000;
        if (due < now + delay * 500) /* a slow site is not asked without a rest */
            due = now + delay * 500;
    }
    poll_at(f, due);
}

/* What is on air now is what this poll brought. */
static void move(struct poll *f, const struct poller_news *news)
{
    f->on_air = true;
    f->digest = news->digest;
    if (f->reparsing)
        return;
    set_text(f->version, slice_of(f->pointed));
    ask_accept(&f->body);
    if (f->companions == NULL || f->payload == NULL || f->payload == f->last)
        return;
    payload_free(f->last);
    f->last = payload_ref(f->payload);
}

static void forget(struct poll *f)
{
    f->on_air = false;
    f->version[0] = '\0';
    ask_forget(&f->body);
}

static void finish(struct poll *f)
{
    struct poll_shared *p = f->shared;
    drop_work(f);
    f->step = REST;
    f->reparsing = f->delta = false;
    if (!p->set->once && f->put)
        poll_now(f);
    else if (!p->set->once)
        schedule(f);
    else if (--p->to_come == 0)
        p->calls.idle(p->calls.ctx);
}

static enum poller_answer tell(struct poll *f, struct poller_news *news)
{
    struct poll_shared *p = f->shared;
    news->source = f->source;
    news->file = f->index;
    news->version = version_of(f);
    news->last_byte_us = f->last_byte_us;
    news->poll_us = f->poll_us;
    news->http = f->http;
    return p->calls.news(news, p->calls.ctx);
}

static void count_failure(struct poll *f, enum verdict verdict, struct slice text)
{
    f->state.failed++;
    f->state.failures_in_a_row++;
    want_whole(f);
    tell(f, &(struct poller_news){.what = NEWS_FAILED,
                                  .payload = f->step == PARSING ? f->payload : NULL,
                                  .verdict = verdict,
                                  .text = text,
                                  .wait_ms = f->retry_after_ms});
}

static void settle_failed(struct poll *f, enum verdict verdict, struct slice text)
{
    count_failure(f, verdict, text);
    if (f->reparsing) /* it is to come again with its companions, from the site */
        forget(f);
    finish(f);
}

/* `body` when the bytes came again, and under new validators perhaps. */
static void settle_unchanged(struct poll *f, bool body)
{
    struct poller_news news = {.what = NEWS_UNCHANGED, .digest = f->digest};
    f->state.unchanged++;
    f->state.failures_in_a_row = 0;
    if (tell(f, &news) != POLLER_TAKEN)
        forget(f);
    else if (body && !f->delta)
        move(f, &news);
    finish(f);
}

static void settle_batch(struct poll *f)
{
    struct poller_news news = {.what = NEWS_BATCH,
                               .batch = &f->work.results,
                               .payload = f->payload,
                               .digest = payload_digest(f->payload),
                               .again = f->reparsing,
                               .companions = f->work.companions,
                               .companion_count = f->work.companion_count,
                               .delta = f->delta ? f->deltas + 1 : 0,
                               .parse_us = f->work.wall_us};
    const struct ask_validators *v = f->reparsing ? &f->body.known : &f->body.fresh;
    news.etag = slice_of(v->etag);
    news.last_modified = slice_of(v->last_modified);
    f->state.changed++;
    if (!f->reparsing) /* of the site it says nothing */
        f->state.failures_in_a_row = 0;
    if (f->companions != NULL && !f->companion_new)
        companions_accept(f->companions);
    bool first = !f->on_air;
    enum poller_answer answer = tell(f, &news);
    if (answer != POLLER_REFUSED && !first && !f->reparsing)
        f->changed_us = timer_now_us();
    if (answer != POLLER_REFUSED)
        move(f, &news);
    if (answer == POLLER_TAKEN && !f->reparsing)
        follow(f, &news);
    else
        want_whole(f);
    finish(f);
}

/* Nobody reads it here. */
static void settle_raw(struct poll *f, struct payload *payload)
{
    f->payload = payload_ref(payload);
    f->work = (struct work){0};
    if (f->companions != NULL)
        f->work.companion_count = companions_take(f->companions, f->work.companions);
    f->state.changed++;
    f->state.failures_in_a_row = 0;
    tell(f, &(struct poller_news){.what = NEWS_BATCH,
                                  .payload = payload,
                                  .digest = payload_digest(payload),
                                  .companions = f->work.companions,
                                  .companion_count = f->work.companion_count,
                                  .etag = slice_of(f->body.fresh.etag),
                                  .last_modified = slice_of(f->body.fresh.last_modified)});
    finish(f);
}

/* ---- one poll ---- */

/* What says nothing of the bytes: they may be those that were read well before. */
static bool is_misfortune(enum wire_failure how)
{
    return how == WIRE_LIMIT || how >= WIRE_INTERNAL;
}

static void on_parsed(struct work *work, void *ctx);

static void submit(struct poll *f, struct payload *payload, bool pointer)
{
    const struct poller_source *set = f->set;
    f->payload = payload_ref(payload);
    f->work = (struct work){.format = pointer ? SLICE("pointer") : set->format,
                            .options = pointer    ? f->stages[f->stage].options
                                       : f->delta ? set->delta_options
                                                  : set->options,
                            .payload = payload,
                            .credentials = set->credentials,
                            .done = on_parsed,
                            .ctx = f};
    if (f->companions != NULL && !pointer) {
        f->work.companion_count = companions_take(f->companions, f->work.companions);
        f->companion_new = false;
    }
    f->submitted = true;
    workers_submit(f->shared->workers, &f->work);
}

static void fetch_body(struct poll *f)
{
    bool other = f->pointed[0] != '\0' && strcmp(f->pointed, f->version) != 0;
    f->step = FETCHING;
    f->delta = f->next != NULL && f->on_air && f->deltas < POLLER_DELTAS_MAX;
    if (f->delta)
        ask_start_at(&f->body, slice_of(f->next));
    else
        ask_start(&f->body, slice_of(f->pointed), other || !f->on_air || f->deltas > 0);
}

/* The last pointer names a version, or still the same one. */
static void pointed(struct poll *f)
{
    set_text(f->pointed, slice_of(f->stages[f->stage_count - 1].said));
    if (f->on_air && strcmp(f->pointed, f->version) == 0)
        settle_unchanged(f, false);
    else
        fetch_body(f);
}

static void pointer_failed(struct poll *f, enum verdict verdict, struct slice text)
{
    char all[TEXT_MAX + 20];
    snprintf(all, sizeof all, "%s: %.*s", f->stages[f->stage].key, SLICE_FMT(text));
    settle_failed(f, verdict, slice_of(all));
}

static void note_answer(struct poll *f, int64_t since_us, const struct answer *a)
{
    f->last_byte_us = a->last_byte_us;
    f->poll_us += timer_now_us() - since_us;
    f->state.poll_seconds_sum += (double)(timer_now_us() - since_us) / 1e6;
    f->retry_after_ms = a->retry_after_ms;
    f->refused =
        a->what == ANSWER_FAILED && a->verdict == VERDICT_BLOCKED && a->retry_after_ms == 0;
    if (a->what == ANSWER_BODY)
        f->state.bytes += (int64_t)payload_bytes(a->payload).len;
}

static void ask_stage(struct poll *f)
{
    struct stage *s = &f->stages[f->stage];
    struct slice version = slice_of(f->stage > 0 ? f->stages[f->stage - 1].said : "");
    f->step = ASKING_VERSION;
    f->asked_us = timer_now_us();
    pointer_ask(s->pointer, &s->wait, version, f->set->interval_ms / FRESH_PART);
}

static void next_stage(struct poll *f)
{
    if (++f->stage < f->stage_count)
        ask_stage(f);
    else
        pointed(f);
}

static void on_pointer(const struct answer *a, void *ctx)
{
    struct poll *f = ctx;
    struct stage *s = &f->stages[f->stage];
    note_answer(f, f->asked_us, a);
    if (a->what != ANSWER_BODY) {
        pointer_failed(f, a->verdict, a->text);
        return;
    }
    struct digest digest = payload_digest(a->payload);
    if (s->known && digest_eq(digest, s->digest)) {
        next_stage(f);
        return;
    }
    s->known = false;
    s->digest = digest;
    f->step = READING_VERSION;
    submit(f, a->payload, true);
}

static void on_version(struct poll *f)
{
    struct work *work = &f->work;
    struct stage *s = &f->stages[f->stage];
    if (work->failure != WIRE_OK) {
        pointer_refuse(s->pointer);
        pointer_failed(f, work_verdict(work), slice_of(work->text));
        return;
    }
    struct slice version = results_text(&work->results, work->results.head->version);
    if (version.len == 0 || sweep_finds(f->set->credentials, version)) {
        pointer_refuse(s->pointer);
        pointer_failed(f, VERDICT_SCHEMA,
                       version.len == 0 ? SLICE("names no version")
                                        : SLICE("names a version that has a credential in it"));
        return;
    }
    set_text(s->said, version);
    s->known = true;
    drop_work(f);
    next_stage(f);
}

static void on_grew(struct payload *payload, void *ctx)
{
    struct poll *f = ctx;
    if (f->shared->set->raw)
        return;
    if (f->submitted)
        workers_more(f->shared->workers, &f->work);
    else if (f->payload == NULL && payload_bytes(payload).len >= STREAM_FROM)
        submit(f, payload, false);
}

static void cancel_work(struct poll *f)
{
    if (f->submitted)
        workers_cancel(f->shared->workers, &f->work);
    drop_work(f);
}

static void settle(struct poll *f)
{
    if (f->step == PARSING && f->work.failure == WIRE_OK) {
        settle_batch(f);
        return;
    }
    if (f->companions != NULL && !f->companion_new && !is_misfortune(f->work.failure))
        companions_refuse(f->companions);
    settle_failed(f, work_verdict(&f->work), slice_of(f->work.text));
}

/* It has come whole. */
static void take_body(struct poll *f, struct payload *payload)
{
    if (f->shared->set->raw) {
        settle_raw(f, payload);
        return;
    }
    f->step = PARSING;
    if (!f->submitted && f->payload != NULL) { /* its worker has answered before the end */
        settle(f);
        return;
    }
    if (f->submitted)
        workers_end(f->shared->workers, &f->work);
    else
        submit(f, payload, false);
    if (f->shared->calls.coming != NULL)
        f->shared->calls.coming(f->shared->calls.ctx);
}

static void on_body(const struct answer *a, void *ctx)
{
    struct poll *f = ctx;
    note_answer(f, f->body.started_us, a);
    f->http = a->http.status > 0 ? &a->http : NULL;
    switch (a->what) {
    case ANSWER_FAILED:
        cancel_work(f);
        settle_failed(f, a->verdict, a->text);
        break;
    case ANSWER_SAME:
        settle_unchanged(f, false);
        break;
    case ANSWER_BODY:
        if (f->on_air && digest_eq(payload_digest(a->payload), f->digest)) {
            cancel_work(f);
            settle_unchanged(f, true);
            break;
        }
        take_body(f, a->payload);
        break;
    }
    f->http = NULL;
}

static void on_parsed(struct work *work, void *ctx)
{
    struct poll *f = ctx;
    f->submitted = false;
    if (f->last_byte_us == 0)
        f->last_byte_us = timer_now_us();
    if (f->step == READING_VERSION) {
        on_version(f);
        return;
    }
    if (f->step == FETCHING &&
        (payload_finished(f->payload) || (f->on_air && is_misfortune(work->failure))))
        return;              /* the end, which will tell whether anything is new */
    if (f->step == FETCHING) /* it is bad before its end: the rest is not wanted */
        ask_stop(&f->body);
    settle(f);
}

void poll_begin(struct poll *f)
{
    if (f->shared->held)
        return;
    f->begun_us = timer_now_us();
    f->put = false;
    if (poll_rest(f->shared, f->source) == POLLER_NEVER) {
        poll_at(f, f->begun_us + POLLER_ASLEEP_MS * 1000);
        return;
    }
    f->poll_us = f->last_byte_us = f->retry_after_ms = 0;
    if (f->companion_new && f->deltas > 0)
        f->deltas = POLLER_DELTAS_MAX; /* one payload alone is not what is on air */
    else if (f->companion_new && f->last != NULL) {
        f->reparsing = true;
        f->step = PARSING;
        f->last_byte_us = f->begun_us;
        submit(f, f->last, false);
        return;
    }
    f->state.polls++;
    f->stage = 0;
    if (f->stage_count > 0)
        ask_stage(f);
    else
        fetch_body(f);
}

/* ---- life ---- */

static bool add_stage(struct poll *f, const char *key, struct slice url, struct slice options,
                      struct err *e)
{
    struct stage *s = &f->stages[f->stage_count];
    if (url.len == 0)
        return true;
    *s = (struct stage){.key = key, .options = options, .wait = {.done = on_pointer, .ctx = f}};
    s->pointer = pointers_get(f->shared->pointers, f->set, url, e);
    if (s->pointer == NULL)
        return false;
    f->stage_count++;
    return true;
}

/* It is another file now: that is its time. */
static void on_put(void *ctx)
{
    struct poll *f = ctx;
    if (f->step == REST)
        poll_now(f);
    f->put = f->step != REST;
}

int64_t poll_settle(const struct poll_shared *p, uint32_t source)
{
    int64_t interval = p->set->sources[source].interval_ms, settle = p->set->settle_ms;
    return p->set->once ? 0 : settle < interval ? settle : interval;
}

struct poll *poll_new(struct poll_shared *shared, uint32_t source, uint32_t file, size_t number,
                      struct companions *companions, struct err *e)
{
    const struct poller_source *set = &shared->set->sources[source];
    struct poll *f = calloc(1, sizeof *f);
    const struct fetch_calls body = {.grew = on_grew, .done = on_body, .ctx = f};
    if (f == NULL) {
        err_set(e, ERR_AGAIN, "no memory");
        return NULL;
    }
    f->shared = shared;
    f->set = set;
    f->companions = companions;
    f->source = source;
    f->index = file;
    f->number = number;
    if (ask_init(&f->body, &shared->means, set, set->files[file].url, set->files[file].path,
                 (size_t)shared->set->max_body, &body, e) &&
        add_stage(f, "version-url", set->version_url, set->version_options, e) &&
        add_stage(f, "counties-url", set->counties_url, set->counties_options, e)) {
        ask_watch(&f->body, poll_settle(shared, source), on_put);
        return f;
    }
    poll_free(f);
    return NULL;
}

void poll_free(struct poll *f)
{
    if (f == NULL)
        return;
    cancel_work(f);
    ask_done(&f->body);
    for (size_t i = 0; i < f->stage_count; i++)
        pointer_cancel(f->stages[i].pointer, &f->stages[i].wait);
    payload_free(f->last);
    free(f->next);
    free(f);
}

void poll_know_deltas(struct poll *f, struct digest last)
{
    f->digest = last;
    f->deltas = POLLER_DELTAS_MAX;
}

void poll_know(struct poll *f, struct slice etag, struct slice last_modified, struct slice version,
               struct digest digest)
{
    ask_know(&f->body, etag, last_modified);
    set_text(f->version, version);
    f->digest = digest;
    f->on_air = true;
}

void poll_start(struct poll *f)
{
    struct poll_shared *p = f->shared;
    int64_t now = timer_now_us(), wait = 0;
    if (f->due_us > 0)
        wait = f->due_us > now ? (f->due_us - now) / 1000 : 0;
    else if (!p->set->once)
        wait = pace_start(&p->pace, f->set->name, f->index, f->set->interval_ms);
    f->step = REST;
    if (f->started_us == 0)
        f->started_us = now;
    poll_at(f, now + wait * 1000);
}

static bool same_place(const struct poll *a, const struct poll *b)
{
    const struct poller_file *x = &a->set->files[a->index], *y = &b->set->files[b->index];
    return slice_eq(x->url, y->url) && slice_eq(x->path, y->path);
}

bool poll_continue(struct poll *f, const struct poll *was)
{
    if (!same_place(f, was) || was->started_us == 0)
        return false;
    f->state = was->state;
    f->retry_after_ms = was->retry_after_ms;
    f->changed_us = was->changed_us;
    f->started_us = was->started_us;
    f->begun_us = was->begun_us;
    f->due_us = was->due_us; /* one that was under way is due, and asked again */
    int64_t soonest = was->begun_us + f->set->interval_ms * 1000;
    if (f->set->interval_ms < was->set->interval_ms && f->state.failures_in_a_row == 0 &&
        soonest < f->due_us)
        f->due_us = soonest;
    return true;
}

bool poll_started(const struct poll *f)
{
    return f->step != NEW;
}

void poll_refuse(struct poll *f, enum verdict verdict, struct slice text)
{
    if (f->shared->set->once)
        settle_failed(f, verdict, text);
    else
        count_failure(f, verdict, text);
}

void poll_again(struct poll *f)
{
    f->companion_new = true;
    if (f->step == REST && f->last != NULL)
        dues_set(f->shared->dues, f->number, timer_now_us());
}

bool poll_soon(struct poll *f)
{
    if (f->step != REST || (f->state.failures_in_a_row > 0 && f->retry_after_ms > 0))
        return false;
    poll_now(f);
    return true;
}

void poll_wake(struct poll *f)
{
    if (f->step == REST)
        poll_at(f, f->due_us);
}

int64_t poll_rests(const struct poll *f)
{
    return ask_rests(&f->body);
}

void poll_state(const struct poll *f, struct poller_state *out)
{
    int64_t left = (f->due_us - timer_now_us()) / 1000;
    *out = f->state;
    out->next_in_ms = f->step == REST ? (left > 0 ? left : 0) : -1;
}
