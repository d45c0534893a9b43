/* SPDX-License-Identifier: ISC */
/* The curve of an invented night. */
#include "tests/sim/generate.h"

#include "daemon/base/hash.h"
#include "daemon/base/when.h"

#define BP 10000
#define COUNTED_LATE (6 * WHEN_MINUTE) /* from the first figures to the first precinct's own */

/* A number below `below` that depends on the seed and on what is asked for. */
static int64_t draw(const struct scenario *s, struct slice of, uint64_t what, uint64_t which,
                    int64_t below)
{
    uint64_t n =
        hash64(of, (uint64_t)s->seed * UINT64_C(0x9e3779b97f4a7c15) + what * 1000003 + which);
    return (int64_t)(n % (uint64_t)below);
}

static int64_t *cell(const struct generate_contest *g, size_t unit, size_t candidate,
                     enum generate_type type)
{
    return &g->votes[(unit * g->c->candidate_count + candidate) * GENERATE_TYPES + type];
}

/* Shares of the whole as whole votes; the largest remainders get what is left over. */
static void final_votes(const struct scenario_contest *c, int64_t *out)
{
    int64_t left = c->votes;
    for (size_t k = 0; k < c->candidate_count; k++) {
        out[k] = c->votes * c->candidates[k].share_bp / BP;
        left -= out[k];
    }
    for (; left > 0; left--) {
        size_t best = 0;
        int64_t most = -1;
        for (size_t k = 0; k < c->candidate_count; k++) {
            int64_t lack = c->votes * c->candidates[k].share_bp - out[k] * BP;
            if (lack > most) {
                most = lack;
                best = k;
            }
        }
        out[best]++;
    }
}

/* Votes cast before the day, in percent: Democrats more by mail, Republicans on the day. */
static int64_t cast_before(const struct scenario *s, const struct scenario_contest *c,
                           size_t candidate, enum generate_type type)
{
    char party = c->candidates[candidate].party->letter[0];
    int64_t lean = party == 'D' ? 5 : party == 'R' ? -5 : 0;
    if (type == TYPE_EARLY)
        return 20 + lean + draw(s, c->title, 3, candidate, 6);
    return 12 + lean + draw(s, c->title, 4, candidate, 5);
}

/* Spread a candidate's votes over the units, each a little more or less its own. */
static void spread(const struct scenario *s, struct generate_contest *g, size_t candidate,
                   int64_t votes)
{
    const struct scenario_contest *c = g->c;
    int64_t whole = 0, so_far = 0, given = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t u = 0; u < g->unit_count; u++) {
            int64_t weight = (40 + draw(s, c->title, 1, u, 160)) *
                             (85 + draw(s, c->candidates[candidate].name, 2, u, 31));
            if (pass == 0) {
                whole += weight;
                continue;
            }
            so_far += weight;
            int64_t until = (int64_t)((__int128)votes * so_far / whole);
            int64_t mine = until - given;
            given = until;
            for (int t = TYPE_EARLY; t < GENERATE_TYPES; t++) {
                enum generate_type type = (enum generate_type)t;
                *cell(g, u, candidate, type) = mine * cast_before(s, c, candidate, type) / 100;
            }
            *cell(g, u, candidate, TYPE_DAY) =
                mine - *cell(g, u, candidate, TYPE_EARLY) - *cell(g, u, candidate, TYPE_MAIL);
        }
}

static void set_times(const struct scenario *s, struct generate_contest *g)
{
    const struct scenario_contest *c = g->c;
    int64_t first = c->from_ms + COUNTED_LATE < c->to_ms ? c->from_ms + COUNTED_LATE : c->to_ms;
    size_t last = (size_t)draw(s, c->title, 5, 0, (int64_t)g->unit_count);
    for (size_t u = 0; u < g->unit_count; u++) {
        struct generate_unit *unit = &g->units[u];
        unit->county = u * c->county_count / g->unit_count;
        unit->cast_ms = c->from_ms + draw(s, c->title, 6, unit->county, first - c->from_ms + 1);
        unit->day_ms = u == last ? c->to_ms : first + draw(s, c->title, 7, u, c->to_ms - first + 1);
    }
}

/* AP's own numbers: "GA-Z-10012" a race, "GA20031" a candidate. */
static bool number_it(const struct scenario *s, size_t at, size_t first, struct arena *a,
                      struct generate_contest *g)
{
    static const struct {
        struct slice office;
        char letter;
    } letters[] = {
        {SLICE_INIT("US House"), 'H'},    {SLICE_INIT("US Senate"), 'S'},
        {SLICE_INIT("State Senat"), 'Z'}, {SLICE_INIT("State "), 'Y'},
        {SLICE_INIT("Governor"), 'G'},    {SLICE_INIT("Mayor"), 'M'},
    };
    const struct scenario_contest *c = &s->contests[at];
    char letter = 'L';
    for (size_t i = sizeof letters / sizeof letters[0]; i-- > 0;)
        if (slice_starts(c->office, letters[i].office))
            letter = letters[i].letter;
    g->ap_id = arena_printf(a, "%.*s-%c-%zu", SLICE_FMT(c->state->code), letter, 10001 + at);
    g->ap_ids = arena_array(a, c->candidate_count, sizeof *g->ap_ids);
    for (size_t k = 0; g->ap_ids && k < c->candidate_count; k++)
        g->ap_ids[k] = arena_printf(a, "%.*s%zu", SLICE_FMT(c->state->code), 20001 + first + k);
    return g->ap_id.ptr && g->ap_ids;
}

bool generate_night(const struct scenario *s, struct arena *a, struct generate *out, struct err *e)
{
    size_t candidates = 0;
    struct generate_contest *all = arena_array(a, s->contest_count + 1, sizeof *all);
    for (size_t i = 0; all && i < s->contest_count; i++) {
        struct generate_contest *g = &all[i];
        const struct scenario_contest *c = g->c = &s->contests[i];
        g->unit_count = (size_t)c->units;
        g->units = arena_array(a, g->unit_count, sizeof *g->units);
        g->votes =
            arena_array(a, g->unit_count * c->candidate_count * GENERATE_TYPES, sizeof *g->votes);
        int64_t *final = arena_array(a, c->candidate_count + 1, sizeof *final);
        if (!g->units || !g->votes || !final || !number_it(s, i, candidates, a, g))
            return err_set(e, ERR_BUG, "the night is too big");
        g->first_candidate = candidates;
        candidates += c->candidate_count;
        final_votes(c, final);
        for (size_t k = 0; k < c->candidate_count; k++)
            spread(s, g, k, final[k]);
        set_times(s, g);
    }
    *out = (struct generate){s, all};
    return all || err_set(e, ERR_BUG, "out of memory");
}

/* ---- asking ---- */

int64_t generate_unit_votes(const struct generate_contest *g, size_t unit, size_t candidate,
                            enum generate_type type, int64_t t)
{
    const struct generate_unit *u = &g->units[unit];
    bool in = t >= u->cast_ms && (type != TYPE_DAY || t >= u->day_ms);
    return in ? *cell(g, unit, candidate, type) : 0;
}

int64_t generate_county_votes(const struct generate_contest *g, size_t county, size_t candidate,
                              enum generate_type type, int64_t t)
{
    int64_t sum = 0;
    for (size_t u = 0; u < g->unit_count; u++)
        if (g->units[u].county == county)
            sum += generate_unit_votes(g, u, candidate, type, t);
    return sum;
}

int64_t generate_votes(const struct generate_contest *g, size_t candidate, enum generate_type type,
                       int64_t t)
{
    int64_t sum = 0;
    for (size_t u = 0; u < g->unit_count; u++)
        sum += generate_unit_votes(g, u, candidate, type, t);
    return sum;
}

int64_t generate_total(const struct generate_contest *g, size_t candidate, int64_t t)
{
    int64_t sum = 0;
    for (int type = 0; type < GENERATE_TYPES; type++)
        sum += generate_votes(g, candidate, (enum generate_type)type, t);
    return sum;
}

void generate_progress(const struct generate_contest *g, size_t county, int64_t t,
                       int64_t *reporting, int64_t *total)
{
    *reporting = *total = 0;
    for (size_t u = 0; u < g->unit_count; u++) {
        if (county != SIZE_MAX && g->units[u].county != county)
            continue;
        ++*total;
        *reporting += t >= g->units[u].day_ms;
    }
}

static const char *letter(char mark)
{
    return mark == 'X' ? "X" : mark == 'R' ? "R" : "";
}

const char *generate_mark(const struct generate_contest *g, size_t candidate, int64_t t)
{
    const struct scenario_contest *c = g->c;
    const struct scenario_candidate *k = &c->candidates[candidate];
    if (c->retract_ms == WHEN_UNKNOWN)
        return k->call_ms != WHEN_UNKNOWN && t >= k->call_ms ? letter(k->mark) : "";
    if (t < c->call_ms)
        return "";
    if (t < c->retract_ms)
        return k->first ? "X" : "";
    if (t < c->recall_ms)
        return k->first ? "N" : "";
    return letter(k->mark);
}

int64_t generate_written(const struct scenario *s, const struct scenario_feed *f, int64_t t)
{
    return t <= s->date ? s->date : s->date + (t - s->date) / f->every_ms * f->every_ms;
}
