/* SPDX-License-Identifier: ISC */
/* The desk: what it may decide, what that does to calls and counts, and that a restart knows it. */
#include "tests/unit/night.h"

#include <stdio.h>

#include "daemon/core/decide.h"
#include "daemon/core/documents.h"
#include "daemon/core/match.h"

static const char list[] =
    "endorsement_id,candidate_name,state,office,district,party,race_id,seats_to_fill,source_hints,"
    "status,advance_to\n"
    "ann,Ann Archer,GA,State Senate,1,D,ga-ss-1,1,ap=1|ddhq=1,active,\n"
    "bob,Bob Baker,GA,State Senate,1,D,ga-ss-1,1,ap=1|ddhq=1,active,\n"
    "cat,Cat Cole,GA,School Board,2,D,ga-sb-2,2,ap=2|ddhq=2,active,\n"
    "dan,Dan Dorn,GA,School Board,2,D,ga-sb-2,2,ap=2|ddhq=2,active,\n"
    "eli,Eli East,GA,School Board,2,D,ga-sb-2,2,ap=2|ddhq=2,active,\n"
    "fay,Fay Ford,GA,State House,4,D,ga-sh-4,1,ap=4|ddhq=4,active,2\n";

#define SENATE(a, b, c)                                                                            \
    "contest 1|State Senate District 1|GA ; stated\n"                                              \
    "choice 11|Ann Archer|D ; " a "\nchoice 12|Bob Baker|D ; " b "\nchoice 13|Other One|R ; " c    \
    "\ntotal 500 400 300\n"

enum { AP, DDHQ };

static int64_t counted(const struct night *n, enum tally_count what)
{
    return core_tally(n->core)->n[what];
}

static void test_the_desk_calls_and_what_follows_follows(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    assert_true(night_decide(&n, "call", "ann", "won", NIGHT_AT(1)));
    outcome_is(&n, "ann", OUTCOME_WON);
    outcome_is(&n, "bob", OUTCOME_LOST); /* the seat is called for another */
    assert_int_equal(night_race(&n, "ann")->status, RACE_CALLED);
    assert_int_equal(counted(&n, TALLY_WON), 1);
    assert_int_equal(n.out.claim_count, 2);
    const struct claim *c = &n.out.claims[0];
    assert_true(slice_is(c->by, "desk") && slice_is(c->reason, "the clerk said so"));
    assert_int_equal(c->number, n.out.decision->number + 1);
    const struct message *call = night_message(&n, MESSAGE_CALL, 0);
    assert_true(night_says(call->data, "\"by\":\"desk\"") && slice_is(call->winner, "ann"));
    assert_true(night_says(n.out.said, "call ann won by maria") &&
                night_says(n.out.said, "was      0 won of 0 called") &&
                night_says(n.out.said, "is       1 won of 2 called"));
    night_close(&n);
}

static void test_a_board_is_called_one_by_one(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    assert_true(night_decide(&n, "call", "cat", "won", NIGHT_AT(1)));
    outcome_is(&n, "dan", OUTCOME_PENDING);
    assert_int_equal(night_race(&n, "cat")->status, RACE_PARTLY_CALLED);
    assert_true(night_decide(&n, "call", "dan", "won", NIGHT_AT(2)));
    outcome_is(&n, "eli", OUTCOME_LOST);
    assert_int_equal(night_race(&n, "cat")->status, RACE_CALLED);
    assert_false(night_decide(&n, "call", "eli", "won", NIGHT_AT(3)));
    assert_true(night_refused(&n, "2 of 2 seats are called for others of ours"));
    outcome_is(&n, "eli", OUTCOME_LOST);
    night_close(&n);
}

/* Two winners of one seat, by way of a withdrawal between two calls. */
static void test_nobody_counts_again_as_one_winner_too_many(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    assert_true(night_decide(&n, "call", "ann", "won", NIGHT_AT(1)));
    assert_true(night_decide(&n, "endorse status", "ann", "withdrawn", NIGHT_AT(2)));
    assert_true(night_decide(&n, "call", "bob", "won", NIGHT_AT(3)));
    assert_false(night_decide(&n, "endorse status", "ann", "active", NIGHT_AT(4)));
    assert_true(night_refused(&n, "1 of 1 seats are called for others of ours"));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    assert_true(night_decide(&n, "uncall", "bob", "", NIGHT_AT(5)));
    assert_true(night_decide(&n, "endorse status", "ann", "active", NIGHT_AT(6)));
    outcome_is(&n, "ann", OUTCOME_WON);
    assert_int_equal(counted(&n, TALLY_WON), 1);
    night_close(&n);
}

/* However it came about: a list that says one seat where two were called. */
static void test_more_of_ours_won_than_seats_is_a_conflict(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    assert_true(night_decide(&n, "call", "cat", "won", NIGHT_AT(1)));
    assert_true(night_decide(&n, "call", "dan", "won", NIGHT_AT(2)));
    assert_false(night_race(&n, "cat")->flags & RACE_CONFLICT);
    assert_int_equal(counted(&n, TALLY_AT_LEAST), 2);
    for (size_t i = 0; i < n.list.count; i++)
        if (n.list.list[i].seats == 2)
            n.list.list[i].seats = 1;
    core_free(night_restart(&n));
    assert_true(night_race(&n, "cat")->flags & RACE_CONFLICT);
    assert_int_equal(counted(&n, TALLY_AT_LEAST), 0);
    night_close(&n);
}

static void test_what_cannot_be_called(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_tick(&n, NIGHT_AT(-2));
    assert_false(night_decide(&n, "call", "ann", "won", NIGHT_AT(-1)));
    assert_true(night_refused(&n, "polls close at"));
    assert_int_equal(n.out.err.kind, ERR_AGAIN);
    assert_false(night_decide(&n, "call", "annie", "won", NIGHT_AT(1)));
    assert_true(night_refused(&n, "no endorsement has the id 'annie'"));
    assert_false(night_decide(&n, "call", "ann", "winning", NIGHT_AT(1)));
    assert_int_equal(n.out.err.kind, ERR_USAGE);
    assert_false(night_decide(&n, "hail", "ann", "won", NIGHT_AT(1)));
    assert_false(night_decide(&n, "uncall", "ann", "", NIGHT_AT(1)));
    assert_true(night_refused(&n, "nothing to take back"));
    assert_true(night_decide(&n, "endorse status", "bob", "withdrawn", NIGHT_AT(1)));
    assert_false(night_decide(&n, "call", "bob", "lost", NIGHT_AT(1)));
    assert_true(
        night_refused(&n, "withdrawn: it is not called; tallyctl endorse status bob active"));
    assert_true(night_decide(&n, "call", "ann", "won", NIGHT_AT(1)));
    assert_false(night_decide(&n, "call", "ann", "won", NIGHT_AT(2)));
    assert_true(night_refused(&n, "already; tallyctl uncall ann takes that back"));
    assert_int_equal(core_model(n.core)->decision_count, 2);
    struct event ev = {.type = EVENT_DECISION,
                       .decision = {.verb = SLICE("freeze"), .reason = SLICE(" ")}};
    core_apply(n.core, &ev, NIGHT_AT(3), &n.out);
    assert_true(night_refused(&n, "needs a reason"));
    night_close(&n);
}

/* Taken back by the desk, and no feed calls it again until the desk lets go. */
static void test_uncall_freezes_and_release_lets_go(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("won", "", ""), NIGHT_AT(1));
    outcome_is(&n, "ann", OUTCOME_WON);
    assert_true(night_decide(&n, "uncall", "ann", "", NIGHT_AT(2)));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    const struct message *gone = night_message(&n, MESSAGE_RETRACTION, 0);
    assert_true(night_says(gone->data, "the clerk said so") &&
                night_says(gone->data, "\"by\":\"desk\""));
    assert_true(night_says(gone->data, "\"won\":0")); /* counts fall in the same message */
    assert_true(night_race(&n, "ann")->flags & RACE_FROZEN);
    night_batch(&n, AP, SENATE("", "won", ""), NIGHT_AT(3));
    night_batch(&n, AP, SENATE("", "won", "lost"), NIGHT_AT(5));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    outcome_is(&n, "bob", OUTCOME_PENDING); /* lost only because the seat was hers */
    assert_true(night_decide(&n, "release", "ga-ss-1", "", NIGHT_AT(6)));
    outcome_is(&n, "bob", OUTCOME_WON); /* what the feed has said meanwhile counts now */
    outcome_is(&n, "ann", OUTCOME_LOST);
    assert_false(night_race(&n, "ann")->flags & RACE_FROZEN);
    assert_false(night_decide(&n, "release", "ga-ss-1", "", NIGHT_AT(7)));
    assert_true(night_refused(&n, "nothing to release"));
    night_close(&n);
}

static void test_a_desk_call_outranks_and_is_dropped_by_release(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("", "", "won"), NIGHT_AT(1));
    outcome_is(&n, "ann", OUTCOME_LOST);
    assert_true(night_decide(&n, "call", "ann", "won", NIGHT_AT(2)));
    outcome_is(&n, "ann", OUTCOME_WON);
    assert_true(night_race(&n, "ann")->flags & RACE_CONFLICT);
    assert_true(night_decide(&n, "release", "ga-ss-1", "", NIGHT_AT(3)));
    assert_true(night_says(n.out.said, "\nmeans    the race is the feeds' again: all of the desk's "
                                       "calls in it are dropped")); /* though it is not frozen */
    outcome_is(&n, "ann", OUTCOME_LOST);
    assert_true(night_says(night_message(&n, MESSAGE_RETRACTION, 0)->data, "the clerk said so"));
    night_close(&n);
}

static void test_after_a_retraction_the_desk_releases_lower_authorities(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("won", "", ""), NIGHT_AT(1));
    night_batch(&n, AP, SENATE("", "", ""), NIGHT_AT(2));
    night_batch(&n, AP, SENATE("", "", " "), NIGHT_AT(4));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    night_batch(&n, DDHQ, SENATE("won", "", ""), NIGHT_AT(5));
    outcome_is(&n, "ann", OUTCOME_PENDING); /* the higher one has taken it back */
    assert_true(night_decide(&n, "release", "ga-ss-1", "", NIGHT_AT(6)));
    assert_false(night_says(n.out.said, "\nmeans")); /* no call of the desk's is there */
    outcome_is(&n, "ann", OUTCOME_WON);
    night_close(&n);
}

static void test_freezing_everything(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    assert_true(night_decide(&n, "freeze", "", "", NIGHT_AT(1)));
    assert_false(night_decide(&n, "freeze", "", "", NIGHT_AT(1)));
    assert_true(night_refused(&n, "everything is frozen already; tallyctl release ends it"));
    night_batch(&n, AP, SENATE("won", "", ""), NIGHT_AT(2));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    assert_int_not_equal(n.out.claim_count, 0); /* every claim is kept */
    assert_int_equal(night_race(&n, "ann")->status, RACE_UNCALLED);
    assert_true(night_race(&n, "fay")->flags & RACE_FROZEN);
    assert_true(night_decide(&n, "call", "fay", "advanced", NIGHT_AT(3))); /* the desk's count */
    outcome_is(&n, "fay", OUTCOME_ADVANCED);
    assert_true(night_decide(&n, "release", "", "", NIGHT_AT(4)));
    outcome_is(&n, "ann", OUTCOME_WON);
    outcome_is(&n, "fay", OUTCOME_ADVANCED);
    night_close(&n);
}

static void test_marks(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("won", "", ""), NIGHT_AT(1));
    assert_true(night_decide(&n, "mark", "ga-ss-1", "recount", NIGHT_AT(2)));
    outcome_is(&n, "ann", OUTCOME_WON); /* a win stands under any mark but void */
    assert_int_equal(night_count(&n, MESSAGE_RACE), 1);
    assert_true(night_says(night_message(&n, MESSAGE_RACE, 0)->data, "\"recount\""));
    assert_false(night_decide(&n, "mark", "ga-ss-1", "recount", NIGHT_AT(2)));
    assert_false(night_decide(&n, "mark", "ga-ss-1", "frozen", NIGHT_AT(2)));
    assert_int_equal(n.out.err.kind, ERR_USAGE);
    assert_false(night_decide(&n, "mark", "ga-ss-9", "recount", NIGHT_AT(2)));
    assert_true(night_decide(&n, "mark", "ga-ss-1", "void", NIGHT_AT(3)));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    assert_int_equal(counted(&n, TALLY_WON), 0);
    assert_true(night_says(night_message(&n, MESSAGE_RETRACTION, 0)->data, "the clerk said so"));
    assert_true(night_decide(&n, "mark", "ga-ss-1", "void off", NIGHT_AT(4)));
    outcome_is(&n, "ann", OUTCOME_WON);
    assert_true(night_race(&n, "ann")->flags & RACE_RECOUNT);
    assert_true(night_decide(&n, "mark", "ga-ss-1", "recount off", NIGHT_AT(5)));
    assert_false(night_race(&n, "ann")->flags & RACE_RECOUNT);
    night_close(&n);
}

static void test_a_status_moves_the_denominator(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("won", "", ""), NIGHT_AT(1));
    int64_t endorsed = counted(&n, TALLY_ENDORSED);
    assert_true(night_decide(&n, "endorse status", "ann", "disqualified", NIGHT_AT(2)));
    assert_int_equal(counted(&n, TALLY_ENDORSED), endorsed - 1);
    assert_int_equal(counted(&n, TALLY_DISQUALIFIED), 1);
    assert_int_equal(counted(&n, TALLY_WON), 0);
    assert_int_equal(night_count(&n, MESSAGE_RETRACTION), 1);
    assert_int_equal(night_count(&n, MESSAGE_TOTALS), 1);
    assert_true(night_decide(&n, "endorse status", "ann", "active", NIGHT_AT(3)));
    assert_int_equal(counted(&n, TALLY_WON), 1);
    night_close(&n);
}

static void test_polls_are_moved(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    assert_false(night_decide(&n, "polls", "GA", "7 pm", NIGHT_AT(-90)));
    assert_false(night_decide(&n, "polls", "TX", "20:00", NIGHT_AT(-90)));
    assert_true(night_decide(&n, "polls", "GA", "20:00", NIGHT_AT(-90)));
    night_batch(&n, AP, SENATE("won", "", ""), NIGHT_AT(1)); /* votes before 20:00 */
    outcome_is(&n, "ann", OUTCOME_PENDING);
    assert_int_equal(n.out.verdict, VERDICT_EARLY);
    assert_false(night_decide(&n, "call", "fay", "won", NIGHT_AT(30)));
    night_tick(&n, NIGHT_AT(61));
    night_tick(&n, core_next_tick(n.core, NIGHT_AT(61)));
    night_batch(&n, AP, SENATE("won", "", " "), NIGHT_AT(63));
    outcome_is(&n, "ann", OUTCOME_WON);
    assert_true(night_decide(&n, "polls", "ga-sh-4", "22:00", NIGHT_AT(64)));
    assert_false(night_decide(&n, "call", "fay", "won", NIGHT_AT(65)));
    assert_true(night_decide(&n, "call", "bob", "lost", NIGHT_AT(65)));
    night_close(&n);
}

/* Polls that close earlier than was thought: what waits for them is judged at once, and its calls
 * count; where they close later, it goes on waiting. */
static void test_polls_that_close_earlier_let_votes_in_at_once(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    assert_true(night_decide(&n, "polls", "GA", "21:00", NIGHT_AT(-90)));
    night_batch(&n, AP, SENATE("won", "", ""), NIGHT_AT(1));
    assert_int_equal(n.out.verdict, VERDICT_EARLY);
    assert_true(night_decide(&n, "polls", "GA", "22:00", NIGHT_AT(2)));
    assert_int_equal(core_next_tick(n.core, NIGHT_AT(2)), NIGHT_AT(180));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    assert_true(night_decide(&n, "polls", "GA", "19:00", NIGHT_AT(3)));
    assert_int_equal(n.out.judged_count, 1);
    assert_int_equal(n.out.judged[0].verdict, VERDICT_ACCEPTED);
    outcome_is(&n, "ann", OUTCOME_WON);
    assert_int_equal(night_race(&n, "ann")->choices[0].votes, 500);
    night_close(&n);
}

/* What moved is named: who is called by what was released, and from when to when. */
static void test_the_answer_names_what_moved(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    assert_true(night_decide(&n, "polls", "GA", "21:00", NIGHT_AT(-90)));
    assert_true(night_says(n.out.said, "polls    was 19:00, is 21:00\n"));
    assert_true(night_says(n.out.said, "polls    close in 3 races at 9:00 p.m. ET on Nov. 3, was "
                                       "7:00 p.m. ET on Nov. 3\n") ||
                night_says(n.out.said, "polls    close in 3 races at 9:00 p.m. UTC on Nov. 3, was "
                                       "7:00 p.m. UTC on Nov. 3\n"));
    assert_true(night_decide(&n, "polls", "ga-ss-1", "19:30", NIGHT_AT(-80)));
    assert_true(night_says(n.out.said, "polls    close in 1 race at 7:30 p.m."));
    assert_true(night_decide(&n, "polls", "ga-ss-1", "19:30", NIGHT_AT(-80)));
    assert_false(night_says(n.out.said, "polls    close in"));
    assert_true(night_decide(&n, "polls", "GA", "19:00", NIGHT_AT(-80)));
    assert_true(night_decide(&n, "freeze", "", "", NIGHT_AT(31)));
    night_batch(&n, AP, SENATE("won", "", ""), NIGHT_AT(32));
    assert_true(night_decide(&n, "release", "", "", NIGHT_AT(33)));
    assert_true(night_says(n.out.said, "news     CALL        GA  Ann Archer, State Senate 1: won "
                                       "by ap  ["));
    assert_true(night_decide(&n, "endorse status", "ann", "withdrawn", NIGHT_AT(34)));
    assert_true(night_says(n.out.said, "was active, is withdrawn\n") &&
                night_says(n.out.said, "news     RETRACTION  GA  Ann Archer"));
    night_close(&n);
}

/* All of it again from what was kept, to the same bytes. */
static void test_a_restart_knows_what_the_desk_decided(void **state)
{
    static const struct {
        const char *verb, *target, *argument;
    } said[] = {
        {"uncall", "ann", ""},
        {"call", "cat", "won"},
        {"mark", "ga-sb-2", "contested"},
        {"endorse status", "eli", "withdrawn"},
        {"polls", "ga-sh-4", "21:00"},
        {"call", "dan", "won"},
        {"mark", "ga-ss-1", "tie"},
        {"uncall", "dan", ""},
        {"release", "ga-ss-1", ""},
    };
    static const char feed[] = SENATE("won", "", "");
    for (size_t most = 0; most <= sizeof said / sizeof *said; most++) {
        struct night n;
        struct effects before, after;
        struct err e;
        (void)state;
        night_open(&n, list);
        assert_true(effects_init(&before, &e) && effects_init(&after, &e));
        night_batch(&n, AP, feed, NIGHT_AT(1));
        for (size_t i = 0; i < most; i++)
            if (!night_decide(&n, said[i].verb, said[i].target, said[i].argument, NIGHT_AT(2 + i)))
                fail_msg("%s: %s", said[i].verb, n.out.err.text);
        core_snapshot(n.core, NIGHT_AT(30), &before);
        struct core *old = night_restart(&n);
        night_kept(&n, AP, feed, (struct digest){1, AP}, NIGHT_AT(1), NIGHT_AT(30));
        assert_int_equal(n.out.claim_count, 0);
        core_snapshot(n.core, NIGHT_AT(30), &after);
        assert_int_equal(after.message_count, before.message_count);
        for (size_t k = 0; k < after.message_count; k++)
            if (!slice_eq(after.messages[k].data, before.messages[k].data) ||
                !slice_eq(after.messages[k].snap_data, before.messages[k].snap_data))
                fail_msg("after %zu decisions: %.*s, was %.*s", most,
                         SLICE_FMT(after.messages[k].snap_data.len ? after.messages[k].snap_data
                                                                   : after.messages[k].data),
                         SLICE_FMT(before.messages[k].snap_data.len ? before.messages[k].snap_data
                                                                    : before.messages[k].data));
        core_free(old);
        effects_done(&before);
        effects_done(&after);
        night_close(&n);
    }
}

static const char loose[] =
    "endorsement_id,candidate_name,state,office,district,party,seats_to_fill\n"
    "ann,Ann Archer,GA,State Senate,1,D,1\n";
#define LOOSE(a, id, mark)                                                                         \
    "contest 1|State Senate District 1|GA ; stated seats=1\nchoice " id "|" a "|D ; " mark         \
    "\nchoice 13|Other One|R\ntotal 500 400\n"

/* A name that only a person can know: review, accept, the feed's call counts; undo takes it back.
 */
static void test_a_match_is_decided_and_calls_follow(void **state)
{
    static const char feed[] = LOOSE("Arch", "11", "won");
    struct night n;
    (void)state;
    night_open(&n, loose);
    night_batch(&n, AP, feed, NIGHT_AT(1));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    assert_false(night_decide(&n, "match accept", "ann", "", NIGHT_AT(2)));
    assert_true(night_refused(&n, "begin with a source's name"));
    assert_false(night_decide(&n, "match accept", "ann", "ap district", NIGHT_AT(2)));
    assert_true(night_refused(&n, "2 lines fit"));
    assert_false(night_decide(&n, "match accept", "ann", "ap distr", NIGHT_AT(2)));
    assert_true(night_refused(&n, "2 lines fit"));
    assert_true(night_decide(&n, "match accept", "ann", "ap arch", NIGHT_AT(2)));
    assert_true(slice_starts(n.out.decision->argument, SLICE("accept\tap\t")));
    outcome_is(&n, "ann", OUTCOME_WON);
    struct core *old = night_restart(&n);
    night_batch(&n, AP, LOOSE("Arch", "911", "won"), NIGHT_AT(3)); /* under another id */
    outcome_is(&n, "ann", OUTCOME_WON);
    assert_int_equal(night_race(&n, "ann")->link_count, 1);
    assert_int_equal(night_race(&n, "ann")->links[0].band, BAND_DECIDED);
    assert_true(night_decide(&n, "match undo", "ann", "", NIGHT_AT(4)));
    assert_int_equal(night_race(&n, "ann")->link_count, 0);
    assert_false(night_decide(&n, "match undo", "ann", "", NIGHT_AT(5)));
    core_free(old);
    night_close(&n);
}

static const char *standing(const struct night *n)
{
    static char verbs[64];
    const struct match_decision *d;
    verbs[0] = 0;
    for (uint32_t at = 0; (d = match_decision_next(core_model(n->core), &at));)
        snprintf(verbs + strlen(verbs), sizeof verbs - strlen(verbs), "%s ", match_verbs[d->verb]);
    return verbs;
}

/* An accept and an alias of one line had the same words, and only both could fall. */
static void test_one_of_two_decisions_about_a_line_is_undone(void **state)
{
    static const char feed[] = LOOSE("Arch", "11", "won");
    static const char *const words[] = {"arch accept", "alias", "#1", "#3"};
    for (int i = 0; i < 4; i++) {
        bool alias = i % 2 == 1;
        struct night n;
        (void)state;
        night_open(&n, loose);
        night_batch(&n, AP, feed, NIGHT_AT(1));
        assert_true(night_decide(&n, "match accept", "ann", "ap arch", NIGHT_AT(2)));
        assert_true(night_decide(&n, "match alias", "ann", "ap arch", NIGHT_AT(3)));
        assert_string_equal(standing(&n), "accept alias ");
        assert_false(night_decide(&n, "match undo", "ann", "arch", NIGHT_AT(4)));
        assert_true(
            night_refused(&n, "2 decisions fit; give words that only one has: #NUMBER, accept, "
                              "reject, alias or join, source") &&
            night_refused(&n, "\n  #1 accept ap: ") && night_refused(&n, "\n  #3 alias ap: "));
        assert_false(night_decide(&n, "match undo", "ann", "#9", NIGHT_AT(4)));
        assert_false(night_decide(&n, "match undo", "ann", "#3 accept", NIGHT_AT(4)));
        assert_true(night_decide(&n, "match undo", "ann", words[i], NIGHT_AT(4)));
        assert_string_equal(standing(&n), alias ? "accept " : "alias ");
        struct core *old = night_restart(&n);
        assert_string_equal(standing(&n), alias ? "accept " : "alias ");
        assert_true(night_decide(&n, "match undo", "ann", "", NIGHT_AT(5)));
        assert_string_equal(standing(&n), "");
        core_free(old);
        night_close(&n);
    }
}

static const char *ours(const struct night *n, uint32_t endorsement)
{
    static char room[200];
    struct buf text;
    buf_init_over(&text, room, sizeof room);
    documents_ours(core_model(n->core), endorsement, &text);
    return room;
}

/* Two lines of one name fitted whatever was said, and neither could be accepted. REP is also a part
 * of "Representative", which both lines have. */
static void test_the_party_tells_two_lines_of_one_person_apart(void **state)
{
    static const char cross[] = "endorsement_id,candidate_name,state,office,district,party,race_id,"
                                "seats_to_fill\n"
                                "ann,Ann Archer,PA,State House,1,Democratic/Republican,pa-1,1\n";
    static const char feed[] = "contest 1|State Representative District 1|PA\n"
                               "choice |ARCHER, ANN|DEM\nchoice |ARCHER, ANN|REP\n"
                               "choice |Other One|IND\ntotal 3100 920 3500\n";
    struct night n;
    (void)state;
    night_open(&n, cross);
    night_batch(&n, AP, feed, NIGHT_AT(1));
    assert_int_equal(core_model(n.core)->review_count, 2);
    assert_false(night_decide(&n, "match accept", "ann", "", NIGHT_AT(2)));
    assert_true(night_refused(&n, "give words that only one has: source, contest, choice, party") &&
                night_refused(&n, "/ ARCHER, ANN (DEM)\n") &&
                night_refused(&n, "/ ARCHER, ANN (REP)"));
    assert_false(night_decide(&n, "match accept", "ann", "ARCH", NIGHT_AT(2)));
    assert_true(night_refused(&n, "2 lines fit"));
    assert_true(night_decide(&n, "match accept", "ann", "DEM", NIGHT_AT(3)));
    assert_true(night_says(n.out.said, "  match accept ann ap: State Representative District 1 / "
                                       "ARCHER, ANN (DEM) by maria at "));
    assert_true(night_decide(&n, "match accept", "ann", "ap ARCHER REP", NIGHT_AT(4)));
    assert_int_equal(night_race(&n, "ann")->link_count, 2);
    assert_string_equal(ours(&n, 0), "4020 leading");
    struct core *old = night_restart(&n);
    night_batch(&n, AP, feed, NIGHT_AT(5));
    assert_string_equal(ours(&n, 0), "4020 leading");
    core_free(old);
    assert_true(night_decide(&n, "match undo", "ann", "REP", NIGHT_AT(6)));
    assert_int_equal(night_race(&n, "ann")->link_count, 1);
    night_close(&n);
}

/* Without one, as it was kept before, all about the same things falls. */
static void test_an_undo_is_kept_with_the_number_it_undoes(void **state)
{
    struct match_decision d;
    struct buf text;
    (void)state;
    buf_init(&text, 1000);
    assert_true(match_decision_read(SLICE("undo\tap\t\t1\tState\t11\tArch\t"), &d));
    assert_true(d.verb == MATCH_UNDO && d.undoes == 0);
    assert_true(match_decision_read(SLICE("undo 12\tap\t\t1\tState\t11\tArch\t"), &d));
    assert_true(d.verb == MATCH_UNDO && d.undoes == 12);
    match_decision_write(&d, &text);
    assert_true(slice_is(buf_slice(&text), "undo 12\tap\t\t1\tState\t11\tArch\t"));
    assert_false(match_decision_read(SLICE("accept 12\tap\t\t1\tState\t11\tArch\t"), &d));
    assert_false(match_decision_read(SLICE("undo x\tap\t\t1\tState\t11\tArch\t"), &d));
    buf_done(&text);
}

static void test_an_automatic_match_is_rejected(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, loose);
    night_batch(&n, AP, LOOSE("Ann Archer", "11", ""), NIGHT_AT(1));
    assert_int_equal(night_race(&n, "ann")->link_count, 1);
    assert_true(night_decide(&n, "match reject", "ann", "", NIGHT_AT(2)));
    assert_int_equal(night_race(&n, "ann")->link_count, 0);
    night_close(&n);
}

/* Figures that fell to zero are held until the desk says that they are right. */
static void test_the_desk_accepts_what_is_held(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, loose);
    night_batch(&n, AP, LOOSE("Ann Archer", "11", ""), NIGHT_AT(1));
    night_batch(&n, AP,
                "contest 1|State Senate District 1|GA ; stated seats=1\n"
                "choice 11|Ann Archer|D\nchoice 13|Other One|R\ntotal 50 400\n",
                NIGHT_AT(2));
    assert_int_equal(night_race(&n, "ann")->choices[0].votes, 500);
    assert_false(night_decide(&n, "source accept", "apx", "", NIGHT_AT(3)));
    assert_false(night_decide(&n, "source accept", "ddhq", "", NIGHT_AT(3)));
    assert_true(night_decide(&n, "source accept", "ap", "", NIGHT_AT(3)));
    assert_int_equal(night_race(&n, "ann")->choices[0].votes, 50);
    assert_true(night_race(&n, "ann")->flags & RACE_CORRECTED);
    assert_int_not_equal(n.out.ruling_count, 0);
    assert_int_equal(night_count(&n, MESSAGE_RACE), 1);
    night_close(&n);
}

static void test_a_race_is_pinned(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, loose);
    night_batch(&n, DDHQ, LOOSE("Ann Archer", "11", ""), NIGHT_AT(1));
    night_batch(&n, AP, LOOSE("Ann Archer", "11", ""), NIGHT_AT(1));
    uint32_t first = night_race(&n, "ann")->on_air, other = first == AP ? DDHQ : AP;
    struct slice id = night_race(&n, "ann")->id, name = n.sources[other].name;
    assert_false(night_decide(&n, "source pin", id.ptr, "nowhere", NIGHT_AT(2)));
    assert_true(night_decide(&n, "source pin", id.ptr, name.ptr, NIGHT_AT(2)));
    assert_int_equal(night_race(&n, "ann")->on_air, other);
    assert_int_equal(night_count(&n, MESSAGE_RACE), 1);
    assert_true(night_decide(&n, "source unpin", id.ptr, "", NIGHT_AT(3)));
    assert_false(night_decide(&n, "source unpin", id.ptr, "", NIGHT_AT(3)));
    night_close(&n);
}

static void test_decisions_about_what_is_no_longer_there_do_nothing(void **state)
{
    struct night n;

    (void)state;
    night_open(&n, list);
    assert_true(night_decided(n.core, 5, "freeze", "ga-ss-77", ""));
    assert_false(night_decided(n.core, 5, "freeze", "ga-ss-77", "")); /* out of order */
    assert_true(night_decided(n.core, 6, "of-tomorrow", "ga-ss-77", ""));
    assert_true(night_decide(&n, "call", "ann", "won", NIGHT_AT(2)));
    assert_int_equal(n.out.decision->number, 7);
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_desk_calls_and_what_follows_follows),
        cmocka_unit_test(test_a_board_is_called_one_by_one),
        cmocka_unit_test(test_nobody_counts_again_as_one_winner_too_many),
        cmocka_unit_test(test_more_of_ours_won_than_seats_is_a_conflict),
        cmocka_unit_test(test_what_cannot_be_called),
        cmocka_unit_test(test_uncall_freezes_and_release_lets_go),
        cmocka_unit_test(test_a_desk_call_outranks_and_is_dropped_by_release),
        cmocka_unit_test(test_after_a_retraction_the_desk_releases_lower_authorities),
        cmocka_unit_test(test_freezing_everything),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_a_status_moves_the_denominator),
        cmocka_unit_test(test_polls_are_moved),
        cmocka_unit_test(test_polls_that_close_earlier_let_votes_in_at_once),
        cmocka_unit_test(test_one_of_two_decisions_about_a_line_is_undone),
        cmocka_unit_test(test_the_party_tells_two_lines_of_one_person_apart),
        cmocka_unit_test(test_an_undo_is_kept_with_the_number_it_undoes),
        cmocka_unit_test(test_the_answer_names_what_moved),
        cmocka_unit_test(test_a_restart_knows_what_the_desk_decided),
        cmocka_unit_test(test_a_match_is_decided_and_calls_follow),
        cmocka_unit_test(test_an_automatic_match_is_rejected),
        cmocka_unit_test(test_the_desk_accepts_what_is_held),
        cmocka_unit_test(test_a_race_is_pinned),
        cmocka_unit_test(test_decisions_about_what_is_no_longer_there_do_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
