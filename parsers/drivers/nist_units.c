/* SPDX-License-Identifier: ISC */
/* Which reporting units of a contest add up to its total. Reports may hold rows of a county, of its
 * towns, of their precincts and of districts that lie across all of them, and no total.
 *
 * Added up are the outermost units with figures: those that no other unit with figures is composed
 * of (ComposingGpUnitIds). They must lie side by side: being of one type they do; of several types
 * only when each is a part of some unit, for then the report says what lies in what. Districts
 * count only where nothing else does. What cannot be told makes the contest bad, never a sum.
 *
 * Where all of them are counties or parts of one, the parts add up to their counties, which then
 * are in the batch though the report has no figures of theirs; else the same with municipalities.
 */
#include "parsers/field.h"
#include "parsers/drivers/nist_report.h"
#include "parsers/pool.h"

#define UNITS_MAX 1000000
#define NESTED_MAX 32
#define STEPS_MAX 50000000 /* of all walks through what units are composed of */

/* How fine a unit is, coarse first. The first three are places where votes lie side by side. */
enum level { COUNTY, MUNICIPALITY, PRECINCT, DISTRICT, STATE };
enum { OTHER = 8 }; /* the sort of precincts that are of type "other" */

struct nist_unit_type {
    struct slice name; /* of ReportingUnitType */
    enum level level;
    int sort; /* of one level, but of different sorts: one may lie in the other */
};

static const struct nist_unit_type types[] = {
    {SLICE_INIT("county"), COUNTY, 0},
    {SLICE_INIT("city"), MUNICIPALITY, 0},
    {SLICE_INIT("municipality"), MUNICIPALITY, 0},
    {SLICE_INIT("town"), MUNICIPALITY, 0},
    {SLICE_INIT("township"), MUNICIPALITY, 0},
    {SLICE_INIT("borough"), MUNICIPALITY, 0},
    {SLICE_INIT("village"), MUNICIPALITY, 1},
    {SLICE_INIT("precinct"), PRECINCT, 0},
    {SLICE_INIT("combined-precinct"), PRECINCT, 0},
    {SLICE_INIT("split-precinct"), PRECINCT, 1},
    {SLICE_INIT("ward"), PRECINCT, 2},
    {SLICE_INIT("polling-place"), PRECINCT, 3},
    {SLICE_INIT("vote-center"), PRECINCT, 4},
    {SLICE_INIT("drop-box"), PRECINCT, 5},
    {SLICE_INIT("ballot-batch"), PRECINCT, 6},
    {SLICE_INIT("ballot-style-area"), PRECINCT, 7},
    {SLICE_INIT("other"), PRECINCT, OTHER},
    {SLICE_INIT("congressional"), DISTRICT, 0},
    {SLICE_INIT("state-senate"), DISTRICT, 1},
    {SLICE_INIT("state-house"), DISTRICT, 2},
    {SLICE_INIT("county-council"), DISTRICT, 3},
    {SLICE_INIT("city-council"), DISTRICT, 4},
    {SLICE_INIT("judicial"), DISTRICT, 5},
    {SLICE_INIT("school"), DISTRICT, 6},
    {SLICE_INIT("special"), DISTRICT, 7},
    {SLICE_INIT("utility"), DISTRICT, 8},
    {SLICE_INIT("water"), DISTRICT, 9},
    {SLICE_INIT("state"), STATE, 0},
    {SLICE_INIT("country"), STATE, 0},
};
static const struct nist_unit_type device = {SLICE_INIT("ReportingDevice"), PRECINCT, 9};
static const struct nist_unit_type composed_other = {SLICE_INIT("other"), DISTRICT, 10};

/* *last: of the unit before, which mostly has the same. */
static const struct nist_unit_type *type_of(const struct nist_thing *unit,
                                            const struct nist_unit_type *last)
{
    if (last != NULL && last != &device && slice_eq(unit->unit_type, last->name))
        return last;
    if (slice_ends(unit->named.type, SLICE("ReportingDevice")))
        return &device;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (slice_eq(unit->unit_type, types[i].name))
            return &types[i];
    return NULL;
}

/* Whether a figure of this unit is a figure of the whole contest. */
static bool is_whole(const struct nist_contest *c, const struct nist_thing *unit)
{
    return unit->named.id.len == 0 || unit == c->district ||
           (unit->is != NULL && unit->is->level == STATE);
}

struct plan {
    struct nist_report *report;
    struct nist_contest *contest;
    uint32_t before; /* how many units the contest before had */
    bool again;      /* so far they are the same */
    bool to_sum;     /* some choice has no figure of the whole */
    bool endless;    /* the units are composed in a way that is not to be followed */
};

static struct slice shown(const struct plan *p, const struct nist_thing *unit)
{
    return field_excerpt(p->report->arena, unit->named.id);
}

static bool of_place(const struct nist_thing *unit) /* no district, and no total */
{
    return unit->is != NULL && unit->is->level <= PRECINCT;
}

static bool is_other(const struct nist_thing *unit)
{
    return unit->is != NULL && unit->is->level == PRECINCT && unit->is->sort == OTHER;
}

static bool outermost(const struct nist_thing *unit)
{
    return of_place(unit) && unit->covered == 0;
}

/* ---- what the cells are of ---- */

static bool take_unit(struct plan *p, struct nist_thing *unit)
{
    struct nist_list *list = &p->report->units;
    unit->contest = p->contest->serial;
    unit->types = 0;
    if (unit->is == &composed_other)
        unit->is = type_of(unit, NULL);
    if (unit->kind != NIST_UNIT)
        nist_bad(p->report, p->contest, "its VoteCounts refer to %.*s, which is no GpUnit",
                 SLICE_FMT(shown(p, unit)));
    else if (unit->differs)
        nist_bad(p->report, p->contest, "the GpUnit %.*s is defined twice",
                 SLICE_FMT(shown(p, unit)));
    unit->whole = is_whole(p->contest, unit);
    if (unit->whole)
        return true;
    if (list->count < p->before && list->items[list->count] == unit) {
        list->count++;
        return true;
    }
    p->again = false;
    if (!pool_grow(p->report->arena, &list->items, &list->room, (uint64_t)list->count + 1,
                   sizeof *list->items, UNITS_MAX))
        return false;
    list->items[list->count++] = unit;
    return true;
}

/* The units of one selection's figures. Those of the whole and those of units: are they of the same
 * count types? */
static bool collect_selection(struct plan *p, const struct nist_selection *s)
{
    const struct nist_cell *cell = s->cells, *end = cell + s->cell_count;
    unsigned whole = 0, rest = 0;
    for (; cell < end; cell++) {
        struct nist_thing *unit = cell->unit;
        if (unit->contest != p->contest->serial && !take_unit(p, unit))
            return false;
        unit->types |= cell->types;
        if (unit->whole)
            whole |= cell->types;
        else if (of_place(unit))
            rest |= cell->types;
    }
    if (s->cell_count > 0 && whole == 0)
        p->to_sum = true;
    else if ((rest & ~whole) != 0)
        nist_bad(p->report, p->contest,
                 "%.*s: the whole contest's VoteCounts are of other Types than those of its units",
                 SLICE_FMT(field_excerpt(p->report->arena, s->named.id)));
    return true;
}

static bool is_home(const struct nist_thing *unit)
{
    return unit != NULL && unit->parts.count > 0;
}

/* Beside the units, a plan is made of the district as far as it holds some. */
static bool collect(struct plan *p)
{
    const struct nist_contest *c = p->contest;
    struct nist_list *list = &p->report->units;
    const struct nist_plan *plan = &p->report->plan;
    p->before = list->count;
    p->again =
        plan->contest != 0 && plan->contest + 1 == p->contest->serial &&
        (plan->district == c->district || (!is_home(plan->district) && !is_home(c->district)));
    list->count = 0;
    for (const struct nist_selection *s = c->selections; s != NULL; s = s->next)
        if (!collect_selection(p, s))
            return false;
    p->again = p->again && list->count == p->before && p->to_sum == plan->to_sum;
    return true;
}

/* All that was decided for the contest before is undecided again. */
static void forget(struct plan *p)
{
    const struct nist_list *list = &p->report->units;
    for (uint32_t i = 0; i < list->count; i++) {
        struct nist_thing *unit = list->items[i];
        unit->covered = 0;
        unit->as = -1;
        unit->under = unit->in = NULL;
    }
}

/* Whether another contest of the same units would be no other: figures within others are looked at
 * selection by selection. */
static bool holds_for_others(const struct plan *p)
{
    const struct nist_list *list = &p->report->units;
    bool plain = p->contest->why.len == 0;
    for (uint32_t i = 0; i < list->count && plain; i++)
        plain = !of_place(list->items[i]) || outermost(list->items[i]);
    return plain;
}

/* ---- what lies in what ---- */

enum walk { COUNT, COVER, UNDER, HOME }; /* what is done with the units met */

struct walk_state {
    struct plan *p;
    struct nist_thing *outer;
    enum walk what;
    uint32_t met;
    unsigned types; /* of the figures met */
};

static void meet(struct walk_state *w, struct nist_thing *inner)
{
    w->met++;
    if (w->what == COVER)
        inner->covered |= 1u << w->outer->is->level;
    if (w->what == UNDER && of_place(inner)) {
        inner->under = w->outer;
        w->types |= inner->types;
    }
    if (w->what == HOME) {
        struct nist_thing **home = &inner->homes[w->outer->is->level];
        *home = *home == NULL ? w->outer : *home == w->outer ? *home : w->p->report->whole;
    }
}

/* Figures are looked at only where the contest has some. */
static bool concerns(const struct walk_state *w, const struct nist_thing *inner)
{
    return w->what == HOME || (inner->contest == w->p->contest->serial && !inner->whole);
}

static void descend(struct walk_state *w, const struct nist_thing *unit, int depth)
{
    struct nist_report *report = w->p->report;
    for (uint32_t i = 0; i < unit->parts.count; i++) {
        struct nist_thing *inner = unit->parts.items[i];
        if (++report->steps > STEPS_MAX || depth > NESTED_MAX) {
            w->p->endless = true;
            return;
        }
        if (inner->walk == report->walks)
            continue;
        inner->walk = report->walks;
        if (concerns(w, inner))
            meet(w, inner);
        descend(w, inner, depth + 1);
    }
}

static struct walk_state walk(struct plan *p, struct nist_thing *outer, enum walk what)
{
    struct walk_state w = {p, outer, what, 0, 0};
    outer->walk = ++p->report->walks;
    descend(&w, outer, 0);
    return w;
}

static void cover(struct plan *p)
{
    const struct nist_list *list = &p->report->units;
    for (uint32_t i = 0; i < list->count; i++) {
        struct nist_thing *unit = list->items[i];
        if (is_other(unit) && walk(p, unit, COUNT).met > 0)
            unit->is = &composed_other;
    }
    for (uint32_t i = 0; i < list->count; i++)
        if (of_place(list->items[i]) && list->items[i]->parts.count > 0)
            walk(p, list->items[i], COVER);
}

/* ---- what goes into the batch as what ---- */

static void only_districts(struct plan *p)
{
    const struct nist_list *list = &p->report->units;
    bool alike = true;
    for (uint32_t i = 0; i < list->count; i++)
        alike = alike && list->items[i]->is != NULL && list->items[i]->is == list->items[0]->is &&
                !of_place(list->items[i]); /* else they hold each other */
    if (!alike && p->to_sum)
        nist_bad(p->report, p->contest,
                 "it has no total, and figures only of units that may overlap, such as %.*s",
                 SLICE_FMT(shown(p, list->items[0])));
    for (uint32_t i = 0; alike && i < list->count; i++)
        list->items[i]->as = RESULTS_MUNICIPALITY;
}

static int level_as(enum level level)
{
    static const int as[] = {[COUNTY] = RESULTS_COUNTY,
                             [MUNICIPALITY] = RESULTS_MUNICIPALITY,
                             [PRECINCT] = RESULTS_PRECINCT,
                             [DISTRICT] = -1,
                             [STATE] = -1};
    return as[level];
}

/* The county or municipality that the unit is in, where there is one and it is not the whole. */
static struct nist_thing *home_of(const struct plan *p, const struct nist_thing *unit,
                                  enum level level)
{
    struct nist_thing *home = unit->homes[level];
    return home != NULL && !is_whole(p->contest, home) ? home : NULL;
}

/* The outermost units, looked at together. */
struct outer {
    const struct nist_thing *first, *other; /* other: of another type than the first */
    enum level top;
    bool homeless; /* one is a part of nothing */
};

/* Those below `home` alone, where it is a level. */
static struct outer look(const struct nist_list *list, enum level home)
{
    struct outer o = {NULL, NULL, STATE, false};
    for (uint32_t i = 0; i < list->count; i++) {
        const struct nist_thing *unit = list->items[i];
        if (!outermost(unit) || (home != STATE && unit->is->level <= home))
            continue;
        if (o.first == NULL)
            o.first = unit;
        if (unit->is->level != o.first->is->level || unit->is->sort != o.first->is->sort)
            o.other = unit;
        if (unit->is->level < o.top)
            o.top = unit->is->level;
        o.homeless |= unit->parents == 0;
    }
    return o;
}

/* The level whose units hold all outermost ones that are not of it; STATE: there is none. */
static enum level common_home(const struct plan *p)
{
    const struct nist_list *list = &p->report->units;
    for (enum level home = COUNTY; home <= MUNICIPALITY; home++) {
        bool all = true;
        for (uint32_t i = 0; i < list->count && all; i++) {
            const struct nist_thing *unit = list->items[i];
            all = !outermost(unit) || unit->is->level == home ||
                  (unit->is->level > home && home_of(p, unit, home) != NULL);
        }
        if (all)
            return home;
    }
    return STATE;
}

/* Units of several types that lie side by side all go as the coarsest of them: a city that is in no
 * county is one beside counties. `top`: that type's level, or STATE where each keeps its own. */
static void assign_unit(const struct plan *p, struct nist_thing *unit, enum level home,
                        enum level top)
{
    bool below = of_place(unit) && (home == STATE || unit->is->level > home);
    if (outermost(unit))
        unit->as = level_as(below && top != STATE ? top : unit->is->level);
    else if (of_place(unit) && unit->covered >> unit->is->level == 0)
        unit->as = level_as(unit->is->level); /* else a part of one like it */
    unit->in = below && home != STATE && unit->as >= 0 ? home_of(p, unit, home) : NULL;
}

static void assign(struct plan *p, enum level home)
{
    const struct nist_list *list = &p->report->units;
    struct outer o = look(list, home);
    if (o.other != NULL && o.homeless && p->to_sum)
        nist_bad(p->report, p->contest,
                 "it has no total, and the report does not say whether %.*s and %.*s overlap",
                 SLICE_FMT(shown(p, o.first)), SLICE_FMT(shown(p, o.other)));
    for (uint32_t i = 0; i < list->count; i++) {
        struct nist_thing *unit = list->items[i];
        if (unit->is == NULL && p->to_sum)
            nist_bad(p->report, p->contest, "it has no total, and GpUnit %.*s is of no known Type",
                     SLICE_FMT(shown(p, unit)));
        assign_unit(p, unit, home, o.other != NULL && !o.homeless ? o.top : STATE);
    }
}

/* What others are in is a unit of the batch too. */
static void open_homes(struct plan *p, enum level home)
{
    const struct nist_list *list = &p->report->units;
    for (uint32_t i = 0; i < list->count; i++) {
        struct nist_thing *in = list->items[i]->in;
        if (in == NULL)
            continue;
        if (in->contest != p->contest->serial) {
            in->contest = p->contest->serial;
            in->in = NULL;
        }
        in->as = level_as(home);
    }
}

/* Every figure that is not added up lies in one that is. */
static void check_inner(struct plan *p)
{
    const struct nist_list *list = &p->report->units;
    const struct nist_contest *c = p->contest;
    bool inner = false;
    for (uint32_t i = 0; i < list->count; i++) {
        struct nist_thing *unit = list->items[i];
        inner |= of_place(unit) && !outermost(unit);
        if (outermost(unit) && unit->parts.count > 0 &&
            (walk(p, unit, UNDER).types & ~unit->types) != 0)
            nist_bad(p->report, p->contest,
                     "it has no total, and VoteCounts of %.*s are of other Types than its parts'",
                     SLICE_FMT(shown(p, unit)));
    }
    for (const struct nist_selection *s = c->selections; inner && s != NULL; s = s->next) {
        uint32_t mark = ++p->report->walks;
        for (uint32_t k = 0; k < s->cell_count; k++)
            s->cells[k].unit->walk = mark;
        for (uint32_t k = 0; k < s->cell_count; k++) {
            const struct nist_thing *unit = s->cells[k].unit;
            if (of_place(unit) && !outermost(unit) &&
                (unit->under == NULL || unit->under->walk != mark))
                nist_bad(p->report, p->contest,
                         "it has no total, and %.*s figures in %.*s but not in what holds it",
                         SLICE_FMT(field_excerpt(p->report->arena, s->named.id)),
                         SLICE_FMT(shown(p, unit)));
        }
    }
}

static bool not_endless(const struct plan *p, struct fault *f)
{
    return !p->endless ||
           fault_set(f, WIRE_LIMIT, "its GpUnits are composed of each other without end");
}

bool nist_units_settle(struct nist_report *report, struct fault *f)
{
    struct plan p = {.report = report};
    const struct nist_unit_type *last = NULL;
    size_t at = 0;
    void *value;
    while (map_next(report->things, &at, NULL, &value)) {
        struct nist_thing *unit = value;
        last = unit->is = unit->kind == NIST_UNIT ? type_of(unit, last) : NULL;
        if (unit->is != NULL && unit->is->level <= MUNICIPALITY)
            walk(&p, unit, HOME);
    }
    return not_endless(&p, f);
}

static void decide(struct plan *p)
{
    forget(p);
    if (p->report->units.count == 0)
        return;
    cover(p);
    if (look(&p->report->units, STATE).first == NULL) {
        only_districts(p);
        return;
    }
    enum level home = common_home(p);
    assign(p, home);
    open_homes(p, home);
    if (p->to_sum)
        check_inner(p);
}

bool nist_units_plan(struct nist_report *report, struct nist_contest *c, bool *again,
                     struct fault *f)
{
    struct plan p = {.report = report, .contest = c};
    if (!collect(&p))
        return fault_set(f, WIRE_LIMIT, "the report holds more units than memory allows");
    *again = p.again;
    if (!p.again)
        decide(&p);
    if (report->units.count > 0 && p.to_sum && report->sequence_start >= 0 &&
        report->sequence_start < report->sequence_end)
        nist_bad(report, c, "it has no total, and this is only part %lld of %lld of the report",
                 (long long)report->sequence_start, (long long)report->sequence_end);
    report->plan = (struct nist_plan){holds_for_others(&p) ? c->serial : 0, c->district, p.to_sum};
    return not_endless(&p, f);
}
