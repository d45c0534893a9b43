/* SPDX-License-Identifier: ISC */
/* Margins, and reasons for silence. */
#include "daemon/core/open.h"

#include <stdlib.h>

#include "daemon/base/when.h"
#include "daemon/core/calls.h"
#include "daemon/core/filled.h"
#include "daemon/core/labels.h"
#include "daemon/core/primaries.h"

#define WHOLE_BP 10000

/* How many votes the others' `edge`-th has: the last inside where we are outside, else the first
 * outside. 0 where there are fewer. False: some are not stated. */
static bool rival(const struct race *r, uint32_t endorsement, const char *primary, int64_t edge,
                  int64_t *votes)
{
    *votes = 0;
    for (uint32_t i = 0; i < r->choice_count; i++) {
        const struct race_choice *c = &r->choices[i];
        int64_t ahead = 0, level = 0;
        if (race_choice_is(c, endorsement) || !primaries_same(c->primary, primary) ||
            (c->votes < 0 && c->write_in))
            continue;
        if (c->votes < 0)
            return false;
        for (uint32_t k = 0; k < r->choice_count; k++) {
            const struct race_choice *other = &r->choices[k];
            bool ours =
                race_choice_is(other, endorsement) || !primaries_same(other->primary, primary);
            ahead += !ours && other->votes > c->votes;
            level += !ours && other->votes == c->votes;
        }
        if (ahead < edge && ahead + level >= edge)
            *votes = c->votes;
    }
    return true;
}

/* Our line in one primary. */
static void measure_line(const struct race *r, const char *primary, struct open_candidacy *o)
{
    int64_t edge = r->places > r->seats ? r->places : r->seats, other, all = 0;

    o->votes = -1;
    o->primary = primary;
    for (uint32_t i = 0; i < r->choice_count; i++) {
        const struct race_choice *c = &r->choices[i];
        if (!primaries_same(c->primary, primary))
            continue;
        if (race_choice_is(c, o->endorsement) && c->votes > o->votes)
            o->votes = c->votes;
        all += c->votes > 0 ? c->votes : 0;
    }
    if (o->votes < 0 || all == 0 || edge <= 0 || (r->flags & (RACE_IN_DOUBT | RACE_PARTIAL)) ||
        !rival(r, o->endorsement, primary, edge, &other))
        return;
    o->has_margin = true;
    o->margin = o->votes - other;
    int64_t size = o->margin < 0 ? -o->margin : o->margin;
    o->share_bp = size > INT64_MAX / WHOLE_BP ? size / (all / WHOLE_BP) : size * WHOLE_BP / all;
}

/* Does any authority have it out there? */
static bool is_out(const struct model *m, const struct race *r, const struct open_candidacy *o)
{
    struct slice line = primaries_line(r, o->primary);

    for (size_t i = 0; line.len && i < m->settings->call_order_count; i++) {
        const struct claim *c = calls_latest(m, o->endorsement, m->settings->call_order[i], line);
        if (c && c->outcome == OUTCOME_LOST)
            return true;
    }
    return false;
}

/* Is line a nearer to a win than b? One that is out last; one with a margin before one without. */
static bool is_better(const struct open_candidacy *a, const struct open_candidacy *b)
{
    if (a->out != b->out)
        return b->out;
    if (a->has_margin != b->has_margin)
        return a->has_margin;
    if (!a->has_margin)
        return a->votes > b->votes;
    int64_t x = a->margin < 0 ? -a->share_bp : a->share_bp;
    int64_t y = b->margin < 0 ? -b->share_bp : b->share_bp;
    return x != y ? x > y : a->margin > b->margin;
}

/* The best of our lines: one win is enough. */
static void measure(const struct model *m, const struct race *r, struct open_candidacy *o)
{
    struct open_candidacy best = *o;
    bool any = false;

    best.votes = -1;
    for (uint32_t i = 0; i < r->choice_count; i++) {
        struct open_candidacy one = *o;
        if (!race_choice_is(&r->choices[i], o->endorsement))
            continue;
        measure_line(r, r->choices[i].primary, &one);
        one.out = is_out(m, r, &one);
        if (!any || is_better(&one, &best))
            best = one;
        any = true;
    }
    *o = best;
    if (r->flags & (RACE_IN_DOUBT | RACE_VOID)) /* no figures to take a margin of */
        o->has_margin = false;
    o->in_bp = r->units_reporting >= 0 && r->units_total > 0
                   ? (int64_t)r->units_reporting * WHOLE_BP / r->units_total
                   : -1;
}

bool open_in_review(const struct model *m, uint32_t endorsement)
{
    for (uint32_t i = 0; i < m->review_count; i++)
        if (m->review[i].endorsement == endorsement)
            return true;
    return false;
}

static bool linked(const struct race *r, uint32_t endorsement)
{
    for (uint32_t i = 0; i < r->link_count; i++)
        if (r->links[i].endorsement == endorsement && !r->links[i].kept)
            return true;
    return false;
}

const struct link *open_off_air(const struct model *m, uint32_t endorsement)
{
    const struct race *r = &m->races[m->standings[endorsement].race];

    for (uint32_t i = 0; i < r->choice_count; i++)
        if (race_choice_is(&r->choices[i], endorsement) && r->choices[i].votes >= 0)
            return NULL;
    for (uint32_t i = 0; r->on_air != NONE && i < r->link_count; i++) {
        const struct link *l = &r->links[i];
        const struct feed_contest *c = l->contest;
        if (l->endorsement == endorsement && l->choice != NONE && c->source != r->on_air &&
            c->unit_count > 0 && c->units[0].votes[l->choice] > 0)
            return l;
    }
    return NULL;
}

static const char *unlinked(const struct model *m, const struct open_candidacy *o)
{
    return open_in_review(m, o->endorsement) ? "its match is in review" : "no feed has it";
}

static const char *voteless(const struct model *m, const struct open_candidacy *o)
{
    return open_off_air(m, o->endorsement) ? "the source on air has no line of it" : "no votes yet";
}

static const char *in_doubt(const struct race *r, struct arena *a)
{
    char room[512];
    struct buf lines;

    buf_init_over(&lines, room, sizeof room);
    if (!labels_alone(r, &lines))
        return "figures in doubt";
    const char *why = arena_printf(a, "figures in doubt: %.*s", SLICE_FMT(buf_slice(&lines))).ptr;
    return why ? why : "figures in doubt";
}

static const char *counties_missing(const struct race *r, struct arena *a)
{
    char room[64];
    struct buf counties;

    buf_init_over(&counties, room, sizeof room);
    labels_counties(r, &counties);
    const char *why = arena_printf(a, "%.*s%s", SLICE_FMT(buf_slice(&counties)),
                                   r->counties_of ? "" : ": say counties in the list")
                          .ptr;
    return why ? why : "counties are missing";
}

/* Why what is on air tells nothing; NULL: it does. */
static const char *without_figures(const struct model *m, const struct race *r,
                                   const struct open_candidacy *o, int64_t now_ms, struct arena *a)
{
    if (r->flags & RACE_VOID)
        return "the race is void";
    if (now_ms < r->polls_close_ms)
        return "polls are open";
    if (filled_elsewhere(m, r, o->endorsement))
        return open_in_review(m, o->endorsement)
                   ? "the race is called in a contest without it; its match is in review"
                   : "the race is called in a contest that has no line of it";
    if (!linked(r, o->endorsement))
        return unlinked(m, o);
    if (r->flags & RACE_IN_DOUBT)
        return in_doubt(r, a);
    if (r->flags & RACE_PARTIAL)
        return counties_missing(r, a);
    if (r->on_air != NONE && m->feeds[r->on_air].paused)
        return "the source on air is paused";
    return NULL;
}

static const char *reason(const struct model *m, const struct race *r,
                          const struct open_candidacy *o, int64_t now_ms, struct arena *a)
{
    const char *why = without_figures(m, r, o, now_ms, a);

    if (why)
        return why;
    if (o->out)
        return "out where it stands, and may stand in another primary";
    if (o->progress == PROGRESS_NO_RESULTS)
        return voteless(m, o);
    if (r->seats <= 0 && r->places <= 0)
        return "seats unknown";
    if (o->has_margin && o->margin == 0)
        return "a tie";
    if (o->progress == PROGRESS_UNCLEAR)
        return "unclear by these votes";
    if (r->status != RACE_UNCALLED)
        return "others in it are called";
    if (r->flags & RACE_STALE)
        return "figures are old: their source does not answer";
    return o->in_bp == WHOLE_BP ? "counted in full and not called" : "counting";
}

static int compare(const void *left, const void *right)
{
    const struct open_candidacy *a = left, *b = right;

    if (a->in_bp != b->in_bp)
        return a->in_bp > b->in_bp ? -1 : 1;
    if (a->has_margin != b->has_margin)
        return a->has_margin ? -1 : 1;
    if (a->share_bp != b->share_bp)
        return a->share_bp > b->share_bp ? -1 : 1;
    return a->endorsement < b->endorsement ? -1 : a->endorsement > b->endorsement;
}

struct open_candidacy *open_list(const struct model *m, int64_t now_ms, struct arena *a, size_t *n)
{
    struct open_candidacy *list = arena_array(a, m->endorsed->count + 1, sizeof *list);

    *n = 0;
    for (uint32_t i = 0; list && i < m->endorsed->count; i++) {
        const struct standing *st = &m->standings[i];
        const struct race *r = &m->races[st->race];
        struct open_candidacy *o = &list[*n];
        if (st->outcome != OUTCOME_PENDING || !calls_counts(&m->endorsed->list[i]))
            continue;
        *o = (struct open_candidacy){.endorsement = i, .progress = progress_of(r, i)};
        measure(m, r, o);
        o->why = reason(m, r, o, now_ms, a);
        (*n)++;
    }
    if (list)
        qsort(list, *n, sizeof *list, compare);
    return list;
}
