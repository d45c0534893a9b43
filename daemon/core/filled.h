/* SPDX-License-Identifier: ISC */
/* Losses that follow from what others of ours were given, where the contest that was called lacks
 * their own line: only who stands beside the winners in some contest is known to have stood against
 * them. That the list says so is enough where no feed has the winners at all. */
#ifndef TALLYD_CORE_FILLED_H
#define TALLYD_CORE_FILLED_H

#include "daemon/core/model.h"

/* Is one of ours out when another has the last seat, or place? Not where feeds have the winner in
 * contests without the other: these may be of another race than the other's. */
bool filled_follows(const struct race *r, uint32_t winner, uint32_t other);

/* Is the race called in contests of which none has a line of this one, who is not called? */
bool filled_elsewhere(const struct model *m, const struct race *r, uint32_t endorsement);

/* After calls_look: claim the loss of each in whose place an authority has called others of ours,
 * though no source of that authority has a line of it; and end such a claim when they are not
 * called any more. False: memory. */
bool filled_look(struct model *m, const struct race *r, int64_t now_ms, struct err *e) MUST_USE;

#endif
