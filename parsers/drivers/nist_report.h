/* SPDX-License-Identifier: ISC */
/* NIST SP 1500-100, the Election Results Common Data Format: what a report says, the same for
 * versions 1 and 2, for XML and JSON, and whichever of a reference and its definition comes first.
 *
 * One way: nist.c (XML, JSON) -> nist_read.c (members into a report) -> nist_counts.c (a
 * selection's rows into one figure a unit); then nist_emit.c (the report into the builder) ->
 * nist_names.c (what things are called) and nist_units.c (which units add up to a total). All may
 * call nist_bad.c.
 *
 * Identity: ObjectId, @id and objectId are names within one document, free to change with each
 * export, so they are no ids of ours. An ExternalIdentifier issued at local, state or national
 * level, or declared "stable", is; else the id stays empty and text and name are the key. Only
 * where two contests or units cannot be told apart by any word do they keep the document's ids.
 */
#ifndef TALLYD_PARSERS_NIST_REPORT_H
#define TALLYD_PARSERS_NIST_REPORT_H

#include "daemon/base/map.h"
#include "parsers/job.h"

enum nist_kind {
    NIST_UNDEFINED, /* only referred to so far */
    NIST_UNIT,
    NIST_CANDIDATE,
    NIST_PARTY,
    NIST_OFFICE,
    NIST_PERSON,
};

struct nist_unit_type; /* nist_units.c */

struct nist_list {
    struct nist_thing **items;
    uint32_t count, room;
};

/* What comes first in everything that has an ObjectId. */
struct nist_named {
    struct slice id, type;
    struct slice stable, fips, division; /* of its ExternalIdentifiers */
    int rank;                            /* of `stable`: how sure it is to stay */
};

/* What an ObjectId names. */
struct nist_thing {
    struct nist_named named;
    struct nist_thing *after; /* what was referred to next, the last time */
    /* of the selection being read: its rows */
    uint32_t selection, first_row;
    /* of the contest being written: nist_units.c */
    const struct nist_unit_type *is; /* NULL: of no known type */
    struct nist_thing *under;        /* the outermost unit with figures that holds it */
    struct nist_thing *in;           /* the unit of the batch that it adds up to; NULL: none */
    uint32_t contest, walk;
    uint32_t index;
    unsigned types, covered; /* masks of count types; of the levels of units that hold it */
    int as;                  /* enum results_unit_type, or -1: not in the batch */
    uint32_t placed;         /* the contest since which its unit of the batch is `index` */
    bool whole;              /* its figures are figures of the whole contest */
    enum nist_kind kind;
    bool differs; /* defined twice, and not alike */
    struct slice name, abbreviation, first, middle, last, suffix;
    /* a candidate, a person */
    struct nist_thing *party, *person;
    struct slice fate, before; /* PostElectionStatus, PreElectionStatus */
    bool incumbent;
    /* a reporting unit */
    struct slice unit_type, number;
    int64_t registered, ballots, reporting, total; /* -1 unknown */
    struct nist_list parts;                        /* ComposingGpUnitIds */
    uint32_t parents;            /* units that list it; of a candidate: contests */
    bool ambiguous, twins;       /* another unit is called the same; and in the same places */
    struct nist_thing *homes[2]; /* the county, the municipality it is in; `whole`: in several */
};

#define NIST_ALL_TYPES 0xffffu /* the mask of a count of type "total" */

struct nist_cell { /* one figure of a selection */
    struct nist_thing *unit;
    int64_t votes;
    unsigned types; /* what it was summed from */
};

struct nist_selection {
    struct nist_named named;
    struct slice text; /* of a ballot measure: "Yes" */
    struct nist_list candidates, parties, endorsers;
    bool write_in;
    struct nist_cell *cells;
    uint32_t cell_count;
    uint32_t index;                  /* in the batch */
    struct results_choice_in choice; /* what the batch says of it: nist_names.c */
    bool counts;                     /* it is a choice, no statistic */
    struct nist_selection *next;
};

struct nist_ballots { /* a SummaryCounts of version 1 */
    struct nist_thing *unit;
    struct slice type;
    int64_t cast; /* -1 unknown */
};

struct nist_election {
    struct slice name, date, type, other_type;
    struct nist_thing *scope;
    struct nist_election *next;
};

struct nist_contest {
    struct nist_named named;
    const struct nist_election *election;
    struct slice name, title, subtitle, variation;
    struct nist_thing *district, *retained;
    struct nist_list offices, parties;
    int64_t reporting, total, seats, places, votes_allowed; /* -1 unknown */
    struct nist_ballots ballots;
    bool rounds;            /* some count has a Round */
    unsigned with, without; /* masks: members that some counts have, and that some have not */
    struct slice why;       /* what makes it bad, or empty */
    struct nist_selection *selections; /* in order */
    uint32_t serial, selection_count;  /* serial: from 1 */
    struct slice text;                 /* what it is called in the batch: nist_names.c */
    bool keeps_id;                     /* ... and it takes the document's id to tell it apart */
    bool shared;                       /* another one is called the same */
    struct nist_contest *next;
};

struct nist_report {
    struct arena *arena;
    struct map *things;       /* by ObjectId */
    struct nist_thing *whole; /* the unit of counts without GpUnitId */
    struct slice generated, status, test;
    int64_t sequence_start, sequence_end; /* -1 unknown */
    struct nist_election *elections;      /* in order */
    long line;                            /* being read; 0: not known, or no longer */
    struct nist_contest *contests;        /* in order */
    uint32_t contest_count;
    bool counted;           /* there are votes */
    struct nist_list units; /* of the contest being written, but the whole */
    struct nist_plan {      /* what was decided for them */
        uint32_t contest;   /* serial number; 0: nothing that may be decided alike */
        const struct nist_thing *district;
        bool to_sum; /* some choice has no figure of the whole */
    } plan;
    uint32_t walks; /* how many times units were walked down from one */
    int64_t steps;  /* ... and how far in all */
};

/* ---- nist_bad.c ---- */

/* What makes the contest bad, for people; the place is put before it, and the first reason stays.
 */
void nist_bad(struct nist_report *report, struct nist_contest *c, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- nist_counts.c: the rows of one selection ---- */

struct nist_row { /* a VoteCounts */
    struct nist_thing *unit;
    uint64_t other, device; /* fingerprints of OtherType and DeviceClass; 0: none */
    int64_t votes;          /* VOTES_UNKNOWN: suppressed */
    uint32_t next;          /* of the same unit, plus 1 */
    int type;               /* of nist_count_type */
};

struct nist_rows {
    struct nist_row *list;
    uint32_t count, room;
    uint32_t selection; /* serial number of the selection they are of, from 1 */
};

/* The number of a CountItemType, or -1. */
int nist_count_type(struct slice name);
#define NIST_TYPE_TOTAL 0
#define NIST_TYPE_SEATS 1 /* no votes */

/* Another row, to be filled; then it is kept, or the next takes its place. NULL: no memory. */
bool nist_rows_more(struct nist_rows *rows, struct arena *a) MUST_USE;
static inline struct nist_row *nist_rows_new(struct nist_rows *rows, struct arena *a)
{
    if (rows->count == rows->room && !nist_rows_more(rows, a))
        return NULL;
    rows->list[rows->count] = (struct nist_row){.votes = VOTES_UNKNOWN};
    return &rows->list[rows->count];
}
/* Why it contradicts an earlier one; NULL: it does not. */
const char *nist_rows_keep(struct nist_rows *rows) MUST_USE;

/* One cell a unit into the selection. Sets *why, and *unit, where it cannot be told what was
 * counted. False: no memory. */
bool nist_rows_sum(struct nist_rows *rows, struct arena *a, struct nist_selection *s,
                   const char **why, struct nist_thing **unit) MUST_USE;

/* ---- nist_emit.c: the report into the builder ---- */

bool nist_emit(struct job *j, struct nist_report *report, struct fault *f) MUST_USE;

/* ---- nist_names.c: what things are called ---- */

/* Once, when all is read. Give every contest a text of its own, and count the contests of each
 * candidate; mark the units that share a name, and count what each is a part of. False: no memory.
 */
bool nist_names_contests(struct nist_report *report) MUST_USE;
bool nist_names_units(struct nist_report *report) MUST_USE;

struct slice nist_names_state(struct arena *a, const struct nist_thing *unit); /* "CA", or empty */
struct slice nist_names_party(const struct nist_thing *party);                 /* NULL: empty */

#define NIST_WRITE_IN "Write-in" /* a line that names nobody */

/* Whether some candidate of the contest has a PostElectionStatus that says who won or lost. */
bool nist_names_marks(const struct nist_contest *c);

/* What the batch says of one selection. Makes the contest bad where it has no name. False: no
 * memory. */
bool nist_names_choice(struct nist_report *report, struct nist_contest *c,
                       struct nist_selection *s) MUST_USE;
/* ... and of one unit that is no total. */
struct results_unit_in nist_names_unit(const struct nist_thing *unit);

/* ---- nist_units.c: which units add up ---- */

/* Once, when all is read: what counties and municipalities units are in. False: *f. */
bool nist_units_settle(struct nist_report *report, struct fault *f) MUST_USE;

/* Decide for each unit of the contest's cells whether it is the whole (unit->whole), else as what
 * it goes into the batch (unit->as), so that the units of the coarsest type there lie side by side
 * and leave nothing out. Makes the contest bad where a total must be summed from units and that
 * cannot be told. *again: all is as it was in the contest
 * before, by the same units in the same order. False: *f. */
bool nist_units_plan(struct nist_report *report, struct nist_contest *c, bool *again,
                     struct fault *f) MUST_USE;

#endif
