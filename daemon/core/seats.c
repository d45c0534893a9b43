/* SPDX-License-Identifier: ISC */
/* A row an office. What is not here is unknown: boards, councils and courts, which elect several at
 * once somewhere; and offices of one name that are a board's in some states (county auditor, tax
 * assessor, county judge). */
#include "daemon/core/seats.h"

static const struct {
    const char *office; /* the class */
    const char *except; /* states, each with a blank behind it */
} singles[] = {
    {"president", ""},
    {"us-senate", ""},
    {"us-house", ""},
    {"governor", ""},
    {"lieutenant-governor", ""},
    {"attorney-general", ""},
    {"secretary-of-state", ""},
    {"state-treasurer", ""},
    {"state-auditor", ""},
    {"state-comptroller", ""},
    {"state-superintendent", ""},
    {"insurance-commissioner", ""},
    {"agriculture-commissioner", ""},
    {"labor-commissioner", ""},
    {"land-commissioner", ""},
    {"railroad-commissioner", ""},
    {"chief-justice", ""},
    /* chambers with districts of several members */
    {"state-senate", "VT WV "},
    {"state-house", "AZ ID MD ND NH NJ SD VT WA WV "},
    {"district-attorney", ""},
    {"county-attorney", ""},
    {"public-defender", ""},
    {"sheriff", ""},
    {"coroner", ""},
    {"county-clerk", ""},
    {"clerk-of-court", ""},
    {"prothonotary", ""},
    {"county-treasurer", ""},
    {"county-controller", ""},
    {"county-surveyor", ""},
    {"county-executive", ""},
    {"tax-commissioner", ""},
    {"supervisor-of-elections", ""},
    {"register-of-deeds", ""},
    {"register-of-wills", ""},
    {"mayor", ""},
    {"city-clerk", ""},
    {"town-clerk", ""},
    {"township-clerk", ""},
    {"village-clerk", ""},
    {"city-treasurer", ""},
    {"town-treasurer", ""},
    {"township-treasurer", ""},
    {"village-treasurer", ""},
    {"city-attorney", ""},
    {"city-prosecutor", ""},
    {"chief-magistrate", ""},
    {"first-selectman", ""},
    {"borough-president", ""},
    {"public-advocate", ""},
    {"school-superintendent", ""},
};

bool seats_single(const struct office_class *class, const struct state *state)
{
    char code[4] = {0};

    if (!class)
        return false;
    code[0] = state->code[0], code[1] = state->code[1], code[2] = ' ';
    for (size_t i = 0; i < sizeof singles / sizeof singles[0]; i++)
        if (slice_is(slice_of(class->slug), singles[i].office))
            return slice_find(slice_of(singles[i].except), slice_of(code)) == SIZE_MAX;
    return false;
}
