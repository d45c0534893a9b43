/* SPDX-License-Identifier: ISC */
/* North Carolina's live JSON, er.ncsbe.gov/enr/YYYYMMDD/data/results_N.txt and precinct_N.txt: an
 * array of rows, one a choice and place, all values text. N and each row's `cid` are a county's
 * number, 0 the whole state; precinct rows have `aid`. Written from its documented keys alone.
 *
 * A group id (gid) names many contests: one is told by id and name. A county's file holds that
 * county's part of what the state votes on, so that its contests are the county's. Votes by type
 * (evc, ovc, avc, pvc) are parts of vct, and no more than it.
 */
#include <inttypes.h>

#include "daemon/base/num.h"
#include "parsers/drivers.h"
#include "parsers/field.h"
#include "parsers/json.h"
#include "parsers/label.h"

struct row {
    struct job *job;
    struct json v;
    size_t n; /* from 0 */
    struct slice contest, county;
};

static struct slice text(const struct row *r, const char *key)
{
    return slice_trim(json_str(json_get(r->v, key)));
}

/* A number, as text or as such; -1 when it is none. */
static int64_t count(const struct row *r, const char *key)
{
    struct json v = json_get(r->v, key);
    return json_type(v) == JSON_STRING ? field_text_count(json_str(v), false) : field_count(v);
}

/* The party whose primary it is, "REP" of "US SENATE - REP (VOTE FOR 1)", or empty. */
static struct slice primary_of(struct slice contest)
{
    static const struct slice parties[] = {
        SLICE_INIT("DEM"), SLICE_INIT("REP"), SLICE_INIT("LIB"), SLICE_INIT("GRE"),
        SLICE_INIT("CST"), SLICE_INIT("NLB"), SLICE_INIT("UNA"),
    };
    static const struct slice dash = SLICE_INIT(" - ");
    size_t end = slice_find(contest, SLICE(" (VOTE FOR "));
    struct slice s = slice_sub(contest, 0, end);
    s = s.len > 6 ? slice_sub(s, s.len - 6, s.len) : s;
    for (size_t i = 0; slice_starts(s, dash) && i < sizeof parties / sizeof parties[0]; i++)
        if (slice_eq(slice_sub(s, dash.len, s.len), parties[i]))
            return parties[i];
    return (struct slice){0};
}

/* Whose part of the votes the row holds; empty: the whole state's. */
static struct slice county_of(const struct row *r)
{
    struct slice county = job_option(r->job, "county");
    struct slice cid = field_id(r->job->arena, json_get(r->v, "cid"));
    if (county.len > 0 || cid.len == 0 || slice_is(cid, "0"))
        return county;
    return arena_printf(r->job->arena, "county %.*s", SLICE_FMT(cid));
}

/* Go to the row's contest, begun here or by an earlier row. */
static bool find_contest(const struct row *r, struct fault *f)
{
    struct results_contest_in c = RESULTS_CONTEST_DEFAULT;
    struct slice state = job_option(r->job, "state");
    c.id = field_id(r->job->arena, json_get(r->v, "gid"));
    if (results_contest_again(r->job->builder, r->county, c.id, r->contest))
        return true;
    c.text = r->contest;
    c.county = r->county;
    c.state = state.len > 0 ? state : SLICE("NC");
    c.party = primary_of(c.text);
    c.votes_allowed = count(r, "vfr");
    c.flags = count(r, "ref") == 1 ? RESULTS_MEASURE : 0;
    return results_contest_begin(r->job->builder, &c, &f->err) || field_limit(f);
}

static bool find_unit(const struct row *r, uint32_t *unit, struct fault *f)
{
    struct results_unit_in in = RESULTS_UNIT_DEFAULT;
    in.type = RESULTS_PRECINCT;
    in.name = text(r, "aid");
    *unit = 0;
    if (in.name.len == 0) {
        results_progress(r->job->builder, count(r, "prt"), count(r, "ptl"));
        return true;
    }
    return results_unit(r->job->builder, &in, unit, &f->err) || field_limit(f);
}

/* The votes; what is none makes the contest bad. */
static int64_t votes_of(const struct row *r)
{
    static const char *const types[] = {"evc", "ovc", "avc", "pvc"};
    struct json v = json_get(r->v, "vct");
    struct slice s = json_str(v);
    int64_t votes = VOTES_UNKNOWN, sum = 0;
    if (!(s.ptr != NULL ? field_text_votes(r->job, s, false, &votes) : field_votes(v, &votes)))
        results_contest_bad(r->job->builder,
                            "row %zu: vct of \"%.*s\": %.*s is not a count of votes", r->n,
                            SLICE_FMT(field_excerpt(r->job->arena, text(r, "bnm"))),
                            SLICE_FMT(field_shown(r->job->arena, v)));
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        int64_t part = count(r, types[i]);
        if (part > 0 && !num_add(&sum, part))
            sum = INT64_MAX;
    }
    if (votes >= 0 && sum > votes)
        results_contest_bad(r->job->builder,
                            "row %zu: vct is %" PRId64 ", its types add up to %" PRId64, r->n,
                            votes, sum);
    return votes;
}

static bool read_row(struct row *r, struct fault *f)
{
    struct results_choice_in in = {.name = text(r, "bnm"), .party = label_party(text(r, "pty"))};
    uint32_t unit, choice;
    r->contest = text(r, "cnm");
    r->county = county_of(r);
    if (r->contest.len == 0 || in.name.len == 0 || json_type(json_get(r->v, "vct")) == JSON_NONE)
        return fault_set(f, WIRE_SCHEMA, "row %zu has no cnm, no bnm or no vct", r->n);
    if (label_is_statistic(in.name))
        return true;
    if (label_is_write_in(in.name))
        in.flags |= RESULTS_WRITE_IN;
    if (!find_contest(r, f) || !find_unit(r, &unit, f))
        return false;
    return (results_choice(r->job->builder, &in, &choice, &f->err) &&
            results_votes_once(r->job->builder, unit, choice, votes_of(r), &f->err)) ||
           field_limit(f);
}

static bool has_final(struct slice s)
{
    for (size_t i = 0; i + 5 <= s.len; i++)
        if (slice_eq_nocase(slice_sub(s, i, i + 5), SLICE("final")))
            return true;
    return false;
}

static bool read_rows(struct job *j, struct json root, struct fault *f)
{
    struct row r = {.job = j};
    struct json_walk at = {0};
    struct slice key;
    bool complete = json_count(root) > 0;
    if (json_type(root) != JSON_ARRAY)
        return fault_set(f, WIRE_SCHEMA, "line 1: the document is no array of rows");
    for (; json_next(root, &at, &key, &r.v); r.n++) {
        if (!read_row(&r, f))
            return false;
        complete = complete && has_final(text(&r, "sta")) && has_final(text(&r, "cts"));
    }
    if (complete)
        results_facts(j->builder)->status = RESULTS_COMPLETE;
    return true;
}

static bool parse(struct job *j, struct fault *f)
{
    return field_document(j, read_rows, f);
}

static int sniff(struct slice head)
{
    return slice_find(head, SLICE("\"cnm\"")) != SIZE_MAX &&
                   slice_find(head, SLICE("\"bnm\"")) != SIZE_MAX &&
                   slice_find(head, SLICE("\"vct\"")) != SIZE_MAX
               ? 2
               : 0;
}

const struct driver nc_json_driver = {.name = "nc-json", .parse = parse, .sniff = sniff};
