/* SPDX-License-Identifier: ISC */
/* Several of ours in one race: what is said of one, or not said any more, keeps nobody behind it in
 * the list from being heard; and what one conflict was about is not told of the next. */
#include "tests/unit/night.h"

static const char list[] =
    "endorsement_id,candidate_name,state,office,district,race_id,seats_to_fill,source_hints\n"
    "ann,Ann Archer,GA,School Board,3,board,2,ap=1|ddhq=1|state=1\n"
    "bob,Bob Baker,GA,School Board,3,board,2,ap=1|ddhq=1|state=1\n";

#define BOARD(says, ann, bob, cy)                                                                  \
    "contest 1|School Board District 3|GA ; stated " says "\nchoice 11|Ann Archer| ; " ann         \
    "\nchoice 12|Bob Baker| ; " bob "\nchoice 13|Cy Cole| ; " cy                                   \
    "\nchoice 14|Dee Dorn\ntotal 90 80 70 60\n"
#define TWO(says, ann, bob)                                                                        \
    "contest 1|School Board District 3|GA ; stated " says "\nchoice 11|Ann Archer| ; " ann         \
    "\nchoice 12|Bob Baker| ; " bob "\ntotal 90 80\n"
#define OTHER                                                                                      \
    "contest 9|Dog Catcher|GA ; stated\nchoice 91|Zed Zulu\nchoice 92|Zoe Zane\ntotal 9 8\n"
#define FINAL "facts status=3\n"

enum { AP, DDHQ, STATE };

static struct slice called_by(const struct night *n, const char *id)
{
    const struct model *m = core_model(n->core);
    const struct standing *st = &m->standings[night_index(n, id)];

    return st->claim == NONE ? SLICE("nobody") : m->claims[st->claim].by;
}

static void an_official_mark_that_has_moved_leaves_the_others_to_call_feeds(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, STATE, FINAL BOARD("", "won", "", ""), NIGHT_AT(1));
    outcome_is(&n, "ann", OUTCOME_WON);
    night_batch(&n, STATE, FINAL BOARD("", "", "", "won"), NIGHT_AT(2));
    assert_true(core_model(n.core)->feeds[STATE].advisory);
    night_batch(&n, AP, BOARD("", "", "won", ""), NIGHT_AT(3));
    outcome_is(&n, "bob", OUTCOME_WON);
    night_close(&n);
}

static void a_mark_moves_behind_one_who_never_had_any(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, STATE, FINAL BOARD("", "", "won", ""), NIGHT_AT(1));
    night_batch(&n, STATE, FINAL BOARD("", "", "lost", ""), NIGHT_AT(2));
    assert_true(core_model(n.core)->feeds[STATE].advisory);
    outcome_is(&n, "bob", OUTCOME_WON); /* for people to decide */
    night_close(&n);
}

/* The feed that says that nobody stands against them lets go of the contest. */
static void who_is_unopposed_in_silence_keeps_nobody_from_being_called(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, TWO("uncontested", "", ""), NIGHT_AT(1));
    outcome_is(&n, "ann", OUTCOME_WON);
    night_batch(&n, AP, OTHER, NIGHT_AT(2));
    night_batch(&n, DDHQ, TWO("", "", "won"), NIGHT_AT(3));
    assert_true(slice_is(called_by(&n, "bob"), "ddhq"));
    night_close(&n);
}

static const char *conflict_of(const struct night *n)
{
    for (size_t i = 0; i < n->out.note_count; i++)
        if (n->out.notes[i].verdict == VERDICT_CALLS_DIFFER)
            return n->out.notes[i].text.ptr;
    return "none is told";
}

static void a_conflict_is_told_by_its_own_reason(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, BOARD("", "won", "won", "won"), NIGHT_AT(1));
    assert_true(night_says(slice_of(conflict_of(&n)), "more are marked"));
    night_batch(&n, AP, BOARD("", "", "", ""), NIGHT_AT(2));
    assert_int_equal(night_race(&n, "ann")->flags & RACE_CONFLICT, 0);
    night_batch(&n, AP, BOARD("seats=3", "", "", ""), NIGHT_AT(3));
    assert_true(night_says(slice_of(conflict_of(&n)), "stated differently"));
    assert_false(night_says(slice_of(conflict_of(&n)), "more are marked"));
    night_close(&n);
}

/* ... and names those alone of whom authorities say two things. */
static void a_conflict_names_whom_it_is_about(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, BOARD("", "won", "won", ""), NIGHT_AT(1));
    night_batch(&n, DDHQ, BOARD("", "won", "lost", ""), NIGHT_AT(2));
    assert_true(night_says(slice_of(conflict_of(&n)), "Bob Baker is won by ap, lost by ddhq"));
    assert_false(night_says(slice_of(conflict_of(&n)), "Ann Archer"));
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_official_mark_that_has_moved_leaves_the_others_to_call_feeds),
        cmocka_unit_test(a_mark_moves_behind_one_who_never_had_any),
        cmocka_unit_test(who_is_unopposed_in_silence_keeps_nobody_from_being_called),
        cmocka_unit_test(a_conflict_is_told_by_its_own_reason),
        cmocka_unit_test(a_conflict_names_whom_it_is_about),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
