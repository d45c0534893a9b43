/* SPDX-License-Identifier: ISC */
/* A contest of Enhanced Voting's files. Groups (ways of voting) and precincts are parts of an
 * option's count: a file may leave one out or withhold a small one, and together they never exceed
 * it. Only true and false say something of a winner; null does not. */
#include "parsers/drivers/enhanced.h"

#include <inttypes.h>

#include "daemon/base/num.h"
#include "parsers/field.h"
#include "parsers/label.h"

struct slice enhanced_text(struct json v)
{
    struct json_walk at = {0};
    struct slice key, first = {0};
    struct json one;
    if (json_type(v) != JSON_ARRAY)
        return slice_trim(json_str(v));
    while (json_next(v, &at, &key, &one)) {
        struct slice s = slice_trim(json_str(json_get(one, "text")));
        struct slice language = slice_sub(json_str(json_get(one, "languageId")), 0, 2);
        if (s.len > 0 && slice_eq_nocase(language, SLICE("en")))
            return s;
        first = first.len > 0 ? first : s;
    }
    return first;
}

int64_t enhanced_votes_allowed(struct json v)
{
    int64_t n = field_count(v);
    return n > 0 ? n : field_votes_allowed(enhanced_text(v));
}

/* ---- options: the lines of a contest ---- */

static void bad(const struct enhanced_item *it, struct slice option, const char *what)
{
    results_contest_bad(it->feed->job->builder, "%.*s, option %.*s: %s",
                        SLICE_FMT(slice_sub(it->place, 0, 60)), SLICE_FMT(slice_sub(option, 0, 40)),
                        what);
}

/* The voteCount of an option, a group or a precinct. */
static int64_t votes_of(const struct enhanced_item *it, struct slice option, struct json object,
                        const char *what)
{
    int64_t n = VOTES_UNKNOWN;
    struct json v = json_get(object, "voteCount");
    if (!field_votes(v, &n))
        bad(it, option,
            arena_printf(it->feed->job->arena, "%s is %.*s, not a count of votes", what,
                         SLICE_FMT(field_shown(it->feed->job->arena, v)))
                .ptr);
    return n;
}

static void check_parts(const struct enhanced_item *it, struct slice option, struct json parts,
                        const char *what, int64_t votes)
{
    struct json_walk at = {0};
    struct slice key;
    struct json one;
    int64_t sum = 0;
    bool known = votes != VOTES_UNKNOWN;
    while (json_next(parts, &at, &key, &one)) {
        int64_t n = votes_of(it, option, one, what);
        known = known && n != VOTES_UNKNOWN && num_add(&sum, n);
    }
    if (known && sum > votes)
        bad(it, option,
            arena_printf(it->feed->job->arena, "%s adds up to %" PRId64 ", more than its %" PRId64,
                         what, sum, votes)
                .ptr);
}

/* Whether a precinct is in, as far as its words say. */
static int64_t is_in(struct slice status)
{
    static const struct {
        struct slice words;
        int64_t in;
    } all[] = {{SLICE_INIT("Fully Reported"), 1},
               {SLICE_INIT("Election Night Complete"), 1},
               {SLICE_INIT("Partially Reported"), 0},
               {SLICE_INIT("Not Reported"), 0}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (slice_eq_nocase(status, all[i].words))
            return all[i].in;
    return -1;
}

static bool precincts(const struct enhanced_item *it, struct slice option, struct json list,
                      uint32_t choice, struct fault *f)
{
    struct job *j = it->feed->job;
    struct json_walk at = {0};
    struct slice key;
    struct json one;
    while (json_next(list, &at, &key, &one)) {
        struct results_unit_in in = RESULTS_UNIT_DEFAULT;
        uint32_t unit;
        in.type = RESULTS_PRECINCT;
        in.id = field_id(j->arena, json_get(one, "id"));
        in.name = enhanced_text(json_get(one, "name"));
        in.reporting = is_in(enhanced_text(json_get(one, "reportingStatus")));
        in.total = in.reporting < 0 ? -1 : 1;
        in.parent = it->unit;
        if (in.id.len == 0 && in.name.len == 0) {
            bad(it, option, "a precinct without id and name");
            continue;
        }
        int64_t n = votes_of(it, option, one, "voteCount of a precinct");
        if (!results_unit(j->builder, &in, &unit, &f->err) ||
            !results_votes_once(j->builder, unit, choice, n, &f->err))
            return field_limit(f);
    }
    return true;
}

/* "REP", or an object with names. */
static struct slice party(struct json option)
{
    struct json v = json_get(option, "politicalParty");
    if (json_type(v) == JSON_NONE)
        v = json_get(option, "party");
    if (json_type(v) != JSON_OBJECT)
        return label_party(json_str(v));
    struct slice s = label_party(enhanced_text(json_get(v, "abbreviation")));
    return s.len > 0 ? s : label_party(enhanced_text(json_get(v, "name")));
}

static bool is_true(struct json object, const char *key)
{
    bool yes = false;
    return json_bool(json_get(object, key), &yes) && yes;
}

static void describe(const struct enhanced_item *it, struct json v, struct results_choice_in *in)
{
    bool incumbent;
    *in = (struct results_choice_in){.id = field_id(it->feed->job->arena, json_get(v, "id")),
                                     .name = enhanced_text(json_get(v, "name")),
                                     .party = party(v)};
    struct slice mark = label_party_mark(in->name, &incumbent);
    if (in->party.len == 0)
        in->party = mark;
    else
        incumbent |= slice_ends(in->name, SLICE("(I)"));
    if (incumbent)
        in->flags |= RESULTS_INCUMBENT;
    if (label_is_write_in(in->name) || is_true(v, "isWriteIn") || is_true(v, "isQualifiedWriteIn"))
        in->flags |= RESULTS_WRITE_IN;
    if (!it->share && is_true(v, "isWinner"))
        in->mark = RESULTS_WON;
}

/* The n-th option of a share stands where the jurisdiction's contest has it, mostly. */
static bool known_line(const struct enhanced_item *it, struct json v, size_t n, struct slice *id,
                       uint32_t *choice)
{
    if (!it->share || n >= it->lines->count)
        return false;
    const struct enhanced_line *line = &it->lines->line[n];
    *id = line->id;
    *choice = line->choice;
    return line->id.ptr != NULL && line->name.ptr != NULL &&
           slice_eq(json_str(json_get(v, "id")), line->id) &&
           slice_eq(json_str(json_get(v, "name")), line->name);
}

/* Keep a line of the jurisdiction's contest. A locality may have lines of its own beside them; the
 * same name under another id would be somebody counted twice. */
static void note_line(const struct enhanced_item *it, struct json v, size_t n, struct slice id,
                      uint32_t choice)
{
    struct enhanced_lines *lines = it->lines;
    struct slice name = json_str(json_get(v, "name"));
    bool fresh = choice == lines->choices;
    lines->choices += fresh;
    if (!it->share && !fresh)
        bad(it, id, "it stands twice");
    if (!it->share && n < lines->count)
        lines->line[n] = (struct enhanced_line){json_str(json_get(v, "id")), name, choice};
    for (size_t i = 0; it->share && fresh && i < lines->count; i++)
        if (slice_eq(lines->line[i].name, name))
            bad(it, id, "the jurisdiction has this name under another id");
}

/* Which choice it is. *counts is false for a line that is none: a statistic, or damage. */
static bool find_choice(struct enhanced_item *it, struct json v, size_t n, struct slice *id,
                        uint32_t *choice, bool *counts, struct fault *f)
{
    struct results_choice_in in;
    *counts = true;
    if (known_line(it, v, n, id, choice))
        return true;
    describe(it, v, &in);
    *id = in.id;
    *counts = id->len > 0 && !label_is_statistic(in.name);
    if (id->len == 0)
        bad(it, arena_printf(it->feed->job->arena, "[%zu]", n), "it has no id");
    if (!*counts)
        return true;
    if (!results_choice(it->feed->job->builder, &in, choice, &f->err))
        return field_limit(f);
    note_line(it, v, n, *id, *choice);
    return true;
}

static bool option(struct enhanced_item *it, struct json v, size_t n, struct fault *f)
{
    struct slice id;
    uint32_t choice;
    bool counts;
    if (!find_choice(it, v, n, &id, &choice, &counts, f))
        return false;
    if (!counts)
        return true;
    int64_t votes = votes_of(it, id, v, "voteCount");
    check_parts(it, id, json_get(v, "groupResults"), "voteCount of the groups", votes);
    if (votes == VOTES_UNKNOWN || it->sum == VOTES_UNKNOWN)
        it->sum = VOTES_UNKNOWN;
    else if (!num_add(&it->sum, votes))
        bad(it, id, "the votes overflow");
    if (!results_votes_once(it->feed->job->builder, it->unit, choice, votes, &f->err))
        return field_limit(f);
    if (!it->feed->precincts)
        return true;
    struct json list = json_get(v, "precinctResults");
    check_parts(it, id, list, "voteCount of the precincts", votes);
    return precincts(it, id, list, choice, f);
}

/* ---- contests ---- */

bool enhanced_open(struct enhanced_item *it, struct json v, struct json options, size_t n,
                   struct fault *f)
{
    struct arena *a = it->feed->job->arena;
    it->v = v;
    it->options = options;
    it->id = field_id(a, json_get(v, "id"));
    it->name = enhanced_text(json_get(v, "name"));
    if (it->id.len == 0 || it->name.len == 0)
        return fault_set(f, WIRE_SCHEMA, "%.*s%sballotItems[%zu] has no id or no name",
                         SLICE_FMT(field_excerpt(a, it->place)), it->place.len > 0 ? ": " : "", n);
    return true;
}

/* What it is and whether the site marks winners in it. */
static uint32_t flags_of(const struct enhanced_item *it)
{
    uint32_t flags = 0;
    struct json_walk at = {0};
    struct slice key;
    struct json one;
    bool yes, first = true;
    if (slice_eq_nocase(enhanced_text(json_get(it->v, "contestType")), SLICE("BallotMeasure")))
        flags |= RESULTS_MEASURE;
    if (json_count(json_get(it->v, "rankedChoiceResults")) > 0 ||
        json_count(json_get(it->v, "rankedChoiceSummaryResults")) > 0)
        flags |= RESULTS_RANKED;
    for (; json_next(it->options, &at, &key, &one); first = false) {
        if (first && label_is_answer(enhanced_text(json_get(one, "name"))))
            flags |= RESULTS_MEASURE;
        if (json_bool(json_get(one, "isWinner"), &yes))
            flags |= RESULTS_MARKS_STATED;
    }
    return flags;
}

bool enhanced_begin(const struct enhanced_item *it, struct slice county, int64_t reporting,
                    int64_t total, struct fault *f)
{
    struct results_contest_in c = RESULTS_CONTEST_DEFAULT;
    c.id = it->id;
    c.text = it->name;
    c.state = job_option(it->feed->job, "state");
    c.county = county;
    c.party = label_party(enhanced_text(json_get(it->v, "partyName")));
    c.votes_allowed = enhanced_votes_allowed(json_get(it->v, "voteFor"));
    c.flags = flags_of(it);
    if (!results_contest_begin(it->feed->job->builder, &c, &f->err))
        return field_limit(f);
    if (total > 0)
        results_progress(it->feed->job->builder, reporting, total);
    return true;
}

bool enhanced_options(struct enhanced_item *it, struct fault *f)
{
    struct json_walk at = {0};
    struct slice key;
    struct json one;
    enum json_type type = json_type(it->options);
    if (type != JSON_ARRAY && type != JSON_NULL)
        results_contest_bad(it->feed->job->builder, "it has no array ballotOptions");
    for (size_t n = 0; json_next(it->options, &at, &key, &one); n++)
        if (!option(it, one, n, f))
            return false;
    return true;
}
