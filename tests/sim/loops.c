/* SPDX-License-Identifier: ISC */
/* What templates can go through. */
#include "tests/sim/write.h"

#define RANKS_MAX 64

static bool next_contest(struct write *w, size_t *at)
{
    struct write_scope *s = &w->scope;
    for (; *at < w->contest_count; ++*at) {
        s->g = w->contests[*at];
        s->contest = *at;
        if (write_has_place(w, s, s->g))
            return true;
    }
    return false;
}

static bool next_county(struct write *w, size_t *at)
{
    for (; *at < w->county_count; ++*at) {
        w->scope.county = *at;
        if (!w->scope.g || write_county_at(w, w->scope.g->c, *at) != WRITE_NONE)
            return true;
    }
    return false;
}

static bool next_precinct(struct write *w, size_t *at)
{
    for (;; ++*at) {
        bool more = false;
        w->scope.unit = *at;
        for (size_t i = 0; i < w->contest_count; i++) {
            const struct generate_contest *g = w->contests[i];
            if (w->scope.g && w->scope.g != g)
                continue;
            if (write_has_place(w, &w->scope, g))
                return true;
            more |= *at < g->unit_count;
        }
        if (!more)
            return false;
    }
}

static bool next_choice(struct write *w, size_t *at)
{
    w->scope.choice = *at;
    return w->scope.g && *at < w->scope.g->c->candidate_count;
}

/* The leader first; of equal ones the first of the list. */
static bool next_by_votes(struct write *w, size_t *at)
{
    const struct generate_contest *g = w->scope.g;
    size_t order[RANKS_MAX];
    size_t n = !g ? 0 : g->c->candidate_count < RANKS_MAX ? g->c->candidate_count : RANKS_MAX;
    for (size_t k = 0; k < n; k++) {
        size_t i = k;
        for (; i > 0 && generate_total(g, order[i - 1], w->t) < generate_total(g, k, w->t); i--)
            order[i] = order[i - 1];
        order[i] = k;
    }
    if (*at >= n)
        return false;
    w->scope.choice = order[*at];
    return true;
}

static bool next_type(struct write *w, size_t *at)
{
    w->scope.type = *at;
    return *at < GENERATE_TYPES;
}

static bool next_party(struct write *w, size_t *at)
{
    w->scope.party = *at;
    return scenario_party(*at) != NULL;
}

static const struct loop loops[] = {
    {"contest", next_contest}, {"county", next_county}, {"precinct", next_precinct},
    {"choice", next_choice},   {"type", next_type},     {"choice by votes", next_by_votes},
    {"party", next_party},
};

const struct loop *loop_find(struct slice wanted)
{
    for (size_t i = 0; i < sizeof loops / sizeof loops[0]; i++)
        if (slice_is(wanted, loops[i].name))
            return &loops[i];
    return NULL;
}
