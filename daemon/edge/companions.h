/* SPDX-License-Identifier: ISC */
/* The companion files of one source: fetched before anything else of it, and now and then asked for
 * anew. */
#ifndef TALLYD_EDGE_COMPANIONS_H
#define TALLYD_EDGE_COMPANIONS_H

#include "daemon/edge/ask.h"
#include "daemon/edge/pace.h"

struct companions;
struct event_base;

struct companions_calls {
    void (*changed)(void *ctx); /* all are there, and one of them is new */
    /* One cannot be had, and there never was one of it; it is tried again. `text` names it. */
    void (*failed)(enum verdict verdict, struct slice text, void *ctx);
    bool (*asleep)(void *ctx); /* nothing is to be asked now: polling.h */
    void *ctx;
};

/* source and means outlive it; so does pace. One by path is read when nobody has written to it for
 * `settle_ms`, and soon after it is put in its place; 0: as it is. */
struct companions *companions_new(struct event_base *base, const struct ask_means *means,
                                  const struct poller_source *source, size_t cap, int64_t settle_ms,
                                  struct pace *pace, const struct companions_calls *calls,
                                  struct err *e);
void companions_free(struct companions *c); /* once the reader is gone; accepts NULL */
void companions_start(struct companions *c);

/* Nothing can be read with those that are there, all of which may be something else for a moment:
 * each is asked for as what failed is, until it is another. */
void companions_refuse(struct companions *c);
/* It can. */
void companions_accept(struct companions *c);

/* References to all of them, in order; returns how many. */
size_t companions_take(const struct companions *c, const struct payload **out);

#endif
