/* SPDX-License-Identifier: ISC */
/* A draft tried on its file, and changed where the file refuses it. */
#include "parsers/draft_mend.h"

#include "daemon/base/buf.h"
#include "daemon/base/counted.h"
#include "parsers/count.h"

#define TRIES 30
#define TRY_MEMORY ((size_t)4 << 30)

static void options_of(const struct draft *d, struct buf *options)
{
    buf_clear(options);
    for (size_t i = 0; i < d->count; i++) {
        if (d->lines[i].key.len && d->lines[i].key.ptr[0] != '#')
            buf_addf(options, "%.*s=%.*s\n", SLICE_FMT(d->lines[i].key),
                     SLICE_FMT(d->lines[i].value));
    }
}

static void take_outcome(const struct draft *d, const struct results *r, struct draft_outcome *o)
{
    o->contests = r->head->contests;
    o->problems = r->head->problems;
    for (uint32_t i = 0; i < r->head->contests; i++) {
        o->people += !(r->contests[i].flags & RESULTS_MEASURE);
        for (uint32_t c = 0; c < r->contests[i].choices; c++) {
            int64_t votes = results_cell(r, &r->contests[i], 0, c)->votes;
            o->votes += votes > 0 ? votes : 0;
        }
    }
    if (r->head->problems)
        o->problem = arena_copy(d->arena, results_text(r, r->problems[0].why));
}

/* Read the file by what was guessed so far. */
static struct draft_outcome try(const struct draft *d, struct slice bytes)
{
    struct draft_outcome o = {.ok = false};
    struct arena *a = arena_new(TRY_MEMORY);
    struct input_memory memory = {bytes};
    const struct input_source source = input_from_memory(&memory);
    struct buf options;
    struct results r;
    struct slice batch;
    buf_init(&options, WIRE_OPTIONS_MAX);
    options_of(d, &options);
    struct job job = {.format = SLICE("delimited"), .options = buf_slice(&options), .arena = a};
    o.ok = a && input_open(a, &source, INPUT_MAX, &job.input, &o.fault) &&
           job_run(&job, &batch, &o.fault) && results_open(batch, &r, &o.fault.err);
    if (o.ok)
        take_outcome(d, &r, &o);
    else
        o.problem = arena_copy(d->arena, slice_of(o.fault.err.text));
    buf_done(&options);
    arena_free(a);
    return o;
}

/* ---- mending ---- */

static bool leave_out(struct draft *d, const char *family)
{
    size_t kept = 0, before = d->count;
    for (size_t i = 0; i < d->count; i++) {
        if (!slice_starts(d->lines[i].key, slice_of(family)))
            d->lines[kept++] = d->lines[i];
    }
    d->count = kept;
    return kept < before;
}

static bool set_once(struct draft *d, const char *key, const char *value, const char *why)
{
    struct draft_line *line = draft_find(d, key);
    if (line && slice_is(line->value, value))
        return false;
    leave_out(d, key);
    draft_say(d, key, slice_of(value), "%s", why);
    return true;
}

/* The column of no use so far that changes least, as what rows are grouped by does; -1: none. */
static int idlest(const struct draft *d)
{
    const struct draft_table *t = d->table;
    int best = -1;
    for (size_t i = 0; i < t->columns; i++) {
        const struct draft_column *c = &t->column[i];
        bool fits = !d->used[i] && draft_distinct(c) > 1 && !c->decimals && !c->pairs &&
                    c->changes < t->rows;
        if (fits && (best < 0 || c->changes < t->column[best].changes))
            best = (int)i;
    }
    return best;
}

/* A place for the column among the roles of places; false: all are taken. */
static bool make_place(struct draft *d, int column)
{
    static const enum role roles[] = {ROLE_COUNTY, ROLE_PRECINCT, ROLE_MUNICIPALITY};
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (d->column[roles[i]] >= 0)
            continue;
        d->column[roles[i]] = column;
        draft_say(d, arena_printf(d->arena, "column.%s", role_name(roles[i])).ptr,
                  draft_named(d, (size_t)column),
                  "the same choices have figures for each of its values");
        return true;
    }
    return false;
}

/* Two rows say different things of one choice: what tells them apart? */
static bool tell_apart(struct draft *d)
{
    struct draft_line *contest = draft_find(d, "column.contest");
    int column = idlest(d);
    if (column < 0)
        return false;
    d->used[column] = true;
    if (draft_is_place(d, (size_t)column) && make_place(d, column))
        return true;
    if (!contest)
        return false;
    bool template = slice_find(contest->value, SLICE("{")) != SIZE_MAX;
    contest->value =
        arena_printf(d->arena, template ? "%.*s[ {%.*s}]" : "{%.*s}[ {%.*s}]",
                     SLICE_FMT(contest->value), SLICE_FMT(draft_named(d, (size_t)column)));
    contest->why = SLICE("one title has several contests; this tells them apart");
    return true;
}

/* Markers in the votes that are no figures. */
static bool mark_unknown(struct draft *d)
{
    int at = d->column[ROLE_VOTES];
    struct slice value = SLICE("");
    size_t n = 0;
    const struct count_style style = {.thousands = true};
    for (uint32_t i = 0; at >= 0 && i < draft_distinct(&d->table->column[at]); i++) {
        struct slice s = d->table->column[at].texts[i];
        int64_t votes;
        if (s.len && s.len < 12 && count_read(s, &style, &votes) == COUNT_BAD && n < 5)
            value = arena_printf(d->arena, "%.*s%s%.*s", SLICE_FMT(value), n++ ? ", " : "",
                                 SLICE_FMT(s));
    }
    if (!n || draft_find(d, "unknown"))
        return false;
    draft_say(d, "unknown", value, "stand where a figure should: nobody knows yet");
    return true;
}

/* Rows in which this is blank are no rows of a contest, as long as they are few. */
static bool drop_nameless(struct draft *d, enum role role, const char *why)
{
    int at = d->column[role];
    struct slice key =
        at < 0 ? SLICE("")
               : arena_printf(d->arena, "drop.%.*s", SLICE_FMT(draft_named(d, (size_t)at)));
    if (at < 0 || draft_find(d, key.ptr) || d->table->column[at].filled * 2 < d->table->rows)
        return false;
    draft_say(d, key.ptr, SLICE("^$"), "%s", why);
    return true;
}

/* Change what a refusal is about. False: nothing is left to change. */
static bool mend(struct draft *d, struct slice why)
{
    static const struct {
        const char *says, *leave;
    } wrong[] = {{"two names", "column.choice-id"},
                 {"is not won, lost", "column.winner"},
                 {"their parts", "check.votes"},
                 {"and says they are", "fact.count"},
                 {"two different marks", "column.winner"}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (slice_find(why, slice_of(wrong[i].says)) != SIZE_MAX)
            return leave_out(d, wrong[i].leave);
    }
    if (slice_find(why, SLICE("are they two contests?")) != SIZE_MAX)
        return set_once(d, "contest-per-party", "yes", "contests of several parties have one name");
    if (slice_find(why, SLICE("two different values")) != SIZE_MAX)
        return tell_apart(d);
    if (slice_find(why, SLICE("is no count")) != SIZE_MAX)
        return mark_unknown(d);
    if (slice_find(why, SLICE("without id and name")) != SIZE_MAX)
        return drop_nameless(d, ROLE_CHOICE, "rows without a choice have votes: what are they?");
    if (slice_find(why, SLICE("without a contest")) != SIZE_MAX)
        return drop_nameless(d, ROLE_CONTEST, "rows without a contest: sums, or what are they?");
    if (slice_find(why, SLICE("quote")) != SIZE_MAX)
        return set_once(d, "quote", "no", "quotes are characters like others");
    if (slice_find(why, SLICE("fields")) != SIZE_MAX && !draft_is_shifted(d->table))
        return set_once(d, "ragged", "yes", "some rows have other numbers of fields");
    return false;
}

/* Titles that counties share and people do not: where they are many it is done, where they are few
 * it is said. */
static struct draft_outcome try_by_county(struct draft *d, struct slice bytes,
                                          struct draft_outcome o)
{
    if (!o.ok || d->column[ROLE_COUNTY] < 0)
        return o;
    draft_say(d, "contest-per-county", SLICE("roster"),
              "under many titles other people stand in each county: contests are a county's, but "
              "where the same people stand. So are all questions: contest-whole.COLUMN = REGEX "
              "names those of the whole state");
    struct draft_outcome by_county = try(d, bytes);
    if (by_county.ok && by_county.people > o.people + o.people / 5)
        return by_county;
    d->count--;
    if (by_county.ok && by_county.people > o.people)
        draft_say(d, "#contest-per-county", SLICE("roster"),
                  "under a few titles not the same people stand in each county: are they one "
                  "contest? If not, this makes " COUNTED " of %u",
                  COUNT_OF(by_county.contests, "contest", "contests"), o.contests);
    return o;
}

static bool knows_seats(struct draft *d)
{
    return d->column[ROLE_SEATS] >= 0 || d->column[ROLE_VOTES_ALLOWED] >= 0 ||
           draft_find(d, "take.seats.contest") || draft_find(d, "take.votes-allowed.contest");
}

static void say_by_party(struct draft *d, bool question, const char *value, const char *why)
{
    draft_say(d, question ? "#column.contest-party" : "column.contest-party",
              draft_named(d, (size_t)d->column[ROLE_PARTY]), "%s", why);
    draft_say(d, question ? "#contest-per-party" : "contest-per-party", slice_of(value), "%s", why);
}

/* Titles that parties share, as a primary's do: more of one party stand than there are seats. Where
 * the file does not state these it is said, else done. */
static struct draft_outcome try_by_party(struct draft *d, struct slice bytes,
                                         struct draft_outcome o)
{
    size_t before = d->count;
    if (!o.ok || d->column[ROLE_PARTY] < 0 || d->column[ROLE_CONTEST_PARTY] >= 0)
        return o;
    say_by_party(d, false, "auto",
                 "in a primary contests of several parties have one name: that is told by who "
                 "stands, as here");
    struct draft_outcome by_party = try(d, bytes);
    bool primary = by_party.ok && by_party.people > o.people;
    if (primary && knows_seats(d))
        return by_party;
    d->count = before;
    if (primary)
        say_by_party(d, true, "yes",
                     arena_printf(d->arena,
                                  "several people of one party stand under one title: is it a "
                                  "primary, a contest for each party? If so, this makes " COUNTED
                                  " of %u",
                                  COUNT_OF(by_party.contests, "contest", "contests"), o.contests)
                         .ptr);
    return o;
}

struct draft_outcome draft_mend(struct draft *d, struct slice bytes)
{
    struct draft_outcome o = try(d, bytes);
    for (int i = 0; i < TRIES && !(o.ok && !o.problems) && mend(d, o.problem); i++)
        o = try(d, bytes);
    return try_by_party(d, bytes, try_by_county(d, bytes, o));
}
