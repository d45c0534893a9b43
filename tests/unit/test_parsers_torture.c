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

#include "parsers/charset.h"
#include "tests/unit/sample.h"
#include "tests/unit/sampled.h"

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

/* What came of a job. */
struct outcome {
    struct arena *arena;
    bool ok, refused;
    struct fault fault;
    struct slice batch;
};

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
    o->ok = sample_inputs(s, &j, &o->fault) && job_run(&j, &o->batch, &o->fault);
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

static void memory_ends_anywhere(void **state)
{
    (void)state;
    const struct end never = {"memory", SIZE_MAX, SIZE_MAX};
    glob_t all;
    size_t samples = 0, runs = 0, step = (size_t)every();
    assert_int_equal(glob("tests/samples/*/*", 0, NULL, &all), 0);
    for (size_t i = 0; i < all.gl_pathc; i++) {
        struct sample s;
        struct outcome whole;
        if (!sample_is_payload(all.gl_pathv[i]))
            continue;
        sample_open(&s, all.gl_pathv[i]);
        run(&s, never, &whole);
        for (size_t n = 0; !s.odd && !check(&s, &whole, (struct end){"arena", n, SIZE_MAX});
             n += step)
            runs++;
        for (size_t n = 0; !s.odd && !check(&s, &whole, (struct end){"heap", SIZE_MAX, n});
             n += step)
            runs++;
        arena_free(whole.arena);
        sample_close(&s);
        samples++;
    }
    globfree(&all);
    assert_true(samples > 100 && runs * step > 50 * samples);
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
