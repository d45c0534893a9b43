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

/* A daemon that runs with a list. */
struct running {
    struct arena *a;
    struct settings_polls polls;
    struct settings s;
    struct endorsements list;
    struct core *core;
    struct model *m;
};

/* polls: how many of the configuration there are; where there are none they close at CLOSE. */
static void run(struct running *r, const char *head, const char *rows, size_t polls)
{
    struct err e = {0};
    *r = (struct running){.a = arena_new(64 << 20),
                          .polls = {.state = SLICE("GA"), .minute = 19 * 60},
                          .s = {.guards = settings_guards_default, .polls_count = polls}};
    r->s.polls = &r->polls;
    r->list = list_under(r->a, head, rows);
    assert_true(core_new(&r->s, &r->list, &r->core, &e));
    r->m = (struct model *)(uintptr_t)core_model(r->core);
    for (uint32_t i = 0; i < r->m->race_count && polls == 0; i++)
        r->m->races[i].polls_close_ms = CLOSE;
}

static void done(struct running *r)
{
    core_free(r->core);
    arena_free(r->a);
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
    struct running r;
    struct err e = {0};
    (void)state;
    run(&r, HEAD, cases[0].rows, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct endorsements next = list_under(r.a, HEAD, cases[i].rows);
        assert_int_equal(follow_allowed(r.m, &r.s, &next, CLOSE - 1, &e), cases[i].before);
        assert_int_equal(follow_allowed(r.m, &r.s, &next, CLOSE, &e), cases[i].after);
    }
    done(&r);
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
    struct running r;
    struct err e = {0};
    (void)state;
    run(&r, FULL, cases[0].rows, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct endorsements next = list_under(r.a, FULL, cases[i].rows);
        assert_true(follow_allowed(r.m, &r.s, &next, CLOSE - 1, &e));
        bool ok = follow_allowed(r.m, &r.s, &next, CLOSE, &e);
        if (ok != !cases[i].why || (!ok && !strstr(e.text, cases[i].why)))
            fail_msg("%s: %s", cases[i].rows, ok ? "allowed" : e.text);
    }
    done(&r);
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
    struct running r;
    struct err e = {0};
    (void)state;
    run(&r, FULL, FOE POE, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct endorsements next = list_under(r.a, FULL, cases[i].foe);
        assert_false(follow_allowed(r.m, &r.s, &next, CLOSE, &e));
        for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
            if (!!strstr(e.text, cases[k].way) != (i == k) &&
                !(i == 0 && strstr(cases[k].way, "endorse status")))
                fail_msg("%zu: %s", i, e.text);
    }
    done(&r);
}

/* ... and of a row that the desk has said it of; a call of it, or of another, is no word on that.
 */
static void only_the_desk_s_word_on_a_status_lets_the_list_say_it_too(void **state)
{
    static const struct {
        const char *verb, *target;
        bool allowed;
    } cases[] = {
        {"endorse status", "foe", true}, {"endorse status", "poe", false}, {"call", "foe", false}};
    struct running r;
    struct err e = {0};
    (void)state;
    run(&r, FULL, FOE POE, 0);
    struct model m = *r.m;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct decision said = {.verb = slice_of(cases[i].verb),
                                .target = slice_of(cases[i].target)};
        struct endorsements next =
            list_under(r.a, FULL, "foe,Di Foe,,7,R,1,,seat,withdrawn" PLACE POE);
        m.decisions = &said;
        m.decision_count = 1;
        assert_int_equal(follow_allowed(&m, &r.s, &next, CLOSE, &e), cases[i].allowed);
    }
    done(&r);
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
    struct running r;
    struct err e = {0};
    (void)state;
    run(&r, TIMED, cases[0].rows, 1);
    assert_int_equal(r.m->races[0].polls_close_ms, close);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct endorsements next = list_under(r.a, TIMED, cases[i].rows);
        struct settings_polls at = {.state = SLICE("GA"), .minute = cases[i].minute};
        struct settings then = r.s;
        then.polls = &at;
        then.polls_count = cases[i].minute >= 0;
        r.m->races[0].polls_moved_ms = cases[i].moved ? close : WHEN_UNKNOWN;
        assert_true(follow_allowed(r.m, &then, &next, close - 1, &e));
        if (follow_allowed(r.m, &then, &next, close, &e) != cases[i].allowed ||
            (!cases[i].allowed && !strstr(e.text, "tallyctl polls")))
            fail_msg("%zu: %s", i, e.text);
    }
    done(&r);
}

static void rows_added_after_the_close_are_named(void **state)
{
    struct running old, new;
    struct err e = {0};
    struct buf names;
    (void)state;
    run(&old, HEAD, "a,Ann Lee,GA,State Senate,4,\n", 0);
    run(&new, HEAD,
        "b,Bo Ray,GA,State Senate,4,\na,Ann Lee,GA,State Senate,4,\n"
        "c,Cy Po,GA,State Senate,6,\n",
        0);
    new.m->races[1].polls_close_ms = CLOSE + 1; /* of district 6: open */
    buf_init(&names, 1000);
    assert_true(follow_allowed(old.m, &old.s, &new.list, CLOSE, &e));
    assert_int_equal(follow_added(old.m, new.m, CLOSE, &names), 1);
    assert_true(slice_is(buf_slice(&names), "b"));
    assert_int_equal(follow_added(old.m, new.m, CLOSE - 1, &names), 0);
    assert_int_equal(follow_added(new.m, old.m, CLOSE, &names), 0);
    buf_done(&names);
    done(&old);
    done(&new);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reload_after_the_close_gives_no_win_to_somebody_else),
        cmocka_unit_test(a_refusal_names_the_way_that_helps),
        cmocka_unit_test(only_the_desk_s_word_on_a_status_lets_the_list_say_it_too),
        cmocka_unit_test(a_reload_opens_no_polls_again),
        cmocka_unit_test(rows_added_after_the_close_are_named),
        cmocka_unit_test(rows_may_be_corrected_and_never_taken_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
