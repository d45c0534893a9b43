/* SPDX-License-Identifier: ISC */
/* A batch under construction: shared by results_build.c and results_votes.c, which fill it, and
 * results_finish.c, which lays it out. */
#ifndef TALLYD_PARSERS_BUILDING_H
#define TALLYD_PARSERS_BUILDING_H

#include "parsers/pool.h"

#define BUILDING_NOBODY ARRAYS_NONE
#define BUILDING_CHOICES_MAX 20000 /* of one contest */

struct row { /* one unit's votes as the feed states them; choices beyond `room` are absent */
    int64_t *votes;
    uint32_t room;
    uint32_t parent : 31; /* the unit it counts into; 0: the total */
    uint32_t whole : 1;
};

struct sum {        /* what is summed for one unit */
    int64_t *votes; /* one a choice; NULL: there was nothing to sum */
    enum results_unit_type of;
};

struct building { /* a contest under way; what is looked at again and again lies together, first */
    bool parents; /* a unit counts into another one */
    bool part;    /* a county's: results_parts.c says what becomes of it */
    bool gone;    /* into another contest */
    bool bad;
    bool settled;   /* building_settle has seen it */
    bool given;     /* it was in a piece */
    bool sound;     /* one of the builder's first `sound` */
    uint32_t first; /* the contest with this one's key that came before, or NOBODY */
    uint32_t choice_count, unit_count, sum_count;
    struct results_choice *choices;
    struct results_unit *units;
    struct row *rows; /* as many as units */
    struct sum *sums; /* of the first `sum_count` units; made by building_sum */
    struct results_contest record;
    uint32_t choice_room, unit_room, row_room;
    uint32_t choice, unit; /* the last one spoken of */
    uint32_t units_alike;  /* the first so many are those of the contest before, at their places */
    struct index choice_index, unit_index; /* the total is not in it */
    struct results_text why;
    struct results_text part_id, part_name; /* of the county that it is a part in */
};

struct building_sizes {
    uint64_t contests, choices, units, cells, problems, pool;
};

struct results_builder {
    struct arena *arena;
    void *(*batch_room)(size_t bytes, void *ctx); /* NULL: in the arena */
    void *batch_room_ctx;
    bool (*piece)(struct slice piece, void *ctx); /* NULL: it goes as a whole */
    void *piece_ctx;
    uint32_t pieces, ended; /* the first so many contests were told in full */
    uint32_t sound;         /* the first so many are in the batch: nothing is left to do for them */
    uint32_t looked;        /* so many were handed on, or are none that can be */
    struct building_sizes given, ready; /* in pieces; of contests that end the next one */
    struct arrays arrays;
    struct results_facts facts;
    struct building **contests;
    uint32_t count, room, current;
    uint32_t parts, repeats; /* contests that came as parts; that came before */
    uint32_t problems;       /* of those that are no `sound` ones; known when all are settled */
    struct index index;      /* of the contests, the first of each key */
    struct pool pool;
    bool drop_precincts, sum_progress, check_totals, whole, nested;
};

/* The contest at hand; NULL, and *e says so, where none was begun. */
static inline struct building *building_current(const struct results_builder *b, struct err *e)
{
    if (b->current != BUILDING_NOBODY)
        return b->contests[b->current];
    err_set(e, ERR_BUG, "the driver fills a contest before it began one");
    return NULL;
}

/* The votes of a cell as the feed states them; VOTES_ABSENT where it does not. */
static inline int64_t building_stated(const struct building *k, uint32_t unit, uint32_t choice)
{
    return choice < k->rows[unit].room ? k->rows[unit].votes[choice] : VOTES_ABSENT;
}

/* Those, else what was summed. */
static inline int64_t building_votes(const struct building *k, uint32_t unit, uint32_t choice)
{
    int64_t stated = building_stated(k, unit, choice);
    if (stated != VOTES_ABSENT || unit >= k->sum_count || !k->sums[unit].votes)
        return stated;
    return k->sums[unit].votes[choice];
}

/* What a driver says of a contest as a record, its texts in the pool. False when memory is out. */
bool building_record(struct results_builder *b, const struct results_contest_in *in,
                     struct results_contest *out) MUST_USE;

/* As results_contest_open, results_choice and results_unit, of records: for who says the same again
 * and again. */
struct building_part { /* what it is a part in; as results_contest_in has it */
    struct results_text id, name;
    bool whole;
};
bool building_open(struct results_builder *b, const struct results_contest *said,
                   const struct building_part *part, struct err *e) MUST_USE;
bool building_begin(struct results_builder *b, const struct results_contest *said,
                    struct err *e) MUST_USE; /* results_contest_begin */
bool building_choice(struct results_builder *b, const struct results_choice *said, uint32_t *index,
                     struct err *e) MUST_USE;
struct results_unit building_unit_record(const struct results_unit_in *in); /* without its texts */
bool building_unit(struct results_builder *b, const struct results_unit *said, uint32_t parent,
                   bool whole, uint32_t *index, struct err *e) MUST_USE;
/* The figures of a unit that is there, where they were not known. */
void building_unit_more(struct results_builder *b, uint32_t unit, const struct results_unit_in *in);

/* Sum what is not stated; a sum that overflows makes the contest bad. False when memory is out. */
bool building_sum(struct results_builder *b, struct building *k) MUST_USE;

/* Mark the contest if its two choices are the sides of a question; called once, before parts are
 * joined: answers are nobody. */
void building_tell_question(const struct results_builder *b, struct building *k);

/* All that may make it bad or needs text, before it is laid out; once. False: no memory for it. */
bool building_settle(struct results_builder *b, struct building *k) MUST_USE;

/* Is it in the batch? If not it is a problem, or nothing. */
static inline bool building_kept(const struct building *k)
{
    return !k->bad && !k->gone && k->first == BUILDING_NOBODY && k->choice_count;
}

/* Lay out the contests from `from` on, to before `to`, that are in the batch, behind what was
 * given, in a room of their own; and the problems where `head` has the facts: that is the last
 * piece, or a whole. */
bool building_lay(struct results_builder *b, uint32_t from, uint32_t to,
                  const struct results_header *head, struct slice *out, struct err *e) MUST_USE;

/* Contests of counties that are parts of one race become one contest; called once, before anything
 * is judged. */
bool building_join_parts(struct results_builder *b, struct err *e) MUST_USE;

/* The contest becomes a problem; the first reason stays. */
void building_bad(struct results_builder *b, struct building *k, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* "choice 3 Jane Doe, unit Fulton" for a problem's text. */
struct building_place {
    char text[300];
};
struct building_place building_place(const struct results_builder *b, const struct building *k,
                                     uint32_t unit, uint32_t choice);

int64_t building_time(int64_t t);  /* WHEN_UNKNOWN outside the years 1 to 9999 */
bool building_full(struct err *e); /* "more than memory allows", ERR_DENIED; always false */

#endif
