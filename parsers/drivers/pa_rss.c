/* SPDX-License-Identifier: ISC */
/* Pennsylvania's election night feed (ElectionFeed): RSS whose items hold an
 * HTML table each.
 *
 * Two feeds of one shape: "by Office" has an item a contest and a table row a
 * county and choice; "by County" has an item a county and a table row a contest
 * and choice. Columns are found by their heads, for their number changes
 * between elections: five in June 2020, eight in November. There are no ids and
 * no totals. In a primary an item holds the choices of all parties: each party
 * is a contest of its own, "TITLE - PARTY".
 *
 * "(Unofficial, Testing)" stands in the channel's title on real nights too, so
 * Testing says nothing. The districts it counts are those of the state: only
 * contests of all counties have them.
 */
#include "parsers/count.h"
#include "parsers/drivers.h"
#include "parsers/html.h"
#include "parsers/label.h"
#include "parsers/memo.h"
#include "parsers/pool.h"
#include "parsers/rows.h"
#include "parsers/xml.h"

#define COUNTIES 67 /* of Pennsylvania */
#define COLUMNS_MAX 32
#define CONTESTS_MAX 100000
#define BIT(role) (UINT64_C(1) << (role))

/* What a table's column holds: a role, or one of these. */
enum { PART_OF_VOTES = ROLES, IGNORED };

struct table {
    int column[COLUMNS_MAX];
    size_t columns;
    bool found; /* it has a head with votes */
};

struct tally { /* of a contest's rows */
    uint64_t rows;
    uint32_t choices, counties;
};

struct feed {
    struct job *job;
    struct mapping mapping;
    struct rows *rows;
    struct slice channel, title, table;
    int64_t reporting, total; /* districts of the state */
    uint64_t items;
    struct tally *tallies; /* by the builder's contest */
    uint32_t tally_room;
    struct memo choices, counties; /* of contests */
    bool in_item, primary, by_county;
};

/* ---- the table of an item ---- */

static int column_of(struct slice head)
{
    static const struct {
        const char *head;
        int holds;
    } heads[] = {
        {"county", ROLE_COUNTY},
        {"county name", ROLE_COUNTY},
        {"office", ROLE_CONTEST},
        {"office name", ROLE_CONTEST},
        {"candidate", ROLE_CHOICE},
        {"candidate name", ROLE_CHOICE},
        {"party", ROLE_PARTY},
        {"party name", ROLE_PARTY},
        {"votes", ROLE_VOTES},
        {"total votes", ROLE_VOTES},
        {"election day votes", PART_OF_VOTES},
        {"mail votes", PART_OF_VOTES},
        {"provisional votes", PART_OF_VOTES},
    };
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        if (slice_eq_nocase(head, slice_of(heads[i].head)))
            return heads[i].holds;
    }
    return IGNORED;
}

static bool read_head(const struct feed *d, const struct slice *cells, size_t n, struct table *t,
                      struct fault *f)
{
    bool has[ROLES] = {false};
    *t = (struct table){.columns = n, .found = true};
    if (n > COLUMNS_MAX)
        return fault_set(f, WIRE_LIMIT, "a table of more than %d columns", COLUMNS_MAX);
    for (size_t i = 0; i < n; i++) {
        int holds = t->column[i] = column_of(cells[i]);
        if (holds < ROLES && has[holds])
            return fault_set(f, WIRE_SCHEMA, "the column \"%.*s\" is there twice",
                             SLICE_FMT(slice_sub(cells[i], 0, 40)));
        has[holds < ROLES ? holds : ROLE_NONE] = true;
    }
    if (d->by_county && !has[ROLE_CONTEST] && t->column[0] == IGNORED) {
        t->column[0] = ROLE_CONTEST;
        has[ROLE_CONTEST] = true;
    }
    if (!has[ROLE_CHOICE] || !has[ROLE_PARTY] || !has[d->by_county ? ROLE_CONTEST : ROLE_COUNTY])
        return fault_set(f, WIRE_SCHEMA,
                         "its table of votes lacks the column of candidates, parties or %s",
                         d->by_county ? "offices" : "counties");
    return true;
}

/* The votes must be what the parts of them beside it add up to. */
static void check_parts(struct feed *d, const struct table *t, const struct slice *cells,
                        struct slice votes)
{
    int64_t sum = 0, total, part;
    bool any = false;
    if (count_read(votes, &d->mapping.count, &total) != COUNT_READ)
        return;
    for (size_t i = 0; i < t->columns; i++) {
        if (t->column[i] != PART_OF_VOTES)
            continue;
        if (count_read(cells[i], &d->mapping.count, &part) != COUNT_READ)
            return;
        sum += part;
        any = true;
    }
    if (any && sum != total)
        results_contest_bad(d->job->builder,
                            "%.*s: the total is %lld, its election day, mail and provisional "
                            "votes are %lld",
                            SLICE_FMT(slice_sub(d->title, 0, 100)), (long long)total,
                            (long long)sum);
}

/* Counts a row in its contest. Lines of write-ins may be where there are any. */
static bool count_row(struct feed *d, const struct slice *fields, struct fault *f)
{
    if (label_is_write_in(fields[ROLE_CHOICE]))
        return true;
    uint32_t contest = results_contest_index(d->job->builder), number;
    uint32_t choices = d->choices.count, counties = d->counties.count;
    const struct slice own = {(const char *)&contest, sizeof contest};
    const struct slice choice[] = {own, fields[ROLE_CHOICE], fields[ROLE_PARTY]};
    const struct slice county[] = {own, fields[ROLE_COUNTY]};
    if (!pool_grow(d->job->arena, &d->tallies, &d->tally_room, (uint64_t)contest + 1,
                   sizeof *d->tallies, CONTESTS_MAX) ||
        !memo_find(&d->choices, choice, 3, &number) || !memo_find(&d->counties, county, 2, &number))
        return fault_set(f, WIRE_LIMIT, "out of memory");
    d->tallies[contest].rows++;
    d->tallies[contest].choices += d->choices.count - choices;
    d->tallies[contest].counties += d->counties.count - counties;
    return true;
}

/* Every choice has a row in every county of its contest: one that has not was lost or misread, and
 * a sum would be wrong. */
static void check_contests(struct feed *d)
{
    struct results_builder *b = d->job->builder;
    for (uint32_t i = 0; i < d->tally_room; i++) {
        const struct tally *t = &d->tallies[i];
        if (!t->rows)
            continue;
        results_contest_at(b, i);
        if (t->rows != (uint64_t)t->choices * t->counties)
            results_contest_bad(
                b, "%llu rows for %u choices in %u counties: a choice lacks a county",
                (unsigned long long)t->rows, (unsigned)t->choices, (unsigned)t->counties);
        if (t->counties == COUNTIES)
            results_progress(b, d->reporting, d->total);
    }
}

static bool read_row(struct feed *d, const struct table *t, const struct slice *cells,
                     struct fault *f)
{
    struct slice fields[ROLES] = {{0}};
    for (size_t i = 0; i < t->columns; i++) {
        if (t->column[i] < ROLES)
            fields[t->column[i]] = cells[i];
    }
    fields[d->by_county ? ROLE_COUNTY : ROLE_CONTEST] = d->title;
    if (!fields[ROLE_COUNTY].len || !fields[ROLE_CONTEST].len || !fields[ROLE_CHOICE].len)
        return fault_set(f, WIRE_SYNTAX, "a row of its table names no county, office or candidate");
    /* a special election on the day of a primary is of all parties */
    if (d->primary && fields[ROLE_PARTY].len &&
        slice_find_nocase(fields[ROLE_CONTEST], SLICE("special")) == SIZE_MAX) {
        fields[ROLE_CONTEST_PARTY] = fields[ROLE_PARTY];
        fields[ROLE_CONTEST] =
            arena_printf(d->job->arena, "%.*s - %.*s", SLICE_FMT(fields[ROLE_CONTEST]),
                         SLICE_FMT(fields[ROLE_PARTY]));
    }
    if (!rows_add(d->rows, fields, ROLES, d->items, f))
        return false;
    rows_here(d->rows);
    check_parts(d, t, cells, fields[ROLE_VOTES]);
    return count_row(d, fields, f);
}

struct paths {
    struct html_path *tables, *rows, *cells, *all, *text;
};

static bool read_cells(struct feed *d, struct html *h, const struct paths *p, struct _xmlNode *row,
                       struct slice **cells, size_t *n, struct fault *f)
{
    struct _xmlNode **list;
    if (!html_nodes(h, p->cells, row, &list, n, f))
        return false;
    *cells = arena_array(d->job->arena, *n + 1, sizeof **cells);
    if (!*cells)
        return fault_set(f, WIRE_LIMIT, "out of memory");
    for (size_t i = 0; i < *n; i++) {
        if (!html_text(h, p->text, list[i], &(*cells)[i], f))
            return false;
    }
    return true;
}

static bool is_head(const struct slice *cells, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (column_of(cells[i]) == ROLE_VOTES)
            return true;
    }
    return false;
}

static bool read_table_row(struct feed *d, struct table *t, const struct slice *cells, size_t n,
                           struct fault *f)
{
    if (!t->found)
        return !is_head(cells, n) || read_head(d, cells, n, t, f);
    if (n != t->columns)
        return fault_set(f, WIRE_SYNTAX, "a row of its table has %zu cells, not %zu", n,
                         t->columns);
    return read_row(d, t, cells, f);
}

/* *found: it has a column of votes, and its rows were read. */
static bool read_table(struct feed *d, struct html *h, const struct paths *p, struct _xmlNode *node,
                       bool *found, struct fault *f)
{
    struct _xmlNode **list;
    struct slice *cells;
    struct table t = {.found = false};
    size_t n, count, all, in_rows = 0;
    if (!html_nodes(h, p->all, node, &list, &all, f) || !html_nodes(h, p->rows, node, &list, &n, f))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!read_cells(d, h, p, list[i], &cells, &count, f) ||
            !read_table_row(d, &t, cells, count, f))
            return false;
        in_rows += count;
    }
    if (in_rows != all)
        return fault_set(f, WIRE_SYNTAX, "its table has cells outside of rows");
    *found = t.found;
    return true;
}

static bool read_tables(struct feed *d, struct html *h, struct fault *f)
{
    struct paths p;
    const struct {
        const char *expression;
        struct html_path **to;
    } wanted[] = {{"//table", &p.tables},
                  {"tr|tbody/tr|thead/tr", &p.rows},
                  {"td|th", &p.cells},
                  {".//td|.//th", &p.all},
                  {"string()", &p.text}};
    struct _xmlNode **tables;
    size_t n, read = 0;
    bool found = false;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        *wanted[i].to = html_path(h, slice_of(wanted[i].expression), &f->err);
        if (!*wanted[i].to)
            return fault_from(f, &f->err);
    }
    if (!html_nodes(h, p.tables, NULL, &tables, &n, f))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!read_table(d, h, &p, tables[i], &found, f))
            return false;
        read += found;
    }
    return read || fault_set(f, WIRE_SCHEMA, "there is no table of votes in it");
}

static bool end_item(struct feed *d, struct slice text, struct fault *f)
{
    struct html *h = NULL;
    struct fault why = {0};
    (void)text;
    d->in_item = false;
    if (!d->title.len || !d->table.ptr)
        return fault_set(f, WIRE_SCHEMA, "item %llu: it has no title or no description",
                         (unsigned long long)d->items);
    bool ok = html_read_piece(d->table, d->job->arena, &h, &why) && read_tables(d, h, &why);
    html_free(h);
    if (!ok)
        *f = why;
    return ok || err_prefix(&f->err, "item %llu, \"%.*s\"", (unsigned long long)d->items,
                            SLICE_FMT(slice_sub(d->title, 0, 100)));
}

/* ---- the channel ---- */

/* "2,339 Out of 4,110 Districts" */
static void read_districts(struct feed *d, struct slice title)
{
    size_t at = slice_find(title, SLICE(" Out of "));
    if (at == SIZE_MAX)
        return;
    struct slice before = slice_sub(title, 0, at), after = slice_sub(title, at, title.len);
    size_t from = before.len;
    while (from > 0 && before.ptr[from - 1] != ' ')
        from--;
    struct slice both = arena_printf(d->job->arena, "%.*s%.*s",
                                     SLICE_FMT(slice_sub(before, from, at)), SLICE_FMT(after));
    if (!count_progress(both, &d->reporting, &d->total))
        d->reporting = d->total = -1;
}

static void read_channel(struct feed *d, struct slice title)
{
    struct results_facts *facts = results_facts(d->job->builder);
    static const struct slice ends[] = {SLICE_INIT(" RSS Feed"), SLICE_INIT(" Results by")};
    d->channel = title;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0] && !facts->election_name.len; i++) {
        size_t end = slice_find(title, ends[i]);
        facts->election_name = slice_sub(title, 0, end == SIZE_MAX ? 0 : end);
    }
    d->by_county = slice_find(title, SLICE("by County")) != SIZE_MAX;
    d->primary = slice_find(title, SLICE("Primary")) != SIZE_MAX;
    if (slice_find(title, SLICE("Unofficial")) != SIZE_MAX)
        facts->status = RESULTS_UNOFFICIAL;
    else if (slice_find(title, SLICE("(Official")) != SIZE_MAX)
        facts->status = RESULTS_OFFICIAL;
    read_districts(d, title);
}

/* ---- elements ---- */

static bool take_title(struct feed *d, struct slice text, struct fault *f)
{
    (void)f;
    if (d->in_item)
        d->title = text;
    else if (!d->channel.ptr)
        read_channel(d, text);
    return true;
}

static bool take_description(struct feed *d, struct slice text, struct fault *f)
{
    (void)f;
    if (d->in_item)
        d->table = text;
    return true;
}

static bool take_date(struct feed *d, struct slice text, struct fault *f)
{
    (void)f;
    results_facts(d->job->builder)->own_time_ms = job_time(d->job, text);
    return true;
}

static const struct element {
    struct slice name;
    bool (*end)(struct feed *d, struct slice text, struct fault *f);
} elements[] = {
    {SLICE_INIT("item"), end_item},
    {SLICE_INIT("title"), take_title},
    {SLICE_INIT("description"), take_description},
    {SLICE_INIT("lastBuildDate"), take_date},
};

static const void *element(struct slice name, void *ctx, bool *ends)
{
    (void)ctx, (void)ends;
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
        if (slice_eq(name, elements[i].name))
            return &elements[i];
    }
    return NULL;
}

static bool root(struct slice name, const struct xml_attrs *attrs, void *ctx, struct fault *f)
{
    (void)ctx;
    return slice_is(name, "rss") ||
           fault_set(f, WIRE_SCHEMA, "line %ld: no RSS: it begins with <%.*s>", xml_line(attrs),
                     SLICE_FMT(slice_sub(name, 0, 40)));
}

static bool on_start(const void *element, struct xml_attrs *attrs, void *ctx, struct fault *f)
{
    struct feed *d = ctx;
    (void)f;
    attrs->text = element != &elements[0];
    if (!attrs->text) {
        d->in_item = true;
        d->items++;
        d->title = d->table = (struct slice){NULL, 0};
    }
    return true;
}

static bool on_end(const void *element, struct slice text, void *ctx, struct fault *f)
{
    struct feed *d = ctx;
    const struct element *e = element;
    text = arena_copy(d->job->arena, slice_trim(text));
    return text.ptr ? e->end(d, text, f) : fault_set(f, WIRE_LIMIT, "out of memory");
}

static bool read_feed(struct feed *d, struct fault *f)
{
    static const struct xml_handler handler = {element, root, on_start, on_end};
    static const struct rows_how how = {.place = "item"};
    const uint64_t there = BIT(ROLE_CONTEST) | BIT(ROLE_CONTEST_PARTY) | BIT(ROLE_CHOICE) |
                           BIT(ROLE_PARTY) | BIT(ROLE_COUNTY) | BIT(ROLE_VOTES);
    memo_init(&d->choices, d->job->arena, 0);
    memo_init(&d->counties, d->job->arena, 0);
    d->mapping.count.thousands = true;
    if (!mapping_bind_roles(&d->mapping, there, f) ||
        !rows_new(d->job, &d->mapping, &how, &d->rows, f) ||
        !xml_parse(d->job->input, &handler, d, f))
        return false;
    if (!d->items)
        return fault_set(f, WIRE_SCHEMA, "the channel has no item");
    if (!rows_finish(d->rows, f))
        return false;
    check_contests(d);
    return true;
}

static bool parse(struct job *j, struct fault *f)
{
    struct feed d = {.job = j, .reporting = -1, .total = -1};
    bool ok = mapping_read(j, &d.mapping, f) && read_feed(&d, f);
    mapping_done(&d.mapping);
    return ok;
}

static int sniff(struct slice head)
{
    if (slice_find(head, SLICE("<rss")) == SIZE_MAX)
        return 0;
    return slice_find(head, SLICE("PA-ENR")) != SIZE_MAX ||
                   slice_find(head, SLICE("ENR RSS")) != SIZE_MAX
               ? 2
               : 0;
}

const struct driver pa_rss_driver = {.name = "pa-rss", .parse = parse, .sniff = sniff};
