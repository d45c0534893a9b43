/* SPDX-License-Identifier: ISC */
/* The law as a table, from the states' election codes as of 2026. Elsewhere a primary without
 * parties mostly narrows the field only, and in places a majority wins it: it may be either. */
#include "daemon/core/rounds.h"

#include <string.h>

#include "daemon/base/when.h"
#include "daemon/core/office.h"

#define LEVEL(l) (1U << LEVEL_##l)
#define ANY (~0U)

/* States of which all parties' candidates stand in one primary. */
static const struct open {
    const char *state;
    unsigned narrowed; /* levels of offices to which it elects nobody: so many go on */
    enum rounds_win rest;
} opens[] = {
    {"AK", ANY, ROUNDS_EITHER},
    {"CA", LEVEL(FEDERAL) | LEVEL(STATE), ROUNDS_EITHER},
    {"LA", 0, ROUNDS_FINAL}, /* who has a majority is elected, and marked so */
    {"WA", ANY & ~LEVEL(JUDICIAL), ROUNDS_EITHER},
};

/* States of which a party's primary has a runoff where nobody has a majority. */
static const char *const runoffs[] = {"AL", "AR", "GA", "MS", "NC", "OK", "SC", "SD", "TX"};

/* Offices of those levels that are filled otherwise: by parties' primaries, by a majority. */
static const char *const excepted[] = {"president", "state-superintendent"};

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
};

/* Nebraska's legislature has one house and no parties. */
static bool has_no_parties(const struct endorsement *e, const struct office_class *class)
{
    return slice_is(e->state, "NE") &&
           (strcmp(class->slug, "state-senate") == 0 || strcmp(class->slug, "state-house") == 0 ||
            strcmp(class->slug, "state-legislature") == 0);
}

bool rounds_is_first(const struct endorsement *e)
{
    return e->choice == CHOICE_CANDIDATE && e->contest_party.len == 0 &&
           slice_eq_nocase(e->election_type, SLICE("primary"));
}

static const struct open *open_of(const struct endorsement *e)
{
    for (size_t i = 0; i < sizeof opens / sizeof *opens; i++)
        if (slice_is(e->state, opens[i].state))
            return &opens[i];
    return NULL;
}

static bool is_excepted(const struct office_class *class)
{
    for (size_t i = 0; class && i < sizeof excepted / sizeof *excepted; i++)
        if (slice_is(slice_of(class->slug), excepted[i]))
            return true;
    return false;
}

bool rounds_is_nominating(const struct endorsement *e, const struct office_class *class)
{
    bool by_parties = false;

    if (!class || e->choice != CHOICE_CANDIDATE || open_of(e) || has_no_parties(e, class) ||
        !slice_eq_nocase(e->election_type, SLICE("primary")))
        return false;
    for (size_t i = 0; i < sizeof nominated / sizeof *nominated && !by_parties; i++)
        by_parties = strcmp(nominated[i], class->slug) == 0;
    return by_parties;
}

/* Is it one of the year's runoffs before the general election, of an office for which parties have
 * candidates? Those of November and later follow that; towns, schools and judges mostly have no
 * parties. */
static bool may_be_partys_runoff(const struct endorsement *e, const struct office_class *class)
{
    const unsigned levels = LEVEL(FEDERAL) | LEVEL(STATE) | LEVEL(COUNTY);
    char date[11];
    bool has_them = false;

    if (!class || !(levels >> class->level & 1U) || e->choice != CHOICE_CANDIDATE ||
        e->contest_party.len > 0 || !slice_eq_nocase(e->election_type, SLICE("runoff")))
        return false;
    when_format_date(e->date, date);
    for (size_t i = 0; i < sizeof runoffs / sizeof *runoffs; i++)
        has_them |= slice_is(e->state, runoffs[i]);
    return has_them && strcmp(date + 5, "02") >= 0 && strcmp(date + 5, "11") < 0;
}

bool rounds_is_unsaid(const struct endorsement *e, const struct office_class *class)
{
    bool first = rounds_is_first(e) && !open_of(e) && !(class && has_no_parties(e, class));

    return (first || may_be_partys_runoff(e, class)) && office_party(e->party);
}

enum rounds_win rounds_win(const struct endorsement *e, const struct office_class *class)
{
    const struct open *o = open_of(e);
    enum endorse_level level = class ? class->level : e->level;

    if (!rounds_is_first(e))
        return ROUNDS_FINAL;
    if (o && (o->narrowed >> level & 1U) && !is_excepted(class))
        return ROUNDS_PLACE;
    return o ? o->rest : e->wins == WINS_SEAT || e->primary_unsaid ? ROUNDS_EITHER : ROUNDS_FINAL;
}

enum endorse_wins rounds_kind(const struct endorsement *e, bool nominates)
{
    bool open = e->wins == WINS_SEAT && !e->wins_said && e->contest_party.len == 0;

    return nominates && open ? WINS_NOMINATION : e->wins;
}

bool rounds_goes_on(const struct endorsement *e)
{
    return rounds_is_first(e) && open_of(e);
}
