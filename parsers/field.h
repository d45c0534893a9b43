/* SPDX-License-Identifier: ISC */
/* Members of JSON objects read as what results are made of: ids, counts, votes. */
#ifndef TALLYD_PARSERS_FIELD_H
#define TALLYD_PARSERS_FIELD_H

#include "parsers/job.h"
#include "parsers/json.h"

/* A member that is a string, without white space at its ends; empty when it is none. */
struct slice field_text(struct json object, const char *key);

/* A number as text, NUL-ended in the arena. */
struct slice field_number(struct arena *a, int64_t n);

/* An id as text, whether it is written as a string or as a number, NUL-ended in the arena; empty
 * when it is neither. */
struct slice field_id(struct arena *a, struct json v);

/* The parts that are not empty, with blanks between them. ptr NULL: no memory. */
struct slice field_joined(struct arena *a, const struct slice *parts, size_t n);

/* A whole number >= 0, or -1: unknown. */
int64_t field_count(struct json v);

/* Votes: a whole number >= 0, or VOTES_UNKNOWN for null. False for anything else, and then it is no
 * vote. */
bool field_votes(struct json v, int64_t *out) MUST_USE;

/* The same out of text: digits, with commas in front of threes where the format writes
 * `thousands`. Blank, or a marker the source names (option `unknown`), is VOTES_UNKNOWN. */
bool field_text_votes(const struct job *j, struct slice s, bool thousands, int64_t *out) MUST_USE;

/* A count beside the votes out of text; -1 for whatever is none. */
int64_t field_text_count(struct slice s, bool thousands);

/* How many to vote for: the one number in "Vote for up to 3", or "three" where that ends it. -1
 * where it is not said, or how many may be ranked. */
int64_t field_votes_allowed(struct slice sentence);

/* Text of a feed for an error message: cleaned and cut to a line's worth, in the arena. */
struct slice field_excerpt(struct arena *a, struct slice s);

/* What stands there, for an error message. */
struct slice field_shown(struct arena *a, struct json v);

/* Sets *to to the index of the choice of the current contest whose id it is; false when there is
 * none. `ids` are in the order of the choices; *to is where it is looked for first. */
bool field_choice(const struct slice *ids, size_t n, struct slice id, uint32_t *to) MUST_USE;

/* Parse the job's payload as JSON and read it; the document is gone when this returns. */
bool field_document(struct job *j, bool (*read)(struct job *j, struct json root, struct fault *f),
                    struct fault *f) MUST_USE;

/* For `return field_limit(f)` after a builder's call has filled f->err. */
bool field_limit(struct fault *f);

#endif
