/* SPDX-License-Identifier: ISC */
/* Messages copied. */
#include "daemon/parcel.h"

#include <stdlib.h>
#include <string.h>

enum { PARTS = 10 + STATEMENT_STYLES }; /* texts of a message */

void parcel_pack(struct slice *s, char **at)
{
    if (s->len > 0)
        memcpy(*at, s->ptr, s->len);
    s->ptr = *at;
    *at += s->len;
}

struct parcel *parcel_new(const struct message *m, int64_t last_byte_us)
{
    struct message copy = *m;
    struct slice *parts[PARTS] = {&copy.channel, &copy.snap,      &copy.field, &copy.data,
                                  &copy.plain,   &copy.snap_data, &copy.line,  &copy.event_id,
                                  &copy.winner,  &copy.when};
    for (size_t i = 0; i < STATEMENT_STYLES; i++)
        parts[PARTS - STATEMENT_STYLES + i] = &copy.statements[i];
    size_t size = 0;
    for (size_t i = 0; i < PARTS; i++)
        size += parts[i]->len;
    struct parcel *p = malloc(sizeof *p + size);
    if (!p)
        return NULL;
    char *at = p->text;
    for (size_t i = 0; i < PARTS; i++)
        parcel_pack(parts[i], &at);
    *p = (struct parcel){.message = copy, .last_byte_us = last_byte_us};
    return p;
}

struct parcel *parcel_of_rows(const struct writer_job *rows)
{
    struct parcel *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->book = desk_rows_write(rows, false);
    p->live = desk_rows_write(rows, true);
    if (p->book && p->live)
        return p;
    parcel_free(p);
    return NULL;
}

void parcel_free(struct parcel *p)
{
    if (!p)
        return;
    desk_entries_free(p->book);
    desk_entries_free(p->live);
    free(p);
}

struct parcel **parcel_held(struct parcel **list, enum parcel_hold hold)
{
    while (*list && (*list)->hold != hold)
        list = &(*list)->next;
    return list;
}

bool parcel_has_late_rows(const struct parcel *list)
{
    for (const struct parcel *p = list; p; p = p->next)
        if (p->live && p->hold == PARCEL_GOES)
            return true;
    return false;
}
