/* SPDX-License-Identifier: ISC */
/* A writer with a state directory of its own, for tests of it. */
#ifndef TALLYD_TESTS_WRITER_DESK_H
#define TALLYD_TESTS_WRITER_DESK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <dirent.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/edge/payload.h"
#include "daemon/edge/timer.h"
#include "daemon/edge/writer.h"

#define PATIENCE_US INT64_C(30000000)

struct desk {
    char directory[64];
    struct event_base *base;
    struct arena *arena;
    struct writer *writer;
    struct writer_loaded loaded;
    char order[256]; /* a letter for each done that came */
    size_t done, refused;
    char text[300];
};

static inline struct payload *payload_of(const char *fill, size_t len)
{
    struct err e = {0};
    struct payload *p = payload_new(1 << 20, &e);
    char *bytes = malloc(len + 1);
    assert_non_null(p);
    for (size_t i = 0; i < len; i++)
        bytes[i] = fill[i % strlen(fill)];
    assert_true(payload_append(p, (struct slice){bytes, len}, &e));
    payload_finish(p);
    free(bytes);
    return p;
}

static inline bool try_open(struct desk *d, struct err *e)
{
    d->base = loop_new();
    d->arena = arena_new(64 << 20);
    return writer_open(d->base, d->directory, d->arena, &d->loaded, &d->writer, e);
}

static inline void open_desk(struct desk *d)
{
    struct err e = {0};
    if (!try_open(d, &e))
        fail_msg("%s", e.text);
}

static inline void close_desk(struct desk *d, int64_t wait_ms)
{
    writer_close(d->writer, wait_ms);
    d->writer = NULL;
    arena_free(d->arena);
    loop_free(d->base);
}

static inline int set_up(void **state)
{
    struct desk *d = calloc(1, sizeof *d);
    snprintf(d->directory, sizeof d->directory, "/tmp/tallyd-writer-XXXXXX");
    *state = mkdtemp(d->directory) ? d : NULL;
    return *state ? 0 : -1;
}

static inline void remove_all(const char *path)
{
    DIR *dir = opendir(path);
    for (const struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        char below[512];
        if (entry->d_name[0] == '.' && strspn(entry->d_name, ".") == strlen(entry->d_name))
            continue;
        assert_in_range(snprintf(below, sizeof below, "%s/%s", path, entry->d_name), 1,
                        sizeof below - 1);
        if (unlink(below) != 0)
            remove_all(below);
    }
    if (dir)
        closedir(dir);
    rmdir(path);
}

static inline int tear_down(void **state)
{
    struct desk *d = *state;
    remove_all(d->directory);
    free(d);
    return 0;
}

struct ticket {
    struct desk *desk;
    char letter;
};

static inline void on_done(bool ok, const char *text, void *ctx)
{
    struct ticket *t = ctx;
    struct desk *d = t->desk;
    d->order[d->done++ % sizeof d->order] = t->letter;
    d->refused += !ok;
    if (!ok)
        snprintf(d->text, sizeof d->text, "%s", text);
}

static inline void run_for(struct desk *d, int64_t us)
{
    struct timeval tv = {us / 1000000, us % 1000000};
    event_base_loopexit(d->base, &tv);
    event_base_dispatch(d->base);
}

static inline void until_done(struct desk *d, size_t done)
{
    int64_t end = timer_now_us() + PATIENCE_US;
    while (d->done < done && timer_now_us() < end)
        run_for(d, 20000);
    assert_true(d->done >= done);
}

static inline void submit(struct desk *d, const struct writer_job *job, struct ticket *t)
{
    struct err e = {0};
    t->desk = d;
    if (!writer_submit(d->writer, job, on_done, t, &e))
        fail_msg("%s", e.text);
}

static inline struct writer_claim claim_of(int64_t number)
{
    return (struct writer_claim){.number = number,
                                 .at_ms = 1000 * number,
                                 .called_at_ms = INT64_MIN,
                                 .outcome = 1,
                                 .race_id = SLICE("ga-senate"),
                                 .endorsement_id = SLICE("ossoff"),
                                 .line = SLICE("dem"),
                                 .row = SLICE("Jon Ossoff\nwins seat"),
                                 .by = SLICE("ddhq"),
                                 .evidence = SLICE("5522 \xe2\x80\x9c"
                                                   "called\xe2\x80\x9d")};
}

static inline struct writer_file file_of(const char *source, struct payload *p, int held,
                                         int64_t at)
{
    return (struct writer_file){.source = slice_of(source),
                                .file = SLICE("detail"),
                                .held = (enum writer_held)held,
                                .payload = p,
                                .digest = payload_digest(p),
                                .version = SLICE("274437"),
                                .etag = SLICE("\"a\""),
                                .received_ms = at};
}

static inline size_t count_payloads(const struct desk *d)
{
    char path[128];
    size_t n = 0;
    snprintf(path, sizeof path, "%s/payloads", d->directory);
    DIR *dir = opendir(path);
    for (const struct dirent *entry; dir && (entry = readdir(dir)) != NULL;)
        n += entry->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return n;
}

/* Each row's payload is there and is what the row says; and there is no other. */
static inline void check_pairs(struct desk *d)
{
    struct err e = {0};
    size_t paths = 0;
    for (size_t i = 0; i < d->loaded.file_count; i++) {
        const struct writer_loaded_file *f = &d->loaded.files[i];
        struct payload *p = payload_from_file(f->path.ptr, 1 << 20, &e);
        if (!p)
            fail_msg("%s", e.text);
        assert_true(digest_eq(payload_digest(p), f->digest));
        payload_free(p);
        paths++;
        for (size_t k = 0; k < i; k++)
            if (slice_eq(d->loaded.files[k].path, f->path)) {
                paths--;
                break;
            }
    }
    assert_int_equal(count_payloads(d), paths);
}

#endif
