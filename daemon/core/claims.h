/* SPDX-License-Identifier: ISC */
/* Claims as they are kept. What they mean: calls.h. */
#ifndef TALLYD_CORE_CLAIMS_H
#define TALLYD_CORE_CLAIMS_H

#include "daemon/core/model.h"

/* The number for the next claim or decision. */
int64_t claims_number(struct model *m);

/* Append a claim whose texts live as long as the model. */
bool claims_append(struct model *m, const struct claim *claim, struct err *e) MUST_USE;

/* For whom a claim counts. NONE: the list has no such endorsement, or has given its id to a
 * candidacy in another race, or to another person. */
uint32_t claims_endorsement_of(const struct model *m, const struct claim *claim);

#endif
