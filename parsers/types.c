/* SPDX-License-Identifier: ISC */
/* Cells whose votes come in parts. */
#include "parsers/types.h"

#include "parsers/pool.h"
#include "parsers/rowing.h"

#define LIST_MAX (UINT32_C(1) << 28)

struct cell {
    uint32_t contest, where, choice;
    int64_t sum, total; /* VOTES_ABSENT: no row of the kind yet */
};

struct types {
    struct job *job;
    struct memo cells, parts;
    struct cell *cell; /* by the number of `cells` */
    int64_t *part;     /* by the number of `parts`: a cell and a type */
    uint32_t cell_room, part_room;
};

struct types *types_new(struct job *j)
{
    struct types *t = arena_alloc(j->arena, sizeof *t);
    if (!t)
        return NULL;
    t->job = j;
    memo_init(&t->cells, j->arena, 0);
    memo_init(&t->parts, j->arena, 0);
    return t;
}

static bool find_cell(struct types *t, struct rows *r, const struct entry *e, uint32_t *number)
{
    const uint32_t numbers[] = {r->at->contest, rowing_place(r, r->at->contest, e->where),
                                e->choice};
    const struct slice key = {(const char *)numbers, sizeof numbers};
    uint32_t before = t->cells.count;
    if (!memo_find(&t->cells, &key, 1, number) ||
        !pool_grow(t->job->arena, &t->cell, &t->cell_room, (uint64_t)*number + 1, sizeof *t->cell,
                   LIST_MAX))
        return rowing_full(r);
    if (t->cells.count != before)
        t->cell[*number] =
            (struct cell){numbers[0], numbers[1], numbers[2], VOTES_ABSENT, VOTES_ABSENT};
    return true;
}

static void add_part(struct results_builder *b, int64_t *sum, int64_t votes)
{
    if (*sum == VOTES_ABSENT)
        *sum = votes;
    else if (*sum == VOTES_UNKNOWN || votes == VOTES_UNKNOWN)
        *sum = VOTES_UNKNOWN;
    else if (*sum + votes > RESULTS_VOTES_MAX) /* both are below 2^53 */
        results_contest_bad(b, "the votes of all types overflow");
    else
        *sum += votes;
}

bool types_add(struct types *t, struct rows *r, struct entry e, uint32_t type, bool total)
{
    uint32_t cell, number;
    int64_t votes = e.votes;
    if (!find_cell(t, r, &e, &cell))
        return false;
    results_contest_at(t->job->builder, r->at->contest);
    const uint32_t pair[] = {cell, type};
    const struct slice key = {(const char *)pair, sizeof pair};
    uint32_t before = t->parts.count;
    if (!memo_find(&t->parts, &key, 1, &number) ||
        !pool_grow(t->job->arena, &t->part, &t->part_room, (uint64_t)number + 1, sizeof *t->part,
                   LIST_MAX))
        return rowing_full(r);
    if (t->parts.count == before) {
        if (t->part[number] != votes)
            results_contest_bad(t->job->builder,
                                "one choice, unit and vote type has two values, %" PRId64
                                " and %" PRId64,
                                t->part[number], votes);
        return true;
    }
    t->part[number] = votes;
    if (total)
        t->cell[cell].total = votes;
    else
        add_part(t->job->builder, &t->cell[cell].sum, votes);
    return true;
}

bool types_finish(struct types *t, struct rows *r)
{
    for (uint32_t i = 0; i < t->cells.count; i++) {
        const struct cell *c = &t->cell[i];
        const struct entry e = {c->where, c->choice,
                                .votes = c->total == VOTES_ABSENT ? c->sum : c->total};
        if (c->total >= 0 && c->sum > c->total) {
            results_contest_at(t->job->builder, c->contest);
            results_contest_bad(t->job->builder,
                                "the votes by type are %" PRId64 ", their total %" PRId64, c->sum,
                                c->total);
        }
        if (!rowing_enter(r, c->contest, e))
            return false;
    }
    return true;
}
