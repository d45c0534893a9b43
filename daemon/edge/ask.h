/* SPDX-License-Identifier: ISC */
/* One file of a feed, by URL or by path, asked for again and again: knows what it has, and tells
 * only what is new.
 *
 * What came becomes known when it is accepted; until then it is asked for in full, or on the
 * conditions of what was known before.
 *
 * A file that somebody is writing to is waited for, a minute at most: then it has failed.
 *
 * Each step of a redirect waits for its turn at the host that it leads to.
 *
 * A host that answers 403, 429 or 503 with a Retry-After is left alone until then by all who ask
 * it, or are sent to it; one that refuses a request with a credential (AP's 403 over the quota of
 * its key) and does not say when, for a moment. Whose turn comes meanwhile fails as BLOCKED, with
 * what is left of it.
 */
#ifndef TALLYD_EDGE_ASK_H
#define TALLYD_EDGE_ASK_H

#include "daemon/base/buf.h"
#include "daemon/edge/drops.h"
#include "daemon/edge/fetch.h"
#include "daemon/edge/gate.h"
#include "daemon/edge/reader.h"

struct event_base;
struct poller_source;
struct timer;

struct ask_means { /* shared by all */
    struct fetcher *fetcher;
    struct gate *gate;
    struct reader *reader;
    struct event_base *base;
    struct drops *drops; /* NULL: there are none */
    int64_t quota_ms;    /* how long a host rests that refuses a key and does not say until when */
};

struct ask_validators {
    char etag[FETCH_ETAG_MAX + 1], last_modified[FETCH_DATE_MAX + 1];
    struct stamp stamp;
};

struct ask {
    const struct ask_means *means;
    const struct poller_source *source; /* for its headers */
    struct fetch_calls calls;
    struct slice url; /* {version}, {election} stand in it; empty: by path */
    size_t cap;
    struct fetch *fetch;
    struct gate_entry entry;
    struct gate_host *home; /* its own; the entry's may be where it was sent */
    struct read_job job;
    struct drop drop;
    struct timer *again; /* by path: it is looked at once more */
    bool waiting;        /* for that */
    void (*put)(void *ctx);
    struct buf expanded;
    bool full;
    struct ask_validators known, fresh;
    int64_t started_us; /* the last time, after any waiting for others */
};

/* Exactly one of url and path; both outlive it. The calls are fetch.h's; none comes from within
 * ask_start. */
bool ask_init(struct ask *a, const struct ask_means *means, const struct poller_source *source,
              struct slice url, struct slice path, size_t cap, const struct fetch_calls *calls,
              struct err *e) MUST_USE;
/* By path: it is read when nobody has written to it for `settle_ms`, or as soon as it is renamed
 * into its place; and `put` is called, with the context of its calls, when it may be another. By
 * URL nothing comes of it. */
void ask_watch(struct ask *a, int64_t settle_ms, void (*put)(void *ctx));
void ask_done(struct ask *a); /* stops it; a path only once its reader is gone */

/* Not while it is under way. full: whatever is known of it. */
void ask_start(struct ask *a, struct slice version, bool full);
/* Another address of the same host, by URL only: in full. */
void ask_start_at(struct ask *a, struct slice url);
void ask_stop(struct ask *a); /* by URL only; no call comes */

/* Known from before a restart; by URL only. */
void ask_know(struct ask *a, struct slice etag, struct slice last_modified);
void ask_accept(struct ask *a);         /* what came last is known from now on */
void ask_forget(struct ask *a);         /* nothing is */
int64_t ask_rests(const struct ask *a); /* how long its host is left alone yet, ms */

#endif
