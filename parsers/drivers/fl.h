/* SPDX-License-Identifier: ISC */
/* Florida's two shapes, shared by fl.c, which tells them apart, and the readers of each. */
#ifndef TALLYD_PARSERS_FL_H
#define TALLYD_PARSERS_FL_H

#include "parsers/job.h"

/* The Votes file, with names and sizes out of the Info files among the companions. */
bool fl_votes(struct job *j, struct fault *f);

/* The results file: a header and one row a candidate and county, tabs between. */
bool fl_results(struct job *j, struct fault *f);

/* "United States Senator (REP)": the text of a party's primary, the same in both shapes; the name
 * alone where `party`, a code, is empty. ptr NULL when memory is out. */
static inline struct slice fl_contest_text(struct arena *a, struct slice name, struct slice party)
{
    if (party.len == 0)
        return arena_copy(a, name);
    return arena_printf(a, "%.*s (%.*s)", SLICE_FMT(name), SLICE_FMT(party));
}

#endif
