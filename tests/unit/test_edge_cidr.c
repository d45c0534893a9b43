/* SPDX-License-Identifier: ISC */
/* Addresses in and out of networks, and which of them are public. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "daemon/edge/cidr.h"
#include "tests/unit/random.h"

static struct sockaddr_storage address(const char *text)
{
    struct sockaddr_storage s = {0};
    struct sockaddr_in *v4 = (struct sockaddr_in *)&s;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&s;
    s.ss_family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
    void *to = s.ss_family == AF_INET ? (void *)&v4->sin_addr : (void *)&v6->sin6_addr;
    if (inet_pton(s.ss_family, text, to) != 1)
        fail_msg("%s", text);
    return s;
}

static bool holds(const char *network, const char *text)
{
    struct sockaddr_storage s = address(text);
    struct cidr c;
    struct err e;
    if (!cidr_parse(slice_of(network), &c, &e))
        fail_msg("%s", e.text);
    return cidr_holds(&c, (struct sockaddr *)&s);
}

static void test_prefixes(void **state)
{
    (void)state;
    assert_true(holds("127.0.0.0/8", "127.255.0.1"));
    assert_false(holds("127.0.0.0/8", "128.0.0.1"));
    assert_true(holds("10.16.0.0/12", "10.31.255.255"));
    assert_false(holds("10.16.0.0/12", "10.32.0.0"));
    assert_true(holds("192.0.2.7/32", "192.0.2.7"));
    assert_false(holds("192.0.2.7/32", "192.0.2.6"));
    assert_true(holds("0.0.0.0/0", "203.0.113.9"));
    assert_false(holds("0.0.0.0/0", "::1"));
    assert_true(holds("::1/128", "::1"));
    assert_false(holds("::1/128", "::2"));
    assert_true(holds("fd00::/9", "fd7f:ffff::1"));
    assert_false(holds("fd00::/9", "fd80::1"));
    assert_true(holds("127.0.0.0/8", "::ffff:127.0.0.1"));
}

/* Against an independent reading of what a prefix is: the first bits, one by one. */
static void test_prefixes_at_random(void **state)
{
    struct random seed = {7};
    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct cidr c = {.family = AF_INET6, .bits = (int)(random_next(&seed) % 129)};
        struct sockaddr_in6 a = {.sin6_family = AF_INET6};
        for (int k = 0; k < 16; k++)
            c.address[k] = a.sin6_addr.s6_addr[k] = (uint8_t)random_next(&seed);
        a.sin6_addr.s6_addr[0] |= 1; /* none that wraps another */
        c.address[0] |= 1;
        int flipped = (int)(random_next(&seed) % 128);
        if (flipped != 7)
            a.sin6_addr.s6_addr[flipped / 8] ^= (uint8_t)(0x80 >> flipped % 8);
        bool expected = flipped == 7 || flipped >= c.bits;
        assert_int_equal(cidr_holds(&c, (struct sockaddr *)&a), expected);
    }
}

static void test_not_a_network(void **state)
{
    static const char *const bad[] = {"",           "127.0.0.1",  "127.0.0.0/", "127.0.0.0/33",
                                      "1.2.3/8",    "::1/129",    "::1",        "localhost/8",
                                      "1.2.3.4/-1", "1.2.3.4/8 ", "1.2.3.4/8x", "256.0.0.0/8"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct cidr c;
        struct err e;
        if (cidr_parse(slice_of(bad[i]), &c, &e))
            fail_msg("%s was taken", bad[i]);
        assert_int_equal(e.kind, ERR_CONFIG);
    }
}

static void test_public(void **state)
{
    static const char *const yes[] = {"8.8.8.8",      "1.1.1.1",         "172.15.255.255",
                                      "172.32.0.0",   "100.63.255.255",  "100.128.0.0",
                                      "192.169.0.1",  "223.255.255.255", "2606:4700::1111",
                                      "2a00:1450::1", "::ffff:8.8.8.8",  "64:ff9b::808:808"};
    static const char *const no[] = {
        "0.0.0.0",         "10.0.0.1",        "100.64.0.1",  "127.0.0.1",     "169.254.169.254",
        "172.16.0.1",      "172.31.255.255",  "192.168.1.1", "198.18.0.1",    "203.0.113.1",
        "224.0.0.1",       "255.255.255.255", "::",          "::1",           "fe80::1",
        "fd00::1",         "ff02::1",         "2001:db8::1", "2002:7f00:1::", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "::127.0.0.1", "2001::1"};
    (void)state;
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        struct sockaddr_storage s = address(yes[i]);
        if (!cidr_is_public((struct sockaddr *)&s))
            fail_msg("%s is public", yes[i]);
    }
    for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
        struct sockaddr_storage s = address(no[i]);
        if (cidr_is_public((struct sockaddr *)&s))
            fail_msg("%s is not public", no[i]);
    }
    struct sockaddr local = {.sa_family = AF_UNIX};
    assert_false(cidr_is_public(&local));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_prefixes_at_random),
        cmocka_unit_test(test_not_a_network),
        cmocka_unit_test(test_public),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
