/* SPDX-License-Identifier: ISC */
/* The desk's word on what is held: accepted figures go on air, rejected bytes count no more, and
 * both are so again after a restart. */
#include "daemon/core/ruling.h"

#include "daemon/core/feed_own.h"
#include "tests/unit/core_world.h"

#define MAYOR(a, b) "contest 7|Mayor|GA\n choice 1|Ann|Dem\n choice 2|Bob|Rep\n total " a " " b "\n"
#define CLERK(a, b) "contest 8|Clerk|GA\n choice 1|Cy|\n choice 2|Dee|\n total " a " " b "\n"
#define TURNED(b, a)                                                                               \
    "contest 7|Mayor|GA\n choice 1|Bob|Rep\n choice 2|Ann|Dem\n total " b " " a "\n"

static enum err_kind decide(struct world *w, bool accept, int64_t second, const char *contest)
{
    int64_t now = w->start + second * WHEN_SECOND;

    arena_reset(w->arena);
    w->report.arena = w->arena;
    w->err.kind = ERR_NONE;
    bool ok = (accept ? feed_accept : feed_reject)(&w->m, 0, 0, slice_of(contest), now, &w->report,
                                                   &w->err);
    assert_true(ok == (w->err.kind == ERR_NONE));
    return w->err.kind;
}

/* What the last decision made durable, in a feed that begins anew. */
static void restart(struct world *w)
{
    struct feed_ruling kept[8];
    char keys[8][100];
    size_t n = w->report.ruling_count;

    assert_true(n <= 8);
    for (size_t i = 0; i < n; i++) {
        kept[i] = w->report.rulings[i];
        memcpy(keys[i], kept[i].contest.ptr, kept[i].contest.len);
        kept[i].contest.ptr = keys[i];
    }
    feed_done(&w->m);
    assert_true(feed_init(&w->m, &w->err));
    for (size_t i = 0; i < n; i++)
        assert_true(ruling_restore(&w->m, &kept[i], &w->err));
}

static const struct feed_file *file(const struct world *w)
{
    return &w->m.feeds[0].files[0];
}

static void an_accepted_fall_is_a_correction(void **state)
{
    struct world *w = *state;
    const char *low = MAYOR("100", "910") CLERK("6", "5");
    world_take(w, 0, MAYOR("1000", "900") CLERK("5", "5"));
    world_take(w, 60, low);
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_FALL_DESK);
    assert_int_equal(decide(w, true, 90, ""), ERR_NONE);
    struct feed_contest *c = world_contest(w, 0, "7");
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 100);
    assert_int_equal(c->doubt, VERDICT_CORRECTED); /* a visible mark, until the next payload */
    assert_true(c->corrected && !world_contest(w, 0, "8")->corrected);
    assert_true(w->report.keep && w->report.used && !w->report.held);
    assert_int_equal(world_notes(w, VERDICT_CORRECTED), 1);
    assert_int_equal(w->report.change_count, 1);
    assert_ptr_equal(w->report.changes[0].contest, c);
    assert_int_equal(w->report.ruling_count, 1);
    assert_int_equal(world_take(w, 120, low), VERDICT_UNCHANGED);
    world_take(w, 150, MAYOR("101", "911") CLERK("6", "5"));
    assert_int_equal(w->report.note_count, 0);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 101);
    assert_int_equal(decide(w, true, 160, ""), ERR_NO); /* nothing is held now */
}

static void one_contest_is_accepted_and_the_other_waits_on(void **state)
{
    struct world *w = *state;
    const char *low = MAYOR("100", "910") CLERK("600", "100");
    world_take(w, 0, MAYOR("1000", "900") CLERK("5000", "500"));
    world_take(w, 60, low);
    assert_int_equal(decide(w, true, 90, "Sheriff"), ERR_NO);
    assert_int_equal(decide(w, true, 90, "clerk"), ERR_NONE); /* its text, in any case of letters */
    assert_int_equal(world_votes(w, 0, "8", "", "Cy"), 600);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 1000);
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_FALL_DESK);
    assert_true(w->report.held && !w->report.keep);
    /* After a restart: the last good payload, then the held one, with its own time. */
    restart(w);
    world_take_as(w, 0, 0, 0, MAYOR("1000", "900") CLERK("5000", "500"), "", true);
    world_take(w, 60, low);
    assert_int_equal(world_votes(w, 0, "8", "", "Cy"), 600);
    assert_true(world_contest(w, 0, "8")->corrected);
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_FALL_DESK);
    assert_int_equal(decide(w, true, 90, "7"), ERR_NONE); /* its id */
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 100);
    assert_true(w->report.keep);
}

static void a_rejected_fall_does_not_count_again(void **state)
{
    struct world *w = *state;
    const char *good = MAYOR("1000", "900") CLERK("5", "5");
    const char *low = MAYOR("800", "910") CLERK("6", "5");
    for (int after = 0; after < 2; after++) {
        world_take_as(w, 0, 0, 0, good, "", after > 0);
        world_take(w, 60, low);
        if (!after) { /* the second time it is known */
            assert_int_equal(decide(w, false, 90, ""), ERR_NONE);
            assert_int_equal(world_notes(w, VERDICT_REJECTED), 1);
            assert_true(w->report.held && !w->report.keep); /* the clerk's figure is on air */
            restart(w);
            continue;
        }
        const struct feed_contest *c = world_contest(w, 0, "7");
        assert_int_equal(c->doubt, VERDICT_ACCEPTED);
        assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 1000);
        assert_int_equal(world_votes(w, 0, "8", "", "Cy"), 6);
        assert_int_equal(world_take(w, 700, low), VERDICT_UNCHANGED);
        assert_int_equal(c->doubt, VERDICT_ACCEPTED);
    }
}

static void rejected_bytes_that_come_later_do_not_confirm(void **state)
{
    struct world *w = *state;
    const char *low = MAYOR("800", "910") CLERK("6", "5");
    world_take(w, 0, MAYOR("1000", "900") CLERK("5", "5"));
    world_take(w, 60, low);
    assert_int_equal(decide(w, false, 90, "7"), ERR_NONE);
    /* What else says so is another claim. */
    world_take(w, 100, MAYOR("801", "911") CLERK("7", "5"));
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_FALL_HOLD);
    world_take(w, 701, low);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 1000);
    world_take(w, 702, MAYOR("802", "911") CLERK("8", "5"));
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 802);
}

static void an_accepted_roster_begins_anew(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("1000", "900"));
    world_take(w, 60, TURNED("905", "1005"));
    assert_int_equal(decide(w, true, 70, "Mayor"), ERR_NONE);
    assert_true(slice_is(world_contest(w, 0, "7")->choices[0].name, "Bob"));
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 1005);
    assert_true(w->report.keep && world_contest(w, 0, "7")->corrected);
}

/* What waited lies in a payload that is lost: nothing is taken, and nothing said to be. */
static void new_choices_of_a_lost_payload_are_not_accepted(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("1000", "900"));
    world_take(w, 60, TURNED("905", "1005"));
    feed_drop(&file(w)->own->held);
    assert_int_equal(decide(w, true, 70, "7"), ERR_AGAIN);
    assert_int_equal(w->report.ruling_count, 0);
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_SWAPPED);
    assert_int_equal(decide(w, false, 80, "7"), ERR_NONE);
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_ACCEPTED);
}

/* The close was moved since they came: no word of the desk's goes before it. */
static void new_choices_with_early_votes_are_not_accepted_before_the_close(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("0", "0"));
    world_take(w, 60, TURNED("905", "1005"));
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_SWAPPED);
    w->polls[0].minute += 2 * 60;
    assert_int_equal(decide(w, true, 70, "7"), ERR_AGAIN);
    assert_int_equal(w->report.ruling_count, 0);
    assert_true(slice_is(world_contest(w, 0, "7")->choices[0].name, "Ann"));
    assert_int_equal(decide(w, true, 3700, "7"), ERR_NONE);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 1005);
}

static void a_rejected_roster_stays_out(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("1000", "900"));
    world_take(w, 60, TURNED("905", "1005"));
    assert_int_equal(decide(w, false, 70, ""), ERR_NONE);
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_ACCEPTED);
    assert_int_equal(world_contest(w, 0, "7")->units[0].hold.why, VERDICT_ACCEPTED);
    world_take(w, 80, TURNED("906", "1006"));
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_SWAPPED);
    assert_int_equal(world_contest(w, 0, "7")->units[0].hold.since, w->start + 80000);
}

static void an_accepted_older_payload_goes_on_air(void **state)
{
    struct world *w = *state;
    const char *old = "facts own=2021-01-06T00:58:00Z\n" MAYOR("100", "90");
    world_take(w, 0, "facts own=2021-01-06T00:59:00Z\n" MAYOR("200", "180"));
    world_take(w, 60, old);
    assert_int_equal(decide(w, true, 61, ""), ERR_NO); /* a passing copy is not held */
    world_take(w, 700, old);
    assert_int_equal(file(w)->doubt, VERDICT_OLDER);
    assert_int_equal(decide(w, true, 710, ""), ERR_NONE);
    assert_int_equal(file(w)->doubt, VERDICT_ACCEPTED);
    assert_int_equal(file(w)->verdict, VERDICT_CORRECTED);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 100);
    assert_true(world_contest(w, 0, "7")->corrected && w->report.keep);
    restart(w);
    world_take_as(w, 0, 0, 0, "facts own=2021-01-06T00:59:00Z\n" MAYOR("200", "180"), "", true);
    world_take(w, 700, old);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 100);
    assert_int_equal(world_take(w, 720, old), VERDICT_UNCHANGED);
}

static void zeros_are_accepted_or_rejected_whole(void **state)
{
    struct world *w = *state;
    const char *zero = MAYOR("0", "0") CLERK("0", "0");
    world_take(w, 0, MAYOR("100", "90") CLERK("5", "6"));
    assert_int_equal(world_take(w, 60, zero), VERDICT_EMPTY);
    assert_int_equal(file(w)->doubt, VERDICT_EMPTY);
    assert_int_equal(decide(w, false, 70, ""), ERR_NONE);
    assert_int_equal(file(w)->doubt, VERDICT_ACCEPTED);
    assert_int_equal(file(w)->verdict, VERDICT_REJECTED);
    assert_false(w->report.held || w->report.keep);
    assert_int_equal(world_take(w, 80, zero), VERDICT_REJECTED);
    assert_int_equal(world_unchanged(w, 90, zero), VERDICT_REJECTED);
    assert_int_equal(file(w)->last_success_ms, w->start);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 100);
    assert_int_equal(world_take(w, 95, MAYOR("0", "0") CLERK("?", "0")), VERDICT_EMPTY);
    assert_int_equal(decide(w, true, 99, ""), ERR_NONE);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 0);
    assert_true(world_contest(w, 0, "7")->corrected && w->report.keep);
}

static void test_votes_that_wait_are_rejected(void **state)
{
    struct world *w = *state;
    world_take(w, -4000, MAYOR("9", "9"));
    assert_int_equal(decide(w, true, -3900, ""), ERR_NO); /* the clock is no guard to be waived */
    assert_int_equal(decide(w, false, -3900, ""), ERR_NONE);
    assert_int_equal(feed_next_tick(&w->m, w->start), WHEN_NEVER);
    assert_int_equal(world_take(w, 10, MAYOR("9", "9")), VERDICT_REJECTED);
    assert_int_equal(world_take(w, 20, MAYOR("10", "9")), VERDICT_ACCEPTED);
}

#define CAST(n)                                                                                    \
    "contest 7|Mayor|GA ; allowed=1\n choice 1|Ann|\n total " n " ; ballots=200 "                  \
    "registered=30000\n"

static void an_accepted_overvote_is_not_asked_again(void **state)
{
    struct world *w = *state;
    world_take(w, 0, CAST("100"));
    world_take(w, 60, CAST("300"));
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_OVERVOTE);
    assert_int_equal(decide(w, true, 70, ""), ERR_NONE);
    world_take(w, 80, CAST("301"));
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_OVERVOTE_FLAG);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 301);
}

static void a_name_of_two_counties_is_asked_for_more(void **state)
{
    struct world *w = *state;
    world_take(w, 0,
               "contest |Sheriff|GA|Elm\n choice 1|Ann|\n total 5000\n"
               "contest |Sheriff|GA|Oak\n choice 1|Bob|\n total 6000\n");
    world_take(w, 60,
               "contest |Sheriff|GA|Elm\n choice 1|Ann|\n total 500\n"
               "contest |Sheriff|GA|Oak\n choice 1|Bob|\n total 600\n");
    assert_int_equal(decide(w, true, 70, "Sheriff"), ERR_USAGE);
    assert_int_equal(decide(w, true, 70, "Elmo/Sheriff"), ERR_NO);
    assert_int_equal(decide(w, true, 70, "oak/sheriff"), ERR_NONE);
    struct map *contests = w->m.feeds[0].contests;
    const struct feed_contest *elm = map_get(contests, SLICE("Elm\x1f\x1fSheriff"));
    const struct feed_contest *oak = map_get(contests, SLICE("Oak\x1f\x1fSheriff"));
    assert_int_equal(elm->units[0].votes[0], 5000);
    assert_int_equal(oak->units[0].votes[0], 600);
}

/* A delta that is newer does not have the contest: its figures wait all the same. */
static void figures_of_an_earlier_delta_are_accepted(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("1000", "900") CLERK("5", "5"));
    world_take(w, 60, "facts delta=1\n" MAYOR("100", "910"));
    world_take(w, 70, "facts delta=1\n" CLERK("6", "5"));
    assert_int_equal(decide(w, true, 80, "7"), ERR_NONE);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 100);
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_ACCEPTED);
    assert_true(world_contest(w, 0, "7")->corrected);
    assert_int_equal(world_notes(w, VERDICT_CORRECTED), 1);
    /* Of other choices only the payload has the figures. */
    world_take(w, 90, "facts delta=1\n" TURNED("911", "101"));
    world_take(w, 95, "facts delta=1\n" CLERK("7", "5"));
    assert_int_equal(decide(w, true, 99, "7"), ERR_AGAIN);
    assert_true(slice_is(world_contest(w, 0, "7")->choices[0].name, "Ann"));
}

/* The contest's own time went back, and stays so. */
static void an_older_contest_is_accepted_or_dropped(void **state)
{
#define DATED(t, a)                                                                                \
    "contest 7|Mayor|GA ; updated=2021-01-06T" t "Z\n choice 1|Ann|Dem\n total " a "\n"
    struct world *w = *state;
    world_take(w, 0, DATED("00:59:00", "1000"));
    world_take(w, 60, DATED("00:58:00", "990"));
    world_take(w, 700, DATED("00:58:00", "991"));
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_OLDER);
    assert_int_equal(decide(w, false, 710, "7"), ERR_NONE);
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_ACCEPTED);
    world_take(w, 720, DATED("00:58:00", "992"));
    world_take(w, 1400, DATED("00:58:00", "993"));
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_OLDER);
    assert_int_equal(decide(w, true, 1410, ""), ERR_NONE);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 993);
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_FALL_FLAG);
    assert_true(w->report.keep);
}

/* The same, dropped; and of a contest with a county of its own id. */
static void figures_of_an_earlier_delta_are_dropped(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("1000", "900") "contest 9|Judge|GA|Elm\n choice 1|Flo|\n total 5000\n");
    world_take(w, 60,
               "facts delta=1\n" MAYOR("100", "910") "contest 9|Judge|GA|Elm\n choice 1|Flo|\n"
                                                     " total 10\n");
    world_take(w, 70, "facts delta=1\n" CLERK("6", "5"));
    assert_int_equal(decide(w, false, 80, "7"), ERR_NONE);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 1000);
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_ACCEPTED);
    assert_int_equal(decide(w, true, 90, "Elm/10"), ERR_NO);
    assert_int_equal(decide(w, true, 90, "Elm/9"), ERR_NONE);
    assert_int_equal(world_votes(w, 0, "9", "", "Flo"), 10);
}

/* One contest of a payload that is held as a whole. */
static void one_contest_of_zeros_is_accepted(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("100", "90") CLERK("5", "6"));
    world_take(w, 60, MAYOR("0", "0") CLERK("0", "0"));
    assert_int_equal(decide(w, true, 70, "7"), ERR_NONE);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 0);
    assert_int_equal(world_votes(w, 0, "8", "", "Cy"), 5);
    assert_int_equal(file(w)->doubt, VERDICT_EMPTY); /* it is so still */
}

static void rulings_are_of_sources_there_are(void **state)
{
    struct world *w = *state;
    assert_false(ruling_restore(&w->m, &(struct feed_ruling){.source = 99}, &w->err));
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)

static void what_is_not_held_is_neither_accepted_nor_rejected(void **state)
{
    struct world *w = *state;
    for (int accept = 0; accept < 2; accept++) {
        assert_int_equal(decide(w, accept, 0, ""), ERR_NO); /* before the first payload */
        world_take(w, accept, MAYOR("1000", "900"));
        assert_int_equal(decide(w, accept, 90, ""), ERR_NO);
        assert_int_equal(decide(w, accept, 90, "Mayor"), ERR_NO);
    }
}

/* Which contest is meant must be said whole: the county, a stroke, its id or text. */
static void a_countys_contest_is_named_with_a_stroke(void **state)
{
#define COBB(a) "contest 7|Mayor|GA|Cobb\n choice 1|Ann|\n choice 2|Bob|\n total " a " 900\n"
    static const char *const wrong[] = {"Cobb-7", "Cobb7", "Cobb/8", "Cubb/7", "Cobb/", "/7"};
    struct world *w = *state;
    world_take(w, 0, COBB("1000"));
    world_take(w, 60, COBB("100"));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(decide(w, true, 90, wrong[i]), ERR_NO);
    assert_int_equal(decide(w, true, 90, "cobb/mayor"), ERR_NONE);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 100);
#undef COBB
}

static void a_file_is_ruled_on_for_itself(void **state)
{
    static const struct slice files[2];
    struct world *w = *state;
    feed_done(&w->m);
    w->sources[0].files = files;
    w->sources[0].file_count = 2;
    assert_true(feed_init(&w->m, &w->err));
    world_take_as(w, 0, 0, 0, CLERK("5", "5"), "", false);
    world_take_as(w, 0, 1, 0, MAYOR("1000", "900"), "", false);
    world_take_as(w, 0, 1, 60, MAYOR("100", "910"), "", false);
    assert_int_equal(decide(w, true, 90, ""), ERR_NO); /* the first file's */
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 1000);
    w->err.kind = ERR_NONE;
    assert_true(feed_accept(&w->m, 0, 1, SLICE(""), w->start + 99000, &w->report, &w->err));
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 100);
}

/* One contest that is rejected leaves what waits for polls to close. */
static void what_waits_for_the_polls_is_rejected_whole_only(void **state)
{
    struct world *w = *state;
    assert_int_equal(world_take(w, -7200, MAYOR("10", "9")), VERDICT_EARLY);
    assert_int_equal(decide(w, false, -7100, "Mayor"), ERR_NO);
    assert_int_equal(decide(w, true, -7100, ""), ERR_NO); /* nor is it accepted before its time */
    assert_int_equal(decide(w, false, -7100, ""), ERR_NONE);
    assert_int_equal(decide(w, false, -7100, ""), ERR_NO);
}

static void a_ruling_on_no_source_is_a_bug(void **state)
{
    struct world *w = *state;
    struct feed_ruling ruling = {.source = WORLD_SOURCES};
    assert_false(ruling_restore(&w->m, &ruling, &w->err));
    assert_int_equal(w->err.kind, ERR_BUG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(an_accepted_fall_is_a_correction),
        T(one_contest_is_accepted_and_the_other_waits_on),
        T(a_rejected_fall_does_not_count_again),
        T(rejected_bytes_that_come_later_do_not_confirm),
        T(an_accepted_roster_begins_anew),
        T(new_choices_of_a_lost_payload_are_not_accepted),
        T(new_choices_with_early_votes_are_not_accepted_before_the_close),
        T(a_rejected_roster_stays_out),
        T(an_accepted_older_payload_goes_on_air),
        T(zeros_are_accepted_or_rejected_whole),
        T(test_votes_that_wait_are_rejected),
        T(an_accepted_overvote_is_not_asked_again),
        T(what_is_not_held_is_neither_accepted_nor_rejected),
        T(a_countys_contest_is_named_with_a_stroke),
        T(a_file_is_ruled_on_for_itself),
        T(what_waits_for_the_polls_is_rejected_whole_only),
        T(a_ruling_on_no_source_is_a_bug),
        T(a_name_of_two_counties_is_asked_for_more),
        T(figures_of_an_earlier_delta_are_accepted),
        T(an_older_contest_is_accepted_or_dropped),
        T(figures_of_an_earlier_delta_are_dropped),
        T(one_contest_of_zeros_is_accepted),
        T(rulings_are_of_sources_there_are),
    };

    return cmocka_run_group_tests_name("core_ruling", tests, NULL, NULL);
}
