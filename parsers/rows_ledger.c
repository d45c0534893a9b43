/* SPDX-License-Identifier: ISC */
/* Votes from rows to cells, a contest at a time.
 *
 * Precincts that will not be in the batch are not made units of it: each is held against its own
 * second rows here, and the precincts of one county, or of the contest, are one unit that adds up.
 */
#include <inttypes.h>
#include <string.h>

#include "parsers/field.h"
#include "parsers/rowing.h"

#define CHUNK 4096                     /* entries memory is taken for at a time */
#define AHEAD 8                        /* entries of a contest lie far from each other */
#define KEPT_MAX (UINT32_C(1) << 20)   /* entries before they are posted */
#define MERGED_MAX (UINT32_C(1) << 26) /* where they are posted at the end; each takes 20 bytes */

struct seat {       /* of a place in the contest at hand */
    uint64_t turn;  /* the contest's; another: nothing of the place was seen in it */
    uint32_t unit;  /* the builder's; 0: it has none yet */
    uint32_t parts; /* the builder's, of all precincts in this place; 0: none yet */
    uint32_t cells; /* a precinct's own: which row of `cells` */
};

struct ledger {
    struct entry **chunks;
    uint32_t count, chunk_room;
    bool merging;     /* precincts are not kept, and nothing was posted before the end */
    uint32_t *sorted; /* numbers of entries */
    uint32_t *ends;   /* of each contest's in `sorted` */
    struct seat *seats;
    int64_t *cells; /* of the contest's precincts, a row of `width` each */
    uint32_t sorted_room, end_room, seat_room, cell_room, width, precincts;
    uint64_t turn;
};

struct ledger *rowing_ledger(const struct rows *r)
{
    struct ledger *l = arena_alloc(r->job->arena, sizeof *l);
    if (l)
        l->merging = !r->has_figures && !job_option_yes(r->job, "precincts");
    return l;
}

static inline struct entry *entry_at(const struct ledger *l, uint32_t number)
{
    return &l->chunks[number / CHUNK][number % CHUNK];
}

static bool room_for_one(struct rows *r)
{
    struct ledger *l = r->ledger;
    uint32_t chunk = l->count / CHUNK;
    if (l->count == (l->merging ? MERGED_MAX : KEPT_MAX)) {
        l->merging = false;
        return rowing_post(r);
    }
    if (!arrays_grow(&r->arrays, &l->chunks, &l->chunk_room, (uint64_t)chunk + 1, sizeof *l->chunks,
                     ROWING_LIST_MAX) ||
        (!l->chunks[chunk] &&
         !(l->chunks[chunk] = arena_array(r->job->arena, CHUNK, sizeof **l->chunks))))
        return rowing_full(r);
    return true;
}

bool rowing_enter(struct rows *r, struct entry e)
{
    struct ledger *l = r->ledger;
    if (l->count % CHUNK == 0 && !room_for_one(r))
        return false;
    *entry_at(l, l->count++) = e;
    return true;
}

static const struct who *who_of(const struct rows *r, const struct entry *e)
{
    return &r->who[e->what / 2];
}

static uint32_t choice_of(const struct rows *r, const struct entry *e)
{
    const struct who *w = who_of(r, e);
    return e->what & 1 ? w->no : w->choice;
}

/* ---- order ---- */

/* Put the entries in the order of their contests, each contest's in their own. */
static bool sort(struct rows *r)
{
    struct ledger *l = r->ledger;
    if (!arrays_grow(&r->arrays, &l->sorted, &l->sorted_room, l->count, sizeof *l->sorted,
                     ROWING_LIST_MAX) ||
        !arrays_grow(&r->arrays, &l->ends, &l->end_room, (uint64_t)r->contest_count + 1,
                     sizeof *l->ends, ROWING_LIST_MAX) ||
        !arrays_grow(&r->arrays, &l->seats, &l->seat_room, (uint64_t)r->place_count + 1,
                     sizeof *l->seats, ROWING_LIST_MAX))
        return rowing_full(r);
    memset(l->ends, 0, (r->contest_count + 1) * sizeof *l->ends);
    for (uint32_t i = 0; i < l->count; i++)
        l->ends[who_of(r, entry_at(l, i))->contest + 1]++;
    for (uint32_t c = 0; c < r->contest_count; c++)
        l->ends[c + 1] += l->ends[c];
    for (uint32_t i = 0; i < l->count; i++) /* the start of each moves to its end */
        l->sorted[l->ends[who_of(r, entry_at(l, i))->contest]++] = i;
    return true;
}

/* ---- units ---- */

/* The seat of a place in the contest at hand. */
static struct seat *seat_of(struct ledger *l, uint32_t where)
{
    struct seat *s = &l->seats[where];
    if (s->turn != l->turn)
        *s = (struct seat){.turn = l->turn, .cells = UINT32_MAX};
    return s;
}

static bool unit_add(struct rows *r, const struct results_unit_in *in, uint32_t *unit)
{
    return results_unit(r->job->builder, in, unit, &r->fault->err) || field_limit(r->fault);
}

/* The builder's unit for a place in its current contest. */
static bool find_unit(struct rows *r, const struct who *w, uint32_t where, uint32_t *unit)
{
    *unit = 0;
    where = rowing_place(r, w, where);
    if (where == 0)
        return true;
    struct seat *s = seat_of(r->ledger, where);
    if (!s->unit) {
        struct results_unit_in in = rowing_unit_in(r, where);
        if (!find_unit(r, w, r->places[where].parent, &in.parent) || !unit_add(r, &in, &s->unit))
            return false;
    }
    *unit = s->unit;
    return true;
}

/* The builder's unit for all precincts in a place. */
static bool find_parts(struct rows *r, const struct who *w, uint32_t where, uint32_t *unit)
{
    where = rowing_place(r, w, where);
    struct seat *s = seat_of(r->ledger, where);
    if (!s->parts) {
        struct results_unit_in in = RESULTS_UNIT_DEFAULT;
        in.type = RESULTS_PRECINCT;
        in.name = SLICE("precincts");
        if (!find_unit(r, w, where, &in.parent) || !unit_add(r, &in, &s->parts))
            return false;
    }
    *unit = s->parts;
    return true;
}

/* ---- posting ---- */

/* The cell of a precinct; NULL when memory is out. */
static int64_t *find_cell(struct rows *r, const struct entry *e)
{
    struct ledger *l = r->ledger;
    struct seat *s = seat_of(l, e->where);
    if (s->cells == UINT32_MAX) {
        uint64_t from = (uint64_t)l->precincts * l->width;
        if (!arrays_grow(&r->arrays, &l->cells, &l->cell_room, from + l->width, sizeof *l->cells,
                         ROWING_LIST_MAX))
            return NULL;
        for (uint32_t i = 0; i < l->width; i++)
            l->cells[from + i] = VOTES_ABSENT;
        s->cells = l->precincts++;
    }
    return &l->cells[(uint64_t)s->cells * l->width + choice_of(r, e)];
}

/* A precinct's votes: its only ones, or the same again. */
static bool post_part(struct rows *r, const struct entry *e)
{
    struct results_builder *b = r->job->builder;
    const struct place *p = &r->places[e->where];
    int64_t *cell = find_cell(r, e);
    uint32_t unit;
    if (!cell)
        return rowing_full(r);
    if (*cell == VOTES_ABSENT) {
        *cell = e->votes;
        return find_parts(r, who_of(r, e), p->parent, &unit) &&
               (results_votes(b, unit, choice_of(r, e), e->votes, &r->fault->err) ||
                field_limit(r->fault));
    }
    if (*cell != e->votes)
        results_contest_bad(
            b, "a choice, precinct %.*s: two different values, %" PRId64 " and %" PRId64,
            SLICE_FMT(p->name.len ? p->name : p->id), *cell, e->votes);
    return true;
}

static bool post_entry(struct rows *r, const struct entry *e)
{
    uint32_t unit;
    if (r->ledger->merging && r->places[e->where].type == RESULTS_PRECINCT)
        return post_part(r, e);
    return find_unit(r, who_of(r, e), e->where, &unit) &&
           (results_votes_once(r->job->builder, unit, choice_of(r, e), e->votes, &r->fault->err) ||
            field_limit(r->fault));
}

/* The entries of one contest, by their numbers. */
static bool post_contest(struct rows *r, uint32_t contest, const uint32_t *from, const uint32_t *to)
{
    struct ledger *l = r->ledger;
    results_contest_at(r->job->builder, contest);
    l->turn++;
    l->precincts = 0;
    l->width = r->choices[contest];
    for (const uint32_t *n = from; n < to; n++) {
        if (n + AHEAD < to)
            __builtin_prefetch(entry_at(l, n[AHEAD]));
        if (!post_entry(r, entry_at(l, *n)))
            return false;
    }
    return true;
}

bool rowing_post(struct rows *r)
{
    struct ledger *l = r->ledger;
    uint32_t at = 0;
    if (!l->count)
        return true;
    if (!sort(r))
        return false;
    for (uint32_t c = 0; c < r->contest_count; c++) {
        if (at < l->ends[c] && !post_contest(r, c, l->sorted + at, l->sorted + l->ends[c]))
            return false;
        at = l->ends[c];
    }
    l->count = 0;
    return true;
}
