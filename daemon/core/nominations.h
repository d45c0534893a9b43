/* SPDX-License-Identifier: ISC */
/* Races of which a contest is a party's where the list leaves open what a win is: that nominates,
 * and fills no seat. It is durable as a note (fading.h). */
#ifndef TALLYD_CORE_NOMINATIONS_H
#define TALLYD_CORE_NOMINATIONS_H

#include "daemon/core/model.h"

/* Sets r->nominates from the race's contests and from what is known of before; what is news is
 * noted. Tallies count by it
 * (rounds_kind). False: memory. */
bool nominations_look(struct model *m, struct race *r, int64_t now_ms, struct err *e) MUST_USE;

#endif
