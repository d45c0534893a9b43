/* SPDX-License-Identifier: ISC */
/* A payload laid against what its source said before. */
#include "daemon/core/intake.h"

#include <string.h>

#include "daemon/base/when.h"
#include "daemon/core/early.h"
#include "daemon/core/polls.h"
#include "daemon/core/states.h"

static bool full(struct err *e)
{
    return err_set(e, ERR_DATA, "the payload is larger than the memory it is judged in");
}

static struct slice text_of(const struct intake *p, struct results_text t)
{
    return results_text(p->batch, t);
}

/* Texts with a separator between them that is in no text. */
static struct slice join(const struct slice *parts, size_t n, struct arena *a)
{
    size_t len = n - 1;

    for (size_t i = 0; i < n; i++)
        len += parts[i].len;
    char *all = arena_alloc(a, len + 1), *at = all;
    for (size_t i = 0; all && i < n; i++) {
        if (parts[i].len > 0)
            memcpy(at, parts[i].ptr, parts[i].len);
        at += parts[i].len;
        *at++ = i + 1 < n ? '\x1f' : '\0';
    }
    return (struct slice){all, all ? len : 0};
}

struct slice intake_contest_key(struct slice county, struct slice id, struct slice text,
                                struct arena *a)
{
    return join((struct slice[]){county, id, text}, 3, a);
}

struct slice intake_payload_key(const struct intake *p, const struct results_contest *in)
{
    return intake_contest_key(text_of(p, in->county), text_of(p, in->id), text_of(p, in->text),
                              p->scratch);
}

struct slice intake_ruling_key(uint32_t file, struct digest digest, struct slice contest,
                               struct arena *a)
{
    char hex[33];

    digest_hex(digest, hex);
    return arena_printf(a, "%u:%s:%.*s", file, hex, SLICE_FMT(contest));
}

enum ruling intake_ruling(const struct feed *f, uint32_t file, struct digest digest,
                          struct slice contest, struct arena *scratch)
{
    if (!map_count(f->rulings))
        return RULING_NONE;
    struct slice key = intake_ruling_key(file, digest, contest, scratch);
    const struct feed_ruling *r = key.ptr ? map_get(f->rulings, key) : NULL;
    return !r ? RULING_NONE : r->accept ? RULING_ACCEPTED : RULING_REJECTED;
}

struct slice intake_learned_contest(struct slice county, struct slice id, struct arena *a)
{
    return county.len ? join((struct slice[]){county, id}, 2, a) : id;
}

struct slice intake_learned_key(struct slice contest, struct slice choice, struct arena *a)
{
    return join((struct slice[]){contest, choice}, 2, a);
}

/* ---- which contest is which ---- */

/* How many contests of the payload have this county and id. */
static uint32_t sharing(const struct intake *p, const struct results_contest *in)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < p->batch->head->contests; i++) {
        const struct results_contest *o = &p->batch->contests[i];
        n += slice_eq(text_of(p, o->id), text_of(p, in->id)) &&
             slice_eq(text_of(p, o->county), text_of(p, in->county));
    }
    return n;
}

/* By id and county alone, where that names one contest on both sides and one side is silent on the
 * text. */
static struct feed_contest *find_by_id(const struct intake *p, const struct results_contest *in)
{
    struct feed_contest *found = NULL;
    size_t at = 0;
    void *value;

    while (map_next(p->feed->contests, &at, NULL, &value)) {
        struct feed_contest *c = value;
        if (!slice_eq(c->id, text_of(p, in->id)) || !slice_eq(c->county, text_of(p, in->county)))
            continue;
        if (found)
            return NULL;
        found = c;
    }
    if (!found || (found->text.len && in->text.len && !slice_eq(found->text, text_of(p, in->text))))
        return NULL;
    return sharing(p, in) == 1 ? found : NULL;
}

static bool find_contest(const struct intake *p, const struct results_contest *in,
                         struct feed_contest **out, struct err *e)
{
    struct slice id = text_of(p, in->id);
    struct slice key = intake_payload_key(p, in);

    if (!key.ptr)
        return full(e);
    *out = map_get(p->feed->contests, key);
    if (!*out && id.len)
        *out = find_by_id(p, in);
    return true;
}

/* Are the figures on air those of a file that goes before this one? */
static bool belongs_elsewhere(const struct intake *p, const struct feed_contest *c)
{
    if (c->file == p->event->file || c->gone)
        return false;
    int64_t theirs = p->feed->files[c->file].own_time_ms;
    if (theirs != WHEN_UNKNOWN && p->own_ms != WHEN_UNKNOWN && theirs != p->own_ms)
        return theirs > p->own_ms;
    return c->file < p->event->file;
}

/* Is the feed's own time of this contest before that of its figures on air? What is in the future
 * does not order. */
static bool is_older(const struct intake *p, const struct results_contest *in,
                     const struct feed_contest *c)
{
    int64_t latest = p->event->received_ms + p->m->settings->guards.future_ms;

    return !p->event->restored && c->file == p->event->file && in->updated_ms != WHEN_UNKNOWN &&
           in->updated_ms < c->updated_ms && c->updated_ms <= latest;
}

/* Was nothing wrong when it was taken last, and since? */
static bool is_in_order(const struct intake *p, const struct feed_contest *c)
{
    return c && (c->settled.hi | c->settled.lo) != 0 && c->file == p->event->file && !c->gone &&
           c->older_since == WHEN_UNKNOWN && c->doubt == VERDICT_ACCEPTED;
}

/* Was all of this taken before, with nothing wrong then and since? */
static bool is_settled(const struct intake *p, const struct results_contest *in,
                       const struct feed_contest *c)
{
    return is_in_order(p, c) && digest_eq(c->settled, in->digest);
}

/* ---- choices ---- */

/* The name a feed gave this choice once, where it gives none now. */
static bool recall(const struct intake *p, struct slice contest, struct feed_choice *x,
                   struct err *e)
{
    struct slice key = intake_learned_key(contest, x->id, p->scratch);

    if (!key.ptr)
        return full(e);
    const struct learned *l = map_get(p->feed->names, key);
    if (l) {
        x->name = l->name;
        x->party = x->party.len ? x->party : l->party;
    }
    return true;
}

bool intake_lay(const struct intake *p, struct intake_contest *pc, struct err *e)
{
    const struct results_contest *in = pc->in;
    if (pc->choices)
        return true;
    struct slice contest =
        intake_learned_contest(text_of(p, in->county), text_of(p, in->id), p->scratch);

    pc->choices = arena_array(p->scratch, in->choices, sizeof(*pc->choices));
    pc->map = arena_array(p->scratch, in->choices, sizeof(*pc->map));
    if (!pc->choices || !pc->map || (in->id.len && !contest.ptr))
        return full(e);
    for (uint32_t k = 0; k < in->choices; k++) {
        const struct results_choice *x = &p->batch->choices[in->first_choice + k];
        pc->choices[k] = (struct feed_choice){
            .id = text_of(p, x->id),
            .name = text_of(p, x->name),
            .party = text_of(p, x->party),
            .flags = x->flags,
            .mark = x->mark,
        };
        pc->map[k] = NONE;
        if (x->name.len || !x->id.len || !contest.len)
            continue;
        pc->recalled = true;
        if (!recall(p, contest, &pc->choices[k], e))
            return false;
    }
    if (pc->c)
        pc->roster = guard_roster(pc->c, pc->choices, in->choices, pc->map, p->scratch);
    return true;
}

/* ---- units ---- */

static bool same_unit(const struct intake *p, const struct feed_unit *a,
                      const struct results_unit *b)
{
    struct slice id = text_of(p, b->id), name = text_of(p, b->name);

    if (a->type != (enum results_unit_type)b->type || !slice_eq(a->id, id))
        return false;
    return slice_eq(a->name, name) || (id.len && (!a->name.len || !name.len));
}

uint32_t intake_unit(const struct intake *p, const struct feed_contest *c,
                     const struct results_unit *unit, uint32_t guess)
{
    if (guess < c->unit_count && same_unit(p, &c->units[guess], unit))
        return guess;
    for (uint32_t i = 0; i < c->unit_count; i++)
        if (same_unit(p, &c->units[i], unit))
            return i;
    return NONE;
}

/* Does the payload say of unit `u` what is on air, in every figure? */
static bool says_the_same(const struct intake *p, const struct intake_contest *pc, uint32_t u)
{
    const struct feed_unit *was = &pc->c->units[u];
    const struct results_unit *is = &p->batch->units[pc->in->first_unit + u];

    if (was->hold.why != VERDICT_ACCEPTED || !same_unit(p, was, is) ||
        was->reporting != is->reporting || was->total != is->total ||
        was->registered != is->registered || was->ballots != is->ballots)
        return false;
    for (uint32_t k = 0; k < pc->in->choices; k++) {
        const struct results_cell *cell = results_cell(p->batch, pc->in, u, k);
        uint32_t at = pc->map[k];
        if (was->votes[at] != cell->votes || was->derived[at] != (cell->derived != 0))
            return false;
    }
    return true;
}

/* Is it judged by what it was judged by, with nothing wrong then and since? */
static bool is_judged_alike(const struct intake *p, const struct intake_contest *pc)
{
    const struct feed_contest *c = pc->c;

    return !p->event->restored && !pc->recalled && !pc->theirs && !pc->older &&
           pc->ruling == RULING_NONE && pc->roster.verdict == VERDICT_ACCEPTED &&
           pc->roster.fresh == 0 && is_in_order(p, c) &&
           c->votes_allowed == pc->in->votes_allowed &&
           slice_eq(c->state, text_of(p, pc->in->state));
}

/* Most units of a contest that changed did not: they need not be judged once more. */
static bool find_same(const struct intake *p, struct intake_contest *pc, struct err *e)
{
    if (pc->settled || !is_judged_alike(p, pc))
        return true;
    pc->same = arena_array(p->scratch, pc->in->units, sizeof(*pc->same));
    for (uint32_t u = 0; pc->same && u < pc->in->units && u < pc->c->unit_count; u++)
        pc->same[u] = says_the_same(p, pc, u);
    return pc->same || full(e);
}

bool intake_is_same(const struct intake_contest *pc, uint32_t u)
{
    return pc->same && pc->same[u];
}

void intake_figures(const struct intake *p, const struct intake_contest *pc, uint32_t u,
                    const int64_t *was, int64_t *is)
{
    const struct feed_contest *c = pc->c;

    memcpy(is, was, c->choice_count * sizeof(*is));
    for (uint32_t k = 0; k < pc->in->choices; k++)
        if (pc->map[k] != NONE)
            is[pc->map[k]] = results_cell(p->batch, pc->in, u, k)->votes;
}

struct slice intake_state(const struct intake *p, const struct results_contest *in)
{
    return in->state.len ? text_of(p, in->state) : p->m->settings->sources[p->event->source].state;
}

int64_t intake_close(const struct intake *p, const struct results_contest *in,
                     const struct results_unit *unit)
{
    bool county = unit && unit->type == RESULTS_COUNTY;

    return early_close(p->m, p->event->source, text_of(p, in->state), text_of(p, in->county),
                       county ? text_of(p, unit->name) : SLICE(""), p->date);
}

static bool unit_has_votes(const struct intake *p, const struct results_contest *in, uint32_t u)
{
    for (uint32_t k = 0; k < in->choices; k++)
        if (results_cell(p->batch, in, u, k)->votes > 0)
            return true;
    return false;
}

static void look_at_clock(struct intake *p, struct intake_contest *pc, bool all_closed)
{
    const struct results_contest *in = pc->in;
    bool by_county = !all_closed && polls_by_county(p->m->settings, intake_state(p, in));
    int64_t close = all_closed ? WHEN_UNKNOWN : intake_close(p, in, NULL);

    for (uint32_t u = 0; u < in->units; u++) {
        bool votes = unit_has_votes(p, in, u);
        pc->votes |= votes;
        if (all_closed || (u > 0 && !votes))
            continue;
        if (by_county)
            close = intake_close(p, in, &p->batch->units[in->first_unit + u]);
        if (close < pc->first_close)
            pc->first_close = close;
        if (close > pc->last_close)
            pc->last_close = close;
        if (!votes || close <= p->now_ms)
            continue;
        p->early = true;
        pc->early |= u == 0;
        if (close < p->next_close)
            p->next_close = close;
    }
}

/* ---- places loaded twice ---- */

bool intake_is_twice(const struct intake_contest *pc, uint32_t u)
{
    const struct intake_place *place = pc->twice ? pc->twice[u] : NULL;

    return place && 2 * place->twice >= place->judged;
}

static bool place_of(const struct intake *p, struct map *places, const struct results_contest *in,
                     uint32_t u, struct intake_place **out, struct err *e)
{
    const struct results_unit *unit = &p->batch->units[in->first_unit + u];
    struct slice key = arena_printf(
        p->scratch, "%.*s\x1f%u\x1f%.*s\x1f%.*s", SLICE_FMT(text_of(p, in->county)), unit->type,
        SLICE_FMT(text_of(p, unit->id)), SLICE_FMT(text_of(p, unit->name)));

    *out = key.ptr ? map_get(places, key) : NULL;
    if (*out)
        return true;
    *out = key.ptr ? arena_alloc(p->scratch, sizeof(**out)) : NULL;
    return (*out && map_put(places, key, *out)) || full(e);
}

/* Does any part of the contest say that more or other units of it are in? A total that is silent on
 * that has them too. */
static bool parts_moved(const struct intake *p, const struct intake_contest *pc)
{
    for (uint32_t u = 1; u < pc->in->units; u++) {
        const struct results_unit *unit = &p->batch->units[pc->in->first_unit + u];
        uint32_t at = intake_unit(p, pc->c, unit, u);
        if (at == NONE || (unit->reporting >= 0 && pc->c->units[at].reporting >= 0 &&
                           unit->reporting != pc->c->units[at].reporting))
            return true;
    }
    return false;
}

/* Is this unit of the contest loaded twice, as far as its own figures tell? */
static enum guard_double double_of(const struct intake *p, const struct intake_contest *pc,
                                   uint32_t u, int64_t *is)
{
    const struct feed_contest *c = pc->c;
    const struct results_unit *unit = &p->batch->units[pc->in->first_unit + u];
    uint32_t at = intake_unit(p, c, unit, u);

    /* A held figure's rise is never a jump, but for one held as such. */
    if (at == NONE ||
        (c->units[at].hold.why != VERDICT_ACCEPTED && c->units[at].hold.why != VERDICT_DOUBLED))
        return GUARD_SMALL;
    intake_figures(p, pc, u, c->units[at].votes, is);
    struct guard_figures f = {c->units[at].votes, is, c->choice_count};
    enum guard_double d =
        guard_doubled(&p->m->settings->guards, f, c->units[at].reporting, unit->reporting);
    if (d == GUARD_TWICE && unit->type == RESULTS_TOTAL && unit->reporting < 0 &&
        parts_moved(p, pc))
        return GUARD_PLAIN;
    return d;
}

static bool may_be_double(const struct intake_contest *pc)
{
    return pc->c && !pc->theirs && !pc->older && !pc->early &&
           pc->roster.verdict == VERDICT_ACCEPTED;
}

/* Most payloads have none: then nobody need know how many contests each place is in. */
static bool any_double(const struct intake *p, int64_t *is)
{
    for (uint32_t i = 0; i < p->batch->head->contests; i++) {
        const struct intake_contest *pc = &p->contests[i];
        for (uint32_t u = 0; !pc->settled && may_be_double(pc) && u < pc->in->units; u++)
            if (!intake_is_same(pc, u) && double_of(p, pc, u, is) == GUARD_TWICE)
                return true;
    }
    return false;
}

static bool count_doubles(const struct intake *p, struct map *places, struct intake_contest *pc,
                          int64_t *is, struct err *e)
{
    for (uint32_t u = 0; u < pc->in->units; u++) {
        enum guard_double d = double_of(p, pc, u, is);
        struct intake_place *place;
        if (d == GUARD_SMALL)
            continue;
        if (!place_of(p, places, pc->in, u, &place, e))
            return false;
        place->judged++;
        if (d == GUARD_PLAIN)
            continue;
        if (!pc->twice)
            pc->twice = arena_array(p->scratch, pc->in->units, sizeof(struct intake_place *));
        if (!pc->twice)
            return full(e);
        place->twice++;
        pc->twice[u] = place;
    }
    return true;
}

static bool look_for_doubles(struct intake *p, struct err *e)
{
    uint32_t most = 0;

    for (uint32_t i = 0; i < p->batch->head->contests; i++)
        if (p->contests[i].c && p->contests[i].c->choice_count > most)
            most = p->contests[i].c->choice_count;
    int64_t *is = arena_array(p->scratch, most + 1, sizeof(*is));
    if (!is)
        return full(e);
    if (!any_double(p, is))
        return true;
    struct map *places = map_new(SIZE_MAX, false);
    bool ok = places || full(e);
    for (uint32_t i = 0; ok && i < p->batch->head->contests; i++)
        ok = intake_lay(p, &p->contests[i], e);
    for (uint32_t i = 0; ok && i < p->batch->head->contests; i++)
        if (may_be_double(&p->contests[i]))
            ok = count_doubles(p, places, &p->contests[i], is, e);
    map_free(places);
    return ok;
}

/* ---- all of it ---- */

/* What stood at this place of the file's last payload stands here again, word for word as its
 * digest says, names and all, and its polls have closed: then nothing of it need be looked at. In a
 * large payload that is nearly all, and to read their names again took most of the time. */
static bool is_as_before(const struct intake *p, uint32_t i, struct intake_contest *pc)
{
    const struct feed_file *f = &p->feed->files[p->event->file];
    const struct results_contest *in = pc->in;
    struct feed_contest *c = i < f->order_count ? f->order[i] : NULL;

    if (p->event->restored || p->all != RULING_NONE || map_count(p->feed->rulings) > 0 ||
        !is_settled(p, in, c) || c->date != p->date || c->last_close > p->now_ms)
        return false;
    pc->c = c;
    pc->settled = true;
    pc->votes = c->votes;
    pc->first_close = c->first_close;
    pc->last_close = c->last_close;
    return true;
}

static bool look_at(struct intake *p, struct intake_contest *pc, bool all_closed, struct err *e)
{
    const struct state *state = states_find(intake_state(p, pc->in));

    pc->registers_on_day = state && state->same_day;
    look_at_clock(p, pc, all_closed);
    if (!find_contest(p, pc->in, &pc->c, e) || !intake_lay(p, pc, e))
        return false;
    pc->settled = is_settled(p, pc->in, pc->c) && !pc->recalled &&
                  pc->roster.verdict == VERDICT_ACCEPTED && pc->roster.fresh == 0;
    pc->theirs = pc->c && belongs_elsewhere(p, pc->c);
    pc->older = pc->c && is_older(p, pc->in, pc->c);
    pc->ruling = p->all;
    if (map_count(p->feed->rulings) && p->all == RULING_NONE)
        pc->ruling = intake_ruling(p->feed, p->event->file, p->event->digest,
                                   intake_payload_key(p, pc->in), p->scratch);
    return find_same(p, pc, e);
}

bool intake_fill(struct intake *p, struct err *e)
{
    uint32_t count = p->batch->head->contests;
    bool all_closed = p->now_ms >= polls_last(p->m->settings, p->date);

    p->first_close = p->next_close = WHEN_NEVER;
    p->votes = p->early = false;
    p->all = intake_ruling(p->feed, p->event->file, p->event->digest, SLICE(""), p->scratch);
    p->contests = arena_room(p->scratch, ((size_t)count + 1) * sizeof(*p->contests));
    if (!p->contests)
        return full(e);
    for (uint32_t i = 0; i < count; i++) {
        struct intake_contest *pc = &p->contests[i];
        *pc = (struct intake_contest){
            .in = &p->batch->contests[i], .first_close = WHEN_NEVER, .last_close = WHEN_UNKNOWN};
        if (!is_as_before(p, i, pc) && !look_at(p, pc, all_closed, e))
            return false;
        p->votes |= pc->votes;
        if (pc->first_close < p->first_close)
            p->first_close = pc->first_close;
    }
    return p->event->restored || look_for_doubles(p, e);
}
