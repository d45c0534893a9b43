/* SPDX-License-Identifier: ISC */
/* What the two files of the enhanced driver share: a contest with its options, as the media export
 * and /data both hold it. One way: enhanced.c -> enhanced_item.c. */
#ifndef TALLYD_PARSERS_ENHANCED_H
#define TALLYD_PARSERS_ENHANCED_H

#include "parsers/job.h"
#include "parsers/json.h"

struct enhanced {
    struct job *job;
    struct slice county; /* the one all of it is about; empty: a state, or not said */
    bool precincts;
};

/* A choice as the jurisdiction's own contest writes it, so that a locality's share of it is known
 * again without a look-up. The texts live as long as the document. */
struct enhanced_line {
    struct slice id, name; /* ptr NULL: not written as plain texts */
    uint32_t choice;
};

struct enhanced_lines {
    struct enhanced_line *line; /* by position in the array of options */
    size_t count;
    uint32_t choices; /* of the contest so far */
};

/* A contest being read, once for the jurisdiction or once for a locality. */
struct enhanced_item {
    const struct enhanced *feed;
    struct slice place; /* whose figures these are, for messages */
    struct json v, options;
    struct slice id, name;
    bool share;                   /* a locality's part of a contest of the jurisdiction */
    uint32_t unit;                /* the row of its figures: 0, or that locality's */
    struct enhanced_lines *lines; /* filled by the jurisdiction's, used by a share */
    int64_t sum;                  /* of the options' votes; VOTES_UNKNOWN when one is */
};

/* A text, or the English one, else the first, of a list by language. */
struct slice enhanced_text(struct json v);

/* The count in a number or in a sentence (field_votes_allowed); -1: not said. */
int64_t enhanced_votes_allowed(struct json v);

/* Look at ballotItems[n]: its id and name must be there. */
bool enhanced_open(struct enhanced_item *it, struct json v, struct json options, size_t n,
                   struct fault *f) MUST_USE;

/* Begin the contest in the builder. 0 of 0 units is not said: so it stands in elections taken over
 * from elsewhere. */
bool enhanced_begin(const struct enhanced_item *it, struct slice county, int64_t reporting,
                    int64_t total, struct fault *f) MUST_USE;

/* All its options into the current contest's row `unit`. null is none so far; anything else than an
 * array makes the contest bad. */
bool enhanced_options(struct enhanced_item *it, struct fault *f) MUST_USE;

#endif
