/* SPDX-License-Identifier: ISC */
/* Claims as they are kept. What they mean: calls.h. */
#ifndef TALLYD_CORE_CLAIMS_H
#define TALLYD_CORE_CLAIMS_H

#include "daemon/core/model.h"

/* The number for the next claim or decision. */
int64_t claims_number(struct model *m);

/* The bases of the words by which claims end that never were calls of the race: the source has only
 * a part of it, the match was none, or what only followed from others of ours follows no more.
 * Unlike a retraction they keep nobody below from being heard. */
#define CLAIMS_PART "part-of-race"
#define CLAIMS_UNMATCHED "match-undone"
#define CLAIMS_REOPENED "seats-reopened"

static inline bool claims_was_none(const struct claim *c)
{
    return slice_is(c->basis, CLAIMS_PART) || slice_is(c->basis, CLAIMS_UNMATCHED) ||
           slice_is(c->basis, CLAIMS_REOPENED);
}

/* Append a claim whose texts live as long as the model. */
bool claims_append(struct model *m, const struct claim *claim, struct err *e) MUST_USE;

/* For whom a claim counts. NONE: the list has no such endorsement, or has given its id to a
 * candidacy in another race, or to another person. */
uint32_t claims_endorsement_of(const struct model *m, const struct claim *claim);

#endif
