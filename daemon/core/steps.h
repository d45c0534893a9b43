/* SPDX-License-Identifier: ISC */
/* Counts that may be followed over time without telling of anybody: they move in steps.
 *
 * Who is called, and when, is public by name. A count of people whose names are not, shown as of
 * now, would move in the very message of a call and so tell what the called one carries. So what is
 * shown is older: a candidacy is counted as pending until at least `step` of those counted so have
 * become the same (won, or lost, or gone on) and at least `step` others stay; then they move at
 * once. Each moves once a night: one that is taken back, called for another, or withdrawn later is
 * counted on as it was, and only told to be waiting.
 *
 * With `step` = the most who carry any such tag, and min-cell, everybody is always in one of some
 * groups (those of each step, those who stayed) that have min-cell or more without the tag, however
 * it is spread; and no figure ever shown tells of less than such a group. When a step is taken
 * follows from public news alone, never from who carries what: that it comes, or does not, tells
 * nothing either. A rule that looked at the carriers would: the call after which it lets go is a
 * carrier's.
 *
 * All of it follows from claims and decisions, in their order: a restart shows the same. So what a
 * reload of the list changes is not in steps: which rows are new is known neither after a restart
 * nor to a standby, and added one by one they would not make a step all night. tallyd.conf(5) says
 * what that tells. */
#ifndef TALLYD_CORE_STEPS_H
#define TALLYD_CORE_STEPS_H

#include "daemon/core/model.h"

enum counted {                /* what an endorsement counts as */
               COUNTED_ASIDE, /* withdrawn, not on the ballot, ...: not endorsed */
               COUNTED_PENDING,
               COUNTED_WON,
               COUNTED_LOST,
               COUNTED_ADVANCED,
               COUNTEDS
};
enum counted steps_counted(const struct model *m, uint32_t endorsement);

void steps_init(struct model *m); /* before anything is called */
/* After an endorsement's race was derived anew. False: memory. */
bool steps_note(struct model *m, uint32_t endorsement, int64_t at_ms) MUST_USE;

struct steps {
    uint8_t *counted; /* enum counted, one an endorsement, as of the last step */
    int64_t as_of_ms; /* of the last step; WHEN_UNKNOWN: none was taken */
    int64_t waiting;  /* people of whom something else has become since */
};
/* What is to be shown, into arrays of the arena. False: memory. */
bool steps_shown(const struct model *m, int64_t step, struct arena *a, struct steps *out) MUST_USE;

#endif
