/* SPDX-License-Identifier: ISC */
/* Official marks that call nothing: those of a source of which one has moved, those that stood
 * there before polls closed, and a county's own in a race of several. What is known of them is
 * durable as a note (fading.h). */
#ifndef TALLYD_CORE_OFFICIAL_H
#define TALLYD_CORE_OFFICIAL_H

#include "daemon/core/calls.h"

/* A contest has changed; whether or not it is of any race. Is a winner's mark that stood there
 * since polls closed gone from one person, in this payload or before, and has another one now who
 * never had it? Then it is noted, look->moved is the contest, and its source's marks are advice
 * from now on. A winner more, one less, or one that is back, is no move; nor is what a contest
 * shows that is held, while it is. `again`: it is as it was before a restart, and nothing moves. */
bool official_watch(struct model *m, struct feed_contest *c, bool again, struct calls_look *look,
                    struct err *e) MUST_USE;

/* Before a race's marks are read: which of them are its official sources'. One county's are not
 * when another county's source has the race too, and the list does not say in which it lies: sets
 * r->in_parts, which the desk ends with a release of the race. And what an official source marked
 * before the race's polls closed is of a rehearsal, or of another election: no official can have
 * called it. It calls nothing for as long as the contest shows the same marks beside the same
 * votes, in whatever payload, to whichever daemon; that the site says "unchanged" makes it no
 * truer. Sets of_before of the race's contests; where that is news it is noted, and look->early is
 * the contest. */
bool official_look(struct model *m, struct race *r, struct calls_look *look,
                   struct err *e) MUST_USE;

#endif
