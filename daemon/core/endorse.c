/* SPDX-License-Identifier: ISC */
/* The endorsement list: the header is resolved to columns of a table, each cell read by its
 * column's function; every problem is written down and reading goes on, so that one look shows them
 * all. */
#include "daemon/core/endorse.h"

#include <string.h>

#include "daemon/base/counted.h"
#include "daemon/base/csv.h"
#include "daemon/base/map.h"
#include "daemon/base/text.h"
#include "daemon/core/columns.h"
#include "daemon/core/office.h"
#include "daemon/core/primaries.h"
#include "daemon/core/race_id.h"
#include "daemon/core/rounds.h"

enum { MAX_ROWS = 100000, MAX_FIELDS = 256 };

/* ---- the header ---- */

struct header {
    int column[MAX_FIELDS]; /* of each field: index into columns, or -1 */
    int field[COLUMNS];     /* of each column: index of the field, or -1 */
    size_t count;
};

static int column_named(struct slice word)
{
    for (size_t i = 0; i < COLUMNS; i++)
        if (slice_is(word, columns[i].name))
            return (int)i;
    return -1;
}

static const char *like_column(struct slice word)
{
    const char *names[COLUMNS];

    for (size_t i = 0; i < COLUMNS; i++)
        names[i] = columns[i].name;
    return text_did_you_mean(word, names, COLUMNS);
}

static void place_column(struct columns_reader *r, struct header *h, int column, size_t field)
{
    r->column = columns[column].name;
    if (h->field[column] >= 0)
        columns_problem(r, "it is there twice, as field %d and field %zu; rename one",
                        h->field[column] + 1, field + 1);
    h->field[column] = (int)field;
    h->column[field] = column;
    r->column = NULL;
}

/* column.X = Y of the configuration comes before names that fit by themselves. */
static void map_columns(struct columns_reader *r, const struct endorse_column *map,
                        size_t map_count, const struct slice *words, struct header *h)
{
    for (size_t i = 0; i < map_count; i++) {
        int column = column_named(map[i].ours);
        const char *like = like_column(map[i].ours);
        struct slice theirs = columns_word(r, map[i].theirs);
        size_t field = 0;
        if (column < 0) {
            columns_problem(r, "column.%.*s maps no column of ours%s%s%s", SLICE_FMT(map[i].ours),
                            like ? "; did you mean " : "", like ? like : "", like ? "?" : "");
            continue;
        }
        while (field < h->count && !slice_eq(words[field], theirs))
            field++;
        if (field == h->count)
            columns_problem(r, "column.%s = %.*s: the file has no such column",
                            columns[column].name, SLICE_FMT(map[i].theirs));
        else
            place_column(r, h, column, field);
    }
}

/* Says which of the file's may be it: the most like, else those that are nothing yet. */
static void miss_column(struct columns_reader *r, const char *name, const char *const *words,
                        const struct header *h)
{
    const char *like = text_did_you_mean(slice_of(name), words, h->count);
    char room[300];
    struct buf theirs;

    buf_init_over(&theirs, room, sizeof room);
    for (size_t i = 0; i < h->count && !like; i++)
        if (h->column[i] < 0 && words[i][0])
            buf_addf(&theirs, "%s\"%s\"", theirs.len ? ", " : "", words[i]);
    columns_problem(r, "the column %s is missing; add it, or map it with column.%s = %s%s%.*s",
                    name, name, like ? like : "(its name in this file)",
                    theirs.len ? "; it has " : "", SLICE_FMT(buf_slice(&theirs)));
}

static bool read_header(struct columns_reader *r, const struct endorse_column *map,
                        size_t map_count, const struct slice *fields, size_t n, struct header *h)
{
    struct slice words[MAX_FIELDS];
    const char *plain[MAX_FIELDS];
    bool mapped[COLUMNS];
    size_t before = r->problem_count;

    h->count = n;
    memset(h->column, -1, sizeof(h->column));
    memset(h->field, -1, sizeof(h->field));
    for (size_t i = 0; i < n; i++) {
        words[i] = columns_word(r, fields[i]);
        plain[i] = words[i].ptr;
    }
    if (r->full)
        return false;
    map_columns(r, map, map_count, words, h);
    for (size_t i = 0; i < COLUMNS; i++)
        mapped[i] = h->field[i] >= 0;
    for (size_t i = 0; i < n; i++) {
        int column = column_named(words[i]);
        if (column >= 0 && h->column[i] < 0 && !mapped[column])
            place_column(r, h, column, i);
    }
    for (size_t i = 0; i < COLUMNS; i++)
        if (columns[i].required && h->field[i] < 0)
            miss_column(r, columns[i].name, plain, h);
    return r->problem_count == before;
}

/* Columns nothing is known of are not read: said, so that a misspelt one shows. */
static void list_unused(struct columns_reader *r, const struct slice *fields,
                        const struct header *h, struct endorsements *out)
{
    out->unused = arena_array(r->a, h->count + 1, sizeof(*out->unused));
    r->full |= !out->unused;
    for (size_t i = 0; i < h->count && !r->full; i++) {
        struct slice name = columns_clean(r, fields[i]);
        if (h->column[i] >= 0 || name.len == 0)
            continue;
        const char *like = like_column(columns_word(r, name));
        bool taken = like && h->field[column_named(slice_of(like))] >= 0;
        out->unused[out->unused_count++] = (struct endorse_unused){name, taken ? NULL : like};
    }
}

/* ---- rows ---- */

static bool is_blank(const struct slice *fields, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (slice_trim(fields[i]).len > 0)
            return false;
    return true;
}

static void read_cell(struct columns_reader *r, const struct column *c, struct slice raw,
                      struct endorsement *e)
{
    struct slice value;

    r->column = c->name;
    /* Lists are longer than one text may be: their items are cleaned one by one. */
    bool list = c->list || slice_find(raw, SLICE("|")) != SIZE_MAX;
    value = c->passed_on || list ? slice_trim(raw) : columns_clean(r, raw);
    if (value.len == 0 && c->required)
        columns_problem(r, "it is empty");
    if (value.len > 0 && c->read)
        c->read(r, value, e);
    else if (value.len > 0 && !c->passed_on)
        *(struct slice *)((char *)e + c->offset) = list ? columns_clean(r, raw) : value;
    r->column = NULL;
}

/* A side of a retention or a recall is about a seat; of a school bond, whatever office it names, it
 * is not. */
static bool names_measure(struct slice office, struct arena *a)
{
    static const char *const words[] = {"measure",   "proposition", "prop",       "question",
                                        "amendment", "initiative",  "referendum", "levy",
                                        "bond",      "bonds",       "charter",    "tax"};
    struct slice folded = text_fold_copy(office, a), word;

    while (slice_next(&folded, ' ', &word))
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            if (slice_is(word, words[i]))
                return true;
    return false;
}

static bool says(const struct header *h, const struct slice *fields, struct slice column)
{
    int at = h->field[column_named(column)];

    return at >= 0 && slice_trim(fields[at]).len > 0;
}

/* The sort of election that an office says ("Mayor Runoff"), as if its column said it. */
static void heed_type(struct columns_reader *r, unsigned said, struct endorsement *e)
{
    const unsigned round = said & (OFFICE_RUNOFF | OFFICE_PRIMARY);
    const char *type = said & OFFICE_RUNOFF    ? "runoff"
                       : said & OFFICE_PRIMARY ? "primary"
                       : said & OFFICE_SPECIAL ? "special"
                                               : NULL;

    if (type && e->election_type.len == 0)
        e->election_type = slice_of(type);
    else if ((round && slice_is(e->election_type, "general")) ||
             (slice_is(e->election_type, "primary") &&
              (round == OFFICE_RUNOFF || (!round && (said & OFFICE_GENERAL)))))
        columns_problem(r, "it says another sort of election than election_type (%.*s)",
                        SLICE_FMT(e->election_type));
}

/* ... and of a party's contest, whose it is: elsewhere a party there is the person's. */
static void heed_party(struct columns_reader *r, const char *said, struct endorsement *e)
{
    const char *party = office_party(e->contest_party);
    bool nominates = slice_is(e->election_type, "primary") || slice_is(e->election_type, "runoff");

    if (!said || (!nominates && e->contest_party.len == 0))
        return;
    if (e->contest_party.len == 0)
        e->contest_party = slice_of(said);
    else if (!party || strcmp(party, said) != 0)
        columns_problem(r, "it says another party's contest than contest_party (%.*s)",
                        SLICE_FMT(e->contest_party));
}

static void heed_term(struct columns_reader *r, unsigned said, bool full, struct endorsement *e)
{
    bool unexpired = said & OFFICE_UNEXPIRED;

    if ((unexpired && full) || ((said & OFFICE_FULL_TERM) && (e->unexpired || unexpired)))
        columns_problem(r, "it says another term than the term column, or two");
    e->unexpired |= unexpired;
}

static bool is_of_state(const struct office_class *class)
{
    return class && (class->reach == REACH_STATE || class->reach == REACH_DISTRICT ||
                     class->reach == REACH_WIDE);
}

/* What a win is, where the list does not say it. */
static enum endorse_wins what_is_won(struct columns_reader *r, struct endorsement *e,
                                     const struct office_class *class)
{
    if (e->choice != CHOICE_CANDIDATE && (!class || names_measure(e->office, r->a)))
        return WINS_MEASURE;
    if (e->contest_party.len > 0 || primaries_are_open(e, class, states_find(e->state)))
        return WINS_NOMINATION;
    e->primary_unsaid = rounds_is_unsaid(e, class); /* no seat and no flip by guess */
    return e->primary_unsaid ? WINS_NOMINATION : WINS_SEAT;
}

/* What a row leaves open and other parts of it decide. */
static void complete(struct columns_reader *r, const struct header *h, const struct slice *fields,
                     struct endorsement *e)
{
    struct office_text office;
    bool wins = says(h, fields, SLICE("wins"));

    r->full |= !office_read_whole(e->office, e->district, e->seat, r->a, &office);
    if (r->full)
        return;
    r->column = "office";
    heed_term(r, office.flags, !e->unexpired && says(h, fields, SLICE("term")), e);
    heed_type(r, office.flags, e);
    heed_party(r, office.party, e);
    if (e->contest_party.len == 0 && office_party(e->party) &&
        rounds_is_nominating(e, office.class))
        e->contest_party = slice_of(office_party(e->party)); /* its members stand in it */
    r->column = NULL;
    e->wins_said = wins;
    e->wins = wins ? e->wins : what_is_won(r, e, office.class);
    e->county_tells = e->county.len > 0 && !is_of_state(office.class);
    if (e->level == LEVEL_UNKNOWN && office.class)
        e->level = office.class->level;
    if (e->seats > 0 && e->seats_held_by_others > e->seats) {
        r->column = "seats_held_by_others";
        columns_problem(r, "it says %d, but seats_to_fill is %d", (int)e->seats_held_by_others,
                        (int)e->seats);
        r->column = NULL;
    }
}

static void read_row(struct columns_reader *r, const struct header *h, const struct slice *fields,
                     size_t n, struct endorsement *e)
{
    *e = (struct endorsement){.date = r->date,
                              .seats = -1,
                              .places = -1,
                              .seats_held_by_others = -1,
                              .polls_minute = -1,
                              .line = r->line};
    if (n != h->count) {
        columns_problem(
            r, "it has " COUNTED ", the header has %zu; look for a missing or unquoted separator",
            COUNT_OF(n, "field", "fields"), h->count);
        return;
    }
    for (size_t i = 0; i < COLUMNS; i++)
        if (h->field[i] >= 0)
            read_cell(r, &columns[i], fields[h->field[i]], e);
    complete(r, h, fields, e);
}

/* ---- the list as a whole ---- */

struct identity { /* whose an id, a slug or a race is */
    struct slice key;
    const struct endorsement *e;
    size_t line;
};

static struct identity *remember(struct columns_reader *r, struct map *m, struct slice id,
                                 struct slice key, const struct endorsement *e)
{
    struct identity *mine = arena_alloc(r->a, sizeof(*mine));

    if (!mine || !map_put(m, id, mine)) {
        r->full = true;
        return NULL;
    }
    *mine = (struct identity){key, e, r->line};
    return mine;
}

/* Give e its race, and hold rows of one race_id to one state and day. */
static void set_race(struct columns_reader *r, struct map *races, struct endorsement *e)
{
    struct slice slug, key;
    const struct identity *other;

    if (!race_id_make(e, r->a, &slug, &key)) {
        r->full = true;
        return;
    }
    if (e->race_id.len == 0) {
        other = map_get(races, slug);
        /* "a-b" + "c" and "a" + "b-c": one slug, two races */
        if (other && other->key.len > 0 && !slice_eq(other->key, key))
            slug = race_id_cut(slug, key, true, r->a);
        e->race_id = slug;
    } else {
        key = (struct slice){"", 0};
    }
    other = map_get(races, e->race_id);
    r->column = "race_id";
    if (!other)
        remember(r, races, e->race_id, key, e);
    else if (!slice_eq(other->e->state, e->state) || other->e->date != e->date)
        columns_problem(r, "%.*s is another state's or day's race in line %zu",
                        SLICE_FMT(e->race_id), other->line);
    r->column = NULL;
}

static void set_id(struct columns_reader *r, struct map *ids, struct endorsement *e)
{
    const struct identity *other;

    bool own = e->id.len > 0;
    if (!own) {
        char room[4096];
        struct buf b;
        buf_init_over(&b, room, sizeof room);
        office_slug(e->name, &b);
        office_slug(e->race_id, &b);
        struct slice key =
            arena_printf(r->a, "%.*s\x1f%.*s", SLICE_FMT(e->name), SLICE_FMT(e->race_id));
        e->id = race_id_cut(buf_slice(&b), key, false, r->a);
        r->full |= !key.ptr || !e->id.ptr;
    }
    other = map_get(ids, e->id);
    r->column = own ? "endorsement_id" : NULL;
    if (!other)
        remember(r, ids, e->id, (struct slice){"", 0}, e);
    else if (own)
        columns_problem(r, "%.*s is also the id of line %zu; ids must differ", SLICE_FMT(e->id),
                        other->line);
    else
        columns_problem(
            r,
            "it is the same person and race as line %zu; drop one or give both an endorsement_id",
            other->line);
    r->column = NULL;
}

/* Rows kept while their number is not known. */
struct rows {
    struct endorsement **list;
    size_t count, room;
};

static struct endorsement *keep_row(struct columns_reader *r, struct rows *rows)
{
    struct endorsement *kept = arena_alloc(r->a, sizeof(*kept));

    if (rows->count == rows->room) {
        size_t more = rows->room ? 2 * rows->room : 256;
        struct endorsement **grown = arena_array(r->a, more, sizeof(struct endorsement *));
        if (grown && rows->count)
            memcpy(grown, rows->list, rows->count * sizeof(struct endorsement *));
        rows->list = grown;
        rows->room = more;
    }
    r->full |= !kept || !rows->list;
    if (!r->full)
        rows->list[rows->count++] = kept;
    return r->full ? NULL : kept;
}

static void read_all_rows(struct columns_reader *r, struct csv *c, const struct header *h,
                          struct rows *rows, struct map *ids, struct map *races, struct err *e)
{
    struct slice *fields;
    size_t n;

    while (!r->full && csv_next(c, r->a, MAX_FIELDS, &fields, &n, e)) {
        r->line = c->line;
        if (is_blank(fields, n))
            continue;
        if (rows->count == MAX_ROWS) {
            columns_problem(r, "more than %d rows", MAX_ROWS);
            return;
        }
        size_t before = r->problem_count;
        struct endorsement *row = keep_row(r, rows);
        if (!row)
            return;
        read_row(r, h, fields, n, row);
        if (r->problem_count == before) {
            set_race(r, races, row);
            set_id(r, ids, row);
        }
    }
}

static bool read_rows(struct columns_reader *r, struct csv *c, const struct header *h,
                      struct endorsements *out, struct err *e)
{
    struct map *ids = map_new(MAX_ROWS, false), *races = map_new(MAX_ROWS, false);
    struct rows rows = {0};

    r->full |= !ids || !races;
    read_all_rows(r, c, h, &rows, ids, races, e);
    map_free(ids);
    map_free(races);
    out->count = rows.count;
    out->list = r->full ? NULL : arena_array(r->a, rows.count + 1, sizeof(*out->list));
    r->full |= !out->list;
    for (size_t i = 0; i < rows.count && !r->full; i++)
        out->list[i] = *rows.list[i];
    return !r->full;
}

/* What `continues` names must come before it, and go on in one row only: a chain is one candidacy.
 * An id that is not in the list is of an earlier one. */
static void check_stages(struct columns_reader *r, const struct endorsements *list)
{
    struct map *rows = map_new(MAX_ROWS, false), *followed = map_new(MAX_ROWS, false);
    const struct endorsement *e, *other;

    r->full |= !rows || !followed;
    r->column = "continues";
    for (size_t i = 0; i < list->count && !r->full; i++)
        r->full |= !map_put(rows, list->list[i].id, &list->list[i]);
    for (size_t i = 0; i < list->count && !r->full; i++) {
        e = &list->list[i];
        const struct endorsement *was = e->continues.len > 0 ? map_get(rows, e->continues) : NULL;
        if (!was)
            continue;
        r->line = e->line;
        other = map_get(followed, was->id);
        if (was->date >= e->date)
            columns_problem(r,
                            "%.*s, line %zu, is not of an earlier day; say election_date of both",
                            SLICE_FMT(was->id), was->line);
        else if (other)
            columns_problem(r, "%.*s is continued by line %zu already", SLICE_FMT(was->id),
                            other->line);
        else
            r->full |= !map_put(followed, was->id, (void *)(uintptr_t)e);
    }
    r->column = NULL;
    map_free(rows);
    map_free(followed);
}

/* A list that says of some that they are incumbents says of the others that they are not. */
static void fill_incumbents(struct endorsements *list)
{
    bool any = false;

    for (size_t i = 0; i < list->count; i++)
        any |= list->list[i].incumbent == TRI_YES;
    for (size_t i = 0; any && i < list->count; i++)
        if (list->list[i].incumbent == TRI_UNSAID)
            list->list[i].incumbent = TRI_NO;
}

static bool refuse(struct columns_reader *r, struct err *e)
{
    if (r->problem_count > COLUMNS_PROBLEMS)
        buf_addf(r->problems, "and %zu more\n", r->problem_count - COLUMNS_PROBLEMS);
    return err_set(e, ERR_DATA, "the endorsement list has " COUNTED "; nothing of it is used",
                   COUNT_OF(r->problem_count, "problem", "problems"));
}

bool endorse_parse(struct slice csv, const struct endorse_column *map, size_t map_count,
                   int64_t date, struct arena *a, struct endorsements *out, struct buf *problems,
                   struct err *e)
{
    struct columns_reader r = {.a = a, .problems = problems, .date = date, .line = 1};
    struct endorsements list = {0};
    struct header *h = arena_alloc(a, sizeof(*h));
    struct slice *fields;
    struct csv c;
    size_t n;

    if (!h)
        return err_set(e, ERR_DATA, "the endorsement list is too big for its memory");
    *e = (struct err){.kind = ERR_NONE};
    csv_init(&c, csv);
    if (csv_next(&c, a, MAX_FIELDS, &fields, &n, e)) {
        if (!read_header(&r, map, map_count, fields, n, h))
            return r.full ? err_set(e, ERR_DATA, "the endorsement list is too big for its memory")
                          : refuse(&r, e);
        list_unused(&r, fields, h, &list);
        if (!read_rows(&r, &c, h, &list, e))
            return err_set(e, ERR_DATA, "the endorsement list is too big for its memory");
    }
    if (e->kind != ERR_NONE) {
        r.line = c.line;
        columns_problem(&r, "%s", e->text);
    } else if (list.count == 0) {
        columns_problem(&r, "the list holds no endorsement");
    }
    if (r.problem_count == 0) {
        check_stages(&r, &list);
        fill_incumbents(&list);
    }
    if (r.full)
        return err_set(e, ERR_DATA, "the endorsement list is too big for its memory");
    if (r.problem_count > 0)
        return refuse(&r, e);
    *out = list;
    return true;
}
