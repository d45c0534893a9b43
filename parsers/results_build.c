/* SPDX-License-Identifier: ISC */
/* What drivers say of a payload, gathered contest by contest. Keys are tuples of text offsets. */
#include "parsers/building.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "daemon/base/hash.h"
#include "daemon/base/when.h"

#define FEW 8               /* choices or units of a contest: looked through one by one */
#define CONTESTS_FEW 1024   /* a payload has half as many, mostly */
#define UNITS_MAX 1000000   /* of one contest */
#define CONTESTS_MAX 200000 /* of one payload */

#define CONTEST_FLAGS                                                                              \
    (RESULTS_MEASURE | RESULTS_UNCONTESTED | RESULTS_RANKED | RESULTS_MARKS_STATED)

bool building_full(struct err *e)
{
    return err_set(e, ERR_DENIED, "the payload holds more than memory allows");
}

/* ---- keys: what makes a contest, a choice, a unit the same once more ---- */

static bool text_same(struct results_text a, struct results_text b)
{
    return a.off == b.off; /* each text is in the pool once */
}

static bool contest_is(const void *list, uint32_t i, const void *key)
{
    const struct results_contest *a = &((struct building *const *)list)[i]->record, *b = key;
    return text_same(a->id, b->id) && text_same(a->text, b->text) &&
           text_same(a->county, b->county);
}

static uint64_t contest_mix(const struct results_contest *r)
{
    return index_mix(index_mix(index_mix(0, r->id.off), r->text.off), r->county.off);
}

/* By id; by name and party where there is none. */
static bool choice_is(const void *list, uint32_t i, const void *key)
{
    const struct results_choice *a = &((const struct results_choice *)list)[i], *b = key;
    return text_same(a->id, b->id) &&
           (a->id.len || (text_same(a->name, b->name) && text_same(a->party, b->party)));
}

static uint64_t choice_mix(const struct results_choice *r)
{
    return r->id.len ? index_mix(0, r->id.off) : index_mix(index_mix(1, r->name.off), r->party.off);
}

static uint64_t choice_hash(const void *list, uint32_t i)
{
    return choice_mix(&((const struct results_choice *)list)[i]);
}

struct unit_key {
    const struct results_unit *unit;
    uint32_t parent;
};

static bool unit_is(const void *list, uint32_t i, const void *key)
{
    const struct building *k = list;
    const struct results_unit *a = &k->units[i];
    const struct unit_key *b = key;
    return a->type == b->unit->type && text_same(a->id, b->unit->id) &&
           text_same(a->name, b->unit->name) && k->rows[i].parent == b->parent;
}

static uint64_t unit_mix(const struct results_unit *r, uint32_t parent)
{
    return index_mix(index_mix(index_mix(r->type, r->id.off), r->name.off), parent);
}

static uint64_t unit_hash(const void *list, uint32_t i)
{
    const struct building *k = list;
    return unit_mix(&k->units[i], k->rows[i].parent);
}

struct kind {
    index_is *is;
    uint64_t (*hash)(const void *list, uint32_t item);
};

/* The item with this key among those from `from` on, or ARRAYS_NONE. Of few each is looked at; for
 * more there is an index, which is told now what came since it was last asked. False when memory is
 * out. */
static bool find_item(struct index *x, struct arrays *a, const struct kind *of, const void *list,
                      uint32_t from, uint32_t to, const void *key, uint64_t hash, uint32_t *item)
{
    *item = ARRAYS_NONE;
    if (to - from > FEW) {
        for (uint32_t i = from + x->count; i < to; i++) {
            if (!index_add(x, a, i, of->hash(list, i)))
                return false;
        }
        *item = index_find(x, of->is, list, key, hash);
        return true;
    }
    for (uint32_t i = from; i < to && *item == ARRAYS_NONE; i++) {
        if (of->is(list, i, key))
            *item = i;
    }
    return true;
}

static const struct kind choices_by_key = {choice_is, choice_hash};
static const struct kind units_by_key = {unit_is, unit_hash};

/* ---- what drivers call ---- */

struct results_builder *results_builder_new(struct arena *a)
{
    struct results_builder *b = arena_alloc(a, sizeof *b);
    if (!b)
        return NULL;
    b->arena = b->arrays.arena = a;
    if (!pool_init(&b->pool, &b->arrays) || !index_reserve(&b->index, &b->arrays, CONTESTS_FEW))
        return NULL;
    b->current = BUILDING_NOBODY;
    b->facts = (struct results_facts){.own_time_ms = WHEN_UNKNOWN, .test = -1};
    return b;
}

struct results_builder *results_builder_again(const struct results_builder *b)
{
    struct results_builder *new = results_builder_new(b->arena);
    if (new) {
        results_room(new, b->batch_room, b->batch_room_ctx);
        results_in_pieces(new, b->piece, b->piece_ctx);
    }
    return new;
}

struct results_facts *results_facts(struct results_builder *b)
{
    return &b->facts;
}

void results_drop_precincts(struct results_builder *b)
{
    b->drop_precincts = true;
}

void results_check_totals(struct results_builder *b, bool whole, bool nested)
{
    b->check_totals = true;
    b->whole = whole;
    b->nested = nested;
}

void results_sum_progress(struct results_builder *b)
{
    b->sum_progress = true;
}

__attribute__((format(printf, 3, 0))) static void
contest_badv(struct results_builder *b, struct building *k, const char *fmt, va_list ap)
{
    char why[600];
    if (k->bad)
        return;
    k->bad = true;
    if (k->sound)
        b->sound = 0;
    vsnprintf(why, sizeof why, fmt, ap);
    struct slice text = why[0] ? slice_of(why) : SLICE("it cannot be read");
    if (!pool_add(&b->pool, text, &k->why))
        k->why = (struct results_text){0, 0}; /* said at the end, when memory fails again */
}

void building_bad(struct results_builder *b, struct building *k, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    contest_badv(b, k, fmt, ap);
    va_end(ap);
}

void results_contest_bad(struct results_builder *b, const char *fmt, ...)
{
    va_list ap;
    if (b->current == BUILDING_NOBODY)
        return;
    va_start(ap, fmt);
    contest_badv(b, b->contests[b->current], fmt, ap);
    va_end(ap);
}

static int32_t small(int64_t v)
{
    return v < 0 || v > INT32_MAX ? -1 : (int32_t)v;
}

static int64_t count_or_unknown(int64_t v)
{
    return v < 0 || v > RESULTS_VOTES_MAX ? -1 : v;
}

int64_t building_time(int64_t t)
{
    return t < INT64_C(-62135596800000) || t > INT64_C(253402300799999) ? WHEN_UNKNOWN : t;
}

bool building_record(struct results_builder *b, const struct results_contest_in *in,
                     struct results_contest *out)
{
    static const struct results_contest none;
    /* the contest before, whose texts are often the same */
    const struct results_contest *like = b->count ? &b->contests[b->count - 1]->record : &none;
    struct results_contest r = {.updated_ms = building_time(in->updated_ms),
                                .called_ms = building_time(in->called_ms),
                                .registered = count_or_unknown(in->registered),
                                .ballots = count_or_unknown(in->ballots),
                                .votes_allowed = small(in->votes_allowed),
                                .seats = small(in->seats),
                                .places = small(in->places),
                                .flags = in->flags & CONTEST_FLAGS};
    struct pool *p = &b->pool;
    if (!pool_add(p, in->id, &r.id) || !pool_add(p, in->text, &r.text) ||
        !pool_add_like(p, in->state, like->state, &r.state) ||
        !pool_add_like(p, in->county, like->county, &r.county) ||
        !pool_add_like(p, in->office, like->office, &r.office) ||
        !pool_add_like(p, in->district, like->district, &r.district) ||
        !pool_add_like(p, in->party, like->party, &r.party) ||
        !pool_add_like(p, in->election_type, like->election_type, &r.election_type))
        return false;
    *out = r;
    return true;
}

static void check_contest(struct results_builder *b, struct building *k)
{
    const struct results_contest *r = &k->record;
    if (!r->id.len && !r->text.len)
        building_bad(b, k, "a contest has neither id nor text");
    if (k->part && !k->part_id.len && !k->part_name.len)
        building_bad(b, k, "a reporting unit has neither id nor name");
    if (r->state.len && r->state.len != 2)
        building_bad(b, k, "the state \"%.*s\" is not two letters",
                     SLICE_FMT(pool_text(&b->pool, r->state)));
}

/* A contest with room behind it for what most have, in blocks as arrays have them. */
struct roomy {
    struct building k;
    struct results_unit units[2]; /* a part's total becomes a county's */
    char units_end[128 - 2 * sizeof(struct results_unit)];
    struct results_choice choices[4];
    struct row rows[2];
    int64_t votes[4]; /* the total's */
};
_Static_assert(sizeof(struct results_choice[4]) == 128 && sizeof(struct row[2]) == 32,
               "blocks of 32 bytes, 64 and so on");

static struct building *building_new(struct results_builder *b)
{
    struct roomy *r = arena_alloc(b->arena, sizeof *r);
    if (!r)
        return NULL;
    r->k.units = r->units;
    r->k.rows = r->rows;
    r->k.choices = r->choices;
    r->k.unit_room = r->k.row_room = 2;
    r->k.choice_room = 4;
    r->k.unit_count = r->k.units_alike = 1;
    r->rows[0].votes = r->votes;
    r->rows[0].room = 4;
    for (int i = 0; i < 4; i++)
        r->votes[i] = VOTES_ABSENT;
    return &r->k;
}

static bool contest_add(struct results_builder *b, const struct results_contest *r,
                        const struct building_part *part, uint32_t first, struct err *e)
{
    struct building *k = building_new(b);
    if (!k || !arrays_grow(&b->arrays, &b->contests, &b->room, b->count + 1, sizeof *b->contests,
                           CONTESTS_MAX))
        return building_full(e);
    k->record = *r;
    k->first = first;
    b->repeats += first != BUILDING_NOBODY;
    b->parts += part != NULL;
    b->contests[b->count] = k;
    k->units[0] = (struct results_unit){
        .registered = r->registered, .ballots = r->ballots, .reporting = -1, .total = -1};
    if (part) {
        k->part = true;
        k->rows[0].whole = part->whole;
        k->part_id = part->id;
        k->part_name = part->name;
    }
    if (first == BUILDING_NOBODY && !index_add(&b->index, &b->arrays, b->count, contest_mix(r)))
        return building_full(e);
    b->current = b->count++;
    check_contest(b, k);
    return true;
}

/* The first contest of this key that there is, or NOBODY. */
static uint32_t find_first(const struct results_builder *b, const struct results_contest *r)
{
    return index_find(&b->index, contest_is, b->contests, r, contest_mix(r));
}

/* The part that a driver says, if it does, its texts in the pool. False when memory is out. */
static bool pool_part(struct results_builder *b, const struct results_unit_in *in,
                      struct building_part *part)
{
    *part = (struct building_part){.whole = in && in->whole};
    return !in ||
           (pool_add(&b->pool, in->id, &part->id) && pool_add(&b->pool, in->name, &part->name));
}

bool building_begin(struct results_builder *b, const struct results_contest *said, struct err *e)
{
    return contest_add(b, said, NULL, find_first(b, said), e);
}

bool results_contest_begin(struct results_builder *b, const struct results_contest_in *in,
                           struct err *e)
{
    struct results_contest r;
    struct building_part part;
    if (!building_record(b, in, &r) || !pool_part(b, in->part, &part))
        return building_full(e);
    return contest_add(b, &r, in->part ? &part : NULL, find_first(b, &r), e);
}

bool results_contest_again(struct results_builder *b, struct slice county, struct slice id,
                           struct slice text)
{
    struct results_contest key;
    if (b->current != BUILDING_NOBODY) { /* rows of one contest mostly follow each other */
        const struct building *k = b->contests[b->current];
        if (pool_is(&b->pool, k->record.id, id) && pool_is(&b->pool, k->record.text, text) &&
            pool_is(&b->pool, k->record.county, county) && k->first == BUILDING_NOBODY)
            return true;
    }
    if (!pool_add(&b->pool, county, &key.county) || !pool_add(&b->pool, id, &key.id) ||
        !pool_add(&b->pool, text, &key.text))
        return false;
    uint32_t i = find_first(b, &key);
    if (i == ARRAYS_NONE)
        return false;
    b->current = i;
    return true;
}

static void hold_text(struct results_builder *b, const char *what, struct results_text had,
                      struct results_text said)
{
    if (had.len && said.len && had.off != said.off)
        results_contest_bad(b, "its %s is \"%.*s\" and \"%.*s\": are they two contests?", what,
                            SLICE_FMT(pool_text(&b->pool, had)),
                            SLICE_FMT(pool_text(&b->pool, said)));
}

static void hold_count(int32_t *had, int32_t said)
{
    if (said >= 0 && *had != said)
        *had = -1;
}

bool building_open(struct results_builder *b, const struct results_contest *said,
                   const struct building_part *part, struct err *e)
{
    b->current = find_first(b, said);
    if (b->current == BUILDING_NOBODY)
        return contest_add(b, said, part, BUILDING_NOBODY, e);
    struct results_contest *had = &b->contests[b->current]->record;
    hold_text(b, "office", had->office, said->office);
    hold_text(b, "district", had->district, said->district);
    hold_text(b, "party", had->party, said->party);
    hold_text(b, "election type", had->election_type, said->election_type);
    hold_count(&had->votes_allowed, said->votes_allowed);
    hold_count(&had->seats, said->seats);
    return true;
}

bool results_contest_open(struct results_builder *b, const struct results_contest_in *in,
                          struct err *e)
{
    struct results_contest said;
    struct building_part part;
    if (!building_record(b, in, &said) || !pool_part(b, in->part, &part))
        return building_full(e);
    return building_open(b, &said, in->part ? &part : NULL, e);
}

uint32_t results_contest_index(const struct results_builder *b)
{
    return b->current;
}

void results_contest_at(struct results_builder *b, uint32_t index)
{
    if (index < b->count)
        b->current = index;
}

void results_contest_flags(struct results_builder *b, uint32_t flags)
{
    if (b->current != BUILDING_NOBODY)
        b->contests[b->current]->record.flags |= flags & CONTEST_FLAGS;
}

/* The one begun before the current one; NULL. */
static const struct building *before(const struct results_builder *b)
{
    return b->current > 0 ? b->contests[b->current - 1] : NULL;
}

/* The same choice once more: it may add what was not known, and contradict nothing. */
static void choice_again(struct results_builder *b, struct building *k, struct results_choice *old,
                         const struct results_choice *more)
{
    if (!old->name.len)
        old->name = more->name;
    if (!old->party.len)
        old->party = more->party;
    old->flags |= more->flags;
    if (old->mark == RESULTS_UNMARKED)
        old->mark = more->mark;
    if (more->name.len && more->name.off != old->name.off)
        building_bad(b, k, "choice %.*s has two names: \"%.*s\" and \"%.*s\"",
                     SLICE_FMT(pool_text(&b->pool, old->id)),
                     SLICE_FMT(pool_text(&b->pool, old->name)),
                     SLICE_FMT(pool_text(&b->pool, more->name)));
    if (more->party.len && more->party.off != old->party.off)
        building_bad(b, k, "choice %.*s has two parties: \"%.*s\" and \"%.*s\"",
                     SLICE_FMT(pool_text(&b->pool, old->id)),
                     SLICE_FMT(pool_text(&b->pool, old->party)),
                     SLICE_FMT(pool_text(&b->pool, more->party)));
    if (more->mark != RESULTS_UNMARKED && more->mark != old->mark)
        building_bad(b, k, "choice %.*s has two different marks",
                     SLICE_FMT(pool_text(&b->pool, old->id.len ? old->id : old->name)));
}

/* The choice that follows the last one spoken of, that one, or the first, where it is this one:
 * feeds keep an order, and then nothing needs looking up. */
static bool choice_guess(const struct results_builder *b, const struct building *k,
                         const struct results_choice_in *in, uint32_t *index)
{
    const uint32_t guesses[] = {k->choice + 1, k->choice, 0};
    for (size_t i = 0; i < sizeof guesses / sizeof guesses[0]; i++) {
        const struct results_choice *c = &k->choices[guesses[i]];
        if (guesses[i] < k->choice_count && pool_is(&b->pool, c->id, in->id) &&
            pool_is(&b->pool, c->name, in->name) && pool_is(&b->pool, c->party, in->party)) {
            *index = guesses[i];
            return true;
        }
    }
    return false;
}

/* The contest before had this one at the place of the next: yes and no, numbers, parties are often
 * the same; else nothing. */
static const struct results_choice *choice_like(const struct results_builder *b,
                                                const struct building *k)
{
    static const struct results_choice none;
    const struct building *old = before(b);
    return old && k->choice_count < old->choice_count ? &old->choices[k->choice_count] : &none;
}

static bool choice_add(struct results_builder *b, struct building *k,
                       const struct results_choice *r, uint32_t *index, struct err *e)
{
    if (!arrays_grow(&b->arrays, &k->choices, &k->choice_room, k->choice_count + 1,
                     sizeof *k->choices, BUILDING_CHOICES_MAX))
        return building_full(e);
    k->choices[k->choice_count] = *r;
    if (!r->id.len && !r->name.len)
        building_bad(b, k, "a choice has neither id nor name");
    *index = k->choice = k->choice_count++;
    return true;
}

bool building_choice(struct results_builder *b, const struct results_choice *said, uint32_t *index,
                     struct err *e)
{
    struct building *k = building_current(b, e);
    if (!k)
        return false;
    *index = k->choice + 1; /* feeds keep an order */
    if ((*index >= k->choice_count || !choice_is(k->choices, *index, said)) &&
        !find_item(&k->choice_index, &b->arrays, &choices_by_key, k->choices, 0, k->choice_count,
                   said, choice_mix(said), index))
        return building_full(e);
    if (*index == ARRAYS_NONE)
        return choice_add(b, k, said, index, e);
    k->choice = *index;
    choice_again(b, k, &k->choices[*index], said);
    return true;
}

bool results_choice(struct results_builder *b, const struct results_choice_in *in, uint32_t *index,
                    struct err *e)
{
    struct building *k = building_current(b, e);
    struct results_choice r = {.flags = in->flags & RESULTS_CHOICE_FLAGS, .mark = in->mark};
    if (!k)
        return false;
    if (choice_guess(b, k, in, index)) {
        k->choice = *index;
        choice_again(b, k, &k->choices[*index], &r);
        return true;
    }
    const struct results_choice *like = choice_like(b, k);
    if (!pool_add_like(&b->pool, in->id, like->id, &r.id) ||
        !pool_add_like(&b->pool, in->name, like->name, &r.name) ||
        !pool_add_like(&b->pool, in->party, like->party, &r.party))
        return building_full(e);
    return building_choice(b, &r, index, e);
}

static bool parent_fits(const struct building *k, uint32_t parent, uint32_t type, struct err *e)
{
    if (!parent || (parent < k->unit_count && k->units[parent].type < type))
        return true;
    return err_set(e, ERR_BUG, "the driver puts a unit into one that cannot hold it");
}

/* The same unit once more: it may add what was not known. */
static void unit_again(struct results_unit *old, const struct results_unit *more)
{
    old->registered = old->registered < 0 ? more->registered : old->registered;
    old->ballots = old->ballots < 0 ? more->ballots : old->ballots;
    old->reporting = old->reporting < 0 ? more->reporting : old->reporting;
    old->total = old->total < 0 ? more->total : old->total;
}

/* As choice_guess. */
static bool unit_guess(const struct results_builder *b, const struct building *k,
                       const struct results_unit_in *in, uint32_t *index)
{
    const uint32_t guesses[] = {k->unit + 1, k->unit, 1};
    for (size_t i = 0; i < sizeof guesses / sizeof guesses[0]; i++) {
        const struct results_unit *u = &k->units[guesses[i]];
        if (guesses[i] < k->unit_count && u->type == in->type &&
            pool_is(&b->pool, u->name, in->name) && pool_is(&b->pool, u->id, in->id) &&
            k->rows[guesses[i]].parent == in->parent) {
            *index = guesses[i];
            return true;
        }
    }
    return false;
}

static bool unit_add(struct results_builder *b, struct building *k, const struct results_unit *r,
                     uint32_t parent, uint32_t *index, struct err *e)
{
    uint32_t at = k->unit_count;
    if (!arrays_grow(&b->arrays, &k->units, &k->unit_room, at + 1, sizeof *k->units, UNITS_MAX) ||
        !arrays_grow(&b->arrays, &k->rows, &k->row_room, at + 1, sizeof *k->rows, UNITS_MAX))
        return building_full(e);
    k->units[at] = *r;
    k->rows[at].parent = parent;
    k->parents |= parent != 0;
    if (!r->id.len && !r->name.len)
        building_bad(b, k, "a reporting unit has neither id nor name");
    *index = k->unit_count++;
    return true;
}

/* The contest before had this one at the place of the next; else the total, without a name. */
static const struct results_unit *unit_like(const struct results_builder *b,
                                            const struct building *k)
{
    const struct building *old = before(b);
    return old && k->unit_count < old->unit_count ? &old->units[k->unit_count] : &k->units[0];
}

/* All units so far are those of the contest before, and this would be its next: that contest has it
 * once, so it is new here. */
static bool goes_on_alike(const struct results_builder *b, struct building *k,
                          const struct results_unit *r, uint32_t parent)
{
    const struct building *old = before(b);
    const struct unit_key key = {r, parent};
    if (!old || k->units_alike < k->unit_count || k->unit_count >= old->unit_count ||
        !unit_is(old, k->unit_count, &key))
        return false;
    k->units_alike++;
    return true;
}

/* It is this unit once more. */
static bool unit_met(struct building *k, uint32_t index, const struct results_unit *said,
                     bool whole)
{
    unit_again(&k->units[index], said);
    k->rows[index].whole |= whole;
    k->unit = index;
    return true;
}

bool building_unit(struct results_builder *b, const struct results_unit *said, uint32_t parent,
                   bool whole, uint32_t *index, struct err *e)
{
    struct building *k = building_current(b, e);
    const struct unit_key key = {said, parent};
    *index = 0;
    if (!k || !parent_fits(k, parent, said->type, e))
        return false;
    if (said->type == RESULTS_TOTAL) {
        unit_again(&k->units[0], said);
        return true;
    }
    if (goes_on_alike(b, k, said, parent))
        *index = ARRAYS_NONE;
    else if (!find_item(&k->unit_index, &b->arrays, &units_by_key, k, 1, k->unit_count, &key,
                        unit_mix(said, parent), index))
        return building_full(e);
    if (*index == ARRAYS_NONE && !unit_add(b, k, said, parent, index, e))
        return false;
    return unit_met(k, *index, said, whole);
}

struct results_unit building_unit_record(const struct results_unit_in *in)
{
    return (struct results_unit){.registered = count_or_unknown(in->registered),
                                 .ballots = count_or_unknown(in->ballots),
                                 .reporting = small(in->reporting),
                                 .total = small(in->total),
                                 .type = in->type};
}

void building_unit_more(struct results_builder *b, uint32_t unit, const struct results_unit_in *in)
{
    const struct results_unit more = building_unit_record(in);
    unit_again(&b->contests[b->current]->units[unit], &more);
}

bool results_unit(struct results_builder *b, const struct results_unit_in *in, uint32_t *index,
                  struct err *e)
{
    struct building *k = building_current(b, e);
    struct results_unit r = building_unit_record(in);
    if (!k)
        return false;
    if (in->type != RESULTS_TOTAL && unit_guess(b, k, in, index))
        return unit_met(k, *index, &r, in->whole);
    const struct results_unit *like = unit_like(b, k);
    if (in->type != RESULTS_TOTAL && (!pool_add_like(&b->pool, in->id, like->id, &r.id) ||
                                      !pool_add_like(&b->pool, in->name, like->name, &r.name)))
        return building_full(e);
    return building_unit(b, &r, in->parent, in->whole, index, e);
}

bool results_units_again(struct results_builder *b, struct err *e)
{
    struct building *k = building_current(b, e);
    const struct building *of = k ? before(b) : NULL;
    if (!of || k->unit_count > 1)
        return err_set(e, ERR_BUG, "the driver takes over units that are not there");
    uint32_t n = of->unit_count;
    if (!arrays_grow(&b->arrays, &k->units, &k->unit_room, n, sizeof *k->units, UNITS_MAX) ||
        !arrays_grow(&b->arrays, &k->rows, &k->row_room, n, sizeof *k->rows, UNITS_MAX))
        return building_full(e);
    memcpy(k->units + 1, of->units + 1, (n - 1) * sizeof *k->units);
    for (uint32_t u = 1; u < n; u++)
        k->rows[u] = (struct row){.parent = of->rows[u].parent, .whole = of->rows[u].whole};
    k->unit_count = k->units_alike = n;
    k->parents = of->parents;
    return true;
}

void results_progress(struct results_builder *b, int64_t reporting, int64_t total)
{
    if (b->current == BUILDING_NOBODY)
        return;
    b->contests[b->current]->units[0].reporting = small(reporting);
    b->contests[b->current]->units[0].total = small(total);
}
