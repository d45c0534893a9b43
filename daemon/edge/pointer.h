/* SPDX-License-Identifier: ISC */
/* Files that name versions, asked for once for all who are due at the same time: the counties of a
 * state share one. */
#ifndef TALLYD_EDGE_POINTER_H
#define TALLYD_EDGE_POINTER_H

#include "daemon/edge/ask.h"

struct pointer;
struct pointers; /* of one poller */

/* Whoever wants one; the caller's, zero at first. */
struct pointer_wait {
    void (*done)(const struct answer *a, void *ctx); /* BODY also where it is the same as before */
    void *ctx;
    /* the pointer's own */
    struct pointer_wait *next;
    struct slice version;
    uint64_t seen;
    bool waiting;
};

struct pointers *pointers_new(const struct ask_means *means); /* NULL: no memory */
void pointers_free(struct pointers *p);                       /* accepts NULL */

/* The one at this address, asked for with the headers of this source. NULL and *e on failure. */
struct pointer *pointers_get(struct pointers *p, const struct poller_source *source,
                             struct slice url, struct err *e);

/* Ask. `version` is put in for {version} in its address, and such a file is fetched once; it stays
 * until `done`. An answer at most `fresh_ms` old that this asker has not had is given to it too.
 * `done` may come from within. Not while it is waiting. */
void pointer_ask(struct pointer *p, struct pointer_wait *w, struct slice version, int64_t fresh_ms);
/* What it said last cannot be read: it is asked for again, and in full. */
void pointer_refuse(struct pointer *p);
void pointer_cancel(struct pointer *p, struct pointer_wait *w); /* no call comes */

#endif
