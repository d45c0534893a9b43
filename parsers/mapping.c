/* SPDX-License-Identifier: ISC */
/* Reading a mapping out of options, and binding it to columns. */
#include "parsers/mapping.h"

#include <string.h>

#include "daemon/base/text.h"
#include "parsers/pool.h"

#define RULES_MAX 1000 /* of one kind */

static const char *const names[ROLES] = {
    [ROLE_CONTEST_ID] = "contest-id",
    [ROLE_CONTEST] = "contest",
    [ROLE_OFFICE] = "office",
    [ROLE_DISTRICT] = "district",
    [ROLE_CONTEST_PARTY] = "contest-party",
    [ROLE_ELECTION_TYPE] = "election-type",
    [ROLE_VOTES_ALLOWED] = "votes-allowed",
    [ROLE_SEATS] = "seats",
    [ROLE_CHOICE_ID] = "choice-id",
    [ROLE_CHOICE] = "choice",
    [ROLE_PARTY] = "party",
    [ROLE_WRITE_IN] = "write-in",
    [ROLE_WINNER] = "winner",
    [ROLE_INCUMBENT] = "incumbent",
    [ROLE_TYPE] = "type",
    [ROLE_COUNTY_ID] = "county-id",
    [ROLE_COUNTY] = "county",
    [ROLE_MUNICIPALITY_ID] = "municipality-id",
    [ROLE_MUNICIPALITY] = "municipality",
    [ROLE_PRECINCT_ID] = "precinct-id",
    [ROLE_PRECINCT] = "precinct",
    [ROLE_DATE] = "date",
    [ROLE_ELECTION] = "election",
    [ROLE_STATUS] = "status",
    [ROLE_TEST] = "test",
    [ROLE_UPDATED] = "updated",
    [ROLE_VERSION] = "version",
    [ROLE_VOTES] = "votes",
    [ROLE_YES] = "yes",
    [ROLE_NO] = "no",
    [ROLE_REPORTING] = "reporting",
    [ROLE_TOTAL] = "total",
    [ROLE_PROGRESS] = "progress",
    [ROLE_REGISTERED] = "registered",
    [ROLE_BALLOTS] = "ballots",
    [ROLE_COUNT] = "count",
    [ROLE_NONE] = "none",
};

const char *role_name(enum role role)
{
    return names[role];
}

/* ---- reading ---- */

struct reading {
    struct mapping *m;
    struct slice key, value; /* the option */
    struct slice rest;       /* of the key, behind its family */
    struct fault *fault;
};

static bool too_many(struct reading *r)
{
    return fault_set(r->fault, WIRE_SCHEMA, "option %.*s: more than %d of its kind",
                     SLICE_FMT(r->key), RULES_MAX);
}

#define GROW(r, list, count)                                                                       \
    grow((r)->m->job->arena, &(r)->m->list, &(r)->m->count, sizeof *(r)->m->list)

/* One more at the end of a list, which gets room for as many again whenever it counts a power of
 * two. */
static bool grow(struct arena *a, void *list, uint32_t *count, size_t size)
{
    uint32_t room = *count;
    bool full = (room & (room - 1)) == 0;
    return room < RULES_MAX &&
           (!full || pool_grow(a, list, &room, room ? 2 * room : 1, size, 2 * RULES_MAX)) &&
           ++*count;
}

/* A role, cut off the front of *s at its dot. */
static bool read_role(struct reading *r, struct slice *s, enum role *out)
{
    size_t dot = slice_find(*s, SLICE("."));
    struct slice name = slice_sub(*s, 0, dot);
    *s = dot == SIZE_MAX ? (struct slice){NULL, 0} : slice_sub(*s, dot + 1, s->len);
    for (int role = 0; role < ROLES; role++) {
        if (slice_is(name, names[role])) {
            *out = (enum role)role;
            return true;
        }
    }
    const char *near = text_did_you_mean(name, names, ROLES);
    return fault_set(r->fault, WIRE_SCHEMA, "option %.*s: there is no value \"%.*s\"%s%s%s",
                     SLICE_FMT(r->key), SLICE_FMT(name), near ? ": did you mean " : "",
                     near ? near : "", near ? "?" : "");
}

static bool read_pattern(struct reading *r, size_t groups, struct pattern **out)
{
    return pattern_new(r->m->job->arena, &r->m->patterns, r->key, r->value, groups, out, r->fault);
}

static bool read_column(struct reading *r)
{
    enum role role;
    struct slice rest = r->rest;
    if (!read_role(r, &rest, &role))
        return false;
    if (rest.ptr || role >= ROLE_COUNT)
        return fault_set(r->fault, WIRE_SCHEMA, "option %.*s: there is no such value",
                         SLICE_FMT(r->key));
    r->m->spec[role] = r->value;
    r->m->option[role] = r->key;
    return true;
}

/* What it is that a column is tested for by the key's rest. */
static bool read_test(struct reading *r, struct mapping_test *t)
{
    *t = (struct mapping_test){.option = r->key, .spec = r->rest};
    return read_pattern(r, 0, &t->pattern);
}

static bool read_filter(struct reading *r)
{
    struct mapping *m = r->m;
    if (!GROW(r, filters, filter_count))
        return too_many(r);
    struct mapping_test *t = &m->filters[m->filter_count - 1];
    if (!read_test(r, t))
        return false;
    t->keep = slice_starts(r->key, SLICE("keep."));
    return true;
}

static bool read_level(struct reading *r)
{
    static const char *const types[RESULTS_UNIT_TYPES] = {
        [RESULTS_TOTAL] = "total",
        [RESULTS_COUNTY] = "county",
        [RESULTS_MUNICIPALITY] = "municipality",
        [RESULTS_PRECINCT] = "precinct",
    };
    struct mapping *m = r->m;
    size_t dot = slice_find(r->rest, SLICE("."));
    int type = 0;
    while (type < RESULTS_UNIT_TYPES && !slice_is(slice_sub(r->rest, 0, dot), types[type]))
        type++;
    if (dot == SIZE_MAX || type == RESULTS_UNIT_TYPES)
        return fault_set(r->fault, WIRE_SCHEMA,
                         "option %.*s: it is level.total, .county, .municipality or .precinct, "
                         "then .COLUMN",
                         SLICE_FMT(r->key));
    r->rest = slice_sub(r->rest, dot + 1, r->rest.len);
    if (!GROW(r, levels, level_count))
        return too_many(r);
    if (!read_test(r, &m->levels[m->level_count - 1]))
        return false;
    m->levels[m->level_count - 1].type = (enum results_unit_type)type;
    return true;
}

static bool read_measure(struct reading *r)
{
    return GROW(r, measures, measure_count) ? read_test(r, &r->m->measures[r->m->measure_count - 1])
                                            : too_many(r);
}

static bool read_whole(struct reading *r)
{
    return GROW(r, wholes, whole_count) ? read_test(r, &r->m->wholes[r->m->whole_count - 1])
                                        : too_many(r);
}

static bool read_per_county(struct reading *r)
{
    size_t equals = slice_find(r->value, SLICE("="));
    if (equals == SIZE_MAX) {
        r->m->roster = slice_is(r->value, "roster");
        r->m->every_per_county = r->m->roster || slice_is(r->value, "yes");
        return r->m->every_per_county || slice_is(r->value, "no") ||
               fault_set(r->fault, WIRE_SCHEMA,
                         "option %.*s: it is yes, no, roster or COLUMN = REGEX", SLICE_FMT(r->key));
    }
    r->rest = slice_trim(slice_sub(r->value, 0, equals));
    r->value = slice_trim(slice_sub(r->value, equals + 1, r->value.len));
    return GROW(r, per_county, per_county_count)
               ? read_test(r, &r->m->per_county[r->m->per_county_count - 1])
               : too_many(r);
}

static bool read_all_parties(struct reading *r)
{
    struct mapping *m = r->m;
    return GROW(r, all_parties, all_party_count)
               ? read_test(r, &m->all_parties[m->all_party_count - 1])
               : too_many(r);
}

static bool read_ranked(struct reading *r)
{
    return GROW(r, ranked, ranked_count) ? read_test(r, &r->m->ranked[r->m->ranked_count - 1])
                                         : too_many(r);
}

static bool read_per_party(struct reading *r)
{
    static const char *const words[] = {
        [PER_PARTY_NO] = "no", [PER_PARTY_YES] = "yes", [PER_PARTY_AUTO] = "auto"};
    for (int i = PER_PARTY_NO; i <= PER_PARTY_AUTO; i++) {
        if (slice_is(r->value, words[i])) {
            r->m->per_party = (enum mapping_per_party)i;
            return true;
        }
    }
    return fault_set(r->fault, WIRE_SCHEMA, "option %.*s: it is yes, no or auto",
                     SLICE_FMT(r->key));
}

static bool read_cut(struct reading *r)
{
    struct mapping *m = r->m;
    struct slice rest = r->rest;
    if (!GROW(r, cuts, cut_count))
        return too_many(r);
    struct mapping_cut *c = &m->cuts[m->cut_count - 1];
    c->take = slice_starts(r->key, SLICE("take."));
    return read_role(r, &rest, &c->to) && read_role(r, &rest, &c->from) &&
           read_pattern(r, c->to == ROLE_NONE ? 1 : PATTERN_GROUPS, &c->pattern);
}

static bool read_value(struct reading *r)
{
    struct mapping *m = r->m;
    struct slice rest = r->rest;
    if (!GROW(r, values, value_count))
        return too_many(r);
    struct mapping_value *v = &m->values[m->value_count - 1];
    if (!read_role(r, &rest, &v->role))
        return false;
    v->text = rest;
    v->with = r->value;
    return true;
}

static bool read_statistic(struct reading *r)
{
    struct mapping *m = r->m;
    struct slice rest = r->rest;
    if (!GROW(r, statistics, statistic_count))
        return too_many(r);
    struct mapping_statistic *s = &m->statistics[m->statistic_count - 1];
    s->figure = ROLE_NONE;
    if (rest.len && !read_role(r, &rest, &s->figure))
        return false;
    bool figure = s->figure == ROLE_REGISTERED || s->figure == ROLE_BALLOTS ||
                  s->figure == ROLE_REPORTING || s->figure == ROLE_TOTAL;
    if (rest.len && !figure)
        return fault_set(r->fault, WIRE_SCHEMA,
                         "option %.*s: it is statistic, or statistic.registered, .ballots, "
                         ".reporting or .total",
                         SLICE_FMT(r->key));
    return read_pattern(r, 0, &s->pattern);
}

static bool read_fact(struct reading *r)
{
    struct slice rest = r->rest;
    if (!GROW(r, facts, fact_count))
        return too_many(r);
    struct mapping_fact *fact = &r->m->facts[r->m->fact_count - 1];
    if (!read_role(r, &rest, &fact->role))
        return false;
    if (rest.ptr ||
        (fact->role != ROLE_COUNT && (fact->role < ROLE_DATE || fact->role > ROLE_VERSION)))
        return fault_set(r->fault, WIRE_SCHEMA, "option %.*s: that is no fact of a file",
                         SLICE_FMT(r->key));
    return read_pattern(r, PATTERN_GROUPS, &fact->pattern);
}

static bool read_measure_contest(struct reading *r)
{
    r->m->measure_contest = r->value;
    return true;
}

static bool read_check(struct reading *r)
{
    r->m->check_votes = r->value;
    return true;
}

static bool read_no_rows(struct reading *r)
{
    return read_pattern(r, 0, &r->m->no_rows);
}

static bool read_trailer(struct reading *r)
{
    return read_pattern(r, 0, &r->m->trailer);
}

static bool read_type_total(struct reading *r)
{
    return read_pattern(r, 0, &r->m->type_total);
}

/* What stands here is the mapping's; all else is the engine's or the job's. */
static const struct {
    const char *key; /* a family when it ends in a dot */
    bool (*read)(struct reading *r);
} readers[] = {
    {"check.votes", read_check},
    {"column.", read_column},
    {"contest-all-parties.", read_all_parties},
    {"contest-per-county", read_per_county},
    {"contest-per-party", read_per_party},
    {"contest-whole.", read_whole},
    {"cut.", read_cut},
    {"drop.", read_filter},
    {"fact.", read_fact},
    {"keep.", read_filter},
    {"level.", read_level},
    {"lines.drop", read_no_rows},
    {"measure.contest", read_measure_contest},
    {"measure.when.", read_measure},
    {"ranked.", read_ranked},
    {"statistic", read_statistic},
    {"statistic.", read_statistic},
    {"take.", read_cut},
    {"trailer", read_trailer},
    {"type.total", read_type_total},
    {"value.", read_value},
};

static bool read_option(struct reading *r)
{
    for (size_t i = 0; i < sizeof readers / sizeof readers[0]; i++) {
        struct slice key = slice_of(readers[i].key);
        bool family = slice_ends(key, SLICE("."));
        if (family ? slice_starts(r->key, key) : slice_eq(r->key, key)) {
            r->rest = slice_sub(r->key, key.len, r->key.len);
            return readers[i].read(r);
        }
    }
    return true;
}

bool mapping_yes(const struct job *j, const char *key, bool usual, bool *out, struct fault *f)
{
    struct slice v = job_option(j, key);
    *out = v.ptr ? slice_is(v, "yes") : usual;
    if (!v.ptr || *out || slice_is(v, "no"))
        return true;
    return fault_set(f, WIRE_SCHEMA, "option %s: it is yes or no, not \"%.*s\"", key, SLICE_FMT(v));
}

/* ---- values ---- */

struct value_key {
    enum role role;
    struct slice text;
};

static bool value_is(const void *list, uint32_t i, const void *key)
{
    const struct mapping_value *v = &((const struct mapping_value *)list)[i];
    const struct value_key *k = key;
    return v->role == k->role && slice_eq_nocase(v->text, k->text);
}

/* The same in any case. */
static uint64_t value_mix(enum role role, struct slice text)
{
    uint64_t hash = (uint64_t)role;
    for (size_t i = 0; i < text.len; i++)
        hash = index_mix(hash, (unsigned char)(text.ptr[i] | 0x20));
    return hash;
}

static uint32_t find_value(const struct mapping *m, enum role role, struct slice text)
{
    const struct value_key key = {role, text};
    return index_find(&m->value_index, value_is, m->values, &key, value_mix(role, text));
}

/* Of two values for one text the first counts. */
static bool index_values(struct mapping *m, struct fault *f)
{
    struct arrays arrays = {.arena = m->job->arena};
    for (uint32_t i = 0; i < m->value_count; i++) {
        const struct mapping_value *v = &m->values[i];
        m->valued |= UINT64_C(1) << v->role;
        m->value_lengths |= UINT64_C(1) << v->text.len % 64;
        if (find_value(m, v->role, v->text) == ARRAYS_NONE &&
            !index_add(&m->value_index, &arrays, i, value_mix(v->role, v->text)))
            return fault_set(f, WIRE_LIMIT, "out of memory");
    }
    return true;
}

struct slice mapping_value(const struct mapping *m, enum role role, struct slice text)
{
    if (!(m->valued >> role & 1) || !(m->value_lengths >> text.len % 64 & 1))
        return text;
    uint32_t i = find_value(m, role, text);
    return i == ARRAYS_NONE ? text : m->values[i].with;
}

/* ---- the whole of it ---- */

/* What is said once. */
static bool read_plain(struct job *j, struct mapping *m, struct fault *f)
{
    struct slice decode = job_option(j, "decode");
    if (decode.len && !slice_is(decode, "html") && !slice_is(decode, "none"))
        return fault_set(f, WIRE_SCHEMA, "option decode: it is html or none");
    m->style.decode = slice_is(decode, "html");
    m->style.guess = !job_option(j, "charset").len;
    m->count.unknown = job_option(j, "unknown");
    return mapping_yes(j, "thousands", false, &m->count.thousands, f) &&
           mapping_yes(j, "sum-progress", false, &m->sum_progress, f) &&
           mapping_yes(j, "whole", !m->level_count, &m->whole, f);
}

bool mapping_read(struct job *j, struct mapping *m, struct fault *f)
{
    struct slice rest = j->options, line;
    *m = (struct mapping){.job = j};
    while (slice_next(&rest, '\n', &line)) {
        size_t equals = slice_find(line, SLICE("="));
        struct reading r = {.m = m, .fault = f, .key = slice_trim(slice_sub(line, 0, equals))};
        if (equals == SIZE_MAX)
            continue;
        r.value = slice_trim(slice_sub(line, equals + 1, line.len));
        if (!read_option(&r))
            return false;
    }
    return index_values(m, f) && read_plain(j, m, f);
}

struct slice mapping_found(struct arena *a, struct pattern *p, struct slice line)
{
    struct slice groups[PATTERN_GROUPS], found = {NULL, 0};
    if (!pattern_match(p, line, groups))
        return found;
    if (!pattern_groups(p))
        return slice_trim(groups[0]);
    for (size_t i = 1; i <= pattern_groups(p); i++) {
        struct slice one = slice_trim(groups[i]);
        if (one.len)
            found =
                found.len ? arena_printf(a, "%.*s %.*s", SLICE_FMT(found), SLICE_FMT(one)) : one;
    }
    return found;
}

void mapping_done(struct mapping *m)
{
    patterns_done(&m->patterns);
}

/* ---- binding ---- */

static bool bind_tests(struct mapping *m, struct mapping_test *t, uint32_t n,
                       const struct column_finder *finder, struct fault *f)
{
    for (uint32_t i = 0; i < n; i++) {
        if (!column_bind(m->job->arena, t[i].option, t[i].spec, finder, COLUMN_OF_TEXT,
                         &t[i].column, f))
            return false;
    }
    return true;
}

static bool bind_role(struct mapping *m, enum role role, const struct column_finder *finder,
                      struct fault *f)
{
    bool figures = role >= ROLE_VOTES && role != ROLE_PROGRESS;
    m->column[role] = (struct column){0};
    return !m->spec[role].ptr ||
           column_bind(m->job->arena, m->option[role], m->spec[role], finder,
                       figures ? COLUMN_OF_FIGURES : COLUMN_OF_TEXT, &m->column[role], f);
}

bool mapping_bind(struct mapping *m, const struct column_finder *finder, struct fault *f)
{
    struct arena *a = m->job->arena;
    for (int role = 0; role < ROLE_COUNT; role++) {
        if (!bind_role(m, (enum role)role, finder, f))
            return false;
    }
    if (m->measure_contest.ptr && !column_bind(a, SLICE("measure.contest"), m->measure_contest,
                                               finder, COLUMN_OF_TEXT, &m->measure_title, f))
        return false;
    if (m->check_votes.ptr && !column_bind(a, SLICE("check.votes"), m->check_votes, finder,
                                           COLUMN_OF_FIGURES, &m->check, f))
        return false;
    return bind_tests(m, m->filters, m->filter_count, finder, f) &&
           bind_tests(m, m->levels, m->level_count, finder, f) &&
           bind_tests(m, m->measures, m->measure_count, finder, f) &&
           bind_tests(m, m->per_county, m->per_county_count, finder, f) &&
           bind_tests(m, m->wholes, m->whole_count, finder, f) &&
           bind_tests(m, m->all_parties, m->all_party_count, finder, f) &&
           bind_tests(m, m->ranked, m->ranked_count, finder, f);
}

static bool find_role(void *ctx, struct slice name, int32_t *field)
{
    const uint64_t *there = ctx;
    for (int role = 0; role < ROLES; role++) {
        if (*there >> role & 1 && slice_is(name, names[role])) {
            *field = role;
            return true;
        }
    }
    return false;
}

bool mapping_bind_roles(struct mapping *m, uint64_t there, struct fault *f)
{
    const struct column_finder finder = {find_role, &there};
    for (int role = 0; role < ROLE_COUNT; role++)
        m->spec[role] = m->option[role] =
            there >> role & 1 ? slice_of(names[role]) : (struct slice){NULL, 0};
    return mapping_bind(m, &finder, f);
}
