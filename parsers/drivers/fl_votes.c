/* SPDX-License-Identifier: ISC */
/* Florida's Votes file, [V|FLDOS|seq|I|race|county|precincts in|candidate|votes], and its Info
 * file:
 *
 *     [r|FLDOS|seq|name|type|race]      [c|FLDOS|seq|race|last|first|candidate]
 *     [u|FLDOS|seq|name|county]         [p|FLDOS|seq|race|county|precincts]
 *
 * seq begins anew with every file and is no id. Votes has a row for each candidate in each county
 * of a race: what Info lists and Votes has no row for tells that a file was cut. Info may be of
 * another moment: a race or candidate it does not have (any more) is known by id alone.
 */
#include <inttypes.h>

#include "parsers/field.h"
#include "parsers/drivers/fl.h"
#include "parsers/label.h"
#include "parsers/memo.h"
#include "parsers/pool.h"

#define FIELDS_MAX 9
#define RACES_MAX 100000
#define NAMES_MAX 1000000

struct race {
    struct slice id, name, type, party;
    uint32_t candidates, counties; /* that Info lists */
    uint32_t rows;                 /* of those, in Votes */
    uint32_t contest;              /* the builder's */
    bool begun;
};

/* What was said of a candidate, a county, or a county in a race. */
struct said {
    struct slice text;
    int64_t precincts;
    bool listed;
};

struct list { /* keys of raw bytes, and what was said of each */
    struct memo memo;
    struct said *said;
    uint32_t room;
};

struct votes {
    struct job *job;
    struct fault *fault;
    struct memo race_memo, row_memo;
    struct race *races; /* in the order of Info */
    uint32_t race_room;
    struct list candidates, counties, places; /* of a race; at all; counties of a race */
    uint32_t last;                            /* the last race of Info that has a row */
};

/* One record. */
struct line {
    struct slice field[FIELDS_MAX];
    size_t n, number;
    const char *file;
};

static bool full(struct votes *v)
{
    return fault_set(v->fault, WIRE_LIMIT, "out of memory");
}

/* ---- what is known by its key ---- */

static struct said *find(struct votes *v, struct list *l, const struct slice *key, size_t n)
{
    uint32_t at;
    if (!memo_find(&l->memo, key, n, &at) ||
        !pool_grow(v->job->arena, &l->said, &l->room, (uint64_t)at + 1, sizeof *l->said, NAMES_MAX))
        return NULL;
    return &l->said[at];
}

static struct race *find_race(struct votes *v, struct slice id)
{
    uint32_t at, before = v->race_memo.count;
    if (!memo_find(&v->race_memo, &id, 1, &at) ||
        !pool_grow(v->job->arena, &v->races, &v->race_room, (uint64_t)at + 1, sizeof *v->races,
                   RACES_MAX))
        return NULL;
    if (v->race_memo.count != before)
        v->races[at] = (struct race){.id = id};
    return &v->races[at];
}

/* ---- Info ---- */

/* "REP" of "Republican Primary"; empty where the race is no party's. */
static struct slice party_of(struct slice type)
{
    static const struct {
        struct slice type, code;
    } parties[] = {{SLICE_INIT("Republican Primary"), SLICE_INIT("REP")},
                   {SLICE_INIT("Democratic Primary"), SLICE_INIT("DEM")},
                   {SLICE_INIT("Libertarian Primary"), SLICE_INIT("LPF")},
                   {SLICE_INIT("Green Primary"), SLICE_INIT("GRE")}};
    for (size_t i = 0; i < sizeof parties / sizeof parties[0]; i++)
        if (slice_eq_nocase(type, parties[i].type))
            return parties[i].code;
    return (struct slice){0};
}

static bool take_race(struct votes *v, const struct line *l)
{
    struct race *r = find_race(v, l->field[5]);
    if (r == NULL)
        return full(v);
    r->name = l->field[3];
    r->type = l->field[4];
    r->party = party_of(r->type);
    return true;
}

static bool take_candidate(struct votes *v, const struct line *l)
{
    const struct slice key[] = {l->field[3], l->field[6]};
    struct slice last = l->field[4], first = l->field[5];
    struct race *r = find_race(v, l->field[3]);
    struct said *s = r != NULL ? find(v, &v->candidates, key, 2) : NULL;
    if (s == NULL)
        return full(v);
    r->candidates += !s->listed;
    s->listed = true;
    s->text = arena_printf(v->job->arena, "%.*s%s%.*s", SLICE_FMT(first),
                           first.len > 0 && last.len > 0 ? " " : "", SLICE_FMT(last));
    return s->text.ptr != NULL || full(v);
}

static bool take_county(struct votes *v, const struct line *l)
{
    struct said *s = find(v, &v->counties, &l->field[4], 1);
    if (s == NULL)
        return full(v);
    s->text = l->field[3];
    return true;
}

static bool take_place(struct votes *v, const struct line *l)
{
    const struct slice key[] = {l->field[3], l->field[4]};
    struct race *r = find_race(v, l->field[3]);
    struct said *s = r != NULL ? find(v, &v->places, key, 2) : NULL;
    if (s == NULL)
        return full(v);
    r->counties += !s->listed;
    s->listed = true;
    s->precincts = field_text_count(l->field[5], false);
    return true;
}

/* ---- Votes ---- */

static bool begin(struct votes *v, struct race *r)
{
    struct results_contest_in c = RESULTS_CONTEST_DEFAULT;
    struct slice state = job_option(v->job, "state");
    c.id = r->id;
    c.text = r->name.len > 0 ? fl_contest_text(v->job->arena, r->name, r->party) : r->name;
    c.state = state.len > 0 ? state : SLICE("FL");
    c.county = job_option(v->job, "county");
    c.party = r->party;
    c.election_type = r->type;
    if (!results_contest_begin(v->job->builder, &c, &v->fault->err))
        return field_limit(v->fault);
    r->contest = results_contest_index(v->job->builder);
    r->begun = true;
    return true;
}

static bool add_votes(struct votes *v, const struct line *l, const struct race *r,
                      const struct said *candidate, const struct results_unit_in *county)
{
    struct results_builder *b = v->job->builder;
    struct results_choice_in in = {.id = l->field[7], .name = candidate->text, .party = r->party};
    int64_t votes = VOTES_UNKNOWN;
    uint32_t unit, choice;
    if (label_is_write_in(in.name))
        in.flags |= RESULTS_WRITE_IN;
    if (!field_text_votes(v->job, l->field[8], false, &votes))
        results_contest_bad(b, "line %zu: \"%.*s\" is not a count of votes", l->number,
                            SLICE_FMT(field_excerpt(v->job->arena, l->field[8])));
    if (!results_choice(b, &in, &choice, &v->fault->err) ||
        !results_unit(b, county, &unit, &v->fault->err) ||
        !results_votes_once(b, unit, choice, votes, &v->fault->err))
        return field_limit(v->fault);
    if (choice == 0 && label_is_answer(in.name))
        results_contest_flags(b, RESULTS_MEASURE);
    return true;
}

static bool take_votes(struct votes *v, const struct line *l)
{
    const struct slice race = l->field[4], county = l->field[5], candidate = l->field[7];
    const struct slice keys[] = {race, county, candidate}, in_race[] = {race, candidate};
    struct results_unit_in unit = RESULTS_UNIT_DEFAULT;
    uint32_t row, before = v->row_memo.count;
    struct race *r = find_race(v, race);
    struct said *who = r != NULL ? find(v, &v->candidates, in_race, 2) : NULL;
    struct said *where = who != NULL ? find(v, &v->places, keys, 2) : NULL;
    struct said *name = where != NULL ? find(v, &v->counties, &county, 1) : NULL;
    if (name == NULL || !memo_find(&v->row_memo, keys, 3, &row))
        return full(v);
    if (!slice_is(l->field[3], "I"))
        return fault_set(v->fault, WIRE_SCHEMA, "line %zu: \"%.*s\" where all rows have I",
                         l->number, SLICE_FMT(field_excerpt(v->job->arena, l->field[3])));
    if (!r->begun && !begin(v, r))
        return false;
    results_contest_at(v->job->builder, r->contest);
    if (who->listed && where->listed) {
        r->rows += v->row_memo.count != before;
        v->last = (uint32_t)(r - v->races);
    }
    unit.type = RESULTS_COUNTY;
    unit.id = county;
    unit.name = name->text;
    unit.reporting = field_text_count(l->field[6], false);
    unit.total = where->listed ? where->precincts : -1;
    return add_votes(v, l, r, who, &unit);
}

/* ---- records ---- */

static const struct kind {
    bool (*take)(struct votes *, const struct line *);
    size_t fields;
    char letter;
    bool info;
} kinds[] = {
    {take_votes, 9, 'V', false}, {take_race, 6, 'r', true},  {take_candidate, 7, 'c', true},
    {take_county, 5, 'u', true}, {take_place, 6, 'p', true},
};

static bool split(struct votes *v, struct slice text, struct line *l)
{
    struct slice rest = slice_sub(text, 1, text.len - 1);
    if (text.len < 2 || text.ptr[0] != '[' || text.ptr[text.len - 1] != ']')
        return fault_set(v->fault, WIRE_SYNTAX, "%sline %zu: no record in [ ]", l->file, l->number);
    for (l->n = 0; l->n < FIELDS_MAX && rest.ptr != NULL; l->n++) {
        size_t bar = slice_find(rest, SLICE("|"));
        l->field[l->n] = slice_trim(slice_sub(rest, 0, bar));
        rest = bar == SIZE_MAX ? (struct slice){NULL, 0} : slice_sub(rest, bar + 1, rest.len);
    }
    l->n += rest.ptr != NULL; /* more than any record has */
    return true;
}

static bool take(struct votes *v, struct slice text, struct line *l, bool info)
{
    const struct kind *k = kinds;
    const struct kind *end = kinds + sizeof kinds / sizeof kinds[0];
    if (!split(v, text, l))
        return false;
    while (k < end && !(l->field[0].len == 1 && l->field[0].ptr[0] == k->letter))
        k++;
    if (k == end || k->info != info || l->n != k->fields)
        return fault_set(v->fault, WIRE_SYNTAX, "%sline %zu: no record of %s file: \"%.*s\"",
                         l->file, l->number, info ? "an Info" : "a Votes",
                         SLICE_FMT(field_excerpt(v->job->arena, text)));
    return k->take(v, l);
}

static bool read_lines(struct votes *v, struct input *in, const char *file, bool info)
{
    struct line l = {.file = file};
    struct slice rest;
    if (!input_all(in, &rest, v->fault))
        return false;
    while (rest.len > 0) {
        size_t end = slice_find(rest, SLICE("\n"));
        struct slice text = slice_trim(slice_sub(rest, 0, end));
        l.number++;
        if (end == SIZE_MAX && text.len > 0)
            return fault_set(v->fault, WIRE_TRUNCATED, "%sline %zu: the last line has no end", file,
                             l.number);
        if (text.len > 0 && !take(v, text, &l, info))
            return false;
        rest = slice_sub(rest, end == SIZE_MAX ? rest.len : end + 1, rest.len);
    }
    return true;
}

/* ---- what Info lists and Votes does not have ---- */

static bool cut(struct votes *v, const struct race *r)
{
    return fault_set(v->fault, WIRE_TRUNCATED,
                     "Votes ends with %" PRIu32 " rows of race %.*s, Info lists %" PRIu64, r->rows,
                     SLICE_FMT(field_excerpt(v->job->arena, r->id)),
                     (uint64_t)r->candidates * r->counties);
}

/* Rows are in the order of Info's races: those missing at the end were cut off, those missing
 * elsewhere make their race unsafe to sum. */
static bool check_rows(struct votes *v)
{
    for (uint32_t i = 0; i < v->race_memo.count; i++) {
        const struct race *r = &v->races[i];
        uint64_t listed = (uint64_t)r->candidates * r->counties;
        if (r->rows >= listed)
            continue;
        if (i == v->last || (i > v->last && !r->begun))
            return cut(v, r);
        if (!r->begun)
            continue;
        results_contest_at(v->job->builder, r->contest);
        results_contest_bad(v->job->builder,
                            "race %.*s: Votes has %" PRIu32 " of the %" PRIu64 " rows Info lists",
                            SLICE_FMT(field_excerpt(v->job->arena, r->id)), r->rows, listed);
    }
    return true;
}

bool fl_votes(struct job *j, struct fault *f)
{
    struct votes v = {.job = j, .fault = f};
    struct memo *const memos[] = {&v.race_memo, &v.row_memo, &v.candidates.memo, &v.counties.memo,
                                  &v.places.memo};
    for (size_t i = 0; i < sizeof memos / sizeof memos[0]; i++)
        memo_init(memos[i], j->arena, 0);
    results_sum_progress(j->builder);
    for (size_t i = 0; i < j->companion_count; i++)
        if (!read_lines(&v, j->companions[i], "companion: ", true))
            return false;
    return read_lines(&v, j->input, "", false) && check_rows(&v);
}
