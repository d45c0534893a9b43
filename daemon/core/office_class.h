/* SPDX-License-Identifier: ISC */
/* The classes of offices: two that may be elected side by side in one place are two. */
#ifndef TALLYD_CORE_OFFICE_CLASS_H
#define TALLYD_CORE_OFFICE_CLASS_H

#include "daemon/core/endorsement.h"

/* Where the voters of an office live. */
enum office_reach {
    REACH_UNKNOWN,
    REACH_STATE,    /* the whole state */
    REACH_DISTRICT, /* a district of the state: a text without one names no race */
    REACH_WIDE,     /* the whole state, or the part of it that a text names */
    REACH_REGION,   /* a part of the state: a court circuit, a named district; a text without it
                       names no race */
    REACH_COUNTY,
    REACH_PLACE, /* a town, a city, a school district */
};

struct office_class {
    const char *slug; /* "state-senate" */
    enum endorse_level level;
    enum office_reach reach;
};

extern const struct office_class office_classes[]; /* by the rows of office_rows.h */

/* By slug; NULL: none has it. */
const struct office_class *office_class_named(const char *slug);

#endif
