/* SPDX-License-Identifier: ISC */
/* Figures that are on air before polls close there, since the close was moved. */
#include "daemon/core/early.h"

#include <string.h>

#include "daemon/base/when.h"
#include "daemon/core/polls.h"

int64_t early_close(const struct model *m, uint32_t source, struct slice state, struct slice county,
                    struct slice unit_county, int64_t date)
{
    const struct settings *s = m->settings;
    const struct settings_source *from = &s->sources[source];

    if (unit_county.len)
        county = unit_county;
    else if (!county.len)
        county = from->county;
    int64_t close = polls_close(s, state.len ? state : from->state, county, date);
    return close == WHEN_UNKNOWN ? polls_last(s, date) : close;
}

static bool has_votes(const struct feed_contest *c, const struct feed_unit *u)
{
    for (uint32_t i = 0; i < c->choice_count; i++)
        if (u->votes[i] > 0)
            return true;
    return false;
}

/* What else was held of it is judged again with the first payload after the close. */
static bool take_back(const struct model *m, struct feed_contest *c, struct feed_unit *u,
                      struct err *e)
{
    struct feed_hold *hold = &u->hold;
    size_t size = c->choice_count * sizeof(*hold->votes);

    if (!hold->votes)
        hold->votes = arena_alloc(m->feeds[c->source].memory, size);
    if (!hold->votes)
        return err_set(e, ERR_DATA, "no memory to take figures back until polls close");
    c->settled = (struct digest){0, 0};
    c->apart = true;
    memcpy(hold->votes, u->votes, size);
    for (uint32_t i = 0; i < c->choice_count; i++)
        u->votes[i] = VOTES_UNKNOWN;
    *hold = (struct feed_hold){.why = VERDICT_EARLY, .votes = hold->votes};
    return true;
}

static void give_back(struct feed_contest *c, struct feed_unit *u)
{
    memcpy(u->votes, u->hold.votes, c->choice_count * sizeof(*u->votes));
    u->hold = (struct feed_hold){.why = VERDICT_ACCEPTED, .votes = u->hold.votes};
}

static bool look_at_unit(const struct model *m, struct feed_contest *c, struct feed_unit *u,
                         int64_t now_ms, int64_t *next, bool *changed, struct err *e)
{
    bool waits = u->hold.why == VERDICT_EARLY;

    if (!waits && !has_votes(c, u))
        return true;
    int64_t close = early_close(m, c->source, c->state, c->county,
                                u->type == RESULTS_COUNTY ? u->name : SLICE(""), c->date);
    if (close > now_ms && close < *next)
        *next = close;
    if (waits == (close > now_ms))
        return true;
    *changed = true;
    if (!waits)
        return take_back(m, c, u, e);
    give_back(c, u);
    return true;
}

bool early_look(struct model *m, uint32_t source, uint32_t file, int64_t now_ms, int64_t *next,
                struct feed_report *r, struct err *e)
{
    void *value;

    *next = WHEN_NEVER;
    for (size_t at = 0; map_next(m->feeds[source].contests, &at, NULL, &value);) {
        struct feed_contest *c = value;
        bool changed = false;
        for (uint32_t u = 0; c->file == file && u < c->unit_count; u++)
            if (!look_at_unit(m, c, &c->units[u], now_ms, next, &changed, e))
                return false;
        if (!changed)
            continue;
        c->changed_ms = now_ms;
        bool back = c->units[0].hold.why != VERDICT_EARLY;
        if (!report_note(r, c, NULL, back ? VERDICT_RESTORED : VERDICT_EARLY, e, "%s",
                         back ? "polls have closed" : "its polls close later now: taken back") ||
            !report_change(r, c, FEED_FIGURES | FEED_DOUBT, e))
            return false;
    }
    return true;
}
