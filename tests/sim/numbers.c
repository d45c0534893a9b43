/* SPDX-License-Identifier: ISC */
/* What templates can say of the night in numbers. */
#include "daemon/base/when.h"
#include "tests/sim/write.h"

#define MILLION 1000000

typedef const struct write W;
typedef const struct write_scope S;

/* ---- figures ---- */

static int64_t votes_of(W *w, S *s, size_t choice, enum generate_type type)
{
    if (s->unit != WRITE_NONE)
        return generate_unit_votes(s->g, s->unit, choice, type, w->t);
    if (s->county != WRITE_NONE)
        return generate_county_votes(s->g, write_county_at(w, s->g->c, s->county), choice, type,
                                     w->t);
    return generate_votes(s->g, choice, type, w->t);
}

static int64_t votes(W *w, S *s)
{
    int64_t sum = 0;
    for (size_t k = 0; s->g && k < s->g->c->candidate_count; k++)
        for (size_t t = 0; t < GENERATE_TYPES; t++)
            if ((s->choice == WRITE_NONE || s->choice == k) &&
                (s->type == WRITE_NONE || s->type == t))
                sum += votes_of(w, s, k, (enum generate_type)t);
    return sum;
}

static int64_t votes_by(W *w, S *s, enum generate_type type)
{
    struct write_scope of = *s;
    of.type = type;
    return votes(w, &of);
}

static int64_t day_votes(W *w, S *s)
{
    return votes_by(w, s, TYPE_DAY);
}

static int64_t early_votes(W *w, S *s)
{
    return votes_by(w, s, TYPE_EARLY);
}

static int64_t mail_votes(W *w, S *s)
{
    return votes_by(w, s, TYPE_MAIL);
}

static int64_t cast(W *w, S *s)
{
    struct write_scope all = *s;
    all.choice = WRITE_NONE;
    return votes(w, &all);
}

static int64_t millionths(int64_t part, int64_t whole)
{
    return whole > 0 ? part * MILLION / whole : 0;
}

static int64_t share(W *w, S *s)
{
    return millionths(votes(w, s), cast(w, s));
}

/* The contest with the most precincts, for what a page says of all of them. */
static const struct generate_contest *widest(W *w, S *s)
{
    const struct generate_contest *g = s->g;
    for (size_t i = 0; !s->g && i < w->contest_count; i++)
        if (!g || w->contests[i]->unit_count > g->unit_count)
            g = w->contests[i];
    return g;
}

static void progress(W *w, S *s, int64_t *reporting, int64_t *total)
{
    const struct generate_contest *g = widest(w, s);
    size_t county =
        s->county == WRITE_NONE || !s->g ? SIZE_MAX : write_county_at(w, g->c, s->county);
    *reporting = *total = 0;
    if (g && s->unit == WRITE_NONE) {
        generate_progress(g, county, w->t, reporting, total);
    } else if (g) {
        *reporting = w->t >= g->units[s->unit].day_ms;
        *total = 1;
    }
}

static int64_t reporting(W *w, S *s)
{
    int64_t in, of;
    progress(w, s, &in, &of);
    return in;
}

static int64_t total(W *w, S *s)
{
    int64_t in, of;
    progress(w, s, &in, &of);
    return of;
}

static int64_t reported(W *w, S *s)
{
    int64_t in, of;
    progress(w, s, &in, &of);
    return millionths(in, of);
}

static int64_t counties(W *w, S *s)
{
    return (int64_t)(s->g ? s->g->c->county_count : w->county_count);
}

static int64_t counties_reported(W *w, S *s)
{
    const struct generate_contest *g = widest(w, s);
    int64_t in, of, done = 0;
    for (size_t i = 0; g && i < g->c->county_count; i++) {
        generate_progress(g, i, w->t, &in, &of);
        done += in == of;
    }
    return done;
}

/* Ballots behind the contest, or the largest one, with a few that left it blank. */
static int64_t ballots_at(W *w, S *s, int64_t t)
{
    struct write at = *w;
    int64_t most = 0;
    at.t = t;
    for (size_t i = 0; i < w->contest_count; i++) {
        const struct generate_contest *g = w->contests[i];
        struct write_scope of = *s;
        if (s->g ? g != s->g : !write_has_place(w, s, g))
            continue;
        of.g = g;
        of.type = WRITE_NONE;
        int64_t n = (cast(&at, &of) + g->c->seats - 1) / g->c->seats;
        most = n > most ? n : most;
    }
    return most + most / 50;
}

static int64_t ballots(W *w, S *s)
{
    return ballots_at(w, s, w->t);
}

static int64_t registered(W *w, S *s)
{
    return ballots_at(w, s, WHEN_NEVER) * 100 / 61;
}

static int64_t under(W *w, S *s)
{
    return reporting(w, s) * 3;
}

/* Has anything of the contest changed since what was asked for? */
static int64_t changed(W *w, S *s)
{
    int64_t before, now, total;
    if (w->since == WHEN_UNKNOWN || !s->g)
        return 1;
    generate_progress(s->g, SIZE_MAX, w->since, &before, &total);
    generate_progress(s->g, SIZE_MAX, w->t, &now, &total);
    bool same = before == now;
    for (size_t k = 0; k < s->g->c->candidate_count; k++)
        same = same && generate_total(s->g, k, w->since) == generate_total(s->g, k, w->t) &&
               generate_mark(s->g, k, w->since)[0] == generate_mark(s->g, k, w->t)[0];
    return !same;
}

/* ---- numbers of things ---- */

static int64_t line(W *w, S *s)
{
    (void)s;
    return (int64_t)w->line;
}

static int64_t the_time(W *w, S *s)
{
    (void)s;
    return w->t;
}

static int64_t date(W *w, S *s)
{
    (void)s;
    return w->night->s->date;
}

/* The one who is called the winner; WRITE_NONE: nobody is. */
static size_t winner_of(W *w, S *s)
{
    for (size_t k = 0; s->g && k < s->g->c->candidate_count; k++)
        if (generate_mark(s->g, k, w->t)[0] == 'X')
            return k;
    return WRITE_NONE;
}

static int64_t called(W *w, S *s)
{
    size_t k = winner_of(w, s);
    return k == WRITE_NONE ? 0 : s->g->c->candidates[k].call_ms;
}

static int64_t contests(W *w, S *s)
{
    (void)s;
    return (int64_t)w->contest_count;
}

static int64_t contest(W *w, S *s)
{
    (void)w;
    return s->g ? (int64_t)s->contest + 1 : 0;
}

static int64_t version(W *w, S *s)
{
    (void)s;
    return write_version(w, w->t);
}

static int64_t race(W *w, S *s)
{
    return s->g ? s->g - w->night->contests + 1 : 0;
}

static int64_t seats(W *w, S *s)
{
    (void)w;
    return s->g ? s->g->c->seats : 0;
}

static int64_t county(W *w, S *s)
{
    (void)w;
    return s->county == WRITE_NONE ? 0 : (int64_t)s->county + 1;
}

static int64_t precinct(W *w, S *s)
{
    (void)w;
    return s->unit == WRITE_NONE ? 0 : (int64_t)s->unit + 1;
}

static int64_t choice(W *w, S *s)
{
    (void)w;
    return s->choice == WRITE_NONE ? 0 : (int64_t)s->choice + 1;
}

static int64_t candidate(W *w, S *s)
{
    return choice(w, s) + (s->choice == WRITE_NONE ? 0 : (int64_t)s->g->first_candidate);
}

static int64_t winner(W *w, S *s)
{
    struct write_scope of = *s;
    of.choice = winner_of(w, s);
    return candidate(w, &of);
}

const struct field write_numbers[] = {
    /* figures */
    {"votes", NULL, votes},
    {"day-votes", NULL, day_votes},
    {"early-votes", NULL, early_votes},
    {"mail-votes", NULL, mail_votes},
    {"cast", NULL, cast},   /* of all choices */
    {"share", NULL, share}, /* of the cast, in millionths */
    {"reporting", NULL, reporting},
    {"total", NULL, total},       /* precincts */
    {"reported", NULL, reported}, /* of the precincts, in millionths */
    {"counties", NULL, counties},
    {"counties-reported", NULL, counties_reported},
    {"ballots", NULL, ballots},
    {"registered", NULL, registered},
    {"under", NULL, under},
    {"over", NULL, reporting},
    {"changed", NULL, changed}, /* since what was asked for */
    /* when, in milliseconds */
    {"time", NULL, the_time},
    {"date", NULL, date},
    {"called", NULL, called},
    /* which, from 1 */
    {"line", NULL, line},
    {"version", NULL, version},
    {"contests", NULL, contests},
    {"contest", NULL, contest},
    {"race", NULL, race}, /* among the night's */
    {"county", NULL, county},
    {"precinct", NULL, precinct},
    {"choice", NULL, choice},
    {"candidate", NULL, candidate}, /* among the night's */
    {"winner", NULL, winner},       /* as a candidate; 0: nobody is called */
    {"seats", NULL, seats},
    {NULL, NULL, NULL},
};
