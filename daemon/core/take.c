/* SPDX-License-Identifier: ISC */
/* One planned contest taken into its feed. */
#include "daemon/core/take.h"

#include <string.h>

#include "daemon/base/when.h"
#include "daemon/core/judge.h"

static bool full(struct err *e)
{
    err_set(e, ERR_DATA,
            "the source has more contests, choices and units than a feed may hold; split it into "
            "several sources");
    return false;
}

static struct slice text_of(const struct intake *p, struct results_text t)
{
    return results_text(p->batch, t);
}

struct slice take_copy(struct feed *f, struct slice s, struct err *e)
{
    struct slice copy = arena_copy(f->memory, s);

    if (!copy.ptr)
        full(e);
    return copy;
}

/* Copy `from` into *to where it says something else; an empty `from` says nothing. */
static bool renew(struct feed *f, struct slice *to, struct slice from, bool *changed, struct err *e)
{
    if (!from.len || slice_eq(*to, from))
        return true;
    struct slice copy = take_copy(f, from, e);
    if (!copy.ptr)
        return false;
    *to = copy;
    *changed = true;
    return true;
}

static enum verdict_class class_of(enum verdict v)
{
    return verdict_info[v].class;
}

/* ---- a contest's shape ---- */

static bool keep_head(struct feed *f, struct slice *to, struct slice from, struct err *e)
{
    if (from.len > 0)
        *to = arena_copy(f->heads, from);
    return from.len == 0 || to->ptr || full(e);
}

static bool new_contest(const struct intake *p, struct intake_contest *pc, struct err *e)
{
    const struct results_contest *in = pc->in;
    struct feed_contest *c = arena_alloc(p->feed->heads, sizeof(*c));
    struct slice id = text_of(p, in->id), county = text_of(p, in->county);
    struct slice key = intake_contest_key(county, id, text_of(p, in->text), p->scratch);

    if (!c || !key.ptr)
        return full(e);
    *c = (struct feed_contest){.source = p->event->source,
                               .file = p->event->file,
                               .updated_ms = WHEN_UNKNOWN,
                               .called_ms = WHEN_UNKNOWN,
                               .older_since = WHEN_UNKNOWN,
                               .received_ms = p->event->received_ms,
                               .changed_ms = p->event->received_ms,
                               .race = NONE};
    if (!keep_head(p->feed, &c->county, county, e) || !keep_head(p->feed, &c->id, id, e) ||
        !keep_head(p->feed, &c->text, text_of(p, in->text), e))
        return false;
    if (!map_put(p->feed->contests, key, c))
        return full(e);
    pc->c = c;
    pc->roster.fresh = in->choices;
    return true;
}

/* Give every unit `count` choices; those that were keep their figures, the others are unknown. */
static bool widen(struct feed *f, struct feed_contest *c, uint32_t count, struct err *e)
{
    for (uint32_t u = 0; u < c->unit_count; u++) {
        struct feed_unit *unit = &c->units[u];
        int64_t *votes = arena_array(f->memory, count, sizeof(*votes));
        bool *derived = arena_array(f->memory, count, sizeof(*derived));
        int64_t *held = unit->hold.votes ? arena_array(f->memory, count, sizeof(*held)) : NULL;
        if (!votes || !derived || (unit->hold.votes && !held))
            return full(e);
        for (uint32_t i = 0; i < count; i++) {
            bool old = i < c->choice_count;
            votes[i] = old ? unit->votes[i] : VOTES_UNKNOWN;
            derived[i] = old && unit->derived[i];
            if (held)
                held[i] = old ? unit->hold.votes[i] : VOTES_UNKNOWN;
        }
        unit->votes = votes;
        unit->derived = derived;
        unit->hold.votes = held;
    }
    return true;
}

static bool add_choices(const struct intake *p, struct intake_contest *pc, struct err *e)
{
    struct feed_contest *c = pc->c;
    uint32_t count = c->choice_count + pc->roster.fresh;
    struct feed_choice *list = arena_array(p->feed->memory, count, sizeof(*list));

    if (!list || !widen(p->feed, c, count, e))
        return full(e);
    if (c->choice_count)
        memcpy(list, c->choices, c->choice_count * sizeof(*list));
    uint32_t at = c->choice_count;
    for (uint32_t k = 0; k < pc->in->choices; k++)
        if (pc->map[k] == NONE)
            pc->map[k] = at++;
    c->choices = list;
    c->choice_count = count;
    return true;
}

/* A roster that changed has stood: the contest begins anew, and nothing of the old one is on air.
 * fill_contest adds the choices. */
static void begin_anew(struct intake_contest *pc)
{
    struct feed_contest *c = pc->c;

    c->storied = true;
    c->unit_count = c->unit_room = 0;
    c->choice_count = 0;
    c->choices = NULL;
    for (uint32_t k = 0; k < pc->in->choices; k++)
        pc->map[k] = NONE;
    pc->roster = (struct guard_roster){.verdict = VERDICT_ACCEPTED, .fresh = pc->in->choices};
}

static bool learn(const struct intake *p, const struct feed_contest *c, const struct feed_choice *x,
                  struct feed_report *r, struct err *e)
{
    if (!x->id.len || !x->name.len || !c->id.len)
        return true;
    struct slice contest = intake_learned_contest(c->county, c->id, p->scratch);
    struct slice key = intake_learned_key(contest, x->id, p->scratch);
    if (!contest.ptr || !key.ptr)
        return full(e);
    const struct learned *l = map_get(p->feed->names, key);
    if (l && slice_eq(l->name, x->name) && slice_eq(l->party, x->party))
        return true;
    struct learned *news = arena_alloc(p->feed->memory, sizeof(*news));
    if (!news)
        return full(e);
    *news = (struct learned){.source = p->event->source,
                             .contest = take_copy(p->feed, contest, e),
                             .choice = x->id,
                             .name = x->name,
                             .party = x->party};
    if (!news->contest.ptr || !map_put(p->feed->names, key, news))
        return full(e);
    p->feed->learned += l != NULL;
    return report_name(r, news, e);
}

/* Texts, flags and marks of the choices; they are mapped already. */
static bool renew_choices(const struct intake *p, struct intake_contest *pc, struct feed_report *r,
                          unsigned *what, struct err *e)
{
    for (uint32_t k = 0; k < pc->in->choices; k++) {
        const struct feed_choice *x = &pc->choices[k];
        struct feed_choice *to = &pc->c->choices[pc->map[k]];
        bool changed = to->flags != x->flags;
        if (!renew(p->feed, &to->id, x->id, &changed, e) ||
            !renew(p->feed, &to->name, x->name, &changed, e) ||
            !renew(p->feed, &to->party, x->party, &changed, e) || !learn(p, pc->c, to, r, e))
            return false;
        if (to->mark != x->mark)
            *what |= FEED_MARKS;
        to->mark = x->mark;
        to->flags = x->flags;
        if (changed)
            *what |= FEED_ROSTER;
    }
    return true;
}

/* Does it say another thing of who may win in it? */
static bool marks_differ(const struct feed_contest *c, const struct results_contest *in)
{
    return c->flags != in->flags || c->seats != in->seats || c->places != in->places ||
           c->votes_allowed != in->votes_allowed;
}

static bool renew_contest(const struct intake *p, struct intake_contest *pc, unsigned *what,
                          struct err *e)
{
    const struct results_contest *in = pc->in;
    struct feed_contest *c = pc->c;
    struct feed *f = p->feed;
    bool roster = false;

    if (!renew(f, &c->text, text_of(p, in->text), &roster, e) ||
        !renew(f, &c->state, text_of(p, in->state), &roster, e) ||
        !renew(f, &c->office, text_of(p, in->office), &roster, e) ||
        !renew(f, &c->district, text_of(p, in->district), &roster, e) ||
        !renew(f, &c->party, text_of(p, in->party), &roster, e) ||
        !renew(f, &c->election_type, text_of(p, in->election_type), &roster, e))
        return false;
    /* The same contest with the same names is of the day it was, whichever has come since. */
    if (p->day != DAY_UNKNOWN || pc->roster.fresh > 0 || roster) {
        roster |= c->date != p->date || c->day != p->day;
        c->date = p->date;
        c->day = p->day;
    }
    if (roster)
        *what |= FEED_ROSTER;
    if (marks_differ(c, in))
        *what |= FEED_MARKS;
    c->flags = in->flags;
    c->votes_allowed = in->votes_allowed;
    c->seats = in->seats;
    c->places = in->places;
    c->updated_ms = in->updated_ms;
    c->called_ms = in->called_ms;
    c->file = p->event->file;
    c->apart = c->from_memo = false;
    return true;
}

/* ---- units ---- */

static bool new_unit(const struct intake *p, struct feed_contest *c,
                     const struct results_contest *in, const struct results_unit *from,
                     struct feed_unit **out, struct err *e)
{
    struct feed *f = p->feed;
    bool changed;

    if (c->unit_count == c->unit_room) {
        /* The payload's own number of units is what it takes mostly. */
        uint32_t room = c->unit_count + in->units;
        struct feed_unit *list = arena_array(f->memory, room, sizeof(*list));
        if (!list)
            return full(e);
        if (c->unit_count)
            memcpy(list, c->units, c->unit_count * sizeof(*list));
        c->units = list;
        c->unit_room = room;
    }
    struct feed_unit unit = {.type = (enum results_unit_type)from->type,
                             .reporting = -1,
                             .total = -1,
                             .registered = -1,
                             .ballots = -1,
                             .votes = arena_array(f->memory, c->choice_count, sizeof(int64_t)),
                             .derived = arena_array(f->memory, c->choice_count, sizeof(bool))};
    if (!unit.votes || !unit.derived)
        return full(e);
    for (uint32_t i = 0; i < c->choice_count; i++)
        unit.votes[i] = VOTES_UNKNOWN;
    if (!renew(f, &unit.id, text_of(p, from->id), &changed, e) ||
        !renew(f, &unit.name, text_of(p, from->name), &changed, e))
        return false;
    c->units[c->unit_count] = unit;
    *out = &c->units[c->unit_count++];
    return true;
}

/* Put the payload's figures of a unit on air. True when any is another one. */
static bool publish(const struct intake *p, const struct intake_contest *pc, struct judge_unit *k)
{
    struct feed_unit *unit = k->unit;
    const struct results_unit *in = k->in;
    bool changed = unit->reporting != in->reporting || unit->total != in->total ||
                   unit->registered != in->registered || unit->ballots != in->ballots;

    for (uint32_t i = 0; i < pc->c->choice_count; i++) {
        changed |= unit->votes[i] != k->is[i];
        unit->votes[i] = k->is[i];
    }
    for (uint32_t i = 0; i < pc->in->choices; i++)
        unit->derived[pc->map[i]] = results_cell(p->batch, pc->in, k->u, i)->derived != 0;
    unit->reporting = in->reporting;
    unit->total = in->total;
    unit->registered = in->registered;
    unit->ballots = in->ballots;
    return changed;
}

static bool hold_unit(const struct intake *p, const struct intake_contest *pc, struct judge_unit *k,
                      enum verdict v, bool along, struct err *e)
{
    struct feed_hold *hold = &k->unit->hold;
    size_t size = pc->c->choice_count * sizeof(*hold->votes);

    if (!hold->votes)
        hold->votes = arena_alloc(p->feed->memory, size);
    if (!hold->votes)
        return full(e);
    /* A deeper fall is the same fall; another kind of doubt begins its own wait. */
    bool same = hold->why == v || (hold->why == VERDICT_FALL_HOLD && v == VERDICT_FALL_DESK);
    if (!same) {
        hold->since = p->event->received_ms;
        hold->first = p->event->digest;
    }
    hold->why = v;
    hold->deep |= v == VERDICT_FALL_DESK;
    hold->along = along;
    memcpy(hold->votes, k->is, size);
    return true;
}

static bool unit_is_early(const struct intake *p, const struct intake_contest *pc,
                          const struct judge_unit *k)
{
    bool votes = false;

    if (!p->early)
        return false;
    for (uint32_t i = 0; i < pc->c->choice_count; i++)
        votes |= k->is[i] > 0;
    return votes && intake_close(p, pc->in, k->in) > p->now_ms;
}

/* Its figures go on air. */
static bool show_unit(const struct intake *p, struct intake_contest *pc, struct judge_unit *k,
                      enum verdict v, const struct guard_fall *fall, unsigned *what,
                      struct feed_report *r, struct err *e)
{
    struct feed_hold *hold = &k->unit->hold;
    bool known =
        (v == VERDICT_OVERVOTE_FLAG && pc->c->doubt == v) || (v == VERDICT_RESTORED && hold->along);

    if (v != VERDICT_ACCEPTED && !known && !judge_note(p, pc, k, v, fall, r, e))
        return false;
    *hold = (struct feed_hold){.why = VERDICT_ACCEPTED, .votes = hold->votes};
    if (publish(p, pc, k))
        *what |= FEED_FIGURES;
    pc->c->corrected |= v == VERDICT_CORRECTED;
    return true;
}

/* Judge and take one unit. *doubt: why the contest is in doubt, the gravest so far. */
static bool take_unit(const struct intake *p, struct intake_contest *pc, struct judge_unit *k,
                      enum verdict *doubt, unsigned *what, struct feed_report *r, struct err *e)
{
    struct guard_fall fall;

    intake_figures(p, pc, k->u, k->unit->votes, k->is);
    k->verdict = VERDICT_EARLY;
    pc->c->apart |= unit_is_early(p, pc, k);
    if (unit_is_early(p, pc, k))
        return report_note(r, pc->c, k->unit, VERDICT_EARLY, e, "votes before its polls close");
    enum verdict v = judge(p, pc, k, &fall);
    if (pc->ruling == RULING_ACCEPTED && class_of(v) == CLASS_HOLD) {
        k->unit->overvote_known |= v == VERDICT_OVERVOTE;
        pc->c->storied |= v == VERDICT_OVERVOTE;
        v = VERDICT_CORRECTED;
    }
    bool along = pc->swapped && class_of(v) < CLASS_HOLD;
    if (along)
        v = VERDICT_SWAPPED;
    bool news = v != k->unit->hold.why && !along;
    k->verdict = v;
    if (class_of(v) > class_of(*doubt))
        *doubt = v;
    if (class_of(v) != CLASS_HOLD)
        return show_unit(p, pc, k, v, &fall, what, r, e);
    return (!news || judge_note(p, pc, k, v, &fall, r, e)) && hold_unit(p, pc, k, v, along, e);
}

/* Why the contest is in doubt: `doubt`, or a unit's hold that is graver. What waits for the clock
 * is in none. */
static enum verdict gravest(const struct feed_contest *c, enum verdict doubt)
{
    for (uint32_t u = 0; u < c->unit_count; u++) {
        enum verdict why = c->units[u].hold.why;
        if (why != VERDICT_EARLY && class_of(why) > class_of(doubt))
            doubt = why;
    }
    return doubt;
}

/* Has it units or choices that the payload does not have? They keep what they have. */
static bool is_wider(const struct intake_contest *pc)
{
    return pc->c->unit_count > pc->in->units || pc->c->choice_count > pc->in->choices;
}

/* The digest is our own: what a worker calls its batch must not pass for what a later one says. */
static void settle(const struct intake *p, struct feed_contest *c, const struct intake_contest *pc)
{
    const struct results *b = p->batch;

    c->settled = results_digest(&(struct results_words){b->pool, NULL}, pc->in,
                                &b->choices[pc->in->first_choice], &b->units[pc->in->first_unit],
                                results_cell(b, pc->in, 0, 0));
    c->votes = pc->votes;
    c->first_close = pc->first_close;
    c->last_close = pc->last_close;
}

/* It needs no judging: what is on air says it, and neither the clock nor the rest of its contest
 * holds it. */
static bool stands(const struct intake *p, const struct intake_contest *pc, uint32_t u)
{
    return intake_is_same(pc, u) && !pc->swapped && !p->early;
}

static bool take_units(const struct intake *p, struct intake_contest *pc, unsigned *what,
                       struct feed_report *r, struct err *e)
{
    struct feed_contest *c = pc->c;
    enum verdict doubt = VERDICT_ACCEPTED;
    /* What a restart brings back is not judged; and names that are looked up may become others. */
    bool plain = !p->event->restored && !pc->recalled;
    int64_t *is = arena_array(p->scratch, c->choice_count, sizeof(*is));

    if (!is)
        return full(e);
    c->settled = (struct digest){0, 0};
    enum verdict total = c->unit_count ? c->units[0].hold.why : VERDICT_ACCEPTED;
    if (pc->ruling != RULING_ACCEPTED)
        judge_swaps(p, pc, is);
    for (uint32_t u = 0; u < pc->in->units; u++) {
        struct judge_unit k = {.in = &p->batch->units[pc->in->first_unit + u], .u = u, .is = is};
        if (stands(p, pc, u))
            continue;
        uint32_t at = intake_unit(p, c, k.in, u);
        if (at != NONE)
            k.unit = &c->units[at];
        else if (!new_unit(p, c, pc->in, k.in, &k.unit, e))
            return false;
        /* Where nobody says the county of a contest it is the one whose votes it has. */
        if (at == NONE && k.unit->type == RESULTS_COUNTY)
            *what |= FEED_THERE;
        if (!take_unit(p, pc, &k, &doubt, what, r, e))
            return false;
        plain &= k.verdict == VERDICT_ACCEPTED;
    }
    c->apart |= is_wider(pc);
    /* Units the payload does not have keep their figures, and their doubt. */
    doubt = gravest(c, doubt);
    /* Whether it may be on air goes by its total. */
    if (doubt != c->doubt || c->units[0].hold.why != total)
        *what |= FEED_DOUBT;
    c->doubt = doubt;
    if (plain)
        settle(p, c, pc);
    return true;
}

/* ---- a contest ---- */

static bool any_votes(const struct intake *p, const struct intake_contest *pc)
{
    for (uint32_t k = 0; k < pc->in->choices; k++)
        if (results_cell(p->batch, pc->in, 0, k)->votes > 0)
            return true;
    return false;
}

/* Have the other choices stood: the same ones, in another payload, long enough, and with votes
 * where there were votes? Or has the desk accepted them? */
static bool roster_stands(const struct intake *p, const struct intake_contest *pc,
                          struct digest roster)
{
    const struct feed_hold *hold = &pc->c->units[0].hold;

    if (p->event->restored || pc->ruling == RULING_ACCEPTED)
        return true;
    if (!digest_eq(hold->roster, roster) ||
        !guard_confirmed(&p->m->settings->guards, hold, p->event->digest, p->event->received_ms))
        return false;
    for (uint32_t i = 0; i < pc->c->choice_count; i++)
        if (pc->c->units[0].votes[i] > 0)
            return any_votes(p, pc);
    return true;
}

/* The payload has other choices than the contest: nothing of it is used until that has stood.
 * *wait: it has not. */
static bool meet_roster(const struct intake *p, struct intake_contest *pc, struct feed_report *r,
                        unsigned *what, bool *wait, struct err *e)
{
    struct feed_contest *c = pc->c;
    struct feed_hold *hold = &c->units[0].hold;
    /* A hold of the whole contest keeps no figures: they would be of other choices. */
    bool waiting = class_of(hold->why) == CLASS_HOLD && !hold->votes;
    struct digest roster = guard_roster_digest(pc->choices, pc->in->choices, p->scratch);
    struct guard_roster ro = pc->roster;
    int64_t waited = waiting ? p->event->received_ms - hold->since : 0;

    *wait = !(waiting || p->event->restored || pc->ruling) || !roster_stands(p, pc, roster);
    if (!*wait) {
        *what |= FEED_ROSTER | FEED_FIGURES | FEED_MARKS;
        c->corrected |= !p->event->restored;
        begin_anew(pc);
        return p->event->restored ||
               report_note(r, c, NULL, VERDICT_CORRECTED, e,
                           "choice %.*s was \"%.*s\", is \"%.*s\": so for %lld min",
                           SLICE_FMT(ro.id), SLICE_FMT(ro.was), SLICE_FMT(ro.is),
                           (long long)(waited / WHEN_MINUTE));
    }
    if (waiting && digest_eq(hold->roster, roster))
        return true;
    *hold = (struct feed_hold){.why = ro.verdict,
                               .deep = hold->deep,
                               .since = p->event->received_ms,
                               .first = p->event->digest,
                               .roster = roster};
    c->doubt = ro.verdict;
    *what |= FEED_DOUBT;
    return report_note(r, c, NULL, ro.verdict, e, "choice %.*s was \"%.*s\", is \"%.*s\"",
                       SLICE_FMT(ro.id), SLICE_FMT(ro.was), SLICE_FMT(ro.is));
}

/* The contest is the payload's own now: choices, units, facts. */
static bool fill_contest(const struct intake *p, struct intake_contest *pc, struct feed_report *r,
                         unsigned *what, struct err *e)
{
    struct feed_contest *c = pc->c;

    if (pc->roster.fresh) {
        *what |= FEED_ROSTER;
        if (!add_choices(p, pc, e))
            return false;
    }
    if (!renew_contest(p, pc, what, e) || !renew_choices(p, pc, r, what, e) ||
        !take_units(p, pc, what, r, e))
        return false;
    c->older_since = WHEN_UNKNOWN;
    c->learned = p->feed->learned;
    c->received_ms = p->event->received_ms;
    if (*what & (FEED_FIGURES | FEED_MARKS | FEED_ROSTER))
        c->changed_ms = c->received_ms;
    if (*what & FEED_ROSTER)
        c->roster_rev++;
    return true;
}

/* The payload's copy of the contest is older than what is on air: nothing of it is used. */
static bool keep_newer(const struct intake *p, struct intake_contest *pc, struct feed_report *r,
                       unsigned *what, struct err *e)
{
    struct feed_contest *c = pc->c;
    int64_t now = p->event->received_ms;

    if (c->older_since == WHEN_UNKNOWN) {
        c->older_since = now;
        return report_note(r, c, NULL, VERDICT_OLDER, e,
                           "by its own time %lld s older than what is on air",
                           (long long)((c->updated_ms - pc->in->updated_ms) / WHEN_SECOND));
    }
    if (now - c->older_since < p->m->settings->guards.confirm_ms ||
        class_of(c->doubt) >= CLASS_HOLD)
        return true;
    /* No passing copy: it stays older. */
    c->doubt = VERDICT_OLDER;
    *what |= FEED_DOUBT;
    return report_note(r, c, NULL, VERDICT_OLDER, e, "for %lld min: held for the desk",
                       (long long)((now - c->older_since) / WHEN_MINUTE));
}

/* A contest that was gone is in the feed again. */
static bool come_back(struct feed_contest *c, struct feed_report *r, unsigned *what, struct err *e)
{
    if (!c->gone)
        return true;
    c->gone = false;
    *what |= FEED_DOUBT | FEED_THERE;
    return report_note(r, c, NULL, VERDICT_RESTORED, e, "in the feed again");
}

/* A contest that is known: is it gone no longer, older, of other choices? */
static bool meet(const struct intake *p, struct intake_contest *pc, struct feed_report *r,
                 unsigned *what, bool *wait, struct err *e)
{
    if (!come_back(pc->c, r, what, e))
        return false;
    if (pc->older && pc->ruling != RULING_ACCEPTED) {
        *wait = true;
        return keep_newer(p, pc, r, what, e);
    }
    return pc->roster.verdict == VERDICT_ACCEPTED || !pc->c->unit_count ||
           meet_roster(p, pc, r, what, wait, e);
}

/* It says what it said before: so it is new, and its names are the last that were said. */
static bool take_again(const struct intake *p, struct intake_contest *pc, struct feed_report *r,
                       struct err *e)
{
    struct feed_contest *c = pc->c;

    if (c->learned != p->feed->learned && !intake_lay(p, pc, e))
        return false;
    for (uint32_t k = 0; c->learned != p->feed->learned && k < pc->in->choices; k++)
        if (pc->map[k] != NONE && !learn(p, c, &c->choices[pc->map[k]], r, e))
            return false; /* NONE: a worker that lies of what its digest is of */
    c->learned = p->feed->learned;
    c->received_ms = p->event->received_ms;
    c->apart = is_wider(pc);
    return true;
}

/* Is nothing of it to be looked at: another file's, rejected, or of a memo? */
static bool is_passed_over(const struct intake *p, const struct intake_contest *pc)
{
    struct feed_contest *c = pc->c;

    if (c && c->file != p->event->file)
        c->storied = p->feed->shared = true;
    if (pc->theirs || (c && c->from_memo && p->event->restored))
        return true;
    if (c) /* until it is taken */
        c->apart = true;
    return pc->ruling == RULING_REJECTED;
}

bool take_contest(const struct intake *p, struct intake_contest *pc, struct feed_report *r,
                  struct err *e)
{
    unsigned what = 0;
    bool wait = false;

    if (is_passed_over(p, pc))
        return true;
    if (pc->settled && !p->early)
        return take_again(p, pc, r, e);
    if (!intake_lay(p, pc, e))
        return false;
    if (pc->early)
        return report_note(r, pc->c, NULL, VERDICT_EARLY, e, "%.*s %.*s: votes before polls close",
                           SLICE_FMT(text_of(p, pc->in->id)), SLICE_FMT(text_of(p, pc->in->text)));
    if (pc->c ? !meet(p, pc, r, &what, &wait, e) : !new_contest(p, pc, e))
        return false;
    bool ok = wait || fill_contest(p, pc, r, &what, e);
    struct err ignored;
    /* What changed is told even when memory ran out half-way: it is on air. */
    return report_change(r, pc->c, what, ok ? e : &ignored) && ok;
}

/* ---- contests a payload does not have ---- */

static bool is_problem(const struct intake *p, const struct feed_contest *c,
                       const struct results_problem *problem)
{
    struct slice id = text_of(p, problem->contest_id), text = text_of(p, problem->contest_text);

    struct slice county = text_of(p, problem->contest_county);

    if (!slice_eq(c->id, id) || (c->county.len && county.len && !slice_eq(c->county, county)))
        return false;
    return slice_eq(c->text, text) || (id.len && (!c->text.len || !text.len));
}

bool take_problems(const struct intake *p, struct feed_report *r, struct err *e)
{
    for (uint32_t i = 0; i < p->batch->head->problems; i++) {
        const struct results_problem *problem = &p->batch->problems[i];
        size_t at = 0;
        void *value;
        if (!report_note(r, NULL, NULL, VERDICT_CONTEST_BAD, e, "%.*s %.*s: %.*s",
                         SLICE_FMT(text_of(p, problem->contest_id)),
                         SLICE_FMT(text_of(p, problem->contest_text)),
                         SLICE_FMT(text_of(p, problem->why))))
            return false;
        while (map_next(p->feed->contests, &at, NULL, &value)) {
            struct feed_contest *c = value;
            if (c->file != p->event->file || !is_problem(p, c, problem))
                continue;
            bool news = c->doubt != VERDICT_CONTEST_BAD;
            c->doubt = VERDICT_CONTEST_BAD;
            if (!report_change(r, c, news ? FEED_DOUBT : 0, e))
                return false;
        }
    }
    return true;
}

static bool is_bad(const struct intake *p, const struct feed_contest *c)
{
    for (uint32_t i = 0; i < p->batch->head->problems; i++)
        if (is_problem(p, c, &p->batch->problems[i]))
            return true;
    return false;
}

/* The one to be named, whatever came first on the night. */
static void name_first(struct feed_contest **first, struct feed_contest *c)
{
    const struct feed_contest *was = *first;
    int order = was ? slice_cmp(c->county, was->county) : -1;

    if (order == 0)
        order = slice_cmp(c->id, was->id);
    if (order == 0)
        order = slice_cmp(c->text, was->text);
    if (order < 0)
        *first = c;
}

bool take_missing(const struct intake *p, struct feed_report *r, struct take_missing *out,
                  struct err *e)
{
    uint64_t payload = ++p->feed->payloads;
    struct feed_contest *newly = NULL;
    bool ok = true;
    size_t at = 0;
    void *value;

    *out = (struct take_missing){0};
    for (uint32_t i = 0; i < p->batch->head->contests; i++)
        if (p->contests[i].c)
            p->contests[i].c->seen = payload;
    while (ok && map_next(p->feed->contests, &at, NULL, &value)) {
        struct feed_contest *c = value;
        if (c->file != p->event->file || c->seen == payload || is_bad(p, c))
            continue;
        out->gone++;
        name_first(&out->first, c);
        if (c->gone)
            continue;
        c->gone = true;
        name_first(&newly, c);
        out->newly++;
        ok = report_change(r, c, FEED_DOUBT | FEED_THERE, e);
    }
    out->first = newly ? newly : out->first;
    return ok;
}

unsigned take_release(struct feed_contest *c, bool accept)
{
    unsigned what = 0;

    for (uint32_t u = 0; u < c->unit_count; u++) {
        struct feed_unit *unit = &c->units[u];
        struct feed_hold *hold = &unit->hold;
        if (hold->why == VERDICT_ACCEPTED || hold->why == VERDICT_EARLY || (accept && !hold->votes))
            continue;
        what |= FEED_DOUBT;
        if (accept) {
            memcpy(unit->votes, hold->votes, c->choice_count * sizeof(*unit->votes));
            unit->overvote_known |= hold->why == VERDICT_OVERVOTE;
            c->storied |= unit->overvote_known;
            c->corrected = true;
            what |= FEED_FIGURES;
        }
        *hold = (struct feed_hold){.why = VERDICT_ACCEPTED, .votes = hold->votes};
    }
    if (!accept && c->doubt == VERDICT_OLDER) {
        c->older_since = WHEN_UNKNOWN;
        what |= FEED_DOUBT;
    }
    if (!what)
        return 0;
    c->apart = true;
    c->doubt = gravest(c, VERDICT_ACCEPTED);
    return what;
}

bool take_holds(const struct feed *f, uint32_t file)
{
    size_t at = 0;
    void *value;

    while (map_next(f->contests, &at, NULL, &value)) {
        const struct feed_contest *c = value;
        if (c->file == file && class_of(c->doubt) >= CLASS_HOLD)
            return true;
    }
    return false;
}

bool take_settled(const struct feed *f, uint32_t file)
{
    size_t at = 0;
    void *value;

    while (map_next(f->contests, &at, NULL, &value)) {
        const struct feed_contest *c = value;
        if (c->file == file &&
            (c->gone || c->older_since != WHEN_UNKNOWN || class_of(c->doubt) >= CLASS_HOLD))
            return false;
    }
    return true;
}
