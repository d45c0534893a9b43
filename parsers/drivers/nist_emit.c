/* SPDX-License-Identifier: ISC */
/* A NIST report, read to its end, into the builder. */
#include "parsers/field.h"
#include "parsers/drivers/nist_report.h"

struct emit {
    struct job *job;
    struct nist_report *report;
    struct nist_contest *contest;
    uint32_t since; /* the contest that the units of this one were first placed in */
};

static bool no_memory(struct fault *f)
{
    return fault_set(f, WIRE_LIMIT, "the report holds more than memory allows");
}

/* ---- choices ---- */

/* Ids that two choices share, as two party lines of one candidate do, tell nobody apart. */
static bool drop_shared_ids(struct nist_contest *c)
{
    struct map *seen = map_new(c->selection_count, false);
    bool ok = seen != NULL, shared = false;
    for (const struct nist_selection *s = c->selections; ok && s != NULL; s = s->next) {
        struct slice id = s->choice.id;
        if (id.len == 0)
            continue;
        shared = shared || map_has(seen, id);
        ok = map_put(seen, id, NULL);
    }
    for (struct nist_selection *s = c->selections; shared && s != NULL; s = s->next)
        s->choice.id = (struct slice){NULL, 0};
    map_free(seen);
    return ok;
}

/* *all: every selection is a choice. */
static bool read_choices(struct emit *e, bool *all, struct fault *f)
{
    struct nist_contest *c = e->contest;
    *all = true;
    for (struct nist_selection *s = c->selections; s != NULL; s = s->next) {
        if (!nist_names_choice(e->report, c, s))
            return no_memory(f);
        *all = *all && s->counts;
    }
    return c->selections == NULL || drop_shared_ids(c) || no_memory(f);
}

/* ---- a contest ---- */

static bool is_measure(const struct nist_contest *c)
{
    return slice_ends(c->named.type, SLICE("BallotMeasureContest")) ||
           slice_ends(c->named.type, SLICE("RetentionContest")) ||
           (c->selections != NULL && c->selections->text.len > 0);
}

static bool begin(struct emit *e, struct fault *f)
{
    const struct nist_contest *c = e->contest;
    struct results_contest_in in = RESULTS_CONTEST_DEFAULT;
    struct slice state = job_option(e->job, "state");
    if (state.len == 0)
        state = nist_names_state(e->job->arena, c->district);
    if (state.len == 0)
        state = nist_names_state(e->job->arena, c->election->scope);
    in.id = c->keeps_id ? c->named.id : c->named.stable;
    in.text = c->text;
    in.state = state;
    in.county = job_option(e->job, "county");
    if (c->offices.count == 1)
        in.office = c->offices.items[0]->name;
    if (c->parties.count == 1)
        in.party = nist_names_party(c->parties.items[0]);
    in.election_type =
        slice_is(c->election->type, "other") ? c->election->other_type : c->election->type;
    in.ballots = c->ballots.cast;
    if (c->district != NULL) {
        in.district = c->district->name;
        in.registered = c->district->registered;
        if (in.ballots < 0)
            in.ballots = c->district->ballots;
    }
    in.votes_allowed = c->votes_allowed;
    in.seats = c->seats;
    in.places = c->places;
    if (is_measure(c))
        in.flags |= RESULTS_MEASURE;
    if (c->rounds || slice_is(c->variation, "rcv"))
        in.flags |= RESULTS_RANKED;
    if (nist_names_marks(c))
        in.flags |= RESULTS_MARKS_STATED;
    if (!results_contest_begin(e->job->builder, &in, &f->err))
        return field_limit(f);
    results_progress(e->job->builder, c->reporting, c->total);
    return true;
}

/* What a unit is in is in nothing itself. */
static bool place_unit(struct emit *e, struct nist_thing *unit, struct fault *f)
{
    struct results_unit_in in = nist_names_unit(unit);
    if (unit->in != NULL && unit->in->placed < e->since && !place_unit(e, unit->in, f))
        return false;
    if (unit->in != NULL)
        in.parent = unit->in->index;
    unit->placed = e->contest->serial;
    return results_unit(e->job->builder, &in, &unit->index, &f->err) || field_limit(f);
}

static bool votes(struct emit *e, const struct nist_selection *s, struct fault *f)
{
    struct results_builder *b = e->job->builder;
    const struct nist_cell *whole = NULL;
    for (const struct nist_cell *cell = s->cells; cell < s->cells + s->cell_count; cell++) {
        struct nist_thing *unit = cell->unit;
        if (unit->whole) {
            if (whole != NULL && whole->votes != cell->votes)
                nist_bad(e->report, e->contest, "%.*s has two totals, %lld and %lld",
                         SLICE_FMT(field_excerpt(e->job->arena, s->named.id)),
                         (long long)whole->votes, (long long)cell->votes);
            whole = cell;
            continue;
        }
        if (unit->as < 0)
            continue;
        if (unit->placed < e->since && !place_unit(e, unit, f))
            return false;
        if (!results_votes(b, unit->index, s->index, cell->votes, &f->err))
            return field_limit(f);
    }
    return whole == NULL || results_votes(b, 0, s->index, whole->votes, &f->err) || field_limit(f);
}

/* Several lines for names to be written in are one choice: their votes add up. */
static bool is_blank_line(const struct nist_selection *s)
{
    return s->write_in && s->choice.id.len == 0 && slice_is(s->choice.name, NIST_WRITE_IN);
}

static bool choices(struct emit *e, struct fault *f)
{
    uint32_t known = 0;
    for (struct nist_selection *s = e->contest->selections; s != NULL; s = s->next) {
        if (!s->counts)
            continue;
        if (!results_choice(e->job->builder, &s->choice, &s->index, &f->err))
            return field_limit(f);
        if (s->index < known && !is_blank_line(s))
            nist_bad(e->report, e->contest, "\"%.*s\" stands there twice",
                     SLICE_FMT(field_excerpt(e->job->arena, s->choice.name)));
        known += s->index == known;
    }
    return true;
}

static bool all_votes(struct emit *e, struct fault *f)
{
    for (const struct nist_selection *s = e->contest->selections; s != NULL; s = s->next) {
        if (!s->counts)
            continue;
        if (!votes(e, s, f))
            return false;
        if (s->cell_count == 0 && is_blank_line(s) &&
            !results_votes(e->job->builder, 0, s->index, VOTES_UNKNOWN, &f->err))
            return field_limit(f); /* so is what they add up to */
    }
    return true;
}

static bool contest(struct emit *e, struct nist_contest *c, struct fault *f)
{
    bool again = false, all = false;
    e->contest = c;
    if (!nist_units_plan(e->report, c, &again, f) || !read_choices(e, &all, f) || !begin(e, f))
        return false;
    /* a unit with figures of what is no choice alone is not in the batch */
    if (!again || !all)
        e->since = c->serial;
    else if (!results_units_again(e->job->builder, &f->err))
        return field_limit(f);
    if (c->why.len == 0 && (!choices(e, f) || !all_votes(e, f)))
        return false;
    if (c->why.len > 0)
        results_contest_bad(e->job->builder, "%.*s", SLICE_FMT(c->why));
    return true;
}

/* ---- facts ---- */

/* "certified" on a file that defines contests and counts nothing certifies no results. */
static enum results_status status_of(const struct nist_report *r)
{
    static const struct {
        const char *name;
        enum results_status status;
    } known[] = {{"unofficial-partial", RESULTS_UNOFFICIAL},
                 {"unofficial-complete", RESULTS_COMPLETE},
                 {"certified", RESULTS_CERTIFIED}};
    for (size_t i = 0; r->counted && i < sizeof known / sizeof *known; i++)
        if (slice_is(r->status, known[i].name))
            return known[i].status;
    return RESULTS_STATUS_UNKNOWN;
}

static bool facts(struct job *j, const struct nist_report *r)
{
    struct results_facts *facts = results_facts(j->builder);
    const struct nist_election *e = r->elections;
    facts->own_time_ms = job_time(j, r->generated);
    facts->status = status_of(r);
    if (slice_is(r->test, "true") || slice_is(r->test, "1"))
        facts->test = 1;
    else if (slice_is(r->test, "false") || slice_is(r->test, "0"))
        facts->test = 0;
    if (e == NULL)
        return true;
    facts->election_name = arena_copy(j->arena, e->name);
    facts->election_date = arena_copy(j->arena, slice_sub(e->date, 0, 10)); /* a zone may follow */
    bool ok = facts->election_name.ptr != NULL && facts->election_date.ptr != NULL;
    for (e = e->next; e != NULL; e = e->next)
        if (!slice_eq(e->date, r->elections->date))
            facts->election_date = (struct slice){NULL, 0};
    return ok;
}

bool nist_emit(struct job *j, struct nist_report *report, struct fault *f)
{
    struct emit e = {.job = j, .report = report};
    report->line = 0;
    if (!facts(j, report))
        return no_memory(f);
    if (!nist_units_settle(report, f))
        return false;
    if (!nist_names_contests(report) || !nist_names_units(report))
        return no_memory(f);
    for (struct nist_contest *c = report->contests; c != NULL; c = c->next)
        if (!contest(&e, c, f))
            return false;
    return true;
}
