/* SPDX-License-Identifier: ISC */
/* The screen of `match review`: one line to decide, who else stands in its contest, and what the
 * last decision did. Pure. */
#ifndef TALLYD_CTL_REVIEW_FRAME_H
#define TALLYD_CTL_REVIEW_FRAME_H

#include "daemon/base/buf.h"

/* A row of match list, by its columns. */
enum review_field {
    REVIEW_ID, /* empty: no endorsement's line, but a name that may be an opponent's other one */
    REVIEW_NAME,
    REVIEW_OFFICE,
    REVIEW_SOURCE,
    REVIEW_CONTEST,
    REVIEW_CHOICE,
    REVIEW_PARTY,
    REVIEW_WHY,
    REVIEW_RACE,
    REVIEW_PLACE,
    REVIEW_VOTES,
    REVIEW_OTHERS,
    REVIEW_LISTED, /* where the list has it: place, county, district, seat */
    REVIEW_FIELDS
};

struct ctl_review_frame {
    const struct slice *line; /* REVIEW_FIELDS of them; NULL: nothing waits */
    size_t waiting, skipped;
    struct slice answer; /* of the daemon to the last decision; empty: none yet */
    bool utf8;
};

/* The row in its fields. */
void ctl_review_split(struct slice row, struct slice fields[REVIEW_FIELDS]);
bool ctl_review_is_join(const struct slice fields[REVIEW_FIELDS]);

/* rows lines of cols columns, an "\r\n" between two. What is decided by is whole, over several
 * lines where one is too short; the other choices take what the rest leaves of the rows; the keys
 * stay on the screen. */
void ctl_review_render(const struct ctl_review_frame *f, size_t cols, size_t rows, struct buf *out);

#endif
