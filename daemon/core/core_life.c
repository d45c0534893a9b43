/* SPDX-License-Identifier: ISC */
/* A core's making and end, and its tallies as races change. */
#include "daemon/core/core.h"
#include "daemon/core/core_own.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/base/when.h"
#include "daemon/core/corrections.h"
#include "daemon/core/feed.h"
#include "daemon/core/marks.h"
#include "daemon/core/match.h"
#include "daemon/core/polls.h"
#include "daemon/core/standings.h"
#include "daemon/core/states.h"
#include "daemon/core/steps.h"
#include "daemon/core/told.h"

#define STRINGS_MAX ((size_t)1 << 30)
#define DOCUMENT_MAX ((size_t)16 << 20)

/* ---- tallies ---- */

struct tally *core_state_tally(struct tally *list, struct slice state)
{
    return &list[states_find(state) - states];
}

void core_count(struct core *c, const struct race *r, int sign)
{
    struct tally *in = core_state_tally(c->in, r->state);

    tally_race(&c->all, &c->model, r, sign, NULL);
    tally_race(in, &c->model, r, sign, NULL);
}

struct standing *core_standings(const struct model *m, const struct race *r)
{
    struct standing *old = calloc(r->endorsement_count + 1, sizeof *old);

    for (uint32_t i = 0; old && i < r->endorsement_count; i++)
        old[i] = m->standings[r->endorsements[i]];
    return old;
}

bool core_derive(struct core *c, struct race *r, int64_t at_ms, int64_t decision,
                 const struct standing *old, bool *failed)
{
    core_count(c, r, -1);
    bool changed = standings_derive(&c->model, r);
    core_count(c, r, 1);
    for (uint32_t i = 0; changed && i < r->endorsement_count; i++)
        *failed |= !told_note(&c->model, r->endorsements[i], &old[i], at_ms, decision) ||
                   !corrections_outcome(&c->model, r->endorsements[i], old[i].outcome, at_ms);
    for (uint32_t i = 0; i < r->endorsement_count; i++)
        *failed |= !steps_note(&c->model, r->endorsements[i], at_ms);
    return changed;
}

void core_range(const struct core *c, const struct decide_done *t, uint32_t *from, uint32_t *to)
{
    *from = t->all ? 0 : t->race == NONE ? 0 : t->race;
    *to = t->all ? c->model.race_count : t->race == NONE ? 0 : t->race + 1;
}

void core_recount(struct core *c)
{
    memset(&c->all, 0, sizeof c->all);
    memset(c->in, 0, TALLY_STATES * sizeof *c->in);
    for (uint32_t i = 0; i < c->model.race_count; i++)
        core_count(c, &c->model.races[i], 1);
}

/* ---- life ---- */

bool core_no_memory(struct err *e)
{
    return err_set(e, ERR_BUG, "core: out of memory");
}

static bool start(struct core *c, struct err *e)
{
    struct model *m = &c->model;

    m->strings = arena_new(STRINGS_MAX);
    c->in = calloc(TALLY_STATES, sizeof *c->in);
    c->in_told = calloc(TALLY_STATES, sizeof *c->in_told);
    if (!m->strings || !c->in || !c->in_told)
        return core_no_memory(e);
    if (!decide_init(m, e) || !feed_init(m, e) || !match_init(m, e) || !calls_init(m, e))
        return false;
    steps_init(m);
    c->dirty = calloc(m->race_count + 1, sizeof *c->dirty);
    if (!c->dirty)
        return core_no_memory(e);
    for (uint32_t i = 0; i < m->race_count; i++) {
        struct race *r = &m->races[i];
        r->changed_ms = WHEN_UNKNOWN;
        r->polls_close_ms = polls_race_close(m->settings, m->endorsed, r);
        if (!marks_seats(m, r))
            r->flags |= RACE_CONFLICT; /* calls.c says why */
        core_count(c, r, 1);
    }
    return true;
}

bool core_new(const struct settings *s, const struct endorsements *list, struct core **out,
              struct err *e)
{
    struct core *c = calloc(1, sizeof *c);

    if (!c)
        return core_no_memory(e);
    c->model.settings = s;
    c->model.endorsed = list;
    c->model.last_change_ms = c->model.checked_ms = WHEN_UNKNOWN;
    c->told_change_ms = c->told_checked_ms = WHEN_UNKNOWN;
    c->history_change_ms = WHEN_UNKNOWN;
    c->due_ms = WHEN_UNKNOWN; /* the first tick is due at once: elections without votes */
    buf_init(&c->text, DOCUMENT_MAX);
    if (!start(c, e)) {
        core_free(c);
        return false;
    }
    *out = c;
    return true;
}

void core_free(struct core *c)
{
    if (!c)
        return;
    calls_done(&c->model);
    feed_done(&c->model);
    buf_done(&c->text);
    free(c->dirty);
    free(c->in);
    free(c->in_told);
    arena_free(c->model.strings);
    free(c);
}

const struct model *core_model(const struct core *c)
{
    return &c->model;
}

const struct tally *core_tally(const struct core *c)
{
    return &c->all;
}
