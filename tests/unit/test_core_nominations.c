/* SPDX-License-Identifier: ISC */
/* A win in a party's contest, of which the list says neither contest_party nor what a win is. */
#include "daemon/core/nominations.h"
#include "daemon/core/tally.h"
#include "tests/unit/night_each.h"

static const char list[] =
    "endorsement_id,candidate_name,state,office,district,party,race_id,seats_to_fill,election_type,"
    "wins,source_hints\n"
    "ann,Ann Archer,GA,State Senate,1,R,one,1,runoff,,\n"
    "cal,Cal Cole,GA,State Senate,2,R,two,1,runoff,seat,ap=2\n";

enum { AP, DDHQ };

#define ONE(of, ann)                                                                               \
    "contest 1|State Senate District 1" of " Runoff|GA ; stated\nchoice 11|Ann Archer|R ; " ann    \
    "\nchoice 12|Bo Bell|R\ntotal 900 800\n"
#define TWO                                                                                        \
    "contest 2|State Senate District 2 - REP Runoff|GA ; stated\nchoice 21|Cal Cole|R ; won"       \
    "\nchoice 22|Di Dean|R\ntotal 90 80\n"

static void won(int64_t nominations, int64_t seats)
{
    struct tally t;

    tally_all(&t, core_model(n.core), NULL);
    assert_int_equal(t.n[TALLY_WON_NOMINATIONS], nominations);
    assert_int_equal(t.n[TALLY_WON_SEATS], seats);
    assert_true(tally_same(&t, core_tally(n.core)));
}

static void accepted(void)
{
    night_batch(&n, AP, ONE(" - REP", "") TWO, NIGHT_AT(1));
    won(0, 1); /* what the list says */
    assert_true(night_decide(&n, "match accept", "ann", "ap 1 archer", NIGHT_AT(2)));
}

/* Who starts anew has not heard the contest: the call is known, and what was won. */
static void a_nomination_is_none_less_after_a_restart(void **state)
{
    (void)state;
    accepted();
    night_batch(&n, AP, ONE(" - REP", "won") TWO, NIGHT_AT(3));
    won(1, 1);
    core_free(night_restart(&n));
    night_tick(&n, NIGHT_AT(4));
    outcome_is(&n, "ann", OUTCOME_WON);
    won(1, 1);
}

/* The match was wrong: what the desk calls by another contest, or by none, is what the list says.
 */
static void a_partys_contest_that_was_not_theirs_says_nothing(void **state)
{
    (void)state;
    accepted();
    night_batch(&n, DDHQ, ONE("", ""), NIGHT_AT(3));
    assert_true(night_decide(&n, "call", "ann", "won", NIGHT_AT(3)));
    won(1, 1);
    assert_true(night_decide(&n, "match reject", "ann", "ap 1 archer", NIGHT_AT(4)));
    won(0, 2);
    assert_true(night_decide(&n, "match accept", "ann", "ap 1 archer", NIGHT_AT(5)));
    won(1, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NIGHT_TEST(a_nomination_is_none_less_after_a_restart),
        NIGHT_TEST(a_partys_contest_that_was_not_theirs_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
