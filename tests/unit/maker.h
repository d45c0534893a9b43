/* SPDX-License-Identifier: ISC */
/* Batches built call by call, for tests of the builder. */
#ifndef TALLYD_TESTS_UNIT_MAKER_H
#define TALLYD_TESTS_UNIT_MAKER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/results.h"
#include "tests/unit/random.h"

struct maker {
    struct arena *arena;
    struct results_builder *b;
};

static inline struct maker maker_new(void)
{
    struct maker m = {arena_new(1 << 28), NULL};
    m.b = results_builder_new(m.arena);
    assert_non_null(m.b);
    return m;
}

static inline void must(bool ok, const struct err *e)
{
    if (!ok)
        fail_msg("%s", e->text);
}

static inline void begin(struct maker *m, const char *id, const char *text)
{
    struct results_contest_in in = RESULTS_CONTEST_DEFAULT;
    struct err e;
    in.id = slice_of(id);
    in.text = slice_of(text);
    must(results_contest_begin(m->b, &in, &e), &e);
}

static inline uint32_t choice(struct maker *m, const char *id, const char *name)
{
    struct results_choice_in in = {.id = slice_of(id), .name = slice_of(name)};
    struct err e;
    uint32_t at;
    must(results_choice(m->b, &in, &at, &e), &e);
    return at;
}

static inline uint32_t unit(struct maker *m, enum results_unit_type type, const char *name)
{
    struct results_unit_in in = RESULTS_UNIT_DEFAULT;
    struct err e;
    uint32_t at;
    in.type = type;
    in.name = slice_of(name);
    must(results_unit(m->b, &in, &at, &e), &e);
    return at;
}

static inline void votes(struct maker *m, uint32_t u, uint32_t c, int64_t n)
{
    struct err e;
    must(results_votes(m->b, u, c, n, &e), &e);
}

static inline void votes_once(struct maker *m, uint32_t u, uint32_t c, int64_t n)
{
    struct err e;
    must(results_votes_once(m->b, u, c, n, &e), &e);
}

/* A good contest of one choice with 5 votes, as company for others. */
static inline void good(struct maker *m, int i)
{
    char id[20];
    snprintf(id, sizeof id, "good-%d", i);
    begin(m, id, "Mayor");
    votes(m, 0, choice(m, "1", "Jane Doe"), 5);
}

static inline struct results finish(struct maker *m)
{
    struct slice batch;
    struct results r;
    struct err e;
    must(results_finish(m->b, &batch, &e), &e);
    must(results_open(batch, &r, &e), &e);
    return r;
}

static inline void finish_fails(struct maker *m, const char *says)
{
    struct slice batch;
    struct err e;
    assert_false(results_finish(m->b, &batch, &e));
    assert_int_equal(e.kind, ERR_DATA);
    if (!strstr(e.text, says))
        fail_msg("expected \"%s\" in \"%s\"", says, e.text);
    arena_free(m->arena);
}

static inline int64_t random_cell(struct random *r)
{
    switch (random_below(r, 12)) {
    case 0:
        return VOTES_UNKNOWN;
    case 1:
    case 2:
        return VOTES_ABSENT;
    default:
        return random_between(r, 0, 100000);
    }
}

static inline void check_problem(struct maker *m, const char *says)
{
    for (int i = 0; i < 100; i++)
        good(m, i);
    struct results r = finish(m);
    assert_int_equal(r.head->contests, 100);
    assert_int_equal(r.head->problems, 1);
    struct slice why = results_text(&r, r.problems[0].why);
    if (slice_find(why, slice_of(says)) == SIZE_MAX)
        fail_msg("expected \"%s\" in \"%.*s\"", says, SLICE_FMT(why));
    arena_free(m->arena);
}

#endif
