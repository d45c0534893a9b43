/* SPDX-License-Identifier: ISC */
/* AP's public election JSON (interactives.ap.org): ids, votes and calls, no names. Names come from
 * what was learned elsewhere.
 *
 * `winner` is read from the summary row alone (ap_marks.h): AP copies it to every place's row,
 * where it says nothing about that place. A mark that is not understood refuses the race.
 */
#include "daemon/base/num.h"
#include "daemon/base/when.h"
#include "parsers/drivers/ap_marks.h"
#include "parsers/drivers.h"
#include "parsers/field.h"
#include "parsers/json.h"

#define FIPS_LEN 5

struct race {
    struct job *job;
    struct slice id;
    struct slice *ids; /* of the candidates, in order */
    size_t choices;
};

static struct slice state_of(const struct job *j, struct slice race_id, struct json summary)
{
    struct slice option = job_option(j, "state");
    struct slice ruid = field_text(summary, "ruid");
    struct slice prefix = slice_sub(race_id, 0, 2);
    if (option.len > 0)
        return option;
    if (ap_marks_state(ruid))
        return ruid;
    bool prefixed = ap_marks_state(prefix) && slice_starts(slice_sub(race_id, 2, 3), SLICE("-"));
    return prefixed ? prefix : (struct slice){0};
}

/* A count that the race states, or its summary. */
static int64_t stated(struct json race, struct json summary, const char *key)
{
    int64_t n = field_count(json_get(race, key));
    if (n <= 0)
        n = field_count(json_get(summary, key));
    return n > 0 ? n : -1;
}

static bool begin(struct race *r, struct json v, struct json summary, struct fault *f)
{
    struct results_contest_in c = RESULTS_CONTEST_DEFAULT;
    bool uncontested = false;
    c.id = r->id;
    c.state = state_of(r->job, r->id, summary);
    c.county = job_option(r->job, "county");
    if (ap_marks_stated(json_get(summary, "results")))
        c.flags |= RESULTS_MARKS_STATED;
    if (json_bool(json_get(v, "uncontested"), &uncontested) && uncontested)
        c.flags |= RESULTS_UNCONTESTED;
    c.seats = stated(v, summary, "numWinners");
    c.places = stated(v, summary, "numRunoff");
    if (!results_contest_begin(r->job->builder, &c, &f->err))
        return field_limit(f);
    results_progress(r->job->builder, field_count(json_get(summary, "precinctsReporting")),
                     field_count(json_get(summary, "precinctsTotal")));
    return true;
}

/* One candidate's row: in the summary it makes the choice; elsewhere the choice must be there. */
static bool row(struct race *r, struct json v, uint32_t unit, struct slice where, struct fault *f)
{
    enum { CANDIDATE, VOTES, WINNER, MEMBERS };
    static const struct slice keys[MEMBERS] = {[CANDIDATE] = SLICE_INIT("candidateID"),
                                               [VOTES] = SLICE_INIT("voteCount"),
                                               [WINNER] = SLICE_INIT("winner")};
    struct results_builder *b = r->job->builder;
    struct json c[MEMBERS];
    json_pick(v, keys, MEMBERS, c);
    struct json count = c[VOTES];
    struct slice id = field_id(r->job->arena, c[CANDIDATE]);
    int64_t n = VOTES_UNKNOWN;
    uint32_t index = 0;
    if (json_type(count) != JSON_NONE && !field_votes(count, &n))
        results_contest_bad(b, "race %.*s, %.*s: voteCount %.*s is not a count of votes",
                            SLICE_FMT(r->id), SLICE_FMT(where),
                            SLICE_FMT(field_shown(r->job->arena, count)));
    bool known = field_choice(r->ids, r->choices, id, &index);
    if (id.len == 0 || known != (unit > 0)) {
        results_contest_bad(b, "race %.*s, %.*s: candidateID \"%.*s\" %s", SLICE_FMT(r->id),
                            SLICE_FMT(where), SLICE_FMT(slice_sub(id, 0, 40)),
                            id.len == 0 ? "is missing"
                            : known     ? "stands twice"
                                        : "is not in the summary");
        return true;
    }
    if (unit == 0) {
        struct json winner = c[WINNER];
        struct results_choice_in in = {.id = id};
        if (!ap_marks_read(winner, &in.mark))
            results_contest_bad(b, "race %.*s: winner of candidate %.*s: %.*s is no known mark",
                                SLICE_FMT(r->id), SLICE_FMT(slice_sub(id, 0, 40)),
                                SLICE_FMT(field_shown(r->job->arena, winner)));
        if (!results_choice(b, &in, &index, &f->err))
            return field_limit(f);
        r->ids[r->choices++] = id;
    }
    return results_votes_once(b, unit, index, n, &f->err) || field_limit(f);
}

static bool rows(struct race *r, struct json list, uint32_t unit, struct slice where,
                 struct fault *f)
{
    struct json_walk at = {0};
    struct slice key;
    struct json v;
    while (json_next(list, &at, &key, &v))
        if (!row(r, v, unit, where, f))
            return false;
    return true;
}

/* Five digits are a county's FIPS code; anything else is a town or district. */
static bool place(struct race *r, struct slice key, struct json v, struct fault *f)
{
    struct results_unit_in in = RESULTS_UNIT_DEFAULT;
    int64_t fips;
    uint32_t unit;
    if (slice_is(field_text(v, "level"), "state"))
        return true; /* the summary once more */
    bool county = key.len == FIPS_LEN && num_parse(key, 0, INT64_MAX, &fips);
    in.type = county ? RESULTS_COUNTY : RESULTS_MUNICIPALITY;
    in.id = key;
    in.reporting = field_count(json_get(v, "precinctsReporting"));
    in.total = field_count(json_get(v, "precinctsTotal"));
    if (!results_unit(r->job->builder, &in, &unit, &f->err))
        return field_limit(f);
    return rows(r, json_get(v, "results"), unit, key, f);
}

static bool race(struct job *j, struct json v, size_t n, struct fault *f)
{
    struct json summary = json_get(v, "summary");
    struct json candidates = json_get(summary, "results");
    struct race r = {.job = j, .id = field_id(j->arena, json_get(v, "raceID"))};
    struct json_walk at = {0};
    struct slice key;
    struct json one;
    size_t count = json_count(candidates);
    if (r.id.len == 0)
        return fault_set(f, WIRE_SCHEMA, "results[%zu] has no raceID", n);
    if (json_type(candidates) != JSON_ARRAY)
        return fault_set(f, WIRE_SCHEMA, "results[%zu] (race %.*s) has no summary.results", n,
                         SLICE_FMT(field_excerpt(j->arena, r.id)));
    r.ids = arena_array(j->arena, count + 1, sizeof *r.ids);
    if (r.ids == NULL)
        return fault_set(f, WIRE_LIMIT, "results[%zu]: no memory for %zu candidates", n, count);
    if (!begin(&r, v, summary, f) || !rows(&r, candidates, 0, SLICE("summary"), f))
        return false;
    struct json places = json_get(v, "results");
    while (json_next(places, &at, &key, &one))
        if (!place(&r, key, one, f))
            return false;
    return true;
}

static bool read_races(struct job *j, struct json root, struct fault *f)
{
    struct results_facts *facts = results_facts(j->builder);
    struct json list = json_get(root, "results");
    struct json_walk at = {0};
    struct slice key;
    struct json v;
    bool test;
    size_t n = 0;
    if (json_type(list) != JSON_ARRAY || json_type(json_get(root, "timestamp")) == JSON_NONE)
        return fault_set(f, WIRE_SCHEMA,
                         "line 1: not AP's interactive JSON: no array \"results\" or no "
                         "\"timestamp\" in the document");
    if (!when_parse(field_text(root, "timestamp"), false, &facts->own_time_ms))
        return fault_set(f, WIRE_SCHEMA, "line 1: timestamp %.*s is not a time",
                         SLICE_FMT(field_shown(j->arena, json_get(root, "timestamp"))));
    if (json_bool(json_get(root, "test"), &test))
        facts->test = test;
    while (json_next(list, &at, &key, &v))
        if (!race(j, v, n++, f))
            return false;
    return true;
}

static bool parse(struct job *j, struct fault *f)
{
    return field_document(j, read_races, f);
}

static int sniff(struct slice head)
{
    bool race_id = slice_find(head, SLICE("\"raceID\"")) != SIZE_MAX;
    return race_id && slice_find(head, SLICE("\"ruid\"")) != SIZE_MAX ? 2 : 0;
}

const struct driver ap_interactive_driver = {
    .name = "ap-interactive", .parse = parse, .sniff = sniff};
