/* SPDX-License-Identifier: ISC */
/* What a person at the desk decided: plain data, durable, append-only. What each verb does:
 * decide.h. */
#ifndef TALLYD_CORE_DECISION_H
#define TALLYD_CORE_DECISION_H

#include <stdint.h>

#include "daemon/base/slice.h"

struct decision {
    int64_t number; /* in one row with the claims: a call's claims follow its decision */
    int64_t at_ms;  /* election clock */
    struct slice verb;
    struct slice target;   /* an endorsement_id, a race_id, a place; empty: everything */
    struct slice argument; /* an outcome, a flag, a status, a time */
    struct slice reason, basis, url;
    struct slice by; /* the person's login */
};

#endif
