/* SPDX-License-Identifier: ISC */
/* The desk's word on what a source's guards hold: `source accept|reject NAME [CONTEST]`. */
#ifndef TALLYD_CORE_RULING_H
#define TALLYD_CORE_RULING_H

#include "daemon/core/report.h"

/* `contest` is a contest as people name it: its id, its text, or either behind its county
 * ("Elm/Sheriff"); empty: everything that is held of this file.
 *
 * Accept: the held figures go on air, labelled as a correction, and the held payload becomes the
 * last good one when nothing else of it is held (out->keep). Reject: what is held is dropped, the
 * figures on air stand, and the same bytes do not count again.
 *
 * out->rulings is to be durable and given to ruling_restore before the first payload: then the same
 * payloads, judged again, lead to the same figures. A source of several files: call for each; a
 * file with nothing to rule on is ERR_NO. ERR_USAGE: the words fit several held contests. On
 * failure nothing changed, unless memory is out (ERR_DATA, as of feed_take). */
bool feed_accept(struct model *m, uint32_t source, uint32_t file, struct slice contest,
                 int64_t now_ms, struct feed_report *out, struct err *e) MUST_USE;
bool feed_reject(struct model *m, uint32_t source, uint32_t file, struct slice contest,
                 int64_t now_ms, struct feed_report *out, struct err *e) MUST_USE;

bool ruling_restore(struct model *m, const struct feed_ruling *ruling, struct err *e) MUST_USE;

#endif
