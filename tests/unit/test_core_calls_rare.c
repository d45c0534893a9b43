/* SPDX-License-Identifier: ISC */
/* Calls in corners: seats given back, unopposed people who are not, marks that many feeds drop at
 * once, what a restart finds, and feeds that differ on the seats. */
#include "tests/unit/night_each.h"

#include "daemon/core/states.h"

static const char list[] =
    "endorsement_id,candidate_name,state,office,district,party,race_id,seats_to_fill,status\n"
    "ann,Ann Archer,GA,State Senate,1,D,one,1,active\n"
    "bob,Bob Baker,GA,State Senate,1,D,one,1,active\n"
    "cat,Cat Cole,GA,State Senate,2,D,two,1,unopposed\n"
    "dan,Dan Dorn,GA,State Senate,2,D,two,1,active\n"
    "eve,Eve Ernst,GA,State Senate,3,D,three,1,unopposed\n"
    "fay,Fay Flint,GA,State Senate,3,D,three,1,withdrawn\n"
    "gil,Gil Grant,GA,State Senate,4,D,four,,active\n";

enum { AP, DDHQ, STATE, VOTES };

static void is(const char *id, enum outcome o)
{
    outcome_is(&n, id, o);
}

static void taken(int minute, const char *verb, const char *target, const char *argument)
{
    if (!night_decide(&n, verb, target, argument, NIGHT_AT(minute)))
        fail_msg("%s %s %s: %s", verb, target, argument, n.out.err.text);
}

#define ONE(a, b)                                                                                  \
    "contest 1|State Senate District 1|GA ; stated\nchoice 11|Ann Archer|D ; " a                   \
    "\nchoice 12|Bob Baker|D ; " b "\ntotal 9 8\n"

/* The desk's seat is gone for everybody, until the desk lets go of it. */
static void a_seat_the_desk_releases_can_be_called(void **state)
{
    (void)state;
    taken(1, "call", "ann", "won");
    night_batch(&n, AP, ONE("", "won"), NIGHT_AT(2));
    is("ann", OUTCOME_WON);
    is("bob", OUTCOME_LOST);
    assert_true(night_race(&n, "ann")->flags & RACE_CONFLICT);
    taken(3, "release", "one", "");
    night_batch(&n, AP, ONE("", "won") "\n", NIGHT_AT(4));
    is("bob", OUTCOME_WON);
    is("ann", OUTCOME_LOST);
}

/* Nobody else is on the ballot, until the desk gives the seat to another. */
static void a_seat_given_to_another_ends_unopposed(void **state)
{
    (void)state;
    night_tick(&n, NIGHT_AT(1));
    is("cat", OUTCOME_WON);
    is("eve", OUTCOME_WON); /* who has withdrawn takes no seat */
    taken(2, "uncall", "cat", "");
    taken(3, "call", "dan", "won");
    night_tick(&n, NIGHT_AT(4));
    is("cat", OUTCOME_LOST);
    const struct model *m = core_model(n.core);
    bool said = false;
    for (uint32_t i = 0; i < m->claim_count; i++)
        said |= slice_is(m->claims[i].reason, "the seats are another's");
    assert_true(said);
}

#define FOUR(flags, other)                                                                         \
    "contest 4|State Senate District 4|GA ; " flags "\nchoice 41|Gil Grant|D\n" other

/* A feed says "uncontested", then lists another who has votes: there is no waiting for that. */
static void uncontested_no_more(void **state)
{
    (void)state;
    night_batch(&n, AP, FOUR("uncontested", "total 9\n"), NIGHT_AT(1));
    is("gil", OUTCOME_WON);
    /* the desk learns that polls are still open: nothing is called anew, nothing is taken back */
    taken(2, "polls", "GA", "20:00");
    night_batch(&n, AP, FOUR("stated", "total 0\n"), NIGHT_AT(3));
    is("gil", OUTCOME_WON);
    taken(4, "polls", "GA", "19:00");
    night_batch(&n, AP, FOUR("stated", "choice 42|Else One|R\ntotal 9 7\n"), NIGHT_AT(65));
    is("gil", OUTCOME_PENDING);
}

/* ---- marks that go at once ---- */

static const char six[] = "endorsement_id,candidate_name,state,office,district,seats_to_fill\n"
                          "a,Ann Archer,GA,State House,1,1\nb,Bob Baker,GA,State House,2,1\n"
                          "c,Cat Cole,GA,State House,3,1\nd,Dan Dorn,GA,State House,4,1\n"
                          "e,Eve Ernst,GA,State House,5,1\nf,Fay Flint,GA,State House,6,1\n";

static const char *houses(const char *const names[3], int from, const char *mark, int votes)
{
    struct buf b;

    buf_init(&b, 4096);
    for (int i = 0; i < 3; i++)
        buf_addf(&b,
                 "contest %d|State House District %d|GA ; stated\nchoice 1|%s ; %s\nchoice 2|Else "
                 "%d\ntotal %d 1\n",
                 from + i, from + i, names[i], mark, from + i, votes);
    const char *text = arena_printf(n.a, "%s", b.ptr).ptr;
    buf_done(&b);
    return text;
}

/* Two feeds lose three calls each in one moment: each is an accident of its own. */
static void two_feeds_lose_their_calls_in_one_moment(void **state)
{
    static const char *const first[] = {"Ann Archer", "Bob Baker", "Cat Cole"};
    static const char *const second[] = {"Dan Dorn", "Eve Ernst", "Fay Flint"};
    (void)state;
    night_close(&n);
    night_open(&n, six);
    night_batch(&n, AP, houses(first, 1, "won", 9), NIGHT_AT(1));
    night_batch(&n, DDHQ, houses(second, 4, "won", 9), NIGHT_AT(1));
    night_batch(&n, AP, houses(first, 1, "", 10), NIGHT_AT(2));
    assert_int_equal(n.out.note_count, 1);
    assert_true(night_says(n.out.notes[0].text, "3 calls are gone at once from 3 races"));
    night_batch(&n, DDHQ, houses(second, 4, "", 10), NIGHT_AT(2));
    assert_int_equal(n.out.note_count, 1);
    assert_true(night_says(n.out.notes[0].text, "3 calls are gone at once from 3 races"));
    night_batch(&n, AP, houses(first, 1, "", 11), NIGHT_AT(10));
    night_batch(&n, DDHQ, houses(second, 4, "", 11), NIGHT_AT(10));
    assert_int_equal(core_tally(n.core)->n[TALLY_WON], 6);
}

/* ---- a restart ---- */

/* The last good payload lacks a mark that was called since: that was weighed when it came. */
static void a_kept_payload_begins_no_retraction(void **state)
{
    (void)state;
    night_batch(&n, AP, ONE("won", ""), NIGHT_AT(2));
    struct core *old = night_restart(&n);
    night_kept(&n, AP, ONE("", ""), (struct digest){99, AP}, NIGHT_AT(3), NIGHT_AT(4));
    is("ann", OUTCOME_WON);
    assert_int_equal(core_model(n.core)->fading_count, 0);
    night_batch(&n, AP, ONE("", ""), NIGHT_AT(5));
    assert_int_equal(core_model(n.core)->fading_count, 2); /* her win, and his loss by it */
    core_free(old);
}

/* ---- official marks ---- */

/* All contests of a source count, also that of who has withdrawn. */
static void a_mark_that_goes_from_who_has_withdrawn_has_moved(void **state)
{
    (void)state;
    night_batch(&n, STATE,
                "facts status=4\ncontest 4|State Senate District 4|GA ; stated\nchoice 41|Gil "
                "Grant|D ; won\nchoice 42|Else One|R\ntotal 9 8\n",
                NIGHT_AT(2));
    is("gil", OUTCOME_WON);
    taken(3, "endorse status", "gil", "withdrawn");
    night_batch(&n, STATE,
                "facts status=4\ncontest 4|State Senate District 4|GA ; stated\nchoice 41|Gil "
                "Grant|D\nchoice 42|Else One|R ; won\ntotal 9 8\n",
                NIGHT_AT(4));
    assert_true(core_model(n.core)->feeds[STATE].advisory);
}

/* A line that the desk matches late: what its feed said before the last word of the authority is no
 * news. */
#define LATE(mark)                                                                                 \
    "facts status=4\ncontest 7|State Senate|GA ; stated\nchoice 1|Gil Grant|D ; " mark             \
    "\nchoice 2|Else One|R\ntotal 9 8\n"
#define MINE_FOUR(mark)                                                                            \
    "facts status=4\ncontest 4|State Senate District 4|GA ; stated\nchoice 41|Gil Grant|D ; " mark \
    "\nchoice 42|Else One|R\ntotal 9 8\n"

static void old_marks_bring_back_nothing(void **state)
{
    (void)state;
    n.sources[VOTES].calls = CALLS_YES;
    night_anew(&n);
    night_batch(&n, STATE, MINE_FOUR("won"), NIGHT_AT(1));
    night_batch(&n, VOTES, LATE("won"), NIGHT_AT(2));
    is("gil", OUTCOME_WON);
    night_batch(&n, STATE, MINE_FOUR(""), NIGHT_AT(3));
    night_batch(&n, STATE, MINE_FOUR("") "\n", NIGHT_AT(5));
    is("gil", OUTCOME_PENDING);
    taken(6, "match accept", "gil", "votes grant");
    is("gil", OUTCOME_PENDING);
}

/* The desk takes the match back on which the win rests: it ends, and what is left is weighed
 * afresh, as if it had never been. */
static void old_marks_move_nothing(void **state)
{
    (void)state;
    n.sources[VOTES].calls = CALLS_YES;
    night_anew(&n);
    night_batch(&n, VOTES, LATE("lost"), NIGHT_AT(2));
    night_batch(&n, STATE, MINE_FOUR("won"), NIGHT_AT(3));
    taken(4, "match accept", "gil", "votes grant");
    is("gil", OUTCOME_WON);
    taken(5, "match reject", "gil", "41 grant");
    is("gil", OUTCOME_LOST);
    assert_false(core_model(n.core)->feeds[VOTES].advisory);
}

/* Where the desk rejects the line that won, another source's older one is left, and is all that is
 * said: no mark of its own has moved. */
static void an_older_line_is_left(void **state)
{
    static const char *const left[] = {LATE(""),
                                       "facts status=4\ncontest 7|State Senate|GA ; stated "
                                       "seats=1\nchoice 1|Gil Grant|D\nchoice 2|Else "
                                       "One|R ; won\ntotal 9 8\n"};
    (void)state;
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        night_close(&n);
        night_open(&n, list);
        n.sources[VOTES].calls = CALLS_YES;
        night_anew(&n);
        night_batch(&n, VOTES, left[i], NIGHT_AT(2));
        night_batch(&n, STATE,
                    "facts status=4\ncontest 4|State Senate District 4|GA ; stated seats=1\nchoice "
                    "41|Gil Grant|D ; won\nchoice 42|Else One|R\ntotal 9 8\n",
                    NIGHT_AT(3));
        taken(4, "match accept", "gil", "votes grant");
        taken(5, "match reject", "gil", "41 grant");
        is("gil", i == 1 ? OUTCOME_LOST : OUTCOME_PENDING);
        assert_int_equal(core_model(n.core)->fading_count, 0);
        assert_false(core_model(n.core)->feeds[VOTES].advisory);
        assert_false(night_race(&n, "gil")->flags & RACE_CONFLICT);
    }
}

/* One whose election was cancelled and one with nobody against: two seats, whoever is listed first.
 */
static void two_unopposed_for_two_seats(void **state)
{
    (void)state;
    for (int64_t seats = 1; seats <= 2; seats++) {
        night_close(&n);
        night_open(&n, seats == 1 ? "endorsement_id,candidate_name,state,office,district,race_id,"
                                    "seats_to_fill,status\n"
                                    "a,Ann Archer,GA,State House,1,r,1,unopposed\n"
                                    "b,Bob Baker,GA,State House,1,r,1,elected_unopposed\n"
                                  : "endorsement_id,candidate_name,state,office,district,race_id,"
                                    "seats_to_fill,status\n"
                                    "a,Ann Archer,GA,State House,1,r,2,unopposed\n"
                                    "b,Bob Baker,GA,State House,1,r,2,elected_unopposed\n");
        night_tick(&n, NIGHT_AT(1));
        is("b", OUTCOME_WON);
        is("a", seats == 2 ? OUTCOME_WON : OUTCOME_PENDING);
    }
}

/* ---- seats ---- */

static void feeds_that_differ_on_the_seats(void **state)
{
    (void)state;
    night_batch(&n, AP, FOUR("seats=1", "choice 42|Else One|R\ntotal 9 7\n"), NIGHT_AT(1));
    assert_int_equal(night_race(&n, "gil")->seats, 1);
    night_batch(&n, DDHQ, FOUR("seats=2", "choice 42|Else One|R\ntotal 9 7\n"), NIGHT_AT(2));
    assert_int_equal(night_race(&n, "gil")->seats, -1);
    assert_true(night_race(&n, "gil")->flags & RACE_CONFLICT);
}

static void a_list_that_differs_on_the_seats(void **state)
{
    (void)state;
    night_close(&n);
    night_open(&n, "endorsement_id,candidate_name,state,office,district,race_id,seats_to_fill,"
                   "advance_to\n"
                   "a,Ann Archer,GA,State House,1,r,1,2\nb,Bob Baker,GA,State House,1,r,2,2\n"
                   "c,Cat Cole,GA,State House,1,r,2,1\nd,Dan Dorn,GA,State House,2,s,,\n"
                   "e,Eve Ernst,GA,State House,2,s,1,3\nf,Fay Flint,GA,State House,2,s,,\n");
    const struct race *r = night_race(&n, "a"), *s = night_race(&n, "d");
    assert_int_equal(r->seats, -1);
    assert_int_equal(r->places, -1);
    assert_true(r->flags & RACE_CONFLICT);
    assert_int_equal(s->seats, 1);
    assert_int_equal(s->places, 3);
    assert_false(s->flags & RACE_CONFLICT);
}

/* "unopposed" may be named in the order: it is last in any case. */
static void unopposed_in_the_order_is_still_last(void **state)
{
    (void)state;
    n.order[3] = SLICE("unopposed");
    night_anew(&n);
    night_tick(&n, NIGHT_AT(1));
    is("cat", OUTCOME_WON);
    assert_int_equal(core_tally(n.core)->n[TALLY_WON_UNOPPOSED], 2);
    night_batch(&n, STATE, "facts status=4\n" ONE("won", ""), NIGHT_AT(2));
    is("ann", OUTCOME_PENDING); /* official is not in the order: its marks are not looked at */
}

static void every_state_has_its_count(void **state)
{
    (void)state;
    assert_true(states_count <= TALLY_STATES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NIGHT_TEST(a_seat_the_desk_releases_can_be_called),
        NIGHT_TEST(a_seat_given_to_another_ends_unopposed),
        NIGHT_TEST(uncontested_no_more),
        NIGHT_TEST(two_feeds_lose_their_calls_in_one_moment),
        NIGHT_TEST(a_kept_payload_begins_no_retraction),
        NIGHT_TEST(a_mark_that_goes_from_who_has_withdrawn_has_moved),
        NIGHT_TEST(old_marks_bring_back_nothing),
        NIGHT_TEST(old_marks_move_nothing),
        NIGHT_TEST(an_older_line_is_left),
        NIGHT_TEST(two_unopposed_for_two_seats),
        NIGHT_TEST(feeds_that_differ_on_the_seats),
        NIGHT_TEST(a_list_that_differs_on_the_seats),
        NIGHT_TEST(unopposed_in_the_order_is_still_last),
        cmocka_unit_test(every_state_has_its_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
