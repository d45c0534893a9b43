/* SPDX-License-Identifier: ISC */
/* Sentences on their way to the disk, and the newest that is there. */
#include "daemon/frozen.h"

#include <stdlib.h>

#include "daemon/base/log.h"
#include "daemon/parcel.h"

enum { COUNTS = STATEMENT_STYLES, TEXTS };

/* One row; alive until the writer has answered for it and it is not the newest. */
struct sheet {
    struct frozen *frozen;
    struct sheet *next;
    int64_t epoch, seq, at_ms; /* seq: of the newest message that says this */
    struct slice texts[TEXTS];
    char text[];
};

struct frozen {
    struct writer *writer;
    void (*shown)(void *ctx);
    void *ctx;
    struct sheet *now;            /* on disk, and shown; NULL: nothing yet */
    struct sheet *waiting, *last; /* given to the writer, oldest first */
};

static struct sheet *sheet_new(struct frozen *f, const struct message *m)
{
    struct slice texts[TEXTS] = {[COUNTS] = m->plain};
    size_t size = m->plain.len;
    for (size_t i = 0; i < STATEMENT_STYLES; i++) {
        texts[i] = m->statements[i];
        size += texts[i].len;
    }
    struct sheet *s = calloc(1, sizeof *s + size);
    if (!s)
        return NULL;
    char *at = s->text;
    s->frozen = f;
    for (size_t i = 0; i < TEXTS; i++) {
        s->texts[i] = texts[i];
        parcel_pack(&s->texts[i], &at);
    }
    return s;
}

/* Answers come in the order of submission. */
static void on_kept(bool ok, const char *text, void *ctx)
{
    struct sheet *s = ctx;
    struct frozen *f = s->frozen;
    f->waiting = s->next;
    s->next = NULL;
    if (!ok) {
        log_error("the sentence of %lld-%lld was not kept: %s", (long long)s->epoch,
                  (long long)s->seq, text);
        free(s);
        return;
    }
    free(f->now);
    f->now = s;
    f->shown(f->ctx);
}

static bool says_the_same(const struct sheet *s, int64_t epoch, const struct message *m)
{
    return s && s->epoch == epoch && slice_eq(s->texts[COUNTS], m->plain) &&
           slice_eq(s->texts[STATEMENT_SHORT], m->statements[STATEMENT_SHORT]) &&
           slice_eq(s->texts[STATEMENT_LONG], m->statements[STATEMENT_LONG]);
}

bool frozen_keep(struct frozen *f, int64_t epoch, int64_t seq, int64_t at_ms,
                 const struct message *m)
{
    struct err e = {0};
    struct sheet *last = f->waiting ? f->last : f->now;
    if (says_the_same(last, epoch, m)) {
        last->seq = seq;
        return true;
    }
    struct sheet *s = sheet_new(f, m);
    if (!s) {
        log_error("the sentence of %lld-%lld was not kept: out of memory", (long long)epoch,
                  (long long)seq);
        return false;
    }
    s->epoch = epoch;
    s->seq = seq;
    s->at_ms = at_ms;
    struct writer_shown row = {.epoch = epoch, .seq = seq, .at_ms = at_ms};
    for (size_t i = 0; i < TEXTS; i++)
        row.texts[i] = s->texts[i];
    struct writer_job job = {.shown = &row, .shown_count = 1, .later = true};
    if (writer_submit(f->writer, &job, on_kept, s, &e)) { /* the answer comes by the loop */
        if (f->waiting)
            f->last->next = s;
        else
            f->waiting = s;
        f->last = s;
        return true;
    }
    free(s);
    log_error("the sentence of %lld-%lld was not kept: %s", (long long)epoch, (long long)seq,
              e.text);
    return false;
}

void frozen_view(const struct frozen *f, struct frozen_view *out)
{
    *out = (struct frozen_view){0};
    if (!f->now)
        return;
    *out = (struct frozen_view){.epoch = f->now->epoch,
                                .seq = f->now->seq,
                                .at_ms = f->now->at_ms,
                                .counts = f->now->texts[COUNTS]};
    for (size_t i = 0; i < STATEMENT_STYLES; i++)
        out->statements[i] = f->now->texts[i];
}

struct frozen *frozen_new(struct writer *w, void (*shown)(void *ctx), void *ctx)
{
    struct frozen *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    *f = (struct frozen){.writer = w, .shown = shown, .ctx = ctx};
    return f;
}

void frozen_free(struct frozen *f)
{
    if (!f)
        return;
    free(f->now);
    while (f->waiting) {
        struct sheet *s = f->waiting;
        f->waiting = s->next;
        free(s);
    }
    free(f);
}
