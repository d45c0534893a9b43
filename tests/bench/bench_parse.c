/* SPDX-License-Identifier: ISC */
/* How fast a file is parsed into a batch, beside a bare pass over the same bytes: of libxml2's SAX2
 * push parser with handlers that do nothing, or of simdjson's DOM and a walk that reads the same
 * members (bare_json.cc). And how much memory that takes.
 *
 * usage: bench_parse sax|json FORMAT FILE
 *     prints "ours BYTES_PER_SECOND bare BYTES_PER_SECOND", the best of rounds that take turns. The
 *     heap keeps what was freed in it, for both: what is compared is parsing, not how fast the
 *     kernel gives out pages.
 * usage: bench_parse memory FORMAT FILE
 *     prints "beyond BYTES": the most memory this process ever had, less the payload
 */
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libxml/parser.h>

#include "parsers/charset.h"
#include "parsers/job.h"
#include "tests/bench/bare.h"
#include "tests/bench/cpu.h"

enum { CHUNK = 16384, ROUNDS_MIN = 3, ROUNDS_MAX = 300 };
#define SECONDS 0.8 /* for the rounds */
#define ARENA_MAX ((size_t)4 << 30)
#define HEAP_KEPT (1 << 30)

/* ---- the passes ---- */

static void on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespaces, const xmlChar **nsv, int count, int defaulted,
                     const xmlChar **attrs)
{
    (void)ctx, (void)name, (void)prefix, (void)uri, (void)namespaces, (void)nsv, (void)count;
    (void)defaulted, (void)attrs;
}

static void on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    (void)ctx, (void)name, (void)prefix, (void)uri;
}

static bool bare_sax(const char *format, struct slice bytes)
{
    xmlSAXHandler sax = {
        .initialized = XML_SAX2_MAGIC, .startElementNs = on_start, .endElementNs = on_end};
    (void)format;
    xmlParserCtxtPtr p = xmlCreatePushParserCtxt(&sax, NULL, NULL, 0, NULL);
    bool ok = p != NULL;
    if (ok) /* as parsers/xml.c has them */
        xmlCtxtUseOptions(p, XML_PARSE_NOENT | XML_PARSE_NONET | XML_PARSE_IGNORE_ENC |
                                 XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    for (size_t at = 0; ok && at < bytes.len; at += CHUNK) {
        size_t n = bytes.len - at < CHUNK ? bytes.len - at : CHUNK;
        ok = xmlParseChunk(p, bytes.ptr + at, (int)n, at + n == bytes.len) == 0;
    }
    xmlFreeParserCtxt(p);
    return ok;
}

static bool ours(const char *format, struct slice bytes)
{
    struct arena *a = arena_new(ARENA_MAX);
    struct input_memory memory = {bytes};
    struct input_source source = input_from_memory(&memory);
    struct job job = {.format = slice_of(format), .arena = a};
    struct slice batch;
    struct fault f;
    source.padded = true; /* as a worker's is */
    bool ok =
        a != NULL && input_open(a, &source, INPUT_MAX, &job.input, &f) && job_run(&job, &batch, &f);
    if (!ok)
        fprintf(stderr, "bench_parse: %s\n", a ? f.err.text : "out of memory");
    input_close(job.input);
    arena_free(a);
    return ok;
}

/* ---- measuring ---- */

struct pass {
    bool (*run)(const char *format, struct slice bytes);
    double best; /* seconds of the best round so far; 0: none */
};

static bool round_of(struct pass *p, const char *format, struct slice bytes)
{
    double began = seconds();
    if (!p->run(format, bytes))
        return false;
    keep_best(&p->best, began);
    return true;
}

static int speed(bool (*bare)(const char *, struct slice), const char *format, struct slice bytes)
{
    struct pass passes[] = {{ours, 0}, {bare, 0}};
    double began = seconds();
    mallopt(M_TRIM_THRESHOLD, HEAP_KEPT);
    mallopt(M_MMAP_THRESHOLD, HEAP_KEPT);
    for (int i = 0; i < ROUNDS_MAX && (i < ROUNDS_MIN || seconds() - began < SECONDS); i++) {
        if (!round_of(&passes[0], format, bytes) || !round_of(&passes[1], format, bytes))
            return 65;
    }
    printf("ours %.0f bare %.0f\n", (double)bytes.len / passes[0].best,
           (double)bytes.len / passes[1].best);
    return 0;
}

/* The most memory this program ever had, in bytes; -1 where the kernel does not say. getrusage
 * would count the program that started it, too. */
static long long high_water(void)
{
    char line[200];
    long long kb = -1;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        sscanf(line, "VmHWM: %lld", &kb);
    if (status)
        fclose(status);
    return kb < 0 ? -1 : kb * 1024;
}

static int memory(const char *format, struct slice bytes)
{
    long long most;
    if (!ours(format, bytes) || (most = high_water()) < 0)
        return 65;
    printf("beyond %lld\n", most - (long long)bytes.len);
    return 0;
}

/* The whole file with a parser's padding behind it; ptr NULL when it cannot be read. */
static struct slice file_read(const char *path)
{
    struct slice none = {NULL, 0};
    struct stat st;
    size_t len = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) != 0 || st.st_size <= 0)
        return none;
    char *bytes = calloc(1, (size_t)st.st_size + WIRE_PADDING);
    while (bytes && len < (size_t)st.st_size) {
        ssize_t n = read(fd, bytes + len, (size_t)st.st_size - len);
        if (n <= 0)
            return none;
        len += (size_t)n;
    }
    close(fd);
    return (struct slice){bytes, len};
}

int main(int argc, char **argv)
{
    struct slice bytes = argc == 4 ? file_read(argv[3]) : (struct slice){NULL, 0};
    struct err e;
    if (bytes.ptr && charset_init(&e)) {
        if (strcmp(argv[1], "sax") == 0)
            return speed(bare_sax, argv[2], bytes);
        if (strcmp(argv[1], "json") == 0)
            return speed(bare_json, argv[2], bytes);
        if (strcmp(argv[1], "memory") == 0)
            return memory(argv[2], bytes);
    }
    fprintf(stderr, "usage: bench_parse sax|json|memory FORMAT FILE\n");
    return 64;
}
