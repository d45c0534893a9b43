/* SPDX-License-Identifier: ISC */
/* What is fixed about each state, the District and the territories: a table. */
#ifndef TALLYD_CORE_STATES_H
#define TALLYD_CORE_STATES_H

#include <stdint.h>

#include "daemon/base/slice.h"

struct state {
    const char *code, *name, *fips; /* "GA", "Georgia", "13" */
    const char *zone;               /* IANA; NULL where it has two */
    uint32_t counties; /* whose boards count its votes, cities with a board of their own among
                          them; 0: towns do, or it is not said here */
    bool one_of_50;
    bool fusion;   /* one person may stand on several party lines of a contest */
    bool same_day; /* registers voters on the day, or never: ballots may exceed the registered */
    bool county_districts; /* districts of its house are numbered county by county */
    bool town_is_country;  /* a town is what others call a township: beside a city or village */
    bool unicameral;       /* its senators sit in "the Legislature" */
};
extern const struct state states[];
extern const size_t states_count;

/* By code or name, any case; NULL: no such state. */
const struct state *states_find(struct slice code_or_name);

#endif
