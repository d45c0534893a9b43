/* SPDX-License-Identifier: ISC */
/* Clarity's detail.xml. A state's file splits choices by County and says precinctsParticipating; a
 * county's splits by Precinct and says precinctsReporting, which is the total there, not the count
 * done. */
#include <inttypes.h>

#include "daemon/base/num.h"
#include "daemon/base/text.h"
#include "daemon/base/when.h"
#include "parsers/building.h"
#include "parsers/drivers/clarity.h"
#include "parsers/field.h"
#include "parsers/label.h"
#include "parsers/xml.h"

#define PLACES_MAX 100000
#define DATE_LEN 10
#define STATE_LEN 2

enum header { NO_HEADER, TIMESTAMP, ELECTION_NAME, ELECTION_DATE, REGION, HEADERS };

enum { /* attributes */
       KEY,
       TEXT,
       NAME,
       PARTY,
       VOTES,
       TOTAL_VOTES,
       PARTICIPATING,
       REPORTED,
       REPORTING,
       VOTE_FOR,
       IS_QUESTION,
       TOTAL_VOTERS,
       BALLOTS_CAST,
       ATTRIBUTES
};
static const struct xml_key attributes[ATTRIBUTES] = {
    [KEY].name = "key",
    [TEXT].name = "text",
    [NAME].name = "name",
    [PARTY].name = "party",
    [VOTES].name = "votes",
    [TOTAL_VOTES].name = "totalVotes",
    [PARTICIPATING].name = "precinctsParticipating",
    [REPORTED].name = "precinctsReported",
    [REPORTING].name = "precinctsReporting",
    [VOTE_FOR].name = "voteFor",
    [IS_QUESTION].name = "isQuestion",
    [TOTAL_VOTERS].name = "totalVoters",
    [BALLOTS_CAST].name = "ballotsCast",
};

/* What the file says of a county or precinct apart from votes. */
struct place {
    struct slice name;
    struct results_text text; /* the same in the batch */
    enum results_unit_type kind;
    struct place *next;          /* what followed it last time, and mostly does again */
    int64_t registered, ballots; /* of the election */
    int64_t reporting, total;    /* of the contest numbered `contest` */
    unsigned contest, type;      /* the last contest and vote type it was listed in */
    unsigned unit_contest;       /* the contest that `unit` is a unit of */
    uint32_t unit;
    unsigned choice; /* the choice that `votes` are of, of all its vote types so far */
    int64_t votes;
    struct place *also; /* with votes for that choice */
};

struct detail {
    struct job *job;
    struct fault *f;
    struct map *counties, *precincts; /* places by name */
    struct place *place;              /* the last one met */
    struct xml_key keys[ATTRIBUTES];
    struct map *names; /* companion: only names are wanted, into this */
    struct clarity_names *named;
    bool with_precincts;
    struct slice headers[HEADERS]; /* children of the root that are a text */
    int64_t registered, ballots;

    struct results_contest_in contest; /* what begin() needs */
    int64_t reporting, total;
    bool in_contest, begun, in_choice, in_type, counted;
    unsigned contest_no, choice_no, type_no; /* serial numbers within the file */
    struct place *voted, **voted_end;        /* those with votes for the choice */
    uint32_t choice, choices;
    int64_t total_votes, types_sum, type_votes, units_sum; /* VOTES_UNKNOWN: cannot be checked */
    long line;
};

static inline struct slice attr(struct detail *d, const struct xml_attrs *attrs, int which)
{
    return xml_attr_of(attrs, &d->keys[which]);
}

static int64_t count_attr(struct detail *d, const struct xml_attrs *attrs, int which)
{
    struct slice s = attr(d, attrs, which);
    int64_t n;
    return num_digits(s, &n) || num_parse(slice_trim(s), 0, INT64_MAX, &n) ? n : -1;
}

static int64_t positive_attr(struct detail *d, const struct xml_attrs *attrs, int which)
{
    int64_t n = count_attr(d, attrs, which);
    return n > 0 ? n : -1; /* 0 voters or ballots: the county did not fill it in */
}

__attribute__((noinline)) static int64_t odd_votes(struct detail *d, struct slice s,
                                                   const char *element, const char *name)
{
    struct slice field = slice_trim(s);
    int64_t n = VOTES_UNKNOWN;
    if (s.ptr == NULL)
        results_contest_bad(d->job->builder, "line %ld: %s without %s", d->line, element, name);
    else if (field.len > 0 && !num_parse(field, 0, INT64_MAX, &n)) {
        n = VOTES_UNKNOWN;
        results_contest_bad(d->job->builder, "line %ld: %s: %s \"%.*s\" is not a count of votes",
                            d->line, element, name, SLICE_FMT(slice_sub(field, 0, 40)));
    }
    return n;
}

/* A vote attribute: blank is unknown, anything but digits makes the contest a problem (and is
 * unknown from here on). */
__attribute__((always_inline)) static inline int64_t
votes_attr(struct detail *d, const struct xml_attrs *attrs, const char *element, int which)
{
    struct slice s = attr(d, attrs, which);
    int64_t n;
    return num_digits(s, &n) ? n : odd_votes(d, s, element, attributes[which].name);
}

/* sum += votes, where either may be unknown. */
static void add(struct detail *d, int64_t *sum, int64_t votes)
{
    if (*sum == VOTES_UNKNOWN || votes == VOTES_UNKNOWN)
        *sum = VOTES_UNKNOWN;
    else if (!num_add(sum, votes))
        results_contest_bad(d->job->builder, "line %ld: votes add up to more than 2^63", d->line);
}

static bool copy(struct detail *d, struct slice s, struct slice *out)
{
    *out = arena_copy(d->job->arena, s);
    return out->ptr != NULL || fault_set(d->f, WIRE_LIMIT, "no memory for a contest's name");
}

/* ---- elements ---- */

static bool turnout(struct detail *d, const struct xml_attrs *attrs)
{
    if (!d->in_contest) {
        d->registered = positive_attr(d, attrs, TOTAL_VOTERS);
        d->ballots = positive_attr(d, attrs, BALLOTS_CAST);
    }
    return true;
}

/* Whose contest it is, and how far it is counted. Older files of states say precinctsReporting too:
 * no county's name is as short as "AR". */
static void place_contest(struct detail *d, const struct xml_attrs *attrs)
{
    struct results_contest_in *c = &d->contest;
    bool participating = attr(d, attrs, PARTICIPATING).ptr != NULL;
    bool postal = d->headers[REGION].len == STATE_LEN;
    c->state = job_option(d->job, "state");
    c->county = job_option(d->job, "county");
    if (c->county.len == 0 && !participating && !postal)
        c->county = d->headers[REGION];
    if (c->state.len == 0 && postal)
        c->state = d->headers[REGION];
    d->total = count_attr(d, attrs, participating ? PARTICIPATING : REPORTING);
    d->reporting = count_attr(d, attrs, REPORTED);
}

static bool contest(struct detail *d, const struct xml_attrs *attrs)
{
    struct results_contest_in *c = &d->contest;
    if (d->in_contest)
        return fault_set(d->f, WIRE_SCHEMA, "line %ld: a Contest within a Contest", d->line);
    *c = RESULTS_CONTEST_DEFAULT;
    if (!copy(d, attr(d, attrs, KEY), &c->id) || !copy(d, attr(d, attrs, TEXT), &c->text))
        return false;
    if (c->id.len == 0 && c->text.len == 0)
        return fault_set(d->f, WIRE_SCHEMA, "line %ld: a Contest without key and text", d->line);
    c->votes_allowed = positive_attr(d, attrs, VOTE_FOR);
    c->registered = d->registered;
    c->ballots = d->ballots;
    if (slice_eq_nocase(attr(d, attrs, IS_QUESTION), SLICE("true")))
        c->flags |= RESULTS_MEASURE;
    place_contest(d, attrs);
    d->in_contest = true;
    d->begun = false;
    d->choices = 0;
    d->contest_no++;
    if (d->names != NULL) {
        if (!clarity_names_new(d->names, d->job->arena, c->id, c->text, &d->named, d->f))
            return false;
        d->named->votes_allowed = c->votes_allowed;
        d->named->question = (c->flags & RESULTS_MEASURE) != 0;
    }
    return true;
}

/* Begin the contest at its first choice, whose text tells a measure; or at its end, when it has
 * none. */
static bool begin(struct detail *d, struct slice first_choice)
{
    if (d->begun)
        return true;
    if (label_is_answer(first_choice))
        d->contest.flags |= RESULTS_MEASURE;
    if (!results_contest_begin(d->job->builder, &d->contest, &d->f->err))
        return field_limit(d->f);
    results_progress(d->job->builder, d->reporting, d->total);
    d->begun = true;
    return true;
}

static bool choice(struct detail *d, const struct xml_attrs *attrs)
{
    struct slice id = attr(d, attrs, KEY);
    struct slice text = attr(d, attrs, TEXT);
    struct slice party = attr(d, attrs, PARTY);
    if (!d->in_contest || d->in_choice || d->in_type)
        return fault_set(d->f, WIRE_SCHEMA, "line %ld: a Choice outside a Contest", d->line);
    if (d->names != NULL)
        return clarity_names_add(d->named, d->job->arena, text, party, d->f);
    if (label_is_statistic(text))
        return true;
    struct results_builder *b = d->job->builder;
    if (!begin(d, text))
        return false;
    struct results_choice_in in;
    clarity_choice(id, text, party, &in);
    if (in.id.len == 0 && in.name.len == 0) {
        results_contest_bad(b, "line %ld: a Choice without key and text", d->line);
        return true;
    }
    d->total_votes = votes_attr(d, attrs, "Choice", TOTAL_VOTES);
    d->types_sum = 0;
    d->in_choice = true;
    d->choice_no++;
    if (!results_choice(b, &in, &d->choice, &d->f->err) ||
        !results_votes_once(b, 0, d->choice, d->total_votes, &d->f->err))
        return field_limit(d->f);
    if (d->choice != d->choices)
        results_contest_bad(b, "line %ld: Choice key \"%.*s\" stands twice", d->line,
                            SLICE_FMT(slice_sub(id, 0, 40)));
    else
        d->choices++;
    return true;
}

static bool vote_type(struct detail *d, const struct xml_attrs *attrs)
{
    if (!d->in_contest || d->in_type)
        return fault_set(d->f, WIRE_SCHEMA, "line %ld: a VoteType outside a Choice", d->line);
    d->in_type = true;
    d->type_no++;
    struct slice name = attr(d, attrs, NAME); /* "Total Votes", where types are not told apart */
    d->counted = d->in_choice && (!label_is_statistic(name) || label_is_total(name));
    if (d->counted) {
        d->type_votes = votes_attr(d, attrs, "VoteType", VOTES);
        d->units_sum = 0;
        add(d, &d->types_sum, d->type_votes);
    }
    return true;
}

static struct place *new_place(struct detail *d, enum results_unit_type kind, struct slice name)
{
    struct map *places = kind == RESULTS_COUNTY ? d->counties : d->precincts;
    struct place *p = arena_alloc(d->job->arena, sizeof *p);
    struct slice own = arena_copy(d->job->arena, name);
    if (p == NULL || own.ptr == NULL || !map_put(places, own, p)) {
        fault_set(d->f, WIRE_LIMIT, "line %ld: more than %d places", d->line, PLACES_MAX);
        return NULL;
    }
    *p = (struct place){
        .name = own, .kind = kind, .registered = -1, .ballots = -1, .reporting = -1, .total = -1};
    if (!pool_add(&d->job->builder->pool, own, &p->text)) {
        fault_set(d->f, WIRE_LIMIT, "line %ld: no memory for a place's name", d->line);
        return NULL;
    }
    return p;
}

/* Places come in the same order again and again. */
static struct place *find_place(struct detail *d, enum results_unit_type kind, struct slice name)
{
    struct place *p = d->place != NULL ? d->place->next : NULL;
    if (p == NULL || p->kind != kind || !slice_eq(p->name, name)) {
        p = map_get(kind == RESULTS_COUNTY ? d->counties : d->precincts, name);
        if (p == NULL)
            p = new_place(d, kind, name);
        if (p != NULL && d->place != NULL)
            d->place->next = p;
    }
    d->place = p;
    return p;
}

/* The place becomes a unit of this contest. */
__attribute__((noinline)) static bool add_unit(struct detail *d, struct place *p)
{
    bool listed = p->contest == d->contest_no;
    struct results_unit_in in = {.type = p->kind,
                                 .reporting = listed ? p->reporting : -1,
                                 .total = listed ? p->total : -1,
                                 .registered = p->registered,
                                 .ballots = p->ballots};
    struct results_unit unit = building_unit_record(&in);
    unit.name = p->text;
    p->unit_contest = d->contest_no;
    return building_unit(d->job->builder, &unit, 0, false, &p->unit, &d->f->err);
}

/* A row of votes within a vote type of a choice. */
static bool unit_votes(struct detail *d, const struct xml_attrs *attrs, struct place *p)
{
    const char *element = p->kind == RESULTS_COUNTY ? "County" : "Precinct";
    int64_t votes = votes_attr(d, attrs, element, VOTES);
    if (p->type == d->type_no)
        results_contest_bad(d->job->builder, "line %ld: %s \"%.*s\" stands twice in one VoteType",
                            d->line, element, SLICE_FMT(slice_sub(p->name, 0, 40)));
    p->type = d->type_no;
    if (p->unit_contest != d->contest_no && !add_unit(d, p))
        return field_limit(d->f);
    if (p->choice == d->choice_no) {
        add(d, &p->votes, votes);
    } else {
        p->choice = d->choice_no;
        p->votes = votes;
        p->also = NULL;
        *d->voted_end = p;
        d->voted_end = &p->also;
    }
    add(d, &d->units_sum, votes);
    return true;
}

/* What the vote types of a choice gave each place. */
static bool places_votes(struct detail *d)
{
    for (const struct place *p = d->voted; p != NULL; p = p->also)
        if (!results_votes(d->job->builder, p->unit, d->choice, p->votes, &d->f->err))
            return field_limit(d->f);
    d->voted = NULL;
    d->voted_end = &d->voted;
    return true;
}

/* What a contest, or the whole election, says of a place. */
static void place_facts(struct detail *d, const struct xml_attrs *attrs, struct place *p)
{
    if (d->in_contest) {
        p->contest = d->contest_no;
        p->reporting = count_attr(d, attrs, REPORTED);
        p->total = count_attr(d, attrs, PARTICIPATING);
    } else {
        p->registered = positive_attr(d, attrs, TOTAL_VOTERS);
        p->ballots = positive_attr(d, attrs, BALLOTS_CAST);
    }
}

/* County and Precinct stand in the turnout block, in ParticipatingCounties, and in vote types. */
static bool unit(struct detail *d, const struct xml_attrs *attrs, enum results_unit_type kind)
{
    if ((d->in_type && !d->counted) || (kind == RESULTS_PRECINCT && !d->with_precincts))
        return true;
    struct slice name = slice_trim(attr(d, attrs, NAME));
    if (name.len == 0)
        return fault_set(d->f, WIRE_SCHEMA, "line %ld: a County or Precinct without name", d->line);
    struct place *p = find_place(d, kind, name);
    if (p == NULL)
        return false;
    if (d->in_type)
        return unit_votes(d, attrs, p);
    place_facts(d, attrs, p);
    return true;
}

static bool county(struct detail *d, const struct xml_attrs *attrs)
{
    return unit(d, attrs, RESULTS_COUNTY);
}

static bool precinct(struct detail *d, const struct xml_attrs *attrs)
{
    return unit(d, attrs, RESULTS_PRECINCT);
}

static bool end_type(struct detail *d)
{
    if (d->counted && d->units_sum != VOTES_UNKNOWN && d->type_votes != VOTES_UNKNOWN &&
        d->units_sum > d->type_votes)
        results_contest_bad(d->job->builder,
                            "line %ld: the units of a VoteType have %" PRId64
                            " votes, the VoteType %" PRId64,
                            d->line, d->units_sum, d->type_votes);
    d->in_type = d->counted = false;
    return true;
}

static bool end_choice(struct detail *d)
{
    if (d->in_choice && d->types_sum != VOTES_UNKNOWN && d->total_votes != VOTES_UNKNOWN &&
        d->types_sum > d->total_votes)
        results_contest_bad(d->job->builder,
                            "line %ld: the vote types of a Choice add up to %" PRId64
                            ", its totalVotes is %" PRId64,
                            d->line, d->types_sum, d->total_votes);
    d->in_choice = false;
    return places_votes(d);
}

static bool end_contest(struct detail *d)
{
    d->in_contest = false;
    if (d->names != NULL)
        return true;
    return begin(d, (struct slice){0}) &&
           (results_contest_end(d->job->builder, &d->f->err) || field_limit(d->f));
}

static const struct element {
    struct slice name;
    bool (*start)(struct detail *d, const struct xml_attrs *attrs);
    bool (*end)(struct detail *d);
    enum header header;
    bool named; /* read in companions too */
} elements[] = {
    {SLICE_INIT("Precinct"), precinct, NULL, NO_HEADER, false},
    {SLICE_INIT("County"), county, NULL, NO_HEADER, false},
    {SLICE_INIT("VoteType"), vote_type, end_type, NO_HEADER, false},
    {SLICE_INIT("Choice"), choice, end_choice, NO_HEADER, true},
    {SLICE_INIT("Contest"), contest, end_contest, NO_HEADER, true},
    {SLICE_INIT("VoterTurnout"), turnout, NULL, NO_HEADER, false},
    {SLICE_INIT("ElectionVoterTurnout"), turnout, NULL, NO_HEADER, false},
    {SLICE_INIT("Timestamp"), NULL, NULL, TIMESTAMP, true},
    {SLICE_INIT("ElectionName"), NULL, NULL, ELECTION_NAME, true},
    {SLICE_INIT("ElectionDate"), NULL, NULL, ELECTION_DATE, true},
    {SLICE_INIT("Region"), NULL, NULL, REGION, true},
};

static const void *element(struct slice name, void *ctx, bool *ends)
{
    const struct detail *d = ctx;
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
        const struct element *e = &elements[i];
        *ends = e->end != NULL || e->header != NO_HEADER;
        if (slice_eq(name, e->name))
            return d->names == NULL || e->named ? e : NULL;
    }
    return NULL;
}

static bool root(struct slice name, const struct xml_attrs *attrs, void *ctx, struct fault *f)
{
    const struct detail *d = ctx;
    return slice_is(name, "ElectionResult") ||
           fault_set(f, WIRE_SCHEMA,
                     "line %ld: the document is a \"%.*s\", a Clarity detail.xml is an "
                     "ElectionResult",
                     xml_line(attrs), SLICE_FMT(field_excerpt(d->job->arena, name)));
}

static bool on_start(const void *element, struct xml_attrs *attrs, void *ctx, struct fault *f)
{
    struct detail *d = ctx;
    const struct element *e = element;
    (void)f;
    d->line = xml_line(attrs);
    attrs->text = e->header != NO_HEADER && attrs->depth == 2;
    return e->start == NULL || e->start(d, attrs);
}

/* "11/3/2020" as "2020-11-03"; empty when it is no such date. */
static struct slice iso_date(struct arena *a, struct slice us)
{
    struct slice part = {0};
    int64_t n[3] = {0};
    int64_t day;
    for (int i = 0; i < 3; i++)
        if (!slice_next(&us, '/', &part) || !num_parse(part, 1, 9999, &n[i]))
            return (struct slice){0};
    struct slice iso = arena_printf(a, "%04" PRId64 "-%02" PRId64 "-%02" PRId64, n[2], n[0], n[1]);
    return iso.len == DATE_LEN && when_parse_date(iso, &day) ? iso : (struct slice){0};
}

/* As soon as they are known: when the last byte has come other things are more urgent. */
static void fill_facts(struct detail *d)
{
    struct results_facts *facts = results_facts(d->job->builder);
    facts->election_name = d->headers[ELECTION_NAME];
    facts->election_date = iso_date(d->job->arena, d->headers[ELECTION_DATE]);
    if (!when_parse_us(d->headers[TIMESTAMP], &facts->own_time_ms))
        facts->own_time_ms = WHEN_UNKNOWN;
}

static bool on_end(const void *element, struct slice text, void *ctx, struct fault *f)
{
    struct detail *d = ctx;
    const struct element *e = element;
    (void)f;
    if (text.len > 0 && !copy(d, slice_sub(slice_trim(text), 0, TEXT_MAX), &d->headers[e->header]))
        return false;
    if (e->header != NO_HEADER && d->names == NULL)
        fill_facts(d);
    return e->end == NULL || e->end(d);
}

static const struct xml_handler handler = {element, root, on_start, on_end};

bool clarity_detail(struct job *j, struct fault *f)
{
    struct detail d = {.job = j,
                       .f = f,
                       .registered = -1,
                       .ballots = -1,
                       .with_precincts = job_option_yes(j, "precincts"),
                       .counties = map_new(PLACES_MAX, false),
                       .precincts = map_new(PLACES_MAX, false)};
    d.voted_end = &d.voted;
    memcpy(d.keys, attributes, sizeof d.keys);
    bool ok = d.counties != NULL && d.precincts != NULL
                  ? xml_parse(j->input, &handler, &d, f)
                  : fault_set(f, WIRE_LIMIT, "no memory for the places");
    map_free(d.counties);
    map_free(d.precincts);
    return ok;
}

bool clarity_detail_names(struct input *in, struct arena *a, struct map *by_key, struct fault *f)
{
    struct job j = {.input = in, .arena = a};
    struct detail d = {.job = &j, .f = f, .names = by_key};
    memcpy(d.keys, attributes, sizeof d.keys);
    return xml_parse(in, &handler, &d, f);
}
