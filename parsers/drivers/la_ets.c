/* SPDX-License-Identifier: ISC */
/* Los Angeles County's "ETS" file of fixed columns: records that say in columns 1 to 3 which
 * contest they are of and in 4 and 5 what they are; the last one, EF, states how many there are.
 *
 * No record has an id: the number in front is a position. A contest is its title, which stands in
 * two fields; a measure or justice is a question of its own, of two records, YES and NO, of which
 * only the first tells what is asked. What is known of a contest stands behind its votes
 * (precincts, voters), so that its records are gone through twice.
 */
#include <inttypes.h>
#include <string.h>

#include "daemon/base/when.h"
#include "parsers/drivers.h"
#include "parsers/field.h"
#include "parsers/label.h"

struct record {
    struct slice text;
    size_t line; /* from 1 */
};

/* The records of one number. */
struct group {
    struct job *job;
    const struct record *records;
    size_t count;
    struct results_contest_in about; /* what all contests of the group share; text: its title */
    int64_t reporting, total;
    const struct record *stranger; /* of a kind nobody knows, or a second title */
    bool begun;                    /* a contest of this group is the builder's current one */
    unsigned answers;              /* of the question begun: 1 YES, 2 NO */
};

/* Columns from..to, counted in characters from 1, both included, without blanks around. */
static struct slice columns(const struct record *r, size_t from, size_t to)
{
    size_t column = 0, start = r->text.len, end = r->text.len;
    for (size_t i = 0; i < r->text.len; i++) {
        if (((unsigned char)r->text.ptr[i] & 0xc0) == 0x80)
            continue;
        column++;
        if (column == from)
            start = i;
        if (column == to + 1) {
            end = i;
            break;
        }
    }
    return slice_trim(slice_sub(r->text, start, end));
}

static bool is_kind(const struct record *r, const char *kind)
{
    return slice_is(slice_sub(r->text, 3, 5), kind);
}

/* ---- what is known of a contest: the first pass ---- */

static void take_title(struct group *g, const struct record *r)
{
    if (g->about.text.len > 0)
        g->stranger = r;
    struct slice first = columns(r, 16, 44), second = columns(r, 45, 73);
    g->about.text = arena_printf(g->job->arena, "%.*s%s%.*s", SLICE_FMT(first),
                                 second.len > 0 ? " " : "", SLICE_FMT(second));
}

static void take_party(struct group *g, const struct record *r)
{
    g->about.party = columns(r, 16, 44);
}

static void take_votes_allowed(struct group *g, const struct record *r)
{
    g->about.votes_allowed = field_text_count(columns(r, 38, 41), false);
}

static void take_precincts(struct group *g, const struct record *r)
{
    g->total = field_text_count(columns(r, 31, 41), true);
    g->reporting = field_text_count(columns(r, 73, 82), true);
}

static void take_voters(struct group *g, const struct record *r)
{
    g->about.registered = field_text_count(columns(r, 28, 41), true);
}

/* ---- contests, choices, votes: the second ---- */

static bool begin(struct group *g, struct slice title, uint32_t flags, struct fault *f)
{
    struct results_contest_in c = g->about;
    c.text = title;
    c.flags = flags;
    if (!results_contest_begin(g->job->builder, &c, &f->err))
        return field_limit(f);
    results_progress(g->job->builder, g->reporting, g->total);
    g->begun = true;
    if (g->stranger != NULL)
        results_contest_bad(g->job->builder, "line %zu: a record \"%.*s\" has no place here",
                            g->stranger->line, SLICE_FMT(slice_sub(g->stranger->text, 3, 5)));
    return true;
}

/* "Z,ZZZ,ZZ9": the picture of a number that was never filled in. */
static bool is_picture(struct slice s)
{
    static const char drawn[] = {'Z', ',', '9'};
    for (size_t i = 0; i < s.len; i++)
        if (memchr(drawn, s.ptr[i], sizeof drawn) == NULL)
            return false;
    return s.len > 0 && s.ptr[0] == 'Z';
}

/* Votes end in column 82; all before them up to `from` must be blank. */
static bool line(struct group *g, const struct record *r, const struct results_choice_in *in,
                 size_t from, struct fault *f)
{
    struct slice s = columns(r, from, 82);
    int64_t votes = VOTES_UNKNOWN;
    uint32_t choice;
    if (!is_picture(s) && !field_text_votes(g->job, s, true, &votes))
        results_contest_bad(g->job->builder,
                            "line %zu, columns %zu to 82: \"%.*s\" is not a count of votes",
                            r->line, from, SLICE_FMT(field_excerpt(g->job->arena, s)));
    if (!results_choice(g->job->builder, in, &choice, &f->err) ||
        !results_votes_once(g->job->builder, 0, choice, votes, &f->err))
        return field_limit(f);
    return true;
}

static bool begin_candidates(struct group *g, const struct record *r, struct fault *f)
{
    (void)r;
    return begin(g, g->about.text, 0, f);
}

/* Names are cut to 18 characters; some of one long surname have run on, to the field's end. */
static bool fills_its_field(struct slice name)
{
    size_t n = 0;
    for (size_t i = 0; i < name.len; i++)
        n += ((unsigned char)name.ptr[i] & 0xc0) != 0x80;
    return n == 18 || n == 23;
}

static bool candidate(struct group *g, const struct record *r, struct fault *f)
{
    struct results_choice_in in = {.name = columns(r, 19, 41),
                                   .party = label_party(columns(r, 42, 44))};
    if (!g->begun)
        return fault_set(f, WIRE_SCHEMA, "line %zu: a candidate whose contest has no title",
                         r->line);
    if (label_is_write_in(in.name))
        in.flags |= RESULTS_WRITE_IN;
    if (fills_its_field(in.name))
        in.flags |= RESULTS_NAME_CUT;
    return line(g, r, &in, 45, f);
}

static void end_question(struct group *g)
{
    if (g->answers == 1)
        results_contest_bad(g->job->builder, "line %zu: a YES without its NO",
                            g->records[g->count - 1].line);
    g->answers = 0;
}

/* Cut "- YES" or "- NO" off the end of *s: 1 or 2; 0 when neither stands there. */
static unsigned cut_answer(struct slice *s)
{
    static const struct slice ends[] = {SLICE_INIT("- YES"), SLICE_INIT("- NO")};
    for (unsigned i = 0; i < 2; i++)
        if (slice_ends(*s, ends[i])) {
            *s = slice_trim(slice_sub(*s, 0, s->len - ends[i].len));
            return i + 1;
        }
    return 0;
}

static bool answer(struct group *g, const struct record *r, struct fault *f)
{
    static const struct results_choice_in choices[] = {{.name = SLICE_INIT("YES")},
                                                       {.name = SLICE_INIT("NO")}};
    struct slice asked = columns(r, 16, 69);
    unsigned what = cut_answer(&asked);
    if (what == 0 || (what == 2 && g->answers != 1))
        return fault_set(f, WIRE_SCHEMA, "line %zu: %s", r->line,
                         what == 0 ? "neither a YES nor a NO" : "a NO without its YES");
    if (what == 1) {
        struct slice title = g->about.text;
        end_question(g);
        title = arena_printf(g->job->arena, "%.*s%s%.*s", SLICE_FMT(title),
                             title.len > 0 && asked.len > 0 ? ": " : "", SLICE_FMT(asked));
        if (!begin(g, title, RESULTS_MEASURE, f))
            return false;
    }
    g->answers = what;
    return line(g, r, &choices[what - 1], 70, f);
}

static const struct {
    const char *kind;
    void (*first)(struct group *, const struct record *);
    bool (*second)(struct group *, const struct record *, struct fault *);
} kinds[] = {
    {"CC", take_title, begin_candidates},
    {"MC", take_title, NULL},
    {"JC", take_title, NULL},
    {"PT", take_party, NULL},
    {"VF", take_votes_allowed, NULL},
    {"PR", take_precincts, NULL},
    {"DR", take_voters, NULL},
    {"CN", NULL, candidate},
    {"MT", NULL, answer},
    {"JN", NULL, answer},
    {"VN", NULL, NULL}, /* nominated by voters: true of most */
    {"BK", NULL, NULL}, /* a blank line of the printed page */
    {"ST", NULL, NULL}, /* statistics of the county, from here on */
    {"PS", NULL, NULL},
    {"PC", NULL, NULL},
    {"AB", NULL, NULL},
    {"BC", NULL, NULL},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static size_t kind_of(const struct record *r)
{
    size_t k = 0;
    while (k < KINDS && !is_kind(r, kinds[k].kind))
        k++;
    return k;
}

static bool read_group(struct group *g, struct fault *f)
{
    for (size_t i = 0; i < g->count; i++) {
        size_t k = kind_of(&g->records[i]);
        if (k == KINDS)
            g->stranger = &g->records[i];
        else if (kinds[k].first != NULL)
            kinds[k].first(g, &g->records[i]);
    }
    for (size_t i = 0; i < g->count; i++) {
        size_t k = kind_of(&g->records[i]);
        if (k < KINDS && kinds[k].second != NULL && !kinds[k].second(g, &g->records[i], f))
            return false;
    }
    end_question(g);
    return true;
}

/* ---- the file's own records ---- */

/* "NOVEMBER 06, 2018 - 2018 STATEWIDE GENERAL ELECTION". */
static bool read_election(struct job *j, struct slice s)
{
    struct results_facts *facts = results_facts(j->builder);
    size_t dash = slice_find(s, SLICE(" - "));
    int64_t day;
    char date[11];
    if (dash == SIZE_MAX)
        return false;
    struct slice noon = arena_printf(j->arena, "%.*s 12:00", SLICE_FMT(slice_sub(s, 0, dash)));
    if (!when_parse_local(noon, &day))
        return false;
    when_format_date(day, date);
    facts->election_date = arena_copy(j->arena, slice_of(date));
    facts->election_name = arena_copy(j->arena, slice_trim(slice_sub(s, dash + 3, s.len)));
    if (slice_eq_nocase(facts->election_name, SLICE("TEST ELECTION")))
        facts->test = 1;
    return true;
}

/* "Semi-Final Official Election Returns" are those of the night: votes are still to come. */
static void read_status(struct job *j, struct slice s)
{
    static const struct {
        struct slice start;
        enum results_status status;
    } table[] = {{SLICE_INIT("semi"), RESULTS_UNOFFICIAL},
                 {SLICE_INIT("unofficial"), RESULTS_UNOFFICIAL},
                 {SLICE_INIT("final official"), RESULTS_OFFICIAL},
                 {SLICE_INIT("official"), RESULTS_OFFICIAL}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (slice_eq_nocase(slice_sub(s, 0, table[i].start.len), table[i].start)) {
            results_facts(j->builder)->status = table[i].status;
            return;
        }
}

static void read_head(struct job *j, const struct record *r)
{
    static const struct slice as_of = SLICE_INIT("AS OF ");
    struct slice s = columns(r, 16, 95);
    if (is_kind(r, "TD"))
        results_facts(j->builder)->own_time_ms =
            job_time(j, slice_sub(s, slice_starts(s, as_of) ? as_of.len : 0, s.len));
    else if (!read_election(j, s))
        read_status(j, s);
}

static bool is_head(const struct record *r)
{
    return is_kind(r, "ET") || is_kind(r, "TD");
}

/* The last record says how many there are, itself counted; old files have a Ctrl-Z behind it. */
static bool check_end(const struct record *records, size_t count, struct fault *f)
{
    const struct record *last = &records[count - 1];
    int64_t stated = field_text_count(columns(last, 16, 27), false);
    if (!is_kind(last, "EF"))
        return fault_set(f, WIRE_TRUNCATED, "line %zu: the file ends without its EF record",
                         last->line);
    if (stated != (int64_t)count)
        return fault_set(f, WIRE_TRUNCATED,
                         "line %zu: EF states %" PRId64 " records, the file has %zu", last->line,
                         stated, count);
    return true;
}

static bool is_record(struct slice s)
{
    for (size_t i = 0; i < 3 && i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return s.len >= 5;
}

static bool split(struct job *j, struct slice rest, struct record **out, size_t *count,
                  struct fault *f)
{
    static const char ends[] = {'\x1a', '\r', '\n', ' '};
    struct slice text, all;
    size_t lines = 0;
    while (rest.len > 0 && memchr(ends, rest.ptr[rest.len - 1], sizeof ends) != NULL)
        rest.len--;
    all = rest;
    while (slice_next(&all, '\n', &text))
        lines++;
    *count = 0;
    *out = arena_array(j->arena, lines + 1, sizeof **out);
    if (*out == NULL)
        return fault_set(f, WIRE_LIMIT, "no memory for %zu lines", lines);
    for (size_t n = 1; slice_next(&rest, '\n', &text); n++) {
        if (slice_trim(text).len == 0)
            continue;
        if (!is_record(text))
            return fault_set(f, WIRE_SYNTAX,
                             "line %zu: no record: it begins with no number and kind", n);
        (*out)[(*count)++] = (struct record){text, n};
    }
    return *count > 0 || fault_set(f, WIRE_TRUNCATED, "line 1: no records");
}

static struct group group_of(struct job *j, const struct record *records, size_t count)
{
    struct slice state = job_option(j, "state"), county = job_option(j, "county");
    struct group g = {.job = j, .records = records, .count = count, .reporting = -1, .total = -1};
    g.about = RESULTS_CONTEST_DEFAULT;
    g.about.state = state.len > 0 ? state : SLICE("CA");
    g.about.county = county.len > 0 ? county : SLICE("Los Angeles");
    return g;
}

static bool parse(struct job *j, struct fault *f)
{
    struct slice text;
    struct record *records;
    size_t count;
    if (!input_all(j->input, &text, f) || !split(j, text, &records, &count, f) ||
        !check_end(records, count, f))
        return false;
    for (size_t at = 0, n; at + 1 < count; at += n) {
        for (n = 1;
             at + n + 1 < count && memcmp(records[at].text.ptr, records[at + n].text.ptr, 3) == 0;)
            n++;
        if (is_head(&records[at])) {
            n = 1;
            read_head(j, &records[at]);
            continue;
        }
        struct group g = group_of(j, &records[at], n);
        if (!read_group(&g, f))
            return false;
    }
    return true;
}

static int sniff(struct slice head)
{
    return slice_starts(head, SLICE("000ET")) ? 2 : 0;
}

const struct driver la_ets_driver = {.name = "la-ets", .parse = parse, .sniff = sniff};
