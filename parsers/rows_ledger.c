/* SPDX-License-Identifier: ISC */
/* Votes from rows to cells, and figures to units, a contest at a time.
 *
 * Precincts that will not be in the batch are not made units of it: each is held against its own
 * second rows here, and the precincts of one county, or of the contest, are one unit that adds up.
 */

#include "parsers/field.h"
#include "parsers/rowing.h"

#define CHUNK 4096                     /* entries memory is taken for at a time */
#define PAGE_FIRST 3                   /* entries on the first page of a contest */
#define PAGE_MOST 254                  /* each next one has twice as many, at most */
#define KEPT_MAX (UINT32_C(1) << 20)   /* entries before they are posted */
#define MERGED_MAX (UINT32_C(1) << 26) /* where they are posted at the end */

struct page {
    struct page *next;
    uint32_t room;
    struct entry entries[];
};

struct seat {       /* of a place in the contest at hand */
    uint64_t turn;  /* the contest's; another: nothing of the place was seen in it */
    uint32_t unit;  /* the builder's; 0: it has none yet */
    uint32_t parts; /* the builder's, of all precincts in this place; 0: none yet */
    uint32_t cells; /* which row of `cells`: a precinct's votes, another's sum of precincts */
};

struct ledger {
    uint32_t count; /* entries that there is room for */
    bool merging;   /* precincts are not kept, and nothing was posted before the end */
    struct seat *seats;
    int64_t *cells;  /* of the contest at hand, `width` a row */
    uint32_t *above; /* places with precincts in the contest */
    uint32_t seat_room, cell_room, above_room, width, cell_rows, above_count;
    uint64_t turn;
};

struct ledger *rowing_ledger(const struct rows *r)
{
    struct ledger *l = arena_alloc(r->job->arena, sizeof *l);
    if (l)
        l->merging = !r->has_figures && !job_option_yes(r->job, "precincts");
    return l;
}

/* A page with room behind the contest's last. */
static bool turn_page(struct rows *r, struct account *a)
{
    struct page *p = a->last ? a->last->next : a->first;
    if (!p) {
        uint32_t room = a->last ? 2 * a->last->room + 2 : PAGE_FIRST;
        room = room < PAGE_MOST ? room : PAGE_MOST;
        /* Zeroed: so all of it is near when its entries come, one by one and far between. */
        if (!(p = arena_alloc(r->job->arena, sizeof *p + room * sizeof p->entries[0])))
            return rowing_full(r);
        p->room = room;
        *(a->last ? &a->last->next : &a->first) = p;
    }
    a->last = p;
    a->next = p->entries;
    a->end = p->entries + p->room;
    r->ledger->count += p->room;
    return true;
}

static void post_figures(struct rows *r, uint32_t unit, const struct figures *f)
{
    struct results_unit_in in = RESULTS_UNIT_DEFAULT;
    in.reporting = f->reporting;
    in.total = f->total;
    in.registered = f->registered;
    in.ballots = f->ballots;
    building_unit_more(r->job->builder, unit, &in);
}

/* What is in the builder's unit of its current contest. */
static bool post_to(struct rows *r, uint32_t unit, const struct entry *e)
{
    if (e->choice == ROWING_FIGURES) {
        post_figures(r, unit, e->figures);
        return true;
    }
    return results_votes_once(r->job->builder, unit, e->choice, e->votes, &r->fault->err) ||
           field_limit(r->fault);
}

bool rowing_enter_own(struct rows *r, uint32_t contest, const struct entry *e)
{
    results_contest_at(r->job->builder, contest);
    return post_to(r, 0, e);
}

bool rowing_enter_first(struct rows *r, uint32_t contest, struct entry e)
{
    struct ledger *l = r->ledger;
    struct account *a = &r->accounts[contest];
    if (l->count >= (l->merging ? MERGED_MAX : KEPT_MAX)) {
        l->merging = false;
        if (!rowing_post(r))
            return false;
    }
    if (!turn_page(r, a))
        return false;
    *a->next++ = e;
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

/* The builder's unit for a place in its current contest. */
static bool find_unit(struct rows *r, uint32_t contest, uint32_t where, uint32_t *unit)
{
    *unit = 0;
    where = rowing_place(r, contest, where);
    if (where == 0)
        return true;
    struct seat *s = seat_of(r->ledger, where);
    if (!s->unit) {
        const struct place *p = &r->places[where];
        uint32_t parent;
        if (!find_unit(r, contest, p->parent, &parent) || !rowing_pool_place(r, where))
            return false;
        const struct results_unit said = {.id = p->id_text,
                                          .name = p->name_text,
                                          .registered = -1,
                                          .ballots = -1,
                                          .reporting = -1,
                                          .total = -1,
                                          .type = p->type};
        bool whole = r->m->whole && p->type != RESULTS_PRECINCT;
        if (!building_unit(r->job->builder, &said, parent, whole, &s->unit, &r->fault->err))
            return field_limit(r->fault);
    }
    *unit = s->unit;
    return true;
}

/* ---- precincts ---- */

/* A blank row of cells. */
static bool row_add(struct rows *r, struct seat *s)
{
    struct ledger *l = r->ledger;
    uint64_t from = (uint64_t)l->cell_rows * l->width, to = from + l->width;
    if (to > l->cell_room &&
        !arrays_grow(&r->arrays, &l->cells, &l->cell_room, to, sizeof *l->cells, ROWING_LIST_MAX))
        return rowing_full(r);
    for (uint64_t i = from; i < to; i++)
        l->cells[i] = VOTES_ABSENT;
    s->cells = l->cell_rows++;
    return true;
}

/* The builder's unit for all precincts in a place, and the row they add up in. */
static bool above_add(struct rows *r, uint32_t contest, uint32_t where)
{
    struct ledger *l = r->ledger;
    struct seat *s = seat_of(l, where);
    struct results_unit_in in = RESULTS_UNIT_DEFAULT;
    in.type = RESULTS_PRECINCT;
    in.name = SLICE("precincts");
    if (!find_unit(r, contest, where, &in.parent) || !row_add(r, s))
        return false;
    if (!results_unit(r->job->builder, &in, &s->parts, &r->fault->err))
        return field_limit(r->fault);
    if (!arrays_grow(&r->arrays, &l->above, &l->above_room, (uint64_t)l->above_count + 1,
                     sizeof *l->above, ROWING_LIST_MAX))
        return rowing_full(r);
    l->above[l->above_count++] = where;
    return true;
}

static void add(struct rows *r, int64_t *sum, int64_t votes)
{
    if (*sum == VOTES_ABSENT)
        *sum = votes;
    else if (*sum == VOTES_UNKNOWN || votes == VOTES_UNKNOWN)
        *sum = VOTES_UNKNOWN;
    else if (*sum + votes > RESULTS_VOTES_MAX) /* both are below 2^53 */
        results_contest_bad(r->job->builder, "the votes of a choice's precincts overflow");
    else
        *sum += votes;
}

/* A precinct's votes: its only ones, or the same again. */
static bool post_part(struct rows *r, uint32_t contest, const struct entry *e)
{
    struct ledger *l = r->ledger;
    const struct place *p = &r->places[e->where];
    uint32_t above = rowing_place(r, contest, p->parent);
    struct seat *own = seat_of(l, e->where), *sum = seat_of(l, above);
    if (own->cells == UINT32_MAX && !row_add(r, own))
        return false;
    if (sum->cells == UINT32_MAX && !above_add(r, contest, above))
        return false;
    int64_t *cell = &l->cells[(uint64_t)own->cells * l->width + e->choice];
    if (*cell == VOTES_ABSENT) {
        *cell = e->votes;
        add(r, &l->cells[(uint64_t)sum->cells * l->width + e->choice], e->votes);
    } else if (*cell != e->votes) {
        results_contest_bad(r->job->builder,
                            "a choice, precinct %.*s: two different values, %" PRId64
                            " and %" PRId64,
                            SLICE_FMT(p->name.len ? p->name : p->id), *cell, e->votes);
    }
    return true;
}

/* What the contest's precincts added up to. */
static bool post_sums(struct rows *r)
{
    struct ledger *l = r->ledger;
    for (uint32_t i = 0; i < l->above_count; i++) {
        const struct seat *s = &l->seats[l->above[i]];
        const int64_t *row = &l->cells[(uint64_t)s->cells * l->width];
        for (uint32_t c = 0; c < l->width; c++) {
            if (row[c] != VOTES_ABSENT &&
                !results_votes(r->job->builder, s->parts, c, row[c], &r->fault->err))
                return field_limit(r->fault);
        }
    }
    return true;
}

/* ---- posting ---- */

/* `unit` is that of the place posted to last, `where`: it mostly goes on. */
static inline bool post_entry(struct rows *r, uint32_t contest, const struct entry *e,
                              uint32_t *where, uint32_t *unit)
{
    if (e->where == *where)
        return post_to(r, *unit, e);
    if (r->ledger->merging && r->places[e->where].type == RESULTS_PRECINCT)
        return post_part(r, contest, e);
    if (!find_unit(r, contest, e->where, unit))
        return false;
    *where = e->where;
    return post_to(r, *unit, e);
}

/* All of one contest; its pages are then blank. */
static bool post_contest(struct rows *r, uint32_t contest)
{
    struct ledger *l = r->ledger;
    struct account *a = &r->accounts[contest];
    uint32_t where = 0, unit = 0;
    results_contest_at(r->job->builder, contest);
    l->turn++;
    l->cell_rows = l->above_count = 0;
    l->width = a->choices;
    for (struct page *p = a->first; p; p = p == a->last ? NULL : p->next) {
        const struct entry *end = p == a->last ? a->next : p->entries + p->room;
        for (const struct entry *e = p->entries; e < end; e++) {
            if (!post_entry(r, contest, e, &where, &unit))
                return false;
        }
    }
    a->last = NULL;
    a->next = a->end = NULL;
    return post_sums(r);
}

bool rowing_post(struct rows *r)
{
    struct ledger *l = r->ledger;
    if (!arrays_grow(&r->arrays, &l->seats, &l->seat_room, (uint64_t)r->place_count + 1,
                     sizeof *l->seats, ROWING_LIST_MAX))
        return rowing_full(r);
    for (uint32_t c = 0; c < r->account_count; c++) {
        if (r->accounts[c].last && !post_contest(r, c))
            return false;
    }
    l->count = 0;
    return true;
}
