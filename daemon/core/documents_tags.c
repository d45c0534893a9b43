/* SPDX-License-Identifier: ISC */
/* Counts by tag, as far as they are public: no few people, and nobody over time. */
#include <inttypes.h>

#include "daemon/base/jsonw.h"
#include "daemon/base/when.h"
#include "daemon/core/cells.h"
#include "daemon/core/documents.h"
#include "daemon/core/press.h"
#include "daemon/core/publish.h"
#include "daemon/core/steps.h"

/* Of tags that may only be counted, those that more than one in so many carry have no outcomes:
 * steps that hide nobody among them would be of half of all people and more. */
enum { CARRIED_BY_ONE_IN = 4 };

struct tags {
    const struct model *m;
    const struct slice *names;
    size_t count, judged; /* those beyond what can be judged are not shown */
    uint64_t *carried;    /* of the judged, one an endorsement: bit i is tag i */
    uint64_t sums;        /* may only be counted */
    uint64_t common;      /* of these, what too many carry for any outcome */
    uint64_t shown, outcomes;
    uint8_t *now;       /* enum counted, one an endorsement */
    struct steps steps; /* as the counts of `sums` are shown */
    bool stale;
};

enum { ENDORSED, CALLED, WON, LOST, ADVANCED, PENDING, FIGURES };
static const char *const figure_names[FIGURES] = {
    [ENDORSED] = "endorsed", [CALLED] = "called",     [WON] = "won",
    [LOST] = "lost",         [ADVANCED] = "advanced", [PENDING] = "pending",
};

static uint64_t bit(size_t tag)
{
    return UINT64_C(1) << tag;
}

static uint64_t tags_of(const struct tags *t, const struct endorsement *e)
{
    uint64_t out = 0;

    for (size_t k = 0; k < t->judged; k++)
        for (size_t i = 0; i < e->tag_count; i++)
            if (slice_eq(e->tags[i], t->names[k]))
                out |= bit(k);
    return out;
}

/* In the list, whether they count or not. */
static int64_t carriers(const struct tags *t, size_t tag)
{
    int64_t n = 0;

    for (uint32_t i = 0; i < t->m->endorsed->count; i++)
        n += t->carried[i] >> tag & 1;
    return n;
}

/* Which of `among` may stand beside each other, as everybody counts. `counted`: NULL: before
 * anything is called. */
static bool choose(const struct tags *t, uint64_t among, const uint8_t *counted, struct arena *a,
                   uint64_t *out)
{
    struct cells_kind *kinds = arena_array(a, t->m->endorsed->count + 1, sizeof *kinds);
    size_t n = 0;

    for (uint32_t i = 0; kinds && i < t->m->endorsed->count; i++) {
        enum counted c = counted ? counted[i] : COUNTED_PENDING;
        uint64_t carried = t->carried[i] & among;
        size_t k = 0;
        if (c == COUNTED_ASIDE)
            continue;
        while (k < n && kinds[k].tags != carried)
            k++;
        if (k == n)
            kinds[n++] = (struct cells_kind){.tags = carried};
        kinds[k].endorsed++;
        kinds[k].won += c == COUNTED_WON;
        kinds[k].lost += c == COUNTED_LOST;
    }
    *out = kinds ? cells_choose(kinds, n, t->judged, t->m->settings->min_cell) & among : 0;
    return kinds != NULL;
}

/* Counts of tags that are not on anybody's name: which do not change with the night, except for
 * outcomes that hide them, and these in steps. */
static bool choose_sums(struct tags *t, uint64_t always, struct arena *a)
{
    int64_t most = 0;
    uint64_t fit;

    for (size_t k = 0; k < t->judged; k++) {
        int64_t n = t->sums & always & bit(k) ? carriers(t, k) : 0;
        if (n * CARRIED_BY_ONE_IN > (int64_t)t->m->endorsed->count)
            t->common |= bit(k);
        else if (n > most)
            most = n;
    }
    if (!steps_shown(t->m, most + t->m->settings->min_cell, a, &t->steps) ||
        !choose(t, always & ~t->common, t->steps.counted, a, &fit))
        return false;
    t->shown |= t->common | (t->sums & fit);
    if (t->steps.as_of_ms != WHEN_UNKNOWN)
        t->outcomes |= t->sums & fit;
    return true;
}

static bool judge(struct tags *t, struct arena *a)
{
    uint64_t all = t->judged == CELLS_MAX ? UINT64_MAX : bit(t->judged) - 1, always, named;
    uint32_t people = t->m->endorsed->count;

    t->carried = arena_array(a, (size_t)people + 1, sizeof *t->carried);
    t->now = arena_array(a, (size_t)people + 1, 1);
    if (!t->carried || !t->now)
        return false;
    for (uint32_t i = 0; i < people; i++) {
        t->carried[i] = tags_of(t, &t->m->endorsed->list[i]);
        t->now[i] = (uint8_t)steps_counted(t->m, i);
    }
    for (size_t k = 0; k < t->judged; k++)
        if (publish_tag(t->m->settings, t->names[k]) == PUBLISH_SUM)
            t->sums |= bit(k);
    if (!choose(t, all & ~t->sums, t->now, a, &named))
        return false;
    t->shown = t->outcomes = named;
    if (t->sums == 0)
        return true;
    if (!choose(t, all, NULL, a, &always))
        return false;
    t->shown = t->outcomes = named & always;
    return choose_sums(t, always, a);
}

/* ---- rows ---- */

static void count(const struct tags *t, size_t tag, const uint8_t *counted, int64_t n[FIGURES])
{
    int64_t as[COUNTEDS] = {0};

    for (uint32_t i = 0; i < t->m->endorsed->count; i++)
        as[counted[i]] += t->carried[i] >> tag & 1;
    n[WON] = as[COUNTED_WON];
    n[LOST] = as[COUNTED_LOST];
    n[ADVANCED] = as[COUNTED_ADVANCED];
    n[PENDING] = as[COUNTED_PENDING];
    n[CALLED] = n[WON] + n[LOST];
    n[ENDORSED] = n[CALLED] + n[ADVANCED] + n[PENDING];
}

/* Why there are no figures: true of each of them, and the same whatever the reason. */
static void why_hidden(const struct tags *t, struct buf *out)
{
    buf_addf(out,
             "< %" PRId64 " carry it, or do not, or have won or lost, or other counts would tell "
             "of so few",
             t->m->settings->min_cell);
}

static void figures(struct jsonw *j, struct press *p, const int64_t n[FIGURES], size_t known)
{
    for (size_t i = 0; i < FIGURES; i++)
        if (!j)
            press_known(p, n[i], i < known);
        else if (i < known)
            jsonw_int(j, figure_names[i], n[i]);
        else
            jsonw_null(j, figure_names[i]);
}

static void row(const struct tags *t, size_t tag, struct jsonw *j, struct press *p)
{
    bool judged = tag < t->judged, sum = judged && t->sums & bit(tag);
    bool shown = judged && t->shown & bit(tag), all = judged && t->outcomes & bit(tag);
    int64_t as_of_ms = sum ? t->steps.as_of_ms : t->m->last_change_ms, n[FIGURES] = {0};
    char room[160];
    struct buf why;

    buf_init_over(&why, room, sizeof room);
    if (shown)
        count(t, tag, sum ? t->steps.counted : t->now, n);
    else
        why_hidden(t, &why);
    if (j) {
        jsonw_object(j, NULL);
        jsonw_str(j, "tag", t->names[tag]);
        figures(j, NULL, n, all ? FIGURES : shown ? CALLED : ENDORSED);
        jsonw_when(j, "as_of", as_of_ms);
        jsonw_int(j, "waiting", sum ? t->steps.waiting : 0);
        if (!shown)
            jsonw_str(j, "hidden", buf_slice(&why));
        jsonw_object_end(j);
        return;
    }
    press_row_of(p, as_of_ms);
    press_text(p, t->names[tag]);
    figures(NULL, p, n, all ? FIGURES : shown ? CALLED : ENDORSED);
    press_known(p, sum ? t->steps.waiting : 0, true);
    press_text(p, buf_slice(&why));
    press_checked(p, t->stale);
    press_end(p);
}

bool documents_tags(const struct model *m, struct jsonw *j, struct press *p, bool stale,
                    struct arena *a)
{
    static const char *const names[] = {"tag",    "endorsed",   "called",  "won",
                                        "lost",   "advanced",   "pending", "waiting",
                                        "hidden", "checked_at", "stale",   NULL};
    struct tags t = {.m = m, .stale = stale};
    struct slice *all = tally_values(m, TALLY_BY_TAG, a, &t.count);
    size_t n = 0;

    if (!all)
        return false;
    for (size_t i = 0; i < t.count; i++)
        if (publish_tag(m->settings, all[i]) != PUBLISH_NOTHING)
            all[n++] = all[i];
    t.names = all;
    t.count = n;
    t.judged = n < CELLS_MAX ? n : CELLS_MAX;
    if (!judge(&t, a))
        return false;
    if (!j)
        press_head(p, names);
    for (size_t i = 0; i < n; i++)
        row(&t, i, j, p);
    return true;
}
