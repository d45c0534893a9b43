/* SPDX-License-Identifier: ISC */
/* What guards keep off the air, figure by figure: what is on air, what waits, why, since when, and
 * what ends it. */
#ifndef TALLYD_CORE_HELD_H
#define TALLYD_CORE_HELD_H

#include "daemon/base/buf.h"
#include "daemon/core/model.h"

/* Is any of it held, or in quarantine, by itself or with all of its file? */
bool held_is(const struct model *m, const struct feed_contest *c);

/* How many such contests a file of a source has. */
uint32_t held_count(const struct model *m, uint32_t source, uint32_t file);

/* The next of all held contests, from *source = 0 and *at = 0 on; NULL: there are no more. */
const struct feed_contest *held_next(const struct model *m, uint32_t *source, size_t *at);

/* "US Senate: Cy Poe 100 (12 waits), Di Foe 90 (8 waits); fall-desk since 9:05 p.m. ET: votes fell
 * by much or to zero; until they are back or the desk accepts it" */
void held_write(const struct model *m, const struct feed_contest *c, struct buf *out);

/* The totals of a file's contests as they are, in an arena; NULL: memory is out. */
struct held_totals;
struct held_totals *held_before(const struct model *m, uint32_t source, uint32_t file,
                                struct arena *a);
/* ... and what became of them, a line each of the first so many: "held     US Senate: Cy Poe 100 ->
 * 12, Di Foe 90 -> 8". */
void held_after(const struct model *m, const struct held_totals *was, struct buf *out);

/* A tab-separated line with a head, or a JSON object, for each figure that is held of the source so
 * named (empty: all). */
void held_rows(const struct model *m, struct slice source, bool json, struct buf *out);

#endif
