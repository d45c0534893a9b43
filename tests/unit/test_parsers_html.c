/* SPDX-License-Identifier: ISC */
/* Web pages: what XPath finds in them, whether their end is there, and pages made to hurt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "daemon/base/buf.h"
#include "parsers/charset.h"
#include "parsers/html.h"
#include "parsers/html_scan.h"
#include "tests/unit/payload.h"
#include "tests/unit/sampled.h"

struct page {
    struct arena *arena;
    struct arriving arriving;
    struct html *html;
    struct fault fault;
};

static bool read_page(struct page *p, struct slice text, bool any_end)
{
    struct input *in = NULL;
    struct err e;
    *p = (struct page){.arena = arena_new((size_t)1 << 28)};
    assert_true(charset_init(&e));
    struct input_source *source = arena_alloc(p->arena, sizeof *source);
    *source = arriving_source(&p->arriving, text, 100000);
    assert_true(input_open(p->arena, source, INPUT_MAX, &in, &p->fault));
    return html_read(in, any_end, p->arena, &p->html, &p->fault);
}

static void done(struct page *p)
{
    html_free(p->html);
    arriving_done(&p->arriving);
    arena_free(p->arena);
}

static struct slice text_of(struct page *p, const char *expression)
{
    struct slice out = {NULL, 0};
    struct err e;
    struct html_path *path = html_path(p->html, slice_of(expression), &e);
    if (!path || !html_text(p->html, path, NULL, &out, &p->fault))
        fail_msg("%s: %s", expression, path ? p->fault.err.text : e.text);
    return out;
}

static void assert_page(const char *html, const char *expression, const char *want)
{
    struct page p;
    if (!read_page(&p, slice_of(html), false))
        fail_msg("%s: %s", html, p.fault.err.text);
    struct slice got = text_of(&p, expression);
    if (!slice_is(got, want))
        fail_msg("%s: \"%.*s\", not \"%s\"", html, SLICE_FMT(got), want);
    done(&p);
}

static void assert_refused_as(struct slice html, enum wire_failure kind, const char *why)
{
    struct page p;
    assert_false(read_page(&p, html, false));
    if (p.fault.kind != kind || slice_find(slice_of(p.fault.err.text), slice_of(why)) == SIZE_MAX)
        fail_msg("kind %d, \"%s\"; not %d, \"%s\"", (int)p.fault.kind, p.fault.err.text, (int)kind,
                 why);
    done(&p);
}

static void assert_refused(const char *html, enum wire_failure kind, const char *why)
{
    assert_refused_as(slice_of(html), kind, why);
}

static void text_is_what_people_see(void **state)
{
    (void)state;
    assert_page("<html><td>\n  1,234&nbsp;\xc2\xa0 of\t5 </td></html>", "//td", "1,234 of 5");
    assert_page("<html><td>A &amp; B &#x27;C&quot; &eacute;</td></html>", "//td",
                "A & B 'C\" \xc3\xa9");
    assert_page("<html><p>one<script>two</script><style>three</style><!-- four --> five</p></html>",
                "//p", "one five");
    assert_page("<html><td>A<br>B</td><td>C</td></html>", "//td/text()[2]", "B");
    assert_page("<html><p class='x y'>Z</p></html>", "//p/@class", "x y");
}

static void a_page_is_in_the_charset_it_names(void **state)
{
    (void)state;
    assert_page("<html><meta charset=\"windows-1252\"><p>Marg\xf3 \x93Z\x94</p></html>", "//p",
                "Marg\xc3\xb3 \xe2\x80\x9cZ\xe2\x80\x9d");
    assert_page("<html><META http-equiv=x content='text/html; charset=ISO-8859-1'><p>\x93</p>"
                "</html>",
                "//p", "\xe2\x80\x9c");
    assert_page("<html><meta charset=utf-8><p>Marg\xc3\xb3</p></html>", "//p", "Marg\xc3\xb3");
    /* what does not fit is what browsers guess, and changes nothing around it */
    assert_page("<html><p>Marg\xf3 Marg\xc3\xb3</p></html>", "//p", "Marg\xc3\xb3 Marg\xc3\xb3");
    assert_page("<html><p>1\x01 2\x90</p></html>", "//p", "1\xef\xbf\xbd 2\xef\xbf\xbd");
    assert_refused("<html><meta charset=klingon><p>x</p></html>", WIRE_SCHEMA, "klingon");
}

static void a_page_must_end_where_it_ends(void **state)
{
    (void)state;
    static const char *const whole[] = {
        "<html><body><p>x</html>",
        "<!DOCTYPE html>\n<HTML><p>x</HTML>\n<!-- served by a cache -->\n",
        "<html><script>if (a < b) document.write('</div>');</script><p>x</p></html>",
        "<!DOCTYPE html>\n<div><div><p>x</p></div></div>\n",
        "<style>td > b {}</style><meta charset=utf-8><table><tr><td>x</table>",
    };
    static const char *const cut[] = {
        "<html><body><p>x",
        "<html><body><p>x</html",
        "<html><body><p title=\"</html>",
        "<html><body><script>x = '</html>'",
        "<html><body><!-- </html>",
        "<div><div><p>x</p></div>",
        "<div><p>x</p></div><p",
        "<div><p>x</p></div><p>y</p>",
        "<p>x",
    };
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        assert_page(whole[i], "string(1)", "1");
    for (size_t i = 0; i < sizeof cut / sizeof *cut; i++) {
        struct page p;
        assert_refused(cut[i], WIRE_TRUNCATED, "ends before the end of <");
        assert_true(read_page(&p, slice_of(cut[i]), true));
        done(&p);
    }
}

static void what_is_no_page_is_refused(void **state)
{
    (void)state;
    assert_refused("{\"a\": [1, 2, 3]}", WIRE_SYNTAX, "no tag");
    assert_refused("a < b, c > d\n", WIRE_SYNTAX, "no tag");
    assert_refused_as(SLICE("<\0h\0t\0m\0l\0>\0"), WIRE_SYNTAX, "NUL");
}

static void a_wrong_xpath_says_where(void **state)
{
    (void)state;
    struct page p;
    struct err e;
    bool holds;
    assert_true(read_page(&p, SLICE("<html><p>x</p></html>"), false));
    assert_null(html_path(p.html, SLICE("//p[1"), &e));
    assert_non_null(strstr(e.text, "no XPath"));
    assert_null(html_path(p.html, SLICE("//p[@]/b"), &e));
    assert_non_null(strstr(e.text, "wrong at \"]/b\""));
    struct html_path *unknown = html_path(p.html, SLICE("nothing(//p)"), &e);
    assert_non_null(unknown);
    assert_false(html_holds(p.html, unknown, NULL, &holds, &p.fault));
    assert_int_equal(p.fault.kind, WIRE_SCHEMA);
    assert_non_null(strstr(p.fault.err.text, "unknown function"));
    struct _xmlNode **list;
    size_t n;
    struct html_path *value = html_path(p.html, SLICE("count(//p)"), &e);
    assert_false(html_nodes(p.html, value, NULL, &list, &n, &p.fault));
    assert_non_null(strstr(p.fault.err.text, "gives no nodes"));
    done(&p);
}

/* ---- pages made to hurt ---- */

static void repeat(struct buf *b, const char *z, size_t times)
{
    struct slice s = slice_of(z);
    while (times--)
        buf_add(b, s);
}

static struct buf wrapped(const char *z, size_t times)
{
    struct buf b;
    buf_init(&b, (size_t)1 << 28);
    buf_addz(&b, "<html><body>");
    repeat(&b, z, times);
    buf_addz(&b, "</body></html>");
    assert_false(b.failed);
    return b;
}

static void nesting_has_an_end(void **state)
{
    (void)state;
    static const char *const tags[] = {"<div>", "<table><tr><td>", "<b>", "<unknown>"};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        struct buf b = wrapped(tags[i], 100000);
        assert_refused_as(buf_slice(&b), WIRE_LIMIT, "deeper than 200");
        buf_done(&b);
    }
}

static void nodes_have_a_number(void **state)
{
    (void)state;
    static const char *const parts[] = {"<i></i>", "<p a=1 b=2 c=3>", "x<br>"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i += (size_t)every()) {
        struct buf b = wrapped(parts[i], 1000001);
        assert_refused_as(buf_slice(&b), WIRE_LIMIT, "more than 1000000 nodes");
        buf_done(&b);
    }
}

static void attributes_have_a_number(void **state)
{
    (void)state;
    struct buf b;
    struct page p;
    buf_init(&b, (size_t)1 << 28);
    buf_addz(&b, "<html>\n<p");
    for (int i = 0; i < 300000; i++)
        buf_addf(&b, " a%d=''", i);
    buf_addz(&b, ">x</p></html>");
    assert_refused_as(buf_slice(&b), WIRE_LIMIT, "line 2: a tag has more than 256 attributes");
    buf_clear(&b);
    buf_addz(&b, "<html><img src=\"data:image/png;base64,"); /* one long one is no matter */
    repeat(&b, "AAAA", 1 << 19);
    buf_addz(&b, "\"><p>x</p></html>");
    assert_true(read_page(&p, buf_slice(&b), false));
    assert_true(slice_is(text_of(&p, "//p"), "x"));
    done(&p);
    buf_done(&b);
}

static void entities_do_not_multiply(void **state)
{
    (void)state;
    assert_page("<!DOCTYPE html [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]>\n"
                "<html><td>&b;</td></html>",
                "//td", "&b;");
    assert_page("<!DOCTYPE html SYSTEM \"file:///etc/passwd\"><html><p>&x;&#0;&#xffffffff;</p>"
                "</html>",
                "//p", "&x;");
}

/* Each row looks at all rows before it: found by libxml2's count of steps, not by the clock. */
static void an_xpath_that_explodes_is_stopped(void **state)
{
    (void)state;
    only_in_the_whole();
    struct buf b = wrapped("<p>1</p>", 100000);
    struct page p;
    struct err e;
    bool holds;
    assert_true(read_page(&p, buf_slice(&b), false));
    struct html_path *path =
        html_path(p.html, SLICE("//p[count(preceding::p[. = 1]) > count(following::p)]"), &e);
    assert_non_null(path);
    assert_false(html_holds(p.html, path, NULL, &holds, &p.fault));
    assert_int_equal(p.fault.kind, WIRE_LIMIT);
    assert_non_null(strstr(p.fault.err.text, "cost too much"));
    done(&p);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_what_people_see),
        cmocka_unit_test(a_page_is_in_the_charset_it_names),
        cmocka_unit_test(a_page_must_end_where_it_ends),
        cmocka_unit_test(what_is_no_page_is_refused),
        cmocka_unit_test(a_wrong_xpath_says_where),
        cmocka_unit_test(nesting_has_an_end),
        cmocka_unit_test(nodes_have_a_number),
        cmocka_unit_test(attributes_have_a_number),
        cmocka_unit_test(entities_do_not_multiply),
        cmocka_unit_test(an_xpath_that_explodes_is_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
