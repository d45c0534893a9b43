/* SPDX-License-Identifier: ISC */
/* Every sample of every format, with memory that ends at the first allocation, at the second and so
 * on: that is a limit, never a crash, another complaint or a batch that lacks something. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <glob.h>

#include "config/presets.h"
#include "config/zone_file.h"
#include "daemon/base/buf.h"
#include "parsers/charset.h"
#include "parsers/job.h"

/* The program's own calls come here (-Wl,--wrap): after so many more the heap gives nothing. */
static size_t heap_left = SIZE_MAX;
static bool heap_refused;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static bool heap_gives(void)
{
    if (heap_left && heap_left != SIZE_MAX)
        heap_left--;
    else if (!heap_left)
        heap_refused = true;
    return !heap_refused;
}

void *__wrap_malloc(size_t size)
{
    return heap_gives() ? __real_malloc(size) : NULL;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return heap_gives() ? __real_calloc(count, size) : NULL;
}

void *__wrap_realloc(void *old, size_t size)
{
    return heap_gives() ? __real_realloc(old, size) : NULL;
}

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

/* What came of a job. */
struct outcome {
    struct arena *arena;
    bool ok, refused;
    struct fault fault;
    struct slice batch;
};

static bool read_file(const char *path, struct file *f)
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

static struct slice folder_of(const char *path)
{
    return (struct slice){path, (size_t)(strrchr(path, '/') - path)};
}

static bool add_companion(struct sample *s, struct slice name)
{
    char path[4096];
    snprintf(path, sizeof path, "%.*s/%.*s", SLICE_FMT(folder_of(s->path)), SLICE_FMT(name));
    return s->companion_count < WIRE_COMPANIONS_MAX &&
           read_file(path, &s->companions[s->companion_count++]);
}

/* The lines of NAME.args. */
static bool read_arguments(struct sample *s)
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
static const struct format *resolve(struct sample *s, struct slice name)
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

static bool add_zone(struct sample *s, const struct format *format)
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

static void sample_open(struct sample *s, const char *path)
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

static void sample_close(struct sample *s)
{
    buf_done(&s->options);
    buf_done(&s->payload.bytes);
    for (size_t i = 0; i < s->companion_count; i++)
        buf_done(&s->companions[i].bytes);
}

/* ---- jobs ---- */

static bool open_inputs(struct sample *s, struct job *j, struct fault *f)
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

/* Memory of one of two kinds ends after so many allocations. */
struct end {
    const char *kind;
    size_t arena, heap;
};

static void run(struct sample *s, struct end end, struct outcome *o)
{
    *o = (struct outcome){.arena = arena_new(ARENA_MAX)};
    struct job j = {.format = s->format, .options = buf_slice(&s->options), .arena = o->arena};
    arena_refuse_after(o->arena, end.arena);
    heap_left = end.heap;
    o->ok = open_inputs(s, &j, &o->fault) && job_run(&j, &o->batch, &o->fault);
    o->refused = heap_refused || arena_refused(o->arena);
    heap_left = SIZE_MAX;
    heap_refused = false;
    input_close(j.input);
    for (size_t i = 0; i < j.companion_count; i++)
        input_close(j.companions[i]);
}

/* True when memory was never out. */
static bool check(struct sample *s, const struct outcome *whole, struct end end)
{
    struct outcome o;
    run(s, end, &o);
    bool enough = !o.refused, same = o.ok == whole->ok && o.fault.kind == whole->fault.kind &&
                                     slice_eq(o.batch, whole->batch);
    if (!enough && !same && (o.ok || o.fault.kind != WIRE_LIMIT))
        fail_msg("%s, %s for %zu allocations: %s, kind %d, \"%s\"", s->path, end.kind,
                 end.arena < end.heap ? end.arena : end.heap, o.ok ? "a batch" : "a fault",
                 (int)o.fault.kind, o.fault.err.text);
    if (enough && !same)
        fail_msg("%s: not twice the same", s->path);
    arena_free(o.arena);
    return enough;
}

static bool is_payload(const char *path)
{
    static const char *const others[] = {".csv", ".err", ".args"};
    const char *dot = strrchr(path, '.');
    if (!dot || strstr(path, "-companion."))
        return false;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(dot, others[i]) == 0)
            return false;
    }
    return true;
}

static void memory_ends_anywhere(void **state)
{
    (void)state;
    const struct end never = {"memory", SIZE_MAX, SIZE_MAX};
    glob_t all;
    size_t samples = 0, runs = 0;
    assert_int_equal(glob("tests/samples/*/*", 0, NULL, &all), 0);
    for (size_t i = 0; i < all.gl_pathc; i++) {
        struct sample s;
        struct outcome whole;
        if (!is_payload(all.gl_pathv[i]))
            continue;
        sample_open(&s, all.gl_pathv[i]);
        run(&s, never, &whole);
        for (size_t n = 0; !s.odd && !check(&s, &whole, (struct end){"arena", n, SIZE_MAX}); n++)
            runs++;
        for (size_t n = 0; !s.odd && !check(&s, &whole, (struct end){"heap", SIZE_MAX, n}); n++)
            runs++;
        arena_free(whole.arena);
        sample_close(&s);
        samples++;
    }
    globfree(&all);
    assert_true(samples > 100 && runs > 50 * samples);
}

static int set_up(void **state)
{
    struct err e;
    (void)state;
    return charset_init(&e) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(memory_ends_anywhere)};
    return cmocka_run_group_tests(tests, set_up, NULL);
}
