/* SPDX-License-Identifier: ISC */
/* The configuration reader: every problem at its place, all of them in one run, and what good files
 * become. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/config.h"
#include "config/keys.h"
#include "daemon/base/when.h"
#include "tests/unit/config_fixture.h"

#define GOOD "[election]\ndates = 2025-11-04\n[endorsements]\nfile = list.csv\n"
#define SOURCE GOOD "[source ga]\nformat = clarity\nurl = https://example.org/a.xml\n"

/* One file, one problem: where it must be seen, and words that must stand in what is said. */
static const struct broken {
    const char *text, *place, *says;
} broken[] = {
    {GOOD "[pol]\n", ":5:2: ", "did you mean [poll]?"},
    {GOOD "[poll\n", ":5:6: ", "closing ]"},
    {GOOD "[poll] # fast\n", ":5:7: ", "a line of its own"},
    {GOOD "[poll x]\n", ":5:7: ", "only [source NAME]"},
    {GOOD "[poll]\nintervall = 30s\n", ":6:1: ", "did you mean interval?"},
    {GOOD "[poll]\n  max_body = 3M\n", ":6:3: ", "did you mean max-body?"},
    {GOOD "[poll]\npercent-from = 5\n", ":6:1: ", "percent-from is a key of [totals]"},
    {GOOD "[poll]\ninterval = 30\n", ":6:12: ", "30s, 15m"},
    {GOOD "[poll]\ninterval = 30s # fast\n", ":6:12: ", "a comment stands on a line of its own"},
    {GOOD "[poll]\ninterval = \"30s\"\n", ":6:12: ", "no quotes"},
    {GOOD "[poll]\ninterval =\n", ":6:11: ", "is empty"},
    {GOOD "[poll]\ninterval = 1ms\n", ":6:12: ", "from 10ms to 1d"},
    {GOOD "[poll]\nbackoff = 60s, 5s\n", ":6:11: ", "a shorter and a longer"},
    {GOOD "[poll]\nbackoff = 5s, x\n", ":6:15: ", "not \"x\""},
    {GOOD "[poll]\njitter = 10\n", ":6:10: ", "write percent"},
    {GOOD "[poll]\njitter = 60%\n", ":6:10: ", "from 0% to 50%"},
    {GOOD "[poll]\nmax-body = 64MB\n", ":6:12: ", "512K, 64M"},
    {GOOD "[poll]\nnetworks = 127.0.0.0/8, 8.8.8.0/24\n", ":6:25: ", "not public"},
    {GOOD "[poll]\nnetworks = 10.0.0.0/7\n", ":6:12: ", "not public"},
    {GOOD "[poll]\nproxy = proxy.example.org:3128\n", ":6:9: ", "http://HOST:PORT"},
    {GOOD "[poll]\nproxy = https://proxy.example.org:3128\n", ":6:9: ", "http://HOST:PORT"},
    {GOOD "[poll]\nproxy = http://proxy.example.org\n", ":6:9: ", "http://HOST:PORT"},
    {GOOD "[poll]\nproxy = http://[::1]\n", ":6:9: ", "http://HOST:PORT"},
    {GOOD "[poll]\nproxy = http://proxy.example.org:3128/\n", ":6:9: ", "http://HOST:PORT"},
    {GOOD "[poll]\nproxy = http://we:pass@proxy.example.org:3128\n", ":6:9: ", "proxy-credential"},
    {GOOD "[poll]\nnetworks = 10.0.0.0\n", ":6:12: ", "ADDRESS/BITS"},
    {GOOD "[poll]\nnetworks = 127.0.0.0/8,, ::1/128\n", ":6:24: ", "without empty places"},
    {GOOD "[poll]\ninterval 30s\n", ":6:1: ", "has no ="},
    {GOOD "[poll]\n= 30s\n", ":6:1: ", "no key before"},
    {GOOD "[poll]\ninterval = 30s\n[calls]\n[poll]\ninterval = 31s\n", ":9:1: ", "tallyd.conf:6:1"},
    {"name = x\n" GOOD, ":1:1: ", "before any [section]"},
    {GOOD "[election]\nname = a\x01z\n", ":6:9: ", "control character 0x01"},
    {GOOD "[election]\nname = \xc3\xa9\xc3\xa9 \xff\n", ":6:11: ", "is not UTF-8"},
    {GOOD "[election]\nmode = Live\n", ":6:8: ", "live, test or rehearsal"},
    {GOOD "[election]\npolls-close.GA = 7pm\n", ":6:18: ", "HH:MM"},
    {GOOD "[election]\npolls-close.TX/El Paso = 19:00 Denver\n", ":6:26: ", "America/Denver"},
    {GOOD "[election]\npoll-close.GA = 19:00\n", ":6:1: ", "did you mean polls-close.GA?"},
    {GOOD "[election]\ntimezone = Eastern\n", ":6:12: ", "America/New_York"},
    {"[election]\ndates = 2025-02-30\n[endorsements]\nfile = a\n", ":2:9: ", "YYYY-MM-DD"},
    {"[election]\ndates = 2025-11-04, 2025-05-20\n[endorsements]\nfile = a\n",
     ":2:21: ", "earliest first"},
    {"[endorsements]\nfile = a\n", ":1:1: ", "has no dates"},
    {"[election]\ndates = 2025-11-04\n", ":1:1: ", "has no file"},
    {GOOD "[calls]\norder = ap, desk\n", ":6:9: ", "the desk must be first"},
    {GOOD "[calls]\norder = desk, afp\n", ":6:15: ", "one of desk"},
    {GOOD "[calls]\norder = desk, ap, ap\n", ":6:19: ", "nothing twice"},
    {GOOD "[guards]\ndouble-low = 210%\n", ":6:14: ", "smaller share"},
    {GOOD "[redis]\nurl = redis://me:pw@host/0\n", ":6:7: ", "credentials"},
    {GOOD "[redis]\nurl = localhost:6379\n", ":6:7: ", "redis://host:port/db"},
    {GOOD "[redis]\nprefix = tally}:v1\n", ":6:10: ", "one hash tag"},
    {GOOD "[redis]\nprefix = {}tally:v1\n", ":6:10: ", "one hash tag"},
    {GOOD "[redis]\nprefix = {a}{b}\n", ":6:10: ", "one hash tag"},
    {GOOD "[redis]\nprefix = {a{b}\n", ":6:10: ", "one hash tag"},
    {GOOD "[redis]\nsentinel = a\n", ":6:1: ", "did you mean sentinels?"},
    {GOOD "[redis]\nsentinel-mastr = a\n", ":6:1: ", "did you mean sentinel-master?"},
    {GOOD "[redis]\nurl = redis://s/0\nsentinels = a:1\n", ":7:13: ", "sentinel-master = mymaster"},
    {GOOD "[redis]\nurl = redis://s/0\nsentinel-master = m\n", ":7:19: ", "sentinels = "},
    {GOOD "[redis]\nsentinels = a:1, b\nsentinel-master = m\n", ":6:13: ", "without a url"},
    {GOOD "[redis]\nurl = unix:///r\nsentinels = a:1\nsentinel-master = m\n",
     ":6:7: ", "redis://sentinel/0"},
    {GOOD "[redis]\nurl = redis://s/0\nsentinels = a:1, redis://b\nsentinel-master = m\n",
     ":7:18: ", "host:port"},
    {GOOD "[redis]\nurl = redis://s/0\nsentinels = a:99999\nsentinel-master = m\n",
     ":7:13: ", "host:port"},
    {GOOD "[redis]\nsentinel-password-credential = nope\n", ":6:32: ", "credential nope"},
    {GOOD "[redis]\npassword-credential = nope\n", ":6:23: ", "credential nope"},
    {GOOD "[http]\nlisten = localhost:8080\n", ":6:10: ", "127.0.0.1:8080"},
    {GOOD "[http]\ncors-origin = example.org\n", ":6:15: ", "https://example.org"},
    {GOOD "[source]\nformat = ddhq\npath = a\n", ":5:8: ", "has no name"},
    {GOOD "[source a b]\nformat = ddhq\npath = a\n", ":5:9: ", "not a source's name"},
    {GOOD "[source a]\npath = a\n", ":5:9: ", "has no format"},
    {GOOD "[source a]\nformat = clarty\npath = a\n", ":6:10: ", "did you mean clarity?"},
    {GOOD "[source a]\nformat = pointer\npath = a\n", ":6:10: ", "holds no contests"},
    {GOOD "[source a]\nformat = clarity\n", ":5:9: ", "neither url nor path"},
    {SOURCE "path = b\n", ":8:8: ", "tallyd.conf:7:1"},
    {SOURCE "url = https://example.org\n", ":8:1: ", "twice in one file"},
    {SOURCE "[source ga]\nformat = ddhq\npath = a\n", ":8:9: ", "first at"},
    {SOURCE "precints = yes\n", ":8:1: ", "did you mean precincts?"},
    {SOURCE "priorty = 3\n", ":8:1: ", "did you mean priority?"},
    {SOURCE "state = Ga\n", ":8:9: ", "write GA"},
    {SOURCE "state = G\n", ":8:9: ", "two capital letters"},
    {SOURCE "state = ZZ\n", ":8:9: ", "two capital letters"},
    {SOURCE "votes = maybe\n", ":8:9: ", "no or yes"},
    {SOURCE "covers = county\n", ":8:1: ", "without a county"},
    {SOURCE "county = A\ncounties = B, C\nurl.x = https://a/{county}\n",
     ":9:1: ", "county and counties"},
    {SOURCE "counties = B, C\n", ":8:1: ", "{county}"},
    {SOURCE "version-url = https://example.org/v\n", ":8:1: ", "no url has {version}"},
    {SOURCE "version-path = /v\n", ":8:1: ", "without a version-url"},
    {SOURCE "counties-url = https://a/l\nurl.h = https://a/{version}\n",
     ":8:1: ", "without a county to look for"},
    {SOURCE "county = A\ncounties-url = https://a/l\n", ":9:1: ", "no url has {version}"},
    {SOURCE "county = A\nversion-url = https://a/v\ncounties-url = https://a/l\n"
            "url.h = https://a/{version}\n",
     ":9:1: ", "counties-url has no {version} in it"},
    {SOURCE "county = A\ncounties-url = https://a/{version}/l\nurl.h = https://a/{version}\n",
     ":9:26: ", "{version} is not known"},
    {SOURCE "url.h = https://example.org/{election}\n", ":8:29: ", "write counties-url"},
    {SOURCE "url.h = https://example.org/{county:_}\n", ":8:29: ", "write county = NAME"},
    {SOURCE "like = gax\n", ":8:8: ", "did you mean ga?"},
    {SOURCE "like = ga\n", ":8:8: ", "circle"},
    {SOURCE "url.h = http://example.org/\n", ":8:9: ", "plain http"},
    {SOURCE "url.h = http://10.1.2.3/\n", ":8:9: ", "plain http"},
    {SOURCE "url.h = ftp://example.org/\n", ":8:9: ", "https://"},
    {SOURCE "url.h = https://u:p@example.org/\n", ":8:9: ", "no user or password"},
    {SOURCE "url.h = https://example.org/?x=1&apiKey=abcdef\n", ":8:9: ", "{credential:NAME}"},
    {SOURCE "url.h = https://example.org/{dat}\n", ":8:29: ", "did you mean date?"},
    {SOURCE "url.h = https://example.org/{date:%H}\n", ":8:29: ", "%Y"},
    {SOURCE "url.h = https://example.org/{version}\n", ":8:29: ", "version-url"},
    {SOURCE "url.h = https://example.org/{county}\n", ":8:29: ", "write county = NAME"},
    {SOURCE "url.h = https://example.org/{date\n", ":8:29: ", "never closed"},
    {SOURCE "url.h = https://example.org/{credential:gone}\n", ":8:29: ", "credential gone"},
    {SOURCE "url.h = https://example.org/{credential:open}\n", ":8:29: ", "chmod 600"},
    {SOURCE "url.h = https://exa mple.org/\n", ":8:9: ", "no blanks"},
    {SOURCE "url.h = https://example.org:99999/\n", ":8:9: ", "port"},
    {SOURCE "url.a b = https://example.org/\n", ":8:5: ", "behind the dot"},
    {SOURCE "header = Authorization: Bearer verysecret\n", ":8:25: ", "written out in a header"},
    {SOURCE "header.X-Api-Key = verysecret\n", ":8:20: ", "written out in a header"},
    {SOURCE "header = Accept\n", ":8:10: ", "without a colon"},
    {SOURCE "header = A b: c\n", ":8:10: ", "not a header's name"},
    {SOURCE "header = Accept: a\nheader.Accept = b\n", ":9:1: ", "twice"},
    {GOOD
     "[source a]\nformat = ddhq\nurl = http://example.org/\ninsecure-http = yes\ncalls = yes\n",
     ":9:9: ", "makes no calls"},
    {GOOD
     "[source a]\nformat = ddhq\nurl = http://example.org/{credential:key}\ninsecure-http = yes\n",
     ":7:7: ", "over plain http"},
    {GOOD
     "[source a]\nlike = b\n[source b]\nlike = c\n[source c]\nlike = a\nformat = ddhq\npath = x\n",
     ":10:8: ", "circle"},
};

static void test_each_problem_has_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        const struct broken *b = &broken[i];
        fixture_write(&fx, "tallyd.conf", b->text);
        assert_null(fixture_load(&fx));
        assert_int_equal(fx.err.kind, ERR_CONFIG);
        char place[300];
        snprintf(place, sizeof(place), "%s%s", fx.main, b->place);
        const char *text = fx.problems.ptr ? fx.problems.ptr : "(nothing)";
        bool placed = strncmp(text, place, strlen(place)) == 0;
        if (!placed || !strstr(text, b->says))
            fail_msg("row %zu wants %s and \"%s\"; said:\n%s", i, b->place, b->says, text);
        assert_null(strstr(text, "verysecret"));
        assert_null(strstr(text, "me:pw"));
        assert_null(strstr(text, "u:p@"));
        assert_null(strstr(text, "abcdef"));
    }
}

static size_t count_of(const char *text, const char *word)
{
    size_t n = 0;

    for (const char *at = text; (at = strstr(at, word)); at++)
        n++;
    return n;
}

static void test_all_problems_of_all_files_in_one_run(void **state)
{
    (void)state;
    fixture_write(&fx, "tallyd.conf", GOOD "[poll]\nintervall = 3\njitter = x\n[bad\nz = 1\n");
    fixture_write(&fx, "conf.d/10-a.conf", "[http]\nlisten = here\n");
    fixture_write(&fx, "conf.d/readme.txt", "not read");
    fixture_write(&fx, "sources.d/a.conf",
                  "[source a]\nformat = nope\npath = x\nvotes = 7\n[poll]\ninterval = 3s\n");
    fixture_write(&fx, "sources.d/b.conf", "[source b]\nlike = a\n");
    assert_null(fixture_load(&fx));
    const char *t = fx.problems.ptr;
    static const char *const places[] = {
        "tallyd.conf:6:1: ",       "tallyd.conf:7:10: ",      "tallyd.conf:8:5: ",
        "conf.d/10-a.conf:2:10: ", "sources.d/a.conf:2:10: ", "sources.d/a.conf:4:9: ",
        "sources.d/a.conf:5:2: "};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (count_of(t, places[i]) != 1)
            fail_msg("%s is not there once:\n%s", places[i], t);
    assert_non_null(strstr(fx.err.text, "7 problems"));
}

static void test_one_mistake_is_one_problem(void **state)
{
    (void)state;
    fixture_write(&fx, "tallyd.conf",
                  GOOD
                  "[source a]\nformat = ddhq\nversion-url = https://e.org/{i}\nversion-path = /v\n"
                  "county = a  b\nurl = https://e.org/{version}/{county}\n"
                  "[source b]\nlike = a\nurl = https://e.org/{version}/{county}/b\n");
    assert_null(fixture_load(&fx));
    assert_non_null(strstr(fx.problems.ptr, ":7:29: there is no {i}"));
    assert_non_null(strstr(fx.problems.ptr, ":9:10: county must be"));
    if (!strstr(fx.err.text, ": 2 problems"))
        fail_msg("%s", fx.problems.ptr);
}

static void test_line_and_caret(void **state)
{
    (void)state;
    fixture_write(&fx, "tallyd.conf",
                  GOOD "[election]\nname = \xc3\xa9t\xc3\xa9\n[poll]\n\tjitter =\t10\r\n");
    assert_null(fixture_load(&fx));
    assert_non_null(strstr(fx.problems.ptr, ":8:11: "));
    assert_non_null(strstr(fx.problems.ptr, "\n     jitter = 10\n              ^\n"));
}

static void test_many_problems_are_counted(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_addz(&text, GOOD "[poll]\n");
    for (int i = 0; i < 150; i++)
        buf_addf(&text, "zzz%d = 1\n", i);
    fixture_write(&fx, "tallyd.conf", text.ptr);
    assert_null(fixture_load(&fx));
    assert_int_equal(count_of(fx.problems.ptr, "unknown key"), 100);
    assert_non_null(strstr(fx.problems.ptr, "and 50 more\n"));
    assert_non_null(strstr(fx.err.text, "150 problems"));
    buf_done(&text);
}

static void test_missing_and_unreadable_files(void **state)
{
    (void)state;
    assert_null(fixture_load(&fx));
    assert_int_equal(fx.err.kind, ERR_NOINPUT);
    fixture_write(&fx, "tallyd.conf", GOOD);
    fixture_path(&fx, "sources.d/dir.conf");
    mkdir(fx.path, 0755);
    assert_null(fixture_load(&fx));
    assert_int_equal(fx.err.kind, ERR_CONFIG);
    assert_non_null(strstr(fx.problems.ptr, "is not a regular file"));
    rmdir(fx.path);
    assert_int_equal(mkfifo(fx.path, 0644), 0);
    assert_null(fixture_load(&fx)); /* and does not wait for a writer */
    unlink(fx.path);
}

static void test_huge_files_and_lines_are_refused(void **state)
{
    (void)state;
    size_t size = 10 << 20;
    char *big = malloc(size + 1);
    memset(big, 'a', size);
    big[size] = '\0';
    fixture_write(&fx, "tallyd.conf", big);
    assert_null(fixture_load(&fx));
    assert_non_null(strstr(fx.problems.ptr, "has more than 4194304 bytes"));
    assert_true(fx.problems.len < 1000);
    big[1 << 20] = '\0';
    memcpy(big, "[poll]\n", 7);
    fixture_write(&fx, "tallyd.conf", big);
    assert_null(fixture_load(&fx));
    assert_non_null(strstr(fx.problems.ptr, "tallyd.conf:2:1: the line has 1048569 bytes"));
    assert_true(fx.problems.len < 2000);
    for (size_t i = 0; i + 2 <= 4 << 20; i += 2)
        memcpy(big + i, "a\n", 2);
    big[4 << 20] = '\0';
    fixture_write(&fx, "tallyd.conf", big);
    assert_null(fixture_load(&fx));
    free(big);
}

static void test_live_window(void **state)
{
    (void)state;
    int64_t day;
    assert_true(when_parse_date(SLICE("2025-11-04"), &day));
    fixture_write(&fx, "tallyd.conf", GOOD);
    fx.today = day - WHEN_DAY;
    assert_non_null(fixture_load(&fx));
    fx.today = day - 2 * WHEN_DAY;
    assert_null(fixture_load(&fx));
    assert_non_null(strstr(fx.problems.ptr, ":2:9: mode live is refused"));
    fixture_write(&fx, "tallyd.conf", GOOD "[election]\nmode = rehearsal\n");
    assert_non_null(fixture_load(&fx));
}

static void test_random_bytes_never_crash(void **state)
{
    (void)state;
    static const char *const words[] = {"[poll]",
                                        "[source ga]",
                                        "[source x]",
                                        "like = ga",
                                        "like = x",
                                        "format = clarity",
                                        "url = https://e.org/{date}",
                                        "interval = 30s",
                                        "header = a: {",
                                        "=",
                                        "\n",
                                        "\n",
                                        "\n",
                                        " ",
                                        "[",
                                        "]",
                                        "{credential:key}",
                                        "counties = a, b",
                                        "polls-close.GA = 19:00",
                                        "[election]",
                                        "dates = 2025-11-04",
                                        "%",
                                        "\xff",
                                        "\xc3\xa9",
                                        ",",
                                        ".",
                                        "path.x = y"};
    uint64_t seed = 42;
    char text[2000];

    for (int round = 0; round < 500; round++) {
        size_t n = 0;
        while (n < sizeof(text) - 40) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            unsigned pick = (unsigned)(seed >> 33);
            if (round % 3 == 0) {
                text[n++] = (char)(pick % 255 + 1);
            } else {
                const char *w = words[pick % (sizeof(words) / sizeof(words[0]))];
                memcpy(text + n, w, strlen(w));
                n += strlen(w);
            }
            if ((pick >> 16) % 60 == 0)
                break;
        }
        text[n] = '\0';
        fixture_write(&fx, "tallyd.conf", text);
        if (!fixture_load(&fx))
            assert_true(fx.problems.len > 0 && fx.err.kind != ERR_NONE);
    }
}

/* Found by the first real night: an absolute path was opened with the rest of the file behind it.
 */
static void test_what_is_opened_ends_in_nul(void **state)
{
    (void)state;
    fixture_write(&fx, "tallyd.conf",
                  "[election]\ndates = 2025-11-04\n[endorsements]\nfile = /srv/list.csv\n"
                  "[state]\ndirectory = /srv/state\n[control]\nsocket = c\ngroup = staff\n"
                  "[source ga]\nformat = clarity\npath = /srv/a.xml\n");
    assert_true(fixture_load(&fx));
    assert_string_equal(fx.config->endorsements.file.ptr, "/srv/list.csv");
    assert_string_equal(fx.config->state.directory.ptr, "/srv/state");
    assert_string_equal(fx.config->control.group.ptr, "staff");
    assert_int_equal(strlen(fx.config->control.socket.ptr), fx.config->control.socket.len);
    assert_string_equal(fx.config->sources[0].name.ptr, "ga");
    assert_string_equal(fx.config->sources[0].files[0].path.ptr, "/srv/a.xml");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, fixture_set_up, fixture_tear_down)
        T(test_each_problem_has_its_place),       T(test_all_problems_of_all_files_in_one_run),
        T(test_one_mistake_is_one_problem),       T(test_line_and_caret),
        T(test_many_problems_are_counted),        T(test_missing_and_unreadable_files),
        T(test_huge_files_and_lines_are_refused), T(test_live_window),
        T(test_random_bytes_never_crash),         T(test_what_is_opened_ends_in_nul),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
