/* SPDX-License-Identifier: ISC */
/* Matching: the fits of a contest are kept with it; from the fits of all contests of a source it
 * follows which are in no doubt. */
#include "daemon/core/match.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/base/text.h"
#include "daemon/base/when.h"
#include "daemon/core/fits.h"
#include "daemon/core/match_index.h"
#include "daemon/core/match_links.h"
#include "daemon/core/primaries.h"

enum { SCRATCH = 64 << 20 };

static bool full(struct err *e)
{
    return err_set(e, ERR_BUG, "matching: the memory of the core is full; watch fewer sources");
}

/* ---- races ---- */

static void open_race(const struct endorsement *e, struct race *r)
{
    *r = (struct race){.id = e->race_id,
                       .state = e->state,
                       .office = e->office,
                       .jurisdiction = e->jurisdiction.len > 0 ? e->jurisdiction : e->county,
                       .district = e->district,
                       .seat = e->seat,
                       .date = e->date,
                       .polls_close_ms = WHEN_UNKNOWN,
                       .polls_moved_ms = WHEN_UNKNOWN,
                       .seats = e->seats,
                       .places = e->places,
                       .on_air = NONE,
                       .units_reporting = -1,
                       .units_total = -1,
                       .updated_ms = WHEN_UNKNOWN};
}

/* What one of them says; -1 when they contradict each other. */
static int64_t agreed(int64_t a, int64_t b)
{
    if (a < 0 || b < 0)
        return a > b ? a : b;
    return a == b ? a : -1;
}

static bool group_races(struct model *m, uint32_t *of)
{
    size_t n = m->endorsed->count;
    struct map *by_id = map_new(n + 1, false);
    bool *clash_seats = arena_array(m->strings, n + 1, sizeof(bool));
    bool *clash_places = arena_array(m->strings, n + 1, sizeof(bool));
    bool ok = by_id && clash_seats && clash_places;

    for (size_t i = 0; i < n && ok; i++) {
        const struct endorsement *e = &m->endorsed->list[i];
        struct race *r = map_get(by_id, e->race_id);
        if (!r) {
            r = &m->races[m->race_count++];
            open_race(e, r);
            ok = map_put(by_id, r->id, r);
        }
        size_t k = (size_t)(r - m->races);
        clash_seats[k] |= r->seats >= 0 && e->seats >= 0 && r->seats != e->seats;
        clash_places[k] |= r->places >= 0 && e->places >= 0 && r->places != e->places;
        r->seats = clash_seats[k] ? -1 : agreed(r->seats, e->seats);
        r->places = clash_places[k] ? -1 : agreed(r->places, e->places);
        r->endorsement_count++;
        of[i] = (uint32_t)k;
    }
    map_free(by_id);
    return ok;
}

static bool fill_races(struct model *m, const uint32_t *of)
{
    for (uint32_t k = 0; k < m->race_count; k++) {
        struct race *r = &m->races[k];
        r->endorsements = arena_array(m->strings, r->endorsement_count, sizeof(uint32_t));
        if (!r->endorsements)
            return false;
        r->endorsement_count = 0;
    }
    for (size_t i = 0; i < m->endorsed->count; i++) {
        struct race *r = &m->races[of[i]];
        r->endorsements[r->endorsement_count++] = (uint32_t)i;
        m->match->people[i].race_index = of[i];
    }
    return true;
}

bool match_init(struct model *m, struct err *e)
{
    size_t n = m->endorsed->count;
    uint32_t *of = arena_array(m->strings, n + 1, sizeof(*of));

    m->races = arena_array(m->strings, n + 1, sizeof(*m->races));
    m->race_count = 0;
    m->review = NULL;
    m->review_count = 0;
    if (!of || !m->races || !match_index_init(m, &m->match) || !group_races(m, of) ||
        !fill_races(m, of))
        return full(e);
    m->match->touched = arena_array(m->strings, n + 1, sizeof(uint32_t));
    m->match->is_touched = arena_array(m->strings, n + 1, sizeof(bool));
    m->match->whole = arena_array(m->strings, n + 1, sizeof(bool));
    m->match->race_links_room = arena_array(m->strings, n + 1, sizeof(uint32_t));
    m->match->race_contests_room = arena_array(m->strings, n + 1, sizeof(uint32_t));
    if (!m->match->touched || !m->match->is_touched || !m->match->whole ||
        !m->match->race_links_room || !m->match->race_contests_room)
        return full(e);
    return true;
}

uint32_t match_race_of(const struct model *m, uint32_t endorsement)
{
    return m->match->people[endorsement].race_index;
}

/* ---- the bands ---- */

/* Sources as they are configured, the contests of one by county, id and text: whatever came first,
 * they are listed alike after a restart. */
static int in_order(const void *x, const void *y)
{
    const struct feed_contest *a = *(struct feed_contest *const *)x,
                              *b = *(struct feed_contest *const *)y;
    int order = (a->source > b->source) - (a->source < b->source);

    order = order ? order : slice_cmp(a->county, b->county);
    order = order ? order : slice_cmp(a->id, b->id);
    return order ? order : slice_cmp(a->text, b->text);
}

/* One of ours on several lines of a contest is in doubt, but where a person may stand on several
 * party lines and does so under one full name. */
static bool split(const struct model *m, const struct feed_contest *c, const struct fit *f,
                  struct arena *scratch)
{
    const struct state *state = m->match->people[f->endorsement].race.state;
    uint32_t i, end = fits_of(c->fits, f->endorsement, &i);

    for (; i < end; i++) {
        const struct fit *g = &c->fits->list[i];
        if (!g->full || g == f)
            continue;
        if (g->choice == f->choice || !state || !state->fusion ||
            !fits_same_full_name(c->choices[f->choice].name, c->choices[g->choice].name, scratch) ||
            slice_eq_nocase(c->choices[f->choice].party, c->choices[g->choice].party))
            return true;
    }
    return false;
}

/* A line of ours in full; NULL: the contest has none. */
static const struct fit *full_fit(const struct match_fits *fits, uint32_t endorsement)
{
    uint32_t i, end = fits_of(fits, endorsement, &i);

    for (; i < end; i++)
        if (fits->list[i].full)
            return &fits->list[i];
    return NULL;
}

static bool fits_in_full(const struct feed_contest *c, uint32_t endorsement)
{
    return full_fit(c->fits, endorsement) != NULL;
}

static bool is_decided(const struct feed_contest *c, uint32_t endorsement)
{
    uint32_t i, end = fits_of(c->fits, endorsement, &i);

    for (; i < end; i++)
        if (c->fits->list[i].decided)
            return true;
    return false;
}

/* Contests of two counties can be the parts of one race, where the office is no county's or town's.
 */
static bool same_race_elsewhere(const struct match_person *p, const struct feed_contest *a,
                                const struct feed_contest *b)
{
    const struct office_class *class = p->race.office.class;

    return class && (class->reach == REACH_STATE || class->reach == REACH_DISTRICT) &&
           a->county.len > 0 && b->county.len > 0 && !slice_eq_nocase(a->county, b->county) &&
           slice_eq_nocase(a->text, b->text);
}

/* ... and of one source the primaries of two parties, where one may stand in both. */
static bool other_primary(const struct match_person *p, const struct feed_contest *a,
                          const struct feed_contest *b, struct arena *scratch)
{
    return p->race.cross && a->fits->party && b->fits->party &&
           !primaries_same(a->fits->party, b->fits->party) && primaries_same_contest(a, b, scratch);
}

static bool of_one_race(const struct match_person *p, const struct feed_contest *a,
                        const struct feed_contest *b, struct arena *scratch)
{
    return same_race_elsewhere(p, a, b) || other_primary(p, a, b, scratch);
}

/* Is it one full name in both? Two of one surname may stand in the two primaries. */
static bool same_person(const struct feed_contest *a, const struct feed_contest *b,
                        uint32_t endorsement, struct arena *scratch)
{
    const struct fit *x = full_fit(a->fits, endorsement), *y = full_fit(b->fits, endorsement);

    return x && y && x->choice != NONE && y->choice != NONE &&
           fits_same_full_name(a->choices[x->choice].name, b->choices[y->choice].name, scratch);
}

/* How an endorsement stands in a contest. */
enum stand { IN_FULL = 1, LIVE = 2 /* in full, and still in the feed */, DECIDED = 4 };

static unsigned standing_in(const struct feed_contest *c, uint32_t endorsement)
{
    bool full = fits_in_full(c, endorsement);

    return (full ? IN_FULL : 0U) | (full && !c->gone ? LIVE : 0U) |
           (is_decided(c, endorsement) ? DECIDED : 0U);
}

/* How the fits of one endorsement stand in one source. */
struct spread {
    unsigned any; /* of enum stand: in whichever of its contests */
    bool decided; /* a person accepted one that is still in the feed */
    bool several; /* several do, and are no parts of one race */
    /* of primaries: the names differ from one to the other; all are other parties' than the list's
     */
    bool two_names, astray;
};

/* Does it stand so in one of the source's contests? Where several primaries are open, in one of the
 * same party's: each of them is found out for itself. */
static bool any_beside(const struct match_person *p, const struct feed_contest *c,
                       uint32_t endorsement, enum stand how, const struct spread *s)
{
    if (!p->race.cross || !c->fits->party || !(s->any & how))
        return s->any & how;
    for (uint32_t i = 0; i < p->seen_count; i++) {
        const struct feed_contest *other = p->seen[i];
        bool apart = other->fits->party && !primaries_same(c->fits->party, other->fits->party);
        if (other->source == c->source && !apart && (standing_in(other, endorsement) & how))
            return true;
    }
    return false;
}

/* It left the feed, and another that has the endorsement for sure is still there. */
static bool gives_way(const struct match_person *p, const struct feed_contest *c,
                      uint32_t endorsement, const struct spread *s)
{
    return c->gone && any_beside(p, c, endorsement, LIVE, s);
}

/* Compare a contest that fits in full with those before it. */
static void compare_before(const struct match_person *p, uint32_t endorsement, uint32_t at,
                           struct arena *scratch, struct spread *s)
{
    const struct feed_contest *c = p->seen[at];

    for (uint32_t k = 0; k < at && !s->several; k++) {
        const struct feed_contest *b = p->seen[k];
        if (b->source != c->source || !fits_in_full(b, endorsement) ||
            gives_way(p, b, endorsement, s))
            continue;
        s->several = !of_one_race(p, b, c, scratch);
        s->two_names |= p->race.cross && !same_person(b, c, endorsement, scratch);
        if (!p->race.cross) /* counties are all like the first */
            return;
    }
}

static struct spread spread_of(const struct match_person *p, uint32_t endorsement, uint32_t source,
                               struct arena *scratch)
{
    const char *party = p->race.cross ? p->race.own_party : NULL;
    struct spread s = {.astray = party != NULL};

    for (uint32_t i = 0; i < p->seen_count; i++) {
        const struct feed_contest *c = p->seen[i];
        unsigned how = c->source == source ? standing_in(c, endorsement) : 0;
        s.any |= how;
        s.decided |= (how & LIVE) && (how & DECIDED);
    }
    for (uint32_t i = 0; i < p->seen_count; i++) {
        const struct feed_contest *c = p->seen[i];
        if (c->source != source || !fits_in_full(c, endorsement) ||
            gives_way(p, c, endorsement, &s))
            continue;
        s.astray &= c->fits->party && !primaries_same(c->fits->party, party);
        compare_before(p, endorsement, i, scratch, &s);
    }
    return s;
}

/* One race and two contests of one source that are not its counties' parts: the list has two races
 * under one name, or the feed two contests; who is in which cannot be told. */
static bool second_contest(const struct model *m, const struct feed_contest *c, const struct fit *f,
                           struct arena *scratch)
{
    const struct race *r = &m->races[match_race_of(m, f->endorsement)];

    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct match_person *p = &m->match->people[r->endorsements[i]];
        for (uint32_t k = 0; k < p->seen_count && r->endorsements[i] != f->endorsement; k++) {
            const struct feed_contest *other = p->seen[k];
            if (other != c && other->source == c->source && !other->gone &&
                fits_in_full(other, r->endorsements[i]) && !of_one_race(p, c, other, scratch))
                return true;
        }
    }
    return false;
}

/* The one contest of the source that is in the feed and has any of the race in full; NULL: there
 * are several, or none. */
static const struct feed_contest *sole_contest(const struct model *m, const struct race *r,
                                               uint32_t source)
{
    const struct feed_contest *sole = NULL;

    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct match_person *p = &m->match->people[r->endorsements[i]];
        for (uint32_t k = 0; k < p->seen_count; k++) {
            if (p->seen[k]->source != source || p->seen[k] == sole ||
                !(standing_in(p->seen[k], r->endorsements[i]) & LIVE))
                continue;
            if (sole)
                return NULL;
            sole = p->seen[k];
        }
    }
    return sole;
}

/* Notes that come of other contests, not of what this one says. */
static const char several[] = "several contests of the source fit",
                  two_names[] = "the names in the two parties' primaries differ",
                  in_another[] = "another of the race is in another contest of the source";

/* What keeps a full fit from being automatic; NULL: nothing. `sole`: as sole_contest has it. */
static const char *note_of(const struct model *m, const struct feed_contest *c, const struct fit *f,
                           const struct spread *s, const struct feed_contest *sole,
                           struct arena *scratch)
{
    if (f->decided)
        return NULL;
    if (s->several)
        return several;
    if (s->two_names)
        return two_names;
    if (s->astray)
        return "it is another party's primary than the list's party";
    if (!c->gone && c != sole && second_contest(m, c, f, scratch))
        return in_another;
    if (f->shared)
        return "it fits another endorsement too, or the contest would be two races";
    if (split(m, c, f, scratch))
        return "several lines of the contest fit";
    return NULL;
}

static enum band band_of(const struct match_person *p, const struct feed_contest *c,
                         const struct fit *f, const struct spread *s)
{
    /* Another contest of the source has it for sure. */
    if (gives_way(p, c, f->endorsement, s) ||
        (!f->full && any_beside(p, c, f->endorsement, IN_FULL, s)))
        return BAND_NONE;
    if (f->decided)
        return BAND_DECIDED;
    /* A person has chosen among them. */
    if (s->several && s->decided && any_beside(p, c, f->endorsement, DECIDED, s))
        return BAND_NONE;
    return !f->full || f->note ? BAND_REVIEW : BAND_AUTO;
}

static bool has_votes(const struct feed_contest *c, uint32_t choice)
{
    return c->unit_count > 0 && choice != NONE && c->units[0].votes[choice] > 0;
}

/* Is it no less this line than it was when it was automatic? Then only another contest that has
 * come stands against it, and its votes are not to go. */
static bool is_kept(const struct model *m, const struct feed_contest *c, const struct fit *f,
                    struct arena *scratch)
{
    bool beside = f->note == several || f->note == two_names || f->note == in_another;

    return (f->kept || f->band == BAND_AUTO) && beside && has_votes(c, f->choice) && !f->shared &&
           !split(m, c, f, scratch);
}

/* Note and band of each fit of an endorsement in the source. True when any is another than it was.
 */
static bool settle(struct model *m, uint32_t endorsement, uint32_t source,
                   const struct feed_contest *sole, struct arena *scratch)
{
    struct match_person *p = &m->match->people[endorsement];
    struct spread s = spread_of(p, endorsement, source, scratch);
    bool turned = false, kept;

    for (uint32_t i = 0; i < p->seen_count; i++) {
        struct feed_contest *c = p->seen[i];
        uint32_t k, end = fits_of(c->fits, endorsement, &k);
        for (; k < end && c->source == source; k++) {
            struct fit *f = &c->fits->list[k];
            const char *note = f->full ? note_of(m, c, f, &s, sole, scratch) : NULL;
            enum band band;
            if (note != f->note) {
                turned = true;
                f->note = note;
                f->told = (struct slice){NULL, 0};
            }
            band = band_of(p, c, f, &s);
            kept = band == BAND_REVIEW && is_kept(m, c, f, scratch);
            turned |= band != f->band || kept != f->kept;
            f->band = band;
            f->kept = kept;
        }
    }
    return turned;
}

enum { SEVERAL = NONE - 1 }; /* no endorsement has this number */

/* Whose each name of each line is in full: an endorsement, NONE, SEVERAL. */
static uint32_t *find_owners(const struct match_fits *fits, uint32_t choices, struct arena *scratch)
{
    size_t n = (size_t)choices * NAME_PEOPLE;
    uint32_t *owners = arena_array(scratch, n + 1, sizeof(*owners));

    for (size_t i = 0; i < n && owners; i++)
        owners[i] = NONE;
    for (uint32_t i = 0; i < fits->count && owners; i++) {
        const struct fit *f = &fits->list[i];
        if (!f->full)
            continue;
        uint32_t *owner = &owners[(size_t)f->choice * NAME_PEOPLE + f->person];
        *owner = *owner == NONE || *owner == f->endorsement ? f->endorsement : SEVERAL;
    }
    return owners;
}

/* A name that is one of ours in full is nobody's "maybe"; its mate's may be another's. */
static bool is_taken(const struct fit *f, const uint32_t *owners)
{
    if (f->full || f->choice == NONE)
        return false;
    uint32_t owner = owners[(size_t)f->choice * NAME_PEOPLE + f->person];
    return owner != NONE && owner != f->endorsement;
}

/* What the fits of a contest say of each other: two of ours on one line, but for running mates, and
 * lines that would be two races. False: scratch is full. */
static bool weigh(const struct model *m, struct match_fits *fits, uint32_t choices,
                  struct arena *scratch)
{
    const uint32_t *owners = find_owners(fits, choices, scratch);
    uint32_t n = 0, race = NONE;
    bool two_races = false;

    for (uint32_t i = 0; i < fits->count && owners; i++) {
        const struct fit *f = &fits->list[i];
        if (is_taken(f, owners))
            continue;
        fits->list[n++] = *f;
        if (!f->full)
            continue;
        uint32_t own = match_race_of(m, f->endorsement);
        two_races |= race != NONE && race != own;
        race = own;
    }
    fits->count = n;
    for (uint32_t i = 0; i < n; i++) {
        struct fit *f = &fits->list[i];
        f->shared = f->full &&
                    (two_races || owners[(size_t)f->choice * NAME_PEOPLE + f->person] == SEVERAL);
    }
    return owners != NULL;
}

/* ---- a contest ---- */

static void touch(struct model *m, const struct fit *f)
{
    struct match *x = m->match;

    if (!x->is_touched[f->endorsement])
        x->touched[x->touched_count++] = f->endorsement;
    x->is_touched[f->endorsement] = true;
    x->whole[match_race_of(m, f->endorsement)] |= f->full;
}

/* Whom the old or the new fits speak of, each once; they are to be settled. */
static uint32_t *affected(struct model *m, const struct match_fits *a, const struct match_fits *b,
                          struct arena *scratch, size_t *count)
{
    struct match *x = m->match;
    uint32_t *list = arena_array(scratch, (size_t)a->count + b->count + 1, sizeof(*list));
    const struct match_fits *both[] = {a, b};

    x->serial++;
    *count = 0;
    for (size_t k = 0; k < 2 && list; k++)
        for (uint32_t i = 0; i < both[k]->count; i++) {
            uint32_t e = both[k]->list[i].endorsement;
            if (x->stamps[e] != x->serial)
                list[(*count)++] = e;
            x->stamps[e] = x->serial;
            touch(m, &both[k]->list[i]);
        }
    return list;
}

/* Keep the fits with the contest; evidence that reads as before is not stored again. */
static bool keep_fits(struct model *m, struct feed_contest *c, const struct match_fits *found)
{
    struct match_fits *mine = c->fits;

    for (uint32_t i = 0; i < found->count; i++) {
        struct fit *f = &found->list[i];
        struct slice why = {NULL, 0};
        uint32_t k, end = fits_of(mine, f->endorsement, &k);
        for (; k < end && !why.ptr; k++)
            if (slice_eq(mine->list[k].why, f->why)) {
                why = mine->list[k].why;
                f->note = mine->list[k].note;
                f->told = mine->list[k].told;
                f->kept = mine->list[k].kept || mine->list[k].band == BAND_AUTO;
            }
        f->why = why.ptr ? why : arena_copy(m->strings, f->why);
        if (!f->why.ptr)
            return false;
    }
    struct fit *grown = match_grow(m, mine->list, &mine->room, found->count, sizeof(*mine->list));
    if (!grown && found->count > 0)
        return false;
    mine->list = grown;
    if (found->count > 0)
        memcpy(mine->list, found->list, found->count * sizeof(*found->list));
    mine->count = found->count;
    mine->party = found->party;
    return true;
}

/* c is among the contests seen of an endorsement exactly when it has a fit of it. */
static bool see(struct model *m, uint32_t endorsement, struct feed_contest *c)
{
    struct match_person *p = &m->match->people[endorsement];
    uint32_t at = 0, from;
    bool fits = fits_of(c->fits, endorsement, &from) > from;

    while (at < p->seen_count && p->seen[at] != c)
        at++;
    if (at < p->seen_count && !fits) {
        p->seen_count--;
        memmove(p->seen + at, p->seen + at + 1, (p->seen_count - at) * sizeof(*p->seen));
    }
    if (at < p->seen_count || !fits)
        return true;
    struct feed_contest **grown =
        match_grow(m, p->seen, &p->seen_room, (size_t)p->seen_count + 1, sizeof(*p->seen));
    if (!grown)
        return false;
    p->seen = grown;
    p->seen[p->seen_count++] = c;
    return true;
}

/* Settles whoever of a race was touched; and the others of it where one was found, or is no longer,
 * in full. Who is another than before goes to `turned`. */
static void settle_race(struct model *m, const struct race *r, uint32_t source, uint32_t *turned,
                        size_t *count, struct arena *scratch)
{
    struct match *x = m->match;
    bool whole = x->whole[r - m->races];
    const struct feed_contest *sole = whole ? sole_contest(m, r, source) : NULL;

    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        uint32_t e = r->endorsements[i];
        bool found = x->is_touched[e];
        if (found && x->people[e].seen_count > 0)
            qsort(x->people[e].seen, x->people[e].seen_count, sizeof(*x->people[e].seen), in_order);
        if ((whole || found) && (settle(m, e, source, sole, scratch) || found))
            turned[(*count)++] = e;
        x->is_touched[e] = false;
    }
}

static bool settle_all(struct model *m, uint32_t source, struct arena *scratch, bool *changed)
{
    struct match *x = m->match;
    uint32_t *turned = x->concerned; /* no contest is being judged */
    size_t n = 0;
    bool ok = true;

    for (uint32_t i = 0; i < x->touched_count; i++) {
        struct race *r = &m->races[match_race_of(m, x->touched[i])];
        if (!x->is_touched[x->touched[i]])
            continue;
        arena_reset(scratch);
        settle_race(m, r, source, turned, &n, scratch);
        ok &= match_links_race(m, r, changed);
    }
    return match_links_review(m, turned, n) && ok;
}

static bool rematch(struct model *m, struct feed_contest *c, struct arena *scratch)
{
    struct match_fits found;
    size_t count;

    if (!c->fits)
        c->fits = arena_alloc(m->strings, sizeof(*c->fits));
    if (!c->fits || !fits_find(m, c, scratch, &found) ||
        !weigh(m, &found, c->choice_count, scratch))
        return false;
    uint32_t *who = affected(m, c->fits, &found, scratch, &count);
    if (!who || !keep_fits(m, c, &found))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!see(m, who[i], c))
            return false;
    return true;
}

/* A decision about one contest may pass to another of the same text when a feed renames its ids:
 * they are judged together. */
static bool rematch_namesakes(struct model *m, const struct feed_contest *c, struct arena *scratch)
{
    struct slice text = text_fold_copy(c->text, scratch);
    bool decided = false;
    void *value;

    for (uint32_t i = 0; i < m->match->rule_count && text.ptr && !decided; i++)
        decided = m->match->rules[i].source == c->source &&
                  slice_eq_nocase(m->match->rules[i].d.county, c->county) &&
                  slice_eq(m->match->rules[i].text, text);
    for (size_t at = 0;
         decided && m->feeds && map_next(m->feeds[c->source].contests, &at, NULL, &value);) {
        struct feed_contest *other = value;
        if (other == c || !other->fits || !slice_eq_nocase(other->county, c->county) ||
            !slice_eq(text_fold_copy(other->text, scratch), text))
            continue;
        if (!rematch(m, other, scratch))
            return false;
    }
    return text.ptr != NULL;
}

bool match_contests(struct model *m, struct feed_contest *const *list, size_t count, struct err *e)
{
    struct arena *scratch = arena_new(SCRATCH);
    struct match *x = m->match;
    bool changed = false, ok = scratch != NULL;

    *e = (struct err){.kind = ERR_NONE};
    for (size_t i = 0; i < count; i++) {
        if (!list[i]->fits)
            list[i]->race = NONE;
        if (!scratch)
            continue;
        arena_reset(scratch);
        ok &= rematch(m, list[i], scratch) && rematch_namesakes(m, list[i], scratch);
    }
    if (x->touched_count > 0)
        ok &= settle_all(m, list[0]->source, scratch, &changed);
    for (uint32_t i = 0; i < x->touched_count; i++) {
        x->is_touched[x->touched[i]] = false;
        x->whole[match_race_of(m, x->touched[i])] = false;
    }
    x->touched_count = 0;
    arena_free(scratch);
    if (!ok)
        full(e);
    return changed;
}
