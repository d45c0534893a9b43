/* SPDX-License-Identifier: ISC */
/* News in, effects out. */
#include "daemon/river.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/base/log.h"
#include "daemon/base/when.h"
#include "daemon/core/decide_said.h"
#include "daemon/core/local_time.h"
#include "daemon/core/report.h"
#include "daemon/core/source_state.h"
#include "daemon/edge/payload.h"
#include "daemon/edge/timer.h"
#include "daemon/edge/work.h"
#include "daemon/river_durable.h"
#include "daemon/river_log.h"

#define TICK_LEAST_MS 20 /* real time between two ticks */
#define TICK_MOST_MS 60000
#define TICK_CHOKED_MS 1000

struct river {
    struct river_parts p;
    struct core *core;
    struct timer *tick;
    struct effects fx;
    bool running;
    uint64_t turns;
    bool full;    /* the writer cannot keep up: said once */
    bool ahead;   /* the first message of the event is out already */
    bool **filed; /* by source and file: a payload of it is on disk, or on its way there */
};

/* ---- effects ---- */

static void log_effects(struct river *r, const struct event *ev)
{
    river_log(core_model(r->core), r->p.metrics, &r->fx, ev);
    if (r->p.told)
        r->p.told(ev, &r->fx, r->p.told_ctx);
}

static bool fill_desk(struct river *r, struct writer_job *job)
{
    struct effects *fx = &r->fx;
    const struct decision *d = fx->decision;
    struct writer_decision *row = arena_alloc(fx->arena, sizeof *row);
    struct writer_ruling *rulings = arena_array(fx->arena, fx->ruling_count + 1, sizeof *rulings);
    if (!row || !rulings)
        return false;
    for (size_t i = 0; i < fx->ruling_count; i++) {
        const struct feed_ruling *w = &fx->rulings[i];
        const struct settings_source *source = &r->p.plan->settings.sources[w->source];
        rulings[i] = (struct writer_ruling){.source = source->name,
                                            .file = source->files[w->file],
                                            .contest = w->contest,
                                            .digest = w->digest,
                                            .accept = w->accept};
    }
    job->rulings = rulings;
    job->ruling_count = fx->ruling_count;
    if (d)
        *row = (struct writer_decision){.number = d->number,
                                        .at_ms = d->at_ms,
                                        .verb = d->verb,
                                        .target = d->target,
                                        .argument = d->argument,
                                        .reason = d->reason,
                                        .basis = d->basis,
                                        .url = d->url,
                                        .by = d->by};
    job->decisions = row;
    job->decision_count = d != NULL;
    return true;
}

/* Is there a Redis, in which call events are acknowledged, and by which a standby follows? */
static bool follows(const struct river *r)
{
    return r->p.plan->config->redis.url.len > 0;
}

/* Rows of the job, in the effects' arena: all are copied by the writer. */
static bool fill_job(struct river *r, struct writer_job *job)
{
    struct effects *fx = &r->fx;
    struct writer_claim *claims = arena_array(fx->arena, fx->claim_count + 1, sizeof *claims);
    struct writer_name *names = arena_array(fx->arena, fx->name_count + 1, sizeof *names);
    struct writer_event *events = arena_array(fx->arena, fx->message_count + 1, sizeof *events);
    if (!claims || !names || !events)
        return false;
    for (size_t i = 0; i < fx->claim_count; i++) {
        const struct claim *c = &fx->claims[i];
        claims[i] = (struct writer_claim){.number = c->number,
                                          .at_ms = c->at_ms,
                                          .called_at_ms = c->called_at_ms,
                                          .outcome = (int)c->outcome,
                                          .race_id = c->race_id,
                                          .endorsement_id = c->endorsement_id,
                                          .by = c->by,
                                          .basis = c->basis,
                                          .reason = c->reason,
                                          .evidence = c->evidence,
                                          .line = c->line,
                                          .row = c->row};
    }
    for (size_t i = 0; i < fx->name_count; i++) {
        const struct learned *n = &fx->names[i];
        names[i] = (struct writer_name){.source = r->p.plan->settings.sources[n->source].name,
                                        .contest = n->contest,
                                        .choice = n->choice,
                                        .name = n->name,
                                        .party = n->party};
    }
    for (size_t i = 0; follows(r) && i < fx->message_count; i++) {
        const struct message *m = &fx->messages[i];
        if (m->type == MESSAGE_CALL || m->type == MESSAGE_RETRACTION)
            events[job->event_count++] =
                (struct writer_event){.id = m->event_id, .channel = m->channel, .data = m->data};
    }
    job->claims = claims;
    job->claim_count = fx->claim_count;
    job->names = names;
    job->name_count = fx->name_count;
    job->events = events;
    return fill_desk(r, job);
}

static void on_durable(bool ok, const char *text, void *ctx)
{
    struct river *r = ctx;
    if (ok) {
        outbox_release(r->p.outbox, PARCEL_ROWS);
        return;
    }
    log_error("calls could not be kept: %s; they are not published", text);
    outbox_refuse(r->p.outbox, PARCEL_ROWS);
}

/* The first payload of a file, and all rows before it; the payload alone may be late. */
static void on_first(bool ok, const char *text, void *ctx)
{
    struct river *r = ctx;
    if (!ok)
        log_error("a payload could not be kept yet: %s; a restart now would begin without it",
                  text);
    outbox_release(r->p.outbox, PARCEL_PAYLOAD);
}

static void on_kept(bool ok, const char *text, void *ctx)
{
    (void)ctx;
    if (!ok)
        log_error("a payload could not be kept: %s; a restart would begin with an older one", text);
}

static bool job_empty(const struct writer_job *j)
{
    return j->memo_count + j->claim_count + j->decision_count + j->name_count + j->event_count +
               j->file_count ==
           0;
}

typedef void job_done(bool ok, const char *text, void *ctx);

static bool submit(struct river *r, const struct writer_job *job, job_done *done, void *ctx)
{
    struct err e = {0};
    if (job_empty(job) || writer_submit(r->p.writer, job, done, ctx, &e))
        return true;
    log_error("%s", e.text);
    return false;
}

/* A decision on its way to the disk. */
struct asked {
    struct river *river;
    river_done *done;
    void *ctx;
    bool release; /* messages wait for it */
    int waits;    /* for its rows; and for what it makes of payloads that were held */
    bool ok;
    char why[256];
    size_t length;
    char said[];
};

static void answer(void *ctx)
{
    struct asked *a = ctx;
    a->done(true, (struct slice){a->said, a->length}, a->ctx);
    free(a);
}

/* Who is told that it was kept finds it in the sentence: what people read next. */
static void on_decided(bool ok, const char *text, void *ctx)
{
    struct asked *a = ctx;
    if (a->ok && !ok)
        snprintf(a->why, sizeof a->why, "%s", text);
    a->ok &= ok;
    if (--a->waits > 0)
        return;
    if (a->release)
        on_durable(a->ok, a->why, a->river);
    if (a->ok) {
        outbox_when_shown(a->river->p.outbox, answer, a);
        return;
    }
    a->done(false, slice_of(a->why), a->ctx);
    free(a);
}

static bool submit_rows(struct river *r, const struct writer_job *rows, bool release,
                        struct asked *asked)
{
    if (!asked)
        return submit(r, rows, release ? on_durable : on_kept, r);
    asked->release = release;
    asked->ok = true;
    asked->waits = 1;
    return submit(r, rows, on_decided, asked);
}

/* What became of payloads that are filed, and the memos of all that changed. */
static bool fill_paper(const struct river *r, struct writer_job *job)
{
    const struct effects *fx = &r->fx;
    const struct settings_source *sources = r->p.plan->settings.sources;
    struct writer_file *files =
        arena_array(fx->arena, job->file_count + fx->moved_count + 1, sizeof *files);
    struct writer_memo *memos = arena_array(fx->arena, fx->memo_count + 1, sizeof *memos);
    if (!files || !memos)
        return false;
    if (job->file_count > 0)
        memcpy(files, job->files, job->file_count * sizeof *files);
    for (size_t i = 0; i < fx->moved_count; i++) {
        const struct moved *m = &fx->moved[i];
        files[job->file_count++] = (struct writer_file){.source = sources[m->source].name,
                                                        .file = sources[m->source].files[m->file],
                                                        .held = (enum writer_held)m->standing,
                                                        .digest = m->digest};
        r->filed[m->source][m->file] |= m->standing == PAYLOAD_WHOLE;
    }
    for (size_t i = 0; i < fx->memo_count; i++) {
        const struct memo *m = &fx->memos[i];
        bool race = m->source == NONE;
        memos[i] = (struct writer_memo){.source = race ? SLICE("") : sources[m->source].name,
                                        .file = race ? m->race : sources[m->source].files[m->file],
                                        .on_air = m->on_air,
                                        .text = m->text};
    }
    job->files = files;
    job->memos = memos;
    job->memo_count = fx->memo_count;
    return true;
}

/* Memos for another daemon: ours are on their way to the disk with the payloads, which it has not.
 * False: memory. */
static bool fill_notes(const struct river *r, const struct writer_job *paper,
                       struct writer_job *told)
{
    struct writer_memo *notes = arena_array(r->fx.arena, paper->memo_count + 1, sizeof *notes);
    if (!notes)
        return false;
    for (size_t i = 0; i < paper->memo_count; i++) {
        const struct memo *m = &r->fx.memos[i];
        struct writer_memo *note = &notes[told->note_count];
        if (!m->tell)
            continue;
        *note = paper->memos[i];
        if (m->source != NONE)
            note->on_air = (struct digest){0, 0}, note->text = m->note;
        told->note_count++;
    }
    told->notes = notes;
    return true;
}

/* Who accepts what is held is answered when all of that is on disk. */
static bool submit_paper(struct river *r, const struct writer_job *paper, bool first,
                         struct asked *asked)
{
    bool wait = asked && r->fx.ruling_count > 0 && !job_empty(paper);
    if (!wait)
        return submit(r, paper, first ? on_first : on_kept, r) || asked;
    asked->waits++;
    if (!submit(r, paper, on_decided, asked))
        asked->waits--;
    return true;
}

static bool submit_all(struct river *r, const struct writer_job *rows, bool release,
                       const struct writer_job *paper, bool first, struct asked *asked)
{
    return submit_rows(r, rows, release, asked) && submit_paper(r, paper, first, asked);
}

/* What the messages do not rest on is not in their way either. */
static bool goes_behind(const struct writer_job *rows, bool first, const struct asked *asked)
{
    return !first && !asked &&
           rows->claim_count + rows->decision_count + rows->ruling_count + rows->event_count == 0;
}

static bool is_followed(const struct river *r, const struct writer_job *rows)
{
    return follows(r) && rows->claim_count + rows->decision_count + rows->ruling_count > 0;
}

/* What the readers are told waits for what has to be on the disk before; the first of it may be out
 * already. */
static void tell(struct river *r, const struct writer_job *rows, struct writer_job *paper,
                 int64_t last_byte_us, enum parcel_hold hold)
{
    const struct effects *fx = &r->fx;
    struct writer_job told = *rows;
    struct err e = {0};
    if (!fill_notes(r, paper, &told))
        log_error("out of memory for what the standby is to know of races");
    if (!outbox_add(r->p.outbox, &told, fx->messages + r->ahead, fx->message_count - r->ahead,
                    last_byte_us, hold, &e))
        log_error("%s", e.text);
}

/* Make durable what has to be, then let the messages go. They wait for claims and decisions; and
 * for the first payload of a file, so that a crash never leaves zeros where there were figures.
 * Later payloads are written behind the messages. False: nothing is kept and nothing goes out. */
static bool settle(struct river *r, const struct writer_file *files, size_t file_count, bool first,
                   int64_t last_byte_us, struct asked *asked)
{
    struct effects *fx = &r->fx;
    struct writer_job rows = {0};
    struct writer_job paper = {.files = files, .file_count = file_count};
    r->turns += fx->claim_count > 0 || fx->decision;
    if (!r->p.outbox)
        return !asked;
    if (!fill_job(r, &rows) || !fill_paper(r, &paper)) {
        log_error("effects of one event need too much memory; a restart shows them");
        return false;
    }
    bool news = is_followed(r, &rows) || fx->message_count > 0;
    bool wait_rows = news && !first && (fx->claim_count > 0 || asked);
    bool wait_paper = news && first;
    bool behind = goes_behind(&rows, first, asked);
    rows.later = paper.later = behind;
    if (!behind && !submit_all(r, &rows, wait_rows, &paper, wait_paper, asked))
        return false; /* nothing goes out that a crash would lose */
    tell(r, &rows, &paper, last_byte_us,
         wait_rows    ? PARCEL_ROWS
         : wait_paper ? PARCEL_PAYLOAD
                      : PARCEL_GOES);
    return !behind || submit_all(r, &rows, false, &paper, false, NULL);
}

/* A disk that cannot keep up stops the river, not the truth: news are asked for again. */
static bool choked(struct river *r)
{
    bool full = r->p.writer && writer_full(r->p.writer);
    if (full && !r->full)
        log_error("the state directory's disk cannot keep up: no news are taken until it can");
    r->full = full;
    return full;
}

static void set_tick(struct river *r)
{
    if (!r->running || r->p.stepped)
        return;
    int64_t now = clock_now(r->p.clock);
    int64_t next = core_next_tick(r->core, now);
    int64_t wait = next == WHEN_NEVER ? TICK_MOST_MS : clock_until(r->p.clock, next);
    wait = wait < TICK_LEAST_MS ? TICK_LEAST_MS : wait > TICK_MOST_MS ? TICK_MOST_MS : wait;
    timer_set(r->tick, wait);
}

void river_tick(struct river *r)
{
    struct event ev = {.type = EVENT_TICK};
    effects_reset(&r->fx);
    core_apply(r->core, &ev, clock_now(r->p.clock), &r->fx);
    log_effects(r, &ev);
    (void)settle(r, NULL, 0, false, 0, NULL);
    set_tick(r);
}

int64_t river_next_tick(const struct river *r)
{
    return core_next_tick(r->core, clock_now(r->p.clock));
}

static void on_tick(void *ctx)
{
    struct river *r = ctx;
    if (choked(r))
        timer_set(r->tick, TICK_CHOKED_MS);
    else
        river_tick(r);
}

/* ---- the desk ---- */

bool river_may_decide(struct river *r, struct err *e)
{
    return (r->running && !choked(r)) ||
           err_set(e, ERR_AGAIN,
                   r->running ? "the disk of the state directory cannot keep up; try again"
                              : "a reload is going on; try again");
}

/* False: refused, and why. */
static bool apply(struct river *r, const struct event *ev, struct err *e)
{
    effects_reset(&r->fx);
    core_apply(r->core, ev, clock_now(r->p.clock), &r->fx);
    if (!r->fx.decision)
        *e = r->fx.err;
    return r->fx.decision != NULL;
}

static bool decide(struct river *r, const struct event *ev, river_done *done, void *ctx,
                   struct err *e)
{
    if (!apply(r, ev, e))
        return false;
    log_effects(r, ev);
    if (!r->p.outbox) { /* nothing is kept or shown */
        done(true, r->fx.said, ctx);
        return true;
    }
    struct asked *a = malloc(sizeof *a + r->fx.said.len);
    if (a) {
        *a = (struct asked){.river = r, .done = done, .ctx = ctx, .length = r->fx.said.len};
        if (a->length > 0) /* one of several says nothing by itself */
            memcpy(a->said, r->fx.said.ptr, a->length);
    }
    bool kept = a && settle(r, NULL, 0, false, 0, a);
    set_tick(r);
    if (!kept) {
        free(a);
        err_set(e, ERR_BUG,
                "the decision could not be kept: it is lost when tallyd stops, and not published; "
                "see the log");
    }
    return kept;
}

bool river_decide(struct river *r, const struct decision *d, bool confirmed, river_done *done,
                  void *ctx, struct err *e)
{
    struct event ev = {.type = EVENT_DECISION, .decision = *d, .confirmed = confirmed};
    return river_may_decide(r, e) && decide(r, &ev, done, ctx, e);
}

static struct event one_of(const struct decision *d, bool confirmed)
{
    return (struct event){
        .type = EVENT_DECISION, .decision = *d, .confirmed = confirmed, .joint = true};
}

bool river_decide_one_of(struct river *r, const struct decision *d, bool confirmed,
                         river_done *done, void *ctx, struct err *e)
{
    struct event ev = one_of(d, confirmed);
    return decide(r, &ev, done, ctx, e);
}

bool river_try(struct river *r, const struct decision *d, bool abbreviated, struct err *e)
{
    struct event ev = one_of(d, abbreviated);
    return apply(r, &ev, e);
}

struct trial {
    struct river *river;
    const struct decision *decision;
};

static bool try_it(void *ctx, struct buf *out, struct err *e)
{
    const struct trial *t = ctx;
    struct event ev = {.type = EVENT_DECISION, .decision = *t->decision, .would = true};
    char hex[33];
    if (!apply(t->river, &ev, e))
        return false;
    digest_hex(decide_said_meant(t->river->fx.decision, t->river->fx.said), hex);
    buf_addz(out, hex);
    buf_add(out, t->river->fx.said);
    return true;
}

bool river_preview(struct river *r, const struct decision *d, struct children *all,
                   rehearse_done *done, void *ctx, struct err *e)
{
    struct trial t = {r, d};
    return rehearse(all, try_it, &t, done, ctx, e);
}

/* ---- news ---- */

static void count_news(struct river *r, const struct poller_news *n, enum metrics_poll result)
{
    struct metrics_source *m = &r->p.metrics->sources[n->source];
    int64_t now = (int64_t)time(NULL) * WHEN_SECOND;
    m->polls[result]++;
    metrics_observe(&r->p.metrics->poll, n->poll_us);
    const struct poller_source *source = &r->p.plan->poller_sources[n->source];
    if (n->what == NEWS_BATCH)
        metrics_observe_parse(r->p.metrics, source->preset.len ? source->preset : source->format,
                              n->parse_us);
    m->up = n->what != NEWS_FAILED;
    if (m->up)
        m->last_success_ms = now;
    if (result == POLL_CHANGED)
        m->last_change_ms = now;
}

/* Why it failed; and where its host has asked to wait the time when that is over, which stays right
 * for as long as it is shown. */
static struct slice text_of(const struct river *r, const struct poller_news *n, int64_t now,
                            struct buf *room)
{
    if (n->wait_ms <= 0)
        return n->text;
    int64_t over = now + n->wait_ms + WHEN_MINUTE - 1;
    buf_addf(room, "%.*s, until ", SLICE_FMT(n->text));
    local_time_write(&r->p.plan->settings, over - over % WHEN_MINUTE, room);
    return room->failed ? n->text : buf_slice(room);
}

static struct event event_of(const struct poller_news *n, int64_t now)
{
    static const enum event_type types[] = {[NEWS_BATCH] = EVENT_BATCH,
                                            [NEWS_UNCHANGED] = EVENT_UNCHANGED,
                                            [NEWS_FAILED] = EVENT_FAILED};
    return (struct event){.type = types[n->what],
                          .source = n->source,
                          .file = n->file,
                          .batch = n->batch,
                          .digest = n->digest,
                          .version = n->version,
                          .received_ms = now,
                          .again = n->again,
                          .verdict = n->verdict,
                          .text = n->text};
}

/* What became of news, for the poller and for metrics. */
static enum poller_answer answer_to(const struct river *r, const struct poller_news *news)
{
    if (news->what != NEWS_BATCH || r->fx.keep)
        return POLLER_TAKEN;
    return r->fx.held ? POLLER_HELD : POLLER_REFUSED;
}

static enum metrics_poll result_of(const struct poller_news *news, enum poller_answer answer)
{
    if (news->what != NEWS_BATCH)
        return news->what == NEWS_FAILED ? POLL_FAILED : POLL_UNCHANGED;
    return answer == POLLER_REFUSED ? POLL_REFUSED : POLL_CHANGED;
}

void river_companion_name(size_t number, char out[RIVER_COMPANION_NAME])
{
    snprintf(out, RIVER_COMPANION_NAME, "companion %zu", number + 1); /* no file has a blank */
}

/* The payload as it is kept, behind the companions it was read with. Returns how many. */
static size_t paper_of(const struct river *r, const struct poller_news *news, int64_t now,
                       struct writer_file *files, char names[][RIVER_COMPANION_NAME])
{
    const struct settings_source *source = &r->p.plan->settings.sources[news->source];
    size_t n = 0;
    for (; n < news->companion_count; n++) {
        river_companion_name(n, names[n]);
        files[n] = (struct writer_file){.source = source->name,
                                        .file = slice_of(names[n]),
                                        .payload = (struct payload *)news->companions[n],
                                        .digest = payload_digest(news->companions[n]),
                                        .received_ms = now};
    }
    files[n++] = (struct writer_file){.source = source->name,
                                      .file = source->files[news->file],
                                      .held = r->fx.keep   ? WRITER_WHOLE
                                              : r->fx.used ? WRITER_PART
                                                           : WRITER_ASIDE,
                                      .delta = news->delta,
                                      .payload = news->payload,
                                      .digest = news->digest,
                                      .version = news->version,
                                      .etag = news->etag,
                                      .last_modified = news->last_modified,
                                      .received_ms = now};
    return n;
}

void river_coming(void *river)
{
    struct river *r = river;
    if (r->running && r->p.outbox)
        outbox_expect(r->p.outbox);
}

enum poller_answer river_news(const struct poller_news *news, void *river)
{
    struct river *r = river;
    int64_t now = clock_now(r->p.clock);
    char room[1024];
    struct buf text;
    struct event ev = event_of(news, now);
    buf_init_over(&text, room, sizeof room);
    ev.text = text_of(r, news, now, &text);
    if (!r->running || choked(r) || core_model(r->core)->feeds[news->source].paused)
        return POLLER_REFUSED;
    effects_reset(&r->fx);
    core_begin(r->core, &ev, now, &r->fx);
    bool filed = r->filed[news->source][news->file]; /* else the messages wait for that */
    r->ahead = r->p.outbox && filed && r->fx.message_count > 0 &&
               outbox_first(r->p.outbox, r->fx.messages, news->last_byte_us);
    core_finish(r->core); /* while the first one is on its way */
    enum poller_answer answer = answer_to(r, news);
    log_effects(r, &ev);
    count_news(r, news, result_of(news, answer));
    if (r->p.recorder)
        recorder_news(r->p.recorder, news, r->fx.verdict, r->fx.verdict_text, now);
    struct writer_file files[WIRE_COMPANIONS_MAX + 1];
    char names[WIRE_COMPANIONS_MAX][RIVER_COMPANION_NAME];
    bool kept = news->what == NEWS_BATCH && answer != POLLER_REFUSED;
    bool first = kept && !news->delta && !r->filed[news->source][news->file];
    size_t n = kept ? paper_of(r, news, now, files, names) : 0;
    (void)settle(r, files, n, first, news->last_byte_us, NULL);
    r->ahead = false;
    r->filed[news->source][news->file] |= kept && r->fx.keep;
    set_tick(r);
    return answer;
}

int64_t river_rest(uint32_t source, void *river)
{
    const struct river *r = river;
    int64_t at = source_state_expects(core_model(r->core), source, clock_now(r->p.clock));
    return at == WHEN_NEVER ? POLLER_NEVER : clock_until(r->p.clock, at);
}

void river_heard(struct river *r, uint32_t source, uint32_t file, const struct feed_file *was)
{
    core_restore_heard(r->core, source, file, was);
}

bool river_filed(const struct river *r, uint32_t source, uint32_t file)
{
    return r->filed[source][file];
}

void river_restore(struct river *r, uint32_t source, uint32_t file, const struct results *batch,
                   const struct writer_loaded_file *from)
{
    struct event ev = {.type = EVENT_BATCH,
                       .source = source,
                       .file = file,
                       .batch = batch,
                       .digest = from->digest,
                       .version = from->version,
                       .received_ms = from->received_ms,
                       .restored = true,
                       .standing = (enum standing_of_payload)from->held};
    effects_reset(&r->fx);
    core_apply(r->core, &ev, clock_now(r->p.clock), &r->fx);
    log_effects(r, &ev);
    (void)settle(r, NULL, 0, false, 0, NULL);
    r->filed[source][file] |= from->held == WRITER_WHOLE;
}

void river_restored(struct river *r)
{
    struct event events[] = {{.type = EVENT_RESTORED}, {.type = EVENT_TICK}};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        effects_reset(&r->fx);
        core_apply(r->core, &events[i], clock_now(r->p.clock), &r->fx);
        log_effects(r, &events[i]);
        (void)settle(r, NULL, 0, false, 0, NULL);
    }
}

/* ---- life ---- */

static bool make_filed(struct river *r, struct err *e)
{
    const struct settings *s = &r->p.plan->settings;
    r->filed = calloc(s->source_count + 1, sizeof *r->filed);
    for (size_t i = 0; r->filed && i < s->source_count; i++)
        if (!(r->filed[i] = calloc(s->sources[i].file_count + 1, sizeof **r->filed)))
            return err_set(e, ERR_BUG, "out of memory");
    return r->filed || err_set(e, ERR_BUG, "out of memory");
}

bool river_new(const struct river_parts *parts, const struct writer_loaded *loaded,
               struct river **out, struct err *e)
{
    struct river *r = calloc(1, sizeof *r);
    if (!r)
        return err_set(e, ERR_BUG, "out of memory");
    r->p = *parts;
    r->tick = timer_new(parts->base, on_tick, r);
    if (!r->tick) {
        err_set(e, ERR_BUG, "out of memory");
        goto fail;
    }
    if (!make_filed(r, e) || !effects_init(&r->fx, e) ||
        !core_new(&parts->plan->settings, &parts->plan->endorsed, &r->core, e))
        goto fail;
    if (loaded && !river_durable(r->core, parts->plan, loaded, e))
        goto fail;
    *out = r;
    return true;
fail:
    river_free(r);
    return false;
}

void river_free(struct river *r)
{
    if (!r)
        return;
    for (size_t i = 0; r->filed && i < r->p.plan->settings.source_count; i++)
        free(r->filed[i]);
    free(r->filed);
    timer_free(r->tick);
    core_free(r->core);
    effects_done(&r->fx);
    free(r);
}

void river_start(struct river *r)
{
    r->running = true;
    set_tick(r);
}

void river_pause(struct river *r)
{
    r->running = false;
    timer_cancel(r->tick);
}

void river_snapshot(struct river *r, struct effects *out)
{
    core_snapshot(r->core, clock_now(r->p.clock), out);
}

const struct model *river_model(const struct river *r)
{
    return core_model(r->core);
}

const struct tally *river_tally(const struct river *r)
{
    return core_tally(r->core);
}

const struct effects *river_brought(const struct river *r)
{
    return &r->fx;
}

uint64_t river_turns(const struct river *r)
{
    return r->turns;
}
