/* SPDX-License-Identifier: ISC */
/* Leading and trailing, by counting who has more. */
#include "daemon/core/progress.h"

#include "daemon/core/primaries.h"

const char *progress_name(enum progress p)
{
    static const char *const names[] = {
        [PROGRESS_LEADING] = "leading",
        [PROGRESS_TRAILING] = "trailing",
        [PROGRESS_UNCLEAR] = "unclear",
        [PROGRESS_NO_RESULTS] = "no results",
    };
    return names[p];
}

/* Of two the first round is the last. */
static bool is_ranked(const struct race *r)
{
    uint32_t named = 0;

    for (uint32_t i = 0; r->ranked && i < r->choice_count; i++)
        named += !r->choices[i].write_in;
    if (named > 2)
        return true;
    for (uint32_t i = 0; i < r->contest_count; i++)
        if (r->contests[i]->flags & RESULTS_RANKED)
            return true;
    return false;
}

/* Our votes in one primary; VOTES_UNKNOWN when none are stated. *any: does anyone have a vote? */
static int64_t our_votes(const struct race *r, uint32_t endorsement, const char *primary, bool *any)
{
    int64_t ours = VOTES_UNKNOWN;

    *any = false;
    for (uint32_t i = 0; i < r->choice_count; i++) {
        if (!primaries_same(r->choices[i].primary, primary))
            continue;
        *any |= r->choices[i].votes > 0;
        if (race_choice_is(&r->choices[i], endorsement) && r->choices[i].votes > ours)
            ours = r->choices[i].votes;
    }
    return ours;
}

enum progress progress_in(const struct race *r, uint32_t endorsement, const char *primary)
{
    int64_t edge = r->places > r->seats ? r->places : r->seats, ahead = 0, level = 0;
    bool any;
    int64_t ours = our_votes(r, endorsement, primary, &any);

    if (!any || ours < 0)
        return PROGRESS_NO_RESULTS;
    if (edge <= 0 || (r->flags & RACE_NO_STANDING) || is_ranked(r))
        return PROGRESS_UNCLEAR;
    for (uint32_t i = 0; i < r->choice_count; i++) {
        const struct race_choice *c = &r->choices[i];
        if (race_choice_is(c, endorsement) || !primaries_same(c->primary, primary))
            continue;
        if (c->votes < 0 && !c->write_in)
            return PROGRESS_UNCLEAR;
        ahead += c->votes > ours;
        level += c->votes == ours;
    }
    if (ahead >= edge)
        return PROGRESS_TRAILING;
    return ours > 0 && ahead + level < edge ? PROGRESS_LEADING : PROGRESS_UNCLEAR;
}

enum progress progress_of(const struct race *r, uint32_t endorsement)
{
    bool seen[PROGRESSES] = {false};

    for (uint32_t i = 0; i < r->choice_count; i++)
        if (race_choice_is(&r->choices[i], endorsement))
            seen[progress_in(r, endorsement, r->choices[i].primary)] = true;
    if (seen[PROGRESS_LEADING])
        return PROGRESS_LEADING;
    if (seen[PROGRESS_UNCLEAR] || (seen[PROGRESS_TRAILING] && seen[PROGRESS_NO_RESULTS]))
        return PROGRESS_UNCLEAR;
    return seen[PROGRESS_TRAILING] ? PROGRESS_TRAILING : PROGRESS_NO_RESULTS;
}
