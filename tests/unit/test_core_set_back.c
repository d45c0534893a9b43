/* SPDX-License-Identifier: ISC */
/* The clock is set back by ten minutes in mid-night: what waits for a minute waits a minute, what
 * is stale is stale, and nothing is said of the future. */
#include "tests/unit/night_each.h"

#include "daemon/core/feed.h"

static const char list[] =
    "endorsement_id,candidate_name,state,office,district,party,race_id,seats_to_fill,source_hints\n"
    "ann,Ann Archer,GA,State Senate,1,D,senate,1,ap=1|state=1|votes=1\n";

#define SENATE(mark, votes)                                                                        \
    "contest 1|State Senate District 1|GA ; stated\nchoice 11|Ann Archer|D ; " mark                \
    "\nchoice 13|Other One|R\ntotal " votes " 300\n"
#define FINAL "facts status=3\n"

enum { AP, DDHQ, STATE, VOTES };

static void is(enum outcome o)
{
    assert_int_equal(night_outcome(&n, "ann"), o);
}

/* A mark of an official feed is cleared after the step back: by the clock that came before its
 * call.
 */
static void an_official_retraction_after_it_is_not_held_back(void **state)
{
    (void)state;
    night_batch(&n, STATE, FINAL SENATE("won", "500"), NIGHT_AT(60));
    is(OUTCOME_WON);
    night_batch(&n, STATE, FINAL SENATE("", "501"), NIGHT_AT(51));
    assert_int_equal(core_model(n.core)->fading_count, 1);
    night_unchanged(&n, STATE, NIGHT_AT(51) + 59 * WHEN_SECOND);
    is(OUTCOME_WON);
    night_unchanged(&n, STATE, NIGHT_AT(52));
    is(OUTCOME_PENDING);
    night_batch(&n, STATE, FINAL SENATE("won", "502"), NIGHT_AT(53));
    is(OUTCOME_WON);
}

/* The mark is gone before the step, and is seen to be gone after it. */
static void a_retraction_half_seen_takes_its_minute(void **state)
{
    (void)state;
    night_batch(&n, AP, SENATE("won", "500"), NIGHT_AT(50));
    night_batch(&n, AP, SENATE("", "500"), NIGHT_AT(60));
    night_unchanged(&n, AP, NIGHT_AT(50) + 30 * WHEN_SECOND); /* the step, seen at once */
    is(OUTCOME_WON);
    night_unchanged(&n, AP, NIGHT_AT(51));
    is(OUTCOME_WON);
    night_unchanged(&n, AP, NIGHT_AT(52));
    is(OUTCOME_PENDING);
    assert_int_equal(night_count(&n, MESSAGE_RETRACTION), 1);
}

/* A mark that went before the step did not go in the same moment as what goes now. */
static void calls_that_went_before_it_vanish_alone(void **state)
{
    (void)state;
    night_batch(&n, AP, SENATE("won", "500"), NIGHT_AT(50));
    night_batch(&n, AP, SENATE("", "500"), NIGHT_AT(60));
    night_tick(&n, NIGHT_AT(50));
    assert_true(core_model(n.core)->fading[0].since_ms < NIGHT_AT(50));
    assert_false(core_model(n.core)->fading[0].held);
}

static void a_source_goes_stale_as_it_would(void **state)
{
    const struct model *m = core_model(n.core);
    int64_t after = m->settings->sources[VOTES].stale_after_ms;
    (void)state;
    night_batch(&n, VOTES, SENATE("", "500"), NIGHT_AT(60));
    night_tick(&n, NIGHT_AT(50));
    assert_true(feed_fresh(m, VOTES, 0, NIGHT_AT(50)));
    assert_true(after > 0);
    assert_false(feed_fresh(m, VOTES, 0, NIGHT_AT(50) + after));
}

/* A fall of a tenth: held until a changed payload ten minutes later still says so. */
static void a_hold_takes_its_ten_minutes(void **state)
{
    const struct race *r;
    (void)state;
    night_batch(&n, VOTES, SENATE("", "5000"), NIGHT_AT(40));
    night_batch(&n, VOTES, SENATE("", "4500"), NIGHT_AT(60));
    r = night_race(&n, "ann");
    assert_int_equal(r->choices[0].votes, 5000);
    night_tick(&n, NIGHT_AT(50));
    night_batch(&n, VOTES, SENATE("", "4501"), NIGHT_AT(59));
    assert_int_equal(r->choices[0].votes, 5000);
    night_batch(&n, VOTES, SENATE("", "4502"), NIGHT_AT(61));
    assert_int_equal(r->choices[0].votes, 4502);
}

static void nothing_is_of_the_future(void **state)
{
    const struct model *m = core_model(n.core);
    (void)state;
    night_batch(&n, AP, SENATE("won", "500"), NIGHT_AT(60));
    night_batch(&n, AP, SENATE("won", "600"), NIGHT_AT(50));
    assert_int_equal(m->last_change_ms, NIGHT_AT(50));
    assert_int_equal(m->checked_ms, NIGHT_AT(50));
    assert_int_equal(night_race(&n, "ann")->updated_ms, NIGHT_AT(50));
    assert_int_equal(m->claims[0].at_ms, NIGHT_AT(60)); /* as it is on disk */
}

/* Set back while it was down: what is in order stays in order. */
static void a_restart_after_it_brings_back_no_call(void **state)
{
    const char *good = FINAL SENATE("won", "500");
    (void)state;
    night_batch(&n, STATE, good, NIGHT_AT(40));
    night_batch(&n, STATE, FINAL SENATE("", "500"), NIGHT_AT(50));
    night_batch(&n, STATE, FINAL SENATE("", "501"), NIGHT_AT(60));
    is(OUTCOME_PENDING);
    core_free(night_restart(&n));
    night_kept(&n, STATE, good, (struct digest){99, 99}, NIGHT_AT(40), NIGHT_AT(30));
    night_tick(&n, NIGHT_AT(31));
    is(OUTCOME_PENDING);
    night_batch(&n, STATE, FINAL SENATE("won", "502"), NIGHT_AT(32)); /* called again */
    is(OUTCOME_WON);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NIGHT_TEST(an_official_retraction_after_it_is_not_held_back),
        NIGHT_TEST(a_retraction_half_seen_takes_its_minute),
        NIGHT_TEST(calls_that_went_before_it_vanish_alone),
        NIGHT_TEST(a_source_goes_stale_as_it_would),
        NIGHT_TEST(a_hold_takes_its_ten_minutes),
        NIGHT_TEST(nothing_is_of_the_future),
        NIGHT_TEST(a_restart_after_it_brings_back_no_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
