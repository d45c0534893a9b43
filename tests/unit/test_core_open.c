/* SPDX-License-Identifier: ISC */
/* What is still to be called: margins to whom it takes, what is in, and why nobody has called. */
#include "tests/unit/night.h"

#include "daemon/core/open.h"

enum { LINES = 5 };

/* One race, in which the first of three endorsed is looked at. */
struct fixture {
    struct endorsement people[3];
    struct endorsements list;
    struct standing standings[3];
    struct race race;
    struct race_choice choices[LINES];
    struct link link;
    struct settings s;
    struct model m;
    struct arena *a;
};

static void open_fixture(struct fixture *f)
{
    static uint32_t indexes[3] = {0, 1, 2};

    memset(f, 0, sizeof *f);
    f->a = arena_new(1 << 20);
    f->list = (struct endorsements){.list = f->people, .count = 3};
    for (uint32_t i = 0; i < 3; i++)
        f->standings[i] = (struct standing){.claim = NONE};
    f->link = (struct link){.endorsement = 0};
    f->race = (struct race){.endorsements = indexes,
                            .endorsement_count = 3,
                            .links = &f->link,
                            .link_count = 1,
                            .on_air = NONE,
                            .seats = 1,
                            .places = -1,
                            .choices = f->choices,
                            .units_reporting = 5,
                            .units_total = 10,
                            .polls_close_ms = NIGHT_AT(0)};
    f->m = (struct model){.settings = &f->s,
                          .endorsed = &f->list,
                          .standings = f->standings,
                          .races = &f->race,
                          .race_count = 1};
}

/* The votes of ours, then of the others; VOTES_ABSENT ends them. */
static void set_votes(struct fixture *f, const int64_t votes[LINES])
{
    uint32_t n = 0;

    for (; n < LINES && votes[n] != VOTES_ABSENT; n++)
        f->choices[n] = (struct race_choice){.votes = votes[n], .endorsement = n ? NONE : 0};
    f->race.choice_count = n;
}

static struct open_candidacy first(const struct fixture *f, int64_t now_ms)
{
    size_t n;
    struct open_candidacy *list = open_list(&f->m, now_ms, f->a, &n);

    assert_non_null(list);
    for (size_t i = 0; i < n; i++)
        if (list[i].endorsement == 0)
            return list[i];
    fail_msg("it is not open");
    return list[0];
}

#define NO VOTES_ABSENT
#define UN VOTES_UNKNOWN

static void a_margin_is_to_the_one_it_takes(void **state)
{
    static const struct {
        int64_t votes[LINES];
        int64_t seats, places;
        bool has;
        int64_t margin, share_bp;
    } rows[] = {
        {{600, 400, NO}, 1, -1, true, 200, 2000},
        {{400, 600, NO}, 1, -1, true, -200, 2000},
        {{500, 300, 150, 50, NO}, 2, -1, true, 350, 3500},  /* to the first outside */
        {{150, 500, 300, 50, NO}, 2, -1, true, -150, 1500}, /* to the last inside */
        {{150, 500, 300, 50, NO}, 1, 2, true, -150, 1500},  /* a place of the next round */
        {{400, 300, 300, NO}, 2, -1, true, 100, 1000},      /* the edge is a tie of others */
        {{400, 400, 200, NO}, 1, -1, true, 0, 0},
        {{600, 400, NO}, 2, -1, true, 600, 6000}, /* a seat for each */
        {{600, 400, NO}, -1, -1, false, 0, 0},
        {{600, UN, NO}, 1, -1, false, 0, 0},
        {{UN, 400, NO}, 1, -1, false, 0, 0},
        {{0, 0, NO}, 1, -1, false, 0, 0},
        {{INT64_MAX / 2, INT64_MAX / 4, NO}, 1, -1, true, INT64_MAX / 2 - INT64_MAX / 4, 3333},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fixture f;
        open_fixture(&f);
        set_votes(&f, rows[i].votes);
        f.race.seats = rows[i].seats;
        f.race.places = rows[i].places;
        struct open_candidacy o = first(&f, NIGHT_AT(1));
        if (o.has_margin != rows[i].has || o.margin != rows[i].margin ||
            o.share_bp != rows[i].share_bp)
            fail_msg("row %zu: %d, %lld, %lld", i, o.has_margin, (long long)o.margin,
                     (long long)o.share_bp);
        arena_free(f.a);
    }
}

/* Of the lines in two primaries the one that is nearest to a win, against those of its own. */
static void a_margin_is_of_the_better_primary(void **state)
{
    static const struct {
        int64_t dem[2], rep[2]; /* ours, the other's */
        int64_t votes, margin, share_bp;
        const char *primary;
        enum progress progress;
    } rows[] = {
        {{400, 600}, {50, 950}, 400, -200, 2000, "dem", PROGRESS_TRAILING},
        {{400, 600}, {60, 40}, 60, 20, 2000, "rep", PROGRESS_LEADING},
        {{600, 400}, {800, 900}, 600, 200, 2000, "dem", PROGRESS_LEADING},
        {{400, 600}, {50, 50}, 50, 0, 0, "rep", PROGRESS_UNCLEAR},
        {{400, 600}, {0, 0}, 400, -200, 2000, "dem", PROGRESS_UNCLEAR},
        {{0, 0}, {0, 0}, 0, 0, 0, NULL, PROGRESS_NO_RESULTS},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fixture f;
        open_fixture(&f);
        f.race.seats = 1;
        for (int k = 0; k < 2; k++) {
            uint32_t who = k ? NONE : 0;
            f.choices[k] =
                (struct race_choice){.votes = rows[i].dem[k], .endorsement = who, .primary = "dem"};
            f.choices[k + 2] =
                (struct race_choice){.votes = rows[i].rep[k], .endorsement = who, .primary = "rep"};
        }
        f.race.choice_count = 4;
        struct open_candidacy o = first(&f, NIGHT_AT(1));
        bool margin = rows[i].primary != NULL;
        if (o.votes != rows[i].votes || o.has_margin != margin || o.margin != rows[i].margin ||
            o.share_bp != rows[i].share_bp || o.progress != rows[i].progress ||
            (margin && strcmp(o.primary, rows[i].primary) != 0))
            fail_msg("row %zu: %lld, %lld, %lld, %s, %s", i, (long long)o.votes,
                     (long long)o.margin, (long long)o.share_bp, o.primary,
                     progress_name(o.progress));
        arena_free(f.a);
    }
}

/* A primary in which an authority has it out is nearest to nothing, whatever the votes say. */
static void no_margin_is_of_a_primary_it_is_out_in(void **state)
{
    struct claim claims[2] = {
        {.number = 1, .line = SLICE("dem"), .by = SLICE("out:ap"), .outcome = OUTCOME_LOST},
        {.number = 2, .line = SLICE("rep"), .by = SLICE("out:ap"), .outcome = OUTCOME_LOST}};
    uint32_t mine[] = {0, 1};
    struct link links[2] = {{.primary = "dem"}, {.primary = "rep"}};
    struct slice order[] = {SLICE_INIT("ap")};
    struct fixture f;
    (void)state;

    open_fixture(&f);
    f.race.seats = 1;
    for (uint32_t k = 0; k < 4; k++)
        f.choices[k] = (struct race_choice){.votes = (const int64_t[]){500, 400, 10, 90}[k],
                                            .endorsement = k % 2 ? NONE : 0,
                                            .primary = k < 2 ? "dem" : "rep"};
    f.race.choice_count = 4;
    f.race.links = links;
    f.race.link_count = 2;
    f.s.call_order = order;
    f.s.call_order_count = 1;
    f.m.claims = claims;
    f.standings[0].claims = mine;
    for (uint32_t n = 0; n < 3; n++) {
        f.standings[0].claim_count = f.m.claim_count = n;
        struct open_candidacy o = first(&f, NIGHT_AT(1));
        assert_string_equal(o.primary, n == 1 ? "rep" : "dem");
        assert_int_equal(o.out, n == 2);
        assert_int_equal(strstr(o.why, "another primary") != NULL, n == 2);
    }
    arena_free(f.a);
}

static void write_ins_are_rivals_once_counted(void **state)
{
    struct fixture f;
    (void)state;

    open_fixture(&f);
    set_votes(&f, (const int64_t[LINES]){500, 400, 600, NO});
    f.choices[2].write_in = true;
    assert_int_equal(first(&f, NIGHT_AT(1)).margin, -100);
    f.choices[2].votes = UN;
    assert_int_equal(first(&f, NIGHT_AT(1)).margin, 100);
    arena_free(f.a);
}

static void our_votes_are_our_best_line(void **state)
{
    struct fixture f;
    (void)state;

    open_fixture(&f);
    set_votes(&f, (const int64_t[LINES]){500, 400, 70, NO});
    f.choices[2].endorsement = 0;
    assert_int_equal(first(&f, NIGHT_AT(1)).votes, 500);
    assert_int_equal(first(&f, NIGHT_AT(1)).margin, 100);
    arena_free(f.a);
}

static void what_is_in_is_known_or_not(void **state)
{
    static const struct {
        int32_t reporting, total;
        int64_t in_bp;
    } rows[] = {{5, 10, 5000}, {0, 10, 0}, {10, 10, 10000}, {-1, 10, -1}, {5, -1, -1}, {0, 0, -1}};
    struct fixture f;
    (void)state;

    open_fixture(&f);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        f.race.units_reporting = rows[i].reporting;
        f.race.units_total = rows[i].total;
        assert_int_equal(first(&f, NIGHT_AT(1)).in_bp, rows[i].in_bp);
    }
    arena_free(f.a);
}

static void who_is_no_longer_pending_or_counted_is_not_open(void **state)
{
    struct fixture f;
    size_t n;
    (void)state;

    open_fixture(&f);
    f.people[1].status = ENDORSE_WITHDRAWN;
    f.standings[2].outcome = OUTCOME_LOST;
    struct open_candidacy *list = open_list(&f.m, NIGHT_AT(1), f.a, &n);
    assert_int_equal(n, 1);
    assert_int_equal(list[0].endorsement, 0);
    arena_free(f.a);
}

static void polls_are_open_until_they_close(void **state)
{
    struct fixture f;
    (void)state;

    open_fixture(&f);
    set_votes(&f, (const int64_t[LINES]){500, 400, NO});
    assert_string_equal(first(&f, NIGHT_AT(0) - 1).why, "polls are open");
    assert_string_equal(first(&f, NIGHT_AT(0)).why, "counting");
    f.race.units_reporting = 10;
    assert_string_equal(first(&f, NIGHT_AT(0)).why, "counted in full and not called");
    f.choices[1].votes = 500;
    assert_string_equal(first(&f, NIGHT_AT(0)).why, "a tie");
    arena_free(f.a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_margin_is_to_the_one_it_takes),
        cmocka_unit_test(a_margin_is_of_the_better_primary),
        cmocka_unit_test(no_margin_is_of_a_primary_it_is_out_in),
        cmocka_unit_test(write_ins_are_rivals_once_counted),
        cmocka_unit_test(our_votes_are_our_best_line),
        cmocka_unit_test(what_is_in_is_known_or_not),
        cmocka_unit_test(who_is_no_longer_pending_or_counted_is_not_open),
        cmocka_unit_test(polls_are_open_until_they_close),
    };
    return cmocka_run_group_tests_name("core_open", tests, NULL, NULL);
}
