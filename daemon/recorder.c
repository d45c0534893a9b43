/* SPDX-License-Identifier: ISC */
/* News become rows of the archive. */
#include "daemon/recorder.h"

#include <stdlib.h>

#include "daemon/edge/payload.h"

#define HTTP_OK 200
#define AGAIN_PART                                                                                 \
    5 /* of the time after which a source is stale: so often the same is said again */

struct said { /* of a file, last */
    enum archive_what what;
    enum verdict verdict;
    struct digest digest;
    int64_t at_ms;
    bool any;
};

struct recorder {
    const struct plan *plan;
    struct writer *writer;
    struct said **files; /* by source and file */
};

static bool is_news(const struct said *was, const struct said *is, int64_t again_ms)
{
    return !was->any || was->what != is->what || was->verdict != is->verdict ||
           !digest_eq(was->digest, is->digest) || is->at_ms - was->at_ms >= again_ms ||
           is->at_ms < was->at_ms;
}

/* As people wrote it: secrets are the names of credentials there. */
static struct slice address(const struct config_file *f)
{
    return f->url.len > 0 ? f->url : f->path;
}

static void add_companions(struct recorder *r, const struct poller_news *news,
                           struct archive_row *row)
{
    const struct archive_row nothing = {.received_ms = row->received_ms};
    for (size_t i = 0; i < news->companion_count; i++) {
        row->companions[row->companion_count++] = payload_digest(news->companions[i]);
        writer_record(r->writer, &nothing, (struct payload *)news->companions[i]);
    }
}

void recorder_news(struct recorder *r, const struct poller_news *news, enum verdict verdict,
                   struct slice text, int64_t now_ms)
{
    static const enum archive_what whats[] = {[NEWS_BATCH] = ARCHIVE_PAYLOAD,
                                              [NEWS_UNCHANGED] = ARCHIVE_UNCHANGED,
                                              [NEWS_FAILED] = ARCHIVE_FAILED};
    const struct settings_source *source = &r->plan->settings.sources[news->source];
    const struct config_file *file = &r->plan->config->sources[news->source].files[news->file];
    struct said *was = &r->files[news->source][news->file];
    struct said is = {.what = whats[news->what], .verdict = verdict, .at_ms = now_ms, .any = true};
    if (news->payload)
        is.digest = payload_digest(news->payload);
    if (!is_news(was, &is, news->again ? 0 : source->stale_after_ms / AGAIN_PART))
        return;
    struct archive_row row = {.received_ms = now_ms,
                              .source = source->name,
                              .file = source->files[news->file],
                              .what = is.what,
                              .verdict = slice_of(verdict_info[verdict].name),
                              .digest = is.digest,
                              .delta = news->delta,
                              .version = news->version,
                              .etag = news->etag,
                              .last_modified = news->last_modified,
                              .url = address(file),
                              .text = text};
    if (news->payload) {
        row.bytes = (int64_t)payload_bytes(news->payload).len;
        row.status = file->url.len > 0 ? HTTP_OK : 0;
    }
    add_companions(r, news, &row);
    writer_record(r->writer, &row, news->payload);
    *was = is;
}

struct recorder *recorder_new(const struct plan *plan, struct writer *writer)
{
    const struct settings *s = &plan->settings;
    struct recorder *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->plan = plan;
    r->writer = writer;
    r->files = calloc(s->source_count + 1, sizeof *r->files);
    bool ok = r->files != NULL;
    for (size_t i = 0; ok && i < s->source_count; i++)
        ok = (r->files[i] = calloc(s->sources[i].file_count + 1, sizeof **r->files)) != NULL;
    if (ok)
        return r;
    recorder_free(r);
    return NULL;
}

void recorder_free(struct recorder *r)
{
    if (!r)
        return;
    for (size_t i = 0; r->files && i < r->plan->settings.source_count; i++)
        free(r->files[i]);
    free(r->files);
    free(r);
}
