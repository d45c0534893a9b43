/* SPDX-License-Identifier: ISC */
/* Which member of a NIST report is meant where, and what it fills. */
#ifndef TALLYD_PARSERS_NIST_TABLE_H
#define TALLYD_PARSERS_NIST_TABLE_H

#include "parsers/drivers/nist_report.h"

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

struct nist_reader;

/* A leaf's text, without blanks around it, into what the leaf fills: nist_read.c. */
typedef bool nist_fill(struct nist_reader *r, void *to, struct slice text, struct fault *f);

nist_fill nist_fill_words;   /* struct slice: the English text, else the first */
nist_fill nist_fill_text;    /* struct slice */
nist_fill nist_fill_count;   /* int64_t, -1 where it is no count */
nist_fill nist_fill_flag;    /* bool */
nist_fill nist_fill_ref;     /* struct nist_thing pointer */
nist_fill nist_fill_refs;    /* struct nist_list */
nist_fill nist_fill_content; /* of a string */
nist_fill nist_fill_language;
nist_fill nist_fill_type; /* of a VoteCounts, as all that follow */
nist_fill nist_fill_votes;
nist_fill nist_fill_other;
nist_fill nist_fill_round;
nist_fill nist_fill_suppressed;
nist_fill nist_fill_device;

struct nist_member {
    struct slice name;
    enum nist_in inside;
    bool through;    /* a collection: its inside is as if it were not there */
    nist_fill *fill; /* of a leaf, or of words */
    size_t at;       /* the offset of what it fills in the object around it */
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

typedef bool nist_begin(struct nist_reader *r, void **object, struct fault *f);

/* What a name means in each place. */
struct nist_name {
    struct slice name;
    struct nist_name *next; /* what followed it the last time */
    struct nist_meaning {
        const struct nist_member *member; /* NULL: nothing */
        nist_begin *begin;                /* NULL: nothing is to be done */
        enum nist_in in;
        bool text, attributes; /* that of an element matter */
    } in[IN_PLACES];
};

#endif
