/* SPDX-License-Identifier: ISC */
/* The words for what an endorsement's row may say. */
#include "daemon/core/endorsement.h"

const char *const endorsement_statuses[ENDORSE_STATUSES] = {
    [ENDORSE_ACTIVE] = "active",
    [ENDORSE_WRITE_IN] = "write_in",
    [ENDORSE_UNOPPOSED] = "unopposed",
    [ENDORSE_ELECTED_UNOPPOSED] = "elected_unopposed",
    [ENDORSE_WITHDRAWN] = "withdrawn",
    [ENDORSE_DISQUALIFIED] = "disqualified",
    [ENDORSE_NOT_ON_BALLOT] = "not_on_ballot",
    [ENDORSE_POSTPONED] = "postponed",
};
const char *const endorsement_levels[LEVELS] = {
    [LEVEL_UNKNOWN] = "unknown",   [LEVEL_FEDERAL] = "federal", [LEVEL_STATE] = "state",
    [LEVEL_COUNTY] = "county",     [LEVEL_LOCAL] = "local",     [LEVEL_SCHOOL] = "school",
    [LEVEL_JUDICIAL] = "judicial",
};
