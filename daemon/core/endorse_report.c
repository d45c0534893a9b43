/* SPDX-License-Identifier: ISC */
/* The notes on a list, one kind after the other; then its rows, counted by one column after the
 * other. */
#include "daemon/core/endorse_report.h"

#include <inttypes.h>
#include <stdlib.h>

#include "daemon/base/map.h"
#include "daemon/base/text.h"
#include "daemon/base/when.h"
#include "daemon/core/race_id.h"
#include "daemon/core/seats.h"

enum { VALUES_MAX = 100000, TAGS_SHOWN = 20, OFFICES_NAMED = 20 };

/* ---- notes ---- */

/* Is the number of seats known without the list? */
static bool is_one_seat(const struct endorsement *e)
{
    struct arena *a = arena_new(1 << 20);
    struct office_text office = {0};
    bool one = a && e->wins == WINS_SEAT &&
               office_read_whole(e->office, e->district, e->seat, a, &office) &&
               seats_single(office.class, states_find(e->state));

    arena_free(a);
    return one;
}

/* Was its race found by what it says of the office, and not told by a race_id? */
static bool is_race_made(const struct endorsement *e, struct arena *a)
{
    struct slice slug, key;

    return race_id_make(e, a, &slug, &key) &&
           (slice_eq(e->race_id, slug) || slice_eq(e->race_id, race_id_cut(slug, key, true, a)));
}

static bool is_called_otherwise(const struct endorsement *e, const struct endorsement *other,
                                struct arena *a)
{
    return !slice_eq(text_fold_copy(e->office, a), text_fold_copy(other->office, a)) &&
           is_race_made(e, a) && is_race_made(other, a);
}

/* One race whose office rows call by two names: by the table of offices these are one office's. */
static void note_two_names(const struct endorsements *list, const char *path, struct arena *a,
                           struct buf *out)
{
    struct map *races = map_new(VALUES_MAX, false);
    const struct endorsement *first = NULL, *other = NULL;
    size_t n = 0;

    for (size_t i = 0; races && i < list->count; i++) {
        const struct endorsement *e = &list->list[i], *of = map_get(races, e->race_id);
        arena_reset(a);
        if (!of && !map_put(races, e->race_id, (void *)(uintptr_t)e))
            break;
        if (of && is_called_otherwise(e, of, a) && n++ == 0) {
            first = e;
            other = of;
        }
    }
    map_free(races);
    if (first)
        buf_addf(out,
                 "note: %s:%zu: \"%.*s\" here and \"%.*s\" in line %zu are read as one office, and "
                 "are one race, %.*s: if they are two offices, give each a race_id of its own "
                 "(%zu row%s like this)\n",
                 path, first->line, SLICE_FMT(first->office), SLICE_FMT(other->office), other->line,
                 SLICE_FMT(first->race_id), n, n == 1 ? "" : "s");
}

static struct slice name_in_race(const struct endorsement *e, struct arena *a)
{
    return arena_printf(a, "%.*s\x1f%.*s", SLICE_FMT(e->race_id),
                        SLICE_FMT(text_fold_copy(e->name, a)));
}

static struct slice id_in_state(const struct endorsement *e, struct arena *a)
{
    if (e->ap_candidate_id.len == 0)
        return (struct slice){0};
    return arena_printf(a, "%.*s\x1f%.*s", SLICE_FMT(e->state), SLICE_FMT(e->ap_candidate_id));
}

/* May one id be of both: of two races' lines at AP, or of a ticket for two offices? */
static bool may_share_id(const struct endorsement *e, const struct endorsement *other)
{
    return (e->ap_race_id.len > 0 && other->ap_race_id.len > 0 &&
            !slice_eq(e->ap_race_id, other->ap_race_id)) ||
           (slice_eq(e->race_id, other->race_id) && !slice_eq(e->office, other->office));
}

/* What of two rows should not be the same: no feed's line is surely of either. */
static const struct twice {
    struct slice (*key)(const struct endorsement *e, struct arena *a); /* empty: it says none */
    bool (*may)(const struct endorsement *e, const struct endorsement *other); /* NULL: never */
    const char *of, *where, *so;
} twice[] = {
    {name_in_race, NULL, "", "race",
     "where that is one candidacy, it is counted twice, and no line of a feed is matched to either "
     "by itself; take one of them out"},
    {id_in_state, may_share_id, "the ap_candidate_id of ", "state",
     "a line of AP's without a name is matched to neither by itself; look up whose it is"},
};

static void note_twice(const struct endorsements *list, const struct twice *t, const char *path,
                       struct arena *a, struct buf *out)
{
    struct map *rows = map_new(VALUES_MAX, true);
    const struct endorsement *first = NULL, *other = NULL;
    size_t n = 0;

    for (size_t i = 0; rows && i < list->count; i++) {
        const struct endorsement *e = &list->list[i], *of;
        arena_reset(a);
        struct slice key = t->key(e, a);
        if (key.len == 0)
            continue;
        of = map_get(rows, key);
        if (!of && !map_put(rows, key, (void *)(uintptr_t)e))
            break;
        if (of && !(t->may && t->may(e, of)) && n++ == 0) {
            first = e;
            other = of;
        }
    }
    map_free(rows);
    if (first)
        buf_addf(out,
                 "note: %s:%zu: %s%.*s is in line %zu too, in the same %s: %s (%zu row%s "
                 "like this)\n",
                 path, first->line, t->of, SLICE_FMT(first->name), other->line, t->where, t->so, n,
                 n == 1 ? "" : "s");
}

/* The first row whose win counts as a nomination because nobody says more, and how many. */
static void note_primaries(const struct endorsements *list, const char *path, struct buf *out)
{
    size_t n = 0, first = 0;

    for (size_t i = 0; i < list->count; i++)
        if (list->list[i].primary_unsaid)
            first = n++ ? first : list->list[i].line;
    if (n > 0)
        buf_addf(out,
                 "note: %s:%zu: a primary or its runoff, and the list does not say whether it is a "
                 "party's, as in %zu row%s: a win counts as a nomination, no seat and no flip; say "
                 "contest_party, or wins = seat where it is of all parties together\n",
                 path, first, n, n == 1 ? "" : "s");
}

/* Spelt otherwise than any ballot, perhaps: a contest is then found by the same words alone. */
static void note_unknown_offices(const struct endorsements *list, const char *path, struct buf *out)
{
    size_t named = 0;

    for (size_t i = 0; i < list->count && named < OFFICES_NAMED; i++) {
        const struct endorsement *e = &list->list[i];
        if (e->level != LEVEL_UNKNOWN || e->choice != CHOICE_CANDIDATE)
            continue;
        buf_addf(out,
                 "note: %s:%zu: the office \"%.*s\" of %.*s is none that is known: is it spelt as "
                 "on ballots? office_level says of which level it is\n",
                 path, e->line, SLICE_FMT(e->office), SLICE_FMT(e->name));
        named++;
    }
}

/* Is it an office of a town or county of which nothing says which? Then no contest is surely its.
 */
static bool is_placeless(const struct endorsement *e, struct arena *a)
{
    struct office_text office;

    arena_reset(a);
    return e->choice == CHOICE_CANDIDATE && e->jurisdiction.len == 0 && e->county.len == 0 &&
           e->county_count == 0 && e->hint_count == 0 && e->division.len == 0 &&
           e->ap_race_id.len == 0 && e->ap_candidate_id.len == 0 &&
           office_read_whole(e->office, e->district, e->seat, a, &office) && office.class &&
           (office.class->reach == REACH_PLACE || office.class->reach == REACH_COUNTY) &&
           office.word_count == 0;
}

static void note_placeless(const struct endorsements *list, const char *path, struct arena *a,
                           struct buf *out)
{
    const struct endorsement *first = NULL;
    size_t n = 0;

    for (size_t i = 0; i < list->count; i++)
        if (is_placeless(&list->list[i], a) && n++ == 0)
            first = &list->list[i];
    if (first)
        buf_addf(
            out,
            "note: %s:%zu: the office \"%.*s\" of %.*s is a town's or a county's, and the list "
            "does not say whose (%zu row%s like this): no line of a feed is matched by itself; "
            "say jurisdiction or county\n",
            path, first->line, SLICE_FMT(first->office), SLICE_FMT(first->name), n,
            n == 1 ? "" : "s");
}

void endorse_notes(const struct endorsements *list, const char *path, struct buf *out)
{
    struct arena *a = arena_new(1 << 20);
    size_t unsaid = 0, first = 0;

    for (size_t i = 0; i < list->unused_count; i++) {
        const struct endorse_unused *u = &list->unused[i];
        buf_addf(out, "note: %s:1: the column \"%.*s\" is not used", path, SLICE_FMT(u->name));
        if (u->like)
            buf_addf(out, "; did you mean %s? map it with column.%s = %.*s", u->like, u->like,
                     SLICE_FMT(u->name));
        buf_addc(out, '\n');
    }
    for (size_t i = 0; i < list->count; i++)
        if (list->list[i].seats < 0 && list->list[i].choice == CHOICE_CANDIDATE &&
            !is_one_seat(&list->list[i])) {
            first = unsaid++ ? first : list->list[i].line;
        }
    note_unknown_offices(list, path, out);
    if (unsaid > 0)
        buf_addf(
            out,
            "note: %s:%zu: %zu endorsement%s no seats_to_fill, this one the first, for an office "
            "that may be several people's: leading and trailing will not be told, and no loss "
            "is derived\n",
            path, first, unsaid, unsaid == 1 ? " has" : "s have");
    note_primaries(list, path, out);
    if (a)
        note_placeless(list, path, a, out);
    if (a)
        note_two_names(list, path, a, out);
    for (size_t i = 0; a && i < sizeof twice / sizeof twice[0]; i++)
        note_twice(list, &twice[i], path, a, out);
    arena_free(a);
}

/* ---- what it holds ---- */

static struct slice state_of(const struct endorsement *e, struct arena *a)
{
    (void)a;
    return e->state;
}

static struct slice level_of(const struct endorsement *e, struct arena *a)
{
    (void)a;
    return slice_of(endorsement_levels[e->level]);
}

static struct slice status_of(const struct endorsement *e, struct arena *a)
{
    (void)a;
    return slice_of(endorsement_statuses[e->status]);
}

static struct slice wins_of(const struct endorsement *e, struct arena *a)
{
    static const char *const kinds[] = {
        [WINS_SEAT] = "seat", [WINS_NOMINATION] = "nomination", [WINS_MEASURE] = "measure"};

    (void)a;
    return slice_of(kinds[e->wins]);
}

static struct slice day_of(const struct endorsement *e, struct arena *a)
{
    char text[11];

    if (e->date == 0)
        return SLICE("not said");
    when_format_date(e->date, text);
    return arena_printf(a, "%s", text);
}

struct value {
    struct slice text;
    int64_t n;
};

static int by_count(const void *left, const void *right)
{
    const struct value *const *a = left, *const *b = right;

    if ((*a)->n != (*b)->n)
        return (*a)->n > (*b)->n ? -1 : 1;
    return slice_cmp((*a)->text, (*b)->text);
}

static bool count_one(struct map *values, struct slice text, struct arena *a)
{
    struct value *v = text.ptr ? map_get(values, text) : NULL;

    if (!v) {
        v = arena_alloc(a, sizeof *v);
        if (!v || !text.ptr || !map_put(values, text, v))
            return false;
        v->text = text;
    }
    v->n++;
    return true;
}

/* "GA 40, NJ 12"; "and 3 more" where there are more than `most`. */
static bool write_counts(const struct map *values, size_t most, struct arena *a, struct buf *out)
{
    size_t n = map_count(values), at = 0;
    struct value **list = arena_array(a, n + 1, sizeof(struct value *));
    struct slice key;
    void *value;

    for (size_t i = 0; list && map_next(values, &at, &key, &value); i++)
        list[i] = value;
    if (!list)
        return false;
    qsort(list, n, sizeof(struct value *), by_count);
    for (size_t i = 0; i < n && i < most; i++)
        buf_addf(out, "%s%.*s %" PRId64, i ? ", " : "", SLICE_FMT(list[i]->text), list[i]->n);
    if (n > most)
        buf_addf(out, " and %zu more", n - most);
    return true;
}

static const struct {
    const char *name;
    struct slice (*of)(const struct endorsement *e, struct arena *a); /* NULL: each of its tags */
} dimensions[] = {{"states", state_of},       {"offices", level_of},    {"status", status_of},
                  {"a win is of a", wins_of}, {"election day", day_of}, {"tags", NULL}};

static bool count_all(const struct endorsements *list, size_t dimension, struct map *values,
                      struct arena *a)
{
    bool ok = true;

    for (size_t i = 0; i < list->count && ok; i++) {
        const struct endorsement *e = &list->list[i];
        if (dimensions[dimension].of)
            ok = count_one(values, dimensions[dimension].of(e, a), a);
        for (size_t k = 0; k < e->tag_count && ok && !dimensions[dimension].of; k++)
            ok = count_one(values, e->tags[k], a);
    }
    return ok;
}

static bool count_races(const struct endorsements *list, struct arena *a, struct buf *out)
{
    struct map *races = map_new(VALUES_MAX, false);
    bool ok = races != NULL;

    for (size_t i = 0; i < list->count && ok; i++)
        ok = count_one(races, list->list[i].race_id, a);
    if (ok)
        buf_addf(out, "rows\t%zu\nraces\t%zu\n", list->count, map_count(races));
    map_free(races);
    return ok;
}

bool endorse_contents(const struct endorsements *list, struct arena *scratch, struct buf *out)
{
    bool ok = count_races(list, scratch, out);

    for (size_t i = 0; i < sizeof dimensions / sizeof dimensions[0] && ok; i++) {
        struct map *values = map_new(VALUES_MAX, false);
        ok = values && count_all(list, i, values, scratch);
        if (ok && map_count(values) > 0) {
            buf_addf(out, "%s\t", dimensions[i].name);
            ok = write_counts(values, dimensions[i].of ? SIZE_MAX : TAGS_SHOWN, scratch, out);
            buf_addc(out, '\n');
        }
        map_free(values);
    }
    return ok;
}
