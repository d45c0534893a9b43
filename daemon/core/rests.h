/* SPDX-License-Identifier: ISC */
/* What calls rest on: the line of a feed that a claim names as its evidence. Where a feed leaves in
 * doubt whose that line is, it stays theirs, under review, until the desk decides or the feed is
 * clear again: its figures are kept, and what it says of the call is heard. */
#ifndef TALLYD_CORE_RESTS_H
#define TALLYD_CORE_RESTS_H

#include "daemon/core/model.h"

/* Did a feed last call this endorsement by this line, or by its contest, whether or not it took
 * that back since, and does the desk not say that the match was wrong? */
bool rests_on(const struct model *m, uint32_t endorsement, const struct feed_contest *c,
              uint32_t choice);

/* Has the contest a line that is in review and kept on air, though no call rests on it? */
bool rests_is_kept(const struct race *r, const struct feed_contest *c);

/* Is the endorsement's claim `at` a feed's last call of its candidacy, or line, and by this one? */
bool rests_last(const struct model *m, uint32_t endorsement, uint32_t at,
                const struct feed_contest *c, uint32_t choice);

/* Does the claim name this line, or its contest, as its evidence? */
bool rests_names(const struct model *m, const struct claim *claim, const struct feed_contest *c,
                 uint32_t choice);

/* Does its source have the contest that it names, and no line of the endorsement's any more? */
bool rests_on_nothing(const struct model *m, const struct race *r, uint32_t endorsement,
                      const struct claim *claim);

#endif
