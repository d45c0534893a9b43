/* SPDX-License-Identifier: ISC */
/* The view in Redis: one connection, one fenced script for every write, pipelined. Redis can vanish
 * at any time; nothing here blocks and nothing queues without bound: while it is away, messages are
 * dropped, and a full snapshot follows the reconnect.
 */
#ifndef TALLYD_EDGE_REDIS_H
#define TALLYD_EDGE_REDIS_H

#include <stdint.h>

#include "daemon/base/err.h"
#include "daemon/base/slice.h"
#include "daemon/edge/redis_link.h"

struct event_base;
struct redis;

struct redis_settings {
    struct slice url;                     /* redis://host:port/db, unix:///path, rediss://... */
    struct slice prefix;                  /* "tally:v1" */
    struct slice user, password;          /* empty: none */
    struct slice owner;                   /* names this process in snap:meta: host, pid, random */
    struct slice mode, election, version; /* for snap:meta */
    int64_t heartbeat_ms;
    int64_t command_ms; /* an answer that takes longer loses the connection; 0: 5 s */
    struct redis_sentinels sentinels;
    bool loopback; /* nowhere else, whoever names it */
};

/* What of it is the connection's; the slices are those of `s`. */
struct redis_link_settings redis_link_of(const struct redis_settings *s);

/* One write: an envelope and where it goes. All slices are copied. */
struct redis_commit {
    int64_t epoch, seq;
    struct slice channel;  /* without prefix */
    struct slice envelope; /* JSON */
    struct slice snap, field,
        snap_value;        /* snapshot key ("totals", "states", ...), hash field or empty, value */
    struct slice plain;    /* "name value\n" lines for h:totals, or empty */
    struct slice winner;   /* endorsement_id for the zset, or empty */
    int64_t score;         /* < 0: remove */
    struct slice event_id; /* reported back when acknowledged, or empty */
    int64_t last_byte_us;  /* monotonic; for tallyd_change_to_publish_seconds. 0: none */
};

/* One of the desk's stream: names and values, in turn. */
struct redis_entry {
    const struct slice *texts;
    size_t count; /* even, at most REDIS_ENTRY_TEXTS */
};
#define REDIS_ENTRY_TEXTS 2000

struct redis_calls {
    /* Connected, authenticated, script loaded, and it holds (epoch, owner): 0 when there is none.
     * The app raises its epoch above `epoch`, makes it durable, and then calls redis_begin with a
     * full snapshot. */
    void (*ready)(int64_t epoch, void *ctx);
    /* A message, with the id of its call event or an empty one; or a heartbeat. */
    void (*acknowledged)(struct slice event_id, int64_t last_byte_us, void *ctx);
    void (*fenced)(int64_t epoch,
                   void *ctx); /* another owner holds a newer epoch: stop publishing */
    void (*lost)(const char *why, void *ctx);
    void *ctx;
};

bool redis_new(struct event_base *base, const struct redis_settings *s,
               const struct redis_calls *calls, struct redis **out, struct err *e) MUST_USE;
void redis_free(struct redis *r); /* accepts NULL */
/* redis_link_identify; nothing else of `s` counts. */
void redis_identify(struct redis *r, const struct redis_settings *s);

/* What redis_begin of this epoch puts in the place of the desk's stream; before it, all of it.
 * Without, begin leaves the stream empty. Numbers of entries begin at 1. */
bool redis_stage_desk(struct redis *r, int64_t epoch, const struct redis_entry *entries, size_t n);
/* Start publishing under this epoch: the whole snapshot first (the script accepts COLD only so).
 * Behind it, in order, call events that were never acknowledged (event_id, and no snapshot of their
 * own): who reads the snapshot has what they say, and drops them by their number. */
bool redis_begin(struct redis *r, int64_t epoch, const struct redis_commit *snapshot, size_t n);
/* False when not connected or begun: the message is dropped (a snapshot will follow). Commits with
 * an event_id are never dropped while connected. */
bool redis_publish(struct redis *r, const struct redis_commit *c);
/* Messages are near. Where Redis has been left alone for a while it is asked for what it holds, so
 * that it is awake when they come, and our script at hand. */
void redis_expect(struct redis *r);
/* What was given goes out now, and not when the loop comes to it: what else an event asks for may
 * take longer. `lost` may be told from within. */
void redis_flush(struct redis *r);
/* How many messages that can wait (the newest of a channel says all) should be published now: as
 * fast as Redis answers; any number while it is away. */
size_t redis_room(const struct redis *r);
/* Append to the desk's stream, in order with what is published. False as above. That
 * a call event is out (event_id) is an entry too, by itself. */
bool redis_desk(struct redis *r, int64_t epoch, const struct redis_entry *entries, size_t n);
/* The number of the last entry given, in the epoch that was begun last. */
int64_t redis_desk_number(const struct redis *r);
/* The heartbeat's envelope; also renews `alive`. */
bool redis_heartbeat(struct redis *r, int64_t epoch, struct slice envelope);

bool redis_connected(const struct redis *r);
const char *redis_at(const struct redis *r);    /* redis_link_at */
int64_t redis_published(const struct redis *r); /* messages acknowledged */

#endif
