/* SPDX-License-Identifier: ISC */
/* What every contest's figures are at a moment of an invented night.
 *
 * Votes arrive as they do: what was cast early and by mail of a whole county first, then the
 * precincts one by one. Nothing ever falls, the last precinct makes the shares and the sum that the
 * scenario states, and the same seed gives the same night.
 */
#ifndef TALLYD_SIM_GENERATE_H
#define TALLYD_SIM_GENERATE_H

#include "tests/sim/scenario.h"

enum generate_type { TYPE_DAY, TYPE_EARLY, TYPE_MAIL, GENERATE_TYPES };

struct generate_unit { /* a precinct */
    int64_t day_ms;    /* when its own votes are in */
    int64_t cast_ms;   /* when those cast before the day are */
    size_t county;     /* of the contest's */
};

struct generate_contest {
    const struct scenario_contest *c;
    struct generate_unit *units;
    size_t unit_count;
    int64_t *votes; /* units x candidates x types */
    struct slice ap_id;
    struct slice *ap_ids;   /* of the candidates */
    size_t first_candidate; /* how many the contests before have */
};

struct generate {
    const struct scenario *s;
    struct generate_contest *contests; /* as the scenario's */
};

bool generate_night(const struct scenario *s, struct arena *a, struct generate *out,
                    struct err *e) MUST_USE;

/* The votes of a candidate that are in by `t`: of one unit, of a county, of the contest. */
int64_t generate_unit_votes(const struct generate_contest *g, size_t unit, size_t candidate,
                            enum generate_type type, int64_t t);
int64_t generate_county_votes(const struct generate_contest *g, size_t county, size_t candidate,
                              enum generate_type type, int64_t t);
int64_t generate_votes(const struct generate_contest *g, size_t candidate, enum generate_type type,
                       int64_t t);
int64_t generate_total(const struct generate_contest *g, size_t candidate, int64_t t);

/* Precincts whose own votes are in, and how many there are; county SIZE_MAX: of all counties. */
void generate_progress(const struct generate_contest *g, size_t county, int64_t t,
                       int64_t *reporting, int64_t *total);

/* What a call feed says of a candidate: "X", "R", "N" while a call is taken back, or "". */
const char *generate_mark(const struct generate_contest *g, size_t candidate, int64_t t);

/* The site writes its pages anew every so often: the moment whose figures it shows at `t`. */
int64_t generate_written(const struct scenario *s, const struct scenario_feed *f, int64_t t);

#endif
