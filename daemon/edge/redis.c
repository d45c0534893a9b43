/* SPDX-License-Identifier: ISC */
/* Commits in, script calls out, answers back. There is one way to recover, whatever went wrong: the
 * epoch that Redis holds is read again, the app raises its own above it and shows everything anew.
 */
#include "daemon/edge/redis.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/arena.h"
#include "daemon/base/buf.h"
#include "daemon/base/num.h"
#include "daemon/edge/redis_link.h"
#include "daemon/edge/redis_sentinel.h"
#include "daemon/edge/redis_script.h"
#include "daemon/edge/timer.h"

#define FLIGHTS_MAX 1000 /* messages that are not answered yet */
#define FLIGHT_BYTES_MAX ((size_t)16 << 20)
#define PROBE_MS 500 /* silent for that long: is what we left there still there? */
#define ASLEEP_US 20000
/* All is shown anew so often at once, then once a second: where Redis loses it again and again, as
 * one that evicts keys, each time is an epoch on our disk and a snapshot for every subscriber. */
#define RESYNCS_AT_ONCE 5
#define RESYNC_PROBES 2
/* Of a snapshot in one call: Redis does nothing else meanwhile. */
#define CHUNK_BYTES ((size_t)1 << 20)
#define CHUNK_ENTRIES 500
#define SHA_MAX 64
#define HEAD_ARGS (3 + REDIS_SCRIPT_KEYS + 3) /* EVALSHA sha n KEYS verb epoch owner */
#define STAGE_ARGS 7
#define TELL_ARGS 5

enum state {
    AWAY,    /* no connection, or it is being greeted */
    ASKING,  /* which epoch is there? */
    READY,   /* the app was told, and makes its epoch */
    BEGUN,   /* everything that comes is published */
    FENCED_, /* never again */
};

/* One of the script, while it is put together. */
struct call {
    struct slice argv[HEAD_ARGS + 2 + CHUNK_ENTRIES * STAGE_ARGS];
    size_t argc, bytes;
    char epoch[24], count[8];
};

struct redis {
    struct redis_link *link;
    struct redis_calls calls;
    struct timer *probe;
    enum state state;
    struct arena *fixed; /* settings and names of keys */
    struct arena *words; /* of the calls that are made now */
    struct call call;
    struct redis_settings s;
    struct slice keys[REDIS_SCRIPT_KEYS];
    struct slice heartbeat;
    char sha[SHA_MAX];
    int64_t epoch; /* the last one begun here; 0: none */
    int64_t there; /* what Redis holds, while asking */
    int64_t desk;  /* number of the last entry given to the desk's stream */
    int64_t parts; /* of the snapshot that is being staged */
    char kinds[8]; /* keys that were written to since it began, as the script numbers them */
    int64_t published;
    size_t flights, flight_bytes; /* messages that are not answered yet */
    bool spoke;                   /* since the last probe */
    bool later;                   /* it is to be asked, and was asked too often */
    int resyncs, probes;          /* that were of late; since the last of them was let go */
    int64_t spoke_us;             /* when that was */
};

/* What an answer is about. */
struct about {
    enum { PART, COMMIT, BEAT } what; /* PART of a snapshot */
    int64_t epoch;
    int64_t last_byte_us;
    struct slice event_ids; /* a line each */
};

struct sent {
    struct about about; /* the ids lie behind it */
    size_t bytes;       /* of a COMMIT */
    char text[];
};

/* ---- asking ---- */

static void resync(struct redis *r);

static void fence(struct redis *r, int64_t epoch)
{
    r->state = FENCED_;
    redis_link_stop(r->link);
    r->calls.fenced(epoch, r->calls.ctx);
}

static void on_meta(const redisReply *reply, void *data, void *ctx)
{
    struct redis *r = ctx;
    struct slice text, owner = {0};
    (void)data;
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 4) {
        redis_link_misfit(r->link, reply, r->keys[0]);
        return;
    }
    r->there = 0;
    for (size_t i = 0; i < 4; i += 2) { /* the one that is on air, the one that was taken */
        int64_t epoch;
        if (!redis_link_text(reply->element[i], &text) ||
            !num_parse(text, 1, REDIS_NUMBER_MAX, &epoch) || epoch <= r->there)
            continue; /* none, or nonsense that `begin` replaces */
        r->there = epoch;
        redis_link_text(reply->element[i + 1], &owner);
    }
    /* one that was on air and finds a younger one there was replaced meanwhile */
    if (r->epoch > 0 && r->there > r->epoch && !slice_eq(owner, r->s.owner))
        fence(r, r->there);
}

/* The log's ids must rise even where meta was lost. */
static void on_log(const redisReply *reply, void *data, void *ctx)
{
    struct redis *r = ctx;
    struct slice id, epoch;
    int64_t number;
    (void)data;
    if (r->state != ASKING)
        return;
    if (reply->type != REDIS_REPLY_ARRAY) {
        redis_link_misfit(r->link, reply, r->keys[1]);
        return;
    }
    if (reply->elements > 0 && reply->element[0]->type == REDIS_REPLY_ARRAY &&
        reply->element[0]->elements > 0 && redis_link_text(reply->element[0]->element[0], &id) &&
        slice_next(&id, '-', &epoch) && num_parse(epoch, 0, INT64_MAX, &number) &&
        number > r->there)
        r->there = number;
}

static void on_loaded(const redisReply *reply, void *data, void *ctx)
{
    struct redis *r = ctx;
    struct slice sha;
    (void)data;
    if (r->state != ASKING)
        return;
    if (!redis_link_text(reply, &sha) || sha.len >= sizeof r->sha) {
        redis_link_misfit(r->link, reply, (struct slice){0});
        return;
    }
    snprintf(r->sha, sizeof r->sha, "%.*s", SLICE_FMT(sha));
    r->state = READY;
    r->calls.ready(r->there, r->calls.ctx);
}

static void ask(struct redis *r)
{
    const struct slice meta[] = {SLICE("HMGET"), r->keys[0],    SLICE("epoch"),
                                 SLICE("owner"), SLICE("next"), SLICE("next_owner")};
    const struct slice log[] = {SLICE("XREVRANGE"), r->keys[1],     SLICE("+"),
                                SLICE("-"),         SLICE("COUNT"), SLICE("1")};
    const struct slice load[] = {SLICE("SCRIPT"), SLICE("LOAD"), slice_of(redis_script)};
    if (!redis_link_send(r->link, 6, meta, on_meta, NULL) ||
        !redis_link_send(r->link, 6, log, on_log, NULL) ||
        !redis_link_send(r->link, 3, load, on_loaded, NULL))
        redis_link_drop(r->link, "out of memory");
}

static void resync(struct redis *r)
{
    r->state = ASKING;
    r->later = r->resyncs >= RESYNCS_AT_ONCE;
    if (r->later)
        return;
    r->resyncs++;
    ask(r);
}

static void let_resync(struct redis *r)
{
    if (r->resyncs == 0 || ++r->probes < RESYNC_PROBES)
        return;
    r->probes = 0;
    r->resyncs--;
    if (r->later)
        resync(r);
}

static void on_up(void *ctx)
{
    resync(ctx);
}

static void on_down(const char *why, void *ctx)
{
    struct redis *r = ctx;
    r->state = AWAY;
    r->later = false;
    r->flights = r->flight_bytes = 0;
    r->calls.lost(why, r->calls.ctx);
}

/* ---- answers ---- */

static void denied(struct redis *r, struct slice channel)
{
    char why[300];
    snprintf(why, sizeof why,
             "its user may not publish on %.*s; give it that channel (config/redis/users.acl)",
             (int)(channel.len < 150 ? channel.len : 150), channel.ptr);
    redis_link_drop(r->link, why);
}

static void answered(struct redis *r, const struct about *about)
{
    struct slice ids = about->event_ids, id = {0};

    if (about->what != PART) /* what follows a part may still fail, every time */
        redis_link_good(r->link);
    while (slice_next(&ids, '\n', &id)) {
        r->published++;
        r->calls.acknowledged(id, about->last_byte_us, r->calls.ctx);
    }
    if (about->what != PART && about->event_ids.len == 0) {
        r->published += about->what == COMMIT;
        r->calls.acknowledged(id, about->last_byte_us, r->calls.ctx);
    }
}

static void on_answer(const redisReply *reply, void *data, void *ctx)
{
    struct redis *r = ctx;
    const struct sent *sent = data;
    const struct about *about = &sent->about;
    struct slice text, word = {0};
    int64_t epoch = 0;
    bool stale = r->state != BEGUN || about->epoch != r->epoch; /* recovery is under way already */

    r->flights -= about->what == COMMIT;
    r->flight_bytes -= sent->bytes;
    if (reply->type == REDIS_REPLY_ERROR) {
        if (!stale && strncmp(reply->str, "NOSCRIPT", 8) == 0)
            resync(r); /* the script is loaded again on the way */
        else if (!stale)
            redis_link_misfit(r->link, reply, (struct slice){0});
        return;
    }
    if (!redis_link_text(reply, &text)) {
        redis_link_misfit(r->link, reply, (struct slice){0});
        return;
    }
    if (slice_is(text, "OK")) {
        answered(r, about);
        return;
    }
    if (stale)
        return;
    slice_next(&text, ' ', &word);
    if (slice_is(word, "FENCED") && num_parse(text, 0, REDIS_NUMBER_MAX, &epoch))
        fence(r, epoch);
    else if (slice_is(word, "DENIED"))
        denied(r, text);
    else /* COLD, OLD, PARTLY: what is there is not what we left there */
        resync(r);
}

/* ---- calls of the script ---- */

static void add(struct call *c, struct slice s)
{
    c->argv[c->argc++] = s;
    c->bytes += s.len;
}

static void begin_call(struct redis *r, struct call *c, struct slice verb, int64_t epoch)
{
    c->argc = c->bytes = 0;
    snprintf(c->epoch, sizeof c->epoch, "%lld", (long long)epoch);
    snprintf(c->count, sizeof c->count, "%d", REDIS_SCRIPT_KEYS);
    add(c, SLICE("EVALSHA"));
    add(c, slice_of(r->sha));
    add(c, slice_of(c->count));
    for (size_t i = 0; i < REDIS_SCRIPT_KEYS; i++)
        add(c, r->keys[i]);
    add(c, verb);
    add(c, slice_of(c->epoch));
    add(c, r->s.owner);
}

static bool send_call(struct redis *r, const struct call *c, struct about about)
{
    struct slice ids = about.event_ids;
    struct sent *sent = malloc(sizeof *sent + ids.len + 1);
    if (!sent)
        return false;
    *sent = (struct sent){.about = about};
    if (ids.len > 0)
        memcpy(sent->text, ids.ptr, ids.len);
    sent->about.event_ids = (struct slice){sent->text, ids.len};
    r->spoke = true;
    r->spoke_us = timer_now_us();
    if (about.what == COMMIT) {
        sent->bytes = c->bytes;
        r->flights++;
        r->flight_bytes += c->bytes;
    }
    return redis_link_send(r->link, c->argc, c->argv, on_answer, sent);
}

static bool send_part(struct redis *r, const struct call *c, int64_t epoch)
{
    return send_call(r, c, (struct about){.what = PART, .epoch = epoch});
}

/* Names live in `text` until the call is sent. */
static struct slice full_channel(struct redis *r, struct slice channel, struct arena *a)
{
    return arena_printf(a, "%.*s:%.*s", SLICE_FMT(r->s.prefix), SLICE_FMT(channel));
}

static struct slice number(struct arena *a, int64_t n)
{
    char room[24];
    struct buf digits;
    buf_init_over(&digits, room, sizeof room);
    buf_addi(&digits, n);
    return arena_copy(a, buf_slice(&digits));
}

/* From now on this key is there. */
static void note_kind(struct redis *r, char kind)
{
    size_t n = strlen(r->kinds);
    if (!strchr(r->kinds, kind) && n + 1 < sizeof r->kinds)
        r->kinds[n] = kind; /* zeros lie behind it */
}

static void forget_kind(struct redis *r, char kind)
{
    char *at = strchr(r->kinds, kind);
    if (at)
        memmove(at, at + 1, strlen(at));
}

static void note_kinds(struct redis *r, const struct redis_commit *m)
{
    static const char *const snaps[] = {"totals", "states", "calls", "races"};
    for (size_t i = 0; i < sizeof snaps / sizeof *snaps; i++)
        if (slice_is(m->snap, snaps[i]))
            note_kind(r, (char)('1' + i));
    if (m->plain.len > 0)
        note_kind(r, '5');
    if (m->winner.len > 0 && m->score >= 0)
        note_kind(r, '6');
    else if (m->winner.len > 0)
        forget_kind(r, '6'); /* it may have been the only one */
}

static void add_entry(struct redis *r, struct call *c, const struct redis_commit *m,
                      struct arena *a)
{
    note_kinds(r, m);
    add(c, full_channel(r, m->channel, a));
    add(c, m->snap);
    add(c, m->field);
    add(c, m->snap_value);
    add(c, m->plain);
    add(c, m->winner);
    add(c, number(a, m->score));
}

/* A channel on which something will be said: whether it may be is seen before anything is shown. */
static void add_silent(struct call *c, struct slice channel)
{
    add(c, channel);
    for (size_t i = 1; i + 1 < STAGE_ARGS; i++)
        add(c, (struct slice){0});
    add(c, SLICE("0"));
}

/* That a call event is out is an entry of the desk's stream. */
static void add_told(struct redis *r, struct call *c, const struct redis_commit *m, struct arena *a)
{
    add(c, m->event_id);
    add(c, m->event_id.len > 0 ? number(a, ++r->desk) : (struct slice){0});
}

static bool is_full(const struct call *c, size_t entry_args, size_t i, size_t n)
{
    return i == n || c->bytes >= CHUNK_BYTES ||
           c->argc + entry_args > sizeof c->argv / sizeof *c->argv;
}

/* Everything, out of sight; `first` clears what an attempt before may have left. */
static bool stage(struct redis *r, struct call *c, int64_t epoch, const struct redis_commit *all,
                  size_t n, struct arena *a)
{
    bool ok = true;
    for (size_t i = 0, first = 1; ok && (i < n || first); first = 0) {
        begin_call(r, c, SLICE("stage"), epoch);
        add(c, number(a, ++r->parts));
        add(c, first ? SLICE("1") : SLICE("0"));
        if (first)
            add_silent(c, r->heartbeat);
        do {
            if (i < n)
                add_entry(r, c, &all[i++], a);
        } while (!is_full(c, STAGE_ARGS, i, n));
        ok = send_part(r, c, epoch);
    }
    return ok;
}

static bool show(struct redis *r, struct call *c, int64_t epoch, int64_t seq, struct arena *a)
{
    begin_call(r, c, SLICE("begin"), epoch);
    add(c, number(a, r->parts));
    add(c, number(a, seq));
    add(c, r->s.mode);
    add(c, r->s.election);
    add(c, r->s.version);
    add(c, number(a, r->desk));
    add(c, slice_of(r->kinds));
    return send_part(r, c, epoch);
}

/* The messages of the snapshot; calls have none, a new epoch never announces them again, but for
 * those that Redis has never acknowledged. */
static bool tell(struct redis *r, struct call *c, int64_t epoch, const struct redis_commit *all,
                 size_t n, struct arena *a)
{
    bool ok = true;
    struct buf ids;
    buf_init(&ids, CHUNK_BYTES);
    for (size_t i = 0; ok && i < n;) {
        begin_call(r, c, SLICE("tell"), epoch);
        size_t head = c->argc;
        buf_clear(&ids);
        for (bool full = false; !full; full = is_full(c, TELL_ARGS, i, n)) {
            const struct redis_commit *m = &all[i++];
            if (m->envelope.len == 0)
                continue;
            add(c, number(a, m->seq));
            add(c, full_channel(r, m->channel, a));
            add(c, m->envelope);
            add_told(r, c, m, a);
            buf_addf(&ids, "%.*s%s", SLICE_FMT(m->event_id), m->event_id.len > 0 ? "\n" : "");
        }
        if (c->argc > head)
            ok = !ids.failed &&
                 send_call(
                     r, c,
                     (struct about){.what = PART, .epoch = epoch, .event_ids = buf_slice(&ids)});
    }
    buf_done(&ids);
    return ok;
}

/* Entries from *i on, as many as go into one call. */
static bool send_desk(struct redis *r, struct call *c, int64_t epoch, struct slice where,
                      const struct redis_entry *entries, size_t n, size_t *i, struct arena *a)
{
    begin_call(r, c, SLICE("desk"), epoch);
    add(c, number(a, slice_is(where, "live") ? 0 : ++r->parts));
    add(c, where);
    while (*i < n && !is_full(c, 2 + entries[*i].count, *i, n)) {
        const struct redis_entry *e = &entries[(*i)++];
        add(c, number(a, ++r->desk));
        add(c, number(a, (int64_t)e->count));
        for (size_t k = 0; k < e->count; k++)
            add(c, e->texts[k]);
    }
    return send_part(r, c, epoch);
}

/* All entries in calls to the script; of more than one call only for what is staged. */
static bool give_desk(struct redis *r, int64_t epoch, bool live, const struct redis_entry *entries,
                      size_t n)
{
    bool ok = true;
    arena_reset(r->words);
    for (size_t i = 0, first = 1; ok && (i < n || first); first = 0)
        ok = send_desk(r, &r->call, epoch,
                       live    ? SLICE("live")
                       : first ? SLICE("first")
                               : SLICE("more"),
                       entries, n, &i, r->words);
    if (!ok)
        redis_link_drop(r->link, "out of memory for the desk's stream");
    return ok;
}

bool redis_stage_desk(struct redis *r, int64_t epoch, const struct redis_entry *entries, size_t n)
{
    if (r->state != READY && r->state != BEGUN)
        return false;
    r->desk = 0;
    r->parts = 0;
    return give_desk(r, epoch, false, entries, n);
}

bool redis_desk(struct redis *r, int64_t epoch, const struct redis_entry *entries, size_t n)
{
    return r->state == BEGUN && epoch == r->epoch && give_desk(r, epoch, true, entries, n);
}

int64_t redis_desk_number(const struct redis *r)
{
    return r->desk;
}

bool redis_begin(struct redis *r, int64_t epoch, const struct redis_commit *snapshot, size_t n)
{
    if (r->state != READY && r->state != BEGUN)
        return false;
    struct call *c = &r->call;
    struct arena *a = r->words;
    int64_t seq = 0;
    arena_reset(a);
    for (size_t i = 0; i < n; i++)
        seq = snapshot[i].seq > seq ? snapshot[i].seq : seq;
    if (r->parts == 0)
        r->desk = 0; /* nothing was staged for it */
    r->epoch = epoch;
    r->state = BEGUN;
    memset(r->kinds, 0, sizeof r->kinds);
    bool ok = stage(r, c, epoch, snapshot, n, a) && show(r, c, epoch, seq, a) &&
              tell(r, c, epoch, snapshot, n, a);
    r->parts = 0;
    if (!ok)
        redis_link_drop(r->link, "out of memory for a snapshot");
    return ok;
}

bool redis_publish(struct redis *r, const struct redis_commit *m)
{
    if (r->state != BEGUN || m->epoch != r->epoch)
        return false;
    if (r->flights >= FLIGHTS_MAX ||
        r->flight_bytes + m->envelope.len + m->snap_value.len > FLIGHT_BYTES_MAX) {
        resync(r); /* it cannot keep up: when it has, the snapshot tells what is dropped from here
                      on */
        return false;
    }
    struct call *c = &r->call;
    char kinds[sizeof r->kinds]; /* before this one */
    memcpy(kinds, r->kinds, sizeof kinds);
    arena_reset(r->words);
    begin_call(r, c, SLICE("commit"), m->epoch);
    add(c, number(r->words, m->seq));
    add(c, m->envelope);
    add_entry(r, c, m, r->words);
    add_told(r, c, m, r->words);
    add(c, slice_of(kinds));
    bool ok = send_call(r, c,
                        (struct about){.what = COMMIT,
                                       .epoch = m->epoch,
                                       .last_byte_us = m->last_byte_us,
                                       .event_ids = m->event_id});
    if (!ok)
        redis_link_drop(r->link, "out of memory for a message");
    return ok;
}

/* By which the script sees whether all is there. */
static void add_expected(const struct redis *r, struct call *c, char room[24])
{
    snprintf(room, 24, "%lld", (long long)r->desk);
    add(c, slice_of(room));
    add(c, slice_of(r->kinds));
}

static void look(struct redis *r)
{
    char last[24];
    begin_call(r, &r->call, SLICE("look"), r->epoch);
    add_expected(r, &r->call, last);
    (void)send_part(r, &r->call, r->epoch); /* without it the heartbeat notices */
}

void redis_expect(struct redis *r)
{
    if (r->state != BEGUN || timer_now_us() - r->spoke_us < ASLEEP_US)
        return;
    look(r);
    redis_flush(r);
}

void redis_flush(struct redis *r)
{
    redis_link_flush(r->link);
}

size_t redis_room(const struct redis *r)
{
    if (r->state == BEGUN && r->flight_bytes >= FLIGHT_BYTES_MAX / 2)
        return 0;
    return r->state != BEGUN              ? SIZE_MAX
           : r->flights < FLIGHTS_MAX / 2 ? FLIGHTS_MAX / 2 - r->flights
                                          : 0;
}

/* Where nothing is written for a while nobody would notice that Redis was emptied; and what was
 * asked too often is asked now. */
static void on_probe(void *ctx)
{
    struct redis *r = ctx;
    timer_set(r->probe, PROBE_MS);
    if (r->state == BEGUN && !r->spoke)
        look(r);
    r->spoke = false;
    let_resync(r);
}

bool redis_heartbeat(struct redis *r, int64_t epoch, struct slice envelope)
{
    struct call *c = &r->call;
    char last[24];
    if (r->state != BEGUN || epoch != r->epoch)
        return false;
    begin_call(r, c, SLICE("beat"), epoch);
    add(c, r->heartbeat);
    add(c, envelope);
    add_expected(r, c, last);
    return send_call(r, c, (struct about){.what = BEAT, .epoch = epoch});
}

/* ---- life ---- */

struct redis_link_settings redis_link_of(const struct redis_settings *s)
{
    return (struct redis_link_settings){.url = s->url,
                                        .user = s->user,
                                        .password = s->password,
                                        .prefix = s->prefix,
                                        .sentinels = s->sentinels,
                                        .loopback = s->loopback,
                                        .command_ms = s->command_ms};
}

/* Copies of all settings, and the names that follow from them. */
static bool keep_settings(struct redis *r, const struct redis_settings *s)
{
    r->s = *s;
    struct slice *const texts[] = {&r->s.prefix, &r->s.owner, &r->s.mode, &r->s.election,
                                   &r->s.version};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i] = arena_copy(r->fixed, *texts[i]);
        if (!texts[i]->ptr)
            return false;
    }
    for (size_t i = 0; i < REDIS_SCRIPT_KEYS; i++) {
        struct slice tail = i < REDIS_SCRIPT_STAGED ? (struct slice){0} : r->s.owner;
        r->keys[i] = arena_printf(r->fixed, "%.*s%s%.*s", SLICE_FMT(r->s.prefix),
                                  redis_script_keys[i], (int)tail.len, tail.ptr ? tail.ptr : "");
        if (!r->keys[i].ptr)
            return false;
    }
    r->heartbeat = full_channel(r, SLICE("heartbeat"), r->fixed);
    return r->heartbeat.ptr != NULL;
}

bool redis_new(struct event_base *base, const struct redis_settings *s,
               const struct redis_calls *calls, struct redis **out, struct err *e)
{
    struct redis *r = calloc(1, sizeof *r);
    bool ok = r && (r->fixed = arena_new(1 << 16)) != NULL &&
              (r->words = arena_new((size_t)64 << 20)) != NULL && keep_settings(r, s) &&
              (r->probe = timer_new(base, on_probe, r)) != NULL;
    if (!ok)
        err_set(e, ERR_BUG, "out of memory");
    if (ok) {
        struct redis_link_settings link = redis_link_of(s);
        struct redis_link_calls back = {.up = on_up, .down = on_down, .ctx = r};
        r->calls = *calls;
        ok = redis_link_open(base, &link, &back, &r->link, e);
    }
    if (!ok) {
        redis_free(r);
        return false;
    }
    timer_set(r->probe, PROBE_MS);
    *out = r;
    return true;
}

void redis_identify(struct redis *r, const struct redis_settings *s)
{
    struct redis_link_settings link = redis_link_of(s);
    redis_link_identify(r->link, &link);
}

void redis_free(struct redis *r)
{
    if (!r)
        return;
    redis_link_free(r->link);
    timer_free(r->probe);
    arena_free(r->fixed);
    arena_free(r->words);
    free(r);
}

bool redis_connected(const struct redis *r)
{
    return r->state == READY || r->state == BEGUN;
}

const char *redis_at(const struct redis *r)
{
    return redis_link_at(r->link);
}

int64_t redis_published(const struct redis *r)
{
    return r->published;
}
