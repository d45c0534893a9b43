/* SPDX-License-Identifier: ISC */
/* Version pointers: three ways to find the version, and everything that is none. */
#include "tests/unit/format_case.h"

struct found {
    const char *payload, *options, *version;
};

#define LIST                                                                                       \
    "{\"settings\":{\"electiondetails\":{\"participatingcounties\":["                              \
    "\"Bacon|105373|269330|11/5/2020 11:48:46 AM EST|16\","                                        \
    "\"Ben_Hill|105379|270230|11/9/2020 8:24:49 AM EST|16\",\"St. Clair|1|2\",\"Odd|1\"]}}}"

static const struct found good[] = {
    {LIST, "county=Bacon\n", "105373/269330"},
    {LIST, "county=Ben Hill\n", "105379/270230"},
    {LIST, "county=ST CLAIR\n", "1/2"},
    {"271066", NULL, "271066"},
    {"\n 271066\r\n", NULL, "271066"},
    {"2024-11-05_v1.2", NULL, "2024-11-05_v1.2"},
    {"{\"a\":{\"v/1\":[5,271066]}}", "version-path=/a/v~11/1\n", "271066"},
    {"{\"lastUpdated\":\"2024-11-05T20:00:00Z\"}", "version-path=/lastUpdated\n",
     "2024-11-05T20:00:00Z"},
    {"<r><v id='7'> 271066 </v></r>", "version-path=//v\n", "271066"},
    {"<r><v id='7'> 271066 </v></r>", "version-path=/r/v/@id\n", "7"},
    {"var ver = 'x'; var version=\"271066\";", "version-path=version=\"([0-9]+)\"\n", "271066"},
};

static const struct found bad[] = {
    {LIST, "county=Bacn\n", "no county \"Bacn\"; did you mean Bacon?"},
    {LIST, "county=Odd\n", "\"Odd|1\" is no NAME|ELECTION|VERSION"},
    {"{\"settings\":{}}", "county=Bacon\n", "participatingcounties is missing, not a list"},
    {"<html><body>404</body></html>", "county=Bacon\n", "a page"},
    {"", NULL, "empty"},
    {"27 1066", NULL, "no version"},
    {"\033[31m\377x", NULL, "\"[31m\357\277\275x\" is no version"},
    {"../../etc", NULL, "no version"},
    {"..", NULL, "no version"}, /* the address of another election's file */
    {"12345678901234567890123456789012345678901234567890123456789012345", NULL, "no version"},
    {"{\"a\":1}", "version-path=/b\n", "finds missing"},
    {"{\"a\":{}}", "version-path=/a\n", "finds an object"},
    {"{\"a\":\"x/y\"}", "version-path=/a\n", "no version"},
    {"<r/>", "version-path=//v\n", "no version"},
    {"<r/>", "version-path=//v[\n", "not an XPath"},
    {"<!DOCTYPE r [<!ENTITY v '1'>]><r>&v;</r>", "version-path=//r\n", "document type"},
    {"v=x", "version-path=v=([0-9]+)\n", "not found"},
    {"v=1", "version-path=v=[0-9]+\n", "0 groups"},
    {"v=1", "version-path=(v)=([0-9]+)\n", "2 groups"},
    {"v=1", "version-path=v=([0-9]+\n", "not a regular expression"},
};

static void versions_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct format_case c = {
            .format = "pointer", .payload = good[i].payload, .options = good[i].options};
        if (!case_run(&c))
            fail_msg("%s: %s", good[i].payload, c.fault.err.text);
        assert_text(&c, c.r.head->version, good[i].version);
        assert_int_equal(c.r.head->contests, 0);
        case_done(&c);
    }
}

static void what_is_no_version_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct format_case c = {
            .format = "pointer", .payload = bad[i].payload, .options = bad[i].options};
        assert_false(case_run(&c));
        if (slice_find(slice_of(c.fault.err.text), slice_of(bad[i].version)) == SIZE_MAX)
            fail_msg("%s: %s", bad[i].payload, c.fault.err.text);
        case_done(&c);
    }
}

static void a_page_is_blocked_not_damaged(void **state)
{
    (void)state;
    struct format_case c = {.format = "pointer", .payload = "\n<html><body>404</body></html>"};
    assert_refused(&c, WIRE_BLOCKED, "a page");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_blocked_not_damaged),
        cmocka_unit_test(versions_are_found),
        cmocka_unit_test(what_is_no_version_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
