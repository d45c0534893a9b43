/* SPDX-License-Identifier: ISC */
/* Batches as CSV, JSON and a summary. */
#include "parsers/dump.h"

#include "daemon/base/counted.h"
#include "daemon/base/csv.h"
#include "daemon/base/jsonw.h"
#include "daemon/base/text.h"
#include "daemon/base/when.h"

#define MUCH ((size_t)64 << 10) /* bytes worth carrying off */

static const char *const unit_types[] = {[RESULTS_TOTAL] = "total",
                                         [RESULTS_COUNTY] = "county",
                                         [RESULTS_MUNICIPALITY] = "municipality",
                                         [RESULTS_PRECINCT] = "precinct"};
static const char *const marks[] = {[RESULTS_UNMARKED] = "",
                                    [RESULTS_WON] = "won",
                                    [RESULTS_LOST] = "lost",
                                    [RESULTS_ADVANCED] = "advanced"};
static const char *const statuses[] = {[RESULTS_STATUS_UNKNOWN] = "unknown",
                                       [RESULTS_UNOFFICIAL] = "unofficial",
                                       [RESULTS_COMPLETE] = "complete",
                                       [RESULTS_OFFICIAL] = "official",
                                       [RESULTS_CERTIFIED] = "certified"};

static struct slice unit_name(const struct results *r, const struct results_unit *u)
{
    return results_text(r, u->name.len ? u->name : u->id);
}

static void pour(struct buf *out, const struct dump_drain *drain)
{
    if (drain && out->len >= MUCH)
        drain->take(out, drain->ctx);
}

/* ---- CSV ---- */

static void field(struct buf *out, struct slice s)
{
    csv_field(out, s);
    buf_addc(out, ',');
}

static void number(struct buf *out, int64_t v)
{
    if (v >= 0)
        buf_addf(out, "%lld", (long long)v);
    buf_addc(out, ',');
}

static void csv_row(const struct results *r, const struct results_contest *k, uint32_t unit,
                    uint32_t choice, struct buf *out)
{
    const struct results_unit *u = &r->units[k->first_unit + unit];
    const struct results_choice *c = &r->choices[k->first_choice + choice];
    const struct results_cell *cell = results_cell(r, k, unit, choice);
    if (cell->votes == VOTES_ABSENT)
        return;
    field(out, results_text(r, k->id));
    field(out, results_text(r, k->text));
    number(out, k->votes_allowed);
    field(out, slice_of(unit_types[u->type]));
    field(out, unit_name(r, u));
    number(out, u->reporting);
    number(out, u->total);
    field(out, results_text(r, c->id));
    field(out, results_text(r, c->name));
    field(out, results_text(r, c->party));
    number(out, !!(c->flags & RESULTS_WRITE_IN));
    field(out, slice_of(marks[c->mark]));
    number(out, cell->votes);
    buf_addz(out, cell->derived ? "1\n" : "0\n");
}

void dump_csv(const struct results *r, struct buf *out, const struct dump_drain *drain)
{
    buf_addz(out, "contest_id,contest,votes_allowed,unit_type,unit,units_reporting,units_total,"
                  "choice_id,choice,party,write_in,winner,votes,derived\n");
    for (uint32_t i = 0; i < r->head->contests; i++) {
        const struct results_contest *k = &r->contests[i];
        for (uint32_t u = 0; u < k->units; u++) {
            for (uint32_t c = 0; c < k->choices; c++)
                csv_row(r, k, u, c, out);
        }
        pour(out, drain);
    }
}

/* ---- JSON ---- */

static void json_text(struct jsonw *j, const char *key, const struct results *r,
                      struct results_text t)
{
    if (t.len)
        jsonw_str(j, key, results_text(r, t));
    else
        jsonw_null(j, key);
}

static void json_count_of(struct jsonw *j, const char *key, int64_t v)
{
    if (v >= 0)
        jsonw_int(j, key, v);
    else
        jsonw_null(j, key);
}

static void json_facts(struct jsonw *j, const struct results *r)
{
    const struct results_header *h = r->head;
    jsonw_when(j, "own_time", h->own_time_ms);
    json_text(j, "version", r, h->version);
    json_text(j, "next_url", r, h->next_url);
    json_text(j, "election_date", r, h->election_date);
    json_text(j, "election_name", r, h->election_name);
    jsonw_strz(j, "status", statuses[h->status]);
    if (h->test < 0)
        jsonw_null(j, "test");
    else
        jsonw_bool(j, "test", h->test);
    jsonw_bool(j, "delta", h->delta);
}

static void json_choices(struct jsonw *j, const struct results *r, const struct results_contest *k)
{
    jsonw_array(j, "choices");
    for (uint32_t i = 0; i < k->choices; i++) {
        const struct results_choice *c = &r->choices[k->first_choice + i];
        jsonw_object(j, NULL);
        json_text(j, "id", r, c->id);
        json_text(j, "name", r, c->name);
        json_text(j, "party", r, c->party);
        jsonw_bool(j, "write_in", c->flags & RESULTS_WRITE_IN);
        jsonw_bool(j, "incumbent", c->flags & RESULTS_INCUMBENT);
        jsonw_bool(j, "name_cut", c->flags & RESULTS_NAME_CUT);
        jsonw_strz(j, "mark", c->mark ? marks[c->mark] : NULL);
        jsonw_object_end(j);
    }
    jsonw_array_end(j);
}

static bool any_derived(const struct results *r, const struct results_contest *k, uint32_t unit)
{
    for (uint32_t c = 0; c < k->choices; c++) {
        if (results_cell(r, k, unit, c)->derived)
            return true;
    }
    return false;
}

/* votes: one a choice, in their order. `derived`, as many, tells which were summed; the total has
 * it always. */
static void json_units(struct jsonw *j, const struct results *r, const struct results_contest *k)
{
    jsonw_array(j, "units");
    for (uint32_t i = 0; i < k->units; i++) {
        const struct results_unit *u = &r->units[k->first_unit + i];
        jsonw_object(j, NULL);
        jsonw_strz(j, "type", unit_types[u->type]);
        json_text(j, "id", r, u->id);
        json_text(j, "name", r, u->name);
        json_count_of(j, "reporting", u->reporting);
        json_count_of(j, "total", u->total);
        json_count_of(j, "registered", u->registered);
        json_count_of(j, "ballots", u->ballots);
        jsonw_array(j, "votes");
        for (uint32_t c = 0; c < k->choices; c++)
            json_count_of(j, NULL, results_cell(r, k, i, c)->votes);
        jsonw_array_end(j);
        if (u->type == RESULTS_TOTAL || any_derived(r, k, i)) {
            jsonw_array(j, "derived");
            for (uint32_t c = 0; c < k->choices; c++)
                jsonw_bool(j, NULL, results_cell(r, k, i, c)->derived);
            jsonw_array_end(j);
        }
        jsonw_object_end(j);
    }
    jsonw_array_end(j);
}

static void json_contest(struct jsonw *j, const struct results *r, const struct results_contest *k)
{
    jsonw_object(j, NULL);
    json_text(j, "id", r, k->id);
    json_text(j, "text", r, k->text);
    json_text(j, "state", r, k->state);
    json_text(j, "county", r, k->county);
    json_text(j, "office", r, k->office);
    json_text(j, "district", r, k->district);
    json_text(j, "party", r, k->party);
    json_text(j, "election_type", r, k->election_type);
    jsonw_when(j, "updated", k->updated_ms);
    json_count_of(j, "registered", k->registered);
    json_count_of(j, "ballots", k->ballots);
    json_count_of(j, "votes_allowed", k->votes_allowed);
    json_count_of(j, "seats", k->seats);
    json_count_of(j, "places", k->places);
    jsonw_bool(j, "measure", k->flags & RESULTS_MEASURE);
    jsonw_bool(j, "uncontested", k->flags & RESULTS_UNCONTESTED);
    jsonw_bool(j, "ranked", k->flags & RESULTS_RANKED);
    jsonw_bool(j, "marks_stated", k->flags & RESULTS_MARKS_STATED);
    json_choices(j, r, k);
    json_units(j, r, k);
    jsonw_object_end(j);
}

void dump_json(const struct results *r, struct buf *out, const struct dump_drain *drain)
{
    struct jsonw j;
    jsonw_init(&j, out);
    jsonw_object(&j, NULL);
    json_facts(&j, r);
    jsonw_array(&j, "contests");
    for (uint32_t i = 0; i < r->head->contests; i++) {
        json_contest(&j, r, &r->contests[i]);
        pour(out, drain);
    }
    jsonw_array_end(&j);
    jsonw_array(&j, "problems");
    for (uint32_t i = 0; i < r->head->problems; i++) {
        const struct results_problem *p = &r->problems[i];
        jsonw_object(&j, NULL);
        json_text(&j, "contest_id", r, p->contest_id);
        json_text(&j, "contest", r, p->contest_text);
        json_text(&j, "county", r, p->contest_county);
        json_text(&j, "why", r, p->why);
        jsonw_object_end(&j);
    }
    jsonw_array_end(&j);
    jsonw_object_end(&j);
    buf_addc(out, '\n');
}

/* ---- summary ---- */

static void fact(struct buf *out, const char *label, struct slice value)
{
    if (value.len)
        buf_addf(out, "%-10s %.*s\n", label, SLICE_FMT(value));
}

static void summary_choice(const struct results *r, const struct results_contest *k,
                           uint32_t choice, struct buf *out)
{
    const struct results_choice *c = &r->choices[k->first_choice + choice];
    const struct results_cell *cell = results_cell(r, k, 0, choice);
    struct slice name = results_text(r, c->name.len ? c->name : c->id);
    struct slice party = results_text(r, c->party);
    if (cell->votes >= 0)
        buf_addf(out, "  %12lld", (long long)cell->votes);
    else
        buf_addf(out, "  %12s", "?");
    buf_addf(out, "%s  %.*s", cell->derived ? "+" : " ", SLICE_FMT(name));
    if (party.len && !text_ends_in_brackets(name, party))
        buf_addf(out, " (%.*s)", SLICE_FMT(party));
    if (c->mark != RESULTS_UNMARKED)
        buf_addf(out, " %s", marks[c->mark]);
    buf_addc(out, '\n');
}

static void summary_contest(const struct results *r, const struct results_contest *k,
                            struct buf *out)
{
    const struct results_unit *total = &r->units[k->first_unit];
    struct slice id = results_text(r, k->id), text = results_text(r, k->text);
    buf_addf(out, "\n%.*s%s%.*s", SLICE_FMT(id), id.len && text.len ? "  " : "", SLICE_FMT(text));
    if (k->state.len)
        buf_addf(out, ", %.*s", SLICE_FMT(results_text(r, k->state)));
    if (k->county.len)
        buf_addf(out, ", %.*s", SLICE_FMT(results_text(r, k->county)));
    if (total->reporting >= 0 && total->total >= 0)
        buf_addf(out, ", %d of " COUNTED " in", total->reporting,
                 COUNT_OF(total->total, "unit", "units"));
    buf_addc(out, '\n');
    for (uint32_t c = 0; c < k->choices; c++)
        summary_choice(r, k, c, out);
}

void dump_summary(const struct results *r, struct buf *out, const struct dump_drain *drain)
{
    const struct results_header *h = r->head;
    char when[25] = "";
    if (h->own_time_ms != WHEN_UNKNOWN)
        when_format(h->own_time_ms, when);
    fact(out, "election", results_text(r, h->election_name));
    fact(out, "date", results_text(r, h->election_date));
    fact(out, "own time", slice_of(when));
    fact(out, "version", results_text(r, h->version));
    fact(out, "next", results_text(r, h->next_url));
    fact(out, "status", slice_of(statuses[h->status]));
    if (h->test >= 0)
        fact(out, "test", slice_of(h->test ? "yes" : "no"));
    buf_addf(out, "%-10s " COUNTED ", " COUNTED ", " COUNTED "%s\n", "holds",
             COUNT_OF(h->contests, "contest", "contests"),
             COUNT_OF(h->choices, "choice", "choices"),
             COUNT_OF(h->units - h->contests, "unit", "units"), /* without the totals */
             h->delta ? ", a delta" : "");
    for (uint32_t i = 0; i < h->problems; i++) {
        const struct results_problem *p = &r->problems[i];
        buf_addf(out, "%-10s %.*s %.*s: %.*s\n", "left out",
                 SLICE_FMT(results_text(r, p->contest_id)),
                 SLICE_FMT(results_text(r, p->contest_text)), SLICE_FMT(results_text(r, p->why)));
    }
    for (uint32_t i = 0; i < h->contests; i++) {
        summary_contest(r, &r->contests[i], out);
        pour(out, drain);
    }
}
