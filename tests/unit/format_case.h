/* SPDX-License-Identifier: ISC */
/* One payload run through a driver, for tests of formats. */
#ifndef TALLYD_TESTS_FORMAT_CASE_H
#define TALLYD_TESTS_FORMAT_CASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/base/buf.h"
#include "daemon/base/when.h"
#include "parsers/job.h"

struct format_case {
    const char *format, *payload, *options, *companion;
    struct arena *arena;
    struct fault fault;
    struct results r;
};

static inline struct input *case_input(struct format_case *c, const char *z)
{
    struct input_memory *m = arena_alloc(c->arena, sizeof *m);
    struct input *in = NULL;
    assert_non_null(m);
    m->bytes =
        (struct slice){arena_alloc(c->arena, slice_of(z).len + WIRE_PADDING), slice_of(z).len};
    assert_non_null(m->bytes.ptr);
    for (size_t i = 0; i < m->bytes.len; i++)
        ((char *)m->bytes.ptr)[i] = z[i];
    struct input_source *source = arena_alloc(c->arena, sizeof *source);
    assert_non_null(source);
    *source = input_from_memory(m);
    assert_true(input_open(c->arena, source, INPUT_MAX, &in, &c->fault));
    return in;
}

/* True when there is a batch: c->r is open on it. False: c->fault says why not. */
static inline bool case_run(struct format_case *c)
{
    struct slice batch;
    struct err e;
    c->arena = arena_new(64 << 20);
    assert_non_null(c->arena);
    struct job j = {.format = slice_of(c->format),
                    .input = case_input(c, c->payload),
                    .options = slice_of(c->options),
                    .arena = c->arena};
    if (c->companion != NULL)
        j.companions[j.companion_count++] = case_input(c, c->companion);
    if (!job_run(&j, &batch, &c->fault))
        return false;
    assert_true(results_open(batch, &c->r, &e));
    return true;
}

static inline void case_done(struct format_case *c)
{
    arena_free(c->arena);
}

static inline void assert_text(const struct format_case *c, struct results_text t, const char *z)
{
    struct slice s = results_text(&c->r, t);
    if (!slice_is(s, z))
        fail_msg("\"%.*s\" is not \"%s\"", SLICE_FMT(s), z);
}

static inline void assert_refused(struct format_case *c, enum wire_failure kind, const char *why)
{
    assert_false(case_run(c));
    if (c->fault.kind != kind || slice_find(slice_of(c->fault.err.text), slice_of(why)) == SIZE_MAX)
        fail_msg("%s: kind %d (not %d), \"%s\" (not \"%s\")", c->payload, (int)c->fault.kind,
                 (int)kind, c->fault.err.text, why);
    case_done(c);
}

/* "Contest@County Name=votes [Unit votes]...; " of each contest, a choice at a time; -2: no such
 * cell. */
static inline void assert_says(const struct format_case *c, const char *want)
{
    struct buf said;
    buf_init(&said, 1 << 16);
    for (uint32_t i = 0; i < c->r.head->contests; i++) {
        const struct results_contest *k = &c->r.contests[i];
        buf_addf(&said, "%.*s@%.*s", SLICE_FMT(results_text(&c->r, k->text)),
                 SLICE_FMT(results_text(&c->r, k->county)));
        for (uint32_t j = 0; j < k->choices; j++) {
            struct results_text name = c->r.choices[k->first_choice + j].name;
            buf_addf(&said, " %.*s=%lld", SLICE_FMT(results_text(&c->r, name)),
                     (long long)results_cell(&c->r, k, 0, j)->votes);
            for (uint32_t u = 1; u < k->units; u++)
                buf_addf(&said, " [%.*s %lld]",
                         SLICE_FMT(results_text(&c->r, c->r.units[k->first_unit + u].name)),
                         (long long)results_cell(&c->r, k, u, j)->votes);
        }
        buf_addz(&said, "; ");
    }
    if (!slice_is(buf_slice(&said), want))
        fail_msg("%.*s is not %s", SLICE_FMT(buf_slice(&said)), want);
    buf_done(&said);
}

static inline void delimited_gives(const char *options, const char *rows, const char *want)
{
    struct format_case c = {.format = "delimited", .payload = rows, .options = options};
    if (!case_run(&c))
        fail_msg("%s", c.fault.err.text);
    assert_says(&c, want);
    case_done(&c);
}

#endif
