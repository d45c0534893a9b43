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
                                            .level = LEVEL_STATE,
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

/* Of a measure nobody holds a seat, and nobody did; what is won is won. */
static void test_a_measure_is_nobodys_seat(void **state)
{
    struct fixture f;
    struct tally_season season;
    struct tally t;
    (void)state;
    open_fixture(&f, 1);
    f.people[0].wins = WINS_MEASURE;
    f.people[0].choice = CHOICE_YES;
    f.people[0].flip = TRI_YES;
    f.people[0].held_by = SLICE("R");
    f.people[0].incumbent = f.people[0].opponent_incumbent = TRI_YES;
    tally_all(&t, &f.m, NULL);
    static const enum tally_count none[] = {TALLY_WON_SEATS,
                                            TALLY_WON_NOMINATIONS,
                                            TALLY_FLIPS,
                                            TALLY_KEPT,
                                            TALLY_NEW_MEMBERS,
                                            TALLY_INCUMBENTS_REELECTED,
                                            TALLY_INCUMBENTS_BEATEN};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_int_equal(t.n[none[i]], 0);
    assert_true(t.n[TALLY_WON] == 1 && t.n[TALLY_WON_MEASURES] == 1 && t.n[TALLY_CALLED] == 1);
    tally_season(&f.m, &t, &season);
    assert_true(season.won_seats == 0 && season.won_measures == 1);
    assert_false(tally_ever_won(&f.m, states_find(SLICE("GA"))));
}

/* Nothing is called in a void race: its candidacies are endorsed and pending, as any, and told
 * apart from those that remain to be called; nobody leads in it, and nothing more can be won. */
static void test_a_void_race_is_not_to_be_called(void **state)
{
    struct fixture f;
    struct tally t;
    (void)state;
    open_fixture(&f, 2);
    for (int i = 0; i < 2; i++) {
        f.standings[i] = (struct standing){.claim = NONE};
        f.choices[i].votes = 100 * (i + 1);
    }
    f.race.choice_count = 2;
    tally_all(&t, &f.m, NULL);
    assert_true(t.n[TALLY_VOID] == 0 && t.n[TALLY_LEADING] == 1 && t.n[TALLY_AT_MOST] == 1);
    f.race.flags = RACE_VOID;
    tally_all(&t, &f.m, NULL);
    assert_true(t.n[TALLY_ENDORSED] == 2 && t.n[TALLY_PENDING] == 2 && t.n[TALLY_VOID] == 2);
    assert_true(t.n[TALLY_LEADING] == 0 && t.n[TALLY_UNCLEAR] == 2 && t.n[TALLY_AT_MOST] == 0);
    f.people[0].status = ENDORSE_POSTPONED; /* that one is not endorsed, and nowhere else */
    tally_all(&t, &f.m, NULL);
    assert_true(t.n[TALLY_POSTPONED] == 1 && t.n[TALLY_PENDING] == 1 && t.n[TALLY_VOID] == 1);
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
        {"DEM", "(R)", TRI_UNSAID, 1, 1, 0},
        {"DEM", "(R)", TRI_UNSAID, -1, 0, 0}, /* seats unknown: perhaps a board */
        {"DEM", "(R)", TRI_YES, -1, 1, 0},
        {"D", "R", TRI_NO, 1, 0, 0},     /* the list says otherwise */
        {"D", "R", TRI_UNSAID, 3, 0, 0}, /* a board: only by explicit flip */
        {"D", "R", TRI_YES, 3, 1, 0},
        {"D", "", TRI_UNSAID, 1, 0, 0}, /* a new seat */
        {"", "R", TRI_UNSAID, 1, 0, 0},
        {"Nonpartisan", "Republican", TRI_UNSAID, 1, 0, 0},
        {"D", "NP", TRI_UNSAID, 1, 0, 0},
        {"D", "Vacant", TRI_UNSAID, 1, 0, 0}, /* the last holder's party is what counts */
        {"D", "Redistricted", TRI_UNSAID, 1, 0, 0},
        {"D", "New seat", TRI_UNSAID, 1, 0, 0},
        {"D", "D", TRI_NO, 1, 0, 1},
        {"Forward", "Cowboy", TRI_UNSAID, 1, 0, 0}, /* what is not understood is no other party */
        {"Forward", "Cowboy", TRI_YES, 1, 1, 0},
        {"Cowboy", "cowboy", TRI_UNSAID, 1, 0, 1},
        {"Democratic", "Dem-NPL", TRI_UNSAID, 1, 0, 1},
        {"Democratic-NPL", "Democratic", TRI_UNSAID, 1, 0, 1},
        {"Democratic", "D-NPL", TRI_UNSAID, 1, 0, 1},
        {"Democratic", "DEM/WFP", TRI_UNSAID, 1, 0, 1},
        {"Democratic/Working Families", "Democratic", TRI_UNSAID, 1, 0, 1},
        {"Democratic/Working Families", "Republican", TRI_UNSAID, 1, 1, 0},
        {"Working Families", "Democratic", TRI_UNSAID, 1, 1, 0},
        {"Democratic", "Democratic (Dem)", TRI_UNSAID, 1, 0, 1},
        {"Democratic", "Independent Democrat", TRI_UNSAID, 1, 0, 0}, /* two parties' words */
        {"Democratic", "Independent", TRI_UNSAID, 1, 1, 0},
        {"Democratic", "-", TRI_UNSAID, 1, 0, 0},
        {"Democratic", "?", TRI_UNSAID, 1, 0, 0},
        {"Democratic", "TBD", TRI_UNSAID, 1, 0, 0},
        {"Democratic", "unknown", TRI_UNSAID, 1, 0, 0},
        {"Democratic", "Open", TRI_UNSAID, 1, 0, 0},
        {"Democratic", "NPP", TRI_UNSAID, 1, 0, 0},
        {"Democratic", "No party preference", TRI_UNSAID, 1, 0, 0},
        {"Democratic", "Unaffiliated", TRI_UNSAID, 1, 0, 0},
        {"Democratic", "Nonpartisan office", TRI_UNSAID, 1, 0, 0},
        {"Wolf", "R", TRI_UNSAID, 1, 0, 0},
        {"", "", TRI_UNSAID, 1, 0, 0}, /* of no party is nothing that can be kept */
        {"Nonpartisan", "NP", TRI_UNSAID, 1, 0, 0},
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
    open_fixture(&f, 4); /* never more than the seats that others held, nor than there are */
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
    for (int i = 0; i < 4; i++)
        f.people[i].seats_held_by_others = i == 3 ? 4 : -1;
    f.race.seats = 3;
    assert_int_equal(counted(&f, TALLY_FLIPS), 3);
    f.people[2].seats_held_by_others = 0;
    assert_int_equal(counted(&f, TALLY_FLIPS), 0);
    for (int i = 0; i < 4; i++) /* a flip there is no room for is not kept either */
        f.people[i].held_by = SLICE("D");
    assert_int_equal(counted(&f, TALLY_FLIPS), 0);
    assert_int_equal(counted(&f, TALLY_KEPT), 0);
}

/* An incumbent who changed parties, and a line of no party on the ballot, are flips only when the
 * list says so. */
static void test_flips_that_the_list_must_say(void **state)
{
    struct fixture f;
    (void)state;
    open_fixture(&f, 1);
    f.people[0].held_by = SLICE("R");
    f.race.choice_count = 1;
    f.choices[0] = (struct race_choice){.party = SLICE("DEM"), .endorsement = 0};
    assert_int_equal(counted(&f, TALLY_FLIPS), 1);
    f.people[0].incumbent = TRI_YES;
    assert_int_equal(counted(&f, TALLY_FLIPS), 0);
    f.people[0].flip = TRI_YES;
    assert_int_equal(counted(&f, TALLY_FLIPS), 1);
    f.people[0].incumbent = TRI_NO;
    f.people[0].flip = TRI_UNSAID;
    f.choices[0].party = SLICE("Non-Partisan");
    assert_int_equal(counted(&f, TALLY_FLIPS), 0);
    f.choices[0].endorsement = NONE; /* another's line */
    assert_int_equal(counted(&f, TALLY_FLIPS), 1);
}

/* A city council, a school board, a court, Nebraska's legislature may be without parties: the list
 * says flip, or a feed has a party on the line. */
static void test_flips_of_offices_that_may_have_no_parties(void **state)
{
    static const enum endorse_level levels[] = {LEVEL_UNKNOWN, LEVEL_COUNTY,   LEVEL_LOCAL,
                                                LEVEL_SCHOOL,  LEVEL_JUDICIAL, LEVEL_STATE};
    struct fixture f;
    (void)state;
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++) {
        open_fixture(&f, 1);
        f.people[0].held_by = SLICE("R");
        f.people[0].level = levels[i];
        f.people[0].state = SLICE("NE");
        f.people[0].district = SLICE("4");
        f.race.choice_count = 1;
        f.choices[0] = (struct race_choice){.party = SLICE(""), .endorsement = 0};
        assert_int_equal(counted(&f, TALLY_FLIPS), 0);
        f.choices[0].party = SLICE("Dem");
        assert_int_equal(counted(&f, TALLY_FLIPS), 1);
        f.choices[0].endorsement = NONE;
        assert_int_equal(counted(&f, TALLY_FLIPS), 0);
        f.people[0].flip = TRI_YES;
        assert_int_equal(counted(&f, TALLY_FLIPS), 1);
        f.people[0].flip = TRI_UNSAID;
        f.people[0].state = SLICE("GA");
        assert_int_equal(counted(&f, TALLY_FLIPS), levels[i] == LEVEL_STATE);
        f.people[0].state = SLICE("NE");
        f.people[0].district = SLICE("");
        assert_int_equal(counted(&f, TALLY_FLIPS), levels[i] == LEVEL_STATE);
    }
}

static void test_flips_are_from_the_parties_named(void **state)
{
    static const struct slice from[] = {SLICE_INIT("GOP"), SLICE_INIT("Cowboy")};
    static const struct {
        const char *held_by;
        int64_t flips;
    } rows[] = {{"Republican", 1}, {"R", 1}, {"cowboy", 1}, {"Libertarian", 0}, {"", 0}};
    struct fixture f;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        open_fixture(&f, 1);
        f.s.flip_from = from;
        f.s.flip_from_count = 2;
        f.people[0].held_by = slice_of(rows[i].held_by);
        assert_int_equal(counted(&f, TALLY_FLIPS), rows[i].flips);
        assert_int_equal(counted(&f, TALLY_KEPT), 0);
        f.people[0].flip = TRI_YES; /* what the list says of one seat stands */
        assert_int_equal(counted(&f, TALLY_FLIPS), 1);
    }
}

/* The 127 bytes of it that there is room for would be a party's name. */
static void test_a_party_is_not_known_by_the_beginning_of_its_name(void **state)
{
#define FIVE " party party party party party"
    const struct slice text = SLICE("Dem the" FIVE FIVE FIVE FIVE " of Nowhere");
    const struct settings known = {.flip_from = &text, .flip_from_count = 1};
    const struct settings s = {0};
    (void)state;
    assert_true(tally_understands(&s, SLICE("Dem the" FIVE)));
    assert_false(tally_understands(&s, text));
    assert_true(tally_understands(&known, text));
#undef FIVE
}

/* Which of ours in a board are flips does not depend on which of them are looked at. */
static void test_parts_add_up(void **state)
{
    static struct slice tags[2][1] = {{SLICE_INIT("a")}, {SLICE_INIT("b")}};
    struct random r = {.state = 11};
    struct fixture f;
    (void)state;
    for (int round = 0; round < 3000; round++) {
        struct tally all, part[2];
        open_fixture(&f, PEOPLE);
        f.race.seats = random_between(&r, -1, PEOPLE);
        f.race.seats_called = random_between(&r, 0, PEOPLE);
        f.race.flags = random_below(&r, 2) ? RACE_UNDER_REVIEW : 0;
        f.race.choice_count = PEOPLE;
        for (int i = 0; i < PEOPLE; i++) {
            struct endorsement *e = &f.people[i];
            e->tags = tags[random_below(&r, 2)];
            e->tag_count = 1;
            e->flip = (enum endorse_tri)random_below(&r, 3);
            e->incumbent = (enum endorse_tri)random_below(&r, 3);
            e->held_by = random_below(&r, 2) ? SLICE("R") : SLICE("D");
            e->seats_held_by_others = random_between(&r, -1, 3);
            e->status = (enum endorse_status)random_below(&r, ENDORSE_STATUSES);
            e->wins = (enum endorse_wins)random_below(&r, 2);
            f.standings[i].outcome = (enum outcome)random_below(&r, OUTCOMES);
            f.choices[i].votes = random_between(&r, 0, 3);
        }
        tally_all(&all, &f.m, NULL);
        for (int k = 0; k < 2; k++) {
            struct tally_part of = {TALLY_BY_TAG, tags[k][0]};
            tally_all(&part[k], &f.m, &of);
            for (size_t n = 0; n < TALLY_NUMBERS; n++)
                assert_true(part[k].n[n] >= 0 && part[k].n[n] <= all.n[n]);
        }
        for (size_t n = 0; n < TALLY_NUMBERS; n++)
            if (n != TALLY_RACES && n != TALLY_RACES_CALLED && n != TALLY_AT_MOST)
                assert_int_equal(part[0].n[n] + part[1].n[n], all.n[n]);
        const struct tally *const each[] = {&all, &part[0], &part[1]};
        for (int k = 0; k < 3; k++) {
            const int64_t *n = each[k]->n;
            assert_int_equal(n[TALLY_LISTED], n[TALLY_ENDORSED] + n[TALLY_WITHDRAWN] +
                                                  n[TALLY_DISQUALIFIED] + n[TALLY_NOT_ON_BALLOT] +
                                                  n[TALLY_POSTPONED]);
            assert_int_equal(n[TALLY_ENDORSED],
                             n[TALLY_WON] + n[TALLY_LOST] + n[TALLY_ADVANCED] + n[TALLY_PENDING]);
            assert_int_equal(n[TALLY_CALLED], n[TALLY_WON] + n[TALLY_LOST]);
            assert_int_equal(n[TALLY_SETTLED], n[TALLY_CALLED] + n[TALLY_ADVANCED]);
            assert_int_equal(n[TALLY_PENDING], n[TALLY_LEADING] + n[TALLY_TRAILING] +
                                                   n[TALLY_UNCLEAR] + n[TALLY_NO_RESULTS]);
            assert_int_equal(n[TALLY_WON], n[TALLY_WON_SEATS] + n[TALLY_WON_NOMINATIONS]);
            assert_int_equal(n[TALLY_WON], n[TALLY_AT_LEAST] + n[TALLY_UNDER_REVIEW]);
            assert_true(n[TALLY_AT_LEAST] <= n[TALLY_WON] && n[TALLY_WON] <= n[TALLY_AT_MOST]);
            assert_true(n[TALLY_AT_MOST] <= n[TALLY_WON] + n[TALLY_PENDING]);
            assert_true(n[TALLY_FLIPS] + n[TALLY_KEPT] <= n[TALLY_WON_SEATS]);
            assert_true(n[TALLY_INCUMBENTS_REELECTED] + n[TALLY_NEW_MEMBERS] <= n[TALLY_WON_SEATS]);
        }
    }
}

/* A candidacy that goes on counts once, by its last stage that is among the endorsed. */
static void test_a_season_counts_stages_once(void **state)
{
    static const char csv[] =
        "endorsement_id,candidate_name,state,office,election_date,election_type,continues,wins\n"
        "p,Ann Archer,GA,Governor,2026-05-05,primary,,nomination\n"
        "g,Ann Archer,GA,Governor,2026-11-03,general,p,seat\n"
        "r,Ann Archer,GA,Governor,2026-12-01,runoff,g,seat\n"
        "o,Bo Bell,NJ,Mayor,2026-11-03,general,,seat\n"
        "q,Bo Bell,NJ,Mayor,2026-12-08,runoff,o,seat\n"
        "x,Cy Cole,PA,Mayor,2026-11-03,general,of-last-year,seat\n";
    static const struct {
        const char *outcomes; /* p g r o q x: w(on) l(ost) a(dvanced) -; capital: withdrawn */
        struct tally_season
            is; /* endorsed, seats, nominations, measures, lost, advanced, pending */
    } rows[] = {
        {"------", {3, 0, 0, 0, 0, 0, 3}},
        {"wa-a-w", {3, 1, 0, 0, 0, 0, 2}},
        {"wawalw", {3, 2, 0, 0, 1, 0, 0}},
        {"walalw", {3, 1, 0, 0, 2, 0, 0}},
        {"wwWaAw", {3, 2, 0, 0, 0, 1, 0}}, /* the runoff was given up: the stage before counts */
        {"wALaww", {3, 2, 1, 0, 0, 0, 0}},
        {"wAlaww", {3, 2, 0, 0, 1, 0, 0}},
        {"WALaWW", {1, 0, 0, 0, 0, 1, 0}},
        {"WAl---", {3, 0, 0, 0, 1, 0, 2}}, /* nothing before it counts */
        {"wwlaaa", {3, 0, 0, 0, 1, 2, 0}}, /* a seat won and lost again */
    };
    struct night n;
    (void)state;
    night_open(&n, csv);
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        struct model m = *core_model(n.core);
        struct tally t;
        struct tally_season season;
        struct claim claim = {.by = SLICE("desk")};
        m.claims = &claim;
        for (uint32_t i = 0; i < n.list.count; i++) {
            char c = rows[k].outcomes[i];
            bool out = c >= 'A' && c <= 'Z';
            char low = out ? (char)(c + 32) : c;
            struct endorsement *e = (struct endorsement *)&m.endorsed->list[i];
            e->status = out ? ENDORSE_WITHDRAWN : ENDORSE_ACTIVE;
            m.standings[i].claim = 0;
            m.standings[i].outcome = low == 'w'   ? OUTCOME_WON
                                     : low == 'l' ? OUTCOME_LOST
                                     : low == 'a' ? OUTCOME_ADVANCED
                                                  : OUTCOME_PENDING;
        }
        tally_all(&t, &m, NULL);
        tally_season(&m, &t, &season);
        if (memcmp(&season, &rows[k].is, sizeof season) != 0)
            fail_msg("%s: %d endorsed, %d seats, %d nominations, %d lost, %d advanced, %d pending",
                     rows[k].outcomes, (int)season.endorsed, (int)season.won_seats,
                     (int)season.won_nominations, (int)season.lost, (int)season.advanced,
                     (int)season.pending);
    }
    for (uint32_t i = 0; i < n.list.count; i++) /* the core is freed with what it knows */
        core_model(n.core)->standings[i].claim = NONE;
    night_close(&n);
}

static void test_states_ever_won(void **state)
{
    static const struct slice before[] = {SLICE_INIT("OH"), SLICE_INIT("TX")};
    struct fixture f;
    (void)state;
    open_fixture(&f, 3);
    f.s.baseline_states = before;
    f.s.baseline_state_count = 2;
    f.people[1].state = SLICE("NJ");
    f.people[1].wins = WINS_NOMINATION;
    f.people[2].state = SLICE("PA");
    f.people[2].status = ENDORSE_WITHDRAWN;
    static const struct {
        const char *state;
        bool won;
    } rows[] = {{"OH", true}, {"TX", true}, {"GA", true}, {"NJ", false}, {"PA", false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(tally_ever_won(&f.m, states_find(slice_of(rows[i].state))), rows[i].won);
    f.standings[0].outcome = OUTCOME_LOST;
    assert_false(tally_ever_won(&f.m, states_find(SLICE("GA"))));
}

/* The highest only where nothing that is open can change it. */
static void test_records(void **state)
{
    static const struct settings_cycle cycles[] = {{SLICE_INIT("2021"), 50, 100},
                                                   {SLICE_INIT("2023"), 60, 100}};
    static const struct {
        int64_t won, lost, advanced, pending;
        enum tally_record is;
    } rows[] = {
        {61, 39, 0, 0, TALLY_RECORD},
        {60, 40, 0, 0, TALLY_NO_RECORD},      /* as high is not higher */
        {6, 3, 0, 0, TALLY_NO_RECORD},        /* too few for a share */
        {70, 30, 0, 20, TALLY_RECORD_SO_FAR}, /* 70 of 120 would not be */
        {80, 30, 0, 20, TALLY_RECORD},        /* 80 of 130 is */
        {80, 0, 0, 21, TALLY_RECORD_SO_FAR},  /* less than four in five are settled */
        {80, 0, 4, 21, TALLY_RECORD},
        {0, 0, 9, 0, TALLY_NO_RECORD},
        {12, 0, 0, 3, TALLY_RECORD},
        {12, 0, 0, 4, TALLY_RECORD_SO_FAR},
    };
    struct settings s = {.percent_from = 10, .cycles = cycles, .cycle_count = 2};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tally t = {0};
        t.n[TALLY_WON] = t.n[TALLY_WON_SEATS] = rows[i].won;
        t.n[TALLY_CALLED] = rows[i].won + rows[i].lost;
        t.n[TALLY_SETTLED] = t.n[TALLY_CALLED] + rows[i].advanced;
        t.n[TALLY_PENDING] = rows[i].pending;
        t.n[TALLY_ENDORSED] = t.n[TALLY_SETTLED] + rows[i].pending;
        if (tally_record(&s, &t) != rows[i].is)
            fail_msg("row %zu: %d", i, (int)tally_record(&s, &t));
        t.n[TALLY_WON_SEATS] -= rows[i].won > 1; /* ... and a nomination: a share of nothing */
        assert_int_equal(tally_record(&s, &t), TALLY_NO_RECORD);
    }
    struct tally t = {0};
    t.n[TALLY_WON] = t.n[TALLY_CALLED] = t.n[TALLY_SETTLED] = t.n[TALLY_ENDORSED] = 50;
    s.cycle_count = 0;
    assert_int_equal(tally_record(&s, &t), TALLY_NO_RECORD);
    s.percent_from = 0;
    memset(&t, 0, sizeof t);
    s.cycle_count = 2;
    assert_int_equal(tally_record(&s, &t), TALLY_NO_RECORD);
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
        {{0, 3, 0, 0}, 4, -1, 0, TALLY_UNCLEAR}, /* inside, and nobody has voted for ours */
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
    f.people[1].incumbent = TRI_NO;
    f.people[1].opponent_incumbent = TRI_YES;
    assert_int_equal(counted(&f, TALLY_AT_MOST), 3);
    assert_int_equal(counted(&f, TALLY_AT_LEAST), 2);
    assert_int_equal(counted(&f, TALLY_INCUMBENTS_REELECTED), 1);
    assert_int_equal(counted(&f, TALLY_INCUMBENTS_BEATEN), 1);
    assert_int_equal(counted(&f, TALLY_NEW_MEMBERS), 1);
    f.people[1].choice = CHOICE_YES; /* a judge who is retained */
    assert_int_equal(counted(&f, TALLY_NEW_MEMBERS), 0);
    f.people[1].choice = CHOICE_CANDIDATE;
    f.people[1].incumbent = TRI_UNSAID; /* never by guess */
    assert_int_equal(counted(&f, TALLY_NEW_MEMBERS), 0);
    f.race.flags = RACE_UNDER_REVIEW;
    assert_int_equal(counted(&f, TALLY_AT_LEAST), 0);
    assert_int_equal(counted(&f, TALLY_UNDER_REVIEW), 2);
    f.race.seats = -1;
    assert_int_equal(counted(&f, TALLY_AT_MOST), 5);
    assert_int_equal(counted(&f, TALLY_RACES_CALLED), 0);
    f.race.status = RACE_PARTLY_CALLED; /* every seat, or none */
    assert_int_equal(counted(&f, TALLY_RACES_CALLED), 0);
    f.race.status = RACE_CALLED;
    assert_int_equal(counted(&f, TALLY_RACES_CALLED), 1);
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
    assert_true(states_count <= TALLY_STATES);
    struct tally_part part = {TALLY_BY_STATE, SLICE("NJ")};
    tally_all(&t, &f.m, &part);
    assert_int_equal(t.n[TALLY_LOST], 1);
    assert_int_equal(t.n[TALLY_ENDORSED], 1);
}

/* A win that nobody contested is one by the list's word, or by the feed's. */
static void test_unopposed_wins(void **state)
{
    struct fixture f;
    (void)state;
    open_fixture(&f, 3);
    assert_int_equal(counted(&f, TALLY_WON_UNOPPOSED), 0);
    f.people[0].status = ENDORSE_UNOPPOSED;
    f.people[1].status = ENDORSE_ELECTED_UNOPPOSED;
    assert_int_equal(counted(&f, TALLY_WON_UNOPPOSED), 2);
    f.claim.by = SLICE("unopposed");
    assert_int_equal(counted(&f, TALLY_WON_UNOPPOSED), 3);
    f.race.flags = RACE_CONTESTED;
    assert_int_equal(counted(&f, TALLY_AT_LEAST), 0);
}

/* One person behind several candidacies, with another in between, and one of hers withdrawn. */
static void test_people(void **state)
{
    struct fixture f;
    int64_t endorsed, won;
    (void)state;
    open_fixture(&f, 5);
    f.standings[2].person = f.standings[3].person = f.standings[4].person = 0;
    f.standings[0].outcome = OUTCOME_LOST;
    tally_people(&f.m, &endorsed, &won);
    assert_true(endorsed == 2 && won == 2); /* 0 won as 2, 3, 4 */
    f.people[0].status = f.people[2].status = ENDORSE_WITHDRAWN;
    tally_people(&f.m, &endorsed, &won);
    assert_true(endorsed == 2 && won == 2);
    f.standings[1].outcome = f.standings[3].outcome = f.standings[4].outcome = OUTCOME_LOST;
    tally_people(&f.m, &endorsed, &won);
    assert_true(endorsed == 2 && won == 0);
}

static void test_what_makes_tallies_differ(void **state)
{
    struct tally a = {0}, b = {0};
    (void)state;
    assert_true(tally_same(&a, &b));
    b.n[TALLY_WON] = 1;
    assert_false(tally_same(&a, &b));
    b = a;
    b.won_in[3] = 1;
    assert_false(tally_same(&a, &b));
    b = a;
    b.called_by[1] = 1;
    assert_false(tally_same(&a, &b));
    b = a;
    b.flips_from[0].flips = 1;
    assert_false(tally_same(&a, &b));
    a.flips_from[0] = (struct tally_party){SLICE("Green"), 1};
    assert_false(tally_same(&a, &b));
    b.flips_from[0].party = SLICE("Green");
    assert_true(tally_same(&a, &b));
}

/* Dimensions in the order they are met, states in that of their codes; each part alone. */
static void test_dimensions(void **state)
{
    static struct slice tags[] = {SLICE_INIT("x"), SLICE_INIT("y"), SLICE_INIT("x")};
    struct arena *a = arena_new(1 << 20);
    struct fixture f;
    size_t n;
    (void)state;
    open_fixture(&f, 3);
    f.people[0].state = SLICE("NJ");
    f.people[0].level = LEVEL_SCHOOL;
    f.people[1].tags = tags;
    f.people[1].tag_count = 3;
    f.people[2].id = SLICE("third");
    struct slice *values = tally_values(&f.m, TALLY_BY_STATE, a, &n);
    assert_true(n == 2 && slice_is(values[0], "GA") && slice_is(values[1], "NJ"));
    values = tally_values(&f.m, TALLY_BY_LEVEL, a, &n);
    assert_true(n == 2 && slice_is(values[0], "school") && slice_is(values[1], "state"));
    values = tally_values(&f.m, TALLY_BY_TAG, a, &n);
    assert_true(n == 2 && slice_is(values[0], "x") && slice_is(values[1], "y"));
    static const struct {
        struct tally_part part;
        int64_t listed;
    } rows[] = {
        {{TALLY_BY_STATE, SLICE_INIT("GA")}, 2}, {{TALLY_BY_LEVEL, SLICE_INIT("school")}, 1},
        {{TALLY_BY_TAG, SLICE_INIT("y")}, 1},    {{TALLY_BY_TAG, SLICE_INIT("z")}, 0},
        {{TALLY_BY_ID, SLICE_INIT("third")}, 1}, {{TALLY_BY_ID, SLICE_INIT("none")}, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tally t;
        tally_all(&t, &f.m, &rows[i].part);
        assert_int_equal(t.n[TALLY_LISTED], rows[i].listed);
        assert_int_equal(t.n[TALLY_RACES], rows[i].listed > 0);
    }
    arena_refuse_after(a, 0);
    assert_null(tally_values(&f.m, TALLY_BY_STATE, a, &n));
    assert_null(tally_values(&f.m, TALLY_BY_TAG, a, &n));
    arena_free(a);
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
        f.people[0].flip = TRI_YES;
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
        cmocka_unit_test(test_a_measure_is_nobodys_seat),
        cmocka_unit_test(test_a_void_race_is_not_to_be_called),
        cmocka_unit_test(test_flips_that_the_list_must_say),
        cmocka_unit_test(test_flips_of_offices_that_may_have_no_parties),
        cmocka_unit_test(test_flips_are_from_the_parties_named),
        cmocka_unit_test(test_a_party_is_not_known_by_the_beginning_of_its_name),
        cmocka_unit_test(test_parts_add_up),
        cmocka_unit_test(test_a_season_counts_stages_once),
        cmocka_unit_test(test_states_ever_won),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_standing_by_votes),
        cmocka_unit_test(test_bounds_and_bearing),
        cmocka_unit_test(test_a_conflict_is_under_review),
        cmocka_unit_test(test_states_won_are_of_the_50),
        cmocka_unit_test(test_unopposed_wins),
        cmocka_unit_test(test_people),
        cmocka_unit_test(test_what_makes_tallies_differ),
        cmocka_unit_test(test_dimensions),
        cmocka_unit_test(test_percentages),
        cmocka_unit_test(test_what_goes_in_comes_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
