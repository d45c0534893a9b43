/* SPDX-License-Identifier: ISC */
/* Fits that are decided, made links: of races, and in the queue for review. */
#ifndef TALLYD_CORE_MATCH_LINKS_H
#define TALLYD_CORE_MATCH_LINKS_H

#include "daemon/core/model.h"

/* The race's links and contests as its fits are now; *changed is set where a link is another. False
 * only when m->strings is full. */
bool match_links_race(struct model *m, struct race *r, bool *changed) MUST_USE;

/* The queue with new lines of these endorsements in place of the old ones, in the order of the list
 * and of their contests. False only when m->strings is full. */
bool match_links_review(struct model *m, const uint32_t *who, size_t count) MUST_USE;

#endif
