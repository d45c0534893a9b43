/* SPDX-License-Identifier: ISC */
/* A restart decides nothing: whatever came of feeds, the clock and the desk, what is durable leads
 * to the same figures, verdicts, holds and calls, at once and in all that comes after. Random
 * nights; at random moments of each another core is made of what the first one made durable, and
 * both then see the same events. The seed is printed. */
#include "tests/unit/restart_story.h"
#include "tests/unit/sampled.h"

static void a_restart_decides_nothing(void **state)
{
    const char *one = getenv("SEED"), *many = getenv("NIGHTS");
    uint64_t nights = many ? strtoull(many, NULL, 10) : 100;

    (void)state;
    for (uint64_t seed = one ? strtoull(one, NULL, 10) : 1; seed <= nights || one;
         seed += many ? 1 : (uint64_t)every()) {
        struct story *s = story_open(seed);
        play(s);
        story_close(s);
        if (one)
            break;
    }
    assert_true(one || all_corrected > 0);
}

/* ---- found by people and by random nights ---- */

enum { AP, OFFICIAL = 2, VOTES };

static void event_at(struct story *s, struct event *ev, int minute)
{
    ev->received_ms = NIGHT_AT(minute);
    apply(s, s->a, ev, NIGHT_AT(minute), &s->n.out);
    keep(s, ev);
    if (s->b) {
        apply(s, s->b, ev, NIGHT_AT(minute), &s->of_b);
        compare(s, "later");
    }
}

static void source_says(struct story *s, int minute, uint32_t source, uint32_t file,
                        const char *text)
{
    struct results batch = batch_of(s->n.a, text);
    struct event ev = {.type = EVENT_BATCH,
                       .source = source,
                       .file = file,
                       .batch = &batch,
                       .digest = digest_of(slice_of(text))};

    event_at(s, &ev, minute);
}

static void says(struct story *s, int minute, uint32_t file, const char *text)
{
    source_says(s, minute, file ? 2 : VOTES, file, text);
}

/* Is it let? */
static bool desk(struct story *s, int minute, const char *verb, const char *target,
                 const char *argument)
{
    struct event ev = {.type = EVENT_DECISION,
                       .decision = {.verb = slice_of(verb),
                                    .target = slice_of(target),
                                    .argument = slice_of(argument),
                                    .reason = SLICE("the clerk said so"),
                                    .by = SLICE("maria")}};

    event_at(s, &ev, minute);
    return s->n.out.decision != NULL;
}

static void tick_at(struct story *s, int minute)
{
    struct event ev = {.type = EVENT_TICK};

    event_at(s, &ev, minute);
}

static void restart_at(struct story *s, int minute)
{
    restart(s, NIGHT_AT(minute));
    compare(s, "at once");
}

/* A restart after a crash that left no memos: the payloads are judged anew. */
static void crash_at(struct story *s, int minute)
{
    for (uint32_t i = 0; i < NIGHT_SOURCES; i++)
        for (uint32_t k = 0; k < FILES; k++)
            s->disk.files[i][k].memo.len = 0;
    for (uint32_t i = 0; i < CONTESTS; i++)
        s->disk.races[i].len = 0;
    restart(s, NIGHT_AT(minute));
}

/* The votes on air of the first choice of a race. */
static int64_t on_air(const struct core *c, const char *race)
{
    const struct model *m = core_model(c);
    const struct race *r = &m->races[decide_find_race(m, slice_of(race))];

    return r->choice_count ? r->choices[0].votes : VOTES_ABSENT;
}

#define SENATE_IS(a, b)                                                                            \
    "contest 1|State Senate District 1|GA ; seats=1\nchoice 1|Ann Archer|\nchoice 2|Bob Baker|\n"  \
    "total " a " " b "\n"
#define BOARD_IS(a, b)                                                                             \
    "contest 2|School Board District 2|GA ; seats=2\nchoice 1|Cat Cole|\nchoice 2|Dan Dorn|\n"     \
    "total " a " " b "\n"

static void an_accepted_figure_is_not_held_again_when_another_payload_is(void **state)
{
    struct story *s = story_open(0);

    (void)state;
    says(s, 1, 0, SENATE_IS("1000", "900") BOARD_IS("500", "400"));
    says(s, 2, 0, SENATE_IS("300", "900") BOARD_IS("500", "400"));
    assert_true(desk(s, 3, "source accept", "votes", ""));
    says(s, 4, 0, SENATE_IS("310", "900") BOARD_IS("100", "400"));
    assert_int_equal(on_air(s->a, "senate"), 310);
    restart_at(s, 5);
    assert_int_equal(on_air(s->b, "senate"), 310);
    assert_int_equal(on_air(s->b, "board"), 500);
    says(s, 6, 0, SENATE_IS("320", "900") BOARD_IS("100", "401"));
    assert_int_equal(on_air(s->b, "senate"), 320);
    story_close(s);
}

/* A rise between two payloads that are held for something else was lost. */
static void what_came_beside_a_hold_is_on_air_after_a_restart(void **state)
{
    struct story *s = story_open(0);

    (void)state;
    says(s, 1, 0, SENATE_IS("1000", "900") BOARD_IS("500", "400"));
    says(s, 2, 0, SENATE_IS("0", "0") BOARD_IS("5000", "400"));
    says(s, 3, 0, SENATE_IS("0", "0") BOARD_IS("3000", "400"));
    restart_at(s, 4);
    assert_int_equal(on_air(s->b, "board"), 5000);
    assert_int_equal(on_air(s->b, "senate"), 1000);
    story_close(s);
}

static void polls_that_are_moved_later_take_figures_back_until_they_close(void **state)
{
    struct story *s = story_open(0);

    (void)state;
    says(s, 1, 0, SENATE_IS("1000", "900") BOARD_IS("500", "400"));
    assert_true(desk(s, 2, "polls", "GA", "20:00"));
    assert_int_equal(on_air(s->a, "senate"), VOTES_UNKNOWN);
    restart_at(s, 3);
    says(s, 4, 0, SENATE_IS("1001", "900") BOARD_IS("500", "400"));
    assert_int_equal(on_air(s->a, "senate"), VOTES_UNKNOWN);
    restart_at(s, 5);
    tick_at(s, 59);
    assert_int_equal(on_air(s->a, "senate"), VOTES_UNKNOWN);
    tick_at(s, 60);
    assert_int_equal(on_air(s->a, "senate"), 1001);
    assert_int_equal(on_air(s->b, "senate"), 1001);
    story_close(s);
}

static void no_accept_lets_on_air_what_waits_for_polls(void **state)
{
    struct story *s = story_open(0);

    (void)state;
    says(s, 1, 0,
         "contest 1|State Senate District 1|GA ; seats=1 allowed=1\nchoice 1|Ann Archer|\n"
         "choice 2|Bob Baker|\ntotal 1000 900 ; ballots=300\n");
    assert_int_equal(on_air(s->a, "senate"), VOTES_UNKNOWN);
    assert_true(desk(s, 3, "polls", "GA", "20:00"));
    assert_true(desk(s, 4, "source accept", "votes", ""));
    assert_int_equal(on_air(s->a, "senate"), VOTES_UNKNOWN);
    tick_at(s, 60);
    assert_int_equal(on_air(s->a, "senate"), 1000);
    story_close(s);
}

/* They were there again only with the first tick. */
static void what_waited_for_polls_is_in_the_first_snapshot_after_a_restart(void **state)
{
    struct story *s = story_open(0);

    (void)state;
    says(s, -5, 0, SENATE_IS("1000", "900"));
    tick_at(s, 0);
    assert_int_equal(on_air(s->a, "senate"), 1000);
    restart_at(s, 10);
    assert_int_equal(on_air(s->b, "senate"), 1000);
    story_close(s);
}

/* One file of two had nothing to accept but choices in a payload that was gone, and refused; the
 * other's figures were on air by then, and on no disk. */
static void an_accept_that_is_refused_changes_nothing(void **state)
{
    static const char *const other =
        "contest 3|Sheriff|GA|Cobb ; seats=1\nchoice 1|Eve Eden|\nchoice 2|Gus Zed|\ntotal 7 5\n";
    static const char *const others[] = {
        "contest 3|Sheriff|GA|Cobb ; seats=1\nchoice 1|Eve Eden|\nchoice 2|Hal Qux|\ntotal 8 5\n",
        "contest 9|Dog Catcher|WY\nchoice 1|Zed Zulu|\ntotal 0\n"};
    struct story *s = story_open(0);

    (void)state;
    says(s, 1, 1, other);
    says(s, 2, 1, others[0]);
    says(s, 3, 1, others[1]);
    assert_false(desk(s, 4, "source accept", "state", "3"));
    assert_int_equal(s->n.out.err.kind, ERR_AGAIN);
    assert_int_equal(s->n.out.ruling_count, 0);
    restart_at(s, 5);
    story_close(s);
}

/* A county was held already; that the total is held now was no news, and the race kept it. */
static void a_total_that_is_held_behind_its_county_gives_the_race_to_another(void **state)
{
    struct story *s = story_open(0);
    struct results batch = batch_of(s->n.a, SENATE_IS("990", "900"));
    struct event other = {.type = EVENT_BATCH, .batch = &batch, .digest = {1, 1}};

    (void)state;
    says(s, 1, 0, SENATE_IS("1000", "900") "county 1|Cobb ; 600 500\ncounty 2|Bibb ; 400 400\n");
    event_at(s, &other, 2);
    says(s, 3, 0, SENATE_IS("1000", "900") "county 1|Cobb ; 100 500\ncounty 2|Bibb ; 400 400\n");
    assert_int_equal(on_air(s->a, "senate"), 1000);
    says(s, 4, 0, SENATE_IS("500", "900") "county 1|Cobb ; 100 500\ncounty 2|Bibb ; 400 400\n");
    assert_int_equal(on_air(s->a, "senate"), 990);
    story_close(s);
}

/* The minute between the first and the second sight of it began again. */
static void a_retraction_half_seen_is_not_seen_anew_after_a_restart(void **state)
{
    static const char *const marks[] = {" ; won", ""};
    struct story *s = story_open(0);

    (void)state;
    for (int i = 0; i < 3; i++) {
        const char *mark = marks[i > 0];
        const char *text = arena_printf(s->n.a,
                                        "contest 1|State Senate District 1|GA ; stated\n"
                                        "choice 1|Ann Archer|%s\nchoice 2|Bob Baker|\n"
                                        "total 9 7\n",
                                        mark)
                               .ptr;
        struct results batch = batch_of(s->n.a, text);
        struct event ev = {.type = i < 2 ? EVENT_BATCH : EVENT_UNCHANGED,
                           .batch = &batch,
                           .digest = digest_of(slice_of(text))};
        if (i == 2)
            restart_at(s, 4);
        event_at(s, &ev, 2 + i);
        assert_int_equal(core_model(s->a)->standings[0].outcome,
                         i < 2 ? OUTCOME_WON : OUTCOME_PENDING);
    }
    story_close(s);
}

/* What our own payload shows begins no minute anew: not even where its memo is lost, and it is
 * judged once more. */
static void an_opponent_half_seen_is_not_seen_anew_after_a_restart(void **state)
{
    static const char *const flags[] = {" ; uncontested", ""};

    (void)state;
    for (int lost = 0; lost < 2; lost++) {
        struct story *s = story_open(0);
        for (int i = 0; i < 3; i++) {
            const char *flag = flags[i > 0];
            const char *text = arena_printf(s->n.a,
                                            "contest 3|Sheriff|GA|Cobb%s\nchoice 1|Eve Eden|\n"
                                            "total 9\n",
                                            flag)
                                   .ptr;
            struct results batch = batch_of(s->n.a, text);
            struct event ev = {.type = i < 2 ? EVENT_BATCH : EVENT_UNCHANGED,
                               .batch = &batch,
                               .digest = digest_of(slice_of(text))};
            if (lost)
                s->disk.files[0][0].memo = SLICE("");
            if (i == 2)
                restart(s, NIGHT_AT(3) + 50 * WHEN_SECOND);
            event_at(s, &ev, 2 + i);
            assert_int_equal(core_model(s->a)->standings[3].outcome,
                             i < 2 ? OUTCOME_WON : OUTCOME_PENDING);
        }
        story_close(s);
    }
}

/* The half hour after which an older copy of a contest is in doubt began again. */
static void a_contest_of_which_an_older_copy_came_is_as_old_after_a_restart(void **state)
{
    static const char *const copies[] = {"updated=2026-11-03T19:00:00Z",
                                         "updated=2026-11-03T18:00:00Z"};
    struct story *s = story_open(0);

    (void)state;
    for (int i = 0; i < 5; i++) {
        const char *of = copies[i > 0];
        says(s, 1 + 4 * i, 0,
             arena_printf(s->n.a,
                          "contest 1|State Senate District 1|GA ; seats=1 %s\nchoice 1|Ann "
                          "Archer|\nchoice 2|Bob Baker|\ntotal %d 900\n",
                          of, i ? 900 + i : 1000)
                 .ptr);
        if (i == 1)
            restart_at(s, 6);
    }
    assert_int_equal(on_air(s->b, "senate"), 1000);
    assert_true(core_model(s->b)->races[decide_find_race(core_model(s->b), SLICE("senate"))].flags &
                RACE_IN_DOUBT);
    story_close(s);
}

/* Races are restored one after the other, and were corrected in another order. */
static void corrections_are_in_the_order_of_time_after_a_restart(void **state)
{
    struct story *s = story_open(0);

    (void)state;
    says(s, 1, 0, SENATE_IS("1000", "900") BOARD_IS("500", "400"));
    says(s, 2, 0, SENATE_IS("1000", "900") BOARD_IS("100", "400"));
    assert_true(desk(s, 3, "source accept", "votes", ""));
    says(s, 4, 0, SENATE_IS("300", "900") BOARD_IS("100", "400"));
    assert_true(desk(s, 5, "source accept", "votes", ""));
    restart_at(s, 6);
    const struct model *m = core_model(s->b);
    assert_int_equal(m->correction_count, 2);
    assert_true(m->corrections[0].at_ms < m->corrections[1].at_ms);
    story_close(s);
}

/* Whoever it may be matched with later: it was corrected. */
static void a_contest_of_nobody_is_as_corrected_after_a_restart(void **state)
{
    static const char *const votes[] = {"1000 900", "300 900", "301 900"};
    struct story *s = story_open(0);

    (void)state;
    for (int i = 0; i < 3; i++) {
        says(s, 1 + 2 * i, 0,
             arena_printf(s->n.a,
                          "contest 9|Dog Catcher|WY\nchoice 1|Zed Zulu|\nchoice 2|Yak Yule|\n"
                          "total %s\n",
                          votes[i])
                 .ptr);
        if (i == 1)
            assert_true(desk(s, 4, "source accept", "votes", "9"));
    }
    restart_at(s, 6);
    story_close(s);
}

/* Of whom the new list has not, nothing is told that was corrected or half taken back. */
static void what_a_race_remembers_of_one_who_left_the_list_is_dropped(void **state)
{
    static const char *const steps[] = {
        "contest 2|School Board District 2|GA ; stated seats=2\nchoice 1|Cat Cole| ; won\n"
        "choice 2|Dan Dorn| ; won\ntotal 500 400\n",
        "contest 2|School Board District 2|GA ; stated seats=2\nchoice 1|Cat Cole| ; won\n"
        "choice 2|Dan Dorn|\ntotal 100 90\n"};
    struct story *s = story_open(0);

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct results batch = batch_of(s->n.a, steps[i]);
        struct event ev = {
            .type = EVENT_BATCH, .batch = &batch, .digest = digest_of(slice_of(steps[i]))};
        event_at(s, &ev, 1 + i);
    }
    assert_true(desk(s, 3, "source accept", "ap", ""));
    const struct model *a = core_model(s->a);
    assert_int_equal(a->correction_count, 2);
    assert_int_equal(a->fading_count, 1);
    s->n.list.list[2].id = SLICE("dora");
    restart(s, NIGHT_AT(4));
    const struct model *b = core_model(s->b);
    assert_int_equal(b->correction_count, 1);
    assert_true(slice_is(b->corrections[0].choice, "Cat Cole"));
    assert_int_equal(b->fading_count, 0);
    story_close(s);
}

/* Where a mark had stood that was gone by then nobody knew: that another has it now was a call. */
static void a_mark_that_was_gone_has_moved_after_a_restart_too(void **state)
{
    static const char *const marks[][2] = {{"won", ""}, {"", ""}, {"", "won"}};
    struct story *s = story_open(0);

    (void)state;
    for (int i = 0; i < 3; i++) {
        source_says(s, 1 + 2 * i, OFFICIAL, 0,
                    arena_printf(s->n.a,
                                 "facts status=3\ncontest 1|State Senate District 1|GA ; stated "
                                 "seats=1\nchoice 1|Ann Archer|\nchoice 2|Bob Baker| ; %s\n"
                                 "choice 3|Cy Cox| ; %s\ntotal 9 8 7\n",
                                 marks[i][0], marks[i][1])
                        .ptr);
        if (i == 1)
            restart_at(s, 4);
    }
    assert_true(core_model(s->a)->feeds[OFFICIAL].advisory);
    assert_true(core_model(s->b)->feeds[OFFICIAL].advisory);
    story_close(s);
}

/* ---- a crash that left no memos ---- */

#define DOGS "contest 9|Dog Catcher|WY\nchoice 1|Zed Zulu|\ntotal 0\n"

/* Found by a random night: a payload of before polls closed was looked at for calls before the next
 * one was read, in which that race was gone; so a restart told of a call that nobody had made. */
static void a_call_that_a_newer_payload_lacks_is_not_made_by_a_restart(void **state)
{
    struct story *s = story_open(1);
    (void)state;

    source_says(s, -5, AP, 0,
                "contest 3|Sheriff|GA|Cobb ; stated seats=1\nchoice 1|Eve Eden ; won\n"
                "choice 2|Fay Frost\ntotal 0 0\n" DOGS);
    source_says(s, -4, AP, 0, DOGS);
    tick_at(s, 1);
    assert_int_equal(core_model(s->a)->claim_count, 0);
    crash_at(s, 10);
    assert_int_equal(core_model(s->b)->claim_count, 0);
    story_close(s);
}

/* It was refused as an older copy of itself, and the figures of before it were on air, as fresh as
 * if the site had just served them. */
static void a_payload_of_which_something_is_held_is_no_older_copy_of_itself(void **state)
{
    struct story *s = story_open(1);
    (void)state;

    says(s, 1, 0, SENATE_IS("9000", "8000") BOARD_IS("100", "90"));
    says(s, 2, 0, SENATE_IS("1000", "8001") BOARD_IS("200", "90"));
    crash_at(s, 8);
    const struct feed_file *f = &core_model(s->b)->feeds[VOTES].files[0];
    assert_int_equal(on_air(s->b, "board"), 200);
    assert_int_equal(on_air(s->b, "senate"), 9000);
    assert_int_equal(f->last_success_ms, NIGHT_AT(2));
    assert_true(f->unasked);
    assert_int_equal(core_model(s->b)->last_change_ms, NIGHT_AT(2)); /* the sentence's as-of */
    story_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_accepted_figure_is_not_held_again_when_another_payload_is),
        cmocka_unit_test(what_came_beside_a_hold_is_on_air_after_a_restart),
        cmocka_unit_test(polls_that_are_moved_later_take_figures_back_until_they_close),
        cmocka_unit_test(no_accept_lets_on_air_what_waits_for_polls),
        cmocka_unit_test(what_waited_for_polls_is_in_the_first_snapshot_after_a_restart),
        cmocka_unit_test(an_accept_that_is_refused_changes_nothing),
        cmocka_unit_test(a_total_that_is_held_behind_its_county_gives_the_race_to_another),
        cmocka_unit_test(a_retraction_half_seen_is_not_seen_anew_after_a_restart),
        cmocka_unit_test(an_opponent_half_seen_is_not_seen_anew_after_a_restart),
        cmocka_unit_test(a_contest_of_which_an_older_copy_came_is_as_old_after_a_restart),
        cmocka_unit_test(corrections_are_in_the_order_of_time_after_a_restart),
        cmocka_unit_test(a_contest_of_nobody_is_as_corrected_after_a_restart),
        cmocka_unit_test(what_a_race_remembers_of_one_who_left_the_list_is_dropped),
        cmocka_unit_test(a_mark_that_was_gone_has_moved_after_a_restart_too),
        cmocka_unit_test(a_call_that_a_newer_payload_lacks_is_not_made_by_a_restart),
        cmocka_unit_test(a_payload_of_which_something_is_held_is_no_older_copy_of_itself),
        cmocka_unit_test(a_restart_decides_nothing),
    };

    return cmocka_run_group_tests_name("core_restart", tests, NULL, NULL);
}
