/* SPDX-License-Identifier: ISC */
/* One race, one source: what is added up and what must not be, and who disagrees with whom. */
#include "daemon/core/off_air.h"
#include "tests/unit/merge_world.h"

/* ---- one source a county, each county of the race once ---- */

static void a_county_by_two_spellings_is_one(void **state)
{
    struct world *w = *state;
    three_counties(w);
    w->sources[2].county = SLICE("FULTON"); /* of "Fulton County" there is one already */
    say(w, 0, 0, 500, 400);
    say(w, 2, 0, 480, 390);
    say_and_merge(w, 1, 1, 50, 40);
    assert_int_equal(mw->race.counties_in, 2);
    assert_int_equal(shown("Ann"), 550);
}

static void a_county_outside_the_race_is_not_added(void **state)
{
    struct world *w = *state;
    three_counties(w);
    w->sources[1].county = SLICE("Hall");
    say(w, 0, 0, 500, 400);
    say_and_merge(w, 1, 1, 50, 40);
    assert_int_equal(mw->race.counties_in, 1);
    assert_int_equal(shown("Ann"), 500);
    assert_false(mw->race.flags & RACE_IN_DOUBT);
}

static void a_county_keeps_its_source_until_another_has_as_many(void **state)
{
    struct world *w = *state;
    three_counties(w);
    w->sources[2].priority = 10;
    say(w, 0, 0, 500, 400);
    say_and_merge(w, 1, 1, 50, 40);
    assert_int_equal(shown("Ann"), 550);
    say_and_merge(w, 2, 9, 30, 20); /* goes first, and is behind */
    assert_int_equal(shown("Ann"), 550);
    say_and_merge(w, 2, 20, 51, 39);
    assert_int_equal(shown("Ann"), 551);
}

static void a_source_of_the_whole_race_takes_it_with_as_many_votes(void **state)
{
    struct world *w = *state;
    three_counties(w);
    say_and_merge(w, 0, 0, 500, 400);
    say_and_merge(w, 3, 1, 499, 400);
    assert_true(mw->race.summed);
    say_and_merge(w, 3, 2, 501, 399);
    assert_false(mw->race.summed);
    assert_int_equal(mw->race.on_air, 3);
}

/* ---- what is not known, and what is in doubt, of one county ---- */

#define PLAIN(votes, units)                                                                        \
    "contest 7|Mayor|GA\n choice 1|Ann|Dem\n choice 2|Bob|Rep\n total " votes " ; " units "\n"

static void a_sum_with_an_unknown_part_is_unknown(void **state)
{
    struct world *w = *state;
    static const char *const fulton[] = {PLAIN("? 400", "units=1/2"), PLAIN("5 400", ""),
                                         PLAIN("5 400", "units=1/2")};
    static const char *const cobb[] = {PLAIN("5 40", "units=1/2"), PLAIN("5 40", "units=1/2"),
                                       PLAIN("? 40", "")};
    static const struct {
        int64_t ann;
        int32_t units;
    } is[] = {{VOTES_UNKNOWN, 2}, {10, -1}, {VOTES_UNKNOWN, -1}};

    three_counties(w);
    for (int i = 0; i < 3; i++) {
        mw->endorsement[0].county_count = mw->endorsement[1].county_count = 2;
        world_take_as(w, 0, 0, i, fulton[i], "", false);
        world_take_as(w, 1, 0, i, cobb[i], "", false);
        merge(w, i);
        assert_int_equal(mw->race.counties_in, 2);
        assert_int_equal(shown("Ann"), is[i].ann);
        assert_int_equal(shown("Bob"), 440);
        assert_int_equal(mw->race.units_reporting, is[i].units);
        tear_down(state);
        set_up(state);
        w = *state;
        three_counties(w);
    }
}

/* What the first county has to say against itself is not forgotten over the second. */
static void one_county_in_doubt_is_enough(void **state)
{
    struct world *w = *state;
    three_counties(w);
    say(w, 0, 0, 500, 400);
    say_and_merge(w, 1, 1, 50, 40);
    assert_false(mw->race.flags & RACE_IN_DOUBT);
    say(w, 0, 10, 400, 401); /* a fall: held */
    say_and_merge(w, 1, 11, 51, 40);
    assert_true(mw->race.flags & RACE_IN_DOUBT);
    assert_int_equal(shown("Ann"), 551);
    say(w, 0, 700, 400, 402); /* it stood */
    say_and_merge(w, 1, 701, 52, 40);
    assert_int_equal(mw->race.flags & (RACE_IN_DOUBT | RACE_CORRECTED), RACE_CORRECTED);
    assert_int_equal(shown("Ann"), 452);
}

static void one_county_gone_from_its_feed_is_enough(void **state)
{
    struct world *w = *state;
    three_counties(w);
    world_take(w, 0, MAYOR("500") CLERK);
    say(w, 1, 1, 50, 40);
    world_take(w, 10, CLERK);
    merge_mayor(w, 11);
    assert_int_equal(shown("Ann"), 550);
    assert_true(mw->race.flags & RACE_GONE);
}

/* ---- whose votes ---- */

/* ... where nobody knows whether a source's line of that name is ours. */
static void merge_unlinked(struct world *w, uint32_t source, int64_t second)
{
    struct race *r = &mw->race;
    uint32_t n = 0;

    link_all(w);
    for (uint32_t i = 0; i < r->link_count; i++)
        if (r->links[i].contest->source != source)
            r->links[n++] = r->links[i];
    r->link_count = n;
    merge_linked(w, second);
}

static void a_line_that_is_not_matched_adds_nothing_to_ours(void **state)
{
    struct world *w = *state;
    three_counties(w);
    say(w, 0, 0, 500, 400);
    say(w, 1, 1, 50, 40);
    merge_unlinked(w, 1, 1);
    assert_int_equal(mw->race.counties_in, 2);
    assert_int_equal(shown("Ann"), 500);
    assert_int_equal(shown("Cy"), 2); /* who is nobody's is told by the name */
    assert_int_equal(mw->race.choice_count, 5);
    assert_true(mw->race.flags & RACE_IN_DOUBT);
}

/* ---- disagreement ---- */

static void set_status(struct world *w, enum results_status first, enum results_status second)
{
    w->m.feeds[0].files[0].status = first;
    w->m.feeds[1].files[0].status = second;
}

static void both_must_be_complete_to_disagree_by_total(void **state)
{
    struct world *w = *state;
    static const int64_t other[] = {450, 550}; /* below what is on air, and above it */

    w->sources[0].priority = 10;
    for (int i = 0; i < 2; i++) {
        say(w, 1, i * 10, other[i], 400);
        say_and_merge(w, 0, i * 10, 500, 400);
        assert_int_equal(mw->race.on_air, 0);
        assert_false(mw->race.flags & RACE_DISAGREEMENT);
        set_status(w, RESULTS_COMPLETE, RESULTS_UNOFFICIAL);
        merge(w, i * 10 + 1);
        assert_false(mw->race.flags & RACE_DISAGREEMENT);
        set_status(w, RESULTS_UNOFFICIAL, RESULTS_COMPLETE);
        merge(w, i * 10 + 2);
        assert_false(mw->race.flags & RACE_DISAGREEMENT);
        set_status(w, RESULTS_COMPLETE, RESULTS_COMPLETE);
        merge(w, i * 10 + 3);
        assert_int_equal(mw->race.on_air, 0);
        assert_true(mw->race.flags & RACE_DISAGREEMENT);
    }
}

/* Two that had counted the same units, and had other votes, passed for one that is behind. */
static void who_has_the_same_units_is_not_behind(void **state)
{
    static const struct {
        const char *units;
        bool differ;
    } is[] = {{"units=12/30", true}, {"units=13/30", false}, {"units=12/31", false}, {"", false}};
    struct world *w = *state;
    char text[200];

    w->sources[0].priority = 10;
    for (int i = 0; i < 4; i++) {
        world_take_as(w, 0, 0, i, PLAIN("5100 3700", "units=12/30"), "", false);
        snprintf(text, sizeof text, PLAIN("5500 3700", "%s"), is[i].units);
        world_take_as(w, 1, 0, i, text, "", false);
        merge(w, i);
        assert_int_equal(mw->race.on_air, 0);
        assert_int_equal((mw->race.flags & RACE_DISAGREEMENT) != 0, is[i].differ);
    }
}

/* A county and the whole race's source were never compared. */
static void a_source_is_compared_with_its_counties(void **state)
{
    struct world *w = *state;
    three_counties(w);
    w->sources[3].stale_after_ms = 60000;
    say(w, 3, 0, 600, 500);
    say(w, 0, 0, 200, 400);
    say_and_merge(w, 1, 0, 250, 140);
    assert_int_equal(mw->race.on_air, 3);
    assert_int_equal(mw->race.flags & RACE_DISAGREEMENT, 0); /* there is a third county */
    mw->endorsement[0].county_count = mw->endorsement[1].county_count = 2;
    merge(w, 1);
    assert_int_equal(mw->race.on_air, 3);
    assert_true(mw->race.flags & RACE_DISAGREEMENT);
    merge(w, 61); /* it is silent */
    assert_true(mw->race.summed);
    assert_int_equal(mw->race.flags & RACE_DISAGREEMENT, 0);
    say(w, 0, 69, 400, 800);
    say_and_merge(w, 3, 70, 610, 505); /* behind */
    assert_true(mw->race.summed);
    assert_true(mw->race.flags & RACE_DISAGREEMENT);
}

/* Nobody says in which counties the race lies; one has the units of all of it, and more votes. */
static void a_county_with_the_units_of_the_race_is_compared_too(void **state)
{
    struct world *w = *state;
    three_counties(w);
    mw->endorsement[0].county_count = mw->endorsement[1].county_count = 0;
    world_take_as(w, 3, 0, 0, PLAIN("5100 3700", "units=12/30"), "", false);
    world_take_as(w, 0, 0, 1, PLAIN("5500 3700", "units=11/30"), "", false);
    merge(w, 1);
    assert_int_equal(mw->race.flags & RACE_DISAGREEMENT, 0);
    world_take_as(w, 0, 0, 2, PLAIN("5500 3700", "units=12/30"), "", false);
    merge(w, 2);
    assert_int_equal(mw->race.on_air, 3);
    assert_true(mw->race.flags & RACE_DISAGREEMENT);
}

static void a_source_that_may_not_lead_disagrees_with_nobody(void **state)
{
    struct world *w = *state;
    w->sources[0].priority = 10;
    w->sources[1].stale_after_ms = 60000;
    say(w, 1, 0, 390, 400);
    say_and_merge(w, 0, 0, 500, 400);
    assert_true(mw->race.flags & RACE_DISAGREEMENT);
    say_and_merge(w, 0, 100, 501, 400);
    assert_false(mw->race.flags & RACE_DISAGREEMENT);
}

/* A name alone is not who it is: ours there, and nobody's here. */
static void only_who_is_the_same_is_compared(void **state)
{
    struct world *w = *state;
    w->sources[0].priority = 10;
    say(w, 0, 0, 500, 400);
    world_take_as(w, 1, 0, 0, "contest 7|Mayor|GA\n choice 1|Ann|\n choice 2|Dee|\n total 10 300\n",
                  "", false);
    merge(w, 0);
    assert_true(mw->race.flags & RACE_DISAGREEMENT);
    merge_unlinked(w, 1, 1);
    assert_int_equal(mw->race.on_air, 0);
    assert_false(mw->race.flags & RACE_DISAGREEMENT);
}

/* ---- why not ---- */

static void not_on_air(struct world *w, uint32_t source, int64_t second, const char *why)
{
    char room[200] = "";
    struct buf out;

    buf_init_over(&out, room, sizeof room);
    link_all(w);
    for (uint32_t i = 0; i < mw->race.contest_count; i++)
        if (mw->race.contests[i]->source == source)
            off_air_why(&w->m, &mw->race, mw->race.contests[i], w->start + second * WHEN_SECOND,
                        &out);
    buf_addc(&out, '\0');
    assert_string_equal(room, why);
}

/* "Not on air" was all that was said. */
static void a_source_that_is_not_on_air_says_why(void **state)
{
    struct world *w = *state;
    w->sources[0].priority = 10;
    say_and_merge(w, 1, 0, 0, 0);
    not_on_air(w, 1, 0, "");
    say_and_merge(w, 0, 0, 500, 400);
    not_on_air(w, 0, 0, "");
    not_on_air(w, 1, 0, "behind one since 1:00 a.m. UTC on Jan. 6");
    say_and_merge(w, 1, 1, 499, 400);
    not_on_air(w, 1, 1, "fewer votes than one");
    say_and_merge(w, 1, 2, 501, 400);
    not_on_air(w, 1, 2, "priority 0, below that of one");
    w->sources[0].priority = 0;
    say_and_merge(w, 0, 3, 501, 400);
    not_on_air(w, 1, 3, "one goes first");
    pin(w, "one", false);
    not_on_air(w, 1, 3, "the desk has pinned the race to one");
    assert_true(pins_drop(&mw->race, &w->err));
    w->sources[1].stale_after_ms = 60000;
    not_on_air(w, 1, 70, "stale");
    w->m.feeds[1].paused = true;
    not_on_air(w, 1, 70, "the desk has paused it");
    w->sources[1].votes = false;
    not_on_air(w, 1, 70, "its votes are not used (votes = no)");
    w->sources[0].part = SLICE("early");
    w->sources[2].part = SLICE("day");
    say(w, 2, 71, 3, 1);
    not_on_air(w, 2, 71, "");
}

static void a_county_that_is_not_on_air_says_why(void **state)
{
    struct world *w = *state;
    three_counties(w);
    say(w, 0, 0, 500, 400);
    say(w, 2, 0, 50, 40);
    say_and_merge(w, 1, 0, 51, 40);
    say_and_merge(w, 3, 0, 5, 4);
    not_on_air(w, 0, 0, "");
    not_on_air(w, 1, 0, "");
    not_on_air(w, 2, 0, "behind two since 1:00 a.m. UTC on Jan. 6");
    not_on_air(w, 3, 0, "behind the counties together since 1:00 a.m. UTC on Jan. 6");
    say_and_merge(w, 3, 1, 600, 500);
    not_on_air(w, 0, 1, "it has one county of the race");
    w->sources[3].votes = false;
    w->sources[2].county = SLICE("Hall");
    mw->endorsement[0].county_count = mw->endorsement[1].county_count = 2;
    merge(w, 2);
    assert_true(mw->race.summed);
    not_on_air(w, 2, 2, "its county is not of the race");
    say_and_merge(w, 1, 3, 0, 0);
    not_on_air(w, 1, 3, "");
}

static void what_is_held_gone_or_empty_says_so(void **state)
{
    struct world *w = *state;
    say(w, 1, 0, 500, 400);
    say_and_merge(w, 0, 0, 500, 400);
    say_and_merge(w, 1, 9, 0, 0);
    not_on_air(w, 1, 9, "held");
    world_take_as(w, 2, 0, 9, "contest 7|Mayor|GA\n choice 1|Ann|Dem\n total 0\n", "", false);
    merge(w, 9);
    not_on_air(w, 2, 9, "no votes yet");
    w->m.feeds[1].files[0].doubt = VERDICT_ACCEPTED;
    mw->race.contests[2]->gone = true;
    not_on_air(w, 2, 9, "no longer in its feed");
}

/* ---- when ---- */

static void the_time_of_the_last_change_never_goes_back(void **state)
{
    struct world *w = *state;
    w->sources[0].priority = 10;
    say(w, 1, 50, 490, 400);
    say_and_merge(w, 0, 100, 500, 400);
    assert_int_equal(mw->race.updated_ms, w->start + 100000);
    w->m.feeds[0].paused = true;
    merge(w, 200); /* the other's figures are older */
    assert_int_equal(mw->race.on_air, 1);
    assert_int_equal(mw->race.updated_ms, w->start + 100000);
    say_and_merge(w, 1, 300, 501, 400);
    assert_int_equal(mw->race.updated_ms, w->start + 300000);
}

/* A tick at the moment itself must not ask for another one at the same moment. */
static void the_next_tick_lies_ahead(void **state)
{
    struct world *w = *state;
    w->sources[0].stale_after_ms = 60000;
    say_and_merge(w, 0, 0, 500, 400);
    assert_int_equal(merge_next_tick(&w->m, w->start + 60000), w->start + 60001);
    assert_int_equal(merge_next_tick(&w->m, w->start + 60001), WHEN_NEVER);
    say_and_merge(w, 1, 20, 600, 400);
    int64_t over = w->start + 20000 + w->settings.guards.lag_ms;
    assert_int_equal(merge_next_tick(&w->m, over - 1), over);
    assert_int_equal(merge_next_tick(&w->m, over), WHEN_NEVER);
}

/* ---- marks and parts ---- */

/* After a takeover another daemon's word that votes were corrected was also said of the figures of
 * a source that came on air later and had corrected nothing. */
static void what_another_daemon_saw_corrected_is_not_said_of_the_next_source(void **state)
{
    struct world *w = *state;
    say_and_merge(w, 0, 0, 500, 400);
    mw->race.was_corrected = true;
    merge(w, 1);
    assert_true(mw->race.flags & RACE_CORRECTED);
    w->sources[1].priority = 10;
    say_and_merge(w, 1, 10, 600, 400);
    assert_int_equal(mw->race.on_air, 1);
    say_and_merge(w, 1, 20, 610, 400);
    assert_int_equal(mw->race.flags & (RACE_CORRECTED | RACE_SOURCE_CHANGED), 0);
}

/* Early votes alone would be aired as the whole race's. */
static void a_pin_to_a_part_waits_for_the_other_parts(void **state)
{
    struct world *w = *state;
    w->sources[0].part = SLICE("early");
    w->sources[1].part = SLICE("day");
    say(w, 0, 0, 500, 400);
    say_and_merge(w, 2, 0, 700, 600);
    pin(w, "one", false);
    merge(w, 1);
    assert_int_equal(mw->race.on_air, 2);
    assert_int_equal(shown("Ann"), 700);
    say_and_merge(w, 1, 2, 50, 40);
    assert_int_equal(mw->race.on_air, 0);
    assert_int_equal(shown("Ann"), 550);
}

/* Of two sources of one part the one that has been silent for long has more votes. */
static void a_part_is_of_the_source_that_answers(void **state)
{
    struct world *w = *state;
    w->sources[0].part = SLICE("early");
    w->sources[1].part = w->sources[2].part = SLICE("day");
    w->sources[1].stale_after_ms = 60000;
    say(w, 0, 0, 500, 400);
    say(w, 1, 0, 60, 40);
    say_and_merge(w, 2, 0, 50, 40);
    assert_int_equal(shown("Ann"), 560);
    merge(w, 61);
    assert_int_equal(shown("Ann"), 550);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_county_by_two_spellings_is_one),
        T(a_county_outside_the_race_is_not_added),
        T(a_county_keeps_its_source_until_another_has_as_many),
        T(a_source_of_the_whole_race_takes_it_with_as_many_votes),
        T(a_sum_with_an_unknown_part_is_unknown),
        T(one_county_in_doubt_is_enough),
        T(one_county_gone_from_its_feed_is_enough),
        T(a_line_that_is_not_matched_adds_nothing_to_ours),
        T(both_must_be_complete_to_disagree_by_total),
        T(who_has_the_same_units_is_not_behind),
        T(a_source_is_compared_with_its_counties),
        T(a_county_with_the_units_of_the_race_is_compared_too),
        T(a_source_that_may_not_lead_disagrees_with_nobody),
        T(only_who_is_the_same_is_compared),
        T(a_source_that_is_not_on_air_says_why),
        T(a_county_that_is_not_on_air_says_why),
        T(what_is_held_gone_or_empty_says_so),
        T(the_time_of_the_last_change_never_goes_back),
        T(the_next_tick_lies_ahead),
        T(what_another_daemon_saw_corrected_is_not_said_of_the_next_source),
        T(a_pin_to_a_part_waits_for_the_other_parts),
        T(a_part_is_of_the_source_that_answers),
    };

    return cmocka_run_group_tests_name("core_merge_sums", tests, NULL, NULL);
}
