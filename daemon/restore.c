/* SPDX-License-Identifier: ISC */
/* Last accepted payloads, read again one after the other. */
#include "daemon/restore.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/log.h"
#include "daemon/edge/notify.h"
#include "daemon/edge/poller.h"
#include "daemon/edge/timer.h"

#define TELL_MS 1000
#define EXTEND_SECONDS 60

struct restore {
    struct restore_parts p;
    void (*done)(void *ctx);
    void *ctx;
    struct timer *next;
    size_t at; /* in loaded->files */
    uint32_t source, file;
    struct payload *payload;
    struct payload *companions[WIRE_COMPANIONS_MAX];
    size_t companion_count;
    struct work work;
    bool working;
    int64_t told_us; /* when it was said how far it is */
};

static void give_up(const struct writer_loaded_file *f, const char *why)
{
    log_error(
        "%.*s: its last payload (%.*s) could not be read again: %s; it starts without figures "
        "until its next poll",
        SLICE_FMT(f->source), SLICE_FMT(f->path), why);
}

static void drop(struct restore *r)
{
    payload_free(r->payload);
    r->payload = NULL;
    while (r->companion_count > 0)
        payload_free(r->companions[--r->companion_count]);
}

/* The bytes of a row, if they still are what was kept. */
static struct payload *open_kept(struct restore *r, const struct writer_loaded_file *f,
                                 struct err *e)
{
    struct payload *p = payload_from_file(f->path.ptr, (size_t)r->p.plan->poller.max_body, e);
    if (!p || digest_eq(payload_digest(p), f->digest))
        return p;
    payload_free(p);
    err_set(e, ERR_DATA, "its bytes are not those that were kept");
    return NULL;
}

static struct payload *open_companion(struct restore *r, struct slice source, size_t number,
                                      struct err *e)
{
    char name[RIVER_COMPANION_NAME];
    river_companion_name(number, name);
    for (size_t i = 0; i < r->p.loaded->file_count; i++) {
        const struct writer_loaded_file *f = &r->p.loaded->files[i];
        if (slice_eq(f->source, source) && slice_is(f->file, name))
            return open_kept(r, f, e);
    }
    err_set(e, ERR_DATA, "it was not kept");
    return NULL;
}

/* What the payload is read with. */
static bool open_companions(struct restore *r, struct slice source, struct err *e)
{
    size_t n = r->p.plan->poller_sources[r->source].companion_count;
    for (; r->companion_count < n; r->companion_count++) {
        struct payload *p = open_companion(r, source, r->companion_count, e);
        if (!p)
            return err_prefix(e, "companion %zu", r->companion_count + 1);
        r->companions[r->companion_count] = p;
    }
    return true;
}

static void on_work(struct work *work, void *ctx)
{
    struct restore *r = ctx;
    const struct writer_loaded_file *f = &r->p.loaded->files[r->at];
    r->working = false;
    if (work->failure == WIRE_OK) {
        river_restore(r->p.river, r->source, r->file, &work->results, f);
        if (f->delta > 0)
            poller_restore_delta(r->p.poller, r->source, r->file, f->digest);
        else
            poller_restore(r->p.poller, r->source, r->file, f->etag, f->last_modified, f->version,
                           f->digest);
    } else {
        give_up(f, work->text);
    }
    work_done(work);
    drop(r);
    r->at++;
    timer_set(r->next, 0);
}

static bool begin(struct restore *r, const struct writer_loaded_file *f)
{
    struct err e = {0};
    if (!settings_find_file(&r->p.plan->settings, f->source, f->file, &r->source, &r->file))
        return false; /* no longer configured */
    if (f->delta > 0 && !river_filed(r->p.river, r->source, r->file))
        return false; /* without what it comes after it says little */
    r->payload = open_kept(r, f, &e);
    if (!r->payload || !open_companions(r, f->source, &e)) {
        give_up(f, e.text);
        drop(r);
        return false;
    }
    const struct poller_source *from = &r->p.plan->poller_sources[r->source];
    r->work = (struct work){.format = from->format,
                            .options = f->delta > 0 ? from->delta_options : from->options,
                            .payload = r->payload,
                            .credentials = from->credentials,
                            .done = on_work,
                            .ctx = r};
    for (size_t i = 0; i < r->companion_count; i++)
        r->work.companions[r->work.companion_count++] = r->companions[i];
    r->working = true;
    workers_submit(r->p.workers, &r->work);
    return true;
}

/* The manager waits for READY so much longer. */
static void tell(struct restore *r)
{
    char status[160];
    int64_t now = timer_now_us();
    if (now - r->told_us < TELL_MS * 1000)
        return;
    r->told_us = now;
    log_info("restoring: %zu of %zu payloads", r->at, r->p.loaded->file_count);
    snprintf(status, sizeof status, "STATUS=restoring: %zu of %zu payloads\nEXTEND_TIMEOUT_USEC=%d",
             r->at, r->p.loaded->file_count, EXTEND_SECONDS * 1000000);
    notify_send(status);
}

void restore_progress(const struct restore *r, size_t *done, size_t *all)
{
    *done = r ? r->at : 0;
    *all = r ? r->p.loaded->file_count : 0;
}

static void on_next(void *ctx)
{
    struct restore *r = ctx;
    tell(r);
    while (r->at < r->p.loaded->file_count) {
        if (begin(r, &r->p.loaded->files[r->at]))
            return;
        r->at++;
    }
    river_restored(r->p.river);
    r->done(r->ctx);
}

struct restore *restore_new(struct event_base *base, const struct restore_parts *parts,
                            void (*done)(void *ctx), void *ctx, struct err *e)
{
    struct restore *r = calloc(1, sizeof *r);
    if (!r || !(r->next = timer_new(base, on_next, r))) {
        free(r);
        err_set(e, ERR_BUG, "out of memory");
        return NULL;
    }
    r->p = *parts;
    r->done = done;
    r->ctx = ctx;
    r->told_us = timer_now_us();
    timer_set(r->next, 0);
    return r;
}

void restore_free(struct restore *r)
{
    if (!r)
        return;
    if (r->working)
        workers_cancel(r->p.workers, &r->work);
    drop(r);
    timer_free(r->next);
    free(r);
}
