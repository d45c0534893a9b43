/* SPDX-License-Identifier: ISC */
/* Decision Desk HQ's version 2: names in two halves, votes by candidate number, one called winner.
 */
#include <inttypes.h>

#include "daemon/base/jsonw.h"
#include "daemon/base/when.h"
#include "daemon/core/states.h"
#include "tests/sim/write.h"

#define RACE_ID 6001
#define CAND_ID 14001
#define COUNTY_ID 535

/* The number a candidate has in all of DDHQ: those of the night in order. */
static int64_t cand_id(const struct write_what *w, const struct generate_contest *g, size_t k)
{
    size_t before = 0;
    for (const struct generate_contest *c = w->night->contests; c < g; c++)
        before += c->c->candidate_count;
    return (int64_t)(CAND_ID + 3 * (before + k));
}

/* "2026-11-04 02:15:00", "2026-11-04T02:15:00+00:00" */
static struct slice moment(int64_t t, const char *between, const char *end, struct buf *out)
{
    struct civil c;
    when_civil(t, &c);
    buf_clear(out);
    buf_addf(out, "%04d-%02d-%02d%s%02d:%02d:%02d%s", c.year, c.month, c.day, between, c.hour,
             c.minute, c.second, end);
    return buf_slice(out);
}

static void votes(const struct write_what *w, const struct generate_contest *g, size_t county,
                  struct jsonw *j)
{
    jsonw_object(j, "votes");
    for (size_t k = 0; k < g->c->candidate_count; k++) {
        struct buf id;
        int64_t n = 0;
        buf_init(&id, 32);
        buf_addf(&id, "%" PRId64, cand_id(w, g, k));
        for (int t = 0; t < GENERATE_TYPES; t++)
            n += county == SIZE_MAX
                     ? generate_votes(g, k, (enum generate_type)t, w->t)
                     : generate_county_votes(g, county, k, (enum generate_type)t, w->t);
        jsonw_key(j, buf_slice(&id));
        jsonw_int(j, NULL, n);
        buf_done(&id);
    }
    jsonw_object_end(j);
}

static void precincts(const struct write_what *w, const struct generate_contest *g, size_t county,
                      struct jsonw *j)
{
    int64_t reporting, total;
    generate_progress(g, county, w->t, &reporting, &total);
    jsonw_object(j, "precincts");
    jsonw_int(j, "total", total);
    jsonw_int(j, "reporting", reporting);
    jsonw_object_end(j);
}

static void call(const struct write_what *w, const struct generate_contest *g, struct jsonw *j)
{
    struct buf time;
    for (size_t k = 0; k < g->c->candidate_count; k++) {
        if (generate_mark(g, k, w->t)[0] != 'X')
            continue;
        buf_init(&time, 64);
        jsonw_int(j, "called", cand_id(w, g, k));
        jsonw_str(j, "called_time", moment(g->c->candidates[k].call_ms, "T", "+00:00", &time));
        buf_done(&time);
        return;
    }
    jsonw_null(j, "called");
    jsonw_null(j, "called_time");
}

static void candidates(const struct write_what *w, const struct generate_contest *g,
                       struct jsonw *j)
{
    jsonw_array(j, "candidates");
    for (size_t k = 0; k < g->c->candidate_count; k++) {
        const struct scenario_candidate *c = &g->c->candidates[k];
        size_t at = c->shown.len;
        while (at > 0 && c->shown.ptr[at - 1] != ' ')
            at--;
        jsonw_object(j, NULL);
        jsonw_int(j, "cand_id", cand_id(w, g, k));
        jsonw_strz(j, "party_name", c->party->name[0] ? c->party->name : "Nonpartisan");
        jsonw_str(j, "first_name", slice_trim(slice_sub(c->shown, 0, at)));
        jsonw_str(j, "last_name", slice_sub(c->shown, at, c->shown.len));
        jsonw_int(j, "incumbent", c->incumbent);
        jsonw_object_end(j);
    }
    jsonw_array_end(j);
}

static void counties(const struct write_what *w, const struct generate_contest *g, struct jsonw *j)
{
    jsonw_object(j, "countyResults");
    votes(w, g, SIZE_MAX, j);
    precincts(w, g, SIZE_MAX, j);
    jsonw_array(j, "counties");
    for (size_t i = 0; i < g->c->county_count; i++) {
        jsonw_object(j, NULL);
        jsonw_int(j, "id", (int64_t)(COUNTY_ID + i));
        jsonw_str(j, "county", g->c->counties[i]);
        precincts(w, g, i, j);
        votes(w, g, i, j);
        jsonw_object_end(j);
    }
    jsonw_array_end(j);
    jsonw_object_end(j);
}

static void race(const struct write_what *w, const struct generate_contest *g, struct jsonw *j)
{
    const struct scenario *s = w->night->s;
    const struct state *state = states_find(g->c->state->code);
    struct slice type = scenario_value(&g->c->columns, "election_type");
    struct buf time;
    buf_init(&time, 64);
    jsonw_object(j, NULL);
    jsonw_int(j, "race_id", RACE_ID + (g - w->night->contests));
    jsonw_strz(j, "state", state ? state->name : NULL);
    jsonw_str(j, "abb", g->c->state->code);
    jsonw_strz(j, "name", slice_is(type, "special") ? "Special Election" : "General Election");
    jsonw_str(j, "race_date", s->date_text);
    jsonw_str(j, "office", g->c->office);
    jsonw_str(j, "district", scenario_value(&g->c->columns, "district"));
    jsonw_null(j, "party");
    jsonw_str(j, "last_updated", moment(w->t, " ", "", &time));
    jsonw_object(j, "toplineResults");
    votes(w, g, SIZE_MAX, j);
    precincts(w, g, SIZE_MAX, j);
    call(w, g, j);
    jsonw_object_end(j);
    counties(w, g, j);
    candidates(w, g, j);
    jsonw_object_end(j);
    buf_done(&time);
}

void write_ddhq(const struct write_what *w, struct buf *out)
{
    const struct generate_contest *g;
    struct jsonw j;
    int64_t n = 0;
    for (size_t at = 0; write_next(w, &at) != NULL;)
        n++;
    jsonw_init(&j, out);
    jsonw_object(&j, NULL);
    jsonw_int(&j, "total", n);
    jsonw_null(&j, "next_page_url");
    jsonw_array(&j, "data");
    for (size_t at = 0; (g = write_next(w, &at)) != NULL;)
        race(w, g, &j);
    jsonw_array_end(&j);
    jsonw_object_end(&j);
}
