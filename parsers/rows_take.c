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

/* Pairs are looked for while there are not many more than were found: these first ones, and one for
 * so many rows. */
#define PAIRS_FIRST 64
#define PAIRS_ROWS 16

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

static bool has_all(const struct fields_seen *s, const struct fields_seen *of)
{
    size_t at = 0, found = 0;
    for (size_t i = 0; i < s->n; i++) {
        while (at < of->n && of->list[at] < s->list[i])
            at++;
        found += at < of->n && of->list[at] == s->list[i];
    }
    return found == s->n;
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

/* `kept`: the bytes of what is worked out. */
static bool group_init(struct rows *r, struct group *g, uint64_t roles, struct fields_seen *seen,
                       size_t kept)
{
    memo_init(&g->memo, r->job->arena, kept);
    g->roles = needed(r->m, roles);
    for (int role = 0; role < ROLES; role++) {
        if (!(g->roles & ROWING_BIT(role)) || !r->m->column[role].count)
            continue;
        see(seen, &r->m->column[role]);
        g->mapped |= ROWING_BIT(role);
    }
    g->fills = g->roles | ROWING_BIT(ROLE_CONTEST); /* a question's is its measure's */
    for (uint32_t i = 0; i < r->m->cut_count; i++)
        g->fills |= g->roles & ROWING_BIT(r->m->cuts[i].from) ? ROWING_BIT(r->m->cuts[i].to) : 0;
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

/* How many fields a row has, at least, where all of the group's are there. */
static void measure(struct rows *r, const struct group *g)
{
    for (uint32_t i = 0; i < g->run_count; i++) {
        const struct run *run = &g->runs[i];
        size_t least = run->from < 0 ? SIZE_MAX : (size_t)run->to + 1;
        r->least = least > r->least ? least : r->least;
    }
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
    struct fields_seen title = {.n = 0}, candidate = {.n = 0}, pair, question, spot = {.n = 0},
                       drop = {.n = 0}, ask = {.n = 0}, sum = {.n = 0}, figure = {.n = 0};
    uint64_t titles = roles_between(ROLE_CONTEST_ID, ROLE_SEATS);
    uint64_t candidates = roles_between(ROLE_CHOICE_ID, ROLE_INCUMBENT);
    uint64_t party = ROWING_BIT(ROLE_CONTEST_PARTY);
    if (!r->per_party && m->per_party != PER_PARTY_UNSAID)
        titles &= ~party; /* it is for the survey, if for anybody */
    if (r->survey)
        candidates |= party;
    if (r->how.names)
        candidates |= ROWING_BIT(ROLE_CONTEST_ID);
    see_tests(&title, m->per_county, m->per_county_count);
    see_tests(&title, m->wholes, m->whole_count);
    see_tests(&title, m->all_parties, m->all_party_count);
    see_tests(&title, m->ranked, m->ranked_count);
    pair = question = title;
    see(&question, &m->measure_title);
    see_tests(&spot, m->levels, m->level_count);
    see_tests(&drop, m->filters, m->filter_count);
    see_tests(&ask, m->measures, m->measure_count);
    const struct {
        struct group *group;
        uint64_t roles;
        struct fields_seen *seen;
        size_t kept;
    } groups[] = {
        {&r->titles, titles, &title, sizeof(struct title)},
        {&r->candidates, candidates, &candidate, sizeof(struct candidate)},
        {&r->pairs, titles | candidates, &pair, sizeof(struct pair)},
        {&r->questions, titles | candidates | ROWING_BIT(ROLE_COUNTY_ID) | ROWING_BIT(ROLE_COUNTY),
         &question, sizeof(struct who)},
        {&r->spots, roles_between(ROLE_COUNTY_ID, ROLE_VERSION), &spot, sizeof(struct spot)},
        {&r->figures, roles_between(ROLE_REPORTING, ROLE_BALLOTS), &figure, sizeof(struct figures)},
        {&r->sums, ROWING_BIT(ROLE_TYPE), &sum, sizeof(bool)},
        {&r->drops, 0, &drop, sizeof(bool)},
        {&r->asks, 0, &ask, sizeof(bool)},
    };
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        if (!group_init(r, groups[i].group, groups[i].roles, groups[i].seen, groups[i].kept))
            return fault_set(f, WIRE_LIMIT, "out of memory");
        if (groups[i].seen->full)
            return fault_set(f, WIRE_SCHEMA, "the mapping's texts come from more than %d columns",
                             ROWING_FIELDS_MAX);
        measure(r, groups[i].group);
    }
    r->filters_rows = !has_all(&drop, &title);
    return true;
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
    r->pool = &j->builder->pool;
    r->state = job_option(j, "state");
    r->county = job_option(j, "county");
    r->scratch.arena = j->arena;
    results_check_totals(j->builder, m->whole, !m->level_count);
    if (m->sum_progress)
        results_sum_progress(j->builder);
    r->arrays.arena = j->arena;
    memo_init(&r->place_memo, j->arena, 0);
    for (int role = ROLE_REPORTING; role <= ROLE_BALLOTS; role++)
        r->has_figures |= m->column[role].count > 0;
    r->has_questions = m->column[ROLE_YES].count && m->column[ROLE_NO].count;
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

static inline struct slice bytes_between(const struct slice *from, const struct slice *to)
{
    return (struct slice){from->ptr, (size_t)(to->ptr + to->len - from->ptr)};
}

/* The bytes of a run in this row, which may be short. */
__attribute__((noinline)) static struct slice run_bytes(const struct rows *r, const struct run *run)
{
    size_t from = (size_t)run->from, to = (size_t)run->to;
    if (run->from < 0 || to >= r->n) {
        from = run->from < 0 ? r->n + from : from; /* from the right */
        to = run->from < 0 || to < r->n ? from : r->n - 1;
        if (from >= r->n)
            return (struct slice){NULL, 0};
    }
    return bytes_between(&r->fields[from], &r->fields[to]);
}

/* What was kept is not of the row before. */
__attribute__((noinline)) static void *group_seek(struct rows *r, struct group *g, bool *fresh)
{
    uint32_t before = g->memo.count;
    const uint32_t n = g->run_count;
    struct slice *parts = g->parts;
    for (uint32_t i = 0; i < n; i++)
        parts[i] = r->n >= r->least
                       ? bytes_between(&r->fields[g->runs[i].from], &r->fields[g->runs[i].to])
                       : run_bytes(r, &g->runs[i]);
    struct memo_key *k = memo_key(&g->memo, parts, n);
    if (!k) {
        rowing_full(r);
        return NULL;
    }
    *fresh = g->memo.count != before;
    if (*fresh)
        r->scratch.used = 0;
    return memo_kept(&g->memo, k);
}

/* Do a group's fields say, for sure, what they said in the row before? Most groups have one run. */
static inline bool is_last(const struct rows *r, const struct group *g)
{
    const struct memo_key *last = g->memo.last;
    if (g->run_count != 1 || r->n < r->least || !last)
        return false;
    const struct slice part = bytes_between(&r->fields[g->runs->from], &r->fields[g->runs->to]);
    return memo_is(last, &part, 1);
}

/* What a group's fields say in the row at hand; *fresh: it is new, zeroed, and to be worked out.
 * NULL when memory is out. Most say what they said in the row before. */
__attribute__((always_inline)) static inline void *group_find(struct rows *r, struct group *g,
                                                              bool *fresh)
{
    *fresh = false;
    return is_last(r, g) ? memo_kept(&g->memo, g->memo.last) : group_seek(r, g, fresh);
}

static bool find_verdict(struct rows *r, struct group *g,
                         bool (*work_out)(struct rows *r, bool *is), bool *is)
{
    bool fresh, *verdict = group_find(r, g, &fresh);
    if (!verdict || (fresh && !work_out(r, verdict)))
        return false;
    *is = *verdict;
    return true;
}

static inline bool find_title(struct rows *r, struct title **out)
{
    bool fresh;
    return (*out = group_find(r, &r->titles, &fresh)) && (!fresh || rowing_title(r, *out));
}

static inline bool find_candidate(struct rows *r, struct candidate **out)
{
    bool fresh;
    return (*out = group_find(r, &r->candidates, &fresh)) && (!fresh || rowing_candidate(r, *out));
}

static inline bool find_spot(struct rows *r, struct spot **out)
{
    bool fresh;
    return (*out = group_find(r, &r->spots, &fresh)) && (!fresh || rowing_spot(r, *out));
}

/* A question in a row by itself. */
static bool find_question(struct rows *r, uint32_t county)
{
    bool fresh;
    struct who *w = group_find(r, &r->questions, &fresh);
    r->at = w;
    return w && (!fresh || rowing_question(r, county, w));
}

/* ---- figures ---- */

static inline struct slice unquoted(struct slice s)
{
    bool quoted = s.len > 2 && *s.ptr == '"' && s.ptr[s.len - 1] == '"';
    return quoted ? (struct slice){s.ptr + 1, s.len - 2} : s;
}

/* What would make it one. */
static const char *no_count_but(const struct rows *r, struct slice raw)
{
    struct count_style grouped = r->m->count;
    int64_t n;
    grouped.thousands = true;
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.ptr[i] < '0' || raw.ptr[i] > '9')
            continue;
        return !r->m->count.thousands && count_read(raw, &grouped, &n) == COUNT_READ
                   ? "; where figures have commas in front of three digits, set thousands = yes"
                   : "";
    }
    return "; where that says that nobody knows it, set unknown to it";
}

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
        r->odd = true;
        break;
    }
    raw = unquoted(raw);
    results_contest_at(r->job->builder, r->at->contest);
    results_contest_bad(r->job->builder, "%s %" PRIu64 ": %.*s: \"%.*s\" is no count%s",
                        r->how.place, r->number, SLICE_FMT(name),
                        SLICE_FMT(field_excerpt(r->job->arena, raw)), no_count_but(r, raw));
    return VOTES_UNKNOWN;
}

/* Plain digits. A line is long enough in front of all fields but its first ones: from there on. */
__attribute__((always_inline)) static inline bool
plain_figure(const struct rows *r, const struct column_part *p, int64_t *n)
{
    struct slice s = column_field(r->fields, r->n, p->field);
    s = r->m->count.quote ? unquoted(s) : s;
    return r->how.adjacent && s.ptr + s.len >= r->fields[0].ptr + 8 ? count_digits_behind(s, n)
                                                                    : count_digits(s, n);
}

/* The sum of a column's parts in this row. */
static int64_t sum_of(struct rows *r, const struct column *c)
{
    const struct column_part *p = c->parts, *const end = p + c->count;
    int64_t sum = 0, n;
    bool unknown = p == end;
    for (; p < end; p++) {
        if (!plain_figure(r, p, &n)) {
            n = odd_figure(r, column_field(r->fields, r->n, p->field), p->text);
            unknown |= n == VOTES_UNKNOWN;
        }
        sum += n;
    }
    return unknown ? VOTES_UNKNOWN : sum;
}

static inline int64_t figure(struct rows *r, const struct column *c)
{
    int64_t n;
    return c->count == 1 && plain_figure(r, c->parts, &n) ? n : sum_of(r, c);
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

/* "3/5": fills what it says. */
static bool read_progress(struct rows *r, int64_t *reporting, int64_t *total)
{
    const struct column *c = &r->m->column[ROLE_PROGRESS];
    if (!c->count)
        return true;
    struct slice text = column_text(c, r->fields, r->n, r->m->style, &r->scratch);
    if (!text.ptr)
        return rowing_full(r);
    count_progress(text, reporting, total);
    return true;
}

/* What the row's columns of figures say of its unit. */
static bool read_figures(struct rows *r, struct figures *f)
{
    const struct column *c = r->m->column;
    r->odd = false;
    f->reporting = figure(r, &c[ROLE_REPORTING]);
    f->total = figure(r, &c[ROLE_TOTAL]);
    f->registered = figure(r, &c[ROLE_REGISTERED]);
    f->ballots = figure(r, &c[ROLE_BALLOTS]);
    f->odd = r->odd;
    return read_progress(r, &f->reporting, &f->total);
}

/* Those of the unit; as rows repeat them, they are told where they or the unit are others than the
 * row before had. What is no number is told of each contest. */
static bool unit_figures(struct rows *r, uint32_t where)
{
    bool fresh;
    struct figures *f = group_find(r, &r->figures, &fresh);
    if (!f || ((fresh || f->odd) && !read_figures(r, f)))
        return false;
    if (r->told == f && r->told_contest == r->at->contest && r->told_where == where)
        return true;
    r->told = f;
    r->told_contest = r->at->contest;
    r->told_where = where;
    const struct entry e = {where, ROWING_FIGURES, .figures = f};
    return rowing_enter(r, r->at->contest, e);
}

/* A figure that stands in a row of its own. */
static bool unit_figure(struct rows *r, uint32_t where)
{
    where = rowing_place(r, r->at->contest, where);
    struct results_unit_in in = rowing_unit_in(r, where);
    int64_t *const to[ROLES] = {[ROLE_REPORTING] = &in.reporting,
                                [ROLE_TOTAL] = &in.total,
                                [ROLE_REGISTERED] = &in.registered,
                                [ROLE_BALLOTS] = &in.ballots};
    *to[r->at->figure] = figure(r, &r->m->column[ROLE_VOTES]);
    results_contest_at(r->job->builder, r->at->contest);
    return read_progress(r, &in.reporting, &in.total) && unit_add(r, &in, where);
}

/* The votes of one vote type. */
static bool enter_typed(struct rows *r, struct entry e)
{
    bool sum = false;
    return find_verdict(r, &r->sums, rowing_sums, &sum) &&
           types_add(r->types, r, e, r->sums.memo.last->number, sum);
}

static inline bool enter(struct rows *r, uint32_t where, uint32_t choice, int64_t votes)
{
    const struct entry e = {where, choice, .votes = votes};
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

/* The title and the candidate of the row at hand; of a title that is dropped there is none. Where
 * rows go from one title to another they are found together, by one look, as long as rows say the
 * same again and again. */
static inline bool find_both(struct rows *r, struct title **t, struct candidate **c)
{
    bool fresh = true, same = is_last(r, &r->titles);
    struct pair *p = NULL;
    if (!same && r->pairs.memo.count <= PAIRS_FIRST + 2 * r->pairs_found + r->kept / PAIRS_ROWS) {
        if (!(p = group_find(r, &r->pairs, &fresh)))
            return false;
        r->pairs_found += !fresh;
    }
    if (!fresh && p->title) {
        *t = memo_kept(&r->titles.memo, r->titles.memo.last = p->title);
        *c = memo_kept(&r->candidates.memo, r->candidates.memo.last = p->candidate);
        return true;
    }
    if (!find_title(r, t) || (!(*t)->dropped && !find_candidate(r, c)))
        return false;
    if (p && !(*t)->dropped)
        *p = (struct pair){r->titles.memo.last, r->candidates.memo.last};
    return true;
}

/* Where no columns say what is a question, a row without a name is one. */
static bool is_question(struct rows *r, const struct candidate *c, bool *question)
{
    *question = r->has_questions && c->blank;
    return !r->has_questions || !r->m->measure_count ||
           find_verdict(r, &r->asks, rowing_asks, question);
}

/* What is nobody wherever it stands; NULL: somebody, perhaps. */
static inline const struct who *nobody(const struct title *t, const struct candidate *c)
{
    static const struct who nothing = {.kind = WHO_NOTHING}, nowhere = {.kind = WHO_NOWHERE};
    if (c->who.kind == WHO_CHOICE)
        return NULL;
    if (c->who.kind == WHO_NAMELESS && !t->named)
        return &nowhere;
    return c->who.kind == WHO_NOTHING || (c->who.kind == WHO_FIGURE && !t->named) ? &nothing : NULL;
}

/* What the row at hand is about, in its county. */
static inline bool find_who(struct rows *r, struct title *t, struct candidate *c, uint32_t county)
{
    county = t->per_county ? county : 0;
    r->at = &c->who;
    return (t->county == county && t->contest == c->who.contest) || rowing_who(r, t, c, county);
}

static bool take_question(struct rows *r, uint32_t where)
{
    int64_t yes = figure(r, &r->m->column[ROLE_YES]), no = figure(r, &r->m->column[ROLE_NO]);
    if (yes == VOTES_UNKNOWN && no == VOTES_UNKNOWN)
        check_nameless(r); /* a choice that lost its name, perhaps */
    return enter(r, where, r->at->choice, yes) && enter(r, where, r->at->no, no);
}

/* What a row gives that is kept. */
static inline bool take_row(struct rows *r, uint32_t where)
{
    const struct who *w = r->at;
    r->scratch.used = 0;
    if (w->kind == WHO_FIGURE)
        return unit_figure(r, where);
    if (r->has_figures && !unit_figures(r, where))
        return false;
    if (w->kind == WHO_QUESTION)
        return take_question(r, where);
    if (w->kind == WHO_NAMELESS) {
        check_nameless(r);
        return true;
    }
    int64_t votes = figure(r, &r->m->column[ROLE_VOTES]);
    if (r->m->check.count)
        check_votes(r, votes);
    return enter(r, where, w->choice, votes);
}

bool rows_add(struct rows *r, const struct slice *fields, size_t n, uint64_t number,
              struct fault *f)
{
    static const struct who dropped = {.kind = WHO_DROPPED};
    struct title *t;
    struct candidate *c;
    struct spot *s;
    bool drop = false, question;
    r->fields = fields;
    r->n = n;
    r->number = number;
    r->fault = f;
    r->at = &dropped;
    if (r->filters_rows && !find_verdict(r, &r->drops, rowing_drops, &drop))
        return false;
    if (drop)
        return true;
    if (!find_both(r, &t, &c))
        return false;
    if (t->dropped)
        return true;
    if (r->how.learn)
        return true;
    r->kept++;
    if (!is_question(r, c, &question))
        return false;
    if (!question && (r->at = nobody(t, c)))
        return r->at->kind == WHO_NOTHING || check_nowhere(r);
    return find_spot(r, &s) &&
           (question ? find_question(r, s->county) : find_who(r, t, c, s->county)) &&
           take_row(r, s->place);
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
    return (!r->types || types_finish(r->types, r)) && rowing_post(r) &&
           (!r->survey || rowing_survey_count(r));
}

uint64_t rows_kept(const struct rows *r)
{
    return r->kept;
}
