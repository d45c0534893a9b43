/* SPDX-License-Identifier: ISC */
/* One reporting unit's figures before all guards, in their order: turnout, then movement. Changes
 * nothing. */
#ifndef TALLYD_CORE_JUDGE_H
#define TALLYD_CORE_JUDGE_H

#include "daemon/core/intake.h"

struct judge_unit {
    const struct results_unit *in;
    struct feed_unit *unit;
    uint32_t u;           /* in the payload */
    int64_t *is;          /* its figures, in the order of the contest's choices */
    enum verdict verdict; /* what was found of it, once it is taken */
};

/* What its figures are; *fall says by how much they fall. */
enum verdict judge(const struct intake *p, const struct intake_contest *pc,
                   const struct judge_unit *k, struct guard_fall *fall);

/* Are the columns of any unit of the contest swapped? Then pc->swapped: no figure of it can be
 * trusted yet. `is` is room for one figure a choice. */
void judge_swaps(const struct intake *p, struct intake_contest *pc, int64_t *is);

/* Say so, with the numbers that were seen and those they were held against. */
bool judge_note(const struct intake *p, const struct intake_contest *pc, const struct judge_unit *k,
                enum verdict v, const struct guard_fall *fall, struct feed_report *r,
                struct err *e) MUST_USE;

#endif
