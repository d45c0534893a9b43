/* SPDX-License-Identifier: ISC */
/* Votes from rows to cells, a contest at a time. */
#include <string.h>

#include "parsers/field.h"
#include "parsers/rowing.h"

#define ENTRIES 262144 /* before they are posted; each takes 32 bytes */

struct seat {      /* of a place in the contest at hand */
    uint64_t turn; /* the contest's; another: the place has no unit here yet */
    uint32_t unit;
};

struct ledger {
    struct entry *entries, *sorted;
    uint32_t count, room, sorted_room;
    uint32_t *ends; /* of each contest's entries in `sorted` */
    struct seat *seats;
    uint32_t end_room, seat_room;
    uint64_t turn;
};

struct ledger *rowing_ledger(struct arena *a)
{
    return arena_alloc(a, sizeof(struct ledger));
}

bool rowing_enter(struct rows *r, struct entry e)
{
    struct ledger *l = r->ledger;
    if (l->count == ENTRIES && !rowing_post(r))
        return false;
    if (l->count == l->room &&
        !arrays_grow(&r->arrays, &l->entries, &l->room, l->count + 1, sizeof e, ENTRIES))
        return rowing_full(r);
    l->entries[l->count++] = e;
    return true;
}

static uint32_t contest_of(const struct rows *r, const struct entry *e)
{
    return r->who[e->what / 2].contest;
}

/* Put the entries in the order of their contests, each contest's in their own; *contests: beyond
 * the last of them. */
static bool sort(struct rows *r, uint32_t *contests)
{
    struct ledger *l = r->ledger;
    uint32_t most = 0;
    for (uint32_t i = 0; i < l->count; i++)
        most = contest_of(r, &l->entries[i]) > most ? contest_of(r, &l->entries[i]) : most;
    if (!arrays_grow(&r->arrays, &l->ends, &l->end_room, (uint64_t)most + 2, sizeof *l->ends,
                     ROWING_LIST_MAX) ||
        !arrays_grow(&r->arrays, &l->seats, &l->seat_room, (uint64_t)r->place_count + 1,
                     sizeof *l->seats, ROWING_LIST_MAX) ||
        !arrays_grow(&r->arrays, &l->sorted, &l->sorted_room, l->count, sizeof *l->sorted, ENTRIES))
        return rowing_full(r);
    memset(l->ends, 0, (most + 2) * sizeof *l->ends);
    for (uint32_t i = 0; i < l->count; i++)
        l->ends[contest_of(r, &l->entries[i]) + 1]++;
    for (uint32_t c = 0; c <= most; c++)
        l->ends[c + 1] += l->ends[c];
    for (uint32_t i = 0; i < l->count; i++) /* the start of each moves to its end */
        l->sorted[l->ends[contest_of(r, &l->entries[i])]++] = l->entries[i];
    *contests = most + 1;
    return true;
}

/* The builder's unit for a place in its current contest. */
static bool find_unit(struct rows *r, const struct who *w, uint32_t where, uint32_t *unit)
{
    struct ledger *l = r->ledger;
    where = rowing_place(r, w, where);
    *unit = where ? l->seats[where].unit : 0;
    if (where == 0 || l->seats[where].turn == l->turn)
        return true;
    struct results_unit_in in = rowing_unit_in(r, where);
    if (!find_unit(r, w, r->places[where].parent, &in.parent))
        return false;
    if (!results_unit(r->job->builder, &in, unit, &r->fault->err))
        return field_limit(r->fault);
    l->seats[where] = (struct seat){l->turn, *unit};
    return true;
}

static bool post_entry(struct rows *r, const struct entry *e)
{
    const struct who *w = &r->who[e->what / 2];
    uint32_t unit;
    return find_unit(r, w, e->where, &unit) &&
           (results_votes_once(r->job->builder, unit, e->what & 1 ? w->no : w->choice, e->votes,
                               &r->fault->err) ||
            field_limit(r->fault));
}

bool rowing_post(struct rows *r)
{
    struct ledger *l = r->ledger;
    uint32_t contests = 0, at = 0;
    if (!l->count)
        return true;
    if (!sort(r, &contests))
        return false;
    for (uint32_t c = 0; c < contests; c++) {
        if (at == l->ends[c])
            continue;
        l->turn++;
        results_contest_at(r->job->builder, c);
        for (; at < l->ends[c]; at++) {
            if (!post_entry(r, &l->sorted[at]))
                return false;
        }
    }
    l->count = 0;
    return true;
}
