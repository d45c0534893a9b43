/* SPDX-License-Identifier: ISC */
/* What is known of marks that are nobody's call: those gone from a feed, official ones that moved,
 * and those by which somebody is out in one of several primaries. What must be known again after a
 * restart is a note: a claim by a name that no [calls] order has ("held:ap", "advisory:SOURCE",
 * "out:ap", "early:SOURCE", "parts:SOURCE", "party:SOURCE"), so that it counts nowhere. */
#ifndef TALLYD_CORE_FADING_H
#define TALLYD_CORE_FADING_H

#include "daemon/core/model.h"

/* Whose mark, on which line of which endorsement. */
struct fading_of {
    uint32_t endorsement;
    struct slice line, by;
};

/* The mark that is gone; NULL: it is there. Good until the next call of any of these. */
struct fading *fading_find(const struct model *m, const struct fading_of *of);

bool fading_start(struct model *m, const struct fading_of *of, int64_t now_ms,
                  struct err *e) MUST_USE;

/* It is back; nothing when it was not gone. */
bool fading_stop(struct model *m, const struct fading_of *of, int64_t now_ms,
                 struct err *e) MUST_USE;

/* A claim is taken: what its author said of that line before fades no more. */
void fading_heed(struct model *m, const struct claim *c);

/* All that began to fade at now_ms is held until it is back: *held of them. */
bool fading_hold(struct model *m, int64_t now_ms, uint32_t *held, struct err *e) MUST_USE;

/* An official mark of this endorsement's (NONE: of a contest of nobody of ours) has become `now`:
 * the source's marks are advice from now on. */
bool fading_advise(struct model *m, const struct fading_of *of, uint32_t source, enum outcome now,
                   struct slice evidence, int64_t now_ms, struct err *e) MUST_USE;

/* Official marks, as `evidence` has them, came from this source before polls closed: said_ms is
 * called_at_ms of the note. */
bool fading_early(struct model *m, const struct fading_of *of, uint32_t source, int64_t said_ms,
                  struct slice evidence, int64_t now_ms, struct err *e) MUST_USE;
/* Is it that note? */
bool fading_is_early(const struct claim *c);

/* The race of this contest, of one county, lies in several: until the desk releases the race. */
bool fading_parts(struct model *m, const struct fading_of *of, const struct feed_contest *from,
                  struct slice evidence, int64_t now_ms, struct err *e) MUST_USE;
bool fading_is_parts(const struct claim *c);

/* This contest of a race of which the list does not say what a win is, is a party's. */
bool fading_party(struct model *m, const struct fading_of *of, const struct feed_contest *from,
                  struct slice evidence, int64_t now_ms, struct err *e) MUST_USE;
bool fading_is_party(const struct claim *c);

/* Is this claim a note? */
bool fading_is_note(const struct claim *c);
/* The author of a note that `by` has it out in one primary, from m->strings; ptr NULL: memory. */
struct slice fading_out(struct model *m, struct slice by);
/* Whose word the claim is: of that note, `by`'s. */
struct slice fading_author(const struct claim *c);
/* Is it that note? */
bool fading_is_out(const struct claim *c, struct slice by);
/* A note that was durable. False: memory. */
bool fading_restore(struct model *m, const struct claim *note, struct err *e) MUST_USE;

#endif
