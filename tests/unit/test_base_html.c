/* SPDX-License-Identifier: ISC */
/* Escapes: what comes from outside is text, wherever it stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/base/html.h"

static char room[256];
static struct buf out;

static const char *write_text(struct slice s, void (*write)(struct buf *, struct slice))
{
    buf_init_over(&out, room, sizeof room);
    write(&out, s);
    return room;
}

static void text_is_harmless(void **state)
{
    (void)state;
    assert_string_equal(write_text(SLICE("<a href=\"x\" title='y'>&</a>"), html_escape),
                        "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&lt;/a&gt;");
    assert_string_equal(write_text(SLICE("J\xc3\xb6rg & Co"), html_name),
                        "<bdi>J\xc3\xb6rg &amp; Co</bdi>");
    assert_string_equal(write_text(SLICE("a b&c=\xc3\xb6"), html_query), "a%20b%26c%3D%C3%B6");
}

static void counts_have_commas(void **state)
{
    static const struct {
        int64_t n;
        const char *text;
    } cases[] = {{0, "0"},
                 {999, "999"},
                 {1000, "1,000"},
                 {-1234567, "\xe2\x88\x92"
                            "1,234,567"},
                 {INT64_MIN, "\xe2\x88\x92"
                             "9,223,372,036,854,775,808"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        buf_init_over(&out, room, sizeof room);
        html_count(&out, cases[i].n);
        assert_string_equal(room, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_harmless),
        cmocka_unit_test(counts_have_commas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
