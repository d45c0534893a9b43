/* SPDX-License-Identifier: ISC */
/* What came of a decision, or would come of it, for who decides. */
#ifndef TALLYD_CORE_DECIDE_SAID_H
#define TALLYD_CORE_DECIDE_SAID_H

#include "daemon/base/buf.h"
#include "daemon/core/message.h"
#include "daemon/core/tally.h"

struct decide_done;

/* What stands before a decision: what has moved is told against it. */
struct decide_before {
    struct tally all; /* over everything */
    struct decide_before_race {
        int64_t polls_close_ms;
        uint32_t flags;
    } * races;
    struct slice *ours; /* each candidacy, as `races` shows it */
};

/* Lives in the arena; NULL: memory is out. */
struct decide_before *decide_said_before(const struct model *m, const struct tally *all,
                                         struct arena *a);

struct decide_said {
    const struct decision *decision;
    const struct decide_done *done;
    const struct decide_before *before;
    const struct tally *after;
    const struct message *messages; /* that it brought */
    size_t message_count;
    bool would; /* nothing is done: it is said what would come of it */
};

/* Lines: the decision and whom it is about, the counts before and after, the sentence, what moved,
 * and the calls and retractions, of each the first so many. */
void decide_said_write(const struct model *m, const struct decide_said *s, int64_t now_ms,
                       struct buf *out);

#endif
