/* SPDX-License-Identifier: ISC */
/* Claims out of marks, and standings out of claims. The two never meet: what stands can always be
 * derived again from the claims alone, which is what a restart does. */
#include "daemon/core/calls.h"

#include <inttypes.h>
#include <string.h>

#include "daemon/base/text.h"
#include "daemon/base/when.h"
#include "daemon/core/claims.h"
#include "daemon/core/fading.h"
#include "daemon/core/marks.h"
#include "daemon/core/match.h"
#include "daemon/core/primaries.h"

static const struct slice unopposed = SLICE_INIT("unopposed");
static const struct slice desk = SLICE_INIT("desk"), official = SLICE_INIT("official");
static const struct slice whole = SLICE_INIT(""); /* the line of claims on the candidacy */

int calls_rank(const struct settings *s, struct slice by)
{
    if (slice_eq(by, desk))
        return 0;
    if (slice_eq(by, unopposed))
        return CALLS_RANKS - 1;
    for (size_t i = 0; i < s->call_order_count; i++)
        if (slice_eq(s->call_order[i], by))
            return (int)i + 1;
    return -1;
}

bool calls_counts(const struct endorsement *e)
{
    return e->status <= ENDORSE_ELECTED_UNOPPOSED;
}

static bool no_memory(struct err *e)
{
    return err_set(e, ERR_BUG, "calls: the memory for this election's texts and claims is used up");
}

/* The same person in another race of the same state: counted once among people. */
static bool find_people(struct model *m)
{
    struct map *people = map_new(m->endorsed->count + 1, true);
    struct buf key;
    bool ok = people != NULL;

    buf_init(&key, 4096);
    for (uint32_t i = 0; ok && i < m->endorsed->count; i++) {
        const struct endorsement *e = &m->endorsed->list[i];
        buf_clear(&key);
        buf_add(&key, e->state);
        buf_addc(&key, ' ');
        text_fold(e->name, &key);
        const struct standing *first = map_get(people, buf_slice(&key));
        m->standings[i].person = first ? (uint32_t)(first - m->standings) : i;
        if (!first)
            ok = !key.failed && map_put(people, buf_slice(&key), &m->standings[i]);
    }
    buf_done(&key);
    map_free(people);
    return ok;
}

bool calls_init(struct model *m, struct err *e)
{
    size_t n = m->endorsed->count;

    if (m->settings->call_order_count > CALLS_RANKS - 2)
        return err_set(e, ERR_CONFIG, "[calls] order names %zu authorities; %d at most",
                       m->settings->call_order_count, CALLS_RANKS - 2);
    m->standings = arena_array(m->strings, n + 1, sizeof *m->standings);
    m->endorsed_by_id = map_new(n + 1, false);
    if (!m->standings || !m->endorsed_by_id || !find_people(m))
        return no_memory(e);
    for (uint32_t i = 0; i < n; i++) {
        struct standing *st = &m->standings[i];
        st->claim = st->told = NONE;
        st->race = match_race_of(m, i);
        st->since_ms = WHEN_UNKNOWN;
        if (!map_put(m->endorsed_by_id, m->endorsed->list[i].id, &m->endorsed->list[i]))
            return no_memory(e);
    }
    return true;
}

void calls_done(struct model *m)
{
    map_free(m->endorsed_by_id);
    m->endorsed_by_id = NULL;
}

/* ---- claims ---- */

bool calls_heard(const struct model *m, const struct race *r, const struct claim *c)
{
    if (calls_rank(m->settings, c->by) == 0)
        return c->number > r->released;
    if (slice_is(c->basis, CLAIMS_UNMATCHED))
        return true;
    return (r->frozen == 0 || c->number < r->frozen) && (m->frozen == 0 || c->number < m->frozen);
}

static bool take(struct model *m, const struct claim *c, struct err *e)
{
    fading_heed(m, c);
    return claims_append(m, c, e);
}

bool calls_restore(struct model *m, const struct claim *claim, struct err *e)
{
    struct claim copy = *claim;
    struct slice *texts[] = {&copy.race_id, &copy.endorsement_id, &copy.by,   &copy.basis,
                             &copy.reason,  &copy.evidence,       &copy.line, &copy.row};

    if (m->claim_count > 0 && claim->number <= m->claims[m->claim_count - 1].number)
        return err_set(e, ERR_DATA,
                       "claim %" PRId64 " comes after claim %" PRId64
                       ": the stored claims are out of order",
                       claim->number, m->claims[m->claim_count - 1].number);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i] = arena_copy(m->strings, *texts[i]);
        if (!texts[i]->ptr)
            return no_memory(e);
    }
    return take(m, &copy, e) && (!fading_is_note(&copy) || fading_restore(m, &copy, e));
}

const struct claim *calls_latest(const struct model *m, uint32_t endorsement, struct slice by,
                                 struct slice line)
{
    const struct standing *st = &m->standings[endorsement];

    for (uint32_t i = st->claim_count; i-- > 0;) {
        const struct claim *c = &m->claims[st->claims[i]];
        if (slice_eq(c->line, line) && (slice_eq(c->by, by) || fading_is_out(c, by)))
            return c;
    }
    return NULL;
}

static enum outcome says(const struct model *m, uint32_t endorsement, struct slice by,
                         struct slice line)
{
    const struct claim *c = calls_latest(m, endorsement, by, line);

    return c ? c->outcome : OUTCOME_PENDING;
}

/* What the desk has called it, and not let go of. */
static enum outcome desk_says(const struct model *m, const struct race *r, uint32_t endorsement)
{
    const struct claim *c = calls_latest(m, endorsement, desk, whole);

    return c && calls_heard(m, r, c) ? c->outcome : OUTCOME_PENDING;
}

/* Whose word on what: an authority's on one line of a candidacy, or on the candidacy. */
struct subject {
    struct model *m;
    struct race *race;
    uint32_t endorsement;
    struct slice by, line;
    const char *primary; /* where the marks of that line are */
};

static struct fading_of fading_of(const struct subject *s)
{
    return (struct fading_of){s->endorsement, s->line, s->by};
}

/* A claim about to be made: what differs from case to case. */
struct making {
    enum outcome outcome;
    const char *basis;
    struct slice reason;
    const struct marks_word *word; /* NULL: no feed */
};

struct slice calls_evidence(const struct model *m, const struct feed_contest *c, uint32_t at)
{
    const struct feed_choice *choice = at == NONE ? NULL : &c->choices[at];

    struct slice which = !choice ? SLICE("-") : choice->id.len ? choice->id : choice->name;
    static const enum outcome meant[RESULTS_MARKS] = {
        [RESULTS_WON] = OUTCOME_WON,
        [RESULTS_LOST] = OUTCOME_LOST,
        [RESULTS_ADVANCED] = OUTCOME_ADVANCED,
    };
    bool marked = choice && choice->mark != RESULTS_UNMARKED;

    return arena_printf(m->strings, "source %.*s contest %.*s choice %.*s mark %s",
                        SLICE_FMT(m->settings->sources[c->source].name),
                        SLICE_FMT(c->id.len ? c->id : c->text), SLICE_FMT(which),
                        marked ? outcome_name(meant[choice->mark]) : "none");
}

/* Out in one primary, or that taken back, is a note: nothing is called by it. */
static bool is_out(const struct subject *s, enum outcome o)
{
    return s->line.len > 0 &&
           (o == OUTCOME_LOST ||
            (o == OUTCOME_PENDING && says(s->m, s->endorsement, s->by, s->line) == OUTCOME_LOST));
}

/* What was claimed of a line comes to this for the candidacy. */
static bool follow(const struct subject *s, const struct claim *of, enum outcome outcome,
                   int64_t now_ms, struct err *e)
{
    struct claim c = *of;

    c.number = claims_number(s->m);
    c.line = whole;
    c.by = s->by;
    c.outcome = outcome;
    c.at_ms = now_ms;
    return take(s->m, &c, e);
}

/* What is said of a line now takes the place of what was said of the candidacy: that it is out in
 * all, or what was called before its lines were known. */
static bool give_way(const struct subject *s, enum outcome now, int64_t now_ms, struct err *e)
{
    enum outcome was = says(s->m, s->endorsement, s->by, whole);
    const struct claim *last = &s->m->claims[s->m->claim_count - 1];

    if (s->line.len == 0 || now == OUTCOME_LOST || was == OUTCOME_PENDING ||
        (was == OUTCOME_LOST) != (now == OUTCOME_PENDING))
        return true;
    return follow(s, last, OUTCOME_PENDING, now_ms, e);
}

static bool make(const struct subject *s, const struct making *k, int64_t now_ms, struct err *e)
{
    struct model *m = s->m;
    struct claim c = {
        .number = claims_number(m),
        .race_id = s->race->id,
        .endorsement_id = m->endorsed->list[s->endorsement].id,
        .line = s->line,
        .by = is_out(s, k->outcome) ? fading_out(m, s->by) : s->by,
        .outcome = k->outcome,
        .at_ms = now_ms,
        .called_at_ms = WHEN_UNKNOWN,
        .basis = slice_of(k->basis),
        .reason = k->reason,
    };

    const struct feed_contest *from = k->word ? k->word->contest : NULL;
    if (from) {
        int64_t own = from->called_ms != WHEN_UNKNOWN ? from->called_ms : from->updated_ms;
        if (own == WHEN_UNKNOWN)
            own = m->feeds[from->source].files[from->file].own_time_ms;
        if (own <= now_ms)
            c.called_at_ms = own;
        c.evidence = calls_evidence(m, from, k->word->choice);
    }
    /* what the list alone says goes with it */
    if (k->outcome != OUTCOME_PENDING && !slice_eq(s->by, unopposed))
        c.row = endorsement_row(&m->endorsed->list[s->endorsement], m->strings);
    if (!c.by.ptr || (from && !c.evidence.ptr))
        return no_memory(e);
    return take(m, &c, e) && give_way(s, k->outcome, now_ms, e);
}

bool calls_unmatch(struct model *m, const struct claim *call, struct slice reason, int64_t now_ms,
                   struct err *e)
{
    struct subject s = {.m = m, .by = fading_author(call), .line = call->line};
    struct making k = {.basis = CLAIMS_UNMATCHED, .reason = reason};

    s.endorsement = claims_endorsement_of(m, call);
    s.race = &m->races[m->standings[s.endorsement].race];
    return make(&s, &k, now_ms, e);
}

bool calls_hold(struct model *m, const struct calls_look *look, uint32_t *held, struct err *e)
{
    *held = 0;
    return look->vanished < m->settings->guards.retract_many ||
           fading_hold(m, look->now_ms, held, e);
}

/* ---- looking at marks ---- */

/* What is said of the race contradicts itself. The first reason is told. */
static void doubt(struct race *r, const char *why)
{
    r->flags |= RACE_CONFLICT;
    r->conflict = r->conflict ? r->conflict : why;
}

static const enum outcome outcomes[] = {
    [MARKS_WON] = OUTCOME_WON,
    [MARKS_LOST] = OUTCOME_LOST,
    [MARKS_ADVANCED] = OUTCOME_ADVANCED,
};

/* Does the list, or a call feed, say that nobody stands against this one, whose election is held?
 */
static bool said_unopposed(const struct model *m, const struct race *r, uint32_t endorsement)
{
    const struct endorsement *e = &m->endorsed->list[endorsement];

    return e->status == ENDORSE_UNOPPOSED ||
           marks_uncontested(m, r, endorsement).opinion == MARKS_WON;
}

/* Is the other as sure to have no opponent as this one? That an election was cancelled is surer
 * than that it has one name. */
static bool as_unopposed(const struct subject *s, uint32_t other)
{
    const struct endorsement *list = s->m->endorsed->list;

    return list[other].status == ENDORSE_ELECTED_UNOPPOSED ||
           (list[s->endorsement].status != ENDORSE_ELECTED_UNOPPOSED &&
            said_unopposed(s->m, s->race, other));
}

/* Does it take no seat of this primary, because it has won in another and not in this one, or
 * stands in others only? */
static bool is_elsewhere(const struct subject *s, uint32_t other)
{
    const char *primary;
    bool won = false, known = false, here = marks_may_stand_elsewhere(s->m, s->race, other);

    if (!s->line.len || says(s->m, other, s->by, s->line) == OUTCOME_WON)
        return false;
    for (uint32_t at = 0; primaries_next(s->race, other, &at, &primary);) {
        won |= says(s->m, other, s->by, primaries_line(s->race, primary)) == OUTCOME_WON;
        here |= primaries_same(primary, s->primary);
        known = true;
    }
    return known && (won || !here);
}

/* Would one more win by this authority be more than the seats? A ticket's two names share a choice
 * and a seat. What the desk gave away is gone for all; of several unopposed for too few seats, the
 * order of the list must not choose. Each of several parties' primaries has its own seats. */
static bool seats_are_taken(const struct subject *s)
{
    const struct race *r = s->race;
    bool last = slice_eq(s->by, unopposed);
    int64_t taken = 0;

    if (r->seats <= 0)
        return false;
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        uint32_t other = r->endorsements[i];
        if (other == s->endorsement || !calls_counts(&s->m->endorsed->list[other]) ||
            marks_share(r, s->endorsement, other) || is_elsewhere(s, other))
            continue;
        taken += says(s->m, other, s->by, s->line) == OUTCOME_WON ||
                 says(s->m, other, s->by, whole) == OUTCOME_WON ||
                 desk_says(s->m, r, other) == OUTCOME_WON || (last && as_unopposed(s, other));
    }
    return taken >= (s->line.len ? r->seats : primaries_room(r, r->seats));
}

static bool call_it(const struct subject *s, const struct marks_word *w, int64_t now_ms,
                    struct err *e)
{
    struct race *r = s->race;
    struct making k = {.outcome = outcomes[w->opinion], .basis = w->basis, .word = w};

    if (k.outcome == OUTCOME_WON && seats_are_taken(s)) {
        doubt(r, "more wins are called than there are seats");
        return true;
    }
    if (s->line.len && k.outcome != OUTCOME_LOST &&
        says(s->m, s->endorsement, s->by, whole) == OUTCOME_LOST)
        return true; /* a line it was not known to have: look_at_whole waits for a minute */
    if (strcmp(w->basis, "seats-filled") == 0)
        k.reason =
            arena_printf(s->m->strings, "all seats (%" PRId64 ") are called for others", r->seats);
    else if (k.outcome == OUTCOME_ADVANCED && w->contest->choices[w->choice].mark == RESULTS_WON)
        k.reason = SLICE("a winner of this primary goes on to the next round");
    else if (strcmp(w->basis, "places-filled") == 0)
        k.reason = arena_printf(s->m->strings, "all places (%" PRId64 ") are called for others",
                                r->places);
    return make(s, &k, now_ms, e);
}

/* The mark behind a call is gone or is another. Absence must be seen twice, a minute apart, in what
 * the feed newly says; without a contest it is the list's own word that is gone. */
static bool fade(const struct subject *s, const struct marks_word *w, struct calls_look *look,
                 bool *first, struct err *e)
{
    const struct fading_of of = fading_of(s);
    const struct fading *f = fading_find(s->m, &of);
    bool seen =
        !w->contest || (w->contest->source == look->source && w->contest->file == look->file);
    enum outcome was = says(s->m, s->endorsement, s->by, s->line);

    if (!f) {
        look->vanished += *first;
        *first = false;
        return fading_start(s->m, &of, look->now_ms, e);
    }
    if (f->held || !seen || look->now_ms - f->since_ms < s->m->settings->guards.retract_ms)
        return true;
    struct making k = {
        .outcome = OUTCOME_PENDING,
        .basis = w->basis,
        .reason = arena_printf(s->m->strings, "took back its call (%s)", outcome_name(was)),
        .word = w,
    };
    if (!k.reason.ptr)
        return no_memory(e);
    return make(s, &k, look->now_ms, e); /* what is said now instead the next look calls */
}

static const enum marks_opinion same[OUTCOMES] = {
    [OUTCOME_PENDING] = MARKS_UNCALLED,
    [OUTCOME_WON] = MARKS_WON,
    [OUTCOME_LOST] = MARKS_LOST,
    [OUTCOME_ADVANCED] = MARKS_ADVANCED,
};

/* The source of which a claim says that it came from it, and whose word it would be still; NONE. */
static uint32_t caller(const struct model *m, const struct claim *c)
{
    for (uint32_t i = 0; c && i < m->settings->source_count; i++) {
        const struct settings_source *s = &m->settings->sources[i];
        struct slice rest = slice_sub(c->evidence, sizeof "source", c->evidence.len);
        if (s->calls != CALLS_NO && slice_eq(s->authority, c->by) &&
            slice_eq(slice_sub(rest, 0, slice_find(rest, SLICE(" "))), s->name))
            return i;
    }
    return NONE;
}

/* Where several sources speak for one authority and none of them calls it, whether a call is taken
 * back is the word of the one that made it, *w: another's contest may be as old as it likes. */
static void hear_caller(const struct subject *s, struct marks_word *w)
{
    uint32_t source = caller(s->m, calls_latest(s->m, s->endorsement, s->by, s->line));

    if (w->opinion == MARKS_UNCALLED && source != NONE && source != w->contest->source)
        *w = marks_source_says(s->m, s->race, s->endorsement, s->by, s->primary, source);
}

/* ... and the one that called must itself say something else before another's call takes the place
 * of its own: its silence is no retraction. */
static bool caller_agrees(const struct subject *s, const struct marks_word *w)
{
    uint32_t source = caller(s->m, calls_latest(s->m, s->endorsement, s->by, s->line));

    if (source == NONE || source == w->contest->source ||
        marks_source_says(s->m, s->race, s->endorsement, s->by, s->primary, source).opinion !=
            MARKS_SILENT)
        return true;
    doubt(s->race, "feeds of one authority differ");
    return false;
}

/* Is what the contest shows older than what its authority has said since, before this event? So it
 * is after a restart, with the last payload that was good in all parts: it must not bring back what
 * was taken back. */
static bool is_outdated(const struct subject *s, const struct marks_word *w, int64_t now_ms)
{
    const struct claim *c = calls_latest(s->m, s->endorsement, s->by, s->line);
    const struct feed_contest *from = w->contest;
    bool kept = s->m->feeds[from->source].files[from->file].kept;

    if (!c && kept) /* before there were lines, what was called was the candidacy */
        c = calls_latest(s->m, s->endorsement, s->by, whole);
    return c && !claims_was_none(c) && from->received_ms < c->heard_ms && c->heard_ms != now_ms &&
           (kept || strcmp(w->basis, "mark") == 0);
}

/* Has an official mark of this source moved tonight? */
static bool is_advice(const struct subject *s, const struct marks_word *w)
{
    return slice_eq(s->by, official) && s->m->feeds[w->contest->source].advisory;
}

/* What a payload kept over a restart lacks was weighed when it came: it begins no retraction before
 * the site says that it is still so. */
static bool is_unasked(const struct subject *s, const struct marks_word *w)
{
    const struct feed_file *f = &s->m->feeds[w->contest->source].files[w->contest->file];

    return f->unasked && !f->as_was;
}

/* A loss is said again: that it followed from filled seats and is marked itself by now, or the
 * other way about, is a claim too, as how many are filled while it stands depends on it. */
static bool say_again(const struct subject *s, const struct marks_word *w, int64_t now_ms,
                      struct err *e)
{
    const struct claim *c = calls_latest(s->m, s->endorsement, s->by, s->line);

    if (w->opinion != MARKS_LOST || slice_is(c->basis, w->basis) || s->line.len > 0 ||
        caller(s->m, c) != w->contest->source)
        return true;
    return call_it(s, w, now_ms, e);
}

/* Has it been called by a county that has turned out to have only a part of the race? */
static bool is_of_a_part(const struct subject *s)
{
    uint32_t source = caller(s->m, calls_latest(s->m, s->endorsement, s->by, s->line));

    return source != NONE && marks_only_part(s->m, s->race, source);
}

/* That was no call: what shows it ends it at once, whoever is silent. */
static bool end_part(const struct subject *s, struct calls_look *look, struct err *e)
{
    static const struct slice why =
        SLICE_INIT("the race lies in several counties, and it was called by one of them");

    return make(s, &(struct making){.basis = CLAIMS_PART, .reason = why}, look->now_ms, e);
}

/* What an authority says now, against what stands by it. *first: no mark of this race was newly
 * gone in this event yet. */
static bool weigh(const struct subject *s, const struct marks_word *w, struct calls_look *look,
                  bool *first, struct err *e)
{
    enum outcome stands = says(s->m, s->endorsement, s->by, s->line);
    const struct fading_of of = fading_of(s);

    if (stands != OUTCOME_PENDING && w->opinion != same[stands] && is_of_a_part(s))
        return end_part(s, look, e);
    if (w->opinion == MARKS_SILENT)
        return true;
    if (w->opinion == same[stands])
        return fading_stop(s->m, &of, look->now_ms, e) && say_again(s, w, look->now_ms, e);
    if (is_outdated(s, w, look->now_ms))
        return true;
    if (is_advice(s, w)) {
        if (stands != OUTCOME_PENDING && w->opinion != MARKS_UNCALLED)
            doubt(s->race, "an official mark has moved");
        return true;
    }
    if (stands == OUTCOME_PENDING)
        return call_it(s, w, look->now_ms, e);
    if (!caller_agrees(s, w) || is_unasked(s, w))
        return true;
    return fade(s, w, look, first, e);
}

/* One authority's word on one line. */
static bool look_at(const struct subject *s, struct calls_look *look, bool *first, struct err *e)
{
    struct marks_word w = marks_say_of(s->m, s->race, s->endorsement, s->by, s->primary);

    if (w.conflict)
        doubt(s->race, w.conflict);
    hear_caller(s, &w);
    return weigh(s, &w, look, first, e);
}

/* The last word that it is out in one, when it is out in all its primaries and there are no others;
 * NULL: it is not. */
static const struct claim *out_in_all(const struct subject *s)
{
    const struct claim *last = NULL;
    const char *primary;

    if (marks_may_stand_elsewhere(s->m, s->race, s->endorsement))
        return NULL;
    for (uint32_t at = 0; primaries_next(s->race, s->endorsement, &at, &primary);) {
        struct slice line = primaries_line(s->race, primary);
        const struct claim *c = calls_latest(s->m, s->endorsement, s->by, line);
        if (!c || c->outcome != OUTCOME_LOST)
            return NULL;
        if (!last || c->number > last->number)
            last = c;
    }
    return last;
}

/* Cross-filed: who is out in all its primaries has lost. That ends with the first line in which it
 * is not out any more (give_way), or, a minute later, with one it was not known to have. What was
 * called before its lines were known ends when it is said of none of them. */
static bool look_at_whole(const struct subject *s, struct calls_look *look, bool *first,
                          struct err *e)
{
    enum outcome stands = says(s->m, s->endorsement, s->by, whole);
    const struct claim *out = out_in_all(s);
    const struct fading_of of = fading_of(s);

    if (stands == (out ? OUTCOME_LOST : OUTCOME_PENDING))
        return fading_stop(s->m, &of, look->now_ms, e);
    if (stands == OUTCOME_PENDING)
        return follow(s, out, OUTCOME_LOST, look->now_ms, e);
    struct marks_word w = marks_say(s->m, s->race, s->endorsement, s->by);
    return weigh(s, &w, look, first, e);
}

/* One authority's word on one endorsement, line by line. */
static bool look_at_lines(struct subject *s, struct calls_look *look, bool *first, struct err *e)
{
    for (uint32_t at = 0; primaries_next(s->race, s->endorsement, &at, &s->primary);) {
        s->line = primaries_line(s->race, s->primary);
        if (!look_at(s, look, first, e))
            return false;
    }
    s->line = whole;
    return primaries_count(s->race) == 0 || look_at_whole(s, look, first, e);
}

/* Why a win without an opponent, `said` or not, cannot be; NULL: nothing speaks against it. A few
 * write-ins are no news: they only end it. Of an election that was cancelled no votes speak. */
static const char *contradicted(const struct subject *s, bool said, bool elected)
{
    if (!elected && marks_write_in_votes(s->race, s->endorsement))
        return "write-in";
    const char *against = !elected && marks_opponents(s->m, s->race, s->endorsement, false)
                              ? "opponent"
                          : seats_are_taken(s) ? "seats-filled"
                                               : NULL;
    if (said && against)
        doubt(s->race, "said to be unopposed, and another stands, or has the seat");
    return against;
}

/* Nobody says "unopposed" any more. A feed that is silent takes nothing back; what the list alone
 * said, the list takes back. */
static bool fade_unopposed(const struct subject *s, struct marks_word w, struct calls_look *look,
                           bool *first, struct err *e)
{
    if (calls_latest(s->m, s->endorsement, unopposed, whole)->evidence.len == 0)
        w = (struct marks_word){.opinion = MARKS_UNCALLED, .choice = NONE};
    if (w.opinion == MARKS_SILENT)
        return true;
    w.basis = "not-unopposed";
    return fade(s, &w, look, first, e);
}

static bool call_unopposed(const struct subject *s, const struct marks_word *w,
                           struct calls_look *look, struct err *e)
{
    enum endorse_status status = s->m->endorsed->list[s->endorsement].status;
    bool elected = status == ENDORSE_ELECTED_UNOPPOSED;
    bool listed = elected || status == ENDORSE_UNOPPOSED;
    struct making k = {
        .outcome = OUTCOME_WON,
        .basis = elected ? "elected-unopposed" : "unopposed",
        .reason = elected  ? SLICE("the election was cancelled for want of another candidate")
                  : listed ? SLICE("nobody else is on the ballot")
                           : SLICE("the feed says that the contest is uncontested"),
        .word = listed ? NULL : w,
    };

    return make(s, &k, look->now_ms, e);
}

/* What shows that it is not so ends the claim at once. */
static bool end_unopposed(const struct subject *s, const char *against, struct calls_look *look,
                          struct err *e)
{
    struct making k = {
        .basis = against,
        .reason = strcmp(against, "write-in") == 0   ? SLICE("a write-in line has votes")
                  : strcmp(against, "opponent") == 0 ? SLICE("another name has votes")
                                                     : SLICE("the seats are another's"),
    };

    return make(s, &k, look->now_ms, e);
}

/* Is it said to have no opponent? Where who is alone may only go on, that says neither. */
static bool wins_alone(const struct subject *s)
{
    if (!said_unopposed(s->m, s->race, s->endorsement))
        return false;
    if (s->race->win == ROUNDS_EITHER &&
        desk_says(s->m, s->race, s->endorsement) == OUTCOME_PENDING)
        doubt(s->race, "unopposed in a primary, who may only go on: call it by hand");
    return s->race->win == ROUNDS_FINAL;
}

/* Unopposed needs no feed's call, and gives way at once to what shows that it is not so: votes for
 * another, or a seat given to another. */
static bool look_unopposed(const struct subject *s, bool closed, struct calls_look *look,
                           bool *first, struct err *e)
{
    const struct model *m = s->m;
    bool elected = m->endorsed->list[s->endorsement].status == ENDORSE_ELECTED_UNOPPOSED;
    bool won = says(m, s->endorsement, unopposed, whole) == OUTCOME_WON;
    bool said = elected || (closed && wins_alone(s));
    const struct fading_of of = fading_of(s);

    if (!said && !won)
        return true;
    const char *against = contradicted(s, said, elected);
    if (elected && marks_opponents(s->m, s->race, s->endorsement, true))
        doubt(s->race, "its election is said to be cancelled, and another has votes in it");
    struct marks_word w = marks_uncontested(m, s->race, s->endorsement);
    if (!won)
        return against || call_unopposed(s, &w, look, e);
    if (!said && !against)
        return !closed || fade_unopposed(s, w, look, first, e);
    if (against)
        return end_unopposed(s, against, look, e);
    return fading_stop(s->m, &of, look->now_ms, e);
}

/* The last word of an official source on a line that was a mark, or stands: what a mark may have
 * moved from. */
static const struct claim *marked_before(const struct subject *s)
{
    const struct standing *st = &s->m->standings[s->endorsement];
    bool stands = true;

    for (uint32_t i = st->claim_count; i-- > 0;) {
        const struct claim *c = &s->m->claims[st->claims[i]];
        if (!slice_eq(c->line, s->line) ||
            !(slice_eq(c->by, official) || fading_is_out(c, official)))
            continue;
        if (slice_is(c->basis, CLAIMS_UNMATCHED)) /* it was another's */
            return NULL;
        if (c->outcome != OUTCOME_PENDING && (stands || slice_is(c->basis, "mark")))
            return c;
        stands = false;
    }
    return NULL;
}

/* Has the mark of one line moved? */
static bool scan(const struct subject *s, struct calls_look *look, struct err *e)
{
    struct model *m = s->m;
    const struct claim *before = marked_before(s);
    const struct fading_of of = fading_of(s);

    if (!before)
        return true;
    struct marks_word w = marks_say_of(m, s->race, s->endorsement, official, s->primary);
    uint32_t source = caller(m, before);
    if (w.opinion < MARKS_WON || w.opinion == same[before->outcome] ||
        is_outdated(s, &w, look->now_ms) || (source != NONE && source != w.contest->source) ||
        m->feeds[w.contest->source].advisory)
        return true;
    look->moved = w.contest;
    return fading_advise(m, &of, w.contest->source, outcomes[w.opinion],
                         calls_evidence(m, w.contest, w.choice), look->now_ms, e);
}

bool calls_scan(struct model *m, struct race *r, struct calls_look *look, struct err *e)
{
    if (r->polls_close_ms == WHEN_UNKNOWN || look->now_ms < r->polls_close_ms ||
        calls_rank(m->settings, official) < 0)
        return true;
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        struct subject s = {.m = m, .race = r, .endorsement = r->endorsements[i], .by = official};
        if (!calls_counts(&m->endorsed->list[s.endorsement]))
            continue;
        for (uint32_t at = 0; primaries_next(r, s.endorsement, &at, &s.primary);) {
            s.line = primaries_line(r, s.primary);
            if (!scan(&s, look, e))
                return false;
        }
    }
    return true;
}

static bool look_once(struct model *m, struct race *r, struct calls_look *look, bool *first,
                      struct err *e)
{
    bool closed = r->polls_close_ms != WHEN_UNKNOWN && look->now_ms >= r->polls_close_ms;

    r->flags &= ~(uint32_t)RACE_CONFLICT;
    r->conflict = NULL;
    if (!marks_seats(m, r))
        doubt(r, "seats, or places in a next round, are stated differently");
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        struct subject s = {.m = m, .race = r, .endorsement = r->endorsements[i]};
        if (!calls_counts(&m->endorsed->list[s.endorsement]))
            continue;
        for (size_t o = 0; closed && o < m->settings->call_order_count; o++) {
            s.by = m->settings->call_order[o];
            if (!slice_eq(s.by, desk) && !slice_eq(s.by, unopposed) &&
                !look_at_lines(&s, look, first, e))
                return false;
        }
        s.by = unopposed;
        if (!look_unopposed(&s, closed, look, first, e))
            return false;
    }
    return true;
}

/* What one of ours gives up another may take, wherever they stand in the list: where anything was
 * claimed, look again as often as there are names. */
bool calls_look(struct model *m, struct race *r, struct calls_look *look, struct err *e)
{
    uint32_t claims = m->claim_count;
    bool first = true, ok = look_once(m, r, look, &first, e);

    for (uint32_t i = 0; ok && m->claim_count != claims && i < r->endorsement_count; i++)
        ok = look_once(m, r, look, &first, e);
    return ok;
}
