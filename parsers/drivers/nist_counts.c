/* SPDX-License-Identifier: ISC */
/* The VoteCounts of one selection into one figure a reporting unit. A row of type "total" is the
 * figure; else the types add up. Of one type, a row that names no device is the figure; else the
 * devices add up. The two are never mixed. */
#include "daemon/base/num.h"
#include "parsers/drivers/nist_report.h"
#include "parsers/pool.h"

#define ROWS_MAX 4000000
#define ROWS_OF_UNIT_MAX 300

enum {
    TYPE_ABSENTEE = 2,
    TYPE_ABSENTEE_FWAB,
    TYPE_ABSENTEE_IN_PERSON,
    TYPE_ABSENTEE_MAIL,
    TYPE_UOCAVA,
    TYPE_EARLY,
    TYPE_ELECTION_DAY,
    TYPE_PROVISIONAL,
    TYPE_WRITE_IN,
    TYPE_OTHER,
    TYPES
};

/* "absentee" is "any or all classes of absentee": beside one of these it may hold it already. */
#define CLASSES_OF_ABSENTEE                                                                        \
    (1u << TYPE_ABSENTEE_FWAB | 1u << TYPE_ABSENTEE_IN_PERSON | 1u << TYPE_ABSENTEE_MAIL |         \
     1u << TYPE_UOCAVA)

int nist_count_type(struct slice name)
{
    static const struct slice names[TYPES] = {
        [NIST_TYPE_TOTAL] = SLICE_INIT("total"),
        [NIST_TYPE_SEATS] = SLICE_INIT("seats"),
        [TYPE_ABSENTEE] = SLICE_INIT("absentee"),
        [TYPE_ABSENTEE_FWAB] = SLICE_INIT("absentee-fwab"),
        [TYPE_ABSENTEE_IN_PERSON] = SLICE_INIT("absentee-in-person"),
        [TYPE_ABSENTEE_MAIL] = SLICE_INIT("absentee-mail"),
        [TYPE_UOCAVA] = SLICE_INIT("uocava"),
        [TYPE_EARLY] = SLICE_INIT("early"),
        [TYPE_ELECTION_DAY] = SLICE_INIT("election-day"),
        [TYPE_PROVISIONAL] = SLICE_INIT("provisional"),
        [TYPE_WRITE_IN] = SLICE_INIT("write-in"),
        [TYPE_OTHER] = SLICE_INIT("other"),
    };
    for (int i = 0; i < TYPES; i++)
        if (slice_eq(name, names[i]))
            return i;
    return -1;
}

static bool same_type(const struct nist_row *a, const struct nist_row *b)
{
    return a->type == b->type && (a->type != TYPE_OTHER || a->other == b->other);
}

bool nist_rows_more(struct nist_rows *rows, struct arena *a)
{
    return pool_grow(a, &rows->list, &rows->room, (uint64_t)rows->count + 1, sizeof *rows->list,
                     ROWS_MAX);
}

const char *nist_rows_keep(struct nist_rows *rows)
{
    struct nist_row *row = &rows->list[rows->count];
    struct nist_thing *unit = row->unit;
    uint32_t n = 0;
    if (unit->selection != rows->selection) {
        unit->selection = rows->selection;
        unit->first_row = 0;
    }
    for (uint32_t i = unit->first_row; i != 0; i = rows->list[i - 1].next, n++) {
        const struct nist_row *had = &rows->list[i - 1];
        if (same_type(had, row) && had->device == row->device)
            return had->votes != row->votes ? "it stands there twice and differs" : NULL;
    }
    if (n >= ROWS_OF_UNIT_MAX)
        return "more counts of one unit than can be true";
    row->next = unit->first_row;
    unit->first_row = ++rows->count;
    return NULL;
}

/* sum += votes, where either may be unknown. */
static void add(int64_t *sum, int64_t votes, const char **why)
{
    if (*sum == VOTES_UNKNOWN || votes == VOTES_UNKNOWN)
        *sum = VOTES_UNKNOWN;
    else if (!num_add(sum, votes) || *sum > RESULTS_VOTES_MAX)
        *why = "the votes overflow";
}

/* The figure of one type: of the rows from `i` on, the newest first, down their unit's chain. */
static int64_t sum_devices(const struct nist_rows *rows, uint32_t i, const char **why)
{
    const struct nist_row *first = &rows->list[i - 1];
    int64_t sum = 0;
    for (; i != 0; i = rows->list[i - 1].next) {
        const struct nist_row *row = &rows->list[i - 1];
        if (!same_type(first, row))
            continue;
        if (row->device == 0)
            return row->votes;
        add(&sum, row->votes, why);
    }
    return sum;
}

/* Whether the chain down to `end` has a row of this type already. */
static bool type_done(const struct nist_rows *rows, uint32_t from, uint32_t end)
{
    for (uint32_t i = from; i != end; i = rows->list[i - 1].next)
        if (same_type(&rows->list[i - 1], &rows->list[end - 1]))
            return true;
    return false;
}

static void sum_types(const struct nist_rows *rows, struct nist_cell *cell, const char **why)
{
    uint32_t first = cell->unit->first_row;
    const struct nist_row *only = &rows->list[first - 1];
    unsigned types = 0;
    if (only->next == 0) {
        cell->votes = only->votes;
        cell->types = only->type == NIST_TYPE_TOTAL ? NIST_ALL_TYPES : 1u << only->type;
        return;
    }
    cell->votes = 0;
    for (uint32_t i = first; i != 0; i = rows->list[i - 1].next) {
        if (type_done(rows, first, i))
            continue;
        int64_t votes = sum_devices(rows, i, why);
        if (rows->list[i - 1].type == NIST_TYPE_TOTAL) {
            cell->votes = votes;
            cell->types = NIST_ALL_TYPES;
            return;
        }
        types |= 1u << rows->list[i - 1].type;
        add(&cell->votes, votes, why);
    }
    cell->types = types;
    if (types & 1u << TYPE_ABSENTEE && types & CLASSES_OF_ABSENTEE)
        *why = "\"absentee\" beside a class of absentee, and no total: it may hold it already";
}

bool nist_rows_sum(struct nist_rows *rows, struct arena *a, struct nist_selection *s,
                   const char **why, struct nist_thing **unit)
{
    const struct nist_row *row = rows->list, *end = row + rows->count;
    struct nist_cell *cell = s->cells = arena_room(a, rows->count * sizeof *cell);
    if (cell == NULL)
        return false;
    for (; row < end; row++) {
        const char *wrong = NULL;
        if (row->unit->first_row == 0)
            continue; /* done */
        cell->unit = row->unit;
        sum_types(rows, cell, &wrong);
        cell->unit->first_row = 0;
        if (wrong != NULL) {
            *why = wrong;
            *unit = cell->unit;
        }
        cell++;
    }
    s->cell_count = (uint32_t)(cell - s->cells);
    return true;
}
