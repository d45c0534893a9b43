/* SPDX-License-Identifier: ISC */
/* Candidacies that are still to be called: how far ahead or behind, how much is in, and why nobody
 * has called them. For people; nothing is ever called by it. */
#ifndef TALLYD_CORE_OPEN_H
#define TALLYD_CORE_OPEN_H

#include "daemon/core/progress.h"

struct open_candidacy {
    uint32_t endorsement;
    enum progress progress;
    /* In one primary of a race over several: where it is nearest to a win, of those in which nobody
     * has it out; NULL else. */
    const char *primary;
    bool out;       /* an authority has it out there, and so wherever it is known to stand */
    int64_t votes;  /* ours; -1: none stated */
    int64_t margin; /* to the first outside the seats or places, or to the last inside; below 0:
                       behind */
    bool has_margin;
    int64_t share_bp; /* of the margin in all votes; has_margin only */
    int64_t in_bp;    /* units reporting; -1: not known */
    const char *why;  /* nobody has called it */
};

/* All that are pending, those first in which most is in, and of these the widest margins; an array
 * from the arena. NULL: memory. */
struct open_candidacy *open_list(const struct model *m, int64_t now_ms, struct arena *a, size_t *n);

/* Does a line of a feed that may be its own wait for a person? */
bool open_in_review(const struct model *m, uint32_t endorsement);

/* A line of it that has votes, of a source that is not on air where the one on air states none for
 * it; NULL: there is none. */
const struct link *open_off_air(const struct model *m, uint32_t endorsement);

#endif
