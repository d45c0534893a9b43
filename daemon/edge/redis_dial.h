/* SPDX-License-Identifier: ISC */
/* From a place to a connection under way: the name is looked up without blocking, TLS is put on
 * where it is wanted. One attempt at a time; its time limit is the caller's. */
#ifndef TALLYD_EDGE_REDIS_DIAL_H
#define TALLYD_EDGE_REDIS_DIAL_H

#include "daemon/base/err.h"
#include "daemon/edge/redis_place.h"

struct event_base;
struct redisAsyncContext;
struct redis_dial;

struct redis_dial_calls {
    /* A context on the loop that is connecting: it is the caller's, who sets its callbacks at
     * once. NULL: `why` it cannot be. May come from within redis_dial_to. */
    void (*dialled)(struct redisAsyncContext *ac, const char *why, void *ctx);
    void *ctx;
};

/* ERR_CONFIG: tls, and this build has none. */
bool redis_dial_new(struct event_base *base, bool tls, const struct redis_dial_calls *calls,
                    struct redis_dial **out, struct err *e) MUST_USE;
void redis_dial_free(struct redis_dial *d); /* accepts NULL */

void redis_dial_to(struct redis_dial *d, const struct redis_place *place);
void redis_dial_to_socket(struct redis_dial *d, const char *path);
/* Nobody is told any more; no effect where nothing is under way. */
void redis_dial_cancel(struct redis_dial *d);

#endif
