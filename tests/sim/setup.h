/* SPDX-License-Identifier: ISC */
/* What tallyd needs to watch an invented night: its configuration and its endorsement list; and
 * what people and tests ask of the scenario. */
#ifndef TALLYD_SIM_SETUP_H
#define TALLYD_SIM_SETUP_H

#include "daemon/base/buf.h"
#include "tests/sim/generate.h"

/* tallyd.conf, endorsements.csv and sources.d/ into the folder, which is made where it is not
 * there; feeds are on 127.0.0.1:port. */
bool setup_write(const struct generate *night, const char *folder, int port,
                 struct err *e) MUST_USE;

/* A line a contest with its candidates. */
void setup_list(const struct generate *night, struct buf *out);

/* Every candidate of every feed at a moment, CSV: feed, race (its number), contest, county and
 * precinct (empty: all of them), units_reporting, units_total, seats, measure, choice, ap_id,
 * party, write_in, votes, mark. Straight from the generator: no template has a part in it. */
bool setup_figures(const struct generate *night, int64_t t, struct buf *out,
                   struct err *e) MUST_USE;

#endif
