/* SPDX-License-Identifier: ISC */
/* Addresses of Redis: what is read, and which of several is tried next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "daemon/edge/redis_place.h"

static void test_urls(void **state)
{
    static const struct {
        const char *text, *host, *path;
        int port, db;
        bool tls;
    } cases[] = {
        {"redis://h", "h", "", 6379, 0, false},
        {"redis://h.example.org:7/3", "h.example.org", "", 7, 3, false},
        {"rediss://h:1/", "h", "", 1, 0, true},
        {"redis://[::1]:65535/1023", "::1", "", 65535, 1023, false},
        {"redis://[2001:db8::1]", "2001:db8::1", "", 6379, 0, false},
        {"unix:///run/redis", "", "/run/redis", 0, 0, false},
    };
    static const char *const bad[] = {"",
                                      "redis://",
                                      "redis://:1",
                                      "redis://h:0",
                                      "redis://h:65536",
                                      "redis://h/1024",
                                      "redis://h/x",
                                      "redis://[::1",
                                      "redis://[]:1",
                                      "http://h",
                                      "unix://run/redis"};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct redis_url u;
        struct err e = {0};
        assert_true(redis_url_parse(slice_of(cases[i].text), &u, &e));
        assert_string_equal(u.at.host, cases[i].host);
        assert_string_equal(u.path, cases[i].path);
        assert_int_equal(u.at.port, cases[i].port);
        assert_int_equal(u.db, cases[i].db);
        assert_int_equal(u.tls, cases[i].tls);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct redis_url u;
        struct err e = {0};
        if (redis_url_parse(slice_of(bad[i]), &u, &e) || e.kind != ERR_CONFIG)
            fail_msg("%s is taken", bad[i]);
    }
}

static void test_a_path_or_a_host_that_is_too_long_is_refused(void **state)
{
    char text[600];
    struct redis_url u;
    struct err e = {0};
    (void)state;
    memset(text, 'a', sizeof text);
    memcpy(text, "unix:///", 8);
    assert_false(redis_url_parse((struct slice){text, 7 + 108}, &u, &e));
    assert_true(redis_url_parse((struct slice){text, 7 + 107}, &u, &e));
    assert_int_equal(strlen(u.path), 107);
    memcpy(text, "redis://", 8);
    assert_false(redis_url_parse((struct slice){text, 8 + 256}, &u, &e));
    assert_true(redis_url_parse((struct slice){text, 8 + 255}, &u, &e));
    assert_int_equal(strlen(u.at.host), 255);
}

static void test_where_a_cluster_sends_us(void **state)
{
    const struct redis_place from = {"192.0.2.1", 6379};
    struct redis_place to;
    (void)state;
    assert_true(redis_place_moved("MOVED 3999 192.0.2.7:6381", &from, &to));
    assert_true(redis_place_equal(&to, &(struct redis_place){"192.0.2.7", 6381}));
    assert_true(redis_place_moved("MOVED 3999 2001:db8::7:6381", &from, &to));
    assert_true(redis_place_equal(&to, &(struct redis_place){"2001:db8::7", 6381}));
    assert_true(redis_place_moved("MOVED 3999 :6382", &from, &to));
    assert_true(redis_place_equal(&to, &(struct redis_place){"192.0.2.1", 6382}));
    static const char *const bad[] = {"MOVED", "MOVED 3999", "MOVED 3999 h", "MOVED 3999 h:0",
                                      "ASK 3999 h:1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(redis_place_moved(bad[i], &from, &to));
}

static void test_loopback(void **state)
{
    static const char *const here[] = {"127.0.0.1", "127.9.9.9", "::1", "localhost"};
    static const char *const there[] = {"127.0.0.1.example.org", "192.0.2.1",
                                        "localhost.example.org", "12.7.0.1", "::2"};
    struct redis_place p = {.port = 1};
    (void)state;
    for (size_t i = 0; i < sizeof here / sizeof *here; i++) {
        strcpy(p.host, here[i]);
        assert_true(redis_place_is_loopback(&p));
    }
    for (size_t i = 0; i < sizeof there / sizeof *there; i++) {
        strcpy(p.host, there[i]);
        assert_false(redis_place_is_loopback(&p));
    }
}

static void test_hash_tags(void **state)
{
    (void)state;
    assert_true(redis_prefix_is_tagged(SLICE("{tally}:v1")));
    assert_true(redis_prefix_is_tagged(SLICE("a{b}")));
    assert_false(redis_prefix_is_tagged(SLICE("tally:v1")));
    assert_false(redis_prefix_is_tagged(SLICE("{}tally")));
    assert_false(redis_prefix_is_tagged(SLICE("}{")));
}

/* Each is tried once a round, whoever sends us elsewhere goes before, nobody is there twice. */
static void test_all_places_are_tried(void **state)
{
    const struct redis_place a = {"a", 1}, b = {"b", 1}, c = {"a", 2}, moved = {"m", 1};
    struct redis_places p;
    struct redis_place next;
    (void)state;
    redis_places_begin(&p, &a);
    assert_false(redis_places_failed(&p));
    redis_places_add(&p, &a);
    redis_places_add(&p, &b);
    redis_places_add(&p, &c);
    redis_places_add(&p, &b);
    const struct redis_place *round[] = {&a, &b, &c, &a, &b};
    for (size_t i = 0; i < 5; i++) {
        next = redis_places_next(&p);
        assert_true(redis_place_equal(&next, round[i]));
        assert_int_equal(redis_places_failed(&p), i != 2);
    }
    redis_places_send(&p, &moved);
    next = redis_places_next(&p);
    assert_true(redis_place_equal(&next, &moved));
    next = redis_places_next(&p);
    assert_true(redis_place_equal(&next, &c));
    redis_places_forget(&p);
    next = redis_places_next(&p);
    assert_true(redis_place_equal(&next, &a));
    struct redis_place many = {"x", 1};
    for (int i = 1; i < 200; i++) {
        many.port = i;
        redis_places_add(&p, &many);
    }
    assert_int_equal(p.count, REDIS_PLACES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_a_path_or_a_host_that_is_too_long_is_refused),
        cmocka_unit_test(test_where_a_cluster_sends_us),
        cmocka_unit_test(test_loopback),
        cmocka_unit_test(test_hash_tags),
        cmocka_unit_test(test_all_places_are_tried),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
