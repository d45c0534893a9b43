/* SPDX-License-Identifier: ISC */
/* A plan is made of everything or of nothing: what is missing or wrong is named with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/edge/redis_tls.h"
#include "daemon/plan.h"
#include "tests/unit/config_fixture.h"

#define LIST "candidate_name,state,office,polls_close\n"
#define ONE LIST "Di Foe,GA,US Senate,\n"

static const char conf[] = "[election]\nname = N\ndates = 2025-11-04\nmode = test\n%s\n"
                           "[endorsements]\nfile = list.csv\n\n"
                           "[source s]\nformat = clarity\nstate = GA\npath = s.xml\n%s";

static struct plan *make(struct fixture *f, const char *election, const char *source,
                         const char *list, bool simulated)
{
    char text[2000];
    struct plan *plan = NULL;
    struct plan_args args = {.config = {.file = f->main, .credentials = f->credentials},
                             .simulated = simulated};
    snprintf(text, sizeof text, conf, election, source);
    fixture_write(f, "tallyd.conf", text);
    fixture_write(f, "list.csv", list);
    buf_clear(&f->problems);
    f->err = (struct err){0};
    if (!plan_make(&args, &plan, &f->problems, &f->err))
        assert_null(plan);
    return plan;
}

static void expect(struct fixture *f, struct plan *plan, const char *says)
{
    assert_null(plan);
    assert_int_equal(f->err.kind, ERR_CONFIG);
    if (!f->problems.ptr || !strstr(f->problems.ptr, says))
        fail_msg("not \"%s\" but:\n%s", says, f->problems.ptr ? f->problems.ptr : "nothing");
}

static int set_up(void **state)
{
    static struct fixture f;
    fixture_start(&f);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    fixture_end(*state);
    return 0;
}

static void test_what_the_core_and_the_poller_are_told(void **state)
{
    struct fixture *f = *state;
    struct plan *p =
        make(f, "polls-close.GA = 19:00\npolls-close.TX/El Paso = 19:00 America/Denver",
             "interval = 20s\npriority = 7\ncharset = windows-1252\nprecincts = yes\n",
             LIST "Di Foe,GA,US Senate,\n", false);
    if (!p)
        fail_msg("%s\n%s", f->err.text, f->problems.ptr ? f->problems.ptr : "");
    const struct settings *s = &p->settings;
    assert_int_equal(s->mode, MODE_TEST);
    assert_int_equal(s->polls_count, 2);
    assert_int_equal(s->polls[0].minute, 19 * 60);
    assert_true(slice_is(s->polls[1].state, "TX") && slice_is(s->polls[1].county, "El Paso"));
    assert_true(slice_is(zone_name(s->polls[0].zone), "America/New_York"));
    assert_true(slice_is(zone_name(s->polls[1].zone), "America/Denver"));
    assert_int_equal(s->source_count, 1);
    assert_int_equal(s->sources[0].priority, 7);
    assert_true(s->sources[0].votes && slice_is(s->sources[0].authority, "official"));
    assert_int_equal(s->sources[0].stale_after_ms, 300000); /* ten intervals, and 5 min at least */
    assert_int_equal(p->poller_sources[0].interval_ms, 20000);
    const char *options = p->poller_sources[0].options.ptr;
    assert_non_null(strstr(options, "charset=windows-1252\n"));
    assert_non_null(strstr(options, "precincts=yes\n"));
    assert_non_null(strstr(options, "state=GA\n"));
    assert_non_null(strstr(options, "zone=EST5EDT,M3.2.0,M11.1.0\n")); /* the state's */
    assert_int_equal(p->endorsed.count, 1);
    plan_free(p);
}

static void test_a_state_with_endorsements_needs_its_closing_time(void **state)
{
    struct fixture *f = *state;
    struct plan *p =
        make(f, "polls-close.AL = 19:00", "",
             LIST "Di Foe,GA,US Senate,\nFlo Yew,GA,US House 5,\nGil Orr,AL,US Senate,\n", false);
    expect(f, p, "[election] polls-close.GA is missing");
    assert_null(strstr(strstr(f->problems.ptr, "polls-close.GA is missing") + 25, "is missing"));
    assert_null(strstr(f->problems.ptr, "polls-close.AL is missing"));
}

static void test_a_state_of_two_zones_must_say_which(void **state)
{
    struct fixture *f = *state;
    expect(f, make(f, "polls-close.TX = 19:00", "", LIST "A B,TX,US Senate,\n", false),
           "more than one time zone");
    struct plan *p =
        make(f, "polls-close.TX = 19:00 America/Chicago", "", LIST "A B,TX,US Senate,\n", false);
    assert_non_null(p);
    plan_free(p);
    expect(f,
           make(f, "polls-close.TX = 19:00 America/Nowhere", "", LIST "A B,TX,US Senate,\n", false),
           "America/Nowhere");
    expect(f, make(f, "polls-close.XX = 19:00", "", ONE, false), "polls-close.XX: no such state");
}

static void test_a_feed_of_another_zone_says_so(void **state)
{
    struct fixture *f = *state;
    struct plan *p = make(f, "polls-close.GA = 19:00", "timezone = America/Chicago\n", ONE, false);
    assert_non_null(p);
    assert_non_null(strstr(p->poller_sources[0].options.ptr, "zone=CST6CDT,M3.2.0,M11.1.0\n"));
    plan_free(p);
    expect(f, make(f, "polls-close.GA = 19:00", "timezone = America/Atlanta\n", ONE, false),
           "'America/Atlanta': no such time zone");
}

static void test_workers_are_told_the_engine_and_the_mapping(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(mkdir(fixture_path(f, "formats"), 0755), 0);
    fixture_write(f, "formats/ours.conf",
                  "[format ours]\nengine = clarity\nauthority = ap\ntimezone = America/Denver\n"
                  "charset = utf-8\nprecincts = yes\n");
    struct plan *p = make(f, "polls-close.GA = 19:00\n[source t]\nformat = ours\npath = t.xml\n",
                          "", ONE, false);
    assert_non_null(p);
    const struct poller_source *t = &p->poller_sources[0];
    assert_true(slice_is(t->format, "clarity"));
    assert_true(slice_is(t->preset, "ours"));
    assert_true(slice_is(t->options, "timezone=America/Denver\nprecincts=yes\ncharset=utf-8\n"
                                     "zone=MST7MDT,M3.2.0,M11.1.0\n"));
    assert_true(slice_is(p->settings.sources[0].authority, "ap"));
    plan_free(p);
}

static void test_each_county_looks_for_itself_in_the_list(void **state)
{
    struct fixture *f = *state;
    struct plan *p = make(f,
                          "polls-close.GA = 19:00\n[source t]\nformat = clarity\nstate = GA\n"
                          "covers = county\ncounties = Bacon, Ben Hill\n"
                          "version-url = https://e.org/v\ncounties-url = "
                          "https://e.org/{version}/l\n"
                          "url = https://e.org/{county:_}/{election}/{version}/d.zip\n",
                          "", ONE, false);
    assert_non_null(p);
    const struct poller_source *t = &p->poller_sources[1];
    assert_true(slice_is(t->name, "t.ben-hill"));
    assert_true(slice_is(t->files[0].url, "https://e.org/Ben_Hill/{election}/{version}/d.zip"));
    assert_true(slice_is(t->version_url, "https://e.org/v"));
    assert_true(slice_is(t->counties_url, "https://e.org/{version}/l"));
    assert_true(slice_is(t->counties_options, "county=Ben Hill\n"));
    plan_free(p);
}

static void test_every_wrong_row_is_named(void **state)
{
    struct fixture *f = *state;
    struct plan *p =
        make(f, "polls-close.GA = 19:00", "",
             LIST ",GA,US Senate,\nOk One,GA,US House 5,\nBad State,ZZ,US Senate,\n", false);
    expect(f, p, "list.csv:2: ");
    assert_non_null(strstr(f->problems.ptr, "candidate_name"));
    assert_non_null(strstr(f->problems.ptr, "list.csv:4: "));
    assert_non_null(strstr(f->problems.ptr, "state"));
}

static void test_a_missing_list_is_named(void **state)
{
    struct fixture *f = *state;
    struct plan *p = make(f, "polls-close.GA = 19:00", "", LIST "A B,GA,US Senate,\n", false);
    struct plan_args args = {.config = {.file = f->main, .credentials = f->credentials}};
    assert_non_null(p);
    plan_free(p);
    p = NULL;
    unlink(fixture_path(f, "list.csv"));
    buf_clear(&f->problems);
    assert_false(plan_make(&args, &p, &f->problems, &f->err));
    expect(f, p, "list.csv");
}

static void test_tls_to_redis_that_this_build_has_not_is_refused(void **state)
{
    struct fixture *f = *state;
    struct err why = {0};
    bool exists = redis_tls_exists(&why);
    struct plan *p =
        make(f, "polls-close.GA = 19:00", "[redis]\nurl = rediss://r.example.org/0\n", ONE, false);
    if (!exists) {
        expect(f, p, "built without TLS to Redis");
        assert_non_null(strstr(f->problems.ptr, "[redis] url = rediss://r.example.org/0"));
        return;
    }
    assert_non_null(p);
    plan_free(p);
}

static void test_a_simulated_clock_stays_on_loopback(void **state)
{
    static const struct {
        const char *lines, *says; /* says NULL: allowed */
    } cases[] = {
        {"[redis]\nurl = redis://127.0.0.1:6379/0\n[http]\nlisten = 127.0.0.1:0\n", NULL},
        {"[redis]\nurl = redis://[::1]:6379/0\n[http]\nlisten = [::1]:0\n", NULL},
        {"[redis]\nurl = redis://localhost:6379/0\n", NULL},
        {"[redis]\nurl = unix:///run/redis\n", NULL},
        {"[redis]\nurl = redis://198.51.100.7:6379/0\n", "unless Redis is on loopback"},
        {"[redis]\nurl = redis://sentinel/0\nsentinel-master = m\nsentinels = 127.0.0.1, [::1]:1\n",
         NULL},
        {"[redis]\nurl = redis://127.0.0.1/0\nsentinel-master = m\n"
         "sentinels = 127.0.0.1, 127.0.0.1.example.org\n",
         "unless Redis is on loopback"},
        {"[redis]\nurl = redis://127.0.0.1.example.org/0\n", "unless Redis is on loopback"},
        {"[redis]\nurl = redis://localhost.example.org/0\n", "unless Redis is on loopback"},
        {"[http]\nlisten = 0.0.0.0:0\n", "unless HTTP is on loopback"},
        {"[http]\nlisten = [::]:0\n", "unless HTTP is on loopback"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct plan *real = make(f, "polls-close.GA = 19:00", cases[i].lines, ONE, false);
        assert_non_null(real);
        plan_free(real);
        struct plan *p = make(f, "polls-close.GA = 19:00", cases[i].lines, ONE, true);
        if (cases[i].says)
            expect(f, p, cases[i].says);
        else if (!p)
            fail_msg("%s: %s", cases[i].lines, f->problems.ptr);
        plan_free(p);
    }
}

static void test_credentials_go_where_they_are_named(void **state)
{
    struct fixture *f = *state;
    struct plan *p = make(f, "polls-close.GA = 19:00",
                          "header = Authorization: Bearer {credential:key}\n"
                          "[redis]\nurl = unix:///run/redis\npassword-credential = key\n"
                          "user-credential = loaded\n",
                          ONE, false);
    if (!p)
        fail_msg("%s\n%s", f->err.text, f->problems.ptr);
    assert_true(slice_is(p->redis_password, "s3cr3t/+="));
    assert_true(slice_is(p->redis_user, "by systemd"));
    assert_true(slice_is(p->poller_sources[0].headers[0], "Authorization: Bearer s3cr3t/+="));
    assert_true(p->poller_sources[0].has_credential);
    assert_true(slice_is(p->poller_sources[0].credentials, "s3cr3t/+=\n"));
    plan_free(p);
    expect(f,
           make(f, "polls-close.GA = 19:00",
                "[redis]\nurl = unix:///r\npassword-credential = none\n", ONE, false),
           "credential none");
    expect(f, make(f, "polls-close.GA = 19:00", "header = X-Key: {credential:open}\n", ONE, false),
           "chmod 600");
}

static void test_the_version_is_left_for_the_poll(void **state)
{
    struct fixture *f = *state;
    struct plan *p = make(f, "polls-close.GA = 19:00",
                          "[source v]\nformat = clarity\n"
                          "url = https://example.org/{date:%Y}/{version}/a.zip\n"
                          "version-url = https://example.org/v.txt\n",
                          ONE, false);
    if (!p)
        fail_msg("%s\n%s", f->err.text, f->problems.ptr);
    assert_true(
        slice_is(p->poller_sources[1].files[0].url, "https://example.org/2025/{version}/a.zip"));
    assert_true(slice_is(p->poller_sources[1].version_url, "https://example.org/v.txt"));
    assert_false(p->poller_sources[1].has_credential);
    plan_free(p);
}

/* What the totals rest on beside the list: read whole, or named with its line. */
static void test_cycles_and_what_is_public(void **state)
{
    static const char more[] = "\n[totals]\nhistory = cycles.csv\nflip-from = GOP, Green\n"
                               "baseline-elected = 900\nbaseline-states = OH, TX\n";
    struct fixture *f = *state;
    fixture_write(f, "cycles.csv", "cycle,won,called\n2021,50,100\n2023,60,99\n");
    struct plan *p = make(f, "polls-close.GA = 19:00", more, ONE, false);
    if (!p)
        fail_msg("%s", f->problems.ptr);
    const struct settings *s = &p->settings;
    assert_int_equal(s->cycle_count, 2);
    assert_true(s->cycles[1].won == 60 && s->cycles[1].called == 99);
    assert_true(s->flip_from_count == 2 && slice_is(s->flip_from[0], "GOP"));
    assert_true(s->baseline_elected == 900 && s->baseline_state_count == 2 &&
                slice_is(s->baseline_states[1], "TX"));
    assert_true(s->publish_count == 0 && s->min_cell == 5);
    plan_free(p);
    fixture_write(f, "cycles.csv", "cycle,won,called\n2021,500,100\n");
    expect(f, make(f, "polls-close.GA = 19:00", more, ONE, false),
           "cycles.csv:2: more are won than called");
    expect(f, make(f, "polls-close.GA = 19:00", "\n[totals]\nhistory = none.csv\n", ONE, false),
           "none.csv");
    p = make(f, "polls-close.GA = 19:00\n[endorsements]\npublish = tags, sum:x\nmin-cell = 9", "",
             ONE, false);
    if (!p)
        fail_msg("%s", f->problems.ptr);
    assert_true(p->settings.publish_count == 2 && p->settings.min_cell == 9);
    plan_free(p);
    expect(
        f,
        make(f, "polls-close.GA = 19:00\n[endorsements]\npublish = office_levels", "", ONE, false),
        "did you mean office_level?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        T(test_what_the_core_and_the_poller_are_told),
        T(test_a_state_with_endorsements_needs_its_closing_time),
        T(test_a_state_of_two_zones_must_say_which),
        T(test_a_feed_of_another_zone_says_so),
        T(test_workers_are_told_the_engine_and_the_mapping),
        T(test_each_county_looks_for_itself_in_the_list),
        T(test_every_wrong_row_is_named),
        T(test_a_missing_list_is_named),
        T(test_tls_to_redis_that_this_build_has_not_is_refused),
        T(test_a_simulated_clock_stays_on_loopback),
        T(test_credentials_go_where_they_are_named),
        T(test_the_version_is_left_for_the_poll),
        T(test_cycles_and_what_is_public),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
