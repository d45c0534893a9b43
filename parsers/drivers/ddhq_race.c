/* SPDX-License-Identifier: ISC */
/* A race of Decision Desk HQ, in the words of version 2 or of 3 and 4.
 *
 * The feed has no title for a race: its text is put together from state, office, district, party
 * and name. Seats are only what `expected_winners` says, and nothing where the race sends
 * candidates on to another (`advance_candidates`). Who is called and also sent on is taken as sent
 * on.
 */
#include "parsers/drivers/ddhq.h"

#include "daemon/base/when.h"
#include "parsers/field.h"
#include "parsers/label.h"

/* What the versions call the same thing. */
struct dialect {
    const char *topline, *called, *state, *state_name;
};

static const struct dialect dialects[] = {
    {"toplineResults", "called", "abb", "state"},
    {"topline_results", "called_candidates", "state", "state_name"},
};

struct race {
    struct job *job;
    const struct dialect *dialect;
    struct json v, topline;
    struct slice id;
    struct slice *ids; /* of the candidates, in order */
    size_t choices;
};

/* "Georgia US Senate Runoff". */
static struct slice title(const struct race *r)
{
    const char *const keys[] = {r->dialect->state_name, "office", "district", "party", "name"};
    struct slice parts[sizeof keys / sizeof keys[0]];
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        parts[i] =
            field_id(r->job->arena, json_get(r->v, keys[i])); /* a district may be a number */
    return field_joined(r->job->arena, parts, sizeof parts / sizeof parts[0]);
}

/* Version 4 writes it as a text. */
static bool is_true(struct json v)
{
    bool yes = false;
    return json_bool(v, &yes) ? yes : slice_is(json_str(v), "true");
}

/* When the last of its calls was made, out of a list of times, or of objects with them. */
static int64_t last_call(const struct race *r)
{
    struct json_walk at = {0};
    struct slice key;
    struct json one;
    int64_t last = WHEN_UNKNOWN, when;
    while (json_next(json_get(r->topline, "call_times"), &at, &key, &one)) {
        struct slice time =
            json_type(one) == JSON_OBJECT ? field_text(one, "called_time") : json_str(one);
        if (when_parse(time, true, &when) && (last == WHEN_UNKNOWN || when > last))
            last = when;
    }
    return last;
}

static void progress_of(struct json precincts, int64_t *reporting, int64_t *total)
{
    enum { REPORTING, TOTAL, MEMBERS };
    static const struct slice keys[MEMBERS] = {
        [REPORTING] = SLICE_INIT("reporting"), [TOTAL] = SLICE_INIT("total")};
    struct json m[MEMBERS];
    json_pick(precincts, keys, MEMBERS, m);
    int64_t n = field_count(m[TOTAL]);
    *total = n > 0 ? n : -1; /* 0 of 0 where a race reports by estimates */
    *reporting = n > 0 ? field_count(m[REPORTING]) : -1;
}

static bool begin(struct race *r, struct fault *f)
{
    struct results_contest_in c = RESULTS_CONTEST_DEFAULT;
    struct slice state = field_text(r->v, r->dialect->state); /* a page may hold several states' */
    int64_t reporting, total;
    c.id = r->id;
    c.text = title(r);
    c.state = state.len > 0 ? state : job_option(r->job, "state");
    c.county = job_option(r->job, "county");
    c.office = field_text(r->v, "office");
    c.district = field_id(r->job->arena, json_get(r->v, "district"));
    c.party = field_text(r->v, "party");
    c.election_type = field_text(r->v, "name");
    c.flags = RESULTS_MARKS_STATED;
    if (is_true(json_get(r->v, "uncontested")))
        c.flags |= RESULTS_UNCONTESTED;
    int64_t seats = field_count(json_get(r->v, "expected_winners"));
    c.seats = seats > 0 && !is_true(json_get(r->v, "advance_candidates")) ? seats : -1;
    if (!when_parse(field_text(r->v, "last_updated"), true, &c.updated_ms))
        c.updated_ms = WHEN_UNKNOWN;
    if (!when_parse(field_text(r->topline, "called_time"), true, &c.called_ms))
        c.called_ms = last_call(r);
    if (!results_contest_begin(r->job->builder, &c, &f->err))
        return field_limit(f);
    progress_of(json_get(r->topline, "precincts"), &reporting, &total);
    results_progress(r->job->builder, reporting, total);
    struct results_facts *facts = results_facts(r->job->builder);
    if (c.updated_ms != WHEN_UNKNOWN &&
        (facts->own_time_ms == WHEN_UNKNOWN || facts->own_time_ms < c.updated_ms))
        facts->own_time_ms = c.updated_ms;
    return true;
}

/* Is the id the member's value, or in its list? */
static bool is_in(const struct race *r, const char *key, struct slice id)
{
    struct json called = json_get(r->topline, key);
    struct json_walk at = {0};
    struct slice k;
    struct json one;
    if (json_type(called) != JSON_ARRAY)
        return slice_eq(field_id(r->job->arena, called), id);
    while (json_next(called, &at, &k, &one))
        if (slice_eq(field_id(r->job->arena, one), id))
            return true;
    return false;
}

static enum results_mark mark_of(const struct race *r, struct slice id)
{
    if (is_in(r, "advancing_candidates", id))
        return RESULTS_ADVANCED;
    return is_in(r, r->dialect->called, id) ? RESULTS_WON : RESULTS_UNMARKED;
}

static bool candidate(struct race *r, struct json v, struct fault *f)
{
    enum { FIRST, MIDDLE, LAST, SUFFIX, ID, OF_PARTY, INCUMBENT, MEMBERS };
    static const struct slice keys[MEMBERS] = {
        [FIRST] = SLICE_INIT("first_name"),   [MIDDLE] = SLICE_INIT("middle_name"),
        [LAST] = SLICE_INIT("last_name"),     [SUFFIX] = SLICE_INIT("suffix"),
        [ID] = SLICE_INIT("cand_id"),         [OF_PARTY] = SLICE_INIT("party_name"),
        [INCUMBENT] = SLICE_INIT("incumbent")};
    struct json m[MEMBERS];
    struct slice names[ID];
    json_pick(v, keys, MEMBERS, m);
    struct slice id = field_id(r->job->arena, m[ID]);
    uint32_t index;
    if (id.len == 0) {
        results_contest_bad(r->job->builder, "race %.*s: a candidate without cand_id",
                            SLICE_FMT(r->id));
        return true;
    }
    struct results_choice_in in = {.id = id, .party = label_party(json_str(m[OF_PARTY]))};
    for (size_t i = 0; i < ID; i++)
        names[i] = field_id(r->job->arena, m[i]);
    in.name = field_joined(r->job->arena, names, ID);
    if (field_count(m[INCUMBENT]) == 1 || is_true(m[INCUMBENT]))
        in.flags |= RESULTS_INCUMBENT;
    if (label_is_write_in(in.name))
        in.flags |= RESULTS_WRITE_IN;
    in.mark = mark_of(r, id);
    if (!results_choice(r->job->builder, &in, &index, &f->err))
        return field_limit(f);
    if (index != r->choices)
        results_contest_bad(r->job->builder, "race %.*s: candidate %.*s stands twice",
                            SLICE_FMT(r->id), SLICE_FMT(id));
    else
        r->ids[r->choices++] = id;
    return true;
}

/* One id of the calls: a call for nobody on the list would be a call lost. */
static void check_called(struct race *r, const char *key, struct json one)
{
    struct slice id = field_id(r->job->arena, one);
    uint32_t to = 0;
    if (id.len == 0)
        results_contest_bad(r->job->builder, "race %.*s: %s.%s: %.*s is no candidate's id",
                            SLICE_FMT(r->id), r->dialect->topline, key,
                            SLICE_FMT(field_shown(r->job->arena, one)));
    else if (!field_choice(r->ids, r->choices, id, &to))
        results_contest_bad(r->job->builder, "race %.*s: %s %.*s is no candidate of it",
                            SLICE_FMT(r->id), key, SLICE_FMT(slice_sub(id, 0, 40)));
}

/* Null, an empty text and an empty list say "not called". A field that is gone or of another kind
 * says nothing: the race is refused, for taken as "not called" it would retract what stands. */
static void check_calls(struct race *r, const char *key, bool may_miss)
{
    struct json called = json_get(r->topline, key);
    struct json_walk at = {0};
    struct slice k;
    struct json one;
    enum json_type type = json_type(called);
    if (type == JSON_NONE && !may_miss)
        results_contest_bad(r->job->builder,
                            "race %.*s: %s.%s is missing: called or not is unknown",
                            SLICE_FMT(r->id), r->dialect->topline, key);
    else if (type == JSON_ARRAY)
        while (json_next(called, &at, &k, &one))
            check_called(r, key, one);
    else if (type != JSON_NONE && type != JSON_NULL &&
             (type != JSON_STRING || field_text(r->topline, key).len > 0))
        check_called(r, key, called);
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
    for (uint32_t to = 0; json_next(object, &at, &id, &v); to++) {
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
    return votes(r, object, 0, slice_of(r->dialect->topline), f);
}

/* What is read of a county, or of a town in it. */
enum { FIPS, ID, COUNTY, TOWN, PRECINCTS, VOTES, TOWNS, PLACE_MEMBERS };
static const struct slice place_keys[PLACE_MEMBERS] = {
    [FIPS] = SLICE_INIT("fips"),           [ID] = SLICE_INIT("id"),
    [COUNTY] = SLICE_INIT("county"),       [TOWN] = SLICE_INIT("vcu"),
    [PRECINCTS] = SLICE_INIT("precincts"), [VOTES] = SLICE_INIT("votes"),
    [TOWNS] = SLICE_INIT("vcus"),
};

/* A county, or a town in the county `parent`. */
static bool place(struct race *r, const struct json *m, enum results_unit_type type,
                  uint32_t parent, uint32_t *unit, struct fault *f)
{
    struct results_unit_in in = RESULTS_UNIT_DEFAULT;
    struct slice fips = slice_trim(json_str(m[FIPS]));
    in.type = type;
    in.parent = parent;
    in.id = fips.len > 0 ? fips : field_id(r->job->arena, m[ID]);
    in.name = slice_trim(json_str(m[type == RESULTS_COUNTY ? COUNTY : TOWN]));
    progress_of(m[PRECINCTS], &in.reporting, &in.total);
    *unit = 0;
    if (in.id.len == 0 && in.name.len == 0) {
        results_contest_bad(r->job->builder, "race %.*s: a county or town without id and name",
                            SLICE_FMT(r->id));
        return true;
    }
    if (!results_unit(r->job->builder, &in, unit, &f->err))
        return field_limit(f);
    return votes(r, m[VOTES], *unit, in.name, f);
}

static bool places(struct race *r, struct fault *f)
{
    struct json list = json_get(json_get(r->v, "countyResults"), "counties");
    struct json_walk at = {0};
    struct slice key;
    struct json v, county[PLACE_MEMBERS], town[PLACE_MEMBERS];
    uint32_t of, unit;
    if (json_type(list) == JSON_NONE)
        list = json_get(r->v, "counties");
    while (json_next(list, &at, &key, &v)) {
        struct json_walk within = {0};
        json_pick(v, place_keys, PLACE_MEMBERS, county);
        if (!place(r, county, RESULTS_COUNTY, 0, &of, f))
            return false;
        while (json_next(county[TOWNS], &within, &key, &v)) {
            json_pick(v, place_keys, PLACE_MEMBERS, town);
            if (!place(r, town, RESULTS_MUNICIPALITY, of, &unit, f))
                return false;
        }
    }
    return true;
}

bool ddhq_race(struct job *j, struct json v, size_t n, struct fault *f)
{
    struct json candidates = json_get(v, "candidates");
    struct race r = {.job = j, .v = v, .dialect = &dialects[0]};
    struct json_walk at = {0};
    struct slice key;
    struct json one;
    if (json_type(json_get(v, dialects[1].topline)) == JSON_OBJECT)
        r.dialect = &dialects[1];
    r.topline = json_get(v, r.dialect->topline);
    r.id = field_id(j->arena, json_get(v, "race_id"));
    if (r.id.len == 0)
        return fault_set(f, WIRE_SCHEMA, "data[%zu] has no race_id", n);
    if (json_type(candidates) != JSON_ARRAY || json_type(r.topline) != JSON_OBJECT ||
        json_type(json_get(r.topline, "votes")) != JSON_OBJECT)
        return fault_set(f, WIRE_SCHEMA, "data[%zu] (race %.*s) has no candidates or no %s.votes",
                         n, SLICE_FMT(field_excerpt(j->arena, r.id)), r.dialect->topline);
    size_t count = json_count(candidates);
    r.ids = arena_array(j->arena, count + 1, sizeof *r.ids);
    if (r.ids == NULL)
        return fault_set(f, WIRE_LIMIT, "data[%zu]: no memory for %zu candidates", n, count);
    if (!begin(&r, f))
        return false;
    while (json_next(candidates, &at, &key, &one))
        if (!candidate(&r, one, f))
            return false;
    check_calls(&r, r.dialect->called, false);
    check_calls(&r, "advancing_candidates", true);
    return total(&r, f) && places(&r, f);
}
