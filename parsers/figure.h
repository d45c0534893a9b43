/* SPDX-License-Identifier: ISC */
/* Figures as feeds write them in text: votes, units in, voters. */
#ifndef TALLYD_PARSERS_FIGURE_H
#define TALLYD_PARSERS_FIGURE_H

#include <stdint.h>

#include "daemon/base/err.h"
#include "daemon/base/slice.h"

enum figure_style {
    FIGURE_PLAIN,  /* digits */
    FIGURE_COMMAS, /* digits, or digits in threes behind commas: "12,345" */
};

/* A whole number >= 0, blanks around it ignored. Anything else, the empty text too, is false. */
bool figure_parse(struct slice s, enum figure_style style, int64_t *out) MUST_USE;

/* As votes: the empty text is VOTES_UNKNOWN. False for what is neither, and then it is no vote. */
bool figure_votes(struct slice s, enum figure_style style, int64_t *out) MUST_USE;

/* As a count beside the votes: -1, unknown, for whatever is no figure. */
int64_t figure_count(struct slice s, enum figure_style style);

#endif
