/* SPDX-License-Identifier: ISC */
/* A report being read: nist.c walks through elements or members, in whatever order they stand, and
 * nist_read.c fills what they are of. */
#ifndef TALLYD_PARSERS_NIST_READER_H
#define TALLYD_PARSERS_NIST_READER_H

#include "parsers/drivers/nist_table.h"

#define NIST_NAMES_MAX 256 /* remembered; of those that mean nothing, half of it */
#define NIST_DEPTH_MAX 68  /* more than that of XML */

struct nist_frame {
    const struct nist_member *member; /* NULL: it means nothing, nor does what is inside */
    void *object;
    enum nist_in in;
};

struct nist_reader {
    struct nist_report *report;
    struct nist_frame *top;
    struct slice text;    /* of what ends, being no leaf */
    bool lasting;         /* what is being taken lives as long as the report */
    bool spoken, english; /* words were taken, in English */
    /* the row being read */
    bool counted, suppressed;
    unsigned has; /* what it has */
    int64_t round;
    struct nist_row *row;
    struct nist_selection *selection, **next_selection; /* being read; where the next goes */
    struct nist_contest *contest, **next_contest;
    struct nist_rows rows;       /* of the selection being read */
    struct nist_thing *referred; /* last */
    struct nist_frame frames[NIST_DEPTH_MAX];
    struct slice words; /* of what is being said in some languages */
    struct slice content, language;
    struct nist_thing thing; /* being defined */
    struct nist_external external;
    struct nist_ballots ballots;
    struct nist_name *names[NIST_NAMES_MAX];
    size_t name_count;
    struct nist_name nothing; /* a name that is not remembered */
    struct nist_name *name;   /* the last one asked for */
};

/* A reader that fills *report, which the caller has zeroed but for the arena and the map. NULL: no
 * memory. */
struct nist_reader *nist_reader_new(struct nist_report *report) MUST_USE;

/* NULL: no memory. Where names come in the same order again and again that is quick, else it is to
 * be asked once a name. */
const struct nist_name *nist_name(struct nist_reader *r, struct slice name) MUST_USE;

/* What is to be done where an object begins and ends, if anything. `begin` gets in *object the
 * object around, and leaves there the one that its members fill. */
struct nist_turn {
    nist_begin *begin;
    bool (*end)(struct nist_reader *r, const struct nist_frame *at, void *around, struct fault *f);
};
extern const struct nist_turn nist_turns[IN_PLACES];

#endif
