/* SPDX-License-Identifier: ISC */
/* ES&S Election Reporting Manager, summary report EL45A as text: contests of lines of names, the
 * total, its percent and a column a group of ballots.
 *
 * A blank percent shifts what stands behind it: figures are told by their number, which the heads
 * say, and a percent by its point. Contests have no ids. In a primary both parties have a contest
 * of one title, which only a heading above them tells apart; where none does they are refused,
 * whichever stands first. Groups are ways of voting: parts of the total, never more than it.
 */
#include "parsers/drivers/ess_el45a.h"

#include <inttypes.h>

#include "daemon/base/map.h"
#include "daemon/base/num.h"
#include "parsers/drivers.h"
#include "parsers/field.h"
#include "parsers/label.h"

#define CONTESTS_MAX 10000
#define GROUPS_MAX 40

/* The figures of a line. */
struct figures {
    int64_t total; /* VOTES_UNKNOWN: blank */
    int64_t groups[GROUPS_MAX];
    size_t count; /* of groups */
    const char *bad;
};

/* One of votes. */
struct line {
    struct slice name; /* empty: there is none */
    bool full;         /* the name fills its columns */
    struct figures fig;
    long number;
};

struct report {
    struct job *job;
    struct ess_pages *pages;
    struct map *titles; /* the contests so far */
    struct slice above; /* lines that stand for themselves: a title, or a heading */
    struct slice party; /* the heading, where it is a party's */
    bool above_ended;   /* a blank line stands behind `above` */
    /* the contest */
    struct slice title;
    int64_t votes_allowed, reporting, total;
    bool open, begun, lines; /* lines: it has some */
    uint32_t choices;
    struct line totals; /* "Write-In Totals", until it is known what stands behind it */
    int64_t written;    /* of the write-ins behind it */
    uint32_t written_count;
    /* of the report */
    int64_t precincts, registered, ballots;
};

/* ---- lines ---- */

/* Bytes of the character that s begins with; what is no UTF-8 is a character a byte. */
static size_t character(struct slice s)
{
    unsigned char lead = (unsigned char)s.ptr[0];
    size_t len = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    for (size_t i = 1; i < len; i++)
        if (i >= s.len || ((unsigned char)s.ptr[i] & 0xc0) != 0x80)
            return 1;
    return len;
}

/* The offset behind `n` characters, or the end. */
static size_t behind(struct slice s, size_t n)
{
    size_t at = 0;
    while (at < s.len && n-- > 0)
        at += character(slice_sub(s, at, s.len));
    return at;
}

/* The name without the dots that lead to the figures: they stand at every third character, so that
 * a dot elsewhere is the name's. */
static struct slice name_of(struct slice s)
{
    size_t end = 0, column = 0;
    for (size_t at = 0; at < s.len; column++) {
        bool leader = s.ptr[at] == ' ' || (s.ptr[at] == '.' && column % 3 == 0);
        at += character(slice_sub(s, at, s.len));
        end = leader ? end : at;
    }
    return slice_trim(slice_sub(s, 0, end));
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool all_figures(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_digit(s.ptr[i]) && s.ptr[i] != ',' && s.ptr[i] != '.' && s.ptr[i] != ' ')
            return false;
    return s.len > 0;
}

/* Is it a line of figures? A title may be as long, and end in a dot or behind a blank in a number;
 * lines of figures begin with a blank, where nothing is damaged. */
static bool is_figures(struct slice line, const struct ess_heads *heads)
{
    size_t at = behind(line, heads->name);
    struct slice name = slice_trim(slice_sub(line, 0, at));
    struct slice rest = slice_sub(line, at, line.len);
    bool figures = all_figures(slice_trim(rest));
    if (name.len == 0 || slice_find(name, SLICE(".  .")) != SIZE_MAX)
        return name.len > 0;
    return line.ptr[0] == ' ' ? figures || slice_ends(name, SLICE("."))
                              : figures && slice_starts(rest, SLICE("  "));
}

static void read_figures(const struct job *j, struct slice rest, const struct ess_heads *heads,
                         struct figures *out)
{
    struct slice word;
    bool percent = false, total = false;
    *out = (struct figures){.total = VOTES_UNKNOWN};
    for (rest = slice_trim(rest); slice_next(&rest, ' ', &word); rest = slice_trim(rest)) {
        int64_t n;
        if (slice_find(word, SLICE(".")) != SIZE_MAX && !percent && out->count == 0)
            percent = true;
        else if (!field_text_votes(j, word, true, &n) || out->count == GROUPS_MAX)
            out->bad = "a column is no count of votes";
        else if (!total && !percent)
            out->total = n, total = true;
        else
            out->groups[out->count++] = n;
    }
    if (out->count != heads->groups && (total || percent || out->count > 0))
        out->bad = out->bad != NULL ? out->bad : "it has not the columns that the heads have";
}

static void check_groups(struct figures *fig)
{
    int64_t sum = 0;
    bool known = fig->total != VOTES_UNKNOWN;
    for (size_t i = 0; i < fig->count; i++)
        if (fig->groups[i] == VOTES_UNKNOWN || !num_add(&sum, fig->groups[i]))
            known = false;
    if (fig->bad == NULL && known && sum > fig->total)
        fig->bad = "its groups add up to more than its total";
}

/* ---- contests ---- */

static bool is_frame(char c)
{
    return c == '*' || c == '(' || c == ')' || c == '-' || c == ' ';
}

/* Is the word there, as one or at the beginning of one? */
static bool has_word(struct slice s, const char *word)
{
    size_t at = slice_find_nocase(s, slice_of(word));
    return at == 0 ||
           (at != SIZE_MAX && !((s.ptr[at - 1] | 0x20) >= 'a' && (s.ptr[at - 1] | 0x20) <= 'z'));
}

/* "DEMOCRATIC" of "********** (DEMOCRATIC) **********"; empty for a heading of another kind:
 * "CONSTITUTIONAL AMENDMENTS", "GREENE COUNTY", "GREEN TOWNSHIP". */
static struct slice party_of(struct slice heading)
{
    static const char *const words[] = {"democrat", "republican", "libertarian", NULL};
    static const char *const names[] = {"green", "constitution", "reform", "independence", NULL};
    static const struct slice party = SLICE_INIT(" party");
    while (heading.len > 0 && is_frame(heading.ptr[0]))
        heading = slice_sub(heading, 1, heading.len);
    while (heading.len > 0 && is_frame(heading.ptr[heading.len - 1]))
        heading.len--;
    bool is = heading.len > party.len &&
              slice_eq_nocase(slice_sub(heading, heading.len - party.len, heading.len), party);
    for (const char *const *w = words; *w != NULL && !is; w++)
        is = has_word(heading, *w);
    for (const char *const *n = names; *n != NULL && !is; n++)
        is = slice_eq_nocase(heading, slice_of(*n));
    return is ? heading : (struct slice){0};
}

static bool begin(struct report *r, struct slice first, long line, struct fault *f)
{
    struct results_contest_in c = RESULTS_CONTEST_DEFAULT;
    struct results_builder *b = r->job->builder;
    struct slice county = job_option(r->job, "county");
    if (r->begun)
        return true;
    r->begun = true;
    r->choices = 0;
    c.text = r->party.len > 0 ? arena_printf(r->job->arena, "%.*s - %.*s", SLICE_FMT(r->party),
                                             SLICE_FMT(r->title))
                              : r->title;
    c.state = job_option(r->job, "state");
    c.county = county.len > 0 ? county : r->pages->county;
    c.party = r->party;
    c.votes_allowed = r->votes_allowed;
    /* all voters of the report may vote in it, unless it is a party's */
    if (r->total > 0 && r->total == r->precincts && r->party.len == 0) {
        c.registered = r->registered;
        c.ballots = r->ballots;
    }
    if (label_is_answer(first))
        c.flags |= RESULTS_MEASURE;
    if (map_has(r->titles, c.text) && results_contest_again(b, c.county, c.id, c.text)) {
        results_contest_bad(b,
                            "line %ld: a second contest has this title, and no heading of a "
                            "party tells them apart",
                            line);
        return true;
    }
    if (!map_put(r->titles, c.text, r))
        return fault_set(f, WIRE_LIMIT, "line %ld: more than %d contests", line, CONTESTS_MAX);
    if (!results_contest_begin(b, &c, &f->err))
        return field_limit(f);
    results_progress(b, r->reporting, r->total);
    return true;
}

/* Where the name fills its columns, its end is missing: that of a party's mark, "(Dem", which tells
 * the party but is no part of the name any more, or its own. */
static void take_end(const struct report *r, struct results_choice_in *in)
{
    size_t open = in->name.len;
    bool incumbent;
    if (slice_ends(in->name, SLICE(")")))
        return;
    while (open > 0 && in->name.ptr[open - 1] != '(' && in->name.ptr[open - 1] != ')')
        open--;
    if (open < 2 || in->name.ptr[open - 1] == ')') {
        in->flags |= RESULTS_NAME_CUT;
        return;
    }
    struct slice mark = slice_sub(in->name, open - 1, in->name.len);
    in->party = label_party_mark(arena_printf(r->job->arena, "%.*s)", SLICE_FMT(mark)), &incumbent);
    in->name = slice_trim(slice_sub(in->name, 0, open - 1));
}

/* Of a group of them also those that are nobody's. */
static bool is_write_in(const struct report *r, struct slice name)
{
    return label_is_write_in(name) ||
           (r->totals.name.len > 0 && slice_eq_nocase(name, SLICE("Not Assigned")));
}

static bool choice(struct report *r, const struct line *l, struct fault *f)
{
    struct results_builder *b = r->job->builder;
    struct slice name = l->name;
    struct results_choice_in in = {.name = name};
    bool incumbent;
    uint32_t index;
    if (!begin(r, name, l->number, f))
        return false;
    if (l->fig.bad != NULL)
        results_contest_bad(b, "line %ld: \"%.*s\": %s", l->number,
                            SLICE_FMT(slice_sub(name, 0, 40)), l->fig.bad);
    in.party = label_party_mark(name, &incumbent);
    if (incumbent)
        in.flags |= RESULTS_INCUMBENT;
    if (l->full)
        take_end(r, &in);
    if (is_write_in(r, name))
        in.flags |= RESULTS_WRITE_IN;
    if (!results_choice(b, &in, &index, &f->err) ||
        !results_votes(b, 0, index, l->fig.total, &f->err))
        return field_limit(f);
    if (index == r->choices)
        r->choices++;
    else if (index + 1 != r->choices || !label_is_nobody(name))
        results_contest_bad(b, "line %ld: \"%.*s\" stands twice", l->number,
                            SLICE_FMT(slice_sub(name, 0, 40)));
    return true;
}

/* A line of a contest. */
static bool take_votes(struct report *r, const struct line *l, struct fault *f)
{
    static const struct slice totals = SLICE_INIT("Write-In Total");
    if (slice_eq_nocase(slice_sub(l->name, 0, totals.len), totals)) {
        if (r->totals.name.len > 0)
            results_contest_bad(r->job->builder, "line %ld: \"%.*s\" stands twice", l->number,
                                SLICE_FMT(l->name));
        r->totals = *l;
        r->totals.name = arena_copy(r->job->arena, l->name);
        r->written = 0;
        r->written_count = 0;
        return begin(r, l->name, l->number, f);
    }
    if (r->totals.name.len > 0 && is_write_in(r, l->name)) {
        r->written_count++;
        if (r->written == VOTES_UNKNOWN || l->fig.total == VOTES_UNKNOWN ||
            !num_add(&r->written, l->fig.total))
            r->written = VOTES_UNKNOWN;
    }
    return choice(r, l, f);
}

/* The contest ends; without lines it is a contest without choices. "Write-In Totals" are its
 * write-ins where these do not stand behind it one by one. */
static bool end_contest(struct report *r, long line, struct fault *f)
{
    struct line totals = r->totals;
    if (!r->open)
        return true;
    if (!begin(r, (struct slice){0}, line, f))
        return false;
    r->open = false;
    r->totals = (struct line){0};
    if (totals.name.len == 0)
        return true;
    if (r->written_count == 0)
        return choice(r, &totals, f);
    if (r->written != VOTES_UNKNOWN && totals.fig.total != VOTES_UNKNOWN &&
        r->written > totals.fig.total)
        results_contest_bad(r->job->builder,
                            "line %ld: \"%.*s\" has %" PRId64
                            " votes, the write-ins behind it %" PRId64,
                            totals.number, SLICE_FMT(totals.name), totals.fig.total, r->written);
    return true;
}

static bool take_heading(struct report *r, struct slice heading, long line, struct fault *f)
{
    r->above = (struct slice){0};
    if (r->begun && !end_contest(r, line, f))
        return false;
    r->open = false;
    r->party = party_of(heading);
    return true;
}

/* What stands above is the title of a contest that begins here, and the one before ends. */
static bool open_contest(struct report *r, long line, struct fault *f)
{
    if (r->above.len == 0)
        return true;
    if (!end_contest(r, line, f))
        return false;
    r->title = r->above;
    r->above = (struct slice){0};
    r->open = true;
    r->begun = r->lines = false;
    r->votes_allowed = r->reporting = r->total = -1;
    return true;
}

/* ---- what a line is ---- */

/* The first lines of a report are counts of voters. */
static bool take_count(struct report *r, struct slice name, int64_t count)
{
    const struct {
        struct slice begins;
        int64_t *to;
    } counts[] = {{SLICE("REGISTERED VOTERS - TOTAL"), &r->registered},
                  {SLICE("BALLOTS CAST - TOTAL"), &r->ballots},
                  {SLICE("PRECINCTS COUNTED"), NULL},
                  {SLICE("REGISTERED VOTERS"), NULL},
                  {SLICE("BALLOTS CAST"), NULL},
                  {SLICE("VOTER TURNOUT"), NULL}};
    size_t of = slice_find_nocase(name, SLICE("(OF "));
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        if (!slice_eq_nocase(slice_sub(name, 0, counts[i].begins.len), counts[i].begins))
            continue;
        if (counts[i].to != NULL && count > 0)
            *counts[i].to = count;
        if (of != SIZE_MAX)
            r->precincts =
                field_text_count(slice_trim(slice_sub(name, of + 4, name.len - 1)), true);
        return true;
    }
    return false;
}

static bool on_figures(struct report *r, struct slice line, long number,
                       const struct ess_heads *heads, struct fault *f)
{
    size_t at = behind(line, heads->name);
    struct slice left = slice_sub(line, 0, at), right = slice_sub(line, at, line.len);
    struct slice name = name_of(left);
    struct line l = {.name = name, .number = number};
    read_figures(r->job, right, heads, &l.fig);
    if (!open_contest(r, number, f))
        return false;
    if (!r->open && take_count(r, name, l.fig.total))
        return true;
    if (!r->open)
        return fault_set(f, WIRE_SCHEMA, "line %ld: votes outside a contest", number);
    if (name.len == 0)
        return fault_set(f, WIRE_SCHEMA, "line %ld: votes without a name", number);
    l.full = left.len > 0 && left.ptr[left.len - 1] != ' ' && left.ptr[left.len - 1] != '.';
    if (l.full && right.len > 0 && right.ptr[0] != ' ')
        l.fig.bad = "its name and its figures run together";
    if (line.ptr[0] != ' ')
        l.fig.bad = "its name does not begin with a blank: its first letter is damaged";
    check_groups(&l.fig);
    r->lines = true;
    return label_is_statistic(name) || take_votes(r, &l, f);
}

/* "(VOTE FOR)  3", "(WITH 21 OF 21 PRECINCTS COUNTED)"; others in parentheses are remarks. What
 * says how many to vote for may stand without them: "VOTE FOR NO MORE THAN 3". */
static bool is_vote_for(struct slice line)
{
    static const struct slice begins = SLICE_INIT("VOTE FOR ");
    return slice_eq_nocase(slice_sub(line, 0, begins.len), begins);
}

static bool is_remark(struct slice line)
{
    return slice_starts(line, SLICE("(")) || is_vote_for(line);
}

/* "FOR) 3" and "FOR 3)" without their brackets. */
static struct slice cut_brackets(struct slice s)
{
    s = slice_trim(slice_starts(s, SLICE(")")) ? slice_sub(s, 1, s.len) : s);
    return slice_ends(s, SLICE(")")) ? slice_trim(slice_sub(s, 0, s.len - 1)) : s;
}

static bool on_remark(struct report *r, struct slice line, long number, struct fault *f)
{
    static const struct slice with = SLICE_INIT("(WITH "), of = SLICE_INIT(" OF ");
    static const struct slice votes = SLICE_INIT("(VOTE FOR");
    if (slice_find(line, SLICE(".  .")) != SIZE_MAX)
        return fault_set(f, WIRE_SYNTAX, "line %ld: votes stand behind a remark, in one line",
                         number);
    if (!open_contest(r, number, f))
        return false;
    if (!r->open)
        return fault_set(f, WIRE_SCHEMA, "line %ld: \"%.*s\" stands below no contest", number,
                         SLICE_FMT(field_excerpt(r->job->arena, line)));
    if (is_vote_for(line) || slice_eq_nocase(slice_sub(line, 0, votes.len), votes)) {
        struct slice rest = slice_sub(line, votes.len, line.len);
        if (r->lines || r->votes_allowed >= 0)
            return fault_set(f, WIRE_SCHEMA, "line %ld: a contest without a title", number);
        r->votes_allowed = field_votes_allowed(cut_brackets(rest));
        return true;
    }
    size_t split = slice_find_nocase(line, of);
    if (split == SIZE_MAX || !slice_eq_nocase(slice_sub(line, 0, with.len), with))
        return true;
    struct slice after = slice_sub(line, split + of.len, line.len), word = {0};
    r->reporting = field_text_count(slice_sub(line, with.len, split), true);
    r->total = slice_next(&after, ' ', &word) ? field_text_count(word, true) : -1;
    return true;
}

static bool on_line(void *ctx, struct slice line, long number, const struct ess_heads *heads,
                    struct fault *f)
{
    struct report *r = ctx;
    struct slice text = slice_trim(line);
    if (text.len == 0) {
        r->above_ended = r->above.len > 0;
        return true;
    }
    if (is_remark(text) && !is_figures(line, heads))
        return on_remark(r, text, number, f);
    if (r->above.len > 0 && r->above_ended && !take_heading(r, r->above, number, f))
        return false;
    r->above_ended = false;
    if (is_figures(line, heads))
        return on_figures(r, line, number, heads, f);
    if (slice_starts(text, SLICE("*")))
        return take_heading(r, text, number, f);
    if (line.ptr[0] == ' ')
        return fault_set(f, WIRE_SYNTAX, "line %ld: \"%.*s\" is neither a title nor votes", number,
                         SLICE_FMT(field_excerpt(r->job->arena, text)));
    r->above = r->above.len > 0
                   ? arena_printf(r->job->arena, "%.*s %.*s", SLICE_FMT(r->above), SLICE_FMT(text))
                   : text;
    return true;
}

static bool read(struct report *r, struct slice all, struct fault *f)
{
    if (!ess_pages_read(r->pages, all, f))
        return false;
    if (r->above.len > 0 || (r->open && !r->lines))
        return fault_set(f, WIRE_TRUNCATED,
                         "line %ld: the payload ends behind the title of a contest",
                         r->pages->number);
    return end_contest(r, r->pages->number, f);
}

static bool parse(struct job *j, struct fault *f)
{
    struct ess_pages pages = {.job = j, .line = on_line};
    struct report r = {.job = j,
                       .pages = &pages,
                       .titles = map_new(CONTESTS_MAX, true),
                       .precincts = -1,
                       .registered = -1,
                       .ballots = -1};
    struct slice all;
    pages.ctx = &r;
    bool ok = r.titles != NULL || fault_set(f, WIRE_LIMIT, "no memory for the contests");
    ok = ok && input_all(j->input, &all, f) && read(&r, all, f);
    map_free(r.titles);
    return ok;
}

static int sniff(struct slice head)
{
    bool old = slice_find_nocase(head, SLICE("EL45")) != SIZE_MAX &&
               slice_find_nocase(head, SLICE("PRECINCTS COUNTED")) != SIZE_MAX;
    return old || slice_find_nocase(head, SLICE("EL45A")) != SIZE_MAX
               ? 2
               : slice_find_nocase(head, SLICE("(WITH ")) != SIZE_MAX &&
                     slice_find_nocase(head, SLICE(" PRECINCTS COUNTED)")) != SIZE_MAX;
}

const struct driver ess_el45a_driver = {.name = "ess-el45a", .parse = parse, .sniff = sniff};
