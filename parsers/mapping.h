/* SPDX-License-Identifier: ISC */
/* A mapping: what the options of a source say of a file's columns, read once and bound to the file.
 * tallyd.conf(5), MAPPINGS, has the language.
 *
 * Engines turn bytes into fields and bind the mapping to them (mapping_bind); rows.h turns each row
 * of fields into calls of the builder. A driver in C whose data are flat rows has no columns to
 * name: it binds with mapping_bind_roles and fills one field a role, and everything else of the
 * language (cuts, values, filters by role name, statistics) works for it too. */
#ifndef TALLYD_PARSERS_MAPPING_H
#define TALLYD_PARSERS_MAPPING_H

#include "parsers/arrays.h"
#include "parsers/column.h"
#include "parsers/count.h"
#include "parsers/job.h"
#include "parsers/pattern.h"

/* What a value of a row may be; mapping.c has their names. */
enum role {
    /* of the contest and the choice */
    ROLE_CONTEST_ID,
    ROLE_CONTEST,
    ROLE_OFFICE,
    ROLE_DISTRICT,
    ROLE_CONTEST_PARTY,
    ROLE_ELECTION_TYPE,
    ROLE_VOTES_ALLOWED,
    ROLE_SEATS,
    ROLE_CHOICE_ID,
    ROLE_CHOICE,
    ROLE_PARTY,
    ROLE_WRITE_IN,
    ROLE_WINNER,
    ROLE_INCUMBENT,
    ROLE_TYPE, /* of votes, where each has rows of its own */
    /* of the reporting unit */
    ROLE_COUNTY_ID,
    ROLE_COUNTY,
    ROLE_MUNICIPALITY_ID,
    ROLE_MUNICIPALITY,
    ROLE_PRECINCT_ID,
    ROLE_PRECINCT,
    /* of the whole payload */
    ROLE_DATE,
    ROLE_ELECTION,
    ROLE_STATUS,
    ROLE_TEST,
    ROLE_UPDATED,
    ROLE_VERSION,
    /* figures */
    ROLE_VOTES,
    ROLE_YES,
    ROLE_NO,
    ROLE_REPORTING,
    ROLE_TOTAL,
    ROLE_PROGRESS,
    ROLE_REGISTERED,
    ROLE_BALLOTS,
    /* no columns: */
    ROLE_COUNT, /* of data lines, as a line of the file states it */
    ROLE_NONE,  /* what is cut away for nothing */
    ROLES
};
const char *role_name(enum role role);

struct mapping_test { /* does the text of a column match? */
    struct slice option, spec;
    struct column column;
    struct pattern *pattern;
    bool keep;                   /* a filter: of rows that match; else of those that do not */
    enum results_unit_type type; /* a level */
};
struct mapping_cut { /* a match in one role becomes another's value */
    enum role from, to;
    struct pattern *pattern;
    bool take; /* and stays where it is */
};
struct mapping_value { /* a whole value that means another */
    enum role role;
    struct slice text, with;
};
struct mapping_fact { /* out of a line that is no row */
    enum role role;
    struct pattern *pattern;
};
struct mapping_statistic { /* rows whose choice matches are figures, or nothing at all */
    enum role figure;      /* ROLE_NONE: nothing */
    struct pattern *pattern;
};

/* Is a contest each party's, as in a primary that gives all of them one name? */
enum mapping_per_party {
    PER_PARTY_UNSAID, /* a contest's party is only told */
    PER_PARTY_NO,
    PER_PARTY_YES,
    PER_PARTY_AUTO /* where the rows are a primary's */
};

struct mapping {
    struct slice spec[ROLES];   /* as written; ptr NULL: not mapped */
    struct slice option[ROLES]; /* that says so */
    struct column column[ROLES];
    struct mapping_test *filters, *levels, *measures, *per_county, *wholes, *all_parties, *ranked;
    struct mapping_cut *cuts;
    struct mapping_value *values;
    struct mapping_fact *facts;
    struct mapping_statistic *statistics;
    uint32_t filter_count, level_count, measure_count, per_county_count, whole_count,
        all_party_count, ranked_count, cut_count, value_count, fact_count, statistic_count;
    struct index value_index;     /* of the values, by role and text */
    uint64_t valued;              /* roles that have any, a bit each */
    uint64_t value_lengths;       /* of any, modulo 64, a bit each */
    struct slice measure_contest; /* as written */
    struct column measure_title;
    struct slice check_votes;
    struct column check;
    struct pattern *no_rows;    /* lines that are none; NULL: all are */
    struct pattern *trailer;    /* the last line; NULL: there is none */
    struct pattern *type_total; /* the type that is the sum of the others; NULL: none is */
    struct column_style style;
    struct count_style count;
    enum mapping_per_party per_party;
    bool every_per_county; /* contests exist per county, all of them */
    bool roster;           /* unless who stands in them says that they are one */
    bool sum_progress;     /* counties' progress adds up to the total's */
    bool whole;            /* what a place states is what the places in it add up to */
    struct job *job;
    struct pattern *patterns;
};

/* A yes or no among the options; `usual` when it is not there. */
bool mapping_yes(const struct job *j, const char *key, bool usual, bool *out,
                 struct fault *f) MUST_USE;

/* The groups of a match joined by a blank, or all of it; empty when it does not match. */
struct slice mapping_found(struct arena *a, struct pattern *p, struct slice line);

/* What a role's text means by the mapping's values. */
struct slice mapping_value(const struct mapping *m, enum role role, struct slice text);

/* Read the options of the job. Everything that is wrong with one names it: WIRE_SCHEMA. */
bool mapping_read(struct job *j, struct mapping *m, struct fault *f) MUST_USE;

/* Bind every column the mapping names to the file's; may be done again, on another finder. */
bool mapping_bind(struct mapping *m, const struct column_finder *finder, struct fault *f) MUST_USE;

/* Bind each role to the field of its own number: a row is then ROLES fields, empty ones with ptr
 * NULL. Roles in `there` only; a bit each. */
bool mapping_bind_roles(struct mapping *m, uint64_t there, struct fault *f) MUST_USE;

/* Accepts a mapping whose reading failed half-way. */
void mapping_done(struct mapping *m);

#endif
