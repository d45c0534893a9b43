/* SPDX-License-Identifier: ISC */
/* An endorsed candidacy: plain data, as the list says it. */
#ifndef TALLYD_CORE_ENDORSEMENT_H
#define TALLYD_CORE_ENDORSEMENT_H

#include <stdint.h>

#include "daemon/base/arena.h"
#include "daemon/base/slice.h"

enum endorse_status {
    ENDORSE_ACTIVE,
    ENDORSE_WRITE_IN,
    ENDORSE_UNOPPOSED,
    ENDORSE_ELECTED_UNOPPOSED,
    ENDORSE_WITHDRAWN,
    ENDORSE_DISQUALIFIED,
    ENDORSE_NOT_ON_BALLOT,
    ENDORSE_POSTPONED,
    ENDORSE_STATUSES
};
enum endorse_level {
    LEVEL_UNKNOWN,
    LEVEL_FEDERAL,
    LEVEL_STATE,
    LEVEL_COUNTY,
    LEVEL_LOCAL,
    LEVEL_SCHOOL,
    LEVEL_JUDICIAL,
    LEVELS
};
enum endorse_tri { TRI_UNSAID, TRI_NO, TRI_YES };
enum endorse_wins { WINS_SEAT, WINS_NOMINATION, WINS_MEASURE /* nobody is elected */ };
enum endorse_choice { CHOICE_CANDIDATE, CHOICE_YES, CHOICE_NO };

struct endorse_hint {
    struct slice source, contest; /* SOURCE = contest id or text */
};

struct endorsement {
    struct slice id; /* endorsement_id, else made from the row's own parts; unique in the list */
    struct slice name, ballot_name;
    struct slice *aliases;
    size_t alias_count;
    struct slice state; /* two capital letters */
    struct slice office, jurisdiction, division, district, seat, party, contest_party;
    struct slice county;
    /* false: an office of the whole state, or of its districts, and the county is where the person
     * lives */
    bool county_tells;
    struct slice *counties;
    size_t county_count;  /* of the race, when its votes are summed */
    struct slice race_id; /* the row's own, or the slug made of its parts */
    struct slice ap_race_id, ap_candidate_id;
    struct slice *tags;
    size_t tag_count;
    struct slice held_by, election_type, cohort, continues;
    struct slice watched_by; /* who watches it by hand, where no feed does; for our people */
    struct endorse_hint *hints;
    size_t hint_count;
    enum endorse_status status;
    enum endorse_level level;
    enum endorse_wins wins;
    bool wins_said;      /* by the row, not derived */
    bool primary_unsaid; /* nobody says whether its primary, or runoff, is a party's: a win is a
                            nomination */
    enum endorse_choice choice;
    enum endorse_tri flip, incumbent, opponent_incumbent;
    bool unexpired;               /* term = unexpired */
    int64_t date;                 /* midnight UTC of the election day */
    int64_t seats, places;        /* seats_to_fill, advance_to; -1 unsaid */
    int64_t seats_held_by_others; /* -1 unsaid */
    int64_t polls_minute;         /* polls_close as a minute of the day; -1 unsaid */
    size_t line;                  /* of the CSV, for messages */
};

struct endorse_unused { /* a column of the list nothing is known of */
    struct slice name;
    const char *like; /* the known column that is perhaps meant, or NULL */
};

struct endorsements {
    struct endorsement *list;
    size_t count;
    struct endorse_unused *unused;
    size_t unused_count;
};

/* Whom a row is about, and on a second line what a win of it counts as, where the list says so:
 * what a call rests on. From the arena; ptr NULL: memory. */
struct slice endorsement_row(const struct endorsement *e, struct arena *a);
/* Is this name, in folded form, the row's or one of its aliases'? False also when memory is out. */
bool endorsement_is_named(const struct endorsement *e, struct slice name);

extern const char *const endorsement_statuses[ENDORSE_STATUSES]; /* "active", ... */
extern const char *const endorsement_levels[LEVELS];             /* "unknown", "federal", ... */

#endif
