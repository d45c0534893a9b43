/* SPDX-License-Identifier: ISC */
/* Where a Redis is: addresses as the configuration, Sentinel and a Cluster write them, and which of
 * several is tried next. Pure. */
#ifndef TALLYD_EDGE_REDIS_PLACE_H
#define TALLYD_EDGE_REDIS_PLACE_H

#include <stdbool.h>

#include "daemon/base/err.h"
#include "daemon/base/slice.h"

#define REDIS_PORT 6379
#define REDIS_SENTINEL_PORT 26379
#define REDIS_PLACES_MAX 32

struct redis_place {
    char host[256]; /* a name or a numeric address */
    int port;
};

struct redis_url {
    struct redis_place at;
    char path[108]; /* of a Unix socket; empty: `at` */
    int db;
    bool tls;
};

/* "host", "host:port", "[::1]:port". */
bool redis_place_parse(struct slice text, int port, struct redis_place *out) MUST_USE;
/* redis://host:port/db, rediss://host:port/db, unix:///path; else ERR_CONFIG. */
bool redis_url_parse(struct slice text, struct redis_url *out, struct err *e) MUST_USE;
/* "MOVED 3999 127.0.0.1:6381"; an empty host is that of `from`. */
bool redis_place_moved(const char *answer, const struct redis_place *from,
                       struct redis_place *out) MUST_USE;
bool redis_place_equal(const struct redis_place *a, const struct redis_place *b);
/* 127.0.0.0/8, ::1 and localhost: never another machine. */
bool redis_place_is_loopback(const struct redis_place *p);

/* A prefix with a hash tag, {tally}:v1: all its keys are in one slot of a Cluster. */
bool redis_prefix_is_tagged(struct slice prefix);

/* The address of the configuration first, then nodes of a Cluster that were met. */
struct redis_places {
    struct redis_place all[REDIS_PLACES_MAX], sent_to;
    size_t count, at;
    bool directed; /* the next one is sent_to */
};

void redis_places_begin(struct redis_places *p, const struct redis_place *first);
/* Forget all but the first. */
void redis_places_forget(struct redis_places *p);
/* One that is known already, or one too many, adds nothing. */
void redis_places_add(struct redis_places *p, const struct redis_place *one);
/* Somebody names the one to try next. */
void redis_places_send(struct redis_places *p, const struct redis_place *to);
struct redis_place redis_places_next(struct redis_places *p);
/* The last one was no good. True: there is another that was not tried in this round. */
bool redis_places_failed(struct redis_places *p);

#endif
