/* SPDX-License-Identifier: ISC */
/* When polls close: of a place, of a race. */
#ifndef TALLYD_CORE_POLLS_H
#define TALLYD_CORE_POLLS_H

#include "daemon/core/model.h"

/* Are these two the same county of one state, however it is written ("Prince George's County",
 * "PRINCE GEORGES"; "LaPorte", "La Porte"; "St. Clair", "Saint Clair")? "Baltimore city" is not
 * "Baltimore". An empty name is no county. */
bool polls_same_county(struct slice a, struct slice b);

/* The close in a county, or in the state where the county is empty or has no row of its own. `date`
 * is midnight UTC of the election day. WHEN_UNKNOWN: nothing is set for this state. */
int64_t polls_close(const struct settings *s, struct slice state, struct slice county,
                    int64_t date);

/* The last close of a race: of the counties its endorsements name, else of every county its state
 * has a row for. An endorsement's own polls_close goes first, in the zone of its county or state.
 * WHEN_UNKNOWN: nothing is set. */
int64_t polls_race_close(const struct settings *s, const struct endorsements *list,
                         const struct race *r);

/* The same, were every place of the race to close at this minute of the day. */
int64_t polls_race_close_at(const struct settings *s, const struct endorsements *list,
                            const struct race *r, int64_t minute);

/* Do polls of any county of this state close at a time of its own? Else one close is all of it. */
bool polls_by_county(const struct settings *s, struct slice state);

/* The first close of a county, else in any county of a state, else of all (an empty state).
 * WHEN_UNKNOWN: nothing is set. */
int64_t polls_first(const struct settings *s, struct slice state, struct slice county,
                    int64_t date);

/* The last of all closes on this date: for a contest of which not even the state is known. */
int64_t polls_last(const struct settings *s, int64_t date);

/* The next moment after `after_ms` at which waiting marks may become calls, because polls of a race
 * close. WHEN_NEVER. */
int64_t polls_next_close(const struct model *m, int64_t after_ms);

#endif
