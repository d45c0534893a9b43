/* SPDX-License-Identifier: ISC */
/* What became of whom, played again from the beginning. */
#include "daemon/core/steps.h"

#include <string.h>

#include "daemon/base/when.h"
#include "daemon/core/calls.h"

enum counted steps_counted(const struct model *m, uint32_t endorsement)
{
    static const enum counted by_outcome[OUTCOMES] = {
        [OUTCOME_PENDING] = COUNTED_PENDING,
        [OUTCOME_WON] = COUNTED_WON,
        [OUTCOME_LOST] = COUNTED_LOST,
        [OUTCOME_ADVANCED] = COUNTED_ADVANCED,
    };

    if (!calls_counts(&m->endorsed->list[endorsement]))
        return COUNTED_ASIDE;
    return by_outcome[m->standings[endorsement].outcome];
}

void steps_init(struct model *m)
{
    for (uint32_t i = 0; i < m->endorsed->count; i++)
        m->standings[i].counted = (uint8_t)steps_counted(m, i);
}

bool steps_note(struct model *m, uint32_t endorsement, int64_t at_ms)
{
    struct standing *st = &m->standings[endorsement];
    enum counted now = steps_counted(m, endorsement);

    if (now == st->counted)
        return true;
    struct turned *list =
        arena_more(m->strings, m->turns, m->turn_count, &m->turn_room, sizeof *list);
    if (!list)
        return false;
    m->turns = list;
    m->turns[m->turn_count++] = (struct turned){
        .endorsement = endorsement, .at_ms = at_ms, .was = st->counted, .now = (uint8_t)now};
    st->counted = (uint8_t)now;
    return true;
}

struct play {
    struct steps *out;
    uint8_t *now; /* where `counted` of the steps is what is shown */
    uint32_t people;
    int64_t step;
    int64_t pending;        /* how many are shown so */
    int64_t gone[COUNTEDS]; /* and are this by now */
};

/* As it was before the first turn of each. */
static void rewind_to_start(const struct model *m, struct play *p)
{
    for (uint32_t i = 0; i < p->people; i++)
        p->now[i] = m->standings[i].counted;
    for (uint32_t i = m->turn_count; i-- > 0;)
        p->now[m->turns[i].endorsement] = m->turns[i].was;
    memcpy(p->out->counted, p->now, p->people);
    for (uint32_t i = 0; i < p->people; i++)
        p->pending += p->now[i] == COUNTED_PENDING;
}

static void turn(struct play *p, const struct turned *t)
{
    uint8_t *now = &p->now[t->endorsement];

    if (p->out->counted[t->endorsement] == COUNTED_PENDING) {
        p->gone[*now]--;
        p->gone[t->now]++;
    }
    *now = t->now;
}

/* When all that came of one moment is in: a restart brings it in other parts. */
static void end_moment(struct play *p, int64_t at_ms)
{
    for (uint8_t to = COUNTED_WON; to < COUNTEDS; to++) {
        if (p->gone[to] < p->step || p->pending - p->gone[to] < p->step)
            continue;
        for (uint32_t i = 0; i < p->people; i++)
            if (p->out->counted[i] == COUNTED_PENDING && p->now[i] == to)
                p->out->counted[i] = to;
        p->pending -= p->gone[to];
        p->gone[to] = 0;
        p->out->as_of_ms = at_ms;
    }
}

bool steps_shown(const struct model *m, int64_t step, struct arena *a, struct steps *out)
{
    struct play p = {.out = out, .people = m->endorsed->count, .step = step > 0 ? step : 1};

    *out = (struct steps){.counted = arena_array(a, (size_t)p.people + 1, 1),
                          .as_of_ms = WHEN_UNKNOWN};
    p.now = arena_array(a, (size_t)p.people + 1, 1);
    if (!out->counted || !p.now)
        return false;
    rewind_to_start(m, &p);
    for (uint32_t i = 0; i < m->turn_count; i++) {
        turn(&p, &m->turns[i]);
        if (i + 1 == m->turn_count || m->turns[i + 1].at_ms != m->turns[i].at_ms)
            end_moment(&p, m->turns[i].at_ms);
    }
    for (uint32_t i = 0; i < p.people; i++)
        out->waiting += p.now[i] != out->counted[i];
    return true;
}
