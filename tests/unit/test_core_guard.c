/* SPDX-License-Identifier: ISC */
/* Each guard at its edges: what is just allowed, and what is just not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/base/when.h"
#include "daemon/core/guard.h"

static const struct settings_guards *const g = &settings_guards_default;

#define FIGURES(n, ...)                                                                            \
    (struct guard_figures)                                                                         \
    {                                                                                              \
        .was = ((const int64_t[2][n])__VA_ARGS__)[0], .is = ((const int64_t[2][n])__VA_ARGS__)[1], \
        .count = n                                                                                 \
    }

static enum verdict fall(int64_t was, int64_t is)
{
    return guard_fall(g, FIGURES(2, {{was, 1000}, {is, 1000}})).verdict;
}

static void a_fall_is_judged_by_its_share(void **state)
{
    (void)state;
    assert_int_equal(fall(100, 100), VERDICT_ACCEPTED);
    assert_int_equal(fall(100, 101), VERDICT_ACCEPTED);
    assert_int_equal(fall(100, 50), VERDICT_FALL_FLAG); /* 50 votes */
    assert_int_equal(fall(100, 49), VERDICT_FALL_DESK);
    assert_int_equal(fall(1000000, 999000), VERDICT_FALL_FLAG); /* 0.1 % */
    assert_int_equal(fall(1000000, 998999), VERDICT_FALL_HOLD);
    assert_int_equal(fall(1000, 750), VERDICT_FALL_HOLD); /* 25 % */
    assert_int_equal(fall(1000, 749), VERDICT_FALL_DESK);
    assert_int_equal(fall(1000, 0), VERDICT_FALL_DESK);
    assert_int_equal(fall(1000, VOTES_UNKNOWN), VERDICT_FALL_DESK);
    assert_int_equal(fall(VOTES_UNKNOWN, 0), VERDICT_ACCEPTED);
    assert_int_equal(fall(0, VOTES_UNKNOWN), VERDICT_ACCEPTED);
    assert_int_equal(fall(INT64_MAX, INT64_MAX / 2), VERDICT_FALL_DESK);
}

static void to_zero_is_for_the_desk_whatever_is_confirmed(void **state)
{
    (void)state;
    struct settings_guards all = *g;
    all.fall_hold_bp = 10000;
    assert_int_equal(guard_fall(&all, FIGURES(2, {{1000, 9}, {1, 9}})).verdict, VERDICT_FALL_HOLD);
    assert_int_equal(guard_fall(&all, FIGURES(2, {{1000, 9}, {0, 9}})).verdict, VERDICT_FALL_DESK);
}

static void the_worst_choice_decides(void **state)
{
    (void)state;
    struct guard_fall f =
        guard_fall(g, FIGURES(4, {{100000, 1000, 1000, 10}, {99950, 900, 800, 0}}));
    assert_int_equal(f.verdict, VERDICT_FALL_HOLD);
    assert_int_equal(f.choice, 2);
    assert_int_equal(f.was, 1000);
    assert_int_equal(f.is, 800);
    /* by its share, not by its votes: 20 % of 1,000 is worse than 10 % of 100,000 */
    f = guard_fall(g, FIGURES(3, {{100000, 1000, 100000}, {90000, 800, 90000}}));
    assert_int_equal(f.verdict, VERDICT_FALL_HOLD);
    assert_int_equal(f.choice, 1);
}

static void a_figure_that_is_no_longer_stated_is_never_small(void **state)
{
    (void)state;
    assert_int_equal(fall(50, 0), VERDICT_FALL_FLAG);
    assert_int_equal(fall(50, VOTES_UNKNOWN), VERDICT_FALL_DESK);
    assert_int_equal(fall(1, VOTES_UNKNOWN), VERDICT_FALL_DESK);
}

static void a_whole_unit_at_zero_is_never_small(void **state)
{
    (void)state;
    assert_int_equal(guard_fall(g, FIGURES(2, {{30, 4}, {0, 0}})).verdict, VERDICT_FALL_DESK);
    assert_int_equal(guard_fall(g, FIGURES(2, {{30, 4}, {30, 0}})).verdict, VERDICT_FALL_FLAG);
    assert_int_equal(guard_fall(g, FIGURES(2, {{0, 0}, {0, 0}})).verdict, VERDICT_ACCEPTED);
}

static void a_held_fall_ends_by_return_or_time(void **state)
{
    (void)state;
    const struct digest first = {1, 1}, other = {2, 2};
    const int64_t later = g->confirm_ms;
    struct feed_hold h = {.why = VERDICT_FALL_HOLD, .since = 0, .first = first};
    struct guard_fall low = {.verdict = VERDICT_FALL_HOLD};
    struct guard_fall deep = {.verdict = VERDICT_FALL_DESK};
    struct guard_fall none = {.verdict = VERDICT_ACCEPTED};

    assert_int_equal(guard_fall_held(g, &h, none, other, 1), VERDICT_RESTORED);
    assert_int_equal(guard_fall_held(g, &h, low, other, later - 1), VERDICT_FALL_HOLD);
    assert_int_equal(guard_fall_held(g, &h, low, other, later), VERDICT_CORRECTED);
    assert_int_equal(guard_fall_held(g, &h, low, first, later), VERDICT_FALL_HOLD);
    assert_int_equal(guard_fall_held(g, &h, deep, other, later), VERDICT_FALL_DESK);
    h.deep = true; /* time ends no deep fall, and climbing back in steps neither */
    assert_int_equal(guard_fall_held(g, &h, deep, other, 100 * later), VERDICT_FALL_DESK);
    assert_int_equal(guard_fall_held(g, &h, low, other, 100 * later), VERDICT_FALL_DESK);
    assert_int_equal(guard_fall_held(g, &h, none, other, 1), VERDICT_RESTORED);
}

static void doubling_needs_every_choice(void **state)
{
    (void)state;
    assert_int_equal(guard_doubled(g, FIGURES(2, {{400, 100}, {800, 200}}), 3, 3), GUARD_TWICE);
    assert_int_equal(guard_doubled(g, FIGURES(2, {{400, 100}, {800, 200}}), -1, 3), GUARD_TWICE);
    assert_int_equal(guard_doubled(g, FIGURES(2, {{400, 100}, {800, 200}}), 3, 4), GUARD_PLAIN);
    assert_int_equal(guard_doubled(g, FIGURES(2, {{400, 99}, {800, 198}}), 3, 3), GUARD_SMALL);
    assert_int_equal(guard_doubled(g, FIGURES(3, {{400, 200, 0}, {780, 410, 0}}), 3, 3),
                     GUARD_TWICE);
    assert_int_equal(guard_doubled(g, FIGURES(2, {{400, 200}, {779, 400}}), 3, 3), GUARD_PLAIN);
    assert_int_equal(guard_doubled(g, FIGURES(2, {{400, 200}, {800, 411}}), 3, 3), GUARD_PLAIN);
    /* Dodge County, Georgia, 6 January 2021, 02:27Z: a second report, not a second load. */
    assert_int_equal(guard_doubled(g, FIGURES(2, {{664, 130}, {1311, 229}}), 0, 0), GUARD_PLAIN);
}

static void swapped_columns_are_told_from_falls(void **state)
{
    (void)state;
    uint32_t a = 9, b = 9;
    assert_true(guard_swapped(FIGURES(3, {{50, 5000, 1000}, {50, 1010, 5020}}), false, &a, &b));
    assert_int_equal(a, 1);
    assert_int_equal(b, 2);
    assert_false(guard_swapped(FIGURES(2, {{5000, 1000}, {1010, 1000}}), false, &a, &b));
    assert_false(guard_swapped(FIGURES(2, {{5000, 1000}, {1010, 6000}}), false, &a, &b));
    assert_false(guard_swapped(FIGURES(2, {{5000, 0}, {0, 5000}}), false, &a, &b));
}

static void doubling_is_judged_whatever_the_size(void **state)
{
    (void)state;
    const int64_t most = INT64_MAX;
    struct settings_guards none = *g;
    /* The sum of what was is more than a number holds. */
    assert_int_equal(guard_doubled(g, FIGURES(2, {{most, most}, {most, most}}), 3, 3), GUARD_PLAIN);
    /* Votes for one who had none, and figures not stated. */
    assert_int_equal(guard_doubled(g, FIGURES(2, {{800, 0}, {1600, 1}}), 3, 3), GUARD_PLAIN);
    assert_int_equal(guard_doubled(g, FIGURES(2, {{800, 0}, {1600, -1}}), 3, 3), GUARD_TWICE);
    assert_int_equal(guard_doubled(g, FIGURES(2, {{800, -1}, {1600, 9}}), 3, -1), GUARD_TWICE);
    assert_int_equal(guard_doubled(g, FIGURES(1, {{800}, {-1}}), 3, 3), GUARD_PLAIN);
    none.double_min_votes = 0;
    assert_int_equal(guard_doubled(&none, FIGURES(1, {{0}, {0}}), 3, 3), GUARD_SMALL);
    assert_int_equal(guard_doubled(&none, FIGURES(1, {{1}, {2}}), 3, 3), GUARD_TWICE);
}

static void small_swaps_must_be_exact(void **state)
{
    (void)state;
    uint32_t a, b;
    assert_true(guard_swapped(FIGURES(2, {{120, 100}, {100, 120}}), true, &a, &b));
    assert_false(guard_swapped(FIGURES(2, {{120, 100}, {101, 120}}), true, &a, &b));
    assert_false(guard_swapped(FIGURES(2, {{120, 100}, {100, 121}}), true, &a, &b));
    assert_true(guard_swapped(FIGURES(2, {{120, 100}, {101, 121}}), false, &a, &b));
}

static void a_held_swap_ends_by_return_or_time(void **state)
{
    (void)state;
    const struct digest first = {1, 1}, other = {2, 2};
    const int64_t later = g->confirm_ms;
    int64_t waits[2] = {1010, 5020};
    struct feed_hold h = {.why = VERDICT_SWAPPED, .first = first, .votes = waits};
#define SWAP(a, b, digest, now)                                                                    \
    guard_swap_held(g, &h, FIGURES(2, {{5000, 1000}, {a, b}}), digest, now)

    assert_int_equal(SWAP(5001, 1001, other, later), VERDICT_RESTORED);
    assert_int_equal(SWAP(4990, 1001, other, later), VERDICT_RESTORED); /* but for a few votes */
    assert_int_equal(SWAP(1010, 5020, other, later - 1), VERDICT_SWAPPED);
    assert_int_equal(SWAP(1010, 5020, first, later), VERDICT_SWAPPED);
    assert_int_equal(SWAP(1010, 5020, other, later), VERDICT_CORRECTED);
    /* It went on growing; below what waits it is another fall. */
    assert_int_equal(SWAP(1500, 7000, other, later - 1), VERDICT_SWAPPED);
    assert_int_equal(SWAP(1500, 7000, other, later), VERDICT_CORRECTED);
    assert_int_equal(SWAP(4000, 900, other, later), VERDICT_FALL_HOLD);
    assert_int_equal(SWAP(10, 5020, other, later), VERDICT_FALL_DESK);
}

/* What is 0 or not stated compares with nothing. */
static void figures_not_stated_prove_no_overvote(void **state)
{
    (void)state;
    static const struct guard_ballots rows[] = {
        {.votes = 200, .registered = 100, .ballots = 0, .allowed = 1},
        {.votes = 200, .registered = 100, .ballots = -1, .allowed = 1},
        {.votes = 200, .registered = 0, .ballots = 106, .allowed = -1},
        {.votes = 200, .registered = -1, .ballots = 106, .allowed = -1},
        {.votes = 200, .registered = 100, .ballots = 105, .allowed = 0},
        {.votes = 200, .registered = 100, .ballots = 105, .allowed = -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(guard_overvote(g, rows[i]), VERDICT_ACCEPTED);
}

/* Registration on the day explains more voters than the roll has, and no votes beyond the ballots:
 * 153,710 for 15,371 was typed in Michigan, which registers on the day. */
static void registration_on_the_day_excuses_voters_not_votes(void **state)
{
    (void)state;
    struct guard_ballots b = {.votes = 200, .registered = 90, .ballots = 100, .allowed = 2};
    assert_int_equal(guard_overvote(g, b), VERDICT_OVERVOTE);
    b.registers_on_day = true;
    assert_int_equal(guard_overvote(g, b), VERDICT_OVERVOTE_FLAG);
    b.votes = 201;
    assert_int_equal(guard_overvote(g, b), VERDICT_OVERVOTE);
    b.registered = 300;
    assert_int_equal(guard_overvote(g, b), VERDICT_OVERVOTE);
    b.votes = 200;
    assert_int_equal(guard_overvote(g, b), VERDICT_ACCEPTED);
}

static void more_votes_than_ballots_are_held(void **state)
{
    (void)state;
    struct guard_ballots b = {.votes = 200, .registered = 100, .ballots = 100, .allowed = 2};
    assert_int_equal(guard_overvote(g, b), VERDICT_ACCEPTED);
    b.votes = 201;
    assert_int_equal(guard_overvote(g, b), VERDICT_OVERVOTE);
    b.allowed = -1;
    assert_int_equal(guard_overvote(g, b), VERDICT_ACCEPTED);
    b.ballots = 105;
    assert_int_equal(guard_overvote(g, b), VERDICT_ACCEPTED);
    b.ballots = 106;
    assert_int_equal(guard_overvote(g, b), VERDICT_OVERVOTE);
    b.registers_on_day = true;
    assert_int_equal(guard_overvote(g, b), VERDICT_OVERVOTE_FLAG);
    b.registered = 0;
    assert_int_equal(guard_overvote(g, b), VERDICT_ACCEPTED);
    b.ballots = -1;
    assert_int_equal(guard_overvote(g, b), VERDICT_ACCEPTED);
}

#define CHOICE(i, n, p)                                                                            \
    {                                                                                              \
        .id = SLICE_INIT(i), .name = SLICE_INIT(n), .party = SLICE_INIT(p)                         \
    }

static struct guard_roster roster(const struct feed_choice *old, const struct feed_choice *now,
                                  uint32_t count, uint32_t *map)
{
    int64_t votes[3] = {10, 20, 0};
    struct feed_unit unit = {.votes = votes};
    struct feed_contest c = {.choices = (struct feed_choice *)(uintptr_t)old,
                             .choice_count = 3,
                             .units = &unit,
                             .unit_count = 1};
    struct arena *a = arena_new(1 << 16);
    struct guard_roster out = guard_roster(&c, now, count, map, a);

    arena_free(a);
    return out;
}

static void a_roster_is_id_and_name_and_party(void **state)
{
    (void)state;
    static const struct feed_choice old[3] = {
        CHOICE("1", "Ann Wu", "Dem"), CHOICE("2", "Bob Li", "Rep"), CHOICE("3", "Cy Oh", "")};
    uint32_t map[4];
    const struct feed_choice turned[3] = {old[1], old[2], old[0]};
    assert_int_equal(roster(old, turned, 3, map).verdict, VERDICT_ACCEPTED);
    assert_int_equal(map[0], 1);
    assert_int_equal(map[1], 2);
    assert_int_equal(map[2], 0);

    const struct feed_choice nameless[3] = {CHOICE("2", "", ""), CHOICE("1", "", ""),
                                            CHOICE("3", "CY  OH", "")};
    assert_int_equal(roster(old, nameless, 3, map).verdict, VERDICT_ACCEPTED);
    assert_int_equal(map[0], 1);

    const struct feed_choice swapped[3] = {CHOICE("1", "Bob Li", "Rep"),
                                           CHOICE("2", "Ann Wu", "Dem"), old[2]};
    assert_int_equal(roster(old, swapped, 3, map).verdict, VERDICT_SWAPPED);

    const struct feed_choice other[3] = {CHOICE("1", "Dee Xu", "Dem"), old[1], old[2]};
    assert_int_equal(roster(old, other, 3, map).verdict, VERDICT_ROSTER_CHANGED);

    const struct feed_choice party[3] = {CHOICE("1", "Ann Wu", "Grn"), old[1], old[2]};
    assert_int_equal(roster(old, party, 3, map).verdict, VERDICT_ROSTER_CHANGED);

    const struct feed_choice shifted[2] = {CHOICE("1", "Bob Li", "Rep"), CHOICE("2", "Cy Oh", "")};
    assert_int_not_equal(roster(old, shifted, 2, map).verdict, VERDICT_ACCEPTED);

    const struct feed_choice more[4] = {old[0], old[1], old[2], CHOICE("4", "Write-in", "")};
    struct guard_roster r = roster(old, more, 4, map);
    assert_int_equal(r.verdict, VERDICT_ACCEPTED);
    assert_int_equal(r.fresh, 1);
    assert_int_equal(map[3], NONE);

    /* One without votes may go; one with votes may not. */
    assert_int_equal(roster(old, old, 2, map).verdict, VERDICT_ACCEPTED);
    assert_int_equal(roster(old, old, 1, map).verdict, VERDICT_ROSTER_CHANGED);
}

static void what_one_side_does_not_say_does_not_differ(void **state)
{
    (void)state;
    static const struct feed_choice named[3] = {CHOICE("", "Ann Wu", "Dem"), CHOICE("", "Bob", ""),
                                                CHOICE("", "Cy Oh", "")};
    static const struct feed_choice bare[3] = {CHOICE("1", "", ""), CHOICE("2", "", ""),
                                               CHOICE("3", "", "")};
    uint32_t map[3];
    /* Ids that come later, or go, with the names the same. */
    const struct feed_choice with[3] = {CHOICE("9", "ann wu", "Dem"), CHOICE("8", "Bob", ""),
                                        CHOICE("", "Cy Oh", "Ind")};
    assert_int_equal(roster(named, with, 3, map).verdict, VERDICT_ACCEPTED);
    assert_int_equal(map[0], 0);
    assert_int_equal(roster(bare,
                            (const struct feed_choice[3]){CHOICE("1", "", ""), CHOICE("", "", ""),
                                                          CHOICE("3", "", "")},
                            3, map)
                         .fresh,
                     1);
    const struct feed_choice silent[3] = {CHOICE("", "", "Dem"), CHOICE("", "", ""),
                                          CHOICE("", "", "")};
    assert_int_equal(roster(named, silent, 3, map).fresh, 3);
    /* Neither id nor name in common: nothing says who is who. */
    struct guard_roster r = roster(bare, named, 3, map);
    assert_int_equal(map[0], NONE);
    assert_int_equal(r.verdict, VERDICT_ROSTER_CHANGED); /* those with votes are not there */
    assert_int_equal(r.fresh, 3);
    assert_int_equal(roster(named, bare, 3, map).verdict, VERDICT_ROSTER_CHANGED);
}

static void a_name_with_another_id_is_another_roster(void **state)
{
    (void)state;
    static const struct feed_choice old[3] = {CHOICE("1", "Ann Wu", "Dem"),
                                              CHOICE("2", "Bob Li", "Rep"), CHOICE("3", "", "")};
    uint32_t map[3];
    const struct feed_choice renamed[3] = {CHOICE("7", "Ann Wu", "Dem"), old[1], old[2]};
    struct guard_roster r = roster(old, renamed, 3, map);
    assert_int_equal(r.verdict, VERDICT_ROSTER_CHANGED);
    assert_true(slice_is(r.id, "Ann Wu") && slice_is(r.was, "1") && slice_is(r.is, "7"));
    /* Changed, then swapped: the gravest stays, told of the first. */
    const struct feed_choice both[3] = {CHOICE("7", "Ann Wu", "Dem"), CHOICE("1", "Bob Li", "Rep"),
                                        CHOICE("8", "Eve", "")};
    r = roster(old, both, 3, map);
    assert_int_equal(r.verdict, VERDICT_ROSTER_CHANGED);
    assert_true(slice_is(r.id, "Ann Wu"));
    assert_int_equal(r.fresh, 3);
}

static void a_roster_is_the_same_in_any_order(void **state)
{
    (void)state;
    static const struct feed_choice a[3] = {CHOICE("1", "Ann", "Dem"), CHOICE("2", "Bob", "Rep"),
                                            CHOICE("2", "Bob", "Rep")};
    static const struct feed_choice b[3] = {CHOICE("2", "Bob", "Rep"), CHOICE("1", "Ann", "Dem"),
                                            CHOICE("2", "Bob", "Ind")};
    struct arena *room = arena_new(1 << 16);
    struct digest d = guard_roster_digest(a, 2, room);
    assert_true(digest_eq(d, guard_roster_digest(b, 2, room)));
    assert_false(digest_eq(d, guard_roster_digest(a, 3, room)));
    assert_false(digest_eq(guard_roster_digest(a, 3, room), guard_roster_digest(b, 3, room)));
    arena_free(room);
}

/* A feed may state a choice's votes by unit only. */
static void a_choice_with_votes_anywhere_may_not_vanish(void **state)
{
    (void)state;
    struct feed_choice old[2] = {CHOICE("1", "Ann Wu", ""), CHOICE("2", "Bob Li", "")};
    int64_t total[2] = {10, VOTES_UNKNOWN}, first[2] = {10, 0}, second[2] = {0, 5};
    struct feed_unit units[3] = {{.votes = total}, {.votes = first}, {.votes = second}};
    struct feed_contest c = {.choices = old, .choice_count = 2, .units = units, .unit_count = 3};
    struct arena *a = arena_new(1 << 16);
    uint32_t map[2];

    struct guard_roster r = guard_roster(&c, old, 1, map, a);
    assert_int_equal(r.verdict, VERDICT_ROSTER_CHANGED);
    assert_true(slice_is(r.was, "Bob Li"));
    second[1] = 0;
    assert_int_equal(guard_roster(&c, old, 1, map, a).verdict, VERDICT_ACCEPTED);
    arena_refuse_after(a, 0); /* nothing can be told apart: the contest stays as it is */
    assert_int_equal(guard_roster(&c, old, 2, map, a).verdict, VERDICT_ROSTER_CHANGED);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fall_is_judged_by_its_share),
        cmocka_unit_test(to_zero_is_for_the_desk_whatever_is_confirmed),
        cmocka_unit_test(the_worst_choice_decides),
        cmocka_unit_test(a_whole_unit_at_zero_is_never_small),
        cmocka_unit_test(a_held_fall_ends_by_return_or_time),
        cmocka_unit_test(doubling_needs_every_choice),
        cmocka_unit_test(swapped_columns_are_told_from_falls),
        cmocka_unit_test(doubling_is_judged_whatever_the_size),
        cmocka_unit_test(small_swaps_must_be_exact),
        cmocka_unit_test(a_held_swap_ends_by_return_or_time),
        cmocka_unit_test(a_figure_that_is_no_longer_stated_is_never_small),
        cmocka_unit_test(figures_not_stated_prove_no_overvote),
        cmocka_unit_test(registration_on_the_day_excuses_voters_not_votes),
        cmocka_unit_test(a_choice_with_votes_anywhere_may_not_vanish),
        cmocka_unit_test(more_votes_than_ballots_are_held),
        cmocka_unit_test(a_roster_is_id_and_name_and_party),
        cmocka_unit_test(what_one_side_does_not_say_does_not_differ),
        cmocka_unit_test(a_name_with_another_id_is_another_roster),
        cmocka_unit_test(a_roster_is_the_same_in_any_order),
    };

    return cmocka_run_group_tests_name("core_guard", tests, NULL, NULL);
}
