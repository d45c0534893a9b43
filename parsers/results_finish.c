/* SPDX-License-Identifier: ISC */
/* A finished batch: totals summed, bad contests left out, what is left laid out. */
#include "parsers/building.h"

#include <string.h>

#include "daemon/base/counted.h"
#include "daemon/base/when.h"

#define ONE_BAD_OF 20 /* contests, at least */

static bool same_text(struct results_text a, struct results_text b)
{
    return a.len == b.len && (a.len == 0 || a.off == b.off);
}

/* Both say the same of themselves, whenever they say it. */
static bool same_record(const struct results_contest *a, const struct results_contest *b)
{
    return same_text(a->state, b->state) && same_text(a->office, b->office) &&
           same_text(a->district, b->district) && same_text(a->party, b->party) &&
           same_text(a->election_type, b->election_type) && a->votes_allowed == b->votes_allowed &&
           a->seats == b->seats && a->places == b->places && a->flags == b->flags;
}

/* ... and have the same choices and units in the same order, with the same votes. */
static bool same_contest(const struct building *a, const struct building *b)
{
    if (!same_record(&a->record, &b->record))
        return false;
    if (a->choice_count != b->choice_count || a->unit_count != b->unit_count)
        return false;
    if (a->choice_count && memcmp(a->choices, b->choices, a->choice_count * sizeof *a->choices))
        return false;
    if (memcmp(a->units, b->units, a->unit_count * sizeof *a->units))
        return false;
    for (uint32_t u = 0; u < a->unit_count; u++) {
        if (a->rows[u].parent != b->rows[u].parent)
            return false;
        for (uint32_t c = 0; c < a->choice_count; c++) {
            if (building_stated(a, u, c) != building_stated(b, u, c))
                return false;
        }
    }
    return true;
}

struct counts { /* of all that it holds */
    uint64_t contests, problems, bad;
};

/* A contest that is there again must say the same. */
static void judge_repeats(struct results_builder *b)
{
    for (uint32_t i = b->sound; b->repeats && i < b->count; i++) {
        struct building *k = b->contests[i];
        if (k->first != BUILDING_NOBODY && !k->gone &&
            (k->bad || !same_contest(b->contests[k->first], k)))
            building_bad(b, b->contests[k->first], "the contest is there twice and differs");
    }
}

/* Names of units within others begin with the other's, so that the batch has no two alike. False
 * when memory is out. */
static bool name_units(struct results_builder *b, struct building *k)
{
    for (int type = RESULTS_MUNICIPALITY; type <= RESULTS_PRECINCT; type++) {
        for (uint32_t u = 1; u < k->unit_count; u++) {
            struct results_unit *unit = &k->units[u];
            const struct results_unit *in = &k->units[k->rows[u].parent];
            if (!k->rows[u].parent || (int)unit->type != type ||
                (b->drop_precincts && type == RESULTS_PRECINCT))
                continue;
            struct slice name = pool_text(&b->pool, unit->name.len ? unit->name : unit->id);
            struct slice within = pool_text(&b->pool, in->name.len ? in->name : in->id);
            name = arena_printf(b->arena, "%.*s / %.*s", SLICE_FMT(within), SLICE_FMT(name));
            if (!name.ptr || !pool_add(&b->pool, name, &unit->name))
                return false;
        }
    }
    return true;
}

/* What makes it bad, and the texts it needs. */
static bool settle(struct results_builder *b, struct building *k)
{
    if (k->choice_count && !k->bad && !building_sum(b, k))
        return false;
    if (k->bad)
        return k->why.len > 0;
    if (k->parents && !name_units(b, k))
        return false;
    return k->choice_count || pool_add(&b->pool, SLICE("it has no choices"), &k->why);
}

bool building_settle(struct results_builder *b, struct building *k)
{
    if (k->gone || (k->settled && !k->bad))
        return true;
    k->settled = true;
    return settle(b, k);
}

static void count_contest(const struct building *k, struct counts *n)
{
    if (k->first != BUILDING_NOBODY || k->gone)
        return;
    n->bad += k->bad;
    n->problems += !building_kept(k);
    n->contests += building_kept(k);
}

/* What goes into the batch. */
static bool take_stock(struct results_builder *b, struct counts *n)
{
    judge_repeats(b);
    n->contests = b->sound;
    for (uint32_t i = b->sound; i < b->count; i++) {
        if (!building_settle(b, b->contests[i]))
            return false;
        count_contest(b->contests[i], n);
    }
    b->problems = (uint32_t)n->problems;
    return true;
}

/* One contest that somebody mistyped costs a county's file no other, where there are others to show
 * that it is read right. */
static bool too_many_bad(uint64_t bad, uint64_t of)
{
    return bad * 100 > of && (bad > 1 || of < ONE_BAD_OF);
}

static bool judge(const struct results_builder *b, const struct counts *n, struct err *e)
{
    uint64_t distinct = n->contests + n->problems;
    if (too_many_bad(n->bad, distinct)) {
        uint32_t i = 0;
        const struct building *k = b->contests[0];
        while (!k->bad || k->gone || k->first != BUILDING_NOBODY)
            k = b->contests[++i];
        return err_set(
            e, ERR_DATA, "%llu of " COUNTED " cannot be read; the first, %.*s%s\"%.*s\": %.*s",
            (unsigned long long)n->bad, COUNT_OF(distinct, "contest", "contests"),
            SLICE_FMT(pool_text(&b->pool, k->record.id)), k->record.id.len ? " " : "",
            SLICE_FMT(pool_text(&b->pool, k->record.text)), SLICE_FMT(pool_text(&b->pool, k->why)));
    }
    if (!n->contests && !b->facts.version.len && !b->facts.delta)
        return err_set(e, ERR_DATA,
                       n->problems ? "none of its contests has choices" : "it holds no contests");
    return true;
}

static bool fill_head(struct results_builder *b, struct results_header *h, struct err *e)
{
    const struct results_facts *facts = &b->facts;
    int64_t date;
    *h = (struct results_header){.magic = RESULTS_MAGIC,
                                 .own_time_ms = building_time(facts->own_time_ms),
                                 .status = facts->status,
                                 .test = facts->test < 0 ? -1 : facts->test > 0,
                                 .delta = facts->delta};
    for (size_t i = 0; i < facts->next_url.len; i++) {
        if (facts->next_url.ptr[i] < 0x21 || facts->next_url.ptr[i] > 0x7e)
            return err_set(e, ERR_DATA, "the URL it says to ask next is not a URL");
    }
    if (facts->next_url.len > RESULTS_URL_MAX)
        return err_set(e, ERR_DATA, "the URL it says to ask next is longer than %d bytes",
                       RESULTS_URL_MAX);
    if (!pool_add(&b->pool, facts->version, &h->version) ||
        !pool_add(&b->pool, facts->election_name, &h->election_name) ||
        (when_parse_date(facts->election_date, &date) &&
         !pool_add(&b->pool, facts->election_date, &h->election_date)) ||
        !pool_add_clean(&b->pool, facts->next_url, &h->next_url)) /* last: no text may become it */
        return building_full(e);
    return true;
}

/* Does what was handed on hold? If not it goes again, as a whole. */
static void hold_pieces(struct results_builder *b)
{
    uint32_t i = b->sound;
    while (i < b->looked && b->contests[i]->given == building_kept(b->contests[i]))
        i++;
    if (i >= b->looked)
        return;
    b->pieces = b->looked = 0;
    b->given = (struct building_sizes){0};
}

bool results_finish(struct results_builder *b, struct slice *batch, struct err *e)
{
    struct counts n = {0};
    struct results_header head;
    for (uint32_t i = b->ended; i < b->count; i++)
        building_tell_question(b, b->contests[i]);
    if (!building_join_parts(b, e))
        return false;
    if (!take_stock(b, &n))
        return building_full(e);
    if (!judge(b, &n, e) || !fill_head(b, &head, e))
        return false;
    hold_pieces(b);
    return building_lay(b, b->looked, b->count, &head, batch, e);
}
