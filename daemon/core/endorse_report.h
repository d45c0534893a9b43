/* SPDX-License-Identifier: ISC */
/* What an endorsement list is like, for whoever made it: what is allowed in it and yet worth a
 * look, and what it holds. */
#ifndef TALLYD_CORE_ENDORSE_REPORT_H
#define TALLYD_CORE_ENDORSE_REPORT_H

#include "daemon/base/buf.h"
#include "daemon/base/err.h"
#include "daemon/core/endorsement.h"

/* "note: PATH..." lines: columns that are not used, offices that may be several people's, or are of
 * a town or county that is not said, two names of an office in one race, one name twice in one
 * race, primaries of which nobody says whose. */
void endorse_notes(const struct endorsements *list, const char *path, struct buf *out);

/* "WHAT<tab>HOW MANY<newline>": rows, races, and rows by state, office level, status, what a win is
 * of, election day and tag; of each the most first. False: memory. */
bool endorse_contents(const struct endorsements *list, struct arena *scratch,
                      struct buf *out) MUST_USE;

#endif
