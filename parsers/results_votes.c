/* SPDX-License-Identifier: ISC */
/* Votes into the cells of contests under way. */
#include <stdarg.h>
#include <stdio.h>

#include "parsers/building.h"

static bool row_grow(struct results_builder *b, struct row *row, uint32_t need)
{
    uint32_t had = row->room;
    if (!arrays_grow(&b->arrays, &row->votes, &row->room, need, sizeof *row->votes,
                     BUILDING_CHOICES_MAX))
        return false;
    for (uint32_t i = had; i < row->room; i++)
        row->votes[i] = VOTES_ABSENT;
    return true;
}

/* Units before choices: the rows from here on that have no room get it together, in blocks as
 * arrays have them. */
static bool rows_new(struct results_builder *b, struct building *k, uint32_t unit)
{
    uint32_t end = unit, room = 4;
    while (room < k->choice_count)
        room *= 2;
    while (end < k->unit_count && !k->rows[end].room)
        end++;
    size_t cells = (size_t)(end - unit) * room;
    int64_t *votes = arena_room(b->arena, cells * sizeof *votes);
    if (!votes)
        return false;
    for (size_t i = 0; i < cells; i++)
        votes[i] = VOTES_ABSENT;
    for (; unit < end; unit++, votes += room) {
        k->rows[unit].votes = votes;
        k->rows[unit].room = room;
    }
    return true;
}

__attribute__((noinline)) static int64_t *cell_new(struct results_builder *b, struct building *k,
                                                   uint32_t unit, uint32_t choice, struct err *e)
{
    if (unit >= k->unit_count || choice >= k->choice_count) {
        err_set(e, ERR_BUG, "the driver gives votes to a choice or unit that is not there");
        return NULL;
    }
    struct row *row = &k->rows[unit];
    bool several = unit + 1 < k->unit_count && !row->room && !row[1].room;
    if (several ? !rows_new(b, k, unit) : !row_grow(b, row, choice + 1)) {
        building_full(e);
        return NULL;
    }
    return &row->votes[choice];
}

static inline int64_t *cell_at(struct results_builder *b, struct building *k, uint32_t unit,
                               uint32_t choice, struct err *e)
{
    if (unit < k->unit_count && choice < k->rows[unit].room && choice < k->choice_count)
        return &k->rows[unit].votes[choice];
    return cell_new(b, k, unit, choice, e);
}

static struct results_text unit_label(const struct results_unit *u)
{
    return u->name.len ? u->name : u->id;
}

struct building_place building_place(const struct results_builder *b, const struct building *k,
                                     uint32_t unit, uint32_t choice)
{
    struct building_place p;
    const struct results_choice *c = &k->choices[choice];
    const struct results_unit *u = &k->units[unit];
    struct slice id = slice_sub(pool_text(&b->pool, c->id), 0, 40);
    struct slice name = slice_sub(pool_text(&b->pool, c->name), 0, 60);
    const struct results_unit *parent = &k->units[k->rows[unit].parent];
    struct slice where = slice_sub(pool_text(&b->pool, unit_label(u)), 0, 60);
    struct slice in = slice_sub(pool_text(&b->pool, unit_label(parent)), 0, 60);
    snprintf(p.text, sizeof p.text, "choice %.*s%s%.*s%s%.*s%s%.*s", SLICE_FMT(id),
             id.len && name.len ? " " : "", SLICE_FMT(name), unit ? ", unit " : ", total",
             SLICE_FMT(in), in.len ? " / " : "", SLICE_FMT(where));
    return p;
}

/* What is wrong with a cell, kept out of the way of what fills cells; always true: it is the
 * contest's trouble, not the payload's. */
__attribute__((noinline, cold, format(printf, 5, 6))) static bool
cell_bad(struct results_builder *b, struct building *k, uint32_t unit, uint32_t choice,
         const char *fmt, ...)
{
    struct building_place place = building_place(b, k, unit, choice);
    char what[240];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    building_bad(b, k, "%s: %s", place.text, what);
    return true;
}

static bool is_count(int64_t votes)
{
    return votes >= VOTES_UNKNOWN && votes <= RESULTS_VOTES_MAX;
}

/* What is no count, or is told of a cell that has votes. Once: it is said again at most, never
 * added to. */
__attribute__((noinline)) static bool put_more(struct results_builder *b, struct building *k,
                                               uint32_t unit, uint32_t choice, int64_t votes,
                                               bool once)
{
    int64_t *cell = &k->rows[unit].votes[choice];
    if (!is_count(votes))
        return cell_bad(b, k, unit, choice, "%lld is no count of votes", (long long)votes);
    if (once)
        return *cell == votes ||
               cell_bad(b, k, unit, choice,
                        "two different values, %lld and %lld; where rows are of precincts or of "
                        "vote types, column.precinct or column.type is missing",
                        (long long)*cell, (long long)votes);
    if (*cell == VOTES_UNKNOWN || votes == VOTES_UNKNOWN)
        *cell = VOTES_UNKNOWN;
    else if (*cell + votes > RESULTS_VOTES_MAX) /* both are below 2^53 */
        return cell_bad(b, k, unit, choice, "the votes overflow");
    else
        *cell += votes;
    return true;
}

static inline bool put(struct results_builder *b, uint32_t unit, uint32_t choice, int64_t votes,
                       bool once, struct err *e)
{
    struct building *k = building_current(b, e);
    int64_t *cell = k ? cell_at(b, k, unit, choice, e) : NULL;
    if (!cell)
        return false;
    if (*cell != VOTES_ABSENT || !is_count(votes))
        return put_more(b, k, unit, choice, votes, once);
    *cell = votes;
    return true;
}

bool results_votes(struct results_builder *b, uint32_t unit, uint32_t choice, int64_t votes,
                   struct err *e)
{
    return put(b, unit, choice, votes, false, e);
}

bool results_votes_once(struct results_builder *b, uint32_t unit, uint32_t choice, int64_t votes,
                        struct err *e)
{
    return put(b, unit, choice, votes, true, e);
}
