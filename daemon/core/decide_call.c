/* SPDX-License-Identifier: ISC */
/* Calls of the desk's own, and what it says of races. */
#include "daemon/core/decide.h"
#include "daemon/core/decide_verbs.h"

#include <inttypes.h>

#include "daemon/base/when.h"
#include "daemon/core/calls.h"
#include "daemon/core/claims.h"
#include "daemon/core/filled.h"
#include "daemon/core/labels.h"
#include "daemon/core/local_time.h"
#include "daemon/core/marks.h"
#include "daemon/core/standings.h"

/* ---- call, uncall ---- */

static const char *const outcomes[OUTCOMES] = {NULL, "won", "lost", "advanced"};
static const char *const bases[] = {"official", "newspaper", "concession", "clerk"};

/* Ours in the race that stand at this outcome, without those on one line with `but`; of a ticket
 * one. */
static int64_t standing_at(const struct model *m, const struct race *r, uint32_t but,
                           enum outcome o)
{
    int64_t n = 0;

    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        uint32_t other = r->endorsements[i];
        bool counted =
            other == but || m->standings[other].outcome != o || marks_share(r, but, other);
        for (uint32_t k = 0; k < i && !counted; k++)
            counted = m->standings[r->endorsements[k]].outcome == o &&
                      marks_share(r, other, r->endorsements[k]);
        n += !counted;
    }
    return n;
}

/* Seats or places of the race for ours; -1: unknown, or the outcome takes none. */
static int64_t room_of(const struct model *m, const struct race *r, enum outcome o)
{
    if (o != OUTCOME_WON && o != OUTCOME_ADVANCED)
        return -1;
    return marks_room(m, r, o == OUTCOME_WON ? r->seats : r->places);
}

bool decide_room(const struct model *m, const struct about *a, enum outcome o, struct err *e)
{
    const struct race *r = a->race;
    bool won = o == OUTCOME_WON;
    int64_t most = room_of(m, r, o);

    if (most <= 0)
        return true;
    int64_t taken = standing_at(m, r, a->endorsement, o);
    if (taken < most)
        return true;
    return err_set(
        e, ERR_NO,
        "%.*s: %" PRId64 " of %" PRId64 " %s called for others of ours; take one of "
        "these calls back first (tallyctl uncall); where %s is wrong in the list, correct "
        "it and restart tallyd, for no reload changes it after polls close",
        SLICE_FMT(r->id), taken, most, won ? "seats are" : "places are",
        won ? "seats_to_fill" : "advance_to");
}

static bool judge_close(const struct model *m, const struct about *a, struct err *e)
{
    const struct race *r = a->race;
    char room[100];
    struct buf when;

    if (a->now_ms >= r->polls_close_ms) /* or it is not known */
        return true;
    buf_init_over(&when, room, sizeof room);
    local_time_write(m->settings, r->polls_close_ms, &when);
    return err_set(
        e, ERR_AGAIN,
        "%.*s: polls close at %.*s; no call is taken before that. Where the time is wrong, "
        "tallyctl polls moves it",
        SLICE_FMT(r->id), SLICE_FMT(buf_slice(&when)));
}

static bool read_call(struct model *m, struct about *a, struct err *e)
{
    int64_t basis;

    if (!decide_candidacy(m, a, e))
        return false;
    if (!decide_word(a->d->argument, outcomes, OUTCOMES, &a->value))
        return err_set(e, ERR_USAGE, "'%.*s' is no outcome: won, lost or advanced",
                       SLICE_FMT(a->d->argument));
    if (a->d->basis.len && !decide_word(a->d->basis, bases, sizeof bases / sizeof *bases, &basis))
        return err_set(e, ERR_USAGE, "'%.*s' is no basis: official, newspaper, concession or clerk",
                       SLICE_FMT(a->d->basis));
    return true;
}

static bool judge_call(const struct model *m, const struct about *a, struct err *e)
{
    const struct endorsement *en = &m->endorsed->list[a->endorsement];
    const struct standing *st = &m->standings[a->endorsement];

    if (!calls_counts(en))
        return err_set(e, ERR_NO,
                       "%.*s is %s: it is not called; tallyctl endorse status %.*s active makes it "
                       "count again",
                       SLICE_FMT(en->id), endorsement_statuses[en->status], SLICE_FMT(en->id));
    if (a->race->flags & RACE_VOID)
        return err_set(e, ERR_NO,
                       "%.*s is void: nothing called in it stands; tallyctl mark %.*s void off "
                       "takes that back",
                       SLICE_FMT(a->race->id), SLICE_FMT(a->race->id));
    if (st->claim != NONE && (int64_t)st->outcome == a->value &&
        calls_rank(m->settings, m->claims[st->claim].by) == 0 &&
        !standings_overrules(m, a->race, a->endorsement))
        return err_set(
            e, ERR_NO,
            "%.*s is called %s by the desk already; tallyctl uncall %.*s takes that back",
            SLICE_FMT(en->id), outcome_name(st->outcome), SLICE_FMT(en->id));
    if (a->value == OUTCOME_WON && a->race->win == ROUNDS_PLACE && en->wins == WINS_SEAT)
        return err_set(e, ERR_NO,
                       "%.*s: nobody is elected in this primary, who wins in it goes on: tallyctl "
                       "call %.*s advanced",
                       SLICE_FMT(en->id), SLICE_FMT(en->id));
    return judge_close(m, a, e) && decide_room(m, a, (enum outcome)a->value, e);
}

static bool claim(struct model *m, const struct about *a, uint32_t endorsement, enum outcome o,
                  struct slice basis, struct slice reason, struct err *e)
{
    struct claim c = {
        .number = claims_number(m),
        .race_id = a->race->id,
        .endorsement_id = m->endorsed->list[endorsement].id,
        .by = SLICE("desk"),
        .outcome = o,
        .at_ms = a->now_ms,
        .called_at_ms = WHEN_UNKNOWN,
        .basis = basis,
        .reason = reason,
        .evidence = a->d->url,
        .row = o == OUTCOME_PENDING ? (struct slice){0}
                                    : endorsement_row(&m->endorsed->list[endorsement], m->strings),
    };

    return claims_append(m, &c, e);
}

/* Does its loss follow from the call, and from those of ours that have the other seats? */
static bool is_out(const struct model *m, const struct about *a, enum outcome o, uint32_t other)
{
    const struct race *r = a->race;

    if (other == a->endorsement || m->standings[other].outcome != OUTCOME_PENDING ||
        !calls_counts(&m->endorsed->list[other]) || marks_share(r, a->endorsement, other) ||
        !filled_follows(r, a->endorsement, other))
        return false;
    for (uint32_t i = 0; i < r->endorsement_count; i++)
        if (m->standings[r->endorsements[i]].outcome == o &&
            !filled_follows(r, r->endorsements[i], other))
            return false;
    return true;
}

/* It stands at this outcome now: where with it every seat, or place, is ours, the others have lost,
 * also those whose losses the desk has taken back (others: filled.h). */
static bool fill(struct model *m, const struct about *a, enum outcome o, struct err *e)
{
    const struct race *r = a->race;
    bool won = o == OUTCOME_WON;
    int64_t most = room_of(m, r, o);

    if (most <= 0 || standing_at(m, r, a->endorsement, o) + 1 < most)
        return true;
    struct slice reason = arena_printf(m->strings, "all %s (%" PRId64 ") are called for others",
                                       won ? "seats" : "places", most);
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        uint32_t other = r->endorsements[i];
        if (is_out(m, a, o, other) &&
            !claim(m, a, other, OUTCOME_LOST, won ? SLICE("seats-filled") : SLICE("places-filled"),
                   reason, e))
            return false;
    }
    return true;
}

static bool claim_call(struct model *m, const struct about *a, struct err *e)
{
    return claim(m, a, a->endorsement, (enum outcome)a->value, a->d->basis, a->d->reason, e) &&
           fill(m, a, (enum outcome)a->value, e);
}

static bool judge_uncall(const struct model *m, const struct about *a, struct err *e)
{
    const struct standing *st = &m->standings[a->endorsement];

    if (st->outcome != OUTCOME_PENDING)
        return true;
    return err_set(e, ERR_NO,
                   "%.*s is not called: there is nothing to take back; tallyctl freeze %.*s keeps "
                   "feeds from calling it",
                   SLICE_FMT(a->d->target), SLICE_FMT(a->race->id));
}

/* Take back the losses of ours that only followed from seats, or places, of others, its own being
 * none of them, whoever said so. */
static bool reopen(struct model *m, const struct about *a, struct err *e)
{
    const struct race *r = a->race;

    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct standing *st = &m->standings[r->endorsements[i]];
        const struct claim *c = st->claim == NONE ? NULL : &m->claims[st->claim];
        bool followed =
            c && (slice_is(c->basis, "seats-filled") || slice_is(c->basis, "places-filled"));
        if (followed &&
            !claim(m, a, r->endorsements[i], OUTCOME_PENDING, SLICE("seats-open"), a->d->reason, e))
            return false;
    }
    return true;
}

/* The call; of a win, also the losses of ours that only followed from it, whoever said so. */
static bool claim_uncall(struct model *m, const struct about *a, struct err *e)
{
    bool lost = m->standings[a->endorsement].outcome == OUTCOME_LOST;

    return claim(m, a, a->endorsement, OUTCOME_PENDING, a->d->basis, a->d->reason, e) &&
           (lost || reopen(m, a, e));
}

/* ---- freeze, release ---- */

static bool do_freeze(struct model *m, const struct about *a, struct err *e)
{
    int64_t *frozen = a->race ? &a->race->frozen : &m->frozen;

    (void)e;
    if (*frozen == 0)
        *frozen = a->d->number;
    return true;
}

static bool judge_freeze(const struct model *m, const struct about *a, struct err *e)
{
    if ((a->race ? a->race->frozen : m->frozen) == 0)
        return true;
    return err_set(e, ERR_NO, "%.*s is frozen already; tallyctl release%s%.*s ends it",
                   SLICE_FMT(a->race ? a->race->id : SLICE("everything")), a->race ? " " : "",
                   SLICE_FMT(a->d->target));
}

/* Is any claim of the race the desk's call, or, of `kept`, one that a retraction keeps from
 * counting?
 */
static bool holds(const struct model *m, const struct race *r, bool kept)
{
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct standing *st = &m->standings[r->endorsements[i]];
        for (uint32_t k = 0; k < st->claim_count; k++) {
            const struct claim *c = &m->claims[st->claims[k]];
            int rank = calls_rank(m->settings, c->by);
            bool pending = c->outcome == OUTCOME_PENDING;
            if (c->number > r->released &&
                (kept ? rank == 0 || (rank > 0 && pending) : rank == 0 && !pending))
                return true;
        }
    }
    return false;
}

static bool do_release(struct model *m, const struct about *a, struct err *e)
{
    (void)e;
    a->done->drops = a->race && holds(m, a->race, false);
    if (a->race)
        a->race->released = a->d->number;
    *(a->race ? &a->race->frozen : &m->frozen) = 0;
    return true;
}

static bool judge_release(const struct model *m, const struct about *a, struct err *e)
{
    if (a->race ? a->race->frozen != 0 || a->race->in_parts || holds(m, a->race, true)
                : m->frozen != 0)
        return true;
    if (!a->race)
        return err_set(e, ERR_NO,
                       "not everything is frozen; tallyctl release RACE releases one race");
    return err_set(e, ERR_NO,
                   "%.*s has nothing to release: no freeze, no call of the desk's, no retraction%s",
                   SLICE_FMT(a->race->id),
                   m->frozen ? "; tallyctl release without a race ends the freeze of all" : "");
}

/* ---- mark ---- */

#define MARKABLE                                                                                   \
    (RACE_UNDER_REVIEW | RACE_RECOUNT | RACE_TIE | RACE_CONTESTED | RACE_CERTIFIED | RACE_VOID)

#define MARK_OFF SLICE(" off")

/* "FLAG" or "FLAG off" */
static bool mark_off(const struct about *a)
{
    return slice_ends(a->d->argument, MARK_OFF);
}

static bool read_mark(struct model *m, struct about *a, struct err *e)
{
    struct slice word =
        slice_sub(a->d->argument, 0, a->d->argument.len - (mark_off(a) ? MARK_OFF.len : 0));

    for (uint32_t flag = 1; labels_race_flag(flag); flag <<= 1)
        if ((flag & MARKABLE) && slice_is(word, labels_race_flag(flag)))
            a->value = flag;
    if (a->value == 0)
        return err_set(e, ERR_USAGE,
                       "'%.*s' is no mark: under_review, recount, tie, contested, certified or "
                       "void, each also with `off`",
                       SLICE_FMT(word));
    return decide_race(m, a, e);
}

static bool judge_mark(const struct model *m, const struct about *a, struct err *e)
{
    bool off = mark_off(a);

    (void)m;
    if (((a->race->marked & (uint32_t)a->value) == 0) != off)
        return true;
    return err_set(e, ERR_NO, "%.*s is %smarked %s %s", SLICE_FMT(a->race->id), off ? "not " : "",
                   labels_race_flag((uint32_t)a->value), off ? "by the desk" : "already");
}

static bool do_mark(struct model *m, const struct about *a, struct err *e)
{
    (void)m, (void)e;
    if (mark_off(a))
        a->race->marked &= ~(uint32_t)a->value;
    else
        a->race->marked |= (uint32_t)a->value;
    return true;
}

/* ---- the verbs ---- */

const struct decide_verb decide_call = {"call", read_call, judge_call, NULL, claim_call, false};
const struct decide_verb decide_uncall = {"uncall",  decide_candidacy, judge_uncall,
                                          do_freeze, claim_uncall,     false};
const struct decide_verb decide_freeze = {
    "freeze", decide_race_or_all, judge_freeze, do_freeze, NULL, false};
const struct decide_verb decide_release = {
    "release", decide_race_or_all, judge_release, do_release, NULL, false};
const struct decide_verb decide_mark = {"mark", read_mark, judge_mark, do_mark, NULL, false};
