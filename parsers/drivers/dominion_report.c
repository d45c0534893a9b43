/* SPDX-License-Identifier: ISC */
/* Dominion's Election Summary Report as XML. It is a report designer's: everything is an attribute
 * whose name is its place in the design. A candidate's votes stand there once by candidate, once
 * more by party and, for write-ins, twice more: only the first are read, by names that must be
 * there, and each contest's choices must add up to the total that the report states. */
#include "parsers/drivers/dominion.h"

#include <inttypes.h>

#include "daemon/base/num.h"
#include "daemon/base/when.h"
#include "parsers/field.h"
#include "parsers/label.h"
#include "parsers/xml.h"

#define DATE_LEN 10

struct report;

struct element {
    struct slice name;
    bool (*start)(struct report *r, const struct xml_attrs *attrs);
    bool (*end)(struct report *r);
};

struct report {
    struct job *job;
    struct fault *f;
    long line;
    unsigned batches; /* groups the report is split into */
    /* where we are */
    bool in_contest, in_results, in_choice, in_name, in_party;
    /* the contest */
    struct results_contest_in contest;
    int64_t reporting, total, stated, sum; /* VOTES_UNKNOWN: cannot be added up */
    bool begun, has_stated;
    uint32_t choices;
    /* the choice */
    struct slice name, party;
    unsigned parties; /* that its votes are repeated for */
    int64_t votes, groups;
    bool has_votes;
};

static struct slice copy(const struct report *r, struct slice s)
{
    return arena_copy(r->job->arena, slice_trim(s));
}

/* A count of votes; what is none makes the contest a problem. */
static int64_t votes(const struct report *r, const struct xml_attrs *attrs, const char *attr)
{
    struct slice s = xml_attr(attrs, attr);
    int64_t n = VOTES_UNKNOWN;
    if (!field_text_votes(r->job, s, true, &n))
        results_contest_bad(r->job->builder, "line %ld: %s \"%.*s\" is not a count of votes",
                            r->line, attr, SLICE_FMT(slice_sub(s, 0, 40)));
    return n;
}

static void add(int64_t *sum, int64_t n)
{
    if (*sum == VOTES_UNKNOWN || n == VOTES_UNKNOWN || !num_add(sum, n))
        *sum = VOTES_UNKNOWN;
}

/* The number before and the one behind `word`: "514 of 514 1", "412121 / 522265". */
static bool pair(struct slice s, struct slice word, int64_t *first, int64_t *second)
{
    size_t at = slice_find(s, word);
    struct slice rest, number = {0};
    if (at == SIZE_MAX)
        return false;
    rest = slice_trim(slice_sub(s, at + word.len, s.len));
    *first = field_text_count(slice_trim(slice_sub(s, 0, at)), true);
    *second = slice_next(&rest, ' ', &number) ? field_text_count(number, true) : -1;
    return true;
}

/* ---- the report as a whole ---- */

static bool on_report(struct report *r, const struct xml_attrs *attrs)
{
    struct results_facts *facts = results_facts(r->job->builder);
    struct slice name = xml_attr(attrs, "Name");
    int64_t day;
    if (attrs->depth == 1 && !slice_is(name, "ElectionSummaryReportRPT"))
        return fault_set(r->f, WIRE_SCHEMA,
                         "line %ld: the report is \"%.*s\", not an ElectionSummaryReportRPT",
                         r->line, SLICE_FMT(field_excerpt(r->job->arena, name)));
    if (!slice_is(name, "Title"))
        return true;
    struct slice date = slice_sub(xml_attr(attrs, "Textbox9"), 0, DATE_LEN);
    if (when_parse_date(date, &day))
        facts->election_date = copy(r, date);
    facts->election_name = copy(r, xml_attr(attrs, "Textbox3"));
    facts->status = label_status(xml_attr(attrs, "Textbox8"));
    return true;
}

static bool on_batch(struct report *r, const struct xml_attrs *attrs)
{
    (void)attrs;
    return ++r->batches == 1 ||
           fault_set(r->f, WIRE_SCHEMA,
                     "line %ld: the report is split by batch: each contest stands in it in parts",
                     r->line);
}

/* ---- contests ---- */

static bool on_contest(struct report *r, const struct xml_attrs *attrs)
{
    if (r->in_contest)
        return fault_set(r->f, WIRE_SCHEMA, "line %ld: a contest within a contest", r->line);
    r->contest = RESULTS_CONTEST_DEFAULT;
    r->contest.text = copy(r, xml_attr(attrs, "contestId"));
    r->contest.state = job_option(r->job, "state");
    r->contest.county = job_option(r->job, "county");
    r->reporting = r->total = -1;
    r->sum = r->stated = 0;
    r->begun = r->has_stated = r->in_results = r->in_choice = false;
    r->choices = 0;
    r->in_contest = true;
    return r->contest.text.len > 0 ||
           fault_set(r->f, WIRE_SCHEMA, "line %ld: a ContestIdGroup without contestId", r->line);
}

static bool on_details(struct report *r, const struct xml_attrs *attrs)
{
    static const struct slice before = SLICE_INIT("Precincts Reported:");
    struct slice s = xml_attr(attrs, "Textbox2");
    if (r->in_contest && slice_starts(s, before))
        pair(slice_sub(s, before.len, s.len), SLICE(" of "), &r->reporting, &r->total);
    return true;
}

static bool on_ballots(struct report *r, const struct xml_attrs *attrs)
{
    struct slice s = xml_attr(attrs, "ballots2");
    int64_t ballots, registered;
    if (!r->in_contest || !pair(s, SLICE("/"), &ballots, &registered))
        return true;
    r->contest.ballots = ballots > 0 ? ballots : -1; /* 0 of 0: nobody here votes in it */
    r->contest.registered = registered > 0 ? registered : -1;
    return true;
}

static bool on_results(struct report *r, const struct xml_attrs *attrs)
{
    (void)attrs;
    r->in_results = r->in_contest;
    return true;
}

static bool begin(struct report *r, struct slice first)
{
    if (r->begun)
        return true;
    if (label_is_answer(first)) /* "YES", "BONDS - YES" */
        r->contest.flags |= RESULTS_MEASURE;
    if (!results_contest_begin(r->job->builder, &r->contest, &r->f->err))
        return field_limit(r->f);
    results_progress(r->job->builder, r->reporting, r->total);
    r->begun = true;
    return true;
}

static bool end_contest(struct report *r)
{
    if (!r->in_contest)
        return true;
    r->in_contest = r->in_results = false;
    if (!r->has_stated)
        return fault_set(r->f, WIRE_SCHEMA, "line %ld: contest \"%.*s\" has no total (votes3)",
                         r->line, SLICE_FMT(field_excerpt(r->job->arena, r->contest.text)));
    if (!begin(r, (struct slice){0}))
        return false;
    if (r->sum != VOTES_UNKNOWN && r->stated != VOTES_UNKNOWN && r->sum != r->stated)
        results_contest_bad(r->job->builder,
                            "line %ld: its choices have %" PRId64 " votes, its total is %" PRId64,
                            r->line, r->sum, r->stated);
    return true;
}

/* ---- choices ---- */

static bool on_choice(struct report *r, const struct xml_attrs *attrs)
{
    (void)attrs;
    r->in_choice = r->in_results;
    r->in_name = r->in_party = r->has_votes = false;
    r->name = r->party = (struct slice){0};
    r->groups = 0;
    r->parties = 0;
    return true;
}

static bool on_name(struct report *r, const struct xml_attrs *attrs)
{
    if (!r->in_choice)
        return true;
    r->in_name = true;
    r->name = copy(r, xml_attr(attrs, "candidateNameTextBox4"));
    return begin(r, r->name);
}

static bool end_name(struct report *r)
{
    r->in_name = false;
    return true;
}

/* The party stands beside the candidate, or where the votes are repeated for it: for each of
 * several there, and then it is of none. "Textbox2" is the head of its column. */
static bool on_cell(struct report *r, const struct xml_attrs *attrs)
{
    if (r->in_name || (r->in_party && r->parties == 1 && r->party.len == 0))
        r->party = copy(r, label_party(xml_attr(attrs, r->in_name ? "Textbox14" : "Textbox6")));
    return true;
}

static bool on_group(struct report *r, const struct xml_attrs *attrs)
{
    if (r->in_name)
        add(&r->groups, votes(r, attrs, "vot7"));
    return true;
}

static bool on_party(struct report *r, const struct xml_attrs *attrs)
{
    (void)attrs;
    r->in_party = r->in_choice;
    if (r->parties++ > 0)
        r->party = (struct slice){0};
    return true;
}

static bool end_party(struct report *r)
{
    r->in_party = false;
    return true;
}

/* The cell behind the groups: a choice's total, or that of all choices. */
static bool on_total(struct report *r, const struct xml_attrs *attrs)
{
    if (r->in_name && xml_attr(attrs, "vot8").ptr != NULL) {
        r->votes = votes(r, attrs, "vot8");
        r->has_votes = true;
        return true;
    }
    if (!r->in_results || r->in_choice || xml_attr(attrs, "votes3").ptr == NULL)
        return true;
    r->has_stated = true;
    if (!begin(r, (struct slice){0}))
        return false;
    r->stated = votes(r, attrs, "votes3");
    return true;
}

static bool end_choice(struct report *r)
{
    struct results_builder *b = r->job->builder;
    struct results_choice_in in = {.name = r->name, .party = r->party};
    uint32_t index;
    if (!r->in_choice)
        return true;
    r->in_choice = r->in_party = false;
    if (r->name.len == 0 || !r->has_votes)
        return fault_set(r->f, WIRE_SCHEMA,
                         "line %ld: a choice of \"%.*s\" has no name (candidateNameTextBox4) or no "
                         "total (vot8)",
                         r->line, SLICE_FMT(field_excerpt(r->job->arena, r->contest.text)));
    add(&r->sum, r->votes);
    if (r->groups != VOTES_UNKNOWN && r->votes != VOTES_UNKNOWN && r->groups > r->votes)
        results_contest_bad(b, "line %ld: the groups of \"%.*s\" add up to more than its total",
                            r->line, SLICE_FMT(slice_sub(r->name, 0, 40)));
    if (label_is_write_in(r->name))
        in.flags |= RESULTS_WRITE_IN;
    if (!results_choice(b, &in, &index, &r->f->err) ||
        !results_votes_once(b, 0, index, r->votes, &r->f->err))
        return field_limit(r->f);
    if (index != r->choices++)
        results_contest_bad(b, "line %ld: \"%.*s\" stands twice", r->line,
                            SLICE_FMT(slice_sub(r->name, 0, 40)));
    return true;
}

/* ---- elements ---- */

static const struct element elements[] = {
    {SLICE_INIT("cgGroup"), on_group, NULL},
    {SLICE_INIT("Textbox2"), on_cell, NULL},
    {SLICE_INIT("Textbox13"), on_total, NULL},
    {SLICE_INIT("candidateNameTextBox4"), on_name, end_name},
    {SLICE_INIT("partyGroup"), on_party, end_party},
    {SLICE_INIT("chGroup"), on_choice, end_choice},
    {SLICE_INIT("Textbox9"), on_ballots, NULL},
    {SLICE_INIT("Details"), on_details, NULL},
    {SLICE_INIT("CandidateResults"), on_results, NULL},
    {SLICE_INIT("ContestIdGroup"), on_contest, end_contest},
    {SLICE_INIT("TabBatchGroup"), on_batch, NULL},
    {SLICE_INIT("Report"), on_report, NULL},
};

static const void *element(struct slice name, void *ctx, bool *ends)
{
    (void)ctx;
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
        *ends = elements[i].end != NULL;
        if (slice_eq(name, elements[i].name))
            return &elements[i];
    }
    return NULL;
}

static bool root(struct slice name, const struct xml_attrs *attrs, void *ctx, struct fault *f)
{
    const struct report *r = ctx;
    return slice_is(name, "Report") ||
           fault_set(f, WIRE_SCHEMA, "line %ld: the document is a \"%.*s\", not a Report",
                     xml_line(attrs), SLICE_FMT(field_excerpt(r->job->arena, name)));
}

static bool on_start(const void *element, struct xml_attrs *attrs, void *ctx, struct fault *f)
{
    struct report *r = ctx;
    const struct element *e = element;
    r->f = f;
    r->line = xml_line(attrs);
    return e->start(r, attrs);
}

static bool on_end(const void *element, struct slice text, void *ctx, struct fault *f)
{
    struct report *r = ctx;
    const struct element *e = element;
    (void)text;
    r->f = f;
    return e->end(r);
}

static const struct xml_handler handler = {element, root, on_start, on_end};

bool dominion_report(struct job *j, struct fault *f)
{
    struct report r = {.job = j, .f = f};
    return xml_parse(j->input, &handler, &r, f);
}
