/* SPDX-License-Identifier: ISC */
/* A draft from the table to the page: what is guessed of lines and values, and how it is printed.
 */
#include "parsers/draft.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/base/counted.h"
#include "daemon/base/when.h"
#include "parsers/draft_mend.h"
#include "parsers/label.h"

#define WORDS 12 /* alternatives in a pattern, at most */

/* ---- how the file is cut ---- */

static const char *separator_name(char c)
{
    return c == '\t' ? "tab" : c == ';' ? "semicolon" : c == '|' ? "pipe" : "comma";
}

/* Text as a pattern that matches only it. */
static struct slice escaped(struct arena *a, struct slice s)
{
    char *out = arena_alloc(a, 2 * s.len + 1), *at = out;
    for (size_t i = 0; out && i < s.len; i++) {
        if (strchr(".[](){}*+?|^$\\", s.ptr[i]))
            *at++ = '\\';
        *at++ = s.ptr[i];
    }
    return (struct slice){out, out ? (size_t)(at - out) : 0};
}

/* What a line begins with, as far as it will be the same next time. */
static struct slice beginning(struct arena *a, struct slice line)
{
    size_t n = 0;
    while (n < line.len && n < 20 && !(line.ptr[n] >= '0' && line.ptr[n] <= '9') &&
           line.ptr[n] != '\t')
        n++;
    return arena_printf(a, "^%.*s", SLICE_FMT(escaped(a, slice_trim(slice_sub(line, 0, n)))));
}

static void say_cutting(struct draft *d)
{
    const struct draft_table *t = d->table;
    if (t->separator != ',')
        draft_say(d, "separator", slice_of(separator_name(t->separator)),
                  "it cuts most lines into %zu fields", t->columns);
    if (!t->quote)
        draft_say(d, "quote", SLICE("no"), "quotes are characters like others");
    if (!t->header)
        draft_say(d, "header", SLICE("no"), "the first line has figures");
    if (!t->header && t->title_count) {
        char n[24];
        snprintf(n, sizeof n, "%zu", t->title_count);
        draft_say(d, "skip-lines", slice_of(n), "titles");
    }
    if (!t->ended)
        draft_say(d, "last-line", SLICE("any"),
                  "this file's last line has no end. If its others do, leave this out: a file that "
                  "was cut is then noticed");
    if (!t->utf8)
        draft_say(d, "charset", SLICE("windows-1252"), "it is no UTF-8");
    if (t->narrow && !draft_is_shifted(t))
        draft_say(d, "ragged", SLICE("yes"),
                  "%zu %s fewer fields than the others, the first \"%.*s\": if it is a footer, "
                  "write lines.drop = %.*s instead",
                  t->narrow, t->narrow == 1 ? "row has" : "rows have",
                  SLICE_FMT(slice_sub(t->narrow_line, 0, 60)),
                  SLICE_FMT(beginning(d->arena, t->narrow_line)));
    else if (t->wide)
        draft_say(d, "ragged", SLICE("yes"), COUNTED " more fields than the header",
                  COUNT_OF(t->wide, "row has", "rows have"));
}

/* The number in a line that is how many rows there are; NULL: none is. */
static const char *count_in(const struct draft *d, struct slice line)
{
    char rows[24];
    snprintf(rows, sizeof rows, "%" PRIu64, d->table->rows);
    size_t at = slice_find(line, slice_of(rows));
    size_t end = at + strlen(rows);
    bool alone = at != SIZE_MAX && at > 0 &&
                 !(line.ptr[at - 1] >= '0' && line.ptr[at - 1] <= '9') &&
                 (end == line.len || !(line.ptr[end] >= '0' && line.ptr[end] <= '9'));
    return alone ? line.ptr + at : NULL;
}

static void say_footers(struct draft *d)
{
    const struct draft_table *t = d->table;
    struct slice value = SLICE("");
    if (t->footer_count == 1) {
        struct slice line = t->footers[0];
        const char *count = count_in(d, line);
        struct slice before = {line.ptr, count ? (size_t)(count - line.ptr) : 0};
        draft_say(d, "trailer", beginning(d->arena, line),
                  "the last line is none of the table: a file without it was cut");
        if (count)
            draft_say(d, "fact.count",
                      arena_printf(d->arena, "%.*s *([0-9]+)",
                                   SLICE_FMT(escaped(d->arena, slice_trim(before)))),
                      "it says how many rows there are");
        return;
    }
    for (size_t i = 0; i < t->footer_count; i++)
        value = arena_printf(d->arena, "%.*s%s%.*s", SLICE_FMT(value), i ? "|" : "",
                             SLICE_FMT(beginning(d->arena, t->footers[i])));
    if (t->footer_count)
        draft_say(d, "lines.drop", value, "lines with hardly anything in them");
}

/* What the first line that matches says by this pattern; empty: none does. */
static struct slice found_in(struct draft *d, const char *source)
{
    const struct draft_table *t = d->table;
    struct pattern *list = NULL, *p;
    struct fault f;
    struct slice found = {NULL, 0};
    if (!pattern_new(d->arena, &list, SLICE("draft"), slice_of(source), PATTERN_GROUPS, &p, &f))
        return found;
    for (size_t i = 0; i < DRAFT_EDGE && !found.len; i++) {
        if (i < t->title_count)
            found = mapping_found(d->arena, p, t->titles[i]);
        if (i < t->footer_count && !found.len)
            found = mapping_found(d->arena, p, t->footers[i]);
    }
    patterns_done(&list);
    return found;
}

/* Facts in lines that are no rows. */
static void say_facts(struct draft *d)
{
    static const char status[] = "(?i)unofficial|official|certified";
    static const char *const times[] = {
        "[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4},? +[0-9:]{4,8} ?[APap]?[.]?[Mm]?[.]?",
        "[A-Z][a-z]+[.]? [0-9]{1,2}, [0-9]{4},? [0-9:]{4,8} ?[APap]?[.]?[Mm]?[.]?",
    };
    struct slice found = found_in(d, status);
    int64_t t;
    if (found.len)
        draft_say(d, "fact.status", slice_of(status), "\"%.*s\" in a line that is no row",
                  SLICE_FMT(found));
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        found = found_in(d, times[i]);
        if (!when_parse_local(found, &t))
            continue;
        draft_say(d, "fact.updated", slice_of(times[i]),
                  "\"%.*s\" in a line that is no row: when it was made?", SLICE_FMT(found));
        return;
    }
}

/* ---- what the values say ---- */

/* Alternatives of values in a pattern: "(a|b)"; empty: there are none. */
struct words {
    struct slice text;
    size_t n;
};

static void add_word(struct draft *d, struct words *w, struct slice word)
{
    if (w->n == WORDS)
        return;
    w->text = arena_printf(d->arena, "%.*s%s%.*s", SLICE_FMT(w->text), w->n ? "|" : "",
                           SLICE_FMT(escaped(d->arena, word)));
    w->n++;
}

static void say_words(struct draft *d, const char *key, const struct words *w, const char *why)
{
    if (w->n)
        draft_say(d, key, arena_printf(d->arena, "^(%.*s)$", SLICE_FMT(w->text)), "%s", why);
}

static bool has_word(struct slice s, const char *const *words)
{
    for (; *words; words++) {
        struct slice word = slice_of(*words);
        for (size_t at = 0; at + word.len <= s.len; at++) {
            if (slice_eq_nocase(slice_sub(s, at, at + word.len), word))
                return true;
        }
    }
    return false;
}

static bool is_sum(struct slice s)
{
    static const char *const words[] = {
        "total",     "totals",     "total votes",   "grand total",  "totals:", "total:",
        "statewide", "countywide", "contest total", "county total", NULL};
    for (const char *const *w = words; *w; w++) {
        if (slice_eq_nocase(s, slice_of(*w)))
            return true;
    }
    return false;
}

/* Choices that are none. */
static void say_statistics(struct draft *d)
{
    static const struct {
        const char *key;
        const char *words[4];
    } figures[] = {
        {"statistic.registered", {"registered voters", "registration", NULL}},
        {"statistic.ballots", {"ballots cast", "times counted", "cards cast", NULL}},
        {"statistic.reporting", {"precincts reporting", "precincts reported", NULL}},
        {"statistic.total", {"number of precincts", "total precincts", "precincts counted", NULL}}};
    struct words found[4] = {{{NULL, 0}, 0}}, sums = {{NULL, 0}, 0};
    int at = d->column[ROLE_CHOICE];
    if (at < 0)
        return;
    const struct draft_column *c = &d->table->column[at];
    for (uint32_t i = 0; i < draft_distinct(c); i++) {
        size_t k = 4;
        for (size_t n = 4; n-- > 0;)
            k = has_word(c->texts[i], figures[n].words) ? n : k;
        /* "Number of Precincts Reporting" is in, not of how many */
        k = k == 3 && has_word(c->texts[i], (const char *const[]){"reporting", NULL}) ? 2 : k;
        if (k < 4)
            add_word(d, &found[k], c->texts[i]);
        else if (is_sum(c->texts[i]))
            add_word(d, &sums, c->texts[i]);
    }
    for (size_t k = 0; k < 4; k++)
        say_words(d, figures[k].key, &found[k], "rows that are figures of the contest, no choices");
    say_words(d, "statistic", &sums, "rows that are sums, no choices");
}

/* Units that are sums of others. */
static void say_sums(struct draft *d)
{
    static const enum role units[] = {ROLE_COUNTY, ROLE_MUNICIPALITY, ROLE_PRECINCT};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        int at = d->column[units[i]];
        struct words sums = {{NULL, 0}, 0};
        for (uint32_t k = 0; at >= 0 && k < draft_distinct(&d->table->column[at]); k++) {
            if (is_sum(d->table->column[at].texts[k]))
                add_word(d, &sums, d->table->column[at].texts[k]);
        }
        if (sums.n)
            say_words(d,
                      arena_printf(d->arena, "level.%s.%.*s",
                                   units[i] == ROLE_PRECINCT && d->column[ROLE_COUNTY] >= 0
                                       ? "county"
                                       : "total",
                                   SLICE_FMT(draft_named(d, (size_t)at)))
                          .ptr,
                      &sums, "rows that are the sum of others");
    }
}

/* How many of a column's values match; *first: one of them. */
static uint32_t matching(struct draft *d, enum role role, const char *source, struct slice *first)
{
    struct pattern *list = NULL, *p;
    struct fault f;
    uint32_t n = 0;
    int at = d->column[role];
    if (at < 0 || !pattern_new(d->arena, &list, SLICE("draft"), slice_of(source), 0, &p, &f))
        return 0;
    const struct draft_column *c = &d->table->column[at];
    for (uint32_t i = 0; i < draft_distinct(c); i++) {
        if (pattern_match(p, c->texts[i], NULL) && !n++)
            *first = c->texts[i];
    }
    patterns_done(&list);
    return n;
}

/* What stands in names that has a place of its own. */
static void say_cuts(struct draft *d)
{
#define PARTIES                                                                                    \
    "(DEM|DEMOCRAT|DEMOCRATIC|REP|REPUBLICAN|GOP|LIB|LIBERTARIAN|GRN|GREEN|IND|INDEPENDENT|CON|"   \
    "NPA|NP|NONPARTISAN|UNA)"
#define INCUMBENT "\\(I\\)$|[ ]*\\(Inc\\)$|[ ]*\\(Incumbent\\)$"
    static const struct {
        const char *key, *pattern;
        enum role from, to;
        bool most;        /* of the values must match, a quarter */
        const char *seen; /* what they must match, where it is not the pattern */
    } cuts[] = {
        {"cut.incumbent.choice", "[ ]*" INCUMBENT, ROLE_CHOICE, ROLE_INCUMBENT, false,
         "\\)[ ]*" INCUMBENT},
        {"cut.party.choice", "^\\(([A-Z]{1,3})\\) *", ROLE_CHOICE, ROLE_PARTY, true, NULL},
        {"cut.party.choice", "[ ]*\\(([A-Z]{1,3})\\)$", ROLE_CHOICE, ROLE_PARTY, true, NULL},
        {"cut.party.choice", "(?i)[ ]*\\(" PARTIES "\\)$", ROLE_CHOICE, ROLE_PARTY, true,
         "(?i)\\(" PARTIES "\\)([ ]*\\(I[a-z]*\\))?$"},
        {"cut.party.choice", "[ ]*\\[([A-Z]{1,3})\\]$", ROLE_CHOICE, ROLE_PARTY, true, NULL},
        {"cut.party.choice", "[ ]+- +(DEM|REP|LIB|GRN|IND|NPA|NP|CON|UNA)$", ROLE_CHOICE,
         ROLE_PARTY, true, NULL},
        {"cut.party.choice", "^(DEM|REP|LIB|GRN|IND|NPA|NP|CON|UNA) +", ROLE_CHOICE, ROLE_PARTY,
         true, NULL},
        {"take.votes-allowed.contest", "(?i)\\(?vote for ([0-9]+)\\)?", ROLE_CONTEST,
         ROLE_VOTES_ALLOWED, false, NULL},
        {"take.seats.contest", "(?i)\\(?elect ([0-9]+)\\)?", ROLE_CONTEST, ROLE_SEATS, false, NULL},
    };
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        struct slice example = SLICE("");
        int at = d->column[cuts[i].from];
        if (d->column[cuts[i].to] >= 0 || draft_find(d, cuts[i].key))
            continue;
        uint32_t n =
            matching(d, cuts[i].from, cuts[i].seen ? cuts[i].seen : cuts[i].pattern, &example);
        if (n && (!cuts[i].most || n * 4 >= draft_distinct(&d->table->column[at])))
            draft_say(d, cuts[i].key, slice_of(cuts[i].pattern), "as in \"%.*s\"",
                      SLICE_FMT(slice_sub(example, 0, 60)));
    }
}

/* How figures and texts are written. */
static void say_style(struct draft *d)
{
    const struct draft_table *t = d->table;
    bool commas = false, entities = false;
    for (size_t i = 0; i < t->columns; i++) {
        commas |= t->column[i].commas > 0 && d->used[i];
        for (uint32_t k = 0; k < draft_distinct(&t->column[i]) && !entities; k++)
            entities = slice_find(t->column[i].texts[k], SLICE("&amp;")) != SIZE_MAX;
    }
    if (commas)
        draft_say(d, "thousands", SLICE("yes"), "figures have commas in front of three digits");
    if (entities)
        draft_say(d, "decode", SLICE("html"), "texts have &amp; for &");
}

static void say_write_ins(struct draft *d)
{
    int at = d->column[ROLE_WRITE_IN];
    for (uint32_t i = 0; at >= 0 && i < draft_distinct(&d->table->column[at]); i++) {
        struct slice s = d->table->column[at].texts[i];
        char key[60];
        snprintf(key, sizeof key, "value.write-in.%.*s", SLICE_FMT(slice_sub(s, 0, 40)));
        if (slice_eq_nocase(s, SLICE("w")) || label_is_write_in(s))
            draft_say(d, key, SLICE("yes"), "one of its values");
    }
}

/* ---- printing ---- */

static void print_lines(const struct draft *d, struct buf *out)
{
    struct slice last = SLICE("");
    for (size_t i = 0; i < d->count; i++) {
        const struct draft_line *l = &d->lines[i];
        if (!slice_eq(l->why, last))
            buf_addf(out, "# %.*s\n", SLICE_FMT(l->why));
        last = l->why;
        buf_addf(out, "%.*s = %.*s\n", SLICE_FMT(l->key), SLICE_FMT(l->value));
    }
}

static void print_unused(const struct draft *d, struct buf *out)
{
    bool any = false;
    for (size_t i = 0; i < d->table->columns; i++) {
        const struct draft_column *c = &d->table->column[i];
        if (d->used[i] || !c->filled)
            continue;
        buf_addf(out, "%s%.*s",
                 any ? ", " : "# Columns of no use so far: ", SLICE_FMT(draft_named(d, i)));
        any = true;
        if (draft_distinct(c) == 1)
            buf_addf(out, " (always \"%.*s\")", SLICE_FMT(slice_sub(c->texts[0], 0, 30)));
    }
    buf_addz(out, any ? "\n" : "");
}

/* No draft: the columns there are, for whoever goes on by hand. */
static bool nothing_like(const struct draft *d, const char *what, struct fault *f)
{
    struct slice names = SLICE("");
    for (size_t i = 0; i < d->table->columns && i < 12; i++)
        names = arena_printf(d->arena, "%.*s%s%.*s", SLICE_FMT(names), i ? ", " : "",
                             SLICE_FMT(draft_named(d, i)));
    return fault_set(
        f, WIRE_SCHEMA,
        "no column looks like %s: there are %.*s%s. Where each candidate has a column, "
        "no mapping can read it; else name the columns: tallyd.conf(5), MAPPINGS",
        what, SLICE_FMT(names), d->table->columns > 12 ? ", ..." : "");
}

/* A line without the separators it is filled up with. */
static struct slice bare(const struct draft_table *t, struct slice line)
{
    while (line.len && line.ptr[line.len - 1] == t->separator)
        line.len--;
    return line;
}

static void print(const struct draft *d, struct slice name, const struct draft_outcome *o,
                  struct buf *out)
{
    const struct draft_table *t = d->table;
    buf_addf(out, "# A first mapping; look at each line. The file has " COUNTED,
             COUNT_OF(t->rows, "row", "rows"));
    if (t->title_count)
        buf_addf(out, " behind " COUNTED " of title", COUNT_OF(t->title_count, "line", "lines"));
    buf_addz(out, ".\n");
    if (o->ok)
        buf_addf(out, "# Read by it: " COUNTED ", " COUNTED " in all, " COUNTED "%s%.*s\n",
                 COUNT_OF(o->contests, "contest", "contests"), COUNT_OF(o->votes, "vote", "votes"),
                 COUNT_OF(o->problems, "problem", "problems"), o->problems ? ": " : ".",
                 SLICE_FMT(o->problem));
    if (o->ok && o->votes == 0)
        buf_addz(out,
                 "# There are no votes yet, so it cannot be seen how figures are written: with "
                 "commas (thousands = yes)?\n# Draft it again when there are some, or a first "
                 "figure of four digits may be refused.\n");
    if (!o->ok)
        buf_addf(out, "# It is not read by it yet: %.*s\n", SLICE_FMT(o->problem));
    if (draft_is_shifted(t))
        buf_addz(out,
                 "# Most rows have fewer fields than the header has names, which may then stand "
                 "above other columns: hold a row against them.\n"
                 "# If so, say header = no, skip-lines = 1 and name columns by their number: #1, "
                 "#2 and so on.\n");
    buf_addf(out, "[source %.*s]\n", SLICE_FMT(name));
    buf_addz(out, "format = delimited\n# say which: state = XX, county = NAME if it is one "
                  "county's, and where it comes from: url = https://...\n");
    print_lines(d, out);
    for (size_t i = 0; i < t->title_count && i < DRAFT_EDGE; i++)
        buf_addf(out, "# Title: %.*s\n", SLICE_FMT(slice_sub(bare(t, t->titles[i]), 0, 100)));
    print_unused(d, out);
}

bool draft(struct arena *a, struct slice bytes, struct slice name, struct buf *out, struct fault *f)
{
    struct draft_table *t = arena_alloc(a, sizeof *t);
    struct draft *d = arena_alloc(a, sizeof *d);
    if (!t || !d)
        return fault_set(f, WIRE_LIMIT, "out of memory");
    if (!draft_table_read(a, bytes, t, f))
        return false;
    d->arena = a;
    d->table = t;
    say_cutting(d);
    draft_guess(d);
    if (d->column[ROLE_CONTEST] < 0 && d->column[ROLE_CONTEST_ID] < 0)
        return nothing_like(d, "contests", f);
    if (d->column[ROLE_CHOICE] < 0 && d->column[ROLE_CHOICE_ID] < 0)
        return nothing_like(d, "choices", f);
    say_cuts(d);
    say_statistics(d);
    say_sums(d);
    say_write_ins(d);
    say_style(d);
    say_footers(d);
    say_facts(d);
    struct draft_outcome o = draft_mend(d, bytes);
    print(d, name, &o, out);
    return true;
}
