/* SPDX-License-Identifier: ISC */
/* Cells as people write them: what each column takes for what, and what it refuses with which
 * words. A row a case, in a list of one endorsement. */
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

static struct reading read_list(struct slice csv, const struct endorse_column *map, size_t n)
{
    struct reading r = {.a = arena_new((size_t)1 << 28)};

    buf_init(&r.problems, 1 << 20);
    r.ok = endorse_parse(csv, map, n, DATE, r.a, &r.list, &r.problems, &r.e);
    return r;
}

static void done(struct reading *r)
{
    buf_done(&r->problems);
    arena_free(r->a);
}

static struct reading read_cell(const char *column, const char *cell)
{
    char csv[70000];

    int n = snprintf(csv, sizeof csv, "candidate_name,state,office,%s\nAnn Lee,GA,Sheriff,%s\n",
                     column, cell);
    return read_list((struct slice){csv, (size_t)n}, NULL, 0);
}

static void says(const struct reading *r, const char *text)
{
    if (r->ok || slice_find(buf_slice(&r->problems), slice_of(text)) == SIZE_MAX)
        fail_msg("no %s in %.*s", text, SLICE_FMT(buf_slice(&r->problems)));
}

static void what_is_refused(void **state)
{
    static const struct {
        const char *column, *cell, *says;
    } rows[] = {
        {"status", "gone", "\"gone\" is none of active, write_in, "},
        {"office_level", "unknown", "is none of federal, state, county, local, school, judicial"},
        {"election_type", "caucus", "\"caucus\" is none of general, primary, runoff, special"},
        {"choice", "maybe", "\"maybe\" is none of yes, no, for, against"},
        {"incumbent", "perhaps", "\"perhaps\" is neither yes nor no"},
        {"seats_to_fill", "0", "\"0\" is not a whole number from 1 to 99"},
        {"seats_held_by_others", "-1", "\"-1\" is not a whole number from 0 to 99"},
        {"election_date", "13/4/2025", "is no date; write YYYY-MM-DD"},
        {"election_date", "2/30/2025", "is no date"},
        {"election_date", "2/32/2025", "is no date"},
        {"election_date", "11/4/25", "is no date"},
        {"election_date", "11/4", "is no date"},
        {"election_date", "Tuesday", "is no date"},
        {"polls_close", "7", "is no time of day; write HH:MM"},
        {"polls_close", "7 pm", "is no time of day"},
        {"polls_close", "PM", "is no time of day"},
        {"polls_close", "7:5", "is no time of day"},
        {"polls_close", "7:00:00", "is no time of day"},
        {"polls_close", "x:00", "is no time of day"},
        {"polls_close", "7:60", "is no time of day"},
        {"polls_close", "13:00 PM", "is no time of day"},
        {"polls_close", "0:30 am", "is no time of day"},
        {"polls_close", "30:00", "is no time of day"},
        {"source_hints", "=5", "\"=5\" is no hint; write SOURCE=contest id or text"},
        {"source_hints", "ap=", "is no hint"},
        {"source_hints", "ap", "is no hint"},
        {"race_id", "a/b", "is no race_id; use at most 64 of"},
        {"race_id", "a:b", "is no race_id"},
        {"race_id", "a[b", "is no race_id"},
        {"race_id", "a{b", "is no race_id"},
        {"race_id", "a@b", "is no race_id"},
        {"race_id", "a`b", "is no race_id"},
        {"race_id", "12345678901234567890123456789012345678901234567890123456789012345",
         "is no race_id"},
        {"party", "\xff", "it is not UTF-8; save the list as \"CSV UTF-8\""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct reading r = read_cell(rows[i].column, rows[i].cell);
        says(&r, rows[i].says);
        says(&r, "2: column ");
        done(&r);
    }
}

static void clocks_of_every_sort(void **state)
{
    static const struct {
        const char *cell;
        int64_t minute;
    } rows[] = {{"19:00", 1140},  {"7:00 PM", 1140}, {"7:00 p.m.", 1140},
                {"7:00PM", 1140}, {"12:30 am", 30},  {"12:30 pm", 750},
                {"1:00 AM", 60},  {"00:00", 0},      {"29:59", 29 * 60 + 59}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct reading r = read_cell("polls_close", rows[i].cell);
        assert_true(r.ok);
        assert_int_equal(r.list.list[0].polls_minute, rows[i].minute);
        done(&r);
    }
}

static void marks_people_make_for_yes_and_no(void **state)
{
    static const struct {
        const char *cell;
        enum endorse_tri is;
    } rows[] = {{"\xe2\x9c\x85", TRI_YES},
                {"\xe2\x9c\x97", TRI_NO},
                {"\xe2\x9d\x8c", TRI_NO},
                {"Y", TRI_YES},
                {"f", TRI_NO},
                {"", TRI_UNSAID}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct reading r = read_cell("flip", rows[i].cell);
        assert_true(r.ok);
        assert_int_equal(r.list.list[0].flip, rows[i].is);
        done(&r);
    }
}

static void race_ids_of_every_letter(void **state)
{
    struct reading r = read_cell("race_id", "az-AZ_09.");
    (void)state;
    assert_true(r.ok && slice_is(r.list.list[0].race_id, "az-AZ_09."));
    done(&r);
}

/* `n` times "x", or "x|". */
static const char *repeated(const char *what, size_t n)
{
    static char text[65000];

    text[0] = '\0';
    for (size_t i = 0, at = 0; i < n; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%s", what);
    return text;
}

static void what_is_too_long(void **state)
{
    (void)state;
    struct reading r = read_cell("party", repeated("x", 500));
    says(&r, "2: column party: it is longer than 200 bytes; shorten it");
    done(&r);
    r = read_cell("party", repeated("x", 201));
    says(&r, "it is longer than 200 bytes");
    done(&r);
    r = read_cell("party", repeated("x", 200));
    assert_true(r.ok);
    done(&r);
    r = read_cell("party", repeated(" x ", 70)); /* 210 bytes, 139 of them text */
    assert_true(r.ok);
    done(&r);
    r = read_cell("tags", repeated("x|", 300));
    says(&r, "2: column tags: it has 301 items, more than 256");
    done(&r);
    r = read_cell("tags", repeated("x|", 250));
    assert_true(r.ok && r.list.list[0].tag_count == 250);
    done(&r);
    r = read_cell("party", "D|R"); /* a text, whatever is in it */
    assert_true(r.ok && slice_is(r.list.list[0].party, "D|R"));
    done(&r);
    r = read_cell("seat,district,jurisdiction",
                  "\xef\xb7\xba\xef\xb7\xba,,"); /* phrases in a letter */
    assert_true(r.ok);
    done(&r);
}

static void columns_are_mapped_or_not(void **state)
{
    static const char csv[] = "Name,state,office,party,candidate_name\nAnn Lee,GA,Mayor,D,Wrong\n";
    struct endorse_column map[] = {{SLICE_INIT("candidate_name"), SLICE_INIT("Name")},
                                   {SLICE_INIT("candidat_name"), SLICE_INIT("Name")},
                                   {SLICE_INIT("zzzzzzzzzzzz"), SLICE_INIT("Name")},
                                   {SLICE_INIT("party"), SLICE_INIT("Partei")}};
    (void)state;
    struct reading r = read_list(slice_of(csv), map, 1);
    assert_true(r.ok && slice_is(r.list.list[0].name, "Ann Lee"));
    done(&r);
    r = read_list(slice_of(csv), map, 4);
    says(&r, "column.candidat_name maps no column of ours; did you mean candidate_name?");
    says(&r, "column.zzzzzzzzzzzz maps no column of ours\n");
    says(&r, "column.party = Partei: the file has no such column");
    done(&r);
}

/* Two rows, of one race or not. */
static void rows_that_contradict_each_other(void **state)
{
    (void)state;
    struct reading r =
        read_list(SLICE("candidate_name,state,office,race_id,election_date,seats_to_fill,"
                        "seats_held_by_others\n"
                        "Ann Lee,GA,Mayor,m,2025-11-04,2,2\nBo Ray,NJ,Mayor,m,2025-11-04,,\n"
                        "Cy Fox,GA,Mayor,m,2025-11-05,,\nDi Low,GA,Mayor,m,2025-11-04,1,2\n"),
                  NULL, 0);
    says(&r, "3: column race_id: m is another state's or day's race in line 2\n");
    says(&r, "4: column race_id: m is another state's or day's race in line 2\n");
    says(&r, "5: column seats_held_by_others: it says 2, but seats_to_fill is 1\n");
    done(&r);
    /* one slug of two keys, and a slug that a row has chosen for itself */
    r = read_list(SLICE("candidate_name,state,office,jurisdiction,district,race_id\n"
                        "Ann Lee,GA,Dog Catcher,A B,C,\nBo Ray,GA,Dog Catcher,A,B C,\n"
                        "Cy Fox,GA,Dog Catcher,E,,2025-11-04-ga-f-dog-catcher\n"
                        "Di Low,GA,Dog Catcher,F,,\n"),
                  NULL, 0);
    assert_true(r.ok);
    for (size_t i = 0; i < 2; i++)
        assert_false(slice_eq(r.list.list[i].race_id, r.list.list[1 - i].race_id));
    done(&r);
}

/* Rows of one race that call its office by two names are noted once, but not where the list itself
 * says the race, nor for how a name is written. */
static void two_names_of_an_office_in_one_race_are_noted(void **state)
{
    static const char *const rows[] = {
        "Ann Lee,GA,Mayor,Elm,\nBo Ray,GA,Village President,Elm,\nCy Fox,GA,Village Mayor,Elm,\n",
        "Ann Lee,GA,Mayor,Elm,\nBo Ray,GA,MAYOR.,Elm,\n",
        "Ann Lee,GA,Mayor,Elm,m1\nBo Ray,GA,Village President,Elm,m1\n",
        "Ann Lee,GA,Mayor,Elm,\nBo Ray,GA,Village President,Fir,\n",
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char csv[300];
        struct buf notes;
        snprintf(csv, sizeof csv, "candidate_name,state,office,jurisdiction,race_id\n%s", rows[i]);
        struct reading r = read_list(slice_of(csv), NULL, 0);
        assert_true(r.ok);
        buf_init(&notes, 1 << 16);
        endorse_notes(&r.list, "l.csv", &notes);
        struct slice said = buf_slice(&notes);
        bool told =
            slice_find(said, SLICE("l.csv:3: \"Village President\" here and \"Mayor\" in line "
                                   "2 are read as one office, and are one race, "
                                   "2025-11-04-ga-elm-mayor")) != SIZE_MAX;
        if (told != (i == 0) || (told && slice_find(said, SLICE("(2 rows")) == SIZE_MAX) ||
            (!told && slice_find(said, SLICE("one office")) != SIZE_MAX))
            fail_msg("%s%.*s", rows[i], SLICE_FMT(said));
        buf_done(&notes);
        done(&r);
    }
}

/* Each with an endorsement_id of its own, which is allowed: nothing said that neither would ever be
 * matched. Of two with one id of AP's the same: its lines often have no names. */
static void what_two_rows_should_not_both_have_is_noted(void **state)
{
    static const struct {
        const char *rows, *says; /* NULL: nothing */
    } cases[] = {
        {"a,Ann Lee,GA,State House,1,,,\nb,Bo Ray,GA,State House,1,,,\n"
         "c,ANN LEE,GA,State House,1,,,\n",
         "l.csv:4: ANN LEE is in line 2 too, in the same race: "},
        {"a,Ann Lee,GA,Mayor,,x,,\nb,Ann Lee,GA,Mayor,,x,,\nc,Ann Lee,GA,Mayor,,x,,\n",
         "(2 rows like this)"},
        {"a,Ann Lee,GA,State House,1,,,\nb,Bo Ray,GA,State House,1,,,\n"
         "c,Ann Lee,GA,State House,2,,,\n",
         NULL},
        {"a,Ann Lee,GA,State House,1,,77,\nb,Bo Ray,GA,State House,2,,77,R2\n",
         "l.csv:3: the ap_candidate_id of Bo Ray is in line 2 too, in the same state: a line of "},
        {"a,Ann Lee,GA,State House,1,x,77,\nb,Bo Ray,GA,State House,1,x,77,\n", "the same state"},
        {"a,Ann Lee,GA,State House,1,,77,\nb,Bo Ray,NJ,State House,1,,77,\n", NULL},
        {"a,Ann Lee,GA,State House,1,,77,R1\nb,Bo Ray,GA,State House,2,,77,R2\n", NULL},
        {"a,Ann Lee,GA,Governor,,x,77,\nb,Bo Ray,GA,Lieutenant Governor,,x,77,\n", NULL},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char csv[300];
        struct buf notes;
        snprintf(csv, sizeof csv,
                 "endorsement_id,candidate_name,state,office,district,race_id,ap_candidate_id,"
                 "ap_race_id\n%s",
                 cases[i].rows);
        struct reading r = read_list(slice_of(csv), NULL, 0);
        assert_true(r.ok);
        buf_init(&notes, 1 << 16);
        endorse_notes(&r.list, "l.csv", &notes);
        size_t at =
            slice_find(buf_slice(&notes), slice_of(cases[i].says ? cases[i].says : " too, "));
        if ((at != SIZE_MAX) != (cases[i].says != NULL))
            fail_msg("%s%.*s", cases[i].rows, SLICE_FMT(buf_slice(&notes)));
        buf_done(&notes);
        done(&r);
    }
}

/* "Mayor" of no town was in order: nothing said that no feed's line would ever be theirs. */
static void an_office_of_no_place_is_noted(void **state)
{
    struct buf notes;
    (void)state;

    buf_init(&notes, 1 << 16);
    struct reading r =
        read_list(SLICE("candidate_name,state,office,jurisdiction,county,district,source_hints\n"
                        "Ann Lee,GA,Mayor,Elm,,,\n"
                        "Bo Ray,GA,Elm City Council,,,2,\n"
                        "Cy Fox,GA,City Council,,,4,\n"
                        "Di Gee,GA,Sheriff,,Fulton,,\n"
                        "Ed Hay,GA,Sheriff,,,,\n"
                        "Flo Ink,GA,Mayor,,,,county=12\n"
                        "Gus Jay,GA,State Senate,,,4,\n"),
                  NULL, 0);
    assert_true(r.ok);
    endorse_notes(&r.list, "l.csv", &notes);
    struct slice said = buf_slice(&notes);
    if (slice_find(said, SLICE("l.csv:4: the office \"City Council\" of Cy Fox is a town's or a "
                               "county's, and the list does not say whose (2 rows like this)")) ==
        SIZE_MAX)
        fail_msg("%.*s", SLICE_FMT(said));
    buf_done(&notes);
    done(&r);
}

static void primaries_of_which_nobody_says_whose_are_noted(void **state)
{
    struct buf notes;
    (void)state;

    buf_init(&notes, 1 << 16);
    struct reading r = read_list(SLICE("candidate_name,state,office,party,election_type,wins\n"
                                       "Ann Lee,NC,Sheriff,Democratic,primary,seat\n"
                                       "Bo Ray,NC,Coroner,Democratic,primary,\n"
                                       "Cy Fox,NC,Mayor of Elm,Republican,primary,\n"),
                                 NULL, 0);
    assert_true(r.ok);
    endorse_notes(&r.list, "l.csv", &notes);
    assert_true(slice_find(buf_slice(&notes),
                           SLICE("l.csv:3: a primary or its runoff, and the list does not say "
                                 "whether it is a party's, as in 2 rows: ")) != SIZE_MAX);
    buf_done(&notes);
    done(&r);
}

static const char *contents(const struct endorsements *list, struct buf *out)
{
    struct arena *a = arena_new(1 << 20);

    buf_init(out, 1 << 16);
    assert_true(endorse_contents(list, a, out));
    arena_free(a);
    buf_addc(out, '\0');
    return buf_slice(out).ptr;
}

/* Of each the most first, of as many the first by name; tags that are many are cut. */
static void what_a_list_holds_is_counted(void **state)
{
    static const char head[] = "candidate_name,state,office,election_date,tags,contest_party\n";
    struct endorsements none = {.count = 0};
    char csv[2000] = "";
    struct buf out;
    (void)state;

    assert_string_equal(contents(&none, &out), "rows\t0\nraces\t0\n");
    buf_done(&out);
    struct endorsement undated = {.state = SLICE("GA"), .race_id = SLICE("r")};
    struct endorsements one = {.list = &undated, .count = 1};
    assert_non_null(strstr(contents(&one, &out), "\nelection day\tnot said 1\n"));
    buf_done(&out);
    int n = snprintf(csv, sizeof csv,
                     "%sAnn Lee,NJ,Sheriff,,a,\nBo Wu,GA,Mayor of Elm,2025-11-05,a|b,REP\n"
                     "Cy Fox,GA,US Senate,,",
                     head);
    for (int i = 0; i < 40; i++)
        n += snprintf(csv + n, sizeof csv - (size_t)n, "t%d|", i);
    snprintf(csv + n, sizeof csv - (size_t)n, "b,\n");
    struct reading r = read_list(slice_of(csv), NULL, 0);
    assert_true(r.ok);
    const char *text = contents(&r.list, &out);
    assert_non_null(strstr(text, "rows\t3\nraces\t3\nstates\tGA 2, NJ 1\n"
                                 "offices\tcounty 1, federal 1, local 1\nstatus\tactive 3\n"
                                 "a win is of a\tseat 2, nomination 1\n"
                                 "election day\t2025-11-04 2, 2025-11-05 1\n"
                                 "tags\ta 2, b 2, t0 1, "));
    assert_non_null(strstr(text, " more\n"));
    buf_done(&out);
    done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(clocks_of_every_sort),
        cmocka_unit_test(marks_people_make_for_yes_and_no),
        cmocka_unit_test(race_ids_of_every_letter),
        cmocka_unit_test(what_is_too_long),
        cmocka_unit_test(columns_are_mapped_or_not),
        cmocka_unit_test(rows_that_contradict_each_other),
        cmocka_unit_test(two_names_of_an_office_in_one_race_are_noted),
        cmocka_unit_test(what_two_rows_should_not_both_have_is_noted),
        cmocka_unit_test(an_office_of_no_place_is_noted),
        cmocka_unit_test(primaries_of_which_nobody_says_whose_are_noted),
        cmocka_unit_test(what_a_list_holds_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
