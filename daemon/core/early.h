/* SPDX-License-Identifier: ISC */
/* Nothing of a place is on air before its polls close. Payloads are kept from it when they come
 * (intake.h); here is what was on air already when the desk moved the close: it is taken back, and
 * is there again at the close, without a new fetch. */
#ifndef TALLYD_CORE_EARLY_H
#define TALLYD_CORE_EARLY_H

#include "daemon/core/report.h"

/* When polls close for a unit of a contest of this source, `state` and `county` as its payload
 * states them; the last close of all where nothing is set. `unit_county`: empty, or where the unit
 * is a county its name. */
int64_t early_close(const struct model *m, uint32_t source, struct slice state, struct slice county,
                    struct slice unit_county, int64_t date);

/* Figures of units whose polls close after now_ms are taken back, those taken back whose polls have
 * closed are on air again. *next: the next close that any waits for; WHEN_NEVER. What changed goes
 * to the report. */
bool early_look(struct model *m, uint32_t source, uint32_t file, int64_t now_ms, int64_t *next,
                struct feed_report *r, struct err *e) MUST_USE;

#endif
