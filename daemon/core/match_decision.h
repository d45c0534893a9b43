/* SPDX-License-Identifier: ISC */
/* What a person decided about a match: plain data, durable. What it does: match.h. */
#ifndef TALLYD_CORE_MATCH_DECISION_H
#define TALLYD_CORE_MATCH_DECISION_H

#include <stdint.h>

#include "daemon/base/slice.h"

enum match_verb {
    MATCH_ACCEPT, /* this choice is the endorsement's, whatever else is in doubt */
    MATCH_REJECT, /* it is not; without a choice: nothing of this contest is */
    MATCH_ALIAS,  /* the choice's name is one of the endorsement's, in every feed */
    MATCH_UNDO,   /* the decision about the same things no longer stands */
    MATCH_VERBS
};
extern const char *const match_verbs[MATCH_VERBS]; /* "accept", ... */

/* Ids and names as they were when it was decided: a contest or choice is known again by both, or
 * by its name alone when the feed has renamed its ids. All are plain cleaned text. */
struct match_decision {
    int64_t number; /* of the desk's decision, for the evidence */
    int64_t undoes; /* UNDO: the number of the one that falls; 0: all about the same things */
    enum match_verb verb;
    struct slice endorsement, source;              /* endorsement_id, the source's name */
    struct slice county, contest_id, contest_text; /* county: as the contest has it */
    struct slice choice_id, choice_name; /* both empty: the contest; ALIAS needs the name only */
    struct slice party; /* of the choice: tells two lines of one name apart; empty: not said */
};

#endif
