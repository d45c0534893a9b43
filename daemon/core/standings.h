/* SPDX-License-Identifier: ISC */
/* Whose word stands in a race, and what follows for each of its candidacies. */
#ifndef TALLYD_CORE_STANDINGS_H
#define TALLYD_CORE_STANDINGS_H

#include "daemon/base/buf.h"
#include "daemon/core/model.h"

/* Derive from the claims: the standings of the race's endorsements, its status, seats_called,
 * places_called, RACE_UNDER_REVIEW and (added to what calls_look found) RACE_CONFLICT. True when
 * any outcome, or who decided it, is another than before. */
bool standings_derive(struct model *m, struct race *r);

/* What its claims would make of it if it counted. */
enum outcome standings_if_counted(const struct model *m, const struct race *r,
                                  uint32_t endorsement);

/* What contradicts what, where RACE_CONFLICT is set: for people, appended. */
void standings_conflict(const struct model *m, const struct race *r, struct buf *out);

/* Does a call stand against what was said since: the desk's, whose authority took it back, or one
 * that a freeze keeps? Then the desk may make it anew, and that settles it. */
bool standings_overrules(const struct model *m, const struct race *r, uint32_t endorsement);

/* The highest authority with a claim in the race, taken back or not (the desk decides single
 * candidacies, not races): empty for none. It decides the race in all its primaries, also in those
 * it says nothing of: a lower one's win there does not count, so that nothing is won which the
 * higher would deny, and a win that only the lower has is for the desk to call. */
struct slice standings_authority(const struct model *m, const struct race *r);

#endif
