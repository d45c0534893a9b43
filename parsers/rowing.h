/* SPDX-License-Identifier: ISC */
/* Rows under way: shared by rows_take.c, which takes each row, and rows_said.c, which works out
 * what its texts say. */
#ifndef TALLYD_PARSERS_ROWING_H
#define TALLYD_PARSERS_ROWING_H

#include "parsers/memo.h"
#include "parsers/names.h"
#include "parsers/rows.h"
#include "parsers/types.h"

#define ROWING_LIST_MAX (UINT32_C(1) << 28)
#define ROWING_FIELDS_MAX 256 /* of one group */
#define ROWING_BIT(role) (UINT64_C(1) << (role))

/* Adjacent fields that are compared as one. */
struct run {
    int32_t from, to;
};

/* Roles that are worked out together, and the fields they come from. */
struct group {
    uint64_t roles;
    struct run *runs;
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
        WHO_CHOICE,
        WHO_QUESTION /* yes and no in one row */
    } kind;
    enum role figure;
    bool per_county;
    uint32_t contest, choice, no; /* the builder's; choice: yes, for a question */
};

struct place { /* a reporting unit, in whatever contest */
    enum results_unit_type type;
    struct slice id, name;
    uint32_t parent; /* number of the place it is in; 0: none */
};

struct rows {
    struct job *job;
    const struct mapping *m;
    struct rows_how how;
    bool has_figures;
    struct group whos, wheres, facts, kinds;
    struct who *who; /* by the number of whos.memo */
    uint32_t *where; /* by the number of wheres.memo: a place */
    bool *is_total;  /* by the number of kinds.memo: a vote type that is the sum of others */
    struct place *places;
    uint32_t *unit; /* by the number of units: the builder's unit */
    struct memo place_memo, unit_memo;
    uint32_t who_room, where_room, place_room, unit_room, total_room, contest;
    struct types *types;   /* NULL: votes have no types */
    uint64_t kept, number; /* number: of the row at hand */
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

/* Work out the row at hand: what it is about, in *w, which is zeroed; and where, in *where, the
 * number of a place. */
bool rowing_who(struct rows *r, struct who *w) MUST_USE;
bool rowing_where(struct rows *r, uint32_t *where) MUST_USE;

/* The builder's unit for a place in the contest of w, which is its current one; 0: its total. */
bool rowing_unit(struct rows *r, const struct who *w, uint32_t where, uint32_t *unit) MUST_USE;

/* What the builder is told of such a unit, its figures unknown. */
bool rowing_unit_in(struct rows *r, const struct who *w, uint32_t where,
                    struct results_unit_in *in) MUST_USE;

#endif
