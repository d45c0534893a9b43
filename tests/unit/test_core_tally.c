/* SPDX-License-Identifier: ISC */
/* What each count counts, on hand-made races. */
#include "tests/unit/night.h"

#include "daemon/core/states.h"
#include "daemon/core/tally.h"
#include "tests/unit/random.h"

enum { PEOPLE = 6 };

/* One race with a few of ours in it, and a win for each unless the test says else. */
struct fixture {
    struct settings s;
    struct endorsement people[PEOPLE];
    struct endorsements list;
    struct standing standings[PEOPLE];
    struct claim claim;
    uint32_t indexes[PEOPLE];
    struct race race;
    struct race_choice choices[PEOPLE];
    struct slice order[1];
    struct model m;
};

static void open_fixture(struct fixture *f, uint32_t people)
{
    memset(f, 0, sizeof *f);
    f->order[0] = SLICE("ap");
    f->s = (struct settings){.call_order = f->order, .call_order_count = 1, .percent_from = 10};
    f->list = (struct endorsements){.list = f->people, .count = people};
    f->claim = (struct claim){.by = SLICE("ap")};
    f->race = (struct race){.state = SLICE("GA"),
                            .endorsements = f->indexes,
                            .seats = 1,
                            .places = -1,
                            .on_air = NONE,
                            .choices = f->choices};
    f->race.endorsement_count = people;
    for (uint32_t i = 0; i < people; i++) {
        f->people[i] = (struct endorsement){.state = SLICE("GA"),
                                            .party = SLICE("Democratic"),
                                            .seats = -1,
                                            .seats_held_by_others = -1};
        f->standings[i] = (struct standing){.outcome = OUTCOME_WON, .person = i};
        f->indexes[i] = i;
        f->choices[i] = (struct race_choice){.endorsement = i};
    }
    f->m = (struct model){.settings = &f->s,
                          .endorsed = &f->list,
                          .standings = f->standings,
                          .claims = &f->claim,
                          .races = &f->race,
                          .race_count = 1};
}

static int64_t counted(const struct fixture *f, enum tally_count what)
{
    struct tally t;

    tally_all(&t, &f->m, NULL);
    return t.n[what];
}

static void test_flips(void **state)
{
    struct fixture f;
    static const struct {
        const char *party, *held_by;
        enum endorse_tri flip;
        int64_t seats;
        int64_t flips, kept;
    } rows[] = {
        {"Democratic", "Republican", TRI_UNSAID, 1, 1, 0},
        {"D", "Democratic", TRI_UNSAID, 1, 0, 1},
        {"DEM", "(R)", TRI_UNSAID, -1, 1, 0},
        {"D", "R", TRI_NO, 1, 0, 0},     /* the list says otherwise */
        {"D", "R", TRI_UNSAID, 3, 0, 0}, /* a board: only by explicit flip */
        {"D", "R", TRI_YES, 3, 1, 0},
        {"D", "", TRI_UNSAID, 1, 0, 0}, /* a new seat */
        {"", "R", TRI_UNSAID, 1, 0, 0},
        {"Nonpartisan", "Republican", TRI_UNSAID, 1, 0, 0},
        {"D", "NP", TRI_UNSAID, 1, 0, 0},
        {"Forward", "Cowboy", TRI_UNSAID, 1, 1, 0},
        {"Nonpartisan", "", TRI_YES, 1, 1, 0},
        {"D", "D", TRI_YES, 1, 1, 0}, /* a party switcher's seat */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        open_fixture(&f, 1);
        f.people[0].party = slice_of(rows[i].party);
        f.people[0].held_by = slice_of(rows[i].held_by);
        f.people[0].flip = rows[i].flip;
        f.race.seats = rows[i].seats;
        if (counted(&f, TALLY_FLIPS) != rows[i].flips || counted(&f, TALLY_KEPT) != rows[i].kept)
            fail_msg("row %zu: flips %lld, kept %lld", i, (long long)counted(&f, TALLY_FLIPS),
                     (long long)counted(&f, TALLY_KEPT));
        f.people[0].wins = WINS_NOMINATION;
        assert_int_equal(counted(&f, TALLY_FLIPS), 0);
        assert_int_equal(counted(&f, TALLY_WON_SEATS), 0);
        assert_int_equal(counted(&f, TALLY_WON_NOMINATIONS), 1);
    }
    open_fixture(&f, 4); /* never more than the seats that others held */
    f.race.seats = 4;
    for (int i = 0; i < 4; i++) {
        f.people[i].flip = TRI_YES;
        f.people[i].held_by = SLICE("R");
        f.people[i].seats_held_by_others = 2;
    }
    assert_int_equal(counted(&f, TALLY_FLIPS), 2);
    struct tally t;
    tally_all(&t, &f.m, NULL);
    assert_string_equal(t.flips_from[0].party.ptr, "Republican");
    assert_int_equal(t.flips_from[0].flips, 2);
}

static void test_standing_by_votes(void **state)
{
    static const struct {
        int64_t votes[4];
        int64_t seats, places;
        uint32_t flags;
        enum tally_count is; /* of the first of four */
    } rows[] = {
        {{10, 5, 5, 1}, 1, -1, 0, TALLY_LEADING},
        {{5, 10, 5, 1}, 1, -1, 0, TALLY_TRAILING},
        {{5, 10, 5, 1}, 2, -1, 0, TALLY_UNCLEAR}, /* level with the third at the edge */
        {{5, 10, 4, 1}, 2, -1, 0, TALLY_LEADING},
        {{5, 10, 4, 1}, 1, 2, 0, TALLY_LEADING}, /* a place of the next round */
        {{5, 5, 5, 5}, 4, -1, 0, TALLY_LEADING}, /* a tie, but a seat for each */
        {{10, 5, 5, 1}, -1, -1, 0, TALLY_UNCLEAR},
        {{10, 5, 5, 1}, 1, -1, RACE_IN_DOUBT, TALLY_UNCLEAR},
        {{0, 0, 0, 0}, 1, -1, 0, TALLY_NO_RESULTS},
        {{0, 3, 0, 0}, 1, -1, 0, TALLY_TRAILING},
        {{VOTES_UNKNOWN, 3, 1, 1}, 1, -1, 0, TALLY_NO_RESULTS},
        {{9, VOTES_UNKNOWN, 1, 1}, 1, -1, 0, TALLY_UNCLEAR},
    };
    struct fixture f;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        open_fixture(&f, 1);
        f.standings[0] = (struct standing){.claim = NONE};
        f.race.choice_count = 4;
        f.race.seats = rows[i].seats;
        f.race.places = rows[i].places;
        f.race.flags = rows[i].flags;
        for (int k = 0; k < 4; k++)
            f.choices[k] =
                (struct race_choice){.votes = rows[i].votes[k], .endorsement = k ? NONE : 0};
        if (counted(&f, rows[i].is) != 1)
            fail_msg("row %zu is not %s", i, tally_names[rows[i].is]);
    }
}

static void test_bounds_and_bearing(void **state)
{
    struct fixture f;
    struct tally t;
    (void)state;
    open_fixture(&f, 5); /* two won, three open, four seats, one of them gone to another */
    for (int i = 2; i < 5; i++)
        f.standings[i] = (struct standing){.claim = NONE, .person = 2};
    f.race.seats = 4;
    f.race.seats_called = 3;
    f.people[0].incumbent = TRI_YES;
    f.people[1].opponent_incumbent = TRI_YES;
    assert_int_equal(counted(&f, TALLY_AT_MOST), 3);
    assert_int_equal(counted(&f, TALLY_AT_LEAST), 2);
    assert_int_equal(counted(&f, TALLY_INCUMBENTS_REELECTED), 1);
    assert_int_equal(counted(&f, TALLY_INCUMBENTS_BEATEN), 1);
    assert_int_equal(counted(&f, TALLY_NEW_MEMBERS), 1);
    f.race.flags = RACE_UNDER_REVIEW;
    assert_int_equal(counted(&f, TALLY_AT_LEAST), 0);
    assert_int_equal(counted(&f, TALLY_UNDER_REVIEW), 2);
    f.race.seats = -1;
    assert_int_equal(counted(&f, TALLY_AT_MOST), 5);
    f.people[4].status = ENDORSE_WITHDRAWN;
    tally_all(&t, &f.m, NULL);
    assert_int_equal(t.n[TALLY_LISTED], 5);
    assert_int_equal(t.n[TALLY_ENDORSED], 4);
    assert_int_equal(t.n[TALLY_WITHDRAWN], 1);
    int64_t people, won;
    tally_people(&f.m, &people, &won);
    assert_int_equal(people, 3); /* 2 and 3 are one person */
    assert_int_equal(won, 2);
}

/* Authorities that differ leave a win in place and in doubt. */
static void test_a_conflict_is_under_review(void **state)
{
    struct fixture f;
    (void)state;
    open_fixture(&f, 1);
    f.race.flags = RACE_CONFLICT;
    assert_int_equal(counted(&f, TALLY_WON), 1);
    assert_int_equal(counted(&f, TALLY_UNDER_REVIEW), 1);
    assert_int_equal(counted(&f, TALLY_AT_LEAST), 0);
}

static void test_states_won_are_of_the_50(void **state)
{
    struct fixture f;
    struct tally t;
    (void)state;
    open_fixture(&f, 3);
    f.people[1].state = SLICE("DC");
    f.people[2].state = SLICE("NJ");
    f.standings[2].outcome = OUTCOME_LOST;
    tally_all(&t, &f.m, NULL);
    assert_int_equal(tally_states_won(&t), 1);
    struct tally_part part = {TALLY_BY_STATE, SLICE("NJ")};
    tally_all(&t, &f.m, &part);
    assert_int_equal(t.n[TALLY_LOST], 1);
    assert_int_equal(t.n[TALLY_ENDORSED], 1);
}

static void test_percentages(void **state)
{
    struct settings s = {.percent_from = 10};
    char out[32];
    (void)state;
    assert_false(tally_percent(&s, 5, 9, out));
    assert_false(tally_percent(&s, 0, 0, out));
    assert_true(tally_percent(&s, 129, 193, out)); /* 66.84 */
    assert_string_equal(out, "66");
    s.percent = PERCENT_NEAREST;
    assert_true(tally_percent(&s, 129, 193, out));
    assert_string_equal(out, "67");
    s.percent = PERCENT_ONE_DECIMAL;
    assert_true(tally_percent(&s, 129, 193, out));
    assert_string_equal(out, "66.8");
    assert_true(tally_percent(&s, 10, 10, out));
    assert_string_equal(out, "100.0");
}

/* Put in and taken out again in any order, a race leaves nothing behind; parties beyond the room
 * are "Other". */
static void test_what_goes_in_comes_out(void **state)
{
    static char names[40][16];
    struct random r = {.state = 5};
    struct tally t = {0}, zero = {0};
    struct fixture f;
    bool in[40] = {false};
    size_t count = 0;
    (void)state;
    for (int i = 0; i < 40; i++)
        snprintf(names[i], sizeof names[i], "P%02d", i);
    for (int step = 0; step < 4000 || count > 0; step++) {
        size_t k = random_below(&r, 40);
        if (step >= 4000 && !in[k])
            continue;
        open_fixture(&f, 1);
        f.people[0].held_by = slice_of(names[k]);
        tally_race(&t, &f.m, &f.race, in[k] ? -1 : 1, NULL);
        in[k] = !in[k];
        count = in[k] ? count + 1 : count - 1;
        int64_t from = 0;
        for (size_t p = 0; p < TALLY_PARTIES; p++)
            from += t.flips_from[p].flips;
        assert_int_equal(from, count);
        assert_int_equal(t.n[TALLY_FLIPS], count);
    }
    assert_true(tally_same(&t, &zero));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flips),
        cmocka_unit_test(test_standing_by_votes),
        cmocka_unit_test(test_bounds_and_bearing),
        cmocka_unit_test(test_a_conflict_is_under_review),
        cmocka_unit_test(test_states_won_are_of_the_50),
        cmocka_unit_test(test_percentages),
        cmocka_unit_test(test_what_goes_in_comes_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
