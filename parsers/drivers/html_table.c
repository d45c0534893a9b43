/* SPDX-License-Identifier: ISC */
/* Results out of web pages: XPath says where contests, rows and values are.
 *
 *   xpath.contest = //table[caption]     each contest's node; without it rows say their contest
 *   xpath.row = tbody/tr                 the rows, from each contest's node, else from the page
 *   xpath.contest-name = caption         the contest's name, from its node, else from the row
 *   xpath.candidate, xpath.votes, ...    a value of the row (xpath.ROLE), from the row
 *   xpath.contest.ROLE                   a value of all rows of a contest, from its node
 *   xpath.page.ROLE, xpath.updated ...   a value of the whole page (facts are that always)
 *   xpath.check.page, .contest, .row     must hold, from the page, each contest, each row
 *
 * A value of the row goes before the contest's, that before the page's; $contest is the contest's
 * node. Values are then treated as a mapping says (mapping.h: cut., value., statistic., ...), roles
 * being its columns. A check of the page that fails refuses it; one of a contest or row that fails
 * makes the contests of those rows problems: they are for what a changed or damaged page would
 * break, the number of cells, a total that must come out.
 */
#include "daemon/base/text.h"
#include "parsers/drivers.h"
#include "parsers/html.h"
#include "parsers/rows.h"

enum level { PAGE, CONTEST, ROW, LEVELS };

struct reading {
    struct job *job;
    struct html *html;
    struct mapping mapping;
    struct rows *rows;
    struct html_path *contests, *row;
    struct html_path *values[LEVELS][ROLES], *checks[LEVELS];
    struct slice check_text[LEVELS];
    struct slice fields[LEVELS][ROLES]; /* each level's with those above it */
    uint64_t there;                     /* roles with a path */
    size_t rows_seen;
    bool contest_ok; /* the check of the contest at hand */
};

/* ---- options ---- */

static bool find_role(struct slice name, enum role *out)
{
    for (int role = 0; role < ROLE_NONE; role++) {
        if (slice_is(name, role_name((enum role)role))) {
            *out = (enum role)role;
            return true;
        }
    }
    return false;
}

static bool is_fact(enum role role)
{
    return role >= ROLE_DATE && role <= ROLE_UPDATED;
}

/* The place that the path of an option has; NULL: there is no such option. */
static struct html_path **path_of(struct reading *r, struct slice name)
{
    static const struct {
        struct slice prefix;
        enum level level;
    } prefixes[] = {{SLICE_INIT("page."), PAGE}, {SLICE_INIT("contest."), CONTEST}};
    static const char *const checks[LEVELS] = {"check.page", "check.contest", "check.row"};
    enum level level = ROW;
    enum role role;
    if (slice_is(name, "contest"))
        return &r->contests;
    if (slice_is(name, "row"))
        return &r->row;
    for (int l = 0; l < LEVELS; l++) {
        if (slice_is(name, checks[l]))
            return &r->checks[l];
    }
    if (slice_is(name, "candidate"))
        return &r->values[ROW][ROLE_CHOICE];
    if (slice_is(name, "contest-name"))
        return &r->values[job_option(r->job, "xpath.contest").ptr ? CONTEST : ROW][ROLE_CONTEST];
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        if (slice_starts(name, prefixes[i].prefix)) {
            name = slice_sub(name, prefixes[i].prefix.len, name.len);
            level = prefixes[i].level;
            break;
        }
    }
    if (!find_role(name, &role))
        return NULL;
    return &r->values[level == ROW && is_fact(role) ? PAGE : level][role];
}

static bool read_option(struct reading *r, struct slice key, struct slice value, struct fault *f)
{
    struct html_path **to = path_of(r, slice_sub(key, 6, key.len));
    struct err e;
    if (!to)
        return fault_set(f, WIRE_SCHEMA, "option %.*s: there is no such value", SLICE_FMT(key));
    *to = html_path(r->html, value, &e);
    return *to || fault_set(f, WIRE_SCHEMA, "option %.*s: %s", SLICE_FMT(key), e.text);
}

static bool read_options(struct reading *r, struct fault *f)
{
    struct slice rest = r->job->options, line, key;
    while (slice_next(&rest, '\n', &line)) {
        if (!slice_starts(line, SLICE("xpath.")) || !slice_next(&line, '=', &key))
            continue;
        if (!read_option(r, slice_trim(key), slice_trim(line), f))
            return false;
    }
    if (!r->row)
        return fault_set(f, WIRE_SCHEMA, "option xpath.row is missing: what are the rows?");
    for (int level = 0; level < LEVELS; level++) {
        for (int role = 0; role < ROLES; role++)
            r->there |= (uint64_t)(r->values[level][role] != NULL) << role;
    }
    return true;
}

/* ---- values ---- */

/* The values of a level, from a node of it, over those of the level above. */
static bool read_values(struct reading *r, enum level level, struct _xmlNode *at, struct fault *f)
{
    for (int role = 0; role < ROLES; role++) {
        struct slice *to = &r->fields[level][role];
        *to = level > PAGE ? r->fields[level - 1][role] : (struct slice){NULL, 0};
        struct slice own = {NULL, 0};
        if (r->values[level][role] && !html_text(r->html, r->values[level][role], at, &own, f))
            return false;
        if (own.len || !to->len) /* what is blank leaves it to the level above */
            *to = own;
    }
    return true;
}

static bool check(struct reading *r, enum level level, struct _xmlNode *at, bool *ok,
                  struct fault *f)
{
    *ok = true;
    return !r->checks[level] || html_holds(r->html, r->checks[level], at, ok, f);
}

static bool read_row(struct reading *r, struct _xmlNode *row, struct fault *f)
{
    uint64_t kept = rows_kept(r->rows);
    bool row_ok;
    if (!html_take(row))
        return fault_set(
            f, WIRE_SYNTAX,
            "line %ld: xpath.row finds this row for two contests; is a tag not closed?",
            html_line(row));
    if (!read_values(r, ROW, row, f) || !check(r, ROW, row, &row_ok, f) ||
        !rows_add(r->rows, r->fields[ROW], ROLES, (uint64_t)html_line(row), f))
        return false;
    r->rows_seen++;
    rows_here(r->rows);
    if (rows_kept(r->rows) > kept && (!row_ok || !r->contest_ok))
        results_contest_bad(r->job->builder, "line %ld: xpath.check.%s does not hold",
                            html_line(row), row_ok ? "contest" : "row");
    return true;
}

static bool read_rows(struct reading *r, struct _xmlNode *from, struct fault *f)
{
    struct _xmlNode **rows;
    size_t n;
    if (!html_nodes(r->html, r->row, from, &rows, &n, f))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!read_row(r, rows[i], f))
            return false;
    }
    return true;
}

static bool read_contest(struct reading *r, struct _xmlNode *contest, struct fault *f)
{
    size_t before = r->rows_seen;
    if (contest && !html_set_contest(r->html, contest))
        return fault_set(f, WIRE_LIMIT, "out of memory");
    if (!read_values(r, CONTEST, contest, f) || !check(r, CONTEST, contest, &r->contest_ok, f) ||
        !read_rows(r, contest, f))
        return false;
    if (r->rows_seen == before && !r->contest_ok)
        return fault_set(f, WIRE_SYNTAX,
                         "line %ld: a contest without rows for which xpath.check.contest does not "
                         "hold",
                         contest ? html_line(contest) : 1);
    return true;
}

/* ---- the page ---- */

/* The page has nothing for us: what stands on it, for people to see. */
static bool refuse(struct reading *r, const char *option, struct fault *f)
{
    struct slice title = text_clean_copy(html_title(r->html), r->job->arena);
    if (!title.len)
        title = SLICE("without a title");
    return fault_set(f, WIRE_BLOCKED, "line 1: a web page in which %s finds nothing: %.*s", option,
                     SLICE_FMT(title));
}

static bool read_page(struct reading *r, struct fault *f)
{
    struct _xmlNode **contests = NULL;
    size_t n = 1;
    bool ok;
    if (r->contests && !html_nodes(r->html, r->contests, NULL, &contests, &n, f))
        return false;
    if (!n)
        return refuse(r, "xpath.contest", f);
    if (!read_values(r, PAGE, NULL, f) || !check(r, PAGE, NULL, &ok, f))
        return false;
    if (!ok)
        return fault_set(f, WIRE_SYNTAX, "line 1: xpath.check.page does not hold for the page");
    for (size_t i = 0; i < n; i++) {
        if (!read_contest(r, contests ? contests[i] : NULL, f))
            return false;
    }
    return r->rows_seen || refuse(r, "xpath.row", f);
}

static bool parse(struct job *j, struct fault *f)
{
    static const struct rows_how how = {.place = "line"};
    struct reading *r = arena_alloc(j->arena, sizeof *r);
    if (!r)
        return fault_set(f, WIRE_LIMIT, "out of memory");
    r->job = j;
    bool any_end = slice_is(job_option(j, "last-line"), "any");
    bool ok = html_read(j->input, any_end, j->arena, &r->html, f) && read_options(r, f) &&
              mapping_read(j, &r->mapping, f) && mapping_bind_roles(&r->mapping, r->there, f) &&
              rows_new(j, &r->mapping, &how, &r->rows, f) && read_page(r, f) &&
              rows_finish(r->rows, f);
    mapping_done(&r->mapping);
    html_free(r->html);
    return ok;
}

const struct driver html_table_driver = {.name = "html-table", .parse = parse};
