/* SPDX-License-Identifier: ISC */
/* How fast a file is parsed into a batch, beside a bare pass of libxml2's SAX2 push parser over it
 * whose handlers do nothing.
 *
 * usage: bench_parse FORMAT FILE     prints "ours BYTES_PER_SECOND bare BYTES_PER_SECOND", the best
 * of some rounds each
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <libxml/parser.h>

#include "parsers/job.h"

enum { CHUNK = 16384, ROUNDS = 7 };
#define FILE_MAX ((size_t)64 << 20)
#define ARENA_MAX ((size_t)1 << 30)

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

static bool bare(const char *format, struct slice bytes)
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
    bool ok =
        a != NULL && input_open(a, &source, INPUT_MAX, &job.input, &f) && job_run(&job, &batch, &f);
    if (!ok)
        fprintf(stderr, "bench_parse: %s\n", a ? f.err.text : "out of memory");
    input_close(job.input);
    arena_free(a);
    return ok;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Bytes a second of the best round; 0: it failed. */
static double best(bool (*pass)(const char *, struct slice), const char *format, struct slice bytes)
{
    double most = 0;
    for (int i = 0; i < ROUNDS; i++) {
        double began = seconds();
        if (!pass(format, bytes))
            return 0;
        double rate = (double)bytes.len / (seconds() - began);
        most = rate > most ? rate : most;
    }
    return most;
}

int main(int argc, char **argv)
{
    static char room[FILE_MAX];
    int fd = argc == 3 ? open(argv[2], O_RDONLY | O_CLOEXEC) : -1;
    ssize_t n = fd >= 0 ? read(fd, room, FILE_MAX - WIRE_PADDING) : -1;
    if (n <= 0) {
        fprintf(stderr, "usage: bench_parse FORMAT FILE\n");
        return 64;
    }
    struct slice bytes = {room, (size_t)n};
    double a = best(ours, argv[1], bytes), b = best(bare, argv[1], bytes);
    close(fd);
    printf("ours %.0f bare %.0f\n", a, b);
    return a > 0 && b > 0 ? 0 : 65;
}
