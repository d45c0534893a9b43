/* SPDX-License-Identifier: ISC */
/* A payload's batch out of a few lines of text, for tests of core.
 *
 *   facts   own=2021-01-06T01:00:00Z version=12 date=2021-01-05 test=1 delta=1 status=4
 *   contest ID|TEXT|STATE|COUNTY ; allowed=1 seats=1 places=2 updated=... stated uncontested ranked
 *           measure
 *   choice  ID|NAME|PARTY ; won              (or lost, advanced; and write-in)
 *   total   10 20 ? ; units=3/10 ballots=31 registered=99
 *   county  ID|NAME ; 5 8 - ; units=3/10 ...
 *   bad     WHY                              (the contest becomes a problem of the batch)
 *
 * Votes are one a choice: a number, ? unknown, - no such cell; without a total line it is summed.
 * Blank lines do not count; anything else is a mistake of the test and fails it. */
#ifndef TALLYD_TESTS_BATCH_H
#define TALLYD_TESTS_BATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "daemon/base/num.h"
#include "daemon/base/when.h"
#include "parsers/results.h"

struct batch_maker {
    struct results_builder *b;
    struct arena *a;
    uint32_t choices; /* of the contest at hand */
};

static inline void batch_ok(bool ok, const struct err *e)
{
    if (!ok)
        fail_msg("batch: %s", e->text);
}

static inline int64_t batch_number(struct slice s)
{
    int64_t n = 0;

    if (!num_parse(s, -1, INT64_MAX, &n))
        fail_msg("batch: '%.*s' is no number", SLICE_FMT(s));
    return n;
}

static inline int64_t batch_when(struct slice s)
{
    int64_t when = 0;

    if (!when_parse(s, false, &when))
        fail_msg("batch: '%.*s' is no time", SLICE_FMT(s));
    return when;
}

/* The trimmed text before the next `sep`; empty at the end. */
static inline struct slice batch_cut(struct slice *rest, char sep)
{
    struct slice part = {"", 0};

    return slice_next(rest, sep, &part) ? slice_trim(part) : SLICE("");
}

/* The next "key=value" or "word" of *rest. */
static inline bool batch_option(struct slice *rest, struct slice *key, struct slice *value)
{
    *rest = slice_trim(*rest);
    struct slice word = batch_cut(rest, ' ');
    *key = batch_cut(&word, '=');
    *value = slice_trim(word);
    return key->len > 0;
}

static inline void batch_facts(struct batch_maker *k, struct slice rest)
{
    struct results_facts *f = results_facts(k->b);
    struct slice key, value;

    while (batch_option(&rest, &key, &value)) {
        if (slice_is(key, "own"))
            f->own_time_ms = batch_when(value);
        else if (slice_is(key, "version"))
            f->version = arena_copy(k->a, value);
        else if (slice_is(key, "date"))
            f->election_date = arena_copy(k->a, value);
        else if (slice_is(key, "test"))
            f->test = (int)batch_number(value);
        else if (slice_is(key, "delta"))
            f->delta = batch_number(value) != 0;
        else if (slice_is(key, "status"))
            f->status = (enum results_status)batch_number(value);
        else
            fail_msg("batch: no fact '%.*s'", SLICE_FMT(key));
    }
}

static inline void batch_contest(struct batch_maker *k, struct slice rest)
{
    struct results_contest_in in = RESULTS_CONTEST_DEFAULT;
    struct slice names = batch_cut(&rest, ';'), key, value;
    struct err e;

    in.id = batch_cut(&names, '|');
    in.text = batch_cut(&names, '|');
    in.state = batch_cut(&names, '|');
    in.county = batch_cut(&names, '|');
    while (batch_option(&rest, &key, &value)) {
        if (slice_is(key, "allowed"))
            in.votes_allowed = batch_number(value);
        else if (slice_is(key, "seats"))
            in.seats = batch_number(value);
        else if (slice_is(key, "places"))
            in.places = batch_number(value);
        else if (slice_is(key, "updated"))
            in.updated_ms = batch_when(value);
        else if (slice_is(key, "called"))
            in.called_ms = batch_when(value);
        else if (slice_is(key, "stated"))
            in.flags |= RESULTS_MARKS_STATED;
        else if (slice_is(key, "uncontested"))
            in.flags |= RESULTS_UNCONTESTED;
        else if (slice_is(key, "ranked"))
            in.flags |= RESULTS_RANKED;
        else if (slice_is(key, "measure"))
            in.flags |= RESULTS_MEASURE;
        else
            fail_msg("batch: no contest option '%.*s'", SLICE_FMT(key));
    }
    batch_ok(results_contest_begin(k->b, &in, &e), &e);
    k->choices = 0;
}

static inline void batch_choice(struct batch_maker *k, struct slice rest)
{
    struct results_choice_in in = {0};
    struct slice names = batch_cut(&rest, ';'), key, value;
    struct err e;
    uint32_t index;

    in.id = batch_cut(&names, '|');
    in.name = batch_cut(&names, '|');
    in.party = batch_cut(&names, '|');
    while (batch_option(&rest, &key, &value)) {
        if (slice_is(key, "won"))
            in.mark = RESULTS_WON;
        else if (slice_is(key, "lost"))
            in.mark = RESULTS_LOST;
        else if (slice_is(key, "advanced"))
            in.mark = RESULTS_ADVANCED;
        else if (slice_is(key, "write-in"))
            in.flags |= RESULTS_WRITE_IN;
        else
            fail_msg("batch: no choice option '%.*s'", SLICE_FMT(key));
    }
    batch_ok(results_choice(k->b, &in, &index, &e), &e);
    assert_int_equal(index, k->choices); /* two choices of a test are the same one: a mistake */
    k->choices++;
}

static inline void batch_votes(struct batch_maker *k, uint32_t unit, struct slice votes)
{
    struct slice word;
    struct err e;

    for (uint32_t choice = 0; (word = batch_cut(&votes, ' ')).len || votes.len; choice++) {
        if (!word.len || slice_is(word, "-")) {
            choice -= word.len ? 0 : 1; /* two blanks in a row */
            continue;
        }
        int64_t n = slice_is(word, "?") ? VOTES_UNKNOWN : batch_number(word);
        batch_ok(results_votes(k->b, unit, choice, n, &e), &e);
    }
}

static inline void batch_unit_options(struct slice rest, struct results_unit_in *in)
{
    struct slice key, value;

    while (batch_option(&rest, &key, &value)) {
        if (slice_is(key, "units")) {
            in->reporting = batch_number(batch_cut(&value, '/'));
            in->total = batch_number(value);
        } else if (slice_is(key, "ballots")) {
            in->ballots = batch_number(value);
        } else if (slice_is(key, "registered")) {
            in->registered = batch_number(value);
        } else {
            fail_msg("batch: no unit option '%.*s'", SLICE_FMT(key));
        }
    }
}

static inline void batch_unit(struct batch_maker *k, enum results_unit_type type, struct slice rest)
{
    struct results_unit_in in = RESULTS_UNIT_DEFAULT;
    struct slice names = type == RESULTS_TOTAL ? SLICE("") : batch_cut(&rest, ';');
    struct slice votes = batch_cut(&rest, ';');
    struct err e;
    uint32_t index;

    in.type = type;
    in.id = batch_cut(&names, '|');
    in.name = batch_cut(&names, '|');
    batch_unit_options(rest, &in);
    batch_ok(results_unit(k->b, &in, &index, &e), &e);
    if (type == RESULTS_TOTAL)
        results_progress(k->b, in.reporting, in.total);
    batch_votes(k, index, votes);
}

static inline void batch_line(struct batch_maker *k, struct slice line)
{
    struct slice word = batch_cut(&line, ' ');

    if (slice_is(word, "facts"))
        batch_facts(k, line);
    else if (slice_is(word, "contest"))
        batch_contest(k, line);
    else if (slice_is(word, "choice"))
        batch_choice(k, line);
    else if (slice_is(word, "total"))
        batch_unit(k, RESULTS_TOTAL, line);
    else if (slice_is(word, "county"))
        batch_unit(k, RESULTS_COUNTY, line);
    else if (slice_is(word, "bad"))
        results_contest_bad(k->b, "%.*s", SLICE_FMT(line));
    else if (word.len)
        fail_msg("batch: no line '%.*s'", SLICE_FMT(word));
}

/* The batch, in the arena. A batch the builder refuses fails the test. */
static inline struct results batch_of(struct arena *a, const char *text)
{
    struct batch_maker k = {.b = results_builder_new(a), .a = a};
    struct slice rest = slice_of(text), bytes;
    struct results out = {0};
    struct err e;

    assert_non_null(k.b);
    while (rest.len)
        batch_line(&k, batch_cut(&rest, '\n'));
    batch_ok(results_finish(k.b, &bytes, &e), &e);
    batch_ok(results_open(bytes, &out, &e), &e);
    return out;
}

#endif
