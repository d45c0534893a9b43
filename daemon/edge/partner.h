/* SPDX-License-Identifier: ISC */
/* The other tallyd, as it is seen in Redis: the lease by which one of two serves, the desk's stream
 * by which the other follows, and how far it has followed. A connection of its own, beside that of
 * redis.h, by which the active one publishes.
 *
 *   …:lease  the owner who serves, PX PARTNER_LEASE_MS
 *   …:kept   "EPOCH-NUMBER INSTANCE": what the standby has on its disk of the desk's stream, PX
 *            PARTNER_KEPT_MS: while it is there, a standby lives
 *   …:snap:meta next, next_owner   an epoch that was taken and has not begun: with it the older
 *            owner is fenced at once, though its snapshot stays on air until the new one is whole
 *
 * An owner is DIRECTORY-PLACE-PROCESS. The instance, all but the process, is of a state directory
 * where it is, so that who restarts within its lease need not wait for itself, and a copy of the
 * directory is another one. Three scripts change these keys, each in one step, and also
 * in a Redis that is full: who serves must not depend on what others put there.
 */
#ifndef TALLYD_EDGE_PARTNER_H
#define TALLYD_EDGE_PARTNER_H

#include "daemon/edge/redis.h"

#define PARTNER_LEASE_MS 8000
#define PARTNER_KEPT_MS 10000

struct partner;

/* What one look found. Texts live until the call returns; empty: it is not there. */
struct partner_look {
    struct slice lease; /* its owner */
    int64_t epoch;      /* the newest, taken or begun; 0: none */
    struct slice owner; /* of that */
    int64_t begun;      /* the newest of which the desk's stream is, or was; 0: none */
    struct slice begun_owner;
    int64_t desk; /* number of the last entry that it has, or had; 0: it does not say */
    /* Something was published there since we are connected. Before that, what is there may be of a
     * dump, the lease too: who serves connects anew to a Redis that was put back, and begins an
     * epoch. */
    bool live;
    struct slice kept;
};

struct partner_calls {
    void (*looked)(const struct partner_look *look, void *ctx); /* at least twice a second */
    void (*lost)(const char *why, void *ctx);
    /* One entry of the desk's stream, while followed; then read() behind the last that was there:
     * `end` when nothing is left. */
    void (*entry)(int64_t epoch, int64_t number, const struct slice *texts, size_t count,
                  void *ctx);
    void (*read)(bool end, void *ctx);
    /* Redis forbids us to read the stream, or to say what is kept; it is tried again. `why` empty:
     * what is kept can be said again */
    void (*forbidden)(bool reading, const char *why, void *ctx);
    /* partner_raise: taken; or not, and why: "HELD OWNER" of the lease, "OLD EPOCH" that is there.
     * What `read` says from then on is of the stream as it ends. */
    void (*raised)(bool taken, struct slice why, void *ctx);
    /* partner_renew: fenced by another's epoch or lease; or not, and what the standby has kept */
    void (*renewed)(bool fenced, struct slice kept, void *ctx);
    void *ctx;
};

/* Starts by itself on the loop. ERR_CONFIG: as redis_new. */
bool partner_new(struct event_base *base, const struct redis_settings *s,
                 const struct partner_calls *calls, struct partner **out, struct err *e) MUST_USE;
void partner_free(struct partner *p); /* not from one of its calls; accepts NULL */
void partner_identify(struct partner *p, const struct redis_settings *s); /* redis_link_identify */
const char *partner_at(const struct partner *p);                          /* redis_link_at */

/* Read the desk's stream from behind this entry on (0, 0: all of it), until partner_rest. */
void partner_follow(struct partner *p, int64_t epoch, int64_t number);
void partner_rest(struct partner *p);

/* False: not connected; nothing comes. */
bool partner_raise(struct partner *p, int64_t epoch, bool force);
bool partner_renew(struct partner *p, int64_t epoch);
/* Of the standby: so much is on disk. Passed over while another standby says so there. */
bool partner_keep(struct partner *p, int64_t epoch, int64_t number);

/* Of …:kept: the place, 0 and 0 where it cannot be read; whose it is. */
struct slice partner_read_kept(struct slice kept, int64_t *epoch, int64_t *number);
/* Of `raised`: is it "OLD EPOCH"? */
bool partner_read_old(struct slice why, int64_t *epoch);

/* What an owner begins with, for all processes of one state directory. */
struct slice partner_instance(struct slice owner);

/* ... and for all copies of it, from an owner or an instance. */
struct slice partner_directory(struct slice name);

/* The next epoch above `known` for this instance. Of two that know each other (`other` empty: no
 * other is known) the first by name takes the even ones, the second the odd ones: whatever becomes
 * of the epochs in Redis, none is ever both's. */
int64_t partner_epoch(int64_t known, struct slice instance, struct slice other);

#endif
