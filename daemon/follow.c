/* SPDX-License-Identifier: ISC */
/* One endorsement list after another. */
#include "daemon/follow.h"

#include "daemon/base/buf.h"
#include "daemon/base/text.h"
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

#define FOLD_ROOM ((size_t)65536)

/* Names in folded form; false also when memory is out. */
static bool same_name(struct slice a, struct slice b)
{
    struct buf left, right;

    buf_init(&left, FOLD_ROOM);
    buf_init(&right, FOLD_ROOM);
    text_fold(a, &left);
    text_fold(b, &right);
    bool same = !left.failed && !right.failed && slice_eq(buf_slice(&left), buf_slice(&right));
    buf_done(&left);
    buf_done(&right);
    return same;
}

/* The name that was is still one of the row's. */
static bool same_person(const struct endorsement *was, const struct endorsement *now)
{
    bool same = same_name(was->name, now->name);

    for (size_t i = 0; i < now->alias_count && !same; i++)
        same = same_name(was->name, now->aliases[i]);
    return same;
}

/* What is wrong with `now` in the place of `was`; NULL: nothing. */
static const char *change_of(const struct model *running, const struct endorsement *was,
                             const struct endorsement *now)
{
    if (!now)
        return "is no longer in the list";
    if (calls_counts(was) != calls_counts(now) && !desk_decides(running, was->id))
        return calls_counts(now) ? "counts again" : "no longer counts";
    const struct {
        bool changed;
        const char *text;
    } changes[] = {
        {!slice_eq(was->race_id, now->race_id), "stands for another race"},
        {!same_person(was, now), "has another name (where it is the same person's, keep the old "
                                 "one among the aliases)"},
        {was->ap_candidate_id.len > 0 && !slice_eq(was->ap_candidate_id, now->ap_candidate_id),
         "has another ap_candidate_id"},
        {!slice_eq_nocase(was->held_by, now->held_by), "has another held_by"},
        {was->seats != now->seats, "has another seats_to_fill"},
        {was->flip != now->flip, "has another flip"},
        {was->wins != now->wins, "has another wins"},
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        if (changes[i].changed)
            return changes[i].text;
    return NULL;
}

static bool is_closed(const struct race *r, int64_t now_ms)
{
    return r->polls_close_ms != WHEN_UNKNOWN && r->polls_close_ms <= now_ms;
}

bool follow_allowed(const struct model *running, const struct endorsements *next, int64_t now_ms,
                    struct err *e)
{
    for (uint32_t i = 0; i < running->endorsed->count; i++) {
        const struct endorsement *was = &running->endorsed->list[i];
        const struct race *r = &running->races[match_race_of(running, i)];
        const char *change =
            is_closed(r, now_ms) ? change_of(running, was, find(next, was->id)) : NULL;
        if (change)
            return err_set(
                e, ERR_CONFIG,
                "endorsements: %.*s (%.*s) %s, and polls have closed: a reload cannot "
                "change who counts, nor as what; "
                "put the row back, with its endorsement_id, or say it with tallyctl endorse status",
                SLICE_FMT(was->id), SLICE_FMT(was->name), change);
    }
    return true;
}
