/* SPDX-License-Identifier: ISC */
/* The way out for messages: hold, thin, number, publish. */
#include "daemon/outbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/awaited.h"
#include "daemon/base/log.h"
#include "daemon/base/map.h"
#include "daemon/core/stream.h"
#include "daemon/edge/timer.h"
#include "daemon/frozen.h"
#include "daemon/unsent.h"

#define CHANNELS_MAX 200000
#define HELD_MAX 20000
#define ENVELOPE_MAX (16 << 20)
#define CATCH_UP 100 /* races that waited for Redis go out so many at once */
#define LATE_MS 3000 /* so long after a heartbeat Redis has it, or what is there is old */
#define RESTLESS_US                                                                                \
    20000000 /* all was shown anew so often in that time: it does not stay there                   \
              */
#define RESTLESS 4
#define REST_MS 2 /* what follows the first of several waits for its answer, at most so long */

struct outbox {
    struct event_base *base;
    struct writer *writer;
    struct outbox_settings s;
    struct outbox_calls calls;
    struct stream *stream;
    struct redis *redis;
    struct timer *flush_timer, *heartbeat_timer;
    struct parcel *held, **held_end; /* oldest first */
    size_t held_count;
    int64_t held_since_us; /* since when the first of them waits */
    struct map *thinned;   /* channel -> newest parcel, in order of first change */
    bool flush_due;        /* within min_interval of the last flush */
    bool rest;             /* the first of several was sent, the others wait for its answer */
    bool behind;           /* races wait in thinned until Redis has answered */
    struct unsent unsent;  /* calls Redis has not acknowledged */
    struct desk_book book; /* for the desk's stream */
    bool keeps_book;       /* there is, or will be, a Redis */
    char instance[128];
    struct slice owner; /* of envelopes: the process, without the instance */
    bool whole;         /* the model is: not while it is restored */
    bool began, fenced;
    bool shown;                 /* Redis has taken something since it was lost */
    char away[300];             /* why it was lost; empty: it is shown */
    int64_t taken_us;           /* when it has taken something last */
    int64_t ready_us[RESTLESS]; /* when all had to be shown anew, the oldest first; 0: never */
    bool hushed;                /* nothing is numbered, shown or given to the writer any more */
    bool told_began;
    bool changing_epoch;  /* nothing is numbered until the new one begins: all is shown then */
    bool crowded;         /* not all that waits for the disk found room */
    bool epoch_ready;     /* it is on disk, and begins when nothing waits for the disk any more */
    int64_t wanted_epoch; /* being made durable; 0: none */
    int64_t seen_epoch;   /* the highest one Redis told of: ours must be higher */
    struct buf totals;
    struct buf plain; /* of the last totals that were numbered */
    struct frozen *frozen;
    struct awaited awaited; /* decisions, whose sentence is not shown yet */
    int64_t totals_seq, last_seq;
    int64_t published[MESSAGE_TYPES]; /* given to Redis */
    struct metrics_histogram change_to_publish;
};

/* ---- call events wait for Redis ---- */

static bool is_call(const struct message *m)
{
    return m->type == MESSAGE_CALL || m->type == MESSAGE_RETRACTION;
}

static void nothing_to_do(bool ok, const char *text, void *ctx)
{
    (void)ok, (void)text, (void)ctx; /* acknowledged twice is harmless: clients know the id */
}

static void send_thinned(struct outbox *o, bool races_only);
static void flush(struct outbox *o);
static void tell_awaited(struct outbox *o);

static void on_acknowledged(struct slice event_id, int64_t last_byte_us, void *ctx)
{
    struct outbox *o = ctx;
    struct err e = {0};
    if (!o->shown)
        log_info("redis: connected");
    o->shown = true;
    o->taken_us = clock_monotonic_us();
    o->away[0] = '\0';
    if (last_byte_us > 0)
        metrics_observe(&o->change_to_publish, clock_monotonic_us() - last_byte_us);
    if (o->behind && !o->changing_epoch && redis_room(o->redis) >= CATCH_UP)
        send_thinned(o, true);
    if (o->rest && !o->changing_epoch)
        flush(o);
    struct unsent_event *gone = event_id.len > 0 ? unsent_take(&o->unsent, event_id) : NULL;
    if (!gone)
        return;
    struct writer_job job = {.acknowledged = &gone->event.id, .acknowledged_count = 1};
    if (!writer_submit(o->writer, &job, nothing_to_do, NULL, &e))
        log_warn("call event %.*s stays listed as unsent: %s; it may be announced twice",
                 SLICE_FMT(event_id), e.text);
    free(gone);
}

/* ---- numbering and sending ---- */

/* Number one message and describe its write. The commit's slices point into the two buffers. */
static bool number(struct outbox *o, const struct message *m, int64_t last_byte_us,
                   struct buf *envelope, struct buf *snap, struct redis_commit *out)
{
    struct err e = {0};
    int64_t seq;
    buf_clear(envelope);
    buf_clear(snap);
    if (!stream_number(o->stream, m, clock_now(o->s.clock), envelope, snap, &seq, &e)) {
        log_error("message on %.*s is lost: %s", SLICE_FMT(m->channel), e.text);
        return false;
    }
    *out = (struct redis_commit){.epoch = stream_epoch(o->stream),
                                 .seq = seq,
                                 .channel = m->channel,
                                 .envelope = buf_slice(envelope),
                                 .snap = m->snap,
                                 .field = m->field,
                                 .snap_value = buf_slice(snap),
                                 .plain = m->plain,
                                 .winner = m->winner,
                                 .score = m->score,
                                 .event_id = m->event_id,
                                 .last_byte_us = last_byte_us};
    o->last_seq = seq;
    if (m->type == MESSAGE_TOTALS) {
        buf_clear(&o->totals);
        buf_add(&o->totals, buf_slice(envelope));
        buf_clear(&o->plain);
        buf_add(&o->plain, m->plain);
        frozen_keep(o->frozen, stream_epoch(o->stream), seq, clock_now(o->s.clock), m);
        o->totals_seq = seq;
    }
    if (o->calls.numbered)
        o->calls.numbered(m, stream_epoch(o->stream), seq, buf_slice(envelope), o->calls.ctx);
    return true;
}

/* The lines that are not as they were. */
static void add_changed(struct slice was, struct slice now, struct buf *out)
{
    struct slice old, line;
    while (slice_next(&now, '\n', &line)) {
        bool there = slice_next(&was, '\n', &old);
        if (line.len > 0 && (!there || !slice_eq(line, old)))
            buf_addf(out, "%.*s\n", SLICE_FMT(line));
    }
}

static void publish(struct outbox *o, const struct message *m, int64_t last_byte_us)
{
    struct buf envelope, snap, plain;
    struct redis_commit commit;
    buf_init(&envelope, ENVELOPE_MAX);
    buf_init(&snap, ENVELOPE_MAX);
    buf_init(&plain, ENVELOPE_MAX);
    add_changed(buf_slice(&o->plain), m->plain, &plain); /* Redis has the others */
    if (number(o, m, last_byte_us, &envelope, &snap, &commit)) {
        commit.plain = buf_slice(&plain);
        if (o->redis && !o->fenced && redis_publish(o->redis, &commit))
            o->published[m->type]++; /* else dropped while it is away: a snapshot follows */
        o->calls.published(m, o->calls.ctx);
    }
    buf_done(&envelope);
    buf_done(&snap);
    buf_done(&plain);
}

/* What waits in `thinned`; races, of which there are many, only as fast as Redis answers: they stay
 * there, and newer ones take their places. */
static void send_thinned(struct outbox *o, bool races_only)
{
    size_t at = 0;
    struct slice channel;
    void *value;
    o->behind = false;
    while (map_next(o->thinned, &at, &channel, &value)) {
        struct parcel *p = value;
        bool race = p->message.type == MESSAGE_RACE;
        if (race && o->redis && redis_room(o->redis) == 0)
            o->behind = true;
        else if (race || !races_only) {
            publish(o, &p->message, p->last_byte_us);
            map_remove(o->thinned, channel);
            free(p);
        }
    }
}

/* Redis tells nobody of a message before it has done all that it read with it: the first goes
 * alone, so that it is heard while the rest is put together. */
static void send_first(struct outbox *o, const struct message *m, int64_t last_byte_us)
{
    publish(o, m, last_byte_us);
    o->rest = o->flush_due = true;
    timer_set(o->flush_timer, REST_MS);
}

static void flush_first(struct outbox *o)
{
    size_t at = 0;
    struct slice channel;
    void *value;
    if (map_count(o->thinned) < 2 || !o->redis || !redis_connected(o->redis) ||
        !map_next(o->thinned, &at, &channel, &value)) {
        flush(o);
        return;
    }
    struct parcel *p = value;
    send_first(o, &p->message, p->last_byte_us);
    map_remove(o->thinned, channel);
    free(p);
}

static void flush(struct outbox *o)
{
    bool begun = o->rest; /* by the first of them */
    o->rest = false;
    if (map_count(o->thinned) == 0 && !begun)
        return;
    send_thinned(o, false);
    awaited_number(&o->awaited, stream_epoch(o->stream), o->totals_seq);
    tell_awaited(o);
    o->flush_due = true;
    timer_set(o->flush_timer, o->s.min_interval_ms);
}

static void on_flush_due(void *ctx)
{
    struct outbox *o = ctx;
    o->flush_due = false;
    if (!o->changing_epoch)
        flush(o);
}

/* Keep only the newest message of a channel, in the place of the first. Takes the parcel. */
static void thin(struct outbox *o, struct parcel *p)
{
    struct parcel *old = map_get(o->thinned, p->message.channel);
    if (!old && !map_put(o->thinned, p->message.channel, p)) {
        log_error("message on %.*s is lost: too many channels", SLICE_FMT(p->message.channel));
        free(p);
        return;
    }
    if (old) {
        /* the time to be measured is of the oldest change that is still unpublished */
        p->last_byte_us = old->last_byte_us ? old->last_byte_us : p->last_byte_us;
        if (!map_put(o->thinned, p->message.channel, p))
            free(p);
        else
            free(old);
    }
}

/* Rows that are on disk: a standby follows by them. Before the messages that rest on them. Takes
 * the parcel. */
static void tell_standby(struct outbox *o, struct parcel *p)
{
    bool out = !o->changing_epoch && o->redis && !o->fenced &&
               redis_desk(o->redis, stream_epoch(o->stream), p->live->list, p->live->count);
    /* else an epoch follows, and all of the book with it */
    o->book.place = out ? (struct desk_place){stream_epoch(o->stream), redis_desk_number(o->redis)}
                        : (struct desk_place){0};
    desk_book_add(&o->book, p->book);
    p->book = NULL;
    parcel_free(p);
}

/* What need not wait for the disk any more. Takes the parcel. */
static void let_go(struct outbox *o, struct parcel *p)
{
    if (o->hushed) {
        parcel_free(p);
        return;
    }
    if (p->live) {
        tell_standby(o, p);
        return;
    }
    if (is_call(&p->message)) {
        struct writer_event event = {
            .id = p->message.event_id, .channel = p->message.channel, .data = p->message.data};
        if (o->keeps_book && !unsent_add(&o->unsent, &event))
            log_error("call event %.*s: out of memory", SLICE_FMT(p->message.event_id));
        if (!o->changing_epoch)
            publish(o, &p->message, p->last_byte_us);
        else /* subscribers are told behind the snapshot */
            o->calls.published(&p->message, o->calls.ctx);
        free(p);
        return;
    }
    thin(o, p);
}

static void advance_epoch(struct outbox *o);
static void change_epoch(struct outbox *o);

static void drain(struct outbox *o)
{
    bool called = false; /* then its race's card is not to be ahead of the totals */
    while (o->held && o->held->hold == PARCEL_GOES) {
        struct parcel *p = o->held;
        called |= !p->live && is_call(&p->message);
        o->held = p->next;
        if (!o->held)
            o->held_end = &o->held;
        o->held_count--;
        o->held_since_us = clock_monotonic_us();
        let_go(o, p);
    }
    if (!o->held && o->crowded && !o->changing_epoch)
        change_epoch(o); /* which shows what found no room */
    o->crowded &= o->held != NULL;
    if (o->changing_epoch)
        advance_epoch(o);
    else if (!o->flush_due && called)
        flush(o);
    else if (!o->flush_due)
        flush_first(o);
    if (o->redis) /* before what else the loop has to do */
        redis_flush(o->redis);
}

void outbox_expect(struct outbox *o)
{
    if (o->redis && !o->changing_epoch && !o->fenced)
        redis_expect(o->redis);
}

static bool is_for_desk(const struct outbox *o, const struct writer_job *rows)
{
    return o->keeps_book && rows &&
           rows->claim_count + rows->decision_count + rows->ruling_count + rows->note_count +
                   rows->event_count >
               0;
}

bool outbox_add(struct outbox *o, const struct writer_job *rows, const struct message *messages,
                size_t n, int64_t last_byte_us, enum parcel_hold hold, struct err *e)
{
    bool desk = is_for_desk(o, rows), first = true;
    bool full = o->held && o->held_count + n > HELD_MAX;
    if (full && !o->crowded)
        log_warn("more than %d messages wait for the disk; is the state directory's disk full? "
                 "From here on only calls wait, and all is shown when it can be written",
                 HELD_MAX);
    o->crowded |= full;
    if (!o->held)
        o->held_since_us = clock_monotonic_us();
    for (size_t i = desk ? 0 : 1; i < n + 1; i++) {
        if (full && i > 0 && !is_call(&messages[i - 1]) && !(hold != PARCEL_GOES && first))
            continue;
        struct parcel *p =
            i == 0 ? parcel_of_rows(rows) : parcel_new(&messages[i - 1], last_byte_us);
        if (!p)
            return err_set(e, ERR_BUG, "out of memory for a message");
        p->first = first;
        p->hold = first ? hold : PARCEL_GOES;
        first = false;
        *o->held_end = p;
        o->held_end = &p->next;
        o->held_count++;
    }
    drain(o);
    return true;
}

bool outbox_first(struct outbox *o, const struct message *m, int64_t last_byte_us)
{
    if (o->held || o->flush_due || o->changing_epoch || o->fenced || map_count(o->thinned) > 0 ||
        !o->redis || !redis_connected(o->redis))
        return false;
    send_first(o, m, last_byte_us);
    redis_flush(o->redis);
    return true;
}

void outbox_refuse(struct outbox *o, enum parcel_hold hold)
{
    struct parcel **at = parcel_held(&o->held, hold), *p = *at;

    if (!p)
        return;
    do {
        *at = p->next;
        o->held_count--;
        parcel_free(p);
        p = *at;
    } while (p && !p->first);
    if (!p)
        o->held_end = at;
    o->held_since_us = clock_monotonic_us();
    drain(o);
}

void outbox_release(struct outbox *o, enum parcel_hold hold)
{
    struct parcel *p = *parcel_held(&o->held, hold);

    if (p)
        p->hold = PARCEL_GOES;
    drain(o);
}

/* ---- epochs ---- */

static void clear_thinned(struct outbox *o)
{
    size_t at = 0;
    struct slice channel;
    void *value;
    while (map_next(o->thinned, &at, &channel, &value)) {
        map_remove(o->thinned, channel);
        free(value);
    }
}

/* Calls that Redis never acknowledged are put behind the snapshot, in their order. */
static bool add_unsent(struct outbox *o, struct effects *all)
{
    size_t n = all->message_count + (size_t)o->unsent.count;
    struct message *list;
    if (!o->redis || !redis_connected(o->redis))
        return true;
    list = arena_array(all->arena, n + 1, sizeof *list);
    if (!list)
        return false;
    if (all->message_count > 0)
        memcpy(list, all->messages, all->message_count * sizeof *list);
    n = all->message_count;
    for (const struct unsent_event *p = o->unsent.first; p; p = p->next)
        list[n++] = stream_event(p->event.id, p->event.channel, p->event.data);
    all->messages = list;
    all->message_count = n;
    return true;
}

/* Everything there is, under the new epoch: what was thinned is in it. */
static void show_all(struct outbox *o)
{
    struct err e = {0};
    struct effects all;
    struct redis_commit *commits = NULL;
    struct buf *texts = NULL;
    if (!effects_init(&all, &e)) {
        log_error("snapshot: %s", e.text);
        return;
    }
    clear_thinned(o);
    o->calls.snapshot(&all, o->calls.ctx);
    if (!add_unsent(o, &all))
        log_error(
            "snapshot: out of memory for calls that Redis does not have; they are told later");
    commits = calloc(all.message_count + 1, sizeof *commits);
    texts = calloc(all.message_count + 1, 2 * sizeof *texts);
    size_t n = 0;
    for (size_t i = 0; commits && texts && i < all.message_count; i++) {
        buf_init(&texts[2 * n], ENVELOPE_MAX);
        buf_init(&texts[2 * n + 1], ENVELOPE_MAX);
        if (number(o, &all.messages[i], 0, &texts[2 * n], &texts[2 * n + 1], &commits[n]))
            n++;
    }
    o->book.place = (struct desk_place){0};
    const struct desk_night night = desk_night_of(o->s.election);
    if (o->redis && n > 0 && !o->fenced &&
        desk_book_stage(&o->book, o->redis, stream_epoch(o->stream), slice_of(o->instance), &night,
                        &o->unsent) &&
        redis_begin(o->redis, stream_epoch(o->stream), commits, n))
        for (size_t i = 0; i < all.message_count; i++)
            o->published[all.messages[i].type] += all.messages[i].data.len > 0;
    for (size_t i = 0; texts && i < 2 * n; i++)
        buf_done(&texts[i]);
    free(commits);
    free(texts);
    effects_done(&all);
    awaited_number(&o->awaited, stream_epoch(o->stream), o->totals_seq);
    tell_awaited(o);
}

static void on_epoch_durable(bool ok, const char *text, void *ctx)
{
    struct outbox *o = ctx;
    if (!ok) {
        log_error("the new epoch could not be kept: %s; nothing is published until it can", text);
        return;
    }
    o->s.disk_epoch = o->wanted_epoch;
    o->wanted_epoch = 0;
    o->epoch_ready = o->s.disk_epoch > o->seen_epoch;
    if (o->epoch_ready)
        advance_epoch(o);
    else
        change_epoch(o);
}

/* A sentence is on disk, and with it all that came before it. */
static void on_shown(void *ctx)
{
    struct outbox *o = ctx;
    bool first = !o->told_began;
    o->told_began = true;
    if (first && !o->hushed)
        o->calls.began(o->calls.ctx);
    tell_awaited(o);
}

static void tell_awaited(struct outbox *o)
{
    struct frozen_view v;
    frozen_view(o->frozen, &v);
    awaited_shown(&o->awaited, v.epoch, v.seq);
}

void outbox_when_shown(struct outbox *o, void (*done)(void *ctx), void *ctx)
{
    if (!awaited_add(&o->awaited, done, ctx))
        return;
    if (!o->changing_epoch && !o->crowded && !map_get(o->thinned, SLICE("totals")))
        awaited_number(&o->awaited, stream_epoch(o->stream), o->totals_seq);
    tell_awaited(o);
}

static void beat(struct outbox *o)
{
    struct err e = {0};
    struct buf envelope;
    if (!o->redis || o->changing_epoch || o->fenced || !redis_connected(o->redis))
        return;
    buf_init(&envelope, ENVELOPE_MAX);
    if (stream_heartbeat(o->stream, clock_now(o->s.clock), &envelope, &e))
        redis_heartbeat(o->redis, stream_epoch(o->stream), buf_slice(&envelope));
    buf_done(&envelope);
}

/* The epoch is on disk and nothing waits for the disk any more: begin it. */
static void advance_epoch(struct outbox *o)
{
    if (o->hushed || !o->epoch_ready || o->held || !o->whole)
        return;
    o->changing_epoch = o->epoch_ready = false;
    o->began = true;
    stream_begin(o->stream, o->s.disk_epoch);
    log_info("epoch %lld begins", (long long)o->s.disk_epoch);
    show_all(o);
    beat(o); /* who hears nothing but calls learns of the epoch by it */
}

static void change_epoch(struct outbox *o)
{
    struct err e = {0};
    int64_t epoch = time(NULL);
    if (o->hushed)
        return;
    o->changing_epoch = true;
    o->epoch_ready = false;
    if (o->wanted_epoch != 0)
        return; /* one is under way; when it is too low, another follows it */
    if (epoch < o->seen_epoch)
        epoch = o->seen_epoch;
    if (epoch < o->s.disk_epoch)
        epoch = o->s.disk_epoch;
    o->wanted_epoch = o->calls.epoch ? o->calls.epoch(epoch, o->calls.ctx) : epoch + 1;
    struct writer_job job = {.epoch = o->wanted_epoch};
    if (!writer_submit(o->writer, &job, on_epoch_durable, o, &e)) {
        log_error("the new epoch cannot be kept: %s", e.text);
        o->wanted_epoch = 0;
    }
}

/* ---- Redis ---- */

static void on_redis_ready(int64_t epoch, void *ctx)
{
    struct outbox *o = ctx;
    if (o->seen_epoch < epoch)
        o->seen_epoch = epoch;
    memmove(o->ready_us, o->ready_us + 1, (RESTLESS - 1) * sizeof *o->ready_us);
    o->ready_us[RESTLESS - 1] = clock_monotonic_us();
    if (o->whole)
        change_epoch(o);
}

/* Why what Redis shows may not be what there is; empty: it is. */
static const char *trouble(const struct outbox *o)
{
    int64_t now = clock_monotonic_us();
    if (o->away[0] || !o->redis)
        return o->away;
    if (now - o->taken_us > (o->s.heartbeat_ms + LATE_MS) * 1000)
        return "it has been given nothing for longer than a heartbeat: what it shows is old, if it "
               "shows anything; is the disk full?";
    if (o->ready_us[0] > 0 && now - o->ready_us[0] < RESTLESS_US)
        return "what is shown there is lost again and again: does it evict keys? Its "
               "maxmemory-policy is to be noeviction";
    return "";
}

static void on_redis_lost(const char *why, void *ctx)
{
    struct outbox *o = ctx;
    if (strcmp(o->away, why) != 0) /* not each time that it is tried in vain */
        log_warn("redis: %s; polling, calls and HTTP go on, and it is tried again", why);
    snprintf(o->away, sizeof o->away, "%s", why);
    o->shown = false;
}

static void on_redis_fenced(int64_t epoch, void *ctx)
{
    struct outbox *o = ctx;
    o->fenced = true;
    log_error(
        "redis: another tallyd publishes there under epoch %lld; this one stops publishing and "
        "stands by",
        (long long)epoch);
    if (o->calls.fenced)
        o->calls.fenced(epoch, o->calls.ctx);
}

static void on_heartbeat(void *ctx)
{
    struct outbox *o = ctx;
    timer_set(o->heartbeat_timer, o->s.heartbeat_ms);
    awaited_late(&o->awaited);
    if (o->changing_epoch && o->wanted_epoch == 0 && !o->epoch_ready)
        change_epoch(o); /* the writer had no room for it before */
    beat(o);
}

/* ---- life ---- */

bool outbox_connect(struct outbox *o, const struct redis_settings *s, struct err *e)
{
    struct redis_calls back = {.ready = on_redis_ready,
                               .acknowledged = on_acknowledged,
                               .fenced = on_redis_fenced,
                               .lost = on_redis_lost,
                               .ctx = o};
    o->taken_us = o->redis ? o->taken_us : clock_monotonic_us();
    if (o->redis)
        redis_identify(o->redis, s);
    return s->url.len == 0 || o->redis || redis_new(o->base, s, &back, &o->redis, e);
}

void outbox_hush(struct outbox *o)
{
    o->fenced = o->hushed = o->changing_epoch = true;
    timer_cancel(o->flush_timer);
    timer_cancel(o->heartbeat_timer);
}

static bool begin_book(struct outbox *o, const struct writer_loaded *l)
{
    if (!l)
        return true;
    struct writer_job rows = {.claims = l->claims,
                              .claim_count = l->claim_count,
                              .decisions = l->decisions,
                              .decision_count = l->decision_count,
                              .rulings = l->rulings,
                              .ruling_count = l->ruling_count};
    struct desk_entries *entries = desk_rows_write(&rows, false);
    if (entries)
        desk_book_add(&o->book, entries);
    return entries != NULL;
}

bool outbox_new(struct event_base *base, struct writer *writer, const struct outbox_settings *s,
                const struct outbox_calls *calls, struct outbox **out, struct err *e)
{
    struct outbox *o = calloc(1, sizeof *o);
    if (!o)
        return err_set(e, ERR_BUG, "out of memory");
    *o = (struct outbox){
        .base = base, .writer = writer, .s = *s, .calls = *calls, .changing_epoch = true};
    o->held_end = &o->held;
    o->keeps_book = s->redis.url.len > 0;
    snprintf(o->instance, sizeof o->instance, "%.*s", SLICE_FMT(s->instance));
    unsent_init(&o->unsent);
    desk_book_init(&o->book);
    buf_init(&o->totals, ENVELOPE_MAX);
    buf_init(&o->plain, ENVELOPE_MAX);
    o->owner = slice_sub(s->redis.owner, s->instance.len, s->redis.owner.len);
    o->stream = stream_new(s->election, o->owner, CHANNELS_MAX);
    o->frozen = frozen_new(writer, on_shown, o);
    o->thinned = map_new(CHANNELS_MAX, true);
    o->flush_timer = timer_new(base, on_flush_due, o);
    o->heartbeat_timer = timer_new(base, on_heartbeat, o);
    bool ok = o->stream && o->frozen && o->thinned && o->flush_timer && o->heartbeat_timer;
    for (size_t i = 0; ok && i < s->unacknowledged_count; i++)
        ok = unsent_add(&o->unsent, &s->unacknowledged[i]);
    ok = ok && (!o->keeps_book || begin_book(o, s->history));
    if (!ok)
        err_set(e, ERR_BUG, "out of memory");
    ok = ok && (s->apart || outbox_connect(o, &s->redis, e));
    if (!ok) {
        outbox_free(o);
        return false;
    }
    *out = o;
    return true;
}

void outbox_free(struct outbox *o)
{
    if (!o)
        return;
    awaited_end(&o->awaited);
    redis_free(o->redis);
    if (o->thinned)
        clear_thinned(o);
    map_free(o->thinned);
    while (o->held) {
        struct parcel *p = o->held;
        o->held = p->next;
        parcel_free(p);
    }
    desk_book_done(&o->book);
    unsent_done(&o->unsent);
    stream_free(o->stream);
    timer_free(o->flush_timer);
    timer_free(o->heartbeat_timer);
    buf_done(&o->totals);
    buf_done(&o->plain);
    frozen_free(o->frozen);
    free(o);
}

void outbox_start(struct outbox *o)
{
    o->whole = true;
    change_epoch(o);
    timer_set(o->heartbeat_timer, o->s.heartbeat_ms);
}

void outbox_pause(struct outbox *o)
{
    o->whole = false;
    o->changing_epoch = true;
}

void outbox_restart(struct outbox *o, const struct settings *election, int64_t min_interval_ms,
                    int64_t heartbeat_ms)
{
    struct stream *fresh = stream_new(election, o->owner, CHANNELS_MAX);
    o->whole = true;
    o->s.election = election;
    o->s.min_interval_ms = min_interval_ms;
    o->s.heartbeat_ms = heartbeat_ms;
    clear_thinned(o); /* show_all has it all */
    if (fresh) {
        stream_begin(fresh, stream_epoch(o->stream));
        stream_free(o->stream);
        o->stream = fresh;
    } else {
        log_error("reload: out of memory for the channels; the old numbering goes on");
    }
    change_epoch(o);
}

void outbox_view(const struct outbox *o, struct outbox_view *out)
{
    *out = (struct outbox_view){
        .epoch = stream_epoch(o->stream),
        .seq = o->totals_seq,
        .last_seq = o->last_seq,
        .waiting = o->held != NULL,
        .totals = buf_slice(&o->totals),
        .waiting_ms = o->held ? (clock_monotonic_us() - o->held_since_us) / 1000 : 0,
        .redis_configured = o->keeps_book,
        .redis_up = o->redis && redis_connected(o->redis),
        .redis_connected = o->redis && redis_connected(o->redis) && trouble(o)[0] == '\0',
        .redis_away = trouble(o),
        .redis_at = o->redis ? redis_at(o->redis) : "",
        .fenced = o->fenced,
        .published = o->redis ? redis_published(o->redis) : 0,
        .by_type = o->published,
        .unacknowledged = o->unsent.count,
        .desk = parcel_has_late_rows(o->held) ? (struct desk_place){0} : o->book.place,
        .change_to_publish = &o->change_to_publish,
    };
    frozen_view(o->frozen, &out->frozen);
}
