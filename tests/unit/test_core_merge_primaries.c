/* SPDX-License-Identifier: ISC */
/* A race over two parties' primaries: one source shows both, each a line of its own. */
#include "tests/unit/merge_world.h"

#include <string.h>

#define DEM                                                                                        \
    "contest 7|DEM School Director|PA\n choice 1|Ann|Dem\n choice 2|Cy|Dem\n total %d %d ; "       \
    "units=%d/10\n"
#define REP                                                                                        \
    "contest 8|REP School Director|PA\n choice 1|Ann|Rep\n choice 2|Cy|Rep\n total %d %d ; "       \
    "units=%d/10\n"

/* Merge with the primaries as match.c would have found them. */
static void merge_lines(struct world *w, int64_t second)
{
    struct race *r = &mw->race;

    link_all(w);
    for (uint32_t i = 0; i < r->link_count; i++)
        r->links[i].primary = r->links[i].contest->text.ptr[0] == 'D' ? "dem" : "rep";
    r->primaries = 2;
    merge_linked(w, second);
}

struct both {
    int ann, cy, units;
};

/* What a source says: of the first primary, of the second, or (units 0) nothing of it. */
static void say_lines(struct world *w, uint32_t source, int64_t second, struct both dem,
                      struct both rep)
{
    char text[600] = "";

    if (dem.units)
        snprintf(text, sizeof text, DEM, dem.ann, dem.cy, dem.units);
    if (rep.units)
        snprintf(text + strlen(text), sizeof text - strlen(text), REP, rep.ann, rep.cy, rep.units);
    world_take_as(w, source, 0, second, text, second % 2 ? "a" : "b", false);
    merge_lines(w, second);
}

static int64_t on_line(const char *primary, const char *name)
{
    for (uint32_t i = 0; i < mw->race.choice_count; i++) {
        const struct race_choice *c = &mw->race.choices[i];
        if (slice_is(c->name, name) && c->primary && strcmp(c->primary, primary) == 0)
            return c->votes;
    }
    return VOTES_ABSENT;
}

static void no_votes_are_added_up_over_parties(void **state)
{
    struct world *w = *state;

    say_lines(w, 0, 0, (struct both){500, 400, 5}, (struct both){30, 40, 4});
    assert_int_equal(mw->race.on_air, 0);
    assert_int_equal(mw->race.choice_count, 4);
    assert_int_equal(on_line("dem", "Ann"), 500);
    assert_int_equal(on_line("rep", "Ann"), 30);
    assert_int_equal(on_line("dem", "Cy"), 400); /* whoever Cy is: none of ours */
    assert_int_equal(on_line("rep", "Cy"), 40);
    /* the precincts are the same ones; the primary that is behind tells */
    assert_int_equal(mw->race.units_reporting, 4);
    assert_int_equal(mw->race.units_total, 10);
    assert_false(mw->race.flags & (RACE_DISAGREEMENT | RACE_IN_DOUBT));
}

/* It is no conflict, and no lag, that one primary has more votes than the other. */
static void two_primaries_of_a_source_are_one_offer(void **state)
{
    struct world *w = *state;

    for (int k = 0; k < 4; k++)
        say_lines(w, 0, k * 1200, (struct both){500 + k, 400, 5}, (struct both){3, 4, 5});
    assert_int_equal(on_line("rep", "Ann"), 3);
    assert_int_equal(on_line("dem", "Ann"), 503);
    assert_false(mw->race.flags & (RACE_DISAGREEMENT | RACE_IN_DOUBT | RACE_SOURCE_CHANGED));
}

/* A source of one primary, whatever its priority, does not take the other's line off the air. */
static void one_primary_is_not_the_race_where_another_source_has_two(void **state)
{
    struct world *w = *state;

    w->sources[1].priority = 10;
    say_lines(w, 0, 0, (struct both){500, 400, 5}, (struct both){30, 40, 5});
    say_lines(w, 1, 1, (struct both){900, 800, 9}, (struct both){0, 0, 0});
    assert_int_equal(mw->race.on_air, 0);
    assert_int_equal(on_line("dem", "Ann"), 500);
    assert_int_equal(on_line("rep", "Ann"), 30);
    assert_false(mw->race.flags & RACE_DISAGREEMENT);
    say_lines(w, 1, 2, (struct both){900, 800, 9}, (struct both){60, 50, 9});
    assert_int_equal(mw->race.on_air, 1);
    assert_int_equal(on_line("dem", "Ann"), 900);
    assert_int_equal(on_line("rep", "Ann"), 60);
}

/* Until another source has votes of both it is shown. */
static void one_primary_is_shown_while_no_source_has_two(void **state)
{
    struct world *w = *state;

    say_lines(w, 0, 0, (struct both){0, 0, 1}, (struct both){0, 0, 1});
    say_lines(w, 1, 1, (struct both){900, 800, 9}, (struct both){0, 0, 0});
    assert_int_equal(mw->race.on_air, 1);
    assert_int_equal(on_line("dem", "Ann"), 900);
    assert_int_equal(on_line("rep", "Ann"), VOTES_ABSENT);
}

/* Sources that lead each with another differ, line by line: ahead in one primary says nothing of
 * the other. */
static void sources_differ_primary_by_primary(void **state)
{
    struct world *w = *state;

    say_lines(w, 0, 0, (struct both){500, 400, 5}, (struct both){30, 40, 5});
    say_lines(w, 1, 1, (struct both){500, 400, 5}, (struct both){30, 40, 5});
    assert_false(mw->race.flags & RACE_DISAGREEMENT);
    say_lines(w, 1, 2, (struct both){500, 400, 5}, (struct both){50, 40, 5});
    assert_true(mw->race.flags & RACE_DISAGREEMENT);
}

/* Counties are summed within a primary; a county has the precincts of both but once. */
static void counties_are_summed_primary_by_primary(void **state)
{
    struct world *w = *state;

    three_counties(w);
    mw->endorsement[0].county_count = mw->endorsement[1].county_count = 2;
    say_lines(w, 0, 0, (struct both){500, 400, 5}, (struct both){30, 40, 5});
    say_lines(w, 1, 1, (struct both){5, 4, 2}, (struct both){3, 4, 2});
    assert_true(mw->race.summed);
    assert_int_equal(mw->race.counties_in, 2);
    assert_int_equal(on_line("dem", "Ann"), 505);
    assert_int_equal(on_line("rep", "Ann"), 33);
    assert_int_equal(on_line("rep", "Cy"), 44);
    assert_int_equal(mw->race.units_reporting, 7);
    assert_int_equal(mw->race.units_total, 20);
    assert_false(mw->race.flags & RACE_IN_DOUBT);
}

/* A county that files each party's primary apart, as parts. */
static void a_source_a_primary_is_a_part(void **state)
{
    struct world *w = *state;

    w->sources[0].part = SLICE("dem");
    w->sources[1].part = SLICE("rep");
    say_lines(w, 0, 0, (struct both){500, 400, 5}, (struct both){0, 0, 0});
    say_lines(w, 1, 1, (struct both){0, 0, 0}, (struct both){30, 40, 5});
    assert_int_equal(mw->race.on_air, 0);
    assert_int_equal(on_line("dem", "Ann"), 500);
    assert_int_equal(on_line("rep", "Ann"), 30);
}

/* ... and parts that have both are added up primary by primary. */
static void parts_are_added_up_primary_by_primary(void **state)
{
    struct world *w = *state;

    w->sources[0].part = SLICE("early");
    w->sources[1].part = SLICE("day");
    say_lines(w, 0, 0, (struct both){500, 400, 5}, (struct both){30, 40, 5});
    say_lines(w, 1, 1, (struct both){50, 60, 5}, (struct both){3, 4, 5});
    assert_int_equal(on_line("dem", "Ann"), 550);
    assert_int_equal(on_line("dem", "Cy"), 460);
    assert_int_equal(on_line("rep", "Ann"), 33);
    assert_int_equal(on_line("rep", "Cy"), 44);
}

/* Two contests of one party, both accepted by a person, are two offers: never added up. */
static void two_contests_of_one_party_are_not_added_up(void **state)
{
    struct world *w = *state;

    world_take_as(
        w, 0, 0, 0,
        "contest 7|DEM School Director|PA\n choice 1|Ann|\n choice 2|Cy|\n total 500 400\n"
        "contest 9|DEM School Director|PA\n choice 1|Ann|\n choice 2|Cy|\n total 70 60\n",
        "a", false);
    merge_lines(w, 0);
    assert_int_equal(mw->race.choice_count, 2);
    assert_int_equal(on_line("dem", "Ann"), 500);
}

#define RUN(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(no_votes_are_added_up_over_parties),
        RUN(two_primaries_of_a_source_are_one_offer),
        RUN(one_primary_is_not_the_race_where_another_source_has_two),
        RUN(one_primary_is_shown_while_no_source_has_two),
        RUN(sources_differ_primary_by_primary),
        RUN(counties_are_summed_primary_by_primary),
        RUN(a_source_a_primary_is_a_part),
        RUN(parts_are_added_up_primary_by_primary),
        RUN(two_contests_of_one_party_are_not_added_up),
    };
    return cmocka_run_group_tests_name("core_merge_primaries", tests, NULL, NULL);
}
