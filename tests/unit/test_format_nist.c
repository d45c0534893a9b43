/* SPDX-License-Identifier: ISC */
/* NIST SP 1500-100: which of a report's many figures are a contest's, and what its things are. */
#include <stdio.h>
#include <string.h>

#include "tests/unit/nist_case.h"

static struct format_case run(const char *payload)
{
    struct format_case c = {.format = "nist", .payload = payload};
    if (!case_run(&c))
        fail_msg("%s", c.fault.err.text);
    return c;
}

/* The first contest's totals, VOTES_UNKNOWN among them; `derived` of all of them. */
static void assert_totals(const char *payload, uint32_t n, const int64_t *votes, bool derived)
{
    struct format_case c = run(payload);
    assert_int_equal(c.r.contests[0].choices, n);
    for (uint32_t i = 0; i < n; i++) {
        const struct results_cell *cell = results_cell(&c.r, &c.r.contests[0], 0, i);
        assert_int_equal(cell->votes, votes[i]);
        assert_int_equal(cell->derived, derived);
    }
    case_done(&c);
}

#define assert_total(payload, votes, derived)                                                      \
    assert_totals(payload, 1, (const int64_t[]){votes}, derived)

static void refused(const char *payload, const char *why)
{
    struct format_case c = {.format = "nist", .payload = payload};
    assert_refused(&c, WIRE_SCHEMA, why);
}

/* ---- counts ---- */

static void definitions_without_counts_are_unknown_and_certify_nothing(void **state)
{
    (void)state;
    struct format_case c = run("<ElectionReport><Status>certified</Status><Election>" NAMED(
        SELECTION("ann", "")) CANDIDATE("ann", "") "</Election></ElectionReport>");
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, VOTES_UNKNOWN);
    assert_int_equal(c.r.head->status, RESULTS_STATUS_UNKNOWN);
    case_done(&c);
}

static void types_add_up_where_no_total_is_stated(void **state)
{
    (void)state;
    assert_total(REPORT(NAMED(SELECTION("ann", COUNT("land", "election-day", "7")
                                                   COUNT("land", "absentee", "5")
                                                       COUNT("land", "other", "1"))),
                        LAND),
                 13, false);
}

static void a_total_and_its_types_are_never_both_added(void **state)
{
    (void)state;
    assert_total(
        REPORT(NAMED(SELECTION("ann", COUNT("land", "early", "7") COUNT("land", "total", "12")
                                          COUNT("land", "absentee-mail", "5"))),
               LAND),
        12, false);
}

static void seats_are_no_votes(void **state)
{
    (void)state;
    assert_total(
        REPORT(NAMED(SELECTION("ann", COUNT("land", "early", "7") COUNT("land", "seats", "2"))),
               LAND),
        7, false);
}

static void absentee_beside_its_classes_is_ambiguous_but_for_a_total(void **state)
{
    (void)state;
#define CLASSES COUNT("land", "absentee", "5") COUNT("land", "absentee-mail", "3")
    refused(REPORT(NAMED(SELECTION("ann", CLASSES)), LAND), "class of absentee");
    assert_total(REPORT(NAMED(SELECTION("ann", CLASSES COUNT("land", "total", "9"))), LAND), 9,
                 false);
}

static void a_count_twice_must_be_the_same(void **state)
{
    (void)state;
    assert_total(
        REPORT(NAMED(SELECTION("ann", COUNT("land", "early", "7") COUNT("land", "early", "7"))),
               LAND),
        7, false);
    refused(REPORT(NAMED(SELECTION("ann", COUNT("land", "early", "7") COUNT("land", "early", "8"))),
                   LAND),
            "twice and differs");
}

static void devices_add_up_unless_a_row_of_no_device_says_it(void **state)
{
    (void)state;
#define BY_DEVICE(device, n)                                                                       \
    "<VoteCounts><DeviceClass><Type>" device "</Type></DeviceClass><GpUnitId>land</GpUnitId>"      \
    "<Type>early</Type><Count>" n "</Count></VoteCounts>"
    assert_total(REPORT(NAMED(SELECTION("ann", BY_DEVICE("bmd", "2") BY_DEVICE("dre", "3"))), LAND),
                 5, false);
    assert_total(REPORT(NAMED(SELECTION("ann", BY_DEVICE("bmd", "2") COUNT("land", "early", "6")
                                                   BY_DEVICE("dre", "3"))),
                        LAND),
                 6, false);
}

static void only_the_first_round_is_counted(void **state)
{
    (void)state;
#define ROUND(number, n)                                                                           \
    "<VoteCounts><GpUnitId>land</GpUnitId><Round>" number "</Round><Type>total</Type><Count>" n    \
    "</Count></VoteCounts>"
    struct format_case c =
        run(REPORT(NAMED(SELECTION("ann", ROUND("1", "40") ROUND("2", "55"))), LAND));
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 40);
    assert_int_equal(c.r.contests->flags & RESULTS_RANKED, RESULTS_RANKED);
    case_done(&c);
}

static void what_is_suppressed_for_privacy_is_unknown(void **state)
{
    (void)state;
    assert_total(REPORT(NAMED(SELECTION(
                            "ann", "<VoteCounts><GpUnitId>land</GpUnitId><IsSuppressedForPrivacy>"
                                   "true</IsSuppressedForPrivacy><Type>early</Type><Count>0</Count>"
                                   "</VoteCounts>" COUNT("land", "absentee", "5"))),
                        LAND),
                 VOTES_UNKNOWN, false);
}

static void votes_that_are_no_count_make_the_contest_bad(void **state)
{
    (void)state;
    static const char *const wrong[] = {"-1",   "1.5", "1,000", "1e3",
                                        "many", "12.", "0x1",   "99999999999999999999"};
    char payload[2000];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(payload, sizeof payload,
                 REPORT(NAMED(SELECTION("ann", COUNT("land", "total", "%s"))), LAND), wrong[i]);
        refused(payload, "VoteCounts of s-ann at land: no count of votes");
    }
    refused(
        REPORT(NAMED(SELECTION(
                   "ann", "<VoteCounts><GpUnitId>land</GpUnitId><Type>total</Type></VoteCounts>")),
               LAND),
        "no Count");
    assert_total(REPORT(NAMED(SELECTION("ann", COUNT("land", "total", "12.00"))), LAND), 12, false);
}

static void a_blank_count_is_unknown(void **state)
{
    (void)state;
    assert_total(REPORT(NAMED(SELECTION("ann", COUNT("land", "total", " "))), LAND), VOTES_UNKNOWN,
                 false);
    assert_total(
        "{\"@type\":\"ElectionResults.ElectionReport\",\"Election\":[{\"Contest\":[{\"Name\":"
        "\"Sheriff\",\"ContestSelection\":[{\"Selection\":\"Yes\",\"VoteCounts\":[{\"Count\":"
        "null,\"Type\":\"total\",\"GpUnitId\":\"u\"}]}]}]}],\"GpUnit\":[{\"Type\":\"state\","
        "\"@id\":\"u\",\"Name\":null}]}",
        VOTES_UNKNOWN, false);
}

static void a_type_of_no_name_makes_the_contest_bad(void **state)
{
    (void)state;
    refused(REPORT(NAMED(SELECTION("ann", COUNT("land", "totals", "1"))), LAND),
            "no such Type: totals");
}

static void version_1_may_leave_unit_and_type_out_but_throughout(void **state)
{
    (void)state;
#define BARE "<VoteCounts><Count>9</Count></VoteCounts>"
    assert_total(REPORT(NAMED(SELECTION("ann", BARE)), LAND), 9, false);
    refused(
        REPORT(NAMED(SELECTION("ann", BARE) SELECTION("bob", COUNT("land", "total", "3"))), LAND),
        "have no GpUnitId");
    refused(REPORT(NAMED(SELECTION("ann", "<VoteCounts><GpUnitId>land</GpUnitId><Count>9</Count>"
                                          "</VoteCounts>")
                             SELECTION("bob", COUNT("land", "total", "3"))),
                   LAND),
            "have no Type");
}

/* ---- units ---- */

static void counties_add_up_and_districts_across_them_do_not(void **state)
{
    (void)state;
    struct format_case c =
        run(REPORT(NAMED(SELECTION("ann", COUNT("north", "total", "10") COUNT(
                                              "south", "total", "20") COUNT("d1", "total", "30"))),
                   LAND COUNTIES UNIT("d1", "state-house", "")));
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 30);
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->derived, 1);
    assert_int_equal(c.r.contests->units, 3);
    assert_int_equal(c.r.units[1].type, RESULTS_COUNTY);
    case_done(&c);
}

static void districts_alone_add_up_when_of_one_sort(void **state)
{
    (void)state;
    assert_total(
        REPORT(NAMED(SELECTION("ann", COUNT("d1", "total", "3") COUNT("d2", "total", "4"))),
               LAND UNIT("d1", "state-house", "") UNIT("d2", "state-house", "")),
        7, true);
    refused(REPORT(NAMED(SELECTION("ann", COUNT("d1", "total", "3") COUNT("d2", "total", "4"))),
                   LAND UNIT("d1", "state-house", "") UNIT("d2", "congressional", "")),
            "may overlap");
}

static void precincts_are_not_added_to_their_county(void **state)
{
    (void)state;
    assert_total(
        REPORT(NAMED(SELECTION("ann", COUNT("p1", "total", "4") COUNT("north", "total", "9")
                                          COUNT("p2", "total", "5") COUNT("south", "total", "1"))),
               LAND COUNTIES PRECINCTS),
        10, true);
}

static void splits_are_not_added_to_their_precinct(void **state)
{
    (void)state;
    assert_total(
        REPORT(NAMED(SELECTION("ann", COUNT("p1a", "total", "1") COUNT("p1b", "total", "3")
                                          COUNT("p1", "total", "4") COUNT("p2", "total", "5"))),
               LAND COUNTIES PRECINCTS UNIT("p1a", "split-precinct", "")
                   UNIT("p1b", "split-precinct", "")),
        9, true);
}

static void splits_alone_stand_for_their_precinct(void **state)
{
    (void)state;
    assert_total(REPORT(NAMED(SELECTION("ann", COUNT("p1a", "total", "1") COUNT("p1b", "total", "3")
                                                   COUNT("p2", "total", "5"))),
                        LAND COUNTIES PRECINCTS UNIT("p1a", "split-precinct", "")
                            UNIT("p1b", "split-precinct", "")),
                 9, true);
}

/* Read as "the coarsest there are", the city alone would be the total. */
static void a_city_and_precincts_outside_it_add_up(void **state)
{
    (void)state;
#define TOWN_AND_COUNTRY                                                                           \
    NAMED(SELECTION("ann", COUNT("city", "total", "8") COUNT("p1", "total", "4")                   \
                               COUNT("p2", "total", "5")))
    assert_total(REPORT(TOWN_AND_COUNTRY, LAND UNIT("north", "county", "city p2")
                                              UNIT("city", "city", "p1") PRECINCTS),
                 13, true);
    refused(REPORT(TOWN_AND_COUNTRY, LAND UNIT("city", "city", "p1") PRECINCTS),
            "does not say whether");
}

static void precincts_and_splits_add_up_to_their_counties(void **state)
{
    (void)state;
    struct format_case c = {
        .format = "nist",
        .options = "precincts=yes\n",
        .payload = REPORT(
            NAMED(SELECTION("ann", COUNT("p1a", "total", "1") COUNT("p1b", "total", "3")
                                       COUNT("p2", "total", "5") COUNT("south", "total", "20"))),
            LAND COUNTIES PRECINCTS UNIT("p1a", "split-precinct", "")
                UNIT("p1b", "split-precinct", ""))};
    assert_true(case_run(&c));
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 29);
    assert_int_equal(c.r.contests->units, 6);
    assert_text(&c, c.r.units[1].name, "north");
    assert_int_equal(c.r.units[1].type, RESULTS_COUNTY);
    assert_int_equal(results_cell(&c.r, c.r.contests, 1, 0)->votes, 9);
    assert_int_equal(results_cell(&c.r, c.r.contests, 1, 0)->derived, 1);
    assert_text(&c, c.r.units[2].name, "north / p1a");
    assert_int_equal(c.r.units[2].type, RESULTS_PRECINCT);
    case_done(&c);
}

/* Within a county too the coarsest type alone would leave the rest out. */
static void a_city_and_precincts_outside_it_add_up_to_their_county(void **state)
{
    (void)state;
    struct format_case c =
        run(REPORT(NAMED(SELECTION("ann", COUNT("city", "total", "8") COUNT("p2", "total", "5")
                                              COUNT("south", "total", "20"))),
                   LAND UNIT("north", "county", "city p2") UNIT("city", "city", "p1")
                       UNIT("south", "county", "") PRECINCTS));
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 33);
    assert_text(&c, c.r.units[1].name, "north");
    assert_int_equal(results_cell(&c.r, c.r.contests, 1, 0)->votes, 13);
    case_done(&c);
}

static void a_precinct_of_two_counties_is_in_neither(void **state)
{
    (void)state;
    struct format_case c =
        run(REPORT(NAMED(SELECTION("ann", COUNT("p1", "total", "8") COUNT("p2", "total", "5"))),
                   LAND UNIT("north", "county", "p1 p2") UNIT("south", "county", "p2") PRECINCTS));
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 13);
    assert_int_equal(c.r.contests->units, 1);
    case_done(&c);
}

static void a_stated_total_needs_no_sum(void **state)
{
    (void)state;
    assert_total(
        REPORT(NAMED(SELECTION("ann", COUNT("land", "total", "50") COUNT("city", "total", "8")
                                          COUNT("p2", "total", "5"))),
               LAND UNIT("city", "city", "") PRECINCTS),
        50, false);
}

/* Central counts at the county, the rest in its precincts: neither is the total. */
static void a_county_of_other_types_than_its_precincts_is_no_total(void **state)
{
    (void)state;
#define CENTRAL                                                                                    \
    NAMED(SELECTION("ann", COUNT("north", "absentee", "8") COUNT("p1", "election-day", "4")        \
                               COUNT("p2", "election-day", "5")))
    refused(REPORT(CENTRAL, UNIT("land", "state", "north") COUNTIES PRECINCTS), "other Types");
    refused(REPORT(NAMED(SELECTION("ann", COUNT("land", "absentee", "8")
                                              COUNT("p1", "election-day", "4"))),
                   LAND COUNTIES PRECINCTS),
            "other Types");
}

static void a_unit_or_candidate_that_is_not_defined_makes_the_contest_bad(void **state)
{
    (void)state;
    refused(REPORT(NAMED(SELECTION("ann", COUNT("nowhere", "total", "1"))), LAND),
            "nowhere, which is no GpUnit");
    refused(REPORT(NAMED(SELECTION("ann", COUNT("bob", "total", "1"))), LAND),
            "bob, which is no GpUnit");
    refused(REPORT(NAMED(SELECTION("zoe", COUNT("land", "total", "1"))), LAND),
            "candidate zoe is not defined");
    refused(REPORT(NAMED(SELECTION("ann", COUNT("north", "total", "1"))),
                   COUNTIES UNIT("north", "city", "")),
            "north is defined twice");
}

static void units_that_hold_each_other_add_up_to_nothing(void **state)
{
    (void)state;
    refused(REPORT(NAMED(SELECTION("ann", COUNT("p1", "total", "1") COUNT("p2", "total", "2"))),
                   UNIT("p1", "precinct", "p2") UNIT("p2", "precinct", "p1")),
            "may overlap");
}

static void part_of_a_report_gives_no_total_that_it_does_not_state(void **state)
{
    (void)state;
#define PART "<SequenceStart>1</SequenceStart><SequenceEnd>2</SequenceEnd>"
    refused(REPORT(NAMED(SELECTION("ann", COUNT("south", "total", "1"))), LAND COUNTIES PART),
            "part 1 of 2");
    assert_total(REPORT(NAMED(SELECTION("ann", COUNT("land", "total", "1"))), LAND PART), 1, false);
}

/* ---- names ---- */

static void ids_of_the_document_are_no_ids_of_ours(void **state)
{
    (void)state;
    static const char *const payloads[] = {
        REPORT(NAMED(SELECTION("ann", COUNT("land", "total", "1"))), LAND),
        "<ElectionReport><GpUnit ObjectId=\"oid7\"><Name>land</Name><Type>state</Type></GpUnit>"
        "<Election><Candidate ObjectId=\"oid8\"><BallotName><Text Language=\"en\">ann</Text>"
        "</BallotName></Candidate><Contest ObjectId=\"oid9\"><Name>Sheriff</Name>"
        "<ContestSelection ObjectId=\"oid1\"><CandidateIds>oid8</CandidateIds>" COUNT(
            "oid7", "total", "1") "</ContestSelection></Contest></Election></ElectionReport>"};
    for (int i = 0; i < 2; i++) {
        struct format_case c = run(payloads[i]);
        assert_text(&c, c.r.contests->id, "");
        assert_text(&c, c.r.contests->text, "Sheriff");
        assert_text(&c, c.r.choices->id, "");
        assert_text(&c, c.r.choices->name, "ann");
        assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 1);
        case_done(&c);
    }
}

static void external_identifiers_that_last_are_ids(void **state)
{
    (void)state;
#define EXTERNAL(type, more, value)                                                                \
    "<ExternalIdentifier><Type>" type "</Type>" more "<Value>" value "</Value></"                  \
    "ExternalIdentifier>"
    struct format_case c =
        run("<ElectionReport><Election>" CONTEST(
            SELECTION("ann", "") SELECTION("bob", ""),
            "<Name>Sheriff</Name>" EXTERNAL("ocd-id", "", "ocd-division/country:us/state:ca")
                EXTERNAL("local-level", "", "014") EXTERNAL("national-level", "", "9"))
                CANDIDATE("ann", EXTERNAL("other", "<OtherType>stable</OtherType>", "A-1"))
                    CANDIDATE("bob", EXTERNAL("other", "<OtherType>slate</OtherType>",
                                              "B-1")) "</Election></ElectionReport>");
    assert_text(&c, c.r.contests->id, "014");
    assert_text(&c, c.r.choices[0].id, "A-1");
    assert_text(&c, c.r.choices[1].id, "");
    case_done(&c);
}

static void a_title_stands_for_a_name_that_is_not_there(void **state)
{
    (void)state;
    struct format_case c = run(
        REPORT(CONTEST(SELECTION("ann", ""), "<Name/><BallotTitle><Text Language=\"es\">Juez</Text>"
                                             "<Text Language=\"en-US\">Judge</Text></BallotTitle>"
                                             "<BallotSubTitle><Text Language=\"en\">Office 3</Text>"
                                             "</BallotSubTitle>"),
               LAND));
    assert_text(&c, c.r.contests->text, "Judge Office 3");
    case_done(&c);
}

static void contests_of_one_name_stay_apart(void **state)
{
    (void)state;
#define PRIMARY(id, candidate, party)                                                              \
    "<Contest ObjectId=\"" id "\"><Name>Sheriff</Name>" SELECTION(                                 \
        candidate, COUNT("land", "total", "3")) "<PrimaryPartyIds>" party "</PrimaryPartyIds>"     \
                                                "</Contest>"
#define PARTIES                                                                                    \
    "<Party ObjectId=\"d\"><Name>Democratic</Name></Party><Party ObjectId=\"r\"><Name>Republican"  \
    "</Name></Party>"
    struct format_case c =
        run(REPORT(PRIMARY("k1", "ann", "d") PRIMARY("k2", "bob", "r"), LAND PARTIES));
    assert_int_equal(c.r.head->contests, 2);
    assert_text(&c, c.r.contests[0].text, "Sheriff - Democratic");
    assert_text(&c, c.r.contests[1].text, "Sheriff - Republican");
    assert_text(&c, c.r.contests[1].party, "Republican");
    assert_text(&c, c.r.contests[1].id, "");
    case_done(&c);
    c = run(REPORT(PRIMARY("k1", "ann", "d") PRIMARY("k2", "bob", "d"), LAND PARTIES));
    assert_int_equal(c.r.head->contests, 2);
    assert_text(&c, c.r.contests[0].id, "k1");
    assert_text(&c, c.r.contests[1].id, "k2");
    case_done(&c);
}

static void units_of_one_name_stay_apart(void **state)
{
    (void)state;
    struct format_case c = {
        .format = "nist",
        .options = "precincts=yes\n",
        .payload =
            REPORT(NAMED(SELECTION("ann", COUNT("a1", "total", "3") COUNT("b1", "total", "4"))),
                   LAND "<GpUnit ObjectId=\"a1\"><Name>One</Name><Type>precinct</Type></GpUnit>"
                        "<GpUnit ObjectId=\"b1\"><Name>One</Name><Type>precinct</Type></GpUnit>")};
    assert_true(case_run(&c));
    assert_int_equal(c.r.contests->units, 3);
    assert_text(&c, c.r.units[1].id, "a1");
    assert_text(&c, c.r.units[2].id, "b1");
    case_done(&c);
}

static void units_of_one_name_in_two_counties_need_no_ids(void **state)
{
    (void)state;
#define ONE(id) "<GpUnit ObjectId=\"" id "\"><Name>One</Name><Type>precinct</Type></GpUnit>"
    static const struct {
        const char *payload, *id;
    } cases[] = {
        {REPORT(NAMED(SELECTION("ann", COUNT("a1", "total", "3") COUNT("b1", "total", "4"))),
                LAND UNIT("north", "county", "a1") UNIT("south", "county", "b1") ONE("a1")
                    ONE("b1")),
         ""},
        {REPORT(NAMED(SELECTION("ann", COUNT("a1", "total", "3") COUNT("b1", "total", "4"))),
                LAND UNIT("north", "county", "a1 b1") ONE("a1") ONE("b1")),
         "a1"}};
    for (int i = 0; i < 2; i++) {
        struct format_case c = {
            .format = "nist", .options = "precincts=yes\n", .payload = cases[i].payload};
        assert_true(case_run(&c));
        assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 7);
        assert_text(&c, c.r.units[2].name, "north / One");
        assert_text(&c, c.r.units[2].id, cases[i].id);
        case_done(&c);
    }
}

static void lines_to_write_in_add_up_and_statistics_are_no_choices(void **state)
{
    (void)state;
#define BLANK(id, n)                                                                               \
    "<ContestSelection ObjectId=\"" id "\"><IsWriteIn>true</IsWriteIn><CandidateIds>" id           \
    "</CandidateIds>" COUNT("land", "total", n) "</ContestSelection>"
    struct format_case c = run(
        "<ElectionReport>" LAND
        "<Election>" NAMED(SELECTION("ann", COUNT("land", "total", "7")) BLANK("w1", "2")
                               BLANK("w2", "3") SELECTION("over", COUNT("land", "total", "11")))
            CANDIDATE("ann", "") "<Candidate ObjectId=\"over\"><BallotName><Text>Over Votes</Text>"
                                 "</BallotName></Candidate></Election></ElectionReport>");
    assert_int_equal(c.r.contests->choices, 2);
    assert_text(&c, c.r.choices[1].name, "Write-in");
    assert_int_equal(c.r.choices[1].flags, RESULTS_WRITE_IN);
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 1)->votes, 5);
    case_done(&c);
}

static void a_name_twice_makes_the_contest_bad(void **state)
{
    (void)state;
    refused(REPORT(NAMED(SELECTION("ann", COUNT("land", "total", "7"))
                             SELECTION("ann", COUNT("land", "total", "7"))),
                   LAND),
            "\"ann\" stands there twice");
}

static void party_lines_of_one_candidate_are_choices_of_their_own(void **state)
{
    (void)state;
#define LINE(id, party)                                                                            \
    "<ContestSelection ObjectId=\"" id                                                             \
    "\"><CandidateIds>cat</CandidateIds><EndorsementPartyIds>" party                               \
    "</EndorsementPartyIds>" COUNT("land", "total", "7") "</ContestSelection>"
    struct format_case c =
        run("<ElectionReport>" LAND PARTIES "<Election>" NAMED(LINE("l1", "d") LINE("l2", "r"))
                CANDIDATE("cat", "<PartyId>d</PartyId>" EXTERNAL(
                                     "state-level", "", "77")) "</Election></ElectionReport>");
    assert_int_equal(c.r.contests->choices, 2);
    assert_text(&c, c.r.choices[0].id, "");
    assert_text(&c, c.r.choices[1].party, "Republican");
    case_done(&c);
}

static void marks_are_post_election_statuses_of_this_contest(void **state)
{
    (void)state;
#define FATE(id, status) CANDIDATE(id, "<PostElectionStatus>" status "</PostElectionStatus>")
#define FOUR SELECTION("w", "") SELECTION("a", "") SELECTION("l", "") SELECTION("p", "")
#define FATES                                                                                      \
    FATE("w", "winner")                                                                            \
    FATE("a", "advanced-to-runoff") FATE("l", "defeated") FATE("p", "projected-winner")
    static const enum results_mark want[] = {RESULTS_WON, RESULTS_ADVANCED, RESULTS_LOST,
                                             RESULTS_UNMARKED};
    struct format_case c =
        run("<ElectionReport><Election>" NAMED(FOUR) FATES "</Election></ElectionReport>");
    assert_int_equal(c.r.contests->flags, RESULTS_MARKS_STATED);
    for (int i = 0; i < 4; i++)
        assert_int_equal(c.r.choices[i].mark, want[i]);
    case_done(&c);
    /* who stands in two contests may have won the other one */
    c = run("<ElectionReport><Election>" NAMED(SELECTION("w", "")) CONTEST(
        SELECTION("w", ""), "<Name>Clerk</Name>") FATES "</Election></ElectionReport>");
    assert_int_equal(c.r.contests[0].flags, 0);
    assert_int_equal(c.r.choices[0].mark, RESULTS_UNMARKED);
    case_done(&c);
}

/* ---- the report ---- */

static void definitions_may_stand_before_or_after_their_use(void **state)
{
    (void)state;
    static const char before[] = "<ElectionReport>" LAND "<Election>" CANDIDATE("ann", "")
        NAMED(SELECTION("ann", COUNT("land", "total", "1"))) "</Election></ElectionReport>";
    static const char after[] =
        "<ElectionReport><Election>" NAMED(SELECTION("ann", COUNT("land", "total", "1")))
            CANDIDATE("ann", "") "</Election>" LAND "</ElectionReport>";
    assert_total(before, 1, false);
    assert_total(after, 1, false);
}

static void a_time_without_zone_is_not_taken_for_utc(void **state)
{
    (void)state;
    static const struct {
        const char *payload;
        bool known;
    } cases[] = {
        {REPORT(NAMED(SELECTION("ann", "")), "<GeneratedDate>2031-11-05T01:02:03Z</GeneratedDate>"),
         true},
        {REPORT(NAMED(SELECTION("ann", "")), "<GeneratedDate>2031-11-05T01:02:03</GeneratedDate>"),
         false}};
    for (int i = 0; i < 2; i++) {
        struct format_case c = run(cases[i].payload);
        assert_int_equal(c.r.head->own_time_ms != WHEN_UNKNOWN, cases[i].known);
        case_done(&c);
    }
}

static void json_of_both_shapes_is_the_same_report(void **state)
{
    (void)state;
    static const char *const payloads[] = {
        "{\"Election\":[{\"Candidate\":[{\"BallotName\":{\"Text\":[{\"Content\":\"Ann\","
        "\"Language\":"
        "\"en\"}]},\"@id\":\"c\"}],\"Contest\":[{\"Name\":\"Sheriff\",\"VoteVariation\":null,"
        "\"ContestCollection\":null,"
        "\"ContestSelection\":[{\"VoteCounts\":[{\"Count\":7,\"Type\":\"total\",\"GpUnitId\":\"u\"}"
        "],"
        "\"CandidateIds\":[\"c\"]}]}]}],\"GpUnit\":[{\"Type\":\"state\",\"@id\":\"u\"}],"
        "\"@type\":\"ElectionResults.ElectionReport\"}",
        "{\"ElectionReport\":{\"Election\":{\"Candidate\":{\"ObjectId\":\"c\",\"BallotName\":{"
        "\"Text\":"
        "{\"content\":\"Ann\"}}},\"Contest\":{\"Name\":\"Sheriff\",\"ContestSelection\":{"
        "\"VoteCounts\":"
        "{\"Count\":\"7\",\"Type\":\"total\",\"GpUnitId\":\"u\"},\"CandidateIds\":\"c\"}}},"
        "\"GpUnit\":{\"Type\":\"state\",\"ObjectId\":\"u\"}}}"};
    for (int i = 0; i < 2; i++) {
        struct format_case c = run(payloads[i]);
        assert_text(&c, c.r.choices->name, "Ann");
        assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 7);
        case_done(&c);
    }
}

static void what_is_no_report_is_refused(void **state)
{
    (void)state;
    refused("<EML/>", "line 1: the document is a \"EML\"");
    refused("{\"Election\":[]}", "no ElectionReport");
    refused("{\"ElectionReport\":[]}", "no ElectionReport");
    refused("<ElectionReport/>", "no contests");
    refused(REPORT(CONTEST("", "<Name>Sheriff</Name>"), ""), "none of its contests has choices");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(definitions_without_counts_are_unknown_and_certify_nothing),
        cmocka_unit_test(types_add_up_where_no_total_is_stated),
        cmocka_unit_test(a_total_and_its_types_are_never_both_added),
        cmocka_unit_test(seats_are_no_votes),
        cmocka_unit_test(absentee_beside_its_classes_is_ambiguous_but_for_a_total),
        cmocka_unit_test(a_count_twice_must_be_the_same),
        cmocka_unit_test(devices_add_up_unless_a_row_of_no_device_says_it),
        cmocka_unit_test(only_the_first_round_is_counted),
        cmocka_unit_test(what_is_suppressed_for_privacy_is_unknown),
        cmocka_unit_test(votes_that_are_no_count_make_the_contest_bad),
        cmocka_unit_test(a_blank_count_is_unknown),
        cmocka_unit_test(a_type_of_no_name_makes_the_contest_bad),
        cmocka_unit_test(version_1_may_leave_unit_and_type_out_but_throughout),
        cmocka_unit_test(counties_add_up_and_districts_across_them_do_not),
        cmocka_unit_test(districts_alone_add_up_when_of_one_sort),
        cmocka_unit_test(precincts_are_not_added_to_their_county),
        cmocka_unit_test(splits_are_not_added_to_their_precinct),
        cmocka_unit_test(splits_alone_stand_for_their_precinct),
        cmocka_unit_test(a_city_and_precincts_outside_it_add_up),
        cmocka_unit_test(precincts_and_splits_add_up_to_their_counties),
        cmocka_unit_test(a_city_and_precincts_outside_it_add_up_to_their_county),
        cmocka_unit_test(a_precinct_of_two_counties_is_in_neither),
        cmocka_unit_test(a_stated_total_needs_no_sum),
        cmocka_unit_test(a_county_of_other_types_than_its_precincts_is_no_total),
        cmocka_unit_test(a_unit_or_candidate_that_is_not_defined_makes_the_contest_bad),
        cmocka_unit_test(units_that_hold_each_other_add_up_to_nothing),
        cmocka_unit_test(part_of_a_report_gives_no_total_that_it_does_not_state),
        cmocka_unit_test(ids_of_the_document_are_no_ids_of_ours),
        cmocka_unit_test(external_identifiers_that_last_are_ids),
        cmocka_unit_test(a_title_stands_for_a_name_that_is_not_there),
        cmocka_unit_test(contests_of_one_name_stay_apart),
        cmocka_unit_test(units_of_one_name_stay_apart),
        cmocka_unit_test(units_of_one_name_in_two_counties_need_no_ids),
        cmocka_unit_test(lines_to_write_in_add_up_and_statistics_are_no_choices),
        cmocka_unit_test(a_name_twice_makes_the_contest_bad),
        cmocka_unit_test(party_lines_of_one_candidate_are_choices_of_their_own),
        cmocka_unit_test(marks_are_post_election_statuses_of_this_contest),
        cmocka_unit_test(definitions_may_stand_before_or_after_their_use),
        cmocka_unit_test(a_time_without_zone_is_not_taken_for_utc),
        cmocka_unit_test(json_of_both_shapes_is_the_same_report),
        cmocka_unit_test(what_is_no_report_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
