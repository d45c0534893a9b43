/* SPDX-License-Identifier: ISC */
/* Numbers against strtoll, units, sums; and JSON text against what RFC 8259 allows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/jsonw.h"
#include "daemon/base/num.h"
#include "daemon/base/when.h"
#include "tests/unit/random.h"

/* strtoll also takes blanks and '+': those are none of ours. */
static bool reference(const char *z, int64_t *out)
{
    char *end;

    if (!isdigit((unsigned char)z[0]) && z[0] != '-')
        return false;
    if (z[0] == '-' && !isdigit((unsigned char)z[1]))
        return false;
    errno = 0;
    *out = strtoll(z, &end, 10);
    return errno == 0 && *end == '\0';
}

static void check(const char *z)
{
    int64_t expected = 0, got = -77;
    bool valid = reference(z, &expected);

    assert_int_equal(num_parse(slice_of(z), INT64_MIN, INT64_MAX, &got), valid);
    assert_true(got == (valid ? expected : -77));
}

static void numbers_agree_with_strtoll(void **state)
{
    (void)state;
    const char *const fixed[] = {"",
                                 "-",
                                 "--1",
                                 "+1",
                                 " 1",
                                 "1 ",
                                 "1a",
                                 "0x1",
                                 "-0",
                                 "007",
                                 "1.0",
                                 "1,",
                                 "1e3",
                                 "\t1",
                                 "1\n2",
                                 "9223372036854775807",
                                 "9223372036854775808",
                                 "-9223372036854775808",
                                 "-9223372036854775809",
                                 "99999999999999999999999"};
    struct random r = {21};
    char text[32];

    for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
        check(fixed[i]);
    for (int i = 0; i < 100000; i++) {
        size_t n = random_below(&r, 22);
        for (size_t k = 0; k < n; k++)
            text[k] = "0123456789-0123456789+ a"[random_below(&r, i % 2 ? 10 : 24)];
        text[n] = '\0';
        check(text);
        snprintf(text, sizeof(text), "%" PRId64, (int64_t)random_next(&r) >> random_below(&r, 63));
        check(text);
    }
}

static void range_is_kept(void **state)
{
    (void)state;
    int64_t out = 5;

    assert_true(num_parse(SLICE("10"), 0, 10, &out));
    assert_false(num_parse(SLICE("11"), 0, 10, &out));
    assert_false(num_parse(SLICE("-1"), 0, 10, &out));
    assert_false(num_parse(SLICE("1\0"), 0, 10, &out));
    assert_int_equal(out, 10);
}

static void units(void **state)
{
    (void)state;
    const struct {
        const char *text;
        int64_t bytes, ms; /* -1: refused */
    } cases[] = {
        {"64M", 64 << 20, -1},
        {"512K", 512 << 10, -1},
        {"2G", INT64_C(2) << 30, -1},
        {"100", 100, -1},
        {"50ms", -1, 50},
        {"30s", -1, 30000},
        {"15m", -1, 900000},
        {"2h", -1, 7200000},
        {"1d", -1, 86400000},
        {"0s", -1, 0},
        {"-1s", -1, -1},
        {"s", -1, -1},
        {"M", -1, -1},
        {"", -1, -1},
        {"1 s", -1, -1},
        {"1.5h", -1, -1},
        {"9999999999G", -1, -1},
        {"9223372036854775807d", -1, -1},
        {"1MB", -1, -1},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int64_t bytes = -1, ms = -1;
        assert_int_equal(num_parse_size(slice_of(cases[i].text), &bytes), cases[i].bytes >= 0);
        assert_int_equal(num_parse_duration(slice_of(cases[i].text), &ms), cases[i].ms >= 0);
        assert_true(bytes == cases[i].bytes);
        assert_true(ms == cases[i].ms);
    }
}

static void sums_notice_overflow(void **state)
{
    (void)state;
    int64_t sum = INT64_MAX - 1;

    assert_true(num_add(&sum, 1));
    assert_false(num_add(&sum, 1));
    assert_true(sum == INT64_MAX);
    assert_true(num_add(&sum, INT64_MIN));
    assert_true(sum == -1);
}

static void json_has_commas_quotes_and_escapes(void **state)
{
    (void)state;
    struct buf b;
    struct jsonw j;

    buf_init(&b, 10000);
    jsonw_init(&j, &b);
    jsonw_object(&j, NULL);
    jsonw_str(&j, "a\"", SLICE("\" \\ \n \x01 \x7f \xc3\xa9 \xff/"));
    jsonw_array(&j, "list");
    jsonw_int(&j, NULL, INT64_MIN);
    jsonw_object(&j, NULL);
    jsonw_object_end(&j);
    jsonw_bool(&j, NULL, true);
    jsonw_array(&j, NULL);
    jsonw_array_end(&j);
    jsonw_null(&j, NULL);
    jsonw_array_end(&j);
    jsonw_strz(&j, "z", NULL);
    jsonw_when(&j, "w", INT64_C(1609906412720));
    jsonw_when(&j, "u", WHEN_UNKNOWN);
    jsonw_key(&j, SLICE("from data\n"));
    jsonw_raw(&j, NULL, SLICE("{\"x\":1}"));
    jsonw_bool(&j, "end", false);
    jsonw_object_end(&j);
    assert_false(b.failed);
    assert_string_equal(b.ptr,
                        "{\"a\\\"\":\"\\\" \\\\ \\n \\u0001 \\u007f \xc3\xa9 \xef\xbf\xbd/\","
                        "\"list\":[-9223372036854775808,{},true,[],null],\"z\":null,"
                        "\"w\":\"2021-01-06T04:13:32.720Z\",\"u\":null,"
                        "\"from data\\n\":{\"x\":1},\"end\":false}");
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_agree_with_strtoll),
        cmocka_unit_test(range_is_kept),
        cmocka_unit_test(units),
        cmocka_unit_test(sums_notice_overflow),
        cmocka_unit_test(json_has_commas_quotes_and_escapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
