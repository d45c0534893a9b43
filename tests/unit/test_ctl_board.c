/* SPDX-License-Identifier: ISC */
/* The terminal's board: frames as they were looked at (tests/frames; UPDATE_FRAMES=1 writes them
 * anew), and what holds for every frame of any size and content. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/ctl/board.h"
#include "tests/unit/frame.h"
#include "tests/unit/random.h"

static const char calls[] =
    "time\twhat\tcandidate\trace\tstate\tby\twhy\tid\tendorsement\n"
    "10:12 p.m. ET\twon\tAlma Rivera\tState House 48\tGA\tap\t\tc7\talma\n"
    "10:09 p.m. ET\tno longer won\tKim Lee\tState House 4\tAZ\tdesk\ttoo early\tr3\tkim\n"
    "10:04 p.m. ET\tlost\tJörg Ørsted-Müller de la Cruz\tSchool Board 2\tOH\tddhq\t\tc2\tjorg\n";
static const char closest[] =
    "units\tmargin\tpercent\tstanding\tstate\tcandidate\toffice\tdistrict\tid\twhy\n"
    "98/100\t+41\t0.12\tleading\tNC\tB. Smith\tState House\t32\tsmith\tcounting\n"
    "91/100\t-112\t1.50\ttrailing\tPA\tR. Chen\tState Senate\t15\tchen\tcounting\n";
static const char by_state[] =
    "state\tendorsed\tcalled\twon\tlost\tadvanced\tpending\tleading\tflips\n"
    "AZ\t22\t10\t8\t2\t0\t12\t5\t3\nGA\t29\t20\t14\t6\t0\t9\t4\t5\n";
static const char sources[] =
    "source\tfile\tstate\tcounty\tstatus\tsuccess\tchange\theld\tverdict\ttext\n"
    "ga-state\t\tGA\t\tunchanged\t4s\t61s\t0\taccepted\t\n"
    "az-maricopa\t\tAZ\tMaricopa\tstale\t912s\t1400s\t2\tfall-hold\tvotes fell\n";
static const char matches[] =
    "endorsement_id\tcandidate_name\toffice\tsource\tcontest\tchoice\tparty\twhy\trace_id\n"
    "wu\tMichelle Wu\tMayor\tma-boston\tMAYOR\tM WU\t\tonly an initial\tma-mayor\n";
static const char totals[] =
    "count\tvalue\nendorsed\t412\nwon\t129\nlost\t64\nadvanced\t3\npending\t"
    "216\nvoid\t0\ncalled\t193\nflips\t36\nstates_won\t23\n";
static const char status[] =
    "key\tvalue\nelection\tElection "
    "night\nmode\tlive\nsources\t48\nsources_up\t46\nhttp\thttp://127.0.0.1:8080\n";

static void state(struct ctl_board *b)
{
    *b = (struct ctl_board){.status = slice_of(status),
                            .totals = slice_of(totals),
                            .panels = {slice_of(calls), slice_of(closest), slice_of(by_state),
                                       slice_of(sources), slice_of(matches)}};
}

/* ---- as they were looked at ---- */

static void frames_are_as_they_were_looked_at(void **unused)
{
    static const struct {
        const char *name;
        size_t cols, rows;
        struct ctl_caps caps;
        struct ctl_view view;
        const char *lost, *note;
        bool old;
    } cases[] = {
        {"board-40", 40, 12, {true, true}, {0}, NULL, NULL, false},
        {"board-80", 80, 16, {true, true}, {.panel = PANEL_CLOSEST, .row = 1}, NULL, NULL, false},
        {"board-80-plain", 80, 12, {false, false}, {0}, NULL, NULL, false},
        {"board-120", 120, 16, {true, true}, {.panel = PANEL_SOURCES}, NULL, NULL, false},
        {"board-200", 200, 16, {true, true}, {.panel = PANEL_STATES}, NULL, NULL, false},
        {"board-filter", 80, 10, {false, true}, {.filter = "kim"}, NULL, NULL, false},
        {"board-help", 80, 10, {false, true}, {.help = true}, NULL, NULL, false},
        {"board-lost", 80, 10, {true, true}, {0}, "tallyd went away", NULL, false},
        {"board-asked",
         80,
         10,
         {true, true},
         {.panel = PANEL_MATCHES},
         NULL,
         "asked every 2 s",
         false},
        {"board-old",
         80,
         10,
         {true, true},
         {.panel = PANEL_MATCHES},
         NULL,
         "OLD: a copy, made 14 minutes ago",
         true},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ctl_board b;
        struct buf out;
        state(&b);
        b.lost = cases[i].lost;
        b.note = cases[i].note;
        b.old = cases[i].old;
        if (b.note) { /* over HTTP */
            b.panels[PANEL_MATCHES] = (struct slice){0};
            b.no_matches = "not over HTTP: match list, where tallyd runs";
        }
        b.age_s = 17;
        buf_init(&out, 1 << 20);
        ctl_board_render(&b, &cases[i].view, cases[i].cols, cases[i].rows, cases[i].caps, &out);
        assert_false(out.failed);
        frame_compare(cases[i].name, buf_slice(&out));
        buf_done(&out);
    }
}

/* ---- what holds for every frame ---- */

static void random_table(struct random *seed, struct buf *out)
{
    static const char *const parts[] = {
        "Ann",          "\x1b[31m", "\x07", "Jörg",     "日本語の名前", "%s", "\t",
        "\n",           "",         "+41",  "\xff\xfe", "\302\23331m", /* CSI of one character */
        "\xe2\x80\xae", "e\xcc\x81"};
    buf_clear(out);
    buf_addz(out, "time\twhat\tcandidate\trace\tby\tmargin\tunits\tsource\tfresh\twhy\n");
    for (size_t n = random_below(seed, 60); n > 0; n--) {
        for (size_t k = random_below(seed, 14); k > 0; k--) {
            buf_addz(out, parts[random_below(seed, sizeof parts / sizeof parts[0])]);
            if (random_below(seed, 2))
                buf_addc(out, '\t');
        }
        buf_addc(out, '\n');
    }
}

static void every_frame_fits_its_screen(void **unused)
{
    struct random seed = {7};
    struct buf tables[PANELS], out;
    (void)unused;
    buf_init(&out, 1 << 22);
    for (int i = 0; i < PANELS; i++)
        buf_init(&tables[i], 1 << 20);
    for (int n = 0; n < 400; n++) {
        struct ctl_board b;
        struct ctl_view v = {.panel = (enum ctl_panel)random_below(&seed, PANELS),
                             .row = random_below(&seed, 70),
                             .typing = random_below(&seed, 5) == 0,
                             .help = random_below(&seed, 9) == 0};
        struct ctl_caps caps = {random_below(&seed, 2), random_below(&seed, 2)};
        size_t cols = 1 + random_below(&seed, 260), rows = 1 + random_below(&seed, 60);
        state(&b);
        for (int i = 0; i < PANELS; i++) {
            random_table(&seed, &tables[i]);
            b.panels[i] = buf_slice(&tables[i]);
        }
        if (random_below(&seed, 4) == 0)
            v.page = b.panels[0];
        if (random_below(&seed, 3) == 0)
            strcpy(v.filter, "ann");
        b.lost = random_below(&seed, 4) ? NULL : "\x1b]0;gone\x07";
        buf_clear(&out);
        ctl_board_render(&b, &v, cols, rows, caps, &out);
        assert_false(out.failed);
        frame_fits(buf_slice(&out), cols, rows, caps.utf8);
    }
    for (int i = 0; i < PANELS; i++)
        buf_done(&tables[i]);
    buf_done(&out);
}

static void no_name_hides_that_figures_are_in_doubt(void **unused)
{
    static const char named[] =
        "key\tvalue\nelection\tThe general election of the fourth of November, "
        "with its runoffs and specials\nmode\ttest\nsources\t9\nsources_up\t0\n";
    static const struct {
        const char *lost, *note, *mode, *begins;
        bool old;
    } cases[] = {
        {"tallyd went away", NULL, "test", "NO CONNECTION for 17", false},
        {"tallyd went away", "asked every 2 s", "test", "NO CONNECTION for 17", false},
        {NULL, "OLD: a copy, made 14 minutes ago", "test", "OLD: a copy, made 14", true},
        {NULL, "asked every 2 s", "live", "0 of 9 sources answe", false},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t cols = 20; cols < 200; cols++) {
            struct ctl_board b;
            struct ctl_view v = {0};
            struct buf out;
            size_t mode = slice_find(slice_of(named), SLICE("test"));
            char text[sizeof named];
            memcpy(text, named, sizeof named);
            memcpy(text + mode, cases[i].mode, 4);
            state(&b);
            b.status = slice_of(text);
            b.lost = cases[i].lost;
            b.note = cases[i].note;
            b.old = cases[i].old;
            b.age_s = 17;
            buf_init(&out, 1 << 20);
            ctl_board_render(&b, &v, cols, 10, (struct ctl_caps){false, true}, &out);
            assert_true(slice_find(buf_slice(&out), slice_of(cases[i].begins)) < 8);
            buf_done(&out);
        }
}

static void the_chosen_row_is_known_by_its_id(void **unused)
{
    struct ctl_board b;
    struct ctl_view v = {.row = 1};
    (void)unused;
    state(&b);
    assert_true(slice_is(ctl_board_id(&b, &v), "kim"));
    assert_int_equal(ctl_board_rows(&b, &v, PANEL_CALLS), 3);
    strcpy(v.filter, "JÖRG"); /* ASCII case aside */
    assert_int_equal(ctl_board_rows(&b, &v, PANEL_CALLS), 0);
    strcpy(v.filter, "ALMA");
    v.row = 0;
    assert_true(slice_is(ctl_board_id(&b, &v), "alma"));
    v.panel = PANEL_STATES;
    assert_int_equal(ctl_board_id(&b, &v).len, 0);
}

/* What a function finds in what it does not set. */
static void dirty_stack(void)
{
    volatile char room[8192];
    for (size_t i = 0; i < sizeof room; i++)
        room[i] = 'A';
}

/* Enter in a panel of nothing at all, as that of matches is over HTTP, read whatever lay there. */
static void where_there_is_nothing_there_is_no_id(void **unused)
{
    struct ctl_board b;
    struct ctl_view v = {.panel = PANEL_MATCHES};
    struct buf out;
    (void)unused;
    state(&b);
    b.panels[PANEL_MATCHES] = (struct slice){0};
    dirty_stack();
    assert_int_equal(ctl_board_id(&b, &v).len, 0);
    assert_int_equal(ctl_board_rows(&b, &v, PANEL_MATCHES), 0);
    buf_init(&out, 4096);
    dirty_stack();
    ctl_board_closest((struct slice){0}, "percent", &out);
    assert_true(slice_is(buf_slice(&out), "\n"));
    buf_done(&out);
}

static void the_closest_come_first(void **unused)
{
    struct buf out;
    (void)unused;
    buf_init(&out, 65536);
    ctl_board_closest(SLICE("id\tpercent\na\t2.50\nb\t\nc\t-0.07\nd\t10.00\ne\t2.50\nf\tx\n"),
                      "percent", &out);
    assert_true(slice_is(buf_slice(&out), "id\tpercent\nc\t-0.07\na\t2.50\ne\t2.50\nd\t10.00\n"));
    buf_clear(&out);
    ctl_board_closest(SLICE("id\na\n"), "percent", &out);
    assert_true(slice_is(buf_slice(&out), "id\n"));
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_as_they_were_looked_at),
        cmocka_unit_test(every_frame_fits_its_screen),
        cmocka_unit_test(no_name_hides_that_figures_are_in_doubt),
        cmocka_unit_test(the_chosen_row_is_known_by_its_id),
        cmocka_unit_test(where_there_is_nothing_there_is_no_id),
        cmocka_unit_test(the_closest_come_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
