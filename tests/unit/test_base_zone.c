/* SPDX-License-Identifier: ISC */
/* Time zones against libc's reading of the same files, at the edges of summer time too; and damaged
 * bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/base/when.h"
#include "daemon/base/zone.h"
#include "tests/unit/random.h"
#include "tests/unit/sampled.h"

/* Those of the United States, and some with odd rules: half hours, summer time below zero, no
 * footer rule. */
static const char *const names[] = {
    "America/New_York",  "America/Detroit",     "America/Indiana/Indianapolis",
    "America/Chicago",   "America/Denver",      "America/Phoenix",
    "America/Boise",     "America/Los_Angeles", "America/Anchorage",
    "America/Adak",      "Pacific/Honolulu",    "Pacific/Guam",
    "Pacific/Pago_Pago", "America/Puerto_Rico", "UTC",
    "Europe/Dublin",     "Australia/Lord_Howe", "America/Sao_Paulo",
    "America/Santiago",  "Asia/Kathmandu",      "Antarctica/Troll",
    "Africa/Casablanca", "Asia/Jerusalem",      "America/Nuuk",
    "Pacific/Apia",
};

static struct slice read_zone(const char *name)
{
    char path[200], *bytes = NULL;
    size_t n = 0;

    snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
    FILE *f = fopen(path, "rb");
    if (f) {
        bytes = malloc(200000);
        assert_non_null(bytes);
        n = fread(bytes, 1, 200000, f);
        fclose(f);
    }
    return (struct slice){bytes, n};
}

/* NULL when this machine lacks the zone. libc is set to it as well. */
static struct zone *open_zone(const char *name)
{
    struct slice bytes = read_zone(name);
    struct err e = {.kind = ERR_NONE};

    if (!bytes.ptr) {
        print_message("skipped: no zone %s here\n", name);
        return NULL;
    }
    struct zone *z = zone_parse(slice_of(name), bytes, &e);
    if (!z)
        fail_msg("%s", e.text);
    free((char *)(uintptr_t)bytes.ptr); /* the zone keeps nothing of it */
    setenv("TZ", name, 1);
    tzset();
    assert_true(slice_is(zone_name(z), name));
    return z;
}

static int32_t libc_offset(time_t t)
{
    struct tm tm;

    assert_non_null(localtime_r(&t, &tm));
    return (int32_t)tm.tm_gmtoff;
}

static void check(const struct zone *z, time_t t)
{
    struct slice abbreviation;
    struct tm tm;
    int32_t offset = zone_offset(z, (int64_t)t * 1000 + (t % 7 == 0 ? 999 : 0), &abbreviation);

    assert_non_null(localtime_r(&t, &tm));
    if (offset != tm.tm_gmtoff || !slice_is(abbreviation, tm.tm_zone))
        fail_msg("%s at %lld: %d %.*s, libc says %ld %s", zone_name(z).ptr, (long long)t, offset,
                 SLICE_FMT(abbreviation), tm.tm_gmtoff, tm.tm_zone);
}

static void offsets_agree_with_libc(void **state)
{
    (void)state;
    struct random r = {41};
    const time_t from_1900 = -2208988800, to_2100 = 4102444800;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct zone *z = open_zone(names[i]);
        for (int k = 0; z && k < 4000; k++)
            check(z, random_between(&r, from_1900, to_2100));
        zone_free(z);
    }
}

/* The first second of the other offset between t and t + step. */
static time_t find_edge(time_t t, time_t step)
{
    int32_t before = libc_offset(t);
    time_t from = t, to = t + step;

    while (to - from > 1) {
        time_t mid = from + (to - from) / 2;
        if (libc_offset(mid) == before)
            from = mid;
        else
            to = mid;
    }
    return to;
}

static void edges_agree_with_libc(void **state)
{
    (void)state;
    const time_t from_2006 = 1136073600, to_2060 = 2840140800, step = 86400 * 9;
    int edges = 0;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i += (size_t)every()) {
        struct zone *z = open_zone(names[i]);
        for (time_t t = from_2006; z && t < to_2060; t += step) {
            if (libc_offset(t) == libc_offset(t + step))
                continue;
            edges++;
            for (time_t k = -3; k <= 3; k++)
                check(z, find_edge(t, step) + k);
        }
        zone_free(z);
    }
    assert_true(edges * every() > 1000);
}

/* What zone_from_local promises, worked out from libc's offsets of the two days around. */
static int64_t expected_from_local(int64_t local)
{
    int64_t first = INT64_MAX;
    time_t middle = local / 1000;

    for (time_t near = middle - 93600; near <= middle + 93600; near += 900) {
        int64_t t = local - (int64_t)libc_offset(near) * 1000;
        if (libc_offset(t / 1000) == libc_offset(near) && t < first)
            first = t;
    }
    if (first != INT64_MAX)
        return first;
    /* Skipped: the first moment that shows more. Changes fall on full quarters of an hour. */
    for (time_t t = middle / 900 * 900 - 93600; t <= middle + 93600; t += 900)
        if (t * 1000 + (int64_t)libc_offset(t) * 1000 > local)
            return t * 1000;
    return INT64_MAX;
}

static void check_local(const struct zone *z, int64_t local)
{
    int64_t got = zone_from_local(z, local), expected = expected_from_local(local);

    if (got != expected)
        fail_msg("%s, local %lld: %lld, expected %lld", zone_name(z).ptr, (long long)local,
                 (long long)got, (long long)expected);
}

static void local_times_come_back(void **state)
{
    (void)state;
    struct random r = {42};
    const time_t from_2025 = 1735689600, to_2033 = 1988150400, step = 86400 * 9;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i += (size_t)every()) {
        struct zone *z = open_zone(names[i]);
        for (time_t t = from_2025; z && t < to_2033; t += step) {
            if (libc_offset(t) == libc_offset(t + step)) {
                if (t % 11 == 0)
                    check_local(z, t * 1000 + random_between(&r, 0, 99999) * 1000);
                continue;
            }
            int64_t edge = (find_edge(t, step) + libc_offset(t)) * INT64_C(1000);
            for (int64_t minutes = -150; minutes <= 150; minutes += 30) {
                check_local(z, edge + minutes * WHEN_MINUTE);
                check_local(z, edge + minutes * WHEN_MINUTE - 1000);
            }
        }
        zone_free(z);
    }
}

/* 2020-11-01 01:30 came twice in New York, 2021-03-14 02:30 never; 2050 is beyond most tables. */
static void new_york_by_hand(void **state)
{
    (void)state;
    struct zone *z = open_zone("America/New_York");
    int64_t local, expected;
    struct slice abbreviation;

    assert_non_null(z); /* make deps installs tzdata */
    assert_true(when_parse(SLICE("2020-11-01T01:30:00Z"), false, &local));
    assert_true(when_parse(SLICE("2020-11-01T05:30:00Z"), false, &expected));
    assert_true(zone_from_local(z, local) == expected);
    assert_true(when_parse(SLICE("2021-03-14T02:30:00Z"), false, &local));
    assert_true(when_parse(SLICE("2021-03-14T07:00:00Z"), false, &expected));
    assert_true(zone_from_local(z, local) == expected);
    assert_true(when_parse(SLICE("2050-07-04T12:00:00Z"), false, &local));
    assert_int_equal(zone_offset(z, local, &abbreviation), -4 * 3600);
    assert_true(slice_is(abbreviation, "EDT"));
    zone_offset(z, WHEN_UNKNOWN, NULL);
    zone_offset(z, WHEN_NEVER, NULL);
    zone_from_local(z, WHEN_UNKNOWN);
    zone_from_local(z, WHEN_NEVER);
    zone_free(z);
}

/* A copy of exactly its size, so that a sanitizer sees a read beyond it. */
static struct zone *parse_copy(const char *bytes, size_t n, struct err *e)
{
    char *copy = malloc(n ? n : 1);

    assert_non_null(copy);
    memcpy(copy, bytes, n);
    struct zone *z = zone_parse(SLICE("Test/Zone"), (struct slice){copy, n}, e);
    free(copy);
    return z;
}

static void damaged_bytes_are_refused_or_harmless(void **state)
{
    (void)state;
    struct slice real = read_zone("America/New_York");
    struct random r = {43};
    struct err e = {.kind = ERR_NONE};
    int refused = 0;

    assert_non_null(real.ptr); /* make deps installs tzdata */
    for (size_t n = 0; n < real.len; n++) {
        assert_null(parse_copy(real.ptr, n, &e));
        assert_int_equal(e.kind, ERR_DATA);
        assert_non_null(strstr(e.text, "Test/Zone"));
    }
    char *damaged = malloc(real.len);
    assert_non_null(damaged);
    for (int i = 0; i < 5000; i++) {
        memcpy(damaged, real.ptr, real.len);
        for (uint64_t k = random_below(&r, 4) + 1; k > 0; k--) {
            size_t area = i % 3 == 0 ? real.len : i % 3 == 1 ? 50 : 60;
            size_t at = random_below(&r, area);
            damaged[i % 3 == 2 ? real.len - 1 - at : at] = (char)random_next(&r);
        }
        struct zone *z = parse_copy(damaged, real.len, &e);
        refused += z == NULL;
        for (int k = 0; z && k < 20; k++) {
            struct slice abbreviation;
            int64_t when = (int64_t)random_next(&r) >> random_below(&r, 30);
            int32_t offset = zone_offset(z, when, &abbreviation);
            assert_in_range(offset + 200000, 0, 400000);
            assert_true(strlen(abbreviation.ptr) == abbreviation.len);
            zone_from_local(z, when);
        }
        zone_free(z);
    }
    assert_in_range(refused, 2000, 18000);
    free(damaged);
    free((char *)(uintptr_t)real.ptr);
}

/* A TZif without any change: one type, and the footer given. */
static struct zone *from_footer(const char *footer, struct err *e)
{
    char bytes[400];
    size_t n = 0;

    for (int version = 0; version < 2; version++) {
        memset(bytes + n, 0, 44);
        memcpy(bytes + n, "TZif2", 5);
        bytes[n + 39] = 1; /* types */
        bytes[n + 43] = 4; /* characters */
        n += 44;
        memcpy(bytes + n, "\0\0\0\0\0\0XXX", 10);
        n += 10;
    }
    n += (size_t)snprintf(bytes + n, sizeof(bytes) - n, "\n%s\n", footer);
    return parse_copy(bytes, n, e);
}

static void footers_agree_with_libc(void **state)
{
    (void)state;
    const char *const footers[] = {
        "EST5EDT,M3.2.0,M11.1.0",
        "EST5",
        "<-03>3<-02>,M3.5.0/-2,M10.5.0/-1",
        "AEST-10AEDT,M10.1.0,M4.1.0/3",
        "IST-1GMT0,M10.5.0,M3.5.0/1",
        "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
        "EST5EDT,J60/2,J300/2",
        "EST5EDT,59/2,300/2",
        "AAA4BBB,M3.4.4/26,M10.4.4/50",
    };
    struct random r = {44};

    for (size_t i = 0; i < sizeof(footers) / sizeof(footers[0]); i++) {
        struct err e = {.kind = ERR_NONE};
        struct zone *z = from_footer(footers[i], &e);
        if (!z)
            fail_msg("%s: %s", footers[i], e.text);
        setenv("TZ", footers[i], 1);
        tzset();
        for (int k = 0; k < 5000; k++)
            check(z, random_between(&r, 0, 4102444800));
        zone_free(z);
    }
}

static void bad_footers_are_refused(void **state)
{
    (void)state;
    const char *const footers[] = {
        "E5",
        "EST",
        "EST5EDT",
        "EST5EDT,M3.2.0",
        "EST5EDT,M13.2.0,M11.1.0",
        "EST5EDT,M3.2.7,M11.1.0",
        "EST5EDT,M3.0.0,M11.1.0",
        "EST5EDT,M3.2.0,M11.1.0x",
        "<EST5",
        "EST25",
        "EST5:60",
        "EST5EDT,J0,J300",
        "EST5EDT,1,366",
        "EST5EDT,M3.2.0/168,M11.1.0",
        "<ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ>5",
    };

    for (size_t i = 0; i < sizeof(footers) / sizeof(footers[0]); i++) {
        struct err e = {.kind = ERR_NONE};
        if (from_footer(footers[i], &e))
            fail_msg("taken: %s", footers[i]);
        assert_int_equal(e.kind, ERR_DATA);
    }
}

/* What a worker is told, instead of a zone file: for the times of our elections it is as good. */
static void the_rule_alone_is_right_since_2007(void **state)
{
    (void)state;
    struct random r = {45};
    const time_t from_2008 = 1199145600, to_2100 = 4102444800;
    struct err e = {.kind = ERR_NONE};

    for (size_t i = 0; i < 13; i++) {
        struct zone *file = open_zone(names[i]);
        struct zone *z = file ? zone_from_rule(zone_rule(file), &e) : NULL;
        if (file && !z)
            fail_msg("%s: %s", names[i], e.text);
        for (int k = 0; z && k < 2000; k++) {
            int64_t t = random_between(&r, from_2008, to_2100) * 1000;
            if (zone_offset(z, t, NULL) != zone_offset(file, t, NULL) ||
                zone_from_local(z, t) != zone_from_local(file, t))
                fail_msg("%s at %lld", names[i], (long long)t);
        }
        zone_free(z);
        zone_free(file);
    }
    struct zone *pacific = zone_from_rule(SLICE("PST8PDT,M3.2.0,M11.1.0"), &e);
    assert_non_null(pacific);
    assert_true(slice_is(zone_rule(pacific), "PST8PDT,M3.2.0,M11.1.0"));
    assert_true(slice_eq(zone_name(pacific), zone_rule(pacific)));
    zone_free(pacific);
    assert_null(zone_from_rule(SLICE(""), &e));
    assert_null(zone_from_rule(SLICE("America/Los_Angeles"), &e));
    assert_non_null(strstr(e.text, "\"America/Los_Angeles\": not a POSIX rule"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_agree_with_libc),
        cmocka_unit_test(edges_agree_with_libc),
        cmocka_unit_test(local_times_come_back),
        cmocka_unit_test(new_york_by_hand),
        cmocka_unit_test(damaged_bytes_are_refused_or_harmless),
        cmocka_unit_test(footers_agree_with_libc),
        cmocka_unit_test(bad_footers_are_refused),
        cmocka_unit_test(the_rule_alone_is_right_since_2007),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
