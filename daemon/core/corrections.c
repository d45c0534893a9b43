/* SPDX-License-Identifier: ISC */
/* Corrections, noted as they come. */
#include "daemon/core/corrections.h"

#include <string.h>

#include "daemon/core/documents.h"
#include "daemon/core/standings.h"

bool corrections_add(struct model *m, const struct correction *c)
{
    if (m->correction_count == m->correction_room) {
        uint32_t more = m->correction_room ? 2 * m->correction_room : 64;
        struct correction *list = arena_array(m->strings, more, sizeof *list);
        if (!list)
            return false;
        if (m->correction_count)
            memcpy(list, m->corrections, m->correction_count * sizeof *list);
        m->corrections = list;
        m->correction_room = more;
    }
    /* of one moment in the order of the list: a restart takes the same steps in another order */
    uint32_t at = m->correction_count++;
    for (; at > 0 && m->corrections[at - 1].at_ms == c->at_ms &&
           m->corrections[at - 1].endorsement > c->endorsement;
         at--)
        m->corrections[at] = m->corrections[at - 1];
    m->corrections[at] = *c;
    return true;
}

/* Who says so now, and why. */
static void explain(struct model *m, uint32_t endorsement, struct correction *c)
{
    const struct standing *st = &m->standings[endorsement];
    struct documents_event ev = {.claim = NONE};

    c->now = slice_of(outcome_name(st->outcome));
    documents_last_event(m, endorsement, &ev);
    if (ev.claim != NONE) {
        c->by = m->claims[ev.claim].by;
        c->why = m->claims[ev.claim].reason;
        if (c->why.len == 0)
            c->why = SLICE("another outcome is called"); /* a retraction has its reason */
    } else if (ev.decision) {
        c->by = SLICE("desk");
        c->why = ev.decision->reason;
    } else {
        c->by = standings_authority(m, &m->races[st->race]);
        c->why = SLICE("decides this race now and has not called it");
    }
}

bool corrections_outcome(struct model *m, uint32_t endorsement, enum outcome was, int64_t at_ms)
{
    const struct standing *st = &m->standings[endorsement];
    struct correction *last;
    struct correction c = {
        .endorsement = endorsement, .at_ms = at_ms, .was = slice_of(outcome_name(was))};

    for (uint32_t i = m->correction_count; i-- > 0 && m->corrections[i].at_ms == at_ms;)
        if (m->corrections[i].endorsement == endorsement && m->corrections[i].of_outcome) {
            last = &m->corrections[i];
            explain(m, endorsement, last);
            if (!slice_eq(last->was, last->now))
                return true;
            /* it came back in the same moment: nothing was corrected */
            m->correction_count--;
            memmove(last, last + 1, (m->correction_count - i) * sizeof *last);
            return true;
        }
    if (was == OUTCOME_PENDING || was == st->outcome)
        return true;
    c.of_outcome = true;
    explain(m, endorsement, &c);
    return corrections_add(m, &c);
}
