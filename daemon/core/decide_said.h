/* SPDX-License-Identifier: ISC */
/* What came of a decision, or would come of it, for who decides. */
#ifndef TALLYD_CORE_DECIDE_SAID_H
#define TALLYD_CORE_DECIDE_SAID_H

#include "daemon/base/buf.h"
#include "daemon/base/hash.h"
#include "daemon/core/message.h"
#include "daemon/core/tally.h"

struct decide_done;

/* What stands before a decision: what has moved is told against it. */
struct decide_before {
    struct tally all; /* over everything */
    struct decide_before_race {
        int64_t polls_close_ms;
        uint32_t flags;
        bool called;
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

/* A fingerprint of what such lines say is decided and comes of it: the same for as long as that is,
 * whatever the time is, and whatever counts and votes others move meanwhile. */
struct digest decide_said_meant(const struct decision *d, struct slice said);

/* Several decisions that are taken one behind the other, and told of as one. */
struct decide_joint {
    struct decide_before *before; /* them all */
    bool would;                   /* nothing is done: it is said what would come of it */
    struct buf rows, news, meant;
};

/* Before the first: lives in the arena but for what decide_joint_done frees, also where memory is
 * out, which is false. */
bool decide_joint_init(struct decide_joint *j, const struct model *m, const struct tally *all,
                       bool would, struct arena *a) MUST_USE;
void decide_joint_done(struct decide_joint *j);
/* One that has been taken, as the core has it, and the messages that it brought. */
void decide_joint_add(struct decide_joint *j, const struct model *m, const struct decision *d,
                      const struct message *messages, size_t message_count);
/* Behind the last, once: lines as decide_said_write's, all of them. Returned is a fingerprint of
 * what is decided and of the calls, retractions and flags that come of it, which is the same
 * whenever that is; counts and votes that others move meanwhile are not in it. */
struct digest decide_joint_write(struct decide_joint *j, const struct model *m,
                                 const struct tally *after, int64_t now_ms, struct buf *out);

#endif
