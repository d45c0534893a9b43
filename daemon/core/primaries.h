/* SPDX-License-Identifier: ISC */
/* Cross-filing: one candidacy in the primaries of several parties. Its votes are a line a primary,
 * never added up over parties. */
#ifndef TALLYD_CORE_PRIMARIES_H
#define TALLYD_CORE_PRIMARIES_H

#include "daemon/core/model.h"
#include "daemon/core/office.h"
#include "daemon/core/states.h"

/* Is the office one for which, by its state's law, one person may stand for several parties? */
bool primaries_cross_file(const struct office_class *class, const struct state *state);

/* May one person stand for this office in several parties' primaries, and does the endorsement
 * leave open in which? Then its race is over all of them; one with contest_party is that party's
 * alone. */
bool primaries_are_open(const struct endorsement *e, const struct office_class *class,
                        const struct state *state);

/* Are these contests of one source the same but for the party? Every word else is the same, so that
 * terms of two and of four years stay two races. False too when scratch is full. */
bool primaries_same_contest(const struct feed_contest *a, const struct feed_contest *b,
                            struct arena *scratch);

/* The party whose primary this contest of the race is; NULL: the race is over one contest only. */
const char *primaries_of(const struct race *r, const struct feed_contest *c);

/* Of how many parties' primaries the race has links; 0: it is over one contest only. */
uint32_t primaries_count(const struct race *r);

/* Two of these; NULL is one of its own. */
bool primaries_same(const char *a, const char *b);

/* The primaries in which an endorsement has links, each once, from *at = 0 on; of a race over one
 * contest only it is NULL, once. False: no more. */
bool primaries_next(const struct race *r, uint32_t endorsement, uint32_t *at,
                    const char **primary) MUST_USE;

/* A primary as claims name it: empty where the race is over one contest only. */
struct slice primaries_line(const struct race *r, const char *primary);

/* How many may win in all primaries of the race where `each` may in one; `each` itself where it is
 * not known. */
int64_t primaries_room(const struct race *r, int64_t each);

/* "Democratic" of "dem", for people. */
struct slice primaries_name(struct slice line);

#endif
