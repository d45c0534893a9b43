/* SPDX-License-Identifier: ISC */
/* The unsent: call events that Redis has not acknowledged, in their order: they are told again
 * behind a snapshot. */
#ifndef TALLYD_UNSENT_H
#define TALLYD_UNSENT_H

#include "daemon/edge/writer.h"

struct unsent_event {
    struct writer_event event;
    struct unsent_event *next;
    char text[];
};

struct unsent {
    struct unsent_event *first, **end;
    int64_t count;
};

void unsent_init(struct unsent *u);
void unsent_done(struct unsent *u);

/* A copy at the end. False: memory is out. */
bool unsent_add(struct unsent *u, const struct writer_event *event) MUST_USE;
/* Take out the one of this id, for the caller to free; NULL: there is none. */
struct unsent_event *unsent_take(struct unsent *u, struct slice id);

#endif
