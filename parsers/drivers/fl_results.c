/* SPDX-License-Identifier: ISC */
/* Florida's results file. It is read as a mapping of its columns; what a mapping cannot say is told
 * by looking through the rows before: whether this is a primary, where both parties' contests bear
 * one name and are told apart by PartyCode, or a general election, where that is each candidate's;
 * and whether each candidate of a race has a row in each of its counties, as all have unless the
 * file was cut.
 */
#include <inttypes.h>

#include "parsers/drivers.h"
#include "parsers/field.h"
#include "parsers/drivers/fl.h"
#include "parsers/memo.h"
#include "parsers/pool.h"

#define RACES_MAX 100000

/* Quotes are nicknames', not fields'. */
#define MAPPING                                                                                    \
    "separator=tab\n"                                                                              \
    "quote=no\n"                                                                                   \
    "column.district=Juris1num | -\n"                                                              \
    "column.county-id=CountyCode\n"                                                                \
    "column.county=CountyName\n"                                                                   \
    "column.reporting=PrecinctsReporting\n"                                                        \
    "column.total=Precincts\n"                                                                     \
    "column.choice={CanNameFirst} {CanNameMiddle} {CanNameLast}\n"                                 \
    "column.party=PartyCode\n"                                                                     \
    "value.party.NOP=\n"                                                                           \
    "value.party.WRI=\n"                                                                           \
    "column.write-in=PartyCode\n"                                                                  \
    "value.write-in.WRI=yes\n"                                                                     \
    "column.votes=CanVotes\n"                                                                      \
    "state=FL\n"
#define GENERAL MAPPING "column.contest=RaceName\n"
#define PRIMARY                                                                                    \
    MAPPING                                                                                        \
    "column.contest={RaceName} ({PartyCode})\n"                                                    \
    "cut.none.contest= \\((NOP|WRI)\\)$\n"                                                         \
    "column.contest-party=PartyCode\n"                                                             \
    "value.contest-party.NOP=\n"                                                                   \
    "value.contest-party.WRI=\n"

enum { RACE, PARTY, COUNTY, LAST, FIRST, MIDDLE, DATE, COLUMNS };
static const char *const names[COLUMNS] = {"RaceName",    "PartyCode",    "CountyCode",
                                           "CanNameLast", "CanNameFirst", "CanNameMiddle",
                                           "ElectionDate"};

struct race {
    struct slice name;
    uint32_t candidates, counties, rows;
};
struct ticket { /* a party in a race */
    uint32_t race, candidates;
    struct slice party;
};

struct scan {
    struct job *job;
    int column[COLUMNS]; /* -1: the header does not have it */
    struct memo race_memo, ticket_memo, candidate_memo, county_memo;
    struct race *races;
    struct ticket *tickets;
    uint32_t race_room, ticket_room, last; /* last: the race of the last row */
    struct slice date;                     /* as the last row has it */
};

static bool full(struct fault *f)
{
    return fault_set(f, WIRE_LIMIT, "out of memory");
}

static void read_header(struct scan *s, struct slice line)
{
    struct slice field;
    for (int i = 0; i < COLUMNS; i++)
        s->column[i] = -1;
    for (int at = 0; slice_next(&line, '\t', &field); at++)
        for (int i = 0; i < COLUMNS; i++)
            if (slice_eq_nocase(slice_trim(field), slice_of(names[i])))
                s->column[i] = at;
}

static bool is_new(struct memo *m, const struct slice *parts, size_t n, uint32_t *number,
                   bool *fresh)
{
    uint32_t before = m->count;
    if (!memo_find(m, parts, n, number))
        return false;
    *fresh = m->count != before;
    return true;
}

static bool count_row(struct scan *s, const struct slice row[COLUMNS])
{
    const struct slice place[] = {row[RACE], row[COUNTY]};
    const struct slice who[] = {row[RACE], row[PARTY], row[LAST], row[FIRST], row[MIDDLE]};
    uint32_t race, ticket, other;
    bool new_race, new_ticket, new_candidate, new_county;
    if (!is_new(&s->race_memo, &row[RACE], 1, &race, &new_race) ||
        !is_new(&s->ticket_memo, row, 2, &ticket, &new_ticket) ||
        !is_new(&s->candidate_memo, who, 5, &other, &new_candidate) ||
        !is_new(&s->county_memo, place, 2, &other, &new_county) ||
        !pool_grow(s->job->arena, &s->races, &s->race_room, (uint64_t)race + 1, sizeof *s->races,
                   RACES_MAX) ||
        !pool_grow(s->job->arena, &s->tickets, &s->ticket_room, (uint64_t)ticket + 1,
                   sizeof *s->tickets, RACES_MAX))
        return false;
    if (new_race)
        s->races[race] = (struct race){.name = row[RACE]};
    if (new_ticket)
        s->tickets[ticket] = (struct ticket){.race = race, .party = row[PARTY]};
    s->tickets[ticket].candidates += new_candidate;
    s->races[race].candidates += new_candidate;
    s->races[race].counties += new_county;
    s->races[race].rows++;
    s->last = race;
    s->date = row[DATE];
    return true;
}

static bool scan(struct scan *s, struct slice text, struct fault *f)
{
    struct memo *const memos[] = {&s->race_memo, &s->ticket_memo, &s->candidate_memo,
                                  &s->county_memo};
    struct slice line, field;
    for (size_t i = 0; i < sizeof memos / sizeof memos[0]; i++)
        memo_init(memos[i], s->job->arena, 0);
    for (bool header = true; slice_next(&text, '\n', &line); header = false) {
        struct slice row[COLUMNS] = {{0}};
        if (header) {
            read_header(s, line);
            continue;
        }
        if (slice_trim(line).len == 0)
            continue;
        for (int at = 0; slice_next(&line, '\t', &field); at++)
            for (int i = 0; i < COLUMNS; i++)
                if (s->column[i] == at)
                    row[i] = slice_trim(field);
        if (!count_row(s, row))
            return full(f);
    }
    return true;
}

/* In a primary a party with one candidate has no race, or few; in a general election each has one,
 * unless a name is spelt in two ways. */
static bool is_primary(const struct scan *s)
{
    uint32_t several = 0, one = 0;
    for (uint32_t i = 0; i < s->ticket_memo.count; i++) {
        const struct ticket *t = &s->tickets[i];
        if (!slice_is(t->party, "REP") && !slice_is(t->party, "DEM"))
            continue;
        several += t->candidates > 1;
        one += t->candidates == 1;
    }
    return several > 0 && 2 * several >= one;
}

static bool is_whole(const struct race *r)
{
    return r->rows == (uint64_t)r->candidates * r->counties;
}

static bool check_last(const struct scan *s, struct fault *f)
{
    const struct race *r = s->race_memo.count > 0 ? &s->races[s->last] : NULL;
    if (r == NULL || is_whole(r))
        return true;
    return fault_set(f, WIRE_TRUNCATED,
                     "the last race, \"%.*s\", has %" PRIu32 " rows: no row for each of %" PRIu32
                     " candidates in each of %" PRIu32 " counties",
                     SLICE_FMT(field_excerpt(s->job->arena, r->name)), r->rows, r->candidates,
                     r->counties);
}

/* Written in, or without a party: in a primary, too, a line of a contest that is no party's. */
static bool is_of_none(struct slice party)
{
    return slice_is(party, "NOP") || slice_is(party, "WRI");
}

/* A sum over some of a candidate's counties would pass for the whole. */
static void judge_races(const struct scan *s, bool primary)
{
    struct results_builder *b = s->job->builder;
    for (uint32_t i = 0; i < s->ticket_memo.count; i++) {
        const struct ticket *t = &s->tickets[i];
        const struct race *r = &s->races[t->race];
        struct slice party = primary && !is_of_none(t->party) ? t->party : (struct slice){0};
        if (!is_whole(r) && results_contest_again(b, job_option(s->job, "county"), SLICE(""),
                                                  fl_contest_text(s->job->arena, r->name, party)))
            results_contest_bad(b,
                                "%" PRIu32 " rows: no row for each of %" PRIu32
                                " candidates in each of %" PRIu32 " counties",
                                r->rows, r->candidates, r->counties);
    }
}

/* "08/28/2018". */
static struct slice date_of(struct arena *a, struct slice s)
{
    return s.len != 10 ? (struct slice){0}
                       : arena_printf(a, "%.*s-%.*s-%.*s", SLICE_FMT(slice_sub(s, 6, 10)),
                                      SLICE_FMT(slice_sub(s, 0, 2)), SLICE_FMT(slice_sub(s, 3, 5)));
}

bool fl_results(struct job *j, struct fault *f)
{
    struct scan s = {.job = j};
    struct job mapped = *j;
    struct input_memory memory;
    struct input_source source = input_from_memory(&memory);
    if (!input_all(j->input, &memory.bytes, f) || !scan(&s, memory.bytes, f) || !check_last(&s, f))
        return false;
    bool primary = is_primary(&s), converted = job_option(j, "charset").len > 0;
    mapped.options = arena_printf(j->arena, "%s%.*s%s", converted ? "charset=utf-8\n" : "",
                                  SLICE_FMT(j->options), primary ? PRIMARY : GENERAL);
    if (mapped.options.ptr == NULL)
        return full(f);
    source.padded = true;
    if (!input_open(j->arena, &source, (int64_t)memory.bytes.len, &mapped.input, f))
        return false;
    results_sum_progress(j->builder);
    results_facts(j->builder)->election_date = date_of(j->arena, s.date);
    bool ok = delimited_driver.parse(&mapped, f);
    input_close(mapped.input);
    if (ok)
        judge_races(&s, primary);
    return ok;
}
