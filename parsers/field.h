/* SPDX-License-Identifier: ISC */
/* Members of JSON objects read as what results are made of: ids, counts, votes. */
#ifndef TALLYD_PARSERS_FIELD_H
#define TALLYD_PARSERS_FIELD_H

#include "parsers/job.h"
#include "parsers/json.h"

/* An id as text, whether it is written as a string or as a number, NUL-ended in the arena; empty
 * when it is neither. */
struct slice field_id(struct arena *a, struct json v);

/* A whole number >= 0, or -1: unknown. */
int64_t field_count(struct json v);

/* Votes: a whole number >= 0, or VOTES_UNKNOWN for null. False for anything else, and then it is no
 * vote. */
bool field_votes(struct json v, int64_t *out) MUST_USE;

/* Text of a feed for an error message: cleaned and cut to a line's worth, in the arena. */
struct slice field_excerpt(struct arena *a, struct slice s);

/* What stands there, for an error message. */
struct slice field_shown(struct arena *a, struct json v);

/* Sets *to to the index of the choice of the current contest whose id it is; false when there is
 * none. `ids` are in the order of the choices. */
bool field_choice(const struct slice *ids, size_t n, struct slice id, uint32_t *to) MUST_USE;

/* For `return field_limit(f)` after a builder's call has filled f->err. */
bool field_limit(struct fault *f);

#endif
