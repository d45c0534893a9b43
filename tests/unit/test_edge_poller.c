/* SPDX-License-Identifier: ISC */
/* Polls from end to end: a site of our own, real workers, and a listener in place of the app. */
#include "tests/unit/poller_night.h"
#include "tests/unit/sampled.h"

static void test_changes(void **state)
{
    static struct night n;
    struct poller_state s;
    (void)state;
    begin(&n);
    add_source(&n, "a", "/data");
    start(&n);
    for (n.votes = 1; n.votes <= 5; n.votes++) {
        n.body.len = 0;
        SITE_UNTIL(n.base, n.count_of[NEWS_BATCH] == n.votes);
        assert_int_equal(last_told(&n)->votes, n.votes);
        int before = n.count_of[NEWS_UNCHANGED];
        SITE_UNTIL(n.base, n.count_of[NEWS_UNCHANGED] >= before + 2);
    }
    poller_state(n.p, 0, 0, &s);
    assert_int_equal(s.changed, 5);
    assert_int_equal(s.unchanged, n.count_of[NEWS_UNCHANGED]);
    assert_true(s.polls >= s.changed + s.unchanged && s.failed == 0 && s.poll_seconds_sum > 0);
    assert_true(s.next_in_ms >= -1 && s.next_in_ms <= 22);
    assert_int_equal(n.site.connections, 1); /* one, kept alive */
    end(&n);
}

static void test_same_bytes_without_validators(void **state)
{
    static struct night n;
    (void)state;
    begin(&n);
    n.no_etag = true;
    add_source(&n, "a", "/data");
    start(&n);
    SITE_UNTIL(n.base, n.count_of[NEWS_UNCHANGED] >= 5);
    assert_int_equal(n.count_of[NEWS_BATCH], 1);
    assert_int_equal(n.conditional, 0);
    end(&n);
}

static void test_refused_is_asked_in_full(void **state)
{
    static struct night n;
    (void)state;
    begin(&n);
    n.refuse = true;
    add_source(&n, "a", "/data");
    start(&n);
    SITE_UNTIL(n.base, n.count_of[NEWS_BATCH] >= 3);
    assert_int_equal(n.conditional, 0);
    n.refuse = false;
    SITE_UNTIL(n.base, n.count_of[NEWS_UNCHANGED] >= 2);
    assert_true(n.conditional >= 2);
    n.refuse = true; /* a newer one is refused: the conditions stay those of what is on air */
    n.votes = 2;
    n.body.len = 0;
    int before = n.count_of[NEWS_BATCH];
    SITE_UNTIL(n.base, n.count_of[NEWS_BATCH] >= before + 2);
    n.votes = 1;
    before = n.count_of[NEWS_UNCHANGED];
    SITE_UNTIL(n.base, n.count_of[NEWS_UNCHANGED] >= before + 2);
    end(&n);
}

static void test_restored(void **state)
{
    static struct night n;
    struct digest d;
    (void)state;
    begin(&n);
    add_source(&n, "by-validators", "/data");
    add_source(&n, "by-digest", "/data")->interval_ms = 40;
    make(&n);
    ap_body(&n.body, 1, 0);
    d = digest_of(buf_slice(&n.body));
    poller_restore(n.p, 0, 0, SLICE("\"1\""), SLICE(""), SLICE(""), d);
    poller_restore(n.p, 1, 0, SLICE("\"other\""), SLICE(""), SLICE(""), d);
    poller_start(n.p);
    SITE_UNTIL(n.base, n.count_of[NEWS_UNCHANGED] >= 10);
    assert_int_equal(n.count_of[NEWS_BATCH], 0);
    assert_int_equal(n.count, n.count_of[NEWS_UNCHANGED]);
    assert_int_equal(n.conditional, n.site.requests);
    end(&n);
}

/* ---- failures ---- */

static void test_back_off(void **state)
{
    static struct night n;
    struct poller_state s;
    (void)state;
    begin(&n);
    answer_data(&n, "500 Oops", "");
    add_source(&n, "a", "/data");
    start(&n);
    SITE_UNTIL(n.base, n.site.requests >= 8);
    assert_string_equal(n.told[0].text, "HTTP 500");
    assert_int_equal(n.told[0].verdict, VERDICT_HTTP_STATUS);
    int64_t most = 20000;
    for (int i = 1; i < 7; i++) {
        int64_t gap = n.asked_us[i + 1] - n.asked_us[i];
        if (gap < most / 2)
            fail_msg("gap %d: %lld us", i, (long long)gap);
        most = most * 2 > 160000 ? 160000 : most * 2;
    }
    poller_state(n.p, 0, 0, &s);
    assert_true(s.failures_in_a_row >= 7);
    n.fault = NULL;
    SITE_UNTIL(n.base, n.count_of[NEWS_BATCH] == 1);
    poller_state(n.p, 0, 0, &s);
    assert_int_equal(s.failures_in_a_row, 0);
    end(&n);
}

static void test_retry_after(void **state)
{
    static struct night n;
    (void)state;
    begin(&n);
    answer_data(&n, "429 Too Many Requests", "Retry-After: 1\r\n");
    add_source(&n, "a", "/data");
    start(&n);
    SITE_UNTIL(n.base, n.site.requests >= 2);
    assert_true(n.asked_us[2] - n.asked_us[1] >= 990000);
    end(&n);
}

/* Where in the list of requests nobody asked for so long. */
static int gap_of(const struct night *n, int64_t ms)
{
    int at = 1;
    while (at < n->site.requests && n->asked_us[at + 1] - n->asked_us[at] < ms * 1000)
        at++;
    return at < n->site.requests ? at : 0;
}

static void test_retry_after_is_of_the_host(void **state)
{
    static struct night n;
    struct poller_state s;
    (void)state;
    begin(&n);
    add_source(&n, "a", "/data");
    add_source(&n, "b", "/other");
    start(&n);
    SITE_UNTIL(n.base, n.count_of[NEWS_UNCHANGED] >= 4);
    answer_data(&n, "503 Unavailable", "Retry-After: 1\r\n");
    SITE_UNTIL(n.base, n.count_of[NEWS_FAILED] >= 2);
    n.fault = NULL;
    const struct told *one = first_of(&n, NEWS_FAILED), *other = last_told(&n);
    assert_string_equal(one->text, "HTTP 503, and asks to wait 1 s");
    assert_int_equal(other->verdict, VERDICT_BLOCKED);
    assert_string_equal(other->text, "its host has asked to wait");
    assert_int_not_equal(other->source, one->source);
    poller_state(n.p, 1, 0, &s);
    assert_in_range(s.next_in_ms, 500, 1100); /* it comes when it may, and is not asked meanwhile */
    assert_int_equal(poller_soon(n.p, 1), 0);
    SITE_UNTIL(n.base, last_told(&n)->what == NEWS_UNCHANGED && gap_of(&n, 990) > 0);
    end(&n);
}

static void test_a_quota_is_of_the_key(void **state)
{
    static struct night n;
    (void)state;
    begin(&n);
    n.set.backoff_first_ms = 300;
    n.set.backoff_most_ms = 1000;
    add_source(&n, "a", "/data")->has_credential = true;
    add_source(&n, "b", "/other");
    start(&n);
    SITE_UNTIL(n.base, n.count_of[NEWS_UNCHANGED] >= 4);
    answer_data(&n, "403 Forbidden", "");
    SITE_UNTIL(n.base, n.count_of[NEWS_FAILED] >= 2);
    n.fault = NULL;
    assert_string_equal(last_told(&n)->text, "its host has asked to wait");
    SITE_UNTIL(n.base, last_told(&n)->what == NEWS_UNCHANGED && gap_of(&n, 290) > 0);
    end(&n);
}

static void test_worker_verdicts(void **state)
{
    static struct night n;
    static const struct {
        const char *body;
        enum verdict verdict;
    } rows[] = {
        {"<html><body>Please wait</body></html>", VERDICT_BLOCKED},
        {"{\"timestamp\":\"2026-11-04T03:39:00Z\",\"res", VERDICT_TRUNCATED},
        {"{\"timestamp\":\"2026-11-04T03:39:00Z\",\"results\":[}]}", VERDICT_SYNTAX},
        {"{\"something\":\"else\"}", VERDICT_SCHEMA},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        begin(&n);
        n.good = rows[i].body;
        add_source(&n, "a", "/data");
        start(&n);
        SITE_UNTIL(n.base, n.count_of[NEWS_FAILED] >= 2);
        if (n.told[0].verdict != rows[i].verdict)
            fail_msg("row %zu: verdict %d: %s", i, n.told[0].verdict, n.told[0].text);
        assert_int_equal(n.conditional, 0);
        n.good = NULL;
        SITE_UNTIL(n.base, n.count_of[NEWS_BATCH] == 1);
        end(&n);
    }
}

/* ---- versions ---- */

static void begin_versions(struct night *n)
{
    struct poller_source *s;
    begin(n);
    s = add_source(n, "a", "/v/{version}/data");
    s->version_url = url(n, "/pointer");
}

static void test_version(void **state)
{
    static struct night n;
    (void)state;
    begin_versions(&n);
    start(&n);
    SITE_UNTIL(n.base, n.count_of[NEWS_UNCHANGED] >= 5);
    assert_int_equal(n.count_of[NEWS_BATCH], 1);
    assert_string_equal(n.told[0].version, "100");
    assert_int_equal(n.asked[ASKED_VERSIONED], 1); /* an unchanged version is not fetched */
    assert_true(n.asked[ASKED_POINTER] >= 6 && n.conditional >= 4);

    /* the pointer runs ahead of its file, which then is a page for people, and then comes */
    n.fault = "/v/101/data";
    n.fault_status = "404 Not Found";
    n.fault_headers = "";
    n.pointer = "101";
    n.votes = 2;
    n.body.len = 0;
    SITE_UNTIL(n.base, n.count_of[NEWS_FAILED] >= 3);
    assert_int_equal(last_told(&n)->verdict, VERDICT_HTTP_STATUS);
    assert_string_equal(last_told(&n)->version, "101");
    n.fault_status = "200 OK";
    int before = n.count_of[NEWS_FAILED];
    SITE_UNTIL(n.base, n.count_of[NEWS_FAILED] >= before + 2);
    assert_int_equal(last_told(&n)->verdict, VERDICT_BLOCKED);
    assert_int_equal(n.count_of[NEWS_BATCH], 1);
    n.fault = NULL;
    SITE_UNTIL(n.base, n.count_of[NEWS_BATCH] == 2);
    assert_string_equal(last_told(&n)->version, "101");
    assert_int_equal(last_told(&n)->votes, 2);
    before = n.asked[ASKED_VERSIONED];
    int unchanged = n.count_of[NEWS_UNCHANGED];
    SITE_UNTIL(n.base, n.count_of[NEWS_UNCHANGED] >= unchanged + 3);
    assert_int_equal(n.asked[ASKED_VERSIONED], before);

    n.pointer = "102"; /* the same bytes under a new name */
    SITE_UNTIL(n.base, n.asked[ASKED_VERSIONED] == before + 1);
    unchanged = n.count_of[NEWS_UNCHANGED];
    SITE_UNTIL(n.base, n.count_of[NEWS_UNCHANGED] >= unchanged + 3);
    assert_int_equal(n.asked[ASKED_VERSIONED], before + 1);
    assert_int_equal(n.count_of[NEWS_BATCH], 2);
    assert_int_equal(n.conditional_version, 0); /* a validator is of one address only */
    end(&n);
}

static void test_version_moves_only_when_taken(void **state)
{
    static struct night n;
    (void)state;
    begin_versions(&n);
    start(&n);
    SITE_UNTIL(n.base, n.count_of[NEWS_BATCH] == 1);
    n.refuse = true;
    n.pointer = "99";
    n.votes = 7;
    n.body.len = 0;
    SITE_UNTIL(n.base, n.count_of[NEWS_BATCH] >= 4);
    assert_string_equal(last_told(&n)->version, "99");
    assert_int_equal(n.asked[ASKED_VERSIONED], n.count_of[NEWS_BATCH]);
    n.pointer = "100"; /* back to what is on air */
    int before = n.asked[ASKED_VERSIONED] + 1, unchanged = n.count_of[NEWS_UNCHANGED];
    SITE_UNTIL(n.base, n.count_of[NEWS_UNCHANGED] >= unchanged + 3);
    assert_true(n.asked[ASKED_VERSIONED] <= before);
    end(&n);
}

static void test_pointer_fails(void **state)
{
    static struct night n;
    (void)state;
    begin_versions(&n);
    n.pointer = "no version at all";
    start(&n);
    SITE_UNTIL(n.base, n.count_of[NEWS_FAILED] >= 2);
    assert_int_equal(n.told[0].verdict, VERDICT_SCHEMA);
    assert_non_null(strstr(n.told[0].text, "version-url"));
    n.fault = "/pointer";
    n.fault_status = "503 Unavailable";
    n.fault_headers = "";
    int before = n.count_of[NEWS_FAILED];
    SITE_UNTIL(n.base, n.count_of[NEWS_FAILED] >= before + 2);
    assert_string_equal(last_told(&n)->text, "version-url: HTTP 503");
    assert_int_equal(n.asked[ASKED_VERSIONED], 0);
    end(&n);
}

static void test_version_is_encoded(void **state)
{
    static struct night n;
    struct poller_source *s;
    (void)state;
    begin(&n);
    s = add_source(&n, "a", "/v/{version}/{version}.json");
    s->version_url = url(&n, "/pointer");
    s->version_options = SLICE("version-path=/at\n");
    n.pointer = "{\"at\":\"2020-11-03T23:15:00+00\"}";
    n.fault = "/v/2020-11-03T23%3A15%3A00%2B00/2020-11-03T23%3A15%3A00%2B00.json";
    n.fault_status = "410 Gone";
    n.fault_headers = "";
    start(&n);
    SITE_UNTIL(n.base, n.count >= 1);
    assert_string_equal(n.told[0].text, "HTTP 410");
    end(&n);
}

/* ---- many ---- */

static void test_per_host(void **state)
{
    static struct night n;
    (void)state;
    begin(&n);
    n.site.hold_ms = 20;
    struct poller_source *s = add_source(&n, "a", "/data");
    for (int i = 1; i < 8; i++)
        n.file[0][i].url = n.file[0][0].url;
    s->file_count = 8;
    start(&n);
    SITE_UNTIL(n.base, n.site.requests >= 60);
    assert_int_equal(n.site.most_asking, 2);
    assert_true(n.site.connections <= 8);
    int polled[8] = {0};
    for (int i = 0; i < n.count; i++)
        polled[n.told[i].file]++;
    for (int i = 0; i < 8; i++) /* none is left behind */
        assert_true(polled[i] >= 3);
    end(&n);
}

/* libcurl by itself would keep four connections while one transfer is under way. */
static void test_connections_are_kept(void **state)
{
    static struct night n;
    static struct site others[7];
    int connections = 0, requests = 0;
    (void)state;
    begin(&n);
    for (int i = 0; i < 7; i++) {
        add_source(&n, "a", "/data")->interval_ms = 150; /* so that they rest */
        site_open(&others[i], n.base, answer, &n);
        snprintf(n.urls[i], sizeof n.urls[i], "http://127.0.0.1:%d/data", others[i].port);
        n.file[i][0].url = slice_of(n.urls[i]);
    }
    start(&n);
    SITE_UNTIL(n.base, n.count >= 70);
    for (int i = 0; i < 7; i++) {
        connections += others[i].connections;
        requests += others[i].requests;
    }
    assert_true(requests >= 70);
    assert_int_equal(connections, 7);
    poller_free(n.p);
    n.p = NULL;
    for (int i = 0; i < 7; i++)
        site_close(&others[i]);
    end(&n);
}

static void test_a_dead_source_delays_no_other(void **state)
{
    static struct night n;
    (void)state;
    begin(&n);
    add_source(&n, "a", "/data");
    struct poller_source *dead = add_source(&n, "b", "/data");
    n.file[1][0].url = SLICE("http://127.0.0.2:1/");
    dead->interval_ms = 10;
    start(&n);
    SITE_UNTIL(n.base, n.count_of[NEWS_UNCHANGED] >= 20 && n.count_of[NEWS_FAILED] >= 3);
    assert_int_equal(first_of(&n, NEWS_FAILED)->source, 1);
    assert_int_equal(first_of(&n, NEWS_FAILED)->verdict, VERDICT_UNREACHABLE);
    end(&n);
}

static void test_once(void **state)
{
    static struct night n;
    (void)state;
    begin(&n);
    n.set.once = true;
    n.fault = "/bad";
    n.fault_status = "404 Not Found";
    n.fault_headers = "";
    n.names = "{}";
    add_source(&n, "a", "/data")->interval_ms = 3600000;
    add_source(&n, "b", "/bad");
    add_source(&n, "c", "/data")->version_url = url(&n, "/pointer");
    struct poller_source *s = add_source(&n, "d", "/data");
    n.companion.url = url(&n, "/bad");
    s->companions = &n.companion;
    s->companion_count = 1;
    start(&n);
    SITE_UNTIL(n.base, n.idle == 1);
    assert_int_equal(n.count, 4);
    assert_int_equal(n.count_of[NEWS_BATCH], 2);
    assert_int_equal(n.count_of[NEWS_FAILED], 2);
    int requests = n.site.requests;
    int64_t until = timer_now_us() + 300000;
    SITE_UNTIL(n.base, timer_now_us() > until);
    assert_int_equal(n.idle, 1);
    assert_true(n.site.requests <= requests + 5); /* a companion's own tries, at most */
    end(&n);
    begin(&n);
    n.set.once = true;
    start(&n);
    SITE_UNTIL(n.base, n.idle == 1);
    end(&n);
}

/* ---- companions ---- */

static void test_companions_first(void **state)
{
    static struct night n;
    char names[4096] = "", data[4096] = "";
    FILE *f = fopen("tests/samples/clarity/area-companion.xml", "r");
    (void)state;
    assert_non_null(f);
    assert_true(fread(names, 1, sizeof names - 1, f) > 0);
    fclose(f);
    f = fopen("tests/samples/clarity/area.json", "r");
    assert_non_null(f);
    assert_true(fread(data, 1, sizeof data - 1, f) > 0);
    fclose(f);
    begin(&n);
    n.good = data;
    n.names = names;
    n.fault = "/names";
    n.fault_status = "503 Unavailable";
    n.fault_headers = "";
    struct poller_source *s = add_source(&n, "a", "/data");
    s->format = SLICE("clarity");
    s->interval_ms = 10;
    n.companion.url = url(&n, "/names");
    s->companions = &n.companion;
    s->companion_count = 1;
    start(&n);
    SITE_UNTIL(n.base, n.count_of[NEWS_FAILED] >= 2);
    assert_non_null(strstr(n.told[0].text, "companion 1: HTTP 503"));
    assert_int_equal(n.asked[ASKED_DATA], 0);
    n.fault = NULL;
    SITE_UNTIL(n.base, n.count_of[NEWS_BATCH] == 1 && n.count_of[NEWS_UNCHANGED] >= 2);
    char first[80];
    snprintf(first, sizeof first, "%s", first_of(&n, NEWS_BATCH)->name);
    assert_true(first[0] != '\0');

    /* a new companion: the same payload comes again, with the new name */
    char *at = strstr(names, first);
    assert_non_null(at);
    at[0] = 'Q';
    int data_asked = n.count_of[NEWS_BATCH];
    SITE_UNTIL(n.base, n.count_of[NEWS_BATCH] == data_asked + 1);
    for (int i = n.count - 1; i >= 0; i--) {
        if (n.told[i].what != NEWS_BATCH)
            continue;
        assert_int_equal(n.told[i].name[0], 'Q');
        assert_string_equal(n.told[i].name + 1, first + 1);
        break;
    }
    data_asked = n.count_of[NEWS_BATCH]; /* the same companion again is no new one */
    int names_asked = n.asked[ASKED_NAMES];
    SITE_UNTIL(n.base, n.asked[ASKED_NAMES] >= names_asked + 3);
    assert_int_equal(n.count_of[NEWS_BATCH], data_asked);
    assert_true(n.asked[ASKED_NAMES_AGAIN] >= 3);
    /* One with which what is on air cannot be read: all of it is asked for, until one comes with
     * which it can. */
    char whole[4096];
    snprintf(whole, sizeof whole, "%s", names);
    names[0] = '?';
    int failures = n.count_of[NEWS_FAILED];
    SITE_UNTIL(n.base, n.count_of[NEWS_FAILED] > failures);
    int same = n.count_of[NEWS_UNCHANGED];
    SITE_UNTIL(n.base, n.count_of[NEWS_FAILED] > failures + 3);
    assert_int_equal(n.count_of[NEWS_UNCHANGED], same);
    snprintf(names, sizeof names, "%s", whole);
    SITE_UNTIL(n.base, n.count_of[NEWS_BATCH] == data_asked + 1);
    /* And it is asked for soon, not when its time would have come: a page that was there for a
     * moment cost the figures of twenty intervals. */
    same = n.count_of[NEWS_UNCHANGED];
    SITE_UNTIL(n.base, n.count_of[NEWS_UNCHANGED] > same + 3);
    names[0] = '?';
    s->interval_ms = 3600000;
    failures = n.count_of[NEWS_FAILED];
    SITE_UNTIL(n.base, n.count_of[NEWS_FAILED] > failures);
    snprintf(names, sizeof names, "%s", whole);
    data_asked = n.count_of[NEWS_BATCH];
    SITE_UNTIL(n.base, n.count_of[NEWS_BATCH] > data_asked);
    s->interval_ms = 10;
    poller_soon(n.p, 0); /* the next poll may be an hour off by now */
    n.fault = "/names";  /* it is kept when it cannot be had any more */
    int before = n.count_of[NEWS_UNCHANGED], failed = n.count_of[NEWS_FAILED];
    SITE_UNTIL(n.base, n.count_of[NEWS_UNCHANGED] >= before + 60);
    assert_int_equal(n.count_of[NEWS_FAILED], failed);
    end(&n);
}

/* ---- large bodies ---- */

static void large(struct site_request *q, void *ctx)
{
    struct night *n = ctx;
    const char *part = slice_is(q->path, "/cut") || slice_is(q->path, "/page") ? "300" : "";
    (void)n;
    if (slice_is(q->path, "/page")) { /* a page for people that goes on and on */
        struct buf page;
        buf_init(&page, MAX_BODY);
        buf_addz(&page, "<html><body>Please wait");
        for (int i = 0; i < 400000; i++)
            buf_addc(&page, ' ');
        buf_addf(q->out, "HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n");
        buf_add(q->out, buf_slice(&page));
        buf_done(&page);
        return;
    }
    if (part[0] == '\0') {
        site_reply(q, "200 OK", "ETag: \"1\"\r\n", buf_slice(&n->body));
        return;
    }
    buf_addf(q->out, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", n->body.len);
    buf_add(q->out, slice_sub(buf_slice(&n->body), 0, 700000));
    q->close = true;
}

static void test_large(void **state)
{
    static struct night n;
    (void)state;
    begin_with(&n, large);
    ap_body(&n.body, 77, 2000000);
    add_source(&n, "a", "/whole")->interval_ms = 50;
    start(&n);
    SITE_UNTIL(n.base, n.count >= 3);
    assert_int_equal(n.told[0].what, NEWS_BATCH);
    assert_int_equal(n.told[0].votes, 77);
    assert_int_equal(n.told[1].what, NEWS_UNCHANGED); /* the same bytes again */
    end(&n);
}

static void test_large_cut(void **state)
{
    static struct night n;
    (void)state;
    begin_with(&n, large);
    ap_body(&n.body, 77, 2000000);
    add_source(&n, "a", "/cut");
    start(&n);
    SITE_UNTIL(n.base, n.count >= 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(n.told[i].verdict, VERDICT_CUT);
    assert_int_equal(workers_exits(n.workers, WIRE_OK), 0);
    end(&n);
}

static void test_bad_before_its_end(void **state)
{
    static struct night n;
    (void)state;
    begin_with(&n, large);
    add_source(&n, "a", "/page");
    n.set.timeout_ms = 60000; /* nothing but the worker's word ends it */
    start(&n);
    SITE_UNTIL(n.base, n.count >= 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(n.told[i].verdict, VERDICT_BLOCKED);
    end(&n);
}

/* ---- by path ---- */

static void write_file(const char *path, struct slice bytes)
{
    char next[200];
    snprintf(next, sizeof next, "%s.next", path);
    FILE *f = fopen(next, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, f), bytes.len);
    fclose(f);
    assert_int_equal(rename(next, path), 0);
}

static void test_path(void **state)
{
    static struct night n;
    char dir[] = "/tmp/tallyd-test-XXXXXX", path[100];
    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/feed.json", dir);
    begin(&n);
    add_source(&n, "a", "/data");
    n.file[0][0] = (struct poller_file){.path = slice_of(path)};
    start(&n);
    SITE_UNTIL(n.base, n.count_of[NEWS_FAILED] >= 2);
    assert_int_equal(n.told[0].verdict, VERDICT_UNREACHABLE);
    assert_non_null(strstr(n.told[0].text, "No such file"));
    for (int i = 1; i <= 3; i++) {
        ap_body(&n.body, i, 0);
        write_file(path, buf_slice(&n.body));
        SITE_UNTIL(n.base, n.count_of[NEWS_BATCH] == i);
        int before = n.count_of[NEWS_UNCHANGED];
        SITE_UNTIL(n.base, n.count_of[NEWS_UNCHANGED] >= before + 3);
    }
    struct poller_state s;
    poller_state(n.p, 0, 0, &s);
    assert_int_equal(s.bytes, 3 * (int64_t)n.body.len); /* read when it changed, not else */
    ap_body(&n.body, 1, MAX_BODY);
    write_file(path, buf_slice(&n.body));
    int before = n.count_of[NEWS_FAILED];
    SITE_UNTIL(n.base, n.count_of[NEWS_FAILED] > before);
    assert_int_equal(last_told(&n)->verdict, VERDICT_TOO_BIG);
    end(&n);
    unlink(path);
    rmdir(dir);
}

/* ---- life ---- */

static void test_freed_at_any_moment(void **state)
{
    static struct night n;
    (void)state;
    for (int moment = 0; moment < 60; moment += every()) {
        begin_versions(&n);
        add_source(&n, "b", "/data");
        n.source[1].file_count = 2;
        n.file[1][1].url = n.file[1][0].url;
        struct poller_source *s = add_source(&n, "c", "/data");
        n.names = "{}";
        n.companion.url = url(&n, "/names");
        s->companions = &n.companion;
        s->companion_count = 1;
        add_source(&n, "d", "/data");
        n.file[3][0] = (struct poller_file){.path = SLICE("README.md")};
        start(&n);
        for (int i = 0; i < moment; i++)
            event_base_loop(n.base, EVLOOP_ONCE);
        end(&n);
    }
}

static void test_refused_settings(void **state)
{
    static struct night n;
    const struct poller_calls calls = {.news = on_news, .idle = on_idle, .ctx = &n};
    struct err e;
    (void)state;
    begin(&n);
    n.network = SLICE("127.0.0.1");
    assert_false(poller_new(n.base, &n.set, n.workers, &calls, &n.p, &e));
    assert_int_equal(e.kind, ERR_CONFIG);
    n.network = SLICE("127.0.0.0/8");
    struct poller_source *s = add_source(&n, "named", "/data");
    n.companion.url = url(&n, "/{version}/names");
    s->companions = &n.companion;
    s->companion_count = 1;
    assert_false(poller_new(n.base, &n.set, n.workers, &calls, &n.p, &e));
    assert_int_equal(e.kind, ERR_CONFIG);
    assert_non_null(strstr(e.text, "named"));
    n.p = NULL;
    end(&n);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_changes),
        TEST(test_same_bytes_without_validators),
        TEST(test_refused_is_asked_in_full),
        TEST(test_restored),
        TEST(test_back_off),
        TEST(test_retry_after),
        TEST(test_retry_after_is_of_the_host),
        TEST(test_a_quota_is_of_the_key),
        TEST(test_worker_verdicts),
        TEST(test_version),
        TEST(test_version_moves_only_when_taken),
        TEST(test_pointer_fails),
        TEST(test_version_is_encoded),
        TEST(test_per_host),
        TEST(test_connections_are_kept),
        TEST(test_a_dead_source_delays_no_other),
        TEST(test_once),
        TEST(test_companions_first),
        TEST(test_large),
        TEST(test_large_cut),
        TEST(test_bad_before_its_end),
        TEST(test_path),
        TEST(test_freed_at_any_moment),
        TEST(test_refused_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
