/* SPDX-License-Identifier: ISC */
/* The river: the way from a poll's news to what is published. News become an event, the core's
 * effects become durable, and then public. The only place where the core meets the world; live
 * polling, restart and reload all enter here.
 */
#ifndef TALLYD_RIVER_H
#define TALLYD_RIVER_H

#include "daemon/clock.h"
#include "daemon/core/core.h"
#include "daemon/edge/poller.h"
#include "daemon/edge/rehearse.h"
#include "daemon/edge/writer.h"
#include "daemon/metrics.h"
#include "daemon/outbox.h"
#include "daemon/plan.h"
#include "daemon/recorder.h"

struct feed_file;
struct river;
struct timer;

/* Everything is borrowed and outlives the river; outbox and writer may be NULL (tallyd -1): then
 * nothing is kept or published. */
struct river_parts {
    struct event_base *base;
    const struct plan *plan;
    const struct clock *clock;
    struct writer *writer;
    struct outbox *outbox;
    struct metrics *metrics;
    struct recorder *recorder; /* NULL: nothing is recorded */
    bool stepped;              /* whoever moves the clock calls river_tick too */
    /* what each event brought, when it has been taken in; or NULL */
    void (*told)(const struct event *ev, const struct effects *fx, void *ctx);
    void *told_ctx;
};

bool river_new(const struct river_parts *parts, const struct writer_loaded *loaded,
               struct river **out, struct err *e) MUST_USE;
void river_free(struct river *r); /* accepts NULL */

/* As poller_calls.coming. */
void river_coming(void *river);
/* A poll's outcome; as poller_calls.news. */
enum poller_answer river_news(const struct poller_news *news, void *river);

/* How long nothing is expected of a source; as poller_calls.rest. */
int64_t river_rest(uint32_t source, void *river);

/* After a reload, before its start: what the other river, which ends, has heard of this file since
 * its payload came. */
void river_heard(struct river *r, uint32_t source, uint32_t file, const struct feed_file *was);

/* Under what file of its source a companion is kept, from 0. */
#define RIVER_COMPANION_NAME 32
void river_companion_name(size_t number, char out[RIVER_COMPANION_NAME]);

/* The desk decides; `confirmed`: a person has seen the preview. False: refused, and why. True:
 * done(ok, said) is called when it is durable and the sentence with it is shown: `ok` false when it
 * could not be kept, and `said` says what came of it. */
typedef void river_done(bool ok, struct slice said, void *ctx);
bool river_decide(struct river *r, const struct decision *d, bool confirmed, river_done *done,
                  void *ctx, struct err *e) MUST_USE;
/* What river_decide would do, to `done`, behind the 32 digits of its fingerprint
 * (decide_said_meant); nothing is changed (rehearse.h). */
bool river_preview(struct river *r, const struct decision *d, struct children *all,
                   rehearse_done *done, void *ctx, struct err *e) MUST_USE;

/* One of several decisions that are taken as one (desk_joint.h): as river_decide, but that `said`
 * is empty. */
bool river_decide_one_of(struct river *r, const struct decision *d, bool confirmed,
                         river_done *done, void *ctx, struct err *e) MUST_USE;
/* The same, in a copy of this process that ends with it (rehearse.h): nothing is kept or shown. */
bool river_try(struct river *r, const struct decision *d, bool abbreviated, struct err *e) MUST_USE;
/* What the last event brought, until the next. */
const struct effects *river_brought(const struct river *r);
/* Raised by each claim and decision: what the desk's calls rest on. Figures, which come all the
 * time, are no such thing. */
uint64_t river_turns(const struct river *r);
/* May it be asked to decide now? */
bool river_may_decide(struct river *r, struct err *e) MUST_USE;

/* Is an accepted payload of this file kept, or restored? */
bool river_filed(const struct river *r, uint32_t source, uint32_t file);

/* One of our own last accepted or held payloads, read again. */
void river_restore(struct river *r, uint32_t source, uint32_t file, const struct results *batch,
                   const struct writer_loaded_file *from);

/* All of them are: what is on air is as it was. */
void river_restored(struct river *r);

/* From now on the core gets its ticks, and news are taken. */
void river_start(struct river *r);
/* With `stepped`: when the core next wants its tick, WHEN_NEVER; and the tick. */
int64_t river_next_tick(const struct river *r);
void river_tick(struct river *r);
/* News are refused (they come again) and nothing changes any more: while a reload makes another
 * river. */
void river_pause(struct river *r);

/* Every snapshot document of the model as it is. */
void river_snapshot(struct river *r, struct effects *out);
const struct model *river_model(const struct river *r);
const struct tally *river_tally(const struct river *r); /* over everything */

#endif
