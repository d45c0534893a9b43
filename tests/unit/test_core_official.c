/* SPDX-License-Identifier: ISC */
/* Official marks that call nothing: because one of their source's has moved, because they stood
 * there before polls closed, or because they are of one county of several. */
#include "tests/unit/night_each.h"

static const char list[] =
    "endorsement_id,candidate_name,state,office,district,party,race_id,seats_to_fill,source_hints\n"
    "ann,Ann Archer,GA,State Senate,1,D,one,1,state=1|ap=1\n"
    "cal,Cal Cole,GA,State Senate,2,D,two,,state=2|ap=2\n";

enum { AP, DDHQ, STATE };

#define FINAL "facts status=3\n"
#define ONE_OF(total, ann, bo, cy)                                                                 \
    "contest 1|State Senate District 1|GA ; stated\nchoice 11|Ann Archer|D ; " ann                 \
    "\nchoice 12|Bo Bell|R ; " bo "\nchoice 13|Cy Cobb|I ; " cy "\ntotal " total "\n"
#define ONE(ann, bo, cy) ONE_OF("900 800 700", ann, bo, cy)
#define TWO(cal)                                                                                   \
    "contest 2|State Senate District 2|GA ; stated\nchoice 21|Cal Cole|D ; " cal                   \
    "\nchoice 22|Di Dean|R\ntotal 90 80\n"
#define DOGS(zed, zoe, zac)                                                                        \
    "contest 3|Dog Catcher|GA ; stated seats=2\nchoice 31|Zed Zulu| ; " zed                        \
    "\nchoice 32|Zoe Zane| ; " zoe "\nchoice 33|Zac Zorn| ; " zac "\ntotal 9 8 7\n"

static void is(const char *id, enum outcome o)
{
    if (night_race(&n, id)->contest_count == 0)
        fail_msg("%s: the list of this test matches nothing", id);
    if (night_outcome(&n, id) != o)
        fail_msg("%s is %s, not %s", id, outcome_name(night_outcome(&n, id)), outcome_name(o));
}

static bool advisory(void)
{
    return core_model(n.core)->feeds[STATE].advisory;
}

/* ---- marks that move ---- */

/* From one opponent to another: nothing was claimed on it but that ours has lost. */
static void a_mark_that_moves_between_two_others_has_moved(void **state)
{
    (void)state;
    night_batch(&n, STATE, FINAL ONE("", "won", "") TWO(""), NIGHT_AT(1));
    is("ann", OUTCOME_LOST);
    night_batch(&n, STATE, FINAL ONE("", "", "won") TWO("won"), NIGHT_AT(2));
    assert_true(advisory());
    assert_int_equal(n.out.note_count, 1);
    assert_int_equal(n.out.notes[0].verdict, VERDICT_MARK_MOVED);
    assert_true(slice_is(n.out.notes[0].contest, "State Senate District 1"));
    assert_int_equal(n.out.claim_count, 1);
    assert_true(slice_is(n.out.claims[0].endorsement_id, "ann"));
    assert_true(night_says(n.out.claims[0].evidence, "choice 13 mark won"));
    is("ann", OUTCOME_LOST); /* what it called before stands */
    is("cal", OUTCOME_PENDING);
}

/* Seats unknown: no opponent's mark is a loss, so nothing at all had been claimed. */
static void a_mark_that_comes_to_ours_from_another_calls_nothing(void **state)
{
    static const char before[] =
        FINAL "contest 2|State Senate District 2|GA ; stated\nchoice 21|Cal Cole|D\n"
              "choice 22|Di Dean|R ; advanced\ntotal 90 80\n";
    (void)state;
    night_batch(&n, STATE, before, NIGHT_AT(1));
    assert_int_equal(core_model(n.core)->claim_count, 0);
    night_batch(&n, STATE, FINAL TWO("advanced"), NIGHT_AT(2));
    is("cal", OUTCOME_PENDING);
    assert_true(advisory());
}

/* All contests of the source count, whoever stands in them; and a restart knows it. */
static void a_mark_that_moves_where_nobody_of_ours_stands_has_moved(void **state)
{
    (void)state;
    night_batch(&n, STATE, FINAL TWO("") DOGS("won", "", ""), NIGHT_AT(1));
    night_batch(&n, STATE, FINAL TWO("won") DOGS("", "", "won"), NIGHT_AT(2));
    is("cal", OUTCOME_PENDING);
    assert_true(advisory());
    assert_true(slice_is(n.out.claims[0].by, "advisory:state"));
    assert_int_equal(n.out.claims[0].endorsement_id.len, 0);
    night_batch(&n, STATE, FINAL TWO("won") DOGS("won", "", ""), NIGHT_AT(3));
    assert_int_equal(n.out.claim_count, 0); /* once is enough */
    struct core *old = night_restart(&n);
    core_free(old);
    assert_true(advisory());
    night_batch(&n, STATE, FINAL TWO("won") DOGS("", "", "won"), NIGHT_AT(4));
    is("cal", OUTCOME_PENDING);
}

/* Cleared in one payload and set elsewhere in a later one. */
static void a_mark_that_is_gone_before_another_comes_has_moved(void **state)
{
    (void)state;
    night_batch(&n, STATE, FINAL TWO("") DOGS("won", "", ""), NIGHT_AT(1));
    night_batch(&n, STATE, FINAL TWO("") DOGS("", "", ""), NIGHT_AT(2));
    night_batch(&n, STATE, FINAL TWO("") DOGS("won", "", ""), NIGHT_AT(3)); /* back: no move */
    night_batch(&n, STATE, FINAL TWO("") DOGS("", "", ""), NIGHT_AT(4));
    night_batch(&n, STATE, FINAL TWO("") DOGS("", "", ""), NIGHT_AT(30));
    assert_false(advisory());
    night_batch(&n, STATE, FINAL TWO("won") DOGS("", "won", ""), NIGHT_AT(31));
    assert_true(advisory());
    assert_true(night_says(n.out.claims[0].evidence, "choice 32 mark won"));
    is("cal", OUTCOME_PENDING);
}

/* A second winner of two, one less, and one that is back. */
static void a_winner_more_or_less_is_no_move(void **state)
{
    (void)state;
    night_batch(&n, STATE, FINAL TWO("") DOGS("won", "", ""), NIGHT_AT(1));
    night_batch(&n, STATE, FINAL TWO("") DOGS("won", "", "won"), NIGHT_AT(2));
    night_batch(&n, STATE, FINAL TWO("") DOGS("", "", "won"), NIGHT_AT(3));
    night_batch(&n, STATE, FINAL TWO("won") DOGS("won", "", "won"), NIGHT_AT(4));
    assert_false(advisory());
    is("cal", OUTCOME_WON);
    night_batch(&n, STATE, FINAL TWO("won") DOGS("won", "won", ""), NIGHT_AT(5));
    assert_true(advisory());
}

/* Two lines of one person, and a win that is said of the next round instead. */
static void a_mark_that_stays_with_its_person_has_not_moved(void **state)
{
#define FUSED(a, b, c)                                                                             \
    FINAL "contest 3|Dog Catcher|GA ; stated\nchoice 31|Zed Zulu|D ; " a                           \
          "\nchoice 32|ZULU, ZED|WFP ; " b "\nchoice 33|Zac Zorn| ; " c "\ntotal 9 8 7\n"
    (void)state;
    night_batch(&n, STATE, FUSED("won", "", ""), NIGHT_AT(1));
    night_batch(&n, STATE, FUSED("", "won", ""), NIGHT_AT(2));
    night_batch(&n, STATE, FUSED("", "advanced", ""), NIGHT_AT(3));
    assert_false(advisory());
    night_batch(&n, STATE, FUSED("", "", "won"), NIGHT_AT(6));
    assert_true(advisory());
#undef FUSED
}

/* A rehearsal's marks go where they like. */
static void what_was_marked_before_polls_closed_moves_nowhere(void **state)
{
#define NO_VOTES(zed, zac)                                                                         \
    FINAL "contest 3|Dog Catcher|GA ; stated\nchoice 31|Zed Zulu| ; " zed                          \
          "\nchoice 33|Zac Zorn| ; " zac "\ntotal ? ?\n"
    (void)state;
    night_batch(&n, STATE, NO_VOTES("won", ""), NIGHT_AT(-20));
    night_batch(&n, STATE, NO_VOTES("", "won"), NIGHT_AT(-10));
    night_batch(&n, STATE, NO_VOTES("won", ""), NIGHT_AT(10));
    assert_false(advisory());
    night_batch(&n, STATE, NO_VOTES("", "won"), NIGHT_AT(20));
    assert_true(advisory());
#undef NO_VOTES
}

/* Call feeds say in their own way what they take back; and a source without calls calls nothing. */
static void only_official_marks_that_may_call_move(void **state)
{
    (void)state;
    n.sources[STATE].calls = CALLS_NO;
    night_anew(&n);
    for (uint32_t source = AP; source <= STATE; source++) {
        night_batch(&n, source, FINAL DOGS("won", "", ""), NIGHT_AT(1));
        night_batch(&n, source, FINAL DOGS("", "", "won"), NIGHT_AT(2));
        assert_false(core_model(n.core)->feeds[source].advisory);
    }
    assert_int_equal(core_model(n.core)->claim_count, 0);
}

/* Columns that change places take their marks along: whose they are is not known before the doubt
 * ends. Then a mark that went with them has moved. */
static void a_mark_that_is_swapped_with_its_column_moves_when_that_stands(void **state)
{
#define SWAP(total, bo, cy) FINAL ONE_OF(total, "", bo, cy)
    (void)state;
    night_batch(&n, STATE, SWAP("900 8000 700", "won", ""), NIGHT_AT(1));
    night_batch(&n, STATE, SWAP("900 700 8000", "", "won"), NIGHT_AT(2));
    assert_int_equal(n.out.notes[0].verdict, VERDICT_SWAPPED);
    night_batch(&n, STATE, SWAP("900 8000 700", "won", ""), NIGHT_AT(3)); /* and back */
    assert_false(advisory());
    night_batch(&n, STATE, SWAP("900 700 8000", "", "won"), NIGHT_AT(4));
    assert_false(advisory());
    assert_true(night_decide(&n, "source accept", "state", "", NIGHT_AT(5)));
    assert_true(advisory());
#undef SWAP
}

/* What is held calls nothing; a mark that moved with it has moved when that stands. */
static void a_mark_that_moves_in_a_hold_moves_when_that_ends(void **state)
{
    (void)state;
    night_batch(&n, STATE, FINAL ONE("", "won", ""), NIGHT_AT(1));
    night_batch(&n, STATE, FINAL ONE_OF("400 300 200", "", "", "won"), NIGHT_AT(2));
    assert_false(advisory());
    night_batch(&n, STATE, FINAL ONE("", "won", ""), NIGHT_AT(3));
    assert_false(advisory());
    night_batch(&n, STATE, FINAL ONE_OF("400 300 200", "", "", "won"), NIGHT_AT(4));
    assert_true(night_decide(&n, "source accept", "state", "", NIGHT_AT(5)));
    assert_true(advisory());
}

/* ---- marks of before polls closed ---- */

#define OLD_PAGE(votes, ann, bo)                                                                   \
    FINAL "contest 1|State Senate District 1|GA ; stated\nchoice 11|Ann Archer|D ; " ann           \
          "\nchoice 12|Bo Bell|R ; " bo "\ntotal " votes "\n"

static bool is_told_of(const char *contest)
{
    size_t told = 0;

    for (size_t i = 0; i < n.out.note_count; i++)
        told += n.out.notes[i].verdict == VERDICT_MARKS_EARLY &&
                slice_is(n.out.notes[i].contest, contest) && n.out.notes[i].source == STATE;
    assert_true(told < 2);
    return told > 0;
}

static bool is_told(void)
{
    return is_told_of("State Senate District 1");
}

/* An old election's page, or a rehearsal's: nobody can have called it. That it is still there, in
 * other bytes too, makes it no call. */
static void marks_of_before_polls_close_call_nothing(void **state)
{
    (void)state;
    night_batch(&n, STATE, OLD_PAGE("900 110", "won", ""), NIGHT_AT(-90));
    night_unchanged(&n, STATE, NIGHT_AT(-30));
    assert_false(is_told());
    night_tick(&n, NIGHT_AT(0));
    assert_true(is_told());
    is("ann", OUTCOME_PENDING);
    assert_int_equal(night_race(&n, "ann")->seats_called, 0);
    assert_int_equal(n.out.claim_count, 1);
    assert_true(slice_is(n.out.claims[0].by, "early:state"));
    assert_true(slice_is(n.out.claims[0].evidence, "source state contest 1: 11 won at 900"));
    night_unchanged(&n, STATE, NIGHT_AT(1));
    night_batch(&n, STATE, OLD_PAGE("900 110", "won", ""), NIGHT_AT(2));
    is("ann", OUTCOME_PENDING);
    assert_false(is_told());
    night_batch(&n, STATE, OLD_PAGE("901 110", "won", ""), NIGHT_AT(3));
    is("ann", OUTCOME_WON);
}

/* No vote at all, and the flag on the first line. */
static void a_mark_at_zero_votes_of_before_polls_close_calls_nothing(void **state)
{
    (void)state;
    night_batch(&n, STATE, OLD_PAGE("0 0", "won", "lost"), NIGHT_AT(-90));
    is("ann", OUTCOME_PENDING);
    assert_int_equal(n.out.claim_count, 0);
    night_tick(&n, NIGHT_AT(0));
    assert_true(is_told());
    is("ann", OUTCOME_PENDING);
    night_batch(&n, STATE, OLD_PAGE("0 0", "", ""), NIGHT_AT(10));
    night_batch(&n, STATE, OLD_PAGE("5 4", "won", "lost"), NIGHT_AT(20));
    is("ann", OUTCOME_WON);
}

/* Nor does a contest that has no figures at all. */
static void marks_without_figures_of_before_polls_close_call_nothing(void **state)
{
    static const char page[] = FINAL "contest 1|State Senate District 1|GA ; stated\nchoice |Ann "
                                     "Archer|D ; won\nchoice |Bo Bell|R\n";
    (void)state;
    night_batch(&n, STATE, page, NIGHT_AT(-90));
    night_tick(&n, NIGHT_AT(0));
    is("ann", OUTCOME_PENDING);
    assert_true(is_told());
}

static void a_loss_marked_before_polls_close_is_none(void **state)
{
    (void)state;
    night_batch(&n, STATE, OLD_PAGE("110 900", "", "won"), NIGHT_AT(-90));
    night_tick(&n, NIGHT_AT(0));
    is("ann", OUTCOME_PENDING);
    night_batch(&n, STATE, OLD_PAGE("110 901", "", "won"), NIGHT_AT(1));
    is("ann", OUTCOME_LOST);
}

/* With the payload that was kept; and to a daemon that took over, which has none: it hears the page
 * first when polls have long closed. */
static void marks_of_before_polls_close_are_known_after_a_restart(void **state)
{
    static const char page[] = OLD_PAGE("900 110", "won", "");
    (void)state;
    night_batch(&n, STATE, page, NIGHT_AT(-90));
    core_free(night_restart(&n)); /* before they close */
    night_kept(&n, STATE, page, (struct digest){1, STATE}, NIGHT_AT(-90), NIGHT_AT(-80));
    night_tick(&n, NIGHT_AT(0));
    assert_true(is_told());
    core_free(night_restart(&n)); /* after */
    night_kept(&n, STATE, page, (struct digest){1, STATE}, NIGHT_AT(-90), NIGHT_AT(5));
    night_tick(&n, NIGHT_AT(6)); /* it waited for the clock */
    is("ann", OUTCOME_PENDING);
    assert_false(is_told());
    assert_int_equal(n.out.claim_count, 0);
    core_free(night_restart(&n));
    night_batch(&n, STATE, page, NIGHT_AT(30));
    is("ann", OUTCOME_PENDING);
    assert_int_equal(n.out.claim_count, 0);
    night_batch(&n, STATE, OLD_PAGE("901 110", "won", ""), NIGHT_AT(31));
    is("ann", OUTCOME_WON);
}

/* What its own county counted before the last polls of the race closed is no call of the race; and
 * where the desk says that they had closed, it was none of before. */
static void what_is_early_is_the_last_close_of_the_race(void **state)
{
    (void)state;
    assert_true(night_decide(&n, "polls", "GA", "20:00", NIGHT_AT(-95)));
    night_batch(&n, STATE, OLD_PAGE("900 110", "won", ""), NIGHT_AT(45));
    night_tick(&n, NIGHT_AT(60));
    is("ann", OUTCOME_PENDING);
    assert_true(is_told());
    assert_true(night_decide(&n, "polls", "GA", "19:00", NIGHT_AT(61)));
    is("ann", OUTCOME_WON);
}

/* A call feed states whether it is a test, and of which day it is. */
static void a_call_feed_may_have_called_when_polls_close(void **state)
{
    (void)state;
    night_batch(&n, AP, OLD_PAGE("0 0", "won", ""), NIGHT_AT(-1));
    night_tick(&n, NIGHT_AT(0));
    is("ann", OUTCOME_WON);
    assert_false(is_told());
}

/* ---- one county of several ---- */

enum { FULTON = STATE, DEKALB };

static const char city[] =
    "endorsement_id,candidate_name,state,office,jurisdiction,race_id,seats_to_fill,source_hints\n"
    "may,May Mayo,GA,Mayor,Atlanta,mayor,1,state=7|votes=7|ap=7|ddhq=7\n"
    "sue,Sue Senn,GA,School Board,Atlanta,school,1,state=8|votes=8|ap=8|ddhq=8\n";

#define MAYOR(may, bo)                                                                             \
    "contest 7|Mayor of Atlanta|GA ; stated\nchoice 71|May Mayo| ; " may                           \
    "\nchoice 72|Bo Bill| ; " bo "\ntotal 1000 900\n"
#define SCHOOL(sue, bo)                                                                            \
    "contest 8|School Board Atlanta|GA ; stated\nchoice 81|Sue Senn| ; " sue                       \
    "\nchoice 82|Bo Book| ; " bo "\ntotal 100 90\n"
#define BOTH(may, bo) FINAL MAYOR(may, bo) SCHOOL(bo, may)

static int open_city(void **state)
{
    *state = (void *)(uintptr_t)city;
    if (night_set_up(state) != 0)
        return -1;
    n.sources[FULTON].county = SLICE("Fulton");
    n.sources[DEKALB].county = SLICE("DeKalb");
    n.sources[DEKALB].calls = CALLS_LIVE;
    night_anew(&n);
    return 0;
}

/* A county's own polls are what its marks wait for, though the list does not say that its race lies
 * in it alone, and others of the state close later. */
static void a_countys_marks_are_early_by_its_own_close(void **state)
{
    (void)state;
    n.polls[1] = n.polls[0];
    n.polls[1].county = SLICE("Fulton");
    n.polls[0].minute = 20 * 60;
    night_anew(&n);
    night_batch(&n, FULTON, BOTH("won", ""), NIGHT_AT(-5));
    night_tick(&n, NIGHT_AT(0));
    night_batch(&n, FULTON, BOTH("won", ""), NIGHT_AT(5)); /* other bytes */
    night_tick(&n, NIGHT_AT(60));
    is("may", OUTCOME_PENDING);
    assert_true(is_told_of("Mayor of Atlanta"));
    night_anew(&n);
    night_batch(&n, FULTON, BOTH("won", ""), NIGHT_AT(50));
    is("may", OUTCOME_PENDING);
    night_tick(&n, NIGHT_AT(60));
    is("may", OUTCOME_WON);
}

/* The moment another county has it too: won as lost, and the second's mark is no better. */
static void a_call_by_one_county_of_two_ends_at_once(void **state)
{
    (void)state;
    night_batch(&n, FULTON, BOTH("won", ""), NIGHT_AT(1));
    is("may", OUTCOME_WON);
    is("sue", OUTCOME_LOST);
    night_batch(&n, DEKALB, BOTH("", "won"), NIGHT_AT(2));
    is("may", OUTCOME_PENDING);
    is("sue", OUTCOME_PENDING);
    assert_int_equal(night_count(&n, MESSAGE_RETRACTION), 2);
    assert_true(night_says(night_message(&n, MESSAGE_RETRACTION, 0)->data,
                           "the race lies in several counties"));
    assert_int_equal(n.out.claim_count, 4); /* two ends, and two notes why */
    assert_int_equal(night_race(&n, "may")->status, RACE_UNCALLED);
    night_batch(&n, FULTON, BOTH("won", ""), NIGHT_AT(3));
    night_batch(&n, DEKALB, BOTH("", "won"), NIGHT_AT(4));
    assert_int_equal(n.out.claim_count, 0);
    is("may", OUTCOME_PENDING);
    core_free(night_restart(&n)); /* nor does it come back */
    assert_int_equal(night_outcome(&n, "may"), OUTCOME_PENDING);
    night_batch(&n, FULTON, BOTH("won", ""), NIGHT_AT(5));
    is("may", OUTCOME_PENDING);
}

/* It was never a call: a lower authority's, and one of the whole race, count at once. */
static void the_end_of_a_countys_call_keeps_nobody_from_calling(void **state)
{
    (void)state;
    n.order[1] = SLICE("official");
    n.order[2] = SLICE("ap");
    n.s.call_order_count = 3;
    n.sources[DDHQ].authority = SLICE("official");
    night_anew(&n);
    night_batch(&n, FULTON, BOTH("won", ""), NIGHT_AT(1));
    night_batch(&n, AP, MAYOR("", "won"), NIGHT_AT(2));
    is("may", OUTCOME_WON);
    night_batch(&n, DDHQ, FINAL SCHOOL("won", ""), NIGHT_AT(2)); /* the state's, of all of it */
    is("sue", OUTCOME_LOST);
    night_batch(&n, DEKALB, BOTH("", ""), NIGHT_AT(3));
    is("may", OUTCOME_LOST);
    is("sue", OUTCOME_WON);
    assert_false(night_race(&n, "sue")->flags & RACE_UNDER_REVIEW);
}

/* Who starts anew has heard one county when it has not heard the other, which had shown it. */
static void that_a_race_lies_in_several_counties_is_known_after_a_restart(void **state)
{
    (void)state;
    night_batch(&n, FULTON, BOTH("", ""), NIGHT_AT(1));
    night_batch(&n, DEKALB, BOTH("", ""), NIGHT_AT(2));
    core_free(night_restart(&n));
    night_batch(&n, FULTON, BOTH("won", ""), NIGHT_AT(3));
    is("may", OUTCOME_PENDING);
    assert_int_equal(n.out.claim_count, 0);
    assert_true(night_decide(&n, "release", "mayor", "", NIGHT_AT(4)));
    is("may", OUTCOME_WON); /* the desk has it that the other county's was another race */
    is("sue", OUTCOME_PENDING);
    night_batch(&n, DEKALB, BOTH("", ""), NIGHT_AT(5)); /* it was not */
    is("may", OUTCOME_PENDING);
}

/* That its call had ended was no word of the county's: what it said before that speaks again. */
static void a_countys_mark_speaks_again_when_the_other_countys_was_another_race(void **state)
{
    (void)state;
    night_batch(&n, FULTON, BOTH("won", ""), NIGHT_AT(1));
    night_batch(&n, DEKALB, BOTH("", ""), NIGHT_AT(2));
    core_free(night_restart(&n));
    night_kept(&n, FULTON, BOTH("won", ""), (struct digest){1, FULTON}, NIGHT_AT(1), NIGHT_AT(6));
    is("may", OUTCOME_PENDING);
    assert_true(night_decide(&n, "release", "mayor", "", NIGHT_AT(7)));
    is("may", OUTCOME_WON);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NIGHT_TEST(a_mark_that_moves_between_two_others_has_moved),
        NIGHT_TEST(a_mark_that_comes_to_ours_from_another_calls_nothing),
        NIGHT_TEST(a_mark_that_moves_where_nobody_of_ours_stands_has_moved),
        NIGHT_TEST(a_mark_that_is_gone_before_another_comes_has_moved),
        NIGHT_TEST(a_winner_more_or_less_is_no_move),
        NIGHT_TEST(a_mark_that_stays_with_its_person_has_not_moved),
        NIGHT_TEST(what_was_marked_before_polls_closed_moves_nowhere),
        NIGHT_TEST(only_official_marks_that_may_call_move),
        NIGHT_TEST(a_mark_that_is_swapped_with_its_column_moves_when_that_stands),
        NIGHT_TEST(a_mark_that_moves_in_a_hold_moves_when_that_ends),
        NIGHT_TEST(marks_of_before_polls_close_call_nothing),
        NIGHT_TEST(a_mark_at_zero_votes_of_before_polls_close_calls_nothing),
        NIGHT_TEST(marks_without_figures_of_before_polls_close_call_nothing),
        NIGHT_TEST(a_loss_marked_before_polls_close_is_none),
        NIGHT_TEST(marks_of_before_polls_close_are_known_after_a_restart),
        NIGHT_TEST(what_is_early_is_the_last_close_of_the_race),
        NIGHT_TEST(a_call_feed_may_have_called_when_polls_close),
        NIGHT_TEST_AFTER(open_city, a_countys_marks_are_early_by_its_own_close),
        NIGHT_TEST_AFTER(open_city, a_call_by_one_county_of_two_ends_at_once),
        NIGHT_TEST_AFTER(open_city, the_end_of_a_countys_call_keeps_nobody_from_calling),
        NIGHT_TEST_AFTER(open_city, that_a_race_lies_in_several_counties_is_known_after_a_restart),
        NIGHT_TEST_AFTER(open_city,
                         a_countys_mark_speaks_again_when_the_other_countys_was_another_race),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
