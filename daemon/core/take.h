/* SPDX-License-Identifier: ISC */
/* One planned contest taken into its feed: each unit's figures are judged, then published, flagged
 * or held. */
#ifndef TALLYD_CORE_TAKE_H
#define TALLYD_CORE_TAKE_H

#include "daemon/core/intake.h"
#include "daemon/core/report.h"

/* Take contest `pc` of the plan. Notes, changes and names go to the report. False when memory is
 * out: the contest is whole, some of its units may be as they were. */
bool take_contest(const struct intake *p, struct intake_contest *pc, struct feed_report *r,
                  struct err *e) MUST_USE;

/* Mark the contests of this file that the payload does not have. */
struct take_missing {
    uint32_t gone, newly; /* how many are gone; how many of them were there in the last payload */
    struct feed_contest *first;
};
bool take_missing(const struct intake *p, struct feed_report *r, struct take_missing *out,
                  struct err *e) MUST_USE;

/* Mark what the worker itself found wrong. */
bool take_problems(const struct intake *p, struct feed_report *r, struct err *e) MUST_USE;

/* End the holds of a contest's units: with `accept` what waits goes on air as a correction, else it
 * is dropped. What changed (enum feed_what); choices that wait have no figures here and stay. */
unsigned take_release(struct feed_contest *c, bool accept);

/* Is any contest of this file held or in quarantine? */
bool take_holds(const struct feed *f, uint32_t file);

/* Is nothing of this file's contests held, missing, behind or in quarantine? */
bool take_settled(const struct feed *f, uint32_t file);

/* A copy that lives as long as the feed; ptr NULL and *e when the feed's memory is full. */
struct slice take_copy(struct feed *f, struct slice s, struct err *e);

#endif
