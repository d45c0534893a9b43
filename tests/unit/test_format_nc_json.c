/* SPDX-License-Identifier: ISC */
/* North Carolina's live JSON: what the samples cannot show. */
#include "tests/unit/format_case.h"

#define ROW(cid, gid, contest, name, party, votes, more)                                           \
    "{\"cid\":\"" cid "\",\"gid\":\"" gid "\",\"cnm\":\"" contest "\",\"bnm\":\"" name             \
    "\",\"pty\":\"" party "\",\"vct\":\"" votes "\",\"vfr\":\"1\"" more "}"

static void one_group_id_is_many_contests(void **state)
{
    (void)state;
    struct format_case c = {.format = "nc-json",
                            .payload =
                                "[" ROW("0", "7", "A (VOTE FOR 1)", "X", "", "1", "") "," ROW(
                                    "0", "7", "B (VOTE FOR 1)", "X", "", "2",
                                    "") "," ROW("0", "7", "A (VOTE FOR 1)", "Y", "", "3", "") "]"};
    assert_true(case_run(&c));
    assert_int_equal(c.r.head->contests, 2);
    assert_int_equal(c.r.contests[0].choices, 2);
    assert_text(&c, c.r.contests[0].id, "7");
    assert_text(&c, c.r.contests[1].id, "7");
    assert_text(&c, c.r.contests[0].state, "NC");
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 1)->votes, 3);
    case_done(&c);
}

static void a_primarys_party_stands_behind_the_contests_name(void **state)
{
    (void)state;
    static const struct {
        const char *payload, *party;
    } cases[] = {
        {"[" ROW("0", "1", "US SENATE - REP (VOTE FOR 1)", "X", "REP", "1", "") "]", "REP"},
        {"[" ROW("0", "1", "US SENATE (VOTE FOR 1)", "X", "REP", "1", "") "]", ""},
        {"[" ROW("0", "1", "MAYOR - ROW (VOTE FOR 1)", "X", "", "1", "") "]", ""},
        {"[" ROW("0", "1", "US SENATE - DEM", "X", "DEM", "1", "") "]", "DEM"},
        {"[" ROW("0", "1", "TOWN OF REP (VOTE FOR 1)", "X", "", "1", "") "]", ""},
        {"[" ROW("0", "1", "- D", "X", "DEM", "1", "") "]", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct format_case c = {.format = "nc-json", .payload = cases[i].payload};
        assert_true(case_run(&c));
        assert_text(&c, c.r.contests[0].party, cases[i].party);
        case_done(&c);
    }
}

/* Taken for the state's, a county's part would be a total a hundred times too small. */
static void a_countys_file_is_the_countys_part(void **state)
{
    (void)state;
    const char *payload = "[" ROW("41", "1", "US SENATE (VOTE FOR 1)", "X", "REP", "1", "") "]";
    struct format_case number = {.format = "nc-json", .payload = payload};
    struct format_case name = {
        .format = "nc-json", .payload = payload, .options = "county=Guilford\n"};
    struct format_case whole = {
        .format = "nc-json",
        .payload = "[" ROW("0", "1", "US SENATE (VOTE FOR 1)", "X", "REP", "1", "") "]"};
    assert_true(case_run(&number));
    assert_text(&number, number.r.contests[0].county, "county 41");
    case_done(&number);
    assert_true(case_run(&name));
    assert_text(&name, name.r.contests[0].county, "Guilford");
    case_done(&name);
    assert_true(case_run(&whole));
    assert_text(&whole, whole.r.contests[0].county, "");
    case_done(&whole);
}

static void complete_only_when_every_row_is_final(void **state)
{
    (void)state;
#define FINAL ",\"sta\":\"Precinct Final\",\"cts\":\"FINAL\""
    static const struct {
        const char *payload;
        enum results_status status;
    } cases[] = {
        {"[" ROW("0", "1", "A", "X", "", "1", FINAL) "]", RESULTS_COMPLETE},
        {"[" ROW("0", "1", "A", "X", "", "1", FINAL) "," ROW("0", "1", "A", "Y", "", "1", "") "]",
         RESULTS_STATUS_UNKNOWN},
        {"[" ROW("0", "1", "A", "X", "", "1", ",\"sta\":\"Final\",\"cts\":\"In progress\"") "]",
         RESULTS_STATUS_UNKNOWN},
        {"[" ROW("0", "1", "A", "X", "", "1", ",\"sta\":\"In progress\",\"cts\":\"Final\"") "]",
         RESULTS_STATUS_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct format_case c = {.format = "nc-json", .payload = cases[i].payload};
        assert_true(case_run(&c));
        assert_int_equal(c.r.head->status, cases[i].status);
        case_done(&c);
    }
}

static void a_referendum_is_a_measure(void **state)
{
    (void)state;
    struct format_case c = {.format = "nc-json",
                            .payload =
                                "[" ROW("0", "1", "A", "For", "", "1", ",\"ref\":\"1\"") "," ROW(
                                    "0", "2", "B", "X", "", "1", ",\"ref\":\"0\"") "]"};
    assert_true(case_run(&c));
    assert_int_equal(c.r.contests[0].flags, RESULTS_MEASURE);
    assert_int_equal(c.r.contests[1].flags, 0);
    case_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_group_id_is_many_contests),
        cmocka_unit_test(a_primarys_party_stands_behind_the_contests_name),
        cmocka_unit_test(a_countys_file_is_the_countys_part),
        cmocka_unit_test(complete_only_when_every_row_is_final),
        cmocka_unit_test(a_referendum_is_a_measure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
