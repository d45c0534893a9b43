/* SPDX-License-Identifier: ISC */
/* Call events, noted as they come. */
#include "daemon/core/told.h"

size_t told_events(const struct model *m, uint32_t endorsement, const struct standing *old,
                   const struct decision *decision, struct documents_event out[2])
{
    const struct standing *st = &m->standings[endorsement];
    struct documents_event ev = {
        .endorsement = endorsement, .claim = st->claim, .was = NONE, .decision = decision};
    bool same = st->outcome == old->outcome;
    size_t n = 0;

    if (same && (st->claim == NONE || slice_eq(m->claims[st->claim].by, m->claims[old->claim].by)))
        return 0;
    if (!same && old->outcome != OUTCOME_PENDING) {
        struct documents_event gone = ev;
        if (st->claim == NONE)
            documents_last_event(m, endorsement, &gone);
        gone.decision = decision;
        gone.retraction = true;
        gone.was = old->claim;
        out[n++] = gone;
    }
    if (st->outcome != OUTCOME_PENDING)
        out[n++] = ev;
    return n;
}

static struct told *add(struct model *m)
{
    struct told *list = arena_more(m->strings, m->told, m->told_count, &m->told_room, sizeof *list);

    if (!list)
        return NULL;
    m->told = list;
    return &m->told[m->told_count++];
}

bool told_note(struct model *m, uint32_t endorsement, const struct standing *old, int64_t at_ms,
               int64_t decision)
{
    struct documents_event events[2];
    size_t n = told_events(m, endorsement, old, NULL, events);

    for (size_t i = 0; i < n; i++) {
        struct told *t = add(m);
        if (!t)
            return false;
        *t = (struct told){.endorsement = endorsement,
                           .claim = events[i].claim,
                           .was = events[i].was,
                           .retraction = events[i].retraction,
                           .at_ms = at_ms,
                           .decision = decision};
    }
    return true;
}

struct documents_event told_event(const struct model *m, uint32_t i)
{
    const struct told *t = &m->told[i];
    struct documents_event ev = {.endorsement = t->endorsement,
                                 .retraction = t->retraction,
                                 .claim = t->claim,
                                 .was = t->was};

    for (uint32_t k = m->decision_count; t->decision && k-- > 0 && !ev.decision;)
        if (m->decisions[k].number == t->decision)
            ev.decision = &m->decisions[k];
    return ev;
}
