/* SPDX-License-Identifier: ISC */
/* One race, one source. */
#include "daemon/core/merge.h"

#include <string.h>

#include "daemon/base/text.h"
#include "daemon/base/when.h"
#include "daemon/core/feed.h"
#include "daemon/core/polls.h"

enum { SCRATCH = 64 << 20, BP = 10000 };

/* What one source, or the parts of one, would put on air: contests whose totals are added. */
struct offer {
    struct feed_contest **contests;
    uint32_t count, room;
    uint32_t source;     /* the first of its contests': its name and its place in the order */
    struct slice county; /* the one county it is about; empty: not limited */
    bool whole;          /* covers the race */
    int64_t total;
    bool complete; /* no part of it is missing */
    bool usable;   /* complete, fresh, in order, there */
    bool lagging;  /* lost its place */
};

struct offers {
    struct offer *list;
    uint32_t count;
};

/* Figures of a race under construction. */
struct figures {
    struct race_choice *choices;
    uint32_t count;
    int32_t reporting, total;
    bool doubt, corrected, strange; /* strange: a choice of one county is none of another's */
    int64_t changed_ms;
};

struct merger {
    struct model *m;
    struct race *r;
    int64_t now_ms;
    struct arena *scratch;
    struct offers offers;
};

static bool full(struct err *e)
{
    return err_set(e, ERR_DATA, "no memory to merge a race; it stays as it was");
}

static const struct settings_source *source_of(const struct merger *g, uint32_t source)
{
    return &g->m->settings->sources[source];
}

/* ---- offers ---- */

static int64_t total_of(const struct feed_contest *c)
{
    int64_t sum = 0;

    for (uint32_t i = 0; c->unit_count && i < c->choice_count; i++)
        if (c->units[0].votes[i] > 0 && __builtin_add_overflow(sum, c->units[0].votes[i], &sum))
            return INT64_MAX;
    return sum;
}

static enum verdict_class class_of(enum verdict v)
{
    return verdict_info[v].class;
}

/* Is the total itself held? A county that is held leaves the total as the source counts it. */
static bool is_held(const struct feed_contest *c)
{
    return c->doubt == VERDICT_CONTEST_BAD || !c->unit_count ||
           class_of(c->units[0].hold.why) == CLASS_HOLD;
}

static bool is_usable(const struct merger *g, const struct feed_contest *c)
{
    return !c->gone && !is_held(c) &&
           (feed_fresh(g->m, c->source, c->file, g->now_ms) ||
            g->m->feeds[c->source].files[c->file].unasked);
}

/* The one county a contest is about; empty: it is not limited to one. */
static struct slice county_of(const struct merger *g, const struct feed_contest *c)
{
    if (c->county.len)
        return c->county;
    return source_of(g, c->source)->covers_county ? source_of(g, c->source)->county : SLICE("");
}

/* Does the race lie in this county and no other? Where the list does not say, what is elected
 * within a county by its kind does. */
static bool race_lies_in(const struct merger *g, struct slice county)
{
    bool said = false;

    for (uint32_t i = 0; i < g->r->endorsement_count; i++) {
        const struct endorsement *en = &g->m->endorsed->list[g->r->endorsements[i]];
        for (size_t k = 0; k < en->county_count; k++)
            if (!polls_same_county(en->counties[k], county))
                return false;
        said |= en->county_count > 0;
        if (en->county_count == 0 && en->county.len) {
            if (!polls_same_county(en->county, county))
                return false;
            said = true;
        }
        if (en->level == LEVEL_COUNTY || en->level == LEVEL_LOCAL || en->level == LEVEL_SCHOOL)
            said = true;
    }
    return said;
}

/* Two sources that are parts of the same thing. */
static bool same_group(const struct merger *g, uint32_t a, uint32_t b)
{
    const struct settings_source *x = source_of(g, a), *y = source_of(g, b);

    return x->part.len && y->part.len && a != b && !slice_eq(x->part, y->part) &&
           slice_eq_nocase(x->state, y->state) && slice_eq_nocase(x->county, y->county) &&
           x->covers_county == y->covers_county;
}

/* The offer this contest is a part of; NULL: it is one of its own. */
static struct offer *find_group(struct merger *g, const struct feed_contest *c)
{
    for (uint32_t i = 0; i < g->offers.count; i++) {
        struct offer *o = &g->offers.list[i];
        if (same_group(g, o->contests[0]->source, c->source) &&
            slice_eq(o->contests[0]->county, c->county))
            return o;
    }
    return NULL;
}

/* Are all parts that are configured there? */
static bool parts_complete(const struct merger *g, const struct offer *o)
{
    uint32_t parts = 1;

    for (uint32_t s = 0; s < g->m->settings->source_count; s++)
        parts += same_group(g, o->source, s);
    return !source_of(g, o->source)->part.len || o->count == parts;
}

static bool add_offer(struct merger *g, struct feed_contest *c, struct err *e)
{
    struct offer *o = source_of(g, c->source)->part.len ? find_group(g, c) : NULL;

    if (!o) {
        o = &g->offers.list[g->offers.count++];
        o->contests = arena_array(g->scratch, g->r->contest_count, sizeof(struct feed_contest *));
        o->source = c->source;
        o->county = county_of(g, c);
        o->whole = !o->county.len || race_lies_in(g, o->county);
        o->usable = true;
    }
    if (!o->contests)
        return full(e);
    o->contests[o->count++] = c;
    o->source = c->source < o->source ? c->source : o->source;
    o->usable &= is_usable(g, c);
    if (__builtin_add_overflow(o->total, total_of(c), &o->total))
        o->total = INT64_MAX;
    return true;
}

static bool make_offers(struct merger *g, struct err *e)
{
    g->offers.list = arena_array(g->scratch, g->r->contest_count + 1, sizeof(struct offer));
    if (!g->offers.list)
        return full(e);
    for (uint32_t i = 0; i < g->r->contest_count; i++) {
        struct feed_contest *c = g->r->contests[i];
        if (source_of(g, c->source)->votes && !add_offer(g, c, e))
            return false;
    }
    for (uint32_t i = 0; i < g->offers.count; i++) {
        struct offer *o = &g->offers.list[i];
        o->complete = parts_complete(g, o);
        o->usable &= o->complete;
    }
    return true;
}

/* ---- lag ---- */

/* a is more than lag_bp below b. */
static bool far_below(const struct merger *g, int64_t a, int64_t b)
{
    return (__int128)a * BP < (__int128)b * (BP - g->m->settings->guards.lag_bp);
}

/* Where a source has several contests of the race (two parties' primaries), the largest speaks for
 * it. */
static bool speaks(const struct merger *g, const struct offer *o)
{
    for (uint32_t i = 0; i < g->offers.count; i++) {
        const struct offer *x = &g->offers.list[i];
        if (x != o && x->whole && x->source == o->source &&
            (x->total > o->total || (x->total == o->total && x < o)))
            return false;
    }
    return true;
}

static void look_at_lag(struct merger *g)
{
    struct race *r = g->r;
    int64_t most = 0;

    for (uint32_t i = 0; i < g->offers.count; i++) {
        const struct offer *o = &g->offers.list[i];
        if (o->whole && o->usable && o->total > most)
            most = o->total;
    }
    for (uint32_t i = 0; i < g->offers.count; i++) {
        struct offer *o = &g->offers.list[i];
        int64_t *since = &r->lag_since[o->source];
        if (!o->whole || !speaks(g, o))
            continue;
        if (!far_below(g, o->total, most))
            *since = WHEN_UNKNOWN;
        else if (*since == WHEN_UNKNOWN)
            *since = g->now_ms;
        o->lagging = *since != WHEN_UNKNOWN && g->now_ms - *since >= g->m->settings->guards.lag_ms;
    }
}

/* ---- choosing ---- */

static bool may_lead(const struct offer *o)
{
    return o->usable && !o->lagging && o->total > 0;
}

/* Does a go before b, whatever is on air? */
static bool goes_before(const struct merger *g, const struct offer *a, const struct offer *b)
{
    int64_t x = source_of(g, a->source)->priority, y = source_of(g, b->source)->priority;

    if (x != y)
        return x > y;
    if (a->total != b->total)
        return a->total > b->total;
    return a->source < b->source;
}

/* Is this one of those to choose among: the whole race's, or one county's? */
static bool is_about(const struct offer *o, bool whole, struct slice county)
{
    return o->whole == whole && (whole || polls_same_county(o->county, county));
}

/* The offer on air now: the best of that source's; NULL: none. */
static struct offer *find_current(const struct merger *g, bool whole, struct slice county,
                                  uint32_t on_air)
{
    struct offer *current = NULL;

    for (uint32_t i = 0; on_air != NONE && i < g->offers.count; i++) {
        struct offer *o = &g->offers.list[i];
        if (o->source == on_air && is_about(o, whole, county) &&
            (!current || goes_before(g, o, current)))
            current = o;
    }
    return current;
}

/* The best with votes that is about this; `fit`: it may take over from `current`. NULL: none. */
static struct offer *best_of(const struct merger *g, bool whole, struct slice county, bool fit,
                             const struct offer *current)
{
    bool stands = current && current->usable && current->total > 0;
    struct offer *best = NULL;

    for (uint32_t i = 0; i < g->offers.count; i++) {
        struct offer *o = &g->offers.list[i];
        bool lower = stands && o != current && o->total < current->total;
        if (!is_about(o, whole, county) || !o->complete || o->total == 0)
            continue;
        if (fit && (!may_lead(o) || lower))
            continue;
        if (!best || goes_before(g, o, best))
            best = o;
    }
    return best;
}

/* The offer to be on air where that of source `on_air` (NONE: nothing) is. NULL: none has votes. */
static struct offer *choose(const struct merger *g, bool whole, struct slice county,
                            uint32_t on_air)
{
    struct offer *current = find_current(g, whole, county, on_air);
    struct offer *best = best_of(g, whole, county, true, current);

    if (best)
        return best;
    /* None is fit to take over: what is on air stays; after a restart, the last that was known. */
    return current && current->total > 0 ? current : best_of(g, whole, county, false, NULL);
}

/* Before the first vote: any that is in order, to show names at zero. */
static struct offer *choose_idle(const struct merger *g)
{
    struct offer *best = NULL;

    for (uint32_t i = 0; i < g->offers.count; i++) {
        struct offer *o = &g->offers.list[i];
        if (!o->contests[0]->unit_count || o->total > 0)
            continue;
        if (!best || (o->whole && !best->whole) ||
            (o->whole == best->whole && o->usable && !best->usable) ||
            (o->whole == best->whole && o->usable == best->usable && goes_before(g, o, best)))
            best = o;
    }
    return best;
}

/* ---- adding up ---- */

static uint32_t endorsement_of(const struct race *r, const struct feed_contest *c, uint32_t choice)
{
    for (uint32_t i = 0; i < r->link_count; i++)
        if (r->links[i].contest == c && r->links[i].choice == choice)
            return r->links[i].endorsement;
    return NONE;
}

static bool same_name(struct merger *g, struct slice a, struct slice b)
{
    struct slice x = text_fold_copy(a, g->scratch), y = text_fold_copy(b, g->scratch);

    return x.len && slice_eq(x, y);
}

/* Where among the first `known` choices this one's votes are added; NONE: nowhere yet. Within one
 * contest only the lines of one endorsed person are one (fusion); between contests a name is. */
static uint32_t find_row(struct merger *g, const struct figures *f, uint32_t known,
                         const struct feed_choice *x, uint32_t endorsement)
{
    if (endorsement != NONE) {
        for (uint32_t i = 0; i < f->count; i++)
            if (f->choices[i].endorsement == endorsement)
                return i;
        return NONE;
    }
    for (uint32_t i = 0; i < known; i++)
        if (f->choices[i].endorsement == NONE && x->name.len &&
            same_name(g, f->choices[i].name, x->name))
            return i;
    return NONE;
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

static void add_contest(struct merger *g, struct figures *f, const struct feed_contest *c)
{
    uint32_t known = f->count;

    for (uint32_t k = 0; c->unit_count && k < c->choice_count; k++) {
        const struct feed_choice *x = &c->choices[k];
        uint32_t en = endorsement_of(g->r, c, k);
        uint32_t row = find_row(g, f, known, x, en);
        if (row != NONE) {
            add_votes(&f->choices[row].votes, c->units[0].votes[k]);
            continue;
        }
        f->strange |= known > 0;
        f->choices[f->count++] = (struct race_choice){
            .name = x->name,
            .party = x->party,
            .votes = c->units[0].votes[k] < 0 ? VOTES_UNKNOWN : c->units[0].votes[k],
            .endorsement = en,
            .write_in = (x->flags & RESULTS_WRITE_IN) != 0,
        };
    }
    if (c->unit_count) {
        add_units(&f->reporting, c->units[0].reporting);
        add_units(&f->total, c->units[0].total);
    }
    f->doubt |= class_of(c->doubt) >= CLASS_HOLD;
    f->corrected |= c->corrected;
    if (f->changed_ms < c->changed_ms)
        f->changed_ms = c->changed_ms;
}

static bool begin_figures(struct merger *g, struct figures *f, struct err *e)
{
    size_t room = 1;

    for (uint32_t i = 0; i < g->r->contest_count; i++)
        room += g->r->contests[i]->choice_count;
    *f = (struct figures){.choices = arena_array(g->scratch, room, sizeof(*f->choices)),
                          .changed_ms = WHEN_UNKNOWN};
    return f->choices || full(e);
}

static void add_offer_to(struct merger *g, struct figures *f, const struct offer *o)
{
    for (uint32_t i = 0; i < o->count; i++)
        add_contest(g, f, o->contests[i]);
}

/* ---- disagreement ---- */

/* The choice of `f` that row `i` of `of` is; NONE where names and links do not tell. */
static uint32_t counterpart(struct merger *g, const struct figures *f, const struct figures *of,
                            uint32_t i)
{
    for (uint32_t k = 0; k < f->count; k++) {
        uint32_t a = of->choices[i].endorsement, b = f->choices[k].endorsement;
        if (a != NONE && a == b)
            return k;
        if (a == NONE && b == NONE && of->choices[i].name.len &&
            same_name(g, of->choices[i].name, f->choices[k].name))
            return k;
    }
    return NONE;
}

/* Is row i among the first `seats` by votes? A tie at the edge leaves it in. */
static bool is_leading(const struct figures *f, uint32_t i, int64_t seats)
{
    int64_t above = 0;

    for (uint32_t k = 0; k < f->count; k++)
        above += f->choices[k].votes > f->choices[i].votes;
    return above < seats;
}

static bool leaders_differ(struct merger *g, const struct figures *a, const struct figures *b)
{
    int64_t seats = g->r->seats > 0 ? g->r->seats : 1;

    for (uint32_t i = 0; i < a->count; i++) {
        uint32_t k = counterpart(g, b, a, i);
        if (k != NONE && is_leading(a, i, seats) != is_leading(b, k, seats))
            return true;
    }
    return false;
}

static bool is_complete(const struct merger *g, const struct offer *o)
{
    for (uint32_t i = 0; i < o->count; i++) {
        const struct feed_contest *c = o->contests[i];
        if (g->m->feeds[c->source].files[c->file].status < RESULTS_COMPLETE)
            return false;
    }
    return true;
}

static bool look_for_disagreement(struct merger *g, const struct offer *on, const struct figures *f,
                                  bool *out, struct err *e)
{
    *out = false;
    for (uint32_t i = 0; i < g->offers.count && !*out; i++) {
        const struct offer *o = &g->offers.list[i];
        struct figures theirs;
        if (o->source == on->source || !o->whole || !may_lead(o))
            continue;
        if (!begin_figures(g, &theirs, e))
            return false;
        add_offer_to(g, &theirs, o);
        bool apart = far_below(g, o->total, on->total) || far_below(g, on->total, o->total);
        *out = leaders_differ(g, f, &theirs) || (apart && is_complete(g, o) && is_complete(g, on));
    }
    return true;
}

/* ---- counties ---- */

/* The county is one of the race's, or the race's are not said. */
static bool is_of_race(const struct merger *g, struct slice county)
{
    bool said = false;

    for (uint32_t i = 0; i < g->r->endorsement_count; i++) {
        const struct endorsement *en = &g->m->endorsed->list[g->r->endorsements[i]];
        said |= en->county_count > 0;
        for (size_t k = 0; k < en->county_count; k++)
            if (polls_same_county(en->counties[k], county))
                return true;
    }
    return !said;
}

static uint32_t counties_of(const struct merger *g)
{
    size_t most = 0;

    for (uint32_t i = 0; i < g->r->endorsement_count; i++) {
        const struct endorsement *en = &g->m->endorsed->list[g->r->endorsements[i]];
        most = en->county_count > most ? en->county_count : most;
    }
    return (uint32_t)most;
}

static uint32_t county_source(const struct race_county *list, uint32_t count, struct slice county)
{
    for (uint32_t i = 0; i < count; i++)
        if (polls_same_county(list[i].county, county))
            return list[i].source;
    return NONE;
}

struct counties {
    struct race_county *list;
    uint32_t count;
    int64_t total;
};

/* One source a county, added up. */
static bool sum_counties(struct merger *g, struct figures *f, struct counties *in, struct err *e)
{
    struct race *r = g->r;

    *in =
        (struct counties){.list = arena_array(g->scratch, g->offers.count + 1, sizeof(*in->list))};
    if (!in->list || !begin_figures(g, f, e))
        return full(e);
    for (uint32_t i = 0; i < g->offers.count; i++) {
        struct slice county = g->offers.list[i].county;
        if (g->offers.list[i].whole || !is_of_race(g, county) ||
            county_source(in->list, in->count, county) != NONE)
            continue;
        uint32_t now = r->summed ? county_source(r->counties, r->counties_in, county) : NONE;
        struct offer *o = choose(g, false, county, now);
        if (!o)
            continue;
        add_offer_to(g, f, o);
        in->list[in->count++] = (struct race_county){o->county, o->source};
        if (__builtin_add_overflow(in->total, o->total, &in->total))
            in->total = INT64_MAX;
    }
    return true;
}

/* ---- the race ---- */

/* What the race is to show. */
struct outcome_of_merge {
    struct figures f;
    struct counties in;
    uint32_t on_air;
    bool summed;
    uint32_t flags;
};

/* Figures of one source; before the first vote, of any. */
static bool take_one(struct merger *g, const struct offer *o, struct outcome_of_merge *out,
                     struct err *e)
{
    bool differ = false;

    if (!begin_figures(g, &out->f, e))
        return false;
    if (!o) {
        o = choose_idle(g);
        if (o)
            add_offer_to(g, &out->f, o);
        return true;
    }
    out->on_air = o->source;
    add_offer_to(g, &out->f, o);
    if (!look_for_disagreement(g, o, &out->f, &differ, e))
        return false;
    out->flags |= differ ? RACE_DISAGREEMENT : 0;
    return true;
}

static bool decide(struct merger *g, struct outcome_of_merge *out, struct err *e)
{
    struct race *r = g->r;
    struct offer *o = choose(g, true, SLICE(""), r->summed ? NONE : r->on_air);

    *out = (struct outcome_of_merge){.on_air = NONE};
    if (!o || r->summed) {
        if (!sum_counties(g, &out->f, &out->in, e))
            return false;
        out->summed = out->in.count > 0 && (!o || (may_lead(o) && o->total < out->in.total));
    }
    if (out->summed) {
        uint32_t of = counties_of(g);
        out->flags |= out->in.count < of || of == 0 ? RACE_PARTIAL : 0;
    } else {
        out->in.count = 0;
        if (!take_one(g, o, out, e))
            return false;
    }
    out->flags |= out->f.doubt || out->f.strange ? RACE_IN_DOUBT : 0;
    out->flags |= out->f.corrected ? RACE_CORRECTED : 0;
    return true;
}

static bool same_choices(const struct race *r, const struct figures *f)
{
    if (r->choice_count != f->count)
        return false;
    for (uint32_t i = 0; i < f->count; i++) {
        const struct race_choice *a = &r->choices[i], *b = &f->choices[i];
        if (a->votes != b->votes || a->endorsement != b->endorsement ||
            a->write_in != b->write_in || !slice_eq(a->name, b->name) ||
            !slice_eq(a->party, b->party))
            return false;
    }
    return r->units_reporting == f->reporting && r->units_total == f->total;
}

static bool same_counties(const struct race *r, const struct counties *in)
{
    if (r->counties_in != in->count)
        return false;
    for (uint32_t i = 0; i < in->count; i++)
        if (r->counties[i].source != in->list[i].source ||
            !slice_eq(r->counties[i].county, in->list[i].county))
            return false;
    return true;
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
    if (out->in.count > r->county_room) {
        struct race_county *list = arena_array(m->strings, out->in.count, sizeof(*list));
        if (!list)
            return full(e);
        if (r->counties_in)
            memcpy(list, r->counties, r->counties_in * sizeof(*list));
        r->counties = list;
        r->county_room = out->in.count;
    }
    return true;
}

/* Show it. True when anything differs from before. */
static bool show(struct merger *g, const struct outcome_of_merge *out)
{
    const uint32_t ours = RACE_DISAGREEMENT | RACE_IN_DOUBT | RACE_CORRECTED | RACE_PARTIAL;
    struct race *r = g->r;
    uint32_t of = out->summed ? counties_of(g) : 0;
    bool figures = !same_choices(r, &out->f) || r->on_air != out->on_air ||
                   r->summed != out->summed || !same_counties(r, &out->in);
    bool changed = figures || (r->flags & ours) != out->flags || r->counties_of != of;

    if (out->f.count)
        memcpy(r->choices, out->f.choices, out->f.count * sizeof(*r->choices));
    if (out->in.count)
        memcpy(r->counties, out->in.list, out->in.count * sizeof(*r->counties));
    r->choice_count = out->f.count;
    r->counties_in = out->in.count;
    r->counties_of = of;
    r->units_reporting = out->f.reporting;
    r->units_total = out->f.total;
    r->on_air = out->on_air;
    r->summed = out->summed;
    r->flags = (r->flags & ~ours) | out->flags;
    bool shows = r->on_air != NONE || r->summed;
    if (figures && shows && (r->updated_ms == WHEN_UNKNOWN || r->updated_ms < out->f.changed_ms))
        r->updated_ms = out->f.changed_ms;
    return changed;
}

static bool need_lag(struct model *m, struct race *r, struct err *e)
{
    if (r->lag_since)
        return true;
    r->lag_since = arena_array(m->strings, m->settings->source_count + 1, sizeof(*r->lag_since));
    for (size_t i = 0; r->lag_since && i <= m->settings->source_count; i++)
        r->lag_since[i] = WHEN_UNKNOWN;
    return r->lag_since || full(e);
}

bool merge_race(struct model *m, struct race *r, int64_t now_ms, bool *changed, struct err *e)
{
    struct merger g = {.m = m, .r = r, .now_ms = now_ms, .scratch = arena_new(SCRATCH)};
    struct outcome_of_merge out;
    bool ok = g.scratch ? need_lag(m, r, e) && make_offers(&g, e) : full(e);

    *changed = false;
    if (ok) {
        look_at_lag(&g);
        ok = decide(&g, &out, e) && make_room(m, r, &out, e);
    }
    if (ok)
        *changed = show(&g, &out);
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
    for (uint32_t i = 0; i < m->race_count; i++) {
        for (uint32_t k = 0; m->races[i].lag_since && k < s->source_count; k++) {
            int64_t since = m->races[i].lag_since[k];
            if (since != WHEN_UNKNOWN && since + s->guards.lag_ms > now_ms &&
                since + s->guards.lag_ms < next)
                next = since + s->guards.lag_ms;
        }
    }
    return next;
}
