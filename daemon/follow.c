/* SPDX-License-Identifier: ISC */
/* One endorsement list after another. */
#include "daemon/follow.h"

#include "daemon/base/when.h"
#include "daemon/core/calls.h"
#include "daemon/core/match.h"

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

/* What is wrong with `now` in the place of `was`; NULL: nothing. */
static const char *change_of(const struct model *running, const struct endorsement *was,
                             const struct endorsement *now)
{
    if (!now)
        return "is no longer in the list";
    if (!slice_eq(was->race_id, now->race_id))
        return "stands for another race";
    if (calls_counts(was) != calls_counts(now) && !desk_decides(running, was->id))
        return calls_counts(now) ? "counts again" : "no longer counts";
    return NULL;
}

bool follow_allowed(const struct model *running, const struct endorsements *next, int64_t now_ms,
                    struct err *e)
{
    for (uint32_t i = 0; i < running->endorsed->count; i++) {
        const struct endorsement *was = &running->endorsed->list[i];
        int64_t close = running->races[match_race_of(running, i)].polls_close_ms;
        const char *change = change_of(running, was, find(next, was->id));
        if (change && close != WHEN_UNKNOWN && close <= now_ms)
            return err_set(
                e, ERR_CONFIG,
                "endorsements: %.*s (%.*s) %s, and polls have closed: a reload cannot "
                "change who counts; "
                "put the row back, with its endorsement_id, or say it with tallyctl endorse status",
                SLICE_FMT(was->id), SLICE_FMT(was->name), change);
    }
    return true;
}
