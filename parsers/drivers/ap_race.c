/* SPDX-License-Identifier: ISC */
/* One race of AP's Elections API: its rows of reporting units, each with all candidates. The row of
 * level "state" ("national" for the whole country) is the race: names, votes, and `winner`, which
 * AP copies to every other row (ap_marks.h). The other rows are counties by FIPS code; towns in New
 * England, where many share their county's code; districts. Before there are results a race has no
 * rows and names its candidates itself.
 */
#include "parsers/drivers/ap_race.h"

#include <string.h>

#include "daemon/base/map.h"
#include "daemon/base/when.h"
#include "parsers/drivers/ap_marks.h"
#include "parsers/field.h"
#include "parsers/json.h"
#include "parsers/label.h"
#include "parsers/pool.h"

#define ROWS_MAX 1000000 /* of one race; and candidates */
#define CODES_MAX 4096   /* of counties in one race that are told apart */

/* What is read of a row. Both spellings of its name and id occur. */
enum {
    LEVEL,
    NAME,
    NAME_TOO,
    ID,
    ID_TOO,
    FIPS,
    FIPS_TOO,
    REPORTING,
    TOTAL,
    CANDIDATES,
    ROW_MEMBERS
};
static const struct slice row_keys[ROW_MEMBERS] = {
    [LEVEL] = SLICE_INIT("level"),
    [NAME] = SLICE_INIT("reportingunitName"),
    [NAME_TOO] = SLICE_INIT("reportingUnitName"),
    [ID] = SLICE_INIT("reportingunitID"),
    [ID_TOO] = SLICE_INIT("reportingUnitID"),
    [FIPS] = SLICE_INIT("fipsCode"),
    [FIPS_TOO] = SLICE_INIT("FIPSCode"),
    [REPORTING] = SLICE_INIT("precinctsReporting"),
    [TOTAL] = SLICE_INIT("precinctsTotal"),
    [CANDIDATES] = SLICE_INIT("candidates"),
};

/* ... and of a race, more than once or in most of them. */
enum {
    RACE_ID,
    STATE,
    UNITS,
    OFFICE_ID,
    OFFICE,
    SEAT,
    SEAT_NUMBER,
    DESCRIPTION,
    PARTY,
    TYPE,
    TYPE_ID,
    WINNERS,
    CALL,
    UNCONTESTED,
    RACE_MEMBERS
};
static const struct slice race_keys[RACE_MEMBERS] = {
    [RACE_ID] = SLICE_INIT("raceID"),       [STATE] = SLICE_INIT("statePostal"),
    [UNITS] = SLICE_INIT("reportingUnits"), [OFFICE_ID] = SLICE_INIT("officeID"),
    [OFFICE] = SLICE_INIT("officeName"),    [SEAT] = SLICE_INIT("seatName"),
    [SEAT_NUMBER] = SLICE_INIT("seatNum"),  [DESCRIPTION] = SLICE_INIT("description"),
    [PARTY] = SLICE_INIT("party"),          [TYPE] = SLICE_INIT("raceType"),
    [TYPE_ID] = SLICE_INIT("raceTypeID"),   [WINNERS] = SLICE_INIT("numWinners"),
    [CALL] = SLICE_INIT("raceCallStatus"),  [UNCONTESTED] = SLICE_INIT("uncontested"),
};

struct ap_row {
    struct json members[ROW_MEMBERS];
    struct slice level, fips;
    bool whole, county; /* whole: of the race */
    bool part;          /* a state's, where the whole is the country's */
};

struct race {
    struct job *job;
    struct ap_room *room;
    struct json v, whole; /* whole: the state's row, or the race where it has none */
    struct json members[RACE_MEMBERS];
    size_t number;
    struct slice id, state;
    struct slice *ids; /* of the candidates, in order */
    size_t choices;
    struct ap_row *rows;
    size_t row_count, wholes, nationals;
    struct map *codes; /* rows by FIPS code, the first of each; NULL: none yet */
};

static struct slice said(const struct race *r, size_t member)
{
    return slice_trim(json_str(r->members[member]));
}

/* An id that lives as long as the document, or the arena. */
static struct slice id_of(struct race *r, struct json v)
{
    struct slice s = slice_trim(json_str(v));
    return s.ptr != NULL ? s : field_id(r->job->arena, v);
}

static bool is_measure(const struct race *r)
{
    return slice_is(said(r, OFFICE_ID), "I");
}

/* ---- the race ---- */

/* What a race is where raceType is missing. */
static const struct {
    const char *id, *type, *party;
} race_types[] = {{"D", "Primary", "Dem"}, {"R", "Primary", "GOP"}, {"G", "General", ""},
                  {"E", "Caucus", "Dem"},  {"S", "Caucus", "GOP"},  {"X", "Open Primary", ""}};

static void fill_type(const struct race *r, struct results_contest_in *c)
{
    struct slice id = said(r, TYPE_ID);
    c->election_type = said(r, TYPE);
    c->party = said(r, PARTY);
    for (size_t i = 0; i < sizeof race_types / sizeof *race_types; i++) {
        if (!slice_is(id, race_types[i].id))
            continue;
        if (c->election_type.len == 0)
            c->election_type = slice_of(race_types[i].type);
        if (c->party.len == 0)
            c->party = slice_of(race_types[i].party);
    }
}

/* "MA U.S. House District 1 Dem". */
static struct slice title(const struct race *r, struct slice party)
{
    struct slice parts[] = {r->state, said(r, OFFICE), said(r, SEAT), party};
    if (parts[1].len == 0)
        parts[1] = said(r, DESCRIPTION);
    return field_joined(r->job->arena, parts, sizeof parts / sizeof *parts);
}

/* How many candidates are marked won, and when the last of them was; WHEN_UNKNOWN. */
static int winners(const struct race *r, int64_t *called_ms)
{
    struct json_walk at = {0};
    struct slice key;
    struct json v;
    int n = 0;
    *called_ms = WHEN_UNKNOWN;
    while (json_next(json_get(r->whole, "candidates"), &at, &key, &v)) {
        enum results_mark mark;
        int64_t when;
        if (!ap_marks_read(json_get(v, "winner"), &mark) || mark == RESULTS_UNMARKED)
            continue;
        n += mark == RESULTS_WON;
        if (when_parse(field_text(v, "winnerDateTime"), false, &when) &&
            (*called_ms == WHEN_UNKNOWN || when > *called_ms))
            *called_ms = when;
    }
    return n;
}

static int64_t positive(struct json v)
{
    int64_t n = field_count(v);
    return n > 0 ? n : -1;
}

/* One seat is what a missing numWinners means, but in a first round for all parties and where more
 * than one have won. */
static int64_t seats(const struct race *r, int won)
{
    struct json stated = r->members[WINNERS];
    if (json_type(stated) != JSON_NONE || is_measure(r))
        return positive(stated);
    return won > 1 || slice_is(said(r, TYPE_ID), "X") ? -1 : 1;
}

/* Statuses of version 3 that say "nobody is called". The others say that somebody is, or are not
 * known to us: they say nothing. */
static bool says_uncalled(const struct race *r)
{
    static const char *const statuses[] = {"Uncalled", "Too Early to Call", "Too Close to Call",
                                           "Unable to Call", "Awaiting Ranked Choice Results"};
    struct slice status = said(r, CALL);
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (slice_eq_nocase(status, slice_of(statuses[i])))
            return true;
    return false;
}

static bool begin(struct race *r, struct fault *f)
{
    struct results_contest_in c = RESULTS_CONTEST_DEFAULT;
    bool uncontested = false;
    int won = winners(r, &c.called_ms);
    fill_type(r, &c);
    c.id = r->id;
    c.text = title(r, c.party);
    c.state = slice_is(r->state, "US") ? (struct slice){NULL, 0} : r->state;
    c.county = job_option(r->job, "county");
    c.office = said(r, OFFICE);
    if (!is_measure(r))
        c.district = id_of(r, r->members[SEAT_NUMBER]);
    c.seats = seats(r, won);
    c.places = positive(json_get(r->v, "numRunoff"));
    if (!when_parse(field_text(r->whole, "lastUpdated"), false, &c.updated_ms))
        c.updated_ms = WHEN_UNKNOWN;
    if (is_measure(r))
        c.flags |= RESULTS_MEASURE;
    if (slice_find_nocase(said(r, CALL), SLICE("ranked choice")) != SIZE_MAX)
        c.flags |= RESULTS_RANKED;
    if (ap_marks_stated(json_get(r->whole, "candidates")) || says_uncalled(r))
        c.flags |= RESULTS_MARKS_STATED;
    if (json_bool(r->members[UNCONTESTED], &uncontested) && uncontested)
        c.flags |= RESULTS_UNCONTESTED;
    if (!results_contest_begin(r->job->builder, &c, &f->err))
        return field_limit(f);
    if (won > 0 && c.seats <= won && says_uncalled(r)) /* of several seats some may be called */
        results_contest_bad(r->job->builder,
                            "race %.*s: raceCallStatus is \"%.*s\", and yet a "
                            "candidate has won",
                            SLICE_FMT(r->id), SLICE_FMT(said(r, CALL)));
    return true;
}

/* ---- candidates ---- */

static bool add_choice(struct race *r, struct json v, struct slice id, struct json winner,
                       struct fault *f)
{
    enum { FIRST, MIDDLE, LAST, SUFFIX, OF_PARTY, INCUMBENT, MEMBERS };
    static const struct slice keys[MEMBERS] = {
        [FIRST] = SLICE_INIT("first"),    [MIDDLE] = SLICE_INIT("middle"),
        [LAST] = SLICE_INIT("last"),      [SUFFIX] = SLICE_INIT("suffix"),
        [OF_PARTY] = SLICE_INIT("party"), [INCUMBENT] = SLICE_INIT("incumbent")};
    struct json c[MEMBERS];
    struct slice names[OF_PARTY];
    struct results_choice_in in = {.id = id};
    bool incumbent = false;
    uint32_t index;
    json_pick(v, keys, MEMBERS, c);
    for (size_t i = 0; i < OF_PARTY; i++)
        names[i] = slice_trim(json_str(c[i]));
    in.name = field_joined(r->job->arena, names, OF_PARTY);
    in.party = label_party(json_str(c[OF_PARTY]));
    if (in.name.ptr == NULL)
        return fault_set(f, WIRE_LIMIT, "races[%zu]: no memory for a name", r->number);
    if (json_bool(c[INCUMBENT], &incumbent) && incumbent)
        in.flags |= RESULTS_INCUMBENT;
    if (label_is_write_in(in.name))
        in.flags |= RESULTS_WRITE_IN;
    if (!ap_marks_read(winner, &in.mark))
        results_contest_bad(r->job->builder,
                            "race %.*s: winner of candidate %.*s: %.*s is no known mark",
                            SLICE_FMT(r->id), SLICE_FMT(slice_sub(id, 0, 40)),
                            SLICE_FMT(field_shown(r->job->arena, winner)));
    if (!results_choice(r->job->builder, &in, &index, &f->err))
        return field_limit(f);
    r->ids[r->choices++] = id;
    return true;
}

/* One candidate of a row: the race's own row makes the choices, the others know them, mostly in
 * the same order. */
static bool candidate(struct race *r, struct json v, uint32_t unit, uint32_t index,
                      struct slice where, struct fault *f)
{
    struct results_builder *b = r->job->builder;
    enum { CANDIDATE, VOTES, WINNER, MEMBERS };
    static const struct slice keys[MEMBERS] = {[CANDIDATE] = SLICE_INIT("candidateID"),
                                               [VOTES] = SLICE_INIT("voteCount"),
                                               [WINNER] = SLICE_INIT("winner")};
    struct json c[MEMBERS];
    json_pick(v, keys, MEMBERS, c);
    int64_t votes = VOTES_UNKNOWN;
    struct slice id = id_of(r, c[CANDIDATE]);
    if (json_type(c[VOTES]) != JSON_NONE && !field_votes(c[VOTES], &votes))
        results_contest_bad(b, "race %.*s, %.*s: voteCount %.*s is not a count of votes",
                            SLICE_FMT(r->id), SLICE_FMT(field_excerpt(r->job->arena, where)),
                            SLICE_FMT(field_shown(r->job->arena, c[VOTES])));
    bool known = field_choice(r->ids, r->choices, id, &index);
    if (id.len == 0 || known != (unit > 0)) {
        results_contest_bad(b, "race %.*s, %.*s: candidateID \"%.*s\" %s", SLICE_FMT(r->id),
                            SLICE_FMT(field_excerpt(r->job->arena, where)),
                            SLICE_FMT(slice_sub(id, 0, 40)),
                            id.len == 0 ? "is missing"
                            : known     ? "stands twice"
                                        : "is not in the state's row");
        return true;
    }
    if (unit == 0) {
        index = (uint32_t)r->choices;
        if (!add_choice(r, v, id, c[WINNER], f))
            return false;
    }
    return results_votes_once(b, unit, index, votes, &f->err) || field_limit(f);
}

static bool candidates(struct race *r, struct json list, uint32_t unit, struct slice where,
                       struct fault *f)
{
    struct json_walk at = {0};
    struct slice key;
    struct json v;
    uint32_t n = 0;
    if (json_type(list) != JSON_ARRAY)
        results_contest_bad(r->job->builder, "race %.*s, %.*s: no array \"candidates\"",
                            SLICE_FMT(r->id), SLICE_FMT(field_excerpt(r->job->arena, where)));
    while (json_next(list, &at, &key, &v))
        if (!candidate(r, v, unit, n++, where, f))
            return false;
    return true;
}

/* ---- rows ---- */

static bool in_new_england(struct slice state)
{
    static const struct slice states[] = {SLICE_INIT("CT"), SLICE_INIT("MA"), SLICE_INIT("ME"),
                                          SLICE_INIT("NH"), SLICE_INIT("RI"), SLICE_INIT("VT")};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (slice_eq(state, states[i]))
            return true;
    return false;
}

/* A county has a FIPS code that no other row of the race has. Rows by reporting unit are towns in
 * New England, with their county's code; rows by FIPS code are counties everywhere. */
static bool may_be_county(const struct ap_row *row, bool new_england)
{
    bool by_unit = slice_eq_nocase(row->level, SLICE("subunit"));
    bool district = slice_eq_nocase(row->level, SLICE("district"));
    return !row->whole && !row->part && row->fips.len > 0 && !district && !(by_unit && new_england);
}

/* False: too many. */
static bool find_counties(struct race *r)
{
    bool new_england = in_new_england(r->state);
    for (size_t i = 0; i < r->row_count; i++) {
        struct ap_row *row = &r->rows[i];
        row->county = may_be_county(row, new_england);
        if (!row->county)
            continue;
        if (r->codes == NULL && (r->codes = map_new(CODES_MAX, false)) == NULL)
            return false;
        struct ap_row *other = map_get(r->codes, row->fips);
        if (other != NULL)
            other->county = row->county = false;
        else if (!map_put(r->codes, row->fips, row))
            return false;
    }
    return true;
}

static struct json either(const struct ap_row *row, size_t one, size_t other)
{
    return json_type(row->members[one]) != JSON_NONE ? row->members[one] : row->members[other];
}

/* Of no precincts at all, as where a race is uncontested, none are in or out. */
static void progress(const struct ap_row *row, int64_t *reporting, int64_t *total)
{
    *total = positive(row->members[TOTAL]);
    *reporting = *total > 0 ? field_count(row->members[REPORTING]) : -1;
}

static bool unit(struct race *r, const struct ap_row *row, struct fault *f)
{
    struct results_unit_in in = RESULTS_UNIT_DEFAULT;
    uint32_t index;
    in.name = slice_trim(json_str(either(row, NAME, NAME_TOO)));
    if (row->county) {
        in.type = RESULTS_COUNTY;
        in.id = row->fips;
    } else {
        in.type = RESULTS_MUNICIPALITY;
        in.id = id_of(r, either(row, ID, ID_TOO));
    }
    progress(row, &in.reporting, &in.total);
    if (in.id.len == 0 && in.name.len == 0) {
        results_contest_bad(r->job->builder,
                            "race %.*s: a reporting unit with neither fipsCode, ID nor name",
                            SLICE_FMT(r->id));
        return true;
    }
    if (!results_unit(r->job->builder, &in, &index, &f->err))
        return field_limit(f);
    return candidates(r, row->members[CANDIDATES], index, in.name.len > 0 ? in.name : in.id, f);
}

static bool too_many(const struct race *r, struct fault *f)
{
    return fault_set(f, WIRE_LIMIT, "races[%zu] (race %.*s) has too many reporting units",
                     r->number, SLICE_FMT(field_excerpt(r->job->arena, r->id)));
}

static void read_row(struct race *r, struct json v, struct ap_row *row)
{
    json_pick(v, row_keys, ROW_MEMBERS, row->members);
    row->level = slice_trim(json_str(row->members[LEVEL]));
    bool national = slice_eq_nocase(row->level, SLICE("national"));
    row->part = false;
    row->whole = national || slice_eq_nocase(row->level, SLICE("state"));
    row->fips = id_of(r, either(row, FIPS, FIPS_TOO));
    if (row->whole && (national || r->nationals == 0))
        r->whole = v;
    r->wholes += row->whole;
    r->nationals += national;
}

/* The country's row beside those of its states: these are parts of it. */
static void part_states(struct race *r)
{
    for (size_t i = 0; i < r->row_count && r->nationals == 1 && r->wholes > 1; i++) {
        struct ap_row *row = &r->rows[i];
        row->part = slice_eq_nocase(row->level, SLICE("state"));
        row->whole &= !row->part;
        r->wholes -= row->part;
    }
}

static bool read_rows(struct race *r, struct json rows, struct fault *f)
{
    struct json_walk at = {0};
    struct slice key;
    struct json v;
    if (!pool_grow(r->job->arena, &r->room->rows, &r->room->row_room, json_count(rows),
                   sizeof *r->rows, ROWS_MAX))
        return too_many(r, f);
    r->rows = r->room->rows;
    while (json_next(rows, &at, &key, &v))
        read_row(r, v, &r->rows[r->row_count++]);
    part_states(r);
    return true;
}

static bool fill_rows(struct race *r, struct fault *f)
{
    int64_t reporting, total;
    for (size_t i = 0; i < r->row_count; i++) {
        const struct ap_row *row = &r->rows[i];
        if (!row->whole && !row->part && !unit(r, row, f))
            return false;
        if (row->whole) {
            progress(row, &reporting, &total);
            results_progress(r->job->builder, reporting, total);
        }
    }
    return true;
}

static bool fill(struct race *r, struct fault *f)
{
    struct json list = json_get(r->whole, "candidates");
    if (!pool_grow(r->job->arena, &r->room->ids, &r->room->id_room, json_count(list),
                   sizeof *r->ids, ROWS_MAX))
        return fault_set(f, WIRE_LIMIT, "races[%zu]: no memory for its candidates", r->number);
    r->ids = r->room->ids;
    if (!begin(r, f))
        return false;
    if (r->row_count > 0 && r->wholes != 1)
        results_contest_bad(r->job->builder, "race %.*s: %zu rows of the whole state",
                            SLICE_FMT(r->id), r->wholes);
    return candidates(r, list, 0, SLICE("state"), f) && fill_rows(r, f);
}

static bool read_race(struct race *r, struct fault *f)
{
    json_pick(r->v, race_keys, RACE_MEMBERS, r->members);
    struct json rows = r->members[UNITS];
    r->id = id_of(r, r->members[RACE_ID]);
    r->whole = r->v;
    if (r->id.len == 0)
        return fault_set(f, WIRE_SCHEMA, "races[%zu] has no raceID", r->number);
    if (json_type(rows) != JSON_NONE && json_type(rows) != JSON_ARRAY)
        return fault_set(f, WIRE_SCHEMA, "races[%zu] (race %.*s): reportingUnits is no array",
                         r->number, SLICE_FMT(field_excerpt(r->job->arena, r->id)));
    if (!read_rows(r, rows, f))
        return false;
    r->state = field_text(r->whole, "statePostal"); /* a reply may hold races of other states */
    if (r->state.len == 0)
        r->state = said(r, STATE);
    if (r->state.len == 0)
        r->state = job_option(r->job, "state");
    return find_counties(r) ? fill(r, f) : too_many(r, f);
}

bool ap_race(struct job *j, struct ap_room *room, struct json v, size_t number, struct fault *f)
{
    struct race r = {.job = j, .room = room, .v = v, .number = number};
    bool ok = read_race(&r, f);
    map_free(r.codes);
    return ok;
}
