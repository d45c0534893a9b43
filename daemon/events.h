/* SPDX-License-Identifier: ISC */
/* /v1/events: what is published, to browsers as it goes out, under the same epoch-seq. A reader
 * that comes back with the last id it saw gets every document newer than it; of another epoch, all.
 */
#ifndef TALLYD_EVENTS_H
#define TALLYD_EVENTS_H

#include "daemon/core/message.h"
#include "daemon/edge/http.h"

struct events;
struct event_base;

struct events *events_new(struct event_base *base); /* NULL: memory */
void events_free(struct events *ev);                /* accepts NULL */
/* Who is told; NULL: nobody. */
void events_to(struct events *ev, struct http *h);

/* It serves no more: whoever reads is let go, and asks again. */
void events_end(struct events *ev);

/* A message was numbered. */
void events_add(struct events *ev, const struct message *m, int64_t epoch, int64_t seq,
                struct slice envelope);

/* For the route; see http.h. */
unsigned events_topics(struct slice query, struct http_answer *answer, struct buf *body);
void events_first(struct events *ev, struct http_stream *s, struct slice last_id);

#endif
