/* SPDX-License-Identifier: ISC */
/* Pages of ES&S reports: each begins with the same heads (report, election, place, date, run, page,
 * columns), form feeds stand between, and codes for the printer anywhere. EL45A has a column a
 * group of ballots; EL45, of older versions, has the total alone, farther to the right. */
#include "parsers/drivers/ess_el45a.h"

#include "daemon/base/num.h"
#include "daemon/base/when.h"
#include "parsers/field.h"
#include "parsers/label.h"

#define HEADS_MAX 20   /* lines of a page's heads */
#define GROUPS_FROM 25 /* characters from "TOTAL VOTES" to the first group's column */
#define GROUP_WIDTH 14
#define NAME_WIDTH 40 /* of EL45, whose heads stand over the ends of their columns */
#define VOTES_WIDTH 5 /* that the votes begin before their head does */

bool ess_cell(struct slice *rest, struct slice *cell)
{
    *rest = slice_trim(*rest);
    if (rest->len == 0)
        return false;
    size_t end = slice_find(*rest, SLICE("  "));
    *cell = slice_sub(*rest, 0, end < rest->len ? end : rest->len);
    *rest = slice_sub(*rest, cell->len, rest->len);
    return true;
}

/* The line without the printer's codes: an escape and what follows it up to a capital or @. */
static struct slice without_codes(struct arena *a, struct slice line)
{
    if (slice_find(line, SLICE("\x1b")) == SIZE_MAX)
        return line;
    char *out = arena_alloc(a, line.len + 1);
    size_t n = 0;
    for (size_t i = 0; out != NULL && i < line.len; i++) {
        if (line.ptr[i] != '\x1b') {
            out[n++] = line.ptr[i];
            continue;
        }
        while (i + 1 < line.len && !(line.ptr[i] >= '@' && line.ptr[i] <= 'Z'))
            i++;
    }
    return (struct slice){out, n};
}

/* ---- heads ---- */

/* "November 5, 2024" as "2024-11-05"; empty when it is no date. */
static struct slice date_of(struct arena *a, struct slice s)
{
    char iso[11];
    int64_t when;
    if (!when_parse_local(arena_printf(a, "%.*s 12:00 AM", SLICE_FMT(s)), &when) &&
        !when_parse_local(arena_printf(a, "%.*s, 12:00 AM", SLICE_FMT(s)), &when))
        return (struct slice){0};
    when_format_date(when, iso);
    return arena_copy(a, slice_of(iso));
}

static bool is_county(struct slice s)
{
    return slice_find_nocase(s, SLICE(" county")) != SIZE_MAX ||
           slice_find_nocase(s, SLICE(" parish")) != SIZE_MAX;
}

static bool page(struct ess_pages *p, struct slice number, struct fault *f)
{
    int64_t n;
    if (!num_parse(slice_trim(number), 1, INT32_MAX, &n))
        return fault_set(f, WIRE_SYNTAX, "line %ld: the page has no number", p->number);
    if (n != 1 && n != p->page + 1)
        return fault_set(f, WIRE_TRUNCATED, "line %ld: page %d follows page %d", p->number, (int)n,
                         (int)p->page);
    p->page = n;
    return true;
}

static bool report(struct ess_pages *p, struct slice name, struct fault *f)
{
    p->named = true;
    if (slice_find_nocase(name, SLICE("EL45")) != SIZE_MAX)
        return true;
    return fault_set(f, WIRE_SCHEMA, "line %ld: the report is \"%.*s\", not the summary EL45A",
                     p->number, SLICE_FMT(field_excerpt(p->job->arena, slice_trim(name))));
}

/* A cell of the heads that is told by how it begins. */
static bool named_cell(struct ess_pages *p, struct slice cell, bool *done, struct fault *f)
{
    struct results_facts *facts = results_facts(p->job->builder);
    static const struct slice run = SLICE_INIT("Run Date:"), clock = SLICE_INIT("Run Time:");
    *done = true;
    if (slice_eq_nocase(slice_sub(cell, 0, run.len), run)) {
        p->run_date = slice_trim(slice_sub(cell, run.len, cell.len));
        if (facts->own_time_ms == WHEN_UNKNOWN)
            facts->own_time_ms = job_time(p->job, p->run_date);
        return true;
    }
    if (slice_eq_nocase(slice_sub(cell, 0, clock.len), clock)) {
        struct slice time = slice_trim(slice_sub(cell, clock.len, cell.len));
        facts->own_time_ms =
            job_time(p->job, arena_printf(p->job->arena, "%.*s %.*s", SLICE_FMT(p->run_date),
                                          SLICE_FMT(time)));
        return true;
    }
    if (slice_eq_nocase(slice_sub(cell, 0, 4), SLICE("Page")))
        return page(p, slice_sub(cell, 4, cell.len), f);
    if (slice_eq_nocase(slice_sub(cell, 0, 6), SLICE("Report")))
        return report(p, slice_sub(cell, 6, cell.len), f);
    *done = false;
    return true;
}

static bool has(struct slice s, const char *word)
{
    return slice_find_nocase(s, slice_of(word)) != SIZE_MAX;
}

/* One that is told by what it is: status, date, county; else what follows the report's title, or
 * calls itself an election. */
static void other_cell(struct ess_pages *p, struct slice cell, bool behind_title)
{
    struct results_facts *facts = results_facts(p->job->builder);
    struct slice date = date_of(p->job->arena, cell);
    if (has(cell, "official") && (has(cell, "results") || !has(cell, "election")))
        facts->status = label_status(cell);
    else if (date.len > 0)
        facts->election_date = date;
    else if (is_county(cell)) {
        struct slice rest = cell, county = {0};
        if (p->county.len == 0 && slice_next(&rest, ',', &county))
            p->county = arena_copy(p->job->arena, slice_trim(county));
    } else if ((behind_title && facts->election_name.len == 0) ||
               (has(cell, "election") && !has(facts->election_name, "election")))
        facts->election_name = arena_copy(p->job->arena, cell);
}

/* "VOTES PERCENT", in EL45. */
static bool old_columns(struct ess_pages *p, struct slice line, size_t votes)
{
    size_t names = votes > VOTES_WIDTH ? votes - VOTES_WIDTH : 0;
    p->heads = (struct ess_heads){.name = names < NAME_WIDTH ? names : NAME_WIDTH};
    p->heads.margin = names - p->heads.name;
    p->beside =
        slice_find_nocase(slice_sub(line, votes + 1, line.len), SLICE("VOTES PERCENT")) != SIZE_MAX;
    return true;
}

/* "TOTAL VOTES     %        ABSENTEE      ELECTION DAY": where the columns are. */
static bool columns(struct ess_pages *p, struct slice line)
{
    size_t total = slice_find_nocase(line, SLICE("TOTAL VOTES"));
    size_t votes = slice_find_nocase(line, SLICE("VOTES PERCENT"));
    if (votes != SIZE_MAX)
        return old_columns(p, line, votes);
    if (total == SIZE_MAX || slice_find(line, SLICE("%")) == SIZE_MAX)
        return false;
    p->heads.margin = 0;
    while (line.len > 0 && line.ptr[line.len - 1] == ' ')
        line.len--;
    p->heads.name = total + 1;
    p->heads.groups = line.len <= total + GROUPS_FROM
                          ? 0
                          : (line.len - total - GROUPS_FROM + GROUP_WIDTH - 1) / GROUP_WIDTH;
    return true;
}

static bool heads(struct ess_pages *p, struct slice line, struct fault *f)
{
    struct slice rest = line, cell;
    bool behind_title = false, done;
    if (columns(p, line)) {
        p->in_heads = false;
        if (p->beside)
            return fault_set(f, WIRE_SCHEMA,
                             "line %ld: two contests stand beside each other (\"VOTES PERCENT\" "
                             "twice): have the report made in one column",
                             p->number);
        return p->named || fault_set(f, WIRE_SCHEMA,
                                     "line %ld: nothing above the column heads says \"Report "
                                     "EL45A\"",
                                     p->number);
    }
    if (p->number - p->since > HEADS_MAX)
        return fault_set(f, WIRE_SCHEMA,
                         "line %ld: no column heads (\"TOTAL VOTES\" and \"%%\", or \"VOTES "
                         "PERCENT\") in the %d lines since the page began",
                         p->number, HEADS_MAX);
    while (ess_cell(&rest, &cell)) {
        if (!named_cell(p, cell, &done, f))
            return false;
        if (!done && has(cell, "SUMMARY")) {
            behind_title = true;
            p->named |= slice_eq_nocase(cell, SLICE("SUMMARY REPORT"));
        } else if (!done)
            other_cell(p, cell, behind_title);
    }
    return true;
}

/* ---- lines ---- */

static void begin_page(struct ess_pages *p)
{
    p->in_heads = true;
    p->named = false;
    p->since = p->number;
}

/* Hand a line on without its margin. */
static bool hand_on(struct ess_pages *p, struct slice s, struct fault *f)
{
    if (slice_trim(slice_sub(s, 0, p->heads.margin)).len > 0)
        return fault_set(f, WIRE_SYNTAX, "line %ld: \"%.*s\" begins before the report's columns do",
                         p->number, SLICE_FMT(field_excerpt(p->job->arena, slice_trim(s))));
    return p->line(p->ctx, slice_sub(s, p->heads.margin, s.len), p->number, &p->heads, f);
}

static bool line(struct ess_pages *p, struct slice s, struct fault *f)
{
    s = without_codes(p->job->arena, s);
    if (s.len > 0 && s.ptr[s.len - 1] == '\r')
        s.len--;
    if (!p->in_heads && slice_starts(s, SLICE("SUMMARY REP")))
        begin_page(p); /* its form feed is lost */
    return p->in_heads ? heads(p, s, f) : hand_on(p, s, f);
}

/* A line, and behind each form feed in it the first of another page. */
static bool pages_line(struct ess_pages *p, struct slice s, struct fault *f)
{
    size_t feed;
    for (; (feed = slice_find(s, SLICE("\f"))) != SIZE_MAX; s = slice_sub(s, feed + 1, s.len)) {
        if (!line(p, slice_sub(s, 0, feed), f))
            return false;
        begin_page(p);
    }
    return line(p, s, f);
}

bool ess_pages_read(struct ess_pages *p, struct slice all, struct fault *f)
{
    struct slice rest, one;
    if (!ess_html_text(p->job, &all, &p->number, f))
        return false;
    if (!slice_ends(all, SLICE("\n")) && !slice_ends(all, SLICE("\f")))
        return fault_set(f, WIRE_TRUNCATED, "the last line of the payload has no end: it is cut");
    begin_page(p);
    rest = all;
    while (slice_next(&rest, '\n', &one)) {
        p->number++;
        if (!pages_line(p, one, f))
            return false;
    }
    if (p->in_heads && p->page == 0)
        return fault_set(f, WIRE_SCHEMA, "line 1: not an ES&S summary report: no column heads");
    if (p->in_heads && p->number > p->since)
        return fault_set(
            f, WIRE_TRUNCATED,
            "line %ld: the payload ends within a page's heads, before \"TOTAL VOTES\" and "
            "\"%%\", or \"VOTES PERCENT\"",
            p->number);
    return true;
}
