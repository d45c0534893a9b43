/* SPDX-License-Identifier: ISC */
/* One connection to Redis that is made again whenever it is lost: name, socket, user, database,
 * deadlines, back-off; to the master that Sentinels name, to the node of a Cluster that has our
 * keys. hiredis 0.14 and 1.x; the timers are our own, 0.14 has none. */
#ifndef TALLYD_EDGE_REDIS_LINK_H
#define TALLYD_EDGE_REDIS_LINK_H

#include <stdint.h>

#include "daemon/base/err.h"
#include "daemon/base/slice.h"

struct event_base;
struct redisReply;
struct redis_link;
struct redis_place;

/* Of the master `master`; the url's host and port mean nothing then. */
struct redis_sentinels {
    const struct slice *addresses; /* host:port */
    size_t count;                  /* 0: none */
    struct slice master;
    struct slice user, password; /* the Sentinels' own; empty: none */
};

struct redis_link_settings {
    struct slice url;            /* redis://host:port/db, rediss://..., unix:///path */
    struct slice user, password; /* empty: none */
    struct slice prefix;         /* of all keys: with a hash tag it may be a Cluster */
    struct redis_sentinels sentinels;
    bool loopback;      /* nowhere else, whoever names it */
    int64_t command_ms; /* the longest an answer may take; 0: 5 s */
};

struct redis_link_calls {
    void (*up)(void *ctx); /* authenticated, database chosen; not from within a call to the link */
    void (*down)(const char *why, void *ctx); /* told once for one reason, however often it is
                                                 tried; also when it was never up */
    void *ctx;
};

/* Somebody who says where to go: asked before each attempt, answers with redis_link_named. */
struct redis_guide {
    void (*ask)(void *ctx);                                       /* must not answer from within */
    const char *(*why)(void *ctx);                                /* nobody was named yet */
    void (*identify)(const struct redis_sentinels *s, void *ctx); /* redis_link_identify */
    void (*free)(void *ctx);
    void *ctx; /* NULL: nobody */
};

/* Starts by itself on the loop; redis_link_open of redis_sentinel.h is what asks Sentinels.
 * ERR_CONFIG: an address this build cannot use. */
bool redis_link_new(struct event_base *base, const struct redis_link_settings *s,
                    const struct redis_link_calls *calls, struct redis_link **out,
                    struct err *e) MUST_USE;
void redis_link_free(struct redis_link *l); /* accepts NULL; not from within a reply */

/* Ask this guide from now on; it is the link's, which frees it. Before the loop goes on. */
void redis_link_follow(struct redis_link *l, const struct redis_guide *guide);
/* The master is there, whether it was asked for or not. Not from within a call to the link. */
void redis_link_named(struct redis_link *l, const struct redis_place *master);

/* User and password, the Sentinels' too, from the next connection on: one that waits to be tried is
 * tried at once. What is not there for want of memory stays as it was. */
void redis_link_identify(struct redis_link *l, const struct redis_link_settings *s);

/* Queue a command. `reply` comes in order and may be an error reply; never when the connection is
 * lost first (`data` is freed then). `data` is malloc'd or NULL; it is freed after `reply`. False:
 * not up, or memory; data is freed. */
bool redis_link_send(struct redis_link *l, size_t argc, const struct slice *argv,
                     void (*reply)(const struct redisReply *r, void *data, void *ctx), void *data);
/* What is queued goes out now, and not when the loop comes to it; it may be lost over it, and
 * `down` told. Within a reply it waits all the same. */
void redis_link_flush(struct redis_link *l);

/* Give the connection up and try again after the back-off; `down` is told. */
void redis_link_drop(struct redis_link *l, const char *why);
/* The text of a string or a status, which lives as long as the reply; false: it is neither. */
bool redis_link_text(const struct redisReply *r, struct slice *out);
/* An error, or an answer that cannot be, of a command about this key (empty: about none), which it
 * may not name itself: the connection is dropped with it as the reason. */
void redis_link_misfit(struct redis_link *l, const struct redisReply *r, struct slice key);
/* Give it up and never try again; `down` is not told. */
void redis_link_stop(struct redis_link *l);
/* It proved useful: the next loss is followed by a quick try. */
void redis_link_good(struct redis_link *l);

/* Whether an error says that our user may not do this; of a script's command Redis says so in words
 * alone, 7 in others than 8. */
bool redis_link_forbidden(const char *error);

bool redis_link_up(const struct redis_link *l);
/* Where it is, or is going: host:port or a socket's path, for people. */
const char *redis_link_at(const struct redis_link *l);

#endif
