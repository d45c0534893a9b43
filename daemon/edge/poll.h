/* SPDX-License-Identifier: ISC */
/* One file of a source: its polls, each from due to settled. poller.h says what is promised. */
#ifndef TALLYD_EDGE_POLL_H
#define TALLYD_EDGE_POLL_H

#include "daemon/edge/ask.h"
#include "daemon/edge/pace.h"
#include "daemon/edge/polling.h"

struct companions;
struct dues;
struct event_base;
struct pointers;
struct poll;
struct workers;

struct poll_shared { /* by all files of a poller */
    const struct poller_settings *set;
    struct event_base *base;
    struct dues *dues; /* each file's next poll, by its number */
    struct workers *workers;
    struct poller_calls calls;
    struct ask_means means;
    struct pointers *pointers;
    struct pace pace;
    size_t to_come; /* with `once`: files that have not had their poll */
    bool held;      /* no poll begins */
};

/* As poller_calls.rest; with `once` there is none. */
int64_t poll_rest(const struct poll_shared *p, uint32_t source);

/* How long nobody may have written to a file of a source before it is read; 0: it is read as it is.
 */
int64_t poll_settle(const struct poll_shared *p, uint32_t source);

/* number: of all files; companions: of its source; NULL: it has none. */
struct poll *poll_new(struct poll_shared *shared, uint32_t source, uint32_t file, size_t number,
                      struct companions *companions, struct err *e);
void poll_free(struct poll *f); /* once the reader is gone; accepts NULL */

void poll_know(struct poll *f, struct slice etag, struct slice last_modified, struct slice version,
               struct digest digest);
/* What is on air is more than one payload: all of it is to be asked for. */
void poll_know_deltas(struct poll *f, struct digest last);
/* Before its start: it is asked when `was`, of a poller that ends, would have been; a shorter
 * interval counts at once. False: that one was asked somewhere else, or never. */
bool poll_continue(struct poll *f, const struct poll *was);
void poll_start(struct poll *f);
void poll_begin(struct poll *f); /* it is due */
bool poll_started(const struct poll *f);

/* It cannot be started, for its source lacks a companion. With `once` that was its poll. */
void poll_refuse(struct poll *f, enum verdict verdict, struct slice text);

/* The companions are others than before: what is on air is to be parsed again. */
void poll_again(struct poll *f);

/* A person does not want to wait for its time. False: it is being polled, or its site has asked for
 * a rest. */
bool poll_soon(struct poll *f);

/* It is held no more. */
void poll_wake(struct poll *f);

/* ms; 0: it has not. */
int64_t poll_rests(const struct poll *f);

void poll_state(const struct poll *f, struct poller_state *out);

#endif
