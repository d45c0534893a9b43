/* SPDX-License-Identifier: ISC */
/* A tallyd's /v1/events, listened to beside other things: that there are news, not which. */
#ifndef TALLYD_EDGE_LISTEN_H
#define TALLYD_EDGE_LISTEN_H

#include <stdint.h>

#include "daemon/base/err.h"

struct listen;

/* `site` as get_new has it. Nothing is asked yet. */
bool listen_new(const char *site, struct listen **out, struct err *e) MUST_USE;
void listen_free(struct listen *l); /* accepts NULL */

/* Take what has come, for at most wait_ms; now_ms is of a monotonic clock. It connects, and after a
 * loss connects again every few seconds. True: there may be news; so there may when it has just
 * connected, or lost the connection. */
bool listen_step(struct listen *l, int64_t now_ms, int wait_ms);
/* Would news come by it? Else whoever wants to know has to ask. */
bool listen_live(const struct listen *l);

#endif
