/* SPDX-License-Identifier: ISC */
/* Two names that the desk says are one opponent's: what is added up by it, what never is, and that
 * it can be taken back, over a restart too. */
#include "tests/unit/night.h"

#include "daemon/core/joins.h"
#include "tests/unit/random.h"

static const char list[] =
    "endorsement_id,candidate_name,state,office,district,race_id,seats_to_fill,counties\n"
    "ann,Ann Archer,GA,State Senate,1,ss1,1,Oak|Elm|Ash\n"
    "bo,Bo Baker,GA,State Senate,1,ss1,1,Oak|Elm|Ash\n"
    "cat,Cat Cole,NY,State Senate,2,ss2,2,Oak|Elm|Ash\n";

enum { OAK, ELM, ASH };

static struct night n;

static int set_up(void **state)
{
    static const struct slice counties[] = {SLICE_INIT("Oak"), SLICE_INIT("Elm"), SLICE_INIT("Ash"),
                                            SLICE_INIT("Fir")};
    (void)state;
    night_open(&n, list);
    for (int i = 0; i < NIGHT_SOURCES; i++) {
        n.sources[i].county = counties[i];
        n.sources[i].covers_county = true;
        n.sources[i].priority = 0;
    }
    n.polls[1].state = SLICE("NY");
    core_free(n.core);
    night_core(&n);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    night_close(&n);
    return 0;
}

/* A county's senate; `rest` begins with its other choices and ends with all votes. */
static void says(uint32_t source, const char *rest, int minute)
{
    night_batch(
        &n, source,
        arena_printf(n.a, "contest 1|State Senate District 1|GA\nchoice 1|Ann Archer|\n%s\n", rest)
            .ptr,
        NIGHT_AT(minute));
}

static void says_ny(uint32_t source, const char *rest, int minute)
{
    night_batch(&n, source,
                arena_printf(n.a, "contest 2|State Senate District 2|NY ; stated\n%s\n", rest).ptr,
                NIGHT_AT(minute));
}

/* "Ann Archer 12, Bob 3": the race's lines as they are on air. */
static void shows(const char *id, const char *lines)
{
    const struct race *r = night_race(&n, id);
    struct buf out;

    buf_init(&out, 4096);
    for (uint32_t i = 0; i < r->choice_count; i++)
        buf_addf(&out, "%s%.*s %lld", i ? ", " : "", SLICE_FMT(r->choices[i].name),
                 (long long)r->choices[i].votes);
    buf_addz(&out, r->flags & RACE_IN_DOUBT ? ", in doubt" : "");
    if (!slice_is(buf_slice(&out), lines))
        fail_msg("%.*s, not %s", SLICE_FMT(buf_slice(&out)), lines);
    buf_done(&out);
}

static void explains(const char *id, const char *text, bool is)
{
    struct buf out;
    struct err e;

    buf_init(&out, 65536);
    assert_true(documents_explain(core_model(n.core), core_tally(n.core), slice_of(id),
                                  NIGHT_AT(50), &out, &e));
    if (night_says(buf_slice(&out), text) != is)
        fail_msg("%s in: %.*s", is ? text : "it is", SLICE_FMT(buf_slice(&out)));
    buf_done(&out);
}

static void taken(const char *verb, const char *race, const char *argument)
{
    if (!night_decide(&n, verb, race, argument, NIGHT_AT(30)))
        fail_msg("%s %s %s: %s", verb, race, argument, n.out.err.text);
}

static void refused(const char *verb, const char *race, const char *argument, const char *why)
{
    assert_false(night_decide(&n, verb, race, argument, NIGHT_AT(30)));
    if (!night_says(slice_of(n.out.err.text), why))
        fail_msg("%s %s %s: %s", verb, race, argument, n.out.err.text);
}

static void two_counties(void)
{
    says(OAK, "choice 2|Robert J. Miller|R\ntotal 900 400", 1);
    says(ELM, "choice 2|Bob Miller|R\ntotal 100 800", 2);
}

#define APART "Ann Archer 1000, Robert J. Miller 400, Bob Miller 800, in doubt"
#define JOINED "Ann Archer 1000, Robert J. Miller 1200"

/* ---- what it does ---- */

static void two_spellings_are_one_until_that_is_taken_back(void **state)
{
    (void)state;
    two_counties();
    shows("ann", APART);
    explains("ann",
             "way out: if Bob Miller is Robert J. Miller under another name: tallyctl match join "
             "ss1 'Bob Miller' = 'Robert J. Miller' --reason '...'\n",
             true);
    taken("match join", "ss1", "Bob Miller = Robert J. Miller");
    assert_true(night_says(n.out.said, "ss1: no longer in_doubt"));
    shows("ann", JOINED);
    explains("ann", "joined: Bob Miller = Robert J. Miller, decision 1; it has 800 in ddhq\n",
             true);
    explains("ann", "desk: 1  match join ss1 Bob Miller = Robert J. Miller by maria", true);
    explains("ann", "way out", false);
    taken("match undo", "ss1", "");
    shows("ann", APART);
    explains("ann", "joined:", false);
    refused("match undo", "ss1", "", "nothing that stands was decided about 'ss1'");
}

static void names_are_the_same_however_they_are_written(void **state)
{
    (void)state;
    two_counties();
    taken("match join", "ss1", "MILLER, BOB = robert j miller");
    shows("ann", JOINED);
    taken("match undo", "ss1", "robert");
    shows("ann", APART);
}

/* With and without the undo, as a new process has it: decisions first, feeds later. */
static void a_restart_knows_what_is_joined_and_what_no_longer_is(void **state)
{
    static const char oak[] = "contest 1|State Senate District 1|GA\nchoice 1|Ann Archer|\n"
                              "choice 2|Robert J. Miller|R\ntotal 900 400\n";
    static const char elm[] = "contest 1|State Senate District 1|GA\nchoice 1|Ann Archer|\n"
                              "choice 2|Bob Miller|R\ntotal 100 800\n";
    (void)state;
    for (int undone = 0; undone < 2; undone++) {
        two_counties();
        taken("match join", "ss1", "Bob Miller = Robert J. Miller");
        if (undone)
            taken("match undo", "ss1", "#1");
        core_free(night_restart(&n));
        night_kept(&n, OAK, oak, (struct digest){1, OAK}, NIGHT_AT(1), NIGHT_AT(31));
        night_kept(&n, ELM, elm, (struct digest){2, ELM}, NIGHT_AT(2), NIGHT_AT(31));
        shows("ann", undone ? APART : JOINED);
        core_free(n.core);
        night_core(&n);
    }
}

/* The list may have lost the race since. */
static void what_was_said_of_a_race_that_is_gone_does_nothing(void **state)
{
    (void)state;
    static const struct decision said[] = {
        {.number = 1,
         .verb = SLICE_INIT("match join"),
         .target = SLICE_INIT("gone"),
         .argument = SLICE_INIT("A = B")},
        {.number = 2,
         .verb = SLICE_INIT("match undo"),
         .target = SLICE_INIT("gone"),
         .argument = SLICE_INIT("A = B")},
        {.number = 3,
         .verb = SLICE_INIT("match undo"),
         .target = SLICE_INIT("ss1"),
         .argument = SLICE_INIT("A = B")},
        {.number = 4,
         .verb = SLICE_INIT("match join"),
         .target = SLICE_INIT("ss1"),
         .argument = SLICE_INIT("A is B")},
        {.number = 5,
         .verb = SLICE_INIT("match join"),
         .target = SLICE_INIT("ss1"),
         .argument = SLICE_INIT("A = B")},
    };
    assert_true(night_decisions(n.core, said, 5));
    two_counties();
    shows("ann", APART);
    explains("ann", "joined: A = B, decision 5\n", true);
}

static void one_name_may_lead_on_to_the_next(void **state)
{
    (void)state;
    two_counties();
    says(ASH, "choice 2|R. J. Miller|R\ntotal 10 20", 3);
    taken("match join", "ss1", "R. J. Miller = Bob Miller");
    shows("ann", "Ann Archer 1010, Robert J. Miller 400, Bob Miller 820, in doubt");
    taken("match join", "ss1", "Bob Miller = Robert J. Miller");
    shows("ann", "Ann Archer 1010, Robert J. Miller 1220");
    refused("match join", "ss1", "Robert J. Miller = R. J. Miller", "are one by what was said");
    refused("match undo", "ss1", "", "2 decisions fit");
    assert_true(night_says(slice_of(n.out.err.text), "#2 join ss1: Bob Miller = Robert J. Miller"));
    taken("match undo", "ss1", "#2");
    shows("ann", "Ann Archer 1010, Robert J. Miller 400, Bob Miller 820, in doubt");
}

static void a_line_that_goes_and_comes_is_joined_again(void **state)
{
    (void)state;
    two_counties();
    taken("match join", "ss1", "Bob Miller = Robert J. Miller");
    says(ELM, "choice 2|Zed Zorn|R\ntotal 100 800", 31);
    says(ELM, "choice 2|Zed Zorn|R\ntotal 101 801", 50);
    shows("ann", "Ann Archer 1001, Robert J. Miller 400, Zed Zorn 801, in doubt");
    explains("ann", "decision 1\n", true);
    says(ELM, "choice 2|Bob Miller|R\ntotal 101 801", 51);
    says(ELM, "choice 2|Bob Miller|R\ntotal 102 802", 70);
    shows("ann", "Ann Archer 1002, Robert J. Miller 1202");
}

/* ---- what it never does ---- */

static void a_county_that_has_both_names_has_two_people(void **state)
{
    (void)state;
    two_counties();
    taken("match join", "ss1", "Bob Miller = Robert J. Miller");
    says(ASH, "choice 2|Robert J. Miller|R\nchoice 3|Bob Miller|R\ntotal 10 20 30", 31);
    shows("ann", "Ann Archer 1010, Robert J. Miller 420, Bob Miller 830, in doubt");
    explains("ann", "but nothing is added by it: in state both have lines of their own", true);
    refused("match join", "ss1", "Bob Miller = Robert J. Miller", "decision 1 has said so already");
    taken("match undo", "ss1", "");
    explains("ann", "way out: if Bob Miller is one of theirs under another name: ", true);
    refused("match join", "ss1", "Bob Miller = Robert J. Miller",
            "state has both on lines of their own in 'State Senate District 1': they are two");
}

/* Their lines are matches: so no endorsed one's votes become another's, or an opponent's. */
static void nobody_of_ours_is_joined(void **state)
{
    (void)state;
    two_counties();
    refused("match join", "ss1", "Bob Miller = Ann Archer",
            "'Ann Archer' of ap is ann, one of ours: which lines are theirs too says tallyctl "
            "match accept ann");
    refused("match join", "ss1", "Ann Archer = Bob Miller", "'Ann Archer' of ap is ann");
    says(ASH, "choice 2|Archer|R\ntotal 10 20", 3);
    shows("ann", "Ann Archer 1010, Robert J. Miller 400, Bob Miller 800, Archer 20, in doubt");
}

/* ... nor when it turns out to be ours later, in one county of them. */
static void a_name_that_becomes_ours_is_joined_no_more(void **state)
{
    (void)state;
    two_counties();
    says(ASH, "choice 2|Bob Miller|R\ntotal 10 30", 3);
    taken("match join", "ss1", "Bob Miller = Robert J. Miller");
    shows("ann", "Ann Archer 1010, Robert J. Miller 1230");
    taken("match accept", "bo", "state miller");
    shows("ann", "Ann Archer 1010, Robert J. Miller 400, Bob Miller 800, Bob Miller 30, in doubt");
    explains("ann", "decision 1; but nothing is added by it: in state", true);
}

static void a_line_in_review_is_decided_first(void **state)
{
    (void)state;
    says(OAK, "choice 2|Robert J. Miller|R\ntotal 900 400", 1);
    says(ELM, "choice 2|Baker|R\ntotal 100 800", 2);
    shows("ann", "Ann Archer 1000, Robert J. Miller 400, Baker 800, in doubt");
    refused("match join", "ss1", "Baker = Robert J. Miller",
            "'Baker' of ddhq may be bo, one of ours: say first whether it is, with tallyctl match "
            "accept bo or match reject bo");
    taken("match reject", "bo", "");
    taken("match join", "ss1", "Baker = Robert J. Miller");
    shows("ann", "Ann Archer 1000, Robert J. Miller 1200");
}

static void what_is_said_of_nobody_is_refused(void **state)
{
    static const struct {
        const char *argument, *why;
    } said[] = {
        {"Bob Miller", "say both names"},
        {"Bob Miller = ", "say both names"},
        {" = Bob Miller", "say both names"},
        {"Bob Miller=Robert J. Miller", "say both names"},
        {"Bob Milner = Robert J. Miller",
         "no feed has a line 'Bob Milner' in the race ss1; of those that are not ours it has: "
         "Robert J. Miller, Bob Miller"},
        {"Write-in = Bob Miller", "'Write-in' is nobody's name"},
        {"Bob Miller = Over Votes", "'Over Votes' is nobody's name"},
        {"Bob Miller = MILLER, BOB", "are one name: their lines are one by themselves"},
    };
    (void)state;
    refused("match join", "ss1", "A = B", "it has none but ours");
    two_counties();
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
        refused("match join", "ss1", said[i].argument, said[i].why);
    refused("match join", "ss9", "Bob Miller = Robert J. Miller", "no race has the id 'ss9'");
    shows("ann", APART);
}

static void two_parties_are_two_people(void **state)
{
    (void)state;
    says(OAK, "choice 2|Robert J. Miller|DEM\ntotal 900 400", 1);
    says(ELM, "choice 2|Bob Miller|REP\ntotal 100 800", 2);
    explains("ann", "way out: if Bob Miller is one of theirs", true);
    refused("match join", "ss1", "Bob Miller = Robert J. Miller",
            "'Bob Miller' stands for REP in ddhq, and 'Robert J. Miller' for DEM in ap");
}

static void what_is_written_in_is_added_to_nobody_on_the_ballot(void **state)
{
    (void)state;
    says(OAK, "choice 2|Robert J. Miller|\ntotal 900 400", 1);
    says(ELM, "choice 2|Bob Miller| ; write-in\ntotal 100 800", 2);
    refused("match join", "ss1", "Bob Miller = Robert J. Miller", "or one is written in");
}

/* ---- fusion ---- */

/* One contest with a person on two party lines, spelled in two ways: of two seats one is left. */
static void two_party_lines_of_one_contest_may_be_one_person(void **state)
{
    static const char oak[] = "choice 1|Cat Cole|DEM\nchoice 2|John Smith|REP ; won\n"
                              "choice 3|Jack Smith|CON ; won\ntotal 100 90 20";
    (void)state;
    n.sources[OAK].covers_county = false;
    n.sources[OAK].county = SLICE("");
    core_free(n.core);
    night_core(&n);
    says_ny(OAK, oak, 1);
    assert_int_equal(night_outcome(&n, "cat"), OUTCOME_LOST);
    shows("cat", "Cat Cole 100, John Smith 90, Jack Smith 20");
    taken("match join", "ss2", "Jack Smith = John Smith");
    shows("cat", "Cat Cole 100, John Smith 110");
    assert_int_equal(night_outcome(&n, "cat"), OUTCOME_LOST); /* what a feed said it takes back */
    says_ny(OAK, oak, 32);
    assert_int_equal(night_outcome(&n, "cat"), OUTCOME_PENDING);
}

static void two_lines_of_one_party_are_two_people(void **state)
{
    (void)state;
    says_ny(OAK,
            "choice 1|Cat Cole|DEM\nchoice 2|John Smith|REP\nchoice 3|Jack Smith|REP\n"
            "total 100 90 20",
            1);
    refused("match join", "ss2", "Jack Smith = John Smith", "ap has both on lines of their own");
    says_ny(ELM,
            "choice 1|Cat Cole|DEM\nchoice 2|John Smith|REP\nchoice 3|J. Smith|CON\n"
            "choice 4|John Smith|REP\ntotal 100 90 20 10",
            2);
    refused("match join", "ss2", "J. Smith = John Smith", "has both on lines of their own");
}

/* ---- whatever is said ---- */

static const char *const names[] = {"Robert Miller", "Bob Miller", "R. Miller", "Zed Zorn",
                                    "Robin Miller"};
enum { NAMES = sizeof names / sizeof names[0] };

/* A county with some of the names; returns all of its votes. */
static int64_t says_some(struct random *rnd, uint32_t source)
{
    int64_t sum = 50;
    struct buf lines, votes;

    buf_init(&lines, 4096);
    buf_init(&votes, 4096);
    for (int i = 0; i < NAMES; i++) {
        int64_t some = random_between(rnd, 1, 40);
        if (random_between(rnd, 0, 2) == 0)
            continue;
        buf_addf(&lines, "choice %d|%s|R\n", i + 2, names[i]);
        buf_addf(&votes, " %lld", (long long)some);
        sum += some;
    }

    buf_addf(&lines, "total 50%.*s", SLICE_FMT(buf_slice(&votes)));
    says(source, arena_printf(n.a, "%.*s", SLICE_FMT(buf_slice(&lines))).ptr, 1 + (int)source);
    buf_done(&lines);
    buf_done(&votes);
    return sum;
}

static int64_t all_votes(int64_t *ours)
{
    const struct race *r = night_race(&n, "ann");
    int64_t sum = 0;

    for (uint32_t i = 0; i < r->choice_count; i++) {
        sum += r->choices[i].votes;
        if (r->choices[i].endorsement != NONE)
            *ours = r->choices[i].votes;
    }
    return sum;
}

static struct slice lines_of_race(void)
{
    const struct race *r = night_race(&n, "ann");
    struct slice out = SLICE("");

    for (uint32_t i = 0; i < r->choice_count; i++)
        out = arena_printf(n.a, "%.*s%.*s %lld, ", SLICE_FMT(out), SLICE_FMT(r->choices[i].name),
                           (long long)r->choices[i].votes);
    return out;
}

/* No vote is lost or counted twice, none of ours moves, and what is all taken back was never said.
 */
static void joins_move_no_vote_but_between_opponents(void **state)
{
    uint32_t most = 0, joined = 0;

    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct random rnd = {seed};
        int64_t sum = 0, ours = 0;
        set_up(state);
        for (uint32_t source = OAK; source <= ASH; source++)
            sum += says_some(&rnd, source);
        struct slice before = lines_of_race();
        for (int i = 0; i < 12; i++) {
            const char *a = names[random_between(&rnd, 0, NAMES - 1)];
            const char *b = names[random_between(&rnd, 0, NAMES - 1)];
            if (random_between(&rnd, 0, 3) == 0)
                night_decide(&n, "match undo", "ss1", a, NIGHT_AT(30));
            else
                night_decide(&n, "match join", "ss1", arena_printf(n.a, "%s = %s", a, b).ptr,
                             NIGHT_AT(30));
            assert_int_equal(all_votes(&ours), sum);
            assert_int_equal(ours, 150);
            most =
                night_race(&n, "ann")->join_count > most ? night_race(&n, "ann")->join_count : most;
            joined += !slice_eq(lines_of_race(), before);
        }
        while (night_race(&n, "ann")->join_count > 0)
            taken(
                "match undo", "ss1",
                arena_printf(n.a, "#%lld", (long long)night_race(&n, "ann")->joins[0].number).ptr);
        assert_true(slice_eq(lines_of_race(), before));
        tear_down(state);
    }
    assert_true(most >= 2 && joined > 50);
}

/* ---- for people ---- */

static void a_command_is_as_a_shell_takes_it(void **state)
{
    (void)state;
    says(OAK, "choice 2|Patrick O'Brien|R\ntotal 900 400", 1);
    says(ELM, "choice 2|Pat O'Brien|R\ntotal 100 800", 2);
    explains("ann", "ss1 'Pat O'\\''Brien' = 'Patrick O'\\''Brien' --reason", true);
}

/* It is no opponent's. */
static void a_line_of_nobody_has_no_way_out(void **state)
{
    (void)state;
    says(OAK, "choice 2|Robert J. Miller|R\ntotal 900 400", 1);
    says(ELM, "choice 2|Robert J. Miller|R\nchoice 3|None of These Candidates|\ntotal 100 800 3",
         2);
    shows("ann", "Ann Archer 1000, Robert J. Miller 1200, None of These Candidates 3, in doubt");
    explains("ann", "in doubt: None of These Candidates of Elm", true);
    explains("ann", "way out", false);
}

static void decisions_are_listed_in_their_order(void **state)
{
    struct buf out;
    (void)state;
    two_counties();
    taken("match alias", "ann", "ap archer");
    taken("match join", "ss1", "Bob Miller = Robert J. Miller");
    taken("match reject", "ann", "ddhq");
    buf_init(&out, 65536);
    documents_match_decisions(core_model(n.core), false, &out);
    const char *at = strstr(out.ptr, "\talias\tstands\tann\tap\t");
    assert_non_null(at);
    at = strstr(
        at, "\tjoin\tstands\t\t\t\t\t\t\tBob Miller\t\tthe clerk said so\tss1\tRobert J. Miller\n");
    assert_non_null(at);
    assert_non_null(strstr(at, "\treject\tstands\tann\tddhq\t"));
    buf_done(&out);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(two_spellings_are_one_until_that_is_taken_back),
        T(names_are_the_same_however_they_are_written),
        T(a_restart_knows_what_is_joined_and_what_no_longer_is),
        T(what_was_said_of_a_race_that_is_gone_does_nothing),
        T(one_name_may_lead_on_to_the_next),
        T(a_line_that_goes_and_comes_is_joined_again),
        T(a_county_that_has_both_names_has_two_people),
        T(nobody_of_ours_is_joined),
        T(a_name_that_becomes_ours_is_joined_no_more),
        T(a_line_in_review_is_decided_first),
        T(what_is_said_of_nobody_is_refused),
        T(two_parties_are_two_people),
        T(what_is_written_in_is_added_to_nobody_on_the_ballot),
        T(two_party_lines_of_one_contest_may_be_one_person),
        T(two_lines_of_one_party_are_two_people),
        cmocka_unit_test(joins_move_no_vote_but_between_opponents),
        T(a_command_is_as_a_shell_takes_it),
        T(a_line_of_nobody_has_no_way_out),
        T(decisions_are_listed_in_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
