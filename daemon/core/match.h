/* SPDX-License-Identifier: ISC */
/* Which choice of which contest is which endorsement's: automatic only where nothing is in doubt.
 */
#ifndef TALLYD_CORE_MATCH_H
#define TALLYD_CORE_MATCH_H

#include "daemon/base/buf.h"
#include "daemon/core/match_decision.h"
#include "daemon/core/model.h"

/* Make m->races from m->endorsed (ids, places, seats; polls_close_ms WHEN_UNKNOWN, nothing on air)
 * and the indexes match_contests needs. Settings and strings must be set; once, before the first
 * contest. All memory from m->strings. */
bool match_init(struct model *m, struct err *e) MUST_USE;

/* Judge contests of one source again, after their roster or texts changed. Sets contest->race, and
 * races' links and contests and m->review where anything changed, also of other contests of the
 * source: an endorsement that now fits two of them goes to review in both. What many of them say of
 * one is settled once. True when any link changed. e->kind is ERR_NONE but when memory is out: what
 * was linked before stays then where it cannot be judged. */
bool match_contests(struct model *m, struct feed_contest *const *list, size_t count,
                    struct err *e) MUST_USE;

/* The race an endorsement competes in. */
uint32_t match_race_of(const struct model *m, uint32_t endorsement);

/* ---- what a person decided (match_decide.c) ---- */

/* Take a decision: copied to m->strings, and the contests it concerns are judged again. *changed
 * tells whether any link changed. False, and nothing is changed: ERR_NO when no such endorsement,
 * source, contest or choice is there, nothing is to be undone, or another accepted one stands
 * against it; ERR_BUG when memory is out. */
bool match_decide(struct model *m, const struct match_decision *d, bool *changed,
                  struct err *e) MUST_USE;

/* One that was durable, in the order they were taken, before or after the first contest. What it
 * speaks of may be gone: it is kept then, and works as soon as it is back. */
bool match_restore(struct model *m, const struct match_decision *d, struct err *e) MUST_USE;

/* The decision that a person means who points at a link: of m->review, or of a race. */
struct match_decision match_decision_of(const struct model *m, const struct link *l,
                                        enum match_verb verb);

/* A decision as one text, all but endorsement and number, and back: for a journal. The slices point
 * into `text`; one without a party is read too. False: it is none. */
void match_decision_write(const struct match_decision *d, struct buf *out);
bool match_decision_read(struct slice text, struct match_decision *out) MUST_USE;

/* The decisions that stand, oldest first: start with *at = 0. NULL: no more. */
const struct match_decision *match_decision_next(const struct model *m, uint32_t *at);

#endif
