/* SPDX-License-Identifier: ISC */
/* After polls close a new list may correct rows, never change who counts. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/base/buf.h"
#include "daemon/base/when.h"
#include "daemon/core/core.h"
#include "daemon/core/endorse.h"
#include "daemon/follow.h"

#define CLOSE INT64_C(1604448000000) /* 2020-11-04T00:00Z */
#define HEAD "endorsement_id,candidate_name,state,office,district,status\n"

static struct endorsements list_under(struct arena *a, const char *head, const char *rows)
{
    struct endorsements list = {0};
    struct err e = {0};
    struct buf text, problems;
    buf_init(&text, 65536);
    buf_init(&problems, 65536);
    buf_addf(&text, "%s%s", head, rows);
    struct slice csv = arena_copy(a, buf_slice(&text));
    assert_true(endorse_parse(csv, NULL, 0, INT64_C(1604361600000), a, &list, &problems, &e));
    buf_done(&text);
    buf_done(&problems);
    return list;
}

static struct endorsements list_of(struct arena *a, const char *rows)
{
    return list_under(a, HEAD, rows);
}

static void rows_may_be_corrected_and_never_taken_away(void **state)
{
    static const struct {
        const char *rows;
        bool before, after; /* polls close */
    } cases[] = {
        {"a,Ann Lee,GA,State Senate,4,\nb,Bo Ray,GA,State Senate,5,\n", true, true},
        {"a,\"Lee, Ann\",GA,State Senate,4,\nb,Bo Ray,GA,State Senate,5,\n", true, false},
        {"a,ANN  LEE,GA,State Senate,4,\nb,Bo R\u00e1y,GA,State Senate,5,\n", true, true},
        {"a,Ann Lee,GA,State Senate,4,\nb,Bo Ray,GA,State Senate,5,\nc,Cy Po,GA,State Senate,6,\n",
         true, true},
        {"a,Ann Lee,GA,State Senate,4,\n", true, false},
        {"a,Ann Lee,GA,State Senate,4,withdrawn\nb,Bo Ray,GA,State Senate,5,\n", true, false},
        {"a,Ann Lee,GA,State Senate,7,\nb,Bo Ray,GA,State Senate,5,\n", true, false},
        {"b,Bo Ray,GA,State Senate,4,\na,Ann Lee,GA,State Senate,5,\n", true, false},
    };
    struct arena *a = arena_new(64 << 20);
    struct settings_polls polls = {.state = SLICE("GA"), .minute = 19 * 60};
    struct settings s = {.guards = settings_guards_default, .polls = &polls};
    struct endorsements running = list_of(a, cases[0].rows);
    struct err e = {0};
    struct core *core;
    (void)state;
    assert_true(core_new(&s, &running, &core, &e));
    struct model *m = (struct model *)(uintptr_t)core_model(core);
    for (uint32_t i = 0; i < m->race_count; i++)
        m->races[i].polls_close_ms = CLOSE;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct endorsements next = list_of(a, cases[i].rows);
        assert_int_equal(follow_allowed(m, &s, &next, CLOSE - 1, &e), cases[i].before);
        assert_int_equal(follow_allowed(m, &s, &next, CLOSE, &e), cases[i].after);
    }
    core_free(core);
    arena_free(a);
}

#define FULL                                                                                       \
    "endorsement_id,candidate_name,aliases,ap_candidate_id,held_by,seats_to_fill,flip,wins,"       \
    "status,state,office,district,party,incumbent,opponent_incumbent,advance_to,"                  \
    "seats_held_by_others\n"
#define PLACE ",GA,State Senate,4,,,,,\n"
#define FOE_WITH "foe,Di Foe,,7,R,1,,seat,,GA,State Senate,4,"
#define FOE "foe,Di Foe,,7,R,1,,seat," PLACE
#define POE "poe,Cy Poe,,,R,1,,seat," PLACE

/* Two names swapped between two ids gave the desk's win to the other person. */
static void a_reload_after_the_close_gives_no_win_to_somebody_else(void **state)
{
    static const struct {
        const char *rows, *why; /* NULL: allowed */
    } cases[] = {
        {FOE POE, NULL},
        {"foe,Cy Poe,,7,R,1,,seat," PLACE "poe,Di Foe,,,R,1,,seat," PLACE, "another name"},
        {"foe,Diane Foe,Di Foe,7,R,1,,seat," PLACE POE, NULL},
        {"foe,Di Foe,,8,R,1,,seat," PLACE POE, "another ap_candidate_id"},
        {FOE "poe,Cy Poe,,9,R,1,,seat," PLACE, NULL},
        {"foe,Di Foe,,7,D,1,,seat," PLACE POE, "another held_by"},
        {"foe,Di Foe,,7,R,2,,seat," PLACE "poe,Cy Poe,,,R,2,,seat," PLACE, "seats_to_fill"},
        {"foe,Di Foe,,7,R,1,yes,seat," PLACE POE, "another flip"},
        {"foe,Di Foe,,7,R,1,,nomination," PLACE POE, "another wins"},
        {FOE_WITH "D,,,,\n" POE, "another party"},
        {FOE_WITH ",no,,,\n" POE, "another incumbent"},
        {FOE_WITH ",,yes,,\n" POE, "another opponent_incumbent"},
        {FOE_WITH ",,,2,\n" POE, "another advance_to"},
        {FOE_WITH ",,,,1\n" POE, "another seats_held_by_others"},
        {"foe,Di Foe,,7,R,1,,seat,unopposed" PLACE POE, "is unopposed"},
        {"foe,Di Foe,,7,R,1,,seat,elected_unopposed" PLACE POE, "is unopposed"},
        {FOE POE "noe,Ed Noe,,,R,1,,seat,withdrawn" PLACE, NULL},
        {FOE POE "noe,Ed Noe,,,R,1,,seat,,GA,State Senate,6,,,,,\n", NULL},
    };
    struct arena *a = arena_new(64 << 20);
    struct settings_polls polls = {.state = SLICE("GA"), .minute = 19 * 60};
    struct settings s = {.guards = settings_guards_default, .polls = &polls};
    struct endorsements running = list_under(a, FULL, cases[0].rows);
    struct err e = {0};
    struct core *core;
    (void)state;
    assert_true(core_new(&s, &running, &core, &e));
    struct model *m = (struct model *)(uintptr_t)core_model(core);
    for (uint32_t i = 0; i < m->race_count; i++)
        m->races[i].polls_close_ms = CLOSE;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct endorsements next = list_under(a, FULL, cases[i].rows);
        assert_true(follow_allowed(m, &s, &next, CLOSE - 1, &e));
        bool ok = follow_allowed(m, &s, &next, CLOSE, &e);
        if (ok != !cases[i].why || (!ok && !strstr(e.text, cases[i].why)))
            fail_msg("%s: %s", cases[i].rows, ok ? "allowed" : e.text);
    }
    core_free(core);
    arena_free(a);
}

/* "endorse status" was offered for all of it, and helps with a status only. */
static void a_refusal_names_the_way_that_helps(void **state)
{
    static const struct {
        const char *foe, *way;
    } cases[] = {
        {POE, "put the row back"},
        {"foe,Di Foe,,7,R,1,,seat,withdrawn" PLACE POE, "tallyctl endorse status"},
        {"foe,Di Foe,,7,R,1,,seat,,GA,State Senate,5,,,,,\n" POE, "columns that name its race"},
        {"foe,Di Fo,,7,R,1,,seat," PLACE POE, "among its aliases"},
        {"foe,Di Foe,,8,R,1,,seat," PLACE POE, "tallyctl match reject"},
        {"foe,Di Foe,,7,D,1,,seat," PLACE POE, "a restart takes the list as it is"},
    };
    struct arena *a = arena_new(64 << 20);
    struct settings_polls polls = {.state = SLICE("GA"), .minute = 19 * 60};
    struct settings s = {.guards = settings_guards_default, .polls = &polls};
    struct endorsements running = list_under(a, FULL, FOE POE);
    struct err e = {0};
    struct core *core;
    (void)state;
    assert_true(core_new(&s, &running, &core, &e));
    struct model *m = (struct model *)(uintptr_t)core_model(core);
    m->races[0].polls_close_ms = CLOSE;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct endorsements next = list_under(a, FULL, cases[i].foe);
        assert_false(follow_allowed(m, &s, &next, CLOSE, &e));
        for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
            if (!!strstr(e.text, cases[k].way) != (i == k) &&
                !(i == 0 && strstr(cases[k].way, "endorse status")))
                fail_msg("%zu: %s", i, e.text);
    }
    core_free(core);
    arena_free(a);
}

#define TIMED "endorsement_id,candidate_name,state,office,district,polls_close,election_date\n"
#define ROW(name, at) name ",GA,State Senate,4," at ",2024-11-05\n"

/* Another polls-close took all figures off the air, with a line in the log. */
static void a_reload_opens_no_polls_again(void **state)
{
    static const struct {
        const char *rows;
        int64_t minute; /* of the configuration; -1: none */
        bool moved;     /* by the desk, before */
        bool allowed;
    } cases[] = {
        {ROW("a,Ann Lee", ""), 19 * 60, false, true},
        {ROW("a,Ann Lee", ""), 18 * 60, false, true},
        {ROW("a,Ann Lee", ""), 21 * 60, false, false},
        {ROW("a,Ann Lee", ""), 21 * 60, true, true},
        {ROW("a,Ann Lee", ""), -1, false, false},
        {ROW("a,Ann Lee", "21:00"), 19 * 60, false, false},
        {ROW("a,Ann Lee", "") ROW("b,Bo Ray", "21:00"), 19 * 60, false, false},
        {ROW("a,Ann Lee", "") ROW("b,Bo Ray", "18:00"), 19 * 60, false, true},
        {ROW("a,Ann Lee", "") "b,Bo Ray,GA,State Senate,5,21:00,2024-11-05\n", 19 * 60, false,
         true},
    };
    const int64_t close = INT64_C(1730833200000); /* 2024-11-05 19:00 UTC */
    struct arena *a = arena_new(64 << 20);
    struct settings_polls polls = {.state = SLICE("GA"), .minute = 19 * 60};
    struct settings s = {.guards = settings_guards_default, .polls = &polls, .polls_count = 1};
    struct endorsements running = list_under(a, TIMED, cases[0].rows);
    struct err e = {0};
    struct core *core;
    (void)state;
    assert_true(core_new(&s, &running, &core, &e));
    struct model *m = (struct model *)(uintptr_t)core_model(core);
    assert_int_equal(m->races[0].polls_close_ms, close);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct endorsements next = list_under(a, TIMED, cases[i].rows);
        struct settings_polls at = {.state = SLICE("GA"), .minute = cases[i].minute};
        struct settings then = s;
        then.polls = &at;
        then.polls_count = cases[i].minute >= 0;
        m->races[0].polls_moved_ms = cases[i].moved ? close : WHEN_UNKNOWN;
        assert_true(follow_allowed(m, &then, &next, close - 1, &e));
        if (follow_allowed(m, &then, &next, close, &e) != cases[i].allowed ||
            (!cases[i].allowed && !strstr(e.text, "tallyctl polls")))
            fail_msg("%zu: %s", i, e.text);
    }
    core_free(core);
    arena_free(a);
}

static void rows_added_after_the_close_are_named(void **state)
{
    struct arena *a = arena_new(64 << 20);
    struct settings_polls polls = {.state = SLICE("GA"), .minute = 19 * 60};
    struct settings s = {.guards = settings_guards_default, .polls = &polls};
    struct endorsements lists[] = {
        list_of(a, "a,Ann Lee,GA,State Senate,4,\n"),
        list_of(a, "b,Bo Ray,GA,State Senate,4,\na,Ann Lee,GA,State Senate,4,\n"
                   "c,Cy Po,GA,State Senate,6,\n")};
    struct model *m[2];
    struct core *core[2];
    struct err e = {0};
    struct buf names;
    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_true(core_new(&s, &lists[i], &core[i], &e));
        m[i] = (struct model *)(uintptr_t)core_model(core[i]);
        m[i]->races[0].polls_close_ms = CLOSE; /* of district 4; 6 is open */
    }
    m[1]->races[1].polls_close_ms = CLOSE + 1;
    buf_init(&names, 1000);
    assert_true(follow_allowed(m[0], &s, &lists[1], CLOSE, &e));
    assert_int_equal(follow_added(m[0], m[1], CLOSE, &names), 1);
    assert_true(slice_is(buf_slice(&names), "b"));
    assert_int_equal(follow_added(m[0], m[1], CLOSE - 1, &names), 0);
    assert_int_equal(follow_added(m[1], m[0], CLOSE, &names), 0);
    buf_done(&names);
    for (int i = 0; i < 2; i++)
        core_free(core[i]);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reload_after_the_close_gives_no_win_to_somebody_else),
        cmocka_unit_test(a_refusal_names_the_way_that_helps),
        cmocka_unit_test(a_reload_opens_no_polls_again),
        cmocka_unit_test(rows_added_after_the_close_are_named),
        cmocka_unit_test(rows_may_be_corrected_and_never_taken_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
