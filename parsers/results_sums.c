/* SPDX-License-Identifier: ISC */
/* The cells no row of the feed stated: municipalities from their precincts, counties from what they
 * hold, the total from the contest's units. */
#include "parsers/building.h"

/* The unit that `u` counts into, where that is of this type; NOBODY. Only the total holds units
 * that name no other. */
static uint32_t holder(const struct building *k, uint32_t u, enum results_unit_type type)
{
    uint32_t parent = k->rows[u].parent;
    if (type == RESULTS_TOTAL)
        return 0;
    return parent && k->units[parent].type == type ? parent : BUILDING_NOBODY;
}

static bool has_votes(const struct building *k, uint32_t u)
{
    for (uint32_t c = 0; c < k->choice_count; c++) {
        if (building_votes(k, u, c) != VOTES_ABSENT)
            return true;
    }
    return false;
}

/* The coarsest type with votes among what each unit holds: sums are of one type, never mixed. */
static void find_types(struct building *k, enum results_unit_type type)
{
    for (uint32_t u = 1; u < k->unit_count; u++) {
        uint32_t p = holder(k, u, type);
        if (p != BUILDING_NOBODY && k->units[u].type < k->sums[p].of && has_votes(k, u))
            k->sums[p].of = k->units[u].type;
    }
}

/* False where the sum overflows. */
static inline bool add(int64_t *sum, int64_t votes)
{
    if (votes == VOTES_ABSENT)
        return true;
    if (*sum == VOTES_ABSENT)
        *sum = votes;
    else if (*sum == VOTES_UNKNOWN || votes == VOTES_UNKNOWN)
        *sum = VOTES_UNKNOWN;
    else
        *sum += votes; /* both are below 2^53 */
    return *sum <= RESULTS_VOTES_MAX;
}

static int64_t *sum_new(struct results_builder *b, const struct building *k)
{
    int64_t *votes = arena_array(b->arena, k->choice_count, sizeof *votes);
    for (uint32_t c = 0; votes && c < k->choice_count; c++)
        votes[c] = VOTES_ABSENT;
    return votes;
}

/* Sum what the units of this type hold. False when memory is out. */
static bool sum_type(struct results_builder *b, struct building *k, enum results_unit_type type)
{
    find_types(k, type);
    for (uint32_t u = 1; u < k->unit_count && !k->bad; u++) {
        uint32_t p = holder(k, u, type);
        if (p == BUILDING_NOBODY || k->units[u].type != k->sums[p].of)
            continue;
        int64_t *sums = k->sums[p].votes;
        if (!sums && !(sums = k->sums[p].votes = sum_new(b, k)))
            return false;
        for (uint32_t c = 0; c < k->choice_count; c++) {
            if (!add(&sums[c], building_votes(k, u, c)))
                building_bad(b, k, "%s: the sum of the units overflows",
                             building_place(b, k, p, c).text);
        }
    }
    return true;
}

/* A unit that is the whole of what it holds and states another figure. */
static void check_whole(struct results_builder *b, struct building *k, enum results_unit_type type)
{
    for (uint32_t u = 1; u < k->unit_count; u++) {
        if (k->units[u].type != type || !k->rows[u].whole || !k->sums[u].votes)
            continue;
        for (uint32_t c = 0; c < k->choice_count; c++) {
            int64_t stated = building_stated(k, u, c), sum = k->sums[u].votes[c];
            if (stated >= 0 && sum >= 0 && stated != sum)
                building_bad(b, k, "%s: stated as %lld, its units have %lld",
                             building_place(b, k, u, c).text, (long long)stated, (long long)sum);
        }
    }
}

static void check_total(struct results_builder *b, struct building *k)
{
    for (uint32_t c = 0; k->sums[0].votes && c < k->choice_count; c++) {
        int64_t stated = building_stated(k, 0, c), sum = k->sums[0].votes[c];
        if (stated >= 0 && sum >= 0 && (b->whole ? stated != sum : stated < sum))
            building_bad(b, k,
                         "%s: stated as %lld, its units have %lld; is a row without its unit?",
                         building_place(b, k, 0, c).text, (long long)stated, (long long)sum);
    }
}

/* A unit beside coarser ones is in none of them, and so in no sum. */
static void check_beside(struct results_builder *b, struct building *k)
{
    for (uint32_t u = 1; u < k->unit_count && !k->bad; u++) {
        uint32_t p = k->rows[u].parent;
        if (k->units[u].type > k->sums[p].of && has_votes(k, u))
            building_bad(b, k, "%s: it stands beside larger units; is a row without its unit?",
                         building_place(b, k, u, 0).text);
    }
}

/* How many units are in, of how many, out of the units whose votes make the total. */
static void sum_progress(struct building *k)
{
    int64_t reporting = 0, total = 0;
    for (uint32_t u = 1; u < k->unit_count; u++) {
        const struct results_unit *unit = &k->units[u];
        if (unit->type != k->sums[0].of)
            continue;
        if (unit->reporting < 0 || unit->total < 0)
            return;
        reporting += unit->reporting;
        total += unit->total;
    }
    struct results_unit *of = &k->units[0];
    if (of->reporting < 0 && of->total < 0 && reporting <= INT32_MAX && total <= INT32_MAX) {
        of->reporting = (int32_t)reporting;
        of->total = (int32_t)total;
    }
}

static bool total_is_stated(const struct building *k)
{
    for (uint32_t c = 0; c < k->choice_count; c++) {
        if (building_stated(k, 0, c) == VOTES_ABSENT)
            return false;
    }
    return true;
}

static bool sums_new(struct results_builder *b, struct building *k)
{
    uint32_t count = k->parents ? k->unit_count : 1;
    if (!(k->sums = arena_array(b->arena, count, sizeof *k->sums)))
        return false;
    k->sum_count = count;
    for (uint32_t u = 0; u < count; u++)
        k->sums[u].of = RESULTS_UNIT_TYPES;
    return true;
}

/* Municipalities and counties out of what they hold. */
static bool sum_holders(struct results_builder *b, struct building *k)
{
    for (int type = RESULTS_MUNICIPALITY; k->parents && type > RESULTS_TOTAL; type--) {
        if (!sum_type(b, k, (enum results_unit_type)type))
            return false;
        check_whole(b, k, (enum results_unit_type)type);
    }
    return true;
}

bool building_sum(struct results_builder *b, struct building *k)
{
    bool all = total_is_stated(k), total = !all || b->check_totals;
    if (!total && !k->parents)
        return true;
    if (!sums_new(b, k) || !sum_holders(b, k))
        return false;
    if (!total)
        return true;
    if (!sum_type(b, k, RESULTS_TOTAL))
        return false;
    if (b->check_totals)
        check_total(b, k);
    if (b->nested)
        check_beside(b, k);
    if (b->sum_progress && !all && k->sums[0].votes)
        sum_progress(k);
    return true;
}
