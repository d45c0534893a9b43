/* SPDX-License-Identifier: ISC */
/* Race ids: each part of the key is normalised through the reader of offices, then made a slug. */
#include "daemon/core/race_id.h"

#include <string.h>

#include "daemon/base/hash.h"
#include "daemon/base/text.h"
#include "daemon/base/when.h"
#include "daemon/core/office.h"
#include "daemon/core/states.h"

enum { HASH_DIGITS = 8, LONGEST = 4096 };

static void add(struct buf *slug, struct buf *key, struct slice part)
{
    buf_addc(key, '\x1f');
    if (part.len == 0)
        return;
    buf_add(key, part);
    office_slug(part, slug);
}

/* "City of Springfield" as "springfield city": its own words first, then its sort, but for the sort
 * that the office implies. `school`: without "Public Schools" and its like. */
static bool add_place(struct slice place, unsigned implied, bool school, struct arena *a,
                      struct buf *slug, struct buf *key)
{
    struct slice folded = text_fold_copy(place, a), rest = folded, word;
    char names_room[LONGEST], kinds_room[LONGEST];
    struct buf names, kinds;

    buf_init_over(&names, names_room, LONGEST);
    buf_init_over(&kinds, kinds_room, LONGEST);
    while (slice_next(&rest, ' ', &word)) {
        unsigned kind = office_place_kind(word);
        if (slice_is(word, "of") || slice_is(word, "the") || (kind & implied) ||
            (school && !kind && office_place_says_nothing(word)))
            continue;
        struct buf *to = kind ? &kinds : &names;
        if (to->len > 0)
            buf_addc(to, ' ');
        buf_add(to, word);
    }
    if (names.len > 0 && kinds.len > 0)
        buf_addc(&names, ' ');
    buf_add(&names, buf_slice(&kinds));
    add(slug, key, buf_slice(&names));
    return folded.ptr != NULL; /* TEXT_MAX bytes fold to less than LONGEST */
}

/* A district of the state is known by its number, whichever of its counties a list names. */
static bool is_counted_by_state(const struct endorsement *e, enum office_reach reach)
{
    return reach == REACH_STATE ||
           (reach == REACH_DISTRICT && !states_find(e->state)->county_districts);
}

/* The county goes into the key alone: in the slug it would only be noise. */
static bool add_silently(struct slice county, struct arena *a, struct buf *key)
{
    struct buf silent;

    buf_init(&silent, LONGEST);
    bool ok = add_place(county, OFFICE_OF_COUNTY, false, a, &silent, key);
    buf_done(&silent);
    return ok;
}

/* The place of a town's office. Towns of one name lie in several counties, cities do not. */
static bool add_town(const struct endorsement *e, const struct office_text *o, struct arena *a,
                     struct buf *slug, struct buf *key)
{
    bool school = o->class->level == LEVEL_SCHOOL, told = e->jurisdiction.len > 0;
    struct slice place = told ? e->jurisdiction : e->county;
    struct office_text town = {.class = NULL};

    if (!office_read_place(e->jurisdiction, a, &town))
        return false;
    if (!told && o->word_count > 0) { /* "Springfield City Council" */
        for (size_t i = 0; i < o->word_count; i++)
            add(slug, key, o->words[i]);
        return true;
    }
    /* A county's school board, by whichever column the county is said. */
    if (place.len > 0 && (!told || town.kinds == OFFICE_OF_COUNTY)) {
        bool ok = add_place(place, OFFICE_OF_COUNTY, school, a, slug, key);
        add(slug, key, SLICE("county"));
        return ok;
    }
    return add_place(place, office_implied_kinds(o->class), school, a, slug, key) &&
           (!told || (town.kinds | o->kinds) == OFFICE_OF_CITY || add_silently(e->county, a, key));
}

/* The part of the state that the race is of. */
static bool add_jurisdiction(const struct endorsement *e, const struct office_text *o,
                             struct arena *a, struct buf *slug, struct buf *key)
{
    enum office_reach reach = o->class ? o->class->reach : REACH_UNKNOWN;
    struct slice place = e->jurisdiction.len > 0 ? e->jurisdiction : e->county;

    if (reach == REACH_PLACE)
        return add_town(e, o, a, slug, key);
    if (e->jurisdiction.len == 0 && is_counted_by_state(e, reach))
        place = SLICE("");
    return add_place(place, o->class ? office_implied_kinds(o->class) : 0, false, a, slug, key);
}

/* By sort, and of one sort as written: "District 3 Ward 2" is "Ward 2 District 3", and not
 * "District 2 Ward 3"; a column's bare number is a district's. */
static int part_order(const struct office_part *a, const struct office_part *b)
{
    if (a->mask != b->mask)
        return a->mask < b->mask ? -1 : 1;
    return strcmp(a->kind ? a->kind : "district", b->kind ? b->kind : "district");
}

static void add_parts(struct office_text *o, struct buf *slug, struct buf *key)
{
    for (size_t i = 1; i < o->part_count; i++)
        for (size_t j = i; j > 0 && part_order(&o->parts[j - 1], &o->parts[j]) > 0; j--) {
            struct office_part swap = o->parts[j];
            o->parts[j] = o->parts[j - 1];
            o->parts[j - 1] = swap;
        }
    for (size_t i = 0; i < o->part_count; i++) {
        if (o->parts[i].mask == PART_SEAT)
            office_slug(slice_of("seat"), slug);
        buf_addf(key, "\x1f%u", o->parts[i].mask);
        add(slug, key, o->parts[i].value);
    }
}

/* The office by its class, and what else its text says that the place does not. */
static bool add_office(const struct endorsement *e, struct office_text o, struct arena *a,
                       struct buf *slug, struct buf *key)
{
    struct office_text place = {.class = NULL};
    bool told = e->jurisdiction.len == 0 && o.class && o.class->reach == REACH_PLACE;

    if (!office_read_place(e->jurisdiction, a, &place) || !office_read_place(e->county, a, &place))
        return false;
    add(slug, key, o.class ? slice_of(o.class->slug) : (struct slice){NULL, 0});
    for (size_t i = 0; i < o.word_count; i++)
        if (!told && !office_has_word(&place, o.words[i]))
            add(slug, key, o.words[i]);
    /* Nothing but empty words ("Member"): the text itself then. */
    if (!o.class && o.word_count == 0)
        add(slug, key, e->office);
    add_parts(&o, slug, key);
    return true;
}

static void add_term(const struct endorsement *e, const struct office_text *o, struct buf *slug,
                     struct buf *key)
{
    if (o->years.len > 0) {
        add(slug, key, o->years);
        add(slug, key, SLICE("year"));
    }
    if (o->flags & (OFFICE_INCUMBENT | OFFICE_NON_INCUMBENT))
        add(slug, key, slice_of((o->flags & OFFICE_NON_INCUMBENT) ? "non-incumbent" : "incumbent"));
    add(slug, key, slice_of(e->unexpired ? "unexpired" : ""));
}

/* The election that a text of the office says beside the column: a runoff may be a special one's.
 */
static void add_type(const struct endorsement *e, unsigned said, struct buf *slug, struct buf *key)
{
    static const struct {
        unsigned flag;
        const char *type;
    } types[] = {
        {OFFICE_SPECIAL, "special"}, {OFFICE_PRIMARY, "primary"}, {OFFICE_RUNOFF, "runoff"}};

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if ((said & types[i].flag) && !slice_is(e->election_type, types[i].type))
            add(slug, key, slice_of(types[i].type));
    add(slug, key, slice_is(e->election_type, "general") ? slice_of("") : e->election_type);
}

bool race_id_make(const struct endorsement *e, struct arena *a, struct slice *slug,
                  struct slice *key)
{
    char date[11], s_room[LONGEST], k_room[LONGEST];
    struct buf s, k;

    buf_init_over(&s, s_room, LONGEST);
    buf_init_over(&k, k_room, LONGEST);
    when_format_date(e->date, date);
    add(&s, &k, slice_of(date));
    add(&s, &k, e->state);
    struct office_text o = {.class = NULL}, town = {.class = NULL};
    bool ok = office_read_place(e->jurisdiction, a, &town) &&
              office_read_whole(e->office, e->district, e->seat, a, &o);
    if (ok)
        office_of_place(&o, town.kinds);
    ok = ok && add_jurisdiction(e, &o, a, &s, &k);
    buf_addc(&k, '\x1f');
    buf_add(&k, e->division);
    ok = ok && add_office(e, o, a, &s, &k);
    add_term(e, &o, &s, &k);
    add_type(e, o.flags, &s, &k);
    struct slice whose = e->primary_unsaid ? e->party : e->contest_party;
    const char *party = office_party(whose);
    add(&s, &k, party ? slice_of(party) : whose);
    *key = arena_copy(a, buf_slice(&k));
    *slug = race_id_cut(buf_slice(&s), *key, false, a);
    return ok && !k.failed && key->ptr && slug->ptr;
}

struct slice race_id_cut(struct slice slug, struct slice key, bool forced, struct arena *a)
{
    if (!forced && slug.len <= RACE_ID_MAX)
        return arena_copy(a, slug);
    slug = slice_sub(slug, 0, RACE_ID_MAX - HASH_DIGITS - 1);
    while (slug.len > 0 && slug.ptr[slug.len - 1] == '-')
        slug = slice_sub(slug, 0, slug.len - 1);
    return arena_printf(a, "%.*s-%08x", SLICE_FMT(slug), (unsigned)hash64(key, 0));
}
