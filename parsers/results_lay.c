/* SPDX-License-Identifier: ISC */
/* The bytes of a batch, whole or in pieces. */
#include "parsers/building.h"

#include <string.h>

#include "daemon/base/when.h"

#define PIECE_LEAST ((uint64_t)16 << 10) /* bytes that are worth a piece of their own */
#define PIECE_HEAD                                                                                 \
    ((struct results_header){.magic = RESULTS_MAGIC, .own_time_ms = WHEN_UNKNOWN, .test = -1})

_Static_assert(sizeof(struct results_header) % 8 == 0 && sizeof(struct results_contest) % 8 == 0 &&
                   sizeof(struct results_choice) % 8 == 0 && sizeof(struct results_unit) % 8 == 0 &&
                   sizeof(struct results_cell) % 8 == 0 && sizeof(struct results_problem) % 8 == 0,
               "records follow each other without padding");

static bool unit_kept(const struct results_builder *b, const struct results_unit *u)
{
    return !b->drop_precincts || u->type != RESULTS_PRECINCT;
}

/* ---- sizes ---- */

static void add_contest(const struct results_builder *b, const struct building *k,
                        struct building_sizes *n)
{
    uint32_t units = 0;
    for (uint32_t u = 0; u < k->unit_count; u++)
        units += unit_kept(b, &k->units[u]);
    n->contests++;
    n->choices += k->choice_count;
    n->units += units;
    n->cells += (uint64_t)units * k->choice_count;
}

static void add_sizes(struct building_sizes *to, const struct building_sizes *n)
{
    to->contests += n->contests;
    to->choices += n->choices;
    to->units += n->units;
    to->cells += n->cells;
    to->problems += n->problems;
    to->pool += n->pool;
}

static uint64_t bytes_of(const struct building_sizes *n)
{
    return sizeof(struct results_header) + n->contests * sizeof(struct results_contest) +
           n->choices * sizeof(struct results_choice) + n->units * sizeof(struct results_unit) +
           n->cells * sizeof(struct results_cell) + n->problems * sizeof(struct results_problem) +
           n->pool;
}

/* ---- records ---- */

/* Where the next record of each kind goes. */
struct pen {
    struct results_contest *contest;
    struct results_choice *choice;
    struct results_unit *unit;
    struct results_cell *cell;
    struct results_problem *problem;
    struct building_sizes at; /* how many of each there are before */
};

static struct pen pen_at(char *at, const struct building_sizes *n,
                         const struct building_sizes *before)
{
    struct pen p = {.contest = (void *)(at + sizeof(struct results_header)), .at = *before};
    p.choice = (void *)(p.contest + n->contests);
    p.unit = (void *)(p.choice + n->choices);
    p.cell = (void *)(p.unit + n->units);
    p.problem = (void *)(p.cell + n->cells);
    return p;
}

static void write_contest(const struct results_builder *b, struct building *k, struct pen *p)
{
    const struct pen from = *p;
    k->record.first_choice = (uint32_t)p->at.choices;
    k->record.first_unit = (uint32_t)p->at.units;
    k->record.first_cell = (uint32_t)p->at.cells;
    k->record.choices = k->choice_count;
    memcpy(p->choice, k->choices, k->choice_count * sizeof *p->choice);
    p->choice += k->choice_count;
    for (uint32_t u = 0; u < k->unit_count; u++) {
        if (!unit_kept(b, &k->units[u]))
            continue;
        *p->unit++ = k->units[u];
        for (uint32_t c = 0; c < k->choice_count; c++) {
            struct results_cell cell = {.votes = building_votes(k, u, c)};
            cell.derived = cell.votes != building_stated(k, u, c);
            if (u == 0 && cell.votes == VOTES_ABSENT)
                cell.votes = VOTES_UNKNOWN;
            *p->cell++ = cell;
        }
    }
    k->record.units = (uint32_t)(p->unit - from.unit);
    const struct results_words words = {b->pool.bytes, b->pool.hashes};
    k->record.digest = results_digest(&words, &k->record, from.choice, from.unit, from.cell);
    *p->contest++ = k->record;
    p->at.choices += k->choice_count;
    p->at.units += k->record.units;
    p->at.cells += (uint64_t)k->record.units * k->choice_count;
}

/* All contests that are none, wherever they stood. */
static void write_problems(const struct results_builder *b, struct pen *p)
{
    for (uint32_t i = b->sound; b->problems && i < b->count; i++) {
        const struct building *k = b->contests[i];
        if (k->first == BUILDING_NOBODY && !k->gone && !building_kept(k))
            *p->problem++ =
                (struct results_problem){k->record.id, k->record.text, k->record.county, k->why};
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

static struct building_sizes sizes_of(const struct results_builder *b, uint32_t from, uint32_t to,
                                      bool last)
{
    struct building_sizes n = {.pool = b->pool.len - b->given.pool,
                               .problems = last ? b->problems : 0};
    for (uint32_t i = from; i < to; i++)
        if (building_kept(b->contests[i]))
            add_contest(b, b->contests[i], &n);
    return n;
}

bool building_lay(struct results_builder *b, uint32_t from, uint32_t to,
                  const struct results_header *head, struct slice *out, struct err *e)
{
    struct building_sizes n = sizes_of(b, from, to, head != NULL);
    uint64_t size = bytes_of(&n);
    char *at = room_for(b, size);
    if (!at)
        return building_full(e);
    struct results_header h = head ? *head : PIECE_HEAD;
    h.bytes = (uint32_t)size;
    h.contests = (uint32_t)n.contests;
    h.choices = (uint32_t)n.choices;
    h.units = (uint32_t)n.units;
    h.cells = (uint32_t)n.cells;
    h.problems = (uint32_t)n.problems;
    h.pool = (uint32_t)n.pool;
    h.piece = head && !b->pieces ? 0 : ++b->pieces;
    memcpy(at, &h, sizeof h);
    struct pen p = pen_at(at, &n, &b->given);
    memcpy(p.problem + n.problems, b->pool.bytes + b->given.pool, n.pool);
    for (uint32_t i = from; i < to; i++)
        if (building_kept(b->contests[i]))
            write_contest(b, b->contests[i], &p);
    if (head)
        write_problems(b, &p);
    add_sizes(&b->given, &n);
    *out = (struct slice){at, (size_t)size};
    return true;
}

/* ---- pieces ---- */

void results_in_pieces(struct results_builder *b, bool (*piece)(struct slice piece, void *ctx),
                       void *ctx)
{
    b->piece = piece;
    b->piece_ctx = ctx;
}

/* Hand on what was ended. */
static bool give(struct results_builder *b, struct err *e)
{
    struct slice piece = {NULL, 0};
    if (!building_lay(b, b->looked, b->ended, NULL, &piece, e))
        return false;
    for (; b->looked < b->ended; b->looked++)
        b->contests[b->looked]->given = building_kept(b->contests[b->looked]);
    b->ready = (struct building_sizes){0};
    return b->piece(piece, b->piece_ctx) ||
           err_set(e, ERR_DENIED, "nobody takes the pieces of the batch");
}

bool results_contest_end(struct results_builder *b, struct err *e)
{
    struct building *k = b->current == BUILDING_NOBODY ? NULL : b->contests[b->current];
    if (!k)
        return err_set(e, ERR_BUG, "the driver ends a contest before it began one");
    if (k->part || b->current != b->ended) /* one before it may still change */
        return true;
    b->ended++;
    building_tell_question(b, k);
    if (!building_settle(b, k))
        return building_full(e);
    k->sound = building_kept(k) && b->sound == b->current;
    b->sound += k->sound;
    if (!b->piece || !building_kept(k))
        return true;
    add_contest(b, k, &b->ready);
    return bytes_of(&b->ready) < PIECE_LEAST || give(b, e);
}
