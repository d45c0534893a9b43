/* SPDX-License-Identifier: ISC */
/* The call events of the night, in the order in which they were told. They follow from claims and
 * decisions alone, so that a restart has the same. */
#ifndef TALLYD_CORE_TOLD_H
#define TALLYD_CORE_TOLD_H

#include "daemon/core/documents.h"
#include "daemon/core/model.h"

/* What the change of a candidacy's standing means to the outside: a retraction, a call, or one and
 * then the other, into out. Returns how many. `old`: the standing before; `decision`: the desk's
 * that did it, or NULL. */
size_t told_events(const struct model *m, uint32_t endorsement, const struct standing *old,
                   const struct decision *decision, struct documents_event out[2]);

/* Note them. False: memory. */
bool told_note(struct model *m, uint32_t endorsement, const struct standing *old, int64_t at_ms,
               int64_t decision) MUST_USE;

/* The i-th one as an event. */
struct documents_event told_event(const struct model *m, uint32_t i);

#endif
