/* SPDX-License-Identifier: ISC */
/* The law as a table, from the states' election codes as of 2026. Elsewhere a primary without
 * parties mostly narrows the field only, and in places a majority wins it: it may be either. */
#include "daemon/core/rounds.h"

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

/* Offices of those levels that are filled otherwise: by parties' primaries, by a majority. */
static const char *const excepted[] = {"president", "state-superintendent"};

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

enum rounds_win rounds_win(const struct endorsement *e, const struct office_class *class)
{
    const struct open *o = open_of(e);
    enum endorse_level level = class ? class->level : e->level;

    if (!rounds_is_first(e))
        return ROUNDS_FINAL;
    if (o && (o->narrowed >> level & 1U) && !is_excepted(class))
        return ROUNDS_PLACE;
    return o ? o->rest : e->wins == WINS_SEAT ? ROUNDS_EITHER : ROUNDS_FINAL;
}

bool rounds_goes_on(const struct endorsement *e)
{
    return rounds_is_first(e) && open_of(e);
}
