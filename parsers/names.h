/* SPDX-License-Identifier: ISC */
/* Names lent from an earlier file of a feed to one that has ids only: what its rows said of a
 * contest and choice, by their ids. */
#ifndef TALLYD_PARSERS_NAMES_H
#define TALLYD_PARSERS_NAMES_H

#include "parsers/mapping.h"

struct names;

struct names *names_new(struct arena *a); /* NULL when memory is out */

/* Learn: remember what a row says of its contest, of its choice; the first of an id, of a pair of
 * ids, counts. Else fill what it leaves blank. False when memory is out. */
bool names_contest(struct names *n, bool learn, struct slice text[ROLES]) MUST_USE;
bool names_choice(struct names *n, bool learn, struct slice text[ROLES]) MUST_USE;

#endif
