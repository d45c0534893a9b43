/* SPDX-License-Identifier: ISC */
/* What night a desk's stream is of: two daemons of different nights on one prefix have nothing to
 * take from each other, and two with different lists not all.
 */
#ifndef TALLYD_DESK_NIGHT_H
#define TALLYD_DESK_NIGHT_H

#include "daemon/core/settings.h"
#include "daemon/edge/desk_rows.h"

/* Texts, cut where they are too long; empty: not said, which is like any other. */
struct desk_night {
    char mode[16], date[24], name[200];
    char list[33]; /* of the endorsement list's bytes */
};

struct desk_night desk_night_of(const struct settings *s);
struct desk_night desk_night_read(const struct desk_read *r);

enum desk_kin {
    DESK_SAME,
    DESK_OTHER_LIST,
    DESK_STRANGER, /* another election, or another mode */
};
enum desk_kin desk_night_kin(const struct desk_night *ours, const struct desk_night *theirs);

/* A stranger that may go, when nobody serves it: it never was live, or its day is before ours. */
bool desk_night_is_past(const struct desk_night *ours, const struct desk_night *theirs);

/* In what they differ and what is to be done, for people; nothing where they do not. */
void desk_night_tell(const struct desk_night *ours, const struct desk_night *theirs, char *out,
                     size_t size);

#endif
