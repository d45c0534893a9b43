/* SPDX-License-Identifier: ISC */
/* Holds that meet each other: what is deep stays deep, what is swapped holds its contest, what
 * waits is what is confirmed. */
#include "daemon/base/buf.h"
#include "tests/unit/core_world.h"

#define MAYOR(a, b) "contest 7|Mayor|GA\n choice 1|Ann|Dem\n choice 2|Bob|Rep\n total " a " " b "\n"
#define TURNED(b, a)                                                                               \
    "contest 7|Mayor|GA\n choice 1|Bob|Rep\n choice 2|Ann|Dem\n total " b " " a "\n"
#define CAST_OF(a, n, registered)                                                                  \
    "contest 7|Mayor|GA ; allowed=1\n choice 1|Ann|Dem\n total " a " ; ballots=" n                 \
    " registered=" registered "\n"
#define CAST(a, n) CAST_OF(a, n, "900000")
#define COUNTIES(a, b, north, south)                                                               \
    "contest 7|Mayor|GA\n choice 1|Ann|\n choice 2|Bob|\n total " a " " b                          \
    "\n county 1|North ; " north "\n county 2|South ; " south "\n"

static enum verdict doubt(struct world *w)
{
    return world_contest(w, 0, "7")->doubt;
}

/* A false zero that came with too many votes in between was confirmed by time. */
static void a_deep_fall_stays_deep_whatever_comes_between(void **state)
{
    struct world *w = *state;
    world_take(w, 0, CAST("16000", "20000"));
    world_take(w, 60, CAST("0", "20000") "contest 8|Clerk|GA\n choice 1|Cy|\n total 5\n");
    assert_int_equal(doubt(w), VERDICT_FALL_DESK);
    world_take(w, 120, CAST("30000", "20000"));
    assert_int_equal(doubt(w), VERDICT_OVERVOTE);
    world_take(w, 180, CAST("15000", "20000"));
    assert_int_equal(doubt(w), VERDICT_FALL_DESK);
    world_take(w, 9000, CAST("15001", "20000"));
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 16000);
    world_take(w, 9060, CAST("16001", "20000"));
    assert_int_equal(doubt(w), VERDICT_ACCEPTED);
    world_take(w, 9120, CAST("14999", "20000")); /* that was the end of it */
    assert_int_equal(doubt(w), VERDICT_FALL_HOLD);
}

static void a_deep_fall_stays_deep_over_another_roster(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("16000", "15000"));
    world_take(w, 60, MAYOR("0", "0") "contest 8|Clerk|GA\n choice 1|Cy|\n total 5\n");
    world_take(w, 120, TURNED("14000", "15000"));
    assert_int_equal(doubt(w), VERDICT_SWAPPED);
    world_take(w, 180, MAYOR("15000", "14000"));
    assert_int_equal(doubt(w), VERDICT_FALL_DESK);
    world_take(w, 9000, MAYOR("15001", "14001"));
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 16000);
}

static void columns_swapped_in_one_county_hold_the_contest(void **state)
{
    struct world *w = *state;
    world_take(w, 0, COUNTIES("9000", "9000", "5000 3000", "4000 6000"));
    world_take(w, 60, COUNTIES("9100", "9100", "3000 5000", "4100 6100"));
    assert_int_equal(w->report.note_count, 1);
    assert_int_equal(world_notes(w, VERDICT_SWAPPED), 1);
    assert_true(slice_is(w->report.notes[0].unit, "North"));
    assert_int_equal(doubt(w), VERDICT_SWAPPED);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 9000);
    assert_int_equal(world_votes(w, 0, "7", "South", "Bob"), 6000);
    world_take(w, 120, COUNTIES("9200", "9200", "3000 5000", "4200 6200"));
    assert_int_equal(w->report.note_count, 0);
    world_take(w, 180, COUNTIES("9300", "9300", "5000 3000", "4300 6300"));
    assert_int_equal(w->report.note_count, 1); /* of the county that was swapped */
    assert_int_equal(doubt(w), VERDICT_ACCEPTED);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 9300);
    assert_int_equal(world_votes(w, 0, "7", "South", "Bob"), 6300);
    for (int u = 0; u < 3; u++)
        assert_int_equal(world_contest(w, 0, "7")->units[u].hold.along, false);
}

/* The night goes on while columns stay swapped: what waits grows. */
static void swapped_columns_are_confirmed_though_they_grow(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("5000", "1000"));
    world_take(w, 60, MAYOR("1010", "5020"));
    world_take(w, 300, MAYOR("1500", "7000"));
    assert_int_equal(doubt(w), VERDICT_SWAPPED);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 5000);
    world_take(w, 660, MAYOR("1900", "9000"));
    assert_int_equal(world_notes(w, VERDICT_CORRECTED), 1);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 1900);
}

static void small_figures_are_swapped_only_when_exactly_so(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("120", "100"));
    world_take(w, 60, MAYOR("102", "125"));
    assert_int_equal(doubt(w), VERDICT_FALL_FLAG);
    world_take(w, 120, MAYOR("130", "126"));
    world_take(w, 180, MAYOR("126", "130"));
    assert_int_equal(doubt(w), VERDICT_SWAPPED);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 130);
    world_take(w, 240, MAYOR("131", "127"));
    assert_int_equal(doubt(w), VERDICT_ACCEPTED);
}

static void a_roster_without_votes_is_never_confirmed_over_votes(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("1000", "900") "contest 8|Clerk|GA\n choice 1|Cy|\n total 5\n");
    world_take(w, 60, TURNED("0", "0") "contest 8|Clerk|GA\n choice 1|Cy|\n total 5\n");
    assert_int_equal(doubt(w), VERDICT_SWAPPED);
    world_take(w, 9000, TURNED("0", "0") "contest 8|Clerk|GA\n choice 1|Cy|\n total 6\n");
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 1000);
    world_take(w, 9060, TURNED("1", "2") "contest 8|Clerk|GA\n choice 1|Cy|\n total 7\n");
    assert_int_equal(world_votes(w, 0, "7", "", "Bob"), 1);
}

static void a_roster_of_a_contest_without_votes_is_confirmed_without(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("0", "0"));
    world_take(w, 60, TURNED("0", "0"));
    world_take(w, 660, TURNED("0", "0") "\n");
    assert_true(slice_is(world_contest(w, 0, "7")->choices[0].name, "Bob"));
}

#define CLERK(a) "contest 8|Clerk|GA\n choice 1|Cy|\n choice 2|Dee|\n total " a " 0\n"

static void a_held_figures_return_is_no_double(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("5000", "4000") CLERK("700"));
    world_take(w, 60, MAYOR("4000", "3900") CLERK("700"));
    assert_int_equal(doubt(w), VERDICT_FALL_HOLD);
    world_take(w, 120, MAYOR("10000", "8000") CLERK("710"));
    assert_int_equal(doubt(w), VERDICT_ACCEPTED);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 10000);
}

/* Nor is a held contest's return one that makes others look loaded twice. */
static void a_return_does_not_count_among_the_doubled(void **state)
{
#define OTHERS(judge, solicitor)                                                                   \
    "contest 9|Judge|GA\n choice 1|Flo|\n total " judge                                            \
    "\ncontest 10|Solicitor|GA\n choice 1|Gus|\n total " solicitor "\n"
    struct world *w = *state;
    world_take(w, 0, MAYOR("5000", "4000") CLERK("700") OTHERS("900", "600"));
    world_take(w, 60, MAYOR("4000", "3900") CLERK("700") OTHERS("900", "600"));
    world_take(w, 120, MAYOR("10000", "8000") CLERK("710") OTHERS("1800", "610"));
    /* The judge's is one of three, without the mayor's: so many votes came in. */
    assert_int_equal(world_notes(w, VERDICT_DOUBLED), 0);
    assert_int_equal(world_votes(w, 0, "9", "", "Flo"), 1800);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 10000);
}

static void what_is_loaded_twice_stays_held_while_it_is_so(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("5000", "4000") CLERK("700"));
    world_take(w, 60, MAYOR("10000", "8000") CLERK("1400"));
    world_take(w, 9000, MAYOR("10001", "8001") CLERK("1401"));
    assert_int_equal(doubt(w), VERDICT_DOUBLED);
    assert_int_equal(w->report.note_count, 0);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 5000);
}

static void first_votes_for_someone_are_no_double_load(void **state)
{
    struct world *w = *state;
    world_take(w, 0, CLERK("1000"));
    world_take(w, 60, "contest 8|Clerk|GA\n choice 1|Cy|\n choice 2|Dee|\n total 2000 1\n");
    assert_int_equal(w->report.note_count, 0);
    assert_int_equal(world_votes(w, 0, "8", "", "Cy"), 2000);
}

static void a_write_in_that_comes_while_votes_are_held_waits_with_them(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("1000", "900"));
    world_take(w, 60, MAYOR("800", "910"));
    world_take(w, 120,
               "contest 7|Mayor|GA\n choice 1|Ann|Dem\n choice 2|Bob|Rep\n"
               " choice 3|Write-in| ; write-in\n total 801 911 4\n");
    const struct feed_contest *c = world_contest(w, 0, "7");
    assert_int_equal(c->choice_count, 3);
    assert_int_equal(c->units[0].votes[2], VOTES_UNKNOWN);
    assert_int_equal(c->units[0].hold.votes[0], 801);
    assert_int_equal(c->units[0].hold.votes[2], 4);
    assert_int_equal(c->units[0].hold.since, w->start + 60000);
}

static void an_overvote_that_is_only_flagged_is_told_once(void **state)
{
    struct world *w = *state;
#define FLAGGED(n)                                                                                 \
    "contest 7|Mayor|MI ; allowed=1\n choice 1|Ann|Dem\n total " n                                 \
    " ; ballots=2000 registered=1000\n"
    w->polls[1] = (struct settings_polls){.state = SLICE("MI"), .minute = 1440};
    w->settings.polls_count = 2;
    world_take(w, 0, FLAGGED("100"));
    assert_int_equal(world_notes(w, VERDICT_OVERVOTE_FLAG), 1);
    world_take(w, 60, FLAGGED("110"));
    assert_int_equal(w->report.note_count, 0);
    assert_int_equal(doubt(w), VERDICT_OVERVOTE_FLAG);
}

/* All zeros: every contest of the file is in doubt, on a 304 too, and no other file's. */
static void zeros_put_the_file_in_doubt_until_votes_are_back(void **state)
{
    struct world *w = *state;
    const struct feed_file *f = &w->m.feeds[0].files[0];
    const char *zero = MAYOR("0", "0");
    world_take(w, 0, MAYOR("1000", "900"));
    assert_int_equal(world_take(w, 60, zero), VERDICT_EMPTY);
    assert_int_equal(f->doubt, VERDICT_EMPTY);
    assert_int_equal(w->report.change_count, 1);
    assert_int_equal(w->report.changes[0].what, FEED_DOUBT);
    assert_int_equal(world_unchanged(w, 120, zero), VERDICT_EMPTY);
    assert_int_equal(w->report.change_count, 0);
    assert_int_equal(f->last_success_ms, w->start);
    assert_int_equal(world_take(w, 180, MAYOR("?", "0")), VERDICT_EMPTY);
    /* What is on air, served again, ends it. */
    assert_int_equal(world_unchanged(w, 240, MAYOR("1000", "900")), VERDICT_UNCHANGED);
    assert_int_equal(f->doubt, VERDICT_ACCEPTED);
    assert_int_equal(w->report.change_count, 1);
    world_take(w, 300, zero);
    assert_int_equal(world_take(w, 360, MAYOR("1000", "901")), VERDICT_ACCEPTED);
    assert_int_equal(f->doubt, VERDICT_ACCEPTED);
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)

/* What ends one hold may begin another: figures that were too many, and are too few now. */
static void a_deep_fall_behind_too_many_votes_is_held(void **state)
{
    struct world *w = *state;
    world_take(w, 0, CAST("16000", "20000"));
    world_take(w, 60, CAST("30000", "20000"));
    assert_int_equal(doubt(w), VERDICT_OVERVOTE);
    world_take(w, 120, CAST("4000", "20000"));
    assert_int_equal(doubt(w), VERDICT_FALL_DESK);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 16000);
}

static void is_told(const struct world *w, const char *text)
{
    for (size_t i = 0; i < w->report.note_count; i++)
        if (slice_find(w->report.notes[i].text, slice_of(text)) != SIZE_MAX)
            return;
    fail_msg("nobody is told: %s", text);
}

/* One ballot, and not "1 ballots"; one vote, and not "1 votes". */
static void votes_on_one_ballot_are_told(void **state)
{
    struct world *w = *state;
    world_take(w, 0, CAST("1", "1"));
    world_take(w, 60, CAST("3", "1"));
    is_told(w, "3 votes on 1 ballot, 1 allowed on each, 900000 registered");
    assert_int_equal(doubt(w), VERDICT_OVERVOTE);
    world_take(w, 120, CAST("1", "2"));
    world_take(w, 180, CAST_OF("1", "3", "2"));
    is_told(w, "1 vote on 3 ballots, 1 allowed on each, 2 registered");
    assert_int_equal(doubt(w), VERDICT_OVERVOTE);
}

static void a_figure_that_is_gone_is_told_as_none(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("1000", "900"));
    world_take(w, 60, MAYOR("?", "900"));
    is_told(w, "1000 on air, 0 in the payload, 100.00 % less");
}

/* A thousand choices of the most that a cell may have: no number is their sum, and they are more
 * votes than any ballots allow. */
static void votes_without_a_sum_are_too_many(void **state)
{
    struct world *w = *state;
    enum { CHOICES = 1100 };

    for (int huge = 0; huge < 2; huge++) {
        struct buf text;
        buf_init(&text, 1 << 20);
        buf_addz(&text, "contest 7|Mayor|GA ; allowed=1\n");
        for (int i = 0; i < CHOICES; i++)
            buf_addf(&text, "choice %d|Person %d|\n", i, i);
        buf_addz(&text, "total");
        for (int i = 0; i < CHOICES; i++)
            buf_addz(&text, huge ? " 9007199254740991" : " 1");
        buf_addz(&text, " ; ballots=2000\n");
        world_take(w, 60 * huge, text.ptr);
        buf_done(&text);
    }
    assert_int_equal(doubt(w), VERDICT_OVERVOTE);
    assert_int_equal(world_votes(w, 0, "7", "", "Person 5"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_deep_fall_stays_deep_whatever_comes_between),
        T(a_deep_fall_behind_too_many_votes_is_held),
        T(a_figure_that_is_gone_is_told_as_none),
        T(votes_on_one_ballot_are_told),
        T(votes_without_a_sum_are_too_many),
        T(a_deep_fall_stays_deep_over_another_roster),
        T(columns_swapped_in_one_county_hold_the_contest),
        T(swapped_columns_are_confirmed_though_they_grow),
        T(small_figures_are_swapped_only_when_exactly_so),
        T(a_roster_without_votes_is_never_confirmed_over_votes),
        T(a_roster_of_a_contest_without_votes_is_confirmed_without),
        T(a_held_figures_return_is_no_double),
        T(a_return_does_not_count_among_the_doubled),
        T(what_is_loaded_twice_stays_held_while_it_is_so),
        T(first_votes_for_someone_are_no_double_load),
        T(a_write_in_that_comes_while_votes_are_held_waits_with_them),
        T(an_overvote_that_is_only_flagged_is_told_once),
        T(zeros_put_the_file_in_doubt_until_votes_are_back),
    };

    return cmocka_run_group_tests_name("core_holds", tests, NULL, NULL);
}
