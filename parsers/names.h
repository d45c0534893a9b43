/* SPDX-License-Identifier: ISC */
/* Names lent from an earlier file of a feed to one that has ids only: what its rows said of a
 * contest and choice, by their ids. */
#ifndef TALLYD_PARSERS_NAMES_H
#define TALLYD_PARSERS_NAMES_H

#include "parsers/mapping.h"

struct names;

struct names *names_new(struct arena *a); /* NULL when memory is out */

/* Remember the texts of a row; the first of an id pair counts. False when memory is out. */
bool names_learn(struct names *n, const struct slice text[ROLES]) MUST_USE;

/* Fill what a row leaves blank of contest and choice. False when memory is out. */
bool names_lend(struct names *n, struct slice text[ROLES]) MUST_USE;

#endif
