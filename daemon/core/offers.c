/* SPDX-License-Identifier: ISC */
/* Choosing among sources. */
#include "daemon/core/offers.h"

#include "daemon/base/when.h"
#include "daemon/core/feed.h"
#include "daemon/core/polls.h"

enum { BP = 10000 };

static bool full(struct err *e)
{
    return err_set(e, ERR_DATA, "no memory to merge a race; it stays as it was");
}

static const struct settings_source *source_of(const struct offers *g, uint32_t source)
{
    return &g->m->settings->sources[source];
}

/* ---- making ---- */

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

static bool is_usable(const struct offers *g, const struct feed_contest *c)
{
    return !c->gone && !is_held(c) &&
           (feed_fresh(g->m, c->source, c->file, g->now_ms) ||
            g->m->feeds[c->source].files[c->file].unasked);
}

/* The one county a contest is about; empty: it is not limited to one. */
static struct slice county_of(const struct offers *g, const struct feed_contest *c)
{
    if (c->county.len)
        return c->county;
    return source_of(g, c->source)->covers_county ? source_of(g, c->source)->county : SLICE("");
}

/* Does the race lie in this county and no other? Where the list does not say, what is elected
 * within a county by its kind does. */
static bool race_lies_in(const struct offers *g, struct slice county)
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
static bool same_group(const struct offers *g, uint32_t a, uint32_t b)
{
    const struct settings_source *x = source_of(g, a), *y = source_of(g, b);

    return x->part.len && y->part.len && a != b && !slice_eq(x->part, y->part) &&
           slice_eq_nocase(x->state, y->state) && slice_eq_nocase(x->county, y->county) &&
           x->covers_county == y->covers_county;
}

/* The offer this contest is a part of; NULL: it is one of its own. */
static struct offer *find_group(struct offers *g, const struct feed_contest *c)
{
    for (uint32_t i = 0; i < g->count; i++) {
        struct offer *o = &g->list[i];
        if (same_group(g, o->contests[0]->source, c->source) &&
            slice_eq(o->contests[0]->county, c->county))
            return o;
    }
    return NULL;
}

/* Are all parts that are configured there? */
static bool parts_complete(const struct offers *g, const struct offer *o)
{
    uint32_t parts = 1;

    for (uint32_t s = 0; s < g->m->settings->source_count; s++)
        parts += same_group(g, o->source, s);
    return !source_of(g, o->source)->part.len || o->count == parts;
}

static bool add_offer(struct offers *g, struct feed_contest *c, struct err *e)
{
    struct offer *o = source_of(g, c->source)->part.len ? find_group(g, c) : NULL;

    if (!o) {
        o = &g->list[g->count++];
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

bool offers_make(struct offers *g, struct err *e)
{
    g->list = arena_array(g->scratch, g->r->contest_count + 1, sizeof(struct offer));
    if (!g->list)
        return full(e);
    for (uint32_t i = 0; i < g->r->contest_count; i++) {
        struct feed_contest *c = g->r->contests[i];
        if (source_of(g, c->source)->votes && !add_offer(g, c, e))
            return false;
    }
    for (uint32_t i = 0; i < g->count; i++) {
        struct offer *o = &g->list[i];
        o->complete = parts_complete(g, o);
        o->usable &= o->complete;
    }
    return true;
}

/* ---- lag ---- */

bool offers_far_below(const struct offers *g, int64_t a, int64_t b)
{
    return (__int128)a * BP < (__int128)b * (BP - g->m->settings->guards.lag_bp);
}

/* Where a source has several contests of the race (two parties' primaries), the largest speaks for
 * it. */
static bool speaks(const struct offers *g, const struct offer *o)
{
    for (uint32_t i = 0; i < g->count; i++) {
        const struct offer *x = &g->list[i];
        if (x != o && x->whole && x->source == o->source &&
            (x->total > o->total || (x->total == o->total && x < o)))
            return false;
    }
    return true;
}

void offers_look_at_lag(struct offers *g)
{
    struct race *r = g->r;
    int64_t most = 0;

    for (uint32_t i = 0; i < g->count; i++) {
        const struct offer *o = &g->list[i];
        if (o->whole && o->usable && o->total > most)
            most = o->total;
    }
    for (uint32_t i = 0; i < g->count; i++) {
        struct offer *o = &g->list[i];
        int64_t *since = &r->lag_since[o->source];
        if (!o->whole || !speaks(g, o))
            continue;
        if (!offers_far_below(g, o->total, most))
            *since = WHEN_UNKNOWN;
        else if (*since == WHEN_UNKNOWN)
            *since = g->now_ms;
        o->lagging = *since != WHEN_UNKNOWN && g->now_ms - *since >= g->m->settings->guards.lag_ms;
    }
}

/* ---- choosing ---- */

bool offers_may_lead(const struct offer *o)
{
    return o->usable && !o->lagging && o->total > 0;
}

/* Does a go before b, whatever is on air? */
static bool goes_before(const struct offers *g, const struct offer *a, const struct offer *b)
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
static struct offer *find_current(const struct offers *g, bool whole, struct slice county,
                                  uint32_t on_air)
{
    struct offer *current = NULL;

    for (uint32_t i = 0; on_air != NONE && i < g->count; i++) {
        struct offer *o = &g->list[i];
        if (o->source == on_air && is_about(o, whole, county) &&
            (!current || goes_before(g, o, current)))
            current = o;
    }
    return current;
}

/* The best with votes that is about this; `fit`: it may take over from `current`. NULL: none. */
static struct offer *best_of(const struct offers *g, bool whole, struct slice county, bool fit,
                             const struct offer *current)
{
    bool stands = current && current->usable && current->total > 0;
    struct offer *best = NULL;

    for (uint32_t i = 0; i < g->count; i++) {
        struct offer *o = &g->list[i];
        bool lower = stands && o != current && o->total < current->total;
        if (!is_about(o, whole, county) || !o->complete || o->total == 0)
            continue;
        if (fit && (!offers_may_lead(o) || lower))
            continue;
        if (!best || goes_before(g, o, best))
            best = o;
    }
    return best;
}

struct offer *offers_choose(const struct offers *g, bool whole, struct slice county,
                            uint32_t on_air)
{
    struct offer *current = find_current(g, whole, county, on_air);
    struct offer *best = best_of(g, whole, county, true, current);

    if (best)
        return best;
    /* None is fit to take over: what is on air stays; after a restart, the last that was known. */
    return current && current->total > 0 ? current : best_of(g, whole, county, false, NULL);
}

struct offer *offers_choose_idle(const struct offers *g)
{
    struct offer *best = NULL;

    for (uint32_t i = 0; i < g->count; i++) {
        struct offer *o = &g->list[i];
        if (!o->contests[0]->unit_count || o->total > 0)
            continue;
        if (!best || (o->whole && !best->whole) ||
            (o->whole == best->whole && o->usable && !best->usable) ||
            (o->whole == best->whole && o->usable == best->usable && goes_before(g, o, best)))
            best = o;
    }
    return best;
}
