/* SPDX-License-Identifier: ISC */
/* Whom a line of a ballot names, read once, so that two lines of feeds can be told to be one
 * person's. Of ours and theirs name_compare judges, which knows how lists write names. */
#ifndef TALLYD_CORE_WHO_H
#define TALLYD_CORE_WHO_H

#include "daemon/base/arena.h"
#include "daemon/base/err.h"

struct who {
    struct slice folded; /* empty: no name */
    /* "CASEY, ROBERT P JR" as "robertpcasey" and "jr"; empty: a ticket, nobody, or too long */
    struct slice joined, suffix;
};

/* False only when the arena is full. */
bool who_read(struct slice text, struct arena *a, struct who *out) MUST_USE;

/* Are all words the same, whichever way they are written? No name is nobody's. */
bool who_same(const struct who *a, const struct who *b);

/* The same of two texts. Without memory they are two people. */
bool who_same_text(struct slice a, struct slice b);

/* May one person stand on several party lines of a contest there? */
bool who_may_fuse(struct slice state);
/* By their names, or as one of the parties that office.h knows. */
bool who_same_party(struct slice a, struct slice b);
/* Two parties that cannot be one: one name for both is two people, or a mistake. */
bool who_parties_differ(struct slice state, struct slice a, struct slice b);

#endif
