/* SPDX-License-Identifier: ISC */
/* What was told and no longer holds: listed for the night. Outcomes and statuses follow from claims
 * and decisions, so that a restart lists the same; figures do not, and are in the memo of their
 * race (memo.h). */
#ifndef TALLYD_CORE_CORRECTIONS_H
#define TALLYD_CORE_CORRECTIONS_H

#include "daemon/core/memo.h"
#include "daemon/core/model.h"

/* After an endorsement's outcome was derived anew; `was`: before. One that was pending corrects
 * nothing. What one moment brings is one correction. False: memory. */
bool corrections_outcome(struct model *m, uint32_t endorsement, enum outcome was,
                         int64_t at_ms) MUST_USE;

/* After the figures of a race were merged anew: those that a source, or the desk for it, has
 * corrected, line by line. `was`: the race before, with its choices. A count that loses a few votes
 * on its way (settings_guards), other figures with another source, and figures that only went up
 * correct nothing. False: memory. */
struct corrections_said {
    int64_t at_ms;
    uint32_t source;                 /* whose news it was; NONE: nobody's */
    const struct decision *decision; /* NULL: not the desk's */
};
bool corrections_votes(struct model *m, const struct race *was, const struct race *r,
                       const struct corrections_said *said) MUST_USE;

/* After a restart, those of a race that its memo has; of an endorsement that is no longer on the
 * list nothing is told. False: memory. */
bool corrections_restore(struct model *m, const struct race_memo *memo) MUST_USE;

/* Anything else, such as a status; texts live as long as the model. False: memory. */
bool corrections_add(struct model *m, const struct correction *c) MUST_USE;

#endif
