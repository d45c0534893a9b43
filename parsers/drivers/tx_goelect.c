/* SPDX-License-Identifier: ISC */
/* Texas, goelect.txelections.civixapps.com: a JSON object whose values are JSON in base64. The
 * election's file has lists of races by sort of office, and again, without candidates' ids, in
 * OfficeSummary: that one is never read. A countyInfo file has the same races by county.
 *
 * Races are told apart by id alone: tens of them have the same name. EV is the part of V that came
 * early. What Home says of precincts and counties is of the state, not of a race.
 */
#include <inttypes.h>

#include "daemon/base/num.h"
#include "daemon/base/when.h"
#include "parsers/base64.h"
#include "parsers/drivers.h"
#include "parsers/field.h"
#include "parsers/json.h"
#include "parsers/label.h"

struct race {
    struct job *job;
    struct slice id;
    uint32_t unit;       /* the current one's: 0, or a county's */
    struct slice where;  /* its name for messages: "the total", "GALVESTON" */
    int64_t sum, stated; /* of V; T. -1 unknown */
};

/* ---- JSON within JSON ---- */

static bool open_inner(struct job *j, struct slice bytes, struct json_doc **doc, struct json *root,
                       struct fault *f)
{
    struct input_memory *m = arena_alloc(j->arena, sizeof *m);
    struct input_source *source = arena_alloc(j->arena, sizeof *source);
    struct input *in = NULL;
    if (m == NULL || source == NULL)
        return fault_set(f, WIRE_LIMIT, "out of memory");
    m->bytes = bytes;
    *source = input_from_memory(m);
    bool ok =
        input_open(j->arena, source, (int64_t)bytes.len, &in, f) && json_parse(in, doc, root, f);
    input_close(in);
    return ok;
}

/* Read the member `key` of `outer`, JSON in base64. False with f->kind WIRE_OK: there is no such
 * member. The document is the caller's to free. */
static bool open_member(struct job *j, struct json outer, const char *key, struct json_doc **doc,
                        struct json *root, struct fault *f)
{
    struct slice s = json_str(json_get(outer, key)), bytes;
    size_t at;
    if (json_type(json_get(outer, key)) == JSON_NONE)
        return false;
    if (s.ptr == NULL)
        return fault_set(f, WIRE_SCHEMA, "%s is no text", key);
    if (!base64_decode(s, WIRE_PADDING, j->arena, &bytes, &at))
        return at < s.len ? fault_set(f, WIRE_SYNTAX, "%s: byte %zu: this is not base64", key, at)
                          : fault_set(f, WIRE_LIMIT, "%s: no memory for %zu bytes", key, s.len);
    if (!open_inner(j, bytes, doc, root, f)) {
        err_prefix(&f->err, "%s", key);
        return false;
    }
    return true;
}

/* ---- races ---- */

static bool begin(struct race *r, struct json v, bool question, struct fault *f)
{
    struct results_contest_in c = RESULTS_CONTEST_DEFAULT;
    struct slice state = job_option(r->job, "state");
    c.id = r->id;
    c.text = field_text(v, "N");
    c.state = state.len > 0 ? state : SLICE("TX");
    c.county = job_option(r->job, "county");
    c.flags = question ? RESULTS_MEASURE : 0;
    return results_contest_begin(r->job->builder, &c, &f->err) || field_limit(f);
}

static bool candidate(struct race *r, struct json v, struct slice id, struct fault *f)
{
    struct results_builder *b = r->job->builder;
    struct results_choice_in in = {
        .id = id, .name = field_text(v, "N"), .party = label_party(field_text(v, "P"))};
    struct json n = json_get(v, "V");
    int64_t votes = VOTES_UNKNOWN;
    uint32_t choice;
    if (slice_ends(in.name, SLICE("(I)")))
        in.flags |= RESULTS_INCUMBENT;
    if (label_is_write_in(in.name))
        in.flags |= RESULTS_WRITE_IN;
    if (id.len == 0)
        results_contest_bad(b, "race %.*s, %.*s: a candidate without an id", SLICE_FMT(r->id),
                            SLICE_FMT(r->where));
    if (!field_votes(n, &votes))
        results_contest_bad(b, "race %.*s, %.*s: V of candidate %.*s: %.*s is not a count of votes",
                            SLICE_FMT(r->id), SLICE_FMT(r->where), SLICE_FMT(id),
                            SLICE_FMT(field_shown(r->job->arena, n)));
    if (votes == VOTES_UNKNOWN || r->sum < 0 || !num_add(&r->sum, votes))
        r->sum = -1;
    if (!results_choice(b, &in, &choice, &f->err) ||
        !results_votes_once(b, r->unit, choice, votes, &f->err))
        return field_limit(f);
    if (choice == 0 && label_is_answer(in.name)) /* countyInfo has propositions among the races */
        results_contest_flags(b, RESULTS_MEASURE);
    return true;
}

/* The candidates of one unit: a list, or an object by id. T is all votes there. */
static bool candidates(struct race *r, struct json list, struct json total, struct fault *f)
{
    struct json_walk at = {0};
    struct slice key;
    struct json v;
    r->sum = 0;
    r->stated = field_count(total);
    while (json_next(list, &at, &key, &v)) {
        struct json id = json_get(v, json_type(list) == JSON_ARRAY ? "ID" : "id");
        if (!candidate(r, v, field_id(r->job->arena, id), f))
            return false;
    }
    if (r->stated >= 0 && r->sum > r->stated)
        results_contest_bad(r->job->builder,
                            "race %.*s, %.*s: V adds up to %" PRId64 ", T is %" PRId64,
                            SLICE_FMT(r->id), SLICE_FMT(r->where), r->sum, r->stated);
    return true;
}

/* ---- the election's file ---- */

static const struct section {
    const char *key;
    bool needed, questions;
} sections[] = {
    {"Federal", true, false},
    {"StateWide", true, false},
    {"Districted", true, false},
    {"StateWideQ", false, true},
};

static bool race(struct job *j, struct json v, const struct section *s, size_t n, struct fault *f)
{
    struct race r = {.job = j, .where = SLICE("total")};
    r.id = field_id(j->arena, json_get(v, "id"));
    if (r.id.len == 0 || json_type(json_get(v, "Candidates")) != JSON_ARRAY)
        return fault_set(f, WIRE_SCHEMA, "%s: Races[%zu] has no id or no Candidates", s->key, n);
    return begin(&r, v, s->questions, f) &&
           candidates(&r, json_get(v, "Candidates"), json_get(v, "T"), f);
}

/* A list of races; null where the election has none of the sort. *races grows by their number. */
static bool read_section(struct job *j, struct json outer, const struct section *s, size_t *races,
                         struct fault *f)
{
    struct json_doc *doc = NULL;
    struct json root, v;
    struct json_walk at = {0};
    struct slice key;
    size_t n = 0;
    if (!open_member(j, outer, s->key, &doc, &root, f)) {
        if (f->kind == WIRE_OK && s->needed)
            return fault_set(f, WIRE_SCHEMA, "line 1: the document has no %s", s->key);
        return f->kind == WIRE_OK;
    }
    struct json list = json_get(root, "Races");
    bool ok = json_type(list) == JSON_ARRAY || json_type(list) == JSON_NULL ||
              json_type(root) == JSON_NULL || fault_set(f, WIRE_SCHEMA, "%s has no Races", s->key);
    while (ok && json_next(list, &at, &key, &v))
        ok = race(j, v, s, n++, f);
    json_free(doc);
    *races += n;
    return ok;
}

/* "05022026". */
static struct slice date_of(struct arena *a, struct slice s)
{
    return s.len != 8 ? (struct slice){0}
                      : arena_printf(a, "%.*s-%.*s-%.*s", SLICE_FMT(slice_sub(s, 4, 8)),
                                     SLICE_FMT(slice_sub(s, 0, 2)), SLICE_FMT(slice_sub(s, 2, 4)));
}

static bool read_home(struct job *j, struct json outer, struct fault *f)
{
    struct results_facts *facts = results_facts(j->builder);
    struct json_doc *doc = NULL;
    struct json root;
    facts->version = arena_copy(j->arena, field_text(outer, "Version"));
    if (!open_member(j, outer, "Home", &doc, &root, f))
        return f->kind == WIRE_OK;
    facts->own_time_ms = job_time(j, field_text(root, "LastUpdatedTime"));
    facts->election_date = date_of(j->arena, field_text(root, "ElecDate"));
    json_free(doc);
    return true;
}

static bool read_election(struct job *j, struct json outer, struct fault *f)
{
    size_t races = 0;
    if (!read_home(j, outer, f))
        return false;
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
        if (!read_section(j, outer, &sections[i], &races, f))
            return false;
    return races > 0 || fault_set(f, WIRE_SCHEMA, "none of the document's lists has a race");
}

/* ---- countyInfo ---- */

static bool county_race(struct job *j, struct json v, const struct results_unit_in *county,
                        struct fault *f)
{
    struct race r = {.job = j, .where = county->name};
    struct results_unit_in in = *county;
    r.id = field_id(j->arena, json_get(v, "OID"));
    if (r.id.len == 0 || json_type(json_get(v, "C")) != JSON_OBJECT)
        return fault_set(f, WIRE_SCHEMA, "upload, county %.*s: a race without OID or C",
                         SLICE_FMT(field_excerpt(j->arena, county->id)));
    in.reporting = field_count(json_get(v, "PR"));
    in.total = field_count(json_get(v, "TP"));
    in.registered = field_count(json_get(v, "OTRV"));
    if (!results_contest_again(j->builder, job_option(j, "county"), r.id, field_text(v, "N")) &&
        !begin(&r, v, false, f))
        return false;
    if (!results_unit(j->builder, &in, &r.unit, &f->err))
        return field_limit(f);
    return candidates(&r, json_get(v, "C"), json_get(v, "T"), f);
}

static bool county(struct job *j, struct slice id, struct json v, struct fault *f)
{
    struct results_unit_in in = RESULTS_UNIT_DEFAULT;
    struct json races = json_get(v, "Races"), one;
    struct json_walk at = {0};
    struct slice key;
    in.type = RESULTS_COUNTY;
    in.id = id;
    in.name = field_text(v, "N");
    if (json_type(races) != JSON_OBJECT)
        return json_type(races) == JSON_NULL ||
               fault_set(f, WIRE_SCHEMA, "upload, county %.*s has no Races",
                         SLICE_FMT(field_excerpt(j->arena, id)));
    while (json_next(races, &at, &key, &one))
        if (!county_race(j, one, &in, f))
            return false;
    return true;
}

static bool read_counties(struct job *j, struct json outer, struct fault *f)
{
    struct json_doc *doc = NULL;
    struct json root = {0}, v;
    struct json_walk at = {0};
    struct slice key;
    bool ok = open_member(j, outer, "upload", &doc, &root, f);
    results_sum_progress(j->builder);
    if (ok && json_type(root) != JSON_OBJECT)
        ok = fault_set(f, WIRE_SCHEMA, "upload is no object of counties");
    while (ok && json_next(root, &at, &key, &v))
        ok = county(j, key, v, f);
    json_free(doc);
    return ok;
}

static bool parse(struct job *j, struct fault *f)
{
    struct json_doc *doc = NULL;
    struct json root;
    if (!json_parse(j->input, &doc, &root, f))
        return false;
    bool ok = json_type(json_get(root, "upload")) != JSON_NONE ? read_counties(j, root, f)
                                                               : read_election(j, root, f);
    json_free(doc);
    return ok;
}

static int sniff(struct slice head)
{
    if (slice_find(head, SLICE("\"Version\"")) != SIZE_MAX &&
        slice_find(head, SLICE("\"enr/")) != SIZE_MAX)
        return 2;
    return slice_starts(slice_trim(head), SLICE("{\"upload\"")) ? 1 : 0;
}

const struct driver tx_goelect_driver = {.name = "tx-goelect", .parse = parse, .sniff = sniff};
