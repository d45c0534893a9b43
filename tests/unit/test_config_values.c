/* SPDX-License-Identifier: ISC */
/* What good configurations become: defaults, overriding, inheritance, expansion, and the dump that
 * reads back equal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "config/keys.h"
#include "config/url.h"
#include "config/value.h"
#include "daemon/base/when.h"
#include "tests/unit/config_fixture.h"

#define GOOD "[election]\ndates = 2025-11-04\n[endorsements]\nfile = list.csv\n"

#define assert_slice(s, z)                                                                         \
    do {                                                                                           \
        if (!slice_is(s, z))                                                                       \
            fail_msg("\"%.*s\" is not \"%s\"", SLICE_FMT(s), z);                                   \
    } while (0)

static struct config *load(const char *text)
{
    fixture_write(&fx, "tallyd.conf", text);
    if (!fixture_load(&fx))
        fail_msg("%s\n%s", fx.err.text, fx.problems.ptr ? fx.problems.ptr : "");
    return fx.config;
}

static const struct config_source *source(const char *name)
{
    for (size_t i = 0; i < fx.config->source_count; i++)
        if (slice_is(fx.config->sources[i].name, name))
            return &fx.config->sources[i];
    fail_msg("no source %s", name);
    return NULL;
}

static void test_defaults_are_the_contract(void **state)
{
    (void)state;
    const struct config *c = load(GOOD);
    assert_int_equal(c->poll.interval, 30000);
    assert_int_equal(c->poll.jitter_bp, 1000);
    assert_int_equal(c->poll.timeout, 20000);
    assert_int_equal(c->poll.max_body, 64 << 20);
    assert_int_equal(c->poll.backoff_first, 5000);
    assert_int_equal(c->poll.backoff_most, 60000);
    assert_int_equal(c->poll.max_per_host, 2);
    assert_int_equal(c->poll.least, 10000);
    assert_int_equal(c->poll.most, 60000);
    assert_int_equal(c->poll.before_close, 120000);
    assert_int_equal(c->poll.settle, 1000);
    assert_int_equal(c->poll.networks.count, 0);
    assert_int_equal(c->workers.count, 4);
    assert_int_equal(c->workers.memory, INT64_C(1) << 30);
    assert_int_equal(c->workers.cpu, 5000);
    assert_int_equal(c->guards.fall_flag_bp, 10);
    assert_int_equal(c->guards.fall_flag_votes, 50);
    assert_int_equal(c->guards.fall_hold_bp, 2500);
    assert_int_equal(c->guards.confirm, 600000);
    assert_int_equal(c->guards.double_low_bp, 19500);
    assert_int_equal(c->guards.double_high_bp, 20500);
    assert_int_equal(c->guards.double_min_votes, 500);
    assert_int_equal(c->guards.overvote_bp, 10500);
    assert_int_equal(c->guards.future, 600000);
    assert_int_equal(c->guards.lag_bp, 50);
    assert_int_equal(c->guards.lag, 1800000);
    assert_int_equal(c->guards.retract, 60000);
    assert_int_equal(c->guards.retract_many, 3);
    assert_int_equal(c->calls.order.count, 4);
    assert_slice(c->calls.order.items[1], "ap");
    assert_int_equal(c->totals.percent, CONFIG_FLOOR);
    assert_int_equal(c->totals.percent_from, 10);
    assert_slice(c->redis.prefix, "tally:v1");
    assert_int_equal(c->redis.heartbeat, 5000);
    assert_int_equal(c->redis.min_interval, 250);
    assert_slice(c->http.listen, "127.0.0.1:8080");
    assert_int_equal(c->election.mode, CONFIG_LIVE);
}

static void test_later_files_override(void **state)
{
    (void)state;
    fixture_write(&fx, "conf.d/20.conf",
                  "[poll]\ninterval = 7s\n[election]\npolls-close.GA = 20:00\n");
    fixture_write(&fx, "conf.d/10.conf", "[poll]\ninterval = 6s\ntimeout = 6s\n");
    fixture_write(&fx, "sources.d/a.conf",
                  "\xef\xbb\xbf[source a]\r\nformat = ddhq\r\nurl=https://e.org/a=b#c\r\n");
    const struct config *c = load(GOOD "[poll]\ninterval = 5s\ntimeout = 5s\njitter = "
                                       "0.25%\n[election]\npolls-close.GA = 19:00\n");
    assert_int_equal(c->poll.interval, 7000);
    assert_int_equal(c->poll.timeout, 6000);
    assert_int_equal(c->poll.jitter_bp, 25);
    assert_int_equal(c->election.polls_close.count, 1);
    assert_slice(c->election.polls_close.items[0].value, "20:00");
    assert_non_null(strstr(c->election.polls_close.items[0].where, "conf.d/20.conf:4:1"));
    assert_int_equal(source("a")->interval, 7000);
    assert_slice(source("a")->files[0].url, "https://e.org/a=b#c");
    char list[200];
    snprintf(list, sizeof(list), "%s/list.csv", fx.dir);
    assert_slice(c->endorsements.file, list);
}

static void test_files_are_read_by_name(void **state)
{
    (void)state;
    static const int order[] = {5, 2, 8, 0, 9, 1, 7, 3, 6, 4};
    char name[50], text[50];
    for (size_t i = 0; i < 10; i++) {
        snprintf(name, sizeof(name), "sources.d/%d.conf", order[i]);
        snprintf(text, sizeof(text), "[source s%d]\nformat = ddhq\npath = x\n", order[i]);
        fixture_write(&fx, name, text);
    }
    load(GOOD);
    assert_int_equal(fx.config->source_count, 10);
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(fx.config->sources[i].name.ptr[1], (char)('0' + i));
}

static void test_like_takes_what_is_not_said(void **state)
{
    (void)state;
    load(GOOD
         "[source c]\nlike = b\ncounties = El Paso, Do\xc3\xb1"
         "a Ana\nurl.k = https://e.org/{county}/x\n"
         "[source b]\nlike = a\nurl = https://e.org/b\nheader.Accept = b\npriority = 2\n"
         "[source a]\nformat = clarity\nurl.house = https://e.org/h\nurl.senate = https://e.org/s\n"
         "state = GA\ncounty = Cobb\nprecincts = yes\nheader = Accept: a\nheader = X-B: "
         "b\npriority = 1\nvotes = no\n");
    const struct config_source *a = source("a"), *b = source("b");
    assert_int_equal(a->file_count, 2);
    assert_slice(a->files[1].name, "senate");
    assert_int_equal(a->priority, 1);
    assert_int_equal(b->priority, 2);
    assert_int_equal(b->votes, CONFIG_NO);
    assert_int_equal(b->file_count, 1); /* files are one matter: none of a's */
    assert_slice(b->files[0].url, "https://e.org/b");
    assert_slice(b->state, "GA");
    assert_int_equal(b->headers.count, 2);
    assert_slice(b->headers.items[0].value, "b");
    assert_slice(b->headers.items[1].key, "X-B");
    assert_slice(b->options.items[0].key, "precincts");
    assert_int_equal(fx.config->source_count, 4); /* a, b, and c a county each */
    assert_slice(source("c.el-paso")->county, "El Paso");
    assert_slice(source("c.dona-ana")->county, "Do\xc3\xb1"
                                               "a Ana");
    assert_int_equal(source("c.dona-ana")->counties.count, 0);
    assert_int_equal(source("c.dona-ana")->priority, 2);
}

static void test_plain_http_makes_no_calls(void **state)
{
    (void)state;
    load(GOOD "[poll]\nnetworks = 127.0.0.0/8, fd00::/8\n"
              "[source a]\nformat = ddhq\nurl = http://example.org/\ninsecure-http = yes\n"
              "[source b]\nformat = ddhq\nurl = http://127.8.9.1:80/\n"
              "[source c]\nformat = ddhq\nurl = http://localhost:1234/?apikey={credential:key}\n"
              "[source d]\nformat = ddhq\nurl = http://[fd00::1]:80/\ninsecure-http = yes\n");
    assert_int_equal(source("a")->calls, CONFIG_CALLS_NO);
    assert_int_equal(source("b")->calls, CONFIG_CALLS_DEFAULT);
    assert_int_equal(source("c")->calls, CONFIG_CALLS_DEFAULT);
    assert_int_equal(source("d")->calls, CONFIG_CALLS_DEFAULT);
}

static void test_names_are_not_networks(void **state)
{
    (void)state;
    struct slice items[] = {SLICE("127.0.0.0/8"), SLICE("10.1.0.0/17"), SLICE("::1/128")};
    struct config_list list = {items, 3};
    assert_true(networks_hold(&list, SLICE("127.255.0.1")));
    assert_true(networks_hold(&list, SLICE("10.1.127.255")));
    assert_false(networks_hold(&list, SLICE("10.1.128.0")));
    assert_true(networks_hold(&list, SLICE("::1")));
    assert_false(networks_hold(&list, SLICE("::2")));
    assert_false(networks_hold(&list, SLICE("127.0.0.1.example.org")));
    assert_false(networks_hold(&list, SLICE("localhost.example.org")));
    assert_false(networks_hold(&list, SLICE("0x7f000001")));
    assert_false(networks_hold(&list, SLICE("")));
}

static void test_expand(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wanted; /* NULL: an error that says `wanted` is not there */
    } rows[] = {
        {"https://e.org/{date}/x", "https://e.org/2021-01-05/x"},
        {"{date:%Y%m%d}-{date:%-m/%-d/%y}-{date:%b %B}", "20210105-1/5/21-Jan January"},
        {"{version}", "274437/a%20b%0D"},
        {"{county}", "Do%C3%B1a%2FAna%20B%20C"},
        {"{county:_}", "Do%C3%B1a%2FAna_B_C"},
        {"{county:.}", "Do%C3%B1a%2FAna.B.C"},
        {"{county:}", "Do%C3%B1a%2FAnaBC"},
        {"{election}", "105379"},
        {"{election:x}", NULL},
        {"{{date}} {{", "{date}} {"},
        {"Bearer {credential:key}!", "Bearer s3cr3t/+=!"},
        {"{credential:loaded}", "by systemd"},
        {"{credential:open}", NULL},
        {"{credential:split}", NULL},
        {"{credential:../credentials/key}", NULL},
        {"{credential:gone}", NULL},
        {"{credential}", NULL},
        {"{versions}", NULL},
        {"{version:x}", NULL},
        {"{date:%}", NULL},
        {"{date:%-}", NULL},
        {"{date:%-Y}", NULL},
        {"{", NULL},
        {"{}", NULL},
    };
    struct config_expand with = {.version = SLICE("274437/a b\r"),
                                 .election = SLICE("105379"),
                                 .county = SLICE("Do\xc3\xb1"
                                                 "a/Ana B C"),
                                 .credentials = fx.credentials};
    assert_true(when_parse_date(SLICE("2021-01-05"), &with.date));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct buf out;
        struct err e = {0};
        buf_init(&out, 4096);
        bool ok = config_expand(slice_of(rows[i].text), &with, &out, &e);
        if (ok != (rows[i].wanted != NULL))
            fail_msg("%s: %s", rows[i].text, ok ? out.ptr : e.text);
        if (ok)
            assert_slice(buf_slice(&out), rows[i].wanted);
        else
            assert_int_equal(e.kind, ERR_CONFIG);
        buf_done(&out);
    }
    struct buf small;
    struct err e;
    buf_init(&small, 4);
    assert_false(config_expand(SLICE("{date}"), &with, &small, &e));
    buf_done(&small);
}

static void test_a_version_may_stand_for_itself(void **state)
{
    (void)state;
    struct config_expand with = {
        .version = SLICE("{version}"), .election = SLICE("{election}"), .county = SLICE("Cobb")};
    struct buf out;
    struct err e;
    buf_init(&out, 100);
    assert_true(
        config_expand(SLICE("https://e.org/{election}/{version}/{county}"), &with, &out, &e));
    assert_slice(buf_slice(&out), "https://e.org/{election}/{version}/Cobb");
    buf_done(&out);
}

static void test_polls(void **state)
{
    (void)state;
    int minute = -1;
    struct slice zone;
    assert_true(config_parse_polls(SLICE("19:00"), &minute, &zone));
    assert_int_equal(minute, 1140);
    assert_int_equal(zone.len, 0);
    assert_true(config_parse_polls(SLICE("24:30  America/Denver"), &minute, &zone));
    assert_int_equal(minute, 1470);
    assert_slice(zone, "America/Denver");
    static const char *const bad[] = {"",
                                      "7:00",
                                      "19:60",
                                      "31:00",
                                      "19.00",
                                      "19:00 Denver",
                                      "19:00America/Denver",
                                      "19:00 ../etc/passwd",
                                      "19:00 America//Denver",
                                      "-1:00"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(config_parse_polls(slice_of(bad[i]), &minute, &zone));
    assert_int_equal(minute, 1470);
}

static void test_reload_keeps_what_is_fixed(void **state)
{
    (void)state;
    struct err e;
    struct config *old = load(GOOD "[redis]\nprefix = a\n");
    fx.config = NULL;
    assert_true(
        config_may_reload(old, load(GOOD "[redis]\nprefix = a\nheartbeat = 1s\n"), false, &e));
    assert_false(
        config_may_reload(old, load(GOOD "[redis]\nprefix = a\nheartbeat = 1s\n"), true, &e));
    assert_non_null(strstr(e.text, "only a whole reload"));
    assert_false(config_may_reload(old, load(GOOD "[redis]\nprefix = b\n"), false, &e));
    assert_non_null(strstr(e.text, "[redis] prefix"));
    config_free(old);
}

/* A row per shape of value a key of that type may have; %u makes it a new one. */
static void random_value(const struct config_key *k, unsigned r, struct buf *out)
{
    static const char *const checked[][2] = {{"timezone", "America/Denver"},
                                             {"dates", "2025-05-20, 2025-11-04"},
                                             {"order", "desk, ddhq"},
                                             {"networks", "10.0.0.0/8, ::1/128"},
                                             {"proxy", "http://proxy.example.org:3128"},
                                             {"proxy-credential", "key"},
                                             {"prefix", "{x}:y"},
                                             {"state", "TX"},
                                             {"baseline-states", "TX, OH"},
                                             {"listen", "[::1]:0"},
                                             {"cors-origin", "*"},
                                             {"polls-close.", "20:00 America/Chicago"},
                                             {"user-credential", "key"},
                                             {"password-credential", "loaded"},
                                             {"sentinel-user-credential", "key"},
                                             {"sentinel-password-credential", "loaded"},
                                             {"version-url", "https://e.org/v"},
                                             {"counties-url", "https://e.org/{version}/c"},
                                             {"counties", ""},
                                             {"backoff", "20ms, 200ms"},
                                             {"bounds", "30ms, 300ms"},
                                             {"quiet-until", "02:30 America/Denver"},
                                             {"double-low", "100%"},
                                             {"double-high", "999.99%"}};

    for (size_t i = 0; i < sizeof(checked) / sizeof(checked[0]); i++)
        if (strcmp(k->name, checked[i][0]) == 0) {
            buf_addz(out, checked[i][1]);
            return;
        }
    if (strcmp(k->section, "redis") == 0 && strcmp(k->name, "url") == 0) {
        buf_addz(out, "unix:///run/redis.sock");
    } else if (k->words) {
        size_t n = 0;
        while (k->words[n])
            n++;
        buf_addz(out, k->words[r % n]);
    } else if (k->type == KEY_COUNT || k->type == KEY_SIZE || k->type == KEY_DURATION ||
               k->type == KEY_SHARE) {
        int64_t v =
            k->min + (int64_t)((r * UINT64_C(2654435761)) % (uint64_t)(k->max - k->min + 1));
        if (k->type == KEY_SHARE)
            buf_addf(out, "%d.%02d%%", (int)(v / 100), (int)(v % 100));
        else
            buf_addf(out, k->type == KEY_DURATION ? "%lldms" : "%lld", (long long)v);
    } else {
        buf_addf(out, "v%u-x", r);
    }
}

static void random_section(const char *section, unsigned *r, struct buf *out)
{
    for (const struct config_key *k = config_keys; k->section; k++) {
        *r = *r * 1103515245u + 12345u;
        unsigned v = *r >> 8;
        bool required = strcmp(k->name, "dates") == 0 || strcmp(k->name, "file") == 0;
        if (strcmp(k->section, section) != 0 || (v % 3 == 0 && !required) || k->type == KEY_LIKE ||
            k->type == KEY_HEADER || k->type == KEY_FILE || strcmp(k->name, "format") == 0 ||
            strcmp(k->name, "version-path") == 0 || strcmp(k->name, "counties") == 0)
            continue;
        if (strcmp(k->name, "version-url") == 0 || strcmp(k->name, "covers") == 0 ||
            strcmp(k->name, "county") == 0 || strcmp(k->name, "sentinels") == 0 ||
            strcmp(k->name, "sentinel-master") == 0)
            continue; /* said below, or by a test of their own: together */
        buf_addf(out, "%s%s = ", k->name, config_key_is_family(k) ? "X-part.1" : "");
        random_value(k, v >> 4, out);
        buf_addc(out, '\n');
    }
}

static void test_dump_reads_back_equal(void **state)
{
    (void)state;
    struct buf text, dump, again;
    unsigned r = 7;

    buf_init(&text, 1 << 20);
    buf_init(&dump, 1 << 20);
    buf_init(&again, 1 << 20);
    for (int round = 0; round < 200; round++) {
        const char *section = "";
        buf_clear(&text);
        buf_clear(&dump);
        for (const struct config_key *k = config_keys; k->section; k++)
            if (strcmp(k->section, section) != 0 && strcmp(k->section, "source") != 0) {
                section = k->section;
                buf_addf(&text, "[%s]\n", section);
                random_section(section, &r, &text);
            }
        for (int i = 0; i < 3; i++) {
            buf_addf(
                &text,
                "[source s%d]\nformat = ddhq\nurl.a = https://e.org/{version}{county}\npath.b = b\n"
                "version-url = https://e.org/v\nversion-path = $.x = y\ncovers = county\nprecincts "
                "= yes\n",
                i);
            buf_addz(&text, i == 1 ? "counties = A, B c\n" : "county = D\n");
            random_section("source", &r, &text);
        }
        struct config *first = load(text.ptr);
        fx.config = NULL;
        config_dump(first, &dump);
        struct config *second = load(dump.ptr);
        assert_true(config_equal(first, second));
        for (const struct config_key *k = config_keys; k->section;
             k++) /* the comparison sees each key */
            if (strcmp(k->section, "source") != 0)
                assert_true(value_equal(k, first, second));
        ((struct config *)second)->sources[3].options.items[0].value = SLICE("no");
        assert_false(config_equal(first, second));
        config_free(first);
    }
    buf_done(&text);
    buf_done(&dump);
    buf_done(&again);
}

static void test_dump_names_origins_and_no_secrets(void **state)
{
    (void)state;
    struct buf dump;
    buf_init(&dump, 1 << 20);
    config_dump(load(GOOD
                     "[redis]\npassword-credential = key\n[source a]\nformat = ddhq\n"
                     "url = https://e.org/\nheader = Authorization: Bearer {credential:key}\n"),
                &dump);
    assert_null(strstr(dump.ptr, "s3cr3t"));
    assert_non_null(strstr(dump.ptr, "header.Authorization = Bearer {credential:key}\n"));
    assert_non_null(strstr(dump.ptr, "/tallyd.conf:6:1\npassword-credential = key\n"));
    assert_non_null(strstr(dump.ptr, "# default\ninterval = 30s\n"));
    buf_done(&dump);
}

static void test_every_default_is_valid_and_every_key_explained(void **state)
{
    (void)state;
    struct config c = {0};
    struct config_source s = {0};
    struct arena *a = arena_new(1 << 20);
    struct value_place place = {.directory = SLICE("/etc/tallyd"), .arena = a};
    struct value_fault f;
    for (const struct config_key *k = config_keys; k->section; k++) {
        assert_true(strlen(k->about) > 5);
        void *base = strcmp(k->section, "source") == 0 ? (void *)&s : (void *)&c;
        if (k->preset && !value_read(k, base, slice_of(k->preset), &place, &f))
            fail_msg("%s: %s", k->name, f.why.text);
        struct buf out;
        buf_init(&out, 1000);
        value_write(k, base, &out);
        if (k->preset)
            assert_slice(buf_slice(&out), strcmp(k->name, "retract") == 0   ? "1m"
                                          : strcmp(k->name, "backoff") == 0 ? "5s, 1m"
                                          : strcmp(k->name, "bounds") == 0  ? "10s, 1m"
                                                                            : k->preset);
        buf_done(&out);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, fixture_set_up, fixture_tear_down)
        T(test_defaults_are_the_contract),
        T(test_later_files_override),
        T(test_files_are_read_by_name),
        T(test_like_takes_what_is_not_said),
        T(test_plain_http_makes_no_calls),
        T(test_names_are_not_networks),
        T(test_expand),
        T(test_a_version_may_stand_for_itself),
        T(test_polls),
        T(test_reload_keeps_what_is_fixed),
        T(test_dump_reads_back_equal),
        T(test_dump_names_origins_and_no_secrets),
        T(test_every_default_is_valid_and_every_key_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
