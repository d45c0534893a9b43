/* SPDX-License-Identifier: ISC */
/* Copies of jobs, by a table of where their rows keep text. */
#include "daemon/edge/writer_task.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/edge/payload.h"
#include "daemon/edge/writer_files.h"

#define TASK_MAX ((size_t)64 << 20)

#define TEXTS_MAX 8
#define ROWS(array, number)                                                                        \
    .rows = offsetof(struct writer_job, array), .count = offsetof(struct writer_job, number),      \
    .size = sizeof *((struct writer_job *)0)->array

static const struct table {
    size_t rows, count, size;
    size_t texts[TEXTS_MAX], text_count;
} tables[] = {
    {ROWS(claims, claim_count),
     .texts = {offsetof(struct writer_claim, race_id),
               offsetof(struct writer_claim, endorsement_id), offsetof(struct writer_claim, by),
               offsetof(struct writer_claim, basis), offsetof(struct writer_claim, reason),
               offsetof(struct writer_claim, evidence), offsetof(struct writer_claim, line),
               offsetof(struct writer_claim, row)},
     .text_count = 8},
    {ROWS(decisions, decision_count),
     .texts = {offsetof(struct writer_decision, verb), offsetof(struct writer_decision, target),
               offsetof(struct writer_decision, argument), offsetof(struct writer_decision, reason),
               offsetof(struct writer_decision, basis), offsetof(struct writer_decision, url),
               offsetof(struct writer_decision, by)},
     .text_count = 7},
    {ROWS(rulings, ruling_count),
     .texts = {offsetof(struct writer_ruling, source), offsetof(struct writer_ruling, file),
               offsetof(struct writer_ruling, contest)},
     .text_count = 3},
    {ROWS(names, name_count),
     .texts = {offsetof(struct writer_name, source), offsetof(struct writer_name, contest),
               offsetof(struct writer_name, choice), offsetof(struct writer_name, name),
               offsetof(struct writer_name, party)},
     .text_count = 5},
    {ROWS(notes, note_count),
     .texts = {offsetof(struct writer_memo, source), offsetof(struct writer_memo, file),
               offsetof(struct writer_memo, text)},
     .text_count = 3},
    {ROWS(events, event_count),
     .texts = {offsetof(struct writer_event, id), offsetof(struct writer_event, channel),
               offsetof(struct writer_event, data)},
     .text_count = 3},
    {ROWS(shown, shown_count),
     .texts = {offsetof(struct writer_shown, texts[0]), offsetof(struct writer_shown, texts[1]),
               offsetof(struct writer_shown, texts[2]), offsetof(struct writer_shown, texts[3])},
     .text_count = 4},
    {ROWS(acknowledged, acknowledged_count), .texts = {0}, .text_count = 1},
};

static bool own(struct slice *s, struct arena *a)
{
    *s = arena_copy(a, *s);
    return s->ptr != NULL;
}

static bool copy_table(struct writer_job *to, const struct table *t, struct arena *a)
{
    const void **rows = (const void **)((char *)to + t->rows);
    size_t n = *(const size_t *)((const char *)to + t->count);
    char *copy = n > 0 ? arena_array(a, n, t->size) : NULL;
    if (n > 0 && !copy)
        return false;
    if (n > 0)
        memcpy(copy, *rows, n * t->size);
    *rows = copy;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < t->text_count; k++)
            if (!own((struct slice *)(copy + i * t->size + t->texts[k]), a))
                return false;
    return true;
}

struct writer_task *writer_task_new(const struct writer_job *job)
{
    struct writer_task *t = calloc(1, sizeof *t);
    bool ok = t && (t->arena = arena_new(TASK_MAX)) != NULL;
    if (ok) {
        t->job = *job;
        t->job.files = NULL;
        t->job.file_count = 0;
        t->job.memos = NULL;
        t->job.memo_count = 0;
        t->ok = true;
    }
    for (size_t i = 0; ok && i < sizeof tables / sizeof *tables; i++)
        ok = copy_table(&t->job, &tables[i], t->arena);
    if (ok)
        return t;
    writer_task_free(t);
    return NULL;
}

void writer_task_free(struct writer_task *t)
{
    if (!t)
        return;
    arena_free(t->arena);
    free(t);
}

bool writer_task_has_rows(const struct writer_task *t)
{
    const struct writer_job *j = &t->job;
    return j->shown_count + j->claim_count + j->decision_count + j->ruling_count + j->name_count +
                   j->note_count + j->event_count + j->acknowledged_count >
               0 ||
           j->epoch > 0 || j->replace || j->partner_s > 0 || j->followed_epoch > 0;
}

struct writer_paper *writer_paper_new(const struct writer_file *row)
{
    struct writer_paper *p = calloc(1, sizeof *p);
    if (!p || !(p->arena = arena_new(TASK_MAX))) {
        free(p);
        return NULL;
    }
    p->row = *row;
    p->row.payload = row->payload ? payload_ref(row->payload) : NULL;
    p->bytes = row->payload ? payload_bytes(row->payload).len : 0;
    p->key = arena_printf(p->arena, "%.*s%c%.*s", SLICE_FMT(row->source), 0, SLICE_FMT(row->file));
    p->name = writer_files_name(row->source, row->file, row->digest, p->arena);
    if (p->key.ptr && p->name && own(&p->row.source, p->arena) && own(&p->row.file, p->arena) &&
        own(&p->row.version, p->arena) && own(&p->row.etag, p->arena) &&
        own(&p->row.last_modified, p->arena))
        return p;
    writer_paper_free(p);
    return NULL;
}

static struct slice put(char *at, struct slice s)
{
    if (s.len > 0)
        memcpy(at, s.ptr, s.len);
    return (struct slice){at, s.len};
}

/* There are thousands: each is one piece of memory. */
struct writer_paper *writer_paper_of_memo(const struct writer_memo *memo)
{
    size_t file = memo->source.len + 1, key = file + memo->file.len;
    struct writer_paper *p = calloc(1, sizeof *p + key + memo->text.len);
    if (!p)
        return NULL;
    p->key = (struct slice){p->texts, key};
    p->memo = (struct writer_memo){.source = put(p->texts, memo->source),
                                   .file = put(p->texts + file, memo->file),
                                   .on_air = memo->on_air,
                                   .text = put(p->texts + key, memo->text)};
    p->bytes = memo->text.len;
    return p;
}

void writer_paper_free(struct writer_paper *p)
{
    if (!p)
        return;
    payload_free(p->row.payload);
    writer_task_free(p->barrier);
    arena_free(p->arena);
    free(p);
}

/* ---- queues ---- */

void writer_tasks_init(struct writer_tasks *list)
{
    *list = (struct writer_tasks){.end = &list->first};
}

void writer_papers_init(struct writer_papers *list)
{
    *list = (struct writer_papers){.end = &list->first};
}

void writer_tasks_add(struct writer_tasks *list, struct writer_task *t)
{
    t->next = NULL;
    *list->end = t;
    list->end = &t->next;
    list->count++;
}

void writer_papers_add(struct writer_papers *list, struct writer_paper *p)
{
    p->next = NULL;
    *list->end = p;
    list->end = &p->next;
    list->count++;
}

void writer_tasks_move(struct writer_tasks *from, struct writer_tasks *to)
{
    if (from->first) {
        *to->end = from->first;
        to->end = from->end;
        to->count += from->count;
    }
    writer_tasks_init(from);
}

void writer_papers_move(struct writer_papers *from, struct writer_papers *to)
{
    if (from->first) {
        *to->end = from->first;
        to->end = from->end;
        to->count += from->count;
    }
    writer_papers_init(from);
}

struct writer_paper *writer_papers_take(struct writer_papers *list)
{
    struct writer_paper *p = list->first;
    if (p && !(list->first = p->next))
        list->end = &list->first;
    list->count -= p != NULL;
    return p;
}

void writer_task_refuse(struct writer_task *t, const char *why)
{
    t->ok = false;
    snprintf(t->text, sizeof t->text, "%.*s", (int)sizeof t->text - 1, why);
}
