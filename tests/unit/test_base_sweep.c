/* SPDX-License-Identifier: ISC */
/* No credential stays in a text, however whoever quotes it writes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/base/sweep.h"

static void credentials_go(void **state)
{
    static const char credentials[] = "s3cr3t/+=x\nother\n";
    static const struct {
        const char *text, *swept;
    } rows[] = {
        {"bad key s3cr3t/+=x here", "bad key *** here"},
        {"s3cr3t/+=x", "***"},
        {"?key=s3cr3t%2F%2B%3Dx&a", "?key=***&a"},
        {"?key=s3cr3t%2f%2b=x&a", "?key=***&a"},
        {"?key=%73%33cr3t/+=%78", "?key=***"},
        {"S3CR3T/+=X, another", "***, an***"},
        {"others3cr3t/+=x", "******"},
        {"it was cut: s3cr", "it was cut: ***"},
        {"it was cut: s3cr3t%2F%2", "it was cut: ***"},
        {"it was cut: s3c", "it was cut: s3c"},
        {"s3cr3t is a part of one", "s3cr3t is a part of one"},
        {"%", "%"},
        {"100%", "100%"},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char room[100] = "";
        struct buf out;
        buf_init_over(&out, room, sizeof room);
        sweep(slice_of(credentials), slice_of(rows[i].text), &out);
        assert_string_equal(room, rows[i].swept);
        assert_int_equal(sweep_finds(slice_of(credentials), slice_of(rows[i].text)),
                         !slice_is(slice_of(rows[i].text), rows[i].swept));
        assert_false(sweep_finds(SLICE(""), slice_of(rows[i].text)));
    }
}

/* One that has a % in it is sent as it is, and quoted as it is, or decoded. */
static void encoded_credentials_go(void **state)
{
    static const char *const forms[] = {"a%2Fb%2Fc", "a/b/c", "a%2fb/c"};
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        assert_true(sweep_finds(SLICE("a%2Fb%2Fc\n"), slice_of(forms[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(credentials_go),
        cmocka_unit_test(encoded_credentials_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
