/* SPDX-License-Identifier: ISC */
/* After polls close a new list may correct rows, never change who counts. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "daemon/base/buf.h"
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
        assert_int_equal(follow_allowed(m, &next, CLOSE - 1, &e), cases[i].before);
        assert_int_equal(follow_allowed(m, &next, CLOSE, &e), cases[i].after);
    }
    core_free(core);
    arena_free(a);
}

#define FULL                                                                                       \
    "endorsement_id,candidate_name,aliases,ap_candidate_id,held_by,seats_to_fill,flip,wins,"       \
    "status,"                                                                                      \
    "state,office,district\n"
#define PLACE ",GA,State Senate,4\n"
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
        {FOE POE "noe,Ed Noe,,,R,1,,seat,withdrawn" PLACE, NULL},
        {FOE POE "noe,Ed Noe,,,R,1,,seat,,GA,State Senate,6\n", NULL},
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
        assert_true(follow_allowed(m, &next, CLOSE - 1, &e));
        bool ok = follow_allowed(m, &next, CLOSE, &e);
        if (ok != !cases[i].why || (!ok && !strstr(e.text, cases[i].why)))
            fail_msg("%s: %s", cases[i].rows, ok ? "allowed" : e.text);
    }
    core_free(core);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reload_after_the_close_gives_no_win_to_somebody_else),
        cmocka_unit_test(rows_may_be_corrected_and_never_taken_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
