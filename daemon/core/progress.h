/* SPDX-License-Identifier: ISC */
/* Where an uncalled candidacy stands by the votes on air. Never an outcome. */
#ifndef TALLYD_CORE_PROGRESS_H
#define TALLYD_CORE_PROGRESS_H

#include "daemon/core/model.h"

enum progress {
    PROGRESS_LEADING,    /* inside the last seat or place with votes, no tie at that edge */
    PROGRESS_TRAILING,   /* outside */
    PROGRESS_UNCLEAR,    /* tied, seats unknown, ranked choice, figures in doubt, counties missing,
                            void, inside with no vote */
    PROGRESS_NO_RESULTS, /* no votes yet, or none of ours are stated */
    PROGRESSES
};
const char *progress_name(enum progress p);

/* In one primary of a race over several; NULL: where there is but one contest. */
enum progress progress_in(const struct race *r, uint32_t endorsement, const char *primary);

/* Of all its lines: leading where one leads; trailing where all do, unclear while one has no votes.
 */
enum progress progress_of(const struct race *r, uint32_t endorsement);

#endif
