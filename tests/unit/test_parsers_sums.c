/* SPDX-License-Identifier: ISC */
/* Units within units: what is summed for a county or a municipality, and what is refused. */
#include "tests/unit/maker.h"

#define CHOICES 3
#define UNITS 12 /* without the total */

static uint32_t unit_in(struct maker *m, enum results_unit_type type, const char *name,
                        uint32_t parent)
{
    struct results_unit_in in = RESULTS_UNIT_DEFAULT;
    struct err e;
    uint32_t at;
    in.type = type;
    in.name = slice_of(name);
    in.parent = parent;
    must(results_unit(m->b, &in, &at, &e), &e);
    return at;
}

/* A random contest whose units lie in each other, and its cells as stated. */
struct tree {
    int choices, units;
    enum results_unit_type type[UNITS + 1];
    int parent[UNITS + 1];
    int64_t votes[UNITS + 1][CHOICES];
};

static int64_t tree_votes(const struct tree *t, int unit, int c);

static bool tree_used(const struct tree *t, int unit)
{
    for (int c = 0; c < t->choices; c++) {
        if (tree_votes(t, unit, c) != VOTES_ABSENT)
            return true;
    }
    return false;
}

/* The cell by its definition: as stated, else the sum over the coarsest type that is used there. */
static int64_t tree_votes(const struct tree *t, int unit, int c)
{
    int64_t sum = VOTES_ABSENT;
    int of = RESULTS_UNIT_TYPES;
    if (t->votes[unit][c] != VOTES_ABSENT)
        return t->votes[unit][c];
    for (int u = 1; u <= t->units; u++) {
        bool in = unit == 0 || t->parent[u] == unit;
        if (u != unit && in && (int)t->type[u] < of && tree_used(t, u))
            of = (int)t->type[u];
    }
    for (int u = 1; u <= t->units; u++) {
        bool in = unit == 0 || t->parent[u] == unit;
        int64_t v = in && (int)t->type[u] == of ? tree_votes(t, u, c) : VOTES_ABSENT;
        if (v == VOTES_ABSENT || sum == VOTES_UNKNOWN)
            continue;
        sum = v == VOTES_UNKNOWN || sum == VOTES_ABSENT ? v : sum + v;
    }
    return sum;
}

static void random_tree(struct maker *m, struct random *r, struct tree *t)
{
    *t = (struct tree){.choices = (int)random_between(r, 1, 3),
                       .units = (int)random_between(r, 0, UNITS)};
    begin(m, "tree", "");
    for (int c = 0; c < t->choices; c++) {
        char id[2] = {(char)('0' + c), 0};
        choice(m, id, "");
    }
    for (int u = 1; u <= t->units; u++) {
        char name[20];
        t->type[u] = (enum results_unit_type)random_between(r, RESULTS_COUNTY, RESULTS_PRECINCT);
        int p = (int)random_below(r, (uint64_t)u); /* 0: the total's only */
        t->parent[u] = t->type[p] < t->type[u] ? p : 0;
        snprintf(name, sizeof name, "unit %d", u);
        assert_int_equal(unit_in(m, t->type[u], name, (uint32_t)t->parent[u]), u);
    }
    for (int u = 0; u <= t->units; u++) {
        bool bare = random_below(r, 2) && t->type[u] != RESULTS_PRECINCT;
        for (int c = 0; c < t->choices; c++) {
            t->votes[u][c] = bare ? VOTES_ABSENT : random_cell(r);
            if (t->votes[u][c] != VOTES_ABSENT)
                votes(m, (uint32_t)u, (uint32_t)c, t->votes[u][c]);
        }
    }
}

static void trees_are_sums(void **state)
{
    (void)state;
    struct random r = {77};
    int derived = 0;
    for (int round = 0; round < 2000; round++) {
        struct tree t;
        struct maker m = maker_new();
        bool drop = round % 2 == 0;
        if (drop)
            results_drop_precincts(m.b);
        random_tree(&m, &r, &t);
        struct results out = finish(&m);
        uint32_t at = 0;
        for (int u = 0; u <= t.units; u++) {
            if (drop && t.type[u] == RESULTS_PRECINCT)
                continue;
            for (int c = 0; c < t.choices; c++) {
                const struct results_cell *cell = results_cell(&out, out.contests, at, (uint32_t)c);
                int64_t is = tree_votes(&t, u, c);
                bool summed = is != VOTES_ABSENT && t.votes[u][c] == VOTES_ABSENT;
                assert_int_equal(cell->votes, u == 0 && is == VOTES_ABSENT ? VOTES_UNKNOWN : is);
                assert_int_equal(cell->derived, summed);
                derived += summed && u > 0;
            }
            at++;
        }
        assert_int_equal(out.contests[0].units, at);
        arena_free(m.arena);
    }
    assert_true(derived > 1000);
}

/* "Washington" is a township of many counties. */
static void units_of_one_name_in_two_counties_stay_two(void **state)
{
    (void)state;
    struct maker m = maker_new();
    begin(&m, "7", "Sheriff");
    uint32_t c = choice(&m, "3", "Jane Doe");
    uint32_t a = unit(&m, RESULTS_COUNTY, "Bergen"), b = unit(&m, RESULTS_COUNTY, "Morris");
    uint32_t in_a = unit_in(&m, RESULTS_MUNICIPALITY, "Washington", a);
    uint32_t in_b = unit_in(&m, RESULTS_MUNICIPALITY, "Washington", b);
    assert_int_not_equal(in_a, in_b);
    assert_int_equal(unit_in(&m, RESULTS_MUNICIPALITY, "Washington", a), in_a);
    votes(&m, in_a, c, 10);
    votes(&m, in_b, c, 7);
    votes(&m, unit_in(&m, RESULTS_PRECINCT, "1", in_b), c, 7);
    struct results r = finish(&m);
    assert_int_equal(results_cell(&r, r.contests, 0, 0)->votes, 17);
    assert_int_equal(results_cell(&r, r.contests, a, 0)->votes, 10);
    assert_int_equal(results_cell(&r, r.contests, b, 0)->votes, 7);
    assert_true(slice_is(results_text(&r, r.units[in_a].name), "Bergen / Washington"));
    assert_true(slice_is(results_text(&r, r.units[5].name), "Morris / Washington / 1"));
    arena_free(m.arena);
}

/* A contest with a precinct that lies in one of two counties, its choices, units and votes the
 * same.
 */
static void begin_within(struct maker *m, int county)
{
    uint32_t counties[2], c;
    begin(m, "7", "Sheriff");
    c = choice(m, "3", "Jane Doe");
    counties[0] = unit(m, RESULTS_COUNTY, "Bergen");
    counties[1] = unit(m, RESULTS_COUNTY, "Morris");
    votes(m, unit_in(m, RESULTS_PRECINCT, "1", counties[county]), c, 7);
}

static void a_contest_that_comes_again_has_its_units_where_they_were(void **state)
{
    (void)state;
    struct maker m = maker_new();
    begin_within(&m, 0);
    begin_within(&m, 0);
    struct results r = finish(&m);
    assert_int_equal(r.head->contests, 1);
    assert_int_equal(r.head->problems, 0);
    assert_int_equal(results_cell(&r, r.contests, 0, 0)->votes, 7);
    arena_free(m.arena);
    m = maker_new();
    begin_within(&m, 0);
    begin_within(&m, 1);
    check_problem(&m, "there twice and differs");
}

/* Indiana: a county is stated, or its precincts are; where both are, both must say the same. */
static void a_whole_county_and_its_precincts_agree(void **state)
{
    (void)state;
    for (int more = 0; more < 3; more++) {
        struct maker m = maker_new();
        struct results_unit_in in = RESULTS_UNIT_DEFAULT;
        struct err e;
        uint32_t county, c;
        begin(&m, "7", "Sheriff");
        c = choice(&m, "3", "Jane Doe");
        in.type = RESULTS_COUNTY;
        in.name = SLICE("Newton");
        in.whole = more < 2;
        must(results_unit(m.b, &in, &county, &e), &e);
        in.whole = false; /* said once is said */
        in.reporting = 2;
        must(results_unit(m.b, &in, &county, &e), &e);
        votes(&m, county, c, 10);
        votes(&m, unit_in(&m, RESULTS_PRECINCT, "1", county), c, 6);
        votes(&m, unit_in(&m, RESULTS_PRECINCT, "2", county), c, 4 + more);
        if (more == 1) {
            check_problem(&m, "choice 3 Jane Doe, unit Newton: stated as 10, its units have 11");
            continue;
        }
        struct results r = finish(&m);
        assert_int_equal(results_cell(&r, r.contests, 0, 0)->votes, 10);
        assert_int_equal(r.units[county].reporting, 2);
        arena_free(m.arena);
    }
}

static void a_parent_can_hold_its_unit(void **state)
{
    (void)state;
    struct maker m = maker_new();
    struct results_unit_in in = {.type = RESULTS_COUNTY, .name = SLICE("A")};
    struct err e;
    uint32_t at;
    begin(&m, "7", "Sheriff");
    uint32_t precinct = unit(&m, RESULTS_PRECINCT, "1");
    for (uint32_t parent = precinct; parent < 3; parent++) {
        in.parent = parent;
        assert_false(results_unit(m.b, &in, &at, &e));
        assert_int_equal(e.kind, ERR_BUG);
    }
    arena_free(m.arena);
}

/* Two counties of 2 of 3 and 4 of 5 units, and what the total says of itself. */
static struct results_unit progress_of(bool asked, int64_t second, int64_t total, bool votes_stated)
{
    struct maker m = maker_new();
    struct results_unit_in in = RESULTS_UNIT_DEFAULT;
    struct err e;
    uint32_t at;
    if (asked)
        results_sum_progress(m.b);
    begin(&m, "7", "Sheriff");
    uint32_t c = choice(&m, "3", "Jane Doe");
    for (int i = 0; i < 2; i++) {
        in.type = RESULTS_COUNTY;
        in.name = slice_of(i ? "A" : "B");
        in.reporting = i ? second : 2;
        in.total = i ? 5 : 3;
        must(results_unit(m.b, &in, &at, &e), &e);
        votes(&m, at, c, 10);
    }
    in = RESULTS_UNIT_DEFAULT;
    in.type = RESULTS_PRECINCT; /* no part of the sum */
    in.name = SLICE("1");
    must(results_unit(m.b, &in, &at, &e), &e);
    results_progress(m.b, total, total);
    if (votes_stated)
        votes(&m, 0, c, 30);
    struct results r = finish(&m);
    struct results_unit unit = r.units[0];
    arena_free(m.arena);
    return unit;
}

static void progress_is_summed_only_where_asked_and_known(void **state)
{
    (void)state;
    assert_int_equal(progress_of(true, 4, -1, false).reporting, 6);
    assert_int_equal(progress_of(true, 4, -1, false).total, 8);
    assert_int_equal(progress_of(false, 4, -1, false).reporting, -1);
    assert_int_equal(progress_of(true, -1, -1, false).reporting, -1);
    assert_int_equal(progress_of(true, -1, -1, false).total, -1);
    assert_int_equal(progress_of(true, 4, 9, false).reporting, 9);
    assert_int_equal(progress_of(true, 4, -1, true).reporting, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees_are_sums),
        cmocka_unit_test(units_of_one_name_in_two_counties_stay_two),
        cmocka_unit_test(a_contest_that_comes_again_has_its_units_where_they_were),
        cmocka_unit_test(a_whole_county_and_its_precincts_agree),
        cmocka_unit_test(a_parent_can_hold_its_unit),
        cmocka_unit_test(progress_is_summed_only_where_asked_and_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
