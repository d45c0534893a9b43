/* SPDX-License-Identifier: ISC */
/* Which member of a NIST report is meant where, and what it fills. */
#ifndef TALLYD_PARSERS_NIST_TABLE_H
#define TALLYD_PARSERS_NIST_TABLE_H

#include "parsers/nist.h"

enum nist_in {
    IN_ROOT,
    IN_REPORT,
    IN_ELECTION,
    IN_CONTEST,
    IN_SELECTION,
    IN_COUNTS,
    IN_DEVICE,
    IN_BALLOTS,
    IN_UNIT,
    IN_CANDIDATE,
    IN_PARTY,
    IN_OFFICE,
    IN_PERSON,
    IN_EXTERNAL,
    IN_SPOKEN, /* a text in some languages */
    IN_STRING, /* ... in one of them */
    IN_LEAF,
    IN_PLACES
};

enum nist_sort {
    NIST_OBJECT,
    NIST_THROUGH, /* a collection: its inside is as if it were not there */
    NIST_WORDS,   /* struct slice: the English text, else the first */
    NIST_TEXT,    /* struct slice */
    NIST_COUNT,   /* int64_t, -1 where it is no count */
    NIST_FLAG,    /* bool */
    NIST_REF,     /* struct nist_thing pointer */
    NIST_REFS,    /* struct nist_list */
    NIST_CONTENT, /* of a string */
    NIST_LANGUAGE,
    NIST_COUNT_TYPE, /* of a VoteCounts */
    NIST_COUNT_VOTES,
    NIST_COUNT_OTHER,
    NIST_COUNT_ROUND,
    NIST_COUNT_SUPPRESSED,
    NIST_COUNT_DEVICE,
};

struct nist_member {
    struct slice name;
    enum nist_sort sort;
    enum nist_in inside;
    size_t at; /* the offset of what it fills in the object around it */
};

struct nist_external {
    struct slice type, other, value;
};

struct nist_place {
    const struct nist_member *list;
    size_t count;
    bool named;  /* its object begins with a struct nist_named */
    bool spoken; /* text may stand in it */
};

extern const struct nist_place nist_places[IN_PLACES];

/* The member of this name, or NULL. */
const struct nist_member *nist_member(enum nist_in in, struct slice name);

/* What a name means in each place. */
struct nist_name {
    struct slice name;
    struct nist_name *next; /* what followed it the last time */
    struct nist_meaning {
        const struct nist_member *member; /* NULL: nothing */
        unsigned want;                    /* enum nist_want */
    } in[IN_PLACES];
};

#endif
