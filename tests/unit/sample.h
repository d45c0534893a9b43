/* SPDX-License-Identifier: ISC */
/* Samples and other files as jobs: the payload, its format's options, companions and zone. */
#ifndef TALLYD_TESTS_UNIT_SAMPLE_H
#define TALLYD_TESTS_UNIT_SAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "config/presets.h"
#include "config/zone_file.h"
#include "daemon/base/buf.h"
#include "parsers/job.h"

#define ARENA_MAX ((size_t)1 << 30)
#define FILE_MAX ((size_t)64 << 20)
#define PRESETS "config/formats"

struct file {
    struct buf bytes; /* WIRE_PADDING of them behind its end */
    struct input_memory memory;
    struct input_source source;
};

struct sample {
    const char *path;
    struct slice format;
    struct buf options;
    struct file payload, companions[WIRE_COMPANIONS_MAX];
    size_t companion_count;
    bool odd; /* it is parsed in some other way */
};

static inline bool read_file(const char *path, struct file *f)
{
    char part[65536], padding[WIRE_PADDING] = {0};
    size_t n;
    FILE *in = fopen(path, "rb");
    buf_init(&f->bytes, FILE_MAX);
    while (in && (n = fread(part, 1, sizeof part, in)) > 0)
        buf_add(&f->bytes, (struct slice){part, n});
    if (in)
        fclose(in);
    f->memory.bytes.len = f->bytes.len;
    buf_add(&f->bytes, (struct slice){padding, sizeof padding});
    f->memory.bytes.ptr = f->bytes.ptr;
    f->source = input_from_memory(&f->memory);
    f->source.padded = true;
    return in != NULL && !f->bytes.failed;
}

/* ---- samples ---- */

static inline struct slice folder_of(const char *path)
{
    return (struct slice){path, (size_t)(strrchr(path, '/') - path)};
}

static inline bool add_companion(struct sample *s, struct slice name)
{
    char path[4096];
    snprintf(path, sizeof path, "%.*s/%.*s", SLICE_FMT(folder_of(s->path)), SLICE_FMT(name));
    return s->companion_count < WIRE_COMPANIONS_MAX &&
           read_file(path, &s->companions[s->companion_count++]);
}

/* The lines of NAME.args. */
static inline bool read_arguments(struct sample *s)
{
    char path[4096];
    struct file args;
    struct slice rest, line, value;
    snprintf(path, sizeof path, "%.*s.args", (int)(strrchr(s->path, '.') - s->path), s->path);
    if (!read_file(path, &args)) {
        buf_done(&args.bytes);
        return true;
    }
    rest = args.memory.bytes;
    while (slice_next(&rest, '\n', &line)) {
        bool option = slice_is(line, "-O"), companion = slice_is(line, "-c");
        if ((!option && !companion) || !slice_next(&rest, '\n', &value))
            s->odd = true;
        else if (option)
            buf_addf(&s->options, "%.*s\n", SLICE_FMT(value));
        else if (!add_companion(s, slice_sub(value, 1, value.len)))
            return false;
    }
    buf_done(&args.bytes);
    return true;
}

/* A format that is declared is its engine with options. */
static inline const struct format *resolve(struct sample *s, struct slice name)
{
    char path[4096];
    struct problems problems = {0};
    struct preset p;
    struct err e;
    const struct format *format = format_find(name);
    if (format)
        return format;
    struct arena *a = arena_new(ARENA_MAX);
    snprintf(path, sizeof path, PRESETS "/%.*s.conf", SLICE_FMT(name));
    if (presets_read_file(path, a, &problems, &p, &e) && !p.bad)
        format = p.engine;
    for (size_t i = 0; format && i < p.option_count; i++)
        buf_addf(&s->options, "%.*s=%.*s\n", SLICE_FMT(p.options[i]->key),
                 SLICE_FMT(p.options[i]->value));
    arena_free(a);
    return format;
}

static inline bool add_zone(struct sample *s, const struct format *format)
{
    struct job said = {.options = buf_slice(&s->options)};
    struct slice name = job_option(&said, "timezone");
    struct zone *zone;
    struct err e;
    if (!name.len)
        name = slice_of(format->timezone);
    if (!name.len)
        return true;
    if (!zone_file_read(name, &zone, &e))
        return false;
    buf_addf(&s->options, "zone=%.*s\n", SLICE_FMT(zone_rule(zone)));
    zone_free(zone);
    return true;
}

static inline void sample_open(struct sample *s, const char *path)
{
    struct slice folder = folder_of(path);
    *s = (struct sample){.path = path};
    buf_init(&s->options, WIRE_OPTIONS_MAX);
    while (memchr(folder.ptr, '/', folder.len))
        folder = slice_sub(folder, 1, folder.len);
    const struct format *format = resolve(s, folder);
    if (!format)
        fail_msg("%s: no such format", path);
    s->format = slice_of(format->name);
    if (!read_file(path, &s->payload) || !read_arguments(s) || !add_zone(s, format) ||
        s->options.failed)
        fail_msg("%s: it or what goes with it cannot be read", path);
}

/* Any file as tally-parse is told of it: "-O", "KEY=VALUE", "-c", "COMPANION", ..., NULL. */
static inline void sample_open_as(struct sample *s, struct slice name, const char *path,
                                  char **arguments)
{
    *s = (struct sample){.path = path};
    buf_init(&s->options, WIRE_OPTIONS_MAX);
    bool ok = read_file(path, &s->payload);
    for (char **a = arguments; ok && a[0] != NULL && a[1] != NULL; a += 2) {
        if (strcmp(a[0], "-O") == 0)
            buf_addf(&s->options, "%s\n", a[1]);
        else
            ok = s->companion_count < WIRE_COMPANIONS_MAX &&
                 read_file(a[1], &s->companions[s->companion_count++]);
    }
    const struct format *format = resolve(s, name);
    if (!ok || format == NULL || !add_zone(s, format) || s->options.failed)
        fail_msg("%s: it or what goes with it cannot be read", path);
    s->format = slice_of(format->name);
}

static inline void sample_close(struct sample *s)
{
    buf_done(&s->options);
    buf_done(&s->payload.bytes);
    for (size_t i = 0; i < s->companion_count; i++)
        buf_done(&s->companions[i].bytes);
}

static inline bool sample_inputs(struct sample *s, struct job *j, struct fault *f)
{
    if (!input_open(j->arena, &s->payload.source, INPUT_MAX, &j->input, f))
        return false;
    for (; j->companion_count < s->companion_count; j->companion_count++) {
        if (!input_open(j->arena, &s->companions[j->companion_count].source, INPUT_MAX,
                        &j->companions[j->companion_count], f))
            return false;
    }
    return true;
}

static inline bool sample_is_payload(const char *path)
{
    static const char *const others[] = {".csv", ".facts", ".err", ".args"};
    const char *dot = strrchr(path, '.');
    if (!dot || strstr(path, "-companion."))
        return false;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(dot, others[i]) == 0)
            return false;
    }
    return true;
}

#endif
