/* SPDX-License-Identifier: ISC */
/* Rows under way: shared by rows_take.c, which takes each row, and rows_said.c, which works out
 * what its texts say. */
#ifndef TALLYD_PARSERS_ROWING_H
#define TALLYD_PARSERS_ROWING_H

#include "parsers/arrays.h"
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

/* Roles that are worked out together, and the fields they come from. */
struct group {
    uint64_t roles,
        mapped; /* that are columns, or cut out of one that is; those that are columns */
    struct run *runs;
    struct slice *parts; /* the bytes of each run in the row at hand */
    uint32_t run_count;
    struct memo memo;
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

/* What the columns of a contest say, whoever stands in it: rows that are about somebody new are
 * mostly of a contest that is not. */
struct topic {
    enum {
        TOPIC_NEW,     /* nothing came of it yet */
        TOPIC_DROPPED, /* filters that look at nothing else say so */
        TOPIC_BEGUN
    } state;
    bool per_county, of_party, all_parties, ranked;
    uint32_t contest; /* the builder's */
};

struct place { /* a reporting unit, in whatever contest */
    enum results_unit_type type;
    uint32_t parent; /* number of the place it is in; 0: none */
    struct slice id, name;
};

/* Votes as rows give them, written down contest by contest: rows go from one to another, so that
 * each cell by itself would be far from the last one. */
struct entry {
    uint32_t where;  /* a place */
    uint32_t choice; /* the builder's */
    int64_t votes;
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
    struct slice state, county; /* of the source */
    bool has_figures;
    struct group whos, topics, choices, wheres, kinds;
    struct who *who;     /* by the number of whos.memo */
    struct topic *topic; /* by the number of topics.memo */
    bool topic_filters;  /* filters look at nothing else */
    uint32_t *where;     /* by the number of wheres.memo: a place */
    bool *is_total;      /* by the number of kinds.memo: a vote type that is the sum of others */
    struct place *places;
    struct memo place_memo;
    struct ledger *ledger;
    struct arrays arrays;
    struct account *accounts; /* by the builder's number of the contest */
    uint32_t account_count, account_room;
    uint32_t who_room, topic_room, where_room, place_count, place_room, total_room;
    struct survey *survey; /* NULL: none is made */
    bool per_party;        /* a contest is each party's */
    struct types *types;   /* NULL: votes have no types */
    uint64_t kept, number; /* number: of the row at hand */
    const struct who *at;  /* what the row at hand is about */
    const struct slice *fields;
    size_t n;
    struct column_scratch scratch;
    struct slice text[ROLES]; /* of the row at hand, as far as worked out */
    struct fault *fault;
};

/* Fill *r->fault: memory is out, at this row; always false. */
bool rowing_full(struct rows *r);

/* The texts of a group's roles in the row at hand, into r->text. */
bool rowing_texts(struct rows *r, const struct group *g) MUST_USE;

/* Work out the row at hand: what it is about, in *w, which is zeroed, and in the topic that its
 * contest's columns are; and where, in *where, the number of a place, with the facts it has of the
 * payload. */
bool rowing_who(struct rows *r, struct topic *t, struct who *w) MUST_USE;
bool rowing_where(struct rows *r, uint32_t *where) MUST_USE;

/* Who stands where, of a file that does not say whether it is a primary's: the row at hand, whose
 * texts are worked out, in the builder's contest of that number. And more of one party than can win
 * stand in this race, as far as somebody looked. */
struct survey *rowing_survey(const struct rows *r); /* NULL when memory is out */
bool rowing_survey_row(struct rows *r, uint32_t contest) MUST_USE;
bool rowing_survey_many(const struct rows *r, const struct results_contest_in *race);

/* What the builder is told of a place, its figures unknown and its parent not said. */
struct results_unit_in rowing_unit_in(const struct rows *r, uint32_t where);

/* The place whose unit it is in this contest: its total where the county is the contest's. */
uint32_t rowing_place(const struct rows *r, uint32_t contest, uint32_t where);

/* Write down votes; and give all that were to the builder, contest by contest. */
struct ledger *rowing_ledger(const struct rows *r); /* NULL when memory is out */
bool rowing_enter(struct rows *r, uint32_t contest, struct entry e) MUST_USE;
bool rowing_post(struct rows *r) MUST_USE;

#endif
