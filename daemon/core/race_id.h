/* SPDX-License-Identifier: ISC */
/* The key of a race, made of what an endorsement says of it. */
#ifndef TALLYD_CORE_RACE_ID_H
#define TALLYD_CORE_RACE_ID_H

#include "daemon/base/arena.h"
#include "daemon/base/err.h"
#include "daemon/core/endorsement.h"

#define RACE_ID_MAX 64

/* [a-z0-9-]{1,64}: date, state, place, office, district, seat, term, election type, party. Rows
 * that say the same in other words ("City of Springfield" / "Springfield City", "Ward 3" / "3rd
 * Ward"; "07-1-06" / "7-1-6") get the same. Longer ones are cut and end in a hash of the whole.
 * *key holds the parts apart: equal slugs of unequal keys are two races. */
bool race_id_make(const struct endorsement *e, struct arena *a, struct slice *slug,
                  struct slice *key) MUST_USE;

/* Cut to RACE_ID_MAX bytes with a hash of `key` at the end; always with the hash when `forced`. */
struct slice race_id_cut(struct slice slug, struct slice key, bool forced, struct arena *a);

#endif
