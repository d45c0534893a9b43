/* SPDX-License-Identifier: ISC */
/* What sites ask of us is done for all who ask them, by whichever way they come. */
#include "tests/unit/poller_night.h"

#define FRONTS 4

static struct night n;

/* They send everybody to the night's own site. */
static void send_on(struct site_request *q, void *ctx)
{
    char to[100];
    (void)ctx;
    snprintf(to, sizeof to, "Location: http://127.0.0.1:%d/data\r\n", n.site.port);
    site_reply(q, "302 Found", to, SLICE(""));
}

static void begin_behind(struct site fronts[FRONTS])
{
    begin(&n);
    for (int i = 0; i < FRONTS; i++) {
        add_source(&n, "a", "/data");
        site_open(&fronts[i], n.base, send_on, NULL);
        snprintf(n.urls[i], sizeof n.urls[i], "http://127.0.0.1:%d/", fronts[i].port);
        n.file[i][0].url = slice_of(n.urls[i]);
    }
}

static void end_behind(struct site fronts[FRONTS])
{
    poller_free(n.p);
    n.p = NULL;
    for (int i = 0; i < FRONTS; i++)
        site_close(&fronts[i]);
    end(&n);
}

/* Eight hosts that redirected to one asked it nine at a time. */
static void test_where_a_redirect_leads_has_its_own_cap(void **state)
{
    static struct site fronts[FRONTS];
    (void)state;
    begin_behind(fronts);
    n.site.hold_ms = 10;
    n.set.max_per_host = 1;
    start(&n);
    SITE_UNTIL(n.base, n.site.requests >= 40);
    assert_int_equal(n.site.most_asking, 1);
    for (int i = 0; i < FRONTS; i++) /* they, too, one at a time; and all have their turn */
        assert_in_range(fronts[i].requests, 5, 20);
    end_behind(fronts);
}

/* Its Retry-After was obeyed by the one source that heard it. */
static void test_where_a_redirect_leads_has_its_own_rest(void **state)
{
    static struct site fronts[FRONTS];
    (void)state;
    begin_behind(fronts);
    start(&n);
    SITE_UNTIL(n.base, n.count_of[NEWS_UNCHANGED] >= 2 * FRONTS);
    answer_data(&n, "429 Too Many Requests", "Retry-After: 2\r\n");
    SITE_UNTIL(n.base, n.count_of[NEWS_FAILED] >= 1);
    int asked = n.site.requests;
    SITE_UNTIL(n.base, n.count_of[NEWS_FAILED] >= FRONTS);
    assert_in_range(n.site.requests - asked, 0, 1); /* two may ask at once; either may end last */
    static const char says[] = "the host that it is redirected to has asked to wait";
    int spared = 0;
    for (int i = 0; i < n.count; i++) {
        if (n.told[i].what != NEWS_FAILED)
            continue;
        assert_int_equal(n.told[i].verdict, VERDICT_BLOCKED);
        spared += strcmp(n.told[i].text, says) == 0;
    }
    assert_true(spared >= n.count_of[NEWS_FAILED] - 2);
    n.fault = NULL;
    int64_t from = timer_now_us();
    SITE_UNTIL(n.base, last_told(&n)->what == NEWS_UNCHANGED);
    assert_true(timer_now_us() - from > 1000000);
    end_behind(fronts);
}

static int64_t shortest_gap(int from)
{
    int64_t least = INT64_MAX;
    for (int i = from; i < n.site.requests; i++) {
        int64_t gap = n.asked_us[i + 1] - n.asked_us[i];
        least = gap < least ? gap : least;
    }
    return least;
}

/* After a change more may come soon. */
static void test_what_has_changed_is_asked_sooner(void **state)
{
    (void)state;
    begin(&n);
    n.set.jitter_bp = 0;
    n.set.least_ms = 100;
    add_source(&n, "a", "/data")->interval_ms = 600;
    start(&n);
    SITE_UNTIL(n.base, n.count_of[NEWS_UNCHANGED] >= 2);
    n.votes++;
    SITE_UNTIL(n.base, n.count_of[NEWS_BATCH] >= 2);
    int changed = n.site.requests;
    SITE_UNTIL(n.base, n.site.requests >= changed + 4);
    assert_in_range(shortest_gap(changed), 200000, 450000);
    end(&n);
}

/* One that takes longer than the interval was asked again at once, all the time. */
static void test_a_slow_site_has_its_rest(void **state)
{
    (void)state;
    begin(&n);
    n.set.jitter_bp = 0;
    n.site.hold_ms = 60;
    add_source(&n, "a", "/data")->interval_ms = 50;
    start(&n);
    SITE_UNTIL(n.base, n.site.requests >= 8);
    assert_true(shortest_gap(2) >= 60000 + 25000 - 2000);
    end(&n);
}

/* ---- a reload ---- */

/* What was due while it was held: none of it was ever asked again. */
static void test_a_poller_that_is_let_go_again_asks_for_what_is_due(void **state)
{
    (void)state;
    begin(&n);
    add_source(&n, "a", "/data");
    start(&n);
    SITE_UNTIL(n.base, n.count_of[NEWS_UNCHANGED] >= 1);
    poller_hold(n.p, true);
    SITE_UNTIL(n.base, poller_under_way(n.p) == 0);
    int asked = n.site.requests;
    int64_t due = timer_now_us() + 100000;
    SITE_UNTIL(n.base, timer_now_us() > due);
    assert_int_equal(n.site.requests, asked);
    poller_hold(n.p, false);
    SITE_UNTIL(n.base, n.site.requests > asked + 1);
    end(&n);
}

/* The next poller knows that the site has asked to be left alone, also by a person. */
static void test_a_rest_is_kept_by_the_poller_that_goes_on(void **state)
{
    (void)state;
    begin(&n);
    answer_data(&n, "429 Too Many Requests", "Retry-After: 60\r\n");
    add_source(&n, "a", "/data");
    start(&n);
    SITE_UNTIL(n.base, n.count_of[NEWS_FAILED] >= 1);
    struct poller *was = n.p;
    make(&n);
    poller_inherit(n.p, was);
    assert_true(poller_continue(n.p, 0, 0, was, 0, 0));
    poller_free(was);
    poller_start(n.p);
    assert_int_equal(poller_soon(n.p, 0), 0);
    end(&n);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_where_a_redirect_leads_has_its_own_cap),
        TEST(test_where_a_redirect_leads_has_its_own_rest),
        TEST(test_what_has_changed_is_asked_sooner),
        TEST(test_a_slow_site_has_its_rest),
        TEST(test_a_poller_that_is_let_go_again_asks_for_what_is_due),
        TEST(test_a_rest_is_kept_by_the_poller_that_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
