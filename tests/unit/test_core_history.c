/* SPDX-License-Identifier: ISC */
/* The file of earlier cycles: read whole, or refused with its line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "daemon/base/buf.h"
#include "daemon/core/history.h"

static void test_cycles_are_read(void **state)
{
    struct arena *a = arena_new(1 << 20);
    struct settings_cycle *list;
    struct err e;
    size_t n;
    (void)state;
    assert_true(history_parse(SLICE("\xef\xbb\xbfnote;Called;Cycle;WON\r\n;193;2025; 129\r\n\r\n"
                                    "x;1;\"20;23\";0\r\n"),
                              a, &list, &n, &e));
    assert_int_equal(n, 2);
    assert_true(slice_is(list[0].name, "2025") && slice_is(list[1].name, "20;23"));
    assert_true(list[0].won == 129 && list[0].called == 193);
    assert_true(list[1].won == 0 && list[1].called == 1);
    arena_free(a);
}

static void test_what_is_wrong_is_named(void **state)
{
    static const struct {
        const char *csv, *says;
    } rows[] = {
        {"", "1: it is empty"},
        {"cycle,won\n2025,1\n", "1: there is no column called"},
        {"cycle,won,called\n2025,1\n", "2: the row has no called"},
        {"cycle,won,called\n2025,1,2\n2023,x,2\n", "3: column won: \"x\""},
        {"cycle,won,called\n2025,0,0\n", "2: column called: \"0\""},
        {"cycle,won,called\n2025,-1,2\n", "2: column won"},
        {"cycle,won,called\n2025,3,2\n", "2: more are won than called"},
        {"cycle,won,called\n\"2025,3,2\n", "2"},
        {"\"cycle", "1"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arena *a = arena_new(1 << 20);
        struct settings_cycle *list = NULL;
        struct err e = {0};
        size_t n = 7;
        assert_false(history_parse(slice_of(rows[i].csv), a, &list, &n, &e));
        if (e.kind != ERR_DATA || !strstr(e.text, rows[i].says) || n != 7 || list)
            fail_msg("row %zu: %s", i, e.text);
        arena_free(a);
    }
}

static void test_no_more_than_there_is_room_for(void **state)
{
    enum { MOST = 1000 };
    (void)state;
    for (int n = MOST; n <= MOST + 1; n++) {
        struct arena *a = arena_new(1 << 22);
        struct settings_cycle *list;
        struct buf csv;
        struct err e;
        size_t got = 0;
        buf_init(&csv, 1 << 20);
        buf_addz(&csv, " cycle , won,called \n");
        for (int i = 0; i < n; i++)
            buf_addf(&csv, "%d,1,2\n", i);
        assert_int_equal(history_parse(buf_slice(&csv), a, &list, &got, &e), n == MOST);
        if (n == MOST)
            assert_int_equal(got, MOST);
        else
            assert_non_null(strstr(e.text, "1002: more than 1000 cycles"));
        buf_done(&csv);
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cycles_are_read),
        cmocka_unit_test(test_what_is_wrong_is_named),
        cmocka_unit_test(test_no_more_than_there_is_room_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
