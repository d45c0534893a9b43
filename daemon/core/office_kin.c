/* SPDX-License-Identifier: ISC */
/* Four small tables. */
#include "daemon/core/office_kin.h"

#include <string.h>

#define COUNT(t) (sizeof(t) / sizeof((t)[0]))

struct row {
    const char *word, *class;
};

static const struct row alone[] = {
    {"president", "president"},
    {"da", "district-attorney"},
    {"ag", "attorney-general"},
};

static const struct row weak[] = {
    {"senate", "state-senate"}, {"senator", "state-senate"}, {"senatorial", "state-senate"},
    {"house", "state-house"},   {"assembly", "state-house"}, {"hd", "state-house"},
    {"ad", "state-house"},      {"sd", "state-senate"},      {"cd", "us-house"},
};

static const struct row counties[] = {
    {"auditor", "county-auditor"},      {"assessor", "county-assessor"},
    {"treasurer", "county-treasurer"},  {"clerk", "county-clerk"},
    {"recorder", "register-of-deeds"},  {"controller", "county-controller"},
    {"executive", "county-executive"},  {"commissioner", "county-board"},
    {"city-council", "county-council"}, /* by its class: "council" and all its forms */
};

/* Two offices side by side here; elsewhere one, or a list may call one by the other's name, as
 * Indiana has both a county's council and its board. */
static const struct row kin[] = {
    {"governor", "lieutenant-governor"}, /* one ticket in half of the states, by the first's name */
    {"county-board", "county-council"},
    {"township-board", "township-trustee"},
    {"city-council", "town-council"},
    {"city-council", "county-council"},
    {"city-council", "borough-council"},
    {"town-council", "village-board"},
    {"county-clerk", "clerk-of-court"},
    {"prothonotary", "clerk-of-court"}, /* one office in small counties of Pennsylvania, else two */
    {"town-supervisor",
     "town-council"}, /* New York elects both, Wisconsin's and Minnesota's are one */
    {"town-supervisor", "township-supervisor"},
    {"township-supervisor", "township-board"}, /* Michigan and Illinois, and Pennsylvania */
    {"township-supervisor", "township-trustee"},
    {"first-selectman", "town-council"},
    {"city-commission", "city-council"}, /* Philadelphia elects both */
    {"city-supervisor", "city-council"},
    {"city-supervisor", "county-board"}, /* a city's seat on it, in New York */
    {"metro-council", "city-council"},   /* Portland has both, Nashville one */
    {"metro-council", "county-council"},
    {"county-court", "county-criminal-court"},
    {"county-court", "county-civil-court"},
    {"county-court", "county-judge"}, /* of a court in Florida, of the county in Texas */
    {"magistrate", "chief-magistrate"},
    {"municipal-court", "city-court"},
    {"municipal-court", "town-justice"},
    {"district-attorney", "city-prosecutor"},
    {"city-attorney", "city-prosecutor"},
    {"county-treasurer", "tax-collector"}, /* one office in most of California */
    {"city-clerk", "town-clerk"},
    {"city-clerk", "township-clerk"},
    {"city-clerk", "village-clerk"},
    {"town-clerk", "township-clerk"},
    {"city-treasurer", "town-treasurer"},
    {"city-treasurer", "township-treasurer"},
    {"city-treasurer", "village-treasurer"},
    {"town-treasurer", "township-treasurer"},
};

static const struct office_class *find(const struct row *rows, size_t n, struct slice word)
{
    for (size_t i = 0; i < n; i++)
        if (slice_is(word, rows[i].word))
            return office_class_named(rows[i].class);
    return NULL;
}

const struct office_class *office_alone(struct slice word)
{
    return find(alone, COUNT(alone), word);
}

const struct office_class *office_weak(struct slice word)
{
    return find(weak, COUNT(weak), word);
}

const struct office_class *office_of_county(struct slice word)
{
    return find(counties, COUNT(counties), word);
}

bool office_kin(const struct office_class *a, const struct office_class *b)
{
    for (size_t i = 0; i < COUNT(kin); i++)
        if ((strcmp(a->slug, kin[i].word) == 0 && strcmp(b->slug, kin[i].class) == 0) ||
            (strcmp(b->slug, kin[i].word) == 0 && strcmp(a->slug, kin[i].class) == 0))
            return true;
    return false;
}
