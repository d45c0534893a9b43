/* SPDX-License-Identifier: ISC */
/* A draft held against the file it is about: read by it, and mended until it is or nothing is left
 * to change. */
#ifndef TALLYD_PARSERS_DRAFT_MEND_H
#define TALLYD_PARSERS_DRAFT_MEND_H

#include "parsers/draft_guess.h"

struct draft_outcome { /* of reading the file by the lines */
    bool ok;
    struct fault fault;
    uint32_t contests, problems;
    uint32_t people;      /* contests that are no questions */
    int64_t votes;        /* of all totals */
    struct slice problem; /* the first, or why it could not be read */
};

/* The lines change; what came of the last ones. */
struct draft_outcome draft_mend(struct draft *d, struct slice bytes);

#endif
