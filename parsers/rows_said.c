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
    if (r->how.names)
        r->filled = UINT64_MAX >> (64 - ROLES);
    for (; r->filled; r->filled &= r->filled - 1)
        r->text[__builtin_ctzll(r->filled)] = (struct slice){NULL, 0};
    r->filled = g->fills;
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

/* ---- what a row is ---- */

bool rowing_drops(struct rows *r, bool *drop)
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

bool rowing_asks(struct rows *r, bool *question)
{
    return any_matches(r, r->m->measures, r->m->measure_count, question);
}

bool rowing_sums(struct rows *r, bool *sum)
{
    if (!rowing_texts(r, &r->sums))
        return false;
    *sum = r->m->type_total ? pattern_match(r->m->type_total, r->text[ROLE_TYPE], NULL)
                            : label_is_total(r->text[ROLE_TYPE]);
    return true;
}

/* ---- its contest ---- */

static bool pool(struct rows *r, struct slice s, struct results_text *out)
{
    return pool_add(r->pool, s, out) || rowing_full(r);
}

/* The title of one party's contest is told from the other's by its text. */
static bool title_of_party(struct rows *r, struct title *t, struct slice party)
{
    struct buf text; /* not printf: it stops at a NUL, and damage may have one */
    if (!r->per_party || !party.len)
        return true;
    buf_init(&text, r->text[ROLE_CONTEST].len + party.len + 16);
    buf_add(&text, r->text[ROLE_CONTEST]);
    buf_add(&text, SLICE(" - "));
    buf_add(&text, party);
    bool ok = text.failed ? rowing_full(r) : pool(r, buf_slice(&text), &t->of_party);
    buf_done(&text);
    return ok;
}

/* What the mapping's tests say of the contest of the row at hand. */
static bool title_tests(struct rows *r, struct title *t, bool *ranked)
{
    const struct mapping *m = r->m;
    bool whole;
    if (!any_matches(r, m->per_county, m->per_county_count, &t->per_county) ||
        !any_matches(r, m->wholes, m->whole_count, &whole) ||
        !any_matches(r, m->ranked, m->ranked_count, ranked))
        return false;
    t->per_county = (t->per_county || m->every_per_county) && !whole;
    return !r->per_party || any_matches(r, m->all_parties, m->all_party_count, &t->all_parties);
}

/* The title by the texts worked out for the row at hand. */
static bool title_by_texts(struct rows *r, struct title *t)
{
    struct results_contest_in in = RESULTS_CONTEST_DEFAULT;
    const struct slice *text = r->text;
    bool ranked;
    if (!title_tests(r, t, &ranked))
        return false;
    t->county = ARRAYS_NONE;
    t->named = text[ROLE_CONTEST_ID].len || text[ROLE_CONTEST].len;
    in.id = text[ROLE_CONTEST_ID];
    in.text = text[ROLE_CONTEST];
    in.state = r->state;
    in.county = r->county;
    in.office = text[ROLE_OFFICE];
    in.district = text[ROLE_DISTRICT];
    if (r->per_party || r->m->per_party == PER_PARTY_UNSAID)
        in.party = label_party(text[ROLE_CONTEST_PARTY]);
    in.election_type = text[ROLE_ELECTION_TYPE];
    in.votes_allowed = count_small(text[ROLE_VOTES_ALLOWED]);
    in.seats = count_small(text[ROLE_SEATS]);
    in.flags = (ranked ? RESULTS_RANKED : 0) |
               (r->m->column[ROLE_WINNER].count ? RESULTS_MARKS_STATED : 0);
    return (building_record(r->job->builder, &in, &t->record) || rowing_full(r)) &&
           title_of_party(r, t, in.party);
}

bool rowing_title(struct rows *r, struct title *t)
{
    if (!r->filters_rows && !rowing_drops(r, &t->dropped))
        return false;
    if (t->dropped)
        return true;
    if (!rowing_texts(r, &r->titles) ||
        (r->how.names && !names_contest(r->how.names, r->how.learn, r->text)))
        return rowing_full(r);
    return r->how.learn || title_by_texts(r, t);
}

bool rowing_pool_place(struct rows *r, uint32_t where)
{
    struct place *p = &r->places[where];
    return p->id_text.len || p->name_text.len ||
           (pool(r, p->id, &p->id_text) && pool(r, p->name, &p->name_text));
}

/* The county whose contest it is; by the roster it is a part, and perhaps of one without. */
static bool contest_county(struct rows *r, uint32_t county, struct results_contest *record)
{
    if (!county)
        return r->m->roster || record->county.len ||
               fault_set(r->fault, WIRE_SCHEMA,
                         "%s %" PRIu64 ": a row without a county, of a contest that is a county's",
                         r->how.place, r->number);
    const struct place *p = &r->places[county];
    record->county = p->name.len ? p->name_text : p->id_text;
    return true;
}

/* Whose it is: a party's, or nobody's where all parties stand in it. */
static void contest_party(struct rows *r, const struct title *t, bool question,
                          struct results_contest *record)
{
    if (!r->per_party)
        return;
    if (question || (t->all_parties && !rowing_survey_many(r, record)))
        record->party = (struct results_text){0, 0};
    else if (t->of_party.len)
        record->text = t->of_party;
}

/* Make the title's contest in this county the builder's current one. */
static bool contest_open(struct rows *r, struct title *t, uint32_t county, uint32_t flags)
{
    struct results_builder *b = r->job->builder;
    if (t->county == county) {
        results_contest_at(b, t->contest);
        return true;
    }
    struct results_contest record = t->record;
    if (t->per_county && (!rowing_pool_place(r, county) || !contest_county(r, county, &record)))
        return false;
    const struct place *p = &r->places[county];
    const struct building_part part = {p->id_text, p->name_text, r->m->whole};
    contest_party(r, t, flags & RESULTS_MEASURE, &record);
    record.flags |= flags;
    if (!building_open(b, &record, county && r->m->roster ? &part : NULL, &r->fault->err))
        return field_limit(r->fault);
    results_contest_flags(b, record.flags);
    t->county = county;
    t->contest = results_contest_index(b);
    if (!arrays_grow(&r->arrays, &r->accounts, &r->account_room, (uint64_t)t->contest + 1,
                     sizeof *r->accounts, ROWING_LIST_MAX))
        return rowing_full(r);
    r->account_count = t->contest >= r->account_count ? t->contest + 1 : r->account_count;
    r->accounts[t->contest].per_county = t->per_county;
    return true;
}

/* ---- who stands in it ---- */

/* Its statistic, or ROLES: it is none. */
static enum role statistic_of(const struct mapping *m, struct slice choice)
{
    for (uint32_t i = 0; i < m->statistic_count; i++) {
        if (pattern_match(m->statistics[i].pattern, choice, NULL))
            return m->statistics[i].figure;
    }
    return label_is_statistic(choice) ? ROLE_NONE : ROLES;
}

/* What marks in the row say of him, as the mapping's values leave them. */
static bool read_marks(struct rows *r, struct candidate *c)
{
    static const struct {
        const char *word;
        enum results_mark mark;
    } marks[] = {{"won", RESULTS_WON}, {"lost", RESULTS_LOST}, {"advanced", RESULTS_ADVANCED}};
    struct slice text = r->text[ROLE_WINNER];
    if (facts_says_yes(r->text[ROLE_INCUMBENT]))
        c->record.flags |= RESULTS_INCUMBENT;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0] && text.len; i++) {
        if (slice_is(text, marks[i].word)) {
            c->record.mark = marks[i].mark;
            return true;
        }
    }
    if (text.len)
        c->mark = field_excerpt(r->job->arena, text);
    return !text.len || c->mark.ptr || rowing_full(r);
}

/* What the texts of a choice are of. */
static struct who read_kind(const struct rows *r)
{
    const struct slice *t = r->text;
    struct who w = {.figure = statistic_of(r->m, t[ROLE_CHOICE]), .contest = ARRAYS_NONE};
    w.kind = w.figure == ROLE_NONE ? WHO_NOTHING : WHO_FIGURE;
    if (w.figure == ROLES)
        w.kind = t[ROLE_CHOICE].len || t[ROLE_CHOICE_ID].len ? WHO_CHOICE : WHO_NAMELESS;
    return w;
}

bool rowing_candidate(struct rows *r, struct candidate *c)
{
    const struct slice *t = r->text;
    struct names *n = r->how.names;
    if (!rowing_texts(r, &r->candidates) || (n && (!names_contest(n, r->how.learn, r->text) ||
                                                   !names_choice(n, r->how.learn, r->text))))
        return rowing_full(r);
    c->blank = !t[ROLE_CHOICE].len;
    c->who = read_kind(r);
    if (r->how.learn || c->who.kind != WHO_CHOICE)
        return true;
    if (facts_says_yes(t[ROLE_WRITE_IN]) || label_is_write_in(t[ROLE_CHOICE]))
        c->record.flags |= RESULTS_WRITE_IN;
    if (!read_marks(r, c) || !pool(r, t[ROLE_CHOICE_ID], &c->record.id) ||
        !pool(r, t[ROLE_CHOICE], &c->record.name) ||
        !pool(r, label_party(t[ROLE_PARTY]), &c->record.party))
        return false;
    c->answer = label_is_answer(pool_text(r->pool, c->record.name));
    return !r->survey || rowing_survey_person(r, c);
}

/* Of the builder's current contest. */
static bool choice_add(struct rows *r, const struct candidate *c, uint32_t *index)
{
    struct results_builder *b = r->job->builder;
    if (c->mark.ptr)
        results_contest_bad(b, "%s %" PRIu64 ": winner: \"%.*s\" is not won, lost or advanced",
                            r->how.place, r->number, SLICE_FMT(c->mark));
    if (!building_choice(b, &c->record, index, &r->fault->err))
        return field_limit(r->fault);
    uint32_t *choices = &r->accounts[results_contest_index(b)].choices;
    *choices = *index >= *choices ? *index + 1 : *choices;
    return true;
}

bool rowing_who(struct rows *r, struct title *t, struct candidate *c, uint32_t county)
{
    struct who *w = &c->who;
    if (!t->named) /* its votes would be missing somewhere */
        return fault_set(r->fault, WIRE_SCHEMA, "%s %" PRIu64 ": a row without a contest",
                         r->how.place, r->number);
    if (!contest_open(r, t, county, 0))
        return false;
    if (w->kind != WHO_CHOICE) {
        r->nobody = (struct who){.kind = w->kind, .figure = w->figure, .contest = t->contest};
        r->at = &r->nobody;
        return true;
    }
    r->at = w;
    if (w->contest == t->contest)
        return true;
    if (!choice_add(r, c, &w->choice) ||
        (r->survey && !rowing_survey_enter(r, c, t->contest, &t->record)))
        return false;
    w->contest = t->contest;
    if (w->choice == 0 && c->answer)
        results_contest_flags(r->job->builder, RESULTS_MEASURE);
    return true;
}

bool rowing_question(struct rows *r, uint32_t county, struct who *w)
{
    const struct column *title = &r->m->measure_title;
    struct candidate yes = {.blank = true}, no;
    struct title t = {.named = false};
    struct names *n = r->how.names;
    if (!rowing_texts(r, &r->questions) || (n && !names_contest(n, false, r->text)))
        return rowing_full(r);
    if (title->count)
        r->text[ROLE_CONTEST] = column_text(title, r->fields, r->n, r->m->style, &r->scratch);
    if ((title->count && !r->text[ROLE_CONTEST].ptr) || !read_marks(r, &yes))
        return rowing_full(r);
    no = yes;
    no.record.mark = RESULTS_UNMARKED; /* a question that won is one whose answer is yes */
    if (!title_by_texts(r, &t) ||
        !contest_open(r, &t, t.per_county ? county : 0, RESULTS_MEASURE) ||
        !pool(r, SLICE("Yes"), &yes.record.name) || !pool(r, SLICE("No"), &no.record.name))
        return false;
    w->kind = WHO_QUESTION;
    w->contest = t.contest;
    return choice_add(r, &yes, &w->choice) && choice_add(r, &no, &w->no);
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

bool rowing_spot(struct rows *r, struct spot *s)
{
    static const struct {
        enum results_unit_type type;
        enum role id, name;
    } levels[] = {{RESULTS_COUNTY, ROLE_COUNTY_ID, ROLE_COUNTY},
                  {RESULTS_MUNICIPALITY, ROLE_MUNICIPALITY_ID, ROLE_MUNICIPALITY},
                  {RESULTS_PRECINCT, ROLE_PRECINCT_ID, ROLE_PRECINCT}};
    enum results_unit_type most;
    if (!rowing_texts(r, &r->spots) || !stated_level(r, &most))
        return false;
    for (int role = ROLE_DATE; role <= ROLE_VERSION; role++) {
        if (!facts_take(r->job, (enum role)role, r->text[role], r->fault))
            return err_prefix(&r->fault->err, "%s %" PRIu64, r->how.place, r->number);
    }
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        struct place p = {.type = levels[i].type,
                          .parent = s->place,
                          .id = r->text[levels[i].id],
                          .name = r->text[levels[i].name]};
        uint32_t place;
        if (label_is_total(p.name) || label_is_total(p.id))
            break; /* the sum of those beside it is what holds them */
        if (!p.id.len && !p.name.len)
            continue;
        if (!place_add(r, &p, &place))
            return false;
        s->county = p.type == RESULTS_COUNTY ? place : s->county;
        s->place = p.type <= most ? place : s->place;
    }
    return true;
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
