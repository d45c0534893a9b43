/* SPDX-License-Identifier: ISC */
/* Wins without an opponent: who may say so, what speaks against it, and how it is taken back. */
#include "tests/unit/night.h"

static const char list[] =
    "endorsement_id,candidate_name,state,office,district,party,race_id,seats_to_fill,source_hints,"
    "status\n"
    "ann,Ann Archer,GA,State Senate,1,D,ga-ss-1,1,ap=1|ddhq=1,active\n"
    "xav,Xavier Xeno,GA,State Senate,1,R,ga-ss-1,1,ap=1|ddhq=1,active\n"
    "bob,Bob Baker,GA,State House,2,D,ga-sh-2,1,ap=2|ddhq=2,active\n"
    "cat,Cat Cole,GA,School Board,3,,ga-sb-3,2,ap=3,active\n"
    "dan,Dan Dorn,GA,School Board,3,,ga-sb-3,2,ap=3,active\n"
    "uma,Uma Ulm,GA,Coroner,,D,ga-coroner,1,ap=4|votes=4,unopposed\n"
    "hal,Hal Hill,GA,Sheriff,,D,ga-sheriff,1,ap=5,elected_unopposed\n";

#define SENATE(says, votes)                                                                        \
    "contest 1|State Senate District 1|GA ; stated " says "\nchoice 11|Ann Archer|D\n"             \
    "choice 12|Xavier Xeno|R\ntotal " votes "\n"
#define HOUSE(says, votes)                                                                         \
    "contest 2|State House District 2|GA ; stated " says "\nchoice 21|Bob Baker|D\n"               \
    "choice 22|Yves Yarrow|R\ntotal " votes "\n"
#define ALONE(says, votes)                                                                         \
    "contest 2|State House District 2|GA ; stated " says "\nchoice 21|Bob Baker|D\ntotal " votes   \
    "\n"
#define BOARD(says, votes)                                                                         \
    "contest 3|School Board District 3|GA ; stated " says "\nchoice 31|Cat Cole\n"                 \
    "choice 32|Dan Dorn\nchoice 33|Other One\ntotal " votes "\n"
#define CORONER(votes)                                                                             \
    "contest 4|Coroner|GA ; stated\nchoice 41|Uma Ulm|D\nchoice 42|Vic Vale|R\n"                   \
    "choice 43|Over Votes\ntotal " votes "\n"
#define BOARD_OF_TWO                                                                               \
    "contest 3|School Board District 3|GA ; stated uncontested\nchoice 31|Cat Cole\n"              \
    "choice 32|Dan Dorn\ntotal 50 40\n"
#define CORONER_ALONE(votes)                                                                       \
    "contest 4|Coroner|GA ; stated\nchoice 41|Uma Ulm|D\nchoice 43|Over Votes\ntotal " votes "\n"
#define SHERIFF                                                                                    \
    "contest 5|Sheriff|GA ; stated\nchoice 51|Hal Hill|D\nchoice 52|Write-in| ; write-in\n"        \
    "total 90 30\n"
#define FLAG "uncontested"

enum { AP, DDHQ, STATE, VOTES };

/* In a contest that was matched. */
static void matched_is(const struct night *n, const char *id, enum outcome o)
{
    if (night_race(n, id)->contest_count == 0)
        fail_msg("%s: the list of this test matches nothing", id);
    outcome_is(n, id, o);
}

static bool conflict(const struct night *n, const char *id)
{
    return (night_race(n, id)->flags & RACE_CONFLICT) != 0;
}

static void test_a_flag_is_no_win_where_another_has_votes(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, HOUSE(FLAG, "1100 7000"), NIGHT_AT(1));
    matched_is(&n, "bob", OUTCOME_PENDING);
    assert_true(conflict(&n, "bob"));
    night_close(&n);
    night_open(&n, list);
    night_batch(&n, AP, HOUSE(FLAG, "1100 0"), NIGHT_AT(1)); /* who is on the ballot stands */
    matched_is(&n, "bob", OUTCOME_PENDING);
    assert_true(conflict(&n, "bob"));
    night_close(&n);
    night_open(&n, list);
    night_batch(&n, AP, ALONE(FLAG, "1100"), NIGHT_AT(1));
    matched_is(&n, "bob", OUTCOME_WON);
    assert_false(conflict(&n, "bob"));
    night_batch(&n, AP, HOUSE(FLAG, "1200 900"), NIGHT_AT(2)); /* votes are no absence: at once */
    matched_is(&n, "bob", OUTCOME_PENDING);
    assert_int_equal(night_count(&n, MESSAGE_RETRACTION), 1);
    assert_true(conflict(&n, "bob"));
    night_close(&n);
}

/* Two contests of the feed fit: by neither, and the figures of the first stay. */
static void test_a_flag_is_no_win_in_a_contest_that_waits_in_review(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,district,race_id,seats_to_fill\n"
                   "bob,Bob Baker,GA,State House,2,ga-sh-2,1\n");
    night_batch(&n, AP, ALONE("", "1000"), NIGHT_AT(1));
    night_batch(&n, AP,
                ALONE(FLAG, "1100") "contest 9|State House, District 2|GA ; stated uncontested\n"
                                    "choice 91|Bob Baker|D\ntotal 9\n",
                NIGHT_AT(2));
    matched_is(&n, "bob", OUTCOME_PENDING);
    assert_int_equal(night_race(&n, "bob")->choices[0].votes, 1100);
    assert_true(night_race(&n, "bob")->flags & RACE_IN_DOUBT);
    night_batch(&n, AP, ALONE(FLAG, "1100"), NIGHT_AT(3));
    matched_is(&n, "bob", OUTCOME_WON);
    night_close(&n);
}

static void test_a_flag_gives_no_two_wins_for_one_seat(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE(FLAG, "0 0"), NIGHT_AT(1));
    matched_is(&n, "ann", OUTCOME_PENDING);
    matched_is(&n, "xav", OUTCOME_PENDING);
    assert_true(conflict(&n, "ann"));
    night_batch(&n, AP, SENATE(FLAG, "1100 5900"), NIGHT_AT(2));
    matched_is(&n, "ann", OUTCOME_PENDING);
    matched_is(&n, "xav", OUTCOME_PENDING);
    night_close(&n);
}

/* As many names as seats, or fewer, is uncontested. */
static void test_a_board_without_a_contest_is_won_by_all(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, BOARD_OF_TWO, NIGHT_AT(1));
    matched_is(&n, "cat", OUTCOME_WON);
    matched_is(&n, "dan", OUTCOME_WON);
    night_batch(&n, AP, BOARD(FLAG, "50 40 1"), NIGHT_AT(2));
    matched_is(&n, "cat", OUTCOME_PENDING);
    matched_is(&n, "dan", OUTCOME_PENDING);
    night_close(&n);
}

static void test_a_listed_status_is_no_win_where_another_has_votes(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, CORONER("100 90000 7"), NIGHT_AT(1));
    matched_is(&n, "uma", OUTCOME_PENDING);
    assert_true(conflict(&n, "uma"));
    night_close(&n);
    night_open(&n, list);
    night_batch(&n, AP, CORONER_ALONE("100 7"), NIGHT_AT(1)); /* over votes are nobody's */
    matched_is(&n, "uma", OUTCOME_WON);
    assert_false(conflict(&n, "uma"));
    night_close(&n);
}

static void test_a_flag_that_goes_takes_its_win_along(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, ALONE(FLAG, "1100") SHERIFF, NIGHT_AT(1));
    night_batch(&n, AP, ALONE("", "1100") SHERIFF, NIGHT_AT(2));
    matched_is(&n, "bob", OUTCOME_WON); /* absence is seen twice */
    assert_true(night_race(&n, "bob")->flags & RACE_UNDER_REVIEW);
    night_unchanged(&n, AP, NIGHT_AT(2) + 59 * WHEN_SECOND);
    night_unchanged(&n, DDHQ, NIGHT_AT(4));
    matched_is(&n, "bob", OUTCOME_WON);
    night_unchanged(&n, AP, NIGHT_AT(4));
    matched_is(&n, "bob", OUTCOME_PENDING);
    assert_int_equal(night_count(&n, MESSAGE_RETRACTION), 1);
    assert_true(
        night_says(night_message(&n, MESSAGE_RETRACTION, 0)->data, "\"took back its call (won)"));
    night_batch(&n, AP, ALONE(FLAG, "1100") SHERIFF, NIGHT_AT(5));
    matched_is(&n, "bob", OUTCOME_WON);
    night_batch(&n, AP, ALONE("", "1100") SHERIFF, NIGHT_AT(6));
    night_batch(&n, AP, ALONE(FLAG, "1100") SHERIFF, NIGHT_AT(7)); /* never gone */
    assert_int_equal(core_model(n.core)->fading_count, 0);
    night_batch(&n, AP, SHERIFF, NIGHT_AT(8)); /* the race left the feed: no retraction */
    night_unchanged(&n, AP, NIGHT_AT(12));
    matched_is(&n, "bob", OUTCOME_WON);
    night_close(&n);
}

/* The flag was gone, seen once; then another had votes, which ends it at once. What was half seen
 * held every later call of the race in doubt. */
static void test_a_win_that_ended_at_once_leaves_no_doubt_behind(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, ALONE(FLAG, "1100"), NIGHT_AT(1));
    night_batch(&n, AP, ALONE("", "1200"), NIGHT_AT(2));
    matched_is(&n, "bob", OUTCOME_WON);
    assert_true(night_race(&n, "bob")->flags & RACE_UNDER_REVIEW);
    night_batch(&n, AP, HOUSE("", "1300 900"), NIGHT_AT(3));
    matched_is(&n, "bob", OUTCOME_PENDING);
    assert_int_equal(core_model(n.core)->fading_count, 0);
    assert_true(night_decide(&n, "call", "bob", "won", NIGHT_AT(4)));
    assert_false(night_race(&n, "bob")->flags & RACE_UNDER_REVIEW);
    night_close(&n);
}

/* A feed that never said so does not take back what a silent one said. */
static void test_a_flag_is_its_own_feeds(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, DDHQ, ALONE(FLAG, "1100") SHERIFF, NIGHT_AT(1));
    night_batch(&n, AP, ALONE("", "1100"), NIGHT_AT(2));
    night_batch(&n, DDHQ, SHERIFF, NIGHT_AT(3));
    night_unchanged(&n, AP, NIGHT_AT(5));
    night_unchanged(&n, AP, NIGHT_AT(7));
    matched_is(&n, "bob", OUTCOME_WON);
    night_close(&n);
}

/* After a reload that says "active" nothing but the claim says that uma has won, and no call feed
 * need say so. */
static void test_a_status_that_goes_takes_its_win_along(void **state)
{
    struct night n, later;
    char csv[sizeof list];

    (void)state;
    night_open(&n, list);
    night_batch(&n, VOTES, CORONER_ALONE("100 0"), NIGHT_AT(1));
    matched_is(&n, "uma", OUTCOME_WON);
    memcpy(csv, list, sizeof list);
    memcpy(strstr(csv, ",unopposed"), ",active   ", 10);
    night_open(&later, csv);
    assert_true(
        night_claims(later.core, core_model(n.core)->claims, core_model(n.core)->claim_count));
    night_batch(&later, VOTES, CORONER_ALONE("0 0"),
                NIGHT_AT(-9)); /* before polls close all waits */
    assert_int_equal(core_model(later.core)->fading_count, 0);
    night_batch(&later, VOTES, CORONER_ALONE("100 0"), NIGHT_AT(2));
    matched_is(&later, "uma", OUTCOME_WON);
    night_unchanged(&later, VOTES, NIGHT_AT(4));
    matched_is(&later, "uma", OUTCOME_PENDING);
    night_close(&later);
    night_close(&n);
}

static void test_a_cancelled_election_stands_under_write_ins(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SHERIFF, NIGHT_AT(1));
    matched_is(&n, "hal", OUTCOME_WON);
    night_unchanged(&n, AP, NIGHT_AT(5));
    matched_is(&n, "hal", OUTCOME_WON);
    assert_false(conflict(&n, "hal"));
    night_batch(
        &n, AP, /* an election is counted that is said to be cancelled: people must look */
        "contest 5|Sheriff|GA ; stated\nchoice 51|Hal Hill|D\nchoice 52|Write-in| ; write-in\n"
        "choice 53|Vic Vale|R\ntotal 90 30 130\n",
        NIGHT_AT(6));
    matched_is(&n, "hal", OUTCOME_WON);
    assert_true(conflict(&n, "hal"));
    night_close(&n);
}

/* The desk gave the seat away: nobody gets it for want of an opponent, and no feed gives it twice.
 */
static void test_a_seat_the_desk_gave_is_taken(void **state)
{
    struct night n;

    (void)state;
    night_open(&n, list);
    assert_true(night_claimed(n.core, 1, "ga-ss-1", "xav", "desk"));
    night_batch(&n, AP,
                "contest 1|State Senate District 1|GA ; stated\nchoice 11|Ann Archer|D ; won\n"
                "choice 12|Xavier Xeno|R\ntotal 7 6\n",
                NIGHT_AT(2));
    matched_is(&n, "ann", OUTCOME_LOST);
    matched_is(&n, "xav", OUTCOME_WON);
    assert_true(conflict(&n, "ann"));
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_flag_is_no_win_where_another_has_votes),
        cmocka_unit_test(test_a_flag_is_no_win_in_a_contest_that_waits_in_review),
        cmocka_unit_test(test_a_flag_gives_no_two_wins_for_one_seat),
        cmocka_unit_test(test_a_board_without_a_contest_is_won_by_all),
        cmocka_unit_test(test_a_listed_status_is_no_win_where_another_has_votes),
        cmocka_unit_test(test_a_flag_that_goes_takes_its_win_along),
        cmocka_unit_test(test_a_win_that_ended_at_once_leaves_no_doubt_behind),
        cmocka_unit_test(test_a_flag_is_its_own_feeds),
        cmocka_unit_test(test_a_status_that_goes_takes_its_win_along),
        cmocka_unit_test(test_a_cancelled_election_stands_under_write_ins),
        cmocka_unit_test(test_a_seat_the_desk_gave_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
