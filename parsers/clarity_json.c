/* SPDX-License-Identifier: ISC */
/* Clarity's summary.json (an array of contests) and its area files (ALL.json and one file per vote
 * type): areas of contests of votes, where a choice is nothing but a position. */
#include <inttypes.h>

#include "daemon/base/num.h"
#include "parsers/clarity.h"
#include "parsers/field.h"
#include "parsers/json.h"
#include "parsers/label.h"

static struct json element(struct json array, struct json_walk *w)
{
    struct slice key;
    struct json v = {0};
    if (!json_next(array, w, &key, &v))
        return (struct json){0};
    return v;
}

/* ---- summary.json ---- */

/* The arrays of one contest that run in step with its choices. */
struct summary {
    struct json contest, names, votes, parties, wins;
};

static bool open_summary(struct json contest, size_t n, struct summary *s, struct fault *f)
{
    *s = (struct summary){
        .contest = contest,
        .names = json_get(contest, "CH"),
        .votes = json_get(contest, "V"),
        .parties = json_get(contest, "P"),
        .wins = json_get(contest, "W"),
    };
    struct slice key = json_str(json_get(contest, "K"));
    struct slice text = json_str(json_get(contest, "C"));
    if (key.len == 0 && text.len == 0)
        return fault_set(f, WIRE_SCHEMA, "contest %zu of the array has no K and no C", n);
    if (json_type(s->names) != JSON_ARRAY || json_type(s->votes) != JSON_ARRAY)
        return fault_set(f, WIRE_SCHEMA, "contest %zu of the array has no arrays CH and V", n);
    return true;
}

/* Does any contest of the file mark a winner? Then the site marks them, and no mark means that it
 * has not yet. */
static bool any_win(struct json root)
{
    struct json_walk at = {0};
    for (struct json c = element(root, &at); json_type(c) != JSON_NONE; c = element(root, &at)) {
        struct json wins = json_get(c, "W");
        struct json_walk w = {0};
        for (struct json v = element(wins, &w); json_type(v) != JSON_NONE; v = element(wins, &w))
            if (field_count(v) > 0)
                return true;
    }
    return false;
}

static int64_t positive(struct json v)
{
    int64_t n = field_count(v);
    return n > 0 ? n : -1; /* 0 voters or ballots: nobody filled it in */
}

static bool begin_summary(struct job *j, const struct summary *s, bool marks, struct fault *f)
{
    struct results_contest_in c = RESULTS_CONTEST_DEFAULT;
    bool ranked = false;
    struct json_walk at = {0};
    c.id = json_str(json_get(s->contest, "K"));
    c.text = json_str(json_get(s->contest, "C"));
    c.state = job_option(j, "state");
    c.county = job_option(j, "county");
    c.votes_allowed = positive(json_get(s->contest, "VF"));
    c.registered = positive(json_get(s->contest, "regvoters"));
    c.ballots = positive(json_get(s->contest, "BC"));
    if (marks)
        c.flags |= RESULTS_MARKS_STATED;
    if (json_bool(json_get(s->contest, "IsRCV"), &ranked) && ranked)
        c.flags |= RESULTS_RANKED;
    if (label_is_answer(json_str(element(s->names, &at))))
        c.flags |= RESULTS_MEASURE;
    if (!results_contest_begin(j->builder, &c, &f->err))
        return field_limit(f);
    results_progress(j->builder, field_count(json_get(s->contest, "PR")),
                     field_count(json_get(s->contest, "TP")));
    return true;
}

/* T is the sum of V where it stands; it may not be less. */
static void check_total(struct job *j, const struct summary *s)
{
    int64_t total, votes, sum = 0;
    struct json_walk at = {0};
    if (!json_int(json_get(s->contest, "T"), &total))
        return;
    for (struct json v = element(s->votes, &at); json_type(v) != JSON_NONE;
         v = element(s->votes, &at))
        if (!json_int(v, &votes) || votes < 0 || !num_add(&sum, votes))
            return;
    if (sum > total)
        results_contest_bad(j->builder, "V adds up to %" PRId64 ", T is %" PRId64, sum, total);
}

/* What the arrays hold at one position. */
struct summary_row {
    size_t at;
    struct json name, party, votes, win;
};

static bool summary_choice(struct job *j, const struct summary_row *r, struct fault *f)
{
    struct results_choice_in in;
    struct slice name = json_str(r->name);
    int64_t n = VOTES_UNKNOWN;
    uint32_t index;
    if (label_is_statistic(name))
        return true;
    clarity_choice(field_number(j->arena, (int64_t)r->at), name, json_str(r->party), &in);
    if (field_count(r->win) > 0)
        in.mark = RESULTS_WON;
    if (!field_votes(r->votes, &n))
        results_contest_bad(j->builder, "V[%zu] is %.*s, not a count of votes", r->at,
                            SLICE_FMT(field_shown(j->arena, r->votes)));
    if (!results_choice(j->builder, &in, &index, &f->err) ||
        !results_votes_once(j->builder, 0, index, n, &f->err))
        return field_limit(f);
    return true;
}

static bool summary_contest(struct job *j, struct json contest, size_t n, bool marks,
                            struct fault *f)
{
    struct summary s;
    if (!open_summary(contest, n, &s, f) || !begin_summary(j, &s, marks, f))
        return false;
    size_t choices = json_count(s.names);
    if (json_count(s.votes) != choices || (marks && json_count(s.wins) != choices))
        results_contest_bad(j->builder, "CH has %zu choices, V %zu, W %zu", choices,
                            json_count(s.votes), json_count(s.wins));
    check_total(j, &s);
    struct json_walk name = {0}, vote = {0}, party = {0}, win = {0};
    for (size_t i = 0; i < choices; i++) {
        struct summary_row r = {.at = i,
                                .name = element(s.names, &name),
                                .party = element(s.parties, &party),
                                .votes = element(s.votes, &vote),
                                .win = element(s.wins, &win)};
        if (!summary_choice(j, &r, f))
            return false;
    }
    return true;
}

static bool summary(struct job *j, struct json root, struct fault *f)
{
    bool marks = any_win(root);
    struct json_walk at = {0};
    size_t n = json_count(root);
    for (size_t i = 0; i < n; i++)
        if (!summary_contest(j, element(root, &at), i + 1, marks, f))
            return false;
    return true;
}

/* ---- area file ---- */

/* A contest of the area file: how many choices it has, and what they are called where a companion
 * says. */
struct area_contest {
    size_t choices;
    const struct clarity_names *names; /* NULL: none, or of another number of choices */
};

struct areas {
    struct job *job;
    const struct map *names;
    struct map *contests; /* by key */
};

static bool area_choices(struct areas *a, const struct area_contest *c, struct fault *f)
{
    for (size_t i = 0; i < c->choices; i++) {
        struct results_choice_in in;
        uint32_t index;
        struct slice id = field_number(a->job->arena, (int64_t)i);
        struct clarity_name none = {0};
        const struct clarity_name *name = c->names != NULL ? &c->names->choices[i] : &none;
        clarity_choice(id, name->text, name->party, &in);
        if (!results_choice(a->job->builder, &in, &index, &f->err))
            return field_limit(f);
    }
    return true;
}

/* Begin the contest, or go on with it in another area. NULL: *f says why not. */
static const struct area_contest *area_begin(struct areas *a, struct slice key, size_t choices,
                                             struct fault *f)
{
    struct results_contest_in in = RESULTS_CONTEST_DEFAULT;
    struct area_contest *c = map_get(a->contests, key);
    struct clarity_names *names = map_get(a->names, key);
    bool known = c != NULL;
    if (!known) {
        c = arena_alloc(a->job->arena, sizeof *c);
        if (c == NULL || !map_put(a->contests, key, c)) {
            fault_set(f, WIRE_LIMIT, "more than %d contests", CLARITY_CONTESTS_MAX);
            return NULL;
        }
        c->choices = choices;
        c->names = names != NULL && names->count == choices ? names : NULL;
    }
    in.id = key;
    in.state = job_option(a->job, "state");
    in.county = job_option(a->job, "county");
    if (c->names != NULL) {
        in.text = c->names->text;
        in.votes_allowed = c->names->votes_allowed;
        if (c->names->question || (choices > 0 && label_is_answer(c->names->choices[0].text)))
            in.flags |= RESULTS_MEASURE;
    }
    if (known) {
        if (results_contest_again(a->job->builder, in.county, in.id, in.text))
            return c;
        fault_set(f, WIRE_INTERNAL, "contest \"%.*s\" was begun and is gone",
                  SLICE_FMT(field_excerpt(a->job->arena, key)));
        return NULL;
    }
    if (!results_contest_begin(a->job->builder, &in, &f->err)) {
        field_limit(f);
        return NULL;
    }
    return area_choices(a, c, f) ? c : NULL;
}

static bool area_votes(struct areas *a, struct slice area, struct slice key, struct json votes,
                       struct fault *f)
{
    struct results_builder *b = a->job->builder;
    size_t n = json_count(votes);
    uint32_t unit = 0;
    struct json_walk at = {0};
    const struct area_contest *c = area_begin(a, key, n, f);
    if (c == NULL)
        return false;
    struct results_unit_in in = RESULTS_UNIT_DEFAULT;
    in.type = RESULTS_COUNTY;
    in.name = area;
    if (!slice_is(area, "-1") && !results_unit(b, &in, &unit, &f->err))
        return field_limit(f);
    if (n != c->choices)
        results_contest_bad(b, "area \"%.*s\" has %zu choices, the area before %zu",
                            SLICE_FMT(slice_sub(area, 0, 40)), n, c->choices);
    for (uint32_t i = 0; i < n && i < c->choices; i++) {
        struct json v = element(votes, &at);
        int64_t count = VOTES_UNKNOWN;
        if (!field_votes(v, &count))
            results_contest_bad(b, "area \"%.*s\": V[%" PRIu32 "] is %.*s, not a count of votes",
                                SLICE_FMT(slice_sub(area, 0, 40)), i,
                                SLICE_FMT(field_shown(a->job->arena, v)));
        if (!results_votes_once(b, unit, i, count, &f->err))
            return field_limit(f);
    }
    return true;
}

static bool area(struct areas *a, struct json v, size_t n, struct fault *f)
{
    struct json keys = json_get(v, "C");
    struct json votes = json_get(v, "V");
    struct slice name = json_str(json_get(v, "A"));
    size_t count = json_count(keys);
    if (name.len == 0 || json_type(keys) != JSON_ARRAY || json_type(votes) != JSON_ARRAY)
        return fault_set(f, WIRE_SCHEMA, "Contests[%zu] is not {\"A\": area, \"C\": [], \"V\": []}",
                         n);
    if (json_count(votes) != count)
        return fault_set(f, WIRE_SCHEMA, "Contests[%zu] (\"%.*s\"): C has %zu contests, V %zu", n,
                         SLICE_FMT(field_excerpt(a->job->arena, name)), count, json_count(votes));
    struct json_walk key_at = {0}, votes_at = {0};
    for (size_t i = 0; i < count; i++) {
        struct slice key = json_str(element(keys, &key_at));
        struct json row = element(votes, &votes_at);
        if (key.len == 0 || json_type(row) != JSON_ARRAY)
            return fault_set(f, WIRE_SCHEMA,
                             "Contests[%zu]: C[%zu] is not a key or V[%zu] not an array", n, i, i);
        if (!area_votes(a, name, key, row, f))
            return false;
    }
    return true;
}

static bool areas(struct job *j, const struct map *names, struct json list, struct fault *f)
{
    struct areas a = {.job = j, .names = names, .contests = map_new(CLARITY_CONTESTS_MAX, true)};
    struct json_walk at = {0};
    size_t n = json_count(list);
    bool ok = a.contests != NULL || fault_set(f, WIRE_LIMIT, "no memory for the contests");
    for (size_t i = 0; ok && i < n; i++)
        ok = area(&a, element(list, &at), i, f);
    map_free(a.contests);
    return ok;
}

/* ---- either ---- */

bool clarity_json(struct job *j, const struct map *names, struct fault *f)
{
    struct json_doc *doc = NULL;
    struct json root;
    if (!json_parse(j->input, &doc, &root, f))
        return false;
    struct json list = json_get(root, "Contests");
    bool ok;
    if (json_type(root) == JSON_ARRAY)
        ok = summary(j, root, f);
    else if (json_type(list) == JSON_ARRAY)
        ok = areas(j, names, list, f);
    else
        ok =
            fault_set(f, WIRE_SCHEMA,
                      "line 1: not a Clarity file: neither an array of contests (summary.json) nor "
                      "an object with Contests (ALL.json)");
    json_free(doc);
    return ok;
}

static bool name_contest(struct json contest, size_t n, struct arena *a, struct map *by_key,
                         struct fault *f)
{
    struct summary s;
    struct clarity_names *names;
    struct json_walk name_at = {0}, party_at = {0};
    if (!open_summary(contest, n, &s, f) ||
        !clarity_names_new(by_key, a, json_str(json_get(contest, "K")),
                           json_str(json_get(contest, "C")), &names, f))
        return false;
    names->votes_allowed = positive(json_get(contest, "VF"));
    for (size_t i = 0; i < json_count(s.names); i++)
        if (!clarity_names_add(names, a, json_str(element(s.names, &name_at)),
                               json_str(element(s.parties, &party_at)), f))
            return false;
    return true;
}

bool clarity_json_names(struct input *in, struct arena *a, struct map *by_key, struct fault *f)
{
    struct json_doc *doc = NULL;
    struct json root;
    struct json_walk at = {0};
    if (!json_parse(in, &doc, &root, f))
        return false;
    bool ok = json_type(root) == JSON_ARRAY ||
              fault_set(f, WIRE_SCHEMA, "line 1: neither a detail.xml nor a summary.json");
    for (size_t i = 0; ok && i < json_count(root); i++)
        ok = name_contest(element(root, &at), i + 1, a, by_key, f);
    json_free(doc);
    return ok;
}
