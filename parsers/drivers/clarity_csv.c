/* SPDX-License-Identifier: ISC */
/* Clarity's summary.csv: a row a choice, no ids. Its other files are UTF-8; this one is
 * Windows-1252 where it is not, unless the source names a charset.
 *
 * Rows are numbered, so that one lost is seen. What is said of a contest (voters, areas, over- and
 * undervotes) stands again in each of its rows: where it changes, or the name comes back later,
 * these are two contests of one name, and nothing tells whose a row is. "rptg" is 0 all night at
 * some sites, so that 0 with votes is unknown.
 */
#include <inttypes.h>

#include "daemon/base/map.h"
#include "daemon/base/num.h"
#include "parsers/drivers/clarity.h"
#include "parsers/column.h"
#include "parsers/field.h"
#include "parsers/label.h"
#include "parsers/records.h"

enum field {
    LINE,
    CONTEST,
    CHOICE,
    PARTY,
    VOTES,
    PERCENT,
    REGISTERED,
    BALLOTS,
    TOTAL,
    REPORTING,
    FIELDS
};

static const struct {
    struct slice begins, ends; /* of the name: "num Area total", "num County rptg" */
    bool needed;
} names[FIELDS] = {
    [LINE] = {SLICE_INIT("line number"), {0}, false},
    [CONTEST] = {SLICE_INIT("contest name"), {0}, true},
    [CHOICE] = {SLICE_INIT("choice name"), {0}, true},
    [PARTY] = {SLICE_INIT("party name"), {0}, false},
    [VOTES] = {SLICE_INIT("total votes"), {0}, true},
    [PERCENT] = {SLICE_INIT("percent of votes"), {0}, false},
    [REGISTERED] = {SLICE_INIT("registered voters"), {0}, false},
    [BALLOTS] = {SLICE_INIT("ballots cast"), {0}, false},
    [TOTAL] = {SLICE_INIT("num "), SLICE_INIT(" total"), false},
    [REPORTING] = {SLICE_INIT("num "), SLICE_INIT(" rptg"), false},
};

struct csv {
    struct job *job;
    struct records records;
    struct column_scratch scratch; /* texts of the row */
    struct column_style style;
    size_t at[FIELDS];    /* SIZE_MAX: the file has no such column */
    size_t width, shared; /* fields of a row; the first that all rows of a contest have in common */
    struct map *contests; /* by name */
    struct slice contest, common; /* as written: its name, and what its rows have in common */
    int64_t line, votes, reporting, total, allowed;
    int64_t percents; /* of the choices so far, in hundredths */
    uint32_t choices;
};

/* ---- fields ---- */

/* A field without its quotes, while the row is read. */
static struct slice text(struct csv *c, size_t at)
{
    struct column_part part = {.kind = COLUMN_FIELD, .field = (int32_t)at};
    const struct column column = {&part, 1};
    if (at == SIZE_MAX)
        return SLICE("");
    return column_text(&column, c->records.fields, c->records.n, c->style, &c->scratch);
}

static int64_t count(struct csv *c, enum field field)
{
    return c->at[field] == SIZE_MAX ? -1 : field_text_count(text(c, c->at[field]), false);
}

static int64_t positive(struct csv *c, enum field field)
{
    int64_t n = count(c, field);
    return n > 0 ? n : -1; /* 0 voters or ballots: nobody filled it in */
}

static struct slice shown(const struct csv *c, struct slice s)
{
    return field_excerpt(c->job->arena, s);
}

/* ---- header ---- */

static bool is_called(struct slice name, enum field field)
{
    struct slice begins = names[field].begins, ends = names[field].ends;
    if (ends.len == 0)
        return slice_eq_nocase(name, begins);
    return name.len > begins.len + ends.len &&
           slice_eq_nocase(slice_sub(name, 0, begins.len), begins) &&
           slice_eq_nocase(slice_sub(name, name.len - ends.len, name.len), ends);
}

/* detail.txt is the same for people, in columns of 30 characters. */
static bool refuse(const struct csv *c, struct fault *f)
{
    struct slice line = slice_trim(c->records.line);
    if (slice_starts(line, SLICE("Precinct ")) || slice_starts(line, SLICE("County ")))
        return fault_set(f, WIRE_SCHEMA,
                         "line %" PRIu64 ": detail.txt, a table for people: take detail.xml",
                         c->records.number);
    return fault_set(f, WIRE_SCHEMA,
                     "line %" PRIu64
                     ", column 1: not a Clarity file: neither XML nor JSON, and no header "
                     "with \"contest name\", \"choice name\" and \"total votes\"",
                     c->records.number);
}

static bool read_header(struct csv *c, struct fault *f)
{
    bool more;
    if (!records_next(&c->records, &more, f))
        return false;
    if (!more)
        return fault_set(f, WIRE_TRUNCATED, "line 1: there is no header");
    c->width = c->records.n;
    for (int field = 0; field < FIELDS; field++)
        c->at[field] = SIZE_MAX;
    for (size_t i = 0; i < c->width; i++)
        for (int field = 0; field < FIELDS; field++)
            if (is_called(text(c, i), (enum field)field) && c->at[field] == SIZE_MAX)
                c->at[field] = i;
    for (int field = 0; field < FIELDS; field++)
        if (names[field].needed && c->at[field] == SIZE_MAX)
            return refuse(c, f);
    c->shared = c->at[REGISTERED] == SIZE_MAX ? c->width : c->at[REGISTERED];
    return true;
}

/* ---- contests ---- */

/* What stands behind the figures of the choice: the same in all rows of a contest. */
static struct slice common_of(const struct csv *c)
{
    const struct records *r = &c->records;
    if (c->shared >= r->n)
        return SLICE("");
    const char *from = r->fields[c->shared].ptr;
    struct slice last = r->fields[r->n - 1];
    return (struct slice){from, (size_t)(last.ptr + last.len - from)};
}

/* "(Vote For 3)" off the end of the name. */
static int64_t cut_votes_allowed(struct slice *name)
{
    static const struct slice mark = SLICE_INIT(" (Vote For ");
    size_t at = slice_find_nocase(*name, mark);
    int64_t n;
    if (at == SIZE_MAX || !slice_ends(*name, SLICE(")")) ||
        !num_parse(slice_sub(*name, at + mark.len, name->len - 1), 1, INT32_MAX, &n))
        return -1;
    *name = slice_trim(slice_sub(*name, 0, at));
    return n;
}

static void end_contest(struct csv *c)
{
    if (c->contest.ptr == NULL)
        return;
    bool unknown = c->reporting == 0 && c->votes != 0;
    /* one more for each that was rounded up */
    if (c->allowed <= 1 && c->percents > 10000 + c->choices)
        results_contest_bad(c->job->builder,
                            "line %" PRId64 ": another contest has this name: its percents are "
                            "more than 100",
                            c->line);
    results_progress(c->job->builder, unknown ? -1 : c->reporting, c->total);
}

static bool begin_contest(struct csv *c, struct slice choice, struct fault *f)
{
    struct results_contest_in in = RESULTS_CONTEST_DEFAULT;
    struct results_builder *b = c->job->builder;
    struct slice name = text(c, c->at[CONTEST]);
    end_contest(c);
    c->contest = arena_copy(c->job->arena, c->records.fields[c->at[CONTEST]]);
    c->common = arena_copy(c->job->arena, common_of(c));
    c->votes = c->percents = 0;
    c->choices = 0;
    c->reporting = count(c, REPORTING);
    c->total = positive(c, TOTAL);
    in.votes_allowed = c->allowed = cut_votes_allowed(&name);
    in.text = name;
    in.state = job_option(c->job, "state");
    in.county = job_option(c->job, "county");
    in.registered = positive(c, REGISTERED);
    in.ballots = positive(c, BALLOTS);
    if (label_is_answer(choice))
        in.flags |= RESULTS_MEASURE;
    if (name.len == 0)
        return fault_set(f, WIRE_SCHEMA, "line %" PRIu64 ": a row without a contest",
                         c->records.number);
    if (map_has(c->contests, name) && results_contest_again(b, in.county, in.id, in.text)) {
        results_contest_bad(b, "line %" PRIu64 ": another contest has this name",
                            c->records.number);
        return true;
    }
    if (!map_put(c->contests, name, c))
        return fault_set(f, WIRE_LIMIT, "line %" PRIu64 ": more than %d contests",
                         c->records.number, CLARITY_CONTESTS_MAX);
    return results_contest_begin(b, &in, &f->err) || field_limit(f);
}

/* ---- rows ---- */

/* "54.16" as 5416, 0 where it is nothing of the kind. Two contests of one name that stand one
 * behind the other, both parties' primaries, have twice the percents; nothing else is made of them.
 */
static int64_t hundredths(struct slice s)
{
    size_t dot = slice_find(s, SLICE("."));
    int64_t whole, part = 0;
    if (!num_parse(slice_sub(s, 0, dot), 0, 100, &whole) ||
        (dot != SIZE_MAX &&
         (s.len != dot + 3 || !num_parse(slice_sub(s, dot + 1, s.len), 0, 99, &part))))
        return 0;
    return whole * 100 + part;
}

/* Rows are there as many as the header says, ended and in their order. */
static bool check_row(struct csv *c, struct fault *f)
{
    const struct records *r = &c->records;
    int64_t line = count(c, LINE);
    if (!r->ended)
        return fault_set(f, WIRE_TRUNCATED, "line %" PRIu64 ": the last line has no end",
                         r->number);
    if (r->n != c->width)
        return fault_set(f, WIRE_SYNTAX, "line %" PRIu64 ": %zu fields, the header has %zu",
                         r->number, r->n, c->width);
    if (c->at[LINE] != SIZE_MAX && line != c->line + 1)
        return fault_set(f, WIRE_TRUNCATED,
                         "line %" PRIu64 ": line number \"%.*s\" follows %" PRId64, r->number,
                         SLICE_FMT(shown(c, text(c, c->at[LINE]))), c->line);
    c->line = line;
    return true;
}

/* A line of nobody for each seat is one choice; where another stands between two, these may be two
 * contests of one name. */
static void note_choice(struct csv *c, uint32_t index, struct slice choice)
{
    if (index == c->choices)
        c->choices++;
    else if (index + 1 != c->choices || !label_is_nobody(choice))
        results_contest_bad(c->job->builder, "line %" PRIu64 ": \"%.*s\" stands twice",
                            c->records.number, SLICE_FMT(shown(c, choice)));
}

static bool row(struct csv *c, struct fault *f)
{
    struct results_builder *b = c->job->builder;
    struct results_choice_in in;
    int64_t n = VOTES_UNKNOWN;
    uint32_t index;
    c->scratch.used = 0;
    if (!check_row(c, f))
        return false;
    struct slice choice = text(c, c->at[CHOICE]), votes = text(c, c->at[VOTES]);
    if (c->contest.ptr == NULL || !slice_eq(c->records.fields[c->at[CONTEST]], c->contest)) {
        if (!begin_contest(c, choice, f))
            return false;
    } else if (!slice_eq(common_of(c), c->common))
        results_contest_bad(b,
                            "line %" PRIu64 ": another contest has this name: voters, areas or "
                            "under- and overvotes are others",
                            c->records.number);
    if (label_is_statistic(choice))
        return true;
    clarity_choice((struct slice){0}, choice, text(c, c->at[PARTY]), &in);
    if (!field_text_votes(c->job, votes, false, &n))
        results_contest_bad(b, "line %" PRIu64 ": total votes \"%.*s\" is not a count of votes",
                            c->records.number, SLICE_FMT(shown(c, votes)));
    if (n != VOTES_UNKNOWN && !num_add(&c->votes, n))
        results_contest_bad(b, "line %" PRIu64 ": the votes overflow", c->records.number);
    if (!results_choice(b, &in, &index, &f->err) || !results_votes(b, 0, index, n, &f->err))
        return field_limit(f);
    c->percents += c->at[PERCENT] == SIZE_MAX ? 0 : hundredths(text(c, c->at[PERCENT]));
    note_choice(c, index, choice);
    return true;
}

static bool read_rows(struct csv *c, struct fault *f)
{
    bool more;
    if (!read_header(c, f))
        return false;
    for (;;) {
        if (!records_next(&c->records, &more, f))
            return false;
        if (!more)
            break;
        if (!row(c, f))
            return false;
    }
    end_contest(c);
    return true;
}

static bool read_text(struct csv *c, struct slice all, struct fault *f)
{
    struct input_memory memory = {all};
    struct input_source source = input_from_memory(&memory);
    struct input *in;
    if (!input_open(c->job->arena, &source, INPUT_MAX, &in, f))
        return false;
    bool ok = records_open(c->job->arena, in, ',', true, &c->records, f) && read_rows(c, f);
    input_close(in);
    return ok;
}

bool clarity_csv(struct job *j, struct fault *f)
{
    struct slice all;
    struct csv c = {
        .job = j,
        .scratch = {.arena = j->arena},
        .style = {.quote = true, .guess = job_option(j, "charset").len == 0},
        .contests = map_new(CLARITY_CONTESTS_MAX, true),
    };
    bool ok = c.contests != NULL || fault_set(f, WIRE_LIMIT, "no memory for the contests");
    ok = ok && input_all(j->input, &all, f) && clarity_quotes(j->arena, &all, f) &&
         read_text(&c, all, f);
    map_free(c.contests);
    return ok;
}
