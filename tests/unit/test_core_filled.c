/* SPDX-License-Identifier: ISC */
/* One seat, two of ours, and a contest that has a line of one: who is lost by the other's win, by
 * whomever that is called, and who is not. */
#include "tests/unit/night.h"

#include "daemon/core/open.h"

static const char list[] =
    "endorsement_id,candidate_name,state,office,district,party,race_id,seats_to_fill,source_hints,"
    "advance_to\n"
    "foe,Di Foe,GA,US Senate,,D,sen,1,votes=10,\n"
    "jan,Jan Ossoll,GA,US Senate,,D,sen,1,,\n"
    "eve,Eve Eden,GA,State House,2,D,sh-2,1,,2\n"
    "fay,Fay Ford,GA,State House,2,D,sh-2,1,,2\n"
    "gus,Gus Gray,GA,State House,2,D,sh-2,1,,2\n"
    "cat,Cat Cole,GA,State House,9,,sh-9,2,,\n"
    "dan,Dan Dorn,GA,State House,9,,sh-9,2,,\n"
    "ike,Ike Ives,GA,State House,9,,sh-9,2,,\n";

#define CALLED(mark)                                                                               \
    "contest 71|US Senate|GA ; stated\nchoice 1|Jan Ossoll|D ; " mark                              \
    "\nchoice 2|Dan Pardue|R\ntotal 205 192\n"
#define APART "contest 10|Senate|GA\nchoice 8|Di Foe|D\nchoice 9|Cy Poe|R\ntotal 90 100\n"
#define TOGETHER                                                                                   \
    "contest 10|US Senate|GA\nchoice 8|Di Foe|D\nchoice 7|Jan Ossoll|D\nchoice 9|Cy Poe|R\n"       \
    "total 90 100 10\n"

enum { AP, DDHQ, STATE, VOTES };

static bool told(const struct night *n, const char *id, const char *text)
{
    struct buf out;
    struct err e;

    buf_init(&out, 65536);
    assert_true(documents_explain(core_model(n->core), core_tally(n->core), slice_of(id),
                                  NIGHT_AT(9), &out, &e));
    bool is = night_says(buf_slice(&out), text);
    if (!is)
        print_error("%.*s\n", SLICE_FMT(buf_slice(&out)));
    buf_done(&out);
    return is;
}

static const char *open_why(const struct night *n, const char *id)
{
    size_t count;
    const struct open_candidacy *o = open_list(core_model(n->core), NIGHT_AT(9), n->a, &count);

    for (size_t i = 0; i < count; i++)
        if (o[i].endorsement == night_index(n, id))
            return o[i].why;
    return "not open";
}

/* The winner's contest has no line of hers, and hers none of the winner's: they may be two races.
 * So it is for the desk and for a feed, and both say why. */
static void who_has_no_line_in_the_contest_called_is_not_lost(void **state)
{
    struct night n;
    (void)state;
    for (int desk = 0; desk < 2; desk++) {
        night_open(&n, list);
        night_batch(&n, VOTES, APART, NIGHT_AT(1));
        night_batch(&n, AP, desk ? CALLED("") : CALLED("won"), NIGHT_AT(2));
        if (desk)
            assert_true(night_decide(&n, "call", "jan", "won", NIGHT_AT(3)));
        outcome_is(&n, "jan", OUTCOME_WON);
        outcome_is(&n, "foe", OUTCOME_PENDING);
        assert_true(told(&n, "foe", "the race is called in a contest that has no line of Di Foe"));
        assert_string_equal(open_why(&n, "foe"),
                            "the race is called in a contest that has no line of it");
        assert_true(night_decide(&n, "call", "foe", "lost", NIGHT_AT(4)));
        outcome_is(&n, "foe", OUTCOME_LOST);
        assert_string_equal(open_why(&n, "foe"), "not open");
        night_close(&n);
    }
}

/* A stranger's win in a contest without her says as little. */
static void a_contest_called_for_a_stranger_is_not_hers_either(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, CALLED("\nchoice 3|Another One|R ; won"), NIGHT_AT(2));
    outcome_is(&n, "foe", OUTCOME_PENDING);
    outcome_is(&n, "jan", OUTCOME_LOST);
    assert_string_equal(open_why(&n, "foe"),
                        "the race is called in a contest that has no line of it");
    night_close(&n);
}

/* A contest of the same authority in which nobody is marked says nothing of who was called. */
static void a_contest_without_a_mark_calls_nobody(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    n.sources[VOTES].authority = SLICE("ap");
    n.sources[VOTES].calls = CALLS_YES;
    night_anew(&n);
    night_batch(&n, VOTES, APART, NIGHT_AT(1));
    night_batch(&n, AP, CALLED("won"), NIGHT_AT(2));
    outcome_is(&n, "jan", OUTCOME_WON);
    outcome_is(&n, "foe", OUTCOME_PENDING);
    assert_string_equal(open_why(&n, "foe"),
                        "the race is called in a contest that has no line of it");
    night_close(&n);
}

/* Any source that has both in one contest shows that they stand against each other. */
static void who_stands_beside_the_winner_anywhere_is_lost(void **state)
{
    struct night n;
    (void)state;
    for (int desk = 0; desk < 2; desk++) {
        night_open(&n, list);
        night_batch(&n, VOTES, TOGETHER, NIGHT_AT(1));
        night_batch(&n, AP, desk ? CALLED("") : CALLED("won"), NIGHT_AT(2));
        if (desk)
            assert_true(night_decide(&n, "call", "jan", "won", NIGHT_AT(3)));
        outcome_is(&n, "jan", OUTCOME_WON);
        outcome_is(&n, "foe", OUTCOME_LOST);
        assert_int_equal(core_tally(n.core)->n[TALLY_CALLED], 2);
        assert_true(told(&n, "foe", "all seats (1) are called for others"));
        assert_true(desk ||
                    told(&n, "foe", "[source votes contest 10 choice 8 mark none, beside jan]"));
        assert_false(night_race(&n, "foe")->flags & (RACE_CONFLICT | RACE_UNDER_REVIEW));
        night_close(&n);
    }
}

/* Where no feed has the winner, the list is all there is, and a person has been shown it. */
static void the_list_is_enough_where_no_feed_has_the_winner(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, VOTES, APART, NIGHT_AT(1));
    assert_true(night_decide(&n, "call", "jan", "won", NIGHT_AT(3)));
    outcome_is(&n, "foe", OUTCOME_LOST);
    night_close(&n);
}

static void a_loss_goes_with_the_win_it_followed_from(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, VOTES, TOGETHER, NIGHT_AT(1));
    night_batch(&n, AP, CALLED("won"), NIGHT_AT(2));
    night_batch(&n, AP, CALLED(""), NIGHT_AT(3));
    outcome_is(&n, "foe", OUTCOME_LOST); /* not yet seen again */
    assert_true(night_race(&n, "foe")->flags & RACE_UNDER_REVIEW);
    core_free(night_restart(&n));
    night_tick(&n, NIGHT_AT(4));
    outcome_is(&n, "foe", OUTCOME_LOST); /* no feed has said anything yet */
    night_batch(&n, AP, CALLED(""), NIGHT_AT(5));
    night_batch(&n, AP, CALLED("") "contest 5|Coroner|GA\nchoice 1|A B\ntotal 1\n", NIGHT_AT(7));
    outcome_is(&n, "jan", OUTCOME_PENDING);
    outcome_is(&n, "foe", OUTCOME_PENDING);
    assert_int_equal(night_count(&n, MESSAGE_RETRACTION), 2);
    night_batch(&n, AP, CALLED("won"), NIGHT_AT(8)); /* and now no source has both */
    outcome_is(&n, "jan", OUTCOME_WON);
    outcome_is(&n, "foe", OUTCOME_PENDING);
    night_close(&n);
}

/* The winner's line, or hers, is nobody's: then she has not lost by it, and never had. */
static void a_loss_ends_with_a_match_that_was_none(void **state)
{
    static const struct {
        const char *id, *what;
    } undone[] = {{"jan", "ap"}, {"foe", "votes 8"}};
    struct night n;
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        night_open(&n, list);
        night_batch(&n, VOTES, TOGETHER, NIGHT_AT(1));
        night_batch(&n, AP, CALLED("won"), NIGHT_AT(2));
        outcome_is(&n, "foe", OUTCOME_LOST);
        assert_true(night_decide(&n, "match reject", undone[i].id, undone[i].what, NIGHT_AT(3)));
        outcome_is(&n, "foe", OUTCOME_PENDING);
        outcome_is(&n, "jan", i == 0 ? OUTCOME_PENDING : OUTCOME_WON);
        night_close(&n);
    }
}

/* By then a line of hers has come: what it says is heard, though it comes to something else. */
static void a_line_that_comes_later_says_more(void **state)
{
    static const char both[] = "contest 71|US Senate|GA ; stated\nchoice 1|Jan Ossoll|D ; won\n"
                               "choice 2|Di Foe|D\ntotal 205 192\n";
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, VOTES, TOGETHER, NIGHT_AT(1));
    night_batch(&n, AP, CALLED("won"), NIGHT_AT(2));
    night_batch(&n, AP, both, NIGHT_AT(3));
    outcome_is(&n, "foe", OUTCOME_LOST);
    assert_false(night_race(&n, "foe")->flags & (RACE_CONFLICT | RACE_UNDER_REVIEW));
    night_close(&n);
}

/* Of two winners one stands in a contest without the third: whether that is the same race is not
 * known of her either. */
static void every_winner_has_to_stand_against_who_has_lost(void **state)
{
    static const char apart[] =
        "contest 3|State House District 9|GA\nchoice 1|Cat Cole\nchoice 2|Other One\ntotal 3 2\n";
    static const char beside[] =
        "contest 3|State House District 9|GA\nchoice 1|Dan Dorn\nchoice 2|Ike Ives\ntotal 3 2\n";
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, apart, NIGHT_AT(1));
    night_batch(&n, VOTES, beside, NIGHT_AT(1));
    assert_true(night_decide(&n, "call", "cat", "won", NIGHT_AT(2)));
    assert_true(night_decide(&n, "call", "dan", "won", NIGHT_AT(3)));
    outcome_is(&n, "ike", OUTCOME_PENDING);
    assert_true(night_decide(&n, "uncall", "cat", "", NIGHT_AT(4)));
    assert_true(night_decide(&n, "release", "sh-9", "", NIGHT_AT(5)));
    night_close(&n);
}

/* Two seats, one to a stranger: that she stands beside one of the winners elsewhere does not fill
 * both, and it is said that the call has no line of hers. */
static void who_is_beside_one_winner_of_two_is_told_of(void **state)
{
    static const char called[] =
        "contest 3|State House District 9|GA ; stated\nchoice 1|Cat Cole ; won\n"
        "choice 2|Zed Zulu ; won\nchoice 3|Other One\ntotal 3 2 1\n";
    static const char beside[] = "contest 3|State House District 9|GA\nchoice 1|Cat Cole\n"
                                 "choice 2|Zed Zulu\nchoice 3|Ike Ives\ntotal 3 2 1\n";
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, VOTES, beside, NIGHT_AT(1));
    night_batch(&n, AP, called, NIGHT_AT(2));
    outcome_is(&n, "cat", OUTCOME_WON);
    outcome_is(&n, "ike", OUTCOME_PENDING);
    assert_string_equal(open_why(&n, "ike"),
                        "the race is called in a contest that has no line of it");
    night_close(&n);
}

static void places_are_filled_so_too(void **state)
{
    static const char all[] = "contest 2|State House District 2|GA\nchoice 1|Eve Eden|D\n"
                              "choice 2|Fay Ford|D\nchoice 3|Gus Gray|D\ntotal 3 2 1\n";
    static const char two[] =
        "contest 2|State House District 2|GA ; stated\nchoice 1|Eve Eden|D ; advanced\n"
        "choice 2|Fay Ford|D ; advanced\ntotal 3 2\n";
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, VOTES, all, NIGHT_AT(1));
    night_batch(&n, AP, two, NIGHT_AT(2));
    outcome_is(&n, "eve", OUTCOME_ADVANCED);
    outcome_is(&n, "gus", OUTCOME_LOST);
    assert_true(told(&n, "gus", "places-filled"));
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_has_no_line_in_the_contest_called_is_not_lost),
        cmocka_unit_test(a_contest_called_for_a_stranger_is_not_hers_either),
        cmocka_unit_test(a_contest_without_a_mark_calls_nobody),
        cmocka_unit_test(who_stands_beside_the_winner_anywhere_is_lost),
        cmocka_unit_test(the_list_is_enough_where_no_feed_has_the_winner),
        cmocka_unit_test(a_loss_goes_with_the_win_it_followed_from),
        cmocka_unit_test(a_loss_ends_with_a_match_that_was_none),
        cmocka_unit_test(a_line_that_comes_later_says_more),
        cmocka_unit_test(every_winner_has_to_stand_against_who_has_lost),
        cmocka_unit_test(who_is_beside_one_winner_of_two_is_told_of),
        cmocka_unit_test(places_are_filled_so_too),
    };
    return cmocka_run_group_tests_name("core_filled", tests, NULL, NULL);
}
