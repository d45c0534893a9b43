/* SPDX-License-Identifier: ISC */
/* EML 510 of the California Secretary of State: counts by contest, the whole (TotalVotes) and each
 * county (ReportingUnitVotes) beside each other, never both added.
 *
 * Precincts are CountMetrics "PR" (reporting) and "TP" (all) of such a block; those within a
 * Selection are percentages. A measure, or a judge up for retention, has ProposalItems "Yes" and
 * "No" for candidates. Test data are told by the event's name alone, "..._TEST_DATA"; the date that
 * ElectionIdentifier carries is the day of issue, not of the election.
 */
#include <string.h>

#include "parsers/drivers.h"
#include "parsers/field.h"
#include "parsers/label.h"
#include "parsers/xml.h"

enum block { OUTSIDE, WHOLE, UNIT };

struct held { /* a text of the payload, kept while its element may need it */
    char bytes[1024];
    size_t len;
};

struct element;

struct eml {
    struct job *job;
    struct fault *f;
    long line;
    struct xml_key id_number, option; /* attributes */
    const struct element *leaf;       /* its text is being read; NULL: nobody's */
    bool counts;                      /* the Count element was there: this is a 510 */
    struct held issued, status, event;

    bool in_contest, begun, whole, in_selection; /* whole: its TotalVotes were read */
    struct held id, title;
    enum block block;
    struct held unit_id, unit_name;
    int64_t reporting, total;
    int64_t *metric; /* what the CountMetric being read fills */
    bool placed;     /* the block is in the builder, as unit `index` */
    uint32_t index, choices, in_block;

    struct held choice_id, choice_name, party; /* of the selection */
    bool proposal, counted;
    int64_t votes;
};

static struct slice kept(const struct held *h)
{
    return (struct slice){h->bytes, h->len};
}

static void hold(struct held *h, struct slice s)
{
    size_t room = sizeof h->bytes - h->len;
    size_t n = s.len < room ? s.len : room;
    memcpy(h->bytes + h->len, s.ptr, n);
    h->len += n;
}

static void hold_only(struct held *h, struct slice s)
{
    h->len = 0;
    s = slice_trim(s);
    if (s.len > 0)
        hold(h, s);
}

/* ---- texts ---- */

static void take_metric(struct eml *e, struct slice text)
{
    *e->metric = field_text_count(text, false);
}

static void take_votes(struct eml *e, struct slice text)
{
    if (e->counted)
        results_contest_bad(e->job->builder, "line %ld: a second ValidVotes in one Selection",
                            e->line);
    e->counted = true;
    if (!field_text_votes(e->job, text, false, &e->votes))
        results_contest_bad(e->job->builder,
                            "line %ld: ValidVotes \"%.*s\" is not a count of votes", e->line,
                            SLICE_FMT(field_excerpt(e->job->arena, text)));
}

/* ---- contests and blocks ---- */

static bool start_count(struct eml *e, const struct xml_attrs *attrs)
{
    e->counts |= attrs->depth == 2;
    return true;
}

static bool start_statistics(struct eml *e, const struct xml_attrs *attrs)
{
    return attrs->depth != 2 ||
           fault_set(e->f, WIRE_SCHEMA,
                     "line %ld: an EML 530: the turnout of counties, no contests", e->line);
}

static bool start_contest(struct eml *e, const struct xml_attrs *attrs)
{
    (void)attrs;
    if (!e->counts || e->in_contest)
        return fault_set(e->f, WIRE_SCHEMA, "line %ld: a Contest %s", e->line,
                         e->counts ? "inside a Contest" : "outside Count");
    e->in_contest = true;
    e->begun = e->whole = false;
    e->id.len = e->title.len = 0;
    e->choices = 0;
    return true;
}

static bool start_identifier(struct eml *e, const struct xml_attrs *attrs)
{
    if (e->in_contest && e->block == OUTSIDE)
        hold_only(&e->id, xml_attr_of(attrs, &e->id_number));
    return true;
}

static bool begin(struct eml *e)
{
    if (e->begun)
        return true;
    struct results_contest_in c = RESULTS_CONTEST_DEFAULT;
    struct slice state = job_option(e->job, "state");
    c.id = kept(&e->id);
    c.text = kept(&e->title);
    c.state = state.len > 0 ? state : SLICE("CA");
    c.county = job_option(e->job, "county");
    e->begun = true;
    return results_contest_begin(e->job->builder, &c, &e->f->err) || field_limit(e->f);
}

static bool start_block(struct eml *e, enum block block)
{
    if (!e->in_contest)
        return true;
    if (e->block != OUTSIDE)
        return fault_set(e->f, WIRE_SCHEMA, "line %ld: votes of a place inside those of another",
                         e->line);
    if (!begin(e))
        return false;
    if (block == WHOLE && e->whole)
        results_contest_bad(e->job->builder, "line %ld: a second TotalVotes", e->line);
    e->block = block;
    e->unit_id.len = e->unit_name.len = 0;
    e->reporting = e->total = -1;
    e->placed = false;
    e->in_block = 0;
    return true;
}

static bool start_whole(struct eml *e, const struct xml_attrs *attrs)
{
    (void)attrs;
    return start_block(e, WHOLE);
}

static bool start_unit(struct eml *e, const struct xml_attrs *attrs)
{
    (void)attrs;
    return start_block(e, UNIT);
}

static bool start_unit_identifier(struct eml *e, const struct xml_attrs *attrs)
{
    if (e->block == UNIT)
        hold_only(&e->unit_id, xml_attr_of(attrs, &e->id_number));
    return true;
}

static bool start_metric(struct eml *e, const struct xml_attrs *attrs)
{
    struct slice id = xml_attr(attrs, "Id");
    e->metric = NULL;
    if (e->block != OUTSIDE && !e->in_selection)
        e->metric = slice_is(id, "PR") ? &e->reporting : slice_is(id, "TP") ? &e->total : NULL;
    return true;
}

/* The block becomes a unit of the batch, when its identifier and precincts are known. */
static bool place(struct eml *e)
{
    struct results_unit_in in = RESULTS_UNIT_DEFAULT;
    if (e->placed)
        return true;
    e->placed = true;
    if (e->block == WHOLE) {
        e->index = 0;
        results_progress(e->job->builder, e->reporting, e->total);
        return true;
    }
    in.type = RESULTS_COUNTY;
    in.id = kept(&e->unit_id);
    in.name = kept(&e->unit_name);
    in.reporting = e->reporting;
    in.total = e->total;
    return results_unit(e->job->builder, &in, &e->index, &e->f->err) || field_limit(e->f);
}

static bool end_block(struct eml *e)
{
    if (e->block == OUTSIDE)
        return true;
    if (!place(e))
        return false;
    if (e->in_block > e->choices)
        results_contest_bad(e->job->builder, "line %ld: a selection stands twice in one place",
                            e->line);
    e->whole |= e->block == WHOLE;
    e->block = OUTSIDE;
    return true;
}

static bool end_contest(struct eml *e)
{
    bool ok = !e->in_contest || begin(e);
    e->in_contest = false;
    return ok;
}

/* ---- selections ---- */

static bool start_selection(struct eml *e, const struct xml_attrs *attrs)
{
    (void)attrs;
    e->in_selection = e->block != OUTSIDE;
    e->choice_id.len = e->choice_name.len = e->party.len = 0;
    e->proposal = e->counted = false;
    e->votes = VOTES_UNKNOWN;
    return true;
}

static bool start_candidate(struct eml *e, const struct xml_attrs *attrs)
{
    if (e->in_selection)
        hold_only(&e->choice_id, xml_attr_of(attrs, &e->id_number));
    return true;
}

static bool start_proposal(struct eml *e, const struct xml_attrs *attrs)
{
    if (e->in_selection) {
        hold_only(&e->choice_name, xml_attr_of(attrs, &e->option));
        e->proposal = true;
    }
    return true;
}

static bool end_selection(struct eml *e)
{
    struct results_builder *b = e->job->builder;
    struct results_choice_in in = {.id = kept(&e->choice_id),
                                   .name = kept(&e->choice_name),
                                   .party = label_party(kept(&e->party))};
    uint32_t index;
    if (!e->in_selection)
        return true;
    e->in_selection = false;
    if (label_is_statistic(in.name))
        return true;
    if (label_is_write_in(in.name))
        in.flags |= RESULTS_WRITE_IN;
    if (e->proposal)
        results_contest_flags(b, RESULTS_MEASURE);
    if (!e->counted)
        results_contest_bad(b, "line %ld: a Selection without ValidVotes", e->line);
    if (!place(e))
        return false;
    if (!results_choice(b, &in, &index, &e->f->err))
        return field_limit(e->f);
    if (index == e->choices && e->whole)
        results_contest_bad(b, "line %ld: \"%.*s\" is not among the whole's selections", e->line,
                            SLICE_FMT(field_excerpt(e->job->arena, in.name)));
    e->choices += index == e->choices;
    e->in_block++;
    return results_votes_once(b, e->index, index, e->votes, &e->f->err) || field_limit(e->f);
}

/* ---- elements ---- */

#define HELD(field) offsetof(struct eml, field)

static const struct element {
    struct slice name;
    bool (*start)(struct eml *e, const struct xml_attrs *attrs);
    bool (*end)(struct eml *e);
    void (*take)(struct eml *e, struct slice text);
    size_t held;       /* else where in struct eml its text is held; 0: nowhere */
    bool in_selection; /* its text counts there only */
} elements[] = {
    {SLICE_INIT("Selection"), .start = start_selection, .end = end_selection},
    {SLICE_INIT("ValidVotes"), .take = take_votes, .in_selection = true},
    {SLICE_INIT("CountMetric"), .start = start_metric, .take = take_metric},
    {SLICE_INIT("CandidateIdentifier"), .start = start_candidate},
    {SLICE_INIT("PersonFullName"), .held = HELD(choice_name), .in_selection = true},
    {SLICE_INIT("RegisteredName"), .held = HELD(party), .in_selection = true},
    {SLICE_INIT("ProposalItem"), .start = start_proposal},
    {SLICE_INIT("ReportingUnitVotes"), .start = start_unit, .end = end_block},
    {SLICE_INIT("ReportingUnitIdentifier"), .start = start_unit_identifier,
     .held = HELD(unit_name)},
    {SLICE_INIT("TotalVotes"), .start = start_whole, .end = end_block},
    {SLICE_INIT("Contest"), .start = start_contest, .end = end_contest},
    {SLICE_INIT("ContestIdentifier"), .start = start_identifier},
    {SLICE_INIT("ContestName"), .held = HELD(title)},
    {SLICE_INIT("Count"), .start = start_count},
    {SLICE_INIT("Statistics"), .start = start_statistics},
    {SLICE_INIT("IssueDate"), .held = HELD(issued)},
    {SLICE_INIT("OfficialStatus"), .held = HELD(status)},
    {SLICE_INIT("EventName"), .held = HELD(event)},
};

static const void *element(struct slice name, void *ctx, bool *ends)
{
    (void)ctx;
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++) {
        const struct element *e = &elements[i];
        *ends = e->end != NULL || e->take != NULL || e->held != 0;
        if (slice_eq(name, e->name))
            return e;
    }
    return NULL;
}

static bool root(struct slice name, const struct xml_attrs *attrs, void *ctx, struct fault *f)
{
    struct eml *e = ctx;
    struct slice id = xml_attr(attrs, "Id");
    if (slice_is(name, "EML") && (id.len == 0 || slice_is(id, "510") || slice_is(id, "530")))
        return true; /* a 530 is told by what it holds */
    return fault_set(f, WIRE_SCHEMA, "line %ld: the document is a \"%.*s\"%s%.*s, not an EML 510",
                     xml_line(attrs), SLICE_FMT(field_excerpt(e->job->arena, name)),
                     id.len > 0 ? " of Id " : "", SLICE_FMT(field_excerpt(e->job->arena, id)));
}

static bool on_start(const void *element, struct xml_attrs *attrs, void *ctx, struct fault *f)
{
    struct eml *e = ctx;
    const struct element *at = element;
    e->f = f;
    e->line = xml_line(attrs);
    if (at->start != NULL && !at->start(e, attrs))
        return false;
    attrs->text = (at->take || at->held) && (!at->in_selection || e->in_selection) &&
                  (at->take != take_metric || e->metric != NULL);
    e->leaf = attrs->text ? at : NULL;
    return true;
}

static bool on_end(const void *element, struct slice text, void *ctx, struct fault *f)
{
    struct eml *e = ctx;
    const struct element *at = element;
    e->f = f;
    if (at == e->leaf && at->take)
        at->take(e, slice_trim(text));
    else if (at == e->leaf)
        hold_only((struct held *)((char *)e + at->held), text);
    e->leaf = NULL;
    return at->end == NULL || at->end(e);
}

/* ---- facts ---- */

/* "TEST" as a word of its own among the event's. */
static bool is_test(struct slice event)
{
    size_t from = 0;
    for (size_t i = 0; i <= event.len; i++) {
        char c = i < event.len ? event.ptr[i] : '_';
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
            continue;
        if (slice_eq_nocase(slice_sub(event, from, i), SLICE("test")))
            return true;
        from = i + 1;
    }
    return false;
}

static bool fill_facts(struct eml *e, struct fault *f)
{
    static const struct {
        const char *name;
        enum results_status status;
    } known[] = {{"UnOfficial", RESULTS_UNOFFICIAL},
                 {"Official", RESULTS_OFFICIAL},
                 {"Certified", RESULTS_CERTIFIED}};
    struct results_facts *facts = results_facts(e->job->builder);
    if (!e->counts)
        return fault_set(f, WIRE_SCHEMA, "line %ld: an EML without the element Count", e->line);
    facts->own_time_ms = job_time(e->job, kept(&e->issued));
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_eq_nocase(kept(&e->status), slice_of(known[i].name)))
            facts->status = known[i].status;
    facts->test = is_test(kept(&e->event)) ? 1 : -1;
    facts->election_name = arena_copy(e->job->arena, kept(&e->event));
    return facts->election_name.ptr != NULL ||
           fault_set(f, WIRE_LIMIT, "no memory for the event's name");
}

static bool parse(struct job *j, struct fault *f)
{
    static const struct xml_handler handler = {element, root, on_start, on_end};
    struct eml *e = arena_alloc(j->arena, sizeof *e);
    if (e == NULL)
        return fault_set(f, WIRE_LIMIT, "out of memory");
    e->job = j;
    e->id_number.name = "IdNumber";
    e->option.name = "ReferendumOptionIdentifier";
    return xml_parse(j->input, &handler, e, f) && fill_facts(e, f);
}

static int sniff(struct slice head)
{
    bool eml = slice_find(head, SLICE("<EML")) != SIZE_MAX;
    return eml && slice_find(head, SLICE("Id=\"510\"")) != SIZE_MAX ? 2 : eml;
}

const struct driver eml510_driver = {.name = "eml510", .parse = parse, .sniff = sniff};
