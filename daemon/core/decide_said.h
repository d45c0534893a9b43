/* SPDX-License-Identifier: ISC */
/* What came of a decision, or would come of it, for who decides. */
#ifndef TALLYD_CORE_DECIDE_SAID_H
#define TALLYD_CORE_DECIDE_SAID_H

#include "daemon/base/buf.h"
#include "daemon/core/message.h"
#include "daemon/core/tally.h"

struct decide_said {
    const struct decision *decision;
    struct slice was;                   /* decide_done.was */
    const struct tally *before, *after; /* over everything */
    const int64_t *closes;              /* of each race, as polls closed before */
    const struct message *messages;     /* that it brought */
    size_t message_count;
};

/* Lines: the decision, the counts before and after, the sentence, what moved, and the calls and
 * retractions, the first so many. */
void decide_said_write(const struct model *m, const struct decide_said *s, int64_t now_ms,
                       struct buf *out);

#endif
