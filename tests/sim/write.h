/* SPDX-License-Identifier: ISC */
/* An invented night's figures in the wire formats of real feeds. */
#ifndef TALLYD_SIM_WRITE_H
#define TALLYD_SIM_WRITE_H

#include "daemon/base/buf.h"
#include "tests/sim/generate.h"

/* One payload: what this feed says at this moment. */
struct write_what {
    const struct generate *night;
    size_t feed;
    int64_t t;
};

void write_county(const struct write_what *w, struct buf *out);  /* Clarity detail.xml, precincts */
void write_state(const struct write_what *w, struct buf *out);   /* Clarity detail.xml, counties */
void write_areas(const struct write_what *w, struct buf *out);   /* Clarity ALL.json */
void write_summary(const struct write_what *w, struct buf *out); /* Clarity summary.json */
void write_ddhq(const struct write_what *w, struct buf *out);    /* DDHQ version 2 */
void write_ap(const struct write_what *w, struct buf *out);      /* AP's interactive JSON */

/* One file as a zip archive. */
void write_zip(struct slice name, struct slice content, struct buf *out);

/* The next contest of the feed from *at on; NULL: no more. */
const struct generate_contest *write_next(const struct write_what *w, size_t *at);

#endif
