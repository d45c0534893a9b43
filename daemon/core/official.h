/* SPDX-License-Identifier: ISC */
/* Official marks that call nothing: those of a source of which one has moved. What is known of them
 * is durable as a note (fading.h). */
#ifndef TALLYD_CORE_OFFICIAL_H
#define TALLYD_CORE_OFFICIAL_H

#include "daemon/core/calls.h"

/* A contest has changed; whether or not it is of any race. Did a winner's mark that stood there
 * since polls closed go from one person to another in one payload? Then it is noted, look->moved is
 * the contest, and its source's marks are advice from now on. A winner more, or one less, is no
 * move. `again`: it is as it was before a restart, and nothing moves. */
bool official_watch(struct model *m, struct feed_contest *c, bool again, struct calls_look *look,
                    struct err *e) MUST_USE;

#endif
