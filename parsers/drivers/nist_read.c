/* SPDX-License-Identifier: ISC */
/* Members of a NIST report into struct nist_report, as nist_table.c says. */
#include <inttypes.h>
#include <string.h>

#include "daemon/base/hash.h"
#include "daemon/base/num.h"
#include "parsers/field.h"
#include "parsers/drivers/nist_reader.h"
#include "parsers/pool.h"

#define ITEMS_MAX 1000000 /* parts of a unit */

enum { WITH_UNIT = 1, WITH_TYPE = 2 }; /* what a row has */

static bool no_memory(struct fault *f)
{
    return fault_set(f, WIRE_LIMIT, "the report holds more than memory allows");
}

static bool grow(struct nist_reader *r, void *array, uint32_t *room, uint32_t count, size_t size,
                 struct fault *f)
{
    return pool_grow(r->report->arena, array, room, (uint64_t)count + 1, size, ITEMS_MAX) ||
           no_memory(f);
}

/* What is wrong with a count of the selection being read. */
static void bad_count(struct nist_reader *r, const struct nist_thing *unit, const char *what,
                      struct slice shown)
{
    struct arena *a = r->report->arena;
    struct slice at = unit != NULL ? unit->named.id : SLICE("no GpUnit");
    nist_bad(r->report, r->contest, "VoteCounts of %.*s at %.*s: %s%.*s",
             SLICE_FMT(field_excerpt(a, r->selection->named.id)), SLICE_FMT(field_excerpt(a, at)),
             what, SLICE_FMT(field_excerpt(a, shown)));
}

/* ---- what members fill ---- */

static bool keep(struct nist_reader *r, struct slice text, struct slice *to, struct fault *f)
{
    *to = r->lasting ? text : arena_copy(r->report->arena, text);
    return to->ptr != NULL || no_memory(f);
}

static struct nist_thing *new_thing(struct nist_reader *r, struct slice id)
{
    struct nist_thing *t = arena_alloc(r->report->arena, sizeof *t);
    if (t == NULL)
        return NULL;
    t->named.id = r->lasting ? id : arena_copy(r->report->arena, id);
    bool ok = t->named.id.ptr != NULL && map_put(r->report->things, t->named.id, t);
    return ok ? t : NULL;
}

/* What is referred to comes in the same order again and again. */
static bool refer(struct nist_reader *r, struct slice id, struct nist_thing **to, struct fault *f)
{
    struct nist_thing *t = r->referred != NULL ? r->referred->after : NULL;
    if (t == NULL || !slice_eq(t->named.id, id)) {
        t = map_get(r->report->things, id);
        if (t == NULL)
            t = new_thing(r, id);
        if (t == NULL)
            return no_memory(f);
        if (r->referred != NULL)
            r->referred->after = t;
    }
    r->referred = t;
    *to = t;
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Ids with blanks between them, added to what is there: JSON has a member of one id each. */
static bool refer_all(struct nist_reader *r, struct slice ids, struct nist_list *to,
                      struct fault *f)
{
    size_t from = 0, end = 0;
    for (; from < ids.len; from = end) {
        while (from < ids.len && is_blank(ids.ptr[from]))
            from++;
        end = from;
        while (end < ids.len && !is_blank(ids.ptr[end]))
            end++;
        if (end == from)
            break;
        if (!grow(r, &to->items, &to->room, to->count, sizeof *to->items, f) ||
            !refer(r, slice_sub(ids, from, end), &to->items[to->count], f))
            return false;
        to->count++;
    }
    return true;
}

static bool is_true(struct slice text)
{
    return slice_is(text, "true") || slice_is(text, "1");
}

/* Count is declared a float: "12.0" is a whole number, "12.5" is no count of votes. */
static struct slice whole_part(struct slice text)
{
    size_t dot = slice_find(text, SLICE(".")), end = text.len;
    while (dot != SIZE_MAX && end > dot + 2 && text.ptr[end - 1] == '0')
        end--;
    return dot != SIZE_MAX && slice_is(slice_sub(text, dot, end), ".0") ? slice_sub(text, 0, dot)
                                                                        : text;
}

bool nist_fill_text(struct nist_reader *r, void *to, struct slice text, struct fault *f)
{
    return keep(r, text, to, f);
}

bool nist_fill_count(struct nist_reader *r, void *to, struct slice text, struct fault *f)
{
    int64_t n;
    (void)r, (void)f;
    *(int64_t *)to = num_parse(text, 0, INT64_MAX, &n) ? n : -1;
    return true;
}

bool nist_fill_flag(struct nist_reader *r, void *to, struct slice text, struct fault *f)
{
    (void)r, (void)f;
    *(bool *)to = is_true(text);
    return true;
}

bool nist_fill_ref(struct nist_reader *r, void *to, struct slice text, struct fault *f)
{
    return text.len == 0 || refer(r, text, to, f);
}

bool nist_fill_refs(struct nist_reader *r, void *to, struct slice text, struct fault *f)
{
    return refer_all(r, text, to, f);
}

bool nist_fill_content(struct nist_reader *r, void *to, struct slice text, struct fault *f)
{
    (void)to;
    return keep(r, text, &r->content, f);
}

bool nist_fill_language(struct nist_reader *r, void *to, struct slice text, struct fault *f)
{
    (void)to;
    return keep(r, text, &r->language, f);
}

bool nist_fill_words(struct nist_reader *r, void *to, struct slice text, struct fault *f)
{
    if (!r->spoken)
        return keep(r, text, to, f);
    *(struct slice *)to = r->words;
    return true;
}

bool nist_fill_type(struct nist_reader *r, void *to, struct slice text, struct fault *f)
{
    (void)to, (void)f;
    r->has |= WITH_TYPE;
    r->row->type = nist_count_type(text);
    if (r->row->type < 0)
        bad_count(r, r->row->unit, "no such Type: ", text);
    return true;
}

/* Nothing at all is unknown. */
static void odd_votes(struct nist_reader *r, struct slice text)
{
    r->row->votes = VOTES_UNKNOWN;
    if (text.len > 0 && !num_parse(whole_part(text), 0, RESULTS_VOTES_MAX, &r->row->votes))
        bad_count(r, r->row->unit, "no count of votes: ", text);
}

bool nist_fill_votes(struct nist_reader *r, void *to, struct slice text, struct fault *f)
{
    (void)to, (void)f;
    if (r->counted)
        bad_count(r, r->row->unit, "a second Count: ", text);
    r->counted = true;
    if (!num_digits(text, &r->row->votes) || r->row->votes > RESULTS_VOTES_MAX)
        odd_votes(r, text);
    return true;
}

bool nist_fill_other(struct nist_reader *r, void *to, struct slice text, struct fault *f)
{
    (void)to, (void)f;
    r->row->other = hash64(text, 0) | 1;
    return true;
}

bool nist_fill_round(struct nist_reader *r, void *to, struct slice text, struct fault *f)
{
    (void)to, (void)f;
    r->contest->rounds = true;
    if (!num_parse(text, 1, INT32_MAX, &r->round))
        bad_count(r, r->row->unit, "no such Round: ", text);
    return true;
}

bool nist_fill_suppressed(struct nist_reader *r, void *to, struct slice text, struct fault *f)
{
    (void)to, (void)f;
    r->suppressed = is_true(text);
    return true;
}

bool nist_fill_device(struct nist_reader *r, void *to, struct slice text, struct fault *f)
{
    (void)to, (void)f;
    r->row->device = hash64(text, r->row->device) | 1;
    return true;
}

/* ---- objects ---- */

static bool begin_contest(struct nist_reader *r, void **object, struct fault *f)
{
    struct nist_contest *c = arena_alloc(r->report->arena, sizeof *c);
    if (c == NULL)
        return no_memory(f);
    c->serial = ++r->report->contest_count;
    c->election = *object;
    c->reporting = c->total = c->seats = c->places = c->votes_allowed = c->ballots.cast = -1;
    *r->next_contest = *object = r->contest = c;
    r->next_contest = &c->next;
    r->next_selection = &c->selections;
    return true;
}

static bool begin_selection(struct nist_reader *r, void **object, struct fault *f)
{
    struct nist_selection *s = arena_alloc(r->report->arena, sizeof *s);
    if (s == NULL)
        return no_memory(f);
    r->contest->selection_count++;
    r->rows.count = 0;
    r->rows.selection++;
    *r->next_selection = *object = r->selection = s;
    r->next_selection = &s->next;
    return true;
}

static bool begin_report(struct nist_reader *r, void **object, struct fault *f)
{
    (void)f;
    *object = r->report;
    return true;
}

static bool begin_election(struct nist_reader *r, void **object, struct fault *f)
{
    struct nist_election *e = arena_alloc(r->report->arena, sizeof *e);
    struct nist_election **last = &r->report->elections;
    if (e == NULL)
        return no_memory(f);
    while (*last != NULL)
        last = &(*last)->next;
    *last = e;
    *object = e;
    return true;
}

static bool begin_row(struct nist_reader *r, void **object, struct fault *f)
{
    r->row = nist_rows_new(&r->rows, r->report->arena);
    if (r->row == NULL)
        return no_memory(f);
    r->round = 1;
    r->counted = r->suppressed = false;
    r->has = 0;
    *object = r->row;
    return true;
}

static bool begin_ballots(struct nist_reader *r, void **object, struct fault *f)
{
    (void)f;
    r->ballots = (struct nist_ballots){.cast = -1};
    *object = &r->ballots;
    return true;
}

static bool begin_thing(struct nist_reader *r, void **object, struct fault *f)
{
    (void)f;
    r->thing = (struct nist_thing){.registered = -1, .ballots = -1, .reporting = -1, .total = -1};
    *object = &r->thing;
    return true;
}

static bool begin_external(struct nist_reader *r, void **object, struct fault *f)
{
    (void)f;
    r->external = (struct nist_external){{0}, {0}, {0}};
    *object = &r->external;
    return true;
}

static bool begin_spoken(struct nist_reader *r, void **object, struct fault *f)
{
    (void)object, (void)f;
    r->spoken = r->english = false;
    return true;
}

static bool begin_string(struct nist_reader *r, void **object, struct fault *f)
{
    (void)object, (void)f;
    r->content = r->language = (struct slice){NULL, 0};
    return true;
}

static bool same_thing(const struct nist_thing *a, const struct nist_thing *b)
{
    return a->kind == b->kind && slice_eq(a->name, b->name) && a->party == b->party &&
           a->person == b->person && slice_eq(a->unit_type, b->unit_type) &&
           slice_eq(a->fate, b->fate) && a->parts.count == b->parts.count;
}

static enum nist_kind kind_of(enum nist_in in)
{
    static const enum nist_kind kinds[IN_PLACES] = {
        [IN_UNIT] = NIST_UNIT,     [IN_CANDIDATE] = NIST_CANDIDATE, [IN_PARTY] = NIST_PARTY,
        [IN_OFFICE] = NIST_OFFICE, [IN_PERSON] = NIST_PERSON,
    };
    return kinds[in];
}

/* What was read becomes what its id names. Without an id nothing can refer to it. */
static bool define(struct nist_reader *r, const struct nist_frame *at, void *around,
                   struct fault *f)
{
    struct nist_thing *t;
    (void)around;
    r->thing.kind = kind_of(at->in);
    if (r->thing.named.id.len == 0)
        return true;
    if (!refer(r, r->thing.named.id, &t, f))
        return false;
    if (t->kind == NIST_UNDEFINED) {
        r->thing.selection = t->selection;
        r->thing.first_row = t->first_row;
        r->thing.named.id = t->named.id;
        r->thing.after = t->after;
        *t = r->thing;
    } else if (!same_thing(t, &r->thing)) {
        t->differs = true;
    }
    return true;
}

static bool end_row(struct nist_reader *r, const struct nist_frame *at, void *around,
                    struct fault *f)
{
    struct nist_contest *c = r->contest;
    (void)at, (void)around, (void)f;
    r->has |= r->row->unit != NULL ? WITH_UNIT : 0;
    c->with |= r->has;
    c->without |= ~r->has & (WITH_UNIT | WITH_TYPE);
    if (r->suppressed)
        r->row->votes = VOTES_UNKNOWN;
    else if (!r->counted)
        bad_count(r, r->row->unit, "no Count", (struct slice){NULL, 0});
    if (r->row->unit == NULL)
        r->row->unit = r->report->whole;
    /* what a choice got in later rounds holds the votes of the first once more */
    if (r->round > 1 || r->row->type < 0 || r->row->type == NIST_TYPE_SEATS)
        return true;
    const char *why = nist_rows_keep(&r->rows);
    if (why != NULL)
        bad_count(r, r->row->unit, why, (struct slice){NULL, 0});
    return true;
}

static bool end_selection(struct nist_reader *r, const struct nist_frame *at, void *around,
                          struct fault *f)
{
    const char *why = NULL;
    struct nist_thing *unit = NULL;
    struct nist_selection *s = r->selection;
    (void)at, (void)around;
    if (!nist_rows_sum(&r->rows, r->report->arena, s, &why, &unit))
        return no_memory(f);
    r->report->counted |= s->cell_count > 0;
    if (why != NULL)
        bad_count(r, unit, why, (struct slice){NULL, 0});
    return true;
}

/* Counts with GpUnitId or Type beside counts without: version 1 may leave them out, but then it
 * must do so throughout. */
static bool end_contest(struct nist_reader *r, const struct nist_frame *at, void *around,
                        struct fault *f)
{
    struct nist_contest *c = r->contest;
    unsigned both = c->with & c->without;
    (void)at, (void)around, (void)f;
    if (both != 0)
        nist_bad(r->report, c, "some of its VoteCounts have no %s",
                 both & WITH_UNIT ? "GpUnitId" : "Type");
    return true;
}

static bool end_ballots(struct nist_reader *r, const struct nist_frame *at, void *around,
                        struct fault *f)
{
    struct nist_contest *c = r->contest;
    (void)at, (void)around, (void)f;
    bool all = r->ballots.type.len == 0 || nist_count_type(r->ballots.type) == NIST_TYPE_TOTAL;
    if (all && (r->ballots.unit == NULL || r->ballots.unit == c->district))
        c->ballots = r->ballots;
    return true;
}

/* Identifiers that outlive an export, the surest last. */
static bool end_external(struct nist_reader *r, const struct nist_frame *at, void *around,
                         struct fault *f)
{
    static const char *const ranks[] = {"national-level", "local-level", "state-level"};
    const struct nist_external *e = &r->external;
    struct nist_named *to = around;
    int rank = 0;
    (void)at, (void)f;
    if (slice_is(e->type, "fips"))
        to->fips = e->value;
    if (slice_is(e->type, "ocd-id"))
        to->division = e->value;
    for (int i = 0; i < 3; i++)
        if (slice_is(e->type, ranks[i]))
            rank = i + 1;
    if (slice_is(e->type, "other") && slice_eq_nocase(e->other, SLICE("stable")))
        rank = 4;
    if (rank > to->rank && e->value.len > 0) {
        to->rank = rank;
        to->stable = e->value;
    }
    return true;
}

static bool end_string(struct nist_reader *r, const struct nist_frame *at, void *around,
                       struct fault *f)
{
    bool english = slice_eq_nocase(slice_sub(r->language, 0, 2), SLICE("en"));
    (void)at, (void)around;
    if (r->spoken && (r->english || !english))
        return true;
    r->spoken = true;
    r->english = english;
    r->words = r->content;
    return r->content.ptr != NULL || keep(r, r->text, &r->words, f);
}

static bool end_words(struct nist_reader *r, const struct nist_frame *at, void *around,
                      struct fault *f)
{
    return at->member->fill(r, (char *)around + at->member->at, r->text, f);
}

const struct nist_turn nist_turns[IN_PLACES] = {
    [IN_REPORT] = {begin_report, NULL},          [IN_ELECTION] = {begin_election, NULL},
    [IN_CONTEST] = {begin_contest, end_contest}, [IN_SELECTION] = {begin_selection, end_selection},
    [IN_COUNTS] = {begin_row, end_row},          [IN_BALLOTS] = {begin_ballots, end_ballots},
    [IN_UNIT] = {begin_thing, define},           [IN_CANDIDATE] = {begin_thing, define},
    [IN_PARTY] = {begin_thing, define},          [IN_OFFICE] = {begin_thing, define},
    [IN_PERSON] = {begin_thing, define},         [IN_EXTERNAL] = {begin_external, end_external},
    [IN_SPOKEN] = {begin_spoken, end_words},     [IN_STRING] = {begin_string, end_string},
};

/* ---- names ---- */

static struct nist_meaning meaning_of(const struct nist_member *m)
{
    if (m == NULL)
        return (struct nist_meaning){.in = IN_LEAF};
    const struct nist_place *place = &nist_places[m->inside];
    return (struct nist_meaning){.member = m,
                                 .begin = m->through ? NULL : nist_turns[m->inside].begin,
                                 .in = m->inside,
                                 .text = place->spoken,
                                 .attributes =
                                     !m->through && (place->named || m->inside == IN_STRING)};
}

/* Its name is not kept yet, nor is it. */
static bool means_something(struct nist_name *n, struct slice name)
{
    bool something = false;
    for (int in = 0; in < IN_PLACES; in++) {
        n->in[in] = meaning_of(nist_member((enum nist_in)in, name));
        something |= n->in[in].member != NULL;
    }
    return something;
}

static struct nist_name *new_name(struct nist_reader *r, struct slice name)
{
    struct arena *a = r->report->arena;
    struct nist_name all;
    bool something = means_something(&all, name);
    if (!something && r->name_count >= NIST_NAMES_MAX / 2)
        return &r->nothing;
    struct nist_name *n = r->name_count < NIST_NAMES_MAX ? arena_alloc(a, sizeof *n) : NULL;
    if (n == NULL)
        return NULL;
    *n = all;
    n->name = arena_copy(a, name);
    n->next = NULL;
    r->names[r->name_count++] = n;
    return n->name.ptr != NULL ? n : NULL;
}

static struct nist_name *find_name(struct nist_reader *r, struct slice name)
{
    for (size_t i = 0; i < r->name_count; i++)
        if (slice_eq(r->names[i]->name, name))
            return r->names[i];
    return new_name(r, name);
}

const struct nist_name *nist_name(struct nist_reader *r, struct slice name)
{
    struct nist_name *n = r->name != NULL ? r->name->next : NULL;
    if (n == NULL || !slice_eq(n->name, name)) {
        n = find_name(r, name);
        if (n != NULL && r->name != NULL)
            r->name->next = n;
    }
    r->name = n;
    return n;
}

struct nist_reader *nist_reader_new(struct nist_report *report)
{
    struct nist_reader *r = arena_alloc(report->arena, sizeof *r);
    report->whole = arena_alloc(report->arena, sizeof *report->whole);
    report->sequence_start = report->sequence_end = -1;
    if (r == NULL || report->whole == NULL)
        return NULL;
    report->whole->kind = NIST_UNIT;
    r->report = report;
    r->next_contest = &report->contests;
    r->top = r->frames;
    r->top->in = IN_ROOT;
    (void)means_something(&r->nothing, SLICE(""));
    return r;
}
