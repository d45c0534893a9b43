/* SPDX-License-Identifier: ISC */
/* libcurl's transfers on the loop: its sockets and its timer as events. */
#ifndef TALLYD_EDGE_MULTI_H
#define TALLYD_EDGE_MULTI_H

#include <stddef.h>

#include "daemon/base/err.h"

struct event_base;
struct multi;

/* Keeps up to `connections` idle connections, of those that share theirs (CURLOPT_SHARE) so many
 * each. `done` comes from the loop, when the transfer
 * `handle` (a CURL *) is no longer here; it may start and stop any transfer. */
struct multi *multi_new(struct event_base *base, size_t connections,
                        void (*done)(void *handle, int result), struct err *e);
void multi_free(struct multi *m); /* no transfer may be left; accepts NULL */

bool multi_start(struct multi *m, void *handle, struct err *e) MUST_USE;
void multi_stop(struct multi *m, void *handle); /* not from a callback of the transfer */

#endif
