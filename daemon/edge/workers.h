/* SPDX-License-Identifier: ISC */
/* Payloads in, checked batches out: the queue of works, the spares that do them, and the nursery
 * that forks spares.
 *
 * At most `count` whole payloads are parsed at once, first come first served, and at most `count`
 * that are still arriving, which come after them: a feed that dawdles keeps none waiting that are
 * complete. A worker that
 * crashes, overruns or misbehaves costs its own work and nothing else. A nursery that dies is
 * started again with growing pauses; works wait, and fail (WIRE_INTERNAL) only when it cannot be
 * brought to life several times in a row.
 */
#ifndef TALLYD_EDGE_WORKERS_H
#define TALLYD_EDGE_WORKERS_H

#include <stdint.h>

#include "daemon/base/err.h"
#include "daemon/edge/work.h"
#include "parsers/wire.h"

struct event_base;
struct workers;

struct workers_settings {
    const char *program;   /* tally-parse; copied */
    int64_t count;         /* payloads parsed at once */
    int64_t spares;        /* kept ready ahead of need */
    int64_t memory;        /* bytes for one worker */
    int64_t cpu_ms;        /* of processor time for one worker */
    int64_t wall_after_ms; /* from the last byte to the answer */
};

/* Starts the nursery. NULL and *e when it cannot be: no such program, no memory. */
struct workers *workers_new(struct event_base *base, const struct workers_settings *settings,
                            struct err *e);

/* Kills every worker; works not done are forgotten, their callbacks never called. Not from a
 * callback. Accepts NULL. */
void workers_free(struct workers *w);

/* Queue a work: its payload may be whole or still growing. The work is the workers' until its done
 * callback, which comes exactly once and never from within a call of this module. It fails early
 * when the payload is bad before its end. */
void workers_submit(struct workers *w, struct work *work);
void workers_more(struct workers *w, struct work *work); /* bytes were appended to its payload */
void workers_end(struct workers *w, struct work *work);  /* its payload was finished */

/* Forget it, kill its worker; no callback. The work is the caller's again. */
void workers_cancel(struct workers *w, struct work *work);

/* work_done, when there is time for it: to give back the memory of a large batch takes longer than
 * all that is made of one that says little new. */
void workers_put_away(struct workers *w, struct work *work);

/* How many works ended this way since the start (WIRE_OK: well). */
int64_t workers_exits(const struct workers *w, enum wire_failure how);

/* The process id of the nursery, 0 while there is none. */
int64_t workers_nursery(const struct workers *w);

#endif
