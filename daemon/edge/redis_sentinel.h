/* SPDX-License-Identifier: ISC */
/* Who is the master? All Sentinels are asked, every second and when somebody wants to know; the one
 * whose configuration is the newest is believed, so that a Sentinel that was cut off names nobody's
 * old master. */
#ifndef TALLYD_EDGE_REDIS_SENTINEL_H
#define TALLYD_EDGE_REDIS_SENTINEL_H

#include "daemon/base/err.h"
#include "daemon/edge/redis_link.h"
#include "daemon/edge/redis_place.h"

struct event_base;
struct redis_sentinel;

struct redis_sentinel_calls {
    /* After each round that brought an answer: never from within a call to the sentinel, which it
     * must not free. */
    void (*named)(const struct redis_place *master, void *ctx);
    void *ctx;
};

/* Starts by itself on the loop. ERR_CONFIG: an address is none. */
bool redis_sentinel_new(struct event_base *base, const struct redis_sentinels *s, bool tls,
                        const struct redis_sentinel_calls *calls, struct redis_sentinel **out,
                        struct err *e) MUST_USE;
void redis_sentinel_free(struct redis_sentinel *s); /* accepts NULL */

/* Ask now; who cannot be reached at the moment is asked as soon as it can. */
void redis_sentinel_ask(struct redis_sentinel *s);
/* Why nobody is named. */
const char *redis_sentinel_why(const struct redis_sentinel *s);

#endif
