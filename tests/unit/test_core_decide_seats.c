/* SPDX-License-Identifier: ISC */
/* The desk at its edges: who has a seat and what falls with whom, when polls close where, which
 * line it means, and what it says again after a restart. */
#include "tests/unit/night.h"

#include "daemon/core/corrections.h"
#include "daemon/core/decide.h"
#include "daemon/core/polls.h"

static const char list[] =
    "endorsement_id,candidate_name,state,office,district,race_id,seats_to_fill,source_hints,"
    "status,advance_to\n"
    "ann,Ann Archer,GA,State Senate,1,ss-1,1,ap=1,active,\n"
    "bob,Bob Baker,GA,State Senate,1,ss-1,1,ap=1,active,\n"
    "cy,Cy Cole,GA,State Senate,1,ss-1,1,ap=1,active,\n"
    "wes,Wes Wood,GA,State Senate,1,ss-1,1,ap=1,withdrawn,\n"
    "wu,Ann Wu,GA,Governor,,gov,1,,active,\n"
    "fox,Bo Fox,GA,Governor,,gov,1,,active,\n"
    "eve,Eve Eden,GA,State House,2,sh-2,1,ap=2,active,2\n"
    "fay,Fay Ford,GA,State House,2,sh-2,1,ap=2,active,2\n"
    "gus,Gus Gray,GA,State House,2,sh-2,1,ap=2,active,2\n"
    "hal,Hal Hill,GA,Coroner,,coroner,1,,unopposed,\n"
    "kit,Kit Kerr,GA,School Board,3,board,2,ap=3,active,\n"
    "lou,Lou Low,GA,School Board,3,board,2,ap=3,active,\n"
    "meg,Meg Moss,GA,School Board,3,board,2,ap=3,active,\n";

#define SENATE(a, b)                                                                               \
    "contest 1|State Senate District 1|GA ; stated\nchoice 11|Ann Archer| ; " a                    \
    "\nchoice 12|Bob Baker| ; " b "\nchoice 13|Cy Cole\nchoice 14|Other One\ntotal 9 5 4 1\n"

#define HOUSE(eve, gus, votes)                                                                     \
    "contest 2|State House District 2|GA ; stated\nchoice 21|Eve Eden| ; " eve                     \
    "\nchoice 22|Fay Ford\nchoice 23|Gus Gray| ; " gus "\ntotal 9 5 " votes "\n"
#define BOARD(lou, meg, votes)                                                                     \
    "contest 3|School Board District 3|GA ; stated\nchoice 31|Kit Kerr\nchoice 32|Lou Low| ; " lou \
    "\nchoice 33|Meg Moss| ; " meg "\ntotal 9 5 " votes "\n"

enum { AP };

/* ---- seats and places ---- */

static void a_ticket_has_one_seat_at_the_desk_too(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP,
                "contest 9|Governor|GA ; stated\nchoice 91|Ann Wu/Bo Fox|D\n"
                "choice 92|Cy Cox/Di Li|R\ntotal 20 10\n",
                NIGHT_AT(1));
    assert_true(night_decide(&n, "call", "wu", "won", NIGHT_AT(2)));
    outcome_is(&n, "fox", OUTCOME_PENDING); /* on her line: not lost by her win */
    assert_true(night_decide(&n, "call", "fox", "won", NIGHT_AT(3)));
    outcome_is(&n, "fox", OUTCOME_WON);
    night_close(&n);
}

static void who_has_the_seat_already_may_be_given_it(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_tick(&n, NIGHT_AT(1));
    outcome_is(&n, "hal", OUTCOME_WON); /* unopposed, and in no feed */
    assert_true(night_decide(&n, "call", "hal", "won", NIGHT_AT(2)));
    night_close(&n);
}

static void places_are_not_seats(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    assert_true(night_decide(&n, "call", "eve", "advanced", NIGHT_AT(1)));
    outcome_is(&n, "gus", OUTCOME_PENDING);
    assert_true(night_decide(&n, "call", "fay", "advanced", NIGHT_AT(2)));
    outcome_is(&n, "gus", OUTCOME_LOST);
    assert_true(night_decide(&n, "uncall", "fay", "", NIGHT_AT(3)));
    outcome_is(&n, "gus", OUTCOME_PENDING); /* lost only because both places were called */
    outcome_is(&n, "eve", OUTCOME_ADVANCED);
    night_close(&n);
}

/* Two places, one by a feed and one by the desk: the third stayed lost when the feed took its own
 * back, in a race that was said to be called, and a place that the feed gave her then did not
 * count. */
static void a_loss_ends_with_any_call_it_followed_from(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, HOUSE("advanced", "", "4"), NIGHT_AT(1));
    assert_true(night_decide(&n, "call", "fay", "advanced", NIGHT_AT(2)));
    outcome_is(&n, "gus", OUTCOME_LOST);
    night_batch(&n, AP, HOUSE("", "", "5"), NIGHT_AT(3));
    outcome_is(&n, "gus", OUTCOME_LOST); /* it may come back */
    night_batch(&n, AP, HOUSE("", "", "6"), NIGHT_AT(5));
    outcome_is(&n, "eve", OUTCOME_PENDING);
    outcome_is(&n, "gus", OUTCOME_PENDING);
    outcome_is(&n, "fay", OUTCOME_ADVANCED);
    assert_true(night_race(&n, "gus")->status == RACE_PARTLY_CALLED);
    night_batch(&n, AP, HOUSE("", "advanced", "7"), NIGHT_AT(6));
    outcome_is(&n, "gus", OUTCOME_ADVANCED);
    outcome_is(&n, "eve", OUTCOME_LOST); /* that is both of them again */
    night_close(&n);
}

static void the_order_of_calls_makes_no_loss_of_ours(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, HOUSE("", "", "4"), NIGHT_AT(1));
    assert_true(night_decide(&n, "call", "fay", "advanced", NIGHT_AT(2)));
    outcome_is(&n, "gus", OUTCOME_PENDING);
    night_batch(&n, AP, HOUSE("advanced", "", "5"), NIGHT_AT(3));
    outcome_is(&n, "gus", OUTCOME_LOST); /* it used to stay pending in a race that was called */
    assert_true(night_decide(&n, "uncall", "gus", "", NIGHT_AT(4)));
    night_batch(&n, AP, HOUSE("advanced", "", "6"), NIGHT_AT(5));
    outcome_is(&n, "gus", OUTCOME_PENDING); /* what the desk has taken back, it has taken back */
    night_close(&n);
}

/* What one gives up is the other's in the same moment, who stands behind it in the list. */
static void a_seat_that_goes_from_one_to_the_other_is_lost_at_once(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, BOARD("won", "", "4"), NIGHT_AT(1));
    assert_true(night_decide(&n, "call", "kit", "won", NIGHT_AT(2)));
    outcome_is(&n, "meg", OUTCOME_LOST);
    night_batch(&n, AP, BOARD("", "won", "5"), NIGHT_AT(3));
    night_batch(&n, AP, BOARD("", "won", "6"), NIGHT_AT(5));
    outcome_is(&n, "meg", OUTCOME_WON);
    outcome_is(&n, "lou", OUTCOME_LOST);
    night_close(&n);
}

static void a_ticket_leaves_the_other_seat(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP,
                "contest 3|School Board District 3|GA ; stated\nchoice 31|Kit Kerr/Lou Low\n"
                "choice 32|Meg Moss\ntotal 9 5\n",
                NIGHT_AT(1));
    assert_true(night_decide(&n, "call", "kit", "won", NIGHT_AT(2)));
    assert_true(night_decide(&n, "call", "lou", "won", NIGHT_AT(3)));
    outcome_is(&n, "meg", OUTCOME_PENDING);
    assert_true(night_decide(&n, "call", "meg", "won", NIGHT_AT(4))); /* it was refused */
    night_close(&n);
}

/* Who does not count any more has no seat: another's win of it was refused, as one too many. */
static void the_seat_of_who_counts_no_more_is_free(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("", ""), NIGHT_AT(1));
    assert_true(night_decide(&n, "call", "ann", "won", NIGHT_AT(2)));
    outcome_is(&n, "bob", OUTCOME_LOST);
    assert_true(night_decide(&n, "endorse status", "ann", "disqualified", NIGHT_AT(3)));
    outcome_is(&n, "bob", OUTCOME_PENDING);
    night_batch(&n, AP, SENATE("", "won"), NIGHT_AT(4));
    outcome_is(&n, "bob", OUTCOME_WON);
    assert_int_equal(night_race(&n, "bob")->flags & RACE_CONFLICT, 0);
    assert_false(night_decide(&n, "endorse status", "ann", "active", NIGHT_AT(5)));
    night_close(&n);
}

static void what_was_called_wrong_costs_nobody_else(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    assert_true(night_decide(&n, "call", "ann", "won", NIGHT_AT(1)));
    outcome_is(&n, "bob", OUTCOME_LOST);
    assert_true(night_decide(&n, "call", "ann", "lost", NIGHT_AT(2)));
    outcome_is(&n, "bob", OUTCOME_PENDING);
    assert_true(night_decide(&n, "call", "cy", "won", NIGHT_AT(3)));
    outcome_is(&n, "bob", OUTCOME_LOST);
    assert_true(night_decide(&n, "mark", "ss-1", "void", NIGHT_AT(4)));
    assert_true(night_decide(&n, "mark", "ss-1", "void off", NIGHT_AT(5)));
    outcome_is(&n, "bob", OUTCOME_LOST); /* nothing of that was taken back meanwhile */
    night_close(&n);
}

static void a_loss_taken_back_leaves_the_others(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    assert_true(night_decide(&n, "call", "ann", "won", NIGHT_AT(0))); /* at the very close */
    outcome_is(&n, "cy", OUTCOME_LOST);
    assert_int_equal(core_model(n.core)->standings[night_index(&n, "wes")].claim_count, 0);
    assert_true(night_decide(&n, "uncall", "bob", "", NIGHT_AT(1)));
    outcome_is(&n, "bob", OUTCOME_PENDING);
    outcome_is(&n, "cy", OUTCOME_LOST);
    outcome_is(&n, "ann", OUTCOME_WON);
    night_close(&n);
}

/* Whoever says the same later, it stands since it was first said. */
static void a_call_stands_since_it_was_first_said(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("won", ""), NIGHT_AT(3));
    outcome_is(&n, "ann", OUTCOME_WON);
    const struct standing *st = &core_model(n.core)->standings[night_index(&n, "ann")];
    assert_true(st->since_ms == NIGHT_AT(3));
    assert_true(night_decide(&n, "call", "ann", "won", NIGHT_AT(5)));
    outcome_is(&n, "ann", OUTCOME_WON);
    assert_true(st->since_ms == NIGHT_AT(3));
    night_close(&n);
}

static void nothing_is_called_in_a_void_race(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    assert_true(night_decide(&n, "mark", "ss-1", "void", NIGHT_AT(1)));
    assert_false(night_decide(&n, "call", "ann", "won", NIGHT_AT(2)));
    assert_true(night_refused(&n, "is void: nothing called in it stands"));
    night_close(&n);
}

/* The freeze is from when it was first said: a call that came after it does not count by another
 * one. */
static void a_freeze_keeps_its_beginning(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("", ""), NIGHT_AT(1));
    assert_true(night_decide(&n, "freeze", "ss-1", "", NIGHT_AT(2)));
    night_batch(&n, AP, SENATE("won", ""), NIGHT_AT(3));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    assert_true(night_decide(&n, "call", "bob", "lost", NIGHT_AT(4)));
    assert_true(night_decide(&n, "uncall", "bob", "", NIGHT_AT(5)));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    night_close(&n);
}

/* ---- what was decided ---- */

static void what_is_refused_while_it_is_done_leaves_no_trace(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_tick(&n, NIGHT_AT(1));
    assert_false(night_decide(&n, "source unpin", "ss-1", "", NIGHT_AT(1)));
    assert_true(night_refused(&n, "is pinned to no source"));
    assert_int_equal(core_model(n.core)->decision_count, 0);
    assert_false(night_decide(&n, "endorse status", "ann", "active", NIGHT_AT(1)));
    assert_true(night_refused(&n, "is active already"));
    assert_int_equal(core_model(n.core)->decision_count, 0);
    night_close(&n);
}

static void a_decision_is_about_its_race_and_no_other(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    assert_true(night_decide(&n, "mark", "ss-1", "tie", NIGHT_AT(1)));
    assert_true(night_decide(&n, "call", "bob", "lost", NIGHT_AT(2)));
    assert_true(night_decide(&n, "call", "eve", "advanced", NIGHT_AT(3)));
    const struct model *m = core_model(n.core);
    const struct race *senate = night_race(&n, "ann"), *house = night_race(&n, "eve");
    const struct decision *d = m->decisions;
    assert_true(decide_is_about(m, &d[0], senate) && !decide_is_about(m, &d[0], house));
    assert_true(decide_is_about(m, &d[2], house) && !decide_is_about(m, &d[2], senate));
    night_close(&n);
}

static void a_pin_to_a_source_that_is_gone_is_kept_in_peace(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    assert_true(night_decided(n.core, 1, "source pin", "ss-1", "gone"));
    assert_true(night_decided(n.core, 2, "source unpin", "ss-1", "gone"));
    assert_int_equal(core_model(n.core)->decision_count, 2);
    night_close(&n);
}

/* ---- polls ---- */

static void a_county_moves_alone(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    const struct settings *s = core_model(n.core)->settings;
#define CLOSE(county) polls_close(s, SLICE("GA"), SLICE(county), NIGHT_DATE)
    assert_true(night_decide(&n, "polls", "GA/Fulton", "20:00", NIGHT_AT(-90)));
    assert_int_equal(CLOSE("Fulton County"), NIGHT_AT(60));
    assert_int_equal(CLOSE(""), NIGHT_AT(0));
    assert_true(night_decide(&n, "polls", "GA/Cobb", "21:00", NIGHT_AT(-89)));
    assert_int_equal(CLOSE("Fulton"), NIGHT_AT(60));
    assert_int_equal(CLOSE("Cobb"), NIGHT_AT(120));
    assert_int_equal(CLOSE("Dodge"), NIGHT_AT(0));
    assert_true(night_decide(&n, "polls", "GA/fulton county", "20:30", NIGHT_AT(-88)));
    assert_int_equal(CLOSE("Fulton"), NIGHT_AT(90));
    assert_int_equal(s->polls_count, 6);
    assert_true(night_decide(&n, "polls", "GA", "18:59", NIGHT_AT(-87)));
    assert_int_equal(CLOSE("Dodge"), NIGHT_AT(-1));
    assert_int_equal(CLOSE("Cobb"), NIGHT_AT(120));
#undef CLOSE
    night_close(&n);
}

static void times_are_of_the_night(void **state)
{
    static const struct {
        const char *time;
        bool fine;
    } rows[] = {{"00:00", true},  {"19:59", true},  {"19:60", false}, {"24:00", true},
                {"25:30", true},  {"36:00", true},  {"36:01", false}, {"7:00", false},
                {"07:0x", false}, {"07-00", false}, {"", false}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct night n;
        night_open(&n, list);
        if (night_decide(&n, "polls", "GA", rows[i].time, NIGHT_AT(-90)) != rows[i].fine)
            fail_msg("%s", rows[i].time);
        night_close(&n);
    }
}

/* ---- which line is meant ---- */

/* Without words only what waits in review is meant; to reject is not to look through a feed. */
static void without_words_only_review_is_meant(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("", ""), NIGHT_AT(1));
    assert_int_equal(core_model(n.core)->review_count, 0);
    assert_false(night_decide(&n, "match accept", "ann", "", NIGHT_AT(2)));
    assert_true(night_refused(&n, "no line in review"));
    assert_false(night_decide(&n, "match reject", "ann", "ap Other", NIGHT_AT(2)));
    assert_true(night_refused(&n, "no line in review"));
    assert_true(night_decide(&n, "match accept", "ann", "archer", NIGHT_AT(2)));
    assert_true(night_decide(&n, "match reject", "bob", "", NIGHT_AT(3)));
    night_close(&n);
}

static void a_contest_without_names_has_no_line_to_accept(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP,
                "contest 1|State Senate District 1|GA ; stated\nchoice 11||\nchoice 12||\n"
                "total 9 5\n",
                NIGHT_AT(1));
    const struct model *m = core_model(n.core);
    assert_true(m->review_count > 0 && m->review[0].choice == NONE);
    assert_false(night_decide(&n, "match accept", "ann", "", NIGHT_AT(2)));
    assert_true(night_refused(&n, "no line in review"));
    assert_true(night_decide(&n, "match reject", "ann", "", NIGHT_AT(2)));
    night_close(&n);
}

/* A source's first file has nothing to rule on: the second is looked at all the same. */
static void a_source_is_ruled_on_in_each_of_its_files(void **state)
{
    static const struct slice files[2];
    static const struct {
        uint32_t file;
        const char *text;
    } steps[] = {
        {0, SENATE("", "")},
        {1, "contest 2|State House District 2|GA\nchoice 1|Eve Eden|\nchoice 2|Fay Ford|\n"
            "total 5000 4000\n"},
        {1, "contest 2|State House District 2|GA\nchoice 1|Eve Eden|\nchoice 2|Fay Ford|\n"
            "total 500 4000\n"},
    };
    struct night n;
    (void)state;
    night_open(&n, list);
    core_free(n.core);
    n.sources[AP].files = files;
    n.sources[AP].file_count = 2;
    night_core(&n);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct results batch = batch_of(n.a, steps[i].text);
        struct event ev = {.type = EVENT_BATCH,
                           .file = steps[i].file,
                           .batch = &batch,
                           .digest = {++n.serial, 1},
                           .received_ms = NIGHT_AT(i + 1)};
        night_apply(&n, &ev, NIGHT_AT(i + 1));
    }
    assert_true(night_race(&n, "eve")->flags & RACE_IN_DOUBT);
    assert_true(night_decide(&n, "source accept", "ap", "", NIGHT_AT(9)));
    assert_false(night_race(&n, "eve")->flags & RACE_IN_DOUBT);
    assert_false(night_decide(&n, "source accept", "ap", "", NIGHT_AT(10)));
    night_close(&n);
}

/* ---- corrections ---- */

static void corrections_of_one_moment_are_in_the_lists_order(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    struct model *m = (struct model *)(uintptr_t)core_model(n.core);
    static const struct {
        uint32_t who;
        int64_t at;
    } added[] = {{3, 1}, {2, 1}, {4, 1}, {1, 2}, {0, 2}};
    static const uint32_t is[] = {2, 3, 4, 0, 1};
    for (size_t i = 0; i < 5; i++)
        assert_true(corrections_add(
            m, &(struct correction){.endorsement = added[i].who, .at_ms = NIGHT_AT(added[i].at)}));
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(m->corrections[i].endorsement, is[i]);
    night_close(&n);
}

static void what_comes_back_in_the_same_moment_corrects_nothing(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    struct model *m = (struct model *)(uintptr_t)core_model(n.core);
    struct standing *st = &m->standings[0];
    assert_true(corrections_outcome(m, 0, OUTCOME_WON, NIGHT_AT(1)));
    assert_int_equal(m->correction_count, 1);
    assert_true(slice_is(m->corrections[0].was, "won") &&
                m->corrections[0].of == CORRECTION_OF_OUTCOME);
    st->outcome = OUTCOME_LOST; /* a step further: still one correction */
    assert_true(corrections_outcome(m, 0, OUTCOME_PENDING, NIGHT_AT(1)));
    assert_int_equal(m->correction_count, 1);
    assert_true(slice_is(m->corrections[0].was, "won") && slice_is(m->corrections[0].then, "lost"));
    assert_true(corrections_outcome(m, 1, OUTCOME_WON, NIGHT_AT(1)));
    assert_int_equal(m->correction_count, 2);
    st->outcome = OUTCOME_WON; /* and back: another's of the same moment stays */
    assert_true(corrections_outcome(m, 0, OUTCOME_LOST, NIGHT_AT(1)));
    assert_int_equal(m->correction_count, 1);
    assert_int_equal(m->corrections[0].endorsement, 1);
    st->outcome = OUTCOME_PENDING;
    night_close(&n);
}

static void a_status_and_the_win_it_costs_are_two_corrections(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("won", ""), NIGHT_AT(1));
    assert_true(night_decide(&n, "endorse status", "ann", "withdrawn", NIGHT_AT(2)));
    const struct model *m = core_model(n.core);
    assert_int_equal(m->correction_count, 2);
    assert_true(slice_is(m->corrections[0].was, "active"));
    assert_true(slice_is(m->corrections[1].was, "won"));
    night_close(&n);
}

static void a_correction_says_why(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("lost", ""), NIGHT_AT(1));
    night_batch(&n, AP, SENATE("won", ""), NIGHT_AT(2));
    night_unchanged(&n, AP, NIGHT_AT(4));
    const struct model *m = core_model(n.core);
    outcome_is(&n, "ann", OUTCOME_WON);
    assert_int_equal(m->correction_count, 1);
    assert_true(slice_is(m->corrections[0].was, "lost") && slice_is(m->corrections[0].then, "won"));
    assert_true(slice_is(m->corrections[0].why, "another outcome is called"));
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticket_has_one_seat_at_the_desk_too),
        cmocka_unit_test(who_has_the_seat_already_may_be_given_it),
        cmocka_unit_test(places_are_not_seats),
        cmocka_unit_test(a_loss_ends_with_any_call_it_followed_from),
        cmocka_unit_test(the_order_of_calls_makes_no_loss_of_ours),
        cmocka_unit_test(a_seat_that_goes_from_one_to_the_other_is_lost_at_once),
        cmocka_unit_test(a_ticket_leaves_the_other_seat),
        cmocka_unit_test(the_seat_of_who_counts_no_more_is_free),
        cmocka_unit_test(what_was_called_wrong_costs_nobody_else),
        cmocka_unit_test(a_loss_taken_back_leaves_the_others),
        cmocka_unit_test(a_call_stands_since_it_was_first_said),
        cmocka_unit_test(nothing_is_called_in_a_void_race),
        cmocka_unit_test(a_freeze_keeps_its_beginning),
        cmocka_unit_test(what_is_refused_while_it_is_done_leaves_no_trace),
        cmocka_unit_test(a_decision_is_about_its_race_and_no_other),
        cmocka_unit_test(a_pin_to_a_source_that_is_gone_is_kept_in_peace),
        cmocka_unit_test(a_county_moves_alone),
        cmocka_unit_test(times_are_of_the_night),
        cmocka_unit_test(without_words_only_review_is_meant),
        cmocka_unit_test(a_contest_without_names_has_no_line_to_accept),
        cmocka_unit_test(a_source_is_ruled_on_in_each_of_its_files),
        cmocka_unit_test(corrections_of_one_moment_are_in_the_lists_order),
        cmocka_unit_test(what_comes_back_in_the_same_moment_corrects_nothing),
        cmocka_unit_test(a_status_and_the_win_it_costs_are_two_corrections),
        cmocka_unit_test(a_correction_says_why),
    };
    return cmocka_run_group_tests_name("core_decide_seats", tests, NULL, NULL);
}
