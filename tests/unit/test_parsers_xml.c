/* SPDX-License-Identifier: ISC */
/* XML: events as they stand, whatever the arrival; damage refused with its place; bombs and knots
 * refused at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "daemon/base/buf.h"
#include "parsers/charset.h"
#include "parsers/xml.h"
#include "tests/unit/payload.h"

/* Writes down all events. */
struct notes {
    struct buf buf;
    int roots;
    const char *stop_at; /* an element at which the handler gives up */
};

static const void *element(struct slice name, void *ctx, bool *ends)
{
    (void)ctx;
    *ends = !slice_starts(name, SLICE("endless"));
    return slice_starts(name, SLICE("nothing")) ? NULL : name.ptr;
}

static bool on_root(struct slice name, const struct xml_attrs *a, void *ctx, struct fault *f)
{
    struct notes *n = ctx;
    n->roots++;
    return (a->depth == 1 && !slice_is(name, "nothing")) ||
           fault_set(f, WIRE_SCHEMA, "line %ld: the root", xml_line(a));
}

static bool on_start(const void *name, struct xml_attrs *a, void *ctx, struct fault *f)
{
    struct notes *n = ctx;
    struct slice k = xml_attr(a, "k");
    buf_addf(&n->buf, "<%s", (const char *)name);
    if (k.ptr)
        buf_addf(&n->buf, " k=%.*s", SLICE_FMT(k));
    buf_addc(&n->buf, '>');
    a->text = strcmp(name, "mute") != 0;
    if (n->stop_at && strcmp(name, n->stop_at) == 0)
        return fault_set(f, WIRE_SCHEMA, "line %ld: stopped", xml_line(a));
    return true;
}

static bool on_end(const void *name, struct slice text, void *ctx, struct fault *f)
{
    struct notes *n = ctx;
    (void)f;
    buf_add(&n->buf, text);
    buf_addf(&n->buf, "</%s>", (const char *)name);
    return true;
}

static void run(struct slice text, size_t step, struct notes *n, struct fault *f)
{
    static const struct xml_handler handler = {element, on_root, on_start, on_end};
    struct arena *a = arena_new(1 << 26);
    struct arriving arriving;
    struct input_source source = arriving_source(&arriving, text, step);
    struct input *in;
    *f = (struct fault){0};
    buf_clear(&n->buf);
    bool ok = input_open(a, &source, 1 << 26, &in, f);
    if (ok) {
        ok = xml_parse(in, &handler, n, f);
        input_close(in);
    }
    assert_int_equal(ok, f->kind == WIRE_OK);
    arriving_done(&arriving);
    arena_free(a);
}

static void expect(struct slice text, enum wire_failure kind, const char *says)
{
    struct notes n = {0};
    struct fault f;
    buf_init(&n.buf, 1 << 26);
    run(text, 1 << 26, &n, &f);
    if (f.kind != kind || !strstr(f.err.text, says))
        fail_msg("%.*s: expected %d \"%s\", got %d \"%s\"", SLICE_FMT(slice_sub(text, 0, 60)), kind,
                 says, f.kind, f.err.text);
    buf_done(&n.buf);
}

static void expect_events(struct slice text, const char *events)
{
    static const size_t steps[] = {1, 2, 7, 0, 1 << 20};
    struct notes n = {0};
    buf_init(&n.buf, 1 << 26);
    for (size_t i = 0; i < 5; i++) {
        struct fault f;
        run(text, steps[i], &n, &f);
        if (f.kind != WIRE_OK)
            fail_msg("step %zu: %s", steps[i], f.err.text);
        assert_string_equal(n.buf.ptr, events);
        assert_int_equal(n.roots, i + 1);
    }
    buf_done(&n.buf);
}

static void events_come(void **state)
{
    (void)state;
    expect_events(SLICE("<?xml version=\"1.0\"?>\r\n<!-- c --><a k='1 &amp; &#233;'><b/>"
                        "<c>x &lt; y<![CDATA[<z>]]></c></a>\n"),
                  "<a k=1 & é><b></b><c>x < y<z></c></a>");
    expect_events(SLICE("\xef\xbb\xbf<n:a xmlns:n='u' n:k='2'>Muñoz</n:a>"), "<a k=2>Muñoz</a>");
    expect_events(
        SLICE("<?xml version='1.0' encoding='windows-1252'?><a k='\x93q\x94'>Mu\xf1oz</a>"),
        "<a k=“q”>Muñoz</a>");
    expect_events(SLICE("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>Mu\xf1oz</a>"),
                  "<a>Muñoz</a>");
    expect_events(SLICE("\xff\xfe<\0a\0>\0\xf1\0<\0/\0a\0>\0"), "<a>ñ</a>");
    expect_events(SLICE("<!DOCTYPE a SYSTEM 'x.dtd'><a>harmless</a>"), "<a>harmless</a>");
}

static void what_stands_before_the_declaration_is_skipped(void **state)
{
    (void)state;
    expect_events(SLICE("\r\n<?xml version='1.0' encoding='ISO-8859-1'?><a>Mu\xf1oz</a>"),
                  "<a>Muñoz</a>");
    expect_events(SLICE(" \t\n\xef\xbb\xbf\xef\xbb\xbf\n<?xml version='1.0'?><a/>"), "<a></a>");
    expect_events(SLICE("\xff\xfe\n\0<\0?\0x\0m\0l\0 \0v\0e\0r\0s\0i\0o\0n\0=\0'\0"
                        "1\0.\0"
                        "0\0'\0?\0>\0<\0a\0/\0>\0"),
                  "<a></a>");
    expect(SLICE("\n\n<?xml version='1.0'?>\n<a><b>"), WIRE_TRUNCATED, "line 4, column");
    expect(SLICE("\n\xef\xbb\xbf\n"), WIRE_TRUNCATED, "before its first element");
    expect(SLICE("\nx<?xml version='1.0'?><a/>"), WIRE_SYNTAX, "line 2, column");
}

static void text_is_that_of_leaves_where_it_is_wanted(void **state)
{
    (void)state;
    expect_events(SLICE("<a>before<b> x <!-- c --> y </b>behind</a>"), "<a><b> x  y </b></a>");
    expect_events(SLICE("<a>before<b/></a>"), "<a><b></b></a>");
    expect_events(SLICE("<a> <mute>x</mute> <b>y</b> <mute/> </a>"),
                  "<a><mute></mute><b>y</b><mute></mute></a>");
}

static void elements_that_are_nothing_are_not_told(void **state)
{
    (void)state;
    expect_events(SLICE("<a>x<nothing>y<b>z</b>w</nothing>v</a>"), "<a><b>z</b></a>");
    expect_events(SLICE("<a><b>x<nothing>y</nothing></b></a>"), "<a><b></b></a>");
    expect(SLICE("<nothing/>"), WIRE_SCHEMA, "line 1: the root");
    expect_events(SLICE("<a>x<endless>y<b>z</b>w</endless><b/>v</a>"),
                  "<a><endless><b>z</b><b></b></a>");
}

static void more_names_than_are_remembered_are_told_apart(void **state)
{
    (void)state;
    struct buf xml, events;
    buf_init(&xml, 1 << 20);
    buf_init(&events, 1 << 20);
    buf_addz(&xml, "<a>");
    buf_addz(&events, "<a>");
    for (int i = 0; i < 2 * 300; i++) {
        buf_addf(&xml, "<n%d>%d</n%d><nothing%d/>", i % 300, i, i % 300, i % 300);
        buf_addf(&events, "<n%d>%d</n%d>", i % 300, i, i % 300);
    }
    buf_addz(&xml, "</a>");
    buf_addz(&events, "</a>");
    expect_events(buf_slice(&xml), events.ptr);
    buf_done(&xml);
    buf_done(&events);
}

static const char results[] =
    "<?xml version=\"1.0\"?>\n<!-- n --><ElectionResult>\n <Contest k=\"1 &amp; &#233;\">\n"
    "  <Choice k='x'/><t>M&lt;uñ<![CDATA[oz]]> <?pi x?></t></Contest>\n</ElectionResult>";

static void cut_anywhere_is_truncated(void **state)
{
    (void)state;
    struct notes n = {0};
    buf_init(&n.buf, 1 << 20);
    for (size_t cut = 0; cut + 1 < sizeof results; cut++) {
        static const size_t steps[] = {1, 1 << 20};
        for (int i = 0; i < 2; i++) {
            struct fault f;
            run((struct slice){results, cut}, steps[i], &n, &f);
            if (f.kind != WIRE_TRUNCATED || strncmp(f.err.text, "line ", 5) != 0)
                fail_msg("cut at %zu, step %zu: %d %s", cut, steps[i], f.kind, f.err.text);
        }
    }
    buf_done(&n.buf);
    expect(slice_of(results), WIRE_OK, "");
}

static void damage_is_located(void **state)
{
    (void)state;
    expect(SLICE("<a>\n<b></c></a>"), WIRE_SYNTAX, "line 2, column ");
    expect(SLICE("<a>\n\n<b k=1/></a>"), WIRE_SYNTAX, "line 3, column ");
    expect(SLICE("<a k='1' k='2'/>"), WIRE_SYNTAX, "line 1, column ");
    expect(SLICE("<a>&nbsp;</a>"), WIRE_SYNTAX, "line 1, column ");
    expect(SLICE("<a>\xf1</a>"), WIRE_SYNTAX, "line 1, column ");
    expect(SLICE("<a/>x"), WIRE_SYNTAX, "line 1, column ");
    expect(SLICE("<a/><b/>"), WIRE_SYNTAX, "line 1, column ");
    expect(SLICE("{\"json\": 1}"), WIRE_SYNTAX, "line 1, column ");
    expect(SLICE(""), WIRE_TRUNCATED, "line 1, column 1: the payload ends before its first");
    expect(SLICE("<?xml version='1.0' encoding='EBCDIC-US'?><a/>"), WIRE_SCHEMA, "EBCDIC-US");
    expect(SLICE("<?xml version='1.0' encoding='UTF-7'?><a/>"), WIRE_SCHEMA, "windows-1252");
}

static void knots_and_bombs_are_refused(void **state)
{
    (void)state;
    expect(SLICE("<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]>\n<l>&b;</l>"), WIRE_SYNTAX,
           "line 1, column 29: an entity declaration");
    expect(SLICE("<!DOCTYPE l [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><l>&a;</l>"), WIRE_SYNTAX,
           "entity declaration");
    expect(SLICE("<!DOCTYPE l [<!ENTITY % p 'x'>]><l/>"), WIRE_SYNTAX, "entity declaration");
    expect(SLICE("<!DOCTYPE l [<!ATTLIST l k CDATA 'x'>]><l/>"), WIRE_SYNTAX,
           "attribute declaration");
    expect(SLICE("<!DOCTYPE l SYSTEM 'x.dtd'><l>&a;</l>"), WIRE_SYNTAX, "line 1, column ");
    struct buf b;
    buf_init(&b, 1 << 24);
    for (int i = 0; i < 300; i++)
        buf_addf(&b, "%s a%d='1'", i ? "" : "<a", i);
    buf_addz(&b, "/>");
    expect(buf_slice(&b), WIRE_LIMIT, "more than 256 attributes");
    buf_clear(&b);
    for (int i = 0; i < 100000; i++) /* libxml2 2.9.14 alone takes 83 s for this */
        buf_addf(&b, "%s a%d='1'", i ? "" : "<a", i);
    buf_addz(&b, "/>");
    expect(buf_slice(&b), WIRE_LIMIT, "more than 256 attributes");
    buf_clear(&b);
    for (int i = 0; i < 100000; i++)
        buf_addf(&b, "%s xmlns:a%d='1'", i ? "" : "<a", i);
    buf_addz(&b, "/>");
    expect(buf_slice(&b), WIRE_LIMIT, "more than 256 attributes");
    buf_done(&b);
}

static void depth_is_capped(void **state)
{
    (void)state;
    static const int depths[] = {64, 65, 100, 100000};
    for (int i = 0; i < 4; i++) {
        struct buf b;
        buf_init(&b, 1 << 20);
        for (int k = 0; k < depths[i]; k++)
            buf_addz(&b, "<a>");
        for (int k = 0; k < depths[i]; k++)
            buf_addz(&b, "</a>");
        expect(buf_slice(&b), i ? WIRE_LIMIT : WIRE_OK, i ? "deeper than 64" : "");
        buf_done(&b);
    }
}

static void large_files_pass(void **state)
{
    (void)state;
    struct buf b;
    struct notes n = {0};
    struct fault f;
    buf_init(&b, 1 << 26);
    buf_init(&n.buf, 1 << 26);
    buf_addz(&b, "<a>");
    for (int i = 0; b.len < (11 << 20); i++)
        buf_addf(&b, "<County k='%d'>votes</County>\n", i);
    buf_addz(&b, "<t>");
    for (int i = 0; i < (11 << 20) / 10; i++) /* one text of 11 MB */
        buf_addz(&b, "0123456789");
    buf_addz(&b, "</t></a>");
    run(buf_slice(&b), 1 << 20, &n, &f);
    if (f.kind != WIRE_OK)
        fail_msg("%s", f.err.text);
    assert_true(n.buf.len > (20 << 20) && !n.buf.failed);
    buf_done(&b);
    buf_done(&n.buf);
}

static void handlers_stop_the_parse(void **state)
{
    (void)state;
    struct notes n = {.stop_at = "Choice"};
    struct fault f;
    buf_init(&n.buf, 1 << 20);
    run(slice_of(results), 1, &n, &f);
    assert_int_equal(f.kind, WIRE_SCHEMA);
    assert_string_equal(f.err.text, "line 4: stopped");
    assert_null(strstr(n.buf.ptr, "</"));
    buf_done(&n.buf);
}

static int set_up(void **state)
{
    struct err e;
    (void)state;
    return charset_init(&e) ? 0 : -1;
}

/* Pennsylvania's feed has tables of hundreds of kilobytes in one section. */
static void long_sections_are_read_and_endless_ones_are_not(void **state)
{
    (void)state;
    struct fault f;
    struct notes n = {.stop_at = NULL};
    struct buf xml;
    buf_init(&n.buf, 1 << 24);
    buf_init(&xml, 1 << 24);
    buf_addz(&xml, "<a><![CDATA[");
    for (int i = 0; i < 1 << 17; i++)
        buf_addz(&xml, "12345678");
    buf_addz(&xml, "]]></a>");
    run(buf_slice(&xml), 100000, &n, &f);
    assert_int_equal(f.kind, WIRE_OK);
    assert_int_equal(n.buf.len, (1 << 20) + 7);
    buf_clear(&xml);
    buf_addz(&xml, "<a><![CDATA[");
    for (int i = 0; i < 1 << 20; i++)
        buf_addz(&xml, "12345678");
    run(buf_slice(&xml), 100000, &n, &f);
    assert_int_equal(f.kind, WIRE_TRUNCATED);
    for (int i = 0; i < 1 << 19; i++)
        buf_addz(&xml, "12345678");
    run(buf_slice(&xml), 100000, &n, &f);
    assert_int_equal(f.kind, WIRE_SYNTAX);
    assert_non_null(strstr(f.err.text, "too big"));
    buf_done(&xml);
    buf_done(&n.buf);
}

struct watched {
    struct arriving arriving;
    const struct notes *notes;
    size_t told; /* before the last piece */
};

static bool watched_wait(void *ctx, const char **base, size_t *have, bool *end)
{
    struct watched *w = ctx;
    w->told = w->notes->buf.len;
    return arriving_wait(&w->arriving, base, have, end);
}

/* When the last byte comes little else is left to do, though libxml2 asks for more at a time. */
static void what_has_arrived_is_read_before_more_is_waited_for(void **state)
{
    static const struct xml_handler handler = {element, on_root, on_start, on_end};
    struct notes n = {.stop_at = NULL};
    struct watched w = {.notes = &n};
    struct buf xml;
    struct input *in;
    struct fault f = {0};
    struct arena *a = arena_new(1 << 20);
    (void)state;
    buf_init(&n.buf, 1 << 20);
    buf_init(&xml, 1 << 20);
    buf_addz(&xml, "<a>");
    while (xml.len < 2990)
        buf_addz(&xml, "<b/>");
    buf_addz(&xml, "</a>");
    struct input_source source = arriving_source(&w.arriving, buf_slice(&xml), 1500);
    source.wait = watched_wait;
    source.ctx = &w;
    assert_true(input_open(a, &source, 1 << 20, &in, &f) && xml_parse(in, &handler, &n, &f));
    assert_int_equal(w.arriving.waits, 2);
    assert_true(w.told > 1000);
    input_close(in);
    arriving_done(&w.arriving);
    arena_free(a);
    buf_done(&xml);
    buf_done(&n.buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_sections_are_read_and_endless_ones_are_not),
        cmocka_unit_test(what_has_arrived_is_read_before_more_is_waited_for),
        cmocka_unit_test(events_come),
        cmocka_unit_test(what_stands_before_the_declaration_is_skipped),
        cmocka_unit_test(text_is_that_of_leaves_where_it_is_wanted),
        cmocka_unit_test(elements_that_are_nothing_are_not_told),
        cmocka_unit_test(more_names_than_are_remembered_are_told_apart),
        cmocka_unit_test(cut_anywhere_is_truncated),
        cmocka_unit_test(damage_is_located),
        cmocka_unit_test(knots_and_bombs_are_refused),
        cmocka_unit_test(depth_is_capped),
        cmocka_unit_test(large_files_pass),
        cmocka_unit_test(handlers_stop_the_parse),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
