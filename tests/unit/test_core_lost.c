/* SPDX-License-Identifier: ISC */
/* After a restart with another list: what was called or decided and has no row is named, until it
 * has one again. It was silent, and the number fell. */
#include "tests/unit/night.h"

#include "daemon/core/lost.h"

#define HEAD "endorsement_id,candidate_name,state,office,district,race_id,seats_to_fill,status\n"
#define ANN "ann,Ann Archer,GA,State Senate,1,ga-ss-1,1,active\n"
#define BOB "bob,Bob Baker,GA,State Senate,1,ga-ss-1,1,active\n"
#define CAT "cat,Cat Cole,GA,School Board,2,ga-sb-2,2,active\n"
#define ALL HEAD ANN BOB CAT

#define SENATE(a)                                                                                  \
    "contest 1|State Senate District 1|GA ; stated\n"                                              \
    "choice 11|Ann Archer|D ; " a "\nchoice 12|Bob Baker|D\nchoice 13|Other One|R\n"               \
    "total 500 400 300\n"

enum { AP };

/* The night goes on with another list. */
static void restart_with(struct night *n, const char *csv)
{
    struct night old = *n; /* the core's settings lie in *n */

    night_open(n, csv);
    if (!night_restore(n->core, core_model(old.core)))
        fail_msg("the night's own claims and decisions are refused");
    night_close(&old);
}

/* "ID what | way" a line. */
static struct slice lost_of(struct night *n)
{
    size_t count;
    const struct lost *list = lost_list(core_model(n->core), n->a, &count);
    struct slice text = {"", 0};

    assert_non_null(list);
    assert_int_equal(lost_any(core_model(n->core)), count > 0);
    for (size_t i = 0; i < count; i++)
        text = arena_printf(n->a, "%.*s%.*s %.*s | %.*s\n", SLICE_FMT(text), SLICE_FMT(list[i].id),
                            SLICE_FMT(list[i].what), SLICE_FMT(list[i].way));
    return text;
}

static void lost_is(struct night *n, size_t lines, const char *says)
{
    struct slice text = lost_of(n), rest = text, line;
    size_t count = 0;

    while (slice_next(&rest, '\n', &line))
        count += line.len > 0;
    if (count != lines || !night_says(text, says))
        fail_msg("%zu lines, not %zu with '%s':\n%.*s", count, lines, says, SLICE_FMT(text));
}

static void decide(struct night *n, const char *verb, const char *target, const char *argument,
                   int minute)
{
    if (!night_decide(n, verb, target, argument, NIGHT_AT(minute)))
        fail_msg("%s %s: %s", verb, target, n->out.err.text);
}

static void test_a_called_row_that_is_gone_is_named_until_it_is_back(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, ALL);
    night_batch(&n, AP, SENATE("won"), NIGHT_AT(1));
    decide(&n, "call", "cat", "won", 2);
    lost_is(&n, 0, "");
    restart_with(&n, HEAD CAT);
    lost_is(&n, 2, "ann was called won by ap at 7:01 p.m."); /* and bob has lost */
    lost_is(&n, 2, "bob was called lost by ap");
    lost_is(&n, 2, "in ga-ss-1, and the list has no such row any more | put its row back");
    assert_int_equal(core_tally(n.core)->n[TALLY_WON], 1);
    restart_with(&n, ALL);
    lost_is(&n, 0, "");
    assert_int_equal(core_tally(n.core)->n[TALLY_WON], 2);
    night_close(&n);
}

/* A reload refuses it; a restart takes the list as it is, and says so. */
static void test_a_called_row_that_counts_as_something_else_is_named(void **state)
{
    static const char two[] = HEAD "ann,Ann Archer,GA,State Senate,1,ga-ss-1,2,active\n"
                                   "bob,Bob Baker,GA,State Senate,1,ga-ss-1,2,active\n" CAT;
    struct night n;
    (void)state;
    night_open(&n, ALL);
    night_batch(&n, AP, SENATE("won"), NIGHT_AT(1));
    restart_with(&n, two);
    lost_is(&n, 2,
            "ann was called won as \"wins seat, seats_to_fill 1\", and its row says \"wins "
            "seat, seats_to_fill 2\" since | put it back");
    lost_is(&n, 2, "bob was called lost as");
    assert_int_equal(core_tally(n.core)->n[TALLY_WON], 1); /* it is a person's to say which holds */
    decide(&n, "call", "ann", "won", 2);
    lost_is(&n, 1, "bob was called lost as");
    restart_with(&n, ALL);
    lost_is(&n, 1, "ann was called won as"); /* as the desk called it */
    night_close(&n);
}

static void test_a_call_does_not_count_for_another_person(void **state)
{
#define NAMED(name, aliases)                                                                       \
    "endorsement_id,candidate_name,aliases,state,office,district,race_id,seats_to_fill\n"          \
    "ann," name "," aliases ",GA,State Senate,1,ga-ss-1,1\n"
    struct night n;
    (void)state;
    night_open(&n, NAMED("Ann Archer", ""));
    night_batch(&n, AP, SENATE("won"), NIGHT_AT(1));
    restart_with(&n, NAMED("Zoe Zimmer", ""));
    assert_int_equal(core_tally(n.core)->n[TALLY_WON], 0);
    lost_is(&n, 1,
            "in ga-ss-1, and its row is another person's now | where it is the same "
            "person's, put the old name among its aliases");
    restart_with(&n, NAMED("Zoe Archer", "ann archer|Z. Archer"));
    assert_int_equal(core_tally(n.core)->n[TALLY_WON], 1);
    lost_is(&n, 0, "");
    night_close(&n);
#undef NAMED
}

static void test_a_call_that_was_taken_back_or_let_go_is_not_lost(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, ALL);
    decide(&n, "call", "cat", "won", 1);
    decide(&n, "release", "ga-sb-2", "", 2);
    decide(&n, "call", "ann", "won", 3);
    decide(&n, "uncall", "ann", "", 4);
    decide(&n, "release", "ga-ss-1", "", 5);
    restart_with(&n, HEAD "dan,Dan Dorn,GA,School Board,2,ga-sb-2,2,active\n");
    lost_is(&n, 0, "");
    decide(&n, "call", "dan", "won", 6);
    restart_with(&n, ALL);
    lost_is(&n, 1, "dan was called won by desk");
    night_close(&n);
}

static void test_a_row_of_another_race_has_not_its_call(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, ALL);
    decide(&n, "call", "cat", "won", 1);
    restart_with(&n, HEAD ANN BOB "cat,Cat Cole,GA,School Board,3,ga-sb-3,2,active\n");
    lost_is(&n, 1, "cat was called won by desk");
    lost_is(&n, 1, "stands for another race now | put back the columns that name its race");
    night_close(&n);
}

static void test_a_status_that_only_the_list_says_is_named(void **state)
{
    static const char withdrawn[] =
        HEAD ANN BOB "cat,Cat Cole,GA,School Board,2,ga-sb-2,2,withdrawn\n";
    struct night n;
    (void)state;
    night_open(&n, ALL);
    restart_with(&n, withdrawn);
    lost_is(&n, 0, "");
    restart_with(&n, ALL);
    decide(&n, "call", "cat", "won", 1);
    restart_with(&n, withdrawn);
    lost_is(&n, 1, "cat was called after polls closed, and its row says withdrawn since");
    decide(&n, "endorse status", "cat", "active", 3);
    lost_is(&n, 0, "");
    assert_int_equal(core_tally(n.core)->n[TALLY_WON], 1);
    decide(&n, "endorse status", "cat", "withdrawn", 4);
    lost_is(&n, 0, "");
    night_close(&n);
}

/* The close was moved behind the first of two calls: by the last one it was called after it. */
static void test_the_last_call_says_whether_polls_had_closed(void **state)
{
    static const char withdrawn[] =
        HEAD ANN BOB "cat,Cat Cole,GA,School Board,2,ga-sb-2,2,withdrawn\n";
    struct night n;
    (void)state;
    night_open(&n, ALL);
    decide(&n, "call", "cat", "lost", 1);
    decide(&n, "polls", "ga-sb-2", "20:00", 2);
    restart_with(&n, withdrawn); /* before polls close a list may still say so */
    lost_is(&n, 0, "");
    restart_with(&n, ALL);
    decide(&n, "call", "cat", "won", 61);
    restart_with(&n, withdrawn);
    lost_is(&n, 1, "cat was called after polls closed, and its row says withdrawn since");
    night_close(&n);
}

/* What a feed took back itself, and what the desk released after that, is nobody's call. */
static void test_a_call_that_its_feed_took_back_is_not_lost(void **state)
{
    struct night n;
    (void)state;
    for (int released = 0; released < 2; released++) {
        night_open(&n, ALL);
        night_batch(&n, AP, SENATE("won"), NIGHT_AT(1));
        night_batch(&n, AP, SENATE(""), NIGHT_AT(2));
        night_batch(&n, AP, SENATE(""), NIGHT_AT(4));
        assert_int_equal(night_outcome(&n, "ann"), OUTCOME_PENDING);
        if (released)
            decide(&n, "release", "ga-ss-1", "", 5);
        restart_with(&n, HEAD CAT);
        lost_is(&n, 0, "");
        night_close(&n);
    }
}

/* Whoever spoke last: the desk's word is the one that counted. */
static void test_the_highest_word_on_a_row_that_is_gone_is_named(void **state)
{
    struct night n;
    (void)state;
    for (int desk_first = 0; desk_first < 2; desk_first++) {
        night_open(&n, ALL);
        if (desk_first)
            decide(&n, "call", "ann", "advanced", 1);
        night_batch(&n, AP, SENATE("won"), NIGHT_AT(2));
        if (!desk_first)
            decide(&n, "call", "ann", "advanced", 3);
        restart_with(&n, HEAD BOB CAT);
        lost_is(&n, 1, "ann was called advanced by desk");
        night_close(&n);
    }
}

/* A row that moved and was called in both its races has lost two calls. */
static void test_a_row_called_in_two_races_has_lost_both(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, ALL);
    decide(&n, "call", "cat", "won", 1);
    restart_with(&n, HEAD ANN BOB "cat,Cat Cole,GA,School Board,3,ga-sb-3,2,active\n");
    decide(&n, "call", "cat", "lost", 2);
    restart_with(&n, HEAD ANN BOB);
    lost_is(&n, 2, "cat was called won by desk at 7:01 p.m. UTC on Nov. 3 in ga-sb-2");
    lost_is(&n, 2, "cat was called lost by desk at 7:02 p.m. UTC on Nov. 3 in ga-sb-3");
    night_close(&n);
}

/* A note on a call, and the word of whom the configuration names no more, called nothing. */
static void test_a_note_about_a_row_that_is_gone_is_no_call(void **state)
{
    static const struct claim claims[] = {{.number = 1,
                                           .race_id = SLICE_INIT("ga-x"),
                                           .endorsement_id = SLICE_INIT("zed"),
                                           .by = SLICE_INIT("advisory:state"),
                                           .outcome = OUTCOME_WON},
                                          {.number = 2,
                                           .race_id = SLICE_INIT("ga-x"),
                                           .endorsement_id = SLICE_INIT("zed"),
                                           .by = SLICE_INIT("gazette"),
                                           .outcome = OUTCOME_WON}};
    struct night n;
    (void)state;
    night_open(&n, ALL);
    assert_true(night_claims(n.core, claims, 2));
    lost_is(&n, 0, "");
    night_close(&n);
}

/* A race of another id has no freeze, and what feeds call in it counts. */
static void test_a_decision_about_what_is_gone_is_named_until_it_ends(void **state)
{
    static const char renamed[] = HEAD "ann,Ann Archer,GA,State Senate,1,ga-ss-one,1,active\n" CAT;
    struct night n;
    (void)state;
    night_open(&n, ALL);
    decide(&n, "freeze", "ga-ss-1", "", 1);
    decide(&n, "mark", "ga-ss-1", "recount", 2);
    decide(&n, "mark", "ga-ss-1", "void", 3);
    decide(&n, "mark", "ga-ss-1", "void off", 4);
    decide(&n, "endorse status", "bob", "withdrawn", 5);
    decide(&n, "polls", "GA", "19:01", 6);
    restart_with(&n, renamed);
    lost_is(&n, 3, "ga-ss-1 is what maria said 'freeze' of at 7:01 p.m.");
    lost_is(&n, 3, "ga-ss-1 is what maria said 'mark recount' of");
    lost_is(&n, 3, "bob is what maria said 'endorse status withdrawn' of");
    restart_with(&n, ALL);
    lost_is(&n, 0, "");
    decide(&n, "release", "ga-ss-1", "", 7);
    decide(&n, "mark", "ga-ss-1", "recount off", 8);
    restart_with(&n, renamed);
    lost_is(&n, 1, "bob is what maria said");
    night_close(&n);
}

/* What was taken back stays frozen for the others of the race, or it is said. */
static void test_an_uncall_of_a_row_that_is_gone_is_named(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, ALL);
    night_batch(&n, AP, SENATE("won"), NIGHT_AT(1));
    decide(&n, "uncall", "ann", "", 2);
    restart_with(&n, HEAD BOB CAT);
    lost_is(&n, 1, "ann is what maria said 'uncall' of");
    restart_with(&n, ALL);
    decide(&n, "release", "ga-ss-1", "", 3);
    restart_with(&n, HEAD BOB CAT);
    lost_is(&n, 1, "ann was called won by ap");
    night_close(&n);
}

/* Nothing but a later call of its own, or the release of its own race, ends it. */
static void test_an_uncall_ends_with_a_call_or_its_races_release(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, ALL);
    decide(&n, "call", "bob", "won", 1);
    decide(&n, "uncall", "bob", "", 2);
    decide(&n, "call", "cat", "won", 3);
    decide(&n, "release", "ga-sb-2", "", 4);
    restart_with(&n, HEAD ANN CAT);
    lost_is(&n, 1, "bob is what maria said 'uncall' of");
    restart_with(&n, ALL);
    decide(&n, "call", "bob", "lost", 5);
    restart_with(&n, HEAD ANN CAT);
    lost_is(&n, 1, "bob was called lost by desk");
    night_close(&n);
}

/* Of two statuses of one who is gone the last is named; a freeze of everything misses no row. */
static void test_only_the_last_word_of_a_kind_is_named(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, ALL);
    decide(&n, "freeze", "", "", 1);
    decide(&n, "endorse status", "bob", "withdrawn", 2);
    decide(&n, "endorse status", "cat", "disqualified", 3);
    decide(&n, "endorse status", "bob", "postponed", 4);
    restart_with(&n, HEAD ANN CAT);
    lost_is(&n, 1, "bob is what maria said 'endorse status postponed' of at 7:04 p.m.");
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_called_row_that_is_gone_is_named_until_it_is_back),
        cmocka_unit_test(test_a_called_row_that_counts_as_something_else_is_named),
        cmocka_unit_test(test_a_call_does_not_count_for_another_person),
        cmocka_unit_test(test_a_call_that_was_taken_back_or_let_go_is_not_lost),
        cmocka_unit_test(test_a_decision_about_what_is_gone_is_named_until_it_ends),
        cmocka_unit_test(test_a_row_of_another_race_has_not_its_call),
        cmocka_unit_test(test_a_status_that_only_the_list_says_is_named),
        cmocka_unit_test(test_a_call_that_its_feed_took_back_is_not_lost),
        cmocka_unit_test(test_a_note_about_a_row_that_is_gone_is_no_call),
        cmocka_unit_test(test_a_row_called_in_two_races_has_lost_both),
        cmocka_unit_test(test_an_uncall_ends_with_a_call_or_its_races_release),
        cmocka_unit_test(test_an_uncall_of_a_row_that_is_gone_is_named),
        cmocka_unit_test(test_only_the_last_word_of_a_kind_is_named),
        cmocka_unit_test(test_the_highest_word_on_a_row_that_is_gone_is_named),
        cmocka_unit_test(test_the_last_call_says_whether_polls_had_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
