/* SPDX-License-Identifier: ISC */
/* What calls remember over a restart, and several feeds that speak for one authority. */
#include "tests/unit/night.h"

static const char list[] =
    "endorsement_id,candidate_name,state,office,district,party,race_id,seats_to_fill,source_hints,"
    "advance_to\n"
    "ann,Ann Archer,GA,State Senate,1,D,ga-ss-1,1,ap=1|ddhq=1|state=1,\n"
    "cat,Cat Cole,GA,School Board,2,D,ga-sb-2,2,ap=2|ddhq=2,\n"
    "eve,Eve Eden,GA,State House,3,D,ga-sh-3,1,ap=3|state=3,\n"
    "fay,Fay Ford,GA,City Council,4,D,ga-cc-4,1,ap=4,2\n";

#define SENATE(a, b)                                                                               \
    "contest 1|State Senate District 1|GA ; stated\nchoice 11|Ann Archer|D ; " a                   \
    "\nchoice 13|Other One|R ; " b "\ntotal 500 300\n"
#define BOARD(a)                                                                                   \
    "contest 2|School Board District 2|GA ; stated\nchoice 21|Cat Cole| ; " a                      \
    "\nchoice 22|Other Two\nchoice 23|Other Three\ntotal 50 40 30\n"
#define HOUSE(a, b)                                                                                \
    "contest 3|State House District 3|GA ; stated\nchoice 31|Eve Eden|D ; " a                      \
    "\nchoice 32|Other Four|R ; " b "\ntotal 70 60\n"
#define COUNCIL(a, b)                                                                              \
    "contest 4|City Council District 4|GA ; stated\nchoice 41|Fay Ford|D ; " a                     \
    "\nchoice 42|Other Five|R ; " b "\nchoice 43|Other Six\ntotal 70 60 50\n"
#define FINAL "facts status=3\n"

enum { AP, DDHQ, STATE, VOTES };

/* In a contest that was matched. */
static void matched_is(const struct night *n, const char *id, enum outcome o)
{
    if (night_race(n, id)->contest_count == 0)
        fail_msg("%s: the list of this test matches nothing", id);
    outcome_is(n, id, o);
}

/* A restart with the last good payload of a source; the old core is gone. */
static void restart_with(struct night *n, uint32_t source, const char *text, int64_t at_ms)
{
    core_free(night_restart(n));
    night_kept(n, source, text, (struct digest){n->serial, source}, at_ms, at_ms);
    assert_int_equal(n->out.claim_count, 0);
}

/* The site says that nothing is new since the payload kept. */
static void unchanged(struct night *n, uint32_t source, int64_t at_ms)
{
    struct event ev = {.type = EVENT_UNCHANGED,
                       .source = source,
                       .digest = {n->serial, source},
                       .received_ms = at_ms};

    night_apply(n, &ev, at_ms);
    assert_int_equal(n->out.verdict, VERDICT_UNCHANGED);
}

/* ---- a mark that is gone ---- */

/* A feed that says no more on this night than it said before the restart: 304, and 304 again. */
static void test_a_retraction_half_seen_is_not_lost_in_a_restart(void **state)
{
    static const char gone[] = SENATE("", "");
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("won", ""), NIGHT_AT(1));
    night_batch(&n, AP, gone, NIGHT_AT(2));
    restart_with(&n, AP, gone, NIGHT_AT(2));
    matched_is(&n, "ann", OUTCOME_WON);
    assert_true(night_race(&n, "ann")->flags & RACE_UNDER_REVIEW);
    night_tick(&n, NIGHT_AT(4));
    matched_is(&n, "ann", OUTCOME_WON); /* nobody was heard */
    unchanged(&n, AP, NIGHT_AT(5));
    matched_is(&n, "ann", OUTCOME_WON);
    unchanged(&n, AP, NIGHT_AT(5) + 59 * WHEN_SECOND);
    matched_is(&n, "ann", OUTCOME_WON);
    unchanged(&n, AP, NIGHT_AT(6));
    matched_is(&n, "ann", OUTCOME_PENDING);
    assert_int_equal(night_count(&n, MESSAGE_RETRACTION), 1);
    restart_with(&n, AP, gone, NIGHT_AT(2)); /* and not once more */
    unchanged(&n, AP, NIGHT_AT(7));
    unchanged(&n, AP, NIGHT_AT(9));
    matched_is(&n, "ann", OUTCOME_PENDING);
    assert_int_equal(n.out.claim_count, 0);
    night_close(&n);
}

/* Two of three that vanished together are still gone: after a restart they are not two that went by
 * themselves. */
static void test_calls_that_vanished_together_are_held_over_a_restart(void **state)
{
    static const char back[] = SENATE("won", "") BOARD("") HOUSE("", "");
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("won", "") BOARD("won") HOUSE("won", ""), NIGHT_AT(1));
    night_batch(&n, AP, SENATE("", "") BOARD("") HOUSE("", ""), NIGHT_AT(2));
    assert_int_equal(n.out.claim_count, 3); /* notes, to be kept */
    night_batch(&n, AP, back, NIGHT_AT(3));
    restart_with(&n, AP, back, NIGHT_AT(3));
    assert_int_equal(core_model(n.core)->fading_count, 2);
    assert_true(night_race(&n, "cat")->flags & RACE_UNDER_REVIEW);
    assert_false(night_race(&n, "ann")->flags & RACE_UNDER_REVIEW);
    for (int minute = 5; minute < 30; minute += 5)
        unchanged(&n, AP, NIGHT_AT(minute));
    matched_is(&n, "cat", OUTCOME_WON);
    matched_is(&n, "eve", OUTCOME_WON);
    night_batch(&n, AP, SENATE("won", "") BOARD("won") HOUSE("won", ""), NIGHT_AT(31));
    assert_int_equal(core_model(n.core)->fading_count, 0);
    core_free(night_restart(&n));
    assert_int_equal(core_model(n.core)->fading_count, 0);
    assert_int_equal(core_tally(n.core)->n[TALLY_WON], 3);
    night_close(&n);
}

/* A note is nobody's call: nothing to release, nothing to tell, and explain says so. */
static void test_a_note_counts_nowhere(void **state)
{
    struct night n;
    struct buf text;
    struct err e;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("won", "") BOARD("won") HOUSE("won", ""), NIGHT_AT(1));
    night_batch(&n, AP, SENATE("", "") BOARD("") HOUSE("", ""), NIGHT_AT(2));
    assert_int_equal(night_count(&n, MESSAGE_CALL) + night_count(&n, MESSAGE_RETRACTION), 0);
    assert_false(night_decide(&n, "release", "ga-ss-1", "", NIGHT_AT(3)));
    buf_init(&text, 65536);
    assert_true(documents_explain(core_model(n.core), core_tally(n.core), SLICE("ann"), NIGHT_AT(3),
                                  &text, &e));
    assert_true(night_says(buf_slice(&text), "by held:ap"));
    assert_true(night_says(buf_slice(&text), "a note: counts nowhere"));
    buf_done(&text);
    night_close(&n);
}

/* Found by random nights: one place of two was open again after a restart, because the mark of ours
 * was gone. */
static void test_a_place_of_ours_is_called_though_its_mark_is_gone(void **state)
{
    static const char gone[] = COUNCIL("", "advanced");
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, COUNCIL("advanced", "advanced"), NIGHT_AT(1));
    night_batch(&n, AP, gone, NIGHT_AT(2));
    assert_int_equal(night_race(&n, "fay")->status, RACE_CALLED);
    restart_with(&n, AP, gone, NIGHT_AT(2));
    matched_is(&n, "fay", OUTCOME_ADVANCED);
    assert_int_equal(night_race(&n, "fay")->status, RACE_CALLED);
    night_close(&n);
}

/* Found by random orders: a claim that a freeze keeps from counting made all figures those of its
 * own time after a restart. */
static void test_a_claim_that_does_not_count_is_no_change(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    core_free(n.core);
    n.sources[DDHQ].votes = false;
    night_core(&n);
    night_batch(&n, AP, SENATE("won", ""), NIGHT_AT(1));
    night_batch(&n, DDHQ, SENATE("won", ""), NIGHT_AT(2));
    assert_int_equal(n.out.claim_count, 1); /* a lower authority's */
    assert_int_equal(core_model(n.core)->last_change_ms, NIGHT_AT(1));
    core_free(night_restart(&n));
    assert_int_equal(core_model(n.core)->last_change_ms, NIGHT_AT(1));
    night_close(&n);
}

/* ---- an official mark that moved ---- */

static void test_moved_marks_are_advice_after_a_restart_too(void **state)
{
    static const char last[] = FINAL SENATE("won", "") HOUSE("", "");
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, STATE, FINAL SENATE("won", "") HOUSE("", ""), NIGHT_AT(1));
    night_batch(&n, STATE, FINAL SENATE("", "won") HOUSE("", ""), NIGHT_AT(2));
    assert_int_equal(n.out.claim_count, 1);
    assert_true(night_says(n.out.claims[0].by, "advisory:state"));
    night_batch(&n, STATE, last, NIGHT_AT(3)); /* back: nothing in it shows that it had moved */
    restart_with(&n, STATE, last, NIGHT_AT(3));
    assert_true(core_model(n.core)->feeds[STATE].advisory);
    assert_false(core_model(n.core)->feeds[AP].advisory);
    night_batch(&n, STATE, FINAL SENATE("won", "") HOUSE("won", ""), NIGHT_AT(4));
    matched_is(&n, "ann", OUTCOME_WON);
    matched_is(&n, "eve", OUTCOME_PENDING);
    night_close(&n);
}

/* By way of no mark at all: taken back for one, and then given to another. */
static void test_a_mark_that_moves_in_two_steps_has_moved(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, STATE, FINAL SENATE("won", "") HOUSE("", ""), NIGHT_AT(1));
    night_batch(&n, STATE, FINAL SENATE("", "") HOUSE("", ""), NIGHT_AT(2));
    night_unchanged(&n, STATE, NIGHT_AT(4));
    matched_is(&n, "ann", OUTCOME_PENDING);
    night_batch(&n, STATE, FINAL SENATE("", "won") HOUSE("won", ""), NIGHT_AT(5));
    assert_int_equal(n.out.note_count, 1);
    assert_int_equal(n.out.notes[0].verdict, VERDICT_MARK_MOVED);
    matched_is(&n, "ann", OUTCOME_PENDING);
    matched_is(&n, "eve", OUTCOME_PENDING);
    night_close(&n);
    night_open(&n, list); /* the same one again has not */
    night_batch(&n, STATE, FINAL SENATE("won", "") HOUSE("", ""), NIGHT_AT(1));
    night_batch(&n, STATE, FINAL SENATE("", "") HOUSE("", ""), NIGHT_AT(2));
    night_unchanged(&n, STATE, NIGHT_AT(4));
    night_batch(&n, STATE, FINAL SENATE("won", "") HOUSE("won", ""), NIGHT_AT(5));
    matched_is(&n, "ann", OUTCOME_WON);
    matched_is(&n, "eve", OUTCOME_WON);
    night_close(&n);
}

/* ---- two feeds of one authority ---- */

/* The sources ap and ddhq both speak for ap. */
static void open_two(struct night *n)
{
    night_open(n, list);
    core_free(n->core);
    n->sources[DDHQ].authority = SLICE("ap");
    night_core(n);
}

static void test_what_one_feed_called_another_does_not_take_back(void **state)
{
    static const char without[] = BOARD("") HOUSE("", "");
    struct night n;
    (void)state;
    open_two(&n);
    night_batch(&n, DDHQ, SENATE("won", "") BOARD(""), NIGHT_AT(1));
    night_batch(&n, AP, SENATE("", "") HOUSE("", ""), NIGHT_AT(2)); /* not called by it yet */
    matched_is(&n, "ann", OUTCOME_WON);
    night_batch(&n, DDHQ, BOARD(""), NIGHT_AT(3)); /* the race is gone from who called it */
    for (int minute = 4; minute < 9; minute++)
        night_unchanged(&n, AP, NIGHT_AT(minute));
    matched_is(&n, "ann", OUTCOME_WON);
    night_batch(&n, AP, SENATE("", "won") HOUSE("", ""), NIGHT_AT(9));
    night_unchanged(&n, AP, NIGHT_AT(11));
    matched_is(&n, "ann", OUTCOME_WON); /* the two differ */
    assert_true(night_race(&n, "ann")->flags & RACE_CONFLICT);
    night_batch(&n, AP, SENATE("", "") HOUSE("", ""), NIGHT_AT(12));
    night_batch(&n, DDHQ, SENATE("", "") BOARD(""), NIGHT_AT(13)); /* it takes it back */
    night_unchanged(&n, AP, NIGHT_AT(15));
    matched_is(&n, "ann", OUTCOME_WON);
    night_unchanged(&n, DDHQ, NIGHT_AT(15));
    matched_is(&n, "ann", OUTCOME_PENDING);
    night_batch(&n, AP, SENATE("won", "") HOUSE("", ""), NIGHT_AT(16));
    matched_is(&n, "ann", OUTCOME_WON);
    /* After a restart only the other one is heard. */
    restart_with(&n, DDHQ, without, NIGHT_AT(16));
    night_batch(&n, DDHQ, SENATE("", ""), NIGHT_AT(17));
    night_unchanged(&n, DDHQ, NIGHT_AT(19));
    night_unchanged(&n, DDHQ, NIGHT_AT(21));
    matched_is(&n, "ann", OUTCOME_WON);
    night_close(&n);
}

static void test_two_feeds_that_differ_call_nothing(void **state)
{
    struct night n;
    (void)state;
    open_two(&n);
    night_batch(&n, AP, SENATE("", ""), NIGHT_AT(1));
    night_batch(&n, DDHQ, SENATE("", "won"), NIGHT_AT(1));
    matched_is(&n, "ann", OUTCOME_LOST);
    night_batch(&n, AP, SENATE("won", ""), NIGHT_AT(2));
    night_unchanged(&n, AP, NIGHT_AT(4));
    matched_is(&n, "ann", OUTCOME_LOST);
    assert_true(night_race(&n, "ann")->flags & RACE_CONFLICT);
    night_batch(&n, DDHQ, SENATE("won", ""), NIGHT_AT(5)); /* it says so itself by now */
    night_unchanged(&n, AP, NIGHT_AT(7));
    night_unchanged(&n, DDHQ, NIGHT_AT(8));
    matched_is(&n, "ann", OUTCOME_WON);
    assert_int_equal(core_tally(n.core)->called_by[calls_rank(&n.s, SLICE("ap"))], 1);
    night_close(&n);
}

/* ---- what is shown ---- */

static struct slice explained(const struct night *n, const char *id, struct buf *text)
{
    struct err e;

    buf_clear(text);
    assert_true(documents_explain(core_model(n->core), core_tally(n->core), slice_of(id),
                                  NIGHT_AT(9), text, &e));
    return buf_slice(text);
}

#define BEHIND(a, votes)                                                                           \
    "contest 1|State Senate District 1|GA ; stated\nchoice 11|Ann Archer|D ; " a                   \
    "\nchoice 13|Other One|R\ntotal " votes "\n"

static void test_a_call_stands_though_its_candidate_trails_and_is_shown_so(void **state)
{
    struct buf text;
    struct night n;
    struct err e;
    (void)state;
    buf_init(&text, 65536);
    night_open(&n, list);
    night_batch(&n, AP, BEHIND("", "100 900"), NIGHT_AT(1));
    assert_true(night_says(night_message(&n, MESSAGE_RACE, 0)->data,
                           "\"state\":\"trailing\",\"trails\":false"));
    night_batch(&n, AP, BEHIND("won", "110 910"), NIGHT_AT(2));
    matched_is(&n, "ann", OUTCOME_WON);
    assert_true(
        night_says(night_message(&n, MESSAGE_RACE, 0)->data, "\"state\":\"won\",\"trails\":true"));
    assert_true(night_says(explained(&n, "ann", &text), "won, and trails in the votes on air"));
    buf_clear(&text);
    assert_true(documents_races(core_model(n.core), NULL, 0, false, &text, &e));
    assert_true(night_says(buf_slice(&text), "Ann Archer 110 won, trailing"));
    night_batch(&n, AP, BEHIND("won", "1100 920"), NIGHT_AT(3));
    assert_true(
        night_says(night_message(&n, MESSAGE_RACE, 0)->data, "\"state\":\"won\",\"trails\":false"));
    assert_false(night_says(explained(&n, "ann", &text), "trails"));
    buf_done(&text);
    night_close(&n);
}

/* When it begins, by name, and once; explain has it while it lasts. */
static void test_a_conflict_is_told_once(void **state)
{
    struct buf text;
    struct night n;
    (void)state;
    buf_init(&text, 65536);
    night_open(&n, list);
    night_batch(&n, DDHQ, SENATE("won", ""), NIGHT_AT(1));
    assert_int_equal(n.out.note_count, 0);
    night_batch(&n, AP, SENATE("", "won"), NIGHT_AT(2));
    assert_int_equal(n.out.note_count, 1);
    assert_int_equal(n.out.notes[0].verdict, VERDICT_CALLS_DIFFER);
    assert_int_equal(n.out.notes[0].source, NONE);
    assert_true(slice_is(n.out.notes[0].contest, "ga-ss-1"));
    assert_true(slice_is(n.out.notes[0].text, "Ann Archer is lost by ap, won by ddhq"));
    assert_true(night_says(explained(&n, "ann", &text),
                           "conflict: Ann Archer is lost by ap, won by ddhq\n"));
    night_batch(&n, AP, SENATE("", "won") HOUSE("", ""), NIGHT_AT(3));
    night_batch(&n, DDHQ, SENATE("won", "lost"), NIGHT_AT(4));
    assert_int_equal(n.out.note_count, 0);
    night_batch(&n, DDHQ, SENATE("", "won"), NIGHT_AT(5));
    night_unchanged(&n, DDHQ, NIGHT_AT(7));
    assert_false(night_race(&n, "ann")->flags & RACE_CONFLICT);
    assert_false(night_says(explained(&n, "ann", &text), "conflict"));
    assert_true(night_decide(&n, "call", "ann", "won", NIGHT_AT(8))); /* begins anew */
    assert_int_equal(n.out.note_count, 1);
    assert_true(
        slice_is(n.out.notes[0].text, "Ann Archer is won by desk, lost by ap, lost by ddhq"));
    night_close(&n);
    night_open(&n, list);
    night_batch(&n, AP,
                "contest 1|State Senate District 1|GA ; stated seats=2\nchoice 11|Ann Archer|D\n"
                "choice 13|Other One|R\ntotal 9 8\n",
                NIGHT_AT(1));
    assert_int_equal(n.out.note_count, 1);
    assert_true(night_says(n.out.notes[0].text, "are stated differently"));
    buf_done(&text);
    night_close(&n);
}

/* What was called stands though the list has fewer seats, or places, since: it is said, in words.
 */
static void test_more_of_ours_than_the_list_has_room_for_are_a_conflict(void **state)
{
#define ROWS(seats, places)                                                                        \
    "endorsement_id,candidate_name,state,office,district,race_id,seats_to_fill,advance_to\n"       \
    "ann,Ann Archer,GA,City Council,1,x," seats "," places "\n"                                    \
    "bob,Bob Baker,GA,City Council,1,x," seats "," places "\n"                                     \
    "cat,Cat Cole,GA,City Council,1,x," seats "," places "\n"
    static const struct {
        const char *outcome, *then, *now, *says;
    } cases[] = {
        {"won", ROWS("3", ""), ROWS("2", ""),
         "conflict: 3 of ours have won, and there are 2 seats"},
        {"won", ROWS("3", ""), ROWS("1", ""), "conflict: 3 of ours have won, and there is 1 seat"},
        {"advanced", ROWS("1", "3"), ROWS("1", "2"),
         "conflict: 3 of ours go on, and there are 2 places"},
        {"advanced", ROWS("1", "3"), ROWS("1", "3"), NULL},
    };
#undef ROWS
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct night was, n;
        struct buf text;
        struct err e;
        night_open(&was, cases[i].then);
        assert_true(night_decide(&was, "call", "ann", cases[i].outcome, NIGHT_AT(1)));
        assert_true(night_decide(&was, "call", "bob", cases[i].outcome, NIGHT_AT(2)));
        assert_true(night_decide(&was, "call", "cat", cases[i].outcome, NIGHT_AT(3)));
        night_open(&n, cases[i].now);
        assert_true(night_restore(n.core, core_model(was.core)));
        buf_init(&text, 65536);
        assert_true(documents_explain(core_model(n.core), core_tally(n.core), SLICE("x"),
                                      NIGHT_AT(4), &text, &e));
        assert_int_equal((night_race(&n, "ann")->flags & RACE_CONFLICT) != 0,
                         cases[i].says != NULL);
        if (cases[i].says && !night_says(buf_slice(&text), cases[i].says))
            fail_msg("not '%s' in:\n%.*s", cases[i].says, SLICE_FMT(buf_slice(&text)));
        buf_done(&text);
        night_close(&n);
        night_close(&was);
    }
}

/* What another feed of the authority says of it is that feed's: the loss rests on what it did. */
#define LINES(a, c, d)                                                                             \
    "contest 2|School Board District 2|GA ; stated\nchoice 21|Cat Cole| ; " a                      \
    "\nchoice 23|Other Two| ; " c "\nchoice 24|Other Three| ; " d "\ntotal 50 30 20\n"
static void test_a_loss_is_not_said_again_by_another_feed(void **state)
{
    struct night n;
    (void)state;
    night_open(&n,
               "endorsement_id,candidate_name,state,office,district,seats_to_fill,source_hints\n"
               "cat,Cat Cole,GA,School Board,2,2,state=2|votes=2\n");
    n.sources[STATE].calls = n.sources[VOTES].calls = CALLS_LIVE;
    night_batch(&n, VOTES, LINES("", "won", "won"), NIGHT_AT(1));
    outcome_is(&n, "cat", OUTCOME_LOST);
    size_t claims = core_model(n.core)->claim_count;
    night_batch(&n, STATE, LINES("lost", "", ""), NIGHT_AT(2));
    outcome_is(&n, "cat", OUTCOME_LOST);
    assert_int_equal(core_model(n.core)->claim_count, claims);
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_retraction_half_seen_is_not_lost_in_a_restart),
        cmocka_unit_test(test_calls_that_vanished_together_are_held_over_a_restart),
        cmocka_unit_test(test_a_loss_is_not_said_again_by_another_feed),
        cmocka_unit_test(test_a_note_counts_nowhere),
        cmocka_unit_test(test_more_of_ours_than_the_list_has_room_for_are_a_conflict),
        cmocka_unit_test(test_a_place_of_ours_is_called_though_its_mark_is_gone),
        cmocka_unit_test(test_a_claim_that_does_not_count_is_no_change),
        cmocka_unit_test(test_moved_marks_are_advice_after_a_restart_too),
        cmocka_unit_test(test_a_mark_that_moves_in_two_steps_has_moved),
        cmocka_unit_test(test_what_one_feed_called_another_does_not_take_back),
        cmocka_unit_test(test_two_feeds_that_differ_call_nothing),
        cmocka_unit_test(test_a_call_stands_though_its_candidate_trails_and_is_shown_so),
        cmocka_unit_test(test_a_conflict_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
