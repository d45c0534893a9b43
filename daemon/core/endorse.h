/* SPDX-License-Identifier: ISC */
/* The endorsement list: a CSV as organisations keep it, read whole or refused whole. */
#ifndef TALLYD_CORE_ENDORSE_H
#define TALLYD_CORE_ENDORSE_H

#include <stdint.h>

#include "daemon/base/arena.h"
#include "daemon/base/buf.h"
#include "daemon/base/err.h"

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
enum endorse_wins { WINS_SEAT, WINS_NOMINATION };
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
    struct slice *counties;
    size_t county_count; /* of the race, when its votes are summed */
    struct slice
        race_id; /* the row's own, or the slug made of its parts (contracts.md, Endorsements) */
    struct slice ap_race_id, ap_candidate_id;
    struct slice *tags;
    size_t tag_count;
    struct slice held_by, election_type, cohort, continues;
    struct endorse_hint *hints;
    size_t hint_count;
    enum endorse_status status;
    enum endorse_level level;
    enum endorse_wins wins;
    enum endorse_choice choice;
    enum endorse_tri flip, incumbent, opponent_incumbent;
    bool unexpired;               /* term = unexpired */
    int64_t date;                 /* midnight UTC of the election day */
    int64_t seats, places;        /* seats_to_fill, advance_to; -1 unsaid */
    int64_t seats_held_by_others; /* -1 unsaid */
    int64_t polls_minute;         /* polls_close as a minute of the day; -1 unsaid */
    size_t line;                  /* of the CSV, for messages */
};

struct endorsements {
    struct endorsement *list;
    size_t count;
};

/* A column of the list that goes by another name in this organisation's export:
 * column.candidate_name = Full Name. */
struct endorse_column {
    struct slice ours, theirs;
};

/* Read a whole list. Every problem of the file is in *problems (a line each: row, column, why, fix;
 * capped) and the result is false; nothing is kept then. All memory from the arena. `date` is used
 * where a row has no election_date. */
bool endorse_parse(struct slice csv, const struct endorse_column *columns, size_t column_count,
                   int64_t date, struct arena *a, struct endorsements *out, struct buf *problems,
                   struct err *e) MUST_USE;

const char *endorse_level_name(enum endorse_level l);
const char *endorse_status_name(enum endorse_status s);

#endif
