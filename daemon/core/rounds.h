/* SPDX-License-Identifier: ISC */
/* What a winner's mark says in a primary of all parties: a seat, a place in the next round, or one
 * of the two and not which. */
#ifndef TALLYD_CORE_ROUNDS_H
#define TALLYD_CORE_ROUNDS_H

#include "daemon/core/endorsement.h"
#include "daemon/core/office_table.h"

enum rounds_win {
    ROUNDS_FINAL,  /* what the row's wins says */
    ROUNDS_PLACE,  /* who is marked as a winner goes on: nobody is elected in it */
    ROUNDS_EITHER, /* a majority may elect: only who says "goes on" of its own says "has won" */
};

/* Is it a first round of all parties together, after which several may go on? */
bool rounds_is_first(const struct endorsement *e);

/* Is its primary one of each party, its nominees' only, by its state's law? False where that is not
 * known of the office. */
bool rounds_is_nominating(const struct endorsement *e, const struct office_class *class);

/* Is it a primary, or a runoff of before the general election, that may be one of each party or of
 * all together? The row has its person's party only, and the office and its state's law, as far as
 * they are known here, tell no more. */
bool rounds_is_unsaid(const struct endorsement *e, const struct office_class *class);

/* What a win in the round of this row is, by its state's law, where it is not cross-filed
 * (primaries.h); class may be NULL: the office is none of the table. */
enum rounds_win rounds_win(const struct endorsement *e, const struct office_class *class);

/* What a win of this row counts as, in a race that nominates (nominations.h) or does not: a seat by
 * default is none there. */
enum endorse_wins rounds_kind(const struct endorsement *e, bool nominates);

/* May it be that more go on from the round of this row than have its seats? */
bool rounds_goes_on(const struct endorsement *e, const struct office_class *class);

/* Are its votes ranked, by its state's law, whether or not a feed says so? */
bool rounds_is_ranked(const struct endorsement *e, const struct office_class *class);

#endif
