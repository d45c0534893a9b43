/* SPDX-License-Identifier: ISC */
/* Duty: who serves, of two daemons, and the way from one to the other. It brings the role (role.h),
 * Redis (edge/partner.h) and the disk together; the app does what it says.
 *
 * A takeover, in order, each step when the one before is done:
 *   1. the next epoch goes to our disk, and is then taken in Redis: the other daemon is fenced
 *   2. the desk's stream is read to its end, nobody can add to it, and all of it goes to our disk
 *   3. serve(): the app loads what is on disk, polls, and when there are figures begins an epoch;
 *      until then what the other one showed stays in Redis
 *
 * What the other daemon decided alone, after its last entry in the stream, is not in it: who
 * decided was told so ("kept here only", duty_wait).
 */
#ifndef TALLYD_DUTY_H
#define TALLYD_DUTY_H

#include "daemon/base/buf.h"
#include "daemon/desk_book.h"
#include "daemon/duty_waiters.h"
#include "daemon/edge/writer.h"
#include "daemon/role.h"

struct event_base;
struct duty;

struct duty_settings {
    struct redis_settings redis;        /* url empty: none, and this one serves; texts are copied */
    const struct writer_loaded *loaded; /* the epoch, the partner and the last decision on disk */
};

struct duty_calls {
    /* Serve: load what is on disk. `over`: what is there is another daemon's history */
    void (*serve)(bool over, void *ctx);
    /* The epoch is taken in Redis: publish. At once with serve, or later; also again */
    void (*publish)(void *ctx);
    /* Stop: nothing may go out or be decided any more. When nothing of it is on its way to the
     * disk, duty_rested */
    void (*yield)(void *ctx);
    /* What night this one is of: a reload may change it */
    struct desk_night (*night)(void *ctx);
    /* The epoch that is published under, 0: none yet; and where the desk's stream has all that is
     * on disk */
    void (*shown)(int64_t *epoch, struct desk_place *desk, void *ctx);
    /* It stands by now, for the first time or again; or waits for a person to say who serves */
    void (*standing)(void *ctx);
    void *ctx;
};

bool duty_new(struct event_base *base, struct writer *writer, const struct duty_settings *s,
              const struct duty_calls *calls, struct duty **out, struct err *e) MUST_USE;
void duty_free(struct duty *d); /* after the writer is closed; accepts NULL */
/* From now on its calls come, also at once. */
void duty_start(struct duty *d);

/* A reload has read user and password anew. */
void duty_identify(struct duty *d, const struct redis_settings *s);

bool duty_may_publish(const struct duty *d);
void duty_fenced(struct duty *d); /* Redis refused us; from within a callback of the outbox */
void duty_rested(struct duty *d);
void duty_began(struct duty *d); /* an epoch began: the lease is renewed at once */
/* The next epoch above `known`, which no other daemon that was seen will take: partner_epoch. */
int64_t duty_epoch(const struct duty *d, int64_t known);

/* A person asks for the takeover. False: it serves already, or is about to. Else done() comes: ok
 * when it serves; text says what came of it. */
typedef void duty_done(bool ok, const char *text, void *ctx);
bool duty_take_over(struct duty *d, duty_done *done, void *ctx, struct err *e) MUST_USE;
/* What a takeover would go on from, in words for the person who asks. */
void duty_tell(const struct duty *d, struct buf *out);

/* Has the standby kept what is on our disk now? Answered within DUTY_WAIT_MS. */
#define DUTY_WAIT_MS 2000
void duty_wait(struct duty *d, duty_waiter_done *done, void *ctx);

struct duty_view {
    const struct role *role;
    const char *lease; /* its owner; "": nobody */
    bool redis, linked;
    const char *redis_at; /* the address it speaks to, or tries */
    bool standby_lives;   /* seen from the active one */
    bool copy;            /* the active one's state directory is a copy of ours, or ours of it */
    bool whole;           /* all that another one let be known is on our disk */
    int64_t heard_s;      /* so long ago the other one was heard last; -1: never */
    struct desk_place at, kept; /* of the standby: read, and on disk; of the active: what the
                                   standby has kept */
    int64_t kept_ms;            /* of the active: how long the standby has lagged; 0: it does not */
    const char *last;           /* the last decision on disk; "": none */
    const char *why;            /* why Redis was lost last; "": it never was */
    const char *unsaid;         /* why a standby cannot say what it has kept; "": it can */
    const char *differs; /* in what night or list from the other one's, for people; "": not */
};
void duty_view(const struct duty *d, struct duty_view *out);

#endif
