/* SPDX-License-Identifier: ISC */
/* A table of verbs. What a decision is about is found and read, and judged; only then it is done,
 * so that a refusal leaves no trace. At a start it is done again without being judged. */
#include "daemon/core/decide.h"

#include <inttypes.h>
#include <string.h>

#include "daemon/base/text.h"
#include "daemon/base/when.h"
#include "daemon/core/calls.h"
#include "daemon/core/corrections.h"
#include "daemon/core/labels.h"
#include "daemon/core/local_time.h"
#include "daemon/core/marks.h"
#include "daemon/core/polls.h"

/* What a decision is about, found. */
struct about {
    const struct decision *d;
    int64_t now_ms;
    uint32_t endorsement; /* NONE */
    struct race *race;    /* NULL: none, or all */
    int64_t value;        /* the argument, read: an outcome, a flag, a status, a minute */
};

static bool no_memory(struct err *e)
{
    return err_set(e, ERR_BUG, "decide: the memory for this election's decisions is used up");
}

bool decide_init(struct model *m, struct err *e)
{
    const struct settings *s = m->settings;
    struct settings *settings = arena_alloc(m->strings, sizeof *settings);
    struct endorsements *list = arena_alloc(m->strings, sizeof *list);
    struct endorsement *rows =
        arena_array(m->strings, m->endorsed->count + 1, sizeof *m->endorsed->list);

    if (!settings || !list || !rows)
        return no_memory(e);
    *settings = *s;
    *list = *m->endorsed;
    if (list->count)
        memcpy(rows, list->list, list->count * sizeof *rows);
    list->list = rows;
    m->settings = m->own.settings = settings;
    m->endorsed = list;
    m->own.list = rows;
    return true;
}

/* ---- what a decision is about ---- */

static uint32_t find_race(const struct model *m, struct slice id)
{
    for (uint32_t i = 0; i < m->race_count; i++)
        if (slice_eq(m->races[i].id, id))
            return i;
    return NONE;
}

static uint32_t find_endorsement(const struct model *m, struct slice id)
{
    const struct endorsement *e = map_get(m->endorsed_by_id, id);

    return e ? (uint32_t)(e - m->endorsed->list) : NONE;
}

static bool find_candidacy(struct model *m, struct about *a, struct err *e)
{
    a->endorsement = find_endorsement(m, a->d->target);
    if (a->endorsement == NONE)
        return err_set(e, ERR_NO,
                       "no endorsement has the id '%.*s'; tallyctl explain finds one by a part of "
                       "its name",
                       SLICE_FMT(a->d->target));
    a->race = &m->races[m->standings[a->endorsement].race];
    return true;
}

static bool find_a_race(struct model *m, struct about *a, struct err *e)
{
    uint32_t i = find_race(m, a->d->target);

    if (i == NONE)
        return err_set(e, ERR_NO, "no race has the id '%.*s'; tallyctl races lists them",
                       SLICE_FMT(a->d->target));
    a->race = &m->races[i];
    return true;
}

static bool find_race_or_all(struct model *m, struct about *a, struct err *e)
{
    return a->d->target.len == 0 || find_a_race(m, a, e);
}

/* ---- call, uncall ---- */

static const char *const outcomes[OUTCOMES] = {NULL, "won", "lost", "advanced"};
static const char *const bases[] = {"official", "newspaper", "concession", "clerk"};

static bool read_word(struct slice word, const char *const *list, size_t n, int64_t *out)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] && slice_is(word, list[i])) {
            *out = (int64_t)i;
            return true;
        }
    return false;
}

/* Ours in the race that stand at this outcome, without those on one line with `but`. */
static int64_t standing_at(const struct model *m, const struct race *r, uint32_t but,
                           enum outcome o)
{
    int64_t n = 0;

    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        uint32_t other = r->endorsements[i];
        n += other != but && m->standings[other].outcome == o && !marks_share(r, but, other);
    }
    return n;
}

static bool judge_room(const struct model *m, const struct about *a, struct err *e)
{
    const struct race *r = a->race;
    bool won = a->value == OUTCOME_WON;
    int64_t most = won ? r->seats : r->places;

    if ((!won && a->value != OUTCOME_ADVANCED) || most <= 0)
        return true;
    int64_t taken = standing_at(m, r, a->endorsement, (enum outcome)a->value);
    if (taken < most)
        return true;
    return err_set(e, ERR_NO,
                   "%.*s: %" PRId64 " of %" PRId64 " %s called for others of ours; take one of "
                   "these calls back first (tallyctl uncall), or correct %s in the list",
                   SLICE_FMT(r->id), taken, most, won ? "seats are" : "places are",
                   won ? "seats_to_fill" : "advance_to");
}

static bool judge_close(const struct model *m, const struct about *a, struct err *e)
{
    const struct race *r = a->race;
    struct buf when;

    if (r->polls_close_ms == WHEN_UNKNOWN || a->now_ms >= r->polls_close_ms)
        return true;
    buf_init(&when, 100);
    local_time_write(m->settings, r->polls_close_ms, &when);
    err_set(e, ERR_AGAIN,
            "%.*s: polls close at %.*s; no call is taken before that. Where the time is wrong, "
            "tallyctl polls moves it",
            SLICE_FMT(r->id), SLICE_FMT(buf_slice(&when)));
    buf_done(&when);
    return false;
}

static bool read_call(struct model *m, struct about *a, struct err *e)
{
    int64_t basis;

    if (!find_candidacy(m, a, e))
        return false;
    if (!read_word(a->d->argument, outcomes, OUTCOMES, &a->value))
        return err_set(e, ERR_USAGE, "'%.*s' is no outcome: won, lost or advanced",
                       SLICE_FMT(a->d->argument));
    if (a->d->basis.len && !read_word(a->d->basis, bases, sizeof bases / sizeof *bases, &basis))
        return err_set(e, ERR_USAGE, "'%.*s' is no basis: official, newspaper, concession or clerk",
                       SLICE_FMT(a->d->basis));
    return true;
}

static bool judge_call(const struct model *m, const struct about *a, struct err *e)
{
    const struct endorsement *en = &m->endorsed->list[a->endorsement];
    const struct standing *st = &m->standings[a->endorsement];

    if (!calls_counts(en))
        return err_set(e, ERR_NO, "%.*s is %s: it is not called", SLICE_FMT(en->id),
                       endorsement_statuses[en->status]);
    if (a->race->flags & RACE_VOID)
        return err_set(e, ERR_NO,
                       "%.*s is void: nothing called in it stands; tallyctl mark %.*s void off "
                       "takes that back",
                       SLICE_FMT(a->race->id), SLICE_FMT(a->race->id));
    if (st->claim != NONE && (int64_t)st->outcome == a->value &&
        calls_rank(m->settings, m->claims[st->claim].by) == 0)
        return err_set(e, ERR_NO, "%.*s is called %s by the desk already", SLICE_FMT(en->id),
                       outcome_name(st->outcome));
    return judge_close(m, a, e) && judge_room(m, a, e);
}

static bool claim(struct model *m, const struct about *a, uint32_t endorsement, enum outcome o,
                  struct slice basis, struct slice reason, struct err *e)
{
    struct claim c = {
        .number = calls_number(m),
        .race_id = a->race->id,
        .endorsement_id = m->endorsed->list[endorsement].id,
        .by = SLICE("desk"),
        .outcome = o,
        .at_ms = a->now_ms,
        .called_at_ms = WHEN_UNKNOWN,
        .basis = basis,
        .reason = reason,
        .evidence = a->d->url,
    };

    return calls_append(m, &c, e);
}

/* Every seat, or place, is taken by ours: the others of ours have lost. */
static bool claim_others(struct model *m, const struct about *a, struct err *e)
{
    const struct race *r = a->race;
    bool won = a->value == OUTCOME_WON;
    int64_t most = won ? r->seats : r->places;

    if ((!won && a->value != OUTCOME_ADVANCED) || most <= 0 ||
        standing_at(m, r, a->endorsement, (enum outcome)a->value) + 1 < most)
        return true;
    struct slice reason = arena_printf(m->strings, "all %s (%" PRId64 ") are called for others",
                                       won ? "seats" : "places", most);
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        uint32_t other = r->endorsements[i];
        if (other != a->endorsement && calls_counts(&m->endorsed->list[other]) &&
            m->standings[other].outcome == OUTCOME_PENDING &&
            !marks_share(r, a->endorsement, other) &&
            !claim(m, a, other, OUTCOME_LOST, won ? SLICE("seats-filled") : SLICE("places-filled"),
                   reason, e))
            return false;
    }
    return true;
}

static bool claim_call(struct model *m, const struct about *a, struct err *e)
{
    return claim(m, a, a->endorsement, (enum outcome)a->value, a->d->basis, a->d->reason, e) &&
           claim_others(m, a, e);
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

/* The call; of a win, also the losses of ours that only followed from it, whoever said so. */
static bool claim_uncall(struct model *m, const struct about *a, struct err *e)
{
    const struct race *r = a->race;
    bool lost = m->standings[a->endorsement].outcome == OUTCOME_LOST;

    if (!claim(m, a, a->endorsement, OUTCOME_PENDING, a->d->basis, a->d->reason, e))
        return false;
    for (uint32_t i = 0; i < r->endorsement_count && !lost; i++) {
        const struct standing *st = &m->standings[r->endorsements[i]];
        struct slice basis = st->claim == NONE ? SLICE("") : m->claims[st->claim].basis;
        bool followed = r->endorsements[i] != a->endorsement &&
                        (slice_is(basis, "seats-filled") || slice_is(basis, "places-filled"));
        if (followed &&
            !claim(m, a, r->endorsements[i], OUTCOME_PENDING, SLICE("seats-open"), a->d->reason, e))
            return false;
    }
    return true;
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
    return err_set(e, ERR_NO, "%.*s frozen already; tallyctl release %.*s ends it",
                   SLICE_FMT(a->race ? a->race->id : SLICE("everything is")),
                   SLICE_FMT(a->d->target));
}

static bool do_release(struct model *m, const struct about *a, struct err *e)
{
    (void)e;
    if (a->race)
        a->race->released = a->d->number;
    *(a->race ? &a->race->frozen : &m->frozen) = 0;
    return true;
}

/* Is anything of the race the desk's, or kept from counting by a retraction? */
static bool holds(const struct model *m, const struct race *r)
{
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct standing *st = &m->standings[r->endorsements[i]];
        for (uint32_t k = 0; k < st->claim_count; k++) {
            const struct claim *c = &m->claims[st->claims[k]];
            if (c->number > r->released &&
                (calls_rank(m->settings, c->by) == 0 || c->outcome == OUTCOME_PENDING))
                return true;
        }
    }
    return false;
}

static bool judge_release(const struct model *m, const struct about *a, struct err *e)
{
    if (!a->race)
        return m->frozen != 0 ||
               err_set(e, ERR_NO,
                       "not everything is frozen; tallyctl release RACE releases one race");
    if (a->race->frozen != 0 || holds(m, a->race))
        return true;
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
    return find_a_race(m, a, e);
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

/* ---- endorse status ---- */

static bool read_status(struct model *m, struct about *a, struct err *e)
{
    if (!read_word(a->d->argument, endorsement_statuses, ENDORSE_STATUSES, &a->value))
        return err_set(e, ERR_USAGE,
                       "'%.*s' is no status: active, write_in, unopposed, elected_unopposed, "
                       "withdrawn, disqualified, not_on_ballot or postponed",
                       SLICE_FMT(a->d->argument));
    return find_candidacy(m, a, e);
}

static bool judge_status(const struct model *m, const struct about *a, struct err *e)
{
    if ((int64_t)m->endorsed->list[a->endorsement].status != a->value)
        return true;
    return err_set(e, ERR_NO, "%.*s is %.*s already", SLICE_FMT(a->d->target),
                   SLICE_FMT(a->d->argument));
}

static bool do_status(struct model *m, const struct about *a, struct err *e)
{
    struct endorsement *en = &m->own.list[a->endorsement];
    struct correction was = {
        .endorsement = a->endorsement,
        .at_ms = a->now_ms,
        .was = slice_of(endorsement_statuses[en->status]),
        .now = slice_of(endorsement_statuses[a->value]),
        .by = SLICE("desk"),
        .why = a->d->reason,
    };

    en->status = (enum endorse_status)a->value;
    return corrections_add(m, &was) || err_set(e, ERR_BUG, "out of memory for a correction");
}

/* ---- polls ---- */

/* "GA", "GA/Fulton": the row that is moved, and its county. */
static const struct settings_polls *polls_row(const struct model *m, struct slice place,
                                              struct slice *county)
{
    size_t slash = slice_find(place, SLICE("/"));
    struct slice state = slash == SIZE_MAX ? place : slice_sub(place, 0, slash);
    const struct settings_polls *whole = NULL;

    *county = slash == SIZE_MAX ? (struct slice){"", 0}
                                : slice_trim(slice_sub(place, slash + 1, place.len));
    for (size_t i = 0; i < m->settings->polls_count; i++) {
        const struct settings_polls *p = &m->settings->polls[i];
        if (!slice_eq_nocase(p->state, state))
            continue;
        if (p->county.len ? polls_same_county(p->county, *county) : county->len == 0)
            return p;
        if (!p->county.len)
            whole = p;
    }
    return whole;
}

static bool read_polls(struct model *m, struct about *a, struct err *e)
{
    struct slice t = a->d->argument, county;
    uint32_t race = find_race(m, a->d->target);
    bool digits = t.len == 5 && t.ptr[2] == ':';

    for (size_t i = 0; digits && i < 5; i++)
        digits = i == 2 || (t.ptr[i] >= '0' && t.ptr[i] <= '9');
    if (digits)
        a->value = ((t.ptr[0] - '0') * 10 + (t.ptr[1] - '0')) * 60 + (t.ptr[3] - '0') * 10 +
                   (t.ptr[4] - '0');
    if (!digits || t.ptr[3] > '5' || a->value > 36 * 60)
        return err_set(e, ERR_USAGE,
                       "'%.*s' is no time of the election day: HH:MM, 24:00 and later for the "
                       "night after it",
                       SLICE_FMT(t));
    if (race != NONE)
        a->race = &m->races[race];
    else if (!polls_row(m, a->d->target, &county))
        return err_set(e, ERR_NO,
                       "'%.*s' is neither a race nor a state, or STATE/COUNTY, for which "
                       "[election] has a polls-close",
                       SLICE_FMT(a->d->target));
    return true;
}

/* A row of its own for the place, in the zone of what held there before. */
static bool move_place(struct model *m, const struct about *a, struct err *e)
{
    struct slice county;
    const struct settings_polls *was = polls_row(m, a->d->target, &county);
    size_t n = m->settings->polls_count;
    struct settings_polls *rows = arena_array(m->strings, n + 1, sizeof *rows);

    if (!was)
        return true; /* no longer configured */
    if (!rows)
        return no_memory(e);
    memcpy(rows, m->settings->polls, n * sizeof *rows);
    struct settings_polls *row = &rows[was - m->settings->polls];
    if (county.len && !was->county.len) {
        row = &rows[n++];
        *row = *was;
        row->county = county;
    }
    row->minute = (int)a->value;
    m->own.settings->polls = rows;
    m->own.settings->polls_count = n;
    return true;
}

static bool do_polls(struct model *m, const struct about *a, struct err *e)
{
    if (a->race)
        a->race->polls_moved_ms = polls_race_close_at(m->settings, m->endorsed, a->race, a->value);
    else if (!move_place(m, a, e))
        return false;
    for (uint32_t i = 0; i < m->race_count; i++) {
        struct race *r = &m->races[i];
        r->polls_close_ms = r->polls_moved_ms != WHEN_UNKNOWN
                                ? r->polls_moved_ms
                                : polls_race_close(m->settings, m->endorsed, r);
    }
    return true;
}

/* ---- the table ---- */

static const struct verb {
    const char *name;
    /* what it is about, and its words; false: nothing, or not such words */
    bool (*read)(struct model *m, struct about *a, struct err *e);
    /* may it be done now; NULL: always */
    bool (*judge)(const struct model *m, const struct about *a, struct err *e);
    /* what it changes beside claims, at a start again; NULL: nothing */
    bool (*lasting)(struct model *m, const struct about *a, struct err *e);
    bool (*claims)(struct model *m, const struct about *a, struct err *e);
} verbs[] = {
    {"call", read_call, judge_call, NULL, claim_call},
    {"uncall", find_candidacy, judge_uncall, do_freeze, claim_uncall},
    {"freeze", find_race_or_all, judge_freeze, do_freeze, NULL},
    {"release", find_race_or_all, judge_release, do_release, NULL},
    {"mark", read_mark, judge_mark, do_mark, NULL},
    {"endorse status", read_status, judge_status, do_status, NULL},
    {"polls", read_polls, NULL, do_polls, NULL},
};

static const struct verb *find_verb(struct slice name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (slice_is(name, verbs[i].name))
            return &verbs[i];
    return NULL;
}

/* A copy of the decision behind the others. */
static const struct decision *keep(struct model *m, const struct decision *d, struct err *e)
{
    struct decision copy = *d;
    struct slice *texts[] = {&copy.verb,  &copy.target, &copy.argument, &copy.reason,
                             &copy.basis, &copy.url,    &copy.by};

    if (m->decision_count == m->decision_room) {
        uint32_t more = m->decision_room ? m->decision_room * 2 : 16;
        struct decision *bigger = arena_array(m->strings, more, sizeof *bigger);
        if (!bigger) {
            no_memory(e);
            return NULL;
        }
        if (m->decision_count)
            memcpy(bigger, m->decisions, m->decision_count * sizeof *bigger);
        m->decisions = bigger;
        m->decision_room = more;
    }
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i] = arena_copy(m->strings, *texts[i]);
        if (!texts[i]->ptr) {
            no_memory(e);
            return NULL;
        }
    }
    m->decisions[m->decision_count] = copy;
    return &m->decisions[m->decision_count++];
}

static struct decide_touched touched(const struct model *m, const struct about *a)
{
    return (struct decide_touched){.race = a->race ? (uint32_t)(a->race - m->races) : NONE,
                                   .all = !a->race};
}

bool decide_take(struct model *m, const struct decision *d, int64_t now_ms,
                 struct decide_touched *out, struct err *e)
{
    const struct verb *v = find_verb(d->verb);
    struct about a = {.d = d, .now_ms = now_ms, .endorsement = NONE};

    *out = (struct decide_touched){.race = NONE};
    if (!v)
        return err_set(e, ERR_USAGE, "no decision is called '%.*s'", SLICE_FMT(d->verb));
    if (slice_trim(d->reason).len == 0)
        return err_set(e, ERR_USAGE, "%.*s needs a reason that others can read: --reason '...'",
                       SLICE_FMT(d->verb));
    if (!v->read(m, &a, e) || (v->judge && !v->judge(m, &a, e)))
        return false;
    struct decision numbered = *d;
    numbered.number = calls_number(m);
    numbered.at_ms = now_ms;
    a.d = keep(m, &numbered, e);
    if (!a.d)
        return false;
    *out = touched(m, &a);
    return (!v->lasting || v->lasting(m, &a, e)) && (!v->claims || v->claims(m, &a, e));
}

bool decide_restore(struct model *m, const struct decision *d, struct decide_touched *out,
                    struct err *e)
{
    const struct verb *v = find_verb(d->verb);
    struct about a = {.now_ms = d->at_ms, .endorsement = NONE};
    struct err unfit = {0};

    *out = (struct decide_touched){.race = NONE};
    if (m->decision_count > 0 && d->number <= m->decisions[m->decision_count - 1].number)
        return err_set(e, ERR_DATA,
                       "decision %" PRId64 " comes after decision %" PRId64
                       ": the stored decisions are out of order",
                       d->number, m->decisions[m->decision_count - 1].number);
    a.d = keep(m, d, e);
    if (!a.d)
        return false;
    if (d->number > m->last_number)
        m->last_number = d->number;
    if (!v || !v->read(m, &a, &unfit))
        return true;
    *out = touched(m, &a);
    return !v->lasting || v->lasting(m, &a, e);
}

/* ---- looking back ---- */

const struct decision *decide_behind(const struct model *m, const struct claim *c)
{
    for (uint32_t i = m->decision_count; i-- > 0;)
        if (m->decisions[i].number < c->number)
            return &m->decisions[i];
    return NULL;
}

bool decide_is_about(const struct model *m, const struct decision *d, const struct race *r)
{
    if (slice_eq(d->target, r->id))
        return true;
    uint32_t i = find_endorsement(m, d->target);
    return i != NONE && &m->races[m->standings[i].race] == r;
}

const struct decision *decide_last_about(const struct model *m, const struct race *r, int64_t after)
{
    for (uint32_t i = m->decision_count; i-- > 0 && m->decisions[i].number > after;)
        if (decide_is_about(m, &m->decisions[i], r))
            return &m->decisions[i];
    return NULL;
}
