/* SPDX-License-Identifier: ISC */
/* What a driver is given: a payload, options, companions, and a builder to fill. */
#ifndef TALLYD_PARSERS_JOB_H
#define TALLYD_PARSERS_JOB_H

#include "parsers/input.h"
#include "parsers/results.h"

struct zone;

struct job {
    struct slice format;
    struct input *input;
    struct input *companions[WIRE_COMPANIONS_MAX];
    size_t companion_count;
    struct slice options; /* "key=value\n" lines */
    struct arena *arena;  /* the payload's: everything a driver allocates */
    struct results_builder *builder;
    struct zone *zone; /* of the option `zone`, a POSIX rule, while job_run runs; NULL: none */
};

/* The value of an option, or the empty slice with ptr NULL. */
struct slice job_option(const struct job *j, const char *key);
bool job_option_yes(const struct job *j, const char *key);

/* The moment at which clocks in the feed's zone show this (ms, as if it were UTC); WHEN_UNKNOWN
 * when no zone is known, or for WHEN_UNKNOWN. */
int64_t job_local_time(const struct job *j, int64_t local_ms);

/* A time as feeds write them, with a zone of its own ("...Z", "... PM EST") or without one
 * (when_parse_local, then as above); WHEN_UNKNOWN when it is none. */
int64_t job_time(const struct job *j, struct slice text);

/* The payload came from the address a feed said to ask next (results_facts.next_url): of a format
 * that does so it holds only what changed since, and its driver sets results_facts.delta. */
bool job_is_delta(const struct job *j);

/* One parser. */
struct driver {
    const char *name; /* a row of formats[] */
    /* Read the payload into the builder. On false *f says what and where; the builder is thrown
     * away. */
    bool (*parse)(struct job *j, struct fault *f);
    /* Could these first bytes (up to 4096) be this format? 0 no, 1 perhaps, 2 surely. May be NULL.
     */
    int (*sniff)(struct slice head);
};

const struct driver *driver_find(struct slice name);
extern const struct driver *const drivers[]; /* NULL-ended */

/* A builder for the job, unless it has one; what the options say of batches it knows. */
bool job_begin(struct job *j, struct fault *f) MUST_USE;

/* Parse a job whole: refuse a page for people, find the driver, parse, finish. The batch lies in
 * the job's arena. */
bool job_run(struct job *j, struct slice *batch, struct fault *f) MUST_USE;

#endif
