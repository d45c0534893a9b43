/* SPDX-License-Identifier: ISC */
/* Tables of words. */
#include "daemon/core/labels.h"

#include <inttypes.h>

#include "daemon/base/counted.h"
#include "daemon/base/when.h"
#include "daemon/core/calls.h"
#include "daemon/core/progress.h"

const char *labels_race_status(enum race_status s)
{
    static const char *const names[] = {
        [RACE_UNCALLED] = "uncalled",
        [RACE_PARTLY_CALLED] = "partly_called",
        [RACE_CALLED] = "called",
    };
    return names[s];
}

const char *labels_race_flag(uint32_t flag)
{
    static const struct {
        enum race_flag flag;
        const char *name;
    } names[] = {
        {RACE_FROZEN, "frozen"},
        {RACE_UNDER_REVIEW, "under_review"},
        {RACE_DISAGREEMENT, "disagreement"},
        {RACE_CONFLICT, "conflict"},
        {RACE_IN_DOUBT, "in_doubt"},
        {RACE_CORRECTED, "corrected"},
        {RACE_PARTIAL, "partial"},
        {RACE_GONE, "gone"},
        {RACE_RECOUNT, "recount"},
        {RACE_TIE, "tie"},
        {RACE_CONTESTED, "contested"},
        {RACE_CERTIFIED, "certified"},
        {RACE_VOID, "void"},
        {RACE_SOURCE_CHANGED, "source_changed"},
        {RACE_STALE, "stale"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].flag == flag)
            return names[i].name;
    return NULL;
}

const char *labels_mark(enum results_mark m)
{
    static const char *const names[RESULTS_MARKS] = {
        [RESULTS_UNMARKED] = "",
        [RESULTS_WON] = "won",
        [RESULTS_LOST] = "lost",
        [RESULTS_ADVANCED] = "advanced",
    };
    return names[m];
}

const char *labels_band(enum band b)
{
    static const char *const names[] = {
        [BAND_AUTO] = "auto",
        [BAND_DECIDED] = "decided",
        [BAND_REVIEW] = "review",
        [BAND_NONE] = "none",
    };
    return names[b];
}

const char *labels_state(const struct model *m, uint32_t endorsement)
{
    const struct endorsement *e = &m->endorsed->list[endorsement];
    const struct standing *st = &m->standings[endorsement];

    if (!calls_counts(e))
        return endorsement_statuses[e->status];
    if (st->outcome != OUTCOME_PENDING)
        return outcome_name(st->outcome);
    return progress_name(progress_of(&m->races[st->race], endorsement));
}

bool labels_trails(const struct model *m, uint32_t endorsement)
{
    const struct standing *st = &m->standings[endorsement];
    bool ahead = st->outcome == OUTCOME_WON || st->outcome == OUTCOME_ADVANCED;

    return ahead && progress_of(&m->races[st->race], endorsement) == PROGRESS_TRAILING;
}

void labels_counties(const struct race *r, struct buf *out)
{
    if (r->counties_of > 0)
        buf_addf(out, "%" PRIu32 " of " COUNTED, r->counties_in,
                 COUNT_OF(r->counties_of, "county", "counties"));
    else
        buf_addf(out, COUNTED " of unknown many", COUNT_OF(r->counties_in, "county", "counties"));
}

int64_t labels_updated(const struct race *r)
{
    return r->on_air != NONE || r->summed ? r->updated_ms : WHEN_UNKNOWN;
}

const char *labels_before_seat(struct slice seat)
{
    enum { BARE = 3 }; /* "12", "B", "3B" */

    return seat.len <= BARE && slice_find(seat, SLICE(" ")) == SIZE_MAX ? "seat " : "";
}

bool labels_alone(const struct race *r, struct buf *out)
{
    enum { SHOWN = 3 };
    uint32_t n = 0;

    for (uint32_t i = 0; i < r->choice_count; i++) {
        const struct race_choice *c = &r->choices[i];
        if (c->alone.len && n++ < SHOWN)
            buf_addf(out, "%s%.*s of %.*s", n > 1 ? ", " : "",
                     SLICE_FMT(c->name.len ? c->name : SLICE("a line without a name")),
                     SLICE_FMT(c->alone));
    }
    if (n > SHOWN)
        buf_addf(out, " and %" PRIu32 " more", n - SHOWN);
    if (n)
        buf_addf(out, " %s of the counties before", n > 1 ? "are no lines" : "is no line");
    return n > 0;
}

const char *outcome_name(enum outcome o)
{
    static const char *const names[OUTCOMES] = {
        [OUTCOME_PENDING] = "pending",
        [OUTCOME_WON] = "won",
        [OUTCOME_LOST] = "lost",
        [OUTCOME_ADVANCED] = "advanced",
    };
    return names[o];
}
