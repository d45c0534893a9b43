/* SPDX-License-Identifier: ISC */
/* Los Angeles County's JSON: one election of groups of contests, votes as numbers. No ids, no
 * precincts; how many to vote for is told in words, and not at all where it is one. Contests of the
 * state are here as far as the county votes in them. */
#include "daemon/base/when.h"
#include "parsers/drivers.h"
#include "parsers/field.h"
#include "parsers/json.h"
#include "parsers/label.h"

static bool choice(struct job *j, struct json v, struct slice title, struct fault *f)
{
    struct results_choice_in in = {.name = field_text(v, "Name"),
                                   .party = label_party(field_text(v, "Party"))};
    struct json n = json_get(v, "Votes");
    int64_t votes = VOTES_UNKNOWN;
    uint32_t index;
    if (label_is_statistic(in.name))
        return true;
    if (label_is_write_in(in.name))
        in.flags |= RESULTS_WRITE_IN;
    if (!field_votes(n, &votes))
        results_contest_bad(
            j->builder, "contest \"%.*s\": Votes of \"%.*s\": %.*s is not a count of votes",
            SLICE_FMT(field_excerpt(j->arena, title)), SLICE_FMT(field_excerpt(j->arena, in.name)),
            SLICE_FMT(field_shown(j->arena, n)));
    if (!results_choice(j->builder, &in, &index, &f->err) ||
        !results_votes_once(j->builder, 0, index, votes, &f->err))
        return field_limit(f);
    if (index == 0 && label_is_answer(in.name))
        results_contest_flags(j->builder, RESULTS_MEASURE);
    return true;
}

static bool contest(struct job *j, struct json v, struct slice where, struct fault *f)
{
    struct results_contest_in c = RESULTS_CONTEST_DEFAULT;
    struct slice state = job_option(j, "state"), county = job_option(j, "county");
    struct slice key;
    struct json list = json_get(v, "Candidates"), one;
    struct json_walk at = {0};
    c.text = field_text(v, "Title");
    c.state = state.len > 0 ? state : SLICE("CA");
    c.county = county.len > 0 ? county : SLICE("Los Angeles");
    c.votes_allowed = field_votes_allowed(field_text(v, "VoteFor"));
    /* "Judicial" is whether to keep a judge where it is answered, else who is to be one */
    if (slice_eq_nocase(field_text(v, "Type"), SLICE("Measure")))
        c.flags = RESULTS_MEASURE;
    if (c.text.len == 0 || json_type(list) != JSON_ARRAY)
        return fault_set(f, WIRE_SCHEMA, "%.*s has no Title or no Candidates", SLICE_FMT(where));
    if (!results_contest_begin(j->builder, &c, &f->err))
        return field_limit(f);
    while (json_next(list, &at, &key, &one))
        if (!choice(j, one, c.text, f))
            return false;
    return true;
}

static bool group(struct job *j, struct json v, size_t n, struct fault *f)
{
    struct json list = json_get(v, "Contests"), one;
    struct json_walk at = {0};
    struct slice key;
    size_t i = 0;
    if (json_type(list) != JSON_ARRAY)
        return fault_set(f, WIRE_SCHEMA, "Election.ContestGroups[%zu] has no Contests", n);
    while (json_next(list, &at, &key, &one))
        if (!contest(j, one,
                     arena_printf(j->arena, "Election.ContestGroups[%zu].Contests[%zu]", n, i++),
                     f))
            return false;
    return true;
}

static bool read_election(struct job *j, struct json root, struct fault *f)
{
    struct json election = json_get(root, "Election"), groups = json_get(election, "ContestGroups");
    struct results_facts *facts = results_facts(j->builder);
    struct json_walk at = {0};
    struct slice key;
    struct json v;
    size_t n = 0;
    if (json_type(groups) != JSON_ARRAY)
        return fault_set(f, WIRE_SCHEMA, "line 1: the document has no Election.ContestGroups");
    facts->own_time_ms = job_time(j, field_text(root, "Timestamp"));
    facts->election_name = arena_copy(j->arena, field_text(election, "Title"));
    facts->election_date = arena_copy(j->arena, slice_sub(field_text(election, "Date"), 0, 10));
    while (json_next(groups, &at, &key, &v))
        if (!group(j, v, n++, f))
            return false;
    return true;
}

static bool parse(struct job *j, struct fault *f)
{
    return field_document(j, read_election, f);
}

static int sniff(struct slice head)
{
    return slice_find(head, SLICE("\"ContestGroups\"")) != SIZE_MAX ? 2 : 0;
}

const struct driver la_county_driver = {.name = "la-county", .parse = parse, .sniff = sniff};
