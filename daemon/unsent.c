/* SPDX-License-Identifier: ISC */
/* A list of call events. */
#include "daemon/unsent.h"

#include <stdlib.h>

#include "daemon/parcel.h"

void unsent_init(struct unsent *u)
{
    *u = (struct unsent){.end = &u->first};
}

void unsent_done(struct unsent *u)
{
    for (struct unsent_event *p; (p = u->first) != NULL; free(p))
        u->first = p->next;
    unsent_init(u);
}

bool unsent_add(struct unsent *u, const struct writer_event *event)
{
    struct unsent_event *p =
        malloc(sizeof *p + event->id.len + event->channel.len + event->data.len);
    if (!p)
        return false;
    *p = (struct unsent_event){.event = *event};
    char *at = p->text;
    parcel_pack(&p->event.id, &at);
    parcel_pack(&p->event.channel, &at);
    parcel_pack(&p->event.data, &at);
    *u->end = p;
    u->end = &p->next;
    u->count++;
    return true;
}

struct unsent_event *unsent_take(struct unsent *u, struct slice id)
{
    struct unsent_event **at = &u->first;
    while (*at && !slice_eq((*at)->event.id, id))
        at = &(*at)->next;
    struct unsent_event *found = *at;
    if (!found)
        return NULL;
    *at = found->next;
    if (u->end == &found->next)
        u->end = at;
    u->count--;
    return found;
}
