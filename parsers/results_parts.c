/* SPDX-License-Identifier: ISC */
/* Contests that stand in a feed county by county: which of them are one race.
 *
 * A town, a school district or a congressional district crosses county lines; the commissioners of
 * two counties only share a title. What tells them apart is who stands: the same people in several
 * counties are one race, unless some of them, not all, stand in another one under that title, or
 * it is one person and somebody else's race has that title, too, or one county has it twice. Where
 * nobody is named (Yes and No, write-in lines, "No Candidate Filed") nothing tells, and nothing is
 * joined. Each county types its titles, "City of Yelm" or "CITY OF YELM": they are compared folded.
 */
#include "parsers/building.h"

#include <string.h>

#include "daemon/base/hash.h"
#include "daemon/base/text.h"
#include "parsers/label.h"

/* One of the parts of a title, in the order of the feed; or a contest of that title that is none.
 */
struct part {
    uint32_t at;    /* of the contests */
    uint32_t title; /* its number */
    uint64_t roster;
};
struct title {
    uint32_t id;
    struct digest text; /* folded */
    uint32_t parts, from;
};

static bool title_is(const void *list, uint32_t i, const void *key)
{
    const struct title *a = &((const struct title *)list)[i], *b = key;
    return a->id == b->id && digest_eq(a->text, b->text);
}

/* The number of this contest's title, which is new when *count has grown. False when memory is out.
 */
static bool number_title(struct results_builder *b, struct index *x, const struct building *k,
                         struct title *titles, uint32_t *count, uint32_t *number)
{
    struct slice text = text_fold_copy(pool_text(&b->pool, k->record.text), b->arena);
    if (!text.ptr)
        return false;
    const struct title key = {.id = k->record.id.off, .text = digest_of(text)};
    uint64_t hash = index_mix(key.text.lo, key.id);
    *number = index_find(x, title_is, titles, &key, hash);
    if (*number == ARRAYS_NONE) {
        *number = (*count)++;
        titles[*number] = key;
        if (!index_add(x, &b->arrays, *number, hash))
            return false;
    }
    titles[*number].parts++;
    return true;
}

static bool is_person(const struct results_builder *b, const struct building *k,
                      const struct results_choice *c)
{
    return !(c->flags & RESULTS_WRITE_IN) && !(k->record.flags & RESULTS_MEASURE) &&
           !label_is_nobody(pool_text(&b->pool, c->name));
}

static uint32_t people(const struct results_builder *b, const struct building *k)
{
    uint32_t n = 0;
    for (uint32_t c = 0; c < k->choice_count; c++)
        n += is_person(b, k, &k->choices[c]);
    return n;
}

static bool is_same(const struct results_choice *a, const struct results_choice *b)
{
    return a->id.off == b->id.off && a->name.off == b->name.off && a->party.off == b->party.off;
}

/* Does he stand in k, probably at this place? */
static bool stands_in(const struct results_choice *person, const struct building *k, uint32_t place)
{
    if (place < k->choice_count && is_same(person, &k->choices[place]))
        return true;
    for (uint32_t c = 0; c < k->choice_count; c++) {
        if (is_same(person, &k->choices[c]))
            return true;
    }
    return false;
}

/* How many of the people of a stand in k. */
static uint32_t shared(const struct results_builder *b, const struct building *a,
                       const struct building *k)
{
    uint32_t n = 0;
    for (uint32_t c = 0; c < a->choice_count; c++)
        n += is_person(b, a, &a->choices[c]) && stands_in(&a->choices[c], k, c);
    return n;
}

/* Those of the parts that are one race with this one, into `same`; 0 where some of its people stand
 * in another one. Beside other races of the title one name proves nothing: people share names. */
static uint32_t one_race(const struct results_builder *b, const struct part *parts, uint32_t n,
                         uint32_t at, struct part *same)
{
    const struct building *one = b->contests[at];
    uint32_t named = people(b, one), found = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct building *k = b->contests[parts[i].at];
        uint32_t both = shared(b, one, k);
        if (both == named && people(b, k) == named)
            same[found++] = parts[i];
        else if (both)
            return 0;
    }
    return found < n && named < 2 ? 0 : found;
}

/* Who stands in a part, in any order; 0: nobody. */
static uint64_t roster(const struct results_builder *b, const struct building *k)
{
    uint64_t sum = 0;
    for (uint32_t c = 0; c < k->choice_count; c++) {
        const struct results_choice *p = &k->choices[c];
        if (is_person(b, k, p))
            sum += index_mix(index_mix(index_mix(1, p->id.off), p->name.off), p->party.off);
    }
    return sum;
}

static bool roster_is(const void *list, uint32_t i, const void *key)
{
    return ((const struct part *)list)[i].roster == *(const uint64_t *)key;
}

/* A contest of the only roster that several of the parts have. NOBODY: none is, or several are, and
 * no county tells those races apart. False when memory is out. */
static bool find_race(struct results_builder *b, struct part *parts, uint32_t n, uint32_t *race)
{
    struct index rosters = {.room = 0};
    uint64_t several = 0;
    *race = BUILDING_NOBODY;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t who = parts[i].roster = roster(b, b->contests[parts[i].at]);
        if (!who || who == several)
            continue;
        uint32_t before = index_find(&rosters, roster_is, parts, &who, who);
        if (before == ARRAYS_NONE) {
            if (!index_add(&rosters, &b->arrays, i, who))
                return false;
            continue;
        }
        *race = several ? BUILDING_NOBODY : parts[before].at;
        if (several)
            return true;
        several = who;
    }
    return true;
}

/* ---- joining ---- */

/* Of no county, and what is said of one county is not said of all. */
static bool begin_whole(struct results_builder *b, const struct building *first, struct err *e)
{
    struct results_contest r = first->record;
    r.county = (struct results_text){0, 0};
    r.registered = r.ballots = -1;
    return building_begin(b, &r, e);
}

static bool add_unit(struct results_builder *b, const struct building *k, uint32_t u,
                     uint32_t parent, uint32_t *to, struct err *e)
{
    struct results_unit unit = k->units[u];
    if (u == 0) {
        unit.type = RESULTS_COUNTY;
        unit.id = k->part_id;
        unit.name = k->part_name;
    }
    return building_unit(b, &unit, parent, k->rows[u].whole, to, e);
}

static bool add_choices(struct results_builder *b, const struct building *k, uint32_t *to,
                        struct err *e)
{
    for (uint32_t c = 0; c < k->choice_count; c++) {
        if (!building_choice(b, &k->choices[c], &to[c], e))
            return false;
    }
    return true;
}

/* A county's contest into the whole, which is the current one: its total becomes the county's. */
static bool add_part(struct results_builder *b, const struct building *k, struct err *e)
{
    uint32_t *choices = arena_array(b->arena, k->choice_count + 1, sizeof *choices);
    uint32_t *units = arena_array(b->arena, k->unit_count, sizeof *units);
    if (!choices || !units)
        return building_full(e);
    if (k->bad)
        results_contest_bad(b, "%.*s", SLICE_FMT(pool_text(&b->pool, k->why)));
    if (!add_choices(b, k, choices, e))
        return false;
    for (uint32_t u = 0; u < k->unit_count; u++) {
        if (!add_unit(b, k, u, u ? units[k->rows[u].parent] : 0, &units[u], e))
            return false;
        for (uint32_t c = 0; c < k->choice_count; c++) {
            int64_t votes = building_stated(k, u, c);
            if (votes != VOTES_ABSENT && !results_votes_once(b, units[u], choices[c], votes, e))
                return false;
        }
    }
    return true;
}

/* One contest in place of the parts, where the first of them stood. */
static bool join(struct results_builder *b, const struct part *parts, size_t n, struct err *e)
{
    if (!begin_whole(b, b->contests[parts[0].at], e))
        return false;
    uint32_t whole = results_contest_index(b);
    for (size_t i = 0; i < n; i++) {
        if (!add_part(b, b->contests[parts[i].at], e))
            return false;
    }
    for (size_t i = 0; i < n; i++)
        b->contests[parts[i].at]->gone = true;
    if (b->contests[whole]->first == BUILDING_NOBODY) { /* else it is there already, and judged */
        struct building *gone = b->contests[parts[0].at];
        b->contests[parts[0].at] = b->contests[whole];
        b->contests[whole] = gone;
    }
    return true;
}

/* The one part of its title is the whole of it: its total becomes its county's, and what else it
 * has lies in that. */
static bool stand_alone(struct results_builder *b, struct building *k, struct err *e)
{
    uint32_t n = k->unit_count;
    if (!arrays_grow(&b->arrays, &k->units, &k->unit_room, n + 1, sizeof *k->units, UINT32_MAX) ||
        !arrays_grow(&b->arrays, &k->rows, &k->row_room, n + 1, sizeof *k->rows, UINT32_MAX))
        return building_full(e);
    memmove(k->units + 1, k->units, n * sizeof *k->units);
    memmove(k->rows + 1, k->rows, n * sizeof *k->rows);
    k->units[0] =
        (struct results_unit){.registered = -1, .ballots = -1, .reporting = -1, .total = -1};
    k->units[1].type = RESULTS_COUNTY;
    k->units[1].id = k->part_id;
    k->units[1].name = k->part_name;
    k->rows[0] = (struct row){.votes = NULL};
    for (uint32_t u = 2; u <= n; u++)
        k->rows[u].parent++;
    k->unit_count = n + 1;
    k->parents |= n > 1;
    k->record.county = (struct results_text){0, 0};
    k->record.registered = k->record.ballots = -1;
    k->unit_index = (struct index){.slots = NULL}; /* its numbers are no more */
    k->units_alike = 1;
    k->part = false;
    return true;
}

/* The two sides of a question are told by each other, where neither alone is an answer. */
void building_tell_question(const struct results_builder *b, struct building *k)
{
    const struct results_choice *sides[3] = {NULL};
    uint32_t n = 0;
    if (k->record.flags & RESULTS_MEASURE)
        return;
    for (uint32_t c = 0; c < k->choice_count && n < 3; c++)
        if (!(k->choices[c].flags & RESULTS_WRITE_IN))
            sides[n++] = &k->choices[c];
    if (n == 2 &&
        label_are_answers(pool_text(&b->pool, sides[0]->name), pool_text(&b->pool, sides[1]->name)))
        k->record.flags |= RESULTS_MEASURE;
}

/* Is it a part, or a contest of no county? */
static bool has_title(const struct building *k)
{
    return k->first == BUILDING_NOBODY && (k->part || !k->record.county.len);
}

static uint32_t parts_among(const struct results_builder *b, const struct part *parts, size_t n)
{
    uint32_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += b->contests[parts[i].at]->part;
    return found;
}

/* Rows of one title with a county and without: those without are missing somewhere, or are a sum.
 */
static void refuse_mixed(struct results_builder *b, const struct part *parts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        building_bad(b, b->contests[parts[i].at],
                     "some of its rows have a county, and some have none");
}

struct counties {
    const struct results_builder *builder;
    const struct part *parts;
};

static uint32_t county_of(const struct counties *c, uint32_t part)
{
    return c->builder->contests[c->parts[part].at]->record.county.off;
}

static bool county_is(const void *list, uint32_t i, const void *key)
{
    return county_of(list, i) == *(const uint32_t *)key;
}

/* Has one county several of them? Then letter case tells its races apart. */
static bool find_twice(struct results_builder *b, const struct part *parts, uint32_t n, bool *twice)
{
    const struct counties counties = {b, parts};
    struct index x = {.room = 0};
    *twice = false;
    for (uint32_t i = 0; i < n && !*twice; i++) {
        uint32_t county = county_of(&counties, i);
        uint64_t hash = index_mix(1, county);
        *twice = index_find(&x, county_is, &counties, &county, hash) != ARRAYS_NONE;
        if (!*twice && !index_add(&x, &b->arrays, i, hash))
            return false;
    }
    return true;
}

/* The counties of a title that have one race. */
static bool join_same(struct results_builder *b, struct part *parts, uint32_t n, struct err *e)
{
    struct part *same = arena_array(b->arena, n, sizeof *same);
    uint32_t race;
    if (!same || !find_race(b, parts, n, &race))
        return building_full(e);
    uint32_t found = race == BUILDING_NOBODY ? 0 : one_race(b, parts, n, race, same);
    bool twice;
    if (!find_twice(b, same, found, &twice))
        return building_full(e);
    return found < 2 || twice || join(b, same, found, e);
}

/* What becomes of the contests of one title. */
static bool settle(struct results_builder *b, struct part *parts, uint32_t n, struct err *e)
{
    uint32_t found = parts_among(b, parts, n);
    if (found && found < n)
        refuse_mixed(b, parts, n);
    else if (found == 1)
        return stand_alone(b, b->contests[parts[0].at], e);
    else if (found)
        return join_same(b, parts, n, e);
    return true;
}

/* The parts of each title together, in order. */
static void sort(const struct part *parts, uint32_t n, struct title *titles, uint32_t count,
                 struct part *sorted)
{
    uint32_t from = 0;
    for (uint32_t t = 0; t < count; from += titles[t++].parts)
        titles[t].from = from;
    for (uint32_t i = 0; i < n; i++)
        sorted[titles[parts[i].title].from++] = parts[i];
}

bool building_join_parts(struct results_builder *b, struct err *e)
{
    const uint32_t n = b->count; /* at most */
    if (!b->parts)
        return true;
    struct part *parts = arena_array(b->arena, n, sizeof *parts);
    struct part *sorted = arena_array(b->arena, n, sizeof *sorted);
    struct title *titles = arena_array(b->arena, n, sizeof *titles);
    struct index x = {.room = 0};
    uint32_t count = 0, found = 0;
    if (!parts || !sorted || !titles)
        return building_full(e);
    for (uint32_t i = 0; i < n; i++) {
        if (!has_title(b->contests[i]))
            continue;
        parts[found].at = i;
        if (!number_title(b, &x, b->contests[i], titles, &count, &parts[found++].title))
            return building_full(e);
    }
    sort(parts, found, titles, count, sorted);
    for (uint32_t t = 0; t < count; sorted += titles[t++].parts) {
        if (!settle(b, sorted, titles[t].parts, e))
            return false;
    }
    return true;
}
