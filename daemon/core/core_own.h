/* SPDX-License-Identifier: ISC */
/* Between core.c, core_life.c and core_restore.c: what a core is made of. */
#ifndef TALLYD_CORE_CORE_OWN_H
#define TALLYD_CORE_CORE_OWN_H

#include "daemon/base/buf.h"
#include "daemon/core/calls.h"
#include "daemon/core/decide.h"
#include "daemon/core/emit.h"
#include "daemon/core/statement.h"
#include "daemon/core/tally.h"

#define CORE_DECISION_MAX ((size_t)64 << 20) /* memory to read and judge a decision in */

struct effects;

struct turn { /* one event */
    struct core *core;
    const struct event *event;
    struct effects *out;
    int64_t now_ms;
    struct calls_look look;
    uint32_t *races; /* the dirty ones, in order */
    struct race_was {
        struct race race; /* shallow: numbers and flags as they were, but for its choices */
        bool changed;
    } * was;
    size_t race_count, emitted; /* of the first so many it is told */
    struct emit emit, calls;
    struct decide_done decided; /* races that are news whatever their figures */
    bool again;                 /* what it brings was on air before a restart */
    /* DECISION */
    struct decide_before *before;
    bool restored; /* what was durable is no change of now */
    bool same;     /* the file said nothing new, once more */
    bool ticked;   /* time has passed for all of them */
    bool moved;    /* who is fresh, or whose races are open, may be others than before */
    bool over;     /* there is no second half, or no more */
};

struct core {
    struct model model;
    struct buf text;            /* of one document */
    struct tally all, told;     /* told: as last published */
    struct tally *in, *in_told; /* by state, as in `states` */
    int64_t told_change_ms, told_checked_ms;
    struct statement_stale told_stale;
    bool *dirty;               /* by race: look at it again in this event */
    int64_t now_ms;            /* of the last event; 0: there was none */
    int64_t due_ms;            /* of the next tick */
    int64_t history_change_ms; /* model.last_change_ms of the history alone */
    struct turn turn;
};

bool core_no_memory(struct err *e);

/* Take a race out of the tallies before it changes (-1), put it back after (1). */
void core_count(struct core *c, const struct race *r, int sign);
/* Every tally from nothing. */
void core_recount(struct core *c);

/* The tally of a state in a list of them; the endorsements name no others. */
struct tally *core_state_tally(struct tally *list, struct slice state);

/* The standings of a race's endorsements as they are, in its order, to be freed. NULL: memory. */
struct standing *core_standings(const struct model *m, const struct race *r);
/* Derive what stands in a race, count it so, and note what that tells and corrects; `decision`: the
 * number of the desk's that did it, or 0. Do outcomes, or who decided, differ? */
bool core_derive(struct core *c, struct race *r, int64_t at_ms, int64_t decision,
                 const struct standing *old, bool *failed);

/* The memo of a file into the effects, where it is another than the last one. */
void core_remember(struct core *c, uint32_t source, uint32_t file, struct effects *out);

/* The same of a race. */
void core_remember_race(struct core *c, struct race *r, struct effects *out);
/* Races as they were, now that all of their figures are there again. */
void core_restored(struct core *c, int64_t now_ms, struct effects *out);

/* Races that a decision concerns, from the first to before the last. */
void core_range(const struct core *c, const struct decide_done *t, uint32_t *from, uint32_t *to);

#endif
