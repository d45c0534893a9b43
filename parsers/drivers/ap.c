/* SPDX-License-Identifier: ISC */
/* AP Elections API, versions 2 and 3: a reply, and what it says of itself.
 *
 * A reply to `nextrequest` holds only what changed since. Version 3 gives such a reply alone the
 * member `isTruncated`; version 2 says nothing: there the job knows (job_is_delta).
 */
#include "daemon/base/when.h"
#include "parsers/drivers/ap_race.h"
#include "parsers/drivers.h"
#include "parsers/field.h"
#include "parsers/json.h"

/* What the races say of the payload: each adds, the least stands. */
struct state_of_things {
    bool any_test, any_live;
    enum results_status status;
    bool stated; /* status: of each race so far */
};

/* Tabulation statuses of version 3 after the last count; before it a race is unofficial. */
static enum results_status status_of(struct slice type, struct slice tabulation)
{
    static const struct {
        const char *name;
        enum results_status status;
    } known[] = {{"End of AP Tabulation", RESULTS_COMPLETE},
                 {"End of Tabulation", RESULTS_COMPLETE},
                 {"Gathering Certified Results", RESULTS_COMPLETE},
                 {"Vote Certified", RESULTS_CERTIFIED}};
    if (slice_eq_nocase(type, SLICE("certified")))
        return RESULTS_CERTIFIED;
    for (size_t i = 0; tabulation.len > 0 && i < sizeof known / sizeof *known; i++)
        if (slice_eq_nocase(tabulation, slice_of(known[i].name)))
            return known[i].status;
    return tabulation.len > 0 ? RESULTS_UNOFFICIAL : RESULTS_STATUS_UNKNOWN;
}

static void note(struct state_of_things *s, struct json race)
{
    enum { TEST, TYPE, TABULATION, MEMBERS };
    static const struct slice keys[MEMBERS] = {[TEST] = SLICE_INIT("test"),
                                               [TYPE] = SLICE_INIT("resultsType"),
                                               [TABULATION] = SLICE_INIT("tabulationStatus")};
    struct json v[MEMBERS];
    json_pick(race, keys, MEMBERS, v);
    struct slice type = slice_trim(json_str(v[TYPE]));
    enum results_status status = status_of(type, slice_trim(json_str(v[TABULATION])));
    bool test;
    if (json_bool(v[TEST], &test)) {
        s->any_test |= test;
        s->any_live |= !test;
    }
    s->any_test |= slice_eq_nocase(type, SLICE("test"));
    s->any_live |= type.len > 0 && !slice_eq_nocase(type, SLICE("test"));
    if (!s->stated || status < s->status)
        s->status = status;
    s->stated = true;
}

static bool read_facts(struct job *j, struct json root, struct fault *f)
{
    struct results_facts *facts = results_facts(j->builder);
    struct json truncated = json_get(root, "isTruncated");
    if (!when_parse(field_text(root, "timestamp"), false, &facts->own_time_ms))
        return fault_set(f, WIRE_SCHEMA, "line 1: timestamp %.*s is not a time",
                         SLICE_FMT(field_shown(j->arena, json_get(root, "timestamp"))));
    facts->election_date = arena_copy(j->arena, field_text(root, "electionDate"));
    facts->next_url = arena_copy(j->arena, field_text(root, "nextrequest"));
    facts->delta = job_is_delta(j) || json_type(truncated) != JSON_NONE;
    return (facts->election_date.ptr != NULL && facts->next_url.ptr != NULL) ||
           fault_set(f, WIRE_LIMIT, "no memory for the reply's head");
}

static bool read_reply(struct job *j, struct json root, struct fault *f)
{
    struct results_facts *facts = results_facts(j->builder);
    struct json list = json_get(root, "races");
    struct state_of_things s = {false, false, RESULTS_STATUS_UNKNOWN, false};
    struct ap_room room = {0};
    struct json_walk at = {0};
    struct slice key;
    struct json v;
    size_t n = 0;
    if (json_type(list) != JSON_ARRAY || json_type(json_get(root, "timestamp")) == JSON_NONE ||
        json_type(json_get(root, "electionDate")) == JSON_NONE)
        return fault_set(f, WIRE_SCHEMA,
                         "line 1: not a reply of AP's Elections API: no array \"races\", no "
                         "\"timestamp\" or no \"electionDate\" in the document");
    if (!read_facts(j, root, f))
        return false;
    while (json_next(list, &at, &key, &v)) {
        if (!ap_race(j, &room, v, n++, f))
            return false;
        note(&s, v);
    }
    facts->test = s.any_test ? 1 : s.any_live ? 0 : -1;
    facts->status = s.status;
    return true;
}

static bool parse(struct job *j, struct fault *f)
{
    return field_document(j, read_reply, f);
}

static int sniff(struct slice head)
{
    if (slice_find(head, SLICE("\"raceID\"")) == SIZE_MAX ||
        slice_find(head, SLICE("\"races\"")) == SIZE_MAX)
        return 0;
    return slice_find(head, SLICE("\"electionDate\"")) != SIZE_MAX ? 2 : 1;
}

const struct driver ap_driver = {.name = "ap", .parse = parse, .sniff = sniff};
