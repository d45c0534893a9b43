/* SPDX-License-Identifier: ISC */
/* One race, one source: who is on air, when another takes over, and how counties add up. */
#include "tests/unit/core_world.h"

#include "daemon/core/merge.h"
#include "tests/unit/random.h"

static const char *const people[2] = {"Ann", "Bob"};

struct merge_world {
    struct race race;
    struct link links[64];
    struct feed_contest *contests[32];
    struct endorsement endorsement[2];
    bool changed;
};

static struct merge_world *mw; /* of the running test */

static int set_up(void **state)
{
    if (world_set_up(state) != 0)
        return -1;
    struct world *w = *state;
    mw = calloc(1, sizeof(*mw));
    if (!mw)
        return -1;
    static uint32_t both[2] = {0, 1};
    mw->race = (struct race){.on_air = NONE,
                             .seats = 1,
                             .updated_ms = WHEN_UNKNOWN,
                             .endorsements = both,
                             .endorsement_count = 2,
                             .flags = RACE_FROZEN,
                             .links = mw->links,
                             .contests = mw->contests};
    w->endorsed = (struct endorsements){.list = mw->endorsement, .count = 2};
    w->m.races = &mw->race;
    w->m.race_count = 1;
    return 0;
}

static int tear_down(void **state)
{
    free(mw);
    return world_tear_down(state);
}

/* Every contest of every source is the race's; Ann and Bob are endorsed. */
static void link_all(struct world *w)
{
    struct race *r = &mw->race;

    r->link_count = r->contest_count = 0;
    for (uint32_t s = 0; s < WORLD_SOURCES; s++) {
        size_t at = 0;
        void *value;
        while (map_next(w->m.feeds[s].contests, &at, NULL, &value)) {
            struct feed_contest *c = value;
            r->contests[r->contest_count++] = c;
            for (uint32_t k = 0; k < c->choice_count; k++)
                for (uint32_t i = 0; i < 2; i++)
                    if (slice_is(c->choices[k].name, people[i]))
                        r->links[r->link_count++] =
                            (struct link){.contest = c, .choice = k, .endorsement = i};
        }
    }
}

static void merge(struct world *w, int64_t second)
{
    link_all(w);
    if (!merge_race(&w->m, &mw->race, w->start + second * WHEN_SECOND, &mw->changed, &w->err))
        fail_msg("%s", w->err.text);
}

static void say(struct world *w, uint32_t source, int64_t second, int64_t ann, int64_t bob)
{
    char text[300];

    snprintf(text, sizeof(text),
             "contest 7|Mayor|GA\n choice 1|Ann|Dem\n choice 2|Bob|Rep\n choice 3|Cy|\n"
             " total %lld %lld 1 ; units=1/2\n",
             (long long)ann, (long long)bob);
    world_take_as(w, source, 0, second, text, second % 2 ? "a" : "b", false);
}

static void say_and_merge(struct world *w, uint32_t source, int64_t second, int64_t ann,
                          int64_t bob)
{
    say(w, source, second, ann, bob);
    merge(w, second);
}

static int64_t shown(const char *name)
{
    for (uint32_t i = 0; i < mw->race.choice_count; i++)
        if (slice_is(mw->race.choices[i].name, name))
            return mw->race.choices[i].votes;
    return VOTES_ABSENT;
}

static void names_show_before_votes_do(void **state)
{
    struct world *w = *state;
    merge(w, 0);
    assert_int_equal(mw->race.on_air, NONE);
    assert_int_equal(mw->race.choice_count, 0);
    world_take(w, 0, "contest 7|Mayor|GA\n choice 1|Ann|Dem\n choice 2|Bob|Rep\n total 0 0\n");
    merge(w, 0);
    assert_true(mw->changed);
    assert_int_equal(mw->race.on_air, NONE);
    assert_int_equal(shown("Bob"), 0);
    assert_int_equal(mw->race.choices[1].endorsement, 1);
    assert_true(mw->race.updated_ms == WHEN_UNKNOWN);
    say_and_merge(w, 0, 60, 5, 6);
    assert_int_equal(mw->race.on_air, 0);
    assert_int_equal(shown("Bob"), 6);
    assert_int_equal(shown("Cy"), 1);
    assert_int_equal(mw->race.units_reporting, 1);
    assert_int_equal(mw->race.updated_ms, w->start + 60000);
    assert_int_equal(mw->race.flags, RACE_FROZEN); /* not ours to touch */
    merge(w, 61);
    assert_false(mw->changed);
    say_and_merge(w, 0, 90, 7, 6);
    assert_int_equal(mw->race.updated_ms, w->start + 90000);
}

static void a_higher_priority_takes_over_when_it_has_caught_up(void **state)
{
    struct world *w = *state;
    w->sources[1].priority = 10;
    say_and_merge(w, 0, 0, 500, 400);
    say_and_merge(w, 1, 10, 300, 200);
    assert_int_equal(mw->race.on_air, 0);
    say_and_merge(w, 1, 20, 501, 400);
    assert_int_equal(mw->race.on_air, 1);
    say_and_merge(w, 0, 30, 900, 800); /* a lower one runs ahead: it stays */
    assert_int_equal(mw->race.on_air, 1);
    assert_int_equal(shown("Ann"), 501);
}

/* Found by killing a real night: the one on air had said nothing new for an hour, so that after a
 * restart another took the race, and kept it. */
static void a_restart_leaves_a_race_with_its_source(void **state)
{
    struct world *w = *state;
#define MAYOR(ann) "contest 7|Mayor|GA\n choice 1|Ann|Dem\n choice 2|Bob|Rep\n total " ann " 400\n"
    w->sources[0].priority = 10;
    w->sources[0].stale_after_ms = 60000;
    world_take_as(w, 0, 0, 0, MAYOR("500"), "", true);
    merge(w, 0);
    world_take_as(w, 1, 0, 3600, MAYOR("502"), "", true);
    merge(w, 3600);
    assert_int_equal(mw->race.on_air, 0);
    world_unchanged(w, 3601, MAYOR("500")); /* the site says so, too */
    merge(w, 3610);
    assert_int_equal(mw->race.on_air, 0);
    world_take_as(w, 0, 0, 3620, MAYOR("500"), "again", true);
    feed_failed(&w->m, 0, 0, VERDICT_UNREACHABLE, SLICE("down"));
    merge(w, 7200); /* it does not: from here on its age counts */
    assert_int_equal(mw->race.on_air, 1);
}

static void equal_priority_goes_by_total_then_order(void **state)
{
    struct world *w = *state;
    say(w, 1, 0, 500, 400);
    say_and_merge(w, 0, 1, 500, 400);
    assert_int_equal(mw->race.on_air, 0);
    say_and_merge(w, 1, 10, 501, 400);
    assert_int_equal(mw->race.on_air, 1);
}

static void a_stale_or_held_source_gives_way(void **state)
{
    struct world *w = *state;
    w->sources[0].priority = 10;
    w->sources[0].stale_after_ms = 60000;
    say(w, 1, 0, 400, 300);
    say_and_merge(w, 0, 0, 500, 400);
    assert_int_equal(mw->race.on_air, 0);
    assert_int_equal(merge_next_tick(&w->m, w->start), w->start + 60001);
    merge(w, 60);
    assert_int_equal(mw->race.on_air, 0);
    merge(w, 61);
    assert_int_equal(mw->race.on_air, 1);
    assert_int_equal(shown("Ann"), 400);
    assert_int_equal(mw->race.flags & RACE_CORRECTED, 0); /* a change of source is none */
    say_and_merge(w, 0, 70, 510, 400);
    assert_int_equal(mw->race.on_air, 0);
    say_and_merge(w, 0, 80, 410, 400); /* a fall: held */
    assert_int_equal(mw->race.on_air, 1);
    assert_int_equal(mw->race.flags & RACE_IN_DOUBT, 0);
}

static void the_only_source_stays_in_doubt(void **state)
{
    struct world *w = *state;
    w->sources[0].stale_after_ms = 60000;
    say_and_merge(w, 0, 0, 500, 400);
    say_and_merge(w, 0, 10, 400, 401);
    assert_true(mw->race.flags & RACE_IN_DOUBT);
    assert_int_equal(shown("Ann"), 500);
    merge(w, 7200);
    assert_int_equal(mw->race.on_air, 0);
    assert_int_equal(shown("Ann"), 500);
    say_and_merge(w, 0, 7201, 401, 402);
    assert_int_equal(mw->race.flags & (RACE_IN_DOUBT | RACE_CORRECTED), RACE_CORRECTED);
    assert_int_equal(shown("Ann"), 401);
}

static void where_none_is_fit_what_is_on_air_stays(void **state)
{
    struct world *w = *state;
    w->sources[1].priority = 10;
    w->sources[0].stale_after_ms = w->sources[1].stale_after_ms = 60000;
    say_and_merge(w, 0, 0, 500, 400);
    say_and_merge(w, 1, 0, 300, 200);
    merge(w, 7200);
    assert_int_equal(mw->race.on_air, 0);
    mw->race.on_air = NONE; /* as after a restart: better the last known than nothing */
    merge(w, 7200);
    assert_int_equal(mw->race.on_air, 1);
}

static void two_contests_of_one_source_do_not_disagree(void **state)
{
    struct world *w = *state;
    world_take(w, 0,
               "contest 7|Dem Mayor|GA\n choice 1|Ann|\n choice 2|Bob|\n total 500 400\n"
               "contest 8|Rep Mayor|GA\n choice 1|Ann|\n choice 2|Bob|\n total 50 60\n");
    merge(w, 0);
    assert_int_equal(shown("Ann"), 500); /* and they are never added up */
    assert_false(mw->race.flags & RACE_DISAGREEMENT);
    assert_true(mw->race.lag_since[0] == WHEN_UNKNOWN);
}

static void a_source_that_lags_loses_its_place(void **state)
{
    struct world *w = *state;
    w->sources[0].priority = 10;
    say_and_merge(w, 0, 0, 5000, 4000);
    say_and_merge(w, 1, 10, 5040, 4005); /* 0.5 %: no lag */
    assert_true(mw->race.lag_since[0] == WHEN_UNKNOWN);
    say_and_merge(w, 1, 20, 5100, 4000);
    assert_int_equal(mw->race.lag_since[0], w->start + 20000);
    assert_int_equal(merge_next_tick(&w->m, w->start + 20000), w->start + 20000 + 1800000);
    merge(w, 20 + 1799);
    assert_int_equal(mw->race.on_air, 0);
    merge(w, 20 + 1800);
    assert_int_equal(mw->race.on_air, 1);
    say_and_merge(w, 0, 1900, 5050, 4000); /* caught up within 0.5 %, but not ahead */
    assert_int_equal(mw->race.on_air, 1);
    say_and_merge(w, 0, 1901, 5100, 4001);
    assert_int_equal(mw->race.on_air, 0);
}

static void a_source_without_votes_is_never_on_air(void **state)
{
    struct world *w = *state;
    w->sources[0].votes = false;
    w->sources[0].priority = 99;
    say_and_merge(w, 0, 0, 500, 400);
    assert_int_equal(mw->race.on_air, NONE);
    assert_int_equal(mw->race.choice_count, 0);
}

static void leaders_that_differ_are_shown(void **state)
{
    struct world *w = *state;
    w->sources[0].priority = 10;
    say(w, 1, 0, 390, 400);
    say_and_merge(w, 0, 0, 500, 400);
    assert_true(mw->race.flags & RACE_DISAGREEMENT);
    say_and_merge(w, 1, 9, 405, 400);
    assert_false(mw->race.flags & RACE_DISAGREEMENT); /* only behind: lag */
    w->m.feeds[0].files[0].status = w->m.feeds[1].files[0].status = RESULTS_COMPLETE;
    merge(w, 10);
    assert_true(mw->race.flags & RACE_DISAGREEMENT);
    mw->race.seats = 3; /* with seats for all nobody leads */
    w->m.feeds[1].files[0].status = RESULTS_UNOFFICIAL;
    merge(w, 11);
    assert_false(mw->race.flags & RACE_DISAGREEMENT);
}

/* ---- counties ---- */

static void three_counties(struct world *w)
{
    static struct slice list[3] = {SLICE_INIT("Fulton"), SLICE_INIT("Cobb"), SLICE_INIT("Dodge")};
    static const struct slice of[WORLD_SOURCES] = {SLICE_INIT("Fulton County"), SLICE_INIT("Cobb"),
                                                   SLICE_INIT("Cobb"), SLICE_INIT("")};

    for (int i = 0; i < 2; i++) {
        mw->endorsement[i].counties = list;
        mw->endorsement[i].county_count = 3;
    }
    for (int i = 0; i < 3; i++) {
        w->sources[i].county = of[i];
        w->sources[i].covers_county = true;
    }
}

static void counties_are_summed_one_source_each(void **state)
{
    struct world *w = *state;
    three_counties(w);
    say_and_merge(w, 0, 0, 500, 400);
    assert_true(mw->race.summed);
    assert_int_equal(mw->race.on_air, NONE);
    assert_int_equal(mw->race.counties_in, 1);
    assert_int_equal(mw->race.counties_of, 3);
    assert_true(mw->race.flags & RACE_PARTIAL);
    say(w, 1, 10, 50, 40);
    say_and_merge(w, 2, 11, 51, 41); /* Cobb again: not a second time */
    assert_int_equal(mw->race.counties_in, 2);
    assert_int_equal(mw->race.choice_count, 3);
    assert_int_equal(shown("Ann"), 551);
    assert_int_equal(shown("Cy"), 2); /* not endorsed: joined by the full name */
    assert_int_equal(mw->race.units_total, 4);
    /* A source of the whole race that is behind does not take over; one that is not does. */
    say_and_merge(w, 3, 20, 100, 100);
    assert_true(mw->race.summed);
    say_and_merge(w, 3, 30, 700, 600);
    assert_false(mw->race.summed);
    assert_int_equal(mw->race.on_air, 3);
    assert_false(mw->race.flags & RACE_PARTIAL);
}

static void a_race_within_one_county_needs_no_more(void **state)
{
    struct world *w = *state;
    three_counties(w);
    mw->endorsement[0].county_count = mw->endorsement[1].county_count = 1;
    say_and_merge(w, 0, 0, 500, 400);
    assert_false(mw->race.summed);
    assert_int_equal(mw->race.on_air, 0);
    say_and_merge(w, 1, 9, 900, 800); /* not its county */
    assert_int_equal(mw->race.on_air, 0);
    assert_int_equal(shown("Ann"), 500);
}

static void a_county_choice_that_fits_none_stays_apart(void **state)
{
    struct world *w = *state;
    three_counties(w);
    say(w, 0, 0, 500, 400);
    world_take_as(w, 1, 0, 1,
                  "contest 7|Mayor|GA\n choice 1|Ann|Dem\n choice 9|Cy Smith|\n total 5 6\n", "",
                  false);
    merge(w, 1);
    assert_int_equal(shown("Cy"), 1);
    assert_int_equal(shown("Cy Smith"), 6);
    assert_true(mw->race.flags & RACE_IN_DOUBT);
}

static void parts_are_added_and_wait_for_each_other(void **state)
{
    struct world *w = *state;
    w->sources[0].part = SLICE("early");
    w->sources[1].part = SLICE("day");
    say_and_merge(w, 0, 0, 500, 400);
    assert_int_equal(mw->race.on_air, NONE);
    say_and_merge(w, 1, 10, 50, 40);
    assert_int_equal(mw->race.on_air, 0);
    assert_int_equal(shown("Ann"), 550);
    assert_false(mw->race.flags & RACE_IN_DOUBT);
}

static void lines_of_one_person_are_one(void **state)
{
    struct world *w = *state;
    world_take(w, 0,
               "contest 7|Mayor|GA\n choice 1|Ann|Dem\n choice 2|Bob|Rep\n choice 3|Ann|WFP\n"
               " choice 4|Write-in| ; write-in\n total 100 120 30 2\n");
    merge(w, 0);
    assert_int_equal(mw->race.choice_count, 3);
    assert_int_equal(shown("Ann"), 130);
    assert_true(mw->race.choices[2].write_in);
}

/* Random nights of four sources: what is shown is always one contest's figures as its feed holds
 * them, an eligible source is never passed over for a lower one that shows less, and merging again
 * changes nothing. */
static void what_is_shown_is_one_sources(void **state)
{
    struct world *w = *state;
    struct random rnd = {4711};
    int64_t votes[WORLD_SOURCES] = {0};
    int switches = 0;
    for (uint32_t s = 0; s < WORLD_SOURCES; s++) {
        w->sources[s].priority = (int64_t)s % 3;
        w->sources[s].stale_after_ms = 300000;
    }
    for (int64_t step = 0, second = 0; step < 3000; step++) {
        uint32_t s = (uint32_t)random_below(&rnd, WORLD_SOURCES);
        int64_t by = random_between(&rnd, 0, 40);
        second += random_between(&rnd, 1, 120);
        votes[s] += by < 38 ? by * 3 : -votes[s] / 5;
        uint32_t before = mw->race.on_air;
        say_and_merge(w, s, second, votes[s], votes[s] / 2);
        switches += before != mw->race.on_air;
        if (mw->race.on_air == NONE)
            continue;
        const struct feed_contest *c = world_contest(w, mw->race.on_air, "7");
        assert_non_null(c);
        for (uint32_t k = 0; k < c->choice_count; k++)
            assert_int_equal(mw->race.choices[k].votes, c->units[0].votes[k]);
        merge(w, second);
        assert_false(mw->changed);
    }
    assert_true(switches > 10);
}

/* ---- found by attack ---- */

/* Of two contests only the first is the race's. */
static void merge_mayor(struct world *w, int64_t second)
{
    link_all(w);
    mw->race.contest_count = 1;
    if (!merge_race(&w->m, &mw->race, w->start + second * WHEN_SECOND, &mw->changed, &w->err))
        fail_msg("%s", w->err.text);
}

static void a_contest_gone_from_its_feed_is_marked_and_still_counts(void **state)
{
    struct world *w = *state;
    const char *other = "contest 9|Clerk|GA\n choice 1|Dee|\n total 5\n";
    char both[600];
    snprintf(both, sizeof(both), "%s%s", MAYOR("500"), other);
    world_take(w, 0, both);
    merge_mayor(w, 0);
    assert_false(mw->race.flags & RACE_GONE);
    world_take(w, 60, other);
    merge_mayor(w, 60);
    assert_true(mw->changed);
    assert_int_equal(mw->race.flags & (RACE_GONE | RACE_IN_DOUBT), RACE_GONE);
    assert_int_equal(shown("Ann"), 500);
    snprintf(both, sizeof(both), "%s%s", MAYOR("501"), other);
    world_take(w, 120, both);
    merge_mayor(w, 120);
    assert_false(mw->race.flags & RACE_GONE);
}

static void a_feed_that_stepped_back_leaves_its_race_in_doubt(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("500"));
    world_take(w, 60, MAYOR("600"));
    world_take(w, 100, MAYOR("500"));
    merge(w, 100);
    assert_false(mw->race.flags & RACE_IN_DOUBT);
    world_unchanged(w, 700, MAYOR("500"));
    merge(w, 700);
    assert_true(mw->changed);
    assert_true(mw->race.flags & RACE_IN_DOUBT);
    assert_int_equal(shown("Ann"), 600);
    world_take(w, 760, MAYOR("610"));
    merge(w, 760);
    assert_false(mw->race.flags & RACE_IN_DOUBT);
}

static void n_of_m_counties_takes_the_longest_list(void **state)
{
    struct world *w = *state;
    three_counties(w);
    mw->endorsement[1].county_count = 1;
    say_and_merge(w, 0, 0, 500, 400);
    assert_int_equal(mw->race.counties_of, 3);
    assert_true(mw->race.flags & RACE_PARTIAL);
}

static void counties_of_an_unknown_number_are_partial(void **state)
{
    struct world *w = *state;
    three_counties(w);
    mw->endorsement[0].county_count = mw->endorsement[1].county_count = 0;
    say_and_merge(w, 0, 0, 500, 400);
    assert_true(mw->race.summed);
    assert_int_equal(mw->race.counties_of, 0);
    assert_true(mw->race.flags & RACE_PARTIAL);
}

/* A source of the whole race that was silent for two hours took the race from fresh counties. */
static void a_stale_source_of_the_whole_race_does_not_beat_its_counties(void **state)
{
    struct world *w = *state;
    three_counties(w);
    w->sources[3].stale_after_ms = 60000;
    say_and_merge(w, 0, 0, 500, 400);
    assert_true(mw->race.summed);
    say_and_merge(w, 3, 10, 100, 100);
    assert_true(mw->race.summed);
    merge(w, 7200); /* it is stale, and lower */
    assert_true(mw->race.summed);
    assert_int_equal(shown("Ann"), 500);
    say(w, 3, 7300, 700, 600);
    merge(w, 9000); /* stale again, and higher */
    assert_true(mw->race.summed);
    say_and_merge(w, 3, 9010, 701, 600);
    assert_false(mw->race.summed);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(names_show_before_votes_do),
        T(a_higher_priority_takes_over_when_it_has_caught_up),
        T(a_restart_leaves_a_race_with_its_source),
        T(equal_priority_goes_by_total_then_order),
        T(a_stale_or_held_source_gives_way),
        T(the_only_source_stays_in_doubt),
        T(where_none_is_fit_what_is_on_air_stays),
        T(two_contests_of_one_source_do_not_disagree),
        T(a_source_that_lags_loses_its_place),
        T(a_source_without_votes_is_never_on_air),
        T(leaders_that_differ_are_shown),
        T(counties_are_summed_one_source_each),
        T(a_race_within_one_county_needs_no_more),
        T(a_county_choice_that_fits_none_stays_apart),
        T(parts_are_added_and_wait_for_each_other),
        T(lines_of_one_person_are_one),
        T(what_is_shown_is_one_sources),
        T(a_contest_gone_from_its_feed_is_marked_and_still_counts),
        T(a_feed_that_stepped_back_leaves_its_race_in_doubt),
        T(n_of_m_counties_takes_the_longest_list),
        T(counties_of_an_unknown_number_are_partial),
        T(a_stale_source_of_the_whole_race_does_not_beat_its_counties),
    };

    return cmocka_run_group_tests_name("core_merge", tests, NULL, NULL);
}
