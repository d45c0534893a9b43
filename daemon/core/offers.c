/* SPDX-License-Identifier: ISC */
/* Choosing among sources. */
#include "daemon/core/offers.h"

#include "daemon/base/when.h"
#include "daemon/core/feed.h"
#include "daemon/core/fits.h"
#include "daemon/core/match_index.h"
#include "daemon/core/polls.h"
#include "daemon/core/primaries.h"
#include "daemon/core/rests.h"

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

static void add_total(int64_t *to, int64_t votes)
{
    if (__builtin_add_overflow(*to, votes, to))
        *to = INT64_MAX;
}

int64_t offers_total(const struct feed_contest *c)
{
    int64_t sum = 0;

    for (uint32_t i = 0; c->unit_count && i < c->choice_count; i++)
        if (c->units[0].votes[i] > 0)
            add_total(&sum, c->units[0].votes[i]);
    return sum;
}

static enum verdict_class class_of(enum verdict v)
{
    return verdict_info[v].class;
}

bool offers_is_held(const struct feed_contest *c)
{
    return c->doubt == VERDICT_CONTEST_BAD || !c->unit_count ||
           class_of(c->units[0].hold.why) == CLASS_HOLD;
}

bool offers_is_fresh(const struct offers *g, const struct feed_contest *c)
{
    const struct feed *feed = &g->m->feeds[c->source];

    return !feed->paused &&
           (feed_fresh(g->m, c->source, c->file, g->now_ms) || feed->files[c->file].unasked);
}

/* May it stay on air? What its feed no longer has keeps its last figures. */
static bool does_stand(const struct offers *g, const struct feed_contest *c)
{
    return !offers_is_held(c) && !rests_is_kept(g->r, c) &&
           g->m->feeds[c->source].files[c->file].doubt == VERDICT_ACCEPTED && offers_is_fresh(g, c);
}

struct slice offers_county(const struct model *m, const struct feed_contest *c)
{
    return c->county.len ? c->county : m->settings->sources[c->source].county;
}

enum endorse_tri offers_list_names(const struct model *m, const struct race *r, struct slice county)
{
    enum endorse_tri said = TRI_UNSAID;

    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct endorsement *en = &m->endorsed->list[r->endorsements[i]];
        said = en->county_count > 0 ? TRI_NO : said;
        for (size_t k = 0; k < en->county_count; k++)
            if (polls_same_county(en->counties[k], county))
                return TRI_YES;
    }
    return said;
}

/* Does the list say that the race lies in this county and no other? */
static enum endorse_tri list_says(const struct model *m, const struct race *r, struct slice county)
{
    enum endorse_tri said = TRI_UNSAID;

    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct endorsement *en = &m->endorsed->list[r->endorsements[i]];
        const struct slice *list = en->county_count ? en->counties : &en->county;
        size_t count = en->county_count ? en->county_count : en->county_tells;
        for (size_t k = 0; k < count; k++)
            if (!polls_same_county(list[k], county))
                return TRI_NO;
        said = count > 0 ? TRI_YES : said;
    }
    return said;
}

/* Is a contest the race itself, though nobody's line in it is sure? What a state numbers is one
 * race in all its counties. */
static bool is_known_as(const struct model *m, uint32_t endorsement, const struct feed_contest *c)
{
    const struct office_class *class = m->match->people[endorsement].race.office.class;
    uint32_t i, end = fits_of(c->fits, endorsement, &i);

    for (; class && (class->reach == REACH_STATE || class->reach == REACH_DISTRICT) && i < end; i++)
        if (c->fits->list[i].race_same)
            return true;
    return false;
}

struct walk { /* over the contests of a race, and those that may be it */
    uint32_t contest, endorsement, seen;
};

/* The county of the next one that is of one county. False: no more. */
static bool next_county(const struct model *m, const struct race *r, struct walk *at,
                        struct slice *county)
{
    while (at->contest < r->contest_count) {
        *county = offers_county(m, r->contests[at->contest++]);
        if (county->len > 0)
            return true;
    }
    for (; at->endorsement < r->endorsement_count; at->endorsement++, at->seen = 0) {
        uint32_t e = r->endorsements[at->endorsement];
        while (at->seen < m->match->people[e].seen_count) {
            const struct feed_contest *c = m->match->people[e].seen[at->seen++];
            *county = offers_county(m, c);
            if (county->len > 0 && is_known_as(m, e, c))
                return true;
        }
    }
    return false;
}

/* Has the race a contest of another county too? */
static bool lies_elsewhere(const struct model *m, const struct race *r, struct slice county)
{
    struct walk at = {0};
    struct slice other;

    while (next_county(m, r, &at, &other))
        if (!slice_eq_nocase(other, county) && !polls_same_county(other, county))
            return true;
    return false;
}

bool offers_list_is_short(const struct model *m, const struct race *r)
{
    struct walk at = {0};
    struct slice county;

    while (next_county(m, r, &at, &county))
        if (offers_list_names(m, r, county) == TRI_NO)
            return true;
    return false;
}

bool offers_may_be_part(const struct model *m, const struct race *r, const struct feed_contest *c)
{
    struct slice county = offers_county(m, c);

    return county.len > 0 && list_says(m, r, county) != TRI_NO;
}

bool offers_is_part(const struct model *m, const struct race *r, const struct feed_contest *c)
{
    return offers_may_be_part(m, r, c) && lies_elsewhere(m, r, offers_county(m, c));
}

/* Is it elected within a county, by its kind, until another county has it too? */
static bool is_local(const struct endorsement *en)
{
    return en->level == LEVEL_COUNTY || en->level == LEVEL_LOCAL || en->level == LEVEL_SCHOOL;
}

bool offers_is_statewide(const struct model *m, const struct race *r)
{
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct endorsement *en = &m->endorsed->list[r->endorsements[i]];
        if (!is_local(en) && en->level != LEVEL_UNKNOWN && en->district.len == 0 &&
            en->jurisdiction.len == 0)
            return true;
    }
    return false;
}

bool offers_is_whole(const struct model *m, const struct race *r, const struct feed_contest *c)
{
    struct slice county = offers_county(m, c);
    enum endorse_tri listed = list_says(m, r, county);
    bool local = r->endorsement_count > 0;

    if (county.len == 0)
        return true;
    if (listed == TRI_NO || lies_elsewhere(m, r, county))
        return false;
    if (listed == TRI_YES)
        return true;
    for (uint32_t i = 0; i < r->endorsement_count; i++)
        local &= is_local(&m->endorsed->list[r->endorsements[i]]);
    if (m->settings->sources[c->source].covers_county)
        return false;
    return c->county.len ? local : !offers_is_statewide(m, r);
}

bool offers_is_surely_whole(const struct model *m, const struct race *r,
                            const struct feed_contest *c)
{
    struct slice county = offers_county(m, c);

    if (!offers_is_whole(m, r, c))
        return false;
    if (county.len == 0 || list_says(m, r, county) == TRI_YES)
        return true;
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct race_ours *ours = &m->match->people[r->endorsements[i]].race;
        const struct office_class *class = ours->office.class;
        if (class ? class->reach < REACH_COUNTY : !is_local(ours->e))
            return false;
    }
    return true;
}

/* Whatever came first on the night, the order of the list is one: of sources, then of counties. */
static bool comes_before(const struct feed_contest *a, const struct feed_contest *b)
{
    int order = a->source != b->source ? (a->source < b->source ? -1 : 1) : 0;

    if (order == 0)
        order = slice_cmp(a->county, b->county);
    if (order == 0)
        order = slice_cmp(a->id, b->id);
    return order < 0 || (order == 0 && slice_cmp(a->text, b->text) < 0);
}

/* The contests whose source's votes are used, in that order. */
static struct feed_contest **sorted(const struct offers *g, uint32_t *count)
{
    struct feed_contest **list =
        arena_array(g->scratch, g->r->contest_count + 1, sizeof(struct feed_contest *));

    *count = 0;
    for (uint32_t i = 0; list && i < g->r->contest_count; i++) {
        struct feed_contest *c = g->r->contests[i];
        uint32_t at = *count;
        if (!source_of(g, c->source)->votes)
            continue;
        for (; at > 0 && comes_before(c, list[at - 1]); at--)
            list[at] = list[at - 1];
        list[at] = c;
        ++*count;
    }
    return list;
}

static bool has_primary(const struct offers *g, const struct offer *o, const char *primary)
{
    for (uint32_t i = 0; i < o->count; i++)
        if (primaries_same(primaries_of(g->r, o->contests[i]), primary))
            return true;
    return false;
}

/* The offer to which a contest belongs as one more primary of the same source; NULL: it is one of
 * its own. */
static struct offer *beside(const struct offers *g, const struct feed_contest *c)
{
    const char *primary = primaries_of(g->r, c);

    for (uint32_t i = 0; primary && i < g->count; i++) {
        struct offer *o = &g->list[i];
        if (o->source == c->source && slice_eq(o->contests[0]->county, c->county) &&
            !has_primary(g, o, primary) && !has_primary(g, o, NULL))
            return o;
    }
    return NULL;
}

static bool add_offer(struct offers *g, struct feed_contest *c, struct err *e)
{
    struct offer *o = beside(g, c);

    if (!o) {
        o = &g->list[g->count];
        *o = (struct offer){.source = c->source,
                            .county = offers_county(g->m, c),
                            .whole = offers_is_whole(g->m, g->r, c),
                            .complete = true,
                            .stands = true,
                            .usable = true};
        o->contests = arena_array(g->scratch, g->r->contest_count, sizeof(struct feed_contest *));
        if (!o->contests)
            return full(e);
        g->count++;
    }
    o->contests[o->count++] = c;
    add_total(&o->total, offers_total(c));
    o->stands &= does_stand(g, c);
    o->usable &= o->stands && !c->gone;
    return true;
}

static uint32_t primaries_in(const struct offers *g, const struct offer *o)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < o->count; i++) {
        bool counted = false;
        for (uint32_t k = 0; k < i && !counted; k++)
            counted = primaries_same(primaries_of(g->r, o->contests[k]),
                                     primaries_of(g->r, o->contests[i]));
        n += !counted;
    }
    return n;
}

/* One party's primary is not the race where another source has votes of two. */
static void look_for_primaries(struct offers *g)
{
    for (uint32_t i = 0; g->r->primaries > 1 && i < g->count; i++) {
        struct offer *o = &g->list[i];
        for (uint32_t k = 0; k < g->count; k++)
            if (g->list[k].total > 0 && offers_compare(&g->list[k], o) &&
                primaries_in(g, &g->list[k]) > primaries_in(g, o))
                o->complete = o->stands = o->usable = false;
    }
}

/* ---- parts ---- */

/* Parts of the same thing, or the same part of it. */
static bool same_place(const struct settings_source *x, const struct settings_source *y)
{
    return x->part.len && y->part.len && slice_eq_nocase(x->state, y->state) &&
           (slice_eq(x->county, y->county) || polls_same_county(x->county, y->county)) &&
           x->covers_county == y->covers_county;
}

static bool is_part_with(const struct offers *g, const struct offer *a, const struct offer *b)
{
    return same_place(source_of(g, a->source), source_of(g, b->source)) &&
           slice_eq(a->contests[0]->county, b->contests[0]->county);
}

static bool goes_before(const struct offers *g, const struct offer *a, const struct offer *b);

/* The best offer of one part among those that belong with `first`; NULL: it is not there, or one
 * source has two, and nobody can tell which belongs to the other parts. */
static struct offer *best_part(const struct offers *g, const struct offer *first, struct slice part)
{
    struct offer *best = NULL;

    for (uint32_t i = 0; i < g->count; i++) {
        struct offer *o = &g->list[i];
        if (!is_part_with(g, first, o) || !slice_eq(source_of(g, o->source)->part, part))
            continue;
        for (uint32_t k = 0; k < i; k++)
            if (g->list[k].source == o->source && is_part_with(g, first, &g->list[k]))
                return NULL;
        if (!best || (o->usable && !best->usable) ||
            (o->usable == best->usable && goes_before(g, o, best)))
            best = o;
    }
    return best;
}

/* Is it the first configured source of its part? */
static bool names_a_part(const struct settings *s, uint32_t source)
{
    for (uint32_t k = 0; k < source; k++)
        if (same_place(&s->sources[k], &s->sources[source]) &&
            slice_eq(s->sources[k].part, s->sources[source].part))
            return false;
    return true;
}

/* One offer of all parts that belong with `first`. A part alone is not the whole. */
static bool fuse_parts(const struct offers *g, const struct offer *first, struct offer *out,
                       struct err *e)
{
    const struct settings *s = g->m->settings;
    uint32_t parts = 0, there = 0;

    *out = *first;
    out->contests = arena_array(g->scratch, g->r->contest_count, sizeof(struct feed_contest *));
    if (!out->contests)
        return full(e);
    out->count = 0;
    out->total = 0;
    for (uint32_t k = 0; k < s->source_count; k++) {
        if (!same_place(source_of(g, first->source), &s->sources[k]) || !names_a_part(s, k))
            continue;
        const struct offer *o = best_part(g, first, s->sources[k].part);
        parts++;
        if (!o)
            continue;
        there++;
        out->source = out->count == 0 || o->source < out->source ? o->source : out->source;
        for (uint32_t i = 0; i < o->count; i++)
            out->contests[out->count++] = o->contests[i];
        out->stands &= o->stands;
        out->usable &= o->usable;
        add_total(&out->total, o->total);
    }
    out->complete = there == parts && parts > 1;
    out->stands &= out->complete;
    out->usable &= out->complete;
    if (out->count == 0)
        out->contests[out->count++] = first->contests[0];
    return true;
}

static bool add_parts(struct offers *g, struct err *e)
{
    struct offer *list = arena_array(g->scratch, g->count + 1, sizeof(*list));
    uint32_t count = 0;

    for (uint32_t i = 0; list && i < g->count; i++) {
        bool done = false;
        for (uint32_t k = 0; k < i && !done; k++)
            done = is_part_with(g, &g->list[k], &g->list[i]);
        if (done)
            continue;
        if (source_of(g, g->list[i].source)->part.len == 0)
            list[count++] = g->list[i];
        else if (!fuse_parts(g, &g->list[i], &list[count++], e))
            return false;
    }
    g->list = list;
    g->count = count;
    return list || full(e);
}

bool offers_make(struct offers *g, struct err *e)
{
    bool parts = false;
    uint32_t count;
    struct feed_contest **contests = sorted(g, &count);

    g->list = arena_array(g->scratch, g->r->contest_count + 1, sizeof(struct offer));
    if (!g->list || !contests)
        return full(e);
    for (uint32_t i = 0; i < count; i++) {
        if (!add_offer(g, contests[i], e))
            return false;
        parts |= source_of(g, contests[i]->source)->part.len > 0;
    }
    if (parts && !add_parts(g, e))
        return false;
    look_for_primaries(g);
    return true;
}

/* ---- lag ---- */

bool offers_far_below(const struct offers *g, int64_t a, int64_t b)
{
    return (__int128)a * BP < (__int128)b * (BP - g->m->settings->guards.lag_bp);
}

bool offers_compare(const struct offer *a, const struct offer *b)
{
    return a->whole == b->whole && (a->whole || polls_same_county(a->county, b->county));
}

void offers_look_at_lag(struct offers *g, bool whole, int64_t least)
{
    for (uint32_t i = 0; i < g->count; i++) {
        struct offer *o = &g->list[i];
        int64_t *since = &o->contests[0]->lag_since, most = least;
        if (o->whole != whole)
            continue;
        for (uint32_t k = 0; k < g->count; k++) {
            const struct offer *x = &g->list[k];
            if (x->source != o->source && x->usable && x->total > most && offers_compare(x, o))
                most = x->total;
        }
        bool behind = o->complete && offers_far_below(g, o->total, most); /* a part never is */
        if (!behind)
            *since = 0;
        else if (*since == 0)
            *since = g->now_ms;
        o->lagging = *since != 0 && g->now_ms - *since >= g->m->settings->guards.lag_ms;
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
    bool stands = current && current->stands && current->total > 0;
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

bool offers_is_pinned(const struct offers *g, const struct offer *o)
{
    for (uint32_t i = 0; g->r->pinned && i < o->count; i++)
        if (source_of(g, o->contests[i]->source) == g->r->pinned)
            return true;
    return false;
}

static struct offer *find_pinned(const struct offers *g, bool whole, struct slice county)
{
    struct offer *pinned = NULL;

    for (uint32_t i = 0; i < g->count; i++) {
        struct offer *o = &g->list[i];
        if (offers_is_pinned(g, o) && is_about(o, whole, county) && o->complete && o->total > 0 &&
            (!pinned || goes_before(g, o, pinned)))
            pinned = o;
    }
    return pinned;
}

struct offer *offers_choose(const struct offers *g, bool whole, struct slice county,
                            uint32_t on_air)
{
    struct offer *pinned = find_pinned(g, whole, county);
    struct offer *current = find_current(g, whole, county, on_air);
    struct offer *best = best_of(g, whole, county, true, current);

    if (pinned)
        return pinned;
    if (best)
        return best;
    /* None is fit to take over: what is on air stays; after a restart, the last that was known. */
    return current && current->total > 0 ? current : best_of(g, whole, county, false, NULL);
}

struct offer *offers_choose_idle(const struct offers *g, const struct slice *county)
{
    struct offer *best = NULL;

    for (uint32_t i = 0; i < g->count; i++) {
        struct offer *o = &g->list[i];
        if (!o->contests[0]->unit_count || o->total > 0 || (county && !is_about(o, false, *county)))
            continue;
        if (!best || (o->whole && !best->whole) ||
            (o->whole == best->whole && o->usable && !best->usable) ||
            (o->whole == best->whole && o->usable == best->usable && goes_before(g, o, best)))
            best = o;
    }
    return best;
}
