/* SPDX-License-Identifier: ISC */
/* Calls whose match the desk takes back: where a decision makes the line on which one rests
 * (rests.h) less surely theirs, in review or nobody's, the call ends with it. */
#ifndef TALLYD_CORE_UNMATCH_H
#define TALLYD_CORE_UNMATCH_H

#include "daemon/core/model.h"

/* The lines that calls rest on, and how sure they are. */
struct unmatch {
    struct unmatch_line {
        uint32_t endorsement;
        const struct feed_contest *contest;
        uint32_t choice;
        enum band band;
    } * list;
    size_t count;
};

/* Before a decision on matches: in the arena. False: memory. */
bool unmatch_note(const struct model *m, struct arena *a, struct unmatch *out) MUST_USE;

/* After it, in the same moment: calls that rest on a line which is less sure than it was end, with
 * the decision's reason, and races whose lines were theirs by those calls are linked anew. */
bool unmatch_end(struct model *m, const struct unmatch *before, struct slice reason, int64_t now_ms,
                 struct err *e) MUST_USE;

#endif
