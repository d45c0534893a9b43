/* SPDX-License-Identifier: ISC */
/* A finished batch: totals summed, bad contests left out, everything laid out as one block. */
#include "parsers/building.h"

#include <string.h>

#include "daemon/base/counted.h"
#include "daemon/base/when.h"

_Static_assert(sizeof(struct results_header) % 8 == 0 && sizeof(struct results_contest) % 8 == 0 &&
                   sizeof(struct results_choice) % 8 == 0 && sizeof(struct results_unit) % 8 == 0 &&
                   sizeof(struct results_cell) % 8 == 0 && sizeof(struct results_problem) % 8 == 0,
               "records follow each other without padding");

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

struct counts {
    uint64_t contests, choices, units, cells, problems, bad;
};

static bool unit_kept(const struct results_builder *b, const struct results_unit *u)
{
    return !b->drop_precincts || u->type != RESULTS_PRECINCT;
}

static bool contest_kept(const struct building *k)
{
    return !k->bad && !k->gone && k->first == BUILDING_NOBODY && k->choice_count;
}

/* A contest that is there again must say the same. */
static void judge_repeats(struct results_builder *b)
{
    for (uint32_t i = 0; i < b->count; i++) {
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
            if (!k->rows[u].parent || (int)unit->type != type || !unit_kept(b, unit))
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

/* All that may make it bad or needs text, before anything is laid out. False: no memory for it. */
static bool settle_contest(struct results_builder *b, struct building *k)
{
    if (k->choice_count && !k->bad && !building_sum(b, k))
        return false;
    if (k->bad)
        return k->why.len > 0;
    if (k->parents && !name_units(b, k))
        return false;
    return k->choice_count || pool_add(&b->pool, SLICE("it has no choices"), &k->why);
}

static void count_contest(const struct results_builder *b, const struct building *k,
                          struct counts *n)
{
    uint32_t units = 0;
    if (k->first == BUILDING_NOBODY && !k->gone) {
        n->bad += k->bad;
        n->problems += k->bad || !k->choice_count;
    }
    if (!contest_kept(k))
        return;
    for (uint32_t u = 0; u < k->unit_count; u++)
        units += unit_kept(b, &k->units[u]);
    n->contests++;
    n->choices += k->choice_count;
    n->units += units;
    n->cells += (uint64_t)units * k->choice_count;
}

/* What goes into the batch. */
static bool take_stock(struct results_builder *b, struct counts *n)
{
    judge_repeats(b);
    for (uint32_t i = 0; i < b->count; i++) {
        if (!b->contests[i]->gone && !settle_contest(b, b->contests[i]))
            return false;
        count_contest(b, b->contests[i], n);
    }
    return true;
}

static bool judge(struct results_builder *b, const struct counts *n, struct err *e)
{
    uint64_t distinct = n->contests + n->problems;
    if (n->bad * 100 > distinct) {
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

/* Where the next record of each kind goes. */
struct pen {
    struct results_contest *contest;
    struct results_choice *choice;
    struct results_unit *unit;
    struct results_cell *cell;
    struct results_problem *problem;
    struct results_header *head;
};

static void write_contest(struct results_builder *b, struct building *k, struct pen *p)
{
    struct results_header *h = p->head;
    uint32_t first_unit = h->units;
    k->record.first_choice = h->choices;
    k->record.first_unit = h->units;
    k->record.first_cell = h->cells;
    k->record.choices = k->choice_count;
    memcpy(p->choice, k->choices, k->choice_count * sizeof *p->choice);
    p->choice += k->choice_count;
    h->choices += k->choice_count;
    for (uint32_t u = 0; u < k->unit_count; u++) {
        if (!unit_kept(b, &k->units[u]))
            continue;
        *p->unit++ = k->units[u];
        h->units++;
        for (uint32_t c = 0; c < k->choice_count; c++, h->cells++) {
            struct results_cell cell = {.votes = building_votes(k, u, c)};
            cell.derived = cell.votes != building_stated(k, u, c);
            if (u == 0 && cell.votes == VOTES_ABSENT)
                cell.votes = VOTES_UNKNOWN;
            *p->cell++ = cell;
        }
    }
    k->record.units = h->units - first_unit;
    *p->contest++ = k->record;
    h->contests++;
}

static void write_all(struct results_builder *b, struct pen *p)
{
    for (uint32_t i = 0; i < b->count; i++) {
        struct building *k = b->contests[i];
        if (contest_kept(k)) {
            write_contest(b, k, p);
        } else if (k->first == BUILDING_NOBODY && !k->gone) {
            *p->problem++ =
                (struct results_problem){k->record.id, k->record.text, k->record.county, k->why};
            p->head->problems++;
        }
    }
}

void results_room(struct results_builder *b, void *(*room)(size_t bytes, void *ctx), void *ctx)
{
    b->batch_room = room;
    b->batch_room_ctx = ctx;
}

/* All of it is written, so it need not be zeros. */
static void *room_for(struct results_builder *b, uint64_t size)
{
    if (size > RESULTS_MAX)
        return NULL;
    return b->batch_room ? b->batch_room((size_t)size, b->batch_room_ctx)
                         : arena_room(b->arena, (size_t)size);
}

bool results_finish(struct results_builder *b, struct slice *batch, struct err *e)
{
    struct counts n = {0};
    struct results_header head;
    building_tell_questions(b);
    if (!building_join_parts(b, e))
        return false;
    if (!take_stock(b, &n))
        return building_full(e);
    if (!judge(b, &n, e) || !fill_head(b, &head, e))
        return false;
    uint64_t size = sizeof head + n.contests * sizeof(struct results_contest) +
                    n.choices * sizeof(struct results_choice) +
                    n.units * sizeof(struct results_unit) + n.cells * sizeof(struct results_cell) +
                    n.problems * sizeof(struct results_problem) + b->pool.len;
    char *at = room_for(b, size);
    if (!at)
        return building_full(e);
    struct pen p = {.head = (void *)at};
    *p.head = head;
    p.head->bytes = (uint32_t)size;
    p.head->pool = b->pool.len;
    p.contest = (void *)(at + sizeof head);
    p.choice = (void *)(p.contest + n.contests);
    p.unit = (void *)(p.choice + n.choices);
    p.cell = (void *)(p.unit + n.units);
    p.problem = (void *)(p.cell + n.cells);
    memcpy(p.problem + n.problems, b->pool.bytes, b->pool.len);
    write_all(b, &p);
    *batch = (struct slice){at, (size_t)size};
    return true;
}
