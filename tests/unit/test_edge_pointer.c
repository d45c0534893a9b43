/* SPDX-License-Identifier: ISC */
/* Files that name versions: one for many sources, and a state's list of what its counties have. */
#include "tests/unit/poller_night.h"
#include "tests/unit/sampled.h"

enum { COUNTIES = 6 };

/* A site with a state's version, its list, and a file a county. */
struct state {
    struct night n;
    const char *version; /* of the state */
    int county_version;  /* of county 0; the others stay at 100 */
    bool list_is_page;   /* under HTTP 200, as such sites do before the file is there */
    int asked_version, asked_list, asked_county[COUNTIES];
    char asked_path[COUNTIES][80]; /* last */
    struct buf list;
    char options[COUNTIES][40], headers[2][40];
    struct slice header[2];
};

static void write_list(struct state *s)
{
    buf_clear(&s->list);
    buf_addz(&s->list, "{\"settings\":{\"electiondetails\":{\"participatingcounties\":[");
    for (int i = 0; i < COUNTIES; i++)
        buf_addf(&s->list, "%s\"County_%c|%d|%d|11/5/2020 11:48:46 AM EST|16\"", i ? "," : "",
                 'A' + i, 50 + i, i == 0 ? s->county_version : 100);
    buf_addz(&s->list, "]}}}");
}

/* No validators: all that is not asked is known from before. */
static void answer_state(struct site_request *q, void *ctx)
{
    struct state *s = ctx;
    char path[80], wanted[80];
    snprintf(path, sizeof path, "%.*s", SLICE_FMT(q->path));
    if (strcmp(path, "/current_ver.txt") == 0) {
        s->asked_version++;
        site_reply(q, "200 OK", "", slice_of(s->version));
        return;
    }
    snprintf(wanted, sizeof wanted, "/%s/list.json", s->version);
    if (strcmp(path, wanted) == 0) {
        s->asked_list++;
        write_list(s);
        site_reply(q, "200 OK", "",
                   s->list_is_page ? SLICE("<html>404</html>") : buf_slice(&s->list));
        return;
    }
    int election = atoi(path + 3) - 50; /* "/X/ELECTION/VERSION/all.json" */
    if (election < 0 || election >= COUNTIES || path[1] != 'A' + election) {
        site_reply(q, "404 Not Found", "", SLICE("<html>404</html>"));
        return;
    }
    s->asked_county[election]++;
    snprintf(s->asked_path[election], sizeof s->asked_path[0], "%s", path);
    ap_body(&s->n.body, election + 1, 0);
    site_reply(q, "200 OK", "", buf_slice(&s->n.body));
}

static void begin_state(struct state *s)
{
    memset(s, 0, sizeof *s);
    s->version = "7";
    s->county_version = 100;
    begin_with(&s->n, answer_state);
    s->n.site.ctx = s;
    buf_init(&s->list, 1 << 16);
    struct slice version = url(&s->n, "/current_ver.txt");
    struct slice list = url(&s->n, "/{version}/list.json");
    for (int i = 0; i < COUNTIES; i++) {
        char path[60];
        snprintf(path, sizeof path, "/%c/{election}/{version}/all.json", 'A' + i);
        struct poller_source *one = add_source(&s->n, "a", path);
        snprintf(s->options[i], sizeof s->options[i], "county=County %c\n", 'A' + i);
        one->version_url = version;
        one->counties_url = list;
        one->counties_options = slice_of(s->options[i]);
        one->interval_ms = 120;
    }
}

static void end_state(struct state *s)
{
    buf_done(&s->list);
    end(&s->n);
}

static int all_county_polls(const struct state *s)
{
    int sum = 0;
    for (int i = 0; i < COUNTIES; i++)
        sum += s->asked_county[i];
    return sum;
}

static void test_each_county_has_its_own_version(void **state)
{
    static struct state s;
    (void)state;
    begin_state(&s);
    start(&s.n);
    SITE_UNTIL(s.n.base, s.n.count_of[NEWS_BATCH] == COUNTIES);
    for (int i = 0; i < COUNTIES; i++) {
        char wanted[80];
        snprintf(wanted, sizeof wanted, "/%c/%d/100/all.json", 'A' + i, 50 + i);
        assert_string_equal(s.asked_path[i], wanted);
    }
    SITE_UNTIL(s.n.base, s.n.count_of[NEWS_UNCHANGED] >= 2 * COUNTIES);
    assert_int_equal(all_county_polls(&s), COUNTIES);
    assert_int_equal(s.asked_list, 1); /* for all, and once a version of the state */

    s.version = "8";
    s.county_version = 101;
    SITE_UNTIL(s.n.base, s.asked_county[0] == 2);
    int before = s.n.count_of[NEWS_UNCHANGED];
    SITE_UNTIL(s.n.base, s.n.count_of[NEWS_UNCHANGED] >= before + 2 * COUNTIES);
    assert_string_equal(s.asked_path[0], "/A/50/101/all.json");
    assert_int_equal(all_county_polls(&s), COUNTIES + 1); /* only the one that changed */
    assert_int_equal(s.asked_list, 2);
    assert_int_equal(s.n.count_of[NEWS_FAILED], 0);
    end_state(&s);
}

static void test_with_once_the_pointers_are_asked_once(void **state)
{
    static struct state s;
    (void)state;
    begin_state(&s);
    s.n.set.once = true;
    start(&s.n);
    SITE_UNTIL(s.n.base, s.n.idle == 1);
    assert_int_equal(s.n.count_of[NEWS_BATCH], COUNTIES);
    assert_int_equal(s.asked_version, 1);
    assert_int_equal(s.asked_list, 1);
    end_state(&s);
}

static void test_a_list_that_is_a_page_is_asked_again(void **state)
{
    static struct state s;
    (void)state;
    begin_state(&s);
    s.list_is_page = true;
    start(&s.n);
    SITE_UNTIL(s.n.base, s.n.count_of[NEWS_FAILED] >= 2 * COUNTIES);
    assert_non_null(strstr(s.n.told[0].text, "counties-url: line 1: a page"));
    assert_int_equal(s.n.told[0].verdict, VERDICT_BLOCKED);
    s.list_is_page = false; /* of the same version */
    SITE_UNTIL(s.n.base, s.n.count_of[NEWS_BATCH] == COUNTIES);
    end_state(&s);
}

static void test_a_county_that_is_not_listed_fails_alone(void **state)
{
    static struct state s;
    (void)state;
    begin_state(&s);
    s.n.source[2].counties_options = SLICE("county=Elsewhere\n");
    start(&s.n);
    SITE_UNTIL(s.n.base,
               s.n.count_of[NEWS_BATCH] == COUNTIES - 1 && s.n.count_of[NEWS_FAILED] >= 3);
    for (int i = 0; i < s.n.count; i++)
        if (s.n.told[i].what == NEWS_FAILED) {
            assert_int_equal(s.n.told[i].source, 2);
            assert_non_null(strstr(s.n.told[i].text, "no county \"Elsewhere\""));
        }
    end_state(&s);
}

static void test_other_headers_are_another_question(void **state)
{
    static struct state s;
    (void)state;
    begin_state(&s);
    for (int i = 0; i < 2; i++) {
        snprintf(s.headers[i], sizeof s.headers[i], "X-Key: %d", i);
        s.header[i] = slice_of(s.headers[i]);
        s.n.source[i].headers = &s.header[i];
        s.n.source[i].header_count = 1;
    }
    s.n.set.once = true;
    start(&s.n);
    SITE_UNTIL(s.n.base, s.n.idle == 1);
    assert_int_equal(s.asked_version, 3); /* of one key, of the other, of none */
    assert_int_equal(s.asked_list, 3);
    end_state(&s);
}

static void test_a_failure_is_shared_and_tried_again(void **state)
{
    static struct state s;
    (void)state;
    begin_state(&s);
    s.version = "no version at all";
    start(&s.n);
    SITE_UNTIL(s.n.base, s.n.count_of[NEWS_FAILED] >= 3 * COUNTIES);
    assert_non_null(strstr(s.n.told[0].text, "version-url: "));
    s.version = "7";
    SITE_UNTIL(s.n.base, s.n.count_of[NEWS_BATCH] == COUNTIES);
    end_state(&s);
}

static void test_freed_at_any_moment(void **state)
{
    static struct state s;
    (void)state;
    for (int moments = 0; moments < 40; moments += every()) {
        begin_state(&s);
        start(&s.n);
        for (int i = 0; i < moments; i++)
            event_base_loop(s.n.base, EVLOOP_ONCE);
        end_state(&s);
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_each_county_has_its_own_version),
        TEST(test_with_once_the_pointers_are_asked_once),
        TEST(test_a_list_that_is_a_page_is_asked_again),
        TEST(test_a_county_that_is_not_listed_fails_alone),
        TEST(test_other_headers_are_another_question),
        TEST(test_a_failure_is_shared_and_tried_again),
        TEST(test_freed_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
