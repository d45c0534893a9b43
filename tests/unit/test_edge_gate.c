/* SPDX-License-Identifier: ISC */
/* Who may ask, and when: per host, in order, so many in a turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>
#include <pthread.h>
#include <stdio.h>

#include "daemon/edge/gate.h"
#include "daemon/edge/timer.h"
#include "tests/unit/random.h"

#define ENTRIES 300
#define NEW_STARTS (GATE_STARTS - 16) /* of hosts that nobody knows yet */

static struct {
    struct gate_entry entry[ENTRIES];
    int order[10000];
    int went;
    struct gate *finds; /* it has each host's address at once; NULL: it does not */
} g;

static void on_go(struct gate_entry *entry)
{
    assert_int_equal(entry->state, entry->ready == GATE_ADDRESS ? GATE_IN : GATE_STARTING);
    g.order[g.went++] = (int)(entry - g.entry);
    if (g.finds)
        gate_found(g.finds, entry, false);
}

static struct gate *begin(struct event_base *base, int64_t per_host)
{
    struct gate *gate = gate_new(base, per_host, 10);
    assert_non_null(gate);
    g.went = 0;
    g.finds = gate;
    for (int i = 0; i < ENTRIES; i++)
        g.entry[i] = (struct gate_entry){.go = on_go};
    return gate;
}

static void enter(struct gate *gate, int i, const char *url)
{
    g.entry[i].host = gate_host(gate, slice_of(url));
    assert_non_null(g.entry[i].host);
    gate_enter(gate, &g.entry[i]);
}

static void turn(struct event_base *base)
{
    event_base_loop(base, EVLOOP_NONBLOCK);
}

static void test_hosts(void **state)
{
    struct event_base *base = loop_new();
    struct gate *gate = begin(base, 2);
    (void)state;
    assert_ptr_equal(gate_host(gate, SLICE("https://a.org/x?y")),
                     gate_host(gate, SLICE("https://a.org")));
    assert_ptr_not_equal(gate_host(gate, SLICE("https://a.org:1/")),
                         gate_host(gate, SLICE("https://a.org/")));
    for (int i = 0; i < 5; i++)
        enter(gate, i, "https://a.org/x");
    enter(gate, 5, "https://b.org/x");
    assert_int_equal(g.went, 0); /* never from within */
    turn(base);
    assert_int_equal(g.went, 3);
    assert_int_equal(g.order[0] + g.order[1] + g.order[2], 0 + 1 + 5);
    gate_leave(gate, &g.entry[1]);
    gate_leave(gate, &g.entry[3]); /* it waits no more */
    gate_leave(gate, &g.entry[0]);
    turn(base);
    assert_int_equal(g.went, 5);
    assert_int_equal(g.order[3], 2);
    assert_int_equal(g.order[4], 4);
    gate_leave(gate, &g.entry[0]); /* twice is once */
    gate_free(gate);
    loop_free(base);
}

static void test_starts_in_a_turn(void **state)
{
    struct event_base *base = loop_new();
    struct gate *gate = begin(base, 1000);
    (void)state;
    for (int i = 0; i < ENTRIES; i++)
        enter(gate, i, "https://a.org/x");
    int before = 0;
    while (g.went < ENTRIES) {
        event_base_loop(base, EVLOOP_ONCE); /* sockets have their turn between two of ours */
        assert_in_range(g.went - before, 1, 64);
        before = g.went;
    }
    for (int i = 0; i < ENTRIES; i++)
        assert_int_equal(g.order[i], i);
    gate_free(gate);
    loop_free(base);
}

/* A thread a name: sites whose names are slow to find must not make thousands. */
static void test_no_more_look_for_addresses_at_once(void **state)
{
    struct event_base *base = loop_new();
    struct gate *gate = begin(base, 1000);
    (void)state;
    g.finds = NULL;
    for (int i = 0; i < ENTRIES; i++)
        enter(gate, i, "https://a.org/x");
    for (int i = 0; i < 5; i++)
        turn(base);
    assert_int_equal(g.went, NEW_STARTS);
    gate_found(gate, &g.entry[3], false);
    gate_found(gate, &g.entry[3], true); /* twice is once */
    gate_leave(gate, &g.entry[3]);
    gate_leave(gate, &g.entry[4]); /* not found, and given up */
    turn(base);
    assert_int_equal(g.went, NEW_STARTS + 2);
    while (g.went < ENTRIES) {
        int went = g.went;
        for (int i = 0; i < went; i++)
            gate_found(gate, &g.entry[i], false);
        turn(base);
        assert_in_range(g.went - went, 1, GATE_STARTS);
    }
    gate_free(gate);
    loop_free(base);
}

static void enter_named(struct gate *gate, int i)
{
    char url[40];
    snprintf(url, sizeof url, "https://h%d.org/", i);
    enter(gate, i, url);
}

/* All that have gone leave again; those below `found` had found their hosts' addresses. */
static void leave_all(struct gate *gate, int found)
{
    for (int i = 0; i < ENTRIES; i++) {
        if (g.entry[i].state != GATE_STARTING && g.entry[i].state != GATE_IN)
            continue;
        if (i < found)
            gate_found(gate, &g.entry[i], false);
        gate_asked(&g.entry[i]);
        gate_leave(gate, &g.entry[i]);
    }
}

static int starting(void)
{
    int n = 0;
    for (int i = 0; i < ENTRIES; i++)
        n += g.entry[i].state == GATE_STARTING;
    return n;
}

static void turns(struct event_base *base)
{
    for (int i = 0; i < 10; i++)
        turn(base);
}

/* Three hundred names that no name server answers for held each other up, and everybody else. */
static void test_names_that_are_not_found_hold_up_no_others(void **state)
{
    enum { NAMED = 20 };
    struct event_base *base = loop_new();
    struct gate *gate = begin(base, 100);
    (void)state;
    g.finds = NULL;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < ENTRIES; i++)
            enter_named(gate, i);
        for (int before = -1; g.went != before;) {
            before = g.went;
            turns(base);
            leave_all(gate, NAMED);
        }
        assert_int_equal(g.went, ENTRIES * (round + 1));
    }
    for (int i = NAMED; i < 200; i++)
        enter_named(gate, i);
    turns(base);
    assert_int_equal(starting(), GATE_STARTS / 4); /* of the lost */
    int went = g.went;
    for (int i = 0; i < NAMED; i++) /* of the found: all, at once */
        enter_named(gate, i);
    for (int i = 200; i < ENTRIES; i++) /* of addresses: all, whatever places are taken */
        enter(gate, i, i % 2 ? "http://127.0.0.1/" : "http://[::1]:1/");
    turns(base);
    assert_int_equal(g.went - went, NAMED + ENTRIES - 200);
    assert_int_equal(starting(), GATE_STARTS / 4 + NAMED);
    gate_free(gate);
    loop_free(base);
}

/* Who keeps its connections has places left even when every other name is no longer answered for;
 * and rests are kept when a reload
 * makes another gate. */
static void test_the_surest_first(void **state)
{
    struct event_base *base = loop_new();
    struct gate *gate = begin(base, 100);
    (void)state;
    g.finds = NULL;
    for (int i = 0; i < ENTRIES; i++)
        enter_named(gate, i);
    for (int round = 0; round < 8; round++) {
        turns(base);
        if (g.went == ENTRIES)
            gate_found(gate, &g.entry[ENTRIES - 1], true);
        leave_all(gate, ENTRIES);
    }
    g.went = 0;
    for (int i = 0; i < ENTRIES - 1; i++)
        enter_named(gate, i);
    turns(base);
    assert_int_equal(g.went, GATE_STARTS - 8);
    enter_named(gate, ENTRIES - 1);
    turns(base);
    assert_int_equal(g.went, GATE_STARTS - 8 + 1);
    assert_int_equal(g.order[GATE_STARTS - 8], ENTRIES - 1);
    leave_all(gate, 0); /* nobody is found */
    for (int i = 0; i < ENTRIES; i++)
        gate_leave(gate, &g.entry[i]);
    struct gate *next = gate_new(base, 100, 10);
    assert_non_null(next);
    gate_rest(gate_host(gate, SLICE("https://h2.org")), 5000);
    gate_rest(gate_visit(gate, SLICE("https://far.org")), 5000);
    gate_inherit(next, gate);
    gate_free(gate);
    assert_true(gate_rests(gate_host(next, SLICE("https://h2.org"))) > 4000);
    assert_true(gate_rests(gate_visit(next, SLICE("https://far.org"))) > 4000);
    gate_free(next);
    loop_free(base);
}

static void *look_up(void *lock)
{
    pthread_mutex_lock(lock); /* no name server answers */
    pthread_mutex_unlock(lock);
    return NULL;
}

/* The places were free again after ten seconds, but the threads went on for thirty: there were 147.
 */
static void test_look_ups_that_were_given_up_count_while_they_last(void **state)
{
    enum { LEFT = 40 };
    struct event_base *base = loop_new();
    struct gate *gate = begin(base, 100);
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_t threads[LEFT];
    (void)state;
    g.finds = NULL;
    pthread_mutex_lock(&lock);
    for (int i = 0; i < LEFT; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, look_up, &lock), 0);
    for (int i = 0; i < ENTRIES; i++)
        enter_named(gate, i);
    turn(base);
    assert_int_equal(g.went, NEW_STARTS - LEFT);
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < LEFT; i++)
        pthread_join(threads[i], NULL);
    while (g.went < NEW_STARTS)
        event_base_loop(base, EVLOOP_ONCE);
    assert_int_equal(g.went, NEW_STARTS);
    gate_free(gate);
    loop_free(base);
}

/* LOCALHOST was another host than localhost: asked twice as often, and its rest was its own. */
static void test_a_host_is_one_however_it_is_written(void **state)
{
    static const char *const same[][2] = {
        {"http://localhost:8000/a", "http://LocalHost:8000/b"},
        {"https://a.org/", "https://A.ORG:443?x"},
        {"https://a.org/", "https://a.org./"},
        {"https://a.org/", "https://user:word@a.org#x"},
        {"https://a.org/", "http://a.org:80/"},
        {"https://a.org:8443/{version}/x y", "https://a.org:8443"},
        {"http://127.0.0.1/", "http://0x7f000001/"},
        {"http://127.0.0.1/", "http://[::ffff:127.0.0.1]/"},
        {"http://127.0.0.1/", "http://[::FFFF:7f00:1]/"},
        {"http://[2001:DB8::1]:81/", "http://[2001:db8:0:0:0:0:0:1]:81/"},
    };
    static const char *const others[][2] = {
        {"https://a.org/", "https://b.org/"},
        {"https://a.org/", "https://a.org:8443/"},
        {"https://a.org/", "https://a.org@b.org/"},
        {"http://[::1]/", "http://127.0.0.1/"},
    };
    struct event_base *base = loop_new();
    struct gate *gate = begin(base, 1);
    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (gate_host(gate, slice_of(same[i][0])) != gate_host(gate, slice_of(same[i][1])))
            fail_msg("%s is not %s", same[i][0], same[i][1]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (gate_host(gate, slice_of(others[i][0])) == gate_host(gate, slice_of(others[i][1])))
            fail_msg("%s is %s", others[i][0], others[i][1]);
    gate_free(gate);
    loop_free(base);
}

/* A site may send us to another host each time. */
static void test_visited_hosts_are_forgotten(void **state)
{
    struct event_base *base = loop_new();
    struct gate *gate = begin(base, 1);
    char url[40];
    (void)state;
    struct gate_host *rests = gate_visit(gate, SLICE("https://rests.org/"));
    gate_rest(rests, 60000);
    g.entry[0].host = gate_visit(gate, SLICE("https://asked.org/"));
    gate_enter(gate, &g.entry[0]);
    for (int i = 0; i < 3 * GATE_VISITED; i++) {
        snprintf(url, sizeof url, "https://v%d.org/", i);
        assert_non_null(gate_visit(gate, slice_of(url)));
    }
    assert_ptr_equal(gate_visit(gate, SLICE("https://rests.org/")), rests);
    assert_ptr_equal(gate_host(gate, SLICE("https://asked.org/")), g.entry[0].host);
    for (int i = 0; i < GATE_VISITED; i++) {
        snprintf(url, sizeof url, "https://r%d.org/", i);
        struct gate_host *host = gate_visit(gate, slice_of(url));
        if (host == NULL)
            break;
        gate_rest(host, 60000);
    }
    assert_null(gate_visit(gate, SLICE("https://one-more.org/")));
    assert_non_null(gate_host(gate, SLICE("https://ours.org/")));
    gate_free(gate);
    loop_free(base);
}

/* Whatever comes and goes: never more than allowed of one host, and all are served in the end. */
static void test_at_random(void **state)
{
    static const char *const urls[] = {"http://a/", "http://b/", "http://c/"};
    struct event_base *base = loop_new();
    struct gate *gate = begin(base, 3);
    struct random r = {11};
    (void)state;
    for (int i = 0; i < ENTRIES; i++)
        g.entry[i].host = gate_host(gate, slice_of(urls[i % 3]));
    for (int step = 0; step < 20000 && g.went < 9000; step++) {
        int i = (int)random_below(&r, ENTRIES), in[3] = {0};
        if (g.entry[i].state == GATE_OUT)
            gate_enter(gate, &g.entry[i]);
        else if (g.entry[i].state == GATE_IN || random_below(&r, 8) == 0)
            gate_leave(gate, &g.entry[i]);
        if (random_below(&r, 4) == 0)
            turn(base);
        for (int k = 0; k < ENTRIES; k++)
            in[k % 3] += g.entry[k].state == GATE_IN || g.entry[k].state == GATE_READY;
        for (int k = 0; k < 3; k++)
            assert_in_range(in[k], 0, 3);
    }
    bool left = true;
    while (left) {
        left = false;
        turn(base);
        for (int k = 0; k < ENTRIES; k++) {
            left |= g.entry[k].state == GATE_WAITING || g.entry[k].state == GATE_READY;
            if (g.entry[k].state == GATE_IN)
                gate_leave(gate, &g.entry[k]);
        }
    }
    gate_free(gate);
    loop_free(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_starts_in_a_turn),
        cmocka_unit_test(test_no_more_look_for_addresses_at_once),
        cmocka_unit_test(test_names_that_are_not_found_hold_up_no_others),
        cmocka_unit_test(test_the_surest_first),
        cmocka_unit_test(test_look_ups_that_were_given_up_count_while_they_last),
        cmocka_unit_test(test_a_host_is_one_however_it_is_written),
        cmocka_unit_test(test_visited_hosts_are_forgotten),
        cmocka_unit_test(test_at_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
