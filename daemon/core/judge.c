/* SPDX-License-Identifier: ISC */
/* One reporting unit's figures before all guards, and the words for it. */
#include "daemon/core/judge.h"

#include <string.h>

#include "daemon/base/counted.h"
#include "daemon/base/when.h"

static enum verdict_class class_of(enum verdict v)
{
    return verdict_info[v].class;
}

static struct guard_ballots ballots_of(const struct intake_contest *pc, const struct judge_unit *k)
{
    const struct results_contest *in = pc->in;
    struct guard_ballots b = {.registered = k->in->registered,
                              .ballots = k->in->ballots,
                              .allowed = in->votes_allowed,
                              .registers_on_day = pc->registers_on_day};

    for (uint32_t i = 0; i < pc->c->choice_count; i++)
        if (k->is[i] > 0 && __builtin_add_overflow(b.votes, k->is[i], &b.votes))
            b.votes = INT64_MAX;
    return b;
}

enum verdict judge(const struct intake *p, const struct intake_contest *pc,
                   const struct judge_unit *k, struct guard_fall *fall)
{
    const struct settings_guards *g = &p->m->settings->guards;
    const struct feed_hold *hold = &k->unit->hold;
    struct guard_figures f = {k->unit->votes, k->is, pc->c->choice_count};
    uint32_t a, b;

    *fall = guard_fall(g, f);
    if (p->event->restored)
        return VERDICT_ACCEPTED;
    enum verdict v = guard_overvote(g, ballots_of(pc, k));
    if (v == VERDICT_OVERVOTE && !k->unit->overvote_known)
        return v;
    if (hold->deep || hold->why == VERDICT_FALL_HOLD)
        return guard_fall_held(g, hold, *fall, p->event->digest, p->event->received_ms);
    if (hold->why == VERDICT_SWAPPED && hold->votes)
        return guard_swap_held(g, hold, f, p->event->digest, p->event->received_ms);
    if (intake_is_twice(pc, k->u))
        return VERDICT_DOUBLED;
    if (guard_swapped(f, fall->verdict == VERDICT_FALL_FLAG, &a, &b))
        return VERDICT_SWAPPED;
    if (class_of(fall->verdict) != CLASS_HOLD && hold->why != VERDICT_ACCEPTED)
        return VERDICT_RESTORED;
    return fall->verdict != VERDICT_ACCEPTED ? fall->verdict
           : v == VERDICT_OVERVOTE           ? VERDICT_OVERVOTE_FLAG
                                             : v;
}

void judge_swaps(const struct intake *p, struct intake_contest *pc, int64_t *is)
{
    for (uint32_t u = 0; u < pc->in->units && !pc->swapped; u++) {
        struct judge_unit k = {.in = &p->batch->units[pc->in->first_unit + u], .u = u, .is = is};
        uint32_t at = intake_is_same(pc, u) ? NONE : intake_unit(p, pc->c, k.in, u);
        struct guard_fall fall;
        if (at == NONE) /* what is new, and what stands, has swapped with nothing */
            continue;
        k.unit = &pc->c->units[at];
        intake_figures(p, pc, u, k.unit->votes, is);
        /* Nearly all of a large contest: what stands has swapped with nothing. */
        if (memcmp(is, k.unit->votes, pc->c->choice_count * sizeof(*is)) == 0)
            continue;
        pc->swapped = judge(p, pc, &k, &fall) == VERDICT_SWAPPED;
    }
}

/* "20.05 %" of basis points. */
#define BP_FORMAT "%lld.%02lld %%"
#define BP_ARGS(bp) (long long)(bp) / 100, (long long)(bp) % 100

static bool note_fall(const struct intake *p, const struct intake_contest *pc,
                      const struct judge_unit *k, enum verdict v, const struct guard_fall *fall,
                      struct feed_report *r, struct err *e)
{
    const struct settings_guards *g = &p->m->settings->guards;
    const struct feed_choice *x = &pc->c->choices[fall->choice];
    int64_t is = fall->is < 0 ? 0 : fall->is;
    __int128 share = ((__int128)fall->was - is) * 10000 / fall->was;

    return report_note(
        r, pc->c, k->unit, v, e,
        "%.*s: %lld on air, %lld in the payload, " BP_FORMAT " less (published to " BP_FORMAT
        " or %lld votes, confirmed to " BP_FORMAT " after %lld min)",
        SLICE_FMT(x->name.len ? x->name : x->id), (long long)fall->was, (long long)is,
        BP_ARGS(share), BP_ARGS(g->fall_flag_bp), (long long)g->fall_flag_votes,
        BP_ARGS(g->fall_hold_bp), (long long)(g->confirm_ms / WHEN_MINUTE));
}

bool judge_note(const struct intake *p, const struct intake_contest *pc, const struct judge_unit *k,
                enum verdict v, const struct guard_fall *fall, struct feed_report *r, struct err *e)
{
    const struct settings_guards *g = &p->m->settings->guards;
    struct feed_contest *c = pc->c;

    if (v == VERDICT_OVERVOTE || v == VERDICT_OVERVOTE_FLAG) {
        struct guard_ballots b = ballots_of(pc, k);
        return report_note(r, c, k->unit, v, e,
                           COUNTED " on " COUNTED ", %lld allowed on each, %lld registered "
                                   "(-1: not stated; held above " BP_FORMAT " of them)",
                           COUNT_OF(b.votes, "vote", "votes"),
                           COUNT_OF(b.ballots, "ballot", "ballots"), (long long)b.allowed,
                           (long long)b.registered, BP_ARGS(g->overvote_bp));
    }
    if (v == VERDICT_DOUBLED) {
        const struct intake_place *place = pc->twice[k->u];
        return report_note(r, c, k->unit, v, e,
                           "every choice has " BP_FORMAT " to " BP_FORMAT
                           " of its votes on air, as in %u of " COUNTED " there",
                           BP_ARGS(g->double_low_bp), BP_ARGS(g->double_high_bp), place->twice,
                           COUNT_OF(place->judged, "contest", "contests"));
    }
    if (fall->choice != NONE)
        return note_fall(p, pc, k, v, fall, r, e);
    return report_note(r, c, k->unit, v, e, "%s: %s for %lld s",
                       verdict_info[k->unit->hold.why].name, "held",
                       (long long)(p->event->received_ms - k->unit->hold.since) / 1000);
}
