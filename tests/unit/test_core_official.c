/* SPDX-License-Identifier: ISC */
/* Official marks that call nothing: because one of their source's has moved. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        NIGHT_TEST(a_mark_that_moves_between_two_others_has_moved),
        NIGHT_TEST(a_mark_that_comes_to_ours_from_another_calls_nothing),
        NIGHT_TEST(a_mark_that_moves_where_nobody_of_ours_stands_has_moved),
        NIGHT_TEST(a_winner_more_or_less_is_no_move),
        NIGHT_TEST(a_mark_that_stays_with_its_person_has_not_moved),
        NIGHT_TEST(what_was_marked_before_polls_closed_moves_nowhere),
        NIGHT_TEST(only_official_marks_that_may_call_move),
        NIGHT_TEST(a_mark_that_is_swapped_with_its_column_moves_when_that_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
