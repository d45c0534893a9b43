/* SPDX-License-Identifier: ISC */
/* Reasons, in the order in which sources are chosen. */
#include "daemon/core/off_air.h"

#include <inttypes.h>

#include "daemon/core/counties.h"
#include "daemon/core/local_time.h"
#include "daemon/core/polls.h"

static const struct settings_source *source_of(const struct model *m, const struct feed_contest *c)
{
    return &m->settings->sources[c->source];
}

/* Parts of one place are on air together, under the name of one. */
static bool goes_with(const struct model *m, const struct feed_contest *c, uint32_t on_air)
{
    const struct settings_source *a = source_of(m, c), *b = &m->settings->sources[on_air];

    return c->source == on_air ||
           (a->part.len && b->part.len && slice_eq(a->state, b->state) &&
            (slice_eq(a->county, b->county) || polls_same_county(a->county, b->county)));
}

/* The source that is on air where this one might be; NONE: none. */
static uint32_t on_air_for(const struct model *m, const struct race *r,
                           const struct feed_contest *c)
{
    return r->summed ? counties_source(r, offers_county(m, c)) : r->on_air;
}

/* Why it would not be on air whatever the others had; NULL: nothing speaks against it. */
static const char *unfit(const struct model *m, const struct race *r, const struct feed_contest *c,
                         int64_t now_ms)
{
    const struct offers g = {.m = m, .now_ms = now_ms};

    if (!source_of(m, c)->votes)
        return "its votes are not used (votes = no)";
    if (m->feeds[c->source].paused)
        return "the desk has paused it";
    if (!offers_is_fresh(&g, c))
        return "stale";
    if (offers_is_held(c) || m->feeds[c->source].files[c->file].doubt != VERDICT_ACCEPTED)
        return "held";
    if (c->gone)
        return "no longer in its feed";
    if (offers_total(c) == 0)
        return "no votes yet";
    if (offers_is_whole(m, r, c))
        return NULL;
    if (!r->summed)
        return "it has one county of the race";
    return on_air_for(m, r, c) == NONE ? "its county is not of the race" : NULL;
}

/* The votes on air that its own are compared with. */
static int64_t total_on_air(const struct model *m, const struct race *r, uint32_t source,
                            struct slice county)
{
    int64_t sum = 0;

    for (uint32_t i = 0; i < r->contest_count; i++) {
        const struct feed_contest *c = r->contests[i];
        bool its = source == NONE ? on_air_for(m, r, c) == c->source : c->source == source;
        if (its &&
            (!r->summed || source == NONE || polls_same_county(offers_county(m, c), county)) &&
            __builtin_add_overflow(sum, offers_total(c), &sum))
            return INT64_MAX;
    }
    return sum;
}

/* It is fit, and another one was chosen. */
static void write_choice(const struct model *m, const struct race *r, const struct feed_contest *c,
                         struct buf *out)
{
    uint32_t on_air = on_air_for(m, r, c);
    const struct settings_source *other = on_air == NONE ? NULL : &m->settings->sources[on_air];
    struct slice who = other ? other->name : SLICE("the counties together");

    if (r->pinned) {
        buf_addf(out, "the desk has pinned the race to %.*s", SLICE_FMT(r->pinned->name));
    } else if (c->lag_since) {
        buf_addf(out, "behind %.*s since ", SLICE_FMT(who));
        local_time_write(m->settings, c->lag_since, out);
    } else if (offers_total(c) < total_on_air(m, r, on_air, offers_county(m, c))) {
        buf_addf(out, "fewer votes than %.*s", SLICE_FMT(who));
    } else if (other && other->priority > source_of(m, c)->priority) {
        buf_addf(out, "priority %" PRId64 ", below that of %.*s",
                 (int64_t)source_of(m, c)->priority, SLICE_FMT(who));
    } else {
        buf_addf(out, "%.*s goes first", SLICE_FMT(who));
    }
}

bool off_air_why(const struct model *m, const struct race *r, const struct feed_contest *c,
                 int64_t now_ms, struct buf *out)
{
    uint32_t on_air = on_air_for(m, r, c);
    const char *why;

    if ((r->on_air == NONE && !r->summed) || (on_air != NONE && goes_with(m, c, on_air)))
        return false;
    why = unfit(m, r, c, now_ms);
    if (why)
        buf_addz(out, why);
    else
        write_choice(m, r, c, out);
    return true;
}
