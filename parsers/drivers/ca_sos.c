/* SPDX-License-Identifier: ISC */
/* California Secretary of State, api.sos.ca.gov/returns: one race as an object, or a list of races,
 * bare or as the member `races`. A race of people has `candidates`; measures and justices stand in
 * lists of their own, each element one question with its yes and no.
 *
 * Nothing has an id: a contest is its title, a question its title with its number and name.
 */
#include "daemon/base/when.h"
#include "parsers/count.h"
#include "parsers/drivers.h"
#include "parsers/field.h"
#include "parsers/json.h"
#include "parsers/label.h"

struct race {
    struct job *job;
    struct json v;
    struct slice where, title; /* "races[3]" */
};

/* The members that hold questions. */
static const char *const questions[] = {"ballot-measures", "supreme-court", "courts-of-appeal",
                                        NULL};

/* "96.3% (547 of 568) precincts reporting"; the percent says nothing. */
static void progress(struct race *r)
{
    struct slice s = field_text(r->v, "Reporting");
    size_t open = slice_find(s, SLICE("("));
    int64_t reporting, total;
    if (open != SIZE_MAX && count_progress(slice_sub(s, open, s.len), &reporting, &total))
        results_progress(r->job->builder, reporting, total);
}

/* A page of one county: "Governor - Alameda County Results" holds that county's part. */
static struct slice county(struct race *r)
{
    static const struct slice end = SLICE_INIT(" County Results"), dash = SLICE_INIT(" - ");
    struct slice s = r->title;
    size_t at;
    if (!slice_ends(s, end))
        return job_option(r->job, "county");
    s = slice_sub(s, 0, s.len - end.len);
    while ((at = slice_find(s, dash)) != SIZE_MAX)
        s = slice_sub(s, at + dash.len, s.len);
    return s;
}

static bool begin(struct race *r, struct slice title, uint32_t flags, struct fault *f)
{
    struct results_contest_in c = RESULTS_CONTEST_DEFAULT;
    struct slice state = job_option(r->job, "state");
    c.text = title;
    c.state = state.len > 0 ? state : SLICE("CA");
    c.county = county(r);
    c.flags = flags;
    c.updated_ms = job_time(r->job, field_text(r->v, "ReportingTime"));
    if (!results_contest_begin(r->job->builder, &c, &f->err))
        return field_limit(f);
    progress(r);
    struct results_facts *facts = results_facts(r->job->builder);
    if (c.updated_ms != WHEN_UNKNOWN && facts->own_time_ms < c.updated_ms) /* unknown: the least */
        facts->own_time_ms = c.updated_ms;
    return true;
}

/* One line of the current contest: the choice, and its votes from the member `key` of `from`. */
static bool line(struct race *r, const struct results_choice_in *in, struct json from,
                 const char *key, struct fault *f)
{
    struct json v = json_get(from, key);
    struct slice s = json_str(v);
    int64_t votes = VOTES_UNKNOWN;
    uint32_t choice;
    bool ok = s.ptr != NULL ? field_text_votes(r->job, s, true, &votes) : field_votes(v, &votes);
    if (!ok)
        results_contest_bad(r->job->builder, "%.*s: %s of \"%.*s\": %.*s is not a count of votes",
                            SLICE_FMT(r->where), key,
                            SLICE_FMT(field_excerpt(r->job->arena, in->name)),
                            SLICE_FMT(field_shown(r->job->arena, v)));
    if (!results_choice(r->job->builder, in, &choice, &f->err) ||
        !results_votes_once(r->job->builder, 0, choice, votes, &f->err))
        return field_limit(f);
    return true;
}

static bool candidates(struct race *r, struct json list, struct fault *f)
{
    struct json_walk at = {0};
    struct slice key;
    struct json v;
    if (!begin(r, r->title, 0, f))
        return false;
    while (json_next(list, &at, &key, &v)) {
        bool incumbent = false;
        struct results_choice_in in = {.name = field_text(v, "Name"),
                                       .party = label_party(field_text(v, "Party"))};
        if (json_bool(json_get(v, "incumbent"), &incumbent) && incumbent)
            in.flags |= RESULTS_INCUMBENT;
        if (label_is_write_in(in.name))
            in.flags |= RESULTS_WRITE_IN;
        if (label_is_statistic(in.name))
            continue;
        if (!line(r, &in, v, "Votes", f))
            return false;
    }
    return true;
}

static bool question(struct race *r, struct json v, struct fault *f)
{
    static const struct results_choice_in yes = {.name = SLICE_INIT("Yes")},
                                          no = {.name = SLICE_INIT("No")};
    struct slice number = field_id(r->job->arena, json_get(v, "Number")),
                 name = field_text(v, "Name");
    struct slice title =
        arena_printf(r->job->arena, "%.*s: %.*s%s%.*s", SLICE_FMT(r->title), SLICE_FMT(number),
                     number.len > 0 && name.len > 0 ? " " : "", SLICE_FMT(name));
    if (number.len == 0 && name.len == 0)
        return fault_set(f, WIRE_SCHEMA, "%.*s: a question without Name", SLICE_FMT(r->where));
    return begin(r, title, RESULTS_MEASURE, f) && line(r, &yes, v, "yesVotes", f) &&
           line(r, &no, v, "noVotes", f);
}

static bool race(struct job *j, struct json v, struct slice where, struct fault *f)
{
    struct race r = {.job = j, .v = v, .where = where, .title = field_text(v, "raceTitle")};
    struct json list = json_get(v, "candidates"), one;
    struct json_walk at = {0};
    struct slice key;
    if (r.title.len == 0)
        return fault_set(f, WIRE_SCHEMA, "%.*s has no raceTitle", SLICE_FMT(where));
    if (json_type(list) == JSON_ARRAY)
        return candidates(&r, list, f);
    for (const char *const *q = questions; *q != NULL && json_type(list) != JSON_ARRAY; q++)
        list = json_get(v, *q);
    if (json_type(list) != JSON_ARRAY)
        return fault_set(f, WIRE_SCHEMA,
                         "%.*s (\"%.*s\") has no list of candidates, measures or justices",
                         SLICE_FMT(where), SLICE_FMT(field_excerpt(j->arena, r.title)));
    while (json_next(list, &at, &key, &one))
        if (!question(&r, one, f))
            return false;
    return true;
}

static bool read_races(struct job *j, struct json root, struct fault *f)
{
    struct json list = json_type(root) == JSON_ARRAY ? root : json_get(root, "races"), v;
    struct json_walk at = {0};
    struct slice key;
    size_t n = 0;
    if (json_type(list) != JSON_ARRAY)
        return race(j, root, SLICE("the document"), f);
    while (json_next(list, &at, &key, &v))
        if (!race(j, v, arena_printf(j->arena, "races[%zu]", n++), f))
            return false;
    return true;
}

static bool parse(struct job *j, struct fault *f)
{
    return field_document(j, read_races, f);
}

static int sniff(struct slice head)
{
    return slice_find(head, SLICE("\"raceTitle\"")) != SIZE_MAX &&
                   slice_find(head, SLICE("\"ReportingTime\"")) != SIZE_MAX
               ? 2
               : 0;
}

const struct driver ca_sos_driver = {.name = "ca-sos", .parse = parse, .sniff = sniff};
