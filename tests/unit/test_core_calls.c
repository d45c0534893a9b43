/* SPDX-License-Identifier: ISC */
/* Calls, from payload to standing: what is taken, what waits, what is refused, what goes back. */
#include "tests/unit/night.h"

/* Two candidates of ours for one seat, two of a board of two seats, one alone, one elected without
 * an election. */
static const char list[] =
    "endorsement_id,candidate_name,state,office,district,party,race_id,seats_to_fill,source_hints,"
    "status,advance_to\n"
    "ann,Ann Archer,GA,State Senate,1,D,ga-ss-1,1,ap=1|ddhq=1|state=1|votes=1,active,\n"
    "bob,Bob Baker,GA,State Senate,1,D,ga-ss-1,1,ap=1|ddhq=1|state=1|votes=1,active,\n"
    "cat,Cat Cole,GA,School Board,2,D,ga-sb-2,2,ap=2|ddhq=2,active,\n"
    "dan,Dan Dorn,GA,School Board,2,D,ga-sb-2,2,ap=2|ddhq=2,active,\n"
    "eve,Eve Eden,GA,City Council,3,D,ga-sh-3,,ap=3|ddhq=3,active,\n"
    "fay,Fay Ford,GA,State House,4,D,ga-sh-4,1,ap=4|ddhq=4,active,2\n"
    "gus,Gus Gray,GA,Coroner,,D,ga-coroner,1,ap=5,unopposed,\n"
    "hal,Hal Hill,GA,Sheriff,,D,ga-sheriff,1,,elected_unopposed,\n";

#define RACE(id, text, choices) "contest " id "|" text "|GA ; stated\n" choices
#define SENATE(a, b, c)                                                                            \
    RACE("1", "State Senate District 1",                                                           \
         "choice 11|Ann Archer|D ; " a "\nchoice 12|Bob Baker|D ; " b                              \
         "\nchoice 13|Other One|R ; " c "\ntotal 500 400 300\n")
#define BOARD(a, b, c, d)                                                                          \
    RACE("2", "School Board District 2",                                                           \
         "choice 21|Cat Cole| ; " a "\nchoice 22|Dan Dorn| ; " b "\nchoice 23|Other Two| ; " c     \
         "\nchoice 24|Other Three| ; " d "\ntotal 50 40 30 20\n")
#define HOUSE3(a, b)                                                                               \
    RACE("3", "State House District 3",                                                            \
         "choice 31|Eve Eden|D ; " a "\nchoice 32|Other Four|R ; " b "\ntotal 70 60\n")
#define HOUSE4(a, b, c)                                                                            \
    RACE("4", "State House District 4",                                                            \
         "choice 41|Fay Ford|D ; " a "\nchoice 42|Other Five|R ; " b                               \
         "\nchoice 43|Other Six|R ; " c "\ntotal 70 60 50\n")
#define CORONER(writein)                                                                           \
    RACE("5", "Coroner",                                                                           \
         "choice 51|Gus Gray|D\nchoice 52|Write-in| ; write-in\ntotal 90 " writein "\n")

enum { AP, DDHQ, STATE, VOTES };

static void matched(const struct night *n, const char *id)
{
    if (night_race(n, id)->contest_count == 0)
        fail_msg("%s: the list of this test matches nothing", id);
}

static void test_a_mark_calls_and_losses_follow(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("", "", "") HOUSE3("", ""), NIGHT_AT(1));
    matched(&n, "ann");
    outcome_is(&n, "ann", OUTCOME_PENDING);
    night_batch(&n, AP, SENATE("won", "", "") HOUSE3("", "won"), NIGHT_AT(2));
    outcome_is(&n, "ann", OUTCOME_WON);
    outcome_is(&n, "bob", OUTCOME_LOST);
    outcome_is(&n, "eve", OUTCOME_PENDING); /* seats unknown: another's win proves nothing */
    assert_int_equal(night_race(&n, "ann")->status, RACE_CALLED);
    assert_int_equal(n.out.claim_count, 2);
    assert_true(night_says(n.out.claims[0].evidence, "source ap contest 1 choice 11 mark won"));
    assert_string_equal(n.out.claims[1].basis.ptr, "seats-filled");
    night_batch(&n, AP, SENATE("won", "", "") HOUSE3("", "won"), NIGHT_AT(3));
    assert_int_equal(n.out.claim_count, 0);
    night_close(&n);
}

/* The desk takes AP's call over: it is told again, by its new author, and is as old as it was. */
static void test_a_call_of_another_author_is_told_and_no_newer(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("won", "", ""), NIGHT_AT(2));
    const struct standing *ann = &core_model(n.core)->standings[night_index(&n, "ann")];
    int64_t since = ann->since_ms;
    assert_true(night_decide(&n, "call", "ann", "won", NIGHT_AT(9)));
    assert_int_equal(night_count(&n, MESSAGE_CALL), 1);
    assert_true(night_says(night_message(&n, MESSAGE_CALL, 0)->data, "\"by\":\"desk\""));
    assert_int_equal(ann->since_ms, since);
    night_close(&n);
}

static void test_seats_of_a_board(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, BOARD("", "", "won", ""), NIGHT_AT(1));
    outcome_is(&n, "cat", OUTCOME_PENDING);
    night_batch(&n, AP, BOARD("won", "", "won", ""), NIGHT_AT(2));
    outcome_is(&n, "cat", OUTCOME_WON);
    outcome_is(&n, "dan", OUTCOME_LOST);
    night_close(&n);

    night_open(&n, list); /* three winners for two seats: refused, flagged, and nobody lost */
    night_batch(&n, AP, BOARD("won", "", "won", "won"), NIGHT_AT(1));
    matched(&n, "cat");
    outcome_is(&n, "cat", OUTCOME_PENDING);
    outcome_is(&n, "dan", OUTCOME_PENDING);
    assert_true(night_race(&n, "cat")->flags & RACE_CONFLICT);
    night_close(&n);
}

static void test_a_nobody_who_wins_takes_no_seat(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP,
                "contest 1|State Senate District 1|GA ; stated\nchoice 11|Ann Archer|D\n"
                "choice 19|Write-in| ; write-in won\ntotal 10 20\n",
                NIGHT_AT(1));
    matched(&n, "ann");
    outcome_is(&n, "ann", OUTCOME_PENDING);
    night_close(&n);
}

static void test_places_of_a_runoff(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, HOUSE4("advanced", "", ""), NIGHT_AT(1));
    outcome_is(&n, "fay", OUTCOME_ADVANCED);
    assert_int_equal(night_race(&n, "fay")->status, RACE_PARTLY_CALLED);
    night_batch(&n, AP, HOUSE4("advanced", "advanced", ""), NIGHT_AT(2));
    assert_int_equal(night_race(&n, "fay")->status, RACE_CALLED);
    night_close(&n);
    night_open(&n, list);
    night_batch(&n, AP, HOUSE4("", "advanced", "advanced"), NIGHT_AT(1));
    outcome_is(&n, "fay", OUTCOME_LOST);
    night_close(&n);
}

static void test_calls_wait_for_the_polls(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP,
                "contest 1|State Senate District 1|GA ; stated\nchoice 11|Ann Archer|D ; won\n"
                "choice 13|Other One|R\ntotal 0 0\n",
                NIGHT_AT(-60));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    outcome_is(&n, "gus", OUTCOME_PENDING);
    outcome_is(&n, "hal", OUTCOME_WON); /* cancelled elections need neither polls nor a feed */
    assert_int_equal(core_next_tick(n.core, NIGHT_AT(-60)) <= NIGHT_AT(0), true);
    night_tick(&n, NIGHT_AT(0) - 1);
    outcome_is(&n, "ann", OUTCOME_PENDING);
    night_tick(&n, NIGHT_AT(0));
    outcome_is(&n, "ann", OUTCOME_WON);
    outcome_is(&n, "gus", OUTCOME_WON);
    night_close(&n);
}

static void test_unopposed_yields_to_write_ins(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, CORONER("0"), NIGHT_AT(1));
    matched(&n, "gus");
    outcome_is(&n, "gus", OUTCOME_WON);
    night_batch(&n, AP, CORONER("3"), NIGHT_AT(2));
    outcome_is(&n, "gus", OUTCOME_PENDING);
    assert_int_equal(night_count(&n, MESSAGE_RETRACTION), 1);
    night_close(&n);
}

static void test_a_retraction_is_seen_twice(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("won", "", "") HOUSE3("", ""), NIGHT_AT(1));
    night_batch(&n, AP, SENATE("", "", "") HOUSE3("", ""), NIGHT_AT(5));
    outcome_is(&n, "ann", OUTCOME_WON);
    assert_true(night_race(&n, "ann")->flags & RACE_UNDER_REVIEW);
    night_unchanged(&n, AP, NIGHT_AT(5) + 59 * WHEN_SECOND);
    outcome_is(&n, "ann", OUTCOME_WON);
    night_unchanged(&n, DDHQ, NIGHT_AT(7)); /* another feed's answer is no sight of this one */
    night_tick(&n, NIGHT_AT(7));
    outcome_is(&n, "ann", OUTCOME_WON);
    night_unchanged(&n, AP, NIGHT_AT(7));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    outcome_is(&n, "bob", OUTCOME_PENDING); /* the loss went with its cause */
    assert_int_equal(night_count(&n, MESSAGE_RETRACTION), 2);
    assert_true(night_says(night_message(&n, MESSAGE_RETRACTION, 1)->data, "\"called\":2,"));
    assert_true(
        night_says(night_message(&n, MESSAGE_RETRACTION, 0)->data, "\"took back its call (won)"));
    /* nobody below counts until the one who took it back calls again */
    night_batch(&n, DDHQ, SENATE("won", "", ""), NIGHT_AT(8));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    night_batch(&n, AP, SENATE("won", "", "") HOUSE3("", ""), NIGHT_AT(9));
    outcome_is(&n, "ann", OUTCOME_WON);
    outcome_is(&n, "bob", OUTCOME_LOST);
    night_close(&n);
}

static void test_a_mark_that_comes_back_was_never_gone(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("won", "", ""), NIGHT_AT(1));
    night_batch(&n, AP, SENATE("", "", ""), NIGHT_AT(2));
    night_batch(&n, AP, SENATE("won", "", ""), NIGHT_AT(4));
    night_batch(&n, AP, SENATE("", "", ""), NIGHT_AT(5));
    outcome_is(&n, "ann", OUTCOME_WON);
    assert_int_equal(core_model(n.core)->claim_count, 4); /* hal, gus, ann, bob */
    night_close(&n);
}

static void test_a_win_that_moves_waits_too(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("won", "", ""), NIGHT_AT(1));
    night_batch(&n, AP, SENATE("", "won", ""), NIGHT_AT(2));
    outcome_is(&n, "ann", OUTCOME_WON);
    outcome_is(&n, "bob", OUTCOME_LOST);
    night_unchanged(&n, AP, NIGHT_AT(4));
    outcome_is(&n, "ann", OUTCOME_LOST);
    outcome_is(&n, "bob", OUTCOME_WON);
    assert_int_equal(night_count(&n, MESSAGE_RETRACTION), 2);
    assert_int_equal(night_count(&n, MESSAGE_CALL), 2);
    night_close(&n);
}

static void test_a_race_that_leaves_the_feed_keeps_its_call(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("won", "", "") HOUSE3("", "") BOARD("", "", "", ""), NIGHT_AT(1));
    night_batch(&n, AP, HOUSE3("", "") BOARD("", "", "", ""), NIGHT_AT(2));
    night_unchanged(&n, AP, NIGHT_AT(9));
    outcome_is(&n, "ann", OUTCOME_WON);
    night_close(&n);
}

/* The second look must find the race, and need not find it changed. */
static void test_what_counts_as_seen_again(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("won", "", "") HOUSE3("", "") BOARD("", "", "", ""), NIGHT_AT(1));
    night_batch(&n, AP, SENATE("", "", "") HOUSE3("", "") BOARD("", "", "", ""), NIGHT_AT(2));
    night_batch(&n, AP, HOUSE3("", "") BOARD("", "", "", ""), NIGHT_AT(4));
    outcome_is(&n, "ann", OUTCOME_WON);
    night_batch(&n, AP, SENATE("", "", "") HOUSE3("", "") BOARD("", "", "", ""), NIGHT_AT(5));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    night_close(&n);
    night_open(&n, list);
    night_batch(&n, AP, SENATE("won", "", "") HOUSE3("", ""), NIGHT_AT(1));
    night_batch(&n, AP, SENATE("", "", "") HOUSE3("", ""), NIGHT_AT(2));
    night_batch(&n, AP, SENATE("", "", "") HOUSE3("won", ""), NIGHT_AT(4));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    night_close(&n);
}

/* A seat that fades is still taken. */
static void test_a_fading_win_keeps_its_seat(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,district,race_id,source_hints\n"
                   "eve,Eve Eden,GA,City Council,3,ga-cc-3,ap=3\n"
                   "ivy,Ivy Inn,GA,City Council,3,ga-cc-3,ap=3\n");
    night_batch(&n, AP,
                "contest 3|State House District 3|GA ; stated\nchoice 31|Eve Eden| ; won\n"
                "choice 32|Ivy Inn\ntotal 7 6\n",
                NIGHT_AT(1));
    outcome_is(&n, "eve", OUTCOME_WON);
    outcome_is(&n, "ivy", OUTCOME_PENDING);
    night_batch(&n, AP,
                "contest 3|State House District 3|GA ; stated seats=1\nchoice 31|Eve Eden\n"
                "choice 32|Ivy Inn| ; won\ntotal 7 6\n",
                NIGHT_AT(2));
    outcome_is(&n, "ivy", OUTCOME_PENDING);
    assert_true(night_race(&n, "ivy")->flags & RACE_CONFLICT);
    night_unchanged(&n, AP, NIGHT_AT(4));
    outcome_is(&n, "eve", OUTCOME_LOST);
    night_unchanged(&n, AP, NIGHT_AT(5));
    outcome_is(&n, "ivy", OUTCOME_WON);
    night_close(&n);
}

/* Where two choices changed places, a mark may be on the wrong one: it says nothing, neither way.
 */
static void test_marks_of_swapped_choices_are_silent(void **state)
{
#define SWAPPING(ann, other, mark)                                                                 \
    RACE("1", "State Senate District 1",                                                           \
         "choice 11|Ann Archer|D ; " mark "\nchoice 13|Other One|R\ntotal " ann " " other "\n")
    struct night n;
    (void)state;

    night_open(&n, list);
    night_batch(&n, AP, SWAPPING("5000", "3000", ""), NIGHT_AT(1));
    matched(&n, "ann");
    night_batch(&n, AP, SWAPPING("3010", "5020", "won"), NIGHT_AT(2));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    night_batch(&n, AP, SWAPPING("5100", "3100", "won"), NIGHT_AT(3));
    outcome_is(&n, "ann", OUTCOME_WON);
    night_batch(&n, AP, SWAPPING("3110", "5120", ""), NIGHT_AT(4));
    night_unchanged(&n, AP, NIGHT_AT(6));
    outcome_is(&n, "ann", OUTCOME_WON);
    night_close(&n);
#undef SWAPPING
}

static void test_many_calls_gone_at_once_are_held(void **state)
{
    struct night n;
    bool noted = false;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("won", "", "") BOARD("won", "", "", "") HOUSE3("won", ""),
                NIGHT_AT(1));
    night_batch(&n, AP, SENATE("", "", "") BOARD("", "", "", "") HOUSE3("", ""), NIGHT_AT(2));
    for (size_t i = 0; i < n.out.note_count; i++)
        noted |= n.out.notes[i].verdict == VERDICT_CALLS_VANISHED;
    assert_true(noted);
    night_unchanged(&n, AP, NIGHT_AT(9));
    outcome_is(&n, "ann", OUTCOME_WON);
    outcome_is(&n, "cat", OUTCOME_WON);
    outcome_is(&n, "eve", OUTCOME_WON);
    night_batch(&n, AP, SENATE("won", "", "") BOARD("won", "", "", "") HOUSE3("won", ""),
                NIGHT_AT(10));
    assert_int_equal(core_model(n.core)->fading_count, 0);
    night_close(&n);
}

static void test_who_decides(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, DDHQ, SENATE("won", "", ""), NIGHT_AT(1));
    outcome_is(&n, "ann", OUTCOME_WON);
    night_batch(&n, AP, SENATE("", "won", ""), NIGHT_AT(2));
    outcome_is(&n, "ann", OUTCOME_LOST);
    outcome_is(&n, "bob", OUTCOME_WON);
    assert_true(night_race(&n, "ann")->flags & RACE_CONFLICT);
    const struct message *gone = night_message(&n, MESSAGE_RETRACTION, 0);
    assert_true(slice_is(gone->winner, "ann") && gone->score < 0); /* out of the winners */
    assert_int_equal(night_count(&n, MESSAGE_RETRACTION), 2); /* each told as gone, then anew */
    assert_int_equal(night_count(&n, MESSAGE_CALL), 2);
    night_close(&n);
    night_open(&n, list);
    night_batch(&n, VOTES, SENATE("won", "", ""), NIGHT_AT(1));
    outcome_is(&n, "ann", OUTCOME_PENDING);               /* a source without calls */
    assert_int_equal(core_model(n.core)->claim_count, 2); /* hal, gus */
    night_close(&n);
}

static void test_official_marks_need_official_results(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, STATE, "facts status=1\n" SENATE("won", "", ""), NIGHT_AT(1));
    matched(&n, "ann");
    outcome_is(&n, "ann", OUTCOME_PENDING);
    night_batch(&n, STATE, "facts status=3\n" SENATE("won", "", ""), NIGHT_AT(2));
    outcome_is(&n, "ann", OUTCOME_WON);
    night_batch(&n, STATE, "facts status=3\n" SENATE("", "won", ""), NIGHT_AT(3));
    assert_int_equal(n.out.note_count, 1); /* the desk is told, once */
    assert_int_equal(n.out.notes[0].verdict, VERDICT_MARK_MOVED);
    assert_true(slice_is(n.out.notes[0].contest, "State Senate District 1"));
    assert_true(night_says(n.out.notes[0].text, "state marks another choice"));
    night_batch(&n, STATE, "facts status=3\n" SENATE("", "won", "lost"), NIGHT_AT(5));
    assert_int_equal(n.out.note_count, 0);
    night_unchanged(&n, STATE, NIGHT_AT(9)); /* moved: advice only, for the rest of the night */
    outcome_is(&n, "ann", OUTCOME_WON);
    assert_true(night_race(&n, "ann")->flags & RACE_CONFLICT);
    assert_true(core_model(n.core)->feeds[STATE].advisory);
    assert_false(night_race(&n, "ann")->flags & RACE_UNDER_REVIEW); /* nobody's word is awaited */
    night_close(&n);
}

/* Claims alone make a restart whole, and what is fed again adds nothing. */
static void test_a_restart_calls_nothing_twice(void **state)
{
    static const char payload[] = SENATE("won", "", "") BOARD("won", "", "won", "") CORONER("0");
    struct night n;

    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, payload, NIGHT_AT(1));
    const struct model *m = core_model(n.core);
    struct core *old = n.core;
    uint32_t claims = m->claim_count;
    assert_true(claims >= 6);
    night_core(&n);
    assert_true(night_claims(n.core, m->claims, claims));
    /* before any feed has spoken: our own wins are seats called, and a loss that followed from all
     * of them being called says so */
    assert_int_equal(night_race(&n, "ann")->seats_called, 1);
    assert_int_equal(night_race(&n, "ann")->status, RACE_CALLED);
    outcome_is(&n, "dan", OUTCOME_LOST);
    assert_int_equal(night_race(&n, "cat")->seats_called, 2);
    assert_int_equal(night_race(&n, "cat")->status, RACE_CALLED);
    struct claim stranger = m->claims[claims - 1];
    stranger.number++;
    stranger.endorsement_id = SLICE("nobody-now");
    assert_true(night_claims(n.core, &stranger, 1));
    assert_false(night_claims(n.core, &stranger, 1)); /* out of order */
    for (uint32_t i = 0; i < n.list.count; i++)
        assert_int_equal(core_model(n.core)->standings[i].outcome, m->standings[i].outcome);
    night_batch(&n, AP, payload, NIGHT_AT(1));
    assert_int_equal(n.out.claim_count, 0);
    assert_int_equal(night_count(&n, MESSAGE_CALL) + night_count(&n, MESSAGE_RETRACTION), 0);
    core_free(old);
    night_close(&n);
}

/* A reload gave the id to another person in another race: the win of before stays with the race it
 * was made in. */
static void test_an_id_given_to_another_race_takes_no_claims_along(void **state)
{
    struct night n, later;

    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("won", "", ""), NIGHT_AT(1));
    const struct model *old = core_model(n.core);
    night_open(&later, "endorsement_id,candidate_name,state,office,district,party,race_id,"
                       "seats_to_fill,source_hints\n"
                       "ann,Eve Eden,GA,State House,3,D,ga-sh-3,1,ap=3\n"
                       "bob,Bob Baker,GA,State Senate,1,D,ga-ss-1,1,ap=1\n");
    assert_true(night_claims(later.core, old->claims, old->claim_count));
    outcome_is(&later, "ann", OUTCOME_PENDING);
    outcome_is(&later, "bob", OUTCOME_LOST); /* the same candidacy keeps its own */
    assert_int_equal(core_tally(later.core)->n[TALLY_WON], 0);
    assert_int_equal(core_model(later.core)->claim_count, old->claim_count); /* kept */
    assert_int_equal(core_model(later.core)->standings[0].claim_count, 0);
    night_batch(&later, AP, HOUSE3("", "won"), NIGHT_AT(2));
    outcome_is(&later, "ann", OUTCOME_LOST);
    assert_int_equal(later.out.claims[0].number, old->claims[old->claim_count - 1].number + 1);
    night_close(&later);
    night_close(&n);
}

/* A verdict that turns is a retraction, in both directions. */
static void test_a_loss_that_turns_into_a_win_waits_too(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("lost", "", ""), NIGHT_AT(1));
    outcome_is(&n, "ann", OUTCOME_LOST);
    night_batch(&n, AP, SENATE("won", "", ""), NIGHT_AT(2));
    outcome_is(&n, "ann", OUTCOME_LOST);
    assert_true(night_race(&n, "ann")->flags & RACE_UNDER_REVIEW);
    night_unchanged(&n, AP, NIGHT_AT(4));
    outcome_is(&n, "ann", OUTCOME_WON);
    assert_int_equal(night_count(&n, MESSAGE_RETRACTION), 1);
    night_close(&n);
}

static void test_a_ticket_takes_one_seat(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, "endorsement_id,candidate_name,state,office,race_id,seats_to_fill\n"
                   "wu,Ann Wu,GA,Governor,ga-gov,1\nfox,Bo Fox,GA,Governor,ga-gov,1\n");
    night_batch(&n, AP,
                "contest 9|Governor|GA ; stated\nchoice 91|Ann Wu/Bo Fox|D ; won\n"
                "choice 92|Cy Cox/Di Li|R\ntotal 20 10\n",
                NIGHT_AT(1));
    outcome_is(&n, "wu", OUTCOME_WON);
    outcome_is(&n, "fox", OUTCOME_WON);
    assert_false(night_race(&n, "wu")->flags & RACE_CONFLICT);
    night_close(&n);
}

/* The desk decides one candidacy; the feed goes on deciding the others. */
static void test_the_desk_decides_no_race(void **state)
{
    struct night n;

    (void)state;
    night_open(&n, list);
    assert_true(night_claimed(n.core, 1, "ga-sb-2", "cat", "desk"));
    night_batch(&n, AP, BOARD("", "won", "", ""), NIGHT_AT(2));
    outcome_is(&n, "cat", OUTCOME_WON);
    outcome_is(&n, "dan", OUTCOME_WON);
    night_close(&n);
}

static void test_a_race_called_in_part_can_be_under_review(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, BOARD("won", "", "", ""), NIGHT_AT(1));
    assert_int_equal(night_race(&n, "cat")->status, RACE_PARTLY_CALLED);
    assert_false(night_race(&n, "cat")->flags & RACE_UNDER_REVIEW);
    night_batch(&n, AP, BOARD("", "", "", ""), NIGHT_AT(2));
    assert_int_equal(night_race(&n, "cat")->status, RACE_PARTLY_CALLED);
    assert_true(night_race(&n, "cat")->flags & RACE_UNDER_REVIEW);
    night_close(&n);
}

/* Who has withdrawn is not waited for. */
static void test_a_race_is_called_without_the_withdrawn(void **state)
{
    struct night n;
    (void)state;
    night_open(&n,
               "endorsement_id,candidate_name,state,office,district,race_id,status,source_hints\n"
               "eve,Eve Eden,GA,State House,3,ga-sh-3,active,ap=3\n"
               "ivy,Ivy Inn,GA,State House,3,ga-sh-3,withdrawn,ap=3\n");
    night_batch(&n, AP, HOUSE3("lost", ""), NIGHT_AT(1));
    outcome_is(&n, "eve", OUTCOME_LOST);
    assert_int_equal(night_race(&n, "eve")->status, RACE_CALLED);
    night_close(&n);
}

/* Found by random nights: the last payload that was good in all parts was older than the
 * retraction, and a restart called it again. */
static void test_a_restart_brings_back_no_call_that_was_taken_back(void **state)
{
    struct night n;
    struct core *before;
    const char *good = SENATE("won", "", "");
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, good, NIGHT_AT(1));
    night_batch(&n, AP, SENATE("", "", ""), NIGHT_AT(2));
    night_batch(&n, AP, SENATE("", "", "") HOUSE3("", ""), NIGHT_AT(4));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    before = n.core;
    night_core(&n);
    const struct model *was = core_model(before), *m = core_model(n.core);

    assert_true(night_claims(n.core, was->claims, was->claim_count));
    uint32_t claims = m->claim_count;
    night_kept(&n, AP, good, (struct digest){99, 99}, NIGHT_AT(1), NIGHT_AT(5));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    struct event ev = {.type = EVENT_FAILED, .verdict = VERDICT_UNREACHABLE};
    night_apply(&n, &ev, NIGHT_AT(6));
    night_tick(&n, NIGHT_AT(7));
    outcome_is(&n, "ann", OUTCOME_PENDING);
    assert_int_equal(m->claim_count, claims);
    night_batch(&n, AP, good, NIGHT_AT(8)); /* the feed itself calls again */
    outcome_is(&n, "ann", OUTCOME_WON);
    core_free(before);
    night_close(&n);
}

/* Found by random nights: who stands earlier in the list was refused the seat that a later one gave
 * up in the same payload, until something else happened. */
static void test_a_seat_given_up_is_taken_at_once(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("", "won", ""), NIGHT_AT(1));
    outcome_is(&n, "ann", OUTCOME_LOST);
    night_batch(&n, AP, SENATE("won", "", ""), NIGHT_AT(2));
    night_batch(&n, AP, SENATE("won", "", "") HOUSE3("", ""), NIGHT_AT(4));
    outcome_is(&n, "bob", OUTCOME_LOST);
    outcome_is(&n, "ann", OUTCOME_WON);
    assert_false(night_race(&n, "ann")->flags & RACE_CONFLICT);
    uint32_t claims = core_model(n.core)->claim_count;
    night_tick(&n, NIGHT_AT(5));
    assert_int_equal(core_model(n.core)->claim_count, claims);
    night_close(&n);
}

/* Found against the reference: a loss of ours made a race of several seats, or places, "called"
 * that had none called yet. */
static void test_a_loss_leaves_the_other_seats_open(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, BOARD("lost", "lost", "", "") HOUSE4("lost", "", ""), NIGHT_AT(1));
    outcome_is(&n, "cat", OUTCOME_LOST);
    outcome_is(&n, "dan", OUTCOME_LOST);
    assert_int_equal(night_race(&n, "cat")->status, RACE_PARTLY_CALLED);
    outcome_is(&n, "fay", OUTCOME_LOST);
    assert_int_equal(night_race(&n, "fay")->status, RACE_PARTLY_CALLED);
    night_batch(&n, AP, BOARD("lost", "lost", "won", "won") HOUSE4("lost", "advanced", "advanced"),
                NIGHT_AT(2));
    assert_int_equal(night_race(&n, "cat")->status, RACE_CALLED);
    assert_int_equal(night_race(&n, "fay")->status, RACE_CALLED);
    night_close(&n);
}

/* Found against the reference: a mark seen gone once took back nothing but the race's status. */
static void test_a_mark_gone_once_opens_no_seat(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, BOARD("won", "", "won", "") HOUSE4("advanced", "advanced", ""),
                NIGHT_AT(1));
    assert_int_equal(night_race(&n, "cat")->status, RACE_CALLED);
    /* ours, and another's that ours lost to */
    night_batch(&n, AP, BOARD("", "", "won", "") HOUSE4("", "advanced", ""), NIGHT_AT(1) + 20000);
    outcome_is(&n, "cat", OUTCOME_WON);
    assert_int_equal(night_race(&n, "cat")->status, RACE_CALLED);
    assert_int_equal(night_race(&n, "fay")->status, RACE_CALLED);
    night_batch(&n, AP, BOARD("won", "", "", "") HOUSE4("advanced", "advanced", ""),
                NIGHT_AT(1) + 40000);
    outcome_is(&n, "dan", OUTCOME_LOST);
    assert_int_equal(night_race(&n, "dan")->status, RACE_CALLED);
    assert_int_equal(night_race(&n, "dan")->seats_called, 2);
    night_batch(&n, AP, BOARD("won", "", "", "") HOUSE4("", "", "") SENATE("", "", ""),
                NIGHT_AT(5)); /* seen again */
    outcome_is(&n, "dan", OUTCOME_PENDING);
    assert_int_equal(night_race(&n, "dan")->status, RACE_PARTLY_CALLED);
    night_close(&n);
}

/* A loss that followed from filled seats, and is stated itself by now, says nothing of the seats.
 */
static void test_a_loss_stated_itself_fills_no_seat(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, BOARD("", "", "won", "won"), NIGHT_AT(1));
    outcome_is(&n, "cat", OUTCOME_LOST);
    night_batch(&n, AP, BOARD("lost", "", "won", ""), NIGHT_AT(2));
    night_batch(&n, AP, BOARD("lost", "", "won", "") HOUSE3("", ""), NIGHT_AT(4));
    outcome_is(&n, "cat", OUTCOME_LOST);
    outcome_is(&n, "dan", OUTCOME_PENDING);
    assert_int_equal(night_race(&n, "cat")->status, RACE_PARTLY_CALLED);
    assert_int_equal(core_tally(n.core)->n[TALLY_AT_MOST] - core_tally(n.core)->n[TALLY_WON], 4);
    /* nor when that mark goes too: the seat that was taken back is not filled by it */
    night_batch(&n, AP, BOARD("", "", "won", "") HOUSE3("", ""), NIGHT_AT(5));
    outcome_is(&n, "cat", OUTCOME_LOST);
    assert_int_equal(night_race(&n, "cat")->seats_called, 1);
    assert_int_equal(night_race(&n, "cat")->status, RACE_PARTLY_CALLED);
    night_close(&n);
}

/* ... and one that was marked, and follows from filled seats by now, keeps them when a winner's
 * mark is gone, until that is seen again. */
static void test_a_loss_by_filled_seats_now_keeps_them(void **state)
{
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, BOARD("lost", "", "", ""), NIGHT_AT(1));
    outcome_is(&n, "cat", OUTCOME_LOST);
    night_batch(&n, AP, BOARD("", "", "won", "won"), NIGHT_AT(2));
    night_batch(&n, AP, BOARD("", "", "won", ""), NIGHT_AT(3));
    assert_int_equal(night_race(&n, "cat")->seats_called, 2);
    night_batch(&n, AP, BOARD("", "", "won", "") HOUSE3("", ""), NIGHT_AT(5));
    assert_int_equal(night_race(&n, "cat")->seats_called, 1);
    night_close(&n);
}

/* A feed that has a race county by county marks who leads in each: the race is called by none. */
static void test_a_countys_mark_calls_no_race_of_several(void **state)
{
    static const char counties[] =
        "endorsement_id,candidate_name,state,office,office_level,district,party,race_id,"
        "source_hints,county,counties\n"
        "ida,Ida Ives,GA,State Senate,state,7,D,ga-ss-7,state=7|ap=7,,\n"
        "jon,Jon Jay,GA,State Senate,state,8,D,ga-ss-8,state=8,,Fulton\n"
        "kim,Kim Koss,GA,County Commission,county,9,D,ga-cc-9,state=9,Fulton,\n"
        "lou,Lou Long,GA,School Board,school,10,D,ga-sb-10,state=10,,Fulton|Cobb\n";
#define COUNTY(id, text, county, name)                                                             \
    "contest " id "|" text "|GA|" county " ; stated seats=1\nchoice 1|" name                       \
    "|D ; won\nchoice 2|Other One|R\ntotal 50 40\n"
    struct night n;
    (void)state;
    night_open(&n, counties);
    n.sources[STATE].calls = CALLS_LIVE;
    night_batch(&n, STATE,
                COUNTY("7", "State Senate District 7", "Fulton", "Ida Ives")
                    COUNTY("8", "State Senate District 8", "Fulton", "Jon Jay")
                        COUNTY("9", "County Commission District 9", "Fulton", "Kim Koss")
                            COUNTY("10", "School Board District 10", "Fulton", "Lou Long"),
                NIGHT_AT(1));
    matched(&n, "ida");
    matched(&n, "lou");
    outcome_is(&n, "ida", OUTCOME_PENDING);
    outcome_is(&n, "lou", OUTCOME_PENDING);
    outcome_is(&n, "jon", OUTCOME_WON); /* the list says that it lies there */
    outcome_is(&n, "kim", OUTCOME_WON);
    night_batch(&n, AP, COUNTY("7", "State Senate District 7", "", "Ida Ives"), NIGHT_AT(2));
    outcome_is(&n, "ida", OUTCOME_WON);
    night_close(&n);
}

/* Found by random nights: the payload that showed that an official feed moves its marks still
 * called the races that came before in the list. */
static void test_a_payload_that_moves_a_mark_calls_nothing_at_all(void **state)
{
    static const char two[] = "endorsement_id,candidate_name,state,office,district,party,race_id,"
                              "source_hints\n"
                              "mia,Mia Moss,GA,State Senate,1,D,ga-ss-1,state=1\n"
                              "ned,Ned Nash,GA,State Senate,2,D,ga-ss-2,state=2\n";
#define DISTRICT(id, name, ours, others)                                                           \
    "contest " id "|State Senate District " id "|GA ; stated seats=1\nchoice 1|" name "|D ; " ours \
    "\nchoice 2|Other One|R ; " others "\ntotal 50 40\n"
    struct night n;
    (void)state;
    night_open(&n, two);
    n.sources[STATE].calls = CALLS_LIVE;
    night_batch(&n, STATE, DISTRICT("1", "Mia Moss", "", "") DISTRICT("2", "Ned Nash", "won", ""),
                NIGHT_AT(1));
    outcome_is(&n, "ned", OUTCOME_WON);
    night_batch(&n, STATE,
                DISTRICT("1", "Mia Moss", "won", "") DISTRICT("2", "Ned Nash", "", "won"),
                NIGHT_AT(2));
    outcome_is(&n, "mia", OUTCOME_PENDING);
    outcome_is(&n, "ned", OUTCOME_WON);
    assert_true(night_race(&n, "ned")->flags & RACE_CONFLICT);
    assert_int_equal(n.out.note_count, 1);
    night_close(&n);
}

/* Found by random nights: the payload kept counted as the first sight of a missing mark, without
 * the others that had vanished with it and had kept all of them from being taken back. */
static void test_a_payload_kept_over_a_restart_begins_no_retraction(void **state)
{
    struct night n;

    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, SENATE("won", "", ""), NIGHT_AT(1));
    struct core *before = n.core;
    const struct model *was = core_model(before);
    night_core(&n);
    assert_true(night_claims(n.core, was->claims, was->claim_count));
    night_kept(&n, AP, SENATE("", "", ""), (struct digest){99, 99}, NIGHT_AT(2), NIGHT_AT(3));
    night_batch(&n, AP, SENATE("", "", "") HOUSE3("", ""), NIGHT_AT(6));
    outcome_is(&n, "ann", OUTCOME_WON);
    night_batch(&n, AP, SENATE("", "", ""), NIGHT_AT(8)); /* seen again, by us */
    outcome_is(&n, "ann", OUTCOME_PENDING);
    core_free(before);
    night_close(&n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_mark_calls_and_losses_follow),
        cmocka_unit_test(test_seats_of_a_board),
        cmocka_unit_test(test_a_nobody_who_wins_takes_no_seat),
        cmocka_unit_test(test_places_of_a_runoff),
        cmocka_unit_test(test_calls_wait_for_the_polls),
        cmocka_unit_test(test_unopposed_yields_to_write_ins),
        cmocka_unit_test(test_a_retraction_is_seen_twice),
        cmocka_unit_test(test_a_mark_that_comes_back_was_never_gone),
        cmocka_unit_test(test_a_win_that_moves_waits_too),
        cmocka_unit_test(test_marks_of_swapped_choices_are_silent),
        cmocka_unit_test(test_a_race_that_leaves_the_feed_keeps_its_call),
        cmocka_unit_test(test_what_counts_as_seen_again),
        cmocka_unit_test(test_a_fading_win_keeps_its_seat),
        cmocka_unit_test(test_many_calls_gone_at_once_are_held),
        cmocka_unit_test(test_who_decides),
        cmocka_unit_test(test_official_marks_need_official_results),
        cmocka_unit_test(test_a_restart_calls_nothing_twice),
        cmocka_unit_test(test_an_id_given_to_another_race_takes_no_claims_along),
        cmocka_unit_test(test_a_loss_that_turns_into_a_win_waits_too),
        cmocka_unit_test(test_a_ticket_takes_one_seat),
        cmocka_unit_test(test_the_desk_decides_no_race),
        cmocka_unit_test(test_a_race_called_in_part_can_be_under_review),
        cmocka_unit_test(test_a_race_is_called_without_the_withdrawn),
        cmocka_unit_test(test_a_restart_brings_back_no_call_that_was_taken_back),
        cmocka_unit_test(test_a_seat_given_up_is_taken_at_once),
        cmocka_unit_test(test_a_loss_leaves_the_other_seats_open),
        cmocka_unit_test(test_a_mark_gone_once_opens_no_seat),
        cmocka_unit_test(test_a_loss_stated_itself_fills_no_seat),
        cmocka_unit_test(test_a_loss_by_filled_seats_now_keeps_them),
        cmocka_unit_test(test_a_countys_mark_calls_no_race_of_several),
        cmocka_unit_test(test_a_call_of_another_author_is_told_and_no_newer),
        cmocka_unit_test(test_a_payload_that_moves_a_mark_calls_nothing_at_all),
        cmocka_unit_test(test_a_payload_kept_over_a_restart_begins_no_retraction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
