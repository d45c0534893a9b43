/* SPDX-License-Identifier: ISC */
/* Matching: a wrong automatic match is the one unforgivable error. Tables of what must link, what
 * must wait for a person and what must not be touched; the ways ids, hints and names play together.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/unit/core_match_help.h"

#define HEAD                                                                                       \
    "candidate_name,state,office,jurisdiction,county,district,seat,term,election_type,"            \
    "contest_party,aliases,party,status,choice\n"
enum expect { LINK, WAIT, NOT };

/* One endorsement, one contest. */
static const struct {
    const char *endorsed;
    enum source source;
    const char *text, *choices;
    enum expect expect;
} rows[] = {
    /* what the real feeds write */
    {"David Perdue,GA,US Senate,,,,,,,,,,,", SOS, "US Senate",
     "David A. Perdue (I) (Rep)|Jon Ossoff (Dem)", LINK},
    {"David Perdue,GA,US Senate,,,,,,,,,,,", SOS, "US Senate (Perdue)",
     "David A. Perdue (I) (Rep)|Jon Ossoff (Dem)", WAIT},
    {"Donald Trump,GA,President,,,,,,,,,,,", SOS,
     "President of the United States/Presidentede los Estados Unidos",
     "Donald J. Trump (I) (Rep)|Joseph R. Biden (Dem)", LINK},
    {"Carla Roberts,GA,State Senate,,,1,,,,,,,,", SOS, "State Senate District 1",
     "Ben Watson (I) (Rep)|Carla Roberts", LINK},
    {"Sheikh Rahman,GA,State Senator,,,5,,,,,,,,", SOS,
     "State Senate Dist 5/Senador Estatal Dist 5", "Sheikh Rahman (I) (Dem)", LINK},
    {"Chris Deluzio,CO,U.S. House,,,1,,,,,,,,", CO,
     "Representative to the 119th United States Congress - District 1", "Chris Deluzio|Rob Mercuri",
     LINK},
    {"Marvin Lim,GA,State House,,,99,,,,,,,,", SOS,
     "State House Dist 99/Estatal ante la Asamblea General Dist 99",
     "Marvin Lim (Dem)|Taeho Cho (Rep)", LINK},
    {"Dexter Sharper,GA,State Representative,,,177,,,,,,,,", SOS, "State House District 177",
     "Dexter L. Sharper (I) (Dem)", LINK},
    {"Jo Lee,GA,District Attorney,,,Alapaha,,,,,,,,", SOS, "District Attorney - Alapaha",
     "Jo Lee|Dick Perryman (I) (Rep)", LINK},
    {"Jo Lee,GA,District Attorney,Alapaha Judicial Circuit,,,,,,,,,,", SOS,
     "District Attorney - Alapaha", "Jo Lee", LINK},
    {"Jo Lee,GA,District Attorney,,,Cobb,,,special,,,,,", SOS, "District Attorney - Cobb - Special",
     "Jo Lee", LINK},
    {"Jo Lee,CO,District Attorney,,,17,,,,,,,,", CO, "District Attorney - 17th Judicial District",
     "Jo Lee", LINK},
    {"Jo Lee,GA,Sheriff,Cobb County,,,,,,,,,,", COBB, "Sheriff/Alguacil", "Jo Lee", LINK},
    {"Jo Lee,GA,County Commission,,Cobb,2,,,,,,,,", COBB, "Co Commission Dist 2/Comisionado",
     "Jo Lee (Dem)", LINK},
    {"Jo Lee,GA,Board of Education,Cobb County Schools,Cobb,2,,,,,,,,", COBB,
     "Brd of Education Dist 2/Consejo de Educaci\xc3\xb3n del Dist 2", "Jo Lee", LINK},
    {"Jo Lee,CO,City Council,City of Aurora,,Ward 3,,,,,,,,", CO,
     "City of Aurora Council Member, Ward III", "Jo Lee", LINK},
    {"Jo Lee,CO,City Council,Aurora,,At-Large,,,,,,,,", CO,
     "Aurora City Council At Large (Vote for 2)", "Jo Lee", LINK},
    {"Jo Lee,CO,Mayor,Aurora,,,,,,,,,,", CO, "Mayor - Aurora", "Jo Lee", LINK},
    {"Jo Lee,CO,Mayor,Aurora,Adams,,,,,,,,,", CO, "Mayor - Aurora", "Jo Lee", WAIT},
    {"Jo Lee,CO,Mayor,Aurora,Adams,,,,,,,,,", CO, "City of Aurora Mayor", "Jo Lee", LINK},
    {"Jo Lee,CO,School Board,Mesa County Valley School District 51,,A,,,,,,,,", CO,
     "Mesa County Valley School District 51 Board of Education - District A", "Jo Lee", LINK},
    {"Jo Lee,CO,School Board,Ash Valley Local School District,,,,,,,,,,", CO,
     "For Member of Board of Education Ash Valley Local SD", "Jo Lee", LINK},
    {"Jo Lee,CO,School Board,Ash Valley City School District,,,,,,,,,,", CO,
     "For Member of Board of Education Ash Valley Local SD", "Jo Lee", WAIT},
    {"Jo Lee,GA,County Commissioner,,Cobb,,,,,,,,,", COBB,
     "For County Commissioner (Full Term Commencing 01-02-2027)", "JO LEE", LINK},
    {"Ann Wu,GA,Public Service Commission,,,1,,,,,,,,", SOS, "Public Service Commission District 1",
     "Ann Wu", LINK},
    {"Ann Wu,CO,Soil and Water,Satilla River,,,,,,,,,,", CO, "Soil and Water - Satilla River",
     "Ann Wu", LINK},
    {"Ann Wu,CO,Government Study Commissioner,Duquesne,,,,,,,,,,", CO,
     "Government Study Commissioner - Duquesne", "Ann Wu", LINK},
    /* the wrong place, district, office, term, party */
    {"Carla Roberts,GA,State Senate,,,2,,,,,,,,", SOS, "State Senate District 1", "Carla Roberts",
     NOT},
    {"Carla Roberts,GA,State Senate,,,1,,,,,,,,", SOS, "State House District 1", "Carla Roberts",
     NOT},
    {"Carla Roberts,GA,State Senate,,,1,,,,,,,,", SOS, "US House District 1", "Carla Roberts", NOT},
    {"Carla Roberts,GA,State Senate,,,1,,,,,,,,", SOS, "Superior Court Judge", "Carla Roberts",
     NOT},
    {"Carla Roberts,GA,State Senate,,,1,,,,,,,,", CO, "State Senate District 1", "Carla Roberts",
     NOT},
    {"Carla Roberts,GA,State Senate,,,1,,,,,,,,", US, "State Senate District 1", "Carla Roberts",
     WAIT},
    {"Jo Lee,GA,Sheriff,,Fulton,,,,,,,,,", COBB, "Sheriff", "Jo Lee", NOT},
    {"Jo Lee,GA,Sheriff,,Fulton,,,,,,,,,", SOS, "Sheriff", "Jo Lee", WAIT},
    {"Jo Lee,GA,Sheriff,,Fulton,,,,,,,,,", SOS, "Sheriff - Fulton County", "Jo Lee", LINK},
    {"Jo Lee,GA,Sheriff,,,,,,,,,,,", COBB, "Sheriff", "Jo Lee", WAIT},
    {"Jo Lee,GA,State Senate,,,1,,,,,,,,", SOS, "State Senate", "Jo Lee", WAIT},
    {"Jo Lee,GA,State Senate,,,,,,,,,,,", SOS, "State Senate District 1", "Jo Lee", WAIT},
    {"Jo Lee,GA,State Senate,,,,,,,,,,,", SOS, "State Senate", "Jo Lee", WAIT},
    {"Jo Lee,CO,City Council,Aurora,,1,,,,,,,,", CO, "City Council Ward 1", "Jo Lee", WAIT},
    {"Jo Lee,CO,City Council,Aurora,,1,,,,,,,,", CO, "City of Littleton City Council District 1",
     "Jo Lee", WAIT},
    {"Jo Lee,CO,City Council,Aurora,,,,,,,,,,", CO, "Aurora City Council Ward 1", "Jo Lee", WAIT},
    {"Jo Lee,CO,City Council,Aurora,,Ward 1,,,,,,,,", CO, "Aurora City Council District 1",
     "Jo Lee", WAIT},
    {"Jo Lee,CO,City Council,Town of Clinton,,,,,,,,,,", CO, "City of Clinton City Council",
     "Jo Lee", WAIT},
    {"Jo Lee,CO,School Board,Anaheim Union High School District,,,,,,,,,,", CO,
     "Anaheim Elementary School District School Board", "Jo Lee", WAIT},
    {"Jo Lee,CO,School Board,Clovis Unified School District,,,,,,,,,,", CO,
     "Clovis Unified School District Governing Board", "Jo Lee", LINK},
    {"Jo Lee,CO,School Board,Clovis Elementary School District,,,,,,,,,,", CO,
     "Clovis Unified School District Governing Board", "Jo Lee", WAIT},
    {"Jo Lee,CO,Superior Court Judge,,,,Office 3,,,,,,,", CO, "Superior Court Judge Office No. 4",
     "Jo Lee", NOT},
    {"Jo Lee,CO,Superior Court Judge,,,,,,,,,,,", CO, "Superior Court Judge", "Jo Lee", WAIT},
    {"Jo Lee,GA,US Senate,,,,,unexpired,,,,,,", SOS, "US Senate", "Jo Lee", WAIT},
    {"Jo Lee,GA,US Senate,,,,,unexpired,,,,,,", SOS, "US Senate - Unexpired Term", "Jo Lee", LINK},
    {"Jo Lee,GA,US Senate,,,,,,,,,,,", SOS, "US Senate - Special", "Jo Lee", WAIT},
    {"Jo Lee,GA,US Senate,,,,,,primary,DEM,,,,", SOS, "DEM U.S. Senator", "Jo Lee", LINK},
    {"Jo Lee,GA,US Senate,,,,,,primary,DEM,,,,", SOS, "U.S. Senator - REPUBLICAN", "Jo Lee", NOT},
    {"Jo Lee,GA,US Senate,,,,,,primary,DEM,,,,", SOS, "U.S. Senator", "Jo Lee", WAIT},
    {"Jo Lee,GA,US Senate,,,,,,,,,,,", SOS, "US Senate (REP)", "Jo Lee", WAIT},
    {"Jo Lee,GA,US Senate,,,,,,general,,,,,", SOS, "US Senate Runoff", "Jo Lee", NOT},
    {"Jo Lee,GA,Treasurer,,Cobb,,,,,,,,,", COBB, "State Treasurer", "Jo Lee", WAIT},
    {"Jo Lee,GA,Chair,,Cobb,,,,,,,,,", COBB, "County Commission", "Jo Lee", WAIT},
    /* the wrong person */
    {"Ann Wu,GA,Attorney General,,,,,,,,,,,", SOS, "Attorney General", "Ann Li|Bo Fox", NOT},
    {"Min Kim,GA,Attorney General,,,,,,,,,,,", SOS, "Attorney General", "Min Lim", NOT},
    {"Chad Cox,GA,Attorney General,,,,,,,,,,,", SOS, "Attorney General", "Chad Fox", NOT},
    {"Ann Wu,GA,Attorney General,,,,,,,,,,,", SOS, "Attorney General", "Bo Wu|Ann Wu", LINK},
    {"Ann Wu,GA,Attorney General,,,,,,,,,,,", SOS, "Attorney General", "Bo Wu|Cy Wu", WAIT},
    {"Ann Wu,GA,Attorney General,,,,,,,,,,,", SOS, "Attorney General", "Wu|Fox", WAIT},
    {"John Smith,GA,Attorney General,,,,,,,,,,,", SOS, "Attorney General",
     "John A. Smith|John B. Smith", WAIT},
    {"John A. Smith,GA,Attorney General,,,,,,,,,,,", SOS, "Attorney General",
     "John A. Smith|John B. Smith", LINK},
    {"John A. Smith,GA,Attorney General,,,,,,,,,,,", SOS, "Attorney General", "John B. Smith",
     WAIT},
    {"John Smith Jr.,GA,Attorney General,,,,,,,,,,,", SOS, "Attorney General", "John Smith Sr.",
     WAIT},
    {"Kris Smith,GA,Attorney General,,,,,,,,,,,", SOS, "Attorney General", "Kris Smth", WAIT},
    /* write-ins, aliases, tickets, fusion, measures */
    {"Ann Wu,GA,Attorney General,,,,,,,,,,write_in,", SOS, "Attorney General", "Bo Fox|Write-in",
     NOT},
    {"Ann Wu,GA,Attorney General,,,,,,,,,,write_in,", SOS, "Attorney General",
     "Bo Fox|Write-in: Ann Wu", LINK},
    {"Ann Wu,GA,Attorney General,,,,,,,,,,write_in,", SOS, "Attorney General", "Ann Wu|Bo Fox",
     WAIT},
    {"Ann Wu,GA,Attorney General,,,,,,,,,,,", SOS, "Attorney General", "Bo Fox|Write-in: Ann Wu",
     WAIT},
    /* a party breaks a tie or raises a doubt; alone it proves nothing */
    {"Ann Wu,GA,State Senate,,,1,,,,,,Democratic,,", SOS, "State Senate District 1",
     "Ann Wu=REP|Bo Fox=DEM", WAIT},
    {"Ann Wu,GA,State Senate,,,1,,,,,,Democratic,,", SOS, "State Senate District 1",
     "Ann Wu=REP|Ann Wu=DEM", LINK},
    {"Ann Wu,GA,State Senate,,,1,,,,,,,,", SOS, "State Senate District 1", "Ann Wu=REP|Ann Wu=DEM",
     WAIT},
    {"Ann Wu,GA,State Senate,,,1,,,,,,Democratic,,", SOS, "State Senate District 1",
     "Ann Wu=NPP|Bo Fox=REP", LINK},
    {"Ann Wu,GA,State Senate,,,1,,,,,,Democratic,,", SOS, "State Senate District 1",
     "Bo Wu=DEM|Cy Fox=REP", WAIT},
    {"Ann Wu,NY,State Senate,,,1,,,,,,Democratic,,", NY, "State Senate District 1",
     "Ann Wu=DEM|Bo Fox=LIB|Ann Wu=REP", LINK},
    /* Pennsylvania elects both */
    {"Jo Lee,CO,Clerk of Courts,,Elk,,,,,,,,,", CO, "Elk County Prothonotary", "Jo Lee", WAIT},
    {"Jo Lee,CO,Prothonotary,,Elk,,,,,,,,,", CO, "Elk County Prothonotary", "Jo Lee", LINK},
    /* two bodies of one county or township, and one body by two names */
    {"Jo Lee,CO,County Commission,,Elk,1,,,,,,,,", CO, "Elk County Council District 1", "Jo Lee",
     WAIT},
    {"Jo Lee,CO,Township Trustee,Pine Township,Elk,,,,,,,,,", CO,
     "Pine Township Board Member - Elk County", "Jo Lee", WAIT},
    {"Jo Lee,CO,Township Trustee,Pine Township,Elk,,,,,,,,,", CO,
     "Pine Township Trustee - Elk County", "Jo Lee", LINK},
    {"Jo Lee,CO,County Auditor,,Elk,,,,,,,,,", CO, "County of Elk Auditor", "Jo Lee", LINK},
    {"Jo Lee,CO,City Auditor,Elk,,,,,,,,,,", CO, "County of Elk Auditor", "Jo Lee", NOT},
    {"Jo Lee,CO,HD 12,,,,,,,,,,,", CO, "State Representative - District 12", "Jo Lee", LINK},
    {"Jo Lee,CO,Circuit Court,,,17,,,,,,,,", CO, "Judge of the 17th Circuit Court", "Jo Lee", LINK},
    {"Jo Lee,CO,Port Commissioner,Port of Elk,,2,,,,,,,,", CO,
     "PORT OF ELK Port Commissioner, District No. 2", "Jo Lee", LINK},
    {"Ann Wu,GA,Attorney General,,,,,,,,Annie Wu-Lee|Nan Wu,,,", SOS, "Attorney General",
     "Annie Wu-Lee|Fox", LINK},
    {"Ann Wu,GA,Governor,,,,,,,,,,,", SOS, "Governor/Lieutenant Governor",
     "Ann Wu/Bo Fox|Cy Cox/Di Li", LINK},
    {"Ann Wu,NY,State Senate,,,1,,,,,,,,", NY, "State Senate District 1",
     "Ann Wu=DEM|Bo Fox=REP|Ann Wu=WOR", LINK},
    {"Ann Wu,NY,State Senate,,,1,,,,,,,,", NY, "State Senate District 1",
     "Ann Wu=DEM|Bo Fox=REP|Ann L. Wu=WOR", WAIT},
    {"Ann Wu,GA,State Senate,,,1,,,,,,,,", SOS, "State Senate District 1",
     "Ann Wu=DEM|Bo Fox=REP|Ann Wu=WOR", WAIT},
    {"Amendment 79,CO,Amendment,,,,,,,,,,,Yes", CO, "Amendment 79", "Yes/For|No/Against", LINK},
    {"Amendment 79,CO,Amendment,,Elk,,,,,,,,,Yes", CO, "Amendment 79", "Yes|No", WAIT},
    {"Amendment 79,CO,Amendment,,,4,,,,,,,,Yes", CO, "Amendment 79", "Yes|No", WAIT},
    {"Amendment 79,GA,Amendment,,,,,,,,,,,Yes", COBB, "Amendment 79", "Yes|No", WAIT},
    {"Amendment 79,CO,Amendment,,,,,,,,,,,Yes", US, "Amendment 79", "Yes|No", WAIT},
    {"Amendment 79,GA,Amendment,,,,,,,,,,,Yes", CO, "Amendment 79", "Yes|No", NOT},
    {"School Levy,CO,Issue 5,,,,,,,,,,,Yes", CO, "Issue 5", "Yes|No", LINK},
    {"Wu,CO,Supreme Court,,,,,,,,,,,Yes", CO, "Colorado Supreme Court Justice - Wu", "Yes|No", NOT},
    {"Ann Wu,CO,Dog Catcher,,,,,,,,,,,Yes", CO, "Dog Catcher - Ann Wu", "Yes|No", NOT},
    {"Ann Wu,CO,District Court Judge,,,2,,,,,,,,Yes", CO, "District Court Judge - Wu", "Yes|No",
     WAIT},
    {"Ann Wu,GA,Supreme Court,,,,,,,,,,,Yes", CO, "Colorado Supreme Court Justice - Ann Wu",
     "Yes|No", NOT},
    {"Ballot Question 1,CO,Question,Aurora,,,,,,,,,,No", CO, "Ballot Question 1", "Yes|No", WAIT},
    {"Ann Wu,CO,Supreme Court,,,,,,,,,,,Yes", CO, "Colorado Supreme Court Justice - Wu", "Yes|No",
     WAIT},
    {"Ann Wu,CO,Supreme Court,,,,,,,,,,,Yes", CO, "Colorado Supreme Court Justice - Ann L. Wu",
     "Yes/For|No/Against", WAIT},
    {"Ann Wu,CO,Supreme Court,,,,,,,,,,,Yes", CO, "Colorado Supreme Court Justice - Ann Wu",
     "Yes/For|No/Against", LINK},
    {"Ann Wu,CO,Supreme Court,,,,,,,,,,,Yes", CO, "Colorado Supreme Court Justice - Ann Li",
     "Yes/For|No/Against", NOT},
    {"Ann Wu,CO,District Court Judge,,,2,,,,,,,,No", CO,
     "District Court Judge - 2nd Judicial District - Ann Wu", "Yes|No", LINK},
    {"Ann Wu,CO,District Court Judge,,,2,,,,,,,,No", CO,
     "District Court Judge - 3rd Judicial District - Ann Wu", "Yes|No", NOT},
    {"Ann Wu,CO,Colorado Supreme Court Justice,,,,,,,,,,,", CO,
     "Colorado Supreme Court Justice - Wu", "Yes|No", NOT},
};

static void rows_are_judged(void **state)
{
    static const char *const words[] = {"link", "wait", "not"};
    int wrong = 0;
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct night n;
        char csv[700];
        snprintf(csv, sizeof(csv), HEAD "%s\n", rows[i].endorsed);
        night_open(&n, csv);
        struct feed_contest *c = contest_of(&n, rows[i].source, "1", rows[i].text, rows[i].choices);
        match(&n, c);
        enum expect got = linked(&n, 0, c) >= 0 ? LINK : in_review(&n, 0) ? WAIT : NOT;
        if (got != rows[i].expect || (c->race == NONE) != (got != LINK)) {
            print_error("%s\n   in %s: %s\n   is %s, not %s: %.*s\n", rows[i].endorsed,
                        rows[i].text, rows[i].choices, words[got], words[rows[i].expect],
                        SLICE_FMT(n.m.review_count ? n.m.review[0].why : SLICE("-")));
            wrong++;
        }
        for (uint32_t k = 0; k < n.m.races[0].link_count; k++)
            assert_true(n.m.races[0].links[k].why.len > 0);
        night_close(&n);
    }
    assert_int_equal(wrong, 0);
}

static const char runoffs[] =
    "candidate_name,state,office,term,seats_to_fill,election_type,ap_candidate_id,source_hints,"
    "aliases\n"
    "Raphael Warnock,GA,US Senate,unexpired,1,runoff,GA22251,sos=10100|us=5523,\n"
    "Kelly Loeffler,GA,US Senate,unexpired,1,runoff,GA22243,sos=10100|us=5523,\n"
    "Jon Ossoff,GA,US Senate,full,1,runoff,GA21798,sos=10000|us=5522,\n"
    "David Perdue,GA,US Senate,full,1,runoff,GA19900,sos=10000|us=5522,David A. Perdue\n";

static void a_real_night_is_matched(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, runoffs);
    assert_int_equal(n.m.race_count, 2);
    struct feed_contest *perdue = contest_of(&n, SOS, "10000", "US Senate (Perdue)",
                                             "David A. Perdue (I) (Rep)|Jon Ossoff (Dem)");
    struct feed_contest *loeffler = contest_of(&n, SOS, "10100", "US Senate (Loeffler) - Special",
                                               "Kelly Loeffler (I) (Rep)|Raphael Warnock (Dem)");
    struct feed_contest *d22 =
        contest_of(&n, US, "5522", "US Senate Runoff", "David Perdue|Jon Ossoff");
    struct feed_contest *d23 =
        contest_of(&n, US, "5523", "US Senate Runoff", "Kelly Loeffler|Raphael Warnock");
    struct feed_contest *a1 = contest_of(&n, AP, "GA1", "", "#GA19900:|#GA21798:");
    struct feed_contest *a2 = contest_of(&n, AP, "GA2", "", "#GA22243:|#GA22251:");
    struct feed_contest *all[] = {perdue, loeffler, d22, d23, a1, a2};
    for (size_t i = 0; i < 6; i++)
        assert_true(match(&n, all[i]));
    assert_int_equal(n.m.review_count, 0);
    assert_int_equal(linked(&n, 0, loeffler), 1);
    assert_int_equal(linked(&n, 1, loeffler), 0);
    assert_int_equal(linked(&n, 2, perdue), 1);
    assert_int_equal(linked(&n, 3, perdue), 0);
    assert_int_equal(linked(&n, 0, d23), 1);
    assert_int_equal(linked(&n, 2, d22), 1);
    assert_int_equal(linked(&n, 0, a2), 1);
    assert_int_equal(linked(&n, 3, a1), 0);
    assert_int_equal(n.m.races[0].contest_count, 3);
    assert_int_equal(n.m.races[0].seats, 1);
    assert_int_equal(loeffler->race, match_race_of(&n.m, 1));
    for (size_t i = 0; i < 6; i++)
        assert_false(match(&n, all[i])); /* nothing new */
    night_close(&n);
}

/* A call feed says "General" behind the office and as the type of election; a list need not. */
static void a_feed_that_says_general_is_matched(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, "candidate_name,state,office\nAnn Lee,GA,US Senate\n");
    struct feed_contest *c = contest_of(&n, US, "7", "Georgia US Senate General", "Ann Lee|Bo Ray");
    c->state = SLICE("GA");
    c->election_type = SLICE("General");
    match(&n, c);
    assert_int_equal(linked(&n, 0, c), 0);
    night_close(&n);
}

static void ids_are_checked(void **state)
{
    struct night n;
    const char *csv = "candidate_name,state,office,district,ap_candidate_id,ap_race_id\n"
                      "Ann Wu,GA,State Senate,1,77,\nBo Fox,GA,State Senate,2,88,R2\n";
    (void)state;

    night_open(&n, csv);
    struct feed_contest *c =
        contest_of(&n, AP, "R9", "State Senate District 1", "#77:Ann Wu|#78:Ed Li");
    c->state = SLICE("GA");
    match(&n, c);
    assert_int_equal(linked(&n, 0, c), 0);
    c->state = SLICE("AL"); /* ids are unique within a state only */
    assert_true(match(&n, c));
    assert_int_equal(linked(&n, 0, c), -1);
    c->state = SLICE("GA");
    set_choices(&n, c, "#77:Ed Li|#78:Ann Wu"); /* the id says one, the name another */
    match(&n, c);
    assert_int_equal(linked(&n, 0, c), -1);
    assert_int_equal(in_review(&n, 0), 1);
    struct feed_contest *r3 = contest_of(&n, AP, "R3", "", "#88:");
    match(&n, r3); /* the list says R2 */
    assert_int_equal(linked(&n, 1, r3), -1);
    struct feed_contest *other = contest_of(&n, SOS, "R9", "Dog Catcher", "#77:Ed Li");
    match(&n, other); /* not the AP's: the id means nothing */
    assert_int_equal(linked(&n, 0, other), -1);
    night_close(&n);
}

/* Who hints at a contest of a source means no other of it, however well it fits. */
static void a_hint_at_one_contest_rules_out_the_others(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, "candidate_name,state,office,district,choice,source_hints\n"
                   "Ann Wu,GA,State Senate,1,,sos=7\nAmendment 79,GA,Amendment,,Yes,sos=9\n");
    struct feed_contest *c = contest_of(&n, SOS, "8", "State Senate District 1", "Ann Wu|Bo Fox");
    match(&n, c);
    assert_int_equal(linked(&n, 0, c), -1);
    assert_int_equal(in_review(&n, 0), 0);
    struct feed_contest *hinted = contest_of(&n, SOS, "7", "Senate", "Ann Wu|Cy Cox");
    match(&n, hinted);
    assert_int_equal(linked(&n, 0, hinted), 0);
    struct feed_contest *measure = contest_of(&n, SOS, "10", "Amendment 79", "Yes|No");
    match(&n, measure);
    assert_int_equal(linked(&n, 1, measure), -1);
    assert_int_equal(in_review(&n, 1), 0);
    struct feed_contest *us = contest_of(&n, US, "8", "State Senate District 1", "Ann Wu|Bo Fox");
    us->state = SLICE("GA");
    match(&n, us); /* of another source the hint says nothing */
    assert_int_equal(linked(&n, 0, us), 0);
    night_close(&n);
}

/* In the contest that the list names, a line flagged write-in is still the person of that name. */
static void a_write_in_line_of_a_hinted_contest_is_taken(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, "candidate_name,state,office,district,source_hints\n"
                   "Ann Wu,GA,State Senate,1,sos=7\nBo Fox,GA,State Senate,2,\n");
    struct feed_contest *c = contest_of(&n, SOS, "7", "State Senate District 1", "Ann Wu|Cy Cox");
    struct feed_contest *d = contest_of(&n, SOS, "8", "State Senate District 2", "Bo Fox|Cy Cox");
    c->choices[0].flags = d->choices[0].flags = RESULTS_WRITE_IN;
    match(&n, c);
    match(&n, d);
    assert_int_equal(linked(&n, 0, c), 0);
    assert_int_equal(linked(&n, 1, d), -1);
    assert_int_equal(in_review(&n, 1), 1);
    night_close(&n);
}

/* Neither a hint nor an id nor a title makes one of another day's contest. */
static void another_days_contest_is_never_taken(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, "candidate_name,state,office,district,choice,ap_candidate_id,source_hints\n"
                   "Ann Wu,GA,State Senate,1,,77,sos=7\nAmendment 79,GA,Amendment,,Yes,,\n");
    struct feed_contest *all[] = {contest_of(&n, SOS, "7", "State Senate District 1", "Ann Wu"),
                                  contest_of(&n, AP, "R1", "State Senate District 1", "#77:Ann Wu"),
                                  contest_of(&n, SOS, "9", "Amendment 79", "Yes|No")};
    all[1]->state = SLICE("GA");
    for (size_t i = 0; i < 3; i++) {
        all[i]->date += WHEN_DAY;
        match(&n, all[i]);
        assert_int_equal(linked(&n, i == 2, all[i]), -1);
    }
    assert_int_equal(n.m.review_count, 0);
    for (size_t i = 0; i < 3; i++) {
        all[i]->day = DAY_UNKNOWN; /* it may be: hint and id say so, a title alone does not */
        match(&n, all[i]);
        assert_int_equal(linked(&n, i == 2, all[i]), i == 2 ? -1 : 0);
    }
    assert_int_equal(in_review(&n, 1), 1);
    night_close(&n);
}

static void two_contests_of_a_source_wait(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, HEAD "Ann Wu,CO,Mayor,Clinton,,,,,,,,,,\n");
    struct feed_contest *a = contest_of(&n, CO, "1", "Mayor - Clinton", "Ann Wu|Bo Li");
    struct feed_contest *b = contest_of(&n, CO, "2", "Clinton Mayor", "Ann Wu|Cy Fox");
    match(&n, a);
    assert_int_equal(linked(&n, 0, a), 0);
    assert_true(match(&n, b)); /* takes the first back */
    assert_int_equal(linked(&n, 0, a), -1);
    assert_int_equal(linked(&n, 0, b), -1);
    assert_int_equal(a->race, NONE);
    assert_int_equal(in_review(&n, 0), 2);
    a->gone = true; /* the feed renamed its id: no two contests any more */
    assert_true(match(&n, b));
    assert_int_equal(linked(&n, 0, b), 0);
    assert_int_equal(in_review(&n, 0), 0);
    set_choices(&n, b, "Cy Fox");
    assert_true(match(&n, b));
    assert_int_equal(linked(&n, 0, b), -1);
    assert_int_equal(linked(&n, 0, a), 0); /* still its last figures */
    night_close(&n);
}

static void two_of_ours_on_one_line_wait(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, HEAD
               "John Smith,CO,Mayor,Clinton,,,,,,,,,,\nJohn A. Smith,CO,Mayor,Clinton,,,,,,,,,,\n");
    struct feed_contest *c = contest_of(&n, CO, "1", "Mayor - Clinton", "John Smith|Bo Li");
    match(&n, c);
    assert_int_equal(n.m.races[0].link_count, 0);
    assert_int_equal(n.m.review_count, 2);
    night_close(&n);
    night_open(&n, HEAD "Ann Wu,CO,Governor,,,,,,,,,,,\nBo Fox,CO,Governor,,,,,,,,,,,\n");
    c = contest_of(&n, CO, "1", "Governor", "Ann Wu/Bo Fox|Cy Cox/Di Li");
    match(&n, c); /* a ticket names both */
    assert_int_equal(linked(&n, 0, c), 0);
    assert_int_equal(linked(&n, 1, c), 0);
    night_close(&n);
}

/* A ticket whose one name is surely ours, and whose other may be: the second was in no feed. */
static void a_mate_in_doubt_waits_beside_one_who_is_sure(void **state)
{
    static const struct {
        const char *line;
        uint32_t sure, waits;
    } tickets[] = {{"Ann Wu/B. Fox|Cy Cox/Di Li", 0, 1},
                   {"Wu/Bo Fox|Cy Cox/Di Li", 1, 1},
                   {"Ann Wu/Al Moe|Cy Cox/Di Li", 0, 0},
                   {"Ann Wu/Bo Fox|Cy Cox/Di Li", 0, 0}};
    (void)state;

    for (size_t i = 0; i < sizeof tickets / sizeof tickets[0]; i++) {
        struct night n;
        night_open(&n, HEAD "Ann Wu,CO,Governor,,,,,,,,,,,\nBo Fox,CO,Governor,,,,,,,,,,,\n");
        struct feed_contest *c = contest_of(&n, CO, "1", "Governor", tickets[i].line);
        match(&n, c);
        assert_int_equal(linked(&n, tickets[i].sure, c), 0);
        if (n.m.review_count != tickets[i].waits)
            fail_msg("%s: %u in review", tickets[i].line, n.m.review_count);
        night_close(&n);
    }
}

/* Feeds say of a measure what it is about behind its title, or before it whose it is. */
static void a_measure_of_which_the_text_says_more_waits(void **state)
{
    static const struct {
        const char *title, *text;
        uint32_t waits;
    } measures[] = {{"Proposition 50", "Proposition 50 - Redistricting", 1},
                    {"Proposition 50", "State of CO Proposition 50", 1},
                    {"Proposition 50", "State Proposition 50", 1},
                    {"Proposition 5", "Proposition 50 - Redistricting", 0},
                    {"Measure A", "Measure AA Elk School Bond", 0},
                    {"Measure A", "Measure A Elk School Bond", 1},
                    {"School Bond", "School Bond of Elk", 0}, /* says nothing of which */
                    {"50", "Proposition 50", 0}};
    (void)state;

    for (size_t i = 0; i < sizeof measures / sizeof measures[0]; i++) {
        struct night n;
        char csv[200];
        snprintf(csv, sizeof csv, "candidate_name,state,office,choice\n%s,CO,Measure,yes\n",
                 measures[i].title);
        night_open(&n, csv);
        match(&n, contest_of(&n, CO, "1", measures[i].text, "Yes|No"));
        if (n.m.review_count != measures[i].waits)
            fail_msg("%s: %u in review for %s", measures[i].text, n.m.review_count,
                     measures[i].title);
        assert_int_equal(n.m.races[0].link_count, 0);
        night_close(&n);
    }
}

static void sources_are_judged_apart(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, HEAD "Ann Wu,GA,State Senate,,,1,,,,,,,,\n");
    struct feed_contest *a = contest_of(&n, SOS, "1", "State Senate District 1", "Ann Wu");
    struct feed_contest *b = contest_of(&n, COBB, "1", "State Senate Dist 1", "Ann Wu|Ann Wu");
    match(&n, a);
    match(&n, b);
    assert_int_equal(linked(&n, 0, a), 0);
    assert_int_equal(linked(&n, 0, b), -1);
    /* Counties of one source are parts of the race. */
    struct feed_contest *x = contest_of(&n, AP, "7", "State Senate District 1", "Ann Wu");
    struct feed_contest *y = contest_of(&n, AP, "7", "State Senate District 1", "Ann Wu");
    x->state = y->state = SLICE("GA");
    x->county = SLICE("Cobb");
    y->county = SLICE("Fulton");
    match(&n, x);
    match(&n, y);
    assert_int_equal(linked(&n, 0, x), 0);
    assert_int_equal(linked(&n, 0, y), 0);
    night_close(&n);
}

static void fusion_links_all_lines(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, HEAD "Ann Wu,NY,State Senate,,,1,,,,,,,,\n");
    struct feed_contest *c =
        contest_of(&n, NY, "1", "State Senate District 1", "Ann Wu=DEM|Bo Fox=REP|Ann Wu=WOR");
    match(&n, c);
    assert_int_equal(n.m.races[0].link_count, 2);
    assert_int_equal(n.m.races[0].links[1].choice, 2);
    assert_int_equal(n.m.races[0].contest_count, 1);
    night_close(&n);
}

/* Two lines of one party are two people, or one line told twice: a person looks. */
static void lines_of_one_party_wait(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, HEAD "Ann Wu,NY,State Senate,,,1,,,,,,,,\n");
    struct feed_contest *c =
        contest_of(&n, NY, "1", "State Senate District 1", "Ann Wu=DEM|Bo Fox=REP|Ann Wu=Dem");
    match(&n, c);
    assert_int_equal(n.m.races[0].link_count, 0);
    assert_int_equal(in_review(&n, 0), 2);
    night_close(&n);
}

/* A contest is one race: two of ours in it whose list says two races are a mistake somewhere. */
static void one_contest_is_never_two_races(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, "candidate_name,state,office,district,race_id\n"
                   "Ann Wu,GA,State Senate,1,race-a\nBo Fox,GA,State Senate,1,race-b\n");
    struct feed_contest *c = contest_of(&n, SOS, "1", "State Senate District 1", "Ann Wu|Bo Fox");
    match(&n, c);
    assert_int_equal(linked(&n, 0, c), -1);
    assert_int_equal(linked(&n, 1, c), -1);
    assert_int_equal(in_review(&n, 0) + in_review(&n, 1), 2);
    assert_int_equal(c->race, NONE);
    night_close(&n);
}

static void a_sure_match_ends_every_maybe(void **state)
{
    struct night n;
    (void)state;

    night_open(&n, HEAD "Ann Wu,GA,State Senate,,,1,,,,,,,,\n");
    struct feed_contest *maybe = contest_of(&n, SOS, "1", "State Senate", "Ann Wu|Bo Li");
    struct feed_contest *sure = contest_of(&n, SOS, "2", "State Senate District 1", "Ann Wu");
    match(&n, maybe);
    assert_int_equal(in_review(&n, 0), 1);
    match(&n, sure);
    assert_int_equal(linked(&n, 0, sure), 0);
    assert_int_equal(linked(&n, 0, maybe), -1);
    assert_int_equal(in_review(&n, 0), 0);
    night_close(&n);
}

/* The order in which contests come does not matter. */
static void order_does_not_matter(void **state)
{
    static const char *const texts[] = {"Mayor - Clinton", "Clinton Mayor", "Mayor of Clinton",
                                        "State Senate District 1"};
    (void)state;

    for (int round = 0; round < 24; round++) {
        struct night n;
        struct feed_contest *c[4];
        int order[4], left = round;
        night_open(&n,
                   HEAD "Ann Wu,CO,Mayor,Clinton,,,,,,,,,,\nAnn Wu,CO,State Senate,,,1,,,,,,,,\n");
        for (int i = 0; i < 4; i++) {
            c[i] = contest_of(&n, CO, "1", texts[i], "Ann Wu|Bo Li");
            order[i] = i;
        }
        for (int i = 3; i > 0; i--) {
            int k = left % (i + 1), swap = order[k];
            left /= i + 1;
            order[k] = order[i];
            order[i] = swap;
        }
        for (int i = 0; i < 4; i++)
            match(&n, c[order[i]]);
        assert_int_equal(in_review(&n, 0), 3);
        assert_int_equal(linked(&n, 1, c[3]), 0);
        assert_int_equal(n.m.races[match_race_of(&n.m, 0)].link_count, 0);
        night_close(&n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_judged),
        cmocka_unit_test(a_real_night_is_matched),
        cmocka_unit_test(a_feed_that_says_general_is_matched),
        cmocka_unit_test(ids_are_checked),
        cmocka_unit_test(a_hint_at_one_contest_rules_out_the_others),
        cmocka_unit_test(a_write_in_line_of_a_hinted_contest_is_taken),
        cmocka_unit_test(another_days_contest_is_never_taken),
        cmocka_unit_test(two_contests_of_a_source_wait),
        cmocka_unit_test(two_of_ours_on_one_line_wait),
        cmocka_unit_test(a_mate_in_doubt_waits_beside_one_who_is_sure),
        cmocka_unit_test(a_measure_of_which_the_text_says_more_waits),
        cmocka_unit_test(sources_are_judged_apart),
        cmocka_unit_test(fusion_links_all_lines),
        cmocka_unit_test(lines_of_one_party_wait),
        cmocka_unit_test(one_contest_is_never_two_races),
        cmocka_unit_test(a_sure_match_ends_every_maybe),
        cmocka_unit_test(order_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
