/* SPDX-License-Identifier: ISC */
/* Payload bytes: wrapped, cut, hostile, arriving in any pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>
#include <zlib.h>

#include "daemon/base/buf.h"
#include "parsers/charset.h"
#include "tests/unit/payload.h"

/* ---- wrapping, by the libraries' writing halves ---- */

static struct buf gzip(struct slice plain)
{
    struct buf out;
    char block[4096];
    z_stream z = {.next_in = (Bytef *)plain.ptr, .avail_in = (uInt)plain.len};
    int rc;
    buf_init(&out, 1 << 26);
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    do {
        z.next_out = (Bytef *)block;
        z.avail_out = sizeof block;
        rc = deflate(&z, Z_FINISH);
        buf_add(&out, (struct slice){block, sizeof block - z.avail_out});
    } while (rc == Z_OK);
    deflateEnd(&z);
    assert_false(out.failed);
    return out;
}

static la_ssize_t zip_write(struct archive *a, void *ctx, const void *p, size_t n)
{
    (void)a;
    buf_add(ctx, (struct slice){p, n});
    return (la_ssize_t)n;
}

static struct buf zip(struct slice plain, int members, const char *option)
{
    struct buf out;
    buf_init(&out, 1 << 26);
    struct archive *a = archive_write_new();
    archive_write_set_format_zip(a);
    archive_write_set_bytes_per_block(a, 0);
    if (option)
        assert_int_equal(archive_write_set_options(a, option), ARCHIVE_OK);
    if (option && strstr(option, "encryption"))
        assert_int_equal(archive_write_set_passphrase(a, "secret"), ARCHIVE_OK);
    assert_int_equal(archive_write_open(a, &out, NULL, zip_write, NULL), ARCHIVE_OK);
    for (int i = 0; i < members; i++) {
        struct archive_entry *e = archive_entry_new();
        archive_entry_set_pathname(e, i ? "other.xml" : "detail.xml");
        archive_entry_set_filetype(e, AE_IFREG);
        archive_entry_set_perm(e, 0644);
        archive_entry_set_size(e, (int64_t)plain.len);
        assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
        assert_int_equal(archive_write_data(a, plain.ptr, plain.len), (int64_t)plain.len);
        archive_entry_free(e);
    }
    archive_write_close(a);
    archive_write_free(a);
    assert_false(out.failed);
    return out;
}

/* ---- reading ---- */

/* What a payload gives, read in runs of `room` (0: at once). *f stays WIRE_OK when all went well.
 */
static struct buf read_payload(const struct input_source *source, size_t room, int64_t max,
                               const char *charset, struct fault *f)
{
    struct arena *a = arena_new(1 << 28);
    struct input *in = NULL;
    struct buf out;
    buf_init(&out, 1 << 28);
    *f = (struct fault){0};
    char *run = malloc(room + 1);
    bool ok = input_open(a, source, max, &in, f);
    if (ok && charset)
        ok = input_text(in, slice_of(charset), f);
    if (ok && !room) {
        struct slice all;
        ok = input_all(in, &all, f);
        if (ok) {
            buf_add(&out, all);
            for (size_t i = 0; i < WIRE_PADDING; i++)
                assert_int_equal(all.ptr[all.len + i], 0);
        }
    }
    size_t got = room;
    while (ok && got) {
        ok = input_read(in, run, room, &got, f);
        if (ok)
            buf_add(&out, (struct slice){run, got});
    }
    assert_int_equal(ok, f->kind == WIRE_OK);
    if (ok && room) { /* the end stays the end */
        assert_true(input_read(in, run, room, &got, f));
        assert_int_equal(got, 0);
    }
    input_close(in);
    arena_free(a);
    free(run);
    return out;
}

static struct buf read_whole(struct slice payload, int64_t max, struct fault *f)
{
    struct input_memory m = {payload};
    struct input_source source = input_from_memory(&m);
    return read_payload(&source, 5000, max, NULL, f);
}

static void expect_fault(struct slice payload, int64_t max, enum wire_failure kind,
                         const char *says)
{
    struct fault f;
    struct buf got = read_whole(payload, max, &f);
    buf_done(&got);
    if (f.kind != kind || !strstr(f.err.text, says))
        fail_msg("expected failure %d \"%s\", got %d \"%s\"", kind, says, f.kind, f.err.text);
}

static void expect_bytes(struct slice payload, struct slice plain)
{
    struct fault f;
    struct buf got = read_whole(payload, 1 << 28, &f);
    if (f.kind != WIRE_OK)
        fail_msg("%s", f.err.text);
    assert_true(slice_eq(buf_slice(&got), plain));
    buf_done(&got);
}

/* Text that packs to about a third, so that the packed form has several deflate blocks. */
static struct buf sample(size_t len)
{
    struct random r = {42};
    struct buf b;
    buf_init(&b, len + 100);
    while (b.len < len)
        buf_addf(&b, "<Choice key=\"%d\" totalVotes=\"%d\"/>\n", (int)random_below(&r, 300),
                 (int)random_below(&r, 1000000));
    return b;
}

static void wrapped_payloads_unwrap(void **state)
{
    (void)state;
    struct buf plain = sample(300000);
    struct slice p = buf_slice(&plain);
    struct buf g = gzip(p), z = zip(p, 1, NULL), s = zip(p, 1, "zip:compression=store");
    struct buf gz = gzip(buf_slice(&z));
    expect_bytes(p, p);
    expect_bytes(buf_slice(&g), p);
    expect_bytes(buf_slice(&z), p);
    expect_bytes(buf_slice(&s), p);
    expect_bytes(buf_slice(&gz), p);
    expect_bytes((struct slice){NULL, 0}, (struct slice){NULL, 0});
    struct buf second = gzip(p); /* two members are one text */
    buf_add(&g, buf_slice(&second));
    struct buf twice;
    buf_init(&twice, 1 << 20);
    buf_add(&twice, p);
    buf_add(&twice, p);
    expect_bytes(buf_slice(&g), buf_slice(&twice));
    struct buf *all[] = {&plain, &g, &z, &s, &gz, &second, &twice};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        buf_done(all[i]);
}

static void arrival_makes_no_difference(void **state)
{
    (void)state;
    struct buf plain = sample(60000);
    struct buf forms[] = {gzip(buf_slice(&plain)), zip(buf_slice(&plain), 1, NULL), {0}, {0}};
    forms[2] = gzip(buf_slice(&forms[1]));
    forms[3] = sample(60000);
    static const size_t steps[] = {0, 17, 4096, 100000};
    static const size_t rooms[] = {0, 1, 777, 16384};
    for (size_t i = 0; i < 4; i++) {
        for (size_t s = 0; s < 4; s++) {
            for (size_t r = 0; r < 4; r++) {
                struct arriving a;
                struct fault f;
                struct input_source source = arriving_source(&a, buf_slice(&forms[i]), steps[s]);
                struct buf got = read_payload(&source, rooms[r], 1 << 20, r ? NULL : "utf-8", &f);
                if (f.kind != WIRE_OK)
                    fail_msg("form %zu, step %zu: %s", i, steps[s], f.err.text);
                assert_true(slice_eq(buf_slice(&got), buf_slice(&plain)));
                buf_done(&got);
                arriving_done(&a);
            }
        }
    }
    for (size_t i = 0; i < 4; i++)
        buf_done(&forms[i]);
    buf_done(&plain);
}

static void one_byte_at_a_time(void **state)
{
    (void)state;
    struct buf plain = sample(3000);
    struct buf forms[] = {gzip(buf_slice(&plain)), zip(buf_slice(&plain), 1, NULL), sample(3000)};
    for (size_t i = 0; i < 3; i++) {
        struct arriving a;
        struct fault f;
        struct input_source source = arriving_source(&a, buf_slice(&forms[i]), 1);
        struct buf got = read_payload(&source, 100, 1 << 20, NULL, &f);
        assert_int_equal(f.kind, WIRE_OK);
        assert_true(slice_eq(buf_slice(&got), buf_slice(&plain)));
        buf_done(&got);
        buf_done(&forms[i]);
        arriving_done(&a);
    }
    buf_done(&plain);
}

/* Cut anywhere, a wrapped payload is an error; from its third byte on one that says so. */
static void cut_wrappings_fail(void **state)
{
    (void)state;
    struct buf plain = sample(2000);
    struct buf forms[] = {gzip(buf_slice(&plain)), zip(buf_slice(&plain), 1, NULL),
                          zip(buf_slice(&plain), 1, "zip:compression=store")};
    for (size_t i = 0; i < 3; i++) {
        for (size_t cut = i ? 4 : 2; cut < forms[i].len; cut++) {
            struct fault f;
            struct buf got = read_whole((struct slice){forms[i].ptr, cut}, 1 << 20, &f);
            if (f.kind != WIRE_TRUNCATED)
                fail_msg("form %zu cut at %zu of %zu: %d %s", i, cut, forms[i].len, f.kind,
                         f.err.text);
            buf_done(&got);
        }
        buf_done(&forms[i]);
    }
    buf_done(&plain);
}

/* Any one changed byte is noticed, or changes nothing that is data (a time stamp, a name). */
static void damage_is_noticed(void **state)
{
    (void)state;
    struct buf plain = sample(2000);
    struct buf forms[] = {gzip(buf_slice(&plain)), zip(buf_slice(&plain), 1, NULL),
                          zip(buf_slice(&plain), 1, "zip:compression=store")};
    for (size_t i = 0; i < 3; i++) {
        for (size_t at = 4; at < forms[i].len; at++) {
            struct fault f;
            forms[i].ptr[at] ^= 0x10;
            struct buf got = read_whole(buf_slice(&forms[i]), 1 << 20, &f);
            forms[i].ptr[at] ^= 0x10;
            if (f.kind == WIRE_OK && !slice_eq(buf_slice(&got), buf_slice(&plain)))
                fail_msg("form %zu changed at %zu gave other bytes without an error", i, at);
            buf_done(&got);
        }
        buf_done(&forms[i]);
    }
    buf_done(&plain);
}

static void extra_bytes_fail(void **state)
{
    (void)state;
    struct buf plain = sample(2000);
    struct buf g = gzip(buf_slice(&plain)), z = zip(buf_slice(&plain), 1, NULL);
    buf_addc(&g, '\0');
    buf_addc(&z, '\0');
    expect_fault(buf_slice(&g), 1 << 20, WIRE_SYNTAX, "other bytes follow");
    expect_fault(buf_slice(&z), 1 << 20, WIRE_TRUNCATED, "zip: the payload ends before");
    buf_done(&plain);
    buf_done(&g);
    buf_done(&z);
}

static void odd_zips_fail(void **state)
{
    (void)state;
    struct buf plain = sample(2000);
    struct slice p = buf_slice(&plain);
    struct buf two = zip(p, 2, NULL), none = zip(p, 0, NULL);
    struct buf locked = zip(p, 1, "zip:encryption=traditional");
    expect_fault(buf_slice(&two), 1 << 20, WIRE_SCHEMA, "more than one file");
    expect_fault(buf_slice(&none), 1 << 20, WIRE_SCHEMA, "no file");
    expect_fault(buf_slice(&locked), 1 << 20, WIRE_SYNTAX, "encrypted");
    struct buf other = zip(p, 1, NULL);
    other.ptr[8] = 14; /* LZMA */
    expect_fault(buf_slice(&other), 1 << 20, WIRE_SYNTAX, "compression method 14");
    struct buf *all[] = {&plain, &two, &none, &locked, &other};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        buf_done(all[i]);
}

static void spreadsheets_are_told_apart_from_feeds(void **state)
{
    (void)state;
    struct buf plain = sample(2000), xlsx = zip(buf_slice(&plain), 3, NULL);
    memcpy(xlsx.ptr + 30, "xl/one.xml", strlen("detail.xml"));
    expect_fault(buf_slice(&xlsx), 1 << 20, WIRE_SCHEMA, "a spreadsheet (xlsx)");
    memcpy(xlsx.ptr + 30, "docProps/a", strlen("detail.xml"));
    expect_fault(buf_slice(&xlsx), 1 << 20, WIRE_SCHEMA, "save it as CSV");
    struct buf packed = gzip(buf_slice(&xlsx));
    expect_fault(buf_slice(&packed), 1 << 20, WIRE_SCHEMA, "a spreadsheet (xlsx)");
    expect_fault(SLICE("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on"), 1 << 20, WIRE_SCHEMA,
                 "a spreadsheet (xls)");
    buf_done(&plain);
    buf_done(&xlsx);
    buf_done(&packed);
}

static void bombs_hit_the_cap(void **state)
{
    (void)state;
    size_t len = (size_t)32 << 20;
    char *zeros = calloc(1, len);
    struct slice p = {zeros, len};
    struct buf g = gzip(p), z = zip(p, 1, NULL), gg;
    assert_true(g.len < 100000 && z.len < 100000);
    gg = gzip(buf_slice(&z));
    expect_fault(buf_slice(&g), 1 << 20, WIRE_LIMIT, "more than");
    expect_fault(buf_slice(&z), 1 << 20, WIRE_LIMIT, "more than");
    expect_fault(buf_slice(&gg), 1 << 20, WIRE_LIMIT, "more than");
    expect_fault(p, 1 << 20, WIRE_LIMIT, "larger than");
    expect_bytes(buf_slice(&g), p);
    buf_done(&g);
    buf_done(&z);
    buf_done(&gg);
    /* a zip of nothing but empty deflate blocks, within gzip: it never gives a byte and would never
     * end */
    struct buf idle;
    buf_init(&idle, 1 << 26);
    buf_add(&idle,
            SLICE("PK\003\004\024\0\010\0\010\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\001\0\0\0a"));
    while (idle.len < (32 << 20))
        buf_add(&idle, SLICE("\0\0\0\xff\xff"));
    gg = gzip(buf_slice(&idle));
    assert_true(gg.len < 100000);
    expect_fault(buf_slice(&gg), 1 << 20, WIRE_LIMIT, "gzip: unpacks to more");
    buf_done(&gg);
    buf_done(&idle);
    free(zeros);
}

/* ---- charsets ---- */

static void expect_text(struct slice payload, const char *charset, const char *utf8)
{
    static const size_t steps[] = {1, 2, 3, 5, 1000};
    for (size_t i = 0; i < 5; i++) {
        struct arriving a;
        struct fault f;
        struct input_source source = arriving_source(&a, payload, steps[i]);
        struct buf got = read_payload(&source, 7, 1 << 20, charset, &f);
        if (f.kind != WIRE_OK)
            fail_msg("%s: %s", charset, f.err.text);
        assert_string_equal(got.len ? got.ptr : "", utf8);
        buf_done(&got);
        arriving_done(&a);
    }
}

static void charsets_convert(void **state)
{
    (void)state;
    expect_text(SLICE("Mu\xf1oz \x93x\x94"), "windows-1252", "Muñoz “x”");
    expect_text(SLICE("Mu\xf1oz"), "ISO-8859-1", "Muñoz");
    expect_text(SLICE("\xa4"), "iso-8859-15", "€");
    expect_text(SLICE("Mu\xa4oz"), "cp437", "Muñoz");
    expect_text(SLICE("Mu\xc3\xb1oz"), "", "Muñoz");
    expect_text(SLICE("\xef\xbb\xbfMu\xc3\xb1oz"), "", "Muñoz");
    expect_text(SLICE("\r\n \xef\xbb\xbf\nMu\xc3\xb1oz"), "", "\nMuñoz");
    expect_text(SLICE("\r\n\xef\xbb"), "", "\r\n\xef\xbb");
    expect_text(SLICE("M\0\xf1\0\x3d\xd8\x00\xde"), "utf-16le", "Mñ😀");
    expect_text(SLICE("\x3d\xd8M\0"), "utf-16le", "\xef\xbf\xbdM"); /* half a pair */
    expect_text(SLICE("\xff\xfeM\0\xf1\0"), "", "Mñ");
    expect_text(SLICE("\xfe\xff\0M\0\xf1"), "", "Mñ");
    expect_text(SLICE("a\x81z"), "windows-1252", "a\xef\xbf\xbdz"); /* 0x81 is no character there */
}

static void charsets_refuse(void **state)
{
    (void)state;
    struct input_memory m = {SLICE("a\0b")};
    struct input_source source = input_from_memory(&m);
    struct fault f;
    struct buf got = read_payload(&source, 9, 1 << 20, "utf-16le", &f);
    assert_int_equal(f.kind, WIRE_TRUNCATED);
    buf_done(&got);
    got = read_payload(&source, 9, 1 << 20, "ebcdic", &f);
    assert_int_equal(f.kind, WIRE_SCHEMA);
    assert_non_null(strstr(f.err.text, "windows-1252"));
    buf_done(&got);
}

static void peeking_consumes_nothing(void **state)
{
    (void)state;
    struct buf plain = sample(10000), g = gzip(buf_slice(&plain));
    for (size_t step = 1; step < 9000; step = step * 3 + 1) {
        struct arena *a = arena_new(1 << 24);
        struct arriving arriving;
        struct input *in;
        struct slice head, all;
        struct fault f;
        struct input_source source =
            arriving_source(&arriving, buf_slice(step % 2 ? &g : &plain), step);
        assert_true(input_open(a, &source, 1 << 20, &in, &f));
        assert_true(input_peek(in, 9, &head, &f));
        assert_true(slice_eq(head, slice_sub(buf_slice(&plain), 0, 9)));
        char some[5];
        size_t got;
        assert_true(input_read(in, some, 5, &got, &f));
        assert_int_equal(got, 5);
        assert_true(input_peek(in, 4096, &head, &f));
        assert_true(slice_eq(head, slice_sub(buf_slice(&plain), 5, 5 + 4096)));
        assert_true(input_all(in, &all, &f));
        assert_true(slice_eq(all, slice_sub(buf_slice(&plain), 5, plain.len)));
        input_close(in);
        arena_free(a);
        arriving_done(&arriving);
    }
    buf_done(&plain);
    buf_done(&g);
}

static int set_up(void **state)
{
    struct err e;
    (void)state;
    return charset_init(&e) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrapped_payloads_unwrap),
        cmocka_unit_test(arrival_makes_no_difference),
        cmocka_unit_test(one_byte_at_a_time),
        cmocka_unit_test(cut_wrappings_fail),
        cmocka_unit_test(damage_is_noticed),
        cmocka_unit_test(extra_bytes_fail),
        cmocka_unit_test(odd_zips_fail),
        cmocka_unit_test(spreadsheets_are_told_apart_from_feeds),
        cmocka_unit_test(bombs_hit_the_cap),
        cmocka_unit_test(charsets_convert),
        cmocka_unit_test(charsets_refuse),
        cmocka_unit_test(peeking_consumes_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
