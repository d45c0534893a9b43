/* SPDX-License-Identifier: ISC */
/* A batch as text for people and scripts. */
#ifndef TALLYD_PARSERS_DUMP_H
#define TALLYD_PARSERS_DUMP_H

#include "daemon/base/buf.h"
#include "parsers/results.h"

/* Between contests, where much is written, `take` may carry it off and clear the buffer; NULL: it
 * all stays there. */
struct dump_drain {
    void (*take)(struct buf *out, void *ctx);
    void *ctx;
};

/* contest_id,contest,votes_allowed,unit_type,unit,units_reporting,units_total,
 * choice_id,choice,party,write_in,winner,
 * votes,derived: a row per choice and unit the feed has, in its order; LF. Unknown is empty. */
void dump_csv(const struct results *r, struct buf *out, const struct dump_drain *drain);

/* Everything in the batch, one document. Unknown is null. */
void dump_json(const struct results *r, struct buf *out, const struct dump_drain *drain);

/* What a person looks for first: facts, problems, a line a contest. */
void dump_summary(const struct results *r, struct buf *out, const struct dump_drain *drain);

#endif
