/* SPDX-License-Identifier: ISC */
/* Decision Desk HQ, version 2: an object with `data`, an array of races with their own times,
 * candidates, votes by candidate id, and the call.
 *
 * The feed has no title for a race: its text is put together from state, office, district, party
 * and name. `called` is one id; a list is taken too. Seats are only what `expected_winners` says.
 */
#include <inttypes.h>

#include "daemon/base/num.h"
#include "daemon/base/when.h"
#include "parsers/drivers.h"
#include "parsers/field.h"
#include "parsers/json.h"
#include "parsers/label.h"

struct race {
    struct job *job;
    struct json v, topline;
    struct slice id;
    struct slice *ids; /* of the candidates, in order */
    size_t choices;
};

static struct slice text(struct json object, const char *key)
{
    return slice_trim(json_str(json_get(object, key)));
}

/* "Georgia US Senate Runoff". */
static struct slice title(struct arena *a, struct json race)
{
    static const char *const parts[] = {"state", "office", "district", "party", "name"};
    struct slice out = {0};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct slice part = text(race, parts[i]);
        if (part.len > 0)
            out = arena_printf(a, "%.*s%s%.*s", SLICE_FMT(out), out.len > 0 ? " " : "",
                               SLICE_FMT(part));
    }
    return out;
}

static bool begin(struct race *r, struct fault *f)
{
    struct results_contest_in c = RESULTS_CONTEST_DEFAULT;
    struct slice state = job_option(r->job, "state");
    bool uncontested = false;
    c.id = r->id;
    c.text = title(r->job->arena, r->v);
    c.state = state.len > 0 ? state : text(r->v, "abb");
    c.county = job_option(r->job, "county");
    c.office = text(r->v, "office");
    c.district = text(r->v, "district");
    c.party = text(r->v, "party");
    c.election_type = text(r->v, "name");
    c.flags = RESULTS_MARKS_STATED;
    if (json_bool(json_get(r->v, "uncontested"), &uncontested) && uncontested)
        c.flags |= RESULTS_UNCONTESTED;
    int64_t seats = field_count(json_get(r->v, "expected_winners"));
    c.seats = seats > 0 ? seats : -1;
    if (!when_parse(text(r->v, "last_updated"), true, &c.updated_ms))
        c.updated_ms = WHEN_UNKNOWN;
    if (!when_parse(text(r->topline, "called_time"), true, &c.called_ms))
        c.called_ms = WHEN_UNKNOWN;
    if (!results_contest_begin(r->job->builder, &c, &f->err))
        return field_limit(f);
    struct json precincts = json_get(r->topline, "precincts");
    results_progress(r->job->builder, field_count(json_get(precincts, "reporting")),
                     field_count(json_get(precincts, "total")));
    struct results_facts *facts = results_facts(r->job->builder);
    if (c.updated_ms != WHEN_UNKNOWN &&
        (facts->own_time_ms == WHEN_UNKNOWN || facts->own_time_ms < c.updated_ms))
        facts->own_time_ms = c.updated_ms;
    return true;
}

static bool is_called(struct race *r, struct slice id)
{
    struct json called = json_get(r->topline, "called");
    struct json_walk at = {0};
    struct slice key;
    struct json one;
    if (json_type(called) != JSON_ARRAY)
        return slice_eq(field_id(r->job->arena, called), id);
    while (json_next(called, &at, &key, &one))
        if (slice_eq(field_id(r->job->arena, one), id))
            return true;
    return false;
}

static bool candidate(struct race *r, struct json v, struct fault *f)
{
    struct slice first = text(v, "first_name");
    struct slice last = text(v, "last_name");
    struct slice id = field_id(r->job->arena, json_get(v, "cand_id"));
    uint32_t index;
    if (id.len == 0) {
        results_contest_bad(r->job->builder, "race %.*s: a candidate without cand_id",
                            SLICE_FMT(r->id));
        return true;
    }
    struct results_choice_in in = {.id = id, .party = label_party(text(v, "party_name"))};
    in.name = arena_printf(r->job->arena, "%.*s%s%.*s", SLICE_FMT(first),
                           first.len > 0 && last.len > 0 ? " " : "", SLICE_FMT(last));
    if (field_count(json_get(v, "incumbent")) == 1)
        in.flags |= RESULTS_INCUMBENT;
    if (label_is_write_in(in.name))
        in.flags |= RESULTS_WRITE_IN;
    if (is_called(r, id))
        in.mark = RESULTS_WON;
    if (!results_choice(r->job->builder, &in, &index, &f->err))
        return field_limit(f);
    if (index != r->choices)
        results_contest_bad(r->job->builder, "race %.*s: candidate %.*s stands twice",
                            SLICE_FMT(r->id), SLICE_FMT(id));
    else
        r->ids[r->choices++] = id;
    return true;
}

/* One id of `called`: a call for nobody on the list would be a call lost. */
static void check_called(struct race *r, struct json one)
{
    struct slice id = field_id(r->job->arena, one);
    uint32_t to;
    if (id.len == 0)
        results_contest_bad(r->job->builder,
                            "race %.*s: toplineResults.called: %.*s is no candidate's id",
                            SLICE_FMT(r->id), SLICE_FMT(field_shown(r->job->arena, one)));
    else if (!field_choice(r->ids, r->choices, id, &to))
        results_contest_bad(r->job->builder, "race %.*s: called %.*s is no candidate of it",
                            SLICE_FMT(r->id), SLICE_FMT(slice_sub(id, 0, 40)));
}

/* Null, an empty text and an empty list say "not called". A field that is gone or of another kind
 * says nothing: the race is refused, for taken as "not called" it would retract what stands. */
static void check_call(struct race *r)
{
    struct json called = json_get(r->topline, "called");
    struct json_walk at = {0};
    struct slice key;
    struct json one;
    enum json_type type = json_type(called);
    if (type == JSON_NONE)
        results_contest_bad(r->job->builder,
                            "race %.*s: toplineResults.called is missing: called or not is unknown",
                            SLICE_FMT(r->id));
    else if (type == JSON_ARRAY)
        while (json_next(called, &at, &key, &one))
            check_called(r, one);
    else if (type != JSON_NULL && (type != JSON_STRING || text(r->topline, "called").len > 0))
        check_called(r, called);
}

/* An object of votes by candidate id, into one unit's row. Candidates it leaves out stay unknown in
 * the total. */
static bool votes(struct race *r, struct json object, uint32_t unit, struct slice where,
                  struct fault *f)
{
    struct results_builder *b = r->job->builder;
    struct json_walk at = {0};
    struct slice id;
    struct json v;
    while (json_next(object, &at, &id, &v)) {
        uint32_t to = 0;
        int64_t n = VOTES_UNKNOWN;
        if (!field_choice(r->ids, r->choices, id, &to)) {
            results_contest_bad(b, "race %.*s, %.*s: votes for \"%.*s\", no candidate of it",
                                SLICE_FMT(r->id), SLICE_FMT(where),
                                SLICE_FMT(slice_sub(id, 0, 40)));
            continue;
        }
        if (!field_votes(v, &n))
            results_contest_bad(b, "race %.*s, %.*s: votes of %.*s: %.*s is not a count of votes",
                                SLICE_FMT(r->id), SLICE_FMT(where), SLICE_FMT(id),
                                SLICE_FMT(field_shown(r->job->arena, v)));
        if (!results_votes_once(b, unit, to, n, &f->err))
            return field_limit(f);
    }
    return true;
}

static bool total(struct race *r, struct fault *f)
{
    struct json object = json_get(r->topline, "votes");
    for (uint32_t i = 0; i < r->choices; i++) {
        const char *key = r->ids[i].ptr;
        if (json_type(json_get(object, key)) == JSON_NONE &&
            !results_votes_once(r->job->builder, 0, i, VOTES_UNKNOWN, &f->err))
            return field_limit(f);
    }
    return votes(r, object, 0, SLICE("toplineResults"), f);
}

static bool counties(struct race *r, struct fault *f)
{
    struct json list = json_get(json_get(r->v, "countyResults"), "counties");
    struct json_walk at = {0};
    struct slice key;
    struct json county;
    while (json_next(list, &at, &key, &county)) {
        struct json precincts = json_get(county, "precincts");
        struct results_unit_in in = RESULTS_UNIT_DEFAULT;
        uint32_t unit;
        in.type = RESULTS_COUNTY;
        in.id = field_id(r->job->arena, json_get(county, "id"));
        in.name = text(county, "county");
        in.reporting = field_count(json_get(precincts, "reporting"));
        in.total = field_count(json_get(precincts, "total"));
        if (in.id.len == 0 && in.name.len == 0) {
            results_contest_bad(r->job->builder, "race %.*s: a county without id and name",
                                SLICE_FMT(r->id));
            continue;
        }
        if (!results_unit(r->job->builder, &in, &unit, &f->err))
            return field_limit(f);
        if (!votes(r, json_get(county, "votes"), unit, in.name, f))
            return false;
    }
    return true;
}

static bool race(struct job *j, struct json v, size_t n, struct fault *f)
{
    struct json candidates = json_get(v, "candidates");
    struct race r = {.job = j, .v = v, .topline = json_get(v, "toplineResults")};
    struct json_walk at = {0};
    struct slice key;
    struct json one;
    r.id = field_id(j->arena, json_get(v, "race_id"));
    if (r.id.len == 0)
        return fault_set(f, WIRE_SCHEMA, "data[%zu] has no race_id", n);
    if (json_type(candidates) != JSON_ARRAY || json_type(r.topline) != JSON_OBJECT ||
        json_type(json_get(r.topline, "votes")) != JSON_OBJECT)
        return fault_set(f, WIRE_SCHEMA,
                         "data[%zu] (race %.*s) has no candidates or no toplineResults.votes", n,
                         SLICE_FMT(field_excerpt(j->arena, r.id)));
    size_t count = json_count(candidates);
    r.ids = arena_array(j->arena, count + 1, sizeof *r.ids);
    if (r.ids == NULL)
        return fault_set(f, WIRE_LIMIT, "data[%zu]: no memory for %zu candidates", n, count);
    if (!begin(&r, f))
        return false;
    while (json_next(candidates, &at, &key, &one))
        if (!candidate(&r, one, f))
            return false;
    check_call(&r);
    return total(&r, f) && counties(&r, f);
}

/* The date all races share, or none. */
static void fill_date(struct job *j, struct json data)
{
    struct json_walk at = {0};
    struct slice key, date = {0};
    struct json v;
    int64_t day;
    while (json_next(data, &at, &key, &v)) {
        struct slice d = text(v, "race_date");
        if (!when_parse_date(d, &day) || (date.len > 0 && !slice_eq(d, date)))
            return;
        date = d;
    }
    results_facts(j->builder)->election_date = arena_copy(j->arena, date);
}

static bool read_races(struct job *j, struct json root, struct fault *f)
{
    struct json data = json_get(root, "data");
    struct json_walk at = {0};
    struct slice key;
    struct json v;
    int64_t stated = field_count(json_get(root, "total"));
    size_t n = 0;
    bool test;
    if (json_type(data) != JSON_ARRAY)
        return fault_set(f, WIRE_SCHEMA,
                         "line 1: not DDHQ's version 2: no array \"data\" in the document");
    if (json_type(json_get(root, "next_page_url")) == JSON_NULL && stated >= 0 &&
        (uint64_t)stated != json_count(data))
        return fault_set(f, WIRE_TRUNCATED,
                         "line 1: \"total\" is %" PRId64 ", \"data\" has %zu races and there is "
                         "no next page",
                         stated, json_count(data));
    if (json_bool(json_get(root, "test_data"), &test))
        results_facts(j->builder)->test = test;
    fill_date(j, data);
    while (json_next(data, &at, &key, &v))
        if (!race(j, v, n++, f))
            return false;
    return true;
}

static bool parse(struct job *j, struct fault *f)
{
    struct json_doc *doc = NULL;
    struct json root;
    if (!json_parse(j->input, &doc, &root, f))
        return false;
    bool ok = read_races(j, root, f);
    json_free(doc);
    return ok;
}

static int sniff(struct slice head)
{
    if (slice_find(head, SLICE("\"toplineResults\"")) != SIZE_MAX)
        return 2;
    return slice_find(head, SLICE("\"race_id\"")) != SIZE_MAX ? 1 : 0;
}

const struct driver ddhq_driver = {.name = "ddhq", .parse = parse, .sniff = sniff};
