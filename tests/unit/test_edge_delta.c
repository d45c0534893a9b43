/* SPDX-License-Identifier: ISC */
/* Feeds that say where to ask next for what has changed: asked there after a payload that was
 * taken, and for all of it after anything else. */
#include "daemon/edge/cursor.h"
#include "tests/unit/poller_night.h"

/* A site of numbered changes: /all?key=s names /since/N, and that the one after it. */
struct feed {
    struct night n;
    int number;       /* changes so far */
    const char *home; /* said instead of the site's own address; NULL: its own */
    int fail;         /* this change answers HTTP 500, once */
    bool damage;      /* the next change cannot be read, once */
    bool same;        /* the changes have the same bytes, and name themselves */
    int whole, changes, conditional;
    char asked[80];    /* the last change */
    const char *names; /* its companion, if it has one */
    struct buf text;
};

static void answer_feed(struct site_request *q, void *ctx)
{
    struct feed *f = ctx;
    char path[80], home[80];
    snprintf(path, sizeof path, "%.*s", SLICE_FMT(q->path));
    snprintf(home, sizeof home, "http://127.0.0.1:%d", f->n.site.port);
    if (strcmp(path, "/names") == 0) {
        site_reply(q, "200 OK", "", slice_of(f->names));
        return;
    }
    f->conditional += site_header(q, "if-none-match").len > 0;
    int since = -1;
    if (strncmp(path, "/since/", 7) == 0)
        since = atoi(path + 7);
    if (since >= 0) {
        f->changes++;
        snprintf(f->asked, sizeof f->asked, "%s", path);
    } else {
        f->whole++;
    }
    if (since >= 0 && since + 1 == f->fail) {
        f->fail = 0;
        site_reply(q, "500 Oops", "", SLICE(""));
        return;
    }
    f->number = f->same ? 1 : f->number + 1;
    buf_clear(&f->text);
    buf_addf(&f->text, "%s/since/%d?a=1&key=theirs\n%d %d\n", f->home ? f->home : home, f->number,
             since < 0 ? 0 : f->number, f->number);
    if (since >= 0 && f->damage)
        buf_addz(&f->text, "what\n");
    f->damage = f->damage && since < 0;
    site_reply(q, "200 OK", "ETag: \"e\"\r\n", buf_slice(&f->text));
}

static void begin_feed(struct feed *f)
{
    memset(f, 0, sizeof *f);
    setenv("TALLY_PARSE",
           getenv("TALLY_PARSE_HOSTILE") ? getenv("TALLY_PARSE_HOSTILE")
                                         : "build/tests/tally-parse-hostile",
           1);
    begin_with(&f->n, answer_feed);
    f->n.site.ctx = f;
    buf_init(&f->text, 1 << 16);
    struct poller_source *s = add_source(&f->n, "a", "/all?key=s3cr3t");
    s->format = SLICE("delta");
    s->delta_options = SLICE("delta=yes\n");
    f->n.file[0][0].secrets = SLICE("key=s3cr3t");
}

static void end_feed(struct feed *f)
{
    buf_done(&f->text);
    end(&f->n);
}

static void test_changes_are_asked_for_where_the_feed_says(void **state)
{
    static struct feed f;
    (void)state;
    begin_feed(&f);
    start(&f.n);
    SITE_UNTIL(f.n.base, f.n.count_of[NEWS_BATCH] == 5);
    assert_int_equal(f.whole, 1);
    assert_string_equal(f.asked, "/since/4?a=1&key=s3cr3t"); /* ours, not theirs */
    for (int i = 0; i < 5; i++) {
        assert_int_equal(f.n.told[i].delta, i);
        assert_int_equal(f.n.told[i].votes, i + 1);
    }
    assert_int_equal(f.conditional, 0);
    end_feed(&f);
}

static void test_after_64_all_of_it(void **state)
{
    static struct feed f;
    (void)state;
    begin_feed(&f);
    f.n.source[0].interval_ms = 10;
    start(&f.n);
    SITE_UNTIL(f.n.base, f.n.count_of[NEWS_BATCH] == POLLER_DELTAS_MAX + 3);
    assert_int_equal(f.whole, 2);
    assert_int_equal(f.n.told[POLLER_DELTAS_MAX].delta, POLLER_DELTAS_MAX);
    assert_int_equal(f.n.told[POLLER_DELTAS_MAX + 1].delta, 0);
    assert_int_equal(f.n.told[POLLER_DELTAS_MAX + 2].delta, 1);
    assert_int_equal(f.conditional, 0);
    end_feed(&f);
}

/* What is on air is more than the last payload, which is all that could be read again. */
static void test_a_new_companion_wants_all_of_it(void **state)
{
    static struct feed f;
    (void)state;
    begin_feed(&f);
    f.n.set.least_ms = 20; /* not sooner after a change: 20 polls for one of the companion */
    f.n.companion.url = url(&f.n, "/names");
    f.n.source[0].companions = &f.n.companion;
    f.n.source[0].companion_count = 1;
    f.names = "one";
    start(&f.n);
    SITE_UNTIL(f.n.base, f.n.count_of[NEWS_BATCH] == 5);
    int whole = 1;
    do { /* a slow machine may want all of it for its many changes first: then the next time */
        f.names = whole % 2 ? "another" : "one";
        whole++;
        SITE_UNTIL(f.n.base, f.whole == whole);
    } while (last_told(&f.n)->delta == POLLER_DELTAS_MAX && whole < 6);
    assert_in_range(last_told(&f.n)->delta, 0, POLLER_DELTAS_MAX - 1); /* it comes after this */
    int told = f.n.count;
    SITE_UNTIL(f.n.base, f.n.count > told);
    assert_int_equal(last_told(&f.n)->delta, 0);
    assert_int_equal(f.n.count_of[NEWS_FAILED], 0);
    assert_int_equal(f.conditional, 0);
    end_feed(&f);
}

/* Each way a change can go wrong: what comes next is all of it, in full. */
static void expect_whole_next(struct feed *f, int batches)
{
    SITE_UNTIL(f->n.base, f->whole == 2);
    SITE_UNTIL(f->n.base, f->n.count_of[NEWS_BATCH] == batches);
    assert_int_equal(last_told(&f->n)->delta, 0);
    assert_int_equal(f->conditional, 0);
    SITE_UNTIL(f->n.base, f->n.count_of[NEWS_BATCH] == batches + 1);
    assert_int_equal(last_told(&f->n)->delta, 1);
}

static void test_a_change_that_cannot_be_had(void **state)
{
    static struct feed f;
    (void)state;
    begin_feed(&f);
    f.fail = 3; /* after all of it and one change */
    start(&f.n);
    expect_whole_next(&f, 3);
    assert_int_equal(f.n.count_of[NEWS_FAILED], 1);
    assert_null(strstr(first_of(&f.n, NEWS_FAILED)->text, "s3cr3t"));
    end_feed(&f);
}

static void test_a_first_change_that_cannot_be_had(void **state)
{
    static struct feed f;
    (void)state;
    begin_feed(&f);
    f.fail = 2;
    start(&f.n);
    expect_whole_next(&f, 2);
    end_feed(&f);
}

static void test_a_change_that_cannot_be_read(void **state)
{
    static struct feed f;
    (void)state;
    begin_feed(&f);
    f.damage = true;
    start(&f.n);
    expect_whole_next(&f, 2);
    assert_int_equal(first_of(&f.n, NEWS_FAILED)->verdict, VERDICT_SYNTAX);
    end_feed(&f);
}

static void test_a_change_that_is_refused_or_held(void **state)
{
    static struct feed f;
    (void)state;
    for (int held = 0; held < 2; held++) {
        begin_feed(&f);
        start(&f.n);
        SITE_UNTIL(f.n.base, f.n.count_of[NEWS_BATCH] == 1);
        f.n.refuse = !held;
        f.n.hold = held;
        SITE_UNTIL(f.n.base, f.n.count_of[NEWS_BATCH] >= 3);
        assert_int_equal(f.n.told[1].delta, 1);
        assert_int_equal(f.n.told[2].delta, 0);
        assert_int_equal(f.changes, 1); /* all of it until that is taken */
        f.n.refuse = f.n.hold = false;
        SITE_UNTIL(f.n.base, f.changes == 3);
        assert_int_equal(f.conditional, 0);
        end_feed(&f);
    }
}

static void test_another_host_is_not_followed(void **state)
{
    static struct feed f;
    static const char *const homes[] = {"http://127.0.0.2", "https://127.0.0.1", "//127.0.0.1",
                                        "gopher"};
    (void)state;
    for (size_t i = 0; i < sizeof homes / sizeof *homes; i++) {
        begin_feed(&f);
        f.home = homes[i];
        start(&f.n);
        SITE_UNTIL(f.n.base, f.whole >= 3);
        assert_int_equal(f.changes, 0);
        end_feed(&f);
    }
}

static void test_nothing_new_changes_nothing(void **state)
{
    static struct feed f;
    (void)state;
    begin_feed(&f);
    f.same = true;
    start(&f.n);
    SITE_UNTIL(f.n.base, f.n.count_of[NEWS_UNCHANGED] >= 3);
    assert_int_equal(f.whole, 1);
    assert_int_equal(f.n.count_of[NEWS_BATCH], 2);
    end_feed(&f);
}

static void test_after_a_restart_all_of_it(void **state)
{
    static struct feed f;
    struct digest d;
    (void)state;
    begin_feed(&f);
    make(&f.n);
    d = digest_of(SLICE("of the first"));
    poller_restore(f.n.p, 0, 0, SLICE("\"e\""), SLICE(""), SLICE(""), d);
    d = digest_of(SLICE("of a change"));
    poller_restore_delta(f.n.p, 0, 0, d);
    poller_start(f.n.p);
    SITE_UNTIL(f.n.base, f.n.count_of[NEWS_BATCH] == 2);
    assert_int_equal(f.conditional, 0);
    assert_int_equal(f.whole, 1);
    assert_int_equal(f.n.told[0].delta, 0);
    assert_int_equal(f.n.told[1].delta, 1);
    end_feed(&f);
}

static void test_addresses(void **state)
{
    static const struct {
        const char *home, *next, *secrets, *wanted; /* NULL: refused */
    } rows[] = {
        {"https://e.org/v2/x?apiKey=k", "https://e.org/v2/x?minDateTime=1", "apiKey=k",
         "https://e.org/v2/x?minDateTime=1&apiKey=k"},
        {"https://e.org/v2", "https://E.ORG/v3", "apiKey=k", "https://E.ORG/v3?apiKey=k"},
        {"https://e.org/v2", "https://e.org/v3?APIKEY=&a=b", "apiKey=k&t=u",
         "https://e.org/v3?a=b&apiKey=k&t=u"},
        {"https://e.org/v2", "https://e.org/v3?a=b#apiKey", "", "https://e.org/v3?a=b"},
        {"https://e.org:444/v2", "https://e.org:444?a=b", "", "https://e.org:444?a=b"},
        {"https://e.org/v2", "http://e.org/v2", "", NULL},
        {"https://e.org/v2", "https://e.org:444/v2", "", NULL},
        {"https://e.org/v2", "https://e.org.evil.com/v2", "", NULL},
        {"https://e.org/v2", "https://e.org@evil.com/v2", "", NULL},
        {"https://e.org/v2", "https://evil.com/https://e.org/", "", NULL},
        {"https://e.org/v2", "/v2?x", "", NULL},
        {"https://e.org/v2", "", "", NULL},
        {"", "", "", NULL},
    };
    struct buf out;
    (void)state;
    buf_init(&out, 4096);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        buf_clear(&out);
        bool ok = cursor_write(slice_of(rows[i].home), slice_of(rows[i].next),
                               slice_of(rows[i].secrets), &out);
        if (ok != (rows[i].wanted != NULL) || (ok && !slice_is(buf_slice(&out), rows[i].wanted)))
            fail_msg("%s: %s", rows[i].next, ok ? out.ptr : "refused");
    }
    buf_clear(&out);
    cursor_secrets(SLICE("https://e.org/{credential:p}?a=1&k={credential:x}&b&t=u{credential:y}"),
                   SLICE("{credential:"), &out);
    assert_true(slice_is(buf_slice(&out), "k={credential:x}&t=u{credential:y}"));
    buf_clear(&out);
    cursor_secrets(SLICE("https://e.org/{credential:p}"), SLICE("{credential:"), &out);
    assert_int_equal(out.len, 0);
    buf_done(&out);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_changes_are_asked_for_where_the_feed_says),
        TEST(test_after_64_all_of_it),
        TEST(test_a_new_companion_wants_all_of_it),
        TEST(test_a_change_that_cannot_be_had),
        TEST(test_a_first_change_that_cannot_be_had),
        TEST(test_a_change_that_cannot_be_read),
        TEST(test_a_change_that_is_refused_or_held),
        TEST(test_another_host_is_not_followed),
        TEST(test_nothing_new_changes_nothing),
        TEST(test_after_a_restart_all_of_it),
        TEST(test_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
