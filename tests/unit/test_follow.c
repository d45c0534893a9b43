/* SPDX-License-Identifier: ISC */
/* After polls close a new list may correct rows, never change who counts. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/base/buf.h"
#include "daemon/core/core.h"
#include "daemon/core/endorse.h"
#include "daemon/follow.h"

#define CLOSE INT64_C(1604448000000) /* 2020-11-04T00:00Z */
#define HEAD "endorsement_id,candidate_name,state,office,district,status\n"

static struct endorsements list_of(struct arena *a, const char *rows)
{
    struct endorsements list = {0};
    struct err e = {0};
    struct buf text, problems;
    buf_init(&text, 65536);
    buf_init(&problems, 65536);
    buf_addf(&text, HEAD "%s", rows);
    struct slice csv = arena_copy(a, buf_slice(&text));
    assert_true(endorse_parse(csv, NULL, 0, INT64_C(1604361600000), a, &list, &problems, &e));
    buf_done(&text);
    buf_done(&problems);
    return list;
}

static void rows_may_be_corrected_and_never_taken_away(void **state)
{
    static const struct {
        const char *rows;
        bool before, after; /* polls close */
    } cases[] = {
        {"a,Ann Lee,GA,State Senate,4,\nb,Bo Ray,GA,State Senate,5,\n", true, true},
        {"a,Anne Lee,GA,State Senate,4,\nb,Bo Ray,GA,State Senate,5,\n", true, true},
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_may_be_corrected_and_never_taken_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
