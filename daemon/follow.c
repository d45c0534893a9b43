/* SPDX-License-Identifier: ISC */
/* One endorsement list after another. */
#include "daemon/follow.h"

#include "daemon/base/buf.h"
#include "daemon/base/map.h"
#include "daemon/base/when.h"
#include "daemon/core/calls.h"
#include "daemon/core/match.h"
#include "daemon/core/polls.h"
#include "daemon/core/rounds.h"

/* The desk's word on a status holds over every list. */
static bool desk_decides(const struct model *running, struct slice id)
{
    for (uint32_t i = 0; i < running->decision_count; i++)
        if (slice_is(running->decisions[i].verb, "endorse status") &&
            slice_eq(running->decisions[i].target, id))
            return true;
    return false;
}

static const struct endorsement *find(const struct endorsements *list, struct slice id)
{
    for (size_t i = 0; i < list->count; i++)
        if (slice_eq(list->list[i].id, id))
            return &list->list[i];
    return NULL;
}

/* What a row may not become: what it is told to be, and the way to what is meant. */
struct change {
    bool changed;
    const char *text, *way;
};

static bool any(const struct change *list, size_t n, struct change *first)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].changed) {
            *first = list[i];
            return true;
        }
    return false;
}

#define BACK "put it back as it was; where that was wrong, a restart takes the list as it is"

/* Wins without a vote. */
static bool is_unopposed(const struct endorsement *e)
{
    return e->status == ENDORSE_UNOPPOSED || e->status == ENDORSE_ELECTED_UNOPPOSED;
}

/* Who it is, and who counts. NULL: nothing is wrong. */
static bool other_row(const struct model *running, const struct endorsement *was,
                      const struct endorsement *now, struct change *out)
{
    const struct change changes[] = {
        {calls_counts(was) != calls_counts(now) && !desk_decides(running, was->id),
         calls_counts(now) ? "counts again" : "no longer counts",
         "leave its status as it was and say it with tallyctl endorse status; the list may say so "
         "too after that"},
        {is_unopposed(now) && was->status != now->status && !desk_decides(running, was->id),
         "is unopposed",
         "leave its status as it was and say it with tallyctl endorse status; the list may say so "
         "too after that"},
        {!slice_eq(was->race_id, now->race_id), "stands for another race",
         "put back the columns that name its race, and give another candidacy a row and an "
         "endorsement_id of its own"},
        {!endorsement_is_named(now, was->name), "has another name",
         "where it is the same person's, keep the old name among its aliases; give another person "
         "a row and an endorsement_id of their own"},
        {was->ap_candidate_id.len > 0 && !slice_eq(was->ap_candidate_id, now->ap_candidate_id),
         "has another ap_candidate_id",
         "put it back as it was; a wrong match is ended with tallyctl match reject"},
    };

    return any(changes, sizeof changes / sizeof *changes, out);
}

/* What a win of it is counted as, and when it has lost. */
static bool other_count(const struct model *running, const struct endorsement *was,
                        const struct endorsement *now, struct change *out)
{
    const struct race *r =
        &running->races[match_race_of(running, (uint32_t)(was - running->endorsed->list))];
    const struct change changes[] = {
        {!slice_eq_nocase(was->held_by, now->held_by), "has another held_by", BACK},
        {!slice_eq_nocase(was->party, now->party), "has another party", BACK},
        {was->incumbent != now->incumbent, "has another incumbent", BACK},
        {was->opponent_incumbent != now->opponent_incumbent, "has another opponent_incumbent",
         BACK},
        {was->seats != now->seats, "has another seats_to_fill", BACK},
        {was->places != now->places, "has another advance_to", BACK},
        {was->seats_held_by_others != now->seats_held_by_others, "has another seats_held_by_others",
         BACK},
        {was->flip != now->flip, "has another flip", BACK},
        {rounds_kind(was, r->nominates) != rounds_kind(now, r->nominates), "has another wins",
         BACK},
        {was->choice != now->choice, "has another choice", BACK},
    };

    return any(changes, sizeof changes / sizeof *changes, out);
}

static bool may_not(const struct model *running, const struct endorsement *was,
                    const struct endorsement *now, struct change *out)
{
    *out = (struct change){true, "is no longer in the list",
                           "put the row back, with its endorsement_id; that it is not to count is "
                           "said with tallyctl endorse status"};
    return !now || other_row(running, was, now, out) || other_count(running, was, now, out);
}

static bool is_closed(const struct race *r, int64_t now_ms)
{
    return r->polls_close_ms != WHEN_UNKNOWN && r->polls_close_ms <= now_ms;
}

/* The race of the running night that a row goes into; NULL: one of its own. */
static const struct race *race_of(const struct model *running, const struct map *races,
                                  const struct endorsement *row)
{
    const struct endorsement *was = map_get(running->endorsed_by_id, row->id);
    const struct race *r = map_get(races, row->race_id);

    return was ? &running->races[match_race_of(running, (uint32_t)(was - running->endorsed->list))]
               : r;
}

/* By the configuration and the list, without the desk: its word holds over both. */
static bool closes_by_then(const struct settings *s, const struct endorsements *list,
                           const struct race *r, int64_t now_ms)
{
    int64_t close = polls_race_close(s, list, r);

    return close != WHEN_UNKNOWN && close <= now_ms;
}

/* Polls that have closed stay closed: their figures are on air. */
static bool stay_closed(const struct model *running, const struct settings *s,
                        const struct endorsements *next, int64_t now_ms, struct err *e)
{
    struct map *races = map_new(running->race_count + 1, false);
    bool ok = races != NULL;

    for (uint32_t i = 0; i < running->endorsed->count && ok; i++)
        ok = map_put(races, running->endorsed->list[i].race_id,
                     &running->races[match_race_of(running, i)]);
    if (!ok)
        err_set(e, ERR_BUG, "out of memory");
    for (uint32_t i = 0; i < next->count && ok; i++) {
        const struct endorsement *row = &next->list[i];
        const struct race *r = race_of(running, races, row);
        struct race alone = {.endorsements = &i, .endorsement_count = 1};
        if (!r || r->polls_moved_ms != WHEN_UNKNOWN ||
            !closes_by_then(running->settings, running->endorsed, r, now_ms) ||
            closes_by_then(s, next, &alone, now_ms))
            continue;
        ok = err_set(e, ERR_CONFIG,
                     "endorsements: polls of %.*s (%.*s) have closed, and would be open again: a "
                     "reload cannot take figures off the air; leave polls-close and polls_close as "
                     "they were, and say it with tallyctl polls",
                     SLICE_FMT(row->id), SLICE_FMT(row->name));
    }
    map_free(races);
    return ok;
}

bool follow_allowed(const struct model *running, const struct settings *s,
                    const struct endorsements *next, int64_t now_ms, struct err *e)
{
    for (uint32_t i = 0; i < running->endorsed->count; i++) {
        const struct endorsement *was = &running->endorsed->list[i];
        const struct race *r = &running->races[match_race_of(running, i)];
        struct change is;
        if (is_closed(r, now_ms) && may_not(running, was, find(next, was->id), &is))
            return err_set(e, ERR_CONFIG,
                           "endorsements: %.*s (%.*s) %s, and polls have closed: a reload cannot "
                           "change who counts, nor as what; %s",
                           SLICE_FMT(was->id), SLICE_FMT(was->name), is.text, is.way);
    }
    return stay_closed(running, s, next, now_ms, e);
}

size_t follow_added(const struct model *was, const struct model *now, int64_t now_ms,
                    struct buf *names)
{
    enum { NAMED = 10 };
    size_t n = 0;

    for (uint32_t i = 0; i < now->endorsed->count; i++) {
        const struct endorsement *e = &now->endorsed->list[i];
        if (!is_closed(&now->races[match_race_of(now, i)], now_ms) || find(was->endorsed, e->id))
            continue;
        if (n < NAMED)
            buf_addf(names, "%s%.*s", n ? ", " : "", SLICE_FMT(e->id));
        n++;
    }
    if (n > NAMED)
        buf_addz(names, ", ...");
    return n;
}
