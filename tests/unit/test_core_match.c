/* SPDX-License-Identifier: ISC */
/* Matching: a wrong automatic match is the one unforgivable error. Tables of what must link, what
 * must wait for a person and what must not be touched; the ways ids, hints and names play together;
 * and every contest of the real feeds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/core_match_help.h"

#define HEAD                                                                                       \
    "candidate_name,state,office,jurisdiction,county,district,seat,term,election_type,"            \
    "contest_party,aliases,party,status,choice\n"
enum source { SOS, AP, CO, COBB, NY, US };
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

/* ---- every contest of the real feeds ---- */

static bool attribute(struct slice tag, const char *name, struct slice *out)
{
    size_t at = slice_find(tag, slice_of(name));

    if (at == SIZE_MAX)
        return false;
    *out = slice_sub(tag, at + strlen(name), tag.len);
    *out = slice_sub(*out, 0, slice_find(*out, SLICE("\"")));
    return true;
}

/* "&quot;" back into a quote, enough for these files. */
static struct slice unescaped(struct night *n, struct slice s)
{
    char *out = arena_alloc(n->a, s.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < s.len; i++) {
        bool quote = slice_starts(slice_sub(s, i, s.len), SLICE("&quot;"));
        out[len++] = quote ? '"' : s.ptr[i];
        i += quote ? 5 : 0;
    }
    return (struct slice){out, len};
}

static size_t read_contests(struct night *n, struct slice xml, uint32_t source,
                            struct feed_contest **out, size_t room)
{
    struct slice rest = xml, tag, text, id;
    size_t count = 0;

    while (slice_next(&rest, '<', &tag)) {
        tag = slice_sub(tag, 0, slice_find(tag, SLICE(">")));
        bool contest = slice_starts(tag, SLICE("Contest ")),
             choice = slice_starts(tag, SLICE("Choice "));
        if ((!contest && !choice) || !attribute(tag, " text=\"", &text) ||
            !attribute(tag, " key=\"", &id))
            continue;
        if (contest && count < room) {
            out[count] = contest_of(n, source, "", "", "");
            out[count]->choice_count = 0;
            out[count]->id = id;
            out[count++]->text = unescaped(n, text);
        } else if (choice && count > 0 && out[count - 1]->choice_count < 64) {
            struct feed_contest *c = out[count - 1];
            c->choices[c->choice_count++] =
                (struct feed_choice){.id = id, .name = unescaped(n, text)};
        }
    }
    return count;
}

static char feeds[] = "/tmp/test_core_match.XXXXXX"; /* where the payloads are unpacked */

/* False: ../shared/feeds is not there. */
static bool unpack_feeds(void)
{
    int status = 1;

    if (access("../shared/feeds/unpack", X_OK) != 0 || !mkdtemp(feeds))
        return false;
    pid_t child = fork();
    if (child == 0) {
        if (!freopen("/dev/null", "w", stdout))
            _exit(1);
        execl("../shared/feeds/unpack", "unpack", feeds, "clarity", (char *)NULL);
        _exit(1);
    }
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void remove_feeds(void)
{
    pid_t child = fork();

    if (child == 0) {
        execl("/bin/rm", "rm", "-rf", feeds, (char *)NULL);
        _exit(1);
    }
    waitpid(child, NULL, 0);
}

static char *read_file(const char *name, size_t *len)
{
    char path[400];
    char *text = malloc((size_t)16 << 20);

    snprintf(path, sizeof(path), "%s/clarity/%s", feeds, name);
    FILE *f = fopen(path, "rb");
    assert_non_null(text);
    assert_non_null(f);
    *len = fread(text, 1, (size_t)16 << 20, f);
    fclose(f);
    return text;
}

static struct slice quoted(struct night *n, struct slice s)
{
    char *out = arena_alloc(n->a, 2 * s.len + 3);
    size_t len = 0;

    out[len++] = '"';
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"')
            out[len++] = '"';
        out[len++] = s.ptr[i];
    }
    out[len++] = '"';
    return (struct slice){out, len};
}

/* How the rows of a file are bent before they are matched. */
enum bend { STRAIGHT, OTHER_NUMBER, OTHER_PERSON, OTHER_STATE, OTHER_COUNTY };

/* 1 -> 901 in every number: a district that no contest has. */
static struct slice bend_numbers(struct night *n, struct slice s)
{
    char *out = arena_alloc(n->a, 4 * s.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < s.len; i++) {
        bool digit = s.ptr[i] >= '0' && s.ptr[i] <= '9';
        bool before = i > 0 && s.ptr[i - 1] >= '0' && s.ptr[i - 1] <= '9';
        if (digit && !before) {
            out[len++] = '9';
            out[len++] = '7';
        }
        out[len++] = s.ptr[i];
    }
    return (struct slice){out, len};
}

static bool has_number(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] >= '0' && s.ptr[i] <= '9')
            return true;
    return false;
}

static void write_rows(struct night *n, struct feed_contest **c, size_t count, enum bend bend,
                       const char *state, const char *county, struct buf *csv)
{
    buf_addz(csv, "candidate_name,state,office,county,endorsement_id\n");
    for (size_t i = 0; i < count; i++) {
        struct slice office = c[i]->text;
        if (bend == OTHER_NUMBER && !has_number(office))
            continue;
        if (bend == OTHER_NUMBER)
            office = bend_numbers(n, office);
        office = quoted(n, office);
        for (uint32_t k = 0; k < c[i]->choice_count; k++) {
            struct slice who = c[i]->choices[k].name;
            /* "Ricky ""Rick"" Williams" stays Rick under any first name. */
            if (bend == OTHER_PERSON && (slice_find(who, SLICE("\"")) != SIZE_MAX ||
                                         slice_find(who, SLICE("''")) != SIZE_MAX))
                continue;
            if (bend == OTHER_PERSON) /* a sibling: another first name */
                who = arena_printf(n->a, "Xanthippe%.*s",
                                   SLICE_FMT(slice_sub(who, slice_find(who, SLICE(" ")), who.len)));
            who = quoted(n, who);
            buf_addf(csv, "%.*s,%s,%.*s,%s,%zu:%u\n", SLICE_FMT(who),
                     bend == OTHER_STATE ? "WY" : state, SLICE_FMT(office),
                     bend == OTHER_COUNTY ? "Nowhere" : county, i, k);
        }
    }
}

/* Endorse every person of a file, each with the words of the contest as the office: whatever links
 * must be the very line that the row was made of. Bent rows link nothing at all; of another county,
 * only what is no county's. */
static void check_file(const char *name, enum source source, const char *state, const char *county,
                       enum bend bend, size_t least, size_t most)
{
    static struct feed_contest *c[2000];
    size_t len = 0, links = 0;
    struct night n, real;
    struct buf csv;
    char *xml = read_file(name, &len);

    night_open(&n, HEAD "Nobody Here,GA,Mayor,,,,,,,,,,,\n");
    size_t count = read_contests(&n, (struct slice){xml, len}, source, c, 2000);
    buf_init(&csv, (size_t)64 << 20);
    write_rows(&n, c, count, bend, state, county, &csv);
    night_open(&real, csv.ptr);
    for (size_t i = 0; i < count; i++)
        match(&real, c[i]);
    for (uint32_t r = 0; r < real.m.race_count; r++)
        for (uint32_t l = 0; l < real.m.races[r].link_count; l++) {
            const struct link *link = &real.m.races[r].links[l];
            char *end;
            size_t i = strtoul(real.list.list[link->endorsement].id.ptr, &end, 10);
            size_t k = strtoul(end + 1, NULL, 10);
            links++;
            if (most == 0)
                print_error("%.*s\n", SLICE_FMT(link->why));
            if (link->contest != c[i] || link->choice != k)
                fail_msg("%.*s", SLICE_FMT(link->why));
        }
    print_message("%s, bent %d: %zu contests, %zu rows, %zu linked, %u in review\n", name, bend,
                  count, real.list.count, links, real.m.review_count);
    assert_in_range(links, least, most);
    buf_done(&csv);
    night_close(&real);
    night_close(&n);
    free(xml);
}

static void real_feeds_are_matched_without_error(void **state)
{
    static const struct {
        const char *name;
        enum source source;
        const char *state, *county;
        size_t least;
    } files[] = {
        {"ga-2020-11-03-counties-20201120-1237-detail.xml", SOS, "GA", "", 455},
        {"ga-gwinnett-2020-11-03-full-detail.xml", COBB, "GA", "Cobb", 100},
        {"co-2024-11-05-detail.xml", CO, "CO", "", 270},
        {"ga-atkinson-2020-11-03-detail.xml", COBB, "GA", "Cobb", 50},
    };
    (void)state;

    if (!unpack_feeds()) {
        print_message("SKIP: ../shared/feeds is not there\n");
        return;
    }
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        check_file(files[i].name, files[i].source, files[i].state, files[i].county, STRAIGHT,
                   files[i].least, 1000);
        for (enum bend bend = OTHER_NUMBER; bend <= OTHER_STATE; bend++)
            check_file(files[i].name, files[i].source, files[i].state, files[i].county, bend, 0, 0);
    }
    check_file(files[1].name, COBB, "GA", "Cobb", OTHER_COUNTY, 60, 85);
    remove_feeds();
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
        cmocka_unit_test(sources_are_judged_apart),
        cmocka_unit_test(fusion_links_all_lines),
        cmocka_unit_test(lines_of_one_party_wait),
        cmocka_unit_test(one_contest_is_never_two_races),
        cmocka_unit_test(a_sure_match_ends_every_maybe),
        cmocka_unit_test(order_does_not_matter),
        cmocka_unit_test(real_feeds_are_matched_without_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
