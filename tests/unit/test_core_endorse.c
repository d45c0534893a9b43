/* SPDX-License-Identifier: ISC */
/* The endorsement list: as people save it, and all that is wrong with one at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/base/when.h"
#include "daemon/core/endorse.h"
#include "daemon/core/endorse_report.h"

static const int64_t DATE = INT64_C(1762214400000); /* 2025-11-04 */

struct reading {
    struct arena *a;
    struct buf problems;
    struct endorsements list;
    struct err e;
    bool ok;
};

static struct reading read_mapped(const char *csv, size_t len, const struct endorse_column *map,
                                  size_t n)
{
    struct reading r = {.a = arena_new((size_t)1 << 28)};

    buf_init(&r.problems, 1 << 20);
    r.ok = endorse_parse((struct slice){csv, len}, map, n, DATE, r.a, &r.list, &r.problems, &r.e);
    return r;
}

static struct reading read_list(const char *csv)
{
    return read_mapped(csv, strlen(csv), NULL, 0);
}

static void done(struct reading *r)
{
    buf_done(&r->problems);
    arena_free(r->a);
}

#define IS(slice, text) assert_true(slice_is(slice, text))

static void every_column_is_read(void **state)
{
    struct reading r = read_list(
        "\xef\xbb\xbf"
        "Candidate Name;STATE;office;endorsement_id;Status;ballot_name;aliases;party;"
        "office_level;division_id;jurisdiction;district;seat;term;county;counties;seats_to_fill;"
        "advance_to;election_date;election_type;contest_party;wins;continues;choice;incumbent;"
        "opponent_incumbent;held_by;seats_held_by_others;flip;polls_close;race_id;ap_race_id;"
        "ap_candidate_id;source_hints;tags;cohort;website;press_note;notes;our own\r\n"
        "Jos\xc3\xa9\xc2\xa0 \xe2\x80\x9cPepe\xe2\x80\x9d  D\xc3\xad"
        "az;georgia;State Senate;E-1;Write-In;"
        "J. D\xc3\xad"
        "az;Pepe Diaz|J Diaz;D;state;ocd-division/country:us/state:ga/sldu:12;Georgia;12;A;"
        "Unexpired;Cobb;Cobb|Fulton;3;2;11/4/2025;Special;Democratic;seat;E-0;Yes;TRUE;0;R;2;"
        "\xe2\x9c\x93;7:30 PM;ga-12;AP1;77;sos=123|ap=State = Senate;a|b||c;2025;http://x;"
        "\"two\r\nlines; quoted "
        "\"\"so\"\"\";n;x\r\n\r\n;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;;\r\n");
    (void)state;

    if (!r.ok)
        fail_msg("%s\n%.*s", r.e.text, SLICE_FMT(buf_slice(&r.problems)));
    assert_int_equal(r.list.count, 1);
    const struct endorsement *e = &r.list.list[0];
    IS(e->name, "Jos\xc3\xa9 \xe2\x80\x9cPepe\xe2\x80\x9d D\xc3\xad"
                "az");
    IS(e->state, "GA");
    IS(e->id, "E-1");
    assert_int_equal(e->status, ENDORSE_WRITE_IN);
    assert_int_equal(e->alias_count, 2);
    IS(e->aliases[1], "J Diaz");
    assert_int_equal(e->level, LEVEL_STATE);
    assert_true(e->unexpired);
    assert_int_equal(e->county_count, 2);
    assert_int_equal(e->seats, 3);
    assert_int_equal(e->places, 2);
    assert_int_equal(e->date, DATE);
    IS(e->election_type, "special");
    assert_int_equal(e->wins, WINS_SEAT);
    assert_int_equal(e->choice, CHOICE_YES);
    assert_int_equal(e->incumbent, TRI_YES);
    assert_int_equal(e->opponent_incumbent, TRI_NO);
    assert_int_equal(e->seats_held_by_others, 2);
    assert_int_equal(e->flip, TRI_YES);
    assert_int_equal(e->polls_minute, 19 * 60 + 30);
    IS(e->race_id, "ga-12");
    IS(e->ap_candidate_id, "77");
    assert_int_equal(e->hint_count, 2);
    IS(e->hints[1].source, "ap");
    IS(e->hints[1].contest, "State = Senate");
    assert_int_equal(e->tag_count, 3);
    assert_int_equal(e->line, 2);
    done(&r);
}

static void what_is_open_is_unsaid(void **state)
{
    struct reading r = read_list("candidate_name\tstate\toffice\tcontest_party\n"
                                 "Ann Lee\tGA\tSchool Board\t\nBo Wu\tGA\tSheriff\tREP\n"
                                 "Cy Fox\tGA\tDog Catcher\t\n");
    (void)state;

    assert_true(r.ok);
    const struct endorsement *e = r.list.list;
    assert_int_equal(e->seats, -1);
    assert_int_equal(e->places, -1);
    assert_int_equal(e->seats_held_by_others, -1);
    assert_int_equal(e->polls_minute, -1);
    assert_int_equal(e->flip, TRI_UNSAID);
    assert_int_equal(e->wins, WINS_SEAT);
    assert_int_equal(e->level, LEVEL_SCHOOL);
    assert_int_equal(e[1].level, LEVEL_COUNTY);
    assert_int_equal(e[1].wins, WINS_NOMINATION);
    assert_int_equal(e[2].level, LEVEL_UNKNOWN);
    assert_true(e->id.len > 0 && !slice_eq(e[0].id, e[1].id));
    done(&r);
}

/* Of an office that parties nominate for, a primary is its members' party's: no seat is won. */
static void a_party_primary_of_the_list_is_a_nomination(void **state)
{
    static const struct {
        const char *row, *contest_party;
        enum endorse_wins wins;
    } rows[] = {
        {"NC,State House,Democratic,primary,,", "dem", WINS_NOMINATION},
        {"NC,US Senate,REP,primary,,", "rep", WINS_NOMINATION},
        {"NC,State House,Democratic,primary,REP,", "REP", WINS_NOMINATION},
        {"NC,State House,Democratic,primary,,seat", "dem", WINS_SEAT},
        {"NC,State House,Democratic,general,,", "", WINS_SEAT},
        {"NC,State House,Democratic,runoff,,", "", WINS_SEAT},
        {"NC,State House,Nonpartisan,primary,,", "", WINS_SEAT},
        /* ... or may be one: no seat by guess */
        {"NC,School Board,Democratic,primary,,", "", WINS_NOMINATION},
        {"NC,Labor Commissioner,Democratic,primary,,", "", WINS_NOMINATION},
        {"NC,Sheriff,Democratic,primary,,", "", WINS_NOMINATION},
        {"NC,Dog Catcher,Democratic,primary,,", "", WINS_NOMINATION},
        {"NC,Sheriff,Democratic,primary,,seat", "", WINS_SEAT},
        {"NC,Sheriff,Nonpartisan,primary,,", "", WINS_SEAT},
        {"NC,Sheriff,,primary,,", "", WINS_SEAT},
        {"CA,Sheriff,Democratic,primary,,", "", WINS_SEAT},
        {"NE,Governor,Democratic,primary,,", "dem", WINS_NOMINATION},
        {"NE,State Legislature,Democratic,primary,,", "", WINS_SEAT},
        {"CA,State Senate,Democratic,primary,,", "", WINS_SEAT},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char csv[256];
        snprintf(csv, sizeof csv,
                 "candidate_name,state,office,party,election_type,contest_party,wins\nAnn Lee,%s\n",
                 rows[i].row);
        struct reading r = read_list(csv);
        const struct endorsement *e = r.list.list;
        assert_true(r.ok);
        if (e->wins != rows[i].wins || !slice_is(e->contest_party, rows[i].contest_party))
            fail_msg("%s: contest_party '%.*s'", rows[i].row, SLICE_FMT(e->contest_party));
        done(&r);
    }
}

/* A side of a measure elects nobody, whatever office its title names; of a retention or a recall it
 * is about a seat; the list's own word holds. */
static void a_measure_wins_no_seat(void **state)
{
    static const struct {
        const char *row;
        enum endorse_wins wins;
    } rows[] = {
        {"Proposition 50,CA,Proposition 50,,Yes,", WINS_MEASURE},
        {"School bonds,CA,School Board bond measure,,For,", WINS_MEASURE},
        {"Clean Water,CA,Clean Water Act,,No,", WINS_MEASURE},
        {"Clean Water,CA,Clean Water Act,D,No,", WINS_MEASURE},
        {"Ann Archer,CA,Supreme Court,,Yes,", WINS_SEAT},
        {"Ann Archer,CA,Governor,,No,", WINS_SEAT},
        {"Proposition 50,CA,Proposition 50,,Yes,seat", WINS_SEAT},
        {"Ann Archer,CA,Governor,,,", WINS_SEAT},
        {"Ann Archer,CA,Question Mark,,,", WINS_SEAT},
        {"Ann Archer,CA,Governor,D,,", WINS_NOMINATION},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char csv[300];
        snprintf(csv, sizeof csv, "candidate_name,state,office,contest_party,choice,wins\n%s\n",
                 rows[i].row);
        struct reading r = read_list(csv);
        if (!r.ok || r.list.list[0].wins != rows[i].wins)
            fail_msg("%s", rows[i].row);
        done(&r);
    }
}

static void all_problems_are_told_at_once(void **state)
{
    static const char *const told[] = {
        "2: column state: \"Gorgia\"",
        "2: column status: \"activ\" is none of active",
        "did you mean active?",
        "2: column seats_to_fill: \"0\" is not a whole number from 1",
        "2: column election_date: \"2025-02-30\"",
        "3: column candidate_name: it is empty",
        "3: column flip: \"maybe\"",
        "3: column polls_close: \"25 h\"",
        "4: it has 3 fields, the header has 10",
        "5: column source_hints: \"sos\" is no hint",
        "5: column candidate_name: it is not UTF-8",
        "7: column endorsement_id: x1 is also the id of line 6",
    };
    struct reading r =
        read_list("candidate_name,state,office,status,seats_to_fill,election_date,flip,polls_close,"
                  "source_hints,endorsement_id\n"
                  "Ann,Gorgia,Mayor,activ,0,2025-02-30,,,,\n"
                  ",GA,Mayor,,,,maybe,25 h,,\n"
                  "Bo,GA,Mayor\n"
                  "C\xe9line,GA,Mayor,,,,,,sos,\n"
                  "Dee,GA,Mayor,,,,,,,x1\nEd,GA,Sheriff,,,,,,,x1\n");
    (void)state;

    assert_false(r.ok);
    assert_int_equal(r.e.kind, ERR_DATA);
    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
        if (slice_find(buf_slice(&r.problems), slice_of(told[i])) == SIZE_MAX)
            fail_msg("missing: %s\nin:\n%.*s", told[i], SLICE_FMT(buf_slice(&r.problems)));
    assert_null(r.list.list);
    done(&r);
}

static void problems_are_capped(void **state)
{
    struct buf csv;
    struct reading r;
    (void)state;

    buf_init(&csv, 1 << 20);
    buf_addz(&csv, "candidate_name,state,office\n");
    for (int i = 0; i < 1000; i++)
        buf_addf(&csv, "A%d,XX,Mayor\n", i);
    r = read_mapped(csv.ptr, csv.len, NULL, 0);
    assert_false(r.ok);
    assert_true(slice_ends(buf_slice(&r.problems), SLICE("and 800 more\n")));
    assert_non_null(strstr(r.e.text, "1000 problems"));
    buf_done(&csv);
    done(&r);
}

static void columns_are_mapped(void **state)
{
    const struct endorse_column map[] = {{SLICE("candidate_name"), SLICE("Full Name")},
                                         {SLICE("office"), SLICE("Office sought")}};
    const struct endorse_column bad[] = {{SLICE("candidate_nam"), SLICE("Full Name")},
                                         {SLICE("office"), SLICE("Seat sought")}};
    const char *csv = "full name,State,OFFICE  SOUGHT,office\nAnn Lee,GA,Mayor,wrong\n";
    struct reading r = read_mapped(csv, strlen(csv), map, 2);
    (void)state;

    assert_true(r.ok);
    IS(r.list.list[0].name, "Ann Lee");
    IS(r.list.list[0].office, "Mayor");
    done(&r);
    r = read_mapped(csv, strlen(csv), bad, 2);
    assert_false(r.ok);
    assert_non_null(strstr(r.problems.ptr, "did you mean candidate_name?"));
    assert_non_null(strstr(r.problems.ptr, "column.office = Seat sought: the file has no such"));
    assert_non_null(strstr(r.problems.ptr, "the column candidate_name is missing"));
    done(&r);
    csv = "Full Name,State,Office,Notes\nAnn Lee,GA,Mayor,x\n"; /* which may it be? */
    r = read_mapped(csv, strlen(csv), NULL, 0);
    assert_non_null(strstr(r.problems.ptr, "(its name in this file); it has \"full_name\""));
    done(&r);
}

static void lists_that_are_none(void **state)
{
    static const char *const lists[] = {
        "",
        "candidate_name,state,office\n",
        "candidate_name,state,office\nA,GA,\"Mayor\n",
        "candidate_name,state,state,office\nA,GA,GA,Mayor\n",
        "\n\n",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        struct reading r = read_list(lists[i]);
        assert_false(r.ok);
        assert_true(r.problems.len > 0);
        done(&r);
    }
}

/* One race in other words has one id; any difference in a part makes another. */
static void an_office_that_contradicts_its_columns(void **state)
{
    static const char *const head =
        "candidate_name,state,office,term,election_type,contest_party\n";
    static const struct {
        const char *row, *says;
    } rows[] = {
        {"Mayor (Unexpired Term),full,,", "another term"},
        {"Mayor (Full Term),unexpired,,", "another term"},
        {"Mayor (Full Term) Unexpired,,,", "another term"},
        {"Mayor Runoff,,general,", "another sort of election"},
        {"Mayor Primary,,general,", "another sort of election"},
        {"Mayor Runoff,,primary,", "another sort of election"},
        {"Mayor - General Election,,primary,", "another sort of election"},
        {"Mayor (Democratic Primary),,,R", "another party"},
        {"Mayor (Unexpired Term),unexpired,general,", NULL},
        {"Mayor Primary Runoff,,runoff,", NULL},
        {"Mayor (Special Election),full,general,", NULL},
        {"Mayor (Democratic Primary),,primary,DEM", NULL},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char csv[600];
        snprintf(csv, sizeof(csv), "%sAnn Lee,GA,%s\n", head, rows[i].row);
        struct reading r = read_list(csv);
        bool told = rows[i].says &&
                    slice_find(buf_slice(&r.problems), slice_of(rows[i].says)) != SIZE_MAX &&
                    slice_find(buf_slice(&r.problems), SLICE("2: column office: ")) != SIZE_MAX;
        if (r.ok != !rows[i].says || told != (rows[i].says != NULL))
            fail_msg("%s: %.*s", rows[i].row, SLICE_FMT(buf_slice(&r.problems)));
        done(&r);
    }
}

static void race_ids(void **state)
{
    static const char *const head = "candidate_name,state,office,jurisdiction,county,district,seat,"
                                    "term,election_type,contest_party\n";
    static const struct {
        const char *a, *b;
        bool same;
    } rows[] = {
        {"GA,US Senate,,,,,,,", "GA,United States Senator,,,,,full,general,", true},
        {"GA,City Council,City of Springfield,,Ward 3,,,,",
         "GA,Council Member,Springfield city,,3rd,,,,", true},
        {"GA,State Senate,,,12,,,,", "GA,State Senator,,,District 012,,,,", true},
        {"GA,State Senate,,,12,,,,", "GA,State Senate,,,21,,,,", false},
        {"GA,State Senate,,,12,,,,", "GA,State House,,,12,,,,", false},
        {"GA,State Senate,,,12,,,,", "AL,State Senate,,,12,,,,", false},
        {"GA,US Senate,,,,,,,", "GA,US Senate,,,,,unexpired,,", false},
        {"GA,US Senate,,,,,,,", "GA,US Senate,,,,,,runoff,", false},
        {"GA,US Senate,,,,,,primary,DEM", "GA,US Senate,,,,,,primary,R", false},
        {"GA,US Senate,,,,,,primary,DEM", "GA,US Senate,,,,,,primary,Democratic", true},
        {"GA,School Board,Cobb County,,1,,,,", "GA,School Board,Marietta City,,1,,,,", false},
        {"GA,City Council,Town of Clinton,,,,,,", "GA,City Council,City of Clinton,,,,,,", false},
        {"GA,City Council,X,,3,,,,", "GA,City Council,X,,,3,,,", false},
        /* a district of three numbers, of a court's county */
        {"PA,Magisterial District Judge,,Bucks,07-1-06,,,,",
         "PA,Magisterial District Judge 7-1-6,,Bucks,,,,,", true},
        {"PA,Magisterial District Judge,,Bucks,07-1-06,,,,",
         "PA,Magisterial District Judge,,Bucks,06-1-07,,,,", false},
        {"PA,Magisterial District Judge,,Bucks,7-1-2,,,,",
         "PA,Magisterial District Judge,,Bucks,7-2-1,,,,", false},
        {"PA,Magisterial District Judge,,Bucks,12-1-1,,,,",
         "PA,Magisterial District Judge,,Bucks,12-1,,,,", false},
        {"GA,Dog Catcher,X,,,,,,", "GA,Weed Commissioner,X,,,,,,", false},
        /* what the office says of term, election and party is as if its column said it */
        {"GA,City Council,X,,3,,,,", "GA,City Council (Unexpired Term),X,,3,,,,", false},
        {"GA,City Council,X,,3,,unexpired,,", "GA,City Council (Unexpired Term),X,,3,,,,", true},
        {"GA,City Council,X,,3,,full,,", "GA,City Council (Full Term),X,,3,,,,", true},
        {"GA,US Senate,,,,,,,", "GA,US Senate (Special Election),,,,,,,", false},
        {"GA,US Senate,,,,,,special,", "GA,US Senate (Special Election),,,,,,,", true},
        {"GA,US Senate,,,,,,runoff,", "GA,US Senate (Special Election),,,,,,runoff,", false},
        {"GA,US Senate,,,,,,runoff,", "GA,US Senate Special Runoff,,,,,,runoff,", false},
        {"GA,US Senate Special Runoff,,,,,,,", "GA,US Senate (Special),,,,,,runoff,", true},
        {"GA,US Senate,,,,,,general,", "GA,US Senate (Special Election),,,,,,general,", false},
        {"GA,Mayor Runoff,X,,,,,,", "GA,Mayor,X,,,,,runoff,", true},
        {"GA,Mayor Runoff,X,,,,,,", "GA,Mayor,X,,,,,,", false},
        {"GA,State Senate (Democratic Primary),,,2,,,,",
         "GA,State Senate (Republican Primary),,,2,,,,", false},
        {"GA,State Senate (Democratic Primary),,,2,,,,", "GA,State Senate,,,2,,,primary,D", true},
        {"GA,State Senate/Senador Democratic Primary,,,2,,,,", "GA,State Senate,,,2,,,primary,D",
         true},
        {"GA,State Senate (D),,,2,,,,", "GA,State Senate (R),,,2,,,,", true},
        /* two offices, or seats, of one place */
        {"NY,Town Supervisor,Rye,,,,,,", "NY,Town Council,Rye,,,,,,", false},
        {"NY,Town Supervisor,Rye,,,,,,", "NY,Town Supervisor,Town of Rye,,,,,,", true},
        {"WI,Town Board Supervisor,Rye,,,,,,", "WI,Town Board,Rye,,,,,,", true},
        {"IL,Township Supervisor,Ash Township,,,,,,", "IL,Township Board,Ash Township,,,,,,",
         false},
        {"TX,County Criminal Court at Law No. 4,,Harris,,,,,",
         "TX,County Civil Court at Law No. 4,,Harris,,,,,", false},
        {"TX,County Court at Law No. 5,,Dallas,,,,,", "TX,County Criminal Court No. 5,,Dallas,,,,,",
         false},
        {"GA,Magistrate,,Cobb,,,,,", "GA,Chief Magistrate,,Cobb,,,,,", false},
        {"NY,Town Clerk,Rye,,,,,,", "NY,City Clerk,Rye,,,,,,", false},
        {"GA,Council at Large,Elm,,,,,,", "GA,Council,Elm,,At-Large,,,,", true},
        {"GA,Council at Large,Elm,,,,,,", "GA,Council,Elm,,,,,,", false},
        {"MA,Select Board (3 years),Rye,,,,,,", "MA,Select Board (1 year),Rye,,,,,,", false},
        {"MA,Select Board (3 years),Rye,,,,,,", "MA,Select Board 3-Year Term,Rye,,,,,,", true},
        {"MA,Planning Board,Rye,,,,,,", "MA,Planning Board (5 years),Rye,,,,,,", false},
        {"MI,Circuit Court Judge Incumbent,,,17,,,,",
         "MI,Circuit Court Judge Non-Incumbent,,,17,,,,", false},
        {"NC,Newton-Conover Schools Board of Education Newton District,,,,,,,",
         "NC,Newton-Conover Schools Board of Education Conover District,,,,,,,", false},
        /* two parts of one race: which number is whose */
        {"GA,City Council District 3 Ward 2,X,,,,,,", "GA,City Council District 2 Ward 3,X,,,,,,",
         false},
        {"GA,City Council District 3 Ward 2,X,,,,,,", "GA,City Council Ward 2 District 3,X,,,,,,",
         true},
        {"GA,City Council District 3 Ward 2,X,,,,,,", "GA,City Council Ward 2,X,,3,,,,", true},
        {"GA,City Council Ward 1 Precinct 4,X,,,,,,", "GA,City Council Ward 4 Precinct 1,X,,,,,,",
         false},
        {"GA,City Council District 3 Seat 2,X,,,,,,", "GA,City Council District 2 Seat 3,X,,,,,,",
         false},
        {"GA,City Council,X,,3,2,,,", "GA,City Council,X,,2,3,,,", false},
        {"KY,District Judge 2nd Judicial District 1st Division,,,,,,,",
         "KY,District Judge 1st Judicial District 2nd Division,,,,,,,", false},
        {"CO,Fire Protection District 5 Director,,Weld,District 3,,,,",
         "CO,Fire Protection District 3 Director,,Weld,District 5,,,,", false},
        {"NE,Natural Resources Board District 3 Subdistrict 2,,,,,,,",
         "NE,Natural Resources Board District 2 Subdistrict 3,,,,,,,", false},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char csv[600];
        snprintf(csv, sizeof(csv), "%sAnn Lee,%s\nBo Wu,%s\n", head, rows[i].a, rows[i].b);
        struct reading r = read_list(csv);
        assert_true(r.ok);
        struct slice a = r.list.list[0].race_id, b = r.list.list[1].race_id;
        if (slice_eq(a, b) != rows[i].same)
            fail_msg("%s\n%s", a.ptr, b.ptr);
        for (size_t k = 0; k < a.len; k++)
            assert_true((a.ptr[k] >= 'a' && a.ptr[k] <= 'z') || a.ptr[k] == '-' ||
                        (a.ptr[k] >= '0' && a.ptr[k] <= '9'));
        done(&r);
    }
}

/* "07-1-06", as Pennsylvania writes it. */
static void a_district_of_three_numbers_keeps_their_order(void **state)
{
    (void)state;
    struct reading r = read_list("candidate_name,state,office,district,county,seat\n"
                                 "Ann Lee,PA,Magisterial District Judge,07-1-06,Bucks,\n");
    assert_true(r.ok);
    IS(r.list.list[0].race_id, "2025-11-04-pa-bucks-magistrate-7-1-6");
    done(&r);
}

static void long_race_ids_are_cut_apart(void **state)
{
    struct reading r = read_list("candidate_name,state,office,jurisdiction,district\n"
                                 "A A,GA,School Board,The Very Long Consolidated Independent "
                                 "School District of Upper Ogeechee,1\n"
                                 "B B,GA,School Board,The Very Long Consolidated Independent "
                                 "School District of Upper Ogeechee,2\n"
                                 "C C,GA,School Board,The Very Long Consolidated Independent "
                                 "School District of Upper Ogeechee,2\n");
    (void)state;

    assert_true(r.ok);
    const struct endorsement *e = r.list.list;
    assert_true(e[0].race_id.len <= 64 && e[0].race_id.len > 55);
    assert_false(slice_eq(e[0].race_id, e[1].race_id));
    assert_true(slice_eq(e[1].race_id, e[2].race_id));
    done(&r);
    r = read_list("candidate_name,state,office\nA A,GA,Mayor\nA A,GA,Mayor\n");
    assert_false(r.ok);
    assert_non_null(strstr(r.problems.ptr, "the same person and race as line 2"));
    done(&r);
    r = read_list(
        "candidate_name,state,office,race_id\nA A,GA,Mayor,r1\nB A,AL,Mayor,r1\nC,GA,Mayor,a b\n");
    assert_false(r.ok);
    assert_non_null(strstr(r.problems.ptr, "3: column race_id: r1 is another state's"));
    assert_non_null(strstr(r.problems.ptr, "4: column race_id: \"a b\" is no race_id"));
    done(&r);
}

/* Cut anywhere, a list is read or refused; a refused one says why. */
static void cut_lists_do_no_harm(void **state)
{
    const char *csv = "candidate_name,state,office,aliases,source_hints,polls_close\r\n"
                      "\"Lee, Ann\",GA,\"State\r\nSenate\",a|b,sos=1|x=2,19:00\r\n"
                      "Bo \xe2\x80\x9cX\xe2\x80\x9d Wu,AL,Mayor,,,24:30\r\n";
    (void)state;

    for (size_t n = 0; n <= strlen(csv); n++) {
        struct reading r = read_mapped(csv, n, NULL, 0);
        assert_true(r.ok ? r.list.count > 0 : r.problems.len > 0);
        done(&r);
    }
}

/* Memory that runs out at any point is an error, never a crash or a half-read list. */
static void small_arenas_fail_cleanly(void **state)
{
    const char *csv = "candidate_name,state,office,tags\nAnn Lee,GA,Mayor,a|b\nBo Wu,GA,Sheriff,\n";
    bool ok = false;
    (void)state;

    for (size_t cap = 0; !ok && cap < 1 << 20; cap += 61) {
        struct arena *a = arena_new(cap);
        struct buf problems;
        struct endorsements list = {0};
        struct err e;
        buf_init(&problems, 1 << 16);
        ok = endorse_parse(slice_of(csv), NULL, 0, DATE, a, &list, &problems, &e);
        assert_true(ok || (list.list == NULL && e.kind == ERR_DATA));
        buf_done(&problems);
        arena_free(a);
    }
    assert_true(ok);
}

/* Stages go forward in time and do not fork; an id of an earlier list is no problem. */
static void stages_follow_each_other(void **state)
{
    static const struct {
        const char *rows, *problem;
    } cases[] = {
        {"a,2025-11-04,\nb,2025-12-02,a\nc,2026-01-06,b\n", NULL},
        {"a,2025-11-04,of-2023\n", NULL},
        {"b,2025-12-02,a\na,2025-11-04,\n", NULL},
        {"a,2025-11-04,a\n", "2: column continues: a, line 2, is not of an earlier day"},
        {"a,2025-11-04,b\nb,2025-12-02,a\n",
         "2: column continues: b, line 3, is not of an earlier"},
        {"a,2025-11-04,\nb,2025-11-04,a\n", "3: column continues: a, line 2, is not of an earlier"},
        {"a,2025-11-04,\nb,2025-12-02,a\nc,2025-12-09,a\n",
         "4: column continues: a is continued by line 3 already"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char csv[1000], *at = csv;
        struct slice rows = slice_of(cases[i].rows), line;
        at += snprintf(at, 200,
                       "endorsement_id,election_date,continues,candidate_name,state,office\n");
        while (slice_next(&rows, '\n', &line))
            at += snprintf(at, 200, "%.*s,Ann Archer %c,GA,Mayor\n", SLICE_FMT(line), line.ptr[0]);
        struct reading r = read_list(csv);
        if (r.ok != !cases[i].problem ||
            (cases[i].problem && (!r.problems.ptr || !strstr(r.problems.ptr, cases[i].problem))))
            fail_msg("case %zu: %s", i, r.problems.ptr ? r.problems.ptr : "nothing");
        done(&r);
    }
}

/* A blank beside incumbents is no; in a list that says nothing of any it is not known. */
static void silence_about_incumbents(void **state)
{
    static const struct {
        const char *first;
        enum endorse_tri second;
    } cases[] = {{"yes", TRI_NO}, {"no", TRI_UNSAID}, {"", TRI_UNSAID}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char csv[300];
        snprintf(csv, sizeof csv,
                 "candidate_name,state,office,incumbent\nAnn,GA,Mayor,%s\nBo,NJ,Mayor,\n",
                 cases[i].first);
        struct reading r = read_list(csv);
        assert_true(r.ok);
        assert_int_equal(r.list.list[1].incumbent, cases[i].second);
        done(&r);
    }
}

/* One misspelt passed as "unknown 1", and nobody knew which. */
static void an_office_that_is_none_is_named_with_its_row(void **state)
{
    struct reading r = read_list("candidate_name,state,office,county,seats_to_fill,choice\n"
                                 "Ann,GA,Sheriff,Fir,1,\nBo,GA,Sherif,Fir,1,\n"
                                 "Library Levy,GA,Levy,,,yes\n");
    struct buf notes;
    (void)state;
    assert_true(r.ok);
    buf_init(&notes, 10000);
    endorse_notes(&r.list, "list.csv", &notes);
    assert_string_equal(notes.ptr, "note: list.csv:3: the office \"Sherif\" of Bo is none that is "
                                   "known: is it spelt as on ballots? office_level says of which "
                                   "level it is\n");
    buf_done(&notes);
    done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stages_follow_each_other),
        cmocka_unit_test(silence_about_incumbents),
        cmocka_unit_test(an_office_that_is_none_is_named_with_its_row),
        cmocka_unit_test(a_party_primary_of_the_list_is_a_nomination),
        cmocka_unit_test(a_measure_wins_no_seat),
        cmocka_unit_test(every_column_is_read),
        cmocka_unit_test(what_is_open_is_unsaid),
        cmocka_unit_test(all_problems_are_told_at_once),
        cmocka_unit_test(problems_are_capped),
        cmocka_unit_test(columns_are_mapped),
        cmocka_unit_test(lists_that_are_none),
        cmocka_unit_test(an_office_that_contradicts_its_columns),
        cmocka_unit_test(race_ids),
        cmocka_unit_test(a_district_of_three_numbers_keeps_their_order),
        cmocka_unit_test(long_race_ids_are_cut_apart),
        cmocka_unit_test(cut_lists_do_no_harm),
        cmocka_unit_test(small_arenas_fail_cleanly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
