/* SPDX-License-Identifier: ISC */
/* Counties of a race. */
#include "daemon/core/counties.h"

#include "daemon/core/polls.h"
#include "daemon/core/states.h"

uint32_t counties_of(const struct model *m, const struct race *r)
{
    size_t most = 0;

    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct endorsement *en = &m->endorsed->list[r->endorsements[i]];
        most = en->county_count > most ? en->county_count : most;
    }
    if (offers_list_is_short(m, r))
        most = 0;
    if (most == 0 && offers_is_statewide(m, r))
        most = states_find(r->state)->counties;
    return (uint32_t)most;
}

uint32_t counties_source(const struct race *r, struct slice county)
{
    for (uint32_t i = 0; i < r->counties_in; i++)
        if (polls_same_county(r->counties[i].county, county))
            return r->counties[i].source;
    return NONE;
}

/* Is it of a county that none before it is of? */
static bool is_first(const struct offers *g, uint32_t i)
{
    for (uint32_t k = 0; k < i; k++)
        if (!g->list[k].whole && polls_same_county(g->list[k].county, g->list[i].county))
            return false;
    return true;
}

static void add(const struct offers *g, struct counties *out, struct offer *o)
{
    out->offers[out->count++] = o;
    if (__builtin_add_overflow(out->total, o->total, &out->total))
        out->total = INT64_MAX;
    out->stands &= o->stands;
    out->fit &= offers_may_lead(o);
    out->pinned |= offers_is_pinned(g, o);
}

bool counties_choose(const struct offers *g, struct counties *out, struct err *e)
{
    *out =
        (struct counties){.offers = arena_array(g->scratch, g->count + 1, sizeof(struct offer *)),
                          .idle = arena_array(g->scratch, g->count + 1, sizeof(struct offer *)),
                          .of = counties_of(g->m, g->r),
                          .stands = true,
                          .fit = true};
    if (!out->offers || !out->idle)
        return err_set(e, ERR_DATA, "no memory to merge a race; it stays as it was");
    for (uint32_t i = 0; i < g->count; i++) {
        struct slice county = g->list[i].county;
        if (g->list[i].whole || offers_list_names(g->m, g->r, county) == TRI_NO || !is_first(g, i))
            continue;
        uint32_t now = g->r->summed ? counties_source(g->r, county) : NONE;
        struct offer *o = offers_choose(g, false, county, now);
        struct offer *idle = o ? NULL : offers_choose_idle(g, &county);
        if (o)
            add(g, out, o);
        else if (idle)
            out->idle[out->idle_count++] = idle;
    }
    out->complete = out->of > 0 && out->count >= out->of;
    return true;
}

bool counties_are_summed(const struct offers *g, const struct counties *in,
                         const struct offer *whole)
{
    if (in->count == 0 || (whole && offers_is_pinned(g, whole)))
        return false;
    if (!whole || (in->complete && in->pinned))
        return true;
    if (!offers_may_lead(whole))
        return g->r->summed || (in->complete && in->fit);
    return g->r->summed && in->stands && whole->total < in->total;
}
