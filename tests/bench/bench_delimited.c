/* SPDX-License-Identifier: ISC */
/* How fast delimited text is read by a preset, beside a bare pass that finds line ends and
 * separators by memchr and sums the column of votes.
 *
 * usage: bench_delimited PRESET.conf COLUMN FILE
 *     COLUMN is the number of the votes column, from 1
 *     prints "ours BYTES_PER_SECOND bare BYTES_PER_SECOND rows N names N", the best of rounds that
 *     take turns. Names are the contests and choices of the batch: what the bare pass never makes.
 *     The heap keeps what was freed in it, for both: what is compared is parsing, not how fast the
 *     kernel gives out pages.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "config/presets.h"
#include "daemon/base/buf.h"
#include "daemon/base/num.h"
#include "parsers/charset.h"
#include "parsers/job.h"
#include "parsers/results.h"

enum { ROUNDS_MIN = 3, ROUNDS_MAX = 1000 };
#define SECONDS 3.0 /* for the rounds */
#define HEAP_KEPT (1 << 30)
#define FILE_MAX ((size_t)256 << 20)
#define ARENA_MAX ((size_t)2 << 30)

struct bench {
    struct slice format, options, bytes;
    char separator;
    size_t column;
    int64_t sum; /* so that the bare pass is not left out */
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

/* Of this process: others on the machine do not count. */
static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct pass {
    bool (*run)(struct bench *);
    double best; /* seconds of the best round so far; 0: none */
};

static bool round_of(struct pass *p, struct bench *b)
{
    double began = seconds();
    if (!p->run(b))
        return false;
    double took = seconds() - began;
    if (p->best == 0 || took < p->best)
        p->best = took;
    return true;
}

static bool speed(struct bench *b)
{
    struct pass passes[] = {{ours, 0}, {bare, 0}};
    double began = seconds();
    mallopt(M_TRIM_THRESHOLD, HEAP_KEPT);
    mallopt(M_MMAP_THRESHOLD, HEAP_KEPT);
    if (!ours(b)) /* counts the names, once */
        return false;
    for (int i = 0; i < ROUNDS_MAX && (i < ROUNDS_MIN || seconds() - began < SECONDS); i++) {
        if (!round_of(&passes[0], b) || !round_of(&passes[1], b))
            return false;
    }
    printf("ours %.0f bare %.0f rows %" PRIu64 " names %" PRIu64 " sum %" PRId64 "\n",
           (double)b->bytes.len / passes[0].best, (double)b->bytes.len / passes[1].best, b->rows,
           b->names, b->sum);
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

int main(int argc, char **argv)
{
    static char room[FILE_MAX];
    struct bench b = {.column = 0};
    struct arena *a = arena_new(ARENA_MAX);
    struct buf options;
    struct err e;
    int64_t column = 0;
    buf_init(&options, WIRE_OPTIONS_MAX);
    int fd = argc == 4 ? open(argv[3], O_RDONLY | O_CLOEXEC) : -1;
    ssize_t n = fd >= 0 ? read(fd, room, FILE_MAX - WIRE_PADDING) : -1;
    if (n <= 0 || !num_parse(slice_of(argv[2]), 1, 10000, &column) || !a || !charset_init(&e) ||
        !read_preset(argv[1], a, &options, &b)) {
        fprintf(stderr, "usage: bench_delimited PRESET.conf COLUMN FILE\n");
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
