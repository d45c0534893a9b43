/* SPDX-License-Identifier: ISC */
/* Restart and reload: our own last payloads go through the same workers and the same river as live
 * ones, in the order they came. */
#ifndef TALLYD_RESTORE_H
#define TALLYD_RESTORE_H

#include "daemon/edge/workers.h"
#include "daemon/river.h"

struct poller;
struct restore;

struct restore_parts { /* all borrowed */
    const struct plan *plan;
    const struct writer_loaded *loaded;
    struct workers *workers;
    struct river *river;
    struct poller *poller; /* gets the validators of what could be read again: else it would be told
                              "unchanged" of a payload nobody has */
};

/* Begin. `done` comes on the loop when every payload has been read again or given up (logged).
 * NULL and *e: memory. */
struct restore *restore_new(struct event_base *base, const struct restore_parts *parts,
                            void (*done)(void *ctx), void *ctx, struct err *e);
/* How far it is (NULL: 0 of 0); it tells the log and the service manager too, every second that it
 * takes. */
void restore_progress(const struct restore *r, size_t *done, size_t *all);
void restore_free(struct restore *r); /* also before it is done; accepts NULL */

#endif
