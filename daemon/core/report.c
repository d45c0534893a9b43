/* SPDX-License-Identifier: ISC */
/* Collecting what a payload brought about. */
#include "daemon/core/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NOTES_MAX = 1000, NOTE_TEXT = 400 };

static bool full(struct err *e)
{
    return err_set(e, ERR_DATA, "what this payload changes is more than its memory holds");
}

/* Room for one more of `size` bytes each in *list. */
static bool room_for_one(struct arena *a, void **list, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return true;
    size_t more = *room ? 2 * *room : 8;
    void *bigger = arena_array(a, more, size);
    if (!bigger)
        return false;
    if (count)
        memcpy(bigger, *list, count * size);
    *list = bigger;
    *room = more;
    return true;
}

struct slice report_text(struct feed_report *r, enum verdict verdict, const char *seen)
{
    const char *until = verdict_info[verdict].until;

    return until ? arena_printf(r->arena, "%s; until %s", seen, until)
                 : arena_copy(r->arena, slice_of(seen));
}

struct slice report_contest(const struct feed_contest *c)
{
    return c->text.len ? c->text : c->id;
}

bool report_note(struct feed_report *r, const struct feed_contest *c, const struct feed_unit *u,
                 enum verdict verdict, struct err *e, const char *fmt, ...)
{
    char text[NOTE_TEXT];
    void *list = r->notes;
    va_list ap;

    if (r->note_count >= NOTES_MAX)
        return true;
    if (!room_for_one(r->arena, &list, r->note_count, &r->note_room, sizeof(*r->notes)))
        return full(e);
    r->notes = list;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    struct verdict_note n = {
        .verdict = verdict, .source = r->source, .text = report_text(r, verdict, text)};
    if (!n.text.ptr)
        return full(e);
    if (c)
        n.contest = report_contest(c);
    if (u)
        n.unit = u->name.len ? u->name : u->id;
    r->notes[r->note_count++] = n;
    return true;
}

bool report_change(struct feed_report *r, struct feed_contest *c, unsigned what, struct err *e)
{
    void *list = r->changes;

    if (!what)
        return true;
    /* A payload goes through its contests one by one: the same one again is the last one. */
    if (r->change_count && r->changes[r->change_count - 1].contest == c) {
        r->changes[r->change_count - 1].what |= what;
        return true;
    }
    if (!room_for_one(r->arena, &list, r->change_count, &r->change_room, sizeof(*r->changes)))
        return full(e);
    r->changes = list;
    r->changes[r->change_count++] = (struct feed_change){c, what};
    return true;
}

bool report_name(struct feed_report *r, const struct learned *name, struct err *e)
{
    void *list = r->names;

    if (!room_for_one(r->arena, &list, r->name_count, &r->name_room, sizeof(*r->names)))
        return full(e);
    r->names = list;
    r->names[r->name_count++] = *name;
    return true;
}

bool report_ruling(struct feed_report *r, const struct feed_ruling *ruling, struct err *e)
{
    void *list = r->rulings;

    if (!room_for_one(r->arena, &list, r->ruling_count, &r->ruling_room, sizeof(*r->rulings)))
        return full(e);
    r->rulings = list;
    r->rulings[r->ruling_count++] = *ruling;
    return true;
}
