/* SPDX-License-Identifier: ISC */
/* Lines into rows, by tables of their words. */
#include "daemon/script.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/base/num.h"
#include "daemon/base/when.h"
#include "daemon/core/commands.h"
#include "daemon/core/labels.h"

#define LINES_MAX 100000

const struct script_fault_kind script_faults[] = {
    {"slow", SCRIPT_SILENT, VERDICT_UNREACHABLE, "no answer in time"},
    {"reset", SCRIPT_SILENT, VERDICT_UNREACHABLE, "the connection was reset"},
    {"403", SCRIPT_SILENT, VERDICT_BLOCKED, "HTTP 403"},
    {"404", SCRIPT_SILENT, VERDICT_HTTP_STATUS, "HTTP 404"},
    {"429", SCRIPT_SILENT, VERDICT_BLOCKED, "HTTP 429"},
    {"500", SCRIPT_SILENT, VERDICT_HTTP_STATUS, "HTTP 500"},
    {"cut", SCRIPT_CUT, VERDICT_CUT, NULL},
    {"empty", SCRIPT_EMPTY, VERDICT_EMPTY, NULL},
    {"page", SCRIPT_PAGE, VERDICT_BLOCKED, NULL},
    {"flap-back", SCRIPT_FLAP, VERDICT_OLDER, NULL},
    {"zeroed", SCRIPT_ZEROED, VERDICT_EMPTY, NULL},
    {"doubled", SCRIPT_DOUBLED, VERDICT_DOUBLED, NULL},
    {"swapped", SCRIPT_SWAPPED, VERDICT_SWAPPED, NULL},
    {NULL, SCRIPT_FAULTS, VERDICT_INTERNAL, NULL},
};

static const char *const expected[EXPECTS] = {[EXPECTS_IS] = "is",
                                              [EXPECTS_RACE] = "race",
                                              [EXPECTS_COUNT] = "count",
                                              [EXPECTS_SAYS] = "says",
                                              [EXPECTS_SOURCE] = "source"};

struct reading {
    const struct settings *s;
    struct arena *a;
    const char *name;
    struct script *out;
    struct buf *problems;
    size_t line, wrong;
    int64_t at_ms; /* of the last line with a time */
};

static bool wrong(struct reading *r, const char *why, struct slice what)
{
    buf_addf(r->problems, "%s:%zu: %s: '%.*s'\n", r->name, r->line, why, SLICE_FMT(what));
    r->wrong++;
    return false;
}

static struct slice word_of(struct slice *rest)
{
    struct slice word = {0};
    *rest = slice_trim(*rest);
    slice_next(rest, ' ', &word);
    *rest = slice_trim(*rest);
    return word;
}

static struct script_line *add(struct reading *r, enum script_what what, struct slice text)
{
    struct script_line *l = &r->out->lines[r->out->count++];
    *l = (struct script_line){.at_ms = r->at_ms, .what = what, .line = r->line, .text = text};
    return l;
}

/* ---- times ---- */

/* "20:15", "25:50:30": of the election's day there. */
static bool read_clock(const struct reading *r, struct slice word, int64_t *out)
{
    struct slice part;
    int64_t unit[3] = {0}, most[3] = {47, 59, 59};
    size_t n = 0;
    while (slice_next(&word, ':', &part))
        if (n == 3 || part.len != 2 || !num_parse(part, 0, most[n], &unit[n]) || ++n > 3)
            return false;
    if (n < 2)
        return false;
    *out = zone_from_local(r->s->zone, r->s->date + unit[0] * WHEN_HOUR + unit[1] * WHEN_MINUTE +
                                           unit[2] * WHEN_SECOND);
    return true;
}

static bool read_time(const struct reading *r, struct slice word, int64_t *out)
{
    return read_clock(r, word, out) || when_parse(word, false, out);
}

/* ---- what happens ---- */

static bool read_source(struct reading *r, struct slice word, uint32_t *out)
{
    uint32_t source = settings_find_source(r->s, word);
    if (source == NONE)
        return wrong(r, "there is no such source", word);
    *out = source;
    return true;
}

static bool no_fault(struct reading *r, struct slice kind)
{
    buf_addf(r->problems, "%s:%zu: there is no such fault: '%.*s'; there are", r->name, r->line,
             SLICE_FMT(kind));
    for (const struct script_fault_kind *k = script_faults; k->word; k++)
        buf_addf(r->problems, "%s %s", k == script_faults ? "" : ",", k->word);
    buf_addc(r->problems, '\n');
    r->wrong++;
    return false;
}

/* "SOURCE KIND [UNIT] for DURATION" */
static bool read_fault(struct reading *r, struct slice rest, struct slice text)
{
    uint32_t source;
    int64_t lasts;
    struct slice name = word_of(&rest), kind = word_of(&rest);
    const struct script_fault_kind *k = script_faults;
    while (k->word && !slice_is(kind, k->word))
        k++;
    size_t at = slice_starts(rest, SLICE("for ")) ? 0 : SIZE_MAX;
    for (size_t i = 0; i < rest.len; i++) /* the last: a unit may have it in its name */
        if (slice_starts(slice_sub(rest, i, rest.len), SLICE(" for ")))
            at = i;
    if (!read_source(r, name, &source))
        return false;
    if (!k->word)
        return no_fault(r, kind);
    if (at == SIZE_MAX ||
        !num_parse_duration(slice_trim(slice_sub(rest, at + (at ? 5 : 4), rest.len)), &lasts))
        return wrong(r, "a fault ends with 'for 10m' or another duration", rest);
    struct script_line *l = add(r, SCRIPT_FAULT, text), *end = add(r, SCRIPT_END, text);
    l->source = end->source = source;
    l->fault = end->fault = k;
    l->argument = slice_trim(slice_sub(rest, 0, at));
    end->at_ms += lasts;
    return true;
}

/* "SOURCE NAME won|lost|advanced|none" */
static bool read_marks(struct reading *r, struct slice rest, struct slice text)
{
    uint32_t source;
    struct slice name = word_of(&rest);
    if (!read_source(r, name, &source))
        return false;
    if (r->s->sources[source].calls == CALLS_NO)
        return wrong(r, "marks of this source call nothing (its calls = no)", name);
    size_t at = rest.len;
    while (at > 0 && rest.ptr[at - 1] != ' ')
        at--;
    struct slice mark = slice_sub(rest, at, rest.len);
    for (int i = 0; i < RESULTS_MARKS; i++)
        if (slice_is(mark, i == RESULTS_UNMARKED ? "none" : labels_mark((enum results_mark)i))) {
            struct script_line *l = add(r, SCRIPT_MARKS, text);
            l->source = source;
            l->argument = slice_trim(slice_sub(rest, 0, at));
            l->mark = (enum results_mark)i;
            return l->argument.len > 0 || wrong(r, "marks needs the choice's name", rest);
        }
    return wrong(r, "a mark is won, lost, advanced or none", mark);
}

/* "call ann won", "source accept county Mayor": as tallyctl has it, without its options. */
static bool read_desk(struct reading *r, struct slice rest, struct slice text)
{
    struct slice all = rest, first = word_of(&rest), after = rest, second = word_of(&after);
    struct slice both =
        slice_sub(all, 0, (size_t)(second.ptr ? second.ptr + second.len - all.ptr : 0));
    const struct command *c = second.len > 0 ? command_named(both) : NULL;
    if (c)
        rest = after;
    else
        c = command_named(first);
    if (!c || c->kind != COMMAND_DECIDES)
        return wrong(r, "this decides nothing (tallyctl help)", all);
    struct script_line *l = add(r, SCRIPT_DESK, text);
    l->decision = (struct decision){.verb = slice_of(c->words),
                                    .target = word_of(&rest),
                                    .reason = SLICE("rehearsal"),
                                    .by = SLICE("rehearsal")};
    l->decision.argument = rest;
    return true;
}

static bool read_tick(struct reading *r, struct slice rest, struct slice text)
{
    add(r, SCRIPT_TICK, text);
    return rest.len == 0 || wrong(r, "tick stands alone", rest);
}

static const struct {
    const char *word;
    bool (*read)(struct reading *r, struct slice rest, struct slice text);
} acts[] = {{"fault", read_fault}, {"marks", read_marks}, {"desk", read_desk}, {"tick", read_tick}};

static bool read_act(struct reading *r, struct slice line)
{
    struct slice rest = line, when = word_of(&rest), text = rest, word = word_of(&rest);
    if (!read_time(r, when, &r->at_ms))
        return wrong(r, "a line begins with a time, 21:30 or 2024-11-06T03:30:00Z", when);
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (slice_is(word, acts[i].word))
            return acts[i].read(r, rest, text);
    return wrong(r, "what happens is fault, marks, desk or tick", word);
}

static bool read_expects(struct reading *r, struct slice line)
{
    struct slice text = slice_trim(line), rest = text, word = word_of(&rest);
    if (r->at_ms == WHEN_UNKNOWN)
        return wrong(r, "what is expected stands below a line with a time", text);
    for (int i = 0; i < EXPECTS; i++)
        if (slice_is(word, expected[i])) {
            struct script_line *l = add(r, SCRIPT_EXPECTS, text);
            l->expects = (enum script_expects)i;
            l->wanted = rest;
            return rest.len > 0 || wrong(r, "it says nothing", text);
        }
    return wrong(r, "what is expected is is, race, count, says or source", word);
}

static int by_time(const void *a, const void *b)
{
    const struct script_line *x = a, *y = b;
    if (x->at_ms != y->at_ms)
        return x->at_ms < y->at_ms ? -1 : 1;
    /* what ends does so before anything else of that moment, for it began earlier */
    if ((x->what == SCRIPT_END) != (y->what == SCRIPT_END))
        return x->what == SCRIPT_END ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

/* At most: a fault has two. */
static size_t rows_of(struct slice text)
{
    size_t n = 2;
    for (size_t i = 0; i < text.len; i++)
        n += text.ptr[i] == '\n' ? 2 : 0;
    return n;
}

bool script_read(struct slice text, const char *name, const struct settings *s, struct arena *a,
                 struct script *out, struct buf *problems, struct err *e)
{
    struct script script = {.lines = arena_array(a, rows_of(text), sizeof *script.lines)};
    struct reading r = {
        .s = s, .a = a, .name = name, .out = &script, .problems = problems, .at_ms = WHEN_UNKNOWN};
    struct slice line;
    if (!script.lines)
        return err_set(e, ERR_BUG, "out of memory");
    while (slice_next(&text, '\n', &line)) {
        struct slice bare = slice_trim(line);
        if (++r.line > LINES_MAX)
            return err_set(e, ERR_DATA, "%s: more than %d lines", name, LINES_MAX);
        if (bare.len == 0 || bare.ptr[0] == '#')
            continue;
        (void)(slice_blank(line.ptr[0]) ? read_expects(&r, line) : read_act(&r, bare));
    }
    if (r.wrong > 0)
        return err_set(e, ERR_DATA, "%s: %zu line%s wrong; nothing is played", name, r.wrong,
                       r.wrong == 1 ? " is" : "s are");
    qsort(script.lines, script.count, sizeof *script.lines, by_time);
    *out = script;
    return true;
}
