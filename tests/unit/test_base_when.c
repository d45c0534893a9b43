/* SPDX-License-Identifier: ISC */
/* The calendar against libc's, and every notation of a moment there and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "daemon/base/when.h"
#include "tests/unit/random.h"
#include "tests/unit/sampled.h"

static void check_against_libc(int64_t when)
{
    struct civil c;
    struct tm tm;
    time_t t = when / 1000 - (when % 1000 < 0);

    when_civil(when, &c);
    assert_true(when_from_civil(&c) == when);
    assert_non_null(gmtime_r(&t, &tm));
    assert_int_equal(c.year, tm.tm_year + 1900);
    assert_int_equal(c.month, tm.tm_mon + 1);
    assert_int_equal(c.day, tm.tm_mday);
    assert_int_equal(c.hour, tm.tm_hour);
    assert_int_equal(c.minute, tm.tm_min);
    assert_int_equal(c.second, tm.tm_sec);
    assert_int_equal(c.weekday, tm.tm_wday);
    assert_true(c.ms == when - t * 1000);
    assert_true(timegm(&tm) == t);
}

static void calendar_agrees_with_libc(void **state)
{
    (void)state;
    struct random r = {31};
    const int step = every();

    for (int64_t day = -720000; day < 2933000; day += step) /* 28 days into the year -1 to 10000 */
        check_against_libc(day * WHEN_DAY);
    for (int i = 0; i < 300000; i += step)
        check_against_libc(random_between(&r, -INT64_C(99999999999999), INT64_C(253402300799999)));
    for (int64_t edge = -3; edge <= 3; edge++)
        check_against_libc(edge);
}

static void extremes_do_no_harm(void **state)
{
    (void)state;
    const int64_t extremes[] = {WHEN_UNKNOWN, WHEN_NEVER, INT64_MIN + 1, INT64_MAX - 1};
    char full[25], date[11], http[30];
    struct civil c;

    for (size_t i = 0; i < 4; i++) {
        when_civil(extremes[i], &c);
        when_format(extremes[i], full);
        when_format_date(extremes[i], date);
        when_format_http(extremes[i], http);
        assert_int_equal(strlen(full), 24);
        assert_int_equal(strlen(date), 10);
        assert_int_equal(strlen(http), 29);
        assert_memory_equal(full, extremes[i] < 0 ? "0000-01-01" : "9999-12-31", 10);
    }
}

static void formats_come_back(void **state)
{
    (void)state;
    struct random r = {32};

    for (int i = 0; i < 100000; i++) {
        int64_t when = random_between(&r, -INT64_C(62167219200000), INT64_C(253402300799999)), out;
        char text[64];
        when_format(when, text);
        assert_true(when_parse(slice_of(text), i % 2, &out));
        assert_true(out == when);
        when_format_http(when, text);
        assert_true(when_parse_http(slice_of(text), &out));
        assert_true(out == when - (when % 1000 + 1000) % 1000);
        when_format_date(when, text);
        assert_true(when_parse_date(slice_of(text), &out));
        assert_true(when >= out && when < out + WHEN_DAY);
        time_t t = out / 1000;
        struct tm tm;
        char libc[64];
        gmtime_r(&t, &tm);
        strftime(libc, sizeof(libc), "%a, %d %b %Y %H:%M:%S GMT", &tm); /* the C locale's names */
        if (tm.tm_year + 1900 >= 1000) {
            when_format_http(out, text);
            assert_string_equal(text, libc);
        }
    }
}

#define REFUSED WHEN_UNKNOWN

struct notation {
    const char *text;
    int64_t expected;
};

static void check_all(const struct notation *n, size_t count,
                      bool (*parse)(struct slice, int64_t *))
{
    for (size_t i = 0; i < count; i++) {
        int64_t out = WHEN_UNKNOWN;
        bool parsed = parse(slice_of(n[i].text), &out);
        if (parsed != (n[i].expected != REFUSED) || out != n[i].expected)
            fail_msg("\"%s\": parsed %d, %lld", n[i].text, parsed, (long long)out);
    }
}

static bool parse_strict(struct slice s, int64_t *out)
{
    return when_parse(s, false, out);
}

static bool parse_loose(struct slice s, int64_t *out)
{
    return when_parse(s, true, out);
}

/* date -u -d 2021-01-06T04:13:32Z +%s */
#define MOMENT INT64_C(1609906412000)

static void rfc3339(void **state)
{
    (void)state;
    const struct notation both[] = {
        {"2021-01-06T04:13:32Z", MOMENT},
        {"2021-01-06T04:13:32.720Z", MOMENT + 720},
        {"2021-01-06T04:13:32.7Z", MOMENT + 700},
        {"2021-01-06T04:13:32.720999999Z", MOMENT + 720},
        {"2021-01-05T23:13:32-05:00", MOMENT},
        {"2021-01-06T09:43:32.5+05:30", MOMENT + 500},
        {"2020-02-29T00:00:00Z", INT64_C(1582934400000)},
        {"2021-02-29T00:00:00Z", REFUSED},
        {"1900-02-29T00:00:00Z", REFUSED},
        {"2021-00-06T04:13:32Z", REFUSED},
        {"2021-13-06T04:13:32Z", REFUSED},
        {"2021-01-00T04:13:32Z", REFUSED},
        {"2021-01-32T04:13:32Z", REFUSED},
        {"2021-01-06T24:13:32Z", REFUSED},
        {"2021-01-06T04:60:32Z", REFUSED},
        {"2021-01-06T04:13:60Z", REFUSED},
        {"2021-01-06T04:13:32.Z", REFUSED},
        {"2021-01-06T04:13:32ZZ", REFUSED},
        {"2021-01-06T04:13:32+24:00", REFUSED},
        {"2021-01-06T04:13:32+0500", REFUSED},
        {"2021-1-6T04:13:32Z", REFUSED},
        {" 2021-01-06T04:13:32Z", REFUSED},
        {"2021-01-06T04:13Z", REFUSED},
        {"2021-01-06", REFUSED},
        {"", REFUSED},
    };
    const struct notation strict[] = {
        {"2021-01-06 04:13:32Z", REFUSED},
        {"2021-01-06T04:13:32", REFUSED},
    };
    const struct notation loose[] = {
        {"2021-01-06 04:13:32Z", MOMENT},
        {"2021-01-06T04:13:32", MOMENT},
        {"2021-01-06 04:13:32.25", MOMENT + 250},
        {"2021-01-06  04:13:32", REFUSED},
    };
    check_all(both, sizeof(both) / sizeof(both[0]), parse_strict);
    check_all(both, sizeof(both) / sizeof(both[0]), parse_loose);
    check_all(strict, sizeof(strict) / sizeof(strict[0]), parse_strict);
    check_all(loose, sizeof(loose) / sizeof(loose[0]), parse_loose);
}

static void us_notation(void **state)
{
    (void)state;
    const struct notation cases[] = {
        {"1/5/2021 11:13:32 PM EST", MOMENT},
        {"1/6/2021 12:13:32 AM EDT", MOMENT},
        {"1/5/2021 10:13:32 PM CST", MOMENT},
        {"1/5/2021 11:13:32 PM CDT", MOMENT},
        {"1/5/2021 9:13:32 PM MST", MOMENT},
        {"1/5/2021 10:13:32 PM MDT", MOMENT},
        {"1/5/2021 8:13:32 PM PST", MOMENT},
        {"1/5/2021 9:13:32 PM PDT", MOMENT},
        {"1/5/2021 7:13:32 PM AKST", MOMENT},
        {"1/5/2021 8:13:32 PM AKDT", MOMENT},
        {"1/5/2021 6:13:32 PM HST", MOMENT},
        {"1/5/2021 7:13:32 PM HDT", MOMENT},
        {"1/6/2021 12:13:32 AM AST", MOMENT},
        {"1/6/2021 1:13:32 AM ADT", MOMENT},
        {"1/6/2021 2:13:32 PM CHST", MOMENT},
        {"1/5/2021 5:13:32 PM SST", MOMENT},
        {"01/06/2021 04:13:32 AM UTC", MOMENT},
        {"1/6/2021 4:13:32 AM GMT", MOMENT},
        {"1/6/2021 12:00:00 PM UTC", INT64_C(1609934400000)},
        {"1/6/2021 4:13:32 AM", REFUSED},
        {"1/6/2021 4:13:32 AM XST", REFUSED},
        {"1/6/2021 0:13:32 AM EST", REFUSED},
        {"1/6/2021 13:13:32 PM EST", REFUSED},
        {"2/30/2021 4:13:32 AM EST", REFUSED},
        {"1/6/21 4:13:32 AM EST", REFUSED},
        {"1/6/2021 4:13:32 EST", REFUSED},
        {"1/6/2021 4:13:32 AM EST ", REFUSED},
        {"1/6/2021 4:13:32 AM EASTERN", REFUSED},
    };
    check_all(cases, sizeof(cases) / sizeof(cases[0]), when_parse_us);
}

static void local_notations(void **state)
{
    (void)state;
    const struct notation cases[] = {
        {"01/06/21 04:13 AM", MOMENT - 32000},
        {"1/6/2021 4:13:32 AM", MOMENT},
        {"01/06/2021 04:13:32", MOMENT},
        {"1/6/2021 4:13:32.25", MOMENT + 250},
        {"01/06/2021 16:13:32", MOMENT + 12 * WHEN_HOUR},
        {"1/6/21 4:13:32pm", MOMENT + 12 * WHEN_HOUR},
        {"04:13 01/06/2021", MOMENT - 32000},
        {"4:13 AM 01/06/2021", MOMENT - 32000},
        {"January 6, 2021, 4:13 a.m.", MOMENT - 32000},
        {"January 6, 2021, 4:13 p.m.", MOMENT - 32000 + 12 * WHEN_HOUR},
        {"JAN. 6, 2021 4:13:32 AM", MOMENT},
        {"Jan  6 2021  4:13AM", MOMENT - 32000},
        {"Sept. 6, 2021, 12:00 a.m.", INT64_C(1630886400000)},
        {"September 6, 2021 at 12:00 p.m.", INT64_C(1630929600000)},
        {"2021-01-06T04:13:32.720", MOMENT + 720},
        {"2021-01-06 04:13", MOMENT - 32000},
        {"  2021-01-06 4:13:32 AM ", MOMENT},
        {"12/31/1999 23:59:59", INT64_C(946684799000)},
        {"2021-01-06T04:13:32Z", REFUSED}, /* it has a zone: not ours to drop */
        {"2021-01-06T04:13:32-05:00", REFUSED},
        {"1/6/2021 4:13:32 AM EST", REFUSED},
        {"1/6/2021", REFUSED},
        {"1/6/2021 ", REFUSED},
        {"13/6/2021 4:13 AM", REFUSED},
        {"2/30/2021 4:13 AM", REFUSED},
        {"1/6/021 4:13 AM", REFUSED},
        {"1/6/2021 13:13 PM", REFUSED},
        {"1/6/2021 0:13 AM", REFUSED},
        {"1/6/2021 24:00", REFUSED},
        {"1/6/2021 4:60", REFUSED},
        {"1/6/2021 4:1", REFUSED},
        {"1/6/20214:13", REFUSED},
        {"Ja 6 2021 4:13AM", REFUSED},
        {"Janvier 6 2021 4:13AM", REFUSED},
        {"21-01-06 04:13", REFUSED}, /* years first have four digits */
        {"4:13 AM", REFUSED},
        {"", REFUSED},
    };
    check_all(cases, sizeof(cases) / sizeof(cases[0]), when_parse_local);
}

static void http_and_dates(void **state)
{
    (void)state;
    const struct notation http[] = {
        {"Wed, 06 Jan 2021 04:13:32 GMT", MOMENT},
        {"Sun, 06 Nov 1994 08:49:37 GMT", INT64_C(784111777000)}, /* RFC 9110, 5.6.7 */
        {"Tue, 06 Jan 2021 04:13:32 GMT", REFUSED},
        {"Wed, 06 Jan 2021 04:13:32 EST", REFUSED},
        {"Wed, 06 anF 2021 04:13:32 GMT", REFUSED},
        {"Wed, 6 Jan 2021 04:13:32 GMT", REFUSED},
        {"Wed, 06 Jan 2021 04:13:32 GMT ", REFUSED},
        {"Sunday, 06-Nov-94 08:49:37 GMT", REFUSED},
        {"", REFUSED},
    };
    const struct notation dates[] = {
        {"2021-01-06", MOMENT - MOMENT % WHEN_DAY},
        {"2021-02-30", REFUSED},
        {"2021-1-06", REFUSED},
        {"2021-01-06T", REFUSED},
    };
    check_all(http, sizeof(http) / sizeof(http[0]), when_parse_http);
    check_all(dates, sizeof(dates) / sizeof(dates[0]), when_parse_date);
    assert_string_equal(when_month_ap(9), "Sept.");
    assert_string_equal(when_month_ap(6), "June");
    assert_string_equal(when_month_ap(13), "");
    assert_string_equal(when_month_ap(0), "");
}

static void days(void **state)
{
    static const struct {
        const char *text, *iso;
    } cases[] = {{"11/06/2018", "2018-11-06"},
                 {" 1/5/21 ", "2021-01-05"},
                 {"November 6, 2018", "2018-11-06"},
                 {"2018-11-06", "2018-11-06"}};
    static const char *const none[] = {"", "11/31/2018", "11/06/2018 9:00 PM", "6 November 2018"};
    int64_t day = 7;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char iso[11];
        assert_true(when_parse_day(slice_of(cases[i].text), &day));
        when_format_date(day, iso);
        assert_string_equal(iso, cases[i].iso);
    }
    day = 7;
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_false(when_parse_day(slice_of(none[i]), &day));
    assert_int_equal(day, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calendar_agrees_with_libc),
        cmocka_unit_test(extremes_do_no_harm),
        cmocka_unit_test(formats_come_back),
        cmocka_unit_test(rfc3339),
        cmocka_unit_test(us_notation),
        cmocka_unit_test(local_notations),
        cmocka_unit_test(days),
        cmocka_unit_test(http_and_dates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
