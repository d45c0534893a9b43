/* SPDX-License-Identifier: ISC */
/* Collecting what a payload brought about: notes, changed contests, learned names. */
#ifndef TALLYD_CORE_REPORT_H
#define TALLYD_CORE_REPORT_H

#include "daemon/core/feed.h"

/* All grow in r->arena; false with *e when that is full. Of notes the first 1000 are kept. */
bool report_note(struct feed_report *r, const struct feed_contest *c, const struct feed_unit *u,
                 enum verdict verdict, struct err *e, const char *fmt, ...) MUST_USE
    __attribute__((format(printf, 6, 7)));
bool report_change(struct feed_report *r, struct feed_contest *c, unsigned what,
                   struct err *e) MUST_USE;
bool report_name(struct feed_report *r, const struct learned *name, struct err *e) MUST_USE;

/* What a contest or a unit is called in a note. */
struct slice report_contest(const struct feed_contest *c);
struct slice report_unit(const struct feed_unit *u);

#endif
