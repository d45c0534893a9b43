/* SPDX-License-Identifier: ISC */
/* What the texts of a row say: the contest and the choice, and the reporting unit. */
#include <inttypes.h>
#include <string.h>

#include "daemon/base/buf.h"
#include "parsers/facts.h"
#include "parsers/field.h"
#include "parsers/label.h"
#include "parsers/pool.h"
#include "parsers/rowing.h"

bool rowing_full(struct rows *r)
{
    return fault_set(r->fault, WIRE_LIMIT, "%s %" PRIu64 ": out of memory", r->how.place,
                     r->number);
}

/* ---- texts of a row ---- */

static bool test_matches(struct rows *r, const struct mapping_test *t, bool *matches)
{
    struct slice text = column_text(&t->column, r->fields, r->n, r->m->style, &r->scratch);
    *matches = text.ptr && pattern_match(t->pattern, text, NULL);
    return text.ptr || rowing_full(r);
}

static bool any_matches(struct rows *r, const struct mapping_test *t, uint32_t n, bool *matches)
{
    *matches = false;
    for (uint32_t i = 0; i < n && !*matches; i++) {
        if (!test_matches(r, &t[i], matches))
            return false;
    }
    return true;
}

static bool dropped(struct rows *r, bool *drop)
{
    *drop = false;
    for (uint32_t i = 0; i < r->m->filter_count && !*drop; i++) {
        bool matches;
        if (!test_matches(r, &r->m->filters[i], &matches))
            return false;
        *drop = matches != r->m->filters[i].keep;
    }
    return true;
}

/* s without what stands from `cut` on, blanks folded where it was. */
static bool without(struct rows *r, struct slice *s, struct slice cut)
{
    struct slice before = slice_trim(slice_sub(*s, 0, (size_t)(cut.ptr - s->ptr)));
    struct slice after = slice_trim(slice_sub(*s, (size_t)(cut.ptr - s->ptr) + cut.len, s->len));
    if (!before.len || !after.len) {
        *s = before.len ? before : after;
        return true;
    }
    *s = arena_printf(r->job->arena, "%.*s %.*s", SLICE_FMT(before), SLICE_FMT(after));
    return s->ptr || rowing_full(r);
}

static bool cut(struct rows *r, const struct mapping_cut *c)
{
    struct slice groups[PATTERN_GROUPS];
    struct slice *from = &r->text[c->from], *to = &r->text[c->to];
    if (!from->len || !pattern_match(c->pattern, *from, groups))
        return true;
    struct slice found = SLICE("yes");
    size_t n = pattern_groups(c->pattern);
    for (size_t i = n; i > 0; i--)
        found = groups[i].ptr ? groups[i] : i == n ? (struct slice){0} : found;
    if (from == to) {
        *to = slice_trim(found);
        return true;
    }
    if (!to->len)
        *to = slice_trim(found);
    return c->take || without(r, from, groups[0]);
}

/* The texts of a group's roles in this row: columns, then cuts, then values. */
bool rowing_texts(struct rows *r, const struct group *g)
{
    const struct mapping *m = r->m;
    memset(r->text, 0, sizeof r->text);
    for (uint64_t left = g->mapped; left; left &= left - 1) {
        int role = __builtin_ctzll(left);
        r->text[role] = column_text(&m->column[role], r->fields, r->n, m->style, &r->scratch);
        if (!r->text[role].ptr)
            return rowing_full(r);
    }
    for (uint32_t i = 0; i < m->cut_count; i++) {
        if (g->roles & ROWING_BIT(m->cuts[i].from) && !cut(r, &m->cuts[i]))
            return false;
    }
    for (uint64_t left = g->roles & m->valued; left; left &= left - 1) {
        int role = __builtin_ctzll(left);
        r->text[role] = mapping_value(m, (enum role)role, r->text[role]);
    }
    return true;
}

/* ---- who ---- */

/* Whose it is; a contest of one party is told from the other's by its text. */
static bool contest_party(struct rows *r, struct topic *t, struct results_contest_in *in)
{
    t->of_party &= !t->all_parties || rowing_survey_many(r, in);
    if (t->of_party || r->m->per_party == PER_PARTY_UNSAID)
        in->party = label_party(r->text[ROLE_CONTEST_PARTY]);
    if (!t->of_party || !in->party.len)
        return true;
    struct buf text; /* not printf: it stops at a NUL, and damage may have one */
    buf_init(&text, in->text.len + in->party.len + 16);
    buf_add(&text, in->text);
    buf_add(&text, SLICE(" - "));
    buf_add(&text, in->party);
    in->text = text.failed ? (struct slice){NULL, 0} : arena_copy(r->job->arena, buf_slice(&text));
    buf_done(&text);
    return in->text.ptr || rowing_full(r);
}

/* The county whose contest it is; by the roster it is a part, and perhaps of one without. */
static bool contest_county(struct rows *r, const struct results_unit_in *county,
                           struct results_contest_in *in)
{
    bool none = !county->id.len && !county->name.len;
    if (none || label_is_total(county->id) || label_is_total(county->name))
        return r->m->roster || in->county.len ||
               fault_set(r->fault, WIRE_SCHEMA,
                         "%s %" PRIu64 ": a row without a county, of a contest that is a county's",
                         r->how.place, r->number);
    in->county = county->name.len ? county->name : county->id;
    in->part = r->m->roster ? county : NULL;
    return true;
}

static bool contest_begin(struct rows *r, struct topic *topic, uint32_t flags)
{
    struct results_builder *b = r->job->builder;
    struct results_contest_in in = RESULTS_CONTEST_DEFAULT;
    const struct slice *t = r->text;
    in.id = t[ROLE_CONTEST_ID];
    in.text = t[ROLE_CONTEST];
    in.state = r->state;
    in.county = r->county;
    struct results_unit_in county = {
        .id = t[ROLE_COUNTY_ID], .name = t[ROLE_COUNTY], .whole = r->m->whole};
    if (topic->per_county && !contest_county(r, &county, &in))
        return false;
    in.office = t[ROLE_OFFICE];
    in.district = t[ROLE_DISTRICT];
    if (!contest_party(r, topic, &in))
        return false;
    in.election_type = t[ROLE_ELECTION_TYPE];
    in.votes_allowed = count_small(t[ROLE_VOTES_ALLOWED]);
    in.seats = count_small(t[ROLE_SEATS]);
    in.flags = flags | (topic->ranked ? RESULTS_RANKED : 0) |
               (r->m->column[ROLE_WINNER].count ? RESULTS_MARKS_STATED : 0);
    if (!results_contest_open(b, &in, &r->fault->err))
        return field_limit(r->fault);
    uint32_t contest = results_contest_index(b);
    if (!arrays_grow(&r->arrays, &r->accounts, &r->account_room, (uint64_t)contest + 1,
                     sizeof *r->accounts, ROWING_LIST_MAX))
        return rowing_full(r);
    r->account_count = contest >= r->account_count ? contest + 1 : r->account_count;
    r->accounts[contest].per_county = topic->per_county;
    topic->contest = contest;
    topic->state = TOPIC_BEGUN;
    results_contest_flags(b, in.flags);
    return true;
}

/* A mark as the mapping's values leave it. */
static enum results_mark read_mark(struct rows *r)
{
    static const struct {
        const char *word;
        enum results_mark mark;
    } marks[] = {{"won", RESULTS_WON}, {"lost", RESULTS_LOST}, {"advanced", RESULTS_ADVANCED}};
    if (!r->text[ROLE_WINNER].len)
        return RESULTS_UNMARKED;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        if (slice_is(r->text[ROLE_WINNER], marks[i].word))
            return marks[i].mark;
    }
    results_contest_bad(
        r->job->builder, "%s %" PRIu64 ": winner: \"%.*s\" is not won, lost or advanced",
        r->how.place, r->number, SLICE_FMT(field_excerpt(r->job->arena, r->text[ROLE_WINNER])));
    return RESULTS_UNMARKED;
}

static bool choice_add(struct rows *r, struct slice id, struct slice name, uint32_t *index)
{
    struct results_choice_in in = {
        .id = id, .name = name, .party = label_party(r->text[ROLE_PARTY])};
    if (facts_says_yes(r->text[ROLE_WRITE_IN]) || label_is_write_in(name))
        in.flags |= RESULTS_WRITE_IN;
    if (facts_says_yes(r->text[ROLE_INCUMBENT]))
        in.flags |= RESULTS_INCUMBENT;
    in.mark = read_mark(r);
    if (!results_choice(r->job->builder, &in, index, &r->fault->err))
        return field_limit(r->fault);
    uint32_t *choices = &r->accounts[results_contest_index(r->job->builder)].choices;
    *choices = *index >= *choices ? *index + 1 : *choices;
    return true;
}

/* Its statistic, or ROLES: it is none. */
static enum role statistic_of(const struct mapping *m, struct slice choice)
{
    for (uint32_t i = 0; i < m->statistic_count; i++) {
        if (pattern_match(m->statistics[i].pattern, choice, NULL))
            return m->statistics[i].figure;
    }
    return label_is_statistic(choice) || label_is_total(choice) ? ROLE_NONE : ROLES;
}

static bool is_question(struct rows *r, bool *question)
{
    const struct mapping *m = r->m;
    *question = false;
    if (!m->column[ROLE_YES].count || !m->column[ROLE_NO].count)
        return true;
    *question = !m->measure_count && !r->text[ROLE_CHOICE].len;
    return !m->measure_count || any_matches(r, m->measures, m->measure_count, question);
}

/* Yes and no of a row that is a question by itself. */
static bool question_add(struct rows *r, struct topic *t, struct who *w)
{
    t->of_party = false;
    if (r->m->measure_title.count) {
        r->text[ROLE_CONTEST] =
            column_text(&r->m->measure_title, r->fields, r->n, r->m->style, &r->scratch);
        if (!r->text[ROLE_CONTEST].ptr)
            return rowing_full(r);
    }
    r->text[ROLE_PARTY] = r->text[ROLE_WRITE_IN] = (struct slice){NULL, 0};
    w->kind = WHO_QUESTION;
    if (!contest_begin(r, t, RESULTS_MEASURE))
        return false;
    w->contest = t->contest;
    return choice_add(r, SLICE(""), SLICE("Yes"), &w->choice) &&
           choice_add(r, SLICE(""), SLICE("No"), &w->no);
}

/* A row whose contest cannot be told: its votes would be missing there. */
static bool without_contest(struct rows *r, struct who *w)
{
    if (w->kind == WHO_CHOICE)
        return fault_set(r->fault, WIRE_SCHEMA, "%s %" PRIu64 ": a row without a contest",
                         r->how.place, r->number);
    w->kind = w->kind == WHO_FIGURE ? WHO_NOTHING : WHO_NOWHERE;
    return true;
}

/* A statistic, or a choice of its contest. */
static bool line_add(struct rows *r, struct topic *topic, struct who *w)
{
    const struct slice *t = r->text;
    w->figure = statistic_of(r->m, t[ROLE_CHOICE]);
    w->kind = w->figure == ROLE_NONE ? WHO_NOTHING : WHO_FIGURE;
    if (w->figure == ROLES)
        w->kind = t[ROLE_CHOICE].len || t[ROLE_CHOICE_ID].len ? WHO_CHOICE : WHO_NAMELESS;
    if (w->kind == WHO_NOTHING)
        return true;
    if (topic->state == TOPIC_BEGUN)
        results_contest_at(r->job->builder, topic->contest);
    else if (!t[ROLE_CONTEST_ID].len && !t[ROLE_CONTEST].len)
        return without_contest(r, w);
    else if (!contest_begin(r, topic, 0))
        return false;
    w->contest = topic->contest;
    if (w->kind != WHO_CHOICE)
        return true;
    if (!choice_add(r, t[ROLE_CHOICE_ID], t[ROLE_CHOICE], &w->choice))
        return false;
    if (w->choice == 0 && label_is_answer(t[ROLE_CHOICE]))
        results_contest_flags(r->job->builder, RESULTS_MEASURE);
    return !r->survey || rowing_survey_row(r, w->contest);
}

/* What the mapping's tests say of the contest of the row at hand. */
static bool contest_tests(struct rows *r, struct topic *t)
{
    const struct mapping *m = r->m;
    bool whole;
    if (!any_matches(r, m->per_county, m->per_county_count, &t->per_county) ||
        !any_matches(r, m->wholes, m->whole_count, &whole) ||
        !any_matches(r, m->ranked, m->ranked_count, &t->ranked))
        return false;
    if (r->per_party && !any_matches(r, m->all_parties, m->all_party_count, &t->all_parties))
        return false;
    t->per_county = (t->per_county || m->every_per_county) && !whole;
    t->of_party = r->per_party;
    return true;
}

/* Drop the row, where a filter says so: for all rows of the topic, where filters see no others. */
static bool filter(struct rows *r, struct topic *t, bool *drop)
{
    *drop = t->state == TOPIC_DROPPED;
    if (r->topic_filters && t->state != TOPIC_NEW)
        return true;
    if (!dropped(r, drop))
        return false;
    if (*drop && r->topic_filters)
        t->state = TOPIC_DROPPED;
    return true;
}

static bool use_names(struct rows *r)
{
    struct names *n = r->how.names;
    return !n || (r->how.learn ? names_learn(n, r->text) : names_lend(n, r->text)) ||
           rowing_full(r);
}

bool rowing_who(struct rows *r, struct topic *t, struct who *w)
{
    struct topic asked = {.state = TOPIC_NEW}; /* a question's contest may be said by its answers */
    bool drop, question, known = t->state == TOPIC_BEGUN;
    if (!filter(r, t, &drop))
        return false;
    if (drop)
        return true; /* as it is: WHO_DROPPED */
    if (!rowing_texts(r, known ? &r->choices : &r->whos) || !use_names(r))
        return false;
    if (r->how.learn)
        return true;
    if (!is_question(r, &question))
        return false;
    if (question)
        return (!known || rowing_texts(r, &r->whos)) && contest_tests(r, &asked) &&
               question_add(r, &asked, w);
    return (known || contest_tests(r, t)) && line_add(r, t, w);
}

/* ---- where ---- */

/* The number of a place, the same for the same words. */
static bool place_add(struct rows *r, const struct place *p, uint32_t *number)
{
    const struct slice key[] = {{(const char *)&p->type, sizeof p->type},
                                {(const char *)&p->parent, sizeof p->parent},
                                p->id,
                                p->name};
    uint32_t before = r->place_memo.count;
    if (!memo_find(&r->place_memo, key, sizeof key / sizeof key[0], number))
        return rowing_full(r);
    *number += 1; /* place 0 is the total */
    if (r->place_memo.count == before)
        return true;
    if (!arrays_grow(&r->arrays, &r->places, &r->place_room, (uint64_t)*number + 1,
                     sizeof *r->places, ROWING_LIST_MAX))
        return rowing_full(r);
    struct place *new = &r->places[*number];
    r->place_count = *number + 1;
    *new = *p;
    new->id = arena_copy(r->job->arena, p->id);
    new->name = arena_copy(r->job->arena, p->name);
    return (new->id.ptr &&new->name.ptr) || rowing_full(r);
}

/* The type the mapping's levels give this row; RESULTS_UNIT_TYPES: whatever it fills. */
static bool stated_level(struct rows *r, enum results_unit_type *type)
{
    *type = RESULTS_UNIT_TYPES;
    for (uint32_t i = 0; i < r->m->level_count && *type == RESULTS_UNIT_TYPES; i++) {
        bool matches;
        if (!test_matches(r, &r->m->levels[i], &matches))
            return false;
        *type = matches ? r->m->levels[i].type : *type;
    }
    return true;
}

bool rowing_where(struct rows *r, uint32_t *where)
{
    static const struct {
        enum results_unit_type type;
        enum role id, name;
    } levels[] = {{RESULTS_COUNTY, ROLE_COUNTY_ID, ROLE_COUNTY},
                  {RESULTS_MUNICIPALITY, ROLE_MUNICIPALITY_ID, ROLE_MUNICIPALITY},
                  {RESULTS_PRECINCT, ROLE_PRECINCT_ID, ROLE_PRECINCT}};
    enum results_unit_type most;
    *where = 0;
    if (!rowing_texts(r, &r->wheres) || !stated_level(r, &most))
        return false;
    for (int role = ROLE_DATE; role <= ROLE_VERSION; role++) {
        if (!facts_take(r->job, (enum role)role, r->text[role], r->fault))
            return err_prefix(&r->fault->err, "%s %" PRIu64, r->how.place, r->number);
    }
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        struct place p = {.type = levels[i].type,
                          .parent = *where,
                          .id = r->text[levels[i].id],
                          .name = r->text[levels[i].name]};
        if (label_is_total(p.name) || label_is_total(p.id))
            break; /* the sum of those beside it is what holds them */
        if ((p.id.len || p.name.len) && p.type <= most && !place_add(r, &p, where))
            return false;
    }
    return true;
}

uint32_t rowing_place(const struct rows *r, uint32_t contest, uint32_t where)
{
    bool own = r->accounts[contest].per_county && r->places[where].type == RESULTS_COUNTY;
    return own ? 0 : where;
}

struct results_unit_in rowing_unit_in(const struct rows *r, uint32_t where)
{
    const struct place *p = &r->places[where];
    struct results_unit_in in = RESULTS_UNIT_DEFAULT;
    in.type = p->type;
    in.id = p->id;
    in.name = p->name;
    in.whole = r->m->whole && p->type != RESULTS_PRECINCT;
    return in;
}
