/* SPDX-License-Identifier: ISC */
/* Clarity's summary.json (an array of contests), sum.json of older sites (the same array within an
 * object), and its area files (ALL.json and one file per vote type): areas of contests of votes,
 * where a choice is nothing but a position. */
#include <inttypes.h>

#include "daemon/base/num.h"
#include "parsers/drivers/clarity.h"
#include "parsers/field.h"
#include "parsers/json.h"
#include "parsers/label.h"

/* ---- summary.json ---- */

/* What is read of a contest. CH, V, P and W are arrays that run in step, an item a choice. */
enum {
    KEY,
    TEXT,
    NAMES,
    VOTES,
    PARTIES,
    WINS,
    VOTES_ALLOWED,
    REGISTERED,
    BALLOTS,
    RANKED,
    REPORTING,
    PRECINCTS,
    ALL_VOTES,
    SUMMARY_MEMBERS
};
static const struct slice summary_keys[SUMMARY_MEMBERS] = {
    [KEY] = SLICE_INIT("K"),
    [TEXT] = SLICE_INIT("C"),
    [NAMES] = SLICE_INIT("CH"),
    [VOTES] = SLICE_INIT("V"),
    [PARTIES] = SLICE_INIT("P"),
    [WINS] = SLICE_INIT("W"),
    [VOTES_ALLOWED] = SLICE_INIT("VF"),
    [REGISTERED] = SLICE_INIT("regvoters"),
    [BALLOTS] = SLICE_INIT("BC"),
    [RANKED] = SLICE_INIT("IsRCV"),
    [REPORTING] = SLICE_INIT("PR"),
    [PRECINCTS] = SLICE_INIT("TP"),
    [ALL_VOTES] = SLICE_INIT("T"),
};

/* Contest n of the array into m. */
static bool open_summary(struct json contest, size_t n, struct json m[SUMMARY_MEMBERS],
                         struct fault *f)
{
    json_pick(contest, summary_keys, SUMMARY_MEMBERS, m);
    if (json_str(m[KEY]).len == 0 && json_str(m[TEXT]).len == 0)
        return fault_set(f, WIRE_SCHEMA, "contest %zu of the array has no K and no C", n);
    if (!json_is(m[NAMES], '[') || !json_is(m[VOTES], '['))
        return fault_set(f, WIRE_SCHEMA, "contest %zu of the array has no arrays CH and V", n);
    return true;
}

/* Does any contest of the file mark a winner? Then the site marks them, and no mark means that it
 * has not yet. */
static bool any_win(struct json root)
{
    struct json_items contests = json_items_of(root);
    for (struct json c = json_item(&contests); c.doc != NULL; c = json_item(&contests)) {
        struct json_items wins = json_items_of(json_get(c, "W"));
        for (struct json v = json_item(&wins); v.doc != NULL; v = json_item(&wins))
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

struct summary {
    struct job *job;
    struct slice state, county;
    bool marks;               /* the site marks winners */
    struct slice said, party; /* the last of P, and which party it is */
};

static bool begin_summary(const struct summary *s, const struct json *m, struct fault *f)
{
    struct results_contest_in c = RESULTS_CONTEST_DEFAULT;
    bool ranked = false;
    struct json_items names = json_items_of(m[NAMES]);
    c.id = json_str(m[KEY]);
    c.text = json_str(m[TEXT]);
    c.state = s->state;
    c.county = s->county;
    c.votes_allowed = positive(m[VOTES_ALLOWED]);
    c.registered = positive(m[REGISTERED]);
    c.ballots = positive(m[BALLOTS]);
    if (s->marks)
        c.flags |= RESULTS_MARKS_STATED;
    if (json_bool(m[RANKED], &ranked) && ranked)
        c.flags |= RESULTS_RANKED;
    if (label_is_answer(json_str(json_item(&names))))
        c.flags |= RESULTS_MEASURE;
    if (!results_contest_begin(s->job->builder, &c, &f->err))
        return field_limit(f);
    results_progress(s->job->builder, field_count(m[REPORTING]), field_count(m[PRECINCTS]));
    return true;
}

/* T is the sum of V where it stands; it may not be less. */
static void check_total(struct job *j, const struct json *m)
{
    int64_t total, votes, sum = 0;
    struct json_items each = json_items_of(m[VOTES]);
    if (!json_int(m[ALL_VOTES], &total))
        return;
    for (struct json v = json_item(&each); v.doc != NULL; v = json_item(&each))
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

/* The choices of a contest mostly say the same of it. */
static struct slice summary_party(struct summary *s, struct slice said)
{
    if (!slice_eq(said, s->said)) {
        s->said = said;
        s->party = label_party(said);
    }
    return s->party;
}

static bool summary_choice(struct summary *s, const struct summary_row *r, struct fault *f)
{
    struct job *j = s->job;
    struct results_choice_in in;
    struct slice name = json_str(r->name);
    int64_t n = VOTES_UNKNOWN;
    uint32_t index;
    if (label_is_statistic(name))
        return true;
    clarity_choice(field_number(j->arena, (int64_t)r->at), name, (struct slice){0}, &in);
    struct slice party = summary_party(s, json_str(r->party));
    if (party.len > 0)
        in.party = party;
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

static bool summary_contest(struct summary *s, struct json contest, size_t n, struct fault *f)
{
    struct job *j = s->job;
    struct json m[SUMMARY_MEMBERS];
    if (!open_summary(contest, n, m, f) || !begin_summary(s, m, f))
        return false;
    size_t choices = json_count(m[NAMES]);
    if (json_count(m[VOTES]) != choices || (s->marks && json_count(m[WINS]) != choices))
        results_contest_bad(j->builder, "CH has %zu choices, V %zu, W %zu", choices,
                            json_count(m[VOTES]), json_count(m[WINS]));
    check_total(j, m);
    struct json_items names = json_items_of(m[NAMES]), votes = json_items_of(m[VOTES]);
    struct json_items parties = json_items_of(m[PARTIES]), wins = json_items_of(m[WINS]);
    for (size_t i = 0; i < choices; i++) {
        struct summary_row r = {.at = i,
                                .name = json_item(&names),
                                .party = json_item(&parties),
                                .votes = json_item(&votes),
                                .win = json_item(&wins)};
        if (!summary_choice(s, &r, f))
            return false;
    }
    return true;
}

static bool summary(struct job *j, struct json root, struct fault *f)
{
    struct summary s = {.job = j,
                        .state = job_option(j, "state"),
                        .county = job_option(j, "county"),
                        .marks = any_win(root)};
    struct json_items contests = json_items_of(root);
    size_t n = json_count(root);
    for (size_t i = 0; i < n; i++)
        if (!summary_contest(&s, json_item(&contests), i + 1, f))
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
    struct json_items each = json_items_of(votes);
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
        struct json v = json_item(&each);
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
    struct json_items each_key = json_items_of(keys), each_row = json_items_of(votes);
    for (size_t i = 0; i < count; i++) {
        struct slice key = json_str(json_item(&each_key));
        struct json row = json_item(&each_row);
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
    struct json_items each = json_items_of(list);
    size_t n = json_count(list);
    bool ok = a.contests != NULL || fault_set(f, WIRE_LIMIT, "no memory for the contests");
    for (size_t i = 0; ok && i < n; i++)
        ok = area(&a, json_item(&each), i, f);
    map_free(a.contests);
    return ok;
}

/* ---- either ---- */

/* The contests of a summary.json or a sum.json, told by the first of them; `doc` NULL: it is
 * neither. */
static struct json summary_of(struct json root)
{
    struct json list = json_type(root) == JSON_ARRAY ? root : json_get(root, "Contests");
    struct json_items each = json_items_of(list);
    bool sum = json_type(list) == JSON_ARRAY &&
               (json_type(root) == JSON_ARRAY || json_is(json_get(json_item(&each), "CH"), '['));
    return sum ? list : (struct json){0};
}

/* Areas stand in each contest there, and nothing says what they are. */
static bool refuse_details(struct json list, struct fault *f)
{
    struct json_items each = json_items_of(list);
    return json_get(json_item(&each), "K").doc == NULL ||
           fault_set(f, WIRE_SCHEMA,
                     "line 1: details.json or vt.json, parts of contests without totals and names: "
                     "take sum.json "
                     "or detail.xml");
}

bool clarity_json(struct job *j, const struct map *names, struct fault *f)
{
    struct json_doc *doc = NULL;
    struct json root;
    if (!json_parse(j->input, &doc, &root, f))
        return false;
    struct json list = json_get(root, "Contests"), contests = summary_of(root);
    bool ok;
    if (contests.doc != NULL)
        ok = summary(j, contests, f);
    else if (json_type(list) == JSON_ARRAY)
        ok = refuse_details(list, f) && areas(j, names, list, f);
    else
        ok =
            fault_set(f, WIRE_SCHEMA,
                      "line 1: not a Clarity file: neither an array of contests (summary.json) nor "
                      "an object with Contests (sum.json, ALL.json)");
    json_free(doc);
    return ok;
}

static bool name_contest(struct json contest, size_t n, struct arena *a, struct map *by_key,
                         struct fault *f)
{
    struct json m[SUMMARY_MEMBERS];
    struct clarity_names *names;
    if (!open_summary(contest, n, m, f) ||
        !clarity_names_new(by_key, a, json_str(m[KEY]), json_str(m[TEXT]), &names, f))
        return false;
    struct json_items texts = json_items_of(m[NAMES]), parties = json_items_of(m[PARTIES]);
    names->votes_allowed = positive(m[VOTES_ALLOWED]);
    for (size_t i = 0; i < json_count(m[NAMES]); i++)
        if (!clarity_names_add(names, a, json_str(json_item(&texts)), json_str(json_item(&parties)),
                               f))
            return false;
    return true;
}

bool clarity_json_names(struct input *in, struct arena *a, struct map *by_key, struct fault *f)
{
    struct json_doc *doc = NULL;
    struct json root;
    if (!json_parse(in, &doc, &root, f))
        return false;
    struct json list = summary_of(root);
    struct json_items contests = json_items_of(list);
    bool ok =
        list.doc != NULL ||
        fault_set(f, WIRE_SCHEMA, "line 1: neither a detail.xml nor a summary.json or sum.json");
    for (size_t i = 0; ok && i < json_count(list); i++)
        ok = name_contest(json_item(&contests), i + 1, a, by_key, f);
    json_free(doc);
    return ok;
}
