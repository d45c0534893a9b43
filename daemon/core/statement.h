/* SPDX-License-Identifier: ISC */
/* The sentence for the press: every number in it with its denominator and its date. */
#ifndef TALLYD_CORE_STATEMENT_H
#define TALLYD_CORE_STATEMENT_H

#include "daemon/base/buf.h"
#include "daemon/core/message.h"
#include "daemon/core/tally.h"

extern const char *const statement_styles[STATEMENT_STYLES]; /* "short", "long", "slack" */

/* Appended without a line end. `t` is over everything. Of wins of several kinds (seats,
 * nominations, measures) each is told and there is no percentage: they are never added, and what is
 * lost has no kind to be a share with. */
void statement_write(const struct model *m, const struct tally *t, enum statement_style style,
                     int64_t now_ms, struct buf *out);

/* What is said while nobody has won or lost: "No races called yet". */
const char *statement_none(const struct tally *t);

/* How fresh is what the totals rest on? */
struct statement_stale {
    bool stale; /* worth saying: a call feed, or more than one in ten of the sources with open races
                 */
    uint32_t sources, open; /* stale ones among those with open races, and those; one never heard
                               from is among both: nobody knows which races it has */
    uint32_t silent, never; /* of all sources, whatever races they have: those that have not
                               answered in time, and of these those that never have */
    struct slice first_unheard;
    struct slice call_feed; /* the first stale one, or empty */
    int64_t since_ms;       /* its last success; WHEN_UNKNOWN: never */
};
struct statement_stale statement_staleness(const struct model *m, int64_t now_ms);
/* Do both make the same words? */
bool statement_stale_same(const struct statement_stale *a, const struct statement_stale *b);
/* When a source next becomes stale. WHEN_NEVER. */
int64_t statement_next_stale(const struct model *m, int64_t now_ms);

#endif
