/* SPDX-License-Identifier: ISC */
/* The script's lines done and compared, one after the other. */
#include "daemon/drill.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/counted.h"
#include "daemon/base/map.h"
#include "daemon/base/when.h"
#include "daemon/core/decide.h"
#include "daemon/core/documents.h"
#include "daemon/core/labels.h"
#include "daemon/core/statement.h"
#include "daemon/edge/file.h"
#include "daemon/river.h"

#define SCRIPT_MAX ((size_t)16 << 20)
#define TEXT_ROOM (1 << 20)
#define WORD_WIDTH 8

struct drill {
    const struct plan *plan;
    const struct clock *clock;
    struct arena *arena;
    struct script script;
    size_t at;                         /* the next line */
    bool *befell;                      /* by line: it did something to a poll */
    bool *over;                        /* by line: the fault has ended */
    int64_t begins_ms, ends_ms;        /* the record */
    const struct script_line **faults; /* by source */
    enum verdict *verdicts;            /* by source: told last */
    size_t expected, differ, amiss;    /* amiss: lines that did not do what they say */
    struct buf on_air;                 /* the line of totals that was told last */
    struct buf text;
};

/* ---- the report ---- */

static void say(const struct drill *d, const char *word, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void say(const struct drill *d, const char *word, const char *fmt, ...)
{
    int64_t now = clock_now(d->clock);
    char local[25];
    va_list ap;
    when_format(now + zone_offset(d->plan->settings.zone, now, NULL) * WHEN_SECOND, local);
    printf("%.8s  %-*s ", local + 11, WORD_WIDTH, word);
    va_start(ap, fmt);
    vprintf(fmt, ap);
    va_end(ap);
    putchar('\n');
    fflush(stdout);
}

static void say_messages(struct drill *d, const struct effects *fx)
{
    for (size_t i = 0; i < fx->message_count; i++) {
        const struct message *m = &fx->messages[i];
        if (m->line.len == 0 || m->data.len == 0)
            continue;
        if (m->type != MESSAGE_TOTALS) {
            say(d, "call", "%.*s", SLICE_FMT(m->line));
        } else if (!slice_eq(m->line, buf_slice(&d->on_air))) {
            buf_clear(&d->on_air);
            buf_add(&d->on_air, m->line);
            say(d, "on air", "%.*s", SLICE_FMT(m->line));
        }
    }
}

static const char *source_name(const struct drill *d, uint32_t source)
{
    return source == NONE ? "core" : d->plan->settings.sources[source].name.ptr;
}

static void say_verdict(struct drill *d, const struct event *ev, const struct effects *fx)
{
    bool polled = ev->type == EVENT_BATCH || ev->type == EVENT_FAILED;
    if (polled && d->verdicts[ev->source] != fx->verdict) {
        if (verdict_info[fx->verdict].class != CLASS_ACCEPT ||
            verdict_info[d->verdicts[ev->source]].class != CLASS_ACCEPT)
            say(d, "verdict", "%s: %s: %.*s", source_name(d, ev->source),
                verdict_info[fx->verdict].name, SLICE_FMT(fx->verdict_text));
        d->verdicts[ev->source] = fx->verdict;
    }
    for (size_t i = 0; i < fx->note_count; i++) {
        const struct verdict_note *n = &fx->notes[i];
        say(d, "verdict", "%s: %s: %.*s%s%.*s", source_name(d, n->source),
            verdict_info[n->verdict].name, SLICE_FMT(n->contest), n->unit.len ? " / " : "",
            SLICE_FMT(n->unit));
    }
}

void drill_told(const struct event *ev, const struct effects *fx, void *drill)
{
    struct drill *d = drill;
    say_verdict(d, ev, fx);
    say_messages(d, fx);
}

static void say_amiss(struct drill *d, const struct script_line *l, const char *why)
{
    d->amiss++;
    say(d, "AMISS", "line %zu: %.*s: %s", l->line, SLICE_FMT(l->text), why);
}

/* ---- what is on air, in the script's words ---- */

static void write_race(const struct model *m, const struct race *r, struct buf *out)
{
    for (uint32_t i = 0; i < r->choice_count; i++)
        buf_addf(out, "%s%.*s %lld", i ? ", " : "", SLICE_FMT(r->choices[i].name),
                 (long long)r->choices[i].votes);
    buf_addz(out, r->choice_count ? " [" : "no figures [");
    const char *blank = "";
    for (uint32_t flag = 1; labels_race_flag(flag); flag <<= 1)
        if (r->flags & flag) {
            buf_addf(out, "%s%s", blank, labels_race_flag(flag));
            blank = " ";
        }
    buf_addc(out, ']');
    if (r->on_air != NONE)
        buf_addf(out, " from %.*s", SLICE_FMT(m->settings->sources[r->on_air].name));
}

static struct slice take_word(struct slice *rest, char sep)
{
    struct slice word = {0};
    slice_next(rest, sep, &word);
    *rest = slice_trim(*rest);
    return slice_trim(word);
}

/* Each writes what is on air of the thing that *wanted names first, and leaves there what is wanted
 * of it. */
static void on_air_is(const struct model *m, struct slice *wanted, struct buf *out)
{
    const struct endorsement *e = map_get(m->endorsed_by_id, take_word(wanted, ' '));
    if (!e)
        return;
    size_t i = (size_t)(e - m->endorsed->list);
    bool pending = m->standings[i].outcome == OUTCOME_PENDING;
    buf_addz(out,
             pending && slice_is(*wanted, "pending") ? "pending" : labels_state(m, (uint32_t)i));
    if (m->standings[i].claim != NONE)
        buf_addf(out, " by %.*s", SLICE_FMT(m->claims[m->standings[i].claim].by));
}

static void on_air_race(const struct model *m, struct slice *wanted, struct buf *out)
{
    uint32_t race = decide_find_race(m, take_word(wanted, ':'));
    if (race != NONE)
        write_race(m, &m->races[race], out);
}

static void on_air_count(const struct model *m, struct slice *wanted, struct buf *out)
{
    struct tally t = {0};
    struct buf lines;
    struct slice rest, line;
    (void)wanted;
    tally_all(&t, m, NULL);
    buf_init(&lines, TEXT_ROOM);
    documents_plain(m, &t, &lines);
    rest = buf_slice(&lines);
    while (slice_next(&rest, '\n', &line))
        buf_addf(out, "%s%.*s", out->len ? ", " : "", SLICE_FMT(line));
    buf_done(&lines);
}

static void on_air_source(const struct model *m, struct slice *wanted, struct buf *out)
{
    uint32_t source = settings_find_source(m->settings, take_word(wanted, ' '));
    if (source == NONE)
        return;
    for (size_t k = 0; k < m->settings->sources[source].file_count; k++)
        buf_addf(out, "%s%s", k ? ", " : "", verdict_info[m->feeds[source].files[k].verdict].name);
}

static void (*const writers[EXPECTS])(const struct model *m, struct slice *wanted,
                                      struct buf *out) = {[EXPECTS_IS] = on_air_is,
                                                          [EXPECTS_RACE] = on_air_race,
                                                          [EXPECTS_COUNT] = on_air_count,
                                                          [EXPECTS_SOURCE] = on_air_source};

/* Is `part` among what commas and brackets part from each other? */
static bool stands_in(struct slice part, struct slice all)
{
    for (size_t from = 0, at; from < all.len; from += at + 1) {
        struct slice rest = slice_sub(all, from, all.len);
        at = slice_find(rest, part);
        if (at == SIZE_MAX)
            return false;
        const char *before = rest.ptr + at, *behind = before + part.len, *end = all.ptr + all.len;
        bool begins = before == all.ptr || strchr(" ,[", before[-1]) != NULL;
        if (begins && (behind == end || strchr(" ,[]", *behind) != NULL))
            return true;
    }
    return false;
}

/* "Ann 12, Bo 9 [tie] from county": the next of its parts. */
static bool next_part(struct slice *wanted, struct slice *part)
{
    *wanted = slice_trim(*wanted);
    size_t end = wanted->len, flags = slice_find(*wanted, SLICE("[")),
           comma = slice_find(*wanted, SLICE(",")), from = slice_find(*wanted, SLICE(" from "));
    if (flags == 0) {
        size_t closed = slice_find(*wanted, SLICE("]"));
        end = closed == SIZE_MAX ? end : closed + 1;
    } else {
        end = flags < end ? flags : end;
        end = comma < end ? comma : end;
        end = from < end ? from : end;
    }
    *part = slice_trim(slice_sub(*wanted, 0, end));
    *wanted = slice_trim(slice_sub(*wanted, end + (end == comma), wanted->len));
    return part->len > 0;
}

static bool is_met(enum script_expects kind, struct slice wanted, struct slice on_air)
{
    struct slice part;
    if (kind == EXPECTS_SAYS)
        return slice_find(on_air, wanted) != SIZE_MAX;
    if (kind == EXPECTS_IS && slice_find(wanted, SLICE(" by ")) != SIZE_MAX)
        return slice_eq(wanted, on_air);
    while (next_part(&wanted, &part))
        if (part.ptr[0] == '[' ? slice_find(on_air, part) == SIZE_MAX : !stands_in(part, on_air))
            return false;
    return on_air.len > 0;
}

static const char *const nothing[EXPECTS] = {
    [EXPECTS_IS] = "no endorsement has this id, whole (tallyctl races has them)",
    [EXPECTS_RACE] = "no race has this id, whole (tallyctl races has them)",
    [EXPECTS_COUNT] = "nothing",
    [EXPECTS_SAYS] = "nothing",
    [EXPECTS_SOURCE] = "no source has this name"};

static void compare(struct drill *d, const struct script_line *l, const struct river *river)
{
    const struct model *m = river_model(river);
    struct slice wanted = l->wanted;
    buf_clear(&d->text);
    if (l->expects == EXPECTS_SAYS) {
        struct tally t = {0};
        tally_all(&t, m, NULL);
        statement_write(m, &t, STATEMENT_SHORT, clock_now(d->clock), &d->text);
    } else {
        writers[l->expects](m, &wanted, &d->text);
    }
    struct slice on_air = buf_slice(&d->text);
    bool met = is_met(l->expects, wanted, on_air);
    d->expected++;
    d->differ += !met;
    if (on_air.len == 0)
        on_air = slice_of(nothing[l->expects]);
    if (met)
        say(d, "as said", "%.*s", SLICE_FMT(l->text));
    else
        say(d, "DIFFERS", "line %zu: %.*s; on air: %.*s", l->line, SLICE_FMT(l->text),
            SLICE_FMT(on_air));
}

/* ---- what happens ---- */

static void on_decided(bool ok, struct slice said, void *ctx)
{
    struct drill *d = ctx;
    struct slice line = {0};
    slice_next(&said, '\n', &line);
    d->amiss += !ok;
    say(d, ok ? "decided" : "REFUSED", "%.*s", SLICE_FMT(line));
}

static void decide(struct drill *d, const struct script_line *l, struct river *river)
{
    struct err e = {0};
    if (river_decide(river, &l->decision, true, on_decided, d, &e))
        return;
    d->amiss++;
    say(d, "REFUSED", "line %zu: %.*s: %s", l->line, SLICE_FMT(l->text), e.text);
}

int64_t drill_due(const struct drill *d)
{
    return d->at < d->script.count ? d->script.lines[d->at].at_ms : WHEN_NEVER;
}

/* What happens, and what is expected, at a time of which there is no record. */
static void check_time(struct drill *d, const struct script_line *l)
{
    bool early = l->what == SCRIPT_DESK || l->what == SCRIPT_EXPECTS;
    bool late = early || l->what == SCRIPT_FAULT || l->what == SCRIPT_MARKS;
    if (early && l->at_ms < d->begins_ms)
        say_amiss(d, l, "the record begins later, and it is now that this is done");
    else if (late && l->at_ms > d->ends_ms)
        say_amiss(d, l, "the record has ended before");
}

/* One that lasts no time ends before it begins. */
static const struct script_line *fault_of(const struct drill *d, const struct script_line *end)
{
    const struct script_line *l = d->script.lines;
    while (l->what != SCRIPT_FAULT || l->line != end->line)
        l++;
    return l;
}

/* Of those that have begun and go on, the one that began last; NULL: none. */
static const struct script_line *fault_at_hand(const struct drill *d, uint32_t source)
{
    for (size_t i = d->at; i-- > 0;)
        if (d->script.lines[i].what == SCRIPT_FAULT && d->script.lines[i].source == source &&
            !d->over[i])
            return &d->script.lines[i];
    return NULL;
}

/* Was there anything in its time to which it could happen? */
static void check_fault(struct drill *d, const struct script_line *end)
{
    const struct script_line *l = fault_of(d, end);
    if (!d->befell[l - d->script.lines])
        say_amiss(d, l,
                  l->argument.len > 0 ? "no payload in its time has votes in a unit of that name"
                                      : "no poll in its time to which it could happen");
}

uint32_t drill_act(struct drill *d, struct river *river)
{
    const struct script_line *l = &d->script.lines[d->at++], *was;
    check_time(d, l);
    switch (l->what) {
    case SCRIPT_TICK:
        return NONE;
    case SCRIPT_EXPECTS:
        compare(d, l, river);
        return NONE;
    case SCRIPT_DESK:
        say(d, "script", "%.*s", SLICE_FMT(l->text));
        decide(d, l, river);
        return NONE;
    case SCRIPT_FAULT:
        d->faults[l->source] = fault_at_hand(d, l->source);
        break;
    case SCRIPT_END:
        check_fault(d, l);
        was = d->faults[l->source];
        d->over[fault_of(d, l) - d->script.lines] = true;
        d->faults[l->source] = fault_at_hand(d, l->source);
        if (d->faults[l->source] == was)
            return NONE; /* another one has begun since */
        break;
    case SCRIPT_MARKS:
        break;
    }
    say(d, "script", "%.*s%s", SLICE_FMT(l->text), l->what == SCRIPT_END ? ": it ends" : "");
    return l->source;
}

const struct script_line *drill_fault(const struct drill *d, uint32_t source)
{
    return d->faults[source];
}

void drill_befell(struct drill *d, const struct script_line *l)
{
    d->befell[l - d->script.lines] = true;
}

/* ---- batches: each says whether it changed anything ---- */

static struct results_cell *cell_of(const struct results *r, const struct results_contest *c,
                                    uint32_t unit, uint32_t choice)
{
    return (struct results_cell *)results_cell(r, c, unit, choice); /* the copy is ours */
}

static bool zero(const struct results *r, const struct results_contest *c, struct slice unit)
{
    bool any = false;
    (void)unit;
    for (uint32_t u = 0; u < c->units; u++)
        for (uint32_t k = 0; k < c->choices; k++)
            if (cell_of(r, c, u, k)->votes > 0) {
                cell_of(r, c, u, k)->votes = 0;
                any = true;
            }
    return any;
}

static bool swap(const struct results *r, const struct results_contest *c, struct slice unit)
{
    bool any = false;
    (void)unit;
    for (uint32_t u = 0; c->choices > 1 && u < c->units; u++) {
        struct results_cell *a = cell_of(r, c, u, 0), *b = cell_of(r, c, u, 1), was = *a;
        any |= a->votes != b->votes;
        *a = *b;
        *b = was;
    }
    return any;
}

/* A contest without units has its total doubled; else that grows by what its units do. */
static bool twice(const struct results *r, const struct results_contest *c, struct slice unit)
{
    bool any = false;
    for (uint32_t u = c->units > 1 ? 1 : 0; u < c->units; u++) {
        const struct results_unit *is = &r->units[c->first_unit + u];
        bool named = slice_eq(results_text(r, is->name), unit);
        if ((u > 0 && is->type == RESULTS_PRECINCT) || (unit.len > 0 && !named))
            continue;
        for (uint32_t k = 0; k < c->choices; k++) {
            struct results_cell *cell = cell_of(r, c, u, k), *total = cell_of(r, c, 0, k);
            int64_t more = cell->votes > 0 ? cell->votes : 0;
            cell->votes += more;
            any |= more > 0;
            if (u > 0 && total->votes >= 0)
                total->votes += more;
        }
    }
    return any;
}

static bool (*const edits[SCRIPT_FAULTS])(const struct results *r, const struct results_contest *c,
                                          struct slice unit) = {
    [SCRIPT_ZEROED] = zero, [SCRIPT_DOUBLED] = twice, [SCRIPT_SWAPPED] = swap};

static bool mark(const struct results *r, const struct script_line *l)
{
    bool any = false;
    for (uint32_t i = 0; i < r->head->contests; i++) {
        struct results_contest *c = (struct results_contest *)&r->contests[i];
        for (uint32_t k = 0; k < c->choices; k++) {
            struct results_choice *choice =
                (struct results_choice *)&r->choices[c->first_choice + k];
            if (!slice_eq(results_text(r, choice->name), l->argument))
                continue;
            choice->mark = l->mark;
            c->flags |= RESULTS_MARKS_STATED;
            any = true;
        }
    }
    return any;
}

static bool edit(const struct results *r, const struct script_line *fault)
{
    bool any = false;
    for (uint32_t i = 0; i < r->head->contests; i++)
        any |= edits[fault->fault->fault](r, &r->contests[i], fault->argument);
    return any;
}

/* The contests say something else than they did. */
static void redigest(const struct results *r)
{
    for (uint32_t i = 0; i < r->head->contests; i++) {
        struct results_contest *c = (struct results_contest *)&r->contests[i];
        c->digest =
            results_digest(&(struct results_words){r->pool, NULL}, c, &r->choices[c->first_choice],
                           &r->units[c->first_unit], &r->cells[c->first_cell]);
    }
}

struct digest drill_edit(struct drill *d, uint32_t source, const struct results *batch,
                         struct digest of)
{
    const struct script_line *fault = d->faults[source];
    uint64_t by = 0;
    for (size_t i = 0; i < d->at; i++) {
        const struct script_line *l = &d->script.lines[i];
        if (l->what == SCRIPT_MARKS && l->source == source && mark(batch, l)) {
            drill_befell(d, l);
            by = l->line;
        }
    }
    bool any = fault && edits[fault->fault->fault] && edit(batch, fault);
    if (any)
        drill_befell(d, fault);
    if (any || by > 0)
        redigest(batch);
    of.hi ^= by << 32 ^ (any ? fault->line : 0);
    return of;
}

/* ---- life ---- */

/* Faults that still went on at the end, and marks. */
static void check_rest(struct drill *d)
{
    for (; d->at < d->script.count; d->at++)
        if (d->script.lines[d->at].what == SCRIPT_END)
            check_fault(d, &d->script.lines[d->at]);
    for (size_t i = 0; i < d->script.count; i++)
        if (d->script.lines[i].what == SCRIPT_MARKS && !d->befell[i])
            say_amiss(d, &d->script.lines[i], "no payload from then on has a choice of that name");
}

bool drill_end(struct drill *d)
{
    check_rest(d);
    printf("%zu expected, %zu not as expected", d->expected, d->differ);
    if (d->amiss > 0)
        printf("; " COUNTED " of the script not done as written",
               COUNT_OF(d->amiss, "line", "lines"));
    putchar('\n');
    fflush(stdout);
    return d->differ == 0 && d->amiss == 0;
}

static bool read_script(struct drill *d, const char *path, struct buf *problems, struct err *e)
{
    struct slice text;
    return file_read(path, SCRIPT_MAX, d->arena, &text, e) &&
           script_read(text, path, &d->plan->settings, d->arena, &d->script, problems, e) &&
           (((d->befell = arena_array(d->arena, d->script.count + 1, sizeof *d->befell)) &&
             (d->over = arena_array(d->arena, d->script.count + 1, sizeof *d->over))) ||
            err_set(e, ERR_BUG, "out of memory"));
}

bool drill_new(const struct plan *plan, const struct clock *clock, const struct archive *record,
               const char *path, struct drill **out, struct buf *problems, struct err *e)
{
    struct drill *d = calloc(1, sizeof *d);
    size_t n = plan->settings.source_count + 1;
    if (!d)
        return err_set(e, ERR_BUG, "out of memory");
    d->plan = plan;
    d->clock = clock;
    d->begins_ms = record->rows[0]->received_ms;
    d->ends_ms = record->rows[record->count - 1]->received_ms;
    d->arena = arena_new(64 * SCRIPT_MAX);
    d->faults = d->arena ? arena_array(d->arena, n, sizeof *d->faults) : NULL;
    d->verdicts = d->arena ? arena_array(d->arena, n, sizeof *d->verdicts) : NULL;
    buf_init(&d->on_air, TEXT_ROOM);
    buf_init(&d->text, TEXT_ROOM);
    bool ok = d->faults && d->verdicts ? read_script(d, path, problems, e)
                                       : err_set(e, ERR_BUG, "out of memory");
    if (ok)
        *out = d;
    else
        drill_free(d);
    return ok;
}

void drill_free(struct drill *d)
{
    if (!d)
        return;
    buf_done(&d->on_air);
    buf_done(&d->text);
    arena_free(d->arena);
    free(d);
}
