/* SPDX-License-Identifier: ISC */
/* The counties of a race: one source each, and whether their sum stands for the race. */
#ifndef TALLYD_CORE_COUNTIES_H
#define TALLYD_CORE_COUNTIES_H

#include "daemon/core/offers.h"

struct counties {
    struct offer **offers; /* one a county with votes, in the order of the offers */
    uint32_t count;
    struct offer **idle; /* one a county that has come, and has no votes yet */
    uint32_t idle_count;
    uint32_t of; /* counties_of */
    int64_t total;
    bool complete; /* every county of the race has votes */
    bool stands;   /* each of them may stay on air, */
    bool fit;      /* ... and may take over */
    bool pinned;   /* the desk has pinned the race to one of their sources */
};

/* How many counties the race lies in: by the list, unless it leaves one out; else the state's where
 * a whole state elects it. 0: nobody says. */
uint32_t counties_of(const struct model *m, const struct race *r);

/* Fill *out from offers that know their lag. In scratch. */
bool counties_choose(const struct offers *g, struct counties *out, struct err *e) MUST_USE;

/* Is their sum to be on air, where `whole` (NULL: none) is the best source of the whole race? A sum
 * that lacks a county stands only where no source covers the race; a complete one also where that
 * is stale, held, paused or behind for too long, until it is fit and has as many votes, or a county
 * of the sum is so. */
bool counties_are_summed(const struct offers *g, const struct counties *in,
                         const struct offer *whole);

/* NONE: the race is not summed of such a county. */
uint32_t counties_source(const struct race *r, struct slice county);

#endif
