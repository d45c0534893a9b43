/* SPDX-License-Identifier: ISC */
/* The endorsement list: the header is resolved to columns of a table, each cell read by its
 * column's function; every problem is written down and reading goes on, so that one look shows them
 * all. */
#include "daemon/core/endorse.h"

#include <stdio.h>
#include <string.h>

#include "daemon/base/csv.h"
#include "daemon/base/map.h"
#include "daemon/base/num.h"
#include "daemon/base/text.h"
#include "daemon/base/when.h"
#include "daemon/core/office.h"
#include "daemon/core/race_id.h"
#include "daemon/core/states.h"

#define COUNT(t) (sizeof(t) / sizeof((t)[0]))
enum { MAX_ROWS = 100000, MAX_FIELDS = 256, MAX_PROBLEMS = 200, MAX_ITEMS = 256, MAX_SEATS = 99 };

struct reader {
    struct arena *a;
    struct buf *problems;
    size_t problem_count;
    size_t row, line;   /* of the record: the header is row 1 */
    const char *column; /* of the cell; NULL: the row as a whole */
    int64_t date;
    bool full; /* the arena is */
};

struct column {
    const char *name;
    size_t offset; /* of a slice in struct endorsement, when read is NULL */
    void (*read)(struct reader *r, struct slice value, struct endorsement *e);
    bool required, passed_on; /* passed_on: known, kept by others, not read here */
};

static void problem(struct reader *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void problem(struct reader *r, const char *fmt, ...)
{
    va_list ap;

    if (++r->problem_count > MAX_PROBLEMS)
        return;
    buf_addf(r->problems, "row %zu", r->row);
    if (r->line != r->row)
        buf_addf(r->problems, " (line %zu)", r->line);
    if (r->column)
        buf_addf(r->problems, ", column %s", r->column);
    buf_addz(r->problems, ": ");
    va_start(ap, fmt);
    buf_addv(r->problems, fmt, ap);
    va_end(ap);
    buf_addc(r->problems, '\n');
}

/* ---- values ---- */

/* Lower case with '_' for blanks, dashes and dots: how words of closed sets and headers are
 * compared. */
static struct slice word_of(struct reader *r, struct slice s)
{
    struct slice folded = text_fold_copy(s, r->a);
    char *out = arena_alloc(r->a, folded.len + 1);

    if (!folded.ptr || !out) {
        r->full = true;
        return (struct slice){NULL, 0};
    }
    for (size_t i = 0; i < folded.len; i++)
        out[i] = folded.ptr[i] == ' ' ? '_' : folded.ptr[i];
    return (struct slice){out, folded.len};
}

/* The number of `value` in a closed set, or -1 with the problem written down. */
static int one_of(struct reader *r, struct slice value, const char *const *names, size_t n)
{
    char list[256] = "";
    struct slice word = word_of(r, value);

    for (size_t i = 0; i < n; i++) {
        if (names[i] && slice_is(word, names[i]))
            return (int)i;
        size_t len = strlen(list);
        if (names[i])
            snprintf(list + len, sizeof(list) - len, "%s%s", len > 0 ? ", " : "", names[i]);
    }
    const char *like = text_did_you_mean(word, names, n);
    problem(r, "\"%.*s\" is none of %s%s%s%s", SLICE_FMT(value), list,
            like ? "; did you mean " : "", like ? like : "", like ? "?" : "");
    return -1;
}

static void read_number(struct reader *r, struct slice value, int64_t least, int64_t *out)
{
    if (!num_parse(value, least, MAX_SEATS, out))
        problem(r, "\"%.*s\" is not a whole number from %d to %d", SLICE_FMT(value), (int)least,
                MAX_SEATS);
}

/* Yes, TRUE, 1, a tick; No, FALSE, 0, a cross. */
static enum endorse_tri tri_of(struct reader *r, struct slice value)
{
    static const char *const yes[] = {"yes", "y", "true", "t", "1", "x", "si"};
    static const char *const no[] = {"no", "n", "false", "f", "0"};
    static const char *const ticks[] = {"\xe2\x9c\x93", "\xe2\x9c\x94", "\xe2\x9c\x85",
                                        "\xe2\x98\x91", "\xe2\x9c\x94\xef\xb8\x8f"};
    static const char *const crosses[] = {"\xe2\x9c\x97", "\xe2\x9c\x98", "\xe2\x98\x90",
                                          "\xe2\x9d\x8c"};
    struct slice word = word_of(r, value);

    for (size_t i = 0; i < COUNT(ticks); i++)
        if (slice_is(value, ticks[i]))
            return TRI_YES;
    for (size_t i = 0; i < COUNT(crosses); i++)
        if (slice_is(value, crosses[i]))
            return TRI_NO;
    for (size_t i = 0; i < COUNT(yes); i++)
        if (slice_is(word, yes[i]))
            return TRI_YES;
    for (size_t i = 0; i < COUNT(no); i++)
        if (slice_is(word, no[i]))
            return TRI_NO;
    problem(r, "\"%.*s\" is neither yes nor no", SLICE_FMT(value));
    return TRI_UNSAID;
}

static struct slice clean_text(struct reader *r, struct slice raw)
{
    struct slice s = text_clean_copy(raw, r->a);

    if (!s.ptr)
        r->full = true;
    if (slice_find(s, SLICE("\xef\xbf\xbd")) != SIZE_MAX)
        problem(r, "it is not UTF-8; save the list as \"CSV UTF-8\"");
    else if (slice_trim(raw).len > 2 * TEXT_MAX || (raw.len > TEXT_MAX && s.len > TEXT_MAX - 4))
        problem(r, "it is longer than %d bytes; shorten it", TEXT_MAX);
    return s;
}

/* "a|b": the items, cleaned, empty ones dropped. */
static struct slice *read_list(struct reader *r, struct slice raw, size_t *count)
{
    struct slice item, *items;
    size_t n = 1;

    for (size_t i = 0; i < raw.len; i++)
        n += raw.ptr[i] == '|';
    *count = 0;
    items = n <= MAX_ITEMS ? arena_array(r->a, n, sizeof(*items)) : NULL;
    if (!items) {
        r->full |= n <= MAX_ITEMS;
        if (n > MAX_ITEMS)
            problem(r, "it has %zu items, more than %d", n, MAX_ITEMS);
        return NULL;
    }
    while (slice_next(&raw, '|', &item)) {
        item = clean_text(r, item);
        if (item.len > 0)
            items[(*count)++] = item;
    }
    return items;
}

/* ---- columns ---- */

static const char *const types[] = {"general", "primary", "runoff", "special"};

static void read_state(struct reader *r, struct slice value, struct endorsement *e)
{
    struct slice s = clean_text(r, value);
    const struct state *found = states_find(s);

    if (found)
        e->state = slice_of(found->code);
    else
        problem(r, "\"%.*s\" is no state; write its two letters, such as GA", SLICE_FMT(s));
}

static void read_status(struct reader *r, struct slice value, struct endorsement *e)
{
    int i = one_of(r, value, endorsement_statuses, ENDORSE_STATUSES);

    if (i >= 0)
        e->status = (enum endorse_status)i;
}

static void read_level(struct reader *r, struct slice value, struct endorsement *e)
{
    /* "unknown" is ours, not the list's */
    int i = one_of(r, value, endorsement_levels + 1, LEVELS - 1);

    if (i >= 0)
        e->level = (enum endorse_level)(i + 1);
}

static void read_type(struct reader *r, struct slice value, struct endorsement *e)
{
    int i = one_of(r, value, types, COUNT(types));

    if (i >= 0)
        e->election_type = slice_of(types[i]);
}

static void read_term(struct reader *r, struct slice value, struct endorsement *e)
{
    static const char *const terms[] = {"full", "unexpired"};

    e->unexpired = one_of(r, value, terms, COUNT(terms)) == 1;
}

static void read_wins(struct reader *r, struct slice value, struct endorsement *e)
{
    static const char *const wins[] = {"seat", "nomination"};

    e->wins = one_of(r, value, wins, COUNT(wins)) == 1 ? WINS_NOMINATION : WINS_SEAT;
}

static void read_choice(struct reader *r, struct slice value, struct endorsement *e)
{
    static const char *const sides[] = {"yes", "no", "for", "against"};
    int i = one_of(r, value, sides, COUNT(sides));

    if (i >= 0)
        e->choice = i % 2 == 0 ? CHOICE_YES : CHOICE_NO;
}

/* "2025-11-04", and what spreadsheets make of it: "11/4/2025". */
static void read_date(struct reader *r, struct slice value, struct endorsement *e)
{
    int64_t month, day, year;
    struct slice rest = value, m, d;
    char iso[11];

    if (when_parse_date(value, &e->date))
        return;
    if (slice_next(&rest, '/', &m) && slice_next(&rest, '/', &d) && num_parse(m, 1, 12, &month) &&
        num_parse(d, 1, 31, &day) && num_parse(rest, 1900, 9999, &year)) {
        snprintf(iso, sizeof(iso), "%04d-%02d-%02d", (int)year, (int)month, (int)day);
        if (when_parse_date(slice_of(iso), &e->date))
            return;
    }
    problem(r, "\"%.*s\" is no date; write YYYY-MM-DD", SLICE_FMT(value));
}

/* "HH:MM" with hours of first to last. */
static bool read_clock(struct slice text, int64_t first, int64_t last, int64_t *minutes)
{
    struct slice h, m;
    int64_t hour, minute;

    if (!slice_next(&text, ':', &h) || !slice_next(&text, ':', &m) || text.len > 0 || m.len != 2 ||
        !num_parse(h, first, last, &hour) || !num_parse(m, 0, 59, &minute))
        return false;
    *minutes = hour * 60 + minute;
    return true;
}

/* "19:00", "7:00 PM", "7:00 p.m."; past midnight up to 29:59. */
static void read_polls(struct reader *r, struct slice value, struct endorsement *e)
{
    static const struct {
        const char *half;
        int64_t first, last, add; /* hours; added, in minutes */
    } halves[] = {{"am", 1, 12, 0}, {"pm", 1, 12, 12 * 60}, {"", 0, 29, 0}};
    struct slice word = text_fold_copy(value, r->a), clock = value;
    int64_t minutes;

    for (size_t i = 0; i < sizeof(halves) / sizeof(halves[0]); i++) {
        if (!slice_ends(word, slice_of(halves[i].half)))
            continue;
        while (halves[i].half[0] && clock.len > 0 &&
               !strchr("0123456789", clock.ptr[clock.len - 1]))
            clock.len--;
        if (!read_clock(clock, halves[i].first, halves[i].last, &minutes))
            break;
        bool twelve = halves[i].half[0] && minutes >= 12 * 60;
        e->polls_minute = minutes + halves[i].add - (twelve ? 12 * 60 : 0);
        return;
    }
    problem(r, "\"%.*s\" is no time of day; write HH:MM, such as 19:00", SLICE_FMT(value));
}

static void read_seats(struct reader *r, struct slice value, struct endorsement *e)
{
    read_number(r, value, 1, &e->seats);
}

static void read_places(struct reader *r, struct slice value, struct endorsement *e)
{
    read_number(r, value, 1, &e->places);
}

static void read_held(struct reader *r, struct slice value, struct endorsement *e)
{
    read_number(r, value, 0, &e->seats_held_by_others);
}

static void read_flip(struct reader *r, struct slice value, struct endorsement *e)
{
    e->flip = tri_of(r, value);
}

static void read_incumbent(struct reader *r, struct slice value, struct endorsement *e)
{
    e->incumbent = tri_of(r, value);
}

static void read_opponent(struct reader *r, struct slice value, struct endorsement *e)
{
    e->opponent_incumbent = tri_of(r, value);
}

static void read_aliases(struct reader *r, struct slice value, struct endorsement *e)
{
    e->aliases = read_list(r, value, &e->alias_count);
}

static void read_counties(struct reader *r, struct slice value, struct endorsement *e)
{
    e->counties = read_list(r, value, &e->county_count);
}

static void read_tags(struct reader *r, struct slice value, struct endorsement *e)
{
    e->tags = read_list(r, value, &e->tag_count);
}

static void read_hints(struct reader *r, struct slice value, struct endorsement *e)
{
    size_t n;
    struct slice *items = read_list(r, value, &n);
    struct endorse_hint *hints = items ? arena_array(r->a, n + 1, sizeof(*hints)) : NULL;

    r->full |= items && !hints;
    for (size_t i = 0; hints && i < n; i++) {
        size_t at = slice_find(items[i], SLICE("="));
        struct slice source = slice_trim(slice_sub(items[i], 0, at));
        struct slice contest = slice_sub(items[i], at, items[i].len);
        contest = slice_trim(slice_sub(contest, 1, contest.len));
        if (at == SIZE_MAX || source.len == 0 || contest.len == 0)
            problem(r, "\"%.*s\" is no hint; write SOURCE=contest id or text", SLICE_FMT(items[i]));
        else
            hints[e->hint_count++] = (struct endorse_hint){source, contest};
    }
    e->hints = hints;
}

static void read_race_id(struct reader *r, struct slice value, struct endorsement *e)
{
    bool ok = value.len <= RACE_ID_MAX;

    for (size_t i = 0; i < value.len && ok; i++) {
        char c = value.ptr[i];
        ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '-' || c == '_' || c == '.';
    }
    if (ok)
        e->race_id = arena_copy(r->a, value);
    else
        problem(r, "\"%.*s\" is no race_id; use at most %d of A-Z a-z 0-9 - _ .",
                SLICE_FMT(slice_sub(value, 0, TEXT_MAX)), RACE_ID_MAX);
}

#define TEXT(field) .offset = offsetof(struct endorsement, field)

static const struct column columns[] = {
    {"candidate_name", TEXT(name), .required = true},
    {"state", .read = read_state, .required = true},
    {"office", TEXT(office), .required = true},
    {"endorsement_id", TEXT(id)},
    {"status", .read = read_status},
    {"ballot_name", TEXT(ballot_name)},
    {"aliases", .read = read_aliases},
    {"party", TEXT(party)},
    {"office_level", .read = read_level},
    {"division_id", TEXT(division)},
    {"jurisdiction", TEXT(jurisdiction)},
    {"district", TEXT(district)},
    {"seat", TEXT(seat)},
    {"term", .read = read_term},
    {"county", TEXT(county)},
    {"counties", .read = read_counties},
    {"seats_to_fill", .read = read_seats},
    {"advance_to", .read = read_places},
    {"election_date", .read = read_date},
    {"election_type", .read = read_type},
    {"contest_party", TEXT(contest_party)},
    {"wins", .read = read_wins},
    {"continues", TEXT(continues)},
    {"choice", .read = read_choice},
    {"incumbent", .read = read_incumbent},
    {"opponent_incumbent", .read = read_opponent},
    {"held_by", TEXT(held_by)},
    {"seats_held_by_others", .read = read_held},
    {"flip", .read = read_flip},
    {"polls_close", .read = read_polls},
    {"race_id", .read = read_race_id},
    {"ap_race_id", TEXT(ap_race_id)},
    {"ap_candidate_id", TEXT(ap_candidate_id)},
    {"source_hints", .read = read_hints},
    {"tags", .read = read_tags},
    {"cohort", TEXT(cohort)},
    {"website", .passed_on = true},
    {"press_note", .passed_on = true},
    {"notes", .passed_on = true},
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

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

static void place_column(struct reader *r, struct header *h, int column, size_t field)
{
    r->column = columns[column].name;
    if (h->field[column] >= 0)
        problem(r, "it is there twice, as field %d and field %zu; rename one", h->field[column] + 1,
                field + 1);
    h->field[column] = (int)field;
    h->column[field] = column;
    r->column = NULL;
}

/* column.X = Y of the configuration comes before names that fit by themselves. */
static void map_columns(struct reader *r, const struct endorse_column *map, size_t map_count,
                        const struct slice *words, struct header *h)
{
    for (size_t i = 0; i < map_count; i++) {
        int column = column_named(map[i].ours);
        const char *like = like_column(map[i].ours);
        struct slice theirs = word_of(r, map[i].theirs);
        size_t field = 0;
        if (column < 0) {
            problem(r, "column.%.*s maps no column of ours%s%s%s", SLICE_FMT(map[i].ours),
                    like ? "; did you mean " : "", like ? like : "", like ? "?" : "");
            continue;
        }
        while (field < h->count && !slice_eq(words[field], theirs))
            field++;
        if (field == h->count)
            problem(r, "column.%s = %.*s: the file has no such column", columns[column].name,
                    SLICE_FMT(map[i].theirs));
        else
            place_column(r, h, column, field);
    }
}

static bool read_header(struct reader *r, const struct endorse_column *map, size_t map_count,
                        const struct slice *fields, size_t n, struct header *h)
{
    struct slice words[MAX_FIELDS];
    const char *plain[MAX_FIELDS];
    bool mapped[COLUMNS];
    size_t before = r->problem_count;

    h->count = n;
    memset(h->column, -1, sizeof(h->column));
    memset(h->field, -1, sizeof(h->field));
    for (size_t i = 0; i < n; i++) {
        words[i] = word_of(r, fields[i]);
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
    for (size_t i = 0; i < COLUMNS; i++) {
        if (!columns[i].required || h->field[i] >= 0)
            continue;
        const char *like = text_did_you_mean(slice_of(columns[i].name), plain, n);
        problem(r, "the column %s is missing; add it, or map it with column.%s = %s",
                columns[i].name, columns[i].name, like ? like : "(its name in this file)");
    }
    return r->problem_count == before;
}

/* ---- rows ---- */

static bool is_blank(const struct slice *fields, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (slice_trim(fields[i]).len > 0)
            return false;
    return true;
}

static void read_cell(struct reader *r, const struct column *c, struct slice raw,
                      struct endorsement *e)
{
    struct slice value;

    r->column = c->name;
    /* Lists are longer than one text may be: their items are cleaned one by one. */
    bool list = memchr(raw.ptr ? raw.ptr : "", '|', raw.len) || c->read == read_hints;
    value = c->passed_on || list ? slice_trim(raw) : clean_text(r, raw);
    if (value.len == 0 && c->required)
        problem(r, "it is empty");
    if (value.len > 0 && c->read)
        c->read(r, value, e);
    else if (value.len > 0 && !c->passed_on)
        *(struct slice *)((char *)e + c->offset) = list ? clean_text(r, raw) : value;
    r->column = NULL;
}

/* What a row leaves open and other parts of it decide. */
static void complete(struct reader *r, const struct header *h, const struct slice *fields,
                     struct endorsement *e)
{
    struct office_text office;
    int wins_at = h->field[column_named(SLICE("wins"))];
    bool wins = wins_at >= 0 && slice_trim(fields[wins_at]).len > 0;

    if (!wins && e->contest_party.len > 0)
        e->wins = WINS_NOMINATION;
    if (e->level == LEVEL_UNKNOWN && office_read(e->office, r->a, &office) && office.class)
        e->level = office.class->level;
    if (e->seats > 0 && e->seats_held_by_others > e->seats) {
        r->column = "seats_held_by_others";
        problem(r, "it says %d, but seats_to_fill is %d", (int)e->seats_held_by_others,
                (int)e->seats);
        r->column = NULL;
    }
}

static void read_row(struct reader *r, const struct header *h, const struct slice *fields, size_t n,
                     struct endorsement *e)
{
    *e = (struct endorsement){.date = r->date,
                              .seats = -1,
                              .places = -1,
                              .seats_held_by_others = -1,
                              .polls_minute = -1,
                              .line = r->line};
    if (n != h->count) {
        problem(r,
                "it has %zu fields, the header has %zu; look for a missing or unquoted separator",
                n, h->count);
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
    size_t row;
};

static struct identity *remember(struct reader *r, struct map *m, struct slice id, struct slice key,
                                 const struct endorsement *e)
{
    struct identity *mine = arena_alloc(r->a, sizeof(*mine));

    if (!mine || !map_put(m, id, mine)) {
        r->full = true;
        return NULL;
    }
    *mine = (struct identity){key, e, r->row};
    return mine;
}

/* Give e its race, and hold rows of one race_id to one state and day. */
static void set_race(struct reader *r, struct map *races, struct endorsement *e)
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
        problem(r, "%.*s is another state's or day's race in row %zu", SLICE_FMT(e->race_id),
                other->row);
    r->column = NULL;
}

static void set_id(struct reader *r, struct map *ids, struct endorsement *e)
{
    const struct identity *other;

    bool own = e->id.len > 0;
    if (!own) {
        struct buf b;
        buf_init(&b, 4096);
        office_slug(e->name, &b);
        office_slug(e->race_id, &b);
        struct slice key =
            arena_printf(r->a, "%.*s\x1f%.*s", SLICE_FMT(e->name), SLICE_FMT(e->race_id));
        e->id = race_id_cut(buf_slice(&b), key, false, r->a);
        buf_done(&b);
        r->full |= !key.ptr || !e->id.ptr;
    }
    other = map_get(ids, e->id);
    r->column = own ? "endorsement_id" : NULL;
    if (!other)
        remember(r, ids, e->id, (struct slice){"", 0}, e);
    else if (own)
        problem(r, "%.*s is also the id of row %zu; ids must differ", SLICE_FMT(e->id), other->row);
    else
        problem(
            r, "it is the same person and race as row %zu; drop one or give both an endorsement_id",
            other->row);
    r->column = NULL;
}

/* Rows kept while their number is not known. */
struct rows {
    struct endorsement **list;
    size_t count, room;
};

static struct endorsement *keep_row(struct reader *r, struct rows *rows)
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

static void read_all_rows(struct reader *r, struct csv *c, const struct header *h,
                          struct rows *rows, struct map *ids, struct map *races, struct err *e)
{
    struct slice *fields;
    size_t n;

    while (!r->full && csv_next(c, r->a, MAX_FIELDS, &fields, &n, e)) {
        r->row++;
        r->line = c->line;
        if (is_blank(fields, n))
            continue;
        if (rows->count == MAX_ROWS) {
            problem(r, "more than %d rows", MAX_ROWS);
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

static bool read_rows(struct reader *r, struct csv *c, const struct header *h,
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

static bool refuse(struct reader *r, struct err *e)
{
    if (r->problem_count > MAX_PROBLEMS)
        buf_addf(r->problems, "and %zu more\n", r->problem_count - MAX_PROBLEMS);
    return err_set(e, ERR_DATA, "the endorsement list has %zu problem%s; nothing of it is used",
                   r->problem_count, r->problem_count == 1 ? "" : "s");
}

bool endorse_parse(struct slice csv, const struct endorse_column *map, size_t map_count,
                   int64_t date, struct arena *a, struct endorsements *out, struct buf *problems,
                   struct err *e)
{
    struct reader r = {.a = a, .problems = problems, .date = date, .row = 1, .line = 1};
    struct endorsements list = {NULL, 0};
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
        if (!read_rows(&r, &c, h, &list, e))
            return err_set(e, ERR_DATA, "the endorsement list is too big for its memory");
    }
    if (e->kind != ERR_NONE) {
        r.row++;
        r.line = c.line;
        problem(&r, "%s", e->text);
    } else if (list.count == 0) {
        problem(&r, "the list holds no endorsement");
    }
    if (r.problem_count > 0)
        return refuse(&r, e);
    *out = list;
    return true;
}
