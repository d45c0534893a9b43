/* SPDX-License-Identifier: ISC */
/* Enhanced Voting: the media export, and a site's own /data and /ballot-items.
 *
 * The export holds the jurisdiction's contests with their totals, and then every locality's, where
 * a contest of the jurisdiction stands once more with that locality's share. The two are told to be
 * one by id and name: the share is a unit of it and never added to it. What only a locality has is
 * a contest of that county. Names are texts there and lists by language in /data, "vote for" is a
 * number there and a sentence here, and an id means something within its file only.
 */
#include "parsers/drivers/enhanced.h"

#include <inttypes.h>

#include "daemon/base/map.h"
#include "parsers/drivers.h"
#include "parsers/field.h"

#define CONTESTS_MAX 200000 /* of a jurisdiction */
#define DATE_LEN 10

/* "Kent County" of that, or of "Kent County, MI"; empty for a jurisdiction of another kind. */
static struct slice county_of(struct slice name)
{
    static const struct slice kinds[] = {SLICE_INIT(" county"), SLICE_INIT(" parish"),
                                         SLICE_INIT(" borough")};
    name = slice_trim(slice_sub(name, 0, slice_find(name, SLICE(","))));
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (name.len > kinds[i].len &&
            slice_eq_nocase(slice_sub(name, name.len - kinds[i].len, name.len), kinds[i]))
            return name;
    return (struct slice){0};
}

static void fill_facts(struct job *j, struct json name, struct json date, struct json own_time)
{
    struct results_facts *facts = results_facts(j->builder);
    facts->election_name = arena_copy(j->arena, enhanced_text(name));
    facts->election_date = arena_copy(j->arena, slice_sub(json_str(date), 0, DATE_LEN));
    facts->own_time_ms = job_time(j, json_str(own_time));
}

/* ---- the media export ---- */

/* A contest of the whole jurisdiction; more than one may have its id. */
struct wide {
    struct slice name;
    struct enhanced_lines lines;
    struct wide *next;
};

struct export
{
    struct enhanced *feed;
    struct map *wide; /* struct wide by contest id */
};

/* The figures of a contest or share: how many precincts, and how many of them are in. */
static int64_t precincts_total(struct json v)
{
    int64_t n = field_count(json_get(v, "precinctsParticipating"));
    return n > 0 ? n : -1;
}

static int64_t precincts_in(struct json v)
{
    return precincts_total(v) > 0 ? field_count(json_get(v, "precinctsReporting")) : -1;
}

static bool wide_item(struct export *x, struct slice place, struct json v, size_t n,
                      struct fault *f)
{
    struct arena *a = x->feed->job->arena;
    struct enhanced_item it = {.feed = x->feed, .place = place};
    if (!enhanced_open(&it, v, json_get(v, "ballotOptions"), n, f) ||
        !enhanced_begin(&it, x->feed->county, precincts_in(v), precincts_total(v), f))
        return false;
    struct wide *w = arena_alloc(a, sizeof *w);
    size_t count = json_count(it.options);
    if (w != NULL)
        *w = (struct wide){
            .name = it.name,
            .lines = {.line = arena_array(a, count + 1, sizeof *w->lines.line), .count = count},
            .next = map_get(x->wide, it.id),
        };
    if (w == NULL || w->lines.line == NULL || !map_put(x->wide, it.id, w))
        return fault_set(f, WIRE_LIMIT, "more than %d contests", CONTESTS_MAX);
    it.lines = &w->lines;
    return enhanced_options(&it, f);
}

/* A locality's: its share of a contest of the jurisdiction, or a contest of its own. */
static bool local_item(struct export *x, struct json locality, struct json v, size_t n,
                       struct fault *f)
{
    struct job *j = x->feed->job;
    struct slice county = x->feed->county;
    struct enhanced_lines own = {0};
    struct enhanced_item it = {
        .feed = x->feed, .place = enhanced_text(json_get(locality, "name")), .lines = &own};
    struct results_unit_in in = RESULTS_UNIT_DEFAULT;
    if (!enhanced_open(&it, v, json_get(v, "ballotOptions"), n, f))
        return false;
    struct wide *w = map_get(x->wide, it.id);
    while (w != NULL && !slice_eq(w->name, it.name))
        w = w->next;
    if (w == NULL)
        return enhanced_begin(&it, county.len > 0 ? county : it.place, precincts_in(v),
                              precincts_total(v), f) &&
               enhanced_options(&it, f);
    if (!results_contest_again(j->builder, county, it.id, it.name))
        return fault_set(f, WIRE_INTERNAL, "contest \"%.*s\" was begun and is gone",
                         SLICE_FMT(field_excerpt(j->arena, it.name)));
    it.share = true;
    it.lines = &w->lines;
    in.type = county.len > 0 ? RESULTS_MUNICIPALITY : RESULTS_COUNTY;
    in.id = json_str(json_get(locality, "id"));
    in.name = it.place;
    in.reporting = precincts_in(v);
    in.total = precincts_total(v);
    return results_unit(j->builder, &in, &it.unit, &f->err) ? enhanced_options(&it, f)
                                                            : field_limit(f);
}

static bool locality(struct export *x, struct json v, size_t n, struct fault *f)
{
    struct json items = json_get(v, "ballotItems");
    struct json_walk at = {0};
    struct slice key;
    struct json one;
    if (enhanced_text(json_get(v, "name")).len == 0 || json_type(items) != JSON_ARRAY)
        return fault_set(f, WIRE_SCHEMA, "localResults[%zu] has no name or no array ballotItems",
                         n);
    for (size_t i = 0; json_next(items, &at, &key, &one); i++)
        if (!local_item(x, v, one, i, f))
            return false;
    return true;
}

static bool contests(struct export *x, struct json root, struct fault *f)
{
    struct json results = json_get(root, "results");
    struct json items = json_get(results, "ballotItems");
    struct json localities = json_get(root, "localResults"), one;
    struct json_walk at = {0}, local_at = {0};
    struct slice name = enhanced_text(json_get(results, "name")), key;
    if (json_type(items) != JSON_ARRAY || json_type(localities) == JSON_NONE)
        return fault_set(f, WIRE_SCHEMA,
                         "line 1: a media export has results.ballotItems and localResults");
    if (x->feed->county.len == 0)
        x->feed->county = county_of(name);
    for (size_t n = 0; json_next(items, &at, &key, &one); n++)
        if (!wide_item(x, name, one, n, f))
            return false;
    for (size_t n = 0; json_next(localities, &local_at, &key, &one); n++)
        if (!locality(x, one, n, f))
            return false;
    return true;
}

static bool media_export(struct enhanced *feed, struct json root, struct fault *f)
{
    struct export x = {.feed = feed, .wide = map_new(CONTESTS_MAX, false)};
    bool ok = x.wide != NULL ? contests(&x, root, f)
                             : fault_set(f, WIRE_LIMIT, "no memory for the contests");
    fill_facts(feed->job, json_get(root, "electionName"), json_get(root, "electionDate"),
               json_get(root, "createdAt"));
    map_free(x.wide);
    return ok;
}

/* ---- /data ---- */

static bool data_item(struct enhanced *feed, struct slice place, struct json v, size_t n,
                      struct fault *f)
{
    struct enhanced_lines lines = {0};
    struct enhanced_item it = {.feed = feed, .place = place, .lines = &lines};
    struct json status = json_get(v, "reportingStatus"), summary = json_get(v, "summaryResults");
    int64_t total = field_count(json_get(v, "voteTotal"));
    if (json_type(summary) == JSON_OBJECT)
        summary = json_get(summary, "ballotOptions");
    if (!enhanced_open(&it, v, summary, n, f) ||
        !enhanced_begin(&it, feed->county, field_count(json_get(status, "reportingUnits")),
                        field_count(json_get(status, "totalUnits")), f) ||
        !enhanced_options(&it, f))
        return false;
    /* with more votes than one a ballot, who says what it counts */
    if (total > 0 && it.sum > total && enhanced_votes_allowed(json_get(v, "voteFor")) == 1)
        results_contest_bad(feed->job->builder,
                            "its options have %" PRId64 " votes, voteTotal is %" PRId64, it.sum,
                            total);
    return true;
}

static bool data_items(struct enhanced *feed, struct slice place, struct json items,
                       struct fault *f)
{
    struct json_walk at = {0};
    struct slice key;
    struct json one;
    for (size_t n = 0; json_next(items, &at, &key, &one); n++)
        if (!data_item(feed, place, one, n, f))
            return false;
    return true;
}

static bool data(struct enhanced *feed, struct json root, struct fault *f)
{
    struct json election = json_get(root, "election");
    struct slice place = enhanced_text(json_get(json_get(root, "jurisdiction"), "name"));
    struct results_facts *facts = results_facts(feed->job->builder);
    bool yes;
    if (json_type(election) != JSON_OBJECT)
        return fault_set(f, WIRE_SCHEMA, "line 1: ballotItems without an object \"election\"");
    if (feed->county.len == 0)
        feed->county = county_of(place);
    struct json as_of = json_get(election, "asOf");
    fill_facts(feed->job, json_get(election, "name"), json_get(election, "electionDate"),
               json_type(as_of) == JSON_STRING ? as_of : json_get(election, "lastUpdated"));
    if (json_bool(json_get(election, "isOfficialResults"), &yes))
        facts->status = yes ? RESULTS_OFFICIAL : RESULTS_UNOFFICIAL;
    if (json_bool(json_get(election, "isProduction"), &yes))
        facts->test = !yes;
    return data_items(feed, place, json_get(root, "ballotItems"), f);
}

/* ---- /ballot-items ---- */

/* The contests of /data alone, without what says of which election and moment they are. */
static bool is_list(struct json root)
{
    struct json_items each = json_items_of(json_get(root, "data"));
    return json_type(json_get(json_item(&each), "summaryResults")) != JSON_NONE;
}

static bool list(struct enhanced *feed, struct json root, struct fault *f)
{
    struct json items = json_get(root, "data");
    int64_t total = field_count(json_get(root, "totalRecordCount"));
    if (total >= 0 && total != (int64_t)json_count(items))
        return fault_set(f, WIRE_TRUNCATED,
                         "line 1: \"data\" has %zu contests of %" PRId64
                         " (totalRecordCount): a page of the list; take /data",
                         json_count(items), total);
    return data_items(feed, (struct slice){0}, items, f);
}

/* ---- either ---- */

/* What else a site serves, by a member only it has. */
static bool refuse(struct json root, struct fault *f)
{
    static const struct {
        const char *member, *why;
    } others[] = {
        {"breakdownResults", "one contest by precinct: take the election's whole /data"},
        {"ballotItemWithBreakdown", "one contest by locality: take the election's whole /data"},
        {"elections", "the jurisdiction's catalogue of elections: it has no results"},
        {"election", "an election without ballotItems: it says when to fetch, it has no results "
                     "(format = pointer, version-path = /election/lastUpdated)"},
        {"asOf", "an election without ballotItems: it says when to fetch, it has no results "
                 "(format = pointer, version-path = /asOf)"},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        enum json_type type = json_type(json_get(root, others[i].member));
        if (type != JSON_NONE && type != JSON_NULL)
            return fault_set(f, WIRE_SCHEMA, "line 1: %s", others[i].why);
    }
    return fault_set(f, WIRE_SCHEMA,
                     "line 1: neither a media export (\"results\") nor a site's /data "
                     "(\"ballotItems\", \"election\") or /ballot-items (\"data\")");
}

static bool parse(struct job *j, struct fault *f)
{
    struct json_doc *doc = NULL;
    struct json root;
    struct enhanced feed = {
        .job = j, .county = job_option(j, "county"), .precincts = job_option_yes(j, "precincts")};
    bool ok;
    if (!json_parse(j->input, &doc, &root, f))
        return false;
    struct json breakdown = json_get(root, "ballotItemWithBreakdown");
    if (json_type(json_get(root, "results")) == JSON_OBJECT)
        ok = media_export(&feed, root, f);
    else if (json_type(json_get(root, "ballotItems")) == JSON_ARRAY &&
             json_type(breakdown) != JSON_OBJECT)
        ok = data(&feed, root, f);
    else if (is_list(root))
        ok = list(&feed, root, f);
    else
        ok = refuse(root, f);
    json_free(doc);
    return ok;
}

static int sniff(struct slice head)
{
    static const struct slice marks[] = {
        SLICE_INIT("\"ballotItems\""), SLICE_INIT("\"ballotItemWithBreakdown\""),
        SLICE_INIT("\"localResults\""), SLICE_INIT("\"summaryResults\"")};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (slice_find(head, marks[i]) != SIZE_MAX)
            return 2;
    return 0;
}

const struct driver enhanced_driver = {.name = "enhanced", .parse = parse, .sniff = sniff};
