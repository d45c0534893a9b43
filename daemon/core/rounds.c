/* SPDX-License-Identifier: ISC */
/* The law as a table, from the states' election codes as of 2026. Elsewhere a primary without
 * parties mostly narrows the field only, and in places a majority wins it: it may be either. */
#include "daemon/core/rounds.h"

#include <string.h>

#include "daemon/base/when.h"
#include "daemon/core/office.h"

#define LEVEL(l) (1U << LEVEL_##l)
#define ANY (~0U)

static const char *const nebraskas[] = {"state-senate",
                                        "state-house",
                                        "state-legislature", /* one house */
                                        "board-of-regents",
                                        "state-board-of-education",
                                        NULL};

/* States of which all parties' candidates stand in one primary. */
static const struct open {
    const char *state;
    const char *const *offices; /* those alone; NULL: all */
    unsigned narrowed;          /* levels of offices to which it elects nobody: so many go on */
    enum rounds_win rest;
} opens[] = {
    {"AK", NULL, ANY, ROUNDS_EITHER},
    {"CA", NULL, LEVEL(FEDERAL) | LEVEL(STATE), ROUNDS_EITHER},
    {"LA", NULL, 0, ROUNDS_FINAL}, /* who has a majority is elected, and marked so */
    {"NE", nebraskas, ANY, ROUNDS_EITHER},
    {"WA", NULL, ANY & ~LEVEL(JUDICIAL), ROUNDS_EITHER},
};

/* Offices of Louisiana's for which parties nominate, from 2026 on. */
static const char *const louisianas[] = {
    "us-senate",           "us-house", "public-service-commission", "state-board-of-education",
    "state-supreme-court", NULL};

/* States of which a party's primary has a runoff where nobody has a majority. */
static const char *const runoffs[] = {"AL", "AR", "GA", "MS", "NC", "OK", "SC", "SD", "TX"};

/* Offices of those levels that are filled otherwise: by parties' primaries, by a majority. */
static const char *const excepted[] = {"state-superintendent", NULL};

/* Parties nominate for these; for what the office's class alone does not tell (school boards,
 * judges, towns, labor commissioners) the list says contest_party. */
static const char *const nominated[] = {
    "president",
    "us-senate",
    "us-house",
    "governor",
    "lieutenant-governor",
    "attorney-general",
    "secretary-of-state",
    "state-treasurer",
    "state-auditor",
    "state-comptroller",
    "insurance-commissioner",
    "agriculture-commissioner",
    "land-commissioner",
    "public-service-commission",
    "railroad-commissioner",
    "governors-council",
    "state-senate",
    "state-house",
    "state-legislature",
    NULL,
};

/* Elections of ranked choice, but for cities': of a round and later ones. Maine's governor and
 * legislature are elected without. */
static const char *const maines[] = {"us-senate", "us-house", "president", NULL};
static const char *const nominees[] = {"us-senate",    "us-house",    "governor", "president",
                                       "state-senate", "state-house", NULL};
static const char *const alaskas[] = {
    "us-senate",    "us-house",    "governor",  "lieutenant-governor",
    "state-senate", "state-house", "president", NULL};
static const struct ranked {
    const char *state;
    bool primary;
    const char *const *offices;
} rankeds[] = {
    {"AK", false, alaskas},
    {"ME", false, maines},
    {"ME", true, nominees},
};

static bool is_any(const struct office_class *class, const char *const *slugs)
{
    for (; class && *slugs; slugs++)
        if (strcmp(class->slug, *slugs) == 0)
            return true;
    return false;
}

/* Louisiana's closed primaries. */
static bool is_closed(const struct endorsement *e, const struct office_class *class)
{
    char date[11];

    when_format_date(e->date, date);
    return slice_is(e->state, "LA") && strcmp(date, "2026") >= 0 && is_any(class, louisianas);
}

bool rounds_is_first(const struct endorsement *e)
{
    return e->choice == CHOICE_CANDIDATE && e->contest_party.len == 0 &&
           slice_eq_nocase(e->election_type, SLICE("primary"));
}

/* Whom they have for president parties find out for themselves. */
static const struct open *open_of(const struct endorsement *e, const struct office_class *class)
{
    static const char *const president[] = {"president", NULL};

    if (is_any(class, president) || is_closed(e, class))
        return NULL;
    for (size_t i = 0; i < sizeof opens / sizeof *opens; i++)
        if (slice_is(e->state, opens[i].state) &&
            (!opens[i].offices || is_any(class, opens[i].offices)))
            return &opens[i];
    return NULL;
}

bool rounds_is_nominating(const struct endorsement *e, const struct office_class *class)
{
    return e->choice == CHOICE_CANDIDATE && !open_of(e, class) &&
           slice_eq_nocase(e->election_type, SLICE("primary")) && is_any(class, nominated);
}

/* Is it one of the year's runoffs before the general election, of an office for which parties have
 * candidates? Those of November and later follow that; towns, schools and judges mostly have no
 * parties. */
static bool may_be_partys_runoff(const struct endorsement *e, const struct office_class *class)
{
    const unsigned levels = LEVEL(FEDERAL) | LEVEL(STATE) | LEVEL(COUNTY);
    char date[11];
    bool has_them = false, closed = is_closed(e, class);

    if (!class || !(closed || (levels >> class->level & 1U)) || e->choice != CHOICE_CANDIDATE ||
        e->contest_party.len > 0 || !slice_eq_nocase(e->election_type, SLICE("runoff")))
        return false;
    when_format_date(e->date, date);
    for (size_t i = 0; i < sizeof runoffs / sizeof *runoffs; i++)
        has_them |= slice_is(e->state, runoffs[i]);
    return (has_them || closed) && strcmp(date + 5, "02") >= 0 && strcmp(date + 5, "11") < 0;
}

bool rounds_is_unsaid(const struct endorsement *e, const struct office_class *class)
{
    bool first = rounds_is_first(e) && !open_of(e, class);

    return (first || may_be_partys_runoff(e, class)) && office_party(e->party);
}

enum rounds_win rounds_win(const struct endorsement *e, const struct office_class *class)
{
    const struct open *o = open_of(e, class);
    enum endorse_level level = class ? class->level : e->level;

    if (!rounds_is_first(e))
        return ROUNDS_FINAL;
    if (o && (o->narrowed >> level & 1U) && !is_any(class, excepted))
        return ROUNDS_PLACE;
    return o ? o->rest : e->wins == WINS_SEAT || e->primary_unsaid ? ROUNDS_EITHER : ROUNDS_FINAL;
}

enum endorse_wins rounds_kind(const struct endorsement *e, bool nominates)
{
    bool open = e->wins == WINS_SEAT && !e->wins_said && e->contest_party.len == 0;

    return nominates && open ? WINS_NOMINATION : e->wins;
}

bool rounds_goes_on(const struct endorsement *e, const struct office_class *class)
{
    return rounds_is_first(e) && open_of(e, class);
}

bool rounds_is_ranked(const struct endorsement *e, const struct office_class *class)
{
    bool primary = slice_eq_nocase(e->election_type, SLICE("primary"));

    for (size_t i = 0; i < sizeof rankeds / sizeof *rankeds; i++)
        if (slice_is(e->state, rankeds[i].state) && primary == rankeds[i].primary &&
            is_any(class, rankeds[i].offices))
            return true;
    return false;
}
