/* SPDX-License-Identifier: ISC */
/* When polls close: of a place, of a race. */
#include "daemon/core/polls.h"

#include "daemon/base/buf.h"
#include "daemon/base/text.h"
#include "daemon/base/when.h"

enum { COUNTY_MAX = 128 };

/* "St. Mary's County" as "saintmarys": letters and digits alone, however it is written, and without
 * the word "County" or "Parish" behind them. Empty: longer than any county's name. */
static struct slice bare_name(struct slice county, char room[COUNTY_MAX])
{
    char folded[COUNTY_MAX];
    struct buf b, out;
    struct slice rest, word;

    buf_init_over(&b, folded, sizeof folded);
    buf_init_over(&out, room, COUNTY_MAX);
    text_fold(county, &b);
    for (rest = b.failed ? SLICE("") : buf_slice(&b); slice_next(&rest, ' ', &word);) {
        bool last = rest.len == 0 && out.len > 0;
        if (last && (slice_is(word, "county") || slice_is(word, "parish")))
            break;
        buf_add(&out, slice_is(word, "st")    ? SLICE("saint")
                      : slice_is(word, "ste") ? SLICE("sainte")
                                              : word);
    }
    return out.failed ? SLICE("") : buf_slice(&out);
}

bool polls_same_county(struct slice a, struct slice b)
{
    char x[COUNTY_MAX], y[COUNTY_MAX];

    if (a.len == 0 || b.len == 0)
        return false;
    a = bare_name(a, x);
    b = bare_name(b, y);
    return a.len && slice_eq(a, b);
}

/* The row of a county, else of its state; NULL: neither. */
static const struct settings_polls *find(const struct settings *s, struct slice state,
                                         struct slice county)
{
    const struct settings_polls *whole = NULL;

    for (size_t i = 0; i < s->polls_count; i++) {
        const struct settings_polls *p = &s->polls[i];
        if (!slice_eq_nocase(p->state, state))
            continue;
        if (polls_same_county(p->county, county))
            return p;
        if (!p->county.len)
            whole = p;
    }
    return whole;
}

static int64_t close_of(const struct settings_polls *p, int64_t date, int64_t minute)
{
    if (!p)
        return WHEN_UNKNOWN;
    if (minute < 0)
        minute = p->minute;
    return p->zone ? zone_from_local(p->zone, date + minute * WHEN_MINUTE)
                   : date + minute * WHEN_MINUTE;
}

int64_t polls_close(const struct settings *s, struct slice state, struct slice county, int64_t date)
{
    return close_of(find(s, state, county), date, -1);
}

bool polls_by_county(const struct settings *s, struct slice state)
{
    for (size_t i = 0; i < s->polls_count; i++)
        if (s->polls[i].county.len && slice_eq_nocase(s->polls[i].state, state))
            return true;
    return false;
}

int64_t polls_last(const struct settings *s, int64_t date)
{
    int64_t last = WHEN_UNKNOWN;

    for (size_t i = 0; i < s->polls_count; i++) {
        int64_t t = close_of(&s->polls[i], date, -1);
        if (t > last)
            last = t;
    }
    return last;
}

int64_t polls_first(const struct settings *s, struct slice state, struct slice county, int64_t date)
{
    int64_t first = WHEN_UNKNOWN;

    if (county.len)
        return polls_close(s, state, county, date);
    for (size_t i = 0; i < s->polls_count; i++) {
        int64_t t = close_of(&s->polls[i], date, -1);
        if ((state.len == 0 || slice_eq_nocase(s->polls[i].state, state)) &&
            (first == WHEN_UNKNOWN || t < first))
            first = t;
    }
    return first;
}

/* WHEN_UNKNOWN is the least of all times, so the latest known one wins. */
static void later(int64_t *last, int64_t t)
{
    if (t > *last)
        *last = t;
}

/* `minute`: -1: of the place */
static int64_t endorsement_close(const struct settings *s, const struct endorsement *e,
                                 int64_t minute)
{
    int64_t last = WHEN_UNKNOWN;

    if (e->county_tells)
        later(&last, close_of(find(s, e->state, e->county), e->date, minute));
    for (size_t i = 0; i < e->county_count; i++)
        later(&last, close_of(find(s, e->state, e->counties[i]), e->date, minute));
    if (last != WHEN_UNKNOWN)
        return last;
    /* Which counties it lies in is not said: where its jurisdiction is one, that; else all of them.
     */
    for (size_t i = 0; i < s->polls_count; i++) {
        const struct settings_polls *p = &s->polls[i];
        if (!slice_eq_nocase(p->state, e->state))
            continue;
        if (polls_same_county(p->county, e->jurisdiction))
            return close_of(p, e->date, minute);
        later(&last, close_of(p, e->date, minute));
    }
    return last;
}

int64_t polls_race_close_at(const struct settings *s, const struct endorsements *list,
                            const struct race *r, int64_t minute)
{
    int64_t last = WHEN_UNKNOWN;

    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct endorsement *e = &list->list[r->endorsements[i]];
        later(&last, endorsement_close(s, e, minute < 0 ? e->polls_minute : minute));
    }
    return last;
}

int64_t polls_race_close(const struct settings *s, const struct endorsements *list,
                         const struct race *r)
{
    return polls_race_close_at(s, list, r, -1);
}

int64_t polls_next_close(const struct model *m, int64_t after_ms)
{
    int64_t next = WHEN_NEVER;

    for (uint32_t i = 0; i < m->race_count; i++) {
        int64_t close = m->races[i].polls_close_ms;
        if (close != WHEN_UNKNOWN && close > after_ms && close < next)
            next = close;
    }
    return next;
}
