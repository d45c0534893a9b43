/* SPDX-License-Identifier: ISC */
/* Large bodies are parsed while they come; whatever goes wrong on the way costs the poll and
 * nothing else. */
#include "tests/unit/poller_night.h"

#include <ctype.h>

#include "tests/unit/random.h"
#include "tests/unit/sampled.h"

enum { CONTESTS = 1200 }; /* some 600 KB */

/* ---- the site ---- */

static struct script {
    size_t drip;      /* bytes each 2 ms; 0: all at once */
    size_t cut, hold; /* hang up, or say no more, behind so many bytes of the body; 0: do not */
    const char *headers;
    int small; /* how many small answers */
} script;

static void xml_body(struct buf *out, int64_t votes)
{
    buf_clear(out);
    buf_addz(out, "<?xml version=\"1.0\"?>\n<ElectionResult><Timestamp>1/6/2021 10:33:27 AM EST"
                  "</Timestamp><ElectionName>Runoff</ElectionName><ElectionDate>1/5/2021"
                  "</ElectionDate><Region>GA</Region>\n");
    for (int i = 0; i < CONTESTS; i++)
        buf_addf(
            out,
            "<Contest key=\"%d\" text=\"Contest %d\" voteFor=\"1\" isQuestion=\"false\" "
            "precinctsParticipating=\"1\" precinctsReported=\"1\">\n"
            "<Choice key=\"1\" text=\"Ann Example\" party=\"Rep\" totalVotes=\"%lld\">"
            "<VoteType name=\"Election Day\" votes=\"%lld\"><County name=\"Appling\" "
            "votes=\"%lld\"/></VoteType></Choice>\n"
            "<Choice key=\"2\" text=\"Bob Example\" party=\"Dem\" totalVotes=\"4\">"
            "<VoteType name=\"Election Day\" votes=\"4\"><County name=\"Appling\" votes=\"4\"/>"
            "</VoteType></Choice></Contest>\n",
            i, i, (long long)votes, (long long)votes, (long long)votes);
    buf_addz(out, "</ElectionResult>\n");
}

static void site(struct site_request *q, void *ctx)
{
    struct night *n = ctx;
    struct slice body = buf_slice(&n->body);
    if (slice_is(q->path, "/small")) {
        struct buf small;
        buf_init(&small, 4096);
        ap_body(&small, ++script.small, 0);
        site_reply(q, "200 OK", "", buf_slice(&small));
        buf_done(&small);
        return;
    }
    buf_addf(q->out, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n%s\r\n", body.len,
             script.headers != NULL ? script.headers : "");
    size_t part = script.cut > 0 ? script.cut : script.hold > 0 ? script.hold : body.len;
    buf_add(q->out, slice_sub(body, 0, part));
    q->close = script.cut > 0;
    q->drip_ms = script.drip > 0 ? 2 : 0;
    q->drip = script.drip;
}

/* Real readers, or with a format of tests/hostile those; `wall_ms` behind the last byte. */
static void begin_stream(struct night *n, const char *format, bool hostile, int64_t count,
                         int64_t wall_ms)
{
    const char *program = getenv(hostile ? "TALLY_PARSE_HOSTILE" : "TALLY_PARSE");
    struct workers_settings w = {.count = count,
                                 .spares = 2,
                                 .memory = INT64_C(256) << 20,
                                 .cpu_ms = 1000,
                                 .wall_after_ms = wall_ms};
    struct err e;
    script = (struct script){0};
    begin_with(n, site);
    workers_free(n->workers);
    w.program = program   ? program
                : hostile ? "build/tests/tally-parse-hostile"
                          : "build/tally-parse";
    n->workers = workers_new(n->base, &w, &e);
    if (n->workers == NULL)
        fail_msg("%s", e.text);
    n->set.timeout_ms = SITE_PATIENCE_S * 1000; /* whatever a worker does is met first */
    n->set.max_per_host = 16;
    xml_body(&n->body, 5);
    add_source(n, "a", "/large")->format = slice_of(format);
}

/* Processes the nursery has, dead ones that it has not reaped among them. */
static int children(const struct night *n)
{
    int count = 0;
    DIR *d = opendir("/proc");
    for (struct dirent *at; (at = readdir(d)) != NULL;) {
        char path[300], line[200] = "";
        long long parent = 0;
        if (!isdigit((unsigned char)at->d_name[0]))
            continue;
        snprintf(path, sizeof path, "/proc/%s/stat", at->d_name);
        FILE *f = fopen(path, "r");
        if (f != NULL && fgets(line, sizeof line, f) != NULL && strrchr(line, ')') != NULL) {
            struct slice rest = slice_of(strrchr(line, ')') + 4), field;
            slice_next(&rest, ' ', &field);
            for (size_t i = 0; i < field.len; i++)
                parent = parent * 10 + field.ptr[i] - '0';
        }
        count += parent != 0 && parent == workers_nursery(n->workers);
        if (f != NULL)
            fclose(f);
    }
    closedir(d);
    return count;
}

#define ONLY_SPARES_ARE_LEFT(n) SITE_UNTIL((n)->base, children(n) == 2)

/* ---- well ---- */

/* The worker has read all but the last bytes when they come, however slow they are, and its time
 * runs from the last of them. */
static void test_slow_bodies_are_read_while_they_come(void **state)
{
    static struct night n;
    (void)state;
    begin_stream(&n, "clarity", false, 4, 1000); /* time enough on a loaded machine */
    script.drip = 800;                           /* some 1500 ms of them */
    start(&n);
    SITE_UNTIL(n.base, n.count_of[NEWS_BATCH] == 1);
    assert_int_equal(last_told(&n)->votes, 5);
    script.drip = 0;
    xml_body(&n.body, 6);
    SITE_UNTIL(n.base, n.count_of[NEWS_BATCH] == 2);
    assert_int_equal(n.count_of[NEWS_FAILED], 0);
    ONLY_SPARES_ARE_LEFT(&n);
    end(&n);
}

static void test_dawdlers_keep_nobody_waiting(void **state)
{
    static struct night n;
    (void)state;
    begin_stream(&n, "clarity", false, 2, 5000);
    for (int i = 0; i < 5; i++)
        add_source(&n, "b", "/large")->format = SLICE("clarity");
    add_source(&n, "small", "/small");
    script.hold = 400000;
    start(&n);
    SITE_UNTIL(n.base, n.count_of[NEWS_BATCH] >= 20); /* of the small one: the others never end */
    for (int i = 0; i < n.count; i++)
        assert_int_equal(n.told[i].source, 6);
    end(&n);
}

/* ---- transfers that fail ---- */

static void test_cut_anywhere(void **state)
{
    static struct night n;
    struct random r = {7};
    (void)state;
    for (int i = 0; i < 12; i += every()) {
        begin_stream(&n, i % 2 ? "clarity" : "ap-interactive", false, 4, 5000);
        if (i % 2 == 0)
            ap_body(&n.body, 5, 600000);
        script.cut = 1 + random_below(&r, n.body.len - 1);
        start(&n);
        SITE_UNTIL(n.base, n.count >= 2);
        for (int k = 0; k < n.count; k++)
            if (n.told[k].what != NEWS_FAILED || n.told[k].verdict != VERDICT_CUT)
                fail_msg("cut at %zu: verdict %d, %s", script.cut, n.told[k].verdict,
                         n.told[k].text);
        script.cut = 0;
        SITE_UNTIL(n.base, n.count_of[NEWS_BATCH] == 1);
        assert_int_equal(last_told(&n)->votes, 5);
        ONLY_SPARES_ARE_LEFT(&n);
        end(&n);
    }
}

static void test_a_stalled_body_lets_go_of_its_worker(void **state)
{
    static struct night n;
    (void)state;
    begin_stream(&n, "clarity", false, 4, 5000);
    n.set.timeout_ms = 300;
    script.hold = 400000;
    start(&n);
    SITE_UNTIL(n.base, n.count >= 3);
    assert_int_equal(n.count_of[NEWS_FAILED], n.count);
    script.hold = 0;
    SITE_UNTIL(n.base, n.count_of[NEWS_BATCH] == 1);
    ONLY_SPARES_ARE_LEFT(&n);
    end(&n);
}

static void test_freed_in_the_middle(void **state)
{
    static struct night n;
    (void)state;
    for (int moment = 0; moment < 80; moment += 4 * every()) {
        begin_stream(&n, "clarity", false, 4, 5000);
        script.drip = 30000;
        start(&n);
        for (int i = 0; i < moment; i++)
            event_base_loop(n.base, EVLOOP_ONCE);
        poller_free(n.p);
        n.p = NULL;
        ONLY_SPARES_ARE_LEFT(&n);
        end(&n);
    }
}

/* ---- workers that fail ---- */

/* Sanitizers would report a crash first, which the sandbox does not let them. */
#ifdef TALLYD_SANITIZED
#define CRASHED(kind) kind##_MISUSE
#else
#define CRASHED(kind) kind##_CRASHED
#endif

/* Bytes that are on air stay so, whatever became of the worker that read them once more. */
static void test_a_crash_over_bytes_on_air_is_no_failure(void **state)
{
    static struct night n;
    (void)state;
    begin_stream(&n, "crash", true, 4, 5000);
    script.drip = 30000;
    make(&n);
    poller_restore(n.p, 0, 0, SLICE(""), SLICE(""), SLICE(""), digest_of(buf_slice(&n.body)));
    poller_start(n.p);
    SITE_UNTIL(n.base, n.count >= 3);
    assert_int_equal(n.count_of[NEWS_UNCHANGED], n.count);
    SITE_UNTIL(n.base, workers_exits(n.workers, CRASHED(WIRE)) >= 3); /* told before its exit */
    xml_body(&n.body, 6);                                             /* others are not */
    SITE_UNTIL(n.base, n.count_of[NEWS_FAILED] >= 2);
    assert_int_equal(last_told(&n)->verdict, CRASHED(VERDICT));
    assert_int_equal(n.count_of[NEWS_BATCH], 0);
    ONLY_SPARES_ARE_LEFT(&n);
    end(&n);
}

static void test_a_crash_over_new_bytes_ends_the_transfer(void **state)
{
    static struct night n;
    (void)state;
    begin_stream(&n, "crash", true, 4, 5000);
    script.hold = 400000; /* nothing but the crash ends it */
    start(&n);
    SITE_UNTIL(n.base, n.count >= 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(n.told[i].verdict, CRASHED(VERDICT));
    ONLY_SPARES_ARE_LEFT(&n);
    end(&n);
}

static void test_limits_hold_while_it_comes(void **state)
{
    static const struct {
        const char *format;
        size_t hold;
        const char *says;
    } rows[] = {{"idle", 0, "last byte"}, {"spin", 400000, "processor time"}};
    static struct night n;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i += (size_t)every()) {
        begin_stream(&n, rows[i].format, true, 4, 150);
        script.hold = rows[i].hold;
        start(&n);
        SITE_UNTIL(n.base, n.count >= 1);
        assert_int_equal(n.told[0].verdict, VERDICT_OVERRAN);
        assert_non_null(strstr(n.told[0].text, rows[i].says));
        ONLY_SPARES_ARE_LEFT(&n);
        end(&n);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_slow_bodies_are_read_while_they_come),
        TEST(test_dawdlers_keep_nobody_waiting),
        TEST(test_cut_anywhere),
        TEST(test_a_stalled_body_lets_go_of_its_worker),
        TEST(test_freed_in_the_middle),
        TEST(test_a_crash_over_bytes_on_air_is_no_failure),
        TEST(test_a_crash_over_new_bytes_ends_the_transfer),
        TEST(test_limits_hold_while_it_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
