/* SPDX-License-Identifier: ISC */
/* The desk's decisions: what each verb may be said of, and what it does to the model. A decision
 * that is refused changes nothing. */
#ifndef TALLYD_CORE_DECIDE_H
#define TALLYD_CORE_DECIDE_H

#include "daemon/core/model.h"

struct feed_report;

/* What a decision brought about. */
struct decide_done {
    struct arena *arena; /* in: for what is below, and while it is taken */
    bool abbreviated;    /* in: the beginning of an id, or a part of it or the name, is enough where
                            it is of one only: a person sees it in full before anything is done */
    uint32_t endorsement; /* whom it is about; NONE */
    uint32_t race;        /* whose standings are to be derived again; NONE: none, or all */
    bool all;             /* all races' */
    bool drops;           /* calls of the desk's, all of a race */
    bool looks;           /* races are to be looked at: those that stay the same are no news */
    struct slice was;     /* what its argument takes the place of; empty: nothing that has a name */
    struct feed_report *reports; /* of what sources have on air now */
    size_t report_count;
};

/* Copies of the settings and the list that decisions may change; once, before the indexes that
 * point into the list are made. */
bool decide_init(struct model *m, struct err *e) MUST_USE;

/* Take a decision (its number and time are given here): it is kept in m->decisions, its claims in
 * m->claims. On refusal *e says why and what to do: ERR_USAGE no such verb or word, ERR_NO what it
 * asks for is so already or cannot be, ERR_AGAIN not yet. */
bool decide_take(struct model *m, const struct decision *d, int64_t now_ms, struct decide_done *out,
                 struct err *e) MUST_USE;

/* One that was durable, in order of number; its claims come by themselves. One about something that
 * is no longer in the list is kept and does nothing. */
bool decide_restore(struct model *m, const struct decision *d, struct decide_done *out,
                    struct err *e) MUST_USE;

/* NONE: no race has this id. */
uint32_t decide_find_race(const struct model *m, struct slice id);

/* Is this decision about the race: the race itself, or a candidacy in it? */
bool decide_is_about(const struct model *m, const struct decision *d, const struct race *r);

#endif
