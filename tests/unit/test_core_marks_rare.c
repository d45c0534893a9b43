/* SPDX-License-Identifier: ISC */
/* Marks as feeds rarely have them: lines without names, two feeds of one authority, a source that
 * was renamed, a contest county by county. */
#include "tests/unit/night.h"

enum { AP, DDHQ, STATE, VOTES };
#define FINAL "facts status=3\n"

/* The site says that nothing is new since the payload kept. */
static void unchanged(struct night *n, uint32_t source, int64_t at_ms)
{
    struct event ev = {.type = EVENT_UNCHANGED,
                       .source = source,
                       .digest = {n->serial, source},
                       .received_ms = at_ms};

    night_apply(n, &ev, at_ms);
}

/* Nobody has lost while it is not known how many go on. */
static void places_that_are_stated_differently_are_a_conflict(void **state)
{
#define ROUND(places)                                                                              \
    "contest 1|Mayor|GA|Cobb ; stated places=" places                                              \
    "\nchoice 1|Ann Archer\nchoice 2|Bo Li ; advanced\nchoice 3|Cy Cox ; advanced\ntotal 9 8 7\n"
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,county,race_id,seats_to_fill\n"
                   "ann,Ann Archer,GA,Mayor,Cobb,mayor,1\n");
    night_batch(&n, VOTES, ROUND("3"), NIGHT_AT(1));
    night_batch(&n, AP, ROUND("2"), NIGHT_AT(2));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    assert_int_equal(night_race(&n, "ann")->places, -1);
    assert_true(night_race(&n, "ann")->flags & RACE_CONFLICT);
    night_batch(&n, VOTES, ROUND("2"), NIGHT_AT(3));
    outcome_is(&n, "ann", OUTCOME_LOST);
    assert_false(night_race(&n, "ann")->flags & RACE_CONFLICT);
    night_close(&n);
#undef ROUND
}

/* A county's mark is its own, also where the list names no counties. */
static void a_mark_of_one_county_of_two_calls_nothing(void **state)
{
#define COUNTY(county, mark)                                                                       \
    "contest 1|State Senate District 1|GA|" county                                                 \
    " ; stated seats=1\nchoice 1|Ann Archer|D ; " mark "\nchoice 2|Bo Li|R\ntotal 9 8\n"
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,district,race_id,seats_to_fill\n"
                   "ann,Ann Archer,GA,State Senate,1,senate,1\n");
    night_batch(&n, AP, COUNTY("Cobb", "won") COUNTY("Bibb", ""), NIGHT_AT(1));
    assert_int_equal(night_race(&n, "ann")->contest_count, 2);
    outcome_is(&n, "ann", OUTCOME_PENDING);
    night_close(&n);
#undef COUNTY
}

/* ... nor is the mark of a county of which nothing says that it has all of a district of the state,
 * or of a circuit; of an office of its own it is. */
static void a_countys_mark_calls_no_district_that_may_reach_beyond_it(void **state)
{
#define FACED(id, office, name)                                                                    \
    "contest " id "|" office "|GA ; stated seats=1\nchoice 1|" name                                \
    "|D ; won\nchoice 2|Other One|R\ntotal 9 8\n"
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,district,counties,seats_to_fill\n"
                   "ann,Ann Archer,GA,State House,12,,1\n"
                   "bea,Bea Boyd,GA,State House,13,Elm,1\n"
                   "cal,Cal Cole,GA,District Attorney,5,,1\n"
                   "dee,Dee Dorn,GA,Mayor of Oak,,,1\n");
    n.sources[STATE].county = SLICE("Elm");
    n.sources[STATE].calls = CALLS_LIVE;
    night_batch(&n, STATE,
                FINAL FACED("1", "State House District 12", "Ann Archer")
                    FACED("2", "State House District 13", "Bea Boyd")
                        FACED("3", "District Attorney District 5", "Cal Cole")
                            FACED("4", "Mayor of Oak", "Dee Dorn"),
                NIGHT_AT(1));
    for (const char *const *id = (const char *const[]){"ann", "cal", NULL}; *id; id++)
        assert_int_equal(night_race(&n, *id)->contest_count, 1);
    outcome_is(&n, "ann", OUTCOME_PENDING);
    outcome_is(&n, "bea", OUTCOME_WON);
    outcome_is(&n, "cal", OUTCOME_PENDING);
    outcome_is(&n, "dee", OUTCOME_WON);
    night_close(&n);
#undef FACED
}

/* AP's live JSON has ids only, and two lines without a name are two people. */
static void winners_without_names_are_counted_by_their_lines(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,race_id,seats_to_fill,"
                   "ap_race_id,ap_candidate_id\n"
                   "ann,Ann Archer,GA,School Board,board,2,77,11\n"
                   "bo,Bo Li,GA,School Board,board,2,77,12\n");
    night_batch(&n, AP,
                "contest 77||GA ; stated\nchoice 11\nchoice 12 ; won\nchoice 13 ; won\n"
                "choice 14\ntotal 9 8 7 6\n",
                NIGHT_AT(1));
    outcome_is(&n, "bo", OUTCOME_WON);
    outcome_is(&n, "ann", OUTCOME_LOST); /* both seats are called */
    assert_int_equal(night_race(&n, "bo")->seats_called, 2);
    night_close(&n);
}

/* Write-ins are won by whoever they are for: a line that names nobody fills no seat. */
static void a_line_of_write_ins_without_a_name_fills_no_seat(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,race_id,seats_to_fill,source_hints\n"
                   "ann,Ann Archer,GA,Mayor,mayor,1,ap=1\n");
    night_batch(&n, AP,
                "contest 1|Mayor|GA ; stated\nchoice 1|Ann Archer\nchoice 2|| ; write-in won\n"
                "total 9 8\n",
                NIGHT_AT(1));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    night_batch(&n, AP,
                "contest 1|Mayor|GA ; stated\nchoice 1|Ann Archer\nchoice 2|Bo Li| ; write-in won\n"
                "total 9 8\n",
                NIGHT_AT(2));
    outcome_is(&n, "ann", OUTCOME_LOST);
    night_close(&n);
}

/* One person on two party lines who has won on one has won, whatever the other is marked; that line
 * is what it rests on. */
static void of_two_lines_of_one_person_the_won_one_counts(void **state)
{
    static const struct {
        const char *d, *wfp, *choice;
    } marks[] = {{"won", "advanced", "choice 71 mark won"},
                 {"advanced", "won", "choice 72 mark won"}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct night n;
        night_open(&n, "endorsement_id,candidate_name,state,office,district,party,race_id,"
                       "seats_to_fill,source_hints\n"
                       "sue,Sue Stone,CT,State Senate,7,D,senate,1,ap=7\n");
        n.polls[3].state = SLICE("CT");
        night_anew(&n);
        night_batch(&n, AP,
                    arena_printf(n.a,
                                 "contest 7|State Senate District 7|CT ; stated\n"
                                 "choice 71|Sue Stone|D ; %s\nchoice 72|Sue Stone|WFP ; %s\n"
                                 "choice 73|Tom Thorn|R\ntotal 9 2 8\n",
                                 marks[i].d, marks[i].wfp)
                        .ptr,
                    NIGHT_AT(1));
        outcome_is(&n, "sue", OUTCOME_WON);
        assert_true(night_says(core_model(n.core)->claims[0].evidence, marks[i].choice));
        night_close(&n);
    }
}

/* ... and two lines that the desk gave to one person have one seat, however their names are spelt.
 */
static void two_lines_that_the_desk_gave_to_one_person_fill_one_seat(void **state)
{
    static const char text[] =
        "contest 7|School Board|GA ; stated\nchoice 71|Sue Stone ; won\n"
        "choice 72|Susanna Stone-Hill ; won\nchoice 73|Tom Thorn\ntotal 9 2 8\n";
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,race_id,seats_to_fill,source_hints\n"
                   "sue,Sue Stone,GA,School Board,board,2,ap=7\n"
                   "tom,Tom Thorn,GA,School Board,board,2,ap=7\n");
    night_batch(&n, AP,
                "contest 7|School Board|GA\nchoice 71|Sue Stone\n"
                "choice 72|Susanna Stone-Hill\nchoice 73|Tom Thorn\ntotal 9 2 8\n",
                NIGHT_AT(1));
    assert_true(night_decide(&n, "match accept", "sue", "ap 7 susanna", NIGHT_AT(2)));
    assert_true(night_decide(&n, "match accept", "sue", "ap 7 71", NIGHT_AT(2)));
    night_batch(&n, AP, text, NIGHT_AT(3));
    outcome_is(&n, "sue", OUTCOME_WON);
    outcome_is(&n, "tom", OUTCOME_PENDING);
    assert_int_equal(night_race(&n, "sue")->seats_called, 1);
    night_close(&n);
}

#define SENATE(ours, other)                                                                        \
    "contest 1|State Senate District 1|GA ; stated\nchoice 1|Ann Archer|D ; " ours                 \
    "\nchoice 2|Bo Li|R ; " other "\ntotal 9 8\n"
static const char senate[] =
    "endorsement_id,candidate_name,state,office,district,race_id,seats_to_fill,source_hints\n"
    "ann,Ann Archer,GA,State Senate,1,senate,1,ap=1|ddhq=1|state=1\n";

/* What it called under its old name it may take back under the new one: else nobody could. */
static void a_renamed_source_may_take_back_its_call(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, senate);
    night_batch(&n, STATE, FINAL SENATE("won", ""), NIGHT_AT(1));
    outcome_is(&n, "ann", OUTCOME_WON);
    n.sources[STATE].name = SLICE("secretary");
    core_free(night_restart(&n));
    night_batch(&n, STATE, FINAL SENATE("", ""), NIGHT_AT(3));
    unchanged(&n, STATE, NIGHT_AT(5));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    night_close(&n);
}

/* Of two feeds of one authority the first called nothing, and says nothing new all night: a call
 * that the second took back stood as long. */
static void a_call_is_taken_back_by_the_feed_that_made_it(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, senate);
    n.sources[DDHQ].authority = SLICE("ap");
    night_anew(&n);
    night_batch(&n, AP, SENATE("", ""), NIGHT_AT(1));
    night_batch(&n, DDHQ, SENATE("won", ""), NIGHT_AT(2));
    outcome_is(&n, "ann", OUTCOME_WON);
    night_batch(&n, DDHQ, SENATE("", ""), NIGHT_AT(3));
    outcome_is(&n, "ann", OUTCOME_WON);
    unchanged(&n, DDHQ, NIGHT_AT(4) - 1);
    outcome_is(&n, "ann", OUTCOME_WON);
    unchanged(&n, DDHQ, NIGHT_AT(4));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    night_close(&n);
}

/* What is marked after a freeze calls no seat; what was called before it is. */
static void a_freeze_opens_no_seat_and_calls_none(void **state)
{
#define BOARD(bo, cy)                                                                              \
    "contest 2|School Board|GA ; stated\nchoice 1|Ann Archer\nchoice 2|Bo Li| ; " bo               \
    "\nchoice 3|Cy Cox| ; " cy "\ntotal 9 8 7\n"
    (void)state;
    for (int called = 0; called < 2; called++) {
        struct night n;
        night_open(&n, "endorsement_id,candidate_name,state,office,race_id,seats_to_fill,"
                       "source_hints\nann,Ann Archer,GA,School Board,board,2,ap=2\n");
        if (called)
            night_batch(&n, AP, BOARD("won", "won"), NIGHT_AT(1));
        assert_true(night_decide(&n, "freeze", "board", "", NIGHT_AT(2)));
        night_batch(&n, AP, BOARD("won", "won") "\n", NIGHT_AT(3));
        outcome_is(&n, "ann", called ? OUTCOME_LOST : OUTCOME_PENDING);
        assert_int_equal(night_race(&n, "ann")->seats_called, called ? 2 : 0);
        assert_int_equal(night_race(&n, "ann")->status, called ? RACE_CALLED : RACE_UNCALLED);
        night_close(&n);
    }
#undef BOARD
}

/* ... nor the second of two, where the first had been called. */
static void a_mark_after_a_freeze_calls_no_further_seat(void **state)
{
#define BOARD(bo)                                                                                  \
    "contest 2|School Board|GA ; stated\nchoice 1|Ann Archer| ; won\nchoice 2|Bo Li| ; " bo        \
    "\nchoice 3|Cy Cox\ntotal 9 8 7\n"
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,race_id,seats_to_fill,"
                   "source_hints\nann,Ann Archer,GA,School Board,board,2,ap=2\n");
    night_batch(&n, AP, BOARD(""), NIGHT_AT(1));
    assert_true(night_decide(&n, "freeze", "board", "", NIGHT_AT(2)));
    night_batch(&n, AP, BOARD("won"), NIGHT_AT(3));
    outcome_is(&n, "ann", OUTCOME_WON);
    assert_int_equal(night_race(&n, "ann")->seats_called, 1);
    assert_int_equal(night_race(&n, "ann")->status, RACE_PARTLY_CALLED);
    night_close(&n);
#undef BOARD
}

/* Whom the desk called lost has taken nobody's seat. */
static void a_loss_by_the_desk_takes_no_seat(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,race_id,seats_to_fill,source_hints\n"
                   "ann,Ann Archer,GA,Mayor,mayor,1,ap=1\nbo,Bo Li,GA,Mayor,mayor,1,ap=1\n");
    assert_true(night_decide(&n, "call", "bo", "lost", NIGHT_AT(1)));
    night_batch(&n, AP,
                "contest 1|Mayor|GA ; stated\nchoice 1|Ann Archer| ; won\nchoice 2|Bo Li\n"
                "total 9 8\n",
                NIGHT_AT(2));
    outcome_is(&n, "ann", OUTCOME_WON);
    assert_false(night_race(&n, "ann")->flags & RACE_CONFLICT);
    night_close(&n);
}

/* Where two feeds of one authority differ on ours, its seat is one of those that are marked: the
 * other seat of the board is not called by it. */
static void a_seat_on_which_feeds_differ_is_counted_once(void **state)
{
#define BOARD(ann, bo)                                                                             \
    "contest 2|School Board|GA ; stated\nchoice 1|Ann Archer| ; " ann "\nchoice 2|Bo Li| ; " bo    \
    "\nchoice 3|Cy Cox\ntotal 9 8 7\n"
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,race_id,seats_to_fill,source_hints\n"
                   "ann,Ann Archer,GA,School Board,board,2,ap=2|ddhq=2\n");
    n.sources[DDHQ].authority = SLICE("ap");
    night_anew(&n);
    night_batch(&n, AP, BOARD("won", ""), NIGHT_AT(1));
    night_batch(&n, DDHQ, BOARD("lost", "won"), NIGHT_AT(2));
    outcome_is(&n, "ann", OUTCOME_WON);
    assert_true(night_race(&n, "ann")->flags & RACE_CONFLICT);
    assert_int_equal(night_race(&n, "ann")->seats_called, 1);
    assert_int_equal(night_race(&n, "ann")->status, RACE_PARTLY_CALLED);
    night_close(&n);
#undef BOARD
}

/* The last payload that was good in all parts is older than what was called since: after a restart
 * it moves no mark. */
static void a_payload_kept_over_a_restart_moves_no_mark(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, senate);
    night_batch(&n, STATE, FINAL SENATE("", "won"), NIGHT_AT(1));
    outcome_is(&n, "ann", OUTCOME_LOST);
    struct digest first = {n.serial, STATE};
    night_batch(&n, STATE, FINAL SENATE("", ""), NIGHT_AT(2));
    night_batch(&n, STATE, FINAL SENATE("", ""), NIGHT_AT(4));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    struct digest last = {n.serial, STATE};
    core_free(night_restart(&n)); /* which does not remember where the mark was */
    night_kept(&n, STATE, FINAL SENATE("", ""), last, NIGHT_AT(4), NIGHT_AT(5));
    night_batch(&n, STATE, FINAL SENATE("won", ""), NIGHT_AT(5));
    outcome_is(&n, "ann", OUTCOME_WON);
    core_free(night_restart(&n));
    night_kept(&n, STATE, FINAL SENATE("", "won"), first, NIGHT_AT(1), NIGHT_AT(6));
    outcome_is(&n, "ann", OUTCOME_WON);
    assert_false(core_model(n.core)->feeds[STATE].advisory);
    night_close(&n);
}

/* Polls were moved after a call: until they close nothing that is marked is a word, nor a move. */
static void a_mark_that_moves_before_polls_close_has_not_moved(void **state)
{
#define NO_VOTES(ours, other)                                                                      \
    "contest 1|State Senate District 1|GA ; stated\nchoice 1|Ann Archer|D ; " ours                 \
    "\nchoice 2|Bo Li|R ; " other "\ntotal ? ?\n"
    struct night n;
    (void)state;
    night_open(&n, senate);
    night_batch(&n, STATE, FINAL NO_VOTES("won", ""), NIGHT_AT(1));
    outcome_is(&n, "ann", OUTCOME_WON);
    assert_true(night_decide(&n, "polls", "GA", "20:00", NIGHT_AT(2)));
    night_batch(&n, STATE, FINAL NO_VOTES("", "won"), NIGHT_AT(10));
    night_batch(&n, STATE, FINAL NO_VOTES("won", ""), NIGHT_AT(20));
    night_tick(&n, NIGHT_AT(60));
    outcome_is(&n, "ann", OUTCOME_WON);
    assert_false(core_model(n.core)->feeds[STATE].advisory);
    night_batch(&n, STATE, FINAL NO_VOTES("", "won"), NIGHT_AT(61));
    assert_true(core_model(n.core)->feeds[STATE].advisory);
    night_close(&n);
#undef NO_VOTES
}

/* A write-in of ours is no opponent of its own, and what stands in a contest without it is none. */
static void who_is_unopposed_is_not_opposed_by_its_own_line(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,race_id,seats_to_fill,status,"
                   "source_hints\n"
                   "ann,Ann Archer,GA,Sheriff,sheriff,1,unopposed,ap=1\n"
                   "bo,Bo Li,GA,School Board,board,2,unopposed,ddhq=2\n"
                   "cy,Cy Cox,GA,School Board,board,2,unopposed,ap=2\n");
    night_batch(&n, AP,
                "contest 1|Sheriff|GA ; stated\nchoice 1|Ann Archer| ; write-in\ntotal 9\n"
                "contest 2|School Board|GA ; stated\nchoice 2|Cy Cox\n"
                "choice 3|Write-in| ; write-in\ntotal 8 7\n",
                NIGHT_AT(1));
    night_batch(&n, DDHQ, "contest 2|School Board|GA ; stated\nchoice 2|Bo Li\ntotal 8\n",
                NIGHT_AT(2));
    outcome_is(&n, "ann", OUTCOME_WON);
    outcome_is(&n, "bo", OUTCOME_WON);
    outcome_is(&n, "cy", OUTCOME_PENDING);
    night_close(&n);
}

/* Whoever votes against the one who stands votes for nobody: "No" is no opponent. */
static void a_side_is_no_opponent_of_who_is_unopposed(void **state)
{
#define JUDGE(other)                                                                               \
    "contest 1|Sheriff|GA ; stated\nchoice 1|Ann Archer\nchoice 2|" other "\ntotal 9 3\n"
    (void)state;
    for (int opposed = 0; opposed < 2; opposed++) {
        struct night n;
        night_open(&n, "endorsement_id,candidate_name,state,office,race_id,seats_to_fill,status,"
                       "source_hints\nann,Ann Archer,GA,Sheriff,sheriff,1,unopposed,ap=1\n");
        night_batch(&n, AP, opposed ? JUDGE("Bo Li") : JUDGE("No"), NIGHT_AT(1));
        outcome_is(&n, "ann", opposed ? OUTCOME_PENDING : OUTCOME_WON);
        night_close(&n);
    }
#undef JUDGE
}

/* Of two names that begin alike nobody knows that they are one, where the rest of one finds no
 * room: a character of 3 bytes may be 18 letters of plain text. */
static void names_too_long_to_compare_are_two_people(void **state)
{
#define TEN(c) c c c c c c c c c c
#define LONG TEN("\xef\xb7\xba") TEN("\xef\xb7\xba") TEN("\xef\xb7\xba") TEN("\xef\xb7\xba")
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,race_id,seats_to_fill,source_hints\n"
                   "ann,Ann Archer,GA,School Board,board,3,ap=2\n");
    night_batch(&n, AP,
                "contest 2|School Board|GA ; stated\nchoice 1|Ann Archer\n"
                "choice 2|" LONG "A ; won\nchoice 3|" LONG "B ; won\nchoice 4|Cy Cox ; won\n"
                "total 9 8 7 6\n",
                NIGHT_AT(1));
    outcome_is(&n, "ann", OUTCOME_LOST);
    assert_int_equal(night_race(&n, "ann")->seats_called, 3);
    night_close(&n);
#undef LONG
#undef TEN
}

/* A person on two lines fills one seat, whichever way the lines write the name. */
static void one_winner_whose_name_is_written_two_ways_fills_one_seat(void **state)
{
#define BOARD(second)                                                                              \
    "contest 1|School Board|GA ; stated\nchoice 1|Ann Archer\nchoice 2|Smith, John P ; won\n"      \
    "choice 3|" second " ; won\ntotal 9 8 7\n"
    (void)state;
    for (int two = 0; two < 2; two++) {
        struct night n;
        night_open(&n, "endorsement_id,candidate_name,state,office,race_id,seats_to_fill,"
                       "source_hints\nann,Ann Archer,GA,School Board,board,2,ap=1\n");
        night_batch(&n, AP, two ? BOARD("John P Smith Jr") : BOARD("John P. Smith"), NIGHT_AT(1));
        outcome_is(&n, "ann", two ? OUTCOME_LOST : OUTCOME_PENDING);
        night_close(&n);
    }
#undef BOARD
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_that_are_stated_differently_are_a_conflict),
        cmocka_unit_test(a_mark_of_one_county_of_two_calls_nothing),
        cmocka_unit_test(a_countys_mark_calls_no_district_that_may_reach_beyond_it),
        cmocka_unit_test(winners_without_names_are_counted_by_their_lines),
        cmocka_unit_test(a_line_of_write_ins_without_a_name_fills_no_seat),
        cmocka_unit_test(of_two_lines_of_one_person_the_won_one_counts),
        cmocka_unit_test(two_lines_that_the_desk_gave_to_one_person_fill_one_seat),
        cmocka_unit_test(a_renamed_source_may_take_back_its_call),
        cmocka_unit_test(a_call_is_taken_back_by_the_feed_that_made_it),
        cmocka_unit_test(a_freeze_opens_no_seat_and_calls_none),
        cmocka_unit_test(a_mark_after_a_freeze_calls_no_further_seat),
        cmocka_unit_test(a_loss_by_the_desk_takes_no_seat),
        cmocka_unit_test(a_seat_on_which_feeds_differ_is_counted_once),
        cmocka_unit_test(a_payload_kept_over_a_restart_moves_no_mark),
        cmocka_unit_test(a_mark_that_moves_before_polls_close_has_not_moved),
        cmocka_unit_test(who_is_unopposed_is_not_opposed_by_its_own_line),
        cmocka_unit_test(a_side_is_no_opponent_of_who_is_unopposed),
        cmocka_unit_test(names_too_long_to_compare_are_two_people),
        cmocka_unit_test(one_winner_whose_name_is_written_two_ways_fills_one_seat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
