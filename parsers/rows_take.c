/* SPDX-License-Identifier: ISC */
/* Rows into the builder: what was worked out before is found again by its raw bytes, and figures
 * are read. */
#include <inttypes.h>
#include <string.h>

#include "parsers/facts.h"
#include "parsers/field.h"
#include "parsers/label.h"
#include "parsers/pool.h"
#include "parsers/rowing.h"
#include "parsers/types.h"

/* ---- setting up ---- */

struct fields_seen {
    int32_t list[ROWING_FIELDS_MAX];
    size_t n;
    bool full; /* there are more */
};

static void see(struct fields_seen *s, const struct column *c)
{
    for (uint32_t i = 0; i < c->count; i++) {
        size_t at = 0;
        if (c->parts[i].kind != COLUMN_FIELD)
            continue;
        while (at < s->n && s->list[at] < c->parts[i].field)
            at++;
        if (at < s->n && s->list[at] == c->parts[i].field)
            continue;
        s->full |= s->n == ROWING_FIELDS_MAX;
        if (s->full)
            return;
        memmove(s->list + at + 1, s->list + at, (s->n - at) * sizeof s->list[0]);
        s->list[at] = c->parts[i].field;
        s->n++;
    }
}

static void see_tests(struct fields_seen *s, const struct mapping_test *t, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        see(s, &t[i].column);
}

/* The roles a group needs: its own, and those its own are cut from. */
static uint64_t needed(const struct mapping *m, uint64_t roles)
{
    uint64_t before;
    do {
        before = roles;
        for (uint32_t i = 0; i < m->cut_count; i++)
            roles |= roles & ROWING_BIT(m->cuts[i].to) ? ROWING_BIT(m->cuts[i].from) : 0;
    } while (roles != before);
    return roles;
}

static bool group_init(struct rows *r, struct group *g, uint64_t roles, struct fields_seen *seen)
{
    memo_init(&g->memo, r->job->arena);
    g->roles = needed(r->m, roles);
    for (int role = 0; role < ROLES; role++) {
        if (!(g->roles & ROWING_BIT(role)) || !r->m->column[role].count)
            continue;
        see(seen, &r->m->column[role]);
        g->mapped |= ROWING_BIT(role);
    }
    g->runs = arena_array(r->job->arena, seen->n + 1, sizeof *g->runs);
    g->parts = arena_array(r->job->arena, seen->n + 1, sizeof *g->parts);
    if (!g->runs || !g->parts)
        return false;
    for (size_t i = 0; i < seen->n; i++) {
        struct run *last = g->run_count ? &g->runs[g->run_count - 1] : NULL;
        if (r->how.adjacent && last && seen->list[i] > 0 && last->to == seen->list[i] - 1)
            last->to = seen->list[i];
        else
            g->runs[g->run_count++] = (struct run){seen->list[i], seen->list[i]};
    }
    return true;
}

static uint64_t roles_between(enum role first, enum role last)
{
    uint64_t roles = 0;
    for (int role = (int)first; role <= (int)last; role++)
        roles |= ROWING_BIT(role);
    return roles;
}

static bool groups_init(struct rows *r, struct fault *f)
{
    const struct mapping *m = r->m;
    struct fields_seen who, topic = {.n = 0}, choice = {.n = 0}, where = {.n = 0}, kinds = {.n = 0};
    uint64_t topics = roles_between(ROLE_CONTEST_ID, ROLE_SEATS);
    uint64_t choices = roles_between(ROLE_CHOICE_ID, ROLE_INCUMBENT);
    uint64_t party = ROWING_BIT(ROLE_CONTEST_PARTY);
    if (m->every_per_county || m->per_county_count)
        topics |= ROWING_BIT(ROLE_COUNTY) | ROWING_BIT(ROLE_COUNTY_ID);
    if (!r->per_party && m->per_party != PER_PARTY_UNSAID)
        topics &= ~party; /* it is for the survey, if for anybody */
    if (r->survey)
        choices |= party | ROWING_BIT(ROLE_VOTES_ALLOWED) | ROWING_BIT(ROLE_SEATS);
    see_tests(&topic, m->per_county, m->per_county_count);
    see_tests(&topic, m->wholes, m->whole_count);
    see_tests(&topic, m->all_parties, m->all_party_count);
    see_tests(&topic, m->ranked, m->ranked_count);
    if (!group_init(r, &r->topics, topics, &topic))
        return fault_set(f, WIRE_LIMIT, "out of memory");
    who = topic;
    see_tests(&who, m->filters, m->filter_count);
    r->topic_filters = who.n == topic.n;
    see_tests(&who, m->measures, m->measure_count);
    see(&who, &m->measure_title);
    see_tests(&where, m->levels, m->level_count);
    if (!group_init(r, &r->whos, topics | choices, &who) ||
        !group_init(r, &r->choices, choices, &choice) ||
        !group_init(r, &r->wheres, roles_between(ROLE_COUNTY_ID, ROLE_VERSION), &where) ||
        !group_init(r, &r->kinds, ROWING_BIT(ROLE_TYPE), &kinds))
        return fault_set(f, WIRE_LIMIT, "out of memory");
    return !(who.full || where.full || kinds.full) ||
           fault_set(f, WIRE_SCHEMA, "the mapping's texts come from more than %d columns",
                     ROWING_FIELDS_MAX);
}

/* What no mapping can be without. */
static bool check_mapping(const struct mapping *m, struct fault *f)
{
    const struct column *c = m->column;
    bool question = c[ROLE_YES].count && c[ROLE_NO].count;
    if (!c[ROLE_CONTEST].count && !c[ROLE_CONTEST_ID].count)
        return fault_set(f, WIRE_SCHEMA, "the mapping has no column.contest and no .contest-id");
    if (!c[ROLE_CHOICE].count && !c[ROLE_CHOICE_ID].count && !question)
        return fault_set(f, WIRE_SCHEMA, "the mapping has no column.choice and no .choice-id");
    if (!c[ROLE_VOTES].count && !question)
        return fault_set(f, WIRE_SCHEMA, "the mapping has no column.votes");
    return true;
}

/* Whether contests are each party's, or are to be told to be. */
static bool survey_init(struct rows *r, struct fault *f)
{
    bool automatic = r->m->per_party == PER_PARTY_AUTO;
    r->per_party = automatic ? r->how.told && rows_survey_primary(r->how.told)
                             : r->m->per_party == PER_PARTY_YES;
    if (automatic && !r->how.learn && !r->how.survey && !r->how.told)
        return fault_set(f, WIRE_SCHEMA,
                         "option contest-per-party: it is yes or no; auto is for text of lines");
    if (r->how.survey && !(*r->how.survey = r->survey = rowing_survey(r)))
        return fault_set(f, WIRE_LIMIT, "out of memory");
    return true;
}

bool rows_new(struct job *j, const struct mapping *m, const struct rows_how *how, struct rows **out,
              struct fault *f)
{
    struct rows *r = arena_alloc(j->arena, sizeof *r);
    if (!check_mapping(m, f))
        return false;
    if (!r)
        return fault_set(f, WIRE_LIMIT, "out of memory");
    r->job = j;
    r->m = m;
    r->how = *how;
    r->state = job_option(j, "state");
    r->county = job_option(j, "county");
    r->scratch.arena = j->arena;
    results_check_totals(j->builder, m->whole, !m->level_count);
    if (m->sum_progress)
        results_sum_progress(j->builder);
    r->arrays.arena = j->arena;
    memo_init(&r->place_memo, j->arena);
    for (int role = ROLE_REPORTING; role <= ROLE_BALLOTS; role++)
        r->has_figures |= m->column[role].count > 0;
    if (m->column[ROLE_TYPE].count && !(r->types = types_new(j)))
        return fault_set(f, WIRE_LIMIT, "out of memory");
    if (!survey_init(r, f) || !groups_init(r, f))
        return false;
    if (!(r->ledger = rowing_ledger(r)) ||
        !arrays_grow(&r->arrays, &r->places, &r->place_room, 1, sizeof *r->places, ROWING_LIST_MAX))
        return fault_set(f, WIRE_LIMIT, "out of memory");
    *out = r;
    return true;
}

/* ---- groups ---- */

/* The bytes of a run in this row. */
static inline struct slice run_bytes(const struct rows *r, const struct run *run)
{
    const struct slice *fields = r->fields;
    size_t from = (size_t)run->from, to = (size_t)run->to;
    if (run->from < 0 || to >= r->n) { /* from the right; a short row */
        from = run->from < 0 ? r->n + from : from;
        to = run->from < 0 || to < r->n ? from : r->n - 1;
        if (from >= r->n)
            return (struct slice){NULL, 0};
    }
    return (struct slice){fields[from].ptr,
                          (size_t)(fields[to].ptr + fields[to].len - fields[from].ptr)};
}

/* The number of what a group's fields say; *fresh: it is new and to be worked out. */
static inline bool group_find(struct rows *r, struct group *g, uint32_t *number, bool *fresh)
{
    uint32_t before = g->memo.count;
    for (uint32_t i = 0; i < g->run_count; i++)
        g->parts[i] = run_bytes(r, &g->runs[i]);
    if (!memo_find(&g->memo, g->parts, g->run_count, number))
        return rowing_full(r);
    *fresh = g->memo.count != before;
    if (*fresh)
        r->scratch.used = 0;
    return true;
}

/* ---- figures ---- */

/* One figure that is no plain run of digits. What is no number is a problem of the contest. */
static int64_t odd_figure(struct rows *r, struct slice raw, struct slice name)
{
    int64_t n;
    switch (count_read(raw, &r->m->count, &n)) {
    case COUNT_READ:
        return n;
    case COUNT_UNKNOWN:
        return VOTES_UNKNOWN;
    case COUNT_BAD:
        break;
    }
    results_contest_at(r->job->builder, r->at->contest);
    results_contest_bad(r->job->builder, "%s %" PRIu64 ": %.*s: \"%.*s\" is no count", r->how.place,
                        r->number, SLICE_FMT(name), SLICE_FMT(field_excerpt(r->job->arena, raw)));
    return VOTES_UNKNOWN;
}

/* Plain digits. A line is long enough in front of all fields but its first ones: from here on. */
static inline bool digits(struct slice s, const char *from, int64_t *n)
{
    return s.ptr + s.len < from ? count_digits(s, n) : count_digits_behind(s, n);
}

static inline bool digits_in_quotes(struct slice s, const char *from, int64_t *n)
{
    return s.len > 2 && *s.ptr == '"' && s.ptr[s.len - 1] == '"' &&
           digits((struct slice){s.ptr + 1, s.len - 2}, from, n);
}

/* The sum of a column's parts in this row. */
static inline int64_t figure(struct rows *r, const struct column *c)
{
    const struct slice *fields = r->fields;
    const size_t fields_count = r->n;
    const bool quote = r->m->count.quote;
    const char *from = r->how.adjacent ? fields[0].ptr + 8 : (const char *)UINTPTR_MAX;
    const struct column_part *p = c->parts, *const end = p + c->count;
    int64_t sum = 0, n;
    bool unknown = p == end;
    for (; p < end; p++) {
        struct slice raw = column_field(fields, fields_count, p->field);
        if (!digits(raw, from, &n) && !(quote && digits_in_quotes(raw, from, &n))) {
            n = odd_figure(r, raw, p->text);
            unknown |= n == VOTES_UNKNOWN;
        }
        sum += n;
    }
    return unknown ? VOTES_UNKNOWN : sum;
}

/* Give the builder a unit with the figures in the row at hand. */
static bool unit_add(struct rows *r, struct results_unit_in *in, uint32_t where)
{
    struct results_builder *b = r->job->builder;
    uint32_t above = rowing_place(r, r->at->contest, r->places[where].parent), unit;
    if (where && above) {
        struct results_unit_in parent = rowing_unit_in(r, above);
        uint32_t top = rowing_place(r, r->at->contest, r->places[above].parent);
        struct results_unit_in county = rowing_unit_in(r, top);
        if ((top && !results_unit(b, &county, &parent.parent, &r->fault->err)) ||
            !results_unit(b, &parent, &in->parent, &r->fault->err))
            return field_limit(r->fault);
    }
    return results_unit(b, in, &unit, &r->fault->err) || field_limit(r->fault);
}

static bool unit_figures(struct rows *r, uint32_t where)
{
    const struct column *c = r->m->column;
    where = rowing_place(r, r->at->contest, where);
    struct results_unit_in in = rowing_unit_in(r, where);
    if (r->at->kind == WHO_FIGURE) {
        int64_t *const to[ROLES] = {[ROLE_REPORTING] = &in.reporting,
                                    [ROLE_TOTAL] = &in.total,
                                    [ROLE_REGISTERED] = &in.registered,
                                    [ROLE_BALLOTS] = &in.ballots};
        *to[r->at->figure] = figure(r, &c[ROLE_VOTES]);
    } else {
        in.reporting = figure(r, &c[ROLE_REPORTING]);
        in.total = figure(r, &c[ROLE_TOTAL]);
        in.registered = figure(r, &c[ROLE_REGISTERED]);
        in.ballots = figure(r, &c[ROLE_BALLOTS]);
    }
    if (c[ROLE_PROGRESS].count) {
        struct slice text =
            column_text(&c[ROLE_PROGRESS], r->fields, r->n, r->m->style, &r->scratch);
        if (!text.ptr)
            return rowing_full(r);
        count_progress(text, &in.reporting, &in.total);
    }
    results_contest_at(r->job->builder, r->at->contest);
    return unit_add(r, &in, where);
}

/* The votes of one vote type. */
static bool enter_typed(struct rows *r, struct entry e)
{
    uint32_t type = 0;
    bool fresh = false;
    if (!group_find(r, &r->kinds, &type, &fresh))
        return false;
    if (fresh) {
        if (!rowing_texts(r, &r->kinds))
            return false;
        if (!arrays_grow(&r->arrays, &r->is_total, &r->total_room, (uint64_t)type + 1,
                         sizeof *r->is_total, ROWING_LIST_MAX))
            return rowing_full(r);
        r->is_total[type] = r->m->type_total
                                ? pattern_match(r->m->type_total, r->text[ROLE_TYPE], NULL)
                                : label_is_total(r->text[ROLE_TYPE]);
    }
    return types_add(r->types, r, e, type, r->is_total[type]);
}

static bool enter(struct rows *r, uint32_t where, uint32_t choice, int64_t votes)
{
    const struct entry e = {where, choice, votes};
    return r->types ? enter_typed(r, e) : rowing_enter(r, r->at->contest, e);
}

/* The votes must be what their parts add up to, where all are stated. */
static void check_votes(struct rows *r, int64_t votes)
{
    int64_t sum = figure(r, &r->m->check);
    if (votes == VOTES_UNKNOWN || sum == VOTES_UNKNOWN || votes == sum)
        return;
    results_contest_at(r->job->builder, r->at->contest);
    results_contest_bad(r->job->builder,
                        "%s %" PRIu64 ": the votes are %" PRId64 ", their parts %" PRId64,
                        r->how.place, r->number, votes, sum);
}

static void check_nameless(struct rows *r)
{
    int64_t votes = figure(r, &r->m->column[ROLE_VOTES]);
    if (votes <= 0)
        return;
    results_contest_at(r->job->builder, r->at->contest);
    results_contest_bad(r->job->builder,
                        "%s %" PRIu64 ": %" PRId64 " votes for a choice without id and name",
                        r->how.place, r->number, votes);
}

/* A row without contest and choice: no figure of it may count. */
static bool check_nowhere(struct rows *r)
{
    const struct column *c = &r->m->column[ROLE_VOTES];
    for (uint32_t i = 0; i < c->count; i++) {
        int64_t n;
        struct slice raw = column_field(r->fields, r->n, c->parts[i].field);
        if (count_read(raw, &r->m->count, &n) == COUNT_READ && n > 0)
            return fault_set(r->fault, WIRE_SCHEMA,
                             "%s %" PRIu64 ": %" PRId64 " votes without a contest and a choice",
                             r->how.place, r->number, n);
    }
    return true;
}

/* ---- a row ---- */

/* By what the columns of its contest say; names from elsewhere may say more of it. */
static bool find_topic(struct rows *r, struct topic **topic)
{
    uint32_t number = 0;
    bool fresh = false;
    if (!r->how.names && !group_find(r, &r->topics, &number, &fresh))
        return false;
    if (!arrays_grow(&r->arrays, &r->topic, &r->topic_room, (uint64_t)number + 1, sizeof *r->topic,
                     ROWING_LIST_MAX))
        return rowing_full(r);
    *topic = &r->topic[number];
    if (r->how.names)
        **topic = (struct topic){.state = TOPIC_NEW};
    return true;
}

static bool find_who(struct rows *r, uint32_t *number)
{
    struct topic *topic = NULL;
    bool fresh = false;
    if (!group_find(r, &r->whos, number, &fresh))
        return false;
    if (fresh && !arrays_grow(&r->arrays, &r->who, &r->who_room, (uint64_t)*number + 1,
                              sizeof *r->who, ROWING_LIST_MAX))
        return rowing_full(r);
    return !fresh || (find_topic(r, &topic) && rowing_who(r, topic, &r->who[*number]));
}

static bool find_where(struct rows *r, uint32_t *where)
{
    uint32_t number = 0;
    bool fresh = false;
    if (!group_find(r, &r->wheres, &number, &fresh))
        return false;
    if (fresh && !arrays_grow(&r->arrays, &r->where, &r->where_room, (uint64_t)number + 1,
                              sizeof *r->where, ROWING_LIST_MAX))
        return rowing_full(r);
    if (fresh && !rowing_where(r, &r->where[number]))
        return false;
    *where = r->where[number];
    return true;
}

/* What a row gives that is kept. */
static bool take_row(struct rows *r)
{
    const struct who *w = r->at;
    uint32_t where = 0;
    if (w->kind == WHO_NOTHING)
        return true;
    if (w->kind == WHO_NOWHERE)
        return check_nowhere(r);
    if (!find_where(r, &where))
        return false;
    r->scratch.used = 0;
    if ((r->has_figures || w->kind == WHO_FIGURE) && !unit_figures(r, where))
        return false;
    if (w->kind == WHO_NAMELESS)
        check_nameless(r);
    if (w->kind == WHO_FIGURE || w->kind == WHO_NAMELESS)
        return true;
    if (w->kind == WHO_QUESTION) {
        int64_t yes = figure(r, &r->m->column[ROLE_YES]), no = figure(r, &r->m->column[ROLE_NO]);
        if (yes == VOTES_UNKNOWN && no == VOTES_UNKNOWN)
            check_nameless(r); /* a choice that lost its name, perhaps */
        return enter(r, where, w->choice, yes) && enter(r, where, w->no, no);
    }
    int64_t votes = figure(r, &r->m->column[ROLE_VOTES]);
    if (r->m->check.count)
        check_votes(r, votes);
    return enter(r, where, w->choice, votes);
}

bool rows_add(struct rows *r, const struct slice *fields, size_t n, uint64_t number,
              struct fault *f)
{
    uint32_t who = 0;
    r->fields = fields;
    r->n = n;
    r->number = number;
    r->fault = f;
    if (!find_who(r, &who))
        return false;
    r->at = &r->who[who];
    if (r->at->kind == WHO_DROPPED || r->how.learn)
        return true;
    r->kept++;
    return take_row(r);
}

void rows_here(const struct rows *r)
{
    if (r->at && r->at->kind != WHO_DROPPED && r->at->kind != WHO_NOTHING &&
        r->at->kind != WHO_NOWHERE)
        results_contest_at(r->job->builder, r->at->contest);
}

bool rows_finish(struct rows *r, struct fault *f)
{
    r->fault = f;
    return (!r->types || types_finish(r->types, r)) && rowing_post(r);
}

uint64_t rows_kept(const struct rows *r)
{
    return r->kept;
}
