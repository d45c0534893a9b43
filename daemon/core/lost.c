/* SPDX-License-Identifier: ISC */
/* Claims and decisions without a row. All are kept in the model, so that this is a question to it
 * and no state of its own. */
#include "daemon/core/lost.h"

#include "daemon/base/buf.h"
#include "daemon/core/calls.h"
#include "daemon/core/claims.h"
#include "daemon/core/decide.h"
#include "daemon/core/local_time.h"
#include "daemon/core/standings.h"

#define ANY_MAX ((size_t)16 << 20)

struct finding {
    const struct model *m;
    struct arena *a;
    struct lost *list;
    size_t count;
    bool failed;
};

static void add(struct finding *f, struct slice id, struct slice what, const char *way)
{
    f->failed |= !what.ptr;
    f->list[f->count++] = (struct lost){id, what, slice_of(way), false};
}

static struct slice time_of(const struct finding *f, int64_t at_ms)
{
    char room[100];
    struct buf text;

    buf_init_over(&text, room, sizeof room);
    local_time_write(f->m->settings, at_ms, &text);
    return arena_copy(f->a, buf_slice(&text));
}

/* ---- calls ---- */

/* What an orphaned candidacy's claims come to. */
struct orphan {
    struct slice id, race_id;
    uint32_t heard;            /* authorities, by rank, whose latest word was seen */
    const struct claim *claim; /* the highest one's, taken back or not; NULL: none counts */
};

static bool is_decision(const struct decision *d, const char *verb, struct slice target)
{
    return slice_is(d->verb, verb) && slice_eq(d->target, target);
}

/* Has the desk let go of its calls in this race since? */
static bool released_since(const struct model *m, struct slice race_id, int64_t number)
{
    for (uint32_t i = m->decision_count; i-- > 0 && m->decisions[i].number > number;)
        if (is_decision(&m->decisions[i], "release", race_id))
            return true;
    return false;
}

static void hear(const struct model *m, struct orphan *o, const struct claim *c, int rank)
{
    uint32_t bit = (uint32_t)1 << rank;

    if (o->heard & bit)
        return;
    o->heard |= bit;
    if ((rank == 0 || c->outcome == OUTCOME_PENDING) && released_since(m, c->race_id, c->number))
        return;
    if (!o->claim || rank < calls_rank(m->settings, o->claim->by))
        o->claim = c;
}

static struct orphan *orphans(struct finding *f, size_t *n)
{
    const struct model *m = f->m;
    struct orphan *list = arena_array(f->a, m->claim_count + 1, sizeof *list);

    *n = 0;
    for (uint32_t i = m->claim_count; list && i-- > 0;) {
        const struct claim *c = &m->claims[i];
        int rank = calls_rank(m->settings, c->by);
        size_t at = 0;
        if (rank < 0 || claims_endorsement_of(m, c) != NONE)
            continue;
        while (at < *n && !(slice_eq(list[at].id, c->endorsement_id) &&
                            slice_eq(list[at].race_id, c->race_id)))
            at++;
        if (at == *n)
            list[(*n)++] = (struct orphan){.id = c->endorsement_id, .race_id = c->race_id};
        hear(m, &list[at], c, rank);
    }
    return list;
}

static void find_calls(struct finding *f)
{
    const struct model *m = f->m;
    size_t n;
    struct orphan *list = orphans(f, &n);

    f->failed |= !list;
    for (size_t i = 0; list && i < n; i++) {
        const struct claim *c = list[i].claim;
        const struct endorsement *row = map_get(m->endorsed_by_id, list[i].id);
        bool moved = row != NULL, renamed = row && slice_eq(row->race_id, list[i].race_id);
        if (!c || c->outcome == OUTCOME_PENDING)
            continue;
        struct slice what = arena_printf(f->a, "was called %s by %.*s at %.*s in %.*s, and %s",
                                         outcome_name(c->outcome), SLICE_FMT(c->by),
                                         SLICE_FMT(time_of(f, c->at_ms)), SLICE_FMT(c->race_id),
                                         renamed ? "its row is another person's now"
                                         : moved ? "its row stands for another race now"
                                                 : "the list has no such row any more");
        add(f, list[i].id, what,
            renamed ? "where it is the same person's, put the old name among its aliases, and "
                      "restart tallyd; give another person a row and an endorsement_id of their own"
            : moved ? "put back the columns that name its race, and restart tallyd"
                    : "put its row back, with its endorsement_id and race, and reload");
    }
}

/* What it counts as by its row is not what it was when it was called. */
static void find_rows(struct finding *f)
{
    const struct model *m = f->m;

    for (uint32_t i = 0; i < m->endorsed->count; i++) {
        const struct endorsement *e = &m->endorsed->list[i];
        const struct standing *st = &m->standings[i];
        struct slice was = st->claim == NONE ? SLICE("") : m->claims[st->claim].row;
        struct slice is = was.len ? endorsement_row(e, f->a) : SLICE("");
        f->failed |= !is.ptr;
        was = slice_sub(was, slice_find(was, SLICE("\n")) + 1, was.len);
        is = slice_sub(is, slice_find(is, SLICE("\n")) + 1, is.len);
        if (slice_eq_nocase(was, is))
            continue;
        add(f, e->id,
            arena_printf(f->a, "was called %s as \"%.*s\", and its row says \"%.*s\" since",
                         outcome_name(st->outcome), SLICE_FMT(was), SLICE_FMT(is)),
            "put it back as it was, and restart tallyd; where it is right now, say so with "
            "tallyctl "
            "call");
        f->list[f->count - 1].counts = true;
    }
}

/* Statuses that only the list has changed, after it was called: the desk says them. */
static void find_statuses(struct finding *f)
{
    const struct model *m = f->m;

    for (uint32_t i = 0; i < m->endorsed->count; i++) {
        const struct endorsement *e = &m->endorsed->list[i];
        const struct standing *st = &m->standings[i];
        const struct race *r = &m->races[st->race];
        bool said = calls_counts(e) || standings_if_counted(m, r, i) == OUTCOME_PENDING ||
                    m->claims[st->claims[st->claim_count - 1]].at_ms < r->polls_close_ms;
        for (uint32_t k = 0; k < m->decision_count && !said; k++)
            said = is_decision(&m->decisions[k], "endorse status", e->id);
        if (said)
            continue;
        add(f, e->id,
            arena_printf(f->a, "was called after polls closed, and its row says %s since",
                         endorsement_statuses[e->status]),
            "tallyctl endorse status with active makes it count again; where the list is right, "
            "say so after that with the same verb");
    }
}

/* ---- decisions ---- */

/* "recount off" and "recount" are about the same. */
static struct slice flag_of(const struct decision *d)
{
    return slice_sub(d->argument, 0, slice_find(d->argument, SLICE(" ")));
}

/* Is this the race of what an `uncall` took back, by a claim that came of it or after it? */
static bool was_in(const struct model *m, const struct decision *d, struct slice race_id)
{
    for (uint32_t i = 0; i < m->claim_count; i++)
        if (m->claims[i].number > d->number && slice_eq(m->claims[i].race_id, race_id) &&
            slice_eq(m->claims[i].endorsement_id, d->target))
            return true;
    return false;
}

/* Does a later decision end this one, or take its place? */
static bool ends(const struct model *m, const struct decision *d, const struct decision *later)
{
    if (slice_is(d->verb, "mark") && is_decision(later, "mark", d->target))
        return slice_eq(flag_of(d), flag_of(later));
    if (slice_eq(d->verb, later->verb))
        return slice_eq(d->target, later->target);
    if (slice_is(d->verb, "freeze"))
        return is_decision(later, "release", d->target);
    return slice_is(d->verb, "uncall") &&
           (is_decision(later, "call", d->target) ||
            (slice_is(later->verb, "release") && was_in(m, d, later->target)));
}

static bool stands(const struct model *m, uint32_t i)
{
    for (uint32_t k = i + 1; k < m->decision_count; k++)
        if (ends(m, &m->decisions[i], &m->decisions[k]))
            return false;
    return !slice_ends(m->decisions[i].argument, SLICE(" off"));
}

/* Is there what it is about: a row, a race, a place whose polls close? */
static bool is_known(const struct model *m, const struct decision *d)
{
    struct slice state = slice_sub(d->target, 0, slice_find(d->target, SLICE("/")));
    bool known = d->target.len == 0 || map_get(m->endorsed_by_id, d->target) ||
                 decide_find_race(m, d->target) != NONE;

    for (size_t i = 0; i < m->settings->polls_count && !known; i++)
        known = slice_eq_nocase(m->settings->polls[i].state, state);
    return known;
}

/* Of those whose loss lets something count, or counts less. */
static bool matters(const struct decision *d)
{
    static const char *const verbs[] = {"uncall", "freeze", "mark", "endorse status", "polls"};

    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (slice_is(d->verb, verbs[i]))
            return true;
    return false;
}

static void find_decisions(struct finding *f)
{
    const struct model *m = f->m;

    for (uint32_t i = 0; i < m->decision_count; i++) {
        const struct decision *d = &m->decisions[i];
        if (!matters(d) || is_known(m, d) || !stands(m, i))
            continue;
        add(f, d->target,
            arena_printf(f->a,
                         "is what %.*s said '%.*s%s%.*s' of at %.*s, and the list has it no "
                         "more",
                         SLICE_FMT(d->by), SLICE_FMT(d->verb), d->argument.len ? " " : "",
                         SLICE_FMT(d->argument), SLICE_FMT(time_of(f, d->at_ms))),
            "put its row back, with its endorsement_id and race, and restart tallyd; or say it "
            "again of the race as it is called now");
    }
}

struct lost *lost_list(const struct model *m, struct arena *a, size_t *n)
{
    struct finding f = {.m = m, .a = a};
    size_t most = (size_t)m->claim_count + m->decision_count + 2 * m->endorsed->count;

    *n = 0;
    f.list = arena_array(a, most + 1, sizeof *f.list);
    if (!f.list)
        return NULL;
    find_calls(&f);
    find_rows(&f);
    find_statuses(&f);
    find_decisions(&f);
    *n = f.count;
    return f.failed ? NULL : f.list;
}

bool lost_any(const struct model *m)
{
    struct arena *a = arena_new(ANY_MAX);
    size_t n;
    bool any = !a || !lost_list(m, a, &n) || n > 0;

    arena_free(a);
    return any;
}
