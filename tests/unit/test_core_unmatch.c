/* SPDX-License-Identifier: ISC */
/* Calls that rest on a match: when the desk takes it back they end, with its reason; when a feed
 * leaves it in doubt they stand, under review, and their line is heard. And calls that stand
 * against what was said since: under a freeze, and the desk's own. */
#include "tests/unit/night_each.h"

#include "daemon/core/claims.h"
#include "daemon/core/rests.h"

static const char list[] =
    "endorsement_id,candidate_name,state,office,district,party,race_id,seats_to_fill,election_type,"
    "wins,status\n"
    "ann,Ann Archer,GA,State Senate,1,D,one,1,general,,active\n"
    "bob,Bob Baker,GA,State Senate,1,D,one,1,general,,active\n"
    "cat,Cat Cole,GA,State Senate,2,D,two,1,general,,active\n"
    "dee,Dee Dow,NJ,Mayor,,,three,1,primary,seat,unopposed\n";

enum { AP, DDHQ, STATE, VOTES };

static void is(const char *id, enum outcome o)
{
    outcome_is(&n, id, o);
}

static bool flagged(const char *id)
{
    const uint32_t both = RACE_UNDER_REVIEW | RACE_CONFLICT;

    return (night_race(&n, id)->flags & both) == both;
}

static bool clean(const char *id)
{
    return (night_race(&n, id)->flags & (RACE_UNDER_REVIEW | RACE_CONFLICT)) == 0;
}

static void taken(int minute, const char *verb, const char *target, const char *argument)
{
    if (!night_decide(&n, verb, target, argument, NIGHT_AT(minute)))
        fail_msg("%s %s %s: %s", verb, target, argument, n.out.err.text);
}

/* Who is the second, and what is said of it: cat by a name that is only like hers. */
#define TWO(id, name, mark, other)                                                                 \
    "contest " id "|State Senate District 2|GA ; stated\nchoice 21|" name "|D ; " mark             \
    "\nchoice 22|Else One|R ; " other "\ntotal 9 8\n"
#define ONE(ann, bob)                                                                              \
    "contest 1|State Senate District 1|GA ; stated\nchoice 11|Ann Archer|D ; " ann                 \
    "\nchoice 12|Bob Baker|D ; " bob "\nchoice 13|Else Two|R\ntotal 9 8 7\n"
#define COMPLETE "facts status=4\n"

static void a_call_ends_with_its_match_for_the_desks_reason(void **state)
{
    const char *said = "the clerk said so";

    (void)state;
    night_batch(&n, AP, TWO("2", "Cat Cole", "won", ""), NIGHT_AT(1));
    is("cat", OUTCOME_WON);
    taken(2, "match reject", "cat", "ap 21");
    is("cat", OUTCOME_PENDING);
    assert_int_equal(night_count(&n, MESSAGE_RETRACTION), 1);
    assert_true(night_says(night_message(&n, MESSAGE_RETRACTION, 0)->data, said));
    assert_true(night_says(n.out.said, "news     RETRACTION"));
    assert_int_equal(core_tally(n.core)->n[TALLY_WON], 0);
    core_free(night_restart(&n));
    is("cat", OUTCOME_PENDING);
}

/* Whose match was wrong had never spoken of the race: who is below is heard. */
static void a_lower_authority_counts_when_the_higher_ones_match_was_wrong(void **state)
{
    (void)state;
    night_batch(&n, AP, TWO("2", "Cat Cole", "", "won"), NIGHT_AT(1));
    night_batch(&n, STATE, COMPLETE TWO("2", "Cat Cole", "won", ""), NIGHT_AT(2));
    is("cat", OUTCOME_LOST);
    taken(3, "match reject", "cat", "ap 21");
    is("cat", OUTCOME_WON);
    assert_true(clean("cat"));
    core_free(night_restart(&n));
    is("cat", OUTCOME_WON);
}

static void the_desk_takes_a_match_back_under_a_freeze_too(void **state)
{
    (void)state;
    night_batch(&n, AP, TWO("2", "Cat Cole", "won", ""), NIGHT_AT(1));
    taken(2, "freeze", "", "");
    taken(3, "match reject", "cat", "ap 21");
    is("cat", OUTCOME_PENDING);
    core_free(night_restart(&n));
    is("cat", OUTCOME_PENDING);
}

/* A decision about one of the lines that leaves the other as it was ends nothing. */
static void a_match_that_is_no_worse_keeps_its_call(void **state)
{
    (void)state;
    night_batch(&n, AP, TWO("2", "Cat Cole", "won", ""), NIGHT_AT(1));
    night_batch(&n, DDHQ, TWO("7", "Cat Cole", "", ""), NIGHT_AT(2));
    taken(3, "match accept", "cat", "ap 21");
    taken(4, "match reject", "cat", "ddhq 21");
    is("cat", OUTCOME_WON);
    taken(5, "match undo", "cat", "accept");
    is("cat", OUTCOME_WON);
    assert_int_equal(core_model(n.core)->claim_count, 1);
}

/* What was called by a line before that of now is no longer its matter. */
static void only_the_last_call_of_an_authority_rests_on_its_line(void **state)
{
    (void)state;
    n.sources[VOTES].calls = CALLS_LIVE;
    n.sources[STATE].calls = CALLS_LIVE;
    night_anew(&n);
    night_batch(&n, STATE, TWO("55", "Cat Cole", "won", ""), NIGHT_AT(1));
    night_batch(&n, STATE, TWO("55", "Cat Cole", "", ""), NIGHT_AT(2));
    night_unchanged(&n, STATE, NIGHT_AT(4));
    is("cat", OUTCOME_PENDING);
    night_batch(&n, VOTES, TWO("7", "Cat Cole", "won", ""), NIGHT_AT(5));
    is("cat", OUTCOME_WON);
    taken(6, "match reject", "cat", "55");
    is("cat", OUTCOME_WON);
    taken(7, "match reject", "cat", "votes");
    is("cat", OUTCOME_PENDING);
}

/* That a contest is uncontested rests on whoever of ours is in it. */
static void a_win_without_an_opponent_ends_with_its_match(void **state)
{
    (void)state;
    night_batch(&n, AP,
                "contest 2|State Senate District 2|GA ; stated uncontested\nchoice 21|Cat "
                "Cole|D\ntotal 9\n",
                NIGHT_AT(1));
    is("cat", OUTCOME_WON);
    taken(2, "match reject", "cat", "ap 21");
    is("cat", OUTCOME_PENDING);
}

/* A second contest of the race: the first one's line is heard, under review, also by a core that is
 * made anew; in the queue and out of it the desk finds it once. */
static void a_match_lost_in_mid_night_stays_under_review(void **state)
{
    static const char two[] = TWO("42", "Cat Cole", "won", "") TWO("43", "Cat Cole", "won", "");
    struct buf text;

    (void)state;
    night_batch(&n, AP, TWO("42", "Cat Cole", "won", ""), NIGHT_AT(1));
    assert_true(clean("cat"));
    night_batch(&n, AP, two, NIGHT_AT(2));
    is("cat", OUTCOME_WON);
    assert_true(flagged("cat"));
    assert_int_equal(night_race(&n, "cat")->choices[0].votes, 9);
    assert_int_equal(core_tally(n.core)->n[TALLY_AT_LEAST], 0);
    assert_int_equal(n.out.note_count, 1);
    assert_int_equal(n.out.notes[0].verdict, VERDICT_CALLS_DIFFER);
    struct core *old = night_restart(&n);
    night_kept(&n, AP, two, (struct digest){n.serial, AP}, NIGHT_AT(2), NIGHT_AT(3));
    core_free(old);
    is("cat", OUTCOME_WON);
    assert_true(flagged("cat"));
    assert_int_equal(night_race(&n, "cat")->choices[0].votes, 9);
    buf_init(&text, 65536);
    struct err e;
    assert_true(documents_explain(core_model(n.core), core_tally(n.core), SLICE("cat"), NIGHT_AT(3),
                                  &text, &e));
    struct slice rest = buf_slice(&text);
    int matches = 0;
    for (size_t at; (at = slice_find(rest, SLICE("match    "))) != SIZE_MAX; matches++)
        rest = slice_sub(rest, at + 1, rest.len);
    buf_done(&text);
    assert_int_equal(matches, 2);
    night_batch(&n, AP, TWO("42", "Cat Cole", "", "won") TWO("43", "Cat Cole", "", "won"),
                NIGHT_AT(4));
    night_unchanged(&n, AP, NIGHT_AT(6));
    is("cat", OUTCOME_LOST);
    taken(7, "match accept", "cat", "ap 42");
    assert_true(clean("cat"));
    taken(8, "match undo", "cat", "");
    is("cat", OUTCOME_PENDING);
}

/* Another authority's line in review is nothing to the call that stands. */
static void another_authoritys_line_in_review_leaves_the_call_as_it_was(void **state)
{
    (void)state;
    night_batch(&n, AP, TWO("2", "Cat Cole", "won", ""), NIGHT_AT(1));
    night_batch(&n, DDHQ, TWO("42", "Cat Cole", "won", ""), NIGHT_AT(2));
    night_batch(&n, DDHQ, TWO("42", "Cat Cole", "won", "") TWO("43", "Cat Cole", "won", ""),
                NIGHT_AT(3));
    assert_int_equal(night_race(&n, "cat")->link_count, 2);
    assert_true(clean("cat"));
}

/* ---- evidence ---- */

static struct claim claim_of(int64_t number, const char *by, enum outcome o, const char *line)
{
    return (struct claim){.number = number,
                          .race_id = SLICE("two"),
                          .endorsement_id = SLICE("cat"),
                          .line = slice_of(line),
                          .by = slice_of(by),
                          .outcome = o,
                          .at_ms = NIGHT_AT(0),
                          .called_at_ms = WHEN_UNKNOWN,
                          .evidence = SLICE("source ap contest 2 choice 21 mark won")};
}

static void evidence_is_read_to_its_end(void **state)
{
    static const struct {
        const char *evidence;
        bool names;
    } rows[] = {
        {"source ap contest 2 choice 21 mark won", true},
        {"source ap contest 2 choice - mark none", true},
        {"source ap contest 2 choice 211 mark won", false},
        {"source ap contest 2 choice 2 mark won", false},
        {"source ap contest 21 choice 21 mark won", false},
        {"source ap contest 1 choice 21 mark won", false},
        {"source apart contest 2 choice 21 mark won", false},
        {"source ddhq contest 2 choice 21 mark won", false},
        {"https://clerk.example/1", false},
        {"", false},
    };
    (void)state;
    night_batch(&n, AP, TWO("2", "Cat Cole", "", ""), NIGHT_AT(1));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct claim c = claim_of(1, "ap", OUTCOME_WON, "");
        c.evidence = slice_of(rows[i].evidence);
        if (rests_names(core_model(n.core), &c, night_race(&n, "cat")->contests[0], 0) !=
            rows[i].names)
            fail_msg("'%s'", rows[i].evidence);
    }
}

/* Notes and the desk's words are nobody's call by a line, whatever they name; that it is out in one
 * primary is. */
static void who_rests_on_a_line(void **state)
{
    static const struct {
        const char *by, *line, *basis;
        enum outcome outcome;
        bool rests; /* from now on */
    } rows[] = {
        {"advisory:ap", "", "", OUTCOME_WON, false},
        {"desk", "", "", OUTCOME_WON, false},
        {"out:ap", "Democratic", "", OUTCOME_LOST, true},
        {"out:ap", "Democratic", "", OUTCOME_PENDING, true},
        {"out:ap", "Republican", CLAIMS_UNMATCHED, OUTCOME_PENDING, true},
        {"out:ap", "Democratic", CLAIMS_UNMATCHED, OUTCOME_PENDING, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct claim claims[sizeof rows / sizeof *rows];
        night_anew(&n);
        for (size_t k = 0; k <= i; k++) {
            claims[k] = claim_of((int64_t)k + 1, rows[k].by, rows[k].outcome, rows[k].line);
            claims[k].basis = slice_of(rows[k].basis);
        }
        assert_true(night_claims(n.core, claims, i + 1));
        night_batch(&n, AP, TWO("2", "Cat Cole", "", ""), NIGHT_AT(1));
        if (rests_on(core_model(n.core), night_index(&n, "cat"), night_race(&n, "cat")->contests[0],
                     0) != rows[i].rests)
            fail_msg("row %zu: %s", i, rows[i].by);
    }
}

/* The line has another name: nobody of ours is in the contest by which the call was made. */
static void a_call_whose_line_is_gone_is_under_review(void **state)
{
    (void)state;
    night_batch(&n, AP, TWO("2", "Cat Cole", "won", ""), NIGHT_AT(1));
    night_batch(&n, AP, TWO("2", "Zed Zim", "won", ""), NIGHT_AT(2));
    night_batch(&n, AP, TWO("2", "Zed Zim", "won", "") "\n", NIGHT_AT(20));
    is("cat", OUTCOME_WON);
    assert_true(flagged("cat"));
    taken(21, "call", "cat", "won");
    assert_true(clean("cat"));
}

/* ---- against what stands ---- */

static void a_retraction_under_a_freeze_leaves_no_clean_win(void **state)
{
    (void)state;
    night_batch(&n, AP, TWO("2", "Cat Cole", "won", ""), NIGHT_AT(1));
    taken(2, "freeze", "", "");
    night_batch(&n, AP, TWO("2", "Cat Cole", "", ""), NIGHT_AT(3));
    night_unchanged(&n, AP, NIGHT_AT(5));
    is("cat", OUTCOME_WON);
    assert_true(flagged("cat"));
    core_free(night_restart(&n));
    assert_true(flagged("cat"));
    taken(6, "release", "two", "");
    assert_true(flagged("cat"));
    taken(7, "call", "cat", "won");
    assert_true(clean("cat"));
    taken(8, "uncall", "cat", "");
    is("cat", OUTCOME_PENDING);
}

/* Somebody below who was not heard says otherwise: that is a difference too, once it is known. */
static void what_a_freeze_keeps_out_is_said_to_differ(void **state)
{
    (void)state;
    night_batch(&n, AP, TWO("2", "Cat Cole", "won", ""), NIGHT_AT(1));
    taken(2, "freeze", "two", "");
    night_batch(&n, STATE, COMPLETE TWO("2", "Cat Cole", "", "won"), NIGHT_AT(3));
    is("cat", OUTCOME_WON);
    assert_true(flagged("cat"));
    night_batch(&n, STATE, COMPLETE TWO("2", "Cat Cole", "", ""), NIGHT_AT(4));
    night_unchanged(&n, STATE, NIGHT_AT(6));
    assert_true(clean("cat"));
}

static void a_retraction_of_what_the_desk_has_called_is_told(void **state)
{
    (void)state;
    night_batch(&n, AP, ONE("won", ""), NIGHT_AT(1));
    taken(2, "call", "ann", "won");
    taken(3, "call", "bob", "lost");
    night_batch(&n, AP, ONE("", ""), NIGHT_AT(4));
    night_unchanged(&n, AP, NIGHT_AT(6));
    is("ann", OUTCOME_WON);
    assert_true(flagged("ann"));
    taken(7, "call", "ann", "won");
    assert_true(flagged("ann")); /* bob's loss followed from the same marks */
    taken(8, "call", "bob", "lost");
    assert_true(clean("ann"));
    assert_false(night_decide(&n, "call", "ann", "won", NIGHT_AT(9)));
    assert_true(night_says(slice_of(n.out.err.text), "by the desk already"));
}

/* What the desk never agreed with is no loss to it. */
static void a_retraction_of_the_opposite_clears_the_desks_call(void **state)
{
    (void)state;
    taken(1, "call", "cat", "lost");
    night_batch(&n, AP, TWO("2", "Cat Cole", "won", ""), NIGHT_AT(2));
    is("cat", OUTCOME_LOST);
    assert_true(night_race(&n, "cat")->flags & RACE_CONFLICT);
    night_batch(&n, AP, TWO("2", "Cat Cole", "", ""), NIGHT_AT(3));
    night_unchanged(&n, AP, NIGHT_AT(5));
    assert_true(clean("cat"));
}

/* ---- primaries ---- */

/* Where a winner may only go on, to be alone says neither. */
static void unopposed_where_a_winner_may_go_on_is_for_the_desk(void **state)
{
    (void)state;
    night_tick(&n, NIGHT_AT(1));
    is("dee", OUTCOME_PENDING);
    assert_true(night_race(&n, "dee")->flags & RACE_CONFLICT);
    taken(2, "call", "dee", "advanced");
    night_tick(&n, NIGHT_AT(3));
    is("dee", OUTCOME_ADVANCED);
    assert_true(clean("dee"));
}

static void no_seat_is_called_where_nobody_is_elected(void **state)
{
    (void)state;
    night_close(&n);
    night_open(&n, "endorsement_id,candidate_name,state,office,district,race_id,seats_to_fill,"
                   "election_type,wins\n"
                   "a,Ann Archer,CA,State Senate,1,r,1,primary,\n"
                   "b,Bob Baker,CA,State Senate,3,s,1,primary,nomination\n");
    n.polls[1].state = SLICE("CA");
    night_anew(&n);
    assert_int_equal(night_race(&n, "a")->win, ROUNDS_PLACE);
    assert_false(night_decide(&n, "call", "a", "won", NIGHT_AT(200)));
    assert_true(night_says(slice_of(n.out.err.text), "tallyctl call a advanced"));
    taken(201, "call", "a", "advanced");
    is("a", OUTCOME_ADVANCED);
    assert_int_equal(night_race(&n, "b")->win, ROUNDS_PLACE);
    taken(202, "call", "b", "won"); /* of a nomination */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NIGHT_TEST(a_call_ends_with_its_match_for_the_desks_reason),
        NIGHT_TEST(a_lower_authority_counts_when_the_higher_ones_match_was_wrong),
        NIGHT_TEST(the_desk_takes_a_match_back_under_a_freeze_too),
        NIGHT_TEST(a_match_that_is_no_worse_keeps_its_call),
        NIGHT_TEST(only_the_last_call_of_an_authority_rests_on_its_line),
        NIGHT_TEST(a_win_without_an_opponent_ends_with_its_match),
        NIGHT_TEST(a_match_lost_in_mid_night_stays_under_review),
        NIGHT_TEST(another_authoritys_line_in_review_leaves_the_call_as_it_was),
        NIGHT_TEST(evidence_is_read_to_its_end),
        NIGHT_TEST(who_rests_on_a_line),
        NIGHT_TEST(a_call_whose_line_is_gone_is_under_review),
        NIGHT_TEST(a_retraction_under_a_freeze_leaves_no_clean_win),
        NIGHT_TEST(what_a_freeze_keeps_out_is_said_to_differ),
        NIGHT_TEST(a_retraction_of_what_the_desk_has_called_is_told),
        NIGHT_TEST(a_retraction_of_the_opposite_clears_the_desks_call),
        NIGHT_TEST(unopposed_where_a_winner_may_go_on_is_for_the_desk),
        NIGHT_TEST(no_seat_is_called_where_nobody_is_elected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
