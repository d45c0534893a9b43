/* SPDX-License-Identifier: ISC */
/* A batch that goes in pieces says what it would as a whole, and each piece is checked as a whole
 * is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/dump.h"
#include "parsers/results.h"
#include "tests/unit/maker.h"

enum { CONTESTS = 120, UNITS = 30, CHOICES = 3, PIECES_MAX = 100 };

/* What came, copied: a piece is its receiver's only until the next. */
struct pile {
    struct slice list[PIECES_MAX];
    size_t count;
};

static bool take(struct slice piece, void *ctx)
{
    struct pile *p = ctx;
    assert_true(p->count < PIECES_MAX);
    char *copy = malloc(piece.len);
    assert_non_null(copy);
    memcpy(copy, piece.ptr, piece.len);
    p->list[p->count++] = (struct slice){copy, piece.len};
    return true;
}

static void drop(struct pile *p)
{
    for (size_t i = 0; i < p->count; i++)
        free((void *)p->list[i].ptr);
}

static void tell(struct maker *m, int id, int votes_each)
{
    char name[40];
    struct err e;
    snprintf(name, sizeof name, "%d", id);
    begin(m, name, "Sheriff");
    for (int c = 0; c < CHOICES; c++) {
        snprintf(name, sizeof name, "Candidate %d of %d", c, id);
        assert_int_equal(choice(m, "", name), c);
    }
    for (int u = 1; u <= UNITS; u++) {
        snprintf(name, sizeof name, "County %d", u);
        uint32_t at = unit(m, RESULTS_COUNTY, name);
        for (uint32_t c = 0; c < CHOICES; c++)
            votes(m, at, c, votes_each + u);
    }
    must(results_contest_end(m->b, &e), &e);
}

/* `other`: the last contest has the id of an early one, and other votes. */
static struct slice build(struct maker *m, struct pile *pile, bool other)
{
    struct slice last;
    struct err e;
    *m = maker_new();
    results_facts(m->b)->version = SLICE("7");
    if (pile)
        results_in_pieces(m->b, take, pile);
    for (int i = 0; i < CONTESTS; i++) {
        if (i == 40) { /* none of the batch's, among those that are */
            begin(m, "empty", "Coroner");
            must(results_contest_end(m->b, &e), &e);
        }
        tell(m, i, i);
    }
    tell(m, 3, other ? 4 : 3);
    must(results_finish(m->b, &last, &e), &e);
    return last;
}

static struct results_pieces *gather(const struct pile *pile, struct slice last)
{
    struct results_pieces *all = results_pieces_new();
    struct err e;
    assert_non_null(all);
    for (size_t i = 0; i < pile->count; i++)
        must(results_pieces_add(all, pile->list[i], &e), &e);
    must(results_pieces_add(all, last, &e), &e);
    return all;
}

static void pieces_say_what_a_whole_says(void **state)
{
    (void)state;
    struct pile pile = {.count = 0};
    struct maker one, two;
    struct results r;
    struct err e;
    struct slice whole = build(&one, NULL, false), last = build(&two, &pile, false);
    assert_true(pile.count > 5);
    struct results_pieces *all = gather(&pile, last);
    results_pieces_open(all, &r);
    assert_int_equal(r.head->bytes, whole.len);
    char *copy = malloc(whole.len);
    assert_non_null(copy);
    results_copy(&r, copy);
    assert_int_equal(memcmp(copy, whole.ptr, whole.len), 0);
    must(results_open((struct slice){copy, whole.len}, &r, &e), &e);
    free(copy);
    results_pieces_free(all);
    drop(&pile);
    arena_free(one.arena);
    arena_free(two.arena);
}

/* What was handed on turned out wrong: all of it goes again, without. */
static void a_contest_that_differs_later_takes_the_pieces_back(void **state)
{
    (void)state;
    struct pile pile = {.count = 0};
    struct maker one, two;
    struct results r;
    struct err e;
    struct slice whole = build(&one, NULL, true), last = build(&two, &pile, true);
    assert_true(pile.count > 5);
    must(results_open(last, &r, &e), &e);
    assert_int_equal(r.head->contests, CONTESTS - 1);
    assert_int_equal(r.head->problems, 2);
    assert_true(slice_eq(whole, last));
    drop(&pile);
    arena_free(one.arena);
    arena_free(two.arena);
}

/* A payload that says the same of a contest gives it the same digest, however it comes; one vote
 * more is another. */
static void a_digest_is_of_what_is_said(void **state)
{
    (void)state;
    struct maker one, two;
    struct results a, b;
    struct err e;
    must(results_open(build(&one, NULL, false), &a, &e), &e);
    two = maker_new();
    results_facts(two.b)->version = SLICE("8");
    for (int i = 0; i < CONTESTS; i++)
        tell(&two, i, i == 5 ? 999 : i);
    struct slice batch;
    must(results_finish(two.b, &batch, &e), &e);
    must(results_open(batch, &b, &e), &e);
    for (uint32_t i = 0; i < CONTESTS / 4; i++)
        assert_int_equal(digest_eq(a.contests[i].digest, b.contests[i].digest), i != 5);
    arena_free(one.arena);
    arena_free(two.arena);
}

/* Spoil one field of a piece, and add it behind those before it. */
static void refuse(const struct pile *pile, size_t n, void *at, uint32_t value, const char *says)
{
    struct results_pieces *all = results_pieces_new();
    uint32_t was;
    struct err e = {0};
    memcpy(&was, at, sizeof was); /* texts are not aligned */
    for (size_t i = 0; i < n; i++)
        must(results_pieces_add(all, pile->list[i], &e), &e);
    memcpy(at, &value, sizeof value);
    if (results_pieces_add(all, pile->list[n], &e))
        fail_msg("accepted: %s", says);
    if (!strstr(e.text, says))
        fail_msg("expected \"%s\" in \"%s\"", says, e.text);
    memcpy(at, &was, sizeof was);
    results_pieces_free(all);
}

static void each_piece_is_checked(void **state)
{
    (void)state;
    struct pile pile = {.count = 0};
    struct maker m;
    build(&m, &pile, false);
    for (size_t n = 0; n < 3; n++) {
        struct results_header *h = (void *)pile.list[n].ptr;
        struct results_contest *k = (void *)(h + 1);
        struct results_choice *c = (void *)(k + h->contests);
        char *pool = (char *)h + h->bytes - h->pool;
        refuse(&pile, n, &h->piece, h->piece + 1, "not the piece");
        refuse(&pile, n, &h->piece, 0, "not the piece");
        refuse(&pile, n, &h->cells, h->cells + 1, "counts");
        refuse(&pile, n, &k->first_choice, k->first_choice + 1, "do not follow");
        refuse(&pile, n, &k->units, k->units + 1, "batch: contest");
        refuse(&pile, n, &k->id.off, UINT32_MAX - 9, "outside the pool");
        refuse(&pile, n, &c->name.len, 5000, "outside the pool");
        refuse(&pile, n, &c->mark, 9, "out of range");
        refuse(&pile, n, pool + h->pool - 4, 0x78787878, "not closed");
    }
    drop(&pile);
    arena_free(m.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_say_what_a_whole_says),
        cmocka_unit_test(a_contest_that_differs_later_takes_the_pieces_back),
        cmocka_unit_test(a_digest_is_of_what_is_said),
        cmocka_unit_test(each_piece_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
