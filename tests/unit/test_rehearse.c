/* SPDX-License-Identifier: ISC */
/* Decisions shown before they are done: what is shown is what is said when they are, and nothing is
 * left of it; and what becomes of a rehearsal that goes wrong. */
#include "tests/unit/night.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/edge/rehearse.h"
#include "daemon/edge/timer.h"

static const char list[] =
    "endorsement_id,candidate_name,state,office,district,party,race_id,seats_to_fill,source_hints\n"
    "ann,Ann Archer,GA,State Senate,1,D,ga-ss-1,1,ap=1|votes=1\n"
    "cat,Cat Cole,GA,School Board,2,D,ga-sb-2,2,ap=2|votes=2\n";

#define SENATE(first)                                                                              \
    "contest 1|State Senate District 1|GA ; stated\n"                                              \
    "choice 11|Ann Archer|D ; won\nchoice 12|Bob Baker|R\ntotal " first " 400\n"
#define SPELLED(first)                                                                             \
    "contest 1|State Senate District 1|GA ; stated\n"                                              \
    "choice 11|Ann Archer|D ; won\nchoice 12|Robert Baker|R\ntotal " first " 400\n"
#define BOARD                                                                                      \
    "contest 2|School Board District 2|GA ; stated\n"                                              \
    "choice 21|C. Cole|D ; won\nchoice 22|Dan Dorn|R\ntotal 500 400\n"

enum { AP, VOTES = 3 };

static struct children all;

static int set_up(void **state)
{
    (void)state;
    all = (struct children){loop_new(), 10000, 4, NULL, 0};
    return all.base == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    loop_free(all.base);
    return 0;
}

/* What is told of a rehearsal. */
struct result {
    struct buf *text;
    struct err *e;
    bool ok;
    int times;
};

static void hear_it(bool ok, struct slice text, const struct err *e, void *ctx)
{
    struct result *t = ctx;

    buf_add(t->text, text);
    *t->e = *e;
    t->ok = ok;
    t->times++;
    loop_stop(all.base);
}

static bool rehearsed(rehearse_act *act, void *ctx, struct buf *out, struct err *e)
{
    struct result t = {out, e, false, 0};

    assert_true(rehearse(&all, act, ctx, hear_it, &t, e));
    loop_run(all.base);
    assert_int_equal(t.times, 1);
    assert_int_equal(all.count, 0);
    return t.ok;
}

struct play {
    struct night *n;
    struct event ev;
};

static bool decide(void *ctx, struct buf *out, struct err *e)
{
    struct play *p = ctx;

    core_apply(p->n->core, &p->ev, NIGHT_AT(5), &p->n->out);
    buf_add(out, p->n->out.said);
    *e = p->n->out.err;
    return p->n->out.decision != NULL;
}

/* Every verb, in an order in which each may be said; what it shows of itself. Previews of matches
 * and sources had no counts, a release did not list its calls; and a preview in the moment of a
 * correction, or one that needed room for a text, left something behind. */
static void test_what_is_shown_is_what_is_said_and_leaves_nothing(void **state)
{
    static const struct {
        const char *verb, *target, *argument, *says;
    } tries[] = {
        {"freeze", "", "", "freeze by maria"},
        {"match accept", "cat", "ap", "is       1 won of 1 called"}, /* told when released */
        {"release", "", "", "news     CALL        GA  Cat Cole"},
        {"uncall", "cat", "", "news     RETRACTION  GA  Cat Cole"},
        {"match undo", "cat", "", "match undo cat"},
        {"call", "cat", "won", "is       2 won of 2 called"},
        {"mark", "ga-ss-1", "void", "is       1 won of 1 called"},
        {"mark", "ga-ss-1", "void off", "is       2 won of 2 called"},
        {"endorse status", "ann", "withdrawn", "was active, is withdrawn"},
        {"endorse status", "cat", "withdrawn", "is       0 won of 0 called"},
        {"match join", "ga-ss-1", "Rob Baker = Bob Baker", "no feed has a line 'Rob Baker'"},
        {"match join", "ga-ss-1", "Robert Baker = Bob Baker", "match join ga-ss-1 Robert Baker"},
        {"source pin", "ga-ss-1", "votes", "total    "},
        {"match undo", "ga-ss-1", "", "match undo ga-ss-1 Robert Baker = Bob Baker by maria"},
        {"source unpin", "ga-ss-1", "", "total    "},
        {"source accept", "votes", "", "was      0 won of 0 called"},
        {"polls", "GA", "19:01", "polls    was 19:00, is 19:01"},
        {"call", "nobody", "won", "no endorsement has the id"},
    };
    struct night n;
    struct effects was, is;
    struct err e;
    (void)state;
    night_open(&n, list);
    assert_true(effects_init(&was, &e) && effects_init(&is, &e));
    night_batch(&n, AP, SENATE("500") BOARD, NIGHT_AT(1));
    night_batch(&n, VOTES, SPELLED("900"), NIGHT_AT(1));
    night_batch(&n, VOTES, SPELLED("20"), NIGHT_AT(2));
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        struct play p = {&n,
                         {.type = EVENT_DECISION,
                          .decision = {.verb = slice_of(tries[i].verb),
                                       .target = slice_of(tries[i].target),
                                       .argument = slice_of(tries[i].argument),
                                       .reason = SLICE("r"),
                                       .by = SLICE("maria")}}};
        struct buf shown, said;
        struct err shown_e = {0}, said_e = {0};
        buf_init(&shown, 1 << 20);
        buf_init(&said, 1 << 20);
        core_snapshot(n.core, NIGHT_AT(5), &was);
        struct model before = *core_model(n.core);
        bool would = rehearsed(decide, &p, &shown, &shown_e);
        core_snapshot(n.core, NIGHT_AT(5), &is);
        assert_memory_equal(&before, core_model(n.core), sizeof before);
        assert_int_equal(is.message_count, was.message_count);
        for (size_t k = 0; k < is.message_count; k++)
            assert_true(slice_eq(is.messages[k].data, was.messages[k].data));
        bool taken = decide(&p, &said, &said_e);
        struct slice text = taken ? buf_slice(&shown) : slice_of(shown_e.text);
        assert_int_equal(would, taken);
        assert_string_equal(shown_e.text, said_e.text);
        assert_true(slice_eq(buf_slice(&shown), buf_slice(&said)));
        if (!night_says(text, tries[i].says))
            fail_msg("%s says: %.*s", tries[i].verb, SLICE_FMT(text));
        buf_done(&shown);
        buf_done(&said);
    }
    effects_done(&was);
    effects_done(&is);
    night_close(&n);
}

static bool fill(void *ctx, struct buf *out, struct err *e)
{
    (void)e;
    memset(ctx, 'x', 8);
    for (int i = 0; i < 100000; i++)
        buf_addz(out, "0123456789");
    return true;
}

static void test_what_it_writes_to_memory_is_gone(void **state)
{
    char bytes[8] = "";
    struct buf out;
    struct err e = {0};
    (void)state;
    buf_init(&out, 2000000);
    buf_addz(&out, "before ");
    assert_true(rehearsed(fill, bytes, &out, &e));
    assert_int_equal(out.len, 7 + 1000000);
    assert_int_equal(bytes[0], 0);
    buf_done(&out);
}

static bool end(void *ctx, struct buf *out, struct err *e)
{
    (void)out, (void)e;
    if (*(int *)ctx == 0)
        _exit(0);
    kill(getpid(), *(int *)ctx);
    return true;
}

static void test_one_that_ends_before_its_end_says_try_again(void **state)
{
    static int ways[] = {0, SIGKILL};
    (void)state;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct buf out;
        struct err e = {0};
        buf_init(&out, 1000);
        assert_false(rehearsed(end, &ways[i], &out, &e));
        assert_int_equal(e.kind, ERR_AGAIN);
        assert_int_equal(out.len, 0);
        buf_done(&out);
    }
}

static int heard;

static void hear(int number)
{
    heard = number;
}

static bool tell(void *ctx, struct buf *out, struct err *e)
{
    (void)ctx, (void)e;
    raise(SIGTERM);
    buf_addf(out, "%d", heard);
    return true;
}

/* Ctrl-C goes to all of a terminal's processes, and the copy has the daemon's handlers. */
static void test_signals_are_the_daemons(void **state)
{
    struct buf out;
    struct err e = {0};
    (void)state;
    buf_init(&out, 1000);
    signal(SIGTERM, hear);
    assert_true(rehearsed(tell, NULL, &out, &e));
    assert_true(slice_is(buf_slice(&out), "0"));
    raise(SIGTERM);
    assert_int_equal(heard, SIGTERM); /* not blocked here */
    signal(SIGTERM, SIG_DFL);
    buf_done(&out);
}

static bool hang(void *ctx, struct buf *out, struct err *e)
{
    (void)ctx, (void)out, (void)e;
    for (;;)
        pause();
    return true;
}

static void count_up(void *ctx)
{
    struct timer **t = ctx;

    heard++;
    timer_set(*t, 1);
}

/* The daemon stood still for as long as a preview took. */
static void test_the_loop_goes_on_and_a_copy_that_hangs_is_ended(void **state)
{
    struct timer *t = timer_new(all.base, count_up, &t);
    struct buf out;
    struct err e = {0};
    (void)state;
    buf_init(&out, 1000);
    heard = 0;
    all.patience_ms = 100;
    timer_set(t, 1);
    assert_false(rehearsed(hang, NULL, &out, &e));
    assert_int_equal(e.kind, ERR_AGAIN);
    assert_true(heard > 2);
    timer_free(t);
    buf_done(&out);
}

/* Who asks and asks costs no more than a few copies; and at the end all are told. */
static void test_few_go_on_at_once_and_all_end(void **state)
{
    struct buf out;
    struct err e = {0}, said = {0};
    struct result t = {&out, &said, false, 0};
    int begun = 0;
    (void)state;
    buf_init(&out, 1000);
    while (begun < 100 && rehearse(&all, hang, NULL, hear_it, &t, &e))
        begun++;
    assert_in_range(begun, 2, 10);
    assert_int_equal(e.kind, ERR_AGAIN);
    children_end(&all);
    assert_int_equal(t.times, begun);
    assert_int_equal(said.kind, ERR_AGAIN);
    assert_null(all.first);
    buf_done(&out);
}

static bool shut(void *ctx, struct buf *out, struct err *e)
{
    char end = 'e';

    (void)e;
    buf_addf(out, "%d", write(*(int *)ctx, &end, 1) == 1);
    return true;
}

/* A connection that was closed meanwhile stayed open in the copy. */
static void test_a_copy_has_no_descriptors(void **state)
{
    struct buf out;
    struct err e = {0};
    int pair[2];
    (void)state;
    assert_int_equal(pipe(pair), 0);
    buf_init(&out, 1000);
    assert_true(rehearsed(shut, &pair[1], &out, &e));
    assert_true(slice_is(buf_slice(&out), "0"));
    close(pair[0]);
    close(pair[1]);
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_that_ends_before_its_end_says_try_again),
        cmocka_unit_test(test_signals_are_the_daemons),
        cmocka_unit_test(test_what_is_shown_is_what_is_said_and_leaves_nothing),
        cmocka_unit_test(test_what_it_writes_to_memory_is_gone),
        cmocka_unit_test(test_the_loop_goes_on_and_a_copy_that_hangs_is_ended),
        cmocka_unit_test(test_few_go_on_at_once_and_all_end),
        cmocka_unit_test(test_a_copy_has_no_descriptors),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
