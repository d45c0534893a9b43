/* SPDX-License-Identifier: ISC */
/* Payloads that go back, come again or stay away: what counts as newer, and what is told of it. */
#include "tests/unit/core_world.h"

#define MAYOR(a, b) "contest 7|Mayor|GA\n choice 1|Ann|Dem\n choice 2|Bob|Rep\n total " a " " b "\n"
#define CLERK(a, b) "contest 8|Clerk|GA\n choice 1|Cy|\n choice 2|Dee|\n total " a " " b "\n"
#define OWN(t) "facts own=2021-01-06T" t "Z\n"

/* ---- found by attack: a corrected mistake that stayed on air ---- */

/* A version's number is a line of the batch, not one of the payload's bytes. */
static enum verdict take_version(struct world *w, int64_t second, const char *version,
                                 const char *text)
{
    char with[600];
    int64_t now = w->start + second * WHEN_SECOND;

    snprintf(with, sizeof(with), "facts version=%s\n%s", version, text);
    arena_reset(w->arena);
    struct results batch = batch_of(w->arena, with);
    struct event event = {.type = EVENT_BATCH,
                          .batch = &batch,
                          .digest = digest_of(slice_of(text)),
                          .received_ms = now};
    w->report.arena = w->arena;
    if (!feed_take(&w->m, &event, now, &w->report, &w->err))
        fail_msg("%s", w->err.text);
    return w->report.verdict;
}

static void a_mistake_taken_back_in_the_same_bytes_by_a_newer_version(void **state)
{
    struct world *w = *state;
    take_version(w, 0, "100", MAYOR("9000", "8000"));
    take_version(w, 60, "101", MAYOR("9000", "10000"));
    assert_int_equal(take_version(w, 90, "100", MAYOR("9000", "8000")), VERDICT_OLDER);
    assert_int_equal(take_version(w, 91, "101", MAYOR("9000", "8000")), VERDICT_OLDER);
    assert_int_equal(take_version(w, 120, "102", MAYOR("9000", "8000")), VERDICT_ACCEPTED);
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_FALL_HOLD);
    take_version(w, 120 + 600, "103", MAYOR("9001", "8000"));
    assert_int_equal(world_votes(w, 0, "7", "", "Bob"), 8000);
    assert_true(world_contest(w, 0, "7")->corrected);
}

static void the_same_version_with_other_bytes_is_news(void **state)
{
    struct world *w = *state;
    take_version(w, 0, "100", MAYOR("100", "90"));
    assert_int_equal(take_version(w, 60, "100", MAYOR("110", "95")), VERDICT_ACCEPTED);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 110);
    /* What is no number does not order. */
    assert_int_equal(take_version(w, 90, "final", MAYOR("120", "96")), VERDICT_ACCEPTED);
    assert_int_equal(take_version(w, 99, "2", MAYOR("130", "97")), VERDICT_ACCEPTED);
}

static void a_newer_own_time_is_newer_whatever_the_bytes(void **state)
{
    struct world *w = *state;
    struct slice bytes = SLICE(OWN("01:01:00") MAYOR("100", "90") "\n");
    world_take(w, 0, OWN("01:00:00") MAYOR("100", "89"));
    assert_true(feed_restore_digest(&w->m, 0, 0, digest_of(bytes), &w->err));
    assert_int_equal(world_take(w, 90, OWN("01:01:00") MAYOR("100", "90")), VERDICT_ACCEPTED);
    bytes = SLICE(OWN("01:01:00") MAYOR("100", "91") "\n");
    assert_true(feed_restore_digest(&w->m, 0, 0, digest_of(bytes), &w->err));
    assert_int_equal(world_take(w, 95, OWN("01:01:00") MAYOR("100", "91")), VERDICT_OLDER);
}

static void the_bytes_before_a_hold_release_it(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("9000", "8000") CLERK("5", "6"));
    world_take(w, 60, MAYOR("900", "800") CLERK("5", "6"));
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_FALL_DESK);
    assert_int_equal(world_take(w, 70, MAYOR("9000", "8000") CLERK("5", "6")), VERDICT_ACCEPTED);
    assert_int_equal(world_notes(w, VERDICT_RESTORED), 1);
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_ACCEPTED);
    assert_true(w->report.keep);
    /* The fall once more is a copy that was seen: nothing is held now. */
    assert_int_equal(world_take(w, 80, MAYOR("900", "800") CLERK("5", "6")), VERDICT_OLDER);
    assert_int_equal(world_contest(w, 0, "7")->doubt, VERDICT_ACCEPTED);
}

static void what_was_never_on_air_here_is_taken_though_its_bytes_are_known(void **state)
{
    struct world *w = *state;
    struct slice bytes = SLICE(MAYOR("100", "90") "\n");
    assert_true(feed_restore_digest(&w->m, 0, 0, digest_of(bytes), &w->err));
    assert_int_equal(world_take(w, 0, MAYOR("100", "90")), VERDICT_ACCEPTED);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 100);
}

/* 304s once hid that a feed without order had gone back and stayed there. */
static void a_step_back_that_stays_is_in_doubt_though_nothing_is_new(void **state)
{
    struct world *w = *state;
    const struct feed_file *file = &w->m.feeds[0].files[0];
    world_take(w, 0, MAYOR("100", "90") CLERK("5", "6"));
    world_take(w, 60, MAYOR("200", "180") CLERK("5", "7"));
    const char *old = MAYOR("100", "90") CLERK("5", "6");
    assert_int_equal(world_take(w, 100, old), VERDICT_OLDER);
    assert_false(w->report.held || file->doubt);
    assert_int_equal(world_unchanged(w, 699, old), VERDICT_OLDER);
    assert_int_equal(file->doubt, VERDICT_ACCEPTED);
    assert_int_equal(file->verdict, VERDICT_OLDER);
    assert_int_equal(w->report.change_count, 0);
    assert_int_equal(world_unchanged(w, 700, old), VERDICT_OLDER);
    assert_int_equal(file->doubt, VERDICT_OLDER);
    assert_int_equal(world_notes(w, VERDICT_OLDER), 1);
    assert_int_equal(w->report.change_count, 2); /* both contests' races are to be marked */
    assert_int_equal(w->report.changes[0].what, FEED_DOUBT);
    assert_int_equal(world_unchanged(w, 800, old), VERDICT_OLDER);
    assert_int_equal(w->report.note_count + w->report.change_count, 0);
    assert_int_equal(file->verdict, VERDICT_OLDER);
    assert_true(slice_find(file->verdict_text, SLICE("held for the desk")) != SIZE_MAX);
    assert_int_equal(file->last_success_ms, w->start + 699000); /* no longer fresh */
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 200);
    /* What is on air, served again, ends it; so does what is new. */
    assert_int_equal(world_unchanged(w, 900, MAYOR("200", "180") CLERK("5", "7")),
                     VERDICT_UNCHANGED);
    assert_int_equal(file->doubt, VERDICT_ACCEPTED);
    assert_int_equal(w->report.change_count, 2);
    world_take(w, 1000, old);
    world_take(w, 1600, old);
    assert_true(file->doubt == VERDICT_OLDER && w->report.held);
    assert_int_equal(world_take(w, 1700, MAYOR("210", "190") CLERK("5", "8")), VERDICT_ACCEPTED);
    assert_int_equal(file->doubt, VERDICT_ACCEPTED);
    world_take(w, 1800, old);
    assert_int_equal(file->doubt, VERDICT_ACCEPTED); /* it begins anew */
}

#define DATED(t, a, mark)                                                                          \
    "contest 7|Mayor|GA ; stated=1 updated=2021-01-06T" t "Z\n choice 1|Ann|Dem" mark              \
    "\n choice 2|Bob|Rep\n total " a " 90\n"

static void one_race_of_a_newer_document_that_is_older_keeps_figures_and_marks(void **state)
{
    struct world *w = *state;
    world_take(w, 0, OWN("00:59:00") DATED("00:59:00", "1100", " ; won") CLERK("5", "6"));
    struct feed_contest *c = world_contest(w, 0, "7");
    assert_int_equal(
        world_take(w, 60, OWN("01:01:00") DATED("00:58:00", "1090", "") CLERK("5", "7")),
        VERDICT_ACCEPTED);
    assert_int_equal(world_notes(w, VERDICT_OLDER), 1);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 1100);
    assert_int_equal(c->choices[0].mark, RESULTS_WON);
    assert_int_equal(c->doubt, VERDICT_ACCEPTED);
    assert_int_equal(world_votes(w, 0, "8", "", "Dee"), 7);
    assert_true(w->report.held && !w->report.keep); /* alone it would bring back the older copy */
    world_take(w, 120, OWN("01:02:00") DATED("00:58:00", "1090", "") CLERK("5", "8"));
    assert_int_equal(w->report.note_count, 0);
    assert_int_equal(c->doubt, VERDICT_ACCEPTED);
    world_take(w, 660, OWN("01:11:00") DATED("00:58:00", "1090", "") CLERK("5", "8"));
    assert_int_equal(c->doubt, VERDICT_OLDER); /* it stays so: in doubt */
    assert_int_equal(w->report.changes[0].what, FEED_DOUBT);
    assert_int_equal(c->choices[0].mark, RESULTS_WON);
    world_take(w, 700, OWN("01:12:00") DATED("01:11:00", "1200", " ; won") CLERK("5", "8"));
    assert_int_equal(c->doubt, VERDICT_ACCEPTED);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 1200);
    assert_true(w->report.keep);
    /* A time in the future orders nothing. */
    world_take(w, 760, OWN("01:13:00") DATED("05:00:00", "1210", " ; won") CLERK("5", "8"));
    world_take(w, 800, OWN("01:14:00") DATED("01:13:00", "1220", " ; won") CLERK("5", "8"));
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 1220);
    /* Our own copy of the last good payload is what is on air. */
    world_take_as(w, 0, 0, 900, DATED("01:00:00", "1190", ""), "", true);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 1190);
}

static void a_gone_contest_is_told_when_it_goes_and_when_it_is_back(void **state)
{
    struct world *w = *state;
    const struct feed_file *file = &w->m.feeds[0].files[0];
    world_take(w, 0, MAYOR("100", "90") CLERK("5", "6"));
    assert_int_equal(world_take(w, 60, MAYOR("101", "90")), VERDICT_ROSTER);
    assert_int_equal(w->report.change_count, 2);
    assert_int_equal(world_take(w, 90, MAYOR("102", "90")), VERDICT_ACCEPTED);
    assert_int_equal(w->report.change_count, 1);
    assert_ptr_equal(w->report.changes[0].contest, world_contest(w, 0, "7"));
    assert_int_equal(w->report.note_count, 0);
    assert_int_equal(file->verdict, VERDICT_ROSTER); /* shown as long as it is so */
    assert_true(world_contest(w, 0, "8")->gone);
    assert_int_equal(world_take(w, 120, MAYOR("102", "90") CLERK("5", "6") "\n"), VERDICT_ACCEPTED);
    assert_false(world_contest(w, 0, "8")->gone);
    assert_int_equal(world_notes(w, VERDICT_RESTORED), 1);
    assert_int_equal(w->report.change_count, 1); /* the figures are the same: its mark goes */
    assert_ptr_equal(w->report.changes[0].contest, world_contest(w, 0, "8"));
    assert_int_equal(w->report.changes[0].what, FEED_DOUBT | FEED_THERE);
    assert_int_equal(file->verdict, VERDICT_ACCEPTED);
}

static void a_deeper_fall_is_the_same_fall(void **state)
{
    struct world *w = *state;
    world_take(w, 0, MAYOR("1000", "900"));
    world_take(w, 60, MAYOR("800", "910"));
    const struct feed_hold *hold = &world_contest(w, 0, "7")->units[0].hold;
    struct digest first = hold->first;
    world_take(w, 300, MAYOR("300", "910"));
    assert_int_equal(hold->why, VERDICT_FALL_DESK);
    assert_int_equal(hold->since, w->start + 60000);
    assert_true(digest_eq(hold->first, first));
}

/* The second file's units once went beyond the room that the first one's had. */
static void one_file_has_the_total_and_another_the_counties(void **state)
{
    static const struct slice names[2] = {SLICE_INIT("state"), SLICE_INIT("counties")};
    struct world *w = *state;
    char text[20000];
    size_t n = (size_t)snprintf(text, sizeof(text),
                                "contest 7|Mayor|GA\n choice 1|Ann|Dem\n total 4000\n");
    feed_done(&w->m);
    w->sources[0].files = names;
    w->sources[0].file_count = 2;
    assert_true(feed_init(&w->m, &w->err));
    world_take_as(w, 0, 0, 0, text, "", false);
    for (int i = 0; i < 200; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, " county %d|County %d ; 20\n", i, i);
    world_take_as(w, 0, 1, 1, text, "", false); /* the first file goes first: nothing of it */
    world_take_as(w, 0, 0, 2, CLERK("5", "6"), "", false);
    world_take_as(w, 0, 1, 3, text, "2", false);
    assert_int_equal(world_contest(w, 0, "7")->unit_count, 201);
    assert_int_equal(world_votes(w, 0, "7", "County 199", "Ann"), 20);
}

#define HALLS(allowed, oak)                                                                        \
    "contest 7|Mayor|GA ; allowed=" allowed                                                        \
    "\n choice 1|Ann|Dem\n choice 2|Bob|Rep\n total 100 50\n"                                      \
    " county 1|Elm ; 150 10 ; ballots=100\n county 2|Oak ; " oak " ; ballots=100\n"

/* Units that say what they said are not judged again, unless they are judged by something else. */
static void what_stands_is_held_when_fewer_votes_are_allowed(void **state)
{
    struct world *w = *state;
    world_take(w, 0, HALLS("2", "30 30"));
    world_take(w, 60, HALLS("2", "30 31"));
    const struct feed_contest *c = world_contest(w, 0, "7");
    assert_int_equal(c->doubt, VERDICT_ACCEPTED);
    assert_int_equal(world_votes(w, 0, "7", "Oak", "Bob"), 31);
    world_take(w, 120, HALLS("1", "30 32"));
    assert_int_equal(c->doubt, VERDICT_OVERVOTE);
    assert_int_equal(c->units[1].hold.why, VERDICT_OVERVOTE);
    assert_int_equal(world_votes(w, 0, "7", "Oak", "Bob"), 32);
    world_take(w, 180, HALLS("2", "30 32"));
    assert_int_equal(c->doubt, VERDICT_ACCEPTED);
}

/* A worker may lie: other choices under the digest of those that were there. */
static void a_batch_that_says_it_is_as_before_and_is_not_costs_no_more_than_itself(void **state)
{
    struct world *w = *state;
    world_take(w, 0, CLERK("5", "6") MAYOR("100", "90"));
    const struct feed_contest *c = world_contest(w, 0, "7");
    arena_reset(w->arena);
    struct results batch = batch_of(w->arena, "contest 8|Clerk|GA\n choice 1|CY|\n choice 2|Dee|\n"
                                              " total 5 7\ncontest 7|Mayor|GA\n choice 9|Eve|\n"
                                              " choice 8|Fay|\n choice 7|Gus|\n total 1 2 3\n");
    ((struct results_contest *)batch.contests)[1].digest = c->settled;
    struct event event = {.type = EVENT_BATCH,
                          .batch = &batch,
                          .digest = {1, 2},
                          .received_ms = w->start + WHEN_MINUTE};
    w->report.arena = w->arena;
    assert_true(feed_take(&w->m, &event, event.received_ms, &w->report, &w->err));
    assert_int_equal(c->choice_count, 2);
    assert_int_equal(world_votes(w, 0, "7", "", "Ann"), 100);
    assert_int_equal(world_votes(w, 0, "8", "", "Dee"), 7);
}

#define T(f) cmocka_unit_test_setup_teardown(f, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_mistake_taken_back_in_the_same_bytes_by_a_newer_version),
        T(the_same_version_with_other_bytes_is_news),
        T(a_newer_own_time_is_newer_whatever_the_bytes),
        T(the_bytes_before_a_hold_release_it),
        T(what_was_never_on_air_here_is_taken_though_its_bytes_are_known),
        T(a_step_back_that_stays_is_in_doubt_though_nothing_is_new),
        T(one_race_of_a_newer_document_that_is_older_keeps_figures_and_marks),
        T(a_gone_contest_is_told_when_it_goes_and_when_it_is_back),
        T(a_deeper_fall_is_the_same_fall),
        T(one_file_has_the_total_and_another_the_counties),
        T(what_stands_is_held_when_fewer_votes_are_allowed),
        T(a_batch_that_says_it_is_as_before_and_is_not_costs_no_more_than_itself),
    };
    return cmocka_run_group_tests_name("core_feed_again", tests, NULL, NULL);
}
