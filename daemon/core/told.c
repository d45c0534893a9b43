/* SPDX-License-Identifier: ISC */
/* Call events, noted as they come: which claim a call is of, and which one ended it. */
#include "daemon/core/told.h"

#include "daemon/core/calls.h"

/* What ended the call that stood last: the claim that says so; NONE: the desk, or an authority that
 * decides the race now. */
static uint32_t end_of(const struct model *m, const struct standing *st)
{
    uint32_t end = NONE;

    for (uint32_t i = st->claim_count; i-- > 0;) {
        const struct claim *c = &m->claims[st->claims[i]];
        bool other = end != NONE && slice_eq(c->by, m->claims[end].by) &&
                     !slice_eq(c->line, m->claims[end].line);
        if (calls_rank(m->settings, c->by) < 0 || other) /* of another primary: it ended before */
            continue;
        if (c->outcome != OUTCOME_PENDING)
            break;
        if (end == NONE)
            end = st->claims[i];
    }
    return end;
}

static int64_t last_number_in(const struct model *m, const struct race *r)
{
    int64_t last = 0;

    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct standing *st = &m->standings[r->endorsements[i]];
        if (st->claim_count > 0 && m->claims[st->claims[st->claim_count - 1]].number > last)
            last = m->claims[st->claims[st->claim_count - 1]].number;
    }
    return last;
}

static struct told_id id_of(const struct model *m, const struct standing *st, int64_t decision)
{
    struct told_id id = {.claim = m->claims[st->claim].number};

    if (id.claim <= m->number_before)
        id.again = decision ? decision : last_number_in(m, &m->races[st->race]);
    return id;
}

static bool add(struct model *m, const struct told *told)
{
    struct told *list = arena_more(m->strings, m->told, m->told_count, &m->told_room, sizeof *list);

    if (!list)
        return false;
    m->told = list;
    m->standings[told->endorsement].told = m->told_count;
    m->told[m->told_count++] = *told;
    return true;
}

bool told_note(struct model *m, uint32_t endorsement, const struct standing *old, int64_t at_ms,
               int64_t decision)
{
    const struct standing *st = &m->standings[endorsement];
    struct told call = {.endorsement = endorsement,
                        .claim = st->claim,
                        .was = NONE,
                        .at_ms = at_ms,
                        .decision = decision};
    bool ends = st->outcome != old->outcome && old->outcome != OUTCOME_PENDING;
    bool passes = st->outcome == old->outcome && st->claim != NONE &&
                  !slice_eq(m->claims[st->claim].by, m->claims[old->claim].by);

    if (ends) {
        struct told gone = call;
        gone.id = m->told[old->told].id;
        gone.retraction = true;
        gone.was = old->claim;
        gone.claim = st->claim == NONE ? end_of(m, st) : st->claim;
        if (!add(m, &gone))
            return false;
    }
    if (st->outcome == OUTCOME_PENDING || (st->outcome == old->outcome && !passes))
        return true;
    call.was = passes ? old->claim : NONE;
    call.id = id_of(m, st, decision);
    return add(m, &call);
}

struct documents_event told_event(const struct model *m, uint32_t i)
{
    const struct told *t = &m->told[i];
    struct documents_event ev = {.id = t->id,
                                 .endorsement = t->endorsement,
                                 .retraction = t->retraction,
                                 .claim = t->claim,
                                 .was = t->was};

    for (uint32_t k = m->decision_count; t->decision && k-- > 0 && !ev.decision;)
        if (m->decisions[k].number == t->decision)
            ev.decision = &m->decisions[k];
    return ev;
}

bool told_last(const struct model *m, uint32_t endorsement, struct documents_event *out)
{
    const struct standing *st = &m->standings[endorsement];

    if (st->told == NONE)
        return false;
    *out = told_event(m, st->told);
    if (!out->retraction && st->claim != NONE) /* NONE: memory ended before its end was noted */
        out->claim = st->claim;
    return true;
}

bool told_stands(const struct model *m, uint32_t i)
{
    return !m->told[i].retraction && m->standings[m->told[i].endorsement].told == i;
}
