/* SPDX-License-Identifier: ISC */
/* Rows under way: shared by rows_take.c, which takes each row, and rows_said.c, which works out
 * what its texts say. */
#ifndef TALLYD_PARSERS_ROWING_H
#define TALLYD_PARSERS_ROWING_H

#include <inttypes.h>

#include "parsers/building.h"
#include "parsers/memo.h"
#include "parsers/names.h"
#include "parsers/rows.h"

#define ROWING_LIST_MAX (UINT32_C(1) << 28)
#define ROWING_FIELDS_MAX 256 /* of one group */
#define ROWING_BIT(role) (UINT64_C(1) << (role))

/* Adjacent fields that are compared as one. */
struct run {
    int32_t from, to;
};

/* Roles that are worked out together, and the fields they come from; or fields alone. */
struct group {
    uint64_t roles,
        mapped;     /* that are columns, or cut out of one that is; those that are columns */
    uint64_t fills; /* those, and what else is cut out of them */
    struct run *runs;
    struct slice *parts; /* the bytes of each run in the row at hand */
    uint32_t run_count;
    struct memo memo; /* keeps what was worked out */
};

/* What the columns of a contest say, whoever stands in it and wherever. */
struct title {
    struct results_contest record; /* of no county but the source's */
    struct results_text of_party;  /* its text where it is one party's; empty: it is nobody's */
    bool named, per_county, all_parties;
    bool dropped;             /* by a filter; then nothing else is said */
    uint32_t county, contest; /* where it was met last, and the builder's contest there; county
                                 ARRAYS_NONE: nowhere */
};

/* What a row is about. */
struct who {
    enum {
        WHO_DROPPED,  /* a filter says so */
        WHO_NOTHING,  /* a statistic nobody wants */
        WHO_FIGURE,   /* a statistic that is a figure of the unit */
        WHO_NAMELESS, /* nobody: a placeholder, as long as it has no votes */
        WHO_NOWHERE,  /* the same, of no contest */
        WHO_CHOICE,
        WHO_QUESTION /* yes and no in one row */
    } kind;
    enum role figure;
    uint32_t contest, choice, no; /* the builder's; choice: yes, for a question */
};

/* What the columns of a choice say, in whatever contest it stands. */
struct candidate {
    struct results_choice record;
    struct slice mark; /* a winner's that is none we know; ptr NULL: there is no such */
    struct who who;    /* where he was met last; contest ARRAYS_NONE: nowhere, or he is no choice */
    bool blank;        /* its name is */
    bool answer;       /* it is one side of a question */
    bool republican;   /* of a person */
    uint32_t person;   /* the survey's, plus 1; 0: of no major party, or no one's name */
};

/* A title and a candidate that one row has. */
struct pair {
    struct memo_key *title, *candidate;
};

/* Where a row is from. */
struct spot {
    uint32_t place;
    uint32_t county; /* of the place, or of the row where the place is none; a place, too */
};

/* What columns of figures say; -1: nothing. */
struct figures {
    int64_t reporting, total, registered, ballots;
    bool odd; /* one is no number */
};

struct place { /* a reporting unit, in whatever contest */
    enum results_unit_type type;
    uint32_t parent; /* number of the place it is in; 0: none */
    struct slice id, name;
    struct results_text id_text, name_text; /* in the pool, once a unit was told of it */
};

/* Votes as rows give them, written down contest by contest: rows go from one to another, so that
 * each cell by itself would be far from the last one; or figures of the unit. */
#define ROWING_FIGURES UINT32_MAX
struct entry {
    uint32_t where;  /* a place */
    uint32_t choice; /* the builder's; ROWING_FIGURES: it is no vote */
    union {
        int64_t votes;
        const struct figures *figures;
    };
};
struct account { /* of a contest */
    struct page *first, *last;
    struct entry *next, *end; /* of the last page */
    uint32_t choices;         /* how many are in rows */
    bool per_county;
};

struct types;
struct survey;

struct rows {
    struct job *job;
    const struct mapping *m;
    struct rows_how how;
    struct pool *pool;                             /* the builder's */
    struct slice state, county;                    /* of the source */
    bool has_figures, has_questions, filters_rows; /* by more than what is of a title */
    struct group titles, candidates, pairs, spots, figures, questions; /* each keeps its like */
    struct group drops, asks,
        sums;                   /* bools: filters; is it a question, a vote type that is a sum? */
    const struct figures *told; /* the ledger last; of which contest's unit */
    uint32_t told_contest, told_where;
    bool odd;          /* a figure of the row at hand is no number */
    struct who nobody; /* what the row at hand is about, where that is no choice */
    struct place *places;
    struct memo place_memo;
    struct ledger *ledger;
    struct arrays arrays;
    struct account *accounts; /* by the builder's number of the contest */
    uint32_t account_count, account_room;
    uint32_t place_count, place_room;
    struct survey *survey;              /* NULL: none is made */
    bool per_party;                     /* a contest is each party's */
    struct types *types;                /* NULL: votes have no types */
    uint64_t kept, pairs_found, number; /* number: of the row at hand */
    const struct who *at;               /* what the row at hand is about */
    const struct slice *fields;
    size_t n, least; /* least: where all groups' fields are there; SIZE_MAX: not to be said */
    struct column_scratch scratch;
    struct slice text[ROLES]; /* of the row at hand, as far as worked out */
    uint64_t filled;          /* texts that are not empty, perhaps */
    struct fault *fault;
};

/* Fill *r->fault: memory is out, at this row; always false. */
static inline bool rowing_full(struct rows *r)
{
    return fault_set(r->fault, WIRE_LIMIT, "%s %" PRIu64 ": out of memory", r->how.place,
                     r->number);
}

/* The texts of a group's roles in the row at hand, into r->text. */
bool rowing_texts(struct rows *r, const struct group *g) MUST_USE;

/* Work out what the row at hand says: of a contest, of a choice, of a reporting unit with the facts
 * it has of the payload. All outputs are zeroed. */
bool rowing_title(struct rows *r, struct title *t) MUST_USE;
bool rowing_candidate(struct rows *r, struct candidate *c) MUST_USE;
bool rowing_spot(struct rows *r, struct spot *s) MUST_USE;

/* Set r->at to who this candidate of a title is in a county, a place; 0: none, or it does not
 * matter. And the question that a row is by itself. */
bool rowing_who(struct rows *r, struct title *t, struct candidate *c, uint32_t county) MUST_USE;
bool rowing_question(struct rows *r, uint32_t county, struct who *w) MUST_USE;

/* What a row is, by columns of its own: no row that counts, a question, a sum of vote types. */
bool rowing_drops(struct rows *r, bool *drop) MUST_USE;
bool rowing_asks(struct rows *r, bool *question) MUST_USE;
bool rowing_sums(struct rows *r, bool *sum) MUST_USE;

/* Who stands where, of a file that does not say whether it is a primary's: a person by the texts of
 * the row at hand, and in the builder's contest of that number. And more of one party than can win
 * stand in this race, as far as somebody looked. */
struct survey *rowing_survey(const struct rows *r); /* NULL when memory is out */
bool rowing_survey_person(struct rows *r, struct candidate *c) MUST_USE;
bool rowing_survey_enter(struct rows *r, const struct candidate *c, uint32_t contest,
                         const struct results_contest *race) MUST_USE;
bool rowing_survey_count(struct rows *r) MUST_USE; /* at the end */
bool rowing_survey_many(const struct rows *r, const struct results_contest *race);

/* What the builder is told of a place, its figures unknown and its parent not said. */
struct results_unit_in rowing_unit_in(const struct rows *r, uint32_t where);

/* Put the texts of a place into the pool. */
bool rowing_pool_place(struct rows *r, uint32_t where) MUST_USE;

/* The place whose unit it is in this contest: its total where the county is the contest's. */
static inline uint32_t rowing_place(const struct rows *r, uint32_t contest, uint32_t where)
{
    bool own = r->accounts[contest].per_county && r->places[where].type == RESULTS_COUNTY;
    return own ? 0 : where;
}

/* Write down an entry, the contest's own it is told at once; and give all that were to the builder,
 * contest by contest. */
bool rowing_enter_own(struct rows *r, uint32_t contest, const struct entry *e) MUST_USE;
struct ledger *rowing_ledger(const struct rows *r); /* NULL when memory is out */
bool rowing_enter_first(struct rows *r, uint32_t contest, struct entry e) MUST_USE;
MUST_USE static inline bool rowing_enter(struct rows *r, uint32_t contest, struct entry e)
{
    struct account *a = &r->accounts[contest];
    if (rowing_place(r, contest, e.where) == 0)
        return rowing_enter_own(r, contest, &e);
    if (a->next == a->end)
        return rowing_enter_first(r, contest, e);
    *a->next++ = e;
    return true;
}
bool rowing_post(struct rows *r) MUST_USE;

#endif
