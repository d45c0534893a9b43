/* SPDX-License-Identifier: ISC */
/* Batches: what is built is what was said; what is read was checked, whoever wrote it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/base/text.h"
#include "daemon/base/when.h"
#include "parsers/dump.h"
#include "parsers/results.h"
#include "tests/unit/maker.h"
#include "tests/unit/sampled.h"

#define CHOICES 7
#define UNITS 12 /* without the total */

/* ---- sums ---- */

/* A random contest, and beside it the plain matrix it should give. */
struct expected {
    int choices, units;
    enum results_unit_type type[UNITS + 1];
    int64_t votes[UNITS + 1][CHOICES];
    bool derived[CHOICES];
};

static int64_t expected_total(const struct expected *x, int c)
{
    enum results_unit_type types[] = {RESULTS_COUNTY, RESULTS_MUNICIPALITY, RESULTS_PRECINCT};
    for (int t = 0; t < 3; t++) { /* the coarsest type with any votes in the contest */
        bool used = false, any = false, unknown = false;
        int64_t sum = 0;
        for (int u = 1; u <= x->units; u++) {
            for (int k = 0; k < x->choices; k++)
                used |= x->type[u] == types[t] && x->votes[u][k] != VOTES_ABSENT;
            if (x->type[u] != types[t] || x->votes[u][c] == VOTES_ABSENT)
                continue;
            any = true;
            unknown |= x->votes[u][c] == VOTES_UNKNOWN;
            sum += x->votes[u][c] > 0 ? x->votes[u][c] : 0;
        }
        if (used)
            return any && !unknown ? sum : VOTES_UNKNOWN;
    }
    return VOTES_UNKNOWN;
}

static bool expected_any(const struct expected *x, int c, int64_t *total)
{
    struct expected only = *x; /* derived says that there was something to sum, unknown or not */
    for (int u = 1; u <= x->units; u++)
        only.votes[u][c] = x->votes[u][c] == VOTES_UNKNOWN ? 1 : x->votes[u][c];
    *total = expected_total(x, c);
    return expected_total(&only, c) != VOTES_UNKNOWN;
}

static void random_contest(struct maker *m, struct random *r, int i, struct expected *x)
{
    char name[40];
    uint32_t at[UNITS + 1] = {0};
    *x = (struct expected){.choices = (int)random_between(r, 1, CHOICES),
                           .units = (int)random_between(r, 0, UNITS)};
    snprintf(name, sizeof name, "contest-%d", i);
    begin(m, name, "");
    for (int c = 0; c < x->choices; c++) {
        snprintf(name, sizeof name, "%d", c);
        assert_int_equal(choice(m, name, ""), c);
    }
    for (int u = 1; u <= x->units; u++) {
        x->type[u] = (enum results_unit_type)random_between(r, RESULTS_COUNTY, RESULTS_PRECINCT);
        snprintf(name, sizeof name, "unit %d", u);
        at[u] = unit(m, x->type[u], name);
        assert_int_equal(at[u], u);
    }
    for (int u = 0; u <= x->units; u++) {
        for (int c = 0; c < x->choices; c++) {
            int64_t v = u || random_below(r, 2) ? random_cell(r) : VOTES_ABSENT;
            x->votes[u][c] = v;
            if (v >= 2 && random_below(r, 2)) { /* in two vote types */
                votes(m, at[u], (uint32_t)c, v / 2);
                votes(m, at[u], (uint32_t)c, v - v / 2);
            } else if (v != VOTES_ABSENT) {
                votes(m, at[u], (uint32_t)c, v);
            }
        }
    }
    for (int c = 0; c < x->choices; c++) {
        if (x->votes[0][c] == VOTES_ABSENT)
            x->derived[c] = expected_any(x, c, &x->votes[0][c]);
    }
}

static void totals_are_sums(void **state)
{
    (void)state;
    struct random r = {2024};
    for (int round = 0; round < 100; round++) {
        struct expected x[8];
        struct maker m = maker_new();
        bool drop = round % 3 == 0;
        if (drop)
            results_drop_precincts(m.b);
        for (int i = 0; i < 8; i++)
            random_contest(&m, &r, i, &x[i]);
        struct results out = finish(&m);
        assert_int_equal(out.head->contests, 8);
        for (int i = 0; i < 8; i++) {
            const struct results_contest *k = &out.contests[i];
            uint32_t at = 0;
            assert_int_equal(k->choices, x[i].choices);
            for (int u = 0; u <= x[i].units; u++) {
                if (drop && x[i].type[u] == RESULTS_PRECINCT)
                    continue;
                assert_int_equal(out.units[k->first_unit + at].type, x[i].type[u]);
                for (int c = 0; c < x[i].choices; c++) {
                    const struct results_cell *cell = results_cell(&out, k, at, (uint32_t)c);
                    assert_int_equal(cell->votes, x[i].votes[u][c]);
                    assert_int_equal(cell->derived, u == 0 && x[i].derived[c]);
                }
                at++;
            }
            assert_int_equal(k->units, at);
        }
        arena_free(m.arena);
    }
}

/* ---- what makes a contest bad ---- */

static void two_values_are_a_problem(void **state)
{
    (void)state;
    struct maker m = maker_new();
    begin(&m, "7", "Sheriff");
    uint32_t c = choice(&m, "3", "Jane Doe"), u = unit(&m, RESULTS_COUNTY, "Fulton");
    votes_once(&m, u, c, 10);
    votes_once(&m, u, c, 10);
    votes_once(&m, u, c, 11);
    check_problem(&m, "choice 3 Jane Doe, unit Fulton: two different values, 10 and 11");
}

static void impossible_votes_are_a_problem(void **state)
{
    (void)state;
    static const int64_t impossible[] = {-3, INT64_MIN, RESULTS_VOTES_MAX + 1, INT64_MAX};
    for (int i = 0; i < 4; i++) {
        struct maker m = maker_new();
        begin(&m, "7", "Sheriff");
        votes(&m, 0, choice(&m, "3", "Jane Doe"), impossible[i]);
        check_problem(&m, "choice 3 Jane Doe, total: ");
    }
    struct maker m = maker_new();
    begin(&m, "7", "Sheriff");
    uint32_t c = choice(&m, "3", "Jane Doe");
    votes(&m, 0, c, RESULTS_VOTES_MAX);
    votes(&m, 0, c, 1);
    check_problem(&m, "overflow");
    m = maker_new();
    begin(&m, "7", "Sheriff");
    c = choice(&m, "3", "Jane Doe");
    votes(&m, unit(&m, RESULTS_COUNTY, "A"), c, RESULTS_VOTES_MAX);
    votes(&m, unit(&m, RESULTS_COUNTY, "B"), c, 1);
    check_problem(&m, "overflow");
}

static void contradictions_are_a_problem(void **state)
{
    (void)state;
    struct maker m = maker_new();
    begin(&m, "7", "Sheriff");
    assert_int_equal(choice(&m, "3", ""), 0);
    assert_int_equal(choice(&m, "3", "Jane Doe"), 0); /* the name was not known before */
    assert_int_equal(choice(&m, "3", " Jane  Doe "), 0);
    votes(&m, 0, 0, 1);
    assert_int_equal(choice(&m, "3", "John Doe"), 0);
    check_problem(&m, "two names: \"Jane Doe\" and \"John Doe\"");
    m = maker_new();
    begin(&m, "", "");
    votes(&m, 0, choice(&m, "3", ""), 1);
    check_problem(&m, "neither id nor text");
    m = maker_new();
    begin(&m, "7", "Sheriff");
    results_contest_bad(m.b, "line %d: no votes", 12);
    results_contest_bad(m.b, "line 13: worse");
    check_problem(&m, "line 12: no votes");
}

static void repeated_contests_are_judged(void **state)
{
    (void)state;
    struct maker m = maker_new();
    for (int i = 0; i < 2; i++) { /* the same twice counts once */
        begin(&m, "7", "Sheriff");
        votes(&m, 0, choice(&m, "3", "Jane Doe"), 4);
    }
    struct results r = finish(&m);
    assert_int_equal(r.head->contests, 1);
    assert_int_equal(r.head->problems, 0);
    assert_int_equal(r.cells[0].votes, 4);
    arena_free(m.arena);
    m = maker_new();
    for (int i = 0; i < 2; i++) {
        begin(&m, "7", "Sheriff");
        votes(&m, 0, choice(&m, "3", "Jane Doe"), 4 + i);
    }
    check_problem(&m, "there twice and differs");
    m = maker_new();
    for (int i = 0; i < 2; i++) { /* the second could not be read: nor can the first be trusted */
        begin(&m, "7", "Sheriff");
        votes(&m, 0, choice(&m, "3", "Jane Doe"), 4);
    }
    results_contest_bad(m.b, "line 9: no votes");
    check_problem(&m, "there twice and differs");
}

/* A contest that came again with another office, or other seats, passed for the same one. */
static void a_repeated_contest_is_of_the_same_office(void **state)
{
    static const struct results_contest_in plain = {.id = SLICE_INIT("7"),
                                                    .text = SLICE_INIT("Council"),
                                                    .state = SLICE_INIT("GA"),
                                                    .office = SLICE_INIT("Council"),
                                                    .district = SLICE_INIT("1"),
                                                    .party = SLICE_INIT("DEM"),
                                                    .election_type = SLICE_INIT("Primary"),
                                                    .updated_ms = 1000,
                                                    .called_ms = WHEN_UNKNOWN,
                                                    .registered = -1,
                                                    .ballots = -1,
                                                    .votes_allowed = 1,
                                                    .seats = 1,
                                                    .places = 2};
    struct results_contest_in other[12];
    size_t n = 0;
    (void)state;

    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
        other[i] = plain;
    other[n++].updated_ms = 2000; /* says the same later */
    other[n++].called_ms = 1000;
    size_t same = n;
    other[n++].state = SLICE("AL");
    other[n++].office = SLICE("Mayor");
    other[n++].district = SLICE("2");
    other[n++].party = SLICE("REP");
    other[n++].party = SLICE("");
    other[n++].election_type = SLICE("Runoff");
    other[n++].votes_allowed = 2;
    other[n++].seats = -1;
    other[n++].places = 3;
    other[n++].flags = RESULTS_RANKED;
    for (size_t i = 0; i < 2 * n; i++) { /* either first */
        struct maker m = maker_new();
        struct err e;
        for (size_t k = 0; k < 2; k++) {
            must(results_contest_begin(m.b, k == i / n ? &other[i % n] : &plain, &e), &e);
            votes(&m, 0, choice(&m, "3", "Jane Doe"), 4);
        }
        if (i % n >= same) {
            check_problem(&m, "there twice and differs");
            continue;
        }
        struct results r = finish(&m);
        assert_int_equal(r.head->contests, 1);
        assert_int_equal(r.head->problems, 0);
        arena_free(m.arena);
    }
}

static void scattered_contests_go_on(void **state)
{
    (void)state;
    struct maker m = maker_new();
    begin(&m, "7", "Sheriff");
    votes(&m, 0, choice(&m, "3", "Jane Doe"), 4);
    good(&m, 1);
    assert_false(results_contest_again(m.b, SLICE(""), SLICE("8"), SLICE("Sheriff")));
    assert_true(results_contest_again(m.b, SLICE(""), SLICE("7"), SLICE("Sheriff")));
    votes(&m, 0, choice(&m, "3", "Jane Doe"), 6);
    struct results r = finish(&m);
    assert_int_equal(r.head->contests, 2);
    assert_int_equal(r.cells[0].votes, 10);
    arena_free(m.arena);
}

static void documents_fail_whole(void **state)
{
    (void)state;
    struct maker m = maker_new(); /* 2 of 102 are more than 1 % */
    for (int i = 0; i < 100; i++)
        good(&m, i);
    for (int i = 0; i < 2; i++) {
        begin(&m, i ? "x" : "y", "Sheriff");
        results_contest_bad(m.b, "line 9: no votes");
    }
    finish_fails(&m,
                 "2 of 102 contests cannot be read; the first, y \"Sheriff\": line 9: no votes");
    m = maker_new(); /* all there is */
    begin(&m, "7", "Sheriff");
    results_contest_bad(m.b, "line 9: no votes");
    finish_fails(&m, "1 of 1");
    m = maker_new();
    finish_fails(&m, "no contests");
    m = maker_new();
    begin(&m, "7", "Sheriff");
    finish_fails(&m, "none of its contests has choices");
    m = maker_new();
    results_facts(m.b)->version = SLICE("271066");
    struct results r = finish(&m);
    assert_int_equal(r.head->contests, 0);
    assert_true(slice_is(results_text(&r, r.head->version), "271066"));
    arena_free(m.arena);
}

static void one_bad_contest_costs_a_county_no_other(void **state)
{
    (void)state;
    for (int others = 18; others <= 19; others++) {
        struct maker m = maker_new();
        for (int i = 0; i < others; i++)
            good(&m, i);
        begin(&m, "x", "Sheriff");
        results_contest_bad(m.b, "line 9: no votes");
        if (others == 18) {
            finish_fails(&m, "1 of 19 contests cannot be read");
            continue;
        }
        struct results r = finish(&m);
        assert_int_equal(r.head->contests, 19);
        assert_int_equal(r.head->problems, 1);
        arena_free(m.arena);
    }
}

static void caps_are_errors(void **state)
{
    (void)state;
    struct arena *a = arena_new(200000);
    struct results_builder *b = results_builder_new(a);
    struct results_contest_in in = RESULTS_CONTEST_DEFAULT;
    struct err e = {0};
    bool ok = true;
    assert_non_null(b);
    for (int i = 0; ok && i < 1000000; i++) {
        char id[20];
        snprintf(id, sizeof id, "%d", i);
        in.id = slice_of(id);
        ok = results_contest_begin(b, &in, &e);
    }
    assert_false(ok);
    assert_int_equal(e.kind, ERR_DENIED);
    arena_free(a);
}

static void texts_are_cleaned_and_facts_checked(void **state)
{
    (void)state;
    struct maker m = maker_new();
    struct results_facts *facts = results_facts(m.b);
    struct results_contest_in in = RESULTS_CONTEST_DEFAULT;
    struct err e;
    facts->election_date = SLICE("2021-02-30");
    facts->own_time_ms = INT64_MAX;
    facts->next_url = SLICE("https://api.ap.org/v2/elections?next=1");
    in.id = SLICE("7");
    in.text = SLICE("Sher\x1b[31miff\xff \xe2\x80\xae x");
    in.seats = INT64_MAX;
    must(results_contest_begin(m.b, &in, &e), &e);
    votes(&m, 0, choice(&m, "1", "\t"), 3);
    struct results r = finish(&m);
    assert_true(text_is_clean(results_text(&r, r.contests[0].text)));
    assert_int_equal(r.contests[0].seats, -1);
    assert_int_equal(r.head->own_time_ms, WHEN_UNKNOWN);
    assert_int_equal(r.head->election_date.len, 0);
    assert_true(
        slice_is(results_text(&r, r.head->next_url), "https://api.ap.org/v2/elections?next=1"));
    assert_int_equal(r.choices[0].name.len, 0);
    arena_free(m.arena);
    m = maker_new();
    good(&m, 1);
    results_facts(m.b)->next_url = SLICE("https://x/ y");
    finish_fails(&m, "not a URL");
}

/* ---- hostile batches ---- */

/* A batch with some of everything. */
static struct slice rich_batch(struct maker *m)
{
    struct random r = {99};
    struct expected x;
    struct slice batch;
    struct err e;
    struct results_facts *facts = results_facts(m->b);
    char url[800];
    memset(url, 'u', sizeof url - 1);
    url[sizeof url - 1] = '\0';
    *facts = (struct results_facts){.own_time_ms = 1609891200000,
                                    .version = SLICE("274437"),
                                    .next_url = arena_copy(m->arena, slice_of(url)),
                                    .election_date = SLICE("2021-01-05"),
                                    .election_name = SLICE("Runoff"),
                                    .status = RESULTS_UNOFFICIAL,
                                    .test = 0};
    for (int i = 0; i < 101; i++)
        random_contest(m, &r, i, &x);
    begin(m, "bad", "Sheriff");
    results_contest_bad(m->b, "line 9: no votes");
    must(results_finish(m->b, &batch, &e), &e);
    return batch;
}

static void *room_of_junk(size_t bytes, void *ctx)
{
    char *at = *(char **)ctx = malloc(bytes);
    assert_non_null(at);
    return memset(at, 0xa5, bytes);
}

static void *no_room(size_t bytes, void *ctx)
{
    (void)bytes, (void)ctx;
    return NULL;
}

/* Every byte of it is written, whatever lay there. */
static void a_batch_lies_where_it_is_told(void **state)
{
    (void)state;
    struct maker here = maker_new(), there = maker_new(), nowhere = maker_new();
    struct err e;
    char *at = NULL;
    results_room(there.b, room_of_junk, &at);
    struct slice one = rich_batch(&here), two = rich_batch(&there);
    assert_ptr_equal(two.ptr, at);
    assert_true(slice_eq(one, two));
    results_room(nowhere.b, no_room, NULL);
    begin(&nowhere, "1", "Sheriff");
    votes(&nowhere, 0, choice(&nowhere, "1", "Ann"), 1);
    assert_false(results_finish(nowhere.b, &two, &e));
    assert_int_equal(e.kind, ERR_DENIED);
    free(at);
    arena_free(here.arena);
    arena_free(there.arena);
    arena_free(nowhere.arena);
}

/* Touch everything a reader would, exactly as it would. */
static uint64_t read_everything(const struct results *r)
{
    struct buf out;
    uint64_t n = 0;
    buf_init(&out, 1 << 26);
    dump_json(r, &out, NULL);
    n += out.len;
    buf_clear(&out);
    dump_csv(r, &out, NULL);
    dump_summary(r, &out, NULL);
    n += out.len;
    assert_false(out.failed);
    buf_done(&out);
    for (uint32_t i = 0; i < r->head->contests; i++) {
        const struct results_contest *k = &r->contests[i];
        assert_true(k->choices && k->units && r->units[k->first_unit].type == RESULTS_TOTAL);
        for (uint32_t c = 0; c < k->choices; c++)
            assert_true(results_cell(r, k, 0, c)->votes >= VOTES_UNKNOWN);
    }
    return n;
}

static void mutate(struct random *r, char *bytes, size_t len, size_t records)
{
    static const uint64_t favourites[] = {0,          1,          2,          0xff,     0x7fffffff,
                                          0x80000000, 0xffffffff, UINT64_MAX, INT64_MAX};
    uint64_t value = random_below(r, 2) ? favourites[random_below(r, 9)] : random_next(r);
    size_t width = (size_t)1 << random_below(r, 4);
    size_t room = random_below(r, 4) ? records : len; /* mostly the numbers, not the text */
    if (random_below(r, 3) == 0)
        room = sizeof(struct results_header);
    size_t at = random_below(r, room / width) * width;
    memcpy(bytes + at, &value, width);
}

static void mutations_never_pass_unread(void **state)
{
    (void)state;
    struct random r = {123456789};
    struct maker m = maker_new();
    struct slice good_batch = rich_batch(&m);
    struct results out;
    struct err e;
    must(results_open(good_batch, &out, &e), &e);
    assert_true(read_everything(&out) > 10000);
    size_t records = (size_t)(out.pool - good_batch.ptr);
    int passed = 0, refused = 0;
    char *bytes = malloc(good_batch.len); /* exactly: one byte more is seen by the sanitizer */
    for (int i = 0; i < 100000; i += every()) {
        memcpy(bytes, good_batch.ptr, good_batch.len);
        for (uint64_t k = random_below(&r, 3); k < 3; k++)
            mutate(&r, bytes, good_batch.len, records);
        e.text[0] = '\0';
        if (results_open((struct slice){bytes, good_batch.len}, &out, &e)) {
            passed++;
            if (passed % 20 == 0)
                read_everything(&out);
        } else {
            refused++;
            assert_true(strncmp(e.text, "batch: ", 7) == 0);
        }
    }
    free(bytes);
    arena_free(m.arena);
    assert_true(passed * every() > 100 && refused * every() > 50000); /* both ways are exercised */
}

static void every_length_is_refused(void **state)
{
    (void)state;
    struct maker m = maker_new();
    struct slice batch = rich_batch(&m);
    struct results out;
    struct err e;
    for (size_t len = 0; len < batch.len; len += 1 + len / 200) {
        char *bytes = malloc(len + 1);
        memcpy(bytes, batch.ptr, len);
        assert_false(results_open((struct slice){bytes, len}, &out, &e));
        if (len >= sizeof(struct results_header)) { /* also when it says so itself */
            ((struct results_header *)(void *)bytes)->bytes = (uint32_t)len;
            assert_false(results_open((struct slice){bytes, len}, &out, &e));
        }
        free(bytes);
    }
    arena_free(m.arena);
}

/* One field wrong, and which one is said. */
static void each_check_bites(void **state)
{
    (void)state;
    struct maker m = maker_new();
    struct slice batch = rich_batch(&m);
    struct results r, out;
    struct err e;
    must(results_open(batch, &r, &e), &e);
    struct results_header *h = (void *)r.head;
    struct results_contest *k = (void *)&r.contests[3];
    struct results_choice *c = (void *)&r.choices[5];
    struct results_unit *u = (void *)&r.units[k->first_unit];
    struct results_cell *cell = (void *)&r.cells[k->first_cell];
    const struct {
        void *at;
        size_t size;
        int64_t value;
        const char *says;
    } rows[] = {
        {&h->magic, 4, 1, "begin as a batch"},
        {&h->bytes, 4, 99, "another size"},
        {&h->cells, 4, UINT32_MAX, "more than its bytes"},
        {&h->cells, 4, h->cells + (INT64_C(1) << 28), "more than its bytes"}, /* times 16 wraps */
        {&h->problems, 4, 0, "counts are not its bytes"},
        {&h->status, 4, RESULTS_STATUSES, "header"},
        {&h->test, 4, 2, "header"},
        {&h->delta, 4, 2, "header"},
        {&h->own_time_ms, 8, INT64_MAX, "own time"},
        {&h->election_date.len, 4, 9, "outside the pool"},
        {&h->version.off, 4, h->version.off + 1, "outside the pool"},
        {&h->version, 8, ((int64_t)h->version.len - 1) << 32 | (h->version.off + 1),
         "outside the pool"},
        {&h->election_name, 8, (int64_t)h->next_url.len << 32 | h->next_url.off,
         "outside the pool"},
        {&h->next_url, 8, (int64_t)h->version.len << 32 | h->version.off, "not clean"},
        {&k->first_choice, 4, 0, "contest 3"},
        {&k->first_unit, 4, 0, "contest 3"},
        {&k->first_cell, 4, 0, "contest 3"},
        {&k->choices, 4, 0, "contest 3: it has no choices"},
        {&k->units, 4, UINT32_MAX, "contest 3: it has more parts"},
        {&k->flags, 4, 16, "contest 3"},
        {&k->seats, 4, -2, "contest 3"},
        {&k->updated_ms, 8, 0x7fffffffffffff, "contest 3"},
        {&c->mark, 4, RESULTS_MARKS, "choice 5"},
        {&c->flags, 4, RESULTS_CHOICE_FLAGS + 1, "choice 5"},
        {&c->id.len, 4, 0, "choice 5"},
        {&u->type, 4, RESULTS_COUNTY, "unit"},
        {&u->reporting, 4, -2, "unit"},
        {&cell->votes, 8, VOTES_ABSENT, "contest 3: a total is absent"},
        {&cell->votes, 8, -3, "contest 3: a vote count"},
        {&cell->votes, 8, RESULTS_VOTES_MAX + 1, "contest 3: a vote count"},
        {&cell->derived, 4, 2, "contest 3: a vote count is derived"},
        {&cell[k->choices].derived, 4, 1, "contest 3: a vote count is derived"},
        {&cell->reserved, 4, 1, "contest 3"},
        {(char *)r.pool, 1, 'x', "not closed"},
        {(char *)r.pool + 1, 1, 0x1b, "not clean"},
        {(char *)r.pool + h->pool - 1, 1, 'x', "not closed"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char was[8];
        memcpy(was, rows[i].at, rows[i].size);
        memcpy(rows[i].at, &rows[i].value, rows[i].size);
        if (results_open(batch, &out, &e))
            fail_msg("row %zu (%s) was accepted", i, rows[i].says);
        if (!strstr(e.text, rows[i].says))
            fail_msg("row %zu: expected \"%s\" in \"%s\"", i, rows[i].says, e.text);
        memcpy(rows[i].at, was, rows[i].size);
        must(results_open(batch, &out, &e), &e);
    }
    struct slice shifted = {batch.ptr + 4, batch.len - 4};
    assert_false(results_open(shifted, &out, &e));
    arena_free(m.arena);
}

/* 65,536 units times 65,536 choices are no cells at all in 32 bits. */
static void wrapping_products_are_refused(void **state)
{
    (void)state;
    const uint32_t n = 65536;
    struct results out;
    struct err e;
    size_t len = sizeof(struct results_header) + sizeof(struct results_contest) +
                 n * (sizeof(struct results_choice) + sizeof(struct results_unit)) + 10;
    char *bytes = calloc(1, len);
    struct results_header *h = (void *)bytes;
    struct results_contest *k = (void *)(h + 1);
    struct results_choice *c = (void *)(k + 1);
    struct results_unit *u = (void *)(c + n);
    *h = (struct results_header){.magic = RESULTS_MAGIC,
                                 .bytes = (uint32_t)len,
                                 .contests = 1,
                                 .choices = n,
                                 .units = n,
                                 .pool = 10,
                                 .own_time_ms = WHEN_UNKNOWN};
    *k = (struct results_contest){
        .id = {8, 1}, .updated_ms = WHEN_UNKNOWN, .choices = n, .units = n};
    for (uint32_t i = 0; i < n; i++) {
        c[i].id = (struct results_text){8, 1};
        if (i) {
            u[i].id = (struct results_text){8, 1};
            u[i].type = RESULTS_COUNTY;
        }
    }
    bytes[len - 2] = 'x';
    assert_false(results_open((struct slice){bytes, len}, &out, &e));
    assert_non_null(strstr(e.text, "contest 0: it has more parts than there are"));
    free(bytes);
}

/* A county of forty precincts: the next contest has them by the same numbers, and names. */
/* Contests of the same units, in the order of the one before for a while and then not: each unit is
 * one unit, whichever contest it was first seen in. */
static void units_are_one_in_any_order(void **state)
{
    (void)state;
    struct maker m = maker_new();
    struct random r = {2024};
    for (int k = 0; k < 200; k++) {
        uint32_t of[30] = {0}, n = 0;
        char name[20];
        snprintf(name, sizeof name, "contest %d", k);
        begin(&m, name, "");
        uint32_t in_order = (uint32_t)random_below(&r, 30);
        for (uint32_t i = 0; i < 90; i++) {
            uint32_t u = i < in_order ? i : (uint32_t)random_below(&r, 30);
            snprintf(name, sizeof name, "unit %u", u);
            uint32_t at = unit(&m, RESULTS_COUNTY, name);
            if (!of[u])
                of[u] = ++n;
            assert_int_equal(at, of[u]);
        }
    }
    arena_free(m.arena);
}

static void units_are_taken_over(void **state)
{
    (void)state;
    struct maker m = maker_new();
    struct err e;
    char name[20];
    begin(&m, "1", "");
    assert_false(results_units_again(m.b, &e));
    assert_int_equal(e.kind, ERR_BUG);
    struct results_unit_in in = RESULTS_UNIT_DEFAULT;
    in.type = RESULTS_PRECINCT;
    in.total = 1;
    uint32_t c = choice(&m, "a", "");
    for (uint32_t i = 0, at; i <= 40; i++) {
        snprintf(name, sizeof name, "%u", i);
        if (i == 0)
            in.parent = unit(&m, RESULTS_COUNTY, "County");
        in.name = slice_of(name);
        if (i > 0)
            must(results_unit(m.b, &in, &at, &e), &e);
        if (i > 0)
            votes(&m, at, c, i);
    }
    for (int k = 2; k < 4; k++) {
        snprintf(name, sizeof name, "%d", k);
        begin(&m, name, "");
        must(results_units_again(m.b, &e), &e);
        c = choice(&m, "b", "");
        in.parent = 1;
        for (uint32_t i = 40, at; i > 0; i--) {
            snprintf(name, sizeof name, "%u", i);
            in.name = slice_of(name);
            votes(&m, i + 1, c, k);
            must(results_unit(m.b, &in, &at, &e), &e);
            assert_int_equal(at, i + 1);
        }
        assert_int_equal(choice(&m, "c", ""), 1);
        votes(&m, 2, 1, 7);
        assert_false(results_units_again(m.b, &e));
    }
    in.name = SLICE("new");
    uint32_t new;
    must(results_unit(m.b, &in, &new, &e), &e);
    assert_int_equal(new, 42);
    votes(&m, new, 0, 1000);
    struct results r = finish(&m);
    assert_int_equal(r.contests[0].units, 42);
    assert_int_equal(results_cell(&r, &r.contests[0], 0, 0)->votes, 820);
    assert_int_equal(r.contests[1].units, 42);
    assert_int_equal(results_cell(&r, &r.contests[1], 0, 0)->votes, 80);
    assert_int_equal(results_cell(&r, &r.contests[1], 1, 0)->votes, 80);
    assert_int_equal(results_cell(&r, &r.contests[1], 1, 1)->votes, 7);
    assert_int_equal(results_cell(&r, &r.contests[1], 3, 1)->votes, VOTES_ABSENT);
    assert_int_equal(r.units[r.contests[1].first_unit + 41].total, 1);
    assert_int_equal(r.contests[2].units, 43);
    assert_int_equal(results_cell(&r, &r.contests[2], 0, 0)->votes, 1120);
    arena_free(m.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_are_sums),
        cmocka_unit_test(units_are_one_in_any_order),
        cmocka_unit_test(units_are_taken_over),
        cmocka_unit_test(two_values_are_a_problem),
        cmocka_unit_test(impossible_votes_are_a_problem),
        cmocka_unit_test(contradictions_are_a_problem),
        cmocka_unit_test(repeated_contests_are_judged),
        cmocka_unit_test(a_repeated_contest_is_of_the_same_office),
        cmocka_unit_test(scattered_contests_go_on),
        cmocka_unit_test(documents_fail_whole),
        cmocka_unit_test(one_bad_contest_costs_a_county_no_other),
        cmocka_unit_test(caps_are_errors),
        cmocka_unit_test(texts_are_cleaned_and_facts_checked),
        cmocka_unit_test(mutations_never_pass_unread),
        cmocka_unit_test(every_length_is_refused),
        cmocka_unit_test(a_batch_lies_where_it_is_told),
        cmocka_unit_test(each_check_bites),
        cmocka_unit_test(wrapping_products_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
