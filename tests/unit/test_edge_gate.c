/* SPDX-License-Identifier: ISC */
/* Who may ask, and when: per host, in order, so many in a turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <event2/event.h>
#include <stdio.h>

#include "daemon/edge/gate.h"
#include "daemon/edge/timer.h"
#include "tests/unit/random.h"

#define ENTRIES 300

static struct {
    struct gate_entry entry[ENTRIES];
    int order[10000];
    int went;
    struct gate *finds; /* it has each host's address at once; NULL: it does not */
} g;

static void on_go(struct gate_entry *entry)
{
    assert_int_equal(entry->state, GATE_STARTING);
    g.order[g.went++] = (int)(entry - g.entry);
    if (g.finds)
        gate_found(g.finds, entry);
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
    assert_int_equal(g.went, GATE_STARTS);
    gate_found(gate, &g.entry[3]);
    gate_found(gate, &g.entry[3]); /* twice is once */
    gate_leave(gate, &g.entry[3]);
    gate_leave(gate, &g.entry[4]); /* not found, and given up */
    turn(base);
    assert_int_equal(g.went, GATE_STARTS + 2);
    while (g.went < ENTRIES) {
        int went = g.went;
        for (int i = 0; i < went; i++)
            gate_found(gate, &g.entry[i]);
        turn(base);
        assert_in_range(g.went - went, 1, GATE_STARTS);
    }
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
        cmocka_unit_test(test_at_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
