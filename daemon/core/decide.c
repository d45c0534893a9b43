/* SPDX-License-Identifier: ISC */
/* A table of verbs. What a decision is about is found and read, and judged; only then it is done,
 * so that a refusal leaves no trace. At a start it is done again without being judged. */
#include "daemon/core/decide.h"

#include <inttypes.h>
#include <string.h>

#include "daemon/core/calls.h"
#include "daemon/core/claims.h"
#include "daemon/core/decide_verbs.h"

bool decide_no_memory(struct err *e)
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
        return decide_no_memory(e);
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

uint32_t decide_find_race(const struct model *m, struct slice id)
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

bool decide_candidacy(struct model *m, struct about *a, struct err *e)
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

bool decide_race(struct model *m, struct about *a, struct err *e)
{
    uint32_t i = decide_find_race(m, a->d->target);

    if (i == NONE)
        return err_set(e, ERR_NO, "no race has the id '%.*s'; tallyctl races lists them",
                       SLICE_FMT(a->d->target));
    a->race = &m->races[i];
    return true;
}

bool decide_race_or_all(struct model *m, struct about *a, struct err *e)
{
    return a->d->target.len == 0 || decide_race(m, a, e);
}

bool decide_word(struct slice word, const char *const *list, size_t n, int64_t *out)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] && slice_is(word, list[i])) {
            *out = (int64_t)i;
            return true;
        }
    return false;
}

/* ---- the table ---- */

static const struct decide_verb *const verbs[] = {
    &decide_call,         &decide_uncall,        &decide_freeze,        &decide_release,
    &decide_mark,         &decide_status,        &decide_polls,         &decide_match_accept,
    &decide_match_reject, &decide_match_alias,   &decide_match_undo,    &decide_source_pin,
    &decide_source_unpin, &decide_source_accept, &decide_source_reject,
};

static const struct decide_verb *find_verb(struct slice name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (slice_is(name, verbs[i]->name))
            return verbs[i];
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
            decide_no_memory(e);
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
            decide_no_memory(e);
            return NULL;
        }
    }
    m->decisions[m->decision_count] = copy;
    return &m->decisions[m->decision_count++];
}

static struct decide_done done_of(const struct model *m, const struct decide_verb *v,
                                  const struct about *a, struct decide_done done)
{
    done.race = a->race ? (uint32_t)(a->race - m->races) : NONE;
    done.all = v->looks || !a->race;
    done.looks = v->looks;
    return done;
}

/* Everything but doing it. */
static const struct decide_verb *judge(struct model *m, struct about *a, struct err *e)
{
    const struct decision *d = a->d;
    const struct decide_verb *v = find_verb(d->verb);

    if (!v)
        err_set(e, ERR_USAGE, "no decision is called '%.*s'", SLICE_FMT(d->verb));
    else if (slice_trim(d->reason).len == 0)
        err_set(e, ERR_USAGE, "%.*s needs a reason that others can read: --reason '...'",
                SLICE_FMT(d->verb));
    else if (v->read(m, a, e) && (!v->judge || v->judge(m, a, e)))
        return v;
    return NULL;
}

bool decide_take(struct model *m, const struct decision *d, int64_t now_ms, struct decide_done *out,
                 struct err *e)
{
    struct about a = {.d = d, .now_ms = now_ms, .endorsement = NONE, .source = NONE, .done = out};
    const struct decide_verb *v = judge(m, &a, e);

    if (!v)
        return false;
    struct decision numbered = *d;
    numbered.number = claims_number(m);
    numbered.at_ms = now_ms;
    if (a.argument.ptr)
        numbered.argument = a.argument;
    a.d = keep(m, &numbered, e);
    if (!a.d)
        return false;
    if ((v->lasting && !v->lasting(m, &a, e)) || (v->once && !v->once(m, &a, e))) {
        m->decision_count--;
        return false;
    }
    *out = done_of(m, v, &a, *out);
    return true;
}

bool decide_restore(struct model *m, const struct decision *d, struct decide_done *out,
                    struct err *e)
{
    const struct decide_verb *v = find_verb(d->verb);
    struct about a = {
        .now_ms = d->at_ms, .restored = true, .endorsement = NONE, .source = NONE, .done = out};
    struct err unfit = {0};

    out->race = NONE;
    out->all = out->looks = false;
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
    *out = done_of(m, v, &a, *out);
    return !v->lasting || v->lasting(m, &a, e);
}

/* ---- looking back ---- */

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
