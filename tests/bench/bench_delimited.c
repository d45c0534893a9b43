/* SPDX-License-Identifier: ISC */
/* How fast delimited text is read by a preset, beside a bare pass that finds line ends and
 * separators by memchr and sums the column of votes.
 *
 * usage: bench_delimited PRESET.conf COLUMN FILE
 *     COLUMN is the number of the votes column, from 1
 *     prints "ours BYTES_PER_SECOND bare BYTES_PER_SECOND", the best of some rounds each
 */
#include <fcntl.h>
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

enum { ROUNDS = 9 };
#define FILE_MAX ((size_t)256 << 20)
#define ARENA_MAX ((size_t)2 << 30)

struct bench {
    struct slice format, options, bytes;
    char separator;
    size_t column;
    int64_t sum; /* so that the bare pass is not left out */
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
    while (at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        line_end = line_end ? line_end : end;
        for (size_t n = 1; at < line_end; n++) {
            const char *to = memchr(at, b->separator, (size_t)(line_end - at));
            to = to ? to : line_end;
            if (n == b->column)
                b->sum += digits(at, to);
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
    struct fault f;
    bool ok = a && input_open(a, &source, INPUT_MAX, &job.input, &f) && job_run(&job, &batch, &f);
    if (!ok)
        fprintf(stderr, "bench_delimited: %s\n", a ? f.err.text : "out of memory");
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

/* One round's bytes a second; 0: it failed. */
static double rate(bool (*pass)(struct bench *), struct bench *b)
{
    double began = seconds();
    return pass(b) ? (double)b->bytes.len / (seconds() - began) : 0;
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
    double best_ours = 0, best_bare = 0;
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
    for (int i = 0; i < ROUNDS; i++) { /* in turns, so that both see the same machine */
        double r = rate(ours, &b);
        best_ours = r > best_ours ? r : best_ours;
        r = rate(bare, &b);
        best_bare = r > best_bare ? r : best_bare;
    }
    printf("ours %.0f bare %.0f sum %lld\n", best_ours, best_bare, (long long)(b.sum / ROUNDS));
    close(fd);
    buf_done(&options);
    arena_free(a);
    return best_ours > 0 && best_bare > 0 ? 0 : 65;
}
