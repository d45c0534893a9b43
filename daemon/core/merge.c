/* SPDX-License-Identifier: ISC */
/* One race, one source. */
#include "daemon/core/merge.h"

#include <string.h>

#include "daemon/base/text.h"
#include "daemon/base/when.h"
#include "daemon/core/counties.h"
#include "daemon/core/joins.h"
#include "daemon/core/name.h"
#include "daemon/core/offers.h"
#include "daemon/core/polls.h"
#include "daemon/core/primaries.h"
#include "daemon/core/rests.h"

enum { SCRATCH = 64 << 20 };

enum { LINES = 8 }; /* primaries of one race: there are not so many parties */

/* Figures of a race under construction. */
struct figures {
    struct race_choice *choices;
    struct origin { /* of each: where it stood first, and who that is */
        const struct feed_contest *contest;
        uint32_t choice;
        struct who who;
    } * origins;
    uint32_t count;
    struct units { /* of each primary; one where there is but one contest */
        const char *primary;
        int32_t reporting, total;
    } lines[LINES];
    uint32_t line_count;
    bool short_of_units; /* some are of counties that never came */
    bool doubt, corrected, gone, stale;
    bool strange; /* strange: a choice of one county is none of another's */
    int64_t changed_ms;
};

static bool full(struct err *e)
{
    return err_set(e, ERR_DATA, "no memory to merge a race; it stays as it was");
}

/* ---- adding up ---- */

_Static_assert(RACE_MATES + 1 == NAME_PEOPLE, "all whom a line can name are somewhere");

/* One more of ours whose line it is. */
static void add_ours(struct race_choice *to, uint32_t endorsement)
{
    if (endorsement == NONE || race_choice_is(to, endorsement) || to->mate_count == RACE_MATES)
        return;
    if (to->endorsement == NONE)
        to->endorsement = endorsement;
    else
        to->mates[to->mate_count++] = endorsement;
}

/* Whose line it is: of nobody of ours, of one, or a ticket of several. */
static struct race_choice whose(const struct race *r, const struct feed_contest *c, uint32_t choice)
{
    struct race_choice out = {.endorsement = NONE};

    for (uint32_t i = 0; i < r->link_count; i++)
        if (r->links[i].contest == c && r->links[i].choice == choice)
            add_ours(&out, r->links[i].endorsement);
    return out;
}

/* How many of ours the two lines have in common. */
static uint32_t common_ours(const struct race_choice *a, const struct race_choice *b)
{
    uint32_t n = a->endorsement != NONE && race_choice_is(b, a->endorsement);

    for (uint32_t i = 0; i < a->mate_count; i++)
        n += race_choice_is(b, a->mates[i]);
    return n;
}

static bool share_ours(const struct race_choice *a, const struct race_choice *b)
{
    return common_ours(a, b) > 0;
}

static bool same_ours(const struct race_choice *a, const struct race_choice *b)
{
    uint32_t n = a->endorsement == NONE ? 0 : 1 + a->mate_count;

    return a->mate_count == b->mate_count && (a->endorsement == NONE) == (b->endorsement == NONE) &&
           common_ours(a, b) == n;
}

/* Two lines of one contest that are one person, none of ours: in a state that has it, the same name
 * for another party. */
static uint32_t find_line(struct offers *g, const struct figures *f, uint32_t known,
                          const struct feed_choice *x, const struct who *who)
{
    for (uint32_t i = known; who_may_fuse(g->r->state) && i < f->count; i++) {
        const struct race_choice *row = &f->choices[i];
        if (row->endorsement == NONE && !row->primary && !row->write_in && x->party.len &&
            row->party.len && !slice_eq_nocase(row->party, x->party) &&
            who_same(&f->origins[i].who, who))
            return i;
    }
    return NONE;
}

static bool is_spare_line(struct slice name, bool write_in)
{
    return write_in && (name.len == 0 || name_is_nobody(name));
}

/* Two lines of two contests: by full name, on the ballot or written in in both; by the vendor's id
 * where one of them has no name; what is written in without a name is one sum. */
static bool is_row(struct offers *g, const struct figures *f, uint32_t row,
                   const struct feed_contest *c, const struct feed_choice *x, const struct who *who)
{
    const struct race_choice *theirs = &f->choices[row];
    const struct feed_contest *from = f->origins[row].contest;
    const struct feed_choice *was = &from->choices[f->origins[row].choice];
    bool write_in = (x->flags & RESULTS_WRITE_IN) != 0;

    if (theirs->endorsement != NONE || !primaries_same(theirs->primary, primaries_of(g->r, c)))
        return false;
    if (is_spare_line(x->name, write_in) && is_spare_line(theirs->name, theirs->write_in))
        return true;
    if (x->name.len && theirs->name.len)
        return who_same(who, &f->origins[row].who) &&
               !who_parties_differ(g->r->state, x->party, theirs->party) &&
               (write_in == theirs->write_in || name_is_nobody(x->name));
    return x->id.len && from->source == c->source && slice_eq(x->id, was->id);
}

/* Where among the first `known` choices the votes of another contest's line are added: the one it
 * must be. Where a name stands on two lines of either contest the party tells, or nothing. */
static uint32_t find_joined(struct offers *g, const struct figures *f, uint32_t known,
                            const struct feed_contest *c, const struct feed_choice *x,
                            const struct who *people)
{
    const struct who *who = &people[x - c->choices];
    uint32_t found = NONE, rows = 0, in_party = NONE, party_rows = 0, lines = 0;

    for (uint32_t k = 0; k < c->choice_count; k++)
        lines += x->name.len && who_same(&people[k], who);
    for (uint32_t i = 0; i < known; i++) {
        if (!is_row(g, f, i, c, x, who))
            continue;
        found = i;
        rows++;
        if (who_same_party(f->choices[i].party, x->party)) {
            in_party = i;
            party_rows++;
        }
    }
    if (rows == 1 && (lines <= 1 || who_may_fuse(g->r->state)))
        return found;
    if (is_spare_line(x->name, (x->flags & RESULTS_WRITE_IN) != 0))
        return found;
    return party_rows == 1 ? in_party : NONE;
}

/* A ticket in one contest and one of its people on a line of their own in the other: no sum of
 * either. */
static bool stand_apart(const struct offers *g, const struct figures *f,
                        const struct feed_contest *c, const struct race_choice *ours,
                        const struct race_choice *row)
{
    if (same_ours(ours, row))
        return false;
    for (uint32_t k = 0; k < c->choice_count; k++) {
        struct race_choice other = whose(g->r, c, k);
        if (other.endorsement != ours->endorsement && share_ours(&other, row))
            return true;
    }
    for (uint32_t i = 0; i < f->count; i++)
        if (&f->choices[i] != row && primaries_same(f->choices[i].primary, row->primary) &&
            f->choices[i].endorsement != row->endorsement && share_ours(ours, &f->choices[i]))
            return true;
    return false;
}

/* Where this line's votes are added; NONE: nowhere yet. */
static uint32_t find_row(struct offers *g, const struct figures *f, uint32_t known,
                         const struct feed_contest *c, const struct feed_choice *x,
                         const struct who *people, const struct race_choice *ours)
{
    if (ours->endorsement != NONE) {
        for (uint32_t i = 0; i < f->count; i++)
            if (share_ours(ours, &f->choices[i]) &&
                primaries_same(f->choices[i].primary, primaries_of(g->r, c)) &&
                !stand_apart(g, f, c, ours, &f->choices[i]))
                return i;
        return NONE;
    }
    uint32_t row = find_joined(g, f, known, c, x, people);
    return row != NONE ? row : find_line(g, f, known, x, &people[x - c->choices]);
}

/* A sum with an unknown part is unknown. */
static void add_votes(int64_t *to, int64_t votes)
{
    if (*to < 0 || votes < 0)
        *to = VOTES_UNKNOWN;
    else if (__builtin_add_overflow(*to, votes, to))
        *to = INT64_MAX;
}

static void add_units(int32_t *to, int32_t n)
{
    if (*to < 0 || n < 0 || __builtin_add_overflow(*to, n, to))
        *to = -1;
}

/* The precincts of one primary are those of the other: they are counted for each. */
static void count_units(struct figures *f, const char *primary, const struct feed_unit *total)
{
    uint32_t i = 0;

    while (i < f->line_count && !primaries_same(f->lines[i].primary, primary))
        i++;
    if (i == LINES)
        return;
    if (i == f->line_count) {
        f->lines[f->line_count++] = (struct units){primary, total->reporting, total->total};
        return;
    }
    add_units(&f->lines[i].reporting, total->reporting);
    add_units(&f->lines[i].total, total->total);
}

/* Those of the primary that is least counted; unknown where one's are, or a county's, and where no
 * feed has the race. */
static struct units units_of(const struct figures *f)
{
    struct units least = {NULL, -1, -1};

    for (uint32_t i = 0; !f->short_of_units && i < f->line_count; i++) {
        struct units u = f->lines[i];
        if (u.reporting < 0 || u.total < 0)
            return (struct units){NULL, -1, -1};
        if (i == 0 || (int64_t)u.reporting * least.total < (int64_t)least.reporting * u.total)
            least = u;
    }
    return least;
}

static bool any_of(const struct figures *f, uint32_t known, const char *primary)
{
    for (uint32_t i = 0; i < known; i++)
        if (primaries_same(f->choices[i].primary, primary))
            return true;
    return false;
}

/* Where a contest's votes are from, for people. */
static struct slice county_of(const struct model *m, const struct feed_contest *c)
{
    const struct settings_source *s = &m->settings->sources[c->source];

    return c->county.len ? c->county : s->county.len ? s->county : s->name;
}

/* Whom lines name matters beside another contest's, or where one person may stand on several. */
static bool names_matter(const struct offers *g)
{
    return g->r->contest_count > 1 || who_may_fuse(g->r->state);
}

/* Whom each line of a contest names; nobody where that does not matter. NULL: no memory. */
static struct who *read_people(struct offers *g, const struct feed_contest *c)
{
    struct who *people = arena_array(g->scratch, c->choice_count + 1, sizeof(*people));

    for (uint32_t k = 0; people && names_matter(g) && k < c->choice_count; k++) {
        if (!who_read(c->choices[k].name, g->scratch, &people[k]))
            return NULL;
        joins_apply(g->r, &people[k]);
    }
    return people;
}

static bool add_contest(struct offers *g, struct figures *f, const struct feed_contest *c,
                        struct err *e)
{
    struct who *people = read_people(g, c);
    uint32_t known = f->count;
    const char *primary = primaries_of(g->r, c);
    bool joins = any_of(f, known, primary);

    if (!people)
        return full(e);
    for (uint32_t k = 0; c->unit_count && k < c->choice_count; k++) {
        const struct feed_choice *x = &c->choices[k];
        struct race_choice ours = whose(g->r, c, k);
        uint32_t row = find_row(g, f, known, c, x, people, &ours);
        if (row != NONE) {
            add_votes(&f->choices[row].votes, c->units[0].votes[k]);
            for (uint32_t i = 0; i < ours.mate_count; i++)
                add_ours(&f->choices[row], ours.mates[i]);
            add_ours(&f->choices[row], ours.endorsement);
            if (!f->choices[row].name.len) {
                f->choices[row].name = x->name;
                f->origins[row].who = people[k];
            }
            continue;
        }
        f->strange |= joins;
        f->origins[f->count] = (struct origin){c, k, people[k]};
        ours.name = x->name;
        ours.party = x->party;
        ours.votes = c->units[0].votes[k] < 0 ? VOTES_UNKNOWN : c->units[0].votes[k];
        ours.write_in = (x->flags & RESULTS_WRITE_IN) != 0;
        ours.primary = primary;
        ours.alone = joins ? county_of(g->m, c) : (struct slice){0};
        f->choices[f->count++] = ours;
    }
    if (c->unit_count)
        count_units(f, primary, &c->units[0]);
    f->doubt |= verdict_info[c->doubt].class >= CLASS_HOLD || rests_is_kept(g->r, c) ||
                g->m->feeds[c->source].files[c->file].doubt != VERDICT_ACCEPTED;
    f->gone |= c->gone;
    f->stale |= !offers_is_fresh(g, c);
    f->corrected |= c->corrected && !c->corrected_before;
    if (f->changed_ms < c->changed_ms)
        f->changed_ms = c->changed_ms;
    return true;
}

static bool begin_figures(struct offers *g, struct figures *f, struct err *e)
{
    size_t room = 1;

    for (uint32_t i = 0; i < g->r->contest_count; i++)
        room += g->r->contests[i]->choice_count;
    *f = (struct figures){.choices = arena_array(g->scratch, room, sizeof(*f->choices)),
                          .origins = arena_array(g->scratch, room, sizeof(*f->origins)),
                          .changed_ms = WHEN_UNKNOWN};
    return (f->choices && f->origins) || full(e);
}

static bool add_offer_to(struct offers *g, struct figures *f, const struct offer *o, struct err *e)
{
    for (uint32_t i = 0; i < o->count; i++)
        if (!add_contest(g, f, o->contests[i], e))
            return false;
    return true;
}

/* ---- disagreement ---- */

/* The choice of `f` that row `i` of `of` is; NONE where names and links do not tell. */
static uint32_t counterpart(const struct figures *f, const struct figures *of, uint32_t i)
{
    for (uint32_t k = 0; k < f->count; k++) {
        const struct race_choice *a = &of->choices[i], *b = &f->choices[k];
        if (!primaries_same(a->primary, b->primary))
            continue;
        if (share_ours(a, b))
            return k;
        if (a->endorsement == NONE && b->endorsement == NONE && a->name.len &&
            who_same(&of->origins[i].who, &f->origins[k].who))
            return k;
    }
    return NONE;
}

/* Is row i among the first `seats` by votes? A tie at the edge leaves it in. */
static bool is_leading(const struct figures *f, uint32_t i, int64_t seats)
{
    int64_t above = 0;

    for (uint32_t k = 0; k < f->count; k++)
        above += primaries_same(f->choices[k].primary, f->choices[i].primary) &&
                 f->choices[k].votes > f->choices[i].votes;
    return above < seats;
}

static bool leaders_differ(struct offers *g, const struct figures *a, const struct figures *b)
{
    int64_t seats = g->r->places > g->r->seats ? g->r->places : g->r->seats;

    seats = seats > 0 ? seats : 1;
    for (uint32_t i = 0; i < a->count; i++) {
        uint32_t k = counterpart(b, a, i);
        if (k != NONE && is_leading(a, i, seats) != is_leading(b, k, seats))
            return true;
    }
    return false;
}

static bool is_complete(const struct offers *g, const struct offer *o)
{
    for (uint32_t i = 0; i < o->count; i++) {
        const struct feed_contest *c = o->contests[i];
        if (g->m->feeds[c->source].files[c->file].status < RESULTS_COMPLETE)
            return false;
    }
    return true;
}

static bool may_disagree(const struct offer *o, const struct offer *on)
{
    return o->source != on->source && offers_compare(o, on) && offers_may_lead(o) && o->complete;
}

/* What one source, or the sum of the counties, says of a race. */
struct version {
    const struct figures *f;
    int64_t total;
    bool complete;
};

static bool far_apart(const struct offers *g, int64_t a, int64_t b)
{
    return offers_far_below(g, a, b) || offers_far_below(g, b, a);
}

/* Have both counted as many units of as many? Then neither is behind. */
static bool same_units(struct units a, struct units b)
{
    return a.reporting > 0 && a.reporting == b.reporting && a.total > 0 && a.total == b.total;
}

static bool versions_differ(struct offers *g, const struct version *a, const struct version *b)
{
    return leaders_differ(g, a->f, b->f) ||
           (far_apart(g, a->total, b->total) &&
            ((a->complete && b->complete) || same_units(units_of(a->f), units_of(b->f))));
}

/* Does another source, fit to be on air where `on` is, say something else? *out stays true. */
static bool look_for_disagreement(struct offers *g, const struct offer *on, bool *out,
                                  struct err *e)
{
    struct figures ours = {0}, theirs;

    for (uint32_t i = 0; i < g->count && !*out; i++) {
        const struct offer *o = &g->list[i];
        if (!may_disagree(o, on))
            continue;
        if (!ours.choices && (!begin_figures(g, &ours, e) || !add_offer_to(g, &ours, on, e)))
            return false;
        if (!begin_figures(g, &theirs, e) || !add_offer_to(g, &theirs, o, e))
            return false;
        *out = versions_differ(g, &(struct version){&ours, on->total, is_complete(g, on)},
                               &(struct version){&theirs, o->total, is_complete(g, o)});
    }
    return true;
}

/* ---- counties ---- */

/* Units of a county that has no votes yet are known too; those of one that never came are not. */
static void count_all_units(const struct offers *g, struct figures *f, const struct counties *in)
{
    for (uint32_t i = 0; i < in->idle_count; i++)
        for (uint32_t k = 0; k < in->idle[i]->count; k++) {
            const struct feed_contest *c = in->idle[i]->contests[k];
            count_units(f, primaries_of(g->r, c), &c->units[0]);
        }
    f->short_of_units = in->of == 0 || in->count + in->idle_count < in->of;
}

/* One source a county, added up. */
static bool sum_counties(struct offers *g, const struct counties *in, struct figures *f,
                         struct err *e)
{
    if (!begin_figures(g, f, e))
        return false;
    for (uint32_t i = 0; i < in->count; i++)
        if (!add_offer_to(g, f, in->offers[i], e))
            return false;
    count_all_units(g, f, in);
    return true;
}

static bool sum_is_complete(const struct offers *g, const struct counties *in)
{
    bool complete = in->complete;

    for (uint32_t i = 0; i < in->count; i++)
        complete &= is_complete(g, in->offers[i]);
    return complete;
}

/* Does a source of the whole race say something else than the sum of its counties? One of them is
 * on air. A sum that lacks counties is no other version, unless it has the race's units. */
static bool compare_with_sum(struct offers *g, const struct counties *in, const struct offer *whole,
                             bool *out, struct err *e)
{
    struct figures one, sum;

    if (in->count == 0 || !in->fit || !offers_may_lead(whole) || !whole->complete)
        return true;
    if (!begin_figures(g, &one, e) || !add_offer_to(g, &one, whole, e) ||
        !sum_counties(g, in, &sum, e))
        return false;
    sum.short_of_units = false;
    if (sum.strange || (!in->complete && !same_units(units_of(&one), units_of(&sum))))
        return true;
    *out |= versions_differ(g, &(struct version){&one, whole->total, is_complete(g, whole)},
                            &(struct version){&sum, in->total, sum_is_complete(g, in)});
    return true;
}

/* ---- the race ---- */

/* What the race is to show. */
struct outcome_of_merge {
    struct figures f;
    struct counties in;
    struct race_county *counties; /* of in: whose figures are added */
    uint32_t county_count, counties_of;
    uint32_t on_air;
    bool summed;
    uint32_t flags;
};

/* Before the first vote: one source's names, and the units of all. */
static bool take_idle(struct offers *g, struct outcome_of_merge *out, struct err *e)
{
    struct offer *o = offers_choose_idle(g, NULL);

    if (!o)
        return true;
    o->shown = true;
    if (!add_offer_to(g, &out->f, o, e))
        return false;
    if (!o->whole) {
        out->f.line_count = 0;
        count_all_units(g, &out->f, &out->in);
    }
    return true;
}

/* Figures of one source. */
static bool take_one(struct offers *g, struct offer *o, struct outcome_of_merge *out, struct err *e)
{
    bool differ = o->lagging && !offers_is_pinned(g, o); /* and none can take its place */

    out->on_air = o->source;
    o->shown = true;
    if (!add_offer_to(g, &out->f, o, e) || !look_for_disagreement(g, o, &differ, e) ||
        !compare_with_sum(g, &out->in, o, &differ, e))
        return false;
    out->flags |= differ ? RACE_DISAGREEMENT : 0;
    return true;
}

static bool take_sum(struct offers *g, struct outcome_of_merge *out, struct err *e)
{
    const struct counties *in = &out->in;
    bool differ = false;

    out->counties = arena_array(g->scratch, in->count, sizeof(*out->counties));
    if (!out->counties || !sum_counties(g, in, &out->f, e))
        return full(e);
    for (uint32_t i = 0; i < in->count; i++) {
        in->offers[i]->shown = true;
        out->counties[i] = (struct race_county){in->offers[i]->county, in->offers[i]->source};
        if (!look_for_disagreement(g, in->offers[i], &differ, e))
            return false;
    }
    for (uint32_t i = 0; i < g->count && !differ; i++)
        if (g->list[i].whole && !compare_with_sum(g, in, &g->list[i], &differ, e))
            return false;
    out->county_count = in->count;
    out->counties_of = in->of;
    out->flags |= in->complete ? 0 : RACE_PARTIAL;
    out->flags |= differ ? RACE_DISAGREEMENT : 0;
    return true;
}

static uint32_t flags_of(const struct figures *f)
{
    uint32_t flags = 0;

    flags |= f->doubt || f->strange ? RACE_IN_DOUBT : 0;
    flags |= f->corrected ? RACE_CORRECTED : 0;
    flags |= f->gone ? RACE_GONE : 0;
    flags |= f->stale ? RACE_STALE : 0;
    return flags;
}

static bool decide(struct offers *g, struct outcome_of_merge *out, struct err *e)
{
    *out = (struct outcome_of_merge){.on_air = NONE};
    offers_look_at_lag(g, false, 0);
    if (!begin_figures(g, &out->f, e) || !counties_choose(g, &out->in, e))
        return false;
    offers_look_at_lag(g, true, out->in.fit ? out->in.total : 0);

    struct offer *o = offers_choose(g, true, SLICE(""), g->r->summed ? NONE : g->r->on_air);
    out->summed = counties_are_summed(g, &out->in, o);
    bool ok = out->summed ? take_sum(g, out, e) : o ? take_one(g, o, out, e) : take_idle(g, out, e);
    out->flags |= flags_of(&out->f);
    return ok;
}

static bool same_choices(const struct race *r, const struct figures *f)
{
    if (r->choice_count != f->count)
        return false;
    for (uint32_t i = 0; i < f->count; i++) {
        const struct race_choice *a = &r->choices[i], *b = &f->choices[i];
        if (a->votes != b->votes || a->endorsement != b->endorsement || !same_ours(a, b) ||
            a->write_in != b->write_in || !primaries_same(a->primary, b->primary) ||
            !slice_eq(a->alone, b->alone) || !slice_eq(a->name, b->name) ||
            !slice_eq(a->party, b->party))
            return false;
    }
    struct units u = units_of(f);
    return r->units_reporting == u.reporting && r->units_total == u.total;
}

static bool same_counties(const struct race *r, const struct outcome_of_merge *out)
{
    if (r->counties_in != out->county_count)
        return false;
    for (uint32_t i = 0; i < out->county_count; i++)
        if (r->counties[i].source != out->counties[i].source ||
            !slice_eq(r->counties[i].county, out->counties[i].county))
            return false;
    return true;
}

/* Do the figures come from another source than those on air: of the race, or of a county of it? */
static bool source_changes(const struct race *r, const struct outcome_of_merge *out)
{
    bool shows = r->on_air != NONE || r->summed, will = out->on_air != NONE || out->summed;

    if (!shows || !will)
        return false;
    if (!r->summed || !out->summed)
        return r->on_air != out->on_air;
    for (uint32_t i = 0; i < out->county_count; i++) {
        uint32_t was = counties_source(r, out->counties[i].county);
        if (was != NONE && was != out->counties[i].source)
            return true;
    }
    return false;
}

/* A change of source is labelled until its new source says something new, and is no correction: not
 * even where that source had corrected itself before anybody saw it. */
static void label(struct offers *g, struct outcome_of_merge *out)
{
    struct race *r = g->r;
    bool changes = source_changes(r, out);
    bool same = r->choice_count == 0 || same_choices(r, &out->f); /* 0: after a takeover */

    if (changes || ((r->flags & RACE_SOURCE_CHANGED) && same))
        out->flags |= RACE_SOURCE_CHANGED;
    r->was_corrected &= !changes;
    if (changes)
        out->flags &= ~(uint32_t)RACE_CORRECTED;
    else if (r->was_corrected && out->f.count > 0)
        out->flags |= RACE_CORRECTED;
    for (uint32_t i = 0; i < g->count; i++)
        for (uint32_t k = 0; (changes || !g->list[i].shown) && k < g->list[i].count; k++)
            g->list[i].contests[k]->corrected_before = g->list[i].contests[k]->corrected;
}

/* Room for what is to be shown, before anything of the race changes. */
static bool make_room(struct model *m, struct race *r, const struct outcome_of_merge *out,
                      struct err *e)
{
    if (out->f.count > r->choice_room) {
        struct race_choice *list = arena_array(m->strings, out->f.count, sizeof(*list));
        if (!list)
            return full(e);
        if (r->choice_count)
            memcpy(list, r->choices, r->choice_count * sizeof(*list));
        r->choices = list;
        r->choice_room = out->f.count;
    }
    if (out->county_count > r->county_room) {
        struct race_county *list = arena_array(m->strings, out->county_count, sizeof(*list));
        if (!list)
            return full(e);
        if (r->counties_in)
            memcpy(list, r->counties, r->counties_in * sizeof(*list));
        r->counties = list;
        r->county_room = out->county_count;
    }
    return true;
}

/* Show it. True when anything but RACE_STALE differs from before. */
static bool show(struct offers *g, const struct outcome_of_merge *out)
{
    const uint32_t ours = RACE_DISAGREEMENT | RACE_IN_DOUBT | RACE_CORRECTED | RACE_PARTIAL |
                          RACE_GONE | RACE_STALE | RACE_SOURCE_CHANGED;
    struct race *r = g->r;
    bool figures = !same_choices(r, &out->f) || r->on_air != out->on_air ||
                   r->summed != out->summed || !same_counties(r, out);
    /* nothing of the figures changes where nobody answers any more */
    bool changed = figures || (((r->flags & ours) ^ out->flags) & ~(uint32_t)RACE_STALE) ||
                   r->counties_of != out->counties_of;

    if (out->f.count)
        memcpy(r->choices, out->f.choices, out->f.count * sizeof(*r->choices));
    if (out->county_count)
        memcpy(r->counties, out->counties, out->county_count * sizeof(*r->counties));
    r->choice_count = out->f.count;
    r->counties_in = out->county_count;
    r->counties_of = out->counties_of;
    r->units_reporting = units_of(&out->f).reporting;
    r->units_total = units_of(&out->f).total;
    r->on_air = out->on_air;
    r->summed = out->summed;
    r->flags = (r->flags & ~ours) | out->flags;
    bool shows = r->on_air != NONE || r->summed;
    if (figures && shows && (r->updated_ms == WHEN_UNKNOWN || r->updated_ms < out->f.changed_ms))
        r->updated_ms = out->f.changed_ms;
    return changed;
}

bool merge_race(struct model *m, struct race *r, int64_t now_ms, bool *changed, struct err *e)
{
    struct offers g = {.m = m, .r = r, .now_ms = now_ms, .scratch = arena_new(SCRATCH)};
    struct outcome_of_merge out;

    r->primaries = primaries_count(r);
    bool ok = g.scratch ? offers_make(&g, e) : full(e);

    *changed = false;
    if (ok && !joins_settle(r, g.scratch))
        ok = full(e);
    if (ok)
        ok = decide(&g, &out, e) && make_room(m, r, &out, e);
    if (ok) {
        label(&g, &out);
        *changed = show(&g, &out);
    }
    arena_free(g.scratch);
    return ok;
}

int64_t merge_next_tick(const struct model *m, int64_t now_ms)
{
    const struct settings *s = m->settings;
    int64_t next = WHEN_NEVER;

    for (uint32_t i = 0; i < s->source_count; i++) {
        size_t files = s->sources[i].file_count ? s->sources[i].file_count : 1;
        for (size_t k = 0; k < files && s->sources[i].votes && s->sources[i].stale_after_ms > 0;
             k++) {
            int64_t seen = m->feeds[i].files[k].last_success_ms;
            int64_t stale =
                seen == WHEN_UNKNOWN ? WHEN_UNKNOWN : seen + s->sources[i].stale_after_ms + 1;
            if (stale > now_ms && stale < next)
                next = stale;
        }
    }
    for (uint32_t i = 0; i < m->race_count; i++)
        for (uint32_t k = 0; k < m->races[i].contest_count; k++) {
            int64_t since = m->races[i].contests[k]->lag_since;
            int64_t over = since + s->guards.lag_ms;
            if (since != 0 && over > now_ms && over < next)
                next = over;
        }
    return next;
}
