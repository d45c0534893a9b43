/* SPDX-License-Identifier: ISC */
/* A search for groups that can be computed from what is shown. */
#include "daemon/core/cells.h"

#include <stdbool.h>

enum {
    KINDS_MAX = 4096, /* more: nothing is shown */
    ALL_DEEP = 8,     /* up to so many cells every sum of them is tried */
    DEEP = 3          /* beyond it sums of a new one with so many others, and everybody */
};

struct search {
    const struct cells_kind *kinds;
    size_t kind_count;
    int64_t min, everybody;
    uint8_t shown[CELLS_MAX]; /* tags, in the order they were let in */
    size_t shown_count;
    /* how often each kind is in the sum of cells at hand; an attacker knows who is in which */
    int16_t sum[KINDS_MAX];
};

struct cell {
    int64_t endorsed, won, lost;
};

static bool none_or_many(int64_t n, int64_t min)
{
    return n == 0 || n >= min;
}

static bool may_be_known(const struct cell *c, int64_t min)
{
    return c->endorsed >= min && none_or_many(c->won, min) && none_or_many(c->lost, min);
}

static void add_kind(struct cell *c, const struct cells_kind *k)
{
    c->endorsed += k->endorsed;
    c->won += k->won;
    c->lost += k->lost;
}

static struct cell cell_of(const struct search *s, uint64_t tags)
{
    struct cell c = {0};

    for (size_t k = 0; k < s->kind_count; k++)
        if (tags == 0 || (s->kinds[k].tags & tags))
            add_kind(&c, &s->kinds[k]);
    return c;
}

/* Is the sum at hand, with everybody taken `all` times, a group of people, each counted once? */
static bool is_group(const struct search *s, int all, struct cell *out)
{
    int sign = 0;

    *out = (struct cell){0};
    for (size_t k = 0; k < s->kind_count; k++) {
        int n = s->sum[k] + all;
        if (n == 0)
            continue;
        if (n < -1 || n > 1 || (sign != 0 && n != sign))
            return false;
        sign = n;
        add_kind(out, &s->kinds[k]);
    }
    return sign != 0;
}

static void add_tag(struct search *s, size_t tag, int times)
{
    for (size_t k = 0; k < s->kind_count; k++)
        if (s->kinds[k].tags >> tag & 1)
            s->sum[k] = (int16_t)(s->sum[k] + times);
}

/* Does the sum, or one with shown cells from `from` on, `depth` of them at most, tell too much? Of
 * a group and its complement the smaller one is what is told. `alone`: the sum is of one cell,
 * whose complement need only be large enough. */
static bool tells(struct search *s, size_t from, size_t depth, bool alone)
{
    struct cell group;

    for (int all = -1; all <= 1; all++)
        if (is_group(s, all, &group) && group.endorsed * 2 <= s->everybody &&
            !may_be_known(&group, s->min) && !(alone && all != 0 && group.endorsed >= s->min))
            return true;
    for (size_t i = from; depth > 0 && i < s->shown_count; i++)
        for (int times = -1; times <= 1; times += 2) {
            add_tag(s, s->shown[i], times);
            bool too_much = tells(s, i + 1, depth - 1, false);
            add_tag(s, s->shown[i], -times);
            if (too_much)
                return true;
        }
    return false;
}

static bool may_join(struct search *s, size_t tag)
{
    size_t depth = s->shown_count < ALL_DEEP ? s->shown_count : DEEP;

    add_tag(s, tag, 1);
    bool ok = !tells(s, 0, depth, true);
    add_tag(s, tag, -1);
    return ok;
}

/* The largest cell not yet `seen`, or CELLS_MAX. */
static size_t next_largest(const struct search *s, size_t tag_count, uint64_t seen)
{
    size_t best = CELLS_MAX;
    int64_t most = -1;

    for (size_t t = 0; t < tag_count && t < CELLS_MAX; t++) {
        int64_t n = seen >> t & 1 ? -1 : cell_of(s, UINT64_C(1) << t).endorsed;
        if (n > most) {
            most = n;
            best = t;
        }
    }
    return best;
}

uint64_t cells_choose(const struct cells_kind *kinds, size_t kind_count, size_t tag_count,
                      int64_t min)
{
    struct search s = {.kinds = kinds, .kind_count = kind_count, .min = min};
    uint64_t seen = 0, shown = 0;
    size_t tag;

    if (kind_count > KINDS_MAX)
        return 0;
    s.everybody = cell_of(&s, 0).endorsed;
    while ((tag = next_largest(&s, tag_count, seen)) < CELLS_MAX) {
        struct cell c = cell_of(&s, UINT64_C(1) << tag);
        seen |= UINT64_C(1) << tag;
        if (!may_be_known(&c, min) || s.everybody - c.endorsed < min || !may_join(&s, tag))
            continue;
        shown |= UINT64_C(1) << tag;
        s.shown[s.shown_count++] = (uint8_t)tag;
    }
    return shown;
}
