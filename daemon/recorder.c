/* SPDX-License-Identifier: ISC */
/* News become rows of the archive. */
#include "daemon/recorder.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/base/when.h"
#include "daemon/core/table.h"
#include "daemon/edge/payload.h"

#define HTTP_OK 200
#define AGAIN_PART 5 /* of the time to being stale: so often the same is said again */

struct said { /* of a file, last */
    enum archive_what what;
    enum verdict verdict;
    struct digest digest;
    int64_t at_ms;
    bool any;
    int64_t payloads, bytes, payload_ms; /* so far; when the last one came */
    struct digest payload;               /* the last one */
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
    struct said is = *was;
    is.what = whats[news->what];
    is.verdict = verdict;
    is.at_ms = now_ms;
    is.any = true;
    is.digest = news->payload ? payload_digest(news->payload) : (struct digest){0};
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
        is.payloads++;
        is.bytes += row.bytes;
        is.payload_ms = now_ms;
        is.payload = is.digest;
    }
    add_companions(r, news, &row);
    writer_record(r->writer, &row, news->payload);
    *was = is;
}

static void row_of(const struct recorder *r, uint32_t source, size_t file, struct table *rows)
{
    const struct settings_source *s = &r->plan->settings.sources[source];
    const struct said *said = &r->files[source][file];
    char payloads[24], bytes[24], when[25] = "", path[sizeof ARCHIVE_PAYLOADS + ARCHIVE_NAME] = "";
    snprintf(payloads, sizeof payloads, "%lld", (long long)said->payloads);
    snprintf(bytes, sizeof bytes, "%lld", (long long)said->bytes);
    if (said->payloads > 0) {
        when_format(said->payload_ms, when);
        memcpy(path, ARCHIVE_PAYLOADS "/", sizeof ARCHIVE_PAYLOADS);
        archive_payload_name(said->payload, path + sizeof ARCHIVE_PAYLOADS);
    }
    struct slice verdict = slice_of(said->any ? verdict_info[said->verdict].name : "");
    const struct slice cells[] = {s->name,         s->files[file], slice_of(payloads),
                                  slice_of(bytes), slice_of(when), verdict,
                                  slice_of(path)};
    table_add(rows, cells);
}

void recorder_rows(const struct recorder *r, uint32_t source, bool json, struct buf *out)
{
    static const char *const names[] = {"source", "file",    "payloads", "bytes",
                                        "last",   "verdict", "payload"};
    const struct settings *s = &r->plan->settings;
    struct table rows = {
        .names = names, .count = sizeof names / sizeof *names, .json = json, .out = out};
    table_begin(&rows);
    for (uint32_t i = 0; i < s->source_count; i++)
        for (size_t k = 0; (source == NONE || source == i) && k < s->sources[i].file_count; k++)
            row_of(r, i, k, &rows);
    table_end(&rows);
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
