/* SPDX-License-Identifier: ISC */
/* What templates can say of the night, and what they can go through. */
#include "daemon/base/when.h"
#include "daemon/core/states.h"
#include "tests/sim/write.h"

#define MILLION 1000000
#define RANKS_MAX 64

typedef const struct write W;
typedef const struct write_scope S;

/* ---- figures ---- */

/* Where in the contest's own list the feed's county stands; WRITE_NONE: it takes no part. */
static size_t county_at(W *w, const struct scenario_contest *c, size_t county)
{
    for (size_t i = 0; i < c->county_count; i++)
        if (slice_eq(c->counties[i], w->counties[county]))
            return i;
    return WRITE_NONE;
}

/* Has the contest the county and the precinct that are in hand? */
static bool has_place(W *w, S *s, const struct generate_contest *g)
{
    size_t county = s->county == WRITE_NONE ? WRITE_NONE : county_at(w, g->c, s->county);
    if (s->county != WRITE_NONE && county == WRITE_NONE)
        return false;
    return s->unit == WRITE_NONE || (s->unit < g->unit_count &&
                                     (county == WRITE_NONE || g->units[s->unit].county == county));
}

static int64_t votes_of(W *w, S *s, size_t choice, enum generate_type type)
{
    if (s->unit != WRITE_NONE)
        return generate_unit_votes(s->g, s->unit, choice, type, w->t);
    if (s->county != WRITE_NONE)
        return generate_county_votes(s->g, county_at(w, s->g->c, s->county), choice, type, w->t);
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
    size_t county = s->county == WRITE_NONE || !s->g ? SIZE_MAX : county_at(w, g->c, s->county);
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
        if (s->g ? g != s->g : !has_place(w, s, g))
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

static int64_t choices(W *w, S *s)
{
    (void)w;
    return s->g ? (int64_t)s->g->c->candidate_count : 0;
}

static int64_t contest(W *w, S *s)
{
    (void)w;
    return s->g ? (int64_t)s->contest + 1 : 0;
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

/* ---- words ---- */

static const struct scenario_candidate *who(S *s)
{
    static const struct scenario_candidate nobody = {.party = NULL};
    return s->g && s->choice != WRITE_NONE ? &s->g->c->candidates[s->choice] : &nobody;
}

static const struct scenario_party *party_of(S *s)
{
    const struct scenario_party *p = who(s)->party;
    return p ? p : scenario_party(s->party == WRITE_NONE ? 0 : s->party);
}

static struct slice yes(bool is)
{
    return is ? SLICE("yes") : (struct slice){0};
}

static struct slice column(S *s, const char *key)
{
    return s->g ? scenario_value(&s->g->c->columns, key) : (struct slice){0};
}

static struct slice election(W *w, S *s)
{
    (void)s;
    return w->night->s->election;
}

/* Of the contest, or of the feed. */
static const struct scenario_state *state_of(W *w, S *s)
{
    return s->g ? s->g->c->state : w->feed->state;
}

static struct slice state(W *w, S *s)
{
    return state_of(w, s) ? state_of(w, s)->code : (struct slice){0};
}

static struct slice state_name(W *w, S *s)
{
    const struct state *st = states_find(state(w, s));
    return slice_of(st ? st->name : NULL);
}

static struct slice zone(W *w, S *s)
{
    return slice_of(state_of(w, s) ? state_of(w, s)->zone : "UTC");
}

static struct slice place(W *w, S *s)
{
    return w->feed->county.len > 0 ? w->feed->county : state(w, s);
}

static struct slice title(W *w, S *s)
{
    return s->g ? w->titles[s->contest] : (struct slice){0};
}

static struct slice race_title(W *w, S *s)
{
    (void)w;
    return s->g ? s->g->c->title : (struct slice){0};
}

static struct slice office(W *w, S *s)
{
    (void)w;
    return s->g ? s->g->c->office : (struct slice){0};
}

static struct slice district(W *w, S *s)
{
    (void)w;
    return column(s, "district");
}

static struct slice jurisdiction(W *w, S *s)
{
    (void)w;
    return column(s, "jurisdiction");
}

static struct slice seat(W *w, S *s)
{
    (void)w;
    return column(s, "seat");
}

static struct slice special(W *w, S *s)
{
    (void)w;
    return yes(slice_is(column(s, "election_type"), "special"));
}

static struct slice measure(W *w, S *s)
{
    (void)w;
    return yes(s->g && s->g->c->measure);
}

static struct slice county_name(W *w, S *s)
{
    return s->county == WRITE_NONE ? w->feed->county : w->counties[s->county];
}

static struct slice name(W *w, S *s)
{
    (void)w;
    return who(s)->shown;
}

static size_t last_blank(struct slice s)
{
    size_t at = s.len;
    while (at > 0 && s.ptr[at - 1] != ' ')
        at--;
    return at;
}

static struct slice first_name(W *w, S *s)
{
    return slice_trim(slice_sub(name(w, s), 0, last_blank(name(w, s))));
}

static struct slice last_name(W *w, S *s)
{
    return slice_sub(name(w, s), last_blank(name(w, s)), name(w, s).len);
}

static struct slice party(W *w, S *s)
{
    (void)w;
    return slice_of(party_of(s)->letter);
}

static struct slice party_code(W *w, S *s)
{
    (void)w;
    return slice_of(party_of(s)->code);
}

static struct slice party_mark(W *w, S *s)
{
    (void)w;
    return slice_of(party_of(s)->mark);
}

static struct slice party_name(W *w, S *s)
{
    (void)w;
    return slice_of(party_of(s)->name);
}

static struct slice incumbent(W *w, S *s)
{
    (void)w;
    return yes(who(s)->incumbent);
}

static struct slice write_in(W *w, S *s)
{
    (void)w;
    return yes(who(s)->write_in);
}

static struct slice mark(W *w, S *s)
{
    return slice_of(s->choice == WRITE_NONE ? NULL : generate_mark(s->g, s->choice, w->t));
}

static struct slice ap_race(W *w, S *s)
{
    (void)w;
    return s->g ? s->g->ap_id : (struct slice){0};
}

static struct slice ap_candidate(W *w, S *s)
{
    (void)w;
    return s->choice == WRITE_NONE ? (struct slice){0} : s->g->ap_ids[s->choice];
}

static struct slice type(W *w, S *s)
{
    static const char *const names[GENERATE_TYPES] = {
        [TYPE_DAY] = "day", [TYPE_EARLY] = "early", [TYPE_MAIL] = "mail"};
    (void)w;
    return slice_of(s->type == WRITE_NONE ? NULL : names[s->type]);
}

/* "," from the second time on in a loop's run. */
static struct slice comma(W *w, S *s)
{
    bool again = *w->listed;
    (void)s;
    *w->listed = true;
    return again ? SLICE(",") : (struct slice){0};
}

static struct slice bom(W *w, S *s)
{
    (void)w, (void)s;
    return SLICE("\xEF\xBB\xBF");
}

static struct slice escape(W *w, S *s)
{
    (void)w, (void)s;
    return SLICE("\x1b");
}

static struct slice feed(W *w, S *s)
{
    (void)w, (void)s;
    return SLICE("\f");
}

static struct slice blank(W *w, S *s)
{
    (void)w, (void)s;
    return SLICE(" ");
}

static const struct field fields[] = {
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
    /* when, in milliseconds */
    {"time", NULL, the_time},
    {"date", NULL, date},
    {"called", NULL, called},
    /* which, from 1 */
    {"line", NULL, line},
    {"contests", NULL, contests},
    {"choices", NULL, choices},
    {"contest", NULL, contest},
    {"race", NULL, race}, /* among the night's */
    {"county", NULL, county},
    {"precinct", NULL, precinct},
    {"choice", NULL, choice},
    {"candidate", NULL, candidate}, /* among the night's */
    {"winner", NULL, winner},       /* as a candidate; 0: nobody is called */
    {"seats", NULL, seats},
    /* words */
    {"election", election, NULL},
    {"state", state, NULL},
    {"state-name", state_name, NULL},
    {"zone", zone, NULL},
    {"place", place, NULL},
    {"title", title, NULL},
    {"race-title", race_title, NULL},
    {"office", office, NULL},
    {"district", district, NULL},
    {"jurisdiction", jurisdiction, NULL},
    {"seat", seat, NULL},
    {"special", special, NULL},
    {"measure", measure, NULL},
    {"county-name", county_name, NULL},
    {"name", name, NULL},
    {"first", first_name, NULL},
    {"last", last_name, NULL},
    {"party", party, NULL},
    {"party-code", party_code, NULL},
    {"party-mark", party_mark, NULL},
    {"party-name", party_name, NULL},
    {"incumbent", incumbent, NULL},
    {"write-in", write_in, NULL},
    {"mark", mark, NULL},
    {"ap-race", ap_race, NULL},
    {"ap-candidate", ap_candidate, NULL},
    {"type", type, NULL},
    /* signs */
    {"comma", comma, NULL},
    {"bom", bom, NULL},
    {"esc", escape, NULL},
    {"ff", feed, NULL},
    {"blank", blank, NULL},
};

const struct field *field_find(struct slice wanted)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (slice_is(wanted, fields[i].name))
            return &fields[i];
    return NULL;
}

/* ---- loops ---- */

static bool next_contest(struct write *w, size_t *at)
{
    struct write_scope *s = &w->scope;
    for (; *at < w->contest_count; ++*at) {
        s->g = w->contests[*at];
        s->contest = *at;
        if (has_place(w, s, s->g))
            return true;
    }
    return false;
}

static bool next_county(struct write *w, size_t *at)
{
    for (; *at < w->county_count; ++*at) {
        w->scope.county = *at;
        if (!w->scope.g || county_at(w, w->scope.g->c, *at) != WRITE_NONE)
            return true;
    }
    return false;
}

static bool next_precinct(struct write *w, size_t *at)
{
    for (;; ++*at) {
        bool more = false;
        w->scope.unit = *at;
        for (size_t i = 0; i < w->contest_count; i++) {
            const struct generate_contest *g = w->contests[i];
            if (w->scope.g && w->scope.g != g)
                continue;
            if (has_place(w, &w->scope, g))
                return true;
            more |= *at < g->unit_count;
        }
        if (!more)
            return false;
    }
}

static bool next_choice(struct write *w, size_t *at)
{
    w->scope.choice = *at;
    return w->scope.g && *at < w->scope.g->c->candidate_count;
}

/* The leader first; of equal ones the first of the list. */
static bool next_by_votes(struct write *w, size_t *at)
{
    const struct generate_contest *g = w->scope.g;
    size_t order[RANKS_MAX];
    size_t n = !g ? 0 : g->c->candidate_count < RANKS_MAX ? g->c->candidate_count : RANKS_MAX;
    for (size_t k = 0; k < n; k++) {
        size_t i = k;
        for (; i > 0 && generate_total(g, order[i - 1], w->t) < generate_total(g, k, w->t); i--)
            order[i] = order[i - 1];
        order[i] = k;
    }
    if (*at >= n)
        return false;
    w->scope.choice = order[*at];
    return true;
}

static bool next_type(struct write *w, size_t *at)
{
    w->scope.type = *at;
    return *at < GENERATE_TYPES;
}

static bool next_party(struct write *w, size_t *at)
{
    w->scope.party = *at;
    return scenario_party(*at) != NULL;
}

static const struct loop loops[] = {
    {"contest", next_contest}, {"county", next_county}, {"precinct", next_precinct},
    {"choice", next_choice},   {"type", next_type},     {"choice by votes", next_by_votes},
    {"party", next_party},
};

const struct loop *loop_find(struct slice wanted)
{
    for (size_t i = 0; i < sizeof loops / sizeof loops[0]; i++)
        if (slice_is(wanted, loops[i].name))
            return &loops[i];
    return NULL;
}
