/* SPDX-License-Identifier: ISC */
/* The desk's words: which are refused, with what sentence, and what rarer ones do. */
#include "tests/unit/night_each.h"

#include "daemon/core/corrections.h"
#include "daemon/core/decide.h"
#include "daemon/core/match.h"

static const char list[] =
    "endorsement_id,candidate_name,state,office,district,party,race_id,seats_to_fill,advance_to,"
    "county,source_hints\n"
    "ann,Ann Archer,GA,State Senate,1,D,ga-ss-1,1,,,\n"
    "bob,Bob Baker,GA,State Senate,1,D,ga-ss-1,1,,,\n"
    "cat,Cat Cole,GA,State House,4,D,ga-sh-4,1,1,,\n"
    "dan,Dan Dorn,GA,State House,4,D,ga-sh-4,1,1,,\n"
    "eli,Eli East,GA,Sheriff,,D,ga-sheriff,1,,Cobb,\n"
    "una,Una Unger,NJ,Governor,,D,nj-gov,1,,,ap=8\n"
    "val,Val Voss,NJ,Governor,,D,nj-gov,1,,,ap=8\n"
    "tex,Tex Town,TX,Sheriff,,D,tx-sheriff,1,,Travis,\n"
    "amy,Ann-Marie Dubois,GA,City Council,,,ga-council,2,,,\n";

enum { AP, DDHQ };

static void refused(const char *verb, const char *target, const char *argument, const char *why)
{
    assert_false(night_decide(&n, verb, target, argument, NIGHT_AT(5)));
    if (!night_says(slice_of(n.out.err.text), why))
        fail_msg("%s %s %s: %s", verb, target, argument, n.out.err.text);
}

static void taken(const char *verb, const char *target, const char *argument)
{
    if (!night_decide(&n, verb, target, argument, NIGHT_AT(5)))
        fail_msg("%s %s %s: %s", verb, target, argument, n.out.err.text);
}

/* A decision said in full. */
static bool call_by(const char *id, const char *outcome, const char *basis, const char *url)
{
    struct event ev = {.type = EVENT_DECISION,
                       .decision = {.verb = SLICE("call"),
                                    .target = slice_of(id),
                                    .argument = slice_of(outcome),
                                    .reason = SLICE("r"),
                                    .basis = slice_of(basis),
                                    .url = slice_of(url),
                                    .by = SLICE("maria")}};

    core_apply(n.core, &ev, NIGHT_AT(5), &n.out);
    return n.out.decision != NULL;
}

static void words_that_are_none(void **state)
{
    (void)state;
    static const char *const times[] = {"1900",  "19-00", "1a:00", "19:0b", "19:60", "36:01",
                                        "99:00", "",      "a9:00", "190:0", "19:/0", ":9:00"};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        refused("polls", "GA", times[i], "is no time of the election day");
    taken("polls", "GA", "36:00");
    refused("polls", "Atlantis", "19:00", "neither a race nor a state");
    refused("endorse status", "ann", "elected", "'elected' is no status");
    refused("endorse status", "nobody", "withdrawn", "no endorsement has the id");
    refused("release", "", "", "not everything is frozen");
    refused("source reject", "nobody", "", "no source is named 'nobody'");
    refused("source unpin", "ga-ss-1", "", "pinned");
    refused("source pin", "nowhere", "ap", "no race has the id");
    refused("match accept", "nobody", "", "no endorsement has the id");
    refused("match accept", "ann", "atlantis archer", "no line in review for 'ann'");
    refused("match undo", "ann", "", "nothing that stands was decided about 'ann'");
}

static void a_call_may_say_what_it_rests_on(void **state)
{
    (void)state;
    assert_false(call_by("ann", "won", "rumour", ""));
    assert_true(night_says(slice_of(n.out.err.text), "'rumour' is no basis"));
    assert_true(call_by("ann", "won", "clerk", "https://clerk.example"));
    assert_true(slice_is(n.out.claims[0].basis, "clerk"));
    assert_true(night_says(n.out.said, "[clerk, https://clerk.example]"));
    assert_true(call_by("eli", "won", "newspaper", ""));
    assert_true(night_says(n.out.said, "[newspaper]"));
    assert_true(call_by("cat", "won", "", "https://c.example"));
    assert_true(night_says(n.out.said, "[https://c.example]"));
}

/* One place in the next round: who advances takes it from the others of ours, and gives it back. */
static void places_are_given_and_taken_back(void **state)
{
    (void)state;
    taken("call", "cat", "advanced");
    assert_int_equal(night_outcome(&n, "dan"), OUTCOME_LOST);
    assert_true(night_says(n.out.claims[1].reason, "all places (1) are called for others"));
    refused("call", "dan", "advanced", "1 of 1 places are called for others of ours");
    assert_true(night_says(slice_of(n.out.err.text), "where advance_to is wrong in the list"));
    taken("uncall", "cat", "");
    assert_int_equal(night_outcome(&n, "cat"), OUTCOME_PENDING);
    assert_int_equal(night_outcome(&n, "dan"), OUTCOME_PENDING);
}

/* A ticket is one line and one seat. */
static void both_names_of_a_ticket_win_one_seat(void **state)
{
    (void)state;
    night_batch(&n, AP,
                "contest 8|Governor|NJ\nchoice 81|Una Unger / Val Voss|D\nchoice 82|Else One / "
                "Else Two|R\ntotal 9 8\n",
                NIGHT_AT(2));
    taken("call", "una", "won");
    assert_int_equal(night_outcome(&n, "val"), OUTCOME_PENDING);
    taken("call", "val", "won");
    assert_int_equal(night_outcome(&n, "una"), OUTCOME_WON);
}

/* Texas has no polls-close in this night: feeds wait, the desk may say what it knows. */
static void where_no_close_is_known_only_the_desk_calls(void **state)
{
    (void)state;
    night_batch(&n, AP,
                "contest 9|Sheriff|TX|Travis ; stated\nchoice 91|Tex Town|D ; won\nchoice 92|Else "
                "One|R\ntotal 9 8\n",
                NIGHT_AT(2));
    assert_int_equal(night_race(&n, "tex")->polls_close_ms, WHEN_UNKNOWN);
    assert_int_equal(night_outcome(&n, "tex"), OUTCOME_PENDING);
    struct err e;
    assert_true(documents_explain(core_model(n.core), core_tally(n.core), SLICE("tex"), NIGHT_AT(3),
                                  &out, &e));
    assert_true(night_says(buf_slice(&out), "no time at which polls close: no calls\n"));
    taken("call", "tex", "won");
    assert_int_equal(night_outcome(&n, "tex"), OUTCOME_WON);
}

/* A county's own close is moved where it stands, one that has none gets its own. */
static void a_countys_close_moves_alone(void **state)
{
    (void)state;
    n.polls[3] = (struct settings_polls){
        .state = SLICE("GA"), .county = SLICE("Cobb"), .minute = 20 * 60, .zone = n.zone};
    night_anew(&n);
    assert_int_equal(night_race(&n, "eli")->polls_close_ms, NIGHT_AT(60));
    taken("polls", "GA/Cobb", "21:00");
    assert_int_equal(night_race(&n, "eli")->polls_close_ms, NIGHT_AT(120));
    assert_int_equal(night_race(&n, "ann")->polls_close_ms, NIGHT_AT(120)); /* the last of GA */
    assert_int_equal(core_model(n.core)->settings->polls_count, 4);
    taken("polls", "GA", "19:30");
    assert_int_equal(night_race(&n, "eli")->polls_close_ms, NIGHT_AT(120));
    taken("polls", "GA/Hall", "22:00");
    assert_int_equal(core_model(n.core)->settings->polls_count, 5);
}

/* ---- lines of feeds, by words ---- */

#define HOUSES(name)                                                                               \
    "contest 1|State House|GA\nchoice 1|" name "|D\nchoice 2|Two|R\nchoice 3|Three|R\n"            \
    "choice 4|Four|R\nchoice 5|Five|R\nchoice 6|Six|R\nchoice 7|Seven|R\nchoice 8|Eight|R\n"       \
    "choice 9|Nine|R\ntotal 9 8 7 6 5 4 3 2 1\n"

static void many_lines_fit_few_words(void **state)
{
    (void)state;
    night_batch(&n, AP, HOUSES("Eve"), NIGHT_AT(2));
    refused("match accept", "eli", "ap house", "9 lines fit; give words that only one has");
    assert_true(night_says(slice_of(n.out.err.text), "(the first ones)"));
    assert_false(night_says(slice_of(n.out.err.text), "Nine"));
    taken("match accept", "eli", "ap nine");
    taken("match undo", "eli", "");
}

static bool says(const char *text)
{
    return night_says(n.out.said, text);
}

/* All words of "Ann Dubois" are in "Ann-Marie Dubois": no words could say the one, and when the
 * other had been accepted, a rejection of the one threw the other out. */
static void a_whole_name_is_meant_before_a_longer_one(void **state)
{
    (void)state;
    night_batch(&n, AP,
                "contest 5|City Council At-Large|GA\nchoice 51|Ann-Marie Dubois|\n"
                "choice 52|Ann Dubois|\nchoice 53|Ann|\ntotal 9 8 7\n",
                NIGHT_AT(2));
    assert_int_equal(core_model(n.core)->review_count, 2);
    refused("match accept", "amy", "dubois", "2 lines fit");
    taken("match reject", "amy", "ap Dubois, Ann");
    assert_true(says("/ Ann Dubois, choice 52 by"));
    taken("match undo", "amy", "Ann Dubois");
    taken("match accept", "amy", "Ann-Marie Dubois");
    assert_int_equal(core_model(n.core)->review_count, 0);
    taken("match reject", "amy", "Ann Dubois");
    assert_true(says("/ Ann Dubois, choice 52 by"));
    assert_int_equal(night_race(&n, "amy")->link_count, 1);
    taken("match undo", "amy", "Ann-Marie Dubois");
    refused("match accept", "amy", "Ann", "2 lines fit"); /* Ann is nobody's line so far */
    taken("match accept", "amy", "marie");
}

/* ... in each feed, and once where a contest has two lines of the one who has the longer name. */
static void a_whole_name_in_two_feeds_is_two_lines(void **state)
{
    static const char text[] = "contest 5|City Council At-Large|GA\nchoice 51|Ann-Marie Dubois|\n"
                               "choice 52|Ann Dubois|\nchoice 54|Ann-Marie Dubois Ray|\n"
                               "total 9 8 7\n";
    (void)state;
    night_batch(&n, AP, text, NIGHT_AT(2));
    night_batch(&n, DDHQ, text, NIGHT_AT(2));
    taken("match accept", "amy", "ap 51");
    taken("match accept", "amy", "ap 54");
    taken("match accept", "amy", "ddhq 51");
    assert_int_equal(night_race(&n, "amy")->link_count, 3);
    refused("match reject", "amy", "Ann Dubois", "2 lines fit");
    taken("match reject", "amy", "ddhq Ann Dubois");
    assert_true(says("/ Ann Dubois, choice 52 by"));
    assert_int_equal(night_race(&n, "amy")->link_count, 3);
}

/* A hint names the contest, which has no names yet: all of it may be refused, nobody accepted. */
static void a_contest_alone_can_be_rejected(void **state)
{
    (void)state;
    night_batch(&n, AP,
                "contest 8|Governor|NJ\nchoice 81\nchoice 82\n"
                "total 9 8\n",
                NIGHT_AT(2));
    const struct model *m = core_model(n.core);
    assert_int_equal(m->review_count, 2);
    assert_int_equal(m->review[0].choice, NONE);
    documents_match_list(m, false, &out);
    assert_true(night_says(buf_slice(&out), "una\tUna Unger\tGovernor\tap\tGovernor\t\t\t"));
    refused("match accept", "una", "", "no line in review for 'una'");
    taken("match reject", "una", "");
    assert_int_equal(m->review_count, 1);
}

/* ---- at a start ---- */

/* What is no longer in the list or the configuration is kept, and does nothing. */
static void what_is_gone_is_kept_and_does_nothing(void **state)
{
    const struct model *m = core_model(n.core);
    static const char *const rows[][3] = {
        {"call", "gone", "won"},
        {"match accept", "gone", "accept\tap\t\t1\tX\t1\tY"},
        {"match accept", "ann", "what an older version wrote"},
        {"match accept", "ann", "accept\tap"},
        {"source pin", "gone", "ap"},
        {"source pin", "ga-ss-1", "gone"},
        {"source unpin", "ga-ss-1", ""},
        {"source accept", "gone", ""},
        {"polls", "ZZ", "20:00"},
        {"hail", "ann", ""},
    };
    (void)state;
    int64_t count = sizeof rows / sizeof rows[0];
    for (int64_t i = 0; i < count; i++)
        assert_true(night_decided(n.core, i + 1, rows[i][0], rows[i][1], rows[i][2]));
    assert_int_equal(m->decision_count, count);
    assert_int_equal(core_tally(n.core)->n[TALLY_WON], 0);
    assert_null(night_race(&n, "ann")->pinned);
    uint32_t at = 0;
    assert_null(match_decision_next(m, &at));
    taken("call", "ann", "won");
    assert_true(n.out.decision->number > count);
}

/* Claims of an authority that [calls] order no longer has are kept and count nowhere. */
static void an_authority_no_longer_asked_counts_nowhere(void **state)
{
    struct err e;
    (void)state;
    assert_true(night_claimed(n.core, 1, "ga-ss-1", "ann", "oracle"));
    assert_int_equal(night_outcome(&n, "ann"), OUTCOME_PENDING);
    assert_true(documents_explain(core_model(n.core), core_tally(n.core), SLICE("ann"), NIGHT_AT(3),
                                  &out, &e));
    assert_true(night_says(buf_slice(&out), "not in [calls] order: counts nowhere"));
    assert_false(night_says(buf_slice(&out), "()")); /* no basis is said */
    buf_clear(&out);
    documents_claims(core_model(n.core), night_race(&n, "ann"), &out);
    assert_int_equal(out.len, 0);
}

/* Whatever came last, nothing is ever numbered twice. */
static void numbers_go_on_behind_all_that_was_durable(void **state)
{
    (void)state;
    assert_true(night_claimed(n.core, 7, "ga-ss-1", "ann", "desk"));
    assert_true(night_decided(n.core, 6, "call", "ann", "won"));
    taken("call", "eli", "won");
    assert_int_equal(n.out.decision->number, 8);
    assert_int_equal(n.out.claims[0].number, 9);
}

/* ---- many, and none ---- */

static void a_night_of_many_corrections(void **state)
{
    const struct model *m = core_model(n.core);
    (void)state;
    for (uint32_t i = 1; i <= 70; i++) {
        taken("call", "eli", "won");
        taken("uncall", "eli", "");
        taken("release", "ga-sheriff", "");
        assert_int_equal(m->correction_count, 1); /* the one before it was made good in the same
                                                     moment */
    }
    for (uint32_t i = 1; i <= 70; i++) {
        assert_true(night_decide(&n, "call", "eli", i % 2 ? "won" : "lost", NIGHT_AT(10 + i)));
        assert_int_equal(m->correction_count, i);
    }
    assert_true(slice_is(m->corrections[0].was, "won") &&
                slice_is(m->corrections[0].then, "pending"));
    assert_true(slice_is(m->corrections[69].was, "won"));
    assert_int_equal(m->decision_count, 280);
}

/* Two calls of one feed, the second without a word: the correction says what is the case. */
static void another_call_without_a_reason(void **state)
{
    (void)state;
    static const char *const marks[] = {"won", "lost"};
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 2; k++)
            night_batch(&n, AP,
                        arena_printf(n.a,
                                     "contest 1|State Senate District 1|GA ; stated\nchoice 11|Ann "
                                     "Archer|D ; %s\nchoice 13|Other One|R\ntotal %d 4\n%c",
                                     marks[i], 50 + i * 2 + k, 0)
                            .ptr,
                        NIGHT_AT(2 + 3 * i + k));
    const struct model *m = core_model(n.core);
    assert_int_equal(m->correction_count, 1);
    assert_true(slice_is(m->corrections[0].then, "lost") && slice_is(m->corrections[0].by, "ap"));
    assert_true(slice_is(m->corrections[0].why, "another outcome is called"));
}

static void an_empty_list_is_a_quiet_night(void **state)
{
    struct core *c;
    struct err e;
    struct event tick = {.type = EVENT_TICK};
    (void)state;
    struct endorsements none = {0};
    assert_true(core_new(&n.s, &none, &c, &e));
    core_apply(c, &tick, NIGHT_AT(1), &n.out);
    assert_int_equal(n.out.err.kind, ERR_NONE);
    assert_int_equal(core_tally(c)->n[TALLY_LISTED], 0);
    core_free(c);
}

static void too_many_authorities_are_refused(void **state)
{
    struct slice order[CALLS_RANKS];
    struct core *c;
    struct err e;
    (void)state;
    for (int i = 0; i < CALLS_RANKS; i++)
        order[i] = SLICE("ap");
    n.s.call_order = order;
    n.s.call_order_count = CALLS_RANKS - 1;
    assert_false(core_new(&n.s, &n.list, &c, &e));
    assert_int_equal(e.kind, ERR_CONFIG);
    assert_true(night_says(slice_of(e.text), "[calls] order names 15 authorities; 14 at most"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NIGHT_TEST(words_that_are_none),
        NIGHT_TEST(a_call_may_say_what_it_rests_on),
        NIGHT_TEST(places_are_given_and_taken_back),
        NIGHT_TEST(both_names_of_a_ticket_win_one_seat),
        NIGHT_TEST(where_no_close_is_known_only_the_desk_calls),
        NIGHT_TEST(a_countys_close_moves_alone),
        NIGHT_TEST(many_lines_fit_few_words),
        NIGHT_TEST(a_whole_name_is_meant_before_a_longer_one),
        NIGHT_TEST(a_whole_name_in_two_feeds_is_two_lines),
        NIGHT_TEST(a_contest_alone_can_be_rejected),
        NIGHT_TEST(what_is_gone_is_kept_and_does_nothing),
        NIGHT_TEST(an_authority_no_longer_asked_counts_nowhere),
        NIGHT_TEST(numbers_go_on_behind_all_that_was_durable),
        NIGHT_TEST(a_night_of_many_corrections),
        NIGHT_TEST(another_call_without_a_reason),
        NIGHT_TEST(an_empty_list_is_a_quiet_night),
        NIGHT_TEST(too_many_authorities_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
