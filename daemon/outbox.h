/* SPDX-License-Identifier: ISC */
/* The outbox: the queue between the core's messages and Redis, HTTP and watchers. Each waits until
 * what it rests on is on disk, latest-wins messages are thinned to the pace subscribers were
 * promised, everything gets its number once, and then goes to Redis, to HTTP and to those who
 * watch.
 *
 * A call goes at once, with the totals it leads to in it. The race's card and the totals follow
 * together, each the newest there is, min_interval after the last ones at the latest: no card says
 * won beside totals that do not count it, and a storm of calls brings no more totals than that.
 *
 * What HTTP shows is what was published: the same bytes under the same epoch-seq.
 */
#ifndef TALLYD_OUTBOX_H
#define TALLYD_OUTBOX_H

#include <stdint.h>

#include "daemon/clock.h"
#include "daemon/core/core.h"
#include "daemon/desk_book.h"
#include "daemon/edge/redis.h"
#include "daemon/edge/writer.h"
#include "daemon/frozen.h"
#include "daemon/metrics.h"
#include "daemon/parcel.h"

struct event_base;
struct outbox;

struct outbox_settings {
    const struct settings *election;
    const struct clock *clock;
    struct redis_settings redis;         /* url empty: none */
    bool apart;                          /* not connected before outbox_connect */
    struct slice instance;               /* whose disk the desk's stream is of */
    const struct writer_loaded *history; /* what the desk's stream begins with; NULL: nothing */
    int64_t min_interval_ms, heartbeat_ms;
    int64_t disk_epoch;                        /* the last one that was made durable */
    const struct writer_event *unacknowledged; /* call events from before, in order */
    size_t unacknowledged_count;
};

struct outbox_calls {
    void (*snapshot)(struct effects *out,
                     void *ctx); /* every snapshot document, of the model as it is */
    void (*began)(void *ctx);    /* the first epoch and its sentence are durable: there is something
                                    to show */
    void (*published)(const struct message *m, void *ctx); /* for watchers, in order */
    /* The next epoch above `known` that is ours alone. Or NULL: the next number */
    int64_t (*epoch)(int64_t known, void *ctx);
    /* a message got its number: what readers of events are told; or NULL */
    void (*numbered)(const struct message *m, int64_t epoch, int64_t seq, struct slice envelope,
                     void *ctx);
    /* another daemon publishes under this epoch: nothing goes to Redis any more. Or NULL */
    void (*fenced)(int64_t epoch, void *ctx);
    void *ctx;
};

bool outbox_new(struct event_base *base, struct writer *writer, const struct outbox_settings *s,
                const struct outbox_calls *calls, struct outbox **out, struct err *e) MUST_USE;
void outbox_free(struct outbox *o); /* accepts NULL */

/* Begin the first epoch, and connect. */
void outbox_start(struct outbox *o);

/* A reload makes another model: until outbox_restart nothing is numbered or shown, and what was
 * published last stays on air. */
void outbox_pause(struct outbox *o);
/* The model is another, or after all the same: show all of it anew, under a new epoch. */
void outbox_restart(struct outbox *o, const struct settings *election, int64_t min_interval_ms,
                    int64_t heartbeat_ms);

/* Publish from now on, to this Redis: the address as of outbox_new. Later: user and password are
 * these, from the next connection on. */
bool outbox_connect(struct outbox *o, const struct redis_settings *s, struct err *e) MUST_USE;
/* Nothing goes out any more, for good, nor to the writer: when that has answered all it was given,
 * the outbox can be freed. Not from within the outbox's callbacks. */
void outbox_hush(struct outbox *o);

/* What one event brought about: the rows that go to the desk's stream (claims, decisions, rulings,
 * notes, call events; NULL or none of them: nothing does), then its messages. They are copied; with
 * `hold`, they and all later ones wait for outbox_release of that kind. Where very many wait, only
 * calls are added to them: all is shown anew, under a new epoch, when nothing waits any more.
 * False: memory. */
bool outbox_add(struct outbox *o, const struct writer_job *rows, const struct message *messages,
                size_t n, int64_t last_byte_us, enum parcel_hold hold, struct err *e) MUST_USE;
/* The first of those that an event brings about, which waits for nothing: it goes out while the
 * others are worded, and is not added with them. False: nothing is done, for others are before it,
 * or there is nobody to send it to. */
bool outbox_first(struct outbox *o, const struct message *m, int64_t last_byte_us) MUST_USE;
/* What the oldest of those waited for that wait for such is on disk. */
void outbox_release(struct outbox *o, enum parcel_hold hold);
/* It can never be: they are not published. */
void outbox_refuse(struct outbox *o, enum parcel_hold hold);

/* Messages may come within moments. */
void outbox_expect(struct outbox *o);

/* done(ctx), perhaps at once, when the sentence is shown that has all in it that was added and
 * released; when that takes too long, all the same. */
void outbox_when_shown(struct outbox *o, void (*done)(void *ctx), void *ctx);

/* Longer than this the disk is not slow but full or broken: said to people. */
#define OUTBOX_DISK_SLOW_MS 2000

/* What was last published. Slices live until the loop goes on. */
struct outbox_view {
    int64_t epoch, seq;        /* of the totals */
    int64_t last_seq;          /* of any message */
    struct slice totals;       /* envelope; empty before the first epoch */
    struct frozen_view frozen; /* the sentence; not shown before it is on disk */
    bool waiting;              /* for the disk: the model is ahead of what is published */
    int64_t waiting_ms;        /* how long messages have waited for the disk; 0: none waits */
    bool redis_configured, fenced;
    bool redis_up;          /* there is a connection */
    bool redis_connected;   /* ... and what is shown there is what there is */
    const char *redis_away; /* where it is not: why; may be empty */
    const char *redis_at;   /* which one it speaks to, or tries; empty: none */
    int64_t published;      /* messages Redis acknowledged */
    const int64_t *by_type; /* MESSAGE_TYPES counts: messages given to Redis */
    int64_t unacknowledged; /* call events that wait for Redis */
    struct desk_place desk; /* where the desk's stream has all that is on disk; nowhere: not yet */
    const struct metrics_histogram *change_to_publish;
};
void outbox_view(const struct outbox *o, struct outbox_view *out);

#endif
