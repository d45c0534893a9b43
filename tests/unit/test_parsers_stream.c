/* SPDX-License-Identifier: ISC */
/* A payload that arrives in any pieces is read as one that is there whole: the same batch to the
 * byte, or the same complaint. Every sample of every format, plain, in gzip, cut short and damaged;
 * with arguments, a file of any size instead:
 *
 *     test_parsers_stream FORMAT FILE [-O KEY=VALUE | -c COMPANION]...
 */
#include <stdlib.h>

#include <glob.h>
#include <zlib.h>

#include "parsers/charset.h"
#include "tests/unit/random.h"
#include "tests/unit/sample.h"
#include "tests/unit/sampled.h"

/* As the pages of a payload in tallyd: zeros where nothing has arrived yet. */
struct arriving {
    struct slice whole;
    char *bytes;
    size_t have, most; /* most: bytes a piece */
    struct random random;
};

static bool arrive(void *ctx, const char **base, size_t *have, bool *end)
{
    struct arriving *a = ctx;
    size_t n = 1 + random_below(&a->random, a->most), left = a->whole.len - a->have;
    n = n < left ? n : left;
    /* the end may be told with the last bytes or behind them */
    bool told = n == left && (left == 0 || random_below(&a->random, 2) == 0);
    if (n > 0)
        memcpy(a->bytes + a->have, a->whole.ptr + a->have, n);
    a->have += n;
    *base = a->bytes;
    *have = a->have;
    *end = told;
    return true;
}

struct outcome {
    struct arena *arena;
    bool ok;
    struct fault fault;
    struct slice batch;
};

static void run(struct sample *s, const struct input_source *source, struct outcome *o)
{
    *o = (struct outcome){.arena = arena_new(ARENA_MAX)};
    struct job j = {.format = s->format, .options = buf_slice(&s->options), .arena = o->arena};
    struct input_source was = s->payload.source;
    s->payload.source = *source;
    o->ok = sample_inputs(s, &j, &o->fault) && job_run(&j, &o->batch, &o->fault);
    s->payload.source = was;
    input_close(j.input);
    for (size_t i = 0; i < j.companion_count; i++)
        input_close(j.companions[i]);
}

static bool same(const struct outcome *a, const struct outcome *b)
{
    if (a->ok || b->ok)
        return a->ok == b->ok && slice_eq(a->batch, b->batch);
    return a->fault.kind == b->fault.kind && strcmp(a->fault.err.text, b->fault.err.text) == 0;
}

static const char *words(const struct outcome *o)
{
    return o->ok ? "a batch" : o->fault.err.text;
}

static void check(struct sample *s, struct slice bytes, const char *what, uint64_t seed)
{
    static const size_t pieces[] = {1, 7, 100, 5000, 70000};
    struct input_memory memory = {bytes};
    struct input_source source = input_from_memory(&memory);
    struct outcome whole, parts;
    source.padded = true;
    run(s, &source, &whole);
    for (size_t i = bytes.len > 100000 ? 2 : 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct arriving a = {.whole = bytes,
                             .bytes = calloc(1, bytes.len + WIRE_PADDING),
                             .most = pieces[i],
                             .random = {seed + i + 1}};
        source = (struct input_source){.wait = arrive, .ctx = &a, .padded = true};
        run(s, &source, &parts);
        if (!same(&whole, &parts))
            fail_msg("%s, %s, in pieces of up to %zu: %s; whole: %s", s->path, what, pieces[i],
                     words(&parts), words(&whole));
        arena_free(parts.arena);
        free(a.bytes);
    }
    arena_free(whole.arena);
}

static struct buf gzip(struct slice plain)
{
    struct buf out;
    char block[16384];
    z_stream z = {.next_in = (Bytef *)plain.ptr, .avail_in = (uInt)plain.len};
    int rc = deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    buf_init(&out, FILE_MAX);
    while (rc == Z_OK) {
        z.next_out = (Bytef *)block;
        z.avail_out = sizeof block;
        rc = deflate(&z, Z_FINISH);
        buf_add(&out, (struct slice){block, sizeof block - z.avail_out});
    }
    deflateEnd(&z);
    assert_int_equal(rc, Z_STREAM_END);
    for (int i = 0; i < WIRE_PADDING; i++)
        buf_addc(&out, 0);
    assert_false(out.failed);
    out.len -= WIRE_PADDING;
    return out;
}

/* The payload as it is, packed, both of them cut short, and damaged. */
static void check_all(struct sample *s, uint64_t seed)
{
    struct slice plain = s->payload.memory.bytes;
    struct random r = {seed * 2 + 1};
    check(s, plain, "plain", seed);
    if (plain.len == 0)
        return;
    struct buf packed = gzip(plain);
    check(s, buf_slice(&packed), "in gzip", seed);
    for (int i = 0; i < 3; i++) {
        struct slice cut = slice_sub(i == 2 ? buf_slice(&packed) : plain, 0,
                                     random_below(&r, i == 2 ? packed.len : plain.len));
        char *copy = calloc(1, cut.len + WIRE_PADDING); /* with zeros behind its end */
        if (cut.len > 0)
            memcpy(copy, cut.ptr, cut.len);
        check(s, (struct slice){copy, cut.len}, i == 2 ? "in gzip and cut" : "cut", seed + 50);
        free(copy);
    }
    for (int i = 0; i < 4; i++) { /* a bit is another one */
        char *copy = calloc(1, plain.len + WIRE_PADDING);
        memcpy(copy, plain.ptr, plain.len);
        copy[random_below(&r, plain.len)] ^= (char)(1 << random_below(&r, 8));
        check(s, (struct slice){copy, plain.len}, "damaged", seed + 70);
        free(copy);
    }
    buf_done(&packed);
}

static void samples_arrive_in_pieces(void **state)
{
    (void)state;
    glob_t all;
    size_t samples = 0;
    assert_int_equal(glob("tests/samples/*/*", 0, NULL, &all), 0);
    for (size_t i = 0; i < all.gl_pathc; i += (size_t)every()) {
        struct sample s;
        if (!sample_is_payload(all.gl_pathv[i]))
            continue;
        sample_open(&s, all.gl_pathv[i]);
        check_all(&s, i + 1);
        sample_close(&s);
        samples++;
    }
    globfree(&all);
    assert_true(samples * (size_t)every() > 100);
}

static char **given;

static void file_arrives_in_pieces(void **state)
{
    (void)state;
    struct sample s;
    sample_open_as(&s, slice_of(given[1]), given[2], given + 3);
    check_all(&s, 1);
    sample_close(&s);
}

static int set_up(void **state)
{
    struct err e;
    (void)state;
    return charset_init(&e) ? 0 : -1;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(samples_arrive_in_pieces)};
    const struct CMUnitTest file[] = {cmocka_unit_test(file_arrives_in_pieces)};
    given = argv;
    return argc > 2 ? cmocka_run_group_tests(file, set_up, NULL)
                    : cmocka_run_group_tests(tests, set_up, NULL);
}
