/* SPDX-License-Identifier: ISC */
/* What an endorsement and a contest say of their race, names aside: a row a case. What both state
 * and differs is another race; what one is silent on is a doubt; only the rest is the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "daemon/core/race_fit.h"

/* Texts that are not named are not said. */
struct row {
    const char *state, *office, *district, *seat, *place, *county, *type, *party, *contest_party;
    bool unexpired;
    size_t counties;
    struct {
        const char *state, *text, *office, *district, *county, *type, *party;
        const char *votes_in; /* a county whose votes it has; or two, with '|' */
        const char *source_county;
    } feed;
    enum race_fit fit;
    const char *why; /* NULL: RACE_SAME */
};

static const struct row rows[] = {
    /* the state */
    {.office = "Governor", .feed = {.text = "Governor"}, .fit = RACE_DOUBT, .why = "the state"},
    {.office = "Governor",
     .feed = {.state = "AL", .text = "Governor"},
     .fit = RACE_OTHER,
     .why = "another state"},
    {.office = "Governor", .feed = {.state = "GA", .text = "Governor"}, .fit = RACE_SAME},
    {.office = "Governor",
     .feed = {.state = "GA", .text = "Governor of Georgia"},
     .fit = RACE_SAME},
    /* the office, in the text, in a field of its own, or in both */
    {.office = "Sheriff",
     .county = "Cobb",
     .feed = {.state = "GA", .office = "Sheriff", .county = "Cobb"},
     .fit = RACE_SAME},
    {.office = "Sheriff",
     .county = "Cobb",
     .feed = {.state = "GA", .text = "Sheriff", .office = "Coroner", .county = "Cobb"},
     .fit = RACE_DOUBT,
     .why = "contradict"},
    {.office = "State House",
     .district = "5",
     .feed = {.state = "GA", .text = "State House", .office = "State House District 5"},
     .fit = RACE_SAME},
    {.office = "State House",
     .district = "5",
     .feed = {.state = "GA", .text = "House District 5", .office = "State House District 5"},
     .fit = RACE_SAME},
    {.office = "State House",
     .district = "5",
     .feed = {.state = "GA", .text = "District 5", .office = "State House"},
     .fit = RACE_SAME},
    {.office = "State House",
     .district = "5",
     .feed = {.state = "GA", .text = "State House District 5", .district = "6"},
     .fit = RACE_DOUBT, /* a feed that contradicts itself */
     .why = "the list does not say the district"},
    {.office = "Dog Catcher",
     .place = "Elm",
     .feed = {.state = "GA", .text = "Elm", .office = "Dog Catcher"},
     .fit = RACE_SAME},
    {.office = "Sheriff",
     .county = "Cobb",
     .feed = {.state = "GA", .text = "Cobb County Dog Catcher", .county = "Cobb"},
     .fit = RACE_DOUBT,
     .why = "not in both"},
    {.office = "Sheriff",
     .county = "Cobb",
     .feed = {.state = "GA", .text = "Coroner", .county = "Cobb"},
     .fit = RACE_OTHER,
     .why = "another office"},
    {.office = "State Senate",
     .district = "5",
     .feed = {.state = "GA", .text = "State House District 5"},
     .fit = RACE_OTHER,
     .why = "another office"},
    /* Nebraska's one house goes by both names; nobody else's does */
    {.state = "NE",
     .office = "State Senate",
     .district = "5",
     .feed = {.state = "NE", .text = "Legislature District 5"},
     .fit = RACE_SAME},
    {.state = "NE",
     .office = "Legislature",
     .district = "5",
     .feed = {.state = "NE", .text = "State Senate District 5"},
     .fit = RACE_SAME},
    {.state = "NE",
     .office = "State Senate",
     .district = "5",
     .feed = {.state = "NE", .text = "Sheriff", .county = "Lancaster"},
     .fit = RACE_OTHER,
     .why = "another office"},
    {.state = "NE",
     .office = "Legislature",
     .district = "5",
     .feed = {.state = "NE", .text = "Governor"},
     .fit = RACE_OTHER,
     .why = "another office"},
    /* districts and seats */
    {.office = "State House",
     .district = "5",
     .feed = {.state = "GA", .text = "State House"},
     .fit = RACE_DOUBT,
     .why = "the contest does not say the district"},
    {.office = "State House",
     .feed = {.state = "GA", .text = "State House District 5"},
     .fit = RACE_DOUBT,
     .why = "the list does not say the district"},
    {.office = "State House",
     .feed = {.state = "GA", .text = "State House"},
     .fit = RACE_DOUBT,
     .why = "neither side says the district"},
    {.office = "US House",
     .district = "At Large",
     .state = "VT",
     .feed = {.state = "VT", .text = "US House"},
     .fit = RACE_SAME},
    {.office = "US House",
     .state = "VT",
     .feed = {.state = "VT", .text = "US House At Large"},
     .fit = RACE_SAME},
    {.office = "US House",
     .district = "3",
     .feed = {.state = "GA", .text = "US House"},
     .fit = RACE_DOUBT,
     .why = "the contest does not say the district"},
    {.office = "City Council",
     .district = "At Large",
     .place = "Elm",
     .feed = {.state = "GA", .text = "Elm City Council Ward 3"},
     .fit = RACE_OTHER,
     .why = "another district"},
    {.office = "City Council",
     .district = "Ward 3",
     .place = "Elm",
     .feed = {.state = "GA", .text = "Elm City Council District 3"},
     .fit = RACE_DOUBT,
     .why = "another sort"},
    {.office = "City Council",
     .district = "Ward 3",
     .seat = "B",
     .place = "Elm",
     .feed = {.state = "GA", .text = "Elm City Council Ward 3 Seat C"},
     .fit = RACE_OTHER,
     .why = "another district or seat"},
    {.office = "City Council",
     .place = "Elm Ward 3",
     .feed = {.state = "GA", .text = "Elm City Council Ward 3"},
     .fit = RACE_SAME},
    /* the term */
    {.office = "Governor",
     .unexpired = true,
     .feed = {.state = "GA", .text = "Governor Full Term"},
     .fit = RACE_OTHER,
     .why = "full term"},
    {.office = "Governor",
     .unexpired = true,
     .feed = {.state = "GA", .text = "Governor"},
     .fit = RACE_DOUBT,
     .why = "unexpired"},
    {.office = "Governor",
     .unexpired = true,
     .feed = {.state = "GA", .text = "Governor Unexpired Term"},
     .fit = RACE_SAME},
    {.office = "Governor",
     .feed = {.state = "GA", .text = "Governor Unexpired Term"},
     .fit = RACE_DOUBT,
     .why = "special"},
    {.office = "Governor",
     .type = "special",
     .feed = {.state = "GA", .text = "Governor Special"},
     .fit = RACE_SAME},
    {.office = "Governor Unexpired Term",
     .feed = {.state = "GA", .text = "Governor Special"},
     .fit = RACE_SAME},
    /* the sort of election */
    {.office = "Governor",
     .type = "general",
     .feed = {.state = "GA", .text = "Governor", .type = "Primary"},
     .fit = RACE_OTHER,
     .why = "is a primary"},
    {.office = "Governor",
     .type = "general",
     .feed = {.state = "GA", .text = "Governor", .type = "Runoff"},
     .fit = RACE_OTHER,
     .why = "is a runoff"},
    {.office = "Governor",
     .type = "runoff",
     .feed = {.state = "GA", .text = "Governor", .type = "Primary Runoff"},
     .fit = RACE_SAME},
    {.office = "Governor",
     .type = "primary",
     .party = "D",
     .feed = {.state = "GA", .text = "Governor", .type = "Primary Runoff", .party = "D"},
     .fit = RACE_OTHER,
     .why = "is a runoff"},
    {.office = "Governor",
     .type = "primary",
     .feed = {.state = "GA", .text = "Governor", .type = "General"},
     .fit = RACE_OTHER,
     .why = "is a general"},
    {.office = "Governor",
     .type = "runoff",
     .feed = {.state = "GA", .text = "Governor", .type = "General"},
     .fit = RACE_DOUBT,
     .why = "is a general"},
    {.office = "Governor",
     .type = "runoff",
     .feed = {.state = "GA", .text = "Governor", .type = "General Runoff"},
     .fit = RACE_SAME},
    {.office = "Governor",
     .type = "general",
     .feed = {.state = "GA", .text = "General Governor", .type = "General"},
     .fit = RACE_SAME},
    /* the party of a primary: the two parties' are two races */
    {.office = "Governor",
     .type = "primary",
     .contest_party = "D",
     .feed = {.state = "GA", .text = "Governor", .type = "Primary"},
     .fit = RACE_DOUBT,
     .why = "which party's"},
    {.office = "Governor",
     .type = "primary",
     .party = "D",
     .feed = {.state = "GA", .text = "REP Governor", .type = "Primary"},
     .fit = RACE_OTHER,
     .why = "another party's"},
    {.office = "Governor",
     .type = "primary",
     .party = "D",
     .feed = {.state = "GA", .text = "Governor", .party = "DEM", .type = "Primary"},
     .fit = RACE_SAME},
    {.office = "Governor",
     .contest_party = "D",
     .feed = {.state = "GA", .text = "REP Governor", .party = "DEM"},
     .fit = RACE_DOUBT,
     .why = "contradict"},
    {.office = "Governor",
     .contest_party = "D",
     .feed = {.state = "GA", .text = "DEM Governor", .party = "DEM"},
     .fit = RACE_SAME},
    {.office = "Governor",
     .contest_party = "D",
     .feed = {.state = "GA", .text = "Governor", .office = "DEM Governor"},
     .fit = RACE_SAME},
    {.office = "Governor",
     .feed = {.state = "GA", .text = "DEM Governor"},
     .fit = RACE_DOUBT,
     .why = "contest_party"},
    /* the county */
    {.office = "Sheriff",
     .feed = {.state = "GA", .text = "Sheriff", .county = "Cobb"},
     .fit = RACE_DOUBT,
     .why = "the list does not say the county"},
    {.office = "Sheriff",
     .county = "Cobb",
     .feed = {.state = "GA", .text = "Sheriff"},
     .fit = RACE_DOUBT,
     .why = "the contest does not say the county"},
    {.office = "Sheriff",
     .county = "Cobb",
     .feed = {.state = "GA", .text = "Sheriff", .county = "Hall"},
     .fit = RACE_OTHER,
     .why = "another county"},
    {.office = "Sheriff",
     .place = "Cobb County",
     .feed = {.state = "GA", .text = "Cobb Sheriff"},
     .fit = RACE_SAME},
    {.office = "Sheriff",
     .county = "Cobb",
     .feed = {.state = "GA", .text = "Sheriff", .source_county = "Cobb"},
     .fit = RACE_SAME},
    {.office = "Sheriff",
     .county = "Cobb",
     .feed = {.state = "GA", .text = "Sheriff", .votes_in = "Cobb"},
     .fit = RACE_SAME},
    {.office = "Sheriff",
     .county = "Cobb",
     .feed = {.state = "GA", .text = "Sheriff", .votes_in = "Cobb|Hall"},
     .fit = RACE_DOUBT,
     .why = "the contest does not say the county"},
    /* a town's: its county speaks against it, not for it */
    {.office = "Mayor",
     .place = "Elm",
     .county = "Cobb",
     .feed = {.state = "GA", .text = "Elm Mayor", .county = "Hall"},
     .fit = RACE_OTHER,
     .why = "another county"},
    {.office = "Mayor",
     .place = "Elm",
     .county = "Cobb",
     .feed = {.state = "GA", .text = "Elm Mayor", .votes_in = "Hall"},
     .fit = RACE_DOUBT,
     .why = "votes of another county"},
    {.office = "Mayor",
     .place = "Elm",
     .county = "Cobb",
     .counties = 2,
     .feed = {.state = "GA", .text = "Elm Mayor", .county = "Hall"},
     .fit = RACE_DOUBT,
     .why = "another county of the race"},
    {.office = "Mayor",
     .place = "Elm",
     .county = "Cobb",
     .feed = {.state = "GA", .text = "Mayor", .county = "Cobb"},
     .fit = RACE_DOUBT,
     .why = "does not say the place"},
    {.office = "Mayor",
     .place = "Town of Elm",
     .feed = {.state = "GA", .text = "City of Elm Mayor"},
     .fit = RACE_DOUBT,
     .why = "another sort (city"},
    {.office = "Elm City Council",
     .feed = {.state = "GA", .text = "Elm City Council"},
     .fit = RACE_SAME},
    {.office = "School Board",
     .place = "Cobb",
     .county = "Cobb",
     .feed = {.state = "GA", .text = "School Board", .county = "Cobb"},
     .fit = RACE_SAME},
    {.office = "School Board",
     .place = "City of Cobb",
     .county = "Cobb",
     .feed = {.state = "GA", .text = "School Board", .county = "Cobb"},
     .fit = RACE_DOUBT,
     .why = "does not say the place"},
    {.office = "School Board",
     .place = "Cobb County",
     .feed = {.state = "GA", .text = "School Board", .county = "Cobb"},
     .fit = RACE_SAME},
    /* a part of the state */
    {.office = "Superior Court Judge",
     .place = "Chatooga Circuit",
     .feed = {.state = "GA", .text = "Superior Court Judge Chatooga Circuit"},
     .fit = RACE_SAME},
    {.office = "Superior Court Judge",
     .place = "Chatooga Circuit",
     .feed = {.state = "GA", .text = "Superior Court Judge"},
     .fit = RACE_DOUBT,
     .why = "does not say the place"},
    {.office = "Superior Court Judge",
     .place = "Cobb",
     .feed = {.state = "GA", .text = "Superior Court Judge", .county = "Cobb"},
     .fit = RACE_SAME},
    {.office = "Superior Court Judge",
     .feed = {.state = "GA", .text = "Superior Court Judge"},
     .fit = RACE_DOUBT,
     .why = "which part of the state"},
    {.office = "Superior Court Judge",
     .district = "5",
     .county = "Cobb",
     .feed = {.state = "GA", .text = "Superior Court Judge District 5", .county = "Hall"},
     .fit = RACE_OTHER,
     .why = "another county"},
    /* an office nobody has in a table */
    {.office = "Dog Catcher",
     .feed = {.state = "GA", .text = "Dog Catcher", .county = "Cobb"},
     .fit = RACE_DOUBT,
     .why = "the list does not say the place"},
    {.office = "Dog Catcher",
     .county = "Cobb",
     .feed = {.state = "GA", .text = "Dog Catcher", .county = "Cobb"},
     .fit = RACE_SAME},
    {.office = "Dog Catcher", .feed = {.state = "GA", .text = "Dog Catcher"}, .fit = RACE_SAME},
    {.office = "Dog Catcher",
     .feed = {.state = "GA", .text = "Deputy Dog Catcher"},
     .fit = RACE_DOUBT,
     .why = "the contest has a word"},
    {.office = "Deputy Dog Catcher",
     .feed = {.state = "GA", .text = "Dog Catcher"},
     .fit = RACE_DOUBT,
     .why = "the list's office has a word"},
    {.office = "Member",
     .feed = {.state = "GA", .text = "Member"},
     .fit = RACE_DOUBT,
     .why = "too short"},
    {.office = "Dog Catcher",
     .place = "Ward 1 Ward 2 Ward 3 Ward 4 Ward 5 Ward 6 Ward 7",
     .feed = {.state = "GA", .text = "Dog Catcher"},
     .fit = RACE_DOUBT,
     .why = "does not say the district"},
};

static struct slice text(const char *z)
{
    return slice_of(z ? z : "");
}

static void fill(const struct row *r, struct endorsement *e, struct feed_contest *c,
                 struct feed_unit units[3])
{
    struct slice counties = text(r->feed.votes_in), county;

    *e = (struct endorsement){.state = slice_of(r->state ? r->state : "GA"),
                              .office = text(r->office),
                              .district = text(r->district),
                              .seat = text(r->seat),
                              .jurisdiction = text(r->place),
                              .county = text(r->county),
                              .election_type = text(r->type),
                              .party = text(r->party),
                              .contest_party = text(r->contest_party),
                              .county_count = r->counties,
                              .unexpired = r->unexpired};
    *c = (struct feed_contest){.state = text(r->feed.state),
                               .text = text(r->feed.text),
                               .office = text(r->feed.office),
                               .district = text(r->feed.district),
                               .county = text(r->feed.county),
                               .election_type = text(r->feed.type),
                               .party = text(r->feed.party),
                               .units = units,
                               .unit_count = 1};
    while (slice_next(&counties, '|', &county))
        units[c->unit_count++] = (struct feed_unit){.type = RESULTS_COUNTY, .name = county};
}

static void every_row_is_judged_so(void **state)
{
    struct arena *a = arena_new((size_t)1 << 20);
    size_t wrong = 0;
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *r = &rows[i];
        struct settings_source source = {.county = text(r->feed.source_county)};
        struct feed_unit units[3] = {{.type = RESULTS_TOTAL}};
        struct race_reason why;
        struct race_theirs theirs;
        struct race_ours ours;
        struct feed_contest c;
        struct endorsement e;
        fill(r, &e, &c, units);
        assert_true(race_fit_read_ours(&e, a, &ours));
        assert_true(race_fit_read_theirs(&c, &source, a, &theirs));
        enum race_fit fit = race_fit_compare(&ours, &theirs, &why);
        if (fit != r->fit || !r->why != !why.text ||
            (r->why && slice_find(slice_of(why.text), slice_of(r->why)) == SIZE_MAX)) {
            wrong++;
            print_error("row %zu, %s / %s: %d (%s), not %d (%s)\n", i, r->office,
                        r->feed.text ? r->feed.text : r->feed.office, fit, why.text, r->fit,
                        r->why);
        }
    }
    assert_int_equal(wrong, 0);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_judged_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
