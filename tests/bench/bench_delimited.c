/* SPDX-License-Identifier: ISC */
/* How fast delimited text is read by a preset, beside two passes that do nothing else: a bare one
 * that finds line ends and separators by memchr and sums the column of votes, and that one once
 * more which also keeps the names of contests and choices, each once. No parser that gives names
 * out is faster than the second: it must know whether a row's were there before, and have a copy of
 * those that were not. It hashes once a row, cleans nothing, and gives no unit, cell or batch.
 *
 * usage: bench_delimited PRESET.conf COLUMN NAMES FILE
 *     COLUMN is the number of the votes column, from 1; NAMES those of the columns that tell a
 *     contest and a choice, "2,5,8"
 *     prints "ours BYTES_PER_SECOND bare BYTES_PER_SECOND keeping BYTES_PER_SECOND rows N names N",
 *     the best of rounds that take turns. Names are the contests and choices of the batch: what the
 *     bare pass never makes. The heap keeps what was freed in it, for all: what is compared is
 *     parsing, not how fast the kernel gives out pages.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/presets.h"
#include "daemon/base/buf.h"
#include "daemon/base/hash.h"
#include "daemon/base/num.h"
#include "parsers/charset.h"
#include "parsers/job.h"
#include "parsers/results.h"
#include "tests/bench/cpu.h"

enum { ROUNDS_MIN = 3, ROUNDS_MAX = 1000, COLUMNS_MAX = 64 };
#define SECONDS 0.8 /* for the rounds */
#define HEAP_KEPT (1 << 30)
#define FILE_MAX ((size_t)256 << 20)
#define ARENA_MAX ((size_t)2 << 30)

struct bench {
    struct slice format, options, bytes;
    char separator;
    size_t column;
    uint64_t name_columns; /* a bit each */
    int64_t sum;           /* so that the bare pass is not left out */
    uint64_t rows, names;
};

static int64_t digits(const char *at, const char *end)
{
    int64_t n = 0;
    while (at < end && *at >= '0' && *at <= '9')
        n = n * 10 + (*at++ - '0');
    return n;
}

static bool bare(struct bench *b)
{
    const char *at = b->bytes.ptr, *end = at + b->bytes.len;
    for (b->rows = 0; at < end; b->rows++) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        line_end = line_end ? line_end : end;
        for (size_t n = 1; at < line_end; n++) {
            const char *to = memchr(at, b->separator, (size_t)(line_end - at));
            to = to ? to : line_end;
            if (n == b->column)
                b->sum += digits(at + (*at == '"'), to);
            at = to + 1;
        }
        at = line_end + 1;
    }
    return true;
}

/* ---- the same, keeping names ---- */

struct name {
    uint64_t hash;
    struct slice *parts; /* NULL: the place is free */
};

struct kept {
    struct arena *arena;
    struct name *names;
    size_t count, room; /* room: a power of two, at least twice the count */
};

static struct name *place_of(const struct kept *k, uint64_t hash, const struct slice *parts,
                             size_t n)
{
    for (uint64_t at = hash;; at++) {
        struct name *name = &k->names[at & (k->room - 1)];
        size_t same = 0;
        if (name->parts && (name->hash != hash || !parts))
            continue;
        while (name->parts && same < n && slice_eq(name->parts[same], parts[same]))
            same++;
        if (!name->parts || same == n)
            return name;
    }
}

static bool widen(struct kept *k)
{
    struct kept wider = {k->arena, NULL, k->count, k->room ? 4 * k->room : 256};
    if (2 * k->count < k->room)
        return true;
    if (!(wider.names = arena_array(k->arena, wider.room, sizeof *wider.names)))
        return false;
    for (size_t i = 0; i < k->room; i++) {
        if (k->names[i].parts)
            *place_of(&wider, k->names[i].hash, NULL, 0) = k->names[i];
    }
    *k = wider;
    return true;
}

static bool keep(struct kept *k, const struct slice *parts, size_t n)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < n; i++)
        hash = hash64(parts[i], hash);
    if (!widen(k))
        return false;
    struct name *name = place_of(k, hash, parts, n);
    if (name->parts)
        return true;
    *name = (struct name){hash, arena_array(k->arena, n, sizeof *parts)};
    bool ok = name->parts != NULL;
    for (size_t i = 0; ok && i < n; i++)
        ok = (name->parts[i] = arena_copy(k->arena, parts[i])).ptr != NULL;
    k->count++;
    return ok;
}

static bool keeping(struct bench *b)
{
    const char *at = b->bytes.ptr, *end = at + b->bytes.len;
    struct kept k = {.arena = arena_new(ARENA_MAX)};
    bool ok = k.arena != NULL;
    while (ok && at < end) {
        struct slice parts[COLUMNS_MAX];
        size_t count = 0;
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        line_end = line_end ? line_end : end;
        for (size_t n = 1; at < line_end; n++) {
            const char *to = memchr(at, b->separator, (size_t)(line_end - at));
            to = to ? to : line_end;
            if (n == b->column)
                b->sum += digits(at + (*at == '"'), to);
            else if (n < COLUMNS_MAX && b->name_columns >> n & 1)
                parts[count++] = (struct slice){at, (size_t)(to - at)};
            at = to + 1;
        }
        at = line_end + 1;
        ok = keep(&k, parts, count);
    }
    arena_free(k.arena);
    return ok;
}

/* ---- ours ---- */

static bool ours(struct bench *b)
{
    struct arena *a = arena_new(ARENA_MAX);
    struct input_memory memory = {b->bytes};
    struct input_source source = input_from_memory(&memory);
    struct job job = {.format = b->format, .options = b->options, .arena = a};
    struct slice batch;
    struct results r;
    struct fault f;
    source.padded = true; /* as a worker's is */
    bool ok = a && input_open(a, &source, INPUT_MAX, &job.input, &f) && job_run(&job, &batch, &f);
    if (!ok)
        fprintf(stderr, "bench_delimited: %s\n", a ? f.err.text : "out of memory");
    else if (!b->names && (ok = results_open(batch, &r, &f.err)))
        b->names = (uint64_t)r.head->contests + r.head->choices;
    input_close(job.input);
    arena_free(a);
    return ok;
}

/* ---- measuring ---- */

struct pass {
    bool (*run)(struct bench *);
    double best; /* seconds of the best round so far; 0: none */
};

static bool round_of(struct pass *p, struct bench *b)
{
    double began = seconds();
    if (!p->run(b))
        return false;
    keep_best(&p->best, began);
    return true;
}

static bool speed(struct bench *b)
{
    struct pass passes[] = {{ours, 0}, {bare, 0}, {keeping, 0}};
    double began = seconds();
    mallopt(M_TRIM_THRESHOLD, HEAP_KEPT);
    mallopt(M_MMAP_THRESHOLD, HEAP_KEPT);
    if (!ours(b)) /* counts the names, once */
        return false;
    for (int i = 0; i < ROUNDS_MAX && (i < ROUNDS_MIN || seconds() - began < SECONDS); i++) {
        for (size_t p = 0; p < sizeof passes / sizeof passes[0]; p++)
            if (!round_of(&passes[p], b))
                return false;
    }
    printf("ours %.0f bare %.0f keeping %.0f rows %" PRIu64 " names %" PRIu64 " sum %" PRId64 "\n",
           (double)b->bytes.len / passes[0].best, (double)b->bytes.len / passes[1].best,
           (double)b->bytes.len / passes[2].best, b->rows, b->names, b->sum);
    return true;
}

static bool read_preset(const char *path, struct arena *a, struct buf *options, struct bench *b)
{
    struct problems problems = {0};
    struct preset p;
    struct err e;
    if (!presets_read_file(path, a, &problems, &p, &e) || p.bad || !p.engine) {
        fprintf(stderr, "bench_delimited: %s is no preset\n", path);
        return false;
    }
    b->format = slice_of(p.engine->name);
    b->separator = ',';
    for (size_t i = 0; i < p.option_count; i++) {
        struct slice key = p.options[i]->key, value = p.options[i]->value;
        buf_addf(options, "%.*s=%.*s\n", SLICE_FMT(key), SLICE_FMT(value));
        if (slice_is(key, "separator"))
            b->separator = slice_is(value, "tab") ? '\t' : slice_is(value, "semicolon") ? ';' : ',';
    }
    b->options = buf_slice(options);
    return !options->failed;
}

/* "2,5,8" */
static bool read_columns(struct slice list, uint64_t *bits)
{
    struct slice one;
    int64_t n;
    while (slice_next(&list, ',', &one)) {
        if (!num_parse(one, 1, COLUMNS_MAX - 1, &n))
            return false;
        *bits |= UINT64_C(1) << n;
    }
    return true;
}

int main(int argc, char **argv)
{
    static char room[FILE_MAX];
    struct bench b = {.column = 0};
    struct arena *a = arena_new(ARENA_MAX);
    struct buf options;
    struct err e;
    int64_t column = 0;
    buf_init(&options, WIRE_OPTIONS_MAX);
    int fd = argc == 5 ? open(argv[4], O_RDONLY | O_CLOEXEC) : -1;
    ssize_t n = fd >= 0 ? read(fd, room, FILE_MAX - WIRE_PADDING) : -1;
    if (n <= 0 || !num_parse(slice_of(argv[2]), 1, 10000, &column) ||
        !read_columns(slice_of(argv[3]), &b.name_columns) || !a || !charset_init(&e) ||
        !read_preset(argv[1], a, &options, &b)) {
        fprintf(stderr, "usage: bench_delimited PRESET.conf COLUMN NAMES FILE\n");
        return 64;
    }
    b.bytes = (struct slice){room, (size_t)n};
    b.column = (size_t)column;
    bool ok = speed(&b);
    close(fd);
    buf_done(&options);
    arena_free(a);
    return ok ? 0 : 65;
}
