/* SPDX-License-Identifier: ISC */
/* Lines and fields: however the bytes arrive, the records are the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/base/buf.h"
#include "parsers/records.h"

/* A payload that arrives a few bytes at a time. */
struct drip {
    struct slice bytes;
    size_t have, step;
};

static bool drip_wait(void *ctx, const char **base, size_t *have, bool *end)
{
    struct drip *d = ctx;
    d->have = d->bytes.len - d->have < d->step ? d->bytes.len : d->have + d->step;
    *base = d->bytes.ptr;
    *have = d->have;
    *end = d->have == d->bytes.len;
    return true;
}

struct reader {
    struct arena *arena;
    struct drip drip;
    struct records records;
    struct fault fault;
};

static void reader_open(struct reader *r, struct slice bytes, size_t step, char separator,
                        bool quote)
{
    struct input *in;
    *r = (struct reader){.arena = arena_new(8 << 20), .drip = {.bytes = bytes, .step = step}};
    const struct input_source source = {.wait = drip_wait, .ctx = &r->drip};
    assert_non_null(r->arena);
    assert_true(input_open(r->arena, &source, INPUT_MAX, &in, &r->fault));
    assert_true(input_text(in, SLICE("utf-8"), &r->fault));
    assert_true(records_open(r->arena, in, separator, quote, &r->records, &r->fault));
}

/* "2:a|b c|" a record: the line it begins on, and its fields; "!" behind one that has no end, "$"
 * behind the last. */
static const char *shown(struct slice bytes, size_t step, char separator, bool quote)
{
    static char out[2000];
    struct reader r;
    bool more = true, last;
    size_t n = 0;
    reader_open(&r, bytes, step, separator, quote);
    out[0] = '\0';
    for (;;) {
        if (!records_next(&r.records, &more, &r.fault)) {
            snprintf(out + n, sizeof out - n, "%s", r.fault.err.text);
            break;
        }
        if (!more)
            break;
        n += (size_t)snprintf(out + n, sizeof out - n, "%d:", (int)r.records.number);
        for (size_t i = 0; i < r.records.n; i++)
            n += (size_t)snprintf(out + n, sizeof out - n, "%.*s|", SLICE_FMT(r.records.fields[i]));
        assert_true(records_last(&r.records, &last, &r.fault));
        n += (size_t)snprintf(out + n, sizeof out - n, "%s%s ", r.records.ended ? "" : "!",
                              last ? "$" : "");
    }
    arena_free(r.arena);
    return out;
}

static void same_at_every_step(struct slice bytes, char separator, bool quote, const char *expected)
{
    for (size_t step = 1; step <= bytes.len + 1; step++) {
        const char *got = shown(bytes, step, separator, quote);
        if (strcmp(got, expected) != 0)
            fail_msg("step %zu: \"%s\" is not \"%s\"", step, got, expected);
    }
}

static void records_are_the_same_however_they_arrive(void **state)
{
    (void)state;
    same_at_every_step(SLICE("a,b c,\r\n\r\n ,\t,\nd,\"e,\"\"f\"\"\r\ng\" ,h\r\n\r\n  \n"), ',',
                       true, "1:a|b c|| 4:d|\"e,\"\"f\"\"\r\ng\"|h|$ ");
    same_at_every_step(SLICE("a\tb\n\"c\td"), '\t', false, "1:a|b| 2:\"c|d|!$ ");
    same_at_every_step(SLICE("a;b\rc;d\r"), ';', true, "1:a|b| 2:c|d|$ ");
    same_at_every_step(SLICE("one line\nand, one\n"), '\0', false, "1:one line| 2:and, one|$ ");
    same_at_every_step(SLICE("\n\n  \"x\"  ,y"), ',', true, "3:\"x\"|y|!$ ");
    same_at_every_step(SLICE("a,b\rc,d\ne\n"), ',', true, "1:a|b| 2:c|d\ne\n|!$ ");
    same_at_every_step(SLICE("a\nb\rc\n"), ',', true, "1:a| 2:b\rc|$ ");
    same_at_every_step(SLICE(""), ',', true, "");
}

#define LONG "a longer text, with separators, that goes on, and on, past a block of bytes"

/* Most lines are cut at once, outside their quotes; these are looked at closely. */
static void quotes_may_stand_anywhere(void **state)
{
    (void)state;
    same_at_every_step(SLICE("\"" LONG "\",\"b\"\n\"c\"\r\n"), ',', true,
                       "1:\"" LONG "\"|\"b\"| 2:\"c\"|$ ");
    same_at_every_step(SLICE("\"a\"\",b\",c\n\"d\",e\n"), ',', true,
                       "1:\"a\"\",b\"|c| 2:\"d\"|e|$ ");
    same_at_every_step(SLICE("\"a\n,b\",c\n\"d\",e\n"), ',', true, "1:\"a\n,b\"|c| 3:\"d\"|e|$ ");
    same_at_every_step(SLICE("a 6\" b,c 7\" d,e\n\"f,\",g\n"), ',', true,
                       "1:a 6\" b|c 7\" d|e| 2:\"f,\"|g|$ ");
    same_at_every_step(SLICE("a 6\" b,c\n\"f,\",g\n"), ',', true, "1:a 6\" b|c| 2:\"f,\"|g|$ ");
    same_at_every_step(SLICE("\"a\",\"b\"\r"), ',', true, "1:\"a\"|\"b\"|!$ ");
}

static void damage_is_the_same_however_it_arrives(void **state)
{
    (void)state;
    same_at_every_step(SLICE("a\nb,\"c\nd"), ',', true,
                       "1:a| line 2: the payload ends inside a field's quotes");
    same_at_every_step(SLICE("a\n\"b\"c\n"), ',', true,
                       "1:a| line 2: text behind a field's closing quote; if quotes are characters "
                       "like others here, set quote = no");
}

/* What comes of the first line of `bytes` behind `before` others, in one run: of its last field, or
 * why not. */
static const char *last_of(const char *bytes, size_t before, bool *tidy)
{
    static char out[200];
    struct buf b;
    struct reader r;
    bool more = true;
    buf_init(&b, 4096);
    for (size_t i = 0; i < before; i++)
        buf_addc(&b, 'x');
    buf_addf(&b, "%s\n\"" LONG "\"\n" LONG "\n", bytes);
    reader_open(&r, buf_slice(&b), b.len, ',', true);
    bool ok = records_next(&r.records, &more, &r.fault);
    *tidy = r.records.tidy;
    if (ok)
        snprintf(out, sizeof out, "%.*s", SLICE_FMT(r.records.fields[r.records.n - 1]));
    else
        snprintf(out, sizeof out, "%.60s", r.fault.err.text);
    arena_free(r.arena);
    buf_done(&b);
    return out;
}

/* A quote that closes may be a block's last byte, and one that opens the next one's first. */
static void quotes_are_told_apart_where_blocks_end(void **state)
{
    (void)state;
    int tidy_crlf = 0;
    for (size_t before = 0; before < 130; before++) {
        bool tidy;
        assert_string_equal(last_of(",\"a\",\"b\"", before, &tidy), "\"b\"");
        assert_true(tidy);
        assert_string_equal(last_of(",\"a\",\"b\"\r", before, &tidy), "\"b\"");
        tidy_crlf += tidy;
        assert_string_equal(last_of(",\"a\"\",\"", before, &tidy), "\"a\"\",\"");
        assert_false(tidy);
        assert_string_equal(last_of("\"a\",b", before + 1, &tidy), "b");
        assert_false(tidy);
        assert_string_equal(last_of(",\"a\"b,\"c\"", before, &tidy),
                            "line 1: text behind a field's closing quote; if quotes are c");
    }
    assert_true(tidy_crlf >= 120); /* but where a block ends between the quote and the CRLF */
}

/* Lines up to 80 KB, in runs of this many bytes, read with memory for half of them. */
static void long_lines(struct slice bytes, size_t step)
{
    struct reader r;
    bool more = true;
    uint64_t n = 0;
    reader_open(&r, bytes, step, ',', true);
    while (records_next(&r.records, &more, &r.fault) && more) {
        char number[12];
        snprintf(number, sizeof number, "%d", (int)n);
        assert_int_equal(r.records.n, 2);
        assert_int_equal(r.records.fields[0].len, n * 200);
        assert_true(slice_is(r.records.fields[1], number));
        n++;
    }
    assert_false(more);
    assert_int_equal(n, 400);
    arena_free(r.arena);
}

static void memory_does_not_grow_with_the_payload(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 64 << 20);
    for (int i = 0; i < 400; i++) {
        for (int k = 0; k < i * 200; k++)
            buf_addc(&b, 'x');
        buf_addf(&b, ",%d\n", i);
    }
    assert_false(b.failed);
    assert_true(b.len > 15 << 20);
    long_lines(buf_slice(&b), b.len);
    long_lines(buf_slice(&b), 65536);
    long_lines(buf_slice(&b), 999);
    buf_done(&b);
}

static void a_line_has_a_limit(void **state)
{
    struct buf b;
    struct reader r;
    bool more = true;
    (void)state;
    buf_init(&b, 64 << 20);
    buf_addz(&b, "a,b\nc,\"");
    for (size_t i = 0; i < RECORDS_LINE_MAX + 100000; i++)
        buf_addc(&b, 'x');
    reader_open(&r, buf_slice(&b), b.len, ',', true);
    assert_true(records_next(&r.records, &more, &r.fault));
    assert_false(records_next(&r.records, &more, &r.fault));
    assert_int_equal(r.fault.kind, WIRE_SYNTAX);
    assert_non_null(strstr(r.fault.err.text, "line 2: longer than"));
    arena_free(r.arena);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_the_same_however_they_arrive),
        cmocka_unit_test(quotes_may_stand_anywhere),
        cmocka_unit_test(quotes_are_told_apart_where_blocks_end),
        cmocka_unit_test(damage_is_the_same_however_it_arrives),
        cmocka_unit_test(memory_does_not_grow_with_the_payload),
        cmocka_unit_test(a_line_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
