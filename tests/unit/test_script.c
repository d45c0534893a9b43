/* SPDX-License-Identifier: ISC */
/* A rehearsal's script as rows: times, faults and their ends, marks, decisions, expectations, and
 * every line that is wrong. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/base/when.h"
#include "daemon/base/zone.h"
#include "daemon/script.h"

#define DAY INT64_C(1762214400000) /* 2025-11-04 */
#define EAST (-5 * WHEN_HOUR)
#define AT(hour, minute, second)                                                                   \
    (DAY - EAST + (hour)*WHEN_HOUR + (minute)*WHEN_MINUTE + (second)*WHEN_SECOND)

static struct settings_source sources[] = {
    {.name = SLICE_INIT("county"), .calls = CALLS_NO},
    {.name = SLICE_INIT("ap"), .calls = CALLS_YES},
};

struct reading {
    struct arena *a;
    struct zone *zone;
    struct settings s;
    struct script script;
    struct buf problems;
    struct err e;
    bool ok;
};

static int set_up(void **state)
{
    static struct reading r;
    r = (struct reading){.a = arena_new(1 << 24),
                         .s = {.sources = sources, .source_count = 2, .date = DAY}};
    r.s.zone = r.zone = zone_from_rule(SLICE("EST5EDT,M3.2.0,M11.1.0"), &r.e);
    buf_init(&r.problems, 1 << 20);
    *state = &r;
    return r.a == NULL || r.zone == NULL;
}

static int tear_down(void **state)
{
    struct reading *r = *state;
    buf_done(&r->problems);
    zone_free(r->zone);
    arena_free(r->a);
    return 0;
}

static void read_it(struct reading *r, const char *text)
{
    buf_clear(&r->problems);
    r->script = (struct script){0};
    r->ok = script_read(slice_of(text), "s", &r->s, r->a, &r->script, &r->problems, &r->e);
}

/* The rows of a script that is in order. */
static const struct script_line *rows(struct reading *r, const char *text, size_t count)
{
    read_it(r, text);
    if (!r->ok)
        fail_msg("%.*s%s", SLICE_FMT(buf_slice(&r->problems)), r->e.text);
    assert_int_equal(r->script.count, count);
    return r->script.lines;
}

static void test_times_are_of_the_elections_day(void **state)
{
    const struct script_line *l =
        rows(*state, "# a night\n\n25:50:30 tick\r\n20:15 tick\n2025-11-05T06:00:00Z tick\n", 3);
    assert_int_equal(l[0].at_ms, AT(20, 15, 0));
    assert_int_equal(l[1].at_ms, AT(25, 0, 0));
    assert_int_equal(l[2].at_ms, AT(25, 50, 30));
    assert_int_equal(l[0].line, 4);
}

static void test_a_fault_begins_and_ends(void **state)
{
    const struct script_line *l = rows(
        *state, "20:00 fault county doubled Home for All for 5m\n20:05 fault ap slow for 1s\n", 4);
    assert_int_equal(l[0].what, SCRIPT_FAULT);
    assert_true(slice_is(l[0].argument, "Home for All") && l[0].source == 0);
    assert_int_equal(l[0].fault->fault, SCRIPT_DOUBLED);
    /* what ends does so before what begins at that moment */
    assert_int_equal(l[1].what, SCRIPT_END);
    assert_true(l[1].at_ms == AT(20, 5, 0) && l[1].line == 1);
    assert_int_equal(l[2].what, SCRIPT_FAULT);
    assert_true(l[2].source == 1 && l[2].argument.len == 0);
    assert_int_equal(l[2].fault->verdict, VERDICT_UNREACHABLE);
    assert_int_equal(l[3].at_ms, AT(20, 5, 1));
}

static void test_marks_and_decisions(void **state)
{
    const struct script_line *l = rows(*state,
                                       "20:00 marks ap Ann Archer won\n20:01 marks ap Ann none\n"
                                       "20:02 desk call ann won\n"
                                       "20:03 desk source accept county Mayor of Elm\n",
                                       4);
    assert_true(l[0].what == SCRIPT_MARKS && slice_is(l[0].argument, "Ann Archer"));
    assert_int_equal(l[0].mark, RESULTS_WON);
    assert_int_equal(l[1].mark, RESULTS_UNMARKED);
    assert_true(slice_is(l[2].decision.verb, "call") && slice_is(l[2].decision.target, "ann") &&
                slice_is(l[2].decision.argument, "won"));
    assert_true(slice_is(l[3].decision.verb, "source accept") &&
                slice_is(l[3].decision.target, "county") &&
                slice_is(l[3].decision.argument, "Mayor of Elm"));
}

static void test_what_is_expected_stands_below(void **state)
{
    const struct script_line *l =
        rows(*state, "20:00 tick\n    is ann won by desk\n\tsource county empty\n", 3);
    assert_true(l[1].what == SCRIPT_EXPECTS && l[1].expects == EXPECTS_IS &&
                l[1].at_ms == l[0].at_ms && slice_is(l[1].wanted, "ann won by desk"));
    assert_true(l[2].expects == EXPECTS_SOURCE && slice_is(l[2].wanted, "county empty"));
}

/* Each alone: one that is taken is a rehearsal of something else than was written. */
static void test_each_wrong_line_is_said(void **state)
{
    static const struct {
        const char *line, *says;
    } wrong[] = {
        {"    is ann won", "below a line with a time"},
        {"48:00 tick", "begins with a time"},
        {"20:60 tick", "begins with a time"},
        {"20 tick", "begins with a time"},
        {"20:0 tick", "begins with a time"},
        {"20:00:00:00 tick", "begins with a time"},
        {"20:00 sing", "fault, marks, desk or tick"},
        {"20:00 tick tock", "stands alone"},
        {"20:00 fault nowhere cut for 1m", "no such source"},
        {"20:00 fault county sad for 1m", "no such fault"},
        {"20:00 fault county cut", "ends with 'for 10m'"},
        {"20:00 fault county cut for ever", "ends with 'for 10m'"},
        {"20:00 marks county Ann won", "call nothing"},
        {"20:00 marks ap Ann winner", "a mark is"},
        {"20:00 marks ap won", "needs the choice's name"},
        {"20:00 desk status", "decides nothing"},
        {"20:00 tick\n    was ann won", "what is expected is"},
        {"20:00 tick\n    is", "says nothing"},
    };
    struct reading *r = *state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        read_it(r, wrong[i].line);
        if (r->ok || slice_find(buf_slice(&r->problems), slice_of(wrong[i].says)) == SIZE_MAX)
            fail_msg("'%s' is taken, or said to be: %.*s", wrong[i].line,
                     SLICE_FMT(buf_slice(&r->problems)));
    }
    read_it(r, "20:00 sing\n20:01 tick\n20:02 tick tock\n");
    assert_int_equal(r->e.kind, ERR_DATA);
    assert_non_null(strstr(r->e.text, "2 lines are wrong"));
    assert_true(slice_find(buf_slice(&r->problems), SLICE("s:3: ")) != SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_times_are_of_the_elections_day, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_fault_begins_and_ends, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_marks_and_decisions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_expected_stands_below, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_each_wrong_line_is_said, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
