/* SPDX-License-Identifier: ISC */
/* What marks mean, on hand-made contests: whose count, and what too many of them say. */
#include "tests/unit/night.h"

#include "daemon/core/fits.h"
#include "daemon/core/marks.h"

enum { CHOICES = 4, CONTESTS = 2 };

/* One endorsement, on the first line of each contest of one source that has marks. */
struct fixture {
    struct settings s;
    struct settings_source source;
    struct feed_file file;
    struct feed feed;
    struct endorsement person;
    struct endorsements list;
    struct feed_contest contests[CONTESTS], *of_race[CONTESTS];
    struct feed_choice choices[CONTESTS][CHOICES];
    struct link links[CONTESTS];
    uint32_t index;
    struct race race;
    struct model m;
};

static void open_fixture(struct fixture *f, const char *authority, uint32_t contests)
{
    static const char *const names[CHOICES] = {"Ann Wu", "Bo Fox", "Cy Cox", "Di Li"};

    memset(f, 0, sizeof *f);
    f->source = (struct settings_source){.authority = slice_of(authority), .calls = CALLS_YES};
    f->s = (struct settings){.sources = &f->source, .source_count = 1};
    f->file.status = RESULTS_COMPLETE;
    f->feed.files = &f->file;
    f->person = (struct endorsement){.seats = -1, .places = -1};
    f->list = (struct endorsements){.list = &f->person, .count = 1};
    for (uint32_t i = 0; i < contests; i++) {
        f->contests[i] = (struct feed_contest){.choices = f->choices[i],
                                               .choice_count = CHOICES,
                                               .seats = -1,
                                               .places = -1,
                                               .flags = RESULTS_MARKS_STATED};
        for (int k = 0; k < CHOICES; k++)
            f->choices[i][k].name = slice_of(names[k]);
        f->of_race[i] = &f->contests[i];
        f->links[i] = (struct link){.contest = &f->contests[i], .band = BAND_AUTO};
    }
    f->race = (struct race){.endorsements = &f->index,
                            .endorsement_count = 1,
                            .links = f->links,
                            .link_count = contests,
                            .contests = f->of_race,
                            .contest_count = contests,
                            .seats = -1,
                            .places = -1};
    f->m = (struct model){.settings = &f->s, .feeds = &f->feed, .endorsed = &f->list};
}

static struct marks_word say(const struct fixture *f)
{
    return marks_say(&f->m, &f->race, 0, f->source.authority);
}

/* A county sees its own part of a race: who leads there has won nothing. */
static void test_a_county_calls_nothing(void **state)
{
    static const char *const authorities[] = {"official", "ap"};
    struct fixture f;
    int64_t seats, places;
    (void)state;
    for (int i = 0; i < 2; i++) {
        open_fixture(&f, authorities[i], 1);
        f.choices[0][0].mark = RESULTS_WON;
        assert_int_equal(say(&f).opinion, MARKS_WON);
        f.source.covers_county = true;
        assert_int_equal(say(&f).opinion, MARKS_SILENT);
        marks_count(&f.m, &f.race, f.source.authority, &seats, &places);
        assert_int_equal(seats, 0);
    }
}

/* Figures that are held, because they vanished or fell, take no call along. */
static void test_no_mark_in_held_figures_is_no_retraction(void **state)
{
    struct fixture f;
    (void)state;
    open_fixture(&f, "ap", 1);
    assert_int_equal(say(&f).opinion, MARKS_UNCALLED);
    for (int v = 0; v < VERDICTS; v++) {
        f.contests[0].doubt = (enum verdict)v;
        if (verdict_info[v].class == CLASS_HOLD && say(&f).opinion != MARKS_SILENT)
            fail_msg("verdict %d: no mark reads as a retraction", v);
    }
}

/* Cross-filed: one person in both parties' primaries has lost when all are lost, not before. */
static void test_lost_in_one_primary_is_not_lost(void **state)
{
    struct fixture f;
    (void)state;
    for (int lost = 0; lost < 2; lost++) {
        open_fixture(&f, "ap", 2);
        f.choices[lost][0].mark = RESULTS_LOST;
        assert_int_equal(say(&f).opinion, MARKS_UNCALLED);
        f.choices[!lost][0].mark = RESULTS_WON;
        assert_int_equal(say(&f).opinion, MARKS_WON);
        f.choices[!lost][0].mark = RESULTS_LOST;
        assert_int_equal(say(&f).opinion, MARKS_LOST);
    }
}

/* The two primaries of the fixture's two contests, of one source or of two. */
struct crossed {
    struct fixture f;
    struct settings_source sources[2];
    struct feed feeds[2];
    struct match match;
    struct match_person person;
};

static void open_crossed(struct crossed *c, uint32_t second)
{
    open_fixture(&c->f, "ap", 2);
    c->f.links[0].primary = "dem";
    c->f.links[1].primary = "rep";
    c->f.contests[1].source = second;
    c->f.race.primaries = 2;
    for (int i = 0; i < 2; i++) {
        c->sources[i] = c->f.source;
        c->feeds[i] = c->f.feed;
    }
    c->f.s = (struct settings){.sources = c->sources, .source_count = 2};
    c->f.m.feeds = c->feeds;
    c->person = (struct match_person){.seen_count = 0};
    c->match = (struct match){.people = &c->person};
    c->f.m.match = &c->match;
}

/* One primary won is a win whatever the other says, and whoever says it. */
static void test_one_primary_is_enough_and_all_must_be_lost(void **state)
{
    static const struct {
        enum results_mark dem, rep;
        enum marks_opinion is;
    } rows[] = {
        {RESULTS_WON, RESULTS_LOST, MARKS_WON},
        {RESULTS_WON, RESULTS_WON, MARKS_WON},
        {RESULTS_WON, RESULTS_UNMARKED, MARKS_WON},
        {RESULTS_ADVANCED, RESULTS_LOST, MARKS_ADVANCED},
        {RESULTS_UNMARKED, RESULTS_LOST, MARKS_UNCALLED},
        {RESULTS_LOST, RESULTS_LOST, MARKS_LOST},
    };
    struct crossed c;
    (void)state;

    for (uint32_t source = 0; source < 2; source++)
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            open_crossed(&c, source);
            c.f.choices[0][0].mark = rows[i].dem;
            c.f.choices[1][0].mark = rows[i].rep;
            struct marks_word w = say(&c.f);
            if (w.opinion != rows[i].is || w.conflict)
                fail_msg("row %zu, source %u: %d, %s", i, source, w.opinion,
                         w.conflict ? w.conflict : "no conflict");
        }
    /* who has but one of the two says nothing of the other, and so not that both are lost */
    const struct slice ap = SLICE_INIT("ap");
    assert_int_equal(marks_source_says(&c.f.m, &c.f.race, 0, ap, "dem", 0).opinion, MARKS_LOST);
    assert_int_equal(marks_source_says(&c.f.m, &c.f.race, 0, ap, "rep", 0).opinion, MARKS_SILENT);
    c.sources[1].authority = SLICE("ddhq");
    assert_int_equal(marks_say_of(&c.f.m, &c.f.race, 0, ap, "dem").opinion, MARKS_LOST);
    assert_int_equal(marks_say_of(&c.f.m, &c.f.race, 0, ap, "rep").opinion, MARKS_SILENT);
    assert_int_equal(say(&c.f).opinion, MARKS_SILENT);
    c.sources[1].authority = SLICE("ap");
    c.f.contests[1].gone = true;
    assert_int_equal(say(&c.f).opinion, MARKS_SILENT);
}

static void test_another_primary_may_have_it(void **state)
{
    struct crossed c;
    struct fit fit = {.band = BAND_REVIEW};
    struct match_fits fits = {.list = &fit, .count = 1};
    struct feed_contest other = {.fits = &fits}, *seen = &other;
    (void)state;

    open_crossed(&c, 0);
    c.person = (struct match_person){.seen = &seen, .seen_count = 1};
    assert_true(marks_may_stand_elsewhere(&c.f.m, &c.f.race, 0)); /* a person is to say */
    fit.band = BAND_NONE;
    assert_false(marks_may_stand_elsewhere(&c.f.m, &c.f.race, 0));
    c.f.links[1].primary = "dem"; /* only one is known */
    assert_false(marks_may_stand_elsewhere(&c.f.m, &c.f.race, 0));
    c.person.race.cross = true; /* ... and the list leaves open in which */
    assert_true(marks_may_stand_elsewhere(&c.f.m, &c.f.race, 0));
    c.f.links[1].primary = "rep";
    assert_false(marks_may_stand_elsewhere(&c.f.m, &c.f.race, 0));
}

static void test_nominations_of_both_primaries_are_counted(void **state)
{
    struct crossed c;
    int64_t seats, places;
    (void)state;

    open_crossed(&c, 0);
    c.f.race.seats = 2;
    for (int k = 0; k < 3; k++)
        c.f.choices[k > 1][k].mark = RESULTS_WON;
    marks_count(&c.f.m, &c.f.race, SLICE("ap"), &seats, &places);
    assert_int_equal(seats, 3);
    assert_int_equal(places, 0);
}

/* More winners than seats call no seat; more in the next round than it has places, no place. */
static void test_too_many_marks_count_as_none(void **state)
{
    struct fixture f;
    int64_t seats, places;
    (void)state;
    open_fixture(&f, "ap", 1);
    f.race.seats = 2;
    f.race.places = 2;
    for (int marked = 1; marked <= 3; marked++) {
        bool too_many = marked > 2;
        for (int k = 0; k < CHOICES; k++)
            f.choices[0][k].mark = k < marked ? RESULTS_WON : RESULTS_UNMARKED;
        marks_count(&f.m, &f.race, SLICE("ap"), &seats, &places);
        assert_int_equal(seats, too_many ? 0 : marked);
        assert_int_equal(say(&f).opinion, too_many ? MARKS_SILENT : MARKS_WON);
        assert_int_equal(say(&f).conflict != NULL, too_many);
        for (int k = 0; k < marked; k++)
            f.choices[0][k].mark = RESULTS_ADVANCED;
        marks_count(&f.m, &f.race, SLICE("ap"), &seats, &places);
        assert_int_equal(places, too_many ? 0 : marked);
        assert_int_equal(say(&f).opinion, too_many ? MARKS_SILENT : MARKS_ADVANCED);
        assert_int_equal(say(&f).conflict != NULL, too_many);
    }
}

/* "Uncontested" is a call: only a call feed of the whole race says it, and one that is silent now
 * neither says it nor takes it back. */
static void test_who_may_say_uncontested(void **state)
{
    struct fixture f;
    (void)state;
    open_fixture(&f, "ap", 1);
    assert_int_equal(marks_uncontested(&f.m, &f.race, 0).opinion, MARKS_UNCALLED);
    f.contests[0].gone = true; /* what is not there takes nothing back */
    assert_int_equal(marks_uncontested(&f.m, &f.race, 0).opinion, MARKS_SILENT);
    f.contests[0].gone = false;
    f.contests[0].doubt = VERDICT_FALL_HOLD;
    assert_int_equal(marks_uncontested(&f.m, &f.race, 0).opinion, MARKS_SILENT);
    f.contests[0].doubt = VERDICT_ACCEPTED;
    f.contests[0].flags |= RESULTS_UNCONTESTED;
    assert_int_equal(marks_uncontested(&f.m, &f.race, 0).opinion, MARKS_WON);
    f.contests[0].gone = true;
    assert_int_equal(marks_uncontested(&f.m, &f.race, 0).opinion, MARKS_SILENT);
    f.contests[0].gone = false;
    f.source.covers_county = true;
    assert_int_equal(marks_uncontested(&f.m, &f.race, 0).opinion, MARKS_SILENT);
    f.source.covers_county = false;
    f.source.calls = CALLS_NO;
    assert_int_equal(marks_uncontested(&f.m, &f.race, 0).opinion, MARKS_SILENT);
    f.source.calls = CALLS_YES;
    f.source.authority = SLICE("official");
    assert_int_equal(marks_uncontested(&f.m, &f.race, 0).opinion, MARKS_SILENT);
}

/* A second line of the same person, and lines that are nobody's, are no opponents. */
static void test_who_is_an_opponent(void **state)
{
    int64_t votes[CHOICES] = {50, 0, 0, 0};
    struct feed_unit total = {.votes = votes};
    struct fixture f;
    (void)state;
    open_fixture(&f, "ap", 1);
    f.contests[0].units = &total;
    f.contests[0].unit_count = 1;
    assert_false(marks_opponents(&f.m, &f.race, 0, true));
    votes[1] = VOTES_UNKNOWN;
    assert_false(marks_opponents(&f.m, &f.race, 0, true));
    votes[1] = 1;
    assert_true(marks_opponents(&f.m, &f.race, 0, true));
    f.choices[0][1].name = SLICE("ann wu"); /* on another party's line */
    assert_false(marks_opponents(&f.m, &f.race, 0, true));
    votes[0] = 0;
    assert_false(marks_opponents(&f.m, &f.race, 0, true));
    f.choices[0][1].name = SLICE("Under Votes");
    assert_false(marks_opponents(&f.m, &f.race, 0, true));
    f.choices[0][1].name = SLICE(""); /* whoever it is, it is another */
    assert_true(marks_opponents(&f.m, &f.race, 0, true));
    f.choices[0][1].name = SLICE("Bo Fox");
    f.choices[0][2].name = f.choices[0][3].name = SLICE("");
    votes[1] = 0;
    assert_false(marks_opponents(&f.m, &f.race, 0, true));
    assert_true(marks_opponents(&f.m, &f.race, 0, false)); /* on the ballot, at nothing */
    f.choices[0][1].flags = RESULTS_WRITE_IN;
    assert_false(marks_opponents(&f.m, &f.race, 0, false));
    f.choices[0][1].flags = 0;
    f.choices[0][1].name = SLICE("");
    assert_false(marks_opponents(&f.m, &f.race, 0, false));
    votes[1] = 1;
    f.choices[0][2].name = SLICE("Cy Cox");
    f.race.seats = 2;
    assert_false(marks_opponents(&f.m, &f.race, 0, true));
    votes[2] = 1;
    assert_true(marks_opponents(&f.m, &f.race, 0, true));
    f.choices[0][1].name = f.choices[0][2].name; /* two lines, one opponent: a seat for each */
    assert_false(marks_opponents(&f.m, &f.race, 0, true));
}

/* One person holds a sheriff's office and a seat of most chambers; nobody knows of a council. */
static void test_offices_of_one_person(void **state)
{
    static const struct {
        const char *row;
        int64_t seats;
    } rows[] = {
        {"a,Ann Archer,GA,State Senate,1,,", 1},
        {"a,Ann Archer,GA,State House,1,,", 1},
        {"a,Ann Archer,NJ,General Assembly,1,,", -1}, /* two a district */
        {"a,Ann Archer,PA,Sheriff,,Berks,", 1},
        {"a,Ann Archer,GA,City Council,1,,", -1},
        {"a,Ann Archer,PA,County Commissioner,,Berks,", -1}, /* vote for two, elect three */
        {"a,Ann Archer,GA,State Senate,1,,nomination", -1},
        {"a,Ann Archer,GA,Dog Catcher,,,", -1}, /* nobody knows how many there are */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct night n;
        char csv[400];
        snprintf(csv, sizeof csv,
                 "endorsement_id,candidate_name,state,office,district,county,wins\n%s\n",
                 rows[i].row);
        night_open(&n, csv);
        if (night_race(&n, "a")->seats != rows[i].seats)
            fail_msg("%s: %d seats", rows[i].row, (int)night_race(&n, "a")->seats);
        night_close(&n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offices_of_one_person),
        cmocka_unit_test(test_a_county_calls_nothing),
        cmocka_unit_test(test_no_mark_in_held_figures_is_no_retraction),
        cmocka_unit_test(test_lost_in_one_primary_is_not_lost),
        cmocka_unit_test(test_one_primary_is_enough_and_all_must_be_lost),
        cmocka_unit_test(test_another_primary_may_have_it),
        cmocka_unit_test(test_nominations_of_both_primaries_are_counted),
        cmocka_unit_test(test_too_many_marks_count_as_none),
        cmocka_unit_test(test_who_may_say_uncontested),
        cmocka_unit_test(test_who_is_an_opponent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
