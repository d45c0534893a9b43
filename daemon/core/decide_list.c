/* SPDX-License-Identifier: ISC */
/* What the list and the configuration said before the night, and the desk says otherwise on it. */
#include "daemon/core/decide_verbs.h"

#include <string.h>

#include "daemon/base/when.h"
#include "daemon/core/calls.h"
#include "daemon/core/corrections.h"
#include "daemon/core/decide.h"
#include "daemon/core/polls.h"
#include "daemon/core/standings.h"
#include "daemon/core/steps.h"

/* ---- endorse status ---- */

static bool read_status(struct model *m, struct about *a, struct err *e)
{
    if (!decide_word(a->d->argument, endorsement_statuses, ENDORSE_STATUSES, &a->value))
        return err_set(e, ERR_USAGE,
                       "'%.*s' is no status: active, write_in, unopposed, elected_unopposed, "
                       "withdrawn, disqualified, not_on_ballot or postponed",
                       SLICE_FMT(a->d->argument));
    return decide_candidacy(m, a, e);
}

static bool judge_status(const struct model *m, const struct about *a, struct err *e)
{
    const struct endorsement *en = &m->endorsed->list[a->endorsement];
    struct endorsement next = *en;

    next.status = (enum endorse_status)a->value;
    if (!calls_counts(en) && calls_counts(&next)) /* its call stands again */
        return decide_room(m, a, standings_if_counted(m, a->race, a->endorsement), e);
    if (en->status != next.status)
        return true;
    return err_set(e, ERR_NO, "%.*s is %.*s already", SLICE_FMT(a->d->target),
                   SLICE_FMT(a->d->argument));
}

static bool do_status(struct model *m, const struct about *a, struct err *e)
{
    struct endorsement *en = &m->own.list[a->endorsement];
    struct correction was = {
        .of = CORRECTION_OF_STATUS,
        .endorsement = a->endorsement,
        .at_ms = a->now_ms,
        .was = slice_of(endorsement_statuses[en->status]),
        .then = slice_of(endorsement_statuses[a->value]),
        .by = SLICE("desk"),
        .why = a->d->reason,
    };

    a->done->was = was.was;
    /* after a restart the list may say so too: it did not when this was decided, and nobody's count
     * moves because it does now */
    if (en->status == (enum endorse_status)a->value && !calls_counts(en))
        m->standings[a->endorsement].counted = COUNTED_PENDING;
    en->status = (enum endorse_status)a->value;
    if (corrections_add(m, &was))
        return true;
    return err_set(e, ERR_BUG, "out of memory for a correction");
}

/* ---- polls ---- */

/* "GA", "GA/Fulton": the row that is moved, and its county. */
static const struct settings_polls *polls_row(const struct model *m, struct slice place,
                                              struct slice *county)
{
    size_t slash = slice_find(place, SLICE("/"));
    struct slice state = slash == SIZE_MAX ? place : slice_sub(place, 0, slash);
    const struct settings_polls *whole = NULL;

    *county = slash == SIZE_MAX ? (struct slice){"", 0}
                                : slice_trim(slice_sub(place, slash + 1, place.len));
    for (size_t i = 0; i < m->settings->polls_count; i++) {
        const struct settings_polls *p = &m->settings->polls[i];
        if (!slice_eq_nocase(p->state, state))
            continue;
        if (p->county.len ? polls_same_county(p->county, *county) : county->len == 0)
            return p;
        if (!p->county.len)
            whole = p;
    }
    return whole;
}

static bool read_polls(struct model *m, struct about *a, struct err *e)
{
    struct slice t = a->d->argument, county;
    struct err unfit;
    uint32_t race = decide_find_race(m, a->d->target);
    bool digits = t.len == 5 && t.ptr[2] == ':';

    for (size_t i = 0; digits && i < 5; i++)
        digits = i == 2 || (t.ptr[i] >= '0' && t.ptr[i] <= '9');
    if (digits)
        a->value = ((t.ptr[0] - '0') * 10 + (t.ptr[1] - '0')) * 60 + (t.ptr[3] - '0') * 10 +
                   (t.ptr[4] - '0');
    if (!digits || t.ptr[3] > '5' || a->value > 36 * 60)
        return err_set(e, ERR_USAGE,
                       "'%.*s' is no time of the election day: HH:MM, 24:00 and later for the "
                       "night after it",
                       SLICE_FMT(t));
    if (race != NONE)
        a->race = &m->races[race];
    else if (!polls_row(m, a->d->target, &county) && !decide_race(m, a, &unfit))
        return err_set(e, ERR_NO,
                       "'%.*s' is neither a race nor a state, or STATE/COUNTY, for which "
                       "[election] has a polls-close",
                       SLICE_FMT(a->d->target));
    return true;
}

/* A row of its own for the place, in the zone of what held there before. */
static bool move_place(struct model *m, const struct about *a, struct err *e)
{
    struct slice county;
    const struct settings_polls *was = polls_row(m, a->d->target, &county);
    size_t n = m->settings->polls_count;
    struct settings_polls *rows = arena_array(m->strings, n + 1, sizeof *rows);

    if (!rows)
        return decide_no_memory(e);
    memcpy(rows, m->settings->polls, n * sizeof *rows);
    struct settings_polls *row = &rows[was - m->settings->polls];
    if (county.len && !was->county.len) {
        row = &rows[n++];
        *row = *was;
        row->county = county;
    }
    a->done->was = arena_printf(a->done->arena, "%02d:%02d", was->minute / 60, was->minute % 60);
    row->minute = (int)a->value;
    m->own.settings->polls = rows;
    m->own.settings->polls_count = n;
    return true;
}

static bool do_polls(struct model *m, const struct about *a, struct err *e)
{
    if (a->race)
        a->race->polls_moved_ms = polls_race_close_at(m->settings, m->endorsed, a->race, a->value);
    else if (!move_place(m, a, e))
        return false;
    for (uint32_t i = 0; i < m->race_count; i++) {
        struct race *r = &m->races[i];
        r->polls_close_ms = r->polls_moved_ms != WHEN_UNKNOWN
                                ? r->polls_moved_ms
                                : polls_race_close(m->settings, m->endorsed, r);
    }
    return true;
}

/* ---- the verbs ---- */

const struct decide_verb decide_status = {"endorse status", read_status, judge_status,
                                          do_status,        NULL,        false};
const struct decide_verb decide_polls = {"polls", read_polls, NULL, do_polls, NULL, false};
