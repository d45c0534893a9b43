/* SPDX-License-Identifier: ISC */
/* What a person is told before and after a decision, and of what is held: what moves, who that is,
 * and figures on air beside those that wait. */
#include "tests/unit/night.h"

#include "daemon/core/decide_said.h"
#include "daemon/core/held.h"

/* ann and bob stand for one seat */
static const char list[] =
    "endorsement_id,candidate_name,state,office,district,party,race_id,seats_to_fill\n"
    "ann-archer,Ann Archer,GA,State Senate,1,D,ga-ss-1,1\n"
    "bob,Bob Best,GA,State Senate,1,D,ga-ss-1,1\n"
    "ann-baker,Ann Baker,GA,State Senate,2,D,ga-ss-2,1\n"
    "cat,Cat Cole,GA,State Senate,3,D,zz-3,1\n";

#define RACE(n, ours, a, b)                                                                        \
    "contest " n "|State Senate District " n "|GA\nchoice 1|" ours "|D\nchoice 2|Other One|R\n"    \
    "total " a " " b "\n"

enum { AP, DDHQ, STATE, VOTES };

static bool decide(struct night *n, struct event ev, const char *verb, const char *target,
                   const char *argument)
{
    ev.type = EVENT_DECISION;
    ev.decision = (struct decision){.verb = slice_of(verb),
                                    .target = slice_of(target),
                                    .argument = slice_of(argument),
                                    .reason = SLICE("r"),
                                    .by = SLICE("maria")};
    core_apply(n->core, &ev, NIGHT_AT(11), &n->out);
    return n->out.decision != NULL;
}

static void says(struct slice text, const char *words)
{
    if (!night_says(text, words))
        fail_msg("\"%s\" is not in:\n%.*s", words, SLICE_FMT(text));
}

/* The beginning of an id named nobody; and where nobody looks it must not name anybody. */
static void test_the_beginning_of_an_id_is_enough_for_who_looks(void **state)
{
    static const struct event plain, would = {.would = true}, confirmed = {.confirmed = true};
    struct night n;
    (void)state;
    night_open(&n, list);
    assert_false(decide(&n, plain, "call", "ann-a", "won"));
    says(slice_of(n.out.err.text), "one begins so, give the whole id where nobody is asked:\n"
                                   "  ann-archer  Ann Archer");
    assert_false(decide(&n, confirmed, "call", "ann", "won"));
    says(slice_of(n.out.err.text), "several begin so, give the whole id of one:\n"
                                   "  ann-archer  Ann Archer\n  ann-baker  Ann Baker");
    assert_false(decide(&n, confirmed, "call", "", "won"));
    assert_true(decide(&n, confirmed, "call", "ann-a", "won"));
    assert_true(slice_is(n.out.decision->target, "ann-archer"));
    says(n.out.said, "call ann-archer won by maria");
    says(n.out.said, "\nabout    GA  Ann Archer, State Senate 1\n");
    assert_int_equal(night_outcome(&n, "ann-archer"), OUTCOME_WON);
    assert_false(decide(&n, confirmed, "mark", "ga-ss", "recount"));
    assert_false(decide(&n, confirmed, "mark", "", "recount"));
    assert_true(decide(&n, confirmed, "mark", "zz", "recount"));
    assert_false(decide(&n, plain, "polls", "zz-3", "21:00x"));
    assert_false(decide(&n, plain, "polls", "ga-ss-", "21:00"));
    says(slice_of(n.out.err.text), "'ga-ss-' is neither a race nor a state");
    assert_true(decide(&n, would, "call", "c", "won"));
    assert_true(decide(&n, confirmed, "polls", "zz", "19:05") &&
                slice_is(n.out.decision->target, "zz-3"));
    struct core *old = night_restart(&n);
    assert_int_equal(night_outcome(&n, "ann-archer"), OUTCOME_WON);
    core_free(old);
    night_close(&n);
}

/* explain took a part of a name, and what would have asked first did not. */
static void test_a_part_of_a_name_is_enough_too(void **state)
{
    static const struct event plain, would = {.would = true}, confirmed = {.confirmed = true};
    struct night n;
    (void)state;
    night_open(&n, list);
    assert_false(decide(&n, plain, "call", "Archer", "won")); /* nobody is shown who that is */
    says(slice_of(n.out.err.text),
         "one has that in it, give the whole id where nobody is asked:\n  ann-archer  Ann Archer");
    assert_false(decide(&n, confirmed, "call", "er", "won"));
    says(slice_of(n.out.err.text), "several have that in them, give the whole id of one:\n"
                                   "  ann-archer  Ann Archer\n  ann-baker  Ann Baker");
    assert_false(decide(&n, confirmed, "call", "zebra", "won"));
    assert_true(decide(&n, would, "call", "archer", "won"));
    says(n.out.said, "call ann-archer won by maria");
    assert_true(decide(&n, confirmed, "uncall", "Archer", ""));
    assert_true(slice_is(n.out.decision->target, "ann-archer"));
    assert_false(decide(&n, confirmed, "release", "cole", ""));
    says(slice_of(n.out.err.text), "zz-3 has nothing to release");
    assert_true(decide(&n, confirmed, "mark", "Cat Cole", "recount"));
    assert_true(slice_is(n.out.decision->target, "zz-3"));
    assert_true(decide(&n, would, "call", "Cole", "lost")); /* whose id has it not */
    says(n.out.said, "call cat lost by maria");
    assert_true(decide(&n, would, "mark", "cat", "tie")); /* the race of whose id that is */
    says(n.out.said, "mark zz-3 tie by maria");
    assert_true(decide(&n, would, "mark", "ss-2", "tie"));
    says(n.out.said, "mark ga-ss-2 tie by maria");
    night_close(&n);
}

/* A preview had the words of the deed; and neither named what moves but is no call. */
static void test_what_would_move_is_named(void **state)
{
    static const struct event plain, would = {.would = true};
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, VOTES, RACE("1", "Ann Archer", "500", "400") RACE("2", "Annie B.", "70", "60"),
                NIGHT_AT(1));
    assert_true(decide(&n, would, "freeze", "", ""));
    says(n.out.said, "would    1  freeze by maria at ");
    says(n.out.said, "\nnow      0 won of 0 called, 0 flips, 4 to go; 1 leading, 0 trailing\n"
                     "would be 0 won of 0 called, 0 flips, 4 to go; 1 leading, 0 trailing\n");
    says(n.out.said, "\nflags    ga-ss-1: frozen\nflags    ga-ss-2: frozen\n");
    says(n.out.said, "\nnothing is done yet\n");
    assert_true(decide(&n, plain, "release", "", ""));
    says(n.out.said, "\nwas      0 won");
    says(n.out.said, "\nflags    ga-ss-1: no longer frozen\n");
    assert_false(night_says(n.out.said, "would") || night_says(n.out.said, "nothing is done"));
    assert_true(decide(&n, plain, "match accept", "ann-baker", "votes annie"));
    says(n.out.said, "\nmoves    Ann Baker: no results -> 70 leading\n");
    says(n.out.said, "; 2 leading, 0 trailing\n");
    assert_true(decide(&n, plain, "mark", "ga-ss-1", "recount"));
    says(n.out.said, "\nflags    ga-ss-1: recount\n");
    assert_false(night_says(n.out.said, "moves"));
    assert_true(decide(&n, plain, "call", "ann-archer", "advanced")); /* the four did not add up */
    says(n.out.said, "\nis       0 won of 0 called, 0 flips, 1 advanced, 3 to go; ");
    night_close(&n);
}

/* What a guard held was in no answer but the log's. */
static void test_what_is_held_is_shown_beside_what_is_on_air(void **state)
{
    static const struct event would = {.would = true};
    struct night n;
    struct buf out;
    struct err e;
    struct tally t = {0};
    (void)state;
    night_open(&n, list);
    buf_init(&out, 65536);
    night_batch(&n, VOTES, RACE("1", "Ann Archer", "500", "400") RACE("2", "Ann Baker", "70", "60"),
                NIGHT_AT(1));
    held_rows(core_model(n.core), SLICE(""), false, &out);
    assert_null(memchr(out.ptr, '\n', out.len - 1)); /* the head alone */
    night_batch(&n, VOTES, RACE("1", "Ann Archer", "200", "410") RACE("2", "Ann Baker", "71", "60"),
                NIGHT_AT(2));
    buf_clear(&out);
    held_rows(core_model(n.core), SLICE("votes"), false, &out);
    says(buf_slice(&out), "source\tfile\tcounty\tcontest\tunit\tchoice\ton_air\twaits\tverdict\t");
    says(buf_slice(&out),
         "\nvotes\t\t\tState Senate District 1\t\tAnn Archer\t500\t200\tfall-desk\t"
         "7:02 p.m. UTC on Nov. 3\tthey are back or the desk accepts it\n");
    assert_false(night_says(buf_slice(&out), "District 2"));
    buf_clear(&out);
    held_rows(core_model(n.core), SLICE("ap"), true, &out);
    assert_string_equal(out.ptr, "[]\n");
    buf_clear(&out);
    documents_sources(core_model(n.core), NIGHT_AT(3), false, &out);
    says(buf_slice(&out), "\t1\taccepted\t2 contests; held: State Senate District 1\n");
    buf_clear(&out);
    assert_true(
        documents_explain(core_model(n.core), &t, SLICE("ann-archer"), NIGHT_AT(3), &out, &e));
    says(buf_slice(&out), "\n  held     State Senate District 1: Ann Archer 500 (200 waits), Other "
                          "One 400 (410 waits); fall-desk since 7:02 p.m. UTC: votes fell");
    assert_true(decide(&n, would, "source accept", "votes", ""));
    says(n.out.said, "\nheld     State Senate District 1: Ann Archer 500 -> 200, Other One 400 -> "
                     "410\n");
    says(n.out.said, "\nmoves    Ann Archer: 500 unclear -> 200 trailing\n");
    says(n.out.said, "\nflags    ga-ss-1: no longer in_doubt, corrected\n");
    night_batch(&n, VOTES, RACE("1", "Ann Archer", "50", "410") RACE("2", "Ann Baker", "71", "60"),
                NIGHT_AT(10));
    assert_true(decide(&n, would, "source reject", "votes", ""));
    says(n.out.said, "\ndrops    State Senate District 1: Ann Archer 200 (50 waits), Other One 410 "
                     "(410 waits); fall-desk since 7:10 p.m. UTC: ");
    assert_false(night_says(n.out.said, "\nheld"));
    buf_done(&out);
    night_close(&n);
}

/* Zeros of a whole file are held for no contest's own sake. */
static void test_a_file_that_is_held_whole_holds_its_contests(void **state)
{
    static const struct event would = {.would = true};
    struct night n;
    uint32_t source = 0;
    size_t at = 0;
    (void)state;
    night_open(&n, list);
    night_batch(&n, VOTES, RACE("1", "Ann Archer", "5000", "4000"), NIGHT_AT(1));
    night_batch(&n, VOTES, RACE("1", "Ann Archer", "0", "0"), NIGHT_AT(2));
    assert_int_equal(held_count(core_model(n.core), VOTES, 0), 1);
    const struct feed_contest *c = held_next(core_model(n.core), &source, &at);
    assert_true(c && source == VOTES && !held_next(core_model(n.core), &source, &at));
    assert_true(decide(&n, would, "source reject", "votes", ""));
    says(n.out.said, "\ndrops    the payload that waits\n");
    assert_int_equal(held_count(core_model(n.core), VOTES, 0), 0);
    night_close(&n);
}

/* 90 votes in a feed and "no results" beside them, without a word why. */
static void test_votes_of_a_source_that_is_not_on_air_are_explained(void **state)
{
    struct night n;
    struct buf out;
    struct err e;
    struct tally t = {0};
    (void)state;
    night_open(&n, list);
    buf_init(&out, 65536);
    night_batch(&n, STATE, RACE("1", "Ann Archer", "90", "40"), NIGHT_AT(1));
    night_batch(&n, VOTES, RACE("1", "Bob Best", "300", "200"), NIGHT_AT(1));
    assert_true(
        documents_explain(core_model(n.core), &t, SLICE("ann-archer"), NIGHT_AT(3), &out, &e));
    says(buf_slice(&out), "choice 1 \"Ann Archer\" (D), 90 votes, not on air: behind votes since "
                          "7:01 p.m. UTC on Nov. 3; "
                          "received at");
    says(buf_slice(&out),
         "\n  outcome  no results on air: votes, whose figures the race has, has no "
         "line of it; tallyctl source pin ga-ss-1 state takes those of state\n");
    buf_clear(&out);
    assert_true(documents_todo(core_model(n.core), NIGHT_AT(3), false, n.a, &out));
    says(buf_slice(&out), "\tann-archer\tthe source on air has no line of it\t\tsource_changed\n");
    buf_done(&out);
    night_close(&n);
}

/* "5500 -> 5100, published as a correction" was said of figures that were on air of nobody. */
static void test_what_is_accepted_and_is_not_on_air_is_told(void **state)
{
    static const struct event would = {.would = true};
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, VOTES, RACE("1", "Ann Archer", "6000", "4000"), NIGHT_AT(1));
    night_batch(&n, STATE, RACE("1", "Ann Archer", "5500", "4000"), NIGHT_AT(1));
    night_batch(&n, STATE, RACE("1", "Ann Archer", "4800", "4000"), NIGHT_AT(2));
    assert_true(decide(&n, would, "source accept", "state", ""));
    says(n.out.said, "\nheld     State Senate District 1: Ann Archer 5500 -> 4800\n"
                     "off air  State Senate District 1 of state; what is on air of ga-ss-1 stays: "
                     "behind votes since 7:01 p.m. UTC on Nov. 3\n");
    night_batch(&n, VOTES, RACE("1", "Ann Archer", "5300", "4000"), NIGHT_AT(3));
    assert_true(decide(&n, would, "source accept", "votes", ""));
    says(n.out.said, "\nheld     State Senate District 1: Ann Archer 6000 -> 5300\n");
    assert_false(night_says(n.out.said, "off air"));
    night_close(&n);
}

/* ... of as many as people read. */
static void test_of_many_that_are_not_on_air_ten_are_told(void **state)
{
    enum { MANY = 12, ROOM = 4096 };
    static const struct event would = {.would = true};
    static char rows[ROOM], high[ROOM], low[ROOM], lower[ROOM];
    size_t n = 0, h = 0, l = 0, w = 0;
    struct night night;
    (void)state;
    n = (size_t)snprintf(rows, ROOM, "endorsement_id,candidate_name,state,office,district\n");
    for (int i = 1; i <= MANY; i++) {
        static const char contest[] =
            "contest %d|State Senate District %d|GA\nchoice 1|Ann Archer\n"
            "choice 2|Other One\ntotal %d 40\n";
        n += (size_t)snprintf(rows + n, ROOM - n, "a%d,Ann Archer,GA,State Senate,%d\n", i, i);
        h += (size_t)snprintf(high + h, ROOM - h, contest, i, i, 6000);
        l += (size_t)snprintf(low + l, ROOM - l, contest, i, i, 5500);
        w += (size_t)snprintf(lower + w, ROOM - w, contest, i, i, 4800);
    }
    night_open(&night, rows);
    night_batch(&night, VOTES, high, NIGHT_AT(1));
    night_batch(&night, STATE, low, NIGHT_AT(1));
    night_batch(&night, STATE, lower, NIGHT_AT(2));
    assert_true(decide(&night, would, "source accept", "state", ""));
    size_t told = 0;
    for (struct slice rest = night.out.said, line; slice_next(&rest, '\n', &line);)
        told += slice_starts(line, SLICE("off air"));
    assert_int_equal(told, 10);
    night_close(&night);
}

/* Bob's loss does not follow where no feed has him beside her: who decides is told so. */
static void test_who_is_not_lost_by_it_is_told(void **state)
{
    static const struct event would = {.would = true}, confirmed = {.confirmed = true};
    struct night n;
    (void)state;
    night_open(&n, list);
    night_batch(&n, AP, RACE("1", "Ann Archer", "10", "20"), NIGHT_AT(10));
    assert_true(decide(&n, would, "call", "ann-archer", "won"));
    says(n.out.said, "moves    Ann Archer: 10 trailing -> 10 won, trailing\n"
                     "stays    Bob Best: no results; what is called has no line of it: tallyctl "
                     "call bob lost, if it has lost\n");
    assert_true(decide(&n, confirmed, "mark", "ga-ss-1", "tie")); /* it was so before */
    assert_false(night_says(n.out.said, "stays"));
    night_close(&n);
    night_open(&n, list);
    assert_true(decide(&n, confirmed, "call", "ann-archer", "won"));
    says(n.out.said, "moves    Bob Best: no results -> lost\n");
    assert_false(night_says(n.out.said, "stays"));
    night_close(&n);
}

static void ten_of(int many, const char *others)
{
    enum { ROOM = 4096 };
    static const struct event would = {.would = true};
    char rows[ROOM];
    struct night n;
    int at = snprintf(rows, ROOM,
                      "endorsement_id,candidate_name,state,office,district,seats_to_fill\n"
                      "ann,Ann Archer,GA,State Senate,1,1\n");
    for (int i = 1; i <= many; i++)
        at += snprintf(rows + at, ROOM - (size_t)at, "b%d,Bo %c,GA,State Senate,1,1\n", i, 'A' + i);
    night_open(&n, rows);
    night_batch(&n, AP, RACE("1", "Ann Archer", "10", "20"), NIGHT_AT(10));
    assert_true(decide(&n, would, "call", "ann", "won"));
    says(n.out.said, "stays    Bo K: ");
    says(n.out.said, others);
    night_close(&n);
}

static void test_of_many_that_are_not_lost_ten_are_told(void **state)
{
    (void)state;
    ten_of(11, "stays    and 1 other\n");
    ten_of(12, "stays    and 2 others\n");
}

/* ---- several as one ---- */

/* Two calls, or with `other` of another person, and a freeze; after that the first race has this
 * flag too. */
static struct digest joint_with(const char *first, const char *between, bool would, uint32_t flag,
                                struct buf *out)
{
    static const struct event one = {.joint = true, .confirmed = true};
    static const struct event plain;
    static const char *const rows[][3] = {
        {"call", NULL, "won"}, {"call", "ann-baker", "lost"}, {"freeze", "zz-3", ""}};
    struct arena *a = arena_new(1 << 20);
    struct decide_joint j;
    struct night n;
    night_open(&n, list);
    night_batch(
        &n, AP,
        "contest 1|State Senate District 1|GA\nchoice 1|Ann Archer|D\nchoice 2|Other One|R\n"
        "choice 3|Bob Best|D\ntotal 10 20 5\n",
        NIGHT_AT(10));
    if (between)
        assert_true(decide(&n, plain, "call", between, "won"));
    const struct model *m = core_model(n.core);
    assert_true(decide_joint_init(&j, m, core_tally(n.core), would, a));
    for (size_t i = 0; i < 3; i++) {
        assert_true(decide(&n, one, rows[i][0], i == 0 ? first : rows[i][1], rows[i][2]));
        assert_int_equal(n.out.said.len, 0);
        decide_joint_add(&j, m, n.out.decision, n.out.messages, n.out.message_count);
    }
    m->races[0].flags |= flag;
    struct digest d = decide_joint_write(&j, m, core_tally(n.core), NIGHT_AT(11), out);
    decide_joint_done(&j);
    night_close(&n);
    arena_free(a);
    return d;
}

static struct digest joint(const char *first, const char *between, bool would, struct buf *out)
{
    return joint_with(first, between, would, 0, out);
}

/* Each was shown against what was before all of them. */
static void test_several_are_told_of_as_one(void **state)
{
    struct buf would, done;
    (void)state;
    buf_init(&would, 65536);
    buf_init(&done, 65536);
    struct digest shown = joint("ann-a", NULL, true, &would);
    says(buf_slice(&would), "would    1  call ann-archer won by maria at ");
    says(buf_slice(&would), "\nabout    GA  Ann Archer, State Senate 1\nwould    ");
    says(buf_slice(&would), "\nwould    6  freeze zz-3 by maria at ");
    says(buf_slice(&would),
         "\nnow      0 won of 0 called, 0 flips, 4 to go; 0 leading, 2 trailing\n"
         "would be 1 won of 3 called, 0 flips, 1 to go; ");
    says(buf_slice(&would), "\nmoves    Ann Archer: 10 trailing -> 10 won, trailing\n"
                            "moves    Bob Best: 5 trailing -> 5 lost\n"
                            "moves    Ann Baker: no results -> lost\nflags    zz-3: frozen\n"
                            "news     CALL        GA  Ann Archer, State Senate 1: won by desk  [");
    assert_true(digest_eq(shown, joint("ann-archer", NULL, false, &done)));
    says(buf_slice(&done), "\nwas      0 won of 0 called");
    says(buf_slice(&done), "\nis       1 won of 3 called");
    /* the same comes of it whatever else was called meanwhile, and something else of another */
    assert_true(digest_eq(shown, joint("ann-archer", "cat", false, &done)));
    assert_false(digest_eq(shown, joint("bob", NULL, false, &done)));
    assert_false(digest_eq(shown, joint_with("ann-archer", NULL, false, RACE_CONFLICT, &done)));
    buf_done(&would);
    buf_done(&done);
}

/* A yes is to what was shown, whatever the votes are meanwhile. */
static void test_what_is_meant_is_the_same_while_only_numbers_move(void **state)
{
#define SHOWN(id, now, count, moves, about, news)                                                  \
    "would    " id "  call ann-archer won by maria at " now "\nabout    " about                    \
    "\nnow      " count "\nwould be " count "\ntotal    " count "\nmoves    " moves                \
    "\nstays    " moves "\noff air  " moves "\nnews     " news "\n"
    static const char ann[] = "ann-archer";
    static const struct {
        const char *target, *said;
        bool same;
    } rows[] = {
        {ann, SHOWN("1", "7:01", "0 won", "10", "Ann Archer", "won by desk  [1-5 at 7:01]"), true},
        {ann, SHOWN("9", "8:30", "4 won", "77", "Ann Archer", "won by desk  [1-9 at 8:30]"), true},
        {ann, SHOWN("1", "7:01", "0 won", "10", "Ann Baker", "won by desk  [1-5 at 7:01]"), false},
        {ann, SHOWN("1", "7:01", "0 won", "10", "Ann Archer", "lost by desk  [1-5 at 7:01]"),
         false},
        {"bob", SHOWN("1", "7:01", "0 won", "10", "Ann Archer", "won by desk  [1-5 at 7:01]"),
         false},
        {ann, "", false},
    };
    struct digest first = {0};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct decision d = {.target = slice_of(rows[i].target)};
        struct digest meant = decide_said_meant(&d, slice_of(rows[i].said));
        first = i == 0 ? meant : first;
        if (digest_eq(first, meant) != rows[i].same)
            fail_msg("row %zu: %s", i, rows[i].said);
    }
#undef SHOWN
}

/* Memory that is out is no preview. */
static void test_several_without_memory(void **state)
{
    struct arena *a = arena_new(1 << 20);
    struct decide_joint j;
    struct night n;
    (void)state;
    night_open(&n, list);
    arena_refuse_after(a, 1);
    assert_false(decide_joint_init(&j, core_model(n.core), core_tally(n.core), true, a));
    decide_joint_done(&j);
    arena_refuse_after(a, SIZE_MAX);
    for (size_t i = 0; i < 4; i++) { /* which of them has no room; the last has all */
        struct buf out;
        assert_true(decide_joint_init(&j, core_model(n.core), core_tally(n.core), true, a));
        struct buf *full[] = {&j.rows, &j.news, &j.meant, &out};
        buf_init(&out, 65536);
        full[i]->failed = i < 3;
        (void)decide_joint_write(&j, core_model(n.core), core_tally(n.core), NIGHT_AT(11), &out);
        assert_true(out.failed == (i < 3));
        buf_done(&out);
        decide_joint_done(&j);
    }
    night_close(&n);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_beginning_of_an_id_is_enough_for_who_looks),
        cmocka_unit_test(test_a_part_of_a_name_is_enough_too),
        cmocka_unit_test(test_what_would_move_is_named),
        cmocka_unit_test(test_what_is_held_is_shown_beside_what_is_on_air),
        cmocka_unit_test(test_a_file_that_is_held_whole_holds_its_contests),
        cmocka_unit_test(test_votes_of_a_source_that_is_not_on_air_are_explained),
        cmocka_unit_test(test_what_is_accepted_and_is_not_on_air_is_told),
        cmocka_unit_test(test_of_many_that_are_not_on_air_ten_are_told),
        cmocka_unit_test(test_who_is_not_lost_by_it_is_told),
        cmocka_unit_test(test_of_many_that_are_not_lost_ten_are_told),
        cmocka_unit_test(test_several_are_told_of_as_one),
        cmocka_unit_test(test_what_is_meant_is_the_same_while_only_numbers_move),
        cmocka_unit_test(test_several_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
