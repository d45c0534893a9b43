/* SPDX-License-Identifier: ISC */
/* Counting, race by race. */
#include "daemon/core/tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/base/text.h"
#include "daemon/core/office.h"
#include "daemon/core/primaries.h"
#include "daemon/core/progress.h"
#include "daemon/core/rounds.h"
#include "daemon/core/states.h"

#define COUNT(t) (sizeof(t) / sizeof((t)[0]))

const char *const tally_names[TALLY_NUMBERS] = {
#define TALLY_NAME(upper, lower) [TALLY_##upper] = #lower,
    TALLY_COUNTS(TALLY_NAME)
#undef TALLY_NAME
};

static bool has_tag(const struct endorsement *e, struct slice tag)
{
    for (size_t i = 0; i < e->tag_count; i++)
        if (slice_eq(e->tags[i], tag))
            return true;
    return false;
}

static bool belongs(const struct endorsement *e, const struct tally_part *part)
{
    if (!part)
        return true;
    if (part->by == TALLY_BY_STATE)
        return slice_eq(e->state, part->value);
    if (part->by == TALLY_BY_LEVEL)
        return slice_is(part->value, endorsement_levels[e->level]);
    if (part->by == TALLY_BY_TAG)
        return has_tag(e, part->value);
    return slice_eq(e->id, part->value);
}

/* ---- parties ---- */

static const struct {
    const char *code, *name;
} party_names[] = {
    {"dem", "Democratic"}, {"rep", "Republican"},   {"lib", "Libertarian"},
    {"grn", "Green"},      {"con", "Constitution"}, {"ind", "Independent"},
};

/* Parties of one state or another, and what is written beside a party's name. */
static const char *const lesser[] = {"Working Families", "Conservative", "Progressive", "Forward"};
static const char *const beside[] = {"party", "npl",    "wfp",   "working",     "families",
                                     "the",   "farmer", "labor", "conservative"};

enum { PARTY_MAX = 128 };

static bool is_one_of(struct slice text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (slice_eq_nocase(text, slice_of(words[i])))
            return true;
    return false;
}

static struct slice fold(struct slice text, char room[PARTY_MAX])
{
    struct buf b;

    buf_init_over(&b, room, PARTY_MAX);
    text_fold(text, &b);
    return b.failed ? text : buf_slice(&b);
}

/* An office, or a line of a ballot, without parties. */
static bool is_nonpartisan(struct slice text)
{
    static const char *const words[] = {"nonpartisan", "non partisan", "np", "npa"};
    char room[PARTY_MAX];

    return is_one_of(fold(text, room), words, COUNT(words));
}

/* Is it no party's name, but a word for none? */
static bool is_none(struct slice text)
{
    static const char *const none[] = {"",
                                       "none",
                                       "n a",
                                       "na",
                                       "vacant",
                                       "new",
                                       "open",
                                       "new seat",
                                       "open seat",
                                       "tbd",
                                       "tba",
                                       "unknown",
                                       "npp",
                                       "new district",
                                       "redistricted",
                                       "no party",
                                       "unenrolled",
                                       "unaffiliated",
                                       "no party preference"};
    char room[PARTY_MAX];

    return is_nonpartisan(text) || is_one_of(fold(text, room), none, COUNT(none));
}

/* The one party of a name of several words ("Dem-NPL", "DEM/WFP"); NULL: none, or two, or more is
 * said than is understood. */
static const char *party_among(struct slice folded)
{
    const char *found = NULL, *code;
    struct slice word;

    while (slice_next(&folded, ' ', &word)) {
        code = office_party(word);
        if (code && found && strcmp(code, found) != 0)
            return NULL;
        if (!code && !is_one_of(word, beside, COUNT(beside)))
            return NULL;
        found = code ? code : found;
    }
    return found;
}

/* A party's one name however it is written; empty: it is not understood. */
static struct slice known_party(struct slice text)
{
    char room[PARTY_MAX];
    struct slice folded = fold(text, room);
    const char *code = office_party(text);

    for (size_t i = 0; i < COUNT(lesser); i++)
        if (slice_eq_nocase(folded, slice_of(lesser[i])))
            return slice_of(lesser[i]);
    code = code ? code : party_among(folded);
    for (size_t i = 0; i < COUNT(party_names); i++)
        if (code && strcmp(code, party_names[i].code) == 0)
            return slice_of(party_names[i].name);
    return (struct slice){0};
}

/* ... as it is written where it is not understood; empty: none. */
static struct slice party_name(struct slice text)
{
    struct slice known = known_party(text);

    return known.len || is_none(text) ? known : text;
}

bool tally_understands(const struct settings *s, struct slice party)
{
    if (is_none(party) || known_party(party).len > 0)
        return true;
    for (size_t i = 0; i < s->flip_from_count; i++)
        if (slice_eq_nocase(s->flip_from[i], party))
            return true;
    return false;
}

/* Does a feed say that the candidacy's line on the ballot is of no party? */
static bool stands_nonpartisan(const struct race *r, uint32_t endorsement)
{
    for (uint32_t i = 0; i < r->choice_count; i++)
        if (race_choice_is(&r->choices[i], endorsement) && is_nonpartisan(r->choices[i].party))
            return true;
    return false;
}

static bool flips_count_from(const struct settings *s, struct slice party)
{
    for (size_t i = 0; i < s->flip_from_count; i++)
        if (slice_eq_nocase(party_name(s->flip_from[i]), party))
            return true;
    return s->flip_from_count == 0;
}

/* May it be an office without parties, unless a feed has one on the candidacy's line? Parties stand
 * for those of the Union and of the states, but for Nebraska's legislature; for those of counties,
 * towns, schools and courts here and there: that two people's parties differ is no flip of a seat
 * that is no party's. */
static bool may_have_no_parties(const struct endorsement *e)
{
    if (e->level == LEVEL_STATE)
        return e->district.len > 0 && states_find(e->state)->unicameral;
    return e->level != LEVEL_FEDERAL;
}

static bool stands_for_party(const struct race *r, uint32_t endorsement)
{
    for (uint32_t i = 0; i < r->choice_count; i++)
        if (r->choices[i].endorsement == endorsement && known_party(r->choices[i].party).len > 0)
            return true;
    return false;
}

/* Did this seat, now won, belong to another party? Never by guess: of a board, an office without
 * parties, a seat nobody held, a party that is not understood, or an incumbent who changed parties,
 * the list has to say so. */
static bool is_flip(const struct model *m, const struct race *r, uint32_t endorsement)
{
    const struct endorsement *e = &m->endorsed->list[endorsement];
    struct slice ours = party_name(e->party), theirs = party_name(e->held_by);

    if (e->flip != TRI_UNSAID)
        return e->flip == TRI_YES;
    if (!tally_understands(m->settings, e->party) || !tally_understands(m->settings, e->held_by) ||
        (may_have_no_parties(e) && !stands_for_party(r, endorsement)))
        return false;
    return r->seats == 1 && e->incumbent != TRI_YES && ours.len > 0 && theirs.len > 0 &&
           !slice_eq_nocase(ours, theirs) && flips_count_from(m->settings, theirs) &&
           !stands_nonpartisan(r, endorsement);
}

static bool is_kept(const struct endorsement *e)
{
    struct slice ours = party_name(e->party), theirs = party_name(e->held_by);

    if (e->flip == TRI_YES)
        return false;
    return ours.len > 0 && slice_eq_nocase(ours, theirs);
}

/* The list is kept in order of name and without gaps; behind it stands what found no place. */
static void add_flip(struct tally *t, struct slice party, int sign)
{
    struct tally_party *from = t->flips_from, *other = &from[TALLY_PARTIES - 1];
    size_t n = 0, at = 0;

    if (party.len == 0)
        party = SLICE(TALLY_UNSTATED);
    while (n < TALLY_PARTIES - 1 && from[n].flips > 0)
        n++;
    while (at < n && slice_cmp(from[at].party, party) < 0)
        at++;
    bool found = at < n && slice_eq(from[at].party, party);
    if (!found && (sign < 0 || n == TALLY_PARTIES - 1)) {
        other->flips += sign;
        other->party = other->flips ? SLICE("Other") : (struct slice){0};
        return;
    }
    if (!found) {
        memmove(&from[at + 1], &from[at], (n - at) * sizeof *from);
        from[at] = (struct tally_party){.party = party};
        n++;
    }
    from[at].flips += sign;
    if (from[at].flips == 0) {
        memmove(&from[at], &from[at + 1], (n - at - 1) * sizeof *from);
        from[n - 1] = (struct tally_party){0};
    }
}

/* ---- a race ---- */

/* A win in such a race stands, and may yet fall. */
#define IN_QUESTION (RACE_UNDER_REVIEW | RACE_CONFLICT | RACE_CONTESTED)

/* What a won candidacy adds. */
static void add_win(struct tally *t, const struct model *m, const struct race *r,
                    const struct endorsement *e, const struct standing *st, int sign, bool flip)
{
    static const enum tally_count kinds[] = {[WINS_SEAT] = TALLY_WON_SEATS,
                                             [WINS_NOMINATION] = TALLY_WON_NOMINATIONS,
                                             [WINS_MEASURE] = TALLY_WON_MEASURES};

    t->n[kinds[rounds_kind(e, r->nominates)]] += sign;
    t->won_in[states_find(e->state) - states] += sign;
    if (e->status == ENDORSE_UNOPPOSED || e->status == ENDORSE_ELECTED_UNOPPOSED ||
        slice_is(m->claims[st->claim].by, "unopposed"))
        t->n[TALLY_WON_UNOPPOSED] += sign;
    t->n[r->flags & IN_QUESTION ? TALLY_UNDER_REVIEW : TALLY_AT_LEAST] += sign;
    if (rounds_kind(e, r->nominates) != WINS_SEAT)
        return;
    if (flip) {
        t->n[TALLY_FLIPS] += sign;
        add_flip(t, party_name(e->held_by), sign);
    } else if (is_kept(e)) {
        t->n[TALLY_KEPT] += sign;
    }
    if (e->incumbent == TRI_YES)
        t->n[TALLY_INCUMBENTS_REELECTED] += sign;
    else if (e->incumbent == TRI_NO && e->choice == CHOICE_CANDIDATE)
        t->n[TALLY_NEW_MEMBERS] += sign;
    if (e->opponent_incumbent == TRI_YES)
        t->n[TALLY_INCUMBENTS_BEATEN] += sign;
}

static void add_endorsement(struct tally *t, const struct model *m, const struct race *r,
                            uint32_t endorsement, int sign, bool flip)
{
    static const enum tally_count by_outcome[OUTCOMES] = {
        [OUTCOME_PENDING] = TALLY_PENDING,
        [OUTCOME_WON] = TALLY_WON,
        [OUTCOME_LOST] = TALLY_LOST,
        [OUTCOME_ADVANCED] = TALLY_ADVANCED,
    };
    static const enum tally_count by_progress[] = {
        [PROGRESS_LEADING] = TALLY_LEADING,
        [PROGRESS_TRAILING] = TALLY_TRAILING,
        [PROGRESS_UNCLEAR] = TALLY_UNCLEAR,
        [PROGRESS_NO_RESULTS] = TALLY_NO_RESULTS,
    };
    const struct endorsement *e = &m->endorsed->list[endorsement];
    const struct standing *st = &m->standings[endorsement];

    t->n[TALLY_ENDORSED] += sign;
    t->n[by_outcome[st->outcome]] += sign;
    if (st->outcome == OUTCOME_PENDING) {
        t->n[by_progress[progress_of(r, endorsement)]] += sign;
        if (r->flags & RACE_VOID)
            t->n[TALLY_VOID] += sign;
        return;
    }
    t->n[TALLY_SETTLED] += sign;
    if (st->outcome != OUTCOME_ADVANCED)
        t->n[TALLY_CALLED] += sign;
    t->called_by[calls_rank(m->settings, m->claims[st->claim].by)] += sign;
    if (st->outcome == OUTCOME_WON)
        add_win(t, m, r, e, st, sign, flip);
}

/* Flips of a race are never more than the seats others held in it, nor than its seats. */
static int64_t flips_possible(const struct model *m, const struct race *r)
{
    int64_t most = r->seats > 0 ? r->seats : INT64_MAX;

    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        int64_t held = m->endorsed->list[r->endorsements[i]].seats_held_by_others;
        if (held >= 0 && held < most)
            most = held;
    }
    return most;
}

/* How many more of a race's seats may be ours: those that are not called; of a void race none. */
static int64_t seats_left(const struct race *r)
{
    if (r->flags & RACE_VOID)
        return 0;
    int64_t left = r->seats > 0 ? primaries_room(r, r->seats) - r->seats_called : INT64_MAX;

    return left > 0 ? left : 0;
}

/* Its place on its ticket; who stands alone has the first. A seat is one of each. */
static uint32_t place_on_ticket(const struct race *r, uint32_t endorsement)
{
    for (uint32_t i = 0; i < r->choice_count; i++)
        for (uint32_t k = 0; k < r->choices[i].mate_count; k++)
            if (r->choices[i].mates[k] == endorsement)
                return k + 1;
    return 0;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void tally_race(struct tally *t, const struct model *m, const struct race *r, int sign,
                const struct tally_part *part)
{
    static const enum tally_count aside[ENDORSE_STATUSES] = {
        [ENDORSE_WITHDRAWN] = TALLY_WITHDRAWN,
        [ENDORSE_DISQUALIFIED] = TALLY_DISQUALIFIED,
        [ENDORSE_NOT_ON_BALLOT] = TALLY_NOT_ON_BALLOT,
        [ENDORSE_POSTPONED] = TALLY_POSTPONED,
    };
    int64_t flips_left = flips_possible(m, r), left = seats_left(r);
    int64_t pending[1 + RACE_MATES] = {0}, most = 0, counted = 0;

    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        uint32_t endorsement = r->endorsements[i];
        const struct endorsement *e = &m->endorsed->list[endorsement];
        enum outcome outcome = m->standings[endorsement].outcome;
        bool counts = calls_counts(e);
        /* which of ours are flips is the race's affair, not a part's: parts add up */
        bool flip = counts && outcome == OUTCOME_WON && rounds_kind(e, r->nominates) == WINS_SEAT &&
                    flips_left > 0 && is_flip(m, r, endorsement);
        flips_left -= flip;
        if (!belongs(e, part))
            continue;
        t->n[TALLY_LISTED] += sign;
        if (!counts) {
            t->n[aside[e->status]] += sign;
            continue;
        }
        add_endorsement(t, m, r, endorsement, sign, flip);
        most += outcome == OUTCOME_WON;
        if (outcome == OUTCOME_PENDING)
            pending[place_on_ticket(r, endorsement)]++;
        counted++;
    }
    if (counted == 0)
        return;
    t->n[TALLY_RACES] += sign;
    if (r->status == RACE_CALLED)
        t->n[TALLY_RACES_CALLED] += sign;
    for (size_t i = 0; i < 1 + RACE_MATES; i++)
        most += least(pending[i], left);
    t->n[TALLY_AT_MOST] += sign * most;
}

void tally_all(struct tally *t, const struct model *m, const struct tally_part *part)
{
    memset(t, 0, sizeof *t);
    for (uint32_t i = 0; i < m->race_count; i++)
        tally_race(t, m, &m->races[i], 1, part);
}

bool tally_same(const struct tally *a, const struct tally *b)
{
    for (size_t i = 0; i < TALLY_PARTIES; i++)
        if (a->flips_from[i].flips != b->flips_from[i].flips ||
            !slice_eq(a->flips_from[i].party, b->flips_from[i].party))
            return false;
    return memcmp(a->n, b->n, sizeof a->n) == 0 &&
           memcmp(a->won_in, b->won_in, sizeof a->won_in) == 0 &&
           memcmp(a->called_by, b->called_by, sizeof a->called_by) == 0;
}

/* ---- dimensions ---- */

static bool has(const struct slice *list, size_t n, struct slice value)
{
    for (size_t i = 0; i < n; i++)
        if (slice_eq(list[i], value))
            return true;
    return false;
}

struct slice *tally_values(const struct model *m, enum tally_by by, struct arena *a, size_t *n)
{
    size_t room = 1;

    *n = 0;
    if (by == TALLY_BY_STATE) {
        struct slice *out = arena_array(a, states_count, sizeof *out);
        for (size_t s = 0; out && s < states_count; s++)
            for (size_t i = 0; i < m->endorsed->count; i++)
                if (slice_is(m->endorsed->list[i].state, states[s].code)) {
                    out[(*n)++] = slice_of(states[s].code);
                    break;
                }
        return out;
    }
    for (size_t i = 0; i < m->endorsed->count; i++)
        room += by == TALLY_BY_TAG ? m->endorsed->list[i].tag_count : 1;
    struct slice *out = arena_array(a, room, sizeof *out);
    for (size_t i = 0; out && i < m->endorsed->count; i++) {
        const struct endorsement *e = &m->endorsed->list[i];
        struct slice level = slice_of(endorsement_levels[e->level]);
        if (by == TALLY_BY_LEVEL && !has(out, *n, level))
            out[(*n)++] = level;
        for (size_t k = 0; by == TALLY_BY_TAG && k < e->tag_count; k++)
            if (!has(out, *n, e->tags[k]))
                out[(*n)++] = e->tags[k];
    }
    return out;
}

int64_t tally_states_won(const struct tally *t)
{
    int64_t n = 0;

    for (size_t i = 0; i < states_count; i++)
        n += states[i].one_of_50 && t->won_in[i] > 0;
    return n;
}

void tally_people(const struct model *m, int64_t *endorsed, int64_t *won)
{
    *endorsed = *won = 0;
    for (uint32_t i = 0; i < m->endorsed->count; i++) {
        bool first = true, first_win = m->standings[i].outcome == OUTCOME_WON;
        if (!calls_counts(&m->endorsed->list[i]))
            continue;
        for (uint32_t k = m->standings[i].person; k < i; k++) {
            if (m->standings[k].person != m->standings[i].person ||
                !calls_counts(&m->endorsed->list[k]))
                continue;
            first = false;
            first_win &= m->standings[k].outcome != OUTCOME_WON;
        }
        *endorsed += first;
        *won += first_win;
    }
}

/* ---- seasons and cycles ---- */

/* The nearest earlier stage of a candidacy that is among the endorsed; NONE: there is none. The
 * list has neither rings nor forks (endorse.c). */
static uint32_t earlier_stage(const struct model *m, uint32_t endorsement)
{
    const struct endorsement *e = &m->endorsed->list[endorsement];

    do {
        e = e->continues.len > 0 ? map_get(m->endorsed_by_id, e->continues) : NULL;
    } while (e && !calls_counts(e));
    return e ? (uint32_t)(e - m->endorsed->list) : NONE;
}

/* What a win of it counts as. */
static enum endorse_wins kind_of(const struct model *m, uint32_t endorsement)
{
    return rounds_kind(&m->endorsed->list[endorsement],
                       m->races[m->standings[endorsement].race].nominates);
}

void tally_season(const struct model *m, const struct tally *t, struct tally_season *out)
{
    *out = (struct tally_season){
        .endorsed = t->n[TALLY_ENDORSED],
        .won_seats = t->n[TALLY_WON_SEATS],
        .won_nominations = t->n[TALLY_WON_NOMINATIONS],
        .won_measures = t->n[TALLY_WON_MEASURES],
        .lost = t->n[TALLY_LOST],
        .advanced = t->n[TALLY_ADVANCED],
        .pending = t->n[TALLY_PENDING],
    };
    int64_t *const by_outcome[OUTCOMES] = {
        [OUTCOME_PENDING] = &out->pending,
        [OUTCOME_LOST] = &out->lost,
        [OUTCOME_ADVANCED] = &out->advanced,
    };
    int64_t *const by_win[] = {[WINS_SEAT] = &out->won_seats,
                               [WINS_NOMINATION] = &out->won_nominations,
                               [WINS_MEASURE] = &out->won_measures};
    for (uint32_t i = 0; i < m->endorsed->count; i++) {
        const struct endorsement *e = &m->endorsed->list[i];
        uint32_t was = e->continues.len > 0 && calls_counts(e) ? earlier_stage(m, i) : NONE;
        if (was == NONE)
            continue;
        enum outcome outcome = m->standings[was].outcome;
        out->endorsed--;
        (*(outcome == OUTCOME_WON ? by_win[kind_of(m, was)] : by_outcome[outcome]))--;
    }
}

bool tally_ever_won(const struct model *m, const struct state *state)
{
    const struct settings *s = m->settings;

    for (size_t i = 0; i < s->baseline_state_count; i++)
        if (slice_is(s->baseline_states[i], state->code))
            return true;
    for (uint32_t i = 0; i < m->endorsed->count; i++) {
        const struct endorsement *e = &m->endorsed->list[i];
        if (m->standings[i].outcome == OUTCOME_WON && kind_of(m, i) == WINS_SEAT &&
            calls_counts(e) && slice_is(e->state, state->code))
            return true;
    }
    return false;
}

bool tally_is_of_one_kind(const struct tally *t)
{
    return t->n[TALLY_WON_SEATS] == t->n[TALLY_WON] ||
           t->n[TALLY_WON_NOMINATIONS] == t->n[TALLY_WON] ||
           t->n[TALLY_WON_MEASURES] == t->n[TALLY_WON];
}

/* Is won/called more than every cycle's? By cross multiplication: exact. */
static bool beats_all(const struct settings *s, int64_t won, int64_t called)
{
    for (size_t i = 0; i < s->cycle_count; i++)
        if (won * s->cycles[i].called <= s->cycles[i].won * called)
            return false;
    return true;
}

enum tally_record tally_record(const struct settings *s, const struct tally *t)
{
    int64_t won = t->n[TALLY_WON], called = t->n[TALLY_CALLED];

    if (s->cycle_count == 0 || called == 0 || called < s->percent_from ||
        !tally_is_of_one_kind(t) || !beats_all(s, won, called))
        return TALLY_NO_RECORD;
    bool enough = t->n[TALLY_SETTLED] * 100 >= t->n[TALLY_ENDORSED] * 80;
    return enough && beats_all(s, won, called + t->n[TALLY_PENDING]) ? TALLY_RECORD
                                                                     : TALLY_RECORD_SO_FAR;
}

bool tally_percent(const struct settings *s, int64_t num, int64_t den, char out[32])
{
    if (den <= 0 || den < s->percent_from)
        return false;
    int64_t tenths = (num * 1000 + den / 2) / den; /* rounded half up */
    if (s->percent == PERCENT_FLOOR)
        snprintf(out, 32, "%" PRId64, num * 100 / den);
    else if (s->percent == PERCENT_NEAREST)
        snprintf(out, 32, "%" PRId64, (num * 100 + den / 2) / den);
    else
        snprintf(out, 32, "%" PRId64 ".%" PRId64, tenths / 10, tenths % 10);
    return true;
}
