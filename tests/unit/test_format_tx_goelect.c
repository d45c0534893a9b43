/* SPDX-License-Identifier: ISC */
/* Texas' JSON in base64: what the samples cannot show. */
#include "tests/unit/format_case.h"

#include "parsers/base64.h"

static void base64_is_read_strictly(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
        size_t at; /* where it goes wrong, when out is NULL */
    } cases[] = {
        {"", "", 0},
        {"Zg==", "f", 0},
        {"Zm8=", "fo", 0},
        {"Zm9v", "foo", 0},
        {"Zm9vYg==", "foob", 0},
        {"Zm9vYmE=", "fooba", 0},
        {"Zm9vYmFy", "foobar", 0},
        {"bnVsbA==", "null", 0},
        {"+/+/", "\xfb\xff\xbf", 0},
        {"Zg", NULL, 0},
        {"Zm9vY", NULL, 4},
        {"Z===", NULL, 1},
        {"====", NULL, 0},
        {"Zg==Zg==", NULL, 2},
        {"Zm 9", NULL, 2},
        {"Zm-v", NULL, 2},
        {"Zh==", NULL, 1},
        {"Zm9=", NULL, 2},
        {"Zm9v\n", NULL, 4},
        {"=m9v", NULL, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena *a = arena_new(1 << 16);
        struct slice in = slice_of(cases[i].in), out;
        size_t at;
        bool ok = base64_decode(in, 8, a, &out, &at);
        if (ok != (cases[i].out != NULL))
            fail_msg("\"%s\"", cases[i].in);
        if (ok) {
            assert_true(slice_is(out, cases[i].out));
            for (size_t k = 0; k < 8; k++)
                assert_int_equal(out.ptr[out.len + k], 0);
        } else if (at != cases[i].at) {
            fail_msg("\"%s\" at %zu", cases[i].in, at);
        }
        arena_free(a);
    }
}

/* {"Races":[{"id":1,"N":"X","Candidates":[{"ID":2,"N":"A (I)","P":"REP","V":5,"EV":4}]}]} */
#define ONE_RACE                                                                                   \
    "eyJSYWNlcyI6W3siaWQiOjEsIk4iOiJYIiwiQ2FuZGlkYXRlcyI6W3siSUQiOjIsIk4iOiJBIChJKSIsIlAiOiJSRVAi" \
    "LCJWIjo1LCJFViI6NH1dfV19"
/* {"ElecDate":"05022026","LastUpdatedTime":"May 15, 2026 17:21:41",
 * "PrecinctsReporting":{"PR":45,"PT":122}} */
#define HOME                                                                                       \
    "eyJFbGVjRGF0ZSI6IjA1MDIyMDI2IiwiTGFzdFVwZGF0ZWRUaW1lIjoiTWF5IDE1LCAyMDI2IDE3OjIxOjQxIiwiUHJl" \
    "Y2luY3RzUmVwb3J0aW5nIjp7IlBSIjo0NSwiUFQiOjEyMn19"
#define DOCUMENT(federal)                                                                          \
    "{\"Version\":\"enr/56181/21/\",\"Federal\":\"" federal                                        \
    "\",\"StateWide\":\"bnVsbA==\",\"Districted\":\"bnVsbA==\",\"Home\":\"" HOME "\"}"

static void the_version_is_the_change_token_and_times_are_central(void **state)
{
    (void)state;
    int64_t when;
    struct format_case c = {.format = "tx-goelect",
                            .options = "zone=CST6CDT,M3.2.0,M11.1.0\n",
                            .payload = DOCUMENT(ONE_RACE)};
    assert_true(when_parse(SLICE("2026-05-15T22:21:41Z"), false, &when));
    assert_true(case_run(&c));
    assert_text(&c, c.r.head->version, "enr/56181/21/");
    assert_text(&c, c.r.head->election_date, "2026-05-02");
    assert_int_equal(c.r.head->own_time_ms, when);
    assert_text(&c, c.r.contests[0].state, "TX");
    assert_int_equal(c.r.choices[0].flags, RESULTS_INCUMBENT);
    assert_text(&c, c.r.choices[0].name, "A (I)");
    assert_int_equal(c.r.units[0].reporting, -1); /* 45 of 122 are the state's */
    case_done(&c);
}

/* V holds EV: 5, not 9. */
static void early_votes_are_part_of_the_votes(void **state)
{
    (void)state;
    struct format_case c = {.format = "tx-goelect", .payload = DOCUMENT(ONE_RACE)};
    assert_true(case_run(&c));
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 5);
    case_done(&c);
}

static void propositions_are_measures(void **state)
{
    (void)state;
    struct format_case c = {
        .format = "tx-goelect",
        .payload = "{\"Federal\":\"bnVsbA==\",\"StateWide\":\"bnVsbA==\",\"Districted\":"
                   "\"bnVsbA==\",\"StateWideQ\":\"" ONE_RACE "\"}"};
    assert_true(case_run(&c));
    assert_int_equal(c.r.contests[0].flags, RESULTS_MEASURE);
    case_done(&c);
}

/* {"1":{"N":"ASH","Races":{"7":{"OID":7,"N":"PROPOSITION
 * 1","T":8,"C":{"1":{"id":1,"N":"FOR","V":5}, "2":{"id":2,"N":"AGAINST","V":3}}}}}} */
static void a_proposition_by_county_is_a_measure_too(void **state)
{
    (void)state;
    struct format_case c = {
        .format = "tx-goelect",
        .payload =
            "{\"upload\":\"eyIxIjp7Ik4iOiJBU0giLCJSYWNlcyI6eyI3Ijp7Ik9JRCI6NywiTiI6IlBST1BPU0lUSU9O"
            "IDEiLCJUIjo4LCJDIjp7IjEiOnsiaWQiOjEsIk4iOiJGT1IiLCJWIjo1fSwiMiI6eyJpZCI6MiwiTiI6IkFH"
            "QUlOU1QiLCJWIjozfX19fX19\"}"};
    assert_true(case_run(&c));
    assert_int_equal(c.r.contests[0].flags, RESULTS_MEASURE);
    assert_int_equal(results_cell(&c.r, c.r.contests, 0, 0)->votes, 5);
    case_done(&c);
}

/* A version alone would pass for a pointer's answer. */
static void a_version_without_races_is_no_batch(void **state)
{
    (void)state;
    struct format_case none = {.format = "tx-goelect", .payload = DOCUMENT("bnVsbA==")};
    struct format_case null = {.format = "tx-goelect",
                               .payload =
                                   "{\"Version\":\"enr/1/\",\"Federal\":null,\"StateWide\":null}"};
    struct format_case other = {.format = "tx-goelect", .payload = "{\"Version\":\"enr/1/\"}"};
    struct format_case empty = {.format = "tx-goelect", .payload = "{\"upload\":\"\"}"};
    assert_refused(&none, WIRE_SCHEMA, "none of the document's lists has a race");
    assert_refused(&null, WIRE_SCHEMA, "Federal is no text");
    assert_refused(&other, WIRE_SCHEMA, "the document has no Federal");
    assert_refused(&empty, WIRE_TRUNCATED, "upload");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_is_read_strictly),
        cmocka_unit_test(the_version_is_the_change_token_and_times_are_central),
        cmocka_unit_test(early_votes_are_part_of_the_votes),
        cmocka_unit_test(propositions_are_measures),
        cmocka_unit_test(a_proposition_by_county_is_a_measure_too),
        cmocka_unit_test(a_version_without_races_is_no_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
