/* SPDX-License-Identifier: ISC */
/* Two names that the desk has said to be one person's in a race: an opponent whom two counties
 * spell in two ways. Whose lines are ours is a match (match.h), and never this. */
#ifndef TALLYD_CORE_JOINS_H
#define TALLYD_CORE_JOINS_H

#include "daemon/base/buf.h"
#include "daemon/core/model.h"
#include "daemon/core/who.h"

struct join {
    int64_t number;                     /* of the desk's decision */
    struct slice said;                  /* "NAME = OTHER NAME", as it was said */
    struct who name, other;             /* lines of the first are lines of the second */
    const struct feed_contest *against; /* joins_settle: has both on lines of their own, or one as
                                           ours, so that nothing is joined; NULL: it holds */
};

/* "NAME = OTHER NAME". False: it is not. */
bool joins_split(struct slice said, struct slice *name, struct slice *other) MUST_USE;

/* May it be said of this race now? ERR_USAGE: not in these words. ERR_NO: a name is on no line of
 * the race, or on one of ours, or on one that waits for review; they are one already; one contest
 * has both, as two people; they stand for two parties, or one is written in. */
bool joins_may(const struct model *m, const struct race *r, struct slice said,
               struct err *e) MUST_USE;
/* Keep it, in m->strings; merge the race afterwards. False: memory. */
bool joins_add(struct model *m, struct race *r, struct slice said, int64_t number,
               struct err *e) MUST_USE;
/* Forget what was said so. */
void joins_drop(struct race *r, struct slice said);

/* Which of them hold, with the contests as they are: merge.c, before it adds up. One does not where
 * a contest has both names, but for two party lines where one person may stand on several. False:
 * scratch is full, and nothing is changed. */
bool joins_settle(struct race *r, struct arena *scratch) MUST_USE;

/* Whom a line names, put in the name that it is joined to. */
void joins_apply(const struct race *r, struct who *who);
/* who_same_text of two lines of the race. */
bool joins_same_text(const struct race *r, struct slice a, struct slice b);

/* The row of the race's figures that its row `alone` may be under another name, by surname or
 * nickname: what the desk is offered. NONE: none, or more than one. */
uint32_t joins_offer(const struct model *m, const struct race *r, uint32_t alone);
/* "tallyctl match join RACE 'NAME' = 'OTHER NAME' --reason '...'", as a shell takes it. */
void joins_write_command(const struct race *r, struct slice name, struct slice other,
                         struct buf *out);
/* A line each: what is joined, by which decision, with which votes of whom; or why it is not. */
void joins_explain(const struct model *m, const struct race *r, struct buf *out);

#endif
