/* SPDX-License-Identifier: ISC */
/* The call events of the night, in the order in which they were told. They follow from claims and
 * decisions alone, so that a restart has the same. */
#ifndef TALLYD_CORE_TOLD_H
#define TALLYD_CORE_TOLD_H

#include "daemon/core/documents.h"
#include "daemon/core/model.h"

/* Note what the change of a candidacy's standing means to the outside: a retraction, a call, or one
 * and then the other. `old`: the standing before; `decision`: number of the desk's that did it, or
 * 0. False: memory. */
bool told_note(struct model *m, uint32_t endorsement, const struct standing *old, int64_t at_ms,
               int64_t decision) MUST_USE;

/* The i-th one as an event. */
struct documents_event told_event(const struct model *m, uint32_t i);
/* Is it a call, and was nothing told of this candidacy since? */
bool told_stands(const struct model *m, uint32_t i);
/* What was told last of a candidacy; of a call that stands, by the claim by which it does now.
 * False: nothing ever was. */
bool told_last(const struct model *m, uint32_t endorsement, struct documents_event *out);

#endif
