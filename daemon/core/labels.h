/* SPDX-License-Identifier: ISC */
/* The words of documents and lists for what the model knows as numbers. */
#ifndef TALLYD_CORE_LABELS_H
#define TALLYD_CORE_LABELS_H

#include "daemon/base/buf.h"
#include "daemon/core/model.h"

const char *labels_race_status(enum race_status s); /* "partly_called" */
const char *labels_race_flag(uint32_t flag);        /* one bit: "in_doubt"; NULL: no such flag */
const char *labels_mark(enum results_mark m);       /* "won", ...; "" unmarked */
const char *labels_band(enum band b);               /* "auto", ... */

/* What an endorsement is just now: its outcome, else "leading", "trailing", "unclear", "no
 * results"; "withdrawn" and the like where it does not count. */
const char *labels_state(const struct model *m, uint32_t endorsement);

/* Is it called, and behind in the votes on air all the same? */
bool labels_trails(const struct model *m, uint32_t endorsement);

/* Of a race whose votes are summed: "3 of 5 counties"; "3 counties of unknown many" where nobody
 * says of how many. */
void labels_counties(const struct race *r, struct buf *out);

/* When the figures on air changed last; WHEN_UNKNOWN also where there are none any more. */
int64_t labels_updated(const struct race *r);

/* "seat " before a seat that is a number or a letter, which alone would look like a district; "".
 */
const char *labels_before_seat(struct slice seat);

/* Which lines of one county are none of another's, so that the sum is in doubt: "Bo Ray of Elm is
 * no line of the counties before". False, and nothing is written: there are none. */
bool labels_alone(const struct race *r, struct buf *out);

#endif
