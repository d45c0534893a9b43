/* SPDX-License-Identifier: ISC */
/* A list of entries, and all of it at once. */
#include "daemon/desk_book.h"

#include <stdio.h>
#include <stdlib.h>

void desk_book_init(struct desk_book *b)
{
    *b = (struct desk_book){.end = &b->first};
}

void desk_book_done(struct desk_book *b)
{
    for (struct desk_entries *e; (e = b->first) != NULL; desk_entries_free(e))
        b->first = e->next;
    desk_book_init(b);
}

void desk_book_add(struct desk_book *b, struct desk_entries *rows)
{
    *b->end = rows;
    b->end = &rows->next;
    b->count += rows->count;
}

static struct desk_entries *write_unsent(const struct unsent *unsent)
{
    struct writer_event *events = calloc((size_t)unsent->count + 1, sizeof *events);
    struct writer_job job = {.events = events};
    for (const struct unsent_event *p = unsent->first; events && p; p = p->next)
        events[job.event_count++] = p->event;
    struct desk_entries *out = events ? desk_rows_write(&job, true) : NULL;
    free(events);
    return out;
}

static void copy(const struct desk_entries *from, struct redis_entry *all, size_t *n)
{
    for (size_t i = 0; i < from->count; i++)
        all[(*n)++] = from->list[i];
}

bool desk_book_stage(struct desk_book *b, struct redis *redis, int64_t epoch, struct slice writer,
                     const struct desk_night *night, const struct unsent *unsent)
{
    struct desk_entries *events = write_unsent(unsent);
    size_t total = 1 + b->count + (events ? events->count : 0), n = 0;
    struct redis_entry *all = calloc(total, sizeof *all);
    char number[24];
    snprintf(number, sizeof number, "%zu", total);
    const struct slice head[] = {
        SLICE("begin"), slice_of(number),      SLICE("writer"), writer,
        SLICE("mode"),  slice_of(night->mode), SLICE("date"),   slice_of(night->date),
        SLICE("name"),  slice_of(night->name), SLICE("list"),   slice_of(night->list)};
    bool ok = events && all;
    if (ok) {
        all[n++] = (struct redis_entry){head, sizeof head / sizeof *head};
        for (const struct desk_entries *e = b->first; e; e = e->next)
            copy(e, all, &n);
        copy(events, all, &n);
        ok = redis_stage_desk(redis, epoch, all, n);
    }
    b->place = ok ? (struct desk_place){epoch, (int64_t)n} : (struct desk_place){0};
    free(all);
    desk_entries_free(events);
    return ok;
}

int desk_place_cmp(struct desk_place a, struct desk_place b)
{
    if (a.epoch != b.epoch)
        return a.epoch < b.epoch ? -1 : 1;
    return (a.number > b.number) - (a.number < b.number);
}
