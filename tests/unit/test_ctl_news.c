/* SPDX-License-Identifier: ISC */
/* Tables of HTTP as the board of the terminal takes those of the socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/ctl/news.h"

static void is(enum ctl_panel panel, const char *csv, const char *wanted)
{
    struct err e = {0};
    struct buf out;
    buf_init(&out, 65536);
    assert_true(ctl_news_panel(panel, slice_of(csv), &out, &e));
    if (!slice_is(buf_slice(&out), wanted))
        fail_msg("not as wanted:\n%.*s", SLICE_FMT(buf_slice(&out)));
    buf_done(&out);
}

static void panels_are_those_of_the_socket(void **state)
{
    (void)state;
    is(PANEL_CALLS,
       "as_of,mode,id,type,time,endorsement_id,candidate,state,office,place,district,seat,outcome,"
       "by,reason,was\r\n"
       "x,live,r2,retraction,2026-11-04T03:12:45.120Z,foe,Di \x1b[31mFoe,GA,Board,Elm,3,at "
       "large,pending,ap,\"a, b\",won\r\n"
       "x,live,c1,call,soon,foe,Di Foe,GA,Board,,,,won,ap,,\r\n",
       "time\twhat\tcandidate\trace\tstate\tby\twhy\tid\tendorsement\n"
       "03:12 UTC\tno longer won\tDi ?[31mFoe\tBoard 3, Elm, at large\tGA\tap\ta, b\tr2\tfoe\n"
       "\twon\tDi Foe\tBoard\tGA\tap\t\tc1\tfoe\n");
    is(PANEL_CLOSEST,
       "units_reporting,units_total,margin,margin_percent,standing,state,candidate,office,"
       "endorsement_id,why\r\n8,12,-10,-5.26,trailing,GA,Di Foe,Board,foe,counting\r\n"
       ",,,,unclear,GA,Flo Yew,Board,yew,seats unknown\r\n",
       "units\tmargin\tpercent\tstanding\tstate\tcandidate\toffice\tid\twhy\n"
       "8/12\t-10\t-5.26\ttrailing\tGA\tDi Foe\tBoard\tfoe\tcounting\n"
       "\t\t\tunclear\tGA\tFlo Yew\tBoard\tyew\tseats unknown\n");
    is(PANEL_SOURCES,
       "now,last_success,last_change,source,status,held\r\n"
       "2026-11-04T03:12:45.120Z,2026-11-04T03:12:41.000Z,,county,up,2\r\n",
       "source\tfile\tstate\tcounty\tstatus\tsuccess\tchange\theld\tverdict\ttext\n"
       "county\t\t\t\tup\t4s\tnever\t2\t\t\n");
}

static void what_is_no_table_is_refused(void **state)
{
    static const char *const texts[] = {"", "a,b\r\n1\r\n", "a,b\r\n\"1,2\r\n"};
    struct err e = {0};
    struct buf out;
    (void)state;
    buf_init(&out, 65536);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_false(ctl_news_panel(PANEL_STATES, slice_of(texts[i]), &out, &e));
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(panels_are_those_of_the_socket),
        cmocka_unit_test(what_is_no_table_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
