/* SPDX-License-Identifier: ISC */
/* Decision Desk HQ: an object with `data`, an array of races with their own times, candidates,
 * votes by candidate id, and the calls. Version 2 names them toplineResults, countyResults and
 * called (one id; a list is taken too); versions 3 and 4, read by their documented fields,
 * topline_results, counties and called_candidates, and have towns within counties. A document may
 * be a page of many, or in version 4 a race alone.
 */
#include "parsers/drivers/ddhq.h"

#include <inttypes.h>

#include "daemon/base/when.h"
#include "parsers/drivers.h"
#include "parsers/field.h"

/* The date all races share, or none. */
static void fill_date(struct job *j, struct json data)
{
    struct json_walk at = {0};
    struct slice key, date = {0};
    struct json v;
    int64_t day;
    while (json_next(data, &at, &key, &v)) {
        struct slice d = field_text(v, "race_date");
        if (!when_parse_date(d, &day) || (date.len > 0 && !slice_eq(d, date)))
            return;
        date = d;
    }
    results_facts(j->builder)->election_date = arena_copy(j->arena, date);
}

/* The document says whether it is a test, or each race does. Of both kinds in one the tests are no
 * results: *real says that there are others. */
static void fill_test(struct job *j, struct json root, struct json data, bool *real)
{
    struct json_walk at = {0};
    struct slice key;
    struct json v;
    bool test, tests = false;
    *real = false;
    if (json_bool(json_get(root, "test_data"), &test))
        results_facts(j->builder)->test = test;
    while (json_next(data, &at, &key, &v)) {
        if (!json_bool(json_get(v, "test_data"), &test))
            continue;
        tests |= test;
        *real |= !test;
    }
    if (tests || *real)
        results_facts(j->builder)->test = !*real;
}

/* The last page ends where the total does. */
static bool check_total(struct json root, struct json data, struct fault *f)
{
    int64_t total = field_count(json_get(root, "total"));
    int64_t page = field_count(json_get(root, "page")),
            limit = field_count(json_get(root, "limit"));
    int64_t before =
        page > 1 && limit > 0 && page < INT32_MAX && limit < INT32_MAX ? (page - 1) * limit : 0;
    struct json next = json_get(root, "next_page_url");
    bool last = json_type(next) == JSON_NULL || slice_is(json_str(next), "");
    if (!last || total < 0 || total - before == (int64_t)json_count(data))
        return true;
    return fault_set(f, WIRE_TRUNCATED,
                     "line 1: \"total\" is %" PRId64
                     ", \"data\" has %zu races and there is no next "
                     "page",
                     total, json_count(data));
}

static bool read_races(struct job *j, struct json data, bool real, struct fault *f)
{
    struct json_walk at = {0};
    struct slice key;
    struct json v;
    bool test;
    for (size_t n = 0; json_next(data, &at, &key, &v); n++) {
        if (!ddhq_race(j, v, n, f))
            return false;
        if (real && json_bool(json_get(v, "test_data"), &test) && test)
            results_contest_bad(j->builder, "data[%zu]: it is test data among real races", n);
    }
    return true;
}

/* What else DDHQ serves. */
static bool refuse(struct json root, struct fault *f)
{
    if (json_type(json_get(root, "results")) == JSON_ARRAY)
        return fault_set(f, WIRE_SCHEMA,
                         "line 1: DDHQ's version 1: numbers of candidates without names and "
                         "without the race; version 2, 3 or 4 is read");
    if (json_type(json_get(root, "controlling_party")) != JSON_NONE)
        return fault_set(f, WIRE_SCHEMA, "line 1: a count of seats by party: it has no races");
    return fault_set(f, WIRE_SCHEMA, "line 1: not of DDHQ: no array \"data\" in the document");
}

/* What /race/ID of version 4 answers: a race that is the document. */
static bool is_race(struct json root)
{
    return json_type(json_get(root, "race_id")) != JSON_NONE &&
           json_type(json_get(root, "candidates")) == JSON_ARRAY;
}

static bool one_race(struct job *j, struct json race, struct fault *f)
{
    struct slice date = field_text(race, "race_date");
    int64_t day;
    bool test;
    if (when_parse_date(date, &day))
        results_facts(j->builder)->election_date = arena_copy(j->arena, date);
    if (json_bool(json_get(race, "test_data"), &test))
        results_facts(j->builder)->test = test;
    return ddhq_race(j, race, 0, f);
}

static bool document(struct job *j, struct json root, struct fault *f)
{
    struct json data = json_get(root, "data");
    bool real;
    if (is_race(root) || is_race(data))
        return one_race(j, is_race(root) ? root : data, f);
    if (json_type(data) != JSON_ARRAY)
        return refuse(root, f);
    if (!check_total(root, data, f))
        return false;
    fill_date(j, data);
    fill_test(j, root, data, &real);
    return read_races(j, data, real, f);
}

static bool parse(struct job *j, struct fault *f)
{
    return field_document(j, document, f);
}

static int sniff(struct slice head)
{
    if (slice_find(head, SLICE("\"toplineResults\"")) != SIZE_MAX ||
        slice_find(head, SLICE("\"topline_results\"")) != SIZE_MAX)
        return 2;
    return slice_find(head, SLICE("\"race_id\"")) != SIZE_MAX ? 1 : 0;
}

const struct driver ddhq_driver = {.name = "ddhq", .parse = parse, .sniff = sniff};
