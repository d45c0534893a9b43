/* SPDX-License-Identifier: ISC */
/* Corrections, noted as they come. */
#include "daemon/core/corrections.h"

#include <inttypes.h>
#include <string.h>

#include "daemon/core/documents.h"
#include "daemon/core/primaries.h"
#include "daemon/core/standings.h"
#include "daemon/core/told.h"

bool corrections_add(struct model *m, const struct correction *c)
{
    struct correction *list = arena_more(m->strings, m->corrections, m->correction_count,
                                         &m->correction_room, sizeof *list);

    if (!list)
        return false;
    m->corrections = list;
    /* by time, and of one moment in the order of the list: a restart takes other steps */
    uint32_t at = m->correction_count++;
    for (; at > 0 && (m->corrections[at - 1].at_ms > c->at_ms ||
                      (m->corrections[at - 1].at_ms == c->at_ms &&
                       m->corrections[at - 1].endorsement > c->endorsement));
         at--)
        m->corrections[at] = m->corrections[at - 1];
    m->corrections[at] = *c;
    return true;
}

bool corrections_restore(struct model *m, const struct race_memo *memo)
{
    for (uint32_t i = 0; i < memo->corrected_count; i++) {
        const struct race_corrected *x = &memo->corrected[i];
        const struct endorsement *en = map_get(m->endorsed_by_id, x->endorsement);
        if (!en)
            continue;
        struct correction c = {.of = CORRECTION_OF_VOTES,
                               .endorsement = (uint32_t)(en - m->endorsed->list),
                               .at_ms = x->at_ms,
                               .choice = x->choice,
                               .was = x->was,
                               .then = x->then,
                               .by = x->by,
                               .why = x->why};
        if (!corrections_add(m, &c))
            return false;
    }
    return true;
}

/* Who said so then, and why. */
static void explain(struct model *m, uint32_t endorsement, struct correction *c)
{
    const struct standing *st = &m->standings[endorsement];
    struct documents_event ev = {.claim = NONE};

    c->then = slice_of(outcome_name(st->outcome));
    told_last(m, endorsement, &ev);
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
    struct correction c = {.of = CORRECTION_OF_OUTCOME,
                           .endorsement = endorsement,
                           .at_ms = at_ms,
                           .was = slice_of(outcome_name(was))};

    for (uint32_t i = m->correction_count; i-- > 0 && m->corrections[i].at_ms >= at_ms;)
        if (m->corrections[i].at_ms == at_ms && m->corrections[i].endorsement == endorsement &&
            m->corrections[i].of == CORRECTION_OF_OUTCOME) {
            last = &m->corrections[i];
            explain(m, endorsement, last);
            if (!slice_eq(last->was, last->then))
                return true;
            /* it came back in the same moment: nothing was corrected */
            m->correction_count--;
            memmove(last, last + 1, (m->correction_count - i) * sizeof *last);
            return true;
        }
    if (was == OUTCOME_PENDING || was == st->outcome)
        return true;
    explain(m, endorsement, &c);
    return corrections_add(m, &c);
}

/* ---- votes ---- */

/* The line that it was: one person may have several. */
static const struct race_choice *same_line(const struct race *r, const struct race_choice *was)
{
    for (uint32_t i = 0; i < r->choice_count; i++)
        if (slice_eq(r->choices[i].name, was->name) && slice_eq(r->choices[i].party, was->party) &&
            primaries_same(r->choices[i].primary, was->primary))
            return &r->choices[i];
    return NULL;
}

/* More than what a count loses while it goes on. */
static bool is_correction(const struct settings_guards *g, int64_t was, int64_t now)
{
    int64_t fall = was - now;

    return now >= 0 && fall > g->fall_flag_votes &&
           (__int128)fall * 10000 > (__int128)was * g->fall_flag_bp;
}

static bool add_votes(struct model *m, const struct race *r, const struct race_choice *was,
                      int64_t now, struct correction *c)
{
    c->endorsement = was->endorsement != NONE ? was->endorsement : r->endorsements[0];
    c->choice = was->name;
    c->was = arena_printf(m->strings, "%" PRId64, was->votes);
    c->then = arena_printf(m->strings, "%" PRId64, now);
    return c->was.ptr && c->then.ptr && corrections_add(m, c);
}

bool corrections_votes(struct model *m, const struct race *was, const struct race *r,
                       const struct corrections_said *said)
{
    struct correction c = {.of = CORRECTION_OF_VOTES, .at_ms = said->at_ms};

    if (!(r->flags & RACE_CORRECTED) || (r->flags & RACE_SOURCE_CHANGED) ||
        was->on_air != r->on_air || was->summed != r->summed)
        return true;
    if (said->decision) {
        c.by = SLICE("desk");
        c.why = said->decision->reason;
    } else {
        uint32_t source = r->on_air != NONE ? r->on_air : said->source;
        c.by = source == NONE ? SLICE("feeds") : m->settings->sources[source].name;
        c.why = SLICE("its later payloads keep to the lower figure");
    }
    for (uint32_t i = 0; i < was->choice_count; i++) {
        const struct race_choice *line = same_line(r, &was->choices[i]);
        if (line && is_correction(&m->settings->guards, was->choices[i].votes, line->votes) &&
            !add_votes(m, r, &was->choices[i], line->votes, &c))
            return false;
    }
    return true;
}
