/* SPDX-License-Identifier: ISC */
/* Pins. */
#include "daemon/core/pins.h"

#include <inttypes.h>

#include "daemon/base/counted.h"
#include "daemon/core/counties.h"

enum { SCRATCH = 64 << 20 };

/* May a race that is not summed be summed for the sake of one county? */
static bool may_be_summed(const struct model *m, struct race *r, struct slice source, struct err *e)
{
    struct offers g = {.m = m, .r = r, .now_ms = m->checked_ms, .scratch = arena_new(SCRATCH)};
    struct counties in = {0};
    bool ok = g.scratch ? offers_make(&g, e) && counties_choose(&g, &in, e)
                        : err_set(e, ERR_DATA, "no memory to pin a race");

    arena_free(g.scratch);
    if (!ok || in.complete)
        return ok;
    if (in.of == 0)
        return err_set(e, ERR_NO,
                       "%.*s has one county of the race %.*s, and the list does not say of how "
                       "many: fill in its column counties, or pin a source of the whole race",
                       SLICE_FMT(source), SLICE_FMT(r->id));
    return err_set(e, ERR_NO,
                   "%.*s has one county of the race %.*s, and of its " COUNTED " only %" PRIu32
                   " have votes: pin a source of the whole race, or wait for the "
                   "others",
                   SLICE_FMT(source), SLICE_FMT(r->id), COUNT_OF(in.of, "county", "counties"),
                   in.count);
}

bool pins_set(const struct model *m, struct race *r, struct slice source, bool restored,
              struct err *e)
{
    uint32_t at = settings_find_source(m->settings, source);
    bool there = restored, whole = restored || r->summed;

    for (uint32_t i = 0; i < r->contest_count; i++) {
        bool its = r->contests[i]->source == at;
        there |= its;
        whole |= its && offers_is_whole(m, r, r->contests[i]);
    }
    if (at == NONE)
        return err_set(e, ERR_NO, "no source is called '%.*s'; tallyctl source list lists them",
                       SLICE_FMT(source));
    const struct settings_source *s = &m->settings->sources[at];
    if (!s->votes)
        return err_set(e, ERR_NO,
                       "the votes of %.*s are not used (votes = no): it can have no race",
                       SLICE_FMT(source));
    if (!there)
        return err_set(e, ERR_NO,
                       "%.*s has no contest of the race %.*s; tallyctl explain %.*s shows who has",
                       SLICE_FMT(source), SLICE_FMT(r->id), SLICE_FMT(r->id));
    if (r->pinned == s && !restored)
        return err_set(e, ERR_NO, "the race %.*s is pinned to %.*s already", SLICE_FMT(r->id),
                       SLICE_FMT(source));
    if (!whole && !may_be_summed(m, r, source, e))
        return false;
    r->pinned = s;
    return true;
}

bool pins_drop(struct race *r, struct err *e)
{
    if (!r->pinned)
        return err_set(e, ERR_NO, "the race %.*s is pinned to no source", SLICE_FMT(r->id));
    r->pinned = NULL;
    return true;
}
