/* SPDX-License-Identifier: ISC */
/* Messages made out of the model, into an arena. */
#ifndef TALLYD_CORE_EMIT_H
#define TALLYD_CORE_EMIT_H

#include "daemon/core/documents.h"

struct emit {
    const struct model *model;
    struct arena *arena;
    struct buf *text; /* borrowed, for one document at a time */
    int64_t now_ms;
    struct message *list;
    size_t count, room;
    bool failed; /* memory, or a document beyond its cap: sticky */
};

void emit_totals(struct emit *em, const struct tally *all);
void emit_state(struct emit *em, struct slice state, const struct tally *t);
void emit_race(struct emit *em, const struct race *r);
/* A call or retraction, with the totals as they are after it. */
void emit_event(struct emit *em, const struct documents_event *ev, const struct tally *after);
/* Only its snapshot: for a start. */
void emit_event_snapshot(struct emit *em, const struct documents_event *ev);
/* Put the messages of `from` behind those of `em`. */
void emit_append(struct emit *em, const struct emit *from);

#endif
