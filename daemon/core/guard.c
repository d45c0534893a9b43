/* SPDX-License-Identifier: ISC */
/* The checks of a contest's figures. */
#include "daemon/core/guard.h"

#include "daemon/base/text.h"

enum {
    BP = 10000,
    SWAP_GROWTH_BP = 500, /* what may have been counted between the two payloads of a swap */
};

/* part / whole <= bp / 10000, whatever their size. */
static bool at_most(int64_t part, int64_t whole, int64_t bp)
{
    return (__int128)part * BP <= (__int128)whole * bp;
}

/* One choice's fall. A figure the feed no longer gives is as gone as can be. */
static enum verdict fall_of(const struct settings_guards *g, int64_t was, int64_t is)
{
    if (was <= 0 || is >= was)
        return VERDICT_ACCEPTED;
    if (is < 0)
        return VERDICT_FALL_DESK;
    if (was - is <= g->fall_flag_votes || at_most(was - is, was, g->fall_flag_bp))
        return VERDICT_FALL_FLAG;
    return is > 0 && at_most(was - is, was, g->fall_hold_bp) ? VERDICT_FALL_HOLD
                                                             : VERDICT_FALL_DESK;
}

/* Is the fall a -> b of one choice worse than the fall c -> d of another, as a share? */
static bool worse(int64_t a, int64_t b, int64_t c, int64_t d)
{
    return (__int128)(a - b) * c > (__int128)(c - d) * a;
}

struct guard_fall guard_fall(const struct settings_guards *g, struct guard_figures f)
{
    struct guard_fall out = {.verdict = VERDICT_ACCEPTED, .choice = NONE};
    bool any = false, had = false;

    for (uint32_t i = 0; i < f.count; i++) {
        enum verdict v = fall_of(g, f.was[i], f.is[i]);
        int64_t is = f.is[i] < 0 ? 0 : f.is[i];
        any |= is > 0;
        had |= f.was[i] > 0;
        if (v == VERDICT_ACCEPTED || v < out.verdict ||
            (v == out.verdict && !worse(f.was[i], is, out.was, out.is < 0 ? 0 : out.is)))
            continue;
        out = (struct guard_fall){.verdict = v, .choice = i, .was = f.was[i], .is = f.is[i]};
    }
    if (had && !any) /* the unit as a whole is at zero: never small, however few its votes were */
        out.verdict = VERDICT_FALL_DESK;
    return out;
}

bool guard_confirmed(const struct settings_guards *g, const struct feed_hold *hold,
                     struct digest payload, int64_t now_ms)
{
    return !digest_eq(hold->first, payload) && now_ms - hold->since >= g->confirm_ms;
}

enum verdict guard_fall_held(const struct settings_guards *g, const struct feed_hold *hold,
                             struct guard_fall f, struct digest payload, int64_t now_ms)
{
    if (f.verdict == VERDICT_ACCEPTED || f.verdict == VERDICT_FALL_FLAG)
        return VERDICT_RESTORED;
    /* A file that was zeroed climbs back in steps: the last step before it is whole is no smaller
     * fall. */
    if (hold->deep || f.verdict == VERDICT_FALL_DESK)
        return VERDICT_FALL_DESK;
    return guard_confirmed(g, hold, payload, now_ms) ? VERDICT_CORRECTED : VERDICT_FALL_HOLD;
}

enum guard_double guard_doubled(const struct settings_guards *g, struct guard_figures f,
                                int32_t units_were, int32_t units_are)
{
    int64_t sum = 0;
    bool twice = true;

    for (uint32_t i = 0; i < f.count; i++) {
        if (f.was[i] == 0)
            twice &= f.is[i] <= 0;
        if (f.was[i] <= 0)
            continue;
        if (__builtin_add_overflow(sum, f.was[i], &sum))
            sum = INT64_MAX;
        twice &= f.is[i] >= 0 && !at_most(f.is[i], f.was[i], g->double_low_bp - 1) &&
                 at_most(f.is[i], f.was[i], g->double_high_bp);
    }
    if (sum < g->double_min_votes || sum == 0)
        return GUARD_SMALL;
    bool moved = units_were >= 0 && units_are >= 0 && units_were != units_are;
    return twice && !moved ? GUARD_TWICE : GUARD_PLAIN;
}

/* Is `is` the figure `was` of another choice, or what that may have become since? */
static bool took_over(int64_t is, int64_t was)
{
    return is >= was && was > 0 && at_most(is - was, was, SWAP_GROWTH_BP);
}

bool guard_swapped(struct guard_figures f, bool exact, uint32_t *a, uint32_t *b)
{
    for (uint32_t i = 0; i < f.count; i++) {
        if (f.was[i] <= 0 || f.is[i] >= f.was[i])
            continue;
        for (uint32_t k = 0; k < f.count; k++) {
            if (k == i || !took_over(f.is[i], f.was[k]) || !took_over(f.is[k], f.was[i]) ||
                (exact && (f.is[i] != f.was[k] || f.is[k] != f.was[i])))
                continue;
            *a = i;
            *b = k;
            return true;
        }
    }
    return false;
}

enum verdict guard_swap_held(const struct settings_guards *g, const struct feed_hold *hold,
                             struct guard_figures f, struct digest payload, int64_t now_ms)
{
    struct guard_figures since = {hold->votes, f.is, f.count};
    enum verdict fall = guard_fall(g, f).verdict;
    uint32_t a, b;

    if (guard_swapped(f, fall == VERDICT_FALL_FLAG, &a, &b) ||
        (verdict_info[fall].class == CLASS_HOLD &&
         verdict_info[guard_fall(g, since).verdict].class != CLASS_HOLD))
        return guard_confirmed(g, hold, payload, now_ms) ? VERDICT_CORRECTED : VERDICT_SWAPPED;
    return verdict_info[fall].class == CLASS_HOLD ? fall : VERDICT_RESTORED;
}

enum verdict guard_overvote(const struct settings_guards *g, struct guard_ballots b)
{
    if (b.ballots <= 0)
        return VERDICT_ACCEPTED;
    if (b.allowed > 0 && (__int128)b.votes > (__int128)b.allowed * b.ballots)
        return VERDICT_OVERVOTE;
    if (b.registered > 0 && !at_most(b.ballots, b.registered, g->overvote_bp))
        return b.registers_on_day ? VERDICT_OVERVOTE_FLAG : VERDICT_OVERVOTE;
    return VERDICT_ACCEPTED;
}

static bool same_name(struct slice a, struct slice b, struct arena *scratch)
{
    return slice_eq(a, b) || slice_eq(text_fold_copy(a, scratch), text_fold_copy(b, scratch));
}

/* Nothing that both sides state differs. */
static bool agree(const struct feed_choice *a, const struct feed_choice *b, struct arena *scratch)
{
    if (a->name.len && b->name.len && !same_name(a->name, b->name, scratch))
        return false;
    return !a->party.len || !b->party.len || slice_eq_nocase(a->party, b->party);
}

static bool same_choice(const struct feed_choice *a, const struct feed_choice *b,
                        struct arena *scratch)
{
    if (a->id.len && b->id.len)
        return slice_eq(a->id, b->id) && agree(a, b, scratch);
    if (!a->name.len || !b->name.len)
        return false;
    return agree(a, b, scratch);
}

/* The choice of the contest that this one is, looked for where it stood before first; NONE. */
static uint32_t find_choice(const struct feed_contest *c, const struct feed_choice *x,
                            uint32_t guess, const bool *taken, struct arena *scratch)
{
    if (guess < c->choice_count && !taken[guess] && same_choice(&c->choices[guess], x, scratch))
        return guess;
    for (uint32_t i = 0; i < c->choice_count; i++)
        if (!taken[i] && same_choice(&c->choices[i], x, scratch))
            return i;
    return NONE;
}

/* A choice nothing fits: new, or does it take another's id or name? */
static enum verdict judge_stranger(const struct feed_contest *c, const struct feed_choice *x,
                                   struct guard_roster *out, struct arena *scratch)
{
    const struct feed_choice *id = NULL, *name = NULL;

    for (uint32_t i = 0; i < c->choice_count; i++) {
        const struct feed_choice *o = &c->choices[i];
        if (x->id.len && slice_eq(o->id, x->id))
            id = o;
        else if (x->name.len && o->name.len && agree(o, x, scratch))
            name = o;
    }
    if (!id && !name)
        return VERDICT_ACCEPTED;
    /* An id with another name, or a name with another id. */
    if (out->verdict == VERDICT_ACCEPTED)
        *out = id ? (struct guard_roster){.id = x->id, .was = id->name, .is = x->name}
                  : (struct guard_roster){.id = x->name, .was = name->id, .is = x->id};
    return id && name ? VERDICT_SWAPPED : VERDICT_ROSTER_CHANGED;
}

static bool has_votes(const struct feed_contest *c, uint32_t choice)
{
    for (uint32_t u = 0; u < c->unit_count; u++)
        if (c->units[u].votes[choice] > 0)
            return true;
    return false;
}

struct digest guard_roster_digest(const struct feed_choice *choices, uint32_t count,
                                  struct arena *scratch)
{
    struct digest all = {count, 0};

    for (uint32_t k = 0; k < count; k++) {
        struct slice text = arena_printf(scratch, "%.*s\x1f%.*s\x1f%.*s", SLICE_FMT(choices[k].id),
                                         SLICE_FMT(choices[k].name), SLICE_FMT(choices[k].party));
        struct digest one = digest_of(text);
        all = (struct digest){all.hi + one.hi, all.lo + one.lo};
    }
    return all;
}

struct guard_roster guard_roster(const struct feed_contest *c, const struct feed_choice *choices,
                                 uint32_t count, uint32_t *map, struct arena *scratch)
{
    struct guard_roster out = {.verdict = VERDICT_ACCEPTED};
    bool *taken = arena_array(scratch, c->choice_count + 1, sizeof(*taken));
    uint32_t fresh = 0;

    if (!taken) /* without memory nothing can be told apart: the contest stays as it is */
        return (struct guard_roster){.verdict = VERDICT_ROSTER_CHANGED};
    for (uint32_t k = 0; k < count; k++) {
        map[k] = find_choice(c, &choices[k], k, taken, scratch);
        if (map[k] != NONE)
            taken[map[k]] = true;
        else
            fresh++;
    }
    for (uint32_t k = 0; k < count; k++) {
        if (map[k] != NONE)
            continue;
        enum verdict v = judge_stranger(c, &choices[k], &out, scratch);
        if (v != VERDICT_ACCEPTED && out.verdict != VERDICT_ROSTER_CHANGED)
            out.verdict = v;
    }
    for (uint32_t i = 0; i < c->choice_count; i++) {
        if (taken[i] || out.verdict != VERDICT_ACCEPTED || !has_votes(c, i))
            continue;
        out = (struct guard_roster){
            .verdict = VERDICT_ROSTER_CHANGED, .id = c->choices[i].id, .was = c->choices[i].name};
    }
    out.fresh = fresh;
    return out;
}
