/* SPDX-License-Identifier: ISC */
/* Counts read the quick way are those read digit by digit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/count.h"

/* Both readings of a field that ends at room[16]; what stands before it must not matter. */
static void agree(const char room[16], size_t len)
{
    struct slice field = {room + 16 - len, len};
    int64_t plain = -7, quick = -7;
    bool read = count_digits(field, &plain);
    if (count_digits_behind(field, &quick) != read || quick != plain)
        fail_msg("\"%.*s\": %lld and not %lld", (int)len, field.ptr, (long long)quick,
                 (long long)plain);
}

/* Every byte at every place of fields of every length, digits and not before them. */
static void test_no_byte_but_a_digit_counts(void **state)
{
    static const char before[] = {'0', '9', ' ', '\xff'};
    (void)state;
    for (size_t b = 0; b < sizeof before; b++)
        for (size_t len = 0; len <= 12; len++)
            for (size_t at = 0; at < len; at++)
                for (int byte = 0; byte < 256; byte++) {
                    char room[16];
                    memset(room, before[b], sizeof room);
                    memcpy(room + 16 - len, "987654321098", len);
                    room[16 - len + at] = (char)byte;
                    agree(room, len);
                }
}

static void test_every_short_number_is_itself(void **state)
{
    (void)state;
    for (int64_t n = 0; n < 1000000; n += 7) {
        char room[24];
        int64_t read = -1;
        int len = snprintf(room, sizeof room, "xxxxxxxx%lld", (long long)n) - 8;
        assert_true(count_digits_behind((struct slice){room + 8, (size_t)len}, &read));
        assert_int_equal(read, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_byte_but_a_digit_counts),
        cmocka_unit_test(test_every_short_number_is_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
