/* SPDX-License-Identifier: ISC */
/* One race, one source: who is on air, and when another takes over. */
#include "daemon/core/memo.h"
#include "tests/unit/merge_world.h"

#include "tests/unit/random.h"

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
    assert_true(mw->race.contests[0]->lag_since == 0);
}

static void a_source_that_lags_loses_its_place(void **state)
{
    struct world *w = *state;
    w->sources[0].priority = 10;
    say_and_merge(w, 0, 0, 5000, 4000);
    say_and_merge(w, 1, 10, 5040, 4005); /* 0.5 %: no lag */
    assert_true(mw->race.contests[0]->lag_since == 0);
    say_and_merge(w, 1, 20, 5100, 4000);
    assert_int_equal(mw->race.contests[0]->lag_since, w->start + 20000);
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

/* ---- pins, pauses, labels ---- */

static void a_pinned_source_is_on_air_whatever_the_others_have(void **state)
{
    struct world *w = *state;
    w->sources[0].priority = 10;
    w->sources[1].stale_after_ms = 60000;
    say(w, 0, 0, 500, 400);
    say_and_merge(w, 1, 0, 300, 200);
    assert_int_equal(mw->race.on_air, 0);
    pin(w, "two", false);
    merge(w, 7200); /* lower, of lower priority, stale, and far behind for hours */
    assert_int_equal(mw->race.on_air, 1);
    assert_int_equal(shown("Ann"), 300);
    assert_true(mw->race.flags & RACE_SOURCE_CHANGED);
    assert_true(pins_drop(&mw->race, &w->err));
    merge(w, 7201);
    assert_int_equal(mw->race.on_air, 0);
}

static void a_pin_waits_for_votes(void **state)
{
    struct world *w = *state;
    pin(w, "two", true); /* remembered from before the restart */
    say_and_merge(w, 0, 0, 500, 400);
    assert_int_equal(mw->race.on_air, 0);
    say_and_merge(w, 1, 10, 0, 0);
    assert_int_equal(mw->race.on_air, 1); /* Cy has one */
    say_and_merge(w, 1, 20, 2, 1);
    assert_int_equal(mw->race.on_air, 1);
}

static void refuses(struct world *w, const char *source, const char *says)
{
    const struct settings_source *before = mw->race.pinned;

    assert_false(pins_set(&w->m, &mw->race, slice_of(source), false, &w->err));
    assert_int_equal(w->err.kind, ERR_NO);
    assert_non_null(strstr(w->err.text, says));
    assert_ptr_equal(mw->race.pinned, before);
}

static void a_pin_to_what_cannot_be_on_air_is_refused(void **state)
{
    struct world *w = *state;
    w->sources[2].votes = false;
    say_and_merge(w, 0, 0, 500, 400);
    assert_false(pins_drop(&mw->race, &w->err));
    assert_int_equal(w->err.kind, ERR_NO);
    refuses(w, "five", "no source is called 'five'");
    refuses(w, "two", "two has no contest of the race");
    refuses(w, "three", "votes = no");
    pin(w, "one", false);
    refuses(w, "one", "already");
}

static void a_paused_source_gives_way(void **state)
{
    struct world *w = *state;
    w->sources[0].priority = 10;
    say(w, 1, 0, 300, 200);
    say_and_merge(w, 0, 0, 500, 400);
    assert_int_equal(mw->race.on_air, 0);
    w->m.feeds[0].paused = true;
    merge(w, 10);
    assert_int_equal(mw->race.on_air, 1);
    w->m.feeds[0].paused = false;
    merge(w, 11);
    assert_int_equal(mw->race.on_air, 0);
    w->m.feeds[0].paused = w->m.feeds[1].paused = true;
    merge(w, 12); /* nobody else is there: the last good figures stay */
    assert_int_equal(mw->race.on_air, 0);
    assert_int_equal(shown("Ann"), 500);
}

static void a_change_of_source_is_labelled_until_it_says_something_new(void **state)
{
    struct world *w = *state;
    say_and_merge(w, 0, 0, 500, 400);
    assert_false(mw->race.flags & RACE_SOURCE_CHANGED); /* the first is none */
    say_and_merge(w, 1, 10, 510, 400);
    assert_int_equal(mw->race.on_air, 1);
    assert_true(mw->race.flags & RACE_SOURCE_CHANGED);
    merge(w, 11);
    assert_true(mw->race.flags & RACE_SOURCE_CHANGED);
    say_and_merge(w, 1, 20, 511, 400);
    assert_false(mw->race.flags & RACE_SOURCE_CHANGED);
}

/* The correction of a source that nobody had seen was shown as the race's when it took over. */
static void a_change_of_source_is_no_correction(void **state)
{
    struct world *w = *state;
    w->sources[0].priority = 10;
    w->sources[0].stale_after_ms = 60000;
    say(w, 0, 0, 500, 400);
    say_and_merge(w, 1, 0, 500, 400);
    say_and_merge(w, 1, 1, 400, 401);
    say_and_merge(w, 1, 700, 400, 402); /* stood long enough: corrected, off air */
    say_and_merge(w, 0, 700, 501, 400);
    assert_int_equal(mw->race.on_air, 0);
    merge(w, 800);
    assert_int_equal(mw->race.on_air, 1);
    assert_int_equal(shown("Ann"), 400);
    assert_int_equal(mw->race.flags & (RACE_CORRECTED | RACE_SOURCE_CHANGED), RACE_SOURCE_CHANGED);
    merge(w, 801);
    assert_false(mw->race.flags & RACE_CORRECTED);
}

/* A payload without the contest made a race fall to the lower figures of another source. */
static void a_contest_gone_from_its_feed_gives_way_to_none_below_it(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("500") CLERK);
    say_and_merge(w, 1, 1, 480, 400);
    assert_int_equal(mw->race.on_air, 0);
    world_take(w, 60, CLERK);
    merge(w, 60);
    assert_int_equal(mw->race.on_air, 0);
    assert_int_equal(shown("Ann"), 500);
    say_and_merge(w, 1, 70, 500, 400);
    assert_int_equal(mw->race.on_air, 1);
}

static void leaders_of_a_first_round_are_as_many_as_go_on(void **state)
{
    struct world *w = *state;
    mw->race.places = 2;
    w->sources[0].priority = 10;
    say(w, 1, 0, 390, 400);
    say_and_merge(w, 0, 0, 500, 400);
    assert_false(mw->race.flags & RACE_DISAGREEMENT); /* both go on, in either order */
    mw->race.places = -1;
    merge(w, 1);
    assert_true(mw->race.flags & RACE_DISAGREEMENT);
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

/* ---- what a restart knows of a race's contests ---- */

static void what_is_noted_of_a_contest_comes_back_to_it_and_to_no_other(void **state)
{
    struct world *w = *state;
    struct race *r = &mw->race;
    struct buf text;

#define ONE(id, text, county) "contest " id "|" text "|GA|" county "\n choice 1|Ann|\n total 5\n"
    world_take_as(w, 0, 0, 0,
                  ONE("7", "Mayor", "Cobb") ONE("7", "Mayor", "Dodge") ONE("8", "Mayor", "Cobb")
                      ONE("7", "Mayor 2", "Cobb"),
                  "", false);
    world_take_as(w, 1, 0, 0, ONE("7", "Mayor", "Cobb"), "", false);
#undef ONE
    link_all(w);
    assert_int_equal(r->contest_count, 5);
    buf_init(&text, 65536);
    for (uint32_t of = 0; of < r->contest_count; of++) {
        for (uint32_t i = 0; i < r->contest_count; i++) {
            r->contests[i]->corrected_before = i == of;
            r->contests[i]->lag_since = i == of ? 5 : 0;
        }
        buf_clear(&text);
        memo_write_race(&w->m, r, &text);
        for (uint32_t i = 0; i < r->contest_count; i++) {
            r->contests[i]->corrected_before = i != of;
            r->contests[i]->lag_since = i == of ? 0 : 5;
        }
        const struct race_memo *memo = memo_read_race(&w->m, buf_slice(&text), &w->err);
        assert_non_null(memo);
        assert_true(memo_set_race(&w->m, r, memo, &w->err));
        for (uint32_t i = 0; i < r->contest_count; i++) {
            assert_int_equal(r->contests[i]->corrected_before, i == of);
            assert_int_equal(r->contests[i]->lag_since, i == of ? 5 : 0);
        }
    }
    buf_done(&text);
}

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
        T(a_pinned_source_is_on_air_whatever_the_others_have),
        T(a_pin_waits_for_votes),
        T(a_pin_to_what_cannot_be_on_air_is_refused),
        T(a_paused_source_gives_way),
        T(a_change_of_source_is_labelled_until_it_says_something_new),
        T(a_change_of_source_is_no_correction),
        T(a_contest_gone_from_its_feed_gives_way_to_none_below_it),
        T(leaders_of_a_first_round_are_as_many_as_go_on),
        T(what_is_shown_is_one_sources),
        cmocka_unit_test_setup_teardown(what_is_noted_of_a_contest_comes_back_to_it_and_to_no_other,
                                        set_up, tear_down),
    };

    return cmocka_run_group_tests_name("core_merge", tests, NULL, NULL);
}
