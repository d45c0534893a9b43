/* SPDX-License-Identifier: ISC */
/* A static copy: each address has one file, each link leads to it, and nothing is listed that is
 * not public. */
#include "tests/unit/night_each.h"

#include "daemon/core/site.h"

static const char list[] =
    "endorsement_id,candidate_name,state,office,district,race_id,seats_to_fill,office_level,tags\n"
    "ann,Ann Archer,GA,State Senate,1,ga-ss-1,1,state,secret\n"
    "cat,Cat Cole,NJ,Mayor,,nj-mayor,1,local,\n";

static void an_address_has_one_file(void **state)
{
    static const char *const cases[][2] = {
        {"/", "index.html"},
        {"/#races", "index.html#races"},
        {"/?copy=1", "index.html"},
        {"/?copy=1&state=GA", "index.state-GA.html"},
        {"/?state=GA#races", "index.state-GA.html#races"},
        {"/embed?copy=1", "embed.html"},
        {"/board.css", "board.css"},
        {"/v1/races.csv?bom=1", "v1/races.bom-1.csv"},
        {"/v1/races.csv?state=GA&bom=1", "v1/races.state-GA.bom-1.csv"},
        {"/v1/races/ga.ss-1.json", "v1/races/ga.ss-1.json"},
        {"/v1.2/plain", "v1.2/plain.html"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        buf_clear(&out);
        site_file(slice_of(cases[i][0]), &out);
        assert_string_equal(out.ptr, cases[i][1]);
    }
}

static void a_page_leads_to_files_and_to_nothing_of_a_feed(void **state)
{
    (void)state;
    site_page(SLICE("<a href=\"/\">x</a><a href=\"/?state=GA#races\">=&quot;/v1</a>"
                    "<script src=\"/board.js\" defer></script><a href=\"#races\">=\"/cut"),
              &out);
    assert_string_equal(out.ptr,
                        "<a href=\"index.html\">x</a><a href=\"index.state-GA.html#races\">"
                        "=&quot;/v1</a><script src=\"board.js\" defer></script>"
                        "<a href=\"#races\">=\"cut.html");
}

/* Is the line there? */
static bool lists(const char *line)
{
    struct slice rest = buf_slice(&out), one;

    while (slice_next(&rest, '\n', &one))
        if (slice_is(one, line))
            return true;
    return false;
}

static void what_is_not_public_has_no_file(void **state)
{
    static const struct slice publish[] = {SLICE_INIT("office_level"), SLICE_INIT("sum:secret")};
    const struct model *m = core_model(n.core);

    (void)state;
    assert_true(site_list(m, scratch, &out));
    assert_true(lists("v1/races/ga-ss-1.json\t/v1/races/ga-ss-1.json"));
    assert_true(lists("index.state-NJ.html\t/?copy=1&state=NJ"));
    assert_true(lists("index.html\t/?copy=1"));
    assert_true(lists("v1/races.status-won.csv\t/v1/races.csv?status=won"));
    assert_true(lists("v1/totals.by-state.json\t/v1/totals.json?by=state"));
    assert_false(lists("v1/races.office-state.csv\t/v1/races.csv?office=state"));
    assert_false(lists("v1/totals.by-office.csv\t/v1/totals.csv?by=office"));
    assert_false(lists("v1/totals.by-tag.csv\t/v1/totals.csv?by=tag"));
    n.s.publish = publish;
    n.s.publish_count = 2;
    night_anew(&n);
    buf_clear(&out);
    assert_true(site_list(core_model(n.core), scratch, &out));
    assert_true(lists("v1/races.office-local.csv\t/v1/races.csv?office=local"));
    assert_true(lists("v1/totals.by-office.csv\t/v1/totals.csv?by=office"));
    assert_true(lists("v1/totals.by-tag.csv\t/v1/totals.csv?by=tag"));
    assert_null(strstr(out.ptr, "secret"));
    arena_refuse_after(scratch, 3);
    assert_false(site_list(core_model(n.core), scratch, &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        NIGHT_TEST(an_address_has_one_file),
        NIGHT_TEST(a_page_leads_to_files_and_to_nothing_of_a_feed),
        NIGHT_TEST(what_is_not_public_has_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
